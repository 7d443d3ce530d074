"""Models of the Ollama library, with their pulls since the beginning.

There is no API for these counts: they are read off the library's one page, where they are rounded
to about four digits, so each is kept with its text and half of the last digit shown. Models of
users (`/user/model`) are not on that page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from collectors.errors import WrongAnswerError
from collectors.fields import LARGEST_COUNT, LONGEST_TEXT, MalformedRowError
from collectors.http import Session, printable
from collectors.service import Service
from collectors.source import Fetched, Measures, Parsed, Row, Tracked
from data.snapshots import Manifest

NAME = "ollama"
TITLE = "Ollama library"
URL = "https://ollama.com/library"
LICENCE = "terms of ollama.com; counters from the public library page"
CITATION = "Source: Ollama library (ollama.com/library), as of {as_of}"
ENTITY = "page"
TABLES = ("ollama__libraries",)
LEAST_MODELS = 100
MIN_ROWS = LEAST_MODELS
CADENCE = timedelta(days=1)
REQUIRED_KEYS = ()  # how many models may lack a count is judged by MOST_UNCOUNTED
KEY = None
MOST_BYTES = 4 * 2**20
PACE = 0.0

SERVICE = Service("OLLAMA", "https://ollama.com")
check_settings = SERVICE.check_settings
address = SERVICE.address

PAGE = "library"
MOST_UNCOUNTED = 0.05
MOST_UNCLOSED = 100  # the standard library reads on to the end of the page for each of them
UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9}

_MODEL = "x-test-model"
_PULLS = "x-test-pull-count"
_TAGS = "x-test-tag-count"
_SIZE = "x-test-size"
_CAPABILITY = "x-test-capability"
_MARKS = (_PULLS, _TAGS, _SIZE, _CAPABILITY)
_HREF = re.compile(r"/library/([A-Za-z0-9][A-Za-z0-9._-]{0,95})/?")
_COUNT = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)([KMB]?)")
_PULLS_TEXT = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?[KMB]?)\s+Pulls?\b")
_TAGS_TEXT = re.compile(r"([0-9]{1,9})\s+Tags?\b")
_UPDATED = "%b %d, %Y %I:%M %p UTC"


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """The one page, each run: it has no history."""
    return [PAGE]


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """The page, once."""

    def read(entity: str) -> Fetched:
        answer = SERVICE.get(session, "library")
        kind = answer.headers.get("Content-Type", "text/html").split(";")[0].strip()
        if "html" not in kind.lower():
            raise WrongAnswerError(
                f"expected a page of HTML, found {printable(kind, 40)!r}", answer.status
            )
        models = _library(answer.body)
        return Fetched(entity, answer.url, answer.status, answer.body, len(models))

    yield from SERVICE.each(planned, read)


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """Rows of ollama__libraries in the order of the page."""
    rows: list[Row] = []
    aside: list[str] = []
    for position, model in enumerate(_library(body), 1):
        try:
            rows.append(_typed(model, position, manifest))
        except MalformedRowError as problem:
            aside.append(str(problem))
    return Parsed({"ollama__libraries": rows}, len(rows) + len(aside), set_aside=aside)


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """Models listed, new and gone since the page before, and their pulls in all."""
    names = _names(parsed)
    known = _names(before) if before else None
    counts = [row["pulls"] for row in parsed.tables["ollama__libraries"]]
    counted = [pulls for pulls in counts if pulls is not None]
    return {
        "models": len(names),
        "new": None if known is None else len(names - known),
        "gone": None if known is None else len(known - names),
        "pulls": sum(counted) if counted else None,
    }


@dataclass
class _Model:
    """What the page shows of one model. `marked`: texts by the attribute that marks them."""

    name: str
    is_marked: bool
    marked: dict[str, list[str]] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def first(self, attribute: str, pattern: re.Pattern[str]) -> str | None:
        """A marked text, or what the pattern finds in all text when nothing is marked."""
        for value in self.marked.get(attribute, ()):
            return value
        found = pattern.search(" ".join(self.texts))
        return found[1] if found else None

    @property
    def pulls_text(self) -> str | None:
        """The count as shown; None when there is none that can be read."""
        shown = self.first(_PULLS, _PULLS_TEXT)
        return shown if shown and _COUNT.fullmatch(shown) else None


class _Page(HTMLParser):
    """Collects models: each from its link to its end, the next model's link or the list's end."""

    def __init__(self) -> None:
        super().__init__()
        self.models: list[_Model] = []
        self._in_item = False
        self._open: _Model | None = None
        self._mark: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "li":
            self._open = None
            self._in_item = _MODEL in named
        elif tag == "a" and (name := _linked(named.get("href"))):
            self._begin(name)
        if self._open is None:
            return
        if title := named.get("title"):
            self._open.titles.append(title)
        self._mark = next((mark for mark in _MARKS if mark in named), None)
        if self._mark:
            self._open.marked.setdefault(self._mark, []).append("")

    def _begin(self, name: str) -> None:
        # One item may link to its model more than once.
        if self._open is None or self._open.name != name:
            self._open = _Model(name, self._in_item)
            self.models.append(self._open)

    def handle_endtag(self, tag: str) -> None:
        self._mark = None
        if tag in ("li", "ul"):
            self._open, self._in_item = None, False

    def handle_data(self, data: str) -> None:
        if self._open is None:
            return
        self._open.texts.append(data)
        if self._mark:
            found = self._open.marked[self._mark]
            found[-1] = (found[-1] + data).strip()


def _linked(href: str | None) -> str | None:
    """The model of the library that an address is about; None for any other address."""
    try:
        path = urlsplit(href or "").path
    except ValueError:
        return None
    found = _HREF.fullmatch(path)
    return found[1] if found else None


def _library(body: bytes) -> list[_Model]:
    """The models of a page, each once; raises WrongAnswerError when it is not the library's."""
    text = body.decode("utf-8", "replace")
    unclosed = text.count("<") - text.count(">")
    if unclosed > MOST_UNCLOSED:
        raise WrongAnswerError(f"expected a page of HTML, found {unclosed:,} tags without an end")
    page = _Page()
    try:
        page.feed(text)
        page.close()
    except AssertionError as error:
        # What the library's own parser raises for some kinds of broken declarations.
        raise WrongAnswerError(f"expected a page of HTML, found {error}") from None
    marked = [model for model in page.models if model.is_marked]
    models: dict[str, _Model] = {}
    for model in marked or page.models:
        kept = models.setdefault(model.name, model)
        if kept.pulls_text is None and model.pulls_text is not None:
            models[model.name] = model
    why = "the markup of the HTML may have changed, or a notice stands in its place"
    if len(models) < LEAST_MODELS:
        raise WrongAnswerError(
            f"expected at least {LEAST_MODELS} models, found {len(models)}; {why}"
        )
    uncounted = sum(model.pulls_text is None for model in models.values())
    if uncounted > MOST_UNCOUNTED * len(models):
        raise WrongAnswerError(
            f"expected a number of pulls for at least {1 - MOST_UNCOUNTED:.0%} of the models, "
            f"found none for {uncounted} of {len(models)}; {why}"
        )
    return list(models.values())


