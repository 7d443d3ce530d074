"""Seed files: what they hold, whether they are right, and how they are loaded.

Seeds are curated by people and reviewed in pull requests, so this module has one job: to say, for
every cell that is wrong, where it is, what was expected, what was found and what to do. All rules
are declared in `TABLES`; the code below only carries them out, the same way for every file.

    violations(folder)  every broken rule, never only the first
    load(folder)        typed Arrow tables, or SeedError with all violations
    codebook()          the column tables of seeds/README.md
    family_of(...)      owner first, then name pattern
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from data.errors import SeedError

# ---------------------------------------------------------------------------------------------
# What a seed table declares
# ---------------------------------------------------------------------------------------------

ARROW_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "date": pa.date32(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "list": pa.list_(pa.string()),
}
"""The column types that a seed file can have, and what each becomes when loaded."""


class Problem(NamedTuple):
    """One broken rule: `line` is the physical line on which the row starts."""

    line: int
    expected: str
    found: str
    todo: str


@dataclass
class Row:
    """One row of a file; `values` lacks the columns whose cell could not be read."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)

    def get(self, column: str) -> Any:
        """The typed value, or None when the cell is empty or could not be read."""
        return self.values.get(column)


Seeds = dict[str, list[Row]]
"""The rows of all files that could be read, by table."""

RowRule = Callable[[Row], Iterator[Problem]]
TableRule = Callable[[list[Row], Seeds], Iterator[Problem]]


@dataclass(frozen=True)
class Column:
    """A column: its type and what its cells may hold.

    `allowed` is a closed set, `regex` must match the whole cell (each item of a list), `refers`
    names a "table.column" that must hold the value, `longest` is the most characters it may have.
    """

    name: str
    type: str
    description: str
    required: bool = True
    allowed: tuple[str, ...] = ()
    regex: str | None = None
    refers: str | None = None
    unique: bool = False
    longest: int | None = None


@dataclass(frozen=True)
class SeedTable:
    """A seed file: its columns, its key (unique also when case is ignored), order and rules."""

    file: str
    description: str
    row_is: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sort: tuple[str, ...]
    row_rules: tuple[RowRule, ...] = ()
    table_rules: tuple[TableRule, ...] = ()

    @property
    def names(self) -> list[str]:
        """Column names in file order."""
        return [column.name for column in self.columns]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the loaded table."""
        return pa.schema([(column.name, ARROW_TYPES[column.type]) for column in self.columns])


# ---------------------------------------------------------------------------------------------
# Rules that need more than one cell
# ---------------------------------------------------------------------------------------------


def _short(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= 60 else text[:57] + "...")


def ends_not_before_start(row: Row) -> Iterator[Problem]:
    """`ends_on` is on or after `starts_on`."""
    starts, ends = row.get("starts_on"), row.get("ends_on")
    if starts and ends and ends < starts:
        expected = f"ends_on on or after starts_on {starts}"
        yield Problem(row.line, expected, _short(ends), "correct one of the two dates")


def has_url_or_title(row: Row) -> Iterator[Problem]:
    """Every row can be traced: by a link, or by a title where no link is known."""
    both_read = {"source_url", "source_title"} <= row.values.keys()
    if both_read and not (row.get("source_url") or row.get("source_title")):
        expected = "source_url or source_title"
        yield Problem(row.line, expected, "neither", "say where the row comes from")


def only_press_lacks_url(row: Row) -> Iterator[Problem]:
    """Only a press statement may lack a link; its title then says which article it is."""
    if "source_url" not in row.values or "status" not in row.values:
        return
    if row.get("source_url") is None and row.get("status") != "press":
        found = f"none with status {_short(row.get('status') or '')}"
        yield Problem(row.line, "a source_url", found, "add the link, or use status press")


def fraction_in_range(row: Row) -> Iterator[Problem]:
    """A fraction is 0..1; only a growth rate may exceed 1."""
    value, unit = row.get("value"), row.get("unit")
    if value is None or unit != "fraction" or "growth" in str(row.get("metric")):
        return
    if not 0 <= value <= 1:
        todo = "write percent as a fraction, or correct the unit"
        yield Problem(row.line, "a fraction between 0 and 1", _short(value), todo)


def not_negative(row: Row) -> Iterator[Problem]:
    """Counts, shares and ratios are never below zero."""
    value = row.get("value")
    if value is not None and value < 0:
        yield Problem(row.line, "a value of 0 or more", _short(value), "correct the value")


def month_starts_on_first(row: Row) -> Iterator[Problem]:
    """A month is written as its first day."""
    date = row.get("date")
    if date and row.get("period") == "month" and date.day != 1:
        expected = "the first day of the month for period month"
        yield Problem(row.line, expected, _short(date), f"write {date.replace(day=1)}")


def family_fits_scope(row: Row) -> Iterator[Problem]:
    """Scope `family` names a family of the table; every other scope names none."""
    if "scope" not in row.values or "family" not in row.values:
        return
    scope, family = row.get("scope"), row.get("family")
    if (scope == "family") != (family is not None):
        expected = "a family exactly when scope is family"
        found = f"scope {_short(scope)} with family {_short(family or '')}"
        yield Problem(row.line, expected, found, "set both, or empty the family")


def highlight_has_label(row: Row) -> Iterator[Problem]:
    """A highlighted event is drawn with its short label, so it needs one."""
    if row.get("is_highlight") and "short_label" in row.values and not row.get("short_label"):
        expected = "a short_label for a highlighted event"
        yield Problem(row.line, expected, "none", "write one, or set is_highlight to false")


def account_is_organisation(row: Row) -> Iterator[Problem]:
    """The account that stands for the developer is one of the family's organisations."""
    account, organisations = row.get("account"), row.get("hf_orgs")
    if account and organisations and account not in organisations:
        expected = f"an account among hf_orgs ({' '.join(organisations)})"
        yield Problem(row.line, expected, _short(account), "use one of them, or add it to hf_orgs")


