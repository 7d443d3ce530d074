"""Charts -> PowerPoint: a slide, or a deck with title, agenda, a slide a chart, and sources.

The charts are PowerPoint's own, with their data sheets inside. Whoever gets one slide can tell what
it shows, where it is from, when it was measured and how sure it is. The same charts, texts and
build give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml.shapes.graphfrm import CT_GraphicalObjectFrame
from pptx.parts.chart import ChartPart
from pptx.parts.embeddedpackage import EmbeddedXlsxPart
from pptx.slide import Slide
from pptx.util import Pt

from dashboard import citing, slide_charts
from dashboard.chart import Chart, cited_text, with_bands
from dashboard.lettering import BOLD, clean, shortened, unbroken, width, wrap
from dashboard.slide_cards import CardPage, card_slides
from dashboard.slide_layout import (
    LEAST,
    Box,
    Deck,
    SlideError,
    Words,
    add_slide,
    body,
    cut_title,
    fill,
    lines_tall,
    new_deck,
    number_slide,
    packed,
    paragraphs_tall,
    with_titles,
    write,
)
from dashboard.slide_sheet import workbook
from dashboard.slide_tables import TablePage, table_slides

__all__ = [
    "Page", "SlideError", "SlideItem", "TextPage", "deck_bytes", "pages_bytes", "slide_bytes",
]  # fmt: skip

SUBTITLE, TAKEAWAY, TEXT_SIZE = 16, 18, 24
SUBTITLE_LINES, SOURCE_LINES, CAVEAT_LINES = 3, 2, 2
LIST_SIZE = 18
BRAND_SIZE = 28  # what a template's subtitle is set in, more or less
GAP = 6
LEAST_CHART = 150  # points
MADE_ON = datetime(2000, 1, 1)  # where a build's name holds no instant
MOST_REASONS = 4
MORE = "More in the notes."
LEAST_NAME = 16  # letters that are left of a name in a citation
_DATED = r"([\s,;:(]*(?:\bas of )?(?:DAY|\b\d{4}-\d\d(?:-\d\d)?)[).;]*)"


@dataclass(frozen=True)
class SlideItem:
    """A chart on its slide: `finding` is the title, a sentence with its number (the chart's own
    title where it is empty), `remarks` are further sentences for the notes, `link` is the address
    of the page that shows the chart, `note` what to take away from it, below the title."""

    chart: Chart
    finding: str = ""
    remarks: tuple[str, ...] = ()
    link: str = ""
    note: str = ""

    @property
    def title(self) -> str:
        """What the slide is called."""
        return clean(self.finding) or clean(self.chart.title) or "Chart"


@dataclass(frozen=True)
class TextPage:
    """A slide of words: its title and its lines; a divider has the title alone."""

    title: str
    lines: tuple[str, ...] = ()
    is_section: bool = False


@dataclass(frozen=True)
class _Made:
    """What every slide of a file is made with."""

    deck: Deck
    build: str
    made_on: datetime = field(default=MADE_ON)

    @property
    def called(self) -> str:
        """The build as people call it, at the beginning of a sentence."""
        words = citing.called(self.build)
        return words[0].upper() + words[1:]


def slide_bytes(item: SlideItem, *, build: str, template: bytes | Path | None = None) -> bytes:
    """A file with one slide. `build` is the name of the build that the figures are of.

    Raises SlideError when the template is no PowerPoint file or has no layout with a title.
    """
    made = _begin(build, template, [item.title])
    _chart_slide(made, item)
    return _end(made, item.title)


def deck_bytes(
    title: str,
    subtitle: str,
    items: Sequence[SlideItem | TextPage],
    *,
    build: str,
    as_of: str,
    template: bytes | Path | None = None,
    method: Sequence[str] = (),
    licences: Mapping[str, str] | None = None,
) -> bytes:
    """A deck: title, agenda, a slide an item, then sources and method.

    `as_of` is the newest day that the build knows, `method` are sentences on how figures are made,
    `licences` says by a source's title under which licence its figures are.
    Raises SlideError without charts, and as slide_bytes() does.
    """
    charts = [item for item in items if isinstance(item, SlideItem)]
    if not charts:
        raise SlideError("a deck needs at least one chart, and has none; add a chart to it")
    titles = [clean(i.title) for i in items if isinstance(i, SlideItem) or not i.is_section]
    made = _begin(build, template, titles)
    stamp = citing.read_between([item.chart for item in charts]) or f"Figures as of {as_of}"
    _title_slide(made, clean(title) or "Open model adoption", clean(subtitle), stamp)
    _agenda(made, items)
    for item in items:
        if isinstance(item, SlideItem):
            _chart_slide(made, item)
        elif item.is_section:
            _section_slide(made, item)
        else:
            _text_slide(made, item)
    _sources(made, charts, stamp, method, licences or {})
    return _end(made, clean(title))


Page = SlideItem | CardPage | TablePage


def pages_bytes(
    title: str,
    subtitle: str,
    pages: Sequence[Page],
    *,
    build: str,
    as_of: str,
    template: bytes | Path | None = None,
) -> bytes:
    """A file with a title slide and pages of any kind, in their order. Raises as slide_bytes()."""
    made = _begin(build, template, [page.title for page in pages])
    _title_slide(made, clean(title), clean(subtitle), f"Figures as of {as_of}")
    for page in pages:
        if isinstance(page, SlideItem):
            _chart_slide(made, page)
        elif isinstance(page, CardPage):
            card_slides(made.deck, page)
        else:
            table_slides(made.deck, page)
    return _end(made, clean(title))


def _begin(build: str, template: bytes | Path | None, titles: Sequence[str]) -> _Made:
    deck = new_deck(template)
    deck = with_titles(deck, [cut_title(deck, *citing.spelled_out([title])) for title in titles])
    return _Made(deck, clean(build), citing.made_on(build) or MADE_ON)


def _end(made: _Made, title: str) -> bytes:
    about = made.deck.presentation.core_properties
    about.title, about.author, about.last_modified_by = title[:250], "Open Model Adoption", ""
    about.subject, about.keywords, about.comments = "", "", f"Build {made.build}"
    about.created = about.modified = made.made_on
    about.revision = 1
    return packed(made.deck.presentation)


# Slides


def _title_slide(made: _Made, title: str, subtitle: str, when: str) -> None:
    deck = made.deck
    slide = add_slide(deck, deck.title_layout, title)
    stamp = f"{clean(when)}. {made.called}."
    lines = [line for line in (subtitle, stamp) if line]
    place = next(
        (p for p in slide.placeholders
         if p.placeholder_format.type in (PP_PLACEHOLDER.SUBTITLE, PP_PLACEHOLDER.BODY)),
        None,
    )  # fmt: skip
    if place is None:
        box = body(deck, slide)
        write(slide, box, [[Words(line)] for line in lines], LIST_SIZE, "Subtitle",
              look=deck.title_look, gap=GAP)  # fmt: skip
        return
    # In a brand's own size unless that is so large that the lines would leave the slide.
    tall = paragraphs_tall(lines, BRAND_SIZE, place.width / Pt(1), deck.factor)
    is_long = tall > place.height / Pt(1)
    size = 20 if deck.is_plain else LIST_SIZE if is_long else None
    fill(place.text_frame, [[Words(line)] for line in lines], size, look=deck.title_look, gap=GAP)
    _without_empty(slide)


def _agenda(made: _Made, items: Sequence[SlideItem | TextPage]) -> None:
    """What the deck says, with the numbers of its slides, on as many slides as it takes."""
    titles = [unbroken(title) for title in citing.spelled_out(clean(one.title) for one in items)]
    dividers = [isinstance(one, TextPage) and one.is_section for one in items]

    def rows(pages: int) -> list[list[Words]]:
        first = 2 + pages  # after the title slide and the agenda's own
        return [
            [Words(f"{number}  {title}", colour="text", is_bold=is_divider)]
            for number, (title, is_divider) in enumerate(zip(titles, dividers, strict=True), first)
        ]

    _paged(made, "Agenda", rows, LIST_SIZE)


def _paged(
    made: _Made, title: str, rows_of: Callable[[int], Sequence[Sequence[Words]]], size: float
) -> None:
    """Paragraphs on as many slides as they need, about as many on each; how many slides these are
    the paragraphs may say themselves."""
    deck = made.deck
    slide = add_slide(deck, deck.plain_layout, title)
    box = _list_box(deck, slide)
    pages = 1
    while len(parts := _parts(rows_of(pages), size, box, deck.factor)) > pages:
        pages = len(parts)
    for number, rows in enumerate(parts, start=1):
        if number > 1:
            slide = add_slide(deck, deck.plain_layout, f"{title} ({number})")
            box = _list_box(deck, slide)
        write(slide, box, rows, size, title, look=deck.look, gap=GAP)
        number_slide(deck, slide)


def _list_box(deck: Deck, slide: Slide) -> Box:
    box = body(deck, slide)
    return Box(box.left, box.top + GAP, box.width, box.height - GAP - lines_tall(1, LEAST))


def _parts(
    rows: Sequence[Sequence[Words]], size: float, box: Box, factor: float
) -> list[list[Sequence[Words]]]:
    """The paragraphs of each slide: as few slides as possible, none of them with only the rest."""
    talls = [paragraphs_tall([_text(row)], size, box.width, factor) + GAP for row in rows]

    def filled(most: float) -> list[list[Sequence[Words]]]:
        parts: list[list[Sequence[Words]]] = []
        used = most
        for row, tall in zip(rows, talls, strict=True):
            if not parts or used + tall > most:
                parts.append([])
                used = 0.0
            parts[-1].append(row)
            used += tall
        return parts

    least = len(filled(box.height))
    most = box.height / 2 if least > 1 else box.height
    while most < box.height and len(filled(most)) > least:
        most += lines_tall(1, size)
    return filled(min(most, box.height))


def _section_slide(made: _Made, page: TextPage) -> None:
    """A divider looks like the title slide."""
    slide = add_slide(made.deck, made.deck.title_layout, clean(page.title))
    _without_empty(slide)


def _without_empty(slide: Slide) -> None:
    for place in list(slide.placeholders):
        if not (place.has_text_frame and place.text_frame.text):
            place.element.getparent().remove(place.element)


def _text_slide(made: _Made, page: TextPage) -> None:
    """A heading and lines, as large as there is room for."""
    deck = made.deck
    slide = add_slide(deck, deck.plain_layout, cut_title(deck, clean(page.title)))
    box = _list_box(deck, slide)
    lines = [unbroken(clean(line)) for line in page.lines]
    size = next(
        (size for size in range(TEXT_SIZE, LEAST, -1)
         if paragraphs_tall(lines, size, box.width, deck.factor) + len(lines) * size <= box.height),
        LEAST,
    )  # fmt: skip
    if lines:
        rows = [[Words(line, colour="text")] for line in lines]
        write(slide, box, rows, size, "Text", look=deck.look, gap=size)
    number_slide(deck, slide)


def _chart_slide(made: _Made, item: SlideItem) -> None:
    deck = made.deck
    title, subtitle = _head(item)
    slide = add_slide(deck, deck.plain_layout, cut_title(deck, title))
    room = body(deck, slide)
    top, size = room.top, SUBTITLE
    if note := clean(item.note):
        note = shortened(unbroken(note), TAKEAWAY, room.width, lines=2, is_bold=True,
                         factor=deck.factor)  # fmt: skip
        tall = paragraphs_tall([note], TAKEAWAY * BOLD, room.width, deck.factor)
        write(slide, Box(room.left, top, room.width, tall),
              [[Words(note, is_bold=True, colour="text")]], TAKEAWAY, "Takeaway",
              look=deck.look)  # fmt: skip
        top += tall + GAP
    if len(wrap(subtitle, size, room.width, factor=deck.factor)) > 2:
        size = LEAST
    subtitle = shortened(subtitle, size, room.width, lines=SUBTITLE_LINES, factor=deck.factor)
    tall = paragraphs_tall([subtitle], size, room.width, deck.factor)
    write(slide, Box(room.left, top, room.width, tall), [[Words(subtitle)]], size, "Subtitle",
          look=deck.look)  # fmt: skip
    top += tall + GAP
    drawn = _fitted(made, item, room, top)
    footer = _footer(made, item, drawn, room.width)
    below = paragraphs_tall([_text(line) for line in footer], LEAST, room.width - 70, deck.factor)
    box = Box(room.left, top, room.width, max(room.bottom - top - below - GAP, LEAST_CHART))
    _put_chart(made, slide, item, box, drawn)
    write(slide, Box(room.left, box.bottom + GAP, room.width - 70, below), footer, LEAST, "Source",
          look=deck.look)  # fmt: skip
    if len(deck.presentation.slides) > 1:  # a slide by itself needs no number
        number_slide(deck, slide)
    notes = slide.notes_slide.notes_text_frame
    if notes is not None:  # a template's notes may have no place for text
        notes.text = "\n".join(_notes(made, item, drawn.remarks))


def _fitted(made: _Made, item: SlideItem, room: Box, top: float) -> slide_charts.NativeChart:
    """The chart at the height that the lines below it leave. What found no room in it is one of the
    things that these lines say, so it is drawn again where they must say so."""
    deck = made.deck
    before: slide_charts.NativeChart | None = None
    while True:
        footer = _footer(made, item, before, room.width)
        below = paragraphs_tall(
            [_text(line) for line in footer], LEAST, room.width - 70, deck.factor
        )
        height = max(room.bottom - top - below - GAP, LEAST_CHART)
        drawn = slide_charts.native(
            item.chart, (room.width, height), deck.font, deck.factor, deck.look
        )
        told = (before.unnamed, bool(before.remarks)) if before else ((), False)
        if told == (drawn.unnamed, bool(drawn.remarks)):
            return drawn
        before = drawn


def _put_chart(
    made: _Made, slide: Slide, item: SlideItem, box: Box, drawn: slide_charts.NativeChart
) -> None:
    """The chart with its data sheet and what is drawn over it, as a shape of the slide."""
    package = slide.part.package
    # Not a ChartPart, which would read the XML in order to write it again.
    part = Part(
        package.next_partname(ChartPart.partname_template), CONTENT_TYPE.DML_CHART, package,
        drawn.xml,
    )  # fmt: skip
    sheet = workbook(drawn.sheet, _about(made, item), made.made_on)
    over = Part(
        PackURI(part.partname.replace("/charts/chart", "/drawings/drawing")),
        CONTENT_TYPE.DML_CHARTSHAPES, package, drawn.drawing,
    )  # fmt: skip
    relations = (
        part.relate_to(EmbeddedXlsxPart.new(sheet, package), RELATIONSHIP_TYPE.PACKAGE),
        part.relate_to(over, RELATIONSHIP_TYPE.CHART_USER_SHAPES),
    )
    assert relations == (slide_charts.WORKBOOK, slide_charts.DRAWING)
    frame = CT_GraphicalObjectFrame.new_chart_graphicFrame(
        max(int(number) for number in slide.element.xpath("//p:cNvPr/@id")) + 1,
        "Chart",
        slide.part.relate_to(part, RELATIONSHIP_TYPE.CHART),
        *(Pt(side) for side in (box.left, box.top, box.width, box.height)),
    )
    named = frame.xpath("./p:nvGraphicFramePr/p:cNvPr")[0]
    named.set("descr", clean(item.chart.description))
    named.set("title", clean(item.chart.title))
    slide.shapes._spTree.append(frame)


# Words


def _head(item: SlideItem) -> list[str]:
    """The title, and what stands below it."""
    chart = item.chart
    parts = [chart.title] if clean(item.finding) else []
    below = " ".join(_sentence(part) for part in (*parts, chart.shown, f"Unit: {chart.unit}"))
    return citing.spelled_out([item.title, below])


def _sentence(text: str) -> str:
    """Text that ends like a sentence."""
    told = clean(text)
    return told if not told or told.endswith((".", "!", "?", "…")) else f"{told}."


def _footer(
    made: _Made, item: SlideItem, drawn: slide_charts.NativeChart | None, room: float
) -> list[list[Words]]:
    """What to know of the figures, as much as fits; then where they are from and when."""
    deck, chart = made.deck, item.chart
    known = _head(item)
    sentences = citing.spelled_out([*known, *_caveats(item, drawn)])[len(known) :]
    caveats = _fitting(sentences, room - 70, deck.factor)
    links = [
        Words("Open the source", chart.source_url),
        *([Words(". "), Words("Open the chart", item.link)] if item.link else []),
        Words(f". {made.called}."),
    ]
    source = _cited(chart, _text(links), room - 70, deck.factor)
    told = [[Words(caveats)]] if caveats else []
    return [*told, [Words(f"{source} "), *links]]


def _cited(chart: Chart, after: str, room: float, factor: float) -> str:
    """The citation, its names cut where it would not fit together with what stands after it; the
    dates that the figures are of are never cut."""
    full, day = clean(citing.line(chart)), citing.plain_instants(clean(chart.as_of))
    # In turn a name and a date.
    parts = re.split(_DATED.replace("DAY", re.escape(day) or "$^"), full)
    names = parts[::2]
    text, kept = full, [len(name) for name in names]
    while len(wrap(f"{text} {after}", LEAST, room, factor=factor)) > SOURCE_LINES:
        longest = kept.index(max(kept))
        if kept[longest] <= LEAST_NAME:
            break
        kept[longest] -= 4
        parts[::2] = [
            name if end == len(name) else f"{name[:end].rstrip(' ,;:(.')}…"
            for name, end in zip(names, kept, strict=True)
        ]
        text = "".join(parts)
    return text


def _caveats(item: SlideItem, drawn: slide_charts.NativeChart | None) -> list[str]:
    """Sentences that say how sure the figures are, the most important first."""
    chart = item.chart
    remarks, unnamed = (drawn.remarks, drawn.unnamed) if drawn else ((), ())
    caveats = [_sentence(text) for text in chart.caveats if clean(text)]
    caveats = [clean(text) for text in with_bands(caveats, unnamed)]
    key = []
    is_estimate = any(any(line.estimated) for line in chart.series)
    if is_estimate and not any("otted" in text for text in caveats):
        key.append("Dotted: estimates.")
    incidents = _incidents(chart)
    if incidents:
        mark = "Ticks at the bottom" if chart.stacks else "Tinted, with a tick at the bottom"
        key.append(f"{mark}: {incidents}")
    # Each caveat may hold several sentences, of which the first may fit without the others.
    return [*key, *map(_sentence, remarks), *caveats]


def _incidents(chart: Chart) -> str:
    """What incidents the tinted stretches are, each once."""
    labels = list(
        dict.fromkeys(clean(band.label) for band in chart.bands if band.kind == "incident")
    )
    if not labels:
        return ""
    return _sentence(labels[0] if len(labels) == 1 else f"{len(labels)} incidents of the counters")


def _fitting(sentences: Sequence[str], room: float, factor: float) -> str:
    """As many sentences as two lines take; where some are left out, the slide says so."""
    everything = " ".join(sentences)
    if len(wrap(everything, LEAST, room, factor=factor)) <= CAVEAT_LINES:
        return everything
    kept: list[str] = []
    for sentence in sentences:
        text = " ".join([*kept, sentence, MORE])
        if len(wrap(text, LEAST, room, factor=factor)) <= CAVEAT_LINES:
            kept.append(sentence)
    if not kept:
        first = shortened(sentences[0], LEAST, room - width(MORE, LEAST) / 2, lines=CAVEAT_LINES,
                          factor=factor)  # fmt: skip
        return f"{first} {MORE}"
    return " ".join([*kept, MORE])


def _text(words: Sequence[Words]) -> str:
    return "".join(one.text for one in words)


def _notes(made: _Made, item: SlideItem, remarks: Sequence[str]) -> list[str]:
    """Everything in full, for whoever speaks."""
    chart = item.chart
    events = [
        f"{marker.day or marker.at.isoformat()}: {clean(marker.title)}" for marker in chart.markers
    ]
    incidents = dict.fromkeys(
        f"{band.start} to {band.end}: {clean(band.label)}" if band.end != band.start
        else f"{band.start}: {clean(band.label)}"
        for band in chart.bands
    )  # fmt: skip
    told = [clean(note.text.replace("\n", " ")) for note in chart.notes]
    reasons = _reasons(chart)
    return [
        item.title,
        *([_sentence(item.note)] if clean(item.note) else []),
        *([_sentence(chart.title)] if clean(item.finding) else []),
        f"{_sentence(chart.shown)} {_sentence(f'Unit: {chart.unit}')}",
        *(_sentence(remark) for remark in (*item.remarks, *remarks, *told) if clean(remark)),
        *(_sentence(caveat) for caveat in chart.caveats if clean(caveat)),
        *([f"Estimates: {'; '.join(reasons)}."] if reasons else []),
        *(["Events:", *events] if events else []),
        *(["Read with care:", *incidents] if incidents else []),
        clean(cited_text(chart.citation, chart.as_of)),
        f"Source: {clean(chart.source)}, {clean(chart.source_url)}",
        *([f"This chart: {clean(item.link)}"] if item.link else []),
        f"Build {made.build}. The chart holds its figures: right click it, Edit data.",
    ]


def _reasons(chart: Chart) -> list[str]:
    """Why values are estimates, each reason once; none where every value has its own."""
    found = dict.fromkeys(
        clean(remark).removeprefix("estimate: ")
        for line in chart.series
        for remark, is_estimate in zip(line.remarks, line.estimated, strict=False)
        if is_estimate and clean(remark)
    )
    return list(found) if len(found) <= MOST_REASONS else []


def _about(made: _Made, item: SlideItem) -> list[tuple[str, str]]:
    """The second sheet of the data: what the figures are."""
    chart = item.chart
    has_estimates = any(any(line.estimated) for line in chart.lines)
    rows = [
        ("title", clean(chart.title)),
        ("finding", clean(item.finding)),
        ("takeaway", clean(item.note)),
        ("shown", clean(chart.shown)),
        ("unit", clean(chart.unit)),
        ("source", clean(chart.source)),
        ("address", clean(chart.source_url)),
        ("citation", clean(cited_text(chart.citation, chart.as_of))),
        ("as of", clean(chart.as_of[:10])),
        ("build", made.build),
        ("chart", clean(item.link)),
        (
            "estimates",
            "A column whose name ends in ', estimate' holds estimated values, and the measured "
            "ones beside them to which their line is joined."
            if has_estimates
            else "",
        ),
        *(("caveat", clean(caveat)) for caveat in chart.caveats),
    ]
    return [(name, text) for name, text in rows if text]


def _sources(
    made: _Made,
    items: Sequence[SlideItem],
    when: str,
    method: Sequence[str],
    licences: Mapping[str, str],
) -> None:
    """Every citation once, then how the figures are made, and the build."""
    rows: list[list[Words]] = []
    seen: set[str] = set()
    for item in items:
        chart = item.chart
        citation = clean(citing.line(chart))
        if citation in seen:
            continue
        seen.add(citation)
        licence = _licence(chart, licences)
        rows.append(
            [
                Words(f"{citation} ", colour="text"),
                Words(clean(chart.source_url), chart.source_url),
                Words(f". Licence: {licence}" if licence else ""),
            ]
        )
    told = [
        *method,
        "Charts hold their data sheets: right click a chart, Edit data. Every slide's notes have "
        "its caveats, events and citation in full.",
        f"{when}. Computed by Open Model Adoption from build {made.build}. The same build gives "
        "the same figures.",
    ]
    rows += [[Words(_sentence(text))] for text in told if clean(text)]
    _paged(made, "Sources and method", lambda _: rows, LEAST)


def _licence(chart: Chart, licences: Mapping[str, str]) -> str:
    """The licences of a chart's sources, each once."""
    # A title of one may hold the name of another.
    named = [chart.source] if chart.source in licences else [n for n in licences if n]
    found = [clean(licences[name]) for name in named if name in chart.source]
    return _sentence("; ".join(dict.fromkeys(text.rstrip(".") for text in found if text)))
