"""Chart -> native PowerPoint chart: its XML, what is drawn over it, and its data sheet.

Everything that has a value is a series over cells of the data sheet, so "Edit data" works. Names at
the ends of lines and at points are labels that move with them (slide_labels.py). Events, bands and
remarks are shapes inside the chart (slide_marks.py), placed by the fixed rectangle of the plot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from dashboard import scales, slide_axes
from dashboard.chart import Band, Chart, Line, Point
from dashboard.lettering import clean, shortened, width
from dashboard.slide_axes import (
    DAY,
    MONTH,
    TEXT,
    NumberAxis,
    XAxis,
    serial,
    text_look,
    value_format,
)
from dashboard.slide_labels import LABEL_GAP, ROW, Label, ends_of, labels_xml, place_ends
from dashboard.slide_marks import Align, Drawing, Plot, Run, solid, stroke
from dashboard.slide_sheet import CELL_FORMATS, Cell, Sheet
from dashboard.style import THEMES, Theme

DASHES = {"estimate": "sysDot"}
MEASURES = ("sysDash", "sysDashDot", "lgDash")  # of lines that are no series of their own
WEIGHTS = {"focus": 3.5, "compare": 2.25, "rest": 1.25}
BAR_PITCH = 18.5
NAMED_POINTS = 14
NAME_AIR = 10  # points between two of them
MOST_ROWS = 4  # of names of events
INTERVAL = 0.14  # opacity
WORKBOOK, DRAWING = "rId1", "rId2"  # relations of the chart
_NAMES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


@dataclass(frozen=True)
class NativeChart:
    """A chart as PowerPoint keeps it: the chart (its relations are WORKBOOK and DRAWING), the
    shapes over it, its data sheet, and what a reader must be told besides the chart's caveats."""

    xml: bytes
    drawing: bytes
    sheet: Sheet
    remarks: tuple[str, ...] = ()
    unnamed: tuple[Band, ...] = ()  # bands in which their words find no room


@dataclass
class _Parts:
    """What a chart is put together from."""

    over: Drawing
    sheet: Sheet = field(default_factory=Sheet)
    kinds: list[str] = field(default_factory=list)  # lineChart, barChart ...
    axes: str = ""
    blanks: str = "gap"
    is_log: bool = False  # the axis of values
    count: int = 0  # of series
    caches: dict[tuple[int, int | None], str] = field(default_factory=dict)
    labels: Mapping[int, Label] = field(default_factory=dict)  # by the id of their line or layer

    @property
    def look(self) -> Theme:
        return self.over.look

    def number(self) -> int:
        self.count += 1
        return self.count - 1


def native(
    chart: Chart,
    size: tuple[float, float],
    font: str,
    factor: float = 1.0,
    look: Theme = THEMES["light"],
) -> NativeChart:
    """The chart at that width and height in points. `font` is what its text is set in, `factor` how
    much wider than Arial that font may be, `look` the slide's colours."""
    draw = _ranking if chart.bars else _points if chart.points else _over_time
    return draw(chart, Drawing(*size, font, look), factor)


# Lines, layers, bands and events over time


def _over_time(chart: Chart, over: Drawing, factor: float) -> NativeChart:
    values = slide_axes.value_axis(chart)
    ends = ends_of(chart, over, factor)
    place: Callable[[date], float]
    axis: XAxis | None = None
    moments: list[date] = []
    if chart.day_zero:
        place = partial(_place_day, slide_axes.day_axis(chart), chart.day_zero)
    else:
        axis, moments = slide_axes.time_axis(chart)
        place = axis.place
    left = 14 + max(width(text, TEXT, factor=factor) for text in values.texts(chart))
    right = over.width - max((label.room for label in ends), default=0) - 2 * LABEL_GAP
    events = _events(chart, over, (left, right), place, factor)
    rows = max((event.row + 1 for event in events if event.is_named), default=0)
    plot = Plot(
        left=left,
        top=6 + ROW * rows if rows else TEXT / 2,
        right=right,
        bottom=over.height - (2 * ROW + 14 if chart.day_zero else ROW + 8),
    )
    unnamed = _draw_bands(over, chart, plot, place, axis, factor)
    labels = place_ends(over, plot, values, place, ends, is_area=scales.is_area(chart))
    _draw_events(over, plot, events)
    _draw_notes(over, chart, plot, place, values, factor)
    parts = _Parts(over, is_log=values.is_log, labels=labels)
    if chart.day_zero:
        _name_axis(over, plot, "days since the release")
        _scatter_lines(parts, chart, chart.day_zero)
        parts.axes = slide_axes.day_axis(chart).xml(1, "b", over, grid=False)
        parts.axes += values.xml(2, "l", over)
    elif axis is not None:
        _date_series(parts, chart, moments)
        parts.axes = _time_axes(axis, values, over, plot.right - plot.left)
    return replace(_finished(parts, over, plot), unnamed=unnamed)


