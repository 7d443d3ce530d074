"""Builds that are not the newest: what differs between two, and the pages of one that is named."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import data
from dashboard import state, vintage
from dashboard.chart import Chart, Line, Point, Selection
from dashboard.recipes import Recipe
from data import vintages
from tests import app_builds

APP = data.ROOT / "dashboard" / "app.py"
EARLIER = "adoption-20261116T061500000000Z"
LATER = "adoption-20261120T070000000000Z"


def rows(**values: float | None) -> pd.DataFrame:
    """A row a family, of September."""
    return pd.DataFrame(
        {"family": list(values), "month": date(2026, 9, 1), "downloads": list(values.values())}
    )


# Rows of two builds


def test_rows_that_changed_that_are_new_and_that_are_gone() -> None:
    before = rows(Qwen=200.0, Llama=100.0, Gemma=50.0, Phi=7.0, GLM=None, Yi=None)
    after = rows(Qwen=203.0, Llama=90.0, Gemma=50.0 + 1e-11, Phi=None, GLM=3.0, Yi=None, Kimi=1.0)
    found = data.compare_rows(before, after, ["family", "month"], ["downloads"])
    assert (found.values, found.changed, found.added, found.gone) == (4, 2, 2, 1)
    assert found.largest == pytest.approx(-0.1)
    assert found.at == {"family": "Llama", "month": date(2026, 9, 1)}
    assert found.column == "downloads"
    assert found.told("this chart") == (
        "In the newest build 2 of 4 values of this chart differ, by up to 10.0 % (Llama, "
        "2026-09-01); 2 are new; 1 is gone."
    )


def test_rows_that_are_the_same() -> None:
    found = data.compare_rows(rows(Qwen=2.0, GLM=None), rows(GLM=None, Qwen=2.0), ["family"],
                              ["downloads"])  # fmt: skip
    assert found == data.Difference(1)
    assert found.told("this chart") == "In the newest build no value of this chart differs."


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        # Of a change from nothing there is no relative one.
        (rows(Qwen=0.0), rows(Qwen=5.0), "1 of 1 values of it differs."),
        (rows(Qwen=4.0), rows(Qwen=5.0), "1 of 1 values of it differs, by 25.0 % (Qwen)."),
        (rows(Qwen=4.0), rows(Qwen=4.0, Yi=1.0), "no value of it differs; 1 is new."),
        (rows(), rows(Qwen=4.0), "no value of it differs; 1 is new."),
    ],
)
def test_what_is_said_of_rows(before: pd.DataFrame, after: pd.DataFrame, told: str) -> None:
    found = data.compare_rows(before, after, ["family"], ["downloads"])
    assert found.told("it") == f"In the newest build {told}"


def test_a_null_in_the_grain_is_a_name_too() -> None:
    before = pd.DataFrame({"family": ["Qwen", None], "downloads": [1.0, 2.0]})
    found = data.compare_rows(before, before.assign(downloads=[1.0, 4.0]), ["family"],
                              ["downloads"])  # fmt: skip
    assert (found.values, found.changed, found.added, found.gone) == (2, 1, 0, 0)
    assert found.told("it").endswith("differs, by 100.0 %.")


# What a build lacks


CLAIMS = pd.DataFrame({"claim_id": ["C1"], "metric": ["downloads"]})


@pytest.mark.parametrize(
    ("asks", "is_lack"),
    [
        (lambda: CLAIMS["verdict"], True),
        (lambda: CLAIMS[["claim_id", "verdict"]], True),
        (lambda: CLAIMS.sort_values("verdict"), True),
        (lambda: CLAIMS.to_dict("records")[0]["verdict"], True),
        (lambda: next(CLAIMS.itertuples()).verdict, True),
        (lambda: CLAIMS.loc["zz"], False),
        (lambda: CLAIMS.frobnicate(1), False),
        (lambda: CLAIMS["verdicts"], False),
        (lambda: {"own": 1}["lineage"], False),
    ],
)
def test_a_lack_is_a_column_that_the_build_does_not_have(
    tmp_path: Path, asks: Any, is_lack: bool
) -> None:
    path = tmp_path / f"{EARLIER}.duckdb"
    with duckdb.connect(str(path)) as build:
        build.execute("CREATE TABLE claim_check (claim_id VARCHAR, metric VARCHAR)")
    with pytest.raises((KeyError, AttributeError)) as raised:
        asks()
    assert data.is_lack(raised.value, path) == is_lack


# A metric of two builds


@pytest.fixture
def tiny(tmp_path: Path) -> Any:
    """Builds of one metric, by hand."""

    def make(name: str, columns: dict[str, str], values: str, grain: str = "['family']") -> Path:
        path = tmp_path / f"{name}.duckdb"
        with duckdb.connect(str(path)) as build:
            listed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            build.execute(f"CREATE TABLE likes ({listed})")
            build.execute(f"INSERT INTO likes VALUES {values}")
            build.execute(
                "CREATE TABLE build_metrics AS SELECT 'likes' AS name, 'Likes' AS title, 'likes' "
                f"AS unit, {grain} AS grain, 'Hub' AS source, NULL AS sums, '' AS notes"
            )
            build.execute(
                "CREATE TABLE build_columns (metric VARCHAR, position INT, name VARCHAR, "
                "type VARCHAR, comment VARCHAR)"
            )
            for place, (column, kind) in enumerate(columns.items()):
                build.execute(
                    "INSERT INTO build_columns VALUES ('likes', ?, ?, ?, '')",
                    [place, column, kind],
                )
        return path

    return make


def test_a_metric_of_two_builds(tiny: Any) -> None:
    old = tiny(
        EARLIER,
        {"family": "VARCHAR", "likes": "BIGINT", "was": "INT"},
        "('Qwen', 10, 1), ('Yi', 3, 1)",
    )
    new = tiny(
        LATER,
        {"family": "VARCHAR", "likes": "BIGINT", "rank": "INT"},
        "('Qwen', 12, 1), ('Yi', 6, 2)",
    )
    found = data.compare("likes", old, new)
    assert (found.values, found.changed, found.largest) == (2, 2, 1.0)
    assert found.at == {"family": "Yi"}
    assert found.left_out == ("rank", "was")
    assert data.compare("likes", old, new, family=["Qwen"]).largest == pytest.approx(0.2)
    assert data.compare("likes", old, old).is_none
    with pytest.raises(data.UnknownMetricError):
        data.compare("stars", old, new)


def test_a_metric_without_a_value_compares_all_its_numbers(tiny: Any) -> None:
    columns = {"family": "VARCHAR", "forks": "INT", "stars": "INT", "note": "VARCHAR"}
    old = tiny(EARLIER, columns, "('Qwen', 10, 4, 'a')")
    new = tiny(LATER, columns, "('Qwen', 10, 5, 'b')")
    found = data.compare("likes", old, new)
    assert (found.values, found.changed, found.column) == (2, 1, "stars")


def test_a_verdict_that_changed_is_a_difference(tiny: Any) -> None:
    columns = {"family": "VARCHAR", "likes": "BIGINT", "test_value": "DOUBLE", "verdict": "VARCHAR",
               "figure_ids": "VARCHAR[]", "as_of": "DATE", "source_url": "VARCHAR"}  # fmt: skip
    old = tiny(EARLIER, columns, "('Qwen', 10, 2.0, 'holds', ['R1'], '2026-09-01', 'a')")
    new = tiny(LATER, columns, "('Qwen', 10, 3.0, 'contradicts', ['R1'], '2026-10-01', 'b')")
    found = data.compare("likes", old, new)
    assert (found.values, found.changed, found.largest) == (4, 2, 0.5)
    assert found.column == "test_value"
    # Where the value differs, too, its change is the one that is told.
    newer = tiny(LATER + "2", columns, "('Qwen', 11, 9.0, 'holds', ['R1'], '2026-10-01', 'b')")
    found = data.compare("likes", old, newer)
    assert (found.changed, found.column, found.largest) == (2, "likes", pytest.approx(0.1))


@pytest.mark.parametrize(
    ("kinds", "values"),
    [
        (("INT", "VARCHAR"), ("(7, 10)", "('7', 12)")),
        (("DATE", "VARCHAR"), ("('2026-09-01', 10)", "('2026-09-01', 12)")),
        (("BOOLEAN", "VARCHAR"), ("(NULL, 10)", "(NULL, 12)")),
        (("INT", "DOUBLE"), ("(7, 10)", "(7.0, 12)")),
    ],
)
def test_a_grain_of_another_type(
    tiny: Any, kinds: tuple[str, str], values: tuple[str, str]
) -> None:
    old, new = (
        tiny(name, {"family": kind, "likes": "BIGINT"}, row)
        for name, kind, row in zip((EARLIER, LATER), kinds, values, strict=True)
    )
    found = data.compare("likes", old, new)
    assert (found.values, found.changed, found.added, found.gone) == (1, 1, 0, 0)


def test_a_column_that_is_called_like_a_parameter(tiny: Any) -> None:
    columns = {"name": "VARCHAR", "families": "INT", "likes": "BIGINT"}
    old = tiny(EARLIER, columns, "('vllm', 1, 10), ('ollama', 2, 3)", "['name']")
    new = tiny(LATER, columns, "('vllm', 1, 11), ('ollama', 2, 6)", "['name']")
    assert list(data.metric("likes", where={"name": "vllm"}, build=old)["likes"]) == [10]
    assert list(data.metric("likes", where={"families": [2]}, build=old)["likes"]) == [3]
    found = data.compare("likes", old, new, where={"name": ["vllm"]})
    assert (found.changed, found.largest) == (1, pytest.approx(0.1))


def test_whether_a_metric_has_rows(tiny: Any) -> None:
    columns = {"family": "VARCHAR", "likes": "BIGINT"}
    assert data.has_rows("likes", build=tiny(EARLIER, columns, "('Qwen', 10)"))
    empty = tiny(LATER, columns, "('Qwen', 10)")
    with duckdb.connect(str(empty)) as build:
        build.execute("DELETE FROM likes")
    assert not data.has_rows("likes", build=empty)


def test_metrics_of_another_grain_are_not_compared(tiny: Any) -> None:
    columns = {"family": "VARCHAR", "scope": "VARCHAR", "likes": "BIGINT"}
    old = tiny(EARLIER, columns, "('Qwen', 'own', 10)")
    new = tiny(LATER, columns, "('Qwen', 'own', 10)", "['family', 'scope']")
    with pytest.raises(data.FilterError, match=r"one of family in .* one of family, scope"):
        data.compare("likes", old, new)


# The values of a chart


def test_the_values_of_a_chart() -> None:
    months, days = (date(2026, 8, 1), date(2026, 9, 1)), (date(2026, 9, 1), date(2026, 9, 4))

    def line(x: tuple[date, ...], highs: tuple[float | None, ...] = ()) -> Line:
        return Line("qwen", "Qwen", x, (1.0, None), (False, False), ("", ""), highs=highs)

    blank = ("", "", "", "count", "", "", "", "2026-09-30", pd.DataFrame())
    found = [
        vintage.values_shown(Chart("c", *blank, lines=(line(months),))),
        vintage.values_shown(Chart("c", *blank, lines=(line(days),))),
        vintage.values_shown(Chart("c", *blank, lines=(line(days),), day_zero=date(2026, 9, 1))),
        vintage.values_shown(
            Chart("c", *blank, points=(Point("q", "Qwen", 5.0, 7.0, ("", "")),), x_unit="USD")
        ),
    ]
    assert [list(frame["at"]) for frame in found] == [
        ["2026-08", "2026-09"], ["2026-09-01", "2026-09-04"], ["day 0", "day 3"], ["", "USD"],
    ]  # fmt: skip
    assert list(found[3]["value"]) == [7.0, 5.0]
    interval = vintage.values_shown(Chart("c", *blank, lines=(line(days, (2.0, None)),)))
    assert list(interval["at"]) == ["2026-09-01", "2026-09-04", "2026-09-01, at most",
                                    "2026-09-04, at most"]  # fmt: skip
    assert list(interval["value"].dropna()) == [1.0, 2.0]


# Pages


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two builds of the shipped figures; the later one has other shares of two accounts."""
    shipped = data.newest_build(app_builds.shared_home(tmp_path_factory, "seeds"))
    builds = tmp_path_factory.mktemp("vintages") / "builds"
    builds.mkdir()
    for name in (EARLIER, LATER):
        shutil.copy(shipped, builds / f"{name}.duckdb")
    with duckdb.connect(str(builds / f"{LATER}.duckdb")) as later:
        for rollup, name in (("published_readings", "subject"), ("standing_points", "account")):
            later.execute(
                f"UPDATE {rollup} SET value = value * 1.5 "
                f"WHERE date = '2026-09-01' AND {name} IN ('Qwen', 'meta-llama')"
            )
    (builds / "adoption-20260101T000000000000Z.duckdb").write_bytes(b"cut off")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADOPTION_DATA_DIR", str(builds.parent))
        yield builds.parent


