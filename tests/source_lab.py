"""A source, its fake, a data directory and a clock that tests move; nothing really waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from collectors.collect import Collector
from collectors.http import Session
from collectors.records import EntityResult, SourceResult
from collectors.source import Parsed, Source, Tracked, load
from data.history import History
from data.snapshots import Manifest
from tests.fake_services import FakeService
from tests.recorded import recorded

FIRST_DAY = datetime(2026, 11, 18, 6, tzinfo=UTC)
RUN = "20261118T060000000000Z"


@dataclass
class SourceLab:
    """One data directory into which one source is read from its fake."""

    fake: FakeService
    data_dir: Path
    tracked: Tracked = field(default_factory=Tracked)
    today: datetime = FIRST_DAY
    slept: list[float] = field(default_factory=list)

    @property
    def source(self) -> Source:
        return load(self.fake.name)

    @property
    def history(self) -> History:
        return History(self.data_dir / "history")

    def collect(self) -> SourceResult:
        """One run of the source; the day after is the next one's."""
        self.fake.today = self.today.date()
        worker = Collector(
            data_dir=self.data_dir,
            tracked=self.tracked,
            now=lambda: self.today,
            new_session=self._session,
        )
        (result,) = worker.collect([self.fake.name])
        self.today += timedelta(days=1)
        return result

    def rows(self, result: SourceResult, table: str | None = None) -> list[dict[str, Any]]:
        """The rows that a run left in a table, by default the source's first."""
        path = self.history.path(table or self.source.TABLES[0], result.run, self.fake.name)
        return pq.read_table(path).to_pylist() if path.exists() else []

    def _session(self) -> Session:
        return Session(
            sleep=self.slept.append,
            clock=lambda: time.monotonic() + sum(self.slept),
            read_timeout=10.0,
        )


@contextmanager
def lab_of(fake: FakeService, data_dir: Path, patch: pytest.MonkeyPatch) -> Iterator[SourceLab]:
    """A lab whose source asks that fake."""
    patch.setenv("NO_PROXY", "127.0.0.1,localhost")
    patch.delenv("HF_TOKEN", raising=False)
    with fake:
        for variable, value in fake.environment.items():
            patch.setenv(variable, value)
        yield SourceLab(fake, data_dir)


def entity(result: SourceResult, name: str) -> EntityResult:
    """What came of one entity."""
    return next(one for one in result.entities if one.entity == name)


def parsed(name: str, body: bytes | None = None, of: str | None = None) -> Parsed:
    """What a source makes of a body, by default of the recorded one."""
    source, answer = load(name), recorded(name)
    manifest = Manifest(
        source=name,
        run=RUN,
        entity=of or answer.entity,
        url=source.URL,
        fetched_at=FIRST_DAY,
        http_status=200,
        licence=source.LICENCE,
        citation=source.CITATION,
        facts=answer.facts,
    )
    return source.parse(answer.body if body is None else body, manifest)


def rows_of(found: Parsed) -> list[dict[str, Any]]:
    """The rows of the only table."""
    (rows,) = found.tables.values()
    return list(rows)
