"""Every page of the dashboard, without a browser: seeds only, a Hub collection, and no build."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

import data
from tests import app_builds

APP = data.ROOT / "dashboard" / "app.py"
TITLES = {
    "briefing": "Qwen still leads Hugging Face by far",
    "downloads": "Downloads",
    "reported": "Reported figures",
    "sources": "Sources",
}
COLLECT = "collectors collect huggingface"


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    return lambda kind: app_builds.shared_home(tmp_path_factory, kind)


@pytest.fixture
def use(homes: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Let the app read the data directory of a kind."""

    def choose(kind: str) -> Path:
        home = homes(kind)
        monkeypatch.setenv("ADOPTION_DATA_DIR", str(home))
        return home

    return choose


def opened(page: str = "briefing", **query: Any) -> AppTest:
    """A page as a visitor with that address sees it; a traceback fails the test."""
    at = AppTest.from_file(APP, default_timeout=30)
    for key, value in query.items():
        at.query_params[key.rstrip("_")] = value
    at.run()
    if page != "briefing":
        at.switch_page(f"views/{page}.py").run()
    return checked(at)


def checked(at: AppTest) -> AppTest:
    assert not at.exception, [error.value for error in at.exception]
    return at


def words(at: AppTest) -> str:
    """Everything that stands on the page, tables and boxes included, without HTML's tags."""
    said = [element.value for kind in ("title", "header", "subheader", "caption", "markdown")
            for element in at.get(kind)]  # fmt: skip
    said += [element.value for kind in ("info", "warning", "code") for element in at.get(kind)]
    said += [element.label for element in at.expander]
    plain = [html.unescape(re.sub(r"<[^>]+>", " ", source)) for source in sources_of_html(at)]
    return "\n".join([*said, *plain])


def sources_of_html(at: AppTest) -> list[str]:
    return [element.proto.body for element in at.get("html")]


def cells(table: str) -> list[str]:
    """Texts between tags."""
    return [text for text in re.split(r"<[^>]+>", table) if text.strip()]


def figures(at: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]


def control(at: AppTest, key: str) -> Any:
    return next(w for w in [*at.selectbox, *at.multiselect, *at.segmented_control] if w.key == key)


# Every page, whatever there is


@pytest.mark.parametrize("kind", app_builds.KINDS)
@pytest.mark.parametrize("page", TITLES)
def test_a_page_opens(use: Callable[[str], Path], page: str, kind: str) -> None:
    use(kind)
    at = opened(page)
    title = "Nothing is built yet" if kind == "empty" else TITLES[page]
    assert at.title[0].value.startswith(title)
    MUST_SAY[page, kind](at)


def no_build(at: AppTest) -> None:
    assert at.code[0].value == "collectors build"
    assert not at.get("plotly_chart")
    assert not at.selectbox


def briefing(at: AppTest) -> None:
    said = words(at)
    assert "29.9 %" in said
    assert "11.6 times" in said
    assert at.title[0].value.endswith(
        "below its peak of March and April 2026; in served tokens it is small."
    )
    layers = next(table for table in sources_of_html(at) if "<table>" in table)
    expected = data.brief("Qwen", ["Llama"]).layers
    assert layers.count("<tr>") == 1 + len(expected) >= 1 + 5
    for layer in expected:
        assert {html.escape(layer.title), html.escape(layer.scope)} <= set(cells(layers))
        assert f"<b>{html.escape(layer.focus_text)}</b>" in layers or layer.command
    assert len(at.get("plotly_chart")) == 2  # wide and narrow
    for box in ("What changed", "Does it hold against Llama?", "Read with care"):
        assert f"**{box}**" in said
    assert "github.com/tardellirs/modelpulse" in said
    assert "as of 2026-10-02" in said


def briefing_of_seeds(at: AppTest) -> None:
    briefing(at)
    assert COLLECT in words(at)


def briefing_of_collection(at: AppTest) -> None:
    briefing(at)
    assert COLLECT not in words(at)
    assert "Hugging Face Hub API" in words(at)


def downloads_of_seeds(at: AppTest) -> None:
    assert any(COLLECT in box.value and "collectors build" in box.value for box in at.info)
    assert [chart.value for chart in at.subheader] == [
        "Share of text and vision-language downloads on the Hub, own accounts, by month"
    ]


