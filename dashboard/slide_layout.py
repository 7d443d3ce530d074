"""The deck that slides are put into: the plain one, or a brand's template with its master, layouts,
fonts and size; which layout is for what; and text in boxes.

Places and sizes are points.
"""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pptx
from pptx.dml.color import RGBColor
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR
from pptx.exc import PackageNotFoundError, PythonPptxError
from pptx.opc.constants import RELATIONSHIP_TYPE as RELATION
from pptx.opc.packuri import PackURI
from pptx.opc.serialized import PackageWriter, _PhysPkgWriter
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.presentation import Presentation
from pptx.slide import Slide, SlideLayout
from pptx.text.text import TextFrame
from pptx.util import Pt

from dashboard.lettering import shortened, unbroken, wrap
from dashboard.slide_look import look_of
from dashboard.slide_marks import EMU, LINE
from dashboard.style import THEMES, Theme
from data import AdoptionError

LOOK = THEMES["light"]
FONT = "Arial"  # on every system, and Liberation Sans has its widths
WIDER = 1.1  # a brand's font may be wider than Arial
WIDE, TALL = 960, 540  # 16:9, 13.333 x 7.5 inches
MARGIN = 36
LANGUAGE = MSO_LANGUAGE_ID.ENGLISH_US  # else every word is spelt wrong to a reader abroad
LEAST = 14  # points of the smallest text
TITLE_SIZE, TITLE_LEAST, TITLE_LINES = 28, 20, 2
TITLE_AIR = 8  # above and below the title's lines together
_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE)
_BODIES = (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT)
_EDGES = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
_TEMPLATE_TYPE = b"application/vnd.openxmlformats-officedocument.presentationml.template.main+xml"
_DECK_TYPE = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
# Lists of slides by name, which would name slides that are gone.
_SLIDE_LISTS = ("{http://schemas.microsoft.com/office/powerpoint/2010/main}sectionLst",)
# What zipfile, its packers, lxml and python-pptx raise for a file that is none, or damaged, or
# locked with a password.
DAMAGE = (
    PackageNotFoundError, PythonPptxError, zipfile.BadZipFile, zlib.error, lzma.LZMAError,
    struct.error, EOFError, OSError, LookupError, ValueError, TypeError, AttributeError,
    AssertionError, SyntaxError, RuntimeError,
)  # fmt: skip


# What a template may unpack to; a tree of XML takes ten times its letters.
MOST_PARTS, MOST_MB, MOST_XML_MB = 10_000, 300, 50
_XML = (".xml", ".rels")


class SlideError(AdoptionError):
    """A deck cannot be made: the template is no PowerPoint file, or lacks a layout with a title."""


@dataclass(frozen=True)
class Box:
    """A rectangle on a slide."""

    left: float
    top: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return self.top + self.height


@dataclass(frozen=True)
class Deck:
    """An empty deck and what its layouts are for."""

    presentation: Presentation
    title_layout: SlideLayout
    plain_layout: SlideLayout
    font: str
    factor: float  # how much wider than Arial the font may be
    is_plain: bool
    look: Theme = LOOK  # colours that can be read on the plain layout
    title_look: Theme = LOOK  # and on the title's
    title_size: float | None = None  # of the plain slides' titles, where all can have one

    @property
    def page(self) -> Box:
        """Where a slide without placeholders has room."""
        width, height = _size(self.presentation)
        return Box(MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN)


# The theme's colour of that name, or a pair: for light and for dark slides.
Ink = Literal["text", "muted"] | tuple[str, str]


@dataclass(frozen=True)
class Words:
    """A stretch of text of one look; an address makes it a link."""

    text: str
    address: str = ""
    is_bold: bool = False
    colour: Ink = "muted"


