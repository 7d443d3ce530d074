"""What all tests share: data directories of their own, and builds that are made once a test run."""

from __future__ import annotations

import fcntl
import functools
import gc
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer.testing

import data
from collectors import huggingface
from collectors.collect import Collector
from collectors.http import Session
from collectors.source import Tracked, load_all
from tests import forked
from tests.fake_hub import FakeHub

VARIABLE = "ADOPTION_DATA_DIR"
NOWHERE = "http://127.0.0.1:9"
FIRST_DAY = datetime(2026, 5, 30, 6, tzinfo=UTC)
# Both sides of the ends of May and June, and of the end of July a gap.
COLLECTED_DAYS = (0, 1, 2, 3, 31, 32, 60, 66)
FEW_METRICS = ("account_downloads", "downloads_30d", "events", "freshness", "incidents")
catalog = sys.modules["data.catalog"]  # `data.catalog` is a function
FEW = Tracked({"Qwen": ["Qwen"], "google": ["Gemma"], "meta-llama": ["Llama"]})
HUB = data.SourceFacts(
    name=huggingface.NAME,
    title=huggingface.TITLE,
    url=huggingface.URL,
    licence=huggingface.LICENCE,
    citation=huggingface.CITATION,
    cadence_days=1,
    tables=huggingface.TABLES,
)


# A twentieth of the time went into looking for cycles among millions of small objects.
gc.set_threshold(20_000, 10, 10)
# Shells let what runs in the background ignore Ctrl-C, and so would every command of a test.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the browser come first. Workers are handed long runs of neighbours at the start, so
    one of them has all of these with one set of servers, and is not left with them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


