"""What goes along with rows that leave: what each column is counted in, and whose figures they are.

Everything is read from the build, which carries the headers of its metrics and its sources; which
source a metric rests on follows from the SQL files and from what its rows say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from data import queries, tables, warehouse
from data.catalog import metrics, reads, rollups
from data.queries import Column, MetricInfo, metric_info
from data.schema import table_names

FRACTION = "fraction"
NOT_READ = "(nothing in this build)"
PUBLISHED = "seed__published_series"
# What rows say of all archives together.
ALL_ARCHIVES = frozenset({"Hugging Face Hub archive", "Archive of the whole Hub"})
UNSAID = "(unsaid)"
_OF_ARCHIVES = "hub__"  # tables that are derived from archives
# These give names and labels to rows, and no figure.
_NO_FIGURES = frozenset({"name_families", "listed_names"})
# The columns in which rows say whose they are.
_NAMES_A_SOURCE = re.compile(r"(test_)?(source|source_title|source_url|citation)")
# Columns beside the value that are parts of a whole or changes in proportion, by name.
_FRACTION_NAME = re.compile(
    r"(^|_)shares?(_|$)|^(open|unsure)_part$|^(change|market_change|market_growth)(_3m)?$"
)


@dataclass(frozen=True)
class Credit:
    """A source of a build: how it is cited, under which licence, and as of when its figures are;
    `as_of` is None when the build holds nothing of it. `is_collected` tells what a collector read
    from what others published as a series."""

    name: str
    title: str
    url: str
    licence: str
    citation: str
    as_of: str | None
    is_collected: bool

    def cited(self) -> str:
        """The line that belongs under every chart and table of it."""
        return self.citation.replace("{as_of}", self.as_of or NOT_READ)


@dataclass(frozen=True)
class CreditedSource:
    """A source, the tables that it fills, and who published it where that is not its title."""

    credit: Credit
    fills: frozenset[str]
    publisher: str | None = None
    is_archive: bool = False

    def is_named(self, texts: Collection[str]) -> bool:
        """Whether one of the texts is its name, title, publisher or address, or cites it."""
        credit = self.credit
        if not {credit.name, credit.title, credit.url, self.publisher}.isdisjoint(texts):
            return True
        line = credit.citation.partition("{as_of}")[0]
        return any(line in text or line == f"Source: {text}, as of " for text in texts)


def unit_of(info: MetricInfo, column: Column) -> str | None:
    """What a column's numbers are counted in; None for texts, dates and what has no known unit."""
    if column.type not in ("DOUBLE", "BIGINT", "INTEGER"):
        return None
    # A metric of changes has its own column, and in `value` what changed.
    if column.name == info.value_column and column.name in (info.name, "value"):
        return info.unit
    if column.type == "DOUBLE" and _FRACTION_NAME.search(column.name):
        return FRACTION
    return None


def fractions(info: MetricInfo | None, columns: Iterable[str] | None = None) -> frozenset[str]:
    """The columns that people read in percent, of a metric or of rows made of one (`columns`). What
    the metric has is what it says; of any other column, and without a metric, the name tells."""
    told = {column.name: unit_of(info, column) or "" for column in info.columns} if info else {}
    return frozenset(
        name
        for name in (told if columns is None else columns)
        if (told[name].startswith(FRACTION) if name in told else _FRACTION_NAME.search(name))
    )


def types(info: MetricInfo) -> dict[str, str]:
    """The type of each column of a metric in the build, which rows in pandas may have lost."""
    return {column.name: column.type for column in info.columns}


def credits(build: Path | None = None, metric: str | None = None) -> list[Credit]:
    """The sources of a build (the newest by default): those that collectors read, then publishers
    of series, each by name. With a `metric` those that its figures rest on, as far as the build
    holds something of them. Raises NoBuildError."""
    path = build or warehouse.newest_build()
    return (
        [source.credit for source in _sources(path)]
        if metric is None
        else list(resting(path, metric))
    )


