"""Seed files: the real ones are right, and every kind of mistake is found where it stands."""

from __future__ import annotations

import datetime as dt
import functools
import gzip
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data import seeds
from data.errors import SeedError

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
RECORDED = ROOT / "tests/fixtures/huggingface/hub_listing_1000_models_2026-05-04.json.gz"
FORM = re.compile(r"seeds/[^:]+\.csv:[0-9]+: expected .+, found .+; .+")


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    return seeds.load(SEEDS)


@pytest.fixture(scope="module")
def families(tables: dict[str, pa.Table]) -> list[dict]:
    return tables["model_families"].to_pylist()


@pytest.fixture(scope="module")
def known_models(tables: dict[str, pa.Table]) -> list[str]:
    listing = json.loads(gzip.decompress(RECORDED.read_bytes()))["models"]
    published = tables["published_series"].to_pylist()
    return sorted(
        {model["id"] for model in listing}
        | {row["subject"] for row in published if row["subject_kind"] == "model"}
        | set(tables["release_dates"]["model_id"].to_pylist())
    )


# --- the real files ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def violations() -> list[str]:
    return seeds.violations(SEEDS)


@pytest.mark.parametrize("name", seeds.TABLES)
def test_seed_file_is_right_and_has_its_declared_columns(
    name: str, tables: dict[str, pa.Table], violations: list[str]
) -> None:
    table = seeds.TABLES[name]
    assert [text for text in violations if f"/{table.file}:" in text] == []
    assert table.file == f"{name}.csv"
    assert tables[name].schema == table.schema
    assert tables[name].num_rows > 0


@pytest.mark.parametrize("name", seeds.TABLES)
def test_sql_table_has_the_same_columns_and_takes_the_rows(
    name: str, tables: dict[str, pa.Table]
) -> None:
    sql = (ROOT / f"data/sql/tables/seed__{name}.sql").read_text(encoding="utf-8")
    assert sql.startswith("-- title: ")
    with duckdb.connect() as connection:
        connection.execute(sql)
        created = connection.execute(f"DESCRIBE seed__{name}").fetchall()
        sql_types = {
            "text": "VARCHAR",
            "date": "DATE",
            "integer": "BIGINT",
            "number": "DOUBLE",
            "boolean": "BOOLEAN",
            "list": "VARCHAR[]",
        }
        assert [(column[0], column[1], column[2] == "NO") for column in created] == [
            (column.name, sql_types[column.type], column.required)
            for column in seeds.TABLES[name].columns
        ]
        connection.register("incoming", tables[name])
        connection.execute(f"INSERT INTO seed__{name} SELECT * FROM incoming")
        count = connection.execute(f"SELECT count(*) FROM seed__{name}").fetchone()
    assert count == (tables[name].num_rows,)


@pytest.mark.parametrize("name", seeds.TABLES)
def test_sql_table_allows_the_same_values_and_explains_every_column(name: str) -> None:
    sql = (ROOT / f"data/sql/tables/seed__{name}.sql").read_text(encoding="utf-8")
    for column in seeds.TABLES[name].columns:
        assert re.search(rf"^    {column.name} [A-Z\[\]]+( NOT NULL)?, +-- \S", sql, re.MULTILINE)
        if column.allowed:
            values = ", ".join(f"'{value}'" for value in column.allowed)
            assert f"CHECK ({column.name} IN ({values}))" in sql
    assert f"PRIMARY KEY ({', '.join(seeds.TABLES[name].key)})" in sql


def test_readme_ends_with_the_codebook() -> None:
    readme = (SEEDS / "README.md").read_text(encoding="utf-8")
    intro, found, rest = readme.partition("## model_families.csv\n")
    assert intro.startswith("# Seeds\n")
    assert found + rest == seeds.codebook(), "replace all after the introduction by codebook()"


# --- families -----------------------------------------------------------------------------------


def test_default_families_and_their_accounts(families: list[dict]) -> None:
    account = {row["family"]: row["account"] for row in families}
    assert (
        account
        | {
            "Qwen": "Qwen",
            "Llama": "meta-llama",
            "DeepSeek": "deepseek-ai",
            "Mistral": "mistralai",
            "Gemma": "google",
            "gpt-oss": "openai",
            "Phi": "microsoft",
            "Muse": "meta-models",
        }
        == account
    )


@pytest.mark.parametrize(
    ("model_id", "family"),
    [
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "DeepSeek"),
        ("Qwen/QwQ-32B", "Qwen"),
        ("meta-models/Muse-Glimmer-30B", "Muse"),
        ("google/medgemma-1.5-4b-it", "Gemma"),
        ("google/paligemma2-3b-pt-224", "Gemma"),
        ("google/t5gemma-2-1b-1b", "Gemma"),
        ("google/siglip-so400m-patch14-384", None),
        ("google-bert/bert-base-uncased", None),
        ("google/t5-v1_1-base", None),
        ("openai/gpt-oss-safeguard-20b", "gpt-oss"),
        ("openai/whisper-large-v3", None),
        ("nvidia/Llama-3.1-Nemotron-70B-Instruct-HF", "Nemotron"),
        ("nvidia/Gemma-4-31B-IT-NVFP4", None),
        ("microsoft/phi-1_5", "Phi"),
        ("microsoft/Florence-2-base", None),
        ("tencent/Hy3", "Hunyuan"),
        ("allenai/OLMoE-1B-7B-0924", "OLMo"),
        ("allenai/Olmo-3.1-32B-Think", "OLMo"),
        ("allenai/olmOCR-2-7B-1025-FP8", None),
        ("allenai/Molmo2-8B", None),
        ("THUDM/chatglm3-6b", "GLM"),
        ("CohereForAI/c4ai-command-r-plus", "Command"),
        ("unsloth/Qwen3.6-27B-GGUF", None),
        ("TinyLlama/TinyLlama-1.1B-Chat-v1.0", "TinyLlama"),
        ("without-a-slash", None),
    ],
)
def test_owner_first_then_name(model_id: str, family: str | None, tables: dict) -> None:
    assert seeds.family_of(model_id, tables["model_families"]) == family


