"""Chart -> inline SVG for a page without scripts: lines over months, or bars, on a linear scale.

Colours of both themes are in the drawing, as the custom properties --light and --dark of what has
the class `pen`; the page's style sheet (assets/briefing.css) chooses. Same chart, same text.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard import scales
from dashboard.chart import Band, Chart, Line, months_between
from dashboard.lettering import width as text_width

ROW = 17  # of event labels, pixels
SIZE, SMALL = 13, 12  # letters, pixels
NOTE_LINE = 15
LABEL_STEP = 17  # between labels at the lines' ends
BAR_ROW = 30
EDGE = 12


@dataclass(frozen=True)
class _Frame:
    """Where the plot lies, and how dates and values become pixels."""

    left: float
    right: float
    top: float
    bottom: float
    first: date
    last: date
    low: float
    high: float

    def x(self, day: date) -> float:
        part = (day - self.first).days / max((self.last - self.first).days, 1)
        return self.left + part * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)


def drawing(chart: Chart, *, is_narrow: bool = False) -> str:
    """The chart as an `svg` element. Narrow ones number the events and name no line: legend and
    events then stand below in text. Values are told under the pointer."""
    return _bars(chart, is_narrow) if chart.bars else _lines(chart, is_narrow)


def _lines(chart: Chart, is_narrow: bool) -> str:
    width, height = (360, 280) if is_narrow else (1000, 420)
    first, last = scales.span(chart)
    labels = [] if is_narrow else scales.labelled(chart)
    rows = _event_rows(chart, is_narrow, width)
    ticks = scales.ticks(chart)
    top_value = max([*scales.known(chart), *ticks[-1:]], default=1) or 1
    widest = max((_label_width(chart, line) for line in labels), default=0)
    frame = _Frame(
        left=46,
        right=width - EDGE - widest,
        top=8 + ROW * (max(rows, default=-1) + 1),
        bottom=height - 26,
        first=first,
        last=max([last, *(marker.at for marker in chart.markers)]),
        low=0.0,
        high=top_value * (1.13 if any(b.kind != "incident" for b in chart.bands) else 1.04),
    )
    parts = [
        *_stretches(chart, frame, is_narrow, f"url(#hatch{width})"),
        *_axes(chart, frame, ticks, 4 if is_narrow else 7),
        *_events(chart, frame, rows, is_narrow),
    ]
    order = ("rest", "compare", "focus").index
    for line in sorted(chart.lines, key=lambda line: order(line.role)):
        parts += _line(chart, line, frame)
    if not is_narrow:
        parts += _end_labels(chart, labels, frame)
        parts += _notes(chart, frame)
    return _svg(chart, width, height, parts)


def _bars(chart: Chart, is_narrow: bool) -> str:
    width = 360 if is_narrow else 1000
    height = BAR_ROW * len(chart.bars) + 8
    most_letters = scales.NARROW_NAME if is_narrow else 44
    names = [scales.shortened(bar.label, most_letters) for bar in chart.bars]
    left = max(text_width(name, SIZE) for name in names) + EDGE
    room = width - left - max(text_width(scales.bar_text(chart, b), SIZE) for b in chart.bars) - 20
    most = max((bar.value for bar in chart.bars), default=1) or 1
    parts = []
    for number, (bar, name) in enumerate(zip(chart.bars, names, strict=True)):
        y, long = 4 + BAR_ROW * number, max(bar.value, 0) / most * room
        parts += [
            _text(left - 8, y + 19, name, "end"),
            f'<rect class="pen" style="{pen(bar.colours)}" fill="currentColor" x="{left:.1f}" '
            f'y="{y + 5}" width="{long:.1f}" height="{BAR_ROW - 10}" rx="2"/>',
            _text(left + long + 7, y + 19, scales.bar_text(chart, bar)),
        ]
    return _svg(chart, width, height, parts)


def pen(colours: tuple[str, str]) -> str:
    """The style of what has a colour in each theme."""
    return f"--light:{html.escape(colours[0])};--dark:{html.escape(colours[1])}"


def _svg(chart: Chart, width: int, height: int, parts: Sequence[str]) -> str:
    told = html.escape(chart.description)
    hatch = (
        f'<defs><pattern id="hatch{width}" width="7" height="7" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path d="M0 0V7" class="hatch"/></pattern></defs>'
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{told}" '
        f'xmlns="http://www.w3.org/2000/svg">{hatch}{"".join(parts)}</svg>'
    )


def _stretches(chart: Chart, frame: _Frame, is_narrow: bool, hatch: str) -> list[str]:
    """Months to be read with care, each kind with its word at the top once."""
    incidents = [band for band in chart.bands if band.kind == "incident"]
    half = scales.half_step(chart)
    parts = [
        _rectangle(start - half, end + half, frame, "incident")
        for start, end in scales.merged(incidents, 31)
    ]
    named: set[str] = set()
    for band in (band for band in chart.bands if band.kind != "incident"):
        start, end = scales.stretch(chart, band.start, band.end)
        parts.append(_rectangle(start, end, frame, band.kind, band.label, hatch))
        if is_narrow or band.label in named or not _fits(band, start, end, frame):
            continue
        named.add(band.label)
        middle = (frame.x(start) + frame.x(end)) / 2
        parts.append(_text(middle, frame.top + 14, band.label, "middle", SMALL, "halo muted"))
    return parts


def _rectangle(
    start: date, end: date, frame: _Frame, kind: str, label: str = "", hatch: str = ""
) -> str:
    left, right = max(frame.x(start), frame.left - 6), min(frame.x(end), frame.right)
    filled = f' fill="{hatch}"' if kind == "interpolated" else ""
    return (
        f'<rect class="{kind}"{filled} x="{left:.1f}" y="{frame.top}" '
        f'width="{max(right - left, 0):.1f}" height="{frame.bottom - frame.top}">'
        f"<title>{html.escape(label)}</title></rect>"
    )


def _fits(band: Band, start: date, end: date, frame: _Frame) -> bool:
    return frame.x(end) - frame.x(start) > text_width(band.label, SMALL) + 6


def _axes(chart: Chart, frame: _Frame, ticks: Sequence[float], labels: int) -> list[str]:
    parts = []
    for value in ticks:
        y = frame.y(value)
        text = scales.tick_text(chart, value)
        parts += [
            f'<path class="grid" d="M{frame.left} {y:.1f}H{frame.right:.1f}"/>',
            _text(frame.left - 8, y + 4, text, "end", SMALL, "muted"),
        ]
    step = scales.month_step(scales.days(chart) / 30.4, labels)
    month = date(frame.first.year, frame.first.month, 1)
    while month <= frame.last:
        if month >= frame.first and months_between(date(2020, 1, 1), month) % step == 0:
            parts.append(
                _text(frame.x(month), frame.bottom + 19, f"{month:%Y-%m}", "middle", SMALL, "muted")
            )
        month = (month + timedelta(days=32)).replace(day=1)
    return parts


def _event_rows(chart: Chart, is_narrow: bool, width: int) -> list[int]:
    """In which row above the plot each event's label stands, so that none touches another."""
    first, last = scales.span(chart)
    days = max((last - first).days, 1)
    return scales.rows_apart(
        [
            (
                # The plot is narrower than the drawing, which leaves room between labels.
                (marker.at - first).days / days * width * 0.78,
                text_width(str(number) if is_narrow else marker.label, SMALL) / 2 + 5,
            )
            for number, marker in enumerate(chart.markers, start=1)
        ]
    )


