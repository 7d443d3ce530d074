"""Rows of the metric `layers` as what is said of a focus family and its rival on each layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data.intervals import interval_of
from data.wording import NO_VALUE, amount, is_known, period


@dataclass(frozen=True)
class Layer:
    """One layer of use: the focus family, its rival, who leads, from when and from where.

    `ratio` is focus / rival. Values are None where the family was not seen; texts are then words.
    `focus_part` and `rival_part` are what bars show: 0..1 of the leader's value, None for ratings,
    which have no zero. Notes are small remarks beside a value. `is_least` says that values are the
    least that they can be. `command` names what would fill a layer that has no value at all.
    `as_of` is the period that is spoken of, `read_on` the day on which the source was read.
    """

    name: str
    title: str
    scope: str
    focus: float | None = None
    rival: float | None = None
    focus_text: str = NO_VALUE
    rival_text: str = NO_VALUE
    leader: str = NO_VALUE
    ratio: float | None = None
    as_of: str = NO_VALUE
    source_title: str = ""
    source_url: str = ""
    command: str | None = None
    is_least: bool = False
    unit: str = ""
    focus_part: float | None = None
    rival_part: float | None = None
    focus_note: str = ""
    rival_note: str = ""
    read_on: str = NO_VALUE


def layers_of(
    titles: pd.DataFrame, rows: pd.DataFrame, focus: str, rival: str | None
) -> tuple[Layer, ...]:
    """One layer a row of the metric layer_titles, in its order, from rows of the metric layers."""
    return tuple(
        _layer(title, rows[rows["layer"] == title["layer"]], focus, rival)
        for _, title in titles.sort_values("position").iterrows()
    )


def named(layers: Sequence[Layer], name: str) -> Layer | None:
    """The layer of that name."""
    return next((layer for layer in layers if layer.name == name), None)


def _layer(about: Any, rows: pd.DataFrame, focus: str, rival: str | None) -> Layer:
    name, title, scope = about["layer"], about["title"], about["counts"]
    if rows.empty:
        command = f"collectors collect {about['source']}" if pd.notna(about["source"]) else None
        return Layer(name, title, scope, command=command)
    by_family = rows.set_index("family")
    ours = by_family.loc[focus] if focus in by_family.index else None
    theirs = by_family.loc[rival] if rival in by_family.index else None
    known = by_family[by_family["value"].notna()]
    shown = ours if ours is not None else by_family.iloc[0]
    most = float(known["value"].max()) if len(known) and shown["unit"] != "rating" else None
    return Layer(
        name=name,
        title=title,
        scope=scope,
        focus=_value(ours),
        rival=_value(theirs),
        focus_text=value_text(ours),
        rival_text=value_text(theirs),
        leader=leader_named(name, known, len(by_family) - len(known)),
        ratio=ratio_of(ours, theirs),
        as_of=_period_text(shown),
        source_title=str(shown["source_title"]),
        source_url=str(shown["source_url"]),
        is_least=bool(shown["bound"] == "at_least"),
        unit=str(shown["unit"]),
        focus_part=_part(_value(ours), most),
        rival_part=_part(_value(theirs), most),
        focus_note=_open_note(ours),
        rival_note=_open_note(theirs),
        read_on=shown["as_of"].date().isoformat() if pd.notna(shown["as_of"]) else NO_VALUE,
    )


def leader_named(layer: str, known: pd.DataFrame, unread: int) -> str:
    """Who leads a layer; nobody is said to lead while a family could not be read."""
    if unread or known.empty:
        return f"unknown, {unread} not read"
    leader = known.loc[known["value"].idxmax()]
    # An account is called by its own name, since it is not a family.
    name = leader["subject"] if layer == "own_downloads" else leader.name
    is_open = any(
        _is_open(leader, row) for family, row in known.iterrows() if family != leader.name
    )
    note = ""
    if is_open:
        note = ", the most seen" if leader["bound"] == "at_least" else ", within rounding of others"
    return f"{name} {value_text(leader)}{note}"


def _is_open(one: Any, other: Any) -> bool:
    """Whether nobody knows which of two rows has more."""
    first, second = (interval_of(row, "value", "least", "most") for row in (one, other))
    return first is not None and second is not None and first.is_open_beside(second)


def _value(row: Any) -> float | None:
    return None if row is None or pd.isna(row["value"]) else float(row["value"])


def ratio_of(ours: Any, theirs: Any) -> float | None:
    """How many times theirs our value is; None where that cannot be said."""
    mine, other = _value(ours), _value(theirs)
    # A rating has no zero, and of two values of which the least is known the ratio may be anything.
    if ours is not None and (ours["unit"] == "rating" or ours["bound"] == "at_least"):
        return None
    if ours is not None and theirs is not None and _is_open(ours, theirs):
        return None
    return mine / other if mine is not None and other else None


def _part(value: float | None, most: float | None) -> float | None:
    return value / most if value is not None and most else None


def value_text(row: Any) -> str:
    """The value of a row as people read it, with its bound; in words where there is none."""
    if row is None:
        return "not seen"
    if pd.isna(row["value"]):
        return "not read"
    return amount(float(row["value"]), str(row["unit"]), str(row["bound"]))


def _open_note(row: Any) -> str:
    """How much of a share of tokens is that of models with open weights, where it is known."""
    # A build of an earlier version does not tell it.
    value = row.get("open_value") if row is not None else None
    if not is_known(value) or not value:
        return ""
    text = amount(float(value), str(row["unit"]), str(row["bound"]))
    return "all open weights" if text == value_text(row) else f"open weights {text}"


def _period_text(row: Any) -> str:
    if row["unit"] == "downloads in 30 days":
        return str(row["ends_on"].date().isoformat())
    starts_on = row["starts_on"].date() if pd.notna(row["starts_on"]) else None
    return period(starts_on, row["ends_on"].date())
