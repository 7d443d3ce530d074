"""Typed rows of one stored run, what is believed of them, and what people are told.

Parsing depends on stored runs alone (no clock, no network), so a run that was killed is parsed by
the next collect as if nothing had happened, and parsing it again gives the same bytes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date
from functools import cache
from typing import Any

import pyarrow as pa

from collectors.acceptance import Listing, judge
from collectors.faults import foreseen
from collectors.records import EntityResult
from collectors.source import Measures, Parsed, Row, Source
from data.errors import AdoptionError, SnapshotError
from data.history import OBSERVATIONS, History
from data.schema import key_columns
from data.snapshots import Manifest, SnapshotRun

Observation = Mapping[str, Any]
NOT_REACHED = "the run ended before it was asked for"


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


def observed(history: History, source: str) -> dict[str, list[Observation]]:
    """Observations of a source by entity, oldest first."""
    earlier: dict[str, list[Observation]] = defaultdict(list)
    for observation in history.observations(source):
        earlier[observation["entity"]].append(observation)
    return earlier


def is_whole_answer(observation: Observation) -> bool:
    """Whether an answer was accepted and each of its rows could be read."""
    return observation["status"] == "accepted" and not observation["rows_set_aside"]


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
    with foreseen():
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


def results_of(
    source: Source,
    run: SnapshotRun,
    observations: Sequence[Observation],
    earlier: Mapping[str, list[Observation]],
    seconds: Mapping[str, float],
) -> list[EntityResult]:
    """What people are told of each entity of a run; `seconds` that each took."""
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


def newest_date_of(
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
        with foreseen():
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