def names_only_as_of(row: Row) -> Iterator[Problem]:
    """The only thing to fill in within a citation is {as_of}."""
    citation = row.get("citation") or ""
    if re.search(r"[{}]", citation.replace("{as_of}", "")):
        expected = "no braces but {as_of} in a citation"
        yield Problem(row.line, expected, _short(citation), "remove the other braces")


# What Python's re knows and RE2 (DuckDB's engine) does not.
_NOT_IN_RE2 = re.compile(r"\(\?(?:[=!<>(#]|P[=>])|\\[1-9]|\\Z|[*+?}]\+")


def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern, ignoring case, or None when it is not valid in Python's re and in RE2."""
    if _NOT_IN_RE2.search(pattern):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError, Warning):
        return None


def pattern_is_portable(column: str) -> RowRule:
    """A rule: the column's pattern works in Python's re and in RE2."""

    def rule(row: Row) -> Iterator[Problem]:
        pattern = row.get(column)
        if pattern and _compiled(pattern) is None:
            expected = f"{column} valid in Python's re and in RE2, without look-around"
            yield Problem(row.line, expected, _short(pattern), "rewrite the pattern")

    return rule


def organisations_have_region(rows: list[Row], seeds: Seeds) -> Iterator[Problem]:
    """Each organisation of a family is known by region, and the regions agree."""
    if "organization_regions" not in seeds:
        return
    regions = {row.get("hf_org"): row.get("region") for row in seeds["organization_regions"]}
    for row in rows:
        for organisation in row.get("hf_orgs") or ():
            expected = f"region {row.get('region')} for {organisation} in organization_regions.csv"
            todo = "add the organisation there, or make the two regions agree"
            if row.get("region") and regions.get(organisation) != row.get("region"):
                found = _short(regions.get(organisation) or "no such organisation")
                yield Problem(row.line, expected, found, todo)


def _known_models(seeds: Seeds) -> set[str]:
    """Every model id that the other seed files name."""
    columns = (
        ("release_dates", "model_id"),
        ("published_series", "subject"),
        ("reported_figures", "subject"),
    )
    values = {row.get(column) for table, column in columns for row in seeds.get(table, ())}
    return {value for value in values if value and re.fullmatch(MODEL_ID, value)}


def families_do_not_overlap(rows: list[Row], seeds: Seeds) -> Iterator[Problem]:
    """No known model belongs to two families; two whole-organisation patterns always overlap."""
    usable = [row for row in rows if _complete(row)]
    lines = {row.get("family"): row.line for row in usable}
    families = [row.values for row in usable]
    for model_id in sorted(_known_models(seeds) | _sample_names(usable)):
        matching = _families_of(model_id, families)
        if len(matching) > 1:
            line = max(lines[name] for name in matching)
            found = f"{' and '.join(matching)} for {model_id}"
            yield Problem(line, "one family a model", found, "make the name_patterns exclusive")


