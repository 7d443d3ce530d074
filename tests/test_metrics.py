"""Every metric, by given rows and the rows that they must become (tests/golden), and monthly
downloads against a walk through the counters in plain Python."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data import schema, warehouse
from data.catalog import metrics, reads, rollups
from data.checks import columns_of, problems_of
from data.engine import engine

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.parent for path in GOLDEN.glob("*/*/expected.csv"))
ALL_ROLLUPS, ALL_METRICS = rollups(), metrics()
METRICS = [file.name for file in ALL_METRICS]
HUB = warehouse.SourceFacts(
    name="huggingface",
    title="Hugging Face Hub",
    url="https://huggingface.co/models",
    licence="theirs",
    citation="Source: Hub, as of {as_of}",
    cadence_days=1,
    tables=("huggingface__models",),
)
INFO = {"name": "golden", "built_at": datetime(2026, 1, 1, tzinfo=UTC), "fingerprint": {}}
Row = dict[str, Any]
Columns = Mapping[str, Mapping[str, str]]

# What a given row leaves out, so that a case shows only what it is about.
STATEMENT = {
    "metric": "cumulative_downloads",
    "subject_kind": "family",
    "date_precision": "month",
    "bound": "exactly",
    "unit": "downloads",
    "exactness": "exact",
    "status": "read",
    "source_title": "A report",
    "source_url": "https://report.example",
}
LEFT_OUT: dict[str, Row] = {
    "build_sources": {
        "title": "A source",
        "url": "https://source.example",
        "licence": "theirs",
        "cadence_days": "1",
        "min_rows": "1",
        "is_archive": "false",
    },
    "observations": {"source": "huggingface", "status": "accepted"},
    "seed__model_families": {
        "region": "unknown",
        "name_pattern": ".",
        "source_url": "https://family.example",
    },
    "seed__model_generations": {"source_url": "https://family.example"},
    "seed__published_series": {
        "subject_kind": "hf_org",
        "period": "month",
        "unit": "downloads",
        "estimate_reason": "none",
        "as_of": "2026-10-02",
        "source": "pulse",
    },
    "seed__sources": {
        "publisher": "Pulse",
        "title": "Pulse data",
        "url": "https://pulse.example",
        "licence": "MIT",
        "citation": "Source: Pulse",
        "note": "none",
    },
    "seed__reported_figures": STATEMENT,
    "seed__artifacts_log": STATEMENT,
    "seed__claim_tests": {
        "metric": "cumulative_downloads",
        "subject_kind": "family",
        "subject": "*",
        "scopes_compare": "same",
        "stands_for": "value",
        "is_milestone": "false",
        "metric_title": "downloads",
        "test_scope": "a count",
    },
    "seed__reported_crossovers": {
        "measure": "cumulative_downloads",
        "date_precision": "month",
        "exactness": "exact",
        "status": "read",
        "source_title": "A report",
        "source_url": "https://report.example",
    },
    "seed__events": {"date_precision": "day", "is_highlight": "false", "source_title": "A page"},
    "seed__incidents": {"source_url": "https://incident.example"},
    "seed__licences": {"source_url": "https://licence.example"},
    "hub__days": {"repositories": "1", "is_complete": "true", "is_used": "true"},
    "hub__cohorts": {
        "region": "unknown",
        "root_region": "unknown",
        "size_class": "unknown",
        "task": "unknown",
        "licence": "unknown",
        "library": "unknown",
        "precision": "full",
        "is_test": "false",
    },
    "hub__cohort_months": {
        "models": "1",
        "models_without_value": "0",
        "models_interpolated": "0",
        "models_stalled": "0",
        "models_held": "0",
        "models_listed": "1",
    },
    "hub__cohort_newest": {"models": "1", "models_without_value": "0", "models_over_5": "0"},
    "hub__models": {
        "position": "1",
        "region": "unknown",
        "size_class": "unknown",
        "task": "unknown",
        "licence": "unknown",
        "library": "unknown",
        "first_seen_on": "2026-01-01",
    },
    "hub__publishers": {"models_with_family": "0"},
    "hub__launch_weeks": {"is_estimate": "false"},
    "openrouter__rankings": {
        "observed_at": "2026-09-30 02:00",
        "as_of": "2026-09-30T02:00:00.000Z",
    },
    "openrouter_models__models": {"observed_at": "2026-09-30 02:00", "name": "A model"},
    "ollama__libraries": {"position": "1"},
    "lmstudio__models": {"hf_org": "lmstudio-community"},
    "pypistats__downloads": {"observed_at": "2026-09-30 02:00"},
    "clickhouse__downloads": {"observed_at": "2026-09-30 02:00"},
    "npm__downloads": {"observed_at": "2026-09-30 02:00"},
    "github__repositories": {"stars": "1", "has_all_releases": "true"},
    "github__releases": {"assets": "1"},
    "livebench__scores": {"observed_at": "2026-09-30 02:00"},
    "lmarena__ratings": {
        "observed_at": "2026-09-30 02:00",
        "board": "text",
        "category": "overall",
    },
    "artificial_analysis__models": {"observed_at": "2026-09-30 02:00", "index_version": "4.1"},
    "epoch__models": {"observed_at": "2026-09-30 02:00"},
    "interconnects__posts": {"observed_at": "2026-09-30 02:00", "title": "A post"},
    "seed__runtimes": {"source_url": "https://runtime.example"},
    "seed__modelscope_owners": {"is_mirror": "false", "source_url": "https://owner.example"},
    "seed__openrouter_authors": {"region": "unknown", "source_url": "https://author.example"},
}
# Columns that are as another one unless they are given.
GIVEN_BY: dict[str, dict[str, str]] = {
    "openrouter_models__models": {"canonical_slug": "model_id"},
    "ollama__libraries": {"pulls_text": "pulls"},
    "github__repositories": {"full_name": "repository"},
    "artificial_analysis__models": {"aa_id": "name", "slug": "name"},
    "interconnects__posts": {"guid": "url"},
    "seed__openrouter_authors": {"developer": "author"},
}


def completed(table: str, row: Row, position: int) -> Row:
    """A given row with what it leaves out; `a` stands for the hub_id aaaaaaaaaaaaaaaaaaaaaaaa."""
    row = {**LEFT_OUT.get(table, {}), **{name: cell or None for name, cell in row.items()}}
    if "hub_id" in row:
        row["hub_id"] *= 24
    if "observed_at" in row:
        row.setdefault("run", row["observed_at"])
    if table == "observations" and row["status"] != "accepted":
        row.setdefault("reason", "said so")
    for name, of in GIVEN_BY.get(table, {}).items():
        row.setdefault(name, row[of])
    if table == "modelscope__models":
        row.setdefault("owner", row["model_id"].partition("/")[0])
    if table == "huggingface__models":
        row.setdefault("hf_org", row["model_id"].partition("/")[0])
    if table == "seed__model_families":
        account = row["hf_orgs"].split()[0]
        given = {
            "developer": row["family"],
            "account": account,
            "account_label": account,
            "colour_light": f"#light{position}",
            "colour_dark": f"#dark{position}",
        }
        row = {**given, **row}
    for name in ("hf_orgs", "openrouter_authors", "base_models", "tables"):
        if row.get(name):
            row[name] = f"[{', '.join(row[name].split())}]"
    return row


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    """Insert texts; the table's own types and constraints decide whether they are good."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    types = pa.schema([(name, pa.string()) for name in names])
    connection.register("incoming", pa.Table.from_pylist(list(rows), schema=types))
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming").fetchall()
    connection.unregister("incoming")


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shown(value: Any) -> Any:
    """A value as a golden file writes it; a float stays one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and len(value) == 24 and len(set(value)) == 1:
        return value[0]
    return value if isinstance(value, float) else str(value)


def expected_like(cell: str, found: Any) -> Any:
    return pytest.approx(float(cell), rel=1e-9) if isinstance(found, float) and cell else cell


def _code(sql: str) -> str:
    """SQL without its comments."""
    return re.sub(r"--.*", "", sql)


def rows_of(connection: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str]) -> list[Row]:
    info = next(file for file in ALL_METRICS if file.name == name)
    found = connection.sql(
        f"SELECT {', '.join(columns)} FROM {name} ORDER BY {', '.join(info.grain)}"
    ).to_arrow_table()
    return [{column: shown(row[column]) for column in columns} for row in found.to_pylist()]


FILES = {file.name: file for file in (*ALL_ROLLUPS, *ALL_METRICS)}
# What the SELECT of each roll-up and metric reads: tables, roll-ups and metrics.
READ_BY = {
    name: {found.lower() for found in re.findall(r"[A-Za-z_][A-Za-z0-9_]*", _code(file.sql))}
    for name, file in FILES.items()
}


def closure(names: set[str]) -> set[str]:
    """Roll-ups and metrics of those names and what they are made from."""
    found, unread = set(), set(names)
    while unread:
        name = unread.pop()
        found.add(name)
        unread |= reads(FILES[name], FILES) - found
    return found


def derive_only(connection: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Make some roll-ups and metrics and what they are made from, and hold them to their headers'
    promises: a tenth of the time of all of them."""
    needed = closure(set(names))
    made = [file for file in ALL_ROLLUPS if file.name in needed]
    shown = [file for file in ALL_METRICS if file.name in needed]
    for file in made:
        connection.execute(f"CREATE TABLE {file.name} AS {file.sql}").fetchall()
    for file in shown:
        connection.execute(f"CREATE VIEW {file.name} AS {file.sql}")
    assert problems_of(connection, made, shown, columns_of(connection)) == []