def _place_day(axis: NumberAxis, zero: date, day: date) -> float:
    return axis.place((day - zero).days)


def _name_axis(over: Drawing, plot: Plot, text: str) -> None:
    """What the axis below the plot counts, under its labels."""
    over.text(plot.at(0.5, 0)[0], plot.bottom + 1.5 * ROW + 12, [[Run(text, over.look.muted)]],
              room=0.6 * over.width, align="ctr")  # fmt: skip


def _time_axes(axis: XAxis, values: NumberAxis, over: Drawing, room: float) -> str:
    crosses = "max" if values.is_reversed else "autoZero" if values.low < 0 else "min"
    labels = "low" if values.low < 0 else "nextTo"
    return axis.xml(over, crosses, labels, room) + values.xml(2, "l", over, between=axis.between)


def _date_series(parts: _Parts, chart: Chart, moments: list[date]) -> None:
    """Layers, intervals, lines and levels over one column of dates."""
    shown_as = MONTH if scales.is_monthly(chart) else DAY
    dates = parts.sheet.add("month" if shown_as == MONTH else "date", moments, shown_as)
    if chart.stacks:
        _layers(parts, chart, dates, moments)
    areas = [_interval(parts, chart, line, dates, moments) for line in chart.lines]
    if any(areas):
        parts.kinds.append(_group("areaChart", "".join(areas), '<c:grouping val="stacked"/>'))
    # A date that other lines have and this one has not is no gap of it.
    if any(_skips(line, moments) for line in chart.lines):
        parts.blanks = "span"
    found: list[tuple[str, str]] = []
    for line in chart.lines:
        for column, dash, end in _line_columns(parts, chart, line, moments):
            found.append((line.role, _line_series(parts, line, column, dates, dash, end)))
    # The focus comes last, so that it lies on top; the sheet keeps the chart's order.
    found.sort(key=lambda one: ("rest", "compare", "focus").index(one[0]))
    levels = "".join(_level_series(parts, chart, number, dates, moments)
                     for number in range(len(chart.levels)))  # fmt: skip
    if found or levels:
        series = "".join(xml for _, xml in found) + levels
        parts.kinds.append(_group("lineChart", series, '<c:grouping val="standard"/>',
                                  '<c:marker val="1"/>'))  # fmt: skip


def _skips(line: Line, moments: Sequence[date]) -> bool:
    """Whether the line has no point at a date between its ends at which others have one."""
    if not line.x:
        return False
    return sum(line.x[0] <= day <= line.x[-1] for day in moments) != len(line.x)


def _line_columns(
    parts: _Parts, chart: Chart, line: Line, moments: Sequence[date]
) -> list[tuple[int, str, int | None]]:
    """The columns of one line, each with the dash it is drawn in and the row of the line's newest
    value in the one that it stands in: what was measured, and what was estimated with the
    neighbours that it is joined to. Where blanks are bridged, each unbroken stretch is a column of
    its own."""
    solid_part, dotted = scales.parts(line.y, line.estimated)
    shown_as = CELL_FORMATS[chart.value_kind]
    label = clean(line.label)
    found: list[tuple[int, str, int | None]] = []
    plain = MEASURES[line.shade % len(MEASURES)] if line.is_dashed else ""
    newest = max((day for day, value in zip(line.x, line.y, strict=True) if value is not None),
                 default=None)  # fmt: skip
    for title, part, dash in (
        (label, solid_part, plain), (f"{label}, estimate", dotted, DASHES["estimate"]),
    ):  # fmt: skip
        stretches = _stretches(part) if parts.blanks == "span" else [part]
        for stretch in stretches:
            if all(value is None for value in stretch):
                continue
            known = dict(zip(line.x, stretch, strict=True))
            cells = [known.get(day) for day in moments]
            end = None
            if newest is not None and known.get(newest) is not None:
                end, newest = list(moments).index(newest), None
            found.append((parts.sheet.add(title, cells, shown_as), dash, end))
    return found


def _stretches(values: Sequence[float | None]) -> list[list[float | None]]:
    """Unbroken stretches of known values, each as long as all of them, with None elsewhere."""
    found = []
    for is_known, run in groupby(range(len(values)), key=lambda at: values[at] is not None):
        if is_known:
            kept = set(run)
            found.append([v if at in kept else None for at, v in enumerate(values)])
    return found


