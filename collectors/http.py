"""One HTTP session a source: timeouts, sizes, retries, rate limits, and where a token may go.

    session = Session()
    answer = session.get("https://example.org/api/things", params=[("limit", "500")])
    answer.body, answer.status, answer.links

Every failure is a FetchError or a WrongAnswerError whose message can be shown to people. Waiting is
done through `sleep` and time is read from `clock` and `now`, so tests wait for nothing.
"""

from __future__ import annotations

import email.utils
import errno
import os
import random
import re
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from collectors.errors import (
    ConfigurationError,
    FetchError,
    UnreachableError,
    WrongAnswerError,
)

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
ANSWER_SECONDS = 300.0  # a server that drips a byte a second never hits the read timeout
MAX_BYTES = 64 * 2**20
MAX_WAIT_SECONDS = 900.0
MAX_TRIES = 4
MAX_REDIRECTS = 5
LEAVE_CALLS = 5  # stop this many calls before a rate limit, as the Hub advises

_CHUNK = 64 * 1024
_KEPT = 4096  # bytes of a refusal
_INFLATED = 16 * _CHUNK  # the most that is decompressed at once
_RETRIED = frozenset({408, 429})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LEFT, _RESET, _RETRY_AT = "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Retry-After"
_FIRST_UNIX_TIME = 10**9  # a smaller number is no time of this century
_BUCKET = re.compile(r'"([^"]{1,40})"\s*;\s*r=(\d{1,12})\s*;\s*t=(\d{1,7})')


@cache
def user_agent() -> str:
    """The User-Agent of every call; to look up the version takes longer than a session's rest."""
    try:
        version = metadata.version("open-model-adoption")
    except metadata.PackageNotFoundError:
        version = "0"
    return f"open-model-adoption/{version} (Open Model Adoption dashboard; reads public counters)"


@dataclass(frozen=True)
class Credentials:
    """A token, the only origin (scheme, host, port) that may see it, and the header it goes in."""

    origin: str
    token: str = field(repr=False)
    header: str = "Authorization"
    prefix: str = "Bearer "

    def __post_init__(self) -> None:
        # A line break in a header would end up, with the token, in an error message of the library.
        if not re.fullmatch(r"[\x21-\x7e]+", self.token):
            raise ConfigurationError(
                "the token holds characters that an HTTP header cannot carry; set it again"
            )


@dataclass(frozen=True)
class _Call:
    """What is asked. A call with `body` is a POST."""

    url: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    credentials: Credentials | None = None
    body: bytes | None = None

    @property
    def sent_headers(self) -> dict[str, str]:
        """The headers, with the token when the address may see it."""
        sent = dict(self.headers)
        if self.credentials and origin_of(self.url) == self.credentials.origin:
            sent[self.credentials.header] = f"{self.credentials.prefix}{self.credentials.token}"
        return sent


