"""The outputs of benchmarks/outputs.py with pandas over the whole file.

As a careful analyst writes it: columns and nested fields by name, Arrow types throughout, no
Python function over rows, lists taken apart once, integers instead of texts wherever groups are
made. The graph and the concentration are numpy, as outputs.py has them for both peers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks import outputs
from benchmarks.process import Phases


def keep(file: str, out: str) -> None:
    """Only the typed day, as what was kept of the day before."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    _write(_typed(Path(file)), folder / "typed.parquet")


def run(file: str, before: str, rules: str, out: str) -> dict[str, Any]:
    """All outputs of a day."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    phases = Phases()
    with phases.phase("type and write the day"):
        typed = _typed(Path(file))
        _write(typed, folder / "typed.parquet")
    with phases.phase("find and write what changed"):
        known = pd.read_parquet(before, dtype_backend="pyarrow")
        place = _places(typed["hub_id"], known["hub_id"])
        changed = _changed(typed, known, place)
        _write(typed[changed], folder / "changed.parquet")
        gained = _gained(typed, known, place)
        del known
    with phases.phase("label"):
        families, own, root = _families(typed, json.loads(Path(rules).read_text(encoding="utf-8")))
    with phases.phase("sum and rank"):
        numbers = pd.DataFrame(
            {"downloads_30d": typed["downloads_30d"].to_numpy(), "downloads_1d": gained}
        )
        _sums(typed, numbers, families, own, root).to_parquet(folder / "sums.parquet")
        _top(typed).to_parquet(folder / "top.parquet", index=False)
        window = numbers["downloads_30d"].to_numpy()
        found = outputs.concentrations(root, window, [*families, "mixed"])
        pd.DataFrame(found).to_parquet(folder / "concentration.parquet", index=False)
    return {"phases": phases.seconds, "changed": int(changed.sum())}


def _typed(file: Path) -> pd.DataFrame:
    # pandas' own reader knows no paths into lists, and would read all of baseModels.
    table = pq.ParquetFile(file).read(columns=list(outputs.COLUMNS))
    raw = table.to_pandas(types_mapper=pd.ArrowDtype, self_destruct=True)
    del table
    tags = raw["tags"].list.flatten()
    tags = tags[tags.str.startswith("license:") | tags.str.startswith("base_model:")]
    licences = tags[tags.str.startswith("license:")].str.slice(len("license:"))
    if not licences.index.is_unique:
        licences = licences.groupby(level=0).min()
    typed = pd.DataFrame(
        {
            "hub_id": raw["_id"],
            "downloads_30d": raw["downloads"],
            "downloads_all_time": raw["downloadsAllTime"],
            "likes": raw["likes"],
            "model_id": raw["id"],
            "created_at": raw["createdAt"],
            "pipeline_tag": raw["pipeline_tag"],
            "library_name": raw["library_name"],
            "licence": licences.reindex(raw.index),
            "total_params": raw["safetensors"]
            .struct.field("total")
            .fillna(raw["gguf"].struct.field("total")),
            "base_models": _base_models(raw["baseModels"], tags, len(raw)),
        }
    )
    return typed.sort_values("hub_id", ignore_index=True)


def _base_models(declared: pd.Series, tags: pd.Series, count: int) -> pd.Series:
    """Lists of `relation:parent`, sorted: as declared, else as tagged."""
    models = declared.struct.field("models")
    named = models.list.flatten()
    parents = named.struct.field("id")
    relation = declared.struct.field("relation").fillna("unknown").reindex(parents.index)
    told = relation.str.cat(parents, sep=":")
    tagged = tags[tags.str.match(outputs.RELATION_TAG)].str.slice(len("base_model:"))
    has_declared = np.zeros(count, dtype=bool)
    has_declared[told.index] = True
    tagged = tagged[~has_declared[tagged.index]]
    every = pd.concat([told, tagged])
    rows = pd.DataFrame({"row": every.index.to_numpy(), "text": every.array})
    # Most repositories have one parent: only the others need an order.
    several = rows.duplicated("row", keep=False)
    ordered = pd.concat([rows[~several], rows[several].sort_values("text")])
    ordered = ordered.sort_values("row", kind="stable")
    offsets = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(np.bincount(ordered["row"], minlength=count), out=offsets[1:])
    texts = pa.array(ordered["text"].array, pa.string())
    lists = pa.ListArray.from_arrays(pa.array(offsets), texts)
    return pd.Series(lists, dtype=pd.ArrowDtype(lists.type))


def _write(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, compression="zstd", index=False)


def _places(wanted: pd.Series, known: pd.Series) -> Any:
    """The row of each id among the known ones, -1 where it is new."""
    found = pc.index_in(pa.array(wanted.array), value_set=pa.array(known.array))
    return found.fill_null(-1).to_numpy(zero_copy_only=False)


def _changed(typed: pd.DataFrame, known: pd.DataFrame, place: Any) -> Any:
    changed = place < 0
    for name in (*outputs.COUNTERS, *outputs.ATTRIBUTES):
        now, then = pa.array(typed[name].array), pa.array(known[name].array)
        if name == "base_models":
            now, then = pc.binary_join(now, "\n"), pc.binary_join(then, "\n")
        then = then.take(pa.array(place, mask=place < 0))
        differs = pc.fill_null(pc.not_equal(now, then), False)
        differs = pc.or_(differs, pc.xor(now.is_null(), then.is_null()))
        changed |= differs.to_numpy(zero_copy_only=False)
    return changed


def _gained(typed: pd.DataFrame, known: pd.DataFrame, place: Any) -> Any:
    before = known["downloads_all_time"].to_numpy()[place]
    return typed["downloads_all_time"].to_numpy() - np.where(place < 0, 0, before)


def _families(typed: pd.DataFrame, rules: dict[str, Any]) -> tuple[list[str], Any, Any]:
    """The families, and of each repository the code of its family by owner and of its root's."""
    families = [rule["family"] for rule in rules["families"]]
    split = typed["model_id"].str.split("/", n=1, expand=False)
    owner, name = split.list[0], split.list[1]
    family_of: dict[str, list[tuple[int, str]]] = {
        org: [] for rule in rules["families"] for org in rule["hf_orgs"]
    }
    for code, rule in enumerate(rules["families"]):
        for org in rule["hf_orgs"]:
            family_of[org].append((code, rule["name_pattern"]))
    tracked = owner.isin(list(family_of))
    owner, name = owner[tracked], name[tracked]
    own = np.full(len(typed), -1, dtype=np.int64)
    for org, chosen in owner.groupby(owner).groups.items():
        names = name.loc[chosen]
        for code, pattern in family_of[org]:
            own[names.index[names.str.contains(f"(?i){pattern}").to_numpy(bool)]] = code
    child, parent = _relations(typed, rules)
    return families, own, outputs.root_families(child, parent, own, len(families))


