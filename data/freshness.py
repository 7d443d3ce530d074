"""How fresh the sources are, and when each is due again: by what was collected, built or not.

Three things tell of a run: its record (data/runs.py), the observations that were parsed of it, and,
when it was interrupted, the answers that it had stored. The build tells of sources of which there
is no history here, as where only builds are published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from data import runs, warehouse
from data.errors import HistoryError, NoBuildError
from data.history import OBSERVATIONS, History, is_whole, source_of
from data.paths import data_dir
from data.queries import as_of
from data.runs import LastRun
from data.snapshots import SnapshotRun, SnapshotStore, run_started_at

Observation = Mapping[str, Any]


@dataclass(frozen=True)
class Due:
    """Whether a source is worth reading again.

    `at`: the UTC instant from which on it is (None = it was never read). `missing`: entities of the
    newest run that have no accepted answer on that run's UTC day; with any, it is due at once.
    """

    is_due: bool
    at: datetime | None
    missing: tuple[str, ...] = ()


def due(history: History, source: str, cadence_days: float, now: datetime) -> Due:
    """Whether a source is due, by what was collected, built or not.

    Cadences of whole days count UTC dates: a timer that fires a minute early must not lose a day.
    A run that fails on a day of which all was accepted before does not make the source due: there
    is nothing to gain for that day.
    """
    return _due(_recent(history, history.of_source(source), source, []), cadence_days, now)


def is_late(read_at: datetime | None, cadence_days: float, now: datetime) -> bool:
    """Whether nothing was accepted of a source although it was due on an earlier day.

    Days are UTC dates: what is to be read every day is late on the second day after its last
    reading, what is to be read every week on the eighth. What was never read is not late.
    """
    return read_at is not None and (now.date() - read_at.date()).days > max(cadence_days, 1)


def status(
    now: datetime | None = None,
    sources: Sequence[warehouse.SourceFacts] = (),
    build: Path | None = None,
) -> dict[str, Any]:
    """Build (the newest by default), as-of date, staleness and the freshness of each source; dates
    as ISO text.

    Without a build `build` is None, and `sources` says what was collected of the given `sources`.
    `as_of` is the newest date of any value in the build. What is said of a source counts what was
    collected, built or not, but for `snapshots`, which are those of the build if there is one:

    - `is_due`, `next_due_at`, `missing` (what the last run lacks); `is_late`, see there;
    - `last_snapshot_at`: the newest accepted answer, which serves; `last_try_at`: the newest run;
    - `last_result`: how that run ended: done, partial, failed, crashed, interrupted, or unfinished
      (at work now, or killed); None when there was none. `last_error`: why, if something failed;
    - `entities`, and those of them that failed or that the last run did not reach.

    `problems` are sentences on the history: files of it that are damaged are passed over here.
    """
    moment = now or datetime.now(UTC)
    records = runs.newest_records(data_dir(), moment)
    files = _history().files()
    observed: dict[str, list[Path]] = defaultdict(list)
    for partition in files.get(OBSERVATIONS, []):
        observed[source_of(partition)].append(partition)
    problems = _history().problems(files)
    try:
        path = build or warehouse.newest_build()
    except NoBuildError as error:
        rows = [_collected(source, problems) for source in sources]
        about = {"build": None, "built_at": None, "as_of": None, "is_stale": True,
                 "stale_reason": str(error)}  # fmt: skip
    else:
        rows, about = _freshness_rows(path), _about(path, files)
    listed = [
        _source_status(row, moment, records.get(row["source"]), observed[row["source"]], problems)
        for row in rows
    ]
    # Without a build a partition is read twice.
    return {**about, "problems": [*dict.fromkeys(problems)], "sources": listed}


def _about(build: Path, files: Mapping[str, Sequence[Path]]) -> dict[str, Any]:
    """What is said of a build, beside the `files` of the history."""
    info = warehouse.build_info(build)
    stale = warehouse.stale_reasons(build=build, files=files)
    return {
        "build": info["name"],
        "built_at": info["built_at"].isoformat(),
        "as_of": as_of(build),
        "is_stale": bool(stale),
        "stale_reason": f"changed since the build: {', '.join(stale)}" if stale else None,
    }


def _freshness_rows(build: Path) -> list[dict[str, Any]]:
    """The rows of the metric, as plain values."""
    result = warehouse.cursor(build).sql("SELECT * FROM freshness ORDER BY source")
    rows: list[dict[str, Any]] = result.to_arrow_table().to_pylist()
    return rows


def _source_status(
    row: dict[str, Any],
    now: datetime,
    record: Path | None,
    partitions: Sequence[Path],
    problems: list[str],
) -> dict[str, Any]:
    recent = _recent(_history(), partitions, row["source"], problems)
    unparsed = None if row["is_archive"] else _unparsed(row["source"])
    last = _last_run(record, recent, unparsed)
    # What is stored and cannot be parsed is no reading; what was not parsed yet will be one.
    is_to_come = last is not None and last.result in (runs.INTERRUPTED, runs.UNFINISHED)
    stored = _as_observations(unparsed) if unparsed and is_to_come else []
    again = _due([*stored, *recent], row["cadence_days"], now)
    # A build of an earlier version does not tell the entities that were not reached.
    row = {
        "entities_not_reached": None,
        **row,
        **_of_last_run(stored or recent),
        **_last_times(recent, last, row),
    }
    read_at = row["last_snapshot_at"]
    age = (now - read_at).total_seconds() / 86400 if read_at is not None else None
    times = {key: row[key].isoformat() if row[key] else None for key in row if key.endswith("_at")}
    return {
        **row,
        **times,
        "name": row["source"],
        "last_result": last.result if last else None,
        "last_error": last.why if last else None,
        "newest_date": read_at.date().isoformat() if read_at is not None else None,
        "rows": row["rows_read"],
        "age_days": round(age, 3) if age is not None else None,
        # Archives are read when somebody asks for them.
        "next_due_at": None if row["is_archive"] or again.at is None else again.at.isoformat(),
        "is_due": again.is_due and not row["is_archive"],
        "is_late": not row["is_archive"] and is_late(read_at, row["cadence_days"], now),
        "missing": list(again.missing),
    }


def _due(recent: Sequence[Observation], cadence_days: float, now: datetime) -> Due:
    """The same as `due`, by observations, those of the newest run first."""
    accepted = [o for o in recent if o["status"] == "accepted"]
    if not accepted:
        return Due(True, None)
    newest = recent[0]["run"]
    day = run_started_at(newest).date()
    read = {o["entity"] for o in accepted if run_started_at(o["run"]).date() == day}
    wanted = [o["entity"] for o in recent if o["run"] == newest]
    missing = tuple(entity for entity in wanted if entity not in read)
    last = run_started_at(max(o["run"] for o in accepted))
    if cadence_days >= 1:
        midnight = last.replace(hour=0, minute=0, second=0, microsecond=0)
        at = midnight + timedelta(days=int(cadence_days))
    else:
        at = last + timedelta(days=cadence_days)
    return Due(bool(missing) or now >= at, at, missing)


def _last_run(
    record: Path | None, recent: Sequence[Observation], unparsed: SnapshotRun | None
) -> LastRun | None:
    """The newest run of a source that anything is known of; its record says most."""
    found = [runs.recorded_run(record)] if record else []
    if recent:
        found.append(runs.observed_run([o for o in recent if o["run"] == recent[0]["run"]]))
    if unparsed:
        found.append(LastRun(unparsed.name, unparsed.started_at, runs.UNFINISHED))
    # Of the same run the first is taken.
    return max(found, key=lambda one: one.name, default=None)


def _of_last_run(observations: Sequence[Observation]) -> dict[str, Any]:
    """Rows and entities of the newest run among observations; nothing when there are none."""
    newest = [o for o in observations if o["run"] == observations[0]["run"]]
    if not newest:
        return {}
    rows = [o["rows_read"] for o in newest if o["status"] == "accepted"]
    not_reached = sum(o["status"] == "not_reached" for o in newest)
    return {
        "rows_read": sum(filter(None, rows)) if rows else None,
        "entities": len(newest),
        "entities_failed": len(newest) - len(rows) - not_reached,
        "entities_not_reached": not_reached,
    }


def _last_times(
    recent: Sequence[Observation], last: LastRun | None, row: Mapping[str, Any]
) -> dict[str, datetime | None]:
    """When the source was last read, and last tried."""
    read = [o["observed_at"] for o in recent if o["status"] == "accepted"]
    tried = [row["last_try_at"], last.at if last else None]
    return {
        "last_snapshot_at": max(filter(None, [row["last_snapshot_at"], *read]), default=None),
        "last_try_at": max(filter(None, tried), default=None),
    }


def _collected(source: warehouse.SourceFacts, problems: list[str]) -> dict[str, Any]:
    """What the metric of freshness would say of a source, by the history alone."""
    history = _history()
    partitions = history.of_source(source.name)
    observed = [row for path in partitions for row in partition_rows(history, path, problems)]
    accepted = [o for o in observed if o["status"] == "accepted"]
    return {
        "source": source.name,
        "title": source.title,
        "url": source.url,
        "licence": source.licence,
        "citation": source.citation,
        "cadence_days": source.cadence_days,
        "is_archive": source.is_archive,
        "key_variable": source.key_variable,
        "key_url": source.key_url,
        "last_snapshot_at": max((o["observed_at"] for o in accepted), default=None),
        "last_try_at": max((o["observed_at"] for o in observed), default=None),
        "snapshots": len(accepted),
        **dict.fromkeys(("rows_read", "entities", "entities_failed", "entities_not_reached")),
    }


def _history() -> History:
    return History(data_dir() / "history")


def _recent(
    history: History, partitions: Sequence[Path], source: str, problems: list[str]
) -> list[dict[str, Any]]:
    """Observations of the newest runs of a source, newest first, by its partitions: back to the
    whole UTC day on which the last accepted one was made."""
    found: list[dict[str, Any]] = []
    accepted_on: date | None = None
    for path in reversed(partitions):
        day = run_started_at(path.stem.removesuffix(f".{source}")).date()
        if accepted_on not in (None, day):
            break
        rows = partition_rows(history, path, problems)
        found += rows
        if any(row["status"] == "accepted" for row in rows):
            accepted_on = day
    return found


def partition_rows(history: History, path: Path, problems: list[str]) -> list[dict[str, Any]]:
    """The rows of a partition; none of one that is damaged, or that a rebuild removes now. What is
    cut off is a known problem of the history; what is damaged within is added to `problems`."""
    if not is_whole(path):
        return []
    try:
        return history.read(path)
    except FileNotFoundError:
        return []
    except HistoryError as error:
        problems.append(str(error))
        return []


def _unparsed(source: str) -> SnapshotRun | None:
    """The newest stored run of a source, if it is not parsed: it was interrupted or is at work."""
    run = SnapshotStore(data_dir()).newest_run(source)
    return None if run is None or _history().is_parsed(run.name, source) else run


def _as_observations(run: SnapshotRun) -> list[dict[str, Any]]:
    """What the observations of a stored run will be, as far as can be said before it is parsed."""
    manifests = {manifest.entity: manifest for manifest in run.manifests()}
    found = []
    for entity in run.planned():
        manifest = manifests.get(entity)
        state = "not_reached" if manifest is None else "failed"
        is_stored = manifest is not None and manifest.sha256 is not None
        found.append(
            {
                "entity": entity,
                "run": run.name,
                "status": "accepted" if is_stored else state,
                "rows_read": manifest.rows if manifest else None,
            }
        )
    return found