def _complete(row: Row) -> bool:
    pattern = row.get("name_pattern")
    filled = row.get("family") and row.get("hf_orgs") and pattern
    return bool(filled) and _compiled(pattern) is not None


def _sample_names(families: list[Row]) -> set[str]:
    """One invented name an organisation: only patterns that take everything match it."""
    return {f"{organisation}/-" for row in families for organisation in row.get("hf_orgs")}


def generations_do_not_overlap(rows: list[Row], seeds: Seeds) -> Iterator[Problem]:
    """No known model belongs to two generations of its family."""
    families = [row.values for row in seeds.get("model_families", ()) if _complete(row)]
    by_family: dict[str, list[Row]] = {}
    for row in rows:
        filled = all(row.get(name) for name in ("family", "generation", "name_pattern"))
        if filled and _compiled(row.get("name_pattern")):
            by_family.setdefault(row.get("family"), []).append(row)
    for model_id in sorted(_known_models(seeds)):
        name = model_id.partition("/")[2]
        for family in _families_of(model_id, families):
            matching = [
                row for row in by_family.get(family, ()) if _matches(row.get("name_pattern"), name)
            ]
            if len(matching) > 1:
                found = " and ".join(row.get("generation") for row in matching)
                todo = "make the name_patterns exclusive"
                expected = f"one generation for {model_id}"
                yield Problem(matching[-1].line, expected, found, todo)


def shared_by_two(column: str) -> TableRule:
    """A rule: a slug that groups statements stands in at least two rows."""

    def rule(rows: list[Row], seeds: Seeds) -> Iterator[Problem]:
        by_slug: dict[str, list[Row]] = {}
        for row in rows:
            if row.get(column):
                by_slug.setdefault(row.get(column), []).append(row)
        for slug, members in by_slug.items():
            if len(members) == 1:
                expected = f"{column} {_short(slug)} in at least two rows"
                todo = "give it to the other row too, or empty the cell"
                yield Problem(members[0].line, expected, "it in this row only", todo)

    return rule


# ---------------------------------------------------------------------------------------------
# The seed files
# ---------------------------------------------------------------------------------------------

REGIONS = ("us", "china", "eu", "other", "unknown")
DATE_PRECISIONS = ("day", "week", "month", "quarter", "part_of_year", "year", "range")
EXACTNESS = ("exact", "approx", "read-from-chart", "derived")
STATUSES = ("read", "secondary", "press")
EVENT_KINDS = (
    "release", "announcement", "people", "licence", "platform", "strategy", "report",
)  # fmt: skip
INCIDENT_KINDS = (
    "missing_days", "partial_day", "stall", "repeated_snapshot", "rollback", "drop", "restatement",
    "counter_start", "rename", "suspicious_uniform_growth",
)  # fmt: skip

URL = r"https?://[^\s]+"
SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
SNAKE = r"[a-z0-9]+(_[A-Za-z0-9]+)*"
COLOUR = r"#[0-9a-f]{6}"
HF_ORG = r"[A-Za-z0-9][A-Za-z0-9._-]*"
MODEL_ID = r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9._-]+"
FIGURE_ID = r"R[0-9]{3,}"


def _text(name: str, description: str, **more: Any) -> Column:
    return Column(name, "text", description, **more)


def _source_url(required: bool = True) -> Column:
    return _text("source_url", "where a reader can check the row", required=required, regex=URL)


_SOURCE_TITLE = _text("source_title", "title of the page or article", required=False)
_PERIOD = (
    Column("starts_on", "date", "first day of the period that the row speaks of"),
    Column("ends_on", "date", "last day of that period"),
    _text("date_precision", "how precise the source's date is", allowed=DATE_PRECISIONS),
)

_STATEMENT = (
    _text("figure_id", "stable id of the statement", regex=FIGURE_ID, unique=True),
    _text("metric", "what was counted, in the words of this project", regex=SNAKE),
    _text("subject", "what the figure is about, as the source names it"),
    _text("subject_kind", "family, model, org, country, platform, app ...", regex=SNAKE),
    _text(
        "family",
        "family that the subject belongs to",
        required=False,
        refers="model_families.family",
    ),
    *_PERIOD,
    Column("value", "number", "the value; fractions are 0..1 (a growth rate may exceed 1)"),
    _text("bound", "whether the value is a bound", allowed=("exactly", "about", "at_least")),
    _text("unit", "unit of the value"),
    _text("exactness", "how the value was obtained", allowed=EXACTNESS),
    _text(
        "status",
        "read: the page was read; secondary: quoted by another; press: no link known",
        allowed=STATUSES,
    ),
    _text("claimant", "who claims it, where that is not the source", required=False),
    _text("source_title", "title of the page or article"),
    _source_url(required=False),
    _text("note", "definition, doubt, conflict with other statements", required=False),
)
_STATEMENT_RULES: tuple[RowRule, ...] = (
    ends_not_before_start,
    only_press_lacks_url,
    fraction_in_range,
    not_negative,
)