def _relations(typed: pd.DataFrame, rules: dict[str, Any]) -> tuple[Any, Any]:
    """Known relations as rows: child, parent."""
    told = typed["base_models"].list.flatten()
    names = told.str.replace(r"^[^:]*:", "", regex=True)
    child = told.index.to_numpy()
    codes, unique = pd.factorize(names)
    model_id = pa.array(typed["model_id"].array)
    row_of = np.full(len(unique) + 1, -1, dtype=np.int64)
    found = pc.index_in(model_id, value_set=pa.array(unique)).fill_null(len(unique)).to_numpy()
    row_of[found] = np.arange(len(found))
    row_of[-1] = -1
    parent = row_of[codes]
    stated = pd.DataFrame(rules["stated_parents"])
    ids = pd.Series(np.arange(len(typed)), index=typed["model_id"].array)
    wanted = pd.unique(pd.concat([stated["model_id"], stated["parent_id"]]))
    ids = ids[ids.index.isin(wanted)]
    more_child = stated["model_id"].map(ids).to_numpy(float, na_value=-1)
    more_parent = stated["parent_id"].map(ids).to_numpy(float, na_value=-1)
    child = np.concatenate([child, more_child.astype(np.int64)])
    parent = np.concatenate([parent, more_parent.astype(np.int64)])
    known = (child >= 0) & (parent >= 0)
    return child[known], parent[known]


def _sums(
    typed: pd.DataFrame, numbers: pd.DataFrame, families: list[str], own: Any, root: Any
) -> pd.DataFrame:
    words = np.array([*families, "mixed", "none"], dtype=object)
    mixed = len(families)
    derived = np.where((root == mixed) | (root == own), -1, root)
    parts = [
        _summed(numbers, pd.Categorical.from_codes(codes % len(words), words), "family", scope)
        for scope, codes in (("own", own), ("lineage", root), ("derivatives", derived))
    ]
    classes = [*outputs.SIZE_CLASSES, "unknown"]
    params = typed["total_params"].fillna(-1).to_numpy(np.int64)
    size = np.searchsorted(outputs.SIZE_BOUNDS, params, side="right")
    size[params < 0] = len(classes) - 1
    parts.append(_summed(numbers, pd.Categorical.from_codes(size, classes), "size_class", "all"))
    for cut, column in (("licence", "licence"), ("task", "pipeline_tag")):
        parts.append(_summed(numbers, _most_frequent(typed[column]), cut, "all"))
    return pd.concat(parts, ignore_index=True)


def _most_frequent(column: pd.Series) -> Any:
    """The most frequent values, then `other` and `unknown`."""
    codes, values = pd.factorize(column)
    counts = pd.DataFrame({"value": values, "count": np.bincount(codes[codes >= 0])})
    counts = counts.sort_values(["count", "value"], ascending=[False, True])
    kept = counts.index.to_numpy()[: outputs.KEPT_VALUES]
    # `other` and `unknown` may be among the values themselves.
    words = list(dict.fromkeys([*counts["value"].iloc[: len(kept)], "other", "unknown"]))
    place = np.full(len(values) + 1, words.index("other"), dtype=np.int64)
    place[kept] = np.arange(len(kept))
    place[-1] = words.index("unknown")
    return pd.Categorical.from_codes(place[codes], words)


def _summed(numbers: pd.DataFrame, values: Any, cut: str, scope: str) -> pd.DataFrame:
    grouped = numbers.groupby(values, observed=True)
    sums = grouped.sum().assign(models=grouped.size())
    sums = sums.reset_index(names="value").astype({"value": str})
    return sums.assign(cut=cut, scope=scope)


def _top(typed: pd.DataFrame) -> pd.DataFrame:
    # Sorted by hub_id, and the first of equal ones is kept.
    top = typed.nlargest(outputs.TOP, "downloads_30d", keep="first")
    top = top[["hub_id", "model_id", "downloads_30d"]]
    top.insert(0, "position", np.arange(1, len(top) + 1))
    return top
