"""Reading the newest build: metrics by name, and their catalog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from pandas.api.types import is_object_dtype

from data import hub_tables, warehouse, wording
from data.catalog import TIME_COLUMNS
from data.errors import FilterError, UnknownMetricError

# What studies and pages read over and over: a hundred small answers. Large ones are read anew.
KEPT_ANSWERS, KEPT_ROWS = 128, 10_000
# Time columns of record-like metrics, whose rows are things and not points of a series.
_PERIOD_COLUMNS = (*TIME_COLUMNS, "starts_on", "crossed_on")
NOT_AS_READ = "not in the history any more as this build read it"


@dataclass(frozen=True)
class Column:
    """One output column of a metric: its name, its type in the build, and what it means."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True)
class MetricInfo:
    """What the header of a metric says, and its columns in order."""

    name: str
    title: str
    unit: str
    grain: tuple[str, ...]
    source: str
    sums: float | None
    notes: str
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the output columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def value_column(self) -> str | None:
        """The column that holds the value: named like the metric, else `value`, else none."""
        return next((c for c in (self.name, "value") if c in self.column_names), None)

    @property
    def time_column(self) -> str | None:
        """The column that `start` and `end` filter: a date, else the start of a period."""
        return next((c for c in _PERIOD_COLUMNS if c in self.column_names), None)


def catalog(build: Path | None = None) -> list[MetricInfo]:
    """All metrics of a build (the newest by default), by name. Raises NoBuildError."""
    return list(_catalog(build or warehouse.newest_build()).values())


def metric(
    name: str,
    *,
    families: Sequence[str] | None = None,
    start: date | None = None,
    end: date | None = None,
    index: bool | str = False,
    build: Path | None = None,
    where: Mapping[str, Any] | None = None,
    **equals: Any,
) -> pd.DataFrame:
    """Rows of a metric of a build (the newest by default), sorted by its grain.

    `families` keeps rows of these families; `start` and `end` (inclusive) filter the metric's time
    column; any other keyword keeps rows whose column equals the value, or is one of a list of
    values, and so does each column of `where`, which may be called like a parameter. `index=True`
    turns the value into 100 = each series' first value that is not zero; the name of another column
    does that to this one.

    Returns a frame with the metric's columns, in order. Raises NoBuildError, UnknownMetricError and
    FilterError (a filter whose column the metric lacks, or a value of the wrong type).
    """
    path = build or warehouse.newest_build()
    info = metric_info(name, build=path)
    conditions, values = _conditions(info, path, families, start, end, {**(where or {}), **equals})
    source = f"SELECT * FROM {info.name}"
    source += f" WHERE {' AND '.join(conditions)}" if conditions else ""
    if index:
        source = indexed(info, source, index if isinstance(index, str) else None)
    order = ", ".join(info.grain)
    try:
        return _rows(path, f"SELECT * FROM ({source}) ORDER BY {order}", values)
    except (duckdb.DataError, duckdb.ProgrammingError, duckdb.NotSupportedError) as error:
        raise FilterError(f"metric {name}: {str(error).splitlines()[0]}") from error


def metric_info(name: str, *, build: Path | None = None) -> MetricInfo:
    """Header and columns of one metric. Raises UnknownMetricError with a close match."""
    known = _catalog(build or warehouse.newest_build())
    if name not in known:
        raise UnknownMetricError(
            f"no metric is named {name!r}; {wording.guess(name, known)}"
            f"`collectors metrics` lists them: {', '.join(sorted(known))}"
        )
    return known[name]


def values_of(name: str, column: str, *, build: Path | None = None) -> list[Any]:
    """The values that a column of a metric holds, in order, without NULL. Raises
    UnknownMetricError, and FilterError for a column that the metric lacks."""
    path = build or warehouse.newest_build()
    info = metric_info(name, build=path)
    _require(info, column)
    rows = warehouse.cursor(path).execute(
        f'SELECT DISTINCT "{column}" FROM {info.name} WHERE "{column}" IS NOT NULL ORDER BY 1'
    )
    return [row[0] for row in rows.fetchall()]


def has_rows(name: str, *, build: Path | None = None) -> bool:
    """Whether a metric has any row, which is known from the first. Raises UnknownMetricError."""
    path = build or warehouse.newest_build()
    found = warehouse.cursor(path).execute(
        f"SELECT 1 FROM {metric_info(name, build=path).name} LIMIT 1"
    )
    return found.fetchone() is not None


def families(build: Path | None = None) -> pd.DataFrame:
    """The families of the seeds: family, developer, region, hf_orgs, account, account_label,
    colours. One row a family, sorted by name."""
    path = build or warehouse.newest_build()
    return _rows(path, "SELECT * FROM seed__model_families ORDER BY family")


