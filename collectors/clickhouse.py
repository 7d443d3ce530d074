"""ClickHouse's public copy of PyPI's downloads: a package's every day, mirrors included.

Fetch asks one question a package and gets its whole series, which restates everything: some
thousand rows a package. So it is worth reading once a week, and what is a few days old comes from
PyPI Stats. The newest day can be partial and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from collectors.errors import WrongAnswerError
from collectors.fields import json_answer, json_of, listed, member, whole_text
from collectors.http import Answer, Session, printable
from collectors.packages import (
    day_of,
    measure_days,
    no_package,
    python_package,
    python_packages,
    read_days,
)
from collectors.service import Service
from collectors.source import Fetched, Measures, Parsed, Tracked
from data.snapshots import Manifest

NAME = "clickhouse"
TITLE = "ClickHouse public PyPI data"
URL = "https://clickpy.clickhouse.com"
LICENCE = "Public statistics of the Python Package Index, served by ClickHouse"
CITATION = "Source: ClickHouse's public PyPI data, downloads with mirrors, as of {as_of}"
ENTITY = "package"
TABLES = ("clickhouse__downloads",)
MIN_ROWS = 1
CADENCE = timedelta(days=7)
REQUIRED_KEYS = ("date", "downloads")
KEY = None
MOST_BYTES = 4 * 2**20
PACE = 1.0  # a quota that everybody shares

SERVICE = Service("CLICKHOUSE", "https://sql-clickhouse.clickhouse.com")
check_settings = SERVICE.check_settings
address = SERVICE.address

_AS_WHOM = (("user", "demo"), ("default_format", "JSON"))
_EXCEPTION = re.compile(rb"Code: \d{1,6}\. DB::[^\n]{1,400}")


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """Every tracked package, each run."""
    return python_packages(tracked)


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """One answer a package."""
    yield from SERVICE.each(planned, lambda package: _read(session, package))


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """Rows of clickhouse__downloads, each day once, without the newest."""
    rows = _rows(_json(body), manifest.entity)
    tomorrow = day_of(manifest.fetched_at) + timedelta(days=1)
    days = read_days(rows, "date", "downloads", whole_text, tomorrow)
    if days.counts:
        del days.counts[max(days.counts)]
    return days.parsed(TABLES[0], manifest)


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """Days, and those that are new or restated since the answer before."""
    return measure_days(TABLES[0], parsed, before)


def question(package: str) -> str:
    """The SQL for one package; raises ConfigurationError for a name that cannot be one.

    The table keeps parts of a day apart until it merges them, so only sums mean anything.
    """
    return (
        "SELECT date, sum(count) AS downloads FROM pypi.pypi_downloads_per_day "
        f"WHERE project='{python_package(package)}' GROUP BY date ORDER BY date"
    )


def _read(session: Session, package: str) -> Fetched:
    answer = session.post(f"{SERVICE.address()}/", question(package).encode(), params=_AS_WHOM)
    _refuse_exception(answer)
    rows = _rows(json_answer(answer), package)
    return Fetched(package, answer.url, answer.status, answer.body, len(rows))


def _refuse_exception(answer: Answer) -> None:
    """Raises WrongAnswerError for an exception that came with status 200."""
    _refuse_exception_text(answer.body)
    if code := answer.headers.get("X-ClickHouse-Exception-Code"):
        raise WrongAnswerError(f"exception {printable(code, 20)}, with HTTP 200", 200)


def _refuse_exception_text(body: bytes) -> None:
    # A question can fail half way, when rows were sent already.
    if found := _EXCEPTION.search(body):
        text = found.group().decode("utf-8", "replace")
        raise WrongAnswerError(f"{printable(text, 160)}, with HTTP 200", 200)


def _json(body: bytes) -> Any:
    _refuse_exception_text(body)
    return json_of(body)


def _rows(answer: Any, package: str) -> list[Any]:
    rows = listed(member(answer, "data", "an object"), "days")
    if not rows:
        raise WrongAnswerError(no_package("the table", package, "no rows"), 200)
    promised = answer.get("rows", len(rows))
    if str(promised) != str(len(rows)):
        raise WrongAnswerError(
            f"expected {printable(str(promised), 20)} rows, found {len(rows)}", 200
        )
    return rows
