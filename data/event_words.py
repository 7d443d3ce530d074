"""What stands before and after an event, in words: a sentence, remarks, a table of texts.

Sentences say when and how much, and never why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd

from data import wording
from data.event_series import FOCUS, MARKET, EventSeries, Grain
from data.event_windows import (
    SIDES,
    Side,
    Windows,
    between,
    first_day,
    level,
    next_first,
    steps,
)

DOWNLOADS = "downloads"
MIN_POINTS = 6  # in both windows together
MANY_TIMES = 10  # from here on a change is told in times, no longer in percent
SMALL_CHANGE = 0.0005
HALF = 0.5
TOLD_INCIDENTS = 3
TABLE_COLUMNS = (
    "what", "before", "after", "change", "slope_before", "slope_after", "points", "note",
)  # fmt: skip
_ESTIMATES = {
    "window_30d": "estimated by the publisher from 30-day windows",
    "interpolated_boundary": "split on a straight line over days that were not seen",
    "stalled_counter": "estimated: counters stood still at a boundary",
    "counter_fell": "estimated: a counter fell and is held until it recovers",
}


def table(rows: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    """The rows as texts: what, before, after, change, slopes and notes."""
    told = [
        {
            "what": f"{_named(row)}, {_measure(row)}",
            "before": _value(row, row["before"]),
            "after": _value(row, row["after"]),
            "change": _change(row),
            "slope_before": _slope_text(row, row["slope_before"]),
            "slope_after": _slope_text(row, row["slope_after"]),
            "points": f"{row['points_before']} and {row['points_after']}"
            + (", too few" if row["is_too_few"] else ""),
            "note": row["note"],
        }
        for row in records(rows)
    ]
    return pd.DataFrame(
        told,
        columns=[
            "what", "before", "after", "change", "slope_before", "slope_after", "points", "note",
        ],
    )  # fmt: skip


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries in which what is not known is None."""
    found: list[dict[str, Any]] = rows.astype(object).where(rows.notna(), None).to_dict("records")
    return found


def _named(row: Any) -> str:
    """What a row of the table is called; names of families keep their letters."""
    name = short_name(row["subject"])
    return f"{name[0].upper()}{name[1:]}" if row["role"] == MARKET else name


def _measure(row: Any) -> str:
    return "share" if row["measure"] == "share" else str(row["unit"])


def _value(row: Any, value: float | None) -> str:
    return wording.percent(value) if row["measure"] == "share" else wording.count(value)


def _change(row: Any) -> str:
    if row["measure"] == "share":
        return points_text(row["change"])
    if row["change_relative"] is None:
        return wording.count_change(row["change"])
    if row["change_relative"] >= MANY_TIMES - 1:
        return f"{wording.times(row['after'] / row['before'])} times"
    return wording.change(row["change_relative"])


def _slope_text(row: Any, slope: float | None) -> str:
    if row["measure"] == "share":
        return points_text(slope)
    # Less than half a download is none, and not minus none.
    return wording.count_change(0 if slope is not None and abs(slope) < HALF else slope)


def points_text(fraction: float | None) -> str:
    """0.032 -> '+3.2 points', 0.00004 -> '+0.004 points'; unknown -> a dash."""
    if fraction is None or not wording.is_known(fraction):
        return wording.NO_VALUE
    # A slope a day is small: it is told to its first digit.
    digits = 1 if abs(fraction) >= SMALL_CHANGE else 3
    rounded = round(100 * fraction, digits)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else "±"
    return f"{sign}{abs(rounded):.{digits if rounded else 1}f} points"


def short_name(subject: str) -> str:
    """A label without what stands in brackets, for sentences."""
    return subject.split(" (", maxsplit=1)[0]


def _day(day: date, *, is_month: bool = False) -> str:
    """'16 February', or the month alone where no more is known."""
    return wording.month_name(day) if is_month else f"{day.day} {wording.month_name(day)}"


def span(first: date, last: date, grain: Grain) -> str:
    """'December–February', 'February', '1–30 March', '16 February – 2 March'."""
    if grain == "month":
        names = [wording.month_name(day) for day in (first, last)]
        return names[0] if (first.year, first.month) == (last.year, last.month) else "–".join(names)
    if first == last:
        return _day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_day(last)}"
    return f"{_day(first)} – {_day(last)}"


