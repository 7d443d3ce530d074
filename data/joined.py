"""Two archives as one history: the days of a partial one, then those of a complete one.

    derived/<table of the partial one>/joined.parquet   key, and the key here, of each repository
                                                         of the complete one

A partial archive has only repositories with some use, and knows names instead of ids; a complete
one has all. The complete one serves from its first day on, the *switch*; of the partial one the
days before it. A repository of the switch is the one that had its name on the last day before it;
if none had, the last one that ever had it, unless that was created on another day. What has no
such name keeps a key of its own: gone, renamed, or too little used for the partial archive.

Keys of the partial archive stay what they are and the others follow them, so that what was derived
from the days before the switch stays true when the first complete day arrives.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from data.daystore import MEMORY_LIMIT, ROW_GROUP, DayInfo, DayStore
from data.engine import engine
from data.paths import sql_text

_FACTS = b"adoption"
Ints = npt.NDArray[np.int32]


class JoinedStore:
    """What a DayStore says to those who read it, of both archives as they are when it is made."""

    def __init__(self, home: Path, partial: DayStore, complete: DayStore) -> None:
        """Some days of the partial archive lie before the first one of the complete archive."""
        self.partial, self.complete = partial, complete
        self.table = partial.table
        self.file = home / "derived" / self.table.name / "joined.parquet"
        complete_days = complete.days()
        self.switch = complete_days[0]
        every = partial.days()
        self._before = [day for day in every if day < self.switch]
        self._days = [*self._before, *complete_days]
        self.not_used = every[len(self._before) :]

    def days(self) -> list[date]:
        """The days that were seen, oldest first."""
        return self._days

    def info(self, day: date) -> DayInfo:
        """As DayStore.info()."""
        return self._of(day).info(day)

    def path(self, day: date, part: str) -> Path:
        """The file of one part of a day; its keys are the archive's, see `keyed`."""
        return self._of(day).path(day, part)

    def source(self, day: date) -> str:
        """The source whose days those around a day are."""
        return self._of(day).source(day)

    def widens(self, day: date) -> bool:
        """Whether a day shows more of the Hub than the day before it could."""
        return day == self.switch

    def signature(self, day: date) -> str:
        """As DayStore.signature()."""
        return self._of(day).signature(day)

    def full(self, day: date, part: str) -> str:
        """As DayStore.full(), with the keys of this history."""
        rows = self._of(day).full(day, part)
        return rows if day < self.switch else self._translated(rows)

    def hub_ids(self) -> str:
        """A SELECT of the hub_id of every key that the complete archive has."""
        return self._translated(self.complete.hub_ids())

    def series(self, hub_id: str, until: date | None = None) -> list[dict[str, Any]]:
        """As DayStore.series(); the days before the switch are those of the same name."""
        key = self.complete.key(hub_id)
        if key is None:
            found, earlier = [], self.partial.key(hub_id)
        else:
            found, earlier = self.complete.series_of(key, until), self._earlier(key)
        if earlier is None:
            return found
        last = self._before[-1]
        return [*self.partial.series_of(earlier, min(last, until or last)), *found]

    # Keys.

    def settle(self, signatures: Sequence[str]) -> None:
        """Find out who is who, unless that is known for days of these signatures."""
        until = "".join(signatures[: len(self._before) + 1])
        of = hashlib.blake2b(until.encode(), digest_size=12).hexdigest()
        if not self.file.exists() or self._facts["of"] != of:
            self._write(of)

    def keyed(self, day: date, keys: Ints) -> Ints:
        """Keys of a day's file -> keys of this history."""
        if day < self.switch:
            return keys
        here = self._here
        known = here[np.minimum(keys, len(here) - 1)]
        return np.where(keys < len(here), known, keys + self._facts["after"]).astype(np.int32)

    def attributes(self, days: Sequence[date], keys: Ints) -> Iterator[tuple[list[Path], Ints]]:
        """The attribute files of some days, those of the complete archive first, and each key as
        it is in them, -1 where they do not know it.
        """
        for is_complete in (True, False):
            chosen = [day for day in days if (day >= self.switch) is is_complete]
            if chosen:
                own = self._own(keys) if is_complete else keys
                yield [self.path(day, "attributes") for day in chosen], own

    def _of(self, day: date) -> DayStore:
        return self.partial if day < self.switch else self.complete

    def _write(self, of: str) -> None:
        """Keep who is who: matched ones have the key of before, all others follow."""
        with engine(MEMORY_LIMIT, self.file.parent / "spill") as connection:
            found = connection.execute(
                _MATCHED.format(
                    now=self.complete.full(self.switch, "attributes"),
                    last=self.partial.full(self._before[-1], "attributes"),
                ),
                [[str(self.partial.path(day, "attributes")) for day in self._before]],
            ).fetchnumpy()
        here = np.full(int(found["key"].max(initial=-1)) + 1, -1, dtype=np.int32)
        here[found["key"]] = np.ma.filled(np.ma.asarray(found["here"]), -1)
        others = np.flatnonzero(here < 0)
        first = 1 + max(_last_key(self.partial.path(day, "counters")) for day in self._before)
        here[others] = first + np.arange(len(others))
        facts = {"of": of, "first": first, "after": first + len(others) - len(here)}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.file.with_name(f".{self.file.name}.{os.getpid()}")
        rows = pa.table({"key": np.arange(len(here), dtype=np.int32), "here": here})
        about = {_FACTS: json.dumps(facts).encode()}
        pq.write_table(rows.replace_schema_metadata(about), temporary, row_group_size=ROW_GROUP)
        temporary.replace(self.file)
        for name in ("_facts", "_here", "_there"):
            self.__dict__.pop(name, None)

    @cached_property
    def _facts(self) -> dict[str, Any]:
        """`of`: days that the file is of; `first`: the first key that is of none before the
        switch; `after`: what is added to keys that the complete archive gave after the switch."""
        facts: dict[str, Any] = json.loads(pq.read_schema(self.file).metadata[_FACTS])
        return facts

    @cached_property
    def _here(self) -> Ints:
        """The key here of each key of the complete archive that it gave up to the switch."""
        here: Ints = pq.read_table(self.file)["here"].to_numpy()
        return here

    @cached_property
    def _there(self) -> Ints:
        """The other way round; -1 where the complete archive has no such repository."""
        there = np.full(len(self._here) + self._facts["after"], -1, dtype=np.int32)
        there[self._here] = np.arange(len(self._here))
        return there

    def _own(self, keys: Ints) -> Ints:
        there = self._there
        known = there[np.minimum(keys, len(there) - 1)]
        return np.where(keys < len(there), known, keys - self._facts["after"]).astype(np.int32)

    def _earlier(self, key: int) -> int | None:
        """The key before the switch of one of the complete archive, if the days were derived."""
        if not self.file.exists():
            return None
        found = pq.read_table(self.file, filters=[("key", "=", key)])["here"].to_pylist()
        return found[0] if found and found[0] < self._facts["first"] else None

    def _translated(self, rows: str) -> str:
        """A SELECT over rows of the complete archive, with the keys of this history."""
        return (
            f"SELECT CAST(coalesce(joined.here, own.key + {self._facts['after']}) AS INTEGER) "
            f"AS key, own.* EXCLUDE (key) FROM ({rows}) AS own "
            f"LEFT JOIN read_parquet({sql_text(self.file)}) AS joined ON joined.key = own.key"
        )


