"""Many sources in one go: hosts at the same time, one bad source alone, Ctrl-C, keys, the screen.

Threads are real. What happens at the same time is proved by barriers and events, which fail after
PATIENCE, and never by how long it took.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from rich.console import Console
from typer.testing import CliRunner

from collectors import cli, hosts
from collectors.archive_reader import ArchiveReader
from collectors.collect import Collector
from collectors.errors import ConfigurationError, FetchError, WrongAnswerError
from collectors.hosts import MOST_HOSTS, work_by_host
from collectors.http import Session
from collectors.hub import Dataset
from collectors.parsing import parse_run
from collectors.records import SKIPPED, EntityResult, SourceResult
from collectors.screen import RunScreen, plural, problems, result_table, summary
from collectors.source import (
    Fetched,
    Keyed,
    Parsed,
    Tracked,
    archives,
    build_facts,
    listings,
)
from data.freshness import due, status
from data.history import OBSERVATIONS, History
from data.snapshots import Manifest, SnapshotStore
from tests.fake_hub import FakeHub
from tests.forked import Commands

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 20.0  # seconds after which what should have happened never will
TODAY = datetime(2026, 5, 5, 6, 0, tzinfo=UTC)
YESTERDAY = date(2026, 5, 4)
DATED, UNDATED = "npm__downloads", "dockerhub__repositories"
KEY = "NO_SUCH_SERVICE_API_KEY"

Doing = Callable[[str], None]


def nothing(_: str) -> None:
    """What a source does besides that is well."""


@dataclass
class FakeSource:
    """A source whose answers are made here. `on_fetch`, `on_parse` ...: done on the way."""

    NAME: str
    at: str = ""
    planned: list[str] = field(default_factory=lambda: ["all"])
    on_settings: Doing = nothing
    on_address: Doing = nothing
    on_plan: Doing = nothing
    on_fetch: Doing = nothing
    on_parse: Doing = nothing
    on_measure: Doing = nothing
    is_dated: bool = True
    KEY: str | None = None
    KEY_URL: str = "https://example.org/keys"
    TITLE: str = "A source of the tests"
    URL: str = "https://example.org"
    LICENCE: str = "none"
    CITATION: str = "Source: tests, as of {as_of}"
    ENTITY: str = "part"
    MIN_ROWS: int = 1
    CADENCE: timedelta = timedelta(days=1)
    REQUIRED_KEYS: tuple[str, ...] = ()
    MOST_BYTES: int = 1000
    PACE: float = 0.0

    @property
    def TABLES(self) -> tuple[str, ...]:
        return (DATED if self.is_dated else UNDATED,)

    def check_settings(self) -> None:
        self.on_settings(self.NAME)

    def address(self) -> str:
        self.on_address(self.NAME)
        return self.at or f"https://{self.NAME}.example/api"

    def plan(self, have: Collection[str], tracked: Tracked, today: date) -> list[str]:
        self.on_plan(self.NAME)
        return self.planned

    def fetch(
        self, session: Session, planned: Sequence[str], tracked: Tracked
    ) -> Iterator[Fetched]:
        for entity in planned:
            self.on_fetch(entity)
            yield Fetched(entity, self.URL, 200, b"3", rows=3)

    def parse(self, body: bytes, manifest: Manifest) -> Parsed:
        self.on_parse(manifest.entity)
        row = {"run": manifest.run, "observed_at": manifest.fetched_at}
        if self.is_dated:
            days = [YESTERDAY - timedelta(days=n) for n in range(int(body))]
            dated = {**row, "package": manifest.entity, "downloads": 5}
            return Parsed({DATED: [{**dated, "date": day} for day in days]}, len(days))
        known = {**row, "pulls": 5, "stars": None, "last_updated_at": None}
        names = [f"{manifest.entity}/{n}" for n in range(int(body))]
        return Parsed({UNDATED: [{**known, "repository": name} for name in names]}, len(names))

    def measure(self, parsed: Parsed, before: Parsed | None) -> dict[str, int | None]:
        self.on_measure(self.NAME)
        return {"rows": parsed.rows_read}


def wait_for(event: threading.Event) -> None:
    assert event.wait(PATIENCE), "it never happened"


def raising(error: BaseException) -> Doing:
    def fail(_: str) -> None:
        raise error

    return fail


@dataclass
class Lab:
    """A data directory and the sources that are known."""

    home: Path
    sources: list[FakeSource]
    now: datetime = TODAY

    def collect(self, *names: str, every: bool = True) -> dict[str, SourceResult]:
        worker = Collector(data_dir=self.home, tracked=Tracked(), now=lambda: self.now)
        results = worker.collect(names or None, every=every and not names)
        found = {result.source: result for result in results}
        assert list(found) == [s.NAME for s in self.sources if s.NAME in found]
        return found

    def record(self, source: str) -> dict[str, Any]:
        (path,) = (self.home / "runs").glob(f"*.{source}.json")
        found: dict[str, Any] = json.loads(path.read_bytes())
        return found

    def rows(self, source: str, name: str = DATED) -> int:
        paths = History(self.home / "history").partitions(name)
        mine = [path for path in paths if path.name.endswith(f".{source}.parquet")]
        return sum(pq.read_metadata(path).num_rows for path in mine)

    def bodies(self, source: str) -> list[str]:
        found = (self.home / "snapshots" / source).glob("*/*.body.gz")
        return sorted(path.name.removesuffix(".body.gz") for path in found)


@pytest.fixture
def lab_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Lab]:
    """A lab with these sources in the place of ours."""

    def make(*sources: FakeSource) -> Lab:
        for source in sources:
            monkeypatch.setitem(sys.modules, f"collectors.{source.NAME}", source)
        monkeypatch.setattr("collectors.SOURCES", tuple(source.NAME for source in sources))
        monkeypatch.setenv("ADOPTION_DATA_DIR", str(tmp_path))
        monkeypatch.delenv(KEY, raising=False)
        return Lab(tmp_path, list(sources))

    return make


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    """A test that leaves a thread behind lets it go on, and it ends."""
    yield
    until = time.monotonic() + PATIENCE
    while hosts.are_left_behind():
        assert time.monotonic() < until, "a thread is left behind"
        time.sleep(0.01)


def run(*arguments: str) -> tuple[int, str, str]:
    """The command within this process: exit code, standard output, standard error."""
    result = CliRunner().invoke(cli.app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


# By host


def test_hosts_are_read_at_the_same_time(lab_of: Callable[..., Lab]) -> None:
    all_are_there = threading.Barrier(3)

    def meet(_: str) -> None:
        all_are_there.wait(PATIENCE)

    lab = lab_of(*(FakeSource(name, on_fetch=meet) for name in ("one", "two", "three")))
    assert {result.exit for result in lab.collect().values()} == {"done"}


def test_sources_at_one_host_are_never_read_at_once(lab_of: Callable[..., Lab]) -> None:
    """Four at one host, under three addresses of it, and others beside them all the time."""
    at_work = threading.Lock()
    order: list[str] = []
    others = threading.Semaphore(0)

    def alone(name: str) -> None:
        assert at_work.acquire(blocking=False), f"{name} is read beside another at its host"
        try:
            order.append(name)
            # Another host is read meanwhile, and nobody else takes this one.
            assert others.acquire(timeout=PATIENCE)
            time.sleep(0.02)
        finally:
            at_work.release()

    same = ("https://Same.example/a", "https://same.example:443/b", "https://same.example/b")
    lab = lab_of(
        *(FakeSource(f"same_{n}", at=at, planned=[f"same_{n}"], on_fetch=alone)
          for n, at in enumerate((*same, same[0]))),
        *(FakeSource(f"other_{n}", on_fetch=lambda _: others.release()) for n in range(4)),
    )  # fmt: skip
    assert {result.exit for result in lab.collect().values()} == {"done"}
    assert order == ["same_0", "same_1", "same_2", "same_3"]


def test_another_port_is_another_host(lab_of: Callable[..., Lab]) -> None:
    both = threading.Barrier(2)
    lab = lab_of(
        FakeSource("one", at="http://127.0.0.1:1", on_fetch=lambda _: both.wait(PATIENCE)),
        FakeSource("two", at="http://127.0.0.1:2", on_fetch=lambda _: both.wait(PATIENCE)),
    )
    assert {result.exit for result in lab.collect().values()} == {"done"}


def test_so_many_hosts_at_most() -> None:
    """Two rounds: each lets go when as many as may are at work, and one more is never seen."""
    lock, round_is_full = threading.Lock(), threading.Barrier(MOST_HOSTS)
    at_work: list[int] = [0]
    seen: list[int] = []

    def work() -> None:
        with lock:
            at_work[0] += 1
            seen.append(at_work[0])
        round_is_full.wait(PATIENCE)
        with lock:
            at_work[0] -= 1

    work_by_host([[work] for _ in range(2 * MOST_HOSTS)], threading.Event())
    assert len(seen) == 2 * MOST_HOSTS
    assert max(seen) == MOST_HOSTS


def test_results_stand_in_the_order_of_the_sources(lab_of: Callable[..., Lab]) -> None:
    ended = threading.Event()
    lab = lab_of(
        FakeSource("first", on_fetch=lambda _: wait_for(ended)),
        FakeSource("second"),
        FakeSource("third", on_measure=lambda _: ended.set()),
    )
    assert list(lab.collect()) == ["first", "second", "third"]
    lab.now += timedelta(days=1)
    assert list(lab.collect("third", "first", "third")) == ["first", "third"]


def test_each_writes_its_own(lab_of: Callable[..., Lab]) -> None:
    """Twelve sources into the same two tables, all at once, twice."""
    sources = [
        FakeSource(f"s{n}", planned=[f"{n}-{part}" for part in range(5)], is_dated=n % 2 == 0)
        for n in range(12)
    ]
    lab = lab_of(*sources)
    for _ in range(2):
        results = lab.collect()
        assert {(r.exit, r.rows) for r in results.values()} == {("done", 15)}
        lab.now += timedelta(days=1)
    for source in sources:
        assert lab.rows(source.NAME, source.TABLES[0]) == 2 * 15
        observed = History(lab.home / "history").observations(source.NAME)
        assert [o["entity"] for o in observed] == source.planned * 2
    assert not list(lab.home.rglob("*.tmp"))


# One bad source


class UnforeseenError(Exception):
    """An error that no code expects."""


BOOM = "UnforeseenError: boom"
WRONG_SETTING = ConfigurationError("BAD_BASE_URL: expected an http or https address")
BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "fetch raises": (
        {"on_fetch": raising(UnforeseenError("boom"))},
        "failed",
        BOOM,
    ),
    "fetch raises ours": ({"on_fetch": raising(FetchError("HTTP 500"))}, "failed", "HTTP 500"),
    "fetch raises the system's": (
        {"on_fetch": raising(ConnectionResetError(104, "reset"))},
        "failed",
        "ConnectionResetError: [Errno 104] reset",
    ),
    "plan raises": (
        {"on_plan": raising(UnforeseenError("boom"))},
        "failed",
        BOOM,
    ),
    "nothing to plan": ({"planned": []}, "failed", "the seeds name no part to ask for"),
    "address raises": (
        {"on_address": raising(WRONG_SETTING), "on_settings": raising(WRONG_SETTING)},
        "failed",
        "BAD_BASE_URL: expected an http or https address",
    ),
    "settings are wrong": ({"on_settings": raising(WRONG_SETTING)}, "failed", "BAD_BASE_URL: "),
    "settings raise": (
        {"on_settings": raising(UnforeseenError("boom"))},
        "failed",
        BOOM,
    ),
    "body is wrong": (
        {"on_parse": raising(WrongAnswerError("expected JSON, found HTML"))},
        "failed",
        "expected JSON, found HTML",
    ),
    "parser raises": ({"on_parse": raising(KeyError("models"))}, "failed", "KeyError: 'models'"),
    "measure raises": (
        {"on_measure": raising(UnforeseenError("boom"))},
        "failed",
        BOOM,
    ),
}


@pytest.mark.parametrize("fault", BAD)
def test_one_bad_source_is_alone(lab_of: Callable[..., Lab], fault: str) -> None:
    settings, exit_, message = BAD[fault]
    lab = lab_of(FakeSource("good"), FakeSource("bad", **settings), FakeSource("well"))
    results = lab.collect()
    assert {name: result.exit for name, result in results.items()} == {
        "good": "done",
        "bad": exit_,
        "well": "done",
    }
    said = problems(results["bad"], "part")
    assert any(message in sentence for sentence in said), said
    assert lab.record("bad")["exit"] == exit_
    assert message in json.dumps(lab.record("bad"))
    assert (lab.rows("good"), lab.rows("well")) == (3, 3)
    if fault != "measure raises":
        assert lab.rows("bad") == 0


@pytest.mark.parametrize("is_cut_off", [True, False])
def test_one_whose_history_is_damaged_is_asked_and_does_not_stop_the_others(
    lab_of: Callable[..., Lab], is_cut_off: bool
) -> None:
    lab = lab_of(FakeSource("one"), FakeSource("two"))
    lab.collect()
    (path,) = History(lab.home / "history").of_source("one")
    good = path.read_bytes()
    path.write_bytes(good[:300] if is_cut_off else good[:4] + b"\xff" * 200 + good[204:])
    if is_cut_off:
        shutil.rmtree(lab.home / "snapshots")
    (problem,) = status(lab.now, [build_facts(source) for source in lab.sources])["problems"]
    assert problem.startswith(f"{path}: expected a whole Parquet file")
    lab.now += timedelta(days=1)
    found = lab.collect(every=False)
    assert {name: result.exit for name, result in found.items()} == {"one": "failed", "two": "done"}
    assert str(found["one"].error).startswith(f"stored, but not parsed: {path}")
    assert lab.bodies("one")[-1:] == ["all"]


def test_a_parser_that_breaks_is_told_and_does_not_stop_later_runs(
    lab_of: Callable[..., Lab],
) -> None:
    lab = lab_of(FakeSource("one", planned=["a", "b"]))
    (source,) = lab.sources

    def break_on_a(entity: str) -> None:
        if entity == "a":
            raise KeyError("models")

    source.on_parse = break_on_a
    result = lab.collect("one")["one"]
    assert (result.exit, result.rows) == ("partial", 3)
    assert result.entities[0].status == "rejected"
    reason = str(result.entities[0].reason)
    assert reason.startswith("KeyError: 'models'")
    assert reason.endswith("a fault of the collector, please report it")
    source.on_parse = nothing
    lab.now += timedelta(hours=1)
    assert lab.collect("one")["one"].exit == "done"


def test_where_a_fault_of_ours_is(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of(FakeSource("one", on_fetch=raising(UnforeseenError("line one\nline two"))))
    found = str(lab.collect("one")["one"].error)
    assert found.startswith("UnforeseenError: line one line two at collectors/collect.py:")


def test_one_that_hangs_holds_up_its_own_host_only(lab_of: Callable[..., Lab]) -> None:
    rest_is_done = threading.Event()
    left = [3]

    def one_less(_: str) -> None:
        left[0] -= 1
        if not left[0]:
            rest_is_done.set()

    lab = lab_of(
        FakeSource("slow", on_fetch=lambda _: wait_for(rest_is_done)),
        *(FakeSource(f"quick_{n}", at="https://q.example", on_measure=one_less) for n in range(3)),
    )
    assert {result.exit for result in lab.collect().values()} == {"done"}


def test_a_fault_of_a_source_that_is_named_alone(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of(FakeSource("bad", on_settings=raising(WRONG_SETTING)), FakeSource("good"))
    with pytest.raises(ConfigurationError, match="BAD_BASE_URL"):
        lab.collect("bad")
    assert list(lab.home.iterdir()) == [], "nothing had begun"
    results = lab.collect("bad", "good")
    assert {name: result.exit for name, result in results.items()} == {
        "bad": "failed",
        "good": "done",
    }
    code, out, err = run("collect", "bad")
    assert (code, out, err) == (2, "", f"error: {WRONG_SETTING}\n")
    code, out, err = run("collect", "--all")
    assert code == 1
    assert f"bad: {WRONG_SETTING}\n" in err
    assert "next: collectors build" in err


# A full disk, Ctrl-C


def full_disk(lab: Lab, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No body of that source can be stored any more."""
    import data.snapshots  # noqa: PLC0415

    real = data.snapshots.write_atomically

    def write(path: Path, content: bytes) -> None:
        if source in path.parts and path.name.endswith(".body.gz"):
            raise OSError(28, "No space left on device", str(path))
        real(path, content)

    monkeypatch.setattr("data.snapshots.write_atomically", write)


