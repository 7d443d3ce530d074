"""Numbers and periods as people write them: 1.2B, 34.7 %, 11.6 times, September 2026; and what a
name was probably meant to be."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

NO_VALUE = "–"
_MARKS = {"about": "≈ ", "at_least": "≥ ", "exactly": ""}
_STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
_PLACES = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth",
)  # fmt: skip


def is_known(value: float | None) -> bool:
    """Whether there is a value: None, NA, NaN and infinities are unknown, 0 is a value."""
    return value is not None and not pd.isna(value) and math.isfinite(value)


def count(value: float | None) -> str:
    """1,234,567 -> '1.2M'; three digits at most, no decimals below 1,000; unknown -> a dash."""
    if not is_known(value):
        return NO_VALUE
    assert value is not None
    for step, letter in _STEPS:
        # 999,950 would round to 1000.0K: it belongs to the next step.
        if abs(value) >= step * 0.99995:
            scaled = value / step
            return f"{_rounded(scaled, 0 if abs(scaled) >= 99.95 else 1)}{letter}"
    return f"{value:,.0f}"


def ordinal(value: float | None) -> str:
    """1 -> '1st', 12 -> '12th', 23 -> '23rd'; unknown -> a dash."""
    if value is None or not is_known(value):
        return NO_VALUE
    number = round(value)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in {11, 12, 13} else ending}"


def spelled(number: int) -> str:
    """0 -> 'no', 6 -> 'six', 13 -> '13'."""
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"


def place(number: int) -> str:
    """1 -> 'first', 12 -> 'twelfth', 13 -> '13th'."""
    return _PLACES[number - 1] if number <= len(_PLACES) else ordinal(number)


def count_change(value: float | None) -> str:
    """1,234,567 -> '+1.2M', -1,234,567 -> '−1.2M', with a true minus sign; unknown -> a dash."""
    if value is None or not is_known(value):
        return NO_VALUE
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{count(abs(value))}"


def _rounded(value: float, digits: int) -> str:
    """Rounded as on paper: 1.15 is 1.2, though as a binary fraction it lies a little below."""
    exact = Decimal(f"{value:.9g}")
    return f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,}"


def whole(value: float | None) -> str:
    """151448 -> '151,448'; unknown -> a dash."""
    return f"{value:,.0f}" if value is not None and is_known(value) else NO_VALUE


def score(value: float | None) -> str:
    """A benchmark's score: 1441.2 -> '1,441', 71.26 -> '71.3'; unknown -> a dash."""
    if value is None or not is_known(value):
        return NO_VALUE
    return whole(value) if abs(value) >= 999.95 else _rounded(value, 1)


def percent(fraction: float | None) -> str:
    """0.29873 -> '29.9 %', 0.00234 -> '0.23 %', 0.0000457 -> '0.0046 %': of less than 1 % the first
    two digits, so that a ratio of two shares can be rebuilt; below 0.001 % -> '< 0.001 %'."""
    if fraction is None or not is_known(fraction):
        return NO_VALUE
    if 0 < fraction < 0.00001:
        return "< 0.001 %"
    size = abs(100 * fraction)
    # 0.995 and more are 1.0 by their first two digits.
    digits = 1 - math.floor(math.log10(size)) if 0 < size < 0.995 else 1
    return f"{_rounded(100 * fraction, digits)} %"


def amount(value: float | None, unit: str, bound: str = "exactly") -> str:
    """A value of a layer of use as people write it: '264M', '≈ 32,200', '≥ 1.1 %', '1,413'; unknown
    -> a dash.

    One rule wherever layers are shown: a value that is only about right has a ≈, the least that a
    value can be a ≥. Pulls have no ≈: the site rounds them, and their letters (2.9M) say so.
    """
    if value is None or not is_known(value):
        return NO_VALUE
    if unit == "fraction":
        text = percent(value)
    else:
        text = whole(value) if unit in {"models", "rating"} else count(value)
    return text if unit == "pulls" and bound == "about" else f"{_MARKS[bound]}{text}"


