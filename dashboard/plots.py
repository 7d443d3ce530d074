"""Chart -> Plotly figure, in the widths of the screen and of a slide, in two themes."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from textwrap import wrap
from typing import Any, Literal

import plotly.graph_objects as go

from dashboard import lettering, scales
from dashboard.chart import Band, Bar, Chart, Line, Point
from dashboard.style import FONT, Theme

Width = Literal["wide", "narrow", "slide"]
Ends = tuple[float, float]

LINE_HEIGHT = 470
NARROW_HEIGHT = 340
BAR_ROW = 27
# How much of the plot's width a letter of a label takes, for keeping labels apart.
LETTER_SHARE = {"wide": 0.0078, "narrow": 0.0078, "slide": 0.0105}
# How far labels at the lines' ends lie apart, as a part of the plot's height.
LABEL_STEP = 0.047
LABEL_STEPS = {"wide": LABEL_STEP, "slide": 0.058}
HOVER_LETTERS = 60
DASHES = ("dash", "dashdot", "longdash")  # of lines that are no series of their own
INTERVAL_OPACITY = {"light": 0.14, "dark": 0.28}
POINT_LABELS = {"wide": 18, "narrow": 8, "slide": 18}  # at most, where there is room
# Pixels of the plots in which they are to find it; a slide's is half its size.
POINT_ROOMS = {
    "wide": ((760, 398), (850, 398), (1050, 398), (1250, 398)),
    "narrow": ((300, 268), (360, 268)),
    "slide": ((800, 215), (860, 300)),
}
NAME_SIZE = 12  # of names at points
SLIDE_BARS = 14
# Of remarks at points, in pixels: a letter, a line, and how wide plots are that they stand in.
NOTE_LETTER, NOTE_LINE = 6.2, 15
PLOT_WIDTHS = (640, 850, 1050)
SLIDE_PLOT = 300  # how high a plot is on a slide of half its size
TOLD_INCIDENTS = 4  # of one month, under the pointer


@dataclass
class Sheet:
    """What a figure is put together from. Plotly checks a part each time it is given one, and all
    shapes and annotations anew with each that is added: so it gets them once, all together."""

    traces: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    xaxis: dict[str, Any] = field(default_factory=dict)
    yaxis: dict[str, Any] = field(default_factory=dict)
    layout: dict[str, Any] = field(default_factory=dict)

    def trace(self, kind: Literal["bar", "scatter"], **parts: Any) -> None:
        """Bars, or lines and dots."""
        self.traces.append({"type": kind, **parts})

    def shape(self, **parts: Any) -> None:
        """A line or a rectangle."""
        self.shapes.append(parts)

    def rectangle(self, start: date, end: date, colour: str) -> None:
        """A tint behind the plot, from its bottom to its top."""
        self.shape(
            type="rect", x0=start, x1=end, xref="x", y0=0, y1=1, yref="y domain",
            fillcolor=colour, layer="below", line={"width": 0},
        )  # fmt: skip

    def annotate(self, **parts: Any) -> None:
        """A text at a place."""
        self.annotations.append(parts)

    def parts(self) -> dict[str, Any]:
        """The figure as Plotly takes it."""
        parts = {name: getattr(self, name) for name in ("xaxis", "yaxis", "annotations", "shapes")}
        told = {name: part for name, part in parts.items() if part}
        return {"data": self.traces, "layout": {**self.layout, **told}}

    def figure(self) -> go.Figure:
        """The whole as a figure."""
        return go.Figure(self.parts())


def figure(chart: Chart, theme: Theme, width: Width = "wide") -> go.Figure:
    """The chart as a Plotly figure. Wide: labels at the lines' ends and events in words; narrow:
    bare lines with numbered events, since legend and events then stand below in text."""
    drawn = sheet(chart, theme, width)
    drawn.layout.update(
        font={"family": FONT, "size": 13 if width != "narrow" else 12, "color": theme.text},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        hoverlabel={
            "bgcolor": theme.background,
            "bordercolor": theme.grid,
            "font": {"family": FONT, "size": 13, "color": theme.text},
        },
        separators=".,",
    )
    return drawn.figure()


def sheet(chart: Chart, theme: Theme, width: Width) -> Sheet:
    """What a figure is put together from. A slide's is drawn as a wide one in half its size, and
    has neither background nor words around it yet."""
    draw = _bars if chart.bars else _points if chart.points else _lines
    return draw(chart, theme, width)


def safe(text: str) -> str:
    """A text that Plotly shows letter by letter: it takes some of HTML for its own."""
    return html.escape(text, quote=False)


def _lines(chart: Chart, theme: Theme, width: Width) -> Sheet:
    drawn = Sheet()
    scale = 100 if chart.value_kind in {"share", "growth"} else 1
    # The focus comes last, so that it lies on top.
    ordered = sorted(chart.lines, key=lambda line: ("rest", "compare", "focus").index(line.role))
    for layer in chart.stacks:
        _draw_layer(drawn, chart, layer, theme, scale)
    for line in ordered:
        _draw_interval(drawn, line, theme, scale)
    for line in ordered:
        _draw_line(drawn, chart, line, theme, scale)
    ticks = scales.ticks(chart)
    drawn.yaxis.update(
        type="log" if chart.is_log else "linear",
        tickvals=[value * scale for value in ticks],
        ticktext=[scales.tick_text(chart, value) for value in ticks],
        range=_y_range(chart, scale, ticks),
        gridcolor=theme.grid,
        zeroline=chart.value_kind in {"change", "growth"},
        zerolinecolor=theme.marker,
        zerolinewidth=1,
        tickfont={"color": theme.muted},
        fixedrange=True,
    )
    drawn.xaxis.update(
        showgrid=False,
        hoverformat="%Y-%m" if scales.is_monthly(chart) else "%Y-%m-%d",
        # Plotly writes what follows the break below the first date, and below one where it changes.
        tickformat="%m-%d\n%Y" if _is_by_days(chart) else "%Y-%m",
        **_date_steps(chart, width),
        tickfont={"color": theme.muted},
        linecolor=theme.grid,
        range=_x_range(chart, width),
        fixedrange=True,
    )
    _draw_bands(drawn, chart, theme, width)
    _draw_levels(drawn, chart, theme, scale)
    top = _draw_markers(drawn, chart, theme, width)
    if width != "narrow":
        _draw_end_labels(drawn, chart, theme, scale, LABEL_STEPS[width])
        tall = LINE_HEIGHT - 30 - top if width == "wide" else SLIDE_PLOT
        _draw_notes(drawn, chart, theme, scale, tall)
    drawn.layout.update(
        height=LINE_HEIGHT if width != "narrow" else NARROW_HEIGHT,
        margin={
            "l": 52,
            "r": _label_width(chart) if width != "narrow" else 12,
            "t": top,
            "b": 48 if chart.day_zero or _is_by_days(chart) else 30,
        },
        hovermode="x unified",
    )
    if chart.day_zero:
        _count_days(drawn, chart.day_zero, theme, width)
    return drawn


def _count_days(drawn: Sheet, zero: date, theme: Theme, width: Width) -> None:
    """Turn dates into days since `zero`, on the axis and in what is drawn over it."""
    for trace in drawn.traces:
        trace["x"] = [(day - zero).days for day in trace["x"]]
    first, last = ((day - zero).days for day in drawn.xaxis["range"])
    most = 13 if width != "narrow" else 5
    step = next((step for step in (1, 7, 14, 30, 60) if last / step < most), 90)
    drawn.xaxis = {
        "range": [first, last],
        "tickvals": list(range(0, last + 1, step)),
        "title": {"text": "days since the release", "font": {"color": theme.muted, "size": 12}},
        "unifiedhovertitle": {"text": "day %{x}"},
        "zeroline": False,
        **{name: drawn.xaxis[name] for name in ("showgrid", "tickfont", "linecolor", "fixedrange")},
    }


def _draw_line(drawn: Sheet, chart: Chart, line: Line, theme: Theme, scale: float) -> None:
    """One series as two traces: solid where it was measured, dotted where it is an estimate."""
    colour = line.colours[theme.index]
    weight = {"focus": 3.4, "compare": 1.8, "rest": 1.0}[line.role]
    values = [None if value is None else value * scale for value in line.y]
    texts = [
        f"{chart.between(value, high)}{f' ({safe(remark)})' if estimated else ''}"
        for value, high, estimated, remark in zip(
            line.y, line.highs or line.y, line.estimated, _remarks(line), strict=True
        )
    ]
    solid, dotted = scales.parts(values, line.estimated)
    plain = DASHES[line.shade % len(DASHES)] if line.is_dashed else "solid"
    for part, dash in ((dotted, "dot"), (solid, plain)):
        if not any(value is not None for value in part):
            continue
        hovers = [
            text if (dash == "dot") == estimated else None
            for text, estimated in zip(texts, line.estimated, strict=True)
        ]
        drawn.trace(
            "scatter",
            x=line.x,
            y=part,
            mode="lines+markers" if any(scales.alone(part)) else "lines",
            name=safe(line.label),
            line={"color": colour, "width": weight, "dash": dash},
            marker={"color": colour, "size": [5 if lonely else 0 for lonely in scales.alone(part)]},
            opacity=scales.opacity(line),
            customdata=hovers,
            hovertemplate="%{customdata}",
            hoverinfo="skip" if line.role == "rest" else None,
        )
    if line.role != "rest" and values and values[-1] is not None:
        drawn.trace(
            "scatter",
            x=[line.x[-1]], y=[values[-1]], mode="markers", hoverinfo="skip",
            marker={"color": colour, "size": 8 if line.role == "focus" else 5},
            cliponaxis=False,
        )  # fmt: skip


def _draw_interval(drawn: Sheet, line: Line, theme: Theme, scale: float) -> None:
    """A pale area from what is seen to the most that it may be."""
    if line.role != "focus" or not line.highs:
        return  # several areas on each other could not be read
    red, green, blue = (int(line.colours[theme.index][at : at + 2], 16) for at in (1, 3, 5))
    for values, fill in ((line.y, None), (line.highs, "tonexty")):
        drawn.trace(
            "scatter",
            x=line.x,
            y=[None if value is None else value * scale for value in values],
            mode="lines",
            line={"width": 0},
            fill=fill,
            fillcolor=f"rgba({red},{green},{blue},{INTERVAL_OPACITY[theme.name]})",
            hoverinfo="skip",
        )


def _remarks(line: Line) -> Sequence[str]:
    """Why each point is an estimate, where it is one."""
    return line.remarks or ("estimate",) * len(line.y)


def _draw_layer(drawn: Sheet, chart: Chart, layer: Line, theme: Theme, scale: float) -> None:
    """One layer of stacked bars; bars of negative values hang below zero. Of many dates an area."""
    told = {
        "x": layer.x,
        "y": [None if value is None else value * scale for value in layer.y],
        "name": safe(layer.label),
        "customdata": [chart.text(value) for value in layer.y],
        "hovertemplate": "%{customdata}",
    }
    if scales.is_area(chart):
        drawn.trace(
            "scatter",
            mode="lines", stackgroup="layers", line={"width": 0},
            fillcolor=layer.colours[theme.index], **told,
        )  # fmt: skip
        return
    drawn.trace(
        "bar",
        # Months and weeks differ in length: a bar fills most of its own.
        width=0.82 * scales.step(chart) * 86_400_000,
        marker={"color": layer.colours[theme.index], "line": {"width": 0}},
        **told,
    )


def _draw_bands(drawn: Sheet, chart: Chart, theme: Theme, width: Width) -> None:
    """Estimated months shaded, interpolated ones hatched, each with its word at the top once."""
    named: set[str] = set()
    _draw_incidents(drawn, chart, theme)
    for band in (band for band in chart.bands if band.kind != "incident"):
        start, end = scales.stretch(chart, band.start, band.end)
        if band.kind == "estimated":
            drawn.rectangle(start, end, theme.estimated)
        else:
            middle = start + (end - start) / 2
            drawn.trace(
                "bar",
                x=[middle], y=[1], width=[round((end - start).total_seconds() * 1000)], yaxis="y2",
                hoverinfo="skip",
                marker={
                    "color": "rgba(0,0,0,0)", "line": {"width": 0},
                    "pattern": {"shape": "/", "fgcolor": theme.interpolated, "size": 7,
                                "solidity": 0.12, "bgcolor": "rgba(0,0,0,0)"},
                },
            )  # fmt: skip
        if width != "narrow" and band.label not in named and _fits(chart, band, width):
            named.add(band.label)
            drawn.annotate(
                x=start + (end - start) / 2, y=0.995, yref="paper", yanchor="top",
                text=safe(band.label), showarrow=False, bgcolor=theme.background, opacity=0.9,
                font={"size": 11, "color": theme.muted},
            )  # fmt: skip
    drawn.layout.update(
        yaxis2={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
        barmode="relative" if chart.stacks else "overlay",
    )


def _draw_levels(drawn: Sheet, chart: Chart, theme: Theme, scale: float) -> None:
    """Thin lines over their stretches."""
    for level in chart.levels:
        value = level.value * scale
        if chart.is_log and value <= 0:
            continue
        drawn.trace(
            "scatter",
            x=scales.stretch(chart, level.start, level.end), y=[value, value], mode="lines",
            line={"color": theme.text, "width": 1.4}, hoverinfo="skip",
        )  # fmt: skip


def _draw_incidents(drawn: Sheet, chart: Chart, theme: Theme) -> None:
    """A tint over the months, weeks or days that incidents touch, and a tick at the bottom of each
    that says under the pointer what happened."""
    bands = [band for band in chart.bands if band.kind == "incident"]
    if not bands:
        return
    half = scales.half_step(chart)
    for start, end in scales.merged(bands, 31 if scales.is_monthly(chart) else scales.step(chart)):
        drawn.rectangle(start - half, end + half, theme.incident)
    touched: dict[date, list[str]] = {}
    for day in sorted({day for line in chart.series for day in line.x}):
        texts = [band.label for band in bands if band.start <= day <= band.end]
        if texts:
            touched[day] = texts
    drawn.trace(
        "scatter",
        x=list(touched), y=[0.014] * len(touched), yaxis="y2", mode="markers",
        marker={"symbol": "triangle-up", "size": 7, "color": theme.tick},
        cliponaxis=False, name="incident",
        customdata=["<br>".join(map(_wrapped, texts[:TOLD_INCIDENTS])) for texts in
                    touched.values()],
        hovertemplate="%{customdata}",
    )  # fmt: skip


def _wrapped(text: str) -> str:
    return "<br>".join(wrap(html.escape(text, quote=False), HOVER_LETTERS))


def bands_without_words(chart: Chart) -> list[Band]:
    """Bands of a picture in which their words find no room."""
    bands = [band for band in chart.bands if band.kind != "incident"]
    named = {band.label for band in bands if _fits(chart, band, "slide")}
    return [band for band in bands if band.label not in named]


def _fits(chart: Chart, band: Band, width: Width) -> bool:
    start, end = scales.stretch(chart, band.start, band.end)
    letters = len(band.label) * LETTER_SHARE[width] * 0.75
    return (end - start).days / max(scales.days(chart), 1) > letters


def _draw_markers(drawn: Sheet, chart: Chart, theme: Theme, width: Width) -> int:
    """Event lines with labels above the plot, in as many rows as keep them apart; returns the top
    margin that they need."""
    rows = rows_of(chart, width) if width != "narrow" else [0] * len(chart.markers)
    for number, (marker, row) in enumerate(zip(chart.markers, rows, strict=True), start=1):
        drawn.shape(
            type="line", x0=marker.at, x1=marker.at, y0=0, y1=1, yref="paper",
            line={"color": theme.marker, "width": 1, "dash": "dot"}, layer="below",
        )  # fmt: skip
        drawn.annotate(
            x=marker.at, y=1, yref="paper", yanchor="bottom", yshift=3 + 17 * row,
            text=safe(marker.label) if width != "narrow" else str(number), showarrow=False,
            hovertext=safe(f"{marker.day or marker.at.isoformat()}: {marker.title}"),
            font={"size": 12 if width != "narrow" else 11, "color": theme.muted},
        )  # fmt: skip
    return 14 + 17 * (max(rows) + 1) if rows else 14


def rows_of(chart: Chart, width: Width) -> list[int]:
    """The row in which the label of each marker stands, so that none covers another."""
    return scales.rows_apart(
        [
            (_position(chart, marker.at), len(marker.label) * LETTER_SHARE[width] / 2 + 0.006)
            for marker in chart.markers
        ]
    )


def _draw_end_labels(drawn: Sheet, chart: Chart, theme: Theme, scale: float, apart: float) -> None:
    """Name and newest value at each line's end, pushed apart where lines end close together."""
    low, high = drawn.yaxis["range"]
    places = []
    for line in scales.labelled(chart):
        value = line.newest or 0.0
        shown = math.log10(value * scale) if chart.is_log and value > 0 else value * scale
        places.append(((shown - low) / (high - low), line, value))
    for layer, middle in scales.middles(chart):
        places.append(((middle * scale - low) / (high - low), layer, layer.y[-1] or 0.0))
    places.sort(key=lambda place: place[0])
    for y, (place, line, value) in zip(
        scales.spread([place[0] for place in places], apart), places, strict=True
    ):
        colour = line.colours[theme.index]
        name = f"<b>{safe(line.label)}</b>" if line.role != "rest" else safe(line.label)
        name = f"{scales.sign(chart, line)}{name}"
        if line in chart.stacks:
            # The colours of layers are for areas; the palest could not be read as letters.
            name, colour = (
                f'<span style="color:{colour};font-size:13px">■</span> {safe(line.label)}',
                theme.text,
            )
        drawn.annotate(
            xref="paper", x=1, xanchor="left", xshift=8, yref="paper", y=y, yanchor="middle",
            text=f"{name} {chart.between(value, line.newest_high)}{scales.since(chart, line)}",
            showarrow=False, align="left",
            font={"color": colour, "size": 14 if line.role == "focus" else 12},
        )  # fmt: skip
        if abs(y - place) > apart:
            drawn.shape(
                type="line", xref="paper", yref="paper", x0=1, x1=1.008, y0=place, y1=y,
                line={"color": colour, "width": 0.8},
            )  # fmt: skip


