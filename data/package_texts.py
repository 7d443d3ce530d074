"""What a data package says in words: how it is read, what each column means, whose figures it holds
and under which licences."""

from __future__ import annotations

import html
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from data import queries, tables, warehouse
from data.described import Credit, credits, unit_of
from data.queries import MetricInfo

TITLE = "Open Model Adoption"
DESCRIPTION = (
    "How widely open-weight AI models are used: downloads, tokens, pulls and published figures by "
    "family, with the source of each."
)
# Cited reports and articles stand in the rows of these metrics, each with its address.
_QUOTING = ("reported_figures", "events", "incidents")

_README = """\
# {title}: data package

{description} Build `{build}`, made on {made} UTC from what was read until {as_of}. {count} metrics,
each in two files with the same rows.

| file | what |
|---|---|
| `csv/<metric>.csv` | UTF-8, commas, a header; dates as YYYY-MM-DD, instants with their zone |
| `parquet/<metric>.parquet` | the same with types; read this one where you can |
| `datapackage.json` | every file, column, type, unit, key and source: a Frictionless Data Package |
| `codebook.md` | each metric's unit, grain, source, notes and columns |
| `CITATIONS.md`, `LICENSES.md` | how each source is cited, as of when, and under which licence |
| `CHECKSUMS` | SHA-256 of every other file: `sha256sum --check CHECKSUMS` |

## Reading it

```python
import pandas as pd
rows = pd.read_parquet("parquet/{example}.parquet")
rows = pd.read_csv("csv/{example}.csv")
```

```sql
-- DuckDB
SELECT * FROM 'parquet/{example}.parquet';
```

```r
rows <- arrow::read_parquet("parquet/{example}.parquet")
rows <- read.csv("csv/{example}.csv", na.strings = "")
```

## Editions

A package is of one build, which its `version` in `datapackage.json` names, and never changes; the
next edition is another build. Sources restate what they said, and repairs reach back: past figures
of two editions may differ. Keep the package that you cite, name its build, and compare editions by
the keys of each file.

## What the numbers are

- One row for each combination of the columns that the codebook names as the grain; never a sum of
  other rows unless a column says so.
- Shares and changes are fractions: 0.25 is 25 %. Nothing is rounded.
- An empty cell is not known, which is not zero. Estimates have a reason or a flag in their row.
- A day is a day in UTC.
- In CSV, an apostrophe stands before whatever a spreadsheet would run as a formula: at the start of
  a text, and within it after a semicolon, a tab or a line break, where some begin a new cell.
  Parquet has the text as it is. An empty text and an unknown one are both an empty cell in CSV.

## What they are not

- Downloads are not users: caches, mirrors, tests and re-uploads count too, and what runs from a
  copy is counted by nobody. `downloads_30d` is a trailing window: it is not summed over days.
- Measured and published figures stand in different metrics, and do not add up to one another.
- The figures belong to their sources. Whoever passes them on cites these (`CITATIONS.md`) and keeps
  to their licences (`LICENSES.md`).
{empty}"""

_EMPTY = """
## Tables without rows

Nothing of what these are made of was read before this build, or too little of it; their files have
a header alone. `collectors status` names each source; `collectors query NAME` says what to run.

{listed}"""


def texts(
    build: Path, metrics: Sequence[MetricInfo], empty: Collection[str] = ()
) -> dict[str, str]:
    """File name -> text of the written parts of a package of these metrics, of which those named in
    `empty` have no rows."""
    sources = [credit for credit in credits(build) if credit.as_of]
    return {
        "README.md": _readme(build, metrics, empty),
        "codebook.md": _codebook(build, metrics),
        "CITATIONS.md": _citations(build, sources),
        "LICENSES.md": _licences(sources),
    }


def why_empty(info: MetricInfo) -> str:
    """Why the table of a metric has no rows."""
    return f"No rows: of its sources ({info.source}) nothing, or too little, was read."


def _readme(build: Path, metrics: Sequence[MetricInfo], empty: Collection[str]) -> str:
    made = warehouse.build_info(build)
    without = [(f"`{info.name}`", info.source) for info in metrics if info.name in empty]
    listed = _table(("table", "made of"), without)
    return _README.format(
        title=TITLE,
        description=DESCRIPTION,
        build=made["name"],
        made=f"{made['built_at']:%Y-%m-%d at %H:%M}",
        as_of=queries.as_of(build) or "no day",
        count=f"{len(metrics):,}",
        example=next((i.name for i in metrics if i.name not in empty), metrics[0].name),
        empty=_EMPTY.format(listed=listed) if without else "",
    )


def _codebook(build: Path, metrics: Sequence[MetricInfo]) -> str:
    listed = _table(
        ("metric", "what", "unit"), ((f"`{info.name}`", info.title, info.unit) for info in metrics)
    )
    return f"# Codebook\n\n{listed}\n" + "".join(_metric(build, info) for info in metrics)


def _metric(build: Path, info: MetricInfo) -> str:
    sources = "; ".join(credit.title for credit in credits(build, info.name))
    told = [
        f"Unit: {info.unit}.",
        f"One row for each {', '.join(info.grain)}.",
        f"Source: {info.source}.",
        f"Rests on: {sources}." if sources else "",
    ]
    columns = _table(
        ("column", "type", "unit", "meaning"),
        (
            (f"`{column.name}`", column.type, unit_of(info, column) or "", column.comment)
            for column in info.columns
        ),
    )
    words = _plain(" ".join(filter(None, told)))
    notes = f"{_plain(info.notes)}\n\n" if info.notes else ""
    return f"\n## {info.name}\n\n{_plain(info.title)}\n\n{words}\n\n{notes}{columns}"


def _citations(build: Path, sources: Sequence[Credit]) -> str:
    sections = {
        "Read by collectors": [_cited(c) for c in sources if c.is_collected],
        "Published series": [_cited(c) for c in sources if not c.is_collected],
        "Reports and articles that are quoted": [
            f"- {_plain(title)} <{url}>\n" for title, url in _quoted(build)
        ],
    }
    return (
        "# Citations\n\nThe line that belongs under every chart and table of a source.\n"
    ) + "".join(
        f"\n## {heading}\n\n{''.join(lines)}" for heading, lines in sections.items() if lines
    )


def _cited(credit: Credit) -> str:
    return f"- {_plain(credit.cited())} <{credit.url}>\n"


def _quoted(build: Path) -> list[tuple[str, str]]:
    """Title and address of every report that a figure, an event or an incident is taken from."""
    asked = " UNION ".join(
        f"SELECT {'source_title' if name != 'incidents' else 'source_url'} AS title, source_url "
        f"FROM {name} WHERE source_url IS NOT NULL"
        for name in _QUOTING
    )
    rows = tables.records(warehouse.frame(build, f"SELECT * FROM ({asked}) ORDER BY ALL"))
    return [(row["title"] or row["source_url"], row["source_url"]) for row in rows]


def _licences(sources: Sequence[Credit]) -> str:
    listed = _table(
        ("source", "licence", "as of", "address"),
        ((c.title, c.licence, c.as_of or "", f"<{c.url}>") for c in sources),
    )
    return (
        "# Licences\n\nThe figures belong to their sources, each under its own terms as stated "
        "there when it was read. Where no licence is stated, or one asks for a check, ask the "
        "source before passing its figures on. Figures of reports and articles are quoted with "
        f"their source in each row.\n\n{listed}"
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return (text if text.startswith(("<", "`")) else _plain(text)).replace("|", "\\|")


def _plain(text: str) -> str:
    """A text in one line, in which nothing is HTML."""
    return html.escape(" ".join(text.split()), quote=False)