def downloads_of_collection(at: AppTest) -> None:
    assert not at.info
    assert [title.value for title in at.subheader][:2] == [
        "Share of the tracked families' 30-day downloads",
        "Own downloads by calendar month, by family",
    ]
    assert len(at.get("plotly_chart")) == 2 * len(at.subheader)
    assert words(at).count("Source: Hugging Face Hub API, as of") >= 2


def reported(at: AppTest) -> None:
    figures_ = data.metric("reported_figures")
    statements = figures_[figures_["kind"] == "statement"]
    assert f"{len(statements)} of {len(figures_)} statements" in words(at)
    shown = at.dataframe[0].value
    assert len(shown) == len(statements)
    assert set(statements["source_url"].dropna()) <= set(shown["source_url"].dropna())
    headings = [heading.value for heading in at.header]
    assert headings == ["Statements that contradict each other", "One claim, told several times"]
    groups = statements["contradiction"].nunique() + statements["claim"].nunique()
    assert len(at.expander) == groups > 4


def sources(at: AppTest) -> None:
    said = words(at)
    for row in data.series_sources().itertuples():
        assert row.title in said
        assert row.licence in said
        assert row.citation.replace("{as_of}", f"{row.as_of:%Y-%m-%d}") in said
    for source in data.status()["sources"]:
        assert source["title"] in said
        assert source["licence"] in said
    for row in data.metric("incidents").itertuples():
        assert row.what in said
    labels = "\n".join(element.label for element in at.expander)
    for metric in data.catalog():
        assert f"{metric.title} · `{metric.name}`" in labels
        assert metric.notes in said
        assert all(column.comment in said for column in metric.columns)
    assert data.newest_build().stem in said
    assert "{as_of}" not in said


def sources_of_seeds(at: AppTest) -> None:
    sources(at)
    assert "never collected" in words(at)


def sources_of_collection(at: AppTest) -> None:
    sources(at)
    last = app_builds.FIRST_DAY + timedelta(days=app_builds.COLLECTED_DAYS[-1])
    assert f"{last:%Y-%m-%d %H:%M}" in words(at)
    assert f"Hugging Face Hub API, as of {last:%Y-%m-%d}" in words(at)
    assert "never collected" not in words(at)


MUST_SAY: dict[tuple[str, str], Callable[[AppTest], None]] = {
    **{(page, "empty"): no_build for page in TITLES},
    ("briefing", "seeds"): briefing_of_seeds,
    ("briefing", "collected"): briefing_of_collection,
    ("downloads", "seeds"): downloads_of_seeds,
    ("downloads", "collected"): downloads_of_collection,
    ("reported", "seeds"): reported,
    ("reported", "collected"): reported,
    ("sources", "seeds"): sources_of_seeds,
    ("sources", "collected"): sources_of_collection,
}


@pytest.mark.parametrize("kind", ["seeds", "collected"])
@pytest.mark.parametrize("what", ["Models", "Publishers"])
def test_the_other_downloads(use: Callable[[str], Path], what: str, kind: str) -> None:
    use(kind)
    at = opened("downloads")
    control(at, "show").set_value(what).run()
    checked(at)
    titles = " ".join(title.value for title in at.subheader)
    if what == "Publishers":
        assert "all accounts of the series" in titles
        return
    assert "as recorded by others" in titles
    assert "All-time downloads" in titles
    assert ("Most downloaded repositories" in titles) == (kind == "collected")
    assert any(COLLECT in box.value for box in at.info) == (kind == "seeds")


# Controls


def test_another_focus(use: Callable[[str], Path]) -> None:
    use("seeds")
    at = opened()
    before = at.get("plotly_chart")[0].proto.spec
    control(at, "focus").set_value("DeepSeek").run()
    checked(at)
    assert "DeepSeek" in at.title[0].value
    assert "Qwen" in at.title[0].value  # who is ahead
    assert at.get("plotly_chart")[0].proto.spec != before
    thick = [t["name"] for t in figures(at)[0]["data"] if t.get("line", {}).get("width", 0) > 3]
    assert set(thick) == {"DeepSeek"}
    assert "<th>DeepSeek</th>" in "".join(sources_of_html(at))


@pytest.mark.parametrize("scale", ["Linear", "Log"])
@pytest.mark.parametrize(
    ("measure", "label"),
    [
        ("Share", "<b>Qwen</b> 29.9 %"),
        ("Downloads", "<b>Qwen</b> 264M"),
        ("Index = 100", "<b>Qwen</b> 3,860"),
    ],
)
@pytest.mark.parametrize("page", ["briefing", "downloads"])
def test_measures_and_scales(
    use: Callable[[str], Path], page: str, measure: str, label: str, scale: str
) -> None:
    use("collected")
    at = opened(page, measure=measure, scale=scale)
    wide = figures(at)[-2]  # the account chart is the last on either page
    assert label in [note["text"] for note in wide["layout"]["annotations"]]
    assert wide["layout"]["yaxis"]["type"] == scale.lower()
    assert len(figures(at)) == (2 if page == "briefing" else 6)


