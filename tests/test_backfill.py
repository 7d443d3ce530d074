"""Archives read over real HTTP from a fake Hub: one day, the past, and every fault on the way."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

import data
from benchmarks.archive import Archive, Fault
from collectors import hub_archive, hub_weekly, model_pulse
from collectors.archive_reader import ArchiveReader
from collectors.backfill import Backfill, Every, interpolated, periods_of, probes_of
from collectors.collect import Collector, archive_reader
from collectors.day_acceptance import KINDS, refusal
from collectors.errors import ConfigurationError, LockedError, NoRoomError
from collectors.http import Session
from collectors.lock import lock
from collectors.rebuilding import rebuild
from collectors.records import EntityResult, SourceResult
from collectors.repair import Repair
from collectors.source import ArchiveSource, Revision, Tracked, build_facts
from data import warehouse
from data.daystore import DayInfo
from data.errors import HistoryError
from data.freshness import due
from data.history import History
from data.snapshots import SnapshotStore
from tests.fake_archive import ANSWERS, DATASET, FakeArchive
from tests.fake_pulse import FIRST as PULSE_FIRST
from tests.fake_pulse import PULSE, pulse_files, pulse_of
from tests.forked import Commands, Forked

ROOT = Path(__file__).resolve().parent.parent
FIRST = date(2026, 6, 1)
PATIENCE = 60.0  # seconds
TOKEN = "hf_ThisIsNotARealTokenButAWordToLookFor"


@dataclass
class Said:
    """A Progress that keeps what it was told."""

    notes: list[str] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    came: list[tuple[str, int, int]] = field(default_factory=list)

    def began(self, *_: object) -> None: ...

    def read(self, source: str, fetched: Any, seconds: float) -> None:
        self.answers.append(fetched)

    def received(self, source: str, what: str, done: int, total: int) -> None:
        self.came.append((what, done, total))

    def ended(self, *_: object) -> None: ...

    def note(self, text: str) -> None:
        self.notes.append(text)


@dataclass
class Lab:
    """A fake Hub with an archive, and a data directory."""

    hub: FakeArchive
    data_dir: Path
    today: datetime = datetime(2026, 8, 1, 6, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)
    said: Said = field(default_factory=Said)

    def session(self) -> Session:
        return Session(sleep=self.slept.append, read_timeout=2.0)

    def backfill(
        self,
        since: date = FIRST,
        until: date = date(2026, 7, 31),
        every: Every = Every.DAY,
        source: ArchiveSource = hub_archive,
        retry: bool = False,
    ) -> dict[str, EntityResult]:
        """What came of each day that was asked for."""
        return {e.entity: e for e in self.run(since, until, every, source, retry).entities}

    def run(
        self,
        since: date = FIRST,
        until: date = date(2026, 7, 31),
        every: Every = Every.DAY,
        source: ArchiveSource = hub_archive,
        retry: bool = False,
    ) -> SourceResult:
        return Backfill(
            data_dir=self.data_dir,
            source=source,
            since=since,
            until=until,
            every=every,
            retry=retry,
            now=lambda: self.today,
            new_session=self.session,
            progress=self.said,
        ).run()

    def collect(self, name: str = "hub_archive") -> SourceResult:
        worker = Collector(
            data_dir=self.data_dir,
            tracked=Tracked(),
            now=lambda: self.today,
            new_session=self.session,
            progress=self.said,
        )
        (result,) = worker.collect([name])
        return result

    def repair(self, day: date, source: Any = hub_archive) -> Repair:
        return Repair(
            data_dir=self.data_dir,
            source=source,
            day=day,
            now=lambda: self.today,
            new_session=self.session,
            progress=self.said,
        )

    @property
    def reader(self) -> ArchiveReader:
        return archive_reader(hub_archive, self.data_dir, self.session, lambda: self.today)

    @property
    def days(self) -> list[date]:
        return self.reader.store.days()

    def observations(self, source: str = "hub_archive") -> dict[str, dict[str, Any]]:
        found = History(self.data_dir / "history").observations(source)
        return {f"{o['observed_at']:%Y-%m-%d}": o for o in found}

    def downloads(self) -> int:
        return sum("/storage/" in seen.path for seen in self.hub.requests)


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    # Free room is a matter of the machine; one test is about it.
    monkeypatch.setattr("collectors.archive_reader.WORKING_ROOM", 0)


@pytest.fixture
def open_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Lab]]:
    hubs: list[FakeArchive] = []

    def opened(
        *faults: Fault,
        days: int = 12,
        weeks: dict[str, int] | None = None,
        first_day: date = FIRST,
    ) -> Lab:
        archive = Archive(200, days, seed=5, faults=faults, first_day=first_day)
        hub = FakeArchive(archive=archive, weeks=weeks or {})
        hub.__enter__()
        hubs.append(hub)
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        return Lab(hub, tmp_path / "home")

    yield opened
    for hub in hubs:
        hub.__exit__()


@pytest.fixture
def lab(open_lab: Callable[..., Lab]) -> Lab:
    return open_lab()


def files(home: Path) -> dict[str, bytes]:
    """Partitions of the history, without what is derived of them."""
    root = home / "history"
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*.parquet"))
        if not path.relative_to(root).parts[0].startswith(".")
    }


def manifests(home: Path) -> dict[str, dict[str, Any]]:
    """Every manifest and plan, but for the time of the download."""
    found = {}
    for path in sorted((home / "snapshots").rglob("*")):
        if path.is_file():
            content = json.loads(path.read_bytes())
            content.pop("fetched_at", None)
            found[str(path.relative_to(home))] = content
    return found


def leftovers(home: Path) -> list[str]:
    """Hidden files and folders, but for the full copies of newest days."""
    return [str(path) for path in home.rglob(".*") if not path.name.endswith(".newest")]


# One day.


def test_the_newest_day_is_read_and_its_file_deleted(lab: Lab) -> None:
    result = lab.collect()
    assert (result.exit, result.entities[0].status) == ("done", "accepted")
    assert lab.days == [FIRST + timedelta(days=11)]
    commit = lab.hub.commits_of(11)[-1]
    path, sha256 = lab.hub.file(11, commit.revision, "")
    info = lab.reader.store.info(lab.days[0])
    assert info.repositories == lab.hub.archive.rows(11)
    assert info.facts == {
        "source": "hub_archive",
        "run": f"{commit.at:%Y%m%dT%H%M%S%fZ}",
        "revision": commit.sha,
        "path": "models.parquet",
        "title": commit.title,
        "url": f"{lab.hub.endpoint}/datasets/{DATASET}/resolve/{commit.sha}/models.parquet",
        "size": path.stat().st_size,
        "sha256": sha256,
        "observed_at": commit.at.isoformat(),
        "is_complete": True,
    }
    (run,) = SnapshotStore(lab.data_dir).runs("hub_archive")
    (manifest,) = run.manifests()
    assert (run.started_at, manifest.sha256) == (commit.at, sha256)
    assert manifest.facts == info.facts
    assert manifest.citation.endswith("as of 2026-06-12")
    observed = lab.observations()["2026-06-12"]
    assert (observed["entity"], observed["observed_at"]) == ("models.parquet", commit.at)
    assert not list(lab.data_dir.rglob("models.parquet"))
    assert leftovers(lab.data_dir) == []
    assert lab.said.came[-1][1:] == (path.stat().st_size,) * 2


def test_a_day_that_is_here_is_not_read_again(lab: Lab) -> None:
    lab.collect()
    before, asked = files(lab.data_dir), lab.downloads()
    assert lab.collect().exit == "done"
    assert (files(lab.data_dir), lab.downloads()) == (before, asked)


def test_a_later_commit_of_a_day_does_not_replace_it(lab: Lab) -> None:
    morning, evening = lab.hub.commits_of(5)
    everything = lab.hub.history
    lab.hub.until = 5
    lab.hub.history = [c for c in everything if c.at < evening.at]
    lab.collect()
    lab.hub.history = everything
    assert lab.collect().entities[0].reason == "2026-06-06 is here already, from hub_archive"
    assert lab.reader.store.info(lab.days[0]).facts["revision"] == morning.sha


def test_totals_count_values_and_nulls(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(Fault("no_columns", day=0, days=2), days=3)
    lab.backfill()
    totals = [lab.reader.store.info(day).totals for day in lab.days]
    assert [t["downloads_all_time"]["sum"] is None for t in totals] == [True, True, False]
    assert [t["downloads_all_time"]["count"] for t in totals[:2]] == [0, 0]
    shown = lab.hub.archive.day(2)["downloadsAllTime"].to_pylist()
    assert totals[2]["downloads_all_time"] == {"sum": sum(shown), "count": len(shown)}


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        (
            "401",
            "failed",
            "unavailable: archive unavailable: cfahlgren1/hub-stats answers HTTP 401",
        ),
        (
            "404",
            "failed",
            "unavailable: archive unavailable: cfahlgren1/hub-stats answers HTTP 404",
        ),
        (
            "403",
            "failed",
            "unavailable: archive unavailable: cfahlgren1/hub-stats answers HTTP 403",
        ),
        ("429", "failed", "unavailable: HTTP 429: We had to rate limit you, 4 times; try again"),
        ("500", "failed", "unavailable: HTTP 500: Internal Error, 4 times; try again later"),
        ("503", "failed", "unavailable: HTTP 503, 4 times; try again later"),
        ("html", "failed", "unavailable: cfahlgren1/hub-stats: expected a JSON list, found text/h"),
        ("truncated", "rejected", "damaged: models.parquet: expected PAR1 at both ends"),
        ("wrong-magic", "rejected", "damaged: models.parquet: expected PAR1 at both ends"),
        ("html-file", "rejected", "damaged: models.parquet: expected PAR1 at both ends"),
        ("empty-file", "rejected", "damaged: models.parquet: expected PAR1 at both ends"),
        ("reset", "failed", "unavailable: models.parquet: the connection broke off"),
        ("cut", "failed", "unavailable: models.parquet: the connection broke off"),
    ],
)
def test_a_fault_is_told_and_is_never_an_empty_day(
    open_lab: Callable[..., Lab],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    status: str,
    said: str,
) -> None:
    lab = open_lab(days=3)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    lab.hub.break_files(name, day=2, at=5000)
    result = lab.collect()
    (entity,) = result.entities
    assert (result.exit, entity.status) == ("failed", status)
    assert entity.reason is not None
    assert entity.reason.startswith(said)
    assert lab.days == []
    observed = lab.observations()["2026-06-03"]
    assert (observed["status"], observed["reason"]) == (status, entity.reason)
    assert leftovers(lab.data_dir) == []
    record = next((lab.data_dir / "runs").glob("*.hub_archive.json"))
    assert json.loads(record.read_text())["entities"][0]["reason"] == entity.reason
    # What failed is asked again; what was refused only when that is asked for.
    lab.hub.heal()
    assert lab.collect().entities[0].status == ("accepted" if status == "failed" else "rejected")
    assert lab.backfill(retry=True)["2026-06-01"].status == "accepted"
    assert lab.days[-1] == FIRST + timedelta(days=2)


@pytest.mark.parametrize("name", ["500", "cut", "reset", "429"])
def test_a_fault_that_passes_is_got_over(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    lab.hub.break_files(name, day=11, times=1, at=5000)
    assert lab.collect().exit == "done"


@pytest.mark.parametrize("name", sorted({*ANSWERS} - {"429", "503"}))
def test_an_archive_that_cannot_be_listed_is_unavailable(lab: Lab, name: str) -> None:
    lab.hub.break_commits(name)
    for run in (lab.collect, lab.run):
        result = run()
        assert result.exit == "failed"
        reason = result.error or result.entities[0].reason
        assert reason is not None
        assert reason.startswith("unavailable: ")
        assert ("archive unavailable" in reason) == (name in {"401", "403", "404"})
    history = History(lab.data_dir / "history")
    assert {o["status"] for o in history.observations("hub_archive")} == {"failed"}
    assert lab.days == []
    lab.hub.heal()
    assert lab.collect().exit == "done"
    assert [o["status"] for o in history.observations("hub_archive")] == ["accepted"]


def test_a_token_goes_to_the_hub_only_and_into_no_file(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    lab.collect()
    asked = {"/storage/" in s.path: s.headers.get("authorization") for s in lab.hub.requests}
    assert asked == {False: f"Bearer {TOKEN}", True: None}
    assert not any(TOKEN.encode() in p.read_bytes() for p in lab.data_dir.rglob("*") if p.is_file())


def test_too_little_room_is_said_before_anything_is_downloaded(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage(10**12, 10**12, 1000))
    for run in (lab.collect, lab.run):
        with pytest.raises(NoRoomError, match="free some, or set ADOPTION_DATA_DIR"):
            run()
    assert lab.downloads() == 0
    assert lab.days == []


def test_a_full_disk_leaves_nothing_half_done(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("huggingface_hub.file_download.http_get", full)
        with pytest.raises(OSError, match="No space left"):
            lab.collect()
    assert (lab.days, lab.observations(), leftovers(lab.data_dir)) == ([], {}, [])
    with monkeypatch.context() as patch:
        patch.setattr("data.daystore.pq.write_table", full)
        with pytest.raises(OSError, match="No space left"):
            lab.collect()
    assert (lab.days, lab.observations(), leftovers(lab.data_dir)) == ([], {}, [])
    assert lab.collect().exit == "done"


# The past.


def test_days_are_read_oldest_first_and_each_once(lab: Lab) -> None:
    result = lab.run()
    assert [e.entity for e in result.entities] == [
        str(FIRST + timedelta(days=n)) for n in range(12)
    ]
    assert result.exit == "done"
    assert lab.downloads() == 12
    assert len(lab.said.came) >= 12
    assert (
        lab.reader.store.info(date(2026, 6, 6)).facts["revision"] == lab.hub.commits_of(5)[-1].sha
    )
    assert lab.run().entities == []
    assert lab.downloads() == 12
    assert "hub_archive: 0 to read, 12 here already" in lab.said.notes


def test_what_it_takes_is_said_beforehand(lab: Lab) -> None:
    lab.backfill(until=date(2026, 6, 4))
    first, download, disk = lab.said.notes
    sizes = [lab.hub.file(day, 0, "")[0].stat().st_size for day in range(4)]
    assert first == "hub_archive: 4 to read, 0 here already; from 2026-06-01 to 2026-06-04"
    assert download == (
        f"hub_archive: download: {sum(sizes) / 1e6:,.1f} MB, one file at a time, "
        "deleted when it was read"
    )
    assert disk.endswith("are free")


def test_what_cannot_be_believed_is_refused_and_not_asked_again(
    open_lab: Callable[..., Lab],
) -> None:
    lab = open_lab(
        Fault("partial", day=4), Fault("repeated", day=7, days=2), Fault("missing", day=10), days=14
    )
    lab.hub.break_files("truncated", day=11)
    results = lab.backfill()
    refused = {day: r.reason for day, r in results.items() if r.status != "accepted"}
    assert {day: (reason or "").split(":")[0] for day, reason in refused.items()} == {
        "2026-06-05": "partial",
        "2026-06-08": "repeated",
        "2026-06-09": "repeated",
        "2026-06-12": "damaged",
    }
    assert {reason.split(":")[0] for reason in refused.values() if reason} <= set(KINDS)
    assert "2026-06-11" not in results, "a day without a commit was not seen"
    assert len(lab.days) == 9
    asked = lab.downloads()
    assert lab.backfill() == {}
    assert lab.downloads() == asked
    assert "4 refused before (--retry asks for them again)" in lab.said.notes[-1]
    assert lab.backfill(retry=True).keys() == refused.keys()


def test_a_repeat_with_other_bytes_is_known_by_its_totals(lab: Lab) -> None:
    lab.backfill(until=date(2026, 6, 3))
    known = lab.hub.archive.write_day
    # The same facts in another order: another file, another hash.
    lab.hub.archive.write_day = lambda day, path, revision=0: known(2, path, revision=1)
    results = lab.backfill(until=date(2026, 6, 4))
    assert results["2026-06-04"].reason == (
        "repeated: rows and totals of all counters are those of 2026-06-03"
    )


@pytest.mark.parametrize("seed", range(2))
def test_the_order_in_which_days_come_does_not_matter(
    open_lab: Callable[..., Lab], tmp_path: Path, seed: int
) -> None:
    lab = open_lab(Fault("partial", day=3), Fault("repeated", day=6), days=8)
    lab.backfill()
    wanted = {day: lab.reader.store.info(day) for day in lab.days}
    statuses = {day: o["status"] for day, o in lab.observations().items()}
    lab.data_dir = tmp_path / "shuffled"
    days = [FIRST + timedelta(days=n) for n in range(8)]
    random.Random(seed).shuffle(days)
    for day in days:
        lab.backfill(since=day, until=day)
    assert {day: lab.reader.store.info(day) for day in lab.days} == wanted
    assert {day: o["status"] for day, o in lab.observations().items()} == statuses


def test_a_first_day_that_was_partial_is_withdrawn(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(Fault("partial", day=0), days=3)
    lab.backfill()
    assert lab.days == [FIRST + timedelta(days=1), FIRST + timedelta(days=2)]
    assert lab.observations()["2026-06-01"]["reason"].startswith("partial: ")
    assert any("2026-06-01 was kept before and is withdrawn" in note for note in lab.said.notes)


def info(day: date, rows: int, counted: int = 0) -> DayInfo:
    totals = {"likes": {"sum": counted, "count": rows}}
    return DayInfo(day, rows, rows, None, {}, totals)


def test_an_old_day_is_not_judged_by_the_size_of_today() -> None:
    today = info(date(2026, 11, 1), 3_000_000, 1)
    assert refusal(info(date(2024, 7, 1), 760_000), [today]) is None
    assert refusal(info(date(2026, 10, 31), 780_000), [today]) is not None
    between = info(date(2025, 10, 23), 2_161_698, 2)
    assert refusal(info(date(2025, 10, 24), 560_000), [between, today]) is not None
    assert refusal(info(date(2025, 10, 24), 2_000_000), [between, today]) is None


@pytest.mark.parametrize(
    ("every", "days"),
    [
        (Every.WEEK, ["06-07", "06-14", "06-21", "06-28", "06-30", "07-05", "07-10"]),
        (Every.MONTH, ["06-30", "07-10"]),
    ],
)
def test_weeks_and_months_end_on_their_last_day(
    open_lab: Callable[..., Lab], every: Every, days: list[str]
) -> None:
    lab = open_lab(days=40)
    assert list(lab.backfill(every=every)) == [f"2026-{day}" for day in days]


def test_another_day_stands_in_for_a_refused_one(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(Fault("partial", day=13), days=14)
    results = lab.backfill(every=Every.WEEK)
    assert [(day, result.status) for day, result in results.items()] == [
        ("2026-06-07", "accepted"),
        ("2026-06-14", "rejected"),
        ("2026-06-13", "accepted"),
    ]
    assert lab.backfill(every=Every.WEEK) == {}


def test_periods() -> None:
    days = [date(2026, 6, 1) + timedelta(days=n) for n in range(40)]
    found = [Revision(datetime(d.year, d.month, d.day, tzinfo=UTC), "", "", "") for d in days]
    newest_first = found[::-1]
    for every, kept in ((Every.DAY, 1), (Every.WEEK, 4), (Every.MONTH, 4)):
        periods = periods_of(newest_first, every)
        firsts = [period.candidates[0].day for period in periods]
        assert firsts == sorted(firsts)
        assert max(len(period.candidates) for period in periods) == kept
    assert probes_of(3) == [0, 1, 2]
    assert probes_of(9) == [0, 2, 4, 6, 8]
    assert interpolated({0: 10, 4: 30}, 5) == [10, 15, 20, 25, 30]
    assert interpolated({1: 10}, 3) == [10, 10, 10]


def test_it_gives_up_when_nothing_can_be_read(lab: Lab) -> None:
    lab.hub.break_files("500")
    result = lab.run()
    assert result.exit == "partial"
    assert [e.status for e in result.entities] == ["failed"] * 3
    assert result.error is not None
    assert "the other 9 were not asked for" in result.error


def test_one_process_at_a_time(lab: Lab) -> None:
    with lock(lab.data_dir):
        for work in (lab.run, lab.repair(FIRST).read_again, lab.repair(FIRST).drop):
            with pytest.raises(LockedError):
                work()


def test_freshness_and_rebuild_go_on_working(lab: Lab) -> None:
    lab.backfill()
    history = History(lab.data_dir / "history")
    again = due(history, "hub_archive", 1, datetime(2026, 6, 12, 20, tzinfo=UTC))
    assert (again.is_due, again.missing) == (False, ())
    before = files(lab.data_dir)
    assert rebuild(lab.data_dir) == 0
    assert files(lab.data_dir) == before
    lab.hub.until = None
    assert lab.run().entities == []


# Weekly copies.


def test_weekly_copies_fill_in_by_the_day_of_their_content(open_lab: Callable[..., Lab]) -> None:
    weeks = {"2026-06-03": 8, "2026-06-10": 8, "2026-06-17": 22, "2026-06-24": 29}
    lab = open_lab(days=30, weeks=weeks)
    lab.backfill(since=date(2026, 6, 23), until=date(2026, 6, 23))
    results = lab.run(source=hub_weekly)
    assert [(e.entity, e.status) for e in results.entities] == [
        ("2026-06-09", "accepted"),
        ("2026-06-10", "rejected"),
        ("2026-06-17", "rejected"),
        ("2026-06-30", "accepted"),
    ]
    reasons = [e.reason for e in results.entities]
    assert reasons[1] == "repeated: the file is that of 2026-06-09, byte for byte"
    assert str(reasons[2]).startswith("repeated: 2026-06-23 is here already, from hub_archive")
    facts = {day: lab.reader.store.info(day).facts["source"] for day in lab.days}
    assert facts == {
        date(2026, 6, 9): "hub_weekly",
        date(2026, 6, 23): "hub_archive",
        date(2026, 6, 30): "hub_weekly",
    }
    assert lab.run(source=hub_weekly).entities == []
    assert lab.collect("hub_weekly").exit == "done"


# A ready series.


def pulse(lab: Lab) -> dict[date, dict[str, tuple[Any, ...]]]:
    """Every kept day: hub_id -> name, counters, licence, parameters, parents."""
    store = archive_reader(model_pulse, lab.data_dir, lab.session, lambda: lab.today).store
    found = {}
    with duckdb.connect() as connection:
        keys = [str(path) for path in sorted((store.root / "keys").glob("*.parquet"))]
        for day in store.days():
            store.state(connection, day, "seen")
            rows = connection.execute(
                "SELECT lower(hex(hub_id)), model_id, downloads_30d, downloads_all_time, likes, "
                "licence, total_params, base_models FROM seen_counters "
                "INNER JOIN seen_attributes USING (key) INNER JOIN read_parquet(?) USING (key)",
                [keys],
            ).fetchall()
            found[day] = {row[0]: row[1:] for row in rows}
    return found


def named(name: str) -> str:
    return hashlib.sha256(f"name:{name}".encode()).hexdigest()[:24]


def test_a_ready_series_is_read_a_month_at_a_time(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(days=2)
    lab.hub.others[PULSE] = pulse_files()
    result = lab.run(source=model_pulse)
    assert [(e.entity, e.status) for e in result.entities] == [
        (f"2026-{day}", "accepted") for day in ("06-28", "06-29", "06-30", "07-01", "07-02")
    ]
    assert lab.downloads() == 2 * 3 + 1, "each month once, with models and renames, and meta.json"
    days = pulse(lab)
    first, *_, last = days.values()
    assert first[named("a/one")] == ("a/one", 100, None, 0, "mit", 7_000_000_000, None)
    assert last[named("a/one")] == ("a/three", 104, 1004, 0, "mit", 7_000_000_000, None)
    assert last[named("c/child")][-1] == ["quantized:a/three", "quantized:b/base"]
    assert all(
        set(day) == {named(n) for n in ("a/one", "b/base", "c/child")} for day in days.values()
    )
    store = archive_reader(model_pulse, lab.data_dir, lab.session, lambda: lab.today).store
    assert store.info(PULSE_FIRST).facts["is_complete"] is False
    assert leftovers(lab.data_dir) == []
    assert lab.run(source=model_pulse).entities == []


def test_days_that_the_publisher_marks_are_refused_unread(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(days=2)
    marks = {
        "low_days": ["2026-06-29"],
        "skip_days": ["2026-06-30"],
        "partial": ["2026-06-30"],
        "frozen": {"2026-07-01": 0.8, "2026-07-02": 1.0},
    }
    lab.hub.others[PULSE] = pulse_files(marks=marks)
    results = lab.backfill(source=model_pulse)
    assert {day: r.reason for day, r in results.items()} == {
        "2026-06-28": None,
        "2026-06-29": "marked: its publisher lists it in low_days: counters stood still",
        "2026-06-30": "marked: its publisher lists it in partial: the snapshot was incomplete",
        "2026-07-01": None,
        "2026-07-02": "marked: its publisher lists it in frozen: counters stood still",
    }


def test_renames_in_a_circle_and_two_names_on_one_day(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(days=2)
    moves = (("a/one", "a/two"), ("a/two", "a/one"), ("b/base", "c/child"))
    lab.hub.others[PULSE] = pulse_files(days=2, renames=moves)
    assert lab.run(source=model_pulse).exit == "done"
    day = pulse(lab)[PULSE_FIRST]
    assert len(day) == 2
    assert day[named("b/base")][0] == "c/child"


@pytest.mark.parametrize("meta", [b"<html>", b"[]", b'{"days": 3}', b'{"days": ["1"]}'])
def test_a_series_without_days_is_unavailable(open_lab: Callable[..., Lab], meta: bytes) -> None:
    lab = open_lab(days=2)
    lab.hub.others[PULSE] = {**pulse_files(), "meta.json": meta}
    result = lab.run(source=model_pulse)
    assert result.exit == "failed"
    assert str(result.error).startswith("unavailable: modelpulse/model-pulse-data: expected")


def test_a_ready_series_and_the_archive_after_it_are_one_history(
    open_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The week of the switch is the truth of all that the series has, or that is new."""
    lab = open_lab(days=10, first_day=date(2026, 6, 27))
    archive, switch = lab.hub.archive, 5
    lab.hub.others[PULSE] = pulse_of(archive, range(switch))
    assert lab.run(source=model_pulse).exit == "done"
    assert lab.run(since=archive.date_of(switch)).exit == "done"
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(lab.data_dir))
    sources = [build_facts(source) for source in (hub_archive, model_pulse)]
    report = data.build(sources, folder=lab.data_dir)
    assert report.warnings == []
    days = warehouse.frame(report.path, "SELECT * FROM hub_days ORDER BY date")
    assert days["source"].tolist() == ["model_pulse"] * switch + ["hub_archive"] * 5
    assert days["is_complete"].tolist() == [False] * switch + [True] * 5
    assert days["hub_days"].tolist()[switch:] == [archive.rows(day) for day in range(switch, 10)]
    assert days["hub_days"].iloc[0] < 180
    assert warehouse.frame(report.path, "SELECT * FROM hub__incidents").empty
    (total,) = warehouse.frame(report.path, "SELECT sum(downloads) FROM hub__cohort_weeks").iloc[0]
    told = archive.day(switch - 1).to_pydict()
    used = [
        row
        for row, counters in enumerate(
            zip(told["downloads"], told["downloadsAllTime"], told["likes"], strict=True)
        )
        if counters[0] >= 10 or counters[1] >= 50 or counters[2]
    ]
    known = [*used, *range(archive.rows(switch - 1), archive.rows(9))]
    assert total == (archive.all_time(8) - archive.all_time(1))[known].sum()
    hub_id = archive.hub_ids[archive._row_of("Qwen/Qwen3-0.6B")].as_py()
    history = data.model_history(hub_id)
    assert history["date"].dt.date.tolist() == [archive.date_of(number) for number in range(10)]
    assert history["note"].isna().all()
    # A build that knew less, and other figures of two days, shows what it read and nothing else.
    earlier = report.path.with_name("adoption-20260101T000000000000Z.duckdb")
    shutil.copy(report.path, earlier)
    with duckdb.connect(str(earlier)) as build:
        build.execute("DELETE FROM hub__days WHERE date = ?", [archive.date_of(9)])
        build.execute(
            "UPDATE hub__days SET downloads_30d = downloads_30d + 1 WHERE date = ?",
            [archive.date_of(8)],
        )
        build.execute(
            "UPDATE hub__days SET source = 'model_pulse' WHERE date = ?", [archive.date_of(5)]
        )
    frozen = data.model_history(hub_id, earlier)
    assert frozen["date"].tolist() == history["date"].tolist()[:9]
    assert frozen.index[frozen["note"].notna()].tolist() == [5, 8]
    assert frozen.loc[frozen["note"].notna(), "downloads_30d"].isna().all()
    same = frozen["note"].isna()
    assert frozen.loc[same, "likes"].tolist() == history[:9].loc[same, "likes"].tolist()