def new_deck(template: bytes | Path | None = None) -> Deck:
    """An empty deck: 16:9 and plain, or the template without its own slides.

    Raises SlideError when the template is no PowerPoint file or has no layout with a title.
    """
    if template is None:
        return _plain_deck()
    try:
        return _of_template(template)
    except DAMAGE as error:
        raise SlideError(
            f"{_name(template)}: expected a PowerPoint file (.pptx or .potx), found something else"
            ", or one that is damaged or locked; save the template from PowerPoint as .pptx and "
            "try again"
        ) from error


def _of_template(template: bytes | Path) -> Deck:
    presentation = _opened(template)
    _without_slides(presentation)
    layouts = [layout for master in presentation.slide_masters for layout in master.slide_layouts]
    titled = [layout for layout in layouts if _kinds(layout) & set(_TITLES)]
    if not titled:
        names = ", ".join(layout.name for layout in layouts) or "none"
        raise SlideError(
            f"{_name(template)}: expected a layout with a title placeholder, found layouts without "
            f"one ({names}); add a title to a layout of the slide master, or use another template"
        )
    title_layout = min(titled, key=_far_from_title_slide)
    plain_layout = min(titled, key=_far_from_title_only)
    return Deck(
        presentation,
        title_layout=title_layout,
        plain_layout=plain_layout,
        font=_theme_font(presentation),
        factor=WIDER,
        is_plain=False,
        look=look_of(plain_layout),
        title_look=look_of(title_layout),
    )


def with_titles(deck: Deck, titles: Iterable[str]) -> Deck:
    """The deck with one size for the titles of its plain slides, in which the longest fits."""
    layout = deck.plain_layout
    box = _box_of(_title_of(layout)) or deck.page
    usual = _title_size(layout)
    sizes = [_fitting_size(deck, title, usual, box) for title in titles]
    return replace(deck, title_size=min(sizes, default=usual))


def add_slide(deck: Deck, layout: SlideLayout, title: str) -> Slide:
    """A slide of a layout with its title in the placeholder; the other placeholders of text are
    kept for the caller, the edges get the slide number."""
    slide: Slide = deck.presentation.slides.add_slide(layout)
    shape = slide.shapes.title
    if shape is None:  # a title that stands vertically is none for python-pptx
        shape = next(p for p in _places(slide) if p.placeholder_format.type in _TITLES)
    box = _box_of(shape) or deck.page
    usual = _title_size(layout)
    most = deck.title_size if layout is deck.plain_layout else None
    size = _fitting_size(deck, title, most or usual, box)
    shape.text_frame.text = title
    for run in shape.text_frame.paragraphs[0].runs:
        run.font.language_id = LANGUAGE
        if size != usual:
            run.font.size = Pt(size)
    tall = lines_tall(len(_title_lines(deck, title, size, box)), size) + TITLE_AIR
    is_tight = deck.is_plain and layout is deck.plain_layout  # no gap below a title of one line
    is_over = tall > box.height and box.top < deck.page.height / 2  # it would reach what is below
    if is_tight or is_over:
        shape.left, shape.top, shape.width, shape.height = _emu(replace(box, height=tall))
    return slide


def _fitting_size(deck: Deck, title: str, most: float, box: Box) -> float:
    """The largest size, from that one down, in which a title fits its lines and its place."""
    size = most
    while size > TITLE_LEAST:
        lines = len(_title_lines(deck, title, size, box))
        if lines <= TITLE_LINES and lines_tall(lines, size) + TITLE_AIR <= box.height:
            break
        size -= 1
    return size


def _title_of(holder: Any) -> Any:
    return next(p for p in _places(holder) if p.placeholder_format.type in _TITLES)


def _title_lines(deck: Deck, title: str, size: float, box: Box) -> list[str]:
    return wrap(title, size, box.width - 16, is_bold=deck.is_plain, factor=deck.factor)


def cut_title(deck: Deck, title: str) -> str:
    """A title of a plain slide, cut where even in the smallest size it would not fit."""
    room = (_box_of(_title_of(deck.plain_layout)) or deck.page).width - 16
    return shortened(
        unbroken(title), TITLE_LEAST, room, lines=TITLE_LINES, is_bold=deck.is_plain,
        factor=deck.factor,
    )  # fmt: skip


