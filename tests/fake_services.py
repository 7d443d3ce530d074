"""Every service that the collectors ask, on this machine: real HTTP, and every known fault.

    with Ollama() as ollama:                    # 127.0.0.1, any free port; tests/fakes/ollama.py
        monkeypatch.setenv(ollama.variable, ollama.endpoint)
        ollama.fault("429-date", times=1)       # FAULTS has the names; own_faults has more
        ...
        ollama.heal()

    python -m tests.fake_services               # all of them, until stopped; --help says more

A fake is a subclass of FakeService in tests/fakes/, named for its source. It says what a good
answer is (`reply`); what goes wrong is made here, the same way for all.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

import tests.fakes
from collectors import SOURCES
from tests import fake_hub
from tests.fake_http import Answering, Local, http_date, serve_until_stopped
from tests.fake_hub import FakeHub

HUB = "huggingface"
HUB_VARIABLE = "HF_ENDPOINT"

FAULTS = {
    "429": "429 without a word on how long to wait",
    "429-seconds": "429 with Retry-After: 1",
    "429-date": "429 with Retry-After as an HTTP date",
    "429-days": "429 that asks to wait for three days",
    "429-html": "429 with a page of HTML",
    "500": "500 with a JSON message",
    "502": "502 with a page of HTML",
    "503": "503 with a text",
    "504": "504 with a page of HTML",
    "401": "401 with a JSON message",
    "403": "403 with a JSON message",
    "404": "404 with a JSON message",
    "410": "410 with a JSON message",
    "timeout": "no answer for `stall_seconds`",
    "reset": "the connection is reset half way",
    "cut": "fewer bytes than Content-Length says",
    "html": "HTML with status 200",
    "empty-json": "an empty JSON object with status 200",
    "empty-list": "an empty JSON list with status 200",
    "not-json": "text that is not JSON, with a JSON content type",
    "truncated-gzip": "a gzip body that ends early",
    "too-large": "a body of `large_bytes`",
    "gzip-bomb": "the same, compressed to next to nothing",
    "missing-field": "the good answer without its required field",
    "wrong-type": "the good answer with a required field of another type",
    "redirect-away": "307 to another host",
    "echo-key": "the headers that were sent come back in the body",
}
_SPOILS = ("missing-field", "wrong-type")
# What stands in the place of a value that has another type.
WRONG_VALUE = {"unexpected": ["type"]}


@dataclass(frozen=True)
class Request:
    """One request that arrived. `path` begins with a slash and is below the address of the
    variable, `base_path` is taken off; header names are in lower case."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes = b""

    def asked(self, name: str, default: str = "") -> str:
        """The first value of a parameter."""
        return self.query.get(name, [default])[0]


