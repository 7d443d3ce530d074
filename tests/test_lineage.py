"""Root families: cases named for what they show, every graph against a walk in plain Python, and
the 1,000 recorded models."""

from __future__ import annotations

import csv
import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data import lineage
from data.errors import BuildError
from data.paths import SEEDS_DIR
from tests.fake_hub import recorded_models

Row = dict[str, Any]
Declared = tuple[str, str, str]
TYPES = {
    "models": pa.schema([("key", pa.string()), ("model_id", pa.string()), ("family", pa.string())]),
    "names": pa.schema([("model_id", pa.string()), ("key", pa.string())]),
    "parents": pa.schema(
        [
            ("key", pa.string()),
            ("parent_id", pa.string()),
            ("relation", pa.string()),
            ("is_inferred", pa.bool_()),
        ]
    ),
}


@dataclass
class Graph:
    """Repositories by their newest name, which is their key; who declared what; older names."""

    families: Mapping[str, str | None]
    declared: Sequence[Declared] = ()
    inferred: Sequence[Declared] = ()
    older_names: Sequence[tuple[str, str]] = field(default_factory=list)

    def rows(self) -> dict[str, list[Row]]:
        names = [*((name, name) for name in self.families), *self.older_names]
        parents = [(False, row) for row in self.declared] + [(True, row) for row in self.inferred]
        return {
            "models": [
                {"key": name, "model_id": name, "family": family}
                for name, family in self.families.items()
            ],
            "names": [{"model_id": name, "key": key} for name, key in names],
            "parents": [
                {"key": key, "parent_id": parent, "relation": relation, "is_inferred": is_inferred}
                for is_inferred, (key, parent, relation) in parents
            ],
        }


@cache
def opened() -> duckdb.DuckDBPyConnection:
    """One connection for all graphs: each fills its tables anew, with a few rows."""
    return duckdb.connect(config={"threads": 1})


def fill(connection: duckdb.DuckDBPyConnection, rows: Mapping[str, list[Row]]) -> None:
    for table, found in rows.items():
        connection.register("incoming", pa.Table.from_pylist(found, schema=TYPES[table]))
        connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM incoming").fetchall()
        connection.unregister("incoming")


def read(connection: duckdb.DuckDBPyConnection, table: str = "lineage") -> dict[str, Row]:
    rows = connection.sql(f"SELECT * FROM {table}").to_arrow_table().to_pylist()
    found = {row.pop("key"): row for row in rows}
    assert len(found) == len(rows)
    return found


def lineage_of(graph: Graph, *, with_inferred: bool = False, seed: int = 0) -> dict[str, Row]:
    rows = graph.rows()
    for table in rows.values():
        random.Random(seed).shuffle(table)
    fill(opened(), rows)
    count = lineage.roots(opened(), with_inferred=with_inferred)
    found = read(opened())
    assert found.keys() == graph.families.keys()
    assert count == len(found)
    return found


def families_of(graph: Graph, **given: Any) -> dict[str, str | None]:
    return {key: row["root_family"] for key, row in lineage_of(graph, **given).items()}


# Cases by hand

QWEN, DISTILL = "Qwen/Qwen2.5-32B", "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B"
QUANTIZED = "unsloth/DeepSeek-R1-Distill-Qwen-32B-bnb-4bit"


def test_a_distilled_model_has_the_family_that_it_was_made_from() -> None:
    graph = Graph(
        {QWEN: "Qwen", DISTILL: "DeepSeek", QUANTIZED: None},
        [(DISTILL, QWEN, "finetune"), (QUANTIZED, DISTILL, "quantized")],
    )
    root = {"root_family": "Qwen", "root_key": QWEN}
    plain = {"is_cycle": False, "has_missing_parent": False, "is_inferred": False}
    assert lineage_of(graph) == {
        QWEN: {**root, "relation": None, "depth": 0, **plain},
        DISTILL: {**root, "relation": "finetune", "depth": 1, **plain},
        QUANTIZED: {**root, "relation": "quantized", "depth": 2, **plain},
    }


