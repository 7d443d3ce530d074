"""What all pens agree on: which values an axis holds and labels, which lines and layers are named,
where a stretch of time begins and ends, and what is an estimate.

Values are the chart's own, so shares are fractions; no drawing library is named here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from dashboard.chart import Band, Bar, Chart, Line
from data import wording

DIRECT_LABELS = 9
LAYER_LABELS = 14
RANKS_NAMED = 15  # each; of more every fifth
MOST_BARS = 40  # of a stack; more are an area
BETWEEN = 6  # places of a stretch between two points of a line, where words could cover it
NARROW_NAME = 26  # letters beside bars in narrow windows: those of deepseek-v4-flash-20260423
END_KEPT = 8  # letters at the end of a name that is shortened: those of a date
DASH_SIGNS = ("– –", "– ·", "— —")  # patterns of dashed lines, as letters beside their names
# Sides of a dot at which its name may stand, across and down, the best one first.
SIDES = ((0, -1), (1, 0), (-1, 0), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))
DOT = 8  # pixels from the middle of a dot to its name
TOP = 20  # pixels that names may reach above the plot

Place = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom


def span(chart: Chart) -> tuple[date, date]:
    """The first and the last date of everything that runs over time."""
    dates = [day for line in chart.series for day in line.x]
    return min(dates), max(dates)


def dates(chart: Chart) -> list[date]:
    """Every date at which anything is drawn, in order."""
    return sorted({day for line in chart.series for day in line.x})


def days(chart: Chart) -> int:
    """How many days the chart reaches over."""
    first, last = span(chart)
    return (last - first).days


def is_monthly(chart: Chart) -> bool:
    """Whether every value stands at the first of a month."""
    return all(day.day == 1 for line in chart.series for day in line.x)


def step(chart: Chart) -> int:
    """Days from one point to the next: the shortest distance of the chart, at most a month."""
    return min([(b - a).days for a, b in pairwise(dates(chart))], default=28)


def month_step(months: float, labels: int) -> int:
    """Months between labels, of which there are to be at most that many: 1, 2, 3, 6 or 12."""
    return next((step for step in (1, 2, 3, 6) if months / step <= labels), 12)


def is_area(chart: Chart) -> bool:
    """Whether layers are drawn as areas: so many bars could not be told apart. Where a date is
    missing or a value is negative, bars it is: an area would bridge the one and hide the other."""
    moments = dates(chart)
    if not chart.stacks or chart.lines or len(moments) <= MOST_BARS:
        return False
    gaps = {(b - a).days for a, b in pairwise(moments)}
    values = [value for layer in chart.stacks for value in layer.y if value is not None]
    is_whole = len(gaps) == 1 or (is_monthly(chart) and max(gaps) <= 31)
    return is_whole and min(values, default=0.0) >= 0


def half_step(chart: Chart) -> timedelta:
    """How far a month, week or day reaches to either side of where it is drawn."""
    return timedelta(days=15) if is_monthly(chart) else timedelta(days=step(chart) / 2)


def stretch(chart: Chart, first: date, last: date) -> tuple[date, date]:
    """From where a period begins to where another ends, by the days at which they are drawn."""
    half = half_step(chart)
    if is_monthly(chart):
        return first - half, last + half
    # Half a day or week is lost on a date, which has no hours.
    return datetime.combine(first, time()) - half, datetime.combine(last, time()) + half


def merged(bands: Sequence[Band], step: int) -> list[tuple[date, date]]:
    """Stretches that bands cover, each once; those that lie at most `step` days apart are one."""
    stretches: list[tuple[date, date]] = []
    for band in sorted(bands, key=lambda band: band.start):
        if stretches and (band.start - stretches[-1][1]).days <= step:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], band.end))
        else:
            stretches.append((band.start, band.end))
    return stretches


def parts(
    values: Sequence[float | None], estimated: Sequence[bool]
) -> tuple[list[float | None], list[float | None]]:
    """Values of the solid and the dotted trace: a stretch is dotted when one end is estimated."""
    solid = [None if flag else value for value, flag in zip(values, estimated, strict=True)]
    dotted: list[float | None] = []
    for position, value in enumerate(values):
        near = estimated[max(position - 1, 0) : position + 2]
        dotted.append(value if any(near) else None)
    return solid, dotted


def alone(values: Sequence[float | None]) -> list[bool]:
    """Which values have no neighbour to draw a line to, and would not be seen without a marker."""
    padded = [None, *values, None]
    return [
        padded[position] is not None
        and padded[position - 1] is None
        and padded[position + 1] is None
        for position in range(1, len(padded) - 1)
    ]


def known(chart: Chart) -> list[float]:
    """Values that the axis must hold: of the lines, and of each bar the height of its layers."""
    values = [
        value
        for line in chart.lines
        for value in (*line.y, *(line.highs if line.role != "rest" else ()))
        if value is not None
    ]
    bars: dict[date, list[float]] = {}
    for layer in chart.stacks:
        for day, value in zip(layer.x, layer.y, strict=True):
            bars.setdefault(day, []).append(value or 0.0)
    for parts in bars.values():
        values += [sum(v for v in parts if v > 0), sum(v for v in parts if v < 0)]
    return values


def selected(chart: Chart) -> list[float]:
    """Values of the selected lines; the rest must not stretch the axis. All when none is."""
    chosen = [line for line in chart.lines if line.role != "rest"] if chart.is_log else chart.lines
    # Layers are never drawn on a log axis.
    return known(replace(chart, lines=tuple(chosen))) or known(chart)


def ticks(chart: Chart) -> list[float]:
    """Round values to label: multiples of 1, 2 or 5 times a power of ten; on a log axis decades."""
    values = [value for value in selected(chart) if value > 0 or not chart.is_log]
    if not values:
        return [0.0]
    if chart.value_kind == "rank":
        last = round(max(values))
        return [1.0, *range(2, last + 1)] if last <= RANKS_NAMED else [1.0, *range(5, last + 1, 5)]
    if chart.is_log:
        low = math.floor(math.log10(min(values)))
        high = math.ceil(math.log10(max(values)))
        # Under two decades, decades alone would be a single label.
        steps = (1, 2, 5) if high - low <= 2 else (1,)
        return [step * 10.0**power for power in range(low, high + 1) for step in steps]
    least = 0.0 if chart.value_kind in {"share", "growth"} else 1.0  # there are no half downloads
    top, bottom = max(*values, 0.0), min(*values, 0.0)
    step = max(least, round_step((top - bottom) / 6))
    # Half a step above the last label is bare enough to want another one.
    below = int(-bottom / step + 0.5)
    return [step * number for number in range(-below, int(top / step + 0.5) + 1)]


def round_step(rough: float) -> float:
    """The next larger of 1, 2 or 5 times a power of ten."""
    if rough <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= rough), 10 * power)


def tick_text(chart: Chart, value: float) -> str:
    """A round value at the axis, without decimals that say nothing."""
    if chart.value_kind == "share":
        return f"{round(100 * value, 6):g} %"
    if chart.value_kind == "growth":
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{abs(round(100 * value, 6)):g} %"
    if chart.value_kind in {"count", "change"}:
        return re.sub(r"\.0(?=[A-Z]|$)", "", chart.text(value))
    return chart.text(value)


def decades(values: Sequence[float]) -> list[float]:
    """The powers of ten around values."""
    positive = [value for value in values if value > 0] or [1.0]
    low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
    return [10.0**power for power in range(low, high + 1)]


def decade_text(value: float) -> str:
    """A power of ten at an axis."""
    return f"{value:g}" if value < 1000 else wording.count(value).replace(".0", "")


def labelled(chart: Chart) -> list[Line]:
    """The lines that get a label: the selected first, then the rest in their order."""
    known = [line for line in chart.lines if line.newest is not None]
    return sorted(known, key=lambda line: line.role == "rest")[:DIRECT_LABELS]


def opacity(line: Line) -> float:
    """How much of a line's colour it is drawn in."""
    if line.role == "rest":
        return 0.55
    return 1.0 if line.is_dashed else max(0.4, 1 - 0.18 * line.shade)


