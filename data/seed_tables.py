"""The seed files: what each holds, column by column, and which rules it keeps.

`TABLES` is their only declaration; data/seeds.py carries it out, data/seed_rules.py holds the rules
that need more than one cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from data.seed_rules import (
    MODEL_ID,
    RowRule,
    TableRule,
    account_is_organisation,
    claim_tests_fit_figures,
    ends_not_before_start,
    families_do_not_overlap,
    family_fits_scope,
    fraction_in_range,
    generations_do_not_overlap,
    has_url_or_title,
    highlight_has_label,
    items_have_region,
    month_starts_on_first,
    name_fits_channel,
    names_only_as_of,
    not_its_own_parent,
    not_negative,
    one_publisher_a_value,
    one_title_a_metric,
    only_press_lacks_url,
    pattern_is_portable,
    says_what_it_counts,
    shared_by_two,
    speaks_of_its_past,
    whole_families_only,
)

ARROW_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "date": pa.date32(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "list": pa.list_(pa.string()),
}
"""The column types that a seed file can have, and what each becomes when loaded."""


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
LICENCE_CLASSES = ("permissive", "copyleft", "community", "non_commercial", "other")
RELATIONS = ("finetune", "adapter", "quantized", "merge")
CHANNELS = ("pypi", "dockerhub", "github", "npm", "hub_account")
WEIGHTS = ("open", "closed", "mixed", "unreleased")
CLAIM_TESTS = (
    "none", "account_share", "account_hub_share", "account_downloads", "account_downloads_sum",
    "account_rank", "region_downloads_sum", "region_hub_share", "text_vlm_downloads_sum",
    "top_share", "size_band_share", "hub_active_models", "token_share", "token_share_open",
    "author_token_share", "published_downloads_30d", "listed_downloads_all_time",
    "reported_derivatives", "reported_downloads", "downloads_30d", "downloads_all_time",
    "monthly_downloads", "region_downloads_share", "hub_repositories", "derivatives_total",
    "derivatives_new_share", "token_share_by_cut", "weekly_tokens", "livebench_rank",
    "ram_v1_day7",
)  # fmt: skip

URL = r"https?://[^\s]+"
SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
SNAKE = r"[a-z0-9]+(_[A-Za-z0-9]+)*"
COLOUR = r"#[0-9a-f]{6}"
HF_ORG = r"[A-Za-z0-9][A-Za-z0-9._-]*"
FIGURE_ID = r"R[0-9]{3,}"
LICENCE = r"[a-z0-9][a-z0-9.+-]*"
AUTHOR = SLUG.replace("a-z0-9", "a-z0-9.")
RUNTIME_NAME = r"@?[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9._-]+)?"


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
    speaks_of_its_past,
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
                regex=AUTHOR,
            ),
            _text(
                "ollama_pattern",
                "searched, ignoring case, in the name of an Ollama library",
                required=False,
            ),
            _text(
                "quality_pattern",
                "searched, ignoring case, in the name of a model on leaderboards; also in the name "
                "of a copied repository whose owner says nothing of its family",
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
            pattern_is_portable("quality_pattern"),
        ),
        table_rules=(
            items_have_region("hf_orgs", "organization_regions", "hf_org", "organisation"),
            items_have_region("openrouter_authors", "openrouter_authors", "author", "author"),
            families_do_not_overlap,
        ),
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
            Column("hf_created_on", "date", "day on which the repository was created"),
            Column("released_on", "date", "day of the public release"),
            _source_url(),
        ),
        key=("model_id",),
        sort=("model_id",),
    ),
    "licences": SeedTable(
        file="licences.csv",
        description="Licence tags of the Hub and what kind of licence each is.",
        row_is="one tag",
        columns=(
            _text("licence", "tag as on the Hub, in lower case", regex=LICENCE),
            _text(
                "licence_class",
                "permissive: any use, with a notice; copyleft: changes stay under the licence; "
                "community: conditions on uses or users; non_commercial: no commercial use; "
                "other: none of these, or the tag does not say",
                allowed=LICENCE_CLASSES,
            ),
            _text("source_url", "text of the licence, or a page about it", regex=URL),
        ),
        key=("licence",),
        sort=("licence",),
    ),
    "runtimes": SeedTable(
        file="runtimes.csv",
        description="Runtimes and serving stacks, and where their use is counted.",
        row_is="one name of one runtime in one channel",
        columns=(
            _text("runtime", "name of the runtime, as filters and charts show it"),
            _text("channel", "where it is counted", allowed=CHANNELS),
            _text(
                "name",
                "exact name there; pypi: normalised (lower case, dashes), dockerhub: "
                "namespace/name, github: owner/name",
                regex=RUNTIME_NAME,
            ),
            _source_url(),
            _text("note", "what the count does and does not stand for", required=False),
        ),
        key=("channel", "name"),
        sort=("runtime", "channel", "name"),
        row_rules=(name_fits_channel,),
    ),
    "modelscope_owners": SeedTable(
        file="modelscope_owners.csv",
        description="Owners on ModelScope whose models are followed.",
        row_is="one owner",
        columns=(
            _text("owner", "exact name on ModelScope", regex=HF_ORG),
            _text(
                "hf_org",
                "the organisation on the Hub that is the same developer, or of which it holds "
                "copies; empty: several or none",
                required=False,
                regex=HF_ORG,
            ),
            Column("is_mirror", "boolean", "true: copies that others than the developer uploaded"),
            _text(
                "family",
                "the family of all its models; empty: several families or not all of one, then "
                "the organisation and the name decide",
                required=False,
                refers="model_families.family",
            ),
            _source_url(),
            _text("note", "anything that a reader would stumble over", required=False),
        ),
        key=("owner",),
        sort=("owner",),
        table_rules=(whole_families_only,),
    ),
    "openrouter_authors": SeedTable(
        file="openrouter_authors.csv",
        description="Authors of models on OpenRouter: who they are, and whether weights are open.",
        row_is="one author slug",
        columns=(
            _text("author", "what stands before the slash in a slug", regex=AUTHOR),
            _text("developer", "who that is"),
            _text("region", "the developer's primary base", allowed=REGIONS),
            _text(
                "weights",
                "open: all its models have open weights; closed: none has; mixed: some have; "
                "unreleased: models under another name before their release",
                allowed=WEIGHTS,
            ),
            _source_url(),
            _text("note", "anything that a reader would stumble over", required=False),
        ),
        key=("author",),
        sort=("author",),
    ),
    "test_repositories": SeedTable(
        file="test_repositories.csv",
        description="Repositories that exist for software tests, not for use.",
        row_is="one pattern of names",
        columns=(
            _text(
                "name_pattern",
                "searched, ignoring case, in the whole model_id; valid in Python and RE2",
            ),
            _text("note", "whose tests they serve"),
            _source_url(),
        ),
        key=("name_pattern",),
        sort=("name_pattern",),
        row_rules=(pattern_is_portable("name_pattern"),),
    ),
    "stated_parents": SeedTable(
        file="stated_parents.csv",
        description="Parents that a publisher states in words, but not in base_model.",
        row_is="one parent of one model",
        columns=(
            _text("model_id", "exact id on the Hub", regex=MODEL_ID),
            _text("parent_id", "exact id of the parent", regex=MODEL_ID),
            _text("relation", "what the model is to its parent", allowed=RELATIONS),
            _text("source_url", "where the publisher states it", regex=URL),
        ),
        key=("model_id", "parent_id"),
        sort=("model_id", "parent_id"),
        row_rules=(not_its_own_parent,),
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
        table_rules=(one_publisher_a_value,),
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
    "claim_tests": SeedTable(
        file="claim_tests.csv",
        description="What can test the figures that someone stated, and how the scopes compare.",
        row_is="one test of one kind of statement",
        columns=(
            _text("metric", "metric of the statements that it is for", regex=SNAKE),
            _text("subject_kind", "subject_kind of these statements", regex=SNAKE),
            _text(
                "subject",
                "the one subject that it is for; `*`: every other one, of families only those that "
                "are the family itself and no generation of it",
            ),
            _text("test", "what tests them; none: nothing can", allowed=CLAIM_TESTS),
            _text(
                "selects",
                "what of the test's series is compared, for listed_downloads_all_time a pattern of "
                "model ids; empty: what the statement is about",
                required=False,
            ),
            _text(
                "scopes_compare",
                "what the test counts, beside what the claim counts",
                required=False,
                allowed=("same", "narrower", "wider", "different"),
            ),
            _text(
                "stands_for",
                "what the tested value is to the claimed one: its value, the least or the most "
                "that it can be, or neither",
                required=False,
                allowed=("value", "least", "most", "neither"),
            ),
            Column(
                "is_milestone",
                "boolean",
                "true: says what a growing total has reached, so that more is no contradiction",
            ),
            _text(
                "metric_title",
                "what the metric counts, in a few words for people; one title a metric",
            ),
            _text("claim_scope", "what the claim counts, for people", required=False),
            _text(
                "test_scope",
                "what the test counts, for people; {account} is the published account's name, "
                "{subject} what the claim is about",
                required=False,
            ),
            _text(
                "note",
                "why nothing can test it, {subject} is what it is about; else what to know about "
                "the test, and what to run for it",
                required=False,
            ),
        ),
        key=("metric", "subject_kind", "subject", "test"),
        sort=("metric", "subject_kind", "subject", "test"),
        row_rules=(says_what_it_counts,),
        table_rules=(claim_tests_fit_figures, one_title_a_metric),
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
