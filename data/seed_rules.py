"""Rules of the seed files that need more than one cell, and the problems that they find.

A rule of a row sees one row; a rule of a table sees all its rows, and the other files.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MODEL_ID = r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9._-]+"
# Channels whose names have two parts: what they are, and what to do about a name that has not.
_TWO_PARTS = {
    "dockerhub": ("namespace/name", "add the namespace; that of an official image is library"),
    "github": ("owner/name", "add the owner"),
}


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


def short(value: object) -> str:
    """A value as a message shows it."""
    text = str(value)
    return repr(text if len(text) <= 60 else text[:57] + "...")


def ends_not_before_start(row: Row) -> Iterator[Problem]:
    """`ends_on` is on or after `starts_on`."""
    starts, ends = row.get("starts_on"), row.get("ends_on")
    if starts and ends and ends < starts:
        expected = f"ends_on on or after starts_on {starts}"
        yield Problem(row.line, expected, short(ends), "correct one of the two dates")


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
        found = f"none with status {short(row.get('status') or '')}"
        yield Problem(row.line, "a source_url", found, "add the link, or use status press")


def fraction_in_range(row: Row) -> Iterator[Problem]:
    """A fraction is 0..1; only a growth rate may exceed 1."""
    value, unit = row.get("value"), row.get("unit")
    if value is None or unit != "fraction" or "growth" in str(row.get("metric")):
        return
    if not 0 <= value <= 1:
        todo = "write percent as a fraction, or correct the unit"
        yield Problem(row.line, "a fraction between 0 and 1", short(value), todo)


def not_negative(row: Row) -> Iterator[Problem]:
    """Counts, shares and ratios are never below zero."""
    value = row.get("value")
    if value is not None and value < 0:
        yield Problem(row.line, "a value of 0 or more", short(value), "correct the value")


def month_starts_on_first(row: Row) -> Iterator[Problem]:
    """A month is written as its first day."""
    date = row.get("date")
    if date and row.get("period") == "month" and date.day != 1:
        expected = "the first day of the month for period month"
        yield Problem(row.line, expected, short(date), f"write {date.replace(day=1)}")


def family_fits_scope(row: Row) -> Iterator[Problem]:
    """Scope `family` names a family of the table; every other scope names none."""
    if "scope" not in row.values or "family" not in row.values:
        return
    scope, family = row.get("scope"), row.get("family")
    if (scope == "family") != (family is not None):
        expected = "a family exactly when scope is family"
        found = f"scope {short(scope)} with family {short(family or '')}"
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
        yield Problem(row.line, expected, short(account), "use one of them, or add it to hf_orgs")


def names_only_as_of(row: Row) -> Iterator[Problem]:
    """The only thing to fill in within a citation is {as_of}."""
    citation = row.get("citation") or ""
    if re.search(r"[{}]", citation.replace("{as_of}", "")):
        expected = "no braces but {as_of} in a citation"
        yield Problem(row.line, expected, short(citation), "remove the other braces")


def normalised_package(name: str) -> str:
    """The name of a Python package as its index spells it: lower case, one dash for . _ and -."""
    return re.sub(r"[-_.]+", "-", name).lower()


def name_fits_channel(row: Row) -> Iterator[Problem]:
    """A name is spelt as its counts are, or they are read and joined to nothing."""
    channel, name = row.get("channel"), row.get("name")
    if not channel or not name:
        return
    found = short(name)
    if channel == "pypi" and name != normalised_package(name):
        expected = f"the normalised name {normalised_package(name)} for channel pypi"
        yield Problem(row.line, expected, found, "write it like that")
    form, todo = _TWO_PARTS.get(channel, ("", ""))
    if form and not re.fullmatch(MODEL_ID, name):
        yield Problem(row.line, f"{form} for channel {channel}", found, todo)


def not_its_own_parent(row: Row) -> Iterator[Problem]:
    """A model descends from another one."""
    model_id = row.get("model_id")
    if model_id and model_id == row.get("parent_id"):
        expected = "a parent_id other than model_id"
        yield Problem(row.line, expected, short(model_id), "name the parent")


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
            yield Problem(row.line, expected, short(pattern), "rewrite the pattern")

    return rule


def items_have_region(column: str, table: str, key: str, thing: str) -> TableRule:
    """A rule: each item of a list stands in another file, and the regions agree.

    `column` holds the list, `key` is the column of `table` with its items, `thing` what one is.
    """

    def rule(rows: list[Row], seeds: Seeds) -> Iterator[Problem]:
        if table not in seeds:
            return
        regions = {row.get(key): row.get("region") for row in seeds[table]}
        todo = f"add the {thing} there, or make the two regions agree"
        for row in rows:
            for item in row.get(column) or ():
                if row.get("region") and regions.get(item) != row.get("region"):
                    expected = f"region {row.get('region')} for {item} in {table}.csv"
                    found = short(regions.get(item) or f"no such {thing}")
                    yield Problem(row.line, expected, found, todo)

    return rule


def whole_families_only(rows: list[Row], seeds: Seeds) -> Iterator[Problem]:
    """An owner is of one family as a whole only where the Hub's organisation is, too."""
    patterns = {
        (organisation, row.get("family")): row.get("name_pattern")
        for row in seeds.get("model_families", ())
        for organisation in row.get("hf_orgs") or ()
    }
    for row in rows:
        organisation, family = row.get("hf_org"), row.get("family")
        if family and patterns.get((organisation, family), "") != ".":
            expected = f"an hf_org all of whose repositories are {family}"
            found = short(organisation or "none")
            yield Problem(row.line, expected, found, "empty the family, or correct the hf_org")


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
        matching = families_of(model_id, families)
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
        for family in families_of(model_id, families):
            matching = [
                row for row in by_family.get(family, ()) if matches(row.get("name_pattern"), name)
            ]
            if len(matching) > 1:
                found = " and ".join(row.get("generation") for row in matching)
                todo = "make the name_patterns exclusive"
                expected = f"one generation for {model_id}"
                yield Problem(matching[-1].line, expected, found, todo)


