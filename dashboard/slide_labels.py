"""Words at points of a PowerPoint chart: its own data labels, which move with their points and show
the values that somebody types into the data sheet.

Only what is written beside a value is one. Events, bands and remarks stay shapes (slide_marks.py):
- An event stands at a date, and the axis of dates has fixed ends, so that no figure that is typed
  moves it. As a series of its own it would need rows among the dates of the lines, since PowerPoint
  takes the dates of all series of an axis from the first one: lines would have to be drawn over
  blanks, and layers would fall to zero at them. LibreOffice knows one column of dates a chart, and
  no series over numbers beside one over dates.
- A remark ("ahead of Llama for good") says what the exported figures said; beside other figures it
  would be no truer.
- PowerPoint does not say where in an area the label of its last date stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import quoteattr

from dashboard import scales
from dashboard.chart import Chart, Line
from dashboard.lettering import clean, shortened, width
from dashboard.slide_axes import TEXT, NumberAxis, value_format
from dashboard.slide_marks import LINE, Drawing, Plot, Run, run_xml, stroke

MOST_LABEL = 0.36  # of the chart's width, for names beside it
LABEL_GAP = 8
ROW = TEXT * LINE
SIDE = 3  # between a dot and its label, besides the dot's radius
DOT = 4  # that radius, more or less
_C15 = "http://schemas.microsoft.com/office/drawing/2012/chart"
_URI = "{CE6537A1-D6FC-4f65-9D91-7224C49458BB}"  # of what Office 2013 added to labels
_FLAGS = (
    '<c:showLegendKey val="0"/><c:showVal val="{}"/><c:showCatName val="0"/>'
    '<c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/>'
)
_BARE = "<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>"


@dataclass(frozen=True)
class Label:
    """Words at a point: a run that is a field shows the point's value in the format `code`.
    `place` is where PowerPoint puts them by itself (r, l, t, b, ctr), `shift` how far from there
    they stand, in points; a line leads to them where `leader` is a colour."""

    runs: tuple[Run, ...]
    place: str
    shift: tuple[float, float] = (0.0, 0.0)
    code: str = "General"
    leader: str = ""


def labels_xml(over: Drawing, labels: Mapping[int, Label]) -> str:
    """The labels of a series by the number of their point; empty where there are none."""
    if not labels:
        return ""
    each = "".join(_label_xml(over, at, labels[at]) for at in sorted(labels))
    colour = next((label.leader for label in labels.values() if label.leader), "")
    told = f'<c15:showLeaderLines val="{int(bool(colour))}"/>'
    if colour:
        told += f"<c15:leaderLines><c:spPr>{stroke(colour, 1)}</c:spPr></c15:leaderLines>"
    return f"<c:dLbls>{each}{_BARE}{_FLAGS.format(0)}{_added(told)}</c:dLbls>"


def _label_xml(over: Drawing, at: int, label: Label) -> str:
    across, down = label.shift[0] / over.width, label.shift[1] / over.height
    layout = (
        f'<c:layout><c:manualLayout><c:x val="{across:.5f}"/><c:y val="{down:.5f}"/>'
        "</c:manualLayout></c:layout>"
        if max(abs(part) for part in label.shift) >= 1
        else ""
    )
    side = round(12700 * SIDE) if label.place in {"l", "r"} else 0
    words = "".join(run_xml(over.font, run) for run in label.runs)
    return (
        f'<c:dLbl><c:idx val="{at}"/>{layout}<c:tx><c:rich><a:bodyPr wrap="none" lIns="{side}" '
        f'tIns="0" rIns="{side}" bIns="0" anchor="ctr"><a:spAutoFit/></a:bodyPr><a:lstStyle/>'
        f"<a:p>{words}</a:p></c:rich></c:tx>"
        f'<c:numFmt formatCode={quoteattr(label.code)} sourceLinked="0"/>{_BARE}'
        f'<c:dLblPos val="{label.place}"/>{_FLAGS.format(1)}'
        f"{_added('<c15:dlblFieldTable/>')}</c:dLbl>"
    )


def _added(told: str) -> str:
    return f'<c:extLst><c:ext uri="{_URI}" xmlns:c15="{_C15}">{told}</c:ext></c:extLst>'


# Names at the ends of lines and layers


@dataclass(frozen=True)
class End:
    """The name of a line or layer with its newest value; `height` is the value beside which it
    stands, `room` how wide it is."""

    line: Line
    height: float
    runs: tuple[Run, ...]
    code: str
    is_layer: bool
    room: float

    @property
    def colour(self) -> str:
        """That of the line or layer."""
        return self.runs[0].colour

    @property
    def day(self) -> date:
        """The date of the newest value."""
        pairs = zip(reversed(self.line.x), reversed(self.line.y), strict=True)
        return next(day for day, value in pairs if value is not None)


def ends_of(chart: Chart, over: Drawing, factor: float) -> list[End]:
    """The names that stand beside a chart."""
    named = [(line, line.newest or 0.0) for line in scales.labelled(chart)]
    return [_end(chart, over, factor, *one) for one in (*named, *scales.middles(chart))]


def _end(chart: Chart, over: Drawing, factor: float, line: Line, height: float) -> End:
    is_layer = any(line is layer for layer in chart.stacks)
    newest = line.y[-1] if is_layer else line.newest
    value, since = chart.between(newest, line.newest_high), scales.since(chart, line)
    is_bold = line.role != "rest" and not is_layer
    mark = "■ " if is_layer else ""
    room = MOST_LABEL * over.width
    room -= width(f"■  {value}{since}", TEXT, is_bold=is_bold, factor=factor)
    label = f"{scales.sign(chart, line)}{clean(line.label)}"
    name = shortened(label, TEXT, room, is_bold=is_bold, factor=factor)
    own = line.colours[over.look.index]
    # The colours of layers are for areas; the palest could not be read as letters.
    ink = over.look.text if is_layer else own
    # A value and the most that it may be are two figures, of which a label can show one.
    field = "VALUE" if value == chart.text(newest) else ""
    runs = [
        Run(mark, own), Run(f"{name} ", ink, is_bold), Run(value, ink, is_bold, field=field),
        Run(since, ink, is_bold),
    ]  # fmt: skip
    return End(
        line, height, tuple(run for run in runs if run.text), value_format(value), is_layer,
        width(f"{mark}{name} {value}{since}", TEXT, is_bold=is_bold, factor=factor),
    )  # fmt: skip


def place_ends(
    over: Drawing,
    plot: Plot,
    values: NumberAxis,
    place: Callable[[date], float],
    ends: Sequence[End],
    *,
    is_area: bool,
) -> dict[int, Label]:
    """Labels of lines and layers by their id, pushed apart where they end close together. Where a
    point has no label, in an area or beyond the axis, its words become a shape."""
    tall = plot.bottom - plot.top
    places = sorted(((values.place(end.height), end) for end in ends), key=lambda one: one[0])
    apart = scales.spread([min(max(at, 0.0), 1.0) for at, _ in places], ROW / tall)
    labels = {}
    for height, (at, end) in zip(apart, places, strict=True):
        x, y = plot.at(1, height)
        is_pushed = abs(height - at) * tall > ROW / 2
        if (is_area and end.is_layer) or not 0 <= at <= 1:
            over.text(x + LABEL_GAP, y, [list(end.runs)], room=end.room)
            if is_pushed:
                over.line(x, plot.at(1, min(max(at, 0), 1))[1], x + LABEL_GAP - 1, y, end.colour,
                          name="leader")  # fmt: skip
            continue
        across, up = plot.at(place(end.day), at)
        # By itself it would begin beside the dot, or stand in the middle of the bar.
        begin = across - end.room / 2 if end.is_layer else across + DOT + SIDE
        # The words of layers have their colour before them, and a line would begin inside a bar.
        is_led = is_pushed and not end.is_layer and x - across < 2 * LABEL_GAP
        labels[id(end.line)] = Label(
            end.runs, "ctr" if end.is_layer else "r", (x + LABEL_GAP - begin, y - up), end.code,
            leader=end.colour if is_led else "",
        )  # fmt: skip
    return labels