def _events(chart: Chart, frame: _Frame, rows: Sequence[int], is_narrow: bool) -> list[str]:
    parts = []
    for number, (marker, row) in enumerate(zip(chart.markers, rows, strict=True), start=1):
        x = frame.x(marker.at)
        label = str(number) if is_narrow else marker.label
        told = html.escape(f"{marker.day or marker.at.isoformat()}: {marker.title}")
        parts += [
            f'<path class="event" d="M{x:.1f} {frame.top}V{frame.bottom}"/>',
            f"<g><title>{told}</title>"
            + _text(x, frame.top - 5 - ROW * row, label, "middle", SMALL, "muted")
            + "</g>",
        ]
    return parts


def _line(chart: Chart, line: Line, frame: _Frame) -> list[str]:
    weight = {"focus": 3.4, "compare": 1.8, "rest": 1.0}[line.role]
    solid, dotted = scales.parts(line.y, line.estimated)
    parts = [
        f'<path class="pen" style="{pen(line.colours)}" fill="none" stroke="currentColor" '
        f'stroke-width="{weight}" stroke-linejoin="round"{dash} '
        f'd="{_path(line.x, values, frame)}"/>'
        for values, dash in ((dotted, f' stroke-dasharray="{weight} {weight}"'), (solid, ""))
        if any(value is not None for value in values)
    ]
    remarks = line.remarks or ("estimate",) * len(line.y)
    for day, value, estimated, remark in zip(line.x, line.y, line.estimated, remarks, strict=True):
        if value is None:
            continue
        told = f"{line.label}, {day:%Y-%m}: {chart.text(value)}"
        told += f" ({remark})" if estimated and remark else ""
        dot = 'fill="transparent" r="7"'
        if day == line.x[-1] and line.role != "rest":
            dot = f'class="pen" style="{pen(line.colours)}" fill="currentColor" r="4"'
        parts.append(
            f'<circle {dot} cx="{frame.x(day):.1f}" cy="{frame.y(value):.1f}">'
            f"<title>{html.escape(told)}</title></circle>"
        )
    return parts


