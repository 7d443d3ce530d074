"""Hugging Face Hub: every repository of the tracked organisations, with its counters.

One entity is one organisation. Its body is the pages of its listing, as they came, joined as a JSON
array of pages, so that a listing is kept whole or not at all. `downloads` on the Hub is a trailing
30-day window and `downloadsAllTime` a cumulative counter; they are never mixed.

HF_ENDPOINT names another Hub, HF_TOKEN a token (optional). Both are read when a run begins.

Everything in a row was typed by somebody on the internet: a row that is not what the Hub promises
is set aside with its reason, and only the columns below are kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from collectors import hub
from collectors.errors import CollectError, FetchError, UnreachableError, WrongAnswerError
from collectors.fields import (
    MalformedRowError,
    flag,
    instant,
    json_answer,
    json_of,
    kind_of,
    number,
    parsed_once,
    text,
    whole,
)
from collectors.http import Answer, Credentials, Session, origin_of, printable
from collectors.hub import IF_UNREACHED, credentials, endpoint
from collectors.service import MOST_UNREACHED
from collectors.source import NOT_ASKED, Fetched, Measures, Parsed, Tracked
from data.snapshots import Manifest

NAME = "huggingface"
TITLE = "Hugging Face Hub"
URL = "https://huggingface.co/models"
LICENCE = "Hugging Face terms of service; counters and metadata from the public Hub API"
CITATION = "Source: Hugging Face Hub API, as of {as_of}"
ENTITY = "organisation"
TABLES = ("huggingface__models",)
MIN_ROWS = 1
CADENCE = timedelta(days=1)
check_settings = hub.check_settings
address = hub.endpoint
REQUIRED_KEYS = ("downloads", "downloadsAllTime")
KEY = None
MOST_BYTES = 64 * 2**20
PACE = 0.0

PAGE_SIZE = 500
MAX_PAGES = 400
BASE_MODELS = "baseModels"
EXPAND = (
    "downloads",
    "downloadsAllTime",
    "likes",
    "trendingScore",
    "createdAt",
    "lastModified",
    "tags",
    "pipeline_tag",
    "library_name",
    "safetensors",
    "gguf",
    BASE_MODELS,
    "gated",
    "private",
    "disabled",
    "author",
)

_HUB_ID = re.compile(r"[0-9a-f]{24}")
_MODEL_ID = re.compile(r"(?:[A-Za-z0-9_.-]{1,96}/)?[A-Za-z0-9_.-]{1,96}")
_PARENT_TAG = re.compile(r"base_model:(?:(finetune|quantized|adapter|merge):)?([^:]+)")
_RELATIONS = ("finetune", "quantized", "adapter", "merge")


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """Every tracked organisation, each run: the API has no history, so yesterday's says nothing."""
    return list(tracked.organisations)


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """One listing an organisation; raises ConfigurationError for a bad HF_ENDPOINT or HF_TOKEN.

    When several in a row could not even be connected to, the rest are not asked.
    """
    hub = HubListings.from_environment(session)
    for organisation in planned:
        yield hub.not_asked(organisation) if hub.is_out_of_reach else hub.listing(organisation)


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """Rows of huggingface__models, each repository once (the first page wins)."""
    owner = str(manifest.facts.get("author", manifest.entity))
    return parsed_once(
        TABLES[0],
        _rows(body),
        _identity,
        lambda row: any(row.get(key) is None for key in REQUIRED_KEYS),
        lambda row: _typed(row, owner, manifest),
    )


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """Repositories listed, new, gone and renamed since the listing before, and 30-day downloads."""
    names = _names(parsed)
    known = _names(before) if before else None
    windows = [row["downloads_30d"] for row in parsed.tables["huggingface__models"]]
    counted = [value for value in windows if value is not None]
    return {
        "models": len(names),
        "new": None if known is None else len(names.keys() - known.keys()),
        "gone": None if known is None else len(known.keys() - names.keys()),
        "renamed": None
        if known is None
        else sum(names[hub_id] != known[hub_id] for hub_id in names.keys() & known.keys()),
        "downloads_30d": sum(counted) if counted else None,
    }


@dataclass
class _Page:
    url: str
    body: bytes
    rows: int


@dataclass
class _Listing:
    """What is known of one organisation's listing while it is read."""

    pages: list[_Page] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    expand: tuple[str, ...] = EXPAND
    author: str = ""


