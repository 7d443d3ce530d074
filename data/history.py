"""Typed history: what was parsed from snapshots, as sorted Parquet partitions.

    history/<table>/<YYYY-MM>/<run>.<source>.parquet

One run of a source gives one partition a table; the partition of `observations` is written last,
so a run that has one is parsed. A table's columns are those of data/sql/tables/<table>.sql.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.errors import HistoryError
from data.schema import arrow_schema, key_columns, table_sql
from data.snapshots import run_started_at

OBSERVATIONS = "observations"


class History:
    """The folder `history/` of one data directory, or another folder of the same shape."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(
        self, table: str, run: str, source: str, rows: Iterable[Mapping[str, Any]] | pa.Table
    ) -> Path:
        """Write one partition, sorted by the table's key; returns its path.

        `rows` are dicts with exactly the table's columns, or an Arrow table. Raises HistoryError
        when they break the table's types or constraints; then nothing is written.
        """
        typed = rows if isinstance(rows, pa.Table) else _to_arrow(table, list(rows))
        checked = _checked(table, typed)
        path = self.path(table, run, source)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            pq.write_table(checked, temporary, compression="zstd")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        return path

    def path(self, table: str, run: str, source: str) -> Path:
        """Where the partition of a run belongs."""
        month = run_started_at(run).strftime("%Y-%m")
        return self.root / table / month / f"{run}.{source}.parquet"

    def partitions(self, table: str) -> list[Path]:
        """All partitions of a table, oldest run first."""
        return sorted((self.root / table).glob("*/*.parquet"), key=lambda path: path.name)

    def tables(self) -> list[str]:
        """Names of the tables that have at least one partition."""
        if not self.root.is_dir():
            return []
        return sorted(p.name for p in self.root.iterdir() if p.is_dir() and self.partitions(p.name))

    def is_parsed(self, run: str, source: str) -> bool:
        """Whether a run was parsed to its end."""
        return self.path(OBSERVATIONS, run, source).exists()

    def read(self, path: Path) -> list[dict[str, Any]]:
        """The rows of one partition."""
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return rows

    def newest_date(self, table: str, run: str, source: str) -> date | None:
        """The newest `date` in a run's partition; None without one, or without such a column."""
        path = self.path(table, run, source)
        if "date" not in arrow_schema(table).names or not path.exists():
            return None
        newest: date | None = pc.max(pq.read_table(path, columns=["date"])["date"]).as_py()
        return newest

    def observations(self, source: str) -> list[dict[str, Any]]:
        """Rows of `observations` of one source, oldest run first."""
        paths = [p for p in self.partitions(OBSERVATIONS) if p.name.endswith(f".{source}.parquet")]
        return [row for path in paths for row in self.read(path)]

    def replace_with(self, other: History) -> None:
        """Put another history in the place of this one, and remove the old one.

        On any trouble the old one stays in its place; of a process that is killed in between
        `recover` puts it back.
        """
        old = self.root.with_name(f".{self.root.name}.{os.getpid()}.old")
        try:
            if self.root.exists():
                self.root.rename(old)
            other.root.rename(self.root)
        except BaseException:
            if old.exists() and not self.root.exists():
                old.rename(self.root)
            raise
        shutil.rmtree(old, ignore_errors=True)

    def recover(self) -> bool:
        """Put back what a process that was killed had set aside; whether there was anything.

        Only for the one process that may write.
        """
        is_back = False
        for old in self._set_aside():
            if self.root.exists():
                shutil.rmtree(old, ignore_errors=True)
            else:
                old.rename(self.root)
                is_back = True
        return is_back

    def problems(self) -> list[str]:
        """Why the history is not what was collected, in words; [] = nothing is known."""
        if not self.root.exists() and (aside := self._set_aside()):
            return [
                f"{self.root}: expected the history, found it set aside as {aside[0].name} by a "
                "rebuild that is at work or was killed; `collectors rebuild` puts it back"
            ]
        return []

    def _set_aside(self) -> list[Path]:
        return sorted(self.root.parent.glob(f".{self.root.name}.*.old"))


def _to_arrow(table: str, rows: list[Mapping[str, Any]]) -> pa.Table:
    schema = arrow_schema(table)
    expected = set(schema.names)
    counts = [field.name for field in schema if pa.types.is_integer(field.type)]
    for row in rows:
        if set(row) != expected:
            raise HistoryError(
                f"{table}: expected the columns {sorted(expected)}, "
                f"found {sorted(row)}; a parser gives every column, None where there is no value"
            )
        # Arrow would cut off the fraction without a word.
        if cut := [name for name in counts if isinstance(row[name], float)]:
            raise HistoryError(
                f"{table}: a value does not fit its column: expected whole numbers in "
                f"{', '.join(cut)}, found {', '.join(str(row[name]) for name in cut)}"
            )
    try:
        return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise HistoryError(f"{table}: a value does not fit its column: {error}") from error


@lru_cache(maxsize=1)
def _scratch() -> duckdb.DuckDBPyConnection:
    """A database in memory that stays open, since opening one costs more than most checks."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _checked(table: str, rows: pa.Table) -> pa.Table:
    """Rows in the order of the key, after DuckDB has enforced the table's constraints."""
    # Temporary tables belong to the cursor, so threads do not see each other's.
    with _scratch().cursor() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(table_sql(table).replace("CREATE TABLE", "CREATE TEMP TABLE", 1))
        connection.register("incoming", rows)
        order = ", ".join(key_columns(table)) or "ALL"
        try:
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")
        except duckdb.Error as error:
            raise HistoryError(f"{table}: {error}") from error
        return connection.sql(f"SELECT * FROM {table} ORDER BY {order}").to_arrow_table()
