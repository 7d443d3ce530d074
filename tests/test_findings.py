"""The sentence of a chart: rules over plain numbers, and which rule tells which chart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from dashboard import findings as charts
from dashboard.chart import Bar, Chart, Line, Selection
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
            "Qwen holds 10.0 % of all downloads in September 2026, last of three; Llama leads with "
            "40.0 %",
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
            "Qwen holds 10.0 % of all downloads in July 2026, joint second of three; Gemma leads "
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
    rest = Series("unknown", MONTHS, (0.5, 0.6, 0.7), is_ranked=False)
    assert findings.of_lines([rest], SHARES) == ""
    told = findings.of_lines([rest, *lines(Qwen=(0.2, 0.2, 0.2))], SHARES)
    assert told.startswith("Qwen holds 20.0 %")
    assert findings.of_parts([*lines(US=(0.3, 0.3, 0.2), EU=(0.1, 0.1, 0.1)), rest], SHARES) == (
        "The largest part in September 2026 is US with 20.0 % of all downloads, down 10.0 points "
        "since July 2026"
    )
    short = replace(SHARES, noun="")
    told = findings.of_parts([*lines(a=(0.3, 0.3, 0.2), b=(0.1, 0.1, 0.1)), rest], short, "Qwen")
    assert told == (
        "Qwen's largest part in September 2026 is a with 20.0 %, down 10.0 points since July 2026; "
        "unknown: 70.0 %"
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
    assert "a leads with at least 224M downloads" in least
    assert "times" not in least


def test_points_and_levels() -> None:
    at, told = date(2026, 11, 20), Told("score", "", "day", "Qwen")
    points = [Item("GLM", 1396.0), Item("Qwen", 1393.0), Item("Llama", 1384.0)]
    assert findings.of_points(points, told, at, "families") == (
        "Of three families, GLM is highest with 1,396 on 20 November 2026; Qwen is second with "
        "1,393"
    )
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
    import pandas as pd  # noqa: PLC0415

    told = {
        "key": "monthly_downloads", "title": "Downloads", "shown": "", "unit": "downloads",
        "value_kind": "count", "source": "", "source_url": "", "citation": "",
        "as_of": "2026-09-30", "frame": pd.DataFrame(),
    }  # fmt: skip
    return Chart(**{**told, **fields})  # type: ignore[arg-type]


def test_which_rule_tells_a_chart() -> None:
    def told(drawn: Chart) -> str:
        return charts._by_rule(drawn, Selection("Qwen", ()), {"Qwen"})

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
