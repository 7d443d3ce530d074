"""Slides: what they hold, read back with other software than what wrote them."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pptx
import pytest
from openpyxl.chart.chartspace import ChartSpace
from openpyxl.utils.cell import range_boundaries
from openxml_audit import FileFormat, OpenXmlValidator
from pptx.oxml import parse_xml
from pptx.util import Inches, Pt

from dashboard import lettering, scales, slide_axes, slide_charts, slide_layout, slides
from dashboard.chart import Band, Bar, Chart, Level, Line, Marker, Note, Point
from dashboard.slide_cards import CardPage
from dashboard.slide_layout import Words
from dashboard.slide_look import contrast
from dashboard.slide_tables import TablePage
from dashboard.slides import SlideError, SlideItem, deck_bytes, pages_bytes, slide_bytes
from data import AdoptionError

BLUE, RED, GREY = ("#1677e0", "#58a6ff"), ("#c8443a", "#ef7b6f"), ("#7b8491", "#9aa3af")
MONTHS = tuple(date(2025 + n // 12, n % 12 + 1, 1) for n in range(14))
BUILD = "adoption-20261122T115446269830Z"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
NAMES = {"c": C[1:-1], "a": A[1:-1]}


def chart(**parts: Any) -> Chart:
    told: dict[str, Any] = {
        "key": "made", "title": "Share of downloads by month", "shown": "Accounts, not families",
        "unit": "share of downloads", "value_kind": "share", "source": "Pulse",
        "source_url": "https://example.org/pulse", "citation": "Source: Pulse",
        "as_of": "2026-02-28", "frame": pd.DataFrame(), "caveats": ("Read with care.",),
    }  # fmt: skip
    return Chart(**(told | parts))


def line(key: str, y: tuple[float | None, ...], **parts: Any) -> Line:
    told: dict[str, Any] = {
        "key": key, "label": key, "x": MONTHS[: len(y)], "y": y,
        "estimated": (False,) * len(y), "colours": BLUE,
    }  # fmt: skip
    return Line(**(told | parts))


RISE = tuple(0.05 * n + 0.01234567890123 for n in range(14))
FALL: tuple[float | None, ...] = (*(0.6 - 0.03 * n for n in range(9)), None, *(0.2,) * 4)
DAYS = tuple(date(2025, 1, 6) + timedelta(days=7 * n) for n in range(60))
FOCUS = line("Qwen", RISE, role="focus", estimated=(True,) * 4 + (False,) * 10)
OTHER = line("Llama", FALL, colours=RED)
MARKED = {
    "bands": (
        Band(MONTHS[0], MONTHS[3], "estimated", "estimated"),
        Band(MONTHS[5], MONTHS[6], "split", "interpolated"),
        Band(MONTHS[8], MONTHS[8], "counters stood still", "incident"),
    ),
    "markers": tuple(
        Marker(MONTHS[n] + timedelta(days=9), f"Release {n}", f"Release {n}") for n in (2, 3, 9)
    ),
    "notes": (Note(MONTHS[11], RISE[11], "ahead of Llama\nfor good"),),
    "levels": (Level(MONTHS[1], MONTHS[4], 0.15),),
}
LAYERS = (line("small", RISE), line("large", tuple(0.9 - value for value in RISE), colours=RED))
FORMS: dict[str, Chart] = {
    "lines": chart(lines=(FOCUS, OTHER, line("rest", RISE[::-1], role="rest", colours=GREY)),
                   **MARKED),
    "log": chart(lines=(line("Qwen", tuple(10.0**n for n in range(3, 10)), role="focus"),),
                 is_log=True, value_kind="count", unit="downloads"),
    "one date": chart(lines=(line("Qwen", (0.4,)), line("Llama", (0.2,), colours=RED))),
    "other dates": chart(
        lines=(line("Qwen", RISE), line("Llama", (0.3, None, 0.2, 0.1), x=MONTHS[1:8:2],
                                        estimated=(False,) * 4, colours=RED))),
    "intervals": chart(lines=(replace(FOCUS, highs=tuple(v + 0.1 for v in RISE)),)),
    "ranks": chart(value_kind="rank", unit="rank", lines=(
        line("Qwen", (2.0, 1.0, 1.0), role="focus"), line("Llama", (1.0, 2.0, 3.0), colours=RED))),
    "index": chart(value_kind="index", lines=(line("Qwen", (100.0, 4164.25, 595.5)),)),
    "days since": chart(
        value_kind="count", day_zero=date(2000, 1, 3), lines=(
            line("one", (0.0, 12.0, 40.0), x=tuple(date(2000, 1, 3 + n) for n in (0, 4, 9))),
            line("two", (5.0, 6.0), x=(date(2000, 1, 10), date(2000, 2, 20)),
                 estimated=(False, True), colours=RED))),
    "stacks": chart(stacks=LAYERS, bands=MARKED["bands"]),
    "weeks": chart(stacks=tuple(
        replace(layer, x=(*DAYS[:4], *DAYS[6:16])) for layer in LAYERS)),
    "areas": chart(stacks=tuple(
        line(key, (0.5,) * 60, x=DAYS, estimated=(False,) * 60, colours=hue)
        for key, hue in (("open", BLUE), ("closed", RED)))),
    "change": chart(
        value_kind="growth", unit="change",
        stacks=(line("Qwen", (0.2, -0.5, None, 1.26)),),
        lines=(line("Market", (0.1, 0.0, -0.1, 0.2), colours=GREY),)),
    "bars": chart(value_kind="count", unit="downloads", bars=tuple(
        Bar(f"m{n}", f"owner/model-{n}" + "-long" * 20 * (n == 3), 4.5e9 / 7**n, BLUE,
            half_width=1e5 * (n == 1))
        for n in range(11))),
    "points": chart(value_kind="count", unit="tokens", x_unit="dollars", is_log=True, points=tuple(
        Point(f"p{n}", f"model {n}", 0.1 * 3**n, 1e6 * 2**n, BLUE if n else RED,
              "compare" if n else "focus") for n in range(8))),
    "scores": chart(value_kind="score", unit="points", x_unit="downloads", points=tuple(
        Point(f"p{n}", f"model {n}", 10.0**n, 1300.0 + n, BLUE, "rest") for n in range(5))),
}  # fmt: skip


def parts_of(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def references(xml: bytes) -> Iterator[tuple[str, list[tuple[int, str]], int]]:
    """Address, cached points and their count of each reference to cells."""
    for found in ElementTree.fromstring(xml).iter():
        if found.tag not in {f"{C}numRef", f"{C}strRef"}:
            continue
        cache = found[1]
        points = [(int(p.get("idx", "")), p[0].text or "") for p in cache.iter(f"{C}pt")]
        count = cache.find(f"{C}ptCount")
        assert count is not None
        yield found[0].text or "", points, int(count.get("val", ""))


def cells_of(book: openpyxl.Workbook, address: str) -> list[Any]:
    name, _, cells = address.partition("!")
    first_column, first, last_column, last = range_boundaries(cells.replace("$", ""))
    assert first_column == last_column
    return [book[name].cell(row, first_column).value for row in range(first, last + 1)]


def as_number(value: Any) -> Any:
    return (value - datetime(1899, 12, 30)).days if isinstance(value, datetime) else value


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_chart(form: str) -> None:
    drawn = FORMS[form]
    file = slide_bytes(SlideItem(drawn, "Qwen leads with 34.7 %"), build=BUILD)
    parts = parts_of(file)
    (slide,) = pptx.Presentation(io.BytesIO(file)).slides
    (frame,) = [shape for shape in slide.shapes if shape.has_chart]
    xml = parts["ppt/charts/chart1.xml"]

    # The data sheet holds what the chart shows, where the chart says that it stands.
    book = openpyxl.load_workbook(io.BytesIO(frame.chart.part.chart_workbook.xlsx_part.blob))
    assert book.sheetnames == ["Data", "About"]
    seen = list(references(xml))
    assert seen
    for address, points, count in seen:
        cells = [as_number(cell) for cell in cells_of(book, address)]
        assert len(cells) == count
        assert {at for at, cell in enumerate(cells) if cell is not None} == {at for at, _ in points}
        for at, text in points:
            if isinstance(cells[at], str):
                assert text == cells[at]
                assert text
            else:
                assert float(text) == cells[at]
    columns = {cells[0].value: [c.value for c in cells[1:]] for cells in book["Data"].columns}
    assert len(columns) == book["Data"].max_column
    held = [value for cells in columns.values() for value in cells]
    wanted = [value for one in drawn.series for value in one.y if value is not None]
    wanted += [bar.value for bar in drawn.bars]
    wanted += [number for point in drawn.points for number in (point.x, point.y)]
    # A workbook's file keeps 16 digits.
    assert {f"{value:.15g}" for value in wanted} <= {
        f"{value:.15g}" for value in held if isinstance(value, int | float)
    }
    about = {row[0].value: row[1].value for row in book["About"].rows}
    assert about["as of"] == "2026-02-28"
    assert about["build"] == BUILD

    # Other readers take the XML: openpyxl knows every element and value of charts.
    root = ElementTree.fromstring(xml)
    for name in ("externalData", "userShapes"):  # it cannot read their relations
        root.remove(root.find(f"c:{name}", NAMES))  # type: ignore[arg-type]
    space = ChartSpace.from_tree(root)
    assert len(space.chart.plotArea._axes) == 2
    assert frame.chart.plots
    for name in ("ppt/charts/chart1.xml", "ppt/drawings/drawing1.xml", "ppt/slides/slide1.xml"):
        root = ElementTree.fromstring(parts[name])
        ids = [found.get("id") for found in root.iter() if found.tag.endswith("}cNvPr")]
        assert len(set(ids)) == len(ids)
        sizes = [int(found.get("sz", "1400")) for found in root.iter()
                 if found.tag in {f"{A}rPr", f"{A}defRPr"}]  # fmt: skip
        assert min(sizes, default=1400) >= 1400
        assert all(text.text and text.text.strip() for text in root.iter(f"{A}t"))
    numbers = re.findall(rb'<c:idx val="(\d+)"/><c:order', xml)
    assert len(set(numbers)) == len(numbers)

    # Whoever gets only the slide can tell what, where from, when and how sure.
    told = texts_of(slide)
    for text in ("Qwen leads with 34.7 %", drawn.title, drawn.shown, drawn.unit, "Source: Pulse",
                 "as of 2026-02-28", "Read with care.", "Build of 22 Nov 2026, 11:54"):  # fmt: skip
        assert text in told
    assert BUILD not in told, "its name is in the notes and on the last slide of a deck"
    alternative = frame._element.xpath("./p:nvGraphicFramePr/p:cNvPr/@descr")
    assert alternative == [drawn.description]
    notes = slide.notes_slide.notes_text_frame
    assert notes is not None
    assert "https://example.org/pulse" in notes.text


def series_of(name: str) -> list[ElementTree.Element]:
    native = slide_charts.native(FORMS[name], (880, 300), "Arial")
    return list(ElementTree.fromstring(native.xml).iter(f"{C}ser"))


def title_of(series: ElementTree.Element) -> str:
    found = series.find("c:tx/c:strRef/c:strCache/c:pt/c:v", NAMES)
    return (found.text if found is not None else "") or ""


def test_estimates_are_dotted_and_named_in_the_sheet() -> None:
    dashes = {title_of(one): [d.get("val") for d in one.findall("c:spPr/a:ln/a:prstDash", NAMES)]
              for one in series_of("lines")}  # fmt: skip
    assert dashes["Qwen, estimate"] == ["sysDot"]
    assert dashes["Qwen"] == dashes["Llama"] == []
    native = slide_charts.native(FORMS["lines"], (880, 300), "Arial")
    sheet = {column.title: column.cells for column in native.sheet.columns}
    assert sheet["Qwen"][:4] == (None,) * 4
    # The first measured value is in both, so that the two lines join.
    assert sheet["Qwen, estimate"][:6] == (*RISE[:5], None)


def test_the_focus_lies_on_top_and_is_thicker() -> None:
    drawn = [one for one in series_of("lines") if not title_of(one).startswith("level")]
    weights = {title_of(one): int(one.find("c:spPr/a:ln", NAMES).get("w", ""))  # type: ignore[union-attr]
               for one in drawn}  # fmt: skip
    assert title_of(drawn[0]) == "rest"
    assert title_of(drawn[-1]) == "Qwen, estimate"
    assert weights["Qwen"] > weights["Llama"] > weights["rest"]
    colour = drawn[-1].find("c:spPr/a:ln/a:solidFill/a:srgbClr", NAMES)
    assert colour is not None
    assert colour.get("val") == BLUE[0][1:].upper()


def test_a_gap_stays_a_gap_where_lines_have_other_dates() -> None:
    """Blanks are bridged there, so each unbroken stretch is a series of its own."""
    native = slide_charts.native(FORMS["other dates"], (880, 300), "Arial")
    assert b'<c:dispBlanksAs val="span"/>' in native.xml
    sheet = {column.title: column.cells for column in native.sheet.columns}
    assert [value for value in sheet["Llama"] if value is not None] == [0.3]
    assert [value for value in sheet["Llama (2)"] if value is not None] == [0.2, 0.1]
    assert b'<c:dispBlanksAs val="gap"/>' in slide_charts.native(
        FORMS["lines"], (880, 300), "Arial").xml  # fmt: skip


@pytest.mark.parametrize(
    ("form", "kinds", "unit"),
    [
        ("lines", ["lineChart"], "days"), ("stacks", ["barChart"], "months"),
        ("weeks", ["barChart"], None), ("areas", ["areaChart"], "days"),
        ("intervals", ["areaChart", "lineChart"], "days"),
        ("change", ["barChart", "lineChart"], "months"), ("days since", ["scatterChart"], None),
    ],
)  # fmt: skip
def test_kinds_of_charts_and_their_date_axes(form: str, kinds: list[str], unit: str | None) -> None:
    root = ElementTree.fromstring(slide_charts.native(FORMS[form], (880, 300), "Arial").xml)
    area = root.find("c:chart/c:plotArea", NAMES)
    assert area is not None
    assert [part.tag[len(C) :] for part in area if part.tag.endswith("Chart")] == kinds
    bases = [found.get("val") for found in root.iter(f"{C}baseTimeUnit")]
    assert bases == ([unit] if unit else [])
    if unit:
        steps = [found.get("val") for found in root.iter(f"{C}majorTimeUnit")]
        assert steps == ["months"]


def test_weeks_without_figures_keep_their_place() -> None:
    native = slide_charts.native(FORMS["weeks"], (880, 300), "Arial")
    dates, small, _ = native.sheet.columns
    assert dates.cells == DAYS[:16]
    assert small.cells[4:6] == (None, None)


def test_ranks_count_from_the_top() -> None:
    xml = slide_charts.native(FORMS["ranks"], (880, 300), "Arial").xml
    assert b'<c:orientation val="maxMin"/>' in xml
    assert b'<c:crosses val="max"/>' in xml  # the dates stay at the bottom


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.2B", '#,##0.0,,,"B"'), ("132M", '#,##0,,"M"'), ("700", "#,##0"),
        ("34.7 %", "#,##0.0\\ %"), ("0.26 %", "#,##0.00\\ %"),
        ("< 0.001 %", '[<0.00001]"< 0.001 %";0.000\\ %'), ("3rd", '[=3]0"rd";"rank "0'),
        ("+8 %", "+#,##0\\ %;−#,##0\\ %;±#,##0\\ %"), ("–", '"–"'),
    ],
)  # fmt: skip
def test_number_formats_of_values(text: str, code: str) -> None:
    assert slide_axes.value_format(text) == code


@pytest.mark.parametrize(
    ("kind", "marks", "code"),
    [
        ("share", (0, 0.1, 0.2), "#,##0\\ %"), ("share", (0, 0.005), "#,##0.0\\ %"),
        ("share", (0.001, 0.01, 0.1, 1), "[>=0.01]#,##0\\ %;0.0\\ %"),
        ("count", (0, 5e8, 1e9, 1.5e9), '[>=1000000000]#,##0.0,,,"B";[>=1000000]#,##0,,"M";#,##0'),
        ("count", (1e3, 1e6, 1e9), '[>=1000000000]#,##0,,,"B";[>=1000000]#,##0,,"M";#,##0,"K"'),
        ("change", (-2e6, 0, 1.5e6), '+0.0,,"M";−0.0,,"M";0'), ("index", (0, 2000), "#,##0"),
    ],
)  # fmt: skip
def test_number_formats_of_axes(kind: Any, marks: tuple[float, ...], code: str) -> None:
    assert slide_axes.axis_format(kind, marks) == code
    assert code.count("[") <= 2, "a format knows two conditions"


def boxes_of(native: slide_charts.NativeChart) -> list[tuple[str, list[float]]]:
    """Texts over the chart and where they stand, in parts of its width and height."""
    found = []
    for anchor in ElementTree.fromstring(native.drawing):
        text = "".join(part.text or "" for part in anchor.iter(f"{A}t"))
        ends = [float(part.text or "") for end in list(anchor)[:2] for part in end]
        if text:
            found.append((text, ends))
    return found


@pytest.mark.parametrize("form", FORMS)
def test_no_words_over_a_chart_overlap_or_leave_it(form: str) -> None:
    placed = boxes_of(slide_charts.native(FORMS[form], (880, 300), "Arial"))
    for at, (text, (x0, y0, x1, y1)) in enumerate(placed):
        # Places are cut to the chart; what is cut is smaller than its text.
        assert (x1 - x0) * 880 >= lettering.width(text, 14) * 0.45
        assert (y1 - y0) * 300 >= 14
        for other, (a0, b0, a1, b1) in placed[at + 1 :]:
            shared = min(x1, a1) - max(x0, a0), min(y1, b1) - max(y0, b0)
            assert min(shared[0] * 880, shared[1] * 300) < 2, (text, other)


def labels_of(series: ElementTree.Element) -> dict[int, str]:
    """The words of a series' labels by the row of their point."""
    found = series.findall("c:dLbls/c:dLbl", NAMES)
    return {int(one[0].get("val", "")): "".join(t.text or "" for t in one.iter(f"{A}t"))
            for one in found}  # fmt: skip


