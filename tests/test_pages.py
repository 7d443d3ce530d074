"""Every page of the dashboard, without a browser: seeds only, a Hub collection, every source
filled, and no build."""

from __future__ import annotations

import csv
import functools
import html
import json
import re
import shutil
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

import data
from dashboard import state
from dashboard.runtime_charts import CHANNELS
from tests import app_builds, hub_by_hand

APP = data.ROOT / "dashboard" / "app.py"
TITLES = {
    "briefing": "Qwen still leads Hugging Face by far",
    "downloads": "Downloads",
    "derivatives": "Derivatives",
    "models": "Models",
    "usage": "Usage",
    "runtimes": "Runtimes",
    "quality": "Quality",
    "reported": "Reported figures",
    "sources": "Sources",
    "leads": "Leads",
    "launches": "Launches",
    "events": "Events",
    "claims": "Claims",
    "regions": "Regions",
    "family": "Qwen",
}
# Pages that answer questions; what they say is tested beside what computes it.
ANSWERS = ("leads", "launches", "events", "claims", "regions", "family")
# Pages of what other services than the Hub fill.
SERVICE_PAGES = ("usage", "runtimes", "quality", "sources")
COLLECT = "collectors collect huggingface"
BACKFILL = "collectors backfill --from 2024-07 --every week"


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


def seen(page: str = "briefing") -> AppTest:
    """A page as it opens, for tests that only look at it: one for all of them, made once a build.
    It is not to be run again, nor to be opened while anything is patched."""
    return _seen(data.newest_build(), page)


@functools.lru_cache(maxsize=64)
def _seen(build: Path, page: str) -> AppTest:
    return opened(page)


def opened(page: str = "briefing", unfolded: Sequence[str] = (), **query: Any) -> AppTest:
    """A page as a visitor with that address sees it, after opening the boxes of these keys, whose
    contents are sent only then; a traceback fails the test."""
    at = AppTest.from_file(APP, default_timeout=30)
    for key, value in query.items():
        at.query_params[key.rstrip("_")] = value
    for key in unfolded:
        at.session_state[f"open-{key}"] = True
    if page != "briefing":
        # A first run tells which pages there are; a visitor needs none, the address says the page.
        at._registered_pages = registered_pages()
        at.switch_page(f"views/{page}.py")
    return checked(at.run())


@functools.cache
def registered_pages() -> Any:
    return AppTest.from_file(APP, default_timeout=30).run()._registered_pages


def checked(at: AppTest) -> AppTest:
    assert not at.exception, [error.value for error in at.exception]
    return at


def incident_boxes() -> list[str]:
    return [f"incidents-{source}" for source in data.metric("incidents")["source"].unique()]


def words(at: AppTest) -> str:
    """Everything that stands on the page, tables and boxes included, without HTML's tags."""
    said = [element.value for kind in ("title", "header", "subheader", "caption", "markdown")
            for element in at.get(kind)]  # fmt: skip
    said += [element.value for kind in ("info", "warning", "code") for element in at.get(kind)]
    said += [element.label for element in at.expander]
    plain = [html.unescape(re.sub(r"<[^>]+>", " ", source)) for source in sources_of_html(at)]
    return "\n".join([*said, *plain])


def sources_of_html(at: AppTest) -> list[str]:
    """What is shown as HTML; the app's own script, the only one that may run, is left out."""
    shown = [element.proto for element in at.get("html")]
    assert sum(proto.unsafe_allow_javascript for proto in shown) == 1
    return [proto.body for proto in shown if not proto.unsafe_allow_javascript]


def cells(table: str) -> list[str]:
    """Texts between tags."""
    return [text for text in re.split(r"<[^>]+>", table) if text.strip()]


def figures(at: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]


def control(at: AppTest, key: str) -> Any:
    return next(w for w in [*at.selectbox, *at.multiselect, *at.segmented_control] if w.key == key)


# Every page, whatever there is


def no_build(at: AppTest) -> None:
    assert at.code[0].value == "collectors build"
    assert not at.get("plotly_chart")
    assert not at.selectbox


def briefing(at: AppTest) -> None:
    said = words(at)
    assert "29.9 %" in said
    assert "11.6 times" in said
    assert at.title[0].value.endswith("below its spring peak; in served tokens it is small.")
    layers = next(table for table in sources_of_html(at) if "<table>" in table)
    expected = data.brief("Qwen", ["Llama"]).layers
    assert layers.count("<tr>") == 1 + len(expected) >= 1 + 5
    for layer in expected:
        assert {html.escape(layer.title), html.escape(layer.scope)} <= set(cells(layers))
        assert f"<b>{html.escape(layer.focus_text)}</b>" in layers or layer.command
    assert len(at.get("plotly_chart")) == 1
    for box in ("Since August", "Does it hold against Llama?", "Read with care"):
        assert f"<h4>{box}</h4>" in "".join(sources_of_html(at))
    assert "March to June 2026 are partly interpolated: 45.0 % pooled over March and April" in (
        re.sub(r"\s+", " ", said)
    )
    (asked,) = [source for source in sources_of_html(at) if 'class="oma-asks"' in source]
    assert "What happened after the lead left?" in asked
    assert re.search(r'href="[^"]*/events\?event=2026-03-03\+Junyang', asked)
    text = data.brief("Qwen", state.DEFAULT_RIVALS).markdown()
    assert text.rstrip("\n") in [code.value for code in at.code]
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
    assert BACKFILL in words(at)
    assert [chart.value for chart in at.subheader] == [
        "Share of text and vision-language downloads on the Hub, own accounts, by month"
    ]


def downloads_of_collection(at: AppTest) -> None:
    (box,) = at.info
    assert BACKFILL in box.value
    assert [title.value for title in at.subheader][:2] == [
        "Own downloads by calendar month, by family",
        "Share of the tracked families' 30-day downloads",
    ]
    assert len(at.get("plotly_chart")) == len(at.subheader)
    assert words(at).count("Source: Hugging Face Hub API, as of") >= 2


def downloads_of_hub(at: AppTest) -> None:
    assert not at.info
    titles = [title.value for title in at.subheader]
    assert titles == [
        "Share of all downloads on the Hub by calendar month, own repositories",
        "Who leads in October 2026",
        "Own downloads by calendar month, by family",
        "Share of the tracked families' 30-day downloads",
        "Share of text and vision-language downloads on the Hub, own accounts, by month",
    ]
    leaders = data.metric("leaders", scope="own", share_of="hub")
    newest = leaders[leaders["month"] == leaders["month"].max()]
    for row in newest.itertuples():
        assert re.search(rf"{row.position}\.\s+{re.escape(row.family)}\b", words(at))
        assert data.wording.percent(row.share) in words(at)


