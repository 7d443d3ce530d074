"""Chart -> Plotly figure for a picture of its own: a slide's size, with all that stands around it.

A person who gets only the picture can tell what it shows, where from, as of when and how sure.
"""

from __future__ import annotations

import re
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from dashboard import citing, plots
from dashboard.chart import Chart, plain_caveats, with_bands
from dashboard.style import Theme

WIDTH, HEIGHT = 1920, 1080
LEAST_FONT = 24
# Below, everything is in half the picture's pixels, as charts are drawn on the screen.
_FACTOR = 2
_EDGE = 30
# A font that is on most computers: in a picture there is none of the page's own.
_FONT = '"Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif'
_TITLE_SIZE, _TEXT_SIZE, _FOOT_SIZE = 21, 13, 12
_TITLE_LETTERS, _TEXT_LETTERS, _FOOT_LETTERS = 74, 128, 138  # of one line
_TITLE_LINE, _TEXT_LINE, _FOOT_LINE = 26, 18, 16
_LEAST_PLOT = 215  # height
_MOST_TICKS = 300  # width of names beside bars
_LETTER = 6.9  # of such a name
# Numbers that are pixels; `width` is one in a line only, elsewhere a time or a share.
_PIXELS = {
    "size", "xshift", "yshift", "ax", "ay", "standoff", "arrowwidth", "zerolinewidth", "ticklen",
    "l", "r", "t", "b",
}  # fmt: skip
_FONTS = {"font", "tickfont", "textfont"}
_OF_POINTERS = {"customdata", "hovertemplate", "hovertext", "hoverinfo", "unifiedhovertitle"}


