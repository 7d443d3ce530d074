"""SQL files: one test a kind of promise, for every file, on builds of real rows; and headers that
are wrong, each with the place where it is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from collectors.source import build_facts, load_all
from data import seeds, warehouse
from data.catalog import SQL_DIR, TIME_COLUMNS, in_order, metrics, read_file, read_folder, rollups
from data.checks import SUM_TOLERANCE, columns_of, problems_of
from data.errors import HeaderError
from data.paths import SEEDS_DIR
from data.schema import table_names
from tests import hub_tables, other_sources
from tests.conftest import made_once

ROLLUPS = {file.name: file for file in rollups()}
METRICS = {file.name: file for file in metrics()}
FILES = {**ROLLUPS, **METRICS}

# Where the value of a metric stands when it is a single number; the others are records.
VALUE_COLUMNS = {
    "claim_readings": "value",
    "layers": "value",
    "published_series": "value",
    "reported_figures": "value",
    **{
        name: name
        for name in (
            "account_downloads", "concentration", "derivative_download_share", "derivatives_new",
            "derivatives_total", "download_mix", "download_share", "downloads_30d",
            "downloads_all_time", "downloads_by_region", "family_downloads", "growth_split",
            "hub_days", "leaders", "mix_coverage", "model_ranking", "monthly_downloads",
            "monthly_share", "repackagers", "unmapped", "weekly_downloads",
            "daily_runtime_downloads", "livebench_categories", "lmstudio_downloads",
            "model_tokens", "modelscope_beside_hub", "modelscope_downloads",
            "monthly_ollama_pulls", "ollama_family_pulls", "ollama_pulls", "published_pulls",
            "quality_and_adoption",
            "quality_scores", "runtime_downloads", "runtime_stars", "runtime_totals",
            "momentum", "regions_by_layer", "risers", "standings",
            "launch_curves", "launch_milestones", "ram_v1", "ram_2026q2",
            "token_restatements", "token_share", "token_share_by_cut", "family_shares",
        )
    },
}  # fmt: skip
RECORDS = {
    "crossovers", "epoch_models", "events", "freshness", "incidents", "layer_titles",
    "reports_to_read", "claim_check",
}  # fmt: skip

# Of these sources the collected build has nothing, and the archived one has rows.
BEYOND_THE_HUB = (
    "OpenRouter", "Ollama", "lmstudio-community", "pypistats", "Docker Hub", "GitHub",
    "ModelScope", "LiveBench", "Interconnects", "Epoch AI",
)  # fmt: skip

# What DuckDB has and other engines have not; roll-ups must run on those, too.
NOT_PORTABLE = {
    "QUALIFY": r"\bQUALIFY\b",
    "GROUP BY ALL": r"\bGROUP\s+BY\s+ALL\b",
    "ORDER BY ALL": r"\bORDER\s+BY\s+ALL\b",
    "FILTER (": r"\bFILTER\s*\(",
    "* REPLACE or EXCLUDE": r"\*\s*(?:REPLACE|EXCLUDE|RENAME)\b",
    "UNION BY NAME": r"\bBY\s+NAME\b",
    "arg_max, arg_min": r"\barg_(?:max|min)\b",
    "any_value": r"\bany_value\b",
    "list functions": r"\blist_\w+\s*\(|\blen\s*\(",
    "regexp_matches": r"\bregexp_matches\b",
    "//": r"//",
    "::": r"::",
    "ASOF, POSITIONAL, ANTI, SEMI join": r"\b(?:ASOF|POSITIONAL|ANTI|SEMI)\s+JOIN\b",
    "FROM first": r"^\s*FROM\b(?![\s\S]*\bSELECT\b)",
    "lambda": r"\blambda\b|->",
    "[ ] lists": r"\[[^\]]*\]",
}
WORDS_AFTER_A_TABLE = {
    "on", "where", "group", "inner", "left", "cross", "join", "union", "order", "having", "using",
    "as", "select", "limit",
}  # fmt: skip


def code_of(sql: str) -> str:
    """SQL without comments and texts."""
    return re.sub(r"'(?:[^']|'')*'", "''", re.sub(r"--.*", "", sql))


@pytest.fixture(scope="session")
def archived_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of the seeds, of tables that hold the whole Hub, and of those of the sources beyond
    it. Not to be changed."""
    return made_once(tmp_path_factory, "archived", _archived) / "archived.duckdb"


