"""The tables hub__* of a build, from the days of a Hub archive and the seeds."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data import cohorts, labels, launch_weeks
from data.cleaning import Incident
from data.cohorts import Ints, Owners
from data.daystore import DayInfo, DayStore
from data.engine import engine
from data.hub import Hub
from data.joined import JoinedStore, Store
from data.labels import Labels
from data.paths import sql_text
from data.repositories import ATTRIBUTES, repository_table

# What nobody downloads or likes is counted, but not listed by name.
LISTED_30D, LISTED_ALL_TIME = 10, 50
LATE_DAYS = 30  # an archive that is so far behind is no longer read, or gone
MEMORY_LIMIT = "1000MB"
WHOLE_HUB = "whole Hub"


def stores(history: Path) -> list[Store]:
    """The histories in a history folder, the one that serves first.

    A complete archive serves, and before its first day a partial one: together they are one
    history. A complete one that ends more than LATE_DAYS before the partial one leaves it to that,
    if it has the longer history. Of several archives of one sort that with the longest counts.
    """
    names = sorted(path.parent.name for path in history.glob("*/keys") if path.is_dir())
    found = [DayStore(history, repository_table(name)) for name in names]
    found = sorted((store for store in found if store.days()), key=_span, reverse=True)
    complete = next((store for store in found if _is_complete(store)), None)
    partial = next((store for store in found if not _is_complete(store)), None)
    if not complete or not partial or (found[0] is partial and _is_late(complete, partial)):
        return [*found]
    others = [store for store in found if store not in (partial, complete)]
    if partial.days()[0] < complete.days()[0]:
        return [JoinedStore(history.parent, partial, complete), *others]
    return [complete, partial, *others]


def _span(store: DayStore) -> tuple[int, int]:
    """Days between the first day and the last, and repositories on the last."""
    days = store.days()
    return (days[-1] - days[0]).days, store.info(days[-1]).repositories


def is_complete(day: DayInfo) -> bool:
    """Whether every repository of the Hub is in a day's archive, not only those with some use."""
    return bool(day.facts.get("is_complete", True))


def _is_complete(store: Store) -> bool:
    return is_complete(store.info(store.days()[0]))


def _is_late(complete: DayStore, partial: DayStore) -> bool:
    return (partial.days()[-1] - complete.days()[-1]).days > LATE_DAYS


def warnings(history: Path) -> list[str]:
    """What people should know of the archives that were read."""
    found = stores(history)
    if not found:
        return []
    first = found[0]
    told = []
    if isinstance(first, JoinedStore):
        if first.not_used:
            told.append(
                f"{first.partial.table.name}: {len(first.not_used)} days from {first.not_used[0]} "
                f"to {first.not_used[-1]} were read and are not shown; {first.complete.table.name} "
                f"has the whole Hub since {first.switch} and serves from then on"
            )
        first = first.complete
    return told + [
        f"{store.table.name}: {len(store.days())} days were read and are not shown; "
        f"{first.table.name} has {_better(first, store)} and serves"
        for store in found[1:]
    ]


def _better(first: Store, store: Store) -> str:
    is_wider = _is_complete(first) and not _is_complete(store)
    return "the whole Hub" if is_wider else "the longer history"


