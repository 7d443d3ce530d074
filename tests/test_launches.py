"""Launches: ages, milestones and both RAMs against a walk in plain Python, what is said of them,
the table of the archive against the archive, and the page."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import data
from dashboard import launch_charts
from dashboard.chart import Selection
from data import launch_weeks, launches, warehouse
from data.labels import Labels
from tests import app_builds
from tests.hub_days import clean
from tests.test_metrics import HUB, INFO, completed, derive_only, insert
from tests.test_pages import control, figures, opened, words

START = date(2026, 1, 4)
FREEZE = date(2026, 6, 30)
GRID = sorted({*range(0, 365, 7), 30, 60, 90, 180, 365})
SIZES = (5, 60, None)  # billions
NOTHING = np.empty(0, np.int32)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    return lambda kind: app_builds.shared_home(tmp_path_factory, kind)


# Against plain Python

Points = list[tuple[int, int]]  # age in days, counter


def made(draw: random.Random) -> dict[str, dict[str, Any]]:
    """Models at random: gaps, standstills, falls, late first readings, of three sizes."""
    found = {}
    for number in range(100):
        ages = sorted(draw.sample(range(draw.choice((0, 30)), 420), draw.randint(8, 30)))
        value, points = draw.choice((0, 900)), []
        for age in ages:
            value = max(0, value + draw.choice((0, 0, -300, 5_000, 400_000, 3_000_000)))
            points.append((age, value))
        found[f"Qwen/m{number}"] = {
            "created": START + timedelta(days=draw.randrange(60)),
            "size": SIZES[number % 3],
            "points": points,
        }
    return found


def held(points: Points) -> Points:
    best = [max(value for _, value in points[: n + 1]) for n in range(len(points))]
    return [(age, value) for (age, _), value in zip(points, best, strict=True)]


def walked(points: Points) -> dict[int, tuple[int | None, int]]:
    """age -> downloads there, and the age of the reading since which that is known."""
    known = held(points)
    if known[0][0] > 365 or known[-1][1] < 1000:
        return {}
    if known[0][0] > 0:
        known = [(0, 0), *known]
    found: dict[int, tuple[int | None, int]] = {}
    for age in GRID:
        for at, value in known:
            if at == age:
                found[age] = (value, at)
        for (before, low), (after, high) in pairwise(known):
            if before < age < after:
                value = low + (high - low) * (age - before) // (after - before)
                found[age] = (value if after - before <= 45 else None, after)
    return found


def milestone(points: Points, least: int) -> int | None:
    known = held(points)
    if known[0][0] > 7 and known[0][1] >= least:
        return None
    before = 0
    for age, value in known:
        if value >= least:
            return age if age - before <= 45 else None
        before = age
    return None


def build_of(models: dict[str, dict[str, Any]]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    warehouse.prepare(connection, [HUB], INFO)
    given: dict[str, list[dict[str, Any]]] = defaultdict(list)
    given["seed__model_families"].append({"family": "Qwen", "hf_orgs": "Qwen"})
    for number, (name, one) in enumerate(models.items()):
        hub_id = chr(0x100 + number)  # 24 of it are one hub_id
        size = one["size"]
        given["hub__launch_models"].append(
            {
                "hub_id": hub_id, "model_id": name, "family": "Qwen",
                "created_on": str(one["created"]),
                "total_params": None if size is None else str(size * 10**9),
            }
        )  # fmt: skip
        given["hub__launch_weeks"] += [
            {
                "hub_id": hub_id,
                "week_end": str(one["created"] + timedelta(days=age)),
                "downloads_all_time": str(value),
            }
            for age, value in one["points"]
        ]
    for table, rows in given.items():
        insert(connection, table, [completed(table, row, 0) for row in rows])
    return connection


def is_launch(one: dict[str, Any], known: int, until: date) -> bool:
    """Known by a day, with 1,000 downloads by then."""
    counters = [v for age, v in one["points"] if one["created"] + timedelta(days=age) <= until]
    return one["created"] + timedelta(days=known) <= until and max(counters, default=0) >= 1000


def tops(
    models: dict[str, dict[str, Any]], curves: dict[str, Any], age: int, until: date | None
) -> dict[int, list[int]]:
    """By size: the downloads at an age, the most first, known by a day."""
    found: dict[int, list[int]] = defaultdict(list)
    for name, one in models.items():
        value, known = curves[name].get(age, (None, 0))
        is_in = until is None or is_launch(one, known, until)
        if value is not None and one["size"] and is_in:
            found[one["size"]].append(value)
    return {size: sorted(values, reverse=True) for size, values in found.items()}


@pytest.mark.parametrize("seed", range(2))
def test_curves_milestones_and_rams_are_those_of_a_walk(seed: int) -> None:
    models = made(random.Random(seed))
    curves = {name: walked(one["points"]) for name, one in models.items()}
    with build_of(models) as connection:
        derive_only(connection, "launch_curves", "ram_v1", "ram_2026q2", "launch_milestones")
        told, v1, q2, rows = (
            connection.execute(f"SELECT {', '.join(columns)} FROM {name}").fetchall()
            for name, columns in {
                "launch_curves": ("model_id", "age_days", "launch_curves"),
                "ram_v1": ("model_id", "age_days", "ram_v1"),
                "ram_2026q2": ("model_id", "age_days", "ram_2026q2"),
                "launch_milestones": ("model_id", "milestone", "launch_milestones"),
            }.items()
        )
    assert {(m, a): v for m, a, v in told} == {
        (name, age): value for name, ages in curves.items() for age, (value, _) in ages.items()
    }
    assert {(m, at): v for m, at, v in rows} == {
        (name, least): milestone(one["points"], least)
        for name, one in models.items()
        if curves[name]
        for least in (10**5, 10**6, 10**7)
    }
    assert min(sum(value is not None for *_, value in rams) for rams in (v1, q2)) > 20
    first = {(name, age): value for name, age, value in v1}
    second = {(name, age): value for name, age, value in q2}
    least: dict[int, int] = {}
    for age in launches.RAM_AGES:
        now, then = tops(models, curves, age, None), tops(models, curves, age, FREEZE)
        for size, values in then.items():
            if len(values) >= 10:
                least[size] = max(least.get(size, 0), values[9])
        for name, one in models.items():
            if age not in curves[name]:
                assert (name, age) not in first
                continue
            value, size = curves[name][age][0], one["size"]
            ten = now.get(size, [])[:10]
            usual = median(ten) if len(ten) == 10 else 0
            assert first[name, age] == (pytest.approx(value / usual) if value is not None and usual
                                        else None)  # fmt: skip
            tenth = least.get(size, 0) if len(then.get(size, [])) >= 10 else 0
            assert second[name, age] == (pytest.approx(value / tenth) if value is not None and tenth
                                         else None)  # fmt: skip


def test_later_readings_do_not_move_the_frozen_baseline() -> None:
    models = made(random.Random(1))
    early = {
        name: {**one, "points": kept}
        for name, one in models.items()
        if (kept := [p for p in one["points"] if one["created"] + timedelta(days=p[0]) <= FREEZE])
    }
    baselines = []
    for given in (early, models):
        with build_of(given) as connection:
            derive_only(connection, "ram_2026q2")
            rows = connection.execute(
                "SELECT DISTINCT size_class, age_days, baseline FROM ram_2026q2 "
                "WHERE baseline IS NOT NULL"
            ).fetchall()
            baselines.append({(size, age): baseline for size, age, baseline in rows})
    assert baselines[0]
    assert baselines[0].items() <= baselines[1].items()


# The sizes that names state

NAMES = {
    "Qwen3-0.6B": "0.6", "Qwen3-235B-A22B": "235.0", "Llama-2-7b-hf": "7.0", "opt-125m": "0.125",
    "Qwen2.5-1.5B-Instruct": "1.5", "Mistral-7B-Instruct-v0.2": "7.0", "phi-2": None,
    "Mixtral-8x7B-v0.1": None, "gemma-4-E4B-it": None, "Qwen2.5-Turbo-1M": None,
    "Qwen3-4bit": None, "Phi-3-mini-4k-instruct": None, "BitNet-b1.58-2B-4T": "2.0",
    "Llama-4-Scout-17B-16E-Instruct": None, "Llama-4-Maverick-17B-128E": None,
    "OLMoE-1B-7B-0924": None, "Qwen3-30B-A3B-Instruct-2507": "30.0",
}  # fmt: skip


def test_a_name_states_the_size() -> None:
    with duckdb.connect() as connection:
        warehouse.prepare(connection, [HUB], INFO)
        insert(connection, "seed__model_families",
               [completed("seed__model_families", {"family": "X", "hf_orgs": "x"}, 0)])  # fmt: skip
        rows = [
            {"model_id": f"x/{name}", "hf_created_on": "2026-01-01", "released_on": "2026-01-02",
             "source_url": "https://x.example"}
            for name in NAMES
        ]  # fmt: skip
        insert(connection, "seed__release_dates", rows)
        derive_only(connection, "launch_models")
        found = connection.execute("SELECT model_id, params_b FROM launch_models").fetchall()
    assert {name.partition("/")[2]: value for name, value in found} == {
        name: None if size is None else float(size) for name, size in NAMES.items()
    }


# The table of the archive

FAMILIES = ["Qwen"]
DAYS = [date(2026, 2, 1) + timedelta(days=n) for n in range(22)]  # Sunday to Sunday
UNREAD = date(2026, 2, 15)  # a Sunday
# Key -> creation, first day seen, downloads a day, place in FAMILIES, whether a test.
WATCHED = {
    0: (date(2025, 6, 1), DAYS[0], 900, 0, 0),  # there before: does not begin at zero
    1: (date(2026, 2, 3), date(2026, 2, 3), 200, 0, 0),
    2: (date(2026, 2, 3), date(2026, 2, 3), 200, -1, 0),  # of no family
    3: (date(2026, 2, 10), date(2026, 2, 10), 500, 0, 1),  # a test
    4: (date(2026, 1, 20), date(2026, 2, 11), 400, 0, 0),  # private until then
    5: (date(2026, 2, 12), date(2026, 2, 12), 3, 0, 0),  # hardly anybody took it
    6: (date(2024, 1, 1), date(2026, 2, 11), 800, 0, 0),  # old, and only now in the archive
}


def archive_of(tmp_path: Path) -> tuple[Any, Labels, duckdb.DuckDBPyConnection]:
    """A hub whose days went through the cleaning, its labels, and the names of repositories."""
    read = [day for day in DAYS if day != UNREAD]
    days = {
        day: {key: (daily, daily * ((day - seen).days + 1))
              for key, (_, seen, daily, *_) in WATCHED.items() if day >= seen}
        for day in read
    }  # fmt: skip
    cleaned = clean(days, {key: one[0] for key, one in WATCHED.items()})
    (tmp_path / "week").mkdir()
    for week in cleaned.of("week"):
        keys = np.flatnonzero(week.known & (week.downloads != 0)).astype(np.int32)
        flows = {"keys": keys, "downloads": week.downloads[keys], "reason": week.reason[keys]}
        pq.write_table(pa.table(flows), tmp_path / "week" / f"{week.first}.flows.parquet")
    count = len(WATCHED)
    codes = {
        "family": np.array([one[3] for one in WATCHED.values()], np.int16),
        "is_test": np.array([one[4] for one in WATCHED.values()], np.int16),
    }
    params = np.array([-1, 8 * 10**9, -1, -1, -1, -1, -1], np.int64)
    labels = Labels(codes, {"family": FAMILIES}, np.full(count, -1, np.int32), params)
    connection = duckdb.connect()
    connection.execute("CREATE TABLE keys (key INTEGER, hub_id BLOB)")
    connection.execute("CREATE TABLE repositories (key INTEGER, model_id VARCHAR)")
    for key in WATCHED:
        connection.execute("INSERT INTO keys VALUES (?, ?)", [key, bytes([key] * 12)])
        connection.execute("INSERT INTO repositories VALUES (?, ?)", [key, f"Qwen/m{key}"])
    return SimpleNamespace(folder=tmp_path, cleaning=cleaned.cleaning), labels, connection


def test_weeks_of_new_models_add_up_to_their_counters(tmp_path: Path) -> None:
    hub, labels, connection = archive_of(tmp_path)
    with connection:
        made = launch_weeks.tables(connection, hub, labels)
    assert made["hub__launch_models"].to_pylist() == [
        {
            "hub_id": f"{key:02x}" * 12, "model_id": f"Qwen/m{key}", "family": "Qwen",
            "created_on": WATCHED[key][0], "total_params": 8 * 10**9 if key == 1 else None,
        }
        for key in (1, 4)
    ]  # fmt: skip
    weeks = {
        (row["hub_id"][:2], row["week_end"]): (row["downloads_all_time"], row["is_estimate"])
        for row in made["hub__launch_weeks"].to_pylist()
    }
    assert weeks == {
        ("01", date(2026, 2, 8)): (6 * 200, False),
        # The Sunday was not read, the days around it were.
        ("01", UNREAD): (13 * 200, True),
        ("01", date(2026, 2, 22)): (20 * 200, False),
        ("04", date(2026, 2, 8)): (0, False),
        ("04", UNREAD): (5 * 400, True),
        ("04", date(2026, 2, 22)): (12 * 400, False),
    }


def test_weeks_that_nobody_read_near_are_no_readings() -> None:
    ends = np.array([day.toordinal() for day in (date(2026, 4, 5), date(2026, 5, 3))])
    used = np.array([day.toordinal() for day in (date(2026, 3, 31), date(2026, 4, 30))])
    assert launch_weeks.distance_between(ends, used).tolist() == [5, 3]


def test_an_archive_without_weeks_has_no_launches(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        hub: Any = SimpleNamespace(folder=tmp_path)
        assert launch_weeks.tables(connection, hub, Labels({}, {}, NOTHING, NOTHING)) == {}


# What is said


def test_seeds_alone_say_what_to_collect(seeds_build: Path) -> None:
    asked = ["openai/gpt-oss-20b", "Qwen/Qwen3-32B", "Qwen/QwQ-32B-Preview", "no/such*_one"]
    told = data.launch_notes(asked, seeds_build)
    assert told.compared == ""
    history, early, undated, strange = told.needed
    assert "**openai/gpt-oss-20b**" in history
    assert "`collectors backfill --from 2025-08 --every week`, then `collectors build`" in history
    assert "**Qwen/QwQ-32B-Preview** cannot be read back" in early
    assert "release date of **Qwen/Qwen3-32B** is not known" in undated
    assert "**no/such_one**" in strange
    assert "at least 10 launches" in data.ram_note(asked, seeds_build)


def test_a_published_score_keeps_its_form(seeds_build: Path) -> None:
    (row,) = data.published_ram(seeds_build).to_dict("records")
    assert (row["model_id"], row["age_days"], row["ram"], row["form"], row["figure_id"]) == (
        "openai/gpt-oss-120b", 7, 20.45, "v1", "R041",
    )  # fmt: skip


def test_a_chart_without_launches_is_that_of_the_page(seeds_build: Path) -> None:
    known = data.known_launches(seeds_build).set_index("model_id")
    usual = data.usual_launches(["Qwen", "DeepSeek"], seeds_build)
    chosen = launch_charts.with_usual(Selection("Qwen", ("DeepSeek",)), seeds_build)
    assert [model for _, model in chosen.launches] == [
        model for model in usual if known.at[model, "has_history"]
    ]
    assert launch_charts.with_usual(chosen, seeds_build) is chosen


def test_usual_launches(seeds_build: Path) -> None:
    families = ["Qwen", "gpt-oss", "Qwen", "no family"]
    assert data.usual_launches(families, seeds_build) == [
        "Qwen/Qwen3-0.6B", "openai/gpt-oss-20b",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("released", "month"),
    [
        (date(2025, 8, 5), "2025-08"),  # created on Monday the 4th, after Sunday the 3rd
        (date(2025, 8, 4), "2025-07"),
        (date(2025, 9, 8), "2025-08"),  # September began on a Monday: its first Sunday is the 7th
        (date(2025, 9, 9), "2025-09"),
        (date(2026, 1, 1), "2025-12"),
        (date(2025, 3, 3), "2025-02"),
    ],
)
def test_the_month_that_has_to_be_read(released: date, month: str) -> None:
    assert launches.month_to_read(released) == month


def test_launches_are_compared_at_one_age(homes: Callable[[str], Path]) -> None:
    build = data.newest_build(homes("hub"))
    told = data.launch_notes(["openai/gpt-oss-20b", "Qwen/Qwen3-32B"], build)
    assert told.needed == ()
    assert told.compared.startswith("Downloads by day 365 after the release of each: **gpt-oss-20b")
    assert "**Qwen3-32B**" in told.compared
    assert data.ram_note(["openai/gpt-oss-20b"], build) == ""
    assert data.launch_notes(["openai/gpt-oss-20b"], build).compared == ""
    assert data.launch_notes([], build) == launches.LaunchNotes("", ())
    assert data.usual_launches(["gpt-oss"], build) == ["openai/gpt-oss-20b"]


# The page


def test_page_of_seeds(homes: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(homes("seeds")))
    said = words(opened("launches"))
    assert "openai/gpt-oss-20b" in said
    assert "collectors backfill --from 2025-08 --every week" in said
    assert "DeepSeek-V3-0324" in said
    assert "No RAM can be given" in said
    assert "RAM v1" in said
    assert "RAM 2026-Q2" in said
    assert "RAM v1 of openai/gpt-oss-120b at day 7 is 20.45" in " ".join(said.split())


def test_page_of_launches(homes: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(homes("hub")))
    wanted = ["openai/gpt-oss-20b", "Qwen/Qwen3-32B", "typed/by-hand"]
    at = opened("launches", launch=wanted, scale="Log")
    assert control(at, "launch").value == wanted
    said = words(at)
    assert "Downloads by day 365" in said
    assert "No launch of **typed/by-hand** is known" in said
    shown = figures(at)[0]
    assert shown["layout"]["xaxis"]["title"]["text"] == "days since the release"
    assert {trace.get("name") for trace in shown["data"]} >= {
        "gpt-oss-20b", "Qwen3-32B", "median 10–50B",
    }  # fmt: skip
    # On a log axis the zero of the first day is nowhere.
    assert all(value != 0 for trace in shown["data"] for value in trace["y"] if value is not None)
    assert max(max(trace["x"]) for trace in shown["data"]) == 365


def test_launches_follow_the_families_until_a_reader_chooses(
    homes: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(homes("hub")))
    at = opened("launches", family=["gpt-oss"])
    assert control(at, "launch").value == data.usual_launches(["Qwen", "gpt-oss"])
    control(at, "family").set_value(["DeepSeek"]).run()
    assert not at.exception
    assert control(at, "launch").value == data.usual_launches(["Qwen", "DeepSeek"])
    control(at, "launch").set_value(["openai/gpt-oss-20b"]).run()
    control(at, "family").set_value(["Llama"]).run()
    assert control(at, "launch").value == ["openai/gpt-oss-20b"]