@functools.cache
def pages() -> Any:
    return AppTest.from_file(APP, default_timeout=30).run()._registered_pages


def opened(page: str = "", **query: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=30)
    for key, value in query.items():
        at.query_params[key] = value
    if page:
        at._registered_pages = pages()
        at.switch_page(f"views/{page}.py")
    at.run()
    assert not at.exception, [error.value for error in at.exception]
    return at


def test_a_page_of_a_build_says_what_differs(home: Path) -> None:
    at = opened(build=EARLIER)
    (bar,) = [one.value for one in at.markdown if "You see" in one.value]
    assert "**the build of 16 November 2026**, figures as of 20" in bar
    assert "The newest one, of 20 November 2026, differs for Qwen: own downloads of Sept" in bar
    assert bar.endswith("; and for Llama.")
    below = [one.value for one in at.caption if one.value.startswith("In the newest build")]
    assert len(below) == 1
    assert "values of this chart differ, by up to 50.0 % (" in below[0]
    held = next(one.proto.body for one in at.get("html") if "data-page-state" in one.proto.body)
    assert f"build={EARLIER}" in held
    assert any(f"build={EARLIER}" in one.proto.body for one in at.get("html") if "<a " in
               one.proto.body)  # fmt: skip
    at.button(key="newest-build").click().run()
    assert not at.exception
    assert not [one for one in at.markdown if "You see" in one.value]
    assert not [one for one in at.caption if "newest build" in one.value]
    assert at.session_state[state.BUILD] == ""


