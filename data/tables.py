"""Tables out: a frame as CSV, JSON or Parquet, with exact values.

NULL is an empty cell in CSV, null in JSON and NULL in Parquet. A text that a spreadsheet would run
as a formula gets a leading apostrophe in CSV.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import AdoptionError
from data.snapshots import write_atomically

FORMATS = ("csv", "json", "parquet")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write(frame: pd.DataFrame, target: Path | BinaryIO, format: str) -> None:
    """Write a frame to a path (whole or not at all) or to a binary stream.

    `format` is one of FORMATS. Raises AdoptionError for another one, OSError when writing fails.
    """
    content = to_bytes(frame, format)
    if isinstance(target, Path):
        write_atomically(target, content)
    else:
        target.write(content)


def to_bytes(frame: pd.DataFrame, format: str) -> bytes:
    """A frame as the bytes of a file; `format` is one of FORMATS."""
    if format == "csv":
        return _csv(frame)
    if format == "json":
        return _json(frame)
    if format == "parquet":
        return _parquet(frame)
    raise AdoptionError(f"expected one of the formats {', '.join(FORMATS)}, found {format!r}")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts of plain Python values: None for NULL, date for days, datetime for instants."""
    names = [str(name) for name in frame.columns]
    columns = [_plain_column(frame.iloc[:, position]) for position in range(len(names))]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def harmless(value: Any) -> Any:
    """A cell for CSV: text that a spreadsheet would take for a formula gets an apostrophe."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def _csv(frame: pd.DataFrame) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([harmless(str(name)) for name in frame.columns])
    for row in records(frame):
        writer.writerow([harmless(_cell(value)) for value in row.values()])
    return out.getvalue().encode()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, dict)):
        return orjson.dumps(value, default=str).decode()
    return value


def _json(frame: pd.DataFrame) -> bytes:
    rows = [orjson.dumps(row, default=str) for row in records(frame)]
    return b"[\n" + b",\n".join(rows) + b"\n]\n" if rows else b"[]\n"


def _parquet(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), out, compression="zstd")
    return out.getvalue()


def _plain_column(column: pd.Series) -> list[Any]:
    values = [_plain(value) for value in column.astype(object)]
    if column.dtype.kind == "M" and not hasattr(column.dtype, "tz"):
        return _days(values)
    if column.dtype.kind == "f":
        return _whole_numbers(values)
    return values


def _plain(value: Any) -> Any:
    """One value without pandas or numpy around it."""
    if isinstance(value, (list, dict, str)):
        return value
    if getattr(value, "ndim", 0) > 0:
        return value.tolist()
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    value = value.item() if hasattr(value, "item") else value
    # An infinity is no JSON value, and no figure either.
    return None if isinstance(value, float) and math.isinf(value) else value


def _days(values: Iterable[Any]) -> list[Any]:
    """Days of a DATE column, which pandas holds as instants at midnight."""
    instants = list(values)
    if any(instant and instant.time() != datetime.min.time() for instant in instants):
        return instants
    return [instant.date() if instant else None for instant in instants]


def _whole_numbers(values: Iterable[Any]) -> list[Any]:
    """Counts of a BIGINT column with NULLs, which pandas holds as floats; the values are equal."""
    numbers = list(values)
    if all(value is None or (value.is_integer() and abs(value) < 2**53) for value in numbers):
        return [None if value is None else int(value) for value in numbers]
    return numbers