def test_the_index_starts_with_the_period(use: Callable[[str], Path]) -> None:
    use("seeds")
    at = opened(measure="Index = 100", from_="2025-06")
    qwen = [t for t in figures(at)[0]["data"] if t.get("name") == "Qwen"]
    values = [value for trace in qwen for value in trace["y"][:1] if value is not None]
    assert set(values) == {100.0}


def test_a_period(use: Callable[[str], Path]) -> None:
    use("seeds")
    at = opened(from_="2026-01", to="2026-03")
    days = {day for trace in figures(at)[0]["data"] if "name" in trace for day in trace["x"]}
    assert days == {"2026-01-01", "2026-02-01", "2026-03-01"}
    swapped = opened(from_="2026-03", to="2026-01")
    assert figures(swapped)[0] == figures(at)[0]


def test_a_period_without_any_month(use: Callable[[str], Path]) -> None:
    use("collected")
    at = opened("downloads", from_="2024-07", to="2024-08")
    assert any("in this period" in box.value for box in at.info)


def test_an_empty_compare_set(use: Callable[[str], Path]) -> None:
    use("collected")
    for page in TITLES:
        at = opened(page)
        control(at, "family").set_value([]).run()
        checked(at)
    at = opened()
    control(at, "family").set_value([]).run()
    assert {t["name"] for t in figures(at)[0]["data"] if "name" in t} == {"Qwen"}
    assert "11.6 times" not in words(at)


def test_every_family_as_focus(use: Callable[[str], Path]) -> None:
    use("collected")
    at = opened()
    names = control(at, "focus").options
    assert len(names) >= 26
    for name in names:
        control(at, "focus").set_value(name).run()
        checked(at)
        assert at.title[0].value
        assert not at.error
        assert "nan" not in words(at).lower().split()


@pytest.mark.parametrize("page", TITLES)
def test_bad_parameters_fall_back(use: Callable[[str], Path], page: str) -> None:
    use("seeds")
    bad = {
        "focus": "nonsense", "family": "x", "measure": "?", "from": "abc", "to": "2031-01",
        "scale": "<script>", "scope": "", "show": "Nothing", "whose": "?", "what": "?",
        "counts": "perhaps", "unknown": "1",
    }  # fmt: skip
    at = AppTest.from_file(APP, default_timeout=30)
    for key, value in bad.items():
        at.query_params[key] = value
    at.run()
    if page != "briefing":
        at.switch_page(f"views/{page}.py").run()
    checked(at)
    state = {key: control(at, key).value for key in ("focus", "from", "to", "measure", "scale")}
    assert state == {
        "focus": "Qwen", "from": "2024-07", "to": "2026-09", "measure": "Share", "scale": "Linear",
    }  # fmt: skip
    assert at.title[0].value.startswith(TITLES[page])


def test_good_values_beside_bad_ones_are_kept(use: Callable[[str], Path]) -> None:
    use("seeds")
    at = opened(focus="Llama", family=["nonsense", "Qwen", "Gemma"])
    assert control(at, "family").value == ["Qwen", "Gemma"]
    assert "Meta" in at.title[0].value


def test_the_link_of_every_page_holds_its_own_controls(use: Callable[[str], Path]) -> None:
    use("seeds")
    at = opened("downloads")
    control(at, "show").set_value("Models").run()
    assert parse_qs(at.code[0].value.partition("?")[2])["show"] == ["Models"]


# Reported: filters


def test_statements_are_filtered(use: Callable[[str], Path]) -> None:
    use("seeds")
    at = opened("reported")
    everything = len(at.dataframe[0].value)
    control(at, "whose").set_value("Selected").run()
    checked(at)
    selected = at.dataframe[0].value
    assert 0 < len(selected) < everything
    assert set(selected["family"]) <= {"Qwen", "Llama", "DeepSeek", "Mistral", "Gemma", "gpt-oss"}
    control(at, "whose").set_value("All").run()
    control(at, "what").set_value(["cumulative_downloads"]).run()
    assert set(at.dataframe[0].value["metric"]) == {"cumulative downloads"}
    at.text_input[0].set_value("atom REPORT").run()
    checked(at)
    narrowed = at.dataframe[0].value
    assert 0 < len(narrowed) < everything
    texts = [" ".join(map(str, row)).lower() for row in narrowed.itertuples()]
    assert all("atom report" in text for text in texts)


