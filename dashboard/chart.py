"""What a chart is, in words, marks and numbers, and what all charts are made with.

A Chart names no drawing library: plots.py draws it on the screen, and any other pen can draw the
same. Values stay in the metric's own unit; `value_kind` says how people write them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

import pandas as pd

from data import wording

Role = Literal["focus", "compare", "rest"]
ValueKind = Literal["share", "count", "index", "change", "score", "growth", "rank"]
Measure = Literal["Share", "Downloads", "Index = 100"]

REST_COLOURS = ("#7b8491", "#9aa3af")
BAND_LOOKS = {"estimated": "Shaded", "interpolated": "Hatched"}
MAX_MARKERS = 9
MAX_BARS = 20
ARCHIVE = "hub_archive"  # the source of days of the whole Hub
# Layer -> the collector that reads it; the others come from the archive of the whole Hub.
COLLECTORS = {
    "served_tokens": "openrouter", "quality": "lmarena", "new_local_pulls": "ollama",
    "all_local_pulls": "ollama", "runtimes": "lmstudio",
}  # fmt: skip

# Of each scope: how a title begins, and what the line below a chart says.
SCOPE_TITLES = {
    "own": "Own downloads",
    "derivatives": "Downloads of derivatives",
    "lineage": "Downloads of the whole lineage",
}
SCOPE_WORDS = {
    "own": "Families by owner, scope own: repositories of the developers' own organisations",
    "derivatives": "Families by descent, scope derivatives: what others made of a family's models "
    "and publish themselves",
    "lineage": "Families by descent, scope lineage: the developers' own repositories and all that "
    "others made of them, at any depth",
}
REASONS = {
    "window_30d": "the publisher's estimate from 30-day windows",
    "interpolated_boundary": "estimate: a boundary fell into days that were not seen",
    "stalled_counter": "estimate: counters stood still at a boundary",
    "counter_fell": "estimate: a counter fell and is held until it recovers",
}


@dataclass(frozen=True)
class Selection:
    """What the shared controls ask for, and the controls of single pages. `start` and `end` are
    inclusive."""

    focus: str
    rivals: tuple[str, ...]
    start: date | None = None
    end: date | None = None
    measure: Measure = "Share"
    scale: Literal["Linear", "Log"] = "Linear"
    scope: str = "own"
    # Of single pages.
    is_brief: bool = False  # only the most telling marks
    with_inferred: bool = False
    is_raw: bool = False  # counters as reported, not adjusted
    share_of: Literal["hub", "tracked"] = "hub"
    cut: str = "size"
    relation: str = "all"
    is_judged: bool = False  # derivatives with more than 5 downloads only
    is_grouped: bool = False  # precision variants under one model
    hides_tests: bool = True
    token_cut: str = "family"  # what OpenRouter's tokens are split by
    step: Literal["day", "week", "month"] = "week"
    channel: str = "pypistats"  # the source of runtimes' downloads
    benchmark: str = "lmarena_text"
    release: str = ""
    # Who leads: a series of the metric standings, and whose months are compared.
    basis: str = "published"
    layer: str = "own_downloads"
    counted: str = "monthly_downloads"
    standing_title: str = field(default="", compare=False)  # said by the data; "" = to be asked
    momentum_basis: str = "published"
    layer_period: str = "month"  # of the metric regions_by_layer: month, day or reading
    launches: tuple[tuple[str, str], ...] = ()  # basis and model
    # Of the page Events: an event by its name, or any date, which goes before it.
    event: str = ""
    at: date | None = None
    event_series: str = "published_months"
    window: int | None = None  # months or days; None = the longest there is
    model: str = ""  # a repository of the Hub

    @property
    def families(self) -> tuple[str, ...]:
        """The focus family first, then the others, each once."""
        return tuple(dict.fromkeys((self.focus, *self.rivals)))


@dataclass(frozen=True)
class Line:
    """One series over time, drawn as a line or as a layer of stacked bars; `estimated` marks the
    points that are estimates, `remarks` says why. `highs` are the most that a value may be where
    only the least of it is seen. `inexact` marks all that words call an estimate, drawn dotted
    or not: layers of bars cannot be dotted."""

    key: str
    label: str
    x: tuple[date, ...]
    y: tuple[float | None, ...]
    estimated: tuple[bool, ...]
    colours: tuple[str, str]
    role: Role = "compare"
    short_label: str = ""
    # Several lines of one colour: 0 is the full colour, 1, 2 ... are paler; of dashed lines each
    # has a pattern of its own.
    shade: int = 0
    remarks: tuple[str, ...] = ()
    highs: tuple[float | None, ...] = ()
    is_dashed: bool = False  # what is no series of its own, but a measure of the others
    inexact: tuple[bool, ...] = ()

    @property
    def newest(self) -> float | None:
        """The newest value that is known; None when none is."""
        return next((value for value in reversed(self.y) if value is not None), None)

    @property
    def newest_high(self) -> float | None:
        """The most that the newest known value may be; None when it is exact or unknown."""
        pairs = zip(reversed(self.y), reversed(self.highs), strict=False)
        return next((high for value, high in pairs if value is not None), None)


@dataclass(frozen=True)
class Bar:
    """One bar of a ranking."""

    key: str
    label: str
    value: float
    colours: tuple[str, str]
    note: str = ""
    half_width: float = 0.0  # of the interval that a rounded value stands for
    is_inexact: bool = False  # words call it an estimate


@dataclass(frozen=True)
class Point:
    """Two figures of one thing; `x` is drawn on a log axis, `y` as the chart's is_log says."""

    key: str
    label: str
    x: float
    y: float
    colours: tuple[str, str]
    role: Role = "compare"


