"""One day of an archive too large to keep: a Parquet file, read by column and then deleted.

data/sql/archives/<name>.sql says what is read of it. Columns that a day does not have yet are
NULL; a column that it must have and lacks is an error, and so is a file that is not whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from data.catalog import SQL_DIR
from data.errors import DamagedError
from data.paths import sql_text

MAGIC = b"PAR1"


@dataclass(frozen=True)
class ArchiveFile:
    """A downloaded file and how to read it.

    `optional`: SQL type of each column that older days lack; `required`: columns that none may
    lack; `size`: the length in bytes that was promised, if one was; `also`: further files, each a
    view of that name; `day`: with it only the rows whose column `day` it is.
    """

    path: Path
    name: str
    required: tuple[str, ...]
    optional: Mapping[str, str]
    size: int | None = None
    also: Mapping[str, Path] = field(default_factory=dict)
    day: date | None = None

    def select(self) -> str:
        """The SELECT over `archive`."""
        return (SQL_DIR / "archives" / f"{self.name}.sql").read_text(encoding="utf-8")

    def open(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the view `archive` of the file. Raises DamagedError when the file is not whole."""
        self._require_whole()
        try:
            found = connection.execute(
                "SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet(?))", [str(self.path)]
            ).fetchall()
        except duckdb.Error as error:
            raise DamagedError(f"{self.path.name}: expected a Parquet file: {error}") from error
        columns = {row[0] for row in found}
        if missing := [name for name in self.required if name not in columns]:
            raise DamagedError(
                f"{self.path.name}: expected the columns {', '.join(self.required)}, "
                f"found none of the name {', '.join(missing)}; the day was not kept"
            )
        added = "".join(
            f', CAST(NULL AS {kind}) AS "{name}"'
            for name, kind in self.optional.items()
            if name not in columns
        )
        kept = f" WHERE day = DATE '{self.day}'" if self.day else ""
        _view(connection, "archive", self.path, f"*{added}", kept)
        for name, path in self.also.items():
            _view(connection, name, path, "*", "")

    def latest(self, column: str) -> datetime:
        """The newest instant in a column, UTC. Raises DamagedError when there is none."""
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            self.open(connection)
            try:
                ((newest,),) = connection.execute(
                    f'SELECT max(CAST("{column}" AS TIMESTAMP)) FROM archive'
                ).fetchall()
            except duckdb.Error as error:
                raise DamagedError(
                    f"{self.path.name}: expected instants in {column}: {error}"
                ) from error
        if newest is None:
            raise DamagedError(f"{self.path.name}: expected an instant in {column}, found none")
        return datetime.combine(newest.date(), newest.time(), UTC)

    def _require_whole(self) -> None:
        size = self.path.stat().st_size
        if self.size is not None and size != self.size:
            raise DamagedError(
                f"{self.path.name}: expected {self.size:,} bytes, found {size:,}; download it again"
            )
        with self.path.open("rb") as file:
            begins = file.read(len(MAGIC))
            file.seek(-min(size, len(MAGIC)), 2)
            ends = file.read()
        if begins != MAGIC or ends != MAGIC:
            raise DamagedError(
                f"{self.path.name}: expected {MAGIC.decode()} at both ends of a Parquet file, "
                f"found {begins!r} and {ends!r}; it is cut off or something else"
            )


def _view(
    connection: duckdb.DuckDBPyConnection, name: str, path: Path, columns: str, kept: str
) -> None:
    try:
        connection.execute(
            f"CREATE OR REPLACE VIEW {name} AS "
            f"SELECT {columns} FROM read_parquet({sql_text(path)}){kept}"
        )
    except duckdb.Error as error:
        raise DamagedError(f"{path.name}: expected a Parquet file: {error}") from error
