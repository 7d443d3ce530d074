"""What ours, pandas and polars all make of one day, and the check that it is the same.

In: the day's models.parquet, what each way itself kept of the day before (its own typed day), and
`rules.json` (families and stated parents of the seeds). Nothing was renamed or deleted between the
two days. Each way leaves in its folder:

1. `typed.parquet`: hub_id (24 hex), downloads_30d, downloads_all_time, likes, model_id, created_at
   (UTC), pipeline_tag, library_name, licence (the first by name of the tags `license:`),
   total_params (that of safetensors, else of gguf), base_models (list of `relation:parent`, sorted:
   of baseModels, and when it names none of the tags `base_model:`). zstd, sorted by hub_id.
2. `changed.parquet`: the same columns and order, only of repositories that are new or differ from
   the day before in any column.
3. `sums.parquet`: cut, scope, value, models, downloads_30d, downloads_1d (the difference of the
   all-time counter to the day before, from zero for new repositories).
   - cut `family`, scopes `own` (family by owner: the organisation is one of the family's and the
     name after the slash matches its pattern, ignoring case), `lineage` (root family) and
     `derivatives` (the root family where it is neither `mixed` nor the family by owner); `none`
     where there is none, so that each scope sums to the whole.
   - the root family by declared and stated parents is that of data/lineage.py: roots are the
     repositories without a known parent, members of a cycle stand for its roots; the family by
     owner of the roots when they agree, `mixed` when not; roots without a family do not count.
   - cuts `size_class`, `licence`, `task`, scope `all`. Of licences and tasks the 100 with the most
     repositories (then by name); the rest is `other`, none is `unknown`.
4. `top.parquet`: the 1,000 repositories with the most 30-day downloads: position, hub_id, model_id,
   downloads_30d; equal ones by hub_id.
5. `concentration.parquet`: subset (`hub`, each root family, `mixed`), models, downloads (30-day),
   top_10, top_100, top_1000, hhi, gini (over all its repositories); subsets with downloads only.

Ours keeps 1 and 2 in its own form, as what the day changes in the history; after the clock has
stopped they are read back from there and compared like the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

COUNTERS = ("downloads_30d", "downloads_all_time", "likes")
ATTRIBUTES = (
    "model_id", "created_at", "pipeline_tag", "library_name", "licence", "total_params",
    "base_models",
)  # fmt: skip
TYPED = ("hub_id", *COUNTERS, *ATTRIBUTES)
SIZE_CLASSES = ("[0,1)", "[1,5)", "[5,10)", "[10,50)", "[50,100)", "[100,250)", "[250,inf)")
SIZE_BOUNDS = tuple(billions * 10**9 for billions in (1, 5, 10, 50, 100, 250))
KEPT_VALUES = 100
TOP = 1000
TOPS = (10, 100, 1000)
RELATION_TAG = r"^base_model:(?:finetune|quantized|adapter|merge):[^:]+$"
# Nested columns by path, so that a reader takes no more than it needs.
COLUMNS = (
    "_id", "id", "createdAt", "downloads", "downloadsAllTime", "likes", "tags", "pipeline_tag",
    "library_name", "baseModels.models.list.element.id", "baseModels.relation",
    "safetensors.total", "gguf.total",
)  # fmt: skip
FILES = ("sums", "top", "concentration")
_ORDER = {"sums": ("cut", "scope", "value"), "top": ("position",), "concentration": ("subset",)}
_NEARLY = 1e-9


class DisagreementError(AssertionError):
    """Two ways gave different numbers."""


def agree(folders: Mapping[str, Path]) -> dict[str, int]:
    """Compare every output of all ways with the first; rows by output. Raises DisagreementError."""
    (first, right), *others = folders.items()
    rows = {}
    for name in ("typed", "changed", *FILES):
        wanted = _read(right, name)
        for other, folder in others:
            _compare(f"{name}.parquet of {other} and {first}", _read(folder, name), wanted)
        rows[name] = wanted.num_rows
    return rows


def _read(folder: Path, name: str) -> pa.Table:
    table = pq.read_table(folder / f"{name}.parquet")
    if name in _ORDER:
        return table.sort_by([(column, "ascending") for column in _ORDER[name]])
    return table.select(list(TYPED))


def _compare(what: str, found: pa.Table, wanted: pa.Table) -> None:
    if sorted(found.column_names) != sorted(wanted.column_names):
        raise DisagreementError(f"{what}: columns {found.column_names}, {wanted.column_names}")
    if found.num_rows != wanted.num_rows:
        raise DisagreementError(f"{what}: {found.num_rows:,} and {wanted.num_rows:,} rows")
    for name in wanted.column_names:
        left, right = _plain(found[name]), _plain(wanted[name])
        if pa.types.is_floating(right.type):
            near = np.isclose(left.to_numpy(), right.to_numpy(), rtol=_NEARLY, atol=0)
            place = next(iter(np.flatnonzero(~near).tolist()), None)
        else:
            place = _first_difference(left, right)
        if place is not None:
            row = {key: wanted[key][place].as_py() for key in wanted.column_names[:4]}
            raise DisagreementError(
                f"{what}: column {name} is {left[place].as_py()!r} and {right[place].as_py()!r} "
                f"in row {place:,}, {row}"
            )


def _plain(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece, in the type that all ways can be cast to."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        kind = pa.timestamp("us")
    elif pa.types.is_integer(kind):
        kind = pa.int64()
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        kind = pa.large_list(pa.large_string())
    elif not pa.types.is_floating(kind):
        kind = pa.large_string()
    return column.cast(kind).combine_chunks()


def _first_difference(left: pa.Array, right: pa.Array) -> int | None:
    if left.equals(right):
        return None
    for start in range(0, len(left), 10_000):
        pairs = zip(
            left[start : start + 10_000].to_pylist(), right[start : start + 10_000].to_pylist(),
            strict=True,
        )  # fmt: skip
        for place, (one, other) in enumerate(pairs):
            if one != other:
                return start + place
    return None


# What pandas and polars do alike: the graph, in numpy arrays, and sums of a sorted one.


def root_families(child: Any, parent: Any, own: Any, mixed: int) -> Any:
    """The root family of each repository as a code; -1 none, `mixed` several.

    `child` and `parent` are rows of known relations, `own` the code of the family by owner or -1.
    """
    count = len(own)
    in_cycle = cycle_members(child, parent, count)
    is_root = np.bincount(child, minlength=count) == 0
    is_root |= in_cycle
    low = np.where(is_root & (own >= 0), own, mixed)
    high = np.where(is_root & (own >= 0), own, -1)
    fresh = high >= 0
    while fresh.any():
        chosen = fresh[parent]
        below, above = child[chosen], parent[chosen]
        before_low, before_high = low.copy(), high.copy()
        np.minimum.at(low, below, low[above])
        np.maximum.at(high, below, high[above])
        fresh = (low != before_low) | (high != before_high)
    return np.where(high < 0, -1, np.where(low == high, low, mixed))


def cycle_members(child: Any, parent: Any, count: int) -> Any:
    """Who is among its own ancestors."""
    left = _peeled(child, parent, np.arange(len(child)), count)
    left = _peeled(parent, child, left, count)
    above: dict[int, list[int]] = {}
    for one, other in zip(child[left].tolist(), parent[left].tolist(), strict=True):
        above.setdefault(one, []).append(other)
    members = np.zeros(count, dtype=bool)
    for start, parents in above.items():
        seen: set[int] = set()
        waiting = list(parents)
        while waiting and start not in seen:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += above.get(node, [])
        members[start] = start in seen
    return members


def _peeled(child: Any, parent: Any, left: Any, count: int) -> Any:
    """The relations that remain when those to a first ancestor are taken away again and again."""
    waiting = np.bincount(child[left], minlength=count)
    while len(left):
        ready = waiting[parent[left]] == 0
        if not ready.any():
            break
        waiting -= np.bincount(child[left[ready]], minlength=count)
        left = left[~ready]
    return left


def concentration(subset: str, downloads: Any, models: int) -> dict[str, Any]:
    """How concentrated downloads are, those of zero left out of `downloads` or not."""
    ordered = np.sort(downloads)[::-1]
    total = int(ordered.sum())
    share = ordered / total
    rank = models - np.arange(len(ordered))
    return {
        "subset": subset,
        "models": models,
        "downloads": total,
        **{f"top_{count}": int(ordered[:count].sum()) for count in TOPS},
        "hhi": float((share**2).sum()),
        "gini": (2 * float((rank * share).sum()) - (models + 1)) / models,
    }


def concentrations(root: Any, downloads: Any, families: Sequence[str]) -> list[dict[str, Any]]:
    """Of all repositories, and of each root family that has downloads."""
    rows = [concentration("hub", downloads, len(downloads))]
    order = np.argsort(root, kind="stable")
    bounds = np.searchsorted(root[order], np.arange(len(families) + 1))
    for number, family in enumerate(families):
        part = downloads[order[bounds[number] : bounds[number + 1]]]
        if part.sum():
            rows.append(concentration(family, part, len(part)))
    return rows