@pytest.mark.parametrize(
    ("form", "labels"),
    [
        ("lines", {"Qwen": {13: "Qwen 66.2 %"}, "Llama": {13: "Llama 20.0 %"},
                   "rest": {13: "rest 1.2 %"}}),
        ("other dates", {"Qwen": {13: "Qwen 66.2 %"}, "Llama (2)": {7: "Llama 10.0 % (2025-08)"}}),
        ("intervals", {"Qwen": {13: "Qwen 66.2–76.2 %"}}),
        ("ranks", {"Qwen": {2: "Qwen 1st"}, "Llama": {2: "Llama 3rd"}}),
        ("days since", {"one": {2: "one 40 (day 9)"}, "two, estimate": {1: "two 6"}}),
        ("stacks", {"small": {13: "■ small 66.2 %"}, "large": {13: "■ large 23.8 %"}}),
        ("change", {"Qwen": {3: "■ Qwen +126 %"}, "Market": {3: "Market +20 %"}}),
        ("areas", {}),  # whose labels PowerPoint does not say where they stand
        ("scores", {"points, others": {n: f"model {n}" for n in range(5)}}),
    ],
)  # fmt: skip
def test_words_beside_values_are_labels_of_their_points(
    form: str, labels: dict[str, dict[int, str]]
) -> None:
    drawn = series_of(form)
    assert {title_of(one): told for one in drawn if (told := labels_of(one))} == labels
    over = " ".join(text for text, _ in boxes_of(slide_charts.native(FORMS[form], (880, 300),
                                                                     "Arial")))  # fmt: skip
    words = [told for rows in labels.values() for told in rows.values()]
    assert not [told for told in words if told in over], "a shape would stay where it was"
    fields = [one.text for series in drawn for one in series.iterfind(".//a:fld/a:t", NAMES)]
    # Of an interval no label can show both ends, and a model's name is no value.
    is_live = form not in {"intervals", "areas", "scores"}
    assert [text.removesuffix(" %") for text in fields if text] == (
        [told.partition(" (")[0].removesuffix(" %").split()[-1]
         for one in drawn for told in labels_of(one).values()] if is_live else []
    )  # fmt: skip