def sentence(
    rows: pd.DataFrame, points: pd.DataFrame, series: EventSeries, windows: Windows, releases: str
) -> str:
    """Both levels, what is left out, and what was released about then."""
    if points.empty or not points["value"].notna().any():
        return "Nothing is known of this series yet."
    focus = points[points["role"] == FOCUS]
    name = short_name(series.focus_subject)
    if not focus["value"].notna().any():
        return f"{name} is not in this series."
    row = records(rows[rows["role"] == FOCUS])[0]
    known = focus[focus["share" if row["measure"] == "share" else "value"].notna()]
    if row["before"] is None and row["after"] is None:
        return f"No value of {name} before or after it: {_extent(known, series.grain)}."
    told = [f"{span(windows.left_from, windows.left_to, series.grain)} left out"]
    if row["before"] is None or row["after"] is None:
        told.append(_extent(known, series.grain))
    if row["is_too_few"]:
        few = row["points_before"] + row["points_after"]
        told.append(f"too few points: {few}, at least {MIN_POINTS} are needed")
    sides = [_side(row, side, known, series, windows) for side in SIDES]
    text = f"{', '.join(sides)} ({'; '.join([*told, releases] if releases else told)})."
    return text[0].upper() + text[1:]


def _side(row: Any, side: Side, known: pd.DataFrame, series: EventSeries, windows: Windows) -> str:
    """'December–February 37.7 %', of the periods that are known, or that there are none."""
    if row[side] is None:
        return f"nothing {side} it"
    days = [day.date() for day in between(known, *windows.of(side))["date"]]
    last = next_first(days[-1], series.grain, 1) - timedelta(days=1)
    value = _value(row, row[side]) + ("" if row["measure"] == "share" else f" {row['unit']}")
    return f"{span(days[0], last, series.grain)} {'at least ' if series.is_least else ''}{value}"


def _extent(known: pd.DataFrame, grain: Grain) -> str:
    """'the series runs from July 2024 to September 2026'."""
    first, last = (_moment(day.date(), grain) for day in (known["date"].min(), known["date"].max()))
    return f"the series runs from {first} to {last}"


def _moment(day: date, grain: Grain) -> str:
    """'September 2026', 'the week of 7 September 2026', '3 March 2026'."""
    if grain == "month":
        return wording.month(day)
    return f"{'the week of ' if grain == 'week' else ''}{_day(day)} {day.year}"


def about(series: EventSeries, windows: Windows, scope: str) -> str:
    """Of whom the sentence speaks, of what, and from when to when: 'Qwen: share of text and
    vision-language downloads on the Hub, own account, December 2025 to June 2026'; '' for a series
    that is empty."""
    if series.points.empty:
        return ""
    what = f"share of {series.share_of}" if series.market else f"{series.unit} a {series.grain}"
    # An account has one scope, which its series says itself, and tokens have none.
    whose = f", scope {scope}" if series.basis == "collected" and series.unit == DOWNLOADS else ""
    known = between(series.points, windows.before_from, windows.after_to)
    known = known[(known["role"] == FOCUS) & known["value"].notna()]
    ends = [windows.before_from, windows.after_to]
    if len(known):
        days = [day.date() for day in (known["date"].min(), known["date"].max())]
        ends = [days[0], next_first(days[1], series.grain, 1) - timedelta(days=1)]
    first, last = (_moment(day, "month" if series.grain == "month" else "day") for day in ends)
    return f"{short_name(series.focus_subject)}: {what}{whose}, {first} to {last}"


def near(at: date, ends_on: date) -> tuple[date, date]:
    """From the month before the event to the end of its month: releases that a sentence names."""
    first = next_first(first_day(at, "month"), "month", -1)
    return first, next_first(first_day(ends_on, "month"), "month", 1) - timedelta(days=1)