def _line_series(parts: _Parts, line: Line, column: int, x: int, dash: str, end: int | None) -> str:
    """A series of a line; the row `end` of its column is labelled."""
    colour = line.colours[parts.look.index]
    look = stroke(colour, WEIGHTS[line.role], dash, opacity=scales.opacity(line))
    cells = parts.sheet.columns[column].cells
    dots = _dots(line, cells, colour, look, is_estimate=dash == DASHES["estimate"])
    return (
        f"<c:ser>{_named(parts, column)}<c:spPr>{look}</c:spPr>"
        f'<c:marker><c:symbol val="none"/></c:marker>{dots}'
        f"{_labelled(parts, line, end)}{_categories(parts, x)}{_numbers(parts, 'val', column)}"
        '<c:smooth val="0"/></c:ser>'
    )


def _labelled(parts: _Parts, line: Line, row: int | None) -> str:
    """The label of a line or layer, at a row of its column."""
    label = parts.labels.get(id(line))
    return labels_xml(parts.over, {row: label} if label and row is not None else {})


def _dots(line: Line, cells: Sequence[Cell], colour: str, look: str, *, is_estimate: bool) -> str:
    """A dot at the newest value, and at values without a neighbour to draw a line to."""
    values = [value if isinstance(value, float) else None for value in cells]
    sizes = {at: 5 for at, lonely in enumerate(scales.alone(values)) if lonely}
    last = max((at for at, value in enumerate(values) if value is not None), default=None)
    is_end = bool(line.y) and line.y[-1] is not None and line.estimated[-1] == is_estimate
    if last is not None and is_end and line.role != "rest":
        sizes[last] = 8 if line.role == "focus" else 6
    return "".join(
        f'<c:dPt><c:idx val="{at}"/>{_dot(colour, sizes[at])}<c:bubble3D val="0"/>'
        f"<c:spPr>{look}</c:spPr></c:dPt>"
        for at in sorted(sizes)
    )


def _dot(colour: str, size: int, opacity: float = 1.0) -> str:
    return (
        f'<c:marker><c:symbol val="circle"/><c:size val="{size}"/><c:spPr>{solid(colour, opacity)}'
        "<a:ln><a:noFill/></a:ln></c:spPr></c:marker>"
    )


def _layers(parts: _Parts, chart: Chart, x: int, moments: Sequence[date]) -> None:
    is_area = scales.is_area(chart)
    series = []
    for layer in chart.stacks:
        known = dict(zip(layer.x, layer.y, strict=True))
        column = parts.sheet.add(
            clean(layer.label), [known.get(day) for day in moments], CELL_FORMATS[chart.value_kind]
        )
        fill = f"{solid(layer.colours[parts.look.index])}<a:ln><a:noFill/></a:ln>"
        kept = "" if is_area else '<c:invertIfNegative val="0"/>'
        series.append(
            f"<c:ser>{_named(parts, column)}<c:spPr>{fill}</c:spPr>{kept}"
            f"{_labelled(parts, layer, list(moments).index(layer.x[-1]))}"
            f"{_categories(parts, x)}{_numbers(parts, 'val', column)}</c:ser>"
        )
    if is_area:
        parts.kinds.append(_group("areaChart", "".join(series), '<c:grouping val="stacked"/>'))
        return
    gap = 22 if 1 < len(moments) <= 60 else 0 if len(moments) > 60 else 300
    parts.kinds.append(
        _group(
            "barChart", "".join(series), '<c:barDir val="col"/><c:grouping val="stacked"/>',
            f'<c:gapWidth val="{gap}"/><c:overlap val="100"/>',
        )
    )  # fmt: skip


def _interval(parts: _Parts, chart: Chart, line: Line, x: int, moments: Sequence[date]) -> str:
    """A pale area from the least to the most that the focus may be: on an invisible one as high as
    the least lies a second one as high as the difference."""
    if not line.highs:
        return ""
    label, shown_as = clean(line.label), CELL_FORMATS[chart.value_kind]
    low, high = (dict(zip(line.x, side, strict=True)) for side in (line.y, line.highs))
    most = parts.sheet.add(f"{label}, at most", [high.get(day) for day in moments], shown_as)
    if line.role != "focus":
        return ""
    least = parts.sheet.add(f"{label}, at least", [low.get(day) for day in moments], shown_as)
    between = parts.sheet.add(
        f"{label}, from least to most",
        [
            b - a if isinstance(a, float) and isinstance(b, float) else None
            for a, b in zip(
                parts.sheet.columns[least].cells, parts.sheet.columns[most].cells, strict=True
            )
        ],
        shown_as,
    )
    fills = ((least, "<a:noFill/>"), (between, solid(line.colours[parts.look.index], INTERVAL)))
    return "".join(
        f"<c:ser>{_named(parts, column)}<c:spPr>{fill}<a:ln><a:noFill/></a:ln></c:spPr>"
        f"{_categories(parts, x)}{_numbers(parts, 'val', column)}</c:ser>"
        for column, fill in fills
    )


