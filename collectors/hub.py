"""The Hub as all sources see it: its address, the token, and datasets with their past.

HF_ENDPOINT names another Hub, HF_TOKEN a token (optional). Lists are read with our own session;
files come by huggingface_hub, whose errors are told in our words, and never with its own bars and
logs: an address in them may carry a signature.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
import huggingface_hub
from huggingface_hub import constants
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from huggingface_hub.utils import logging as hub_logging

from collectors.errors import (
    ConfigurationError,
    FetchError,
    UnavailableError,
    UnreachableError,
    WrongAnswerError,
)
from collectors.http import (
    MAX_TRIES,
    Credentials,
    Session,
    base_address,
    origin_of,
    printable,
    retry_after,
)

DEFAULT_ENDPOINT = "https://huggingface.co"
IF_UNREACHED = (
    "check the network, HF_ENDPOINT and the proxy settings (HTTPS_PROXY, HTTP_PROXY, NO_PROXY)"
)
COMMITS_A_PAGE = 100
MOST_PAGES = 1000
ETAG_SECONDS = 30.0
_GONE = frozenset({401, 403, 404, 410})
_COMMIT = re.compile(r"[0-9a-f]{40}")
_INSTANT = re.compile(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)")
_SHA256 = re.compile(r"[0-9a-f]{64}")

# Its downloader works in threads that no time limit of ours reaches, and caches beside our folder.
constants.HF_HUB_DISABLE_XET = True
hub_logging.set_verbosity(logging.ERROR)

# Bytes that came so far, and bytes in all.
OnBytes = Callable[[int, int], None]


def endpoint() -> str:
    """The Hub's address by HF_ENDPOINT; raises ConfigurationError when it cannot be one."""
    return base_address("HF_ENDPOINT", DEFAULT_ENDPOINT, "HF_TOKEN")


def credentials(address: str) -> Credentials | None:
    """The token of HF_TOKEN, for that address alone; raises ConfigurationError."""
    token = os.environ.get("HF_TOKEN", "").strip()
    try:
        return Credentials(origin_of(address), token) if token else None
    except ConfigurationError as error:
        raise ConfigurationError(f"HF_TOKEN: {error}") from None


def check_settings() -> None:
    """Raises ConfigurationError for a bad HF_ENDPOINT or HF_TOKEN."""
    credentials(endpoint())


@dataclass(frozen=True)
class Commit:
    """A commit of a dataset; `at` is UTC."""

    sha: str
    title: str
    at: datetime


@dataclass(frozen=True)
class RemoteFile:
    """A file at one revision: bytes and SHA-256 as promised, the latter None for a small file."""

    path: str
    revision: str
    url: str
    size: int
    sha256: str | None


