"""Regions: what is said of China and the USA, by rows made by hand; the shipped figures against a
walk in plain Python; the pages Regions and Family."""

from __future__ import annotations

import csv
import html
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import data
from dashboard import region_charts
from dashboard.chart import Context, Selection
from data.family import incidents_of, launches_of, not_seen, standing_summary
from data.regions import region_brief, region_dates_of, regions_of
from data.wording import amount

TITLES = pd.DataFrame(
    {
        "layer": ["own_downloads", "served_tokens", "all_local_pulls"],
        "title": ["Own downloads a month", "OpenRouter tokens", "Ollama, all pulls"],
        "counts": ["", "", ""],
    }
)
NO_CROSSOVERS = pd.DataFrame(
    columns=["basis", "layer", "measure", "subject_kind", "leader", "passed", "leader_family",
             "passed_family", "crossed_on", "date_precision", "is_estimate", "touches",
             "source_title", "source_url", "citation", "note"]
)  # fmt: skip
OWN = ("published", "own_downloads", "monthly_downloads", "month", "downloads a month")
TOKENS = ("collected", "served_tokens", "token_share", "month", "fraction")
PULLS = ("published", "all_local_pulls", "pulls_total", "reading", "pulls")


def rows(
    series: Sequence[str], at: str, shares: dict[str, float | None], whole: float = 100
) -> pd.DataFrame:
    """Rows of the metric regions_by_layer of one date."""
    basis, layer, measure, period, unit = series
    return pd.DataFrame(
        [
            {
                "basis": basis, "layer": layer, "measure": measure, "period": period,
                "date": pd.Timestamp(at), "region": region,
                "regions_by_layer": None if share is None else share * whole, "unit": unit,
                "share": share, "share_of": "hub_text_vlm", "is_estimate": False,
                "as_of": pd.Timestamp("2026-10-02"), "source_title": "Data", "publisher": "Pulse",
                "source_url": "https://pulse.example", "citation": "Source: Pulse.",
                "accounts_without_value": None,
            }
            for region, share in shares.items()
        ]
    )  # fmt: skip


def brief(*frames: pd.DataFrame, crossovers: pd.DataFrame = NO_CROSSOVERS) -> data.RegionBrief:
    return region_brief(regions_of(pd.concat(frames), crossovers, TITLES))


def test_who_leads_on_each_layer_with_unit_and_period() -> None:
    told = brief(
        rows(OWN, "2026-08-01", {"china": 0.1, "us": 0.9}),
        rows(OWN, "2026-09-01", {"china": 0.382, "us": 0.151, "unknown": 0.4}),
        rows(TOKENS, "2026-07-01", {"china": 0.6, "us": 0.3}),
        rows(PULLS, "2026-08-21", {"china": 0.36, "us": 0.55}),
    )
    assert told.headline == "China leads the USA on two of three layers."
    assert told.sentences == (
        "China leads the USA in own downloads (September 2026: 38.2 % against 15.1 %) and served "
        "tokens (July 2026: 60.0 % against 30.0 %). The USA leads China in all local pulls "
        "(2026-08-21: 55.0 % against 36.0 %)."
    )


@pytest.mark.parametrize(
    ("china", "us", "headline", "sentences"),
    [
        (
            0.2, 0.3,
            "The USA leads China on the one layer that is known.",
            "The USA leads China in own downloads (September 2026: 30.0 % against 20.0 %).",
        ),
        # Written alike is level, whatever stands behind the first decimal.
        (
            0.20001, 0.2,
            "China and the USA are level on the one layer that is known.",
            "The two are level in own downloads (September 2026: 20.0 % each).",
        ),
        (
            0.2, 0.0,
            "China leads the USA on the one layer that is known.",
            "China leads the USA in own downloads (September 2026: 20.0 % against 0.0 %).",
        ),
        (0.2, None, "No layer compares China with the USA yet.", ""),
        (None, None, "No layer compares China with the USA yet.", ""),
    ],
)  # fmt: skip
def test_the_sentence_of_one_layer(
    china: float | None, us: float | None, headline: str, sentences: str
) -> None:
    told = brief(rows(OWN, "2026-09-01", {"china": china, "us": us}))
    assert (told.headline, told.sentences) == (headline, sentences)