def downloads_of_month(at: AppTest) -> None:
    titles = [title.value for title in at.subheader]
    assert "Own downloads by calendar month, by family, October 2026" in titles
    share = next(title for title in titles if title.startswith("Share of all downloads"))
    assert share.endswith("October 2026")


def derivatives_without(at: AppTest) -> None:
    assert BACKFILL in at.info[0].value
    assert "collectors build" in at.info[0].value
    assert not at.get("plotly_chart")
    assert not at.toggle
    reported_totals(at)


def reported_totals(at: AppTest) -> None:
    said = words(opened("derivatives", ["said"]))
    rows = data.metric("reported_figures", metric="derivative_models_total")
    for row in rows.itertuples():
        assert data.wording.statement(row.value, row.unit, row.bound) in said


def derivatives_of_hub(at: AppTest) -> None:
    assert not at.info
    assert [title.value for title in at.subheader] == [
        "Derivatives on the Hub, by family",
        "New derivatives by month of creation",
        "Share of a family's downloads that goes to derivatives, by month",
        "Qwen: new derivatives by what they are, by month of creation",
        "Who publishes the most downloaded derivatives, October 2026",
    ]
    assert len(at.get("plotly_chart")) == len(at.subheader)
    assert "as their publishers declared them" in words(at)
    reported_totals(at)


def derivatives_of_month(at: AppTest) -> None:
    assert "Derivatives on the Hub, by family" in [title.value for title in at.subheader]


def models_without(at: AppTest) -> None:
    assert BACKFILL in at.info[0].value
    assert [box.key for box in at.text_input] == [state.BUILD]
    assert "as recorded by others" in at.subheader[0].value


def models_of_hub(at: AppTest) -> None:
    assert at.subheader[0].value == "Most downloaded models of the whole Hub on 2026-11-15"
    (table,) = [table for table in sources_of_html(at) if "<table>" in table]
    ranking = data.metric("model_ranking", is_grouped=False)
    wanted = ranking[~ranking["is_test"]].sort_values("position")
    assert table.count("<tr>") == 1 + min(len(wanted), 20)
    long = opened("models", long="true")
    (table,) = [table for table in sources_of_html(long) if "<table>" in table]
    assert table.count("<tr>") == 1 + min(len(wanted), 100)
    assert cells(table).count(wanted.iloc[0]["model_id"]) == 1
    assert hub_by_hand.TEST_MODEL not in table
    assert "as of 2026-11-15" in words(at)


def reported(at: AppTest) -> None:
    figures_ = data.metric("reported_figures")
    statements = figures_[figures_["kind"] == "statement"]
    assert f"{len(statements)} of {len(figures_)} statements" in words(at)
    shown = at.dataframe[0].value
    assert len(shown) == len(statements)
    assert set(statements["source_url"].dropna()) <= set(shown["source_url"].dropna())
    headings = [heading.value for heading in at.header]
    assert headings == [
        "Statements that differ about the same thing",
        "One claim, told several times",
    ]
    groups = statements["contradiction"].nunique() + statements["claim"].nunique()
    assert len(at.expander) == groups > 4


def sources(at: AppTest) -> AppTest:
    """Sources, and the same page with its boxes open, which is returned."""
    closed = words(at)
    rows = data.metric("incidents")
    assert not any(row.what in closed for row in rows.itertuples()), "closed boxes are not sent"
    boxes = [element.label for element in at.expander if "incident" in element.label]
    assert len(boxes) == rows["source"].nunique()
    days = [box[-10:] for box in boxes]
    assert days == sorted(days, reverse=True), "the newest first"
    unfolded = opened("sources", ["licences", "published", *incident_boxes()])
    said = words(unfolded)
    for row in data.series_sources().itertuples():
        assert row.title in said
        assert row.licence in said
        assert row.citation.replace("{as_of}", f"{row.as_of:%Y-%m-%d}") in said
    for source in data.status()["sources"]:
        assert source["title"] in said
        assert source["licence"] in said
    for row in rows.itertuples():
        assert row.what in html.unescape(said)
    assert data.newest_build().stem in said
    assert "{as_of}" not in said
    assert "To read" in [heading.value for heading in at.header]
    return unfolded


def sources_of_seeds(at: AppTest) -> None:
    at = sources(at)
    said = words(at)
    assert "**Never collected:** `collectors collect` fills them" in said
    wanted = {one["title"]: one for one in data.status()["sources"] if one["key_variable"]}
    assert set(wanted) == {"OpenRouter rankings", "Artificial Analysis"}
    for title, source in wanted.items():
        told = " ".join(said.partition(title)[2].split())
        address = source["key_url"].removeprefix("https://")
        assert told.startswith(
            f"{source['name']} needs {source['key_variable']} , get one at {address}"
        )
    assert said.count("get one at") == len(wanted)
    assert "**Archives of the whole Hub, never read:** `collectors collect NAME`" in said
    assert "collectors collect interconnects" in said
    assert "Last snapshot" not in said
    assert said.count(BACKFILL) == 2


def sources_of_hub(at: AppTest) -> None:
    at = sources(at)
    said = words(at)
    assert "Qwen, 48 repositories" in said
    assert "someone/100%_Qwen3-lora, 1 repository" in said
    assert "held until it recovered" in said
    assert BACKFILL not in said
    assert [tab.label for tab in at.tabs] == ["No family", "No region", "No size"]
    assert "seeds/model_families.csv" in at.tabs[0].caption[0].value
    assert "seeds/organization_regions.csv" in at.tabs[1].caption[0].value
    for tab, kind in zip(at.tabs, ("family", "region", "size"), strict=True):
        wanted = data.metric("unmapped", kind=kind).sort_values("position")
        assert list(tab.dataframe[0].value["account"]) == list(wanted["subject"])
    hub_days = next(f.value for f in at.dataframe if "is_used" in f.value.columns)
    assert len(hub_days) == len(data.metric("hub_days"))


def sources_of_collection(at: AppTest) -> None:
    at = sources(at)
    last = app_builds.FIRST_DAY + timedelta(days=app_builds.COLLECTED_DAYS[-1])
    assert f"{last:%Y-%m-%d %H:%M}" in words(at)
    assert f"Hugging Face Hub API, as of {last:%Y-%m-%d}" in words(at)
    assert BACKFILL in words(at)


TO_FILL_USAGE = ("OPENROUTER_API_KEY", "collectors collect openrouter openrouter_models")


def usage_of_seeds(at: AppTest) -> None:
    assert all(words_ in at.info[0].value for words_ in TO_FILL_USAGE)
    assert [title.value for title in at.subheader] == [
        "Share of OpenRouter's tokens by author, by month, as published"
    ]
    assert not at.segmented_control
    assert "Source: OpenRouter (openrouter.ai/rankings), as of 2026-" in words(at)


