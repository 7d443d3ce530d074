"""The data sheet inside a slide's chart: what PowerPoint opens for "Edit data"."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from xlsxwriter.utility import xl_col_to_name

import data
from dashboard.chart import ValueKind

Cell = float | str | date | None
DATA, ABOUT = "Data", "About"
NAME_LETTERS = 200  # Excel takes names of series of 255 letters
CELL_FORMATS: dict[ValueKind, str] = {
    "share": "0.0\\ %", "count": "#,##0", "index": "#,##0.0", "change": "+#,##0;-#,##0;0",
    "score": "#,##0.0", "growth": "+0.0\\ %;-0.0\\ %;0.0\\ %", "rank": "0",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column: its name in the first row, its cells below, and how numbers and dates are shown
    (empty for text)."""

    title: str
    cells: tuple[Cell, ...]
    shown_as: str = ""


@dataclass
class Sheet:
    """The columns of a data sheet, from left to right."""

    columns: list[Column] = field(default_factory=list)

    def add(self, title: str, cells: Sequence[Cell], shown_as: str = "") -> int:
        """Append a column and return its number; a name that is taken gets a number."""
        title = title[:NAME_LETTERS] or "value"
        taken = {column.title for column in self.columns}
        name = next(
            name
            for name in (title, *(f"{title} ({number})" for number in range(2, len(taken) + 3)))
            if name not in taken
        )
        self.columns.append(Column(name, tuple(cells), shown_as))
        return len(self.columns) - 1

    def head(self, column: int) -> str:
        """Where the name of a column stands."""
        return f"{DATA}!${xl_col_to_name(column)}$1"

    def cells(self, column: int, rows: int | None = None) -> str:
        """Where its first `rows` cells stand; all of them by default."""
        name = xl_col_to_name(column)
        count = len(self.columns[column].cells) if rows is None else rows
        return f"{DATA}!${name}$2:${name}${count + 1}"


def workbook(sheet: Sheet, about: Sequence[tuple[str, str]], made_on: datetime) -> bytes:
    """The sheet and a second one that says what it holds. The same values give the same bytes."""
    stream = io.BytesIO()
    book = data.PlainBook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"created": made_on})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    looks = {
        shown_as: book.add_format({"num_format": shown_as})
        for shown_as in dict.fromkeys(column.shown_as for column in sheet.columns)
        if shown_as
    }
    page = book.add_worksheet(DATA)
    page.freeze_panes(1, 0)
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, 14)
        page.write_string(0, number, column.title, bold)
        for row, cell in enumerate(column.cells, start=1):
            if isinstance(cell, str):
                page.write_string(row, number, cell)
            elif isinstance(cell, date):
                page.write_datetime(row, number, datetime.combine(cell, time()),
                                    looks[column.shown_as])  # fmt: skip
            elif cell is not None:
                page.write_number(row, number, cell, looks.get(column.shown_as))
    told = book.add_worksheet(ABOUT)
    told.set_column(0, 0, 16)
    told.set_column(1, 1, 110)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for row, (name, text) in enumerate(about):
        told.write_string(row, 0, name, bold)
        told.write_string(row, 1, text, wrapped)
    book.close()
    return stream.getvalue()
