"""The sentence of a chart, by rules: who leads, where the focus stands, and how far it has moved.

Values, labels and dates go in, one sentence without its full stop comes out, with a number and its
date. Without a value there is no sentence. Clauses that do not fit a slide's title are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from data import wording
from data.wording import is_known

MOST_LETTERS = 110  # two lines of a slide's title
FEW = 2  # names in a row; of more the first and how many others
# How a value's date is told: of a reading, of a whole week or month, of the days before a reading,
# of everything up to a reading, or as an age in days.
Period = Literal["day", "week", "month", "30 days", "7 days", "total", "age"]
_SAME = "did not change"
_BASE = 100  # of an index
_CLOSE = 0.95  # of the first: a second that must be named
_SMALL = 0.01  # a share of which the points gained or lost say little


@dataclass(frozen=True)
class Series:
    """Values over time, as long as `dates`; what else is of that length may be empty. `highs` are
    the most that a value may be where only the least of it is seen, `margins` how far a rounded
    one may be off to either side. What is no rival of the others, as the median of all, is not
    `is_ranked`; nor is what `is_rest`: a part of the same whole that is unknown or nobody's."""

    label: str
    dates: tuple[date, ...]
    values: tuple[float | None, ...]
    estimated: tuple[bool, ...] = ()
    highs: tuple[float | None, ...] = ()
    is_ranked: bool = True
    margins: tuple[float, ...] = ()
    is_rest: bool = False


@dataclass(frozen=True)
class Item:
    """One value of a ranking, how far it may be off to either side, and whether it is what is
    unknown or nobody's."""

    label: str
    value: float
    margin: float = 0.0
    is_estimate: bool = False
    is_rest: bool = False


@dataclass(frozen=True)
class Told:
    """How values are told: their kind (see wording.value), what they are ('downloads', 'of all
    downloads'), what their dates mean, who is in focus, and the day until which was read, which
    tells a period that is not over. `zero` is the day from which ages count; `at_least`: values are
    the least that they can be, so that no order is known; `part`: what of each is told, as
    'derivatives', with which the labels end."""

    kind: str
    noun: str = ""
    period: Period = "day"
    focus: str | None = None
    read_until: date | None = None
    zero: date | None = None
    at_least: bool = False
    part: str = ""


@dataclass(frozen=True)
class _Point:
    """A value that is known, and between what it may lie."""

    label: str
    at: date
    value: float
    low: float
    high: float
    is_estimate: bool = False

    @property
    def is_open(self) -> bool:
        """Whether only the least of it is seen."""
        return self.low == self.value < self.high

    @property
    def margin(self) -> float:
        """How far it may be off by rounding."""
        return self.value - self.low


def of_lines(series: Sequence[Series], told: Told) -> str:
    """Of rivals over time: the focus's value and place in the newest whole period, what it has
    gained or lost since the first one shown, and who leads or follows."""
    points = {one.label: _points(one, told) for one in series}
    known = [one.label for one in series if _is_rival(one) and points[one.label]]
    if not known:
        return ""
    at = max(points[label][-1].at for label in known)
    if told.focus in known:
        at = points[str(told.focus)][-1].at
    now = [point for label in known for point in points[label] if point.at == at]
    now.sort(key=lambda point: point.value, reverse=told.kind != "rank")
    who = next((point for point in now if point.label == told.focus), now[0])
    first = points[who.label][0]
    if told.kind == "rank":
        return _ranks(who, first, now, told)
    if told.kind == "index":
        begins = {points[label][0].at for label in known}
        return _index(who, first, now if len(begins) == 1 else [who], told, drawn=len(known))
    rest = _rest([p for one in series if one.is_rest for p in points[one.label] if p.at == at])
    moved = _moved(who, first, told)
    return _level(who, now, told, moved, rest=rest, drawn=len(known))