def usage_filled(at: AppTest) -> None:
    assert not at.info
    assert [title.value.partition(", ")[0] for title in at.subheader] == [
        "Share of OpenRouter's tokens by family",
        "How much of it is of open-weight models",
        "Models with the most tokens on OpenRouter",
        "Tokens beside price",
    ]
    charts = len(at.subheader) - 1  # and a table
    assert len(at.get("plotly_chart")) == charts
    captions = [caption.value for caption in at.caption if "Unit:" in caption.value]
    assert len(captions) == charts
    for caption in captions:
        assert "Source: OpenRouter (openrouter.ai/rankings), as of 2026-09-10" in caption
        assert "tokenizer" in caption
    assert "may be anybody's" in captions[0]
    restated = data.metric("token_restatements")
    assert len(restated)
    assert "Restated days" in [heading.value for heading in at.header]
    assert f"{len(restated)} values were changed" in words(at)
    largest = restated.loc[restated["token_restatements"].abs().idxmax()]
    assert largest["model_permaslug"] in words(at)


def runtimes_of_seeds(at: AppTest) -> None:
    assert [title.value for title in at.subheader] == [
        "All pulls on Ollama, by family, as an archive recorded them"
    ]
    told = " ".join(box.value for box in at.info)
    for sources_ in ("ollama", "lmstudio", "pypistats", "github", "modelscope"):
        assert f"`collectors collect {sources_}` and then `collectors build`" in told
    assert "Published, not collected here." in words(at)


def runtimes_filled(at: AppTest) -> None:
    assert not at.info
    assert [title.value for title in at.subheader] == [
        "New pulls on Ollama by calendar month, by family",
        "All pulls on Ollama, by family",
        "Libraries of the selected families on Ollama, 2026-09-10",
        "Proxy for LM Studio: downloads of lmstudio-community by base family, 2026-09-10",
        "Downloads of Python packages, mirrors left out, by calendar month",
        "Stars of the runtimes' repositories on GitHub",
    ]
    assert len(at.get("plotly_chart")) == len(at.subheader)
    said = words(at)
    for cited in ("Ollama library (ollama.com/library), as of 2026-0",
                  "pypistats.org, downloads without mirrors, as of 2026-08-31",
                  "GitHub", "ModelScope"):  # fmt: skip
        assert cited in said
    assert "ClickHouse" not in said, "the two series of PyPI are never shown as one"
    assert "The running month is left out." in said
    assert "since the beginning, 2026" not in said, "totals stand in for months only"
    beside = data.metric("modelscope_beside_hub")
    for row in beside[beside["modelscope_downloads"].notna()].itertuples():
        assert row.family in said
        assert data.wording.count(row.modelscope_downloads) in said
    assert "ModelScope does not say what it counts as a download" in said


def quality_of_seeds(at: AppTest) -> None:
    told = " ".join(box.value for box in at.info)
    assert "`collectors collect lmarena livebench` and then `collectors build`" in told
    assert "ARTIFICIAL_ANALYSIS_API_KEY" in told
    assert "`collectors collect epoch` and then `collectors build`" in told
    assert not at.get("plotly_chart")


def quality_filled(at: AppTest) -> None:
    assert not at.info
    assert at.subheader[0].value == "Quality beside adoption: LMArena text, release 2026-09-08"
    assert len(at.get("plotly_chart")) == 1
    said = re.sub(" +", " ", words(at))
    assert "LMArena, leaderboard-dataset (lmarena-ai, CC BY 4.0), as of 2026-09-10" in said
    assert "never compared" in said
    beside = data.metric("quality_and_adoption", benchmark="lmarena_text", release="2026-09-08")
    for row in beside.itertuples():
        assert f"{row.quality_position}. {row.family}" in said
        assert row.model in said
    assert "Epoch AI" in said
    (table,) = [table for table in sources_of_html(at) if "<th>Best model</th>" in table]
    assert re.findall("<th>(.*?)</th>", table) == [
        "Family", "Best model", "Score", "Downloads of own repositories",
    ]  # fmt: skip
    known = beside[beside["adoption"].notna()]
    assert len(known)
    for row in known.itertuples():
        told = f"30 days, place {row.adoption_position:.0f}"
        assert f"{data.wording.count(row.adoption)} <small>{told}</small>" in table


def briefing_filled(at: AppTest) -> None:
    layers = next(table for table in sources_of_html(at) if "<table>" in table)
    assert layers.count("<tr>") == 1 + 8
    assert "<code>" not in layers, "every layer is filled"
    for layer in data.brief("Qwen", ["Llama"]).layers:
        assert html.escape(layer.title) in cells(layers)
        # The family leads to its page, the value stands behind it.
        assert (
            "".join(cells(layers))
            .replace("\N{NO-BREAK SPACE}", " ")
            .count(html.escape(layer.leader))
        )
    assert "Source: Model Pulse" in words(at)


def sources_filled(at: AppTest) -> None:
    at = sources(at)
    said = words(at)
    collected = [source for source in data.status()["sources"] if source["last_try_at"]]
    assert len(collected) == 17
    (table,) = [table for table in sources_of_html(at) if "Last snapshot (UTC)" in table]
    assert table.count("<tr>") == 1 + len(collected)
    assert "Never collected" not in said
    assert "get one at" not in said, "their keys were there"
    assert "Archives of the whole Hub, never read" in said
    posts = data.metric("reports_to_read")
    newest = posts.sort_values("published_at", ascending=False).iloc[0]
    assert newest["title"] in said
    assert "`collectors add-figure` enters a figure" in said
    assert f"of {len(posts)}; the file holds all" in said


def answers(at: AppTest) -> None:
    """Tables or charts, and a source for each chart."""
    assert any("<table>" in source for source in sources_of_html(at)) or len(at.dataframe)
    drawn = len(at.get("plotly_chart"))
    assert words(at).count("Open the source") >= drawn


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
    ("derivatives", "seeds"): derivatives_without,
    ("derivatives", "collected"): derivatives_without,
    ("models", "seeds"): models_without,
    ("models", "collected"): models_without,
    ("briefing", "hub"): briefing_of_collection,
    ("downloads", "hub"): downloads_of_hub,
    ("derivatives", "hub"): derivatives_of_hub,
    ("models", "hub"): models_of_hub,
    ("reported", "hub"): reported,
    ("sources", "hub"): sources_of_hub,
    ("briefing", "hub-month"): briefing,
    ("downloads", "hub-month"): downloads_of_month,
    ("derivatives", "hub-month"): derivatives_of_month,
    ("models", "hub-month"): models_of_hub,
    ("reported", "hub-month"): reported,
    ("sources", "hub-month"): sources_of_hub,
    # What a collection of the Hub leaves empty is as empty as with seeds alone.
    ("usage", "seeds"): usage_of_seeds,
    ("usage", "filled"): usage_filled,
    ("runtimes", "seeds"): runtimes_of_seeds,
    ("runtimes", "filled"): runtimes_filled,
    ("quality", "seeds"): quality_of_seeds,
    ("quality", "collected"): quality_of_seeds,
    ("quality", "filled"): quality_filled,
    ("briefing", "filled"): briefing_filled,
    ("sources", "filled"): sources_filled,
    **{(page, kind): answers for page in ANSWERS for kind in ("hub", "filled")},
}


