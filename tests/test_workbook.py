"""Tables that leave: XLSX read back by openpyxl and LibreOffice, CSV by DuckDB, and texts that were
written to be taken for formulas."""

from __future__ import annotations

import csv
import io
import math
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import data
from data import tables, workbook
from data.described import unit_of

HOSTILE = (
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "＝1+1", "＋1", "－1", "＠SUM(1)", " =1+1", "\u00a0=1",
    "\u3000＝1", "\t=1", "\r=1", "\n=1", "\x00=1", "\ufeff=1", "\u200b=1", "'=1", "-5",
    "a;=1+1", "a\t@x", "a\n=1", 'a"\n; =1', "=HYPERLINK(\"http://x\")", "http://x", "mailto:x@y",
    "<img src=x onerror=alert(1)>", "\x1b[31mred", "{=1}", "_x0041_", "\uffff", "😀" * 9,
    "<r>a & b</r>", "<r><t>bold</t></r>",
)  # fmt: skip
# What begins a formula, wherever a spreadsheet may begin a cell.
CELL_STARTS = ("\t", "\r", "\n", ";")
SIGNS = "=+-@＝＋－＠"
CALC_IS_NEEDED = "soffice with LibreOffice Calc is not installed (Debian: libreoffice-calc)"


def sheets_of(content: bytes) -> tuple[Any, Any]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Rows", "About"]
    return book["Rows"], book["About"]


def could_be_a_formula(text: str) -> bool:
    """Whether a spreadsheet that splits lines and cells by any separator sees one somewhere."""
    parts = [text]
    for start in CELL_STARTS:
        parts = [piece for part in parts for piece in part.split(start)]
    unseen = "".join(map(chr, [*range(33), *range(0x7F, 0xA1), 0x200B, 0x3000, 0xFEFF]))
    return any(part.strip(unseen)[:1] in tuple(SIGNS) for part in parts)