@pytest.fixture(scope="session", autouse=True)
def _no_real_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """No test reads or writes the project's own data directory, whatever the shell says."""
    nowhere = str(tmp_path_factory.mktemp("no-data"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, nowhere)
        yield nowhere


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """No power is cut in a test, and waiting until bytes are on the disk takes milliseconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: None)
        patch.setattr(os, "sync", lambda: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_real_service() -> Iterator[None]:
    """No test asks a real service: those that name no fake get no answer."""
    services = [vars(source).get("SERVICE") for source in load_all()]
    variables = {f"{service.name}_BASE_URL" for service in services if service}
    with pytest.MonkeyPatch.context() as patch:
        for variable in {*variables, "HF_ENDPOINT"}:
            patch.setenv(variable, NOWHERE)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_disks() -> Iterator[None]:
    """No file of a test has to survive the machine, and thousands wait milliseconds for that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda number: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _commands_are_read_once() -> Iterator[None]:
    """Typer reads the signatures of all commands whenever one of them is invoked, which takes
    longer than most of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.testing, "_get_command", functools.cache(typer.main.get_command))
        yield


@pytest.fixture(autouse=True)
def _own_data_dir(_no_real_data_dir: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has an empty data directory, unless a fixture of its module chose one."""
    if os.environ[VARIABLE] == _no_real_data_dir:
        monkeypatch.setenv(VARIABLE, str(tmp_path / "home"))


@pytest.fixture(scope="session", autouse=True)
def _pages_open_quickly() -> Iterator[None]:
    """What Streamlit's AppTest does anew at each run is done once: it looks through all installed
    packages, compiles the app and the page, and wakes up a thousand times a second to look whether
    the script has ended. Together that takes as long as a page itself."""
    if "streamlit.testing.v1" not in sys.modules:
        yield
        return
    from streamlit.components.v2 import manifest_scanner  # noqa: PLC0415  (few tests need it)
    from streamlit.runtime.scriptrunner.script_cache import ScriptCache  # noqa: PLC0415
    from streamlit.testing.v1 import local_script_runner as runners  # noqa: PLC0415

    scan = functools.cache(manifest_scanner.scan_component_manifests)
    compiled = ScriptCache()
    look = runners.require_widgets_deltas

    def wait(runner: Any, timeout: float = 3) -> None:
        runner._script_thread.join(timeout)
        look(runner, 0.1)  # which says so when it has not ended

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        patch.setattr(runners, "ScriptCache", lambda: compiled)
        patch.setattr(runners, "require_widgets_deltas", wait)
        yield


@pytest.fixture(scope="session")
def commands() -> Iterator[forked.Commands]:
    """Runs `collectors` in processes of their own, without loading its libraries each time."""
    with forked.server() as commands:
        yield commands


@pytest.fixture(scope="session")
def seeds_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of the shipped seeds alone. Not to be changed."""
    return _built_once(tmp_path_factory, "seeds-alone", lambda home: None)


@pytest.fixture(scope="session")
def collected_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of the seeds and of what the real collector read of a fake Hub on some days: with a
    rename, a removal, a new repository, a day read twice, a day on which one organisation failed.
    """
    return _built_once(tmp_path_factory, "few-collected", _collect_some_days)


@pytest.fixture(scope="session")
def few_seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped seeds with the published series of one source, so that a build is quick."""
    folder = tmp_path_factory.mktemp("few") / "seeds"
    shutil.copytree(data.SEEDS_DIR, folder)
    series = folder / "published_series.csv"
    head, *rows = series.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [
        row for row in rows if re.match(r"(downloads|share)_text_vlm_\w+,(Qwen|all|total)", row)
    ]
    assert kept
    series.write_text(head + "".join(kept), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def few_sql(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some of the metrics, and what they are made from: a build of them takes a tenth of the time.
    For tests of builds, not of metrics."""
    files = {file.name: file for file in (*catalog.rollups(), *catalog.metrics())}
    needed, unread = set(), set(FEW_METRICS)
    while unread:
        file = files[unread.pop()]
        needed.add(file.name)
        unread |= catalog.reads(file, files) - needed
    folder = tmp_path_factory.mktemp("few-sql") / "sql"
    for kind in ("rollups", "metrics"):
        (folder / kind).mkdir(parents=True)
    for name in needed:
        path = files[name].path
        shutil.copy(path, folder / path.parent.name / path.name)
    return folder


@pytest.fixture
def few_metrics(few_sql: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds of this test hold only them."""
    monkeypatch.setattr(catalog, "SQL_DIR", few_sql)


def _built_once(factory: pytest.TempPathFactory, name: str, fill: Callable[[Path], None]) -> Path:
    """The build of a data directory that the first worker to ask fills for all workers."""

    def make(home: Path) -> None:
        home.mkdir()
        fill(home)
        data.build([HUB], folder=home)

    return data.newest_build(made_once(factory, name, make))


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first worker to ask makes for all workers."""
    base = factory.getbasetemp()
    # Each xdist worker has a folder of its own below the one of the whole run.
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            making = home.with_suffix(".making")
            make(making)
            making.rename(home)
    return home


def _collect_some_days(home: Path) -> None:
    with FakeHub() as hub, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", hub.endpoint)
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.delenv("HF_TOKEN", raising=False)
        for day in COLLECTED_DAYS:
            _live(hub, day)
            _collect(home, FIRST_DAY + timedelta(days=day))
        _collect(home, FIRST_DAY + timedelta(days=COLLECTED_DAYS[-1], hours=9))


def _live(hub: FakeHub, day: int) -> None:
    """What happens on the Hub until that day."""
    hub.day = day
    hub.heal()
    if day == 2:
        hub.rename("Qwen/Qwen3-0.6B", "Qwen/Qwen3-0.6B-Renamed")
        hub.models = [model for model in hub.models if model["id"] != "Qwen/Qwen3-8B"]
    if day == 3:
        hub.fault("google", "html")
    if day == 31:
        hub.add("Qwen/Qwen9-1B", downloads=600, createdAt="2026-06-15T00:00:00.000Z")


def _collect(home: Path, now: datetime) -> None:
    worker = Collector(data_dir=home, tracked=FEW, now=lambda: now, new_session=Session)
    (result,) = worker.collect([huggingface.NAME])
    assert result.exit in {"done", "partial"}, result
