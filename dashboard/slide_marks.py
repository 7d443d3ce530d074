"""Words, lines and tints inside a PowerPoint chart: the shapes that PowerPoint makes when somebody
draws in a chart. They move, grow and are copied with it.

Places are points from the upper left corner of the chart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from dashboard.style import THEMES, Theme

EMU = 12700  # a point
LINE = 1.22  # height of a line of text, in sizes
HATCH_STEP = 9
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<c:userShapes xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
)
_DRAWING = 'xmlns:cdr="http://schemas.openxmlformats.org/drawingml/2006/chartDrawing"'
Align = Literal["l", "ctr", "r"]


@dataclass(frozen=True)
class Run:
    """A stretch of text of one look; `colour` as #rrggbb."""

    text: str
    colour: str
    is_bold: bool = False
    size: float = 14
    field: str = ""  # in a label: what of its point the text is, VALUE


@dataclass(frozen=True)
class Plot:
    """The rectangle of the axes within the chart, in points."""

    left: float
    top: float
    right: float
    bottom: float

    def at(self, across: float, up: float) -> tuple[float, float]:
        """A place from parts of the width and, from the bottom, of the height."""
        return (
            self.left + across * (self.right - self.left),
            self.bottom - up * (self.bottom - self.top),
        )


@dataclass
class Drawing:
    """What is drawn over a chart of that width and height; `look` has its colours. Its
    background stands behind words among lines; it is empty where the slide's own is not known."""

    width: float
    height: float
    font: str
    look: Theme = THEMES["light"]
    parts: list[str] = field(default_factory=list)

    def xml(self) -> bytes:
        """The whole drawing."""
        return f"{_HEAD}{''.join(self.parts)}</c:userShapes>".encode()

    def text(self, x: float, y: float, lines: list[list[Run]], *, room: float, align: Align = "l",
             is_backed: bool = False) -> None:  # fmt: skip
        """Lines of text, centred around the height `y`. Aligned left they begin at `x`, right they
        end there; they never wrap."""
        tall = LINE * sum(max(run.size for run in line) for line in lines)
        left = {"l": x, "ctr": x - room / 2, "r": x - room}[align]
        paragraphs = "".join(
            f'<a:p><a:pPr algn="{align}"/>{"".join(run_xml(self.font, run) for run in line)}</a:p>'
            for line in lines
        )
        body = (
            '<cdr:txBody><a:bodyPr vertOverflow="overflow" wrap="none" lIns="0" tIns="0" rIns="0" '
            f'bIns="0" anchor="ctr"/><a:lstStyle/>{paragraphs}</cdr:txBody>'
        )
        backing = self.look.background if is_backed else ""
        fill = solid(backing, 0.85) if backing else "<a:noFill/>"
        words = " ".join(run.text for line in lines for run in line)
        self._shape(words, left, y - tall / 2, left + room, y + tall / 2,
                    f"{_BOX}{fill}<a:ln><a:noFill/></a:ln>", body, is_text=True)  # fmt: skip

    def rectangle(self, x0: float, y0: float, x1: float, y1: float, colour: str,
                  opacity: float, name: str) -> None:  # fmt: skip
        """A tint."""
        self._shape(name, x0, y0, x1, y1, f"{_BOX}{solid(colour, opacity)}<a:ln><a:noFill/></a:ln>")

    def triangle(self, x: float, y: float, size: float, colour: str, name: str) -> None:
        """A small one that stands on `y`."""
        shape = '<a:prstGeom prst="triangle"><a:avLst/></a:prstGeom>'
        self._shape(name, x - size / 2, y - size, x + size / 2, y,
                    f"{shape}{solid(colour)}<a:ln><a:noFill/></a:ln>")  # fmt: skip

    def hatch(self, x0: float, y0: float, x1: float, y1: float, colour: str, name: str) -> None:
        """Slanting lines within a rectangle."""
        wide, tall = x1 - x0, y1 - y0
        moves = []
        start = -tall
        while start < wide:
            left, right = max(start, 0.0), min(start + tall, wide)
            ends = ((left, tall - (left - start)), (right, tall - (right - start)))
            (a, b), (c, d) = ((round(100 * px), round(100 * py)) for px, py in ends)
            moves.append(
                f'<a:moveTo><a:pt x="{a}" y="{b}"/></a:moveTo>'
                f'<a:lnTo><a:pt x="{c}" y="{d}"/></a:lnTo>'
            )
            start += HATCH_STEP
        path = (
            "<a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/>"
            '<a:rect l="0" t="0" r="r" b="b"/><a:pathLst>'
            f'<a:path w="{round(100 * wide)}" h="{round(100 * tall)}" fill="none">'
            f"{''.join(moves)}</a:path></a:pathLst></a:custGeom><a:noFill/>"
        )
        self._shape(name, x0, y0, x1, y1, f"{path}{stroke(colour, 0.75, opacity=0.35)}")

    def line(self, x0: float, y0: float, x1: float, y1: float, colour: str, *, weight: float = 1,
             dash: str = "", name: str) -> None:  # fmt: skip
        """A straight line."""
        flip = ' flipV="1"' if (x1 - x0) * (y1 - y0) < 0 else ""
        shape = '<a:prstGeom prst="line"><a:avLst/></a:prstGeom>'
        left, right, top, bottom = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        frame = self._frame(left, top, right, bottom, flip)
        self.parts.append(
            f"<cdr:relSizeAnchor {_DRAWING}>{self._anchor(left, top, right, bottom)}"
            f'<cdr:cxnSp macro=""><cdr:nvCxnSpPr>{self._named(name)}<cdr:cNvCxnSpPr/>'
            f"</cdr:nvCxnSpPr><cdr:spPr>{frame}{shape}{stroke(colour, weight, dash)}</cdr:spPr>"
            "</cdr:cxnSp></cdr:relSizeAnchor>"
        )

    def _shape(self, name: str, x0: float, y0: float, x1: float, y1: float, look: str,
               body: str = "", *, is_text: bool = False) -> None:  # fmt: skip
        box = ' txBox="1"' if is_text else ""
        self.parts.append(
            f"<cdr:relSizeAnchor {_DRAWING}>{self._anchor(x0, y0, x1, y1)}"
            f'<cdr:sp macro="" textlink=""><cdr:nvSpPr>{self._named(name)}<cdr:cNvSpPr{box}/>'
            f"</cdr:nvSpPr><cdr:spPr>{self._frame(x0, y0, x1, y1)}{look}</cdr:spPr>{body}</cdr:sp>"
            "</cdr:relSizeAnchor>"
        )

    def _named(self, name: str) -> str:
        return f'<cdr:cNvPr id="{len(self.parts) + 2}" name={quoteattr(name[:60])}/>'

    def _anchor(self, x0: float, y0: float, x1: float, y1: float) -> str:
        def place(x: float, y: float) -> str:
            across, down = (min(max(part, 0.0), 1.0) for part in (x / self.width, y / self.height))
            return f"<cdr:x>{across:.5f}</cdr:x><cdr:y>{down:.5f}</cdr:y>"

        return f"<cdr:from>{place(x0, y0)}</cdr:from><cdr:to>{place(x1, y1)}</cdr:to>"

    def _frame(self, x0: float, y0: float, x1: float, y1: float, flip: str = "") -> str:
        x, y, wide, tall = (round(EMU * part) for part in (x0, y0, x1 - x0, y1 - y0))
        return (
            f'<a:xfrm{flip}><a:off x="{max(x, 0)}" y="{max(y, 0)}"/>'
            f'<a:ext cx="{max(wide, 0)}" cy="{max(tall, 0)}"/></a:xfrm>'
        )


