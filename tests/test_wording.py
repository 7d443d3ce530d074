"""Numbers and periods as people write them."""

from __future__ import annotations

import math
from datetime import date

import pytest

from data import wording

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (NAN, "–"),
        (math.inf, "–"),
        (-math.inf, "–"),
        (0, "0"),
        (0.0004, "0"),
        (1, "1"),
        (999, "999"),
        (999.4, "999"),
        (999.95, "1.0K"),
        (1_000, "1.0K"),
        (1_049, "1.0K"),
        (1_050, "1.1K"),
        (99_949, "99.9K"),
        (99_950, "100K"),
        (999_499, "999K"),
        (999_950, "1.0M"),
        (1_234_567, "1.2M"),
        (264_252_784, "264M"),
        (999_950_000, "1.0B"),
        (2_700_000_000, "2.7B"),
        (999_950_000_000, "1.0T"),
        (1.5e15, "1,500T"),
        (-1_234, "-1.2K"),
        (-999_950, "-1.0M"),
        (-5, "-5"),
    ],
)
def test_count(value: float | None, text: str) -> None:
    assert wording.count(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (NAN, "–"), (0, "0"), (151448, "151,448"), (-1234.0, "-1,234")],
)
def test_whole(value: float | None, text: str) -> None:
    assert wording.whole(value) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (None, "–"),
        (NAN, "–"),
        (0, "0.0 %"),
        (0.0000001, "< 0.001 %"),
        (0.00001, "0.0010 %"),
        (0.0000457, "0.0046 %"),
        (0.0004, "0.040 %"),
        (0.00234, "0.23 %"),
        (-0.00234, "-0.23 %"),
        (0.006878, "0.69 %"),
        (0.00994, "0.99 %"),
        (0.00996, "1.0 %"),
        (0.09011, "9.0 %"),
        (0.29873, "29.9 %"),
        (0.50132, "50.1 %"),
        (0.9999, "100.0 %"),
        (1, "100.0 %"),
        (-0.05, "-5.0 %"),
    ],
)
def test_percent(fraction: float | None, text: str) -> None:
    assert wording.percent(fraction) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (None, "–"),
        (NAN, "–"),
        (math.inf, "–"),
        (0, "±0 %"),
        (0.004, "±0 %"),
        (-0.004, "±0 %"),
        (0.031, "+3 %"),
        (-0.14, "−14 %"),
        (2.5, "+250 %"),
        (79.94, "+7,994 %"),
    ],
)
def test_change(fraction: float | None, text: str) -> None:
    assert wording.change(fraction) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (None, "–"),
        (NAN, "–"),
        (math.inf, "–"),
        (0, "0"),
        (0.0004, "0.0004"),
        (0.00456, "0.005"),
        (0.01, "0.01"),
        (0.6368948, "0.64"),
        (0.994, "0.99"),
        (0.996, "1.0"),
        (1, "1.0"),
        (11.567844925534288, "11.6"),
        (99.94, "99.9"),
        (99.96, "100"),
        (149.52, "150"),
        (2424.2, "2,424"),
    ],
)
def test_times(ratio: float | None, text: str) -> None:
    assert wording.times(ratio) == text


@pytest.mark.parametrize(
    ("value", "unit", "bound", "text"),
    [
        (1_150_000_000, "downloads", "about", "≈ 1.2B"),
        (0.5, "fraction", "at_least", "≥ 50.0 %"),
        (151_448, "models", "exactly", "151,448"),
        (999_999, "models", "exactly", "999,999"),
        (1_000_000, "models", "exactly", "1.0M"),
        (52_000_000_000, "usd", "exactly", "$52.0B"),
        (4.7, "ratio", "about", "≈ 4.7"),
        (20.45, "x baseline", "exactly", "20.45"),
        (90_000, "companies", "at_least", "≥ 90,000"),
        (1_700, "people", "exactly", "1,700"),
        (0.00234, "fraction", "about", "≈ 0.23 %"),
        (3, "rank", "exactly", "3"),
        (0, "downloads", "exactly", "0"),
    ],
)
def test_statement(value: float, unit: str, bound: str, text: str) -> None:
    assert wording.statement(value, unit, bound) == text


@pytest.mark.parametrize(
    ("value", "unit", "bound", "text"),
    [
        (None, "pulls", "about", "–"),
        (264_252_784, "downloads a month", "exactly", "264M"),
        (32_200, "models", "about", "≈ 32,200"),
        (0.011, "fraction", "at_least", "≥ 1.1 %"),
        (2_900_000, "pulls", "about", "2.9M"),
        (2_900_000, "pulls", "at_least", "≥ 2.9M"),
        (2_900_000, "downloads", "about", "≈ 2.9M"),
        (1_413.2, "rating", "exactly", "1,413"),
    ],
)
def test_amount(value: float | None, unit: str, bound: str, text: str) -> None:
    assert wording.amount(value, unit, bound) == text


def test_a_ratio_of_two_small_shares_can_be_rebuilt() -> None:
    """By what is printed of 0.6878 % and 0.0046 % the ratio is 150, as of the values themselves."""
    shares = [float(wording.percent(value).removesuffix(" %")) for value in (0.006878, 0.000046)]
    assert shares[0] / shares[1] == pytest.approx(0.006878 / 0.000046, rel=0.01)


def test_is_known() -> None:
    assert [wording.is_known(value) for value in (0, 0.0, -1, None, NAN, math.inf)] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def test_months() -> None:
    assert wording.month(date(2026, 9, 1)) == "September 2026"
    assert wording.month_name(date(2026, 3, 31)) == "March"
    assert wording.day_and_month(date(2026, 11, 2)) == "2 November"
    assert wording.months(date(2026, 3, 1), date(2026, 4, 1)) == "March and April 2026"
    assert wording.months(date(2025, 12, 1), date(2026, 1, 1)) == "December 2025 and January 2026"


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "precision", "text"),
    [
        (None, date(2026, 8, 21), None, "2026-08-21"),
        (date(2026, 8, 21), date(2026, 8, 21), "day", "2026-08-21"),
        (date(2026, 9, 1), date(2026, 9, 30), None, "2026-09"),
        (date(2024, 2, 1), date(2024, 2, 29), None, "2024-02"),
        (date(2024, 2, 1), date(2024, 2, 28), None, "2024-02-01 – 2024-02-28"),
        (date(2026, 8, 1), date(2026, 8, 30), "month", "2026-08"),
        (date(2026, 8, 1), date(2026, 9, 30), None, "2026-08-01 – 2026-09-30"),
        (date(2026, 6, 30), date(2026, 8, 21), None, "2026-06-30 – 2026-08-21"),
    ],
)
def test_period(starts_on: date | None, ends_on: date, precision: str | None, text: str) -> None:
    assert wording.period(starts_on, ends_on, precision=precision) == text


@pytest.mark.parametrize(
    ("name", "most", "text"),
    [
        ("Quen", 1, "did you mean Qwen? "),
        ("lama", 1, "did you mean Llama? "),
        ("QWEN", 1, "did you mean Qwen? "),
        ("llam", 2, "did you mean Llama or Llama 4? "),
        ("nothing like it", 1, ""),
        ("", 1, ""),
    ],
)
def test_guesses(name: str, most: int, text: str) -> None:
    assert wording.guess(name, ["Gemma", "Llama", "Llama 4", "Qwen"], most) == text
