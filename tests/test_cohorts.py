"""Sums over repositories against plain Python: cohorts, concentration, births and ATOM's filter."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cohorts
from data.cleaning import ATOM_AGE, ATOM_LATEST, Cleaning
from data.cohorts import Cohorts, Owners
from data.hub import Ends, Flows
from data.labels import DIMENSIONS, Labels
from data.periods import Reason
from tests.hub_days import clean
from tests.hub_recorded import MONTHS, recorded_home, rows
from tests.test_labels import ask

Row = dict[str, Any]
DAY = timedelta(days=1)
FIRST = date(2026, 2, 1)
FAMILIES = ["Qwen", "Llama", "mixed"]
RELATIONS = ["finetune", "quantized", "unknown"]


def made_labels(count: int, draw: random.Random) -> Labels:
    """Labels at random: few values each, so that cohorts have several repositories."""
    codes: dict[str, np.ndarray] = {}
    texts: dict[str, list[str]] = {}
    for name in DIMENSIONS:
        texts[name] = [f"{name} {number}" for number in range(2)]
        low = 0 if name in ("size_class", "region", "is_test", "precision") else -1
        codes[name] = np.array([draw.randint(low, 1) for _ in range(count)], np.int32)
    for name in ("family", "root_family", "inferred_family"):
        texts[name] = FAMILIES
        codes[name] = np.array([draw.randint(-1, 2) for _ in range(count)], np.int32)
    texts["relation"] = RELATIONS
    codes["relation"] = np.array([draw.randint(-1, 2) for _ in range(count)], np.int32)
    params = np.array([draw.choice([-1, 10**9]) for _ in range(count)], np.int64)
    return Labels(codes, texts, np.full(count, -1, np.int32), params)


def made_month(count: int, draw: random.Random) -> tuple[Flows, Ends]:
    """A month at random: some unknown, some gone, some without raw counters."""
    moved = sorted(draw.sample(range(count), draw.randint(1, count)))
    there = sorted(draw.sample(range(count), draw.randint(1, count)))
    flows = Flows(
        FIRST,
        np.array(moved, np.int32),
        np.array([draw.choice([0, 1, draw.randint(0, 10**12)]) for _ in moved], np.int64),
        np.array([draw.choice([np.nan, float(draw.randint(-50, 10**9))]) for _ in moved]),
        np.array([draw.randint(0, 3) for _ in moved], np.uint8),
    )
    ends = Ends(
        FIRST,
        np.array(there, np.int32),
        np.array([draw.random() < 0.8 for _ in there], bool),
        np.array([draw.random() < 0.7 for _ in there], bool),
        np.array([draw.choice([-1, draw.randint(0, 10**6)]) for _ in there], np.int64),
        np.array([draw.choice([-1, draw.randint(0, 10**12)]) for _ in there], np.int64),
    )
    return flows, ends


def hub_with(flows: Flows, ends: Ends) -> Any:
    return SimpleNamespace(flows=lambda kind: [flows], ends=lambda: [ends])


def label_of(labels: Labels, name: str, key: int) -> str | None:
    code = int(labels.codes[name][key])
    return None if code < 0 else labels.texts[name][code]


def by_labels(table: pa.Table, names: pa.Table, columns: list[str]) -> dict[tuple, Row]:
    """Rows of a table of cohorts, by what the cohorts are."""
    told = {row["cohort"]: row for row in names.to_pylist()}
    keys = [name for name in DIMENSIONS if name != "is_test"]
    found = {}
    for row in table.to_pylist():
        cohort = told[row["cohort"]]
        key = (*(cohort[name] for name in keys), cohort["is_test"])
        assert key not in found
        found[key] = {name: row[name] for name in columns}
    return found


def key_of(labels: Labels, key: int) -> tuple:
    names = [name for name in DIMENSIONS if name != "is_test"]
    return (*(label_of(labels, name, key) for name in names), labels.codes["is_test"][key] == 1)


def added(one: int | None, more: int | None) -> int | None:
    """NULL is not zero."""
    return one if more is None else more if one is None else one + more


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 60))
def test_sums_of_cohorts_are_plain_sums_over_repositories(seed: int, count: int) -> None:
    draw = random.Random(seed)
    labels = made_labels(count, draw)
    flows, ends = made_month(count, draw)
    grouped = cohorts.gather(labels)
    columns = [
        "downloads", "raw_downloads", "models", "models_without_value", "models_interpolated",
        "models_stalled", "models_held", "models_listed", "downloads_30d", "downloads_all_time",
    ]  # fmt: skip
    table = cohorts.month_table(hub_with(flows, ends), grouped)
    found = by_labels(table, cohorts.cohort_table(grouped, labels), columns)

    expected: dict[tuple, Row] = {}
    blank = {name: None if name.startswith(("down", "raw")) else 0 for name in columns}
    for place, key in enumerate(ends.keys.tolist()):
        row = expected.setdefault(key_of(labels, key), dict(blank))
        listed, valued = bool(ends.is_listed[place]), bool(ends.has_value[place])
        row["models"] += valued
        row["models_listed"] += listed
        row["models_without_value"] += listed and not valued
        for name in ("downloads_30d", "downloads_all_time"):
            value = int(getattr(ends, name)[place])
            row[name] = added(row[name], None if value < 0 else value)
    moved: dict[tuple, Row] = defaultdict(lambda: {"downloads": 0, "raw": 0, "reasons": []})
    for place, key in enumerate(flows.keys.tolist()):
        of = moved[key_of(labels, key)]
        of["downloads"] += int(flows.downloads[place])
        raw = float(flows.raw[place])
        of["raw"] += 0 if np.isnan(raw) else int(raw)
        of["reasons"].append(int(flows.reason[place]))
    for key, row in list(expected.items()):
        of = moved[key]
        row["downloads"] = of["downloads"] if row["models"] else None
        row["raw_downloads"] = of["raw"] if row["models"] else None
        row["models_interpolated"] = of["reasons"].count(Reason.INTERPOLATED)
        row["models_stalled"] = of["reasons"].count(Reason.STALLED)
        row["models_held"] = of["reasons"].count(Reason.HELD)
        if not (row["models"] or row["models_listed"]):
            del expected[key]
    assert found == expected


def test_repositories_are_in_one_cohort_when_all_their_labels_agree() -> None:
    labels = made_labels(300, random.Random(4))
    grouped = cohorts.gather(labels)
    keys = [key_of(labels, key) for key in range(300)]
    assert grouped.count == len(set(keys))
    together: dict[int, set] = defaultdict(set)
    for key, cohort in zip(keys, grouped.of.tolist(), strict=True):
        together[cohort].add(key)
    assert all(len(of) == 1 for of in together.values())


def test_weeks_count_what_moved_or_is_doubtful() -> None:
    labels = made_labels(30, random.Random(1))
    flows, ends = made_month(30, random.Random(2))
    grouped = cohorts.gather(labels)
    table = cohorts.week_table(hub_with(flows, ends), grouped)
    assert sum(table["downloads"].to_pylist()) == int(flows.downloads.sum())
    assert sum(table["models"].to_pylist()) == len(flows.keys)


# The newest day and births: forty repositories, each a history of its own.


@cache
def lived(seed: int) -> tuple[Cleaning, dict[int, date], dict[date, dict]]:
    """Repositories that are born, leave, return, at random; not every day was read."""
    draw = random.Random(seed)
    created = {key: FIRST + draw.randint(-90, 60) * DAY for key in range(40)}
    days: dict[date, dict] = {}
    for number in range(75):
        day = FIRST + number * DAY
        if number and draw.random() < 0.35:
            continue
        days[day] = {
            key: (
                None if draw.random() < 0.05 else draw.choice([0, 3, 5, 6, 400]),
                draw.choice([None, 4, 5, 6, 900]),
            )
            for key, born in created.items()
            if born <= day and draw.random() > 0.1
        }
        # Enough that stay, so that no day is partial.
        days[day] |= dict.fromkeys(range(100, 300), (1, number))
    return clean(days, created).cleaning, created, days


@pytest.mark.parametrize("seed", range(6))
def test_atoms_filter_judges_each_at_thirty_days_and_censors_no_young_month(seed: int) -> None:
    cleaning, created, days = lived(seed)
    kept = {key: born for key, born in created.items() if any(key in of for of in days.values())}
    newest = max(days)
    grouped = Cohorts(np.zeros(cleaning.size, np.int32), {}, 1)
    found = {
        row["month"]: row
        for row in cohorts.birth_table(cleaning, grouped).to_pylist()
        if row["month"] >= FIRST - 200 * DAY
    }
    expected: dict[date, Row] = {}
    for key, born in kept.items():
        month = born.replace(day=1)
        row = expected.setdefault(
            month,
            {"month": month, "cohort": 0, "models": 0, "models_judged": 0, "models_over_5": 0,
             "models_young": 0},
        )  # fmt: skip
        row["models"] += 1
        row["models_young"] += born + ATOM_AGE * DAY > newest
        for day in sorted(days):
            age = (day - born).days
            counter = days[day].get(key, (None, None))[0]
            if ATOM_AGE <= age <= ATOM_LATEST and counter is not None:
                row["models_judged"] += 1
                row["models_over_5"] += counter > 5
                break
    assert found == expected
    assert any(row["models_judged"] for row in expected.values())


@pytest.mark.parametrize("seed", range(3))
def test_the_newest_day_counts_by_all_time_where_it_is_known(seed: int) -> None:
    cleaning, _, days = lived(seed)
    grouped = Cohorts(np.zeros(cleaning.size, np.int32), {}, 1)
    (found,) = cohorts.newest_table(cleaning, grouped).to_pylist()
    now = list(days[max(days)].values())
    assert found == {
        "date": max(days),
        "cohort": 0,
        "models": len(now),
        "models_without_value": sum(window is None for window, _ in now),
        "downloads_30d": sum(window or 0 for window, _ in now),
        "downloads_all_time": sum(total or 0 for _, total in now),
        "models_over_5": sum(
            (total if total is not None else window or 0) > 5 for window, total in now
        ),
    }


def test_nothing_known_is_null() -> None:
    days = {FIRST + n * DAY: {0: (None, None), 1: (4, None)} for n in range(3)}
    cleaning = clean(days).cleaning
    grouped = Cohorts(np.array([0, 1], np.int32), {}, 2)
    unknown, known = cohorts.newest_table(cleaning, grouped).to_pylist()
    assert (unknown["downloads_30d"], unknown["downloads_all_time"]) == (None, None)
    assert (known["downloads_30d"], known["downloads_all_time"]) == (4, None)


# Concentration.


def naive_concentration(downloads: list[int], models: int) -> Row:
    """By the definitions, over all repositories: those without downloads have zero."""
    every = sorted([*downloads, *([0] * (models - len(downloads)))], reverse=True)
    total = sum(every)
    pairs = sum(abs(one - other) for one in every for other in every)
    return {
        "models": models,
        "downloads": total,
        **{f"top_{n}": sum(every[:n]) for n in (10, 100, 1000)},
        "hhi": sum((one / total) ** 2 for one in every),
        "gini": pairs / (2 * len(every) * total),
    }


@pytest.mark.parametrize("seed", range(8))
def test_concentration_is_that_of_the_definitions(seed: int) -> None:
    draw = random.Random(seed)
    count = draw.choice([1, 12, 130])
    labels = made_labels(count, draw)
    keys = np.arange(count, dtype=np.int32)
    downloads = np.array([int(draw.paretovariate(0.7)) for _ in range(count)], np.int64)
    downloads[draw.sample(range(count), count // 4)] = 0
    zeros = np.zeros(count)
    flows = Flows(FIRST, keys, downloads, zeros, zeros.astype(np.uint8))
    there = np.ones(count, bool)
    ends = Ends(FIRST, keys, there, there, downloads, downloads)
    found = cohorts.concentration_table(hub_with(flows, ends), labels).to_pylist()
    subsets = {"hub": range(count)}
    for number, family in enumerate(FAMILIES):
        subsets[family] = np.flatnonzero(labels.codes["root_family"] == number).tolist()
    for row in found:
        of = subsets[row["subset"]]
        expected = naive_concentration([int(downloads[key]) for key in of], len(of))
        for name, value in expected.items():
            assert row[name] == pytest.approx(value, rel=1e-9, abs=1e-12), (row["subset"], name)
    assert {row["subset"] for row in found} == {
        name for name, of in subsets.items() if sum(downloads[list(of)])
    }


def test_concentration_of_the_recorded_models(home: Path) -> None:
    every = sorted((row["monthly"] for row in rows()), reverse=True)
    (row,) = ask(
        home, f"SELECT * FROM hub__concentration WHERE month = '{MONTHS[0]}' AND subset = 'hub'"
    )
    expected = naive_concentration(every, len(every))
    assert {name: row[name] for name in ("models", "downloads", "top_10", "top_100")} == {
        name: expected[name] for name in ("models", "downloads", "top_10", "top_100")
    }
    assert row["gini"] == pytest.approx(expected["gini"])
    assert row["hhi"] == pytest.approx(expected["hhi"])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded_home(tmp_path_factory)


# Publishers.


def test_publishers_of_derivatives_by_hand(home: Path) -> None:
    found = ask(
        home,
        "SELECT hf_org, root_family, relation, downloads, models FROM hub__publisher_months "
        f"WHERE month = '{MONTHS[1]}' AND hf_org IN ('mlx-community', 'RedHatAI', 'bartowski')",
    )
    parents = ask(home, "SELECT model_id, root_family, relation, family FROM hub__models")
    monthly = {row["id"]: row["monthly"] for row in rows()}
    expected: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
    for row in parents:
        owner = row["model_id"].partition("/")[0]
        chosen = owner in ("mlx-community", "RedHatAI", "bartowski")
        if chosen and row["root_family"] and row["relation"] and monthly[row["model_id"]]:
            one = expected[owner, row["root_family"], row["relation"]]
            one[0] += monthly[row["model_id"]]
            one[1] += 1
    assert {
        (row["hf_org"], row["root_family"], row["relation"]): [row["downloads"], row["models"]]
        for row in found
    } == expected
    assert ("RedHatAI", "Llama", "quantized") in expected


def test_publishers_say_what_has_no_label() -> None:
    cleaning, _, _ = lived(0)
    size = cleaning.size
    labels = made_labels(size, random.Random(9))
    owned = Owners((np.arange(size) % 3).astype(np.int32), pa.array(["a", "b", "c"]))
    found = {
        row["hf_org"]: row for row in cohorts.publisher_table(cleaning, labels, owned).to_pylist()
    }
    for number, name in enumerate("abc"):
        keys = [k for k in range(size) if k % 3 == number and cleaning.present[k]]
        window = {key: max(int(cleaning.raw_30d[key]), 0) for key in keys}
        without_root = [
            key for key in keys
            if labels.codes["root_family"][key] < 0 and labels.codes["family"][key] < 0
        ]  # fmt: skip
        row = found[name]
        assert row["models"] == len(keys)
        assert row["downloads_30d"] == sum(window.values())
        assert row["downloads_30d_without_root"] == sum(window[key] for key in without_root)
        assert row["downloads_30d_without_size"] == sum(
            window[key] for key in keys if labels.total_params[key] < 0
        )
