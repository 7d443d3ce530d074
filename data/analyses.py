"""Analyses with parameters: what a series was before and after an event, or any date.

-- title: Before and after an event
-- unit: as the column unit says; shares as fractions 0..1
-- grain: subject, measure
-- source: the series that was chosen
-- notes: A window is 1, 2 or 3 months, or the whole weeks or days within 30, 60 or 90 days, on
--   either side of the event's own month, week or day, which is left out. Level: downloads a
--   period, mean of the periods that are known; share: the sum of downloads over the sum of the
--   market, of the same periods. Slope: least squares within a window, a period, from three points
--   on; of two months between which one number was split, each is worth their mean. Fewer than 6
--   points in both windows together are too few. Shares compete, so nothing but the focus has one
--   here: the market and other families stand beside it in absolute numbers. Before and after is
--   all that this says: of what happened in between it says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data import event_series, event_words, queries, warehouse
from data.errors import FilterError
from data.event_series import COMPARE, EXACT, FOCUS, MARKET, SERIES, EventSeries, Grain
from data.event_windows import SIDES, Side, Windows, between, level, steps, windows_around
from data.event_words import MIN_POINTS

MIN_SLOPE_POINTS = 3  # in one window: a line through two points is no trend
ROW_COLUMNS = (
    "subject", "family", "role", "measure", "unit", "before", "after", "change", "change_relative",
    "slope_before", "slope_after", "points_before", "points_after", "is_too_few", "is_estimate",
    "note",
)  # fmt: skip


@dataclass(frozen=True)
class EventStudy:
    """Before and after one date, in numbers and in words.

    `rows`: one a subject and measure with ROW_COLUMNS; `change` is after - before in `unit`,
    `change_relative` the same over before (NULL from zero), slopes are in `unit` a period. NULL is
    not known. `table`: the same as texts. `points`: the whole series with share and index (the mean
    of the window before is 100). `events`: what else is known of the focus family and of platforms
    in these periods. `sentence` is the answer and `about` says of whom, of what and of which years,
    `line` is the same in absolute numbers beside the market, `pooled` what each half of a split is
    worth with its other half, `remarks` what else to read it with.
    """

    at: date
    ends_on: date
    window: int
    series: EventSeries
    windows: Windows
    rows: pd.DataFrame
    table: pd.DataFrame
    points: pd.DataFrame
    events: pd.DataFrame
    about: str
    sentence: str
    line: str
    pooled: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def is_known(self) -> bool:
        """Whether anything is known on either side of the event."""
        return bool(self.rows[["before", "after"]].notna().any(axis=None))

    def window_words(self, side: Side) -> str:
        """'December–February'."""
        return event_words.span(*self.windows.of(side), self.series.grain)


def event_study(
    at: date,
    focus: str,
    rivals: Sequence[str],
    *,
    series: str = "published_months",
    window: int = 3,
    ends_on: date | None = None,
    scope: str = "own",
    build: Path | None = None,
) -> EventStudy:
    """A series before and after a date, or a period from `at` to `ends_on`.

    `series` is a key of SERIES, `window` one of WINDOWS of its grain (months, or days), `scope`
    that of collected downloads. Raises NoBuildError, and FilterError for what is none of these.
    """
    if series not in SERIES:
        raise FilterError(f"series: expected one of {', '.join(SERIES)}; found {series!r}")
    return study(
        event_series.read(series, focus, rivals, scope=scope, build=build),
        at=at,
        ends_on=ends_on,
        window=window,
        scope=scope,
        events=queries.metric("events", build=build),
        generations=warehouse.frame(build, "SELECT * FROM seed__model_generations"),
        incidents=queries.metric("incidents", build=build),
    )


def study(
    series: EventSeries,
    *,
    at: date,
    window: int,
    ends_on: date | None = None,
    scope: str = "own",
    events: pd.DataFrame,
    generations: pd.DataFrame,
    incidents: pd.DataFrame,
) -> EventStudy:
    """The same of frames: a series, read for that scope, and rows as of the metrics events and
    incidents and of the seeds' model_generations."""
    windows = windows_around(at, ends_on, series.grain, window)
    points = _with_shares(series.points, windows)
    rows = _rows(points, series, windows)
    releases = event_words.release_rows(events, generations, series.focus)
    near = event_words.near(at, ends_on or at)
    others = event_words.outside(releases, *near)
    return EventStudy(
        at=at,
        ends_on=ends_on or at,
        window=window,
        series=series,
        windows=windows,
        rows=rows,
        table=event_words.table(rows, series.grain),
        points=points,
        events=_events_within(events, series.focus, windows),
        about=event_words.about(series, windows, scope),
        sentence=event_words.sentence(
            rows, points, series, windows, "; ".join(event_words.released(releases, *near))
        ),
        line=event_words.beside(rows),
        pooled=tuple(event_words.pooled(points, series, windows)),
        remarks=tuple(event_words.remarks(points, series, windows, others, incidents)),
    )


def _with_shares(points: pd.DataFrame, windows: Windows) -> pd.DataFrame:
    """The points with the market of their date, share (NULL without one) and index."""
    market = points[points["role"] == MARKET].set_index("date")["value"]
    values = points["value"].astype("float64")
    whole = points["date"].map(market).astype("float64") if len(market) else values * np.nan
    base = points["subject"].map(
        between(points, *windows.of("before")).groupby("subject")["value"].mean()
    )
    return points.assign(
        market=whole,
        pooled_value=_pooled_mean(points, values),
        pooled_market=_pooled_mean(points, whole),
        share=(values / whole.where(whole > 0)).where(points["role"] != MARKET),
        index=100 * values / base.where(base > 0).astype("float64"),
    )