def of_parts(series: Sequence[Series], told: Told, whole: str = "") -> str:
    """Of the parts of a whole over time: the largest one in the newest whole period, what it has
    gained or lost, and what is not known. `whole` is whose parts they are."""
    points = {one.label: _points(one, told) for one in series}
    known = [points[one.label] for one in series if _is_rival(one) and points[one.label]]
    if not known:
        return ""
    at = max(found[-1].at for found in known)
    now = sorted(
        (found for found in known if found[-1].at == at),
        key=lambda found: found[-1].value,
        reverse=True,
    )
    largest, first = now[0][-1], now[0][0]
    moved = _moved(largest, first, told)
    rest = _rest([p for one in series if one.is_rest for p in points[one.label] if p.at == at])
    if len(known) == 1:
        return _level(largest, [largest], told, moved, rest=rest)
    level = [found[-1] for found in now if _is_level(found[-1], largest, told)]
    what = f"{_of(whole)} largest part" if whole else "The largest part"
    if len(level) > 1:
        values = f"{_names(level, told)} with {_counted(largest, told)} each"
        return _fitted(f"{what}s {_when(at, told)} are {values}", _rest_clause(rest, largest, told))
    core = f"{what} {_when(at, told)} is {largest.label} with "
    return _fitted(
        (f"{core}{_counted(largest, told)}", f"{core}{_text(largest, told)}"),
        (_close_second([found[-1] for found in now], told), 1),
        (moved, 2),
        _rest_clause(rest, largest, told),
    )


def of_nested(series: Sequence[Series], told: Told) -> str:
    """Of series of which one holds the next, so that none leads: the newest value of each, the
    first ones first."""
    found = [points[-1] for one in series if (points := _points(one, told))]
    if not found:
        return ""
    at = max(point.at for point in found)
    points = [point for point in found if point.at == at]
    first, *others = [f"{point.label}: {_text(point, told)}" for point in points]
    first = f"{first} {told.noun}".rstrip()
    more = [(f"; {value}", place) for place, value in enumerate(others)]
    return _fitted(f"{_capital(_when(at, told))}, {first}", *more)


def of_growth(own: Series, others: Sequence[Series], told: Told) -> str:
    """Of changes from one period to the next: the newest one, and those of others, as the market's.
    `told.noun` is what has changed."""
    points = _points(own, told)
    if not points:
        return ""
    now = points[-1]
    core = f"{_of(own.label)} {told.noun} {_grew(now)} {_when(now.at, told)}"
    beside = [point for one in others for point in _points(one, told) if point.at == now.at]
    return _fitted(core, *((f"; {_of(point.label)} {_grew(point)}", 1) for point in beside))


def of_split(total: Series, parts: Sequence[Series], told: Told, whose: str) -> str:
    """Of a change that is split into parts: the newest one. `told.noun` is what has changed."""
    points = _points(total, told)
    if not points:
        return ""
    now = points[-1]
    about, size = "≈ " if now.is_estimate else "", wording.count(abs(now.value))
    moved = f"{'rose' if now.value > 0 else 'fell'} by {about}{size}" if size != "0" else _SAME
    beside = [point for one in parts for point in _points(one, told) if point.at == now.at]
    split = ", ".join(f"{point.label} {_text(point, told)}" for point in beside)
    return _fitted(
        f"{_of(whose)} {told.noun} {moved} {_when(now.at, told)}",
        (f": {split}" if split else "", 1),
    )


def of_bars(items: Sequence[Item], told: Told, at: date) -> str:
    """Of a ranking at one time: who is first, by how much, and where the focus stands."""
    ranked = _ranked([one for one in items if not one.is_rest], at)
    if not ranked:
        return ""
    own = next((point for point in ranked if point.label == told.focus), ranked[0])
    rest = _rest(_ranked([one for one in items if one.is_rest], at))
    if told.at_least:
        return _level(own, ranked, told, rest=rest)
    place = _place(own, ranked, told) if own in ranked[2:] else ""
    more = f"; {own.label} {_is(told)} {place}" if place else ""
    return _level(ranked[0], ranked, told, with_ratio=True, more=more, rest=rest)


