"""What is new since the build before: its layers beside those of now, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

import duckdb
import pandas as pd

from data import queries, warehouse
from data.errors import AdoptionError
from data.layers import Layer, layers_of, named
from data.wording import count_change, day_and_month, month_name, score, whole

TOLD = 3  # layers that moved; more are counted
_FLOWS = {"own_downloads", "served_tokens", "new_local_pulls"}  # of a period, which may be another


def since_before(
    focus: str, layers: Sequence[Layer], titles: pd.DataFrame, build: Path | None = None
) -> str:
    """What is new on the `layers` of the focus family since the newest build whose data are older,
    as one sentence; '' without such a build. One that an older version made may lack layers."""
    older = older_build(build or warehouse.newest_build())
    if older is None:
        return ""
    rows = _layer_rows(older)
    if rows is None:
        return ""
    built_on = warehouse.build_info(older)["built_at"].date()
    before = layers_of(titles, rows, focus, None)
    return f"Since the build of {day_and_month(built_on)}: {told_since(before, layers)}."


@lru_cache(maxsize=16)
def older_build(build: Path) -> Path | None:
    """The newest build before this one that reaches to another day; None when there is none.

    Builds that cannot be read, or that are too old to say how far they reach, are passed over.
    """
    now = _reaches_to(build)
    for path in reversed(warehouse.build_paths(build.parent.parent)):
        if path.name < build.name and _reaches_to(path) not in (None, now):
            return path
    return None


def told_since(before: Sequence[Layer], now: Sequence[Layer]) -> str:
    """What moved from the layers before to those of now: own downloads first, then the layers that
    moved, then those that are new here."""
    filled = [layer for layer in now if layer.focus is not None]
    told: list[str] = []
    new = 0
    for layer in filled:
        then = named(before, layer.name)
        if then is None or then.focus is None:
            new += 1
        elif not _is_same(then, layer):
            told.append(f"{_subject(layer)} {_moved(then, layer)}")
        elif layer.name == "own_downloads":
            told.append(f"{_subject(layer)} unchanged")
    more = len(told) - TOLD
    told = told[:TOLD]
    if more > 0:
        told.append(f"{more} more {'layer' if more == 1 else 'layers'} moved")
    if new:
        told.append(f"{new} {'layer' if new == 1 else 'layers'} filled for the first time")
    return "; ".join(told) or f"nothing moved on {len(filled)} layers"


def _subject(layer: Layer) -> str:
    """How a layer is called in a sentence: 'own downloads of September', else its title."""
    if layer.name != "own_downloads":
        return layer.title
    return f"own downloads of {month_name(date.fromisoformat(f'{layer.as_of}-01'))}"


def _moved(before: Layer, now: Layer) -> str:
    """'+0.4M', or both values where the two are of different months or sources."""
    if before.source_title != now.source_title or before.unit != now.unit:
        return f"{now.focus_text}, now from {now.source_title}"
    if now.name in _FLOWS and before.as_of != now.as_of:
        return f"{now.focus_text} after {before.focus_text}"
    assert now.focus is not None
    assert before.focus is not None
    return _difference(now.focus - before.focus, now.unit)


def _is_same(before: Layer, now: Layer) -> bool:
    same_value = before.focus == now.focus and before.source_title == now.source_title
    return same_value and (now.name not in _FLOWS or before.as_of == now.as_of)


def _difference(value: float, unit: str) -> str:
    """'+0.4M', '−1.2 points', '+12'."""
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    if unit == "fraction":
        return f"{sign}{score(100 * abs(value))} points"
    if unit in {"models", "rating"}:
        return f"{sign}{whole(abs(value))}"
    return count_change(value)


def _reaches_to(build: Path) -> str | None:
    try:
        return queries.as_of(build)
    except (AdoptionError, duckdb.Error):
        return None


@lru_cache(maxsize=4)
def _layer_rows(build: Path) -> pd.DataFrame | None:
    """Rows of the metric layers of a build; None when it has none, or none that can be read."""
    try:
        return queries.metric("layers", build=build)
    except (AdoptionError, duckdb.Error):
        return None
