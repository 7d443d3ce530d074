"""Fetch and parse, apart: bytes are stored before anything is made of them.

    Collector   asks the sources and stores each answer at once, with its manifest; then parses
    parse_run   makes typed rows of one stored run, decides what is believed, and writes the history
    rebuild     parses every stored run anew into a fresh history

Parsing depends on stored runs alone (no clock, no network), so a run that was killed is parsed by
the next collect as if nothing had happened, and `rebuild` gives the same bytes. One process at a
time, by a lock in runs/. Each run leaves runs/<run>.<source>.json, whatever happens to it. The
files of archives are not kept, so `rebuild` takes over what was typed of them.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast

import pyarrow as pa

from collectors.acceptance import Listing, judge
from collectors.archive_reader import ArchiveReader, Reading
from collectors.errors import ConfigurationError, LockedError
from collectors.http import Session, shortened
from collectors.hub import Dataset
from collectors.source import (
    AnySource,
    ArchiveSource,
    Fetched,
    Measures,
    Parsed,
    Row,
    Source,
    Tracked,
    is_archive,
    listings,
    load,
)
from data.errors import AdoptionError, SnapshotError
from data.history import OBSERVATIONS, History
from data.queries import due
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

NOT_REACHED = "the run ended before it was asked for"
_FRESH_HISTORY = ".history.rebuild"


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

    `exit`: done; partial (some entities lack a usable answer); failed; interrupted; crashed.
    """

    source: str
    run: str
    started_at: datetime
    ended_at: datetime | None = None
    exit: str = "crashed"
    error: str | None = None
    entities: list[EntityResult] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


class Progress(Protocol):
    """Who wants to know how a run is getting on."""

    def began(self, source: AnySource, planned: int) -> None:
        """A run begins that will ask for this many entities."""

    def received(self, what: str, done: int, total: int) -> None:
        """So many bytes of a large file have come."""

    def read(self, fetched: Fetched, seconds: float) -> None:
        """One entity was answered, or failed."""

    def ended(self, result: SourceResult) -> None:
        """The run is over."""

    def note(self, text: str) -> None:
        """A sentence that is worth showing."""