@pytest.mark.parametrize(
    ("shares", "off", "headline", "item"),
    [
        ((0.47, 0.46), 5.0, "China leads the USA on one of two layers; on one the two are level.",
         "The two are level in all local pulls (2026-08-21: 47.0 % and 46.0 %, within rounding)."),
        ((0.509, 0.491), 0.1, "China leads the USA on one of two layers; on one the two are level.",
         "The two are level in all local pulls (2026-08-21: 50.9 % and 49.1 %)."),
        ((0.6, 0.4), 5.0, "China leads the USA on all two layers.",
         "all local pulls (2026-08-21: 60.0 % against 40.0 %)."),
    ],
)  # fmt: skip
def test_what_rounding_may_turn_is_no_lead(
    shares: tuple[float, float], off: float, headline: str, item: str
) -> None:
    pulls = rows(PULLS, "2026-08-21", dict(zip(("china", "us"), shares, strict=True)))
    pulls = pulls.assign(
        regions_low=pulls["regions_by_layer"] - off, regions_high=pulls["regions_by_layer"] + off
    )
    own = rows(OWN, "2026-09-01", {"china": 0.3, "us": 0.2})
    told = brief(own, pulls)
    assert told.headline == headline
    assert told.sentences.endswith(item)
    found = regions_of(pd.concat([own, pulls]), NO_CROSSOVERS, TITLES)
    is_open = "within" in item
    assert found["is_within_rounding"].tolist() == [False, is_open]
    assert found["is_estimate"].tolist() == [False, is_open]
    assert pd.isna(found["ratio"][1]) == is_open


def test_each_leads_on_as_many_layers() -> None:
    told = brief(
        rows(OWN, "2026-09-01", {"china": 0.3, "us": 0.2}),
        rows(TOKENS, "2026-07-01", {"china": 0.3, "us": 0.4}),
    )
    assert told.headline == "China and the USA each lead on one of two layers."


def test_ratio_and_how_certain_the_order_is() -> None:
    found = regions_of(
        pd.concat(
            [
                rows(OWN, "2026-09-01", {"china": 0.3, "us": 0.2, "unknown": 0.5}),
                rows(TOKENS, "2026-07-01", {"china": 0.7, "us": 0.0, "unknown": 0.3}),
                rows(PULLS, "2026-08-21", {"us": 1.0}),
            ]
        ),
        NO_CROSSOVERS,
        TITLES,
    )
    assert found["ratio"].tolist()[0] == pytest.approx(1.5)
    assert found["ratio"].isna().tolist() == [False, True, True]
    least = rows(TOKENS, "2026-07-01", {"china": 0.7, "us": 0.2, "unknown": 0.1})
    (row,) = regions_of(least, NO_CROSSOVERS, TITLES).to_dict("records")
    assert (row["ahead"], row["is_certain"], pd.isna(row["ratio"])) == ("china", True, True)
    assert found["ahead"].fillna("").tolist() == ["china", "china", ""]
    # Half of the downloads are nobody's, which could turn the order; of the tokens a third.
    assert found["is_certain"].tolist() == [False, True, False]
    assert found["ahead_since"].isna().all()


def test_published_downloads_and_collected_tokens_speak_for_their_layers() -> None:
    other = ("collected", *OWN[1:])
    told = brief(
        rows(OWN, "2026-08-01", {"china": 0.3, "us": 0.2}),
        rows(other, "2026-09-01", {"china": 0.1, "us": 0.2}),
        rows(("published", *TOKENS[1:]), "2026-06-01", {"china": 0.5, "us": 0.4}),
        rows(TOKENS, "2026-07-01", {"china": 0.3, "us": 0.4}),
        rows(("published", "served_tokens", "token_share", "day", "fraction"), "2026-09-16",
             {"china": 0.9, "us": 0.1}),
    )  # fmt: skip
    assert told.sentences == (
        "China leads the USA in own downloads (August 2026: 30.0 % against 20.0 %). The USA leads "
        "China in served tokens (July 2026: 40.0 % against 30.0 %)."
    )