@dataclass
class Dataset:
    """One dataset of the Hub. Errors are FetchError (UnavailableError) and WrongAnswerError."""

    session: Session
    name: str
    endpoint: str
    credentials: Credentials | None

    @classmethod
    def from_environment(cls, session: Session, name: str) -> Dataset:
        """By HF_ENDPOINT and HF_TOKEN; raises ConfigurationError."""
        address = endpoint()
        return cls(session, name, address, credentials(address))

    def commits(self) -> Iterator[Commit]:
        """Commits of the main branch, newest first; further pages are read as they are needed."""
        url: str | None = (
            f"{self.endpoint}/api/datasets/{self.name}/commits/main?limit={COMMITS_A_PAGE}"
        )
        for _ in range(MOST_PAGES):
            page, url = self._page(url)
            yield from (_commit(item) for item in page)
            if url is None:
                return
        raise WrongAnswerError(f"{self.name}: the Links to the next page of commits never end")

    def files(self, revision: str, folder: str = "") -> list[RemoteFile]:
        """Files of one folder at a revision, by path."""
        return [
            self._file(entry, revision)
            for entry in self._entries(revision, folder)
            if entry.get("type") == "file"
        ]

    def folders(self, revision: str, folder: str) -> list[str]:
        """Paths of the folders in a folder at a revision."""
        found = [e["path"] for e in self._entries(revision, folder) if e.get("type") == "directory"]
        return sorted(str(path) for path in found)

    def file(self, revision: str, path: str) -> RemoteFile:
        """One file at a revision; UnavailableError when there is none."""
        for found in self.files(revision, path.rpartition("/")[0]):
            if found.path == path:
                return found
        raise UnavailableError(
            f"archive unavailable: {self.name} has no {path} at revision {revision[:12]}; "
            f"look at {self.endpoint}/datasets/{self.name}",
            404,
        )

    def text(self, revision: str, path: str) -> bytes:
        """The bytes of a small file at a revision."""
        body: bytes = self._get(
            f"{self.endpoint}/datasets/{self.name}/resolve/{revision}/{quote(path)}"
        ).body
        return body

    def download(self, file: RemoteFile, folder: Path, on_bytes: OnBytes) -> Path:
        """Fetch a file into a folder; returns where it is, with the size and hash as promised.

        Passing faults are tried again, each time from the start. Raises OSError for a full disk.
        """
        for attempt in range(1, MAX_TRIES + 1):
            try:
                return self._download(file, folder, on_bytes)
            except _PassingDownloadError as problem:
                if attempt == MAX_TRIES:
                    raise FetchError(
                        f"{file.path}: {problem}, {attempt} times; try again later", problem.status
                    ) from None
                self.session.sleep(problem.wait or float(2**attempt))
        raise AssertionError("unreachable")

    def _download(self, file: RemoteFile, folder: Path, on_bytes: OnBytes) -> Path:
        try:
            found = huggingface_hub.hf_hub_download(
                self.name,
                file.path,
                repo_type="dataset",
                revision=file.revision,
                endpoint=self.endpoint,
                local_dir=folder,
                token=self.credentials.token if self.credentials else False,
                etag_timeout=ETAG_SECONDS,
                tqdm_class=_reporting(on_bytes, file.size),
            )
        except LocalEntryNotFoundError as error:
            # The true fault is what this one was raised for.
            cause = error.__cause__ or error.__context__ or error
            raise self._told(cause, file) from None
        except (HfHubHTTPError, httpx2.HTTPError) as error:
            raise self._told(error, file) from None
        except OSError as error:
            if error.errno is not None:
                raise
            # A file of another length than promised is an OSError without a number.
            raise _PassingDownloadError("the file did not arrive whole") from None
        path = Path(str(found))
        _require_as_promised(path, file)
        return path

    def _told(self, error: BaseException, file: RemoteFile) -> Exception:
        """An error of the library in our words."""
        if isinstance(error, HfHubHTTPError) and error.response is not None:
            status = error.response.status_code
            if status in _GONE:
                return self._unavailable(status, f"{file.path} at {file.revision[:12]}")
            wait = retry_after(error.response.headers.get("Retry-After"), datetime.now(UTC))
            return _PassingDownloadError(f"HTTP {status}", status, wait)
        if isinstance(error, (httpx2.TimeoutException, httpx2.TransportError)):
            return _PassingDownloadError("the connection broke off or gave no answer in time")
        return _PassingDownloadError(f"no file in the answer ({type(error).__name__})")

    def _entries(self, revision: str, folder: str) -> list[dict[str, Any]]:
        place = f"/{quote(folder)}" if folder else ""
        url: str | None = (
            f"{self.endpoint}/api/datasets/{self.name}/tree/{quote(revision, safe='')}{place}"
        )
        entries: list[dict[str, Any]] = []
        for _ in range(MOST_PAGES):
            page, url = self._page(url)
            entries += page
            if url is None:
                return entries
        raise WrongAnswerError(f"{self.name}: the Links to the next page of files never end")

    def _file(self, entry: dict[str, Any], revision: str) -> RemoteFile:
        path, size = entry.get("path"), entry.get("size")
        if not isinstance(path, str) or not isinstance(size, int) or size < 0:
            raise WrongAnswerError(
                f"{self.name}: expected files with a path and a size, "
                f"found {printable(json.dumps(entry), 120)}"
            )
        sha256 = (entry.get("lfs") or {}).get("oid")
        url = f"{self.endpoint}/datasets/{self.name}/resolve/{revision}/{quote(path)}"
        is_hash = isinstance(sha256, str) and _SHA256.fullmatch(sha256)
        return RemoteFile(path, revision, url, size, sha256 if is_hash else None)

    def _page(self, url: str | None) -> tuple[list[dict[str, Any]], str | None]:
        """One page of a list, and the address of the next."""
        assert url is not None
        if origin_of(url) != origin_of(self.endpoint):
            raise WrongAnswerError(
                f"the Link to the next page leads to {printable(origin_of(url), 80)}, "
                f"expected {self.endpoint}; not followed"
            )
        answer = self._get(url)
        try:
            page = json.loads(answer.body)
        except ValueError:
            page = None
        if not isinstance(page, list) or not all(isinstance(item, dict) for item in page):
            kind = printable(answer.headers.get("Content-Type", "nothing"), 40)
            raise WrongAnswerError(f"{self.name}: expected a JSON list, found {kind}", 200)
        return page, answer.next_url

    def _get(self, url: str) -> Any:
        try:
            return self._get_with_token(url)
        except UnreachableError as error:
            raise UnreachableError(f"{error}; {IF_UNREACHED}", error.cause) from None
        except FetchError as error:
            if error.status not in _GONE:
                raise
            raise self._unavailable(error.status, urlsplit(url).path.lstrip("/")) from None

    def _get_with_token(self, url: str) -> Any:
        try:
            return self.session.get(url, credentials=self.credentials)
        except FetchError as error:
            if self.credentials is None or error.status not in (401, 403):
                raise
            # A token of the wrong kind is refused on routes that work without one.
            answer = self.session.get(url)
            self.credentials = None
            return answer

    def _unavailable(self, status: int | None, what: str) -> UnavailableError:
        return UnavailableError(
            f"archive unavailable: {self.name} answers HTTP {status} for {what}; it is private, "
            f"moved or gone. Open {self.endpoint}/datasets/{self.name}; if you may read it, put a "
            "token in HF_TOKEN, else use another archive",
            status,
        )


