"""Docker Hub: any repository, under both of its addresses; figures are invented."""

from __future__ import annotations

import hashlib
import re
import time
from datetime import date
from typing import ClassVar

from tests.fake_services import FakeService, Reply, Request

_OLDER = re.compile(r"/v2/repositories/([^/]+)/([^/]+)/?")
_NEWER = re.compile(r"/v2/namespaces/([^/]+)/repositories/([^/]+)/?")


class DockerHub(FakeService):
    name = "dockerhub"
    variable = "DOCKERHUB_BASE_URL"
    required_field = "pull_count"
    own_faults: ClassVar[dict[str, str]] = {
        "older-gone": "404 under the older address",
        "nulls": "null where a value may be missing",
        "429-x-retry-after": "429 with X-Retry-After, the Unix time in two seconds",
        "429-text": "429 with a text",
        "another-image": "the answer about another repository",
    }

    def reply(self, request: Request) -> Reply:
        reply = self._reply(request)
        limits = {"Limit": "180", "Remaining": "179", "Reset": str(int(time.time()) + 60)}
        for name, value in limits.items():
            reply.headers.setdefault(f"X-RateLimit-{name}", value)
        return reply

    def _reply(self, request: Request) -> Reply:
        faults = self.fault_names()
        if "429-x-retry-after" in faults:
            reply = Reply.of_json({"detail": "Rate limit exceeded", "error": False}, 429)
            reply.headers["X-Retry-After"] = str(int(time.time()) + 2)
            return reply
        if "429-text" in faults:
            return Reply(b"Too Many Requests\n", 429, "text/plain")
        older, newer = _OLDER.fullmatch(request.path), _NEWER.fullmatch(request.path)
        found = newer if "older-gone" in faults else older or newer
        if not found or found[2].startswith("no-such"):
            return Reply.of_json({"message": "object not found", "errinfo": {}}, 404)
        return self._repository(*found.groups())

    def _repository(self, namespace: str, name: str) -> Reply:
        faults = self.fault_names()
        number = int(hashlib.sha256(f"{namespace}/{name}".encode()).hexdigest()[:6], 16)
        days = (self.today - date(2024, 1, 1)).days
        lacks = "nulls" in faults
        return Reply.of_json(
            {
                "user": namespace,
                "name": "another" if "another-image" in faults else name,
                "namespace": None if lacks else namespace,
                "repository_type": None if lacks else "image",
                "status": 1,
                "status_description": "active",
                "description": "",
                "is_private": False,
                "star_count": None if lacks else 20 + number % 2_000,
                "pull_count": 1_000_000 + number * 3 + days * (500 + number % 20_000),
                "last_updated": None if lacks else f"{self.today}T01:41:08.123456Z",
                "date_registered": "2023-11-30T00:00:00.000000Z",
                "affiliation": None,
                "media_types": ["application/vnd.oci.image.index.v1+json"],
                "content_types": ["image"],
                "categories": [],
                "storage_size": None,
            }
        )
