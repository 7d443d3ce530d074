"""Whether an answer is believed: each entity against its own earlier listings.

A listing that came short has been published as a collapse and a recovery before, so from the third
listing on an answer is rejected when

- it has under 90 % of the rows of before (the median of the last 7 accepted listings), or
- over 1 % of its rows lack a required key, and more than in the median of those listings.

Without any history an answer is rejected when none of its rows can be read, or when more than half
of them lack a required key (one row alone says too little). With one listing before, an answer that
came short is accepted with a warning.

What an organisation deletes stays deleted, so the same finding (within 5 %) on three UTC days in a
row, with no good answer between them, is accepted as the new normal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from statistics import median
from typing import Any

LISTINGS_BEFORE = 2
WINDOW = 7
LEAST_SHARE = 0.90
MOST_MISSING = 0.01
HOLLOW_SHARE = 0.5
HOLLOW_ROWS = 2
SAME_WITHIN = 0.05
DAYS_IN_A_ROW = 3
EMPTY = (
    "empty list: nothing is published under this name, or the name is wrong; check it in the seeds"
)


@dataclass(frozen=True)
class Listing:
    """One answer in numbers: its UTC day, its rows, the usable ones, those without a key."""

    day: date
    rows: int
    usable: int
    missing_key: int
    is_accepted: bool = True

    @property
    def missing_share(self) -> float:
        """Share of the rows that lack a required key, 0..1."""
        return self.missing_key / self.rows if self.rows else 0.0

    @classmethod
    def from_observation(cls, observation: Mapping[str, Any]) -> Listing:
        """A row of `observations` that has an answer (accepted or rejected)."""
        rows = observation["rows_read"]
        return cls(
            observation["observed_at"].astimezone(UTC).date(),
            rows,
            rows - (observation["rows_set_aside"] or 0),
            observation["rows_missing_key"] or 0,
            observation["status"] == "accepted",
        )


@dataclass(frozen=True)
class Verdict:
    """`reason` says why it was rejected; for an accepted one it is a warning, or None."""

    is_accepted: bool
    reason: str | None


def judge(listing: Listing, earlier: Sequence[Listing]) -> Verdict:
    """The verdict on an answer, given the entity's earlier answers, oldest first."""
    if listing.rows and not listing.usable:
        return Verdict(False, f"none of the {listing.rows:,} rows could be read")
    verdict = _by_the_past(listing, earlier)
    hollow = _hollow(listing)
    return Verdict(False, hollow) if verdict.is_accepted and hollow else verdict


def _by_the_past(listing: Listing, earlier: Sequence[Listing]) -> Verdict:
    usual = _usual(earlier)
    notes = [EMPTY] if not listing.rows else []
    if len(usual) < LISTINGS_BEFORE:
        notes += filter(None, [_shorter(listing, usual)])
        return Verdict(True, "; ".join(notes) or None)
    refused = _rejected_since(earlier)
    for finding, is_same in ((_short, _same_size), (_missing, _same_share)):
        fault = finding(listing, usual)
        if fault is None:
            continue
        days = {listing.day}
        for past in refused:
            if finding(past, usual) is None or not is_same(past, listing):
                break
            days.add(past.day)
        if len(days) < DAYS_IN_A_ROW:
            return Verdict(False, fault)
        notes.append(f"accepted as the new normal after {len(days)} days: {fault}")
    return Verdict(True, "; ".join(notes) or None)


def _usual(earlier: Sequence[Listing]) -> list[Listing]:
    """The last accepted listings, from the last change of size that was accepted."""
    usual: list[Listing] = []
    for listing in earlier:
        if not listing.is_accepted:
            continue
        if len(usual) >= LISTINGS_BEFORE and _short(listing, usual):
            # It was accepted because it had been seen on three days: they are what is usual now.
            usual = [listing] * DAYS_IN_A_ROW
        else:
            usual = [*usual, listing][-WINDOW:]
    return usual


def _rejected_since(earlier: Sequence[Listing]) -> list[Listing]:
    """Rejected answers since the last accepted one, newest first."""
    refused: list[Listing] = []
    for listing in reversed(earlier):
        if listing.is_accepted:
            break
        refused.append(listing)
    return refused


def _hollow(listing: Listing) -> str | None:
    if listing.missing_key < HOLLOW_ROWS or listing.missing_share <= HOLLOW_SHARE:
        return None
    return (
        f"{listing.missing_key:,} of {listing.rows:,} rows lack a required key, "
        "expected at most half of them in any answer"
    )


def _shorter(listing: Listing, usual: Sequence[Listing]) -> str | None:
    """A note on an answer that is short of the only listing before it."""
    if not usual or listing.usable >= LEAST_SHARE * usual[-1].usable:
        return None
    return (
        f"{listing.usable:,} rows, under {LEAST_SHARE:.0%} of the {usual[-1].usable:,} of the "
        "only listing before; accepted, because one listing is too little to judge by"
    )


Finding = Callable[[Listing, Sequence[Listing]], str | None]


def _short(listing: Listing, usual: Sequence[Listing]) -> str | None:
    before = median(past.usable for past in usual)
    if listing.usable >= LEAST_SHARE * before:
        return None
    return (
        f"short answer: {listing.usable:,} rows, expected at least {LEAST_SHARE:.0%} of "
        f"{before:,.0f}, the median of the last {len(usual)} listings"
    )


def _missing(listing: Listing, usual: Sequence[Listing]) -> str | None:
    before = median(past.missing_share for past in usual)
    if listing.missing_share <= max(MOST_MISSING, before):
        return None
    return (
        f"{listing.missing_key:,} of {listing.rows:,} rows lack a required key, "
        f"expected at most {max(MOST_MISSING, before):.1%}"
    )


def _same_size(one: Listing, other: Listing) -> bool:
    return abs(one.usable - other.usable) <= SAME_WITHIN * max(one.usable, other.usable)


def _same_share(one: Listing, other: Listing) -> bool:
    return abs(one.missing_share - other.missing_share) <= SAME_WITHIN
