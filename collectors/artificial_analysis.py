"""Artificial Analysis: indices of quality and prices of models, by its free endpoint.

One entity is the list of language models; its body is the pages, as they came, joined as a JSON
array. Values under two versions of the index cannot be compared, so the version stands in every
row and has to be the same on all pages. The terms ask for a link to https://artificialanalysis.ai.

ARTIFICIAL_ANALYSIS_API_KEY holds the key, without which nothing is answered;
ARTIFICIAL_ANALYSIS_BASE_URL names another address.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from collectors.errors import FetchError, UnavailableError, WrongAnswerError
from collectors.fields import (
    MalformedRowError,
    day,
    json_answer,
    json_of,
    kind_of,
    listed,
    member,
    number,
    required,
    text,
)
from collectors.http import Answer, Session
from collectors.service import Service
from collectors.source import Fetched, Measures, Parsed, Row, Tracked
from data.snapshots import Manifest

NAME = "artificial_analysis"
TITLE = "Artificial Analysis"
URL = "https://artificialanalysis.ai"
LICENCE = (
    "terms of the Artificial Analysis data API, free tier; "
    "attribution with a link to https://artificialanalysis.ai"
)
CITATION = "Source: Artificial Analysis (https://artificialanalysis.ai), as of {as_of}"
ENTITY = "list"
TABLES = ("artificial_analysis__models",)
MIN_ROWS = 100  # there were 591
CADENCE = timedelta(days=1)
REQUIRED_KEYS = ("id", "slug", "name", "evaluations")
KEY = "ARTIFICIAL_ANALYSIS_API_KEY"
KEY_URL = "https://artificialanalysis.ai/documentation"
MOST_BYTES = 16 * 2**20
PACE = 0.0

SERVICE = Service("ARTIFICIAL_ANALYSIS", URL, header="x-api-key", prefix="")
check_settings = SERVICE.check_settings
address = SERVICE.address

LIST = "language_models"
PATH = "api/v2/language/models/free"
MOST_PAGES = 50  # there were 3, of 200 models
MOVED = (
    "it was moved, as /api/v2/data/llms/models was on 2026-11-04 when this path took its place: "
    f"see {URL}/data-api/docs for the new one and update this project"
)

_VERSION = "intelligence_index_version"
_LONGEST_VERSION = 20
_INDEX = "artificial_analysis_{}_index".format
_MOST_INDEX = 100.0
_MOST_USD = 1e6  # for a million tokens; the dearest model asks some hundreds
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """The one list, each run: there is no history."""
    return [LIST]


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """The list, page after page, as far as it says that there are more."""

    def read(entity: str) -> Fetched:
        answers, pages = zip(*_pages(session), strict=True)
        _version(pages)
        body = b"[" + b",".join(answer.body for answer in answers) + b"]"
        rows = sum(len(page.models) for page in pages)
        facts = {"pages": [{"url": one.url, "bytes": len(one.body)} for one in answers]}
        return Fetched(entity, answers[0].url, answers[0].status, body, rows, facts)

    yield from SERVICE.each(planned, read)


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """Rows of artificial_analysis__models, each model once (the first page wins)."""
    pages = [_page(page) for page in listed(json_of(body), "pages")]
    version = _version(pages)
    seen: set[str] = set()
    rows: list[Row] = []
    aside: list[str] = []
    missing = 0
    for model in (model for page in pages for model in page.models):
        if isinstance(model, dict):
            # The list may move between two pages, so a model can come twice.
            identity = str(model.get("id"))
            if identity in seen:
                continue
            missing += any(model.get(key) is None for key in REQUIRED_KEYS)
        try:
            rows.append(_typed(model, version, manifest))
            seen.add(rows[-1]["aa_id"])
        except MalformedRowError as problem:
            aside.append(str(problem))
    return Parsed({TABLES[0]: rows}, len(rows) + len(aside), missing, aside)


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """Models listed, those new since the list before, and those with the intelligence index."""
    rows = parsed.tables[TABLES[0]]
    ids = {row["aa_id"] for row in rows}
    known = {row["aa_id"] for row in before.tables[TABLES[0]]} if before else None
    return {
        "models": len(ids),
        "new": None if known is None else len(ids - known),
        "with_index": sum(row["intelligence_index"] is not None for row in rows),
    }


@dataclass(frozen=True)
class _Page:
    number: int
    pages: int
    version: str
    models: list[Any]


def _pages(session: Session) -> Iterator[tuple[Answer, _Page]]:
    """Every page; a list that does not end, or is not the page asked for, is refused."""
    for asked in range(1, MOST_PAGES + 1):
        answer = _asked(session, asked)
        page = _page(json_answer(answer))
        if page.number != asked:
            raise WrongAnswerError(f"expected page {asked}, found page {page.number}")
        yield answer, page
        if page.number >= page.pages:
            return
    raise WrongAnswerError(f"expected at most {MOST_PAGES} pages, found that there are more")


def _asked(session: Session, page: int) -> Answer:
    try:
        return SERVICE.get(session, PATH, params=[("page", str(page))])
    except FetchError as error:
        if error.status == 410:
            raise UnavailableError(f"{error}; {MOVED}", error.status) from None
        if error.status in (401, 403):
            raise UnavailableError(f"{error}; check the key in {KEY}", error.status) from None
        raise


def _page(value: Any) -> _Page:
    what = "a page of models"
    models = listed(member(value, "data", what), "models")
    version = _index_version(member(value, _VERSION, what))
    paging = member(value, "pagination", what)
    number, pages = (member(paging, key, "pagination") for key in ("page", "total_pages"))
    if not all(type(count) is int and count >= 1 for count in (number, pages)):
        raise WrongAnswerError("expected the numbers of pages as whole numbers, found others")
    has_more = member(paging, "has_more", "pagination")
    if has_more is not (number < pages):
        raise WrongAnswerError(
            f"expected has_more to fit page {number} of {pages}, found another value"
        )
    return _Page(number, pages, version, models)


def _index_version(value: Any) -> str:
    """The version as text, however the source writes it: 4.1 or "4.1"."""
    try:
        if not isinstance(value, str):
            required(number({_VERSION: value}, _VERSION), _VERSION)
        version = text({_VERSION: str(value)}, _VERSION, _LONGEST_VERSION)
    except MalformedRowError:
        version = None
    if not version:
        raise WrongAnswerError(
            f"expected {_VERSION} as a number or a short text, found {kind_of(value)}"
        )
    return version


def _version(pages: Sequence[_Page]) -> str:
    """The one version of the index on all pages."""
    versions = sorted({page.version for page in pages})
    if len(versions) != 1:
        raise WrongAnswerError(
            f"expected one {_VERSION} on all pages, found "
            f"{', '.join(versions) or 'no page'}; it changed while it was read, collect it again"
        )
    return versions[0]


def _typed(model: Any, version: str, manifest: Manifest) -> dict[str, Any]:
    if not isinstance(model, dict):
        raise MalformedRowError("not an object")
    evaluations, pricing = _part(model, "evaluations"), _part(model, "pricing")
    return {
        "aa_id": _uuid(model),
        "run": manifest.run,
        "observed_at": manifest.fetched_at,
        "slug": required(text(model, "slug") or None, "slug"),
        "name": required(text(model, "name") or None, "name"),
        "creator": text(_part(model, "model_creator"), "name"),
        "released_on": day(model, "release_date"),
        "index_version": version,
        "intelligence_index": _within(evaluations, _INDEX("intelligence"), _MOST_INDEX),
        "coding_index": _within(evaluations, _INDEX("coding"), _MOST_INDEX),
        "agentic_index": _within(evaluations, _INDEX("agentic"), _MOST_INDEX),
        "prompt_usd_per_mtok": _within(pricing, "price_1m_input_tokens", _MOST_USD),
        "completion_usd_per_mtok": _within(pricing, "price_1m_output_tokens", _MOST_USD),
    }


def _uuid(model: Mapping[str, Any]) -> str:
    value = model.get("id")
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise MalformedRowError("id is not a UUID")
    return value


def _part(model: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object within a model; an absent one is empty."""
    value = model.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedRowError(f"{key} is not an object")
    return value


def _within(values: Mapping[str, Any], key: str, most: float) -> float | None:
    found = number(values, key)
    if found is not None and not 0 <= found <= most:
        raise MalformedRowError(f"{key} is not between 0 and {most:g}")
    return found
