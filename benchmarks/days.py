"""Data directories with some days of N models, and what one day more costs them.

A directory is made once and kept: `prepare` adds the days that are missing. The day that is
measured is the same date in all of them, and it has N models in all of them; they differ in how
many days lie before it. A measurement works on a copy made of hard links (the store never writes
into a file), so it can be repeated. A directory that other code made is used as it is, and the
report says so; `--fresh` makes it anew.

The days before it have the very rows that their files would have (tests/test_bench.py), but are
handed over as tables: to write the files of ninety days would take an hour.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

import data
from benchmarks.archive import Archive
from benchmarks.process import Run, run, watched
from collectors import hub_archive
from collectors.day_acceptance import refusal
from collectors.source import build_facts, load
from data import cohorts, hub_tables, labels, lineage, seeds, warehouse
from data.archives import ArchiveFile
from data.daystore import DayStore
from data.hub import Hub
from data.repositories import ATTRIBUTES, repository_table

TABLE = hub_archive.TABLES[0]
MEASURED_DAY = date(2026, 6, 11)  # a Thursday: neither a month nor a week begins or ends
GROWTH = 0.0015
SEED = 7

ADDING = {
    "scan, type and check": (DayStore, "_load"),
    "judge": (DayStore, "_refuse"),
    "give keys": (DayStore, "_add_keys"),
    "find and write what changed": (DayStore, "_put"),
    "keep the newest day in full": (DayStore, "_keep_newest"),
}
BUILDING = {
    "read seeds": (seeds, "load"),
    "restore the cleaning's state": (Hub, "_restore"),
    "clean the day": (Hub, "_take_in"),
    "keep what is gone": (Hub, "_keep_gone"),
    "save the cleaning's state": (Hub, "_save"),
    "label repositories": (labels, "label"),
    "infer parents": (lineage, "infer"),
    "settle lineage": (lineage, "both"),
    "group into cohorts": (cohorts, "gather"),
    "sum cohorts": (hub_tables, "_summed"),
    "name incidents": (hub_tables, "_incidents"),
    "list models": (hub_tables, "_models"),
    "fill tables": (warehouse, "_fill_tables"),
    "roll-ups, metrics, checks": (warehouse, "derive"),
}


@dataclass(frozen=True)
class Plan:
    """A data directory with `days` days before the measured one."""

    models: int
    days: int
    work: Path

    @property
    def home(self) -> Path:
        return self.work / f"{self.models}-models-{self.days}-days"

    def archive(self) -> Archive:
        """The archive of which the measured day is number `days`, with `models` models on it."""
        grown = 1 + GROWTH * (self.days + self.days**2 / 730)
        return Archive(
            models=round(self.models / grown),
            days=self.days + 1,
            seed=SEED,
            first_day=MEASURED_DAY - timedelta(days=self.days),
            growth=GROWTH,
        )

    def file(self, back: int = 0) -> Path:
        """The file of the measured day, or of a day before it."""
        day = MEASURED_DAY - timedelta(days=back)
        return self.work / f"{self.models}-models-{self.days}-days.{day}.models.parquet"

    def store(self) -> DayStore:
        return store_of(self.home)


def store_of(home: Path) -> DayStore:
    return DayStore(home / "history", repository_table(TABLE))


def opened(path: Path) -> ArchiveFile:
    """How the collector reads a day's file."""
    required, optional = hub_archive.REQUIRED, hub_archive.OPTIONAL
    return ArchiveFile(path, hub_archive.NAME, required, optional, path.stat().st_size)


def facts_of(day: date) -> dict[str, Any]:
    """What the collector notes of a day."""
    return {
        "source": hub_archive.NAME,
        "run": f"{day:%Y%m%d}T060000Z",
        "revision": f"{day.toordinal():040x}",
        "path": hub_archive.FILE,
        "title": f"Upload {hub_archive.FILE}",
        "observed_at": f"{day}T06:00:00+00:00",
        "is_complete": True,
        "url": "https://example.invalid/models.parquet",
        "size": 0,
        "sha256": f"{day.toordinal():064x}",
    }


def sources() -> list[data.SourceFacts]:
    """What `collectors build` tells a build of the archive."""
    return [build_facts(load(hub_archive.NAME))]


# Steps, each run in a process of its own.


