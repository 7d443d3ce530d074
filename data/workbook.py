"""A table as an XLSX workbook: the rows on the first sheet, what they mean on the last; between
them, where there is one, the same as a grid that other software pastes.

Every cell is written as what it is: a text stays a text whatever it begins with, so nothing in a
workbook is a formula or a link. The same rows give the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import orjson
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from data.errors import AdoptionError

MOST_ROWS = 1_048_575  # below a header
MOST_LETTERS = 32_767
ABOUT, WIDE = "About", "Wide"
CUT = " … (cut: CSV and Parquet have the whole text)"

_FIRST_DAY = datetime(1980, 1, 1)  # the oldest that a ZIP file knows
_DAY_ZERO = datetime(1899, 12, 30)
_FIRST_SHEET_DAY = date(1900, 3, 1)  # spreadsheets count a 29 February 1900, which never was
_EXACT = 2**53  # cells are doubles: larger integers would be rounded
# What XML forbids, and halves of letters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMATS = {
    "count": "#,##0",
    "fraction": "0.0 %",
    "day": "yyyy-mm-dd",
    "instant": "yyyy-mm-dd hh:mm:ss",
}
# From this size of its largest number on, how the numbers of a column are shown.
_NUMBER_FORMATS = ((1e15, "0.00E+00"), (1e4, "#,##0"), (100, "#,##0.0"), (1, "#,##0.00"))
_SMALL_NUMBER_FORMAT = "0.0000"
_AT_LEFT: Mapping[str, Any] = {"align": "left"}
_AT_RIGHT: Mapping[str, Any] = {"align": "right", "indent": 1}
_LEAST_WIDTH, _MOST_WIDTH = 8, 48
_ROWS_LOOKED_AT = 200
_LABEL_WIDTH, _TEXT_WIDTH = 28, 100

Kind = Literal["text", "count", "number", "fraction", "day", "instant", "flag"]


class PlainBook(Workbook):  # type: ignore[misc]  # xlsxwriter has no types
    """A workbook whose texts are text letter by letter; the library's own takes one that stands
    within <r> and </r> for XML."""

    def _get_packager(self) -> Packager:
        return _Packager()


class _Packager(Packager):  # type: ignore[misc]
    def _write_shared_strings_file(self) -> None:
        if self.workbook.str_table.count:
            texts = _Texts()
            texts.string_table = self.workbook.str_table
            texts._set_xml_writer(self._filename("xl/sharedStrings.xml"))
            texts._assemble_xml_file()


class _Texts(SharedStrings):  # type: ignore[misc]
    def _xml_rich_si_element(self, string: str) -> None:
        self._xml_si_element(string)


def workbook(
    names: Sequence[str],
    columns: Sequence[Sequence[Any]],
    *,
    about: Sequence[tuple[str, str]] = (),
    fractions: Collection[str] = (),
    created: datetime | None = None,
    wide: tuple[Sequence[str], Sequence[Sequence[Any]]] | None = None,
) -> bytes:
    """Columns of plain values, None for NULL, as the bytes of an XLSX file.

    `about` are the lines of the last sheet, `wide` are names and columns of a sheet before it;
    numbers of the columns `fractions` are shown in percent; `created` is the date that the file
    carries. Raises AdoptionError for more rows than a sheet can hold.
    """
    count = len(columns[0]) if columns else 0
    if count > MOST_ROWS:
        raise AdoptionError(
            f"expected at most {MOST_ROWS:,} rows, which is what an XLSX sheet can hold, found "
            f"{count:,}; filter them, or write CSV or Parquet"
        )
    out = io.BytesIO()
    book = PlainBook(out, {"in_memory": True})
    book.set_properties({"created": created or _FIRST_DAY})
    codes = [*_FORMATS.values(), *(code for _, code in _NUMBER_FORMATS), _SMALL_NUMBER_FORMAT]
    formats = {
        code: book.add_format({"num_format": code, **_side(code)}) for code in dict.fromkeys(codes)
    }
    _write_grid(book, "Rows", names, columns, fractions, formats)
    if wide:
        _write_grid(book, WIDE, *wide, fractions, formats)
    _write_about(book, about)
    book.close()
    return out.getvalue()


def _write_grid(
    book: Workbook,
    title: str,
    names: Sequence[str],
    columns: Sequence[Sequence[Any]],
    fractions: Collection[str],
    formats: Mapping[str, Format],
) -> None:
    left, right = (
        book.add_format({"bold": True, "bottom": 1, **side}) for side in (_AT_LEFT, _AT_RIGHT)
    )
    sheet = book.add_worksheet(title, worksheet_class=_RowsSheet)
    cells = []
    for place, (name, values) in enumerate(zip(names, columns, strict=True)):
        kind = _kind(values, is_fraction=name in fractions)
        numbers = _number_format(values, kind)
        sheet.write_string(0, place, _text(name), right if numbers else left)
        cells.append(_cells(sheet, place, values, numbers, formats))
        sheet.set_column(place, place, _width(name, values, kind))
    sheet.put(cells)
    sheet.freeze_panes(1, 0)
    if names:
        count = len(columns[0])
        sheet.autofilter(0, 0, count, len(names) - 1)


class _RowsSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
    """A sheet of a header and rows. The library's call for each cell takes four times as long."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []

    def put(self, columns: Sequence[Sequence[str]]) -> None:
        """Lay down the cells below the header, column by column, each as it is in the file."""
        rows = enumerate(zip(*columns, strict=True), start=2)
        self._lines = [f'<row r="{number}">{"".join(cells)}</row>' for number, cells in rows]
        if columns:
            self._check_dimensions(len(self._lines), len(columns) - 1)

    def text(self, text: str) -> int:
        """The number of a text in the table of texts that all sheets share."""
        number: int = self.str_table._get_shared_string_index(text)
        return number

    def _write_rows(self) -> None:
        super()._write_rows()
        self.fh.write("".join(self._lines))


