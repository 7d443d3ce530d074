"""What is typed after the options of a command: dates, and values of columns."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import data
from collectors import query_hints

if TYPE_CHECKING:
    pass


class UsageError(Exception):
    """Wrong usage: said in one line, exit code 2."""


def equals_of(conditions: list[str], info: data.MetricInfo) -> dict[str, list[Any]]:
    """--where column=value as filters; the same column twice keeps either value."""
    types = {column.name: column.type for column in info.columns}
    equals: dict[str, list[Any]] = {}
    for condition in conditions:
        column, sign, value = condition.partition("=")
        if not sign:
            raise UsageError(f"--where: expected column=value, found {condition!r}")
        if column not in types:
            raise UsageError(
                f"--where: {info.name} has no column {column!r}; "
                f"{data.wording.guess(column, types)}it has {', '.join(types)}"
            )
        spelled = query_hints.as_spelled(info.name, column, value)
        equals.setdefault(column, []).append(_typed(column, spelled, types[column]))
    return equals


def _typed(column: str, value: str, type_name: str) -> Any:
    kind = type_name.upper()
    if kind.endswith("[]") or kind.startswith("TIMESTAMP"):
        held = "lists" if kind.endswith("[]") else "instants"
        raise UsageError(f"--where: {column} holds {held}, which cannot be filtered this way")
    try:
        if kind == "BOOLEAN":
            return {"true": True, "false": False}[value.lower()]
        if "INT" in kind:
            return _whole(value)
        if kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL"):
            return float(value)
        if kind == "DATE":
            return date.fromisoformat(value)
    except (ValueError, KeyError):
        raise UsageError(f"--where: {column} is {kind}, which {value!r} is not") from None
    return value


def _whole(text: str) -> int:
    number = int(text)
    if abs(number) >= 2**63:
        raise ValueError(f"{number} is more than a column holds")
    return number


def day_of(text: str, option: str) -> date:
    """A day of YYYY-MM-DD, the value of an option. Raises UsageError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option}: expected YYYY-MM-DD, found {text!r}") from None


def day_named(text: str | None, *, is_end: bool, option: str | None = None) -> date | None:
    """The first, or with `is_end` the last day of YYYY, YYYY-MM or YYYY-MM-DD."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", text)
    try:
        year, month, day = found.groups() if found else ("0", None, None)
        period = date(int(year), int(month or (12 if is_end else 1)), int(day or 1))
    except ValueError:
        named = option or ("--to" if is_end else "--from")
        raise UsageError(f"{named}: expected YYYY, YYYY-MM or YYYY-MM-DD, found {text!r}") from None
    last = calendar.monthrange(period.year, period.month)[1]
    return period.replace(day=last) if is_end and day is None else period
