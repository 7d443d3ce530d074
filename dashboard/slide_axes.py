"""Axes of PowerPoint charts: their XML, and where a date or a value stands between their ends."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Protocol
from xml.sax.saxutils import quoteattr

from dashboard import scales
from dashboard.chart import Chart, ValueKind
from dashboard.lettering import width
from dashboard.slide_marks import Drawing, solid, stroke

TEXT = 14  # points; nothing on a slide is smaller
LABELS = 7
LABEL_AIR = 18  # points between labels of dates
LONG = 200  # days from which on months are labelled
MOST_SLOTS = 400
EPOCH = date(1899, 12, 30)  # day 0 of a workbook
AXIS_LINE = ("#b9c0ca", "#5b6472")
MONTH, DAY = "yyyy\\-mm", "yyyy\\-mm\\-dd"
_LETTERS = ((1e12, ',,,,"T"'), (1e9, ',,,"B"'), (1e6, ',,"M"'), (1e3, ',"K"'))
PERCENT_SIGN = "\\ %"
_RANK = re.compile(r"(\d+)([a-z]+)")  # 2nd
_FEW = re.compile(r"< (\d+\.(\d+)) %")
_WRITTEN = re.compile(r"([+−±]?)(\d[\d,]*)(?:\.(\d+))?([KMBT]?)( %)?")


def serial(day: date) -> int:
    """A date as a workbook counts it."""
    return (day - EPOCH).days


class XAxis(Protocol):
    """The axis at the bottom."""

    @property
    def between(self) -> str:
        """Where the other axis crosses: `between` slots or at their middle, `midCat`."""

    def place(self, day: date) -> float:
        """Where a date stands: 0 at the left end, 1 at the right."""

    def xml(self, over: Drawing, crosses: str, labels: str, room: float) -> str:
        """The axis. `crosses` says at which value, `labels` on which side its labels stand, `room`
        how wide the plot is, which decides how many there are."""


@dataclass(frozen=True)
class DateAxis:
    """Days from end to end, for lines and areas."""

    first: date
    last: date
    is_monthly: bool
    between: str = "midCat"

    def place(self, day: date) -> float:
        """0 on the first day, 1 on the last."""
        return (day - self.first).days / max((self.last - self.first).days, 1)

    def xml(self, over: Drawing, crosses: str, labels: str, room: float) -> str:
        """Labelled by months, or over a short time by days."""
        days = (self.last - self.first).days
        if days > LONG or self.is_monthly:
            step, unit, shown = scales.month_step(days / 30.4, _most(room, MONTH)), "months", MONTH
        else:
            most = _most(room, DAY)
            step = next((s for s in (1, 2, 7, 14, 28, 56) if days / s < most), 84)
            unit, shown = "days", DAY
        return _date_axis(
            over, shown, crosses, labels, "days", step, unit,
            f'<c:max val="{serial(self.last)}"/><c:min val="{serial(self.first)}"/>',
        )  # fmt: skip


@dataclass(frozen=True)
class MonthSlots:
    """One slot a month, for bars: an axis of days would make them as thin as a day."""

    first: date
    count: int
    between: str = "between"

    def place(self, day: date) -> float:
        """In the slot of its month; the first stands for the month, so in its middle."""
        months = (day.year - self.first.year) * 12 + day.month - self.first.month
        part = (day.day - 1) / calendar.monthrange(day.year, day.month)[1] if day.day > 1 else 0.5
        return (months + part) / self.count

    def xml(self, over: Drawing, crosses: str, labels: str, room: float) -> str:
        """Labelled by months."""
        step = scales.month_step(self.count, _most(room, MONTH))
        return _date_axis(over, MONTH, crosses, labels, "months", step, "months", "")


@dataclass(frozen=True)
class Slots:
    """One slot a date, for bars of days and weeks, which no date axis can draw wide enough."""

    dates: tuple[date, ...]
    between: str = "between"

    def place(self, day: date) -> float:
        """In the slot that it falls into."""
        before = sum(one <= day for one in self.dates)
        if not before:
            return 0.0
        start = self.dates[before - 1]
        after = self.dates[before] if before < len(self.dates) else start + timedelta(days=7)
        part = (day - start).days / max((after - start).days, 1) if day > start else 0.5
        return min((before - 1 + part) / len(self.dates), 1.0)

    def xml(self, over: Drawing, crosses: str, labels: str, room: float) -> str:
        """Labelled by days."""
        step = math.ceil(len(self.dates) / max(_most(room, DAY) - 1, 1))
        return (
            f"<c:catAx>{_begin(1, 'b')}{_look(over, DAY, labels)}"
            f'<c:crossAx val="2"/><c:crosses val="{crosses}"/><c:auto val="0"/>'
            f'<c:lblAlgn val="ctr"/><c:lblOffset val="100"/><c:tickLblSkip val="{step}"/>'
            f'<c:tickMarkSkip val="{step}"/><c:noMultiLvlLbl val="1"/></c:catAx>'
        )


@dataclass(frozen=True)
class NumberAxis:
    """Numbers from end to end, on a log scale or not."""

    low: float
    high: float
    shown: str
    step: float | None = None
    is_log: bool = False
    is_reversed: bool = False
    is_hidden: bool = False
    between: str = "midCat"

    def place(self, value: float) -> float:
        """0 at the low end of the plot, 1 at the high end of it."""
        low, high, at = self.low, self.high, value
        if self.is_log:
            low, high, at = (math.log10(max(one, 1e-300)) for one in (low, high, value))
        part = (at - low) / ((high - low) or 1.0)
        return 1 - part if self.is_reversed else part

    def texts(self, chart: Chart) -> list[str]:
        """The labels that will stand there."""
        if self.is_log:
            marks = [v for v in scales.decades([self.low, self.high]) if v <= 1.001 * self.high]
        else:
            step = self.step or 1.0
            count = int((self.high - self.low) / step + 1e-9)
            marks = [self.low + number * step for number in range(count + 1)]
        return [scales.tick_text(chart, mark) for mark in marks]

    def xml(self, number: int, place: str, over: Drawing, *, crosses: str = "min",
            grid: bool = True, between: str = "midCat") -> str:  # fmt: skip
        """The axis of that number; the other of the two crosses it."""
        scale = '<c:logBase val="10"/>' if self.is_log else ""
        turn = "maxMin" if self.is_reversed else "minMax"
        lines = (
            f"<c:majorGridlines><c:spPr>{stroke(over.look.grid, 0.75)}</c:spPr></c:majorGridlines>"
            if grid
            else ""
        )
        step = f'<c:majorUnit val="{self.step!r}"/>' if self.step and not self.is_log else ""
        return (
            f'<c:valAx><c:axId val="{number}"/><c:scaling>{scale}<c:orientation val="{turn}"/>'
            f'<c:max val="{self.high!r}"/><c:min val="{self.low!r}"/></c:scaling>'
            f'<c:delete val="{int(self.is_hidden)}"/><c:axPos val="{place}"/>{lines}'
            f"{_look(over, self.shown, 'nextTo', is_line=place == 'b')}"
            f'<c:crossAx val="{3 - number}"/><c:crosses val="{crosses}"/>'
            f'<c:crossBetween val="{between}"/>{step}</c:valAx>'
        )


def time_axis(chart: Chart) -> tuple[XAxis, list[date]]:
    """The axis of a chart over time, and the dates that its data sheet has."""
    moments = scales.dates(chart)
    first, last = moments[0], moments[-1]
    if chart.stacks and not scales.is_area(chart):
        if scales.is_monthly(chart):
            count = (last.year - first.year) * 12 + last.month - first.month + 1
            months = [_later(first, number) for number in range(count)]
            return MonthSlots(first, count), months
        dates = _every(moments)
        return Slots(tuple(dates)), dates
    is_monthly = scales.is_monthly(chart)
    end = max([last, *(marker.at for marker in chart.markers)])
    if first == end:
        return Slots((first,)), moments
    start = first
    if (end - start).days > LONG:
        start = start.replace(day=1)  # labels stand at the first of months
    return DateAxis(start, end, is_monthly), moments


def value_axis(chart: Chart) -> NumberAxis:
    """The axis of the values of lines and layers: the same range and labels as on screen, but that
    a log axis begins at a power of ten, as PowerPoint counts from there."""
    values, ticks = scales.known(chart), scales.ticks(chart)
    if chart.value_kind == "rank":
        step = 1.0 if len(ticks) <= scales.RANKS_NAMED else 5.0
        # Steps are counted from the low end, so that is 0, which is no rank and has no label.
        return NumberAxis(0.0, max(values, default=1.0) + 0.6, "0;;", step, is_reversed=True)
    has_words = any(band.kind != "incident" for band in chart.bands)
    if chart.is_log:
        positive = [value for value in scales.selected(chart) if value > 0] or [1.0]
        low = 10.0 ** math.floor(math.log10(min(positive)))
        span = max(math.log10(max(positive) / low), 0.3)
        high = max(positive) * 10 ** ((0.13 if has_words else 0.05) * span)
        marks = scales.decades([low, high])
        return NumberAxis(low, high, axis_format(chart.value_kind, marks), is_log=True)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    top = max([*values, *ticks]) or 1.0
    low = 0.0
    if min([*values, 0.0]) < 0:
        low = step * math.floor(min(values) / step)
    top += (0.12 if has_words else 0.04) * (top - low)
    marks = [low + step * number for number in range(round((top - low) / step) + 1)]
    return NumberAxis(low, top, axis_format(chart.value_kind, marks), step)


def axis_format(kind: ValueKind, marks: Sequence[float]) -> str:
    """The number format of an axis with these marks. A format knows two conditions at most."""
    if kind == "growth":
        number = f"#,##0{_places([100 * mark for mark in marks])}{PERCENT_SIGN}"
        return f"+{number};−{number};{number}"
    if kind == "share":
        return _stepped([100 * mark for mark in marks], 0.01, PERCENT_SIGN)
    if kind == "change":
        size, letter = _size(max(abs(mark) for mark in marks))
        number = f"0{_places([mark / size for mark in marks])}{letter}"
        return f"+{number};−{number};0"
    if kind == "count":
        return _count_format([mark for mark in marks if mark > 0])
    return _stepped(marks, 1.0, "")


def _stepped(marks: Sequence[float], one: float, ending: str) -> str:
    """Small marks with decimals and, on a log axis, large ones without; `one` is what the cell
    holds where 1 is written."""
    large, small = ([m for m in marks if (m >= 1 or m == 0) is side] for side in (True, False))
    wide = max([m for m in marks if m > 0], default=1) / min([m for m in marks if m > 0], default=1)
    if not (large and small) or wide < 100:
        return f"#,##0{_places(marks)}{ending}"
    return f"[>={one:g}]#,##0{_places(large)}{ending};0{_places(small)}{ending}"


def value_format(text: str, margin: str = "") -> str:
    """The number format that writes a value as `text` does: 34.7 %, 1.2B, 132, 2nd, < 0.001 %;
    other values, which somebody may type, as people write them too; `margin` follows."""
    if rank := _RANK.fullmatch(text):
        return f'[={rank[1]}]0"{rank[2]}";"rank "0'
    if few := _FEW.fullmatch(text):
        digits = len(few[2])
        least = f"{float(few[1]) / 100:.{digits + 2}f}"
        return f'[<{least}]"{text}";0.{"0" * digits}{PERCENT_SIGN}'
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return f'"{_quoted(text)}"'
    sign, _, decimals, letter, percent = found.groups()
    number = f"#,##0{'.' + '0' * len(decimals) if decimals else ''}"
    number += {text[-2]: text for _, text in _LETTERS}.get(letter, "")
    number += PERCENT_SIGN if percent else ""
    if sign:
        number = f"+{number};−{number};±{number}"
    if not margin:
        return number
    bound = " ".join(_quoted(margin).split()).replace(" ", "\u00a0")  # labels must not wrap
    return f'{number}"\u00a0{bound}"'


def _quoted(text: str) -> str:
    return text.replace('"', "")


def _count_format(marks: Sequence[float]) -> str:
    if marks and max(marks) < 1000:
        return _stepped(marks, 1.0, "")
    groups: dict[float, list[float]] = {}
    letters = dict([(1.0, ""), *_LETTERS])
    for mark in marks:
        size = _size(mark)[0]
        groups.setdefault(size, []).append(mark / size)
    sizes = sorted(groups, reverse=True)
    if not sizes:
        return "#,##0"
    parts = [
        f"[>={round(size)}]#,##0{_places(groups[size])}{letters[size]}"
        for size in sizes[:2]
        if size > 1
    ]
    rest = sizes[2] if len(sizes) == 3 and sizes[2] > 1 else 1.0
    return ";".join([*parts, f"#,##0{_places(groups.get(rest, ()))}{letters[rest]}"])


def _size(value: float) -> tuple[float, str]:
    return next(((s, text) for s, text in _LETTERS if abs(value) >= s * 0.99995), (1.0, ""))


def _places(values: Sequence[float]) -> str:
    """As many decimals as the values need."""
    most = max(
        (len(f"{round(value, 6):g}".partition(".")[2]) for value in values if abs(value) >= 1e-4),
        default=0,
    )
    return f".{'0' * most}" if most else ""


def _most(room: float, shown: str) -> int:
    """How many labels of dates stand side by side; more would be turned or wrapped."""
    each = width(
        shown.replace("\\", "").replace("y", "0").replace("m", "0").replace("d", "0"), TEXT
    )
    return max(2, min(LABELS, int(room / (each + LABEL_AIR))))


def _date_axis(over: Drawing, shown: str, crosses: str, labels: str, base: str, step: int,
               unit: str, ends: str) -> str:  # fmt: skip
    return (
        f"<c:dateAx>{_begin(1, 'b', ends)}{_look(over, shown, labels)}"
        f'<c:crossAx val="2"/><c:crosses val="{crosses}"/><c:auto val="0"/>'
        f'<c:lblOffset val="100"/><c:baseTimeUnit val="{base}"/><c:majorUnit val="{step}"/>'
        f'<c:majorTimeUnit val="{unit}"/></c:dateAx>'
    )


def category_axis(over: Drawing) -> str:
    """Names from the top down, beside horizontal bars."""
    return (
        '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="maxMin"/></c:scaling>'
        f'<c:delete val="0"/><c:axPos val="l"/>{_look(over, "General", "low", is_line=False)}'
        '<c:crossAx val="2"/><c:crosses val="min"/><c:auto val="0"/><c:lblAlgn val="ctr"/>'
        '<c:lblOffset val="100"/><c:tickLblSkip val="1"/><c:noMultiLvlLbl val="1"/></c:catAx>'
    )


def _begin(number: int, place: str, ends: str = "") -> str:
    return (
        f'<c:axId val="{number}"/><c:scaling><c:orientation val="minMax"/>{ends}</c:scaling>'
        f'<c:delete val="0"/><c:axPos val="{place}"/>'
    )


def _look(over: Drawing, shown: str, labels: str, *, is_line: bool = True) -> str:
    """Number format, tick marks, labels and line of an axis."""
    line = stroke(AXIS_LINE[over.look.index], 0.75) if is_line else "<a:ln><a:noFill/></a:ln>"
    mark = "out" if is_line else "none"
    return (
        f'<c:numFmt formatCode={quoteattr(shown)} sourceLinked="0"/>'
        f'<c:majorTickMark val="{mark}"/><c:minorTickMark val="none"/>'
        f'<c:tickLblPos val="{labels}"/><c:spPr><a:noFill/>{line}</c:spPr>'
        f"{text_look(over, over.look.muted)}"
    )


def text_look(over: Drawing, colour: str, *, wraps: bool = True) -> str:
    """How text of a chart looks."""
    wrapping = "" if wraps else ' wrap="none"'
    return (
        f'<c:txPr><a:bodyPr rot="0" vert="horz"{wrapping}/><a:lstStyle/><a:p><a:pPr>'
        f'<a:defRPr sz="{100 * TEXT}" b="0">{solid(colour)}'
        f"<a:latin typeface={quoteattr(over.font)}/></a:defRPr></a:pPr>"
        '<a:endParaRPr lang="en-US"/></a:p></c:txPr>'
    )


def _every(moments: Sequence[date]) -> list[date]:
    """The dates, and those between them that are missing, where they are a step apart."""
    gaps = [(b - a).days for a, b in pairwise(moments)]
    step = min(gaps, default=1)
    count = (moments[-1] - moments[0]).days // step + 1
    if any(gap % step for gap in gaps) or count > MOST_SLOTS:
        return list(moments)
    return [moments[0] + timedelta(days=step * number) for number in range(count)]


def _later(month: date, count: int) -> date:
    months = month.year * 12 + month.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def log_axis(values: Sequence[float], kind: ValueKind = "count") -> NumberAxis:
    """From a power of ten, where PowerPoint begins to count, to the values' end, for points."""
    low, high = scales.decades(values)[0], max([1e-12, *values])
    high *= 10 ** (0.06 * max(math.log10(high / low), 1.0))
    marks = [mark for mark in scales.decades([low, high]) if mark <= high]
    return NumberAxis(low, high, axis_format(kind, marks), is_log=True)


def plain_axis(chart: Chart, values: Sequence[float]) -> NumberAxis:
    """Round values around those of points, which need not begin at zero."""
    low, high = min(values), max(values)
    step = scales.round_step(((high - low) or abs(high) or 1.0) / 5)
    start = step * math.floor(low / step)
    end = step * math.ceil(high / step + 0.2)
    marks = [start + step * number for number in range(round((end - start) / step) + 1)]
    return NumberAxis(start, end, axis_format(chart.value_kind, marks), step)


def day_axis(chart: Chart) -> NumberAxis:
    """Days since an event."""
    assert chart.day_zero is not None
    last = max((day - chart.day_zero).days for day in scales.dates(chart))
    step = next((s for s in (1, 7, 14, 30, 60, 90, 180) if last / s < LABELS + 2), 365)
    return NumberAxis(0.0, float(max(last, 1)), "0", float(step))
