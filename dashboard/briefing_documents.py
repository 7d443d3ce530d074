"""The briefing as a document: Markdown, a page in one file, or slides, with the sentences of the
first page.

The page asks no network for anything and runs no script, so that it can be mailed, opened offline
and printed. The same build and selection give the same bytes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import data
from dashboard import findings, readings, recipes, vectors
from dashboard.chart import REST_COLOURS, Chart, cited_text, plain_caveats
from dashboard.citing import link
from dashboard.recipes import Recipe

CHART = "account_downloads"
STYLE = Path(__file__).parent / "assets" / "briefing.css"
# Nothing may be fetched and nothing may run, whatever a text may hold.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def briefing_bytes(recipe: Recipe, format: str, *, template: Path | None = None) -> bytes:
    """The briefing for the selection and build of a recipe as md, html or pptx.

    `template` is the PowerPoint file whose master the slides take. The age of sources counts to
    when the build was made. Raises NoBuildError and RecipeError as recipes do, and SlideError for a
    template that cannot be used.
    """
    build = recipes.build_of(recipe)
    chosen = recipe.selection
    built_at = data.build_info(build)["built_at"]
    brief = data.brief(
        chosen.focus, chosen.rivals, start=chosen.start, end=chosen.end, now=built_at, build=build
    )
    if format == "md":
        return f"{brief.markdown()}- {made(build, built_at)}\n".encode()
    shown = _share_recipe(recipe)
    chart = _chart(shown)
    if format == "html":
        return page(brief, chart, build, built_at).encode()
    from dashboard import briefing_slides, slides  # noqa: PLC0415  (python-pptx is slow to load)

    colours = {name: _colours(build, name) for name in (brief.focus, brief.rival) if name}
    share = slides.SlideItem(chart, findings.finding(shown)) if chart else None
    return briefing_slides.deck_bytes(brief, share, build.stem, template, colours=colours)


def made(build: Path, built_at: datetime) -> str:
    """Of which build a document is, and to when ages count."""
    return f"Build {build.stem}, made {built_at:%Y-%m-%d %H:%M} UTC, to which ages of sources count"


def bold(text: str) -> str:
    """Markdown's ** as HTML, everything else escaped."""
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(text, quote=False))


def unbroken(text: str) -> str:
    """The same text with its numbers and their signs on one line."""
    return re.sub(r"(?<=\d) (?=[%×])|(?<=[≥≈<]) (?=\d)", "\N{NO-BREAK SPACE}", text)


def page(brief: data.Brief, chart: Chart | None, build: Path, built_at: datetime) -> str:
    """The briefing as an HTML page in one file; `chart` is that of the accounts' shares."""
    body = [
        f"<h1>{html.escape(brief.headline)}</h1>",
        f'<p class="line">{bold(unbroken(brief.line))}</p>',
        f'<p class="scope">{bold(unbroken(" ".join(brief.scope)))}</p>' if brief.scope else "",
        _layers(brief, build),
        _figure(chart) if chart else "",
        _boxes(brief, build),
        f"<h2>Sources</h2><ul>{''.join(_sources(brief))}</ul>",
        f"<footer><p>{html.escape(_until(brief))}{html.escape(made(build, built_at))}. "
        "Open Model Adoption.</p></footer>",
    ]
    inside = "\n".join(part for part in body if part)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{html.escape(brief.headline)}</title>\n"
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n{inside}\n"
        "</body>\n</html>\n"
    )


def _share_recipe(recipe: Recipe) -> Recipe:
    """The recipe of the share chart of the first page."""
    brief = replace(recipe.selection, is_brief=True, measure="Share", scale="Linear", scope="own")
    return Recipe(CHART, brief, recipe.build)


def _chart(shown: Recipe) -> Chart | None:
    """The share chart; None where no selected family has a published series."""
    try:
        return recipes.draw(shown)
    except recipes.NothingToShowError:
        return None


def _until(brief: data.Brief) -> str:
    return f"Data until {brief.as_of}. " if brief.as_of else ""


