"""The command `collectors`, as a shell sees it: standard output, standard error, exit codes."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

import collectors
import data
from benchmarks.archive import Archive
from collectors import begin, cli, query_files, query_hints, query_values
from collectors.lock import lock
from collectors.screen import tabbed, table, terminal_width
from tests.fake_archive import FakeArchive
from tests.fake_hub import FakeHub
from tests.forked import Commands

# DuckDB's way from a result to a frame uses a keyword that pandas is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "hf_ThisIsNotARealTokenButAWordToLookFor"
ALL_SOURCES = collectors.SOURCES
HUB_SOURCES = ("huggingface", "hub_archive", "hub_weekly", "model_pulse")


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def run(*arguments: str) -> Ended:
    """The command within this process, with the environment as it is."""
    result = CliRunner().invoke(cli.app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ended(result.exit_code, result.stdout, result.stderr)


def status_of_the_hub() -> dict[str, Any]:
    found = json.loads(run("status", "--json").out)["sources"]
    return next(source for source in found if source["name"] == "huggingface")


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    # What several sources do together is in test_collect_parallel.py and test_collect_all.py.
    monkeypatch.setattr("collectors.SOURCES", HUB_SOURCES)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with FakeHub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        yield hub


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with one collection and one build, made by the command itself."""
    home = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch, FakeHub() as hub:
        patch.setenv("ADOPTION_DATA_DIR", str(home))
        patch.setenv("HF_ENDPOINT", hub.endpoint)
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.delenv("HF_TOKEN", raising=False)
        patch.setattr("collectors.SOURCES", HUB_SOURCES)
        assert run("collect", "huggingface").code == 0
        assert run("build").code == 0
    return home


@pytest.fixture
def home(built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(built))
    return built


# collect


def test_collect_shows_a_table_and_the_next_command(hub: FakeHub) -> None:
    ended = run("collect", "huggingface")
    assert ended.code == 0
    entities, summary = ended.out.split("\n\n")
    header, rule, *rows = entities.splitlines()
    assert header.split() == [
        "organisation", "models", "new", "gone", "renamed", "downloads_30d", "seconds", "result",
    ]  # fmt: skip
    assert set(rule) == {"-", " "}
    organisations = set(cli.tracked_from_seeds().organisations)
    assert {row.split()[0] for row in rows} == organisations
    qwen = next(row for row in rows if row.startswith("Qwen "))
    assert qwen.split()[1] == "58"
    assert qwen.split()[-1] == "ok"
    assert "next: collectors build" in ended.err
    header, rule, row = summary.splitlines()
    assert header.split() == ["source", "result", "rows", "newest", "seconds"]
    assert row.split()[:4] == ["huggingface", "done", "284", f"{datetime.now(UTC):%Y-%m-%d}"]
    assert f"huggingface: asking for {len(organisations)}" in ended.err
    assert f"huggingface: [1/{len(organisations)}]" in ended.err


def test_collect_shows_each_entity_when_asked(hub: FakeHub) -> None:
    assert "organisation" not in run("collect", "--all").out
    assert run("collect", "--all", "-v").out.startswith("organisation")


@pytest.mark.usefixtures("few_metrics")
def test_collect_names_what_failed(hub: FakeHub) -> None:
    hub.fault("Qwen", "html")
    hub.fault("google", "malformed-row")
    ended = run("collect", "--all")
    assert ended.code == 1
    assert "huggingface: Qwen: failed: expected JSON, found 'text/html'" in ended.err
    assert "huggingface: google: warning: 1 row set aside: _id is not 24 hex digits" in ended.err
    assert run("build").code == 0, "a failed source never makes a build fail"


def test_collect_reads_what_is_due(hub: FakeHub) -> None:
    assert run("collect").code == 0
    again = run("collect")
    assert (again.code, again.out) == (0, "")
    assert "nothing is due" in again.err


def test_what_failed_is_asked_again(hub: FakeHub) -> None:
    hub.fault("Qwen", "html")
    assert run("collect").code == 1
    found = status_of_the_hub()
    assert (found["is_due"], found["missing"]) == (True, ["Qwen"])
    assert "huggingface: the last run has no good answer for Qwen" in run("status").out
    hub.heal()
    again = run("collect")
    assert again.code == 0
    assert "huggingface: due, the last run has no good answer for Qwen" in again.err
    assert status_of_the_hub()["is_due"] is False


def test_a_dead_network_is_said_in_few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.http.MAX_TRIES", 1)
    ended = run("collect")
    assert ended.code == 1
    assert len(ended.out.strip().splitlines()) == 2 + 1
    tracked = len(cli.tracked_from_seeds().organisations)
    assert len(ended.err.splitlines()) == 1 + 3 + 2
    assert f"huggingface: {tracked - 3} organisations (" in ended.err
    assert "not asked: the Hub could not be reached (connection refused: 127.0.0.1:9)" in ended.err
    assert "HF_ENDPOINT and the proxy settings" in ended.err
    assert "next:" not in ended.err