class Silent:
    """A Progress that shows nothing."""

    def began(self, source: AnySource, planned: int) -> None:
        """Nothing."""

    def received(self, what: str, done: int, total: int) -> None:
        """Nothing."""

    def read(self, fetched: Fetched, seconds: float) -> None:
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

    Partitions whose snapshots are not here (archives too large to keep) are taken over unchanged.
    Raises LockedError, SnapshotError, HistoryError; then the old history stays as it was.
    """
    progress = progress or Silent()
    with lock(data_dir):
        store, old = SnapshotStore(data_dir), History(data_dir / "history")
        fresh = History(data_dir / _FRESH_HISTORY)
        shutil.rmtree(fresh.root, ignore_errors=True)
        fresh.root.mkdir(parents=True)
        try:
            runs = [(source, run) for source in listings() for run in store.runs(source.NAME)]
            _take_over(old, fresh, {f"{run.name}.{source.NAME}" for source, run in runs})
            earlier = {source.NAME: observed(fresh, source.NAME) for source in listings()}
            for source, run in runs:
                parse_run(source, run, fresh, earlier[source.NAME])
            old.replace_with(fresh)
        finally:
            shutil.rmtree(fresh.root, ignore_errors=True)
        return len(runs)


@contextmanager
def lock(data_dir: Path) -> Iterator[None]:
    """Hold the data directory; raises LockedError at once when another process does."""
    path = data_dir / "runs" / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(
                f"{path}: another run of the collectors is at work; wait for it to end"
            ) from None
        yield


def parse_run(
    source: Source, run: SnapshotRun, history: History, earlier: dict[str, list[Observation]]
) -> list[Observation]:
    """Write the history of one stored run: its tables, then, last, its observations.

    `earlier`: entity -> its observations of other runs; those of this run are added to it. Returns
    one observation for each planned entity. Raises SnapshotError and HistoryError.
    """
    manifests = {manifest.entity: manifest for manifest in run.manifests()}
    drafts: list[tuple[dict[str, Any], Parsed | None]] = []
    for entity in run.planned():
        manifest = manifests.get(entity)
        past = [o for o in earlier[entity] if o["run"] < run.name]
        drafts.append(_observe(source, run, entity, manifest, past))
    _require_least_rows(source, drafts)
    accepted = [
        (observation, parsed)
        for observation, parsed in drafts
        if parsed and observation["status"] == "accepted"
    ]
    for table in source.TABLES:
        _write_table(table, source, run, history, accepted)
    observations: list[Observation] = [observation for observation, _ in drafts]
    history.write(OBSERVATIONS, run.name, source.NAME, observations)
    for observation in observations:
        earlier[observation["entity"]].append(observation)
    return observations


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

    def collect(self, names: Sequence[str] | None = None) -> list[SourceResult]:
        """Fetch and parse the named sources, or with None those that are due; one result each.

        Archives are read only when they are named, and then their newest day. A source that fails
        does not stop the others. Raises LockedError while another run is at work,
        ConfigurationError for an unknown name or a setting that a source cannot use, both before
        anything begins; an OSError, a HistoryError or an interrupt ends everything, after the run's
        record was written.
        """
        sources: list[AnySource] = (
            [*listings()] if names is None else [load(name) for name in dict.fromkeys(names)]
        )
        for source in sources:
            source.check_settings()
        with lock(self.data_dir):
            stuck = {source.NAME: self._parse_leftovers(source) for source in listings()}
            if names is None:
                sources = [source for source in sources if self._is_due(source)]
            return [
                self._run_archive(source)
                if is_archive(source)
                else self._run(cast(Source, source), stuck[source.NAME])
                for source in sources
            ]

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
        earlier = observed(self.history, source.NAME) if runs else defaultdict(list)
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

    def _run(self, source: Source, stuck: str | None) -> SourceResult:
        """One run of one source, recorded whatever happens."""
        earlier = observed(self.history, source.NAME)
        have = {e for e, past in earlier.items() if any(o["status"] == "accepted" for o in past)}
        planned = source.plan(have, self.tracked)
        run = self.store.open_run(source.NAME, planned, self._next_instant(source))
        result = SourceResult(source.NAME, run.name, run.started_at)
        self.progress.began(source, len(planned))
        with recorded(result, self.data_dir, self.now, self.progress):
            self._fetch(source, run, have, result)
            if stuck:
                # Runs are judged by the runs before them, so this one waits until they are parsed.
                result.exit, result.error = "failed", f"stored, but not parsed: {stuck}"
            else:
                self._parse(source, run, earlier, result)
        return result

    def _run_archive(self, source: ArchiveSource) -> SourceResult:
        """Read the newest day of an archive, recorded whatever happens."""
        reader = archive_reader(source, self.data_dir, self.new_session, self.now)
        result = SourceResult(source.NAME, run_name(self.now()), self.now())
        self.progress.began(source, 1)
        with recorded(result, self.data_dir, self.now, self.progress), closing(reader):
            began = time.monotonic()
            reader.recover()
            reading = reader.newest(
                lambda done, total: self.progress.received(source.NAME, done, total)
            )
            entity = reading_result(reading, time.monotonic() - began)
            if reading.is_new:
                tell(self.progress, reading, entity)
            else:
                self.progress.note(
                    f"{source.NAME}: nothing newer than {entity.entity}, read before"
                )
            result.entities = [entity]
            result.exit = "done" if reading.status == "accepted" else "failed"
        return result

    def _fetch(
        self, source: Source, run: SnapshotRun, have: set[str], result: SourceResult
    ) -> None:
        """Ask the source and store each answer at once."""
        began = time.monotonic()
        try:
            for fetched in source.fetch(self.new_session(), have, self.tracked):
                self._store(source, run, fetched)
                took = result.seconds[fetched.entity] = time.monotonic() - began
                began = time.monotonic()
                self.progress.read(fetched, took)
        except AdoptionError as error:
            result.error = str(error)

    def _store(self, source: Source, run: SnapshotRun, fetched: Fetched) -> None:
        fetched_at = self.now()
        manifest = Manifest(
            source=source.NAME,
            run=run.name,
            entity=fetched.entity,
            url=fetched.url,
            fetched_at=fetched_at,
            http_status=fetched.http_status,
            licence=source.LICENCE,
            citation=source.CITATION.replace("{as_of}", fetched_at.date().isoformat()),
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
        result: SourceResult,
    ) -> None:
        try:
            observations = parse_run(source, run, self.history, earlier)
        except AdoptionError as error:
            result.exit, result.error = "failed", f"stored, but not parsed: {error}"
            return
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


def tell(progress: Progress, reading: Reading, entity: EntityResult) -> None:
    """Show what came of a revision, and of the days that it proved wrong."""
    error = None if reading.status == "accepted" else f"{reading.status}: {reading.reason}"
    fetched = Fetched(entity.entity, "", None, rows=reading.rows, error=error)
    progress.read(fetched, entity.seconds or 0.0)
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
    except BaseException as error:
        result.exit, result.error = "crashed", f"{type(error).__name__}: {error}"
        raise
    finally:
        result.ended_at = now()
        progress.ended(result)
        _record(result, data_dir)


def _record(result: SourceResult, data_dir: Path) -> None:
    record = {
        "source": result.source,
        "run": result.run,
        "started_at": result.started_at.isoformat(),
        "ended_at": result.ended_at.isoformat() if result.ended_at else None,
        "exit": result.exit,
        "error": result.error,
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


def _take_over(old: History, fresh: History, parsed_anew: set[str]) -> None:
    for table in old.tables():
        for path in old.partitions(table):
            if path.stem not in parsed_anew:
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
        parsed = source.parse(run.body(manifest), manifest)
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
        return self.source.measure(parsed, self._parsed(before[-1]) if before else None)

    def _parsed(self, observation: Observation) -> Parsed | None:
        """A stored listing; None when its snapshot was moved away or is damaged."""
        manifest = self.manifests(observation["run"]).get(observation["entity"])
        if manifest is None:
            return None
        try:
            run = SnapshotRun(self.runs_folder / observation["run"], self.source.NAME)
            return self.source.parse(run.body(manifest), manifest)
        except AdoptionError:
            return None

    def _manifests(self, run: str) -> dict[str, Manifest]:
        folder = self.runs_folder / run
        if not (folder / "plan.json").exists():
            return {}
        return {m.entity: m for m in SnapshotRun(folder, self.source.NAME).manifests()}