def sign(chart: Chart, line: Line) -> str:
    """'– – ' before the name of a dashed line among solid ones: its pattern; '' for others."""
    is_told = line.is_dashed and not all(one.is_dashed for one in chart.lines)
    return f"{DASH_SIGNS[line.shade % len(DASH_SIGNS)]} " if is_told else ""


def middles(chart: Chart) -> list[tuple[Line, float]]:
    """The largest layers, each with the middle of its newest bar."""
    found, up, down = [], 0.0, 0.0
    for layer in chart.stacks:
        value = layer.y[-1] if layer.y else None
        if not value:
            continue
        if value > 0:
            found.append((layer, up + value / 2))
            up += value
        else:
            found.append((layer, down + value / 2))
            down += value
    kept = sorted(found, key=lambda place: -abs(place[0].y[-1] or 0.0))[:LAYER_LABELS]
    return [place for place in found if place in kept]


def since(chart: Chart, line: Line) -> str:
    """' (2026-07)' where a line's newest value is older than the chart's."""
    known = [day for day, value in zip(line.x, line.y, strict=True) if value is not None]
    if not known or known[-1] >= span(chart)[1]:
        return ""
    if chart.day_zero:
        return f" (day {(known[-1] - chart.day_zero).days})"
    return f" ({known[-1]:%Y-%m})" if is_monthly(chart) else f" ({known[-1]:%m-%d})"


def rows_apart(labels: Sequence[tuple[float, float]]) -> list[int]:
    """In which row each label stands so that none touches another: the lowest one that is free.
    `labels`: the middle and half the width of each, from left to right."""
    ends: list[float] = []
    rows = []
    for middle, half in labels:
        row = next((r for r, end in enumerate(ends) if middle - half > end), len(ends))
        if row == len(ends):
            ends.append(0.0)
        ends[row] = middle + half
        rows.append(row)
    return rows