def statement(value: float, unit: str, bound: str) -> str:
    """A reported value with its bound: '≈ 1.2B', '≥ 50.0 %', '151,448', '$52B'."""
    sign = _MARKS[bound]
    if unit == "fraction":
        return f"{sign}{percent(value)}"
    if unit == "usd":
        return f"{sign}${count(value)}"
    if unit in {"ratio", "rank", "x baseline", "quarters"}:
        return f"{sign}{value:,g}"
    return f"{sign}{whole(value) if value < 1e6 else count(value)}"


def change(fraction: float | None) -> str:
    """0.031 -> '+3 %', -0.14 -> '−14 %', 79.94 -> '+7,994 %', with a true minus sign; unknown -> a
    dash."""
    if fraction is None or not is_known(fraction):
        return NO_VALUE
    rounded = round(100 * fraction)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else "±"
    return f"{sign}{abs(rounded):,} %"


def times(ratio: float | None) -> str:
    """11.57 -> '11.6', 0.636 -> '0.64', 242.4 -> '242'; unknown -> a dash."""
    if ratio is None or not is_known(ratio):
        return NO_VALUE
    if ratio >= 99.95:
        return f"{ratio:,.0f}"
    if ratio >= 0.995:
        return f"{ratio:.1f}"
    return f"{ratio:.2f}" if ratio >= 0.01 else f"{ratio:.1g}"


def value(kind: str, number: float | None) -> str:
    """A number as its kind is written: 34.7 % for a share, 132 for an index, +1.2M for a change,
    +8 % for growth, 2nd for a rank, 1,441 for a score, otherwise 1.2B; unknown -> a dash."""
    written = {
        "change": count_change,
        "growth": change,
        "index": whole,
        "rank": ordinal,
        "score": score,
        "share": percent,
    }
    return written.get(kind, count)(number)


def interval(least: str, most: str) -> str:
    """'1.0–6.7 %' of two values in words, or one where both are the same."""
    if least == most:
        return least
    return f"{least.removesuffix(' %')}–{most}" if most.endswith(" %") else f"{least}–{most}"


def month(day: date) -> str:
    """2026-09-01 -> 'September 2026'."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def month_name(day: date) -> str:
    """2026-09-01 -> 'September'."""
    return _MONTHS[day.month - 1]


def day_and_month(day: date) -> str:
    """2026-11-21 -> '21 November'."""
    return f"{day.day} {month_name(day)}"


def whole_day(day: date) -> str:
    """2026-11-21 -> '21 November 2026'."""
    return f"{day_and_month(day)} {day.year}"


def months(first: date, last: date) -> str:
    """'March and April 2026', or over a year's end 'December 2025 and January 2026'."""
    if first.year == last.year:
        return f"{month_name(first)} and {month(last)}"
    return f"{month(first)} and {month(last)}"


def period(starts_on: date | None, ends_on: date, *, precision: str | None = None) -> str:
    """A period in as few words as it needs: '2026-09' for a whole month, '2026-08-21' for a day or
    an open beginning, '2026-06-30 – 2026-08-21' for a range."""
    if starts_on is None or starts_on == ends_on:
        return ends_on.isoformat()
    if precision == "month" or _is_whole_month(starts_on, ends_on):
        return starts_on.strftime("%Y-%m")
    return f"{starts_on.isoformat()} – {ends_on.isoformat()}"


def _is_whole_month(starts_on: date, ends_on: date) -> bool:
    next_day = date.fromordinal(ends_on.toordinal() + 1)
    same_month = (starts_on.year, starts_on.month) == (ends_on.year, ends_on.month)
    return starts_on.day == 1 and next_day.day == 1 and same_month


def guess(name: str, known: Iterable[str], most: int = 1) -> str:
    """'Quen' of ('Llama', 'Qwen') -> 'did you mean Qwen? ', at most so many of them; '' where no
    known name is near. Capitals do not count."""
    folded: dict[str, list[str]] = {}
    for one in known:
        folded.setdefault(one.casefold(), []).append(one)
    near = difflib.get_close_matches(name.casefold(), folded, n=most, cutoff=0.5)
    names = [one for text in near for one in folded[text]][:most]
    return f"did you mean {' or '.join(names)}? " if names else ""