def _label_width(chart: Chart) -> int:
    """Room to the right of the plot, in pixels, for the longest label that stands there."""
    labelled = [*scales.labelled(chart), *(layer for layer, _ in scales.middles(chart))]
    letters = max(
        (len(scales.sign(chart, line) + line.label + scales.since(chart, line))
         for line in labelled),
        default=0,
    )  # fmt: skip
    interval = 62 if any(line.highs for line in labelled) else 0
    return 66 + interval + round(7.3 * letters)


def _draw_notes(drawn: Sheet, chart: Chart, theme: Theme, scale: float, tall: int) -> None:
    """Remarks beside their points, where no line is covered however wide the plot becomes; it is
    `tall` pixels high."""
    low, high = drawn.yaxis["range"]
    taken: list[scales.Box] = []

    def place(day: date, value: float | None) -> scales.Place | None:
        if value is None or (chart.is_log and value <= 0):
            return None
        shown = math.log10(value * scale) if chart.is_log else value * scale
        return _position(chart, day), tall * (high - shown) / (high - low)

    for note in chart.notes:
        at = place(note.at, note.value)
        if at is None:
            continue
        lines = note.text.split("\n")
        size = (NOTE_LETTER * max(map(len, lines)) + 4, NOTE_LINE * len(lines) + 4)
        # The browser says how wide the plot is: from the note's own point on, all of these hold.
        x = at[0] * PLOT_WIDTHS[0]
        spots = [
            (x + (across - at[0]) * wide, y)
            for line in chart.lines
            for across, y in scales.along(list(map(place, line.x, line.y)))
            for wide in PLOT_WIDTHS
        ]
        limits = (0.0, 20.0, float(PLOT_WIDTHS[0]), float(tall))
        box, is_left = scales.clear_box((x, at[1]), size, limits, note.side, spots, taken)
        taken.append(box)
        value = note.value * scale
        drawn.annotate(
            x=note.at, y=math.log10(value) if chart.is_log else value,
            text=safe(note.text).replace("\n", "<br>"),
            align="right" if is_left else "left", xanchor="right" if is_left else "left",
            yanchor="middle",
            ax=(box[2] if is_left else box[0]) - x, ay=(box[1] + box[3]) / 2 - at[1],
            arrowcolor=theme.marker, arrowwidth=1, arrowhead=0, standoff=5,
            bgcolor=theme.background, opacity=0.95, font={"size": 12, "color": theme.text},
        )  # fmt: skip