def speaks_of_its_past(row: Row) -> Iterator[Problem]:
    """Nobody counted what came after the article, where its title says of which day it is."""
    ends_on, title = row.get("ends_on"), row.get("source_title")
    days = re.findall(r"\b\d{4}-\d{2}-\d{2}\b", title or "")
    is_forecast = "forecast" in (row.get("metric") or "")
    if ends_on and days and not is_forecast and ends_on.isoformat() > max(days):
        expected = f"ends_on no later than {max(days)}, the day of the source"
        yield Problem(row.line, expected, short(ends_on), f"write {max(days)}")


def says_what_it_counts(row: Row) -> Iterator[Problem]:
    """A test says how its scope compares and what it stands for; where there is none, why."""
    test = row.get("test")
    if not test or not {"scopes_compare", "stands_for", "test_scope", "note"} <= row.values.keys():
        return
    said = [name for name in ("scopes_compare", "stands_for", "test_scope") if row.get(name)]
    if test == "none" and (said or not row.get("note")):
        found = " and ".join(said) or "no note"
        yield Problem(row.line, "a note alone for test none", found, "say why nothing can test it")
    elif test != "none" and len(said) < 3:
        found = " and ".join(said) or "none of them"
        expected = f"scopes_compare, stands_for and test_scope for test {test}"
        yield Problem(row.line, expected, found, "fill all three")
    elif row.get("scopes_compare") == "different" and row.get("stands_for") != "neither":
        found = short(row.get("stands_for"))
        todo = "what counts something else bounds nothing: write neither"
        yield Problem(row.line, "stands_for neither where scopes are different", found, todo)


def claim_tests_fit_figures(rows: list[Row], seeds: Seeds) -> Iterator[Problem]:
    """Each test is for statements that exist."""
    if "reported_figures" not in seeds or not rows:
        return
    kinds = {(f.get("metric"), f.get("subject_kind")) for f in seeds["reported_figures"]}
    subjects = {
        (f.get("metric"), f.get("subject_kind"), f.get("subject"))
        for f in seeds["reported_figures"]
    }
    for row in rows:
        kind = (row.get("metric"), row.get("subject_kind"))
        is_any = row.get("subject") == "*"
        if kind not in kinds or not (is_any or (*kind, row.get("subject")) in subjects):
            found = short(", ".join(str(part) for part in (*kind, row.get("subject"))))
            expected = "metric, subject_kind and subject of a row of reported_figures.csv"
            yield Problem(row.line, expected, found, "correct them, or remove the row")


def one_title_a_metric(rows: list[Row], seeds: Seeds) -> Iterator[Problem]:
    """All rows of a metric call it the same."""
    titles: dict[Any, str] = {}
    for row in rows:
        metric, title = row.get("metric"), row.get("metric_title")
        if metric and title and titles.setdefault(metric, title) != title:
            expected = f"metric_title {short(titles[metric])}, as in the rows before"
            yield Problem(row.line, expected, short(title), "give all rows of a metric one title")


def one_publisher_a_value(rows: list[Row], seeds: Seeds) -> Iterator[Problem]:
    """A value that is published again is an edition of the same publisher: what another one says is
    a series of its own, never an edition of this one."""
    publishers = {row.get("source"): row.get("publisher") for row in seeds.get("sources", ())}
    first: dict[tuple[Any, ...], str] = {}
    for row in rows:
        key = tuple(
            row.get(name) for name in ("series", "subject", "subject_kind", "period", "date")
        )
        publisher = publishers.get(row.get("source"))
        if publisher and None not in key and first.setdefault(key, publisher) != publisher:
            expected = f"{short(first[key])}, who publishes this value in a row before"
            todo = "give the series of another publisher a name of its own"
            yield Problem(row.line, expected, short(publisher), todo)


def shared_by_two(column: str) -> TableRule:
    """A rule: a slug that groups statements stands in at least two rows."""

    def rule(rows: list[Row], seeds: Seeds) -> Iterator[Problem]:
        by_slug: dict[str, list[Row]] = {}
        for row in rows:
            if row.get(column):
                by_slug.setdefault(row.get(column), []).append(row)
        for slug, members in by_slug.items():
            if len(members) == 1:
                expected = f"{column} {short(slug)} in at least two rows"
                todo = "give it to the other row too, or empty the cell"
                yield Problem(members[0].line, expected, "it in this row only", todo)

    return rule


def matches(pattern: str, name: str) -> bool:
    """Whether a pattern is found in a name, ignoring case."""
    return re.search(pattern, name, re.IGNORECASE) is not None


def families_of(model_id: str, families: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every family whose organisations and pattern take a repository; more than one is a fault."""
    owner, _, name = model_id.partition("/")
    return [
        row["family"]
        for row in families
        if owner in row["hf_orgs"] and matches(row["name_pattern"], name)
    ]
