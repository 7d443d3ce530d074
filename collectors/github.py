"""GitHub: stars of the serving stacks, and downloads of the files of their releases.

Fetch asks for the repository and for its releases, page by page: without a token for the newest
thousand, since so few calls are answered an hour. Their notes are megabytes that nobody reads, so
of a release the body keeps RELEASE_KEYS and ASSET_KEYS, as they were said; the manifest has the
size and hash of each page. Downloads are counted since a file was attached, for each release apart:
one that is deleted, or older than those that were read, is no longer there, so what was downloaded
in a time is the sum of what each release grew by.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from collectors.errors import ConfigurationError, FetchError, UnavailableError, WrongAnswerError
from collectors.fields import (
    MalformedRowError,
    flag,
    instant,
    json_answer,
    json_of,
    listed,
    member,
    required,
    text,
    whole,
)
from collectors.http import Answer, Session, origin_of, printable
from collectors.packages import WHERE_NAMED
from collectors.service import Service
from collectors.source import Fetched, Measures, Parsed, Row, Tracked
from data.snapshots import Manifest

NAME = "github"
TITLE = "GitHub"
URL = "https://github.com"
LICENCE = "GitHub terms of service; public counters from the REST API"
CITATION = "Source: GitHub REST API, as of {as_of}"
ENTITY = "repository"
TABLES = ("github__repositories", "github__releases")
MIN_ROWS = 1
CADENCE = timedelta(days=1)
REQUIRED_KEYS = ("tag_name", "assets")
KEY = None
MOST_BYTES = 32 * 2**20
PACE = 0.0

SERVICE = Service("GITHUB", "https://api.github.com")
check_settings = SERVICE.check_settings
address = SERVICE.address

PAGE_SIZE = 100
MAX_PAGES = 100  # GitHub shows no more than the newest 10,000 releases
MAX_PAGES_WITHOUT_KEY = 10  # of 60 calls an hour
BEYOND_WINDOW = 422  # "Only the first 10000 results are available."
HAS_ALL = "has_all_releases"
RELEASE_KEYS = ("tag_name", "draft", "prerelease", "published_at", "assets")
ASSET_KEYS = ("name", "download_count")
_HEADERS = (
    ("Accept", "application/vnd.github+json"),
    ("X-GitHub-Api-Version", "2022-11-28"),
)
_REPOSITORY = re.compile(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}")
_LARGEST_FILES = 10_000  # a release holds a thousand files at most


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """Every tracked repository, each run."""
    return list(dict.fromkeys(tracked.runtimes.get("github", ())))


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """One answer a repository, with its releases."""
    yield from SERVICE.each(planned, lambda repository: _read(session, repository))


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """The row of github__repositories, and those of github__releases, each tag once.

    Whether all releases were read is not in the body: without the word of fetch they were not.
    """
    answer = json_of(body)
    repository = member(answer, "repository", "a repository and its releases")
    pages = listed(member(answer, "releases", "a repository and its releases"), "pages")
    releases: dict[str, Row] = {}
    aside: list[str] = []
    missing = 0
    for release in (one for page in pages for one in listed(page, "releases")):
        if _is_draft(release):
            continue
        missing += isinstance(release, dict) and any(release.get(k) is None for k in REQUIRED_KEYS)
        try:
            row = _release(release, manifest)
        except MalformedRowError as problem:
            aside.append(str(problem))
            continue
        # One that is published while pages are read moves another onto the next page again.
        releases.setdefault(row["tag"], row)
    has_all = manifest.facts.get(HAS_ALL) is True and not aside
    stars: list[Row] = [{**_repository(repository, manifest), HAS_ALL: has_all}]
    tables = {TABLES[0]: stars, TABLES[1]: list(releases.values())}
    return Parsed(tables, 1 + len(releases) + len(aside), missing, aside)


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """Stars and releases, and how many more than in the answer before."""
    stars, releases = _sizes(parsed)
    if before is None:
        return {"stars": stars, "new_stars": None, "releases": releases, "new_releases": None}
    known_stars, known = _sizes(before)
    return {
        "stars": stars,
        "new_stars": stars - known_stars,
        "releases": releases,
        "new_releases": releases - known,
    }


@dataclass
class _Reading:
    """What is known of one repository's releases while they are read."""

    releases: list[list[Any]] = field(default_factory=list)
    pages: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    has_all: bool = False

    def add(self, answer: Answer) -> None:
        """One page of releases. WrongAnswerError."""
        page = listed(json_answer(answer), "releases")
        self.releases.append([_kept(release) for release in page])
        digest = hashlib.sha256(answer.body).hexdigest()
        self.pages.append({"url": answer.url, "bytes": len(answer.body), "sha256": digest})

    @property
    def count(self) -> int:
        """Releases that were read."""
        return sum(len(page) for page in self.releases)


def _read(session: Session, entity: str) -> Fetched:
    if not _REPOSITORY.fullmatch(entity):
        raise ConfigurationError(
            f"{entity!r} cannot be a repository of GitHub (owner/name); mend it in {WHERE_NAMED}"
        )
    reading = _Reading()
    try:
        answer = _get(session, f"{SERVICE.address()}/repos/{entity}")
        name = _full_name(json_answer(answer))
        if name.casefold() != entity.casefold():
            reading.warnings.append(
                f"GitHub answers for {name!r}; renamed? mend it in {WHERE_NAMED}"
            )
        _read_releases(session, f"{SERVICE.address()}/repos/{name}/releases", reading)
    except FetchError as error:
        raise _explained(error, entity) from None
    facts: dict[str, Any] = {"full_name": name, "pages": reading.pages, HAS_ALL: reading.has_all}
    if reading.warnings:
        facts["warnings"] = reading.warnings
    # Escaped, because half a surrogate in a name cannot be written in another way.
    releases = json.dumps(reading.releases, separators=(",", ":")).encode()
    body = b'{"repository":' + answer.body + b',"releases":' + releases + b"}"
    return Fetched(entity, answer.url, answer.status, body, 1 + reading.count, facts)