class _PassingDownloadError(Exception):
    """A failure of a download that is worth another try."""

    def __init__(self, problem: str, status: int | None = None, wait: float | None = None) -> None:
        self.status = status
        self.wait = wait
        super().__init__(problem)


def _reporting(on_bytes: OnBytes, size: int) -> Any:
    """A progress bar of the kind that huggingface_hub wants, which only passes on the bytes."""

    class Bar:
        def __init__(self, *_: object, **__: object) -> None:
            self.came = 0

        def __enter__(self) -> Bar:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def update(self, count: float) -> None:
            # Less than nothing, when the server does not go on where it ended.
            self.came += int(count)
            on_bytes(min(self.came, size), size)

    return Bar


def _commit(item: dict[str, Any]) -> Commit:
    sha, at = str(item.get("id")), str(item.get("date"))
    if not _COMMIT.fullmatch(sha) or not _INSTANT.fullmatch(at):
        raise WrongAnswerError(
            "expected commits with an id and a date with a zone, "
            f"found {printable(json.dumps(item), 120)}"
        )
    return Commit(sha, str(item.get("title", "")), datetime.fromisoformat(at).astimezone(UTC))


def _require_as_promised(path: Path, file: RemoteFile) -> None:
    size = path.stat().st_size
    if size != file.size:
        path.unlink()
        raise _PassingDownloadError(f"expected {file.size:,} bytes, found {size:,}")
    if file.sha256 is not None and sha256_of(path) != file.sha256:
        path.unlink()
        raise _PassingDownloadError(f"its bytes do not have the SHA-256 {file.sha256[:12]}...")


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as body:
        return hashlib.file_digest(body, "sha256").hexdigest()