def _level_series(parts: _Parts, chart: Chart, number: int, x: int, moments: Sequence[date]) -> str:
    level = chart.levels[number]
    cells = [level.value if level.start <= day <= level.end else None for day in moments]
    pattern = "%Y-%m" if scales.is_monthly(chart) else "%Y-%m-%d"
    column = parts.sheet.add(
        f"level {level.start:{pattern}} to {level.end:{pattern}}", cells,
        CELL_FORMATS[chart.value_kind],
    )  # fmt: skip
    look = stroke(parts.look.text, 1.5)
    return (
        f"<c:ser>{_named(parts, column)}<c:spPr>{look}</c:spPr>"
        f'<c:marker><c:symbol val="none"/></c:marker>{_categories(parts, x)}'
        f'{_numbers(parts, "val", column)}<c:smooth val="0"/></c:ser>'
    )


def _scatter_lines(parts: _Parts, chart: Chart, zero: date) -> None:
    """Lines over days since an event of each, with columns of days of their own."""
    found = []
    for line in chart.lines:
        label = clean(line.label)
        days = parts.sheet.add(f"{label}: day", [float((at - zero).days) for at in line.x], "0")
        for column, dash, end in _line_columns(parts, chart, line, line.x):
            xml = _line_series(parts, line, column, days, dash, end)
            found.append((line.role, _as_scatter(parts, xml, days)))
    found.sort(key=lambda one: ("rest", "compare", "focus").index(one[0]))
    series = "".join(xml for _, xml in found)
    parts.kinds.append(_group("scatterChart", series, '<c:scatterStyle val="lineMarker"/>'))


def _as_scatter(parts: _Parts, series: str, x: int) -> str:
    """A series over categories as one over numbers."""
    series = series.replace(_categories(parts, x), _numbers(parts, "xVal", x))
    return series.replace("<c:val>", "<c:yVal>").replace("</c:val>", "</c:yVal>")


# Bands, events and remarks


def _draw_bands(
    over: Drawing,
    chart: Chart,
    plot: Plot,
    place: Callable[[date], float],
    axis: XAxis | None,
    factor: float,
) -> tuple[Band, ...]:
    """Estimated stretches shaded, interpolated ones hatched, each with its word at the top once;
    incidents tinted, with a tick at the bottom of each month, week or day that they touch. Returns
    bands whose word found no room in any of its kind."""
    named: set[str] = set()
    incidents = [band for band in chart.bands if band.kind == "incident"]
    reach = 31 if scales.is_monthly(chart) else scales.step(chart)
    # Shapes lie on the chart: over bars a tint would be another colour.
    for start, end in () if chart.stacks else scales.merged(incidents, reach):
        left, right = _ends_of(chart, plot, place, axis, start, end)
        over.rectangle(left, plot.top, right, plot.bottom, over.look.tick, 0.09, "incident")
    for day in scales.dates(chart) if incidents else ():
        if any(band.start <= day <= band.end for band in incidents):
            x = plot.at(place(day), 0)[0]
            over.triangle(x, plot.bottom, 9, over.look.tick, f"incident {day}")
    for band in (band for band in chart.bands if band.kind != "incident"):
        left, right = _ends_of(chart, plot, place, axis, band.start, band.end)
        label = clean(band.label)
        if band.kind == "estimated":
            over.rectangle(left, plot.top, right, plot.bottom, over.look.muted, 0.11, label)
        else:
            over.hatch(left, plot.top, right, plot.bottom, over.look.muted, label)
        room = width(label, TEXT, factor=factor)
        if label not in named and room < right - left:
            named.add(label)
            over.text((left + right) / 2, plot.top + ROW / 2, [[Run(label, over.look.muted)]],
                      room=room, align="ctr", is_backed=True)  # fmt: skip
    return tuple(
        band for band in chart.bands
        if band.kind != "incident" and clean(band.label) not in {*named, ""}
    )  # fmt: skip


