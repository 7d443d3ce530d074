"""What is believed of the Hub: the same whatever the way there, and the truth where it is said."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from benchmarks.archive import Archive, Fault
from benchmarks.scoring import EXPECTED, score
from data import hub as hub_module
from data import hub_tables, labels
from data.archives import ArchiveFile
from data.daystore import DayStore
from data.hub import Hub
from data.labels import Labels
from data.paths import SEEDS_DIR
from data.periods import Reason
from data.repositories import repository_table
from data.seeds import load
from tests.conftest import made_once

NAME = "hub_archive__models"
TESTS = "internal-testing/"
REQUIRED = ("_id", "id", "downloads", "likes", "tags")
OPTIONAL = {
    "downloadsAllTime": "BIGINT",
    "baseModels": "STRUCT(models STRUCT(_id VARCHAR, id VARCHAR)[], relation VARCHAR)",
    "safetensors": "STRUCT(total BIGINT)",
    "gguf": "STRUCT(total BIGINT)",
}
RENAMED, RETURNS, LEAVES = "Qwen/Qwen3-0.6B", "Qwen/Qwen3-8B", "google/gemma-4-31B-it"
# The end of May is day 3, that of June is day 33.
ARCHIVE = Archive(
    models=150,
    days=40,
    seed=11,
    first_day=date(2026, 5, 28),
    faults=[
        Fault("missing", 5),
        Fault("stall", 9, 2),
        Fault("repeated", 13),
        Fault("rename", 15, models=(RENAMED,), to=("Qwen/Renamed",)),
        Fault("partial", 18),
        Fault("deleted", 20, 4, models=(RETURNS,)),
        Fault("deleted", 21, models=(LEAVES,)),
        Fault("frozen_window", 24, 2),
        Fault("rollback", 27, 3),
        Fault("stall", 32, 4, account="google"),
    ],
)


def store_of(home: Path) -> DayStore:
    return DayStore(home / "history", repository_table(NAME))


def hub_of(home: Path) -> Hub:
    return Hub(home, store_of(home), TESTS)


def add(home: Path, archive: Archive, number: int, on: date | None = None) -> None:
    """A day as it comes: from a file."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "day.parquet"
    archive.write_day(number, path)
    day = on or archive.date_of(number)
    store_of(home).add(day, ArchiveFile(path, "hub_archive", REQUIRED, OPTIONAL), {})
    path.unlink()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with all days of ARCHIVE, made once for all workers. Not to be changed."""

    def make(home: Path) -> None:
        for number in filter(ARCHIVE.has_day, range(ARCHIVE.days)):
            add(home, ARCHIVE, number)
        hub_of(home).update()

    return made_once(tmp_path_factory, "hub-days", make)


def revealed(filled: Path, home: Path, days: Sequence[date]) -> Path:
    """The store as it was when only those days, the first ones, had been read."""
    whole, part = store_of(filled), store_of(home)
    (part.root / "keys").mkdir(parents=True, exist_ok=True)
    for path in (whole.root / "keys").glob("*.parquet"):
        shutil.copy(path, part.root / "keys" / path.name)
    for day in days:
        for name in ("attributes", "counters"):
            part.path(day, name).parent.mkdir(exist_ok=True)
            shutil.copy(whole.path(day, name), part.path(day, name))
    return home


def derived(home: Path) -> dict[str, bytes]:
    """All that is derived but for the states, byte for byte."""
    folder = home / "derived" / NAME
    paths = [path for path in folder.rglob("*") if path.is_file() and "state" not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def newest_state(home: Path) -> dict[str, Any]:
    """The newest state, value for value."""
    folder = sorted((home / "derived" / NAME / "state").glob("????-??-??"))[-1]
    kept = hub_of(home)
    kept.update()
    arrays = {name: array.tolist() for name, array in kept.cleaning.arrays().items()}
    notes = json.loads((folder / "notes.json").read_text(encoding="utf-8"))
    gone = kept.gone()
    assert gone is None or gone.parent == folder
    arrays["gone"] = pq.read_table(gone).to_pylist() if gone else []
    return {"day": folder.name, "arrays": arrays, "names": kept.names.tolist(), **notes}


def from_scratch(home: Path, copy: Path) -> Path:
    """The same days, and nothing derived from them."""
    shutil.copytree(home / "history", copy / "history")
    hub_of(copy).update()
    return copy


def same(one: Path, other: Path) -> None:
    mine, theirs = derived(one), derived(other)
    assert sorted(mine) == sorted(theirs)
    assert [name for name in mine if mine[name] != theirs[name]] == []
    assert newest_state(one) == newest_state(other)
    assert hub_of(one).incidents() == hub_of(other).incidents()


# The truth.


def rows_by_key(home: Path, archive: Archive) -> np.ndarray:
    """The archive's row of each key."""
    paths = sorted((store_of(home).root / "keys").glob("*.parquet"))
    hub_ids = [
        bytes(value).hex() for path in paths for value in pq.read_table(path)["hub_id"].to_pylist()
    ]
    place = {hub_id: row for row, hub_id in enumerate(archive.hub_ids.to_pylist())}
    return np.array([place[hub_id] for hub_id in hub_ids])


