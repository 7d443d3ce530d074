"""Days of a table too large to keep whole: one full frame a month, and what changed since.

    history/<table>/keys/<first key>.parquet         hub_id of each key, in the order of the keys
    history/<table>/<YYYY-MM>/<date>.counters.parquet    key and counters, sorted by key
    history/<table>/<YYYY-MM>/<date>.attributes.parquet  key and attributes, sorted by key

The first day of a month that was seen is a frame: a row for every repository. Every later day of
the month holds only the rows that differ from the seen day before it (`base` in the file's
metadata); a repository that is gone has a row with `is_gone`. So a day without a row for a
repository means "unchanged" if its file exists, and "not seen" if it does not. A month is complete
in itself: adding a day costs the same however many months there are, and inserting or removing one
touches its own month only.

What a file holds follows from the days that were seen, not from the order in which they were added
or from how often the process was killed. The counters of a day are written last: they are the
record that the day was seen. A chain that a killed process left behind is mended by the next add.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from data.archives import ArchiveFile
from data.engine import engine
from data.errors import DamagedError, HistoryError, RefusedError, disk_problem
from data.history import damage
from data.paths import sql_text
from data.snapshots import keep_on_disk

PARTS = ("attributes", "counters")  # in the order in which a day's files are written
MEMORY_LIMIT = "1200MB"
ROW_GROUP = 1 << 15  # small, so that the history of one repository is read in milliseconds
_FACTS = b"adoption"
_FOOTER = 1 << 14
_HUB_ID = re.compile(r"[0-9a-f]{24}")

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class DayTable:
    """Which columns of a table are counters, that move every day, and which describe a repository.

    `types`: SQL type of each column but the key, which is the repository's 24-hex `hub_id`.
    """

    name: str
    counters: tuple[str, ...]
    attributes: tuple[str, ...]
    types: Mapping[str, str]

    def columns(self, part: str) -> tuple[str, ...]:
        """The columns of one part, without the key."""
        return self.counters if part == "counters" else self.attributes


@dataclass(frozen=True)
class DayInfo:
    """What is known of a day that was seen: repositories, rows stored, base, the source's facts.

    `totals`: of each counter its sum over all repositories (None when none has a value) and how
    many have a value; two days that agree in all of them are one day twice.
    """

    day: date
    repositories: int
    stored: int
    base: date | None
    facts: Mapping[str, Any]
    totals: Mapping[str, Mapping[str, int | None]]


# Why a day must not be kept, given it and the seen days next to it; None when it may.
Judge = Callable[[DayInfo, Sequence[DayInfo]], str | None]


class DayStore:
    """The days of one table in one history folder."""

    def __init__(self, history: Path, table: DayTable) -> None:
        self.table = table
        self.root = history / table.name
        # Derived, and made again when it is missing: the newest day in full.
        self.cache = history / f".{table.name}.newest"

    def days(self) -> list[date]:
        """The days that were seen, oldest first."""
        names = [path.name for path in self.root.glob("????-??/*.counters.parquet")]
        return sorted(date.fromisoformat(name[:10]) for name in names)

    def info(self, day: date) -> DayInfo:
        """What the file of a day says of it. Raises HistoryError when it was not seen."""
        path = self.path(day, "counters")
        if not path.exists():
            raise HistoryError(f"{self.table.name}: {day} was not seen")
        facts, stored = _told(path)
        return DayInfo(
            day=day,
            repositories=facts["repositories"],
            stored=stored,
            base=_day(facts["base"]),
            facts=facts["source"],
            totals=facts["totals"],
        )

    def neighbours(self, day: date) -> list[DayInfo]:
        """The seen days next to a day, before and after it: at most two."""
        days = self.days()
        before = [seen for seen in days if seen < day][-1:]
        after = [seen for seen in days if seen > day][:1]
        return [self.info(seen) for seen in (*before, *after)]

    def add(
        self,
        day: date,
        rows: pa.Table | pa.RecordBatchReader | ArchiveFile,
        facts: Mapping[str, Any],
        judge: Judge | None = None,
    ) -> DayInfo:
        """Keep a day: `rows` has hub_id (24 hex, unique) and every column of the table.

        `facts` (JSON values) say where it came from. A day that was seen before is replaced. Raises
        RefusedError when `judge` has a reason against it, DamagedError when the rows are not what
        they should be, and HistoryError; then the history is as it was.
        """
        with self._connection() as connection:
            self._load(connection, rows)
            if judge:
                self._refuse(judge, connection, day, facts)
            self.mend(connection)
            if day in self.days():
                # The day after it is described relative to the old rows of this one.
                self._forget(connection, day)
            self._add_keys(connection)
            self._put(connection, day, facts)
            self._keep_newest(connection, day)
        return self.info(day)

    def remove(self, day: date) -> None:
        """Forget a day; the day after it in its month is described anew. HistoryError if unseen."""
        self.info(day)
        with self._connection() as connection:
            self.mend(connection)
            self._forget(connection, day)

    def recover(self) -> None:
        """Mend what killed processes left behind. Only for the one process that may write."""
        if not self.root.exists():
            return
        for folder in self.root.parent.glob(".spill-*"):
            shutil.rmtree(folder, ignore_errors=True)
        for folder in self.cache.parent.glob(f"{self.cache.name}.*"):
            shutil.rmtree(folder, ignore_errors=True)
        for leftover in self.root.rglob(".*.tmp"):
            leftover.unlink(missing_ok=True)
        if self._astray():
            with self._connection() as connection:
                self.mend(connection)
        self._drop_lone_attributes()

    def state(self, connection: duckdb.DuckDBPyConnection, day: date, name: str) -> None:
        """Make views `<name>_counters` and `<name>_attributes`: every repository of that day."""
        for part in PARTS:
            connection.execute(f"CREATE OR REPLACE VIEW {name}_{part} AS {self.full(day, part)}")

    def full(self, day: date, part: str) -> str:
        """A SELECT of every repository of a seen day: key and the columns of one part."""
        cached = self._cached(day)
        if part == "counters" and cached:
            columns = ", ".join(f'"{column}"' for column in self.table.counters)
            return f"SELECT key, {columns} FROM read_parquet({sql_text(cached)})"
        return self._replay(part, self._chain(day, part))

    def series(self, hub_id: str, until: date | None = None) -> list[dict[str, Any]]:
        """The counters of one repository on each day on which it was listed, oldest day first.

        A row has `date` and the table's counters. [] when it was never seen.
        """
        key = self.key(hub_id)
        return [] if key is None else self.series_of(key, until)

    def series_of(self, key: int, until: date | None = None) -> list[dict[str, Any]]:
        """The same by the key of a repository."""
        days = [day for day in self.days() if until is None or day <= until]
        files = [str(self.path(day, "counters")) for day in days]
        if not files:
            return []
        connection = _reader().cursor()
        columns = ", ".join(f'"{name}"' for name in self.table.counters)
        told = connection.execute(
            f"SELECT filename, is_gone, {columns} FROM read_parquet(?, filename = true) "
            "WHERE key = ?",
            [files, key],
        ).fetchall()
        by_file = {row[0]: row[1:] for row in told}
        series: list[dict[str, Any]] = []
        current: tuple[Any, ...] | None = None
        for day, file in zip(days, files, strict=True):
            if file in by_file or self._is_frame(day, days):
                current = by_file.get(file)
            if current and not current[0]:
                counters = zip(self.table.counters, current[1:], strict=True)
                series.append({"date": day, **dict(counters)})
        return series

    def key(self, hub_id: str) -> int | None:
        """The key of a repository; None when it was never seen."""
        if not _HUB_ID.fullmatch(hub_id):
            return None
        connection = _reader().cursor()
        found = connection.execute(
            f"SELECT key FROM ({self.hub_ids()}) WHERE hub_id = unhex(?)", [hub_id]
        ).fetchone()
        return int(found[0]) if found else None

    def hub_ids(self) -> str:
        """A SELECT of key and hub_id of every repository that was ever seen."""
        files = ", ".join(sql_text(path) for path in sorted((self.root / "keys").glob("*.parquet")))
        return f"SELECT * FROM read_parquet([{files}])"

    # What a history of two archives (data/joined.py) says in another way.

    def source(self, day: date) -> str:
        """The source whose days those around a day are."""
        return self.table.name.split("__")[0]

    def widens(self, day: date) -> bool:
        """Whether a day shows more of the Hub than the day before it could."""
        return False

    def settle(self, signatures: Sequence[str]) -> None:
        """Find out who is who in days of these signatures: one archive knows by itself."""

    def keyed(self, day: date, keys: Ints) -> Ints:
        """Keys of a day's file -> keys of this history."""
        return keys

    def attributes(self, days: Sequence[date], keys: Ints) -> Iterator[tuple[list[Path], Ints]]:
        """The attribute files of some days, and each key as it is in them."""
        yield [self.path(day, "attributes") for day in days], keys

    def signature(self, day: date) -> str:
        """What tells a day's files from others, without reading them: length and footer."""
        digest = hashlib.blake2b(day.isoformat().encode(), digest_size=12)
        for part in ("counters", "attributes"):
            path = self.path(day, part)
            size = path.stat().st_size
            with path.open("rb") as file:
                file.seek(max(size - _FOOTER, 0))
                digest.update(size.to_bytes(8) + file.read())
        return digest.hexdigest()

    def _is_frame(self, day: date, days: Sequence[date]) -> bool:
        """Whether a day is the first seen one of its month: then no row means not listed."""
        earlier = [seen for seen in days if seen < day and seen.month == day.month]
        return not any(seen.year == day.year for seen in earlier)

    def mend(self, connection: duckdb.DuckDBPyConnection) -> list[date]:
        """Describe anew the days whose base is not the day before them; returns those days.

        That is what a process that was killed between two files leaves behind.
        """
        astray = self._astray()
        for day, wanted in astray.items():
            self._load_state(connection, day, "mended")
            self._write(connection, day, "mended", self._source_facts(day), wanted)
        self._drop_lone_attributes()
        return list(astray)

    def _drop_lone_attributes(self) -> None:
        """Attributes are written first and removed last, so alone they are of no day."""
        for path in self.root.glob("????-??/*.attributes.parquet"):
            if not self.path(date.fromisoformat(path.name[:10]), "counters").exists():
                path.unlink()

    def _astray(self) -> dict[date, date | None]:
        """The days whose base is not the day before them, and the base that they should have."""
        days = self.days()
        before = {
            day: earlier if earlier and earlier.replace(day=1) == day.replace(day=1) else None
            for earlier, day in zip([None, *days], days, strict=False)
        }
        return {
            day: wanted
            for day, wanted in before.items()
            if any(_day(_told(self.path(day, part))[0]["base"]) != wanted for part in PARTS)
        }

    @contextmanager
    def _connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        self.root.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(dir=self.root.parent, prefix=".spill-") as spill,
            engine(MEMORY_LIMIT, Path(spill)) as connection,
        ):
            try:
                yield connection
            except duckdb.Error as error:
                raise self._failed(error) from error

    def _failed(self, error: duckdb.Error) -> HistoryError:
        """What the engine could not do: for want of room, or of something else."""
        problem = disk_problem(error, self.root)
        return HistoryError(problem or f"{self.table.name}: {error}")

    def _load(self, connection: duckdb.DuckDBPyConnection, rows: Any) -> None:
        typed = ", ".join(
            f'CAST("{name}" AS {self.table.types[name]}) AS "{name}"'
            for part in PARTS
            for name in self.table.columns(part)
        )
        if isinstance(rows, ArchiveFile):
            rows.open(connection)
            source = f"({rows.select()})"
        else:
            connection.register("rows", rows)
            source = "rows"
        try:
            connection.execute(
                f"CREATE TABLE incoming AS SELECT unhex(hub_id) AS hub_id, {typed} FROM {source}"
            )
        except duckdb.Error as error:
            if isinstance(error, duckdb.OutOfMemoryException) or disk_problem(error, self.root):
                raise
            raise DamagedError(f"{self.table.name}: {error}") from error
        total, unique, wrong = connection.execute(
            "SELECT count(*), count(DISTINCT hub_id), "
            "count(*) FILTER (WHERE hub_id IS NULL OR octet_length(hub_id) <> 12) FROM incoming"
        ).fetchall()[0]
        if total != unique or wrong:
            raise DamagedError(
                f"{self.table.name}: expected unique hub_ids of 24 hex digits, found {total:,} "
                f"rows with {unique:,} ids, {wrong:,} of them malformed; nothing was written"
            )

    def _refuse(
        self,
        judge: Judge,
        connection: duckdb.DuckDBPyConnection,
        day: date,
        facts: Mapping[str, Any],
    ) -> None:
        repositories, totals = self._totals(connection, "incoming")
        draft = DayInfo(day, repositories, repositories, None, facts, totals)
        if reason := judge(draft, self.neighbours(day)):
            raise RefusedError(reason, repositories)

    def _totals(
        self, connection: duckdb.DuckDBPyConnection, table: str
    ) -> tuple[int, dict[str, dict[str, int | None]]]:
        """Rows of a table, and sum and number of the values of each counter."""
        measured = "".join(f', sum("{name}"), count("{name}")' for name in self.table.counters)
        ((rows, *found),) = connection.execute(f"SELECT count(*){measured} FROM {table}").fetchall()
        pairs = zip(self.table.counters, found[::2], found[1::2], strict=True)
        totals = {
            name: {"sum": None if total is None else int(total), "count": count}
            for name, total, count in pairs
        }
        return rows, totals

    def _forget(self, connection: duckdb.DuckDBPyConnection, day: date) -> None:
        """Take a day out: first the day after it does without it, then its files go."""
        following = self._following(day)
        if following:
            self._load_state(connection, following, "after")
            base = self._before(day)
            self._write(connection, following, "after", self._source_facts(following), base)
        # The full copy may be of this day; another content of it may be added next.
        shutil.rmtree(self.cache, ignore_errors=True)
        for part in reversed(PARTS):
            self.path(day, part).unlink()

    def _add_keys(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Give keys to repositories that have none yet, in the order of their ids.

        Leaves `now_numbers` (key, counters, digest, row) and the view `now_attributes` behind.
        """
        folder = self.root / "keys"
        folder.mkdir(exist_ok=True)
        known = sorted(folder.glob("*.parquet"))
        keys = "SELECT CAST(NULL AS INTEGER) AS key, CAST(NULL AS BLOB) AS hub_id"
        if known:
            keys = self.hub_ids()
        connection.execute(
            "CREATE TABLE matched AS SELECT incoming.rowid AS row, keys.key AS key "
            f"FROM incoming LEFT JOIN ({keys}) AS keys USING (hub_id)"
        )
        ((first,),) = connection.execute(
            f"SELECT coalesce(max(key) + 1, 0) FROM ({keys})"
        ).fetchall()
        connection.execute(
            "CREATE TABLE fresh AS SELECT incoming.rowid AS row, hub_id, "
            f"CAST({first} + row_number() OVER (ORDER BY hub_id) - 1 AS INTEGER) AS key "
            "FROM incoming WHERE rowid IN (SELECT row FROM matched WHERE key IS NULL)"
        )
        rows = connection.sql("SELECT key, hub_id FROM fresh ORDER BY key").to_arrow_table()
        if rows.num_rows:
            write_parquet(rows, folder / f"{first:010d}.parquet", {})
        counters = ", ".join(f'incoming."{name}"' for name in self.table.counters)
        attributes = ", ".join(f'incoming."{name}"' for name in self.table.attributes)
        connection.execute(
            f"CREATE TABLE now_numbers AS SELECT coalesce(matched.key, fresh.key) AS key, "
            f"{counters}, {self._digest()} AS digest, matched.row AS row FROM incoming "
            "INNER JOIN matched ON matched.row = incoming.rowid "
            "LEFT JOIN fresh ON fresh.row = incoming.rowid"
        )
        connection.execute(
            f"CREATE VIEW now_attributes AS SELECT now_numbers.key AS key, {attributes} "
            "FROM incoming INNER JOIN now_numbers ON now_numbers.row = incoming.rowid"
        )

    def _put(
        self, connection: duckdb.DuckDBPyConnection, day: date, facts: Mapping[str, Any]
    ) -> None:
        following = self._following(day)
        if following:
            # Before the day is written: the following day is described relative to the one before.
            self._load_state(connection, following, "after")
        self._write(connection, day, "now", facts, self._before(day))
        if following:
            self._write(connection, following, "after", self._source_facts(following), day)

    def _write(
        self,
        connection: duckdb.DuckDBPyConnection,
        day: date,
        name: str,
        facts: Mapping[str, Any],
        base: date | None,
    ) -> None:
        """Write both files of a day, of which `<name>_numbers` and `<name>_attributes` tell all,
        relative to the day `base`.
        """
        if base:
            self._load_state(connection, base, "before")
        repositories, totals = self._totals(connection, f"{name}_numbers")
        about = {
            "base": base.isoformat() if base else None,
            "repositories": repositories,
            "source": dict(facts),
            "totals": totals,
        }
        for part in PARTS:
            rows = connection.sql(self._changes(part, name, base)).to_arrow_table()
            path = self.path(day, part)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_parquet(rows, path, about)

    def _changes(self, part: str, name: str, base: date | None) -> str:
        columns = self.table.columns(part)
        listed = ", ".join(f'n."{column}"' for column in columns)
        rows = f"{name}_numbers" if part == "counters" else f"{name}_attributes"
        if base is None:
            return f"SELECT n.key, FALSE AS is_gone, {listed} FROM {rows} AS n ORDER BY n.key"
        compared = columns if part == "counters" else ("digest",)
        differs = " OR ".join(f'n."{c}" IS DISTINCT FROM b."{c}"' for c in compared)
        gone = ", ".join(f"CAST(NULL AS {self.table.types[c]})" for c in columns)
        return (
            f"WITH changed AS (SELECT n.key AS key FROM {name}_numbers AS n "
            f"LEFT JOIN before_numbers AS b ON b.key = n.key WHERE b.key IS NULL OR {differs}) "
            f"SELECT n.key, FALSE AS is_gone, {listed} FROM {rows} AS n "
            "WHERE n.key IN (SELECT key FROM changed) "
            f"UNION ALL SELECT b.key, TRUE AS is_gone, {gone} FROM before_numbers AS b "
            f"ANTI JOIN {name}_numbers AS n ON n.key = b.key ORDER BY 1"
        )

    def _load_state(self, connection: duckdb.DuckDBPyConnection, day: date, name: str) -> None:
        """Make the table `<name>_numbers` (key, counters, digest) and the view
        `<name>_attributes` of a seen day. A digest stands for all attributes of a repository.
        """
        attributes = self._replay("attributes", self._chain(day, "attributes"))
        connection.execute(f"CREATE OR REPLACE VIEW {name}_attributes AS {attributes}")
        connection.execute(f"DROP TABLE IF EXISTS {name}_numbers")
        cached = self._cached(day)
        if cached:
            numbers = f"SELECT * FROM read_parquet({sql_text(cached)})"
        else:
            numbers = (
                f"SELECT * FROM ({self.full(day, 'counters')}) INNER JOIN "
                f"(SELECT key, {self._digest()} AS digest FROM {name}_attributes) USING (key)"
            )
        connection.execute(f"CREATE TABLE {name}_numbers AS {numbers}")

    def _digest(self) -> str:
        """SQL: a number that differs when one of the attributes does; NULL and empty differ."""
        columns = [f'"{column}"' for column in self.table.attributes]
        return f"hash({', '.join(columns)}, {', '.join(f'{c} IS NULL' for c in columns)})"

    def _chain(self, day: date, part: str) -> list[Path]:
        """The files that make up a day: its own, its base's, and so on back to a frame."""
        chain = [self.path(day, part)]
        while base := _base(chain[-1]):
            chain.append(self.path(base, part))
        return chain

    def _replay(self, part: str, chain: Sequence[Path]) -> str:
        """A SELECT of the frame at the end of a chain with all later rows laid over it."""
        listed = ", ".join(f'"{column}"' for column in self.table.columns(part))
        *later, frame = chain
        whole = f"SELECT key, {listed} FROM read_parquet({sql_text(frame)}) WHERE NOT is_gone"
        if not later:
            return whole
        # The newest row of a repository says what it is: chain[0] is the day itself.
        union = " UNION ALL ".join(
            f"SELECT {age} AS age, key, is_gone, {listed} FROM read_parquet({sql_text(path)})"
            for age, path in enumerate(later)
        )
        return (
            f"WITH overlay AS MATERIALIZED (SELECT * FROM ({union}) "
            "QUALIFY row_number() OVER (PARTITION BY key ORDER BY age) = 1) "
            f"SELECT key, {listed} FROM ({whole}) WHERE key NOT IN (SELECT key FROM overlay) "
            f"UNION ALL SELECT key, {listed} FROM overlay WHERE NOT is_gone"
        )

    def _keep_newest(self, connection: duckdb.DuckDBPyConnection, day: date) -> None:
        """Keep the counters of the newest day in full beside the store, with digests of the
        attributes, so that the next day need not replay it.
        """
        if day != self.days()[-1]:
            return
        fresh = self.cache.with_name(f"{self.cache.name}.{os.getpid()}")
        fresh.mkdir(parents=True, exist_ok=True)
        rows = connection.sql("SELECT * EXCLUDE row FROM now_numbers ORDER BY key")
        # Digests are the engine's: those of another version would not be comparable.
        about = {"engine": duckdb.__version__}
        write_parquet(rows.to_arrow_table(), fresh / f"{day}.parquet", about, level=1)
        shutil.rmtree(self.cache, ignore_errors=True)
        fresh.rename(self.cache)

    def _cached(self, day: date) -> Path | None:
        path = self.cache / f"{day}.parquet"
        if path.exists() and _facts(path).get("engine") == duckdb.__version__:
            return path
        return None

    def path(self, day: date, part: str) -> Path:
        """The file of one part of a day, seen or not."""
        return self.root / f"{day:%Y-%m}" / f"{day}.{part}.parquet"

    def _before(self, day: date) -> date | None:
        """The seen day before a day in the same month; None when the day is the month's frame."""
        month = [seen for seen in self.days() if seen.strftime("%Y-%m") == day.strftime("%Y-%m")]
        return max((seen for seen in month if seen < day), default=None)

    def _following(self, day: date) -> date | None:
        month = [seen for seen in self.days() if seen.strftime("%Y-%m") == day.strftime("%Y-%m")]
        return min((seen for seen in month if seen > day), default=None)

    def _source_facts(self, day: date) -> Mapping[str, Any]:
        source: Mapping[str, Any] = _facts(self.path(day, "counters"))["source"]
        return source


@cache
def _reader() -> duckdb.DuckDBPyConnection:
    # To open one costs as much as to read the history of a repository.
    connection = duckdb.connect()
    # Global, because cursors do not take over what is set for the connection alone.
    connection.execute("SET GLOBAL parquet_metadata_cache = true")
    return connection


def write_parquet(rows: pa.Table, path: Path, about: Mapping[str, Any], *, level: int = 3) -> None:
    """Write a file whose bytes follow from its rows and facts, whole or not at all."""
    metadata = {_FACTS: json.dumps(about, sort_keys=True, ensure_ascii=False).encode()}
    numbers = [f.name for f in rows.schema if pa.types.is_integer(f.type) and f.name != "key"]
    others = [f.name for f in rows.schema if f.name not in {*numbers, "key", "hub_id"}]
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        pq.write_table(
            rows.replace_schema_metadata(metadata),
            temporary,
            compression="zstd",
            compression_level=level,
            row_group_size=ROW_GROUP,
            use_dictionary=others,
            # Measured on heavy-tailed counters: 3.3 bytes a changed row, against 6.1 by dictionary.
            column_encoding={
                "key": "DELTA_BINARY_PACKED",
                **dict.fromkeys(numbers, "BYTE_STREAM_SPLIT"),
            },
        )
        keep_on_disk(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _facts(path: Path) -> dict[str, Any]:
    return _facts_and_rows(path)[0]


def _facts_and_rows(path: Path) -> tuple[dict[str, Any], int]:
    try:
        about = pq.read_metadata(path)
    except pa.ArrowException as error:
        raise HistoryError(damage(path, str(error).splitlines()[0])) from error
    metadata = about.metadata or {}
    if _FACTS not in metadata:
        raise HistoryError(f"{path}: expected a day's file, found no facts in its metadata")
    return json.loads(metadata[_FACTS]), about.num_rows


def _base(path: Path) -> date | None:
    return _day(_facts(path)["base"])


def _told(path: Path) -> tuple[dict[str, Any], int]:
    """Facts and rows of a file, not to be changed; one that is as it was is not opened again, since
    each add, and each history of a repository, asks all days."""
    at = path.stat()
    return _told_by_version(path, at.st_ino, at.st_ctime_ns, at.st_size)


@lru_cache(maxsize=1 << 13)
def _told_by_version(path: Path, *_version: int) -> tuple[dict[str, Any], int]:
    return _facts_and_rows(path)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