def _cells(
    sheet: _RowsSheet,
    place: int,
    values: Sequence[Any],
    numbers: str | None,
    formats: Mapping[str, Format],
) -> list[str]:
    """The cells of values below a header, each as what it is; `numbers` is how numbers are shown.
    Nothing but the number of a text stands in a cell of text, so no text becomes a formula."""
    column = xl_col_to_name(place)
    style = _style(formats, numbers) if numbers else ""
    styles = {kind: _style(formats, _FORMATS[kind]) for kind in ("day", "instant")}
    found = []
    for row, value in enumerate(values, start=2):
        if value is None or value == "":
            cell = ""
        elif isinstance(value, bool):
            cell = f'<c r="{column}{row}" t="b"><v>{value:d}</v></c>'
        elif isinstance(value, (int, float)) and abs(value) <= _EXACT:
            cell = f'<c r="{column}{row}"{style}><v>{value!r}</v></c>'
        elif isinstance(value, float):
            cell = f'<c r="{column}{row}"><v>{value!r}</v></c>'
        elif _is_sheet_day(value):
            kind = "instant" if isinstance(value, datetime) else "day"
            cell = f'<c r="{column}{row}"{styles[kind]}><v>{_serial(value)!r}</v></c>'
        else:
            cell = f'<c r="{column}{row}" t="s"><v>{sheet.text(_text(value))}</v></c>'
        found.append(cell)
    return found


def _style(formats: Mapping[str, Format], code: str) -> str:
    return f' s="{formats[code]._get_xf_index()}"'


def _serial(value: date) -> float | int:
    """A day or an instant as a sheet counts them: days. Sheets know no zones: it is in UTC."""
    if not isinstance(value, datetime):
        return (value - _DAY_ZERO.date()).days
    naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return (naive - _DAY_ZERO) / timedelta(days=1)


def _write_about(book: Workbook, about: Sequence[tuple[str, str]]) -> None:
    label = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(ABOUT)
    sheet.set_column(0, 0, _LABEL_WIDTH)
    sheet.set_column(1, 1, _TEXT_WIDTH)
    for row, (name, text) in enumerate(about):
        sheet.write_string(row, 0, _text(name), label)
        sheet.write_string(row, 1, _text(text), wrapped)


def _kind(values: Sequence[Any], *, is_fraction: bool) -> Kind:
    """What the values of a column are; texts where they are mixed or none."""
    types = {type(value) for value in values} - {type(None)}
    if types == {bool}:
        return "flag"
    if types and types <= {int, float}:
        return "fraction" if is_fraction else "number" if float in types else "count"
    if types == {date}:
        return "day"
    return "instant" if types == {datetime} else "text"


def _number_format(values: Sequence[Any], kind: Kind) -> str | None:
    """How numbers of a column are shown; their values are never rounded."""
    if kind in ("count", "fraction"):
        return _FORMATS[kind]
    if kind != "number":
        return None
    largest = _largest(values)
    return next((code for least, code in _NUMBER_FORMATS if largest >= least), _SMALL_NUMBER_FORMAT)


def _side(code: str) -> Mapping[str, Any]:
    """Numbers stand at the right, days at the left like texts."""
    return _AT_LEFT if code in (_FORMATS["day"], _FORMATS["instant"]) else _AT_RIGHT


def _largest(values: Sequence[Any]) -> float:
    return max(abs(float(value)) for value in values if value is not None)


def _is_sheet_day(value: Any) -> bool:
    if not isinstance(value, date):
        return False
    day = value.date() if isinstance(value, datetime) else value
    return day >= _FIRST_SHEET_DAY


def _text(value: Any) -> str:
    """A value as a text that a cell can hold."""
    if isinstance(value, (list, dict)):
        value = orjson.dumps(value, default=str).decode()
    text = _FORBIDDEN.sub("", value.isoformat() if isinstance(value, date) else str(value))
    # A cell counts in units of UTF-16, in which some letters are two.
    if 2 * len(text) <= MOST_LETTERS or len(text.encode("utf-16-le")) // 2 <= MOST_LETTERS:
        return text
    kept = text.encode("utf-16-le")[: 2 * (MOST_LETTERS - len(CUT))]
    return kept.decode("utf-16-le", errors="ignore") + CUT


def _width(name: str, values: Sequence[Any], kind: Kind) -> float:
    """Wide enough for the name with the button of its filter, and for most values."""
    if kind in ("day", "instant"):
        longest = len(_FORMATS[kind])
    elif kind == "fraction":
        longest = _LEAST_WIDTH
    elif kind in ("count", "number"):
        longest = len(f"{_largest(values):,.0f}") + (3 if kind == "number" else 0)
    else:
        longest = max((len(str(value)) for value in values[:_ROWS_LOOKED_AT]), default=0)
    return min(max(longest + 2, len(name) + 4, _LEAST_WIDTH), _MOST_WIDTH)
