"""What each repository of the Hub is: family, root family, size, licence, precision ...

Family and generation by owner are those of the roll-up model_labels; the root family is that of
data/lineage.py. Everything here is by key, one row a repository that was ever seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from data import lineage
from data.catalog import SQL_DIR

SIZE_CLASSES = (
    "[0,1)", "[1,5)", "[5,10)", "[10,50)", "[50,100)", "[100,250)", "[250,inf)",
)  # fmt: skip
SIZE_BOUNDS = (1, 5, 10, 50, 100, 250)  # billions of parameters
UNKNOWN = "unknown"
FULL = "full"
OTHER = "other"

# What a name says of its precision; the first that is found in it counts.
PRECISIONS = {
    "GGUF": r"i?-?gguf|ggml|(?:iq|q)\d(?:_[a-z0-9]+){1,2}",
    "AWQ": r"awq",
    "GPTQ": r"gptq",
    "FP8": r"(?:mx)?fp8",
    "FP4": r"(?:nv|mx)?fp4",
    "Int4": r"int4|(?:quantized[-_.])?w4a(?:16|8)|nf4|bnb|4-?bits?",
    "Int8": r"int8|(?:quantized[-_.])?w8a(?:16|8)|8-?bits?",
    "EXL": r"exl[23]|\d(?:\.\d+)?bpw",
    "MLX": r"mlx",
    "ONNX": r"onnx|openvino",
    "other": r"[23568]-?bits?|hqq|aqlm|eetq|quanto|autoround|quantized",
}
# What a library says, whatever the name.
LIBRARY_PRECISIONS = {"gguf": "GGUF", "mlx": "MLX", "onnx": "ONNX", "openvino": "ONNX"}
KEPT = {"pipeline_tag": "task", "licence": "licence", "library_name": "library"}
KEPT_VALUES = 100  # of each; anyone can write anything there, so the rest is `other`
_RULES = b"rules"

Codes = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Labels:
    """Codes by key into lists of texts; -1 is NULL. A key without a row has the code of no value.

    Sixteen bits are enough for a code, and there are fourteen of them for each repository.
    """

    codes: Mapping[str, Codes]
    texts: Mapping[str, Sequence[str]]
    root_key: npt.NDArray[np.int32]
    total_params: npt.NDArray[np.int64]

    def texts_of(self, name: str, codes: npt.NDArray[Any]) -> pa.Array:
        """The texts of some codes; NULL where a code is -1."""
        return pa.array(list(self.texts[name]), pa.string()).take(pa.array(codes, mask=codes < 0))


DIMENSIONS = (
    "family", "generation", "root_family", "inferred_family", "root_generation", "relation",
    "region", "root_region", "size_class", "task", "licence", "library", "precision", "is_test",
)  # fmt: skip


def label(
    connection: duckdb.DuckDBPyConnection,
    count: int,
    seeds: Mapping[str, pa.Table],
    kept: Path | None = None,
) -> Labels:
    """Labels of all repositories; `count` is the number of keys. What names say is kept in the file
    `kept`, so that the next time only new names are read.

    In: table or view `repositories`(key, model_id, created_at, pipeline_tag, library_name, licence,
    total_params, base_models) and `former_names`(key, model_id).
    """
    for name, table in seeds.items():
        connection.register(f"seed__{name}", table)
    label_owners(connection)
    gather_parents(connection)
    connection.execute(_OWNER_REGIONS)
    for column in KEPT:
        connection.execute(_KEPT.format(column=column, kept=KEPT_VALUES))
    codes: dict[str, Codes] = {}
    texts: dict[str, list[str]] = {}
    _plain(connection, count, codes, texts)
    _by_name(connection, count, codes, texts, test_pattern(seeds), kept)
    total_params = _sizes(connection, count, codes, texts)
    root_key = _roots(connection, count, codes, texts)
    _root_region(seeds, codes, texts)
    connection.execute("DROP VIEW labelled; DROP TABLE parents; DROP TABLE inferred")
    return Labels(codes, texts, root_key, total_params)


def label_owners(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `labelled`: family and generation by owner, by the roll-up that says so everywhere."""
    rollup = {name: _rollup(name) for name in ("family_organisations", "model_labels")}
    connection.execute(
        f"CREATE TEMP TABLE family_organisations AS {rollup['family_organisations']}"
    )
    connection.execute(
        "CREATE TEMP TABLE model_names AS "
        "SELECT key AS hub_id, model_id, split_part(model_id, '/', 1) AS owner, "
        "split_part(model_id, '/', 2) AS repository FROM repositories "
        "WHERE split_part(model_id, '/', 1) IN (SELECT hf_org FROM family_organisations)"
    )
    connection.execute("CREATE OR REPLACE MACRO regexp_like(t, p) AS regexp_matches(t, p)")
    connection.execute(
        f"CREATE TEMP TABLE owned AS SELECT hub_id AS key, family, generation FROM "
        f"({rollup['model_labels']}) WHERE family IS NOT NULL"
    )
    connection.execute(
        "CREATE TEMP VIEW labelled AS SELECT key, model_id, family "
        "FROM repositories LEFT JOIN owned USING (key)"
    )