@dataclass
class Reply:
    """An answer, before anything goes wrong with it."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, value: Any, status: int = 200, **headers: str) -> Self:
        """A JSON value."""
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return cls(body, status, headers=headers)

    @classmethod
    def missing(cls) -> Self:
        """What stands for a path that the service does not have."""
        return cls.of_json({"error": "Not found"}, 404)


@dataclass
class _Fault:
    name: str
    times: float
    path: str


class FakeService:
    """A service that listens while it is open. All settings may be changed while it runs.

    A subclass sets `name` (of the source module), `variable` (that holds the address) and
    `required_field` (a key without which an answer is wrong), and writes `reply`. Further ones:
    `base_path`: what the address in the variable ends in; `key_header`: the header, in lower case,
    without whose key every answer is 401, with `key_prefix` before the key; `own_faults`: further
    faults, name -> what they do, which `reply` finds in `fault_names()`.
    """

    name: str
    variable: str
    required_field: str
    base_path: str = ""
    key_header: str | None = None
    key_prefix: str = "Bearer "
    own_faults: Mapping[str, str] = {}

    def __init__(self, today: date | None = None, port: int = 0) -> None:
        self.today = today or datetime.now(UTC).date()
        self.requests: list[Request] = []
        self.problems: list[str] = []
        self.stall_seconds = 2.0
        self.large_bytes = 10 * 2**20
        # Others that answer at this address too, for paths that only they have.
        self.guests: list[FakeService] = []
        self._faults: list[_Fault] = []
        self._lock = threading.RLock()
        self._now = threading.local()
        self._local = Local(type("Handler", (_Handler,), {"fake": self}), port)
        self.address = self._local.endpoint

    @property
    def endpoint(self) -> str:
        """The value of the variable."""
        return f"{self.address}{self.base_path}"

    @property
    def key(self) -> str:
        """The key that it takes for good, for tests to look for where it must not be."""
        return f"fake-key-of-{self.name}"

    @property
    def key_variable(self) -> str:
        """The variable that holds the key."""
        return self.variable.replace("_BASE_URL", "_API_KEY")

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which the collectors ask it."""
        found = {self.variable: self.endpoint}
        return {**found, self.key_variable: self.key} if self.key_header else found

    def __enter__(self) -> Self:
        self._local.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._local.stop()
        if self.problems:
            raise AssertionError(f"the fake of {self.name} failed itself:\n{self.problems[0]}")

    def reply(self, request: Request) -> Reply:
        """The good answer to a request; `Reply.missing()` for a path that it does not have."""
        raise NotImplementedError

    def spoiled(self, reply: Reply, how: str) -> Reply:
        """A good answer with its required field missing or of another type, wherever it stands.

        To be overridden where answers are no JSON.
        """
        value = spoil(json.loads(reply.body), self.required_field, how)
        return replace(reply, body=json.dumps(value, ensure_ascii=False).encode())

    def fault(self, name: str, times: float = float("inf"), path: str = "") -> None:
        """Let requests whose path and query hold `path` fail, `times` times."""
        if name not in self.known_faults():
            known = ", ".join(self.known_faults())
            raise ValueError(f"{self.name} has no fault named {name!r}; known: {known}")
        self._faults.append(_Fault(name, times, path))

    def heal(self) -> None:
        """Forget all faults."""
        self._faults.clear()

    @property
    def is_faulty(self) -> bool:
        """Whether a fault is set."""
        return any(fault.times > 0 for fault in self._faults)

    def known_faults(self) -> dict[str, str]:
        """Every fault that can be set, and what it does."""
        return {**FAULTS, **self.own_faults}

    def fault_names(self) -> frozenset[str]:
        """The own faults that concern the request which is being answered."""
        return getattr(self._now, "faults", frozenset())

    def knows(self, request: Request) -> bool:
        """Whether it has a good answer when nothing is wrong."""
        self._now.faults = frozenset()
        try:
            return self.reply(request).status == 200
        except Exception:
            self.problems.append(traceback.format_exc())
            return False

    def who_answers(self, request: Request) -> FakeService:
        """Itself, or a guest that knows what it does not."""
        if not self.guests or self.is_faulty or self.knows(request):
            return self
        return next((guest for guest in self.guests if guest.knows(request)), self)

    def answer(self, handler: Answering, request: Request, shown: str) -> None:
        """Answer a request, with the fault that is set; `shown`: path and query as they came."""
        self.requests.append(request)
        names = self._taken(shown)
        self._now.faults = frozenset(names) & frozenset(self.own_faults)
        general = next((name for name in names if name not in self.own_faults), None)
        try:
            if general in _ANSWERS:
                _ANSWERS[general](handler, self)
                return
            reply = self._refused(request) or self.reply(request)
            if general and reply.status == 200:
                reply = self.spoiled(reply, general)
        except OSError:
            handler.close_connection = True
            return
        except Exception:
            self.problems.append(traceback.format_exc())
            reply = Reply(b"the fake failed itself", 500, "text/plain")
        kind = {"Content-Type": reply.content_type}
        handler.send_fitting(reply.status, reply.body, {**kind, **reply.headers})

    def _taken(self, shown: str) -> list[str]:
        """The faults of this request; counts them."""
        with self._lock:
            found = [one for one in self._faults if one.times > 0 and one.path in shown]
            # One general fault at a time; the next one has its turn when this one is used up.
            general = [one for one in found if one.name not in self.own_faults]
            found = [one for one in found if one.name in self.own_faults] + general[:1]
            for one in found:
                one.times -= 1
            return [one.name for one in found]

    def _refused(self, request: Request) -> Reply | None:
        if self.key_header is None:
            return None
        if request.headers.get(self.key_header) == f"{self.key_prefix}{self.key}":
            return None
        return Reply.of_json({"error": "Missing or unknown key"}, 401)