def of_points(items: Sequence[Item], told: Told, at: date, things: str) -> str:
    """Of `things` with two figures each: how many there are, which one is highest, and where the
    focus stands."""
    points = _ranked(items, at)
    if not points:
        return ""
    top = points[0]
    own = next((point for point in points if point.label == told.focus), top)
    if len(points) == 1 or told.at_least:
        return _level(own, points, told)
    level = [point for point in points if _is_level(point, top, told)]
    within = [point for point in points[1:] if point.high >= top.low]
    if top.margin and within:
        whom = within[0].label
        if len(within) > 1:
            whom = f"{wording.spelled(len(within))} others"
        return (
            f"{top.label} scores {_counted(top, told)} {_when(at, told)}, level within the margins "
            f"of error with {whom}"
        )
    verb = f"{_names(level, told)} are" if len(level) > 1 else f"{top.label} is"
    value = f"{_counted(top, told)}{' each' if len(level) > 1 else ''} {_when(at, told)}"
    place = "" if own in level else _place(own, points, told)
    clause = f"; {own.label} is {place} with {_text(own, told)}" if place else ""
    number = wording.spelled(len(points))
    cores = (
        f"Of {number} {things}, {verb} highest with {value}",
        f"{verb[:1].upper()}{verb[1:]} highest of {number} with {value}",
    )
    return _fitted(cores, (clause, 1))


def of_levels(
    label: str,
    before: float | None,
    after: float | None,
    told: Told,
    at: date,
    estimated: tuple[bool, bool] = (False, False),
) -> str:
    """Of what a series amounted to before and after the day of an event, where both are known;
    `estimated` says of which of the two a part is an estimate."""
    if before is None or after is None or not is_known(before) or not is_known(after):
        return ""
    then, now = (
        _Point(label, at, value, value, value, flag)
        for value, flag in zip((before, after), estimated, strict=True)
    )
    move = "as much as" if _is_level(now, then, told) else _up_or_down(now, then)
    core = f"{label} averages {_counted(now, told)} after {wording.whole_day(at)}"
    return f"{core}, {move} {_text(then, told)} before"


def _is_rival(series: Series) -> bool:
    return series.is_ranked and not series.is_rest


def _ranked(items: Sequence[Item], at: date) -> list[_Point]:
    """Known values, the largest first."""
    return [
        _Point(
            one.label, at, one.value, one.value - one.margin, one.value + one.margin,
            one.is_estimate,
        )
        for one in sorted(items, key=lambda one: one.value, reverse=True)
        if is_known(one.value)
    ]  # fmt: skip


def _points(series: Series, told: Told) -> list[_Point]:
    """Known values, oldest first, without the period that is not over, if there are others."""
    size = len(series.dates)
    highs, estimated = series.highs or (None,) * size, series.estimated or (False,) * size
    margins = series.margins or (0.0,) * size
    found = [
        _Point(series.label, at, value, value - off, value + off if high is None else high, flag)
        for at, value, high, off, flag in zip(
            series.dates, series.values, highs, margins, estimated, strict=True
        )
        if value is not None and is_known(value)
    ]
    found.sort(key=lambda point: point.at)
    if told.kind == "index" and found:
        found = _on_base(found)
    whole = [point for point in found if _is_over(point.at, told)]
    return whole or found


def _on_base(points: list[_Point]) -> list[_Point]:
    """Points of an index: its base is 100 by definition, and an estimated one makes estimates of
    all that follow."""
    base, *later = points
    if round(base.value) != _BASE:
        return points
    return [
        replace(base, is_estimate=False),
        *(replace(point, is_estimate=point.is_estimate or base.is_estimate) for point in later),
    ]