def test_a_page_of_a_build_that_is_not_kept(home: Path) -> None:
    at = opened("downloads", build="../../etc/passwd", focus="Llama")
    assert at.title[0].value == "This build is not kept"
    assert "`../../etc/passwd`, which is not kept here" in at.info[0].value
    (links,) = [one.proto.body for one in at.get("html") if "<a " in one.proto.body]
    assert '<a href="?focus=Llama" target="_self">' in links
    assert f"focus=Llama&amp;build={LATER}" in links
    damaged = opened("downloads", build="adoption-20260101T000000000000Z")
    assert damaged.title[0].value == "This build cannot be read"
    assert "The build of 1 January 2026" in damaged.info[0].value


def told(before: Path, after: Path, *families: str) -> str:
    """What is said of a newer build, without its name."""
    return vintages.newer(families, before, after).split(", ", maxsplit=2)[-1]


def test_a_comparison_that_failed_is_made_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        return None

    pair = home / "builds" / f"{EARLIER}.duckdb", home / "builds" / f"{LATER}.duckdb"
    with monkeypatch.context() as patch:
        patch.setattr(vintages, "_layer_rows", fails)
        assert "cannot be compared" in vintages.newer(("Qwen", "Gemma"), *pair)
    assert " differs for Qwen: " in vintages.newer(("Qwen", "Gemma"), *pair)


