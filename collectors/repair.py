"""Repair of one day of one source: read it again, or take it out.

Of an archive a day is downloaded again, or dropped from the store of days. Of the other sources
the stored snapshots are the truth: those of the day are parsed again, or put aside, from where they
can be put back. What is built from them is the next `collectors build`.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date
from pathlib import Path
from typing import cast

from collectors.archive_reader import ArchiveReader
from collectors.collect import archive_reader, reading_result, tell
from collectors.errors import ConfigurationError
from collectors.http import Session
from collectors.lock import lock
from collectors.parsing import observed, parse_run
from collectors.records import Clock, Progress, Silent, SourceResult, recorded, utc_now
from collectors.source import AnySource, ArchiveSource, Revision, Source, is_archive
from data.history import OBSERVATIONS, History
from data.snapshots import SnapshotStore, run_name, run_started_at

DROPPED = ".dropped"


@dataclass(kw_only=True)
class Repair:
    """One day of one source, mended or dropped."""

    data_dir: Path
    source: AnySource
    day: date
    now: Clock = utc_now
    new_session: Callable[[], Session] = Session
    progress: Progress = field(default_factory=Silent)

    def read_again(self) -> bool:
        """Read the day again; returns whether it is here now and believed.

        Raises LockedError, ConfigurationError (nothing is known of that day), FetchError,
        SnapshotError and HistoryError.
        """
        self.source.check_settings()
        with lock(self.data_dir):
            if is_archive(self.source):
                return self._download_again(self.source)
            return self._parse_again(cast(Source, self.source))

    def drop(self) -> None:
        """Take the day out. Raises LockedError, ConfigurationError and HistoryError."""
        with lock(self.data_dir):
            if is_archive(self.source):
                self._drop_from_store(self.source)
            else:
                self._put_aside()

    def _reader(self, source: ArchiveSource) -> ArchiveReader:
        reader = archive_reader(source, self.data_dir, self.new_session, self.now)
        reader.recover()
        return reader

    def _download_again(self, source: ArchiveSource) -> bool:
        reader = self._reader(source)
        revision = self._revision(reader)
        known = reader.known(revision)
        is_kept = known is not None and known.status == "accepted"
        result = SourceResult(source.NAME, run_name(self.now()), self.now())
        self.progress.began(source, 1)
        with recorded(result, self.data_dir, self.now, self.progress), closing(reader):
            began = time.monotonic()
            reading = reader.read_again(
                revision,
                lambda done, total: self.progress.received(source.NAME, str(self.day), done, total),
                keep_if_refused=is_kept,
            )
            result.entities = [reading_result(reading, time.monotonic() - began)]
            result.exit = "done" if reading.status == "accepted" else "failed"
            tell(self.progress, source, reading, result.entities[0])
        if reading.status != "accepted":
            left = "; what was stored of it stays as it is" if is_kept else ""
            self.progress.note(f"{source.NAME}: {self.day} was not read: {reading.reason}{left}")
        return reading.status == "accepted"

    def _revision(self, reader: ArchiveReader) -> Revision:
        """The revision that the day came from, else the one that stands for it."""
        run = reader.run_of(self.day)
        for revision in reader.listed():
            if revision.run == run or (run is None and revision.day == self.day):
                return revision
            if revision.day < self.day and revision.is_dated:
                break
        raise ConfigurationError(
            f"--day {self.day}: {reader.source.DATASET} has no revision of that day; "
            "`collectors backfill` lists what it has"
        )

    def _drop_from_store(self, source: ArchiveSource) -> None:
        reader = self._reader(source)
        revision = reader.drop(self.day)
        self.progress.note(
            f"{source.NAME}: {self.day} ({revision.path} at {revision.revision[:12]}) was taken "
            f"out of {reader.store.root}; to undo it: collectors repair --day {self.day} "
            f"--source {source.NAME}"
        )

    def _parse_again(self, source: Source) -> bool:
        history = History(self.data_dir / "history")
        runs = [
            run
            for run in SnapshotStore(self.data_dir).runs(source.NAME)
            if run.started_at.date() == self.day
        ]
        answered = [run for run in runs if any(m.sha256 for m in run.manifests())]
        if not answered:
            raise self._nothing_there(tries=len(runs))
        accepted: set[str] = set()
        # Those without an answer, too: how they are judged may be told otherwise than it was.
        for run in runs:
            observations = parse_run(source, run, history, observed(history, source.NAME))
            good = [o["entity"] for o in observations if o["status"] == "accepted"]
            accepted.update(good)
            self.progress.note(
                f"{source.NAME}: parsed {run.name} again, "
                f"{len(good)} of {len(observations)} accepted"
            )
        self.progress.note(
            f"{source.NAME}: later days were judged by what {self.day} was before; "
            "`collectors rebuild` judges all anew"
        )
        # As for what is due: the day is read when each entity of its last run was, at any time.
        return accepted.issuperset(runs[-1].planned())

    def _put_aside(self) -> None:
        """Snapshots first, observations last: a killed process is finished by the same command."""
        store, history = SnapshotStore(self.data_dir), History(self.data_dir / "history")
        name = self.source.NAME
        aside = store.root / DROPPED / name
        runs = {run.name: run.folder for run in store.runs(name)}
        parsed = {
            path.stem.removesuffix(f".{name}")
            for path in history.partitions(OBSERVATIONS)
            if path.stem.endswith(f".{name}")
        }
        of_day = [r for r in sorted({*runs, *parsed}) if run_started_at(r).date() == self.day]
        if not of_day:
            raise self._nothing_there(tries=0)
        for run in of_day:
            if run in runs:
                aside.mkdir(parents=True, exist_ok=True)
                shutil.move(runs[run], aside / run)
            for table in (*self.source.TABLES, OBSERVATIONS):
                history.path(table, run, name).unlink(missing_ok=True)
        self.progress.note(
            f"{name}: {len(of_day)} run{'s' if len(of_day) > 1 else ''} of {self.day} put aside; "
            f"to undo it: mv {aside}/{self.day:%Y%m%d}* {store.root / name}/ and then "
            f"collectors repair --day {self.day} --source {name}"
        )

    def _nothing_there(self, tries: int) -> ConfigurationError:
        """Why there is nothing to mend on the day; `tries`: its runs, none of them answered."""
        history = History(self.data_dir / "history")
        days = {
            o["observed_at"].astimezone(UTC).date()
            for o in history.observations(self.source.NAME)
            if o["status"] == "accepted"
        }
        near = sorted(days - {self.day}, key=lambda day: (abs(day - self.day), day))[:3]
        hint = "nothing was ever read of it"
        if near:
            hint = f"the nearest days are {', '.join(map(str, near))}"
        found = "was not read then, though it was tried" if tries else "was not read then"
        return ConfigurationError(f"--day {self.day}: {self.source.NAME} {found}; {hint}")
