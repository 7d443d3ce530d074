"""A service by its variables: address, key, and what becomes of entities that fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from collectors import hub, openrouter, openrouter_models
from collectors.errors import (
    CollectError,
    ConfigurationError,
    FetchError,
    UnavailableError,
    UnreachableError,
    WrongAnswerError,
)
from collectors.http import Session
from collectors.service import MOST_UNREACHED, Service
from collectors.source import Fetched
from tests.fake_services import FakeService, Reply, Request

SERVICE = Service("THINGS", "https://things.example/api")


class Things(FakeService):
    """Of no source; the fakes of sources are in tests/fakes/."""

    name = "things"
    variable = "THINGS_BASE_URL"
    required_field = "things"
    base_path = "/v1"

    def reply(self, request: Request) -> Reply:
        return Reply.of_json({"things": []}) if request.path == "/all" else Reply.missing()


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in ("THINGS_BASE_URL", "THINGS_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def things(monkeypatch: pytest.MonkeyPatch) -> Iterator[Things]:
    with Things() as running:
        monkeypatch.setenv(running.variable, running.endpoint)
        yield running


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (None, "https://things.example/api"),
        ("", "https://things.example/api"),
        ("  ", "https://things.example/api"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        (" http://127.0.0.1:8000/v1// ", "http://127.0.0.1:8000/v1"),
    ],
)
def test_its_address(monkeypatch: pytest.MonkeyPatch, value: str | None, address: str) -> None:
    if value is not None:
        monkeypatch.setenv("THINGS_BASE_URL", value)
    assert SERVICE.address() == address


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("things.example", "expected an http or https address, found 'things.example'"),
        ("ftp://things.example", "expected an http or https address"),
        ("http://", "expected an http or https address"),
        ("http://[", "expected an http or https address"),
        ("http://things.example:port", "expected an http or https address"),
        ("http://me:secret@things.example", "without credentials; put a key in THINGS_API_KEY"),
        ("ftp://me:secret@things.example", "without credentials; put a key in THINGS_API_KEY"),
        ("http://things.example?key=secret", "without [?] and #"),
        ("http://things.example#secret", "without [?] and #"),
    ],
)
def test_what_cannot_be_its_address(monkeypatch: pytest.MonkeyPatch, value: str, said: str) -> None:
    monkeypatch.setenv("THINGS_BASE_URL", value)
    with pytest.raises(ConfigurationError, match=f"^THINGS_BASE_URL: .*{said}") as caught:
        SERVICE.check_settings()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("value", ["http://[", "http://me:secret@huggingface.co"])
def test_what_cannot_be_the_address_of_the_hub(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("HF_ENDPOINT", value)
    with pytest.raises(ConfigurationError, match=r"^HF_ENDPOINT: expected an ") as caught:
        hub.check_settings()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("value", [None, "", "  "])
def test_no_key(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    if value is not None:
        monkeypatch.setenv("THINGS_API_KEY", value)
    assert SERVICE.credentials() is None
    SERVICE.check_settings()


def test_its_key_is_for_its_address_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THINGS_API_KEY", " secret ")
    monkeypatch.setenv("THINGS_BASE_URL", "http://127.0.0.1:8000/v1")
    key = Service("THINGS", "https://things.example", "x-api-key", "").credentials()
    assert key is not None
    assert (key.origin, key.token) == ("http://127.0.0.1:8000", "secret")
    assert (key.header, key.prefix) == ("x-api-key", "")
    assert "secret" not in repr(key)


def test_a_key_that_no_header_can_carry_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THINGS_API_KEY", "hush\nhush")
    with pytest.raises(ConfigurationError, match=r"^THINGS_API_KEY: the token holds") as caught:
        SERVICE.check_settings()
    assert "hush" not in str(caught.value)


def test_what_is_sent(things: Things, monkeypatch: pytest.MonkeyPatch) -> None:
    SERVICE.get(Session(), "all")
    monkeypatch.setenv("THINGS_API_KEY", "secret")
    answer = SERVICE.get(Session(), "all", params=[("a", "b")], headers=[("X-C", "d")])
    assert answer.body == b'{"things":[]}'
    bare, full = things.requests
    assert "authorization" not in bare.headers
    assert (bare.path, full.path, full.query) == ("/all", "/all", {"a": ["b"]})
    assert full.headers["authorization"] == "Bearer secret"
    assert full.headers["x-c"] == "d"


# What becomes of entities


def good(entity: str) -> Fetched:
    return Fetched(entity, "https://things.example/api", 200, b"{}", 1)


def test_what_fails_is_told_and_the_rest_is_read() -> None:
    failures: dict[str, CollectError] = {
        "refused": FetchError("HTTP 403: no", 403),
        "gone": UnavailableError("HTTP 410", 410),
        "odd": WrongAnswerError("expected a list, found null", 200),
        "wrong": ConfigurationError("'wrong' cannot be a name"),
        "late": FetchError("no answer in time"),
    }

    def read(entity: str) -> Fetched:
        if entity in failures:
            raise failures[entity]
        return good(entity)

    names = ["first", *failures, "last"]
    fetched = list(SERVICE.each(names, read))
    assert [one.entity for one in fetched] == names
    assert [one.error for one in fetched] == [None, *map(str, failures.values()), None]
    assert [one.http_status for one in fetched] == [200, 403, 410, 200, None, None, 200]
    assert all(one.body is None for one in fetched if one.error)


@pytest.mark.parametrize("source", [openrouter, openrouter_models])
@pytest.mark.parametrize("base", ["https://openrouter.ai", "https://openrouter.ai/api"])
@pytest.mark.parametrize(
    ("error", "is_hinted"),
    [
        (FetchError("HTTP 404", 404), True),
        (WrongAnswerError("expected JSON, found 'text/html'", 200), True),
        (FetchError("HTTP 403: no", 403), False),
    ],
)
def test_an_address_that_lacks_its_end_is_named(
    monkeypatch: pytest.MonkeyPatch, source: Any, base: str, error: CollectError, is_hinted: bool
) -> None:
    def read(entity: str) -> Fetched:
        raise error

    monkeypatch.setenv("OPENROUTER_BASE_URL", base)
    (fetched,) = source.SERVICE.each(["one"], read)
    hint = f"; OPENROUTER_BASE_URL is {base}, expected one ending in /api/v1"
    assert fetched.error == f"{error}{hint if is_hinted else ''}"
    for whole in ("https://mirror.example/openrouter/api/v1/", ""):
        monkeypatch.setenv("OPENROUTER_BASE_URL", whole)
        (fetched,) = source.SERVICE.each(["one"], read)
        assert fetched.error == str(error)


def test_what_is_no_failure_of_an_entity_is_raised() -> None:
    def read(entity: str) -> Fetched:
        raise KeyError(entity)

    with pytest.raises(KeyError):
        list(SERVICE.each(["one"], read))


def test_a_service_that_cannot_be_reached_is_given_up() -> None:
    asked = []

    def read(entity: str) -> Fetched:
        asked.append(entity)
        raise UnreachableError("cannot connect to things.example", "connection refused")

    names = [f"thing {number}" for number in range(MOST_UNREACHED + 2)]
    fetched = list(SERVICE.each(names, read))
    assert asked == names[:MOST_UNREACHED]
    errors = [one.error or "" for one in fetched]
    assert all("check the network, THINGS_BASE_URL and" in error for error in errors[:3])
    assert (
        errors[3:]
        == ["not asked: the service could not be reached (connection refused: things.example)"] * 2
    )


def test_an_answer_in_between_counts_as_reached() -> None:
    asked = []

    def read(entity: str) -> Fetched:
        asked.append(entity)
        if len(asked) % MOST_UNREACHED == 0:
            raise FetchError("HTTP 503", 503)
        raise UnreachableError("cannot connect", "connection refused")

    names = [f"thing {number}" for number in range(3 * MOST_UNREACHED)]
    list(SERVICE.each(names, read))
    assert asked == names