@dataclass
class HubListings:
    """The Hub during one run: what it turned out not to accept is not asked for again."""

    session: Session
    endpoint: str
    credentials: Credentials | None
    expand: tuple[str, ...] = EXPAND
    unreached: list[str] = field(default_factory=list)  # causes of the last failures in a row

    @classmethod
    def from_environment(cls, session: Session) -> HubListings:
        """The Hub that the variables name."""
        address = endpoint()
        return cls(session, address, credentials(address))

    @property
    def url(self) -> str:
        """Where listings are."""
        return f"{self.endpoint}/api/models"

    @property
    def is_out_of_reach(self) -> bool:
        """Whether so many organisations in a row could not be reached that no more is asked."""
        return len(self.unreached) >= MOST_UNREACHED

    def not_asked(self, organisation: str) -> Fetched:
        """The failure of an organisation that is not asked for any more."""
        host = urlsplit(self.endpoint).netloc
        why = f"the Hub could not be reached ({self.unreached[-1]}: {host})"
        return Fetched(organisation, self.url, None, error=f"{NOT_ASKED}{why}")

    def listing(self, organisation: str) -> Fetched:
        """The repositories of one organisation, or why they could not be read."""
        url = self.url
        listing = _Listing(author=organisation)
        try:
            self._read(organisation, listing)
        except UnreachableError as error:
            self.unreached.append(error.cause)
            where = f"page {len(listing.pages) + 1}: " if listing.pages else ""
            return Fetched(organisation, url, None, error=f"{where}{error}; {IF_UNREACHED}")
        except CollectError as error:
            self.unreached.clear()
            status = getattr(error, "status", None)
            where = f"page {len(listing.pages) + 1}: " if listing.pages else ""
            return Fetched(organisation, url, status, error=f"{where}{error}")
        self.unreached.clear()
        facts: dict[str, Any] = {
            "author": listing.author,
            "expand": list(listing.expand),
            "pages": [
                {"url": page.url, "status": 200, "bytes": len(page.body)} for page in listing.pages
            ],
        }
        if listing.warnings:
            facts["warnings"] = listing.warnings
        body = b"[" + b",".join(page.body for page in listing.pages) + b"]"
        rows = sum(page.rows for page in listing.pages)
        return Fetched(organisation, listing.pages[0].url, 200, body, rows, facts)

    def _read(self, organisation: str, listing: _Listing) -> None:
        answer = self._first_page(organisation, listing)
        listing.author = _author(answer.url, organisation)
        if listing.author != organisation:
            listing.warnings.append(f"the Hub answers for {listing.author!r}; renamed?")
        asked: set[str] = set()
        while True:
            listing.pages.append(_Page(answer.url, answer.body, _count_rows(answer)))
            # Short pages are normal: only a missing Link ends a listing.
            next_url = answer.next_url
            if next_url is None:
                return
            self._check_link(next_url, asked, listing)
            answer = self._get(next_url, (), listing)

    def _check_link(self, next_url: str, asked: set[str], listing: _Listing) -> None:
        if origin_of(next_url) != origin_of(self.endpoint):
            raise WrongAnswerError(
                f"the Link to the next page leads to {printable(origin_of(next_url), 80)}, "
                f"expected {self.endpoint}; not followed"
            )
        if next_url in asked or len(listing.pages) >= MAX_PAGES:
            raise WrongAnswerError("the Links to the next page never end")
        asked.add(next_url)

    def _first_page(self, organisation: str, listing: _Listing) -> Answer:
        url = self.url
        try:
            answer = self._get(url, _query(organisation, self.expand), listing)
        except FetchError as error:
            # The refusal lists the names that are valid, in words that have changed before: so the
            # one field that listings are known to refuse is dropped and the call is made again.
            if error.status != 400 or BASE_MODELS not in self.expand:
                raise
            rest = tuple(name for name in self.expand if name != BASE_MODELS)
            answer = self._get(url, _query(organisation, rest), listing)
            self.expand = rest
        listing.expand = self.expand
        return answer

    def _get(
        self, url: str, params: list[tuple[str, str]] | tuple[()], listing: _Listing
    ) -> Answer:
        try:
            return self.session.get(url, params=params, credentials=self.credentials)
        except FetchError as error:
            if self.credentials is None or error.status not in (401, 403):
                raise
            # A token of the wrong kind is refused on routes that work without one.
            answer = self.session.get(url, params=params)
            self.credentials = None
            listing.warnings.append(f"HF_TOKEN was refused (HTTP {error.status}); read without it")
            return answer


def _query(organisation: str, expand: tuple[str, ...]) -> list[tuple[str, str]]:
    named = [("author", organisation), ("sort", "downloads"), ("limit", str(PAGE_SIZE))]
    return named + [("expand[]", name) for name in expand]


def _author(url: str, organisation: str) -> str:
    """The organisation that an answer is about: another one after a redirect for a rename."""
    found = parse_qs(urlsplit(url).query).get("author", [organisation])[0]
    return found if re.fullmatch(r"[A-Za-z0-9_.-]{1,96}", found) else organisation


