"""A chart that can be made anywhere: its key, what is selected, and the build that it is made of.

Pages, addresses for downloads, decks and the command all make their charts here.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pandas as pd
import streamlit as st

import data
from dashboard import lacking, readings, state
from dashboard.chart import Chart, Selection
from dashboard.charts import CHARTS
from dashboard.hub_charts import CUTS, RELATIONS, SCOPES, ChartKind, StudyKind
from dashboard.quality_charts import BENCHMARKS
from dashboard.runtime_charts import CHANNELS
from dashboard.usage_charts import TOKEN_CUTS

Rows = Literal["shown", "whole"]
KEY, BUILD = "chart", state.BUILD
# Field of the selection -> parameter; the others are called alike.
PARAMETERS = {"rivals": state.FAMILY, "start": state.START, "end": state.END}
LEFT_OUT = {"standing_title"}  # the data say it
# What fields may be that are texts, and yet not any text.
ALLOWED: Mapping[str, Collection[str]] = {
    "scope": SCOPES,
    "cut": tuple(CUTS.values()),
    "relation": ("all", *RELATIONS),
    "token_cut": tuple(TOKEN_CUTS.values()),
    "channel": tuple(CHANNELS.values()),
    "benchmark": tuple(BENCHMARKS),
    "basis": ("published", "collected"),
    "momentum_basis": ("published", "collected"),
    "layer_period": ("month", "day", "reading"),
    "event_series": tuple(data.EVENT_SERIES),
}
MOST_LETTERS = 300  # of one value
MOST_VALUES = 60  # of one parameter
NAME_LETTERS = 120
# Days before and after these lie outside of what windows around them can be counted with.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
_LOG = logging.getLogger(__name__)
_TYPES = get_type_hints(Selection)
_DEFAULTS = {one.name: one.default for one in fields(Selection) if one.default is not MISSING}


class RecipeError(data.AdoptionError):
    """What was asked for is no chart, no selection or no build; the message says what is."""


class NothingToShowError(data.AdoptionError):
    """The chart exists, and has no row for what is selected."""


class OlderBuildError(NothingToShowError):
    """Another version of this program made the build, which lacks what the chart needs."""


@dataclass(frozen=True)
class Recipe:
    """A chart by its key in CHARTS, what is selected, and of which build it is: the newest one, or
    that of the name 'adoption-<stamp>'."""

    key: str
    selection: Selection
    build: str | None = None


def to_query(recipe: Recipe) -> list[tuple[str, str]]:
    """A recipe as parameters: the chart, its families, and what differs from the defaults."""
    pairs = [(KEY, recipe.key), (state.FOCUS, recipe.selection.focus)]
    # An empty value is an empty list; without the parameter it would be the default.
    pairs += [(state.FAMILY, name) for name in recipe.selection.rivals or ("",)]
    for name, default in _DEFAULTS.items():
        value = getattr(recipe.selection, name)
        if value != default and name not in LEFT_OUT:
            pairs += [(PARAMETERS.get(name, name), text) for text in _texts(value)]
    return [*pairs, (BUILD, recipe.build)] if recipe.build else pairs


def from_query(pairs: Iterable[tuple[str, str]]) -> Recipe:
    """The recipe that parameters ask for. Without a focus the first family is it; without families
    those that pages show at first. Dates are days, or months: then the first and the last day.

    Raises RecipeError for what is unknown, and NoBuildError: families are those of the build.
    """
    asked: dict[str, list[str]] = {}
    for name, value in pairs:
        asked.setdefault(name, []).append(_checked(name, value))
    key = _single(KEY, asked.pop(KEY, [""]))
    if key not in CHARTS:
        # With a guess the list of them all would only hide it.
        hint = data.wording.guess(key, CHARTS)
        told = hint or f"expected one of {', '.join(sorted(CHARTS))}; "
        raise RecipeError(f"chart: {told}found {key!r}")
    build = _single(BUILD, asked.pop(BUILD, [""])) or None
    families = _families(asked.pop(state.FOCUS, []), asked.pop(state.FAMILY, None), build)
    names = {PARAMETERS.get(name, name): name for name in _DEFAULTS if name not in LEFT_OUT}
    if unknown := sorted(set(asked) - set(names)):
        known = [state.FOCUS, state.FAMILY, *names, BUILD]
        hint = data.wording.guess(unknown[0], known)
        raise RecipeError(
            f"unknown parameters {', '.join(unknown)}; {hint}expected some of {', '.join(known)}"
        )
    chosen = {names[name]: _value(name, names[name], texts) for name, texts in asked.items()}
    return Recipe(key, Selection(families[0], tuple(families[1:]), **chosen), build)


def build_of(recipe: Recipe) -> Path:
    """The build of a recipe. Raises NoBuildError, and RecipeError for one that is not kept."""
    return _build_named(recipe.build)


def draw(recipe: Recipe) -> Chart:
    """The chart of a recipe, kept by build. Raises NothingToShowError when it has no row,
    RecipeError for what does not exist, and NoBuildError."""
    build = build_of(recipe)
    try:
        drawn = chart(build, recipe.key, recipe.selection)
    except Exception as error:
        if not data.is_of_this_version(build) and data.is_lack(error, build):
            # The name of a metric says all; of another lack it matters who asked for it.
            is_told = isinstance(error, data.UnknownMetricError)
            lacks = "%s: %s lacks what the chart needs"
            _LOG.warning(lacks, recipe.key, build.stem, exc_info=not is_told)
            raise OlderBuildError(
                f"{recipe.key}: another version of this program made {build.stem}, which lacks "
                f"what the chart needs ({str(error).splitlines()[0] if str(error) else error!r})"
            ) from error
        if isinstance(error, data.FilterError):
            raise RecipeError(f"{recipe.key}: {error}") from error
        raise
    if drawn is None:
        raise NothingToShowError(f"{recipe.key}: {_nothing(recipe)}")
    return drawn


def metric_info(recipe: Recipe) -> data.MetricInfo | None:
    """The metric that a chart is drawn from; None for one of a study."""
    kind = CHARTS[recipe.key]
    if not isinstance(kind, ChartKind):
        return None
    return data.metric_info(kind.metric, build=build_of(recipe))


def whole(recipe: Recipe) -> pd.DataFrame:
    """All rows of what a chart is drawn from: those of its metric, of any family and period.
    Raises as `draw` does."""
    kind, build = CHARTS[recipe.key], build_of(recipe)
    if isinstance(kind, ChartKind):
        return readings.metric(build, kind.metric)
    try:
        return kind.whole(study(build, recipe.key, recipe.selection))
    except (data.FilterError, data.UnknownModelError) as error:
        raise RecipeError(f"{recipe.key}: {error}") from error


# Some charts hold megabytes of rows, and an address can ask for any period.
@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=readings.BY_REPR)
def chart(build: Path, key: str, selection: Selection) -> Chart | None:
    """A chart by its key, kept by build; None when there is nothing to show for the selection."""
    kind = CHARTS[key]
    asked = selection.scope
    if asked not in kind.scopes:
        selection = replace(selection, scope=kind.scopes[0])
    if isinstance(kind, StudyKind):
        drawn = _of_study(build, key, kind, selection)
    else:
        drawn = of_metric(build, kind, kind.complete(selection, build))
    if drawn is not None and asked not in kind.scopes:
        there = " and ".join(sorted(kind.scopes))
        text = f"This chart exists for scope {there} only."
        drawn = replace(drawn, caveats=(text, *drawn.caveats))
    return drawn


def study(build: Path, key: str, selection: Selection) -> Any:
    """What a chart that is no metric's is drawn from; charts of one study share it."""
    kind = CHARTS[key]
    assert isinstance(kind, StudyKind)
    return _studied(build, kind.study, tuple(getattr(selection, a) for a in kind.asks), kind.read)


