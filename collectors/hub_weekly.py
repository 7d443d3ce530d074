"""Weekly copies of hub-stats since 2024-07: hfmlsoc/hub_weekly_snapshots.

It fills the same table as the archive that it copies, for weeks that the archive itself lacks or
when it is gone: a day that is here already is not replaced.

A folder is named by the START of a week, and its file is the last that upstream had in that week,
which may be one of weeks before. So a file's day is taken from what it holds: the newest
`lastModified` of three million repositories is minutes older than the reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from collectors import hub, hub_archive
from collectors.hub import Dataset
from collectors.source import Revision
from data.archives import ArchiveFile

NAME = "hub_weekly"
TITLE = "Weekly copies of the Hub archive"
URL = "https://huggingface.co/datasets/hfmlsoc/hub_weekly_snapshots"
LICENCE = "ODbL (share-alike)"
CITATION = "Source: hfmlsoc/hub_weekly_snapshots on the Hugging Face Hub (ODbL), as of {as_of}"
ENTITY = "file"
TABLES = hub_archive.TABLES
MIN_ROWS = 1
CADENCE = timedelta(days=7)
check_settings = hub.check_settings
address = hub.endpoint
DATASET = "hfmlsoc/hub_weekly_snapshots"
IS_COMPLETE = True
IS_SHARED = False
ALSO = ()

FOLDER = "models"
MODIFIED = "lastModified"
_WEEK = re.compile(rf"{FOLDER}/(\d{{4}}-\d\d-\d\d)")


def revisions(dataset: Dataset) -> Iterator[Revision]:
    """One a week, newest first, by the name of its folder."""
    head = next(dataset.commits(), None)
    if head is None:
        return
    for folder in reversed(dataset.folders(head.sha, FOLDER)):
        if found := _WEEK.fullmatch(folder):
            at = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
            path = f"{folder}/{hub_archive.FILE}"
            yield Revision(at, head.sha, path, f"week of {found[1]}", is_dated=False)


def opened(revision: Revision, files: Mapping[str, Path]) -> ArchiveFile:
    """How a week's file is read: as upstream's."""
    required = (*hub_archive.REQUIRED, MODIFIED)
    return ArchiveFile(files[revision.path], hub_archive.NAME, required, hub_archive.OPTIONAL)


def observed_at(revision: Revision, file: ArchiveFile) -> datetime:
    """The newest change that the file knows of."""
    return file.latest(MODIFIED)
