"""An archive of three ends of months, made of the 1,000 recorded models and some real names more.

Names, tags, 30-day downloads are recorded; `_id`, all-time counters and sizes are INVENTED: a
recorded model gains its 30-day downloads in each month, sizes follow from the name.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import data
from data.archives import ArchiveFile
from data.daystore import DayStore
from data.repositories import repository_table
from tests.conftest import made_once
from tests.fake_hub import recorded_models

NAME = "hub_archive__models"
REQUIRED = ("_id", "id", "downloads", "likes", "tags")
OPTIONAL = {
    "baseModels": "STRUCT(models STRUCT(_id VARCHAR, id VARCHAR)[], relation VARCHAR)",
    "gguf": "STRUCT(total BIGINT)",
}
DAYS = (date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31))
MONTHS = (date(2026, 4, 1), date(2026, 5, 1))

# Name -> declared relation, 30-day downloads.
MORE: dict[str, tuple[str, int]] = {
    "Qwen/Qwen2.5-32B": ("", 40_000),
    "Qwen/Qwen2.5-Math-7B": ("", 30_000),
    "Qwen/Qwen3-8B": ("", 5_000_000),
    "Qwen/Qwen3-8B-FP8": ("quantized:Qwen/Qwen3-8B", 900_000),
    "Qwen/Qwen3-8B-AWQ": ("quantized:Qwen/Qwen3-8B", 800_000),
    "Qwen/Qwen3-8B-GPTQ-Int4": ("", 70_000),
    "Qwen/Qwen3-8B-Lonely-FP8": ("", 11_000),
    "meta-llama/Llama-3.1-8B": ("", 2_000_000),
    "meta-llama/Llama-3.1-8B-Instruct": ("finetune:meta-llama/Llama-3.1-8B", 6_000_000),
    "meta-llama/Llama-3.1-70B": ("", 100_000),
    "meta-llama/Llama-3.3-70B-Instruct": ("finetune:meta-llama/Llama-3.1-70B", 700_000),
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B": ("", 1_500_000),
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B": ("", 600_000),
    "deepseek-ai/DeepSeek-R1-Distill-Llama-70B": ("", 300_000),
    "bartowski/DeepSeek-R1-Distill-Qwen-32B-GGUF": (
        "quantized:deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", 90_000,
    ),
    "unsloth/Qwen3-8B-GGUF": ("quantized:Qwen/Qwen3-8B", 400_000),
    "unsloth/Qwen3-8B-unsloth-bnb-4bit": ("quantized:Qwen/Qwen3-8B", 60_000),
    "mlx-community/Qwen3-8B-4bit": ("quantized:Qwen/Qwen3-8B", 50_000),
    "RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w4a16": (
        "quantized:meta-llama/Llama-3.1-8B-Instruct", 20_000,
    ),
    "RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8": (
        "quantized:meta-llama/Llama-3.1-8B-Instruct", 21_000,
    ),
    "neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8-dynamic": (
        "quantized:meta-llama/Llama-3.1-8B-Instruct", 22_000,
    ),
    "someone/Qwen3-Llama-merge": ("merge:Qwen/Qwen3-8B merge:meta-llama/Llama-3.1-8B", 9_000),
    "someone/no-parents": ("", 123_456),
    "trl-internal-testing/tiny-Qwen2ForCausalLM-2.5": ("", 40_000_000),
    "hf-internal-testing/tiny-random-bert": ("", 800_000),
}  # fmt: skip
LIBRARIES = {"mlx-community": "mlx", "unsloth/Qwen3-8B-GGUF": "gguf"}


def rows() -> list[dict[str, Any]]:
    """Repositories with the fields of the archive, and `monthly`, their downloads a month."""
    found = [
        {
            "id": model["id"],
            "monthly": model["downloads"],
            "likes": model["likes"],
            "tags": model["tags"],
            "pipeline_tag": model.get("pipeline_tag"),
            "library_name": model.get("library_name"),
            "createdAt": model["createdAt"],
        }
        for model in recorded_models()
        if model["id"] not in MORE
    ]
    for name, (declared, monthly) in MORE.items():
        owner = name.partition("/")[0]
        found.append(
            {
                "id": name,
                "monthly": monthly,
                "likes": 3,
                "tags": [f"base_model:{one}" for one in declared.split()],
                "pipeline_tag": "text-generation",
                "library_name": LIBRARIES.get(name, LIBRARIES.get(owner, "transformers")),
                "createdAt": "2025-03-01T00:00:00.000Z",
            }
        )
    for row in found:
        row["params"] = params(row["id"])
    return found


def params(name: str) -> int | None:
    """Parameters by the name's first word for them."""
    told = re.search(r"(?<![\w.])(\d+(?:\.\d+)?)([bm])(?![a-z])", name.lower())
    return int(float(told[1]) * {"b": 10**9, "m": 10**6}[told[2]]) if told else None


def hub_id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:24]


def fill(home: Path) -> None:
    """The three days, as they come: from files."""
    home.mkdir(parents=True)
    store = DayStore(home / "history", repository_table(NAME))
    path = home / "day.parquet"
    for number, day in enumerate(DAYS):
        columns = {
            "_id": [hub_id(row["id"]) for row in rows()],
            "id": [row["id"] for row in rows()],
            "createdAt": [_instant(row["createdAt"]) for row in rows()],
            "downloads": [row["monthly"] for row in rows()],
            "downloadsAllTime": [row["monthly"] * (12 + number) for row in rows()],
            "likes": [row["likes"] for row in rows()],
            "tags": [row["tags"] for row in rows()],
            "pipeline_tag": pa.array([row["pipeline_tag"] for row in rows()], pa.string()),
            "library_name": pa.array([row["library_name"] for row in rows()], pa.string()),
            "safetensors": [
                None if row["params"] is None else {"total": row["params"]} for row in rows()
            ],
        }
        pq.write_table(pa.table(columns), path)
        store.add(day, ArchiveFile(path, "hub_archive", REQUIRED, OPTIONAL), {})
    path.unlink()


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def recorded_home(factory: pytest.TempPathFactory) -> Path:
    """A data directory with these days and a build of them, made once for all workers."""

    def make(home: Path) -> None:
        fill(home)
        data.build([], folder=home)

    return made_once(factory, "hub-recorded", make)