def test_labels_of_values_that_are_close_are_apart_and_led_to() -> None:
    close = tuple(line(f"line {n}", (0.4, 0.5 + n / 1000)) for n in range(4))
    native = slide_charts.native(chart(lines=close), (880, 300), "Arial")
    root = ElementTree.fromstring(native.xml)
    downs = [-300 * float(y.get("val", "")) for y in
             root.iterfind(".//c:dLbl/c:layout/c:manualLayout/c:y", NAMES)]  # fmt: skip
    assert min(b - a for a, b in pairwise(sorted(downs))) > 0.9 * slide_charts.ROW
    assert native.xml.count(b'<c15:showLeaderLines val="1"/><c15:leaderLines>') == 3, (
        "one is where it belongs"
    )


HOSTILE = (
    "\x00\x1b=cmd|' /C calc'!A0", "<b>&amp;\"'", "\U0001f916 \u202eevil\u202c", "m" * 300,
    "שלום עולם", "+1", "@SUM(A1)", "]]>", "{as_of}", "\ufffe\ud800x",
    "<r>a & b</r>",
)  # fmt: skip


@pytest.mark.parametrize("form", ["lines", "stacks", "bars", "points", "days since"])
def test_untrusted_text_is_text(form: str) -> None:
    drawn = FORMS[form]
    texts = iter(HOSTILE * 9)
    drawn = replace(
        drawn,
        title=next(texts), shown=HOSTILE[1], unit=next(texts), citation=HOSTILE[0],
        source_url="javascript:alert(1)", caveats=HOSTILE,
        lines=tuple(replace(one, label=next(texts)) for one in drawn.lines),
        stacks=tuple(replace(one, label=next(texts)) for one in drawn.stacks),
        bars=tuple(replace(one, label=next(texts)) for one in drawn.bars),
        points=tuple(replace(one, label=next(texts)) for one in drawn.points),
        markers=tuple(replace(one, label=next(texts), title=next(texts)) for one in drawn.markers),
        notes=tuple(replace(one, text=next(texts)) for one in drawn.notes),
        bands=tuple(replace(one, label=next(texts)) for one in drawn.bands),
    )  # fmt: skip
    file = slide_bytes(SlideItem(drawn, HOSTILE[3], HOSTILE, "javascript:x"), build=BUILD)
    parts = parts_of(file)
    for name, part in parts.items():
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(part)
    assert b"javascript:" not in b"".join(
        part for name, part in parts.items() if name.startswith("ppt/slides/_rels")
    )
    (book,) = [part for name, part in parts.items() if name.endswith(".xlsx")]
    for page in openpyxl.load_workbook(io.BytesIO(book)):
        for row in page.rows:
            assert all(cell.data_type != "f" for cell in row)
    assert b"<f>" not in b"".join(parts_of(book).values())
    (slide,) = pptx.Presentation(io.BytesIO(file)).slides
    title = slide.shapes.title
    assert title is not None
    assert "\u202e" not in title.text_frame.text
    assert len(lettering.wrap(title.text_frame.text, 20, 872, is_bold=True)) <= 2


