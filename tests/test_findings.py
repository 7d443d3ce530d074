"""The sentence of a chart: rules over plain numbers, and which rule tells which chart."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from dashboard import event_charts
from dashboard import findings as charts
from dashboard.chart import (
    Bar,
    Chart,
    Context,
    Level,
    Line,
    Marker,
    Selection,
    layer_of,
    line_of,
    stacks_of,
)
from data import findings, wording
from data.findings import Item, Series, Told

MONTHS = (date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1))
READ = date(2026, 10, 2)
SHARES = Told("share", "of all downloads", "month", "Qwen", READ)
COUNTS = Told("count", "downloads", "30 days", "Qwen", READ)


def lines(**values: Sequence[float | None]) -> list[Series]:
    return [Series(name, MONTHS[: len(found)], tuple(found)) for name, found in values.items()]


@pytest.mark.parametrize(
    ("series", "sentence"),
    [
        (
            lines(Qwen=(0.2, 0.25, 0.299), Llama=(0.1, 0.05, 0.026)),
            "Qwen leads with 29.9 % of all downloads in September 2026, up 9.9 points since July "
            "2026",  # who follows has no room
        ),
        (
            lines(Qwen=(0.3, 0.25, 0.1), Llama=(0.1, 0.2, 0.4), Gemma=(0.1, 0.1, 0.2)),
            # No room for the change besides who leads.
            "Qwen holds 10.0 % of all downloads in September 2026, last of the three shown; "
            "Llama leads with 40.0 %",
        ),
        (
            lines(Qwen=(0.2, 0.2, 0.2), Llama=(0.1, 0.1, 0.1)),
            "Qwen leads with 20.0 % of all downloads in September 2026, as in July 2026; Llama "
            "follows with 10.0 %",
        ),
        (
            lines(Qwen=(0.2,), Llama=(0.2,)),
            "Qwen and Llama stand at 20.0 % of all downloads in July 2026",
        ),
        (
            lines(Qwen=(0.2,), Llama=(0.2,), Gemma=(0.1,)),
            "Qwen and Llama lead with 20.0 % of all downloads each in July 2026",
        ),
        (
            lines(Qwen=(0.1,), Llama=(0.1,), Gemma=(0.2,)),
            "Qwen holds 10.0 % of all downloads in July 2026, joint second of the three shown; "
            "Gemma leads "
            "with 20.0 %",
        ),
        (lines(Qwen=(0.2,)), "Qwen holds 20.0 % of all downloads in July 2026"),
        (
            lines(Llama=(0.2,), Gemma=(0.3,)),
            "Gemma leads with 30.0 % of all downloads in July 2026; Llama follows with 20.0 %",
        ),
        # The focus was last seen a month earlier than others: its month is told, beside theirs.
        (
            lines(Qwen=(0.2, 0.3, None), Llama=(0.1, 0.1, 0.4)),
            "Qwen leads with 30.0 % of all downloads in August 2026, up 10.0 points since July "
            "2026",
        ),
        (lines(Qwen=(0.0, 0.0, 0.0)), "Qwen holds 0.0 % of all downloads in September 2026, as in "
         "July 2026"),
        (lines(Qwen=(None, None, None)), ""),
        ([], ""),
    ],
    ids=["leads and rises", "falls to the last", "flat", "all level", "two lead", "joint second",
         "focus alone", "no focus", "older focus", "zero", "no value", "no series"],
)  # fmt: skip
def test_shares(series: list[Series], sentence: str) -> None:
    assert findings.of_lines(series, SHARES) == sentence


@pytest.mark.parametrize(
    ("values", "told", "sentence"),
    [
        ((100.0, 145.0), COUNTS,
         "Qwen has 145 downloads in the 30 days to 1 August 2026, up 45 % since 1 July 2026"),
        ((145.0, 100.0), replace(COUNTS, period="month"),
         "Qwen has 100 downloads in August 2026, down 31 % since July 2026"),
        ((1e6, 3.4e6), replace(COUNTS, period="total", noun="pulls"),
         "Qwen has 3.4M pulls by 1 August 2026, 3.4 times that of 1 July 2026"),
        ((0.0, 7.0), replace(COUNTS, period="day"),
         "Qwen has 7 downloads on 1 August 2026, up from 0 on 1 July 2026"),
        ((5.0, 1.0), replace(COUNTS, period="week", noun="models"),
         "Qwen has 1 model in the week of 1 August 2026, down 80 % since the week of 1 July 2026"),
        ((1441.0, 1460.0), Told("score", "", "day", "Qwen"),
         "Qwen scores 1,460 on 1 August 2026, up from 1,441 on 1 July 2026"),
        ((100.0, 132.0), Told("index", "", "month", "Qwen"),
         "Qwen stands at 132 in August 2026, up from 100 in July 2026"),
        ((3.0, 1.0), Told("rank", "", "month", "Qwen"),
         "Qwen is first in August 2026, up from third in July 2026"),
        ((2.0, 2.0), Told("rank", "", "month", "Qwen"),
         "Qwen is second in August 2026, as in July 2026"),
        ((5.0, 9.0), Told("count", "downloads", "age", "Qwen", zero=MONTHS[0]),
         "Qwen has 9 downloads 31 days after its release"),
    ],
)  # fmt: skip
def test_kinds_of_values(values: tuple[float, ...], told: Told, sentence: str) -> None:
    assert findings.of_lines(lines(Qwen=values), told) == sentence


def test_an_estimate_is_told_and_so_is_a_change_from_one() -> None:
    newest = replace(lines(Qwen=(0.2, 0.3))[0], estimated=(False, True))
    assert findings.of_lines([newest], SHARES) == (
        "Qwen holds ≈ 30.0 % of all downloads in August 2026, up ≈ 10.0 points since July 2026"
    )
    first = replace(newest, estimated=(True, False))
    assert "holds 30.0 % of all" in (text := findings.of_lines([first], SHARES))
    assert "up ≈ 10.0 points" in text


def test_a_period_that_is_not_over_is_left_out() -> None:
    series = lines(Qwen=(0.2, 0.3, 0.9))
    running = replace(SHARES, read_until=date(2026, 9, 20))
    assert "30.0 % of all downloads in August 2026" in findings.of_lines(series, running)
    # If nothing else is known it is told all the same.
    assert "20.0 %" in findings.of_lines(
        lines(Qwen=(0.2,)), replace(SHARES, read_until=date(2026, 7, 3))
    )
    week = replace(SHARES, period="week", read_until=date(2026, 9, 7))
    assert "90.0 % of all downloads in the week of 1 Sep" in findings.of_lines(series, week)


def test_the_least_that_a_value_can_be_wins_no_place() -> None:
    seen = [
        Series("Qwen", MONTHS[:1], (0.01,), highs=(0.06,)),
        Series("Llama", MONTHS[:1], (0.02,), highs=(0.07,)),
        Series("DeepSeek", MONTHS[:1], (0.22,), highs=(0.27,)),
    ]
    assert findings.of_lines(seen, SHARES) == (
        "Qwen holds 1.0–6.0 % of all downloads in July 2026; DeepSeek leads with 22.0–27.0 %"
    )
    # Which of two is ahead is not known when what is not seen may turn it.
    assert findings.of_lines(seen[:2], SHARES) == (
        "Qwen holds 1.0–6.0 % of all downloads in July 2026"
    )


def test_what_is_unknown_or_a_median_leads_nothing() -> None:
    median = Series("median", MONTHS, (0.5, 0.6, 0.7), is_ranked=False)
    rest = Series("unknown", MONTHS, (0.5, 0.6, 0.7), is_rest=True)
    assert findings.of_lines([rest, median], SHARES) == ""
    own = lines(Qwen=(0.2, 0.2, 0.2))
    assert findings.of_lines([median, *own], SHARES) == (
        "Qwen holds 20.0 % of all downloads in September 2026, as in July 2026"
    )
    assert findings.of_lines([rest, *own], SHARES) == (
        "Qwen holds 20.0 % of all downloads in September 2026, as in July 2026; unknown: 70.0 %"
    )
    # What is not known goes before what has changed.
    parts = lines(US=(0.3, 0.3, 0.2), EU=(0.1, 0.1, 0.1))
    assert findings.of_parts([*parts, rest], SHARES) == (
        "The largest part in September 2026 is US with 20.0 % of all downloads; unknown: 70.0 %"
    )
    told = findings.of_parts([*parts, rest], replace(SHARES, noun=""), "Qwen")
    assert told == (
        "Qwen's largest part in September 2026 is US with 20.0 %, down 10.0 points since July 2026;"
        " unknown: 70.0 %"
    )


def test_an_index_is_compared_where_all_begin_together() -> None:
    told = Told("index", "", "month", "Qwen")
    together = lines(Qwen=(100.0, 130.0), Llama=(100.0, 400.0))
    assert findings.of_lines(together, told) == (
        "Qwen stands at 130 in August 2026, up from 100 in July 2026; Llama is highest with 400"
    )
    later = [together[0], Series("Llama", MONTHS[1:2], (100.0,))]
    assert "highest" not in findings.of_lines(later, told)


def test_parts_that_are_level_nested_series_growth_and_its_split() -> None:
    month = replace(SHARES, noun="")
    assert findings.of_parts(lines(a=(0.3,), b=(0.3,), c=(0.1,)), month) == (
        "The largest parts in July 2026 are a and b with 30.0 % each"
    )
    assert findings.of_parts(lines(a=(0.328,), b=(0.324,), c=(0.1,)), month) == (
        "The largest part in July 2026 is a with 32.8 %, just ahead of b with 32.4 %"
    )
    assert findings.of_nested(lines(ten=(0.2,), hundred=(0.5,)), SHARES) == (
        "In July 2026, ten: 20.0 % of all downloads; hundred: 50.0 %"
    )
    growth = Told("growth", "downloads", "month")
    own, market = lines(Qwen=(-0.14,), **{"the market": (0.06,)})
    assert findings.of_growth(own, [market], growth) == (
        "Qwen's downloads fell 14 % in July 2026; the market's rose 6 %"
    )
    assert findings.of_growth(lines(Qwen=(0.001,))[0], [], growth) == (
        "Qwen's downloads did not change in July 2026"
    )
    change = Told("change", "downloads", "month")
    total, *parts = lines(all=(23.8e6,), **{"with the market": (15.4e6,), "by share": (8.4e6,)})
    assert findings.of_split(total, parts, change, "Qwen") == (
        "Qwen's downloads rose by 23.8M in July 2026: with the market +15.4M, by share +8.4M"
    )
    for nothing in (lines(Qwen=(None,)), lines(Qwen=())):
        assert findings.of_growth(nothing[0], [], growth) == ""
        assert findings.of_split(nothing[0], [], change, "Qwen") == ""
        assert findings.of_nested(nothing, SHARES) == findings.of_parts(nothing, SHARES) == ""


def test_rankings() -> None:
    at = date(2026, 11, 20)
    bars = [Item("a", 224e6), Item("b", 30.9e6), Item("Qwen", 5e6)]
    assert findings.of_bars(bars, COUNTS, at) == (
        "a leads with 224M downloads in the 30 days to 20 November 2026, 7.2 times b's 30.9M; Qwen "
        "is third"
    )
    assert findings.of_bars(bars[:1], COUNTS, at) == (
        "a has 224M downloads in the 30 days to 20 November 2026"
    )
    assert findings.of_bars([], COUNTS, at) == ""
    # A rounded value may be a little more or less: then nobody is said to lead.
    rounded = [Item("a", 1.2e6, 5e4), Item("b", 1.15e6, 5e4)]
    assert "lead" not in findings.of_bars(rounded, COUNTS, at)
    least = findings.of_bars(bars, replace(COUNTS, at_least=True), at)
    assert least == "Qwen has at least 5.0M downloads in the 30 days to 20 November 2026"


AT = date(2026, 11, 20)
DERIVATIVES = Told("share", "of the lineage's downloads", "month", "Qwen's derivatives", READ,
                   part="derivatives")  # fmt: skip
PULLS = Told("count", "new pulls", "month", "Qwen", READ)
INDEX = Told("index", "", "month", "Qwen", READ)
RANK = Told("rank", "", "month", "Qwen", READ)
GROWTH = Told("growth", "downloads", "month", None, READ)
CHANGE = Told("change", "downloads", "month", None, READ)


def one(label: str, *values: float | None, **fields: object) -> Series:
    return Series(label, MONTHS[: len(values)], values, **fields)  # type: ignore[arg-type]


def level(number: int, part: str = "") -> list[Series]:
    names = ["Qwen", *"ABCDE"][:number]
    return [one(f"{name}'s {part}" if part else name, 0.574, 0.697) for name in names]


def of_bars(*values: float, **fields: Any) -> str:
    """A, B and C, of which the last is in focus."""
    items = [Item(name, value) for name, value in zip("ABC", values, strict=False)]
    told = replace(COUNTS, noun="", period="day", focus=items[-1].label)
    return findings.of_bars(items, replace(told, **fields), AT)


def of_points(*values: float, things: str = "models", **fields: Any) -> str:
    items = [Item(name, value) for name, value in zip("ABC", values, strict=False)]
    return findings.of_points(items, replace(Told("score", "", "day", "C"), **fields), AT, things)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        # What all share has not changed as one of them did.
        (lambda: findings.of_lines(level(6), SHARES),
         "All six stand at 69.7 % of all downloads in August 2026"),
        (lambda: findings.of_lines(level(6, "derivatives"), DERIVATIVES),
         "The derivatives of all six stand at 69.7 % of the lineage's downloads in August 2026"),
        (lambda: findings.of_lines(
            [*level(3, "derivatives"), one("D's derivatives", 0.1, 0.1)], DERIVATIVES),
         "Qwen's derivatives and those of two others lead with 69.7 % of the lineage's downloads "
         "each in August 2026"),
        (lambda: findings.of_lines(
            [*level(2), one("C", 0.1, 0.1)], SHARES),
         "Qwen and A lead with 69.7 % of all downloads each in August 2026"),
        # Estimates.
        (lambda: findings.of_growth(
            one("Qwen", -0.317, estimated=(True,)), [one("the market", -0.06)], GROWTH),
         "Qwen's downloads fell ≈ 32 % in July 2026; the market's fell 6 %"),
        (lambda: findings.of_split(
            one("all", 23.8e6, estimated=(True,)),
            [one("with the market", 15.4e6, estimated=(True,))], CHANGE, "Qwen"),
         "Qwen's downloads rose by ≈ 23.8M in July 2026: with the market ≈ +15.4M"),
        (lambda: findings.of_levels(
            "Qwen", 0.377, 0.409, SHARES, date(2026, 3, 3), (False, True)),
         "Qwen averages ≈ 40.9 % of all downloads after 3 March 2026, up from 37.7 % before"),
        (lambda: findings.of_levels(
            "Qwen", 0.409, 0.409, SHARES, date(2026, 3, 3), (True, False)),
         "Qwen averages 40.9 % of all downloads after 3 March 2026, as much as ≈ 40.9 % before"),
        (lambda: findings.of_lines([one("Qwen", 3, 1, estimated=(True, True))], RANK),
         "Qwen is first in August 2026 by an estimate, up from an estimated third in July 2026"),
        (lambda: findings.of_lines([one("Qwen", 1, 1)], replace(RANK, at_least=True)),
         "Qwen is first in August 2026 by what is seen, as in July 2026"),
        (lambda: findings.of_bars([Item("A", 9e6, is_estimate=True), Item("B", 3e6)], COUNTS, AT),
         "A leads with ≈ 9.0M downloads in the 30 days to 20 November 2026, ≈ 3.0 times B's "
         "3.0M"),
        # An index: its base is exact, what is counted from an estimated one is not.
        (lambda: findings.of_lines([one("Qwen", 100, 3860, estimated=(True, False))], INDEX),
         "Qwen stands at ≈ 3,860 in August 2026, up from 100 in July 2026"),
        (lambda: findings.of_lines([one("Qwen", 90, 130, estimated=(True, False))], INDEX),
         "Qwen stands at 130 in August 2026, up from ≈ 90 in July 2026"),
        # Rounded counters.
        (lambda: findings.of_lines(
            [one("Qwen", 12.8e6, margins=(2.75e6,)), one("Gemma", 9.1e6, margins=(1.05e6,))],
            PULLS),
         "Qwen has 12.8M new pulls in July 2026"),
        (lambda: findings.of_lines(
            [one("Qwen", 916e3, 915e3, margins=(55e4, 55e4)), one("Gemma", 9e3, 9e3)], PULLS),
         "Qwen leads with 915K new pulls in August 2026, as in July 2026; Gemma follows with 9.0K"),
        (lambda: findings.of_lines([one("Qwen", 1e6, 1.5e6, margins=(1e5, 1e5))], PULLS),
         "Qwen has 1.5M new pulls in August 2026, up 50 % since July 2026"),
        # Places that are shared, or not known.
        (lambda: of_bars(10, 8, 8),
         "A leads with 10 on 20 November 2026, 1.2 times B's 8; C is joint second"),
        (lambda: of_bars(10, 10, 8), "A and B lead with 10 each on 20 November 2026; C is third"),
        (lambda: of_points(10, 8, 8),
         "Of three models, A is highest with 10.0 on 20 November 2026; C is joint second with 8.0"),
        (lambda: of_points(10, 10, 8),
         "Of three models, A and B are highest with 10.0 each on 20 November 2026; C is third with "
         "8.0"),
        (lambda: of_bars(1e6, 99e4, at_least=True), "B has at least 990K on 20 November 2026"),
        (lambda: of_bars(1e6, 99e4, at_least=True, focus=None),
         "A has at least 1.0M on 20 November 2026"),
        (lambda: of_points(9, 8, 7, at_least=True), "C scores at least 7.0 on 20 November 2026"),
        (lambda: of_points(9, 8, 7, things="models" * 12, focus="A"),
         "A is highest of three with 9.0 on 20 November 2026"),
        # What is unknown.
        (lambda: findings.of_lines(
            [one("China", 0.063, 0.348), one("USA", 0.2, 0.2),
             one("unknown", 0.6, 0.511, is_rest=True)],
            replace(SHARES, noun="of all text and vision-language downloads", focus=None)),
         "China leads with 34.8 % of all text and vision-language downloads in August 2026; "
         "unknown: 51.1 %"),
        (lambda: findings.of_parts(
            [one("2B to 10B", 0.2, 0.3), one("40B and up", 0.1, 0.1),
             one("unknown", 0.6, 0.592, is_rest=True)],
            replace(SHARES, noun="of " + "very " * 12 + "many")),
         "The largest part in August 2026 is 2B to 10B with 30.0 %, up 10.0 points since July 2026;"
         " unknown: 59.2 %"),
        (lambda: findings.of_bars(
            [Item("China", 0.3), Item("USA", 0.1), Item("unknown", 0.6, is_rest=True)],
            replace(SHARES, focus=None), MONTHS[0]),
         "China leads with 30.0 % of all downloads in July 2026; USA follows with 10.0 %; "
         "unknown: 60.0 %"),
        # Small shares, and changes that would be rounded to none or to all.
        (lambda: findings.of_lines([one("Qwen", 0.000845, 0.000046)], SHARES),
         "Qwen holds 0.0046 % of all downloads in August 2026, down from 0.085 % in July 2026"),
        (lambda: findings.of_lines([one("Qwen", 1e6, 100)], PULLS),
         "Qwen has 100 new pulls in August 2026, down from 1.0M in July 2026"),
        (lambda: findings.of_lines([one("Qwen", 1e6, 0)], PULLS),
         "Qwen has 0 new pulls in August 2026, down 100 % since July 2026"),
        (lambda: findings.of_lines([one("Qwen", 1e6, 1.996e6)], PULLS),
         "Qwen has 2.0M new pulls in August 2026, 2.0 times that of July 2026"),
        (lambda: findings.of_growth(one("Qwen", -0.9999), [], GROWTH),
         "Qwen's downloads fell more than 99 % in July 2026"),
        (lambda: findings.of_split(one("all", 0.3), [], CHANGE, "Qwen"),
         "Qwen's downloads did not change in July 2026"),
        # Of how many: of those that have a value then.
        (lambda: findings.of_lines(
            [one("Qwen", 2.0, 8.0), one("A", 3.0, 9.0), one("B", 1.0, 4.0), one("C", 5.0)],
            Told("count", "downloads", "age", "Qwen", zero=MONTHS[0])),
         "Qwen has 8 downloads 31 days after its release, second of the three with a value at that "
         "age; A leads with 9"),
        (lambda: findings.of_lines(
            [one("Qwen", 2.0, 8.0), one("A", 3.0, 7.0), one("C", 5.0)],
            Told("count", "downloads", "age", "Qwen", zero=MONTHS[0])),
         "Qwen leads with 8 downloads 31 days after its release, of two with a value at that age; "
         "A follows with 7"),
        (lambda: findings.of_lines([*level(3), one("C", 0.5)], SHARES),
         "All three with a value then stand at 69.7 % of all downloads in August 2026"),
    ],
)  # fmt: skip
def test_a_sentence_says_no_more_than_is_known(told: Callable[[], str], sentence: str) -> None:
    assert told() == sentence


def test_points_and_levels() -> None:
    at, told = date(2026, 11, 20), Told("score", "", "day", "Qwen")
    points = [Item("GLM", 1396.0), Item("Qwen", 1393.0), Item("Llama", 1384.0)]
    assert findings.of_points(points, told, at, "families") == (
        "Of three families, GLM is highest with 1,396 on 20 November 2026; Qwen is second with "
        "1,393"
    )
    for margins, whom in (((1, 1, 1), None), ((2, 1, 1), "Qwen"), ((6, 6, 7), "two others")):
        rated = [replace(one, margin=off) for one, off in zip(points, margins, strict=True)]
        said = findings.of_points(rated, told, at, "families")
        level = (
            f"GLM scores 1,396 on 20 November 2026, level within the margins of error with {whom}"
        )
        assert said == level if whom else "GLM is highest" in said
    assert findings.of_points([], told, at, "families") == ""
    assert findings.of_levels("Qwen", 0.377, 0.409, SHARES, date(2026, 3, 3)) == (
        "Qwen averages 40.9 % of all downloads after 3 March 2026, up from 37.7 % before"
    )
    assert findings.of_levels("Qwen", None, 0.409, SHARES, date(2026, 3, 3)) == ""


NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
VALUES = some.one_of(some.none(), some.floats(0, 1), some.sampled_from((0.0, 0.25, 0.5, 1.0)))


@settings(max_examples=150, deadline=None)
@given(
    some.lists(some.tuples(*[VALUES] * 3), min_size=1, max_size=4),
    some.sampled_from(("share", "index", "score")),
)
def test_every_number_comes_from_the_values(
    rows: list[tuple[float | None, ...]], kind: str
) -> None:
    """Values in words, and of shares the points between two of them; and dates."""
    names = ("Qwen", "Llama", "Gemma", "Phi")
    series = lines(**dict(zip(names, rows, strict=False)))
    sentence = findings.of_lines(series, Told(kind, "", "month", "Qwen", READ))
    known = [value for row in rows for value in row if value is not None]
    assert bool(sentence) == bool(known)
    if not known:
        return
    assert re.search(r"(July|August|September) 2026", sentence)
    allowed = {text for value in known for text in NUMBER.findall(wording.value(kind, value))}
    allowed |= {wording.score(100 * abs(a - b)) for row in rows for a in row for b in row
                if a is not None and b is not None}  # fmt: skip
    assert set(NUMBER.findall(sentence)) - {"2026"} <= allowed, sentence
    assert len(sentence) <= findings.MOST_LETTERS


def line(key: str, values: tuple[float | None, ...], role: str = "compare") -> Line:
    size = len(values)
    return Line(key, key, MONTHS[:size], values, (False,) * size, ("", ""), role=role)  # type: ignore[arg-type]


def chart(**fields: object) -> Chart:
    told = {
        "key": "monthly_downloads", "title": "Downloads", "shown": "", "unit": "downloads",
        "value_kind": "count", "source": "", "source_url": "", "citation": "",
        "as_of": "2026-09-30", "frame": pd.DataFrame(),
    }  # fmt: skip
    return Chart(**{**told, **fields})


def test_which_rule_tells_a_chart() -> None:
    def told(drawn: Chart) -> str:
        return charts.by_rule(drawn, Selection("Qwen", ()), {"Qwen"})

    qwen, llama = line("Qwen", (1.0, 2e6), "focus"), line("Llama", (1.0, 1e6))
    assert told(chart(lines=(qwen, llama))).startswith("Qwen leads with 2.0M downloads in August")
    shares = {"value_kind": "share", "unit": "share of all downloads in the month"}
    parts = (line("small", (0.2, 0.3)), line("large", (0.5, 0.6)), line("unknown", (0.9, 0.9)))
    assert told(chart(stacks=parts, title="Qwen: by size", **shares)).startswith(
        "Qwen's largest part in August 2026 is large with 60.0 % of all downloads"
    )
    bars = (Bar("x/y-7B", "x/y-7B", 9e6, ("", "")), Bar("Qwen", "Qwen", 3e6, ("", "")))
    unit = "downloads in the trailing 30 days"
    assert told(chart(bars=bars, unit=unit)) == (
        "y-7B leads with 9.0M downloads in the 30 days to 30 September 2026, 3.0 times Qwen's 3.0M"
    )
    assert told(chart(lines=(qwen,), unit="pulls since the beginning", day_zero=MONTHS[0])) == (
        "Qwen has 2.0M pulls 31 days after its release"
    )


def test_estimates_are_dotted_in_lines_and_told_of_layers_too() -> None:
    """An interpolated month is dotted like any estimate; of a layer of bars words alone say ≈."""
    families = pd.DataFrame({"family": ["Llama"]})
    nothing = pd.DataFrame()
    context = Context(Selection("Qwen", ()), families, nothing, nothing, {})
    rows = pd.DataFrame({
        "month": pd.to_datetime(["2026-07-01", "2026-08-01"]), "share": [0.3, 0.4], "size": "2B",
        "estimate_reason": ["none", "interpolated_boundary"],
    })  # fmt: skip
    colours = ("#000000", "#ffffff")
    drawn = line_of(
        rows, "month", "share", key="Qwen", label="Qwen", family="Qwen", context=context
    )
    layer = layer_of(rows, "month", "share", "Qwen", "Qwen", colours)
    (stack,) = stacks_of(rows, "month", "share", "size", {"2B": ("Qwen", colours)})
    for one_line in (drawn, layer, stack):
        assert one_line.estimated == (False, one_line is drawn)
        assert one_line.inexact == (False, True)
        told = charts.by_rule(
            chart(lines=(one_line,), value_kind="share"), Selection("Qwen", ()), {"Qwen"}
        )
        assert "holds ≈ 40.0 %" in told
    flagged = rows.drop(columns="estimate_reason").assign(is_estimate=[True, None])
    assert layer_of(flagged, "month", "share", "Qwen", "Qwen", colours).inexact == (True, False)


def test_rounded_counters_lead_only_where_rounding_cannot_turn_it() -> None:
    frame = pd.DataFrame({
        "month": pd.to_datetime(["2026-07-01", "2026-08-01"] * 2),
        "family": ["Qwen", "Qwen", "Gemma", "Gemma"],
        "pulls_half_step": [3.2e6, 2.75e6, None, 1.05e6],
    })  # fmt: skip
    pulls = (line("Qwen", (12.9e6, 12.8e6), "focus"), line("Gemma", (None, 9.1e6)))
    told = {"key": "monthly_ollama_pulls", "unit": "new pulls", "frame": frame}

    def sentence(**fields: object) -> str:
        return charts.by_rule(chart(**told, **fields), Selection("Qwen", ()), {"Qwen"})

    assert sentence(lines=pulls) == "Qwen has 12.8M new pulls in August 2026, as in July 2026"
    bars = (Bar("Qwen", "Qwen", 12.8e6, ("", "")), Bar("Gemma", "Gemma", 9.1e6, ("", "")))
    assert sentence(bars=bars) == "Qwen has 12.8M new pulls in August 2026"
    # How far an index of them is off is not known: it is told as an estimate, of one alone.
    index = (line("Qwen", (100, 104), "focus"), line("Gemma", (100, 103)))
    assert sentence(lines=index, value_kind="index") == (
        "Qwen stands at ≈ 104 in August 2026, up from 100 in July 2026"
    )


def test_parts_unknown_and_single_days_of_charts() -> None:
    def sentence(**fields: object) -> str:
        return charts.by_rule(chart(**fields), Selection("Qwen", ()), {"Qwen"})

    shares = {"value_kind": "share", "unit": "share of the lineage's downloads in the month"}
    both = (line("Qwen", (0.5, 0.697), "focus"), line("gpt-oss", (0.997, 0.697)))
    assert sentence(key="derivative_download_share", lines=both, **shares) == (
        "Qwen's derivatives and gpt-oss's derivatives stand at 69.7 % of the lineage's downloads "
        "in August 2026"
    )
    regions = tuple(
        replace(line(name, (value,)), is_dashed=True)
        for name, value in (("China", 0.3), ("USA", 0.2), ("unknown", 0.5))
    )
    days = {"value_kind": "share", "unit": "share of all downloads", "lines": regions}
    assert sentence(**days) == (
        "China leads with 30.0 % of all downloads in July 2026; USA follows with 20.0 %; "
        "unknown: 50.0 %"
    )
    bars = tuple(Bar(one.key, one.key, one.y[0] or 0.0, ("", "")) for one in regions)
    assert "China leads with 30.0 %" in (text := sentence(**{**days, "lines": ()}, bars=bars))
    assert text.endswith("; unknown: 50.0 %")


def test_an_average_over_estimated_months_is_told_as_one() -> None:
    points = pd.DataFrame({
        "date": pd.to_datetime(["2026-07-01", "2026-08-01", "2026-09-01"]),
        "value": [1.0, 2.0, None],
        "estimate_reason": ["none", "interpolated_boundary", "interpolated_boundary"],
    })  # fmt: skip
    july, august, september = MONTHS
    assert event_charts.holds_estimates(points, july, august)
    assert not event_charts.holds_estimates(points, july, july)
    assert not event_charts.holds_estimates(points, september, september)
    study = chart(
        lines=(line("Qwen", (0.3, 0.4, 0.5), "focus"),), value_kind="share",
        levels=(Level(july, july, 0.3), Level(september, september, 0.5, is_inexact=True)),
        markers=(Marker(august, "a", "a", "2026-08-03"),),
    )  # fmt: skip
    assert charts.by_rule(study, Selection("Qwen", ()), {"Qwen"}) == (
        "Qwen averages ≈ 50.0 % downloads after 3 August 2026, up from 30.0 % before"
    )