def test_empty_lists_are_named_together(hub: FakeHub) -> None:
    err = run("collect").err
    (warning,) = [line for line in err.splitlines() if "empty list" in line and "warning" in line]
    assert re.match(r"huggingface: \d+ organisations \(.*\): warning: empty list: ", warning)
    assert warning.endswith("or the name is wrong; check it in the seeds")


def test_a_short_second_listing_is_a_warning(hub: FakeHub) -> None:
    run("collect")
    hub.fault("Qwen", "half")
    ended = run("collect", "--all")
    assert ended.code == 0
    assert "huggingface: Qwen: warning: 29 rows, under 90% of the 58 " in ended.err


def test_collect_while_another_is_at_work(hub: FakeHub, tmp_path: Path) -> None:
    with lock(tmp_path / "home"):
        for command in (["collect", "huggingface"], ["rebuild"]):
            ended = run(*command)
            assert ended.code == 75
            assert ended.err.startswith("error: ")
            assert "another run" in ended.err
    assert hub.requests == []


def test_collect_never_shows_a_token(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.fault("Qwen", "401-token", times=1)
    hub.fault("google", "echo-token")
    ended = run("collect", "huggingface")
    assert TOKEN not in ended.out + ended.err
    assert "HF_TOKEN was refused (HTTP 401); read without it" in ended.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["collect", "hugingface"], "did you mean huggingface? known sources: huggingface"),
        (["collect", "huggingface", "--all"], "not both"),
        (["query", "download_shares"], "did you mean download_share?"),
        (["query", "download_share", "--from", "2025-13"], "--from: expected YYYY, YYYY-MM"),
        (["query", "download_share", "--to", "yesterday"], "--to: expected YYYY, YYYY-MM"),
        (["query", "download_share", "--where", "scope"], "expected column=value, found 'scope'"),
        (["query", "download_share", "--where", "x=1"], "has no column 'x'"),
        (["query", "download_share", "--where", "famly=Qwen"], "did you mean family? it has"),
        (["query", "events", "--where", "starts_on=soon"], "which 'soon' is not"),
        (["query", "claim_check", "--where", "figure_ids=R001"], "figure_ids holds lists, which"),
        (["query", "freshness", "--where", "last_try_at=2026"], "last_try_at holds instants, "),
        (
            ["query", "hub_days", "--where", f"hub_days={10**40}"],
            f"BIGINT, which '{10**40}' is not",
        ),
        (
            ["query", "events", "--from", "2026-05", "--to", "2026-04"],
            "--from 2026-05 is after --to 2026-04",
        ),
        (["query", "events", "--out", "x.xls"], "ends in one of .csv, .json, .parquet, .xlsx"),
        (["query", "events", "--out", "x"], "--format with one of table, csv, json, parquet, xlsx"),
        (
            ["query", "events", "--out", "no/such/x.csv"],
            "--out no/such/x.csv: the folder no/such does not exist",
        ),
        (
            ["query", "events", "--format", "xls"],
            "--format: expected one of table, csv, json, parquet, xlsx; found 'xls'",
        ),
        (["query", "account_downloads", "--family", "Qwen"], "use --where account=...; "),
        (["backfill"], "say from when, for example --from 2024-07"),
        (["backfill", "--from", "july"], "--from: expected YYYY, YYYY-MM or YYYY-MM-DD"),
        (["backfill", "--from", "2026-07-32"], "--from: expected YYYY, YYYY-MM or YYYY-MM-DD"),
        (
            ["backfill", "--from", "2026-07", "--until", "2026-06"],
            "--from 2026-07 is after 2026-06-30, where it would end",
        ),
        (["backfill", "--from", "2999"], "--from 2999 is after"),
        (["backfill", "--from", "2026", "--until", "x"], "--until: expected YYYY, YYYY-MM or"),
        (
            ["backfill", "--from", "2026", "--every", "year"],
            "--every: expected one of day, week, month; found 'year'",
        ),
        (
            ["backfill", "--from", "2026", "--source", "huggingface"],
            "--source huggingface: it has no past to read; the archives are hub_archive, ",
        ),
        (["backfill", "--from", "2026", "--source", "hub_archve"], "did you mean hub_archive?"),
        (["repair"], "say which day of which source: --day YYYY-MM-DD --source SOURCE"),
        (["repair", "--day", "2026-07", "--source", "huggingface"], "--day: expected YYYY-MM-DD"),
        (["repair", "--day", "2026-07-01", "--source", "x"], "no source is named 'x'"),
        (
            ["repair", "--day", "2020-01-01", "--source", "huggingface"],
            "--day 2020-01-01: huggingface was not read then; the nearest days are 20",
        ),
        (
            ["repair", "--day", "2020-01-01", "--source", "huggingface", "--drop"],
            "--day 2020-01-01: huggingface was not read then; the nearest days are 20",
        ),
    ],
)
def test_wrong_usage(home: Path, arguments: list[str], message: str) -> None:
    ended = run(*arguments)
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.count("\n") == 1
    assert ended.err.startswith("error: ")
    assert message in ended.err


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("HF_ENDPOINT", "notaurl", "error: HF_ENDPOINT: expected an http or https address"),
        ("HF_TOKEN", "hf_a b", "error: HF_TOKEN: the token holds characters"),
    ],
)
def test_a_wrong_setting_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    ended = run("collect", "huggingface")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(message)
    assert ended.err.count("\n") == 1
    assert not (tmp_path / "home").exists()
    # Among others it is a failure of the source, whose message is the same.
    for arguments in (["collect"], ["collect", "--all"]):
        ended = run(*arguments)
        assert ended.code == 1
        assert ended.out.splitlines()[-1].split()[:2] == ["huggingface", "failed"]
        assert message.replace("error:", "huggingface:") in ended.err


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, "interrupted; what was read is kept"),
        (RuntimeError("Query interrupted"), 130, "interrupted; what was read is kept"),
        (OSError(28, "No space left on device", "x.gz"), 1, "error: x.gz: no space is left"),
        (OSError(28, "No space", "/a/.x.gz.17.tmp"), 1, "error: /a/x.gz: no space is left"),
        (OSError(30, "Read-only file system", "x"), 1, "error: x: the disk is read-only"),
        (PermissionError(13, "Permission denied", "runs"), 1, "error: runs: Permission denied"),
        (FileNotFoundError(2, "No such file", "x"), 1, "error: x: No such file"),
    ],
)
def test_what_ends_a_command(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, message: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("collectors.collect.Collector.collect", fail)
    ended = run("collect", "huggingface")
    assert ended.code == code
    assert ended.err.startswith(message)
    assert ended.err.count("\n") == 1
    if isinstance(error, OSError) and error.errno != errno.ENOENT:
        assert "set ADOPTION_DATA_DIR to another folder" in ended.err


# build, check, rebuild, status, sources, metrics


@pytest.mark.usefixtures("few_metrics")
def test_the_path_of_a_build_is_its_output() -> None:
    ended = run("build")
    assert ended.code == 0
    assert Path(ended.out.strip()).is_file()
    assert "next: dashboard" in ended.err


@pytest.mark.usefixtures("few_metrics")
def test_a_build_for_the_dashboard_does_not_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADOPTION_FROM_DASHBOARD", "1")
    assert "next:" not in run("build").err


def test_without_a_build_the_message_says_what_to_run() -> None:
    ended = run("query", "downloads_30d")
    assert ended.code == 1
    assert ended.err.startswith("error: ")
    assert "collectors build" in ended.err
    ended = run("status")
    assert ended.code == 0
    assert ended.out.startswith("build     none; run `collectors build`")


def test_status_without_a_build_shows_what_was_collected(hub: FakeHub) -> None:
    run("collect")
    ended = run("status")
    assert ended.out.startswith("build     none; run `collectors build`")
    row = next(line for line in ended.out.splitlines() if line.startswith("huggingface"))
    found = json.loads(run("status", "--json").out)
    assert found["build"] is None
    source = status_of_the_hub()
    assert source["rows_read"] == 284
    assert row.split()[3:5] == ["284", "0"]
    assert len(row) <= 100
    assert source["entities"] == len(cli.tracked_from_seeds().organisations)
    assert source["is_due"] is False


@pytest.mark.usefixtures("few_metrics")
def test_status_tells_a_failure_after_a_good_reading(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("build")
    run("collect")
    assert "the last try" not in run("status").out
    good = status_of_the_hub()
    assert fail_once(monkeypatch).code == 1
    found = status_of_the_hub()
    assert (found["is_due"], found["last_result"]) == (False, "failed")
    assert "the Hub could not be reached" in found["last_error"]
    ended = run("status")
    row = next(line for line in ended.out.splitlines() if line.startswith("huggingface"))
    assert row.endswith("  failed")
    (said,) = [line for line in ended.out.splitlines() if "the last try" in line]
    assert re.match(r"huggingface: the last try \(\d{4}-\d\d-\d\d \d\d:\d\d\) failed: ", said)
    assert said.endswith(f"; the accepted reading of {good['last_snapshot_at'][11:16]} serves")
    assert run("collect").err.startswith("nothing is due")


def test_status_tells_a_run_that_was_killed_from_one_at_work(hub: FakeHub, tmp_path: Path) -> None:
    store = data.SnapshotStore(tmp_path / "home")
    store.open_run("huggingface", ["Qwen", "google"], datetime.now(UTC))
    (tmp_path / "home" / "runs").mkdir()
    text = run("status").out
    assert "was interrupted: 2 of 2 not reached; nothing was accepted so far" in text
    row = next(line for line in text.splitlines() if line.startswith("huggingface"))
    assert row.split()[3] == "0", "nothing failed"
    assert status_of_the_hub()["last_result"] == "interrupted"
    with lock(tmp_path / "home"):
        assert status_of_the_hub()["last_result"] == "at work"
        assert "huggingface: a run is at work, begun at 20" in run("status").out


@pytest.mark.usefixtures("few_metrics")
def test_check_without_a_build() -> None:
    ended = run("check")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err.startswith("no build to check; `collectors build` makes one\n")


def test_check_is_well(home: Path) -> None:
    ended = run("check")
    assert (ended.out, ended.err, ended.code) == ("", "all well\n", 0)


def test_check_lists_every_violation(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "check", lambda sources: ["seeds/a.csv:2: one", "seeds/b.csv:3: two"])
    ended = run("check")
    assert ended.code == 1
    assert ended.out.splitlines() == ["seeds/a.csv:2: one", "seeds/b.csv:3: two"]


def test_rebuild_changes_nothing(hub: FakeHub, tmp_path: Path) -> None:
    run("collect", "huggingface")
    history = tmp_path / "home" / "history"
    before = {p.name: p.read_bytes() for p in history.rglob("*.parquet")}
    ended = run("rebuild")
    assert ended.code == 0
    assert "parsed 1 stored runs anew" in ended.err
    assert {p.name: p.read_bytes() for p in history.rglob("*.parquet")} == before


def test_what_a_power_cut_left_stops_nothing(hub: FakeHub, tmp_path: Path) -> None:
    run("collect", "huggingface")
    history = tmp_path / "home" / "history"
    before = {p.name: p.read_bytes() for p in history.rglob("*.parquet")}
    (path,) = history.glob("observations/*/*.parquet")
    other = path.with_name(path.name.replace("huggingface", "ollama"))
    for cut in (path, other):
        cut.write_bytes(b"")
    for command, code in (("status", 0), ("check", 1)):
        ended = run(command)
        told = f"{other}: expected a whole Parquet file, found 0 bytes"
        assert (ended.code, told in ended.out + ended.err) == (code, True)
    ended = run("rebuild")
    assert ended.code == 0
    assert f"left out: {other}: expected a whole Parquet file" in ended.err.replace("\n", " ")
    assert {p.name: p.read_bytes() for p in history.rglob("*.parquet")} == before
    # The next run parses what is stored, too.
    path.write_bytes(b"")
    ended = run("collect", "huggingface")
    assert "finished the interrupted run" in ended.err
    assert {p.name: p.read_bytes() for p in history.rglob("*.parquet")}.items() >= before.items()


def today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def test_repair_parses_a_day_again(hub: FakeHub, tmp_path: Path) -> None:
    assert run("collect", "huggingface").code == 0
    history = tmp_path / "home" / "history"
    before = {p.name: p.read_bytes() for p in history.rglob("*.parquet")}
    ended = run("repair", "--day", today(), "--source", "huggingface")
    assert ended.code == 0
    assert "`collectors rebuild` judges all anew" in ended.err
    assert ended.err.endswith("next: collectors build\n")
    assert {p.name: p.read_bytes() for p in history.rglob("*.parquet")} == before


def test_repair_drops_a_day_and_says_how_to_undo_it(hub: FakeHub, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert run("collect", "huggingface").code == 0
    before = {p.name: p.read_bytes() for p in home.rglob("*.parquet")}
    ended = run("repair", "--day", today(), "--source", "huggingface", "--drop")
    assert ended.code == 0
    assert not list(home.rglob("*.parquet"))
    assert data.SnapshotStore(home).runs("huggingface") == []
    assert data.SnapshotStore(home).sources() == ["huggingface"]
    (undo,) = re.findall(r"to undo it: (mv .*) and then collectors (repair .*)", ended.err)
    assert shell(undo[0], home).returncode == 0
    assert run(*undo[1].split()).code == 0
    assert {p.name: p.read_bytes() for p in home.rglob("*.parquet")} == before


def fail_once(monkeypatch: pytest.MonkeyPatch) -> Ended:
    """A run of which nothing could be asked."""
    with monkeypatch.context() as patch:
        patch.setattr("collectors.http.MAX_TRIES", 1)
        patch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
        return run("collect", "huggingface")


def test_a_day_of_failed_tries_was_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fail_once(monkeypatch).code == 1
    ended = run("repair", "--day", today(), "--source", "huggingface")
    assert ended.code == 2
    assert ended.err == (
        f"error: --day {today()}: huggingface was not read then, though it was tried; "
        "nothing was ever read of it\n"
    )
    ended = run("repair", "--day", "2020-01-01", "--source", "huggingface")
    assert ended.err.endswith("huggingface was not read then; nothing was ever read of it\n")


def test_a_failed_try_does_not_spoil_a_day_that_was_read(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fail_once(monkeypatch).code == 1
    assert run("collect", "huggingface").code == 0
    ended = run("repair", "--day", today(), "--source", "huggingface")
    assert ended.code == 0
    assert re.search(r"parsed \w+ again, 0 of \d+ accepted", ended.err)
    assert fail_once(monkeypatch).code == 1
    assert run("repair", "--day", today(), "--source", "huggingface").code == 0


def test_archives_are_read_when_they_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeArchive(archive=Archive(200, 4, seed=1)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        assert run("collect").code in {0, 1}
        assert run("collect", "--all").code in {0, 1}
        assert not any("datasets" in seen.path for seen in hub.requests)
        ended = run("collect", "hub_archive")
        assert (ended.code, ended.out.splitlines()[0].split()) == (0, ["file", "seconds", "result"])
        summary = ended.out.splitlines()[-1].split()
        assert summary[:4] == ["hub_archive", "done", "200", "2026-06-04"]
        hub.break_files("401")
        again = run("backfill", "--from", "2026-06", "--every", "day")
        assert again.code == 1
        assert "archive unavailable: cfahlgren1/hub-stats answers HTTP 401" in again.err
        hub.heal()
        last = run("backfill", "--from", "2026-06-01", "--until", "2026-06", "--every", "day")
        assert (last.code, last.out) == (0, "")
        assert "hub_archive: 3 to read, 1 here already" in last.err
        assert "[3/3] 2026-06-03: 200 rows" in last.err
        assert last.err.endswith("next: collectors build\n")
    found = json.loads(run("status", "--json").out)["sources"]
    (source,) = [source for source in found if source["name"] == "hub_archive"]
    assert (source["last_result"], source["last_try_at"][:10]) == ("done", today())
    assert (source["snapshots"], source["rows_read"]) == (4, 200)
    assert source["newest_date"] == "2026-06-04"
    ended = run("repair", "--day", "2026-06-02", "--source", "hub_archive")
    assert ended.code == 1, "the archive is gone"
    assert "next:" not in ended.err
    ended = run("repair", "--day", "2026-06-02", "--source", "hub_archive", "--drop")
    assert (ended.code, "to undo it: collectors repair" in ended.err) == (0, True)


def test_builds_are_listed_and_pinned(home: Path) -> None:
    name = data.newest_build().stem
    try:
        ended = run("builds", "--pin", f"{name}.duckdb")
        assert ended.code == 0
        assert ended.err == f"pinned {name}\n"
        head, _, row = ended.out.splitlines()
        assert head.split()[:3] == ["build", "built", "at"]
        assert row.split()[0] == name
        assert row.endswith(", pinned")
        (told,) = json.loads(run("builds", "--json").out)
        assert (told["name"], told["as_of"], told["is_pinned"]) == (name, data.as_of(), True)
        assert run("status").code == 0
        assert run("builds", "--unpin", name).out.endswith(f"last of {name[9:13]}-{name[13:15]}\n")
    finally:
        data.pin(data.newest_build(), is_on=False)
    for arguments in (["--pin", "../x"], ["--unpin", name, "--unpin", "../x"]):
        ended = run("builds", *arguments)
        assert ended.code == 2
        assert "expected the name of one of 1 builds, found '../x'" in ended.err
    assert run("builds", "--pin", name, "--unpin", name).code == 2


def test_without_a_build_none_is_listed(tmp_path: Path) -> None:
    ended = run("builds")
    assert (ended.code, ended.out) == (0, "")
    assert "no build" in ended.err
    assert run("builds", "--json").out == "[]\n"
    assert run("builds", "--pin", "x").code == 1


def test_status(home: Path) -> None:
    text = run("status").out
    assert text.startswith("build     adoption-")
    assert "huggingface" in text
    found = json.loads(run("status", "--json").out)
    assert found["build"] == data.newest_build().stem
    assert [source["name"] for source in found["sources"]] == sorted(HUB_SOURCES)
    assert status_of_the_hub()["is_due"] is False


def test_sources() -> None:
    assert "huggingface" in run("sources").out


def test_metrics(home: Path) -> None:
    assert "download_share" in run("metrics").out
    found = {metric["name"]: metric for metric in json.loads(run("metrics", "--json").out)}
    assert {"downloads_30d", "published_series", "freshness"} <= set(found)
    assert found["downloads_30d"]["columns"][0].keys() == {"name", "type", "comment"}


# query


@pytest.mark.parametrize("command", ["query", "collect", "backfill", "repair"])
def test_help_is_in_words(command: str) -> None:
    text = run(command, "--help").out
    assert "{" not in text
    assert "<" not in text
    words = {
        "query": ["METRIC", "FAMILY", "DATE", "COLUMN=VALUE", "FORMAT", "FILE"],
        "backfill": ["--from", "DATE", "PERIOD", "--until", "SOURCE", "--retry"],
        "repair": ["--day", "DATE", "SOURCE", "--drop"],
    }
    assert all(word in text for word in words.get(command, ["[SOURCE]..."]))


@pytest.mark.usefixtures("few_metrics")
def test_an_empty_metric_says_what_to_run(hub: FakeHub) -> None:
    run("build")
    ended = run("query", "downloads_30d", "--format", "csv")
    assert ended.code == 0
    assert ended.err == (
        "nothing collected yet: run `collectors collect huggingface`, then `collectors build`\n"
    )
    assert "collected" not in run("query", "events", "--where", "title=none").err
    run("collect")
    ended = run("query", "downloads_30d", "--format", "csv")
    assert ended.err == "what was collected is not in this build yet: run `collectors build`\n"
    run("build")
    assert run("query", "downloads_30d", "--from", "2100", "--format", "csv").err == ""


@pytest.mark.parametrize(
    ("number", "words"),
    [(28, "no space is left"), (30, "the disk is read-only"), (13, "Permission denied")],
)
def test_a_file_that_cannot_be_written_is_named(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def fail(path: Path, _: bytes) -> None:
        raise OSError(number, os.strerror(number), str(path.with_name(f".{path.name}.17.tmp")))

    monkeypatch.setattr(data.tables, "write_atomically", fail)
    ended = run("query", "events", "--out", str(tmp_path / "x.csv"))
    assert ended.code == 1
    assert ended.err.startswith(f"error: {tmp_path / 'x.csv'}: {words}")
    assert ended.err.endswith("name another file\n")


def test_a_pipe_is_written_and_not_replaced(home: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        read = pool.submit(pipe.read_bytes)
        assert run("query", "events", "--format", "csv", "--out", str(pipe)).code == 0
        assert read.result(10).startswith(b"starts_on,")
    assert pipe.is_fifo()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_query_gives_what_was_collected(home: Path) -> None:
    ended = run("query", "downloads_30d", "--family", "Qwen", "--format", "csv")
    assert ended.code == 0
    served = {m["id"]: m["downloads"] for m in FakeHub(port=0).models}
    rows = [row for row in rows_of(ended.out) if row["model_id"].startswith("Qwen/")]
    assert len(rows) == 58
    assert {row["model_id"]: int(row["downloads_30d"]) for row in rows} == {
        name: count for name, count in served.items() if name.startswith("Qwen/")
    }


def test_query_published_shares_are_exact(home: Path) -> None:
    ended = run(
        "query", "published_series", "--where", "subject=Qwen", "--where", "subject=meta-llama",
        "--from", "2025-03", "--to", "2026-09", "--format", "csv",
    )  # fmt: skip
    shares = {
        (row["subject"], row["date"][:7]): row["value"]
        for row in rows_of(ended.out)
        if row["unit"] == "fraction" and row["period"] == "month"
    }
    expected = {
        ("Qwen", "2025-03"): "0.09011",
        ("Qwen", "2026-04"): "0.50132",
        ("Qwen", "2026-09"): "0.29873",
        ("meta-llama", "2025-03"): "0.0953",
        ("meta-llama", "2026-04"): "0.03989",
        ("meta-llama", "2026-09"): "0.02582",
    }
    assert {key: shares[key] for key in expected} == expected


def test_query_formats_agree(home: Path, tmp_path: Path) -> None:
    as_csv = rows_of(run("query", "downloads_30d", "--format", "csv").out)
    as_json = json.loads(run("query", "downloads_30d", "--format", "json").out)
    target = tmp_path / "out.parquet"
    ended = run("query", "downloads_30d", "--out", str(target))
    assert ended.out == ""
    assert f"to {target}" in ended.err
    typed = pq.read_table(target)
    kinds = {name: str(typed.schema.field(name).type) for name in ("date", "downloads_30d")}
    assert kinds == {"date": "date32[day]", "downloads_30d": "int64"}
    as_parquet = typed.to_pylist()
    assert len(as_csv) == len(as_json) == len(as_parquet)
    assert [row["model_id"] for row in as_json] == [row["model_id"] for row in as_parquet]
    assert [int(row["downloads_30d"]) for row in as_csv] == [r["downloads_30d"] for r in as_json]
    assert as_csv[0]["date"] == as_json[0]["date"] == date.today().isoformat()


def test_query_as_a_table_says_unit_and_source(home: Path) -> None:
    ended = run("query", "downloads_30d", "--family", "Qwen")
    assert ended.out.splitlines()[0].split()[0] == "date"
    assert "unit: " in ended.err
    assert "source: " in ended.err


@pytest.fixture
def seeds_home(seeds_build: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory of a build of the seeds alone."""
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(seeds_build.parents[1]))
    return seeds_build.parents[1]


@pytest.mark.parametrize(
    ("metric", "where", "told"),
    [
        ("account_downloads", "account=qwen", "no row has account=qwen; there are Qwen, "),
        (
            "claim_check",
            "verdict=true",
            "no row has verdict=true; there are agrees (agrees), cannot_be_tested (cannot be "
            "tested), contradicts (does not hold), different_scope (different scope), holds "
            "(holds)\n",
        ),
        ("claim_check", "is_main=true", None),
        ("events", "kind=releases", "there are release, "),
        # A column that is called like a parameter of data.metric.
        ("runtime_downloads", "name=vllm", "nothing collected yet: run "),
    ],
)
def test_a_value_that_no_row_has_names_those_there_are(
    seeds_home: Path, metric: str, where: str, told: str | None
) -> None:
    ended = run("query", metric, "--where", where, "--format", "csv")
    assert ended.code == 0
    if told is None:
        assert ended.err == ""
    else:
        assert told in ended.err
        assert ended.err.count(",") <= query_hints.MOST_NAMED


def test_a_verdict_may_be_called_as_on_the_page(seeds_home: Path) -> None:
    by_page = run("query", "claim_check", "--where", "verdict=Does not hold", "--format", "csv")
    by_name = run("query", "claim_check", "--where", "verdict=contradicts", "--format", "csv")
    assert by_page.out == by_name.out
    assert len(rows_of(by_page.out)) > 0


@pytest.mark.parametrize(
    ("metric", "command"),
    [
        ("monthly_share", "`collectors backfill --from 2024-07 --every week`"),
        ("token_share_by_cut", "`collectors collect openrouter openrouter_models`"),
        ("epoch_models", "`collectors collect epoch`"),
        ("daily_runtime_downloads", "`collectors collect pypistats clickhouse npm`"),
    ],
)
def test_a_metric_without_rows_names_what_fills_it(
    seeds_home: Path, monkeypatch: pytest.MonkeyPatch, metric: str, command: str
) -> None:
    monkeypatch.setattr("collectors.SOURCES", ALL_SOURCES)
    ended = run("query", metric, "--format", "csv")
    assert ended.err == f"nothing collected yet: run {command}, then `collectors build`\n"


def test_a_table_in_a_pipe_has_tabs_and_all_columns(seeds_home: Path) -> None:
    ended = run("query", "claim_check", "--where", "claim_id=R212")
    header, *rows = ended.out.splitlines()
    names = header.split("\t")
    assert names == list(data.metric_info("claim_check").column_names)
    assert len(rows) == 2
    cells = dict(zip(names, rows[0].split("\t"), strict=True))
    exact = rows_of(run("query", "claim_check", "--where", "claim_id=R212", "--format", "csv").out)
    assert float(cells["test_value"]) == float(exact[0]["test_value"])
    assert "tabs between them" in " ".join(run("query", "--help").out.split())


def test_tabs_separate_one_row_a_line() -> None:
    rows = [["a\tb\nc", None, True, ["x", 1]], ["", 1_234_567, 0.25, []]]
    assert tabbed(["n", "m", "o", "p"], rows) == (
        "n\tm\to\tp\na b c\t\ttrue\tx, 1\n\t1234567\t0.25\t"
    )


def test_query_index(home: Path) -> None:
    ended = run("query", "family_downloads", "--index", "--format", "json")
    assert ended.code == 0
    found = [row["family_downloads"] for row in json.loads(ended.out)]
    assert {value for value in found if value is not None} <= {0, 100}


@pytest.mark.parametrize(
    ("text", "is_end", "day"),
    [
        ("2025", False, date(2025, 1, 1)),
        ("2025", True, date(2025, 12, 31)),
        ("2024-02", False, date(2024, 2, 1)),
        ("2024-02", True, date(2024, 2, 29)),
        ("2024-02-03", True, date(2024, 2, 3)),
        (None, True, None),
    ],
)
def test_periods(text: str | None, is_end: bool, day: date | None) -> None:
    assert query_values.day_named(text, is_end=is_end) == day


# Tables on a terminal

WIDE = (
    ["name", "what", "read at", "count", "note"],
    [
        ["artificial_analysis", "x" * 90, "2026-11-22 08:00", 1_234_567, "y" * 40],
        ["通义千问", "通义千问" * 20, None, 5, None],
    ],
)


def test_a_table_in_a_pipe_is_whole() -> None:
    header, rule, first, second = table(*WIDE).splitlines()
    assert "x" * 90 in first
    assert "通义千问" * 20 in second
    assert cell_len(header) < cell_len(rule) == cell_len(first)


@pytest.mark.parametrize("width", [200, 120, 90, 72])
def test_a_table_fits_a_terminal(width: int) -> None:
    lines = table(*WIDE, width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert len(lines) == 2 + 2, "a row a line, every column"
    assert "artificial_analysis" in lines[2], "names are whole"
    assert "1,234,567" in lines[2], "numbers are whole"
    assert ("2026-11-22 08:00" if width > 80 else "2026-11-2") in lines[2]
    assert ("…" in lines[2]) == (width < 180)


def test_columns_without_room_are_named() -> None:
    lines = table(*WIDE, 50).splitlines()
    assert lines[-1] == "no room for: count, note"
    assert max(map(cell_len, lines)) <= 50
    assert lines[0].split() == ["name", "what", "read", "at"]


def test_a_date_is_never_cut() -> None:
    lines = table(["source", "read"], [["huggingface", "2026-09-17 08:00"]], 24).splitlines()
    assert lines[-1] == "huggingface  2026-09-17"


@pytest.mark.parametrize("width", [1, 5, 20])
def test_a_table_in_no_space_at_all(width: int) -> None:
    assert max(map(cell_len, table(*WIDE, width).splitlines()[:-1])) <= max(width, 1)
    assert table(["name", "what"], [], width).splitlines()[0][0] in "n…"


@pytest.mark.parametrize(
    "command", [["status"], ["sources", "-v"], ["metrics"], ["query", "events"]], ids=" ".join
)
def test_a_terminal_is_not_overrun(
    home: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    whole = run(*command).out
    assert "…" not in whole
    assert "no room" not in whole
    for module in (cli, query_files):
        monkeypatch.setattr(module, "terminal_width", lambda stream: 80)
    lines = run(*command).out.splitlines()
    assert max(map(cell_len, lines)) <= 80


def test_the_table_of_a_run_fits_a_terminal(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "terminal_width", lambda stream: 70)
    assert max(map(cell_len, run("collect", "huggingface").out.splitlines())) <= 70


def test_a_terminal_tells_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "77")
    ours, theirs = pty.openpty()
    try:
        with open(theirs, "w", closefd=False) as terminal:
            assert terminal_width(terminal) == 77
    finally:
        os.close(ours)
        os.close(theirs)
    assert terminal_width(io.StringIO()) is None


# Tables out

AWKWARD = pd.DataFrame(
    {
        "name": ["=1+1", "+x", "-x", "@x", 'a,"b"', None],
        "count": pd.array([1, 2**53 + 1, None, 4, 5, 6], dtype="Int64"),
        "float_count": [1.0, 3_400_446_695.0, None, 0.0, 5.0, 6.0],
        "share": [0.1, 1 / 3, None, 0.0, 1.0, -0.5],
        "at": pd.to_datetime(["2026-05-04", None, "2026-05-05"] * 2),
        "is_new": [True, False, None] * 2,
        "parts": [["a"], [], None] * 2,
    }
)


def test_csv_is_exact_and_harmless() -> None:
    rows = rows_of(data.tables.to_bytes(AWKWARD, "csv").decode())
    assert [row["name"] for row in rows] == ["'=1+1", "'+x", "'-x", "'@x", 'a,"b"', ""]
    assert [row["count"] for row in rows][:3] == ["1", str(2**53 + 1), ""]
    assert [row["float_count"] for row in rows][:3] == ["1", "3400446695", ""]
    assert [row["share"] for row in rows] == ["0.1", repr(1 / 3), "", "0.0", "1.0", "-0.5"]
    assert [row["at"] for row in rows][:2] == ["2026-05-04", ""]
    assert [row["is_new"] for row in rows][:3] == ["true", "false", ""]
    assert [row["parts"] for row in rows][:3] == ['["a"]', "[]", ""]


def test_json_is_exact() -> None:
    rows = json.loads(data.tables.to_bytes(AWKWARD, "json"))
    assert rows[0]["name"] == "=1+1"
    assert [row["count"] for row in rows][:3] == [1, 2**53 + 1, None]
    assert rows[1]["share"] == 1 / 3
    assert rows[2] | {"name": None} == dict.fromkeys(AWKWARD.columns) | {"at": "2026-05-05"}
    assert json.loads(data.tables.to_bytes(AWKWARD[:0], "json")) == []


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(data.AdoptionError, match="csv, json, parquet"):
        data.tables.to_bytes(AWKWARD, "xls")


# The real process


def shell(command: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ADOPTION_DATA_DIR": str(home), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, shell=True, cwd=home, env=environment, capture_output=True, text=True, check=False
    )


def test_a_reader_that_leaves_is_no_error(home: Path) -> None:
    python = f"{sys.executable} -m collectors"
    done = shell(f"{python} query published_series --format csv | head -1", home)
    assert done.stdout.startswith("series,")
    assert done.stderr == ""


def test_the_command_works_from_any_folder(home: Path, commands: Commands) -> None:
    done = shell(f"{sys.executable} -m collectors query download_sharez", home)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "rebuild" in commands("--help", cwd=home).ended().stdout
    assert shell(f"{sys.executable} -m tests.fake_hub --help", home).returncode == 0


@pytest.mark.parametrize("command", ["collectors", "dashboard"])
@pytest.mark.parametrize("rest", ["", "raise ImportError('it was swallowed')"])
def test_an_interrupt_while_libraries_load_is_one_line(
    tmp_path: Path, command: str, rest: str
) -> None:
    """A library that is interrupted in the middle, and one that makes another error of it."""
    (tmp_path / "typer.py").write_text(
        "import os, signal\n"
        "try:\n    os.kill(os.getpid(), signal.SIGINT)\n"
        f"except KeyboardInterrupt:\n    {rest or 'raise'}\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", command, "--help"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")


@pytest.mark.parametrize("name", ["collectors", "dashboard"])
def test_the_scripts_begin_before_their_libraries_are_loaded(name: str) -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts[name] == f"{name}.begin:main"


def test_an_interrupt_of_a_command_that_reads_only_is_one_word(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(data, "catalog", fail)
    assert run("metrics") == Ended(130, "", "interrupted\n")


def test_work_is_interrupted_by_an_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGINT, begin.leave)
    try:
        run("sources")
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