def outside(releases: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """Releases before and after two days."""
    days = releases["starts_on"]
    return releases[(days < pd.Timestamp(first)) | (days > pd.Timestamp(last))]


def release_rows(events: pd.DataFrame, generations: pd.DataFrame, focus: str) -> pd.DataFrame:
    """Releases of a family with their generation; those of none, and what came before the
    generation's own release (a preview), are left out."""
    own = events[(events["family"] == focus) & (events["kind"] == "release")]
    known = generations[generations["family"] == focus].to_dict("records")
    found = []
    for event in own.to_dict("records"):
        generation = _generation_of(event, known)
        if generation is None:
            continue
        released = generation["released_on"]
        if pd.notna(released) and event["ends_on"] < pd.Timestamp(released):
            continue
        found.append({**event, "generation": generation["generation"], "released_on": released})
    columns = [*events.columns, "generation", "released_on"]
    rows = pd.DataFrame(found, columns=columns).sort_values("starts_on")
    earliest = rows.groupby("generation")["starts_on"].transform("min")
    return rows.assign(first_on=earliest.where(rows["released_on"].isna(), rows["released_on"]))


def _generation_of(event: Any, generations: Sequence[Any]) -> Any | None:
    """The generation whose pattern the event's label or title fits: names of repositories have
    hyphens where titles have spaces."""
    texts = [event[name] for name in ("short_label", "title") if pd.notna(event[name])]
    for text in texts:
        name = text.replace(" ", "-")
        for generation in generations:
            if re.search(generation["name_pattern"], name, re.IGNORECASE):
                return generation
    return None


def released(releases: pd.DataFrame, first: date, last: date) -> Iterator[str]:
    """One clause a generation that was released within two days, in the order of time."""
    days = releases["starts_on"]
    near = releases[(days >= pd.Timestamp(first)) & (days <= pd.Timestamp(last))]
    for generation in near["generation"].unique():
        group = near[near["generation"] == generation]
        begin, end = group.iloc[0], group.iloc[-1]
        is_first = pd.Timestamp(begin["first_on"]) >= begin["starts_on"]
        what = generation if is_first else f"more of {generation}"
        yield f"{what} was released {_when(begin, end)}"


def _when(begin: Any, end: Any) -> str:
    """'on 16 April', 'in June', 'between 16 February and 2 March'."""
    first, last = (row["starts_on"].date() for row in (begin, end))
    is_months = [row["date_precision"] != "day" for row in (begin, end)]
    if first == last:
        return f"{'in' if is_months[0] else 'on'} {_day(first, is_month=is_months[0])}"
    start = (
        str(first.day)
        if not any(is_months) and (first.year, first.month) == (last.year, last.month)
        else _day(first, is_month=is_months[0])
    )
    return f"between {start} and {_day(last, is_month=is_months[1])}"


def remarks(
    points: pd.DataFrame,
    series: EventSeries,
    windows: Windows,
    releases: pd.DataFrame,
    incidents: pd.DataFrame,
) -> Iterator[str]:
    """What a reader needs besides, the most important first."""
    if points.empty:
        return
    yield from _estimates(points, windows, series.grain)
    yield from _unknown(points, windows, series)
    yield from _other_releases(releases, windows)
    yield from _incidents(incidents, series, windows)
    if series.missing:
        yield f"Not in this series: {', '.join(series.missing)}."


def beside(rows: pd.DataFrame) -> str:
    """Downloads of the focus and of the market, before and after."""
    told = [
        f"{short_name(row['subject'])} {_value(row, row['before'])} and then "
        f"{_value(row, row['after'])} ({_change(row)})"
        for row in records(rows)
        if row["measure"] != "share"
        and row["role"] in (FOCUS, MARKET)
        and row["change"] is not None
    ]
    if not told:
        return ""
    unit = rows.loc[rows["measure"] != "share", "unit"].iloc[0]
    return f"{unit.capitalize()}: {'; '.join(told)}."


def pooled(points: pd.DataFrame, series: EventSeries, windows: Windows) -> Iterator[str]:
    """What belongs beside the sentence: of each split of which one period lies in a window and the
    other does not, both together, and the window without it."""
    if points.empty:
        return
    focus = points[(points["role"] == FOCUS) & points["value"].notna()]
    split = focus[focus["pooled_from"].notna()].drop_duplicates("pooled_from")
    for point in split.to_dict("records"):
        pair = focus[focus["date"].isin([point["pooled_from"], point["pooled_to"]])]
        for side in SIDES:
            inside = between(pair, *windows.of(side))
            if len(pair) != 2 or len(inside) != 1:
                continue
            yield _pooled_text(pair, inside, focus, series, windows.of(side))


def _pooled_text(
    pair: pd.DataFrame,
    inside: pd.DataFrame,
    focus: pd.DataFrame,
    series: EventSeries,
    window: tuple[date, date],
) -> str:
    measure = "share" if series.market else "downloads"
    show: Callable[[float | None], str] = wording.percent if series.market else wording.count
    first, last = (day.date() for day in pair["date"])
    text = (
        f"{wording.months(first, last)} were split on a straight line over days that were not "
        f"seen: {show(level(pair, measure))} over both together"
    )
    rest = between(focus, *window)
    rest = rest[rest["date"] != inside["date"].iloc[0]]
    if rest.empty:
        return f"{text}."
    days = [day.date() for day in rest["date"]]
    return f"{text}, {show(level(rest, measure))} in {span(days[0], days[-1], 'month')} alone."


def _estimates(points: pd.DataFrame, windows: Windows, grain: Grain) -> Iterator[str]:
    """Which periods of the windows are estimates of the focus, and of which kind."""
    focus = points[(points["role"] == FOCUS) & points["value"].notna()]
    within = pd.concat([between(focus, *windows.of(side)) for side in SIDES])
    for reason, words in _ESTIMATES.items():
        marked = within[within["estimate_reason"] == reason]
        if len(marked):
            verb = "is" if len(marked) == 1 else "are"
            pooled = marked["pooled_from"].notna().all()
            how = "; slopes take each at the mean of its pair" if pooled else ""
            yield f"{_listed(marked, grain)} {verb} {words}{how}."


def _listed(points: pd.DataFrame, grain: Grain) -> str:
    """'April, May and June 2026', or how many periods where they are many."""
    days = [day.date() for day in points["date"]]
    if len(days) > 1 and grain != "month":
        return f"{len(days)} {grain}s"
    texts = [_moment(day, grain) for day in days]
    if grain == "month":
        texts = [
            wording.month_name(day) if later.year == day.year else wording.month(day)
            for day, later in pairwise(days)
        ] + texts[-1:]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def _unknown(points: pd.DataFrame, windows: Windows, series: EventSeries) -> Iterator[str]:
    """How many periods of a window have no value of the focus, where it has any."""
    focus = points[(points["role"] == FOCUS) & points["value"].notna()]
    for side in SIDES:
        first, last = windows.of(side)
        asked, known = steps(first, last, series.grain) + 1, len(between(focus, first, last))
        if 0 < known < asked:
            verb = "is" if known == 1 else "are"
            yield f"Of the {asked} {series.grain}s {side} it, {known} {verb} known."
    if series.is_least:
        yield (
            "Only the models with the most tokens of a day are named, so values are the least that "
            "they can be; a day on which no model of the family was among them has no value."
        )


def _other_releases(releases: pd.DataFrame, windows: Windows) -> Iterator[str]:
    """Releases of the focus family within the windows that the sentence does not name."""
    for side in SIDES:
        told = list(released(releases, *windows.of(side)))
        if told:
            yield f"In the window {side}: {'; '.join(told)}."


def _incidents(incidents: pd.DataFrame, series: EventSeries, windows: Windows) -> Iterator[str]:
    """Incidents of the series' sources that touch these periods; those of single models do not."""
    touching = incidents[
        incidents["source"].isin(list(series.incident_sources))
        & incidents["level"].isin(["source", "hub"])
        & (incidents["ends_on"] >= pd.Timestamp(windows.before_from))
        & (incidents["starts_on"] <= pd.Timestamp(windows.after_to))
    ].sort_values("starts_on")
    for row in touching.head(TOLD_INCIDENTS).to_dict("records"):
        when = wording.period(row["starts_on"].date(), row["ends_on"].date())
        yield f"Incident of the source, {when}: {row['what']}."
    more = len(touching) - TOLD_INCIDENTS
    if more > 0:
        yield f"{more} more incident{'s' if more > 1 else ''} of the source: see the page Sources."