def _pooled_mean(points: pd.DataFrame, values: pd.Series) -> pd.Series:
    """Values, of which each half of a split is worth the mean of both; alone it stays as it is."""
    pair = points["pooled_from"].fillna(points["date"])
    return values.groupby([points["subject"], pair]).transform("mean").where(values.notna())


def _rows(points: pd.DataFrame, series: EventSeries, windows: Windows) -> pd.DataFrame:
    focus = points[points["role"] == FOCUS]
    found = []
    if len(focus):
        if series.market:
            found.append(_row(focus, "share", "fraction", series, windows))
        found.append(_row(focus, "downloads", _unit(series), series, windows))
    market = points[points["role"] == MARKET]
    if len(market):
        found.append(_row(market, "downloads", _unit(series), series, windows))
        if len(focus):
            others = _all_but(focus, market, series)
            found.append(_row(others, "downloads", _unit(series), series, windows))
    compared = points[points["role"] == COMPARE]
    for subject in compared["subject"].unique():
        rows = compared[compared["subject"] == subject]
        found.append(_row(rows, "downloads", _unit(series), series, windows))
    return pd.DataFrame(found, columns=list(ROW_COLUMNS))


def _unit(series: EventSeries) -> str:
    return f"{series.unit} a {series.grain}"


def _all_but(focus: pd.DataFrame, market: pd.DataFrame, series: EventSeries) -> pd.DataFrame:
    """The market without the focus, of dates of which both are known."""
    by_date = focus.set_index("date")
    own, pooled = (market["date"].map(by_date[name]) for name in ("value", "pooled_value"))
    reasons = market["date"].map(by_date["estimate_reason"]).fillna(EXACT)
    return market.assign(
        estimate_reason=market["estimate_reason"].where(reasons == EXACT, reasons),
        subject=f"all but {event_words.short_name(series.focus_subject)}",
        value=market["value"] - own,
        pooled_value=market["pooled_value"] - pooled,
    )


def _row(
    points: pd.DataFrame, measure: str, unit: str, series: EventSeries, windows: Windows
) -> dict[str, Any]:
    """Levels, change and slopes of one subject in one measure."""
    column = "share" if measure == "share" else "value"
    sides = {side: between(points[points[column].notna()], *windows.of(side)) for side in SIDES}
    before, after = (level(sides[side], measure) for side in SIDES)
    change = None if before is None or after is None else after - before
    slopes = [_slope(sides[side], measure, windows.of(side)[0], series.grain) for side in SIDES]
    counts = [len(sides[side]) for side in SIDES]
    notes = [text for side in SIDES for text in _notes(sides[side], side, windows, series.grain)]
    is_estimate = any(_estimated(sides[side], windows.of(side)) for side in SIDES)
    first = points.iloc[0]
    return dict(
        zip(
            ROW_COLUMNS,
            (
                first["subject"], first["family"], first["role"], measure, unit, before, after,
                change, change / before if change is not None and before else None, *slopes,
                *counts, sum(counts) < MIN_POINTS, is_estimate, "; ".join(notes),
            ),
            strict=True,
        )
    )  # fmt: skip


def _slope(points: pd.DataFrame, measure: str, first: date, grain: Grain) -> float | None:
    """Least squares, a period; a period that is missing keeps its place on the axis."""
    if len(points) < MIN_SLOPE_POINTS:
        return None
    places = [steps(first, day.date(), grain) for day in points["date"]]
    values = points["pooled_value"].astype("float64")
    if measure == "share":
        values = values / points["pooled_market"]
    slope, _ = np.polyfit(places, values, 1)
    return float(slope)


def _estimated(points: pd.DataFrame, window: tuple[date, date]) -> bool:
    """Whether a sum over these points is an estimate: both halves of a split add up exactly."""
    marked = points[points["estimate_reason"].to_numpy() != EXACT]
    return len(marked) > 0 and any(
        not _holds_pair(row, window) for row in marked.to_dict("records")
    )


def _holds_pair(point: Any, window: tuple[date, date]) -> bool:
    """Whether both periods of a point's split lie in a window."""
    if pd.isna(point["pooled_from"]):
        return False
    pair = (point["pooled_from"].date(), point["pooled_to"].date())
    return all(window[0] <= day <= window[1] for day in pair)


def _notes(points: pd.DataFrame, side: Side, windows: Windows, grain: Grain) -> Iterator[str]:
    """What to know of one side: how many of its periods are known, and which are estimates."""
    first, last = windows.of(side)
    asked = steps(first, last, grain) + 1
    if len(points) < asked:
        yield f"{side}: {len(points)} of {periods_text(asked, grain)} known"
    marked = points[points["estimate_reason"].to_numpy() != EXACT]
    if len(marked):
        yield f"{side}: {len(marked)} of {periods_text(len(points), grain)} estimated"


def periods_text(count: int, grain: Grain) -> str:
    """'1 month', '2 months'."""
    return f"{count} {grain}" if count == 1 else f"{count} {grain}s"


def _events_within(events: pd.DataFrame, focus: str, windows: Windows) -> pd.DataFrame:
    """Events of the focus family and of platforms from the first day to the last of the study."""
    chosen = events[(events["family"] == focus) | (events["scope"] == "platform")]
    return chosen[
        (chosen["ends_on"] >= pd.Timestamp(windows.before_from))
        & (chosen["starts_on"] <= pd.Timestamp(windows.after_to))
    ]
