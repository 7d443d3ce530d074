"""Months and weeks of single repositories, against a walk in plain Python.

The walk is written from the rules, not from the code: it first finds on which days a repository's
counter is believed, and then draws straight lines between them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data.cleaning import HOLD_DAYS, MODEL_ACTIVE, STALL_DAYS
from data.periods import Edge, Reason, following
from tests.hub_days import OLD, Cleaned, Counters, clean

DAY = timedelta(days=1)
FIRST = date(2026, 1, 24)
# Quiet repositories that move every day, so that no day is taken for a repeated one.
TICKERS = range(100, 112)


# The walk.


@dataclass(frozen=True)
class Knot:
    """A day on which the counter is believed, and why the days since the last such one are not."""

    day: int
    value: int
    reason: Reason


@dataclass
class Walk:
    """One repository over all days that were read; None: not listed, (x, None): no counter."""

    readings: Mapping[int, Counters | None]
    created: int
    knots: list[Knot]
    doubts: dict[int, Reason]  # by day read
    unborn: int = 0  # last day read before it had a counter, when it began at zero

    @classmethod
    def over(cls, readings: Mapping[int, Counters | None], created: int) -> Walk:
        walk = cls(readings, created, [], {})
        walk._go()
        return walk

    def _go(self) -> None:  # noqa: PLR0912 -- one branch a rule
        held: int | None = None
        offset = fell_on = fell_to = doubt_since = 0
        window: int | None = None
        before = first_seen = None
        for day, reading in self.readings.items():
            shown = None if reading is None else reading[1]
            if reading is not None and first_seen is None:
                first_seen = day
            last_window, window = window, None if reading is None else reading[0]
            if before is None:
                if shown is not None:
                    held = shown
                    self.knots.append(Knot(day, held, Reason.EXACT))
            elif held is None:
                if shown is not None:
                    born = self.created - 1 >= before or first_seen > before
                    if born:
                        self.unborn = before
                        self.knots.append(Knot(max(self.created - 1, before), 0, Reason.EXACT))
                    held = shown
                    self.knots.append(Knot(day, held, Reason.INTERPOLATED))
            elif reading is None:
                # Gone: it keeps what it had.
                self._believe(day, held, fell_on, doubt_since)
                fell_on = doubt_since = 0
            elif shown is None:
                doubt_since = doubt_since or before
            else:
                value = shown + offset
                expected = (last_window or 0) / 30 * (day - before)
                stands = value == held and not fell_on
                if stands and (
                    (not doubt_since and expected >= MODEL_ACTIVE)
                    or (doubt_since and day - doubt_since <= STALL_DAYS)
                ):
                    doubt_since = doubt_since or before
                elif value < held and not fell_on:
                    fell_on, fell_to = day, shown
                    doubt_since = doubt_since or before
                elif value < held and day - fell_on <= HOLD_DAYS:
                    fell_to = min(fell_to, shown)
                elif value < held:
                    fell_to = min(fell_to, shown)
                    gain = shown - fell_to
                    offset += held - offset - fell_to
                    held += gain
                    self._believe(day, held, fell_on, doubt_since)
                    fell_on = doubt_since = 0
                else:
                    held = value
                    self._believe(day, held, fell_on, doubt_since)
                    fell_on = doubt_since = 0
            if doubt_since:
                self.doubts[day] = Reason.HELD if fell_on else Reason.STALLED
            before = day

    def _believe(self, day: int, value: int, fell_on: int, doubt_since: int) -> None:
        why = Reason.HELD if fell_on else Reason.STALLED if doubt_since else Reason.INTERPOLATED
        self.knots.append(Knot(day, value, why))

    def at(self, edge: int, *, begins: bool) -> tuple[int | None, Reason]:
        """Value at the end of a day, and why it is an estimate. A period begins at zero for what
        was not there yet, and has no end for it."""
        earlier = [knot for knot in self.knots if knot.day <= edge]
        later = [knot for knot in self.knots if knot.day > edge]
        if not earlier and self.unborn and self.unborn < edge:
            # Between the last day on which it was not there and its creation.
            return 0, Reason.EXACT
        if not earlier:
            days = list(self.readings)
            seen = [day for day, reading in self.readings.items() if reading is not None]
            late = bool(seen) and days[0] <= edge < seen[0]
            is_zero = begins and (late or self.created > edge)
            return (0 if is_zero else None), Reason.EXACT
        start = earlier[-1]
        if edge <= self.unborn and not begins:
            return None, Reason.EXACT
        if start.day == edge:
            return start.value, Reason.EXACT
        if not later:
            return start.value, next(
                (self.doubts[day] for day in self.readings if day >= edge and day in self.doubts),
                Reason.EXACT,
            )
        end = later[0]
        gain = end.value - start.value
        value = start.value + gain * (edge - start.day) // (end.day - start.day)
        return value, end.reason if gain or end.reason == Reason.HELD else Reason.EXACT


def walk_differs(cleaned: Cleaned, key: int, walk: Walk) -> list[str]:
    """What a repository's periods say otherwise than the walk."""
    found = []
    for (kind, first), one in cleaned.periods.items():
        start, reason = walk.at((first - DAY).toordinal(), begins=True)
        end, other = walk.at(one.last.toordinal(), begins=False)
        is_known = start is not None and end is not None
        if bool(one.known[key]) != is_known:
            found.append(f"{kind} {first}: known {one.known[key]}, walk {is_known}")
        elif is_known and int(one.downloads[key]) != end - start:
            found.append(f"{kind} {first}: {one.downloads[key]}, walk {end - start}")
        elif is_known and int(one.reason[key]) != max(reason, other):
            found.append(f"{kind} {first}: {one.reason[key]!r}, walk {max(reason, other)!r}")
    return found


