"""A page of one build that its address names: which one, and how the newest differs from it.

Without a name in the address a page is of the newest build, and moves on with it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pandas as pd
import streamlit as st

import data
from dashboard import readings, recipes, scales, state
from dashboard.chart import Chart, Selection
from dashboard.recipes import NothingToShowError, Recipe
from data import vintages

_OPENED = "opened_build"  # of the session: the build of this run
_SERIES, _AT, _VALUE = "series", "at", "value"


def hold() -> None:
    """Keep the name of a chosen build in the address, as the shared controls keep theirs.

    The box is never seen: it makes Streamlit carry the parameter from page to page, and take it
    from the address again after a step back.
    """
    if state.BUILD in st.session_state:
        st.session_state[state.BUILD] = st.session_state[state.BUILD]
    with st.container(key="asked"):
        st.text_input("Build", key=state.BUILD, bind="query-params")


def chosen() -> str:
    """The name of the build that the address asks for; '' for the newest."""
    return str(st.session_state.get(state.BUILD) or "")


def open_build() -> Path:
    """Look up the build of this run, which `build` then gives to whatever is shown.

    Raises NoBuildError, and UnknownBuildError for one that is not kept.
    """
    found = data.build_named(chosen()) if chosen() else data.newest_build()
    st.session_state[_OPENED] = found
    return found


def build() -> Path:
    """The build that all of this page is of."""
    found = st.session_state[_OPENED]
    assert isinstance(found, Path)
    return found


def newer(opened: Path, families: tuple[str, ...]) -> str:
    """What the newest build says of these families, the focus first, that this one does not, as one
    sentence; '' for the newest."""
    newest = data.newest_build()
    return "" if opened == newest else vintages.newer(families, opened, newest)


def difference(recipe: Recipe) -> str:
    """How many values of a chart the newest build has otherwise, as one sentence; '' for a chart of
    the newest. Raises as recipes.draw does."""
    opened, newest = recipes.build_of(recipe), data.newest_build()
    if opened == newest:
        return ""
    try:
        return _difference(opened, newest, recipe.key, recipe.selection)
    except data.AdoptionError as error:
        # It was made by an earlier version, or its file is damaged: the chart itself is well.
        return f"It cannot be compared with the newest build: {str(error).splitlines()[0]}"


def is_of_another_version(opened: Path) -> bool:
    """Whether another version of this program made the build that was chosen: it may lack what
    pages ask for."""
    return bool(chosen()) and not data.is_of_this_version(opened)


def show_newest(opened: Path) -> None:
    """Follow the newest build from now on; a period up to the last month there was goes on."""
    st.session_state[state.BUILD] = ""
    if st.session_state.get(state.END) == f"{readings.newest_day(opened):%Y-%m}":
        with suppress(data.AdoptionError):  # which the page says then
            newest = readings.newest_day(data.newest_build())
            st.session_state[state.END] = f"{newest:%Y-%m}"


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=readings.BY_REPR)
def _difference(opened: Path, newest: Path, key: str, selection: Selection) -> str:
    """The same, kept by both builds."""
    here = recipes.chart(opened, key, selection)
    assert here is not None
    try:
        there = recipes.draw(Recipe(key, recipes.open_ended(selection, opened), newest.stem))
    except NothingToShowError:
        return "The newest build has nothing to show here."
    found = data.compare_rows(values_shown(here), values_shown(there), [_SERIES, _AT], [_VALUE])
    return found.told("this chart")


def values_shown(chart: Chart) -> pd.DataFrame:
    """Each value that a chart shows: of what, when, and the value."""
    is_monthly = scales.is_monthly(chart)
    found: dict[tuple[str, str], float | None] = {}
    for line in chart.series:
        for moment, value in zip(line.x, line.y, strict=True):
            day = f"{moment:%Y-%m}" if is_monthly else moment.isoformat()
            at = f"day {(moment - chart.day_zero).days}" if chart.day_zero else day
            found[line.label, at] = value
        for moment, value in zip(line.x, line.highs, strict=False):
            found[line.label, f"{moment.isoformat()}, at most"] = value
    found |= {(bar.label, ""): bar.value for bar in chart.bars}
    found |= {(point.label, ""): point.y for point in chart.points}
    found |= {(point.label, chart.x_unit or "x"): point.x for point in chart.points}
    rows = [(*name, value) for name, value in found.items()]
    return pd.DataFrame(rows, columns=[_SERIES, _AT, _VALUE]).astype({_VALUE: float})