def prepare(models: int, days: int, work: str, files: int = 1) -> dict[str, Any]:
    """Make or complete a data directory, its first build, and the files of its last days."""
    plan = Plan(models, days, Path(work))
    plan.work.mkdir(parents=True, exist_ok=True)
    archive = plan.archive()
    for back in range(files):
        if not plan.file(back).exists():
            archive.write_day(days - back, plan.file(back))
    store = plan.store()
    missing = [
        day for day in range(days) if not store.path(_date(archive, day), "counters").exists()
    ]
    if missing:
        store.recover()
        attributes = attributes_of(plan.file())
        for day in missing:
            rows = typed_rows(archive, attributes, day)
            store.add(_date(archive, day), rows, facts_of(_date(archive, day)), refusal)
    note, now = plan.home / "made_by.txt", _made_by()
    if not note.exists():
        note.write_text(now, encoding="utf-8")
    # A build of other code would leave its work to the measured one.
    if missing or not data.build_paths(plan.home) or data.stale_reasons(plan.home):
        data.build(sources(), folder=plan.home)
    return {
        "added": len(missing),
        "file_bytes": plan.file().stat().st_size,
        "is_of_other_code": note.read_text(encoding="utf-8") != now,
    }


def add_day(home: str, file: str) -> dict[str, Any]:
    """Put the measured day's file into the store, as the collector does once it is downloaded."""
    store = store_of(Path(home))
    with watched(ADDING) as phases:
        info = store.add(MEASURED_DAY, opened(Path(file)), facts_of(MEASURED_DAY), refusal)
    return {"phases": phases.seconds, "repositories": info.repositories, "changed": info.stored}


def build(home: str) -> dict[str, Any]:
    """Make and publish a build."""
    with watched(BUILDING) as phases:
        report = data.build(sources(), folder=Path(home))
    size = report.path.stat().st_size
    return {"phases": phases.seconds, "bytes": size, "rows": sum(report.rows.values())}


def sizes(home: str) -> dict[str, Any]:
    """Bytes on disk: of the counters of the days that are no frames, a changed row, and of all."""
    store = store_of(Path(home))
    counted: dict[str, int] = dict.fromkeys(("counters", "attributes", "rows", "frames"), 0)
    for day in store.days():
        if store.info(day).base is None:
            counted["frames"] += 1
            continue
        for part in ("counters", "attributes"):
            counted[part] += store.path(day, part).stat().st_size
        counted["rows"] += pq.read_metadata(store.path(day, "counters")).num_rows
    whole = Path(home)
    folders = {
        "history": store.root,
        "newest": store.cache,
        "derived": whole / "derived",
        "builds": whole / "builds",
    }
    return {
        **{name: _bytes(folder) for name, folder in folders.items()},
        "changed_rows": counted["rows"],
        "changed_counters_bytes": counted["counters"],
        "changed_attributes_bytes": counted["attributes"],
        "frames": counted["frames"],
        "days": len(store.days()),
    }


# What a day more costs.


@dataclass(frozen=True)
class DayCost:
    """One day more: the process that adds it and the one that builds."""

    added: Run
    built: Run

    @property
    def seconds(self) -> float:
        return self.added.seconds + self.built.seconds

    @property
    def peak_bytes(self) -> int:
        return max(self.added.peak_bytes, self.built.peak_bytes)


def measure(plan: Plan, repeats: int) -> list[DayCost]:
    """The cost of the measured day on a prepared directory, fastest first."""
    costs = []
    for _ in range(repeats):
        with linked_copy(plan) as home:
            warm(plan.file())
            added = run("benchmarks.days:add_day", {"home": str(home), "file": str(plan.file())})
            costs.append(DayCost(added, run("benchmarks.days:build", {"home": str(home)})))
    return sorted(costs, key=lambda cost: cost.seconds)


@contextmanager
def linked_copy(plan: Plan) -> Iterator[Path]:
    """A copy of a prepared directory that costs nothing; removed afterwards."""
    copy = plan.work / f"run-{os.getpid()}"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(plan.home, copy, copy_function=os.link)
    try:
        yield copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def warm(path: Path) -> None:
    """Read a file once, so that all find it in memory."""
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass


def _made_by() -> str:
    """What the days of a directory follow from, besides the parameters."""
    code = ("benchmarks/archive.py", "data/daystore.py", "data/repositories.py",
            "data/sql/archives/hub_archive.sql")  # fmt: skip
    return hashlib.sha256(b"".join((data.ROOT / path).read_bytes() for path in code)).hexdigest()


def _date(archive: Archive, day: int) -> date:
    return archive.date_of(day)


def attributes_of(path: Path) -> pa.Table:
    """The typed attributes of the measured day's file, in the order of the archive's rows."""
    columns = ", ".join(("hub_id", *ATTRIBUTES))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        file = opened(path)
        file.open(connection)
        return connection.sql(f"SELECT {columns} FROM ({file.select()})").to_arrow_table()


def typed_rows(archive: Archive, attributes: pa.Table, day: int) -> pa.Table:
    """A day's rows: no repository is renamed or deleted, new ones come last."""
    rows = archive.rows_shown(day)
    total, window = archive.shown(rows, day)
    typed = attributes.slice(0, len(rows))
    counters = {
        "downloads_30d": window,
        "downloads_all_time": total,
        "likes": archive.likes_of(rows, day),
    }
    for name, values in counters.items():
        typed = typed.append_column(name, pa.array(values))
    return typed


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
