"""How a chart is cited: as a text, and as BibTeX."""

from __future__ import annotations

import re

from dashboard.chart import Chart, cited_text

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#",
    "_": r"\_", "$": r"\$", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


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
        "author": f"{{{{{_tex(chart.source)}}}}}",
        "year": f"{{{_tex(chart.as_of[:4])}}}",
        "url": f"{{{_url(chart.source_url)}}}",
        "note": f"{{{_tex(cited_text(chart.citation, chart.as_of))} "
        f"Unit: {_tex(chart.unit)}. Chart: Open Model Adoption, {_tex(build)}.}}",
    }
    lines = ",\n".join(f"  {key} = {value}" for key, value in fields.items())
    return f"@misc{{{name},\n{lines}\n}}"


def _tex(text: str) -> str:
    return "".join(_SPECIAL.get(letter, letter) for letter in " ".join(text.split()))


def _url(address: str) -> str:
    return re.sub(r"[\s{}\\]", lambda found: f"%{ord(found[0]):02X}", address)