# Series at random: pieces of days of one kind.

PIECES = ("gains", "loud", "stands", "falls", "recovers", "no counter", "gone", "not read")
pieces = st.lists(
    st.tuples(
        st.sampled_from(PIECES),
        st.one_of(st.integers(1, 5), st.integers(1, 40)),
        st.one_of(st.integers(0, 40), st.integers(0, 9_000)),
    ),
    min_size=1,
    max_size=9,
)
Pieces = Sequence[tuple[str, int, int]]


def series(told: Pieces) -> dict[int, Counters | str | None]:
    """A repository day by day; "" on days that are not read at all."""
    days: dict[int, Counters | str | None] = {}
    day, true, missing, window = FIRST.toordinal(), 5_000, 0, 3_000
    for kind, length, size in told:
        for step in range(length):
            if kind == "loud":
                window = 90_000
            if kind in ("gains", "loud", "no counter", "gone", "not read"):
                true += size
            if kind == "falls" and step == 0:
                missing += min(size, true - missing)
            if kind == "recovers":
                missing, true = 0, true + size
            shown: Counters | str | None = (window, true - missing)
            if kind == "no counter":
                shown = (window, None)
            elif kind == "gone":
                shown = None
            elif kind == "not read":
                shown = ""
            days[day] = shown
            day += 1
        if kind == "gains":
            window = 3_000
    return days


def read(told: Mapping[int, Counters | str | None], created: date) -> tuple[Cleaned, Walk]:
    days = {}
    readings: dict[int, Counters | None] = {}
    for ordinal, shown in told.items():
        if shown == "":
            continue
        assert not isinstance(shown, str)
        day = date.fromordinal(ordinal)
        days[day] = {key: (30 + ordinal % 2, ordinal + key) for key in TICKERS}
        if shown is not None:
            days[day][0] = shown
            # Nothing is listed before it was created.
            created = min(created, day)
        readings[ordinal] = shown
    return clean(days, {0: created}), Walk.over(readings, created.toordinal())


ages = st.sampled_from([OLD, FIRST, FIRST + 9 * DAY, FIRST + 20 * DAY])


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(told=pieces, created=ages)
@example([("loud", 8, 3000), ("stands", 6, 0), ("falls", 3, 500), ("recovers", 9, 9)], OLD)
@example([("gains", 4, 10), ("falls", 40, 900), ("gains", 30, 10)], OLD)
@example([("gains", 4, 10), ("falls", 3, 900), ("falls", 34, 900), ("gains", 30, 10)], OLD)
@example([("loud", 5, 4000), ("stands", 40, 0), ("loud", 20, 4000)], OLD)
@example([("loud", 5, 4000), ("no counter", 30, 4000), ("loud", 5, 4000)], OLD)
@example([("gone", 12, 0), ("gains", 40, 5)], FIRST + 9 * DAY)
@example([("gains", 5, 40), ("falls", 3, 30), ("gone", 20, 0), ("gains", 20, 5)], OLD)
@example([("gone", 1, 0), ("not read", 5, 0), ("gains", 30, 3)], FIRST + 9 * DAY)
@example([("gone", 3, 0), ("not read", 9, 0), ("gains", 30, 3)], OLD)
@example([("not read", 1, 0), ("gains", 3, 8), ("not read", 18, 8), ("gains", 20, 8)], OLD)
def test_periods_are_those_of_a_plain_walk(told: Pieces, created: date) -> None:
    days = series(told)
    if not any(shown != "" for shown in days.values()):
        return
    cleaned, walk = read(days, created)
    assert walk_differs(cleaned, 0, walk) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(told=pieces)