def _path(days: Sequence[date], values: Sequence[float | None], frame: _Frame) -> str:
    steps, is_down = [], False
    for day, value in zip(days, values, strict=True):
        if value is not None:
            steps.append(f"{'L' if is_down else 'M'}{frame.x(day):.1f} {frame.y(value):.1f}")
        is_down = value is not None
    return "".join(steps)


def _label_text(chart: Chart, line: Line) -> str:
    return f"{chart.newest_text(line)}{scales.since(chart, line)}"


def _label_width(chart: Chart, line: Line) -> float:
    size = _label_size(line)
    name = text_width(f"{line.label} ", size, is_bold=line.role != "rest")
    return 12 + 1.04 * (name + text_width(_label_text(chart, line), size))


def _label_size(line: Line) -> int:
    return SIZE + 1 if line.role == "focus" else SIZE


def _end_labels(chart: Chart, labels: Sequence[Line], frame: _Frame) -> list[str]:
    """Name and newest value at each line's end, pushed apart where lines end close together."""
    height = frame.bottom - frame.top
    places = sorted(
        ((1 - (frame.y(line.newest or 0.0) - frame.top) / height, line) for line in labels),
        key=lambda place: place[0],
    )
    parts = []
    for y, (_, line) in zip(
        scales.spread([place for place, _ in places], LABEL_STEP / height), places, strict=True
    ):
        weight = "400" if line.role == "rest" else "600"
        parts.append(
            f'<text class="pen" style="{pen(line.colours)}" fill="currentColor" '
            f'font-size="{_label_size(line)}" x="{frame.right + 10:.1f}" '
            f'y="{frame.bottom - y * height + 4:.1f}"><tspan font-weight="{weight}">'
            f"{html.escape(line.label)}</tspan> {html.escape(_label_text(chart, line))}</text>"
        )
    return parts


def _notes(chart: Chart, frame: _Frame) -> list[str]:
    """Remarks beside their points, where no line is covered."""
    spots = [
        spot
        for line in chart.lines
        for spot in scales.along([
            None if value is None else (frame.x(day), frame.y(value))
            for day, value in zip(line.x, line.y, strict=True)
        ])
    ]  # fmt: skip
    limits = (frame.left, frame.top + 20, frame.right, frame.bottom)
    parts: list[str] = []
    taken: list[scales.Box] = []
    for note in chart.notes:
        x, y = frame.x(note.at), frame.y(note.value)
        lines = note.text.split("\n")
        size = (max(text_width(text, SMALL) for text in lines), NOTE_LINE * len(lines))
        box, is_left = scales.clear_box((x, y), size, limits, note.side, spots, taken)
        taken.append(box)
        left, top, right, bottom = box
        near = right if is_left else left
        parts.append(
            f'<path class="leader" d="M{x + (-6 if is_left else 6):.1f} {y:.1f}'
            f'L{near + (3 if is_left else -3):.1f} {(top + bottom) / 2:.1f}"/>'
        )
        parts += [
            _text(near, top + NOTE_LINE * (n + 0.75), text, "end" if is_left else "start", SMALL,
                  "halo")
            for n, text in enumerate(lines)
        ]  # fmt: skip
    return parts


def _text(
    x: float, y: float, text: str, anchor: str = "start", size: int = SIZE, kind: str = ""
) -> str:
    named = f' class="{kind}"' if kind else ""
    return (
        f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="currentColor">{html.escape(text)}</text>'
    )
