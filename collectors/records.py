"""What came of runs: results for people, who is told while they go on, and records on disk.

Each run leaves runs/<run>.<source>.json, whatever happens to it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

from collectors.faults import fault_of
from collectors.source import AnySource, Fetched, Measures
from data.errors import AdoptionError
from data.snapshots import write_atomically

Clock = Callable[[], datetime]
SKIPPED = "skipped"
_ENDING = threading.Lock()


@dataclass(frozen=True)
class EntityResult:
    """What came of one entity: a status of `observations`, and figures for people."""

    entity: str
    status: str
    reason: str | None
    rows: int | None
    seconds: float | None
    measures: Measures = field(default_factory=dict)


@dataclass
class SourceResult:
    """What came of one run of a source.

    `exit`: done; partial (some entities lack a usable answer); failed; interrupted; crashed; or
    skipped, when its key is not set: then there was no run. `rows` are those accepted, and
    `newest_date` is that of the newest data among them.
    """

    source: str
    run: str
    started_at: datetime
    ended_at: datetime | None = None
    exit: str = "crashed"
    error: str | None = None
    rows: int | None = None
    newest_date: date | None = None
    entities: list[EntityResult] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        """How many entities brought an answer that is believed."""
        return sum(entity.status == "accepted" for entity in self.entities)

    @property
    def took(self) -> float | None:
        """Seconds from its beginning to its end; None when it did not begin or end."""
        if self.exit == SKIPPED or self.ended_at is None:
            return None
        return max(0.0, (self.ended_at - self.started_at).total_seconds())


class Progress(Protocol):
    """Who wants to know how runs are getting on; called from several threads.

    `source` is the name of the source that is spoken of.
    """

    def began(self, source: AnySource, planned: int) -> None:
        """A run begins that will ask for this many entities."""

    def received(self, source: str, what: str, done: int, total: int) -> None:
        """So many bytes of a large file have come."""

    def read(self, source: str, fetched: Fetched, seconds: float) -> None:
        """One entity was answered, or failed."""

    def ended(self, result: SourceResult) -> None:
        """The run is over, which may not have begun to ask."""

    def note(self, text: str) -> None:
        """A sentence that is worth showing."""


class Silent:
    """A Progress that shows nothing."""

    def began(self, source: AnySource, planned: int) -> None:
        """Nothing."""

    def received(self, source: str, what: str, done: int, total: int) -> None:
        """Nothing."""

    def read(self, source: str, fetched: Fetched, seconds: float) -> None:
        """Nothing."""

    def ended(self, result: SourceResult) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""


def utc_now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


@contextmanager
def recorded(
    result: SourceResult, data_dir: Path, now: Clock, progress: Progress
) -> Iterator[None]:
    """Write runs/<run>.<source>.json at the end of the work, however it ends."""
    try:
        yield
    except KeyboardInterrupt:
        result.exit, result.error = "interrupted", "interrupted"
        raise
    except AdoptionError as error:
        result.exit, result.error = "failed", str(error)
        raise
    except OSError as error:
        result.exit, result.error = "crashed", f"{type(error).__name__}: {error}"
        raise
    except Exception as error:
        result.exit, result.error = "crashed", fault_of(error)
        raise
    finally:
        end_run(result, data_dir, now, progress)


def end_run(result: SourceResult, data_dir: Path, now: Clock, progress: Progress) -> None:
    """End a run once, and write its record."""
    with _ENDING:
        if result.ended_at is not None:
            return
        result.ended_at = now()
    progress.ended(result)
    _record(result, data_dir)


def _record(result: SourceResult, data_dir: Path) -> None:
    record = {
        "source": result.source,
        "run": result.run,
        "started_at": result.started_at.isoformat(),
        "ended_at": result.ended_at.isoformat() if result.ended_at else None,
        "exit": result.exit,
        "error": result.error,
        "rows": result.rows,
        "newest_date": result.newest_date.isoformat() if result.newest_date else None,
        "entities": [
            {
                "entity": entity.entity,
                "status": entity.status,
                "reason": entity.reason,
                "rows": entity.rows,
                "seconds": None if entity.seconds is None else round(entity.seconds, 3),
                **entity.measures,
            }
            for entity in result.entities
        ],
    }
    path = data_dir / "runs" / f"{result.run}.{result.source}.json"
    content = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    try:
        write_atomically(path, content.encode())
    except OSError:
        # What ended the run is said already, and is most likely the same full disk.
        if result.exit not in ("crashed", "interrupted"):
            raise