def series_sources(build: Path | None = None) -> pd.DataFrame:
    """The published sources: source, publisher, title, url, licence, citation (with {as_of} where
    the date belongs), note, and as_of: the newest date on which it was read."""
    return _rows(
        build or warehouse.newest_build(),
        "SELECT seed__sources.*, newest.as_of FROM seed__sources LEFT JOIN (SELECT source, "
        "max(as_of) AS as_of FROM seed__published_series GROUP BY source) AS newest "
        "USING (source) ORDER BY source",
    )


def model_history(hub_id: str, build: Path | None = None) -> pd.DataFrame:
    """All that a build read of one repository, a row a day, oldest first.

    Columns: date, downloads_30d, downloads_all_time, likes; NULL where a counter was absent; and
    `note`, NULL on most days: NOT_AS_READ where the counters are not known any more. Listings go
    before archives. These are too large for a build, and read from the history itself: the days
    that the build knew, as far as they are there as it read them.
    """
    path = build or warehouse.newest_build()
    listed = warehouse.frame(
        path,
        "SELECT date, downloads_30d, downloads_all_time, likes, CAST(NULL AS VARCHAR) AS note "
        "FROM model_days WHERE hub_id = ? ORDER BY date",
        [hub_id],
    )
    archived = _archived(path, hub_id)
    if not archived:
        return listed
    # Column by column: frames of dicts cost as much as reading them.
    dates = np.array([reading["date"] for reading in archived], "datetime64[D]")
    counters = {
        name: pd.array([reading.get(name) for reading in archived], dtype="Int64")
        for name in listed.columns[1:-1]
    }
    notes = pd.Series([reading.get("note") for reading in archived], dtype="str")
    frame = pd.DataFrame({"date": dates.astype(listed["date"].dtype), **counters, "note": notes})
    both = pd.concat([listed, frame]) if len(listed) else frame
    return both.drop_duplicates("date").sort_values("date", ignore_index=True)


def _archived(build: Path, hub_id: str) -> list[dict[str, Any]]:
    """What a build read of a repository in archives, and the days of which that is lost."""
    days = warehouse.cursor(build).execute("SELECT * FROM hub__days ORDER BY date")
    names = [column[0] for column in days.description]
    told = [dict(zip(names, row, strict=True)) for row in days.fetchall()]
    if not told:
        return []
    history = build.parent.parent / "history"
    readings, lost = hub_tables.readings_of(history, hub_id, told)
    if lost:
        # Nothing is lost of days before the repository was there.
        row = (
            warehouse.cursor(build)
            .execute("SELECT min(first_seen_on) FROM hub__models WHERE hub_id = ?", [hub_id])
            .fetchone()
        )
        first = (row and row[0]) or (readings[0]["date"] if readings else None)
        lost = [day for day in lost if first and day >= first]
    return [*readings, *({"date": day, "note": NOT_AS_READ} for day in lost)]


def observations(build: Path | None = None) -> pd.DataFrame:
    """What the last run of each source set out to read and what came of it; one row an entity."""
    return warehouse.frame(
        build,
        "SELECT o.* FROM observations AS o INNER JOIN (SELECT source, max(run) AS run "
        "FROM observations GROUP BY source) AS newest USING (source, run) "
        "ORDER BY o.source, o.entity",
    )


def as_of(build: Path | None = None) -> str | None:
    """The newest date on which anything in a build was read or published, as ISO text; of an
    archive the newest day that it holds."""
    row = (
        warehouse.cursor(build)
        .execute(
            "SELECT max(newest) FROM ("
            "SELECT max(CAST(observed_at AS DATE)) AS newest FROM observations "
            "INNER JOIN build_sources ON build_sources.name = observations.source "
            "WHERE observations.status = 'accepted' AND NOT build_sources.is_archive "
            "UNION ALL SELECT max(date) FROM model_days "
            "UNION ALL SELECT max(date) FROM hub__days "
            "UNION ALL SELECT max(as_of) FROM seed__published_series)"
        )
        .fetchone()
    )
    return row[0].isoformat() if row and row[0] else None


def forget() -> None:
    """Let go of all answers that are kept, so that the next ones are read from the files."""
    _kept.cache_clear()


def _rows(path: Path, sql: str, values: Sequence[Any] = ()) -> pd.DataFrame:
    """Rows of a query, kept by build, which never changes after it was published. Planning a query
    costs more than running it."""
    kept = _kept(path, sql, repr(values))
    if kept:
        rows = kept[0]
    else:
        rows = warehouse.frame(path, sql, values)
        if len(rows) <= KEPT_ROWS:
            kept.append(_held(rows))
    # A frame of its own for whoever asks: pandas copies a column when it is about to be changed.
    return rows.copy(deep=False)