def body(deck: Deck, slide: Slide) -> Box:
    """Where a slide has room below its title and above the placeholders of its lower edge; the
    placeholders that stay empty are removed."""
    width, height = _size(deck.presentation)
    title = _title_of(slide)
    for shape in _places(slide):
        if shape.placeholder_format.type not in _TITLES:
            shape.element.getparent().remove(shape.element)
    box = _box_of(title) or deck.page
    if box.top > height / 2:  # a title at the bottom leaves the room above it
        return Box(box.left, MARGIN, box.width, box.top - 1.5 * MARGIN)
    edges = [
        found.top
        for place in _places(slide.slide_layout)
        if place.placeholder_format.type in _EDGES and (found := _box_of(place))
    ]
    bottom = min([edge for edge in edges if edge > height / 2], default=height - MARGIN)
    if deck.is_plain:
        bottom = height - 18
    left, right = min(box.left, width / 4), min(box.left + box.width, width - 8)
    gap = 4 if deck.is_plain else 10
    return Box(left, box.bottom + gap, right - left, bottom - box.bottom - gap - 2)


def number_slide(deck: Deck, slide: Slide) -> None:
    """The slide's number, where the layout has a place for it; else in the lower right corner."""
    width, height = _size(deck.presentation)
    places = [
        p
        for p in _places(slide.slide_layout)
        if p.placeholder_format.type == PP_PLACEHOLDER.SLIDE_NUMBER
    ]
    box = (_box_of(places[0]) if places else None) or Box(width - 84, height - 34, 60, 22)
    shape = slide.shapes.add_textbox(*_emu(box))
    shape.name = "Slide number"
    frame = shape.text_frame
    _bare(frame)
    paragraph = frame.paragraphs[0]._p
    colour = deck.look.muted[1:].upper()
    paragraph.append(
        parse_xml(
            f'<a:fld xmlns:a="{_A}" id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" '
            f'type="slidenum"><a:rPr lang="en-US" sz="{100 * LEAST}"><a:solidFill>'
            f'<a:srgbClr val="{colour}"/></a:solidFill></a:rPr>'
            f"<a:t>{len(deck.presentation.slides)}</a:t></a:fld>"
        )
    )
    paragraph.get_or_add_pPr().set("algn", "r")


def write(slide: Slide, box: Box, lines: Sequence[Sequence[Words]], size: float, name: str,
          *, look: Theme, gap: float = 0) -> None:  # fmt: skip
    """Paragraphs of words in a box of text without margins; `look` has the slide's colours, `gap`
    is the room after each."""
    shape = slide.shapes.add_textbox(*_emu(box))
    shape.name = name
    frame = shape.text_frame
    _bare(frame)
    fill(frame, lines, size, look=look, gap=gap)


def fill(frame: Any, lines: Sequence[Sequence[Words]], size: float | None, *, look: Theme,
         gap: float = 0) -> None:  # fmt: skip
    """Write paragraphs of words; without a size they look as the placeholder says."""
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        if size:
            paragraph.space_after = Pt(gap)
        for words in line:
            if not words.text:
                continue
            run = paragraph.add_run()
            run.text = words.text
            run.font.language_id = LANGUAGE
            if size:
                run.font.size = Pt(size)
                run.font.bold = words.is_bold
                run.font.color.rgb = RGBColor.from_string(_ink(words, look)[1:].upper())  # type: ignore[no-untyped-call]
            if words.address.startswith(("https://", "http://")):
                run.hyperlink.address = words.address
                if look.index:  # the theme's colour of links is seldom one for dark slides
                    link = run._r.rPr.find(qn("a:hlinkClick"))
                    link.append(parse_xml(_AS_WORDS))


def _ink(words: Words, look: Theme) -> str:
    if isinstance(words.colour, tuple):
        return words.colour[look.index]
    return look.text if words.colour == "text" else look.muted