def test_every_planted_incident_is_found_by_the_hub_too(filled: Path) -> None:
    hub = hub_of(filled)
    assert hub.update() == 0
    rows = rows_by_key(filled, ARCHIVE)
    hub_ids = [ARCHIVE.hub_ids[row].as_py() for row in rows.tolist()]
    found = score(hub.incidents(), ARCHIVE.faults, hub_ids)
    planted = {EXPECTED[fault.kind] for fault in ARCHIVE.faults if fault.kind in EXPECTED}
    assert set(found) == planted
    assert all(one.precision == 1 and one.recall == 1 for one in found.values()), found


def test_periods_of_the_store_are_the_truth_where_nothing_is_flagged(filled: Path) -> None:
    hub = hub_of(filled)
    rows = rows_by_key(filled, ARCHIVE)
    exact = 0
    for kind in ("month", "week"):
        for flows in hub.flows(kind):
            last = (flows.first - ARCHIVE.first_day).days + (29 if kind == "month" else 6)
            first = (flows.first - ARCHIVE.first_day).days - 1
            of = rows[flows.keys]
            truth = ARCHIVE.all_time(last, of) - ARCHIVE.all_time(first, of)
            chosen = flows.reason == Reason.EXACT
            assert (flows.downloads[chosen] == truth[chosen]).all(), (kind, flows.first)
            exact += int(chosen.sum())
    assert exact > 300