def test_without_parents_the_owner_decides() -> None:
    assert families_of(Graph({"a/a": "A", "x/x": None})) == {"a/a": "A", "x/x": None}


def test_no_repositories_at_all() -> None:
    assert lineage_of(Graph({})) == {}


def test_two_families_are_mixed_and_stay_so() -> None:
    graph = Graph(
        {"a/a": "A", "b/b": "B", "m/m": None, "n/n": None, "a/again": "A"},
        [
            ("m/m", "a/a", "merge"),
            ("m/m", "b/b", "merge"),
            ("n/n", "m/m", "quantized"),
            ("a/again", "m/m", "merge"),
            ("a/again", "a/a", "merge"),
        ],
    )
    found = lineage_of(graph)
    assert {key: found[key]["root_family"] for key in ("m/m", "n/n", "a/again")} == {
        "m/m": "mixed",
        "n/n": "mixed",
        "a/again": "mixed",
    }
    assert found["n/n"]["root_key"] is None
    assert (found["n/n"]["depth"], found["a/again"]["depth"]) == (2, 1)


def test_two_roots_of_one_family_are_that_family() -> None:
    graph = Graph(
        {"a/1": "A", "a/2": "A", "m/m": "B"}, [("m/m", "a/1", "merge"), ("m/m", "a/2", "merge")]
    )
    row = lineage_of(graph)["m/m"]
    assert (row["root_family"], row["root_key"]) == ("A", None)


def test_parents_without_a_family_do_not_count_beside_others() -> None:
    graph = Graph(
        {"a/a": "A", "x/x": None, "m/m": "B", "n/n": "B"},
        [("m/m", "a/a", "merge"), ("m/m", "x/x", "merge"), ("n/n", "x/x", "finetune")],
    )
    found = families_of(graph)
    assert (found["m/m"], found["n/n"]) == ("A", None)


def test_a_deleted_parent_leads_nowhere() -> None:
    graph = Graph(
        {"a/a": "A", "b/only": "B", "b/beside": "B", "x/x": None, "x/below": None},
        [
            ("b/only", "gone/gone", "quantized"),
            ("b/beside", "gone/gone", "merge"),
            ("b/beside", "a/a", "finetune"),
            ("x/x", "gone/gone", "adapter"),
            ("x/below", "b/only", "adapter"),
        ],
    )
    found = lineage_of(graph)
    assert {key: row["root_family"] for key, row in found.items()} == {
        "a/a": "A", "b/only": "B", "b/beside": "A", "x/x": None, "x/below": "B"
    }  # fmt: skip
    assert [key for key, row in found.items() if row["has_missing_parent"]] == [
        key for key in found if key in {"b/only", "b/beside", "x/x"}
    ]
    # A declared relation is said even when its parent is gone, but never before one that is there.
    assert (found["b/only"]["relation"], found["b/beside"]["relation"]) == ("quantized", "finetune")
    assert (found["b/only"]["root_key"], found["b/only"]["depth"]) == ("b/only", 0)


def test_a_renamed_parent_is_found_by_its_old_name() -> None:
    graph = Graph(
        {"zai-org/GLM-4": "GLM", "x/x": None},
        [("x/x", "THUDM/GLM-4", "finetune")],
        older_names=[("THUDM/GLM-4", "zai-org/GLM-4")],
    )
    row = lineage_of(graph)["x/x"]
    assert (row["root_key"], row["has_missing_parent"]) == ("zai-org/GLM-4", False)


def test_a_name_belongs_to_who_has_it_now_then_to_the_newest() -> None:
    graph = Graph(
        {"a/a": "A", "b/b": "B", "c/c": "C", "x/now": None, "x/newest": None},
        [("x/now", "a/a", "finetune"), ("x/newest", "old/old", "finetune")],
        older_names=[("a/a", "c/c"), ("old/old", "b/b"), ("old/old", "a/a")],
    )
    found = families_of(graph)
    assert (found["x/now"], found["x/newest"]) == ("A", "B")


