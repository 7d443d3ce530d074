"""The outputs of benchmarks/outputs.py with polars, lazily, a day at a time.

As a careful analyst writes it: one lazy query for the typed day, streamed into its file; what is
asked of it afterwards reads only the columns it needs; integers instead of texts wherever groups
are made. The graph and the concentration are numpy, as outputs.py has them for both peers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks import outputs
from benchmarks.process import Phases


def keep(file: str, out: str) -> None:
    """Only the typed day, as what was kept of the day before."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    _sink(_typed(file), folder / "typed.parquet")


def run(file: str, before: str, rules: str, out: str) -> dict[str, Any]:
    """All outputs of a day."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    phases = Phases()
    with phases.phase("type and write the day"):
        _sink(_typed(file), folder / "typed.parquet")
    typed, known = pl.scan_parquet(folder / "typed.parquet"), pl.scan_parquet(before)
    with phases.phase("find and write what changed"):
        _sink(_changed(typed, known), folder / "changed.parquet")
    with phases.phase("label"):
        families, own, root = _families(typed, json.loads(Path(rules).read_text(encoding="utf-8")))
    with phases.phase("sum and rank"):
        numbers = _numbers(typed, known)
        _sums(numbers, families, own, root).write_parquet(folder / "sums.parquet")
        _top(typed).write_parquet(folder / "top.parquet")
        window = numbers["downloads_30d"].to_numpy()
        found = outputs.concentrations(root, window, [*families, "mixed"])
        pl.DataFrame(found).write_parquet(folder / "concentration.parquet")
    return {"phases": phases.seconds}


def _typed(file: str) -> pl.LazyFrame:
    declared = pl.col("baseModels")
    named = declared.struct.field("models").list.eval(pl.element().struct.field("id"))
    relation = declared.struct.field("relation").fill_null("unknown") + ":"
    # Few tags matter: once the others are gone, what is left is cheap to take apart.
    wanted = pl.element().str.starts_with("license:") | pl.element().str.starts_with("base_model:")
    tagged = pl.col("tags").list.eval(
        pl.element()
        .filter(pl.element().str.contains(outputs.RELATION_TAG))
        .str.strip_prefix("base_model:")
        .sort()
    )
    licence = pl.col("tags").list.eval(
        pl.element().filter(pl.element().str.starts_with("license:")).min()
    )
    params = pl.col("safetensors").struct.field("total")
    return (
        pl.scan_parquet(file)
        .select(
            hub_id="_id",
            downloads_30d="downloads",
            downloads_all_time="downloadsAllTime",
            likes="likes",
            model_id="id",
            created_at="createdAt",
            pipeline_tag="pipeline_tag",
            library_name="library_name",
            total_params=params.fill_null(pl.col("gguf").struct.field("total")),
            relation=relation,
            named=named,
            tags=pl.col("tags").list.eval(pl.element().filter(wanted)),
        )
        .with_columns(
            licence=licence.list.first().str.strip_prefix("license:"),
            base_models=_declared_or(tagged),
        )
        .select(outputs.TYPED)
        .sort("hub_id")
    )


def _declared_or(tagged: pl.Expr) -> pl.Expr:
    """Parents with their relation; written between the names, so that no list is taken apart."""
    relation, named = pl.col("relation"), pl.col("named")
    told = relation + named.list.join(pl.concat_str(pl.lit("\n"), relation))
    return (
        pl.when(named.list.len().fill_null(0) == 0)
        .then(tagged)
        .otherwise(told.str.split("\n").list.sort())
    )


def _sink(frame: pl.LazyFrame, path: Path) -> None:
    frame.sink_parquet(path, compression="zstd", compression_level=3)


def _changed(typed: pl.LazyFrame, known: pl.LazyFrame) -> pl.LazyFrame:
    columns = (*outputs.COUNTERS, *outputs.ATTRIBUTES)
    differs = [pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in columns]
    return (
        typed.join(
            known.with_columns(is_known=True), on="hub_id", how="left", suffix="_before",
            maintain_order="left",
        )
        .filter(pl.any_horizontal(pl.col("is_known").is_null(), *differs))
        .select(outputs.TYPED)
    )  # fmt: skip


def _numbers(typed: pl.LazyFrame, known: pl.LazyFrame) -> pl.DataFrame:
    columns = ("hub_id", "downloads_30d", "downloads_all_time", "total_params", "licence",
               "pipeline_tag")  # fmt: skip
    before = known.select("hub_id", before="downloads_all_time")
    return (
        typed.select(columns)
        .join(before, on="hub_id", how="left", maintain_order="left")
        .select(
            "downloads_30d",
            "total_params",
            "licence",
            "pipeline_tag",
            downloads_1d=pl.col("downloads_all_time") - pl.col("before").fill_null(0),
        )
        .collect(engine="streaming")
    )


def _families(typed: pl.LazyFrame, rules: dict[str, Any]) -> tuple[list[str], Any, Any]:
    """The families, and of each repository the code of its family by owner and of its root's."""
    families = [rule["family"] for rule in rules["families"]]
    names = typed.select("model_id", "base_models").with_row_index("row").collect()
    owned = (
        names.lazy()
        .select("row", pl.col("model_id").str.split_exact("/", 1).alias("parts"))
        .select(
            "row",
            owner=pl.col("parts").struct.field("field_0"),
            name=pl.col("parts").struct.field("field_1"),
        )
        .filter(pl.col("owner").is_in([org for r in rules["families"] for org in r["hf_orgs"]]))
        .with_columns(code=_code_of(rules["families"]))
        .filter(pl.col("code") >= 0)
        .select("row", "code")
        .collect()
    )
    own = np.full(len(names), -1, dtype=np.int64)
    own[owned["row"].to_numpy()] = owned["code"].to_numpy()
    child, parent = _relations(names, rules)
    return families, own, outputs.root_families(child, parent, own, len(families))


