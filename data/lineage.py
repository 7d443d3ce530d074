"""The graph of base models -> one root family a repository.

The definition is that of the project's design ("Account, family, scope"):

- The *roots* of a repository are the repositories at the end of its lineage: those without a known
  parent. A deleted or never seen parent leads nowhere, so a repository that has no other parent is
  a root itself and falls back to its family by owner.
- A cycle has no end: its members stand for its roots, together with the roots that lead into it.
  A repository that names itself is a cycle of one.
- The root family is the family by owner of the roots: NULL when none has one, the family when they
  agree, and `mixed` when they do not. Roots without a family do not count.

A repository therefore has exactly one root family, and nested families are counted once.

Names become numbers in DuckDB; the graph is then settled parents first in arrays, each relation
once. What a repository inherits is the least and the greatest number among its roots, and among
the families of its roots: they differ when there are several. So several parents cost no sets, the
order of rows does not matter, and there is no limit on depth or on the number of families.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.errors import BuildError

MIXED = "mixed"

# When a repository has relations of several kinds, the first of these is said of it. The more a
# word says, the earlier it stands: `finetune` is also what is declared for want of a better word.
RELATIONS = ("merge", "adapter", "quantized", "finetune", "unknown")

# Endings that say how a repository was made from the one whose name stands before them.
QUANTIZED_ENDINGS = (
    r"(?:i1[-_.]|imat(?:rix)?[-_.])?gg(?:uf|ml)", r"(?:iq|q)\d(?:_[a-z0-9]+){0,2}",
    r"awq", r"gptq", r"gptqmodel", r"autoround", r"hqq", r"aqlm", r"eetq", r"quanto", r"exl[23]",
    r"\d(?:\.\d+)?bpw(?:[-_.]h\d)?", r"(?:unsloth[-_.])?bnb(?:[-_.][48]-?bits?)?",
    r"\d-?bits?(?:[-_.]dwq|[-_.]dq)?(?:[-_.]\d+g)?", r"(?:int|nf|uint)[248]", r"(?:nv|mx)?fp[468]",
    r"(?:mx)?fp8[-_.](?:dynamic|block|static|kv)", r"w\d{1,2}a\d{1,2}", r"quantized",
    r"mlx", r"onnx", r"openvino", r"mlc", r"b?f(?:p|loat)?(?:16|32)",
)  # fmt: skip
ADAPTER_ENDINGS = (r"q?lora", r"adapters?")

# A relation to a parent that is not known is said only when there is no other.
_MISSING = len(RELATIONS)
# To name oneself says nothing of how a repository was made.
_NOTHING = 2 * _MISSING
_NONE = -1
_MANY = np.iinfo(np.int32).max

Numbers = npt.NDArray[np.int32]
Positions = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Edges:
    """Relations as numbers of repositories; a parent that is not known is _NONE."""

    child: Numbers
    parent: Numbers
    relation: Numbers
    is_inferred: Flags

    def only(self, chosen: Flags) -> _Edges:
        return _Edges(
            self.child[chosen], self.parent[chosen], self.relation[chosen], self.is_inferred[chosen]
        )


@dataclass(frozen=True)
class _Order:
    """Relations between those who stand for a cycle, and the rounds in which to follow them."""

    child: Numbers
    parent: Numbers
    rounds: list[Positions]
    stand_in: Numbers
    is_cycle: Flags


@dataclass(frozen=True)
class _Settled:
    """What each repository has from its roots; low > high means nothing, low < high several."""

    family_low: Numbers
    family_high: Numbers
    root_low: Numbers
    root_high: Numbers
    depth: Numbers
    is_inferred: Flags


def roots(
    connection: duckdb.DuckDBPyConnection,
    models: str = "models",
    names: str = "names",
    parents: str = "parents",
    *,
    with_inferred: bool,
    into: str = "lineage",
) -> int:
    """Make the table `into`, one row a row of `models`; returns its rows.

    In: tables or views of an open connection.
    - models(key, model_id, family): key unique, model_id the newest name, family by owner or NULL.
    - names(model_id, key): every name that a repository ever had, exact. Of several owners the one
      that has the name now wins, then the greatest key (identifiers grow with creation).
    - parents(key, parent_id, relation, is_inferred): relation is one of RELATIONS. Repetitions and
      the order of rows do not matter. Inferred rows count only `with_inferred`.
    A key that is not in models is not known: its names lead nowhere, its relations are left out.

    Out, beside `key`:
    - root_family: a family, 'mixed', or NULL when no family is reached.
    - relation: to its parents, the first in RELATIONS; relations to known parents go before those
      to missing ones, and a repository's relation to itself is none. NULL without any.
    - root_key: the only root; NULL when there are several. A root is its own.
    - depth: the fewest steps to a root; 0 for roots and members of cycles.
    - is_cycle: the repository is among its own ancestors.
    - has_missing_parent: a declared parent is not known.
    - is_inferred: an inferred relation lies between the repository and any of its roots.

    Raises BuildError when a table does not fit.
    """
    try:
        nodes = _numbered(connection, models)
        edges = _edges(connection, nodes, names, parents, with_inferred)
        return _write(connection, _lineage(nodes.drop("model_id"), edges), into)
    except duckdb.Error as error:
        raise BuildError(f"lineage of {models}, {names}, {parents}: {error}") from error


def both(
    connection: duckdb.DuckDBPyConnection,
    models: str = "models",
    names: str = "names",
    parents: str = "parents",
) -> tuple[pa.Table, pa.Table]:
    """What roots() makes without and with inferred relations, as Arrow tables, at little more than
    the cost of one. Texts are dictionary-encoded. Raises BuildError as roots() does.
    """
    try:
        nodes = _numbered(connection, models)
        edges = _edges(connection, nodes, names, parents, with_inferred=True)
    except duckdb.Error as error:
        raise BuildError(f"lineage of {models}, {names}, {parents}: {error}") from error
    nodes = nodes.drop("model_id")
    return _lineage(nodes, edges.only(~edges.is_inferred)), _lineage(nodes, edges)


def infer(
    connection: duckdb.DuckDBPyConnection,
    models: str = "models",
    parents: str = "parents",
    *,
    into: str = "inferred_parents",
) -> int:
    """Make the table `into`: parents that repositories have by their name alone; returns its rows.

    In: `models` and `parents` as for roots(). Only repositories without a declared parent are
    looked at, known or missing. Endings such as -GGUF or -bnb-4bit are taken off one by one until
    what is left is, whatever its case, the whole name of a repository that has a family by owner
    (`name`, or `owner_name` as repackagers write it). When several have that name there is no
    answer, and none is sought in a shorter one.

    Out: key, parent_id, relation (quantized or adapter, by the ending next to the name),
    is_inferred (true). Raises BuildError when a table does not fit.
    """
    ending = "[-_.](?:" + "|".join((*QUANTIZED_ENDINGS, *ADAPTER_ENDINGS)) + ")$"
    adapter = "[-_.](?:" + "|".join(ADAPTER_ENDINGS) + ")$"
    statement = _INFER.format(into=_quoted(into), models=_quoted(models), parents=_quoted(parents))
    try:
        connection.execute(statement, {"ending": ending, "adapter": adapter})
        return _count(connection, into)
    except duckdb.Error as error:
        raise BuildError(f"inferred parents of {models}, {parents}: {error}") from error


_INFER = """
CREATE OR REPLACE TABLE {into} AS
WITH RECURSIVE shortened AS (
    SELECT
        key,
        regexp_replace(name, $ending, '') AS name,
        regexp_matches(name, $adapter) AS is_adapter,
        1 AS taken_off
    FROM (SELECT key, lower(split_part(model_id, '/', 2)) AS name FROM {models}) AS named
    WHERE regexp_matches(name, $ending)
        AND NOT EXISTS (
            SELECT 1 FROM {parents} AS told WHERE told.key = named.key AND NOT told.is_inferred
        )
    UNION ALL
    SELECT key, regexp_replace(name, $ending, ''), regexp_matches(name, $adapter), taken_off + 1
    FROM shortened
    WHERE regexp_matches(name, $ending)
),
known AS (
    SELECT model_id, lower(split_part(model_id, '/', 2)) AS name
    FROM {models} WHERE family IS NOT NULL
    UNION ALL
    SELECT model_id, lower(replace(model_id, '/', '_')) AS name
    FROM {models} WHERE family IS NOT NULL
),
unique_names AS (
    SELECT name, CASE WHEN count(*) = 1 THEN min(model_id) END AS parent_id
    FROM known GROUP BY name
),
nearest AS (
    SELECT
        shortened.key AS key,
        arg_min(struct_pack(parent_id, is_adapter), taken_off) AS found
    FROM shortened INNER JOIN unique_names ON unique_names.name = shortened.name
    GROUP BY shortened.key
)
SELECT
    key,
    found.parent_id AS parent_id,
    CASE WHEN found.is_adapter THEN 'adapter' ELSE 'quantized' END AS relation,
    true AS is_inferred
