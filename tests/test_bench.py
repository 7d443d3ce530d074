"""The benchmarks measure what they say: tiny sizes, no times."""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import __main__ as bench
from benchmarks import days, exports, outputs, pages, peers, pictures, process, report, truth
from benchmarks.process import Run, StepError, watched
from benchmarks.report import Figure, Section

MODELS = 400


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps run here: processes of their own would cost seconds each."""

    def run(step: str, arguments: Mapping[str, Any], *, data_dir: Path | None = None) -> Run:
        if data_dir:
            monkeypatch.setenv("ADOPTION_DATA_DIR", str(data_dir))
        module, _, name = step.partition(":")
        result = getattr(importlib.import_module(module), name)(**arguments)
        return Run(1.0, 1.0, 10**9, json.loads(json.dumps(result)))

    for module in (days, peers, bench):
        monkeypatch.setattr(module, "run", run)


@pytest.fixture
def few_exports(tmp_path: Path, seeds_build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two charts of few rows of a build that is there, an app with one page, and no browser;
    queries are made once each."""
    home = str(seeds_build.parent.parent)
    app = tmp_path / "app.py"
    app.write_text("import streamlit as st\nst.navigation([st.Page('views/one.py')]).run()\n")
    page = tmp_path / "views" / "one.py"
    page.parent.mkdir()
    page.write_text("import streamlit as st\nst.title('One')\n")
    monkeypatch.setattr(exports, "prepare", lambda work: {"home": home})
    monkeypatch.setattr(exports, "KEYS", ("account_downloads", "monthly_downloads"))
    monkeypatch.setattr(exports, "TOKEN_CUTS", ())
    monkeypatch.setattr(exports, "APP", app)
    monkeypatch.setattr(exports, "PAGES", ("one",))
    monkeypatch.setattr(pages, "times_of", once)
    monkeypatch.setattr(pictures, "why_not", lambda: "there is no browser")


def once(query: pages.Query, repeats: int) -> list[float]:
    query()
    return [1.0] * repeats


