"""Builds: made anew, checked, published by a rename; what fails leaves the last one serving."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import data
from data import BuildError, HeaderError, NoBuildError, SeedError, freshness, warehouse
from data.catalog import metrics, rollups
from data.history import History
from data.schema import arrow_schema
from tests.conftest import HUB
from tests.forked import Commands

ROOT = Path(__file__).resolve().parent.parent
RUN = "20260505T060000000001Z"
CATALOG = sys.modules["data.catalog"]


@pytest.fixture(autouse=True)
def _few_metrics(few_metrics: None) -> None:
    """Most of these tests make builds; all metrics are in those of conftest.py."""


@pytest.fixture(scope="session")
def few_build(few_seeds: Path, few_sql: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a build of them. Not to be changed."""
    home = tmp_path_factory.mktemp("few-build")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CATALOG, "SQL_DIR", few_sql)
        made(home, few_seeds)
    return home


@pytest.fixture
def serving(few_build: Path, home: Path) -> Path:
    """That build, as the one that the test's own data directory has."""
    shutil.copytree(few_build, home)
    return data.newest_build(home)


@pytest.fixture
def seeds(few_seeds: Path, tmp_path: Path) -> Path:
    """A copy of them that a test may change."""
    return shutil.copytree(few_seeds, tmp_path / "seeds")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def sql(tmp_path: Path, few_sql: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """These SQL files, copied, so that a test may change them."""
    folder = shutil.copytree(few_sql, tmp_path / "sql")
    monkeypatch.setattr(CATALOG, "SQL_DIR", folder)
    return folder


def made(home: Path, seeds: Path) -> Path:
    return data.build([HUB], folder=home, seeds_dir=seeds).path


def observe(home: Path, run: str = RUN) -> Path:
    """One run in the history."""
    row = {
        **dict.fromkeys(arrow_schema("observations").names),
        "source": "huggingface",
        "entity": "Qwen",
        "run": run,
        "observed_at": datetime(2026, 5, 5, 6, tzinfo=UTC),
        "status": "accepted",
        "rows_read": 0,
    }
    return History(home / "history").write("observations", run, "huggingface", [row])


def files(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "builds").iterdir())


# Publishing


def test_a_cut_off_partition_is_named(home: Path, few_seeds: Path) -> None:
    path = observe(home)
    path.write_bytes(b"")
    with pytest.raises(BuildError, match=f"{path}: expected a whole Parquet file, found 0 bytes"):
        made(home, few_seeds)
    assert files(home) == []


def test_a_history_that_is_set_aside_is_not_an_empty_one(home: Path, few_seeds: Path) -> None:
    observe(home)
    (home / "history").rename(home / ".history.17.old")
    with pytest.raises(BuildError, match="`collectors rebuild` puts it back"):
        made(home, few_seeds)
    assert files(home) == []


def test_a_build(home: Path, few_seeds: Path) -> None:
    report = data.build([HUB], folder=home, seeds_dir=few_seeds)
    assert re.fullmatch(r"adoption-\d{8}T\d{12}Z", report.name)
    assert report.path == data.newest_build(home) == home / "builds" / f"{report.name}.duckdb"
    assert files(home) == [f"{report.name}.duckdb"]
    assert report.rows["seed__model_families"] > 50
    info = data.build_info(report.path)
    assert info["name"] == report.name
    assert info["built_at"].strftime("adoption-%Y%m%dT%H%M%S%fZ") == report.name
    assert set(info["fingerprint"]) == {"seeds", "sql", "code", "history"}


def test_a_build_is_read_only(serving: Path) -> None:
    path = serving
    before = path.read_bytes()
    for statement in ("DELETE FROM seed__events", "CREATE TABLE x (y INTEGER)", "DROP VIEW events"):
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            warehouse.cursor(path).execute(statement)
    assert len(data.metric("events", build=path)) > 0
    assert path.read_bytes() == before


def test_two_builds_of_the_same_are_equal(
    collected_build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CATALOG, "SQL_DIR", ROOT / "data/sql")
    home = tmp_path / "again"
    shutil.copytree(collected_build.parents[1] / "history", home / "history")
    again = data.build([HUB], folder=home).path
    assert data.build_info(again)["fingerprint"] == data.build_info(collected_build)["fingerprint"]
    names = [file.name for file in (*rollups(), *metrics())]
    for name in (*names, "build_sources", "build_metrics", "build_columns"):
        assert content(again, name) == content(collected_build, name), name