def test_the_shipped_figures(seeds_build: Path) -> None:
    walked = _walk()
    found = data.regions(build=seeds_build).set_index(["layer", "measure", "period"])
    for (layer, measure, period, at), shares in walked.items():
        row = found.loc[(layer, measure, period)]
        assert str(row["date"].date()) == at
        for region in ("china", "us", "eu"):
            assert row[region] == pytest.approx(shares[region], abs=1e-9), (layer, region)
    told = region_brief(data.regions(build=seeds_build))
    assert told.headline == "China leads the USA on two of four layers; on one the two are level."
    assert "own downloads (September 2026: 34.8 % against 13.8 %)" in told.sentences
    assert "served tokens (July 2026: 61.5 % against 31.3 %)" in told.sentences
    assert "all local pulls (2026-08-21: 55.0 % against 36.4 %)" in told.sentences


def test_since_when_here_and_as_reported(seeds_build: Path) -> None:
    dates = data.region_dates(build=seeds_build)
    told = {(row.what, row.basis, row.since_text) for row in dates.itertuples()}
    assert ("Own downloads a month", "published", "May 2025") in told
    since_first = "Own downloads since the first month of the series"
    assert (since_first, "published", "September 2025") in told
    assert ("Downloads since the beginning", "reported", "July 2025") in told
    assert ("Downloads since the beginning", "reported", "August 2025") in told
    assert dates["since"].is_monotonic_increasing
    # zai-org, baidu and openai have no figure yet in May 2025.
    may = dates[dates["since_text"] == "May 2025"].iloc[0]
    assert (may["is_estimate"], may["note"]) == (
        False,
        "the sums leave out accounts without a figure",
    )
    assert may["citation"].startswith("Source: Model Pulse, report data of October 2026")
    assert dates["citation"].str.startswith("Source: ").all()


def test_months_whose_sums_leave_out_accounts_are_named(seeds_build: Path) -> None:
    """Of fourteen accounts five begin later, the last one, of OpenAI, in August 2025."""
    firsts: dict[str, str] = {}
    for row in _seed("published_series"):
        if row["series"] == "downloads_text_vlm_by_author":
            firsts[row["subject"]] = min(row["date"], firsts.get(row["subject"], row["date"]))
    regions = {row["hf_org"]: row["region"] for row in _seed("organization_regions")}
    found = data.metric(
        "regions_by_layer", build=seeds_build, basis="published", layer="own_downloads",
        measure="monthly_downloads", region=["china", "us", "eu"],
    )  # fmt: skip
    for row in found.itertuples():
        later = [
            account
            for account, first in firsts.items()
            if regions.get(account) == row.region and first > str(row.date.date())
        ]
        assert row.accounts_without_value == len(later)
    chosen = Selection("Qwen", (), standing_title="Own downloads")
    nothing = pd.DataFrame()
    chart = region_charts.regions_by_layer(
        found,
        data.metric_info("regions_by_layer", build=seeds_build),
        Context(chosen, nothing, nothing, data.metric("crossovers", build=seeds_build), {}),
    )
    assert chart is not None
    assert "Sums that leave out accounts without a figure: 2024-07 to 2025-07." in chart.caveats


def test_no_dates_without_crossovers() -> None:
    assert region_dates_of(NO_CROSSOVERS, TITLES).empty


def _walk() -> dict[tuple[str, ...], dict[str, float]]:
    """Shares of regions in the newest month of two series, from the seed files."""
    accounts = {row["hf_org"]: row["region"] for row in _seed("organization_regions")}
    authors = {row["author"]: row["region"] for row in _seed("openrouter_authors")}
    values: dict[tuple[str, str, str], float] = {}
    for row in sorted(_seed("published_series"), key=lambda row: row["as_of"]):
        if row["period"] == "month":
            values[row["series"], row["subject"], row["date"]] = float(row["value"])
    found = {}
    for series, key, regions in (
        ("downloads_text_vlm_by_author", ("own_downloads", "monthly_downloads"), accounts),
        ("openrouter_token_share", ("served_tokens", "token_share"), authors),
    ):
        last = max(at for name, _, at in values if name == series)
        whole = values.get(("downloads_text_vlm_total", "all publishers", last), 1.0)
        shares: dict[str, float] = defaultdict(float)
        for (name, subject, at), value in values.items():
            if (name, at) == (series, last):
                shares[regions.get(subject, "unknown")] += (
                    value / whole if series != "openrouter_token_share" else value
                )
        found[(*key, "month", last)] = shares
    return found


