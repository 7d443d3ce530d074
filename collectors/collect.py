"""Fetch and parse, apart: bytes are stored before anything is made of them.

    Collector   asks the sources and stores each answer at once, with its manifest; then parses
    parse_run   makes typed rows of one stored run, decides what is believed, and writes the history
    rebuild     parses every stored run anew into a fresh history

Parsing depends on stored runs alone (no clock, no network), so a run that was killed is parsed by
the next collect as if nothing had happened, and `rebuild` gives the same bytes. One process at a
time, by a lock in runs/. Each run leaves runs/<run>.<source>.json, whatever happens to it. The
files of archives are not kept, so `rebuild` takes over what was typed of them.

Sources at different hosts are read at the same time, those at one host in turn. Each writes files
of its own only, so nothing but the progress is shared; DuckDB is opened anew for each partition.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import threading
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol, cast

import pyarrow as pa

import collectors
from collectors.acceptance import Listing, judge
from collectors.archive_reader import ArchiveReader, Reading
from collectors.errors import CollectError, ConfigurationError, FaultError, LockedError
from collectors.hosts import Work, work_by_host
from collectors.http import Session, origin_of, printable, shortened
from collectors.hub import Dataset
from collectors.source import (
    AnySource,
    ArchiveSource,
    Fetched,
    Keyed,
    Measures,
    Parsed,
    Row,
    Source,
    Tracked,
    is_archive,
    listings,
    load,
)
from data.errors import AdoptionError, HistoryError, SnapshotError
from data.freshness import due
from data.history import OBSERVATIONS, History, is_of_run
from data.schema import key_columns
from data.snapshots import (
    Manifest,
    SnapshotRun,
    SnapshotStore,
    run_name,
    write_atomically,
)

Observation = Mapping[str, Any]
Clock = Callable[[], datetime]

SKIPPED = "skipped"
NOT_REACHED = "the run ended before it was asked for"
_FRESH_HISTORY = ".history.rebuild"
_ENDING = threading.Lock()


@dataclass(frozen=True)
class EntityResult:
    """What came of one entity: a status of `observations`, and figures for people."""

    entity: str
    status: str
    reason: str | None
    rows: int | None
    seconds: float | None
    measures: Measures = field(default_factory=dict)


@dataclass
class SourceResult:
    """What came of one run of a source.

    `exit`: done; partial (some entities lack a usable answer); failed; interrupted; crashed; or
    skipped, when its key is not set: then there was no run. `rows` are those accepted, and
    `newest_date` is that of the newest data among them.
    """

    source: str
    run: str
    started_at: datetime
    ended_at: datetime | None = None
    exit: str = "crashed"
    error: str | None = None
    rows: int | None = None
    newest_date: date | None = None
    entities: list[EntityResult] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        """How many entities brought an answer that is believed."""
        return sum(entity.status == "accepted" for entity in self.entities)

    @property
    def took(self) -> float | None:
        """Seconds from its beginning to its end; None when it did not begin or end."""
        if self.exit == SKIPPED or self.ended_at is None:
            return None
        return max(0.0, (self.ended_at - self.started_at).total_seconds())


class Progress(Protocol):
    """Who wants to know how runs are getting on; called from several threads.

    `source` is the name of the source that is spoken of.
    """

    def began(self, source: AnySource, planned: int) -> None:
        """A run begins that will ask for this many entities."""

    def received(self, source: str, what: str, done: int, total: int) -> None:
        """So many bytes of a large file have come."""

    def read(self, source: str, fetched: Fetched, seconds: float) -> None:
        """One entity was answered, or failed."""

    def ended(self, result: SourceResult) -> None:
        """The run is over, which may not have begun to ask."""

    def note(self, text: str) -> None:
        """A sentence that is worth showing."""


class Silent:
    """A Progress that shows nothing."""

    def began(self, source: AnySource, planned: int) -> None:
        """Nothing."""

    def received(self, source: str, what: str, done: int, total: int) -> None:
        """Nothing."""

    def read(self, source: str, fetched: Fetched, seconds: float) -> None:
        """Nothing."""

    def ended(self, result: SourceResult) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""


def utc_now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def rebuild(data_dir: Path, progress: Progress | None = None) -> int:
    """Parse every stored run anew into a new history/; returns the number of runs.

    Partitions whose snapshots are not here (archives too large to keep) are taken over unchanged;
    those of them that are damaged are left out, and told.
    Raises LockedError, SnapshotError, HistoryError; then the old history stays as it was.
    """
    progress = progress or Silent()
    with lock(data_dir):
        store, old = SnapshotStore(data_dir), History(data_dir / "history")
        fresh = History(data_dir / _FRESH_HISTORY, is_lasting=False)
        shutil.rmtree(fresh.root, ignore_errors=True)
        fresh.root.mkdir(parents=True)
        try:
            runs = [(source, run) for source in listings() for run in store.runs(source.NAME)]
            parsed_anew = {f"{run.name}.{source.NAME}" for source, run in runs}
            _take_over(old, fresh, parsed_anew, progress)
            earlier = {source.NAME: observed(fresh, source.NAME) for source in listings()}
            for source, run in runs:
                parse_run(source, run, fresh, earlier[source.NAME])
            old.replace_with(fresh)
        finally:
            shutil.rmtree(fresh.root, ignore_errors=True)
        return len(runs)


@contextmanager
def lock(data_dir: Path) -> Iterator[None]:
    """Hold the data directory; raises LockedError at once when another process does.

    A history that a killed rebuild had set aside is put back first.
    """
    path = data_dir / "runs" / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(
                f"{path}: another run of the collectors is at work; wait for it to end"
            ) from None
        History(data_dir / "history").recover()
        yield


def is_locked(data_dir: Path) -> bool:
    """Whether another process holds the data directory right now."""
    try:
        with (data_dir / "runs" / "lock").open() as file:
            # Shared and let go at once, so that two that only look do not see each other.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _go_on() -> None:
    """Nothing can stop the work but what stops the process."""


def parse_run(
    source: Source,
    run: SnapshotRun,
    history: History,
    earlier: dict[str, list[Observation]],
    mind: Callable[[], None] = _go_on,
) -> list[Observation]:
    """Write the history of one stored run: its tables, then, last, its observations.

    `earlier`: entity -> its observations of other runs; those of this run are added to it.
    `mind`: called before anything is written, raises when nothing must be any more. Returns one
    observation for each planned entity. Raises SnapshotError and HistoryError.
    """
    manifests = {manifest.entity: manifest for manifest in run.manifests()}
    drafts: list[tuple[dict[str, Any], Parsed | None]] = []
    for entity in run.planned():
        manifest = manifests.get(entity)
        past = [o for o in earlier[entity] if o["run"] < run.name]
        mind()
        drafts.append(_observe(source, run, entity, manifest, past))
    _require_least_rows(source, drafts)
    accepted = [
        (observation, parsed)
        for observation, parsed in drafts
        if parsed and observation["status"] == "accepted"
    ]
    for table in source.TABLES:
        mind()
        _write_table(table, source, run, history, accepted)
    mind()
    observations: list[Observation] = [observation for observation, _ in drafts]
    history.write(OBSERVATIONS, run.name, source.NAME, observations)
    for observation in observations:
        earlier[observation["entity"]].append(observation)
    return observations


@dataclass
class _Turn:
    """The turn of one source in a collection.

    `stuck`: why earlier runs of it cannot be parsed; `stop`: set when all reading must end;
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
                    _end(turn.result, self.data_dir, self.now, self.progress)
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
        with _foreseen():
            source.check_settings()
        result.started_at = self._next_instant(source)
        result.run = run_name(result.started_at)
        earlier = observed(self.history, source.NAME)
        have = {entity for entity, past in earlier.items() if any(map(_is_whole, past))}
        with _foreseen():
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
        with _foreseen():
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
        result.newest_date = _newest_date(source, run, self.history, good)
        result.entities = _results(source, run, observations, earlier, result.seconds)
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