# One data directory after the other: only a few builds are kept open.
@pytest.mark.parametrize(("page", "kind"), sorted(MUST_SAY, key=lambda case: case[1]))
def test_a_page_opens(use: Callable[[str], Path], page: str, kind: str) -> None:
    use(kind)
    at = opened(page) if kind == "empty" else seen(page)
    title = "Nothing is built yet" if kind == "empty" else TITLES[page]
    assert at.title[0].value.startswith(title)
    MUST_SAY[page, kind](at)


# The whole Hub


@pytest.mark.parametrize(
    ("kind", "measure"),
    # One month is drawn in one way, whatever the measure.
    [("hub", "Share"), ("hub", "Downloads"), ("hub", "Index = 100"), ("hub-month", "Share")],
)
@pytest.mark.parametrize("scope", ["own", "derivatives", "lineage"])
@pytest.mark.parametrize("what", ["Families", "Mix", "Regions", "Growth", "Concentration"])
def test_every_view_of_downloads(
    use: Callable[[str], Path], what: str, measure: str, scope: str, kind: str
) -> None:
    use(kind)
    at = opened("downloads", show=what, measure=measure, scope=scope)
    if (what, kind) == ("Growth", "hub-month"):
        assert "two months in a row" in at.info[0].value
        return
    assert len(at.get("plotly_chart")) >= 1
    captions = " ".join(caption.value for caption in at.caption)
    if what in {"Families", "Mix", "Growth"}:
        assert f"scope {scope}" in captions
    for said in (caption.value for caption in at.caption if "Unit:" in caption.value):
        assert "as of 2026-" in said
        assert "[Open the source](http" in said


@pytest.mark.parametrize("what", ["Mix", "Regions", "Growth", "Concentration"])
def test_without_an_archive_a_view_says_what_fills_it(
    use: Callable[[str], Path], what: str
) -> None:
    use("collected")
    at = opened("downloads", show=what)
    (box,) = at.info
    assert BACKFILL in box.value
    assert not at.get("plotly_chart")


@pytest.mark.parametrize("kind", ["seeds", "collected"])
def test_without_an_archive_the_other_scopes_say_so(use: Callable[[str], Path], kind: str) -> None:
    use(kind)
    at = opened("downloads", scope="lineage")
    assert any(box.value.startswith("Scope lineage needs") for box in at.info)
    captions = " ".join(caption.value for caption in at.caption)
    assert "exists for scope own only" in captions


@pytest.mark.parametrize("by", ["Size", "Generation", "Licence class", "Relation", "Region"])
def test_a_mix_prints_its_coverage(use: Callable[[str], Path], by: str) -> None:
    use("hub")
    at = opened("downloads", show="Mix", by=by, scope="lineage")
    (caption,) = [c.value for c in at.caption if "Unit:" in c.value]
    assert "Coverage: the " in caption
    assert at.subheader[0].value == f"Qwen: downloads of the whole lineage by {by.lower()}"


def test_counters_as_reported(use: Callable[[str], Path]) -> None:
    use("hub")
    adjusted = opened("downloads", measure="Downloads")
    raw = opened("downloads", measure="Downloads", counters="as reported")
    assert "Counters adjusted" in words(adjusted)
    assert "Counters as reported" in words(raw)
    for at, column in ((adjusted, "monthly_downloads"), (raw, "raw_downloads")):
        rows = data.metric("monthly_downloads", families=["Qwen"], scope="own")
        shown = [t for t in figures(at)[0]["data"] if t.get("name") == "Qwen"]
        values = {v for trace in shown for v in trace["y"] if v is not None}
        assert values == {float(v) for v in rows[column]}
    lowest = figures(raw)[0]["layout"]["yaxis"]["range"][0]
    assert lowest < 0


def test_weeks(use: Callable[[str], Path]) -> None:
    use("hub")
    at = opened("downloads", step="Weeks", measure="Downloads")
    assert at.subheader[0].value == "Own downloads by week, by family"
    assert parse_qs(at.code[0].value.partition("?")[2])["step"] == ["Weeks"]


def test_derivatives_are_filtered(use: Callable[[str], Path]) -> None:
    use("hub")
    plain = opened("derivatives", relation="quantized")
    assert plain.subheader[0].value == "Quantizations on the Hub, by family"
    judged = opened("derivatives", filter="more than 5 downloads")
    assert "with more than 5 downloads" in judged.subheader[0].value
    assert "judged at the age of 30 days" in words(judged)
    new = [t for t in figures(judged)[1]["data"] if t.get("name") == "Qwen"]
    rows = data.metric("derivatives_new", families=["Qwen"], with_inferred=False, relation="all")
    wanted = rows["derivatives_new_over_5"].dropna()
    values = {v for trace in new for v in trace["y"] if v is not None}
    assert values == {float(v) for v in wanted}
    assert len(values) < len(rows)


def test_inferred_parents_are_counted_on_request_only(use: Callable[[str], Path]) -> None:
    use("hub")
    plain, more = seen("derivatives"), opened("derivatives", inferred="true")
    assert not plain.toggle[0].value
    assert more.toggle[0].value
    assert "as inferred from names" in words(more)
    assert "as inferred from names" not in words(plain)
    share = "Share of a family's downloads that goes to derivatives"
    for at, with_inferred in ((plain, False), (more, True)):
        rows = data.metric(
            "derivative_download_share", families=["Llama"], with_inferred=with_inferred
        )
        place = next(n for n, t in enumerate(at.subheader) if t.value.startswith(share))
        drawn = [t for t in figures(at)[place]["data"] if t.get("name") == "Llama"]
        values = {v for trace in drawn for v in trace["y"] if v is not None}
        assert values == {100 * v for v in rows["derivative_download_share"]}


# Models