def _archived(folder: Path) -> None:
    folder.mkdir()
    info = {"name": "archived", "built_at": datetime(2026, 6, 11, tzinfo=UTC), "fingerprint": {}}
    with duckdb.connect(str(folder / "archived.duckdb")) as connection:
        warehouse.prepare(connection, [build_facts(source) for source in load_all()], info)
        for name, rows in seeds.load(SEEDS_DIR).items():
            connection.register("incoming", rows)
            connection.execute(f"INSERT INTO seed__{name} BY NAME SELECT * FROM incoming")
            connection.unregister("incoming")
        hub_tables.fill(connection, {**hub_tables.tables(), **other_sources.tables()})
        warehouse.derive(connection)


# Promises of the headers


@pytest.mark.parametrize("name", FILES)
def test_header(name: str) -> None:
    file = FILES[name]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert file.title[0].isupper()
    assert not file.title.endswith(".")
    assert file.notes == "" or file.notes.endswith(".")
    assert len(set(file.grain)) == len(file.grain) > 0
    select = re.findall(r"^(?:SELECT|WITH)\b", file.sql, re.MULTILINE)
    assert select, "a file is one SELECT"
    assert ";" not in code_of(file.sql)


def test_titles_and_names_are_unique() -> None:
    titles = [file.title.casefold() for file in FILES.values()]
    assert len(set(titles)) == len(titles)
    names = [*ROLLUPS, *METRICS, *table_names()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", FILES)
def test_one_row_for_each_grain(name: str, archived_build: Path) -> None:
    """Asked once more of the build with most rows: each build asks it of itself, and is refused
    when a grain is repeated, see test_warehouse.py."""
    grain = ", ".join(FILES[name].grain)
    found = warehouse.frame(
        archived_build,
        f"SELECT {grain}, count(*) AS n FROM {name} GROUP BY {grain} HAVING count(*) > 1",
    )
    assert found.empty, found


@pytest.mark.parametrize("name", FILES)
def test_every_column_has_a_comment(name: str, seeds_build: Path) -> None:
    columns = list(warehouse.frame(seeds_build, f"SELECT * FROM {name} LIMIT 0").columns)
    comments = FILES[name].column_comments()
    assert [column for column in columns if not comments.get(column)] == []
    assert set(FILES[name].grain) <= set(columns)


@pytest.mark.parametrize("name", METRICS)
def test_the_value_column_is_named_as_the_metric(name: str, seeds_build: Path) -> None:
    columns = list(warehouse.frame(seeds_build, f"SELECT * FROM {name} LIMIT 0").columns)
    assert (name in VALUE_COLUMNS) != (name in RECORDS), "say which of the two it is"
    if name in VALUE_COLUMNS:
        assert VALUE_COLUMNS[name] in columns
        # `value` is for rows in several units: then the unit is a column.
        assert VALUE_COLUMNS[name] == name or "unit" in columns


@pytest.mark.parametrize("name", [name for name, file in METRICS.items() if file.sums is not None])
def test_shares_sum_to_one(name: str, collected_build: Path, archived_build: Path) -> None:
    of = METRICS[name].sums_within
    assert set(of) & set(TIME_COLUMNS)
    statement = (
        f"SELECT sum({name}) AS total FROM {name} WHERE {name} IS NOT NULL GROUP BY {', '.join(of)}"
    )
    totals = [
        total
        for build in (collected_build, archived_build)
        for total in warehouse.frame(build, statement)["total"]
    ]
    assert len(totals) > 3
    assert all(abs(total - 1) <= SUM_TOLERANCE for total in totals)


@pytest.mark.parametrize(
    ("name", "share", "of"),
    [
        ("download_mix", "mix_share", "month, family, scope, cut"),
        ("downloads_by_region", "region_share", "month, scope"),
    ],
)
def test_shares_beside_the_value_sum_to_one(
    name: str, share: str, of: str, archived_build: Path
) -> None:
    totals = warehouse.frame(
        archived_build,
        f"SELECT sum({share}) AS total FROM {name} WHERE {share} IS NOT NULL GROUP BY {of}",
    )
    assert len(totals) > 3
    assert (abs(totals["total"] - 1) <= SUM_TOLERANCE).all()


# A number that two metrics hold is the same in both: (of one, of the other), rows that differ.
SAME = {
    "each cut of a mix and the family's downloads": (
        "SELECT month, family, scope, sum(download_mix) FROM download_mix WHERE family <> 'hub' "
        "GROUP BY month, family, scope, cut",
        "SELECT month, family, scope, monthly_downloads FROM monthly_downloads "
        "WHERE NOT with_inferred",
    ),
    "each cut of the whole Hub's mix and the shares' denominator": (
        "SELECT month, sum(download_mix) FROM download_mix WHERE family = 'hub' "
        "GROUP BY month, cut",
        "SELECT month, sum(monthly_downloads) FROM monthly_share "
        "WHERE scope = 'own' AND share_of = 'hub' GROUP BY ALL",
    ),
    "regions and the whole Hub": (
        "SELECT month, sum(downloads_by_region) FROM downloads_by_region GROUP BY month, scope",
        "SELECT month, sum(monthly_downloads) FROM monthly_share "
        "WHERE share_of = 'hub' GROUP BY month, scope",
    ),
    "derivatives' share and the family's downloads": (
        "SELECT month, family, with_inferred, derivative_downloads "
        "FROM derivative_download_share WHERE derivative_downloads > 0",
        "SELECT month, family, with_inferred, monthly_downloads FROM monthly_downloads "
        "WHERE scope = 'derivatives' AND monthly_downloads > 0",
    ),
    "effects and growth": (
        "SELECT month, family, scope, market_effect + share_effect FROM growth_split",
        "SELECT month, family, scope, growth_split FROM growth_split",
    ),
    "relations and all derivatives": (
        "SELECT month, family, with_inferred, sum(derivatives_new) FROM derivatives_new "
        "WHERE relation <> 'all' GROUP BY ALL",
        "SELECT month, family, with_inferred, derivatives_new FROM derivatives_new "
        "WHERE relation = 'all'",
    ),
    "standings and the families' downloads": (
        "SELECT date, subject, replace(layer, 'ive_', 'ives_'), CAST(standings AS BIGINT) "
        "FROM standings WHERE basis = 'collected' AND subject_kind = 'family' "
        "AND measure = 'monthly_downloads'",
        "SELECT month, family, scope || '_downloads', monthly_downloads FROM monthly_downloads "
        "WHERE NOT with_inferred",
    ),
    "standings and regions": (
        "SELECT date, layer, subject, CAST(standings AS BIGINT), share FROM standings "
        "WHERE basis = 'collected' AND subject_kind = 'region' AND measure = 'monthly_downloads'",
        "SELECT month, scope || '_downloads', region, downloads_by_region, region_share "
        "FROM downloads_by_region",
    ),
    "standings and derivatives": (
        "SELECT date, subject, CAST(standings AS BIGINT) FROM standings "
        "WHERE measure = 'models_total'",
        "SELECT date, family, derivatives_total FROM derivatives_total "
        "WHERE relation = 'all' AND NOT with_inferred AND family <> 'mixed'",
    ),
    "standings and tokens": (
        "SELECT date, subject, share FROM standings "
        "WHERE basis = 'collected' AND layer = 'served_tokens'",
        "SELECT date, class, token_share_by_cut FROM token_share_by_cut WHERE cut = 'family' "
        "AND period = 'month' AND is_complete AND class NOT IN ('none', 'other')",
    ),
    "standings and new pulls": (
        "SELECT date, subject, CAST(standings AS BIGINT) FROM standings "
        "WHERE basis = 'collected' AND measure = 'pulls_new'",
        "SELECT month, family, monthly_ollama_pulls FROM monthly_ollama_pulls "
        "WHERE is_complete AND family <> 'none'",
    ),
    "coverage and the mix": (
        "SELECT month, family, scope, cut, round(mix_coverage, 9) FROM mix_coverage",
        "SELECT month, family, scope, cut, round(CASE WHEN sum(mix_share) > 0 THEN "
        "sum(CASE WHEN class <> 'unknown' THEN mix_share ELSE 0 END) END, 9) "
        "FROM download_mix GROUP BY ALL",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_metrics_that_hold_the_same_number_agree(name: str, archived_build: Path) -> None:
    one, other = SAME[name]
    for rows, others in ((one, other), (other, one)):
        assert not warehouse.frame(archived_build, rows).empty
        differing = warehouse.frame(archived_build, f"({rows}) EXCEPT ({others})")
        assert differing.empty, differing


@pytest.mark.parametrize("name", METRICS)
def test_metrics_of_measurements_are_empty_without_them(name: str, seeds_build: Path) -> None:
    if METRICS[name].source.startswith("Hugging Face Hub"):
        assert warehouse.frame(seeds_build, f"SELECT * FROM {name}").empty


# Readings of two weeks, a day apart, are in neither build: tests/golden/risers has them.
OF_DAILY_READINGS = {"risers"}


@pytest.mark.parametrize("name", sorted(set(METRICS) - OF_DAILY_READINGS))
def test_metrics_have_rows_of_a_collection(
    name: str, collected_build: Path, archived_build: Path
) -> None:
    is_archived = any(
        source in METRICS[name].source for source in ("Hugging Face Hub archive", *BEYOND_THE_HUB)
    )
    build = archived_build if is_archived else collected_build
    assert not warehouse.frame(build, f"SELECT * FROM {name} LIMIT 1").empty


# What a licence asks for stands in each row, so that an export has it, too.
CITED = (
    "model_tokens", "quality_and_adoption", "quality_scores", "token_restatements", "token_share",
    "token_share_by_cut",
)  # fmt: skip


@pytest.mark.parametrize("name", CITED)
def test_rows_carry_the_citation_of_their_source(name: str, archived_build: Path) -> None:
    rows = warehouse.frame(archived_build, f"SELECT as_of, citation FROM {name}")
    assert rows["citation"].notna().all()
    for row in rows.drop_duplicates().itertuples():
        as_of = row.as_of if isinstance(row.as_of, str) else f"{row.as_of:%Y-%m-%d}"
        assert as_of in row.citation
        assert "{" not in row.citation


# Roll-ups are portable


@pytest.mark.parametrize("name", ROLLUPS)
def test_rollups_are_portable(name: str) -> None:
    code = code_of(ROLLUPS[name].sql)
    found = [what for what, pattern in NOT_PORTABLE.items() if re.search(pattern, code, re.I)]
    assert found == []


@pytest.mark.parametrize("name", FILES)
def test_no_mean_depends_on_the_order_of_rows(name: str) -> None:
    # avg() adds up as rows come, which differs from build to build: sum(x ORDER BY x) / count(x).
    assert not re.search(r"\bavg\(", code_of(FILES[name].sql), re.IGNORECASE)


def test_the_mean_of_a_category_is_the_same_in_any_order() -> None:
    scores = [0.1, 0.2, 0.3]
    means = set()
    for rows in (scores, scores[::-1]):
        with duckdb.connect() as connection:
            connection.execute(
                "CREATE TABLE livebench__scores AS SELECT DATE '2026-01-08' AS release, "
                "'r' AS run, 'm' AS model, 'Coding' AS category, now() AS observed_at, "
                "unnest(?::DOUBLE[]) AS score",
                [rows],
            )
            sql = ROLLUPS["livebench_category_scores"].sql
            means.add(connection.execute(f"SELECT score FROM ({sql})").fetchone())
    assert len(means) == 1


@pytest.mark.parametrize("name", ROLLUPS)
def test_aliases_of_rollups_have_as(name: str) -> None:
    code = code_of(ROLLUPS[name].sql)
    tables = re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]\w*)\s+(\w+)", code)
    bare = [f"{table} {word}" for table, word in tables if word.lower() not in WORDS_AFTER_A_TABLE]
    # `END alias`, `) alias`, and `column alias` before a comma or the line's end.
    bare += re.findall(r"\bEND\s+(?!AS\b|THEN\b|AND\b|OR\b|ELSE\b|WHEN\b)[a-z_]\w*", code)
    bare += re.findall(
        r"\)\s+(?!AS\b|OVER\b|AND\b|OR\b|THEN\b|FROM\b|IS\b|IN\b)[a-z_]\w*\s*,", code
    )
    bare += re.findall(r"^\s+[a-z_][\w.]*\s+(?!AS\b)[a-z_]\w*,?\s*$", code, re.MULTILINE)
    assert bare == []


@pytest.mark.parametrize(
    "sql",
    ["a.b c,", "sum(x) total,", "CASE WHEN x THEN 1 END kind", "FROM model_days days"],
)
def test_a_bare_alias_would_be_found(sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = next(iter(ROLLUPS.values()))
    bad = type(file)(**{**file.__dict__, "sql": f"SELECT\n    {sql}\n"})
    monkeypatch.setitem(ROLLUPS, "bad", bad)
    with pytest.raises(AssertionError):
        test_aliases_of_rollups_have_as("bad")


@pytest.mark.parametrize("name", ROLLUPS)
def test_rollups_read_tables_and_rollups_only(name: str) -> None:
    code = code_of(ROLLUPS[name].sql)
    read = set(re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]\w*)", code))
    own = set(re.findall(r"\b([a-z_]\w*)\s+AS\s+\(", code))
    # extract(epoch FROM column) is no table.
    of_functions = set(re.findall(r"extract\(\w+ FROM (\w+)", code))
    known = {*table_names(), *ROLLUPS, "unnest"}
    assert read - own - of_functions <= known


# Headers that are wrong

GOOD = """\
-- title: A title
-- unit: downloads
-- grain: month
-- source: a source
SELECT
    month,    -- first day of the month
    value     -- value
FROM months
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "metrics"
    path.mkdir()
    (path / "good.sql").write_text(GOOD)
    return path


def test_a_good_file(folder: Path) -> None:
    notes = "-- notes: Begins here\n--   and goes on.\n"
    (folder / "other.sql").write_text(
        GOOD.replace("A title", "Another").replace("SELECT\n", f"{notes}SELECT\n", 1)
    )
    good, other = read_folder(folder)
    assert (good.name, good.title, good.unit, good.grain) == (
        "good",
        "A title",
        "downloads",
        ("month",),
    )
    assert good.sums is None
    assert good.sums_within == ()
    assert good.column_comments() == {"month": "first day of the month", "value": "value"}
    assert other.notes == "Begins here and goes on."


@pytest.mark.parametrize(
    ("sums", "within"),
    [
        ("1", ("month", "scope")),
        ("1 within month", ("month",)),
        ("1 within month, family", ("month", "family")),
    ],
)
def test_shares_sum_over_the_last_column_or_over_all_but_those_named(
    folder: Path, sums: str, within: tuple[str, ...]
) -> None:
    header = f"-- grain: month, scope, family\n-- sums: {sums}"
    (folder / "good.sql").write_text(GOOD.replace("-- grain: month", header))
    (good,) = read_folder(folder)
    assert (good.sums, good.sums_within) == (1.0, within)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("-- title: A title\n", "", "bad.sql:1: expected a line '-- title: ...', found none"),
        ("-- unit: downloads", "-- unit:", "bad.sql:1: expected a line '-- unit: ...', found none"),
        ("-- grain: month\n", "", "bad.sql:1: expected a line '-- grain: ...', found none"),
        ("-- source: a source\n", "", "bad.sql:1: expected a line '-- source: ...', found none"),
        ("-- unit:", "-- units:", "bad.sql:2: expected one of title, unit, grain, source, sums, "),
        ("-- unit:", "-- Unit:", "bad.sql:2: expected one of title, unit, grain, source, sums, "),
        ("-- source:", "-- just words\n-- source:", "bad.sql:4: expected one of title, unit"),
        ("-- source:", "-- unit: pulls\n-- source:", "bad.sql:4: expected 'unit' once, found it"),
        ("SELECT\n", "-- sums: 2\nSELECT\n", "expected 'sums: 1', found 'sums: 2'"),
        ("SELECT\n", "-- sums: true\nSELECT\n", "expected 'sums: 1', found 'sums: true'"),
        ("SELECT\n", "-- sums: 1 within\nSELECT\n", "expected 'sums: 1', found 'sums: 1 within'"),
        ("-- title: A title\n", "\n-- title: A title\n", "bad.sql:1: expected a line '-- title"),
    ],
)
def test_a_bad_header_is_named_with_its_line(
    folder: Path, old: str, new: str, expected: str
) -> None:
    assert old in GOOD
    bad = folder / "bad.sql"
    bad.write_text(
        GOOD.replace("A title", "Another title").replace(
            old.replace("A title", "Another title"), new.replace("A title", "Another title"), 1
        )
    )
    with pytest.raises(HeaderError) as caught:
        read_file(bad)
    assert expected in str(caught.value)
    assert str(caught.value).startswith("data/sql/metrics/bad.sql:")


def test_all_bad_headers_are_named_at_once(folder: Path) -> None:
    (folder / "a.sql").write_text("SELECT 1\n")
    (folder / "b.sql").write_text(GOOD.replace("-- unit: downloads", "-- sums: 3"))
    with pytest.raises(HeaderError) as caught:
        read_folder(folder)
    lines = str(caught.value).splitlines()
    assert len([line for line in lines if "/a.sql:" in line]) == 4
    assert len([line for line in lines if "/b.sql:" in line]) == 2


def test_a_title_of_its_own(folder: Path) -> None:
    (folder / "other.sql").write_text(GOOD.replace("A title", "a TITLE"))
    with pytest.raises(HeaderError, match=r"other\.sql:1: expected a title of its own.*of good"):
        read_folder(folder)


def test_files_come_after_those_that_they_read(folder: Path) -> None:
    (folder / "a.sql").write_text(
        GOOD.replace("A title", "First").replace("FROM months", "FROM z -- not from good")
    )
    (folder / "z.sql").write_text(
        GOOD.replace("A title", "Last").replace("FROM months", "FROM x INNER JOIN good USING (y)")
    )
    assert [file.name for file in in_order(read_folder(folder))] == ["good", "z", "a"]


def test_the_order_is_the_same_in_every_process() -> None:
    # The package without what it loads, which takes most of a second in each process.
    code = (
        "import sys, types; sys.modules['data'] = package = types.ModuleType('data');"
        "package.__path__ = ['data'];"
        "from data.catalog import metrics, rollups; print(*[f.name for f in rollups() + metrics()])"
    )
    orders = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=SQL_DIR.parents[1],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert orders == {b"%s\n" % " ".join(FILES).encode()}


def test_files_that_read_each_other(folder: Path) -> None:
    for one, two in (("a", "b"), ("b", "a")):
        text = GOOD.replace("A title", one).replace("FROM months", f"FROM {two}")
        (folder / f"{one}.sql").write_text(text)
    with pytest.raises(HeaderError, match="in a circle"):
        in_order(read_folder(folder))


# What a build refuses


@pytest.mark.parametrize(
    ("sql", "grain", "sums", "expected"),
    [
        (
            "SELECT 1 AS month, -- first\n 2 AS bare",
            "month",
            "",
            "expected a comment on each output column, found none on bare",
        ),
        (
            "SELECT 1 AS month -- first",
            "month, family",
            "",
            "expected grain columns among the output, found family",
        ),
        (
            "SELECT unnest([1, 2, 1]) AS month -- first",
            "month",
            "",
            "expected one row for each month, found 2 for month 1",
        ),
        (
            "SELECT month, -- first\n family, -- family\n 0.4 AS good -- share\n"
            "FROM (VALUES (1, 'a'), (1, 'b')) AS t (month, family)",
            "month, family",
            "-- sums: 1\n",
            "expected shares that sum to 1.0, found 0.8 for month 1",
        ),
        (
            "SELECT 1 AS month, -- first\n scope, -- scope\n family, -- family\n"
            " 0.3 AS good -- share\nFROM (VALUES ('x', 'a'), ('y', 'a')) AS t (scope, family)",
            "month, scope, family",
            "-- sums: 1 within month\n",
            "expected shares that sum to 1.0, found 0.6 for month 1",
        ),
        (
            "SELECT 1 AS month, -- first\n 1.0 AS good -- share",
            "month",
            "-- sums: 1 within week\n",
            "expected sums within some columns of the grain, found week",
        ),
        (
            "SELECT 'a' AS family, -- family\n 1.0 AS good -- share",
            "family",
            "-- sums: 1\n",
            "expected a time column in the grain of a metric that sums to 1",
        ),
        (
            "SELECT 1 AS month, -- first\n 'a' AS family, -- family\n 1.0 AS share -- share",
            "month, family",
            "-- sums: 1\n",
            "expected a column good whose values sum to 1, found month, family, share",
        ),
    ],
)
def test_a_broken_promise_is_found(
    folder: Path, sql: str, grain: str, sums: str, expected: str
) -> None:
    header = GOOD[: GOOD.index("SELECT")].replace("grain: month", f"grain: {grain}")
    path = folder / "good.sql"
    path.write_text(f"{header}{sums}{sql}\n")
    file = read_file(path)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW good AS {file.sql}")
        (problem,) = problems_of(connection, [], [file], columns_of(connection))
    assert problem.startswith("data/sql/metrics/good.sql: ")
    assert expected in re.sub(r"Decimal\('([\d.]+)'\)", r"\1", problem)


def test_null_shares_break_no_promise(folder: Path) -> None:
    header = GOOD[: GOOD.index("SELECT")].replace("grain: month", "grain: month, family")
    path = folder / "good.sql"
    path.write_text(
        f"{header}-- sums: 1\nSELECT month, -- first\n family, -- family\n CAST(NULL AS DOUBLE)\n"
        "    AS good -- share\nFROM (VALUES (1, 'a'), (1, 'b')) AS t (month, family)\n"
    )
    file = read_file(path)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW good AS {file.sql}")
        assert problems_of(connection, [], [file], columns_of(connection)) == []


def test_every_sql_file_has_its_folder() -> None:
    assert sorted(path.name for path in SQL_DIR.iterdir()) == [
        "README.md",
        "archives",
        "metrics",
        "rollups",
        "tables",
    ]
    strangers = [path for path in SQL_DIR.glob("*/*") if path.suffix != ".sql"]
    assert strangers == []