@contextmanager
def recorded(
    result: SourceResult, data_dir: Path, now: Clock, progress: Progress
) -> Iterator[None]:
    """Write runs/<run>.<source>.json at the end of the work, however it ends."""
    try:
        yield
    except KeyboardInterrupt:
        result.exit, result.error = "interrupted", "interrupted"
        raise
    except AdoptionError as error:
        result.exit, result.error = "failed", str(error)
        raise
    except OSError as error:
        result.exit, result.error = "crashed", f"{type(error).__name__}: {error}"
        raise
    except Exception as error:
        result.exit, result.error = "crashed", _fault(error)
        raise
    finally:
        _end(result, data_dir, now, progress)


def _end(result: SourceResult, data_dir: Path, now: Clock, progress: Progress) -> None:
    """End a run once, and write its record."""
    with _ENDING:
        if result.ended_at is not None:
            return
        result.ended_at = now()
    progress.ended(result)
    _record(result, data_dir)


@contextmanager
def _foreseen() -> Iterator[None]:
    """Around the code of a source: what it raises and nobody foresaw becomes a FaultError."""
    try:
        yield
    except AdoptionError:
        raise
    except Exception as error:
        raise FaultError(_fault(error)) from error


def _fault(error: Exception) -> str:
    """What an error that nobody foresaw says, and the line of ours that it came from."""
    here = f"{Path(__file__).parent}{os.sep}"
    ours = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(here)]
    where = f" at collectors/{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    said = printable(str(error), 160)
    return f"{type(error).__name__}: {said}{where}; a fault of the collector, please report it"


