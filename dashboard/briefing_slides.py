"""The briefing as slides: headline, layers as a table, the share chart, what changed beside who
leads, what to read with care as cards, and sources; with the sentences of the first page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import data
from dashboard import citing, slides
from dashboard.lettering import clean
from dashboard.slide_cards import CardPage
from dashboard.slide_layout import Ink, Words
from dashboard.slide_tables import Cell, TablePage

SMALL = 16  # points, of tables with few columns
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
    if brief.changed or brief.holds:
        pages.append(_moved(brief, colours))
    care = citing.spelled_out(clean(text) for text in (*brief.scope, *brief.care))
    if care:
        pages.append(CardPage("Read with care", tuple(_words(text) for text in care)))
    pages.append(_sources(brief, build))
    line, as_of = _plain(brief.line), brief.as_of or ""
    return slides.pages_bytes(
        brief.headline, line, pages, build=build, as_of=as_of, template=template
    )


def _layers(brief: data.Brief, colours: Mapping[str, tuple[str, str]]) -> TablePage:
    names = [brief.focus, *([brief.rival] if brief.rival else [])]
    told = iter(
        citing.spelled_out(clean(t) for layer in brief.layers for t in (layer.title, layer.scope))
    )
    rows = []
    for layer in brief.layers:
        title: Cell = [[Words(next(told), colour="text")], [Words(next(told))]]
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


def _moved(brief: data.Brief, colours: Mapping[str, tuple[str, str]]) -> CardPage:
    """What changed as cards, and beside them the lead on each layer."""
    titles = citing.spelled_out(clean(hold.title) for hold in brief.holds)
    rows = []
    for title, hold in zip(titles, brief.holds, strict=True):
        is_behind = _is_behind(hold)
        ahead = brief.rival if is_behind else brief.focus
        # After its title a sentence says the lead and against whom.
        lead = _plain(hold.sentence).removeprefix(f"{clean(hold.title)}: ")
        told: list[Words] = [Words(lead, is_bold=True, colour=colours.get(ahead or "", "text"))]
        if is_behind:
            told.append(Words(": behind", colour="text"))
        rows.append((_cell(title), [told]))
    table = TablePage(clean(brief.holds_title), ("Layer", "Lead"), (0.58, 0.42), tuple(rows),
                      size=SMALL)  # fmt: skip
    changed = citing.spelled_out(clean(text) for text in brief.changed)
    return CardPage(
        "What changed, and does it hold?" if changed else clean(brief.holds_title),
        tuple(_words(text) for text in changed),
        columns=1,
        head=clean(brief.since) if changed else "",
        table=table if rows else None,
    )


def _is_behind(hold: data.Hold) -> bool:
    """Whether the focus has less: by the ratio, or by a difference in points."""
    return hold.lean < 0 if hold.lean is not None else hold.text.startswith("−")


def _sources(brief: data.Brief, build: str) -> TablePage:
    rows: list[tuple[Cell, ...]] = [
        (
            [[Words(clean(source.title), source.url, colour="text")]],
            _cell(", ".join(source.layers)),
            _cell(source.read_on),
        )
        for source in brief.sources
    ]
    until = f"Data until {brief.as_of}. " if brief.as_of else ""
    note = f"{until}Build {build}. The same build gives the same figures."
    return TablePage("Sources", ("Source", "For", "As of"), (0.46, 0.38, 0.16), tuple(rows), note,
                     SMALL)  # fmt: skip


def _words(text: str) -> tuple[Words, ...]:
    """A sentence, in which ** marks what is bold."""
    parts = re.split(r"\*\*(.+?)\*\*", clean(text))
    return tuple(
        Words(part, is_bold=number % 2 == 1, colour="text") for number, part in enumerate(parts)
    )


def _plain(text: str) -> str:
    return clean(text.replace("**", ""))
