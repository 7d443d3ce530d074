"""Whether a day of an archive is believed: against the seen days next to it.

A copy that came short has been published as a collapse and a recovery, and a stale copy as a day
without downloads. So a day is refused when

- it has under 90 % of the repositories of the seen days next to it, of the smaller one if there are
  two. Before the first seen day the Hub was smaller, so there less is expected the further back; or
- its rows and the sums of all its counters are those of the seen day before it.

A reason begins with its kind: partial, repeated, damaged, unavailable, marked (by its publisher) or
dropped (by hand).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from data.daystore import DayInfo

PARTIAL = "partial"
REPEATED = "repeated"
DAMAGED = "damaged"
UNAVAILABLE = "unavailable"
MARKED = "marked"
DROPPED = "dropped"
KINDS = (PARTIAL, REPEATED, DAMAGED, UNAVAILABLE, MARKED, DROPPED)

LEAST_SHARE = 0.90
# A day; the Hub has grown by 0.1 to 0.25 % since 2024, so twice that is no ground for a refusal.
MOST_GROWTH = 0.005


def refusal(day: DayInfo, neighbours: Sequence[DayInfo]) -> str | None:
    """Why a day must not be kept, given the seen days next to it; None when it may."""
    for seen in neighbours:
        if seen.day < day.day and is_same(seen, day):
            return f"{REPEATED}: rows and totals of all counters are those of {seen.day}"
    if not neighbours:
        return None
    smaller = min(neighbours, key=lambda seen: seen.repositories)
    expected = smaller.repositories * _shrunk(day, neighbours)
    if day.repositories >= LEAST_SHARE * expected:
        return None
    return (
        f"{PARTIAL}: {day.repositories:,} repositories, expected at least {LEAST_SHARE:.0%} of "
        f"{expected:,.0f}, by the {smaller.repositories:,} of {smaller.day}"
    )


def is_same(one: DayInfo, other: DayInfo) -> bool:
    """Whether two days agree in everything that is counted."""
    return one.repositories == other.repositories and one.totals == other.totals


def _shrunk(day: DayInfo, neighbours: Sequence[DayInfo]) -> float:
    """What share of its neighbours a day may have at least been: less than all only before all."""
    days_later = min((seen.day - day.day).days for seen in neighbours)
    return exp(-MOST_GROWTH * max(days_later, 0))
