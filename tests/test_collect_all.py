"""`collectors collect --all` with every service there is, as fakes over real HTTP."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from collectors.source import Source, listings
from data.history import OBSERVATIONS, History
from tests.fake_services import AllServices
from tests.forked import Commands, Forked

NAMES = [source.NAME for source in listings()]
# The command itself, but for the pauses that real services ask for between two calls, and for a
# past of two years; test_openrouter.py asks for that.
AT_ONCE = """
from datetime import date, timedelta
from collectors import cli, openrouter, source

openrouter.FIRST_DAY = date.today() - timedelta(days=60)
for one in source.listings():
    one.PACE = 0.0
cli.main()
"""


@pytest.fixture
def services() -> Iterator[AllServices]:
    with AllServices() as running:
        assert set(running.fakes) == set(NAMES), "every source needs a fake in tests/fakes/"
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def start(home: Path, services: AllServices, commands: Commands) -> Callable[..., Forked]:
    """Begins the command in a process of its own, with nothing of this one's settings."""

    def started(*arguments: str, **more: str) -> Forked:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        settings = {"ADOPTION_DATA_DIR": str(home), "NO_PROXY": "127.0.0.1,localhost"}
        environment = {**kept, **settings, **services.environment, **more}
        return commands(*arguments, env=environment, code=AT_ONCE)

    return started


def records(home: Path) -> dict[str, dict[str, Any]]:
    """The record of each source's run, as far as it has ended."""
    found = [json.loads(path.read_bytes()) for path in (home / "runs").glob("*.json")]
    return {record["source"]: record for record in found}


def lines_of(table: str) -> Mapping[str, str]:
    """The line of the final table that begins with the name of a source."""
    lines = [line for line in table.splitlines() if line.strip()]
    return {line.split()[0]: line for line in lines if line.split()[0] in NAMES}


def rows_read(home: Path, source: Source) -> int:
    """Rows of the accepted answers of a source, without those that were set aside."""
    observations = History(home / "history").observations(source.NAME)
    return sum(
        one["rows_read"] - one["rows_set_aside"]
        for one in observations
        if one["status"] == "accepted"
    )


def rows(home: Path, source: Source) -> int:
    """Rows in the tables of a source."""
    history = History(home / "history")
    paths = [path for table in source.TABLES for path in history.partitions(table)]
    return sum(pq.read_metadata(path).num_rows for path in paths)


def test_every_source_is_filled_in_one_go(
    services: AllServices, home: Path, start: Callable[..., Forked]
) -> None:
    done = start("collect", "--all").ended(within=120)
    out, err = done.stdout, done.stderr
    assert done.returncode == 0, err
    assert {name: record["exit"] for name, record in records(home).items()} == dict.fromkeys(
        NAMES, "done"
    )
    table = lines_of(out)
    assert list(table) == NAMES
    for source in listings():
        assert rows(home, source) >= source.MIN_ROWS
        # Its name, what came of it, its rows, the newest date of its data, how long it took.
        count = f"{rows_read(home, source):,}"
        line = rf"{source.NAME} +done +{count} +20\d\d-\d\d-\d\d +[\d.]+"
        assert re.fullmatch(line, table[source.NAME].rstrip()), table[source.NAME]
    assert "warning: releases" not in err, "LiveBench's list of releases is at GitHub"
    keys = [fake.key for fake in services.fakes.values()]
    assert not any(key in out + err for key in keys)
    build = start("build").ended(within=120)
    assert build.returncode == 0, build.stderr


def test_a_source_without_its_key_is_skipped_and_the_rest_are_read(
    home: Path, start: Callable[..., Forked]
) -> None:
    needed = {source.NAME: source.KEY for source in listings() if source.KEY}
    assert needed
    done = start("collect", "--all", **dict.fromkeys(needed.values(), "")).ended(within=120)
    out, err = done.stdout, done.stderr
    assert done.returncode == 0, err
    assert {name for name, record in records(home).items() if record["exit"] == "done"} == (
        set(NAMES) - set(needed)
    )
    for name, variable in needed.items():
        assert re.search(rf"{name}.*skipped.*{variable}|{variable}.*{name}", err + out), err


def test_one_that_fails_and_one_that_hangs_neither_hold_up_nor_spoil_the_rest(
    services: AllServices, home: Path, start: Callable[..., Forked]
) -> None:
    failing, hanging = "dockerhub", "ollama"
    services.fault(failing, "wrong-type")
    services.fault(hanging, "timeout")
    services.fakes[hanging].stall_seconds = 60.0
    command = start("collect", "--all")
    rest = set(NAMES) - {hanging}
    until = time.monotonic() + 90
    while not rest <= set(records(home)) and time.monotonic() < until:
        assert command.poll() is None, command.ended().stderr
        time.sleep(0.05)
    assert {name: record["exit"] for name, record in records(home).items()} == {
        **dict.fromkeys(rest, "done"),
        failing: "failed",
    }
    assert command.poll() is None, "it still waits for the one that hangs"
    command.send_signal(signal.SIGINT)
    done = command.ended(within=10)
    assert done.returncode == 130, done.stderr
    assert records(home)[hanging]["exit"] == "interrupted"
    for source in listings():
        assert bool(rows(home, source)) == (source.NAME not in {failing, hanging})
    history = History(home / "history")
    reasons = [one["reason"] for one in history.observations(failing)]
    assert reasons
    assert all(reasons)
    assert OBSERVATIONS in history.tables()