FROM nearest
WHERE found.parent_id IS NOT NULL
"""

# A name of several repositories belongs to the one that has it now, then to the newest.
# To read the relations twice is cheaper than to keep them, and their names repeat much.
_EDGES = """
WITH told AS NOT MATERIALIZED (
    SELECT key, parent_id, relation, is_inferred FROM {parents} WHERE {counted}
),
claims AS (
    SELECT names.model_id AS parent_id, nodes.key AS key, nodes.node AS node,
        nodes.model_id = names.model_id AS is_current
    FROM {names} AS names
    INNER JOIN {nodes} AS nodes ON nodes.key = names.key
    WHERE names.model_id IN (SELECT DISTINCT parent_id FROM told)
),
owners AS (
    SELECT parent_id, arg_max(node, struct_pack(is_current, key)) AS node
    FROM claims GROUP BY parent_id
)
SELECT
    children.node AS child,
    coalesce(owners.node, -1)::INTEGER AS parent,
    (list_position({relations}, told.relation) - 1)::INTEGER AS relation,
    told.is_inferred AS is_inferred,
    told.parent_id IS NULL AS is_nameless
FROM told
INNER JOIN {nodes} AS children ON children.key = told.key
LEFT JOIN owners ON owners.parent_id = told.parent_id
"""

_NODES = "lineage_nodes"
_RESULT = "lineage_result"


def _numbered(connection: duckdb.DuckDBPyConnection, models: str) -> pa.Table:
    """The repositories; a row's position, in `node`, is the number of its repository from here."""
    table: pa.Table = connection.sql(
        f"SELECT key, model_id, family::VARCHAR AS family FROM {_quoted(models)}"
    ).to_arrow_table()
    return table.append_column("node", pa.array(np.arange(table.num_rows, dtype=np.int32)))


