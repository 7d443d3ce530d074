"""LiveBench's files, and the list of them as GitHub's API gives it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import ClassVar

from collectors.livebench import LISTING_PATH, RELEASES
from tests.fake_services import FakeService, Reply, Request
from tests.fakes.csv_spoiled import spoiled_csv
from tests.fakes.model_names import named
from tests.recorded import recorded

NEXT = "2026_05_01"
MODELS = 40


def files() -> dict[str, str]:
    """The table and the categories of the newest release, as they are recorded."""
    return json.loads(recorded("livebench").body)


def release_listing(releases: tuple[str, ...] = RELEASES) -> Reply:
    """What GitHub's API says of the folder that holds the files."""
    names = [f"{kind}_{release}" for release in releases for kind in ("table", "categories")]
    named = [f"{name}.{'csv' if name.startswith('table') else 'json'}" for name in names]
    shown = [*named, "index.html", "logo.png"]
    return Reply.of_json(
        [{"name": name, "path": f"public/{name}", "type": "file"} for name in shown]
    )


class LiveBench(FakeService):
    name = "livebench"
    variable = "LIVEBENCH_BASE_URL"
    required_field = "model"
    own_faults: ClassVar[dict[str, str]] = {
        "new-release": "a release that the module does not know is there",
        "lost-category": "a task of every release has no category",
        "app-page": "the page of the site's app, with 200, for every file",
        "no-listing": "the list of files is refused",
    }

    @property
    def environment(self) -> dict[str, str]:
        """The list of releases comes from here too, where there is no fake of GitHub."""
        return {**super().environment, "GITHUB_BASE_URL": self.endpoint}

    def reply(self, request: Request) -> Reply:
        faults = self.fault_names()
        known = (*RELEASES, NEXT) if "new-release" in faults else RELEASES
        if request.path == f"/{LISTING_PATH}":
            refused = Reply.of_json({"message": "API rate limit exceeded"}, 403)
            return refused if "no-listing" in faults else release_listing(known)
        if "app-page" in faults:
            return Reply(b"<!doctype html><title>LiveBench</title>", content_type="text/html")
        match = re.fullmatch(r"/(table|categories)_(\d{4}_\d\d_\d\d)\.(csv|json)", request.path)
        if match is None or match[2] not in known:
            return Reply(b"404: Not Found", 404, "text/plain")
        table, categories = files().values()
        if match[1] == "table":
            return Reply(_grown(table, match[2]).encode(), content_type="text/plain; charset=utf-8")
        if "lost-category" in faults:
            categories = categories.replace('"typos"', '"others"')
        return Reply(categories.encode(), content_type="text/plain; charset=utf-8")

    def spoiled(self, reply: Reply, how: str) -> Reply:
        if not reply.body.startswith(b"model,"):
            return replace(reply, body=b'{"Reasoning": {"unexpected": ["type"]}}')
        column = "model" if how == "missing-field" else "typos"
        return spoiled_csv(reply, column, how)


def _grown(table: str, release: str) -> str:
    """The table with as many models as a release has; older releases have fewer tasks."""
    header, first, *_ = table.splitlines()
    width = len(header.split(",")) if release >= RELEASES[-1] else 10
    rows = [header, first]
    for number in range(MODELS):
        scores = [f"{85 - number - task % 5}.25" for task in range(width - 1)]
        rows.append(",".join([named(number)[0], *scores]))
    return "\n".join(",".join(row.split(",")[:width]) for row in rows) + "\n"
