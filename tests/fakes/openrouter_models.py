"""OpenRouter's list of models: those of the fake's rankings, with invented prices."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.fake_services import FakeService, Reply, Request
from tests.fakes.openrouter import chance, usual_tokens

# Repositories of the models with open weights, those since June 2026 by the habit of their owner;
# all other models are closed.
ON_THE_HUB = {
    "cohere/north-mini-code-20260617": "CohereLabs/North-Mini-Code",
    "deepseek/deepseek-v3.2-20251201": "deepseek-ai/DeepSeek-V3.2",
    "deepseek/deepseek-v4-flash-20260423": "deepseek-ai/DeepSeek-V4-Flash",
    "deepseek/deepseek-v4-flash-20260731": "deepseek-ai/DeepSeek-V4-Flash-0731",
    "deepseek/deepseek-v4-pro-20260423": "deepseek-ai/DeepSeek-V4-Pro",
    "google/gemma-4-26b-a4b-it-20260403": "google/gemma-4-26B-A4B-it",
    "google/gemma-4-31b-it-20260402": "google/gemma-4-31B-it",
    "meta-llama/llama-3.1-8b-instruct": "meta-llama/Llama-3.1-8B-Instruct",
    "minimax/minimax-m2.7-20260318": "MiniMaxAI/MiniMax-M2.7",
    "minimax/minimax-m3-20260531": "MiniMaxAI/MiniMax-M3",
    "mistralai/mistral-nemo": "mistralai/Mistral-Nemo-Instruct-2407",
    "moonshotai/kimi-k2.5-0127": "moonshotai/Kimi-K2.5",
    "moonshotai/kimi-k2.6-20260420": "moonshotai/Kimi-K2.6",
    "moonshotai/kimi-k2.7-code-20260612": "moonshotai/Kimi-K2.7-Code",
    "nvidia/nemotron-3-super-120b-a12b-20230311": "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4",
    "nvidia/nemotron-3-ultra-550b-a55b-20260604": "nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B",
    "openai/gpt-oss-120b": "openai/gpt-oss-120b",
    "openai/gpt-oss-20b": "openai/gpt-oss-20b",
    "poolside/laguna-xs-2.1-20260625": "poolside/Laguna-XS.2",
    "qwen/qwen3-235b-a22b-07-25": "Qwen/Qwen3-235B-A22B-Instruct-2507",
    "qwen/qwen3-embedding-8b": "Qwen/Qwen3-Embedding-8B",
    "stepfun/step-3.7-flash-20260528": "stepfun-ai/Step-3.7-Flash",
    "tencent/hy3-20260706": "tencent/Hy3",
    "tencent/hy3-preview-20260421": "tencent/Hy3-preview",
    "xiaomi/mimo-v2.5-20260422": "XiaomiMiMo/MiMo-V2.5",
    "xiaomi/mimo-v2.5-pro-20260422": "XiaomiMiMo/MiMo-V2.5-Pro",
    "z-ai/glm-5-20260211": "zai-org/GLM-5",
    "z-ai/glm-5.1-20260406": "zai-org/GLM-5.1",
    "z-ai/glm-5.2-20260616": "zai-org/GLM-5.2",
}
# Never released under their own name, so the list of models does not have them.
UNLISTED = ("stealth/",)


class OpenRouterModels(FakeService):
    name = "openrouter_models"
    variable = "OPENROUTER_BASE_URL"
    base_path = "/api/v1"
    required_field = "canonical_slug"
    own_faults: Mapping[str, str] = {
        "paged": "the list in pages of 20, each with a link to the next",
        "paged-by-offset": "the same without links",
    }

    def reply(self, request: Request) -> Reply:
        if request.path != "/models":
            return Reply.missing()
        models = listed_models()
        offset, limit = int(request.asked("offset", "0")), int(request.asked("limit", "500"))
        faults = self.fault_names()
        if faults:
            limit = 20
        page = models[offset : offset + limit]
        more = offset + limit < len(models) and "paged-by-offset" not in faults
        following = f"{self.base_path}/models?offset={offset + limit}" if more else None
        found = {"data": page, "total_count": len(models), "links": {"next": following}}
        return Reply.of_json(found)


@cache
def listed_models() -> list[dict[str, Any]]:
    """The list of models: those of the rankings that are released, and the router itself."""
    found = {"openrouter/auto": _priced("openrouter/auto", "openrouter/auto", None, "-1", "-1")}
    for slug in usual_tokens():
        canonical, _, variant = slug.partition(":")
        if canonical == "other" or canonical.startswith(UNLISTED):
            continue
        head, _, tail = canonical.rpartition("-")
        identity = head if len(tail) == 8 and tail.isdigit() else canonical
        # Of two snapshots the one with more tokens has the undated id.
        identity = canonical if identity in found else identity
        found[identity] = _sold(identity, canonical)
        if variant:
            name = f"{identity}:{variant}"
            found[name] = _priced(name, canonical, ON_THE_HUB.get(canonical), "0", "0")
    return list(found.values())


def _sold(identity: str, canonical: str) -> dict[str, Any]:
    cents = 1 + int(chance(canonical) * 300)
    # Of closed models the API gives an empty text or a null.
    repository = ON_THE_HUB.get(canonical, "" if cents % 2 else None)
    return _priced(identity, canonical, repository, f"0.{cents:08d}", f"0.{cents * 4:08d}")


def _priced(
    identity: str, canonical: str, repository: str | None, prompt: str, completion: str
) -> dict[str, Any]:
    return {
        "id": identity,
        "canonical_slug": canonical,
        "hugging_face_id": repository,
        "name": identity.replace("/", ": "),
        "created": 1_700_000_000 + zlib.crc32(canonical.encode()) % 80_000_000,
        "description": "A model.",
        "context_length": None if prompt == "-1" else 131_072,
        "pricing": {"prompt": prompt, "completion": completion, "request": "0", "image": "0"},
        "links": {"details": f"/api/v1/models/{identity}/endpoints"},
    }