@pytest.mark.usefixtures("in_process", "few_exports")
def test_every_measurement_at_a_tiny_size(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """`peers` compares the outputs of all ways that are installed, number by number. Measurements
    work on copies: what was prepared stays as it was.
    """
    wanted = [name for name in bench.MEASUREMENTS if name != "truth"]
    given = ["--models", str(MODELS), "--long-days", "3", "--repeats", "1", "--page-repeats", "1"]
    folders = ["--work", str(tmp_path / "work"), "--out", str(tmp_path)]
    assert bench.main([*given, *folders, "--only", "size"]) == 0
    home = days.Plan(MODELS, 3, tmp_path / "work").home
    prepared = contents(home)
    assert bench.main([*given, *folders, "--only", *wanted]) == 0
    assert contents(home) == prepared

    told = json.loads((tmp_path / "report.json").read_text())
    sections = {section["name"]: section for section in told["sections"]}
    assert set(sections) == set(wanted)
    assert told["machine"]["cores"] >= 1
    assert told["machine"]["packages"]["duckdb"]
    for section in sections.values():
        assert section["command"].startswith(f"python -m benchmarks --only {section['name']} ")
        for figure in section["figures"]:
            assert figure["unit"] is not None
            assert bool(figure["verdict"]) == (figure["target"] is not None)
    phases = {row["phase"] for row in sections["day"]["tables"]["Where the time goes"]}
    assert phases == {*days.ADDING, *days.BUILDING, "start, imports, rest"}
    ways = {row["way"] for row in sections["peers"]["tables"]["Ways"]}
    assert ways == {*peers.available(), peers.BARE}
    drawn = [row["chart"] for row in sections["slides"]["tables"]["The slowest"]]
    assert drawn == ["account_downloads"]
    assert [row["page"] for row in sections["visits"]["tables"]["Pages"]] == ["one"]
    assert "skipped: there is no browser" in capsys.readouterr().err
    text = (tmp_path / "report.md").read_text()
    assert "| svg in the browser, first click, slowest chart | - s | <= 0.3 s | not measured |" in (
        text
    )
    assert "## Against the targets" in text
    assert "not judged: the target is for 3,000,000 models" in text
    assert not list((tmp_path / "work").glob("run-*"))


def test_a_query_is_made_once_more_than_it_is_timed() -> None:
    made: list[int] = []
    assert len(pages.times_of(lambda: made.append(1), 3)) == 3
    assert len(made) == 4


def test_days_that_are_handed_over_as_tables_are_those_of_their_files(tmp_path: Path) -> None:
    plan = days.Plan(MODELS, 2, tmp_path)
    archive = plan.archive()
    archive.write_day(2, plan.file())
    archive.write_day(1, plan.file(1))
    handed = days.typed_rows(archive, days.attributes_of(plan.file()), 1)
    read = days.attributes_of(plan.file(1))
    file = pq.read_table(plan.file(1))
    assert handed.select(read.column_names).equals(read)
    for name, column in (
        ("downloads_30d", "downloads"),
        ("downloads_all_time", "downloadsAllTime"),
        ("likes", "likes"),
    ):
        assert handed[name].to_pylist() == file[column].to_pylist()


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("name", [*outputs.FILES, "typed", "changed"])
def test_a_number_that_differs_is_found(tmp_path: Path, name: str) -> None:
    typed = {
        "hub_id": ["a", "b"],
        **{column: pa.array([1, None], pa.int64()) for column in outputs.COUNTERS},
        **{column: ["x", None] for column in outputs.ATTRIBUTES if column != "base_models"},
        "base_models": [["finetune:a/b"], []],
    }
    tables = {
        "typed": pa.table(typed),
        "changed": pa.table(typed),
        "sums": pa.table({"cut": ["task"], "scope": ["all"], "value": ["x"], "models": [3]}),
        "top": pa.table({"position": [1], "hub_id": ["a"]}),
        "concentration": pa.table({"subset": ["hub"], "hhi": [0.5]}),
    }
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        for key, table in tables.items():
            pq.write_table(table, tmp_path / folder / f"{key}.parquet")
    folders = {"one": tmp_path / "one", "other": tmp_path / "other"}
    assert outputs.agree(folders)[name] == tables[name].num_rows

    last = tables[name].column_names[-1]
    wrong = {"base_models": [["finetune:a/c"], []], "models": [4], "hub_id": ["b"], "hhi": [0.6]}
    changed = tables[name].set_column(tables[name].num_columns - 1, last, pa.array(wrong[last]))
    pq.write_table(changed, tmp_path / "other" / f"{name}.parquet")
    with pytest.raises(outputs.DisagreementError, match=rf"{name}.*{last}"):
        outputs.agree(folders)


def test_root_families_of_chains_cycles_and_merges() -> None:
    # 0 (A) <- 1 <- 2; 3 (B) <- 4 -> 2; 5 <-> 6 (B); 7 -> 7 (A); 8 between two cycles; 9 alone
    pairs = [(1, 0), (2, 1), (4, 3), (4, 2), (5, 6), (6, 5), (7, 7), (8, 5), (7, 8)]
    child, parent = np.array(pairs).T
    own = np.array([0, -1, -1, 1, -1, -1, 1, 0, -1, -1])
    assert outputs.cycle_members(child, parent, 10).nonzero()[0].tolist() == [5, 6, 7]
    assert outputs.root_families(child, parent, own, 2).tolist() == [0, 0, 0, 1, 2, 1, 1, 2, 1, -1]


def test_a_clean_archive_is_told_as_it_was(tmp_path: Path) -> None:
    found = truth.check(str(tmp_path), 100, 15, 0, is_clean=True, is_judged=True)
    assert found["scores"] == {}
    assert found["refused"] == []
    assert found["months"]["wrong"] == 0
    assert found["totals"]["wrong"] == []
    assert found["totals"]["weeks"] == 1


def test_verdicts() -> None:
    figure = Figure("a day", 26.0, "s", 20)
    assert figure.verdict(report.FULL_SIZE) == "short by 6 s"
    assert figure.verdict(1000).startswith("not judged")
    assert Figure("a day", 19.0, "s", 20).verdict(report.FULL_SIZE) == "met"
    assert Figure("recall", 0.9, "", 1, is_least=True).verdict(report.FULL_SIZE) == "short by 0.1"
    assert Figure("peers", None, "times", 1.2).verdict(report.FULL_SIZE) == "not measured"
    assert Figure("wrong", 0, "", 0, is_for_full_size=False).verdict(10) == "met"
    assert Figure("size", 3, "MB").verdict(10) == ""


def test_sections_that_are_not_measured_stay_unless_the_parameters_differ(tmp_path: Path) -> None:
    def section(name: str, value: float) -> Section:
        return Section(name, name, "make bench", 10, [Figure(name, value, "s")])

    report.write(tmp_path, [section("day", 1), section("size", 2)], {"models": 10})
    report.write(tmp_path, [section("day", 3)], {"models": 10})
    told = json.loads((tmp_path / "report.json").read_text())
    assert [one["figures"][0]["value"] for one in told["sections"]] == [3, 2]
    report.write(tmp_path, [section("day", 3)], {"models": 20})
    assert len(json.loads((tmp_path / "report.json").read_text())["sections"]) == 1


def test_a_step_in_a_process_of_its_own() -> None:
    took = process.run("benchmarks.report:machine", {})
    assert took.result == json.loads(json.dumps(report.machine()))
    assert took.peak_bytes > 5 * 10**6
    with pytest.raises(StepError, match="no_such_step"):
        process.run("benchmarks.report:no_such_step", {})


def test_phases_leave_out_what_lies_within_them() -> None:
    class Work:
        def outer(self) -> str:
            return self.inner()

        def inner(self) -> str:
            return "done"

    with watched({"outer": (Work, "outer"), "inner": (Work, "inner")}) as phases:
        assert Work().outer() == "done"
    assert set(phases.seconds) == {"outer", "inner"}
    assert Work.outer.__name__ == "outer"
    assert not hasattr(Work.outer, "__wrapped__")