@dataclass(frozen=True)
class Band:
    """A stretch of time to be read with care: shaded (estimated), hatched (interpolated), or
    tinted with ticks that say what happened (incident)."""

    start: date
    end: date
    label: str
    kind: Literal["estimated", "interpolated", "incident"]


@dataclass(frozen=True)
class Marker:
    """An event at a date; `day` says when it was where it is not drawn at that very day."""

    at: date
    label: str
    title: str
    day: str = ""


@dataclass(frozen=True)
class Note:
    """A remark at a point of a line."""

    at: date
    value: float
    text: str
    side: Literal["left", "right"] = "left"


@dataclass(frozen=True)
class Level:
    """What a series amounted to over a stretch of time: a thin line."""

    start: date
    end: date
    value: float
    is_inexact: bool = False  # of points of which words call one an estimate


@dataclass(frozen=True)
class Chart:
    """Everything that a pen needs, and everything that a reader must be told."""

    key: str
    title: str
    shown: str
    unit: str
    value_kind: ValueKind
    source: str
    source_url: str
    citation: str
    as_of: str
    frame: pd.DataFrame
    lines: tuple[Line, ...] = ()
    stacks: tuple[Line, ...] = ()  # bars on each other, the first at the bottom
    bars: tuple[Bar, ...] = ()
    points: tuple[Point, ...] = ()
    x_unit: str = ""  # of points
    bands: tuple[Band, ...] = ()
    markers: tuple[Marker, ...] = ()
    notes: tuple[Note, ...] = ()
    levels: tuple[Level, ...] = ()
    caveats: tuple[str, ...] = ()
    day_zero: date | None = None  # lines run over days since an event of each: dates count from it
    is_log: bool = False
    column_labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def series(self) -> tuple[Line, ...]:
        """Everything that runs over time."""
        return (*self.lines, *self.stacks)

    def text(self, value: float | None) -> str:
        """A value of this chart as people write it."""
        return value_text(self.value_kind, value)

    def between(self, low: float | None, high: float | None) -> str:
        """'1.0–6.7 %', or one value where both are the same or the most is not known."""
        least = self.text(low)
        return least if low is None or high is None else wording.interval(least, self.text(high))

    def newest_text(self, line: Line) -> str:
        """The newest value of a line, up to the most that it may be."""
        return self.between(line.newest, line.newest_high)

    @property
    def description(self) -> str:
        """The chart in words, for those who cannot see it."""
        ends = [f"{line.label} {self.text(line.newest)}" for line in self.series]
        ends += [f"{bar.label} {self.text(bar.value)}" for bar in self.bars[:5]]
        ends += [f"{point.label} {self.text(point.y)}" for point in self.points[:5]]
        return f"{self.title}. {self.shown}. Newest values: {', '.join(ends)}."


@dataclass(frozen=True)
class Cited:
    """How a source is named, opened and cited."""

    title: str
    url: str
    citation: str


