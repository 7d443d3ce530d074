"""The page Events, without a browser."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import data
from dashboard import event_charts, plots
from dashboard.chart import Chart, Context, Selection
from dashboard.style import THEMES

APP = data.ROOT / "dashboard" / "app.py"
LEAD_LEAVES = "2026-03-03 Junyang Lin, Qwen tech lead, steps down; other departures follow"


@pytest.fixture(autouse=True)
def _seeds(seeds_build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(seeds_build.parent.parent))


def opened(**query: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    for key, value in query.items():
        at.query_params[key] = value
    at.run()
    return checked(at.switch_page("views/events.py").run())


def checked(at: AppTest) -> AppTest:
    assert not at.exception, [error.value for error in at.exception]
    assert not at.warning
    return at


def control(at: AppTest, key: str) -> Any:
    controls = [*at.selectbox, *at.multiselect, *at.segmented_control, *at.date_input]
    return next(one for one in [*controls, *at.text_input] if one.key == key)


def html_of(at: AppTest) -> str:
    return "".join(element.proto.body for element in at.get("html"))


def headings(at: AppTest) -> list[str]:
    return [element.value for element in at.header]


def test_the_page_begins_with_the_lead_who_leaves_and_follows_the_focus() -> None:
    at = opened()
    assert at.title[0].value == "Events"
    assert control(at, "event").value == LEAD_LEAVES
    assert headings(at)[:3] == [
        "December–February 37.7 %, April–June 40.9 % (March left out; Qwen3.5 was released between "
        "16 February and 2 March).",
        "Before and after",
        "Read with care",
    ]
    said = html_of(at)
    assert "Before: December–February. After: April–June." in [one.value for one in at.markdown]
    for cell in ("37.7 %", "+3.2 points", "All but Qwen", "Meta, "):
        assert cell in said
    assert "Qwen: share of text and vision-language downloads on the Hub, own account" in said
    assert "45.0\N{NO-BREAK SPACE}% over both together" in said
    links = re.findall(r'href="([^"]*)"', said)
    assert links
    assert all(re.match(r"https?://", link) for link in links)
    held = parse_qs(at.code[0].value.partition("?")[2])
    assert held["event"] == [LEAD_LEAVES]
    assert held["window_months"] == ["3"]
    # Another focus brings its own event; one that was chosen stays.
    control(at, "focus").set_value("Gemma").run()
    assert control(checked(at), "event").value == "2026-04-02 Gemma 4 released"
    assert headings(at)[0].startswith("January–March 2.7 %")
    control(at, "event").set_value(LEAD_LEAVES).run()
    control(at, "window_months").set_value(2).run()
    assert headings(checked(at))[0].startswith("January–February")
    assert "too few points: 4" in headings(at)[0]


def test_an_event_that_was_chosen_stays_when_the_focus_changes() -> None:
    at = opened()
    chosen = "2025-04-29 Qwen3 series released (0.6B-235B; 2025-04-28 US time)"
    control(at, "event").set_value(chosen).run()
    control(at, "focus").set_value("Gemma").run()
    assert control(checked(at), "event").value == chosen
    control(at, "focus").set_value("Llama").run()
    assert control(checked(at), "event").value == chosen


def test_an_empty_window_in_the_address_is_the_usual_one() -> None:
    assert headings(opened(window_months=""))[0].startswith("December–February 37.7 %")
    at = opened(window_days="", series="Served tokens, by day")
    assert headings(at) == ["All events"]


def test_any_date_goes_first_until_an_event_is_chosen() -> None:
    at = opened(at="2026-08-12")
    assert "2026-08-12, a date of your choice" in html_of(at)
    assert control(at, "event").value == "A date"
    assert headings(at)[0].startswith("May–July 35.7 %, September 29.9 %")
    control(at, "event").set_value(
        "2025-04-29 Qwen3 series released (0.6B-235B; 2025-04-28 US time)"
    )
    at.run()
    assert control(checked(at), "at").value is None
    assert headings(at)[0].startswith("January–March")
    control(at, "at").set_value(date(2026, 8, 12)).run()
    control(at, "at").set_value(None).run()
    assert control(checked(at), "event").value == LEAD_LEAVES


def test_a_series_without_data_says_what_to_collect() -> None:
    at = opened(series="Served tokens, by day")
    assert "OPENROUTER_API_KEY" in at.info[0].value
    assert control(at, "window_days").value == 90
    assert headings(at) == ["All events"]


def test_the_list_of_events_is_filtered() -> None:
    at = opened(event_kind="licence", event_text="qwen3.8")
    rows = at.dataframe[0].value
    assert set(rows["kind"]) == {"licence"}
    assert rows["title"].str.contains("Qwen3.8").all()
    control(at, "event_text").set_value("[.*(no such thing").run()
    assert "No event matches" in checked(at).info[0].value


def test_every_event_has_a_name_of_its_own() -> None:
    events = event_charts.in_order(data.metric("events"), "Qwen")
    assert events["name"].is_unique
    near = (events["family"] == "Qwen") | (events["scope"] == "platform")
    assert near.is_monotonic_decreasing
    assert events.loc[near, "starts_on"].is_monotonic_decreasing
    assert event_charts.first_shown(events, "Qwen") == LEAD_LEAVES
    # A family without any event gets the first of all.
    assert event_charts.first_shown(events, "Zamba") == events.iloc[0]["name"]
    assert pd.notna(events.iloc[0]["name"])


def drawn(at: date, measure: Any = "Share", window: int = 3) -> Chart:
    selection = Selection("Qwen", ("Llama",), date(2025, 7, 1), date(2026, 9, 30), measure)
    study = data.event_study(at, "Qwen", ["Llama"], window=window)
    empty = pd.DataFrame({"starts_on": pd.to_datetime([]), "is_highlight": [], "family": []})
    context = Context(selection, data.families(), empty.astype({"is_highlight": bool}), empty, {})
    chart = event_charts.around_event(study, "An event with a long name, or so", context)
    assert chart is not None
    return chart


def test_the_chart_shades_the_windows_and_hatches_what_is_left_out() -> None:
    chart = drawn(date(2026, 3, 28))
    assert [(band.start, band.end, band.label, band.kind) for band in chart.bands] == [
        (date(2025, 12, 1), date(2026, 2, 1), "before: 37.7 %", "estimated"),
        (date(2026, 3, 1), date(2026, 3, 1), "left out", "interpolated"),
        (date(2026, 4, 1), date(2026, 6, 1), "after: 40.9 %", "estimated"),
    ]
    assert [chart.text(level.value) for level in chart.levels] == ["37.7 %", "40.9 %"]
    # Late in a month: at the end of the hatched band, with its own day under the pointer.
    (marker,) = chart.markers
    assert (marker.at, marker.day) == (date(2026, 3, 15), "2026-03-28")
    assert marker.label == "An event with a long…"
    assert [line.label for line in chart.lines] == ["Qwen", "Meta (meta-llama)"]
    assert "March 2026" in chart.caveats[0]
    for theme in THEMES.values():
        assert plots.figure(chart, theme).to_dict()["data"]


def test_an_index_shows_the_market_and_no_level() -> None:
    chart = drawn(date(2026, 3, 3), "Index = 100")
    assert [line.label for line in chart.lines] == ["Qwen", "Meta (meta-llama)", "all publishers"]
    assert chart.levels == ()
    assert [band.label for band in chart.bands] == ["before", "left out", "after"]
    # Windows outside the chosen period are shown all the same.
    assert min(drawn(date(2025, 3, 3)).lines[0].x) == date(2024, 12, 1)