TABLES: dict[str, SeedTable] = {
    "model_families": SeedTable(
        file="model_families.csv",
        description="Open-weight model families: who makes them and how to recognise them.",
        row_is="one family",
        columns=(
            _text("family", "name of the family, as filters and charts show it"),
            _text("developer", "company, laboratory or community that makes it"),
            _text("region", "the developer's primary base", allowed=REGIONS),
            Column(
                "hf_orgs",
                "list",
                "the developer's organisations on the Hub, old names too; a repository is the "
                "family's own when its owner is one of them and its name matches",
                regex=HF_ORG,
            ),
            _text(
                "name_pattern",
                "searched, ignoring case, in the repository name after the slash; "
                "`.` takes every repository of the organisations; valid in Python and RE2",
            ),
            _text(
                "account",
                "the one Hub account whose published series stand for the developer",
                regex=HF_ORG,
                unique=True,
            ),
            _text(
                "account_label",
                "short name of that account in charts of accounts; an account is not a family",
                unique=True,
                longest=22,
            ),
            Column(
                "openrouter_authors",
                "list",
                "the developer's author slugs on OpenRouter; they may hold closed models too",
                required=False,
                regex=SLUG.replace("a-z0-9", "a-z0-9."),
            ),
            _text(
                "ollama_pattern",
                "searched, ignoring case, in the name of an Ollama library",
                required=False,
            ),
            _text("colour_light", "colour on white", regex=COLOUR, unique=True),
            _text("colour_dark", "colour on #0f1116", regex=COLOUR, unique=True),
            _text("source_url", "where developer and organisations can be checked", regex=URL),
        ),
        key=("family",),
        sort=("family",),
        row_rules=(
            account_is_organisation,
            pattern_is_portable("name_pattern"),
            pattern_is_portable("ollama_pattern"),
        ),
        table_rules=(organisations_have_region, families_do_not_overlap),
    ),
    "model_generations": SeedTable(
        file="model_generations.csv",
        description="Generations within a family, so that Qwen2.5 and Qwen3 can be told apart.",
        row_is="one generation of one family",
        columns=(
            _text("family", "the family", refers="model_families.family"),
            _text("generation", "name of the generation"),
            _text(
                "name_pattern",
                "searched, ignoring case, in the names of the family's own repositories; "
                "a repository that no generation matches has none",
            ),
            Column(
                "released_on",
                "date",
                "release of its first open model, as the source dates it; empty: not known",
                required=False,
            ),
            _text("source_url", "where name and date can be checked", regex=URL),
        ),
        key=("family", "generation"),
        sort=("family", "generation"),
        row_rules=(pattern_is_portable("name_pattern"),),
        table_rules=(generations_do_not_overlap,),
    ),
    "organization_regions": SeedTable(
        file="organization_regions.csv",
        description="Where the organisations on the Hub have their primary base.",
        row_is="one Hub organisation",
        columns=(
            _text("hf_org", "name of the organisation on the Hub", regex=HF_ORG),
            _text("region", "primary base; eu means Europe, not the Union", allowed=REGIONS),
            _source_url(),
            _text("note", "anything that a reader would stumble over", required=False),
        ),
        key=("hf_org",),
        sort=("hf_org",),
    ),
    "release_dates": SeedTable(
        file="release_dates.csv",
        description="Models whose creation date on the Hub is not their release date.",
        row_is="one model",
        columns=(
            _text("model_id", "exact id on the Hub", regex=MODEL_ID),
            Column("hf_created_at", "date", "day on which the repository was created"),
            Column("released_on", "date", "day of the public release"),
            _source_url(),
        ),
        key=("model_id",),
        sort=("model_id",),
    ),
    "events": SeedTable(
        file="events.csv",
        description="Releases, people, licences, platforms, strategy and reports.",
        row_is="one event",
        columns=(
            *_PERIOD,
            _text(
                "scope",
                "what the event is about; other_family: a family that is not tracked here",
                allowed=("family", "other_family", "platform", "report"),
            ),
            _text(
                "family",
                "the family, for scope family",
                required=False,
                refers="model_families.family",
            ),
            _text("title", "what happened"),
            _text("short_label", "label of a marker in charts", required=False, longest=22),
            _text("kind", "kind of event", allowed=EVENT_KINDS),
            Column("is_highlight", "boolean", "true: drawn in charts unless others are chosen"),
            _source_url(required=False),
            _SOURCE_TITLE,
        ),
        key=("starts_on", "title"),
        sort=("starts_on", "title"),
        row_rules=(
            ends_not_before_start,
            has_url_or_title,
            family_fits_scope,
            highlight_has_label,
        ),
    ),
    "incidents": SeedTable(
        file="incidents.csv",
        description="Days on which a source was wrong or silent, and how.",
        row_is="one incident of one source",
        columns=(
            _text("source", "name of the source, of a collector or of sources.csv"),
            _text("kind", "kind of incident", allowed=INCIDENT_KINDS),
            Column("starts_on", "date", "first day"),
            Column("ends_on", "date", "last day"),
            _text("what", "what was wrong"),
            _source_url(),
        ),
        key=("source", "kind", "starts_on"),
        sort=("source", "starts_on", "kind"),
        row_rules=(ends_not_before_start,),
    ),
    "sources": SeedTable(
        file="sources.csv",
        description="Publishers of the published series, with licence and citation.",
        row_is="one source",
        columns=(
            _text("source", "name by which published_series.csv refers to it", regex=SLUG),
            _text("publisher", "who publishes it"),
            _text("title", "title of the data"),
            _text("url", "where it is", regex=URL),
            _text("licence", "its licence, or that none is stated"),
            _text("citation", "line under each chart; {as_of} is replaced by the as-of date"),
            _text("note", "what to know before using it"),
        ),
        key=("source",),
        sort=("source",),
        row_rules=(names_only_as_of,),
    ),
    "published_series": SeedTable(
        file="published_series.csv",
        description="Series that others published: figures of accounts and models over time.",
        row_is="one value of one series for one subject and date",
        columns=(
            _text("series", "name of the series", regex=SNAKE),
            _text("subject", "account, model, library, author or group; exact as published"),
            _text("subject_kind", "what the subject is", regex=SNAKE),
            Column("date", "date", "the day, or the first day of the month"),
            _text(
                "period",
                "what the value covers: a month, a day, or a counter read on that day",
                allowed=("month", "day", "snapshot"),
            ),
            Column("value", "number", "the value; fractions are 0..1"),
            _text("unit", "unit of the value", regex=SNAKE),
            _text(
                "estimate_reason",
                "window_30d: estimated from the trailing 30 days; interpolated_boundary: the "
                "month's boundary fell into a gap of the source; none: neither",
                allowed=("none", "window_30d", "interpolated_boundary"),
            ),
            Column("as_of", "date", "day on which the source was read"),
            _text("source", "its source", refers="sources.source"),
        ),
        key=("series", "subject", "date", "period", "source"),
        sort=("series", "subject", "date", "period", "source"),
        row_rules=(fraction_in_range, not_negative, month_starts_on_first),
    ),
    "reported_figures": SeedTable(
        file="reported_figures.csv",
        description="Figures that someone stated, also where statements contradict each other.",
        row_is="one statement",
        columns=(
            *_STATEMENT,
            _text(
                "claim",
                "shared by rows that repeat one and the same claim; empty: stands alone",
                required=False,
                regex=SLUG,
            ),
            _text(
                "contradiction",
                "shared by statements that contradict each other about the same thing",
                required=False,
                regex=SLUG,
            ),
        ),
        key=("figure_id",),
        sort=("figure_id",),
        row_rules=_STATEMENT_RULES,
        table_rules=(shared_by_two("claim"), shared_by_two("contradiction")),
    ),
    "artifacts_log": SeedTable(
        file="artifacts_log.csv",
        description="One newsletter's editorial counts of the models that it featured.",
        row_is="one count or share of one issue",
        columns=_STATEMENT,
        key=("figure_id",),
        sort=("figure_id",),
        row_rules=_STATEMENT_RULES,
    ),
    "reported_crossovers": SeedTable(
        file="reported_crossovers.csv",
        description="Published dates on which one overtook another.",
        row_is="one statement of one overtaking",
        columns=(
            _text("measure", "in what the leader overtook", regex=SNAKE),
            _text("leader", "who leads since"),
            _text("passed", "who was overtaken"),
            *_PERIOD,
            _text("exactness", "how the date was obtained", allowed=EXACTNESS),
            _text("status", "read, secondary or press", allowed=STATUSES),
            _text("source_title", "title of the page or article"),
            _source_url(),
            _text("note", "doubt, or conflict with other statements", required=False),
        ),
        key=("measure", "leader", "passed", "starts_on", "source_title"),
        sort=("measure", "leader", "passed", "starts_on", "source_title"),
        row_rules=(ends_not_before_start,),
    ),
}
"""Every seed file, by table name: file stem, and SQL table name without its `seed__`."""


