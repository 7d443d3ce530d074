"""Data directories for tests of the dashboard: seeds only, a Hub collection, every source filled,
and none at all.

They are made once a test run, in the folder that all pytest-xdist workers share.
"""

from __future__ import annotations

import fcntl
import functools
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

import collectors.cli
import data
from collectors.collect import Collector
from collectors.http import Session
from collectors.source import Tracked, listings
from tests import hub_by_hand
from tests.fake_hub import FakeHub
from tests.fake_services import AllServices

FIRST_DAY = datetime(2026, 5, 5, 6, tzinfo=UTC)
# Both sides of the end of May were read, so June begins exactly; the ends of June and July fall
# into gaps, so those boundaries are interpolated.
COLLECTED_DAYS = (0, 12, 26, 27, 45, 62, 84, 97)
# Readings of every service: counters at the ends of months, so that there are whole months of them;
# what brings its own past, once; what a page compares with itself, twice.
_COUNTERS = ("ollama", "dockerhub", "github")
_TWICE = ("huggingface", "openrouter", "openrouter_models", "lmarena")
LAST_DAY = date(2026, 9, 10)
READINGS: Mapping[date, Sequence[str]] = {
    date(2026, 6, 30): _COUNTERS,
    date(2026, 7, 31): _COUNTERS,
    date(2026, 8, 31): (*_COUNTERS, *_TWICE),
    LAST_DAY: [source.NAME for source in listings()],
}


def seeds_only(home: Path) -> None:
    """A build from the shipped figures alone."""
    data.build(facts(), folder=home)


def collected(home: Path) -> None:
    """A build after the real collector read a fake Hub on some days of three months."""
    collect(home)
    data.build(facts(), folder=home)


def hub(home: Path) -> None:
    """The same, and tables of the whole Hub that were filled by hand."""
    read = shared(home.parent, "collected")
    shutil.copytree(read, home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("builds", "done"))
    hub_by_hand.build(home, facts())


def hub_month(home: Path) -> None:
    """Seeds, and tables of the whole Hub with one month only."""
    hub_by_hand.build(home, facts(), first=hub_by_hand.LAST_MONTH)


def collect(home: Path) -> None:
    """Let the real collector read a fake Hub on some days of three months."""
    with FakeHub() as hub, environment(HF_ENDPOINT=hub.endpoint, NO_PROXY="127.0.0.1"):
        for day in COLLECTED_DAYS:
            hub.day = day
            collect_once(home, FIRST_DAY + timedelta(days=day))


def collect_once(home: Path, now: datetime, names: Sequence[str] = ("huggingface",)) -> None:
    """One run of collectors, by default of the Hub's, as if at that instant."""
    worker = Collector(
        data_dir=home,
        tracked=tracked(),
        now=lambda: now,
        new_session=Session,
    )
    results = worker.collect(names)
    assert {result.source: result.exit for result in results} == dict.fromkeys(names, "done")


@functools.cache
def tracked() -> Tracked:
    """What the shipped seeds say that is to be read; they are checked once a process."""
    return collectors.cli.tracked_from_seeds()


def filled(home: Path) -> None:
    """A build after the real collectors read fakes of all services on some days of three months."""
    with (
        AllServices() as services,
        environment(**services.environment, NO_PROXY="127.0.0.1"),
        pytest.MonkeyPatch.context() as patch,
    ):
        for source in listings():
            patch.setattr(source, "PACE", 0.0)
        for day, names in READINGS.items():
            services.hub.day = (day - FIRST_DAY.date()).days
            for fake in services.fakes.values():
                fake.today = day
            collect_once(home, datetime.combine(day, time(6), UTC), names)
    data.build(facts(), folder=home)


def empty(home: Path) -> None:
    """No build."""
    home.mkdir(parents=True, exist_ok=True)


def facts() -> list[data.SourceFacts]:
    """What the command `collectors build` hands to a build."""
    return collectors.cli.source_facts()


MAKERS: Mapping[str, Callable[[Path], None]] = {
    "seeds": seeds_only,
    "collected": collected,
    "empty": empty,
    "hub": hub,
    "hub-month": hub_month,
    "filled": filled,
}


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Environment variables for a while; HF_TOKEN is never among them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("HF_TOKEN", raising=False)
        for name, value in values.items():
            patch.setenv(name, value)
        yield


def shared_home(factory: pytest.TempPathFactory, kind: str) -> Path:
    """The data directory of that kind, made by the first worker that asks. Not to be changed."""
    base = factory.getbasetemp()
    # Each xdist worker has a folder of its own below the one of the whole run.
    return shared(base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base, kind)


def shared(root: Path, kind: str) -> Path:
    """The same in the folder that all workers share."""
    home = root / f"app-{kind}"
    with (root / f"app-{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "done").exists():
            home.mkdir(exist_ok=True)
            MAKERS[kind](home)
            (home / "done").touch()
    return home