def test_licences_of_the_recorded_listing_have_a_class(tables: dict) -> None:
    listed = tables["licences"].to_pylist()
    classes = {row["licence"]: row["licence_class"] for row in listed}
    models = json.loads(gzip.decompress(RECORDED.read_bytes()))["models"]
    tags = {
        tag[len("license:") :] for m in models for tag in m["tags"] if tag.startswith("license:")
    }
    # `unknown` is what the Hub calls a licence that nobody stated.
    assert len(tags) > 20
    assert tags - classes.keys() == {"unknown"}
    for tag, kind in {
        "apache-2.0": "permissive",
        "gpl-3.0": "copyleft",
        "llama3.1": "community",
        "gemma": "community",
        "openrail": "community",
        "cc-by-nc-4.0": "non_commercial",
        "other": "other",
    }.items():
        assert classes[tag] == kind


@pytest.mark.parametrize(
    ("model_id", "is_test"),
    [
        ("trl-internal-testing/tiny-Qwen2ForCausalLM-2.5", True),
        ("hf-internal-testing/tiny-random-gpt2", True),
        ("HuggingFaceM4/tiny-random-LlamaForCausalLM", True),
        ("fxmarty/tiny-llama-fast-tokenizer", True),
        ("Qwen/Qwen3-8B", False),
        ("TinyLlama/TinyLlama-1.1B-Chat-v1.0", False),
        ("google/bert_uncased_L-2_H-128_A-2", False),
        ("someone/not-tiny-randomly-named", False),
    ],
)
def test_repositories_for_software_tests(model_id: str, is_test: bool, tables: dict) -> None:
    patterns = tables["test_repositories"]["name_pattern"].to_pylist()
    assert any(re.search(p, model_id, re.IGNORECASE) for p in patterns) == is_test


def test_no_model_that_others_report_on_is_one_for_tests(
    tables: dict, known_models: list[str]
) -> None:
    patterns = tables["test_repositories"]["name_pattern"].to_pylist()
    marked = [m for m in known_models if any(re.search(p, m, re.IGNORECASE) for p in patterns)]
    assert all("testing" in m or "tiny-" in m.lower() or "dummy" in m for m in marked), marked


def test_distilled_models_have_the_parents_that_their_publisher_states(
    families: list[dict], tables: dict
) -> None:
    rows = tables["stated_parents"].to_pylist()
    distilled = [row for row in rows if "-Distill-" in row["model_id"]]
    assert len(distilled) == 6
    for row in distilled:
        assert seeds.family_of(row["model_id"], families) == "DeepSeek"
        # DeepSeek-R1-Distill-Qwen-32B descends from a Qwen, -Llama-8B from a Llama.
        name = row["model_id"].split("-Distill-")[1].split("-")[0]
        assert seeds.family_of(row["parent_id"], families) == name


def test_two_matching_families_are_an_error(families: list[dict]) -> None:
    twin = {**families[0], "family": "Twin", "name_pattern": "."}
    model_id = f"{families[0]['hf_orgs'][0]}/{families[0]['family']}"
    with pytest.raises(SeedError, match=f"expected one family for {model_id}"):
        seeds.family_of(model_id, [*families, twin])


def test_no_known_model_has_two_families_or_generations(
    families: list[dict], tables: dict, known_models: list[str]
) -> None:
    generations = defaultdict(list)
    for row in tables["model_generations"].to_pylist():
        generations[row["family"]].append(row["name_pattern"])
    with_family = 0
    for model_id in known_models:
        family = seeds.family_of(model_id, families)  # raises when two match
        with_family += family is not None
        name = model_id.partition("/")[2]
        matching = [p for p in generations[family] if re.search(p, name, re.IGNORECASE)]
        assert len(matching) <= 1, (model_id, matching)
    assert with_family > 300


def test_default_families_know_the_generation_of_every_language_model(
    families: list[dict], tables: dict, known_models: list[str]
) -> None:
    default = {"Qwen", "Llama", "DeepSeek", "Mistral", "Gemma", "gpt-oss"}
    rows = tables["model_generations"].to_pylist()
    for model_id in known_models:
        family = seeds.family_of(model_id, families)
        patterns = [row["name_pattern"] for row in rows if row["family"] == family]
        if family in default:
            assert any(re.search(p, model_id.partition("/")[2], re.I) for p in patterns), model_id


