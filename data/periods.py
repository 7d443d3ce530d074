"""What each repository had at the end of each month and week, and so what lies between.

An *edge* is the last day of a calendar month or of a week that ends on Sunday. Adjusted counters at
an edge lie on the straight line between the days read before and after it, in whole downloads: what
one period has less the next one has more. Reasons say where an edge is an estimate:

    EXACT           read on that day, or nothing happened between the days around it
    INTERPOLATED    the day was not read
    STALLED         the counter stood still on that day; provisional until it moves
    HELD            the counter stood below its highest value
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Kind = Literal["month", "week"]
KINDS: tuple[Kind, ...] = ("month", "week")

NULL = -1


class Reason(enum.IntEnum):
    """Why the value at an edge is an estimate; the greater one is said first."""

    EXACT = 0
    INTERPOLATED = 1
    STALLED = 2
    HELD = 3


@dataclass
class Edge:
    """One edge: what the last day seen said, and, once a later day was used, what is believed.

    `value` is the adjusted counter, -1 where unknown; `waits` says whose value is provisional.
    """

    day: int
    raw_all: Longs
    raw_30d: Ints
    listed: Flags
    value: Longs | None = None
    reason: npt.NDArray[np.uint8] | None = None
    waits: Flags | None = None
    is_unknown: bool = False  # before the first day with counters

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What ends on that day."""
        following = date.fromordinal(self.day + 1)
        ends = {"month": following.day == 1, "week": following.weekday() == 0}
        return tuple(kind for kind in KINDS if ends[kind])

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Its arrays by name, those that it has."""
        names = ("raw_all", "raw_30d", "listed", "value", "reason", "waits")
        held = {name: getattr(self, name) for name in names}
        return {name: array for name, array in held.items() if array is not None}


@dataclass(frozen=True)
class Period:
    """Downloads of one month or week: two edges of the same kind, one after the other.

    `is_final`: later days cannot change it, unless days before it do.
    """

    kind: Kind
    first: date
    last: date
    start: Edge
    end: Edge
    is_final: bool

    def downloads(self, created: Ints, came: Ints) -> tuple[Longs, Flags]:
        """Adjusted downloads by key, and where they are known; `came`: day on which a repository
        came to the Hub as far as it was seen, 0 where it may have been there before.

        A repository that came after the period began had none at its beginning. Nothing is known of
        a period that began before there were counters: its new repositories alone would mislead.
        """
        start, end = _values(self.start), _values(self.end)
        if self.start.is_unknown:
            return np.zeros(len(end), dtype=np.int64), np.zeros(len(end), dtype=np.bool_)
        is_new = (created > self.start.day) | (came > self.start.day)
        begins = np.where((start < 0) & is_new, 0, start)
        known = (begins >= 0) & (end >= 0)
        return np.where(known, end - begins, 0), known

    def raw_downloads(self, created: Ints) -> tuple[Longs, Flags]:
        """Difference of the counters as reported, by key, and where both were reported."""
        begins = np.where(
            (self.start.raw_all < 0) & (created > self.start.day), 0, self.start.raw_all
        )
        known = (begins >= 0) & (self.end.raw_all >= 0)
        return np.where(known, self.end.raw_all - begins, 0), known

    def reason(self) -> npt.NDArray[np.uint8]:
        """The greater reason of both edges, by key."""
        assert self.start.reason is not None
        assert self.end.reason is not None
        return np.maximum(self.start.reason, self.end.reason)


class Edges:
    """The edges that are not settled yet, and the last settled one of each kind."""

    def __init__(self) -> None:
        self.open: list[Edge] = []
        self._last_seen: int | None = None

    # The course of a day: reach, arrive, then either stay or begin or cross-move-settle.

    def reach(self, day: int, raw_all: Longs, raw_30d: Ints, listed: Flags) -> None:
        """Before a day is taken in: edges that lie between it and the last day seen."""
        if self._last_seen is None:
            return
        between = [d for d in range(self._last_seen + 1, day) if _is_edge(d)]
        if between:
            # One copy for all: nothing was seen between them.
            copies = raw_all.copy(), raw_30d.copy(), listed.copy()
            self.open += [Edge(d, *copies) for d in between]

    def arrive(self, day: int, raw_all: Longs, raw_30d: Ints, listed: Flags) -> None:
        """After a day was taken in: the day itself may be an edge."""
        if _is_edge(day):
            self.open.append(Edge(day, raw_all.copy(), raw_30d.copy(), listed.copy()))
        self._last_seen = day

    def give_up(self) -> None:
        """No day had counters so far: what is believed at the edges stays unknown."""
        for edge in self._unvalued():
            self._value(edge, np.full(len(edge.raw_all), NULL, dtype=np.int64))
            edge.is_unknown = True

    def begin(self, day: int, held: Longs) -> None:
        """The first day with counters: nothing is known of the edges before it."""
        for edge in self._unvalued():
            is_known = edge.day == day
            blank = np.full(len(held), NULL, dtype=np.int64)
            self._value(edge, held.copy() if is_known else blank)
            edge.is_unknown = not is_known

    def cross(self, held: Longs) -> None:
        """A day is used: edges since the last used one begin at what was believed then."""
        for edge in self._unvalued():
            self._value(edge, held.copy())

    def move(
        self,
        keys: Ints,
        base: Longs,
        gain: Longs,
        since: npt.NDArray[Any],
        reason: npt.NDArray[np.uint8],
        holds: Flags,
        day: int,
        before: int,
    ) -> None:
        """Repositories went from `base` at the end of `since` to `base + gain` at that of `day`.

        `base` is -1 where it is unknown; then `gain` is the value of the day.
        """
        for edge in self.open:
            if edge.value is None or edge.reason is None or edge.waits is None:
                continue
            on = edge.day > before
            chosen = np.full(len(keys), True) if on else edge.waits[keys] & ~holds
            if not chosen.any():
                continue
            which = keys[chosen]
            steps = np.clip(edge.day - since[chosen], 0, day - since[chosen])
            part = gain[chosen] * steps // np.maximum(day - since[chosen], 1)
            unknown = base[chosen] < 0
            ends = edge.day == day
            value = np.where(unknown, gain[chosen] if ends else NULL, base[chosen] + part)
            # Before `since`, a new repository was not there yet.
            exact = (ends | (gain[chosen] == 0) | (steps == 0)) & ~holds[chosen]
            exact &= ~((reason[chosen] == Reason.HELD) & (not ends))
            edge.value[which] = value
            edge.reason[which] = np.where(exact, Reason.EXACT, reason[chosen])
            edge.waits[which] = False

    def settle(self, pending: Flags, falling: Flags, before: int) -> None:
        """After a used day: whose values at the edges since `before` are provisional or held."""
        for edge in self.open:
            if edge.value is None or edge.reason is None or edge.waits is None:
                continue
            if edge.day > before:
                known = edge.value >= 0
                edge.waits = pending & known
                edge.reason[edge.waits] = Reason.STALLED
                edge.reason[falling & known] = Reason.HELD
            else:
                edge.waits &= pending

    def grow(self, size: int) -> None:
        """Make room for new keys; nothing is known of them."""
        blanks = {"raw_all": NULL, "raw_30d": NULL, "value": NULL}
        for edge in self.open:
            for name, array in edge.arrays().items():
                more = size - len(array)
                if more > 0:
                    blank = np.full(more, blanks.get(name, 0), dtype=array.dtype)
                    setattr(edge, name, np.concatenate([array, blank]))

    # What comes out.

    def periods(self) -> Iterator[Period]:
        """The periods between the open edges of each kind, as far as they are valued."""
        for kind in KINDS:
            edges = [edge for edge in self.open if kind in edge.kinds and edge.value is not None]
            for start, end in pairwise(edges):
                first = date.fromordinal(start.day + 1)
                if following(kind, first) != date.fromordinal(end.day + 1):
                    continue
                final = not (_waits(start) or _waits(end))
                yield Period(kind, first, date.fromordinal(end.day), start, end, final)

    def forget(self) -> None:
        """Drop the edges of which no later period needs anything."""
        needed: set[int] = set()
        for kind in KINDS:
            edges = [edge for edge in self.open if kind in edge.kinds]
            firm = [n for n, edge in enumerate(edges) if edge.value is not None]
            last = max((n for n in firm if not _any_waits(edges[: n + 1])), default=0)
            needed |= {edge.day for edge in edges[last:]}
        self.open = [edge for edge in self.open if edge.day in needed]

    # Keeping the state.

    def notes(self) -> dict[str, Any]:
        """What restored() needs besides the arrays of the open edges."""
        return {
            "last_seen": self._last_seen,
            "open": [{"day": edge.day, "is_unknown": edge.is_unknown} for edge in self.open],
        }

    @classmethod
    def restored(cls, notes: dict[str, Any], arrays: list[dict[str, npt.NDArray[Any]]]) -> Edges:
        """The state of which notes() and each open edge's arrays() were kept."""
        edges = cls()
        edges._last_seen = notes["last_seen"]
        edges.open = [
            Edge(day=note["day"], is_unknown=note["is_unknown"], **held)
            for note, held in zip(notes["open"], arrays, strict=True)
        ]
        return edges

    def _unvalued(self) -> list[Edge]:
        return [edge for edge in self.open if edge.value is None]

    def _value(self, edge: Edge, value: Longs) -> None:
        edge.value = value
        edge.reason = np.zeros(len(value), dtype=np.uint8)
        edge.waits = np.zeros(len(value), dtype=np.bool_)


def _is_edge(day: int) -> bool:
    following = date.fromordinal(day + 1)
    return following.day == 1 or following.weekday() == 0


def following(kind: Kind, first: date) -> date:
    """The first day of the period after the one that begins on `first`."""
    if kind == "week":
        return first + timedelta(days=7)
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _values(edge: Edge) -> Longs:
    assert edge.value is not None
    return edge.value


def _waits(edge: Edge) -> bool:
    return edge.waits is not None and bool(edge.waits.any())


def _any_waits(edges: list[Edge]) -> bool:
    return any(_waits(edge) for edge in edges)
