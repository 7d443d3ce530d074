"""The Hub's listings with the faults of every service; tests/fake_hub.py is the whole Hub."""

from __future__ import annotations

from typing import Any

from tests.fake_hub import recorded_models
from tests.fake_services import FakeService, Reply, Request


class Hub(FakeService):
    name = "huggingface"
    variable = "HF_ENDPOINT"
    required_field = "downloads"

    def __init__(self, *settings: Any, **more: Any) -> None:
        super().__init__(*settings, **more)
        self.models = recorded_models()

    def reply(self, request: Request) -> Reply:
        if request.path != "/api/models":
            return Reply.missing()
        author = request.asked("author")
        return Reply.of_json([model for model in self.models if model["author"] == author])
