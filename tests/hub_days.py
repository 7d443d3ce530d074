"""Days of the whole Hub for tests: generated archives and made-up series through the cleaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from benchmarks.archive import CI_MODEL, Archive
from data.cleaning import Births, Cleaning, Reading
from data.periods import Edges, Kind

Counters = tuple[int | None, int | None]  # 30-day, all-time
Day = Mapping[int, Counters]
COLUMNS = ("_id", "id", "createdAt", "downloads", "downloadsAllTime", "likes")


@dataclass(frozen=True)
class Found:
    """One period as it was last told: downloads by key, where they are known, and reasons."""

    kind: Kind
    first: date
    last: date
    downloads: np.ndarray
    known: np.ndarray
    reason: np.ndarray
    raw: np.ndarray
    has_raw: np.ndarray
    is_final: bool


@dataclass
class Cleaned:
    """The cleaning after some days, and all periods that came out."""

    cleaning: Cleaning = field(default_factory=lambda: Cleaning(Edges()))
    periods: dict[tuple[Kind, date], Found] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)

    def see(self, reading: Reading, births: Births) -> None:
        self.cleaning.see(reading, births)
        for one in self.cleaning.edges.periods():
            downloads, known = one.downloads(self.cleaning.created, self.cleaning.first_seen)
            self.periods[one.kind, one.first] = Found(
                one.kind, one.first, one.last, downloads, known, one.reason(),
                *one.raw_downloads(self.cleaning.created), one.is_final,
            )  # fmt: skip
        self.cleaning.edges.forget()

    def of(self, kind: Kind) -> list[Found]:
        return [self.periods[key] for key in sorted(self.periods) if key[0] == kind]

    def incidents(self) -> list[tuple[str, date, date, str]]:
        return [
            (one.kind, date.fromordinal(one.starts_on), date.fromordinal(one.ends_on), one.level)
            for one in self.cleaning.found()
        ]


def clean_archive(
    archive: Archive, days: Iterable[int] | None = None, into: Cleaned | None = None
) -> Cleaned:
    """A generated archive through the cleaning; keys are the rows of the archive."""
    place = {hub_id: row for row, hub_id in enumerate(archive.hub_ids.to_pylist())}
    cleaned = into or Cleaned()
    for day in range(archive.days) if days is None else days:
        if archive.has_day(day):
            cleaned.see(*_reading(archive, day, place, cleaned.seen))
    return cleaned


def _reading(
    archive: Archive, day: int, place: Mapping[str, int], seen: set[int]
) -> tuple[Reading, Births]:
    table = archive.day(day, columns=COLUMNS)
    keys = np.array([place[hub_id] for hub_id in table["_id"].to_pylist()], np.int32)
    order = np.argsort(keys)
    keys = keys[order]

    def counter(name: str) -> np.ndarray:
        if name not in table.column_names:
            return np.full(len(keys), -1, np.int64)
        return table[name].fill_null(-1).to_numpy()[order]

    new = np.array([key not in seen for key in keys.tolist()], bool)
    seen.update(keys.tolist())
    names = table["id"].take(order).to_pylist()
    created = table["createdAt"].take(order).to_pylist()
    born = np.flatnonzero(new).tolist()
    births = Births(
        keys=keys[new],
        created=np.array([created[row].toordinal() for row in born], np.int32),
        owner=np.array([_number(names[row].partition("/")[0]) for row in born], np.uint64),
        is_test=np.array([names[row] == CI_MODEL for row in born], bool),
    )
    reading = Reading(
        day=archive.date_of(day),
        keys=keys,
        is_gone=np.zeros(len(keys), bool),
        downloads_30d=counter("downloads"),
        downloads_all_time=counter("downloadsAllTime"),
        is_frame=True,
        likes=int(counter("likes").sum()),
    )
    return reading, births


def _number(text: str) -> int:
    return int.from_bytes(text.encode()[-8:].rjust(8, b"\0"))


def clean(
    days: Mapping[date, Day],
    created: Mapping[int, date] | None = None,
    *,
    owners: Mapping[int, int] | None = None,
    likes: Mapping[date, int] | None = None,
) -> Cleaned:
    """Made-up days through the cleaning, each as a frame. Repositories without a day of creation
    are old; each has an owner of its own, unless `owners` says otherwise."""
    cleaned = Cleaned()
    for day in sorted(days):
        cleaned.see(*made_reading(days[day], day, cleaned.seen, created or {}, owners, likes))
    return cleaned


OLD = date(2023, 1, 1)


def made_reading(
    rows: Day,
    day: date,
    seen: set[int],
    created: Mapping[int, date],
    owners: Mapping[int, int] | None = None,
    likes: Mapping[date, int] | None = None,
) -> tuple[Reading, Births]:
    keys = sorted(rows)
    new = [key for key in keys if key not in seen]
    seen.update(keys)
    counters = np.array(
        [[-1 if value is None else value for value in rows[key]] for key in keys], np.int64
    ).reshape(len(keys), 2)
    reading = Reading(
        day=day,
        keys=np.array(keys, np.int32),
        is_gone=np.zeros(len(keys), bool),
        downloads_30d=counters[:, 0],
        downloads_all_time=counters[:, 1],
        is_frame=True,
        likes=(likes or {}).get(day, day.toordinal()),
    )
    births = Births(
        keys=np.array(new, np.int32),
        created=np.array([created.get(key, OLD).toordinal() for key in new], np.int32),
        owner=np.array([(owners or {}).get(key, key + 1) for key in new], np.uint64),
        is_test=np.zeros(len(new), bool),
    )
    return reading, births


def truth_of(archive: Archive, found: Found) -> np.ndarray:
    """What really happened in a period, by row."""
    first = (found.first - archive.first_day).days
    last = (found.last - archive.first_day).days
    rows = np.arange(len(found.downloads))
    truth: Any = archive.all_time(last, rows) - archive.all_time(first - 1, rows)
    return truth
