"""Tokens that OpenRouter served a day: the 50 models with the most, and the rest as `other`.

Read from the official Data API (`rankings-daily`). An entity is a range of UTC days, named
`2026-08-15..2026-08-21`. Days are restated for some time, so each run reads the last seven anew,
after whatever was never read as a whole since 2025-01-01. Shares are of a day's whole, so a day of
which one row cannot be read, or which was cut short, is left out as a whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from statistics import median
from typing import Any

from collectors.errors import WrongAnswerError
from collectors.fields import (
    MalformedRowError,
    day,
    instant,
    json_answer,
    json_of,
    kind_of,
    listed,
    member,
    required,
    text,
    whole_text,
)
from collectors.http import Session, printable, shortened
from collectors.service import Service
from collectors.source import Fetched, Measures, Parsed, Row, Tracked
from data.snapshots import Manifest

NAME = "openrouter"
TITLE = "OpenRouter rankings"
URL = "https://openrouter.ai/rankings"
LICENCE = "CC BY 4.0"
CITATION = "Source: OpenRouter (openrouter.ai/rankings), as of {as_of}."
ENTITY = "range of days"
TABLES = ("openrouter__rankings",)
MIN_ROWS = 250
CADENCE = timedelta(days=1)
REQUIRED_KEYS = ("total_tokens",)
KEY = "OPENROUTER_API_KEY"
KEY_URL = "https://openrouter.ai/settings/keys"
MOST_BYTES = 4 * 2**20
PACE = 2.1  # the source allows 30 requests a minute

SERVICE = Service("OPENROUTER", "https://openrouter.ai/api/v1", ends_in="/api/v1")
check_settings = SERVICE.check_settings
address = SERVICE.address

ONE_DAY = timedelta(days=1)
FIRST_DAY = date(2025, 1, 1)
LONGEST = 90  # days in one call
RESTATED = 7  # days that are read again in each run
OTHER = "other"
MOST_NAMED = 50  # models a day; `other` comes on top
MOST_MISSING = 0.05
LEAST_OF_MEDIAN = 1 / 3  # of the tokens of a usual day of the same answer
LEAST_DAYS = 3  # in an answer, before its days are compared

_RANGE = re.compile(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)")
_SLUG = re.compile(r"[^\s/]+/\S+")


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """Ranges that were never read in full, oldest first, then the last seven days.

    Yesterday may not be published when it is asked for, so a day counts as read only when the day
    after it was read too.
    """
    yesterday = today - ONE_DAY
    newest = _Range(yesterday - (RESTATED - 1) * ONE_DAY, yesterday)
    read = {one for name in have if _RANGE.fullmatch(name) for one in _Range.named(name).days}
    before = _Range(FIRST_DAY, newest.start - ONE_DAY).days
    gaps = [one for one in before if one not in read or one + ONE_DAY not in read]
    return [span.name for span in (*_ranges(gaps), newest)]


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """One answer a range of days."""
    yesterday = max((_Range.named(name).end for name in planned), default=FIRST_DAY)

    def read(entity: str) -> Fetched:
        span = _Range.named(entity)
        answer = SERVICE.get(
            session,
            "datasets/rankings-daily",
            [("start_date", span.start.isoformat()), ("end_date", span.end.isoformat())],
        )
        ranking = _ranking(json_answer(answer), span, yesterday)
        facts: dict[str, Any] = {"as_of": ranking.as_of}
        if ranking.warnings:
            facts["warnings"] = ranking.warnings
        rows = ranking.rows_read
        return Fetched(entity, answer.url, answer.status, answer.body, rows, facts)

    yield from SERVICE.each(planned, read)


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """Rows of openrouter__rankings, whole days only."""
    yesterday = manifest.fetched_at.astimezone(UTC).date() - ONE_DAY
    ranking = _ranking(json_of(body), _Range.named(manifest.entity), yesterday)
    rows: list[Row] = [
        {
            "date": one,
            "model_permaslug": slug,
            "run": manifest.run,
            "observed_at": manifest.fetched_at,
            "as_of": ranking.as_of,
            "total_tokens": tokens,
        }
        for one, models in ranking.whole_days.items()
        for slug, tokens in models.items()
    ]
    return Parsed(
        {"openrouter__rankings": rows}, ranking.rows_read, ranking.missing_key, ranking.aside
    )


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """Days and models listed, tokens in all, and rows with another value than before."""
    now = _tokens(parsed)
    then = _tokens(before) if before else None
    return {
        "days": len({one for one, _ in now}),
        "models": len({slug for _, slug in now} - {OTHER}),
        "total_tokens": sum(now.values()),
        "restated": None
        if then is None
        else sum(then[key] != now[key] for key in then.keys() & now.keys()),
    }


@dataclass(frozen=True)
class _Range:
    """UTC days from `start` to `end`, both included."""

    start: date
    end: date

    @classmethod
    def named(cls, name: str) -> _Range:
        start, _, end = name.partition("..")
        return cls(date.fromisoformat(start), date.fromisoformat(end))

    @property
    def name(self) -> str:
        return f"{self.start}..{self.end}"

    @property
    def days(self) -> list[date]:
        return [self.start + n * ONE_DAY for n in range((self.end - self.start).days + 1)]


@dataclass
class _Day:
    """What an answer says of one day: tokens by model in its order, and what could not be read.

    `doubt`: why the day is not believed although each of its rows can be read.
    """

    models: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    doubt: str | None = None

    @property
    def is_whole(self) -> bool:
        return not self.faults and self.doubt is None

    @property
    def tokens(self) -> int:
        return sum(self.models.values())

    @property
    def aside(self) -> list[str]:
        """Why rows of the day are left out, a reason a row."""
        if self.doubt:
            return [self.doubt] * len(self.models)
        rest = len(self.models) if self.faults else 0
        return self.faults + ["another row of its day cannot be read"] * rest

    @property
    def is_in_order(self) -> bool:
        named = [tokens for slug, tokens in self.models.items() if slug != OTHER]
        is_last = not self.has_rest or list(self.models)[-1] == OTHER
        return is_last and named == sorted(named, reverse=True)

    @property
    def has_rest(self) -> bool:
        return OTHER in self.models

    @property
    def is_short(self) -> bool:
        """There is a rest, so there must be 50 models before it."""
        return self.has_rest and len(self.models) <= MOST_NAMED

    @property
    def is_cut_off(self) -> bool:
        """There is no rest, as after the last of fewer than 50 models, or after a cut."""
        return not self.has_rest and len(self.models) < MOST_NAMED


@dataclass
class _Ranking:
    """What an answer says; days with a row that cannot be read, or in doubt, are not whole."""

    as_of: str
    days: dict[date, _Day]
    missing_key: int
    warnings: list[str] = field(default_factory=list)

    @property
    def rows_read(self) -> int:
        return sum(len(one.models) + len(one.faults) for one in self.days.values())

    @property
    def whole_days(self) -> dict[date, dict[str, int]]:
        return {when: one.models for when, one in self.days.items() if one.is_whole}

    @property
    def aside(self) -> list[str]:
        return [reason for one in self.days.values() for reason in one.aside]


def _ranges(days: Sequence[date]) -> list[_Range]:
    """Days in ascending order as ranges without a gap, none too long for one call."""
    spans: list[_Range] = []
    for one in days:
        last = spans[-1] if spans else None
        if last and one == last.end + ONE_DAY and len(last.days) < LONGEST:
            spans[-1] = _Range(last.start, one)
        else:
            spans.append(_Range(one, one))
    return spans


def _ranking(answer: Any, span: _Range, yesterday: date) -> _Ranking:
    """Reads an answer about a range; raises WrongAnswerError for what cannot be one."""
    rows = listed(member(answer, "data", "an answer"), "rows")
    meta = member(answer, "meta", "an answer")
    if not rows:
        raise WrongAnswerError(f"expected rows for {span.name}, found none")
    ranking = _Ranking(_as_of(meta), _days(rows, span), _without_tokens(rows))
    for when, one in ranking.days.items():
        named = len(one.models.keys() - {OTHER})
        if named > MOST_NAMED:
            raise WrongAnswerError(
                f"{when}: expected at most {MOST_NAMED} models and {OTHER!r}, found {named} models"
            )
    _doubt(list(ranking.days.values()))
    ranking.warnings += [
        *_clamped(meta, span),
        *_missing_days(ranking, span, yesterday),
        *_out_of_shape(ranking),
    ]
    return ranking


def _as_of(meta: Any) -> str:
    """When the source says that it counted; its citation has to name it."""
    value = member(meta, "as_of", "a meta")
    for reader in (instant, day):
        try:
            reader(meta, "as_of")
        except MalformedRowError:
            continue
        if isinstance(value, str):
            return value
    raise WrongAnswerError(f"expected a UTC instant or a date as as_of, found {kind_of(value)}")


def _days(rows: Sequence[Any], span: _Range) -> dict[date, _Day]:
    days: dict[date, _Day] = {}
    for number, row in enumerate(rows, 1):
        # A row of an unknown day could belong to any of them, so no total would be known.
        if not isinstance(row, dict):
            raise WrongAnswerError(f"row {number}: expected an object, found {kind_of(row)}")
        try:
            when = required(day(row, "date"), "date")
        except MalformedRowError as problem:
            raise WrongAnswerError(f"row {number}: {problem}") from None
        if not span.start <= when <= span.end:
            raise WrongAnswerError(f"row {number}: expected a day of {span.name}, found {when}")
        one = days.setdefault(when, _Day())
        try:
            slug, tokens = _typed(row)
        except MalformedRowError as problem:
            one.faults.append(str(problem))
            continue
        if one.models.setdefault(slug, tokens) != tokens:
            one.faults.append("model_permaslug has two values on its day")
    return days


def _doubt(days: Sequence[_Day]) -> None:
    """Find the days that were cut short, beside the other days of their answer.

    Each would take the place of what was read of it before.
    """
    if any(one.has_rest for one in days):
        for one in days:
            if not one.faults and one.is_cut_off:
                one.doubt = f"its day has neither {OTHER!r} nor {MOST_NAMED} models"
    whole = [one for one in days if one.is_whole]
    if len(whole) < LEAST_DAYS:
        return
    usual = median(one.tokens for one in whole)
    for one in whole:
        if one.tokens < LEAST_OF_MEDIAN * usual:
            one.doubt = "its day has under a third of the tokens of a usual day of the answer"


def _typed(row: Mapping[str, Any]) -> tuple[str, int]:
    slug = required(text(row, "model_permaslug"), "model_permaslug")
    if slug != OTHER and not _SLUG.fullmatch(slug):
        raise MalformedRowError("model_permaslug is not author/model")
    return slug, required(whole_text(row, "total_tokens"), "total_tokens")


def _without_tokens(rows: Sequence[Any]) -> int:
    return sum(isinstance(row, dict) and row.get("total_tokens") is None for row in rows)


def _clamped(meta: Mapping[str, Any], span: _Range) -> Iterator[str]:
    try:
        start = day(meta, "start_date")
    except MalformedRowError as problem:
        raise WrongAnswerError(f"meta: {problem}") from None
    if start and start > span.start:
        yield f"asked from {span.start}, answered from {start}: the source has nothing before"


def _missing_days(ranking: _Ranking, span: _Range, yesterday: date) -> Iterator[str]:
    """A warning about days that are not there as a whole; an error when they are many.

    Single days are absent at the source itself (2025-06-15), which must not hold up a week.
    """
    whole = ranking.whole_days
    missing = [one for one in span.days if one not in whole and one != yesterday]
    if not whole or len(missing) > max(1, MOST_MISSING * len(span.days)):
        raise WrongAnswerError(
            f"expected the days {span.name}, found {len(whole)} of {len(span.days)} whole"
            f"{_most_common(ranking.aside)}"
        )
    if missing:
        days = shortened([one.isoformat() for one in missing])
        yield f"no whole day: {days}{_most_common(ranking.aside)}"


def _most_common(reasons: Sequence[str]) -> str:
    if not reasons:
        return ""
    ((reason, count),) = Counter(reasons).most_common(1)
    return f"; {printable(reason, 80)} ({count:,} rows)"


def _out_of_shape(ranking: _Ranking) -> Iterator[str]:
    whole = [one for one in ranking.days.values() if one.is_whole]
    if short := sum(one.is_short for one in whole):
        yield f"{short} days have {OTHER!r} beside fewer than {MOST_NAMED} models"
    if mixed := sum(not one.is_in_order for one in whole):
        yield f"{mixed} days are not in the promised order (most tokens first, {OTHER!r} last)"


def _tokens(parsed: Parsed) -> dict[tuple[date, str], int]:
    rows = parsed.tables["openrouter__rankings"]
    return {(row["date"], row["model_permaslug"]): row["total_tokens"] for row in rows}
