"""Build a new database file, check it, publish it; open the newest.

A build is a new file `builds/adoption-<UTC stamp>.duckdb`. It is made under a temporary name,
checked, checkpointed and closed, and then renamed: the newest name wins. A file that was published
is never written again, so readers in other processes neither block nor are blocked. A failed build
leaves the previous one serving.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from data import catalog, hub_tables, seeds
from data.checks import columns_of, problems_of
from data.errors import (
    ELSEWHERE,
    AdoptionError,
    BuildError,
    FilterError,
    NoBuildError,
    SeedError,
    UnknownBuildError,
    UnknownMetricError,
    disk_problem,
)
from data.history import History, damage
from data.paths import ROOT, SEEDS_DIR, data_dir
from data.schema import table_names, table_sql

# Kept are the newest builds, the last one of each of the newest months, and pinned ones.
KEEP_BUILDS, KEEP_MONTHS = 10, 12
STAMP_FORMAT = "%Y%m%dT%H%M%S%fZ"
# Before this process made any file of its own.
_BEGAN_AT = time.time()
_BUILD_NAME = re.compile(r"^adoption-(?P<stamp>\d{8}T\d{12}Z)\.duckdb$")
_QUOTED_PATH = re.compile(r'"(/[^"\n]+)"')
_QUOTED_NAME = re.compile(r"'(\w+)'")
_TEMPORARY_NAME = re.compile(r"^\.adoption-.*\.(?P<pid>\d+)\.tmp(\.wal)?$")


@dataclass(frozen=True)
class SourceFacts:
    """What a build says of a source; collectors hand these over. `cadence_days` is in days; an
    archive is read only when it is named. `key_variable` is the name of the variable that holds a
    key without which nothing can be read, never the key; `key_url` is where a reader gets one.
    """

    name: str
    title: str
    url: str
    licence: str
    citation: str
    cadence_days: float
    tables: tuple[str, ...] = ()
    min_rows: int = 0
    is_archive: bool = False
    key_variable: str | None = None
    key_url: str | None = None


@dataclass(frozen=True)
class BuildReport:
    """What a build made: its name and path, rows by table, and how long it took in seconds."""

    name: str
    path: Path
    seconds: float
    rows: Mapping[str, int] = field(default_factory=dict)
    warnings: Sequence[str] = ()


def build(
    sources: Sequence[SourceFacts], *, folder: Path | None = None, seeds_dir: Path = SEEDS_DIR
) -> BuildReport:
    """Make, check and publish a build from history and seeds.

    `folder` is the data directory; without it the one of `data_dir()`. Raises SeedError,
    HeaderError or BuildError; then nothing was published and no temporary file is left.
    """
    home = folder or data_dir()
    with _disk_faults_named(home / "builds"):
        return _build(sources, home, seeds_dir)


def _build(sources: Sequence[SourceFacts], home: Path, seeds_dir: Path) -> BuildReport:
    began = time.perf_counter()
    builds = home / "builds"
    builds.mkdir(parents=True, exist_ok=True)
    remove_leftovers(builds)
    tables = seeds.load(seeds_dir)
    built_at = datetime.now(UTC)
    name = f"adoption-{built_at.strftime(STAMP_FORMAT)}"
    temporary = builds / f".{name}.{os.getpid()}.tmp"
    history = History(home / "history")
    info = {"name": name, "built_at": built_at, "fingerprint": fingerprint(home, seeds_dir)}
    try:
        rows = _make(temporary, tables, history, sources, info)
        path = builds / f"{name}.duckdb"
        temporary.replace(path)
    finally:
        for leftover in (temporary, temporary.with_name(temporary.name + ".wal")):
            leftover.unlink(missing_ok=True)
    prune(builds)
    seconds = time.perf_counter() - began
    return BuildReport(name, path, seconds, rows, hub_tables.warnings(history.root))


@contextmanager
def _disk_faults_named(folder: Path, elsewhere: str = ELSEWHERE) -> Iterator[None]:
    """Turn what a full or read-only disk does, and what DuckDB raises, into a BuildError."""
    try:
        yield
    except (OSError, duckdb.Error, BuildError) as error:
        quoted = _QUOTED_PATH.search(str(error))
        place = getattr(error, "filename", None) or (quoted[1] if quoted else folder)
        if problem := disk_problem(error, place, elsewhere):
            raise BuildError(problem) from error
        if isinstance(error, duckdb.Error):
            raise BuildError(f"{folder}: {str(error).splitlines()[0]}") from error
        raise


def fingerprint(
    home: Path,
    seeds_dir: Path = SEEDS_DIR,
    files: Mapping[str, Sequence[Path]] | None = None,
) -> dict[str, str]:
    """Hashes of what a build is made from: seeds, SQL, code, and the names of the history, whose
    `files` may be listed already."""
    listed = History(home / "history").files() if files is None else files
    # Joined by hand: of tens of thousands of paths each operation costs.
    cut = len(f"{home}/")
    names = []
    for paths in listed.values():
        for path in paths:
            with suppress(FileNotFoundError):  # a rebuild put another history there meanwhile
                names.append(f"{str(path)[cut:]} {path.stat().st_size}")
    return {
        "seeds": _hash_files(seeds_dir.glob("*.csv")),
        **_version(),
        "history": hashlib.sha256("\n".join(names).encode()).hexdigest(),
    }


def _version() -> dict[str, str]:
    return {
        "sql": _hash_files((ROOT / "data" / "sql").rglob("*.sql")),
        "code": _hash_files([*(ROOT / "data").glob("*.py"), *(ROOT / "collectors").glob("*.py")]),
    }


def check(sources: Sequence[SourceFacts]) -> list[str]:
    """What is wrong with seeds, SQL files and the newest build, in words; [] = all is well.

    Makes a whole build under a temporary name from what is there, and removes it again; the newest
    build, if there is one, is only opened.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="adoption-check-") as folder:
            tables = seeds.load(SEEDS_DIR)
            history = History(data_dir() / "history")
            info = {"name": "check", "built_at": datetime.now(UTC), "fingerprint": {}}
            with _disk_faults_named(Path(folder), "set TMPDIR to another folder"):
                _make(Path(folder) / "check.duckdb", tables, history, sources, info)
        for newest in build_paths()[-1:]:
            build_info(newest)
    except SeedError as error:
        return error.violations
    except AdoptionError as error:
        return str(error).splitlines()
    return []