def test_patterns_mean_the_same_in_duckdb(tables: dict, known_models: list[str]) -> None:
    patterns = {
        row["name_pattern"]
        for name in ("model_families", "model_generations", "test_repositories")
        for row in tables[name].to_pylist()
    } | {
        pattern
        for column in ("ollama_pattern", "quality_pattern")
        for pattern in tables["model_families"][column].to_pylist()
        if pattern
    }
    pairs = pa.table({"name": [model_id.partition("/")[2] for model_id in known_models]})
    with duckdb.connect() as connection:
        connection.register("pairs", pairs)
        for pattern in sorted(patterns):
            rows = connection.execute(
                "SELECT name, regexp_matches(name, ?, 'i') FROM pairs", [pattern]
            ).fetchall()
            for name, matched in rows:
                assert matched == bool(re.search(pattern, name, re.IGNORECASE)), (pattern, name)


def test_every_organisation_is_known_by_region(families: list[dict], tables: dict) -> None:
    regions = tables["organization_regions"]
    region = dict(zip(regions["hf_org"].to_pylist(), regions["region"].to_pylist(), strict=True))
    tracked = seeds.tracked_organisations(families)
    by_name = {row["family"]: row for row in families}
    for organisation, names in tracked.items():
        assert {by_name[name]["region"] for name in names} == {region[organisation]}
    assert tracked["zai-org"] == tracked["THUDM"] == ["GLM"]


def test_ollama_libraries_and_openrouter_authors_have_one_family(
    families: list[dict], tables: dict
) -> None:
    published = tables["published_series"].to_pylist()
    libraries = {row["subject"] for row in published if row["subject_kind"] == "ollama_library"}
    found = {
        library: [
            row["family"]
            for row in families
            if row["ollama_pattern"] and re.search(row["ollama_pattern"], library, re.IGNORECASE)
        ]
        for library in libraries
    }
    assert {library for library, names in found.items() if len(names) > 1} == set()
    assert found["deepseek-r1"] == ["DeepSeek"]
    assert found["tinyllama"] == ["TinyLlama"]
    assert found["llama2-uncensored"] == found["dolphin-mixtral"] == []
    authors = [author for row in families for author in row["openrouter_authors"] or ()]
    assert len(authors) == len(set(authors))
    assert "meta" not in authors


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("qwen3-235b-a22b-instruct-2507", "Qwen"),
        ("Qwen3 235B A22B 2507 (Reasoning)", "Qwen"),
        ("QwQ-32B", "Qwen"),
        ("DeepSeek R1 Distill Qwen 32B", "DeepSeek"),
        ("deepseek-r1-distill-llama-70b", "DeepSeek"),
        ("llama-3.1-nemotron-70b-instruct", "Nemotron"),
        ("Llama Nemotron Super 49B v1.5", "Nemotron"),
        ("llama-3.1-405b-instruct-bf16", "Llama"),
        ("Llama 3.3 Instruct 70B", "Llama"),
        ("llama-4-maverick-17b-128e-instruct", "Llama"),
        ("Meta-Llama-3-8B-Instruct-GGUF", "Llama"),
        ("codellama-34b-instruct", "Llama"),
        ("llama-13b", "Llama"),
        ("llama-3.1-tulu-3-70b", None),
        ("Hermes 4 - Llama-3.1 405B (Reasoning)", "Hermes"),
        ("gemma-3-27b-it", "Gemma"),
        ("gemini-2.5-pro", None),
        ("gpt-oss-120B (high)", "gpt-oss"),
        ("gpt-5.2-high", None),
        ("glm-4.6", "GLM"),
        ("chatglm3-6b", "GLM"),
        ("kimi-k2-thinking", "Kimi"),
        ("mistral-large-3", "Mistral"),
        ("Magistral Small 1.2", "Mistral"),
        ("mistral-7b-instruct-v0.2", "Mistral"),
        ("mistralorca", None),
        ("grok-4-fast", "Grok"),
        ("Phi-4 Mini", "Phi"),
        ("ibm-granite-h-small", "Granite"),
        ("command-r-plus-08-2024", "Command"),
        ("arcee-trinity-large-preview", "Trinity"),
        ("MiniMax-M2", "MiniMax"),
        ("minicpm-v-4", "MiniCPM"),
        ("olmo-3-32b-think", "OLMo"),
        ("olmOCR-2", None),
        ("claude-opus-4-5", None),
        ("step-3.5-flash", "Step"),
        ("stablelm-tuned-alpha-7b", "StableLM"),
        ("yi-lightning", "Yi"),
        ("hunyuan-turbos-20250416", "Hunyuan"),
        ("Ring-1T", "Ling"),
        ("string-theory", None),
    ],
)
def test_names_on_leaderboards_have_one_family(
    name: str, family: str | None, families: list[dict]
) -> None:
    found = [
        row["family"]
        for row in families
        if row["quality_pattern"] and re.search(row["quality_pattern"], name, re.IGNORECASE)
    ]
    assert found == ([family] if family else [])


def test_every_author_of_the_published_token_shares_is_known(tables: dict) -> None:
    rows = tables["openrouter_authors"].to_pylist()
    weights = {row["author"]: row["weights"] for row in rows}
    published = {
        row["subject"]
        for row in tables["published_series"].to_pylist()
        if row["series"] == "openrouter_token_share"
    }
    assert published - weights.keys() == {"other"}
    assert weights["anthropic"] == "closed"
    assert weights["openrouter"] == weights["stealth"] == "unreleased"
    assert weights["google"] == weights["openai"] == "mixed"


