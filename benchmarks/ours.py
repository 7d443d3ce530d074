"""The outputs of benchmarks/outputs.py by our own code path.

The day goes into the store of days as the collector puts it there, the cleaning takes it in, and
the labels, cohorts and rankings are those of a build (data/hub_tables.py), with all that they do
beyond what is asked here: inferred parents, regions, precisions, incidents, the state of the
cleaning. Only what a build gets from its SQL over cohorts is summed here from the same cohorts, and
the difference to the day before is that of the counters the cleaning holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.days import MEASURED_DAY, facts_of, opened, store_of
from benchmarks.outputs import ATTRIBUTES, COUNTERS, TOP, TYPED
from benchmarks.process import Phases
from collectors.day_acceptance import refusal
from data import cohorts, hub_tables, labels, lineage, seeds
from data.cohorts import Cohorts
from data.daystore import DayStore
from data.hub import Ends, Flows, Hub
from data.labels import Labels
from data.paths import SEEDS_DIR


@dataclass(frozen=True)
class _Window:
    """The 30-day counters of one day in the place of a month's downloads."""

    day: date
    keys: Any
    downloads: Any

    def flows(self, kind: str) -> list[Flows]:
        nothing = np.zeros(len(self.keys))
        return [Flows(self.day, self.keys, self.downloads, nothing, nothing.astype(np.uint8))]

    def ends(self) -> list[Ends]:
        every = np.ones(len(self.keys), dtype=np.bool_)
        return [Ends(self.day, self.keys, every, every, self.downloads, self.downloads)]


