"""npm's download counts: any range of any package; figures are invented."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, ClassVar

from tests.fake_services import FakeService, Reply, Request
from tests.fakes.package_days import days, downloads, is_known

FIRST_DAY = date(2015, 1, 10)
MOST_DAYS = 548
LATE = 2


class Npm(FakeService):
    name = "npm"
    variable = "NPM_BASE_URL"
    required_field = "downloads"
    own_faults: ClassVar[dict[str, str]] = {
        "1015": "429 with the text of the front",
        "late": f"0 for the newest {LATE} days",
        "zero-day": "0 for a day in the middle",
        "another-package": "the answer about another package",
    }

    def reply(self, request: Request) -> Reply:
        found = re.fullmatch(
            r"/downloads/range/(\d{4}-\d\d-\d\d):(\d{4}-\d\d-\d\d)/(.+)", request.path
        )
        if "1015" in self.fault_names():
            return Reply(b"error code: 1015", 429, "text/plain; charset=UTF-8")
        if not found:
            return Reply.missing()
        first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2])
        if not is_known(found[3]):
            return Reply.of_json({"error": f"package {found[3]} not found"}, 404)
        if last < first:
            return Reply.of_json({"error": "end date > start date"}, 400)
        first = max(first, FIRST_DAY, last - timedelta(days=MOST_DAYS - 1))
        package = "another" if "another-package" in self.fault_names() else found[3]
        return Reply.of_json(
            {
                "start": first.isoformat(),
                "end": last.isoformat(),
                "package": package,
                "downloads": self._rows(found[3], first, last),
            }
        )

    def _rows(self, package: str, first: date, last: date) -> list[dict[str, Any]]:
        faults = self.fault_names()
        known = self.today - timedelta(days=1 + (LATE if "late" in faults else 0))
        rows = [
            {"downloads": downloads(package, day) if day <= known else 0, "day": day.isoformat()}
            for day in days(first, last)
        ]
        if "zero-day" in faults:
            rows[len(rows) // 2]["downloads"] = 0
        return rows