@pytest.mark.parametrize("error", [ZeroDivisionError("ours"), data.UnknownMetricError("lacks")])
def test_a_mistake_of_ours_is_not_put_on_the_build(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(data, "is_of_this_version", lambda build: False)
    monkeypatch.setattr(state, "months_between", fails)
    at = AppTest.from_file(APP, default_timeout=30)
    at.query_params["build"] = EARLIER
    at.run()
    is_ours = isinstance(error, ZeroDivisionError)
    assert len(at.exception) == is_ours
    assert [one for one in at.info if "Another version" in one.value] == [*at.info]
    assert len(at.info) == (not is_ours)
    # Streamlit itself tells the mistake.
    assert is_ours or str(error) in caplog.text


def test_which_build_a_chart_is_compared_with(home: Path) -> None:
    recipe = Recipe("account_downloads", Selection("Qwen", ("Llama",)), EARLIER)
    assert "of this chart differ, by up to 50.0 %" in vintage.difference(recipe)
    assert vintage.difference(Recipe(recipe.key, recipe.selection, LATER)) == ""
    one, other = (data.build_named(name) for name in (EARLIER, LATER))
    same, changed = (functools.partial(told, one, path) for path in (one, other))
    assert same("Llama").endswith("has the same figures of Llama on all 5 layers.")
    assert same("Llama", "Gemma").endswith("figures of all 2 families here on all 5 layers.")
    assert changed("Llama").startswith("differs for Llama: own downloads of September +")
    assert changed("Llama", "Gemma", "Qwen").endswith("; and for Qwen.")
    assert changed("Gemma", "Qwen", "Llama").endswith(", others of Qwen and Llama.")


@pytest.mark.parametrize(
    ("others", "of", "text"),
    [
        (["Llama"], 5, "Llama"),
        (["Llama", "Yi", "Phi"], 3, "Llama, Yi and Phi"),
        (["Llama", "Yi", "Phi", "GLM"], 5, "4 of the 5 others"),
        (["Llama", "Yi", "Phi", "GLM"], 4, "all 4 others"),
    ],
)
def test_how_many_compared_families_moved(others: list[str], of: int, text: str) -> None:
    assert vintages.some_of(others, of) == text


def test_builds_are_called_by_their_day(home: Path) -> None:
    early, late = (Path(f"adoption-20261116T{hour}00000000Z.duckdb") for hour in ("0615", "1200"))
    assert vintages.called(early) == "the build of 16 November 2026"
    assert vintages.called(early, late) == "the build of 16 November 2026, 06:15 UTC"
    listed = data.kept_builds()
    assert [kept.name for kept in listed[:2]] == [LATER, EARLIER]
    assert listed[0].as_of is not None
    assert listed[2].as_of is None


def test_a_build_that_goes_while_builds_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds = tmp_path / "builds"
    builds.mkdir()
    for name in (EARLIER, LATER, "adoption-20269999T999999999999Z"):
        (builds / f"{name}.duckdb").touch()
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(tmp_path))

    def remove(path: Path) -> None:
        (builds / f"{EARLIER}.duckdb").unlink(missing_ok=True)

    monkeypatch.setattr(vintages, "_reaches_to", remove)
    assert [kept.name for kept in data.kept_builds()] == [LATER]
