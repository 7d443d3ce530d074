"""Interconnects' tracked-models lists: models, sizes, regions and corrected release dates.

One entity is one of the five lists. They change no number of ours by themselves: what they say
beside our seeds is shown by `collectors propose-seeds`, and people decide.

TRACKED_MODELS_BASE_URL names another address of the same files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from collectors.csv_answer import Cells, CsvTable, amount, csv_of
from collectors.errors import WrongAnswerError
from collectors.fields import MalformedRowError, body_of, day, required, text
from collectors.http import Session
from collectors.service import Service
from collectors.source import Fetched, Measures, Parsed, Row, Tracked
from data.seed_rules import MODEL_ID
from data.seed_tables import HF_ORG, REGIONS
from data.snapshots import Manifest

NAME = "tracked_models"
TITLE = "Interconnects, tracked models"
URL = "https://github.com/Interconnects-AI/tracked-models"
LICENCE = "Apache-2.0"
CITATION = (
    "Source: Interconnects-AI/tracked-models "
    "(github.com/Interconnects-AI/tracked-models, Apache-2.0), as of {as_of}"
)
ENTITY = "list"
TABLES = ("tracked_models__rows",)
MIN_ROWS = 500  # there were 1,772 models alone
CADENCE = timedelta(days=7)
REQUIRED_KEYS: tuple[str, ...] = ()  # each list has its own key, without which a row is set aside
KEY = None
MOST_BYTES = 16 * 2**20
PACE = 0.0

SERVICE = Service(
    "TRACKED_MODELS", "https://raw.githubusercontent.com/Interconnects-AI/tracked-models/main"
)
check_settings = SERVICE.check_settings
address = SERVICE.address

_MOST_BILLIONS = 100_000.0  # a hundred trillion parameters; the largest model has a few
_LONGEST_NOTE = 1000

Facts = dict[str, Any]


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """Every list, each run: they are corrected in place."""
    return list(LISTS)


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """One list an entity."""

    def read(entity: str) -> Fetched:
        answer = SERVICE.get(session, LISTS[entity].path)
        rows = len(_table(body_of(answer, "CSV"), LISTS[entity]).rows)
        return Fetched(entity, answer.url, answer.status, answer.body, rows)

    yield from SERVICE.each(planned, read)


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """Rows of tracked_models__rows, each subject of a list once (the first row wins)."""
    listed = LISTS.get(manifest.entity)
    if listed is None:
        raise WrongAnswerError(f"expected one of {', '.join(LISTS)}, found {manifest.entity!r}")
    table = _table(body, listed)
    seen: set[str] = set()
    rows: list[Row] = []
    aside: list[str] = []
    for line in table.rows:
        try:
            cells = table.cells(line)
            subject = listed.subject_of(cells)
            if subject in seen:
                continue
            rows.append(_row(manifest, subject, listed.facts_of(cells)))
            seen.add(subject)
        except MalformedRowError as problem:
            aside.append(str(problem))
    return Parsed({TABLES[0]: rows}, len(rows) + len(aside), 0, aside)


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """Rows of a list, and those new and gone since the one before."""
    subjects = {row["subject"] for row in parsed.tables[TABLES[0]]}
    known = {row["subject"] for row in before.tables[TABLES[0]]} if before else None
    return {
        "rows": len(subjects),
        "new": None if known is None else len(subjects - known),
        "gone": None if known is None else len(known - subjects),
    }


def page_of(entity: str) -> str:
    """Where a reader can look a list up."""
    return f"{URL}/blob/main/{LISTS[entity].path}"


@dataclass(frozen=True)
class List:
    """One list: its path, its columns (the first is its subject), and what a row says."""

    path: str
    columns: tuple[str, ...]
    pattern: str
    facts_of: Callable[[Cells], Facts]

    def subject_of(self, cells: Cells) -> str:
        """The model or organisation that a row is about; MalformedRowError."""
        name = self.columns[0]
        subject = required(text(cells, name), name)
        if not re.fullmatch(self.pattern, subject):
            raise MalformedRowError(f"{name} is not a name on the Hub")
        return subject


def _of_model(cells: Cells) -> Facts:
    organisation = required(text(cells, "org"), "org")
    if not re.fullmatch(HF_ORG, organisation):
        raise MalformedRowError("org is not a name on the Hub")
    return {"hf_org": organisation}


def _of_size(cells: Cells) -> Facts:
    return {
        "total_params_b": amount(cells, "total_params_b", _MOST_BILLIONS),
        "active_params_b": amount(cells, "active_params_b", _MOST_BILLIONS),
        "is_moe": _truth(cells["is_moe"]),
        "note": text(cells, "notes", _LONGEST_NOTE),
    }


def _of_region(cells: Cells) -> Facts:
    region = required(text(cells, "region"), "region")
    if region not in REGIONS:
        raise MalformedRowError(f"region is not one of {', '.join(REGIONS)}")
    return {
        "hf_org": cells["hf_org"],
        "region": region,
        "note": text(cells, "notes", _LONGEST_NOTE),
    }


def _of_release(cells: Cells) -> Facts:
    return {
        "hf_created_on": day(cells, "hf_created_at"),
        "released_on": required(day(cells, "actual_release_date"), "actual_release_date"),
        "note": text(cells, "notes", _LONGEST_NOTE),
    }


_MODELS = ("modelId", "org")
_SIZES = ("model_id", "total_params_b", "active_params_b", "is_moe", "notes")
_DATES = ("model_id", "hf_created_at", "actual_release_date", "notes")
_OF_FILE = "metadata/{}.csv".format

LISTS: dict[str, List] = {
    "models": List("models.csv", _MODELS, MODEL_ID, _of_model),
    "extra_models": List("extra_models.csv", _MODELS, MODEL_ID, _of_model),
    "model_parameters": List(_OF_FILE("model_parameters"), _SIZES, MODEL_ID, _of_size),
    "organization_regions": List(
        _OF_FILE("organization_regions"), ("hf_org", "region", "notes"), HF_ORG, _of_region
    ),
    "release_date_corrections": List(
        _OF_FILE("release_date_corrections"), _DATES, MODEL_ID, _of_release
    ),
}
"""The lists, by the name that `tracked_models__rows.file` has."""


def _table(body: bytes, listed: List) -> CsvTable:
    table = csv_of(body)
    table.require(listed.columns)
    return table


def _row(manifest: Manifest, subject: str, facts: Facts) -> Row:
    return {
        "file": manifest.entity,
        "subject": subject,
        "run": manifest.run,
        "observed_at": manifest.fetched_at,
        "hf_org": None,
        "region": None,
        "total_params_b": None,
        "active_params_b": None,
        "is_moe": None,
        "hf_created_on": None,
        "released_on": None,
        "note": None,
        **facts,
    }


def _truth(value: str | None) -> bool | None:
    if value is None:
        return None
    if value.lower() not in ("true", "false"):
        raise MalformedRowError("is_moe is neither true nor false")
    return value.lower() == "true"
