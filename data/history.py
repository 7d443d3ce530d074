"""Typed history: what was parsed from snapshots, as sorted Parquet partitions.

    history/<table>/<YYYY-MM>/<run>.<source>.parquet

One run of a source gives one partition a table; the partition of `observations` is written last,
so a run that has one is parsed. A table's columns are those of data/sql/tables/<table>.sql.

A partition that is cut off, as an older version left it when the power went, is none: its run is
parsed again where its answers are stored, and nothing is built while it is there.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
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
from data.snapshots import keep_on_disk, run_started_at

OBSERVATIONS = "observations"
_ENDS = b"PAR1"  # as every whole Parquet file
_OF_RUN = re.compile(r"\d{8}T\d{12}Z\..+\.parquet")


class History:
    """The folder `history/` of one data directory, or another folder of the same shape.

    `is_lasting`: each partition is on the disk when it is written. A folder that is not read before
    all of it is there can do without, and must be put in place by `replace_with`.
    """

    def __init__(self, root: Path, *, is_lasting: bool = True) -> None:
        self.root = root
        self.is_lasting = is_lasting

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
            if self.is_lasting:
                keep_on_disk(temporary)
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
        return list(self.files())

    def is_parsed(self, run: str, source: str) -> bool:
        """Whether a run was parsed to its end."""
        return is_whole(self.path(OBSERVATIONS, run, source))

    def read(self, path: Path) -> list[dict[str, Any]]:
        """The rows of one partition. Raises HistoryError for one that is damaged."""
        with _damage_named(path):
            rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return rows

    def verify(self, path: Path) -> None:
        """Read a partition; raises HistoryError when it is damaged."""
        with _damage_named(path):
            pq.read_table(path)

    def newest_date(self, table: str, run: str, source: str) -> date | None:
        """The newest `date` in a run's partition; None without one, or without such a column."""
        path = self.path(table, run, source)
        if "date" not in arrow_schema(table).names or not path.exists():
            return None
        with _damage_named(path):
            newest: date | None = pc.max(pq.read_table(path, columns=["date"])["date"]).as_py()
        return newest

    def observations(self, source: str) -> list[dict[str, Any]]:
        """Rows of `observations` of one source, oldest run first."""
        return [row for path in self.of_source(source) for row in self.read(path)]

    def of_source(self, source: str) -> list[Path]:
        """The partitions of `observations` of one source, oldest run first."""
        suffix = f".{source}.parquet"
        return [path for path in self.partitions(OBSERVATIONS) if path.name.endswith(suffix)]

    def replace_with(self, other: History) -> None:
        """Put another history in the place of this one, and remove the old one.

        On any trouble the old one stays in its place; of a process that is killed in between
        `recover` puts it back.
        """
        old = self.root.with_name(f".{self.root.name}.{os.getpid()}.old")
        if not other.is_lasting:
            os.sync()  # of thousands of files one by one would cost minutes
        try:
            if self.root.exists():
                self.root.rename(old)
            other.root.rename(self.root)
        except BaseException:
            if old.exists() and not self.root.exists():
                old.rename(self.root)
            raise
        _remove(old)

    def recover(self) -> bool:
        """Put back what a process that was killed had set aside last; whether there was anything.

        What else was set aside goes only where there is a history in its place already. Only for
        the one process that may write.
        """
        aside = self._set_aside()
        if not self.root.exists():
            newest = next((old for old in aside if old.is_dir()), None)
            if newest:
                newest.rename(self.root)
            return newest is not None
        for old in aside:
            _remove(old)
        return False

    def files(self) -> dict[str, list[Path]]:
        """The partitions of each table that has any, oldest run first."""
        if not self.root.is_dir():
            return {}
        names = sorted(path.name for path in self.root.iterdir() if path.is_dir())
        found = {name: self.partitions(name) for name in names}
        return {name: paths for name, paths in found.items() if paths}

    def problems(self, files: Mapping[str, Sequence[Path]] | None = None) -> list[str]:
        """Why the history is not what was collected, in words; [] = nothing is known. `files` are
        its files, if they are listed already."""
        if not self.root.exists() and (aside := self._set_aside()):
            return [
                f"{self.root}: expected the history, found it set aside as {aside[0].name} by a "
                "rebuild that is at work or was killed; `collectors rebuild` puts it back"
            ]
        found = []
        for paths in (self.files() if files is None else files).values():
            for path in paths:
                if not is_whole(path):
                    with suppress(FileNotFoundError):  # a rebuild put another one there meanwhile
                        size = path.stat().st_size
                        found.append(damage(path, f"{size:,} bytes without an end"))
        return found

    def _set_aside(self) -> list[Path]:
        """What `replace_with` set aside and did not remove, the last one first."""
        named = re.compile(rf"\.{re.escape(self.root.name)}\.\d+\.old")
        found = []
        for path in self.root.parent.glob(f".{self.root.name}.*.old"):
            if named.fullmatch(path.name):
                with suppress(FileNotFoundError):  # another process put it back meanwhile
                    # Renaming changes the ctime of a folder, not the times of what is in it.
                    found.append((path.lstat().st_ctime_ns, path))
        return [path for _, path in sorted(found, reverse=True)]


def _remove(folder: Path) -> None:
    """Remove a folder as far as it can be; of a link to one only the link."""
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)


def is_whole(path: Path) -> bool:
    """Whether a Parquet file is there and has its end, which is written last."""
    # As few calls as can be: there are tens of thousands of files.
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        size = os.fstat(file).st_size
        return os.pread(file, len(_ENDS), max(size - len(_ENDS), 0)) == _ENDS
    finally:
        os.close(file)


def source_of(partition: Path) -> str:
    """The source of a partition of a run, by its name."""
    return partition.name.split(".")[1]


def is_of_run(path: Path) -> bool:
    """Whether a file of the history is a partition of a run, not a day of an archive."""
    return _OF_RUN.fullmatch(path.name) is not None


def damage(path: Path, found: str) -> str:
    """What is wrong with a file of the history, and what to do."""
    if is_of_run(path):
        cure = (
            "`collectors rebuild` makes it anew where the answers of its run are stored, and "
            "leaves it out where they are not"
        )
    else:
        cure = (
            "delete the files of this day and of later ones in this folder, then `collectors "
            "backfill` reads them again"
        )
    return f"{path}: expected a whole Parquet file, found {found}; {cure}"


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """Around the reading of a file: what is wrong with it becomes a HistoryError."""
    try:
        yield
    except pa.ArrowException as error:
        raise HistoryError(damage(path, str(error).splitlines()[0])) from error
    except OSError as error:
        if error.errno is not None or isinstance(error, FileNotFoundError):
            raise  # of the disk, not of what is in the file
        raise HistoryError(damage(path, str(error).splitlines()[0])) from error


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