# ---------------------------------------------------------------------------------------------
# Public functions
# ---------------------------------------------------------------------------------------------


def violations(folder: Path) -> list[str]:
    """Check all seed files.

    In: the folder that holds them. Out: every broken rule, in file and line order, each as
    `seeds/<file>:<line>: expected ..., found ...; <what to do>`; an empty list when all is well.
    Raises nothing for malformed input, whatever the files hold.
    """
    return _check(folder)[1]


def load(folder: Path) -> dict[str, pa.Table]:
    """Read all seed files.

    In: the folder that holds them. Out: one typed Arrow table a file, by table name, columns as
    declared in TABLES; an empty cell is null. Raises SeedError with all violations.
    """
    seeds, found = _check(folder)
    if found:
        raise SeedError(found)
    return {
        name: pa.Table.from_pylist([row.values for row in seeds[name]], schema=table.schema)
        for name, table in TABLES.items()
    }


def codebook() -> str:
    """The column tables of seeds/README.md, in Markdown, made from TABLES."""
    return "\n".join(_codebook_section(table) for table in TABLES.values())


def family_of(model_id: str, families: pa.Table | Iterable[Mapping[str, Any]]) -> str | None:
    """The family that a repository belongs to: its owner first, then the name pattern.

    In: a Hub id as `owner/name`, and the families as load() gives them or as a list of rows.
    Out: the family, or None. Raises SeedError when two families match.
    """
    matching = _families_of(model_id, _rows(families))
    if len(matching) > 1:
        found = " and ".join(matching)
        todo = "make the name_patterns exclusive"
        where = f"seeds/{TABLES['model_families'].file}"
        raise SeedError([f"{where}: expected one family for {model_id}, found {found}; {todo}"])
    return matching[0] if matching else None