def _rollup(name: str) -> str:
    return (SQL_DIR / "rollups" / f"{name}.sql").read_text(encoding="utf-8")


def gather_parents(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables `names` and `parents`, as lineage reads them: declared, stated, inferred."""
    connection.execute(
        "CREATE TEMP VIEW names AS SELECT model_id, key FROM repositories "
        "UNION ALL SELECT model_id, key FROM former_names"
    )
    connection.execute(
        "CREATE TEMP TABLE parents AS "
        "SELECT key, substr(told, strpos(told, ':') + 1) AS parent_id, "
        "split_part(told, ':', 1) AS relation, false AS is_inferred "
        "FROM (SELECT key, unnest(base_models) AS told FROM repositories) "
        "UNION ALL SELECT key, parent_id, relation, false FROM seed__stated_parents "
        "INNER JOIN names USING (model_id)"
    )
    lineage.infer(connection, "labelled", "parents", into="inferred")
    connection.execute("INSERT INTO parents BY NAME SELECT * FROM inferred")


def _plain(
    connection: duckdb.DuckDBPyConnection,
    count: int,
    codes: dict[str, Codes],
    texts: dict[str, list[str]],
) -> None:
    """What columns say, and the family by owner."""
    rows = connection.execute(_PLAIN).fetchnumpy()
    key = rows["key"]
    for column, name in KEPT.items():
        texts[name] = [*_kept(connection, column), OTHER, UNKNOWN]
        codes[name] = _scattered(count, key, rows[column], len(texts[name]) - 1)
    texts["region"] = [row[0] for row in connection.execute(_REGIONS).fetchall()]
    codes["region"] = _scattered(count, key, rows["region"], texts["region"].index(UNKNOWN))
    owned = connection.sql("SELECT key, family, generation FROM owned").to_arrow_table()
    for name in ("family", "generation"):
        encoded = owned[name].combine_chunks().dictionary_encode()
        texts[name] = encoded.dictionary.to_pylist()
        found = encoded.indices.fill_null(-1).to_numpy()
        codes[name] = _scattered(count, owned["key"].to_numpy(), found, -1)


def _by_name(
    connection: duckdb.DuckDBPyConnection,
    count: int,
    codes: dict[str, Codes],
    texts: dict[str, list[str]],
    tests: str,
    kept: Path | None,
) -> None:
    """What names say: precision, where no library says it, and tests; `tests`: test_pattern()."""
    rows = connection.execute(
        f"SELECT key, hash(model_id) AS name, {_library_precision()} AS library FROM repositories"
    ).fetchnumpy()
    names = np.zeros(count, dtype=np.uint64)
    names[rows["key"]] = rows["name"]
    precisions = f"[-_.]({'|'.join(PRECISIONS.values())})(?:[-_.]|$)"
    statement, values = _SPELLED.format(place=_word_place()), [tests, precisions]
    rules = hashlib.sha256(f"{statement}{values}{duckdb.__version__}".encode()).digest()
    known = _kept_names(kept, rules, count)
    unread = np.flatnonzero(names != known["name"]).astype(np.int32)
    if len(unread):
        connection.register("unread", pa.table({"key": unread}))
        found = connection.execute(statement, values).fetchnumpy()
        connection.unregister("unread")
        known["name"] = names
        for name in ("precision", "is_test"):
            known[name][found["key"]] = found[name]
        if kept:
            _keep_names(kept, rules, known)
    texts["precision"] = [*PRECISIONS, FULL]
    codes["precision"] = _scattered(count, rows["key"], rows["library"], -1)
    codes["precision"] = np.where(codes["precision"] < 0, known["precision"], codes["precision"])
    texts["is_test"] = ["false", "true"]
    codes["is_test"] = known["is_test"]


def _kept_names(kept: Path | None, rules: bytes, count: int) -> dict[str, npt.NDArray[Any]]:
    """By key the hash of the name that was read, and what it says; nothing of other rules."""
    known: dict[str, npt.NDArray[Any]] = {
        "name": np.zeros(count, dtype=np.uint64),
        "precision": np.full(count, len(PRECISIONS), dtype=np.int16),
        "is_test": np.zeros(count, dtype=np.int16),
    }
    if kept and kept.exists() and (pq.read_schema(kept).metadata or {}).get(_RULES) == rules:
        table = pq.read_table(kept).slice(0, count)
        for name, values in known.items():
            values[: table.num_rows] = table[name].to_numpy()
    return known


def _keep_names(kept: Path, rules: bytes, known: Mapping[str, npt.NDArray[Any]]) -> None:
    table = pa.table(dict(known)).replace_schema_metadata({_RULES: rules})
    temporary = kept.with_name(f".{kept.name}")
    pq.write_table(table, temporary, compression="lz4", use_dictionary=["precision", "is_test"])
    temporary.replace(kept)


_SPELLED = """
SELECT key, is_test, {place} AS precision
FROM (
    SELECT key,
        regexp_matches(model_id, ?) AS is_test,
        regexp_extract(lower(split_part(model_id, '/', 2)), ?, 1) AS word
    FROM repositories SEMI JOIN unread USING (key)
)
"""


def test_pattern(seeds: Mapping[str, pa.Table]) -> str:
    """The regular expression over names of repositories that exist for software tests."""
    patterns = seeds["test_repositories"]["name_pattern"].to_pylist()
    return f"(?i)(?:{'|'.join(patterns)})"


def _kept(connection: duckdb.DuckDBPyConnection, column: str) -> list[str]:
    """The most frequent values of a column, in the order of their places."""
    rows = connection.execute(f"SELECT value FROM kept_{column} ORDER BY place").fetchall()
    return [row[0] for row in rows]


_REGIONS = "SELECT region FROM regions ORDER BY place"

# A region by the organisation; where none is given, that of the family's developer.
_OWNER_REGIONS = """
CREATE TEMP TABLE regions AS
SELECT region, row_number() OVER (ORDER BY region) - 1 AS place
FROM (SELECT unnest(['us', 'china', 'eu', 'other', 'unknown']) AS region);
CREATE TEMP TABLE owner_regions AS
SELECT hf_org, CAST(place AS INTEGER) AS place
FROM (
    SELECT hf_org, region, 1 AS choice FROM seed__organization_regions
    UNION ALL
    SELECT unnest(hf_orgs) AS hf_org, region, 2 AS choice FROM seed__model_families
)
INNER JOIN regions USING (region)
QUALIFY row_number() OVER (PARTITION BY hf_org ORDER BY choice, region) = 1
"""

_KEPT = """
CREATE TEMP TABLE kept_{column} AS
SELECT value, CAST(row_number() OVER (ORDER BY value) - 1 AS INTEGER) AS place
FROM (
    SELECT {column} AS value FROM repositories
    WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {kept}
)
"""

_PLAIN = """
SELECT
    found.key AS key,
    CASE WHEN pipeline_tag IS NULL THEN tasks + 1 ELSE coalesce(task.place, tasks) END
        AS pipeline_tag,
    CASE WHEN found.licence IS NULL THEN licences + 1 ELSE coalesce(licence.place, licences) END
        AS licence,
    CASE WHEN library_name IS NULL THEN libraries + 1 ELSE coalesce(library.place, libraries) END
        AS library_name,
    coalesce(owner.place, (SELECT place FROM regions WHERE region = 'unknown')) AS region
FROM repositories AS found
CROSS JOIN (SELECT CAST(count(*) AS INTEGER) AS tasks FROM kept_pipeline_tag)
CROSS JOIN (SELECT CAST(count(*) AS INTEGER) AS licences FROM kept_licence)
CROSS JOIN (SELECT CAST(count(*) AS INTEGER) AS libraries FROM kept_library_name)
LEFT JOIN kept_pipeline_tag AS task ON task.value = pipeline_tag
LEFT JOIN kept_licence AS licence ON licence.value = found.licence
LEFT JOIN kept_library_name AS library ON library.value = library_name
LEFT JOIN owner_regions AS owner ON owner.hf_org = split_part(found.model_id, '/', 1)
"""


def _word_place() -> str:
    """SQL: the place in PRECISIONS of what a name says, or behind it."""
    cases = " ".join(
        f"WHEN regexp_full_match(word, '{pattern}') THEN {number}"
        for number, pattern in enumerate(PRECISIONS.values())
    )
    return f"CASE WHEN word = '' THEN {len(PRECISIONS)} {cases} ELSE {len(PRECISIONS)} END"


def _library_precision() -> str:
    """SQL: the place in PRECISIONS of what a library says, -1 when it says nothing."""
    names = list(PRECISIONS)
    libraries = " ".join(
        f"WHEN '{library}' THEN {names.index(precision)}"
        for library, precision in LIBRARY_PRECISIONS.items()
    )
    return f"CASE library_name {libraries} ELSE -1 END"


def _sizes(
    connection: duckdb.DuckDBPyConnection,
    count: int,
    codes: dict[str, Codes],
    texts: dict[str, list[str]],
) -> npt.NDArray[np.int64]:
    """Size classes by total parameters; a missing count is in a class of its own."""
    rows = connection.execute(
        "SELECT key, total_params FROM repositories WHERE total_params IS NOT NULL"
    ).fetchnumpy()
    params = np.full(count, -1, dtype=np.int64)
    params[rows["key"]] = rows["total_params"]
    texts["size_class"] = [*SIZE_CLASSES, UNKNOWN]
    bounds = np.array(SIZE_BOUNDS, dtype=np.int64) * 1_000_000_000
    placed = np.searchsorted(bounds, params, side="right")
    codes["size_class"] = np.where(params < 0, len(SIZE_CLASSES), placed).astype(np.int16)
    return params


def _roots(
    connection: duckdb.DuckDBPyConnection,
    count: int,
    codes: dict[str, Codes],
    texts: dict[str, list[str]],
) -> npt.NDArray[np.int32]:
    """Root families by declared parents, and with inferred ones; the generation of the root."""
    families = [*texts["family"], lineage.MIXED]
    found = lineage.both(connection, "labelled", "names", "parents")
    root_key = np.full((2, count), -1, dtype=np.int32)
    key = found[0]["key"].to_numpy()
    for number, name in enumerate(("root_family", "inferred_family")):
        texts[name] = families
        rows = found[number]
        codes[name] = _scattered(count, key, _places(rows["root_family"], families), -1)
        root_key[number, key] = rows["root_key"].fill_null(-1).to_numpy()
    texts["relation"] = list(lineage.RELATIONS)
    codes["relation"] = _scattered(count, key, _places(found[1]["relation"], lineage.RELATIONS), -1)
    root = np.where(root_key[0] >= 0, root_key[0], root_key[1])
    # A root without a family by owner may stand above: then the inferred one says more.
    root = np.where((codes["root_family"] < 0) & (root_key[1] >= 0), root_key[1], root)
    texts["root_generation"] = texts["generation"]
    codes["root_generation"] = np.where(root >= 0, codes["generation"][root], -1).astype(np.int16)
    declared: npt.NDArray[np.int32] = root_key[0]
    return declared


def _root_region(
    seeds: Mapping[str, pa.Table],
    codes: dict[str, Codes],
    texts: dict[str, list[str]],
) -> None:
    """The region of the root family's developer; without a root family, that of the owner."""
    families = seeds["model_families"]
    region_of = dict(
        zip(families["family"].to_pylist(), families["region"].to_pylist(), strict=True)
    )
    regions = texts["region"]
    # For the last entry, mixed, and for no family at all: as the owner.
    places = [regions.index(region_of[f]) if f in region_of else -1 for f in texts["root_family"]]
    found = np.array([*places, -1], dtype=np.int16)[codes["root_family"]]
    texts["root_region"] = regions
    codes["root_region"] = np.where(found >= 0, found, codes["region"]).astype(np.int16)


def _scattered(count: int, key: npt.NDArray[Any], values: npt.NDArray[Any], blank: int) -> Codes:
    """Values by key, in an array for all keys."""
    array = np.full(count, blank, dtype=np.int16)
    array[key] = values
    return array


def _places(column: pa.ChunkedArray, texts: Sequence[str]) -> Codes:
    """The places in `texts` of a column of dictionary-encoded texts; -1 for NULL."""
    encoded = column.combine_chunks()
    place = {text: number for number, text in enumerate(texts)}
    places = np.array([*(place[text] for text in encoded.dictionary.to_pylist()), -1], np.int16)
    indices: npt.NDArray[np.int32] = encoded.indices.fill_null(-1).to_numpy()
    found: Codes = places[indices]
    return found