ITEMS = [
    SlideItem(FORMS["lines"], "Qwen rose to 66.2 %", ("A remark.",), "https://example.org/page"),
    SlideItem(FORMS["stacks"]),
    SlideItem(replace(FORMS["bars"], citation="Source: Hub, {as_of}", source="Hub")),
]


def deck(**parts: Any) -> bytes:
    told: dict[str, Any] = {"build": BUILD, "as_of": "2026-11-20"}
    return deck_bytes("Adoption in 2026", "For the board", ITEMS, **(told | parts))


def texts_of(slide: Any) -> str:
    """All words of a slide; a figure and its % sign are held together by a space of their own."""
    texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    return " ".join(texts).replace("\u00a0", " ")


def test_a_deck_from_title_to_sources() -> None:
    file = deck(method=("Shares are fractions of one whole",), licences={"Pulse": "CC BY 4.0"})
    made = pptx.Presentation(io.BytesIO(file))
    assert (made.slide_width, made.slide_height) == (Inches(13 + 1 / 3), Inches(7.5))
    title, agenda, *charts, sources = made.slides
    assert "Adoption in 2026" in texts_of(title)
    assert "Sources read on 28 February 2026. Build of 22 Nov 2026, 11:54 UTC." in texts_of(title)
    assert "3  Qwen rose to 66.2 %" in texts_of(agenda)
    assert "4  Share of downloads by month" in texts_of(agenda)
    assert len(charts) == 3
    told = texts_of(sources)
    assert told.count("Source: Pulse, as of 2026-02-28.") == 1, "each citation once"
    for text in ("Source: Hub, 2026-02-28.", "Licence: CC BY 4.0.", BUILD,
                 "Shares are fractions of one whole."):  # fmt: skip
        assert text in told
    numbered = [slide for slide in made.slides if b'type="slidenum"' in _xml(slide)]
    assert numbered == list(made.slides)[1:]
    links = [rel.target_ref for rel in charts[0].part.rels.values() if rel.is_external]
    assert links == ["https://example.org/pulse", "https://example.org/page"]


