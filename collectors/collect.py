"""Fetch and parse, apart: bytes are stored before anything is made of them.

    collect.py      asks the sources and stores each answer at once, with its manifest; then parses
    parsing.py      makes typed rows of one stored run, decides what is believed, writes the history
    rebuilding.py   parses every stored run anew into a fresh history
    records.py      what came of a run, told to people and written to runs/
    lock.py         one process at a time

Sources at different hosts are read at the same time, those at one host in turn. Each writes files
of its own only, so nothing but the progress is shared; DuckDB is opened anew for each partition.
"""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import cast

import collectors
from collectors.archive_reader import ArchiveReader, Reading
from collectors.errors import CollectError, ConfigurationError
from collectors.faults import foreseen
from collectors.hosts import Work, work_by_host
from collectors.http import Session, origin_of, shortened
from collectors.hub import Dataset
from collectors.lock import lock
from collectors.parsing import (
    Observation,
    is_whole_answer,
    newest_date_of,
    observed,
    parse_run,
    results_of,
)
from collectors.records import (
    SKIPPED,
    Clock,
    EntityResult,
    Progress,
    Silent,
    SourceResult,
    end_run,
    recorded,
    utc_now,
)
from collectors.source import (
    AnySource,
    ArchiveSource,
    Fetched,
    Keyed,
    Source,
    Tracked,
    is_archive,
    listings,
    load,
)
from data.errors import AdoptionError, HistoryError
from data.freshness import due
from data.history import OBSERVATIONS, History
from data.snapshots import Manifest, SnapshotRun, SnapshotStore, run_name


@dataclass
class _Turn:
    """The turn of one source in a collection.

    `stuck`: why its earlier runs cannot be parsed or read; `stop`: set when all reading must end;
    `error`: what ended its run.
    """

    source: AnySource
    stuck: str | None
    stop: threading.Event
    result: SourceResult | None = None
    error: AdoptionError | None = None

    def mind(self) -> None:
        """Raises KeyboardInterrupt when all reading must end."""
        if self.stop.is_set():
            raise KeyboardInterrupt