def _read_releases(session: Session, url: str, reading: _Reading) -> None:
    most = MAX_PAGES if SERVICE.credentials() else MAX_PAGES_WITHOUT_KEY
    answer = _get(session, url, [("per_page", str(PAGE_SIZE))])
    reading.add(answer)
    while (next_url := answer.next_url) is not None and len(reading.pages) < most:
        if origin_of(next_url) != origin_of(SERVICE.address()):
            raise WrongAnswerError(
                f"the Link to the next page leads to {printable(origin_of(next_url), 80)}, "
                f"expected {SERVICE.address()}; not followed"
            )
        try:
            answer = _get(session, next_url)
        except FetchError as error:
            if error.status != BEYOND_WINDOW:
                raise
            break
        reading.add(answer)
    # The last page that GitHub shows need not say that there are more.
    reading.has_all = next_url is None and reading.count < MAX_PAGES * PAGE_SIZE
    if not reading.has_all:
        hint = "" if SERVICE.credentials() else f"; set {SERVICE.key_variable} to read more"
        reading.warnings.append(f"only the newest {reading.count:,} releases were read{hint}")


def _get(session: Session, url: str, params: Sequence[tuple[str, str]] = ()) -> Answer:
    return session.get(url, params=params, headers=_HEADERS, credentials=SERVICE.credentials())


def _explained(error: FetchError, entity: str) -> FetchError:
    """The same error, with what to do about it."""
    key = SERVICE.key_variable
    if error.status == 404:
        return UnavailableError(
            f"GitHub has no repository {entity} ({error}); check its name in {WHERE_NAMED}", 404
        )
    if error.status == 401 and SERVICE.credentials():
        return FetchError(f"{error}; check {key}", 401)
    if "rate limit" in str(error).lower() and not SERVICE.credentials():
        return FetchError(
            f"{error}; without a token GitHub answers 60 calls an hour, set {key} for 5,000",
            error.status,
        )
    return error


def _kept(release: Any) -> Any:
    """What is kept of a release; what is no release is kept as it is."""
    if not isinstance(release, dict):
        return release
    kept = {key: release[key] for key in RELEASE_KEYS if key in release}
    if isinstance(kept.get("assets"), list):
        kept["assets"] = [_kept_asset(asset) for asset in kept["assets"]]
    return kept


def _kept_asset(asset: Any) -> Any:
    if not isinstance(asset, dict):
        return asset
    return {key: asset[key] for key in ASSET_KEYS if key in asset}


def _full_name(repository: Any) -> str:
    """owner/name as it is now. WrongAnswerError."""
    member(repository, "stargazers_count", "a repository")
    name = member(repository, "full_name", "a repository")
    if not isinstance(name, str) or not _REPOSITORY.fullmatch(name):
        raise WrongAnswerError(
            f"expected full_name as owner/name, found {printable(str(name), 60)!r}", 200
        )
    return name


def _is_draft(release: Any) -> bool:
    return isinstance(release, dict) and release.get("draft") is True


def _repository(repository: Any, manifest: Manifest) -> dict[str, Any]:
    """The row of a repository; without it an answer is none. WrongAnswerError."""
    name = _full_name(repository)
    try:
        return {
            "repository": manifest.entity,
            "run": manifest.run,
            "observed_at": manifest.fetched_at,
            "full_name": name,
            "stars": required(whole(repository, "stargazers_count"), "stargazers_count"),
            "forks": whole(repository, "forks_count"),
            "watchers": whole(repository, "subscribers_count"),
            "open_issues": whole(repository, "open_issues_count"),
            "created_at": instant(repository, "created_at"),
            "pushed_at": instant(repository, "pushed_at"),
            "is_archived": flag(repository, "archived"),
        }
    except MalformedRowError as problem:
        raise WrongAnswerError(f"expected a repository, but {problem}", 200) from None


def _release(release: Any, manifest: Manifest) -> dict[str, Any]:
    if not isinstance(release, dict):
        raise MalformedRowError("not an object")
    counts = _downloads(required(release.get("assets"), "assets"))
    downloads = {"downloads": sum(counts)}
    return {
        "repository": manifest.entity,
        "tag": required(text(release, "tag_name"), "tag_name"),
        "run": manifest.run,
        "observed_at": manifest.fetched_at,
        "published_at": instant(release, "published_at"),
        "is_prerelease": flag(release, "prerelease"),
        "assets": len(counts),
        "downloads": whole(downloads, "downloads"),
    }


def _downloads(assets: Any) -> list[int]:
    """Downloads of each file of a release."""
    if not isinstance(assets, list) or len(assets) > _LARGEST_FILES:
        raise MalformedRowError("assets is not a list of files")
    return [_download_count(asset) for asset in assets]


def _download_count(asset: Any) -> int:
    if not isinstance(asset, dict):
        raise MalformedRowError("assets is not a list of files")
    counted: Mapping[str, Any] = asset
    return required(whole(counted, "download_count"), "download_count")


def _sizes(parsed: Parsed) -> tuple[int, int]:
    (repository,) = parsed.tables[TABLES[0]]
    return int(repository["stars"]), len(parsed.tables[TABLES[1]])