def _xml(slide: Any) -> bytes:
    blob: bytes = slide.part.blob
    return blob


def test_the_same_deck_has_the_same_bytes() -> None:
    first = deck()
    assert deck() == first
    times = {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(first)).infolist()}
    assert times == {(1980, 1, 1, 0, 0, 0)}
    about = pptx.Presentation(io.BytesIO(first)).core_properties
    assert about.created == about.modified == datetime(2026, 11, 22, 11, 54, 46)


def test_a_long_agenda_takes_several_slides() -> None:
    items = [SlideItem(FORMS["one date"], f"Finding {n}: " + "downloads of it " * 12)
             for n in range(9)]  # fmt: skip
    made = pptx.Presentation(io.BytesIO(
        deck_bytes("t", "", items, build=BUILD, as_of="2026-11-20")))  # fmt: skip
    titles = [slide.shapes.title.text_frame.text for slide in made.slides if slide.shapes.title]
    assert titles[1:3] == ["Agenda", "Agenda (2)"]
    # Findings are cut to two lines.
    assert all(len(lettering.wrap(title, 20, 872, is_bold=True)) <= 2 for title in titles)


def brand() -> bytes:
    """A template in 4:3 with slides of its own, in sections."""
    made = pptx.Presentation()
    for layout in (0, 1):
        title = made.slides.add_slide(made.slide_layouts[layout]).shapes.title
        assert title is not None
        title.text_frame.text = "Old slide"
    theme = made.slide_masters[0].part.part_related_by(
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme"
    )
    theme._blob = theme.blob.replace(b'typeface="Calibri"', b'typeface="Georgia"')
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("rows", [4, 30])
def test_cards_and_the_table_beside_them_stay_on_their_slides(rows: int) -> None:
    words = [Words("A sentence of some length with "), Words("34.7 %", is_bold=True)] * 3
    cell = [[Words("a cell")]]
    table = TablePage("Does it hold?", ("Layer", "Lead"), (0.6, 0.4), ((cell, cell),) * rows)
    page = CardPage("What changed", (words,) * 12, head="Since August", table=table)
    file = pages_bytes("t", "", [page], build=BUILD, as_of="2026-11-20", template=brand())
    _, *made = pptx.Presentation(io.BytesIO(file)).slides
    names = [[shape.name for shape in slide.shapes] for slide in made]
    assert sum(one.count("Card") for one in names) == 12
    is_beside = ["Table" in one and "Card" in one for one in names]
    assert any(is_beside) == (rows == 4), "a long table has slides of its own"
    assert sum("Table" in one for one in names) == (1 if rows == 4 else 3)
    for slide in made:
        boxes = [(s.left, s.top, s.left + s.width, s.top + s.height) for s in slide.shapes]
        for at, (x0, y0, x1, y1) in enumerate(boxes):
            assert x1 <= Inches(10) + 2
            assert y1 <= Inches(7.5)
            for a0, b0, a1, b1 in boxes[at + 1 :]:
                assert min(x1, a1) - max(x0, a0) <= 2 or min(y1, b1) - max(y0, b0) <= 2


def test_words_of_narrow_bands_stand_below_the_chart() -> None:
    narrow = replace(
        FORMS["lines"], caveats=("Hatched: a gap of the source.",),
        bands=(Band(MONTHS[3], MONTHS[3], "the publisher's estimate", "estimated"),
               Band(MONTHS[6], MONTHS[6], "month split interpolated", "interpolated"),
               Band(MONTHS[8], MONTHS[8], "a gap of the source", "interpolated")),
    )  # fmt: skip
    (slide,) = pptx.Presentation(io.BytesIO(slide_bytes(SlideItem(narrow), build=BUILD))).slides
    told = texts_of(slide)
    assert "Hatched (month split interpolated): a gap of the source." in told
    assert "Shaded: the publisher's estimate." in told