def _held(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose lists nobody can change: they lie in cells, of which copies of a frame share what
    they hold."""
    for name in filter(lambda name: is_object_dtype(rows[name]), rows.columns):
        for cell in rows[name]:
            if isinstance(cell, np.ndarray):
                cell.setflags(write=False)
    return rows


@lru_cache(maxsize=KEPT_ANSWERS)
def _kept(path: Path, sql: str, values: str) -> list[pd.DataFrame]:
    """The place of an answer: empty until it was read."""
    return []


def newest_day(build: Path | None = None) -> date | None:
    """The newest day, or first day of a month, of any value of a metric that is a series; None in
    a build without values, and in one of an earlier version, which does not tell."""
    cursor = warehouse.cursor(build)
    tells = cursor.execute(
        "SELECT count(*) FROM duckdb_columns() "
        "WHERE table_name = 'build_metrics' AND column_name = 'newest_on'"
    ).fetchone()
    if tells is None or not tells[0]:
        return None
    row = cursor.execute("SELECT max(newest_on) FROM build_metrics").fetchone()
    newest: date | None = row[0] if row else None
    return newest


@lru_cache(maxsize=3)
def _catalog(build: Path) -> dict[str, MetricInfo]:
    columns: dict[str, list[Column]] = {}
    rows = warehouse.cursor(build).execute(
        "SELECT metric, name, type, comment FROM build_columns ORDER BY metric, position"
    )
    for name, *column in rows.fetchall():
        columns.setdefault(name, []).append(Column(*column))
    headers = warehouse.cursor(build).execute(
        "SELECT name, title, unit, grain, source, sums, notes FROM build_metrics ORDER BY name"
    )
    return {
        row[0]: MetricInfo(
            row[0], row[1], row[2], tuple(row[3]), row[4], row[5], row[6], tuple(columns[row[0]])
        )
        for row in headers.fetchall()
    }


def _conditions(
    info: MetricInfo,
    build: Path,
    families: Sequence[str] | None,
    start: date | None,
    end: date | None,
    equals: dict[str, Any],
) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    values: list[Any] = []
    if families is not None:
        _require_families(info)
        _require_known(families, build)
        equals = {"family": list(families), **equals}
    for column, value in equals.items():
        _require(info, column)
        wanted = list(value) if isinstance(value, (list, tuple, set)) else [value]
        where.append(f'"{column}" IN (SELECT unnest(?))' if wanted else "FALSE")
        values += [wanted] if wanted else []
    for bound, sign in ((start, ">="), (end, "<=")):
        if bound is not None:
            if not isinstance(bound, date):
                raise FilterError(f"start and end: expected a date, found {bound!r}")
            if info.time_column is None:
                raise FilterError(
                    f"metric {info.name} has no date, so --from and --to do not apply; "
                    f"its columns are {', '.join(info.column_names)}"
                )
            where.append(f"{info.time_column} {sign} ?")
            values.append(bound)
    return where, values


def _require_known(names: Sequence[str], build: Path) -> None:
    known = [row[0] for row in warehouse.cursor(build).execute(
        "SELECT family FROM seed__model_families ORDER BY family"
    ).fetchall()]  # fmt: skip
    for name in names:
        if name not in known:
            raise FilterError(
                f"no family is named {name!r}; {wording.guess(name, known)}"
                f"families are spelled as in seeds/model_families.csv: {', '.join(known)}"
            )


def _require_families(info: MetricInfo) -> None:
    """Refuse a filter by family for a metric without families; name what can be filtered."""
    if "family" in info.column_names:
        return
    texts = {column.name for column in info.columns if column.type == "VARCHAR"}
    named = [f"--where {name}=..." for name in info.grain if name in texts]
    instead = f"use {' or '.join(named)}; " if named else ""
    raise FilterError(
        f"metric {info.name} has no column 'family' to filter; {instead}"
        f"its columns are {', '.join(info.column_names)}"
    )


def _require(info: MetricInfo, column: str) -> None:
    if column not in info.column_names:
        raise FilterError(
            f"metric {info.name} has no column {column!r} to filter; "
            f"{wording.guess(column, info.column_names)}"
            f"its columns are {', '.join(info.column_names)}"
        )


def indexed(info: MetricInfo, source: str, column: str | None = None) -> str:
    """The same rows with the value as 100 = the first value that is neither NULL nor 0."""
    value, time = column or info.value_column, info.time_column
    if column is not None:
        _require(info, column)
    if value is None or time not in info.grain:
        raise FilterError(f"metric {info.name} is no series in time, so index = 100 does not apply")
    series = [column for column in info.grain if column != time]
    window = f"PARTITION BY {', '.join(series)} ORDER BY {time}" if series else f"ORDER BY {time}"
    base = (
        f"first_value(nullif({value}, 0) IGNORE NULLS) OVER ({window} "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"
    )
    return f"SELECT * REPLACE (100.0 * {value} / {base} AS {value}) FROM ({source})"