def _edges(
    connection: duckdb.DuckDBPyConnection,
    nodes: pa.Table,
    names: str,
    parents: str,
    with_inferred: bool,
) -> _Edges:
    statement = _EDGES.format(
        names=_quoted(names),
        parents=_quoted(parents),
        nodes=_NODES,
        relations=list(RELATIONS),
        # NOT ... would drop NULL in silence; it is looked for below.
        counted="true" if with_inferred else "is_inferred IS DISTINCT FROM true",
    )
    connection.register(_NODES, nodes)
    try:
        found: pa.Table = connection.sql(statement).to_arrow_table()
    finally:
        connection.unregister(_NODES)
    _refuse_gaps(found, parents)
    child, parent, relation, is_inferred = (
        found[name].to_numpy() for name in ("child", "parent", "relation", "is_inferred")
    )
    return _Edges(child, parent, relation, is_inferred)


def _refuse_gaps(found: pa.Table, parents: str) -> None:
    gaps = {
        "relation": (found["relation"].null_count, f"one of {', '.join(sorted(RELATIONS))}"),
        "is_inferred": (found["is_inferred"].null_count, "true or false"),
        "parent_id": (int(np.count_nonzero(found["is_nameless"].to_numpy())), "a name"),
    }
    for column, (count, expected) in gaps.items():
        if count:
            raise BuildError(
                f"{parents}.{column}: expected {expected}, found something else in {count} rows; "
                "mend what fills the table"
            )


