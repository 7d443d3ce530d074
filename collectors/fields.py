"""Reads single values out of answers that somebody on the internet wrote.

A value that is not what its source promises raises MalformedRowError, and the row is set aside; its
text is the same for the same kind of fault, so that rows can be counted by it. An absent key or a
null is None, never zero.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import orjson

from collectors.errors import WrongAnswerError
from collectors.http import Answer, printable
from collectors.source import Parsed, Row

# Far above any count that is met (parameters reach 10^13, tokens a day 10^13), far below what a sum
# of BIGINTs holds: one absurd row must not drown a total.
LARGEST_COUNT = 10**15
LONGEST_TEXT = 200
LARGEST_EXPONENT = 40
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WHOLE = re.compile(r"\d{1,19}")

Fields = Mapping[str, Any]
T = TypeVar("T")


class MalformedRowError(ValueError):
    """A row that is not what its source promises; its text names the kind of fault."""


def whole(row: Fields, key: str) -> int | None:
    """A count; raises MalformedRowError for what is no whole number, negative or absurd."""
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedRowError(f"{key} is not a whole number")
    if value < 0:
        raise MalformedRowError(f"{key} is negative")
    if value > LARGEST_COUNT:
        raise MalformedRowError(f"{key} is over {LARGEST_COUNT:.0e}")
    return value


def whole_text(row: Fields, key: str) -> int | None:
    """A count that its source writes as text, as 64-bit integers in JSON often are, or as such."""
    value = row.get(key)
    if isinstance(value, str):
        if not _WHOLE.fullmatch(value):
            raise MalformedRowError(f"{key} is not a whole number")
        value = int(value)
    return whole({key: value}, key)


def number(row: Fields, key: str) -> float | None:
    """A finite number."""
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise MalformedRowError(f"{key} is not a number")
    if not abs(value) <= LARGEST_COUNT:
        raise MalformedRowError(f"{key} is over {LARGEST_COUNT:.0e}")
    return float(value)


def decimal(row: Fields, key: str) -> Decimal | None:
    """A number that its source writes as text; exact. An empty text is None."""
    value = row.get(key)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > 40:
        raise MalformedRowError(f"{key} is not a number")
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise MalformedRowError(f"{key} is not a number") from None
    # A text of ten characters can stand for a number that fills the memory when it is written out.
    if not found.is_finite() or "_" in value or abs(found.adjusted()) > LARGEST_EXPONENT:
        raise MalformedRowError(f"{key} is not a number")
    return found


def instant(row: Fields, key: str) -> datetime | None:
    """A UTC instant of this century, written as ISO 8601."""
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise MalformedRowError(f"{key} is not a UTC instant")
    try:
        found = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise MalformedRowError(f"{key} is not a UTC instant") from None
    if not 2000 <= found.year <= 2100:
        raise MalformedRowError(f"{key} is not in this century")
    return found


def unix_instant(row: Fields, key: str) -> datetime | None:
    """A UTC instant of this century, written as seconds since 1970."""
    seconds = whole(row, key)
    if seconds is None:
        return None
    try:
        found = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise MalformedRowError(f"{key} is not a UTC instant") from None
    if not 2000 <= found.year <= 2100:
        raise MalformedRowError(f"{key} is not in this century")
    return found


def day(row: Fields, key: str) -> date | None:
    """A date of this century, written YYYY-MM-DD."""
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise MalformedRowError(f"{key} is not a date")
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise MalformedRowError(f"{key} is not a date") from None
    if not 2000 <= found.year <= 2100:
        raise MalformedRowError(f"{key} is not in this century")
    return found


def text(row: Fields, key: str, longest: int = LONGEST_TEXT) -> str | None:
    """A short text without control characters; an empty one stays empty."""
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise MalformedRowError(f"{key} is not a short text")
    return value


def flag(row: Fields, key: str) -> bool | None:
    """True, false or absent."""
    value = row.get(key)
    if value is not None and not isinstance(value, bool):
        raise MalformedRowError(f"{key} is neither true nor false")
    return value


def required(value: T | None, key: str) -> T:
    """A value that a row cannot do without."""
    if value is None:
        raise MalformedRowError(f"{key} is missing")
    return value


def parsed_once(
    table: str,
    rows: Iterable[Any],
    identity: Callable[[Fields], str | None],
    is_missing: Callable[[Fields], bool],
    typed: Callable[[Any], Row],
) -> Parsed:
    """Rows of one table, each identity once (the first wins): lists move while they are read.

    A row without an `identity` is never taken for another one; `is_missing` says whether it lacks a
    required key; what `typed` raises MalformedRowError for is set aside.
    """
    seen: set[str] = set()
    kept: list[Row] = []
    aside: list[str] = []
    missing = 0
    for row in rows:
        if isinstance(row, dict):
            found = identity(row)
            if found in seen:
                continue
            if found is not None:
                seen.add(found)
            missing += is_missing(row)
        try:
            kept.append(typed(row))
        except MalformedRowError as problem:
            aside.append(str(problem))
    return Parsed({table: kept}, len(kept) + len(aside), missing, aside)


def json_of(body: bytes) -> Any:
    """What a body says; raises WrongAnswerError when it is not JSON."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        problem = str(error)
    try:
        # The strict reader refuses a whole page for half a surrogate in one description.
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise WrongAnswerError(
            f"expected JSON, found {len(body):,} bytes that are not ({printable(problem, 80)})"
        ) from None


def json_answer(answer: Answer) -> Any:
    """What an answer says; raises WrongAnswerError when it does not even call itself JSON."""
    kind = answer.headers.get("Content-Type", "application/json").split(";")[0].strip()
    if "json" not in kind.lower():
        raise WrongAnswerError(f"expected JSON, found {printable(kind, 40)!r}", answer.status)
    return json_of(answer.body)


def body_of(answer: Answer, expected: str) -> bytes:
    """The body of an answer that is no JSON; raises WrongAnswerError for a page of HTML."""
    kind = answer.headers.get("Content-Type", "")
    if "html" in kind.lower():
        raise WrongAnswerError(f"expected {expected}, found {printable(kind, 40)!r}", answer.status)
    return answer.body


def listed(value: Any, what: str) -> list[Any]:
    """A list, or WrongAnswerError that says what stood in its place."""
    if not isinstance(value, list):
        raise WrongAnswerError(f"expected a JSON list of {what}, found {kind_of(value)}")
    return value


def member(value: Any, key: str, what: str) -> Any:
    """A member of an object, or WrongAnswerError that says what is missing."""
    if not isinstance(value, dict):
        raise WrongAnswerError(f"expected {what}, found {kind_of(value)}")
    if key not in value:
        raise WrongAnswerError(f"expected {what} with {key!r}, found none")
    return value[key]


def kind_of(value: Any) -> str:
    """What kind of JSON value it is, for messages."""
    if value is None:
        return "null"
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false"}
    return names.get(type(value), "a number")


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
