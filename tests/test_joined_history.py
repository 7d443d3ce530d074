"""The days of a partial archive and those of a complete one after them are one history."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.archive import Archive, Fault
from benchmarks.scoring import EXPECTED, score
from data import hub_tables, labels
from data.archives import ArchiveFile
from data.daystore import DayStore
from data.hub import Hub
from data.joined import JoinedStore
from data.labels import Labels
from data.paths import SEEDS_DIR
from data.periods import Reason
from data.repositories import repository_table
from data.seeds import load
from tests.conftest import made_once
from tests.test_hub import OPTIONAL, REQUIRED

PARTIAL, COMPLETE = "model_pulse__models", "hub_archive__models"
SEEDS = load(SEEDS_DIR)
FIRST_DAY = date(2026, 5, 30)
SWITCH = 47  # the 16th of July, a Thursday
DAYS = 66
# A shorter one, whose month of the switch is July.
SHORT_FIRST_DAY = date(2026, 6, 29)
SHORT_SWITCH, SHORT_DAYS = 18, 35
RENAMED = "Qwen/Qwen3-0.6B"
LEAVES = "google/gemma-4-31B-it"


PLAIN = Archive(models=200, days=DAYS, seed=5, first_day=FIRST_DAY, growth=0.004)


def short(*faults: Fault) -> Archive:
    return Archive(
        models=120, days=SHORT_DAYS, seed=5, first_day=SHORT_FIRST_DAY, growth=0.004, faults=faults
    )


def store_of(home: Path, name: str) -> DayStore:
    return DayStore(home / "history", repository_table(name))


def visible(archive: Archive) -> np.ndarray:
    """Rows that the partial archive has. Some of those that it lacks have many downloads, so that
    a jump would be seen."""
    used = archive.all_time(archive.days - 1) >= 50
    return used & (np.arange(len(used)) % 7 != 3)


def add(home: Path, archive: Archive, number: int) -> None:
    """A day of the complete archive."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "day.parquet"
    archive.write_day(number, path)
    file = ArchiveFile(path, "hub_archive", REQUIRED, OPTIONAL)
    facts = {"source": "hub_archive", "is_complete": True}
    store_of(home, COMPLETE).add(archive.date_of(number), file, facts)
    path.unlink()


@cache
def engine() -> duckdb.DuckDBPyConnection:
    """Opened once, since to open one costs more than what is asked of it."""
    return duckdb.connect()


def add_partial(home: Path, archive: Archive, number: int, rows: np.ndarray | None = None) -> None:
    """The same day as a partial archive has it: some rows, with a key by the first name."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "day.parquet"
    archive.write_day(number, path)
    shown = pa.table(
        {
            "hub_id": archive.hub_ids,
            "named": [named(name) for name in archive.names(-1).to_pylist()],
            "is_shown": visible(archive) if rows is None else rows,
        }
    )
    with engine().cursor() as connection:
        file = ArchiveFile(path, "hub_archive", REQUIRED, OPTIONAL)
        file.open(connection)
        connection.register("shown", shown)
        told = connection.sql(
            f"SELECT told.* REPLACE (shown.named AS hub_id) FROM ({file.select()}) AS told "
            "INNER JOIN shown USING (hub_id) WHERE is_shown"
        ).to_arrow_table()
    facts = {"source": "model_pulse", "is_complete": False}
    store_of(home, PARTIAL).add(archive.date_of(number), told, facts)
    path.unlink()


def named(name: str) -> str:
    return hashlib.sha256(f"name:{name}".encode()).hexdigest()[:24]


def fill(home: Path, archive: Archive, switch: int, first: int = 0) -> Path:
    for number in filter(archive.has_day, range(first, archive.days)):
        (add_partial if number < switch else add)(home, archive, number)
    return home


def hub_of(home: Path) -> Hub:
    return Hub(home, hub_tables.stores(home / "history")[0], labels.test_pattern(SEEDS))


def updated(home: Path) -> Hub:
    hub = hub_of(home)
    hub.update()
    return hub


@pytest.fixture(scope="session")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PLAIN with all that is derived, made once for all workers. Not to be changed."""

    def make(home: Path) -> None:
        updated(fill(home, PLAIN, SWITCH))

    return made_once(tmp_path_factory, "joined-days", make)


