"""What is kept of each repository on each day of an archive of the whole Hub."""

from __future__ import annotations

from data.daystore import DayTable

COUNTERS = {
    "downloads_30d": "BIGINT",  # trailing 30 days
    "downloads_all_time": "BIGINT",  # cumulative; NULL before 2025-02-27
    "likes": "BIGINT",
}
ATTRIBUTES = {
    "model_id": "VARCHAR",  # name on that day
    "created_at": "TIMESTAMP",  # UTC
    "pipeline_tag": "VARCHAR",
    "library_name": "VARCHAR",
    "licence": "VARCHAR",
    "total_params": "BIGINT",  # parameters, not bytes
    "base_models": "VARCHAR[]",  # relation:parent, sorted
}


def repository_table(name: str) -> DayTable:
    """The table of days that a source of repositories fills; `name` is `<source>__<things>`."""
    return DayTable(name, tuple(COUNTERS), tuple(ATTRIBUTES), {**COUNTERS, **ATTRIBUTES})
