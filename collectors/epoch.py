"""Epoch AI: its list of AI models, with release dates, parameters, countries, training compute.

One entity is the list of all models; the other lists of models that Epoch AI publishes are parts of
it. People type the cells, so dates may be a month or a year, numbers are text like 1.6e12, and
cells hold line breaks. Columns are found by name: their order changes, and one was renamed.

EPOCH_BASE_URL names another address.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from collectors.csv_answer import Cells, CsvTable, amount, csv_of
from collectors.errors import WrongAnswerError
from collectors.fields import LARGEST_COUNT, MalformedRowError, body_of, required, text
from collectors.http import Session, printable
from collectors.service import Service
from collectors.source import Fetched, Measures, Parsed, Row, Tracked
from data.snapshots import Manifest

NAME = "epoch"
TITLE = "Epoch AI, Data on AI Models"
URL = "https://epoch.ai/data/ai-models"
LICENCE = "CC BY 4.0"
CITATION = "Source: Epoch AI, 'Data on AI Models' (epoch.ai/data, CC BY 4.0), accessed {as_of}"
ENTITY = "list"
TABLES = ("epoch__models",)
MIN_ROWS = 500  # there were 1,052 in the list of notable models alone
CADENCE = timedelta(days=7)
REQUIRED_KEYS = ("Model", "Publication date")
KEY = None
MOST_BYTES = 64 * 2**20
PACE = 0.0

SERVICE = Service("EPOCH", "https://epoch.ai")
check_settings = SERVICE.check_settings
address = SERVICE.address

LIST = "all_ai_models"
COLUMNS = ("Model", "Organization", "Publication date", "Parameters", "Open model weights?")
COUNTRY = ("Country (of organization)", "Country (from Organization)")  # newest name first
# Without these a model is still worth having; that one is missing is said.
OPTIONAL = ("Training compute (FLOP)", "Confidence", "Model accessibility", "Base model")

_MOST_COMPUTE = 1e35  # the largest estimate so far is near 1e27
_LONGEST = 1000  # dozens of organisations stand in one cell
_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}
_DATE = re.compile(r"((?:19|20)\d\d)(?:-(\d\d)(?:-(\d\d))?)?")


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """The one list, each run: rows are added and corrected in place."""
    return [LIST]


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """The list as it is now."""

    def read(entity: str) -> Fetched:
        answer = SERVICE.get(session, f"data/{entity}.csv")
        table = _table(body_of(answer, "CSV"))
        missing = [name for name in OPTIONAL if name not in table.header]
        warnings = [f"the list has no column {', '.join(missing)} any more"] if missing else []
        facts = {"warnings": warnings} if warnings else {}
        return Fetched(entity, answer.url, answer.status, answer.body, len(table.rows), facts)

    yield from SERVICE.each(planned, read)


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """Rows of epoch__models, each name once: there is no other identity (the first row wins)."""
    table = _table(body)
    country = _country(table)
    seen: set[str] = set()
    rows: list[Row] = []
    aside: list[str] = []
    missing = 0
    for line in table.rows:
        try:
            cells = table.cells(line)
            if cells["Model"] in seen:
                continue
            missing += any(cells[key] is None for key in REQUIRED_KEYS)
            rows.append(_typed(cells, country, manifest))
            seen.add(rows[-1]["model"])
        except MalformedRowError as problem:
            aside.append(str(problem))
    return Parsed({TABLES[0]: rows}, len(rows) + len(aside), missing, aside)


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """Models listed, those new since the list before, and those whose weights are open."""
    rows = parsed.tables[TABLES[0]]
    names = {row["model"] for row in rows}
    known = {row["model"] for row in before.tables[TABLES[0]]} if before else None
    return {
        "models": len(names),
        "new": None if known is None else len(names - known),
        "open_weights": sum(row["is_open_weights"] is True for row in rows),
    }


def _table(body: bytes) -> CsvTable:
    table = csv_of(body)
    table.require(COLUMNS)
    _country(table)
    return table


def _country(table: CsvTable) -> str:
    """The name under which the column of countries goes."""
    for name in COUNTRY:
        if table.header.count(name) == 1:
            return name
    shown = [name for name in table.header if "country" in name.lower()]
    found = printable(", ".join(shown), 120) or "none like it"
    raise WrongAnswerError(f"expected CSV with the column {COUNTRY[0]!r}, found {found}")


def _typed(cells: Cells, country: str, manifest: Manifest) -> dict[str, Any]:
    published = required(text(cells, "Publication date"), "Publication date")
    return {
        "model": required(text(cells, "Model"), "Model"),
        "run": manifest.run,
        "observed_at": manifest.fetched_at,
        "organization": text(cells, "Organization", _LONGEST),
        "country": text(cells, country, _LONGEST),
        "published_text": published,
        "published_on": _published_on(published),
        "parameters": amount(cells, "Parameters", LARGEST_COUNT),
        "training_compute_flop": amount(cells, "Training compute (FLOP)", _MOST_COMPUTE),
        "confidence": text(cells, "Confidence"),
        "accessibility": text(cells, "Model accessibility"),
        "is_open_weights": _truth(cells["Open model weights?"]),
        "base_model": text(cells, "Base model", _LONGEST),
    }


def _published_on(published: str) -> date | None:
    """The day of publication; None when only the month or the year is known."""
    found = _DATE.fullmatch(published)
    if not found:
        raise MalformedRowError("Publication date is not a date, a month or a year")
    year, month, day = found.groups()
    try:
        whole = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise MalformedRowError("Publication date is not a date, a month or a year") from None
    return whole if day else None


def _truth(cell: str | None) -> bool | None:
    """Yes or no; None for what people write besides (unknown, Partially), which costs no row."""
    return _TRUTHS.get((cell or "").lower())