def test_tracked_runtimes_and_modelscope_owners(tables: dict) -> None:
    runtimes = seeds.tracked_runtimes(tables)
    assert set(runtimes) == {"dockerhub", "github", "hub_account", "npm", "pypi"}
    assert runtimes["dockerhub"] == ["lmsysorg/sglang", "ollama/ollama", "vllm/vllm-openai"]
    assert runtimes["hub_account"] == ["lmstudio-community"]
    assert {"llama-cpp-python", "mlx-lm", "sglang", "transformers", "vllm"} <= set(runtimes["pypi"])
    assert {"@huggingface/transformers", "@lmstudio/sdk", "ollama"} <= set(runtimes["npm"])
    assert {"ggml-org/llama.cpp", "vllm-project/vllm"} <= set(runtimes["github"])
    named = {row["runtime"] for row in tables["runtimes"].to_pylist()}
    assert named == {
        "LM Studio", "MLX", "Ollama", "SGLang", "TGI", "llama.cpp", "transformers", "vLLM"
    }  # fmt: skip
    owners = seeds.tracked_owners(tables["modelscope_owners"])
    assert owners == sorted(owners, key=lambda owner: (owner.casefold(), owner))
    assert {"Qwen", "ZhipuAI", "deepseek-ai", "LLM-Research"} <= set(owners)


# --- figures ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shares(tables: dict) -> dict[dt.date, dict[str, float]]:
    found: dict[dt.date, dict[str, float]] = defaultdict(dict)
    for row in tables["published_series"].to_pylist():
        if row["series"] == "share_text_vlm_by_author":
            found[row["date"]][row["subject"]] = row["value"]
    return found


@pytest.mark.parametrize(
    ("month", "qwen", "meta"),
    [("2025-03", 0.09011, 0.09530), ("2026-04", 0.50132, 0.03989), ("2026-09", 0.29873, 0.02582)],
)
def test_published_share_series(shares: dict, month: str, qwen: float, meta: float) -> None:
    row = shares[dt.date.fromisoformat(f"{month}-01")]
    assert (row["Qwen"], row["meta-llama"]) == (qwen, meta)


def test_published_shares_sum_to_one(shares: dict) -> None:
    assert len(shares) == 27
    for month, row in shares.items():
        assert "all other publishers" in row
        # five decimals each, 19 rows
        assert sum(row.values()) == pytest.approx(1, abs=1e-4), month


def test_repeated_claims_and_contradictions_are_marked(tables: dict) -> None:
    claims, contradictions = defaultdict(list), defaultdict(list)
    for row in tables["reported_figures"].to_pylist():
        claims[row["claim"]].append(row["value"])
        contradictions[row["contradiction"]].append(row["value"])
    assert claims["qwen-600m-downloads"] == [600e6] * 4
    assert claims["qwen-700m-downloads"] == [700e6] * 2
    assert claims["alibaba-cny-380-billion"] == [52e9, 54e9]
    assert contradictions["qwen-downloads-january-2026"] == [700e6, 700e6, 1e9]
    assert {151_448, 180_000} < set(contradictions["qwen-derivatives-since-late-2025"])


def test_events_of_muse_belong_to_muse(tables: dict) -> None:
    events = tables["events"].to_pylist()
    muse = [row["title"] for row in events if row["family"] == "Muse"]
    assert len(muse) == 2
    highlights = {row["short_label"] for row in events if row["is_highlight"]}
    assert {"DeepSeek-R1", "Llama 4", "Qwen3", "gpt-oss", "Qwen lead leaves", "Qwen3.8-27B"} <= (
        highlights
    )


# --- mistakes -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plant:
    """A mistake: what is replaced in a file, and what must be said.

    In `expected`, {n} is the line of edit n, {before} the line before the first edit.
    """

    name: str
    file: str
    edits: tuple[tuple[str, str], ...]
    expected: tuple[str, ...]


RD = "https://github.com/Interconnects-AI/tracked-models/blob/main/metadata/"
REGIONS_URL = RD + "organization_regions.csv"
OPEN = "openrouter-rankings,missing_days,2025-06-15,2025-06-15,absent at the source"
MISTRAL_3 = "Mistral,Mistral 3 family incl. Large 3 (675B) released,Mistral 3,release,true"
LIN = "Qwen,Junyang Lin joins Alibaba,Lin joins Alibaba,people,false,,"
LIN_TITLE = '"Press article in Italian on Junyang Lin leaving Alibaba, March 2026"'
SHARE = "share_text_vlm_by_author,Qwen,hf_org,2026-04-01,month,0.50132,fraction"
HUNYUAN = "Hunyuan,Tencent,china,tencent,hunyuan|^hy[-0-9],tencent"