def _ends_of(
    chart: Chart,
    plot: Plot,
    place: Callable[[date], float],
    axis: XAxis | None,
    start: date,
    end: date,
) -> tuple[float, float]:
    """From where a period begins to where another ends, within the plot."""
    if axis is not None and axis.between == "between":
        half = 0.5 * (place(_after(chart, start)) - place(start))
        parts = (place(start) - half, place(end) + half)
    else:
        half_step = timedelta(days=15 if scales.is_monthly(chart) else scales.step(chart) / 2)
        first, last = scales.span(chart)
        one = (place(last) - place(first)) / max((last - first).days, 1)
        side = half_step.total_seconds() / 86400 * one
        parts = (place(start) - side, place(end) + side)
    left, right = (plot.at(min(max(part, 0.0), 1.0), 0)[0] for part in parts)
    return left, max(right, left + 1)


def _after(chart: Chart, day: date) -> date:
    """The date of the next slot."""
    if scales.is_monthly(chart):
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=scales.step(chart))


@dataclass(frozen=True)
class _Event:
    """A marker's line at `x`, and its name around `middle` in a row above the plot."""

    x: float
    middle: float
    label: str
    room: float
    row: int
    is_crossed: bool  # another name stands between it and the plot

    @property
    def is_named(self) -> bool:
        """Whether there is a row for its name."""
        return self.row < MOST_ROWS


def _events(
    chart: Chart,
    over: Drawing,
    ends: tuple[float, float],
    place: Callable[[date], float],
    factor: float,
) -> list[_Event]:
    """Events in the order of time, their names in as many rows as keep them apart."""
    left, right = ends
    rows: list[list[tuple[float, float]]] = []
    found = []
    for marker in sorted(chart.markers, key=lambda one: one.at):
        x = left + min(max(place(marker.at), 0.0), 1.0) * (right - left)
        label = shortened(clean(marker.label), TEXT, 0.3 * over.width, factor=factor)
        room = width(label, TEXT, factor=factor)
        middle = min(max(x, room / 2), over.width - room / 2)
        span = (middle - room / 2 - 5, middle + room / 2 + 5)
        row = next((r for r, taken in enumerate(rows) if _is_free(taken, span)), len(rows))
        if row == len(rows):
            rows.append([])
        rows[row].append(span)
        is_crossed = any(low < x < high for taken in rows[:row] for low, high in taken)
        found.append(_Event(x, middle, label, room, row, is_crossed))
    return found


def _draw_events(over: Drawing, plot: Plot, events: Sequence[_Event]) -> None:
    """A dotted line an event with its name above the plot."""
    for event in events:
        is_long = event.is_named and not event.is_crossed
        top = plot.top - ROW * event.row if is_long else plot.top
        over.line(event.x, top, event.x, plot.bottom, over.look.marker, dash="sysDot", name="event")
        if event.is_named and event.label:
            over.text(event.middle, plot.top - ROW * (event.row + 0.5) - 1,
                      [[Run(event.label, over.look.muted)]], room=event.room,
                      align="ctr")  # fmt: skip


def _is_free(taken: Sequence[tuple[float, float]], span: tuple[float, float]) -> bool:
    return all(span[1] <= low or high <= span[0] for low, high in taken)


def _draw_notes(
    over: Drawing,
    chart: Chart,
    plot: Plot,
    place: Callable[[date], float],
    values: NumberAxis,
    factor: float,
) -> None:
    """Remarks beside their points, where the least of the lines is covered."""
    drawn = [
        spot
        for line in chart.lines
        for spot in scales.along([
            plot.at(place(day), values.place(value))
            if value is not None and (value > 0 or not values.is_log) else None
            for day, value in zip(line.x, line.y, strict=True)
        ])
    ]  # fmt: skip
    limits = (plot.left, plot.top + ROW, plot.right, plot.bottom)
    taken: list[scales.Box] = []
    for note in chart.notes:
        if values.is_log and note.value <= 0:
            continue
        x, y = plot.at(place(note.at), values.place(note.value))
        lines = [clean(line) for line in note.text.split("\n")]
        room = max(width(line, TEXT, factor=factor) for line in lines)
        size = (room, ROW * len(lines))
        box, is_left = scales.clear_box((x, y), size, limits, note.side, drawn, taken)
        align: Align = "r" if is_left else "l"
        taken.append(box)
        left, top, right, bottom = box
        near_x = right if align == "r" else left
        over.line(near_x, (top + bottom) / 2, x, y, over.look.marker, name="remark")
        over.text(near_x, (top + bottom) / 2, [[Run(line, over.look.text)] for line in lines],
                  room=room, align=align, is_backed=True)  # fmt: skip