def test_the_data_directory_is_not_read_at_every_click(monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboard import readings  # noqa: PLC0415  (after the app, which sets the page up)

    read: list[Path] = []
    monkeypatch.setattr(data, "status", lambda build: {"of": read.append(build)})
    for build in (Path("one"), Path("one"), Path("two")):
        readings.status(build)
    assert read == [Path("one"), Path("two")]


def test_a_search_finds_names_with_signs(use: Callable[[str], Path]) -> None:
    use("hub")
    at = opened("models", model="100%_qwen")
    (table,) = [table for table in sources_of_html(at) if "<table>" in table]
    assert cells(table).count("someone/100%_Qwen3-lora") == 1
    assert table.count("<tr>") == 2
    for nothing in ("no such model", "%", "  ", "'; DROP TABLE x"):
        at = opened("models", model=nothing)
        tables = "".join(sources_of_html(at))
        assert ("someone/100%_Qwen3-lora" in tables) == (nothing == "%")
    chosen = opened("models", model="someone/100%_Qwen3-lora")
    assert chosen.header[0].value == r"someone/100%\_Qwen3-lora"
    assert not [one.value for one in chosen.info if "100%_Qwen3" in one.value]


def test_a_chosen_model(use: Callable[[str], Path]) -> None:
    use("hub")
    at = opened("models", model=hub_by_hand.PARENT)
    said = words(at)
    assert at.header[0].value == hub_by_hand.PARENT
    card = data.model_card(hub_by_hand.PARENT)
    assert data.wording.whole(card.facts["position"]) in said
    assert "8.2B parameters" in said
    titles = [title.value for title in at.subheader]
    assert titles[-4:] == ["Milestones", "Parents", "Precision variants", "Children"]
    for name in hub_by_hand.DERIVATIVES:
        assert name in said
    links = re.findall(r'href="([^"]*)"', "".join(sources_of_html(at)))
    chosen = [parse_qs(html.unescape(link).partition("?")[2]).get("model") for link in links]
    assert [name] in chosen
    child = opened("models", model=name)
    assert "No repository declares it" in words(child)
    assert hub_by_hand.PARENT in words(child)


def test_variants_are_grouped(use: Callable[[str], Path]) -> None:
    use("hub")
    at = opened("models", grouped="true")
    (table,) = [table for table in sources_of_html(at) if "<table>" in table]
    assert "4 variants" in cells(table)
    assert "unsloth/Qwen3-8B-GGUF" not in table
    with_tests = opened("models", tests="true", long="true")
    assert hub_by_hand.TEST_MODEL in "".join(sources_of_html(with_tests))


def test_the_list_of_incidents_is_filtered(use: Callable[[str], Path]) -> None:
    use("hub")
    for which, is_detected in (("Detected", True), ("Known", False)):
        at = opened("sources", incident_boxes(), found=which)
        said = "".join(sources_of_html(at))
        for row in data.metric("incidents").itertuples():
            # Other tables of the page may say the same of known ones.
            if row.is_detected:
                assert (html.escape(row.what) in said) == is_detected


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
    shown = figures(at)[-1]  # the account chart is the last on either page
    assert label in [note["text"] for note in shown["layout"]["annotations"]]
    assert shown["layout"]["yaxis"]["type"] == scale.lower()
    assert len(figures(at)) == (1 if page == "briefing" else 3)


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
    for page in [page for page in TITLES if page != "briefing"]:
        assert not control(opened(page, family=""), "family").value
    at = opened()
    control(at, "family").set_value([]).run()
    checked(at)
    assert {t["name"] for t in figures(at)[0]["data"] if "name" in t} == {"Qwen"}
    assert "11.6 times" not in words(at)


def test_every_family_as_focus(use: Callable[[str], Path]) -> None:
    use("collected")
    at = opened()
    names = control(at, "focus").options
    assert len(names) >= 26
    for name in names[::5]:
        control(at, "focus").set_value(name).run()
        checked(at)
        assert at.title[0].value
        assert not at.error
        assert "nan" not in words(at).lower().split()


@pytest.mark.parametrize("page", TITLES)
def test_bad_parameters_fall_back(use: Callable[[str], Path], page: str) -> None:
    use("filled" if page in SERVICE_PAGES else "seeds")
    bad = {
        "focus": "nonsense", "family": "x", "measure": "?", "from": "abc", "to": "2031-01",
        "scale": "<script>", "scope": "", "show": "Nothing", "whose": "?", "what": "?",
        "counts": "perhaps", "unknown": "1", "tokens_by": "?", "token_step": "Hours",
        "channel": "<b>", "benchmark": "none", "release_lmarena_text": "1900-01-01",
    }  # fmt: skip
    at = opened(page, **bad)
    state = {key: control(at, key).value for key in ("focus", "from", "to", "measure", "scale")}
    assert state == {
        "focus": "Qwen", "from": "2024-07", "to": "2026-09", "measure": "Share", "scale": "Linear",
    }  # fmt: skip
    assert at.title[0].value.startswith(TITLES[page])


def test_an_empty_compare_set_stays_in_the_address(use: Callable[[str], Path]) -> None:
    use("seeds")
    at = opened(family="")
    for _ in range(2):
        # The browser writes `family=`; what the app holds must not take it out again.
        checked(at.run())
        assert at.query_params["family"] == ""
    control(at, "focus").set_value("Llama").run()
    assert control(checked(at), "family").value == []
    assert at.query_params["family"] == ""


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


# Sources: what needs a look comes first


def told_states(at: AppTest) -> list[tuple[str, str]]:
    """Name and state of each source, from the top of the table to its end."""
    (table,) = [table for table in sources_of_html(at) if "Last snapshot (UTC)" in table]
    rows = [cells(row) for row in table.partition("<tbody>")[2].split("</tr>")[:-1]]
    return [(row[1], row[2]) for row in rows]


def test_sources_that_need_a_look_come_first(
    use: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    use("filled")
    known = data.status()
    fine = {
        "age_days": 0.5,
        "is_due": False,
        "is_late": False,
        "next_due_at": "2026-09-11T06:00:00+00:00",
    }
    changes = {
        "npm": {"age_days": 9.0, "is_due": True, "is_late": True},
        "github": {**fine, "entities": 8, "entities_failed": 3},
        "ollama": {"age_days": 1.1, "is_due": True},  # due, but not for long
        "openrouter": {"age_days": None, "last_snapshot_at": None, "is_due": True,
                       "rows_read": None, "entities": 1, "entities_failed": 1},
        "hub_archive": {**fine, "last_snapshot_at": "2026-09-10T06:00:00+00:00", "rows_read": 9,
                        "last_try_at": "2026-09-10T06:00:00+00:00", "next_due_at": None,
                        "age_days": 90.0, "is_late": True, "entities": 1, "entities_failed": 0},
        "hub_weekly": {**fine, "last_snapshot_at": "2026-09-10T06:00:00+00:00", "rows_read": 9,
                        "last_try_at": "2026-09-10T06:00:00+00:00", "next_due_at": None,
                        "entities": 1, "entities_failed": 0},
        "lmstudio": {"last_try_at": None, "age_days": None, "last_snapshot_at": None},
    }  # fmt: skip
    changed = [{**one, **fine, **changes.get(one["name"], {})} for one in known["sources"]]
    for one in changed:
        if one["last_try_at"] is None:
            one["age_days"] = None
    monkeypatch.setattr("dashboard.readings.status", lambda _: {**known, "sources": changed})
    at = opened("sources")
    states = told_states(at)
    # An archive is never due, and yet late when nobody has read it for long.
    assert states[:4] == [
        ("github", "3 of 8 failed"), ("openrouter", "1 of 1 failed"), ("hub_archive", "late"),
        ("npm", "late"),
    ]  # fmt: skip
    assert {state for _, state in states[4:]} == {"fresh"}
    assert ("hub_weekly", "fresh") in states
    said = words(at)
    assert f"4 of {len(states)} need a look" in said
    assert "**Never collected:**" in said
    listed = next(one for one in sources_of_html(at) if "oma-list" in one and "<style>" not in one)
    assert "lmstudio" in listed
    assert "when named" in said


def test_a_number_is_explained_when_it_is_chosen(use: Callable[[str], Path]) -> None:
    use("seeds")
    at = opened("sources")
    chooser = next(box for box in at.selectbox if box.key == "number")
    assert len(chooser.options) == len(data.catalog())
    named = f"{data.catalog()[2].title} · {data.catalog()[2].name}"
    linked = opened("sources", number=named)
    assert data.catalog()[2].notes in words(linked)
    assert parse_qs(linked.code[-1].value.partition("?")[2])["number"] == [named]
    for info in data.catalog()[:2]:
        chooser.set_value(f"{info.title} · {info.name}").run()
        said = words(checked(at))
        assert info.notes in said
        assert all(column.comment in said for column in info.columns)


# Shared controls: only those that act


SHOWN = {
    "briefing": {"focus", "family", "from", "to", "measure", "scale"},
    "downloads": {"focus", "family", "from", "to", "measure", "scale", "scope"},
    "derivatives": {"focus", "family", "from", "to", "measure", "scale"},
    "models": set(),
    "usage": {"focus", "family", "from", "to", "scale"},
    "runtimes": {"focus", "family", "from", "to", "measure", "scale"},
    "quality": {"focus", "family"},
    "reported": set(),
    "sources": set(),
    "leads": {"focus", "family", "from", "to"},
    "launches": {"focus", "family", "scale"},
    "events": {"focus", "family", "from", "to", "measure", "scale"},
    "claims": {"focus"},
    "regions": {"focus", "from", "to", "measure", "scale", "scope"},
    "family": {"focus", "family", "from", "to", "measure", "scale"},
}
OTHER = {
    "focus": "Gemma", "family": ["Qwen"], "from": "2026-02", "to": "2026-07",
    "measure": "Downloads", "scale": "Log", "scope": "lineage",
}  # fmt: skip


def hidden(at: AppTest) -> set[str]:
    """Shared controls that the page's style takes away, and with the last of them their summary."""
    (style,) = [source for source in sources_of_html(at) if ".oma-idle" in source]
    found = set(re.findall(r"st-key-controls \.st-key-(\w+)", style))
    assert (".st-key-told" in style) == (found == set(OTHER))
    return found


@pytest.mark.parametrize("page", TITLES)
def test_a_control_that_does_nothing_is_hidden(use: Callable[[str], Path], page: str) -> None:
    use("filled" if page in SERVICE_PAGES else "hub")
    idle = set(OTHER) - SHOWN[page]
    usual = seen(page)
    assert hidden(usual) == idle
    changed = opened(page, **{key.replace("from", "from_"): OTHER[key] for key in idle})
    # Addresses hold the state, whether it acts or not.
    plain = [
        re.sub(r'href="[^"]*"', "", words(at).replace(at.code[0].value, ""))
        for at in (usual, changed)
    ]
    assert plain[0] == plain[1]
    assert figures(usual) == figures(changed)


def test_controls_of_a_page_appear_with_what_they_act_on(use: Callable[[str], Path]) -> None:
    use("hub")
    every = set(OTHER)
    assert hidden(opened("reported", whose="Selected")) == every - {"focus", "family"}
    assert hidden(opened("models", model=hub_by_hand.PARENT)) == every - {"scale"}
    at = opened("reported")
    control(at, "whose").set_value("Selected").run()
    assert hidden(checked(at)) == every - {"focus", "family"}
    assert hidden(opened("claims", claimed="All")) == every
    assert hidden(opened("claims", claimed="Focus and compare")) == every - {"focus", "family"}
    assert "scope" not in hidden(opened("leads", figures="collected"))
    use("seeds")
    assert "scope" in hidden(opened("leads", figures="collected"))
    assert hidden(seen("models")) == every - {"focus", "family", "from", "to"}
    assert hidden(seen("derivatives")) == every


@pytest.mark.parametrize(
    ("page", "chosen", "told"),
    [
        ("downloads", {}, "Qwen · Llama, DeepSeek + 3 · since 2024-07 · Share · own"),
        (
            "downloads",
            {"focus": "Llama", "family": "Qwen", "from_": "2026-02", "to": "2026-07",
             "measure": "Downloads", "scale": "Log", "scope": "lineage"},
            "Llama · Qwen · 2026-02 to 2026-07 · Downloads · Log · lineage",
        ),
        ("quality", {"focus": "Nobody", "family": ""}, "Qwen"),
        ("sources", {}, ""),
    ],
)  # fmt: skip
def test_narrow_windows_say_what_the_controls_are_set_to(
    use: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    page: str,
    chosen: dict[str, str],
    told: str,
) -> None:
    use("hub")
    monkeypatch.setattr("dashboard.window.is_narrow", lambda: True)
    at = opened(page, **chosen)
    assert f'<div class="oma-told">{told}</div>' in sources_of_html(at)
    legends = [source for source in sources_of_html(at) if 'class="oma-legend"' in source]
    assert len(legends) == len(at.get("plotly_chart"))


def test_a_selection_survives_a_page_that_hides_it(use: Callable[[str], Path]) -> None:
    use("filled")
    at = opened("sources", focus="Gemma", measure="Downloads", from_="2026-02")
    assert hidden(at) == set(OTHER)
    at.switch_page("views/usage.py").run()
    for key, value in {"focus": "Gemma", "measure": "Downloads", "from": "2026-02"}.items():
        assert control(at, key).value == value
    asked = parse_qs(at.code[0].value.partition("?")[2])
    assert (asked["focus"], asked["from"]) == (["Gemma"], ["2026-02"])


# Usage, runtimes, quality: controls


def test_the_open_part_of_the_tokens_of_families(use: Callable[[str], Path]) -> None:
    use("filled")
    at = opened("usage", token_step="Months")
    (table,) = [one for one in sources_of_html(at) if "<th>Open part</th>" in one]
    rows = data.metric("token_share_by_cut", cut="family", period="month")
    rows = rows[rows["is_complete"] & rows["class"].isin(["Qwen", "DeepSeek"])]
    newest = rows[rows["date"] == rows["date"].max()]
    assert len(newest) == 2
    for _, row in newest.iterrows():
        told = cells(table.partition(f">{row['class']}</a>")[2].partition("</tr>")[0])
        assert told == [
            data.wording.percent(row[column])
            for column in ("token_share_by_cut", "token_share_open", "open_part", "unsure_part")
        ]
    assert "August 2026." in words(at)


@pytest.mark.parametrize("channel", ["PyPI", "npm"])
def test_a_period_without_a_whole_month_is_not_called_unread(
    use: Callable[[str], Path], channel: str
) -> None:
    use("filled")
    told = [box.value for box in opened("runtimes", channel=channel, from_="2026-09").info]
    assert not any("Nothing was read" in text for text in told)
    assert any("holds none that is known: the newest reading in it is of 2026-09" in text
               for text in told)  # fmt: skip
    told = [box.value for box in opened("runtimes", channel=channel, to="2025-01").info]
    assert any("it was read from 202" in text for text in told)


def test_shares_stand_side_by_side(use: Callable[[str], Path]) -> None:
    use("filled")
    at = seen("downloads")
    assert "How the shares relate" in [heading.value for heading in at.header]
    (table,) = [one for one in sources_of_html(at) if "<th>What is counted</th>" in one]
    rows = data.metric("family_shares", families=["Qwen", "Llama"])
    assert set(rows["share"]) >= {"account", "tracked", "tokens", "open_tokens"}
    assert table.count("<tr>") == 1 + rows["share"].nunique()
    for row in rows.itertuples():
        assert html.escape(row.counts) in table
        assert html.escape(row.share_of) in table
        assert data.wording.percent(row.family_shares) in table
        assert row.citation.rstrip(".") in words(at)
    assert "How the shares relate" not in words(opened("downloads", show="Mix"))


@pytest.mark.parametrize("step", ["Days", "Months"])
@pytest.mark.parametrize(
    "by", ["Family", "Family, open weights", "Author", "Region", "Weights", "Variant"]
)
def test_cuts_of_tokens(use: Callable[[str], Path], by: str, step: str) -> None:
    use("filled")
    at = opened("usage", tokens_by=by, token_step=step)
    assert (control(at, "tokens_by").value, control(at, "token_step").value) == (by, step)
    word = {"Days": "day", "Months": "month"}[step]
    assert at.subheader[0].value == f"Share of OpenRouter's tokens by {by.lower()}, by {word}"
    kinds = {(t["type"], "stackgroup" in t) for t in figures(at)[0]["data"]}
    # Many days are read better as areas than as bars.
    layers = ("scatter", True) if step == "Days" else ("bar", False)
    assert kinds == {("scatter", False) if by.startswith("Family") else layers}
    # Nothing of single controls reaches what does not depend on them.
    assert figures(at)[1:] == figures(seen("usage"))[1:]


@pytest.mark.parametrize(
    ("channel", "words_"),
    [
        ("PyPI", "Downloads of Python packages, mirrors left out"),
        ("PyPI with mirrors", "Downloads of Python packages, mirrors included"),
        ("Docker Hub", "Pulls of images on Docker Hub"),
        ("GitHub releases", "Downloads of release files on GitHub"),
        ("npm", "Downloads of npm packages"),
    ],
)
def test_channels_of_runtimes(use: Callable[[str], Path], channel: str, words_: str) -> None:
    use("filled")
    at = opened("runtimes", channel=channel)
    assert control(at, "channel").value == channel
    assert f"{words_}, by calendar month" in [title.value for title in at.subheader]
    assert not at.info


@pytest.mark.parametrize(("channel", "source"), CHANNELS.items())
def test_a_channel_that_was_not_read_names_its_source(
    use: Callable[[str], Path], channel: str, source: str
) -> None:
    use("seeds")
    told = [box.value for box in opened("runtimes", channel=channel).info]
    fill = f"Run `collectors collect {source}` and then `collectors build`."
    assert f"No downloads of this channel were collected yet. {fill}" in told


@pytest.mark.parametrize(
    ("channel", "words_"),
    [
        ("Docker Hub", "Pulls of images on Docker Hub"),
        ("GitHub releases", "Downloads of release files on GitHub"),
    ],
)
def test_totals_stand_below_where_no_two_months_were_read(
    use: Callable[[str], Path], channel: str, words_: str
) -> None:
    use("filled")
    # Of September there is a reading, and no second one at its end.
    at = opened("runtimes", channel=channel, from_="2026-09", to="2026-09")
    assert any("it is known from the second one on" in box.value for box in at.info)
    assert not any("No downloads of this channel" in box.value for box in at.info)
    titles = [title.value for title in at.subheader]
    assert f"{words_} since the beginning, 2026-09-10" in titles
    assert not any(title.startswith(f"{words_}, by calendar month") for title in titles)


@pytest.mark.parametrize(
    ("benchmark", "release", "cited"),
    [
        ("LiveBench", "2025-11-25", "livebench.ai"),
        ("Artificial Analysis", "4.1", "https://artificialanalysis.ai"),
        ("LMArena text", "2026-08-29", "lmarena-ai"),
    ],
)
def test_releases_of_benchmarks(
    use: Callable[[str], Path], benchmark: str, release: str, cited: str
) -> None:
    use("filled")
    key = f"release_{benchmark.lower().replace(' ', '_')}"
    at = opened("quality", benchmark=benchmark, **{key: release})
    assert control(at, "benchmark").value == benchmark
    assert control(at, key).value == release
    title = f"Quality beside adoption: {benchmark}, release {release}"
    assert at.subheader[0].value == title
    assert cited in words(at)
    assert parse_qs(at.code[0].value.partition("?")[2])[key] == [release]


def test_releases_stand_in_their_order_the_newest_first(
    use: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard import readings  # noqa: PLC0415  (after the app, which sets the page up)

    use("filled")
    at = opened("quality", benchmark="LiveBench")
    by_name = control(at, "release_livebench").options
    assert by_name == sorted(by_name, reverse=True)
    assert control(at, "release_livebench").value == by_name[0]
    read = readings.metric

    def turned(build: Path, name: str, **filters: Any) -> Any:
        rows = read(build, name, **filters)
        if name != "quality_scores":
            return rows
        return rows.assign(release_position=-rows["release_position"])

    # Not by the letters: version 4.9 would stand above 4.10.
    monkeypatch.setattr(readings, "metric", turned)
    at = opened("quality", benchmark="LiveBench")
    assert control(at, "release_livebench").options == by_name[::-1]


def open_table() -> None:
    """A page of one chart with its table open; runs as a script of its own."""
    import data as data_  # noqa: PLC0415
    from dashboard import parts  # noqa: PLC0415
    from dashboard.chart import Selection  # noqa: PLC0415

    parts.show_chart(
        data_.newest_build(), "token_share", Selection("Qwen", ("Llama",)), empty="",
        is_table_open=True,
    )  # fmt: skip


def test_the_citation_is_in_the_file_and_not_in_the_table(use: Callable[[str], Path]) -> None:
    from dashboard import parts, recipes  # noqa: PLC0415
    from dashboard.chart import Selection  # noqa: PLC0415

    use("filled")
    at = checked(AppTest.from_function(open_table, default_timeout=30).run())
    shown = at.dataframe[0].value
    assert len(shown)
    assert "as_of" in shown.columns
    assert "citation" not in shown.columns
    drawn = recipes.chart(data.newest_build(), "token_share", Selection("Qwen", ("Llama",)))
    first, *_ = parts.csv_bytes(drawn.frame).decode().splitlines()
    assert "citation" in first.split(",")


def test_files_of_tokens_hold_their_citation(use: Callable[[str], Path]) -> None:
    from dashboard import (  # noqa: PLC0415
        event_charts,
        lead_charts,
        parts,
        readings,
        recipes,
        region_charts,
    )
    from dashboard.chart import Selection  # noqa: PLC0415

    use("filled")
    build = data.newest_build()
    chosen = Selection("Qwen", ("Llama",), date(2025, 1, 1), date(2026, 12, 31))
    standing = lead_charts.selected(chosen, "collected", "served_tokens", "token_share", "Tokens")
    by_region = next(
        row
        for row in data.regions(build=build).to_dict("records")
        if (row["layer"], row["basis"]) == ("served_tokens", "collected")
    )
    study = data.event_study(
        date(2026, 7, 15), "Qwen", ["Llama"], series="served_tokens", window=30, build=build
    )
    frames = [
        recipes.chart(build, "standings", standing).frame,
        recipes.chart(build, "regions_by_layer", region_charts.selected(chosen, by_region)).frame,
        event_charts.around_event(study, "Event", readings.context(build, chosen)).frame,
        event_charts.with_source(study.rows, study.series),
    ]
    for frame in frames:
        written = parts.csv_bytes(frame).decode()
        assert "Source: OpenRouter (openrouter.ai/rankings), as of 2026-" in written
        assert "as_of" in written.partition("\n")[0].split(",")


@pytest.mark.parametrize("kind", ["filled", "hub", "collected"])
def test_every_collected_layer_is_cited_as_its_source_asks(
    use: Callable[[str], Path], kind: str
) -> None:
    from dashboard import readings  # noqa: PLC0415
    from dashboard.chart import Selection, layer_citation  # noqa: PLC0415

    use(kind)
    build = data.newest_build()
    context = readings.context(build, Selection("Qwen", ()))
    asked = {source.citation for source in context.sources.values()}
    for name in ("standings", "momentum"):
        rows = data.metric(name, build=build, basis="collected")
        rows = rows.assign(layer="own_downloads") if name == "momentum" else rows
        for layer, source in set(zip(rows["layer"], rows["source_title"], strict=True)):
            assert layer_citation(context, "collected", layer, source) in asked, (layer, source)


def test_models_are_linked_to_the_hub_where_nothing_else_is_known(
    use: Callable[[str], Path],
) -> None:
    use("seeds")
    said = "".join(sources_of_html(seen("family")))
    assert 'href="https://huggingface.co/Qwen/Qwen' in said
    assert "/models?" not in said
    use("hub")
    assert "/models?" in "".join(sources_of_html(seen("family")))


def test_markdown_shows_a_text_as_it_is() -> None:
    from dashboard import parts  # noqa: PLC0415

    assert parts.plain("a_b*c [d](e) `f` $1 $2 ~g \\") == (r"a\_b\*c \[d\](e) \`f\` \$1 \$2 \~g \\")
    assert parts.plain("37.7 % (Qwen3.5)") == "37.7 % (Qwen3.5)"


def test_restated_days_are_cited(use: Callable[[str], Path]) -> None:
    use("filled")
    rows = data.metric("token_restatements")
    wanted = rows.loc[rows["as_of"] == rows["as_of"].max(), "citation"].iloc[0]
    assert wanted in [caption.value for caption in seen("usage").caption]


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
    # As the page Claims calls what is counted, whatever the metric is named.
    control(at, "what").set_value(["downloads since the beginning"]).run()
    assert set(at.dataframe[0].value["metric"]) >= {
        "cumulative_downloads", "claimed_cumulative_downloads",
    }  # fmt: skip
    named = opened("reported", what="claimed_cumulative_downloads")
    assert control(named, "what").value == ["downloads since the beginning"]
    assert set(named.dataframe[0].value["what"]) == {"downloads since the beginning"}
    at.text_input(key="search").set_value("atom REPORT").run()
    checked(at)
    narrowed = at.dataframe[0].value
    assert 0 < len(narrowed) < everything
    texts = [" ".join(map(str, row)).lower() for row in narrowed.itertuples()]
    assert all("atom report" in text for text in texts)


def test_a_search_without_a_match_says_so(use: Callable[[str], Path]) -> None:
    use("seeds")
    at = opened("reported")
    at.text_input(key="search").set_value("[.*(no such thing").run()
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
    homes: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(tmp_path))
    seeds = copied_seeds(tmp_path / "seeds")
    shutil.copytree(homes("seeds") / "builds", tmp_path / "builds")
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
    boxes = ["licences", "published", "runs", "reported-crossings", "momentum-rest", "risers"]
    at = opened(page, [*boxes, *incident_boxes()] if page in ("sources", "leads") else [])
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
    links = re.findall(r'href="([^"]*)"', "".join(sources_of_html(seen(page))))
    assert all(re.match(r"https?://|/[a-z]+(\?|$)", link) for link in links)
    use("filled" if page in SERVICE_PAGES else "hub")
    links = re.findall(r'href="([^"]*)"', "".join(sources_of_html(seen(page))))
    # Without a browser the page has no address of its own, so links to other pages begin with /.
    assert all(re.match(r"https?://|/[a-z]+(\?|$)", link) for link in links)


def test_the_link_holds_what_the_address_asked_for(use: Callable[[str], Path]) -> None:
    """At the first run the page's own controls do not exist yet when the link is written."""
    use("seeds")
    at = opened("downloads", show="Models")
    assert control(at, "show").value == "Models"
    assert parse_qs(at.code[0].value.partition("?")[2])["show"] == ["Models"]


def test_a_typo_in_the_address_is_named(use: Callable[[str], Path]) -> None:
    use("seeds")
    at = opened("usage", focus="Qwenn", family=["Lama", "Gemma"], famly="x", utm_source="mail")
    assert at.info[0].value == (
        "Not understood in the address, and left out: **focus=Qwenn** (did you mean Qwen?); "
        "**family=Lama** (did you mean Llama?); **famly** (did you mean family?)."
    )
    assert "Not understood" in checked(at.run()).info[0].value
    at.selectbox(key="scale").set_value("Log")
    assert not any("Not understood" in box.value for box in checked(at.run()).info)