def build_paths(home: Path | None = None) -> list[Path]:
    """All published builds, oldest first."""
    folder = (home or data_dir()) / "builds"
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _is_build(path.name))


def _is_build(name: str) -> bool:
    """Whether a file is named as a build is; the stamp must be an instant that there is."""
    found = _BUILD_NAME.match(name)
    try:
        return bool(found and datetime.strptime(found["stamp"], STAMP_FORMAT))
    except ValueError:
        return False


def newest_build(home: Path | None = None) -> Path:
    """The build that serves now. Raises NoBuildError when there is none."""
    paths = build_paths(home)
    if not paths:
        raise NoBuildError(
            f"no build in {(home or data_dir()) / 'builds'}; run `collectors build` to make one "
            "from the seeds and from what was collected"
        )
    return paths[-1]


def cursor(path: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A cursor of its own on a build, by default the newest. One cursor a query: results stream,
    and an open result owns its connection."""
    return _connection(path or newest_build()).cursor()


def frame(path: Path | None, sql: str, values: Sequence[Any] = ()) -> pd.DataFrame:
    """Rows of a query on a build as a frame; instants are UTC. Raises BuildError for a file that
    is damaged, and where this machine has too little memory."""
    with warnings.catch_warnings():
        # DuckDB asks pandas for a time zone by a name that pandas is about to spell otherwise.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return cursor(path).execute(sql, list(values)).df()
        except duckdb.OperationalError as error:
            raise _unreadable(path or newest_build(), error) from error


def stale_reasons(
    home: Path | None = None,
    seeds_dir: Path = SEEDS_DIR,
    build: Path | None = None,
    files: Mapping[str, Sequence[Path]] | None = None,
) -> list[str]:
    """What has changed since a build (the newest by default): of seeds, sql, code, history, whose
    `files` may be listed already. [] = up to date."""
    place = home or data_dir()
    stored = build_info(build or newest_build(place))["fingerprint"]
    now = fingerprint(place, seeds_dir, files)
    return [part for part, value in now.items() if stored.get(part) != value]


def build_info(path: Path) -> dict[str, Any]:
    """Name, UTC instant and fingerprint of a build."""
    row = cursor(path).execute("SELECT name, built_at, fingerprint FROM build_info").fetchone()
    if row is None:
        raise BuildError(f"{path}: expected one row in build_info, found none; build again")
    return {
        "name": row[0],
        "built_at": datetime.fromisoformat(row[1]),
        "fingerprint": json.loads(row[2]),
    }


def build_named(name: str, home: Path | None = None) -> Path:
    """A build by its name, looked up among those that there are: no text from outside becomes a
    path. Raises UnknownBuildError, and NoBuildError when there is none at all."""
    newest_build(home)
    paths = {path.stem: path for path in build_paths(home)}
    if name not in paths:
        newest = ", ".join(sorted(paths)[-3:])
        raise UnknownBuildError(
            f"expected the name of one of {len(paths):,} builds, found {name!r}; the newest are "
            f"{newest}"
        )
    return paths[name]


def is_of_this_version(path: Path) -> bool:
    """Whether the SQL and the code that made a build are those of now."""
    try:
        made = build_info(path)["fingerprint"]
    except (AdoptionError, duckdb.Error):
        return False
    now = _version()
    return all(made.get(part) == value for part, value in now.items())


def is_lack(error: BaseException, build: Path) -> bool:
    """Whether an error is what asking a build for a metric, a table or a column that it lacks
    raises. Any other is a mistake, whichever version made the build."""
    lacks = (UnknownMetricError, FilterError, duckdb.CatalogException, duckdb.BinderException)
    if isinstance(error, lacks):
        return True
    if isinstance(error, KeyError):
        # Of a frame or of a row as a dictionary; pandas names several within one text.
        named = set(_QUOTED_NAME.findall(str(error)))
    elif isinstance(error, AttributeError) and isinstance(
        error.obj, (pd.DataFrame, pd.Series, tuple)
    ):
        # Rows of a frame are tuples with the columns as attributes.
        named = {error.name}
    else:
        return False
    return not named.isdisjoint(_lacked_columns(build))


def _lacked_columns(build: Path) -> set[str]:
    """Columns that this version gives to a metric or roll-up, and the build's own lacks."""
    try:
        there = columns_of(cursor(build))
    except (BuildError, duckdb.Error):
        return set()
    return {
        column
        for file in (*catalog.rollups(), *catalog.metrics())
        if file.name in there
        for column in file.column_comments().keys() - there[file.name].keys()
    }


def why_kept(paths: Sequence[Path], keep: int = KEEP_BUILDS) -> dict[Path, list[str]]:
    """Why each build is kept, the oldest first: it is among the newest, the last of one of the
    newest months that have builds, or pinned. No reason: the next build removes it."""
    ordered = sorted(paths)
    last_of_month = {_month(path): path for path in ordered}
    months = sorted(last_of_month)[-KEEP_MONTHS:]
    reasons: dict[Path, list[str]] = {path: [] for path in ordered}
    for path in ordered[-keep:]:
        reasons[path].append(f"one of the {keep} newest")
    for month in months:
        reasons[last_of_month[month]].append(f"last of {month[:4]}-{month[4:]}")
    for path in ordered:
        if is_pinned(path):
            reasons[path].append("pinned")
    return reasons


def is_pinned(path: Path) -> bool:
    """Whether a build was pinned: there is an empty file beside it, named like it."""
    return _pin_of(path).exists()


def pin(path: Path, *, is_on: bool = True) -> None:
    """Keep a build for good, or (`is_on=False`) only as long as any other. Raises OSError, and
    UnknownBuildError for a build that is not there any more."""
    if not is_on:
        _pin_of(path).unlink(missing_ok=True)
        return
    _pin_of(path).touch()
    if not path.exists():
        _pin_of(path).unlink(missing_ok=True)
        raise UnknownBuildError(
            f"expected a build that is kept, found that {path.stem} was removed meanwhile; "
            "`collectors builds` lists those that there are"
        )


def prune(builds: Path, keep: int = KEEP_BUILDS) -> list[Path]:
    """Remove the builds that there is no reason to keep, see why_kept, and pins without a build;
    returns the builds that are gone."""
    gone = []
    for path, why in why_kept(build_paths(builds.parent), keep).items():
        # Asked again: somebody may have pinned it since.
        if not why and not is_pinned(path):
            path.unlink(missing_ok=True)
            gone.append(path)
    for pinned in builds.glob("adoption-*.pin"):
        if not pinned.with_suffix(".duckdb").exists():
            pinned.unlink(missing_ok=True)
    return gone


def _pin_of(path: Path) -> Path:
    return path.with_suffix(".pin")


def _month(path: Path) -> str:
    """'202609' of a build's name."""
    return path.name.removeprefix("adoption-")[:6]


@lru_cache(maxsize=3)
def _connection(path: Path) -> duckdb.DuckDBPyConnection:
    # Never closed by hand: closing a parent kills the cursors that other threads still read from.
    try:
        connection = duckdb.connect(str(path), read_only=True)
        connection.execute("SET TimeZone = 'UTC'")
    except duckdb.Error as error:
        raise _unreadable(path, error) from error
    return connection


def _unreadable(path: Path, error: duckdb.Error) -> BuildError:
    first_line = str(error).splitlines()[0]
    if _may_pass(error):
        return BuildError(
            f"{path}: expected memory and open files enough to read a build, found too little "
            f"({first_line}); try again when less runs on this machine"
        )
    return BuildError(
        f"{path}: expected a build, found a file that cannot be read ({first_line}); "
        "delete it, then the build before it serves, or run `collectors build`"
    )


def _may_pass(error: duckdb.Error) -> bool:
    """Whether an error says that this machine had too little of something, nothing of the file."""
    return isinstance(error, duckdb.OutOfMemoryException) or any(
        said in str(error) for said in ("Too many open files", "Cannot allocate memory")
    )


def _make(
    path: Path,
    seed_tables: Mapping[str, pa.Table],
    history: History,
    sources: Sequence[SourceFacts],
    info: Mapping[str, Any],
) -> dict[str, int]:
    if problems := history.problems():
        raise BuildError("\n".join(problems))
    with duckdb.connect(str(path)) as connection:
        prepare(connection, sources, info)
        rows = _fill_tables(connection, seed_tables, history) | derive(connection)
        connection.execute("CHECKPOINT")
    if path.with_name(path.name + ".wal").exists():
        raise BuildError(f"{path}: expected no .wal after the checkpoint, found one")
    return rows


def prepare(
    connection: duckdb.DuckDBPyConnection, sources: Sequence[SourceFacts], info: Mapping[str, Any]
) -> None:
    """Make the typed tables, empty, and write down who makes the build from what."""
    connection.execute("SET TimeZone = 'UTC'")
    # Roll-ups are portable SQL: this is what other engines call it.
    connection.execute("CREATE MACRO regexp_like(t, p) AS regexp_matches(t, p)")
    with _at_once(connection):
        _describe(connection, sources, info)
        for table in table_names():
            connection.execute(table_sql(table))


def derive(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Make roll-ups and metrics from filled tables, and check them; rows by roll-up.

    Raises HeaderError and BuildError.
    """
    rollups, metrics = catalog.rollups(), catalog.metrics()
    rows = {}
    for file in rollups:
        _run(connection, file, f"CREATE TABLE {file.name} AS {file.sql}")
        rows[file.name] = _count(connection, file.name)
    with _at_once(connection):
        for file in metrics:
            _run(connection, file, f"CREATE VIEW {file.name} AS {file.sql}")
    columns = columns_of(connection)
    problems = problems_of(connection, rollups, metrics, columns)
    if problems:
        raise BuildError(
            f"{len(problems)} checks failed, nothing was published:\n" + "\n".join(problems)
        )
    _describe_columns(connection, metrics, columns)
    return rows


def _fill_tables(
    connection: duckdb.DuckDBPyConnection, seed_tables: Mapping[str, pa.Table], history: History
) -> dict[str, int]:
    rows: dict[str, int] = {}
    derived = hub_tables.tables(history.root.parent, seed_tables)
    seeded = {f"seed__{name}": table for name, table in seed_tables.items()}
    given = {**seeded, **{name: table for name, table in derived.items() if table.num_rows}}
    for table in table_names():
        try:
            if table in given:
                connection.register("incoming", given[table])
                connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")
                connection.unregister("incoming")
            elif paths := [str(path) for path in history.partitions(table)]:
                connection.execute(
                    f"INSERT INTO {table} BY NAME SELECT * FROM "
                    "read_parquet(?, union_by_name = true, hive_partitioning = false)",
                    [paths],
                )
        except duckdb.Error as error:
            damaged = None if table in given else _damaged(connection, history.partitions(table))
            raise BuildError(damaged or f"table {table}: {error}") from error
        rows[table] = _count(connection, table)
    return rows


def _damaged(connection: duckdb.DuckDBPyConnection, partitions: Sequence[Path]) -> str | None:
    """What is wrong with the first partition that cannot be read by itself, which DuckDB does not
    name when it reads many; None when each can."""
    for path in partitions:
        try:
            connection.read_parquet(str(path), hive_partitioning=False).to_arrow_table()
        except duckdb.Error as error:
            if _may_pass(error):
                return None
            return damage(path, str(error).splitlines()[0])
    return None


@contextmanager
def _at_once(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """One transaction for many small statements: each of its own costs more than what it does."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _run(connection: duckdb.DuckDBPyConnection, file: catalog.SqlFile, statement: str) -> None:
    try:
        connection.execute(statement)
    except duckdb.Error as error:
        raise BuildError(f"data/sql/{file.path.parent.name}/{file.path.name}: {error}") from error


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    # All rows are fetched: a result that is not read to its end keeps the connection.
    ((count,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(count)


def _describe(
    connection: duckdb.DuckDBPyConnection, sources: Sequence[SourceFacts], info: Mapping[str, Any]
) -> None:
    """Put into the build what its readers must know of it: who made it from what."""
    connection.execute(
        "CREATE TABLE build_info (name VARCHAR, built_at VARCHAR, fingerprint VARCHAR)"
    )
    connection.execute(
        "INSERT INTO build_info VALUES (?, ?, ?)",
        [info["name"], info["built_at"].isoformat(), json.dumps(info["fingerprint"])],
    )
    connection.execute(
        "CREATE TABLE build_sources (name VARCHAR PRIMARY KEY, title VARCHAR, url VARCHAR, "
        "licence VARCHAR, citation VARCHAR, cadence_days DOUBLE, tables VARCHAR[], "
        "min_rows BIGINT, is_archive BOOLEAN, key_variable VARCHAR, key_url VARCHAR)"
    )
    for source in sources:
        facts = asdict(source)
        facts["tables"] = list(source.tables)
        connection.execute(
            "INSERT INTO build_sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [facts[key] for key in SourceFacts.__dataclass_fields__],
        )


def _describe_columns(
    connection: duckdb.DuckDBPyConnection,
    metrics: Sequence[catalog.SqlFile],
    types: Mapping[str, Mapping[str, str]],
) -> None:
    connection.execute(
        "CREATE TABLE build_metrics (name VARCHAR PRIMARY KEY, title VARCHAR, unit VARCHAR, "
        "grain VARCHAR[], source VARCHAR, sums DOUBLE, notes VARCHAR, newest_on DATE)"
    )
    connection.execute(
        "CREATE TABLE build_columns (metric VARCHAR, position INTEGER, name VARCHAR, type VARCHAR, "
        "comment VARCHAR, PRIMARY KEY (metric, name))"
    )
    types = columns_of(connection)
    newest = _newest_dates(connection, metrics, types)
    described = [
        {"name": file.name, "title": file.title, "unit": file.unit, "grain": list(file.grain),
         "source": file.source, "sums": file.sums, "notes": file.notes,
         "newest_on": newest.get(file.name)}
        for file in metrics
    ]  # fmt: skip
    columns = [
        {"metric": file.name, "position": position, "name": name, "type": kind,
         "comment": comments[name]}
        for file in metrics
        for comments in [file.column_comments()]
        for position, (name, kind) in enumerate(types[file.name].items())
    ]  # fmt: skip
    # In one statement each: a statement a row costs more than the metrics themselves.
    for table, rows in (("build_metrics", described), ("build_columns", columns)):
        connection.register("incoming", pa.Table.from_pylist(rows))
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming").fetchall()
        connection.unregister("incoming")


def _newest_dates(
    connection: duckdb.DuckDBPyConnection,
    metrics: Sequence[catalog.SqlFile],
    types: Mapping[str, Mapping[str, str]],
) -> dict[str, date]:
    """Metric -> its newest day, week or month that has a value, of metrics that are series."""
    # One by one: as branches of one statement DuckDB 2.0 cannot bind some of these views.
    newest = {}
    for file in metrics:
        value = next((name for name in (file.name, "value") if name in types[file.name]), None)
        time_column = next((name for name in file.grain if name in catalog.TIME_COLUMNS), None)
        if value and time_column:
            [(newest[file.name],)] = connection.execute(
                f"SELECT CAST(max({time_column}) AS DATE) FROM {file.name} "
                f"WHERE {value} IS NOT NULL"
            ).fetchall()
    return {name: day for name, day in newest.items() if day is not None}


def _hash_files(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def remove_leftovers(builds: Path) -> None:
    """Remove the temporary files of builders that were killed."""
    for path in builds.iterdir():
        match = _TEMPORARY_NAME.match(path.name)
        if match and is_left_over(path, int(match["pid"])):
            path.unlink(missing_ok=True)


def is_left_over(path: Path, pid: int) -> bool:
    """Whether the process that named a file or folder by its number is gone. In containers each one
    may have the same number: what is older than this process was left by another."""
    if pid == os.getpid():
        return path.lstat().st_ctime < _BEGAN_AT
    return not _is_alive(pid)


def _is_alive(pid: int) -> bool:
    """Whether a process of that number is at work on this machine."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