# Rankings


def _ranking(chart: Chart, over: Drawing, factor: float) -> NativeChart:
    """Horizontal bars from the top down; those that find no room stay in the data sheet."""
    parts = _Parts(over)
    shown = min(len(chart.bars), max(1, int(over.height / BAR_PITCH)))
    texts = [scales.bar_text(chart, bar) for bar in chart.bars]
    names = [clean(bar.label) for bar in chart.bars]
    room = min(0.45 * over.width, max(width(n, TEXT, factor=factor) for n in names[:shown]) + 1)
    short = [shortened(name, TEXT, room, factor=factor) or "–" for name in names]
    labels = parts.sheet.add("name", short)
    column = parts.sheet.add(clean(chart.unit) or "value", [bar.value for bar in chart.bars],
                             CELL_FORMATS[chart.value_kind])  # fmt: skip
    if any(bar.half_width for bar in chart.bars):
        parts.sheet.add("plus or minus", [bar.half_width for bar in chart.bars],
                        CELL_FORMATS[chart.value_kind])  # fmt: skip
    if short != names:
        parts.sheet.add("full name", names)
    figures = max(width(text, TEXT, factor=factor) for text in texts[:shown]) + 14
    plot = Plot(room + 12, 0, over.width - 4, over.height)
    top = max((bar.value for bar in chart.bars), default=1.0) or 1.0
    high = top * (plot.right - plot.left) / max(plot.right - plot.left - figures, 1)
    series = (
        f"<c:ser>{_named(parts, column)}<c:spPr>{solid(over.look.muted)}</c:spPr>"
        f'<c:invertIfNegative val="0"/>{_bar_colours(chart, shown, over.look.index)}'
        f"{_bar_labels(chart, shown, over)}"
        f"{_names(parts, labels, shown)}{_numbers(parts, 'val', column, shown)}</c:ser>"
    )
    parts.kinds.append(
        _group(
            "barChart", series, '<c:barDir val="bar"/><c:grouping val="clustered"/>',
            f'<c:gapWidth val="{45 if shown > 4 else 120}"/>',
        )
    )  # fmt: skip
    axis = NumberAxis(0.0, high, "General", is_hidden=True)
    parts.axes = slide_axes.category_axis(over) + axis.xml(
        2, "t", over, crosses="min", grid=False, between="between"
    )
    remarks = (
        (f"Shown: the first {shown} of {len(chart.bars)}; the data sheet has all.",)
        if shown < len(chart.bars)
        else ()
    )
    return _finished(parts, over, plot, remarks)


def _bar_colours(chart: Chart, shown: int, index: int) -> str:
    return "".join(
        f'<c:dPt><c:idx val="{at}"/><c:invertIfNegative val="0"/><c:bubble3D val="0"/>'
        f"<c:spPr>{solid(bar.colours[index])}</c:spPr></c:dPt>"
        for at, bar in enumerate(chart.bars[:shown])
    )


def _bar_labels(chart: Chart, shown: int, over: Drawing) -> str:
    """Each value as people write it: no single number format can write 1.2B, 35M and 700."""
    flags = (
        '<c:dLblPos val="outEnd"/><c:showLegendKey val="0"/><c:showVal val="1"/>'
        '<c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/>'
        '<c:showBubbleSize val="0"/>'
    )
    look = f"<c:spPr><a:noFill/></c:spPr>{text_look(over, over.look.text, wraps=False)}{flags}"
    labels = []
    for at, bar in enumerate(chart.bars[:shown]):
        margin = f"± {chart.text(bar.half_width)}" if bar.half_width else ""
        code = quoteattr(value_format(chart.text(bar.value), margin))
        labels.append(
            f'<c:dLbl><c:idx val="{at}"/><c:numFmt formatCode={code} sourceLinked="0"/>{look}'
            "</c:dLbl>"
        )
    plain = quoteattr(CELL_FORMATS[chart.value_kind])
    return (
        f'<c:dLbls>{"".join(labels)}<c:numFmt formatCode={plain} sourceLinked="0"/>{look}</c:dLbls>'
    )


# Points