def _lineage(nodes: pa.Table, edges: _Edges) -> pa.Table:
    """The output's columns, in the order of `nodes`."""
    count = nodes.num_rows
    families = nodes["family"].combine_chunks().dictionary_encode()
    own = families.indices.fill_null(_NONE).to_numpy().astype(np.int32)
    known = edges.only(edges.parent != _NONE)
    order = _order(known, count)
    settled = _settle(known, own, order)
    relation, has_missing_parent = _relations(edges, count)
    texts = pa.concat_arrays([families.dictionary.cast(pa.string()), pa.array([MIXED])])
    root_family = _agreed(settled.family_low, settled.family_high, len(texts) - 1)
    root = _agreed(settled.root_low, settled.root_high, _NONE)
    columns = {
        "key": nodes["key"],
        "root_family": _words(root_family, texts),
        "relation": _words(relation, pa.array(RELATIONS)),
        "root_key": nodes["key"].combine_chunks().take(_optional(root)),
        "depth": pa.array(settled.depth),
        "is_cycle": pa.array(order.is_cycle),
        "has_missing_parent": pa.array(has_missing_parent),
        "is_inferred": pa.array(settled.is_inferred),
    }
    return pa.table(columns)


def _order(edges: _Edges, count: int) -> _Order:
    """Parents before children, each cycle taken together. Raises BuildError when none is found."""
    every = np.arange(len(edges.child))
    rounds, left = _rounds(edges.child, edges.parent, every, count)
    stand_in, is_cycle = _cycles(edges.child[left], edges.parent[left], count)
    child, parent = stand_in[edges.child], stand_in[edges.parent]
    more, left = _rounds(child, parent, left[child[left] != parent[left]], count)
    if len(left):
        raise BuildError(
            f"lineage: expected an order of all relations once cycles are taken together, found "
            f"none for {len(left)} of {len(every)}; this is a fault of data/lineage.py"
        )
    return _Order(child, parent, [*rounds, *more], stand_in, is_cycle)


def _rounds(
    child: Numbers, parent: Numbers, left: Positions, count: int
) -> tuple[list[Positions], Positions]:
    """The relations at `left` in rounds, those to a parent's children after all to the parent.

    Relations of a cycle, and below one, are in no round; they are returned beside. Each round
    takes at least one relation, so it ends.
    """
    rounds = []
    waiting = np.bincount(child[left], minlength=count)
    while len(left):
        is_ready = waiting[parent[left]] == 0
        chosen = left[is_ready]
        if not len(chosen):
            break
        rounds.append(chosen)
        np.subtract.at(waiting, child[chosen], 1)
        left = left[~is_ready]
    return rounds, left


def _cycles(child: Numbers, parent: Numbers, count: int) -> tuple[Numbers, Flags]:
    """Who stands for each repository (itself, but one for all of a cycle), and who is in a cycle.

    In: the relations that are left when all with a first ancestor are taken away, round by round.
    Those with a last descendant are taken away likewise; what lies in or between cycles is small.
    """
    _, left = _rounds(parent, child, np.arange(len(child)), count)
    parents_of: dict[int, list[int]] = {}
    for below, above in zip(child[left].tolist(), parent[left].tolist(), strict=True):
        parents_of.setdefault(below, []).append(above)
    stand_in = np.arange(count, dtype=np.int32)
    is_cycle = np.zeros(count, dtype=np.bool_)
    for members in _components(parents_of):
        if len(members) > 1 or members[0] in parents_of[members[0]]:
            stand_in[members] = min(members)
            is_cycle[members] = True
    return stand_in, is_cycle


def _components(parents_of: Mapping[int, list[int]]) -> Iterator[list[int]]:
    """Strongly connected components (Tarjan 1972), without recursion: a cycle may be long."""
    order: dict[int, int] = {}
    lowest: dict[int, int] = {}
    # Repositories whose component is not closed yet, in the order of their discovery.
    open_ones: dict[int, None] = {}
    for start in parents_of:
        if start in order:
            continue
        path = [(start, iter(parents_of[start]))]
        order[start] = lowest[start] = len(order)
        open_ones[start] = None
        while path:
            node, above = path[-1]
            parent = next(above, None)
            if parent is None:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[node])
                if lowest[node] == order[node]:
                    yield _closed(open_ones, node)
            elif parent not in order:
                order[parent] = lowest[parent] = len(order)
                open_ones[parent] = None
                path.append((parent, iter(parents_of.get(parent, ()))))
            elif parent in open_ones:
                lowest[node] = min(lowest[node], order[parent])


