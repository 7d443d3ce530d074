"""One file of an archive becomes one day of the history.

    probe       size and SHA-256 as the Hub lists them; a refusal is told as such, never as a day
    download    into a folder of its own inside the data directory; length and SHA-256 as promised
    check       Parquet at both ends, the columns, the ids, the day against the seen days next to it
    keep        the day in the store of days, the manifest, and, last, the observation

The file is deleted as soon as it was read. A process that was killed on the way leaves no
observation, so the day is read again, or only recorded when it was kept already. What is written
follows from the archive and the days before, but for `fetched_at` of the manifest.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from collectors.day_acceptance import (
    DAMAGED,
    DROPPED,
    MARKED,
    PARTIAL,
    REPEATED,
    UNAVAILABLE,
    refusal,
)
from collectors.errors import FetchError, NoRoomError, WrongAnswerError
from collectors.hub import Dataset, OnBytes, RemoteFile
from collectors.source import ArchiveSource, Revision
from data.archives import ArchiveFile
from data.daystore import DayInfo, DayStore
from data.errors import ELSEWHERE, DamagedError, RefusedError
from data.history import OBSERVATIONS, History
from data.repositories import repository_table
from data.snapshots import Manifest, SnapshotStore, run_started_at

WORKING_ROOM = 2 * 10**9  # bytes beside the file: what the engine spills, and the day itself


@dataclass(frozen=True)
class Reading:
    """What came of one revision; `status`, `reason` and `rows` as in `observations`.

    `is_new`: it was read now, not before; `withdrawn`: days that were kept before and that this one
    showed to be wrong, with the reason.
    """

    revision: Revision
    status: str
    reason: str | None = None
    rows: int | None = None
    day: date | None = None
    is_new: bool = True
    withdrawn: Mapping[date, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Outcome:
    """What is known of a revision after it was read, or while it could not be."""

    status: str
    reason: str | None = None
    rows: int | None = None
    http_status: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class ArchiveReader:
    """Reads one archive into one data directory. For the process that holds its lock."""

    data_dir: Path
    source: ArchiveSource
    new_dataset: Callable[[], Dataset]
    now: Callable[[], datetime]

    def __post_init__(self) -> None:
        self.history = History(self.data_dir / "history")
        self.store = DayStore(self.history.root, repository_table(self.source.TABLES[0]))
        self.folder = self.data_dir / "snapshots" / self.source.NAME / ".download"
        self._is_list_well = False
        self._files: dict[RemoteFile, Path] = {}

    def recover(self) -> None:
        """Mend and remove what killed processes left behind."""
        self.close()
        # Other sources may be writing their observations right now.
        of_observations = self.history.root / OBSERVATIONS
        for leftover in [
            *self.folder.parent.rglob(".*.tmp"),
            *of_observations.rglob(f".*.{self.source.NAME}.parquet.*.tmp"),
        ]:
            leftover.unlink(missing_ok=True)
        self.store.recover()

    def close(self) -> None:
        """Delete the files that were downloaded."""
        self._files.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def newest(self, on_bytes: OnBytes) -> Reading:
        """Read the newest revision, unless that was done; raises what `read` does."""
        try:
            revision = next(self.listed(), None)
        except (FetchError, WrongAnswerError) as error:
            return self.unavailable(error)
        if revision is None:
            return self.unavailable(
                WrongAnswerError(f"{self.source.DATASET} has no revision of the file that is read")
            )
        return self.known(revision) or self.read(revision, on_bytes)

    def listed(self) -> Iterator[Revision]:
        """The archive's revisions, newest first. Raises FetchError and WrongAnswerError."""
        for revision in self.source.revisions(self.new_dataset()):
            self._forget_failed_lists()
            yield revision

    def known(self, revision: Revision) -> Reading | None:
        """What came of a revision before; None when it was never read, or could not be."""
        path = self._observations(self.source.NAME, revision.run)
        if path.exists():
            (seen,) = self.history.read(path)
            if seen["status"] != "failed":
                status, reason, rows = seen["status"], seen["reason"], seen["rows_read"]
                return Reading(revision, status, reason, rows, is_new=False)
            return None
        info = self._seen(revision.day) if revision.is_dated else None
        if info is None or self._is_of(info, revision):
            return None
        whence = f"{info.day} is here already, from {info.facts['source']}"
        return Reading(revision, "accepted", whence, info.repositories, info.day, is_new=False)

    def read(self, revision: Revision, on_bytes: OnBytes) -> Reading:
        """Read one revision and record what came of it.

        Raises NoRoomError, HistoryError and OSError, which are no fault of the archive.
        """
        kept = self._seen(revision.day) if revision.is_dated else None
        if kept is not None and self._is_of(kept, revision):
            # Killed before it was recorded.
            return self._accept(revision, kept)
        return self.read_again(revision, on_bytes)

    def read_again(
        self, revision: Revision, on_bytes: OnBytes, *, keep_if_refused: bool = False
    ) -> Reading:
        """The same, though the day may be in the store from this revision; it is replaced.

        With `keep_if_refused` a failure is not recorded: what is there stays, and stays believed.
        """
        facts = self._facts(revision)
        try:
            _refuse_marked(revision)
            dataset = self.new_dataset()
            file = dataset.file(revision.revision, revision.path)
            facts |= {"url": file.url, "size": file.size, "sha256": file.sha256}
            self._refuse_known(revision, file)
            with self._downloaded(dataset, file, on_bytes) as files:
                info = self._keep(revision, self.source.opened(revision, files), facts)
        except (FetchError, WrongAnswerError) as error:
            reason = f"{UNAVAILABLE}: {error}"
            outcome = _Outcome("failed", reason, None, error.status, facts)
        except RefusedError as error:
            status = 200 if "url" in facts else None
            outcome = _Outcome("rejected", str(error), error.rows, status, facts)
        except DamagedError as error:
            outcome = _Outcome("rejected", f"{DAMAGED}: {error}", None, 200, facts)
        else:
            return self._accept(revision, info)
        if not keep_if_refused:
            self._record(revision, outcome)
        return Reading(revision, outcome.status, outcome.reason, outcome.rows)

    def require_room(self, size: int) -> None:
        """Raises NoRoomError when a file of so many bytes cannot be downloaded and read."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.data_dir).free
        if free < size + WORKING_ROOM:
            raise NoRoomError(
                f"{self.data_dir}: expected {in_gb(size + WORKING_ROOM)} free for a file of "
                f"{in_gb(size)} and the work on it, found {in_gb(free)}; free some, or {ELSEWHERE}"
            )

    def unavailable(self, error: FetchError | WrongAnswerError) -> Reading:
        """Record that the list of revisions could not be read."""
        # Named by the dataset: which of its files would have been read is not known.
        revision = Revision(self.now(), "", self.source.DATASET, "")
        reason = f"{UNAVAILABLE}: {error}"
        outcome = _Outcome("failed", reason, None, error.status, {"url": self.source.URL})
        self._record(revision, outcome)
        return Reading(revision, "failed", reason)

    def run_of(self, day: date) -> str | None:
        """The run of this archive that a stored day came from; None when there is none."""
        seen = self._seen(day)
        is_own = seen is not None and seen.facts["source"] == self.source.NAME
        return str(seen.facts["run"]) if seen is not None and is_own else None

    def drop(self, day: date) -> Revision:
        """Take a day out of the store; returns where it came from. HistoryError if unseen."""
        info = self.store.info(day)
        self._withdraw(info, f"{DROPPED}: taken out by hand")
        return _revision_of(info.facts)

    def _forget_failed_lists(self) -> None:
        """The archive answers, so what an earlier list said of it is past."""
        if not self._is_list_well:
            for past in self.history.observations(self.source.NAME):
                if past["entity"] == self.source.DATASET:
                    self._observations(self.source.NAME, past["run"]).unlink()
            self._is_list_well = True

    def _seen(self, day: date) -> DayInfo | None:
        return self.store.info(day) if self.store.path(day, "counters").exists() else None

    def _is_of(self, info: DayInfo, revision: Revision) -> bool:
        return (info.facts["source"], info.facts["run"]) == (self.source.NAME, revision.run)

    def _refuse_known(self, revision: Revision, file: RemoteFile) -> None:
        """A file that the seen day before was read from need not be downloaded again."""
        if self.source.IS_SHARED:
            return
        for seen in self.store.neighbours(revision.day):
            is_before = seen.day < revision.day
            if is_before and file.sha256 is not None and seen.facts["sha256"] == file.sha256:
                raise RefusedError(
                    f"{REPEATED}: the file is that of {seen.day}, byte for byte", seen.repositories
                )

    @contextmanager
    def _downloaded(
        self, dataset: Dataset, file: RemoteFile, on_bytes: OnBytes
    ) -> Iterator[dict[str, Path]]:
        """The file and those that go with it; gone afterwards, unless more days are in them."""
        if file not in self._files:
            self.close()
            try:
                also = [dataset.file(file.revision, path) for path in self.source.ALSO]
                self.require_room(sum(one.size for one in (*also, file)))
                self.folder.mkdir(parents=True)
                for one in (*also, file):
                    self._files[one] = dataset.download(one, self.folder, on_bytes)
            except BaseException:
                self.close()
                raise
        try:
            yield {one.path: path for one, path in self._files.items()}
        finally:
            if not self.source.IS_SHARED:
                self.close()

    def _keep(self, revision: Revision, file: ArchiveFile, facts: dict[str, Any]) -> DayInfo:
        """Put a day into the store. Raises RefusedError, DamagedError and HistoryError."""
        observed_at = self.source.observed_at(revision, file)
        facts["observed_at"] = observed_at.isoformat()
        day = observed_at.date()
        seen = self._seen(day)
        if seen is not None and not self._is_of(seen, revision):
            raise RefusedError(
                f"{REPEATED}: {day} is here already, from {seen.facts['source']}, "
                f"{seen.facts['title']!r}",
                seen.repositories,
            )

        def judge(draft: DayInfo, neighbours: Sequence[DayInfo]) -> str | None:
            if draft.repositories < self.source.MIN_ROWS:
                return f"{PARTIAL}: {draft.repositories:,} repositories"
            reason = refusal(draft, neighbours)
            if reason is None:
                # What is about to be replaced is no longer what was observed.
                self._observations(self.source.NAME, revision.run).unlink(missing_ok=True)
            return reason

        return self.store.add(day, file, facts, judge)

    def _accept(self, revision: Revision, info: DayInfo) -> Reading:
        withdrawn = {}
        for neighbour in self.store.neighbours(info.day):
            # A first day has none to be judged by until another one is there.
            if reason := refusal(neighbour, self.store.neighbours(neighbour.day)):
                self._withdraw(neighbour, reason)
                withdrawn[neighbour.day] = reason
        self._record(revision, _Outcome("accepted", None, info.repositories, 200, info.facts))
        return Reading(revision, "accepted", None, info.repositories, info.day, withdrawn=withdrawn)

    def _withdraw(self, info: DayInfo, reason: str) -> None:
        facts = info.facts
        outcome = _Outcome("rejected", reason, info.repositories, 200, facts)
        self._observe(facts["source"], _revision_of(facts), outcome)
        self.store.remove(info.day)

    def _facts(self, revision: Revision) -> dict[str, Any]:
        return {
            "source": self.source.NAME,
            "run": revision.run,
            "revision": revision.revision,
            "path": revision.path,
            "title": revision.title,
            "observed_at": revision.at.isoformat(),
            "is_complete": self.source.IS_COMPLETE,
        }

    def _record(self, revision: Revision, outcome: _Outcome) -> None:
        facts = dict(outcome.facts)
        as_of = facts.get("observed_at", revision.at.isoformat())[:10]
        manifest = Manifest(
            source=self.source.NAME,
            run=revision.run,
            entity=revision.path,
            url=facts.get("url", self.source.URL),
            fetched_at=self.now(),
            http_status=outcome.http_status,
            licence=self.source.LICENCE,
            citation=self.source.CITATION.replace("{as_of}", as_of),
            sha256=facts.get("sha256"),
            bytes=facts.get("size"),
            rows=outcome.rows,
            error=outcome.reason,
            facts=facts,
        )
        SnapshotStore(self.data_dir).record(manifest)
        self._observe(self.source.NAME, revision, outcome)

    def _observe(self, source: str, revision: Revision, outcome: _Outcome) -> None:
        facts = outcome.facts
        observation = {
            "source": source,
            "entity": revision.path,
            "run": revision.run,
            "observed_at": datetime.fromisoformat(
                facts.get("observed_at", revision.at.isoformat())
            ).astimezone(UTC),
            "status": outcome.status,
            "rows_read": outcome.rows,
            "rows_set_aside": None,
            "rows_missing_key": None,
            "reason": outcome.reason,
            "url": facts.get("url"),
            "http_status": outcome.http_status,
            "sha256": facts.get("sha256"),
        }
        self.history.write(OBSERVATIONS, revision.run, source, [observation])

    def _observations(self, source: str, run: str) -> Path:
        return self.history.path(OBSERVATIONS, run, source)


def _refuse_marked(revision: Revision) -> None:
    if revision.refused:
        raise RefusedError(f"{MARKED}: {revision.refused}", None)


def in_gb(size: float) -> str:
    """Bytes for people."""
    if size >= 1e8:
        return f"{size / 1e9:,.1f} GB"
    return f"{max(size, 1e5) / 1e6:,.1f} MB"


def _revision_of(facts: Mapping[str, Any]) -> Revision:
    """The revision that a stored day came from."""
    return Revision(run_started_at(facts["run"]), facts["revision"], facts["path"], facts["title"])