def content(path: Path, name: str) -> pa.Table:
    with warehouse.cursor(path) as cursor:
        return cursor.sql(f"SELECT * FROM {name} ORDER BY ALL").to_arrow_table()


def test_without_a_build(home: Path) -> None:
    assert data.build_paths(home) == []
    with pytest.raises(NoBuildError, match="run `collectors build`"):
        data.newest_build(home)
    with pytest.raises(NoBuildError):
        data.stale_reasons(home)


def test_only_published_files_are_builds(home: Path) -> None:
    builds = home / "builds"
    builds.mkdir(parents=True)
    good = ["adoption-20260101T000000000000Z.duckdb", "adoption-20260102T000000000000Z.duckdb"]
    for name in (
        *good[::-1],
        ".adoption-20270101T000000000000Z.17.tmp",
        "adoption-20270101T000000000000Z.duckdb.wal",
        "adoption-2027.duckdb",
        "copy of adoption-20270101T000000000000Z.duckdb",
    ):
        (builds / name).touch()
    assert [path.name for path in data.build_paths(home)] == good
    assert data.newest_build(home).name == good[-1]


# A failure publishes nothing

BROKEN_SQL = {
    "a repeated grain": (
        "events",
        "FROM seed__events",
        "FROM (SELECT * FROM seed__events UNION ALL SELECT * FROM seed__events)",
        BuildError,
        r"events\.sql: expected one row for each starts_on, title, found 2 for "
        r"starts_on 20\d\d-\d\d-\d\d, title \w",
    ),
    "a column without a comment": (
        "incidents",
        "-- what was wrong",
        "",
        BuildError,
        r"incidents\.sql: expected a comment on each output column, found none on what",
    ),
    "SQL that does not run": (
        "incidents",
        "FROM seed__incidents",
        "FROM nowhere",
        BuildError,
        r"metrics/incidents\.sql: .*nowhere",
    ),
    "a bad header": (
        "incidents",
        "-- unit: incidents",
        "-- units: incidents",
        HeaderError,
        r"data/sql/metrics/incidents\.sql:2: expected one of",
    ),
}


@pytest.mark.parametrize("case", BROKEN_SQL)
def test_a_broken_sql_file_publishes_nothing(
    home: Path, few_seeds: Path, serving: Path, sql: Path, case: str
) -> None:
    name, old, new, error, message = BROKEN_SQL[case]
    path = sql / "metrics" / f"{name}.sql"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(error, match=rf"(?s){message}"):
        made(home, few_seeds)
    _still_serves(home, serving)


def test_a_broken_seed_publishes_nothing(home: Path, serving: Path, seeds: Path) -> None:
    path = seeds / "incidents.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("rollback", "rolback", 1))
    with pytest.raises(SeedError, match=r"incidents\.csv:\d+: expected kind in"):
        made(home, seeds)
    _still_serves(home, serving)


