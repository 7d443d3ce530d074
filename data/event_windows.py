"""The windows before and after an event, in months, weeks or days, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from data.errors import FilterError
from data.event_series import Grain

# By grain: so many months, or so many days.
WINDOWS: dict[Grain, tuple[int, ...]] = {
    "month": (1, 2, 3), "week": (30, 60, 90), "day": (30, 60, 90),
}  # fmt: skip

Side = Literal["before", "after"]
SIDES: tuple[Side, Side] = ("before", "after")


@dataclass(frozen=True)
class Windows:
    """First and last days, both inclusive, of both windows and of what lies between them and is
    left out: the periods that the event touches."""

    before_from: date
    before_to: date
    left_from: date
    left_to: date
    after_from: date
    after_to: date

    def of(self, side: Side) -> tuple[date, date]:
        """First and last day of a window."""
        if side == "before":
            return self.before_from, self.before_to
        return self.after_from, self.after_to


def windows_around(at: date, ends_on: date | None, grain: Grain, window: int) -> Windows:
    """The windows before and after a date or period. Raises FilterError."""
    last = ends_on or at
    if last < at:
        raise FilterError(f"ends_on: expected a day from {at} on, found {last}")
    if window not in WINDOWS[grain]:
        known = ", ".join(map(str, WINDOWS[grain]))
        raise FilterError(
            f"window: expected one of {known} ({'months' if grain == 'month' else 'days'}), "
            f"found {window!r}"
        )
    left_from, left_to = first_day(at, grain), next_first(first_day(last, grain), grain, 1)
    count = window // 7 if grain == "week" else window
    return Windows(
        before_from=next_first(left_from, grain, -count),
        before_to=left_from - timedelta(days=1),
        left_from=left_from,
        left_to=left_to - timedelta(days=1),
        after_from=left_to,
        after_to=next_first(left_to, grain, count) - timedelta(days=1),
    )


def first_day(day: date, grain: Grain) -> date:
    """The first day of the period that a day falls into."""
    if grain == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if grain == "week" else day


def next_first(first: date, grain: Grain, steps: int) -> date:
    """The first day of the period that is so many periods later."""
    if grain != "month":
        return first + timedelta(days=steps * (7 if grain == "week" else 1))
    months = first.year * 12 + first.month - 1 + steps
    return date(months // 12, months % 12 + 1, 1)


def steps(first: date, day: date, grain: Grain) -> int:
    """How many periods a day lies after another."""
    if grain == "month":
        return (day.year - first.year) * 12 + day.month - first.month
    return (day - first).days // (7 if grain == "week" else 1)


def between(points: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """Points of periods that begin within two days, inclusive."""
    days = points["date"].to_numpy()
    return points[(days >= np.datetime64(first)) & (days <= np.datetime64(last))]


def level(points: pd.DataFrame, measure: str) -> float | None:
    """The mean of a period, or the share of all periods together; None without any."""
    if points.empty:
        return None
    if measure == "share":
        return float(points["value"].sum() / points["market"].sum())
    return float(points["value"].mean())
