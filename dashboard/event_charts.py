"""The chart of a series before and after an event, and which events are offered in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

import data
from dashboard.chart import (
    SCOPE_WORDS,
    Band,
    Chart,
    Context,
    Level,
    Line,
    Marker,
    ValueKind,
    cited_text,
    line_of,
    markers_between,
    of_marks,
)
from dashboard.hub_charts import StudyKind
from data import wording

SAME_MOMENT = timedelta(days=45)  # markers of one moment would stand on each other
LABEL_LETTERS = 22
# The control Measure -> column of the points, how values are written, what they are.
MEASURES: dict[str, tuple[str, ValueKind, str]] = {
    "Share": ("share", "share", "share of {whole}"),
    "Downloads": ("value", "count", "{unit} a {grain}"),
    "Index = 100": ("index", "index", "{unit} a {grain}, mean of the window before = 100"),
}
ESTIMATED = ("window_30d", "interpolated_boundary", "stalled_counter", "counter_fell")


def name_of(event: pd.Series) -> str:
    """How an event is called in the list to choose from and in the address."""
    return f"{event['starts_on'].date().isoformat()} {event['title']}"


def label_of(event: pd.Series) -> str:
    """How an event is called at a marker."""
    return str(event["short_label"] if pd.notna(event["short_label"]) else event["title"])


def in_order(events: pd.DataFrame, focus: str) -> pd.DataFrame:
    """Events of the focus family and of platforms first, then all others; the newest first."""
    is_near = (events["family"] == focus) | (events["scope"] == "platform")
    return (
        events.assign(is_near=is_near, name=events.apply(name_of, axis=1))
        .sort_values(["is_near", "starts_on", "is_highlight"], ascending=False, kind="stable")
        .drop(columns="is_near")
        .reset_index(drop=True)
    )


def first_shown(events: pd.DataFrame, focus: str) -> str:
    """The name of the event that is shown at first: of the focus family the newest highlighted one
    about people, else the newest highlighted one, else any; of all events where it has none.
    `events` as in_order() gives them."""
    own = events[events["family"] == focus]
    lit = own[own["is_highlight"]]
    for rows in (lit[lit["kind"] == "people"], lit, own):
        if len(rows):
            return str(rows.iloc[0]["name"])
    return str(events.iloc[0]["name"])


@dataclass(frozen=True)
class Studied:
    """An event or a date, how it is called at its marker, and what was before and after it."""

    label: str
    study: data.EventStudy


def studied(
    build: Path,
    focus: str,
    rivals: tuple[str, ...],
    scope: str,
    event: str,
    at: date | None,
    event_series: str,
    window: int | None,
) -> Studied:
    """Before and after the event or date that a selection asks for; without one, after the event
    that is shown at first. Raises FilterError for an event, a series or a window that is none."""
    if event_series not in data.EVENT_SERIES:
        raise data.FilterError(
            f"event_series: expected one of {', '.join(data.EVENT_SERIES)}; found {event_series!r}"
        )
    grain = data.EVENT_SERIES[event_series].grain
    starts_on, ends_on, label = at, at, at.isoformat() if at else ""
    if at is None:
        row = _event(build, focus, event)
        starts_on, ends_on = row["starts_on"].date(), row["ends_on"].date()
        label = label_of(row)
    assert starts_on is not None
    study = data.event_study(
        starts_on, focus, rivals, series=event_series, scope=scope, ends_on=ends_on,
        window=window or data.EVENT_WINDOWS[grain][-1], build=build,
    )  # fmt: skip
    return Studied(label, study)


def _event(build: Path, focus: str, name: str) -> pd.Series:
    """The row of an event by its name, or of the one that is shown at first."""
    events = in_order(data.metric("events", build=build), focus)
    found = events[events["name"] == (name or first_shown(events, focus))]
    if found.empty:
        raise data.FilterError(
            f"event: expected its date and title as the page Events lists them, found {name!r}"
        )
    return found.iloc[0]


def event_study(found: Studied, context: Context) -> Chart | None:
    """What was before and after the event or date of the selection."""
    return around_event(found.study, found.label, context)


def around_event(study: data.EventStudy, label: str, context: Context) -> Chart | None:
    """The series with both windows shaded, their levels, and what is left out hatched."""
    series, selection = study.series, context.selection
    measure = selection.measure
    if measure == "Share" and series.market is None:
        measure = "Downloads"
    column, kind, unit = MEASURES[measure]
    points = _shown(study, context)
    if not points[column].notna().any():
        return None
    lines = _lines(points, column, measure, context, study.windows.of("before"))
    if not lines:
        return None
    words = unit.format(whole=series.share_of, unit=series.unit, grain=series.grain)
    what = {"Share": "Share", "Downloads": series.unit.capitalize(), "Index = 100": "Index"}[
        measure
    ]
    chart = Chart(
        key="event_study",
        title=f"{what} before and after, by {series.grain}",
        shown=_whose(series, selection.scope),
        unit=words,
        value_kind=kind,
        source=series.source_title,
        source_url=series.source_url,
        citation=series.citation,
        as_of=series.as_of,
        frame=with_source(
            points.drop(columns=["pooled_value", "pooled_market"]).dropna(axis=1, how="all"), series
        ),
        lines=lines,
        markers=_markers(study, label, points, context),
        is_log=selection.scale == "Log",
        caveats=(
            "Shaded: the windows before and after, with the level of the focus family as a thin "
            f"line. Hatched: left out, {_left_out(study)}.",
            "Dotted: estimates." if points["estimate_reason"].isin(ESTIMATED).any() else "",
            "This series knows no market, so there is no share: downloads are shown."
            if measure != selection.measure
            else "",
            ""
            if series.grain == "month"
            else "Shown: the windows and as much again on both sides.",
        ),
    )
    return _with_levels(of_marks(chart, "subject"), study, column)


def with_source(rows: pd.DataFrame, series: data.EventSeries) -> pd.DataFrame:
    """Rows of a series with where they come from and how that is cited."""
    return rows.assign(
        source=series.source_title,
        as_of=series.as_of,
        citation=cited_text(series.citation, series.as_of),
    )


def _shown(study: data.EventStudy, context: Context) -> pd.DataFrame:
    """Points of the chosen period and of the windows; of days and weeks those around the windows,
    which would be a sliver of some years."""
    windows, selection = study.windows, context.selection
    first, last = windows.before_from, windows.after_to
    points = study.points
    days = points["date"]
    if study.series.grain == "month" and len(points):
        # Without a start or an end, as everywhere, from the first or to the newest month.
        start, end = selection.start or days.min().date(), selection.end or days.max().date()
        first, last = min(first, start), max(last, end)
    elif study.series.grain != "month":
        around = windows.before_to - windows.before_from
        first, last = first - around, last + around
    return points[(days >= pd.Timestamp(first)) & (days <= pd.Timestamp(last))]


def _lines(
    points: pd.DataFrame, column: str, measure: str, context: Context, before: tuple[date, date]
) -> tuple[Line, ...]:
    """One line a subject; the market only beside indexes, since it dwarfs every family. An index
    is an estimate where the window that it counts from holds one."""
    found = []
    for subject in points["subject"].unique():
        rows = points[points["subject"] == subject].sort_values("date")
        role = rows.iloc[0]["role"]
        if not rows[column].notna().any() or (role == "market" and measure != "Index = 100"):
            continue
        family = None if role == "market" else str(rows.iloc[0]["family"])
        line = line_of(
            rows, "date", column, key=subject, label=subject, family=family, context=context,
            marks=ESTIMATED,
        )  # fmt: skip
        if measure == "Index = 100" and holds_estimates(rows, *before):
            line = replace(line, inexact=(True,) * len(line.x))
        found.append(replace(line, role="compare") if family is None else line)
    return tuple(found)


def _whose(series: data.EventSeries, scope: str) -> str:
    if series.basis == "published":
        return "Accounts, not families: a model quantized by someone else is not in it"
    if series.unit != "downloads":
        return "Families by author and name; the models with the most of a day are named"
    return SCOPE_WORDS[scope]


def _bands(study: data.EventStudy, levels: Sequence[str]) -> tuple[Band, ...]:
    """Windows shaded, each with its level in words, and what lies between them hatched."""
    windows, grain = study.windows, study.series.grain
    before, after = levels
    return (
        Band(windows.before_from, _drawn_at(windows.before_to, grain), before, "estimated"),
        Band(windows.left_from, _drawn_at(windows.left_to, grain), "left out", "interpolated"),
        Band(windows.after_from, _drawn_at(windows.after_to, grain), after, "estimated"),
    )


def _drawn_at(last: date, grain: str) -> date:
    """Where a period is drawn, at its first day, by its last day."""
    return {"month": last.replace(day=1), "week": last - timedelta(days=6), "day": last}[grain]


def _with_levels(chart: Chart, study: data.EventStudy, column: str) -> Chart:
    """The chart with the windows, and over them the focus family's levels; an index has none."""
    windows, grain = study.windows, study.series.grain
    measure = {"share": "share", "value": "downloads"}.get(column)
    rows = study.rows[(study.rows["role"] == "focus") & (study.rows["measure"] == measure)]
    row = rows.iloc[0] if len(rows) else pd.Series({"before": None, "after": None})
    own = study.points[study.points["role"] == "focus"]
    spans = {
        "before": (windows.before_from, windows.before_to),
        "after": (windows.after_from, windows.after_to),
    }
    levels = {
        side: Level(
            first, _drawn_at(last, grain), float(row[side]),
            is_inexact=holds_estimates(own, first, last),
        )
        for side, (first, last) in spans.items()
        if pd.notna(row[side])
    }  # fmt: skip
    words = [
        f"{side}: {chart.text(levels[side].value)}" if side in levels else side for side in spans
    ]
    return replace(chart, levels=tuple(levels.values()), bands=_bands(study, words))


