"""The typed tables: data/sql/tables/<name>.sql is their only definition.

Arrow schemas are read off DuckDB, so a column is named and typed in one place.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyarrow as pa

from data.engine import engine

MEMORY_LIMIT = "100MB"
TABLES_DIR = Path(__file__).parent / "sql" / "tables"


def table_names() -> list[str]:
    """Names of all typed tables, sorted."""
    return sorted(path.stem for path in TABLES_DIR.glob("*.sql"))


def table_sql(name: str) -> str:
    """The CREATE TABLE statement of one table."""
    return (TABLES_DIR / f"{name}.sql").read_text(encoding="utf-8")


@cache
def arrow_schema(name: str) -> pa.Schema:
    """Column names and Arrow types of one table, in the order of its CREATE TABLE."""
    with engine(MEMORY_LIMIT) as connection:
        connection.execute(table_sql(name))
        return connection.table(name).to_arrow_table().schema


@cache
def key_columns(name: str) -> tuple[str, ...]:
    """Columns of the table's primary key, in order; empty when it has none."""
    with engine(MEMORY_LIMIT) as connection:
        connection.execute(table_sql(name))
        found = connection.execute(
            "SELECT constraint_column_names FROM duckdb_constraints() "
            "WHERE constraint_type = 'PRIMARY KEY' AND table_name = ?",
            [name],
        ).fetchone()
    return tuple(found[0]) if found else ()