PUBLISHED = (
    "downloads_text_vlm_by_author,Qwen,hf_org,2026-09-01,month,264252784,downloads,none,2026-10-02,"
)
OF_ANOTHER = f"\n{PUBLISHED}openrouter-rankings"
PLANTS = [
    Plant(
        "missing and unknown column",
        "release_dates.csv",
        (("model_id,hf_created_on,released_on", "model_id,hf_created_on,released"),),
        (
            "{0}: expected column released_on, found none; add the column",
            "{0}: expected only declared columns, found 'released'; remove or rename it",
        ),
    ),
    Plant(
        "column twice",
        "release_dates.csv",
        (("hf_created_on,released_on,source_url", "hf_created_on,source_url,source_url"),),
        (
            "{0}: expected column 'source_url' once, found 2; remove one",
            "{0}: expected column released_on, found none; add the column",
        ),
    ),
    Plant(
        "columns in another order",
        "release_dates.csv",
        (("hf_created_on,released_on", "released_on,hf_created_on"),),
        (
            "{0}: expected the columns in the order model_id,hf_created_on,released_on,source_url,"
            " found model_id,released_on,hf_created_on,source_url; reorder the columns",
        ),
    ),
    Plant(
        "too many cells",
        "incidents.csv",
        ((OPEN, f"{OPEN},again"),),
        ("{0}: expected 6 cells, found 7; quote cells that hold commas, or add the missing ones",),
    ),
    Plant(
        "empty line",
        "incidents.csv",
        ((OPEN, f"\n{OPEN}"),),
        ("{0}: expected a row, found an empty line; remove the line",),
    ),
    Plant(
        "stray quote",
        "incidents.csv",
        ((OPEN, f'"openrouter"x{OPEN}'),),
        (
            "{0}: expected a CSV row, found ',' expected after '\"'; "
            "quote the cell, and double the quotes within it",
        ),
    ),
    Plant(
        "not UTF-8",
        "incidents.csv",
        ((OPEN, OPEN + "\udcff"),),
        ("{0}: expected UTF-8, found byte 0xff; save the file as UTF-8",),
    ),
    Plant(
        "byte order mark",
        "incidents.csv",
        (("source,kind", "\ufeffsource,kind"),),
        ("{0}: expected UTF-8 without a mark, found a byte order mark; save the file without it",),
    ),
    Plant(
        "carriage return",
        "incidents.csv",
        ((OPEN, f"{OPEN}\r"),),
        (
            "{0}: expected line ends of one LF, found a carriage return; save the file with LF",
            "{0}: expected what without outer spaces or control characters, "
            "found 'absent at the source '; remove them",
        ),
    ),
    Plant(
        "required cell empty",
        "incidents.csv",
        ((OPEN, OPEN.replace("absent at the source", "")),),
        ("{0}: expected a value for what, found an empty cell; fill it",),
    ),
    Plant(
        "line is that of the row's start, after a cell over two lines",
        "incidents.csv",
        ((OPEN, 'openrouter-rankings,stall,2025-06-14,2025-06-13,"two\nlines"'),),
        (
            "{0}: expected ends_on on or after starts_on 2025-06-14, found '2025-06-13'; "
            "correct one of the two dates",
        ),
    ),
    Plant(
        "bad date",
        "incidents.csv",
        ((OPEN, OPEN.replace("06-15,2025-06-15", "06-15,2025-06-31")),),
        ("{0}: expected ends_on as a date YYYY-MM-DD, found '2025-06-31'; correct the cell",),
    ),
    Plant(
        "bad number",
        "published_series.csv",
        ((SHARE, SHARE.replace("0.50132", "50.1 %")),),
        ("{0}: expected value as a decimal number, found '50.1 %'; correct the cell",),
    ),
    Plant(
        "bad boolean",
        "events.csv",
        ((MISTRAL_3, MISTRAL_3.replace("true", "yes")),),
        ("{0}: expected is_highlight as true or false, found 'yes'; correct the cell",),
    ),
    Plant(
        "bad list",
        "model_families.csv",
        (("CohereLabs CohereForAI", "CohereLabs  CohereForAI"),),
        (
            "{0}: expected hf_orgs as different items with one space between, "
            "found 'CohereLabs  CohereForAI'; correct the cell",
        ),
    ),
    Plant(
        "value outside its set",
        "organization_regions.csv",
        (("\nzed-industries,us,", "\nzed-industries,usa,"),),
        (
            "{0}: expected region in {{us, china, eu, other, unknown}}, found 'usa'; "
            "use one of them",
        ),
    ),
    Plant(
        "value of the wrong form",
        "model_families.csv",
        (("#6b4ee6", "purple"),),
        ("{0}: expected colour_light like #[0-9a-f]{{6}}, found 'purple'; correct the cell",),
    ),
    Plant(
        "too long",
        "events.csv",
        ((MISTRAL_3, MISTRAL_3.replace("Mistral 3,", "Mistral 3 and Mistral Large 3,")),),
        ("{0}: expected short_label of at most 22 characters, found 29; shorten it",),
    ),
    Plant(
        "key twice, in another case",
        "organization_regions.csv",
        ((f"\nrednote-hilab,china,{REGIONS_URL},", f"\nqwen,china,{REGIONS_URL},"),),
        (
            "{0}: expected a hf_org of its own, found 'qwen' in line {before} too; "
            "remove or correct one of the rows",
        ),
    ),
    Plant(
        "unique cell twice",
        "model_families.csv",
        (("#c98a00", "#6b4ee6"), ("\nQwen,Alibaba,", "\nQwen,Alibaba,")),
        (
            "{1}: expected a colour_light of its own, found '#6b4ee6' in line {0} too; "
            "remove or correct one of the rows",
        ),
    ),
    Plant(
        "unsorted",
        "organization_regions.csv",
        (("\nzed-industries,us,", "\nAlpha,us,"),),
        (
            "{0}: expected rows sorted by hf_org, found 'Alpha' after line {before}; "
            "move the row up",
        ),
    ),
    Plant(
        "unknown reference",
        "events.csv",
        ((MISTRAL_3, MISTRAL_3.replace("Mistral,", "Mistrall,", 1)),),
        (
            "{0}: expected a family of model_families.csv, found 'Mistrall'; "
            "correct it, or add it there",
        ),
    ),
    Plant(
        "neither link nor title",
        "events.csv",
        ((LIN + LIN_TITLE, LIN),),
        ("{0}: expected source_url or source_title, found neither; say where the row comes from",),
    ),
    Plant(
        "no link though not press",
        "reported_figures.csv",
        (("fraction,exact,press,press,", "fraction,exact,read,press,"),),
        (
            "{0}: expected a source_url, found none with status 'read'; "
            "add the link, or use status press",
        ),
    ),
    Plant(
        "percent for a fraction",
        "published_series.csv",
        ((SHARE, SHARE.replace("0.50132", "50.132")),),
        (
            "{0}: expected a fraction between 0 and 1, found '50.132'; "
            "write percent as a fraction, or correct the unit",
        ),
    ),
    Plant(
        "below zero",
        "reported_figures.csv",
        (("day,276597,about", "day,-276597,about"),),
        ("{0}: expected a value of 0 or more, found '-276597.0'; correct the value",),
    ),
    Plant(
        "month that starts late",
        "published_series.csv",
        ((SHARE, SHARE.replace("2026-04-01", "2026-04-02")),),
        (
            "{0}: expected the first day of the month for period month, found '2026-04-02'; "
            "write 2026-04-01",
        ),
    ),
    Plant(
        "value of another publisher",
        "published_series.csv",
        (
            (
                f"{PUBLISHED}model-pulse-report-2026-10",
                f"{PUBLISHED}model-pulse-report-2026-10{OF_ANOTHER}",
            ),
            (OF_ANOTHER, OF_ANOTHER),
        ),
        (
            "{1}: expected 'Model Pulse', who publishes this value in a row before, found "
            "'OpenRouter'; give the series of another publisher a name of its own",
        ),
    ),
    Plant(
        "family does not fit the scope",
        "events.csv",
        (("day,family," + MISTRAL_3, "day,report," + MISTRAL_3),),
        (
            "{0}: expected a family exactly when scope is family, "
            "found scope 'report' with family 'Mistral'; set both, or empty the family",
        ),
    ),
    Plant(
        "highlight without a label",
        "events.csv",
        ((MISTRAL_3, MISTRAL_3.replace("Mistral 3,release", ",release")),),
        (
            "{0}: expected a short_label for a highlighted event, found none; "
            "write one, or set is_highlight to false",
        ),
    ),
    Plant(
        "account of someone else",
        "model_families.csv",
        ((HUNYUAN, HUNYUAN.removesuffix("tencent") + "hunyuan"),),
        (
            "{0}: expected an account among hf_orgs (tencent), found 'hunyuan'; "
            "use one of them, or add it to hf_orgs",
        ),
    ),
    *(
        Plant(
            f"pattern {pattern}",
            "model_families.csv",
            ((HUNYUAN, HUNYUAN.replace("hunyuan|^hy[-0-9]", pattern)),),
            (
                "{0}: expected name_pattern valid in Python's re and in RE2, without look-around, "
                f"found '{pattern}'; rewrite the pattern",
            ),
        )
        for pattern in ("hunyuan(", "hunyuan(?!-old)")
    ),
    Plant(
        "licence class that does not exist",
        "licences.csv",
        (("gemma,community", "gemma,open"),),
        (
            "{0}: expected licence_class in {{permissive, copyleft, community, non_commercial, "
            "other}}, found 'open'; use one of them",
        ),
    ),
    Plant(
        "pattern of tests that RE2 does not know",
        "test_repositories.csv",
        (("^nm-testing/", "^nm-testing/(?=x)"),),
        (
            "{0}: expected name_pattern valid in Python's re and in RE2, without look-around, "
            "found '^nm-testing/(?=x)'; rewrite the pattern",
        ),
    ),
    Plant(
        "test of a claim without its scope",
        "claim_tests.csv",
        (("reported_derivatives,,same,value,", "reported_derivatives,,same,,"),),
        (
            "{0}: expected scopes_compare, stands_for and test_scope for test "
            "reported_derivatives, found scopes_compare and test_scope; fill all three",
        ),
    ),
    Plant(
        "no test of a claim without a reason",
        "claim_tests.csv",
        (("No source counts users of the Hub.", ""),),
        ("{0}: expected a note alone for test none, found no note; say why nothing can test it",),
    ),
    Plant(
        "bound from another scope",
        "claim_tests.csv",
        (("top_share,top100,different,neither,", "top_share,top100,different,most,"),),
        (
            "{0}: expected stands_for neither where scopes are different, found 'most'; "
            "what counts something else bounds nothing: write neither",
        ),
    ),
    Plant(
        "test of a claim that nobody made",
        "claim_tests.csv",
        (("claimed_app_mau,app,", "claimed_app_mau,model,"),),
        (
            "{0}: expected metric, subject_kind and subject of a row of reported_figures.csv, "
            "found 'claimed_app_mau, model, *'; correct them, or remove the row",
        ),
    ),
    Plant(
        "its own parent",
        "stated_parents.csv",
        (
            (
                "DeepSeek-R1-0528-Qwen3-8B,Qwen/Qwen3-8B-Base",
                "DeepSeek-R1-0528-Qwen3-8B,deepseek-ai/DeepSeek-R1-0528-Qwen3-8B",
            ),
        ),
        (
            "{0}: expected a parent_id other than model_id, "
            "found 'deepseek-ai/DeepSeek-R1-0528-Qwen3-8B'; name the parent",
        ),
    ),
    Plant(
        "organisation without a region",
        "model_families.csv",
        ((HUNYUAN, HUNYUAN.replace("china,tencent", "china,tencent tencent-old")),),
        (
            "{0}: expected region china for tencent-old in organization_regions.csv, "
            "found 'no such organisation'; "
            "add the organisation there, or make the two regions agree",
        ),
    ),
    Plant(
        "author without a region",
        "model_families.csv",
        ((",kwaipilot,,", ",kwaipilot kuaishou,,"),),
        (
            "{0}: expected region china for kuaishou in openrouter_authors.csv, "
            "found 'no such author'; add the author there, or make the two regions agree",
        ),
    ),
    Plant(
        "quality pattern that RE2 does not know",
        "model_families.csv",
        ((",^grok,#", ",^grok(?!-old),#"),),
        (
            "{0}: expected quality_pattern valid in Python's re and in RE2, without look-around, "
            "found '^grok(?!-old)'; rewrite the pattern",
        ),
    ),
    Plant(
        "owner of one family whose organisation holds others",
        "modelscope_owners.csv",
        (("google,google,false,,", "google,google,false,Gemma,"),),
        (
            "{0}: expected an hf_org all of whose repositories are Gemma, found 'google'; "
            "empty the family, or correct the hf_org",
        ),
    ),
    Plant(
        "name that is counted twice",
        "runtimes.csv",
        (("MLX,pypi,mlx-lm", "MLX,pypi,mlx"),),
        (
            "{0}: expected a channel, name of its own, found 'pypi, mlx' in line {before} too; "
            "remove or correct one of the rows",
        ),
    ),
    Plant(
        "package as its author spells it",
        "runtimes.csv",
        (("MLX,pypi,mlx-lm", "MLX,pypi,MLX_lm"),),
        (
            "{0}: expected the normalised name mlx-lm for channel pypi, found 'MLX_lm'; "
            "write it like that",
        ),
    ),
    Plant(
        "image without its namespace",
        "runtimes.csv",
        (("vLLM,dockerhub,vllm/vllm-openai", "vLLM,dockerhub,vllm-openai"),),
        (
            "{0}: expected namespace/name for channel dockerhub, found 'vllm-openai'; "
            "add the namespace; that of an official image is library",
        ),
    ),
    Plant(
        "repository without its owner",
        "runtimes.csv",
        (("vLLM,github,vllm-project/vllm", "vLLM,github,vllm"),),
        ("{0}: expected owner/name for channel github, found 'vllm'; add the owner",),
    ),
    Plant(
        "channel that nobody reads",
        "runtimes.csv",
        (("vLLM,pypi,vllm", "vLLM,quay,vllm"),),
        (
            "{0}: expected channel in {{pypi, dockerhub, github, npm, hub_account}}, "
            "found 'quay'; use one of them",
        ),
    ),
    Plant(
        "weights that are half open",
        "openrouter_authors.csv",
        (("anthropic,Anthropic,us,closed", "anthropic,Anthropic,us,ajar"),),
        (
            "{0}: expected weights in {{open, closed, mixed, unreleased}}, "
            "found 'ajar'; use one of them",
        ),
    ),
    Plant(
        "two families for one model",
        "model_families.csv",
        (
            (HUNYUAN, HUNYUAN.replace("china,tencent,", "china,tencent ByteDance-Seed,bagel|")),
            ("ByteDance-Seed,^seed-", "ByteDance-Seed,^seed-|bagel"),
        ),
        (
            "{1}: expected one family a model, "
            "found Hunyuan and Seed for ByteDance-Seed/BAGEL-7B-MoT; "
            "make the name_patterns exclusive",
        ),
    ),
    Plant(
        "two generations for one model",
        "model_generations.csv",
        (("^gpt-oss-safeguard", "^gpt-oss-(safeguard|20b)"),),
        (
            "{0}: expected one generation for openai/gpt-oss-20b, "
            "found gpt-oss and gpt-oss-safeguard; make the name_patterns exclusive",
        ),
    ),
    Plant(
        "claim that nothing repeats",
        "reported_figures.csv",
        (("18.34 million users of November 2025,,", "18.34 million users of November 2025,app,"),),
        (
            "{0}: expected claim 'app' in at least two rows, found it in this row only; "
            "give it to the other row too, or empty the cell",
        ),
    ),
    Plant(
        "braces in a citation",
        "sources.csv",
        (("Source: OpenRouter (openrouter.ai/rankings), as of {as_of}", "OpenRouter, {date}"),),
        (
            "{0}: expected no braces but {{as_of}} in a citation, found 'OpenRouter, {{date}}'; "
            "remove the other braces",
        ),
    ),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SEEDS, tmp_path / "seeds"))