_FIELD = "{6E4B1C5A-3F0D-4C8E-9A57-2D1B7C90E4F6}"
_BOX = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'


def run_xml(font: str, run: Run) -> str:
    """A stretch of text of a shape or, where it may be a field, of a label."""
    look = (
        f'<a:rPr lang="en-US" sz="{round(100 * run.size)}" b="{int(run.is_bold)}">'
        f"{solid(run.colour)}<a:latin typeface={quoteattr(font)}/></a:rPr>"
    )
    if run.field:
        told = f'<a:fld id="{_FIELD}" type="{run.field}">{look}<a:pPr/>'
        return f"{told}<a:t>{escape(run.text)}</a:t></a:fld>"
    return f"<a:r>{look}<a:t>{escape(run.text)}</a:t></a:r>"


def solid(colour: str, opacity: float = 1.0) -> str:
    """A fill of #rrggbb."""
    alpha = f'<a:alpha val="{round(100000 * opacity)}"/>' if opacity < 1 else ""
    return f'<a:solidFill><a:srgbClr val="{colour[1:].upper()}">{alpha}</a:srgbClr></a:solidFill>'


def stroke(colour: str, weight: float, dash: str = "", *, opacity: float = 1.0) -> str:
    """A line of that many points; `dash` as DrawingML names it."""
    dashed = f'<a:prstDash val="{dash}"/>' if dash else ""
    ink = f"{solid(colour, opacity)}{dashed}<a:round/>"
    return f'<a:ln w="{round(EMU * weight)}" cap="rnd">{ink}</a:ln>'