def test_a_key_that_is_not_among_the_models_is_not_known() -> None:
    graph = Graph(
        {"a/a": "A"},
        [("a/a", "gone/gone", "merge"), ("gone/gone", "a/a", "merge")],
        older_names=[("gone/gone", "gone/gone")],
    )
    row = lineage_of(graph)["a/a"]
    assert (row["root_family"], row["has_missing_parent"], row["is_cycle"]) == ("A", True, False)


def test_names_are_exact() -> None:
    graph = Graph({"a/Model": "A", "x/x": "X"}, [("x/x", "a/model", "finetune")])
    row = lineage_of(graph)["x/x"]
    assert (row["root_family"], row["has_missing_parent"]) == ("X", True)


def test_a_cycle_takes_the_families_of_its_members_and_of_what_leads_into_it() -> None:
    graph = Graph(
        {"a/a": "A", "x/1": None, "x/2": None, "x/below": None, "b/1": "B", "b/2": None},
        [
            ("x/1", "x/2", "finetune"),
            ("x/2", "x/1", "merge"),
            ("x/2", "a/a", "merge"),
            ("x/below", "x/1", "adapter"),
            ("b/1", "b/2", "finetune"),
            ("b/2", "b/1", "quantized"),
        ],
    )
    found = lineage_of(graph)
    assert {key: row["root_family"] for key, row in found.items()} == {
        "a/a": "A", "x/1": "A", "x/2": "A", "x/below": "A", "b/1": "B", "b/2": "B"
    }  # fmt: skip
    assert {key for key, row in found.items() if row["is_cycle"]} == {"x/1", "x/2", "b/1", "b/2"}
    assert {found[key]["root_key"] for key in ("x/1", "x/2", "b/1", "b/2")} == {None}
    assert (found["x/2"]["depth"], found["x/below"]["depth"]) == (0, 1)
    assert found["b/1"]["relation"] == "finetune"


def test_a_cycle_whose_members_disagree_is_mixed() -> None:
    graph = Graph(
        {"a/a": "A", "b/b": "B"}, [("a/a", "b/b", "finetune"), ("b/b", "a/a", "finetune")]
    )
    assert families_of(graph) == {"a/a": "mixed", "b/b": "mixed"}


def test_a_repository_that_names_itself_is_a_cycle_of_one() -> None:
    graph = Graph(
        {"a/a": "A", "b/b": "B", "x/x": None},
        [
            ("a/a", "a/a", "quantized"),
            ("x/x", "a/a", "adapter"),
            ("b/b", "b/b", "finetune"),
            ("b/b", "a/a", "finetune"),
        ],
    )
    found = lineage_of(graph)
    itself = found["a/a"]
    assert (itself["root_family"], itself["is_cycle"]) == ("A", True)
    assert (itself["relation"], itself["root_key"]) == (None, "a/a")
    assert (found["x/x"]["root_key"], found["x/x"]["is_cycle"]) == ("a/a", False)
    assert found["b/b"]["root_family"] == "mixed"


def test_what_lies_between_two_cycles_is_in_none() -> None:
    graph = Graph(
        dict.fromkeys(["x/1", "x/2", "between/1", "y/1", "y/2"]),
        [
            ("x/1", "x/2", "merge"),
            ("x/2", "x/1", "merge"),
            ("between/1", "x/1", "merge"),
            ("y/1", "between/1", "merge"),
            ("y/1", "y/2", "merge"),
            ("y/2", "y/1", "merge"),
        ],
    )
    found = lineage_of(graph)
    assert {key for key, row in found.items() if not row["is_cycle"]} == {"between/1"}


def test_no_depth_is_too_deep() -> None:
    names = [f"x/{number}" for number in range(3000)]
    chain = [(below, above, "finetune") for above, below in pairwise(names)]
    cycle = [*chain, (names[0], names[-1], "finetune")]
    families = dict.fromkeys(names) | {names[0]: "A"}
    assert lineage_of(Graph(families, chain))[names[-1]]["depth"] == 2999
    assert set(families_of(Graph(families, cycle)).values()) == {"A"}


