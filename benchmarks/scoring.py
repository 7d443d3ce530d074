"""How well incidents were found: precision and recall by kind, against what was planted.

    for kind, one in score(hub.incidents(), archive.faults, hub_ids).items():
        print(kind, one.precision, one.recall)

An incident is right when a fault of that kind was planted from the same day to the same day and,
unless the incident is said of the whole Hub, when it hit the repository that the incident names.
Faults that are no incident (a repository that is deleted, a day without the all-time counter) are
not scored: an incident that is reported in their place is a false one of its own kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from benchmarks.archive import Planted
from data.cleaning import Incident

# A planted kind of benchmarks/archive.py -> the incident that is to be found.
EXPECTED = {
    "stall": "stall",
    "rollback": "rollback",
    "partial": "partial_day",
    "repeated": "repeated_snapshot",
    "missing": "missing_days",
    "rename": "rename",
    "frozen_window": "frozen_window",
    "spike": "spike",
    "uniform": "suspicious_uniform_growth",
    "ci_model": "ci_test_models",
}
# A change that lasts is an incident on its first day alone.
ONE_DAY = frozenset({"rename"})


@dataclass(frozen=True)
class Score:
    """Of one kind: faults planted, of them found; incidents found, of them planted."""

    planted: int
    recalled: int
    found: int
    right: int

    @property
    def precision(self) -> float | None:
        """Share of the incidents found that were planted; None when none was found."""
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """Share of the planted faults that were found; None when none was planted."""
        return self.recalled / self.planted if self.planted else None


def score(
    found: Iterable[Incident], planted: Iterable[Planted], hub_ids: Sequence[str]
) -> dict[str, Score]:
    """Scores by kind of incident, in the order of the kinds; `hub_ids` by key."""
    incidents = list(found)
    faults = [fault for fault in planted if fault.kind in EXPECTED]
    kinds = [EXPECTED[fault.kind] for fault in faults] + [one.kind for one in incidents]
    scores = {}
    for kind in sorted(set(kinds)):
        of_kind = [fault for fault in faults if EXPECTED[fault.kind] == kind]
        told = [one for one in incidents if one.kind == kind]
        scores[kind] = Score(
            planted=len(of_kind),
            recalled=sum(any(_agree(one, fault, hub_ids) for one in told) for fault in of_kind),
            found=len(told),
            right=sum(any(_agree(one, fault, hub_ids) for fault in of_kind) for one in told),
        )
    return scores


def _agree(one: Incident, fault: Planted, hub_ids: Sequence[str]) -> bool:
    ends_on = fault.starts_on if fault.kind in ONE_DAY else fault.ends_on
    told = date.fromordinal(one.starts_on), date.fromordinal(one.ends_on)
    if told != (fault.starts_on, ends_on):
        return False
    if one.key is None or fault.hub_ids is None:
        # What hit every repository may not be told of one.
        return one.key is None
    return hub_ids[one.key] in fault.hub_ids
