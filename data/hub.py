"""From the days of a Hub archive to what is believed of each repository in each month and week.

    derived/<table>/state/<date>/        the cleaning's state after that day, and the attributes of
                                         repositories that are gone by then
    derived/<table>/month/<first>.*      downloads of each repository in a month
    derived/<table>/week/<first>.*       in a week
    derived/<table>.names.parquet        what a name says of each repository
    derived/<table>/unfinished           an update is under way, or was killed

All of it follows from history and seeds, and may be deleted. A new day is one step from the newest
state; a day that was repaired or filled in is a step from the newest state before it. Of the newest
months one state each is kept. Whatever the way, the same days give the same files.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import feather

from data.cleaning import Births, Cleaning, Incident, Reading
from data.engine import engine
from data.joined import Store
from data.periods import KINDS, Edges, Kind, Period, following

RENAME_LEAST = 1_000  # 30-day downloads; smaller renames are followed, but not listed
KEEP_STATES = 3
MEMORY_LIMIT = "800MB"

Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Flows:
    """Downloads of one period: a row each repository whose counter moved or is doubtful.

    `raw` is NaN where the counters as reported give no difference.
    """

    first: date
    keys: npt.NDArray[np.int32]
    downloads: Longs
    raw: npt.NDArray[np.float64]
    reason: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Ends:
    """Where repositories stood on the last day seen of a month: those listed or with downloads.

    Counters are -1 where there is none.
    """

    first: date
    keys: npt.NDArray[np.int32]
    is_listed: npt.NDArray[np.bool_]
    has_value: npt.NDArray[np.bool_]
    downloads_30d: Longs
    downloads_all_time: Longs


class Hub:
    """What is believed of all repositories of one store of days, or of two that were joined."""

    def __init__(self, home: Path, store: Store, test_pattern: str) -> None:
        """`test_pattern`: regular expression (RE2) over names of repositories made for tests."""
        self.store = store
        self.folder = home / "derived" / store.table.name
        self.test_pattern = test_pattern
        self.cleaning = Cleaning(Edges())
        self.names: npt.NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
        self.renames: list[dict[str, Any]] = []
        self._chain: list[str] = []
        self._gone: pa.Table | None = None
        self._returned: list[npt.NDArray[np.int32]] = []

    def update(self) -> int:
        """Take in all days that the newest state does not know; returns how many."""
        days = self.store.days()
        chain = [self.store.signature(day) for day in days]
        self.store.settle(chain)
        outdated = self._restore(chain)
        fresh = days[len(self._chain) :]
        unfinished = self.folder / "unfinished"
        is_astray = bool(outdated) or unfinished.exists()
        if not (fresh or is_astray):
            return 0
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished.touch()
        self._sweep(outdated)
        self._forget_after(days[len(self._chain) - 1] if self._chain else None)
        if is_astray:
            # Later days, that are no more, may have had their say in these.
            for period in self.cleaning.edges.periods():
                self._write(period)
        with engine(MEMORY_LIMIT, self.folder / "spill") as connection:
            for number, day in enumerate(fresh):
                self._take_in(connection, day)
                self._chain.append(chain[len(self._chain)])
                # A state before each new month, so that a repair need not begin at the beginning.
                if number + 1 == len(fresh) or fresh[number + 1].month != day.month:
                    self._save(connection, day)
        unfinished.unlink()
        return len(fresh)

    def slim(self) -> None:
        """Let go what only further days need; it is kept on disk."""
        self.cleaning.slim()
        self.names = np.empty(0, dtype=np.uint64)

    def flows(self, kind: Kind) -> list[Flows]:
        """The periods of a kind, oldest first."""
        found = []
        for path in sorted((self.folder / kind).glob("*.flows.parquet")):
            table = pq.read_table(path, memory_map=True)
            columns = {name: table[name].to_numpy() for name in table.column_names}
            found.append(Flows(date.fromisoformat(path.name[:10]), **columns))
        return found

    def ends(self) -> list[Ends]:
        """The ends of the months, oldest first."""
        found = []
        for path in sorted((self.folder / "month").glob("*.ends.parquet")):
            table = pq.read_table(path, memory_map=True)
            columns = {name: table[name].to_numpy() for name in table.column_names}
            found.append(Ends(date.fromisoformat(path.name[:10]), **columns))
        return found

    def gone(self) -> Path | None:
        """The file with the attributes of repositories that are gone, if there are any."""
        states = self._states()
        path = states[-1] / "gone.parquet" if states else None
        return path if path and path.exists() else None

    def incidents(self) -> list[Incident]:
        """What was found in the counters, and renames of repositories with many downloads."""
        renames = [
            Incident(
                "rename", one["day"], one["day"], "model", one["key"], 1, one["downloads_30d"],
                "followed by the Hub's _id: no downloads move between families",
                f"{one['before']} is called {one['now']}",
            )
            for one in self.renames
            if one["downloads_30d"] >= RENAME_LEAST
        ]  # fmt: skip
        return [*self.cleaning.found(), *renames]

    # One day.

    def _take_in(self, connection: duckdb.DuckDBPyConnection, day: date) -> None:
        info = self.store.info(day)
        counters = pq.read_table(self.store.path(day, "counters"))
        births = self._births(connection, day)
        self.cleaning.see(
            Reading(
                day=day,
                keys=self.store.keyed(day, counters["key"].to_numpy()),
                is_gone=counters["is_gone"].to_numpy(),
                downloads_30d=_filled(counters["downloads_30d"]),
                downloads_all_time=_filled(counters["downloads_all_time"]),
                is_frame=info.base is None,
                likes=info.totals["likes"]["sum"],
                widens=self.store.widens(day),
            ),
            births,
        )
        for period in self.cleaning.edges.periods():
            self._write(period)
        self.cleaning.edges.forget()

    def _births(self, connection: duckdb.DuckDBPyConnection, day: date) -> Births:
        """Repositories that the day shows for the first time; notes who was renamed."""
        rows = connection.execute(
            "SELECT key, hash(model_id) AS name, hash(split_part(model_id, '/', 1)) AS owner, "
            "CAST(created_at AS DATE) - DATE '0001-01-01' + 1 AS created, "
            "regexp_matches(model_id, ?) AS is_test FROM read_parquet(?) WHERE NOT is_gone",
            [self.test_pattern, str(self.store.path(day, "attributes"))],
        ).fetchnumpy()
        keys = self.store.keyed(day, rows["key"].astype(np.int32))
        names = rows["name"].astype(np.uint64)
        size = int(keys.max(initial=-1)) + 1
        if size > len(self.names):
            more = np.zeros(size - len(self.names), dtype=np.uint64)
            self.names = np.concatenate([self.names, more])
        there = keys < self.cleaning.size
        returned = keys[there][~self.cleaning.present[keys[there]]]
        self._returned.append(returned)
        before = self.names[keys]
        self._note_renames(connection, keys[(before != 0) & (before != names)], day)
        self.names[keys] = names
        created = np.ma.filled(np.ma.asarray(rows["created"]), 0).astype(np.int32)
        # A complete archive knows better than a partial one when a repository was created.
        new = (before == 0) | (self.store.widens(day) & (created > 0))
        return Births(keys[new], created[new], rows["owner"][new], rows["is_test"][new])

    def _note_renames(
        self, connection: duckdb.DuckDBPyConnection, keys: npt.NDArray[np.int32], day: date
    ) -> None:
        if not len(keys):
            return
        found = self._attributes(connection, keys, self._before(day, months=2), "model_id")
        now = self._attributes(connection, keys, [day], "model_id")
        new_names = dict(zip(now["key"].to_pylist(), now["model_id"].to_pylist(), strict=True))
        for key, before in zip(
            found["key"].to_pylist(), found["model_id"].to_pylist(), strict=True
        ):
            downloads = int(self.cleaning.raw_30d[key]) if key < self.cleaning.size else 0
            self.renames.append(
                {
                    "day": day.toordinal(), "key": key, "before": before,
                    "now": new_names.get(key), "downloads_30d": max(downloads, 0),
                }
            )  # fmt: skip

    def _before(self, day: date, *, months: int) -> list[date]:
        """The days before a day, in its month and those seen before it."""
        days = [seen for seen in self.store.days() if seen < day]
        wanted = sorted({(seen.year, seen.month) for seen in days})[-months:]
        return [seen for seen in days if (seen.year, seen.month) in wanted]

    def _attributes(
        self,
        connection: duckdb.DuckDBPyConnection,
        keys: npt.NDArray[np.int32],
        days: Sequence[date],
        columns: str,
    ) -> pa.Table:
        """The newest known attributes of some repositories on some days, by key."""
        found: list[pa.Table] = []
        for files, own in self.store.attributes(days, keys):
            known = [table["key"].to_numpy() for table in found]
            wanted = (own >= 0) & ~np.isin(keys, np.concatenate([keys[:0], *known]))
            connection.register("wanted", pa.table({"own": own[wanted], "key": keys[wanted]}))
            try:
                rows = connection.sql(
                    f"SELECT wanted.key AS key, {columns} FROM "
                    f"(SELECT key AS own, {columns}, filename FROM "
                    "read_parquet(?, filename = true) WHERE NOT is_gone) AS told "
                    "INNER JOIN wanted USING (own) QUALIFY row_number() OVER "
                    "(PARTITION BY wanted.key ORDER BY filename DESC) = 1 ORDER BY wanted.key",
                    params=[[str(path) for path in files]],
                )
                found.append(rows.to_arrow_table())
            finally:
                connection.unregister("wanted")
        return found[0] if len(found) == 1 else pa.concat_tables(found).sort_by("key")

    def _keep_gone(self, connection: duckdb.DuckDBPyConnection, day: date) -> None:
        """Keep the attributes of the repositories that are gone on a day, as last seen.

        States are saved at least once a month, so what went since then is in the last two months.
        """
        cleaning = self.cleaning
        gone = np.flatnonzero(~cleaning.present & (cleaning.first_seen > 0)).astype(np.int32)
        kept = self._gone
        known = kept["key"].to_numpy() if kept is not None else gone[:0]
        lasting = np.isin(known, gone) & ~np.isin(
            known, np.concatenate([gone[:0], *self._returned])
        )
        missing = np.setdiff1d(gone, known[lasting]).astype(np.int32)
        self._returned = []
        if kept is not None and not lasting.all():
            kept = kept.filter(pa.array(lasting))
        if len(missing):
            columns = ", ".join(self.store.table.attributes)
            found = self._attributes(connection, missing, self._before(day, months=2), columns)
            kept = pa.concat_tables([kept, found]).sort_by("key") if kept is not None else found
        self._gone = kept

    # Periods.

    def _write(self, period: Period) -> None:
        cleaning = self.cleaning
        downloads, known = period.downloads(cleaning.created, cleaning.came)
        raw, has_raw = period.raw_downloads(cleaning.created)
        reason = period.reason()
        moved = known & ((downloads != 0) | (reason != 0))
        moved |= has_raw & (raw != 0)
        keys = np.flatnonzero(moved).astype(np.int32)
        folder = self.folder / period.kind
        folder.mkdir(parents=True, exist_ok=True)
        rows = pa.table(
            {
                "keys": keys,
                "downloads": downloads[keys],
                "raw": np.where(has_raw[keys], raw[keys], np.nan),
                "reason": np.where(known[keys], reason[keys], 0),
            }
        )
        _write_parquet(rows, folder / f"{period.first}.flows.parquet")
        if period.kind == "month":
            self._write_ends(period, known, folder)

    def _write_ends(self, period: Period, known: npt.NDArray[np.bool_], folder: Path) -> None:
        end = period.end
        keys = np.flatnonzero(end.listed | known).astype(np.int32)
        rows = pa.table(
            {
                "keys": keys,
                "is_listed": end.listed[keys],
                "has_value": known[keys],
                "downloads_30d": end.raw_30d[keys],
                "downloads_all_time": end.raw_all[keys],
            }
        )
        _write_parquet(rows, folder / f"{period.first}.ends.parquet")

    def _forget_after(self, day: date | None) -> None:
        """Remove what was derived from days after a day, or from days that are no more."""
        for kind in KINDS:
            for path in (self.folder / kind).glob("[0-9]*.parquet"):
                first = date.fromisoformat(path.name[:10])
                if day is None or following(kind, first) - timedelta(days=1) > day:
                    path.unlink()

    def _sweep(self, outdated: Sequence[Path]) -> None:
        """Remove what killed updates left behind, and states of days that are no more."""
        for path in self.folder.glob("*/.*"):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        for folder in outdated:
            _remove(folder)

    # The state.

    def _rules(self) -> str:
        """What the state depends on besides the days."""
        digest = hashlib.blake2b(self.test_pattern.encode(), digest_size=12)
        for name in ("cleaning.py", "periods.py", "joined.py", "hub.py"):
            digest.update((Path(__file__).parent / name).read_bytes())
        return digest.hexdigest() + duckdb.__version__

    def _states(self) -> list[Path]:
        """The folders of the states that are kept, oldest first."""
        return sorted((self.folder / "state").glob("????-??-??"))

    def _restore(self, chain: Sequence[str]) -> list[Path]:
        """Take up the newest state whose days are the first of `chain`; returns those that are not
        of these days, or of other rules."""
        outdated = []
        for folder in reversed(self._states()):
            notes = json.loads((folder / "notes.json").read_text(encoding="utf-8"))
            known = notes["chain"]
            if notes["rules"] != self._rules() or known != list(chain[: len(known)]):
                outdated.append(folder)
                continue
            keyed = dict(_columns(folder / "keys.arrow"))
            with np.load(folder / "lists.npz") as lists:
                arrays = {**keyed, **dict(lists.items())}
            self.names = arrays["names"]
            self.renames = notes["renames"]
            self._chain = known
            opened = [
                {
                    name.removeprefix(f"edge{n}."): arrays[name]
                    for name in arrays
                    if name.startswith(f"edge{n}.")
                }
                for n in range(len(notes["edges"]["open"]))
            ]
            edges = Edges.restored(notes["edges"], opened)
            self.cleaning = Cleaning.restored(edges, arrays, notes["cleaning"])
            gone = folder / "gone.parquet"
            self._gone = pq.read_table(gone) if gone.exists() else None
            break
        return outdated

    def _save(self, connection: duckdb.DuckDBPyConnection, day: date) -> None:
        """Keep the state after a day; of older states, the newest of each of the last months."""
        self._keep_gone(connection, day)
        folder = self.folder / "state" / day.isoformat()
        fresh = folder.with_name(f".{folder.name}")
        fresh.mkdir(parents=True)
        size = self.cleaning.size
        arrays = {**self.cleaning.arrays(), "names": self.names}
        for number, edge in enumerate(self.cleaning.edges.open):
            arrays |= {f"edge{number}.{name}": array for name, array in edge.arrays().items()}
        keyed = {name: array for name, array in arrays.items() if len(array) == size}
        lists = {name: array for name, array in arrays.items() if len(array) != size}
        feather.write_feather(pa.table(keyed), str(fresh / "keys.arrow"), compression="lz4")
        np.savez(fresh / "lists.npz", allow_pickle=False, **lists)
        notes = {
            "chain": self._chain,
            "rules": self._rules(),
            "renames": self.renames,
            "cleaning": self.cleaning.notes(),
            "edges": self.cleaning.edges.notes(),
        }
        (fresh / "notes.json").write_text(json.dumps(notes), encoding="utf-8")
        if self._gone is not None and len(self._gone):
            _write_parquet(self._gone, fresh / "gone.parquet")
        fresh.rename(folder)
        newest = {state.name[:7]: state for state in self._states()}
        kept = sorted(newest.values())[-KEEP_STATES:]
        for old in self._states():
            if old not in kept:
                _remove(old)


def _filled(column: pa.ChunkedArray) -> Longs:
    """A counter as numbers, -1 where it is NULL."""
    filled: Longs = column.fill_null(-1).to_numpy()
    return filled


def _columns(path: Path) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The columns of a file as arrays to write to, one after the other: together they are large."""
    with pa.memory_map(str(path)) as file:
        names = pa.ipc.open_file(file).schema.names
    for name in names:
        array: npt.NDArray[Any] = feather.read_table(path, columns=[name])[name].to_numpy()
        yield name, array if array.flags.writeable else array.copy()


def _remove(folder: Path) -> None:
    """Remove a folder so that a killed process leaves all of it or none."""
    going = folder.with_name(f".{folder.name}.removed")
    folder.rename(going)
    shutil.rmtree(going)


def _write_parquet(table: pa.Table, path: Path) -> None:
    temporary = path.with_name(f".{path.name}")
    pq.write_table(table, temporary, compression="lz4", use_dictionary=False)
    temporary.replace(path)