@pytest.mark.parametrize(
    ("relations", "said"),
    [
        (["finetune", "merge"], "merge"),
        (["quantized", "adapter"], "adapter"),
        (["finetune", "quantized"], "quantized"),
        (["unknown", "finetune"], "finetune"),
        (["unknown", "unknown"], "unknown"),
    ],
)
def test_of_several_relations_the_one_that_says_most(relations: list[str], said: str) -> None:
    families = {"a/a": "A", "b/b": "A", "x/one": None, "x/two": None}
    one_parent = [("x/one", "a/a", relation) for relation in relations]
    two_parents = [("x/two", p, r) for p, r in zip(("a/a", "b/b"), relations, strict=True)]
    found = lineage_of(Graph(families, one_parent + two_parents))
    assert (found["x/one"]["relation"], found["x/two"]["relation"]) == (said, said)


def test_inferred_relations_count_only_when_asked_for_and_are_marked_below() -> None:
    graph = Graph(
        {"a/a": "A", "x/x": None, "x/below": None, "y/y": None},
        declared=[("x/below", "x/x", "adapter"), ("y/y", "a/a", "finetune")],
        inferred=[("x/x", "a/a", "quantized")],
    )
    without, with_them = lineage_of(graph), lineage_of(graph, with_inferred=True)
    assert (without["x/below"]["root_family"], with_them["x/below"]["root_family"]) == (None, "A")
    assert not any(row["is_inferred"] for row in without.values())
    assert {key for key, row in with_them.items() if row["is_inferred"]} == {"x/x", "x/below"}


def test_keys_may_be_numbers() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE models AS FROM (VALUES (7, 'a/a', 'A'), (3, 'x/x', NULL)) "
            "AS t (key, model_id, family)"
        )
        connection.execute("CREATE VIEW names AS SELECT model_id, key FROM models")
        connection.execute(
            "CREATE TABLE parents AS SELECT 3 AS key, 'a/a' AS parent_id, "
            "'adapter' AS relation, false AS is_inferred"
        )
        lineage.roots(connection, with_inferred=False, into="found")
        types = dict(connection.execute("SELECT column_name, data_type FROM duckdb_columns() "
                                        "WHERE table_name = 'found'").fetchall())  # fmt: skip
        rows = connection.execute("SELECT key, root_family, root_key FROM found").fetchall()
    assert sorted(rows) == [(3, "A", 7), (7, "A", 7)]
    assert types == {
        "key": "INTEGER",
        "root_family": "VARCHAR",
        "relation": "VARCHAR",
        "root_key": "INTEGER",
        "depth": "INTEGER",
        "is_cycle": "BOOLEAN",
        "has_missing_parent": "BOOLEAN",
        "is_inferred": "BOOLEAN",
    }


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("x/x", "a/a", "distilled", False), "relation"),
        (("x/x", "a/a", None, False), "relation"),
        (("x/x", None, "merge", False), "parent_id"),
        (("x/x", "a/a", "merge", None), "is_inferred"),
    ],
)
def test_a_relation_that_does_not_fit_is_refused(row: tuple[Any, ...], column: str) -> None:
    rows = Graph({"a/a": "A", "x/x": None}).rows()
    rows["parents"] = [dict(zip(TYPES["parents"].names, row, strict=True))]
    with duckdb.connect() as connection:
        fill(connection, rows)
        with pytest.raises(BuildError, match=rf"parents\.{column}: expected .* 1 rows"):
            lineage.roots(connection, with_inferred=False)


def test_a_table_that_is_not_there_is_said() -> None:
    with duckdb.connect() as connection:
        with pytest.raises(BuildError, match="lineage of models, names, parents"):
            lineage.roots(connection, with_inferred=False)
        with pytest.raises(BuildError, match="inferred parents of models, parents"):
            lineage.infer(connection)


# Relations by name

KNOWN = {
    "Qwen/Qwen3-8B": "Qwen",
    "Qwen/Qwen3-8B-FP8": "Qwen",
    "Qwen/Qwen3-8B-Base": "Qwen",
    "deepseek-ai/DeepSeek-V3": "DeepSeek",
    "google/gemma-3-1b-it": "Gemma",
    "google/shared-name": "Gemma",
    "nvidia/shared-name": "Nemotron",
    "someone/Plain-7B": None,
}