def test_a_full_disk_ends_everything(
    lab_of: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no fault of one source: the others end too, and what they brought is used later."""
    go_on, has_one = threading.Event(), threading.Event()

    def hang_on_b(entity: str) -> None:
        if entity == "b":
            has_one.set()
            wait_for(go_on)

    lab = lab_of(
        FakeSource("full", on_fetch=lambda _: wait_for(has_one)),
        FakeSource("never", at="https://full.example"),
        FakeSource("hangs", planned=["a", "b"], on_fetch=hang_on_b),
    )
    with monkeypatch.context() as patched:
        full_disk(lab, "full", patched)
        with pytest.raises(OSError, match="No space left"):
            lab.collect()
    assert lab.record("full")["exit"] == "crashed"
    assert lab.record("hangs")["exit"] == "interrupted"
    assert not list((lab.home / "runs").glob("*.never.json"))
    before = sorted(lab.home.rglob("*"))
    go_on.set()
    while hosts.are_left_behind():
        time.sleep(0.01)
    assert sorted(lab.home.rglob("*")) == before, "what came too late is not kept"

    lab.now += timedelta(hours=1)
    assert {result.exit for result in lab.collect().values()} == {"done"}
    observed = History(lab.home / "history").observations("hangs")
    assert [(o["entity"], o["status"]) for o in observed] == [
        ("a", "accepted"),
        ("b", "not_reached"),
        ("a", "accepted"),
        ("b", "accepted"),
    ]


def test_a_full_disk_as_the_command_says_it(
    lab_of: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = lab_of(FakeSource("one"), FakeSource("two"))
    full_disk(lab, "two", monkeypatch)
    code, out, err = run("collect", "--all")
    assert (code, out) == (1, "")
    assert "all.body.gz: no space is left on the disk" in err.splitlines()[-1]


def hang_and_interrupt() -> tuple[threading.Event, Callable[[str], None], Callable[[str], None]]:
    """One source that hangs until the event, and one that is interrupted while it does."""
    go_on = threading.Event()
    both = threading.Barrier(2)

    def hang(_: str) -> None:
        both.wait(PATIENCE)
        wait_for(go_on)

    def interrupt(_: str) -> None:
        both.wait(PATIENCE)
        raise KeyboardInterrupt

    return go_on, hang, interrupt


def test_an_interrupt_ends_everything(lab_of: Callable[..., Lab]) -> None:
    go_on, hang, interrupt = hang_and_interrupt()
    lab = lab_of(FakeSource("hangs", on_fetch=hang), FakeSource("stopped", on_fetch=interrupt))
    with pytest.raises(KeyboardInterrupt):
        lab.collect()
    assert lab.record("hangs")["exit"] == lab.record("stopped")["exit"] == "interrupted"
    before = lab.record("hangs")
    go_on.set()
    while hosts.are_left_behind():
        time.sleep(0.01)
    assert lab.record("hangs") == before
    assert lab.bodies("hangs") == []


def test_nothing_is_written_after_an_interrupt(lab_of: Callable[..., Lab]) -> None:
    """What was read is parsed meanwhile: the next run finishes it, not a thread left behind."""
    go_on, hang, interrupt = hang_and_interrupt()
    lab = lab_of(FakeSource("parsed", on_parse=hang), FakeSource("stopped", on_fetch=interrupt))
    with pytest.raises(KeyboardInterrupt):
        lab.collect()
    assert lab.record("parsed")["exit"] == "interrupted"
    before = sorted(lab.home.rglob("*"))
    go_on.set()
    while hosts.are_left_behind():
        time.sleep(0.01)
    assert sorted(lab.home.rglob("*")) == before
    assert lab.rows("parsed") == 0

    for source in lab.sources:
        source.on_fetch = source.on_parse = nothing
    lab.now += timedelta(hours=1)
    assert {result.exit for result in lab.collect().values()} == {"done"}
    assert lab.rows("parsed") == 2 * 3, "those of the interrupted run too"


@pytest.mark.parametrize("tables", [1, 2])
def test_tables_are_not_written_after_a_stop(tmp_path: Path, tables: int) -> None:
    """It is looked at before each table, and before what says that all are there."""
    source: Any = FakeSource("one")
    history, store = History(tmp_path / "history"), SnapshotStore(tmp_path)
    run_ = store.open_run("one", ["all"], TODAY)
    run_.store(Manifest("one", run_.name, "all", "u", TODAY, 200, "none", "none"), b"3")
    left = iter([None] * tables)

    def mind() -> None:
        next(left)

    with pytest.raises(StopIteration):
        parse_run(source, run_, history, {"all": []}, mind)
    assert history.tables() == ([DATED] if tables == 2 else [])
    assert not history.is_parsed(run_.name, "one")


@pytest.fixture
def deaf() -> Iterator[str]:
    """The address of a service that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_ctrl_c_of_the_real_command(tmp_path: Path, deaf: str, commands: Commands) -> None:
    """One host is read, two never answer: all end at once, and the next run goes on."""
    asked, go_on = threading.Event(), threading.Event()
    with FakeHub() as hub:

        def wait_on_google() -> None:
            if hub.requests[-1].query.get("author") == ["google"]:
                asked.set()
                go_on.wait(PATIENCE)

        hub.before_answer = wait_on_google
        environment = {
            **os.environ,
            "ADOPTION_DATA_DIR": str(tmp_path),
            "HF_ENDPOINT": hub.endpoint,
            "OLLAMA_BASE_URL": deaf,
            "INTERCONNECTS_BASE_URL": deaf,
            "NO_PROXY": "127.0.0.1",
        }
        names = ("huggingface", "ollama", "interconnects")
        command = [sys.executable, "-m", "collectors", "collect", *names]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
        )
        wait_for(asked)
        runs = tmp_path / "snapshots" / "ollama"
        until = time.monotonic() + PATIENCE
        while not list(runs.glob("*/plan.json")):
            assert time.monotonic() < until
            time.sleep(0.01)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
        took = time.monotonic() - began
        go_on.set()
    assert process.returncode == 130
    assert "Traceback" not in err
    assert err.endswith("what was read is kept, and the next `collectors collect` uses it\n")
    assert took < 5, "a second of grace, and what a busy machine needs"
    records = {
        json.loads(path.read_bytes())["source"]: json.loads(path.read_bytes())["exit"]
        for path in (tmp_path / "runs").glob("*.json")
    }
    assert records["huggingface"] == records["ollama"] == "interrupted"
    kept = len(list(tmp_path.glob("snapshots/huggingface/*/*.body.gz")))
    assert kept > 0

    with FakeHub() as hub:
        go_on_with = {**environment, "HF_ENDPOINT": hub.endpoint}
        again = commands("collect", "huggingface", env=go_on_with).ended()
    assert again.returncode == 0, again.stderr
    assert "huggingface: finished the interrupted run" in again.stderr
    assert f"which had reached {kept} of" in again.stderr


