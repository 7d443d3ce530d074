"""The sentence of a chart, by rules: who leads, where the focus stands, and how far it has moved.

Values, labels and dates go in, one sentence without its full stop comes out, with a number and its
date. Without a value there is no sentence. Clauses that do not fit a slide's title are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Series:
    """Values over time, as long as `dates`; `estimated` and `highs` may be empty. `highs` are the
    most that a value may be where only the least of it is seen. What is no rival of the others,
    as what is unknown or the median of all, is not `is_ranked`."""

    label: str
    dates: tuple[date, ...]
    values: tuple[float | None, ...]
    estimated: tuple[bool, ...] = ()
    highs: tuple[float | None, ...] = ()
    is_ranked: bool = True


@dataclass(frozen=True)
class Item:
    """One value of a ranking, and how far it may be off to either side."""

    label: str
    value: float
    margin: float = 0.0


@dataclass(frozen=True)
class Told:
    """How values are told: their kind (see wording.value), what they are ('downloads', 'of all
    downloads'), what their dates mean, who is in focus, and the day until which was read, which
    tells a period that is not over. `zero` is the day from which ages count; `at_least`: values are
    the least that they can be; `is_plural`: so are the labels."""

    kind: str
    noun: str = ""
    period: Period = "day"
    focus: str | None = None
    read_until: date | None = None
    zero: date | None = None
    at_least: bool = False
    is_plural: bool = False


@dataclass(frozen=True)
class _Point:
    """A value that is known, and between what it may lie."""

    label: str
    at: date
    value: float
    low: float
    high: float
    is_estimate: bool = False


def of_lines(series: Sequence[Series], told: Told) -> str:
    """Of rivals over time: the focus's value and place in the newest whole period, what it has
    gained or lost since the first one shown, and who leads or follows."""
    points = {one.label: _points(one, told) for one in series}
    known = [one.label for one in series if one.is_ranked and points[one.label]]
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
        return _index(who, first, now if len(begins) == 1 else [who], told)
    return _level(who, now, told, _moved(who, first, told))


def of_parts(series: Sequence[Series], told: Told, whole: str = "") -> str:
    """Of the parts of a whole over time: the largest one in the newest whole period, what it has
    gained or lost, and what is not known. `whole` is whose parts they are."""
    points = {one.label: _points(one, told) for one in series}
    known = [points[one.label] for one in series if one.is_ranked and points[one.label]]
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
    if len(known) == 1:
        return _level(largest, [largest], told, moved)
    level = [found[-1] for found in now if _text(found[-1], told) == _text(largest, told)]
    what = f"{_of(whole)} largest part" if whole else "The largest part"
    if len(level) > 1:
        values = f"{_names(level)} with {_counted(largest, told)} each"
        return f"{what}s {_when(at, told)} are {values}"
    unknown = [
        f"; {point.label}: {_text(point, told)}"
        for one in series
        for point in points[one.label]
        if not one.is_ranked and point.at == at and point.value
    ]
    return _fitted(
        f"{what} {_when(at, told)} is {largest.label} with {_counted(largest, told)}",
        (moved, 1),
        ("".join(unknown[:1]), 2),
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
    size = f"{'rose' if now.value > 0 else 'fell'} by {wording.count(abs(now.value))}"
    beside = [point for one in parts for point in _points(one, told) if point.at == now.at]
    split = ", ".join(f"{point.label} {_text(point, told)}" for point in beside)
    return _fitted(
        f"{_of(whose)} {told.noun} {size if now.value else _SAME} {_when(now.at, told)}",
        (f": {split}" if split else "", 1),
    )


def of_bars(items: Sequence[Item], told: Told, at: date) -> str:
    """Of a ranking at one time: who is first, by how much, and where the focus stands."""
    ranked = [
        _Point(one.label, at, one.value, one.value - one.margin, one.value + one.margin)
        for one in sorted(items, key=lambda one: one.value, reverse=True)
        if is_known(one.value)
    ]
    if not ranked:
        return ""
    own = next((point for point in ranked[2:] if point.label == told.focus), None)
    place = f"; {own.label} is {wording.place(ranked.index(own) + 1)}" if own else ""
    return _level(ranked[0], ranked, told, with_ratio=True, more=place)


def of_points(items: Sequence[Item], told: Told, at: date, things: str) -> str:
    """Of `things` with two figures each: how many there are, which one is highest, and where the
    focus stands."""
    ranked = sorted(
        (one for one in items if is_known(one.value)), key=lambda one: one.value, reverse=True
    )
    if not ranked:
        return ""
    points = [_Point(one.label, at, one.value, one.value, one.value) for one in ranked]
    top = points[0]
    if len(points) == 1:
        return _level(top, points, told)
    level = [point for point in points if _text(point, told) == _text(top, told)]
    verb = f"{_names(level)} are" if len(level) > 1 else f"{top.label} is"
    value = f"{_counted(top, told)}{' each' if len(level) > 1 else ''}"
    own = next((point for point in points if point.label == told.focus), top)
    place = (
        f"; {own.label} is {wording.place(points.index(own) + 1)} with {_text(own, told)}"
        if own not in level
        else ""
    )
    number = wording.spelled(len(points))
    core = f"Of {number} {things}, {verb} highest with {value} {_when(at, told)}"
    return _fitted(core, (place, 1))


def of_levels(label: str, before: float | None, after: float | None, told: Told, at: date) -> str:
    """Of what a series amounted to before and after the day of an event, where both are known."""
    if before is None or after is None or not is_known(before) or not is_known(after):
        return ""
    now = _Point(label, at, after, after, after)
    then = wording.value(told.kind, before)
    move = "up from" if after > before else "down from"
    if _text(now, told) == then:
        move = "as much as"
    core = f"{label} averages {_counted(now, told)} after {wording.whole_day(at)}"
    return f"{core}, {move} {then} before"


def _points(series: Series, told: Told) -> list[_Point]:
    """Known values, oldest first, without the period that is not over, if there are others."""
    size = len(series.dates)
    highs, estimated = series.highs or (None,) * size, series.estimated or (False,) * size
    found = [
        _Point(series.label, at, value, value, value if high is None else high, flag)
        for at, value, high, flag in zip(series.dates, series.values, highs, estimated, strict=True)
        if value is not None and is_known(value)
    ]
    found.sort(key=lambda point: point.at)
    whole = [point for point in found if _is_over(point.at, told)]
    return whole or found


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
) -> str:
    """Who stands where among rivals, the largest first."""
    value, when, verb = _counted(who, told), _when(who.at, told), _verb(told)
    if len(ranked) == 1:
        return _fitted(f"{who.label} {verb} {value} {when}", (moved, 1))
    text = _text(who, told)
    level = [point for point in ranked if _text(point, told) == text]
    ahead = [p for p in ranked if p not in level and p.value > who.value]
    top = ranked[0]
    if len(level) == len(ranked):
        all_of_them = f"All {wording.spelled(len(level))}"
        names = all_of_them if len(level) > FEW else _names(level)
        return _fitted(f"{names} stand at {value} {when}", (moved, 1))
    if len(level) > 1 and not ahead:
        return _fitted(f"{_names(level)} lead with {value} each {when}", (moved, 1))
    others = [point for point in ranked if point not in level]
    if not ahead and _is_clear(who, others):
        second = _beside(who, others[0], told, with_ratio=with_ratio)
        leads = f"{who.label} {'lead' if told.is_plural else 'leads'} with {value} {when}"
        return _fitted(leads, (moved, 1), (second, 2), (more, 3))
    place = _place(len(ahead) + 1, len(ranked), joint=len(level) > 1)
    if not _is_clear(who, [p for p in others if p not in ahead]) or not all(
        point.low > who.high for point in ahead
    ):
        place = ""
    leads = f"; {top.label} {'lead' if told.is_plural else 'leads'} with {_text(top, told)}"
    is_led = bool(ahead) and _is_clear(top, [p for p in ranked if p is not top])
    if is_led and any(_text(p, told) == _text(top, told) for p in ahead if p is not top):
        is_led = False
    return _fitted(
        f"{who.label} {verb} {value} {when}",
        (place, 1),
        (moved, 3),
        (leads if is_led else "", 2),
        (more, 4),
    )


def _is_clear(who: _Point, others: Sequence[_Point]) -> bool:
    """Whether it is larger than any of the others may be."""
    return all(who.low > other.high for other in others)


def _beside(who: _Point, second: _Point, told: Told, *, with_ratio: bool) -> str:
    """Who comes next, or how many times that the first is."""
    if with_ratio and told.kind == "count" and not told.at_least and second.value > 0:
        ratio = who.value / second.value
        return f", {wording.times(ratio)} times {_of(second.label)} {_text(second, told)}"
    follows = "follow" if told.is_plural else "follows"
    return f"; {second.label} {follows} with {_text(second, told)}"


def _index(who: _Point, first: _Point, ranked: Sequence[_Point], told: Told) -> str:
    core = f"{who.label} stands at {_text(who, told)} {_when(who.at, told)}"
    now, then = _text(who, told), _text(first, told)
    move = "up from" if who.value > first.value else "down from"
    at = _then(first.at, told)
    moved = f", as {at}" if now == then else f", {move} {then} {at}"
    top = ranked[0]
    highest = f"; {top.label} is highest with {_text(top, told)}"
    if top is who or _text(top, told) == now:
        highest = f", the highest of {wording.spelled(len(ranked))}"
    is_told = len(ranked) > 1 and (top is not who or _text(ranked[1], told) != now)
    return _fitted(core, (moved if first.at != who.at else "", 1), (highest if is_told else "", 2))


def _ranks(who: _Point, first: _Point, ranked: Sequence[_Point], told: Told) -> str:
    core = f"{who.label} is {wording.place(round(who.value))} {_when(who.at, told)}"
    move = "up from" if who.value < first.value else "down from"
    at = _then(first.at, told)
    then = f"{wording.place(round(first.value))} {at}"
    moved = f", as {at}" if who.value == first.value else f", {move} {then}"
    rank = 2 if who.value == 1 else 1
    others = [point.label for point in ranked if point.value == rank]
    beside = f"; {others[0]} is {wording.place(rank)}" if len(others) == 1 else ""
    return _fitted(core, (moved if first.at != who.at else "", 1), (beside, 2))


def _moved(now: _Point, first: _Point, told: Told) -> str:
    """What has been gained or lost since the first value, or ''."""
    exact = (now.low == now.high, first.low == first.high)
    if now.at == first.at or told.period == "age" or told.at_least or not all(exact):
        return ""
    since = f"since {_named(first.at, told)}"
    if _text(now, told).strip("≈ ") == _text(first, told).strip("≈ "):
        return f", as {_then(first.at, told)}"
    word = "up" if now.value > first.value else "down"
    about = "≈ " if now.is_estimate or first.is_estimate else ""
    difference = abs(now.value - first.value)
    if told.kind == "share" and difference >= 0.0005:
        points = wording.score(100 * difference)
        return f", {word} {about}{points} points {since}"
    if told.kind == "count" and first.value > 0:
        ratio = now.value / first.value
        if ratio >= 2:
            return f", {about}{wording.times(ratio)} times that of {_named(first.at, told)}"
        text = wording.change(ratio - 1).lstrip("+−±")
        if text != "0 %":
            return f", {word} {about}{text} {since}"
    return f", {word} from {_text(first, told)} {_then(first.at, told)}"


def _place(place: int, number: int, *, joint: bool) -> str:
    """', third of six'; who shares the last place is not told from who has it alone."""
    if place == number > 2:
        return f", last of {wording.spelled(number)}"
    return f", {'joint ' if joint else ''}{wording.place(place)} of {wording.spelled(number)}"


def _grew(point: _Point) -> str:
    text = wording.change(point.value).lstrip("+−±")
    if text == "0 %":
        return _SAME
    return f"{'rose' if point.value > 0 else 'fell'} {text}"


def _text(point: _Point, told: Told) -> str:
    """A value in words: ≈ for an estimate, both ends of an interval that is seen."""
    text = wording.value(told.kind, point.value)
    if point.low == point.value and point.high > point.value:
        text = wording.interval(text, wording.value(told.kind, point.high))
    return f"{'at least ' if told.at_least else ''}{'≈ ' if point.is_estimate else ''}{text}"


def _counted(point: _Point, told: Told) -> str:
    """A value with what it counts: '394M downloads', '1 model'."""
    text = _text(point, told)
    noun = told.noun.removesuffix("s") if text == "1" else told.noun
    return f"{text} {noun}" if noun else text


def _verb(told: Told) -> str:
    if told.is_plural:
        return "hold" if told.kind == "share" else "have"
    return {"share": "holds", "score": "scores"}.get(told.kind, "has")


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


def _names(points: Sequence[_Point]) -> str:
    """'Qwen and Llama', 'Qwen and three others'."""
    labels = [point.label for point in points]
    if len(labels) > FEW:
        return f"{labels[0]} and {wording.spelled(len(labels) - 1)} others"
    return f"{', '.join(labels[:-1])} and {labels[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _fitted(core: str, *clauses: tuple[str, int]) -> str:
    """A sentence with as many of its clauses as fit; those of the highest number go first."""
    kept = [clause for clause in clauses if clause[0]]
    while kept and len(core) + sum(len(text) for text, _ in kept) > MOST_LETTERS:
        kept.remove(max(kept, key=lambda clause: clause[1]))
    return core + "".join(text for text, _ in kept)