def inferred_of(model_id: str, declared: Sequence[Declared] = ()) -> tuple[str, str] | None:
    with duckdb.connect() as connection:
        fill(connection, Graph({**KNOWN, model_id: KNOWN.get(model_id)}, declared).rows())
        lineage.infer(connection)
        row = read(connection, "inferred_parents").get(model_id)
    return row and (row["parent_id"], row["relation"])


@pytest.mark.parametrize(
    ("model_id", "parent"),
    [
        ("x/Qwen3-8B-GGUF", "Qwen/Qwen3-8B"),
        ("x/qwen3-8b-gguf", "Qwen/Qwen3-8B"),
        ("x/Qwen_Qwen3-8B-GGUF", "Qwen/Qwen3-8B"),
        ("x/Qwen3-8B-i1-GGUF", "Qwen/Qwen3-8B"),
        ("x/Qwen3-8B-Q4_K_M-GGUF", "Qwen/Qwen3-8B"),
        ("x/Qwen3-8B-AWQ", "Qwen/Qwen3-8B"),
        ("x/Qwen3-8B-GPTQ-Int4", "Qwen/Qwen3-8B"),
        ("x/Qwen3-8B-unsloth-bnb-4bit", "Qwen/Qwen3-8B"),
        ("x/Qwen3-8B-bnb-4bit", "Qwen/Qwen3-8B"),
        ("x/Qwen3-8B-4bit-128g", "Qwen/Qwen3-8B"),
        ("x/Qwen3-8B-MLX-4bit", "Qwen/Qwen3-8B"),
        ("x/Qwen3-8B-4bit-DWQ", "Qwen/Qwen3-8B"),
        ("x/Qwen3-8B-4.0bpw-h6-exl2", "Qwen/Qwen3-8B"),
        ("x/Qwen3-8B-quantized.w4a16", "Qwen/Qwen3-8B"),
        ("x/Qwen3-8B-FP8-dynamic", "Qwen/Qwen3-8B"),
        ("x/Qwen3-8B-NVFP4", "Qwen/Qwen3-8B"),
        ("x/gemma-3-1b-it-mlx-bf16", "google/gemma-3-1b-it"),
        # The longest name that is left over is the nearest.
        ("x/Qwen3-8B-FP8-MLX", "Qwen/Qwen3-8B-FP8"),
        # A developer's own variant.
        ("Qwen/Qwen3-8B-FP8", "Qwen/Qwen3-8B"),
    ],
)
def test_a_name_that_says_what_it_was_made_from(model_id: str, parent: str) -> None:
    assert inferred_of(model_id) == (parent, "quantized")


def test_an_adapter_by_its_name() -> None:
    assert inferred_of("x/Qwen3-8B-LoRA") == ("Qwen/Qwen3-8B", "adapter")


@pytest.mark.parametrize(
    "model_id",
    [
        "x/Qwen3-8B",  # a copy says nothing of how it was made
        "x/My-Qwen3-8B-GGUF",  # part of a name is not a name
        "x/Qwen3-8B-Chat-GGUF",
        "x/Qwen3-8BGGUF",
        "x/Qwen3-8B-GGUF-v2",
        "x/GGUF",
        "x/shared-name-GGUF",  # two developers have it
        "x/Plain-7B-GGUF",  # of no family
    ],
)
def test_a_name_that_does_not_say_so(model_id: str) -> None:
    assert inferred_of(model_id) is None


@pytest.mark.parametrize("parent", ["google/gemma-3-1b-it", "gone/gone"])
def test_a_declared_parent_leaves_nothing_to_infer(parent: str) -> None:
    assert inferred_of("x/Qwen3-8B-GGUF", [("x/Qwen3-8B-GGUF", parent, "quantized")]) is None


def test_inferred_parents_give_a_root() -> None:
    graph = Graph({**KNOWN, "x/Qwen3-8B-GGUF": None})
    with duckdb.connect() as connection:
        fill(connection, graph.rows())
        assert lineage.infer(connection) == 2
        connection.execute(
            "CREATE VIEW told AS FROM parents UNION ALL BY NAME FROM inferred_parents"
        )
        lineage.roots(connection, parents="told", with_inferred=True)
        found = read(connection)["x/Qwen3-8B-GGUF"]
        assert lineage.infer(connection, parents="told", into="again") == 2
    assert (found["root_family"], found["is_inferred"], found["depth"]) == ("Qwen", True, 1)