def test_a_workbook_has_typed_cells() -> None:
    frame = pd.DataFrame(
        {
            "name": ["=1+1", None, "x"],
            "on": pd.to_datetime(["2026-05-04", None, "1899-01-01"]).astype("datetime64[s]"),
            "at": pd.to_datetime(["2026-05-04 06:07:08+02:00", None, None], utc=True),
            "share": [0.25, 1 / 3, None],
            "count": pd.array([1234567, None, 2**53 + 1], dtype="Int64"),
            "is_new": [True, False, None],
            "parts": [["a", "=b"], [], None],
            "huge": [1e22, None, 0.5],
        }
    )
    content = tables.to_bytes(
        frame,
        "xlsx",
        about=[("Title", "=cmd"), ("Caveat", "two\nlines")],
        fractions=["share"],
        created=datetime(2026, 5, 5, tzinfo=UTC),
    )
    rows, about = sheets_of(content)
    assert [cell.value for cell in rows[1]] == list(frame.columns)
    assert all(cell.font.bold for cell in rows[1])
    assert rows.freeze_panes == "A2"
    assert rows.auto_filter.ref == "A1:H4"
    first, second, third = ([cell.value for cell in row] for row in rows.iter_rows(min_row=2))
    assert first == [
        "=1+1", datetime(2026, 5, 4), datetime(2026, 5, 4, 4, 7, 8), 0.25, 1234567, True,
        '["a","=b"]', 1e22,
    ]  # fmt: skip
    assert second == [None, None, None, 1 / 3, None, False, "[]", None]
    # A sheet has no day before 1900, and its numbers are doubles: both stay exact as texts.
    assert third == ["x", "1899-01-01", None, None, str(2**53 + 1), None, None, 0.5]
    formats = [cell.number_format for cell in rows[2]]
    assert formats[1:5] == ["yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "0.0 %", "#,##0"]
    assert [tuple(cell.value for cell in row) for row in about.iter_rows()] == [
        ("Title", "=cmd"),
        ("Caveat", "two\nlines"),
    ]
    assert not any(cell.data_type == "f" for row in (*rows, *about) for cell in row)
    assert content == tables.to_bytes(
        frame,
        "xlsx",
        about=[("Title", "=cmd"), ("Caveat", "two\nlines")],
        fractions=["share"],
        created=datetime(2026, 5, 5, tzinfo=UTC),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts(text: str) -> None:
    """As a value, as a column's name and on the second sheet."""
    frame = pd.DataFrame({text: pd.Series([text], dtype=object)})
    rows, about = sheets_of(tables.to_bytes(frame, "xlsx", about=[(text, text)]))
    cells = [cell for row in (*rows, *about) for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)
    allowed = "".join(c for c in text if c >= " " or c in "\t\n\r" if c != "\uffff")
    spelled = {str(cell.value or "").replace("_x000D_", "\r") for cell in cells}
    assert {value.replace("\r", "\n") for value in spelled} == {allowed.replace("\r", "\n")}
    guarded = tables.harmless(text)
    assert not could_be_a_formula(guarded)
    assert guarded.replace("'", "") == text.replace("'", "")


def test_a_long_text_is_cut_with_a_mark_and_an_empty_frame_has_a_header() -> None:
    for letter in ("x", "😀"):
        rows, _ = sheets_of(tables.to_bytes(pd.DataFrame({"a": [letter * 40_000]}), "xlsx"))
        value = rows["A2"].value
        assert value.endswith("(cut: CSV and Parquet have the whole text)")
        assert len(value.encode("utf-16-le")) // 2 > workbook.MOST_LETTERS - 2
        assert len(value.encode("utf-16-le")) // 2 <= workbook.MOST_LETTERS
    rows, _ = sheets_of(tables.to_bytes(pd.DataFrame({"a": [], "b": []}), "xlsx"))
    assert [[cell.value for cell in row] for row in rows] == [["a", "b"]]
    sheets_of(tables.to_bytes(pd.DataFrame(), "xlsx"))


def test_more_rows_than_a_sheet_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    with pytest.raises(data.AdoptionError, match=r"at most 2 rows.*found 3.*CSV or Parquet"):
        tables.to_bytes(pd.DataFrame({"a": [1, 2, 3]}), "xlsx")


VALUES = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.dates(date(1900, 3, 1), date(9999, 12, 31)),
    st.integers(-(2**60), 2**60),
    st.floats(-1e300, 1e300),  # rounded to 16 digits the largest doubles are infinite
)


@settings(max_examples=25, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=6))
def test_any_values_come_back(values: list[Any]) -> None:
    frame = pd.DataFrame({"value": pd.Series(values, dtype=object), "last": 1})
    rows, _ = sheets_of(tables.to_bytes(frame, "xlsx"))
    told = csv.reader(io.StringIO(tables.to_bytes(frame, "csv").decode(), newline=""))
    for value, row, (cell, _) in zip(values, list(rows)[1:], list(told)[1:], strict=True):
        found, _ = row
        assert found.data_type != "f"
        if isinstance(value, str):
            assert not could_be_a_formula(cell)
        elif value is None:
            assert found.value is None
            assert cell == ""
        elif isinstance(value, date):
            assert found.value.date() == value
            assert cell == value.isoformat()
        elif isinstance(value, int) and abs(value) > 2**53:
            assert found.value == cell == str(value)
        else:
            # A spreadsheet keeps 16 digits or more of a double.
            assert math.isclose(found.value, value, rel_tol=1e-15)
            assert float(cell) == value


def test_csv_of_hostile_texts_is_read_by_duckdb(tmp_path: Path) -> None:
    texts = [text for text in HOSTILE if "\x00" not in text]
    frame = pd.DataFrame({"number": range(len(texts)), "text": texts, "share": 1 / 3})
    path = tmp_path / "rows.csv"
    tables.write(frame, path, "csv")
    read = duckdb.execute(
        "SELECT * FROM read_csv(?, header = true, delim = ',', quote = '\"', escape = '\"', "
        "columns = {'number': 'BIGINT', 'text': 'VARCHAR', 'share': 'DOUBLE'})",
        [str(path)],
    ).fetchall()
    assert read == [(n, tables.harmless(text), 1 / 3) for n, text in enumerate(texts)]


