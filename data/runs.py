"""Records of runs: how the last run of each source ended, whatever happened to it.

    runs/<run>.<source>.json      written by the collectors at the end of a run

A process that was killed leaves no record; then the stored run itself, or what was parsed of it,
says how far it came.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from data.snapshots import run_started_at

DONE = "done"
PARTIAL = "partial"
FAILED = "failed"
INTERRUPTED = "interrupted"
CRASHED = "crashed"
# Nobody wrote down how it ended: it is still at work, or its process was killed.
UNFINISHED = "unfinished"
# What a record may say.
_ENDS = (DONE, PARTIAL, FAILED, INTERRUPTED, CRASHED)
# A clock may be wrong by less than this; a record from further ahead would be the newest for good.
_AHEAD = timedelta(days=1)

_RECORD = re.compile(r"(?P<run>\d{8}T\d{12}Z)\.(?P<source>\w+)\.json")


@dataclass(frozen=True)
class LastRun:
    """How a run ended.

    `name`: of the run; `at`: the UTC instant at which it ended, or began if its end is not known;
    `result`: one of the words above; `why`: what went wrong, None when nothing did.
    """

    name: str
    at: datetime
    result: str
    why: str | None = None


def newest_records(home: Path, now: datetime | None = None) -> dict[str, Path]:
    """The newest record of each source in a data directory.

    Left out: records whose name is no date, and those more than a day ahead of `now`.
    """
    folder = home / "runs"
    latest = (now or datetime.now(UTC)) + _AHEAD
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    found = [match for match in map(_RECORD.fullmatch, names) if match]
    return {m["source"]: folder / m[0] for m in found if _began_by(m["run"], latest)}


def recorded_run(path: Path) -> LastRun:
    """What a record says; one that cannot be read is told as such."""
    name = path.name.partition(".")[0]
    try:
        record = json.loads(path.read_bytes())
        ended_at = record["ended_at"] or record["started_at"]
        ended, why = record["exit"], _why_of(record)
        if ended not in _ENDS:
            said = f"it says that it ended as {ended!r}, which is unknown"
            return LastRun(name, _instant(ended_at), CRASHED, f"{why}; {said}" if why else said)
        return LastRun(name, _instant(ended_at), ended, why)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"{path}: expected the record of a run, found {error!r}; it can be deleted"
        return LastRun(name, run_started_at(name), CRASHED, why)


def observed_run(observations: Sequence[Mapping[str, Any]]) -> LastRun:
    """How a run ended by its observations alone, of which there is at least one."""
    statuses = {o["status"] for o in observations}
    if statuses == {"accepted"}:
        result = DONE
    elif "not_reached" in statuses:
        result = INTERRUPTED
    else:
        result = PARTIAL if "accepted" in statuses else FAILED
    at = max(o["observed_at"] for o in observations).astimezone(UTC)
    return LastRun(observations[0]["run"], at, result, _most_common(observations))


def _why_of(record: Mapping[str, Any]) -> str | None:
    """The error that ended a run, else the reason that most of its entities failed for."""
    error = record["error"]
    if not error:
        return _most_common(record["entities"])
    return ", ".join(map(str, error)) if isinstance(error, list) else str(error)


def _most_common(entities: Sequence[Mapping[str, Any]]) -> str | None:
    failed = [one for one in entities if one["status"] not in ("accepted", "not_reached")]
    if not failed:
        return None
    ((reason, _),) = Counter(one["reason"] for one in failed).most_common(1)
    if len(failed) == 1:
        return f"{failed[0]['entity']}: {reason}"
    return f"{len(failed):,} of {len(entities):,}: {reason}"


def _began_by(run: str, latest: datetime) -> bool:
    """Whether the name of a run is a date, and none after `latest`."""
    try:
        return run_started_at(run) <= latest
    except ValueError:
        return False


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
