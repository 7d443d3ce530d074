"""npm: downloads of packages a day, of the last 18 months.

Fetch asks for one range a package, the longest that is given in one answer. When npm is late it
writes 0 for the newest days, so zeros at the end are no counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from collectors.errors import ConfigurationError, FetchError, UnavailableError, WrongAnswerError
from collectors.fields import json_answer, json_of, listed, member, whole
from collectors.http import Session, printable
from collectors.packages import (
    WHERE_NAMED,
    Days,
    day_of,
    measure_days,
    no_package,
    read_days,
    warn_of,
)
from collectors.service import Service
from collectors.source import Fetched, Measures, Parsed, Tracked
from data.snapshots import Manifest

NAME = "npm"
TITLE = "npm download counts"
URL = "https://www.npmjs.com"
LICENCE = "Public download counts of the npm registry"
CITATION = "Source: npm download counts, as of {as_of}"
ENTITY = "package"
TABLES = ("npm__downloads",)
MIN_ROWS = 1
CADENCE = timedelta(days=1)
REQUIRED_KEYS = ("day", "downloads")
KEY = None
MOST_BYTES = 2**20
PACE = 2.0  # after some forty calls at a higher rate its front refuses all

SERVICE = Service("NPM", "https://api.npmjs.org")
check_settings = SERVICE.check_settings
address = SERVICE.address

LONGEST = timedelta(days=540)  # a little less than the 18 months that one answer may cover
_PACKAGE = re.compile(r"(?:@[a-z0-9~-][a-z0-9._~-]{0,99}/)?[a-z0-9~-][a-z0-9._~-]{0,99}")
_EVERY_DAY = 100  # of a package with that many downloads on a usual day, no day has none


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """Every tracked package, each run."""
    return list(dict.fromkeys(tracked.runtimes.get("npm", ())))


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """One answer a package, up to the day before that of the call."""
    yield from SERVICE.each(planned, lambda package: _read(session, package))


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """Rows of npm__downloads, each day once, up to the last that has downloads."""
    rows = _rows(json_of(body), manifest.entity)
    days = counted(days_of(rows, day_of(manifest.fetched_at)))
    return days.parsed(TABLES[0], manifest)


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """Days, and those that are new or restated since the answer before."""
    return measure_days(TABLES[0], parsed, before)


def period(now: datetime) -> str:
    """The range of days that is asked for at an instant, as START:END."""
    end = day_of(now) - timedelta(days=1)
    return f"{end - LONGEST + timedelta(days=1)}:{end}"


def _read(session: Session, package: str) -> Fetched:
    if not _PACKAGE.fullmatch(package):
        raise ConfigurationError(
            f"{package!r} cannot be the name of an npm package; mend it in {WHERE_NAMED}"
        )
    try:
        # A scoped name goes in with its slash, as it is.
        answer = SERVICE.get(session, f"downloads/range/{period(session.now())}/{package}")
    except FetchError as error:
        if error.status != 404:
            raise
        raise UnavailableError(no_package("npm", package, str(error)), 404) from None
    rows = _rows(json_answer(answer), package)
    facts = warn_of(hardly_true(counted(days_of(rows))), "of 0 downloads between others")
    return Fetched(package, answer.url, answer.status, answer.body, len(rows), facts)


def _rows(answer: Any, package: str) -> list[Any]:
    """The rows of an answer about that package; raises WrongAnswerError."""
    about = member(answer, "package", "an object")
    if about != package:
        raise WrongAnswerError(
            f"expected downloads of {package!r}, found {printable(str(about), 60)!r}", 200
        )
    rows = listed(member(answer, "downloads", "an object"), "days")
    if not rows:
        raise WrongAnswerError(no_package("npm", package, "an empty list"), 200)
    return rows


def days_of(rows: list[Any], today: date = date.max) -> Days:
    """Downloads by day, of the rows of an answer."""
    return read_days(rows, "day", "downloads", whole, today)


def counted(days: Days) -> Days:
    """The days up to the last that has downloads."""
    last = max((one for one, count in days.counts.items() if count), default=date.min)
    counts = {one: count for one, count in days.counts.items() if one <= last}
    return Days(counts, days.set_aside, days.missing)


def hardly_true(days: Days) -> list[date]:
    """Days without any download of a package that has many every day."""
    began = min((one for one, count in days.counts.items() if count), default=date.max)
    since = {one: count for one, count in days.counts.items() if one >= began}
    if not since or median(since.values()) < _EVERY_DAY:
        return []
    return sorted(one for one, count in since.items() if not count)
