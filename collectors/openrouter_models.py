"""Models that OpenRouter offers: which have open weights on the Hub, and what tokens cost.

Read from `/models`, which needs no key. The rankings are joined by `canonical_slug`, which is their
model_permaslug without a variant, never by the undated id.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin

from collectors.errors import WrongAnswerError
from collectors.fields import (
    MalformedRowError,
    decimal,
    json_answer,
    json_of,
    listed,
    member,
    parsed_once,
    required,
    text,
    unix_instant,
    whole,
)
from collectors.http import Answer, Session, origin_of, printable
from collectors.service import Service
from collectors.source import Fetched, Measures, Parsed, Tracked
from data.snapshots import Manifest

NAME = "openrouter_models"
TITLE = "OpenRouter models"
URL = "https://openrouter.ai/models"
LICENCE = "OpenRouter terms of service; the public list of models"
CITATION = "Source: OpenRouter (openrouter.ai/models), as of {as_of}."
ENTITY = "list"
TABLES = ("openrouter_models__models",)
MIN_ROWS = 50
CADENCE = timedelta(days=1)
REQUIRED_KEYS = ("canonical_slug", "pricing")
KEY = None
MOST_BYTES = 8 * 2**20
PACE = 2.1  # the source allows 30 requests a minute

SERVICE = Service("OPENROUTER", "https://openrouter.ai/api/v1", ends_in="/api/v1")
check_settings = SERVICE.check_settings
address = SERVICE.address

LIST = "models"
PAGE_SIZE = 500
MAX_PAGES = 40
VARIABLE_PRICE = Decimal(-1)
TOKENS = 1_000_000
LEAST_SHARE = 0.90  # of the models that a list says it has
LARGEST_PRICE = 100_000  # US dollars for a million tokens: far above any that is met

_NAME = re.compile(r"[^\s/]+/\S+")
_HUB_NAME = re.compile(r"[A-Za-z0-9_.-]{1,96}/[A-Za-z0-9_.-]{1,96}")


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """The one list, each run: prices have no history."""
    return [LIST]


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """The list, its pages joined."""

    def read(entity: str) -> Fetched:
        pages = _Pages()
        answer = SERVICE.get(session, "models")
        first = answer
        while following := pages.add(answer):
            answer = following.ask(session)
        body = b"[" + b",".join(pages.bodies) + b"]"
        facts = {"warnings": pages.warnings} if pages.warnings else {}
        return Fetched(entity, first.url, first.status, body, pages.rows, facts)

    yield from SERVICE.each(planned, read)


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """Rows of openrouter_models__models, each id once (the first wins)."""
    return parsed_once(
        TABLES[0],
        (row for page in listed(json_of(body), "pages") for row in _models(page)),
        _identity,
        lambda row: any(row.get(key) is None for key in REQUIRED_KEYS),
        lambda row: _typed(row, manifest),
    )


def _identity(row: Mapping[str, Any]) -> str | None:
    found = row.get("id")
    return found if isinstance(found, str) else None


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """Models offered, those named on the Hub, and those new and gone since the list before."""
    names = _names(parsed)
    known = _names(before) if before else None
    rows = parsed.tables["openrouter_models__models"]
    return {
        "models": len(names),
        "on_the_hub": sum(row["hugging_face_id"] is not None for row in rows),
        "new": None if known is None else len(names - known),
        "gone": None if known is None else len(known - names),
    }


@dataclass(frozen=True)
class _Following:
    """Where the next page is: an address that the source gave, or an offset that it needs."""

    url: str | None
    offset: int

    def ask(self, session: Session) -> Answer:
        if self.url:
            return session.get(self.url, credentials=SERVICE.credentials())
        page = [("offset", str(self.offset)), ("limit", str(PAGE_SIZE))]
        return SERVICE.get(session, "models", page)


@dataclass
class _Pages:
    """The pages read so far."""

    bodies: list[bytes] = field(default_factory=list)
    rows: int = 0
    warnings: list[str] = field(default_factory=list)

    def add(self, answer: Answer) -> _Following | None:
        """Take a page in; returns where the next one is, None after the last."""
        page = json_answer(answer)
        found = len(_models(page))
        self.bodies.append(answer.body)
        self.rows += found
        url = _next_url(page, answer)
        total = _total(page)
        if url is None and (total is None or self.rows >= total):
            return None
        if not found:
            self._end(url, total)
            return None
        if len(self.bodies) >= MAX_PAGES:
            raise WrongAnswerError("the links to the next page never end")
        return _Following(url, self.rows)

    def _end(self, url: str | None, total: int | None) -> None:
        """No more models come, though they were promised: a few may be counted but not shown."""
        if url is not None or total is None or self.rows < LEAST_SHARE * total:
            raise WrongAnswerError(f"expected {total or 'more'} models, found {self.rows}")
        self.warnings.append(f"{self.rows:,} of {total:,} models were listed")


def _models(page: Any) -> list[Any]:
    return listed(member(page, "data", "a page"), "models")


def _next_url(page: Mapping[str, Any], answer: Answer) -> str | None:
    links = page.get("links")
    following = links.get("next") if isinstance(links, dict) else None
    if not isinstance(following, str) or not following:
        return None
    try:
        url = urljoin(answer.url, following)
    except ValueError:
        url = following
    if origin_of(url) != origin_of(SERVICE.address()):
        raise WrongAnswerError(
            f"the link to the next page leads to {printable(url, 80)}, "
            f"expected {SERVICE.address()}; not followed"
        )
    return url


def _total(page: Mapping[str, Any]) -> int | None:
    try:
        return whole(page, "total_count")
    except MalformedRowError as problem:
        raise WrongAnswerError(str(problem)) from None


def _typed(row: Any, manifest: Manifest) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise MalformedRowError("not an object")
    pricing = row.get("pricing")
    if pricing is not None and not isinstance(pricing, dict):
        raise MalformedRowError("pricing is not an object")
    return {
        "model_id": _named(row, "id"),
        "run": manifest.run,
        "observed_at": manifest.fetched_at,
        "canonical_slug": _named(row, "canonical_slug"),
        "hugging_face_id": _hub_name(row),
        "name": required(text(row, "name"), "name"),
        "created_at": unix_instant(row, "created"),
        "context_length": whole(row, "context_length"),
        "prompt_usd_per_mtok": _price(pricing or {}, "prompt"),
        "completion_usd_per_mtok": _price(pricing or {}, "completion"),
    }


def _named(row: Mapping[str, Any], key: str) -> str:
    value = required(text(row, key), key)
    if not _NAME.fullmatch(value):
        raise MalformedRowError(f"{key} is not author/model")
    return value


def _hub_name(row: Mapping[str, Any]) -> str | None:
    """The repository on the Hub; an empty text says that there is none."""
    value = text(row, "hugging_face_id")
    if not value:
        return None
    if not _HUB_NAME.fullmatch(value):
        raise MalformedRowError("hugging_face_id is not a repository name")
    return value


def _price(pricing: Mapping[str, Any], key: str) -> float | None:
    """US dollars for a million tokens; None when the price varies or is not given."""
    price = decimal(pricing, key)
    if price is None or price == VARIABLE_PRICE:
        return None
    if not 0 <= price <= Decimal(LARGEST_PRICE) / TOKENS:
        raise MalformedRowError(f"{key} price is negative or absurd")
    return float(price * TOKENS)


def _names(parsed: Parsed) -> set[str]:
    return {row["model_id"] for row in parsed.tables["openrouter_models__models"]}