@pytest.fixture(scope="module")
def kept() -> Callable[..., Any]:
    """Reads a file that holds what it held before only once; all rules still see all rows."""

    @functools.cache
    def read(name: str, body: bytes) -> tuple[Any, list[Any]]:
        problems: list[Any] = []
        return read_anew(seeds.TABLES[name], body, problems), problems

    def read_kept(table: Any, body: bytes, problems: list[Any]) -> Any:
        rows, found = read(Path(table.file).stem, body)
        problems += found
        return rows

    read_anew = seeds.read_table
    return read_kept


@pytest.fixture
def _files_are_read_once(kept: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeds, "read_table", kept)


@pytest.mark.usefixtures("_files_are_read_once")
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_each_mistake_is_found_where_it_stands(plant: Plant, copy: Path) -> None:
    path = copy / plant.file
    text = path.read_text(encoding="utf-8")
    lines = []
    for old, new in plant.edits:
        assert old in text, "the seed row that this test edits has changed"
        start = text.index(old)
        lines.append(text.count("\n", 0, start) + 1 + old.startswith("\n"))
        text = text[:start] + new + text[start + len(old) :]
    path.write_bytes(text.encode("utf-8", errors="surrogateescape"))
    assert seeds.violations(copy) == [
        f"seeds/{plant.file}:" + message.format(*lines, before=lines[0] - 1)
        for message in plant.expected
    ]