def lines_tall(count: int, size: float) -> float:
    """How high that many lines of text are."""
    return count * size * LINE


def packed(presentation: Presentation) -> bytes:
    """The deck as a file whose bytes depend on nothing but its contents."""
    stream = io.BytesIO()
    package = presentation.part.package
    _name_notes(presentation)
    _count(presentation)
    _Packing.write(stream, package._rels, tuple(package.iter_parts()))
    return stream.getvalue()


def _name_notes(presentation: Presentation) -> None:
    """Name the master of the notes among the masters, as PowerPoint does and python-pptx does
    not."""
    named = presentation.element.find(qn("p:notesMasterIdLst"))
    rels = presentation.part.rels.items()
    key = next((key for key, rel in rels if rel.reltype == RELATION.NOTES_MASTER), "")
    if named is None and key:
        presentation.element.find(qn("p:sldMasterIdLst")).addnext(
            parse_xml(
                f"<p:notesMasterIdLst {nsdecls('p', 'r')}>"
                f'<p:notesMasterId r:id="{key}"/></p:notesMasterIdLst>'
            )
        )


def _count(presentation: Presentation) -> None:
    """Say how many slides there are; what the template says of itself would be told of its own."""
    package = presentation.part.package
    with suppress(KeyError):
        about = package.part_related_by(RELATION.EXTENDED_PROPERTIES)
        about._blob = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns="http://'
            'schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
            "<Application>Open Model Adoption</Application>"
            f"<Slides>{len(presentation.slides)}</Slides></Properties>"
        ).encode()


class _Packing(PackageWriter):
    """Writes parts once: what python-pptx packs would have to be unpacked and packed again."""

    def _write(self) -> None:
        with zipfile.ZipFile(self._pkg_file, "w") as file:
            parts = _Entries(file)
            self._write_content_types_stream(parts)
            self._write_pkg_rels(parts)
            self._write_parts(parts)


class _Entries(_PhysPkgWriter):
    """Entries without the time and the system on which they were written."""

    def __init__(self, file: zipfile.ZipFile):
        self._file = file

    def write(self, pack_uri: PackURI, blob: bytes) -> None:
        entry = zipfile.ZipInfo(pack_uri.membername, (1980, 1, 1, 0, 0, 0))
        is_packed = pack_uri.membername.endswith((".xlsx", ".png", ".jpg", ".jpeg"))
        entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        entry.external_attr = 0o600 << 16
        self._file.writestr(entry, blob, compresslevel=6)


_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
# A link in the colour of its words.
_AS_WORDS = (
    f'<a:extLst xmlns:a="{_A}"><a:ext uri="{{A12FA001-AC4F-418D-AE19-62706E023703}}">'
    "<ahyp:hlinkClr "
    'xmlns:ahyp="http://schemas.microsoft.com/office/drawing/2018/hyperlinkcolor" val="tx"/>'
    "</a:ext></a:extLst>"
)


def _opened(template: bytes | Path) -> Presentation:
    try:
        body = template if isinstance(template, bytes) else template.read_bytes()
    except OSError as error:
        raise SlideError(
            f"{_name(template)}: the template cannot be read: {error.strerror}"
        ) from error
    _require_small(body, _name(template))
    return pptx.Presentation(io.BytesIO(_as_deck(body)))


def _require_small(body: bytes, name: str) -> None:
    """A file of kilobytes can unpack to any size; nothing is unpacked beyond what it says of
    itself."""
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        listed = parts.infolist()
    for what, found, most in (
        ("parts", len(listed), MOST_PARTS),
        ("MB unpacked", sum(part.file_size for part in listed) / 1e6, MOST_MB),
        (
            "MB of XML",
            sum(part.file_size for part in listed if part.filename.lower().endswith(_XML)) / 1e6,
            MOST_XML_MB,
        ),
    ):
        if found > most:
            raise SlideError(
                f"{name}: expected a template of at most {most:,} {what}, found {found:,.0f}; "
                "remove slides and pictures that the template does not need"
            )


