"""The free endpoint of Artificial Analysis, page by page."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from collectors.artificial_analysis import PATH
from tests.fake_services import FakeService, Reply, Request
from tests.fakes.model_names import named
from tests.recorded import recorded

PAGES = 3
PAGE_SIZE = 200
MODELS = 450
LEGACY = "/api/v2/data/llms/models"


class ArtificialAnalysis(FakeService):
    name = "artificial_analysis"
    variable = "ARTIFICIAL_ANALYSIS_BASE_URL"
    required_field = "data"
    key_header = "x-api-key"
    key_prefix = ""
    own_faults: ClassVar[dict[str, str]] = {
        "never-ends": "every page says that there are more",
        "same-page": "the number of the page is not heeded",
        "new-version": "the version of the index changes after the first page",
    }

    def reply(self, request: Request) -> Reply:
        if request.path == LEGACY:
            return Reply.of_json({"error": "Gone"}, 410)
        if request.path != f"/{PATH}":
            return Reply.missing()
        asked = int(request.asked("page", "1"))
        faults = self.fault_names()
        number = 1 if "same-page" in faults else asked
        pages = asked + 1 if "never-ends" in faults else PAGES
        version = "4.2" if "new-version" in faults and asked > 1 else "4.1"
        start = (number - 1) * PAGE_SIZE
        return Reply.of_json(
            {
                "tier": "free",
                "intelligence_index_version": version,
                "pagination": {
                    "page": number,
                    "page_size": PAGE_SIZE,
                    "total_pages": pages,
                    "has_more": number < pages,
                },
                "data": [_model(i) for i in range(start, min(start + PAGE_SIZE, MODELS))],
            }
        )


def _model(number: int) -> dict[str, Any]:
    """The recorded models first, then invented ones; every tenth has no index yet."""
    shown = [
        model for page in json.loads(recorded("artificial_analysis").body) for model in page["data"]
    ]
    real = shown[0]
    if number == 0:
        return real
    name, developer, _ = named(number)
    index = None if number % 10 == 0 else round(70 - number * 0.15, 2)
    return {
        **real,
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "name": name,
        "slug": name.replace(".", "-"),
        "model_creator": {**real["model_creator"], "name": developer},
        "evaluations": dict.fromkeys(real["evaluations"], index),
    }
