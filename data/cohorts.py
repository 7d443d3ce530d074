"""Sums over repositories of the Hub: the tables hub__* of a build.

A cohort is the set of repositories with the same labels. Sums of cohorts are all that cuts and
shares need, so three million repositories become some ten thousand rows a month, and a family that
is labelled anew costs one pass over the months.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from data.cleaning import ATOM_AGE, Cleaning
from data.hub import Flows, Hub
from data.labels import DIMENSIONS, Codes, Labels
from data.periods import Reason

OVER = 5  # ATOM's filter: more downloads than this
TOP = (10, 100, 1000)
PUBLISHERS_A_MONTH = 200
PUBLISHERS = 2_000
REASONS = {
    "models_interpolated": Reason.INTERPOLATED,
    "models_stalled": Reason.STALLED,
    "models_held": Reason.HELD,
}

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Cohorts:
    """The cohort of each key, and one row of codes a cohort."""

    of: Ints
    codes: Mapping[str, Codes]
    count: int


def gather(labels: Labels) -> Cohorts:
    """Group the repositories by their labels."""
    # In two steps, since all dimensions together do not fit into one number.
    half = len(DIMENSIONS) // 2
    first, second = _combined(labels, DIMENSIONS[:half]), _combined(labels, DIMENSIONS[half:])
    both = first.astype(np.int64) * (int(second.max(initial=0)) + 1) + second
    # Numbered as they first occur: three times as fast as in order.
    of, found = pd.factorize(both)
    where = _firsts(of, len(found))
    codes = {name: labels.codes[name][where] for name in DIMENSIONS}
    return Cohorts(of.astype(np.int32), codes, len(found))


def cohort_table(cohorts: Cohorts, labels: Labels) -> pa.Table:
    """hub__cohorts."""
    columns = {
        name: labels.texts_of(name, codes)
        for name, codes in cohorts.codes.items()
        if name != "is_test"
    }
    return pa.table(
        {
            "cohort": np.arange(cohorts.count, dtype=np.int32),
            **columns,
            "is_test": cohorts.codes["is_test"] == 1,
        }
    )


def month_table(hub: Hub, cohorts: Cohorts) -> pa.Table:
    """hub__cohort_months."""
    parts = []
    flows = {one.first: one for one in hub.flows("month")}
    for ends in hub.ends():
        add = _adder(cohorts, ends.keys)
        listed, valued = ends.is_listed, ends.has_value
        columns = {
            **_flow_sums(flows[ends.first], cohorts),
            "models": add(valued),
            "models_without_value": add(listed & ~valued),
            "models_listed": add(listed),
        }
        for name in ("downloads_30d", "downloads_all_time"):
            counter = getattr(ends, name)
            known = counter >= 0
            columns[name] = or_null(add(np.where(known, counter, 0)), add(known))
        for name in ("downloads", "raw_downloads"):
            columns[name] = or_null(columns[name], columns["models"])
        parts.append(_rows("month", ends.first, columns, add(listed | valued) > 0))
    return _joined(parts, "month")


def week_table(hub: Hub, cohorts: Cohorts) -> pa.Table:
    """hub__cohort_weeks."""
    parts = []
    for flows in hub.flows("week"):
        columns = _flow_sums(flows, cohorts)
        columns["models"] = _adder(cohorts, flows.keys)(np.ones(len(flows.keys)))
        parts.append(_rows("week", flows.first, columns, columns["models"] > 0))
    return _joined(parts, "week")


def newest_table(cleaning: Cleaning, cohorts: Cohorts) -> pa.Table:
    """hub__cohort_newest."""
    keys = np.flatnonzero(cleaning.present).astype(np.int32)
    add = _adder(cohorts, keys)
    window, total = cleaning.raw_30d[keys], cleaning.raw_all[keys]
    columns = {
        "models": add(np.ones(len(keys))),
        "models_without_value": add(window < 0),
        "downloads_30d": or_null(add(np.maximum(window, 0)), add(window >= 0)),
        "downloads_all_time": or_null(add(np.maximum(total, 0)), add(total >= 0)),
        "models_over_5": add(np.where(total >= 0, total, window) > OVER),
    }
    newest = date.fromordinal(cleaning.days.seen[-1])
    return _rows("date", newest, columns, columns["models"] > 0)


def birth_table(cleaning: Cleaning, cohorts: Cohorts) -> pa.Table:
    """hub__cohort_births."""
    keys = np.flatnonzero((cleaning.created > 0) & (cleaning.first_seen > 0)).astype(np.int32)
    created = cleaning.created[keys]
    # pandas numbers three million values in a third of the time that np.unique takes.
    place, days = pd.factorize(created)
    months = np.array([date.fromordinal(int(d)).replace(day=1).toordinal() for d in days])
    starts, month_of_day = np.unique(months, return_inverse=True)
    group = month_of_day[place] * cohorts.count + cohorts.of[keys]
    code, found = pd.factorize(group, sort=True)
    at_30 = cleaning.at_30[keys]
    # The same cut-off for all: younger repositories cannot have passed the filter yet.
    young = created + ATOM_AGE > cleaning.days.seen[-1]

    def add(values: npt.NDArray[Any]) -> Longs:
        return np.bincount(code, weights=values, minlength=len(found)).astype(np.int64)

    return pa.table(
        {
            "month": dates(starts[found // cohorts.count]),
            "cohort": (found % cohorts.count).astype(np.int32),
            "models": add(np.ones(len(keys))),
            "models_judged": add(at_30 >= 0),
            "models_over_5": add(at_30 > OVER),
            "models_young": add(young),
        }
    )


def concentration_table(hub: Hub, labels: Labels) -> pa.Table:
    """hub__concentration: the whole Hub and each root family."""
    families = list(labels.texts["root_family"])
    root = labels.codes["root_family"]
    valued = {
        ends.first: np.bincount(root[ends.keys[ends.has_value]] + 1, minlength=len(families) + 1)
        for ends in hub.ends()
    }
    rows = []
    for flows in hub.flows("month"):
        counts = valued[flows.first]
        moved = flows.downloads > 0
        downloads, roots = flows.downloads[moved], root[flows.keys[moved]]
        rows.append(_concentration(flows.first, "hub", downloads, int(counts.sum())))
        order = np.argsort(roots, kind="stable")
        bounds = np.searchsorted(roots[order], np.arange(len(families) + 1))
        for number, family in enumerate(families):
            part = downloads[order[bounds[number] : bounds[number + 1]]]
            if len(part):
                rows.append(_concentration(flows.first, family, part, int(counts[number + 1])))
    return pa.Table.from_pylist(rows) if rows else pa.table({})


def publisher_month_table(hub: Hub, labels: Labels, owners: Owners) -> pa.Table:
    """hub__publisher_months: the largest publishers of derivatives in each month."""
    root, relation = labels.codes["root_family"], labels.codes["relation"]
    is_derivative = (root >= 0) & (root != labels.codes["family"]) & (relation >= 0)
    parts = []
    for flows in hub.flows("month"):
        chosen = is_derivative[flows.keys] & (flows.downloads > 0)
        keys, downloads = flows.keys[chosen], flows.downloads[chosen]
        owner = owners.of[keys]
        totals = np.bincount(owner, weights=downloads, minlength=len(owners.names))
        largest = np.argsort(-totals, kind="stable")[:PUBLISHERS_A_MONTH]
        kept = np.isin(owner, largest)
        parts.append(
            _publisher_rows(flows, keys[kept], downloads[kept], owner[kept], labels, owners)
        )
    return pa.concat_tables(parts) if parts else pa.table({})


@dataclass(frozen=True)
class Owners:
    """The account of each key, as a place in a list of names."""

    of: Ints
    names: pa.Array


def owners(connection: duckdb.DuckDBPyConnection, count: int) -> Owners:
    """Accounts by the newest names, from the table `repositories`."""
    rows = connection.execute(
        "SELECT key, hash(split_part(model_id, '/', 1)) AS owner FROM repositories"
    ).fetchnumpy()
    # By their hashes, as the cleaning knows them: texts cost three times as much to number. In the
    # order of the keys, not of the rows, so that equal accounts are ranked alike in every build.
    hashes = np.zeros(count, dtype=np.uint64)
    hashes[rows["key"]] = rows["owner"]
    of, found = pd.factorize(hashes)
    firsts = {"key": _firsts(of, len(found)), "place": np.arange(len(found))}
    connection.register("firsts", pa.table(firsts))
    names = connection.sql(
        "SELECT split_part(model_id, '/', 1) AS owner "
        "FROM firsts LEFT JOIN repositories USING (key) ORDER BY place"
    ).to_arrow_table()
    connection.unregister("firsts")
    return Owners(of.astype(np.int32), names["owner"].combine_chunks())


def publisher_table(cleaning: Cleaning, labels: Labels, owned: Owners) -> pa.Table:
    """hub__publishers: the largest accounts of the newest day."""
    keys = np.flatnonzero(cleaning.present).astype(np.int32)
    owner, window = owned.of[keys], np.maximum(cleaning.raw_30d[keys], 0)
    family, root = labels.codes["family"][keys], labels.codes["root_family"][keys]
    has_size = labels.total_params[keys] >= 0

    def add(values: npt.NDArray[Any]) -> Longs:
        return np.bincount(owner, weights=values, minlength=len(owned.names)).astype(np.int64)

    totals = add(window)
    largest = np.argsort(-totals, kind="stable")[:PUBLISHERS]
    largest = largest[totals[largest] > 0]
    sums = {
        "models": add(np.ones(len(keys))),
        "models_with_family": add(family >= 0),
        "models_with_root": add(root >= 0),
        "models_with_size": add(has_size),
        "downloads_30d": totals,
        "downloads_30d_without_root": add(np.where((root < 0) & (family < 0), window, 0)),
        "downloads_30d_without_size": add(np.where(has_size, 0, window)),
    }
    region = np.zeros(len(owned.names), dtype=np.int32)
    region[owner] = labels.codes["region"][keys]
    return pa.table(
        {
            "hf_org": owned.names.take(pa.array(largest)),
            **{name: values[largest] for name, values in sums.items()},
            "region": labels.texts_of("region", region[largest]),
        }
    )


def _combined(labels: Labels, names: tuple[str, ...]) -> Ints:
    """One number for the labels of some dimensions, small and dense."""
    code = np.zeros(len(labels.root_key), dtype=np.int64)
    for name in names:
        code *= len(labels.texts[name]) + 1
        code += labels.codes[name] + 1
    dense: Ints = pd.factorize(code)[0].astype(np.int32)
    return dense


def _firsts(codes: npt.NDArray[Any], count: int) -> Longs:
    """Where each of the numbers 0 ... count - 1 occurs first in `codes`."""
    where = np.empty(count, dtype=np.int64)
    where[codes[::-1]] = np.arange(len(codes))[::-1]
    return where


def _adder(cohorts: Cohorts, keys: Ints) -> Callable[[npt.NDArray[Any]], Longs]:
    """A function that sums values of those keys by cohort, exactly."""
    of = cohorts.of[keys]

    def add(values: npt.NDArray[Any]) -> Longs:
        # Sums below 2^53 are exact in floating point; all downloads of the Hub are below 2^50.
        return np.bincount(of, weights=values, minlength=cohorts.count).astype(np.int64)

    return add


def _flow_sums(flows: Flows, cohorts: Cohorts) -> dict[str, Any]:
    add = _adder(cohorts, flows.keys)
    return {
        "downloads": add(flows.downloads),
        "raw_downloads": add(np.nan_to_num(flows.raw)),
        **{name: add(flows.reason == reason) for name, reason in REASONS.items()},
    }


def or_null(values: npt.NDArray[Any], known: npt.NDArray[Any]) -> pa.Array:
    """Sums that are NULL where nothing was known."""
    return pa.array(values, mask=~known.astype(np.bool_))


def _rows(time: str, first: date, columns: Mapping[str, Any], kept: Flags) -> pa.Table:
    """The rows of one period, without the cohorts that have nothing in it."""
    cohorts = np.flatnonzero(kept).astype(np.int32)
    chosen = {
        name: values.take(pa.array(cohorts)) if isinstance(values, pa.Array) else values[cohorts]
        for name, values in columns.items()
    }
    return pa.table({time: dates([first.toordinal()] * len(cohorts)), "cohort": cohorts, **chosen})


def _joined(parts: list[pa.Table], time: str) -> pa.Table:
    return pa.concat_tables(parts) if parts else pa.table({time: pa.array([], pa.date32())})


def dates(ordinals: Any) -> pa.Array:
    """Days by their ordinals as Arrow dates."""
    days = np.asarray(ordinals, dtype=np.int32) - date(1970, 1, 1).toordinal()
    return pa.array(days.astype(np.int32), pa.int32()).cast(pa.date32())


def _concentration(month: date, subset: str, downloads: Longs, models: int) -> dict[str, Any]:
    ordered = np.sort(downloads)[::-1]
    total = int(ordered.sum())
    tops = {f"top_{count}": int(ordered[:count].sum()) for count in TOP}
    share = ordered / total if total else ordered
    # Repositories without downloads count, too: they stand at the end of the ranking.
    rank = models - np.arange(len(ordered))
    gini = (2 * float((rank * share).sum()) - (models + 1)) / models if total else None
    hhi = float((share**2).sum()) if total else None
    return {
        "month": month, "subset": subset, "models": models, "downloads": total, **tops,
        "hhi": hhi, "gini": gini,
    }  # fmt: skip


def _publisher_rows(
    flows: Flows, keys: Ints, downloads: Longs, owner: Ints, labels: Labels, owned: Owners
) -> pa.Table:
    roots, relations = len(labels.texts["root_family"]), len(labels.texts["relation"])
    root, relation = labels.codes["root_family"][keys], labels.codes["relation"][keys]
    group = (owner.astype(np.int64) * roots + root) * relations + relation
    found, code = np.unique(group, return_inverse=True)
    rest, relation_of = np.divmod(found, relations)
    owner_of, root_of = np.divmod(rest, roots)
    sums = np.bincount(code, weights=downloads, minlength=len(found))
    return pa.table(
        {
            "month": dates([flows.first.toordinal()] * len(found)),
            "hf_org": owned.names.take(pa.array(owner_of)),
            "root_family": labels.texts_of("root_family", root_of.astype(np.int32)),
            "relation": labels.texts_of("relation", relation_of.astype(np.int32)),
            "downloads": sums.astype(np.int64),
            "models": np.bincount(code, minlength=len(found)),
        }
    )