def tracked_organisations(
    families: pa.Table | Iterable[Mapping[str, Any]],
) -> dict[str, list[str]]:
    """The Hub organisations of all families: organisation -> families, both sorted.

    In: the families as load() gives them or as a list of rows. Raises nothing.
    """
    tracked: dict[str, list[str]] = {}
    for row in _rows(families):
        for organisation in row["hf_orgs"]:
            tracked.setdefault(organisation, []).append(row["family"])
    return {name: sorted(tracked[name]) for name in sorted(tracked, key=_text_order)}


# ---------------------------------------------------------------------------------------------
# Families
# ---------------------------------------------------------------------------------------------


def _rows(families: pa.Table | Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    return families.to_pylist() if isinstance(families, pa.Table) else families


def _matches(pattern: str, name: str) -> bool:
    return re.search(pattern, name, re.IGNORECASE) is not None


def _families_of(model_id: str, families: Iterable[Mapping[str, Any]]) -> list[str]:
    owner, _, name = model_id.partition("/")
    return [
        row["family"]
        for row in families
        if owner in row["hf_orgs"] and _matches(row["name_pattern"], name)
    ]


# ---------------------------------------------------------------------------------------------
# Reading and checking
# ---------------------------------------------------------------------------------------------


def _check(folder: Path) -> tuple[Seeds, list[str]]:
    """All rows that could be read, and all violations as text."""
    seeds: Seeds = {}
    problems: dict[str, list[Problem]] = {name: [] for name in TABLES}
    for name, table in TABLES.items():
        path = folder / table.file
        if path.is_file():
            rows = _read(table, path.read_bytes(), problems[name])
            if rows is not None:
                seeds[name] = rows
        else:
            problems[name].append(Problem(1, "the file", "none", "restore it"))
    for name, rows in seeds.items():
        problems[name] += _table_problems(TABLES[name], rows, seeds)
    found = [
        _message(TABLES[name].file, problem)
        for name in TABLES
        for problem in sorted(set(problems[name]))
    ]
    return seeds, found + _unknown_files(folder)


def _message(file: str, problem: Problem) -> str:
    line, expected, found, todo = problem
    text = f"seeds/{file}:{line}: expected {expected}, found {found}; {todo}"
    return "".join(char if char.isprintable() else " " for char in text)


def _unknown_files(folder: Path) -> list[str]:
    known = {table.file for table in TABLES.values()}
    names = sorted(path.name for path in folder.glob("*.csv") if path.name not in known)
    todo = "declare it in data/seeds.py, or remove it"
    return [_message(name, Problem(1, "a file of the codebook", "another", todo)) for name in names]


def _read(table: SeedTable, body: bytes, problems: list[Problem]) -> list[Row] | None:
    """The rows of one file, with cells typed; None when it has no usable header."""
    text = _decode(body, problems)
    records = _records(text, problems)
    line, header = next(records, (1, []))
    problems += _header_problems(table, line, header)
    # A column that stands twice is not read: which of the two is meant?
    known = {column.name: column for column in table.columns if header.count(column.name) == 1}
    if not known:
        return None
    rows = []
    for line, cells in records:
        if not cells:
            problems.append(Problem(line, "a row", "an empty line", "remove the line"))
        elif len(cells) != len(header):
            todo = "quote cells that hold commas, or add the missing ones"
            problems.append(Problem(line, f"{len(header)} cells", str(len(cells)), todo))
        else:
            row = Row(line)
            for name, cell in zip(header, cells, strict=True):
                if name in known:
                    problems += _fill(row, known[name], cell)
            rows.append(row)
    return rows


def _decode(body: bytes, problems: list[Problem]) -> str:
    """The text of a file; what breaks the encoding rules is noted and passed over."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{body[error.start]:02x}"
        problems.append(Problem(line, "UTF-8", found, "save the file as UTF-8"))
        text = body.decode("utf-8", errors="replace")
    if text.startswith("\ufeff"):
        found = "a byte order mark"
        problems.append(Problem(1, "UTF-8 without a mark", found, "save the file without it"))
        text = text.removeprefix("\ufeff")
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        found = "a carriage return"
        problems.append(Problem(line, "line ends of one LF", found, "save the file with LF"))
        text = text.replace("\r\n", "\n").replace("\r", " ")
    if text and not text.endswith("\n"):
        line = text.count("\n") + 1
        problems.append(Problem(line, "a line end after the last row", "none", "add one"))
    return text


def _records(text: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """(first physical line, cells) of each record; quoted cells may span lines."""
    reader = csv.reader(io.StringIO(text, newline="\n"), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            todo = "quote the cell, and double the quotes within it"
            problems.append(Problem(line, "a CSV row", str(error), todo))


def _header_problems(table: SeedTable, line: int, header: list[str]) -> Iterator[Problem]:
    for name in table.names:
        if name not in header:
            yield Problem(line, f"column {name}", "none", "add the column")
    for name in dict.fromkeys(header):
        if name not in table.names:
            yield Problem(line, "only declared columns", _short(name), "remove or rename it")
        if header.count(name) > 1:
            expected, found = f"column {_short(name)} once", str(header.count(name))
            yield Problem(line, expected, found, "remove one")
    if sorted(header) == sorted(table.names) and header != table.names:
        expected = f"the columns in the order {','.join(table.names)}"
        yield Problem(line, expected, ",".join(header), "reorder the columns")


_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")  # all but the line feed


def _fill(row: Row, column: Column, cell: str) -> Iterator[Problem]:
    """Type one cell into the row; say what is wrong with it."""
    if cell == "":
        row.values[column.name] = None
        if column.required:
            expected = f"a value for {column.name}"
            yield Problem(row.line, expected, "an empty cell", "fill it")
        return
    if cell != cell.strip() or _CONTROL.search(cell):
        expected = f"{column.name} without outer spaces or control characters"
        yield Problem(row.line, expected, _short(cell), "remove them")
        return
    try:
        value = _PARSERS[column.type](cell)
    except ValueError as error:
        yield Problem(row.line, f"{column.name} as {error}", _short(cell), "correct the cell")
        return
    row.values[column.name] = value
    yield from _value_problems(row.line, column, cell, value)


def _value_problems(line: int, column: Column, cell: str, value: Any) -> Iterator[Problem]:
    if column.allowed and cell not in column.allowed:
        expected = f"{column.name} in {{{', '.join(column.allowed)}}}"
        yield Problem(line, expected, _short(cell), "use one of them")
    for item in value if column.type == "list" else [cell]:
        if column.regex and not re.fullmatch(column.regex, item):
            expected = f"{column.name} like {column.regex}"
            yield Problem(line, expected, _short(item), "correct the cell")
    if column.longest and len(cell) > column.longest:
        expected = f"{column.name} of at most {column.longest} characters"
        yield Problem(line, expected, f"{len(cell)}", "shorten it")


def _date(cell: str) -> dt.date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
            return dt.date.fromisoformat(cell)
    except ValueError:
        pass
    raise ValueError("a date YYYY-MM-DD")


def _integer(cell: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", cell):
        raise ValueError("a whole number")
    return int(cell)


def _number(cell: str) -> float:
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell) and math.isfinite(float(cell)):
        return float(cell)
    raise ValueError("a decimal number")


def _boolean(cell: str) -> bool:
    if cell not in ("true", "false"):
        raise ValueError("true or false")
    return cell == "true"


def _list(cell: str) -> list[str]:
    items = cell.split(" ")
    if "" in items or len(set(items)) < len(items):
        raise ValueError("different items with one space between")
    return items


_PARSERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "date": _date,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "list": _list,
}


def _table_problems(table: SeedTable, rows: list[Row], seeds: Seeds) -> Iterator[Problem]:
    """What is wrong between rows and between tables."""
    yield from _duplicates(rows, table.key)
    for column in table.columns:
        if column.unique and (column.name,) != table.key:
            yield from _duplicates(rows, (column.name,))
        if column.refers:
            yield from _dangling(rows, column, seeds)
    yield from _unsorted(rows, table)
    for row in rows:
        for row_rule in table.row_rules:
            yield from row_rule(row)
    for table_rule in table.table_rules:
        yield from table_rule(rows, seeds)


def _duplicates(rows: list[Row], columns: tuple[str, ...]) -> Iterator[Problem]:
    """Keys that stand twice, also when they differ in case only."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        values = [row.get(column) for column in columns]
        if any(value is None for value in values):
            continue
        key = tuple(str(value).casefold() for value in values)
        if key in seen:
            expected = f"a {', '.join(columns)} of its own"
            found = f"{_short(', '.join(map(str, values)))} in line {seen[key]} too"
            yield Problem(row.line, expected, found, "remove or correct one of the rows")
        seen.setdefault(key, row.line)


def _dangling(rows: list[Row], column: Column, seeds: Seeds) -> Iterator[Problem]:
    """References to a row that is not there."""
    target, _, name = str(column.refers).partition(".")
    if target not in seeds:
        return
    known = {row.get(name) for row in seeds[target]}
    for row in rows:
        value = row.get(column.name)
        if value is not None and value not in known:
            expected = f"a {column.name} of {TABLES[target].file}"
            yield Problem(row.line, expected, _short(value), "correct it, or add it there")


def _text_order(value: str) -> tuple[str, str]:
    return value.casefold(), value


def _unsorted(rows: list[Row], table: SeedTable) -> Iterator[Problem]:
    """Rows that stand too late; a stated order keeps differences between versions small."""
    previous: tuple[tuple[Any, ...], int] | None = None
    for row in rows:
        values = [row.get(column) for column in table.sort]
        if any(value is None for value in values):
            continue
        order = tuple(_text_order(v) if isinstance(v, str) else (v, "") for v in values)
        if previous and order < previous[0]:
            expected = f"rows sorted by {', '.join(table.sort)}"
            found = f"{_short(', '.join(map(str, values)))} after line {previous[1]}"
            yield Problem(row.line, expected, found, "move the row up")
        else:
            previous = order, row.line


# ---------------------------------------------------------------------------------------------
# The codebook
# ---------------------------------------------------------------------------------------------


def _codebook_section(table: SeedTable) -> str:
    lines = [
        f"## {table.file}",
        "",
        f"{table.description} A row is {table.row_is}. "
        f"Key: {', '.join(table.key)}. Sorted by {', '.join(table.sort)}.",
        "",
        "| column | type | meaning |",
        "|---|---|---|",
    ]
    lines += [
        f"| {column.name} | {_type_words(column)} | {_meaning(column)} |"
        for column in table.columns
    ]
    return "\n".join(lines) + "\n"


def _type_words(column: Column) -> str:
    return column.type if column.required else f"{column.type}, may be empty"


def _meaning(column: Column) -> str:
    words = column.description
    if column.allowed:
        words += f" ({', '.join(column.allowed)})"
    if column.refers:
        table, _, name = column.refers.partition(".")
        words += f" (a {name} of {TABLES[table].file})"
    if column.longest:
        words += f" (at most {column.longest} characters)"
    return words.replace("|", "\\|")
