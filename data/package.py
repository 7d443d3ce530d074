"""A data package: the metrics of one build as files that others read without this project.

    csv/<metric>.csv  parquet/<metric>.parquet    the rows, in two formats
    datapackage.json                              every file and column (Frictionless Data Package)
    README.md  codebook.md  CITATIONS.md  LICENSES.md
    CHECKSUMS                                     SHA-256 of all of these, for `sha256sum -c`

A package is written beside its place, under a hidden name, and renamed when it is whole. The same
build gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq

from data import package_texts, queries, tables, warehouse
from data.described import credits, unit_of
from data.errors import PublishError, UnknownBuildError
from data.queries import MetricInfo
from data.snapshots import write_atomically

NAME = "open-model-adoption"
DESCRIPTOR = "datapackage.json"
CHECKSUMS = "CHECKSUMS"
# Types of columns as Table Schema spells them; all that ends in [] is an array.
TYPES = {
    "VARCHAR": "string",
    "DOUBLE": "number",
    "BIGINT": "integer",
    "INTEGER": "integer",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP WITH TIME ZONE": "datetime",
}
_CHECKSUM_LINE = re.compile(r"(?P<sha256>[0-9a-f]{64})  (?P<name>\S+)")
_LEFT_BEHIND = re.compile(r"\.(?P<pid>\d+)\.(?P<kind>new|old)$")


@dataclass(frozen=True)
class Package:
    """What was published: where, of which build, how many metrics, rows and bytes."""

    folder: Path
    build: str
    metrics: int
    rows: int
    bytes: int


def publish(
    folder: Path,
    *,
    metrics: Sequence[str] | None = None,
    build: str | None = None,
    replace: bool = False,
    told: Callable[[str, int, int], None] | None = None,
) -> Package:
    """Write a data package of a build's metrics into `folder`.

    `metrics` are some of them (all by default), `build` a build by its name (the newest by
    default). `folder` must be new or empty, or with `replace` a package that is as it was
    published. `told` hears each metric's name, how many are done and how many there are.

    Raises PublishError for a folder or a build that will not do, UnknownMetricError, NoBuildError,
    and OSError when writing fails. Whatever happens, the folder is as it was or a whole package.
    """
    path = build_named(build) if build else warehouse.newest_build()
    chosen = [queries.metric_info(name, build=path) for name in dict.fromkeys(metrics or ())]
    place = folder.expanduser().resolve()
    _recover(place)
    _require_room(place, replace=replace)
    new, old = (place.with_name(f".{place.name}.{os.getpid()}.{kind}") for kind in ("new", "old"))
    try:
        made = _write(new, path, chosen or queries.catalog(path), told or (lambda *_: None))
        _swap(new, place, old)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(place)) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    return Package(place, path.stem, *made)


def build_named(name: str) -> Path:
    """A build by its name, looked up among those that there are. Raises PublishError, and
    NoBuildError when there is none at all."""
    try:
        return warehouse.build_named(name)
    except UnknownBuildError as error:
        raise PublishError(str(error)) from error


def damage(folder: Path) -> list[str]:
    """What is not as it was published in a package, in words; [] = it is whole and nothing else is
    there. Raises PublishError when the folder is no package of ours."""
    expected = _checksums(folder)
    if expected is None:
        raise PublishError(f"{folder}: expected a package made by `collectors publish`, found none")
    present = {name_of(path, folder) for path in folder.rglob("*") if not path.is_dir()}
    problems = [f"{name}: is missing" for name in sorted(expected.keys() - present)]
    problems += [f"{name}: was not published" for name in sorted(present - {*expected, CHECKSUMS})]
    problems += [
        f"{name}: was changed"
        for name in sorted(expected.keys() & present)
        if _sha256(folder / name) != expected[name]
    ]
    return problems


def name_of(path: Path, folder: Path) -> str:
    """The name of a file within a package."""
    return path.relative_to(folder).as_posix()


def _write(
    folder: Path,
    build: Path,
    metrics: Sequence[MetricInfo],
    told: Callable[[str, int, int], None],
) -> tuple[int, int, int]:
    """Write all files of a package; how many metrics, rows and bytes they are."""
    for part in ("csv", "parquet"):
        (folder / part).mkdir(parents=True)
    resources: list[dict[str, Any]] = []
    rows = 0
    for done, info in enumerate(metrics):
        told(info.name, done, len(metrics))
        files, count = _write_metric(folder, build, info)
        resources += files
        rows += count
    made = warehouse.build_info(build)
    texts = package_texts.texts(build, metrics)
    descriptor = _descriptor(build, made, resources)
    texts[DESCRIPTOR] = orjson.dumps(descriptor, option=orjson.OPT_INDENT_2).decode() + "\n"
    for name, text in texts.items():
        write_atomically(folder / name, text.encode())
    names = sorted(name_of(path, folder) for path in folder.rglob("*") if path.is_file())
    lines = [f"{_sha256(folder / name)}  {name}\n" for name in names]
    # The last of all: what has it is whole.
    write_atomically(folder / CHECKSUMS, "".join(lines).encode())
    told("", len(metrics), len(metrics))
    size = sum((folder / name).stat().st_size for name in (*names, CHECKSUMS))
    return len(metrics), rows, size


def _write_metric(folder: Path, build: Path, info: MetricInfo) -> tuple[list[dict[str, Any]], int]:
    """Write the rows of one metric in both formats; how each is described, and how many rows."""
    rows = warehouse.cursor(build).sql(
        f"SELECT * FROM {info.name} ORDER BY {', '.join(info.grain)}"
    ).to_arrow_table()  # fmt: skip
    csv, parquet = folder / "csv" / f"{info.name}.csv", folder / "parquet" / f"{info.name}.parquet"
    write_atomically(csv, tables.to_bytes(queries.metric(info.name, build=build), "csv"))
    content = io.BytesIO()
    pq.write_table(rows, content, compression="zstd")
    write_atomically(parquet, content.getvalue())
    has_key = all(rows.column(name).null_count == 0 for name in info.grain)
    described = {"title": info.title, "unit": info.unit}
    return [
        {
            "name": info.name,
            "path": name_of(csv, folder),
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "dialect": {"delimiter": ",", "lineTerminator": "\n", "doubleQuote": True},
            **_size(csv),
            **described,
            "description": info.notes,
            "rows": rows.num_rows,
            "sources": _sources(build, info),
            "schema": _schema(info, has_key=has_key),
        },
        {
            "name": f"{info.name}.parquet",
            "path": name_of(parquet, folder),
            "profile": "data-resource",
            # A file, not a table: validators take its bytes, and it has types of its own.
            "type": "file",
            "format": "parquet",
            "mediatype": "application/vnd.apache.parquet",
            **_size(parquet),
            **described,
            "description": f"The rows of {info.name}, with types",
        },
    ], rows.num_rows


def _schema(info: MetricInfo, *, has_key: bool) -> dict[str, Any]:
    """A Table Schema. The grain is a primary key unless one of its columns may be NULL."""
    fields = []
    for column in info.columns:
        field = {
            "name": column.name,
            "type": "array" if column.type.endswith("[]") else TYPES[column.type],
            "description": column.comment,
        }
        if unit := unit_of(info, column):
            field["unit"] = unit
        fields.append(field)
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    return {**schema, "primaryKey": list(info.grain)} if has_key else schema


def _sources(build: Path, info: MetricInfo) -> list[dict[str, str]]:
    """Whose figures a metric rests on; without a source of its own what its header says."""
    found = [{"title": c.title, "path": c.url} for c in credits(build, info.name)]
    return found or [{"title": info.source}]


def _descriptor(
    build: Path, made: dict[str, Any], resources: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "profile": "data-package",
        "name": NAME,
        "title": package_texts.TITLE,
        "description": package_texts.DESCRIPTION,
        "version": made["name"],
        "created": made["built_at"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "asOf": queries.as_of(build),
        "licenses": [{"path": "LICENSES.md", "title": "Each source has a licence of its own"}],
        "sources": [
            {
                "title": credit.title,
                "path": credit.url,
                "citation": credit.cited(),
                "licence": credit.licence,
                "asOf": credit.as_of,
            }
            for credit in credits(build)
            if credit.as_of
        ],
        "resources": resources,
    }


def _size(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "hash": f"sha256:{_sha256(path)}"}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checksums(folder: Path) -> dict[str, str] | None:
    """File -> SHA-256, as the package says; None when the folder is no package of ours."""
    try:
        lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
        descriptor = orjson.loads((folder / DESCRIPTOR).read_bytes())
    except (OSError, ValueError):
        return None
    found = [_CHECKSUM_LINE.fullmatch(line) for line in lines]
    if not isinstance(descriptor, dict) or descriptor.get("name") != NAME or None in found:
        return None
    return {match["name"]: match["sha256"] for match in found if match}


def _require_room(place: Path, *, replace: bool) -> None:
    """Refuse a place whose files would be lost, or that cannot be written."""
    if not place.parent.is_dir():
        raise PublishError(f"{place}: the folder {place.parent} does not exist; make it first")
    if not place.exists():
        return
    if not place.is_dir():
        raise PublishError(f"{place}: expected a folder, found a file")
    if not any(place.iterdir()):
        return
    if _checksums(place) is None:
        raise PublishError(
            f"{place}: expected a new or an empty folder, or a package made by this command, found "
            "other files; name another folder"
        )
    if not replace:
        raise PublishError(f"{place}: holds a package already; --force replaces it")
    if problems := damage(place):
        more = f", and {len(problems) - 3:,} more" if len(problems) > 3 else ""
        raise PublishError(
            f"{place}: expected the package as it was published, found {'; '.join(problems[:3])}"
            f"{more}; move what is yours elsewhere, or name another folder"
        )


def _swap(new: Path, place: Path, old: Path) -> None:
    """Put a whole package into its place; on any trouble the one before is put back."""
    if not place.exists() or not any(place.iterdir()):
        new.replace(place)
        return
    place.rename(old)
    try:
        new.rename(place)
    except BaseException:
        old.rename(place)
        raise


def _recover(place: Path) -> None:
    """Clear up after a publisher that was killed: put back what it had set aside, remove the rest
    of what it made."""
    for path, kind in _left_behind(place):
        if kind == "old" and not place.exists():
            path.rename(place)
        else:
            shutil.rmtree(path, ignore_errors=True)


def _left_behind(place: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(place.parent.iterdir()) if place.parent.is_dir() else []:
        match = _LEFT_BEHIND.fullmatch(path.name.removeprefix(f".{place.name}"))
        if match and path.is_dir() and not warehouse.is_alive(int(match["pid"])):
            yield path, match["kind"]