def figure(chart: Chart, theme: Theme, *, finding: str = "", build: str = "") -> go.Figure:
    """The chart at 1920x1080 on an opaque ground: title (`finding`, or the chart's own), what is
    shown and in which unit, the plot with its labels, the source as of when, what to read it with,
    and of which build it is. No letter is smaller than LEAST_FONT. `meta` of its layout has what a
    file should tell of itself: Title, Description, Source and Software."""
    drawn = plots.sheet(chart, theme, "slide")
    head = _head(chart, finding)
    top = 20 + sum(height for _, _, height in head)
    events = drawn.layout["margin"]["t"]
    # Two lines below the plot: what the axis counts, or years.
    below = 52 if drawn.layout["margin"]["b"] > 30 else 26
    room = HEIGHT // _FACTOR - top - events - below - _LEAST_PLOT - 14
    foot = _foot(chart, build, max(2, room // _FOOT_LINE))
    margin = {
        "l": _EDGE + _left(chart, drawn),
        "r": max(drawn.layout["margin"]["r"] + 14, _EDGE),
        "t": top + events,
        "b": below + 14 + _FOOT_LINE * len(foot),
    }
    if chart.bars:
        drawn.yaxis |= {"automargin": False, "ticks": "outside", "ticklen": 4, "ticksuffix": "",
                        "tickcolor": theme.background}  # fmt: skip
    left = _EDGE - margin["l"]
    at = margin["t"] - 18
    for text, size, height in head:
        drawn.annotate(**_words(text, size, theme.text if size > _TEXT_SIZE else theme.muted),
                       x=0, xshift=left, y=1, yshift=at, yanchor="top")  # fmt: skip
        at -= height
    for number, text in enumerate(foot):
        drawn.annotate(**_words(text, _FOOT_SIZE, theme.muted), x=0, xshift=left, y=0,
                       yshift=-below - _FOOT_LINE * number, yanchor="top")  # fmt: skip
    drawn.layout.pop("height", None)
    drawn.layout |= {
        "font": {"family": _FONT, "size": _TEXT_SIZE, "color": theme.text},
        "margin": margin,
        "paper_bgcolor": theme.background,
        "plot_bgcolor": theme.background,
        "showlegend": False,
        "separators": ".,",
        "meta": _about(chart, finding, build),
    }
    picture = drawn.parts()
    picture["layout"].pop("hovermode", None)
    enlarged = _enlarged(picture)
    enlarged["layout"] |= {
        "width": WIDTH, "height": HEIGHT, "autosize": False,
        "margin": {**enlarged["layout"]["margin"], "autoexpand": False},
    }  # fmt: skip
    return go.Figure(enlarged)


def _head(chart: Chart, finding: str) -> list[tuple[str, int, int]]:
    """Lines above the plot: text, size, and how high each is."""
    top, below = _told(chart, finding)
    title, under = _balanced(top), wrap(below, _TEXT_LETTERS)
    return [
        *((f"<b>{plots.safe(line)}</b>", _TITLE_SIZE, _TITLE_LINE) for line in title),
        *((plots.safe(line), _TEXT_SIZE, _TEXT_LINE) for line in under),
    ]


def _told(chart: Chart, finding: str) -> list[str]:
    """The title, and what stands below it."""
    told = f"{chart.title}. " if finding else ""
    below = f"{told}{chart.shown}. Unit: {chart.unit}."
    return citing.spelled_out([finding or chart.title, below])


def _about(chart: Chart, finding: str, build: str) -> dict[str, str]:
    title, description = citing.spelled_out([finding or chart.title, chart.description])
    return {
        "Title": title,
        "Description": f"{description} Unit: {chart.unit}.",
        "Source": f"{citing.line(chart)} {chart.source_url}",
        "Software": f"Open Model Adoption, {build}" if build else "Open Model Adoption",
    }


def _balanced(title: str) -> list[str]:
    """A title in as few lines as it takes, which are about as long as each other."""
    count = len(wrap(title, _TITLE_LETTERS))
    return next(
        lines
        for letters in range(max(1, len(title) // count), _TITLE_LETTERS + 1)
        if len(lines := wrap(title, letters)) <= count
    )


def _foot(chart: Chart, build: str, most: int) -> list[str]:
    """Lines below the plot, at most so many: the source always, and caveats as far as they fit."""
    source, day = citing.line(chart), citing.plain_instants(chart.as_of)
    if day not in source:
        source += f" As of {day}."
    made = f"Open Model Adoption, {citing.called(build)}." if build else "Open Model Adoption."
    lines = wrap(" ".join([source, made, *_caveats(chart)]), _FOOT_LETTERS)
    kept = lines[:most]
    if len(kept) < len(lines):
        kept[-1] = f"{kept[-1][: _FOOT_LETTERS - 2]} …"
    return [plots.safe(line) for line in kept]


def _caveats(chart: Chart) -> list[str]:
    """What to read the chart with; dots are explained wherever there are some, and bars counted
    where not all have room."""
    told = with_bands(plain_caveats(chart), plots.bands_without_words(chart))
    if len(chart.bars) > plots.SLIDE_BARS:
        told = [f"The first {plots.SLIDE_BARS} of {len(chart.bars)}.", *told]
    is_dotted = any(any(line.estimated) for line in chart.lines)
    if is_dotted and not any("otted" in text for text in told):
        return ["Dotted: estimate.", *told]
    return told


def _left(chart: Chart, drawn: plots.Sheet) -> int:
    """Room to the left of the plot for what stands at the axis."""
    if not chart.bars:
        return 62 if chart.points else 44
    letters = max(len(name) for name in drawn.yaxis["ticktext"])
    return min(_MOST_TICKS, round(_LETTER * letters) + 14)


def _words(text: str, size: int, colour: str) -> dict[str, Any]:
    return {
        "text": text, "font": {"size": size, "color": colour}, "showarrow": False,
        "xref": "paper", "yref": "paper", "xanchor": "left", "align": "left",
    }  # fmt: skip


def _enlarged(part: Any, name: str = "", within: str = "") -> Any:
    """A part of a figure with its pixels doubled, and without what is for pointers."""
    if isinstance(part, dict):
        return {
            key: _enlarged(value, key, name)
            for key, value in part.items()
            if key not in _OF_POINTERS
        }
    is_pixels = name in _PIXELS or (name == "width" and within == "line")
    if isinstance(part, (list, tuple)) and (is_pixels or any(isinstance(p, dict) for p in part)):
        return [_enlarged(item, name, within) for item in part]
    if is_pixels and isinstance(part, (int, float)):
        size = part * _FACTOR
        return max(LEAST_FONT, size) if name == "size" and within in _FONTS else size
    if name == "text" and isinstance(part, str):
        return re.sub(r"font-size:(\d+)px", lambda m: f"font-size:{int(m[1]) * _FACTOR}px", part)
    return part
