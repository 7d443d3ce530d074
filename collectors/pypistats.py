"""PyPI Stats: downloads of Python packages a day, without mirrors, of the last 180 days.

Fetch reads one answer a package, which holds every day that the service has, so that a day that was
restated is read again. What it calls with_mirrors includes without_mirrors; only the second is
asked for and believed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from collectors.errors import FetchError, UnavailableError, WrongAnswerError
from collectors.fields import (
    Fields,
    MalformedRowError,
    json_answer,
    json_of,
    listed,
    member,
    whole,
)
from collectors.http import Session, printable
from collectors.packages import (
    Days,
    day_of,
    days_between,
    measure_days,
    no_package,
    python_package,
    python_packages,
    read_days,
    warn_of,
)
from collectors.service import Service
from collectors.source import Fetched, Measures, Parsed, Tracked
from data.seed_rules import normalised_package
from data.snapshots import Manifest

NAME = "pypistats"
TITLE = "PyPI Stats"
URL = "https://pypistats.org"
LICENCE = "Public statistics of the Python Package Index, served by pypistats.org"
CITATION = "Source: pypistats.org, downloads without mirrors, as of {as_of}"
ENTITY = "package"
TABLES = ("pypistats__downloads",)
MIN_ROWS = 1
CADENCE = timedelta(days=1)
REQUIRED_KEYS = ("date", "downloads")
KEY = None
MOST_BYTES = 2**20
PACE = 2.0  # it allows 5 calls a second, and 30 a minute

SERVICE = Service("PYPISTATS", "https://pypistats.org")
check_settings = SERVICE.check_settings
address = SERVICE.address


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """Every tracked package, each run: its answer is the whole of the last 180 days."""
    return python_packages(tracked)


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """One answer a package."""
    yield from SERVICE.each(planned, lambda package: _read(session, package))


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """Rows of pypistats__downloads, each day before that of the answer once."""
    rows = _rows(json_of(body), manifest.entity)
    return _days(rows, day_of(manifest.fetched_at)).parsed(TABLES[0], manifest)


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """Days, and those that are new or restated since the answer before."""
    return measure_days(TABLES[0], parsed, before)


def _read(session: Session, package: str) -> Fetched:
    path = f"api/packages/{python_package(package)}/overall"
    try:
        answer = SERVICE.get(session, path, params=[("mirrors", "false")])
    except FetchError as error:
        if error.status != 404:
            raise
        raise UnavailableError(no_package(TITLE, package, str(error)), 404) from None
    rows = _rows(json_answer(answer), package)
    facts = warn_of(days_between(_days(rows)), "are missing between the first and the last")
    return Fetched(package, answer.url, answer.status, answer.body, len(rows), facts)


def _rows(answer: Any, package: str) -> list[Any]:
    """The rows about that package that do not say they count mirrors; raises WrongAnswerError."""
    rows = listed(member(answer, "data", "an object"), "days")
    if not rows:
        raise WrongAnswerError(no_package(TITLE, package, "an empty list"), 200)
    about = str(answer.get("package", package))
    if normalised_package(about) != package:
        raise WrongAnswerError(
            f"expected downloads of {package!r}, found {printable(about, 60)!r}", 200
        )
    kept = [row for row in rows if not _counts_mirrors(row)]
    if not kept:
        raise WrongAnswerError("expected rows without mirrors, found only rows with mirrors", 200)
    return kept


def _counts_mirrors(row: Any) -> bool:
    return isinstance(row, dict) and row.get("category") == "with_mirrors"


def _days(rows: list[Any], today: date = date.max) -> Days:
    return read_days(rows, "date", "downloads", _count, today)


def _count(row: Fields, key: str) -> int | None:
    if row.get("category") != "without_mirrors":
        raise MalformedRowError("category is neither with_mirrors nor without_mirrors")
    return whole(row, key)
