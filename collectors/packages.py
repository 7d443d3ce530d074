"""Packages and their downloads a day: what PyPI Stats, ClickHouse and npm have in common.

A day is believed once it is over: the one on which an answer was read is left out, and a later one
is set aside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from collectors.errors import ConfigurationError
from collectors.fields import Fields, MalformedRowError, day, required
from collectors.http import shortened
from collectors.source import Measures, Parsed, Tracked
from data.seed_rules import normalised_package
from data.snapshots import Manifest

WHERE_NAMED = "seeds/runtimes.csv"
_PYTHON_PACKAGE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?")


@dataclass
class Days:
    """Downloads of one package by UTC day; `set_aside`: why rows were left out; `missing`: rows
    without a day or a count.
    """

    counts: dict[date, int] = field(default_factory=dict)
    set_aside: list[str] = field(default_factory=list)
    missing: int = 0

    def parsed(self, table: str, manifest: Manifest) -> Parsed:
        """Rows of a table of days, for the package that the manifest names."""
        rows = [
            {
                "package": manifest.entity,
                "date": date_,
                "run": manifest.run,
                "observed_at": manifest.fetched_at,
                "downloads": count,
            }
            for date_, count in self.counts.items()
        ]
        read = len(rows) + len(self.set_aside)
        return Parsed({table: rows}, read, self.missing, self.set_aside)


def read_days(
    rows: Iterable[object],
    day_key: str,
    count_key: str,
    count: Callable[[Fields, str], int | None],
    today: date = date.max,
) -> Days:
    """The days before `today` in rows of JSON, each once (the first wins)."""
    days = Days()
    for row in rows:
        if isinstance(row, dict):
            days.missing += row.get(day_key) is None or row.get(count_key) is None
        try:
            found, downloads = _read_day(row, day_key, count_key, count, today)
        except MalformedRowError as problem:
            days.set_aside.append(str(problem))
            continue
        if found < today:
            days.counts.setdefault(found, downloads)
    return days


def _read_day(
    row: object,
    day_key: str,
    count_key: str,
    count: Callable[[Fields, str], int | None],
    today: date,
) -> tuple[date, int]:
    if not isinstance(row, dict):
        raise MalformedRowError("not an object")
    found = required(day(row, day_key), day_key)
    if found > today:
        raise MalformedRowError(f"{day_key} is in the future")
    return found, required(count(row, count_key), count_key)


def day_of(instant: datetime) -> date:
    """The UTC date of an instant."""
    return instant.astimezone(UTC).date()


def warn_of(days: Sequence[date], what: str) -> dict[str, list[str]]:
    """Facts that warn of these days; none without a day."""
    if not days:
        return {}
    count = f"{len(days):,} day{'s' if len(days) != 1 else ''}"
    return {"warnings": [f"{count} {what}: {shortened([d.isoformat() for d in days], 5)}"]}


def days_between(days: Days) -> list[date]:
    """The days that are missing between the first and the last."""
    if not days.counts:
        return []
    first, last = min(days.counts), max(days.counts)
    length = (last - first).days
    every = (first + timedelta(days=number) for number in range(length))
    return [one for one in every if one not in days.counts]


def measure_days(table: str, parsed: Parsed, before: Parsed | None) -> Measures:
    """Days in an answer, and those that are new or have another value since the one before."""
    now = _by_day(table, parsed)
    known = None if before is None else _by_day(table, before)
    return {
        "days": len(now),
        "new": None if known is None else len(now.keys() - known.keys()),
        "restated": None
        if known is None
        else sum(now[one] != known[one] for one in now.keys() & known.keys()),
    }


def python_packages(tracked: Tracked) -> list[str]:
    """The tracked packages of the Python Package Index, as it normalises their names."""
    names = tracked.runtimes.get("pypi", ())
    return list(dict.fromkeys(normalised_package(name) for name in names))


def python_package(name: str) -> str:
    """A normalised name; raises ConfigurationError for what cannot be one."""
    if not _PYTHON_PACKAGE.fullmatch(name):
        raise ConfigurationError(
            f"{name!r} cannot be the name of a Python package; mend it in {WHERE_NAMED}"
        )
    return name


def no_package(service: str, package: str, said: str) -> str:
    """What to say of a package that a service does not know."""
    return f"{service} has no package {package!r} ({said}); check its name in {WHERE_NAMED}"


def _by_day(table: str, parsed: Parsed) -> dict[date, int]:
    return {row["date"]: row["downloads"] for row in parsed.tables[table]}
