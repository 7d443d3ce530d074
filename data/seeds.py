"""Seed files: whether they are right, and how they are loaded.

Seeds are curated by people and reviewed in pull requests, so this module has one job: to say, for
every cell that is wrong, where it is, what was expected, what was found and what to do. What each
file holds is declared in data/seed_tables.py; the code below only carries it out, the same way for
every file.

    violations(folder)  every broken rule, never only the first
    load(folder)        typed Arrow tables, or SeedError with all violations
    cell_problems(...)  what is wrong with one cell, for those who ask for cells one by one
    codebook()          the column tables of seeds/README.md
    family_of(...)      owner first, then name pattern
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from data.errors import SeedError
from data.seed_rules import Problem, Row, Seeds, families_of, short
from data.seed_tables import TABLES, Column, SeedTable

# ---------------------------------------------------------------------------------------------
# Public functions
# ---------------------------------------------------------------------------------------------


def violations(folder: Path) -> list[str]:
    """Check all seed files.

    In: the folder that holds them. Out: every broken rule, in file and line order, each as
    `seeds/<file>:<line>: expected ..., found ...; <what to do>`; an empty list when all is well.
    Raises nothing for malformed input, whatever the files hold.
    """
    return _check(_files(folder))[1]


def load(folder: Path) -> dict[str, pa.Table]:
    """Read all seed files.

    In: the folder that holds them. Out: one typed Arrow table a file, by table name, columns as
    declared in TABLES; an empty cell is null. Raises SeedError with all violations.

    Files that hold what they held before are not checked again in one process.
    """
    return dict(_loaded(tuple(_files(folder).items())))


@lru_cache(maxsize=2)
def _loaded(files: tuple[tuple[str, bytes], ...]) -> Mapping[str, pa.Table]:
    seeds, found = _check(dict(files))
    if found:
        raise SeedError(found)
    return {
        name: pa.Table.from_pylist([row.values for row in seeds[name]], schema=table.schema)
        for name, table in TABLES.items()
    }


def codebook() -> str:
    """The column tables of seeds/README.md, in Markdown, made from TABLES."""
    return "\n".join(_codebook_section(table) for table in TABLES.values())


def family_of(model_id: str, families: pa.Table | Iterable[Mapping[str, Any]]) -> str | None:
    """The family that a repository belongs to: its owner first, then the name pattern.

    In: a Hub id as `owner/name`, and the families as load() gives them or as a list of rows.
    Out: the family, or None. Raises SeedError when two families match.
    """
    matching = families_of(model_id, _rows(families))
    if len(matching) > 1:
        found = " and ".join(matching)
        todo = "make the name_patterns exclusive"
        where = f"seeds/{TABLES['model_families'].file}"
        raise SeedError([f"{where}: expected one family for {model_id}, found {found}; {todo}"])
    return matching[0] if matching else None


def tracked_organisations(
    families: pa.Table | Iterable[Mapping[str, Any]],
) -> dict[str, list[str]]:
    """The Hub organisations of all families: organisation -> families, both sorted.

    In: the families as load() gives them or as a list of rows. Raises nothing.
    """
    tracked: dict[str, list[str]] = {}
    for row in _rows(families):
        for organisation in row["hf_orgs"]:
            tracked.setdefault(organisation, []).append(row["family"])
    return {name: sorted(tracked[name]) for name in sorted(tracked, key=_text_order)}


def tracked_runtimes(tables: Mapping[str, pa.Table]) -> dict[str, list[str]]:
    """Where use of the runtimes is counted: channel -> names there, both sorted.

    In: the tables as load() gives them. Raises nothing.
    """
    tracked: dict[str, list[str]] = {}
    for row in tables["runtimes"].to_pylist():
        tracked.setdefault(row["channel"], []).append(row["name"])
    return {channel: sorted(tracked[channel], key=_text_order) for channel in sorted(tracked)}


def tracked_owners(owners: pa.Table) -> list[str]:
    """The owners whose models are followed on another hub, sorted.

    In: the table of that hub's owners as load() gives it. Raises nothing.
    """
    return sorted(owners["owner"].to_pylist(), key=_text_order)


def cell_problems(column: Column, cell: str) -> list[str]:
    """Check one cell by itself.

    In: its column and its text, empty for none. Out: each broken rule as `expected ..., found ...;
    <what to do>`; an empty list when all is well.
    """
    return [_said(problem) for problem in _fill(Row(1), column, cell)]


def order_of(table: SeedTable, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Where a row stands in its file: rows are sorted by what this gives.

    In: the table, and typed values by column. Out: None when a column to sort by is empty.
    """
    found = [values.get(column) for column in table.sort]
    if any(value is None for value in found):
        return None
    return tuple(_text_order(v) if isinstance(v, str) else (v, "") for v in found)


def typed(table: SeedTable, cells: Mapping[str, str]) -> dict[str, Any]:
    """The values of a row whose cells are right by themselves; an empty cell is None."""
    row = Row(1)
    for column in table.columns:
        for problem in _fill(row, column, cells[column.name]):
            raise SeedError([f"seeds/{table.file}: {_said(problem)}"])
    return row.values