def test_missing_and_unknown_files_are_named(copy: Path) -> None:
    (copy / "incidents.csv").unlink()
    (copy / "more.csv").write_text("a\n1\n", encoding="utf-8")
    assert seeds.violations(copy) == [
        "seeds/incidents.csv:1: expected the file, found none; restore it",
        "seeds/more.csv:1: expected a file of the codebook, found another; "
        "declare it in data/seed_tables.py, or remove it",
    ]
    assert len(seeds.violations(copy / "nowhere")) == len(seeds.TABLES)


def test_a_file_without_last_line_end_or_any_content_is_named(copy: Path) -> None:
    path = copy / "incidents.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.removesuffix("\n"), encoding="utf-8")
    assert seeds.violations(copy) == [
        f"seeds/incidents.csv:{text.count(chr(10))}: "
        "expected a line end after the last row, found none; add one"
    ]
    path.write_bytes(b"")
    assert len(seeds.violations(copy)) == len(seeds.TABLES["incidents"].columns)


def test_all_violations_are_listed_in_order_and_load_raises_them(copy: Path) -> None:
    for plant in PLANTS:
        path = copy / plant.file
        text = path.read_bytes().decode("utf-8", errors="surrogateescape")
        for old, new in plant.edits:
            text = text.replace(old, new, 1)
        path.write_bytes(text.encode("utf-8", errors="surrogateescape"))
    found = seeds.violations(copy)
    assert len(found) > len(PLANTS) / 2
    order = [(table.file) for table in seeds.TABLES.values()]
    places = [re.match(r"seeds/(.+?):(\d+):", text).groups() for text in found]
    assert places == sorted(places, key=lambda place: (order.index(place[0]), int(place[1])))
    with pytest.raises(SeedError) as raised:
        seeds.load(copy)
    assert raised.value.violations == found


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seed files cut to a few rows, so that many mangled versions can be checked."""
    folder = tmp_path_factory.mktemp("small")
    for table in seeds.TABLES.values():
        lines = (SEEDS / table.file).read_text(encoding="utf-8").split("\n")
        (folder / table.file).write_text("\n".join(lines[:12]) + "\n", encoding="utf-8")
    return folder


MANGLING = st.lists(
    st.tuples(
        st.integers(0, 4000),
        st.integers(0, 40),
        st.text(max_size=12) | st.sampled_from(["\n", '"', ",", "\r", "\0", "(", "[[", "\\", "{"]),
    ),
    max_size=8,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.sampled_from(sorted(seeds.TABLES)), edits=MANGLING, raw=st.none() | st.binary())
@example(name="model_families", edits=[(0, 0, '"')], raw=None)
@example(name="incidents", edits=[], raw=b"\xff\xfe")
@example(name="incidents", edits=[], raw=b'"' + b"x" * 200_000)
def test_mangled_files_never_raise(
    name: str, edits: list[tuple[int, int, str]], raw: bytes | None, small: Path
) -> None:
    path = small / seeds.TABLES[name].file
    original = path.read_bytes()
    text = original.decode("utf-8")
    for start, length, new in edits:
        text = text[:start] + new + text[start + length :]
    path.write_bytes(text.encode("utf-8", errors="replace") if raw is None else raw)
    try:
        for message in seeds.violations(small):
            assert FORM.fullmatch(message), message
    finally:
        path.write_bytes(original)


def test_a_published_source_has_one_name(tables: dict[str, pa.Table]) -> None:
    """Its title begins as the citation below a chart does, so nobody takes it for two sources."""
    for row in tables["sources"].to_pylist():
        name = re.split(r",| \(", row["citation"].removeprefix("Source: "))[0]
        assert row["title"].startswith(name), row["source"]