def open_ended(selection: Selection, build: Path) -> Selection:
    """The selection without an end that is only the newest month of a build: what follows the
    newest one is to show later months."""
    if selection.end is None or selection.end < readings.newest_day(build):
        return selection
    return replace(selection, end=None)


def file_name(chart: Chart, recipe: Recipe, extension: str, rows: Rows = "shown") -> str:
    """How a file of a chart is called: what, whose, which months, as of when; letters, digits and
    '._-' alone, at most NAME_LETTERS of them."""
    if rows == "whole":
        return whole_file_name(recipe, chart.as_of, extension)
    as_of = _as_of(chart.as_of)
    period = _period(chart, recipe.selection)
    room = NAME_LETTERS - len("_".join([chart.key, "", *period, as_of])) - len(extension) - 1
    subject = "-".join(filter(None, map(slug, _subjects(recipe))))[:room].strip("-.")
    return f"{'_'.join(filter(None, [chart.key, subject, *period, as_of]))}.{extension}"


def whole_file_name(recipe: Recipe, as_of: str, extension: str) -> str:
    """How a file of all rows behind a chart is called, whatever is selected."""
    kind = CHARTS[recipe.key]
    what = kind.metric if isinstance(kind, ChartKind) else recipe.key
    return f"{what}_all-rows_{_as_of(as_of)}.{extension}"