def derive(
    connection: duckdb.DuckDBPyConnection, name: str, filled: set[str], columns: Columns
) -> None:
    """Make one metric and what it is made from, and hold them to their headers' promises. What
    reads none of the filled tables, neither itself nor through others, stays as it was made and
    held to them when all tables were empty."""
    needed = closure({name})
    changed = set(filled)
    for file in (*ALL_ROLLUPS, *ALL_METRICS):
        if READ_BY[file.name] & changed:
            changed.add(file.name)
    made = [file for file in ALL_ROLLUPS if file.name in needed & changed]
    shown = [file for file in ALL_METRICS if file.name in needed & changed]
    for file in made:
        connection.execute(f"CREATE OR REPLACE TABLE {file.name} AS {file.sql}").fetchall()
    assert problems_of(connection, made, shown, columns) == []


@pytest.fixture(scope="module")
def prepared() -> Iterator[duckdb.DuckDBPyConnection]:
    """Empty tables, and all roll-ups and metrics made of them. What a case does with them it takes
    back."""
    with duckdb.connect(config={"threads": 1}) as connection:  # a case has few rows
        warehouse.prepare(connection, [HUB], INFO)
        warehouse.derive(connection)
        yield connection


@pytest.fixture(scope="module")
def columns_made(prepared: duckdb.DuckDBPyConnection) -> Columns:
    """Columns of all roll-ups and metrics: to ask for them, every view is bound."""
    return columns_of(prepared)


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_golden(case: Path, prepared: duckdb.DuckDBPyConnection, columns_made: Columns) -> None:
    with (case / "expected.csv").open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    filled = {path.stem for path in case.glob("*.csv")} - {"expected"}
    prepared.execute("BEGIN TRANSACTION")
    try:
        for path in sorted(case.glob("*.csv")):
            if path.name != "expected.csv":
                given = enumerate(read(path))
                rows = [completed(path.stem, row, position) for position, row in given]
                insert(prepared, path.stem, rows)
        if (case / "seed__published_series.csv").exists():
            _insert_unnamed_sources(prepared)
            filled.add("seed__sources")
        derive(prepared, case.parent.name, filled, columns_made)
        found = rows_of(prepared, case.parent.name, columns)
    finally:
        prepared.execute("ROLLBACK")
    wanted = read(case / "expected.csv")
    assert len(found) == len(wanted), found
    for actual, row in zip(found, wanted, strict=True):
        assert actual == {name: expected_like(row[name], actual[name]) for name in columns}