def _seed(name: str) -> list[dict[str, str]]:
    with (data.SEEDS_DIR / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def standing(layer: str, value: float | None, position: int | None, **more: Any) -> dict[str, Any]:
    """A row of data.leads, as far as a family's sentences read it."""
    return {
        "layer": layer, "measure": "monthly_downloads", "basis": "collected", "focus": "Qwen",
        "focus_value": value, "focus_position": position, "focus_part_of": None,
        "subject_kind": "family",
        "subjects": 5, "period": "month", "date": pd.Timestamp("2026-09-01"),
        "unit": "downloads a month", "bound": "exactly",
        "focus_text": amount(
            value, more.get("unit", "downloads a month"), more.get("bound", "exactly")
        ),
        **more,
    }  # fmt: skip


def test_where_a_family_stands() -> None:
    found = pd.DataFrame(
        [
            standing(
                "own_downloads", 2e6, 2, basis="published", focus="Alibaba", subject_kind="account"
            ),
            standing("own_downloads", 3e6, 1),
            standing("own_downloads", 9e6, 1, measure="cumulative_downloads"),
            standing("served_tokens", 0.5, 3, unit="fraction", basis="published"),
            standing("served_tokens", 0.01, 1, unit="fraction", bound="at_least"),
            standing("all_local_pulls", None, None),
            standing("quality", None, None),
        ]
    )
    assert standing_summary("Qwen", found) == (
        "Qwen is 1st of 5 in served tokens (September 2026: at least 1.0 %) and 2nd of 5 in "
        "own downloads (account Alibaba, September 2026: 2.0M)."
    )
    told = not_seen("Qwen", found, {"quality": "the LMArena rating"})
    assert told == "Qwen is not seen in all local pulls and the LMArena rating."
    none = found.assign(focus_value=None, focus_position=None)
    assert standing_summary("Qwen", none) == ""
    assert not_seen("Qwen", none).startswith("No layer shows Qwen yet; others are seen in")
    assert not_seen("Qwen", found.head(1)) == ""
    part = pd.DataFrame([standing("served_tokens", None, None, focus_part_of="Alibaba")])
    assert not_seen("Qwen", part) == (
        "In served tokens it is not told apart: it is a part of Alibaba."
    )
    least = pd.DataFrame(
        [standing("all_local_pulls", 2.9e6, 1, unit="pulls", bound="about", subject_kind="author",
                  focus="Alibaba", period="reading")]
    )  # fmt: skip
    assert standing_summary("Qwen", least) == (
        "Qwen is 1st of 5 in all local pulls (author Alibaba, 2026-09-01: 2.9M)."
    )


def test_a_launch_is_one_row_a_model_and_what_nobody_read_stands_once() -> None:
    def milestone(basis: str, model: str, of: int, days: float | None, read: float | None) -> Any:
        return {
            "basis": basis, "model_id": model, "milestone": of, "launch_milestones": days,
            "released_on": pd.Timestamp("2026-01-01"), "is_corrected": True,
            "size_class": "[1,5)", "downloads": read, "as_of": pd.Timestamp("2026-02-01"),
            "first_year_downloads": None,
        }  # fmt: skip

    given = pd.DataFrame(
        [
            milestone("published", "a", 100_000, 5, 2e6),
            milestone("published", "a", 1_000_000, 20, 2e6),
            milestone("collected", "a", 100_000, None, None),
            milestone("collected", "b", 100_000, None, None),
        ]
    )
    found = launches_of(given).set_index("model_id")
    assert found["basis"].to_dict() == {"a": "published", "b": "not read"}
    assert found.loc["a", ["days_to_100k", "days_to_1m"]].tolist() == [5, 20]
    assert pd.isna(found.loc["a", "days_to_10m"])
    assert launches_of(given.head(0)).empty


def test_incidents_are_those_of_the_familys_accounts() -> None:
    given = pd.DataFrame(
        {
            "level": ["publisher", "model", "model", "source"],
            "subject": ["Qwen", "Qwen/Qwen3", "meta/Llama", "Qwen"],
            "starts_on": pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]),
        }
    )
    assert incidents_of(("Qwen",), given)["subject"].tolist() == ["Qwen/Qwen3", "Qwen"]