def _as_of(day: str) -> str:
    return f"as-of-{slug(day[:10]) or 'unknown'}"


def _subjects(recipe: Recipe) -> tuple[str, ...]:
    """What a chart is of: its families, or its one repository."""
    kind = CHARTS[recipe.key]
    is_model = isinstance(kind, StudyKind) and kind.study == "model"
    return (recipe.selection.model,) if is_model else recipe.selection.families


def _period(chart: Chart, selection: Selection) -> list[str]:
    """The first and the last month: of what is drawn over time, else of the selection."""
    days = [day for line in chart.series for day in line.x]
    ends = [min(days), max(days)] if days and not chart.day_zero else []
    ends = ends or [day for day in (selection.start, selection.end) if day]
    return list(dict.fromkeys(f"{day:%Y-%m}" for day in ends))


def slug(text: str) -> str:
    """A text as a part of a file's name: letters, digits, '.' and '-' alone."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9.]+|\.{2,}", "-", plain).strip("-.")


def of_metric(build: Path, kind: ChartKind, selection: Selection) -> Chart | None:
    """A chart of a metric's rows; None when nothing is left of them for the selection."""
    info = data.metric_info(kind.metric, build=build)
    rows = _rows(build, info, kind, selection)
    others = {
        name: _rows(build, data.metric_info(name, build=build), kind, selection)
        for name in kind.others
    }
    return kind.draw(rows, info, replace(readings.context(build, selection), others=others))


def _of_study(build: Path, key: str, kind: StudyKind, selection: Selection) -> Chart | None:
    try:
        found = study(build, key, selection)
    except data.UnknownModelError:
        return None
    return kind.draw(found, readings.context(build, selection))


@st.cache_resource(max_entries=32, show_spinner=False)
def _studied(build: Path, name: str, asked: tuple[Any, ...], _read: Callable[..., Any]) -> Any:
    return _read(build, *asked)


def _rows(
    build: Path, info: data.MetricInfo, kind: ChartKind, selection: Selection
) -> pd.DataFrame:
    """Rows of the period that the chart needs; with an extra column `index` when the selection asks
    for 100 = start."""
    filters = dict(kind.filters(selection))
    if _is_series(info):
        filters |= {"start": selection.start, "end": selection.end}
    rows = readings.metric(build, info.name, **filters)
    value = kind.indexed(selection) or info.value_column
    if selection.measure == "Index = 100" and _is_series(info) and value:
        indexed = readings.metric(build, info.name, index=value, **filters)
        # Both are sorted by the metric's grain.
        return rows.assign(index=indexed[value].to_numpy())
    return rows


def _is_series(info: data.MetricInfo) -> bool:
    return info.time_column in info.grain


def _nothing(recipe: Recipe) -> str:
    """That there is nothing, of what, and what else to ask for."""
    chosen = recipe.selection
    ends = [f"{word} {day}" for word, day in (("from", chosen.start), ("to", chosen.end)) if day]
    if told := _to_run(recipe):
        return told
    what = " ".join([", ".join(_subjects(recipe)) or "no repository", *ends])
    return f"nothing to show for {what}; choose other families, another period or newer figures"


def _to_run(recipe: Recipe) -> str | None:
    """What to run where nothing of what the chart is drawn from was ever collected."""
    kind, info = CHARTS[recipe.key], metric_info(recipe)
    if info is None or not isinstance(kind, ChartKind):
        return None
    return lacking.what_to_run(build_of(recipe), info, kind.filters(recipe.selection))


