"""The whole Hub, a day at a time: `models.parquet` of cfahlgren1/hub-stats, and its past by commit.

The file is replaced about daily, so its history is that of the commits whose title names it. The
last commit of a UTC date stands for that date, and the commit's time is that of the observation.
`downloadsAllTime` is not in it before 2025-02-27, `baseModels` not before July 2025; what is not
there is NULL. Cards are never read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from collectors import hub
from collectors.hub import Dataset
from collectors.source import Revision
from data.archives import ArchiveFile

NAME = "hub_archive"
TITLE = "Archive of the whole Hub (hub-stats)"
URL = "https://huggingface.co/datasets/cfahlgren1/hub-stats"
LICENCE = "Apache-2.0"
CITATION = "Source: cfahlgren1/hub-stats on the Hugging Face Hub, as of {as_of}"
ENTITY = "file"
TABLES = ("hub_archive__models",)
MIN_ROWS = 1
CADENCE = timedelta(days=1)
check_settings = hub.check_settings
address = hub.endpoint
DATASET = "cfahlgren1/hub-stats"
IS_COMPLETE = True
IS_SHARED = False
ALSO = ()

FILE = "models.parquet"
REQUIRED = ("_id", "id", "downloads", "likes", "tags")
OPTIONAL = {
    "downloadsAllTime": "BIGINT",
    "createdAt": "TIMESTAMP",
    "pipeline_tag": "VARCHAR",
    "library_name": "VARCHAR",
    "baseModels": "STRUCT(models STRUCT(_id VARCHAR, id VARCHAR)[], relation VARCHAR)",
    "safetensors": "STRUCT(total BIGINT)",
    "gguf": "STRUCT(total BIGINT)",
}


def revisions(dataset: Dataset) -> Iterator[Revision]:
    """The last commit of each UTC date that changed the file, newest first."""
    last = None
    for commit in dataset.commits():
        if FILE in commit.title and commit.at.date() != last:
            last = commit.at.date()
            yield Revision(commit.at, commit.sha, FILE, commit.title)


def opened(revision: Revision, files: Mapping[str, Path]) -> ArchiveFile:
    """How a day's file is read."""
    return ArchiveFile(files[revision.path], NAME, REQUIRED, OPTIONAL)


def observed_at(revision: Revision, file: ArchiveFile) -> datetime:
    """The time of the commit."""
    return revision.at
