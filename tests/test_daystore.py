"""The store of days: what it gives back, whatever order days came in and wherever it was killed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import daystore
from data.daystore import DayStore, DayTable
from data.engine import engine
from data.errors import HistoryError

TABLE = DayTable(
    name="hub",
    counters=("downloads_30d", "downloads_all_time"),
    attributes=("model_id", "base_models"),
    types={
        "downloads_30d": "BIGINT",
        "downloads_all_time": "BIGINT",
        "model_id": "VARCHAR",
        "base_models": "VARCHAR[]",
    },
)
FIRST = date(2026, 3, 28)  # days run over the end of a month

# One repository on one day: 30-day downloads, all-time downloads, name, parents.
Repository = tuple[int | None, int | None, str, list[str] | None]
Day = Mapping[str, Repository]


def hub_id(number: int) -> str:
    return f"{0x622000 + number:024x}"


def rows(day: Day) -> pa.Table:
    columns = list(zip(*day.values(), strict=True)) or [(), (), (), ()]
    return pa.table(
        {
            "hub_id": pa.array(list(day), pa.string()),
            "downloads_30d": pa.array(columns[0], pa.int64()),
            "downloads_all_time": pa.array(columns[1], pa.int64()),
            "model_id": pa.array(columns[2], pa.string()),
            "base_models": pa.array(columns[3], pa.list_(pa.string())),
        }
    )


def read(store: DayStore, day: date) -> dict[str, Repository]:
    """A day as the store gives it back."""
    with engine("100MB") as connection:
        store.state(connection, day, "seen")
        keys = [str(path) for path in sorted((store.root / "keys").glob("*.parquet"))]
        if not keys:
            return {}
        found = connection.execute(
            "SELECT lower(hex(hub_id)), downloads_30d, downloads_all_time, model_id, base_models "
            "FROM seen_counters INNER JOIN seen_attributes USING (key) "
            "INNER JOIN read_parquet(?) USING (key)",
            [keys],
        ).fetchall()
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in found}


def files(store: DayStore) -> dict[str, bytes]:
    return {
        str(path.relative_to(store.root)): path.read_bytes()
        for path in sorted(store.root.rglob("*.parquet"))
    }


def filled(folder: Path, days: Mapping[date, Day], order: Iterable[date] | None = None) -> DayStore:
    store = DayStore(folder, TABLE)
    for day in order or days:
        store.add(day, rows(days[day]), {"revision": day.isoformat()})
    return store


MODELS = {
    "unchanged": (5, 50, "a/one", ["finetune:a/base"]),
    "moving": (10, 100, "a/two", []),
    "null": (None, None, "a/three", None),
}
BASE = {hub_id(n): row for n, row in enumerate(MODELS.values())}


def test_only_what_moved_is_stored(tmp_path: Path) -> None:
    moved = {**BASE, hub_id(1): (11, 101, "a/two", [])}
    days = {FIRST: BASE, FIRST + timedelta(days=1): moved}
    store = filled(tmp_path, days)
    assert [store.info(day).stored for day in days] == [3, 1]
    assert [store.info(day).base for day in days] == [None, FIRST]
    assert [read(store, day) for day in days] == [BASE, moved]


def test_the_first_day_of_a_month_is_a_frame(tmp_path: Path) -> None:
    days = {date(2026, 3, 31): BASE, date(2026, 4, 3): BASE, date(2026, 4, 4): BASE}
    store = filled(tmp_path, days)
    assert [store.info(day).stored for day in days] == [3, 3, 0]


def test_unchanged_and_not_seen_differ(tmp_path: Path) -> None:
    days = {FIRST: BASE, FIRST + timedelta(days=2): BASE}
    store = filled(tmp_path, days)
    assert store.days() == list(days)
    assert read(store, FIRST + timedelta(days=2)) == BASE
    with pytest.raises(HistoryError, match="2026-03-29 was not seen"):
        store.info(FIRST + timedelta(days=1))


def test_a_repository_that_is_gone_and_comes_back(tmp_path: Path) -> None:
    less = {key: row for key, row in BASE.items() if key != hub_id(1)}
    days = dict(zip((FIRST + timedelta(days=n) for n in range(3)), (BASE, less, BASE), strict=True))
    store = filled(tmp_path, days)
    assert [read(store, day) for day in days] == list(days.values())
    assert [store.info(day).repositories for day in days] == [3, 2, 3]


def test_null_and_zero_differ(tmp_path: Path) -> None:
    zero = {**BASE, hub_id(2): (0, None, "a/three", [])}
    store = filled(tmp_path, {FIRST: BASE, FIRST + timedelta(days=1): zero})
    assert read(store, FIRST + timedelta(days=1)) == zero


def test_a_day_that_is_added_again_is_replaced(tmp_path: Path) -> None:
    right = {**BASE, hub_id(1): (12, 102, "a/two", [])}
    days = {FIRST: BASE, FIRST + timedelta(days=1): BASE, FIRST + timedelta(days=2): right}
    store = filled(tmp_path / "mended", days)
    days[FIRST + timedelta(days=1)] = right
    store.add(FIRST + timedelta(days=1), rows(right), {"revision": "2026-03-29"})
    assert files(store) == files(filled(tmp_path / "fresh", days))


def test_a_cut_off_file_of_a_day_is_named(tmp_path: Path) -> None:
    store = filled(tmp_path, {FIRST: BASE})
    path = store.path(FIRST, "counters")
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(HistoryError, match=f"{path}: expected a whole .*collectors backfill"):
        store.info(FIRST)


@pytest.mark.parametrize("removed", range(4))
def test_a_day_that_is_removed_leaves_no_trace(tmp_path: Path, removed: int) -> None:
    days = {
        FIRST + timedelta(days=n): {**BASE, hub_id(1): (n, 100 + n, "a/two", [])} for n in range(4)
    }
    store = filled(tmp_path / "one", days)
    store.remove(list(days)[removed])
    rest = {day: rows for n, (day, rows) in enumerate(days.items()) if n != removed}
    assert {k: v for k, v in files(store).items() if "keys" not in k} == {
        k: v for k, v in files(filled(tmp_path / "other", rest)).items() if "keys" not in k
    }
    assert store.days() == list(rest)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (["a" * 24, "a" * 24], "2 rows with 1 ids"),
        (["ab"], "1 of them malformed"),
        ([None], "1 of them malformed"),
        (["xyz" * 8], "hub"),
    ],
)
def test_wrong_ids_write_nothing(tmp_path: Path, ids: list[str | None], message: str) -> None:
    store = filled(tmp_path, {FIRST: BASE})
    before = files(store)
    wrong = pa.table(
        {
            "hub_id": pa.array(ids, pa.string()),
            **{name: pa.nulls(len(ids)) for name in TABLE.types},
        }
    )
    with pytest.raises(HistoryError, match=message):
        store.add(FIRST + timedelta(days=1), wrong, {})
    assert files(store) == before


repository = st.tuples(
    st.none() | st.integers(0, 5),
    st.none() | st.integers(0, 2**40),
    st.sampled_from(["a/x", "a/y", "b/x"]),
    st.none() | st.lists(st.sampled_from(["finetune:a/x", "merge:b/y"]), max_size=2),
)
one_day = st.dictionaries(st.integers(0, 6).map(hub_id), repository, max_size=6)
histories = st.dictionaries(
    st.integers(0, 8).map(lambda n: FIRST + timedelta(days=n)), one_day, min_size=1, max_size=6
)


@settings(max_examples=12, deadline=None)
@given(days=histories, data=st.data())
def test_any_order_gives_the_same_days(
    tmp_path_factory: pytest.TempPathFactory, days: dict[date, Day], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(sorted(days)))
    shuffled = filled(tmp_path_factory.mktemp("shuffled"), days, order)
    for day, expected in days.items():
        assert read(shuffled, day) == expected
    counted = {path: len(content) for path, content in files(shuffled).items()}
    sorted_store = filled(tmp_path_factory.mktemp("sorted"), days, sorted(days))
    # Keys are numbered as repositories come, so other orders may number them otherwise.
    assert {path for path in counted if "keys" not in path} == {
        path for path in files(sorted_store) if "keys" not in path
    }
    for day in days:
        assert shuffled.info(day) == sorted_store.info(day)


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it."""


