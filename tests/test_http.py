"""The HTTP session: retries, waits, sizes, rate limits and where a token goes. No test waits."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
import urllib3

from collectors import http
from collectors.errors import (
    ConfigurationError,
    FetchError,
    UnreachableError,
    WrongAnswerError,
)

JSON = {"Content-Type": "application/json"}
Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Server:
    """Answers with what is on the list, the last one for ever."""

    replies: list[Reply] = field(default_factory=list)
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    posted: list[bytes] = field(default_factory=list)
    url: str = ""

    def take(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            state.seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            status, headers, body = state.take()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            state.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{listener.server_address[1]}/api/things"
    threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True).start()
    yield state
    listener.shutdown()
    listener.server_close()


@dataclass
class Time:
    """A clock that moves only when somebody sleeps."""

    at: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.at

    def now(self) -> datetime:
        return datetime(2026, 11, 21, 8, 0, tzinfo=UTC) + timedelta(seconds=self.at - 1000)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def session(time: Time) -> http.Session:
    return make_session(time)


def make_session(time: Time, **settings: Any) -> http.Session:
    return http.Session(
        sleep=time.sleep, clock=time.clock, now=time.now, jitter=lambda: 0.5, **settings
    )


def test_user_agent_and_parameters_are_sent(server: Server, session: http.Session) -> None:
    server.replies = [(200, JSON, b"[]")]
    answer = session.get(server.url, params=[("expand[]", "a"), ("expand[]", "b")])
    assert answer.body == b"[]"
    path, headers = server.seen[0]
    assert path == "/api/things?expand%5B%5D=a&expand%5B%5D=b"
    assert headers["user-agent"].startswith("open-model-adoption/")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_passing_faults_are_retried(
    server: Server, session: http.Session, time: Time, status: int
) -> None:
    server.replies = [(status, {}, b""), (status, {}, b""), (200, JSON, b"[]")]
    assert session.get(server.url).status == 200
    assert time.slept == [1.0, 2.0]


def test_four_tries_are_enough(server: Server, session: http.Session, time: Time) -> None:
    server.replies = [(503, {}, b"503 TEMPORARILY DISABLED")]
    with pytest.raises(FetchError, match="HTTP 503: 503 TEMPORARILY DISABLED, 4 times") as caught:
        session.get(server.url)
    assert caught.value.status == 503
    assert len(server.seen) == 4
    assert time.slept == [1.0, 2.0, 4.0]


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "1"}, {"Retry-After": "86400"}])
def test_what_a_refusal_said_outlives_the_tries(
    server: Server, session: http.Session, headers: dict[str, str]
) -> None:
    server.replies = [(429, headers, b'{"code": "TooMany"}')]
    with pytest.raises(FetchError) as caught:
        session.get(server.url)
    assert (caught.value.status, caught.value.body) == (429, b'{"code": "TooMany"}')


def test_a_source_says_which_refusals_are_final(server: Server, time: Time) -> None:
    session = make_session(time, is_final=lambda refusal: b"Quota" in refusal.body)
    server.replies = [(403, {"Retry-After": "1"}, b'{"code": "Quota", "message": "used up"}')]
    with pytest.raises(FetchError, match=r"HTTP 403: used up$") as caught:
        session.get(server.url)
    assert (caught.value.status, len(server.seen), time.slept) == (403, 1, [])
    server.replies = [(403, {"Retry-After": "1"}, b"{}"), (200, JSON, b"[]")]
    assert session.get(server.url).body == b"[]"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_refusals_are_not_retried(server: Server, session: http.Session, status: int) -> None:
    server.replies = [(status, JSON, b'{"error": "no\\u0007"}')]
    with pytest.raises(FetchError, match=f"HTTP {status}: no") as caught:
        session.get(server.url)
    assert caught.value.status == status
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"Retry-After": "7"}, [7.0]),
        ({"Retry-After": "Sat, 21 Nov 2026 08:00:30 GMT"}, [30.0]),
        ({"Retry-After": "Sat, 21 Nov 2026 07:00:00 GMT"}, [0.0]),
        ({"Retry-After": "soon"}, [1.0]),
        ({"RateLimit": '"api";r=0;t=55'}, [56.0]),
        ({"RateLimit": '"api";r=99794;t=241', "Retry-After": "30"}, [30.0]),
        ({"RateLimit": '"api";r=99794;t=241'}, [1.0]),
    ],
)
def test_waits_as_long_as_the_server_asks(
    server: Server,
    session: http.Session,
    time: Time,
    headers: dict[str, str],
    waits: list[float],
) -> None:
    server.replies = [(429, headers, b"{}"), (200, JSON, b"[]")]
    session.get(server.url)
    assert time.slept == waits


def test_waiting_has_a_ceiling_for_the_whole_session(server: Server, time: Time) -> None:
    session = make_session(time, max_wait=100)
    server.replies = [(429, {"Retry-After": "60"}, b""), (200, JSON, b"[]")]
    session.get(server.url)
    server.replies = [(429, {"Retry-After": "60"}, b"")]
    with pytest.raises(FetchError, match="would exceed the ceiling of 100 s"):
        session.get(server.url)
    assert time.slept == [60.0]


def test_stops_before_a_rate_limit_is_used_up(
    server: Server, session: http.Session, time: Time
) -> None:
    server.replies = [(200, {**JSON, "RateLimit": '"api";r=5;t=20'}, b"[]")]
    session.get(server.url)
    assert time.slept == []
    session.get(server.url)
    assert time.slept == [21.0]


def test_a_limit_of_another_path_holds_nothing_back(
    server: Server, session: http.Session, time: Time
) -> None:
    server.replies = [(200, {"RateLimit": '"search";r=0;t=99'}, b"[]")]
    session.get(server.url + "/search")
    server.replies = [(200, {"RateLimit": '"api";r=400;t=99'}, b"[]")]
    session.get(server.url)
    session.get(server.url)
    assert time.slept == []


def test_a_token_goes_to_its_own_origin_only(server: Server, session: http.Session) -> None:
    server.replies = [(200, JSON, b"[]")]
    origin = http.origin_of(server.url)
    session.get(server.url, credentials=http.Credentials(origin, "hf_secret"))
    session.get(server.url, credentials=http.Credentials("https://huggingface.co:443", "hf_secret"))
    assert server.seen[0][1]["authorization"] == "Bearer hf_secret"
    assert "authorization" not in server.seen[1][1]


def test_a_redirect_keeps_the_token_on_its_host(server: Server, session: http.Session) -> None:
    other = server.url.replace("127.0.0.1", "localhost")
    server.replies = [
        (307, {"Location": "/api/renamed"}, b""),
        (302, {"Location": other}, b""),
        (200, JSON, b"[]"),
    ]
    credentials = http.Credentials(http.origin_of(server.url), "hf_secret")
    assert session.get(server.url, credentials=credentials).url == other
    assert ["authorization" in headers for _, headers in server.seen] == [True, True, False]


def test_redirects_end(server: Server, session: http.Session) -> None:
    server.replies = [(307, {"Location": server.url}, b"")]
    with pytest.raises(WrongAnswerError, match="redirects in a row"):
        session.get(server.url)


def test_a_redirect_is_measured_like_any_answer(server: Server, time: Time) -> None:
    server.replies = [(307, {"Location": server.url}, b"x" * 5000)]
    with pytest.raises(WrongAnswerError, match="larger than 1,000 bytes"):
        make_session(time, max_bytes=1000).get(server.url)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "javascript:alert(1)", "http://["])
def test_a_redirect_leads_nowhere_but_to_http(
    server: Server, session: http.Session, target: str
) -> None:
    server.replies = [(302, {"Location": target}, b"")]
    with pytest.raises(WrongAnswerError, match="expected an http or https address"):
        session.get(server.url)


def test_an_answer_that_repeats_the_token_is_refused(server: Server, session: http.Session) -> None:
    server.replies = [(200, JSON, b'[{"id": "hf_secret"}]')]
    credentials = http.Credentials(http.origin_of(server.url), "hf_secret")
    with pytest.raises(WrongAnswerError) as caught:
        session.get(server.url, credentials=credentials)
    assert "hf_secret" not in str(caught.value)


def test_a_token_that_no_header_can_carry_is_not_shown() -> None:
    with pytest.raises(ConfigurationError) as caught:
        http.Credentials("https://huggingface.co:443", "hf_se\ncret")
    assert "cret" not in str(caught.value)
    assert "hf_secret" not in repr(http.Credentials("https://huggingface.co:443", "hf_secret"))


def test_a_netrc_file_sends_nothing(
    server: Server, session: http.Session, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.replies = [(200, JSON, b"[]")]
    session.get(server.url)
    assert "authorization" not in server.seen[0][1]


def test_a_question_is_posted(server: Server, session: http.Session) -> None:
    server.replies = [(200, JSON, b"[]")]
    answer = session.post(server.url, b"SELECT 1", params=[("user", "demo")])
    assert (answer.status, answer.body) == (200, b"[]")
    assert server.posted == [b"SELECT 1"]
    assert server.seen[0][0] == "/api/things?user=demo"


def test_a_posted_question_is_tried_again_with_its_body(
    server: Server, session: http.Session, time: Time
) -> None:
    server.replies = [(503, {}, b""), (307, {"Location": "/elsewhere"}, b""), (200, JSON, b"[]")]
    session.post(server.url, b"SELECT 1")
    assert server.posted == [b"SELECT 1"] * 3
    assert server.seen[2][0] == "/elsewhere"
    assert time.slept == [1.0]


def test_further_headers_are_sent(server: Server, session: http.Session) -> None:
    server.replies = [(302, {"Location": "/moved"}, b""), (200, JSON, b"[]")]
    session.get(server.url, headers=[("Accept", "application/vnd.github+json"), ("X-A", "b")])
    for _, headers in server.seen:
        assert headers["accept"] == "application/vnd.github+json"
        assert headers["x-a"] == "b"


def test_a_key_has_the_header_that_its_service_asks_for(
    server: Server, session: http.Session
) -> None:
    server.replies = [(200, JSON, b"[]")]
    origin = http.origin_of(server.url)
    session.get(server.url, credentials=http.Credentials(origin, "secret", "x-api-key", ""))
    session.get(server.url, credentials=http.Credentials(origin, "secret", prefix="token "))
    assert server.seen[0][1]["x-api-key"] == "secret"
    assert "authorization" not in server.seen[0][1]
    assert server.seen[1][1]["authorization"] == "token secret"


def test_a_key_in_any_header_stays_at_its_origin(server: Server, session: http.Session) -> None:
    other = server.url.replace("127.0.0.1", "localhost")
    server.replies = [
        (302, {"Location": "/api/moved"}, b""),
        (302, {"Location": other}, b""),
        (200, JSON, b"[]"),
    ]
    key = http.Credentials(http.origin_of(server.url), "secret", "x-api-key", "")
    session.get(server.url, headers=[("X-A", "b")], credentials=key)
    assert ["x-api-key" in headers for _, headers in server.seen] == [True, True, False]
    assert not any("secret" in str(headers) for _, headers in server.seen[2:])


@pytest.mark.parametrize("header", ["Authorization", "x-api-key"])
def test_an_answer_that_repeats_a_key_in_a_header_is_refused(
    server: Server, session: http.Session, header: str
) -> None:
    server.replies = [(200, {**JSON, "X-Echo": "key=secret-key"}, b"[]")]
    key = http.Credentials(http.origin_of(server.url), "secret-key", header, "")
    with pytest.raises(WrongAnswerError, match="repeats the access token"):
        session.get(server.url, credentials=key)


def test_calls_keep_a_pace(server: Server, time: Time) -> None:
    session = make_session(time, pace=2.0, max_wait=0.0)
    server.replies = [(200, JSON, b"[]")]
    session.get(server.url)
    assert time.slept == []
    session.get(server.url)
    time.at += 0.5
    session.get(server.url)
    time.at += 5
    session.get(server.url)
    assert time.slept == [2.0, 1.5]


def test_tries_and_redirects_keep_the_pace_too(server: Server, time: Time) -> None:
    session = make_session(time, pace=2.0)
    server.replies = [
        (503, {"Retry-After": "1"}, b""),
        (302, {"Location": "/moved"}, b""),
        (200, JSON, b"[]"),
    ]
    session.get(server.url)
    assert time.slept == [1.0, 1.0, 2.0]


NOW = 1795248000  # 2026-11-21 08:00 UTC, the instant at which the clock of these tests begins


@pytest.mark.parametrize(
    ("reset", "waits"),
    [
        (f"{NOW + 30}", [31.0]),
        (f"{(NOW + 30) * 1000}", [31.0]),
        ("30", [31.0]),
        (f"{NOW - 5}", []),
        ("soon", []),
        ("", []),
        ("\u00b2", []),
    ],
)
def test_a_used_up_limit_of_a_host_is_waited_out(
    server: Server, session: http.Session, time: Time, reset: str, waits: list[float]
) -> None:
    limits = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    server.replies = [(200, {**JSON, **limits}, b"[]"), (200, JSON, b"[]")]
    session.get(server.url)
    assert time.slept == []
    # The limit is of the whole host, not of one path.
    session.get(f"{server.url}/others")
    session.get(server.url)
    assert time.slept == waits


def test_the_last_call_of_a_host_is_made(server: Server, session: http.Session, time: Time) -> None:
    limits = {"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": f"{NOW + 3000}"}
    server.replies = [(200, {**JSON, **limits}, b"[]")]
    session.get(server.url)
    session.get(server.url)
    assert time.slept == []


def test_a_limit_that_lasts_too_long_is_an_error_without_a_call(
    server: Server, session: http.Session, time: Time
) -> None:
    limits = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{NOW + 3000}"}
    server.replies = [(200, {**JSON, **limits}, b"[]")]
    session.get(server.url)
    with pytest.raises(FetchError, match="is used up; waiting 3001 s more would exceed"):
        session.get(server.url)
    assert len(server.seen) == 1
    assert time.slept == []


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{NOW + 30}"}, [31.0]),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{NOW - 30}"}, [1.0]),
        ({"Retry-After": "7", "X-RateLimit-Remaining": "12"}, [7.0]),
        ({"Retry-After": "7", "X-Retry-After": f"{NOW + 30}"}, [7.0]),
        ({"X-RateLimit-Remaining": "0", "X-Retry-After": f"{NOW + 20}"}, [21.0]),
        ({"X-RateLimit-Remaining": "0"}, [1.0]),
    ],
)
def test_a_refusal_for_too_many_calls_is_waited_out(
    server: Server,
    session: http.Session,
    time: Time,
    status: int,
    headers: dict[str, str],
    waits: list[float],
) -> None:
    server.replies = [(status, headers, b"{}"), (200, JSON, b"[]")]
    assert session.get(server.url).status == 200
    assert time.slept == waits


def test_the_end_of_a_period_is_not_waited_for_while_calls_are_left(
    server: Server, session: http.Session, time: Time
) -> None:
    limits = {"X-RateLimit-Remaining": "12", "X-RateLimit-Reset": f"{NOW + 3000}"}
    server.replies = [(429, limits, b"{}"), (200, JSON, b"[]")]
    session.get(server.url)
    assert time.slept == [1.0]


def test_x_retry_after_alone_is_enough_for_a_429(
    server: Server, session: http.Session, time: Time
) -> None:
    server.replies = [(429, {"X-Retry-After": f"{NOW + 20}"}, b"{}"), (200, JSON, b"[]")]
    session.get(server.url)
    assert time.slept == [21.0]


@pytest.mark.parametrize(
    "headers", [{}, {"X-RateLimit-Remaining": "12", "X-RateLimit-Reset": f"{NOW + 30}"}]
)
def test_a_403_that_is_no_limit_is_final(
    server: Server, session: http.Session, headers: dict[str, str]
) -> None:
    server.replies = [(403, headers, b'{"message": "Forbidden"}')]
    with pytest.raises(FetchError, match="HTTP 403: Forbidden"):
        session.get(server.url)
    assert len(server.seen) == 1


def test_a_limit_without_an_end_in_sight_says_what_the_service_said(
    server: Server, session: http.Session
) -> None:
    limits = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{NOW + 3000}"}
    server.replies = [(403, limits, b'{"message": "API rate limit exceeded"}')]
    with pytest.raises(
        FetchError, match="HTTP 403: API rate limit exceeded; waiting 3001 s more"
    ) as caught:
        session.get(server.url)
    assert caught.value.status == 403
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"503 TEMPORARILY DISABLED", "HTTP 404: 503 TEMPORARILY DISABLED$"),
        (b"<a href='#'>429 RATE LIMIT EXCEEDED</a>", "HTTP 404$"),
        (b"<!DOCTYPE html><p>Just a moment</p>", "HTTP 404$"),
    ],
)
def test_a_text_that_calls_itself_html_is_shown_and_a_page_is_not(
    server: Server, session: http.Session, body: bytes, said: str
) -> None:
    server.replies = [(404, {"Content-Type": "text/html; charset=utf-8"}, body)]
    with pytest.raises(FetchError, match=said):
        session.get(server.url)


def test_an_unknown_encoding_is_an_error(server: Server, session: http.Session) -> None:
    server.replies = [(200, {"Content-Encoding": "br"}, b"xx")]
    with pytest.raises(WrongAnswerError, match="found 'br'"):
        session.get(server.url)


def test_damaged_gzip_is_a_fault_of_the_connection(server: Server, session: http.Session) -> None:
    server.replies = [(200, {"Content-Encoding": "gzip"}, b"not gzip")]
    with pytest.raises(FetchError, match="the compressed answer is damaged"):
        session.get(server.url)


def test_an_answer_that_drips_ends(server: Server, time: Time) -> None:
    def clock() -> float:
        time.at += 200
        return time.at

    session = http.Session(sleep=time.sleep, clock=clock, now=time.now)
    server.replies = [(200, {}, b"x" * 200_000)]
    with pytest.raises(FetchError, match="not complete after 300 s"):
        session.get(server.url)


def test_nobody_listening(session: http.Session, time: Time) -> None:
    with pytest.raises(
        UnreachableError, match=r"cannot connect to 127\.0\.0\.1:9 \(connection refused\), 4 times"
    ) as caught:
        session.get("http://127.0.0.1:9/")
    assert caught.value.cause == "connection refused"
    assert len(time.slept) == 3


def raised_by(number: int) -> urllib3.exceptions.NewConnectionError:
    error = urllib3.exceptions.NewConnectionError(CONNECTION, "Failed to establish")
    error.__cause__ = OSError(number, "as the system says")
    return error


CONNECTION = urllib3.connection.HTTPConnection("hub.invalid")
POOL = urllib3.HTTPConnectionPool("hub.invalid")


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        (raised_by(errno.ECONNREFUSED), "connection refused"),
        (raised_by(errno.EHOSTUNREACH), "no route to it"),
        (raised_by(errno.ENETUNREACH), "no route to it"),
        (
            urllib3.exceptions.NameResolutionError("hub.invalid", CONNECTION, socket.gaierror()),
            "name not resolved",
        ),
        (urllib3.exceptions.ConnectTimeoutError("slow"), "timed out connecting"),
        (urllib3.exceptions.ProxyError("no", OSError()), "the proxy could not be used"),
        (urllib3.exceptions.ProtocolError("aborted"), None),
        (urllib3.exceptions.ReadTimeoutError(POOL, "/", "slow"), None),
    ],
)
def test_why_there_is_no_connection(reason: Exception, cause: str | None) -> None:
    error = requests.ConnectionError(urllib3.exceptions.MaxRetryError(POOL, "/", reason))
    assert http.why_not_connected(error) == cause


@pytest.mark.parametrize("status", [404, 503])
def test_an_http_error_is_a_connection(server: Server, session: http.Session, status: int) -> None:
    server.replies = [(status, {}, b"")]
    with pytest.raises(FetchError) as caught:
        session.get(server.url)
    assert not isinstance(caught.value, UnreachableError)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(None, None), ("", None), ("12", 12.0), (" 3 ", 3.0), ("-1", None), ("1e9", None)],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert http.retry_after(value, datetime(2026, 11, 21, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(
    ("text", "shown"),
    [("plain", "plain"), ("a\x1b[31mred\n\tb", "a [31mred b"), ("x" * 50, "x" * 17 + "...")],
)
def test_untrusted_text_in_a_message(text: str, shown: str) -> None:
    assert http.printable(text, 20) == shown


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: http.origin_of("HTTPS://HuggingFace.co/api"), "https://huggingface.co:443"),
        (lambda: http.origin_of("http://127.0.0.1:80/x"), "http://127.0.0.1:80"),
    ],
)
def test_origin(make: Callable[[], str], expected: str) -> None:
    assert make() == expected