def _insert_unnamed_sources(connection: duckdb.DuckDBPyConnection) -> None:
    missing = connection.execute(
        "SELECT DISTINCT source FROM seed__published_series "
        "WHERE source NOT IN (SELECT source FROM seed__sources)"
    ).fetchall()
    if missing:
        insert(connection, "seed__sources", [_source(name) for (name,) in missing])


def _source(name: str) -> Row:
    return {"source": name, **LEFT_OUT["seed__sources"]}


def test_every_metric_has_golden_results() -> None:
    assert sorted({case.parent.name for case in CASES}) == sorted(METRICS)
    # Each folder below a metric is a case.
    assert sorted(GOLDEN.glob("*/*")) == CASES


# Monthly downloads against a walk in plain Python

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
MONTHLY_ROLLUPS = [
    file
    for file in ALL_ROLLUPS
    if file.name
    in {
        "family_organisations", "organisation_days", "model_names", "model_labels", "model_days",
        "model_counter_points", "model_months",
    }
]  # fmt: skip


@dataclass(frozen=True)
class Listing:
    """One accepted listing of the organisation: model -> all-time counter, None when absent."""

    at: datetime
    counters: dict[str, int | None]


@st.composite
def histories(draw: st.DrawFn) -> list[Listing]:
    """Listings of up to three models over about half a year: gaps, falls, absences, NULLs."""
    hours = draw(st.lists(st.integers(0, 24 * 180), min_size=1, max_size=9, unique_by=_day))
    counter = st.none() | st.integers(0, 5000)
    models = st.dictionaries(st.sampled_from("abc"), counter, max_size=3)
    return [Listing(START + HOUR * hour, draw(models)) for hour in sorted(hours)]