def _as_deck(body: bytes) -> bytes:
    """A .potx as a .pptx: the two differ in one word."""
    source = io.BytesIO(body)
    with zipfile.ZipFile(source) as parts:
        kinds = parts.read("[Content_Types].xml")
        if _TEMPLATE_TYPE not in kinds:
            return body
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
            for part in parts.infolist():
                is_kinds = part.filename == "[Content_Types].xml"
                told = kinds.replace(_TEMPLATE_TYPE, _DECK_TYPE) if is_kinds else parts.read(part)
                out.writestr(part.filename, told)
    return stream.getvalue()


def _name(template: bytes | Path) -> str:
    return "the template" if isinstance(template, bytes) else template.name


def _without_slides(presentation: Presentation) -> None:
    """Remove the slides, and the lists that name them."""
    ids = presentation.slides._sldIdLst
    for one in list(ids):
        presentation.part.drop_rel(one.rId)
        ids.remove(one)
    root = presentation.element
    for named in (*root.iter(*_SLIDE_LISTS), *root.iter(qn("p:custShowLst"))):
        holder = named.getparent()
        gone = holder if holder.tag == qn("p:ext") else named
        gone.getparent().remove(gone)
    _without_preview(presentation)


def _without_preview(presentation: Presentation) -> None:
    """The small picture of the first slide would show another one."""
    _without(presentation.part.package._rels, RELATION.THUMBNAIL)


def _without(relations: Any, kind: str) -> None:
    for key in [key for key, rel in relations.items() if rel.reltype == kind]:
        relations.pop(key)


def _places(holder: Any) -> list[Any]:
    """The placeholders of a slide, layout or master."""
    return list(holder.placeholders)


def _kinds(layout: SlideLayout) -> set[Any]:
    return {place.placeholder_format.type for place in _places(layout)}


def _far_from_title_slide(layout: SlideLayout) -> tuple[int, int]:
    kinds = _kinds(layout)
    wanted = {PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.SUBTITLE}
    return (len(wanted - kinds), len(kinds - wanted - set(_EDGES)))


def _far_from_title_only(layout: SlideLayout) -> tuple[int, int]:
    kinds = _kinds(layout)
    others = [
        place for place in _places(layout)
        if place.placeholder_format.type not in {*_TITLES, *_EDGES}
    ]  # fmt: skip
    return (0 if PP_PLACEHOLDER.TITLE in kinds else 1, len(others))


def _theme_font(presentation: Presentation) -> str:
    """The font of text that the template's theme names."""
    master = presentation.slide_masters[0].part
    theme = master.part_related_by(RELATION.THEME)
    try:
        root = parse_xml(theme.blob)
    except SyntaxError:
        return FONT
    found = root.find(f".//{{{_A}}}minorFont/{{{_A}}}latin")
    return (found.get("typeface") if found is not None else "") or FONT


def _title_size(layout: SlideLayout) -> float:
    """Points of the title's text, as layout or master say."""
    for element in (layout.element, layout.slide_master.element):
        for place in element.iter(qn("p:sp")):
            kind = place.find(f".//{qn('p:ph')}")
            if kind is not None and kind.get("type") in {"title", "ctrTitle"}:
                found = place.find(f".//{qn('a:lstStyle')}/{qn('a:lvl1pPr')}/{qn('a:defRPr')}")
                if found is not None and found.get("sz"):
                    return int(found.get("sz")) / 100
    path = f".//{qn('p:titleStyle')}/{qn('a:lvl1pPr')}/{qn('a:defRPr')}"
    found = layout.slide_master.element.find(path)
    return int(found.get("sz")) / 100 if found is not None and found.get("sz") else TITLE_SIZE


def _size(presentation: Presentation) -> tuple[float, float]:
    width, height = presentation.slide_width, presentation.slide_height
    return (width or WIDE * EMU) / EMU, (height or TALL * EMU) / EMU