def test_a_broken_history_publishes_nothing(home: Path, serving: Path, few_seeds: Path) -> None:
    path = observe(home)
    pq.write_table(pq.read_table(path).set_column(4, "status", pa.array(["fine"])), path)
    with pytest.raises(BuildError, match=r"table observations: .*CHECK constraint"):
        made(home, few_seeds)
    good = observe(home).read_bytes()
    path.write_bytes(good[:4] + b"\xff" * 200 + good[204:])
    with pytest.raises(BuildError, match=f"{path}: expected a whole Parquet file, found don't"):
        made(home, few_seeds)
    path.write_bytes(b"not parquet")
    with pytest.raises(BuildError, match=f"{path}: expected a whole Parquet file"):
        made(home, few_seeds)
    _still_serves(home, serving)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(28, "No space left on device"), "/builds: no space is left on the disk"),
        (OSError(30, "Read-only file system"), "/builds: the disk is read-only"),
        (
            duckdb.IOException(
                'IO Error: Could not write file "/x/.adoption-1.17.tmp": No space left on device'
            ),
            "^/x/adoption-1: no space is left on the disk",
        ),
        (
            BuildError('table t: IO Error: Cannot open file "/x/y": Read-only file system'),
            "^/x/y: the disk is read-only",
        ),
    ],
)
def test_a_full_or_read_only_disk(
    home: Path,
    few_seeds: Path,
    serving: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    message: str,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(warehouse, "derive", fail)
    with pytest.raises(BuildError, match=message) as caught:
        made(home, few_seeds)
    assert "set ADOPTION_DATA_DIR to another folder" in str(caught.value)
    assert "\n" not in str(caught.value)
    _still_serves(home, serving)


def test_any_error_of_the_engine_is_a_build_error(
    home: Path, few_seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise duckdb.IOException("IO Error: something\nelse")

    monkeypatch.setattr(warehouse, "derive", fail)
    with pytest.raises(BuildError, match=r"/builds: IO Error: something$"):
        made(home, few_seeds)


def _still_serves(home: Path, serving: Path) -> None:
    assert files(home) == [serving.name]
    assert data.newest_build(home) == serving
    assert len(data.metric("events", build=serving)) > 0


BUILDER = """
import sys, time
from pathlib import Path
from data import warehouse
def wait(connection):
    warehouse.duckdb.DuckDBPyConnection.execute(connection, "CREATE TABLE half AS SELECT 1")
    print("half way", file=sys.stderr)
    time.sleep(60)
warehouse.derive = wait
warehouse.build([], folder=Path(sys.argv[1]), seeds_dir=Path(sys.argv[2]))
"""


def test_a_killed_builder(home: Path, serving: Path, few_seeds: Path, commands: Commands) -> None:
    before = serving.read_bytes()
    builder = commands(str(home), str(few_seeds), code=BUILDER)
    assert builder.stderr.readline() == "half way\n"
    half = [name for name in files(home) if name != serving.name]
    assert half
    assert all(name.startswith(".") for name in half)
    # What a living builder writes is its own.
    second = made(home, few_seeds)
    assert set(half) <= set(files(home))
    builder.send_signal(signal.SIGKILL)
    assert builder.ended().returncode == -signal.SIGKILL
    assert serving.read_bytes() == before
    assert data.newest_build(home) == second
    third = made(home, few_seeds)
    assert files(home) == [serving.name, second.name, third.name]


# Readers


def test_a_killed_builder_of_the_same_number(
    home: Path, serving: Path, few_seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = home / "builds" / f".adoption-20260101T000000000000Z.{os.getpid()}.tmp"
    left.touch()
    monkeypatch.setattr(warehouse, "_BEGAN_AT", left.stat().st_ctime + 1)
    warehouse.remove_leftovers(home / "builds")
    assert files(home) == [serving.name]


@pytest.mark.usefixtures("serving")
def test_readers_while_builds_are_published(home: Path, few_seeds: Path) -> None:
    stop = threading.Event()
    stale: list[str] = []
    errors: list[BaseException] = []
    read: set[str] = set()

    def reader() -> None:
        while not stop.wait(0.03):
            try:
                newest = data.newest_build(home).stem
                path = data.newest_build(home)
                name = data.build_info(path)["name"]
                rows = data.metric("account_downloads", account="Qwen", build=path)
                if name < newest or set(rows["account"]) != {"Qwen"}:
                    stale.append(name)
                read.add(name)
            except Exception as error:
                errors.append(error)
                return

    threads = [threading.Thread(target=reader) for _ in range(2)]
    for thread in threads:
        thread.start()
    published = []
    for _ in range(2):
        published.append(made(home, few_seeds).stem)
        warehouse.prune(home / "builds", keep=2)
        while published[-1] not in read and not errors and any(t.is_alive() for t in threads):
            time.sleep(0.01)
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert stale == []
    assert set(published) <= read


@pytest.mark.parametrize(
    ("error", "cure"),
    [
        (duckdb.OutOfMemoryException("Out of Memory Error: could not allocate"), "try again"),
        (duckdb.IOException('IO Error: Cannot open file "x": Too many open files'), "try again"),
        (duckdb.SerializationException("not what was written"), "delete it"),
    ],
)
def test_too_little_memory_is_no_damage(
    serving: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, cure: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(warehouse, "cursor", fail)
    with pytest.raises(BuildError, match=cure) as caught:
        warehouse.frame(serving, "SELECT 1")
    assert ("delete it" in str(caught.value)) is (cure == "delete it")


def test_one_cursor_a_query(seeds_build: Path) -> None:
    # An open result owns its connection; on cursors of their own queries do not mix.
    one, two = warehouse.cursor(seeds_build), warehouse.cursor(seeds_build)
    one.execute("SELECT family FROM seed__model_families ORDER BY family")
    first = one.fetchone()
    two.execute("SELECT 1")
    assert two.fetchall() == [(1,)]
    rest = one.fetchall()
    assert first is not None
    assert [first, *rest] == sorted([first, *rest])


# Keeping


def test_prune_keeps_the_newest_and_the_last_of_each_month(home: Path) -> None:
    builds = home / "builds"
    builds.mkdir(parents=True)
    days = ["20251230", "20251231", "20260110", "20260131", "20260201", "20260202", "20260203"]
    for day in days:
        (builds / f"adoption-{day}T000000000000Z.duckdb").touch()
    gone = warehouse.prune(builds, keep=2)
    assert [path.name[9:17] for path in gone] == ["20251230", "20260110", "20260201"]
    kept = [path.name[9:17] for path in data.build_paths(home)]
    assert kept == ["20251231", "20260131", "20260202", "20260203"]
    assert warehouse.prune(builds, keep=2) == []
    assert warehouse.prune(builds, keep=10) == []


def test_prune_keeps_the_newest_months_of_a_year_and_what_is_pinned(home: Path) -> None:
    builds = home / "builds"
    builds.mkdir(parents=True)
    months = [f"{year}{month:02d}" for year in (2024, 2025) for month in range(1, 13)]
    for month in months:
        for day in ("01", "28"):
            (builds / f"adoption-{month}{day}T000000000000Z.duckdb").touch()
    pinned = data.build_named("adoption-20240101T000000000000Z", home)
    data.pin(pinned)
    data.pin(pinned)
    warehouse.prune(builds, keep=3)
    kept = [path.name[9:17] for path in data.build_paths(home)]
    last = [f"{month}28" for month in months[-12:]]
    assert kept == ["20240101", *last[:-1], "20251201", last[-1]]
    reasons = list(warehouse.why_kept(data.build_paths(home), keep=3).values())
    assert reasons[0] == ["pinned"]
    assert reasons[-2:] == [["one of the 3 newest"], ["one of the 3 newest", "last of 2025-12"]]
    data.pin(pinned, is_on=False)
    assert warehouse.prune(builds, keep=3) == [pinned]
    with pytest.raises(data.UnknownBuildError, match="expected the name of one of 13 builds"):
        data.build_named("adoption-20240101T000000000000Z", home)


def test_a_build_that_is_pinned_while_others_are_removed_stays(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds = home / "builds"
    builds.mkdir(parents=True)
    paths = [builds / f"adoption-2026010{day}T000000000000Z.duckdb" for day in range(1, 5)]
    for path in paths:
        path.touch()
    reasons = warehouse.why_kept(paths, keep=1)
    data.pin(paths[1])  # after it was decided what goes
    monkeypatch.setattr(warehouse, "why_kept", lambda *_: reasons)
    orphan = builds / "adoption-20250101T000000000000Z.pin"
    orphan.touch()
    assert warehouse.prune(builds, keep=1) == [paths[0], paths[2]]
    assert data.build_paths(home) == [paths[1], paths[3]]
    assert list(builds.glob("*.pin")) == [paths[1].with_suffix(".pin")]


def test_a_build_that_is_gone_is_not_pinned(home: Path) -> None:
    (home / "builds").mkdir(parents=True)
    gone = home / "builds" / "adoption-20260101T000000000000Z.duckdb"
    with pytest.raises(data.UnknownBuildError, match="adoption-20260101T000000000000Z was removed"):
        data.pin(gone)
    assert not list((home / "builds").iterdir())


def test_a_file_whose_stamp_is_no_instant_is_no_build(home: Path) -> None:
    (home / "builds").mkdir(parents=True)
    (home / "builds" / "adoption-20269999T999999999999Z.duckdb").touch()
    assert data.build_paths(home) == []


def test_a_build_prunes(home: Path, few_seeds: Path) -> None:
    builds = home / "builds"
    builds.mkdir(parents=True)
    for day in range(1, 16):
        (builds / f"adoption-202501{day:02d}T000000000000Z.duckdb").touch()
    made(home, few_seeds)
    assert len(data.build_paths(home)) == warehouse.KEEP_BUILDS


# What has changed since


@pytest.mark.usefixtures("serving")
def test_nothing_has_changed(home: Path, seeds: Path) -> None:
    assert data.stale_reasons(home, seeds) == []


@pytest.mark.usefixtures("serving")
def test_a_seed_has_changed(home: Path, seeds: Path) -> None:
    path = seeds / "events.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("announced", "shown", 1), encoding="utf-8")
    assert data.stale_reasons(home, seeds) == ["seeds"]
    path.write_text(text, encoding="utf-8")
    assert data.stale_reasons(home, seeds) == []


def test_a_partition_that_goes_while_it_is_looked_at(
    home: Path, few_seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a rebuild does that swaps the history."""
    gone, history = home / "history" / "gone.parquet", History(home / "history")
    listed = {"observations": [gone]}
    none = warehouse.fingerprint(home, few_seeds, {})
    assert warehouse.fingerprint(home, few_seeds, listed) == none
    assert history.problems(listed) == []
    monkeypatch.setattr(freshness, "is_whole", lambda path: True)
    problems: list[str] = []
    assert (freshness.partition_rows(history, gone, problems), problems) == ([], [])


@pytest.mark.usefixtures("serving")
def test_history_has_changed(home: Path, seeds: Path) -> None:
    path = observe(home)
    assert data.stale_reasons(home, seeds) == ["history"]
    made(home, seeds)
    assert data.stale_reasons(home, seeds) == []
    path.unlink()
    assert data.stale_reasons(home, seeds) == ["history"]


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("data/sql/metrics/events.sql", "sql"),
        ("data/sql/rollups/more.sql", "sql"),
        ("data/sql/tables/seed__events.sql", "sql"),
        ("data/wording.py", "code"),
        ("collectors/huggingface.py", "code"),
    ],
)
def test_sql_or_code_has_changed(
    home: Path,
    few_seeds: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    reason: str,
) -> None:
    root = tmp_path / "project"
    for package in ("collectors", "data"):
        bytes_at_home = shutil.ignore_patterns("__pycache__", "builds", "snapshots", "history")
        shutil.copytree(ROOT / package, root / package, ignore=bytes_at_home)
    monkeypatch.setattr(warehouse, "ROOT", root)
    now = warehouse.fingerprint(home, few_seeds)
    monkeypatch.setattr(warehouse, "newest_build", lambda place: place)
    monkeypatch.setattr(warehouse, "build_info", lambda path: {"fingerprint": now})
    assert data.stale_reasons(home, few_seeds) == []
    with (root / file).open("a", encoding="utf-8") as opened:
        opened.write("\n")
    assert data.stale_reasons(home, few_seeds) == [reason]


# The command `check`


def test_check_finds_nothing_and_publishes_nothing(
    home: Path, few_seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CATALOG, "SQL_DIR", ROOT / "data/sql")
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(home))
    monkeypatch.setattr(warehouse, "SEEDS_DIR", few_seeds)
    assert data.check([HUB]) == []
    assert not (home / "builds").exists()


def test_check_opens_the_newest_build(
    home: Path, few_seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(home))
    monkeypatch.setattr(warehouse, "SEEDS_DIR", few_seeds)
    broken = home / "builds" / "adoption-20260101T000000000000Z.duckdb"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"not a database")
    (problem,) = data.check([HUB])
    assert problem.startswith(f"{broken}: expected a build, found a file that cannot be read")


def test_check_lists_every_violation(
    home: Path, seeds: Path, sql: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(home))
    monkeypatch.setattr(warehouse, "SEEDS_DIR", seeds)
    for name in ("events", "incidents"):
        path = sql / "metrics" / f"{name}.sql"
        path.write_text(path.read_text(encoding="utf-8").replace("-- unit", "-- units"))
    found = data.check([HUB])
    assert len([line for line in found if "/events.sql:" in line]) == 2
    assert len([line for line in found if "/incidents.sql:" in line]) == 2
    path = seeds / "incidents.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("rollback", "rolback"))
    found = data.check([HUB])
    assert len(found) > 1
    assert all(line.startswith("seeds/incidents.csv:") for line in found)