def _points(chart: Chart, over: Drawing, factor: float) -> NativeChart:
    """Dots over a log axis; the most telling are named where there is room."""
    parts = _Parts(over, is_log=chart.is_log)
    across = slide_axes.log_axis([point.x for point in chart.points])
    ys = [point.y for point in chart.points]
    up = (
        slide_axes.log_axis(ys, chart.value_kind)
        if chart.is_log
        else slide_axes.plain_axis(chart, ys)
    )
    plot = Plot(
        left=14 + max(width(text, TEXT, factor=factor) for text in up.texts(chart)),
        top=1.5 * ROW + 8,
        right=over.width - 30,
        bottom=over.height - 2 * ROW - 14,
    )
    unit = shortened(clean(chart.unit), TEXT, 0.6 * over.width, factor=factor)
    room = width(unit, TEXT, factor=factor)
    over.text(0, ROW / 2, [[Run(unit, over.look.muted)]], room=room)
    names = _point_names(over, chart, plot, (across, up), (0, 0, room, ROW), factor)
    parts.sheet.add("name", [clean(point.label) for point in chart.points])
    xs = parts.sheet.add(clean(chart.x_unit) or "x", [p.x for p in chart.points], "General")
    series = []
    for group in _point_groups(chart.points):
        first = group[0]
        kept = {id(point) for point in group}
        title = {"focus": "focus", "compare": "compared", "rest": "others"}[first.role]
        column = parts.sheet.add(
            f"{clean(chart.unit)}, {title}",
            [point.y if id(point) in kept else None for point in chart.points],
            CELL_FORMATS[chart.value_kind],
        )
        dot = _dot(first.colours[over.look.index], 7 if first.role == "rest" else 10,
                   0.6 if first.role == "rest" else 0.95)  # fmt: skip
        labels = {at: names[point.key] for at, point in enumerate(chart.points)
                  if id(point) in kept and point.key in names}  # fmt: skip
        series.append(
            f"<c:ser>{_named(parts, column)}<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>{dot}"
            f"{labels_xml(over, labels)}{_numbers(parts, 'xVal', xs)}"
            f"{_numbers(parts, 'yVal', column)}"
            '<c:smooth val="0"/></c:ser>'
        )
    parts.kinds.append(_group("scatterChart", "".join(series),
                              '<c:scatterStyle val="lineMarker"/>'))  # fmt: skip
    parts.axes = across.xml(1, "b", over) + up.xml(2, "l", over)
    _name_axis(over, plot, clean(chart.x_unit))
    return _finished(parts, over, plot)


def _point_groups(points: Sequence[Point]) -> list[list[Point]]:
    """Points of one role and colour, the focus last, so that it lies on top."""
    groups: dict[tuple[str, tuple[str, str]], list[Point]] = {}
    for point in points:
        groups.setdefault((point.role, point.colours), []).append(point)
    order = ("rest", "compare", "focus").index
    return sorted(groups.values(), key=lambda group: order(group[0].role))


def _point_names(
    over: Drawing,
    chart: Chart,
    plot: Plot,
    axes: tuple[NumberAxis, NumberAxis],
    unit: tuple[float, float, float, float],
    factor: float,
) -> dict[str, Label]:
    """Labels of the most telling points by their key, each where it covers nothing, not even the
    unit at the top; none where it cannot."""
    across, up = axes
    places = {p.key: plot.at(across.place(p.x), up.place(p.y)) for p in chart.points}
    taken = [unit]
    found = {}
    first = ("focus", "compare", "rest").index
    ranked = sorted(chart.points, key=lambda point: (first(point.role), -point.y))
    for point in ranked[:NAMED_POINTS]:
        x, y = places[point.key]
        label = shortened(clean(point.label), TEXT, 0.3 * over.width, factor=factor)
        room = width(label, TEXT, factor=factor)
        for place, down in (("t", 0), ("b", 0), ("r", 0), ("l", 0), ("r", -14), ("l", -14),
                            ("r", 14), ("l", 14)):  # fmt: skip
            left = {"r": x + 10, "l": x - 10 - room}.get(place, x - room / 2)
            middle = y + down + {"t": -16, "b": 16}.get(place, 0)
            box = (left, middle - ROW / 2, left + room, middle + ROW / 2)
            outside = box[0] < 0 or box[2] > over.width or box[1] < 0 or box[3] > plot.bottom
            others = (place for key, place in places.items() if key != point.key)
            if (
                outside
                or any(scales.overlaps(box, b) for b in taken)
                or any(scales.holds(box, place) for place in others)
            ):
                continue
            # Two names on one line would read as one.
            taken.append((box[0] - NAME_AIR, box[1], box[2] + NAME_AIR, box[3]))
            if label:
                found[point.key] = Label((Run(label, over.look.text),), place, (0, down))
            break
    return found