def run(file: str, home: str, out: str) -> dict[str, Any]:
    """All outputs of the measured day; the days before it are in the data directory `home`."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    phases, store = Phases(), store_of(Path(home))
    with phases.phase("type, find and write what changed"):
        before = _all_time(store, store.days()[-1])
        store.add(MEASURED_DAY, opened(Path(file)), facts_of(MEASURED_DAY), refusal)
    with phases.phase("clean"):
        tables = seeds.load(SEEDS_DIR)
        hub = Hub(Path(home), store, labels.test_pattern(tables))
        hub.update()
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{hub_tables.MEMORY_LIMIT}'")
        connection.execute("SET TimeZone = 'UTC'")
        with phases.phase("label"):
            hub_tables.open_tables(connection, hub)
            kept = hub_tables.names_file(hub)
            labelled = labels.label(connection, hub.cleaning.size, tables, kept)
        with phases.phase("sum and rank"):
            grouped = cohorts.gather(labelled)
            sums = _sums(hub, grouped, labelled, _gained(hub, before))
            pq.write_table(sums, folder / "sums.parquet")
            pq.write_table(_top(connection, hub), folder / "top.parquet")
            pq.write_table(_concentration(hub, labelled), folder / "concentration.parquet")
    return {"phases": phases.seconds}


def read_back(home: str, out: str) -> None:
    """What `run` put into the history, in the form in which the peers have it; not measured."""
    store, folder = store_of(Path(home)), Path(out)
    columns = ", ".join(TYPED)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        store.state(connection, MEASURED_DAY, "seen")
        keys = [str(path) for path in sorted((store.root / "keys").glob("*.parquet"))]
        connection.execute(
            "CREATE TABLE whole AS SELECT key, lower(hex(keys.hub_id)) AS hub_id, "
            f"{', '.join((*COUNTERS, *ATTRIBUTES))} FROM seen_counters "
            "INNER JOIN seen_attributes USING (key) INNER JOIN read_parquet(?) AS keys USING (key)",
            [keys],
        )
        changed = [str(store.path(MEASURED_DAY, part)) for part in ("counters", "attributes")]
        connection.execute(
            "CREATE TABLE changed AS SELECT DISTINCT key FROM "
            "read_parquet(?, union_by_name = true) WHERE NOT is_gone",
            [changed],
        )
        for name, rows in (("typed", "whole"), ("changed", "whole SEMI JOIN changed USING (key)")):
            connection.execute(
                f"COPY (SELECT {columns} FROM {rows} ORDER BY hub_id) "
                f"TO '{folder / name}.parquet' (FORMAT parquet)"
            )


def _all_time(store: DayStore, day: date) -> pa.Table:
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{hub_tables.MEMORY_LIMIT}'")
        counters = store.full(day, "counters")
        return connection.sql(f"SELECT key, downloads_all_time FROM ({counters})").to_arrow_table()


def _gained(hub: Hub, before: pa.Table) -> Any:
    """By key, what the all-time counter gained since the day before; new ones began at zero."""
    cleaning = hub.cleaning
    known = np.zeros(cleaning.size, dtype=np.int64)
    known[before["key"].to_numpy()] = before["downloads_all_time"].to_numpy()
    return np.where(cleaning.present, cleaning.raw_all - known, 0)


def _sums(hub: Hub, grouped: Cohorts, labelled: Labels, gained: Any) -> pa.Table:
    """Sums by cohort, then by the labels of the cohorts."""
    newest = cohorts.newest_table(hub.cleaning, grouped)
    columns = {
        name: np.zeros(grouped.count, dtype=np.int64)
        for name in ("models", "downloads_30d", "downloads_1d")
    }
    for name in ("models", "downloads_30d"):
        columns[name][newest["cohort"].to_numpy()] = newest[name].fill_null(0).to_numpy()
    summed = np.bincount(grouped.of, weights=gained, minlength=grouped.count)
    columns["downloads_1d"] = summed.astype(np.int64)
    table = cohorts.cohort_table(grouped, labelled)
    own, root = (pc.fill_null(table[name], "none") for name in ("family", "root_family"))
    is_derived = pc.and_(pc.not_equal(root, lineage.MIXED), pc.not_equal(root, own))
    cuts = {
        ("family", "own"): own,
        ("family", "lineage"): root,
        ("family", "derivatives"): pc.if_else(is_derived, root, "none"),
        **{(cut, "all"): table[cut] for cut in ("size_class", "licence", "task")},
    }
    parts = []
    for (cut, scope), values in cuts.items():
        part = pa.table({"value": values, **columns}).group_by("value")
        part = part.aggregate([(name, "sum") for name in columns])
        part = part.rename_columns(["value", *columns])
        part = part.filter(pc.greater(part["models"], 0))
        for name, text in (("cut", cut), ("scope", scope)):
            part = part.append_column(name, pa.array([text] * part.num_rows))
        parts.append(part)
    return pa.concat_tables(parts)


def _top(connection: duckdb.DuckDBPyConnection, hub: Hub) -> pa.Table:
    """The most downloaded repositories by name; of equal ones the first by id."""
    window = np.where(hub.cleaning.present, hub.cleaning.raw_30d, -1)
    least = np.partition(window, -TOP)[-TOP] if len(window) > TOP else 0
    keys = np.flatnonzero(window >= least).astype(np.int32)
    connection.register("ranked", pa.table({"key": keys, "downloads_30d": window[keys]}))
    return connection.sql(
        "SELECT row_number() OVER () AS position, * FROM (SELECT lower(hex(hub_id)) AS hub_id, "
        "model_id, CAST(downloads_30d AS BIGINT) AS downloads_30d FROM ranked "
        "INNER JOIN repositories USING (key) INNER JOIN keys USING (key) "
        f"ORDER BY downloads_30d DESC, hub_id LIMIT {TOP})"
    ).to_arrow_table()


def _concentration(hub: Hub, labelled: Labels) -> pa.Table:
    keys = np.flatnonzero(hub.cleaning.present).astype(np.int32)
    window = hub.cleaning.raw_30d[keys].astype(np.int64)
    day = _Window(MEASURED_DAY, keys, window)
    return cohorts.concentration_table(day, labelled).drop_columns("month")  # type: ignore[arg-type]


def bare(file: str) -> dict[str, Any]:
    """Only scan, typing and a grouping, for orientation: what DuckDB takes without us."""
    phases = Phases()
    with duckdb.connect() as connection, phases.phase("scan, type and group"):
        connection.execute("SET TimeZone = 'UTC'")
        archive = opened(Path(file))
        archive.open(connection)
        connection.execute(f"CREATE TABLE typed AS {archive.select()}")
        rows: Sequence[Any] = connection.execute(
            "SELECT split_part(model_id, '/', 1) AS owner, licence, count(*), sum(downloads_30d), "
            "sum(downloads_all_time) FROM typed GROUP BY ALL"
        ).fetchall()
    return {"phases": phases.seconds, "groups": len(rows)}
