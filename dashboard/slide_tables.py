"""Tables on slides: PowerPoint's own, whose cells can be edited, on as many slides as they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.slide import Slide
from pptx.util import Pt

from dashboard.slide_layout import (
    LEAST,
    Box,
    Deck,
    Words,
    add_slide,
    body,
    fill,
    lines_tall,
    number_slide,
    paragraphs_tall,
    write,
)
from dashboard.style import Theme

AIR = 4  # above and below the text of a cell
SIDE = 8  # to the right of it
NOTE_GAP = 8
# A table that looks like nothing by itself: lines below its rows are all it gets.
_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"

Cell = Sequence[Sequence[Words]]  # paragraphs of words


@dataclass(frozen=True)
class TablePage:
    """A table: its title, the names of its columns, the part of the width that each takes, its
    rows, a line below it, and the size of the words of its rows."""

    title: str
    head: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    size: float = LEAST


def table_slides(deck: Deck, page: TablePage) -> None:
    """Add the slides of a table; its head stands on each."""
    head = tuple([[Words(name)]] for name in page.head)
    waiting = list(page.rows)
    number = 0
    while waiting:
        number += 1
        title = page.title if number == 1 else f"{page.title} ({number})"
        slide = add_slide(deck, deck.plain_layout, title)
        room = body(deck, slide)
        # The slide's number stands in the lower right corner.
        below = max(_tall([page.note], room.width - 70, deck), lines_tall(1, LEAST)) + NOTE_GAP
        widths = [part / sum(page.widths) * room.width for part in page.widths]
        taken, used = 0, _row_tall(head, widths, deck, LEAST)
        for row in waiting:
            tall = _row_tall(row, widths, deck, page.size)
            if taken and used + tall > room.height - below:
                break
            taken, used = taken + 1, used + tall
        _put(deck, slide, room, widths, [head, *waiting[:taken]], page.size)
        if page.note:
            box = Box(room.left, room.bottom - below + NOTE_GAP, room.width - 70, below)
            write(slide, box, [[Words(page.note)]], LEAST, "Note", look=deck.look)
        number_slide(deck, slide)
        waiting = waiting[taken:]


def table_tall(deck: Deck, page: TablePage, width: float) -> float:
    """How high a table is at that width, without the line below it."""
    widths = [part / sum(page.widths) * width for part in page.widths]
    head = _row_tall([[[Words(name)]] for name in page.head], widths, deck, LEAST)
    return head + sum(_row_tall(row, widths, deck, page.size) for row in page.rows)


def put_table(deck: Deck, slide: Slide, room: Box, page: TablePage) -> None:
    """Put a whole table on a slide, without its title and the line below it."""
    widths = [part / sum(page.widths) * room.width for part in page.widths]
    head: list[Cell] = [[[Words(name)]] for name in page.head]
    _put(deck, slide, room, widths, [head, *page.rows], page.size)


def _put(
    deck: Deck, slide: Slide, room: Box, widths: Sequence[float], rows: Sequence[Sequence[Cell]],
    size: float,
) -> None:  # fmt: skip
    sizes = [LEAST, *[size] * (len(rows) - 1)]
    talls = [_row_tall(row, widths, deck, of) for row, of in zip(rows, sizes, strict=True)]
    frame = slide.shapes.add_table(
        len(rows), len(widths), Pt(room.left), Pt(room.top), Pt(room.width), Pt(sum(talls))
    )
    frame.name = "Table"
    table = frame.table
    look: Any = table._tbl.tblPr
    look.find(qn("a:tableStyleId")).text = _NO_STYLE
    look.set("bandRow", "0")
    for place, width in enumerate(widths):
        table.columns[place].width = Pt(width)
    for number, (row, tall) in enumerate(zip(rows, talls, strict=True)):
        table.rows[number].height = Pt(tall)
        for place, cell in enumerate(row):
            _write(table.cell(number, place), cell, deck.look, sizes[number])


def _write(place: Any, cell: Cell, look: Theme, size: float) -> None:
    place.margin_left, place.margin_right = Pt(0), Pt(SIDE)
    place.margin_top = place.margin_bottom = Pt(AIR)
    fill(place.text_frame, cell, size, look=look)
    colour = look.grid[1:].upper()
    place._tc.get_or_add_tcPr().append(
        parse_xml(
            f'<a:lnB {nsdecls("a")} w="9525"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'
            "</a:lnB>"
        )
    )


def _row_tall(row: Sequence[Cell], widths: Sequence[float], deck: Deck, size: float) -> float:
    texts = [["".join(words.text for words in line) for line in cell] for cell in row]
    talls = [_tall(lines, width - SIDE, deck, size)
             for lines, width in zip(texts, widths, strict=True)]  # fmt: skip
    return max(talls) + 2 * AIR


def _tall(lines: Sequence[str], width: float, deck: Deck, size: float = LEAST) -> float:
    # Rows grow with what does not fit, and the line below the table does not move.
    room = width * (0.98 if deck.is_plain else 0.9)
    return paragraphs_tall([line for line in lines if line], size, room, deck.factor)