def test_a_search_without_a_match_says_so(use: Callable[[str], Path]) -> None:
    use("seeds")
    at = opened("reported")
    at.text_input[0].set_value("[.*(no such thing").run()
    checked(at)
    assert not at.dataframe
    assert "No statement matches" in at.info[0].value


def test_counts_of_a_newsletter_are_added(use: Callable[[str], Path]) -> None:
    use("seeds")
    at = opened("reported")
    before = len(at.dataframe[0].value)
    at.toggle[0].set_value(True).run()
    checked(at)
    assert len(at.dataframe[0].value) == len(data.metric("reported_figures")) > before


# Changed seeds: what is untrusted, and what is new


def copied_seeds(target: Path) -> Path:
    shutil.copytree(data.SEEDS_DIR, target)
    return target


def edit(path: Path, is_wanted: Callable[[dict[str, str]], bool], **values: str) -> None:
    """Change the first row of a seed table for which `is_wanted`."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        names = list(reader.fieldnames or ())
        rows = list(reader)
    next(row for row in rows if is_wanted(row)).update(values)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_a_new_build_shows_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(tmp_path))
    seeds = copied_seeds(tmp_path / "seeds")
    data.build(app_builds.facts(), folder=tmp_path, seeds_dir=seeds)
    at = opened()
    assert "29.9 %" in words(at)
    edit(
        seeds / "published_series.csv",
        lambda row: row["series"] == "share_text_vlm_by_author"
        and row["subject"] == "Qwen" and row["date"] == "2026-09-01",
        value="0.31234",
    )  # fmt: skip
    data.build(app_builds.facts(), folder=tmp_path, seeds_dir=seeds)
    at.run()
    checked(at)
    assert "31.2 %" in words(at)
    assert "29.9 %" not in words(at)
    notes = figures(at)[0]["layout"]["annotations"]
    assert "<b>Qwen</b> 31.2 %" in [note["text"] for note in notes]


EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'


@pytest.fixture(scope="module")
def evil_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build whose untrusted texts try to run a script: seeds, models, sources."""
    home = tmp_path_factory.mktemp("evil")
    seeds = copied_seeds(home / "seeds")
    figures_ = seeds / "reported_figures.csv"
    edit(
        figures_,
        lambda row: bool(row["contradiction"]),
        subject=f"{EVIL} [x](javascript:alert(3))",
        note=EVIL,
        source_title=EVIL,
    )
    edit(seeds / "incidents.csv", lambda row: row["source"] == "huggingface", what=EVIL)
    edit(seeds / "sources.csv", lambda row: True, title=EVIL, note=EVIL)
    data.build(app_builds.facts(), folder=home, seeds_dir=seeds)
    return home


@pytest.mark.parametrize("page", TITLES)
def test_untrusted_text_is_escaped(
    evil_home: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(evil_home))
    at = opened(page)
    for source in sources_of_html(at):
        assert "<script" not in source
        assert "<img" not in source
        assert 'href="javascript' not in source.lower()
    assert not any(element.allow_html for element in [*at.markdown, *at.caption])
    if page in ("reported", "sources"):
        assert html.escape(EVIL) in "".join(sources_of_html(at))


@pytest.mark.parametrize("page", TITLES)
def test_only_web_addresses_become_links(
    use: Callable[[str], Path], page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard import parts  # noqa: PLC0415  (after the app, which sets the page up)

    use("seeds")
    for address in ("javascript:alert(1)", " javascript:x", "data:text/html,x", "", "//host"):
        assert "<a" not in parts.link("title", address)
    quoted = parts.link('<b>"t"</b>', 'https://h/?a="><script>&b=1')
    assert "<script>" not in quoted
    assert "<b>" not in quoted
    links = re.findall(r'href="([^"]*)"', "".join(sources_of_html(opened(page))))
    assert all(re.match(r"https?://", link) for link in links)


def test_the_link_holds_what_the_address_asked_for(use: Callable[[str], Path]) -> None:
    """At the first run the page's own controls do not exist yet when the link is written."""
    use("seeds")
    at = opened("downloads", show="Models")
    assert control(at, "show").value == "Models"
    assert parse_qs(at.code[0].value.partition("?")[2])["show"] == ["Models"]
