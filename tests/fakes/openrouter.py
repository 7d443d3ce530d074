"""OpenRouter's Data API: the rankings of each day since 2025.

Slugs and tokens are those of real days in July and August 2026, scaled to the size that OpenRouter
had on each day; what differs between days, and what a day is restated by, follows from its name.
"""

from __future__ import annotations

import json
import time
import zlib
from collections import deque
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from tests.fake_services import FakeService, Reply, Request
from tests.recorded import FIXTURES

FLOOR = date(2025, 1, 1)
SCALED_FROM = date(2026, 8, 21)  # the day whose size the tokens below have
DAYS_TO_DOUBLE = 73  # from 0.05 * 10^12 tokens on 2025-01-01 to 14 * 10^12 on that day
RESTATED_FOR = 3  # days for which a day's first figures stand
CALLS, PER_SECONDS = 30, 60.0
FURTHER = {"meta-llama/llama-3.1-8b-instruct": 11_303_852_484}


class OpenRouter(FakeService):
    name = "openrouter"
    variable = "OPENROUTER_BASE_URL"
    base_path = "/api/v1"
    required_field = "total_tokens"
    own_faults: Mapping[str, str] = {
        "no-data": "rankings without rows",
        "no-yesterday": "the last completed day is not published yet",
        "missing-day": "the day before the last one is absent at the source",
        "clamped": "rankings begin a year later than they do",
        "31-calls": "429 from the 31st call within a minute on",
    }

    def __init__(self, *settings: Any, **more: Any) -> None:
        super().__init__(*settings, **more)
        self.clock = time.monotonic
        self._called: deque[float] = deque(maxlen=CALLS)

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, self.key_variable: self.key}

    def reply(self, request: Request) -> Reply:
        if "31-calls" in self.fault_names() and self._is_one_too_many():
            return _error(429, "Rate limit exceeded")
        if request.path != "/datasets/rankings-daily":
            return _error(404, "Not found")
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return _error(401, "Missing Authentication header")
        return self._rankings(request)

    def _is_one_too_many(self) -> bool:
        now = self.clock()
        if len(self._called) == CALLS and now - self._called[0] < PER_SECONDS:
            return True
        self._called.append(now)
        return False

    def _rankings(self, request: Request) -> Reply:
        newest = self.today - timedelta(days=1)
        floor = date(2026, 1, 1) if "clamped" in self.fault_names() else FLOOR
        try:
            end = date.fromisoformat(request.asked("end_date", newest.isoformat()))
            usual = (end - timedelta(days=29)).isoformat()
            start = date.fromisoformat(request.asked("start_date", usual))
        except ValueError:
            return _error(400, "Invalid date")
        if end < FLOOR:
            return _error(400, f"end_date is before {FLOOR}")
        start, end = max(start, floor), min(end, newest)
        absent = {
            "no-yesterday": newest,
            "missing-day": newest - timedelta(days=1),
        }
        faults = self.fault_names()
        days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
        if "no-data" in faults:
            days = []
        shown = [one for one in days if one not in {absent.get(name) for name in faults}]
        rows = [row for one in shown for row in self.rows(one)]
        meta = {
            "as_of": f"{self.today}T02:00:00.000Z",
            "version": "v1",
            "start_date": start.isoformat(),
            "end_date": end.isoformat(),
        }
        return Reply.of_json({"data": rows, "meta": meta})

    def rows(self, day: date) -> list[dict[str, str]]:
        """The rows of a day as they are known today."""
        tokens = tokens_of(day)
        if (self.today - day).days <= RESTATED_FOR:
            tokens = {slug: first_tokens(slug, day, count) for slug, count in tokens.items()}
        ranked = sorted(tokens.items(), key=lambda item: (item[0] == "other", -item[1], item[0]))
        return [
            {"date": day.isoformat(), "model_permaslug": slug, "total_tokens": str(count)}
            for slug, count in ranked
        ]


def _error(status: int, message: str) -> Reply:
    return Reply.of_json({"error": {"code": status, "message": message}}, status)


@cache
def usual_tokens() -> dict[str, int]:
    """Tokens a day of 50 models and the rest, by slug."""
    found: dict[str, int] = {}
    for name in ("rankings_daily_shortened.json", "rankings_daily.json"):
        for row in json.loads((FIXTURES / "openrouter" / name).read_text())["data"]:
            found.setdefault(row["model_permaslug"], int(row["total_tokens"]))
    other = found.pop("other")
    ranked = sorted(found, key=lambda slug: -found[slug])[: 50 - len(FURTHER)]
    return {slug: found[slug] for slug in ranked} | FURTHER | {"other": other}


@cache
def tokens_of(day: date) -> dict[str, int]:
    """The tokens of a day, when they are not restated any more."""
    scale = 2 ** ((day - SCALED_FROM).days / DAYS_TO_DOUBLE)
    return {
        slug: int(usual * scale * (0.8 + 0.4 * chance(f"{slug} {day}")))
        for slug, usual in usual_tokens().items()
    }


def first_tokens(slug: str, day: date, tokens: int) -> int:
    """What is said of a day at first: of one row in twenty a little less than later."""
    is_restated = chance(f"restated {slug} {day}") < 0.05
    return tokens - tokens // 2000 if is_restated else tokens


def chance(text: str) -> float:
    """A number in 0..1 that is always the same for a text."""
    return zlib.crc32(text.encode()) / 2**32