Store = DayStore | JoinedStore


# A name is that of one repository on a day; if an archive says otherwise, of the first.
_MATCHED = """
WITH now AS (
    SELECT model_id, min(key) AS key, CAST(arg_min(created_at, key) AS DATE) AS created_on
    FROM ({now}) WHERE model_id IS NOT NULL GROUP BY model_id
),
last AS (
    SELECT key, model_id FROM ({last})
),
gone AS (
    SELECT key, max(filename) AS seen, arg_max(model_id, filename) AS model_id,
        CAST(arg_max(created_at, filename) AS DATE) AS created_on
    FROM read_parquet(?, filename = true)
    WHERE NOT is_gone AND key NOT IN (SELECT key FROM last)
    GROUP BY key
),
earlier AS (
    SELECT model_id, min(key) AS key FROM last GROUP BY model_id
),
before AS (
    SELECT model_id, arg_max(key, (seen, -key)) AS key,
        arg_max(created_on, (seen, -key)) AS created_on
    FROM gone GROUP BY model_id
)
SELECT now.key AS key, coalesce(earlier.key, before.key) AS here
FROM now
LEFT JOIN earlier ON earlier.model_id = now.model_id
LEFT JOIN before ON before.model_id = now.model_id
    AND coalesce(before.created_on = now.created_on, TRUE)
"""


def _last_key(path: Path) -> int:
    """The greatest key in a day's file, by its footer; -1 when it has no row."""
    about = pq.read_metadata(path)
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    return max((group.column(0).statistics.max for group in groups if group.num_rows), default=-1)