@dataclass(kw_only=True)
class Collector:
    """Reads sources into one data directory. `now` is the clock of all runs, in UTC."""

    data_dir: Path
    tracked: Tracked
    now: Clock = utc_now
    new_session: Callable[[], Session] = Session
    progress: Progress = field(default_factory=Silent)

    @property
    def store(self) -> SnapshotStore:
        """The snapshots of the data directory."""
        return SnapshotStore(self.data_dir)

    @property
    def history(self) -> History:
        """The parsed history of the data directory."""
        return History(self.data_dir / "history")

    def collect(
        self, names: Sequence[str] | None = None, *, every: bool = False
    ) -> list[SourceResult]:
        """Fetch and parse the named sources; with None those that are due, or `every` one.

        Returns one result each, in the order of SOURCES. Archives are read only when they are
        named, and then their newest day. A source whose key is not set is skipped. Whatever is
        wrong with a source, a variable of its own included, is told in its result and does not
        stop the others.

        Raises LockedError while another run is at work and ConfigurationError for an unknown name,
        before anything begins. What is wrong with a source that was named alone is raised too, and
        a setting of it that cannot be used before anything begins. An OSError (a full disk) or an
        interrupt ends everything at once; records of what had begun are written.
        """
        sources = self._chosen(names)
        is_alone = names is not None and len(sources) == 1
        if is_alone:
            sources[0].check_settings()
        with lock(self.data_dir):
            stuck = {source.NAME: self._parse_leftovers(source) for source in listings()}
            if names is None and not every:
                sources = [source for source in sources if self._is_due(source)]
            stop = threading.Event()
            turns = [_Turn(source, stuck.get(source.NAME), stop) for source in sources]
            self._take_turns(turns, stop)
        if is_alone and turns[0].error:
            raise turns[0].error
        return [turn.result for turn in turns if turn.result]

    def _chosen(self, names: Sequence[str] | None) -> list[AnySource]:
        """Those that are named, or all but the archives, in the order of SOURCES."""
        if names is None:
            return [*listings()]
        by_name = {name: load(name) for name in names}
        return [by_name[name] for name in collectors.SOURCES if name in by_name]

    def _take_turns(self, turns: Sequence[_Turn], stop: threading.Event) -> None:
        """Read the sources, those at different hosts at the same time."""
        by_host: dict[str, list[Work]] = defaultdict(list)
        for turn in turns:
            if why := no_key(turn.source):
                now = self.now()
                turn.result = SourceResult(turn.source.NAME, "", now, exit=SKIPPED, error=why)
            else:
                by_host[_host(turn.source)].append(partial(self._take, turn))
        try:
            work_by_host([*by_host.values()], stop)
        except BaseException:
            for turn in turns:
                if turn.result and turn.result.ended_at is None and turn.result.exit != SKIPPED:
                    # It still waits for an answer, which will not be kept.
                    turn.result.exit = turn.result.error = "interrupted"
                    end_run(turn.result, self.data_dir, self.now, self.progress)
            raise

    def _take(self, turn: _Turn) -> None:
        """One run of one source, recorded whatever happens. OSError, KeyboardInterrupt."""
        source = turn.source
        result = turn.result = SourceResult(source.NAME, run_name(self.now()), self.now())
        try:
            with recorded(result, self.data_dir, self.now, self.progress):
                if is_archive(source):
                    self._run_archive(source, turn, result)
                else:
                    self._run(cast(Source, source), turn, result)
        except OSError:
            raise  # of this machine, which no other source can be spared
        except AdoptionError as error:
            turn.error = error
        except Exception:
            turn.error = None  # unforeseen: its result says so, and the other sources go on

    def _is_due(self, source: AnySource) -> bool:
        days = source.CADENCE / timedelta(days=1)
        found = due(self.history, source.NAME, days, self.now())
        if found.missing:
            names = shortened(found.missing)
            self.progress.note(f"{source.NAME}: due, the last run has no good answer for {names}")
        return found.is_due

    def _parse_leftovers(self, source: Source) -> str | None:
        """Parse the runs that a killed process left behind; returns why that is not possible."""
        runs = [
            run
            for run in self.store.runs(source.NAME)
            if not self.history.is_parsed(run.name, source.NAME)
        ]
        if not runs:
            return None
        for run in runs:
            # What a power cut left of it would only be in the way.
            self.history.path(OBSERVATIONS, run.name, source.NAME).unlink(missing_ok=True)
        try:
            earlier = observed(self.history, source.NAME)
        except HistoryError as error:
            return str(error)
        for run in runs:
            try:
                observations = parse_run(source, run, self.history, earlier)
            except AdoptionError as error:
                return f"the stored run {run.name} cannot be parsed: {error}"
            reached = sum(o["status"] != "not_reached" for o in observations)
            self.progress.note(
                f"{source.NAME}: finished the interrupted run {run.name}, "
                f"which had reached {reached} of {len(observations)}"
            )
        return None

    def _run(self, source: Source, turn: _Turn, result: SourceResult) -> None:
        with foreseen():
            source.check_settings()
        result.started_at = self._next_instant(source)
        result.run = run_name(result.started_at)
        earlier: dict[str, list[Observation]] = {}
        try:
            earlier = observed(self.history, source.NAME)
        except HistoryError as error:
            turn.stuck = turn.stuck or str(error)  # its answers of today are stored all the same
        have = {entity for entity, past in earlier.items() if any(map(is_whole_answer, past))}
        with foreseen():
            planned = source.plan(have, self.tracked, self.now().date())
        if not planned:
            result.exit, result.error = "failed", f"the seeds name no {source.ENTITY} to ask for"
            return
        run = self.store.open_run(source.NAME, planned, result.started_at)
        self.progress.began(source, len(planned))
        self._fetch(source, run, planned, turn, result)
        if turn.stuck:
            # Runs are judged by the runs before them, so this one waits until they are parsed.
            result.exit, result.error = "failed", f"stored, but not parsed: {turn.stuck}"
        else:
            self._parse(source, run, earlier, turn, result)

    def _run_archive(self, source: ArchiveSource, turn: _Turn, result: SourceResult) -> None:
        """Read the newest day of an archive."""
        source.check_settings()
        reader = archive_reader(source, self.data_dir, self.new_session, self.now)
        self.progress.began(source, 1)

        def on_bytes(done: int, total: int) -> None:
            turn.mind()
            self.progress.received(source.NAME, source.NAME, done, total)

        with closing(reader):
            began = time.monotonic()
            reader.recover()
            reading = reader.newest(on_bytes)
            entity = reading_result(reading, time.monotonic() - began)
            if reading.is_new:
                tell(self.progress, source, reading, entity)
            else:
                self.progress.note(
                    f"{source.NAME}: nothing newer than {entity.entity}, read before"
                )
            result.entities = [entity]
            result.exit = "done" if reading.status == "accepted" else "failed"
            if reading.status == "accepted":
                result.rows, result.newest_date = reading.rows, reading.day or reading.revision.day

    def _fetch(
        self,
        source: Source,
        run: SnapshotRun,
        planned: Sequence[str],
        turn: _Turn,
        result: SourceResult,
    ) -> None:
        """Ask the source and store each answer at once."""
        began = time.monotonic()
        try:
            for fetched in self._answers(source, planned):
                turn.mind()
                self._store(source, run, fetched)
                took = result.seconds[fetched.entity] = time.monotonic() - began
                began = time.monotonic()
                self.progress.read(source.NAME, fetched, took)
        except AdoptionError as error:
            result.error = str(error)
        turn.mind()

    def _answers(self, source: Source, planned: Sequence[str]) -> Iterator[Fetched]:
        session = self.new_session()
        session.max_bytes = min(session.max_bytes, source.MOST_BYTES)
        session.pace = source.PACE
        with foreseen():
            yield from source.fetch(session, planned, self.tracked)

    def _store(self, source: Source, run: SnapshotRun, fetched: Fetched) -> None:
        fetched_at = self.now()
        as_of = str(fetched.facts.get("as_of", fetched_at.date()))
        manifest = Manifest(
            source=source.NAME,
            run=run.name,
            entity=fetched.entity,
            url=fetched.url,
            fetched_at=fetched_at,
            http_status=fetched.http_status,
            licence=source.LICENCE,
            citation=source.CITATION.replace("{as_of}", as_of),
            rows=fetched.rows,
            error=fetched.error,
            facts=fetched.facts,
        )
        if fetched.body is None:
            run.fail(manifest)
        else:
            run.store(manifest, fetched.body)

    def _parse(
        self,
        source: Source,
        run: SnapshotRun,
        earlier: dict[str, list[Observation]],
        turn: _Turn,
        result: SourceResult,
    ) -> None:
        try:
            observations = parse_run(source, run, self.history, earlier, turn.mind)
        except AdoptionError as error:
            result.exit, result.error = "failed", f"stored, but not parsed: {error}"
            return
        good = [o for o in observations if o["status"] == "accepted"]
        result.rows = sum(o["rows_read"] - (o["rows_set_aside"] or 0) for o in good)
        result.newest_date = newest_date_of(source, run, self.history, good)
        result.entities = results_of(source, run, observations, earlier, result.seconds)
        statuses = [entity.status for entity in result.entities]
        if result.error or "accepted" not in statuses:
            result.exit = "failed"
        else:
            result.exit = "done" if set(statuses) == {"accepted"} else "partial"

    def _next_instant(self, source: Source) -> datetime:
        """Now, or just after the newest run: runs are ordered by name, also when a clock stands."""
        started = self.now()
        runs = self.store.runs(source.NAME)
        if runs and runs[-1].name >= run_name(started):
            newest = runs[-1].started_at
            if newest - started > timedelta(minutes=1):
                raise ConfigurationError(
                    f"the clock says {started:%Y-%m-%d %H:%M} UTC, but {runs[-1].folder} is newer; "
                    "set the clock, or delete that folder if it was made with a wrong one"
                )
            started = newest + timedelta(microseconds=1)
        return started


