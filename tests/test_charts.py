"""Charts: what is drawn of hand-made rows, and that every chart can be drawn of the real seeds."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import data
from dashboard import (
    charts,
    hub_charts,
    plots,
    quality_charts,
    runtime_charts,
    scales,
    style,
    usage_charts,
)
from dashboard.chart import (
    MAX_BARS,
    MAX_MARKERS,
    REST_COLOURS,
    SCOPE_TITLES,
    Band,
    Bar,
    Chart,
    Cited,
    Context,
    Line,
    Marker,
    Note,
    Point,
    Selection,
)
from dashboard.style import THEMES
from tests import app_builds

MONTHS = tuple(pd.Timestamp(2025, month, 1) for month in (1, 2, 3, 4))
ACCOUNTS = {"Qwen": "Qwen", "meta-llama": "Meta (meta-llama)", "unsloth": "unsloth"}
PICKED = Selection(focus="Qwen", rivals=("Llama", "Gemma"))


def families() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "family": ["Qwen", "Llama", "Gemma"],
            "account": ["Qwen", "meta-llama", "google"],
            "account_label": ["Qwen", "Meta (meta-llama)", "Google"],
            "colour_light": ["#111111", "#222222", "#333333"],
            "colour_dark": ["#aaaaaa", "#bbbbbb", "#cccccc"],
        }
    )


def events(*rows: Mapping[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(
        rows, columns=["starts_on", "family", "title", "short_label", "is_highlight", "kind"]
    )
    types = {"family": "str", "title": "str", "short_label": "str", "is_highlight": bool}
    return frame.astype(types).assign(starts_on=pd.to_datetime(frame["starts_on"]))


def event(day: str, family: str | None = "Qwen", **other: Any) -> dict[str, Any]:
    named = {"title": f"Event of {day}", "short_label": f"E {day}", "is_highlight": True,
             "kind": "release"}  # fmt: skip
    return {"starts_on": day, "family": family, **named, **other}


def crossovers(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("published", "monthly_downloads", leader, passed, pd.Timestamp(at))
            for leader, passed, at in rows
        ],
        columns=["basis", "measure", "leader", "passed", "crossed_on"],
    )


def context(
    selection: Selection = PICKED,
    happened: pd.DataFrame | None = None,
    crossed: pd.DataFrame | None = None,
) -> Context:
    return Context(
        selection=selection,
        families=families(),
        events=events() if happened is None else happened,
        crossovers=crossovers() if crossed is None else crossed,
        citations={"Pulse": "Source: Pulse, as of {as_of}"},
    )


def info(name: str, unit: str, *columns: str) -> data.MetricInfo:
    return data.MetricInfo(
        name=name, title=name, unit=unit, grain=columns[:2], source="Hugging Face Hub API",
        sums=None, notes="A note.",
        columns=tuple(data.Column(column, "VARCHAR", "") for column in columns),
    )  # fmt: skip


ACCOUNT_INFO = info("account_downloads", "downloads", "month", "account")
FAMILY_INFO = info("family_downloads", "downloads in 30 days", "date", "family", "scope")
MONTHLY_INFO = info("monthly_downloads", "downloads", "month", "family", "scope")


def account_rows(
    shares: Mapping[str, Sequence[float | None]],
    reasons: Sequence[str] = ("none",) * 4,
) -> pd.DataFrame:
    """One row a month and account; downloads are a million times the share."""
    rows = [
        {
            "month": month, "account": account, "account_label": ACCOUNTS[account],
            "share": share, "account_downloads": None if share is None else 1e6 * share,
            "estimate_reason": reason, "pooled_share": None,
            "pooled_from": pd.NaT, "pooled_to": pd.NaT, "as_of": pd.Timestamp(2025, 6, 2),
            "source_title": "Pulse", "source_url": "https://example.org",
        }
        for account, values in shares.items()
        for month, share, reason in zip(MONTHS, values, reasons, strict=True)
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    numbers = ["share", "account_downloads", "pooled_share"]
    return frame.assign(**{name: frame[name].astype("float64") for name in numbers})


def pooled(rows: pd.DataFrame, account: str, first: int, share: float) -> pd.DataFrame:
    """The rows with two months of an account pooled."""
    pair = (rows["account"] == account) & rows["month"].isin(MONTHS[first : first + 2])
    rows.loc[pair, "pooled_share"] = share
    rows.loc[pair, ["pooled_from", "pooled_to"]] = (MONTHS[first], MONTHS[first + 1])
    return rows


def family_rows(
    values: Mapping[str, Sequence[float | None]],
    days: Sequence[pd.Timestamp] = MONTHS,
    column: str = "family_downloads",
    time: str = "date",
    reasons: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    rows = [
        {time: day, "family": family, "scope": "own", column: value}
        for family, numbers in values.items()
        for day, value in zip(days, numbers, strict=True)
    ]
    frame = pd.DataFrame(rows).astype({column: "Int64"})
    if reasons:
        told = [reason for family in values for reason in reasons[family]]
        frame = frame.assign(estimate_reason=told)
    return frame


def lines(chart: Chart | None) -> dict[str, Line]:
    assert chart is not None
    return {line.key: line for line in chart.lines}


# Published months of accounts


def test_a_chart_of_shares() -> None:
    rows = account_rows({"Qwen": [0.1, 0.2, 0.3, 0.4], "meta-llama": [0.3, 0.2, 0.1, 0.05]})
    chart = charts.account_downloads(rows, ACCOUNT_INFO, context())
    assert chart is not None
    assert [line.key for line in chart.lines] == ["Qwen", "meta-llama"]
    focus, rival = chart.lines
    assert focus.x == (date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1), date(2025, 4, 1))
    assert focus.y == (0.1, 0.2, 0.3, 0.4)
    assert (focus.role, rival.role) == ("focus", "compare")
    assert focus.colours == ("#111111", "#aaaaaa")
    assert (rival.label, rival.short_label) == ("Meta (meta-llama)", "Meta")
    assert chart.value_kind == "share"
    assert chart.unit == "share of text and vision-language downloads on the Hub"
    assert "own accounts" in chart.title
    assert (chart.as_of, chart.source, chart.source_url) == (
        "2025-06-02", "Pulse", "https://example.org",
    )  # fmt: skip
    assert chart.citation == "Source: Pulse, as of {as_of}"
    assert chart.text(0.34651) == "34.7 %"
    assert "Qwen 40.0 %" in chart.description
    assert not chart.caveats
    assert not chart.bands


@pytest.mark.parametrize(
    ("measure", "values", "kind", "unit", "text"),
    [
        ("Downloads", (1e5, 2e5, 3e5, 4e5), "count", "downloads a month", "400K"),
        ("Index = 100", (100.0, 200.0, 300.0, 400.0), "index", "first month shown = 100", "400"),
    ],
)
def test_other_measures(
    measure: Any, values: tuple[float, ...], kind: str, unit: str, text: str
) -> None:
    rows = account_rows({"Qwen": [0.1, 0.2, 0.3, 0.4]})
    rows = rows.assign(index=[100.0, 200.0, 300.0, 400.0])
    chart = charts.account_downloads(rows, ACCOUNT_INFO, context(replace(PICKED, measure=measure)))
    assert chart is not None
    assert lines(chart)["Qwen"].y == pytest.approx(values)
    assert chart.value_kind == kind
    assert unit in chart.unit
    assert chart.text(lines(chart)["Qwen"].y[-1]) == text
    assert not chart.notes  # notes speak of shares


def test_what_was_not_selected_is_not_drawn() -> None:
    rows = account_rows({"Qwen": [0.1] * 4, "unsloth": [0.3] * 4})
    assert set(lines(charts.account_downloads(rows, ACCOUNT_INFO, context()))) == {"Qwen"}


@pytest.mark.parametrize("focus", ["Gemma", "a family that nobody knows"])
def test_nothing_to_show_is_none(focus: str) -> None:
    rows = account_rows({"Qwen": [0.1] * 4})
    selection = Selection(focus=focus, rivals=())
    assert charts.account_downloads(rows, ACCOUNT_INFO, context(selection)) is None
    assert charts.account_downloads(rows.head(0), ACCOUNT_INFO, context()) is None
    assert charts.publishers(rows.head(0), ACCOUNT_INFO, context()) is None


def test_publishers_shows_every_account_the_largest_first() -> None:
    rows = account_rows({"meta-llama": [0.2] * 4, "unsloth": [0.3] * 4, "Qwen": [0.1] * 4})
    chart = charts.publishers(rows, ACCOUNT_INFO, context())
    assert list(lines(chart)) == ["unsloth", "meta-llama", "Qwen"]
    rest = lines(chart)["unsloth"]
    assert rest.role == "rest"
    assert rest.colours == REST_COLOURS
    assert chart is not None
    assert "all accounts" in chart.title


def test_estimated_points_and_bands() -> None:
    reasons = ["window_30d", "window_30d", "none", "interpolated_boundary"]
    rows = account_rows({"Qwen": [0.1] * 4, "meta-llama": [0.2] * 4}, reasons)
    chart = charts.account_downloads(rows, ACCOUNT_INFO, context())
    assert chart is not None
    assert {line.estimated for line in chart.lines} == {(True, True, False, True)}
    assert [(band.kind, band.start, band.end) for band in chart.bands] == [
        ("estimated", date(2025, 1, 1), date(2025, 2, 1)),
        ("interpolated", date(2025, 4, 1), date(2025, 4, 1)),
    ]
    assert [caveat.split(":")[0] for caveat in chart.caveats] == ["Dotted", "Hatched"]


def test_bands_merge_over_consecutive_months_only() -> None:
    reasons = ["interpolated_boundary", "none", "interpolated_boundary", "interpolated_boundary"]
    rows = account_rows({"Qwen": [0.1] * 4}, reasons)
    chart = charts.account_downloads(rows, ACCOUNT_INFO, context())
    assert chart is not None
    assert [(band.start.month, band.end.month) for band in chart.bands] == [(1, 1), (3, 4)]


@pytest.mark.parametrize("reason", ["interpolated_boundary", "counter_fell", "stalled_counter"])
def test_a_month_is_marked_when_one_family_alone_is_estimated(reason: str) -> None:
    rows = family_rows(
        {"Qwen": [1, 2, 3, 4], "Llama": [1, 2, 3, 4]},
        column="monthly_downloads", time="month",
        reasons={"Qwen": ["none", reason, "none", "none"], "Llama": ["none"] * 4},
    )  # fmt: skip
    chart = hub_charts.monthly_downloads(rows, MONTHLY_INFO, context())
    assert lines(chart)["Qwen"].estimated == (False, True, False, False)
    assert lines(chart)["Llama"].estimated == (False,) * 4
    assert chart is not None
    (dotted,) = [t for t in spec(chart)["data"] if t.get("line", {}).get("dash") == "dot"]
    told = [text for text in dotted["customdata"] if text]
    assert len(told) == 1
    assert told[0].startswith("2 (")
    assert any(caveat.startswith("Dotted") for caveat in chart.caveats)


def test_null_stays_a_gap() -> None:
    rows = account_rows({"Qwen": [0.1, None, 0.3, None]})
    chart = charts.account_downloads(rows, ACCOUNT_INFO, context())
    assert lines(chart)["Qwen"].y == (0.1, None, 0.3, None)
    assert chart is not None
    assert "Qwen 30.0 %" in chart.description


def test_the_peak_is_noted() -> None:
    rows = account_rows({"Qwen": [0.1, 0.5, 0.3, 0.2]}, ["none"] * 4)
    chart = charts.account_downloads(rows, ACCOUNT_INFO, context())
    assert chart is not None
    assert chart.notes == (Note(date(2025, 2, 1), 0.5, "peak 50.0 %"),)


def test_a_split_peak_says_what_both_months_are_worth() -> None:
    reasons = ["none", "interpolated_boundary", "interpolated_boundary", "none"]
    rows = account_rows({"Qwen": [0.1, 0.37, 0.5, 0.2]}, reasons)
    rows = pooled(rows, "Qwen", 1, 0.45)
    chart = charts.account_downloads(rows, ACCOUNT_INFO, context())
    assert chart is not None
    (note,) = chart.notes
    assert (note.at, note.value) == (date(2025, 3, 1), 0.5)
    assert note.text == "peak 50.0 %; 45.0 % pooled\nover February and March"


def test_since_when_the_focus_is_ahead() -> None:
    rows = account_rows({"Qwen": [0.1, 0.2, 0.3, 0.4], "meta-llama": [0.3, 0.25, 0.2, 0.1]})
    crossed = crossovers(("Qwen", "meta-llama", "2025-03-01"), ("meta-llama", "Qwen", "2025-02-01"))
    chart = charts.account_downloads(rows, ACCOUNT_INFO, context(crossed=crossed))
    assert chart is not None
    assert Note(date(2025, 3, 1), 0.3, "ahead of Meta\nfor good") in chart.notes
    behind = replace(PICKED, focus="Gemma", rivals=("Llama", "Qwen"))
    chart = charts.account_downloads(rows, ACCOUNT_INFO, context(behind, crossed=crossed))
    assert chart is not None
    assert not chart.notes


# Events


def test_events_of_the_period() -> None:
    happened = events(
        event("2024-12-31"),
        event("2025-01-01"),
        event("2025-02-10", "Llama"),
        event("2025-02-20", "Llama"),
        event("2025-03-05", "DeepSeek"),
        event("2025-03-10", None),
        event("2025-03-15", is_highlight=False),
        event("2025-04-30"),
        event("2025-05-01"),
    )
    rows = account_rows({"Qwen": [0.1] * 4})
    chart = charts.account_downloads(rows, ACCOUNT_INFO, context(happened=happened))
    assert chart is not None
    assert [marker.at.isoformat() for marker in chart.markers] == [
        "2025-01-01", "2025-02-10", "2025-03-10", "2025-04-30",
    ]  # fmt: skip
    assert chart.markers[0] == Marker(date(2025, 1, 1), "E 2025-01-01", "Event of 2025-01-01")


def test_the_focus_comes_first_when_there_are_too_many_events() -> None:
    many = [event(f"2025-01-{day:02d}") for day in range(2, 2 + MAX_MARKERS)]
    happened = events(event("2025-01-01", "Llama"), *many)
    rows = account_rows({"Qwen": [0.1] * 4})
    chart = charts.account_downloads(rows, ACCOUNT_INFO, context(happened=happened))
    assert chart is not None
    assert [marker.at.day for marker in chart.markers] == list(range(2, 2 + MAX_MARKERS))


def test_a_brief_chart_keeps_the_most_telling_marks() -> None:
    happened = events(
        event("2025-01-02", kind="release"),
        event("2025-01-03", kind="people"),
        event("2025-01-04", kind="release"),
        event("2025-01-05", kind="licence"),
        event("2025-01-06", "Llama"),
        event("2025-04-06", "Llama"),
        event("2025-04-07", "Gemma"),
        event("2025-04-08", None),
        event("2024-12-08", kind="people"),
    )
    rows = account_rows({"Qwen": [0.1, 0.2, 0.5, 0.4], "meta-llama": [0.1, 0.1, 0.3, 0.2]})
    crossed = crossovers(("Qwen", "meta-llama", "2025-02-01"))
    brief = replace(PICKED, is_brief=True)
    shown = context(brief, happened=happened, crossed=crossed)
    chart = charts.account_downloads(rows, ACCOUNT_INFO, shown)
    assert chart is not None
    # The peak and the crossing; then people and licence, the newest release, and of Llama the event
    # with the larger share of its account in the two months after it.
    assert len(chart.notes) == 2
    assert [marker.at.isoformat() for marker in chart.markers] == [
        "2025-01-03", "2025-01-04", "2025-01-05", "2025-01-06",
    ]  # fmt: skip
    order = charts.telling_events(rows, {"Qwen": "Qwen", "meta-llama": "Llama"}, shown)
    assert [day.strftime("%m-%d") for day in order["starts_on"]] == [
        "01-05", "01-03", "01-04", "01-06", "04-07", "01-02",
    ]  # fmt: skip
    # Other pages keep more.
    usual = charts.account_downloads(rows, ACCOUNT_INFO, replace(shown, selection=PICKED))
    assert usual is not None
    assert len(usual.markers) == 7


def test_a_brief_chart_without_events_or_lines() -> None:
    shown = context(replace(PICKED, is_brief=True))
    rows = account_rows({"Qwen": [0.1] * 4})
    for months in (rows, rows.head(1)):
        chart = charts.account_downloads(months, ACCOUNT_INFO, shown)
        assert chart is not None
        assert chart.markers == ()


def test_an_event_without_a_short_label_is_called_by_its_title() -> None:
    happened = events(event("2025-02-01", short_label=None))
    rows = account_rows({"Qwen": [0.1] * 4})
    chart = charts.account_downloads(rows, ACCOUNT_INFO, context(happened=happened))
    assert chart is not None
    assert [marker.label for marker in chart.markers] == ["Event of 2025-02-01"]


# What was collected


def test_collected_families() -> None:
    rows = family_rows({"Llama": [5, 6, 7, 8], "Qwen": [10, 20, 30, 40], "Phi": [1, 1, 1, 1]})
    chart = charts.family_downloads(rows, FAMILY_INFO, context())
    assert list(lines(chart)) == ["Qwen", "Llama"]
    assert chart is not None
    assert lines(chart)["Qwen"].y == (10.0, 20.0, 30.0, 40.0)
    assert chart.unit == "downloads in 30 days"
    assert "scope own" in chart.shown
    assert chart.as_of == "2025-04-01"
    assert chart.citation == "Source: Hugging Face Hub API"
    assert not chart.bars


def test_a_family_that_could_not_be_read_is_a_gap() -> None:
    rows = family_rows({"Qwen": [10, None, 30, 40], "Llama": [1, 2, 3, 4]})
    chart = charts.family_downloads(rows, FAMILY_INFO, context())
    assert lines(chart)["Qwen"].y == (10.0, None, 30.0, 40.0)


def test_zero_is_a_value() -> None:
    rows = family_rows({"Qwen": [0, 0, 0, 0]})
    assert lines(charts.family_downloads(rows, FAMILY_INFO, context()))["Qwen"].y == (0,) * 4


def test_one_date_is_drawn_as_bars() -> None:
    rows = family_rows({"Llama": [50], "Qwen": [400], "Gemma": [None]}, MONTHS[:1])
    chart = charts.family_downloads(rows, FAMILY_INFO, context(replace(PICKED, scale="Log")))
    assert chart is not None
    assert [(bar.label, bar.value) for bar in chart.bars] == [("Qwen", 400.0), ("Llama", 50.0)]
    assert chart.bars[0].colours == ("#111111", "#aaaaaa")
    assert not chart.lines
    assert not chart.markers
    assert not chart.is_log


@pytest.mark.parametrize("values", [{"Phi": [1, 2, 3, 4]}, {"Qwen": [None] * 4}])
def test_collected_nothing_is_none(values: Mapping[str, Sequence[float | None]]) -> None:
    rows = family_rows(values)
    assert charts.family_downloads(rows, FAMILY_INFO, context()) is None
    other_scope = family_rows({"Qwen": [1, 2, 3, 4]}).assign(scope="lineage")
    assert charts.family_downloads(other_scope, FAMILY_INFO, context()) is None


def test_an_index_of_collected_downloads() -> None:
    rows = family_rows({"Qwen": [10, 20, 30, 40]}).assign(index=[100.0, 200.0, 300.0, 400.0])
    chosen = replace(PICKED, measure="Index = 100")
    chart = charts.family_downloads(rows, FAMILY_INFO, context(chosen))
    assert chart is not None
    assert lines(chart)["Qwen"].y == (100.0, 200.0, 300.0, 400.0)
    assert chart.value_kind == "index"
    assert chart.unit == "index of downloads in 30 days, first value shown = 100"


def model_rows(count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": [MONTHS[0]] * count, "hub_id": [f"{n:024x}" for n in range(count)],
            "model_id": [f"Qwen/M-{n}" for n in range(count)], "family": ["Qwen"] * count,
            "generation": ["Qwen3"] * count, "downloads_30d": [n * 10 for n in range(count)],
        }
    )  # fmt: skip


def test_top_models_takes_the_newest_day_of_each_family() -> None:
    metric = info("downloads_30d", "downloads in 30 days", "date", "hub_id")
    older = model_rows(MAX_BARS + 3)
    newer = older.head(2).assign(date=MONTHS[1], family="Llama", model_id=["meta-llama/a", "b"])
    stale = older.head(1).assign(family="Llama", model_id="meta-llama/gone", downloads_30d=10**9)
    chart = charts.top_models(pd.concat([older, newer, stale]), metric, context())
    assert chart is not None
    assert len(chart.bars) == MAX_BARS
    values = [bar.value for bar in chart.bars]
    assert values == sorted(values, reverse=True)
    assert "meta-llama/gone" not in set(chart.frame["model_id"])
    assert list(chart.frame["model_id"]) == [bar.key for bar in chart.bars]
    assert charts.top_models(older.assign(family="Phi"), metric, context()) is None


# The whole Hub

MIX_INFO = info("download_mix", "downloads", "month", "family", "scope", "cut", "class")


def incidents(*rows: Mapping[str, Any]) -> pd.DataFrame:
    given = {
        "source": "hub_archive", "kind": "stall", "level": "hub", "subject": "whole Hub",
        "what": "nothing moved",
    }  # fmt: skip
    frame = pd.DataFrame([{**given, **row} for row in rows])
    return frame.assign(
        starts_on=pd.to_datetime(frame["starts_on"]), ends_on=pd.to_datetime(frame["ends_on"])
    )


def month_rows(
    values: Mapping[str, Sequence[float | None]],
    column: str = "monthly_downloads",
    scope: str = "own",
    **other: Any,
) -> pd.DataFrame:
    rows = family_rows(dict.fromkeys(values, [None] * 4), column=column, time="month")
    told = [value for numbers in values.values() for value in numbers]
    numbers = pd.array(told, dtype="Float64")
    return rows.assign(**{"scope": scope, "with_inferred": False, column: numbers, **other})


def mixed(classes: Mapping[str, Sequence[float | None]], cut: str) -> pd.DataFrame:
    rows = [
        {"month": month, "family": "Qwen", "scope": "own", "cut": cut, "class": name,
         "download_mix": value, "mix_share": None if value is None else value / 100}
        for name, values in classes.items()
        for month, value in zip(MONTHS, values, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"download_mix": "Float64", "mix_share": "Float64"})


def mix_chart(rows: pd.DataFrame, cut: str, **other: Any) -> Chart | None:
    selection = replace(PICKED, cut=cut, **other)
    covered = pd.DataFrame({"month": MONTHS, "mix_coverage": [0.9, 0.5, 0.8, 0.953]})
    shared = replace(context(selection), others={"mix_coverage": covered})
    return hub_charts.download_mix(rows, MIX_INFO, shared)


@pytest.mark.parametrize("scope", ["own", "derivatives", "lineage"])
def test_months_name_their_scope(scope: str) -> None:
    rows = month_rows({"Qwen": [1, 2, 3, 4]}, scope=scope)
    chart = hub_charts.monthly_downloads(rows, MONTHLY_INFO, context(replace(PICKED, scope=scope)))
    assert chart is not None
    assert f"scope {scope}" in chart.shown
    assert chart.title.startswith(SCOPE_TITLES[scope])
    assert "with_inferred" not in chart.frame


def test_counters_as_reported_are_other_numbers_and_no_estimates() -> None:
    rows = month_rows(
        {"Qwen": [1, 2, 3, 4]}, raw_downloads=[1, -5, 9, 4],
        estimate_reason=["none", "counter_fell", "counter_fell", "none"],
    )  # fmt: skip
    adjusted = hub_charts.monthly_downloads(rows, MONTHLY_INFO, context())
    raw = hub_charts.monthly_downloads(rows, MONTHLY_INFO, context(replace(PICKED, is_raw=True)))
    assert adjusted is not None
    assert raw is not None
    assert lines(adjusted)["Qwen"].y == (1, 2, 3, 4)
    assert lines(raw)["Qwen"].y == (1, -5, 9, 4)
    assert lines(raw)["Qwen"].estimated == (False,) * 4
    assert adjusted.caveats[0].startswith("Counters adjusted")
    assert raw.caveats[0].startswith("Counters as reported")
    low, high = spec(raw)["layout"]["yaxis"]["range"]
    assert low < -5 < 9 < high
    assert any(text.startswith("-") for text in spec(raw)["layout"]["yaxis"]["ticktext"])
    gone = rows.assign(raw_downloads=pd.NA)
    assert (
        hub_charts.monthly_downloads(gone, MONTHLY_INFO, context(replace(PICKED, is_raw=True)))
        is None
    )


def test_an_index_of_months() -> None:
    rows = month_rows({"Qwen": [10, 20, 30, 40]}, index=[100.0, 200.0, 300.0, 400.0])
    chosen = context(replace(PICKED, measure="Index = 100"))
    chart = hub_charts.monthly_downloads(rows, MONTHLY_INFO, chosen)
    assert chart is not None
    assert lines(chart)["Qwen"].y == (100.0, 200.0, 300.0, 400.0)
    assert chart.value_kind == "index"


def test_months_of_two_sources_cite_both() -> None:
    rows = month_rows(
        {"Qwen": [1, 2, 3, 4]}, source=["hub_archive", "hub_archive", "huggingface", "huggingface"]
    )
    both = {
        "hub_archive": Cited("Archive", "https://archive.example", "Source: Archive, {as_of}."),
        "huggingface": Cited("API", "https://api.example", "Source: API"),
    }
    chart = hub_charts.monthly_downloads(rows, MONTHLY_INFO, replace(context(), sources=both))
    assert chart is not None
    assert chart.source == "Archive and API"
    assert chart.citation == "Source: Archive, {as_of}; Source: API"


def test_months_of_any_archive_cite_all_archives() -> None:
    """Whichever brought them; under the name of the first stand all that the build holds."""
    rows = month_rows({"Qwen": [1, 2, 3, 4]}, source=["model_pulse", "hub_archive"] * 2)
    joined = Cited(
        "Series and Archive", "https://series.example", "Source: Series; Source: Archive"
    )
    given = replace(
        context(), sources={"hub_archive": joined}, archives=("model_pulse", "hub_archive")
    )
    chart = hub_charts.monthly_downloads(rows, MONTHLY_INFO, given)
    assert chart is not None
    assert chart.source == "Series and Archive"


def test_one_month_is_drawn_as_bars() -> None:
    rows = month_rows({"Qwen": [1, 2, 3, 4], "Llama": [9, 9, 9, 9]})
    rows = rows[rows["month"] == MONTHS[3]]
    chart = hub_charts.monthly_downloads(rows, MONTHLY_INFO, context())
    assert chart is not None
    assert [(bar.label, bar.value) for bar in chart.bars] == [("Llama", 9), ("Qwen", 4)]
    assert chart.title.endswith("April 2025")


def test_the_newest_day_bounds_what_a_chart_is_as_of() -> None:
    rows = month_rows({"Qwen": [1, 2, 3, 4]})
    known = replace(context(), newest_day=pd.Timestamp(2025, 4, 12))
    chart = hub_charts.monthly_downloads(rows, MONTHLY_INFO, known)
    assert chart is not None
    assert chart.as_of == "2025-04-12"


def test_shares_say_of_what() -> None:
    metric = info("monthly_share", "fraction", "month", "family")
    rows = month_rows({"Qwen": [0.1, 0.2, 0.3, 0.4]}, "monthly_share")
    of_hub = hub_charts.monthly_share(rows, metric, context())
    tracked = hub_charts.monthly_share(rows, metric, context(replace(PICKED, share_of="tracked")))
    assert of_hub is not None
    assert tracked is not None
    assert "all downloads on the Hub" in of_hub.title
    assert "all downloads on the Hub" in of_hub.unit
    assert "the tracked families' downloads" in tracked.title
    assert of_hub.value_kind == "share"


def test_sizes_are_stacked_in_their_order() -> None:
    rows = mixed(
        {"unknown": [5] * 4, "[10,50)": [20] * 4, "[0,1)": [None, 35, 35, 35], "[1,5)": [40] * 4},
        "size",
    )
    chart = mix_chart(rows, "size")
    assert chart is not None
    assert [layer.label for layer in chart.stacks] == ["under 1B", "1–5B", "10–50B", "unknown"]
    assert chart.stacks[0].y == (None, 0.35, 0.35, 0.35)
    assert chart.stacks[-1].colours == style.UNKNOWN
    hues = [layer.colours for layer in chart.stacks]
    assert len(set(hues)) == len(hues)
    assert chart.caveats[0] == (
        "Coverage: the size is known for 95.3 % of the downloads in April 2025, and for 50.0 % in "
        "the month with the least, February 2025."
    )


def test_other_classes_are_stacked_by_size_and_other_comes_last() -> None:
    rows = mixed(
        {"other": [50] * 4, "unknown": [9] * 4, "mit": [10] * 4, "apache-2.0": [30] * 4}, "licence"
    )
    chart = mix_chart(rows, "licence", measure="Downloads")
    assert chart is not None
    assert [layer.key for layer in chart.stacks] == ["apache-2.0", "mit", "other", "unknown"]
    assert chart.value_kind == "count"
    assert chart.stacks[0].y == (30.0,) * 4
    assert mix_chart(rows, "task") is None


def test_generations_are_stacked_from_old_to_new() -> None:
    names = ("Qwen10", "Qwen2.5", "Qwen", "Qwen3", "Qwen2", "unknown")
    chart = mix_chart(mixed(dict.fromkeys(names, [10] * 4), "generation"), "generation")
    assert chart is not None
    assert [layer.key for layer in chart.stacks] == [
        "Qwen", "Qwen2", "Qwen2.5", "Qwen3", "Qwen10", "unknown",
    ]  # fmt: skip


def test_stacked_bars_reach_the_sum_and_are_labelled() -> None:
    rows = mixed({"[0,1)": [60] * 4, "[1,5)": [30] * 4, "unknown": [10] * 4}, "size")
    chart = mix_chart(rows, "size")
    assert chart is not None
    figure = spec(chart)
    bars = [trace for trace in figure["data"] if trace["type"] == "bar"]
    assert [trace["name"] for trace in bars] == ["under 1B", "1–5B", "unknown"]
    assert figure["layout"]["barmode"] == "relative"
    low, high = figure["layout"]["yaxis"]["range"]
    assert low <= 0
    assert 100 <= high < 115
    texts = [text for _, text in end_labels(chart)]
    assert [text.rpartition("</span> ")[2] for text in texts] == [
        "under 1B 60.0 %", "1–5B 30.0 %", "unknown 10.0 %",
    ]  # fmt: skip
    assert spec(chart, "dark", "narrow")["data"]


def test_regions() -> None:
    metric = info("downloads_by_region", "downloads", "month", "scope", "region")
    rows = pd.DataFrame(
        [
            {"month": month, "scope": "own", "region": region, "downloads_by_region": 10.0,
             "region_share": 0.5}
            for month in MONTHS
            for region in ("unknown", "china")
        ]
    )  # fmt: skip
    chart = hub_charts.downloads_by_region(rows, metric, context())
    assert chart is not None
    assert [layer.label for layer in chart.stacks] == ["China", "unknown"]
    assert chart.shown.startswith("Scope own")


def test_growth_is_split_around_zero() -> None:
    metric = info("growth_split", "downloads", "month", "family")
    rows = pd.DataFrame(
        {
            "month": MONTHS, "family": "Qwen", "scope": "own",
            "growth_split": [None, 5.0, -30.0, 8.0], "market_effect": [None, 15.0, -10.0, 2.0],
            "share_effect": [None, -10.0, -20.0, 6.0],
        }
    )  # fmt: skip
    chart = hub_charts.growth_split(rows, metric, context())
    assert chart is not None
    assert [layer.y for layer in chart.stacks] == [(15, -10, 2), (-10, -20, 6)]
    assert chart.lines[0].y == (5, -30, 8)
    assert chart.text(-30.0) == "−30"
    figure = spec(chart)
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < -30
    assert high > 15
    assert hub_charts.growth_split(rows.head(1), metric, context()) is None


def test_concentration() -> None:
    metric = info("concentration", "index", "month", "subset")
    rows = pd.DataFrame(
        [
            {"month": month, "subset": subset, "top_10_share": 0.2, "top_100_share": 0.5,
             "top_1000_share": 0.7}
            for month in MONTHS
            for subset in ("hub", "Qwen", "Phi")
        ]
    )  # fmt: skip
    of_hub = hub_charts.concentration_hub(rows, metric, context())
    assert of_hub is not None
    assert [line.newest for line in of_hub.lines] == [0.7, 0.5, 0.2]
    one = hub_charts.concentration_hub(rows[rows["month"] == MONTHS[0]], metric, context())
    assert one is not None
    assert [bar.value for bar in one.bars] == [0.7, 0.5, 0.2]
    by_family = hub_charts.concentration_families(rows, metric, context())
    assert list(lines(by_family)) == ["Qwen"]


def derivative_rows(relation: str = "all") -> pd.DataFrame:
    return month_rows(
        {"Qwen": [10, 20, 30, 40]}, "derivatives_new", relation=relation,
        derivatives_new_over_5=pd.array([3, 5, None, None], dtype="Int64"),
    )  # fmt: skip


def test_young_months_are_missing_and_not_small() -> None:
    metric = info("derivatives_new", "models", "month", "family")
    rows = derivative_rows()
    plain = hub_charts.derivatives_new(rows, metric, context())
    judged = hub_charts.derivatives_new(rows, metric, context(replace(PICKED, is_judged=True)))
    assert lines(plain)["Qwen"].y == (10, 20, 30, 40)
    assert lines(judged)["Qwen"].y == (3, 5, None, None)
    assert judged is not None
    assert any("age of 30 days" in caveat for caveat in judged.caveats)
    # A month that is not over is no month.
    known = replace(context(), newest_day=pd.Timestamp(2025, 4, 12))
    assert lines(hub_charts.derivatives_new(rows, metric, known))["Qwen"].y == (10, 20, 30)


def test_derivatives_with_downloads_are_known_for_the_newest_day() -> None:
    metric = info("derivatives_total", "models", "date", "family")
    rows = family_rows(
        {"Qwen": [10, 20, 30, 40], "Llama": [5, 5, 5, 5]}, column="derivatives_total"
    )
    rows = rows.assign(
        derivatives_over_5=pd.array([None, None, None, 9, None, None, None, 2], dtype="Int64")
    )
    chart = hub_charts.derivatives_total(rows, metric, context(replace(PICKED, is_judged=True)))
    assert chart is not None
    assert [(bar.key, bar.value) for bar in chart.bars] == [("Qwen", 9), ("Llama", 2)]
    assert list(lines(hub_charts.derivatives_total(rows, metric, context()))) == ["Qwen", "Llama"]


def test_inferred_parents_are_said() -> None:
    metric = info("derivatives_new", "models", "month", "family")
    for with_inferred, words in ((False, "declared them."), (True, "inferred from names.")):
        chosen = context(replace(PICKED, with_inferred=with_inferred))
        chart = hub_charts.derivatives_new(derivative_rows(), metric, chosen)
        assert chart is not None
        assert chart.caveats[0].endswith(words)


def test_relations_are_stacked() -> None:
    metric = info("derivatives_new", "models", "month", "family")
    rows = pd.concat([derivative_rows(name) for name in ("all", "quantized", "finetune")])
    chart = hub_charts.derivatives_by_relation(rows, metric, context())
    assert chart is not None
    assert [layer.label for layer in chart.stacks] == ["fine-tunes", "quantizations"]


def test_repackagers_of_the_newest_month() -> None:
    metric = info("repackagers", "downloads", "month", "hf_org")
    rows = pd.DataFrame(
        [
            {"month": month, "hf_org": org, "relation": relation, "repackagers": value + n,
             "top_family": family}
            for n, month in enumerate(MONTHS)
            for org, relation, value, family in (
                ("unsloth", "quantized", 10.0, "Qwen"), ("nvidia", "finetune", 20.0, None),
            )
        ]
    )  # fmt: skip
    chart = hub_charts.repackagers(rows, metric, context())
    assert chart is not None
    assert [(bar.label, bar.value) for bar in chart.bars] == [
        ("nvidia · fine-tunes", 23.0), ("unsloth · quantizations", 13.0),
    ]  # fmt: skip
    assert chart.bars[1].colours == ("#111111", "#aaaaaa")
    only = context(replace(PICKED, relation="quantized"))
    chart = hub_charts.repackagers(rows, metric, only)
    assert chart is not None
    assert [bar.label for bar in chart.bars] == ["unsloth"]


def test_milestones_of_a_model_become_markers() -> None:
    history = pd.DataFrame(
        {"date": MONTHS, "downloads_30d": [1, 2, 3, None], "downloads_all_time": [9, 10, 11, 12],
         "note": None}
    )  # fmt: skip
    passed = pd.DataFrame(
        {
            "milestone": [10_000, 1_000_000],
            "reached_on": [MONTHS[0], MONTHS[2]],
            "before_on": [pd.NaT, MONTHS[1]],
        }
    )
    chart = hub_charts.model_history(
        history, context(), column="downloads_all_time", model_id="Qwen/M", family="Qwen",
        milestones=passed,
    )  # fmt: skip
    assert chart is not None
    # When the first day was already beyond a milestone, nobody knows when it was passed.
    assert chart.markers == (Marker(date(2025, 3, 1), "1M", "1,000,000 downloads"),)
    recent = hub_charts.model_history(
        history, context(), column="downloads_30d", model_id="Qwen/M", family=None
    )
    assert recent is not None
    assert recent.lines[0].y == (1, 2, 3)
    lost = hub_charts.model_history(
        history.assign(note=[None, None, None, "gone"]), context(), column="downloads_30d",
        model_id="Qwen/M", family=None, lost="1 day is gone.",
    )  # fmt: skip
    assert lost is not None
    assert (lost.lines[0].y, lost.as_of) == ((1, 2, 3, None), recent.as_of)
    assert lost.caveats == ("1 day is gone.",)
    assert list(lost.frame["note"].dropna()) == ["gone"]
    assert "Source" in recent.citation
    nothing = history.assign(downloads_30d=None)
    assert (
        hub_charts.model_history(
            nothing, context(), column="downloads_30d", model_id="Qwen/M", family=None
        )
        is None
    )


def incident_chart(*rows: Mapping[str, Any]) -> Chart:
    shared = replace(context(), incidents=incidents(*rows))
    shared = replace(shared, families=families().assign(hf_orgs=["Qwen", "meta-llama", "google"]))
    chart = hub_charts.monthly_downloads(month_rows({"Qwen": [1, 2, 3, 4]}), MONTHLY_INFO, shared)
    assert chart is not None
    return chart


def test_incidents_are_marked_on_the_months_that_they_touch() -> None:
    chart = incident_chart(
        {"starts_on": "2025-01-20", "ends_on": "2025-02-03"},
        {"starts_on": "2025-04-05", "ends_on": "2025-06-30", "source": "huggingface",
         "level": "source", "what": "<b>counters fell</b>"},
    )  # fmt: skip
    assert [(band.start.month, band.end.month) for band in chart.bands] == [(1, 2), (4, 4)]
    assert {band.kind for band in chart.bands} == {"incident"}
    figure = spec(chart)
    (ticks,) = [trace for trace in figure["data"] if trace.get("name") == "incident"]
    assert ticks["x"] == ["2025-01-01", "2025-02-01", "2025-04-01"]
    assert "stall, 2025-01-20 – 2025-02-03: nothing moved" in ticks["customdata"][0].replace(
        "<br>", " "
    )
    assert "&lt;b&gt;counters fell" in ticks["customdata"][2].replace("<br>", " ")
    assert len([s for s in figure["layout"]["shapes"] if s["type"] == "rect"]) == 2


@pytest.mark.parametrize(
    "row",
    [
        {"starts_on": "2024-11-01", "ends_on": "2024-12-31"},
        {"starts_on": "2025-02-01", "ends_on": "2025-02-02", "source": "ollama-library"},
        {"starts_on": "2025-02-01", "ends_on": "2025-02-02", "kind": "rename"},
        {"starts_on": "2025-02-01", "ends_on": "2025-02-02", "level": "publisher", "subject": "x"},
        {"starts_on": "2025-02-01", "ends_on": "2025-02-02", "level": "model", "subject": "Qwen/a"},
    ],
)
def test_other_incidents_are_not_marked(row: Mapping[str, Any]) -> None:
    assert not incident_chart(row).bands


def test_incidents_of_a_selected_account_are_marked() -> None:
    chart = incident_chart(
        {"starts_on": "2025-02-01", "ends_on": "2025-02-02", "level": "publisher",
         "subject": "Qwen"},
    )  # fmt: skip
    assert len(chart.bands) == 1


def test_incidents_of_a_week_are_marked_on_its_monday() -> None:
    weeks = [pd.Timestamp(2025, 1, 6) + pd.Timedelta(weeks=n) for n in range(4)]
    rows = family_rows({"Qwen": [1, 2, 3, 4]}, weeks, "weekly_downloads", "week")
    found = incidents({"starts_on": "2025-01-16", "ends_on": "2025-01-20"})
    chart = hub_charts.weekly_downloads(
        rows, info("weekly_downloads", "downloads", "week", "family"),
        replace(context(), incidents=found),
    )  # fmt: skip
    assert chart is not None
    assert [(band.start, band.end) for band in chart.bands] == [
        (date(2025, 1, 13), date(2025, 1, 20))
    ]
    assert chart.title.startswith("Own downloads by week")
    spec(chart)


# Drawing


def hand_made(
    *series: Sequence[float | None], is_log: bool = False, kind: Any = "count", **other: Any
) -> Chart:
    days = [date(2025, 1 + n, 1) for n in range(12)]
    return Chart(
        key="k", title="t", shown="s", unit="u", value_kind=kind, source="x",
        source_url="https://example.org", citation="c", as_of="2025-06-02", frame=pd.DataFrame(),
        is_log=is_log,
        lines=tuple(
            Line(
                key=f"l{n}", label=f"Line {n}", x=tuple(days[: len(values)]), y=tuple(values),
                estimated=(False,) * len(values), colours=("#111111", "#aaaaaa"),
                role="focus" if n == 0 else "compare",
            )
            for n, values in enumerate(series)
        ),
        **other,
    )  # fmt: skip


def spec(chart: Chart, theme: Any = "light", width: plots.Width = "wide") -> dict[str, Any]:
    """The figure as the browser gets it; NaN and infinities are no JSON and raise."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} in the figure's JSON")

    text = plots.figure(chart, THEMES[theme], width).to_json()
    read: dict[str, Any] = json.loads(text, parse_constant=refuse)
    return read


