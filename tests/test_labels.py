"""What each repository is said to be: the 1,000 recorded models and names of every kind."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import data
from data import labels
from data.labels import FULL, KEPT_VALUES, OTHER, SIZE_CLASSES, UNKNOWN, Labels
from data.paths import SEEDS_DIR
from data.repositories import ATTRIBUTES
from data.seeds import load
from tests.hub_recorded import MONTHS, recorded_home, rows

Row = dict[str, Any]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded_home(tmp_path_factory)


def ask(home: Path, sql: str) -> list[Row]:
    with duckdb.connect(str(data.newest_build(home)), read_only=True) as connection:
        found: list[Row] = connection.sql(sql).to_arrow_table().to_pylist()
    return found


def models(home: Path) -> dict[str, Row]:
    return {row["model_id"]: row for row in ask(home, "SELECT * FROM hub__models")}


@cache
def shipped() -> dict[str, pa.Table]:
    return dict(load(SEEDS_DIR))


def labelled(
    given: list[Row],
    former: dict[int, str] | None = None,
    seeds: Mapping[str, pa.Table] | None = None,
    kept: Path | None = None,
) -> tuple[Labels, list[Row]]:
    """Labels of made-up repositories; the key is the place in the list."""
    blank = dict.fromkeys(ATTRIBUTES)
    found = [{**blank, "key": key, **row} for key, row in enumerate(given)]
    told = former or {}
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE repositories (key INTEGER, "
            + ", ".join(f"{name} {kind}" for name, kind in ATTRIBUTES.items())
            + ")"
        )
        connection.register("incoming", pa.Table.from_pylist(found))
        columns = ", ".join(f"CAST({n} AS {k}) AS {n}" for n, k in ATTRIBUTES.items())
        connection.execute(
            f"INSERT INTO repositories BY NAME SELECT CAST(key AS INTEGER) AS key, {columns} "
            "FROM incoming"
        )
        connection.register(
            "former_names",
            pa.table({"key": pa.array(list(told), pa.int32()),
                      "model_id": pa.array(list(told.values()), pa.string())}),
        )  # fmt: skip
        made = labels.label(connection, len(given), seeds or shipped(), kept)
    texts = {name: made.texts_of(name, made.codes[name]).to_pylist() for name in made.codes}
    return made, [{name: texts[name][key] for name in texts} for key in range(len(given))]


# Families: own and lineage.


def test_a_distilled_model_is_its_developers_own_and_its_parents_lineage(home: Path) -> None:
    found = models(home)
    for name, family, root in (
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "DeepSeek", "Qwen"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "DeepSeek", "Qwen"),
        ("deepseek-ai/DeepSeek-R1-Distill-Llama-70B", "DeepSeek", "Llama"),
        ("bartowski/DeepSeek-R1-Distill-Qwen-32B-GGUF", None, "Qwen"),
        ("meta-llama/Llama-3.1-8B-Instruct", "Llama", "Llama"),
        ("someone/Qwen3-Llama-merge", None, "mixed"),
        ("someone/no-parents", None, None),
    ):
        assert (found[name]["family"], found[name]["root_family"]) == (family, root), name
    distilled = found["bartowski/DeepSeek-R1-Distill-Qwen-32B-GGUF"]
    assert distilled["root_id"] == "Qwen/Qwen2.5-32B"
    assert distilled["relation"] == "quantized"
    assert found["someone/Qwen3-Llama-merge"]["root_id"] is None


def test_shares_of_a_scope_sum_to_one(home: Path) -> None:
    found = ask(home, "SELECT * FROM monthly_share")
    sums: dict[tuple, float] = defaultdict(float)
    for row in found:
        sums[row["month"], row["scope"], row["share_of"]] += row["monthly_share"]
    assert {month for month, _, _ in sums} == set(MONTHS)
    assert {scope for _, scope, _ in sums} == {"own", "derivatives", "lineage"}
    assert all(total == pytest.approx(1, abs=1e-12) for total in sums.values()), sums


def test_every_scope_has_the_downloads_of_the_whole_hub(home: Path) -> None:
    """In own and in lineage each repository counts once, nested families too."""
    total = sum(row["monthly"] for row in rows())
    for month in MONTHS:
        for scope in ("own", "lineage"):
            (row,) = ask(
                home,
                f"SELECT sum(downloads) AS downloads FROM scope_months WHERE month = '{month}' "
                f"AND scope = '{scope}' AND NOT with_inferred",
            )
            assert int(row["downloads"]) == total


def test_families_add_up_by_hand(home: Path) -> None:
    """DeepSeek and Qwen by a sum over the recorded names and tags."""
    monthly = {row["id"]: row["monthly"] for row in rows()}
    found = models(home)
    for scope, label in (("own", "family"), ("lineage", "root_family")):
        for family in ("DeepSeek", "Qwen", "Llama"):
            expected = sum(monthly[name] for name, row in found.items() if row[label] == family)
            (row,) = ask(
                home,
                f"SELECT downloads FROM scope_months WHERE month = '{MONTHS[0]}' AND "
                f"scope = '{scope}' AND family = '{family}' AND NOT with_inferred",
            )
            assert row["downloads"] == expected
    own = sum(count for name, count in monthly.items() if name.startswith("deepseek-ai/"))
    assert sum(monthly[n] for n, row in found.items() if row["family"] == "DeepSeek") == own


# Sizes.

BILLION = 10**9


SIZES = [
    (None, UNKNOWN),
    (0, "[0,1)"),
    (1, "[0,1)"),
    (999_999_999, "[0,1)"),
    (BILLION, "[1,5)"),
    (4_999_999_999, "[1,5)"),
    (5 * BILLION, "[5,10)"),
    (8_030_261_248, "[5,10)"),
    (10 * BILLION, "[10,50)"),
    (49_999_999_999, "[10,50)"),
    (50 * BILLION, "[50,100)"),
    (100 * BILLION, "[100,250)"),
    (249_999_999_999, "[100,250)"),
    (250 * BILLION, "[250,inf)"),
    (1_026_408_232_448, "[250,inf)"),
]


def test_size_classes() -> None:
    given = [{"model_id": f"a/{n}", "total_params": params} for n, (params, _) in enumerate(SIZES)]
    made, found = labelled(given)
    assert [row["size_class"] for row in found] == [size_class for _, size_class in SIZES]
    assert made.total_params.tolist() == [-1 if p is None else p for p, _ in SIZES]


def test_unknown_sizes_stand_apart(home: Path) -> None:
    expected = Counter(
        UNKNOWN if row["params"] is None else by_hand(row["params"]) for row in rows()
    )
    found = ask(
        home,
        "SELECT size_class, sum(models) AS models FROM hub__cohort_newest "
        "JOIN hub__cohorts USING (cohort) GROUP BY 1",
    )
    assert {row["size_class"]: int(row["models"]) for row in found} == dict(expected)
    assert expected[UNKNOWN] > 100


def by_hand(params: int) -> str:
    for text in SIZE_CLASSES:
        low, high = text[1:-1].split(",")
        if float(low) <= params / BILLION < float(high):
            return text
    raise AssertionError(params)


# Precision.

PRECISIONS = [
    ("Qwen/Qwen3-8B", None, FULL),
    ("Qwen/Qwen3-8B-FP8", None, "FP8"),
    ("Qwen/Qwen3-8B-AWQ", None, "AWQ"),
    ("Qwen/Qwen3-8B-GPTQ-Int4", None, "GPTQ"),
    ("Qwen/Qwen2.5-7B-Instruct-GPTQ-Int8", None, "GPTQ"),
    ("Qwen/Qwen2.5-7B-Instruct-GGUF", None, "GGUF"),
    ("unsloth/Qwen3-8B-GGUF", "gguf", "GGUF"),
    ("unsloth/Qwen3-8B-unsloth-bnb-4bit", "transformers", "Int4"),
    ("unsloth/Meta-Llama-3.1-8B-bnb-4bit", None, "Int4"),
    ("mlx-community/Qwen3-8B-4bit", "mlx", "MLX"),
    ("mlx-community/Llama-3.2-3B-Instruct-8bit", "mlx", "MLX"),
    ("lmstudio-community/Qwen3-8B-MLX-4bit", None, "MLX"),
    ("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w4a16", None, "Int4"),
    ("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8", None, "Int8"),
    ("neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8", None, "FP8"),
    ("neuralmagic/DeepSeek-Coder-V2-Lite-Instruct-FP8-dynamic", None, "FP8"),
    ("RedHatAI/Qwen3-8B-quantized.w4a16", None, "Int4"),
    ("Intel/DeepSeek-V4-Flash-W4A16-AutoRound", None, "Int4"),
    ("nvidia/Gemma-4-31B-IT-NVFP4", None, "FP4"),
    ("amd/Llama-3.3-70B-Instruct-MXFP4-Preview", None, "FP4"),
    ("cyankiwi/gemma-4-31B-it-AWQ-4bit", None, "AWQ"),
    ("UnstableLlama/Qwen3.6-27B-exl3-8.00bpw", None, "EXL"),
    ("onnx-community/gemma-4-E2B-it-ONNX", "transformers.js", "ONNX"),
    ("google/gemma-3-27b-it-qat-q4_0-gguf", None, "GGUF"),
    ("mradermacher/Llama-3.1-70B-i1-GGUF", "transformers", "GGUF"),
    ("TheBloke/Llama-2-7B-Chat-GGML", None, "GGUF"),
    ("hugging-quants/Meta-Llama-3.1-8B-Instruct-AWQ-INT4", None, "AWQ"),
    ("ISTA-DASLab/Meta-Llama-3-8B-AQLM-2Bit-1x16", None, "other"),
    # Words that only look alike.
    ("openai/gpt-oss-20b", None, FULL),
    ("microsoft/Phi-3-mini-4k-instruct", None, FULL),
    ("someone/awqward-model", None, FULL),
    ("meta-llama/Llama-3.1-8B-Instruct", "transformers", FULL),
    ("awq/model", None, FULL),
]


def test_precision_is_read_off_real_names() -> None:
    given = [{"model_id": name, "library_name": library} for name, library, _ in PRECISIONS]
    _, found = labelled(given)
    told = [(one[0], row["precision"]) for one, row in zip(PRECISIONS, found, strict=True)]
    assert told == [(name, precision) for name, _, precision in PRECISIONS]


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("Qwen/Qwen3-8B", "Qwen/Qwen3-8B"),
        ("Qwen/Qwen3-8B-FP8", "Qwen/Qwen3-8B"),
        ("Qwen/Qwen3-8B-GPTQ-Int4", "Qwen/Qwen3-8B"),  # by the name alone
        ("unsloth/Qwen3-8B-GGUF", "Qwen/Qwen3-8B"),
        ("unsloth/Qwen3-8B-unsloth-bnb-4bit", "Qwen/Qwen3-8B"),
        ("mlx-community/Qwen3-8B-4bit", "Qwen/Qwen3-8B"),
        (
            "RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w4a16",
            "meta-llama/Llama-3.1-8B-Instruct",
        ),
        (
            "bartowski/DeepSeek-R1-Distill-Qwen-32B-GGUF",
            "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B",
        ),
        ("Qwen/Qwen3-8B-Lonely-FP8", "Qwen/Qwen3-8B-Lonely-FP8"),  # there is no such model
        ("meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-8B-Instruct"),  # no precision
    ],
)
def test_a_precision_variant_hangs_on_its_model(home: Path, name: str, base: str) -> None:
    assert models(home)[name]["variant_of"] == base


# Regions, tests, what anyone can write.


def test_regions_of_owner_and_of_the_roots_developer() -> None:
    given: list[Row] = [
        {"model_id": "Qwen/Qwen3-8B"},
        {"model_id": "meta-llama/Llama-3.1-8B"},
        {"model_id": "nvidia/Qwen3-8B-FP4", "base_models": ["quantized:Qwen/Qwen3-8B"]},
        {"model_id": "mistralai/Mistral-7B-v0.1"},
        {"model_id": "someone/alone"},
        {"model_id": "someone/child", "base_models": ["finetune:meta-llama/Llama-3.1-8B"]},
        {
            "model_id": "nvidia/both",
            "base_models": ["merge:Qwen/Qwen3-8B", "merge:meta-llama/Llama-3.1-8B"],
        },
    ]
    _, found = labelled(given)
    assert [(row["region"], row["root_region"]) for row in found] == [
        ("china", "china"), ("us", "us"), ("us", "china"), ("eu", "eu"), ("unknown", "unknown"),
        ("unknown", "us"), ("us", "us"),
    ]  # fmt: skip


TESTS = [
    ("trl-internal-testing/tiny-Qwen2ForCausalLM-2.5", True),
    ("hf-internal-testing/tiny-random-bert", True),
    ("HF-internal-testing/x", True),
    ("someone/tiny-random-LlamaForCausalLM", True),
    ("sshleifer/tiny-gpt2", True),
    ("prajjwal1/bert-tiny", False),
    ("nomic-ai/trl-internal-testing-notes", False),
    ("openai-community/gpt2", False),
]


def test_repositories_of_software_tests() -> None:
    _, found = labelled([{"model_id": name} for name, _ in TESTS])
    assert [row["is_test"] for row in found] == [str(is_test).lower() for _, is_test in TESTS]
    pattern = re.compile(labels.test_pattern(shipped()).removeprefix("(?i)"), re.I)
    assert [bool(pattern.search(name)) for name, _ in TESTS] == [is_test for _, is_test in TESTS]


# What names say is kept from one build to the next.

NAMES = ["a/One-GGUF", "b/Two", "c/tiny-random-three", "d/Four-AWQ"]


def said(kept: Path | None, *names: str, seeds: Mapping[str, pa.Table] | None = None) -> list[Any]:
    _, found = labelled([{"model_id": name} for name in names], seeds=seeds, kept=kept)
    return [(row["precision"], row["is_test"]) for row in found]


def test_what_names_say_is_kept(tmp_path: Path) -> None:
    kept = tmp_path / "names.parquet"
    assert said(kept, *NAMES) == said(None, *NAMES)
    table = pq.read_table(kept)
    wrong = pa.array([True] * len(NAMES))
    place = table.column_names.index("is_test")
    pq.write_table(table.set_column(place, "is_test", wrong.cast(pa.int16())), kept)
    assert [is_test for _, is_test in said(kept, *NAMES)] == ["true"] * len(NAMES)


@pytest.mark.parametrize(
    "names",
    [
        [*NAMES, "e/tiny-random-FP8", "f/Six"],
        [NAMES[0], "b/Two-MLX", "c/three", NAMES[3]],
        NAMES[:2],
        NAMES[::-1],
    ],
    ids=["new", "renamed", "fewer", "other keys"],
)
def test_other_names_are_read_anew(tmp_path: Path, names: list[str]) -> None:
    kept = tmp_path / "names.parquet"
    said(kept, *NAMES)
    for _ in range(2):
        assert said(kept, *names) == said(None, *names)


def test_other_rules_read_all_names_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "names.parquet"
    said(kept, *NAMES)
    tests = shipped()["test_repositories"].slice(0, 1)
    tests = tests.set_column(0, tests.schema.field(0), pa.array(["^b/Two$"]))
    changed = {**shipped(), "test_repositories": tests}
    assert said(kept, *NAMES, seeds=changed) == said(None, *NAMES, seeds=changed)
    monkeypatch.setitem(labels.PRECISIONS, "AWQ", "two")
    assert said(kept, *NAMES) == said(None, *NAMES)
    assert [precision for precision, _ in said(kept, *NAMES)] != ["GGUF", FULL, FULL, "AWQ"]


@pytest.mark.parametrize(
    ("column", "label"),
    [("pipeline_tag", "task"), ("licence", "licence"), ("library_name", "library")],
)
def test_what_anyone_can_write_is_capped(column: str, label: str) -> None:
    often = [f"v{number:03}" for number in range(KEPT_VALUES)]
    given = [{"model_id": f"a/{n}", column: value} for n, value in enumerate(often * 2)]
    rare = [{"model_id": f"b/{n}", column: f"zz-rare-{n}"} for n in range(30)]
    hostile = [{"model_id": "c/1", column: "'); DROP TABLE repositories; --"}]
    absent = [{"model_id": "d/1"}]
    made, found = labelled([*given, *rare, *hostile, *absent])
    assert Counter(row[label] for row in found) == {
        **dict.fromkeys(often, 2), OTHER: 31, UNKNOWN: 1,
    }  # fmt: skip
    assert len(made.texts[label]) == KEPT_VALUES + 2


def test_a_parent_is_found_under_its_former_name() -> None:
    given = [
        {"model_id": "Qwen/New-Name"},
        {"model_id": "someone/child", "base_models": ["finetune:Qwen/Qwen3-Old-8B"]},
        {"model_id": "someone/orphan", "base_models": ["finetune:nobody/nothing"]},
    ]
    _, found = labelled(given, former={0: "Qwen/Qwen3-Old-8B"})
    assert [row["root_family"] for row in found] == ["Qwen", "Qwen", None]
    assert [row["relation"] for row in found] == [None, "finetune", "finetune"]


def test_inferred_parents_are_a_class_of_their_own() -> None:
    given = [{"model_id": "Qwen/Qwen3-8B"}, {"model_id": "someone/Qwen3-8B-GGUF"}]
    _, found = labelled(given)
    assert [row["root_family"] for row in found] == ["Qwen", None]
    assert [row["inferred_family"] for row in found] == ["Qwen", "Qwen"]
    assert found[1]["root_generation"] == found[0]["generation"]


def test_the_order_of_rows_and_of_parents_does_not_matter() -> None:
    given = [
        {"model_id": row["id"], "base_models": sorted(
            tag.removeprefix("base_model:") for tag in row["tags"]
            if re.match("base_model:(finetune|adapter|quantized|merge):", tag))}
        for row in rows()
    ]  # fmt: skip
    _, forward = labelled(given)
    backward_rows = [{**row, "base_models": row["base_models"][::-1]} for row in reversed(given)]
    _, backward = labelled(backward_rows)
    assert forward == backward[::-1]
    assert np.mean([row["root_family"] is not None for row in forward]) > 0.4