def spoil(value: Any, key: str, how: str) -> Any:
    """A JSON value in which `key` is missing, or has a value of another type, at any depth."""
    if isinstance(value, list):
        return [spoil(item, key, how) for item in value]
    if not isinstance(value, dict):
        return value
    spoiled = {name: spoil(item, key, how) for name, item in value.items() if name != key}
    if key in value and how == "wrong-type":
        spoiled[key] = WRONG_VALUE
    return spoiled


def _limited(headers: Callable[[], Mapping[str, str]]) -> Callable[[Answering, FakeService], None]:
    return lambda h, f: h.send_json(429, {"error": "Too many requests"}, headers())


def _refusal(status: int, message: str) -> Callable[[Answering, FakeService], None]:
    return lambda h, f: h.send_json(status, {"error": message})


def _text(h: Answering, status: int, body: bytes, kind: str = "text/plain") -> None:
    h.send(status, body, {"Content-Type": kind})


_ANSWERS: dict[str | None, Callable[[Answering, FakeService], None]] = {
    "429": _limited(dict),
    "429-seconds": _limited(lambda: {"Retry-After": "1"}),
    "429-date": _limited(lambda: {"Retry-After": http_date(2)}),
    "429-days": _limited(lambda: {"Retry-After": "259200"}),
    "429-html": lambda h, f: h.send_page(429),
    "500": _refusal(500, "Internal error"),
    "502": lambda h, f: h.send_page(502),
    "503": lambda h, f: _text(h, 503, b"503 TEMPORARILY DISABLED"),
    "504": lambda h, f: h.send_page(504),
    "401": _refusal(401, "Invalid credentials"),
    "403": _refusal(403, "Forbidden"),
    "404": _refusal(404, "Not found"),
    "410": _refusal(410, "Gone"),
    "timeout": lambda h, f: h.stall(f.stall_seconds),
    "reset": lambda h, f: h.send_reset(),
    "cut": lambda h, f: h.send_cut(),
    "html": lambda h, f: h.send_page(),
    "empty-json": lambda h, f: h.send_json(200, {}),
    "empty-list": lambda h, f: h.send_json(200, []),
    "not-json": lambda h, f: _text(h, 200, b"[{'id':", "application/json"),
    "truncated-gzip": lambda h, f: h.send_truncated_gzip(),
    "too-large": lambda h, f: h.send_large(f.large_bytes, compress=False),
    "gzip-bomb": lambda h, f: h.send_large(f.large_bytes, compress=True),
    "redirect-away": lambda h, f: h.send(307, b"", {"Location": "http://localhost:9/elsewhere"}),
    "echo-key": lambda h, f: h.send_json(200, dict(h.headers)),
}


class _Handler(Answering):
    fake: FakeService

    def do_GET(self) -> None:
        request, shown = read_request(self)
        below = request.path.removeprefix(self.fake.base_path)
        if below == request.path and self.fake.base_path:
            self.send_json(404, {"error": f"nothing is below {request.path}"})
        else:
            request = replace(request, path=below)
            self.fake.who_answers(request).answer(self, request, shown)

    def do_POST(self) -> None:
        self.do_GET()


def read_request(handler: Answering) -> tuple[Request, str]:
    """What arrived, and its path and query as they were written."""
    parts = urlsplit(handler.path)
    query = parse_qs(parts.query, keep_blank_values=True)
    headers = {name.lower(): value for name, value in handler.headers.items()}
    body = handler.rfile.read(int(headers.get("content-length", 0)))
    return Request(handler.command, unquote(parts.path), query, headers, body), handler.path


def discover() -> dict[str, type[FakeService]]:
    """The fakes in tests/fakes/, by the source that they are named for, in its order."""
    found: dict[str, type[FakeService]] = {}
    for module in pkgutil.iter_modules(tests.fakes.__path__):
        members = vars(importlib.import_module(f"tests.fakes.{module.name}"))
        for kind in members.values():
            if isinstance(kind, type) and issubclass(kind, FakeService) and "name" in vars(kind):
                found[kind.name] = kind
    return {name: found[name] for name in SOURCES if name in found}


