"""ClickHouse's public server: answers the one question that is asked of it, for any package."""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar

from tests.fake_services import FakeService, Reply, Request
from tests.fakes.package_days import FIRST_DAY, days, downloads, is_known

_QUESTION = re.compile(
    r"SELECT date, sum\(count\) AS downloads FROM pypi\.pypi_downloads_per_day "
    r"WHERE project='([^']*)' GROUP BY date ORDER BY date"
)


class ClickHouse(FakeService):
    name = "clickhouse"
    variable = "CLICKHOUSE_BASE_URL"
    required_field = "downloads"
    own_faults: ClassVar[dict[str, str]] = {
        "quota": "500 with the text of a used-up quota",
        "exception-200": "200 whose rows end in the text of an exception",
        "exception-json": "200 with an exception beside the rows",
        "exception-header": "200 with the header of an exception",
        "numbers": "counts as numbers and not as texts",
        "short": "fewer rows than the answer says",
    }

    def reply(self, request: Request) -> Reply:
        if request.method != "POST" or request.asked("user") != "demo":
            return _exception(403, 516, "demo: Authentication failed. (AUTHENTICATION_FAILED)")
        if "quota" in self.fault_names():
            text = "Quota for user `demo` for 3600s has been exceeded. (QUOTA_EXCEEDED)"
            return _exception(500, 201, text)
        found = _QUESTION.fullmatch(request.body.decode())
        if not found or request.asked("default_format") != "JSON":
            return _exception(400, 62, "Syntax error: failed at position 1. (SYNTAX_ERROR)")
        return self._answer(self._rows(found[1]))

    def _rows(self, package: str) -> list[dict[str, Any]]:
        shown = days(FIRST_DAY, self.today) if is_known(package) else []
        count: Any = int if "numbers" in self.fault_names() else str
        rows = [
            {"date": day.isoformat(), "downloads": count(downloads(package, day) + 2_000)}
            for day in shown
        ]
        if rows:
            # Of the day that is not over there is a part.
            rows[-1]["downloads"] = count(int(rows[-1]["downloads"]) // 3)
        return rows

    def _answer(self, rows: list[dict[str, Any]]) -> Reply:
        faults = self.fault_names()
        value: dict[str, Any] = {
            "meta": [{"name": "date", "type": "Date"}, {"name": "downloads", "type": "Int64"}],
            "data": rows[:-5] if "short" in faults else rows,
            "rows": len(rows),
            "statistics": {"elapsed": 0.01, "rows_read": 8192, "bytes_read": 131072},
        }
        text = "Code: 241. DB::Exception: Memory limit (total) exceeded. (MEMORY_LIMIT_EXCEEDED)"
        if "exception-json" in faults:
            value["exception"] = text
        reply = Reply(json.dumps(value).encode())
        if "exception-200" in faults:
            reply.body = reply.body[:-80] + b"\n" + text.encode()
        if "exception-header" in faults:
            reply.headers["X-ClickHouse-Exception-Code"] = "241"
        return reply


def _exception(status: int, code: int, text: str) -> Reply:
    body = f"Code: {code}. DB::Exception: {text} (version 26.10.1.1)\n".encode()
    headers = {"X-ClickHouse-Exception-Code": str(code)}
    return Reply(body, status, "text/plain; charset=UTF-8", headers)
