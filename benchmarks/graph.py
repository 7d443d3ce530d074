"""The lineage of N models: data/lineage.py on integer keys."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.days import store_of
from data import hub_tables, labels, lineage, seeds
from data.hub import Hub
from data.paths import SEEDS_DIR


def settle(home: str, repeats: int) -> dict[str, Any]:
    """Seconds of each way to ask, the fastest of `repeats`; the tables it reads are there."""
    tables = seeds.load(SEEDS_DIR)
    hub = Hub(Path(home), store_of(Path(home)), labels.test_pattern(tables))
    hub.update()
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{hub_tables.MEMORY_LIMIT}'")
        connection.execute("SET TimeZone = 'UTC'")
        hub_tables.open_tables(connection, hub)
        for name, table in tables.items():
            connection.register(f"seed__{name}", table)
        labels.label_owners(connection)
        labels.gather_parents(connection)
        # Names as a table, as they are in no other measurement: lineage alone is measured here.
        connection.execute("CREATE TEMP TABLE named AS SELECT * FROM names")
        given = (connection, "labelled", "named", "parents")
        ways = {
            "declared": lambda: lineage.roots(*given, with_inferred=False),
            "with inferred": lambda: lineage.roots(*given, with_inferred=True),
            "both": lambda: lineage.both(*given),
            "infer": lambda: lineage.infer(connection, "labelled", "parents", into="again"),
        }
        seconds = {name: min(_seconds(way) for _ in range(repeats)) for name, way in ways.items()}
        counts = {
            name: connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
            for name, table in (("models", "labelled"), ("relations", "parents"))
        }
    return {"seconds": seconds, **counts}


def _seconds(way: Any) -> float:
    began = time.perf_counter()
    way()
    return time.perf_counter() - began