ARCHIVE_CITED = Cited(
    "Archive of the whole Hugging Face Hub",
    "https://huggingface.co/models",
    "Source: archive of the whole Hugging Face Hub",
)


@dataclass(frozen=True)
class Context:
    """What charts share besides their own rows: the selection, families, events, crossovers, the
    citation of each published source and collector by title, and the collectors by name.

    `others` holds rows of further metrics that a chart asked for, cut down like its own.
    """

    selection: Selection
    families: pd.DataFrame
    events: pd.DataFrame
    crossovers: pd.DataFrame
    citations: Mapping[str, str]
    sources: Mapping[str, Cited] = field(default_factory=dict)
    archives: tuple[str, ...] = ()  # names of the sources of days of the whole Hub
    newest_day: pd.Timestamp | None = None  # of the archive of the whole Hub
    incidents: pd.DataFrame = field(default_factory=pd.DataFrame)
    others: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def value_text(kind: ValueKind, value: float | None) -> str:
    """A value as people write it: 34.7 %, 1.2B, 132 for an index, +1.2M for a change, +8 % for
    growth, 2nd for a rank."""
    return wording.value(kind, value)


def of_marks(chart: Chart, column: str) -> Chart:
    """The chart with the rows of what is drawn alone, which its files and its table hold; `column`
    has the keys of its lines, layers, bars or points."""
    drawn = {mark.key for marks in (chart.series, chart.bars, chart.points) for mark in marks}
    return replace(chart, frame=chart.frame[chart.frame[column].isin(drawn)])


def line_of(
    series: pd.DataFrame,
    time: str,
    value: str,
    *,
    key: str,
    label: str,
    family: str | None,
    context: Context,
    marks: tuple[str, ...] = tuple(REASONS),
) -> Line:
    """One line of rows in the order of time; estimates are those of the reasons `marks`."""
    role: Role = (
        "rest" if family is None
        else "focus" if family == context.selection.focus
        else "compare"
    )  # fmt: skip
    reasons = series["estimate_reason"] if "estimate_reason" in series else ["none"] * len(series)
    return Line(
        key=key,
        label=label,
        short_label=label.split(" (", maxsplit=1)[0],
        x=tuple(day.date() for day in series[time]),
        y=values_of(series[value]),
        estimated=tuple(reason in marks for reason in reasons),
        colours=family_colours(context, family),
        role=role,
        remarks=tuple(REASONS.get(str(reason), "") for reason in reasons),
        inexact=inexact_of(series),
    )


def layer_of(
    rows: pd.DataFrame,
    time: str,
    value: str,
    key: str,
    label: str,
    colours: tuple[str, str],
) -> Line:
    """One series of rows in the order of time, as a layer of stacked bars or a plain line."""
    return Line(
        key=key,
        label=label,
        short_label=label,
        x=tuple(moment.date() for moment in rows[time]),
        y=values_of(rows[value]),
        estimated=(False,) * len(rows),
        colours=colours,
        inexact=inexact_of(rows),
    )


def inexact_of(rows: pd.DataFrame) -> tuple[bool, ...]:
    """Which rows words call an estimate, by is_estimate or estimate_reason; blanks are none."""
    if "is_estimate" in rows:
        return tuple(bool(flag) for flag in rows["is_estimate"].eq(True))
    reasons = rows["estimate_reason"] if "estimate_reason" in rows else [""] * len(rows)
    return tuple(reason in REASONS for reason in reasons)


def stacks_of(
    rows: pd.DataFrame,
    time: str,
    value: str,
    by: str,
    classes: Mapping[str, tuple[str, tuple[str, str]]],
) -> tuple[Line, ...]:
    """One layer a class, in the order of `classes`, each over all times of the rows."""
    times = pd.Index(sorted(rows[time].unique()), name=time)
    columns = [value, *(name for name in ("is_estimate", "estimate_reason") if name in rows)]
    return tuple(
        layer_of(
            rows[rows[by] == key].set_index(time)[columns].reindex(times).reset_index(),
            time, value, key, label, colours,
        )
        for key, (label, colours) in classes.items()
    )  # fmt: skip


def values_of(column: pd.Series) -> tuple[float | None, ...]:
    """Numbers of a column; unknown ones are None."""
    return tuple(float(value) if pd.notna(value) else None for value in column)