def _layers(brief: data.Brief, build: Path) -> str:
    """One row a layer, with bars of the leader's value."""
    names = [brief.focus, *([brief.rival] if brief.rival else [])]
    head = ["Layer (bars: part of the leader's value)", *names, "Leader", "As of", "Source"]
    rows = []
    for layer in brief.layers:
        cells = [f"<td>{html.escape(layer.title)}<small>{html.escape(layer.scope)}</small></td>"]
        if layer.command:
            run = f"Run <code>{html.escape(layer.command)}</code>"
            cells += ["<td>–</td>"] * len(names) + [f"<td>{run}</td><td></td><td></td>"]
        else:
            values = [(layer.focus_text, layer.focus_part, layer.focus_note)]
            values += [(layer.rival_text, layer.rival_part, layer.rival_note)]
            cells += [
                f'<td class="value" data-label="{html.escape(name)}">'
                f"{_value(*value, _colours(build, name))}</td>"
                for name, value in zip(names, values, strict=False)
            ]
            # The day of a report stands before it.
            title = re.sub(r" \(\d{4}-\d\d-\d\d\)$", "", layer.source_title)
            cells += [
                f'<td data-label="Leader">{html.escape(unbroken(layer.leader))}</td>',
                f'<td class="as-of" data-label="As of">{html.escape(layer.as_of)}</td>',
                f'<td class="source" data-label="Source">{link(title, layer.source_url)}</td>',
            ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    titles = "".join(f"<th>{html.escape(title)}</th>" for title in head)
    return (
        f"<table><thead><tr>{titles}</tr></thead>\n<tbody>\n"
        + "\n".join(rows)
        + "\n</tbody></table>"
    )


def _value(text: str, part: float | None, note: str, colours: tuple[str, str]) -> str:
    shown = f"<b>{html.escape(text)}</b>"
    if part is not None:
        width = 100 * min(max(part, 0.0), 1.0)
        shown += (
            f'<div class="bar"><div class="pen" style="{vectors.pen(colours)};'
            f'width:{width:.1f}%"></div></div>'
        )
    return shown + (f"<small>{html.escape(note)}</small>" if note else "")


def _colours(build: Path, family: str | None) -> tuple[str, str]:
    rows = readings.families(build).set_index("family")
    if family not in rows.index:
        return REST_COLOURS
    return str(rows.loc[family, "colour_light"]), str(rows.loc[family, "colour_dark"])


def _figure(chart: Chart) -> str:
    """The chart for wide and narrow windows, with what its source asks for."""
    legend = "".join(
        f'<span><b class="pen" style="{vectors.pen(line.colours)}">{html.escape(line.short_label)}'
        f"</b> {html.escape(chart.newest_text(line))}</span>"
        for line in chart.lines
        if line.role != "rest"
    )
    events = " · ".join(
        f"{number} {html.escape(marker.label)}"
        for number, marker in enumerate(chart.markers, start=1)
    )
    told = " ".join(
        [f"{chart.shown}. Unit: {chart.unit}.", cited_text(chart.citation, chart.as_of)]
    )
    return (
        f"<figure><h2>{html.escape(chart.title)}</h2>\n"
        f'<div class="wide">{vectors.drawing(chart)}</div>\n'
        f'<div class="narrow">{vectors.drawing(chart, is_narrow=True)}'
        f'<div class="legend">{legend}</div><p class="fine">{events}</p></div>\n'
        f"<figcaption>{html.escape(told)} {link('Open the source', chart.source_url)}. "
        f"{html.escape(' '.join(plain_caveats(chart)))}</figcaption></figure>"
    )


def _boxes(brief: data.Brief, build: Path) -> str:
    """What changed and whether it holds in one column, what to mind in the other."""
    first = _box(brief.since, _paragraphs(brief.changed)) if brief.changed else ""
    if brief.holds:
        rows = "".join(_hold(hold, brief, build) for hold in brief.holds)
        fine = '<p class="fine">Bars: log scale, the middle is level.</p>'
        first += _box(brief.holds_title, f'<div class="holds">{rows}</div>{fine}')
    care = _box("Read with care", _paragraphs(brief.care))
    columns = "".join(f"<div>{column}</div>\n" for column in (first, care) if column)
    return f'<div class="boxes">{columns}</div>'


def _box(title: str, inside: str) -> str:
    return f"<section><h3>{html.escape(title)}</h3>{inside}</section>\n"


def _paragraphs(sentences: Sequence[str]) -> str:
    return "".join(f"<p>{bold(unbroken(text))}</p>" for text in sentences)


def _hold(hold: data.Hold, brief: data.Brief, build: Path) -> str:
    """A bar that leans to who is ahead, and the ratio; or what is known instead."""
    title = f"<span>{html.escape(hold.title)}</span>"
    if hold.lean is None:
        return f"{title}<em>{html.escape(unbroken(hold.text))}</em>"
    colours = _colours(build, brief.focus if hold.lean >= 0 else brief.rival)
    left, width = 50 + 50 * min(hold.lean, 0), 50 * abs(hold.lean)
    return (
        f'{title}<div class="lean"><div class="pen" style="{vectors.pen(colours)};'
        f'left:{left:.1f}%;width:{width:.1f}%"></div></div><b>{html.escape(hold.text)}</b>'
    )


def _sources(brief: data.Brief) -> Iterable[str]:
    for source in brief.sources:
        layers = html.escape("; ".join(source.layers))
        read = html.escape(source.read_on)
        yield f"<li>{link(source.title, source.url)}, as of {read}: {layers}</li>\n"
