"""A figure that somebody read in a report becomes a row of seeds/reported_figures.csv.

Cells are asked for one after the other, or all given at once by a script. Each is checked by
itself as soon as it is known, then the row with all seed files; only then is the file written.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from collectors.errors import ConfigurationError
from collectors.http import shortened
from data import seeds, wording
from data.errors import SeedError
from data.seed_edits import SeedFile, violations_with
from data.seed_tables import TABLES, Column

TABLE = "reported_figures"
# Figures of both files have ids of one series, so that a reference to one is never ambiguous.
_SHARE_IDS = (TABLE, "artifacts_log")
_ID = "figure_id"
_ID_NUMBER = re.compile(r"R(\d+)")
# What is meant unless something else is said; whether a page was read is always said.
_USUAL = {"date_precision": "day", "bound": "exactly"}

MOST_LISTED = 50  # names that a cell may hold, in a message

COLUMNS = TABLES[TABLE].columns

Cells = dict[str, str]


@dataclass(frozen=True)
class Added:
    """A row that was written: the line of the file on which it stands, and its text."""

    line: int
    text: str


class Figure:
    """A row in the making, beside the seed files of a folder. SeedError when those break rules."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known = seeds.load(folder)
        self.cells: Cells = {}

    def default_of(self, column: Column) -> str:
        """What a cell holds when nothing is said, by the cells before it; empty for nothing."""
        if column.name == _ID:
            return _next_id(self.known[name] for name in _SHARE_IDS)
        if column.name == "ends_on":
            return self.cells.get("starts_on", "")
        return _USUAL.get(column.name, "")

    def problems(self, column: Column, cell: str) -> list[str]:
        """What is wrong with a cell by itself, and with what it refers to."""
        found = seeds.cell_problems(column, cell)
        if found or not cell:
            return found
        if column.refers:
            table, _, name = column.refers.partition(".")
            names = self.known[table][name].to_pylist()
            if cell not in names:
                todo = wording.guess(cell, names) or "add it there first, "
                found = [
                    f"expected a {name} of {TABLES[table].file}, found {cell!r}; {todo}"
                    f"there are {shortened(sorted(names), MOST_LISTED)}"
                ]
        elif column.unique and cell in self.known[TABLE][column.name].to_pylist():
            found = [f"expected a {column.name} of its own, found {cell}; leave it empty for a new"]
        return found

    def fill(self, given: Mapping[str, str], said: Callable[[str], str] | None = None) -> None:
        """Take the cells that were given, and the usual ones for the rest.

        `said` gives the option that a column's cell came from, as it was typed, for messages.
        Raises ConfigurationError for a column that does not exist, and for cells that are wrong.
        """
        said = said or option_of
        known = [column.name for column in COLUMNS]
        found = [f"{said(name)}: {_no_column(name, known)}" for name in given if name not in known]
        for column in COLUMNS:
            usual = self.default_of(column)
            cell = self.cells[column.name] = given.get(column.name) or usual
            # What follows from another cell is wrong with that one, which is enough to be told.
            if column.name in given or not usual:
                found += [f"{said(column.name)}: {words}" for words in self.problems(column, cell)]
        if found:
            raise ConfigurationError("\n".join(found))

    def ask(self, answer: Callable[[str], str], say: Callable[[str], None]) -> None:
        """Ask for each cell until it is right.

        `answer` shows a prompt and gives a line without its end; `say` shows a line.
        """
        for column in COLUMNS:
            default = self.default_of(column)
            for line in _explained(column):
                say(line)
            while True:
                cell = answer(f"{column.name} [{default}]: " if default else f"{column.name}: ")
                cell = cell.strip() or default
                problems = self.problems(column, cell)
                if not problems:
                    break
                for problem in problems:
                    say(f"  {problem}")
            self.cells[column.name] = cell

    def add(self) -> Added:
        """Write the row at its sorted place, atomically.

        Raises SeedError with every rule that the seeds would break; then nothing was written.
        """
        file, line = SeedFile.read(self.folder, TABLE).with_row(self.cells)
        broken = violations_with(self.folder, [file])
        if broken:
            raise SeedError(broken)
        file.write(self.folder)
        return Added(line, file.line_of(self.cells).removesuffix("\n"))

    def as_options(self) -> str:
        """The cells as options of the command, for the same row with a correction."""
        given = [(name, cell) for name, cell in self.cells.items() if cell]
        return " ".join(shlex.join([option_of(name), cell]) for name, cell in given)


def option_of(name: str) -> str:
    """The option of the command that gives a column's cell."""
    return f"--{name.replace('_', '-')}"


def _explained(column: Column) -> list[str]:
    """What a person must know to fill a cell."""
    words = column.description
    if column.refers:
        table, _, name = column.refers.partition(".")
        words += f" (a {name} of {TABLES[table].file})"
    lines = [f"\n{column.name}: {words}{'' if column.required else ' (may be empty)'}"]
    if column.allowed:
        lines.append(f"  one of {', '.join(column.allowed)}")
    return lines


def _no_column(name: str, known: Sequence[str]) -> str:
    hint = wording.guess(name, known)
    return f"{TABLES[TABLE].file} has no column {name!r}; {hint}its columns are {', '.join(known)}"


def _next_id(tables: Iterable[pa.Table]) -> str:
    """The id after the highest."""
    ids = [value for table in tables for value in table[_ID].to_pylist()]
    numbers = [int(match[1]) for value in ids if (match := _ID_NUMBER.fullmatch(value))]
    return f"R{max(numbers, default=0) + 1:03d}"