def about(
    name: str,
    *,
    build: Path | None = None,
    scope: str | None = None,
    citation: str | None = None,
    as_of: str | None = None,
    caveats: Sequence[str] = (),
) -> list[tuple[str, str]]:
    """The lines that go along with rows of a metric in a workbook: what they are, whose, as of
    when, of which build, under which licence, and what each column means.

    `scope`, `citation`, `as_of` and `caveats` are those of a chart where there is one; otherwise
    all sources of the metric are cited, and the date is the newest of the build. Raises
    NoBuildError and UnknownMetricError.
    """
    path = build or warehouse.newest_build()
    info = metric_info(name, build=path)
    made = warehouse.build_info(path)
    rests_on = credits(path, name)
    cited = [("Citation", citation)] if citation else [("Citation", c.cited()) for c in rests_on]
    lines = [
        ("Metric", info.name),
        ("Title", info.title),
        ("Unit", info.unit),
        ("Scope", scope or ""),
        ("One row for each", ", ".join(info.grain)),
        ("Source", info.source),
        *cited,
        ("As of", as_of or queries.as_of(path) or ""),
        *(("Caveat", caveat) for caveat in caveats),
        ("Notes", info.notes),
        ("Empty cells", "not known, which is not zero"),
        ("Build", f"{made['name']}, made on {made['built_at']:%Y-%m-%d at %H:%M} UTC"),
        *(("Licence", f"{credit.title}: {credit.licence}") for credit in rests_on),
    ]
    meanings = [(f"Column {column.name}", column.comment) for column in info.columns]
    return [*(line for line in lines if line[1]), *meanings]


@lru_cache(maxsize=3)
def _sources(build: Path) -> tuple[CreditedSource, ...]:
    """Each source of a build and the tables that it fills; an archive fills what is derived."""
    read = warehouse.frame(
        build,
        "SELECT s.name, s.title, s.url, s.licence, s.citation, s.tables, s.is_archive, "
        "coalesce(max(CAST(f.last_snapshot_at AS DATE)), max(d.date)) AS as_of "
        "FROM build_sources AS s LEFT JOIN freshness AS f ON f.source = s.name "
        "LEFT JOIN hub_days AS d ON d.source = s.name GROUP BY ALL ORDER BY s.name",
    )
    of_archives = frozenset(name for name in table_names() if name.startswith(_OF_ARCHIVES))
    found = [
        CreditedSource(
            _credit(row, row["name"], is_collected=True),
            of_archives if row["is_archive"] else frozenset(row["tables"]),
            is_archive=row["is_archive"],
        )
        for row in tables.records(read)
    ]
    return *found, *(
        CreditedSource(
            _credit(row, row["source"], is_collected=False),
            frozenset({PUBLISHED}),
            publisher=row["publisher"],
        )
        for row in tables.records(queries.series_sources(build))
    )


def _credit(row: Mapping[str, Any], name: str, *, is_collected: bool) -> Credit:
    return Credit(
        name=name,
        title=row["title"],
        url=row["url"],
        licence=row["licence"],
        citation=row["citation"],
        as_of=str(row["as_of"]) if row["as_of"] else None,
        is_collected=is_collected,
    )


@lru_cache(maxsize=300)
def resting(build: Path, metric: str) -> tuple[Credit, ...]:
    """The sources that a metric's figures rest on and of which the build holds something: those
    that fill the tables it reads and, where its rows say whose they are, are named there."""
    rests_on = _tables_of(metric)
    found = [s for s in _sources(build) if s.credit.as_of and not s.fills.isdisjoint(rests_on)]
    texts = _texts(build, metric) if found else None
    if texts is None:
        return tuple(source.credit for source in found)
    named = [source for source in found if source.is_named(texts)]
    # Archives fill the same tables: a figure of one follows from a day of another.
    has_archive = not texts.isdisjoint(ALL_ARCHIVES) or any(s.is_archive for s in named)
    kept = [
        source
        for source in found
        if source in named
        or (source.is_archive and has_archive)
        # A row that does not say whose it is may be of any collector; published ones always say.
        or (source.credit.is_collected and UNSAID in texts)
    ]
    # Rows that say it in words which nobody knows: too many are better cited than too few.
    return tuple(source.credit for source in (kept if kept or not texts else found))


def _texts(build: Path, metric: str) -> set[str] | None:
    """What the rows of a metric say of whose they are, with UNSAID for rows that leave it open;
    None when no column tells."""
    names = metric_info(metric, build=build).column_names
    columns = [name for name in names if _NAMES_A_SOURCE.fullmatch(name)]
    if not columns:
        return None
    rows = warehouse.cursor(build).execute(f"SELECT DISTINCT {', '.join(columns)} FROM {metric}")
    # Where rows have titles and citations, one without has no figure.
    unsaid = [UNSAID] if columns == ["source"] else []
    said = [[text for text in row if text] or unsaid for row in rows.fetchall()]
    return {part for row in said for text in row for part in (text, *text.split(" and "))}


@cache
def _tables_of(metric: str) -> frozenset[str]:
    """The tables whose figures a metric rests on, through all that it reads."""
    files = {file.name: file for file in (*rollups(), *metrics())}
    typed = set(table_names())
    found: set[str] = set()
    waiting = {metric}
    while waiting:
        name = waiting.pop()
        found.add(name)
        if (file := files.get(name)) and name not in _NO_FIGURES:
            waiting |= reads(file, {**files, **dict.fromkeys(typed, file)}) - found
    return frozenset(found & typed)