# XML that all kinds share


def _named(parts: _Parts, column: int) -> str:
    number = parts.number()
    title = escape(parts.sheet.columns[column].title)
    return (
        f'<c:idx val="{number}"/><c:order val="{number}"/><c:tx><c:strRef>'
        f'<c:f>{parts.sheet.head(column)}</c:f><c:strCache><c:ptCount val="1"/>'
        f'<c:pt idx="0"><c:v>{title}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
    )


def _categories(parts: _Parts, column: int) -> str:
    return f"<c:cat>{_cached(parts, column)}</c:cat>"


def _numbers(parts: _Parts, element: str, column: int, rows: int | None = None) -> str:
    has_log = parts.is_log and element in {"val", "yVal"}
    return f"<c:{element}>{_cached(parts, column, rows, has_log=has_log)}</c:{element}>"


def _cached(parts: _Parts, column: int, rows: int | None = None, *, has_log: bool = False) -> str:
    """A reference to numbers or dates of the sheet, with what stands there; on a log axis, where
    zero has no place, it stands in the sheet only. Series over the same dates share one."""
    if (column, rows) not in parts.caches:
        parts.caches[column, rows] = _reference(parts, column, rows, has_log=has_log)
    return parts.caches[column, rows]


def _reference(parts: _Parts, column: int, rows: int | None, *, has_log: bool) -> str:
    cells = parts.sheet.columns[column].cells[:rows]
    points = "".join(
        f'<c:pt idx="{at}"><c:v>{_as_written(cell)}</c:v></c:pt>'
        for at, cell in enumerate(cells)
        if cell is not None and not (has_log and isinstance(cell, float) and cell <= 0)
    )
    return (
        f"<c:numRef><c:f>{parts.sheet.cells(column, rows)}</c:f><c:numCache><c:formatCode>"
        f"{escape(parts.sheet.columns[column].shown_as or 'General')}</c:formatCode>"
        f'<c:ptCount val="{len(cells)}"/>{points}</c:numCache></c:numRef>'
    )


def _as_written(cell: Cell) -> str:
    """A date as a number, a number with as many digits as the workbook's file has."""
    if isinstance(cell, date):
        return str(serial(cell))
    return f"{cell:.16g}" if isinstance(cell, float) else str(cell)


def _names(parts: _Parts, column: int, rows: int) -> str:
    cells = parts.sheet.columns[column].cells[:rows]
    points = "".join(
        f'<c:pt idx="{at}"><c:v>{escape(str(cell))}</c:v></c:pt>' for at, cell in enumerate(cells)
    )
    return (
        f"<c:cat><c:strRef><c:f>{parts.sheet.cells(column, rows)}</c:f><c:strCache>"
        f'<c:ptCount val="{len(cells)}"/>{points}</c:strCache></c:strRef></c:cat>'
    )


def _group(kind: str, series: str, before: str, after: str = "") -> str:
    """Series of one kind over the two axes."""
    return (
        f'<c:{kind}>{before}<c:varyColors val="0"/>{series}{after}'
        f'<c:axId val="1"/><c:axId val="2"/></c:{kind}>'
    )


def _finished(
    parts: _Parts, over: Drawing, plot: Plot, remarks: tuple[str, ...] = ()
) -> NativeChart:
    inner: Mapping[str, float] = {
        "x": plot.left / over.width,
        "y": plot.top / over.height,
        "w": (plot.right - plot.left) / over.width,
        "h": (plot.bottom - plot.top) / over.height,
    }
    layout = "".join(f'<c:{name} val="{part:.5f}"/>' for name, part in inner.items())
    xml = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace {_NAMES}>'
        '<c:date1904 val="0"/><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/>'
        '<c:plotArea><c:layout><c:manualLayout><c:layoutTarget val="inner"/>'
        f'<c:xMode val="edge"/><c:yMode val="edge"/>{layout}</c:manualLayout></c:layout>'
        f"{''.join(parts.kinds)}{parts.axes}<c:spPr><a:noFill/></c:spPr></c:plotArea>"
        f'<c:plotVisOnly val="1"/><c:dispBlanksAs val="{parts.blanks}"/></c:chart>'
        f"<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{text_look(over, over.look.text)}"
        f'<c:externalData r:id="{WORKBOOK}"><c:autoUpdate val="0"/></c:externalData>'
        f'<c:userShapes r:id="{DRAWING}"/></c:chartSpace>'
    )
    return NativeChart(xml.encode(), over.xml(), parts.sheet, remarks)