def holds_estimates(points: pd.DataFrame, first: date, last: date) -> bool:
    """Whether a known point between two days is an estimate."""
    days = points["date"].between(pd.Timestamp(first), pd.Timestamp(last))
    known = points[days & points["value"].notna()]
    return bool(known["estimate_reason"].isin(ESTIMATED).any())


def _markers(
    study: data.EventStudy, label: str, points: pd.DataFrame, context: Context
) -> tuple[Marker, ...]:
    """The event itself, and highlighted ones that do not stand on it."""
    first, last = points["date"].min(), points["date"].max()
    others = [
        marker
        for marker in markers_between(first, last + pd.offsets.MonthEnd(0), context)
        if abs(marker.at - study.at) > SAME_MOMENT
    ]
    if not first.date() <= study.at <= (last + pd.offsets.MonthEnd(0)).date():
        return tuple(others)
    short = label
    if len(label) > LABEL_LETTERS:
        short = f"{label[: LABEL_LETTERS - 1].rstrip(' :,;(')}…"
    own = Marker(_within_left_out(study), short, label, study.at.isoformat())
    return tuple(sorted([*others, own], key=lambda marker: marker.at))


def _within_left_out(study: data.EventStudy) -> date:
    """The event's day, or the end of the hatched band: of a month drawn at its first day the second
    half lies where the next one begins."""
    reach = {"month": 14, "week": 3, "day": 0}[study.series.grain]
    end = _drawn_at(study.windows.left_to, study.series.grain) + timedelta(days=reach)
    return min(study.at, end)


def _left_out(study: data.EventStudy) -> str:
    windows = study.windows
    if study.series.grain != "month":
        return wording.period(windows.left_from, windows.left_to)
    if windows.left_from.replace(day=1) == windows.left_to.replace(day=1):
        return wording.month(windows.left_from)
    return f"{wording.month(windows.left_from)} to {wording.month(windows.left_to)}"


CHARTS: dict[str, StudyKind] = {
    "event_study": StudyKind(
        "event",
        ("focus", "rivals", "scope", "event", "at", "event_series", "window"),
        studied,
        event_study,
        lambda found: with_source(found.study.points, found.study.series),
    )
}