# Every graph against a walk in plain Python


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Up to nine repositories: cycles, loops, several, missing, renamed and repeated parents."""
    keys = [f"x/{letter}" for letter in "abcdefghi"[: draw(st.integers(1, 9))]]
    families = {key: draw(st.sampled_from([None, "A", "B", "C"])) for key in keys}
    key = st.sampled_from(keys)
    older = st.lists(st.tuples(st.sampled_from(["old/1", "old/2", *keys]), key), max_size=4)
    parent = st.sampled_from([*keys, *keys, "old/1", "old/2", "gone/1"])
    row = st.tuples(key, parent, st.sampled_from(lineage.RELATIONS))
    return Graph(
        families,
        draw(st.lists(row, max_size=14)),
        draw(st.lists(row, max_size=3)),
        draw(older),
    )


class Walk:
    """What the rule says, one repository at a time, along all of its ways."""

    def __init__(self, graph: Graph, *, with_inferred: bool) -> None:
        self.graph = graph
        self.told = [(key, self.owner(name), kind, False) for key, name, kind in graph.declared]
        if with_inferred:
            self.told += [(key, self.owner(name), kind, True) for key, name, kind in graph.inferred]
        self.parents: dict[str, set[str]] = {key: set() for key in graph.families}
        for key, parent, *_ in self.told:
            if parent is not None:
                self.parents[key].add(parent)
        self.cycles = {key for key in self.parents if key in self.steps(self.parents[key])}

    def owner(self, name: str) -> str | None:
        if name in self.graph.families:
            return name
        return max((key for old, key in self.graph.older_names if old == name), default=None)

    def steps(self, starts: Iterable[str]) -> dict[str, int]:
        """Everything that is reached from the starts, with the fewest steps to it."""
        found: dict[str, int] = {}
        edge, step = set(starts), 0
        while edge:
            found |= dict.fromkeys(edge, step)
            edge = {up for key in edge for up in self.parents[key]} - found.keys()
            step += 1
        return found

    def row(self, key: str) -> Row:
        ways = self.steps([key])
        roots = {k: n for k, n in ways.items() if not self.parents[k] or k in self.cycles}
        families = {self.graph.families[root] for root in roots} - {None}
        mine = [row for row in self.told if row[0] == key]
        known = [kind for _, parent, kind, _ in mine if parent not in {None, key}]
        missing = [kind for _, parent, kind, _ in mine if parent is None]
        said = [kind for kind in lineage.RELATIONS if kind in (known or missing)]
        return {
            "root_family": "mixed" if len(families) > 1 else next(iter(families), None),
            "relation": next(iter(said), None),
            "root_key": next(iter(roots)) if len(roots) == 1 else None,
            "depth": min(roots.values()),
            "is_cycle": key in self.cycles,
            "has_missing_parent": bool(missing),
            "is_inferred": any(
                is_inferred and parent is not None and child in ways
                for child, parent, _, is_inferred in self.told
            ),
        }


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(graph=graphs(), with_inferred=st.booleans(), seed=st.integers(0, 9))
@example(graph=Graph({"x/a": "A"}, [("x/a", "x/a", "merge")]), with_inferred=False, seed=0)
@example(
    # Two cycles that share a member, and one that is only reached from them.
    graph=Graph(
        {"x/a": "A", "x/b": None, "x/c": None, "x/d": "B", "x/e": None},
        [
            ("x/a", "x/b", "merge"),
            ("x/b", "x/a", "merge"),
            ("x/b", "x/c", "merge"),
            ("x/c", "x/b", "merge"),
            ("x/c", "x/d", "merge"),
            ("x/d", "x/e", "merge"),
            ("x/e", "x/d", "merge"),
        ],
    ),
    with_inferred=False,
    seed=1,
)
def test_the_rule_is_that_of_a_walk(graph: Graph, with_inferred: bool, seed: int) -> None:
    walk = Walk(graph, with_inferred=with_inferred)
    found = lineage_of(graph, with_inferred=with_inferred, seed=seed)
    assert found == {key: walk.row(key) for key in graph.families}


@pytest.mark.parametrize("seed", range(3))
def test_a_large_graph_is_that_of_a_walk(seed: int) -> None:
    dice = random.Random(seed)
    keys = [f"x/{number:03}" for number in range(250)]
    families = {key: dice.choice([None, None, *"ABCDE"]) for key in keys}
    declared = []
    for number, key in enumerate(keys[20:], start=20):
        for _ in range(dice.choice([0, 1, 1, 1, 1, 2, 8])):
            above = dice.choice(keys[max(0, number - 30) : number + (dice.random() < 0.05)])
            declared.append((key, above, dice.choice(lineage.RELATIONS)))
    declared += [(dice.choice(keys), dice.choice(keys), "merge") for _ in range(3)]
    graph = Graph(families, declared)
    walk = Walk(graph, with_inferred=False)
    found = lineage_of(graph, seed=seed)
    assert found == {key: walk.row(key) for key in keys}


def test_the_order_of_rows_never_matters() -> None:
    graph = recorded_graph()
    assert lineage_of(graph, seed=1) == lineage_of(graph, seed=2) == lineage_of(graph, seed=3)


# The recorded models

PARENT_TAG = re.compile(r"base_model:(?:(finetune|quantized|adapter|merge):)?([^:]+)")


@cache
def seed_families() -> list[tuple[str, set[str], re.Pattern[str]]]:
    with (SEEDS_DIR / "model_families.csv").open(encoding="utf-8", newline="") as file:
        return [
            (row["family"], set(row["hf_orgs"].split()), re.compile(row["name_pattern"], re.I))
            for row in csv.DictReader(file)
        ]


def family_by_owner(model_id: str) -> str | None:
    owner, _, name = model_id.partition("/")
    fits = (
        family for family, orgs, named in seed_families() if owner in orgs and named.search(name)
    )
    return next(fits, None)


def declared_by(model: Row) -> set[Declared]:
    """The bare tag of a parent says nothing when there is one with a relation."""
    found = [match.groups() for tag in model["tags"] if (match := PARENT_TAG.fullmatch(tag))]
    related = {parent for relation, parent in found if relation}
    return {
        (model["id"], parent, relation or "unknown")
        for relation, parent in found
        if relation or parent not in related
    }


@cache
def recorded_graph() -> Graph:
    """The recording, and what it lacks: DeepSeek's distilled models name no parent on the Hub, and
    the parent that their publisher states is not among the 1,000."""
    models = recorded_models()
    families = {model["id"]: family_by_owner(model["id"]) for model in models}
    declared = sorted(row for model in models for row in declared_by(model))
    added = {QWEN: "Qwen", DISTILL: "DeepSeek", QUANTIZED: None}
    ways = [(DISTILL, QWEN, "finetune"), (QUANTIZED, DISTILL, "quantized")]
    return Graph({**families, **added}, sorted({*declared, *ways}))


def test_shares_of_the_recorded_models_sum_to_one_within_own_and_within_lineage() -> None:
    graph = recorded_graph()
    downloads = {model["id"]: model["downloads"] for model in recorded_models()}
    found = families_of(graph)
    total = sum(downloads.values())
    for scope in (graph.families, found):
        sums: Counter[str | None] = Counter()
        for model_id, count in downloads.items():
            sums[scope[model_id]] += count
        assert sum(count / total for count in sums.values()) == pytest.approx(1, abs=1e-12)
    assert set(found.values()) <= {family for family, *_ in seed_families()} | {"mixed", None}


def test_the_recorded_models_have_sensible_roots() -> None:
    graph = recorded_graph()
    found = lineage_of(graph)
    assert graph.families[DISTILL] == "DeepSeek"
    assert (found[DISTILL]["root_family"], found[QUANTIZED]["root_family"]) == ("Qwen", "Qwen")
    walk = Walk(graph, with_inferred=False)
    assert found == {key: walk.row(key) for key in graph.families}
