"""pypistats.org: 180 days of any package, none of today; figures are invented."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, ClassVar

from tests.fake_services import FakeService, Reply, Request
from tests.fakes.package_days import days, downloads, is_known

DAYS = 180


class PyPIStats(FakeService):
    name = "pypistats"
    variable = "PYPISTATS_BASE_URL"
    required_field = "downloads"
    own_faults: ClassVar[dict[str, str]] = {
        "429-etiquette": "429 with the line of HTML that the service really sends",
        "503-disabled": "503 with its text, which calls itself HTML",
        "empty-data": "200 with an empty list of days",
        "mirrors-too": "rows with mirrors beside those without",
        "mirrors-only": "nothing but rows with mirrors",
        "gap": "three days in the middle are missing",
        "today-too": "a row of the day that is not over",
        "day-twice": "the newest day twice",
        "another-package": "the answer about another package",
    }

    def reply(self, request: Request) -> Reply:
        found = re.fullmatch(r"/api/packages/([^/]+)/overall", request.path)
        if not found or not is_known(found[1]):
            return Reply(b"404", 404, "text/html; charset=utf-8")
        faults = self.fault_names()
        if "429-etiquette" in faults:
            page = b'<a href="https://pypistats.org/api/#etiquette">429 RATE LIMIT EXCEEDED</a>'
            return Reply(page, 429, "text/html; charset=utf-8")
        if "503-disabled" in faults:
            return Reply(b"503 TEMPORARILY DISABLED", 503, "text/html; charset=utf-8")
        package = "another" if "another-package" in faults else found[1]
        rows = self._rows(found[1], request.asked("mirrors"))
        return Reply.of_json({"data": rows, "package": package, "type": "overall_downloads"})

    def _rows(self, package: str, mirrors: str) -> list[dict[str, Any]]:
        faults = self.fault_names()
        if "empty-data" in faults:
            return []
        last = self.today if "today-too" in faults else self.today - timedelta(days=1)
        shown = days(self.today - timedelta(days=DAYS), last)
        if "gap" in faults:
            shown = shown[:90] + shown[93:]
        if "day-twice" in faults:
            shown.append(shown[-1])
        categories = {"true": ["with_mirrors"], "false": ["without_mirrors"]}.get(mirrors)
        if categories is None or "mirrors-too" in faults:
            categories = ["with_mirrors", "without_mirrors"]
        if "mirrors-only" in faults:
            categories = ["with_mirrors"]
        return [
            {
                "category": category,
                "date": day.isoformat(),
                # A copy of every package is fetched by mirrors, on top of what people fetch.
                "downloads": downloads(package, day) + (2_000 if category[4] == "_" else 0),
            }
            for category in categories
            for day in shown
        ]
