"""Shares of OpenRouter's tokens against a walk in plain Python, in exact fractions: every cut and
period, days restated and missing; and what the whole chain makes of a collected history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import data
from data import warehouse
from data.catalog import metrics, rollups
from tests.other_sources import tables
from tests.test_metrics import INFO, Row, completed, insert

MADE = [
    file
    for file in rollups()
    if file.name in {"openrouter_slugs", "token_days", "token_slices", "token_classes"}
]
SHOWN = [file for file in metrics() if file.name in {"token_share", "token_share_by_cut"}]
OTHER = "other"
OPENROUTER = data.SourceFacts(
    name="openrouter",
    title="OpenRouter",
    url="https://openrouter.ai",
    licence="CC BY 4.0",
    citation="Source: OpenRouter, as of {as_of}",
    cadence_days=1,
    tables=("openrouter__rankings",),
)


@dataclass(frozen=True)
class Label:
    """What a model is, by the seeds and the list of models below."""

    family: str
    author: str
    region: str
    weights: str
    variant: str


MODELS = {
    "qwen/qwen3-8b-20250428": Label("Qwen", "qwen", "china", "open", "standard"),
    "qwen/qwen3-8b-20250428:free": Label("Qwen", "qwen", "china", "open", "free"),
    "qwen/qwen-max": Label("Qwen", "qwen", "china", "closed", "standard"),
    "google/gemma-4": Label("Gemma", "google", "us", "unknown", "standard"),
    "google/gemini-3": Label("none", "google", "us", "unknown", "standard"),
    "cohere/north": Label("none", "cohere", "other_region", "closed", "standard"),
    "stealth/ox": Label("none", "stealth", "unknown", "unreleased", "standard"),
    "nobody/knows:free": Label("none", "nobody", "unknown", "unknown", "free"),
    OTHER: Label(OTHER, OTHER, OTHER, OTHER, OTHER),
}
CUTS = ("family", "author", "region", "weights", "variant")
SEEDS: dict[str, list[Row]] = {
    "seed__model_families": [
        {"family": "Qwen", "hf_orgs": "Qwen", "openrouter_authors": "qwen"},
        {"family": "Gemma", "hf_orgs": "google", "openrouter_authors": "google",
         "name_pattern": "gemma"},
    ],
    "seed__openrouter_authors": [
        {"author": "qwen", "region": "china", "weights": "mixed"},
        {"author": "google", "region": "us", "weights": "mixed"},
        {"author": "cohere", "region": "other", "weights": "closed"},
        {"author": "stealth", "region": "unknown", "weights": "unreleased"},
    ],
    "openrouter_models__models": [
        {"model_id": "qwen/qwen3-8b", "canonical_slug": "qwen/qwen3-8b-20250428",
         "hugging_face_id": "Qwen/Qwen3-8B"},
        {"model_id": "qwen/qwen-max"},
    ],
}  # fmt: skip

Day = dict[str, int]
Readings = list[tuple[datetime, dict[date, Day]]]
FIRST = date(2026, 1, 26)


@st.composite
def readings(draw: st.DrawFn) -> Readings:
    """Runs of a collector, oldest first: each reads some days within six weeks, whole or anew."""
    days = st.dictionaries(
        st.sampled_from(sorted(MODELS)), st.integers(0, 10**13), min_size=1, max_size=9
    )
    offsets = st.sets(st.integers(0, 41), min_size=1, max_size=12)
    return [
        (
            datetime(2026, 3, 10 + run, 2, tzinfo=UTC),
            {FIRST + timedelta(days=n): draw(days) for n in sorted(draw(offsets))},
        )
        for run in range(draw(st.integers(1, 3)))
    ]


def whole_february() -> Readings:
    day = {"qwen/qwen-max": 1, "cohere/north": 2, OTHER: 4}
    return [
        (
            datetime(2026, 3, 10, 2, tzinfo=UTC),
            {date(2026, 2, n): {**day, "google/gemma-4": n} for n in range(1, 29)},
        )
    ]


@contextmanager
def shown_by_sql(found: Readings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that has the two metrics."""
    rankings = [
        {
            "date": day.isoformat(),
            "model_permaslug": slug,
            "observed_at": f"{run:%Y-%m-%d %H:%M}+00",
            "as_of": f"{run:%Y-%m-%d}",
            "total_tokens": str(tokens),
        }
        for run, days in found
        for day, models in days.items()
        for slug, tokens in models.items()
    ]
    connection = prepared()
    connection.begin()
    try:
        insert(
            connection,
            "openrouter__rankings",
            [completed("openrouter__rankings", row, n) for n, row in enumerate(rankings)],
        )
        for file in MADE:
            connection.execute(f"CREATE TABLE {file.name} AS {file.sql}").fetchall()
        for file in SHOWN:
            connection.execute(f"CREATE VIEW {file.name} AS {file.sql}")
        yield connection
    finally:
        connection.rollback()


