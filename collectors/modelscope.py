"""Models on ModelScope, China's hub: downloads and likes of the owners that the seeds name.

Read from the OpenAPI, whose window ends at 3,000 models an owner. What counts as a download there,
and when a counter is reset, is not documented; the figures look cumulative.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from collectors.errors import FetchError, WrongAnswerError
from collectors.fields import (
    MalformedRowError,
    instant,
    json_answer,
    json_of,
    kind_of,
    listed,
    member,
    parsed_once,
    required,
    text,
    unix_instant,
    whole,
)
from collectors.http import Answer, Session, printable
from collectors.service import Service
from collectors.source import NOT_ASKED, Fetched, Measures, Parsed, Tracked
from data.snapshots import Manifest

NAME = "modelscope"
TITLE = "ModelScope"
URL = "https://modelscope.cn/models"
LICENCE = "terms of modelscope.cn; counters from the public OpenAPI"
CITATION = "Source: ModelScope OpenAPI, as of {as_of}"
ENTITY = "owner"
TABLES = ("modelscope__models",)
MIN_ROWS = 10
CADENCE = timedelta(days=1)
REQUIRED_KEYS = ("downloads",)
KEY = None
MOST_BYTES = 8 * 2**20
PACE = 0.5

SERVICE = Service("MODELSCOPE", "https://modelscope.cn")
check_settings = SERVICE.check_settings
address = SERVICE.address

PAGE_SIZE = 50
MOST_PAGES = 60  # the source answers no page that ends after its 3,000th model
QUOTA = "QuotaLimitExceed"

# The source's older answers, which its SDK still reads, spell their keys in another way.
_DATA = ("data", "Data")
_MODELS = ("models", "Models")
_TOTAL = ("total_count", "TotalCount")
_DOWNLOADS = ("downloads", "Downloads")

_MODEL_ID = re.compile(r"[^\s/]{1,96}/[^\s/]{1,96}")


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """Every owner of the seeds, each run: the source has no history."""
    return list(dict.fromkeys(tracked.modelscope_owners))


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """One listing an owner; after a used-up quota, which is the account's, no more are asked."""
    used_up: list[str] = []
    session.is_final = _is_quota  # it may ask to be tried again in a second, all the same

    def read(owner: str) -> Fetched:
        if used_up:
            return Fetched(owner, SERVICE.address(), None, error=f"{NOT_ASKED}{used_up[0]}")
        try:
            return _listing(session, owner)
        except (FetchError, WrongAnswerError) as error:
            if _is_quota(error):
                used_up.append(f"the account's quota is used up ({QUOTA})")
            raise

    yield from SERVICE.each(planned, read)


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """Rows of modelscope__models, each model once (the first page wins)."""
    return parsed_once(
        TABLES[0],
        (row for page in listed(json_of(body), "pages") for row in _models(page)),
        _identity,
        lambda row: _first(row, *_DOWNLOADS) is None,
        lambda row: _typed(row, manifest),
    )


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """Models listed, new and gone since the listing before, and their downloads in all."""
    names = _names(parsed)
    known = _names(before) if before else None
    counts = [row["downloads"] for row in parsed.tables["modelscope__models"]]
    counted = [downloads for downloads in counts if downloads is not None]
    return {
        "models": len(names),
        "new": None if known is None else len(names - known),
        "gone": None if known is None else len(known - names),
        "downloads": sum(counted) if counted else None,
    }