def markers_between(
    first: pd.Timestamp, last: pd.Timestamp, context: Context
) -> tuple[Marker, ...]:
    """Highlighted events of the period: all of the focus family, the first of each other."""
    events = highlights_between(first, last, context)
    of_focus = events["family"] == context.selection.focus
    first_of_others = events[~of_focus].drop_duplicates("family")
    return markers_of(pd.concat([events[of_focus], first_of_others]).head(MAX_MARKERS))


def highlights_between(first: pd.Timestamp, last: pd.Timestamp, context: Context) -> pd.DataFrame:
    """Highlighted events of the period, of the selected families or of none."""
    events = context.events
    return events[
        events["is_highlight"]
        & (events["starts_on"] >= first)
        & (events["starts_on"] <= last)
        & (events["family"].isin(list(context.selection.families)) | events["family"].isna())
    ]


def markers_of(events: pd.DataFrame) -> tuple[Marker, ...]:
    """A marker an event, in the order of time."""
    return tuple(
        Marker(
            row["starts_on"].date(),
            str(row["short_label"] if pd.notna(row["short_label"]) else row["title"]),
            str(row["title"]),
        )
        for _, row in events.sort_values("starts_on").iterrows()
    )


def months_between(first: date, last: date) -> int:
    """How many months lie between the months of two dates."""
    return (last.year - first.year) * 12 + last.month - first.month


def family_colours(context: Context, family: str | None) -> tuple[str, str]:
    """Colours of a family in both themes; grey for what is none."""
    if family is None or family not in set(context.families["family"]):
        return REST_COLOURS
    row = context.families.set_index("family").loc[family]
    return str(row["colour_light"]), str(row["colour_dark"])


def citation_of(context: Context, source: str) -> str:
    """The citation of a source by its title."""
    return context.citations.get(source, f"Source: {source}")


def layer_citation(context: Context, basis: str, layer: str, source: str) -> str:
    """The line that the source of a layer asks for: that of the collector where there is one."""
    if basis == "collected" and source not in context.citations:
        return cited(context, COLLECTORS.get(layer, ARCHIVE)).citation
    return citation_of(context, source)


def cited_text(citation: str, as_of: str) -> str:
    """The publisher's own line with the as-of date in its place, or after it, once."""
    if as_of in citation:
        return f"{citation.rstrip('.')}."
    if "{as_of}" in citation:
        return f"{citation.replace('{as_of}', as_of).rstrip('.')}."
    return f"{citation.rstrip('.')}, as of {as_of}."


def plain_caveats(chart: Chart) -> list[str]:
    """What to read a chart with, a sentence or more each."""
    told = [caveat for caveat in chart.caveats if caveat]
    if any(band.kind == "incident" for band in chart.bands):
        told.append("Tinted, with a tick at the bottom: incidents of the counters, see Sources.")
    return told


def with_bands(caveats: Iterable[str], bands: Sequence[Band]) -> list[str]:
    """Caveats with the words of bands that had no room for them: within the explanation of such
    bands where there is one, else as sentences of their own."""
    told = list(caveats)
    for kind, look in BAND_LOOKS.items():
        labels = dict.fromkeys(band.label for band in bands if band.kind == kind)
        new = ", ".join(label for label in labels if not any(label in text for text in told))
        if not new:
            continue
        at = next((at for at, text in enumerate(told) if f"{look}: " in text), None)
        if at is None:
            told.insert(0, f"{look}: {new}.")
        else:
            told[at] = told[at].replace(f"{look}: ", f"{look} ({new}): ", 1)
    return told


def cited(context: Context, name: str) -> Cited:
    """A collector's source by its name."""
    return context.sources.get(name, ARCHIVE_CITED)


def when(moment: Any, time: str) -> str:
    """'September 2026', 'the week of 2026-09-07' or a day."""
    if time == "month":
        return wording.month(moment.date())
    return f"the week of {day(moment)}" if time == "week" else day(moment)


def end_of(moment: pd.Timestamp, time: str) -> pd.Timestamp:
    """The last day of what a row speaks of: of its month or week, or the day itself."""
    if time == "week":
        return moment + pd.Timedelta(days=6)
    return moment + pd.offsets.MonthEnd(0) if time == "month" else moment


def day(moment: Any) -> str:
    """A date as ISO text."""
    return str(pd.Timestamp(moment).date().isoformat())