def _build_named(name: str | None) -> Path:
    if name is None:
        return data.newest_build()
    try:
        return data.build_named(name)
    except data.UnknownBuildError as error:
        newest = data.newest_build().stem
        raise RecipeError(
            f"build: expected the name of one that is kept, the newest is {newest}; found {name!r}"
        ) from error


def _families(focus: list[str], others: list[str] | None, build: str | None) -> list[str]:
    """Focus and compared families of parameters, each once."""
    if not focus and not others:
        focus, others = [state.DEFAULT_FOCUS], list(state.DEFAULT_RIVALS)
    chosen = [_single(state.FOCUS, focus)] if focus else []
    chosen = list(dict.fromkeys([*chosen, *(name for name in others or () if name)]))
    known = set(readings.families(_build_named(build))["family"])
    if unknown := [name for name in chosen if name not in known]:
        hint = data.wording.guess(unknown[0], sorted(known))
        raise RecipeError(
            f"family: {hint}expected some of {', '.join(sorted(known))}; found {', '.join(unknown)}"
        )
    if not chosen:
        raise RecipeError(f"family: expected one or more of {', '.join(sorted(known))}; found none")
    return chosen


def _texts(value: Any) -> Iterator[str]:
    """A value of the selection as texts, several for a tuple."""
    if isinstance(value, tuple):
        yield from (":".join(item) if isinstance(item, tuple) else item for item in value)
    elif isinstance(value, bool):
        yield "true" if value else "false"
    else:
        yield value.isoformat() if isinstance(value, date) else str(value)


def _value(name: str, field: str, texts: list[str]) -> Any:
    """The value of a field that texts stand for. Raises RecipeError."""
    kind = _TYPES[field]
    if get_origin(kind) is tuple:
        return tuple(_pair(name, text) for text in texts)
    text = _single(name, texts)
    allowed = get_args(kind) if get_origin(kind) is Literal else ALLOWED.get(field)
    if allowed:
        return _one_of(name, text, allowed)
    if kind is bool:
        return _one_of(name, text, ("true", "false")) == "true"
    if date in get_args(kind):
        return _day(name, text, is_end=field == "end")
    return _number(name, text) if int in get_args(kind) else text


def allowed(field: str) -> tuple[str, ...]:
    """The values that a field of the selection may have; none where any text, day or number may
    be given."""
    kind = _TYPES[field]
    if kind is bool:
        return ("true", "false")
    return get_args(kind) if get_origin(kind) is Literal else tuple(ALLOWED.get(field, ()))


def _one_of(name: str, text: str, allowed: Collection[str]) -> str:
    if text not in allowed:
        hint = data.wording.guess(text, allowed)
        raise RecipeError(f"{name}: {hint}expected one of {', '.join(allowed)}; found {text!r}")
    return text


def _day(name: str, text: str, *, is_end: bool) -> date:
    found = None
    with suppress(ValueError):
        if re.fullmatch(r"\d{4}-\d{2}", text, re.ASCII):
            found = state.last_day(text) if is_end else state.first_day(text)
        elif re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            found = date.fromisoformat(text)
    if found is None:
        raise RecipeError(f"{name}: expected a day as 2026-09-30, or a month; found {text!r}")
    if not FIRST_DAY <= found <= LAST_DAY:
        raise RecipeError(f"{name}: expected a day from {FIRST_DAY} to {LAST_DAY}, found {text!r}")
    return found


def _number(name: str, text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,3}", text, re.ASCII):
        raise RecipeError(f"{name}: expected a number from 1 to 9999, found {text!r}")
    return int(text)


def _pair(name: str, text: str) -> tuple[str, str]:
    first, colon, second = text.partition(":")
    if not (first and colon and second):
        raise RecipeError(f"{name}: expected 'published:owner/model' or the like, found {text!r}")
    return first, second


def _single(name: str, texts: list[str]) -> str:
    if len(texts) != 1:
        raise RecipeError(f"{name}: expected one value, found {len(texts)}")
    return texts[0]


def _checked(name: str, value: str) -> str:
    if len(name) > MOST_LETTERS or len(value) > MOST_LETTERS:
        raise RecipeError(f"{name[:40]}: expected at most {MOST_LETTERS} letters")
    return value