@pytest.mark.parametrize("is_path", [True, False])
def test_a_template_keeps_its_size_layouts_and_fonts(tmp_path: Path, is_path: bool) -> None:
    template: bytes | Path = brand()
    if is_path:
        (tmp_path / "brand.pptx").write_bytes(brand())
        template = tmp_path / "brand.pptx"
    file = deck(template=template)
    made = pptx.Presentation(io.BytesIO(file))
    assert (made.slide_width, made.slide_height) == (Inches(10), Inches(7.5))
    assert len(made.slide_layouts) == 11
    assert "Old slide" not in " ".join(texts_of(slide) for slide in made.slides)
    parts = parts_of(file)
    assert len([name for name in parts if name.startswith("ppt/slides/slide")]) == len(made.slides)
    assert b'typeface="Georgia"' in parts["ppt/theme/theme1.xml"]
    assert b'typeface="Georgia"' in parts["ppt/drawings/drawing1.xml"]
    for slide in made.slides:
        assert slide.shapes.title is not None, "text stands in the placeholders of the brand"
        assert not [p for p in slide.placeholders if not p.text_frame.text]
        for shape in slide.shapes:
            assert shape.left + shape.width <= made.slide_width
            assert shape.top + shape.height <= made.slide_height


def test_a_template_for_new_files_is_one_too() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as out:
        for name, part in parts_of(brand()).items():
            out.writestr(name, part.replace(b"presentation.main+xml", b"template.main+xml"))
    assert pptx.Presentation(io.BytesIO(deck(template=stream.getvalue()))).slides


def dark_brand(background: bytes = b"", clear: bytes = b"12204A") -> bytes:
    """A template with white words on navy, or on the background that the XML of `p:bg` holds."""
    made = pptx.Presentation()
    master = made.slide_masters[0]
    theme = master.part.part_related_by(
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme"
    )
    for slot, colour in ((b"dk1", b"FFFFFF"), (b"lt1", clear)):
        theme._blob = re.sub(
            b"<a:%b>.*?</a:%b>" % (slot, slot),
            b'<a:%b><a:srgbClr val="%b"/></a:%b>' % (slot, colour, slot), theme.blob, flags=re.S,
        )  # fmt: skip
    if background:
        plain = made.slide_layouts.get_by_name("Title Only")
        assert plain is not None
        plain._element.cSld.insert(0, parse_xml(
            b'<p:bg xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="'
            + A[1:-1].encode() + b'"><p:bgPr>' + background + b"<a:effectLst/></p:bgPr></p:bg>"
        ))  # fmt: skip
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def test_words_on_a_dark_template_are_light() -> None:
    parts = parts_of(deck(template=dark_brand(), method=("How it is made",)))
    told = [name for name in parts if re.match(r"ppt/(slides/slide|charts/chart|drawings/d)", name)]
    words = [
        (name, element.attrib["val"])
        for name in told
        for look in ("rPr", "defRPr")
        for element in ElementTree.fromstring(parts[name]).findall(
            f".//a:{look}/a:solidFill/a:srgbClr", NAMES
        )
    ]
    assert {name.split("/")[1] for name, _ in words} == {"slides", "charts", "drawings"}
    for name, colour in words:
        assert contrast(f"#{colour}", "#12204a") >= 4.5, (name, colour)
    chart_xml = parts["ppt/charts/chart1.xml"]
    assert BLUE[1][1:].upper().encode() in chart_xml
    assert BLUE[0][1:].upper().encode() not in chart_xml
    links = [xml for name, xml in parts.items() if b"hlinkClick" in xml and "/slides/" in name]
    assert links
    assert all(b"hlinkClr" in xml for xml in links), "the theme's blue links could not be read"


@pytest.mark.parametrize(
    ("background", "index", "backing"),
    [
        (b"", 1, "#12204a"),
        (b'<a:solidFill><a:srgbClr val="FAF6EE"/></a:solidFill>', 0, "#faf6ee"),
        (b'<a:solidFill><a:schemeClr val="tx1"/></a:solidFill>', 0, "#ffffff"),
        (b'<a:solidFill><a:schemeClr val="tx1"><a:lumMod val="15000"/></a:schemeClr></a:solidFill>',
         1, "#262626"),
        (b'<a:gradFill><a:gsLst/></a:gradFill>', 1, ""),
        (b'<a:solidFill><a:prstClr val="black"/></a:solidFill>', 1, ""),
    ],
)  # fmt: skip
def test_the_background_of_a_layout(background: bytes, index: int, backing: str) -> None:
    look = slide_layout.new_deck(dark_brand(background)).look
    assert (look.index, look.background) == (index, backing)
    assert contrast(look.muted, backing or "#12204a") >= 4.5


def test_titles_of_a_template_have_one_size_and_a_gap_below() -> None:
    items = [SlideItem(FORMS["one date"], "A finding of many words " * n) for n in (1, 3, 9)]
    made = pptx.Presentation(io.BytesIO(
        deck_bytes("t", "", items, build=BUILD, as_of="2026-11-20", template=brand())))  # fmt: skip
    sizes = set()
    for slide in list(made.slides)[1:]:
        title = slide.shapes.title
        assert title is not None
        size = title.text_frame.paragraphs[0].runs[0].font.size
        sizes.add(size)
        below = min(shape.top for shape in slide.shapes if shape.shape_id != title.shape_id)
        lines = lettering.wrap(title.text_frame.text, size.pt, title.width.pt - 16, factor=1.1)
        assert slide_layout.lines_tall(len(lines), size.pt) < title.height.pt
        assert below >= title.top + title.height + Pt(8)
    assert len(sizes) == 1


