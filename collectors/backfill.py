"""The past of an archive: one revision a day, week or month, oldest first.

What is left to do follows from what is there (the observations and the days of the store), so the
command goes on where it was killed. A week is read on the last of its days that the archive has,
and so is a month; by weeks the ends of months are read too, because a month is the difference of
two of them. When that day is refused, the one before it in the same period takes its place.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any

from collectors.archive_reader import WORKING_ROOM, ArchiveReader, Reading, in_gb
from collectors.collect import archive_reader, reading_result, tell
from collectors.errors import FetchError, WrongAnswerError
from collectors.http import Session
from collectors.lock import lock
from collectors.records import Clock, Progress, Silent, SourceResult, recorded, utc_now
from collectors.source import ArchiveSource, Revision
from data.snapshots import run_name

INSTEAD = 3  # days of a period that may take the place of a refused one
MOST_FAILED = 3  # days in a row that could not be read
PROBES = 5
# What a day adds to the history, by the size of its file: 33 bytes a repository on the first day of
# a month, under 1 on a later one, measured on generated archives; real files have 300 to 520.
FRAME_SHARE = 0.08  # the first day of a month
CHANGES_SHARE = 0.003  # a later day


class Every(StrEnum):
    """How many days of the past are read."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """The revisions of a day, a week or a month, the one to read first."""

    candidates: tuple[Revision, ...]


@dataclass(frozen=True)
class Plan:
    """What a backfill sets out to do. `size` and `largest` are bytes, None when not known."""

    periods: Sequence[Period]
    here: int
    refused: int
    size: int | None
    largest: int | None
    is_estimate: bool
    history_size: int | None

    def sentences(self, free: int) -> list[str]:
        """For people, before it begins."""
        first = [f"{len(self.periods):,} to read, {self.here:,} here already"]
        if self.refused:
            first[0] += f", {self.refused:,} refused before (--retry asks for them again)"
        if not self.periods:
            return first
        days = [period.candidates[0].day for period in self.periods]
        first[0] += f"; from {days[0]} to {days[-1]}"
        if self.size is None or self.largest is None or self.history_size is None:
            return [*first, "download: not known, the archive did not say how large its files are"]
        about = "about " if self.is_estimate else ""
        return [
            *first,
            f"download: {about}{in_gb(self.size)}, one file at a time, deleted when it was read",
            f"disk: {in_gb(self.largest + WORKING_ROOM)} while it works and about "
            f"{in_gb(self.history_size)} for the history; {in_gb(free)} are free",
        ]


@dataclass(kw_only=True)
class Backfill:
    """Reads the past of one archive, from `since` to `until`, both included."""

    data_dir: Path
    source: ArchiveSource
    since: date
    until: date
    every: Every = Every.WEEK
    retry: bool = False  # ask again for what was refused
    now: Clock = utc_now
    new_session: Callable[[], Session] = Session
    progress: Progress = field(default_factory=Silent)

    def run(self) -> SourceResult:
        """Read what is missing; one entity of the result a day that was asked for.

        Raises LockedError while another run is at work, ConfigurationError for a setting that the
        archive cannot use; NoRoomError, HistoryError, OSError or an interrupt end everything, after
        the run's record was written.
        """
        self.source.check_settings()
        with lock(self.data_dir):
            result = SourceResult(self.source.NAME, run_name(self.now()), self.now())
            reader = archive_reader(self.source, self.data_dir, self.new_session, self.now)
            with recorded(result, self.data_dir, self.now, self.progress), closing(reader):
                self._run(reader, result)
        return result

    def _run(self, reader: ArchiveReader, result: SourceResult) -> None:
        reader.recover()
        try:
            plan = self._plan(reader)
        except (FetchError, WrongAnswerError) as error:
            result.exit, result.error = "failed", reader.unavailable(error).reason
            return
        for sentence in plan.sentences(shutil.disk_usage(self.data_dir).free):
            self.progress.note(f"{self.source.NAME}: {sentence}")
        if plan.periods:
            reader.require_room(plan.largest or 0)
            self.progress.began(self.source, len(plan.periods))
            self._read(reader, plan.periods, result)
        statuses = {entity.status for entity in result.entities}
        result.exit = "done" if statuses <= {"accepted"} and result.error is None else "partial"

    def _plan(self, reader: ArchiveReader) -> Plan:
        """Raises FetchError and WrongAnswerError when the revisions cannot be listed."""
        listed = takewhile(lambda revision: revision.day >= self.since, reader.listed())
        wanted = [revision for revision in listed if revision.day <= self.until]
        periods, here, refused = [], 0, 0
        for period in periods_of(wanted, self.every):
            state = self._state(reader, period)
            here += state == "accepted"
            refused += state == "rejected"
            if state is None:
                periods.append(period)
        files = {p.candidates[0].path if self.source.IS_SHARED else p: p for p in periods}
        sizes = self._sizes(reader, [period.candidates[0] for period in files.values()])
        is_known = bool(sizes)
        return Plan(
            periods=periods,
            here=here,
            refused=refused,
            size=sum(sizes) if is_known else None,
            largest=max(sizes) if is_known else None,
            is_estimate=len(files) > PROBES,
            history_size=history_size([*files.values()], sizes) if is_known else None,
        )

    def _state(self, reader: ArchiveReader, period: Period) -> str | None:
        """accepted: a day of the period is here; rejected: all were refused; None: to be read."""
        for revision in period.candidates:
            known = self._known(reader, revision)
            if known is None or known.status == "accepted":
                return known.status if known else None
        return "rejected"

    def _known(self, reader: ArchiveReader, revision: Revision) -> Reading | None:
        known = reader.known(revision)
        return None if known and self.retry and known.status == "rejected" else known

    def _sizes(self, reader: ArchiveReader, revisions: Sequence[Revision]) -> list[int]:
        """Bytes of each file: asked for a few, in a straight line between them for the rest."""
        probes = probes_of(len(revisions))
        known: dict[int, int] = {}
        for place in probes:
            revision = revisions[place]
            try:
                known[place] = reader.new_dataset().file(revision.revision, revision.path).size
            except (FetchError, WrongAnswerError):
                continue  # it will be said when the day is read
        return interpolated(known, len(revisions)) if known else []

    def _read(self, reader: ArchiveReader, periods: Sequence[Period], result: SourceResult) -> None:
        failed_in_a_row = 0
        for number, period in enumerate(periods):
            status = self._read_period(reader, period, result)
            failed_in_a_row = failed_in_a_row + 1 if status == "failed" else 0
            if failed_in_a_row >= MOST_FAILED:
                rest = len(periods) - number - 1
                result.error = (
                    f"{failed_in_a_row} days in a row could not be read, so the other {rest:,} "
                    "were not asked for; run the same command again later"
                )
                return

    def _read_period(self, reader: ArchiveReader, period: Period, result: SourceResult) -> str:
        """Read a day of the period, another one if it is refused; returns the last status."""
        status = "rejected"
        for revision in period.candidates:
            if status != "rejected":
                break
            if known := self._known(reader, revision):
                status = known.status
                continue
            began = time.monotonic()
            reading = reader.read(revision, self._received(revision))
            entity = reading_result(reading, time.monotonic() - began)
            result.entities.append(entity)
            tell(self.progress, self.source, reading, entity)
            status = reading.status
        return status

    def _received(self, revision: Revision) -> Callable[[int, int], None]:
        name, day = self.source.NAME, str(revision.day)
        return lambda done, total: self.progress.received(name, day, done, total)


def periods_of(revisions: Sequence[Revision], every: Every) -> list[Period]:
    """Periods, oldest first, of revisions given newest first."""
    kept = 1 if every is Every.DAY else 1 + INSTEAD
    grouped = groupby(revisions, key=lambda revision: _period(revision.day, every))
    found = [Period(tuple(members)[:kept]) for _, members in grouped]
    return found[::-1]


def _period(day: date, every: Every) -> tuple[Any, ...]:
    if every is Every.DAY:
        return (day,)
    month = (day.year, day.month)
    # A week over the end of a month is two periods, so that the end of the month is read.
    return month if every is Every.MONTH else (*day.isocalendar()[:2], *month)


def probes_of(count: int) -> list[int]:
    """Places of the files whose size is asked for: all of a few, else spread over the whole."""
    if count <= PROBES:
        return list(range(count))
    return [round(step * (count - 1) / (PROBES - 1)) for step in range(PROBES)]


def interpolated(known: dict[int, int], count: int) -> list[int]:
    """A size for each of `count` places, in a straight line between those that are known."""
    places = sorted(known)
    sizes = []
    for place in range(count):
        before = max((p for p in places if p <= place), default=places[0])
        after = min((p for p in places if p >= place), default=places[-1])
        share = (place - before) / (after - before) if after > before else 0.0
        sizes.append(round(known[before] + share * (known[after] - known[before])))
    return sizes


def history_size(periods: Sequence[Period], sizes: Sequence[int]) -> int:
    """Bytes that the history grows by, roughly."""
    months: set[tuple[int, int]] = set()
    total = 0.0
    for period, size in zip(periods, sizes, strict=True):
        day = period.candidates[0].day
        is_frame = (day.year, day.month) not in months
        months.add((day.year, day.month))
        total += size * (FRAME_SHARE if is_frame else CHANGES_SHARE)
    return round(total)