def _typed(model: _Model, position: int, manifest: Manifest) -> dict[str, Any]:
    shown = model.pulls_text
    pulls, half_step = _counted(shown) if shown else (None, None)
    return {
        "library": model.name,
        "run": manifest.run,
        "observed_at": manifest.fetched_at,
        "pulls": pulls,
        "pulls_half_step": half_step,
        "pulls_text": shown,
        "sizes": _short_texts(model, _SIZE),
        "capabilities": _short_texts(model, _CAPABILITY),
        "tags": _tags(model),
        "updated_at": _updated_at(model),
        "position": position,
    }


def _counted(shown: str) -> tuple[int, int]:
    """A count as shown, e.g. 55.7M, and half of its last digit's worth; 987 is exact."""
    found = _COUNT.fullmatch(shown)
    assert found is not None
    digits, unit = Decimal(found[1]), UNITS[found[2]]
    pulls = digits * unit
    if pulls > LARGEST_COUNT:
        raise MalformedRowError(f"pulls is over {LARGEST_COUNT:.0e}")
    _, _, exponent = digits.as_tuple()
    step = Decimal(unit).scaleb(int(exponent)) if unit > 1 else Decimal(0)
    return int(pulls), int(step / 2)


def _short_texts(model: _Model, mark: str) -> list[str]:
    texts = model.marked.get(mark, [])
    if any(len(value) > LONGEST_TEXT or not value.isprintable() for value in texts):
        raise MalformedRowError(f"{mark} is not a short text")
    return texts


def _tags(model: _Model) -> int | None:
    shown = model.first(_TAGS, _TAGS_TEXT)
    if shown is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", shown):
        raise MalformedRowError("the number of tags is not a whole number")
    return int(shown)


def _updated_at(model: _Model) -> datetime | None:
    """The instant among the titles of the model's parts, which have other titles too."""
    for title in model.titles:
        try:
            found = datetime.strptime(title, _UPDATED).replace(tzinfo=UTC)
        except ValueError:
            continue
        if 2000 <= found.year <= 2100:
            return found
    return None


def _names(parsed: Parsed) -> set[str]:
    return {row["library"] for row in parsed.tables["ollama__libraries"]}
