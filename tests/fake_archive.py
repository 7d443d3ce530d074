"""The Hub's dataset routes for `cfahlgren1/hub-stats`, served from a generated archive.

    archive = Archive(models=200, days=30, faults=[Fault("partial", day=9)])
    with FakeArchive(archive=archive) as hub:
        hub.break_files("cut", day=3, times=1)       # ends early once; a range request goes on
        hf_hub_download(DATASET, "models.parquet", repo_type="dataset",
                        revision=hub.commits_of(3)[0].sha, endpoint=hub.endpoint, ...)

    python -m tests.fake_archive --models 2000 --days 30 --port 8900     # by hand

It is a FakeHub too: /api/models and the rest answer as before. Files are generated when they are
first asked for. The history has what the real one has: days with two commits (same facts, other
bytes), commits that touch other files only (`models.parquet` is still there at such a commit, and
still the older one), days without any, and a first commit without data.

`weeks` says what the weekly copies hold: date of the folder -> day of the archive. `others` are
further datasets as they are: name -> path -> bytes.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import re
import socket
import struct
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks.archive import Archive, every_fault
from tests.fake_hub import FakeHub, Seen

DATASET = "cfahlgren1/hub-stats"
WEEKLY = "hfmlsoc/hub_weekly_snapshots"
FILE = "models.parquet"
OURS = "Upload models.parquet with huggingface_hub"
OTHERS = "Upload datasets.parquet with huggingface_hub"
COMMITS_A_PAGE = 50

# What can break, and where: in any answer of the dataset, in the file's bytes, in its delivery.
ANSWERS = {
    "401": "401 + X-Error-Code: RepoNotFound, as for what is private or gone",
    "404": "404 + X-Error-Code: RepoNotFound",
    "403": "403 with a JSON message",
    "429": "429 with Retry-After: 1",
    "500": "500 with a JSON message",
    "503": "503 with an HTML body",
    "html": "HTML with status 200",
}
CONTENTS = {
    "truncated": "the file lost its second half; lengths and hash agree with what is left",
    "wrong-magic": "the file does not begin and end with PAR1",
    "html-file": "the file is a page of HTML",
    "empty-file": "the file has no bytes",
}
DELIVERIES = {
    "cut": "the connection ends after `at` bytes, in an orderly way",
    "reset": "the connection is reset after `at` bytes",
    "slow": "a pause of `hub.pause_seconds` before every `hub.piece_bytes`",
    "no-range": "a range request is answered with the whole file",
}
_HTML = b"<!DOCTYPE html><html><body>Service unavailable</body></html>"
_ENTRY = {"X-Error-Code": "EntryNotFound", "X-Error-Message": "Entry not found"}
_REVISION = {"X-Error-Code": "RevisionNotFound", "X-Error-Message": "Revision not found"}
_GONE = {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"}


@dataclass(frozen=True)
class Commit:
    """A commit; `day` is the day whose models.parquet it has, None when it has none."""

    sha: str
    at: datetime
    title: str
    day: int | None
    revision: int = 0

    @property
    def is_ours(self) -> bool:
        """Whether the commit changed models.parquet."""
        return self.title == OURS

    def shown(self) -> dict[str, Any]:
        at = self.at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        authors = [{"user": "cfahlgren1", "avatar": "/avatars/none.svg"}]
        return {"id": self.sha, "title": self.title, "message": "", "authors": authors, "date": at}


@dataclass
class _Break:
    name: str
    day: int | None
    times: float
    at: int


@dataclass
class FakeArchive(FakeHub):
    """A Hub with the dataset; `until` is the last day that is published, all when None."""

    archive: Archive = field(kw_only=True)
    until: int | None = None
    weeks: dict[str, int] = field(default_factory=dict)
    others: dict[str, dict[str, bytes]] = field(default_factory=dict)
    pause_seconds: float = 0.05
    piece_bytes: int = 1 << 16
    keep_files: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        routes = {"hub": self}
        kind = type("Handler", (_DatasetRoutes, self.server.RequestHandlerClass), routes)
        self.server.RequestHandlerClass = kind
        # huggingface_hub stops at a redirect, and keeps its token, only where the origin changes.
        self.storage = ThreadingHTTPServer(("127.0.0.1", 0), kind)
        self.storage.daemon_threads = True
        self.history = _commits(self.archive)
        self._breaks: list[_Break] = []
        self._lock = threading.Lock()
        self._folder = tempfile.TemporaryDirectory(prefix="fake-archive-")
        self._hashes: dict[tuple[int, int, str], str] = {}

    @property
    def storage_endpoint(self) -> str:
        """Where files are; another port, as the Hub's storage is another host."""
        return f"http://127.0.0.1:{self.storage.server_address[1]}"

    def __enter__(self) -> FakeArchive:
        super().__enter__()
        serve = threading.Thread(target=self.storage.serve_forever, args=(0.02,), daemon=True)
        serve.start()
        return self

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self.storage.shutdown()
        self.storage.server_close()
        self._folder.cleanup()

    def break_files(
        self, name: str, *, day: int | None = None, times: float = float("inf"), at: int = 1000
    ) -> None:
        """Let the file of a day (or of all) fail, `times` times."""
        known = {**ANSWERS, **CONTENTS, **DELIVERIES}
        if name not in known:
            raise ValueError(f"no fault is named {name!r}; known: {', '.join(known)}")
        self._breaks.append(_Break(name, day, times, at))

    def break_commits(self, name: str, *, times: float = float("inf")) -> None:
        """Let the list of commits fail, `times` times."""
        if name not in ANSWERS:
            raise ValueError(f"no fault is named {name!r}; known: {', '.join(ANSWERS)}")
        self._breaks.append(_Break(f"commits:{name}", None, times, 0))

    def heal(self) -> None:
        """Forget all faults."""
        super().heal()
        self._breaks.clear()

    def commits(self) -> list[Commit]:
        """Published commits, newest first."""
        last = self.archive.days if self.until is None else self.until
        end = self.archive.date_of(last)
        return [commit for commit in reversed(self.history) if commit.at.date() <= end]

    def commits_of(self, day: int) -> list[Commit]:
        """Commits of a day that changed models.parquet, oldest first."""
        return [commit for commit in self.history if commit.is_ours and commit.day == day]

    def commit(self, revision: str) -> Commit | None:
        """The commit of a hash, or the newest for "main"."""
        published = self.commits()
        if revision == "main":
            return published[0]
        return next((commit for commit in published if commit.sha == revision), None)

    def broken(self, kinds: dict[str, str], day: int | None) -> _Break | None:
        """The fault of such a kind that is set for that day; counts it."""
        with self._lock:
            for one in self._breaks:
                if one.name in kinds and one.day in {None, day} and one.times > 0:
                    one.times -= 1
                    return one
        return None

    def content(self, day: int) -> str:
        """The fault in a day's bytes, "" for none. It stays, however often the file is read."""
        for one in self._breaks:
            if one.name in CONTENTS and one.day in {None, day} and one.times > 0:
                return one.name
        return ""

    def file(self, day: int, revision: int, content: str) -> tuple[Path, str]:
        """A day's file and its SHA-256; made when it is not there."""
        key = (day, revision, content)
        path = Path(self._folder.name) / "-".join(map(str, key))
        with self._lock:
            if not path.exists():
                self._make_room()
                self.archive.write_day(day, path, revision=revision)
                _damage(path, content)
            if key not in self._hashes:
                with path.open("rb") as body:
                    self._hashes[key] = hashlib.file_digest(body, "sha256").hexdigest()
            return path, self._hashes[key]

    def stored(self, sha256: str) -> tuple[Path, int] | None:
        """The file with that hash, and its day (-1 in another dataset)."""
        for files in self.others.values():
            for body in files.values():
                if hashlib.sha256(body).hexdigest() == sha256:
                    path = Path(self._folder.name).with_suffix(f".{sha256}")
                    path.write_bytes(body)
                    return path, -1
        key = next((key for key, known in self._hashes.items() if known == sha256), None)
        return (self.file(*key)[0], key[0]) if key else None

    def _make_room(self) -> None:
        files = sorted(Path(self._folder.name).iterdir(), key=lambda file: file.stat().st_mtime)
        # An open file can still be read after it was unlinked.
        for old in files[: max(len(files) - self.keep_files + 1, 0)]:
            old.unlink()


