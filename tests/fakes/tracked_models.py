"""The lists of Interconnects-AI/tracked-models."""

from __future__ import annotations

from typing import ClassVar

from collectors.tracked_models import LISTS
from tests.fake_services import FakeService, Reply, Request
from tests.fakes.csv_spoiled import spoiled_csv
from tests.recorded import FIXTURES

MODELS = 600


class TrackedModels(FakeService):
    name = "tracked_models"
    variable = "TRACKED_MODELS_BASE_URL"
    required_field = "subject"
    own_faults: ClassVar[dict[str, str]] = {
        "unknown-region": "an organisation in a region that nobody knows"
    }

    def reply(self, request: Request) -> Reply:
        for name, listed in LISTS.items():
            if request.path == f"/{listed.path}":
                body = (FIXTURES / "tracked_models" / f"{name}.csv").read_bytes()
                break
        else:
            return Reply(b"404: Not Found", 404, "text/plain")
        if name == "models":
            rows = (f"lab-{n % 30},model-{n},lab-{n % 30}/model-{n}\n" for n in range(MODELS))
            body += "".join(rows).encode()
        if name == "organization_regions" and "unknown-region" in self.fault_names():
            body += b"lab-1,atlantis,\n"
        return Reply(body, content_type="text/plain; charset=utf-8")

    def spoiled(self, reply: Reply, how: str) -> Reply:
        body = reply.body
        while body.startswith(b"#"):
            body = body.partition(b"\n")[2]
        header = body.splitlines()[0].decode().split(",")
        listed = next(one for one in LISTS.values() if set(one.columns) <= set(header))
        return spoiled_csv(reply, listed.columns[0], how)