def _is_over(at: date, told: Told) -> bool:
    days = {"week": 6, "month": 27}.get(told.period, 0)
    last = at + timedelta(days=days)
    if told.period == "month":
        last = (at.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return told.read_until is None or last <= told.read_until


def _level(
    who: _Point,
    ranked: Sequence[_Point],
    told: Told,
    moved: str = "",
    *,
    with_ratio: bool = False,
    more: str = "",
    rest: _Point | None = None,
    drawn: int = 0,
) -> str:
    """Who stands where among rivals, the largest first; `drawn` is how many there are at any
    time."""
    value, when = _counted(who, told), _when(who.at, told)
    level = [point for point in ranked if _is_level(point, who, told)]
    others = [point for point in ranked if point not in level]
    ahead = [point for point in others if point.value > who.value]
    top = ranked[0]
    unknown = _rest_clause(rest, top, told)
    if len(ranked) == 1 or told.at_least:
        return _fitted(_cores(who.label, _verb(told), who, told), (moved, 2), unknown)
    if len(level) == len(ranked):
        names = _names(level, told)
        if len(level) > FEW:
            names = _all_of(_number(ranked, drawn, told), told)
        return _fitted(f"{names} stand at {value} {when}", unknown)
    is_plural = bool(told.part)
    if not ahead and len(level) > 1 and _is_clear(who, others):
        return _fitted(f"{_names(level, told)} lead with {value} each {when}", unknown, (more, 3))
    if not ahead and len(level) == 1 and _is_clear(who, others):
        cores = _cores(who.label, "lead with" if is_plural else "leads with", who, told)
        second = _beside(who, others, told, with_ratio=with_ratio)
        among = ""
        if told.period == "age" and len(ranked) < drawn:
            among = f", of {_number(ranked, drawn, told).removeprefix('the ')}"
        return _fitted(cores, (among, 1), (moved, 2), (second, 3), (more, 4), unknown)
    place = _place(who, ranked, told)
    if place:
        number = _number(ranked, drawn, told)
        is_last = ranked[-1] is who and len(ranked) > 2
        place = f", {'last' if is_last else place} of {number}"
    leads = f"; {top.label} {'lead' if is_plural else 'leads'} with {_text(top, told)}"
    is_led = bool(ahead) and _is_clear(top, [p for p in ranked if p is not top])
    if is_led and any(_is_level(p, top, told) for p in ahead if p is not top):
        is_led = False
    return _fitted(
        _cores(who.label, _verb(told), who, told),
        (place, 1),
        (moved, 4),
        (leads if is_led else "", 2),
        (more, 5),
        (unknown[0], unknown[1] and 3),
    )


def _cores(label: str, verb: str, who: _Point, told: Told) -> tuple[str, str]:
    """'Qwen holds 30.0 % of all downloads in July 2026', and the same without what is counted."""
    when = _when(who.at, told)
    return (
        f"{label} {verb} {_counted(who, told)} {when}",
        f"{label} {verb} {_text(who, told)} {when}",
    )


def _is_level(one: _Point, other: _Point, told: Told) -> bool:
    """Whether nobody sees a difference."""
    return _text(one, told).strip("≈ ") == _text(other, told).strip("≈ ")


def _is_clear(who: _Point, others: Sequence[_Point]) -> bool:
    """Whether it is larger than any of the others may be."""
    return all(who.low > other.high for other in others)


def _place(who: _Point, ranked: Sequence[_Point], told: Told) -> str:
    """'third' or 'joint third'; '' where what is not seen may turn it."""
    level = [point for point in ranked if _is_level(point, who, told)]
    ahead = [point for point in ranked if point not in level and point.value > who.value]
    behind = [point for point in ranked if point not in level and point not in ahead]
    if told.at_least or not _is_clear(who, behind):
        return ""
    if not all(point.low > who.high for point in ahead):
        return ""
    return f"{'joint ' if len(level) > 1 else ''}{wording.place(len(ahead) + 1)}"


def _number(ranked: Sequence[_Point], drawn: int, told: Told) -> str:
    """'the six shown', since others may lie between them, or 'the four with a value at that age'
    where more are drawn; 'six' of a ranking of all."""
    number = wording.spelled(len(ranked))
    if len(ranked) >= drawn:
        return f"the {number} shown" if drawn else number
    return f"the {number} with a value {'at that age' if told.period == 'age' else 'then'}"


def _all_of(number: str, told: Told) -> str:
    """'All six', 'The derivatives of all six'."""
    number = number.removeprefix("the ").removesuffix(" shown")
    return f"The {told.part} of all {number}" if told.part else f"All {number}"


def _beside(who: _Point, others: Sequence[_Point], told: Told, *, with_ratio: bool) -> str:
    """Who comes next, or how many times that the first is."""
    second = others[0]
    if with_ratio and told.kind == "count" and second.value > 0:
        about = "≈ " if who.is_estimate or second.is_estimate else ""
        times = f"{about}{wording.times(who.value / second.value)} times"
        return f", {times} {_of(second.label)} {_text(second, told)}"
    level = [point for point in others if _is_level(point, second, told)]
    if not _is_clear(second, [point for point in others if point not in level]):
        return ""
    if len(level) > 1:
        return f"; {_names(level, told)} follow with {_text(second, told)} each"
    return f"; {second.label} {'follow' if told.part else 'follows'} with {_text(second, told)}"


def _close_second(ranked: Sequence[_Point], told: Told) -> str:
    """', just ahead of B with 32.4 %', where the second is nearly as large; else ''."""
    first, second = ranked[:2]
    if second.value < _CLOSE * first.value:
        return ""
    return f", just ahead of {second.label} with {_text(second, told)}"


def _rest(points: Sequence[_Point]) -> _Point | None:
    """The largest of what is unknown or nobody's, if there is any."""
    return max((point for point in points if point.value), key=lambda p: p.value, default=None)


def _rest_clause(rest: _Point | None, top: _Point, told: Told) -> tuple[str, int]:
    """'; unknown: 51.1 %': it must be said where it exceeds the first of all."""
    if rest is None or told.kind not in {"share", "count"}:
        return "", 1
    return f"; {rest.label}: {_text(rest, told)}", 0 if rest.value > top.value else 1


def _index(who: _Point, first: _Point, ranked: Sequence[_Point], told: Told, *, drawn: int) -> str:
    core = f"{who.label} {'stand' if told.part else 'stands'} at {_text(who, told)} "
    at, now = _then(first.at, told), _text(who, told)
    moved = f", {_up_or_down(who, first)} {_text(first, told)} {at}"
    if _is_level(who, first, told):
        moved = f", as {at}"
    top = ranked[0]
    highest = f"; {top.label} is highest with {_text(top, told)}"
    if top is who or _text(top, told) == now:
        highest = f", the highest of {_number(ranked, drawn, told)}"
    is_told = len(ranked) > 1 and (top is not who or not _is_level(ranked[1], who, told))
    return _fitted(
        f"{core}{_when(who.at, told)}",
        (moved if first.at != who.at else "", 1),
        (highest if is_told else "", 2),
    )


def _ranks(who: _Point, first: _Point, ranked: Sequence[_Point], told: Told) -> str:
    by = " by an estimate" if who.is_estimate else " by what is seen" if told.at_least else ""
    core = f"{who.label} {_is(told)} {wording.place(round(who.value))} {_when(who.at, told)}{by}"
    move = "up from" if who.value < first.value else "down from"
    about = "an estimated " if first.is_estimate else ""
    moved = f", {move} {about}{wording.place(round(first.value))} {_then(first.at, told)}"
    if who.value == first.value:
        moved = f", as {_then(first.at, told)}"
    rank = 2 if who.value == 1 else 1
    others = [point.label for point in ranked if point.value == rank]
    beside = f"; {others[0]} is {wording.place(rank)}" if len(others) == 1 else ""
    return _fitted(core, (moved if first.at != who.at else "", 1), (beside, 2))


def _moved(now: _Point, first: _Point, told: Told) -> str:
    """What has been gained or lost since the first value, or ''."""
    is_open = told.at_least or now.is_open or first.is_open
    if is_open or now.at == first.at or told.period == "age":
        return ""
    difference = abs(now.value - first.value)
    if _is_level(now, first, told) or difference <= now.margin + first.margin:
        return f", as {_then(first.at, told)}"
    since, word = f"since {_named(first.at, told)}", "up" if now.value > first.value else "down"
    about = "≈ " if now.is_estimate or first.is_estimate else ""
    if told.kind == "share" and min(now.value, first.value) >= _SMALL and difference >= 0.0005:
        return f", {word} {about}{wording.score(100 * difference)} points {since}"
    percent = 0  # of nothing, and less than half a percent: both values say more
    if told.kind == "count" and first.value > 0:
        percent = round(100 * (now.value / first.value - 1))
    if percent >= 100:
        times = wording.times(now.value / first.value)
        return f", {about}{times} times that of {_named(first.at, told)}"
    # Only what has gone altogether is down 100 %.
    if percent and (percent > -100 or not now.value):
        return f", {word} {about}{abs(percent)} % {since}"
    return f", {_up_or_down(now, first)} {_text(first, told)} {_then(first.at, told)}"


def _up_or_down(now: _Point, then: _Point) -> str:
    return "up from" if now.value > then.value else "down from"


def _grew(point: _Point) -> str:
    text = wording.change(point.value).lstrip("+−±")
    if text == "0 %":
        return _SAME
    if -1 < point.value < 0 and text == "100 %":
        text = "more than 99 %"
    about = "≈ " if point.is_estimate else ""
    return f"{'rose' if point.value > 0 else 'fell'} {about}{text}"


def _text(point: _Point, told: Told) -> str:
    """A value in words: ≈ for an estimate, both ends of an interval that is seen."""
    text = wording.value(told.kind, point.value)
    if point.is_open:
        text = wording.interval(text, wording.value(told.kind, point.high))
    return f"{'at least ' if told.at_least else ''}{'≈ ' if point.is_estimate else ''}{text}"


def _counted(point: _Point, told: Told) -> str:
    """A value with what it counts: '394M downloads', '1 model'."""
    text = _text(point, told)
    noun = told.noun.removesuffix("s") if text == "1" else told.noun
    return f"{text} {noun}" if noun else text


def _verb(told: Told) -> str:
    if told.part:
        return "hold" if told.kind == "share" else "have"
    return {"share": "holds", "score": "scores"}.get(told.kind, "has")


def _is(told: Told) -> str:
    return "are" if told.part else "is"


def _when(at: date, told: Told) -> str:
    if told.period == "month":
        return f"in {wording.month(at)}"
    if told.period == "age":
        days = (at - (told.zero or at)).days
        return f"{days:,} {'day' if days == 1 else 'days'} after its release"
    day = wording.whole_day(at)
    before = {
        "week": "in the week of",
        "30 days": "in the 30 days to",
        "7 days": "in the 7 days to",
        "total": "by",
    }
    return f"{before.get(told.period, 'on')} {day}"


def _named(at: date, told: Told) -> str:
    if told.period == "month":
        return wording.month(at)
    return f"{'the week of ' if told.period == 'week' else ''}{wording.whole_day(at)}"


def _then(at: date, told: Told) -> str:
    return f"{'in' if told.period in {'month', 'week'} else 'on'} {_named(at, told)}"


def _of(label: str) -> str:
    """Qwen's; a name in the plural takes the mark alone."""
    return f"{label}'" if label.endswith("s") and " " in label else f"{label}'s"


def _names(points: Sequence[_Point], told: Told) -> str:
    """'Qwen and Llama', 'Qwen and three others'; of parts 'Qwen's derivatives and those of ...'."""
    labels = [point.label for point in points]
    if len(labels) > FEW:
        others = f"{wording.spelled(len(labels) - 1)} others"
        return f"{labels[0]} and {'those of ' if told.part else ''}{others}"
    return " and ".join(labels)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _fitted(core: str | tuple[str, ...], *clauses: tuple[str, int]) -> str:
    """A sentence with as many of its clauses as fit, those of the lowest number first; one of
    number 0 is said in any case. Of several cores, ever shorter, the first that leaves it room."""
    cores = (core,) if isinstance(core, str) else core
    must = sum(len(text) for text, weight in clauses if weight == 0)
    chosen = next((one for one in cores if len(one) + must <= MOST_LETTERS), cores[-1])
    room, kept = MOST_LETTERS - len(chosen), set()
    for place, (text, weight) in sorted(enumerate(clauses), key=lambda clause: clause[1][1]):
        if weight == 0 or len(text) <= room:
            kept.add(place)
            room -= len(text)
    return chosen + "".join(text for place, (text, _) in enumerate(clauses) if place in kept)