class _RefusedError(WrongAnswerError):
    """The source says with HTTP 200 that it does not answer; `code` is its own."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"the source refused: {code}: {message}", 200)


@dataclass
class _Listing:
    """The pages of one owner that were read so far."""

    bodies: list[bytes] = field(default_factory=list)
    rows: int = 0
    total: int | None = None

    def add(self, answer: Answer) -> bool:
        """Take a page in; returns whether another one follows."""
        page = json_answer(answer)
        found = len(_models(page))
        self.bodies.append(answer.body)
        self.rows += found
        self.total = _total(page)
        if not found or len(self.bodies) >= MOST_PAGES:
            return False
        if self.total is None:
            return found >= PAGE_SIZE
        return len(self.bodies) * PAGE_SIZE < self.total

    @property
    def warnings(self) -> list[str]:
        if self.total is None or self.rows >= self.total:
            return []
        return [f"{self.rows:,} of {self.total:,} models were listed"]


def _listing(session: Session, owner: str) -> Fetched:
    listing = _Listing()
    first = answer = _page(session, owner, 1)
    while listing.add(answer):
        answer = _page(session, owner, len(listing.bodies) + 1)
    body = b"[" + b",".join(listing.bodies) + b"]"
    facts = {"warnings": listing.warnings} if listing.warnings else {}
    return Fetched(owner, first.url, first.status, body, listing.rows, facts)


def _page(session: Session, owner: str, number: int) -> Answer:
    return SERVICE.get(
        session,
        "openapi/v1/models",
        [
            ("owner", owner),
            ("sort", "downloads"),
            ("page_number", str(number)),
            ("page_size", str(PAGE_SIZE)),
        ],
    )


def _is_quota(error: FetchError | WrongAnswerError) -> bool:
    if isinstance(error, FetchError):
        return error.status == 403 and QUOTA.encode() in error.body
    return isinstance(error, _RefusedError) and error.code == QUOTA


def _models(page: Any) -> list[Any]:
    """The models of a page; raises WrongAnswerError for a refusal and for what is no page."""
    if not isinstance(page, dict):
        raise WrongAnswerError(f"expected an answer, found {kind_of(page)}")
    if _first(page, "success", "Success") is False:
        said = (_first(page, "code", "Code"), _first(page, "message", "Message"))
        code, message = (printable(str(one), 160) for one in said)
        raise _RefusedError(code, message)
    data = _data(page)
    return listed(member(data, _spelling(data, _MODELS), "data"), "models")


def _data(page: Mapping[str, Any]) -> Mapping[str, Any]:
    data = member(page, _spelling(page, _DATA), "an answer")
    if not isinstance(data, dict):
        raise WrongAnswerError(f"expected data with models, found {kind_of(data)}")
    return data


def _total(page: Mapping[str, Any]) -> int | None:
    try:
        return whole({"total_count": _first(_data(page), *_TOTAL)}, "total_count")
    except MalformedRowError as problem:
        raise WrongAnswerError(str(problem)) from None


def _typed(row: Any, manifest: Manifest) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise MalformedRowError("not an object")
    value = {
        "downloads": _first(row, *_DOWNLOADS),
        "likes": _first(row, "likes", "Likes", "Stars"),
        "license": _first(row, "license", "License"),
        "created_at": _first(row, "created_at", "CreatedAt", "CreatedTime"),
        "last_modified": _first(row, "last_modified", "LastModified", "LastUpdatedTime"),
    }
    return {
        "model_id": _model_id(row, manifest.entity),
        "run": manifest.run,
        "observed_at": manifest.fetched_at,
        "owner": manifest.entity,
        "downloads": whole(value, "downloads"),
        "likes": whole(value, "likes"),
        "licence": text(value, "license"),
        "created_at": _instant(value, "created_at"),
        "last_modified_at": _instant(value, "last_modified"),
    }


def _identity(row: Mapping[str, Any]) -> str | None:
    """The model's name in either spelling; the older answers have a number as their Id."""
    found = row.get("id")
    owner, name = _first(row, "path", "Path"), _first(row, "name", "Name")
    if found is None and isinstance(owner, str) and isinstance(name, str):
        found = f"{owner}/{name}"
    return found if isinstance(found, str) else None


def _model_id(row: Mapping[str, Any], owner: str) -> str:
    """The model's name, if it belongs to the owner that was asked for."""
    value = required(text({"id": _identity(row)}, "id"), "id")
    if not _MODEL_ID.fullmatch(value):
        raise MalformedRowError("id is not owner/name")
    if value.split("/")[0].casefold() != owner.casefold():
        raise MalformedRowError("belongs to another owner")
    return value


def _instant(row: Mapping[str, Any], key: str) -> datetime | None:
    return (unix_instant if isinstance(row.get(key), int) else instant)(row, key)


def _first(row: Mapping[str, Any], *keys: str) -> Any:
    """The value of the first of several spellings that is there."""
    return next((row[key] for key in keys if row.get(key) is not None), None)


def _spelling(row: Mapping[str, Any], keys: tuple[str, str]) -> str:
    return keys[1] if keys[1] in row else keys[0]


def _names(parsed: Parsed) -> set[str]:
    return {row["model_id"] for row in parsed.tables["modelscope__models"]}