def test_weeks_of_a_month_add_up_and_nothing_is_negative(told: Pieces) -> None:
    """Between two Sundays that are both ends of months, weeks and months have the same sum."""
    days = series([*told, ("gains", 100, 7)])
    cleaned, _ = read(days, OLD)
    for one in cleaned.periods.values():
        assert (one.downloads >= 0).all()
    # A fall that was not made good within the days is a restatement; it counts in no period.
    weeks = [one for one in cleaned.of("week") if one.known[0]]
    both = [(a, b) for a in weeks for b in weeks if (b.last + DAY).day == 1 == a.first.day]
    for start, end in both:
        inside = [one for one in weeks if start.first <= one.first <= end.first]
        months = [m for m in cleaned.of("month") if start.first <= m.first <= end.last]
        assert sum(w.downloads[0] for w in inside) == sum(m.downloads[0] for m in months)


# Rules that the walk does not show.


def test_a_period_is_final_when_nothing_at_its_edges_waits() -> None:
    loud = [("loud", 12, 4000), ("stands", 10, 0), ("loud", 10, 4000)]
    days = series(loud)
    waits = FIRST + 16 * DAY
    early = {day: shown for day, shown in days.items() if day <= waits.toordinal()}
    cleaned, _ = read(early, OLD)
    week = cleaned.periods["week", date(2026, 2, 2)]
    assert not week.is_final
    assert week.reason[0] == Reason.STALLED
    assert cleaned.periods["week", date(2026, 1, 26)].is_final
    late, _ = read(days, OLD)
    assert late.periods["week", date(2026, 2, 2)].is_final


def test_edges_that_no_later_period_needs_are_forgotten() -> None:
    cleaned, _ = read(series([("gains", 140, 3)]), OLD)
    # The newest of each kind, and what was seen since.
    assert len(cleaned.cleaning.edges.open) <= 3
    cleaned, _ = read(series([("loud", 12, 4000), ("no counter", 100, 0)]), OLD)
    assert len(cleaned.cleaning.edges.open) > 10


@pytest.mark.parametrize(
    ("day", "kinds"),
    [
        (date(2026, 5, 31), ("month", "week")),
        (date(2026, 2, 28), ("month",)),
        (date(2024, 2, 29), ("month",)),
        (date(2026, 6, 14), ("week",)),
        (date(2026, 6, 15), ()),
    ],
)
def test_edges_are_ends_of_months_and_sundays(day: date, kinds: tuple[str, ...]) -> None:
    nothing = np.empty(0, np.int64)
    edge = Edge(day.toordinal(), nothing, nothing.astype(np.int32), nothing.astype(bool))
    assert edge.kinds == kinds


def test_what_follows_a_period() -> None:
    assert following("month", date(2025, 12, 1)) == date(2026, 1, 1)
    assert following("month", date(2026, 2, 1)) == date(2026, 3, 1)
    assert following("week", date(2025, 12, 29)) == date(2026, 1, 5)


def test_raw_downloads_are_differences_of_what_was_reported() -> None:
    told = [("gains", 8, 100), ("falls", 3, 400), ("recovers", 60, 100), ("no counter", 5, 0)]
    cleaned, _ = read(series([*told, ("gains", 20, 100)]), OLD)
    # January ended on the day of the fall: its end lies on the line over it, and is said to.
    january, february, march = (cleaned.of("week")[number] for number in (0, 1, 5))
    assert (january.last, february.first) == (date(2026, 2, 1), date(2026, 2, 2))
    assert (january.raw[0], january.has_raw[0]) == (600 - 400, True)
    assert january.downloads[0] == 600 + 100 * 1 // 4
    assert january.reason[0] == february.reason[0] == Reason.HELD
    assert february.raw[0] == 400 + 500
    assert march.raw[0] == march.downloads[0] == 700
    # Nothing is said of a counter that was not there.
    unread = next(one for one in cleaned.of("week") if not one.has_raw[0])
    assert unread.last == date(2026, 4, 5)
    assert unread.downloads[0] >= 0
