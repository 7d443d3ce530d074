"""A data package: the metrics of one build as files that others read without this project.

    csv/<metric>.csv  parquet/<metric>.parquet    the rows, in two formats
    datapackage.json                              every file and column (Frictionless Data Package)
    README.md  codebook.md  CITATIONS.md  LICENSES.md
    CHECKSUMS                                     SHA-256 of all of these, for `sha256sum -c`

A package is written beside its place, under a hidden name, and renamed when it is whole. Nothing is
removed but what a publisher wrote. The same build gives the same bytes.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa
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
PARTS = ("csv", "parquet")
# In a folder that is being written, until it has its checksums: so it is known as a publisher's.
UNFINISHED = ".unfinished-data-package"
# No name leads out of the package, whoever wrote the line.
_CHECKSUM_LINE = re.compile(
    rf"(?P<sha256>[0-9a-f]{{64}})  (?P<name>(?:(?:{'|'.join(PARTS)})/)?\w[\w.-]*)", re.ASCII
)
_LEFT_BEHIND = re.compile(r"(?P<pid>[0-9]{1,9})\.(?P<kind>new|old)")
_OCCUPIED = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR)


@dataclass(frozen=True)
class Package:
    """What was published: where, of which build, how many metrics, rows and bytes, and which of the
    metrics have no rows yet."""

    folder: Path
    build: str
    metrics: int
    rows: int
    bytes: int
    empty: tuple[str, ...] = ()


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
    _require_room(place, replace=replace)
    if _recover(place):
        _require_room(place, replace=replace)
    new, old = (place.with_name(f".{place.name}.{os.getpid()}.{kind}") for kind in ("new", "old"))
    try:
        new.mkdir()
        try:
            made = _write(new, path, chosen or queries.catalog(path), told or (lambda *_: None))
            _swap(new, place, old, replace=replace)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(place)) from error
    _remove(old)
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
    kept = {*PARTS, CHECKSUMS}
    links = {name_of(path, folder) for path in folder.rglob("*") if path.is_symlink()}
    present = {name_of(path, folder) for path in folder.rglob("*")}
    problems = [f"{name}: is missing" for name in sorted(expected.keys() - present)]
    problems += [f"{name}: was not published" for name in sorted(present - expected.keys() - kept)]
    problems += [
        f"{name}: was changed"
        for name in sorted((expected.keys() | kept) & present)
        if name in links or (name in expected and not _is_as_published(folder, name, expected))
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
) -> tuple[int, int, int, tuple[str, ...]]:
    """Write all files of a package; how many metrics, rows and bytes they are, and which metrics
    have no rows."""
    (folder / UNFINISHED).touch()
    for part in PARTS:
        (folder / part).mkdir()
    resources: list[dict[str, Any]] = []
    rows: dict[str, int] = {}
    for done, info in enumerate(metrics):
        told(info.name, done, len(metrics))
        files, rows[info.name] = _write_metric(folder, build, info)
        resources += files
    made = warehouse.build_info(build)
    empty = tuple(name for name, count in rows.items() if not count)
    texts = package_texts.texts(build, metrics, empty)
    descriptor = _descriptor(build, made, resources)
    texts[DESCRIPTOR] = orjson.dumps(descriptor, option=orjson.OPT_INDENT_2).decode() + "\n"
    for name, text in texts.items():
        write_atomically(folder / name, text.encode())
    present = (path for path in folder.rglob("*") if path.is_file() and path.name != UNFINISHED)
    names = sorted(name_of(path, folder) for path in present)
    lines = [f"{sha256_of(folder / name)}  {name}\n" for name in names]
    # The last of all: what has it is whole.
    write_atomically(folder / CHECKSUMS, "".join(lines).encode())
    (folder / UNFINISHED).unlink()
    told("", len(metrics), len(metrics))
    size = sum((folder / name).stat().st_size for name in (*names, CHECKSUMS))
    return len(metrics), sum(rows.values()), size, empty


def _write_metric(folder: Path, build: Path, info: MetricInfo) -> tuple[list[dict[str, Any]], int]:
    """Write the rows of one metric in both formats; how each is described, and how many rows."""
    rows, frame = _read(build, info)
    csv, parquet = folder / "csv" / f"{info.name}.csv", folder / "parquet" / f"{info.name}.parquet"
    write_atomically(csv, tables.to_bytes(frame, "csv"))
    content = io.BytesIO()
    pq.write_table(tables.without_infinity(rows), content, compression="zstd")
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
            "description": info.notes if rows.num_rows else _with_reason(info),
            "rows": rows.num_rows,
            "sources": _sources(build, info),
            "schema": schema_of(info, has_key=has_key),
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


def _with_reason(info: MetricInfo) -> str:
    return " ".join(filter(None, [info.notes, package_texts.why_empty(info)]))


def _read(build: Path, info: MetricInfo) -> tuple[pa.Table, pd.DataFrame]:
    """The rows of a metric as both formats need them. The view is computed once."""
    cursor = warehouse.cursor(build)
    order = ", ".join(info.grain)
    rows = cursor.sql(f"SELECT * FROM {info.name} ORDER BY {order}").to_arrow_table()
    with warnings.catch_warnings():
        # DuckDB asks pandas for a time zone by a name that pandas is about to spell otherwise.
        warnings.simplefilter("ignore", DeprecationWarning)
        return rows, cursor.from_arrow(rows).df()


def schema_of(info: MetricInfo, *, has_key: bool) -> dict[str, Any]:
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
    """Whose figures a metric rests on, with licences; without a source what its header says."""
    found = [
        {"title": c.title, "path": c.url, "licence": c.licence} for c in credits(build, info.name)
    ]
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
    return {"bytes": path.stat().st_size, "hash": f"sha256:{sha256_of(path)}"}


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_as_published(folder: Path, name: str, expected: Mapping[str, str]) -> bool:
    return (folder / name).is_file() and sha256_of(folder / name) == expected[name]


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
    if _checksums(place) is not None and not replace:
        raise PublishError(f"{place}: holds a package already; --force replaces it")
    _require_package(place, place)


def _require_package(folder: Path, place: Path) -> None:
    """Refuse a folder that is not just a package as it was published; `place` is its name to
    others."""
    if _checksums(folder) is None:
        raise PublishError(
            f"{place}: expected a new or an empty folder, or a package made by this command, found "
            "other files; name another folder"
        )
    if problems := damage(folder):
        more = f", and {len(problems) - 3:,} more" if len(problems) > 3 else ""
        raise PublishError(
            f"{place}: expected the package as it was published, found {'; '.join(problems[:3])}"
            f"{more}; move what is yours elsewhere, or name another folder"
        )


def _swap(new: Path, place: Path, old: Path, *, replace: bool) -> None:
    """Put a whole package into its place. What is there is looked at again once it is set aside,
    where nobody adds to it; on any trouble it is put back."""
    is_taken = replace and _is_taken(place)
    try:
        if is_taken:
            place.rename(old)
            _require_package(old, place)
        _move(new, place, "nothing was replaced")
    except BaseException:
        if old.exists():
            _move(old, place, f"what was there before is kept in {old}")
        raise


def _is_taken(place: Path) -> bool:
    return place.exists() and not (place.is_dir() and not any(place.iterdir()))


def _move(folder: Path, place: Path, otherwise: str) -> None:
    """Rename a folder, which the system does only to a name that is free or an empty folder."""
    try:
        folder.rename(place)
    except OSError as error:
        if error.errno not in _OCCUPIED:
            raise
        raise PublishError(
            f"{place}: expected a place that is free, found something that was put there "
            f"meanwhile; {otherwise}"
        ) from error


def _recover(place: Path) -> bool:
    """Clear up after publishers that were killed: put back the package that one had set aside,
    remove what else they wrote. Whether one was put back."""
    is_back = False
    for path, kind in _left_behind(place):
        if kind == "new" and (path / UNFINISHED).is_file():
            shutil.rmtree(path, ignore_errors=True)
        elif not _is_left_of_a_package(path):
            continue
        elif kind == "old" and not _is_taken(place):
            path.rename(place)
            is_back = True
        else:
            _remove(path)
    return is_back


def _left_behind(place: Path) -> Iterator[tuple[Path, str]]:
    """Folders named as a publisher of this place names them, whose process is gone."""
    prefix = f".{place.name}."
    for path in sorted(place.parent.iterdir()):
        match = _LEFT_BEHIND.fullmatch(path.name.removeprefix(prefix))
        if not match or not path.name.startswith(prefix) or path.is_symlink() or not path.is_dir():
            continue
        if warehouse.is_left_over(path, int(match["pid"])):
            yield path, match["kind"]


def _is_left_of_a_package(folder: Path) -> bool:
    """A package, or what is left of one after a removal that was cut short."""
    return _checksums(folder) is not None and all(
        problem.endswith(": is missing") for problem in damage(folder)
    )


def _remove(folder: Path) -> None:
    """Remove the files of a package and the folders that are empty then; what else was put there
    stays. What tells that it is a package goes last, so that the next publisher can go on."""
    names = _checksums(folder) or {}
    with suppress(OSError):
        for name in names.keys() - {DESCRIPTOR}:
            (folder / name).unlink(missing_ok=True)
        for part in PARTS:
            if (folder / part).exists():
                (folder / part).rmdir()
        for name in (DESCRIPTOR, CHECKSUMS) if names else ():
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()
