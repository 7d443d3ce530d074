"""Downloads a day of any package, invented the same way each time, for the fakes of registries."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

FIRST_DAY = date(2024, 1, 1)


def is_known(package: str) -> bool:
    """Whether there is a package of that name: all but those that begin with no-such."""
    return not package.startswith(("no-such", "@no-such"))


def downloads(package: str, day: date) -> int:
    """Downloads on a day: growing slowly, fewer at weekends."""
    number = int(hashlib.sha256(package.encode()).hexdigest()[:6], 16)
    usual = 2_000 + number % 200_000 + (day - FIRST_DAY).days * 40
    return usual * (70 if day.weekday() >= 5 else 100) // 100


def days(first: date, last: date) -> list[date]:
    """Every day from the first to the last, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