def _box_of(shape: Any) -> Box | None:
    """Where a placeholder stands, as it or what it inherits from says."""
    parts = (shape.left, shape.top, shape.width, shape.height)
    if any(part is None for part in parts):
        return None
    return Box(*(part / EMU for part in parts))


def _emu(box: Box) -> tuple[Any, ...]:
    return tuple(Pt(part) for part in (box.left, box.top, max(box.width, 1), max(box.height, 1)))


def _bare(frame: TextFrame) -> None:
    """No margins, no size of its own: the text is measured beforehand."""
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Pt(0)
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.TOP


# The plain deck


def _plain_deck() -> Deck:
    """python-pptx's own deck, made wide, with two layouts, one font and titles on the left."""
    presentation = pptx.Presentation()
    presentation.slide_width, presentation.slide_height = Pt(WIDE), Pt(TALL)
    del presentation.element.sldSz.attrib["type"]  # 4:3 on a screen
    _without(presentation.part.rels, RELATION.PRINTER_SETTINGS)
    _without_preview(presentation)
    layouts = {layout.name: layout for layout in presentation.slide_layouts}
    first, plain = layouts["Title Slide"], layouts["Title Only"]
    for name, layout in layouts.items():
        if name not in {"Title Slide", "Title Only"}:
            presentation.slide_layouts.remove(layout)
    _set_fonts(presentation)
    master = presentation.slide_masters[0]
    top = Box(MARGIN, 22, WIDE - 2 * MARGIN, 74)
    for holder in (master, first, plain):
        for place in _places(holder):
            _put(place, holder is first, top)
    _set_title_style(master.element, TITLE_SIZE)
    return Deck(presentation, first, plain, FONT, 1.0, is_plain=True)


def _put(place: Any, is_first: bool, top: Box) -> None:
    kind = place.placeholder_format.type
    edge = Box(WIDE - 96, TALL - 34, 60, 20)
    if kind in _TITLES:
        box = replace(top, left=72, top=150, width=WIDE - 144, height=120) if is_first else top
    elif kind == PP_PLACEHOLDER.SUBTITLE:
        box = Box(72, 282, WIDE - 144, 130)
    elif kind in _EDGES:
        number = _EDGES.index(kind)
        box = (
            replace(edge, left=MARGIN),
            replace(edge, left=300, width=360),
            edge,
        )[number]
    else:
        box = Box(MARGIN, 120, WIDE - 2 * MARGIN, 360)
    place.left, place.top, place.width, place.height = _emu(box)
    frame = place.text_frame
    frame.margin_left = frame.margin_right = Pt(0)
    frame.vertical_anchor = MSO_ANCHOR.BOTTOM if kind in _TITLES and is_first else MSO_ANCHOR.TOP
    for level in place.element.iter(qn("a:lvl1pPr")):
        level.set("algn", "l")
    if kind in _TITLES and is_first:
        style = place.element.find(f".//{qn('a:lstStyle')}")
        style.append(parse_xml(f'<a:lvl1pPr xmlns:a="{_A}"><a:defRPr sz="4000"/></a:lvl1pPr>'))


def _set_fonts(presentation: Presentation) -> None:
    theme = presentation.slide_masters[0].part.part_related_by(RELATION.THEME)
    theme._blob = theme.blob.replace(b'typeface="Calibri"', f'typeface="{FONT}"'.encode())


def _set_title_style(master: Any, size: int) -> None:
    level = master.find(f".//{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    level.set("algn", "l")
    style = level.find(qn("a:defRPr"))
    style.set("sz", f"{100 * size}")
    style.set("b", "1")


def paragraphs_tall(lines: Iterable[str], size: float, room: float, factor: float) -> float:
    """How high paragraphs will be at that width."""
    return lines_tall(
        sum(max(1, len(wrap(line, size, room, factor=factor))) for line in lines), size
    )