def _day(hour: int) -> int:
    return hour // 24


def month_starts(first: datetime, last: datetime) -> Iterator[datetime]:
    at = first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while at <= last:
        yield at
        at = (at + timedelta(days=32)).replace(day=1)


def points_of(model: str, history: Sequence[Listing]) -> list[tuple[datetime, int]]:
    """Counter points of a model that is older than the history, never falling."""
    points: list[tuple[datetime, int]] = []
    for listing in history:
        value = listing.counters.get(model)
        if value is not None:
            points.append((listing.at, max([value, *(p[1] for p in points)])))
    listed = [listing for listing in history if model in listing.counters]
    is_gone = bool(listed) and listed[-1] is not history[-1]
    if points and is_gone and listed[-1].counters[model] is not None:
        points.append((history[-1].at, points[-1][1]))
    return points


def value_at(points: Sequence[tuple[datetime, int]], at: datetime) -> float | None:
    for point_at, value in points:
        if point_at == at:
            return value
    for (from_at, from_value), (to_at, to_value) in pairwise(points):
        if from_at < at < to_at:
            return from_value + (to_value - from_value) * ((at - from_at) / (to_at - from_at))
    return None


def walked(history: Sequence[Listing]) -> dict[tuple[str, date], float]:
    """(model, month) -> downloads, by walking along each model's counter."""
    found = {}
    for model in "abc":
        points = points_of(model, history)
        if not points:
            continue
        for begin, end in pairwise(month_starts(points[0][0], points[-1][0])):
            before, after = value_at(points, begin), value_at(points, end)
            if before is not None and after is not None:
                found[model, begin.date()] = after - before
    return found


def months_by_sql(history: Sequence[Listing]) -> dict[tuple[str, date], float]:
    listings = [
        {"entity": "Qwen", "observed_at": f"{listing.at:%Y-%m-%d %H:%M}+00"} for listing in history
    ]
    models = [
        {
            "hub_id": model,
            "model_id": f"Qwen/{model}",
            "observed_at": f"{listing.at:%Y-%m-%d %H:%M}+00",
            "created_at": "2024-01-01 00:00+00",
            "downloads_all_time": None if value is None else str(value),
        }
        for listing in history
        for model, value in listing.counters.items()
    ]
    given = {
        "seed__model_families": [{"family": "Qwen", "hf_orgs": "Qwen"}],
        "observations": listings,
        "huggingface__models": models,
    }
    with engine("500MB") as connection:
        connection.execute("CREATE MACRO regexp_like(t, p) AS regexp_matches(t, p)")
        for table in (*given, "seed__model_generations"):
            connection.execute(schema.table_sql(table))
        for table, rows in given.items():
            if rows:
                insert(connection, table, [completed(table, row, 0) for row in rows])
        for file in MONTHLY_ROLLUPS:
            connection.execute(f"CREATE TABLE {file.name} AS {file.sql}")
        rows = connection.execute(
            "SELECT hub_id[1], month, monthly_downloads FROM model_months"
        ).fetchall()
    return {(model, month): value for model, month, value in rows}


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(history=histories())
@example(history=[Listing(START, {"a": 5}), Listing(START + 24 * 100 * HOUR, {"a": 905})])
@example(
    history=[
        Listing(START, {"a": 5, "b": 7}),
        Listing(START + 24 * 31 * HOUR, {"a": 9}),
        Listing(START + 24 * 59 * HOUR, {"a": None}),
    ]
)
def test_monthly_downloads_are_those_of_a_walk_along_the_counters(history: list[Listing]) -> None:
    by_sql, by_walk = months_by_sql(history), walked(history)
    assert by_sql == {key: pytest.approx(value, abs=1e-6) for key, value in by_walk.items()}
    assert all(value >= 0 for value in by_sql.values())
    by_model = defaultdict(list)
    for (model, month), value in sorted(by_sql.items()):
        by_model[model].append((month, value))
    for model, months in by_model.items():
        points = points_of(model, history)
        first = datetime.combine(months[0][0], datetime.min.time(), UTC)
        last = datetime.combine(months[-1][0] + timedelta(days=32), datetime.min.time(), UTC)
        last = last.replace(day=1)
        end, begin = value_at(points, last), value_at(points, first)
        assert end is not None
        assert begin is not None
        assert sum(value for _, value in months) == pytest.approx(end - begin, abs=1e-6)


