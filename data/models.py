"""Single repositories of the whole Hub: found by name, with their relatives and milestones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from data import warehouse
from data.errors import UnknownModelError
from data.queries import model_history

MILESTONES = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
MAX_CHILDREN = 50
RELATIONS = ("finetune", "adapter", "quantized", "merge", "unknown")
_LISTED = (
    "position, model_id, hub_id, family, root_family, relation, precision, downloads_30d, "
    "downloads_all_time, created_on"
)


@dataclass(frozen=True)
class ModelCard:
    """What is known of one repository on the newest day.

    `facts` is its row of the table hub__models. `variants` (precision variants of the same model,
    itself among them), `parents` (as declared; one that is not on the Hub has a name only) and
    `children` (the MAX_CHILDREN with the most downloads, of `children_total`) are frames with
    model_id, relation and counters; `history` is what data.model_history says. `milestones`:
    milestone, reached_on (first day on which the all-time counter had passed it) and before_on
    (the day seen before that one; NULL when it had already passed on the first day seen).
    """

    facts: Mapping[str, Any]
    variants: pd.DataFrame
    parents: pd.DataFrame
    children: pd.DataFrame
    children_total: int
    history: pd.DataFrame
    milestones: pd.DataFrame


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
    found = warehouse.frame(
        path, "SELECT * FROM hub__models WHERE position = ?", [_position(path, model_id)]
    )
    if found.empty:
        raise UnknownModelError(f"no repository of the newest day is named {model_id!r}")
    plain = found.astype(object).where(found.notna(), None)
    facts: dict[str, Any] = plain.iloc[0].to_dict()
    facts["parents"] = list(facts["parents"] if facts["parents"] is not None else ())
    history = model_history(facts["hub_id"], path)
    children, children_total = _relatives(path, model_id, RELATIONS, MAX_CHILDREN)
    variants, _ = _relatives(path, facts["variant_of"], ("variant",))
    return ModelCard(
        facts=facts,
        variants=variants,
        parents=_parents(path, facts["parents"]),
        children=children,
        children_total=children_total,
        history=history,
        milestones=milestones_of(history),
    )


def _relatives(
    path: Path, model_id: str, relations: Sequence[str], limit: int | None = None
) -> tuple[pd.DataFrame, int]:
    """The repositories that stand in one of these relations to a name, most downloaded first, at
    most `limit` of them; and how many there are in all.
    """
    rows = (
        warehouse.cursor(path)
        .execute(
            "SELECT DISTINCT position FROM listed_relatives "
            "WHERE parent = ? AND relation IN (SELECT unnest(?)) ORDER BY position",
            [model_id, list(relations)],
        )
        .fetchall()
    )
    positions = [row[0] for row in rows]
    frame = warehouse.frame(
        path,
        f"SELECT {_LISTED} FROM hub__models WHERE position IN (SELECT unnest(?)) ORDER BY position",
        [positions[:limit]],
    )
    return frame, len(positions)


def milestones_of(history: pd.DataFrame) -> pd.DataFrame:
    """When the all-time counter of a history (sorted by date) passed each milestone."""
    known = history[history["downloads_all_time"].notna()]
    rows = []
    for milestone in MILESTONES:
        passed = known[known["downloads_all_time"] >= milestone]
        if passed.empty:
            continue
        reached = passed["date"].iloc[0]
        before = known[known["date"] < reached]["date"]
        rows.append((milestone, reached, before.iloc[-1] if len(before) else pd.NaT))
    return pd.DataFrame(rows, columns=["milestone", "reached_on", "before_on"])


def _parents(path: Path, declared: Sequence[str]) -> pd.DataFrame:
    """One row a declared parent, `relation:name`, in their order."""
    pairs = [text.partition(":")[::2] for text in declared]
    # A look-up a name: a join would read the whole list of names.
    positions = [_position(path, name) for _, name in pairs]
    return warehouse.frame(
        path,
        "SELECT p.relation, p.model_id, m.position, m.family, m.root_family, m.precision, "
        "m.downloads_30d, m.downloads_all_time, m.created_on "
        "FROM (SELECT unnest(?::VARCHAR[]) AS relation, unnest(?::VARCHAR[]) AS model_id, "
        "unnest(?::BIGINT[]) AS position, unnest(range(len(?::BIGINT[]))) AS place) AS p "
        "LEFT JOIN hub__models AS m ON m.position = p.position ORDER BY p.place",
        [
            [relation for relation, _ in pairs],
            [name for _, name in pairs],
            positions,
            positions,
        ],
    )


def _position(path: Path, model_id: str) -> int | None:
    """The rank of a listed repository; None when it is not listed."""
    row = (
        warehouse.cursor(path)
        .execute("SELECT min(position) FROM listed_names WHERE model_id = ?", [model_id])
        .fetchone()
    )
    return row[0] if row else None
