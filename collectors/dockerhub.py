"""Docker Hub: pulls and stars of the images of serving stacks.

Pulls are counted since the beginning; version checks are counted among them, and the machines that
test software make most of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from collectors.errors import ConfigurationError, FetchError, UnavailableError, WrongAnswerError
from collectors.fields import (
    MalformedRowError,
    instant,
    json_answer,
    json_of,
    member,
    required,
    whole,
)
from collectors.http import Answer, Session, printable
from collectors.packages import WHERE_NAMED
from collectors.service import Service
from collectors.source import Fetched, Measures, Parsed, Row, Tracked
from data.snapshots import Manifest

NAME = "dockerhub"
TITLE = "Docker Hub"
URL = "https://hub.docker.com"
LICENCE = "Public counters of Docker Hub repositories"
CITATION = "Source: Docker Hub, pulls since the beginning, as of {as_of}"
ENTITY = "repository"
TABLES = ("dockerhub__repositories",)
MIN_ROWS = 1
CADENCE = timedelta(days=1)
REQUIRED_KEYS = ("pull_count",)
KEY = None
MOST_BYTES = 2**20
PACE = 1.0

SERVICE = Service("DOCKERHUB", "https://hub.docker.com")
check_settings = SERVICE.check_settings
address = SERVICE.address

_PART = r"[a-z0-9][a-z0-9._-]{0,99}"
_REPOSITORY = re.compile(f"(?:({_PART})/)?({_PART})")
_OFFICIAL = "library"  # the namespace of images that have none in their name


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """Every tracked image, each run."""
    return list(dict.fromkeys(tracked.runtimes.get("dockerhub", ())))


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """One answer an image."""
    yield from SERVICE.each(planned, lambda entity: _read(session, entity))


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """The row of dockerhub__repositories."""
    answer = _about(json_of(body), manifest.entity)
    missing = int(answer["pull_count"] is None)
    try:
        rows: list[Row] = [_typed(answer, manifest)]
    except MalformedRowError as problem:
        return Parsed({TABLES[0]: []}, 1, missing, [str(problem)])
    return Parsed({TABLES[0]: rows}, 1, missing)


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """Pulls, and how many more than in the answer before."""
    pulls, known = _pulls(parsed), None if before is None else _pulls(before)
    grown = None if pulls is None or known is None else pulls - known
    return {"pulls": pulls, "new_pulls": grown}


def _read(session: Session, entity: str) -> Fetched:
    answer = _answer(session, *_parts(entity))
    _about(json_answer(answer), entity)
    return Fetched(entity, answer.url, answer.status, answer.body, 1)


def _answer(session: Session, namespace: str, name: str) -> Answer:
    try:
        return SERVICE.get(session, f"v2/repositories/{namespace}/{name}/")
    except FetchError as error:
        if error.status != 404:
            raise
    # The same under the address of the newer documentation, should the older one end.
    try:
        return SERVICE.get(session, f"v2/namespaces/{namespace}/repositories/{name}")
    except FetchError as error:
        if error.status != 404:
            raise
        raise UnavailableError(
            f"Docker Hub has no repository {namespace}/{name} ({error}); "
            f"check its name in {WHERE_NAMED}",
            404,
        ) from None


def _parts(entity: str) -> tuple[str, str]:
    """Namespace and name; raises ConfigurationError for what cannot be one."""
    found = _REPOSITORY.fullmatch(entity)
    if not found:
        raise ConfigurationError(
            f"{entity!r} cannot be a repository of Docker Hub (namespace/name); "
            f"mend it in {WHERE_NAMED}"
        )
    return found[1] or _OFFICIAL, found[2]


def _about(answer: Any, entity: str) -> Mapping[str, Any]:
    """An answer about that repository, with its pulls; raises WrongAnswerError."""
    member(answer, "pull_count", "a repository")
    namespace, name = _parts(entity)
    for key, asked in (("namespace", namespace), ("name", name)):
        told = answer.get(key)
        if told is not None and told != asked:
            raise WrongAnswerError(
                f"expected the {key} {asked!r}, found {printable(str(told), 60)!r}", 200
            )
    repository: Mapping[str, Any] = answer
    return repository


def _typed(answer: Mapping[str, Any], manifest: Manifest) -> dict[str, Any]:
    return {
        "repository": "/".join(_parts(manifest.entity)),
        "run": manifest.run,
        "observed_at": manifest.fetched_at,
        "pulls": required(whole(answer, "pull_count"), "pull_count"),
        "stars": whole(answer, "star_count"),
        "last_updated_at": instant(answer, "last_updated"),
    }


def _pulls(parsed: Parsed) -> int | None:
    rows = parsed.tables[TABLES[0]]
    return int(rows[0]["pulls"]) if len(rows) else None