@cache
def prepared() -> duckdb.DuckDBPyConnection:
    """Tables with the seeds, for all examples: each takes back what it does with them."""
    connection = duckdb.connect(config={"threads": 1})  # an example has few rows
    warehouse.prepare(connection, [OPENROUTER], INFO)
    for table, rows in SEEDS.items():
        insert(connection, table, [completed(table, row, n) for n, row in enumerate(rows)])
    return connection


def days_of(found: Readings) -> dict[date, tuple[datetime, Day]]:
    """Each day with the run that gives it and its rows: those of the newest run that read it."""
    return {day: (run, models) for run, days in found for day, models in days.items()}


def start_of(period: str, day: date) -> date:
    if period == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period == "month" else day


def length_of(period: str, start: date) -> int:
    if period == "month":
        return ((start + timedelta(days=31)).replace(day=1) - start).days
    return 7 if period == "week" else 1


def fraction(tokens: int, total: int) -> float | None:
    return float(Fraction(tokens, total)) if total else None


def open_of(
    name: str, tokens: int, unsure: int, all_tokens: int, other: int, total: int
) -> tuple[float | None, ...]:
    """Open tokens of a class, their part and share, the most that this may be; the part of those
    that nobody knows. Of the models outside the 50 no weights are known."""
    if name == OTHER:
        return (None,) * 5
    return (
        tokens, fraction(tokens, all_tokens), fraction(tokens, total),
        fraction(tokens + unsure + other, total), fraction(unsure, all_tokens),
    )  # fmt: skip


Key = tuple[str, date, str, str]


def walked(found: Readings) -> dict[Key, tuple[Any, ...]]:
    """(period, start, cut, class) -> tokens, share, high, share of other, days, days of the period,
    as_of; open tokens, their part and share, the most that this may be; by walking the days."""
    days = days_of(found)
    shares: dict[Key, tuple[Any, ...]] = {}
    for period in ("day", "week", "month"):
        in_period: dict[date, list[date]] = defaultdict(list)
        for day in days:
            in_period[start_of(period, day)].append(day)
        for start, members in in_period.items():
            rows = [item for day in members for item in days[day][1].items()]
            total = sum(tokens for _, tokens in rows)
            other = sum(tokens for slug, tokens in rows if slug == OTHER)
            as_of = max(days[day][0] for day in members).strftime("%Y-%m-%d")
            for cut in CUTS:
                sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
                for slug, tokens in rows:
                    sums[getattr(MODELS[slug], cut)][MODELS[slug].weights] += tokens
                for name, by_weights in sums.items():
                    tokens = sum(by_weights.values())
                    most = tokens if name == OTHER else tokens + other
                    shares[period, start, cut, name] = (
                        tokens, fraction(tokens, total), fraction(most, total),
                        fraction(other, total), len(members), length_of(period, start), as_of,
                        *open_of(name, by_weights["open"], by_weights["unknown"], tokens, other,
                                 total),
                    )  # fmt: skip
    return shares


FEW = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@FEW
@given(found=readings())
@example(found=whole_february())
@example(found=[(datetime(2026, 3, 10, tzinfo=UTC), {FIRST: {"qwen/qwen-max": 0, OTHER: 0}})])
def test_shares_are_exact_fractions_in_every_cut_and_period(found: Readings) -> None:
    with shown_by_sql(found) as connection:
        rows = connection.sql("SELECT * FROM token_share_by_cut").to_arrow_table().to_pylist()
    by_sql = {
        (row["period"], row["date"], row["cut"], row["class"]): (
            row["tokens"], row["token_share_by_cut"], row["token_share_high"],
            row["other_share"], row["days"], row["days_in_period"], row["as_of"],
            row["open_tokens"], row["open_part"], row["token_share_open"],
            row["token_share_open_high"], row["unsure_part"],
        )
        for row in rows
    }  # fmt: skip
    # No tolerance: each share is the float next to the exact fraction.
    assert by_sql == walked(found)
    sums: dict[tuple[Any, ...], Fraction] = defaultdict(Fraction)
    for row in rows:
        assert row["is_complete"] == (row["days"] == row["days_in_period"])
        if row["token_share_by_cut"] is not None:
            assert 0 <= row["token_share_low"] <= row["token_share_by_cut"]
            assert row["token_share_by_cut"] <= row["token_share_high"] <= 1
            sums[row["period"], row["date"], row["cut"]] += Fraction(row["token_share_low"])
        if row["token_share_open"] is not None:
            assert row["token_share_open"] <= row["token_share_by_cut"]
            assert row["token_share_open"] <= row["token_share_open_high"]
            assert row["token_share_open_high"] <= row["token_share_high"]
    assert all(abs(total - 1) < Fraction(1, 10**12) for total in sums.values())


