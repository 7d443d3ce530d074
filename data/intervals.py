"""Values that may be more or less than what is told: who of two is larger for certain, and how it
is said where nobody knows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data.wording import is_known

NOT_APART = {"at_least": "not told apart"}
WITHIN_ROUNDING = "level within rounding"


@dataclass(frozen=True)
class Interval:
    """A value and between what it lies; both ends are the value where it is exact."""

    value: float
    low: float
    high: float

    @property
    def is_exact(self) -> bool:
        """Whether it is no more and no less than its value."""
        return self.low == self.high

    def is_above(self, other: Interval) -> bool:
        """Whether it is larger whatever the two really are."""
        return self.low > other.high

    def is_open_beside(self, other: Interval) -> bool:
        """Whether nobody knows which of the two is larger. Two exact values are never so: they may
        be level."""
        if self.is_exact and other.is_exact:
            return False
        return not self.is_above(other) and not other.is_above(self)


def interval_of(row: Mapping[str, Any], value: str, low: str, high: str) -> Interval | None:
    """The interval of a row by the names of its columns; None without a value.

    A build of an earlier version has no ends: there a value is exact, or, where only the least of
    it is known, may be anything above.
    """
    middle = row[value]
    if not is_known(middle):
        return None
    ends = [row.get(name) for name in (low, high)]
    least = bool(row.get("bound") == "at_least")
    below, above = (None if end is None or pd.isna(end) else float(end) for end in ends)
    if above is None:
        above = math.inf if least else float(middle)
    return Interval(float(middle), float(middle) if below is None else below, above)


def open_words(bound: str) -> str:
    """What is said of two whose order nobody knows."""
    return NOT_APART.get(bound, WITHIN_ROUNDING)