def no_key(source: AnySource) -> str | None:
    """Why a source is skipped: the key that it needs is not set; None when it can be read."""
    variable = None if is_archive(source) else cast(Source, source).KEY
    if variable is None or os.environ.get(variable, "").strip():
        return None
    return f"skipped, {variable} is not set; {cast(Keyed, source).KEY_URL} gives one"


def _host(source: AnySource) -> str:
    """Where a source is read."""
    try:
        with _foreseen():
            return origin_of(source.address())
    except CollectError:
        return source.NAME  # its own check of its settings will say so


def _record(result: SourceResult, data_dir: Path) -> None:
    record = {
        "source": result.source,
        "run": result.run,
        "started_at": result.started_at.isoformat(),
        "ended_at": result.ended_at.isoformat() if result.ended_at else None,
        "exit": result.exit,
        "error": result.error,
        "rows": result.rows,
        "newest_date": result.newest_date.isoformat() if result.newest_date else None,
        "entities": [
            {
                "entity": entity.entity,
                "status": entity.status,
                "reason": entity.reason,
                "rows": entity.rows,
                "seconds": None if entity.seconds is None else round(entity.seconds, 3),
                **entity.measures,
            }
            for entity in result.entities
        ],
    }
    path = data_dir / "runs" / f"{result.run}.{result.source}.json"
    content = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    try:
        write_atomically(path, content.encode())
    except OSError:
        # What ended the run is said already, and is most likely the same full disk.
        if result.exit not in ("crashed", "interrupted"):
            raise


def observed(history: History, source: str) -> dict[str, list[Observation]]:
    """Observations of a source by entity, oldest first."""
    earlier: dict[str, list[Observation]] = defaultdict(list)
    for observation in history.observations(source):
        earlier[observation["entity"]].append(observation)
    return earlier


def _is_whole(observation: Observation) -> bool:
    """Whether an answer was accepted and each of its rows could be read."""
    return observation["status"] == "accepted" and not observation["rows_set_aside"]


def _take_over(old: History, fresh: History, parsed_anew: set[str], progress: Progress) -> None:
    for table in old.tables():
        for path in old.partitions(table):
            if path.stem in parsed_anew:
                continue
            # A day of an archive stays whatever it is: later ones are told by what it was.
            if is_of_run(path):
                try:
                    old.verify(path)
                except HistoryError as error:
                    progress.note(f"left out: {error}")
                    continue
            target = fresh.root / path.relative_to(old.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)


def _observe(
    source: Source,
    run: SnapshotRun,
    entity: str,
    manifest: Manifest | None,
    past: Sequence[Observation],
) -> tuple[dict[str, Any], Parsed | None]:
    """The observation of one entity, and what its body held if it has one."""
    observation = _blank(source, run, entity, manifest)
    if manifest is None:
        return {**observation, "status": "not_reached", "reason": NOT_REACHED}, None
    if manifest.sha256 is None:
        return {**observation, "status": "failed", "reason": manifest.error}, None
    try:
        parsed = _parsed(source, run, manifest)
    except SnapshotError:
        raise
    except AdoptionError as error:
        return {**observation, "status": "rejected", "reason": str(error)}, None
    day = manifest.fetched_at.astimezone(UTC).date()
    listing = Listing(day, parsed.rows_read, parsed.rows_usable, parsed.rows_missing_key)
    answered = [Listing.from_observation(o) for o in past if o["rows_read"] is not None]
    verdict = judge(listing, answered)
    reasons = [verdict.reason, *manifest.facts.get("warnings", ()), _set_aside(parsed)]
    counts = {
        "rows_read": parsed.rows_read,
        "rows_set_aside": len(parsed.set_aside),
        "rows_missing_key": parsed.rows_missing_key,
        "status": "accepted" if verdict.is_accepted else "rejected",
        "reason": "; ".join(reason for reason in reasons if reason) or None,
    }
    return {**observation, **counts}, parsed


def _parsed(source: Source, run: SnapshotRun, manifest: Manifest) -> Parsed:
    """What a stored body held. Raises SnapshotError, WrongAnswerError and FaultError."""
    body = run.body(manifest)
    with _foreseen():
        return source.parse(body, manifest)


def _blank(
    source: Source, run: SnapshotRun, entity: str, manifest: Manifest | None
) -> dict[str, Any]:
    return {
        "source": source.NAME,
        "entity": entity,
        "run": run.name,
        "observed_at": manifest.fetched_at if manifest else run.started_at,
        "status": None,
        "rows_read": None,
        "rows_set_aside": None,
        "rows_missing_key": None,
        "reason": None,
        "url": manifest.url if manifest else None,
        "http_status": manifest.http_status if manifest else None,
        "sha256": manifest.sha256 if manifest else None,
    }


