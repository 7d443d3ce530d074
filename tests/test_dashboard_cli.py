"""The command `dashboard`: when it builds, what it says, and the settings it hands over."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

import data
import data.warehouse
from dashboard import cli, server
from tests import app_builds

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def home(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A data directory of its own with one build of the shipped seeds."""
    copy = tmp_path / "home"
    shutil.copytree(app_builds.shared_home(tmp_path_factory, "seeds"), copy)
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(copy))
    return copy


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(tmp_path / "empty"))
    return tmp_path / "empty"


class Stage:
    """Stands in for the server and for the process that builds, and remembers both."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.served: list[dict[str, Any]] = []
        self.builds: list[list[str]] = []
        self.exit_code = 0
        self.effect: Callable[[], object] = lambda: None
        app = SimpleNamespace(run=lambda *, config: self.served.append(config))
        monkeypatch.setattr(server, "application", lambda: app)
        monkeypatch.setattr(cli.subprocess, "run", self._build)

    def _build(self, command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        self.builds.append(command)
        self.effect()
        return subprocess.CompletedProcess(command, self.exit_code)

    def run(self, *arguments: str) -> Any:
        given = ["--port", str(free_port()), *arguments]
        return CliRunner().invoke(cli.app, given, catch_exceptions=False)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(monkeypatch)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def command(*arguments: str, cwd: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """The real command, which must end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "dashboard", *arguments],
        cwd=cwd,
        env={**os.environ, "ADOPTION_DATA_DIR": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# Wrong usage and a port in use


def test_help(tmp_path: Path) -> None:
    done = command("--help", cwd=tmp_path, home=tmp_path / "none")
    assert done.returncode == 0
    for option in ("--port", "--host", "--no-browser", "127.0.0.1", "8501"):
        assert option in done.stdout
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("arguments", [["--port", "0"], ["--port", "70000"], ["--nonsense"]])
def test_wrong_usage(stage: Stage, arguments: list[str]) -> None:
    assert stage.run(*arguments).exit_code == 2
    assert not stage.served
    assert not stage.builds


def test_a_port_in_use(tmp_path: Path, taken_port: int) -> None:
    done = command("--port", str(taken_port), "--no-browser", cwd=tmp_path, home=tmp_path / "none")
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: cannot serve on 127.0.0.1:{taken_port}: ")
    assert f"--port {taken_port + 1}" in line or "--port 8501" in line
    assert not (tmp_path / "none").exists()  # nothing was built for nothing


def test_a_host_that_is_none(stage: Stage, home: Path) -> None:
    done = stage.run("--host", "no such host")
    assert done.exit_code == 1
    assert "error: cannot serve on no such host" in done.output
    assert not stage.served


# When it builds


def test_nothing_changed_nothing_built(stage: Stage, home: Path) -> None:
    done = stage.run()
    assert done.exit_code == 0
    assert not stage.builds
    assert len(stage.served) == 1
    assert "Building" not in done.output


def test_changed_seeds_are_built_first(
    stage: Stage, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = {**data.warehouse.fingerprint(home), "seeds": "of other files"}
    monkeypatch.setattr(data.warehouse, "fingerprint", lambda *_: changed)
    stage.effect = lambda: stage.served == [] or pytest.fail("built after it served")
    done = stage.run()
    assert done.exit_code == 0
    assert stage.builds == [[sys.executable, "-m", "collectors", "build"]]
    assert "Building (seeds) ..." in done.output
    assert len(stage.served) == 1


def test_the_real_build_is_made_once(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not a stand-in: a data directory without a build gets one, from any folder, and only one."""
    monkeypatch.chdir(tmp_path)
    for build in (home / "builds").iterdir():
        build.unlink()
    cli.ensure_build()
    (made,) = data.build_paths(home)
    cli.ensure_build()
    assert data.build_paths(home) == [made]
    assert not data.stale_reasons()


def test_without_a_build_one_is_made(stage: Stage, empty_home: Path) -> None:
    done = stage.run()
    assert done.exit_code == 0
    assert len(stage.builds) == 1
    assert "there is no build yet" in done.output


def test_a_failing_build_leaves_the_earlier_one_serving(
    stage: Stage, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = data.newest_build()
    monkeypatch.setattr(data.warehouse, "fingerprint", lambda *_: {"seeds": "broken"})
    stage.exit_code = 1
    done = stage.run()
    assert done.exit_code == 0
    assert len(stage.served) == 1
    assert f"The previous one goes on serving: {earlier.stem}" in done.output
    assert data.build_paths(home) == [earlier]


@pytest.mark.parametrize("code", [1, 75])
def test_a_failing_build_without_an_earlier_one(stage: Stage, empty_home: Path, code: int) -> None:
    stage.exit_code = code
    done = stage.run()
    assert done.exit_code == code
    assert not stage.served


def test_an_unreadable_build_is_an_error_in_words(stage: Stage, home: Path) -> None:
    """A newest file that is no database is said in one line, or passed over; no traceback."""
    broken = data.newest_build().with_name("adoption-29991231T000000000000Z.duckdb")
    broken.write_bytes(b"not a database")
    done = CliRunner().invoke(cli.app, ["--port", str(free_port())])
    assert done.exit_code == 0 or isinstance(done.exception, (SystemExit, data.AdoptionError))


# Settings


def test_settings_are_handed_over(stage: Stage, home: Path) -> None:
    stage.run()
    (config,) = stage.served
    assert config["server.address"] == "127.0.0.1"
    assert config["browser.gatherUsageStats"] is False
    assert config["server.headless"] is True
    # Controls have defaults and are set in every run, which Streamlit would call a mistake.
    assert config["global.disableWidgetStateDuplicationWarning"] is True
    assert config["theme.light.backgroundColor"] == "#ffffff"
    assert config["theme.dark.backgroundColor"] == "#0f1116"


def test_settings_are_the_same_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = server.settings("127.0.0.1", 8501)
    monkeypatch.chdir(tmp_path)
    assert server.settings("127.0.0.1", 8501) == here
    assert Path(server.APP).is_absolute()


def test_the_network_only_when_asked(stage: Stage, home: Path) -> None:
    done = stage.run()
    asked = stage.run("--host", "0.0.0.0")
    addresses = [config["server.address"] for config in stage.served]
    assert addresses == ["127.0.0.1", "0.0.0.0"]
    for told in (done.output, asked.output):
        assert re.search(r"http://127\.0\.0\.1:\d+ ", told)


def test_no_browser_opens_where_nobody_looks(
    stage: Stage, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "_open_when_up", lambda *_: pytest.fail("opened a browser"))
    stage.run()  # standard output is no terminal here
    stage.run("--no-browser")
    assert len(stage.served) == 2


def test_known_errors_are_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stage: Stage
) -> None:
    def fail() -> None:
        raise data.BuildError("seeds/events.csv:3: expected a date, found 'soon'")

    monkeypatch.setattr(cli, "ensure_build", fail)
    monkeypatch.setattr(sys, "argv", ["dashboard", "--port", str(free_port())])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 1
    assert capsys.readouterr().err == "error: seeds/events.csv:3: expected a date, found 'soon'\n"


# Interrupted


def test_an_interrupt_before_it_serves_is_one_line(
    monkeypatch: pytest.MonkeyPatch, stage: Stage
) -> None:
    def fail() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "ensure_build", fail)
    done = stage.run()
    assert (done.exit_code, done.stderr) == (130, "interrupted\n")
    assert not stage.served