class AllServices:
    """Every fake at once, and one Hub for all sources that read it.

    `hub` is the fake Hub; `fakes`: source -> its fake. Those that read the Hub are guests of it,
    and are asked before it answers for itself; a fake whose variables name the address of another
    one is a guest of that.
    """

    def __init__(self, today: date | None = None) -> None:
        self.hub = FakeHub()
        self.fakes = {name: kind(today) for name, kind in discover().items()}
        for guest in self._guests():
            guest.address = self.hub.endpoint
        self.hub.elsewhere = self._answered_by_guest
        at_home: dict[str, FakeService] = {}
        for fake in self.fakes.values():
            at_home.setdefault(fake.variable, fake)
        for fake in self.fakes.values():
            for variable in fake.environment.keys() & at_home.keys():
                if at_home[variable] is not fake:
                    at_home[variable].guests.append(fake)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        for server in (self.hub, *self.fakes.values()):
            self._open.enter_context(server)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which the collectors ask them all."""
        found = {HUB_VARIABLE: self.hub.endpoint}
        for fake in self.fakes.values():
            # What a fake says of another service holds where that has no fake of its own.
            found = fake.environment | found
        return found

    def fault(self, source: str, name: str, times: float = float("inf")) -> None:
        """Let a source fail, `times` times; for the Hub itself, in every listing."""
        if source == HUB and name in fake_hub.FAULTS:
            self.hub.fault("*", name, times)
        elif source in self.fakes:
            self.fakes[source].fault(name, times)
        else:
            raise ValueError(f"no fake is named {source!r}; known: {', '.join(self.fakes)}")

    def heal(self) -> None:
        """Forget all faults."""
        self.hub.heal()
        for fake in self.fakes.values():
            fake.heal()

    def _guests(self) -> list[FakeService]:
        """Who reads the Hub; those of some paths before the one that stands for all of it."""
        found = [fake for fake in self.fakes.values() if fake.variable == HUB_VARIABLE]
        return sorted(found, key=lambda fake: fake.name == HUB)

    def _answered_by_guest(self, handler: Answering) -> bool:
        request, shown = read_request(handler)
        for guest in self._guests():
            # The Hub answers for itself, unless it is to fail in a way of all services.
            if (guest.name != HUB or guest.is_faulty) and guest.knows(request):
                guest.answer(handler, request, shown)
                return True
        return False


def _listed_faults() -> Iterator[str]:
    yield "of every source:"
    yield from (f"  {name:16} {text}" for name, text in FAULTS.items())
    for name, kind in discover().items():
        if kind.own_faults:
            yield f"of {name}:"
            yield from (f"  {fault:16} {text}" for fault, text in kind.own_faults.items())
    yield f"of {HUB}:"
    yield from (f"  {name:16} {text}" for name, text in fake_hub.FAULTS.items())


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Fakes of all services on 127.0.0.1; prints the variables that lead there, "
        "and serves until it is stopped."
    )
    parser.add_argument("--day", type=date.fromisoformat, help="the day that it is there: today")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="SOURCE=NAME", help="repeatable"
    )
    parser.add_argument("--stall", type=float, default=2.0, help="seconds of a timeout")
    parser.add_argument("--list-faults", action="store_true", help="print the faults and end")
    given = parser.parse_args()
    if given.list_faults:
        print("\n".join(_listed_faults()))
        return
    services = AllServices(given.day)
    services.hub.stall_seconds = given.stall
    for fake in services.fakes.values():
        fake.stall_seconds = given.stall
    for fault in given.fault:
        source, _, name = fault.partition("=")
        try:
            services.fault(source, name)
        except ValueError as error:
            sys.exit(f"error: --fault {fault}: {error}")
    with services:
        print("export NO_PROXY=127.0.0.1,localhost")
        for variable, value in services.environment.items():
            print(f"export {variable}={value}", flush=True)
        serve_until_stopped()


if __name__ == "__main__":
    # The fakes are subclasses of what this name imports, not of what `python -m` calls __main__.
    from tests import fake_services

    fake_services.main()