def _bars(chart: Chart, theme: Theme, width: Width) -> Sheet:
    most = {"narrow": 12, "slide": SLIDE_BARS}.get(width)
    bars: Sequence[Bar] = chart.bars[:most]
    labels = [bar.label if width != "narrow" else bar.label.split("/")[-1] for bar in bars]
    values = [bar.value for bar in bars]
    top = max(values, default=1) or 1
    drawn = Sheet()
    drawn.trace(
        "bar",
        x=values,
        y=[bar.key for bar in bars],
        orientation="h",
        marker={"color": [bar.colours[theme.index] for bar in bars]},
        text=[scales.bar_text(chart, bar) for bar in bars],
        textposition="outside",
        cliponaxis=False,
        customdata=[safe(bar.label) for bar in bars],
        hovertemplate="%{customdata}: %{text}<extra></extra>",
    )
    drawn.xaxis.update(visible=False, range=[0, top * 1.18], fixedrange=True)
    drawn.yaxis.update(
        type="category",  # a name of digits is no number
        autorange="reversed",
        tickvals=[bar.key for bar in bars],
        ticktext=[
            safe(scales.shortened(label, 44 if width != "narrow" else scales.NARROW_NAME))
            for label in labels
        ],
        ticks="outside",
        ticklen=6,
        tickcolor="rgba(0,0,0,0)",  # air between a name and its bar
        fixedrange=True,
        automargin=True,
    )
    drawn.layout.update(
        height=40 + BAR_ROW * len(bars), bargap=0.32, margin={"l": 10, "r": 40, "t": 10, "b": 10}
    )
    return drawn


