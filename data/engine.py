"""Databases in memory that are used over and over: opening one costs more than most work in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from data.paths import sql_text

_idle: list[duckdb.DuckDBPyConnection] = []
# What a use may set beyond its own connection: it is set back before the next use.
SETTINGS = ("threads", "preserve_insertion_order", "parquet_metadata_cache")


@contextmanager
def engine(memory_limit: str, spill: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database for one use alone, in UTC; what is made in it is gone afterwards.

    `spill`: a folder for what does not fit into memory; without one it has to fit. After an error,
    or when something spilled, the database is closed and not used again. A use may set what is in
    SETTINGS, and what belongs to the connection (SET LOCAL, TimeZone); other global settings would
    stay. A transaction that is open at the end is rolled back.
    """
    try:
        opened = _idle.pop()
    except IndexError:
        opened = duckdb.connect()
        # Files are written anew under the same names.
        opened.execute("SET enable_external_file_cache = false")
    try:
        # What is registered, and the time zone, belong to the cursor.
        with opened.cursor() as connection:
            connection.execute(f"SET memory_limit = '{memory_limit}'")
            folder = sql_text(spill) if spill else "''"
            connection.execute(f"SET temp_directory = {folder}")
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("ATTACH ':memory:' AS work; USE work")
            yield connection
            _roll_back(connection)
            connection.execute("USE memory; DETACH work")
            for name in SETTINGS:
                connection.execute(f"RESET GLOBAL {name}")
    except BaseException:
        opened.close()
        raise
    if spill and spill.exists() and any(spill.iterdir()):
        opened.close()
    else:
        _idle.append(opened)


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    # There is no way to ask whether a transaction is open; most often none is.
    with suppress(duckdb.TransactionException):
        connection.rollback()
