"""Seed files as text: rows are added and rewritten, and everything else stays as it is typed.

file = SeedFile.read(folder, "release_dates")
file, line = file.with_row({"model_id": "Qwen/Qwen3-8B", ...})
broken = violations_with(folder, [file])          nothing was written so far
file.write(folder)
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from data import seeds
from data.seed_tables import TABLES, SeedTable
from data.snapshots import write_atomically


@dataclass(frozen=True)
class TypedRow:
    """One row as it stands in its file: its first line, its cells by column, its text."""

    line: int
    cells: dict[str, str]
    text: str


@dataclass(frozen=True)
class SeedFile:
    """A seed file that keeps its rules, as text."""

    name: str
    text: str

    @classmethod
    def read(cls, folder: Path, name: str) -> SeedFile:
        """The file of that table."""
        path = folder / TABLES[name].file
        return cls(name, path.read_text(encoding="utf-8"))

    @property
    def table(self) -> SeedTable:
        """What the file declares."""
        return TABLES[self.name]

    @property
    def rows(self) -> list[TypedRow]:
        """The rows below the header, in order."""
        lines = list(io.StringIO(self.text, newline="\n"))
        reader = csv.reader(lines, strict=True)
        found, header, first = [], next(reader), reader.line_num
        for cells in reader:
            text = "".join(lines[first : reader.line_num])
            found.append(TypedRow(first + 1, dict(zip(header, cells, strict=True)), text))
            first = reader.line_num
        return found

    def with_row(self, cells: Mapping[str, str]) -> tuple[SeedFile, int]:
        """The file with one row more at its sorted place, and the line where it stands.

        Raises SeedError for a cell that is wrong by itself.
        """
        order = seeds.order_of(self.table, seeds.typed(self.table, cells))
        assert order is not None, "columns to sort by are never empty"
        lines = list(io.StringIO(self.text, newline="\n"))
        at = len(lines)
        for row in self.rows:
            other = seeds.order_of(self.table, seeds.typed(self.table, row.cells))
            if other is not None and other > order:
                at = row.line - 1
                break
        lines.insert(at, self.line_of(cells))
        return replace(self, text="".join(lines)), at + 1

    def with_rewritten(self, row: TypedRow, cells: Mapping[str, str]) -> SeedFile:
        """The file with other cells in one of its rows, whose place does not change."""
        lines = list(io.StringIO(self.text, newline="\n"))
        height = len(list(io.StringIO(row.text, newline="\n")))
        lines[row.line - 1 : row.line - 1 + height] = [self.line_of(cells)]
        return replace(self, text="".join(lines))

    def line_of(self, cells: Mapping[str, str]) -> str:
        """A row as the file writes it, with its line end."""
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerow([cells[n] for n in self.table.names])
        return written.getvalue()

    def write(self, folder: Path) -> None:
        """Put it in the place of the file in that folder, whole or not at all."""
        write_atomically(folder / self.table.file, self.text.encode())


def violations_with(folder: Path, changed: Iterable[SeedFile]) -> list[str]:
    """Every rule that the seed files of a folder would break with these files among them."""
    with tempfile.TemporaryDirectory() as place:
        copied = Path(place)
        for path in folder.glob("*.csv"):
            shutil.copyfile(path, copied / path.name)
        for file in changed:
            file.write(copied)
        return seeds.violations(copied)