def _set_aside(parsed: Parsed) -> str | None:
    if not parsed.set_aside:
        return None
    kinds = sorted(Counter(parsed.set_aside).items(), key=lambda item: (-item[1], item[0]))
    shown = ", ".join(f"{reason} ({count})" for reason, count in kinds[:5])
    more = f" and {len(kinds) - 5} other reasons" if len(kinds) > 5 else ""
    count = len(parsed.set_aside)
    return f"{count} row{'s' if count != 1 else ''} set aside: {shown}{more}"


def _require_least_rows(
    source: Source, drafts: Sequence[tuple[dict[str, Any], Parsed | None]]
) -> None:
    """Reject every answer of a run that brought next to nothing: that is a fault of the source."""
    total = sum(parsed.rows_usable for _, parsed in drafts if parsed)
    if total >= source.MIN_ROWS:
        return
    for observation, _ in drafts:
        if observation["status"] == "accepted":
            observation["status"] = "rejected"
            observation["reason"] = (
                f"the whole run brought {total:,} rows, expected at least {source.MIN_ROWS:,}"
            )


def _write_table(
    table: str,
    source: Source,
    run: SnapshotRun,
    history: History,
    accepted: Sequence[tuple[dict[str, Any], Parsed]],
) -> None:
    arrow: list[pa.Table] = []
    rows: list[Row] = []
    seen: set[tuple[Any, ...]] = set()
    for observation, parsed in accepted:
        part = parsed.tables.get(table, [])
        if isinstance(part, pa.Table):
            arrow.append(part)
            continue
        fresh = _not_seen(part, key_columns(table), seen)
        if len(fresh) < len(part):
            # Two names of one organisation give the same repositories: the first in the plan wins.
            note = f"{len(part) - len(fresh):,} rows repeat those of another entity"
            observation["reason"] = "; ".join(filter(None, [observation["reason"], note]))
        rows += fresh
    if arrow:
        history.write(table, run.name, source.NAME, pa.concat_tables(arrow))
    elif rows:
        history.write(table, run.name, source.NAME, rows)
    else:
        history.path(table, run.name, source.NAME).unlink(missing_ok=True)


def _not_seen(rows: Sequence[Row], key: Sequence[str], seen: set[tuple[Any, ...]]) -> list[Row]:
    if not key:
        return list(rows)
    fresh = []
    for row in rows:
        identity = tuple(row[column] for column in key)
        if identity not in seen:
            seen.add(identity)
            fresh.append(row)
    return fresh


def _results(
    source: Source,
    run: SnapshotRun,
    observations: Sequence[Observation],
    earlier: Mapping[str, list[Observation]],
    seconds: Mapping[str, float],
) -> list[EntityResult]:
    listing = _Listings(source, run)
    return [
        EntityResult(
            entity=observation["entity"],
            status=observation["status"],
            reason=observation["reason"],
            rows=observation["rows_read"],
            seconds=seconds.get(observation["entity"]),
            measures=listing.measures(observation, earlier[observation["entity"]]),
        )
        for observation in observations
    ]


def _newest_date(
    source: Source, run: SnapshotRun, history: History, accepted: Sequence[Observation]
) -> date | None:
    """The newest date in what a run brought; of rows without dates the day on which it was read."""
    dated = [history.newest_date(table, run.name, source.NAME) for table in source.TABLES]
    read = [observation["observed_at"].astimezone(UTC).date() for observation in accepted]
    return max(filter(None, dated), default=max(read, default=None))


class _Listings:
    """Reads stored listings again, to say what changed since the one before."""

    def __init__(self, source: Source, run: SnapshotRun) -> None:
        self.source = source
        self.runs_folder = run.folder.parent
        self.manifests = cache(self._manifests)

    def measures(self, observation: Observation, past: Sequence[Observation]) -> Measures:
        if observation["status"] != "accepted":
            return {}
        parsed = self._parsed(observation)
        if parsed is None:
            return {}
        before = [o for o in past if o["status"] == "accepted" and o["run"] < observation["run"]]
        with _foreseen():
            return self.source.measure(parsed, self._parsed(before[-1]) if before else None)

    def _parsed(self, observation: Observation) -> Parsed | None:
        """A stored listing; None when its snapshot was moved away or is damaged."""
        manifest = self.manifests(observation["run"]).get(observation["entity"])
        if manifest is None:
            return None
        try:
            run = SnapshotRun(self.runs_folder / observation["run"], self.source.NAME)
            return _parsed(self.source, run, manifest)
        except AdoptionError:
            return None

    def _manifests(self, run: str) -> dict[str, Manifest]:
        folder = self.runs_folder / run
        if not (folder / "plan.json").exists():
            return {}
        return {m.entity: m for m in SnapshotRun(folder, self.source.NAME).manifests()}
