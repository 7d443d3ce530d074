"""What a build must hold before it is published: the promises of the SQL headers, and the shares
that others published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb

from data.catalog import TIME_COLUMNS, SqlFile

SUM_TOLERANCE = 1e-9


def problems_of(
    connection: duckdb.DuckDBPyConnection,
    rollups: Sequence[SqlFile],
    metrics: Sequence[SqlFile],
    columns: Mapping[str, Iterable[str]],
) -> list[str]:
    """Every broken promise, in words; [] = the build may be published. `columns`: columns_of()."""
    problems: list[str] = []
    for file in (*rollups, *metrics):
        place = f"data/sql/{file.path.parent.name}/{file.path.name}"
        try:
            names = list(columns[file.name])
            problems += [f"{place}: {what}" for what in _broken(connection, file, names)]
        except duckdb.Error as error:
            problems.append(f"{place}: {error}")
    return problems


def columns_of(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Table or view -> column -> type, in their order. One question: to DESCRIBE a view, all views
    that it reads are bound once more."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal "
        "AND database_name = current_database() ORDER BY table_name, column_index"
    ).fetchall():
        found.setdefault(table, {})[column] = kind
    return found


def _broken(
    connection: duckdb.DuckDBPyConnection, file: SqlFile, columns: Sequence[str]
) -> Iterable[str]:
    comments = file.column_comments()
    if missing := [name for name in columns if name not in comments]:
        yield f"expected a comment on each output column, found none on {', '.join(missing)}"
    if unknown := [name for name in file.grain if name not in columns]:
        yield f"expected grain columns among the output, found {', '.join(unknown)}"
        return
    grain = ", ".join(file.grain)
    row = connection.execute(
        f"SELECT {grain}, count(*) AS n FROM {file.name} GROUP BY {grain} HAVING n > 1 LIMIT 1"
    ).fetchone()
    if row:
        yield f"expected one row for each {grain}, found {row[-1]} for {_named(file.grain, row)}"
    if file.sums is not None and file.name not in columns:
        yield f"expected a column {file.name} whose values sum to 1, found {', '.join(columns)}"
    elif file.sums is not None:
        yield from _wrong_sums(connection, file)


def _wrong_sums(connection: duckdb.DuckDBPyConnection, file: SqlFile) -> Iterable[str]:
    of = file.sums_within
    if not set(of) < set(file.grain):
        yield f"expected sums within some columns of the grain, found {', '.join(of)}"
        return
    if not any(column in TIME_COLUMNS for column in of):
        yield f"expected a time column in the grain of a metric that sums to 1, found {file.grain}"
        return
    group = ", ".join(of)
    for row in connection.execute(
        f"SELECT {group}, sum({file.name}) AS total FROM {file.name} GROUP BY {group} "
        f"HAVING abs(total - {file.sums}) > {SUM_TOLERANCE} ORDER BY ALL LIMIT 5"
    ).fetchall():
        yield f"expected shares that sum to {file.sums}, found {row[-1]} for {_named(of, row)}"


def _named(columns: Sequence[str], row: Sequence[Any]) -> str:
    """Values as people write them: `date 2026-11-22, family Qwen`."""
    return ", ".join(
        f"{column} {'NULL' if value is None else value}"
        for column, value in zip(columns, row, strict=False)
    )