# Keys


def test_a_source_without_its_key_is_skipped(
    lab_of: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = lab_of(FakeSource("keyed", KEY=KEY), FakeSource("open"))
    line = f"keyed: skipped, {KEY} is not set; https://example.org/keys gives one\n"
    for arguments in (["collect", "--all"], ["collect"]):
        code, out, err = run(*arguments)
        assert code == 0
        assert line in err
        if arguments != ["collect"]:
            assert [row.split()[:2] for row in out.splitlines()[2:]] == [
                ["keyed", "no"],
                ["open", "done"],
            ]
    assert "nothing is due" in err, "nothing but what is skipped"
    assert out == ""
    for arguments in (["collect", "keyed"], ["collect", "keyed", "open"]):
        code, out, err = run(*arguments)
        assert (code, line in err) == (1, True)
    assert [path.name.split(".")[1] for path in sorted((lab.home / "runs").glob("*.json"))] == [
        "open",
        "open",
    ]
    assert History(lab.home / "history").observations("keyed") == []
    assert not (lab.home / "snapshots" / "keyed").exists()

    found = json.loads(run("status", "--json")[1])["sources"]
    keyed = next(source for source in found if source["name"] == "keyed")
    assert (keyed["is_without_key"], keyed["is_due"], keyed["missing"]) == (True, False, [])
    row = next(row for row in run("status")[1].splitlines() if row.startswith("keyed"))
    assert "no key" in row

    code, out, err = run("sources")
    assert "not set" in next(row for row in out.splitlines() if row.startswith("keyed"))
    assert line in err
    monkeypatch.setenv(KEY, " \t")
    assert lab.collect("keyed")["keyed"].exit == SKIPPED
    monkeypatch.setenv(KEY, "a-key")
    assert lab.collect()["keyed"].exit == "done"
    described = {source["name"]: source for source in json.loads(run("sources", "--json")[1])}
    assert (described["keyed"]["key"], described["keyed"]["is_key_set"]) == (KEY, True)
    assert (described["open"]["key"], described["open"]["is_key_set"]) == (None, None)
    assert " set " in next(r for r in run("sources")[1].splitlines() if r.startswith("keyed"))


def test_a_key_says_where_one_is_got() -> None:
    needing = [source for source in listings() if source.KEY]
    for source in needing:
        assert isinstance(source, Keyed)
        assert source.KEY_URL.startswith("https://")
        assert source.KEY is not None
        assert source.KEY.endswith("_API_KEY")


# What is due


def test_names_that_differ_every_run_are_not_missed(lab_of: Callable[..., Lab]) -> None:
    """A source whose entities are ranges of days: what older runs asked for is not asked again."""
    lab = lab_of(FakeSource("ranges", planned=["a..b", "c..d"]))
    (source,) = lab.sources
    assert lab.collect(every=False)["ranges"].exit == "done"
    assert lab.collect(every=False) == {}
    lab.now += timedelta(days=1)
    source.planned = ["e..f"]
    assert lab.collect(every=False)["ranges"].exit == "done"
    found = due(History(lab.home / "history"), "ranges", 1, lab.now)
    assert (found.is_due, found.missing) == (False, ())

    # One that failed is due, until a run of the day has what it asked for under another name.
    lab.now += timedelta(days=1)
    source.planned, source.on_fetch = ["g..h"], raising(FetchError("HTTP 500"))
    assert lab.collect(every=False)["ranges"].exit == "failed"
    assert due(History(lab.home / "history"), "ranges", 1, lab.now).is_due
    lab.now += timedelta(minutes=5)
    source.planned, source.on_fetch = ["g..i"], nothing
    assert lab.collect(every=False)["ranges"].exit == "done"
    assert lab.collect(every=False) == {}


# What is shown


def test_the_newest_date_is_that_of_the_data(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of(
        FakeSource("dated"),
        FakeSource("listed", is_dated=False),
        FakeSource("bad", on_fetch=raising(FetchError("HTTP 500"))),
    )
    results = lab.collect()
    assert {name: (r.rows, r.newest_date) for name, r in results.items()} == {
        "dated": (3, YESTERDAY),
        "listed": (3, TODAY.date()),
        "bad": (0, None),
    }
    assert lab.record("dated")["newest_date"] == "2026-05-04"
    assert lab.record("dated")["rows"] == 3
    lines = summary(list(results.values())).splitlines()
    assert lines[0].split() == ["source", "result", "rows", "newest", "seconds"]
    assert lines[2].split()[:4] == ["dated", "done", "3", "2026-05-04"]
    assert lines[4].split()[:4] == ["bad", "failed", "0", "-"]


def test_seconds_have_one_decimal() -> None:
    entities = [EntityResult(str(n), "accepted", None, 1, n) for n in (18.0, 4.26, None)]
    results = [
        SourceResult("a", "", TODAY, TODAY + timedelta(seconds=n), "done", entities=entities)
        for n in (18, 4.26, 1234)
    ]
    shown = [line.split()[-1] for line in summary(results).splitlines()[2:]]
    assert shown == ["18.0", "4.3", "1,234.0"]
    shown = [line.split()[-2] for line in result_table(results[0], "part").splitlines()[2:]]
    assert shown == ["18.0", "4.3", "-"]


def test_an_entity_of_which_a_row_was_set_aside_is_not_had(lab_of: Callable[..., Lab]) -> None:
    """A source that asks for what it does not have asks for it again, until it is whole."""
    faults: dict[str, int] = {"b": 1, "c": 1}
    had: list[set[str]] = []

    class Partly(FakeSource):
        def plan(self, have: Collection[str], tracked: Tracked, today: date) -> list[str]:
            had.append(set(have))
            return self.planned

        def parse(self, body: bytes, manifest: Manifest) -> Parsed:
            found = super().parse(body, manifest)
            aside = ["a fault"] * faults.get(manifest.entity, 0)
            return Parsed(found.tables, found.rows_read + len(aside), 0, aside)

    lab = lab_of(Partly("one", planned=["a", "b", "c"]))
    for _ in range(2):
        assert lab.collect()["one"].exit == "done"
        lab.now += timedelta(days=1)
        faults.pop("b", None)
    lab.collect()
    assert had == [set(), {"a"}, {"a", "b"}]


def test_the_table_says_how_much_of_a_source_is_there(lab_of: Callable[..., Lab]) -> None:
    def fail_on_b(entity: str) -> None:
        if entity == "b":
            raise WrongAnswerError("expected JSON, found HTML")

    lab = lab_of(FakeSource("one", planned=["a", "b", "c"], on_parse=fail_on_b), FakeSource("two"))
    code, out, err = run("collect", "--all")
    assert code == 1
    assert out.splitlines()[2].startswith("one     partial, 2 of 3     6  2026-05-04")
    assert "one: b: rejected: expected JSON, found HTML\n" in err
    assert "part  " not in out, "entities are shown when asked for"
    assert run("collect", "--all", "--verbose")[1].startswith("part  rows")
    assert run("collect", "one")[1].startswith("part  rows")
    assert lab.rows("one") == 3 * 6


def test_the_real_sources_fit_the_width_of_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENROUTER_API_KEY", "ARTIFICIAL_ANALYSIS_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OLLAMA_BASE_URL", "http://127.0.0.1:8901")
    monkeypatch.setenv("NPM_BASE_URL", "nonsense")
    _, out, err = run("sources")
    assert max(map(len, out.splitlines())) <= 120
    rows = {row.split()[0]: row for row in out.splitlines()}
    assert rows["ollama"].endswith("127.0.0.1:8901")
    assert rows["npm"].endswith("-")
    assert "npm: NPM_BASE_URL: expected an http or https address" in err
    _, out, _ = run("status")
    assert max(map(len, out.splitlines())) <= 100
    assert len(out.splitlines()) >= len(listings()) + len(archives())


def test_nouns_in_the_plural() -> None:
    assert [plural(noun) for noun in ("repository", "range of days", "organisation")] == [
        "repositories",
        "ranges of days",
        "organisations",
    ]


def answer(entity: str) -> Fetched:
    return Fetched(entity, "https://example.org", 200, b"", rows=2)


@pytest.mark.parametrize("is_terminal", [True, False])
def test_the_screen_is_told_by_many_threads(is_terminal: bool) -> None:
    screen = RunScreen()
    written = io.StringIO()
    screen.console = Console(file=written, force_terminal=is_terminal, width=100)
    names = [f"source_{n}" for n in range(6)]
    together = threading.Barrier(len(names))

    def one(name: str) -> None:
        source: Any = FakeSource(name)
        together.wait(PATIENCE)
        screen.began(source, 20)
        for n in range(20):
            screen.received(name, "a file", n, 20)
            screen.read(name, answer(f"entity {n}"), 0.1)
        screen.note(f"{name}: a note")
        screen.ended(SourceResult(name, "", TODAY, exit="done"))

    threads = [threading.Thread(target=one, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    text = written.getvalue()
    if is_terminal:
        assert "20/20" in text
        assert all(f"{name}: a note" in text for name in names)
        return
    lines = text.splitlines()
    assert len(lines) == len(names) * 22
    for name in names:
        mine = [line for line in lines if line.startswith(f"{name}: ")]
        assert mine[0] == f"{name}: asking for 20"
        assert mine[1:-1] == [f"{name}: [{n + 1}/20] entity {n}: 2 rows, 0.1 s" for n in range(20)]


def test_bars_stay_until_the_last_source_has_ended() -> None:
    screen = RunScreen()
    screen.console = Console(file=io.StringIO(), force_terminal=True, width=100)
    one: Any = FakeSource("one")
    two: Any = FakeSource("two")
    screen.began(one, 1)
    screen.began(two, 1)
    screen.ended(SourceResult("one", "", TODAY, exit="done"))
    assert screen._bars is not None
    assert [task.description for task in screen._bars.tasks] == ["one", "two"]
    # A source whose settings were wrong never began.
    screen.ended(SourceResult("three", "", TODAY, exit="failed"))
    screen.ended(SourceResult("two", "", TODAY, exit="done"))
    assert screen._bars is None


# Archives beside others


def test_an_archive_leaves_alone_what_others_write(tmp_path: Path) -> None:
    """It removes what its own killed processes left, while another source writes its file."""
    archive = archives()[0]
    folder = tmp_path / "history" / OBSERVATIONS / "2026-05"
    folder.mkdir(parents=True)
    (tmp_path / "snapshots" / archive.NAME).mkdir(parents=True)
    run_ = "20260505T060000000000Z"
    mine = folder / f".{run_}.{archive.NAME}.parquet.17.tmp"
    others = folder / f".{run_}.ollama.parquet.17.tmp"
    for path in (mine, others):
        path.write_bytes(b"PAR1")
    reader = ArchiveReader(
        data_dir=tmp_path,
        source=archive,
        new_dataset=lambda: Dataset.from_environment(Session(), archive.DATASET),
        now=lambda: TODAY,
    )
    reader.recover()
    assert (mine.exists(), others.exists()) == (False, True)
    assert SnapshotStore(tmp_path).runs("ollama") == []
