"""Every source against everything that can go wrong with its service, over real HTTP.

No failure leads to an uncaught exception or to a row; what was read before stays as it was, byte
for byte, and is what a build serves; the observation says what happened, and never a key.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import data
from collectors.collect import Collector
from collectors.http import Session
from collectors.records import SourceResult
from collectors.source import NOT_ASKED, Tracked, build_facts, listings, load_all
from data import warehouse
from data.history import OBSERVATIONS, History
from tests.fake_services import FakeService, discover

FIRST_DAY = datetime(2026, 11, 18, 6, tzinfo=UTC)
GOOD_DAYS = 2  # from then on an answer is judged by those before it
SMALL = 2**17
TOKEN = "hf_ThisIsNotARealTokenButAWordToLookFor"
NAMES = [source.NAME for source in listings()]

# As little as possible of everything.
FEW = Tracked(
    organisations={"meta-llama": ["Llama"]},
    runtimes={
        "pypi": ["vllm"],
        "dockerhub": ["vllm/vllm-openai"],
        "github": ["vllm-project/vllm"],
        "npm": ["@huggingface/transformers"],
        "hub_account": ["lmstudio-community"],
    },
    modelscope_owners=["Qwen"],
)

# Failure -> what the message says of it.
AFTER_FOUR_TRIES = {
    "429": "HTTP 429.*, 4 times",
    "429-seconds": "HTTP 429.*, 4 times",
    "429-date": "HTTP 429.*, 4 times",
    "500": "HTTP 500.*, 4 times",
    "502": "HTTP 502, 4 times",
    "503": "HTTP 503.*, 4 times",
    "504": "HTTP 504, 4 times",
    "timeout": "no answer in time from 127.0.0.1.*, 4 times",
    "reset": "broke off, 4 times",
    "truncated-gzip": "the compressed answer ended early, 4 times",
}
AT_ONCE = {
    "401": "HTTP 401: Invalid credentials",
    "403": "HTTP 403: Forbidden",
    "404": "HTTP 404: Not found",
    "410": "HTTP 410: Gone",
    "html": "expected .*(text/html|HTML)",
    "empty-json": "expected ",
    "empty-list": "expected |none|no rows",
    "missing-field": "expected |missing|lack",
    "wrong-type": "expected |is not ",
    "too-large": f"larger than {SMALL:,} bytes",
}
FAILURES = {**AFTER_FOUR_TRIES, **AT_ONCE}


@dataclass
class Lab:
    """A data directory and a clock; nothing really waits."""

    data_dir: Path
    today: datetime = FIRST_DAY
    read_timeout: float = 10.0
    most_bytes: int = 2**20
    slept: list[float] = field(default_factory=list)

    @property
    def history(self) -> History:
        return History(self.data_dir / "history")

    def session(self) -> Session:
        return Session(
            sleep=self.slept.append,
            clock=lambda: time.monotonic() + sum(self.slept),
            max_bytes=self.most_bytes,
            read_timeout=self.read_timeout,
        )

    def collect(self, *names: str) -> list[SourceResult]:
        worker = Collector(
            data_dir=self.data_dir,
            tracked=FEW,
            now=lambda: self.today,
            new_session=self.session,
        )
        return worker.collect(list(names))

    def good_days(self, fake: FakeService, days: int = GOOD_DAYS) -> None:
        """Read a source on some days on which all is well."""
        for _ in range(days):
            fake.today = self.today.date()
            (result,) = self.collect(fake.name)
            assert result.exit == "done", (result.error, result.entities)
            self.next_day(fake)

    def next_day(self, fake: FakeService) -> None:
        self.today += timedelta(days=1)
        fake.today = self.today.date()

    def tables(self) -> dict[str, bytes]:
        """The partitions that hold rows of sources: path -> bytes."""
        return {
            str(path.relative_to(self.history.root)): path.read_bytes()
            for table in self.history.tables()
            if table != OBSERVATIONS
            for path in self.history.partitions(table)
        }

    def everything(self) -> bytes:
        """All bytes below the data directory, decompressed, with the names of the files."""
        found = b""
        for path in sorted(self.data_dir.rglob("*")):
            if path.is_file():
                content = path.read_bytes()
                found += gzip.decompress(content) if path.suffix == ".gz" else content
                found += path.name.encode()
        return found

    def of(self, result: SourceResult) -> list[dict[str, Any]]:
        """The observations of a run."""
        observations = self.history.observations(result.source)
        return [one for one in observations if one["run"] == result.run]


@pytest.fixture(scope="module")
def fakes() -> Iterator[dict[str, FakeService]]:
    """The fake of every source. Those that read the Hub have an address of their own."""
    running: dict[str, FakeService] = {}
    try:
        for name, kind in discover().items():
            running[name] = kind(FIRST_DAY.date()).__enter__()
        yield running
    finally:
        for fake in running.values():
            fake.__exit__()


@pytest.fixture(scope="module")
def good(fakes: dict[str, FakeService], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Lab]:
    """Of each source what some good days left; made when it is first asked for."""

    class Made(dict[str, Lab]):
        def __missing__(self, name: str) -> Lab:
            lab = self[name] = Lab(tmp_path_factory.mktemp(name))
            with pytest.MonkeyPatch.context() as patch:
                _point_to(fakes[name], patch)
                lab.good_days(fakes[name])
            assert lab.tables(), f"{name} brought no rows"
            return lab

    return Made()


@pytest.fixture(params=NAMES)
def fake(
    request: pytest.FixtureRequest,
    fakes: dict[str, FakeService],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[FakeService]:
    assert request.param in fakes, f"tests/fakes/{request.param}.py is missing"
    running = fakes[request.param]
    running.heal()
    running.stall_seconds = 0.15
    _point_to(running, monkeypatch)
    yield running
    running.heal()


@pytest.fixture
def lab(fake: FakeService, good: dict[str, Lab], tmp_path: Path) -> Lab:
    """The good days of the source, to go on from."""
    before = good[fake.name]
    shutil.copytree(before.data_dir, tmp_path / "data", copy_function=shutil.copyfile)
    fake.today = before.today.date()
    return Lab(tmp_path / "data", before.today)


def _point_to(fake: FakeService, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("NO_PROXY", "127.0.0.1,localhost")
    patch.setenv("HF_TOKEN", TOKEN)
    for variable, value in fake.environment.items():
        patch.setenv(variable, value)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_leaves_what_was_and_says_what_happened(
    fake: FakeService, lab: Lab, failure: str
) -> None:
    before = lab.tables()
    fake.fault(failure)
    if failure == "timeout":
        lab.read_timeout = 0.03
    if failure == "too-large":
        lab.most_bytes, fake.large_bytes = SMALL, 10 * SMALL
    (result,) = lab.collect(fake.name)
    assert result.exit == "failed"
    assert lab.tables() == before
    observations = lab.of(result)
    assert observations
    for observation in observations:
        assert observation["status"] in {"failed", "rejected"}
        if observation["reason"].startswith(NOT_ASKED):
            continue  # after three in a row that could not be reached
        assert re.search(FAILURES[failure], observation["reason"]), observation["reason"]
        assert "Traceback" not in observation["reason"]
    _assert_recorded(lab, result, observations)
    _assert_no_secret(fake, lab, result)


@pytest.mark.parametrize("failure", ["429-date", "503"])
def test_a_failure_that_passes_is_waited_out(fake: FakeService, lab: Lab, failure: str) -> None:
    before = lab.tables()
    fake.fault(failure, times=1)
    (result,) = lab.collect(fake.name)
    assert result.exit == "done", result.entities
    assert {one["status"] for one in lab.of(result)} == {"accepted"}
    after = lab.tables()
    assert before.items() < after.items()
    assert all(f"{result.run}.{fake.name}" in path for path in after.keys() - before.keys())
    assert sum(lab.slept) > 0


@pytest.mark.parametrize("failure", ["missing-field", "empty-list"])
def test_a_source_that_fails_from_the_first_day_leaves_no_row(
    fake: FakeService, tmp_path: Path, failure: str
) -> None:
    lab = Lab(tmp_path)
    fake.today = lab.today.date()
    fake.fault(failure)
    (result,) = lab.collect(fake.name)
    assert result.exit == "failed"
    assert lab.tables() == {}
    assert all(one["reason"] for one in lab.of(result))


def test_a_key_that_comes_back_is_not_stored(fake: FakeService, lab: Lab) -> None:
    before = lab.tables()
    fake.fault("echo-key")
    (result,) = lab.collect(fake.name)
    assert result.exit == "failed"
    assert lab.tables() == before
    _assert_no_secret(fake, lab, result)


@pytest.mark.usefixtures("few_metrics")
def test_a_build_after_a_day_of_failures_serves_what_was_there(
    fakes: dict[str, FakeService],
    good: dict[str, Lab],
    few_seeds: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lab = Lab(tmp_path / "data", FIRST_DAY + timedelta(days=GOOD_DAYS))
    for name in NAMES:
        shutil.copytree(good[name].data_dir, lab.data_dir, dirs_exist_ok=True)
    facts = [build_facts(source) for source in load_all()]
    data.build(facts, folder=lab.data_dir, seeds_dir=few_seeds)
    before = _served(lab.data_dir)
    assert all(table.num_rows for table in before.values()), "every table of every source has rows"
    quick = [name for name in FAILURES if name != "timeout"]
    for number, name in enumerate(NAMES):
        fakes[name].heal()
        _point_to(fakes[name], monkeypatch)
        fakes[name].fault(quick[number % len(quick)])
        (result,) = lab.collect(name)
        assert result.exit == "failed"
        fakes[name].heal()
    data.build(facts, folder=lab.data_dir, seeds_dir=few_seeds)
    assert len(data.build_paths(lab.data_dir)) == 2
    assert _served(lab.data_dir) == before


def _served(home: Path) -> dict[str, pa.Table]:
    """The rows of the tables of all sources in the newest build."""
    build = warehouse.cursor(data.newest_build(home))
    tables = [table for source in listings() for table in source.TABLES]
    return {
        table: build.sql(f"SELECT * FROM {table} ORDER BY ALL").to_arrow_table() for table in tables
    }


def _assert_recorded(lab: Lab, result: SourceResult, observations: list[dict[str, Any]]) -> None:
    path = lab.data_dir / "runs" / f"{result.run}.{result.source}.json"
    record = json.loads(path.read_bytes())
    assert record["exit"] == "failed"
    assert [one["status"] for one in record["entities"]] == [one["status"] for one in observations]


def _assert_no_secret(fake: FakeService, lab: Lab, result: SourceResult) -> None:
    said = repr(result).encode() + lab.everything()
    assert fake.key.encode() not in said
    assert TOKEN.encode() not in said