def archive_reader(
    source: ArchiveSource, data_dir: Path, new_session: Callable[[], Session], now: Clock
) -> ArchiveReader:
    """The reader of an archive. A session a file: what may be waited is counted in each."""
    return ArchiveReader(
        data_dir=data_dir,
        source=source,
        new_dataset=lambda: Dataset.from_environment(new_session(), source.DATASET),
        now=now,
    )


def reading_result(reading: Reading, seconds: float) -> EntityResult:
    """What came of a revision of an archive, named by its day."""
    day = (reading.day or reading.revision.day).isoformat()
    return EntityResult(day, reading.status, reading.reason, reading.rows, seconds)


def tell(progress: Progress, source: ArchiveSource, reading: Reading, entity: EntityResult) -> None:
    """Show what came of a revision, and of the days that it proved wrong."""
    error = None if reading.status == "accepted" else f"{reading.status}: {reading.reason}"
    fetched = Fetched(entity.entity, "", None, rows=reading.rows, error=error)
    progress.read(source.NAME, fetched, entity.seconds or 0.0)
    for day, reason in reading.withdrawn.items():
        progress.note(f"{day} was kept before and is withdrawn: {reason}")


def no_key(source: AnySource) -> str | None:
    """Why a source is skipped: the key that it needs is not set; None when it can be read."""
    variable = None if is_archive(source) else cast(Source, source).KEY
    if variable is None or os.environ.get(variable, "").strip():
        return None
    return f"skipped, {variable} is not set; {cast(Keyed, source).KEY_URL} gives one"


def _host(source: AnySource) -> str:
    """Where a source is read."""
    try:
        with foreseen():
            return origin_of(source.address())
    except CollectError:
        return source.NAME  # its own check of its settings will say so