@FEW
@given(found=readings())
@example(found=whole_february())
def test_the_rows_of_a_day_are_exact_fractions_of_its_tokens(found: Readings) -> None:
    expected: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    totals = {day: sum(models.values()) for day, (_, models) in days_of(found).items()}
    for day, (_, models) in days_of(found).items():
        for slug, tokens in models.items():
            label = MODELS[slug]
            row = expected[day, label.family, label.author, label.variant, label.weights]
            row[0] += tokens
            row[1] += 1
    with shown_by_sql(found) as connection:
        rows = connection.execute(
            "SELECT date, family, author, variant, weights, tokens, models, token_share, "
            "token_share_low, token_share_high FROM token_share"
        ).fetchall()
    assert {row[:5] for row in rows} == set(expected)
    for *key, tokens, models, share, low, high in rows:
        day, family = key[0], key[1]
        other = days_of(found)[day][1].get(OTHER, 0)
        wanted, count = expected[tuple(key)]
        assert tokens == wanted
        assert models == (None if family == OTHER else count)
        assert share == low == fraction(tokens, totals[day])
        most = tokens if family == OTHER else tokens + other
        assert high == fraction(most, totals[day])


# The whole chain, from the history that a collector leaves

DAYS = 45


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the tables of OpenRouter, and the build of it."""
    folder = tmp_path_factory.mktemp("tokens")
    history = data.History(folder / "history")
    given = tables(days=DAYS, models=50)
    for table in ("openrouter__rankings", "openrouter_models__models"):
        for run, rows in _by_run(given[table]):
            history.write(table, run, table.split("__")[0], rows)
    data.build([OPENROUTER], folder=folder)
    return folder


def _by_run(rows: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    runs: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        runs[row["run"]].append(row)
    yield from runs.items()


def test_a_full_set_of_collected_days(home: Path) -> None:
    build = data.newest_build(home)
    rows = tables(days=DAYS, models=50)["openrouter__rankings"]
    newest = {row["date"]: row["run"] for row in sorted(rows, key=lambda row: row["run"])}
    totals: dict[date, int] = defaultdict(int)
    for row in rows:
        if row["run"] == newest[row["date"]]:
            totals[row["date"]] += row["total_tokens"]
    shares = data.metric("token_share", build=build)
    assert len(totals) == shares["date"].nunique() == DAYS
    for row in shares.itertuples():
        assert row.token_share == float(Fraction(row.tokens, totals[row.date.date()]))
    others = shares[shares["family"] == OTHER]
    assert len(others) == DAYS
    assert (others["tokens"] == 10**11).all()


def test_what_was_restated_is_listed(home: Path) -> None:
    restated = data.metric("token_restatements", build=data.newest_build(home))
    assert set(restated["token_restatements"]) == {1000}
    assert set(restated["model_permaslug"]) == {"qwen/qwen3-8b-20250428"}


def test_the_briefing_shows_the_month_and_what_is_not_seen(home: Path) -> None:
    found = data.brief("Qwen", ["Llama"], build=data.newest_build(home))
    layer = next(layer for layer in found.layers if layer.name == "served_tokens")
    assert (layer.as_of, layer.is_least, layer.source_title) == ("2026-09", True, "OpenRouter")
    shares = data.metric("token_share_by_cut", period="month", cut="family",
                         build=data.newest_build(home))  # fmt: skip
    ours = shares[(shares["class"] == "Qwen") & shares["is_complete"]]
    assert layer.focus == ours["token_share_by_cut"].iloc[-1]
    assert layer.focus_text.startswith("≥ ")
    assert any("OpenRouter names the 50 models" in sentence for sentence in found.care)