@pytest.mark.parametrize("length", range(170, 260, 9))
def test_the_date_of_a_source_is_never_cut(length: int) -> None:
    long = "Source: " + "name " * (length // 5) + "x" * (length % 5)
    file = slide_bytes(SlideItem(chart(lines=(FOCUS,), citation=long)), build=BUILD)
    (slide,) = pptx.Presentation(io.BytesIO(file)).slides
    assert texts_of(slide).count("as of 2026-02-28. Open the source") == 1
    assert "2026-02-…" not in texts_of(slide)
    assert b'type="slidenum"' not in _xml(slide), "a slide by itself needs no number"


def test_each_date_of_a_citation_is_kept() -> None:
    two = "Source: " + "Hub " * 40 + "as of 2025-10-01; Source: Archive " + "of it " * 40
    file = slide_bytes(SlideItem(chart(lines=(FOCUS,), citation=two.strip())), build=BUILD)
    told = texts_of(pptx.Presentation(io.BytesIO(file)).slides[0])
    assert "Hub… as of 2025-10-01; Source: Archive of it" in told
    assert "…, as of 2026-02-28. Open the source" in told


def without_titles() -> bytes:
    made = pptx.Presentation()
    for layout in made.slide_layouts:
        for place in list(layout.placeholders):
            place.element.getparent().remove(place.element)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def test_templates_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "brand.pptx").write_text("not one")
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    for template, said in (
        (tmp_path / "brand.pptx", r"brand\.pptx: expected a PowerPoint file"),
        (stream.getvalue(), r"the template: expected a PowerPoint file"),
        (tmp_path / "none.pptx", r"none\.pptx: the template cannot be read: No such file"),
        (without_titles(), r"expected a layout with a title placeholder, found .*Title Slide"),
    ):
        with pytest.raises(SlideError, match=said):
            deck(template=template)
    assert issubclass(SlideError, AdoptionError)
    with pytest.raises(SlideError, match="at least one chart"):
        deck_bytes("t", "s", [], build=BUILD, as_of="2026-11-20")


@pytest.mark.parametrize(
    ("most", "said"),
    [
        ("MOST_PARTS", "at most 3 parts, found [0-9]+;"),
        ("MOST_MB", "at most 3 MB unpacked, found 8;"),
        ("MOST_XML_MB", "at most 3 MB of XML, found 4;"),
    ],
)
def test_a_template_is_not_unpacked_to_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: str, said: str
) -> None:
    stream = io.BytesIO(brand())
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as parts:
        for name in ("ppt/media/zeros.bin", "ppt/zeros.xml"):
            parts.writestr(name, bytes(4_000_000))
    (tmp_path / "big.pptx").write_bytes(stream.getvalue())
    monkeypatch.setattr(slide_layout, most, 3)
    for template, name in (
        (tmp_path / "big.pptx", "big.pptx"),
        (stream.getvalue(), "the template"),
    ):
        with pytest.raises(SlideError, match=f"^{name}: expected a template of {said}"):
            deck(template=template)


@pytest.fixture(scope="module")
def master_at() -> tuple[bytes, int]:
    """A template, and where in it the packed slide master begins."""
    whole = brand()
    with zipfile.ZipFile(io.BytesIO(whole)) as parts:
        entry = parts.getinfo("ppt/slideMasters/slideMaster1.xml")
    return whole, entry.header_offset + 30 + len(entry.filename)


@pytest.mark.parametrize("at", [-30, -24, -22, -20, -4, 0, 1, 2, 40, 200])
def test_damaged_templates_are_told(master_at: tuple[bytes, int], at: int) -> None:
    """Wherever bytes of a part are damaged: its method, its flags, what is packed."""
    whole, start = master_at
    place = start + at
    damaged = whole[:place] + b"\xff\xff\xff" + whole[place + 3 :]
    with contextlib.suppress(SlideError):
        slide_layout.new_deck(damaged)


