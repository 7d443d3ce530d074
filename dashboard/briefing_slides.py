"""The briefing as slides: headline, layers as a table, the share chart, what changed, what to read
with care, and sources; with the sentences of the first page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import data
from dashboard import slides
from dashboard.lettering import clean
from dashboard.slide_layout import Ink, Words
from dashboard.slide_tables import Cell, TablePage

SMALL = 16  # points, of pages with many words
WIDTHS = (0.37, 0.13, 0.15, 0.18, 0.17)


def deck_bytes(
    brief: data.Brief,
    share: slides.SlideItem | None,
    build: str,
    template: Path | None,
    *,
    colours: Mapping[str, tuple[str, str]],
) -> bytes:
    """The briefing as a PowerPoint file; `share` is the chart of the accounts' shares, `colours`
    are those of families. Raises SlideError for a template that cannot be used."""
    pages: list[slides.Page] = [_layers(brief, colours)]
    if share:
        pages.append(share)
    if moved := list(_moved(brief)):
        pages.append(slides.TextPage("What changed, and does it hold?", tuple(moved)))
    care = tuple(_words(text) for text in (*brief.scope, *brief.care))
    pages += [
        slides.TextPage("Read with care", care, SMALL),
        slides.TextPage("Sources", tuple(_sources(brief, build)), SMALL),
    ]
    line, as_of = _plain(brief.line), brief.as_of or ""
    return slides.pages_bytes(
        brief.headline, line, pages, build=build, as_of=as_of, template=template
    )


def _layers(brief: data.Brief, colours: Mapping[str, tuple[str, str]]) -> TablePage:
    names = [brief.focus, *([brief.rival] if brief.rival else [])]
    rows = []
    for layer in brief.layers:
        title: Cell = [[Words(clean(layer.title), colour="text")], [Words(clean(layer.scope))]]
        values = [(layer.focus_text, layer.focus_note), (layer.rival_text, layer.rival_note)]
        cells = [
            _value(text, note, colours.get(name, "text"))
            for name, (text, note) in zip(names, values, strict=False)
        ]
        leader = "not collected yet" if layer.command else layer.leader
        rows.append((title, *cells, _cell(leader), _period(layer.as_of)))
    widths = WIDTHS if brief.rival else (*WIDTHS[:2], *WIDTHS[3:])
    return TablePage(
        f"{' and '.join(names)} on each layer of use",
        ("Layer", *names, "Leader", "As of"),
        widths,
        tuple(rows),
        "Sources: see the last slide. ≥ is the least that a value can be, ≈ what it is about.",
    )


def _value(text: str, note: str, colour: Ink) -> Cell:
    lines = [[Words(clean(text), is_bold=True, colour=colour)]]
    return [*lines, [Words(clean(note))]] if note else lines


def _cell(text: str) -> list[list[Words]]:
    return [[Words(clean(text), colour="text")]]


def _period(text: str) -> Cell:
    """A day, a month or a stretch, whose end stands below its beginning."""
    parts = text.split(" – ")
    return [_cell(f"{part} –")[0] for part in parts[:-1]] + [_cell(parts[-1])[0]]


def _moved(brief: data.Brief) -> Iterable[tuple[Words, ...]]:
    """What changed, and the lead on each layer, each below its title."""
    holds = tuple(
        f"{hold.sentence}: **behind**" if _is_behind(hold) else hold.sentence
        for hold in brief.holds
    )
    for title, sentences in ((brief.since, brief.changed), (brief.holds_title, holds)):
        if sentences:
            yield (Words(clean(title), is_bold=True, colour="text"),)
            yield from (_words(text) for text in sentences)


def _is_behind(hold: data.Hold) -> bool:
    """Whether the focus has less: by the ratio, or by a difference in points."""
    return hold.lean < 0 if hold.lean is not None else hold.text.startswith("−")


def _sources(brief: data.Brief, build: str) -> Iterable[tuple[Words, ...]]:
    for source in brief.sources:
        told = f", as of {source.read_on}: {'; '.join(source.layers)}."
        yield Words(clean(source.title), source.url, colour="text"), Words(clean(told))
    until = f"Data until {brief.as_of}. " if brief.as_of else ""
    yield (Words(f"{until}Build {build}. The same build gives the same figures."),)


def _words(text: str) -> tuple[Words, ...]:
    """A sentence, in which ** marks what is bold."""
    parts = re.split(r"\*\*(.+?)\*\*", clean(text))
    return tuple(
        Words(part, is_bold=number % 2 == 1, colour="text") for number, part in enumerate(parts)
    )


def _plain(text: str) -> str:
    return clean(text.replace("**", ""))