def _closed(open_ones: dict[int, None], first: int) -> list[int]:
    members = [open_ones.popitem()[0]]
    while members[-1] != first:
        members.append(open_ones.popitem()[0])
    return members


def _settle(edges: _Edges, own: Numbers, order: _Order) -> _Settled:
    """What each repository has from its roots."""
    child, parent = order.child, order.parent
    settled = _begin(edges.child, own, order)
    # Relations within a cycle bring no roots, but they may be inferred.
    settled.is_inferred[child[(child == parent) & edges.is_inferred]] = True
    for chosen in order.rounds:
        _inherit(settled, child[chosen], parent[chosen], edges.is_inferred[chosen])
    members = np.flatnonzero(order.is_cycle)
    for values in vars(settled).values():
        values[members] = values[order.stand_in[members]]
    return settled


def _begin(child: Numbers, own: Numbers, order: _Order) -> _Settled:
    """Roots with what they are, those of a cycle with the one that stands for it; others empty."""
    count = len(own)
    low, high = np.full(count, _MANY, np.int32), np.full(count, _NONE, np.int32)
    settled = _Settled(
        low.copy(), high.copy(), low.copy(), high.copy(), low, np.zeros(count, dtype=np.bool_)
    )
    is_root = order.is_cycle | (np.bincount(child, minlength=count) == 0)
    root = np.flatnonzero(is_root).astype(np.int32)
    settled.depth[order.stand_in[root]] = 0
    _gather(settled.root_low, settled.root_high, order.stand_in[root], root)
    root = root[own[root] != _NONE]
    _gather(settled.family_low, settled.family_high, order.stand_in[root], own[root])
    return settled


def _gather(low: Numbers, high: Numbers, place: Numbers, number: Numbers) -> None:
    np.minimum.at(low, place, number)
    np.maximum.at(high, place, number)


def _inherit(settled: _Settled, child: Numbers, parent: Numbers, is_inferred: Flags) -> None:
    low, high = settled.family_low, settled.family_high
    np.minimum.at(low, child, low[parent])
    np.maximum.at(high, child, high[parent])
    low, high = settled.root_low, settled.root_high
    np.minimum.at(low, child, low[parent])
    np.maximum.at(high, child, high[parent])
    np.minimum.at(settled.depth, child, settled.depth[parent] + 1)
    settled.is_inferred[child[is_inferred | settled.is_inferred[parent]]] = True


def _relations(edges: _Edges, count: int) -> tuple[Numbers, Flags]:
    """The relation that is said of each repository, _NONE without any; who misses a parent."""
    is_missing = edges.parent == _NONE
    rank = edges.relation + np.int32(_MISSING) * is_missing
    rank[edges.child == edges.parent] = _NOTHING
    first = np.full(count, _NOTHING, np.int32)
    np.minimum.at(first, edges.child, rank)
    has_missing_parent = np.zeros(count, dtype=np.bool_)
    has_missing_parent[edges.child[is_missing]] = True
    relation = np.where(first == _NOTHING, np.int32(_NONE), first % np.int32(_MISSING))
    return relation, has_missing_parent


def _agreed(low: Numbers, high: Numbers, several: int) -> Numbers:
    """The one number between low and high, `several` when there are more, _NONE when none is."""
    agreed = np.where(low == high, low, np.int32(several))
    agreed[low > high] = _NONE
    return agreed


def _optional(numbers: Numbers) -> pa.Array:
    """Numbers as Arrow has them, _NONE as NULL."""
    return pa.array(numbers, mask=numbers == _NONE)


def _words(numbers: Numbers, words: pa.Array) -> pa.Array:
    """Words by their numbers, _NONE as NULL; each word is stored once."""
    return pa.DictionaryArray.from_arrays(_optional(numbers), words)


def _write(connection: duckdb.DuckDBPyConnection, table: pa.Table, into: str) -> int:
    connection.register(_RESULT, table)
    try:
        connection.execute(f"CREATE OR REPLACE TABLE {_quoted(into)} AS SELECT * FROM {_RESULT}")
    finally:
        connection.unregister(_RESULT)
    return int(table.num_rows)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    ((count,),) = connection.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchall()
    return int(count)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
