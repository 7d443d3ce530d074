"""Single repositories of the whole Hub: found by name, with their relatives and milestones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from data import warehouse
from data.errors import UnknownModelError
from data.queries import NOT_AS_READ, model_history
from data.wording import whole

MILESTONES = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
MAX_CHILDREN = 50
_LISTED = (
    "position, model_id, hub_id, family, root_family, relation, precision, downloads_30d, "
    "downloads_all_time, created_on"
)

_PARENT_COLUMNS = [
    "relation", "model_id", "position", "family", "root_family", "precision", "downloads_30d",
    "downloads_all_time", "created_on",
]  # fmt: skip
_NUMBERS = ("position", "downloads_30d", "downloads_all_time")
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ModelCard:
    """What is known of one repository on the newest day.

    `facts` is its row of the table hub__models. `variants` (precision variants of the same model,
    itself among them), `parents` (as declared; one that is not on the Hub has a name only) and
    `children` (the MAX_CHILDREN with the most downloads, of `children_total`) are frames with
    model_id, relation and counters; `history` is what data.model_history says. `milestones`:
    milestone, reached_on (first day on which the all-time counter had passed it) and before_on
    (the day seen before that one; NULL when it had already passed on the first day seen).
    `lost` says which days of the history cannot be read again as the build read them; '' when all
    can.
    """

    facts: Mapping[str, Any]
    variants: pd.DataFrame
    parents: pd.DataFrame
    children: pd.DataFrame
    children_total: int
    history: pd.DataFrame
    milestones: pd.DataFrame
    lost: str = ""


def search_models(text: str, limit: int = 20, build: Path | None = None) -> pd.DataFrame:
    """Repositories whose name holds `text`, ignoring case, the most downloaded first.

    Columns: position, model_id, hub_id, family, root_family, relation, precision, downloads_30d,
    downloads_all_time, created_on. An empty text finds nothing.
    """
    wanted = text.strip().lower()
    return warehouse.frame(
        build,
        "WITH found AS (SELECT position FROM listed_names "
        "WHERE ? <> '' AND contains(lowered, ?) ORDER BY position LIMIT ?) "
        f"SELECT {_LISTED} FROM hub__models WHERE position IN (SELECT position FROM found) "
        "ORDER BY position",
        [wanted, wanted, limit],
    )


def model_card(model_id: str, build: Path | None = None) -> ModelCard:
    """One repository by its exact name. Raises UnknownModelError."""
    path = build or warehouse.newest_build()
    facts = _facts(path, model_id)
    children, variants = _relatives(path, model_id)
    if facts["variant_of"] != model_id:
        _, variants = _relatives(path, facts["variant_of"])
    declared = [text.partition(":")[::2] for text in facts["parents"]]
    # A look-up a name: a join would read the whole list of names.
    parents = [_position(path, name) for _, name in declared]
    shown = children[:MAX_CHILDREN]
    # All of them in one query: each costs more than its rows.
    rows = _listed(path, [*shown, *variants, *parents])
    history = model_history(facts["hub_id"], path)
    return ModelCard(
        facts=facts,
        variants=rows.loc[variants].reset_index(drop=True),
        parents=_parents(rows, declared, parents),
        children=rows.loc[shown].reset_index(drop=True),
        children_total=len(children),
        history=history,
        milestones=milestones_of(history),
        lost=_lost(history),
    )


def _lost(history: pd.DataFrame) -> str:
    """'12 days from 2026-06-01 to 2026-06-30 are not in the history any more as ...'."""
    days = [f"{day:%Y-%m-%d}" for day in history.loc[history["note"].notna(), "date"]]
    if not days:
        return ""
    if len(days) == 1:
        return f"{days[0]} is {NOT_AS_READ}: it has no value here."
    told = f"{whole(len(days))} days from {days[0]} to {days[-1]}"
    return f"{told} are {NOT_AS_READ}: they have no value here."


def _facts(path: Path, model_id: str) -> dict[str, Any]:
    """The row of one repository in hub__models, dates as in frames. Raises UnknownModelError."""
    cursor = warehouse.cursor(path)
    row = cursor.execute(
        "SELECT * FROM hub__models WHERE position = ?", [_position(path, model_id)]
    ).fetchone()
    if row is None:
        raise UnknownModelError(f"no repository of the newest day is named {model_id!r}")
    facts = dict(zip((column[0] for column in cursor.description), row, strict=True))
    facts["parents"] = facts["parents"] or []
    dates = {name: pd.Timestamp(value) for name, value in facts.items() if isinstance(value, date)}
    return facts | dates


def _relatives(path: Path, model_id: str) -> tuple[Positions, Positions]:
    """Children of a name, and precision variants of that model: the most downloaded first."""
    found = (
        warehouse.cursor(path)
        .execute(
            "SELECT relation = 'variant' AS is_variant, position "
            "FROM listed_relatives WHERE parent = ?",
            [model_id],
        )
        .fetchnumpy()
    )
    is_variant, positions = found["is_variant"], found["position"]
    # A child with two relations to its parent is one child.
    return np.unique(positions[~is_variant]), np.unique(positions[is_variant])


def _listed(path: Path, positions: Sequence[int]) -> pd.DataFrame:
    """The repositories of these ranks, by rank."""
    rows = warehouse.frame(
        path,
        f"SELECT {_LISTED} FROM hub__models WHERE position IN (SELECT unnest(?)) ORDER BY position",
        [[int(position) for position in positions]],
    )
    return rows.set_index("position", drop=False)


def _parents(
    rows: pd.DataFrame, declared: Sequence[tuple[str, str]], positions: Sequence[int]
) -> pd.DataFrame:
    """One row a declared parent, in their order; what is not listed has a name only."""
    if 0 in positions:
        # Whole numbers stay whole beside a missing one.
        rows = rows.astype(dict.fromkeys(_NUMBERS, "Int64"))
    parents = rows.reindex(positions).reset_index(drop=True)
    parents["relation"] = pd.Series([relation for relation, _ in declared], dtype="str")
    parents["model_id"] = pd.Series([name for _, name in declared], dtype="str")
    return parents[_PARENT_COLUMNS]


def milestones_of(history: pd.DataFrame) -> pd.DataFrame:
    """When the all-time counter of a history (sorted by date) passed each milestone."""
    known = history[history["downloads_all_time"].notna()]
    totals = known["downloads_all_time"].to_numpy(dtype=np.float64)
    rows = []
    for milestone in MILESTONES:
        passed = np.flatnonzero(totals >= milestone)
        if len(passed):
            first = passed[0]
            before = known["date"].iloc[first - 1] if first else pd.NaT
            rows.append((milestone, known["date"].iloc[first], before))
    return pd.DataFrame(rows, columns=["milestone", "reached_on", "before_on"])


def _position(path: Path, model_id: str) -> int:
    """The rank of a listed repository; 0 when it is not listed."""
    row = (
        warehouse.cursor(path)
        .execute(
            "SELECT position FROM listed_names WHERE model_id = ? ORDER BY position LIMIT 1",
            [model_id],
        )
        .fetchone()
    )
    return int(row[0]) if row else 0
