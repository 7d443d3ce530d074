"""The listing of LM Studio's account on the Hub.

The first four repositories were on the Hub on 2026-05-04, with these figures; the others, and what
tests/fake_hub.py says of the fields that the recording lacks, are INVENTED.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.fake_hub import invented, recorded_models
from tests.fake_services import FakeService, Reply, Request

ACCOUNT = "lmstudio-community"
FIRST_DAY = date(2026, 5, 4)
_PARENTS = {
    "gpt-oss-20b-GGUF": "openai/gpt-oss-20b",
    "Meta-Llama-3.1-8B-Instruct-GGUF": "meta-llama/Llama-3.1-8B-Instruct",
    "Qwen3-8B-MLX-4bit": "Qwen/Qwen3-8B",
}


def models() -> list[dict[str, Any]]:
    """The repositories of the account, in the Hub's own fields."""
    real = [model for model in recorded_models() if model["author"] == ACCOUNT]
    further = [
        invented(
            f"{ACCOUNT}/{name}",
            tags=[
                "gguf" if name.endswith("GGUF") else "mlx",
                f"base_model:{parent}",
                f"base_model:quantized:{parent}",
                "region:us",
            ],
            pipeline_tag="text-generation",
        )
        for name, parent in _PARENTS.items()
    ]
    return [*real, *further]


class LMStudio(FakeService):
    name = "lmstudio"
    variable = "HF_ENDPOINT"
    required_field = "downloads"

    def reply(self, request: Request) -> Reply:
        if request.path != "/api/models" or request.asked("author") != ACCOUNT:
            return Reply.missing()
        asked = request.query.get("expand[]", [])
        age = max(0, (self.today - FIRST_DAY).days)
        return Reply.of_json([_shown(model, asked, age) for model in models()])


def _shown(model: dict[str, Any], asked: list[str], age: int) -> dict[str, Any]:
    grown = model | {"downloadsAllTime": model["downloadsAllTime"] + age * model["downloads"] // 30}
    return {key: grown[key] for key in ("_id", "id", *asked) if key in grown}
