"""A small copy of `modelpulse/model-pulse-data`, with renames and days that it marks."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.archive import Archive

PULSE = "modelpulse/model-pulse-data"
FIRST = date(2026, 6, 28)
SERIES = pa.schema(
    [
        ("id", pa.string()),
        ("day", pa.date32()),
        ("dl30", pa.int32()),
        ("dl_all", pa.int64()),
        ("likes", pa.int32()),
    ]
)
MODELS = pa.schema(
    [
        ("id", pa.string()),
        ("author", pa.string()),
        ("pipeline_tag", pa.string()),
        ("library_name", pa.string()),
        ("license", pa.string()),
        ("params", pa.int64()),
        ("is_gguf", pa.bool_()),
        ("created_at", pa.timestamp("us")),
        ("base_relation", pa.string()),
        ("base_ids", pa.list_(pa.string())),
    ]
)
RENAMES = pa.schema(
    [("old", pa.string()), ("new", pa.string()), ("gone", pa.date32()), ("came", pa.date32())]
)


def pulse_files(
    days: int = 5,
    renames: Sequence[tuple[str, str]] = (("a/one", "a/two"), ("a/two", "a/three")),
    marks: Mapping[str, Any] | None = None,
) -> dict[str, bytes]:
    """Path -> bytes. `a/one` becomes `a/two` on the second day and `a/three` on the third."""
    dates = [FIRST + timedelta(days=n) for n in range(days)]
    months: dict[str, list[dict[str, Any]]] = {}
    for number, day in enumerate(dates):
        names = [("a/one", "a/two", "a/three")[min(number, 2)], "b/base", "c/child"]
        months.setdefault(f"{day:%Y-%m}", []).extend(
            {
                "id": name,
                "day": day,
                "dl30": 100 + 10 * place + number,
                "dl_all": None if number == 0 else 1000 * (place + 1) + number,
                "likes": place,
            }
            for place, name in enumerate(names)
        )
    known = [
        _model("a/three", license="mit", params=7_000_000_000),
        _model("b/base", pipeline_tag="text-generation"),
        _model("c/child", base_relation="quantized", base_ids=["b/base", "a/three"]),
    ]
    moves = [{"old": old, "new": new, "gone": None, "came": None} for old, new in renames]
    meta = {"days": [str(day) for day in dates], "built": "2026-07-03", **(marks or {})}
    return {
        "meta.json": json.dumps(meta).encode(),
        "models.parquet": _parquet(known, MODELS),
        "renames.parquet": _parquet(moves, RENAMES),
        **{f"series/{m}.parquet": _parquet(rows, SERIES) for m, rows in months.items()},
    }


def pulse_of(archive: Archive, days: Sequence[int]) -> dict[str, bytes]:
    """Path -> bytes: days of a generated archive, of the repositories with some use."""
    months: dict[str, list[dict[str, Any]]] = {}
    known: dict[str, dict[str, Any]] = {}
    for number in days:
        day, told = archive.date_of(number), archive.day(number)
        for row in told.select(
            ["id", "downloads", "downloadsAllTime", "likes", "createdAt"]
        ).to_pylist():
            if row["downloads"] >= 10 or row["downloadsAllTime"] >= 50 or row["likes"]:
                counters = {"dl30": row["downloads"], "dl_all": row["downloadsAllTime"]}
                months.setdefault(f"{day:%Y-%m}", []).append(
                    {"id": row["id"], "day": day, **counters, "likes": row["likes"]}
                )
                known[row["id"]] = _model(row["id"], created_at=row["createdAt"])
    meta = {"days": [str(archive.date_of(number)) for number in days]}
    return {
        "meta.json": json.dumps(meta).encode(),
        "models.parquet": _parquet(list(known.values()), MODELS),
        "renames.parquet": _parquet([], RENAMES),
        **{f"series/{month}.parquet": _parquet(rows, SERIES) for month, rows in months.items()},
    }


def _model(name: str, **facts: Any) -> dict[str, Any]:
    return {
        **dict.fromkeys(MODELS.names),
        "id": name,
        "author": name.split("/", maxsplit=1)[0],
        **facts,
    }


def _parquet(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> bytes:
    body = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), body)
    return body.getvalue()
