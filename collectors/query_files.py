"""The files and formats that `query` writes."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import data
from collectors.query_values import UsageError
from collectors.screen import harmless_here, tabbed, table, terminal_width

if TYPE_CHECKING:
    import pandas as pd


class Format(StrEnum):
    """How `query` writes a metric."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"


_FORMATS = ", ".join(Format)
NOT_FOR_TERMINALS = (Format.PARQUET, Format.XLSX)


def format_named(name: str) -> Format:
    """A format by its name. Raises UsageError."""
    try:
        return Format(name.lower())
    except ValueError:
        raise UsageError(f"--format: expected one of {_FORMATS}; found {name!r}") from None


def format_of(out: Path | None) -> Format:
    """The format by the name of a file; without a file a table. Raises UsageError."""
    if out is None:
        return Format.TABLE
    suffix = out.suffix.lstrip(".").lower()
    if suffix not in data.tables.FORMATS:
        known = ", ".join(f".{name}" for name in data.tables.FORMATS)
        raise UsageError(
            f"--out {out}: expected a name that ends in one of {known}; "
            f"or give --format with one of {_FORMATS}"
        )
    return Format(suffix)


def write_rows(
    frame: pd.DataFrame, how: Format, out: Path | None, info: data.MetricInfo, *, index: bool
) -> None:
    """Write rows of a metric to a file, or to standard output. Raises UsageError and OSError."""
    if how is Format.TABLE:
        rows = [list(row.values()) for row in data.tables.records(frame)]
        names = [str(name) for name in frame.columns]
        width = terminal_width(sys.stdout) if out is None else None
        text = tabbed(names, rows) if width is None else table(names, rows, width)
        content = f"{text}\n".encode()
    else:
        content = _file(frame, how, info, index=index)
        if out is None and sys.stdout.isatty():
            content = harmless_here(content.decode()).encode()
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        _write_file(out, content)


def _file(frame: pd.DataFrame, how: Format, info: data.MetricInfo, *, index: bool) -> bytes:
    """Rows of a metric as the bytes of a file; a workbook says on a second sheet what they are."""
    if how is not Format.XLSX:
        types = data.types(info)
        if index and info.value_column:
            types[info.value_column] = "DOUBLE"
        return data.tables.to_bytes(frame, how.value, types=types)
    shown_as = [("Shown as", "100 = the first value of each series")] if index else []
    fractions = {name for name in data.fractions(info) if not index or name != info.value_column}
    return data.tables.to_bytes(
        frame,
        how.value,
        about=[*shown_as, *data.about(info.name)],
        fractions=fractions,
        created=data.build_info(data.newest_build())["built_at"],
    )


def _write_file(out: Path, content: bytes) -> None:
    if out.is_dir():
        raise UsageError(f"--out {out}: expected a file, found a folder")
    if not out.parent.is_dir():
        raise UsageError(f"--out {out}: the folder {out.parent} does not exist; make it first")
    data.write_out(out, content)