def _count_rows(answer: Answer) -> int:
    page = json_answer(answer)
    if not isinstance(page, list):
        raise WrongAnswerError(
            f"expected a JSON list of repositories, found {kind_of(page)}", answer.status
        )
    return len(page)


def _rows(body: bytes) -> Iterator[Any]:
    pages = json_of(body)
    if not isinstance(pages, list) or not all(isinstance(page, list) for page in pages):
        raise WrongAnswerError(f"expected a list of pages, found {kind_of(pages)}")
    for page in pages:
        yield from page


def _names(parsed: Parsed) -> dict[str, str]:
    return {row["hub_id"]: row["model_id"] for row in parsed.tables["huggingface__models"]}


def _typed(row: Any, owner: str, manifest: Manifest) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise MalformedRowError("not an object")
    return {
        "hub_id": _hub_id(row),
        "model_id": _model_id(row, owner),
        "hf_org": manifest.entity,
        "run": manifest.run,
        "observed_at": manifest.fetched_at,
        "downloads_30d": whole(row, "downloads"),
        "downloads_all_time": whole(row, "downloadsAllTime"),
        "likes": whole(row, "likes"),
        "trending_score": number(row, "trendingScore"),
        "created_at": instant(row, "createdAt"),
        "last_modified_at": instant(row, "lastModified"),
        "pipeline_tag": text(row, "pipeline_tag"),
        "library_name": text(row, "library_name"),
        "licence": _licence(row),
        "total_params": _total_params(row),
        "gated": _gated(row),
        "is_private": flag(row, "private"),
        "is_disabled": flag(row, "disabled"),
        "base_models": _base_models(row),
    }


def _identity(row: Mapping[str, Any]) -> str | None:
    found = str(row.get("_id"))
    return found if _HUB_ID.fullmatch(found) else None


def _hub_id(row: Mapping[str, Any]) -> str:
    value = row.get("_id")
    if not isinstance(value, str) or not _HUB_ID.fullmatch(value):
        raise MalformedRowError("_id is not 24 hex digits")
    return value


def _model_id(row: Mapping[str, Any], owner: str) -> str:
    """The repository's name, if it belongs to the owner that was asked for.

    A Hub that ignored the filter would otherwise give every organisation the same repositories.
    """
    value = row.get("id")
    if not isinstance(value, str) or not _MODEL_ID.fullmatch(value):
        raise MalformedRowError("id is not a repository name")
    found = value.split("/")[0] if "/" in value else row.get("author")
    if not isinstance(found, str) or found.casefold() != owner.casefold():
        raise MalformedRowError("belongs to another owner")
    return value


def _gated(row: Mapping[str, Any]) -> str | None:
    return "false" if row.get("gated") is False else text(row, "gated")


def _tags(row: Mapping[str, Any]) -> list[str] | None:
    tags = row.get("tags")
    if tags is None:
        return None
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise MalformedRowError("tags is not a list of texts")
    return tags


def _licence(row: Mapping[str, Any]) -> str | None:
    """The tag license:*; of several the first by name, since the order of tags is not stable."""
    found = [tag.removeprefix("license:") for tag in _tags(row) or () if tag.startswith("license:")]
    return text({"licence": min(found)}, "licence") if found else None


def _total_params(row: Mapping[str, Any]) -> int | None:
    for key in ("safetensors", "gguf"):
        value = row.get(key)
        if value is None:
            continue
        if not isinstance(value, dict):
            raise MalformedRowError(f"{key} is not an object")
        total = whole(value, "total")
        if total is not None:
            return total
    return None


def _base_models(row: Mapping[str, Any]) -> list[str] | None:
    """Parents as relation:parent, sorted; None when the row says neither baseModels nor tags."""
    declared = row.get(BASE_MODELS)
    tags = _tags(row)
    if isinstance(declared, dict) and isinstance(declared.get("models"), list):
        found = _declared_parents(declared)
        if found:
            return sorted(found)
    return None if tags is None else sorted(_tagged_parents(tags))


def _declared_parents(declared: Mapping[str, Any]) -> set[str]:
    relation = declared.get("relation")
    relation = relation if relation in _RELATIONS else "unknown"
    names = [model.get("id") for model in declared["models"] if isinstance(model, dict)]
    return {f"{relation}:{name}" for name in names if _is_model_id(name)}


def _tagged_parents(tags: list[str]) -> set[str]:
    """A parent has a bare tag and one with its relation; `unknown` only without the second."""
    found = [match.groups() for tag in tags if (match := _PARENT_TAG.fullmatch(tag))]
    related = {name for relation, name in found if relation}
    return {
        f"{relation or 'unknown'}:{name}"
        for relation, name in found
        if _is_model_id(name) and (relation or name not in related)
    }


def _is_model_id(name: Any) -> bool:
    return isinstance(name, str) and _MODEL_ID.fullmatch(name) is not None