def along(points: Sequence[Place | None]) -> list[Place]:
    """Places along a line from point to point; None where it has none."""
    found = [point for point in points if point is not None]
    for one, other in pairwise(points):
        if one is not None and other is not None:
            found += [
                tuple(a + (b - a) * number / BETWEEN for a, b in zip(one, other, strict=True))  # type: ignore[misc]
                for number in range(1, BETWEEN)
            ]
    return found


def clear_box(
    at: Place,
    size: Place,
    limits: Box,
    side: str,
    drawn: Sequence[Place],
    taken: Sequence[Box],
) -> tuple[Box, bool]:
    """The box for words about the point `at` that covers the fewest places of lines and none of the
    boxes that are taken, and whether it stands left of the point. All in points or pixels, from the
    top left; the nearer side of equal ones, first `side`. Words for which there is room on neither
    side stand at an edge, over the point; those wider than all begin at the left one."""
    (x, y), (wide, tall) = at, size
    best: tuple[float, Box, bool] | None = None
    for number, (across, down) in enumerate(
        (across, down)
        for across in ((-40, 40) if side == "left" else (40, -40))
        for down in (-8, -40, 36, -70, 64, -110, 100)
    ):
        left = x + across - (wide if across < 0 else 0)
        top = min(max(y + down - tall / 2, limits[1]), limits[3] - tall)
        cost = float(number)
        cost += 1000 * (left < limits[0] or left + wide > limits[2])
        left = max(min(left, limits[2] - wide), limits[0])
        box = (left, top, left + wide, top + tall)
        cost += 500 * sum(overlaps(box, other) for other in taken)
        cost += 10 * sum(holds(box, place) for place in drawn)
        if best is None or cost < best[0]:
            best = (cost, box, across < 0)
    assert best is not None
    return best[1], best[2]


def name_sides(
    dots: Sequence[Place], sizes: Sequence[tuple[int, Place]], rooms: Sequence[Place], beyond: float
) -> dict[int, tuple[int, int]]:
    """On which side of its dot each name stands: -1, 0 or 1 across and down. The first ones come
    first; a name that would cover another or a dot has no place. `dots` are parts of the plot from
    its top left, `sizes` the number of a dot with its name's pixels; it must hold in each of
    `rooms`, which are the sizes that the plot may have. Names may reach `beyond` its sides."""
    taken: list[list[Box]] = [[] for _ in rooms]
    spots = [[(x * wide, y * tall) for x, y in dots] for wide, tall in rooms]
    found = {}
    for number, size in sizes:
        for side in SIDES:
            boxes = [_beside(places[number], size, side) for places in spots]
            if all(
                -beyond <= box[0] and box[2] <= wide + beyond and box[1] >= -TOP and box[3] <= tall
                and not any(overlaps(box, other) for other in others)
                and not any(holds(box, at) for n, at in enumerate(places) if n != number)
                for box, others, places, (wide, tall) in zip(
                    boxes, taken, spots, rooms, strict=True
                )
            ):  # fmt: skip
                found[number] = side
                for box, others in zip(boxes, taken, strict=True):
                    # Two names on one line would read as one.
                    others.append((box[0] - DOT, box[1], box[2] + DOT, box[3]))
                break
    return found


def _beside(at: Place, size: Place, side: tuple[int, int]) -> Box:
    """The box of a name on a side of its dot."""
    left, top = (
        middle + way * (DOT + long / 2) - long / 2
        for middle, way, long in zip(at, side, size, strict=True)
    )
    return left, top, left + size[0], top + size[1]


def overlaps(one: Box, other: Box) -> bool:
    """Whether two boxes have a place in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def holds(box: Box, place: Place) -> bool:
    """Whether a place lies in a box, or so near that a mark there would touch it."""
    return box[0] - 4 < place[0] < box[2] + 4 and box[1] - 3 < place[1] < box[3] + 3


def spread(places: Sequence[float], apart: float) -> list[float]:
    """Sorted places, moved as little as needed to lie that far apart and within 0..1.

    Places that come too close become a block whose members are a step apart around their mean.
    """
    step = min(apart, 1 / max(len(places) - 1, 1))
    blocks: list[list[float]] = []
    for place in places:
        blocks.append([place])
        while len(blocks) > 1 and _start(blocks[-1], step) < (
            _start(blocks[-2], step) + step * len(blocks[-2])
        ):
            last = blocks.pop()
            blocks[-1] += last
    return [_start(block, step) + step * number for block in blocks for number in range(len(block))]


def _start(block: Sequence[float], step: float) -> float:
    """Where the lowest member of a block lies."""
    if len(block) == 1:
        return min(max(block[0], 0.0), 1.0)
    centred = sum(place - step * number for number, place in enumerate(block)) / len(block)
    return min(max(centred, 0.0), 1.0 - step * (len(block) - 1))


def bar_text(chart: Chart, bar: Bar) -> str:
    """A bar's value, with what it is rounded to."""
    margin = f" ± {chart.text(bar.half_width)}" if bar.half_width else ""
    return f"{chart.text(bar.value)}{margin}"


def shortened(label: str, limit: int) -> str:
    """A label of at most that many letters. Its end stays, where names of versions differ."""
    return label if len(label) <= limit else f"{label[: limit - 1 - END_KEPT]}…{label[-END_KEPT:]}"