def _points(chart: Chart, theme: Theme, width: Width) -> Sheet:
    """Dots over a log axis; the focus family last, the selected and the highest ones named."""
    ordered = sorted(chart.points, key=lambda point: ("rest", "compare", "focus").index(point.role))
    ranges = (
        _around([math.log10(point.x) for point in ordered]),
        _around([_shown(chart, point.y) for point in ordered]),
    )
    sides = _sides(chart, ordered, ranges, width)
    drawn = Sheet()
    drawn.trace(
        "scatter",
        x=[point.x for point in ordered],
        y=[point.y for point in ordered],
        mode="markers+text",
        marker={
            "color": [point.colours[theme.index] for point in ordered],
            "size": [8 if point.role == "rest" else 12 for point in ordered],
            "opacity": [0.6 if point.role == "rest" else 0.95 for point in ordered],
        },
        text=[safe(point.label) if point.key in sides else "" for point in ordered],
        textposition=[sides.get(point.key, "top center") for point in ordered],
        textfont={"size": NAME_SIZE, "color": theme.text},
        customdata=[f"{safe(point.label)}: {chart.text(point.y)}" for point in ordered],
        hovertemplate=f"%{{customdata}}<br>%{{x:.3~s}} {safe(chart.x_unit)}<extra></extra>",
        cliponaxis=False,
    )
    steps = scales.decades([point.x for point in ordered])
    drawn.xaxis.update(
        type="log", title={"text": safe(chart.x_unit), "font": {"color": theme.muted, "size": 12}},
        gridcolor=theme.grid, zeroline=False, tickfont={"color": theme.muted},
        tickvals=steps, ticktext=[scales.decade_text(value) for value in steps], fixedrange=True,
        range=ranges[0],
    )  # fmt: skip
    drawn.yaxis.update(
        title={"text": safe(chart.unit), "font": {"color": theme.muted, "size": 12}},
        gridcolor=theme.grid, zeroline=False, tickfont={"color": theme.muted}, fixedrange=True,
        tickformat=",", range=ranges[1],
    )  # fmt: skip
    if chart.is_log:
        ticks = scales.decades([point.y for point in ordered])
        drawn.yaxis.update(
            type="log", tickvals=ticks, ticktext=[scales.tick_text(chart, value) for value in ticks]
        )
    drawn.layout.update(
        height=LINE_HEIGHT if width != "narrow" else NARROW_HEIGHT,
        margin={"l": 52, "r": 40 if width != "narrow" else 12, "t": 24, "b": 48},
    )
    return drawn


