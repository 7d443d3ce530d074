"""Databases that are used over and over: nothing of one use is seen by the next."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from data import engine as module
from data.engine import engine


@pytest.fixture(autouse=True)
def none_idle(monkeypatch: pytest.MonkeyPatch) -> list[duckdb.DuckDBPyConnection]:
    idle: list[duckdb.DuckDBPyConnection] = []
    monkeypatch.setattr(module, "_idle", idle)
    return idle


def setting(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    found = connection.execute("SELECT current_setting(?)", [name]).fetchone()
    assert found is not None
    return str(found[0])


def test_the_next_use_finds_it_empty(none_idle: list[duckdb.DuckDBPyConnection]) -> None:
    for limit in ("100MB", "200MB"):
        with engine(limit) as connection:
            connection.register("rows", pa.table({"x": [1, 2]}))
            connection.execute("CREATE TABLE kept AS SELECT * FROM rows")
            connection.execute("CREATE TEMP TABLE passing AS SELECT * FROM kept")
            connection.execute("CREATE VIEW seen AS SELECT * FROM passing")
            assert connection.execute("SELECT sum(x) FROM seen").fetchall() == [(3,)]
            assert setting(connection, "TimeZone") == "UTC"
            assert setting(connection, "memory_limit").startswith("95" if limit < "2" else "190")
        assert len(none_idle) == 1, "the same one is used again"
    with engine("100MB") as connection:
        for name in ("rows", "kept", "passing", "seen"):
            with pytest.raises(duckdb.CatalogException):
                connection.execute(f"FROM {name}")
            connection.execute("SELECT 1")


def test_two_uses_at_once_have_one_each() -> None:
    with engine("100MB") as one, engine("100MB") as two:
        one.execute("CREATE TABLE t AS SELECT 1 AS x")
        two.execute("CREATE TABLE t AS SELECT 2 AS x")
        assert one.execute("FROM t").fetchall() == [(1,)]
        assert two.execute("FROM t").fetchall() == [(2,)]


def test_settings_of_one_use_are_set_back() -> None:
    names = ("threads", "preserve_insertion_order", "parquet_metadata_cache")
    with engine("100MB") as connection:
        before = [setting(connection, name) for name in names]
        connection.execute("SET threads = 1")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET GLOBAL parquet_metadata_cache = true")
    assert set(names) == set(module.SETTINGS)
    with engine("100MB") as connection:
        assert [setting(connection, name) for name in names] == before


def test_a_transaction_that_is_open_is_rolled_back(
    none_idle: list[duckdb.DuckDBPyConnection],
) -> None:
    for _ in range(2):
        with engine("100MB") as connection:
            connection.execute("BEGIN TRANSACTION")
            connection.execute("CREATE TABLE kept AS SELECT 1 AS x")
        assert len(none_idle) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_after_an_error_it_is_not_used_again(
    none_idle: list[duckdb.DuckDBPyConnection], error: type[BaseException]
) -> None:
    with pytest.raises(error), engine("100MB"):
        raise error
    assert none_idle == []


def test_what_spilled_is_not_used_again(
    none_idle: list[duckdb.DuckDBPyConnection], tmp_path: Path
) -> None:
    for name in ("one", "two"):
        spill = tmp_path / name
        with engine("60MB", spill) as connection:
            connection.execute(
                "CREATE TABLE big AS SELECT range AS x, hash(range) FROM range(5000000)"
            )
            assert list(spill.iterdir())
        assert none_idle == []


def test_a_file_that_is_written_anew_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "one.parquet"
    for value in range(3):
        with engine("100MB") as connection:
            connection.execute(f"COPY (SELECT {value} AS x) TO '{path}'")
        with engine("100MB") as connection:
            assert connection.execute(f"FROM '{path}'").fetchall() == [(value,)]