@dataclass(frozen=True)
class Answer:
    """A whole answer with status 200; `url` is where it came from after redirects."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def next_url(self) -> str | None:
        """Address of the next page from the Link header, exactly as the server gave it."""
        for link in requests.utils.parse_header_links(self.headers.get("Link", "")):
            if link.get("rel") == "next" and link.get("url"):
                return str(link["url"])
        return None


@dataclass
class _Limit:
    """A rate-limit bucket: calls left, and when (session clock) it fills up again."""

    left: int
    resets_at: float
    spared: int = LEAVE_CALLS  # calls that are not made, for those who share the limit


class _PassingError(Exception):
    """A failure that is worth another try."""

    def __init__(
        self,
        problem: str,
        status: int | None = None,
        wait: float | None = None,
        body: bytes = b"",
    ) -> None:
        self.status = status
        self.wait = wait
        self.body = body
        super().__init__(problem)

    @property
    def refusal(self) -> FetchError:
        """What it is when it is not tried again."""
        return FetchError(str(self), self.status, self.body)


class _NoConnectionError(_PassingError):
    """The host could not be spoken to at all."""

    def __init__(self, host: str, cause: str) -> None:
        self.cause = cause
        super().__init__(f"cannot connect to {host} ({cause})")


class _OneRequest(requests.Session):
    """A session of the library that leaves redirects alone.

    Even with allow_redirects=False it reads the body of a redirect, of any size, to prepare one.
    """

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


def _by_status_alone(refusal: FetchError) -> bool:
    """No refusal is final but by its status."""
    return False


@dataclass(kw_only=True)
class Session:
    """Reads addresses for one source; not safe to share between threads.

    `max_wait`: seconds that may be spent waiting in all; `max_bytes`: of one decoded answer;
    `pace`: seconds between the beginnings of two calls, which do not count as waiting; `is_final`:
    whether a refusal is not worth another try, though its status and headers ask for one.
    """

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    jitter: Callable[[], float] = random.random
    max_wait: float = MAX_WAIT_SECONDS
    max_bytes: int = MAX_BYTES
    read_timeout: float = READ_SECONDS
    pace: float = 0.0
    is_final: Callable[[FetchError], bool] = _by_status_alone

    def __post_init__(self) -> None:
        self._wait_left = self.max_wait
        self._limits: dict[tuple[str, str], _Limit] = {}
        self._buckets_of_path: dict[str, set[tuple[str, str]]] = {}
        self._called_at: float | None = None
        self._requests = _OneRequest()
        # An own `auth` keeps requests from sending what it finds in a .netrc file.
        self._requests.auth = lambda request: request
        self._requests.headers.update({"User-Agent": user_agent(), "Accept-Encoding": "gzip"})

    def get(
        self,
        url: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        headers: Sequence[tuple[str, str]] = (),
        credentials: Credentials | None = None,
    ) -> Answer:
        """GET with retries; returns an answer with status 200.

        Raises FetchError (after MAX_TRIES tries of what is worth a retry, at once for the rest, or
        when the waiting would exceed the session's ceiling; UnreachableError when not even a
        connection came about) and WrongAnswerError.
        """
        return self._tried(_Call(url, tuple(params), tuple(headers), credentials))

    def post(self, url: str, body: bytes, *, params: Sequence[tuple[str, str]] = ()) -> Answer:
        """POST of a question that changes nothing, e.g. a query; otherwise as `get`."""
        return self._tried(_Call(url, tuple(params), body=body))

    def _tried(self, call: _Call) -> Answer:
        origin_of(call.url)
        for attempt in range(1, MAX_TRIES + 1):
            try:
                return self._follow(call)
            except _PassingError as problem:
                if self.is_final(problem.refusal):
                    raise problem.refusal from None
                if attempt == MAX_TRIES:
                    raise _given_up(problem) from None
                self._wait(self._pause(problem, attempt), problem.refusal)
        raise AssertionError("unreachable")

    def _follow(self, call: _Call) -> Answer:
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._once(call)
            if answer.status not in _REDIRECTS:
                return answer
            target = answer.headers.get("Location")
            if not target:
                raise WrongAnswerError(f"HTTP {answer.status} without a Location", answer.status)
            call = replace(call, url=_joined(answer.url, target), params=())
        raise WrongAnswerError(f"more than {MAX_REDIRECTS} redirects in a row")

    def _once(self, call: _Call) -> Answer:
        self._respect_limits(call.url)
        self._keep_pace()
        try:
            with self._requests.request(
                "GET" if call.body is None else "POST",
                call.url,
                params=list(call.params),
                headers=call.sent_headers,
                data=call.body,
                timeout=(CONNECT_SECONDS, self.read_timeout),
                stream=True,
                allow_redirects=False,
            ) as response:
                self._note_limits(response.url, response.headers)
                return self._read(response, call.credentials)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise _network_problem(error, call.url) from None

    def _read(self, response: requests.Response, credentials: Credentials | None) -> Answer:
        status = response.status_code
        body = b"".join(self._chunks(response))
        if credentials:
            _refuse_echo(credentials.token, body, response)
        if status in _RETRIED or status >= 500 or _is_limit(status, response.headers):
            raise _PassingError(
                f"HTTP {status}{_said(body, response.headers)}",
                status,
                self._asked_wait(response.url, status, response.headers),
                body[:_KEPT],
            )
        if status != 200 and status not in _REDIRECTS:
            raise FetchError(f"HTTP {status}{_said(body, response.headers)}", status, body[:_KEPT])
        return Answer(response.url, status, response.headers, body)

    def _chunks(self, response: requests.Response) -> Iterator[bytes]:
        """The decoded body, never more than the size limit, however well it was compressed.

        Decoded here, because the library accepts a gzip stream that ends early.
        """
        encoding = response.headers.get("Content-Encoding", "identity").lower()
        if encoding not in ("identity", "gzip", "x-gzip"):
            raise WrongAnswerError(f"expected gzip or plain bytes, found {encoding[:40]!r}")
        gunzip = None if encoding == "identity" else zlib.decompressobj(wbits=31)
        ends_at = self.clock() + ANSWER_SECONDS
        total = 0
        for raw in response.raw.stream(_CHUNK, decode_content=False):
            for chunk in _decoded(raw, gunzip):
                total += len(chunk)
                if total > self.max_bytes:
                    raise WrongAnswerError(
                        f"the answer is larger than {self.max_bytes:,} bytes; not read further",
                        response.status_code,
                    )
                yield chunk
            if self.clock() > ends_at:
                raise _PassingError(f"the answer was not complete after {ANSWER_SECONDS:.0f} s")
        if gunzip is not None and total and not gunzip.eof:
            raise _PassingError("the compressed answer ended early")

    def _keep_pace(self) -> None:
        if self.pace and self._called_at is not None:
            left = self._called_at + self.pace - self.clock()
            if left > 0:
                self.sleep(left)
        self._called_at = self.clock()

    def _respect_limits(self, url: str) -> None:
        """Wait when the last answer for this path said that few calls are left."""
        of_path, of_host = (
            self._buckets_of_path.get(k, ()) for k in (_path_key(url), origin_of(url))
        )
        for bucket in (*of_path, *of_host):
            limit = self._limits[bucket]
            if limit.left <= limit.spared and self.clock() < limit.resets_at:
                pause = limit.resets_at - self.clock() + 1
                self._wait(pause, FetchError(f"the rate limit {bucket[1]!r} is used up"))

    def _note_limits(self, url: str, headers: Mapping[str, str]) -> None:
        for name, left, reset in _BUCKET.findall(headers.get("RateLimit", "")):
            bucket = (origin_of(url), name)
            self._limits[bucket] = _Limit(int(left), self.clock() + int(reset))
            self._buckets_of_path.setdefault(_path_key(url), set()).add(bucket)
        left, seconds = headers.get(_LEFT, ""), _until(headers.get(_RESET, ""), self.now())
        if re.fullmatch(r"[0-9]{1,12}", left) and seconds is not None:
            # A limit of the whole host, whose reset is an instant (GitHub, Docker Hub).
            bucket = (origin_of(url), _LEFT)
            self._limits[bucket] = _Limit(int(left), self.clock() + seconds, spared=0)
            self._buckets_of_path.setdefault(origin_of(url), set()).add(bucket)

    def _asked_wait(self, url: str, status: int, headers: Mapping[str, str]) -> float | None:
        """Seconds that the server asked for: an empty bucket's reset, else Retry-After."""
        buckets = _BUCKET.findall(headers.get("RateLimit", ""))
        empty = [int(reset) + 1.0 for _, left, reset in buckets if int(left) <= LEAVE_CALLS]
        if status == 429 and empty:
            return max(empty)
        asked = retry_after(headers.get("Retry-After"), self.now())
        if asked is None and status in (403, 429):
            # With calls left, the end of the period is not what the service waits for.
            names = (_RETRY_AT, _RESET) if headers.get(_LEFT, "0") == "0" else (_RETRY_AT,)
            named = (_until(headers.get(name, ""), self.now()) for name in names)
            asked = next((seconds + 1 for seconds in named if seconds is not None), None)
        return asked

    def _pause(self, problem: _PassingError, attempt: int) -> float:
        if problem.wait is not None:
            return problem.wait
        return float(2 ** (attempt - 1)) * (0.5 + self.jitter())

    def _wait(self, seconds: float, why: FetchError) -> None:
        if seconds > self._wait_left:
            raise FetchError(
                f"{why}; waiting {seconds:.0f} s more would exceed the ceiling of "
                f"{self.max_wait:.0f} s for this source; try again later",
                why.status,
                why.body,
            )
        self._wait_left -= seconds
        self.sleep(seconds)