def test_libreoffice_opens_a_workbook(tmp_path: Path) -> None:
    """What is written to a cell is what another program shows: no formula was run."""
    office = shutil.which("soffice")
    if office is None or not (Path(office).resolve().parent / "libsclo.so").exists():
        pytest.skip(CALC_IS_NEEDED)
    frame = pd.DataFrame({"text": ["=1+1", "@x"], "share": [0.25, None], "count": [1234567, 2]})
    content = tables.to_bytes(frame, "xlsx", fractions=["share"])
    (tmp_path / "rows.xlsx").write_bytes(content)
    subprocess.run(
        [
            office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
            "--convert-to", "csv", "--outdir", str(tmp_path), str(tmp_path / "rows.xlsx"),
        ],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    shown = (tmp_path / "rows.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in shown] == ["text", "=1+1", "@x"]


def test_a_row_of_nothing_and_many_columns() -> None:
    """Cells are written as XML of our own: each in its place, texts of all sheets in one table."""
    wide = {f"c{number}": [None, f"text <{number}> & more"] for number in range(28)}
    content = tables.to_bytes(pd.DataFrame(wide), "xlsx", about=[("text <1> & more", "twice")])
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book["Rows"].dimensions == "A1:AB3"
    assert [cell.value for cell in book["Rows"][2]] == [None] * 28
    assert book["Rows"]["AB3"].value == "text <27> & more"
    assert book["About"]["A1"].value == "text <1> & more"


def test_what_is_read_in_percent_is_a_fraction(seeds_build: Path) -> None:
    """Columns are known by their names: none of them holds more than a whole."""
    for info in data.catalog(seeds_build):
        names = data.fractions(info)
        assert info.value_column in names or not info.unit.startswith("fraction")
        shares = [name for name in names if "share" in name]
        if shares and info.name in ("account_downloads", "standings", "family_shares"):
            assert data.metric(info.name, build=seeds_build)[shares].max().max() <= 1


def test_rows_made_of_a_metric_have_its_fractions(seeds_build: Path) -> None:
    momentum = data.metric_info("momentum", build=seeds_build)
    made = ["momentum", "downloads", "share_points_3m", "source", "other_share"]
    assert data.fractions(momentum, made) == {"momentum", "share_points_3m", "other_share"}
    texts = data.metric_info("family_shares", build=seeds_build)
    assert data.fractions(texts, ["share", "family_shares"]) == {"family_shares"}
    assert data.fractions(None, ["value", "share", "market"]) == {"share"}


def test_parquet_has_the_types_of_the_build(tmp_path: Path) -> None:
    """A count beside an unknown one is no float, a day no instant; an index of counts stays one."""
    frame = pd.DataFrame(
        {"day": pd.to_datetime(["2026-09-01"] * 2), "count": [3.0, None], "index": [100.0, 50.5],
         "known": [True, None], "note": [None, None], "extra": [1.0, math.inf]}
    )  # fmt: skip
    types = {"day": "DATE", "count": "BIGINT", "index": "BIGINT", "known": "BOOLEAN",
             "note": "VARCHAR", "gone": "BIGINT"}  # fmt: skip
    content = tables.to_bytes(frame, "parquet", types=types)
    (tmp_path / "rows.parquet").write_bytes(content)
    rows = duckdb.sql(f"FROM '{tmp_path / 'rows.parquet'}'")
    assert [str(kind) for kind in rows.types] == [
        "DATE", "BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR", "DOUBLE",
    ]  # fmt: skip
    assert rows.fetchall()[1] == (date(2026, 9, 1), None, 50.5, None, None, None)
    assert tables.to_bytes(frame, "csv").decode().splitlines()[1] == "2026-09-01,3,100.0,true,,1"


def test_each_column_has_its_own_unit(seeds_build: Path) -> None:
    info = data.metric_info("account_downloads", build=seeds_build)
    units = {column.name: unit_of(info, column) for column in info.columns}
    assert units["account_downloads"] == "downloads"
    assert units["share"] == "fraction"
    assert units["account"] is None


def test_about_tells_whose_figures_they_are(seeds_build: Path) -> None:
    lines = data.about(
        "account_downloads", build=seeds_build, scope="own", caveats=["Mind the gap"]
    )
    told = dict(lines)
    assert told["Scope"] == "own"
    assert told["Caveat"] == "Mind the gap"
    assert told["Column share"] == "share as published, fraction 0..1"
    assert told["Licence"].endswith("Apache-2.0")
    assert "as of 2026-10-02" in told["Citation"]
    assert told["Build"].startswith(seeds_build.stem)


def test_credits_are_those_of_the_rows(seeds_build: Path, collected_build: Path) -> None:
    def names(metric: str, build: Path) -> list[str]:
        return [credit.name for credit in data.credits(build, metric)]

    assert names("account_downloads", seeds_build) == ["model-pulse-report-2026-10"]
    assert names("downloads_30d", seeds_build) == []
    assert names("downloads_30d", collected_build) == ["huggingface"]
    assert names("events", collected_build) == []
    everything = data.credits(collected_build)
    assert {credit.is_collected for credit in everything} == {True, False}
    assert all("{as_of}" not in credit.cited() for credit in everything)