def drawn_points(chart: Chart) -> dict[str, int]:
    return points_of(spec(chart))


def points_of(figure: Mapping[str, Any]) -> dict[str, int]:
    """Values that some trace shows, by line."""
    found: dict[str, set[str]] = {}
    for trace in figure["data"]:
        if trace["type"] in {"scatter", "bar"} and "name" in trace:
            points = zip(trace["x"], decoded(trace["y"]), strict=True)
            found.setdefault(trace["name"], set()).update(x for x, y in points if y is not None)
    return {name: len(days) for name, days in found.items()}


def decoded(values: Any) -> list[float | None]:
    assert isinstance(values, list), f"expected a list of numbers, found {type(values)}"
    return values


def end_labels(chart: Chart) -> list[tuple[float, str]]:
    return end_labels_of(spec(chart))


def end_labels_of(figure: Mapping[str, Any]) -> list[tuple[float, str]]:
    """Height and words of the labels at the lines' ends, from the bottom to the top."""
    notes = figure["layout"].get("annotations", [])
    return sorted(
        (note["y"], note["text"])
        for note in notes
        if note.get("xref") == "paper" and note.get("yref") == "paper"
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("is_log", [False, True])
def test_zeros_and_nulls(theme: str, width: Any, is_log: bool) -> None:
    chart = hand_made(
        [0, None, 10, 100], [None, None, None, None], [5, 0, 0, 0], [0, 0, 0, 0], is_log=is_log
    )
    figure = spec(chart, theme, width)
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < high
    assert figure["layout"]["yaxis"]["type"] == ("log" if is_log else "linear")


@pytest.mark.parametrize("values", [[0, 0, 0], [None, None, None], [7, 7, 7]])
@pytest.mark.parametrize("is_log", [False, True])
def test_flat_series(values: Sequence[float | None], is_log: bool) -> None:
    low, high = spec(hand_made(values, is_log=is_log))["layout"]["yaxis"]["range"]
    assert low < high


@pytest.mark.parametrize("is_log", [False, True])
def test_a_note_at_zero(is_log: bool) -> None:
    note = Note(date(2025, 2, 1), 0.0, "nothing")
    spec(hand_made([1, 0, 2], is_log=is_log, notes=(note,)))


@pytest.mark.parametrize("width", ["wide", "slide"])
@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize(
    "values",
    [[10, 20, 30, 40, 50, 60], [60, 50, 40, 30, 20, 10], [30] * 6, [30, 60, 60, 10, 30, 9]],
)
def test_a_note_covers_no_line(values: list[float], is_log: bool, width: Any) -> None:
    note = Note(date(2025, 4, 1), values[3], "ahead of Meta\nfor good")
    chart = hand_made(values, [value / 2 + 15 for value in values], is_log=is_log, notes=(note,))
    figure = spec(chart, width=width)
    (drawn,) = [one for one in figure["layout"]["annotations"] if "Meta" in one["text"]]
    low, high = figure["layout"]["yaxis"]["range"]
    tall = 400 if width == "wide" else plots.SLIDE_PLOT
    first, days = chart.lines[0].x[0], scales.days(chart)

    def height(value: float) -> float:
        return tall * ((math.log10(value) if is_log else value) - low) / (high - low)

    for wide in plots.PLOT_WIDTHS:
        x = (note.at - first).days / days * wide + drawn["ax"]
        left, right = (x - 80, x) if drawn["xanchor"] == "right" else (x, x + 80)
        middle = height(note.value) - drawn["ay"]
        for line in chart.lines:
            places = [
                ((day - first).days / days * wide, height(value))
                for day, value in zip(line.x, line.y, strict=True)
                if value is not None
            ]
            for across, up in scales.along(places):
                assert not (left < across < right and abs(up - middle) < 15)


@pytest.mark.parametrize(
    ("days", "pattern"), [(30, "%m-%d\n%Y"), (60, "%m-%d\n%Y"), (200, "%Y-%m")]
)
def test_an_axis_of_days_says_its_year(days: int, pattern: str) -> None:
    """Below the first label, and below the first one of another year."""
    first = date(2026, 11, 20)
    moments = tuple(first + timedelta(days=days * number // 4) for number in range(5))
    line = replace(hand_made([1, 2, 3, 4, 5]).lines[0], x=moments)
    layout = spec(replace(hand_made([1]), lines=(line,)))["layout"]
    assert layout["xaxis"]["tickformat"] == pattern
    assert (layout["margin"]["b"] > 30) == ("\n" in pattern)


def test_dashed_lines_are_told_apart() -> None:
    """Each has its own pattern, which stands as a sign beside its name; solid lines have none."""
    chart = hand_made([1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 6])
    dashed = [
        replace(line, is_dashed=True, shade=shade) for shade, line in enumerate(chart.lines[1:])
    ]
    chart = replace(chart, lines=(chart.lines[0], *dashed))
    drawn = spec(chart)["data"]
    assert len({trace["line"]["dash"] for trace in drawn if trace["mode"] == "lines"}) == 4
    signs = [scales.sign(chart, line) for line in chart.lines]
    assert signs[0] == ""
    assert len(set(signs)) == 4
    told = " ".join(text for _, text in end_labels(chart))
    assert all(sign in told for sign in signs)
    # Where every line is dashed, a sign would say nothing.
    all_dashed = replace(chart, lines=tuple(dashed))
    assert not any(scales.sign(all_dashed, line) for line in dashed)


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_one_point_only(width: Any) -> None:
    figure = spec(hand_made([12]), width=width)
    shown = [trace for trace in figure["data"] if trace["x"] == ["2025-01-01"]]
    assert any("markers" in trace["mode"] for trace in shown)
    first, last = figure["layout"]["xaxis"]["range"]
    assert first < "2025-01-01" <= last


@pytest.mark.parametrize("values", [[5, None, 7, None, 9, 9], [None, 5, None], [1, 2, None, 4]])
def test_a_point_between_gaps_can_be_seen(values: Sequence[float | None]) -> None:
    """A line needs two neighbours; a lonely point needs a marker."""
    traces = [t for t in spec(hand_made(values))["data"] if t["type"] == "scatter"]
    seen = set()
    for trace in traces:
        numbers = decoded(trace["y"])
        for position, (day, value) in enumerate(zip(trace["x"], numbers, strict=True)):
            near = [
                *numbers[max(position - 1, 0) : position],
                *numbers[position + 1 : position + 2],
            ]
            if value is not None and (
                "markers" in trace["mode"] or any(n is not None for n in near)
            ):
                seen.add(day)
    known = {f"2025-{n + 1:02d}-01" for n, value in enumerate(values) if value is not None}
    assert seen == known


def test_lines_do_not_run_over_gaps() -> None:
    for trace in spec(hand_made([1, None, 3, 4]))["data"]:
        assert trace.get("connectgaps") is not True
        if len(trace["x"]) > 1:
            assert decoded(trace["y"])[1] is None


def test_measured_is_solid_and_estimated_is_dotted() -> None:
    chart = hand_made([1, 2, 3, 4, 5])
    line = replace(chart.lines[0], estimated=(True, True, False, False, True))
    traces = spec(replace(chart, lines=(line,)))["data"]
    shown = {t["line"]["dash"]: decoded(t["y"]) for t in traces if "line" in t and "name" in t}
    assert shown["solid"] == [None, None, 3, 4, None]
    assert shown["dot"] == [1, 2, 3, 4, 5]
    texts = {t["line"]["dash"]: t["customdata"] for t in traces if "line" in t and "name" in t}
    # Each point is told once.
    assert texts["dot"] == ["1 (estimate)", "2 (estimate)", None, None, "5 (estimate)"]
    assert texts["solid"] == [None, None, "3", "4", None]


@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize("count", [1, 2, 9, 18])
def test_labels_keep_apart(count: int, is_log: bool) -> None:
    chart = hand_made(*([10, 10 + n / 100] for n in range(count)), is_log=is_log)
    labels = end_labels(chart)
    assert len(labels) == min(count, scales.DIRECT_LABELS)
    assert all(upper[0] - lower[0] > 0.9 * plots.LABEL_STEP for lower, upper in pairwise(labels))
    assert labels[0][0] >= -0.02
    assert labels[-1][0] <= 1.02
    assert any("Line 0" in text for _, text in labels)


@pytest.mark.parametrize(
    "places",
    [
        [0.0] * 9, [1.0] * 9, [0.5] * 9, [-0.3, 0.0, 0.01], [0.98, 0.99, 1.0],
        [0.0, 0.0, 0.02, 0.03, 0.031, 0.9, 0.99], [0.5], [],
    ],
)  # fmt: skip
def test_spread_keeps_its_gap_order_and_bounds(places: list[float]) -> None:
    spread = scales.spread(places, plots.LABEL_STEP)
    assert len(spread) == len(places)
    assert all(b - a >= 0.98 * plots.LABEL_STEP for a, b in pairwise(spread))
    assert all(-1e-6 <= place <= 1 + 1e-6 for place in spread)


@pytest.mark.parametrize(("at", "wide"), [(320, 400), (10, 620), (630, 620), (320, 700)])
@pytest.mark.parametrize("side", ["left", "right"])
def test_words_with_room_on_neither_side_stay_in_the_plot(
    at: float, wide: float, side: str
) -> None:
    box, _ = scales.clear_box((at, 150), (wide, 30), (0, 20, 640, 300), side, [], [])
    assert box[0] >= 0
    assert box[2] <= 640 or wide > 640
    assert box[2] - box[0] == wide


def test_spread_leaves_alone_what_is_apart() -> None:
    places = [0.1, 0.2, 0.7]
    assert scales.spread(places, plots.LABEL_STEP) == places


def areas(chart: Chart, theme: Any = "light") -> list[dict[str, Any]]:
    return [trace for trace in spec(chart, theme)["data"] if trace.get("fill") == "tonexty"]


def test_what_a_share_may_be_at_most_is_a_pale_area() -> None:
    chart = hand_made([0.01, 0.02, None, 0.03], [0.2, 0.2, 0.2, 0.2], kind="share")
    focus, other = chart.lines
    highs = (0.06, 0.07, None, 0.08)
    chart = replace(chart, lines=(replace(focus, highs=highs), replace(other, highs=(0.25,) * 4)))
    (area,) = areas(chart)  # of the focus only: areas on each other could not be read
    assert area["y"] == pytest.approx([6.0, 7.0, None, 8.0])
    assert area["fillcolor"] == "rgba(17,17,17,0.14)"
    assert areas(chart, "dark")[0]["fillcolor"] == "rgba(170,170,170,0.28)"
    told = next(t for t in spec(chart)["data"] if t.get("name") == "Line 0")["customdata"]
    assert told[0] == "1.0–6.0 %"
    labels = [text for _, text in end_labels(chart)]
    assert "<b>Line 0</b> 3.0–8.0 %" in labels
    assert "<b>Line 1</b> 20.0–25.0 %" in labels
    assert spec(chart)["layout"]["yaxis"]["range"][1] >= 25, "the axis holds the most, too"
    none = replace(chart, lines=(replace(focus, role="compare", highs=highs), chart.lines[1]))
    assert not areas(none)


def test_the_legend_of_phones_says_what_the_ends_of_lines_say() -> None:
    from dashboard import parts  # noqa: PLC0415

    chart = hand_made([0.01, 0.03], [0.2, 0.2], kind="share")
    lines_ = tuple(replace(line, short_label=line.label) for line in chart.lines)
    chart = replace(chart, lines=(replace(lines_[0], highs=(0.06, 0.08)), lines_[1]))
    assert [chart.newest_text(line) for line in chart.lines] == ["3.0–8.0 %", "20.0 %"]
    legend = parts.legend(chart, THEMES["light"])
    assert "Line 0 <i>3.0–8.0 %</i>" in legend
    assert "Line 1 <i>20.0 %</i>" in legend


@pytest.mark.parametrize(
    ("kind", "low", "high", "text"),
    [
        ("share", 0.01, 0.067, "1.0–6.7 %"), ("share", 0.01, 0.01, "1.0 %"),
        ("share", 0.01, None, "1.0 %"), ("count", 1200, 3000, "1.2K–3.0K"),
        ("count", None, 3000, data.wording.NO_VALUE),
    ],
)  # fmt: skip
def test_between(kind: str, low: float | None, high: float | None, text: str) -> None:
    assert hand_made([1], kind=kind).between(low, high) == text


def test_the_most_is_not_told_where_it_is_the_value_itself() -> None:
    chart = hand_made([0.1, 0.2], kind="share")
    exact = replace(chart, lines=(replace(chart.lines[0], highs=(0.1, 0.2)),))
    assert [text for _, text in end_labels(exact)] == ["<b>Line 0</b> 20.0 %"]
    assert not areas(chart)


def test_bars_say_how_far_rounding_can_be_off() -> None:
    bars = (
        Bar("a", "a", 118e6, ("#111111", "#aaaaaa"), half_width=5e4),
        Bar("b", "b", 12.0, ("#111111", "#aaaaaa")),
    )
    chart = hand_made(bars=bars)
    assert spec(chart)["data"][0]["text"] == ["118M ± 50.0K", "12"]


def points(count: int, **other: Any) -> Chart:
    made = [
        Point(
            f"p{n}", f"Point {n}", 10.0 ** (n / 3), 5.0 + n, ("#111111", "#aaaaaa"),
            "focus" if n == 3 else "compare" if n % 2 else "rest",
        )
        for n in range(count)
    ]  # fmt: skip
    return hand_made(points=tuple(made), x_unit="dollars", **other)


@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_points(theme: str, width: Any, is_log: bool) -> None:
    chart = points(40, is_log=is_log)
    figure = spec(chart, theme, width)
    (trace,) = figure["data"]
    drawn = dict(zip((text.split(":")[0] for text in trace["customdata"]), trace["x"], strict=True))
    assert drawn == {point.label: point.x for point in chart.points}
    # The focus lies on top of all.
    assert trace["customdata"][-1].startswith("Point 3:")
    named = [text for text in trace["text"] if text]
    assert 3 <= len(named) <= plots.POINT_LABELS[width]
    assert {"Point 3", "Point 39"} <= set(named)
    assert len(trace["textposition"]) == len(trace["x"])
    assert figure["layout"]["xaxis"]["type"] == "log"
    across, up = figure["layout"]["xaxis"], figure["layout"]["yaxis"]
    assert (across["title"]["text"], up["title"]["text"]) == ("dollars", "u")
    assert across["tickvals"] == [10.0**power for power in range(14)]
    assert across["ticktext"][:5] == ["1", "10", "100", "1K", "10K"]
    assert across["ticktext"][6] == "1M"
    assert (up.get("type") == "log") == is_log


def test_names_of_dots_that_lie_close_keep_apart_or_are_left_out() -> None:
    rooms = ((640.0, 400.0), (1050.0, 400.0))
    name = (80.0, 16.0)

    def sides(*dots: tuple[float, float]) -> dict[int, tuple[int, int]]:
        return scales.name_sides(dots, [(n, name) for n in range(len(dots))], rooms, 10)

    assert sides((0.2, 0.5), (0.8, 0.5)) == {0: (0, -1), 1: (0, -1)}
    assert sides((0.5, 0.5), (0.52, 0.5)) == {0: (0, -1), 1: (1, 0)}
    assert sides((1.0, 0.5)) == {0: (-1, 0)}  # within the plot
    crowd = sides(*((0.5 + n / 200, 0.9 + n / 300) for n in range(9)))
    assert 0 in crowd
    assert len(crowd) < 9


def test_prices_below_one_dollar_are_told_as_they_are() -> None:
    cheap = (
        Point("a", "A", 0.02, 3.0, ("#111111", "#aaaaaa")),
        Point("b", "B", 30.0, 4.0, ("#111111", "#aaaaaa")),
    )
    axis = spec(hand_made(points=cheap))["layout"]["xaxis"]
    assert axis["ticktext"] == ["0.01", "0.1", "1", "10", "100"]


@pytest.mark.parametrize("is_log", [False, True])
def test_one_point_at_zero(is_log: bool) -> None:
    alone = Point("p", "Alone", 1.0, 0.0, ("#111111", "#aaaaaa"))
    chart = hand_made(points=(alone,), is_log=is_log)
    assert spec(chart)["data"]
    assert "Alone 0" in chart.description


def test_eighteen_lines() -> None:
    chart = hand_made(*([n, 2 * n + 1, 3 * n] for n in range(18)))
    assert len(drawn_points(chart)) == 18
    assert set(drawn_points(chart).values()) == {3}


def test_labels_of_events_keep_apart() -> None:
    close = tuple(Marker(date(2025, 1, 5 + n), f"Event number {n}", "t") for n in range(6))
    rows = plots.rows_of(replace(hand_made(range(12)), markers=close), "wide")
    assert rows == list(range(6))
    far = tuple(Marker(date(2025, 1 + 3 * n, 5), "Event", "t") for n in range(4))
    assert plots.rows_of(replace(hand_made(range(12)), markers=far), "wide") == [0, 0, 0, 0]


def test_narrow_charts_number_the_events_and_have_no_labels() -> None:
    marker = Marker(date(2025, 2, 3), "Qwen3", "Qwen3 released")
    chart = hand_made([1, 2, 3], markers=(marker,), notes=(Note(date(2025, 2, 1), 2, "peak"),))
    words = [note["text"] for note in spec(chart, width="narrow")["layout"]["annotations"]]
    assert words == ["1"]
    words = [note["text"] for note in spec(chart)["layout"]["annotations"]]
    assert words == ["Qwen3", "<b>Line 0</b> 3", "peak"]


def test_bands_are_shaded_and_hatched() -> None:
    bands = (
        Band(date(2025, 1, 1), date(2025, 2, 1), "estimated", "estimated"),
        Band(date(2025, 4, 1), date(2025, 5, 1), "split", "interpolated"),
    )
    figure = spec(hand_made(range(12), bands=bands))
    (shaded,) = [shape for shape in figure["layout"]["shapes"] if shape["type"] == "rect"]
    assert shaded["x0"] < "2025-01-01"
    assert shaded["x1"] > "2025-02-01"
    (hatched,) = [trace for trace in figure["data"] if trace["type"] == "bar"]
    assert hatched["marker"]["pattern"]["shape"] == "/"


@pytest.mark.parametrize("is_log", [False, True])
def test_the_words_of_bands_stand_above_the_lines(is_log: bool) -> None:
    band = Band(date(2025, 1, 1), date(2025, 12, 1), "estimated", "estimated")
    chart = hand_made([1, *[5000] * 11], is_log=is_log, bands=(band,))
    low, high = spec(chart)["layout"]["yaxis"]["range"]
    top = math.log10(5000) if is_log else 5000
    assert (high - top) / (high - low) > 0.06  # of the plot's height: 20 pixels or so


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        ([0, 0.5], "share", ["0 %", "10 %", "20 %", "30 %", "40 %", "50 %"]),
        ([0, 0.004], "share", ["0 %", "0.1 %", "0.2 %", "0.3 %", "0.4 %"]),
        ([0, 60e6], "count", ["0", "10M", "20M", "30M", "40M", "50M", "60M"]),
        ([1, 12], "index", ["0", "2", "4", "6", "8", "10", "12"]),
    ],
)
def test_ticks_are_round(values: list[float], kind: str, texts: list[str]) -> None:
    assert list(spec(hand_made(values, kind=kind))["layout"]["yaxis"]["ticktext"]) == texts


TOPS = {"share": (0.0007, 0.03, 0.6, 1), "count": (3, 90, 4321, 2.4e9), "index": (110, 4321)}


@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize(("kind", "top"), [(k, top) for k, tops in TOPS.items() for top in tops])
def test_ticks_are_few_and_told_apart(kind: str, top: float, is_log: bool) -> None:
    values = [top / 40 if kind == "share" else max(top // 40, 1), top]
    texts = spec(hand_made(values, kind=kind, is_log=is_log))["layout"]["yaxis"]["ticktext"]
    assert 2 <= len(texts) <= 9
    assert len(set(texts)) == len(texts)


def test_months_are_not_labelled_twice() -> None:
    """Two months would otherwise get five labels, four of them the same."""
    axis = spec(hand_made([1, 2]))["layout"]["xaxis"]
    assert axis.get("dtick") == "M1" or "tickvals" in axis


# The real seeds, and a collection


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {
        kind: data.newest_build(app_builds.shared_home(tmp_path_factory, kind))
        for kind in ("seeds", "collected", "hub", "hub-month", "filled")
    }


def real_chart(build: Path, key: str, selection: Selection) -> Chart | None:
    from dashboard import recipes  # noqa: PLC0415  (the only test here that needs streamlit)

    drawn: Chart | None = recipes.chart(build, key, selection)
    return drawn


# What is drawn of one subject alone has columns as its marks, or keys put together of several.
WITHOUT_KEYS = {
    "concentration_hub", "growth_split", "momentum", "launch_curves", "repackagers",
    "model_downloads_30d", "model_downloads_all_time",
}  # fmt: skip


@pytest.mark.parametrize("key", sorted(charts.CHARTS))
@pytest.mark.parametrize("kind", ["hub", "hub-month", "filled"])
def test_files_hold_what_is_drawn_alone(builds: dict[str, Path], kind: str, key: str) -> None:
    plain = Selection("Qwen", ("Llama",), date(2024, 7, 1), date(2026, 11, 30))
    controls: list[dict[str, Any]] = [{}]
    if key == "token_share":
        controls = [{"token_cut": cut} for cut in usage_charts.TOKEN_CUTS.values()]
    elif key == "download_mix":
        controls = [{"cut": cut} for cut in hub_charts.CUTS.values()]
    for changes in controls:
        chart = real_chart(builds[kind], key, replace(plain, **changes))
        if chart is None:
            continue
        if key in WITHOUT_KEYS:
            assert len(chart.frame) == len(chart.bars) or not chart.bars or len(chart.frame) == 1
            continue
        marks = {one.key for some in (chart.series, chart.bars, chart.points) for one in some}
        columns = [set(chart.frame[name].dropna()) for name in chart.frame]
        held = max(columns, key=lambda values: (len(values & marks), -len(values)))
        assert held & marks, "a column has the keys of the marks"
        assert held <= marks, changes
        if chart.bars or chart.points:
            assert len(chart.frame) == len(chart.bars) + len(chart.points)


FIVE = ("Llama", "DeepSeek", "Mistral", "Gemma", "gpt-oss")
PERIODS = {
    "all": (date(2024, 7, 1), date(2026, 9, 30)),
    "one month": (date(2026, 6, 1), date(2026, 6, 30)),
}
HUB_CHARTS = set(hub_charts.CHARTS)
PUBLISHED = {"published_tokens", "published_pulls"}
# What the services fill that are asked besides the Hub.
SERVICE_CHARTS = (
    set(usage_charts.CHARTS) | set(runtime_charts.CHARTS) | set(quality_charts.CHARTS)
) - PUBLISHED
# Only two sources count since the beginning.
COUNTERS = ("dockerhub", "github")
CHANNEL_OF = {"runtime_totals": "dockerhub"}
ONE_MODEL = "Qwen/Qwen3-8B"
MODEL_CHARTS = set(hub_charts.MODEL_CHARTS)
# The newest release of the leaderboard that the fakes have.
NEWEST_RELEASE = {"benchmark": "lmarena_text", "release": "2026-09-08"}


@pytest.mark.parametrize(
    ("measure", "scale", "period"),
    [
        ("Share", "Linear", "all"), ("Share", "Log", "all"), ("Downloads", "Log", "all"),
        ("Index = 100", "Linear", "all"), ("Share", "Linear", "one month"),
        ("Index = 100", "Log", "one month"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("key", charts.CHARTS)
def test_every_chart_of_real_figures(
    builds: Mapping[str, Path], key: str, measure: Any, scale: Any, period: str
) -> None:
    start, end = PERIODS[period]
    selection = Selection(
        "Qwen", FIVE, start, end, measure, scale,
        channel=CHANNEL_OF.get(key, "pypistats"), model=ONE_MODEL, **NEWEST_RELEASE,
    )  # fmt: skip
    build = builds["filled" if key in SERVICE_CHARTS else "hub"]
    chart = real_chart(build, key, selection)
    if chart is None:
        assert period == "one month"
        return
    require_one_look(chart)
    wide, narrow = spec(chart), spec(chart, "dark", "narrow")
    shown = points_of(wide)
    assert points_of(narrow) == shown
    known = {line.label: sum(v is not None for v in line.y) for line in chart.series}
    shown.pop("incident", None)
    assert shown == {label: count for label, count in known.items() if count}
    assert chart.key == key
    assert chart.source
    assert chart.source_url.startswith("https://")
    assert chart.unit
    assert pd.Timestamp(chart.as_of[:10]) <= pd.Timestamp("2026-12-31")
    heights = [height for height, _ in end_labels_of(wide)]
    assert all(upper - lower > 0.9 * plots.LABEL_STEP for lower, upper in pairwise(heights))


def require_one_look(chart: Chart) -> None:
    """Themes differ in colours only. Compared is what figures are put together from: a figure has
    Plotly check each part of it, which takes far longer."""
    for width in ("wide", "narrow"):
        parts = [plots.sheet(chart, theme, width).parts() for theme in THEMES.values()]
        light, dark = (
            re.sub(r"#[0-9a-fA-F]{6}|rgba?\([^)]*\)", "colour", json.dumps(one, default=str))
            for one in parts
        )
        assert light == dark


def test_which_charts_seeds_alone_can_show(builds: Mapping[str, Path]) -> None:
    start, end = PERIODS["all"]
    selection = Selection("Qwen", FIVE, start, end, model=ONE_MODEL, **NEWEST_RELEASE)
    shown = {key for key in charts.CHARTS if real_chart(builds["seeds"], key, selection)}
    assert shown == PUBLISHED | {
        "account_downloads", "publishers", "published_models", "published_counters",
        "event_study", "launch_curves", "momentum", "published_sizes", "regions_by_layer",
        "standings",
    }  # fmt: skip
    shown = {key for key in charts.CHARTS if real_chart(builds["collected"], key, selection)}
    of_hub = HUB_CHARTS | MODEL_CHARTS
    assert shown == set(charts.CHARTS) - of_hub - SERVICE_CHARTS | {"monthly_downloads"}
    shown = {key for key in charts.CHARTS if real_chart(builds["hub"], key, selection)}
    assert shown == set(charts.CHARTS) - SERVICE_CHARTS
    shown = {key for key in SERVICE_CHARTS if real_chart(builds["filled"], key, selection)}
    assert shown == SERVICE_CHARTS - {"runtime_totals"}
    # Of one month there is no change, and nothing that was collected family by family.
    month = builds["hub-month"]
    selection = replace(selection, end=date(2026, 11, 30))
    shown = {key for key in HUB_CHARTS if real_chart(month, key, selection)}
    assert shown == HUB_CHARTS - {"growth_split"}


# What the services fill: every control of their pages


VIEWS = [
    *(
        ("token_share", {"token_cut": cut, "step": step})
        for cut in usage_charts.TOKEN_CUTS.values()
        for step in usage_charts.STEPS.values()
    ),
    *(("runtime_downloads", {"channel": one}) for one in runtime_charts.CHANNELS.values()),
    *(("runtime_totals", {"channel": one}) for one in COUNTERS),
    ("quality_and_adoption", NEWEST_RELEASE),
    ("quality_and_adoption", {"benchmark": "lmarena_text", "release": "2026-08-29"}),
    ("quality_and_adoption", {"benchmark": "livebench", "release": "2026-01-08"}),
    ("quality_and_adoption", {"benchmark": "artificial_analysis", "release": "4.1"}),
    *((key, {}) for key in sorted(SERVICE_CHARTS | PUBLISHED)
      if key not in ("token_share", "runtime_downloads", "runtime_totals",
                     "quality_and_adoption")),
]  # fmt: skip
HUE = re.compile(r"#[0-9a-fA-F]{6}")


def view_of(builds: Mapping[str, Path], key: str, control: Mapping[str, Any]) -> Chart:
    start, end = PERIODS["all"]
    selection = replace(Selection("Qwen", FIVE, start, end), **control)
    chart = real_chart(builds["filled"], key, selection)
    assert chart is not None
    return chart


@pytest.mark.parametrize(("key", "control"), VIEWS)
def test_every_view_of_the_services(
    builds: Mapping[str, Path], key: str, control: Mapping[str, Any]
) -> None:
    chart = view_of(builds, key, control)
    assert chart.key == key
    assert chart.source_url.startswith("https://")
    assert len(chart.frame)
    assert [bool(chart.bars), bool(chart.points), bool(chart.series)].count(True) == 1
    for line in chart.series:
        assert len(line.x) == len(line.y) == len(line.estimated)
        assert len(line.remarks) in (0, len(line.x))
        assert list(line.x) == sorted(set(line.x))
        for low, high in zip(line.y, line.highs, strict=bool(line.highs)):
            assert (low is None) == (high is None)
            assert low is None or high is None or 0 <= low <= high <= 1
    marks = [*chart.series, *chart.bars, *chart.points]
    assert len({mark.key for mark in marks}) == len(marks)
    for mark in marks:
        assert mark.label
        assert all(HUE.fullmatch(hue) for hue in mark.colours)
    require_one_look(chart)
    spec(chart)
    spec(chart, "dark", "narrow")


@pytest.mark.parametrize("cut", usage_charts.TOKEN_CUTS.values())
@pytest.mark.parametrize("step", usage_charts.STEPS.values())
def test_stacks_of_tokens_sum_to_the_whole(builds: Mapping[str, Path], cut: str, step: str) -> None:
    chart = view_of(builds, "token_share", {"token_cut": cut, "step": step})
    if cut in usage_charts.LINES:
        assert {line.key for line in chart.lines} <= {"Qwen", *FIVE}
        assert all(line.highs for line in chart.lines)
        return
    sums = [sum(value or 0.0 for value in values) for values in zip(*_heights(chart), strict=True)]
    assert sums
    assert sums == pytest.approx([1.0] * len(sums))
    assert chart.stacks[-1].label == "outside the top 50"


@pytest.mark.parametrize("step", ["week", "month"])
def test_a_running_period_is_no_bar_among_whole_ones(builds: Mapping[str, Path], step: str) -> None:
    """The newest day that the fakes have is 2026-09-09, a Wednesday."""
    running = {"week": date(2026, 9, 7), "month": date(2026, 9, 1)}[step]
    stacked = view_of(builds, "token_share", {"token_cut": "weights", "step": step})
    assert all(day < running for layer in stacked.stacks for day in layer.x)
    assert stacked.frame["date"].max().date() < running, "the file holds what is shown"
    assert any(f"The running {step} is left out: " in text for text in stacked.caveats)
    lines_ = view_of(builds, "token_share", {"token_cut": "family", "step": step})
    assert all(line.x[-1] < running for line in lines_.lines)
    assert any(f"The running {step} is left out: " in text for text in lines_.caveats)


@pytest.mark.parametrize("cut", ["weights", "family", "open_family"])
def test_a_running_month_alone_is_called_so_far(builds: Mapping[str, Path], cut: str) -> None:
    alone = {"token_cut": cut, "step": "month", "start": date(2026, 9, 1)}
    chart = view_of(builds, "token_share", alone)
    assert chart.title.endswith(", so far")
    assert chart.stacks or chart.bars


def test_lines_of_open_models_are_below_those_of_all(builds: Mapping[str, Path]) -> None:
    everything, open_ones = (
        view_of(builds, "token_share", {"token_cut": cut}) for cut in usage_charts.LINES
    )
    assert [line.key for line in everything.lines] == [line.key for line in open_ones.lines]
    for all_, own in zip(everything.lines, open_ones.lines, strict=True):
        assert all(b <= a for a, b in zip(all_.y, own.y, strict=True) if None not in (a, b))
        assert all(b <= a for a, b in zip(all_.highs, own.highs, strict=True)
                   if None not in (a, b))  # fmt: skip
    assert "open weights" in open_ones.title


def _heights(chart: Chart) -> list[tuple[float | None, ...]]:
    return [layer.y for layer in chart.stacks]


@pytest.mark.parametrize(("key", "control"), [v for v in VIEWS if v[0] in usage_charts.CHARTS])
def test_openrouter_is_cited_as_it_demands(
    builds: Mapping[str, Path], key: str, control: Mapping[str, Any]
) -> None:
    from dashboard import parts  # noqa: PLC0415

    chart = view_of(builds, key, control)
    told = {str(value) for value in chart.frame["as_of"]}
    told |= {value[:10] for value in told}
    assert chart.as_of in told, "the as-of date is that of the data"
    line = parts.source_line(chart)
    wanted = f"Source: OpenRouter (openrouter.ai/rankings), as of {chart.as_of}"
    assert wanted in line
    assert line.count(chart.as_of) == 1, "once, though the citation holds it already"
    assert chart.as_of in parts.csv_bytes(chart.frame).decode()


CITED_BY_ROWS = [
    (key, control)
    for key, control in VIEWS
    if key in ({*usage_charts.CHARTS, *quality_charts.CHARTS} - PUBLISHED)
]


@pytest.mark.parametrize(("key", "control"), CITED_BY_ROWS)
def test_the_citation_is_that_of_the_rows_and_told_once(
    builds: Mapping[str, Path], key: str, control: Mapping[str, Any]
) -> None:
    from dashboard import parts  # noqa: PLC0415

    chart = view_of(builds, key, control)
    assert chart.citation in set(chart.frame["citation"])
    assert chart.as_of in chart.citation
    assert "{as_of}" not in chart.citation
    line = parts.source_line(chart)
    assert line.count(chart.citation.rstrip(".")) == 1
    assert line.count("as of") == chart.citation.count("as of"), "no date is appended again"
    assert f'"{chart.citation}"' in parts.csv_bytes(chart.frame).decode()


def test_quality_cites_the_benchmark_and_the_downloads_beside_it(
    builds: Mapping[str, Path],
) -> None:
    chart = view_of(builds, "quality_and_adoption", NEWEST_RELEASE)
    assert chart.citation == (
        "Source: LMArena, leaderboard-dataset (lmarena-ai, CC BY 4.0), as of 2026-09-10; "
        "Source: Hugging Face Hub API, as of 2026-09-10"
    )


@pytest.mark.parametrize(
    ("citation", "told"),
    [
        ("Source: X, as of {as_of}", "Source: X, as of 2026-09-10."),
        ("Source: X", "Source: X, as of 2026-09-10."),
        ("Source: X, as of 2026-09-10", "Source: X, as of 2026-09-10."),
        ("Source: X, as of 2026-09-10; Source: Y, as of 2026-09-08.",
         "Source: X, as of 2026-09-10; Source: Y, as of 2026-09-08."),
    ],
)  # fmt: skip
def test_a_citation_holds_its_date_once(citation: str, told: str) -> None:
    from dashboard import parts  # noqa: PLC0415

    assert parts.cited_text(citation, "2026-09-10") == told


def test_artificial_analysis_is_named_with_its_address(builds: Mapping[str, Path]) -> None:
    from dashboard import parts  # noqa: PLC0415

    control = {"benchmark": "artificial_analysis", "release": "4.1"}
    chart = view_of(builds, "quality_and_adoption", control)
    assert "https://artificialanalysis.ai" in parts.source_line(chart)


def test_pulls_are_told_with_what_they_are_rounded_to(builds: Mapping[str, Path]) -> None:
    chart = view_of(builds, "ollama_libraries", {})
    metric = data.metric("ollama_pulls", build=builds["filled"]).set_index("library")
    metric = metric[metric["date"] == metric["date"].max()]
    for bar in chart.bars:
        assert bar.value == metric.loc[bar.key, "ollama_pulls"]
        assert bar.half_width == metric.loc[bar.key, "pulls_half_step"] > 0
    texts = spec(chart)["data"][0]["text"]
    assert texts[0] == f"{chart.text(chart.bars[0].value)} ± {chart.text(chart.bars[0].half_width)}"


def test_the_proxy_calls_itself_a_proxy(builds: Mapping[str, Path]) -> None:
    chart = view_of(builds, "lmstudio_downloads", {})
    assert "Proxy for LM Studio" in chart.title


@pytest.mark.parametrize(
    ("source", "words"),
    [("pypistats", "mirrors left out"), ("clickhouse", "mirrors included")],
)
def test_packages_say_whether_mirrors_are_counted(
    builds: Mapping[str, Path], source: str, words: str
) -> None:
    chart = view_of(builds, "runtime_downloads", {"channel": source})
    assert chart.title == f"Downloads of Python packages, {words}, by calendar month"
    assert set(chart.frame["source"]) == {source}, "the two series of PyPI are never joined"
    metric = data.metric("runtime_downloads", build=builds["filled"], source=source)
    for line in chart.lines:
        own = metric[metric["name"] == line.key].set_index("month")["runtime_downloads"]
        assert list(line.y) == [own[pd.Timestamp(at)] for at in line.x]


LEFT_OUT = "The running month is left out."


@pytest.mark.parametrize("source", runtime_charts.CHANNELS.values())
def test_the_running_month_of_runtimes_is_left_out(builds: Mapping[str, Path], source: str) -> None:
    chart = view_of(builds, "runtime_downloads", {"channel": source})
    assert {line.x[-1] for line in chart.lines} == {date(2026, 8, 1)}
    assert chart.frame["month"].max() == pd.Timestamp(2026, 8, 1)
    assert chart.as_of == "2026-08-31"
    # Differences of counters have no value before the month is over: there is nothing to leave out.
    assert (LEFT_OUT in chart.caveats) == (source not in COUNTERS)


def runtime_rows(*months: tuple[str, str, bool, int | None]) -> pd.DataFrame:
    """Rows of one package: month, last day read, whether complete, downloads."""
    return pd.DataFrame(
        [
            {"month": pd.Timestamp(month), "channel": "pypi", "name": "vllm", "runtime": "vLLM",
             "source": "pypistats", "runtime_downloads": value, "unit": "downloads",
             "last_on": pd.Timestamp(last_on), "is_complete": is_complete}
            for month, last_on, is_complete, value in months
        ]
    ).astype({"runtime_downloads": "Int64"})  # fmt: skip


RUNTIME_INFO = info("runtime_downloads", "as the column unit says", "month", "channel")
CITED = {"pypistats": Cited("pypistats", "https://example.org", "Source: pypistats")}


def runtime_chart(*months: tuple[str, str, bool, int | None]) -> Chart | None:
    named = replace(context(), sources=CITED)
    return runtime_charts.runtime_downloads(runtime_rows(*months), RUNTIME_INFO, named)


JUNE, JULY = ("2026-06-01", "2026-06-30", True, 30), ("2026-07-01", "2026-07-31", True, 40)


def test_a_month_is_left_out_only_while_it_goes_on() -> None:
    going_on = runtime_chart(JUNE, JULY, ("2026-08-01", "2026-08-09", False, 9))
    (line,) = lines(going_on).values()
    assert line.y == (30, 40)
    assert going_on is not None
    assert LEFT_OUT in going_on.caveats
    # August lacks days, or old releases, and is over: something was read in September.
    for value in (2, None):
        over = runtime_chart(
            JUNE, JULY, ("2026-08-01", "2026-08-29", False, 9),
            ("2026-09-01", "2026-09-02", False, value),
        )  # fmt: skip
        (line,) = lines(over).values()
        assert line.y == (30, 40, 9)
        assert line.estimated == (False, False, True)
        assert over is not None
        assert (LEFT_OUT in over.caveats) == (value is not None)
        assert "Dotted: some days of the month were not read." in over.caveats
    until_july = runtime_chart(JUNE, ("2026-07-01", "2026-07-31", False, 39))
    (line,) = lines(until_july).values()
    assert line.y == (30, 39)


@pytest.mark.parametrize("value", [9, None])
def test_nothing_is_drawn_of_a_running_month_alone(value: int | None) -> None:
    assert runtime_chart(("2026-08-01", "2026-08-09", False, value)) is None


@pytest.mark.parametrize("source", runtime_charts.CHANNELS.values())
def test_only_counters_have_totals(builds: Mapping[str, Path], source: str) -> None:
    start, end = PERIODS["all"]
    selection = Selection("Qwen", FIVE, start, end, channel=source)
    chart = real_chart(builds["filled"], "runtime_totals", selection)
    assert (chart is not None) == (source in COUNTERS)
    if chart is None:
        return
    counted, _ = runtime_charts.COUNTED[source]
    assert chart.title == f"{counted} since the beginning, 2026-09-10"
    assert chart.as_of == "2026-09-10"
    totals = data.metric("runtime_totals", build=builds["filled"], channel=source)
    newest = totals[totals["date"] == totals["date"].max()]
    wanted = dict(zip(newest["name"], newest["runtime_totals"], strict=True))
    assert {bar.key: bar.value for bar in chart.bars} == wanted
    assert [bar.value for bar in chart.bars] == sorted(wanted.values(), reverse=True)
    assert chart.unit == {"dockerhub": "pulls", "github": "downloads"}[source]


def test_the_figures_that_the_issue_names(builds: Mapping[str, Path]) -> None:
    start, end = PERIODS["all"]
    chart = real_chart(builds["seeds"], "account_downloads", Selection("Qwen", FIVE, start, end))
    assert chart is not None
    wanted = {
        "Qwen": {"2025-03": "9.0 %", "2026-04": "50.1 %", "2026-09": "29.9 %"},
        "meta-llama": {"2025-03": "9.5 %", "2026-04": "4.0 %", "2026-09": "2.6 %"},
    }
    for account, months in wanted.items():
        line = lines(chart)[account]
        told = {f"{day:%Y-%m}": chart.text(v) for day, v in zip(line.x, line.y, strict=True)}
        assert {month: told[month] for month in months} == months


def test_every_family_as_focus(builds: Mapping[str, Path]) -> None:
    start, end = PERIODS["all"]
    # Every fourth: what differs between families is what was published and collected of them.
    for family in data.families(builds["collected"])["family"][::4]:
        selection = Selection(family, (), start, end, "Share", "Log")
        drawn = [real_chart(builds["collected"], key, selection) for key in charts.CHARTS]
        found = [chart for chart in drawn if chart is not None]
        assert found, f"nothing at all is shown of {family}"
        for chart in found[:1]:
            spec(chart)