def _is_limit(status: int, headers: Mapping[str, str]) -> bool:
    """Whether a refusal says that too much was asked, which GitHub says with 403."""
    return status == 403 and (headers.get(_LEFT) == "0" or "Retry-After" in headers)


def _until(value: str, now: datetime) -> float | None:
    """Seconds until the instant in a header of a whole-host limit, 0 at least; None without one.

    It is a Unix time in seconds or in milliseconds, or what some hosts write: the seconds left.
    """
    if not re.fullmatch(r"[0-9]{1,13}", value):
        return None
    number = float(value) / (1000 if len(value) > 11 else 1)
    return max(0.0, number - now.timestamp()) if number > _FIRST_UNIX_TIME else number


def origin_of(url: str) -> str:
    """scheme://host:port of an address; raises WrongAnswerError for anything but http(s)."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme.lower()]
        host = parts.hostname
    except (ValueError, KeyError):
        host, port = None, 0
    if not host:
        raise WrongAnswerError(f"expected an http or https address, found {printable(url, 80)!r}")
    return f"{parts.scheme.lower()}://{host.lower()}:{port}"


def base_address(variable: str, default: str, secret: str) -> str:
    """The address that a variable names, else the default, without a slash at the end.

    Raises ConfigurationError, which shows no password; `secret`: the variable for one.
    """
    value = os.environ.get(variable, "").strip().rstrip("/") or default
    try:
        parts = urlsplit(value)
    except ValueError:
        raise ConfigurationError(
            f"{variable}: expected an http or https address; for example {default}"
        ) from None
    if parts.username or parts.password:
        raise ConfigurationError(
            f"{variable}: expected an address without credentials; put a key in {secret}"
        )
    try:
        origin_of(value)
    except WrongAnswerError as error:
        raise ConfigurationError(f"{variable}: {error}; for example {default}") from None
    if parts.query or parts.fragment:
        raise ConfigurationError(f"{variable}: expected an address without ? and #")
    return value


def _joined(base: str, target: str) -> str:
    """An address relative to another; raises WrongAnswerError when it is none."""
    try:
        joined = urljoin(base, target)
    except ValueError:
        joined = target
    origin_of(joined)
    return joined


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header, a whole number or an HTTP date; None if neither."""
    if value is None:
        return None
    value = value.strip()
    if re.fullmatch(r"\d{1,9}", value):
        return float(value)
    try:
        at = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


