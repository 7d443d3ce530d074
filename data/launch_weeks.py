"""Downloads of new models since their creation, week by week: the tables hub__launch_*.

Only repositories that came to the Hub while it was watched begin at zero, so only of them the flows
of the weeks add up to all downloads. Derived anew in each build from the cleaned flows on disk.
A week's end counts as read when a day within NEAR days of it was: each day that was read has such
an end, and what lies between months that were read is no reading.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from data.cohorts import Ints, Longs, dates
from data.hub import Hub
from data.labels import Labels
from data.periods import Reason

LEAST = 1_000  # downloads by the last week; what hardly anybody took is no launch
NEAR = 3  # days
HIDDEN_DAYS = 90  # what was private for longer between creation and release is not known as new


def tables(
    connection: duckdb.DuckDBPyConnection, hub: Hub, labelled: Labels
) -> dict[str, pa.Table]:
    """hub__launch_models and hub__launch_weeks: own repositories of the families, without tests.

    In: the tables `repositories`(key, model_id, ...) and `keys`(key, hub_id). {} without weeks.
    """
    weeks = _known_weeks(hub.folder / "week")
    if not weeks:
        return {}
    keys = _new_keys(hub, labelled, _first_of(weeks[0]).toordinal())
    ends = np.array([(_first_of(path) + timedelta(days=6)).toordinal() for path in weeks])
    distance = distance_between(ends, np.array(hub.cleaning.days.used))
    totals, reasons = _totals(weeks, keys, hub.cleaning.size)
    is_launch = totals[-1] >= LEAST
    keys, totals, reasons = keys[is_launch], totals[:, is_launch], reasons[:, is_launch]
    # Of a day that was read only the beginning of its week can be interpolated.
    is_estimate = (reasons > Reason.INTERPOLATED) | ((reasons > 0) & (distance > 0)[:, None])
    names = _names(connection, keys)
    created, size = hub.cleaning.created[keys], labelled.total_params[keys]
    week, place = np.nonzero((distance <= NEAR)[:, None] & (ends[:, None] >= created[None, :]))
    return {
        "hub__launch_models": pa.table(
            {
                "hub_id": names["hub_id"],
                "model_id": names["model_id"],
                "family": labelled.texts_of("family", labelled.codes["family"][keys]),
                "created_on": dates(created),
                "total_params": pa.array(size, mask=size < 0),
            }
        ),
        "hub__launch_weeks": pa.table(
            {
                "hub_id": names["hub_id"].take(pa.array(place)),
                "week_end": dates(ends[week]),
                "downloads_all_time": totals[week, place],
                "is_estimate": is_estimate[week, place],
            }
        ),
    }


def _known_weeks(folder: Path) -> list[Path]:
    """The files of the weeks, from the first one of which downloads are known: before it there were
    days, but no counters."""
    paths = sorted(folder.glob("*.flows.parquet"))
    known = (n for n, path in enumerate(paths) if _column(path, "downloads").any())
    return paths[next(known, len(paths)) :]


def _first_of(path: Path) -> date:
    return date.fromisoformat(path.name[:10])


def _column(path: Path, name: str) -> Longs:
    values: Longs = pq.read_table(path, columns=[name])[name].to_numpy()
    return values


def distance_between(ends: Longs, used: Longs) -> Longs:
    """Days from each week's end to the nearest day that was read."""
    found: Longs = np.abs(ends[:, None] - used[None, :]).min(axis=1)
    return found


def _new_keys(hub: Hub, labelled: Labels, start: int) -> Ints:
    """Own repositories of a family that were not there before the day `start` (an ordinal)."""
    cleaning = hub.cleaning
    chosen = (labelled.codes["family"] >= 0) & (labelled.codes["is_test"] == 0)
    keys = np.flatnonzero(chosen & (cleaning.created > 0)).astype(np.int32)
    created, seen, came = cleaning.created[keys], cleaning.first_seen[keys], cleaning.came[keys]
    # Private at first: it came later than it was created.
    was_released = (came >= start) & (seen - created <= HIDDEN_DAYS)
    # What a wider archive shows for the first time is new only if it was just created.
    was_created = (created >= start) & (seen >= created) & (seen - created <= 1)
    return keys[was_released | was_created]


def _totals(weeks: list[Path], keys: Ints, count: int) -> tuple[Longs, npt.NDArray[np.uint8]]:
    """By week and place in `keys`: downloads up to its end, and the reason (periods.Reason) why
    one of its boundaries is an estimate.

    One file at a time: together the weeks of three million repositories would not fit.
    """
    place = np.full(count, -1, dtype=np.int32)
    place[keys] = np.arange(len(keys))
    flows = np.zeros((len(weeks), len(keys)), dtype=np.int64)
    reasons = np.zeros(flows.shape, dtype=np.uint8)
    for number, path in enumerate(weeks):
        table = pq.read_table(path, columns=["keys", "downloads", "reason"], memory_map=True)
        found = place[table["keys"].to_numpy()]
        rows = np.flatnonzero(found >= 0)
        flows[number, found[rows]] = table["downloads"].to_numpy()[rows]
        reasons[number, found[rows]] = table["reason"].to_numpy()[rows]
    return flows.cumsum(axis=0), reasons


def _names(connection: duckdb.DuckDBPyConnection, keys: Ints) -> pa.Table:
    """hub_id and model_id of the repositories `keys`, in their order."""
    wanted = pa.table({"key": keys, "place": np.arange(len(keys), dtype=np.int32)})
    connection.register("launched", wanted)
    rows = connection.sql(
        "SELECT lower(hex(keys.hub_id)) AS hub_id, repositories.model_id AS model_id "
        "FROM launched INNER JOIN repositories USING (key) INNER JOIN keys USING (key) "
        "ORDER BY launched.place"
    ).to_arrow_table()
    connection.unregister("launched")
    return rows.combine_chunks()
