"""Counters that stall, fall and repeat -> adjusted counters that never fall, and incidents.

The Hub's all-time counters are read day by day; a day's snapshot stands for the end of its UTC day.
For each repository the adjusted counter is what was downloaded since it is known:

- *Stall.* A counter that stands still although downloads were to be expected was not read on that
  day: what it catches up later is spread evenly over the days between. After STALL_DAYS it is
  believed; after twice that when the whole Hub stands still.
- *Rollback.* A counter that falls is held at its highest value until it recovers, and what it has
  gained then is spread likewise; after HOLD_DAYS the fall is accepted as a restatement: it is taken
  out, what came after it counts.
- *Partial, repeated, missing.* Such a day was not read, for any repository.
- A repository that is gone keeps what it had. One that was first seen after the first day begins at
  zero when it was created. On the day on which a wider archive takes over, only what was created
  since the day before it is new: of all else nothing is known before that day.

So the sum of all adjusted gains is what the counters say in the end, restatements apart. Spikes,
uniform growth, frozen windows and test repositories are reported, and counted as they are.

`Cleaning` holds one number a repository and quantity in arrays, indexed by key, and costs a pass
over what changed. It reads no file and knows no source.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from data.periods import Edges, Reason

HOLD_DAYS = 30  # the two known rollbacks recovered within weeks
STALL_DAYS = 14  # the longest known stall lasted days
LEAST_SHARE = 0.90  # of the repositories of the days before; under it a day is partial
LEAST_KNOWN = 0.50  # of the repositories; with fewer all-time counters a day has none

# A repository is *active* when so many downloads were to be expected that none is no chance.
ACTIVE = 20
MODEL_ACTIVE = 2_000  # for one repository alone; traffic of a single user can end in a day
LEAST_ACTIVE = {"hub": 30, "publisher": 5}
HUB_STILL = 0.10  # share of the active that move: below it the whole Hub stands still
HUB_PARTLY_STILL = 0.80  # of what is usual: below it part of the Hub stands still
PUBLISHER_STILL = 0.20
FROZEN = 0.20  # share of the moving whose 30-day window moves

HUB_FALLS = 0.01  # share of all repositories: from it on a fall is one of the Hub
MANY_FALLS = 20  # or so many that are worth a line each
GENERAL_FALL = 0.5  # of the moving; then one that rose may have risen by less than it lost
REPORTED_FALL = 1_000  # smaller falls of single repositories are held, but not listed
SPIKE_TIMES, SPIKE_LEAST, SPIKE_AGE, SPIKE_ENDS = 10, 20_000, 14, 0.3
UNIFORM_LEAST, UNIFORM_MODELS, UNIFORM_SPREAD, UNIFORM_USUAL = 100, 8, 0.10, 0.30
TEST_LEAST = 1_000
GAP_TIMES = 1.5

ATOM_AGE, ATOM_LATEST = 30, 37  # days; judged on the first day seen at that age

Longs = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

NULL = -1  # no counter is negative
NOT_JUDGED, NEVER_JUDGED = -1, -2


@dataclass(frozen=True)
class Reading:
    """What a day says: the repositories that changed since the day before, or, in a frame, all.

    Arrays of one length; a counter that is NULL is -1. `likes`: their sum, None when unknown.
    `widens`: the day is of an archive that has more of the Hub than those of the days before, so
    that a repository may be old though it is seen for the first time.
    """

    day: date
    keys: Ints
    is_gone: Flags
    downloads_30d: Longs
    downloads_all_time: Longs
    is_frame: bool
    likes: int | None = None
    widens: bool = False


@dataclass(frozen=True)
class Births:
    """What is known of repositories from the first day on which they were seen, or from the day of
    a wider archive.

    `created`: ordinal of the UTC date; `owner`: a number that is equal for equal owners.
    """

    keys: Ints
    created: Ints
    owner: npt.NDArray[np.uint64]
    is_test: Flags


@dataclass
class Incident:
    """Something wrong in the counters, from one day to another (ordinals).

    `level`: hub, publisher or model; `key`: a repository concerned, None for the whole Hub. The
    rest as in data/sql/tables/hub__incidents.sql.
    """

    kind: str
    starts_on: int
    ends_on: int
    level: str
    key: int | None
    models: int | None
    downloads: int | None
    action: str
    evidence: str


@dataclass
class _Fall:
    """Repositories whose counters fell on one day, as long as they are held.

    `is_general`: most of what moved on that day fell, so that no counter is beyond doubt.
    """

    incident: Incident
    keys: Ints
    is_general: bool = False


_KEYED = {
    # What the newest day said.
    "present": (np.bool_, False),
    "raw_30d": (np.int32, NULL),
    "raw_all": (np.int64, NULL),
    # What is known of the repository.
    "created": (np.int32, 0),
    "first_seen": (np.int32, 0),
    "owner": (np.uint64, 0),
    "is_test": (np.bool_, False),
    # What is believed as of the last used day.
    "held": (np.int64, NULL),
    "offset": (np.int64, 0),
    "used_30d": (np.int32, NULL),
    "pending_since": (np.int32, 0),  # last day believed before a stall or fall; 0 = in none
    "fell_on": (np.int32, 0),
    "fell_to": (np.int64, 0),
    "at_30": (np.int32, NOT_JUDGED),
}


@dataclass
class _Days:
    """What is remembered of the days themselves."""

    seen: list[int] = field(default_factory=list)
    used: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    moved_shares: list[float] = field(default_factory=list)
    wider: list[int] = field(default_factory=list)  # days that widened
    likes: int | None = None
    listed: int = 0


class Cleaning:
    """The state after the days seen so far, and what was found on the way."""

    present: Flags
    raw_30d: Ints
    raw_all: Longs
    created: Ints
    first_seen: Ints
    owner: npt.NDArray[np.uint64]
    is_test: Flags
    held: Longs
    offset: Longs
    used_30d: Ints
    pending_since: Ints
    fell_on: Ints
    fell_to: Longs
    at_30: Ints

    def __init__(self, edges: Edges) -> None:
        self.edges = edges
        self.days = _Days()
        self.incidents: list[Incident] = []
        self._open: dict[str, Incident] = {}
        self._falls: list[_Fall] = []
        self._spikes: dict[int, tuple[int, int]] = {}
        self._touched: list[Ints] = []
        for name, (kind, _) in _KEYED.items():
            setattr(self, name, np.empty(0, dtype=kind))

    @property
    def size(self) -> int:
        """Number of keys."""
        return len(self.held)

    @property
    def came(self) -> Ints:
        """The day on which each repository was first seen, 0 where it may have been there before
        and only the archive did not have it."""
        if not self.days.wider:
            return self.first_seen
        came: Ints = np.where(np.isin(self.first_seen, self.days.wider), 0, self.first_seen)
        return came

    def see(self, reading: Reading, births: Births) -> None:
        """Take in the next day; `births` are the repositories that it shows for the first time.

        Days come in order; raises ValueError when one does not.
        """
        day = reading.day.toordinal()
        if self.days.seen and day <= self.days.seen[-1]:
            raise ValueError(f"{reading.day}: expected a day after the last one seen")
        self._grow(int(max(reading.keys.max(initial=-1), births.keys.max(initial=-1))) + 1)
        if reading.widens:
            self.days.wider.append(day)
        self.edges.reach(day, self.raw_all, self.raw_30d, self.present)
        listed_before = self.days.listed
        changed = self._mirror(reading, births, day)
        if self.days.used:
            self._touched.append(changed)
        why = self._why_not_used(reading, changed, day, listed_before)
        self.days.seen.append(day)
        self.days.likes = reading.likes
        self.edges.arrive(day, self.raw_all, self.raw_30d, self.present)
        if why is None:
            self._use(day)
        elif self.days.used:
            self._report(why)
        else:
            self._report(why)
            self.edges.give_up()
        self._judge_births(day)
        self._close_before(day)

    def found(self) -> list[Incident]:
        """All incidents so far, the missing days among them, by day."""
        falls = [fall.incident for fall in self._falls]
        every = [*self.incidents, *self._open.values(), *falls, *self._gaps()]
        return sorted(every, key=lambda i: (i.starts_on, i.kind, i.level, i.key or 0))

    # The mirror: what the newest day said, used or not.

    def _grow(self, size: int) -> None:
        more = size - self.size
        if more <= 0:
            return
        for name, (kind, blank) in _KEYED.items():
            grown = np.concatenate([getattr(self, name), np.full(more, blank, dtype=kind)])
            setattr(self, name, grown)
        self.edges.grow(size)

    def _mirror(self, reading: Reading, births: Births, day: int) -> Ints:
        """Make the mirror say what the day says; returns the keys that changed."""
        self.created[births.keys] = births.created
        self.owner[births.keys] = births.owner
        self.is_test[births.keys] = births.is_test
        keys, gone = reading.keys, reading.is_gone
        if reading.is_frame:
            present, raw_30d, raw_all = self._framed(reading)
            differs = self.present != present
            differs |= self.raw_30d != raw_30d
            differs |= self.raw_all != raw_all
            self.present, self.raw_30d, self.raw_all = present, raw_30d, raw_all
            keys = np.flatnonzero(differs).astype(np.int32)
        else:
            self.present[keys] = ~gone
            self.raw_30d[keys] = np.where(gone, NULL, reading.downloads_30d)
            self.raw_all[keys] = np.where(gone, NULL, reading.downloads_all_time)
        here = keys[self.present[keys] & (self.first_seen[keys] == 0)]
        self.first_seen[here] = day
        self.days.listed = int(np.count_nonzero(self.present))
        return keys

    def _framed(self, reading: Reading) -> tuple[Flags, Ints, Longs]:
        present = np.zeros(self.size, dtype=np.bool_)
        raw_30d = np.full(self.size, NULL, dtype=np.int32)
        raw_all = np.full(self.size, NULL, dtype=np.int64)
        present[reading.keys] = ~reading.is_gone
        raw_30d[reading.keys] = reading.downloads_30d
        raw_all[reading.keys] = reading.downloads_all_time
        return present, raw_30d, raw_all

    # Whether a day is used at all.

    def _why_not_used(
        self, reading: Reading, changed: Ints, day: int, listed_before: int
    ) -> Incident | None:
        listed = self.days.listed
        usual = median(self.days.sizes[-7:]) if self.days.sizes else 0
        if reading.widens:
            # It has at least what the narrower one had; days after it are judged by its own size.
            self.days.sizes = []
        if listed < LEAST_SHARE * usual:
            return _hub(
                "partial_day", day, listed, None,
                "left out; downloads are spread over the day",
                f"{listed:,} repositories, expected at least {LEAST_SHARE:.0%} of {usual:,.0f}",
            )  # fmt: skip
        same_likes = reading.likes is None or reading.likes == self.days.likes
        if self.days.used and not len(changed) and listed == listed_before and same_likes:
            return _hub(
                "repeated_snapshot", day, listed, None,
                "left out; downloads are spread over the day",
                f"every counter of {listed:,} repositories is that of the day before",
            )  # fmt: skip
        self.days.sizes.append(listed)
        known = np.count_nonzero(self.present & (self.raw_all >= 0))
        if known < LEAST_KNOWN * listed or not listed:
            # No incident: archives had no all-time counter before 2025-02-27.
            return _hub("", day, None, None, "", "")
        return self._hub_stall(day)

    def _hub_stall(self, day: int) -> Incident | None:
        active, moves = self._active(day)
        share = float(moves.mean()) if len(active) else 1.0
        if len(active) < LEAST_ACTIVE["hub"] or share >= HUB_STILL:
            return None
        if self.days.used and day - self.days.used[-1] > STALL_DAYS:
            return None
        return _hub(
            "stall", day, len(active), None,
            "left out; what the counters catch up is spread over the days",
            f"{share:.1%} of {len(active):,} active repositories moved",
        )  # fmt: skip

    def _active(self, day: int) -> tuple[Ints, Flags]:
        """Repositories whose counter was to move since the last used day, and whether it did."""
        if not self.days.used:
            return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.bool_)
        expected = ACTIVE * 30 / (day - self.days.used[-1])
        chosen = (self.used_30d >= expected) & (self.held >= 0) & self.present
        active = np.flatnonzero(chosen & (self.raw_all >= 0)).astype(np.int32)
        base = np.where(
            self.fell_on[active] > 0, self.fell_to[active], self.held[active] - self.offset[active]
        )
        return active, self.raw_all[active] != base

    # A day that is used.

    def _use(self, day: int) -> None:
        if self.days.used:
            changed = np.unique(np.concatenate(self._touched)).astype(np.int32)
            self._touched = []
            self._advance(day, self.days.used[-1], changed)
            self.used_30d[changed] = self.raw_30d[changed]
        else:
            self._begin(day)
            self.used_30d = self.raw_30d.copy()
        self.days.used.append(day)

    def _begin(self, day: int) -> None:
        """The first day with counters: what lies before it is unknown."""
        known = self.raw_all >= 0
        self.held[known] = self.raw_all[known]
        self.edges.begin(day, self.held)

    def _advance(self, day: int, before: int, changed: Ints) -> None:
        self.edges.cross(self.held)
        stalled = self._stalled(day)
        waiting = np.flatnonzero(self.pending_since > 0).astype(np.int32)
        stays = self._stays_pending(waiting[self.fell_on[waiting] == 0], stalled, day)
        keys = np.union1d(changed, waiting).astype(np.int32)
        unknown = self.present[keys] & (self.raw_all[keys] < 0)
        lost = keys[unknown & (self.held[keys] >= 0) & (self.pending_since[keys] == 0)]
        self.pending_since[lost] = before
        skipped = np.isin(keys, stays) | unknown | ((self.held[keys] < 0) & ~self.present[keys])
        self._move(keys[~skipped], day, before)
        fresh = stays[self.pending_since[stays] == 0]
        self.pending_since[fresh] = before
        doubtful = self.fell_on > 0
        if self._is_general_fall():
            doubtful |= (self.raw_30d > 0) & (self.held >= 0)
        self.edges.settle(self.pending_since > 0, doubtful, before)

    def _stays_pending(self, waiting: Ints, stalled: Ints, day: int) -> Ints:
        """Repositories of which this day says nothing, because their counter stands still."""
        still = self.raw_all[waiting] == self.held[waiting] - self.offset[waiting]
        doubtful = np.union1d(stalled, waiting[still & self.present[waiting]]).astype(np.int32)
        since = self.pending_since[doubtful]
        patient: Ints = doubtful[(since == 0) | (day - since <= STALL_DAYS)]
        return patient

    def _move(self, keys: Ints, day: int, before: int) -> None:
        """Advance the adjusted counters of `keys` to the day, and what lies between."""
        was = self.held[keys]
        gone = ~self.present[keys]
        value = np.where(gone, was, self.raw_all[keys] + self.offset[keys])
        is_new = was < 0
        gain = np.where(is_new, value, value - was)
        since = np.where(self.pending_since[keys] > 0, self.pending_since[keys], before)
        reason = np.where(self.pending_since[keys] > 0, Reason.STALLED, Reason.INTERPOLATED)
        new = self._new(keys, is_new, before)
        since = np.where(new.is_born, new.since, since)
        falls = ~is_new & (gain < 0)
        gain = np.where(falls, 0, gain)
        was_falling = self.fell_on[keys] > 0
        was_general = self._is_general_fall()
        gain += self._hold(keys, falls, gone, was_falling, value, day)
        holds = self.fell_on[keys] > 0
        reason = np.where(holds | was_falling, Reason.HELD, reason)
        # What most of the Hub catches up on the day of a recovery is no spike.
        self._report_events(keys, gain, since, is_new, was_falling | was_general, day)
        base = np.where(is_new, np.where(new.is_born, 0, NULL), was)
        self.edges.move(keys, base, gain, since, reason.astype(np.uint8), holds, day, before)
        self.held[keys] = np.where(is_new, value, was + gain)
        # What falls out of a stall is in doubt since the stall began.
        self.pending_since[keys] = np.where(holds, np.minimum(since, before), 0)

    def _new(self, keys: Ints, is_new: Flags, before: int) -> _New:
        """Which of the repositories with a first counter begin at zero, and when."""
        created = self.created[keys] - 1
        is_born = is_new & ((created >= before) | (self.came[keys] > before))
        return _New(is_born, np.maximum(created, before))

    def _hold(
        self, keys: Ints, falls: Flags, gone: Flags, was_falling: Flags, value: Longs, day: int
    ) -> Longs:
        """Hold what falls, let go what recovered, accept what did not; returns gains accepted."""
        recovered = keys[was_falling & ~falls]
        self.fell_on[recovered] = 0
        begins = falls & ~was_falling
        fell = keys[begins]
        missing = self.held[fell] - value[begins]
        self.fell_on[fell] = day
        self.fell_to[fell] = self.raw_all[fell]
        goes_on = keys[falls & was_falling & ~gone]
        self.fell_to[goes_on] = np.minimum(self.fell_to[goes_on], self.raw_all[goes_on])
        self._report_falls(fell, missing, len(keys), day)
        old = falls & was_falling & (day - self.fell_on[keys] > HOLD_DAYS)
        gains = np.zeros(len(keys), dtype=np.int64)
        accepted = keys[old]
        if len(accepted):
            lost = self.held[accepted] - self.offset[accepted] - self.fell_to[accepted]
            gains[old] = self.raw_all[accepted] - self.fell_to[accepted]
            self.offset[accepted] += lost
            self._report_restatement(accepted, lost, day)
            self.fell_on[accepted] = 0
        self._follow_falls(day)
        return gains

    def _stalled(self, day: int) -> Ints:
        """Active repositories that stand still, in a part of the Hub or alone; reports them."""
        active, moves = self._active(day)
        if not len(active):
            return np.empty(0, dtype=np.int32)
        share = float(moves.mean())
        usual = median(self.days.moved_shares[-15:]) if self.days.moved_shares else share
        self.days.moved_shares = [*self.days.moved_shares[-14:], share]
        still = ~moves
        if len(active) >= LEAST_ACTIVE["hub"] and share < HUB_PARTLY_STILL * usual:
            self.days.moved_shares.pop()
            self._report(
                _hub(
                    "stall", day, int(still.sum()), None,
                    "spread over the days, for the repositories that stood still",
                    f"{share:.1%} of {len(active):,} active repositories moved, "
                    f"expected about {usual:.1%}",
                )
            )  # fmt: skip
            return active[still]
        by_publisher = self._stalled_publishers(day, active, still)
        rate = self.used_30d[active] / 30 * (day - self.days.used[-1])
        alone = still & (rate >= MODEL_ACTIVE) & ~np.isin(active, by_publisher)
        for key in active[alone]:
            self._report(
                Incident(
                    "stall", day, day, "model", int(key), 1, None,
                    "what the counter catches up is spread over the days",
                    f"no download, expected about {self.used_30d[key] / 30:,.0f} a day",
                )
            )  # fmt: skip
        return np.union1d(by_publisher, active[alone]).astype(np.int32)

    def _stalled_publishers(self, day: int, active: Ints, still: Flags) -> Ints:
        owners, code, count = np.unique(self.owner[active], return_inverse=True, return_counts=True)
        stands = np.bincount(code, weights=still, minlength=len(owners))
        many = count >= LEAST_ACTIVE["publisher"]
        stalled = np.flatnonzero(many & (1 - stands / count < PUBLISHER_STILL))
        for number in stalled:
            members = active[code == number]
            self._report(
                Incident(
                    "stall", day, day, "publisher", int(members[0]), int(stands[number]), None,
                    "what the counters catch up is spread over the days",
                    f"{int(stands[number])} of {int(count[number])} active repositories stood "
                    "still",
                )
            )  # fmt: skip
        return active[np.isin(code, stalled) & still]

    # What is reported and counted as it is.

    def _report_events(
        self, keys: Ints, gain: Longs, since: Longs, is_new: Flags, was_falling: Flags, day: int
    ) -> None:
        days = np.maximum(day - since, 1)
        rate = gain / days
        usual = np.maximum(self.used_30d[keys], 0) / 30
        settled = ~is_new & ~was_falling & (self.pending_since[keys] == 0)
        if self.days.wider and self.days.wider[-1] > self.days.used[-1]:
            # Nobody knows on which days that was downloaded which the narrower archive left out.
            settled &= self.used_30d[keys] >= 0
        self._report_spikes(keys, rate, usual, settled, day)
        self._report_uniform(keys[settled], rate[settled], usual[settled], day)
        self._report_frozen(keys, gain, is_new, day)
        tests = self.is_test[keys] & ~is_new & (rate >= TEST_LEAST)
        for key, downloads in zip(keys[tests].tolist(), rate[tests].tolist(), strict=True):
            self._report(
                Incident(
                    "ci_test_models", day, day, "model", key, 1, int(downloads),
                    "counted, marked as a test repository and left out of rankings",
                    f"{downloads:,.0f} downloads a day by software tests",
                )
            )  # fmt: skip

    def _report_spikes(self, keys: Ints, rate: Any, usual: Any, settled: Flags, day: int) -> None:
        for key, (peak, on) in list(self._spikes.items()):
            place = np.searchsorted(keys, key)
            found = place < len(keys) and keys[place] == key
            now = float(rate[place]) if found else 0.0
            if now < SPIKE_ENDS * peak:
                self.incidents.append(
                    Incident(
                        "spike", on, on, "model", key, 1, peak, "counted as it is",
                        f"{peak:,} downloads on one day, then {now:,.0f}",
                    )
                )  # fmt: skip
        self._spikes = {}
        old = day - self.created[keys] >= SPIKE_AGE
        high = (rate >= SPIKE_LEAST) & (rate >= SPIKE_TIMES * np.maximum(usual, 100))
        if day - self.days.used[-1] == 1:
            for place in np.flatnonzero(high & old & settled):
                self._spikes[int(keys[place])] = (int(rate[place]), day)

    def _report_uniform(self, keys: Ints, rate: Any, usual: Any, day: int) -> None:
        chosen = rate >= UNIFORM_LEAST
        keys, rate, usual = keys[chosen], rate[chosen], usual[chosen]
        _, code, count = np.unique(self.owner[keys], return_inverse=True, return_counts=True)
        now, before = _spread(code, rate, count), _spread(code, usual, count)
        uniform = (count >= UNIFORM_MODELS) & (now < UNIFORM_SPREAD) & (before > UNIFORM_USUAL)
        for number in np.flatnonzero(uniform):
            members = code == number
            low, high = rate[members].min(), rate[members].max()
            self._report(
                Incident(
                    "suspicious_uniform_growth", day, day, "publisher",
                    int(keys[members][0]), int(count[number]), int(rate[members].sum()),
                    "counted as it is",
                    f"{int(count[number])} repositories of unlike size gained {low:,.0f} to "
                    f"{high:,.0f} a day each",
                )
            )  # fmt: skip

    def _report_frozen(self, keys: Ints, gain: Longs, is_new: Flags, day: int) -> None:
        expected = ACTIVE * 30 / (day - self.days.used[-1])
        moving = keys[(gain > 0) & ~is_new & (self.used_30d[keys] >= expected)]
        if len(moving) < LEAST_ACTIVE["hub"]:
            return
        share = float((self.raw_30d[moving] != self.used_30d[moving]).mean())
        if share < FROZEN:
            self._report(
                _hub(
                    "frozen_window", day, len(moving), None,
                    "30-day counters of these days are stale; months are not concerned",
                    f"the 30-day counters of {share:.1%} of {len(moving):,} moving repositories "
                    "moved",
                )
            )  # fmt: skip

    def _is_general_fall(self) -> bool:
        return any(fall.is_general for fall in self._falls)

    def _report_falls(self, keys: Ints, missing: Longs, moved: int, day: int) -> None:
        if not len(keys):
            return
        large = np.count_nonzero(missing >= REPORTED_FALL)
        if large > MANY_FALLS or len(keys) >= max(HUB_FALLS * self.days.listed, 5):
            self._held(keys, "hub", None, int(missing.sum()), day)
            self._falls[-1].is_general = len(keys) >= GENERAL_FALL * moved
            return
        for key, lost in zip(keys.tolist(), missing.tolist(), strict=True):
            if lost >= REPORTED_FALL:
                self._held(np.array([key], dtype=np.int32), "model", key, lost, day)

    def _held(self, keys: Ints, level: str, key: int | None, missing: int, day: int) -> None:
        incident = Incident(
            "rollback", day, day, level, key, len(keys), missing,
            f"held at the highest value for at most {HOLD_DAYS} days",
            f"{len(keys):,} all-time counters fell by {missing:,} in all",
        )  # fmt: skip
        self._falls.append(_Fall(incident, keys))

    def _follow_falls(self, day: int) -> None:
        """Rollbacks last as long as a twentieth of their repositories is held."""
        going = []
        for fall in self._falls:
            held = np.count_nonzero(self.fell_on[fall.keys] == fall.incident.starts_on)
            if held > 0.05 * len(fall.keys):
                fall.incident.ends_on = day
                going.append(fall)
            else:
                fall.incident.ends_on = max(self.days.used[-1], fall.incident.starts_on)
                self.incidents.append(fall.incident)
        self._falls = going

    def _report_restatement(self, keys: Ints, lost: Longs, day: int) -> None:
        many = len(keys) > MANY_FALLS
        total = int(lost.sum())
        if many or total >= REPORTED_FALL:
            self.incidents.append(
                Incident(
                    "restatement", day, day, "hub" if many else "model",
                    None if many else int(keys[np.argmax(lost)]), len(keys), total,
                    "accepted: totals follow the counters, the fall counts in no month",
                    f"{len(keys):,} counters did not recover within {HOLD_DAYS} days",
                )
            )  # fmt: skip

    def _report(self, incident: Incident) -> None:
        """Add an incident of one day; if it was there on the day before, that one goes on."""
        if not incident.kind:
            return
        subject = None if incident.key is None else incident.key
        if incident.level == "publisher" and incident.key is not None:
            subject = int(self.owner[incident.key])
        name = f"{incident.kind} {incident.level} {subject}"
        going = self._open.get(name)
        if going is None:
            self._open[name] = incident
            return
        going.ends_on = incident.ends_on
        going.models = max(going.models or 0, incident.models or 0) or None
        going.downloads = max(going.downloads or 0, incident.downloads or 0) or None

    def _close_before(self, day: int) -> None:
        for name in [name for name, going in self._open.items() if going.ends_on < day]:
            self.incidents.append(self._open.pop(name))

    def _judge_births(self, day: int) -> None:
        """ATOM's filter looks at a repository once, at the age of thirty days."""
        waiting = np.flatnonzero((self.at_30 == NOT_JUDGED) & (self.created > 0))
        age = day - self.created[waiting]
        due = waiting[(age >= ATOM_AGE) & (age <= ATOM_LATEST)]
        due = due[self.present[due] & (self.raw_30d[due] >= 0)]
        self.at_30[due] = self.raw_30d[due]
        self.at_30[waiting[age > ATOM_LATEST]] = NEVER_JUDGED

    def _gaps(self) -> Iterator[Incident]:
        """Days that are missing: gaps longer than is usual around them."""
        seen = self.days.seen
        gaps = [later - earlier for earlier, later in pairwise(seen)]
        for number, gap in enumerate(gaps):
            around = gaps[max(number - 7, 0) : number + 8]
            if gap > GAP_TIMES * median(around):
                first, last = seen[number] + 1, seen[number + 1] - 1
                yield Incident(
                    "missing_days", first, last, "hub", None, None, None,
                    "downloads are spread over the days",
                    f"no snapshot on {_days(last - first + 1)}, "
                    f"where one every {_days(median(around))} is usual",
                )  # fmt: skip

    def slim(self) -> None:
        """Let go what only further days need: what was found, and the newest day, stay."""
        for name in ("owner", "offset", "used_30d", "pending_since", "fell_on", "fell_to"):
            setattr(self, name, getattr(self, name)[:0].copy())
        self.edges.open.clear()

    # Keeping the state.

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """All that is kept in arrays, by name; those that say nothing of any key are left out."""
        falls = [fall.keys for fall in self._falls]
        nothing = np.empty(0, dtype=np.int32)
        keyed = {name: getattr(self, name) for name in _KEYED}
        return {
            **{name: array for name, array in keyed.items() if (array != _KEYED[name][1]).any()},
            "touched": np.unique(np.concatenate([nothing, *self._touched])).astype(np.int32),
            "fallen": np.concatenate([nothing, *falls]),
        }

    def notes(self) -> dict[str, Any]:
        """All the rest, as JSON values."""
        return {
            "days": asdict(self.days),
            "incidents": [asdict(one) for one in self.incidents],
            "open": {name: asdict(one) for name, one in self._open.items()},
            "falls": [
                [asdict(fall.incident), len(fall.keys), fall.is_general] for fall in self._falls
            ],
            "size": self.size,
            "spikes": [[key, *value] for key, value in self._spikes.items()],
        }

    @classmethod
    def restored(
        cls, edges: Edges, arrays: dict[str, npt.NDArray[Any]], notes: dict[str, Any]
    ) -> Cleaning:
        """The state that arrays() and notes() gave."""
        cleaning = cls(edges)
        for name, (kind, blank) in _KEYED.items():
            array = arrays[name] if name in arrays else np.full(notes["size"], blank, dtype=kind)
            setattr(cleaning, name, array)
        cleaning.days = _Days(**notes["days"])
        cleaning.incidents = [Incident(**one) for one in notes["incidents"]]
        cleaning._open = {name: Incident(**one) for name, one in notes["open"].items()}
        ends = np.cumsum([count for _, count, _ in notes["falls"]])
        for (one, count, is_general), end in zip(notes["falls"], ends.tolist(), strict=True):
            fallen = arrays["fallen"][end - count : end]
            cleaning._falls.append(_Fall(Incident(**one), fallen, is_general))
        cleaning._spikes = {key: (peak, on) for key, peak, on in notes["spikes"]}
        cleaning._touched = [arrays["touched"]]
        return cleaning


@dataclass(frozen=True)
class _New:
    is_born: Flags
    since: Ints


def _hub(
    kind: str, day: int, models: int | None, downloads: int | None, action: str, evidence: str
) -> Incident:
    return Incident(kind, day, day, "hub", None, models, downloads, action, evidence)


def _days(count: float) -> str:
    """'1 day', '7 days'."""
    return f"{count:.0f} day{'' if round(count) == 1 else 's'}"


def _spread(code: Any, values: Any, count: Any) -> Any:
    """Standard deviation over mean, group by group."""
    mean = np.bincount(code, weights=values, minlength=len(count)) / np.maximum(count, 1)
    square = np.bincount(code, weights=values**2, minlength=len(count)) / np.maximum(count, 1)
    deviation = np.sqrt(np.maximum(square - mean**2, 0))
    return np.divide(deviation, mean, out=np.zeros(len(count)), where=mean > 0)
