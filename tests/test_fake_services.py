"""The fakes themselves: that they can be started by hand, and that each fault is what it says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.fake_services import FAULTS, AllServices, FakeService, Reply, Request, discover
from tests.forked import Commands

ROOT = Path(__file__).resolve().parent.parent
BY_HAND = [sys.executable, "-m", "tests.fake_services"]


class Echo(FakeService):
    """Needs a key, and has one path."""

    name = "echo"
    variable = "ECHO_BASE_URL"
    base_path = "/v1"
    required_field = "count"
    key_header = "x-api-key"
    key_prefix = ""
    own_faults = {"odd": "the count is odd"}  # noqa: RUF012

    def reply(self, request: Request) -> Reply:
        if request.path != "/things":
            return Reply.missing()
        count = 3 if "odd" in self.fault_names() else 2
        return Reply.of_json({"count": count, "rows": [{"count": 1, "name": "a"}]})


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Echo]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Echo() as running:
        running.stall_seconds = 0.3
        running.large_bytes = 2000
        yield running


def ask(fake: FakeService, path: str = "/things") -> requests.Response:
    headers = {str(fake.key_header): fake.key}
    address = f"{fake.endpoint}{path}"
    return requests.get(address, headers=headers, timeout=5, allow_redirects=False)


def test_a_good_answer_needs_the_key_and_the_path(echo: Echo) -> None:
    assert ask(echo).json()["count"] == 2
    assert ask(echo, "/others").status_code == 404
    assert requests.get(f"{echo.endpoint}/things", timeout=5).status_code == 401
    assert requests.get(f"{echo.address}/things", timeout=5).status_code == 404
    assert [request.path for request in echo.requests] == ["/things", "/others", "/things"]
    assert echo.environment == {"ECHO_BASE_URL": echo.endpoint, "ECHO_API_KEY": echo.key}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_what_it_says_and_passes(echo: Echo, name: str) -> None:
    good = ask(echo).content
    echo.fault(name, times=1)
    if name in {"timeout", "reset", "cut"}:
        with pytest.raises(requests.RequestException):
            ask(echo)
    else:
        bad = ask(echo)
        assert bad.content != good
        assert bad.status_code == int(name[:3] if name[0].isdigit() else bad.status_code)
    assert ask(echo).content == good


def test_fields_go_missing_and_change_at_any_depth(echo: Echo) -> None:
    echo.fault("missing-field")
    assert ask(echo).json() == {"rows": [{"name": "a"}]}
    echo.heal()
    echo.fault("wrong-type")
    assert not isinstance(ask(echo).json()["rows"][0]["count"], int)


def test_own_faults_and_those_of_some_paths(echo: Echo) -> None:
    echo.fault("odd", times=1)
    assert [ask(echo).json()["count"] for _ in range(2)] == [3, 2]
    echo.fault("404", path="page=2")
    assert ask(echo, "/things?page=1").status_code == 200
    assert ask(echo, "/things?page=2").status_code == 404
    with pytest.raises(ValueError, match="echo has no fault named 'even'"):
        echo.fault("even")


def test_a_fake_that_fails_itself_says_so() -> None:
    class Broken(Echo):
        def reply(self, request: Request) -> Reply:
            raise KeyError(request.path)

    with pytest.raises(AssertionError, match="KeyError: '/things'"), Broken() as broken:
        assert ask(broken).status_code == 500


def test_all_of_them_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    expected = AllServices().environment
    command = [*BY_HAND, "--fault", "huggingface=502", "--fault", "ollama=503"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout
            lines = [running.stdout.readline().strip() for _ in range(1 + len(expected))]
            printed = dict(line.removeprefix("export ").split("=", 1) for line in lines)
            assert set(printed) == {"NO_PROXY", *expected}
            hub = printed["HF_ENDPOINT"]
            for author, status in (("Qwen", 502), ("lmstudio-community", 200)):
                answer = requests.get(f"{hub}/api/models", params={"author": author}, timeout=10)
                assert answer.status_code == status
            assert (
                requests.get(f"{printed['OLLAMA_BASE_URL']}/library", timeout=10).status_code == 503
            )
        finally:
            running.terminate()


def test_faults_are_listed_and_a_wrong_one_is_named(commands: Commands) -> None:
    code = "from tests import fake_services; fake_services.main()"
    done = commands("--list-faults", code=code).ended()
    assert done.returncode == 0, done.stderr
    listed = done.stdout
    own = [fault for kind in discover().values() for fault in kind.own_faults]
    assert own
    assert all(f"  {fault} " in listed for fault in (*FAULTS, *own))
    wrong = commands("--fault", "ollama=nonsense", code=code).ended()
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("error: --fault ollama=nonsense: ollama has no fault named")
