"""Builds of other days: which are kept, and what is new since one of them, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

import duckdb
import pandas as pd

from data import queries, warehouse
from data.errors import AdoptionError, BuildError
from data.layers import Layer, layers_of, named
from data.wording import count_change, day_and_month, month_name, score, whole, whole_day

TOLD = 3  # layers that moved; more are counted
NAMED = 3  # compared families that moved; more are counted
_FLOWS = {"own_downloads", "served_tokens", "new_local_pulls"}  # of a period, which may be another


@dataclass(frozen=True)
class KeptBuild:
    """A build that is kept: when it was made, the newest date of its figures (None when it cannot
    be read, or is too old to say it), its size in bytes, and why it is kept."""

    name: str
    path: Path
    built_at: datetime
    as_of: str | None
    size: int
    is_pinned: bool
    why_kept: tuple[str, ...]


def kept_builds() -> list[KeptBuild]:
    """All builds, the newest first, but for those that another run removes meanwhile."""
    found = []
    for path, why in reversed(warehouse.why_kept(warehouse.build_paths()).items()):
        with suppress(FileNotFoundError):
            found.append(_kept(path, why))
    return found


def _kept(path: Path, why: Sequence[str]) -> KeptBuild:
    return KeptBuild(
        name=path.stem,
        path=path,
        built_at=built_at(path),
        as_of=_reaches_to(path),
        size=path.stat().st_size,
        is_pinned=warehouse.is_pinned(path),
        why_kept=tuple(why),
    )


def built_at(build: Path) -> datetime:
    """When a build was made, by its name, so that it need not be opened."""
    stamp = build.stem.removeprefix("adoption-")
    return datetime.strptime(stamp, warehouse.STAMP_FORMAT).replace(tzinfo=UTC)


def called(build: Path, beside: Path | None = None) -> str:
    """A build as people call it: 'the build of 16 November 2026'; with the time where another one
    `beside` it is of the same day."""
    moment = built_at(build)
    text = f"the build of {whole_day(moment.date())}"
    is_same_day = beside is not None and built_at(beside).date() == moment.date()
    return f"{text}, {moment:%H:%M} UTC" if is_same_day else text


def newer(families: tuple[str, ...], build: Path, newest: Path) -> str:
    """How the newest build differs from another one on the layers of the families of a page, the
    focus first, as one sentence: 'The newest one, of 20 November 2026, differs for Qwen: own
    downloads of September +0.4M; and for Llama.'"""
    begins = f"The newest one, {called(newest, build).removeprefix('the build ')},"
    try:
        return f"{begins} {_compared(families, build, newest)}"
    except BuildError as error:
        return f"{begins} {error}"


# Kept, since builds never change; a failure is not: it may pass.
@lru_cache(maxsize=64)
def _compared(families: tuple[str, ...], build: Path, newest: Path) -> str:
    """The end of the sentence of `newer`. Raises BuildError when the two cannot be compared."""
    pairs = [[_layers(family, path) for path in (build, newest)] for family in families]
    known = [(before, after) for before, after in pairs if before is not None and after is not None]
    if len(known) < len(pairs):
        raise BuildError("cannot be compared: one of the two has no layers that can be read.")
    differ = [family for family, (before, after) in zip(families, known, strict=True)
              if not _has_same(before, after)]  # fmt: skip
    focus, (before, after) = families[0], known[0]
    others = [family for family in differ if family != focus]
    if not differ:
        whose = focus if len(families) == 1 else f"all {len(families)} families here"
        return f"has the same figures of {whose} on {_counted(len(_filled(after)))}."
    if focus not in differ:
        told = some_of(others, len(families) - 1)
        return f"has the same figures of {focus}, others of {told}."
    also = f"; and for {some_of(others, len(families) - 1)}" if others else ""
    return f"differs for {focus}: {_told_change(before, after)}{also}."


def some_of(others: Sequence[str], of: int) -> str:
    """'Llama and Gemma'; of more than NAMED families how many they are."""
    if len(others) > NAMED:
        return f"all {of} others" if len(others) == of else f"{len(others)} of the {of} others"
    *first, last = others
    return f"{', '.join(first)} and {last}" if first else last


def _has_same(before: Sequence[Layer], after: Sequence[Layer]) -> bool:
    """Whether a family has the same figures on all layers of both builds."""
    return _keeps(before, after) and not _gone(before, after)


def _keeps(before: Sequence[Layer], after: Sequence[Layer]) -> bool:
    """Whether all that is known after was the same before."""
    return all(
        (then := named(before, layer.name)) and _is_same(then, layer) for layer in _filled(after)
    )


def _told_change(before: Sequence[Layer], after: Sequence[Layer]) -> str:
    """What moved, and how many layers have no value any more."""
    told = [] if _keeps(before, after) else [told_since(before, after)]
    if gone := len(_gone(before, after)):
        told.append(f"{gone} {'layer' if gone == 1 else 'layers'} without a value now")
    return "; ".join(told)


def _filled(layers: Sequence[Layer]) -> list[Layer]:
    return [layer for layer in layers if layer.focus is not None]


def _gone(before: Sequence[Layer], after: Sequence[Layer]) -> set[str]:
    """Layers that have no value any more."""
    return {layer.name for layer in _filled(before)} - {layer.name for layer in _filled(after)}


def _counted(layers: int) -> str:
    return "the only layer" if layers == 1 else f"all {layers} layers"


def _layers(focus: str, build: Path) -> tuple[Layer, ...] | None:
    rows, titles = _layer_rows(build), _layer_rows(build, "layer_titles")
    return None if rows is None or titles is None else layers_of(titles, rows, focus, None)


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
    built_on = built_at(older).date()
    before = layers_of(titles, rows, focus, None)
    # Of the year only where it is not that of this build.
    now = built_at(build or warehouse.newest_build())
    year = "" if built_on.year == now.year else f" {built_on.year}"
    return f"Since the build of {day_and_month(built_on)}{year}: {told_since(before, layers)}."


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
        return _kept_day(build)
    except (AdoptionError, duckdb.Error):
        return None


# Of both a failure is not kept: it may pass.
@lru_cache(maxsize=32)
def _kept_day(build: Path) -> str | None:
    return queries.as_of(build)


def _layer_rows(build: Path, name: str = "layers") -> pd.DataFrame | None:
    """Rows of the metric layers of a build; None when it has none, or none that can be read."""
    try:
        return _kept_rows(build, name)
    except (AdoptionError, duckdb.Error):
        return None


@lru_cache(maxsize=8)
def _kept_rows(build: Path, name: str) -> pd.DataFrame:
    return queries.metric(name, build=build)
