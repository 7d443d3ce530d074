"""Cards on slides: sentences side by side in boxes of one width, on as many slides as they need,
and a table beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR
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
from dashboard.slide_tables import TablePage, put_table, table_slides, table_tall

SIZE = 16
HEAD = 18  # above cards and the table beside them
AIR = 10  # within a card
GAP = 10  # between cards
BETWEEN = 28  # between the cards and the table
TINT = 45  # percent of the grid lines' colour

Card = Sequence[Words]


@dataclass(frozen=True)
class CardPage:
    """Cards in columns under a head, and beside them a table under its title."""

    title: str
    cards: tuple[Card, ...]
    columns: int = 2
    head: str = ""
    table: TablePage | None = None


def card_slides(deck: Deck, page: CardPage) -> None:
    """Add the slides of a page of cards; a table that finds no room beside them has its own."""
    table = page.table
    waiting = list(page.cards)
    number = 0
    while waiting or (table and number == 0):
        number += 1
        title = page.title if number == 1 else f"{page.title} ({number})"
        slide = add_slide(deck, deck.plain_layout, title)
        room = body(deck, slide)
        room = Box(room.left, room.top + GAP, room.width, room.height - GAP - lines_tall(1, LEAST))
        left = room
        if table and number == 1:
            half = Box(room.left + room.width / 2, room.top, room.width / 2, room.height)
            beside = _below_head(half, table.title)
            if table_tall(deck, table, beside.width) <= beside.height:
                _put_head(deck, slide, half, table.title)
                put_table(deck, slide, beside, table)
                left = Box(room.left, room.top, room.width / 2 - BETWEEN, room.height)
                table = None
        if page.head:
            _put_head(deck, slide, left, page.head)
            left = _below_head(left, page.head)
        taken = _put_cards(deck, slide, left, waiting, page.columns)
        waiting = waiting[taken:]
        number_slide(deck, slide)
    if table:
        table_slides(deck, table)


def _below_head(box: Box, head: str) -> Box:
    tall = lines_tall(1, HEAD) + GAP if head else 0
    return Box(box.left, box.top + tall, box.width, box.height - tall)


def _put_head(deck: Deck, slide: Slide, box: Box, head: str) -> None:
    place = Box(box.left, box.top, box.width, lines_tall(1, HEAD))
    words = Words(head, is_bold=True, colour="text")
    write(slide, place, [[words]], HEAD, "Head", look=deck.look)


def _put_cards(deck: Deck, slide: Slide, room: Box, cards: Sequence[Card], columns: int) -> int:
    """Put as many cards as find room, at least one row of them; those of a row are as high as each
    other. Returns how many."""
    wide = (room.width - GAP * (columns - 1)) / columns
    top, taken = room.top, 0
    for row in (cards[at : at + columns] for at in range(0, len(cards), columns)):
        tall = max(_tall(deck, card, wide) for card in row)
        if taken and top + tall > room.bottom:
            break
        for place, card in enumerate(row):
            _put_card(deck, slide, Box(room.left + place * (wide + GAP), top, wide, tall), card)
        top, taken = top + tall + GAP, taken + len(row)
    return taken


def _tall(deck: Deck, card: Card, wide: float) -> float:
    text = "".join(words.text for words in card)
    # Bold words are wider than measured.
    return paragraphs_tall([text], SIZE, 0.96 * (wide - 2 * AIR), deck.factor) + 2 * AIR


def _put_card(deck: Deck, slide: Slide, box: Box, card: Card) -> None:
    shape = slide.shapes.add_shape(
        MSO_SHAPE.RECTANGLE, *(Pt(side) for side in (box.left, box.top, box.width, box.height))
    )
    shape.name = "Card"
    shape.line.fill.background()
    look: Any = shape._element
    look.remove(look.find(qn("p:style")))  # the theme's shadow and white words
    colour = deck.look.grid[1:].upper()
    ground = (
        f'<a:solidFill {nsdecls("a")}><a:srgbClr val="{colour}"><a:alpha val="{TINT}000"/>'
        "</a:srgbClr></a:solidFill>"
    )
    look.spPr.find(qn("a:prstGeom")).addnext(parse_xml(ground))
    frame = shape.text_frame
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Pt(AIR)
    fill(frame, [card], SIZE, look=deck.look)
    for paragraph in frame.paragraphs:
        paragraph._p.get_or_add_pPr().set("algn", "l")