# The scopes of the whole Hub against a walk in plain Python

SCOPE_ROLLUPS = [
    file
    for file in ALL_ROLLUPS
    if file.name in {"cohort_groups", "lineage_scopes", "lineage_months", "scope_months"}
]
SHARE = next(file for file in ALL_METRICS if file.name == "monthly_share")
MONTH = date(2026, 1, 1)
Scoped = dict[tuple[str, bool, str], tuple[int | None, int, int]]


@st.composite
def hubs(draw: st.DrawFn) -> list[Row]:
    """Groups of repositories of three families, mixed and strange ones, some without a value."""
    names = st.sampled_from(("Llama", "Qwen", "Yi"))
    found = []
    for _ in range(draw(st.integers(1, 12))):
        root = draw(st.none() | st.just("mixed") | names)
        value = draw(st.none() | st.integers(0, 10**9))
        found.append(
            {
                "family": draw(st.none() | names),
                "root_family": root,
                "inferred_family": draw(st.just(root) | st.just("mixed") | names),
                "relation": draw(st.sampled_from((None, "finetune", "quantized"))),
                "region": draw(st.sampled_from(("us", "china"))),
                "downloads": value,
                "models": 0 if value is None else draw(st.integers(1, 5)),
                "models_without_value": draw(st.integers(1 if value is None else 0, 5)),
            }
        )
    return found


def place_of(row: Row, scope: str, with_inferred: bool) -> str:
    """Where a group of repositories counts in a scope: in exactly one place."""
    root = row["inferred_family" if with_inferred else "root_family"]
    if scope == "own":
        return row["family"] or "none"
    if scope == "lineage":
        return root or "none"
    is_derivative = root not in (None, "mixed") and row["family"] != root
    return root if is_derivative else "none"


def walked_scopes(hub: Sequence[Row]) -> Scoped:
    """(scope, with_inferred, family) -> downloads, repositories with a value and without."""
    found: Scoped = {}
    for scope in ("own", "derivatives", "lineage"):
        for with_inferred in (False, True)[: 1 if scope == "own" else 2]:
            for row in hub:
                key = (scope, with_inferred, place_of(row, scope, with_inferred))
                total, models, without = found.get(key, (None, 0, 0))
                if row["downloads"] is not None:
                    total = (total or 0) + row["downloads"]
                found[key] = (
                    total,
                    models + row["models"],
                    without + row["models_without_value"],
                )
    return found


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(hub=hubs())
def test_scopes_of_the_hub_are_those_of_a_walk_over_the_repositories(hub: list[Row]) -> None:
    cohorts: dict[str, list[Row]] = {"hub__cohorts": [], "hub__cohort_months": []}
    for number, row in enumerate(hub):
        given = {name: None if cell is None else str(cell) for name, cell in row.items()}
        values = {name: given.pop(name) for name in ("downloads", "models", "models_without_value")}
        labels = {"cohort": str(number), "root_region": "us", **given}
        month = {"cohort": str(number), "month": str(MONTH), **values}
        cohorts["hub__cohorts"].append(completed("hub__cohorts", labels, number))
        cohorts["hub__cohort_months"].append(completed("hub__cohort_months", month, number))
    with engine("500MB") as connection:
        for table, rows in cohorts.items():
            connection.execute(schema.table_sql(table))
            insert(connection, table, rows)
        for file in SCOPE_ROLLUPS:
            connection.execute(f"CREATE TABLE {file.name} AS {file.sql}")
        found = connection.execute(
            "SELECT scope, with_inferred, family, downloads, models, models_without_value "
            "FROM scope_months"
        ).fetchall()
        connection.execute(f"CREATE VIEW monthly_share AS {SHARE.sql}")
        shares = connection.execute(
            "SELECT scope, share_of, sum(monthly_share) FROM monthly_share GROUP BY ALL"
        ).fetchall()
    walk = walked_scopes(hub)
    assert {tuple(row[:3]): tuple(row[3:]) for row in found} == walk
    # Each scope counts every repository once.
    values = [row["downloads"] for row in hub if row["downloads"] is not None]
    by_scope = defaultdict(list)
    for (scope, with_inferred, _), (total, *_) in walk.items():
        by_scope[scope, with_inferred].append(total or 0)
    assert {sum(totals) for totals in by_scope.values()} == {sum(values)}
    assert all(total is None or total == pytest.approx(1, abs=1e-9) for *_, total in shares)
    of_hub = [total for _, share_of, total in shares if share_of == "hub"]
    assert of_hub == [pytest.approx(1) if sum(values) else None] * 3
