"""LMArena's leaderboard dataset, as the Hub serves its files."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from collectors.lmarena import BOARDS, DATASET, FILE
from tests.fake_services import FakeService, Reply, Request
from tests.fakes.model_names import named
from tests.recorded import recorded

MODELS = 60
BINARY = "application/octet-stream"


def parquet(rows: list[dict[str, Any]] | pa.Table) -> bytes:
    """Rows as a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


def recorded_rows() -> list[dict[str, Any]]:
    """The rows of the recorded leaderboard."""
    return pq.read_table(pa.BufferReader(recorded("lmarena").body)).to_pylist()


class Arena(FakeService):
    name = "lmarena"
    variable = "HF_ENDPOINT"
    required_field = "rating"
    own_faults: ClassVar[dict[str, str]] = {
        "elsewhere": "the Hub leads to where the bytes lie, as it does for large files",
        "no-overall": "no row of the category overall",
        "cut-parquet": "the file without its end, with a length that fits",
    }

    def reply(self, request: Request) -> Reply:
        prefix = f"/datasets/{DATASET}/resolve/main/"
        board = request.path.removeprefix(prefix).removesuffix(f"/{FILE}")
        is_moved = request.path.startswith("/cdn/")
        if is_moved:
            board = request.path.removeprefix("/cdn/")
        elif request.path != f"{prefix}{board}/{FILE}":
            return Reply.missing()
        if board not in BOARDS:
            return Reply.missing()
        if "elsewhere" in self.fault_names() and not is_moved:
            return Reply(b"", 302, headers={"Location": f"{self.address}/cdn/{board}"})
        body = parquet(self._rows())
        if "cut-parquet" in self.fault_names():
            body = body[: len(body) // 2]
        return Reply(body, content_type=BINARY)

    def spoiled(self, reply: Reply, how: str) -> Reply:
        table = pq.read_table(pa.BufferReader(reply.body))
        at = table.column_names.index(self.required_field)
        table = table.remove_column(at)
        if how == "wrong-type":
            words = pa.array(["unexpected"] * table.num_rows)
            table = table.append_column(self.required_field, words)
        return replace(reply, body=parquet(table))

    def _rows(self) -> list[dict[str, Any]]:
        published = (self.today - timedelta(days=2)).isoformat()
        first, *rest = recorded_rows()
        many = [
            {
                **first,
                "model_name": named(number)[0],
                "organization": named(number)[1],
                "license": "Apache 2.0" if named(number)[2] else "Proprietary",
                "rating": 1400.0 - number,
                "rating_lower": 1395.0 - number,
                "rating_upper": 1405.0 - number,
                "rank": number + 3,
            }
            for number in range(MODELS)
        ]
        rows = [{**row, "leaderboard_publish_date": published} for row in (first, *rest, *many)]
        if "no-overall" in self.fault_names():
            return [row for row in rows if row["category"] != "overall"]
        return rows
