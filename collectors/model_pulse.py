"""The ready daily series of Model Pulse: modelpulse/model-pulse-data, since 2024-07-29.

One file is a month: `id, day, dl30, dl_all, likes` of the repositories with some use (30-day
downloads >= 10, all-time >= 50, or a like), so a day of it is not the whole Hub and has a table of
its own. Its days before the first one of the complete archive are one history with it
(data/joined.py).

It knows names and no ids. A repository's `hub_id` here is the first 24 hex digits of the SHA-256 of
"name:" and the first name that it is known by: unlike the newest one, that stays the same when it
is renamed again. What describes a repository is what is known of it now.

Its meta.json says which days are not to be believed; they are recorded as refused, unread.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from collectors import hub
from collectors.errors import WrongAnswerError
from collectors.hub import Dataset
from collectors.source import Revision
from data.archives import ArchiveFile

NAME = "model_pulse"
TITLE = "Model Pulse, daily series of used repositories"
URL = "https://huggingface.co/datasets/modelpulse/model-pulse-data"
LICENCE = "Apache-2.0 by its page; check before passing it on"
CITATION = "Source: Model Pulse (modelpulse/model-pulse-data), as of {as_of}"
ENTITY = "file"
TABLES = ("model_pulse__models",)
MIN_ROWS = 1
CADENCE = timedelta(days=7)
check_settings = hub.check_settings
address = hub.endpoint
DATASET = "modelpulse/model-pulse-data"
IS_COMPLETE = False
IS_SHARED = True
MODELS, RENAMES = "models.parquet", "renames.parquet"
ALSO = (MODELS, RENAMES)

META = "meta.json"
REQUIRED = ("id", "day", "dl30", "likes")
OPTIONAL = {"dl_all": "BIGINT"}
# What its publisher lists, and what it means.
MARKS = {
    "partial": "the snapshot was incomplete",
    "skip_days": "counters fell back, the snapshot was set aside",
    "low_days": "counters stood still",
    "frozen": "counters stood still",
}
# In `frozen` each day has the share of counters that did not move; most do not on any day.
FROZEN_SHARE = 0.99
_DAY = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")


def revisions(dataset: Dataset) -> Iterator[Revision]:
    """One a day of meta.json, newest first; those that it marks are to be refused."""
    head = next(dataset.commits(), None)
    if head is None:
        return
    meta = _meta(dataset.text(head.sha, META))
    marked = {day: mark for mark in reversed(MARKS) for day in _days(meta, mark)}
    for day in sorted(_days(meta, "days"), reverse=True):
        at = datetime.fromisoformat(day).replace(tzinfo=UTC)
        mark = marked.get(day)
        refused = f"its publisher lists it in {mark}: {MARKS[mark]}" if mark else None
        path = f"series/{day[:7]}.parquet"
        yield Revision(at, head.sha, path, f"day of {path}", refused=refused)


def opened(revision: Revision, files: Mapping[str, Path]) -> ArchiveFile:
    """How a day of a month's file is read."""
    also = {"models": files[MODELS], "renames": files[RENAMES]}
    return ArchiveFile(files[revision.path], NAME, REQUIRED, OPTIONAL, also=also, day=revision.day)


def observed_at(revision: Revision, file: ArchiveFile) -> datetime:
    """The beginning of the day: at which hour it was read is not told."""
    return revision.at


def _meta(body: bytes) -> dict[str, Any]:
    try:
        meta = json.loads(body)
    except ValueError:
        meta = None
    if not isinstance(meta, dict) or not isinstance(meta.get("days"), list):
        raise WrongAnswerError(f"{DATASET}: expected {META} with a list of days, found none")
    return meta


def _days(meta: Mapping[str, Any], name: str) -> list[str]:
    """The days under one name of meta.json: a list, or the nearly full shares by day."""
    found = meta.get(name) or []
    if isinstance(found, dict):
        found = [day for day, share in found.items() if share and share >= FROZEN_SHARE]
    if not isinstance(found, list):
        raise WrongAnswerError(f"{DATASET}: expected days under {name} of {META}")
    days = [str(day) for day in found]
    if wrong := [day for day in days if not _DAY.fullmatch(day)]:
        raise WrongAnswerError(
            f"{DATASET}: expected days under {name} of {META}, found {wrong[0][:40]!r}"
        )
    return days