def _rows(families: pa.Table | Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    return families.to_pylist() if isinstance(families, pa.Table) else families


# ---------------------------------------------------------------------------------------------
# Reading and checking
# ---------------------------------------------------------------------------------------------


def _files(folder: Path) -> dict[str, bytes]:
    """What the seed files hold, by file name."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv")) if path.is_file()}


def _check(files: Mapping[str, bytes]) -> tuple[Seeds, list[str]]:
    """All rows that could be read, and all violations as text."""
    seeds: Seeds = {}
    problems: dict[str, list[Problem]] = {name: [] for name in TABLES}
    for name, table in TABLES.items():
        if table.file in files:
            rows = read_table(table, files[table.file], problems[name])
            if rows is not None:
                seeds[name] = rows
        else:
            problems[name].append(Problem(1, "the file", "none", "restore it"))
    for name, rows in seeds.items():
        problems[name] += _table_problems(TABLES[name], rows, seeds)
    found = [
        _message(TABLES[name].file, problem)
        for name in TABLES
        for problem in sorted(set(problems[name]))
    ]
    return seeds, found + _unknown_files(files)


def _message(file: str, problem: Problem) -> str:
    return f"seeds/{file}:{problem.line}: {_said(problem)}"


def _said(problem: Problem) -> str:
    text = f"expected {problem.expected}, found {problem.found}; {problem.todo}"
    return "".join(char if char.isprintable() else " " for char in text)


def _unknown_files(files: Mapping[str, bytes]) -> list[str]:
    known = {table.file for table in TABLES.values()}
    names = sorted(files.keys() - known)
    todo = "declare it in data/seed_tables.py, or remove it"
    return [_message(name, Problem(1, "a file of the codebook", "another", todo)) for name in names]


def read_table(table: SeedTable, body: bytes, problems: list[Problem]) -> list[Row] | None:
    """The rows of one file, with cells typed; None when it has no usable header."""
    text = _decode(body, problems)
    records = _records(text, problems)
    line, header = next(records, (1, []))
    problems += _header_problems(table, line, header)
    # A column that stands twice is not read: which of the two is meant?
    known = {column.name: column for column in table.columns if header.count(column.name) == 1}
    if not known:
        return None
    rows = []
    for line, cells in records:
        if not cells:
            problems.append(Problem(line, "a row", "an empty line", "remove the line"))
        elif len(cells) != len(header):
            todo = "quote cells that hold commas, or add the missing ones"
            problems.append(Problem(line, f"{len(header)} cells", str(len(cells)), todo))
        else:
            row = Row(line)
            for name, cell in zip(header, cells, strict=True):
                if name in known:
                    problems += _fill(row, known[name], cell)
            rows.append(row)
    return rows


def _decode(body: bytes, problems: list[Problem]) -> str:
    """The text of a file; what breaks the encoding rules is noted and passed over."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{body[error.start]:02x}"
        problems.append(Problem(line, "UTF-8", found, "save the file as UTF-8"))
        text = body.decode("utf-8", errors="replace")
    if text.startswith("\ufeff"):
        found = "a byte order mark"
        problems.append(Problem(1, "UTF-8 without a mark", found, "save the file without it"))
        text = text.removeprefix("\ufeff")
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        found = "a carriage return"
        problems.append(Problem(line, "line ends of one LF", found, "save the file with LF"))
        text = text.replace("\r\n", "\n").replace("\r", " ")
    if text and not text.endswith("\n"):
        line = text.count("\n") + 1
        problems.append(Problem(line, "a line end after the last row", "none", "add one"))
    return text


def _records(text: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """(first physical line, cells) of each record; quoted cells may span lines."""
    reader = csv.reader(io.StringIO(text, newline="\n"), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            todo = "quote the cell, and double the quotes within it"
            problems.append(Problem(line, "a CSV row", str(error), todo))


def _header_problems(table: SeedTable, line: int, header: list[str]) -> Iterator[Problem]:
    for name in table.names:
        if name not in header:
            yield Problem(line, f"column {name}", "none", "add the column")
    for name in dict.fromkeys(header):
        if name not in table.names:
            yield Problem(line, "only declared columns", short(name), "remove or rename it")
        if header.count(name) > 1:
            expected, found = f"column {short(name)} once", str(header.count(name))
            yield Problem(line, expected, found, "remove one")
    if sorted(header) == sorted(table.names) and header != table.names:
        expected = f"the columns in the order {','.join(table.names)}"
        yield Problem(line, expected, ",".join(header), "reorder the columns")


_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")  # all but the line feed


def _fill(row: Row, column: Column, cell: str) -> Iterator[Problem]:
    """Type one cell into the row; say what is wrong with it."""
    if cell == "":
        row.values[column.name] = None
        if column.required:
            expected = f"a value for {column.name}"
            yield Problem(row.line, expected, "an empty cell", "fill it")
        return
    if cell != cell.strip() or _CONTROL.search(cell):
        expected = f"{column.name} without outer spaces or control characters"
        yield Problem(row.line, expected, short(cell), "remove them")
        return
    try:
        value = _PARSERS[column.type](cell)
    except ValueError as error:
        yield Problem(row.line, f"{column.name} as {error}", short(cell), "correct the cell")
        return
    row.values[column.name] = value
    yield from _value_problems(row.line, column, cell, value)


def _value_problems(line: int, column: Column, cell: str, value: Any) -> Iterator[Problem]:
    if column.allowed and cell not in column.allowed:
        expected = f"{column.name} in {{{', '.join(column.allowed)}}}"
        yield Problem(line, expected, short(cell), "use one of them")
    for item in value if column.type == "list" else [cell]:
        if column.regex and not re.fullmatch(column.regex, item):
            expected = f"{column.name} like {column.regex}"
            yield Problem(line, expected, short(item), "correct the cell")
    if column.longest and len(cell) > column.longest:
        expected = f"{column.name} of at most {column.longest} characters"
        yield Problem(line, expected, f"{len(cell)}", "shorten it")


def _date(cell: str) -> dt.date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
            return dt.date.fromisoformat(cell)
    except ValueError:
        pass
    raise ValueError("a date YYYY-MM-DD")


def _integer(cell: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", cell):
        raise ValueError("a whole number")
    return int(cell)


def _number(cell: str) -> float:
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell) and math.isfinite(float(cell)):
        return float(cell)
    raise ValueError("a decimal number")


def _boolean(cell: str) -> bool:
    if cell not in ("true", "false"):
        raise ValueError("true or false")
    return cell == "true"


def _list(cell: str) -> list[str]:
    items = cell.split(" ")
    if "" in items or len(set(items)) < len(items):
        raise ValueError("different items with one space between")
    return items


_PARSERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "date": _date,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "list": _list,
}


def _table_problems(table: SeedTable, rows: list[Row], seeds: Seeds) -> Iterator[Problem]:
    """What is wrong between rows and between tables."""
    yield from _duplicates(rows, table.key)
    for column in table.columns:
        if column.unique and (column.name,) != table.key:
            yield from _duplicates(rows, (column.name,))
        if column.refers:
            yield from _dangling(rows, column, seeds)
    yield from _unsorted(rows, table)
    for row in rows:
        for row_rule in table.row_rules:
            yield from row_rule(row)
    for table_rule in table.table_rules:
        yield from table_rule(rows, seeds)


def _duplicates(rows: list[Row], columns: tuple[str, ...]) -> Iterator[Problem]:
    """Keys that stand twice, also when they differ in case only."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        values = [row.get(column) for column in columns]
        if any(value is None for value in values):
            continue
        key = tuple(str(value).casefold() for value in values)
        if key in seen:
            expected = f"a {', '.join(columns)} of its own"
            found = f"{short(', '.join(map(str, values)))} in line {seen[key]} too"
            yield Problem(row.line, expected, found, "remove or correct one of the rows")
        seen.setdefault(key, row.line)


def _dangling(rows: list[Row], column: Column, seeds: Seeds) -> Iterator[Problem]:
    """References to a row that is not there."""
    target, _, name = str(column.refers).partition(".")
    if target not in seeds:
        return
    known = {row.get(name) for row in seeds[target]}
    for row in rows:
        value = row.get(column.name)
        if value is not None and value not in known:
            expected = f"a {column.name} of {TABLES[target].file}"
            yield Problem(row.line, expected, short(value), "correct it, or add it there")


def _text_order(value: str) -> tuple[str, str]:
    return value.casefold(), value


def _unsorted(rows: list[Row], table: SeedTable) -> Iterator[Problem]:
    """Rows that stand too late; a stated order keeps differences between versions small."""
    previous: tuple[tuple[Any, ...], int] | None = None
    for row in rows:
        order = order_of(table, row.values)
        if order is None:
            continue
        if previous and order < previous[0]:
            expected = f"rows sorted by {', '.join(table.sort)}"
            values = short(", ".join(str(row.get(column)) for column in table.sort))
            found = f"{values} after line {previous[1]}"
            yield Problem(row.line, expected, found, "move the row up")
        else:
            previous = order, row.line


# ---------------------------------------------------------------------------------------------
# The codebook
# ---------------------------------------------------------------------------------------------


def _codebook_section(table: SeedTable) -> str:
    lines = [
        f"## {table.file}",
        "",
        f"{table.description} A row is {table.row_is}. "
        f"Key: {', '.join(table.key)}. Sorted by {', '.join(table.sort)}.",
        "",
        "| column | type | meaning |",
        "|---|---|---|",
    ]
    lines += [
        f"| {column.name} | {_type_words(column)} | {_meaning(column)} |"
        for column in table.columns
    ]
    return "\n".join(lines) + "\n"


def _type_words(column: Column) -> str:
    return column.type if column.required else f"{column.type}, may be empty"


def _meaning(column: Column) -> str:
    words = column.description
    if column.allowed:
        words += f" ({', '.join(column.allowed)})"
    if column.refers:
        table, _, name = column.refers.partition(".")
        words += f" (a {name} of {TABLES[table].file})"
    if column.longest:
        words += f" (at most {column.longest} characters)"
    return words.replace("|", "\\|")
