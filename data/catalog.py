"""SQL files -> ordered, documented roll-ups and metrics.

A file is a header, one SELECT, and a comment on each output column:

    -- title: Share of tracked downloads by family
    -- unit: fraction
    -- grain: date, family, scope
    -- source: whose figures they are
    -- sums: 1
    -- notes: What a reader must know; a line that begins with two more
    --   spaces goes on with the line above.
    SELECT
        date,                       -- UTC date of the listing
        ...

`sums: 1` promises that the value adds up to 1 over the grain's last column, for each value of the
others; `sums: 1 within date` that it does so for each date, over all other columns. The file's name
is the view's name, the chart's key, the export's name and the golden folder's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from data.errors import HeaderError

SQL_DIR = Path(__file__).parent / "sql"
REQUIRED_KEYS = ("title", "unit", "grain", "source")
HEADER_KEYS = (*REQUIRED_KEYS, "sums", "notes")
TIME_COLUMNS = ("date", "week", "month")

_HEADER_LINE = re.compile(r"^--\s?(?P<key>[a-z_]+):\s*(?P<value>.*)$")
_CONTINUATION = re.compile(r"^--\s{2,}(?P<value>\S.*)$")
_SUMS = re.compile(r"^1(?: within (?P<columns>[a-z_]+(?:, [a-z_]+)*))?$")
_COLUMN_COMMENT = re.compile(r"(?P<name>[a-z_][a-z0-9_]*),?\s+--\s*(?P<comment>\S.*)$", re.I)


@dataclass(frozen=True)
class SqlFile:
    """One roll-up or metric: its header and its SELECT."""

    name: str
    path: Path
    title: str
    unit: str
    grain: tuple[str, ...]
    source: str
    sums: float | None
    sums_within: tuple[str, ...]
    notes: str
    sql: str

    def column_comments(self) -> dict[str, str]:
        """Output column -> comment; the last commented line that ends in the column's name wins."""
        return dict(_column_comments(self.sql))


def rollups() -> list[SqlFile]:
    """The roll-ups, each after those that it reads. Raises HeaderError."""
    return in_order(read_folder(SQL_DIR / "rollups"))


def metrics() -> list[SqlFile]:
    """The metrics, each after those that it reads. Raises HeaderError."""
    return in_order(read_folder(SQL_DIR / "metrics"))


def read_folder(folder: Path) -> list[SqlFile]:
    """All SQL files of a folder by name. Raises HeaderError with every wrong header."""
    files, problems = [], []
    for path in sorted(folder.glob("*.sql")):
        try:
            files.append(read_file(path))
        except HeaderError as error:
            problems.append(str(error))
    problems += _repeated_titles(files)
    if problems:
        raise HeaderError("\n".join(problems))
    return files


def read_file(path: Path) -> SqlFile:
    """Read one SQL file. Raises HeaderError with file:line when its header is wrong."""
    text = path.read_text(encoding="utf-8")
    header, problems = _header(path, text.splitlines())
    for key in REQUIRED_KEYS:
        if not header.get(key):
            problems.append(f"{_place(path, 1)}: expected a line '-- {key}: ...', found none")
    within = _SUMS.match(header.get("sums", "1"))
    if within is None:
        problems.append(f"{_place(path, 1)}: expected 'sums: 1', found 'sums: {header['sums']}'")
    if problems or within is None:
        raise HeaderError("\n".join(problems))
    grain = _names(header["grain"])
    return SqlFile(
        name=path.stem,
        path=path,
        title=header["title"],
        unit=header["unit"],
        grain=grain,
        source=header["source"],
        sums=1.0 if "sums" in header else None,
        sums_within=_names(within["columns"]) if within["columns"] else grain[:-1],
        notes=header.get("notes", ""),
        sql=text,
    )


@cache
def _column_comments(sql: str) -> Mapping[str, str]:
    """Kept, since a build asks for the comments of each file several times."""
    found: dict[str, str] = {}
    for line in sql.splitlines():
        match = _COLUMN_COMMENT.search(line)
        if match:
            found[match["name"]] = match["comment"].strip()
    return found


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


def in_order(files: Iterable[SqlFile]) -> list[SqlFile]:
    """Files so that each comes after those whose names stand in its SQL. Raises HeaderError."""
    by_name = {file.name: file for file in files}
    # Sorted, so that the order is the same in every process.
    graph = {name: sorted(reads(by_name[name], by_name)) for name in sorted(by_name)}
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise HeaderError(f"SQL files read each other in a circle: {error.args[1]}") from error


def reads(file: SqlFile, by_name: Mapping[str, SqlFile]) -> set[str]:
    """Names of the given files whose rows a file's SELECT reads itself."""
    code = re.sub(r"--.*", "", file.sql)
    words = set(re.findall(r"(?:from|join)\s+([a-z_][a-z0-9_]*)", code, re.I))
    return (words & by_name.keys()) - {file.name}


def _header(path: Path, lines: list[str]) -> tuple[dict[str, str], list[str]]:
    header: dict[str, str] = {}
    problems: list[str] = []
    last = ""
    for number, line in enumerate(lines, start=1):
        if not line.startswith("--"):
            break
        if (more := _CONTINUATION.match(line)) and last:
            header[last] += " " + more["value"].strip()
            continue
        match = _HEADER_LINE.match(line)
        if not match or match["key"] not in HEADER_KEYS:
            expected = ", ".join(HEADER_KEYS)
            problems.append(
                f"{_place(path, number)}: expected one of {expected} as '-- key: value', "
                f"found {line!r}; put other comments below the header"
            )
            continue
        last = match["key"]
        if last in header:
            problems.append(f"{_place(path, number)}: expected '{last}' once, found it again")
        header[last] = match["value"].strip()
    return header, problems


def _repeated_titles(files: list[SqlFile]) -> list[str]:
    seen: dict[str, SqlFile] = {}
    problems = []
    for file in files:
        other = seen.setdefault(file.title.casefold(), file)
        if other is not file:
            problems.append(
                f"{_place(file.path, 1)}: expected a title of its own, found that of {other.name}"
            )
    return problems


def _place(path: Path, line: int) -> str:
    return f"data/sql/{path.parent.name}/{path.name}:{line}"