# Repair.


def stats(home: Path) -> dict[str, tuple[bytes, int]]:
    root = home / "history"
    return {
        str(p.relative_to(root)): (p.read_bytes(), p.stat().st_mtime_ns)
        for p in root.rglob("*.parquet")
    }


def test_repair_rewrites_one_month_only(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(days=7, first_day=date(2026, 6, 28))
    day = date(2026, 7, 2)
    lab.backfill()
    undisturbed, before = files(lab.data_dir), stats(lab.data_dir)
    assert lab.repair(day).read_again()
    after = stats(lab.data_dir)
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed, "the day was written again"
    assert all("2026-07/" in name for name in changed if not name.startswith("."))
    assert files(lab.data_dir) == undisturbed
    lab.repair(day).drop()
    assert day not in lab.days
    assert lab.observations()["2026-07-02"]["reason"] == "dropped: taken out by hand"
    assert "to undo it: collectors repair --day 2026-07-02" in lab.said.notes[-1]
    assert lab.backfill() == {}, "what was dropped stays dropped"
    assert lab.repair(day).read_again()
    assert files(lab.data_dir) == undisturbed


def test_a_repair_that_fails_leaves_the_day_as_it_was(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(days=5)
    lab.backfill()
    before = files(lab.data_dir)
    lab.hub.break_files("truncated", day=3)
    assert not lab.repair(date(2026, 6, 4)).read_again()
    assert lab.said.notes[-1].startswith("hub_archive: 2026-06-04 was not read: ")
    assert lab.said.notes[-1].endswith("; what was stored of it stays as it is")
    assert files(lab.data_dir) == before
    with pytest.raises(ConfigurationError, match="has no revision of that day"):
        lab.repair(date(2026, 5, 4)).read_again()
    with pytest.raises(HistoryError, match="2026-05-04 was not seen"):
        lab.repair(date(2026, 5, 4)).drop()


# Killed.


BACKFILL = ("backfill", "--from", "2026-06", "--until", "2026-07", "--every", "day")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "collectors", *arguments]


def killed(process: Forked, chance: random.Random) -> bool:
    """Kill a backfill somewhere; whether it was still at work."""
    read = chance.choice((0, 0, 1))
    for line in process.stderr:
        if "asking for" in line or line.startswith("hub_archive: ["):
            read -= 1
        if read < 0:
            break
    time.sleep(chance.uniform(0, 0.1))
    process.send_signal(signal.SIGKILL)
    return process.ended().returncode == -signal.SIGKILL


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it."""


@pytest.mark.parametrize("seed", [1, 2, 20])
def test_killed_at_any_change_of_a_file_it_ends_the_same(
    open_lab: Callable[..., Lab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Days inside the history, a first day that is withdrawn and a day that is read again too."""
    chance = random.Random(seed)
    days = 7
    lab = open_lab(Fault("partial", day=0), Fault("repeated", day=4), days=days)
    order = [FIRST + timedelta(days=n) for n in range(days)]
    chance.shuffle(order)

    def work() -> None:
        for day in order:
            lab.backfill(since=day, until=day)
        if FIRST + timedelta(days=2) in lab.days:
            lab.repair(FIRST + timedelta(days=2)).read_again()

    work()
    undisturbed, said = files(lab.data_dir), manifests(lab.data_dir)
    lab.data_dir = tmp_path / "killed"
    known = {name: getattr(Path, name) for name in ("replace", "unlink", "rename")}

    def mortal(name: str) -> Callable[..., Any]:
        def call(path: Path, *args: Any, **kwargs: Any) -> Any:
            if chance.random() < 0.02:
                raise Killed
            result = known[name](path, *args, **kwargs)
            if chance.random() < 0.02:
                raise Killed
            return result

        return call

    kills = 0
    while True:
        with monkeypatch.context() as patch:
            for name in known:
                patch.setattr(Path, name, mortal(name))
            try:
                work()
                break
            except Killed:
                kills += 1
    assert kills > 1
    assert files(lab.data_dir) == undisturbed
    assert manifests(lab.data_dir) == said


def test_an_interrupt_says_how_to_go_on(lab: Lab) -> None:
    lab.hub.pause_seconds, lab.hub.piece_bytes = 0.3, 1000
    lab.hub.break_files("slow")
    with subprocess.Popen(
        command("backfill", "--from", "2026-06-01", "--until", "2026-06", "--every", "day"),
        cwd=ROOT,
        env={**os.environ, "ADOPTION_DATA_DIR": str(lab.data_dir)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        # A command that does not hear it would read the slow files for a quarter of an hour.
        late = threading.Timer(PATIENCE, process.kill)
        late.start()
        try:
            said = []
            for line in process.stderr:
                said.append(line)
                if "asking for" in line:
                    time.sleep(0.3)
                    process.send_signal(signal.SIGINT)
            assert process.wait() == 130, said
        finally:
            late.cancel()
            process.kill()
    assert said[-1] == (
        "interrupted; the days that were read are kept; run the same command again to go on\n"
    )
    assert leftovers(lab.data_dir) == []
    (record,) = (lab.data_dir / "runs").glob("*.json")
    assert json.loads(record.read_text())["exit"] == "interrupted"


def test_a_backfill_killed_twenty_times_ends_as_an_undisturbed_one(
    tmp_path: Path, commands: Commands
) -> None:
    faults = (Fault("no_columns", day=0), Fault("partial", day=9), Fault("repeated", day=13))
    archive = Archive(400, 30, seed=11, faults=faults, first_day=date(2026, 6, 16))
    chance = random.Random(1)
    with FakeArchive(archive=archive) as hub, pytest.MonkeyPatch.context() as patch:
        hub.break_files("truncated", day=16)
        patch.setenv("HF_ENDPOINT", hub.endpoint)
        patch.setenv("ADOPTION_DATA_DIR", str(tmp_path / "undisturbed"))
        undisturbed = subprocess.run(
            command(*BACKFILL), cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert undisturbed.returncode == 1, undisturbed.stderr
        assert "27 of 30 days accepted" in undisturbed.stderr
        home = tmp_path / "killed"
        patch.setenv("ADOPTION_DATA_DIR", str(home))
        for _ in range(20):
            assert killed(commands(*BACKFILL), chance)
        last = commands(*BACKFILL).ended()
        assert last.returncode in {0, 1}, last.stderr
    assert files(home) == files(tmp_path / "undisturbed")
    assert manifests(home) == manifests(tmp_path / "undisturbed")
    assert len(manifests(home)) == 60
    assert leftovers(home) == []
    assert not [p for p in home.rglob("*") if p.name == "models.parquet"]
