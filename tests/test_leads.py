"""Who leads: verdicts of hand-made rows, and the shipped figures against a walk in plain Python."""

from __future__ import annotations

import csv
import html
import re
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import data
from dashboard import lead_charts, plots
from dashboard.chart import Context, Selection, value_text
from dashboard.style import THEMES
from data.catalog import rollups
from data.leads import (
    COLUMNS,
    CROSSING_COLUMNS,
    crossings_of,
    leads_of,
    published_crossings_of,
)
from tests import app_builds

TITLES = pd.DataFrame(
    {
        "layer": ["own_downloads", "derivatives", "served_tokens", "quality"],
        "title": ["Own downloads a month", "Derivatives on the Hub", "Tokens", "Arena rating"],
        "counts": ["Accounts", "Reported", "Share", "Text"],
    }
)
NO_LAYERS = pd.DataFrame(columns=["layer", "family", "value", "unit", "bound", "ends_on", "as_of",
                                  "source_title", "source_url"])  # fmt: skip
MONTHS = ("2026-01-01", "2026-02-01", "2026-03-01")


def standings(
    values: Mapping[str, Sequence[float | None]],
    *,
    layer: str = "own_downloads",
    measure: str = "monthly_downloads",
    unit: str = "downloads a month",
    bound: str = "exactly",
    period: str = "month",
    labels: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Rows of the metric standings: one a family and month."""
    rows = [
        {
            "basis": "published", "layer": layer, "measure": measure, "subject_kind": "account",
            "holds": None, "citation": "Source: Pulse, as of 2026-04-02.",
            "period": period, "date": pd.Timestamp(at), "family": family,
            "subject": (labels or {}).get(family, family), "standings": value, "unit": unit,
            "bound": bound, "subjects": len(values), "is_estimate": False,
            "as_of": pd.Timestamp("2026-04-02"), "publisher": "Pulse",
            "source_url": "https://pulse.example",
        }
        for family, series in values.items()
        for at, value in zip(MONTHS, series, strict=True)
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["position"] = frame.groupby("date")["standings"].rank(ascending=False, method="min")
    return frame


def crossovers(*rows: Mapping[str, Any]) -> pd.DataFrame:
    given = {
        "basis": "published", "layer": "own_downloads", "measure": "monthly_downloads",
        "subject_kind": "account", "leader": "Qwen", "passed": "meta", "leader_family": "Qwen",
        "passed_family": "Llama", "crossed_on": pd.Timestamp("2026-02-01"),
        "date_precision": "month", "is_estimate": False, "touches": None, "estimated_touches": 0,
        "source_title": "Report", "source_url": "https://report.example", "note": None,
        "citation": "Source: Report.",
    }  # fmt: skip
    return pd.DataFrame([{**given, **row} for row in rows], columns=list(given))


def lead(points: pd.DataFrame, *crossed: Mapping[str, Any]) -> dict[str, Any]:
    found = leads_of("Qwen", "Llama", points, crossovers(*crossed), NO_LAYERS, TITLES)
    assert tuple(found.columns) == COLUMNS
    (row,) = found.to_dict("records")
    return dict(row)


# Verdicts


def test_ahead_since_a_month() -> None:
    row = lead(
        standings({"Qwen": [1, 3, 30], "Llama": [2, 2, 4]}, labels={"Llama": "Meta (m)"}), {}
    )
    assert row["verdict"] == "Qwen is ahead: 7.5 times Meta's, since February 2026."
    assert (row["ratio"], row["focus_position"], row["subjects"]) == (7.5, 1, 2)
    assert row["part"] == pytest.approx(30 / 34)
    assert (row["ahead"], row["ahead_since"]) == ("Qwen", pd.Timestamp("2026-02-01"))
    assert (row["leader"], row["second"]) == ("Qwen", "Meta (m)")
    assert (row["leader_value"], row["second_value"]) == (30, 4)
    assert (row["title"], row["measure_title"]) == ("Own downloads", "a month")


def test_behind_from_the_first_month_on() -> None:
    row = lead(standings({"Qwen": [1, 1, 1], "Llama": [2, 2, 4]}))
    assert row["verdict"] == (
        "Qwen is behind: 0.25 times Llama's, in every month since January 2026."
    )
    assert row["ahead"] == "Llama"
    assert pd.isna(row["ahead_since"])


def test_sums_that_begin_later_say_so() -> None:
    told = {"measure": "cumulative_downloads", "unit": "downloads"}
    points = standings(
        {"Qwen": [1, 3, 30], "Llama": [None, 2, 4]}, labels={"Llama": "Meta (m)"}, **told
    )
    row = lead(points)
    assert row["measure_title"] == "since January 2026 (Meta since February 2026)"
    assert row["verdict"] == (
        "Qwen is ahead: 7.5 times Meta's, in every month since February 2026; "
        "Meta is counted since February 2026."
    )
    (row,) = crossings_of("Qwen", ["Llama"], points, crossovers(), TITLES).to_dict("records")
    assert row["measure_title"] == "since January 2026 (Meta since February 2026)"
    # Of months alone it does not matter, and nor does it of who was there from the first one on.
    row = lead(standings({"Qwen": [1, 3, 30], "Llama": [None, 2, 4]}))
    assert row["measure_title"] == "a month"
    assert "counted" not in row["verdict"]
    row = lead(standings({"Qwen": [1, 3, 30], "Llama": [1, 2, 4]}, **told))
    assert row["measure_title"] == "since January 2026"


def test_level_at_the_end() -> None:
    row = lead(standings({"Qwen": [1, 3, 4], "Llama": [2, 2, 4], "Phi": [0, 0, 1]}))
    assert row["verdict"] == "Qwen and Llama are level."
    assert pd.isna(row["ahead"])
    assert (row["leader"], row["second"], row["second_value"]) == ("Llama and Qwen", "Phi", 1)


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        (None, 4.0, "Llama is seen here, Qwen is not."),
        (4.0, None, "Qwen is seen here, Llama is not."),
        (None, None, "Neither Qwen nor Llama is seen here."),
        (4.0, 0.0, "Qwen is ahead: Llama has none, in every month since January 2026."),
        (0.0, 4.0, "Qwen is behind: it has none, in every month since January 2026."),
        (0.0, 0.0, "Qwen and Llama are level."),
    ],
)
def test_unknown_and_zero(ours: float | None, theirs: float | None, verdict: str) -> None:
    row = lead(standings({"Qwen": [ours] * 3, "Llama": [theirs] * 3, "Phi": [1, 1, 1]}))
    assert row["verdict"] == verdict
    assert pd.isna(row["ratio"]) or row["ratio"] == 0


def test_only_one_month_says_nothing_of_since() -> None:
    points = standings({"Qwen": [None, None, 4], "Llama": [1, 1, 2]})
    assert lead(points)["verdict"] == "Qwen is ahead: 2.0 times Llama's."


def test_ratings_have_no_ratio() -> None:
    points = standings(
        {"Qwen": [1400, 1400, 1420.6], "Llama": [1300, 1300, 1420]},
        layer="quality", measure="rating", unit="rating", period="release",
    )  # fmt: skip
    row = lead(points)
    assert row["verdict"] == (
        "Qwen is ahead: 1 point above Llama, in every release since 2026-01-01."
    )
    assert pd.isna(row["ratio"])
    assert pd.isna(row["part"])


def test_values_of_which_the_least_is_known_have_no_ratio() -> None:
    points = standings(
        {"Qwen": [0.1, 0.1, 0.1], "Llama": [0.2, 0.2, 0.2]},
        layer="served_tokens", measure="token_share", unit="fraction", bound="at_least",
    )  # fmt: skip
    row = lead(points)
    assert pd.isna(row["ratio"])
    assert row["verdict"] == "Qwen and Llama are not told apart: what is not seen may be either's."


TOKENS = {"layer": "served_tokens", "measure": "token_share", "unit": "fraction"}
LOCAL = {"layer": "new_local_pulls", "measure": "pulls_new", "unit": "pulls"}


@pytest.mark.parametrize(
    ("told", "bound", "off", "values", "verdict", "ahead", "crossing"),
    [
        (
            TOKENS, "at_least", (0, 0.05), (0.1, 0.2),
            "Qwen is behind Llama, whatever is not seen, in every month since January 2026.",
            "Llama of the two in every month since January 2026; Step leads", "Llama",
        ),
        (
            TOKENS, "at_least", (0, 0.05), (0.2, 0.16),
            "Qwen and Llama are not told apart: what is not seen may be either's.",
            "not told apart", "not told apart",
        ),
        (
            LOCAL, "about", (2e5, 2e5), (2.3e6, 2.2e6),
            "Qwen and Llama are level within rounding.",
            "level within rounding", "level within rounding",
        ),
        (
            LOCAL, "about", (2e4, 2e4), (2.3e6, 2.24e6),
            "Qwen is ahead by a little: 2.3M against 2.2M, in every month since January 2026.",
            "Qwen of the two in every month since January 2026; Step leads", "Qwen",
        ),
    ],
)  # fmt: skip
def test_nobody_leads_by_what_is_not_known(
    told: dict[str, str], bound: str, off: tuple[float, float], values: tuple[float, float],
    verdict: str, ahead: str, crossing: str,
) -> None:  # fmt: skip
    ours, theirs = values
    top = {"Step": [3 * theirs] * 3}
    points = standings({"Qwen": [ours] * 3, "Llama": [theirs] * 3, **top}, bound=bound, **told)
    points["standings_low"] = points["standings"] - off[0]
    points["standings_high"] = points["standings"] + off[1]
    row = lead(points)
    assert (row["verdict"], row["ahead_text"]) == (verdict, ahead)
    assert pd.isna(row["ratio"]) or crossing == "Qwen"
    (row,) = crossings_of("Qwen", ["Llama"], points, crossovers(), TITLES).to_dict("records")
    assert row["ahead"] == crossing


def test_without_a_rival() -> None:
    points = standings({"Qwen": [1, 1, 1]})
    row = leads_of("Qwen", None, points, crossovers(), NO_LAYERS, TITLES).iloc[0]
    assert (row["focus_value"], row["verdict"]) == (1, "")
    assert pd.isna(row["second"])


def test_nothing_at_all() -> None:
    points = standings({"Qwen": [1, 1, 1]}).iloc[:0]
    assert leads_of("Qwen", "Llama", points, crossovers(), NO_LAYERS, TITLES).empty
    assert crossings_of("Qwen", ["Llama"], points, crossovers(), TITLES).empty


def test_statements_stand_only_while_nothing_was_counted() -> None:
    said = pd.DataFrame(
        [
            {"layer": "derivatives", "family": family, "value": value, "unit": "models",
             "bound": bound, "ends_on": pd.Timestamp("2026-08-31"),
             "as_of": pd.Timestamp("2026-08-31"), "source_title": "A report", "source_url": "u"}
            for family, value, bound in (("Qwen", 300.0, "exactly"), ("Llama", 100.0, "exactly"))
        ]
    )  # fmt: skip
    points = standings({"Qwen": [1, 1, 1], "Llama": [2, 2, 2]})
    rows = leads_of("Qwen", "Llama", points, crossovers(), said, TITLES)
    assert list(rows["basis"]) == ["published", "reported"]
    assert rows.iloc[1]["verdict"] == "Qwen is ahead: 3.0 times Llama's."
    counted = standings(
        {"Qwen": [1, 1, 1]}, layer="derivatives", measure="models_total", unit="models"
    )
    both = leads_of("Qwen", "Llama", pd.concat([points, counted]), crossovers(), said, TITLES)
    assert "reported" not in set(both["basis"])
    least = said.assign(bound=["exactly", "at_least"])
    row = leads_of("Qwen", "Llama", points, crossovers(), least, TITLES).iloc[1]
    assert pd.isna(row["ratio"])


def test_each_statement_has_its_own_bound() -> None:
    said = pd.DataFrame(
        [
            {"layer": "derivatives", "family": family, "value": value, "unit": "models",
             "bound": bound, "ends_on": pd.Timestamp("2026-08-14"),
             "as_of": pd.Timestamp("2026-08-14"), "source_title": "A report", "source_url": "u"}
            for family, value, bound in (("Qwen", 300.0, "exactly"), ("Llama", 100.0, "about"))
        ]
    )  # fmt: skip
    points = standings({"Qwen": [1, 1, 1], "Llama": [2, 2, 2]})
    row = leads_of("Qwen", "Llama", points, crossovers(), said, TITLES).iloc[1]
    assert (row["focus_text"], row["rival_text"]) == ("300", "≈ 100")
    assert (row["leader_text"], row["second_text"]) == ("300", "≈ 100")
    assert row["citation"] == "Source: A report."


def test_a_part_of_an_author_has_no_rank_of_his() -> None:
    authors = standings(
        {"Llama": [0.1, 0.1, 0.2], "Google": [0.3, 0.3, 0.3], "Nobody": [0.1, 0.1, 0.1]},
        labels={"Google": "Google (all models)"},
        layer="served_tokens", measure="token_share", unit="fraction",
    )  # fmt: skip
    authors = authors.assign(
        subject_kind="author",
        holds=["Gemma, Qwen" if name == "Google" else None for name in authors["family"]],
        family=[name if name == "Llama" else None for name in authors["family"]],
    )
    row = lead(authors)
    assert (row["focus_part_of"], row["rival_part_of"]) == ("Google (all models)", None)
    assert row["verdict"] == ("Qwen is not told apart here: it is a part of Google (all models).")
    assert (row["focus_text"], row["rival_text"]) == ("–", "20.0 %")
    assert pd.isna(row["focus_position"])
    assert (row["rival_position"], row["subjects"], row["subject_kind"]) == (2, 3, "author")
    assert (row["leader"], row["leader_text"]) == ("Google (all models)", "30.0 %")
    # Who is asked for no rival is not compared with one that has no family.
    rows = leads_of("Llama", None, authors, crossovers(), NO_LAYERS, TITLES)
    assert pd.isna(rows.iloc[0]["rival_value"])


# Crossings


def test_crossings_name_touches_and_pairs_that_never_crossed() -> None:
    points = standings({"Qwen": [1, 3, 4], "Llama": [2, 2, 2], "Phi": [9, 9, 9], "Yi": [0, 0, 4]})
    crossed = {"touches": "2025-12, 2025-10", "estimated_touches": 1, "is_estimate": True}
    rows = crossings_of("Qwen", ["Qwen", "Llama", "Phi", "Yi", "GLM"], points,
                        crossovers(crossed), TITLES)  # fmt: skip
    assert tuple(rows.columns) == CROSSING_COLUMNS
    told = rows[["ahead", "behind", "since_text", "touches", "estimated_touches", "is_estimate"]]
    assert told.to_numpy().tolist() == [
        ["Qwen", "Llama", "February 2026", "2025-12, 2025-10", 1, True],
        ["Phi", "Qwen", "from the first on, January 2026", "", 0, False],
        ["level", "level", "level", "", 0, False],
    ]


def test_pairs_without_a_common_date_are_left_out() -> None:
    points = standings({"Qwen": [1, None, None], "Llama": [None, 2, 2]})
    assert crossings_of("Qwen", ["Llama"], points, crossovers(), TITLES).empty


def test_published_dates_stand_beside_those_of_the_accounts() -> None:
    reported = {
        "basis": "reported", "measure": "cumulative_downloads", "leader": "Qwen",
        "passed": "Llama", "crossed_on": pd.Timestamp("2025-09-01"), "subject_kind": "family",
    }  # fmt: skip
    regions = {**reported, "leader": "China", "passed": "USA", "leader_family": None,
               "passed_family": None, "subject_kind": "region"}  # fmt: skip
    here = {"measure": "cumulative_downloads"}
    china = {"measure": "cumulative_downloads", "leader": "china", "passed": "us",
             "leader_family": None, "passed_family": None, "subject_kind": "region",
             "crossed_on": pd.Timestamp("2025-08-01")}  # fmt: skip
    found = crossovers(reported, regions, here, china)
    rows = published_crossings_of(["Qwen"], found, TITLES)
    assert rows[["leader", "when", "here_text"]].to_numpy().tolist() == [
        ["Qwen", "September 2025", "February 2026"],
        ["China", "September 2025", "August 2025"],
    ]
    assert list(published_crossings_of(["Phi"], found, TITLES)["leader"]) == ["China"]


# Momentum in words


@pytest.mark.parametrize(
    ("reading", "change", "market", "words"),
    [
        ("gained", 0.2, 0.1, "grew faster than the market"),
        ("gained", 0.2, -0.1, "grew while the market fell"),
        ("gained", 0.2, 0.0, "grew while the market stood still"),
        ("diluted", 0.1, 0.2, "grew less than the market"),
        ("diluted", 0.001, 0.2, "stood still while the market grew"),
        ("declined", -0.2, -0.1, "fell more than the market"),
        ("declined", -0.2, 0.1, "fell while the market grew"),
        ("held_up", -0.1, -0.2, "fell less than the market"),
        ("held_up", 0.0, -0.2, "stood still while the market fell"),
        ("flat", -0.1, -0.1, "kept its share"),
        (None, None, 0.1, "no comparison"),
        (float("nan"), 0.1, float("nan"), "no market to compare with"),
        (float("nan"), 0.1, 0.1, "no comparison"),
    ],
)
def test_momentum_words(
    reading: Any, change: float | None, market: float | None, words: str
) -> None:
    assert data.momentum_words(reading, change, market) == words


@pytest.mark.parametrize(
    ("points", "text"),
    [(0.0123, "+1.2"), (-0.0287, "−2.9"), (0.0, "0.0"), (-0.0001, "0.0"), (None, "")],
)
def test_points_in_words(points: float | None, text: str) -> None:
    assert data.points_text(points) == text


# The shipped figures


def test_does_it_hold_with_the_shipped_figures(seeds_build: Path) -> None:
    rows = data.leads("Qwen", "Llama", build=seeds_build)
    told = {
        (row.layer, row.measure): (data.wording.times(row.ratio), row.basis, row.leader)
        for row in rows.itertuples()
    }
    assert told == {
        ("own_downloads", "monthly_downloads"): ("11.6", "published", "Qwen"),
        ("own_downloads", "cumulative_downloads"): ("4.7", "published", "Qwen"),
        ("derivatives", "models_total"): ("4.7", "reported", "Qwen"),
        ("served_tokens", "token_share"): ("–", "published", "DeepSeek"),
        ("new_local_pulls", "pulls_new"): ("2.4", "published", "Qwen"),
        ("all_local_pulls", "pulls_total"): ("0.64", "published", "Llama"),
    }
    assert rows.iloc[0]["verdict"] == "Qwen is ahead: 11.6 times Meta's, since April 2025."
    assert rows.iloc[0]["date"] == pd.Timestamp("2026-09-01")
    assert rows.iloc[1]["measure_title"] == "since July 2024"
    late = data.leads("GLM", "Llama", build=seeds_build)
    late = late[late["measure"] == "cumulative_downloads"].iloc[0]
    accounts = data.metric("account_downloads", account="zai-org", build=seeds_build)
    first = data.wording.month(accounts["month"].min().date())
    assert late["measure_title"].startswith("since July 2024 (")
    assert late["measure_title"].endswith(f" since {first})")
    assert late["verdict"].endswith(f" is counted since {first}.")


def test_places_among_authors_against_a_walk(seeds_build: Path) -> None:
    """Positions on served tokens, from the seed file: unreleased and `other` are nobody's."""
    with (data.SEEDS_DIR / "published_series.csv").open(encoding="utf-8", newline="") as file:
        shares = {
            row["subject"]: float(row["value"])
            for row in csv.DictReader(file)
            if (row["series"], row["date"], row["period"])
            == ("openrouter_token_share", "2026-07-01", "month")
            and row["subject"] not in {"other", "openrouter", "stealth"}
        }
    rows = data.leads("Qwen", "Llama", build=seeds_build)
    row = rows[rows["layer"] == "served_tokens"].iloc[0]
    ordered = sorted(shares, key=lambda author: -shares[author])
    assert row["focus_position"] == ordered.index("qwen") + 1
    assert row["rival_position"] == ordered.index("meta-llama") + 1
    assert row["subjects"] == len(shares)
    assert (row["focus_text"], row["rival_text"]) == ("≥ 0.69 %", "≥ 0.0046 %")
    # 14.8 % and all that is not seen may be more than 16.7 %.
    assert row["leader_text"] == "≥ 16.7 %, the most seen"
    assert row["verdict"].startswith("Qwen and Llama are not told apart")
    glm = data.leads("GLM", None, build=seeds_build)
    glm = glm[(glm["layer"] == "served_tokens") & (glm["basis"] == "published")].iloc[0]
    assert glm["focus_part_of"] == "Z.ai (z-ai)"
    assert pd.isna(glm["focus_position"])
    assert glm["verdict"] == "GLM is not told apart here: it is a part of Z.ai (z-ai)."


def test_every_row_is_cited_as_its_publisher_asks(seeds_build: Path) -> None:
    asked = set(data.series_sources(seeds_build)["citation"])
    for rows in (
        data.leads("Qwen", "Llama", build=seeds_build),
        data.crossings("Qwen", ["Llama", "DeepSeek"], build=seeds_build),
    ):
        assert len(rows)
        for row in rows.to_dict("records"):
            is_said = row["basis"] == "reported"
            line = re.sub(r"as of [-0-9]{10}\.$", "as of {as_of}", row["citation"])
            assert (line in asked) != is_said, row["citation"]
            assert not is_said or row["citation"] == f"Source: {row['source_title']}."


def test_months_that_are_compared_with_an_estimate(seeds_build: Path) -> None:
    rows = data.metric("momentum", account="Qwen", start=date(2026, 9, 1), build=seeds_build)
    (row,) = rows.to_dict("records")
    assert (row["is_estimate"], row["is_estimate_3m"]) == (False, True)


# Each layer, and the metrics that its values are of; of several the first one that has rows.
OF_LAYERS: Mapping[str, Sequence[tuple[str, str, Mapping[str, Any]]]] = {
    "own_downloads": [("account_downloads", "month", {})],
    "derivatives": [
        ("derivatives_total", "date", {"relation": "all", "with_inferred": False}),
        ("reported_figures", "ends_on", {"metric": "derivative_models_total"}),
    ],
    "served_tokens": [
        (
            "token_share_by_cut", "date",
            {"cut": "family", "period": "month", "is_complete": True},
        ),
        ("published_series", "date", {"series": "openrouter_token_share", "period": "month"}),
    ],
    "new_local_pulls": [
        ("monthly_ollama_pulls", "month", {"is_complete": True}),
        ("standings", "date", {"basis": "published", "measure": "pulls_new"}),
    ],
    "all_local_pulls": [("ollama_family_pulls", "date", {}), ("published_pulls", "date", {})],
    "runtimes": [("lmstudio_downloads", "date", {})],
    "quality": [("quality_scores", "release", {"benchmark": "lmarena_text"})],
}  # fmt: skip


@pytest.fixture(scope="module")
def reissued_build(tmp_path_factory: pytest.TempPathFactory, seeds_build: Path) -> Path:
    """The shipped figures, and of each published value a later edition that is half of it."""
    path = tmp_path_factory.mktemp("reissued") / seeds_build.name
    shutil.copy(seeds_build, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "INSERT INTO seed__sources BY NAME "
            "SELECT * REPLACE ('zz_' || source AS source) FROM seed__sources"
        )
        connection.execute(
            "INSERT INTO seed__published_series BY NAME SELECT * REPLACE "
            "(value / 2 AS value, as_of + 30 AS as_of, 'zz_' || source AS source) "
            "FROM seed__published_series"
        )
        changed = {"seed__published_series", "seed__sources"}
        for file in rollups():
            if changed & set(re.findall(r"\w+", file.sql)):
                changed.add(file.name)
                connection.execute(f"CREATE OR REPLACE TABLE {file.name} AS {file.sql}")
    return path


@pytest.fixture(params=["seeds", "filled", "hub", "reissued"])
def any_build(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shipped figures, those of all services, of an archive, and of values published twice."""
    if request.param == "reissued":
        found: Path = request.getfixturevalue("reissued_build")
        return found
    return data.newest_build(app_builds.shared_home(tmp_path_factory, request.param))


def test_one_number_a_layer(any_build: Path, request: pytest.FixtureRequest) -> None:
    """What the layers hold is in the metrics of each, and in the newest standings."""
    layers = data.metric("layers", build=any_build)
    rows = data.metric("standings", subject_kind=["account", "author", "family"], build=any_build)
    rows = rows[~rows["measure"].isin(["cumulative_downloads", "models_new"])]
    rows = rows[rows["family"].notna() & rows["standings"].notna()]
    collected = set(rows[rows["basis"] == "collected"]["layer"]) - {"own_downloads"}
    for layer, held in layers.groupby("layer"):
        if layer == "collected_downloads":
            continue
        places = [
            (metric, data.metric(metric, build=any_build, **filters), time)
            for metric, time, filters in OF_LAYERS[layer]
        ]
        metric, found, time = next(place for place in places if len(place[1]))
        found = found[found[time] == found[time].max()]
        value = metric if metric in found else "value"
        told = {round(number, 9) for number in found[value].dropna()}
        assert {round(number, 9) for number in held["value"]} <= told, layer
        if metric == "reported_figures":
            continue
        basis = "collected" if layer in collected else "published"
        of_layer = rows[(rows["layer"] == layer) & (rows["basis"] == basis)]
        newest = of_layer[of_layer["date"] == of_layer["date"].max()]
        assert dict(zip(newest["family"], newest["standings"], strict=True)) == dict(
            zip(held["family"], held["value"], strict=True)
        ), layer
    kind = request.node.callspec.params["any_build"]
    assert (
        set(layers["layer"])
        >= {
            "seeds": {"own_downloads", "served_tokens", "new_local_pulls", "all_local_pulls"},
            "filled": set(OF_LAYERS),
            "hub": {"derivatives", "collected_downloads"},
            "reissued": {"own_downloads", "served_tokens", "new_local_pulls", "all_local_pulls"},
        }[kind]
    )


def test_the_newest_edition_is_every_pages_number(seeds_build: Path, reissued_build: Path) -> None:
    """Leads, Briefing, Runtimes, Regions, Claims and Launches show half of what they showed."""
    for metric, column, filters in (
        ("layers", "value", {"layer": "all_local_pulls"}),
        ("standings", "standings", {"basis": "published", "measure": "pulls_total"}),
        ("published_pulls", "published_pulls", {}),
        ("published_series", "value", {}),
        ("account_downloads", "account_downloads", {}),
        ("regions_by_layer", "regions_by_layer", {"layer": "served_tokens"}),
        ("claim_readings", "value", {"test": "published_downloads_30d"}),
    ):
        before, after = (
            data.metric(metric, build=build, **filters) for build in (seeds_build, reissued_build)
        )
        assert len(after) == len(before) > 0, metric
        keys = list(data.metric_info(metric, build=seeds_build).grain)
        both = before.merge(after, on=[key for key in keys if key != "source"])
        assert len(both) == len(before)
        assert (both[f"{column}_y"] * 2 - both[f"{column}_x"]).abs().max() < 1e-9, metric


def test_crossovers_and_dates_of_others(seeds_build: Path) -> None:
    rows = data.crossings("Qwen", ["Llama"], build=seeds_build)
    row = rows.iloc[0]
    assert (row["since_text"], row["touches"], row["estimated_touches"]) == (
        "April 2025", "2024-10, 2024-11", 2,
    )  # fmt: skip
    dates = data.published_crossings(["Qwen", "Llama"], build=seeds_build)
    told = set(dates[["leader", "passed", "when"]].itertuples(index=False, name=None))
    assert {
        ("Qwen", "Llama", "September 2025"), ("Qwen", "Llama", "October 2025"),
        ("China", "USA", "July 2025"), ("China", "USA", "August 2025"),
    } <= told  # fmt: skip


# The same in another way: a walk over the file in plain Python

Series = Mapping[str, Mapping[date, float]]


@pytest.fixture(scope="module")
def accounts() -> dict[str, dict[date, float]]:
    """Downloads by account and month, straight from the seeds; `all` is the market."""
    found: dict[str, dict[date, float]] = defaultdict(dict)
    with (data.SEEDS_DIR / "published_series.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["series"] == "downloads_text_vlm_by_author":
                found[row["subject"]][date.fromisoformat(row["date"])] = float(row["value"])
            if row["series"] == "downloads_text_vlm_total":
                found["all"][date.fromisoformat(row["date"])] = float(row["value"])
    return found


def added_up(series: Series) -> Series:
    sums: dict[str, dict[date, float]] = {}
    for subject, values in series.items():
        total, sums[subject] = 0.0, {}
        for month in sorted(values):
            total += values[month]
            sums[subject][month] = total
    return sums


def crossing(ours: Mapping[date, float], theirs: Mapping[date, float]) -> tuple[Any, list[str]]:
    """The first month ahead for good, and the months ahead before; walked from the end."""
    months = sorted(set(ours) & set(theirs))
    crossed = None
    while months and ours[months[-1]] > theirs[months[-1]]:
        crossed = months.pop()
    if crossed is None or not months:
        return None, []
    return crossed, [f"{m:%Y-%m}" for m in months if ours[m] > theirs[m]]


@pytest.mark.parametrize("measure", ["monthly_downloads", "cumulative_downloads"])
def test_crossovers_of_all_accounts_by_a_walk(
    measure: str, accounts: Series, seeds_build: Path
) -> None:
    series = {name: values for name, values in accounts.items() if name != "all"}
    series = dict(added_up(series) if measure == "cumulative_downloads" else series)
    expected = {}
    for leader in series:
        for passed in series:
            crossed, touches = crossing(series[leader], series[passed])
            if leader != passed and crossed:
                expected[leader, passed] = (pd.Timestamp(crossed), touches)
    rows = data.metric(
        "crossovers", basis="published", measure=measure, subject_kind="account", build=seeds_build
    )
    found = {
        (row.leader, row.passed): (
            row.crossed_on,
            row.touches.split(", ") if isinstance(row.touches, str) else [],
        )
        for row in rows.itertuples()
    }
    assert found == expected
    assert len(found) >= 40
    assert [len(touches) for _, touches in found.values()] == list(rows["earlier_months_ahead"])


@pytest.mark.parametrize("measure", ["monthly_downloads", "cumulative_downloads"])
def test_positions_of_all_accounts_by_a_walk(
    measure: str, accounts: Series, seeds_build: Path
) -> None:
    developers = set(data.families(seeds_build)["account"])
    series = {name: values for name, values in accounts.items() if name in developers}
    series = dict(added_up(series) if measure == "cumulative_downloads" else series)
    rows = data.metric("standings", measure=measure, subject_kind="account", build=seeds_build)
    for row in rows.itertuples():
        month = row.date.date()
        if row.account not in developers:
            assert pd.isna(row.position)
            continue
        held = [values[month] for values in series.values() if month in values]
        assert row.position == 1 + sum(value > series[row.account][month] for value in held)
        assert row.subjects == len(held)


def test_momentum_of_all_accounts_by_a_walk(accounts: Series, seeds_build: Path) -> None:
    rows = data.metric("momentum", basis="published", build=seeds_build)
    assert len(rows) == sum(len(values) for name, values in accounts.items() if name != "all")
    market = accounts["all"]
    for row in rows.itertuples():
        values, month = accounts[row.account], row.month.date()
        for back, own, all_of_it in (
            (1, row.momentum, row.market_change),
            (3, row.change_3m, row.market_change_3m),
        ):
            before = (row.month - pd.DateOffset(months=back)).date()
            if not values.get(before):
                assert pd.isna(own)
                continue
            assert own == pytest.approx(values[month] / values[before] - 1)
            assert all_of_it == pytest.approx(market[month] / market[before] - 1)
    newest = rows[(rows["month"] == rows["month"].max()) & (rows["subject"] == "Qwen")].iloc[0]
    assert newest["reading"] == "declined"
    assert f"{newest['momentum']:.2f} {newest['market_change']:.2f}" == "-0.14 -0.06"
    assert f"{newest['share_points']:.3f}" == "-0.029"


def test_regions_are_the_sum_of_the_accounts(accounts: Series, seeds_build: Path) -> None:
    with (data.SEEDS_DIR / "organization_regions.csv").open(encoding="utf-8") as file:
        regions = {row["hf_org"]: row["region"] for row in csv.DictReader(file)}
    sums: dict[tuple[str, date], float] = defaultdict(float)
    for account, values in accounts.items():
        for month, value in values.items():
            if account != "all":
                sums[regions.get(account, "unknown"), month] += value
    rows = data.metric(
        "standings", measure="monthly_downloads", subject_kind="region", build=seeds_build
    )
    assert {(r.subject, r.date.date()): r.standings for r in rows.itertuples()} == sums


# The page and its charts


def opened(build: Path, monkeypatch: pytest.MonkeyPatch, **query: Any) -> AppTest:
    """The page Leads as a visitor with that address sees it."""
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(build.parent.parent))
    at = AppTest.from_file(data.ROOT / "dashboard" / "app.py", default_timeout=30)
    for key, value in query.items():
        at.query_params[key] = value
    at.run()
    at.switch_page("views/leads.py").run()
    assert not at.exception, [error.value for error in at.exception]
    return at


def told(at: AppTest) -> str:
    """Tables, captions and boxes as text without tags."""
    parts = [element.proto.body for element in at.get("html")]
    parts += [element.value for element in (*at.caption, *at.markdown, *at.info)]
    return html.unescape(re.sub(r"<[^>]+>", " ", "\n".join(parts)))


def test_the_page_of_the_shipped_figures(
    seeds_build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(seeds_build, monkeypatch, standing="nonsense", window="?")
    said = told(at)
    for text in ("11.6 ×", "4.7 ×", "0.64 ×", "2.4 ×", "Qwen since April 2025"):
        assert text in said
    assert "fell more than the market" in said
    folded = ("conflicts by one month with ATOM's Sept 2025", "kept its share")
    assert not any(text in said for text in folded)
    for key in ("reported-crossings", "momentum-rest"):
        at.session_state[f"open-{key}"] = True
    said = told(at.run())
    assert all(text in said for text in folded)
    for text in ("September 2025", "October 2025", "July 2025", "August 2025"):
        assert text in said
    assert said.count("(estimate)") >= 3, "three months before Qwen's newest one an estimate stands"
    assert "Not collected yet: downloads of derivatives" in said
    assert "No model is listed." in said
    assert "Too large to be drawn: 2024-10 +630 %." in said
    assert len(at.get("plotly_chart")) == 2


def test_the_page_of_a_collection_without_rivals(
    collected_build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(collected_build, monkeypatch, family="", figures="collected", scope="lineage")
    said = told(at)
    assert "No series holds the focus family and one that is compared." in said
    assert "collected: All own repositories of the family" in said


def test_ranks_are_drawn_with_the_first_on_top(seeds_build: Path) -> None:
    selection = Selection(focus="Qwen", rivals=("Llama", "GLM"))
    rows = data.metric(
        "standings", basis="published", layer="own_downloads", measure="monthly_downloads",
        subject_kind="account", build=seeds_build,
    )  # fmt: skip
    info = data.metric_info("standings", build=seeds_build)
    context = Context(
        selection=selection, families=data.families(seeds_build),
        events=data.metric("events", build=seeds_build), crossovers=pd.DataFrame(), citations={},
    )  # fmt: skip
    chart = lead_charts.standings(rows, info, context)
    assert chart is not None
    assert [line.label for line in chart.lines[:3]] == ["Qwen", "Meta (meta-llama)", "Z.ai"]
    assert [line.newest for line in chart.lines[:3]] == [1, 5, 7]
    assert all(line.role == "rest" for line in chart.lines[3:])
    bottom, top = plots.figure(chart, THEMES["light"]).layout.yaxis.range
    assert bottom > 14
    assert top < 1
    one = rows[rows["date"] == rows["date"].max()]
    bars = lead_charts.standings(one, info, context)
    assert bars is not None
    assert bars.bars[0].key == "Qwen"
    assert bars.value_kind == "count"
    assert bars.title.endswith(": rank, September 2026")
    told = lead_charts.standings(one.assign(is_estimate=True), info, context)
    assert told is not None
    assert "Estimates: 2026-09." in told.caveats
    nobody = Selection(focus="Yi", rivals=())
    assert lead_charts.standings(rows, info, Context(nobody, context.families, context.events,
                                                     pd.DataFrame(), {})) is None  # fmt: skip


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"),
     (21, "21st"), (111, "111th"), (None, "–")],
)  # fmt: skip
def test_ordinals(number: float | None, text: str) -> None:
    assert value_text("rank", number) == text