def tables(home: Path, seeds: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Table name -> rows, for all tables hub__*; {} when no archive was read."""
    found = stores(home / "history")
    if not found:
        return {}
    hub = Hub(home, found[0], labels.test_pattern(seeds))
    with _alone(hub.folder):
        made = _tables(hub, seeds)
    if isinstance(found[0], JoinedStore):
        _forget(home / "derived" / found[0].complete.table.name)
    return made


def _forget(folder: Path) -> None:
    """Remove what was derived from an archive before it was joined."""
    if folder.exists():
        with _alone(folder):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time derives; another one waits, and then finds the work done."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _tables(hub: Hub, seeds: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    hub.update()
    hub.slim()
    with engine(MEMORY_LIMIT, hub.folder / "spill") as connection:
        open_tables(connection, hub)
        count = hub.cleaning.size
        labelled = labels.label(connection, count, seeds, names_file(hub))
        owned = cohorts.owners(connection, count)
        return {
            **_summed(hub, labelled, owned),
            **launch_weeks.tables(connection, hub, labelled),
            "hub__days": _days(hub),
            "hub__incidents": _incidents(connection, hub, owned),
            "hub__models": _models(connection, hub, labelled),
        }


def names_file(hub: Hub) -> Path:
    """Where labels.label() keeps what names say; beside the folder of what follows from days."""
    return hub.folder.with_name(f"{hub.folder.name}.names.parquet")


def open_tables(connection: duckdb.DuckDBPyConnection, hub: Hub) -> None:
    """Views of the newest day and of what is gone, as labels.label() reads them."""
    columns = ", ".join(ATTRIBUTES)
    newest = hub.store.days()[-1]
    parts = [f"SELECT key, {columns} FROM ({hub.store.full(newest, 'attributes')})"]
    gone = hub.gone()
    if gone:
        is_gone = np.flatnonzero(~hub.cleaning.present).astype(np.int32)
        connection.register("gone", pa.table({"key": is_gone}))
        parts.append(
            f"SELECT key, {columns} FROM read_parquet({sql_text(gone)}) "
            "WHERE key IN (SELECT key FROM gone)"
        )
    connection.execute(f"CREATE TEMP TABLE repositories AS {' UNION ALL '.join(parts)}")
    counters = hub.store.full(newest, "counters")
    connection.execute(f"CREATE VIEW newest_counters AS SELECT key, likes FROM ({counters})")
    connection.execute(f"CREATE VIEW keys AS {hub.store.hub_ids()}")
    former = {
        "key": pa.array([one["key"] for one in hub.renames], pa.int32()),
        "model_id": pa.array([one["before"] for one in hub.renames], pa.string()),
    }
    connection.register("former_names", pa.table(former))


def _summed(hub: Hub, labelled: Labels, owned: Owners) -> dict[str, pa.Table]:
    grouped = cohorts.gather(labelled)
    return {
        "hub__cohorts": cohorts.cohort_table(grouped, labelled),
        "hub__cohort_months": cohorts.month_table(hub, grouped),
        "hub__cohort_weeks": cohorts.week_table(hub, grouped),
        "hub__cohort_newest": cohorts.newest_table(hub.cleaning, grouped),
        "hub__cohort_births": cohorts.birth_table(hub.cleaning, grouped),
        "hub__concentration": cohorts.concentration_table(hub, labelled),
        "hub__publisher_months": cohorts.publisher_month_table(hub, labelled, owned),
        "hub__publishers": cohorts.publisher_table(hub.cleaning, labelled, owned),
    }


def _days(hub: Hub) -> pa.Table:
    """hub__days, as the archive's files say it."""
    used = set(hub.cleaning.days.used)
    rows = [
        {**_told(hub.store, day), "is_used": day.toordinal() in used} for day in hub.store.days()
    ]
    return pa.Table.from_pylist(rows)


def _told(store: Store, day: date) -> dict[str, Any]:
    """What a build keeps of a day that was seen. Two readings of a day that agree in all of it are
    the same."""
    info = store.info(day)
    return {
        "date": day,
        "source": str(info.facts.get("source", store.source(day))),
        "is_complete": is_complete(info),
        "repositories": info.repositories,
        **{name: total["sum"] for name, total in info.totals.items()},
    }


def readings_of(
    history: Path, hub_id: str, told: Sequence[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], list[date]]:
    """The counters of one repository as a build read them, and the days of the build that are not
    in the history any more as they were then: read again, taken out, or of another archive now.

    `told` are the days of the build, rows of hub__days, oldest first; of an earlier version they
    may lack columns. A reading has date and counters.
    """
    store = next(iter(stores(history)), None)
    days = set(store.days()) if store else set()
    kept = {
        row["date"] for row in told if store and row["date"] in days
        and all(row[name] == value for name, value in _told(store, row["date"]).items()
                if name in row)
    }  # fmt: skip
    series = store.series(hub_id, until=max(kept)) if store and kept else []
    return (
        [reading for reading in series if reading["date"] in kept],
        [row["date"] for row in told if row["date"] not in kept],
    )


def _incidents(connection: duckdb.DuckDBPyConnection, hub: Hub, owned: Owners) -> pa.Table:
    found = hub.incidents()
    keys = sorted({one.key for one in found if one.key is not None and one.level == "model"})
    connection.register("wanted", pa.table({"key": pa.array(keys, pa.int32())}))
    names = dict(
        connection.execute(
            "SELECT key, model_id FROM repositories SEMI JOIN wanted USING (key)"
        ).fetchall()
    )

    def subject(one: Incident) -> str:
        if one.key is None:
            return WHOLE_HUB
        if one.level == "publisher":
            return str(owned.names[int(owned.of[one.key])])
        return str(names.get(one.key, one.key))

    rows = [
        {
            "source": hub.store.source(date.fromordinal(one.starts_on)),
            "kind": one.kind,
            "starts_on": date.fromordinal(one.starts_on),
            "ends_on": date.fromordinal(one.ends_on),
            "level": one.level,
            "subject": subject(one),
            "models": one.models,
            "downloads": one.downloads,
            "action": one.action,
            "evidence": one.evidence,
        }
        for one in found
    ]
    return pa.Table.from_pylist(rows) if rows else pa.table({})


def _models(connection: duckdb.DuckDBPyConnection, hub: Hub, labelled: Labels) -> pa.Table:
    """hub__models: repositories that somebody downloads or likes."""
    cleaning = hub.cleaning
    likes = np.full(cleaning.size, -1, dtype=np.int64)
    rows = connection.execute("SELECT key, coalesce(likes, -1) AS likes FROM newest_counters")
    found = rows.fetchnumpy()
    likes[found["key"]] = found["likes"]
    listed = (cleaning.raw_30d >= LISTED_30D) | (cleaning.raw_all >= LISTED_ALL_TIME) | (likes > 0)
    keys = np.flatnonzero(listed & cleaning.present).astype(np.int32)
    keys = keys[np.lexsort((keys, -cleaning.raw_all[keys], -cleaning.raw_30d[keys]))]
    names = _named(connection, keys, labelled)
    texts = {
        name: labelled.texts_of(name, labelled.codes[name][keys])
        for name in labels.DIMENSIONS
        if name not in ("root_generation", "root_region", "is_test")
    }
    counters: dict[str, npt.NDArray[Any]] = {
        "likes": likes[keys],
        "downloads_30d": cleaning.raw_30d[keys],
        "downloads_all_time": cleaning.raw_all[keys],
        "total_params": labelled.total_params[keys],
    }
    return pa.table(
        {
            **{name: names[name] for name in names.column_names},
            "position": np.arange(1, len(keys) + 1),
            **texts,
            **{name: cohorts.or_null(values, values >= 0) for name, values in counters.items()},
            "is_test": labelled.codes["is_test"][keys] == 1,
            "first_seen_on": cohorts.dates(cleaning.first_seen[keys]),
        }
    )


def _named(connection: duckdb.DuckDBPyConnection, keys: Ints, labelled: Labels) -> pa.Table:
    """What is text of the repositories `keys`, in their order: names, parents, roots, variants."""
    root = labelled.root_key[keys]
    full = labelled.texts["precision"].index(labels.FULL)
    listed = {
        "key": keys,
        "place": np.arange(len(keys), dtype=np.int32),
        "root_key": pa.array(root, mask=(root < 0) | (root == keys)),
        "is_root": root == keys,
        "is_full": labelled.codes["precision"][keys] == full,
    }
    connection.register("listed", pa.table(listed))
    connection.execute(_NAMED)
    pattern = f"(?i)[-_.](?:{'|'.join(labels.PRECISIONS.values())})(?:[-_.].*)?$"
    connection.execute(_VARIANTS, [pattern])
    return connection.sql(_TEXTS).to_arrow_table()


_NAMED = """
CREATE TEMP TABLE named AS
SELECT listed.*, found.model_id, CASE WHEN len(base_models) > 0 THEN base_models END AS parents,
    CAST(found.created_at AS DATE) AS created_on
FROM listed INNER JOIN repositories AS found USING (key)
"""

# A precision variant hangs on its declared parent when it is a quantization of one, otherwise on
# the repository of the same owner whose name is left when the precision is taken off.
_VARIANTS = """
CREATE TEMP TABLE variants AS
SELECT told.model_id, told.base
FROM (
    SELECT
        model_id,
        CASE
            WHEN len(parents) = 1 AND starts_with(parents[1], 'quantized:')
                THEN substr(parents[1], 11)
            ELSE regexp_replace(model_id, ?, '')
        END AS base
    FROM named WHERE NOT is_full
) AS told
INNER JOIN named AS bases ON bases.model_id = told.base
WHERE told.base <> told.model_id
"""

_TEXTS = """
SELECT
    lower(hex(keys.hub_id)) AS hub_id,
    named.model_id,
    CASE WHEN named.is_root THEN named.model_id ELSE roots.model_id END AS root_id,
    named.parents,
    coalesce(further.base, variants.base, named.model_id) AS variant_of,
    named.created_on
FROM named
INNER JOIN keys USING (key)
LEFT JOIN (
    SELECT key, model_id FROM repositories WHERE key IN (SELECT DISTINCT root_key FROM listed)
) AS roots ON roots.key = named.root_key
LEFT JOIN variants ON variants.model_id = named.model_id
LEFT JOIN variants AS further ON further.model_id = variants.base
ORDER BY named.place
"""