def test_a_template_of_which_bytes_were_lost(master_at: tuple[bytes, int]) -> None:
    whole, start = master_at
    for damaged in (whole[: len(whole) // 2], whole[:start] + b"\0" * 64 + whole[start + 64 :],
                    without_theme()):  # fmt: skip
        with pytest.raises(SlideError, match="the template: expected a PowerPoint file"):
            slide_layout.new_deck(damaged)


def without_theme() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as out:
        for name, part in parts_of(brand()).items():
            if not name.startswith("ppt/theme/"):
                out.writestr(name, part)
    return stream.getvalue()


def test_a_zero_has_no_place_on_a_log_axis() -> None:
    drawn = slide_charts.native(
        chart(lines=(line("Qwen", (10.0, 0.0, 30.0)),), is_log=True), (800, 400), "Arial"
    )
    cells = next(column.cells for column in drawn.sheet.columns if column.title == "Qwen")
    assert cells == (10.0, 0.0, 30.0), "Edit data shows it"
    told = re.findall(r'<c:pt idx="(\d)"><c:v>([\d.]+)</c:v>', drawn.xml.decode())
    assert ("1", "0") not in told
    assert {("0", "10"), ("2", "30")} <= set(told)


def test_long_lines_below_a_chart_keep_the_date_and_say_that_more_is_in_the_notes() -> None:
    drawn = chart(
        lines=(FOCUS,), citation="Source:" + " a long name of it" * 30,
        caveats=tuple(f"Caveat {n} says this and that and more of it at length." for n in range(9)),
    )  # fmt: skip
    file = slide_bytes(SlideItem(drawn), build=BUILD)
    (slide,) = pptx.Presentation(io.BytesIO(file)).slides
    (footer,) = [shape for shape in slide.shapes if shape.name == "Source"]
    caveats, source = (paragraph.text for paragraph in footer.text_frame.paragraphs)
    assert caveats.startswith("Dotted: estimates. Caveat 0")
    assert caveats.endswith("More in the notes.")
    assert "…, as of 2026-02-28. Open the source" in source
    assert footer.top + footer.height <= Inches(7.5)
    notes = slide.notes_slide.notes_text_frame
    assert notes is not None
    assert "Caveat 8 says" in notes.text


def test_bars_that_find_no_room_are_told_and_kept_in_the_sheet() -> None:
    many = chart(value_kind="count", bars=tuple(
        Bar(str(n), f"model {n}", 100.0 - n, BLUE) for n in range(40)))  # fmt: skip
    native = slide_charts.native(many, (880, 300), "Arial")
    assert native.remarks == ("Shown: the first 16 of 40; the data sheet has all.",)
    assert len(native.sheet.columns[0].cells) == 40


def test_many_dates_are_an_area_unless_it_would_hide_something() -> None:
    assert scales.is_area(FORMS["areas"])
    gap = replace(FORMS["areas"], stacks=tuple(
        replace(layer, x=(*DAYS[:30], *(day + timedelta(days=7) for day in DAYS[30:])))
        for layer in FORMS["areas"].stacks))  # fmt: skip
    assert not scales.is_area(gap)
    assert not scales.is_area(FORMS["stacks"])


def test_text_is_measured_and_cut() -> None:
    assert lettering.width("Qwen 34.7 %", 14) == pytest.approx(84.05, abs=0.01)  # of Arial
    assert lettering.wrap("one two three", 14, 60) == ["one two", "three"]
    assert "".join(lettering.wrap("m" * 300, 14, 100)) == "m" * 300
    assert lettering.shortened("one two three four", 14, 60) == "one tw…"
    assert lettering.shortened("one two three four five", 14, 70, lines=2) == "one two three…"
    assert lettering.clean("a\x00b\n\u202ec") == "ab c"


def test_decks_are_what_powerpoint_reads(tmp_path: Path) -> None:
    """By the rules of Microsoft's own validator: elements, their order and values, parts."""
    items = [*ITEMS, *(SlideItem(FORMS[form]) for form in ("points", "days since", "areas"))]
    (tmp_path / "deck.pptx").write_bytes(
        deck_bytes("Adoption", "", items, build=BUILD, as_of="2026-11-20", template=brand())
    )
    validator = OpenXmlValidator(file_format=FileFormat.MICROSOFT_365)
    found = [str(error) for error in validator.validate(tmp_path / "deck.pptx").errors]
    # PowerPoint itself writes several elements into one extension of labels.
    assert [
        told for told in found if "/extLst[1]/ext[1]: Choice allows at most 1" not in told
    ] == []
    parts = parts_of((tmp_path / "deck.pptx").read_bytes())
    for name, xml in parts.items():
        if name.startswith("ppt/charts/chart"):
            axes = re.findall(rb'Ax><c:axId val="(.)"/>.*?<c:crossAx val="(.)"/>', xml)
            assert sorted(axes) == [(b"1", b"2"), (b"2", b"1")], "each crosses the other"
            kinds = len(re.findall(rb"</c:\w+Chart>", xml))
            assert xml.count(b'<c:axId val="1"/><c:axId val="2"/></c:') == kinds
            assert not re.search(rb"<c:v>(nan|-?inf|)</c:v>", xml)
    assert parts["docProps/app.xml"].count(b"<Slides>9</Slides>") == 1
    assert b"notesMasterIdLst" in parts["ppt/presentation.xml"]
    assert b"screen4x3" not in parts_of(deck())["ppt/presentation.xml"]


SOFFICE = shutil.which("soffice")
READER = shutil.which("pdftotext")
PAINTER = shutil.which("pdftoppm")


@pytest.mark.skipif(
    not (SOFFICE and READER and PAINTER),
    reason="needs LibreOffice (soffice) and poppler (pdftotext, pdftoppm): "
    "apt-get install libreoffice-impress poppler-utils",
)
def test_libreoffice_draws_a_deck(tmp_path: Path) -> None:
    items = [SlideItem(drawn, f"Form {form} rose to 66.2 %") for form, drawn in FORMS.items()]
    made = deck_bytes("Adoption", "", items, build=BUILD, as_of="2026-11-20")
    edited = f"ppt/charts/chart{list(FORMS).index('index') + 1}.xml"
    with zipfile.ZipFile(tmp_path / "deck.pptx", "w") as out:
        for name, part in parts_of(made).items():
            out.writestr(name, part.replace(b">595.5<", b">3210<") if name == edited else part)
    run = [str(SOFFICE), f"-env:UserInstallation={(tmp_path / 'office').as_uri()}", "--headless",
           "--convert-to", "pdf", "--outdir", str(tmp_path), "deck.pptx"]  # fmt: skip
    subprocess.run(run, check=True, capture_output=True, timeout=120, cwd=tmp_path)
    pages = subprocess.run(
        [str(READER), "-layout", str(tmp_path / "deck.pdf"), "-"], check=True,
        capture_output=True, text=True, timeout=60,
    ).stdout.split("\f")[:-1]  # fmt: skip
    assert len(pages) == len(items) + 3
    for item, page in zip(items, pages[2:], strict=False):
        assert item.finding in " ".join(page.split())
        assert "Source: Pulse, as of 2026-02-28." in page
    assert "Qwen 66.2 %" in pages[2], "the line is named at its end"
    assert "Release 3" in pages[2], "events are named"
    assert "Qwen 3,210" in pages[list(FORMS).index("index") + 2], "a label shows the typed value"
    words = subprocess.run(
        [str(READER), "-bbox", str(tmp_path / "deck.pdf"), "-"], check=True,
        capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip
    for page in words.split("<page ")[3:]:
        boxes = re.findall(r'xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)<', page)
        placed = [(*map(float, box), text) for *box, text in boxes]
        for at, (x0, y0, x1, y1, text) in enumerate(placed):
            assert 0 <= x0 < x1 <= 960, text
            for a0, b0, a1, b1, other in placed[at + 1 :]:
                shared = min(x1, a1) - max(x0, a0), min(y1, b1) - max(y0, b0)
                assert min(shared) < 4, (text, other)
    subprocess.run([str(PAINTER), "-r", "20", "-gray", str(tmp_path / "deck.pdf"),
                    str(tmp_path / "page")], check=True, timeout=60)  # fmt: skip
    pictures = sorted(tmp_path.glob("page-*.pgm"))
    assert len(pictures) == len(pages)
    for picture in pictures[2:-1]:
        *_, grey = picture.read_bytes().split(b"\n", 3)
        assert sum(shade < 200 for shade in grey) > 0.01 * len(grey), "a chart is drawn"


def test_layouts_are_found_by_their_placeholders() -> None:
    made = slide_layout.new_deck(brand())
    assert made.title_layout.name == "Title Slide"
    assert made.plain_layout.name == "Title Only"
    assert slides.__all__