def _code_of(families: list[dict[str, Any]]) -> pl.Expr:
    return pl.coalesce(
        *(
            pl.when(
                pl.col("owner").is_in(rule["hf_orgs"])
                & pl.col("name").str.contains(f"(?i){rule['name_pattern']}")
            ).then(code)
            for code, rule in enumerate(families)
        ),
        pl.lit(-1),
    )


def _relations(names: pl.DataFrame, rules: dict[str, Any]) -> tuple[Any, Any]:
    """Known relations as rows: child, parent."""
    told = names.lazy().select("row", "base_models").explode("base_models").drop_nulls()
    told = told.select("row", parent_id=pl.col("base_models").str.replace("^[^:]*:", ""))
    rows = names.lazy().select("model_id", "row")
    stated = pl.LazyFrame(rules["stated_parents"]).select("model_id", "parent_id")
    stated = stated.join(rows, on="model_id").select("row", "parent_id")
    found = (
        pl.concat([told, stated])
        .join(rows.rename({"row": "parent"}), left_on="parent_id", right_on="model_id")
        .select("row", "parent")
        .collect()
    )
    return found["row"].to_numpy().astype(np.int64), found["parent"].to_numpy().astype(np.int64)


def _sums(numbers: pl.DataFrame, families: list[str], own: Any, root: Any) -> pl.DataFrame:
    words = [*families, "mixed", "none"]
    mixed = len(families)
    derived = np.where((root == mixed) | (root == own), -1, root)
    scopes = (("own", own), ("lineage", root), ("derivatives", derived))
    parts = [
        _summed(
            numbers.lazy().with_columns(code=pl.Series(codes % len(words))), "code", "family"
        ).with_columns(
            value=pl.col("code").replace_strict(dict(enumerate(words)), return_dtype=pl.String),
            scope=pl.lit(scope),
        )
        for scope, codes in scopes
    ]
    size = pl.coalesce(
        pl.when(pl.col("total_params").is_null()).then(pl.lit("unknown")),
        *(
            pl.when(pl.col("total_params") < bound).then(pl.lit(word))
            for bound, word in zip(outputs.SIZE_BOUNDS, outputs.SIZE_CLASSES, strict=False)
        ),
        pl.lit(outputs.SIZE_CLASSES[-1]),
    )
    cuts = {"size_class": size, "licence": _kept(numbers, "licence"),
            "task": _kept(numbers, "pipeline_tag")}  # fmt: skip
    for cut, value in cuts.items():
        summed = _summed(numbers.lazy().with_columns(value=value), "value", cut)
        parts.append(summed.with_columns(scope=pl.lit("all")))
    columns = ("cut", "scope", "value", "models", "downloads_30d", "downloads_1d")
    return pl.concat([part.select(columns) for part in parts]).collect()


def _kept(numbers: pl.DataFrame, column: str) -> pl.Expr:
    """The most frequent values, `other` and `unknown`."""
    counts = numbers[column].drop_nulls().value_counts().sort(
        ["count", column], descending=[True, False]
    )  # fmt: skip
    kept = counts[column].head(outputs.KEPT_VALUES).to_list()
    value = pl.col(column)
    return pl.when(value.is_null()).then(pl.lit("unknown")).when(value.is_in(kept)).then(
        value
    ).otherwise(pl.lit("other"))  # fmt: skip


def _summed(numbers: pl.LazyFrame, by: str, cut: str) -> pl.LazyFrame:
    return numbers.group_by(by).agg(
        models=pl.len(),
        downloads_30d=pl.col("downloads_30d").sum(),
        downloads_1d=pl.col("downloads_1d").sum(),
    ).with_columns(cut=pl.lit(cut))  # fmt: skip


def _top(typed: pl.LazyFrame) -> pl.DataFrame:
    return (
        typed.select("hub_id", "model_id", "downloads_30d")
        .sort(["downloads_30d", "hub_id"], descending=[True, False])
        .head(outputs.TOP)
        .with_row_index("position", offset=1)
        .collect(engine="streaming")
    )
