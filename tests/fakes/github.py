"""GitHub's REST API: any repository with its releases, in pages; figures are invented."""

from __future__ import annotations

import hashlib
import re
import time
from datetime import date, timedelta
from typing import Any, ClassVar

from collectors.livebench import LISTING_PATH
from tests.fake_services import FakeService, Reply, Request
from tests.fakes.livebench import release_listing

RELEASES = 120
OTHER_NAME = "new-owner/new-name"


class GitHub(FakeService):
    name = "github"
    variable = "GITHUB_BASE_URL"
    required_field = "stargazers_count"
    own_faults: ClassVar[dict[str, str]] = {
        "renamed": "301 to the number of the repository, which has another name now",
        "used-up": "403 with no calls left until two seconds from now",
        "used-up-for-an-hour": "403 with no calls left for an hour",
        "used-up-429": "429 with no calls left for an hour",
        "last-call": "a good answer that says no calls are left for an hour",
        "secondary": "403 with Retry-After: 1, for too many calls at once",
        "bad-token": "401 as for an unknown token",
        "drafts": "the newest release is a draft",
        "moved-release": "the last release of a page again at the head of the next",
        "foreign-link": "a Link to another host",
        "endless-link": "a Link to the same page, for ever",
        "window-of-200": "422 for what lies beyond the newest 200 releases",
        "malformed-release": "one release whose files have no counts",
    }

    def __init__(self, *settings: Any, **more: Any) -> None:
        super().__init__(*settings, **more)
        self.releases = RELEASES

    def reply(self, request: Request) -> Reply:
        refused = self._limited(request)
        if refused:
            return refused
        reply = self._found(request)
        left = "0" if "last-call" in self.fault_names() else "4987"
        return self._with_limits(reply, left, 3600)

    def _limited(self, request: Request) -> Reply | None:
        faults = self.fault_names()
        if not request.headers.get("user-agent"):
            return Reply.of_json({"message": "Request forbidden by administrative rules."}, 403)
        if "bad-token" in faults:
            return Reply.of_json({"message": "Bad credentials"}, 401)
        if "secondary" in faults:
            reply = Reply.of_json({"message": "You have exceeded a secondary rate limit."}, 403)
            reply.headers["Retry-After"] = "1"
            return reply
        for name, status, seconds in (
            ("used-up", 403, 2),
            ("used-up-for-an-hour", 403, 3600),
            ("used-up-429", 429, 3600),
        ):
            if name in faults:
                message = "API rate limit exceeded for 203.0.113.7. (But here's the good news: ...)"
                return self._with_limits(Reply.of_json({"message": message}, status), "0", seconds)
        return None

    def _with_limits(self, reply: Reply, left: str, seconds: int) -> Reply:
        reply.headers |= {
            "X-RateLimit-Limit": "5000",
            "X-RateLimit-Remaining": left,
            "X-RateLimit-Reset": str(int(time.time()) + seconds),
            "X-RateLimit-Resource": "core",
        }
        return reply

    def _found(self, request: Request) -> Reply:
        if request.path == f"/{LISTING_PATH}":
            return release_listing()
        by_name = re.fullmatch(r"/repos/([^/]+/[^/]+)(/releases)?", request.path)
        by_number = re.fullmatch(r"/repositories/\d+", request.path)
        if by_number:
            return Reply.of_json(self._repository(OTHER_NAME))
        if not by_name or "/no-such" in by_name[1]:
            return Reply.of_json({"message": "Not Found", "status": "404"}, 404)
        if by_name[2]:
            return self._page(by_name[1], request)
        if "renamed" in self.fault_names():
            moved = Reply.of_json({"message": "Moved Permanently"}, 301)
            moved.headers["Location"] = f"{self.endpoint}/repositories/599547518"
            return moved
        return Reply.of_json(self._repository(by_name[1]))

    def _repository(self, full_name: str) -> dict[str, Any]:
        owner, _, name = full_name.partition("/")
        number = _number(full_name)
        return {
            "id": 1_000_000 + number,
            "name": name,
            "full_name": full_name,
            "private": False,
            "owner": {"login": owner, "type": "Organization"},
            "html_url": f"https://github.com/{full_name}",
            "description": "An engine for language models",
            "fork": False,
            "created_at": "2023-02-09T11:23:20Z",
            "updated_at": f"{self.today}T01:00:00Z",
            "pushed_at": f"{self.today}T00:58:00Z",
            "stargazers_count": 10_000 + number % 60_000 + self._age * 20,
            "watchers_count": 10_000 + number % 60_000 + self._age * 20,
            "forks_count": 1_000 + number % 9_000,
            "archived": False,
            "disabled": False,
            "open_issues_count": number % 3_000,
            "license": None,
            "topics": ["inference"],
            "default_branch": "main",
            "subscribers_count": number % 900,
        }

    def _page(self, full_name: str, request: Request) -> Reply:
        faults = self.fault_names()
        size, page = int(request.asked("per_page", "30")), int(request.asked("page", "1"))
        if "window-of-200" in faults and page * size > 200:
            return Reply.of_json({"message": "Only the first 200 results are available."}, 422)
        numbers = list(range(self.releases, 0, -1))[(page - 1) * size : page * size]
        if "moved-release" in faults and page > 1:
            numbers = [numbers[0] + 1, *numbers]
        shown = [self._release(full_name, number) for number in numbers]
        if "drafts" in faults and page == 1:
            shown[0] |= {"draft": True, "published_at": None}
        if "malformed-release" in faults and page == 1:
            del shown[0]["assets"][0]["download_count"]
        reply = Reply.of_json(shown)
        if page * size < self.releases:
            reply.headers["Link"] = self._link(request.path, size, page + 1)
        if "endless-link" in faults:
            reply.headers["Link"] = self._link(request.path, size, page)
        if "foreign-link" in faults:
            reply.headers["Link"] = '<http://example.invalid/releases?page=2>; rel="next"'
        return reply

    def _link(self, path: str, size: int, page: int) -> str:
        return f'<{self.endpoint}{path}?per_page={size}&page={page}>; rel="next"'

    def _release(self, full_name: str, number: int) -> dict[str, Any]:
        at = f"{date(2024, 1, 1) + timedelta(days=3 * number)}T01:00:00Z"
        usual = 100 + _number(full_name) % 5_000
        files = [("linux.zip", usual + self._age * 7), ("windows.zip", usual // 2 + self._age * 3)]
        return {
            "id": number,
            "tag_name": f"b{number}",
            "name": f"b{number}",
            "body": "What has changed. " * 20,
            "draft": False,
            "prerelease": number % 10 == 0,
            "created_at": at,
            "published_at": at,
            "assets": [
                {
                    "id": number * 10 + position,
                    "name": f"b{number}-{name}",
                    "size": 40_000_000,
                    "download_count": count,
                    "created_at": at,
                    "browser_download_url": f"https://github.com/{full_name}/releases/{name}",
                }
                for position, (name, count) in enumerate(files)
            ],
        }

    @property
    def _age(self) -> int:
        return (self.today - date(2024, 1, 1)).days


def _number(full_name: str) -> int:
    return int(hashlib.sha256(full_name.encode()).hexdigest()[:6], 16)