@pytest.fixture(scope="session")
def until_switch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The partial days of a short archive without faults. Not to be changed."""

    def make(home: Path) -> None:
        archive = short()
        for number in range(SHORT_SWITCH):
            add_partial(home, archive, number)

    return made_once(tmp_path_factory, "until-switch", make)


@pytest.fixture(scope="session")
def early_switch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two of them, then all days of the complete archive. Not to be changed."""

    def make(home: Path) -> None:
        archive = short()
        for number in range(2):
            add_partial(home, archive, number)
        for number in range(2, SHORT_DAYS):
            add(home, archive, number)

    return made_once(tmp_path_factory, "early-switch", make)


def copy_of(joined: Path, to: Path) -> Path:
    shutil.copytree(joined, to)
    return to


def derived(home: Path) -> dict[str, bytes]:
    """All that is derived but for the states, byte for byte."""
    folder = home / "derived" / PARTIAL
    paths = [path for path in folder.rglob("*") if path.is_file() and "state" not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def newest_state(home: Path) -> dict[str, Any]:
    kept = updated(home)
    (*_, folder) = sorted((home / "derived" / PARTIAL / "state").glob("????-??-??"))
    arrays = {name: array.tolist() for name, array in kept.cleaning.arrays().items()}
    notes = json.loads((folder / "notes.json").read_text(encoding="utf-8"))
    gone = kept.gone()
    arrays["gone"] = pq.read_table(gone).to_pylist() if gone else []
    return {"day": folder.name, "arrays": arrays, "names": kept.names.tolist(), **notes}


def same_as_scratch(home: Path) -> None:
    scratch = home.with_name("scratch")
    shutil.copytree(home / "history", scratch / "history")
    updated(scratch)
    mine, theirs = derived(home), derived(scratch)
    assert sorted(mine) == sorted(theirs)
    assert [name for name in mine if mine[name] != theirs[name]] == []
    assert newest_state(home) == newest_state(scratch)
    assert updated(home).incidents() == updated(scratch).incidents()


def rows_by_key(home: Path, archive: Archive) -> np.ndarray:
    """The archive's row of each key."""
    places = {hub_id: row for row, hub_id in enumerate(archive.hub_ids.to_pylist())}
    by_name = {named(name): row for row, name in enumerate(archive.names(-1).to_pylist())}
    store = hub_of(home).store
    assert isinstance(store, JoinedStore)
    with duckdb.connect() as connection:
        old = connection.sql(store.partial.hub_ids()).fetchall()
        new = connection.sql(store.hub_ids()).fetchall()
    found = {key: by_name[hub_id.hex()] for key, hub_id in old}
    found |= {key: places[hub_id.hex()] for key, hub_id in new}
    return np.array([found[key] for key in range(max(found) + 1)])


# The truth.


def test_the_days_of_both_are_one_history(joined: Path) -> None:
    store = hub_of(joined).store
    assert isinstance(store, JoinedStore)
    days = store.days()
    assert days == [PLAIN.date_of(number) for number in range(DAYS)]
    sources = [row["source"] for row in tables_of(joined)["hub__days"].to_pylist()]
    assert sources == ["model_pulse"] * SWITCH + ["hub_archive"] * (DAYS - SWITCH)
    shown = np.count_nonzero(visible(PLAIN))
    assert 100 < shown < 150
    assert store.info(days[SWITCH - 1]).repositories <= shown
    assert store.info(days[SWITCH]).repositories > 220
    # Each repository has one key, whichever archive it came from.
    rows = rows_by_key(joined, PLAIN)
    assert len(rows) == len(set(rows.tolist())) == len(PLAIN.hub_ids)


def tables_of(home: Path) -> dict[str, pa.Table]:
    return hub_tables.tables(home, SEEDS)


def test_no_incident_is_invented_at_the_switch(joined: Path) -> None:
    assert updated(joined).incidents() == []


def known_rows(first: date) -> np.ndarray:
    """Rows of PLAIN of which the downloads of a month are known."""
    before, last = (first - FIRST_DAY).days - 1, (first + timedelta(days=31)).replace(day=1)
    created = np.array(
        [row.toordinal() for row in PLAIN.catalogue.created.astype("M8[s]").tolist()]
    )
    is_listed = PLAIN.catalogue.start <= (last - FIRST_DAY).days - 1
    in_both = visible(PLAIN) | (before >= SWITCH)
    return is_listed & (in_both | ((created >= first.toordinal()) & (last > PLAIN.date_of(SWITCH))))


def month_truth(first: date) -> np.ndarray:
    last = (first + timedelta(days=31)).replace(day=1)
    start, end = (first - FIRST_DAY).days - 1, (last - FIRST_DAY).days - 1
    return PLAIN.all_time(end) - PLAIN.all_time(start)


@pytest.mark.parametrize("month", [date(2026, 6, 1), date(2026, 7, 1)])
def test_each_month_is_the_truth_of_what_both_know(joined: Path, month: date) -> None:
    """June is the partial archive's, July the month of the switch."""
    hub = hub_of(joined)
    rows = rows_by_key(joined, PLAIN)
    (ends,) = [one for one in hub.ends() if one.first == month]
    (flows,) = [one for one in hub.flows("month") if one.first == month]
    known = np.zeros(len(rows), bool)
    known[rows[ends.keys[ends.has_value]]] = True
    assert (known == known_rows(month)).all()
    told = np.zeros(len(rows), np.int64)
    told[rows[flows.keys]] = flows.downloads
    assert (told == np.where(known, month_truth(month), 0)).all()
    assert (flows.reason == Reason.EXACT).all()
    unknown = set(rows[ends.keys[ends.is_listed & ~ends.has_value]].tolist())
    there = set(rows[ends.keys[ends.is_listed]].tolist())
    assert unknown == there - set(np.flatnonzero(known).tolist())
    assert len(unknown) == (0 if month.month == 6 else 98)


def test_family_totals_of_each_month_are_the_truth(
    joined: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labelled: list[Labels] = []
    make = labels.label

    def noted(*given: Any) -> Labels:
        labelled.append(make(*given))
        return labelled[-1]

    monkeypatch.setattr(labels, "label", noted)
    tables = tables_of(joined)
    family_of = labelled[0].texts_of("family", labelled[0].codes["family"]).to_pylist()
    rows = rows_by_key(joined, PLAIN)
    cohort = {row["cohort"]: row["family"] for row in tables["hub__cohorts"].to_pylist()}
    for month in (date(2026, 6, 1), date(2026, 7, 1)):
        truth: Counter[str | None] = Counter()
        for family, row in zip(family_of, rows.tolist(), strict=True):
            truth[family] += int(month_truth(month)[row]) * bool(known_rows(month)[row])
        found: Counter[str | None] = Counter()
        for one in tables["hub__cohort_months"].to_pylist():
            if one["month"] == month:
                found[cohort[one["cohort"]]] += one["downloads"] or 0
        assert +found == +truth
        assert {"Qwen", "Llama", "DeepSeek", None} <= set(+found)


def test_weeks_after_the_switch_are_the_truth_of_all(joined: Path) -> None:
    hub, rows = hub_of(joined), rows_by_key(joined, PLAIN)
    for flows in hub.flows("week"):
        start = (flows.first - FIRST_DAY).days - 1
        told = np.zeros(len(rows), np.int64)
        told[rows[flows.keys]] = flows.downloads
        truth = PLAIN.all_time(start + 7) - PLAIN.all_time(start)
        assert (told[visible(PLAIN)] == truth[visible(PLAIN)]).all(), flows.first
        if start >= SWITCH:
            assert (told == truth).all(), flows.first


# What happens at the switch.


def test_planted_incidents_are_found_on_both_sides_and_nothing_else(tmp_path: Path) -> None:
    archive = short(
        Fault("stall", 5, 2),
        Fault("rename", 10, models=(RENAMED,), to=("Qwen/Renamed",)),
        Fault("missing", SHORT_SWITCH - 1, 2),
        Fault("rollback", 24, 3),
        Fault("frozen_window", 31, 2),
    )
    home = fill(tmp_path / "home", archive, SHORT_SWITCH)
    hub = updated(home)
    rows = rows_by_key(home, archive).tolist()
    found = score(hub.incidents(), archive.faults, archive.hub_ids.take(pa.array(rows)).to_pylist())
    assert set(found) == {EXPECTED[fault.kind] for fault in archive.faults}
    assert all(one.precision == 1 and one.recall == 1 for one in found.values()), found
    alone = home / "derived" / COMPLETE
    alone.mkdir()
    sources = {row["kind"]: row["source"] for row in tables_of(home)["hub__incidents"].to_pylist()}
    assert not alone.exists(), "of no use since it was joined"
    assert sources == {
        "stall": "model_pulse", "rename": "model_pulse", "missing_days": "model_pulse",
        "rollback": "hub_archive", "frozen_window": "hub_archive",
    }  # fmt: skip


def test_renamed_between_and_gone_at_the_switch(until_switch: Path, tmp_path: Path) -> None:
    archive = short(
        Fault("rename", SHORT_SWITCH, models=(RENAMED,), to=("Qwen/Renamed",)),
        Fault("deleted", SHORT_SWITCH, models=(LEAVES,)),
    )
    home = copy_of(until_switch, tmp_path / "home")
    fill(home, archive, SHORT_SWITCH, SHORT_SWITCH)
    hub = updated(home)
    assert hub.incidents() == []
    store = hub.store
    assert isinstance(store, JoinedStore)
    hub_id = archive.hub_ids[archive._row_of(RENAMED)].as_py()
    assert len(store.series(hub_id)) == SHORT_DAYS - SHORT_SWITCH
    assert len(store.series(named(RENAMED))) == SHORT_SWITCH
    (july,) = [one for one in hub.ends() if one.first == date(2026, 7, 1)]
    place = {key: at for at, key in enumerate(july.keys.tolist())}
    before, now = (
        store.partial.key(named(RENAMED)),
        int(store.keyed(store.switch, np.array([store.complete.key(hub_id)], np.int32))[0]),
    )
    assert before is not None
    # Its old name keeps what it had; of the new one July is not known, and August would be.
    assert (july.has_value[place[before]], july.is_listed[place[before]]) == (True, False)
    assert (july.has_value[place[now]], july.is_listed[place[now]]) == (False, True)
    (flows,) = [one for one in hub.flows("month") if one.first == date(2026, 7, 1)]
    told = dict(zip(flows.keys.tolist(), flows.downloads.tolist(), strict=True))
    left = store.partial.key(named(LEAVES))
    for name, key in ((RENAMED, before), (LEAVES, left)):
        row = np.array([archive._row_of(name)])
        start, end = (archive.all_time(day, row)[0] for day in (1, SHORT_SWITCH - 1))
        assert told[key] == end - start, name
    assert now not in told
    gone = hub.gone()
    assert gone is not None
    assert pq.read_table(gone)["model_id"].to_pylist() == [LEAVES, RENAMED]
    listed = {row["model_id"] for row in tables_of(home)["hub__models"].to_pylist()}
    assert "Qwen/Renamed" in listed
    assert not {RENAMED, LEAVES} & listed


def every_row(archive: Archive) -> np.ndarray:
    return np.full(len(archive.hub_ids), True)


def filled_from(home: Path, archive: Archive, days: dict[int, np.ndarray], switch: int) -> Hub:
    """Partial days with those rows only, then the complete ones."""
    for number in range(archive.days):
        if number < switch:
            add_partial(home, archive, number, days.get(number, every_row(archive)))
        else:
            add(home, archive, number)
    return updated(home)


def test_one_that_was_not_used_on_the_last_day_before_is_no_second_one(tmp_path: Path) -> None:
    """Else every repository below the threshold would be counted twice, gone and new."""
    archive = Archive(models=60, days=14, seed=3, first_day=date(2026, 6, 24), growth=0)
    row = archive._row_of(RENAMED)
    without = np.arange(60) != row
    hub = filled_from(tmp_path, archive, {7: without, 8: without}, 9)
    assert len(rows_by_key(tmp_path, archive)) == len(set(rows_by_key(tmp_path, archive))) == 60
    assert hub.cleaning.present.all()
    key = int(np.flatnonzero(rows_by_key(tmp_path, archive) == row)[0])
    assert date.fromordinal(int(hub.cleaning.first_seen[key])) == archive.first_day
    assert hub.cleaning.held[key] == archive.all_time(13)[row]
    births = tables_of(tmp_path)["hub__cohort_births"].to_pylist()
    assert sum(one["models"] for one in births) == 60
    assert hub.incidents() == []


def test_another_one_of_the_same_name_is_told_by_its_day_of_creation(tmp_path: Path) -> None:
    archive = Archive(models=60, days=8, seed=3, first_day=date(2026, 6, 24), growth=0)
    row = archive._row_of(RENAMED)
    without = np.arange(60) != row
    for number in range(4):
        add_partial(tmp_path, archive, number, without if number else every_row(archive))
    archive.catalogue.created[row] += 86_400 * 3
    for number in range(4, 8):
        add(tmp_path, archive, number)
    hub = updated(tmp_path)
    assert hub.cleaning.size == 61
    assert np.count_nonzero(hub.cleaning.present) == 60
    assert hub.incidents() == []


def test_one_that_is_first_seen_at_the_switch_is_no_jump(tmp_path: Path) -> None:
    """It was there before, so what it had is not downloaded then."""
    archive = Archive(models=60, days=14, seed=3, first_day=date(2026, 6, 24), growth=0)
    hidden = archive._row_of(RENAMED)
    shown = np.arange(60) != hidden
    switch = 9
    hub = filled_from(tmp_path, archive, dict.fromkeys(range(switch), shown), switch)
    key = int(np.flatnonzero(rows_by_key(tmp_path, archive) == hidden)[0])
    assert archive.all_time(switch)[hidden] > 100_000
    assert date.fromordinal(int(hub.cleaning.first_seen[key])) == archive.date_of(switch)
    (week,) = hub.flows("week")
    assert week.first == date(2026, 6, 29)
    assert key not in week.keys
    assert hub.cleaning.held[key] == archive.all_time(13)[hidden]
    assert hub.incidents() == []


@pytest.mark.parametrize(
    ("switch", "faults", "found"),
    [
        (1, (), set()),  # the last day of June
        (2, (), set()),
        (34, (Fault("missing", 31, 3),), {"missing_days"}),
        (18, (Fault("stall", 18, 2),), {"stall"}),
        # It has more repositories than the day before, so they stand still instead.
        (18, (Fault("repeated", 18),), {"stall"}),
    ],
)
def test_wherever_the_switch_falls_months_are_the_truth_where_nothing_is_flagged(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    switch: int,
    faults: tuple[Fault, ...],
    found: set[str],
) -> None:
    archive = short(*faults)
    # Faults come after the days that are there already.
    shared = request.getfixturevalue("early_switch" if switch <= 2 else "until_switch")
    home = copy_of(shared, tmp_path / "home")
    if switch == 1:
        add(home, archive, 1)
        store_of(home, PARTIAL).remove(archive.date_of(1))
    elif switch > 2:
        fill(home, archive, switch, SHORT_SWITCH)
    store = hub_of(home).store
    assert isinstance(store, JoinedStore)
    assert store.switch == archive.date_of(switch)
    hub = updated(home)
    assert {one.kind for one in hub.incidents()} == found
    (flows,), (ends,) = hub.flows("month"), hub.ends()
    assert flows.first == date(2026, 7, 1)
    rows = rows_by_key(home, archive)
    truth = (archive.all_time(32) - archive.all_time(1))[rows]
    told, reason = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    told[flows.keys], reason[flows.keys] = flows.downloads, flows.reason
    known = np.zeros(len(rows), bool)
    known[ends.keys[ends.has_value]] = True
    assert known[visible(archive)[rows] & (truth > 0)].all()
    exact = known & (reason == Reason.EXACT)
    assert (told[exact] == truth[exact]).all()
    if "missing_days" in found:
        assert (reason[known & (truth > 0)] == Reason.INTERPOLATED).all()
    else:
        assert np.count_nonzero(exact) > 70
    # An estimate of what lies between the days read around the end of July, not a jump.
    between = (archive.all_time(34) - archive.all_time(30))[rows]
    assert (abs(told - truth)[known] <= between[known]).all()


# The way there.


def reveal(joined: Path, home: Path, name: str, number: int) -> None:
    """One day more of one of the archives."""
    whole, part, day = store_of(joined, name), store_of(home, name), PLAIN.date_of(number)
    shutil.copytree(whole.root / "keys", part.root / "keys", dirs_exist_ok=True)
    for one in ("attributes", "counters"):
        part.path(day, one).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(whole.path(day, one), part.path(day, one))


def test_day_by_day_is_as_all_at_once_and_each_day_is_one_step(
    joined: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    for number in range(DAYS):
        reveal(joined, home, PARTIAL if number < SWITCH else COMPLETE, number)
        assert hub_of(home).update() == 1, "the first day of the complete archive, too"
    assert hub_of(home).update() == 0
    assert derived(home) == derived(joined)
    assert newest_state(home) == newest_state(joined)


def test_days_of_both_are_those_of_the_complete_one(joined: Path, tmp_path: Path) -> None:
    home = copy_of(joined, tmp_path / "home")
    before = derived(home)
    for number in (SWITCH, SWITCH + 1, DAYS - 1):
        add_partial(home, PLAIN, number)
        assert hub_of(home).update() == 0
    assert derived(home) == before
    assert hub_tables.warnings(home / "history") == [
        "model_pulse__models: 3 days from 2026-07-16 to 2026-08-03 were read and are not shown; "
        "hub_archive__models has the whole Hub since 2026-07-16 and serves from then on"
    ]
    add(home, PLAIN, SWITCH)
    assert hub_of(home).update() == 0, "the same day again"


def add_an_older_partial_day(home: Path) -> None:
    archive = Archive(
        models=200, days=DAYS, seed=5, first_day=FIRST_DAY - timedelta(days=1), growth=0.004
    )
    add_partial(home, archive, 0)


def fill_a_gap_of_the_partial_one(home: Path) -> None:
    add_partial(home, PLAIN, 20)


def go_back_with_the_complete_one(home: Path) -> None:
    for number in (SWITCH - 1, SWITCH - 2, SWITCH - 20):
        add(home, PLAIN, number)


def drop_the_switch(home: Path) -> None:
    store_of(home, COMPLETE).remove(PLAIN.date_of(SWITCH))


def drop_the_last_partial_day(home: Path) -> None:
    store_of(home, PARTIAL).remove(PLAIN.date_of(SWITCH - 1))


def drop_all_of_the_complete_one_but_the_newest(home: Path) -> None:
    for number in range(SWITCH, DAYS - 1):
        store_of(home, COMPLETE).remove(PLAIN.date_of(number))


CHANGES: list[Callable[[Path], None]] = [
    add_an_older_partial_day, fill_a_gap_of_the_partial_one, go_back_with_the_complete_one,
    drop_the_switch, drop_the_last_partial_day, drop_all_of_the_complete_one_but_the_newest,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_in_either_archive_gives_what_a_new_beginning_gives(
    joined: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    home = copy_of(joined, tmp_path / "home")
    if change is fill_a_gap_of_the_partial_one:
        store_of(home, PARTIAL).remove(PLAIN.date_of(20))
        updated(home)
    change(home)
    assert hub_of(home).update() > 0
    same_as_scratch(home)


def test_the_history_of_a_repository_goes_over_the_switch(joined: Path) -> None:
    store = hub_of(joined).store
    row = PLAIN._row_of(RENAMED)
    series = store.series(PLAIN.hub_ids[row].as_py())
    assert [one["date"] for one in series] == store.days()
    told = [one["downloads_all_time"] for one in series]
    assert told == [int(PLAIN.all_time(day, np.array([row]))[0]) for day in range(DAYS)]
    until = PLAIN.date_of(3)
    assert len(store.series(PLAIN.hub_ids[row].as_py(), until=until)) == 4
    hidden = int(np.flatnonzero(~visible(PLAIN))[0])
    assert len(store.series(PLAIN.hub_ids[hidden].as_py())) == DAYS - SWITCH
    assert store.series("0" * 24) == store.series("no id") == []


# Which archive serves.


def serving(home: Path) -> list[str]:
    return [
        "both" if isinstance(store, JoinedStore) else store.table.name
        for store in hub_tables.stores(home / "history")
    ]


def test_one_archive_alone_is_as_it_was(joined: Path, tmp_path: Path) -> None:
    home = copy_of(joined, tmp_path / "home")
    shutil.rmtree(home / "history" / PARTIAL)
    assert serving(home) == [COMPLETE]
    assert hub_tables.warnings(home / "history") == []
    assert isinstance(hub_of(home).store, DayStore)
    assert updated(home).folder == home / "derived" / COMPLETE
    assert set(tables_of(home)["hub__days"]["source"].to_pylist()) == {"hub_archive"}
    shutil.rmtree(home / "history" / COMPLETE)
    assert hub_tables.stores(home / "history") == []
    assert hub_tables.warnings(home / "history") == []


def test_a_partial_archive_that_begins_later_is_not_needed(joined: Path, tmp_path: Path) -> None:
    home = copy_of(joined, tmp_path / "home")
    shutil.rmtree(home / "history" / PARTIAL)
    add_partial(home, PLAIN, DAYS - 1)
    assert serving(home) == [COMPLETE, PARTIAL]
    assert hub_tables.warnings(home / "history") == [
        "model_pulse__models: 1 days were read and are not shown; "
        "hub_archive__models has the whole Hub and serves"
    ]


@pytest.mark.parametrize(("last", "expected"), [(40, ["both"]), (41, [PARTIAL, COMPLETE])])
def test_a_complete_archive_that_is_gone_for_a_month_no_longer_serves(
    tmp_path: Path, last: int, expected: list[str]
) -> None:
    for number in (0, last):
        add_partial(tmp_path, PLAIN, number)
    for number in (5, 10):
        add(tmp_path, PLAIN, number)
    assert serving(tmp_path) == expected
    if last == 41:
        assert hub_tables.warnings(tmp_path / "history") == [
            "hub_archive__models: 2 days were read and are not shown; "
            "model_pulse__models has the longer history and serves"
        ]


def test_days_of_a_build_that_did_not_say_their_archive_are_compared_by_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = date(2026, 6, 1), date(2026, 6, 2)

    class OneStore:
        def days(self) -> list[date]:
            return [first, second]

        def series(self, hub_id: str, until: date) -> list[dict[str, Any]]:
            return [{"date": day} for day in self.days() if day <= until]

    def told(store: OneStore, day: date) -> dict[str, Any]:
        return {"date": day, "source": "hub_archive", "downloads_30d": 10}

    monkeypatch.setattr(hub_tables, "stores", lambda history: [OneStore()])
    monkeypatch.setattr(hub_tables, "_told", told)
    rows = [{"date": first, "downloads_30d": 10}, {"date": second, "downloads_30d": 11}]
    kept, others = hub_tables.readings_of(Path(), "a" * 24, rows)
    assert (kept, others) == ([{"date": first}], [second])
