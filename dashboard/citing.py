"""How a chart is cited: as a text, and as BibTeX; names in full, and links to sources."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime

from dashboard.chart import Chart, cited_text

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#",
    "_": r"\_", "$": r"\$", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


_HUB = re.compile(r"\bthe Hub\b")
_FULL = "Hugging Face Hub"
_STAMP = re.compile(r"\d{8}T\d{6}")
_PUBLISHER = re.compile(r"\bSource: (.+?)(?=,| \(|[.;](?: |$)|$)")
_READ_ON = re.compile(r"\bas of (\d{4}-\d\d-\d\d)\b")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?Z")


def spelled_out(texts: Iterable[str]) -> list[str]:
    """Texts in the order in which they are read, of which the first that speaks of 'the Hub' says
    whose: 'the Hugging Face Hub'."""
    told = list(texts)
    for at, text in enumerate(told):
        found = _HUB.search(text)
        if _FULL in text[: found.start() if found else None]:
            break
        if found:
            told[at] = _HUB.sub(f"the {_FULL}", text, count=1)
            break
    return told


def made_on(build: str) -> datetime | None:
    """The instant (UTC) in a build's name; None where it holds none."""
    found = _STAMP.search(build)
    return datetime.strptime(found[0], "%Y%m%dT%H%M%S") if found else None


def called(build: str) -> str:
    """A build as people call it, 'build of 22 Nov 2026, 16:09 UTC'; its name where that holds no
    instant."""
    moment = made_on(build)
    return f"build of {moment.day} {moment:%b %Y, %H:%M} UTC" if moment else f"build {build}"


def read_between(charts: Iterable[Chart]) -> str:
    """On which days the sources of charts were read: 'Sources read on 2 October 2026', or 'between'
    the first and the last; '' where none says."""
    found = {text for one in charts for text in (one.as_of[:10], *_READ_ON.findall(line(one)))}
    days = sorted(day for text in found if (day := _day(text)))
    if not days:
        return ""
    first, last = days[0], days[-1]
    if first == last:
        return f"Sources read on {_long(last)}"
    begin = _long(first) if first.year != last.year else f"{first.day} {first:%B}"
    return f"Sources read between {begin} and {_long(last)}"


def _day(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None


def _long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def line(chart: Chart) -> str:
    """The citation with its date, an instant as people write it."""
    return plain_instants(cited_text(chart.citation, chart.as_of))


def plain_instants(text: str) -> str:
    """'2026-11-10T02:00:00.000Z' in a text as '2026-11-10, 02:00 UTC'."""
    return _INSTANT.sub(r"\1, \2 UTC", text)


def link(title: str, url: str) -> str:
    """A link as HTML; only http(s) addresses become one, everything else is plain text."""
    if not re.match(r"^https?://", url or ""):
        return html.escape(title)
    marks = 'target="_blank" rel="noopener noreferrer"'
    return f'<a href="{html.escape(url)}" {marks}>{html.escape(title)}</a>'


def text(chart: Chart, build: str) -> str:
    """What is shown, where from, as of when, and which build of this project made it."""
    return (
        f"{chart.title}. {chart.shown}. Unit: {chart.unit}. "
        f"{cited_text(chart.citation, chart.as_of)} {chart.source_url}. "
        f"Chart: Open Model Adoption, {build}."
    )


def bibtex(chart: Chart, build: str) -> str:
    """The same as an entry for BibTeX; letters that TeX takes for its own are escaped."""
    name = re.sub(r"\W+", "-", f"{chart.key}-{chart.as_of[:10]}", flags=re.ASCII)
    fields = {
        "title": f"{{{_tex(chart.title)}}}",
        "author": f"{{{' and '.join(f'{{{_tex(name)}}}' for name in publishers(chart))}}}",
        "year": f"{{{_tex(chart.as_of[:4])}}}",
        "url": f"{{{_url(chart.source_url)}}}",
        "note": f"{{{_tex(cited_text(chart.citation, chart.as_of))} "
        f"Unit: {_tex(chart.unit)}. Chart: Open Model Adoption, {_tex(build)}.}}",
    }
    lines = ",\n".join(f"  {key} = {value}" for key, value in fields.items())
    return f"@misc{{{name},\n{lines}\n}}"


def publishers(chart: Chart) -> list[str]:
    """Who made the figures, as each 'Source: ' of the citation begins; without one its source."""
    found = [name.strip() for name in _PUBLISHER.findall(line(chart))]
    return list(dict.fromkeys(found)) or [chart.source]


def _tex(text: str) -> str:
    return "".join(_SPECIAL.get(letter, letter) for letter in " ".join(text.split()))


def _url(address: str) -> str:
    return re.sub(r"[\s{}\\]", lambda found: f"%{ord(found[0]):02X}", address)
