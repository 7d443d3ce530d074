"""Reads tables that somebody on the internet wrote as CSV: by the names of their columns.

Cells are text without outer or doubled spaces, and None when they are empty: never zero.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from collectors.errors import WrongAnswerError
from collectors.fields import MalformedRowError, decimal
from collectors.http import printable, shortened

_COMMENT = "#"

Cells = dict[str, str | None]


@dataclass(frozen=True)
class CsvTable:
    """A header and what stands below it, as it came; lines without any cell are left out."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def require(self, names: Sequence[str]) -> None:
        """Raises WrongAnswerError unless each of these columns is there, once."""
        wrong = [name for name in names if self.header.count(name) != 1]
        if wrong:
            raise WrongAnswerError(
                f"expected CSV with the column {shortened(wrong)} once, "
                f"found {shortened(self.header) or 'an empty header'}"
            )

    def cells(self, row: Sequence[str]) -> Cells:
        """A row by column; MalformedRowError when it is longer or shorter than the header."""
        if len(row) != len(self.header):
            raise MalformedRowError("not as many cells as the header has")
        return {
            name: " ".join(cell.split()) or None
            for name, cell in zip(self.header, row, strict=True)
        }


def csv_of(body: bytes | str) -> CsvTable:
    """What a body says; comment lines before the header are passed over. WrongAnswerError."""
    try:
        text = body.decode("utf-8-sig") if isinstance(body, bytes) else body
        while text.startswith(_COMMENT):
            text = text.partition("\n")[2]
        lines = io.StringIO(text, newline="")
        read = [tuple(row) for row in csv.reader(lines, strict=True) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise WrongAnswerError(
            f"expected CSV, found {len(body):,} bytes that are not ({printable(str(error), 80)})"
        ) from None
    if not read:
        raise WrongAnswerError("expected CSV with a header, found nothing")
    return CsvTable(tuple(name.strip() for name in read[0]), tuple(read[1:]))


def amount(cells: Cells, name: str, most: float) -> float | None:
    """A number from 0 to `most` that is written as text; raises MalformedRowError."""
    found = decimal(cells, name)
    if found is None:
        return None
    if not 0 <= found <= most:
        raise MalformedRowError(f"{name} is not between 0 and {most:g}")
    return float(found)