WEEK = {
    FIRST + timedelta(days=n): {
        **BASE,
        hub_id(1): (n, 100 + n, "a/two", []),
        **({hub_id(9 + n): (n, n, f"a/new-{n}", None)} if n % 2 else {}),
    }
    for n in range(7)
}
THIRD = FIRST + timedelta(days=2)
ORDERS = {"in order": list(WEEK), "one last": [*(day for day in WEEK if day != THIRD), THIRD]}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """The files of WEEK in both orders."""
    folder = tmp_path_factory.mktemp("undisturbed")
    return {name: files(filled(folder / name, WEEK, order)) for name, order in ORDERS.items()}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ORDERS)
def test_killed_anywhere_it_ends_the_same(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    undisturbed: dict[str, dict[str, bytes]],
    name: str,
    seed: int,
) -> None:
    """Each file's appearance is one rename, so being killed is not reaching the next one."""
    chance = random.Random(seed)
    write = daystore.write_parquet

    def mortal(*args: Any, **kwargs: Any) -> None:
        if chance.random() < 0.25:
            raise Killed
        write(*args, **kwargs)
        if chance.random() < 0.1:
            raise Killed

    monkeypatch.setattr(daystore, "write_parquet", mortal)
    store = DayStore(tmp_path / "killed", TABLE)
    for day in ORDERS[name]:
        while True:
            try:
                store.add(day, rows(WEEK[day]), {"revision": day.isoformat()})
                break
            except Killed:
                # The next process finds whatever is there, and does the day again.
                store = DayStore(tmp_path / "killed", TABLE)
    assert files(store) == undisturbed[name]
