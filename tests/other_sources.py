"""Rows of the tables of the sources beyond the Hub, at random but the same each time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from data.schema import arrow_schema

Row = dict[str, Any]

LAST = date(2026, 9, 30)
MODELS = (
    "qwen/qwen3-8b-20250428", "qwen/qwen3-8b-20250428:free", "qwen/qwen-max-20260101",
    "deepseek/deepseek-v4-flash-20260731", "google/gemma-4-31b-it-20260402",
    "google/gemini-3-pro", "anthropic/claude-5", "cohere/command-b", "stealth/ox-alpha",
    "mistralai/mistral-large-4", "meta-llama/llama-4-scout",
)  # fmt: skip
LIBRARIES = ("qwen3", "llama3.1", "deepseek-r1", "gemma3", "phi4", "nomic-embed-text")


def tables(days: int = 70, models: int = 30, libraries: int = 30) -> dict[str, list[Row]]:
    """Rows by table: `days` days up to LAST, each of `models` models besides `other`, the last week
    of OpenRouter read anew each day, a page of `libraries` libraries a day."""
    draw = random.Random(0)
    every = [LAST - timedelta(days=back) for back in reversed(range(days))]
    found = {
        "openrouter__rankings": list(_rankings(draw, every, models)),
        "openrouter_models__models": [_listed(slug) for slug in MODELS[:5]],
        "ollama__libraries": list(_libraries(draw, every, libraries)),
        "lmstudio__models": [_lmstudio(day, n) for day in every[-3:] for n in range(9)],
        "pypistats__downloads": [_package(day, "vllm", 1000) for day in every],
        "clickhouse__downloads": [_package(day, "vllm", 1500) for day in every],
        "npm__downloads": [_package(day, "ollama", 70) for day in every],
        "dockerhub__repositories": [
            {"repository": "ollama/ollama", "pulls": 10**8 + 10**5 * n, "stars": 9, **_run(day)}
            for n, day in enumerate(every)
        ],
        "github__repositories": [
            {"repository": "ollama/ollama", "full_name": "ollama/ollama", "stars": 10**5 + n,
             "has_all_releases": True, **_run(day)}
            for n, day in enumerate(every)
        ],
        "github__releases": [
            {"repository": "ollama/ollama", "tag": f"v{tag}", "assets": 9,
             "downloads": 1000 * tag + n, "published_at": _at(every[0]), **_run(day)}
            for n, day in enumerate(every)
            for tag in range(3)
        ],
        "modelscope__models": [
            {"model_id": f"{owner}/Model-{n}", "owner": owner, "downloads": 100 * n + age,
             "likes": n, **_run(day)}
            for age, day in enumerate(every[-3:])
            for owner in ("Qwen", "deepseek-ai", "LLM-Research")
            for n in range(4)
        ],
        "livebench__scores": [
            {"release": date(2026, 1, 8), "model": model, "task": f"{category}-{task}",
             "category": category, "score": draw.uniform(0, 100), **_run(LAST)}
            for model in ("qwen3-235b", "deepseek-v4", "claude-5")
            for category in ("Coding", "Math")
            for task in range(3)
        ],
        "lmarena__ratings": [
            {"board": "text", "model": model, "category": "overall", "published_on": LAST,
             "licence": licence, "rating": 1400.0 + n, "position": 4 - n, **_run(LAST)}
            for n, (model, licence) in enumerate(
                [("qwen3-235b", "Apache 2.0"), ("deepseek-v4", "MIT"), ("claude-5", "Proprietary")]
            )
        ],
        "artificial_analysis__models": [
            {"aa_id": name, "slug": name, "name": name, "creator": "Anyone",
             "index_version": "4.1", "intelligence_index": 50.0 + n, **_run(LAST)}
            for n, name in enumerate(["Qwen3 235B", "DeepSeek V4", "Claude 5"])
        ],
        "epoch__models": [{"model": "Qwen3-235B", "parameters": 235e9, **_run(LAST)}],
        "interconnects__posts": [
            {"guid": "1", "title": "A post", "url": "https://post.example/1", **_run(LAST)}
        ],
    }  # fmt: skip
    return {table: [_whole(table, row) for row in rows] for table, rows in found.items()}


def _at(day: date) -> datetime:
    return datetime.combine(day, time(5), UTC)


def _run(day: date) -> Row:
    return {"run": f"{_at(day):%Y%m%dT%H%M%S%fZ}", "observed_at": _at(day)}


def _whole(table: str, row: Row) -> Row:
    return {name: row.get(name) for name in arrow_schema(table).names}


def _rankings(draw: random.Random, days: list[date], models: int) -> Iterator[Row]:
    """The first run reads all days but the newest; then each of seven runs the last seven days."""
    slugs = [*MODELS, *(f"author{n % 9}/model-{n}" for n in range(models))][:models]
    tokens = {day: {slug: draw.randint(1, 10**12) for slug in slugs} for day in days}
    first, last = days[0], days[-1]
    for age in range(7, -1, -1):
        run = last + timedelta(days=1) - timedelta(days=age)
        since = first if age == 7 else run - timedelta(days=7)
        for day in days:
            if since <= day < run:
                as_of = f"{_at(run):%Y-%m-%dT%H:%M:%S.000Z}"
                for slug, value in {**tokens[day], "other": 10**11}.items():
                    # Restated by a little, once.
                    total = value + (1000 if slug == slugs[0] and (run - day).days > 3 else 0)
                    yield {"date": day, "model_permaslug": slug, "total_tokens": total,
                           "as_of": as_of, **_run(run)}  # fmt: skip


def _listed(slug: str) -> Row:
    base, _, variant = slug.partition(":")
    name = f"{base}:{variant}" if variant else base
    return {
        "model_id": name, "canonical_slug": base, "name": name, "hugging_face_id": base,
        "prompt_usd_per_mtok": 0.1, "completion_usd_per_mtok": 0.4, **_run(LAST),
    }  # fmt: skip


def _libraries(draw: random.Random, days: list[date], libraries: int) -> Iterator[Row]:
    names = [*LIBRARIES, *(f"library-{n}" for n in range(libraries))][:libraries]
    pulls = {name: draw.randint(10**5, 10**8) for name in names}
    for day in days:
        for position, name in enumerate(names, 1):
            pulls[name] += draw.randint(0, 10**5)
            yield {"library": name, "pulls": pulls[name], "pulls_half_step": 50,
                   "pulls_text": f"{pulls[name]}", "position": position,
                   **_run(day)}  # fmt: skip


def _lmstudio(day: date, number: int) -> Row:
    parent = ("Qwen/Qwen3-8B", "meta-llama/Llama-3.1-8B", "someone/else")[number % 3]
    return {
        "hub_id": f"{number:024x}", "model_id": f"lmstudio-community/Repository-{number}",
        "hf_org": "lmstudio-community", "downloads_30d": 100 * number,
        "downloads_all_time": 1000 * number, "base_models": [f"quantized:{parent}"], **_run(day),
    }  # fmt: skip


def _package(day: date, package: str, downloads: int) -> Row:
    return {"package": package, "date": day, "downloads": downloads, **_run(LAST)}