def _sides(
    chart: Chart, points: Sequence[Point], ranges: tuple[Ends, Ends], width: Width
) -> dict[str, str]:
    """Where the names of the most telling points stand, by their key; none where it would cover
    another one."""
    across, up = ranges
    dots = [
        (
            (math.log10(point.x) - across[0]) / (across[1] - across[0]),
            (up[1] - _shown(chart, point.y)) / (up[1] - up[0]),
        )
        for point in points
    ]
    first = ("focus", "compare", "rest").index
    ranked = sorted(range(len(points)), key=lambda n: (first(points[n].role), -points[n].y))
    sizes = [
        (n, (lettering.width(points[n].label, NAME_SIZE), NAME_SIZE * 1.3))
        for n in ranked[: POINT_LABELS[width]]
    ]
    found = scales.name_sides(dots, sizes, POINT_ROOMS[width], 8 if width == "narrow" else 36)
    return {
        points[n].key: f"{('middle', 'bottom', 'top')[y]} {('center', 'right', 'left')[x]}"
        for n, (x, y) in found.items()
    }


def _shown(chart: Chart, value: float) -> float:
    """A value as its axis counts; zero, which a log axis has not, at the bottom."""
    return math.log10(max(value, 1e-3)) if chart.is_log else value


def _around(values: Sequence[float]) -> Ends:
    """An axis that holds all values and half a dot and a name on either side."""
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or 0.5
    return low - room, high + room