def opened(build: Path, monkeypatch: pytest.MonkeyPatch, page: str, **query: Any) -> AppTest:
    """A page as a visitor with that address sees it."""
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(build.parent.parent))
    at = AppTest.from_file(data.ROOT / "dashboard" / "app.py", default_timeout=30)
    for key, value in query.items():
        at.query_params[key] = value
    at.run()
    at.switch_page(f"views/{page}.py").run()
    assert not at.exception, [error.value for error in at.exception]
    return at


def told(at: AppTest) -> str:
    """Titles, tables, captions and boxes as text without tags."""
    parts = [element.proto.body for element in at.get("html")]
    shown = (*at.title, *at.header, *at.subheader, *at.caption, *at.markdown, *at.info)
    parts += [element.value for element in shown]
    return html.unescape(re.sub(r"<[^>]+>", " ", "\n".join(parts)))


def test_the_page_of_regions(seeds_build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(seeds_build, monkeypatch, "regions", layer="Served tokens", region_series="?")
    said = told(at)
    for text in (
        "China leads the USA on two of four layers; on one the two are level.",
            "2.5 ×", "34.8 %", "13.8 %",
        "OpenRouter tokens, share in a month, by region of the developers",
        "Share of text-generation downloads on the Hub by size",
        "collectors collect openrouter openrouter_models",
    ):  # fmt: skip
        assert text in said, text
    # Another layer has other series: what was chosen before is none of them.
    at.segmented_control(key="layer").set_value("All local pulls").run()
    assert not at.exception
    assert "Ollama, all pulls since the beginning, by region of the developers" in told(at)


def test_the_page_of_a_family(seeds_build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = told(opened(seeds_build, monkeypatch, "family", focus="Gemma"))
    assert "Gemma is 2nd of 14 in own downloads (account Google, September 2026: 37.9M)" in said
    assert (
        "Gemma is not seen in derivatives on the Hub. In served tokens it is not told apart: it is "
        "a part of Google (all models)."
    ) in said
    assert "claims about Gemma" in said
    assert "google/gemma-4-26B-A4B-it" in said
    assert "collectors backfill" not in said, "some of its release dates are known"


def test_the_file_of_a_family_holds_the_rows_that_are_shown(
    seeds_build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed = {}
    monkeypatch.setattr(
        "dashboard.parts.csv_button", lambda rows, name, *, key: handed.update({key: rows})
    )
    at = opened(seeds_build, monkeypatch, "family", focus="Gemma")
    card = data.family_card("Gemma", "Llama", build=seeds_build)
    assert card.standings["focus_value"].isna().any()
    (table,) = [
        element.proto.body for element in at.get("html") if "<th>Layer</th>" in element.proto.body
    ]
    assert len(handed["csv-family-standings"]) == table.count("<tr>") - 1


@pytest.mark.parametrize(
    ("family", "rival", "told"),
    [
        ("Qwen", "Llama", "derivatives on the Hub (2026-08-14: 151,448)"),
        ("Llama", "Qwen", "derivatives on the Hub (2026-08-14: about 32,200)"),
    ],
)
def test_a_summary_says_of_its_own_value_alone_that_it_is_an_estimate(
    seeds_build: Path, family: str, rival: str, told: str
) -> None:
    assert told in data.family_card(family, rival, build=seeds_build).summary


def test_one_date_is_drawn_as_bars_under_its_month(seeds_build: Path) -> None:
    found = data.metric(
        "regions_by_layer", build=seeds_build, basis="published", layer="own_downloads",
        measure="monthly_downloads",
    )  # fmt: skip
    one = found[found["date"] == found["date"].max()].assign(is_estimate=True)
    nothing = pd.DataFrame()
    chosen = Selection("Qwen", (), standing_title="Own downloads")
    context = Context(chosen, nothing, nothing, nothing, {})
    info = data.metric_info("regions_by_layer", build=seeds_build)
    chart = region_charts.regions_by_layer(one, info, context)
    assert chart is not None
    assert chart.title == "Own downloads, by region of the developers, September 2026"
    assert "Estimates: 2026-09." in chart.caveats
    assert chart.frame["citation"].str.startswith("Source: ").all()
