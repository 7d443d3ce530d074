"""Epoch AI's list of all models."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from collectors.epoch import COUNTRY, LIST
from tests.fake_services import FakeService, Reply, Request
from tests.fakes.csv_spoiled import spoiled_csv
from tests.fakes.model_names import named
from tests.recorded import recorded

MODELS = 600


class Epoch(FakeService):
    name = "epoch"
    variable = "EPOCH_BASE_URL"
    required_field = "Model"
    own_faults: ClassVar[dict[str, str]] = {
        "old-names": "the column of countries has its older name",
        "fewer-columns": "a column that can be done without is gone",
    }

    def reply(self, request: Request) -> Reply:
        if request.path != f"/data/{LIST}.csv":
            return Reply(b"<!doctype html><title>Not found</title>", 404, "text/html")
        body = recorded("epoch").body
        columns = body.splitlines()[0].count(b",") + 1
        for number in range(MODELS):
            cells = [""] * columns
            name, developer, is_open = named(number)
            cells[0], cells[3], cells[5], cells[11] = name, developer, "2025-06-30", f"{number}e9"
            cells[19] = "Yes" if is_open else "No"
            body += ",".join(cells).encode() + b"\n"
        if "old-names" in self.fault_names():
            body = body.replace(COUNTRY[0].encode(), COUNTRY[1].encode())
        reply = Reply(body, content_type="text/csv")
        if "fewer-columns" in self.fault_names():
            return spoiled_csv(reply, "Confidence", "missing-field")
        return reply

    def spoiled(self, reply: Reply, how: str) -> Reply:
        column = self.required_field if how == "missing-field" else "Publication date"
        return replace(spoiled_csv(reply, column, how))
