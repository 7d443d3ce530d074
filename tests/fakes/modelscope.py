"""ModelScope's OpenAPI: listings of owners in pages of 50, in its window of 3,000 models.

Names are those of the Hub's listing of 2026-05-04, of owners that are not in it they are numbered;
figures are invented and grow from day to day.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from tests.fake_hub import recorded_models
from tests.fake_services import FakeService, Reply, Request

BEGAN = date(2025, 1, 1)
WINDOW = 3000
LARGEST_PAGE = 50
MANY = 3_120
REFUSALS = {
    "rate": (429, "RateLimitExceed", "too many requests"),
    "quota": (403, "QuotaLimitExceed", "the quota of the account is used up"),
    "quota-retry": (403, "QuotaLimitExceed", "the quota of the account is used up"),
    "quota-200": (200, "QuotaLimitExceed", "the quota of the account is used up"),
    "refused": (200, "OperationNotAllowed", "not now"),
}
OWNERS_ON_THE_HUB = {"ZhipuAI": "zai-org", "LLM-Research": "meta-llama", "AI-ModelScope": "google"}


class ModelScope(FakeService):
    name = "modelscope"
    variable = "MODELSCOPE_BASE_URL"
    required_field = "downloads"
    own_faults: Mapping[str, str] = {
        "quota": "403 with QuotaLimitExceed",
        "quota-retry": "the same with Retry-After: 1",
        "quota-200": "the same with status 200 and success: false",
        "rate": "429 with RateLimitExceed",
        "refused": "200 with success: false",
        "pascal": "keys as the older answers spell them",
        "many": f"owners have {MANY:,} models",
        "no-total": "pages do not say how many models there are",
        "moving": "each page begins with the last model of the one before",
    }

    def reply(self, request: Request) -> Reply:
        if request.path != "/openapi/v1/models":
            return _error(404, "ResourceNotFound", "no such path")
        for fault, (status, code, message) in REFUSALS.items():
            if fault in self.fault_names():
                refused = _error(status, code, message)
                refused.headers |= {"Retry-After": "1"} if fault == "quota-retry" else {}
                return refused
        number = int(request.asked("page_number", "1"))
        size = int(request.asked("page_size", "10"))
        if size > LARGEST_PAGE:
            return _error(400, "InputParameterError", f"page_size must be <= {LARGEST_PAGE}")
        if number * size > WINDOW:
            return _error(403, "QuotaLimitExceed", f"page_number * page_size must be <= {WINDOW}")
        return self._page(request.asked("owner"), number, size)

    def models(self, owner: str) -> list[dict[str, Any]]:
        """All models of an owner, those with the most downloads first."""
        count = MANY if "many" in self.fault_names() else 0
        models = [self._model(owner, name) for name in names_of(owner, count)]
        return sorted(models, key=lambda model: (-model["downloads"], model["id"]))

    def _page(self, owner: str, number: int, size: int) -> Reply:
        faults = self.fault_names()
        models = self.models(owner)
        begins = (number - 1) * size
        page = models[begins : begins + size]
        if "moving" in faults and begins:
            page = [models[begins - 1], *page[:-1]]
        data: dict[str, Any] = {"models": page, "page_number": number, "page_size": size}
        if "no-total" not in faults:
            data["total_count"] = len(models)
        answer = {"success": True, "data": data, "request_id": "fake"}
        return Reply.of_json(_pascal(answer) if "pascal" in faults else answer)

    def _model(self, owner: str, name: str) -> dict[str, Any]:
        seen = zlib.crc32(f"{owner}/{name}".encode())
        created = datetime(2025, 4, 27, 3, 45, tzinfo=UTC) + timedelta(days=seen % 365)
        age = max(0, (self.today - BEGAN).days)
        model: dict[str, Any] = {
            "id": f"{owner}/{name}",
            "display_name": name,
            "description": None,
            "downloads": seen % 2_000_000 + age * (seen % 5_000),
            "likes": seen % 900,
            "license": "Apache License 2.0",
            "tasks": ["text-generation"],
            "tags": ["library:transformers"],
            "created_at": f"{created:%Y-%m-%dT%H:%M:%SZ}",
            "last_modified": f"{created + timedelta(days=9):%Y-%m-%dT%H:%M:%SZ}",
            "private": False,
        }
        if seen % 2:
            model |= {"file_size": seen * 7, "gated": False}
        return model


def names_of(owner: str, count: int = 0) -> list[str]:
    """Names of an owner's models, `count` of them when it is given."""
    hub_owner = OWNERS_ON_THE_HUB.get(owner, owner)
    found = [name for author, name in _recorded() if author == hub_owner]
    found = found or [f"model-{number}" for number in range(1, 6)]
    return found + [f"more-{number}" for number in range(max(0, count - len(found)))]


@cache
def _recorded() -> list[list[str]]:
    return [model["id"].split("/") for model in recorded_models() if "/" in model["id"]]


def _error(status: int, code: str, message: str) -> Reply:
    answer = {"success": False, "code": code, "message": message, "data": None, "request_id": "f"}
    return Reply.of_json(answer, status)


def _pascal(answer: dict[str, Any]) -> dict[str, Any]:
    data = answer["data"]
    return {
        "Success": True,
        "Code": 200,
        "Data": {
            "TotalCount": data.get("total_count"),
            "Models": [
                {
                    "Id": 1,
                    "Path": model["id"].split("/")[0],
                    "Name": model["id"].split("/")[1],
                    "Downloads": model["downloads"],
                    "Stars": model["likes"],
                    "License": model["license"],
                    "CreatedTime": 1745725500,
                    "LastUpdatedTime": 1753498800,
                }
                for model in data["models"]
            ],
        },
    }