def _position(chart: Chart, day: date) -> float:
    first, _ = scales.span(chart)
    return (day - first).days / max(scales.days(chart), 1)


def _x_range(chart: Chart, width: Width) -> list[date]:
    first, last = scales.span(chart)
    pad = timedelta(days=max(1, round(scales.days(chart) * 0.015)))
    if chart.stacks:  # half a bar on either side; a single bar is not to fill the plot
        pad = max(pad, timedelta(days=(0.5 if scales.days(chart) else 3) * scales.step(chart)))
    # Events of the last month lie after its first day, at which its value is drawn.
    end = max([last, *(marker.at for marker in chart.markers)])
    return [first - pad, end + (pad if width == "narrow" or chart.stacks else timedelta(0))]


def _is_by_days(chart: Chart) -> bool:
    """Whether days are labelled; over more than 90 of them their months are."""
    return not scales.is_monthly(chart) and scales.days(chart) <= 90


def _date_steps(chart: Chart, width: Width) -> dict[str, Any]:
    """Steps of 1, 2, 3, 6 or 12 months between labels, so that no month is named twice."""
    labels = 7 if width != "narrow" else 4
    if chart.stacks and not scales.days(chart):
        return {"tickvals": [scales.span(chart)[0]]}
    if _is_by_days(chart):
        return {"nticks": labels}
    months = scales.days(chart) / 30.4
    return {"dtick": f"M{scales.month_step(months, labels)}", "tick0": "2020-01-01"}


def _y_range(chart: Chart, scale: float, ticks: Sequence[float]) -> list[float]:
    values = scales.known(chart)
    if chart.value_kind == "rank":
        return [max(values, default=1) + 0.6, 0.4]  # the first on top
    if chart.is_log:
        positive = [value for value in scales.selected(chart) if value > 0]
        low, high = min(positive, default=0.001), max(positive, default=1)
        bottom, top = math.log10(low * scale), math.log10(high * scale)
        span = max(top - bottom, 0.3)
        is_worded = any(band.kind != "incident" for band in chart.bands)
        return [bottom - 0.03 * span, top + (0.13 if is_worded else 0.04) * span]
    high = max([*values, *ticks[-1:]], default=1) or 1
    low = min([0.0, *values])
    if low < 0:
        room = 0.05 * (max(high, 0.0) - low)
        return [(low - room) * scale, (max(high, 0.0) + room) * scale]
    # The strip above the highest value is for the words of the bands.
    is_worded = any(band.kind != "incident" for band in chart.bands)
    return [-0.02 * high * scale, (1.13 if is_worded else 1.04) * high * scale]