@pytest.mark.parametrize("label", ["family", "root_family"])
def test_totals_of_families_are_the_truth_whatever_happened_between(
    filled: Path, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    """Own and lineage, from one Sunday that was read to another: stalls, falls and gaps between."""
    labelled: list[Labels] = []
    make = labels.label

    def noted(*given: Any) -> Labels:
        labelled.append(make(*given))
        return labelled[-1]

    monkeypatch.setattr(labels, "label", noted)
    tables = hub_tables.tables(filled, load(SEEDS_DIR))
    (made,) = labelled
    family_of = made.texts_of(label, made.codes[label]).to_pylist()
    rows = rows_by_key(filled, ARCHIVE)
    happened = (ARCHIVE.all_time(38) - ARCHIVE.all_time(3))[rows]
    truth: Counter[str | None] = Counter()
    for family, downloads in zip(family_of, happened.tolist(), strict=True):
        truth[family] += downloads
    cohort = {row["cohort"]: row[label] for row in tables["hub__cohorts"].to_pylist()}
    found: Counter[str | None] = Counter()
    for row in tables["hub__cohort_weeks"].to_pylist():
        assert date(2026, 6, 1) <= row["week"] <= date(2026, 6, 29)
        found[cohort[row["cohort"]]] += row["downloads"]
    assert found == +truth
    assert {"Qwen", "Llama", "DeepSeek", "Gemma", None} <= set(found)
    # June begins and ends on days that were read: its sum is exact but for the account in a stall.
    months = tables["hub__cohort_months"].to_pylist()
    june = (ARCHIVE.all_time(33) - ARCHIVE.all_time(3))[rows]
    stalled = {
        cohort[row["cohort"]]
        for row in months
        if row["models_stalled"] + row["models_interpolated"] + row["models_held"]
    }
    assert len(stalled) < 6
    for family in set(family_of) - stalled:
        sums = [row["downloads"] for row in months if cohort[row["cohort"]] == family]
        told = sum(value for value in sums if value is not None)
        chosen = [place for place, other in enumerate(family_of) if other == family]
        assert told == int(june[chosen].sum()), family


def test_the_end_of_a_month_says_who_was_there_and_who_has_a_value(filled: Path) -> None:
    (june,) = [ends for ends in hub_of(filled).ends() if ends.first == date(2026, 6, 1)]
    rows = rows_by_key(filled, ARCHIVE)[june.keys]
    names = ARCHIVE.names(0).to_pylist()
    by_name = {names[row]: place for place, row in enumerate(rows.tolist())}
    gone = by_name[LEAVES]
    assert (june.is_listed[gone], june.has_value[gone]) == (False, True)
    assert june.downloads_all_time[gone] == -1
    assert june.is_listed[by_name[RETURNS]]
    there = by_name["meta-llama/Llama-3.1-8B-Instruct"]
    row = rows[there : there + 1]
    assert june.downloads_all_time[there] == ARCHIVE.all_time(33, row)[0]
    assert june.downloads_30d[there] == ARCHIVE.window(33, row)[0]


def test_renames_move_nothing(filled: Path) -> None:
    hub = hub_of(filled)
    hub.update()
    (rename,) = [one for one in hub.incidents() if one.kind == "rename"]
    assert rename.evidence == f"{RENAMED} is called Qwen/Renamed"
    assert rename.starts_on == ARCHIVE.date_of(15).toordinal()
    assert rename.downloads == ARCHIVE.window(14, rows_by_key(filled, ARCHIVE)[[rename.key]])[0]


def test_what_is_gone_keeps_its_attributes(filled: Path) -> None:
    path = hub_of(filled).gone()
    assert path is not None
    assert pq.read_table(path)["model_id"].to_pylist() == [LEAVES]


# The way there.


def test_day_by_day_is_as_all_at_once(filled: Path, tmp_path: Path) -> None:
    days = store_of(filled).days()
    home = tmp_path / "day-by-day"
    for number in range(1, len(days) + 1):
        revealed(filled, home, days[number - 1 : number])
        assert hub_of(home).update() == 1
    assert hub_of(home).update() == 0
    same(home, filled)


@pytest.mark.parametrize("seed", [1, 2])
def test_some_days_at_once_is_as_all_at_once(filled: Path, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    days = store_of(filled).days()
    home, done = tmp_path / "some", 0
    while done < len(days):
        more = draw.randint(1, 12)
        revealed(filled, home, days[done : done + more])
        hub_of(home).update()
        done += more
    same(home, filled)


def drop_newest(home: Path) -> None:
    store_of(home).remove(store_of(home).days()[-1])


def drop_all_of_the_end(home: Path) -> None:
    for day in store_of(home).days()[-8:]:
        store_of(home).remove(day)


def drop_july(home: Path) -> None:
    """What is left ends in a stall, of which the later days knew the end."""
    for day in store_of(home).days():
        if day >= date(2026, 7, 1):
            store_of(home).remove(day)


def drop_first(home: Path) -> None:
    store_of(home).remove(store_of(home).days()[0])


def drop_one_inside(home: Path) -> None:
    store_of(home).remove(ARCHIVE.date_of(16))


def insert_one(home: Path) -> None:
    add(home, Archive(models=150, days=40, seed=11, first_day=ARCHIVE.first_day), 5)


def replace_the_partial_one(home: Path) -> None:
    without = [fault for fault in ARCHIVE.faults if fault.kind != "partial"]
    planted = [fault.fault for fault in without if fault.fault]
    whole = Archive(models=150, days=40, seed=11, first_day=ARCHIVE.first_day, faults=planted)
    add(home, whole, 18)


REPAIRS: dict[str, Callable[[Path], None]] = {
    one.__name__: one
    for one in (
        drop_newest, drop_july, drop_all_of_the_end, drop_first, drop_one_inside, insert_one,
        replace_the_partial_one,
    )
}  # fmt: skip


@pytest.mark.parametrize("name", REPAIRS)
def test_a_repair_gives_what_a_new_beginning_gives(filled: Path, tmp_path: Path, name: str) -> None:
    days = store_of(filled).days()
    home = revealed(filled, tmp_path / "repaired", days[:-2])
    hub_of(home).update()
    for day in days[-2:]:
        revealed(filled, home, [day])
        hub_of(home).update()
    REPAIRS[name](home)
    hub_of(home).update()
    same(home, from_scratch(home, tmp_path / "scratch"))


def test_one_that_returns_under_another_name_and_leaves_again_is_known_by_that_name(
    filled: Path, tmp_path: Path
) -> None:
    """Attributes of what is gone are the last ones that were seen."""
    faults = [
        Fault("deleted", 2, 2, models=(RETURNS,)),
        Fault("rename", 3, models=(RETURNS,), to=("Qwen/Back",)),
        Fault("deleted", 6, models=(RETURNS,)),
    ]
    archive = Archive(models=60, days=9, seed=2, first_day=date(2026, 6, 27), faults=faults)
    home = tmp_path / "returns"
    for number in range(archive.days):
        add(home, archive, number)
        hub_of(home).update()
    path = hub_of(home).gone()
    assert path is not None
    assert pq.read_table(path)["model_id"].to_pylist() == ["Qwen/Back"]
    same(home, from_scratch(home, tmp_path / "scratch"))


# Killed on the way.


class KilledError(BaseException):
    """As SIGKILL: nothing may catch it."""


@contextmanager
def killed_at(number: int):  # type: ignore[no-untyped-def]
    """Everything that changes a file counts; the call of that number is cut off half way."""
    calls = {"left": number}

    def cut(function: Any, spoil: Callable[..., None]) -> Any:
        def called(*given: Any, **named: Any) -> Any:
            calls["left"] -= 1
            if calls["left"] == 0:
                spoil(*given)
                raise KilledError
            return function(*given, **named)

        return called

    def half(place: int) -> Callable[..., None]:
        return lambda *given: Path(given[place]).write_bytes(b"PAR1 cut off") and None

    def one_file(folder: Path, *_: Any) -> None:
        for path in sorted(Path(folder).glob("*"))[:1]:
            path.unlink()

    def nothing(*_: Any) -> None:
        return None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub_module.pq, "write_table", cut(pq.write_table, half(1)))
        feather = hub_module.feather
        patch.setattr(feather, "write_feather", cut(feather.write_feather, half(1)))
        patch.setattr(hub_module.np, "savez", cut(np.savez, half(0)))
        patch.setattr(hub_module.shutil, "rmtree", cut(shutil.rmtree, one_file))
        for name in ("rename", "replace", "unlink"):
            patch.setattr(Path, name, cut(getattr(Path, name), nothing))
        patch.setattr(Path, "write_text", cut(Path.write_text, lambda path, *_: path.touch()))
        yield calls


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_killed_update_is_taken_up(filled: Path, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    days = store_of(filled).days()
    home = revealed(filled, tmp_path / "killed", days[: draw.randint(3, 12)])
    hub_of(home).update()
    drop_newest(home)
    revealed(filled, home, days)
    killed = 0
    while True:
        with killed_at(draw.randint(1, 12 + 4 * killed)) as calls:
            try:
                hub_of(home).update()
            except KilledError:
                killed += 1
            if calls["left"] > 0:
                break
        assert killed < 200
    assert killed > 3
    same(home, filled)


def test_days_that_were_dropped_after_a_kill_leave_nothing_behind(
    filled: Path, tmp_path: Path
) -> None:
    days = store_of(filled).days()
    home = revealed(filled, tmp_path / "killed", days[:-6])
    hub_of(home).update()
    revealed(filled, home, days)
    with killed_at(9), pytest.raises(KilledError):
        hub_of(home).update()
    for day in reversed(days[-6:]):
        store_of(home).remove(day)
    hub_of(home).update()
    same(home, from_scratch(home, tmp_path / "scratch"))


def test_other_rules_mean_a_new_beginning(filled: Path, tmp_path: Path) -> None:
    home = revealed(filled, tmp_path / "rules", store_of(filled).days()[:6])
    hub_of(home).update()
    assert hub_of(home).update() == 0
    other = Hub(home, store_of(home), "tiny-")
    assert other.update() == 6
    assert not [one for one in other.incidents() if one.kind == "ci_test_models"]


def test_an_update_reads_only_what_is_new(filled: Path, tmp_path: Path) -> None:
    """The cost of a day does not depend on how many lie before it."""
    days = store_of(filled).days()
    home = revealed(filled, tmp_path / "new", days[:-1])
    hub_of(home).update()
    revealed(filled, home, days[-1:])
    opened: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        read = pq.read_table
        patch.setattr(
            hub_module.pq, "read_table", lambda p, **k: opened.append(str(p)) or read(p, **k)
        )
        hub_of(home).update()
    counters = [path for path in opened if path.endswith(".counters.parquet")]
    assert [Path(path).name[:10] for path in counters] == [str(days[-1])]