def _commits(archive: Archive) -> list[Commit]:
    """The dataset's history, oldest first; the time of a commit is the time of observation."""
    start = datetime.combine(archive.date_of(0), datetime.min.time(), UTC)
    commits = [Commit(_sha(archive, "first"), start - timedelta(days=1), "initial commit", None)]
    latest: tuple[int | None, int] = (None, 0)
    for day in range(archive.days):
        morning = start + timedelta(days=day, hours=5, minutes=12, seconds=day % 60)
        uploads = []
        if archive.has_day(day):
            uploads.append((morning, OURS, 0))
            if day % 11 == 5:
                uploads.append((morning + timedelta(hours=12), OURS, 1))
        if day % 3 == 0:
            uploads.append((morning + timedelta(minutes=4), OTHERS, 0))
        for at, title, revision in sorted(uploads):
            if title == OURS:
                latest = (day, revision)
            commits.append(Commit(_sha(archive, f"{day} {title} {at}"), at, title, *latest))
    return commits


def _sha(archive: Archive, text: str) -> str:
    return hashlib.sha1(f"{archive.seed} {text}".encode(), usedforsecurity=False).hexdigest()


def _damage(path: Path, content: str) -> None:
    size = path.stat().st_size
    with path.open("r+b") as body:
        if content == "truncated":
            body.truncate(size // 2)
        elif content == "wrong-magic":
            body.write(b"PARE")
            body.seek(size - 4)
            body.write(b"PARE")
        elif content == "html-file":
            body.write(_HTML)
            body.truncate(len(_HTML))
        elif content == "empty-file":
            body.truncate(0)


class _DatasetRoutes(BaseHTTPRequestHandler):
    """The routes that huggingface_hub asks for; all else is the FakeHub's."""

    hub: FakeArchive

    def do_HEAD(self) -> None:
        self._note()
        if not self._dataset():
            self._answer(404, {"error": "Not found"})

    def do_GET(self) -> None:
        if not urlsplit(self.path).path.startswith(("/api/datasets/", "/datasets/", "/storage/")):
            super().do_GET()  # type: ignore[misc]
            return
        # Before the answer: who has it may look at once.
        self._note()
        if self.hub.before_answer:
            self.hub.before_answer()
        if not self._dataset():
            self._answer(404, {"error": "Not found"})

    def _note(self) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = parse_qs(parts.query, keep_blank_values=True)
        self.hub.requests.append(Seen(unquote(parts.path), query, headers))

    def _dataset(self) -> bool:
        """Answers when the path is one of the dataset's."""
        path = unquote(urlsplit(self.path).path)
        api, weekly = f"/api/datasets/{DATASET}", f"/api/datasets/{WEEKLY}"
        if found := re.fullmatch(rf"/datasets/{DATASET}/resolve/([^/]+)/(.+)", path):
            self._resolve(found[1], found[2])
        elif found := re.fullmatch(r"/storage/([0-9a-f]{64})", path):
            self._storage(found[1])
        elif found := re.fullmatch(rf"{api}/commits/([^/]+)", path):
            self._commits(found[1])
        elif found := re.fullmatch(rf"{api}/tree/([^/]+)", path):
            self._tree(found[1])
        elif found := re.fullmatch(rf"{api}(?:/revision/([^/]+))?", path):
            self._info(found[1] or "main")
        elif re.fullmatch(rf"{weekly}/commits/[^/]+", path):
            self._answer(200, [self.hub.history[0].shown()])
        elif found := re.fullmatch(rf"{weekly}/tree/[^/]+/(models(?:/[^/]+)?)", path):
            self._weekly_tree(found[1])
        elif found := re.fullmatch(rf"/datasets/{WEEKLY}/resolve/[^/]+/models/([^/]+)/.+", path):
            self._deliver_from_storage(self.hub.history[0].sha, self.hub.weeks[found[1]], 0)
        elif self._other(path):
            pass
        elif path.startswith(("/api/datasets/", "/datasets/")):
            self._answer(401, {"error": "Invalid username or password."}, _GONE)
        else:
            return False
        return True

    def _other(self, path: str) -> bool:
        """Answers when the path is one of another dataset."""
        place = re.fullmatch(
            r"(?:/api)?/datasets/([^/]+/[^/]+)/(commits|tree|resolve)/[^/]+/?(.*)", path
        )
        if place is None or place[1] not in self.hub.others:
            return False
        files, sha = self.hub.others[place[1]], self.hub.history[0].sha
        digests = {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
        if place[2] == "commits":
            self._answer(200, [self.hub.history[0].shown()])
        elif place[2] == "tree":
            entries = [
                {"type": "file", "size": len(body), "path": name, "lfs": {"oid": digests[name]}}
                for name, body in files.items()
                if name.rpartition("/")[0] == place[3]
            ]
            self._answer(200, entries)
        elif place[3] not in files:
            self._answer(404, {"error": "Entry not found"}, _ENTRY)
        else:
            self._redirect(sha, digests[place[3]], len(files[place[3]]))
        return True

    def _resolve(self, revision: str, name: str) -> None:
        commit = self.hub.commit(revision)
        if commit is None:
            self._answer(404, {"error": "Invalid rev id"}, _REVISION)
            return
        if self._is_broken(ANSWERS, commit.day):
            return
        if name != FILE or commit.day is None:
            self._answer(404, {"error": "Entry not found"}, {**_ENTRY, "X-Repo-Commit": commit.sha})
            return
        self._deliver_from_storage(commit.sha, commit.day, commit.revision)

    def _deliver_from_storage(self, sha: str, day: int, revision: int) -> None:
        """Redirects to the file of a day."""
        path, sha256 = self.hub.file(day, revision, self.hub.content(day))
        self._redirect(sha, sha256, path.stat().st_size)

    def _redirect(self, sha: str, sha256: str, size: int) -> None:
        headers = {
            "Location": f"{self.hub.storage_endpoint}/storage/{sha256}",
            "X-Repo-Commit": sha,
            "X-Linked-Size": str(size),
            "X-Linked-ETag": f'"{sha256}"',
            "ETag": f'"{sha256}"',
            "Accept-Ranges": "bytes",
        }
        self._answer(302, f"Found. Redirecting to /storage/{sha256}", headers)

    def _storage(self, sha256: str) -> None:
        found = self.hub.stored(sha256)
        if found is None:
            self._answer(403, {"error": "Request has expired"})
            return
        path, day = found
        size = path.stat().st_size
        is_get = self.command == "GET"
        fault = self.hub.broken(DELIVERIES, day) if is_get else None
        name = fault.name if fault else ""
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first, last = 0, size - 1
        if asked and name != "no-range":
            first, last = int(asked[1]), min(int(asked[2] or last), last)
            if first >= size:
                self._head(416, {"Content-Range": f"bytes */{size}", "Content-Length": "0"})
                return
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(last - first + 1),
            "Accept-Ranges": "bytes",
            "ETag": f'"{sha256}"',
        }
        if asked and name != "no-range":
            self._head(206, {**headers, "Content-Range": f"bytes {first}-{last}/{size}"})
        else:
            self._head(200, headers)
        if is_get:
            # A client that was killed is no error of the server.
            with contextlib.suppress(ConnectionError):
                self._deliver(path, first, last - first + 1, fault)

    def _deliver(self, path: Path, first: int, length: int, fault: _Break | None) -> None:
        breaks_off = fault is not None and fault.name in {"cut", "reset"}
        if fault is not None and breaks_off:
            length = min(length, fault.at)
        with path.open("rb") as body:
            body.seek(first)
            while length and (piece := body.read(min(length, self.hub.piece_bytes))):
                if fault is not None and fault.name == "slow":
                    time.sleep(self.hub.pause_seconds)
                self.wfile.write(piece)
                length -= len(piece)
        self.wfile.flush()
        if fault is not None and breaks_off:
            self.close_connection = True
            if fault.name == "reset":
                time.sleep(0.05)  # else the reset overtakes the bytes before it
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()

    def _commits(self, revision: str) -> None:
        if self._is_broken({f"commits:{name}": text for name, text in ANSWERS.items()}, None):
            return
        newest = self.hub.commit(revision)
        if newest is None:
            self._answer(404, {"error": "Invalid rev id"}, _REVISION)
            return
        query = parse_qs(urlsplit(self.path).query)
        page = int(query.get("p", ["0"])[0])
        limit = min(int(query.get("limit", [str(COMMITS_A_PAGE)])[0]), COMMITS_A_PAGE)
        commits = [commit for commit in self.hub.commits() if commit.at <= newest.at]
        shown = commits[page * limit : (page + 1) * limit]
        headers = {"X-Total-Count": str(len(commits))}
        if (page + 1) * limit < len(commits):
            address = f"{self.hub.endpoint}{urlsplit(self.path).path}?p={page + 1}&limit={limit}"
            headers["Link"] = f'<{address}>; rel="next"'
        self._answer(200, [commit.shown() for commit in shown], headers)

    def _info(self, revision: str) -> None:
        commit = self.hub.commit(revision)
        if commit is None:
            self._answer(404, {"error": "Invalid rev id"}, _REVISION)
        elif not self._is_broken(ANSWERS, commit.day):
            names = ["README.md"] if commit.day is None else ["README.md", FILE]
            self._answer(
                200,
                {
                    "_id": "6679a5b7e1f1c2a3b4c5d6e7",
                    "id": DATASET,
                    "author": DATASET.partition("/")[0],
                    "sha": commit.sha,
                    "lastModified": commit.shown()["date"],
                    "private": False,
                    "gated": False,
                    "disabled": False,
                    "downloads": 0,
                    "likes": 0,
                    "tags": [],
                    "siblings": [{"rfilename": name} for name in names],
                },
            )

    def _tree(self, revision: str) -> None:
        commit = self.hub.commit(revision)
        if commit is None:
            self._answer(404, {"error": "Invalid rev id"}, _REVISION)
            return
        if self._is_broken(ANSWERS, commit.day):
            return
        entries = [{"type": "file", "oid": "0" * 40, "size": 31, "path": "README.md"}]
        if commit.day is not None:
            entries.append(self._entry(commit.day, commit.revision, FILE))
        self._answer(200, entries)

    def _weekly_tree(self, folder: str) -> None:
        week = folder.partition("/")[2]
        if not week:
            entry = {"type": "directory", "oid": "2" * 40, "size": 0}
            self._answer(200, [{**entry, "path": f"{folder}/{name}"} for name in self.hub.weeks])
        elif week in self.hub.weeks:
            self._answer(200, [self._entry(self.hub.weeks[week], 0, f"{folder}/{FILE}")])
        else:
            self._answer(404, {"error": "Entry not found"}, _ENTRY)

    def _entry(self, day: int, revision: int, name: str) -> dict[str, Any]:
        path, sha256 = self.hub.file(day, revision, self.hub.content(day))
        size = path.stat().st_size
        lfs = {"oid": sha256, "size": size, "pointerSize": 135}
        return {"type": "file", "oid": "1" * 40, "size": size, "path": name, "lfs": lfs}

    def _is_broken(self, kinds: dict[str, str], day: int | None) -> bool:
        """Answers with the fault that is set, if one is."""
        fault = self.hub.broken(kinds, day)
        if fault is None:
            return False
        name = fault.name.rpartition(":")[2]
        if name in {"401", "404"}:
            self._answer(int(name), {"error": "Invalid username or password."}, _GONE)
        elif name == "429":
            self._answer(429, {"error": "We had to rate limit you"}, {"Retry-After": "1"})
        elif name in {"html", "503"}:
            self._answer(200 if name == "html" else 503, _HTML.decode(), {})
        else:
            self._answer(int(name), {"error": "Forbidden" if name == "403" else "Internal Error"})
        return True

    def _answer(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        """An answer with JSON, or with text as it is."""
        is_text = isinstance(value, str)
        body = (value if is_text else json.dumps(value)).encode()
        kind = "text/html; charset=utf-8" if is_text else "application/json; charset=utf-8"
        length = {"Content-Type": kind, "Content-Length": str(len(body))}
        self._head(status, {**length, **(headers or {})})
        if self.command != "HEAD":
            self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        bucket = "api" if "/api/" in self.path else "resolvers"
        self.send_response(status)
        self.send_header("RateLimit", f'"{bucket}";r={self.hub.calls_left};t=189')
        self.send_header("RateLimit-Policy", f'"fixed window";"{bucket}";q=3000;w=300')
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


def main() -> None:
    lists = (("answers", ANSWERS), ("contents", CONTENTS), ("deliveries", DELIVERIES))
    faults = "\n".join(f"  {name:12} {text}" for _, kind in lists for name, text in kind.items())
    parser = argparse.ArgumentParser(
        description="A fake Hub with a generated hub-stats; set HF_ENDPOINT to what it prints.",
        epilog=f"faults:\n{faults}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--port", type=int, default=0, help="port; 0 takes a free one")
    parser.add_argument("--every-fault", action="store_true", help="plant one of each kind")
    parser.add_argument(
        "--break",
        dest="breaks",
        action="append",
        default=[],
        metavar="[DAY=]FAULT",
        help="repeatable; without a day for all",
    )
    given = parser.parse_args()
    faults_planted = every_fault(given.days) if given.every_fault else ()
    archive = Archive(given.models, given.days, seed=given.seed, faults=faults_planted)
    with FakeArchive(archive=archive, port=given.port) as hub:
        for text in given.breaks:
            day, _, name = text.rpartition("=")
            hub.break_files(name, day=int(day) if day else None)
        print(f"HF_ENDPOINT={hub.endpoint}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