def printable(text: str, limit: int) -> str:
    """Untrusted text for a message: one line, no control characters, cut at `limit` characters."""
    clean = "".join(c if c.isprintable() else " " for c in text[: limit * 4])
    clean = " ".join(clean.split())
    return clean if len(clean) <= limit else clean[: limit - 3] + "..."


def shortened(names: Sequence[str], most: int = 12) -> str:
    """Untrusted names for a message, the first ones when they are many."""
    shown = ", ".join(printable(name, 60) for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def _decoded(raw: bytes, gunzip: Any) -> Iterator[bytes]:
    if gunzip is None:
        yield raw
        return
    try:
        chunk = raw
        while (raw or len(chunk) == _INFLATED) and not gunzip.eof:
            chunk = gunzip.decompress(raw, _INFLATED)
            raw = gunzip.unconsumed_tail
            yield chunk
    except zlib.error as error:
        raise _PassingError(f"the compressed answer is damaged ({error})") from None


def _refuse_echo(token: str, body: bytes, response: requests.Response) -> None:
    """A token that came back in an answer would be stored with it."""
    headers = " ".join(f"{name}: {value}" for name, value in response.headers.items())
    if token.encode() in body or token in headers:
        raise WrongAnswerError(
            "the answer repeats the access token; not stored", response.status_code
        )


def _given_up(problem: _PassingError) -> FetchError:
    message = f"{problem}, {MAX_TRIES} times; try again later"
    if isinstance(problem, _NoConnectionError):
        return UnreachableError(message, problem.cause)
    return FetchError(message, problem.status, problem.body)


def _network_problem(error: Exception, url: str) -> Exception:
    """What a failed connection means, in words that hold no address with a query in it."""
    host = urlsplit(url).netloc
    if cause := why_not_connected(error):
        return _NoConnectionError(host, cause)
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)) or (
        "timed out" in str(error)
    ):
        return _PassingError(f"no answer in time from {host}")
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        return ConfigurationError(f"{printable(url, 80)!r} is not an address that can be asked")
    if isinstance(error, requests.exceptions.SSLError):
        return FetchError(f"the certificate of {host} was refused; check the address and the clock")
    return _PassingError(f"the connection to {host} broke off")


def why_not_connected(error: BaseException) -> str | None:
    """Why no connection came about; None when there was one, or when something else is wrong."""
    if isinstance(error, requests.ConnectionError):
        first = error.args[0] if error.args else None
        error = getattr(first, "reason", None) or error
    if isinstance(error, (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError)):
        return "the proxy could not be used"
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "name not resolved"
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        number = getattr(error.__cause__, "errno", None)
        return "connection refused" if number == errno.ECONNREFUSED else "no route to it"
    # The library counts the errors above among its timeouts, so this one comes last.
    if isinstance(error, (requests.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError)):
        return "timed out connecting"
    return None


def _said(body: bytes, headers: Mapping[str, str]) -> str:
    """What an error answer said, as ': text'; nothing when it is a page and not a message."""
    message = headers.get("X-Error-Message") or ""
    is_page = "html" in headers.get("Content-Type", "").lower() and b"<" in body
    if not message and not is_page:
        text = body[:2000].decode("utf-8", "replace")
        found = re.search(r'"(?:error|message)"\s*:\s*"((?:[^"\\]|\\.){1,400})', text)
        message = found.group(1) if found else text
    message = printable(message, 160)
    return f": {message}" if message else ""


def _path_key(url: str) -> str:
    return f"{origin_of(url)}{urlsplit(url).path}"
