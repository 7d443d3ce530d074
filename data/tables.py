"""Tables out: a frame as CSV, JSON, Parquet or XLSX, with exact values.

NULL is an empty cell in CSV and XLSX, null in JSON and NULL in Parquet. A text that a spreadsheet
would run as a formula gets an apostrophe in CSV; in XLSX it is a text by its type.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.errors import AdoptionError
from data.snapshots import write_atomically
from data.workbook import workbook

FORMATS = ("csv", "json", "parquet", "xlsx")

# Where a formula could begin: at the start of a cell, behind signs that nobody sees, in the wide
# letters of East Asia too; and within a text, where a spreadsheet that separates cells by something
# else than commas would begin a new one (measured with LibreOffice and the separator `;`).
_UNSEEN = r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]*"
_FORMULA = re.compile(rf"(^|[;\t\r\n])(?={_UNSEEN}[=+\-@＝＋－＠])")
_BREAKS = ("\t", "\r", "\n")
_QUOTED = (",", '"', "\r", "\n")
_EMPTY = '""'
_ARROW_TYPES = {
    "BIGINT": pa.int64(), "INTEGER": pa.int32(), "DOUBLE": pa.float64(), "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(), "VARCHAR": pa.string(), "VARCHAR[]": pa.list_(pa.string()),
    "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", tz="UTC"),
}  # fmt: skip
_NO_TYPES: Mapping[str, str] = {}


def write(frame: pd.DataFrame, target: Path | BinaryIO, format: str) -> None:
    """Write a frame to a path (whole or not at all) or to a binary stream.

    Raises AdoptionError as `to_bytes` does, OSError when writing fails.
    """
    content = to_bytes(frame, format)
    if isinstance(target, Path):
        write_atomically(target, content)
    else:
        target.write(content)


def to_bytes(
    frame: pd.DataFrame,
    format: str,
    *,
    about: Sequence[tuple[str, str]] = (),
    fractions: Collection[str] = (),
    created: datetime | None = None,
    types: Mapping[str, str] = _NO_TYPES,
    wide: pd.DataFrame | None = None,
) -> bytes:
    """A frame as the bytes of a file; `format` is one of FORMATS. Same arguments, same bytes.

    Only Parquet has types: `types` are those of columns in the build, which a column gets where it
    loses nothing by it. pandas holds counts of which some are NULL as floats, and days as instants.
    Only XLSX has room for more: `about` are (name, text) lines of its last sheet, `fractions` the
    columns that are shown in percent, `created` the date that the file carries, `wide` a sheet with
    the same as a grid, of which `fractions` speaks too. Raises
    AdoptionError for another format, and for more rows than a sheet can hold.
    """
    if format == "csv":
        return _csv(frame)
    if format == "json":
        return _json(frame)
    if format == "parquet":
        return _parquet(frame, types)
    if format == "xlsx":
        return workbook(
            *_plain_columns(frame),
            about=about,
            fractions=fractions,
            created=created,
            wide=_plain_columns(wide) if wide is not None else None,
        )
    raise AdoptionError(f"expected one of the formats {', '.join(FORMATS)}, found {format!r}")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts of plain Python values: None for NULL, date for days, datetime for instants."""
    names, columns = _plain_columns(frame)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def harmless(text: str) -> str:
    """A text for CSV: with an apostrophe where a spreadsheet would begin a formula."""
    guarded = _FORMULA.sub(r"\1'", text)
    return f"'{guarded}" if guarded.startswith(_BREAKS) else guarded


def _csv(frame: pd.DataFrame) -> bytes:
    names, columns = _plain_columns(frame)
    lines = [_line(map(_quoted_text, names))]
    lines += [_line(map(_cell, row)) for row in zip(*columns, strict=True)]
    return "".join(lines).encode()


def _line(cells: Iterable[str]) -> str:
    # A line without anything is no row to those who read it.
    return f"{','.join(cells) or _EMPTY}\n"


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return _quoted_text(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, dict)):
        return _quoted_text(orjson.dumps(value, default=str).decode())
    return str(value)


@lru_cache(maxsize=10_000)
def _quoted_text(text: str) -> str:
    """A text as a cell. The standard library leaves a lone carriage return unquoted, at which
    others begin a new row."""
    cell = harmless(text)
    if any(sign in cell for sign in _QUOTED):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _json(frame: pd.DataFrame) -> bytes:
    rows = [orjson.dumps(row, default=str) for row in records(frame)]
    return b"[\n" + b",\n".join(rows) + b"\n]\n" if rows else b"[]\n"


def _parquet(frame: pd.DataFrame, types: Mapping[str, str]) -> bytes:
    table = without_infinity(pa.Table.from_pandas(frame, preserve_index=False))
    for place, name in enumerate(table.column_names):
        if kind := _ARROW_TYPES.get(types.get(name, "")):
            # What is no count, as an index of one, stays what it is.
            with suppress(pa.ArrowInvalid, pa.ArrowNotImplementedError):
                table = table.set_column(place, name, table.column(place).cast(kind))
    out = io.BytesIO()
    # What pandas says of its own types would undo this where pandas reads it.
    pq.write_table(table.replace_schema_metadata(), out, compression="zstd")
    return out.getvalue()


def without_infinity(table: pa.Table) -> pa.Table:
    """A table with NULL in the place of infinities, which are no figures."""
    for place, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            column = table.column(place)
            known = pc.if_else(pc.is_inf(column), pa.scalar(None, field.type), column)
            table = table.set_column(place, field, known)
    return table


def _plain_columns(frame: pd.DataFrame) -> tuple[list[str], list[list[Any]]]:
    """Names and columns of a frame, in order, as plain Python values."""
    names = [str(name) for name in frame.columns]
    return names, [_plain_column(frame.iloc[:, position]) for position in range(len(names))]


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


def write_out(path: Path, content: bytes) -> None:
    """Write a file where a user asked for it, whole or not at all. Raises OSError that names it."""
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)  # a device or a pipe, which a rename would replace
        else:
            write_atomically(path, content)
    except OSError as error:
        # The hidden file that is written first is nobody's concern.
        raise OSError(error.errno, error.strerror, str(path)) from error
