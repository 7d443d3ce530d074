"""Interconnects: the posts of its RSS feed, so that new reports are seen and read by people.

One entity is the feed, of which only the last posts are kept by its publisher. Titles, addresses
and dates are read, never the text: figures enter the seeds by hand. Everything in it is somebody's
HTML, so a title becomes plain text, an address must be https, and a document type, without which
no entity can be declared, is refused before anything is expanded.

The publisher's host refuses addresses of data centres with 403. INTERCONNECTS_BASE_URL names
another address.
"""

from __future__ import annotations

import email.utils
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from collectors.errors import FetchError, WrongAnswerError
from collectors.fields import MalformedRowError, body_of, required, text
from collectors.http import Answer, Session, printable
from collectors.service import Service
from collectors.source import Fetched, Measures, Parsed, Row, Tracked
from data.snapshots import Manifest

NAME = "interconnects"
TITLE = "Interconnects, posts"
URL = "https://www.interconnects.ai"
LICENCE = "all rights with the author; titles, links and dates only"
CITATION = "Source: Interconnects (www.interconnects.ai), as of {as_of}"
ENTITY = "feed"
TABLES = ("interconnects__posts",)
MIN_ROWS = 1
CADENCE = timedelta(days=1)
REQUIRED_KEYS = ("guid", "link")
KEY = None
MOST_BYTES = 16 * 2**20
PACE = 0.0

SERVICE = Service("INTERCONNECTS", URL)
check_settings = SERVICE.check_settings
address = SERVICE.address

FEED = "feed"
_LONGEST_TITLE = 400
_LONGEST_ADDRESS = 500
_LONGEST_HTML = 4000
_MOST_DEPTH = 100
_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][^\s<>\"'`\\]*)?")

Item = dict[str, str]


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """The one feed, each run."""
    return [FEED]


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """The feed as it is now. A refusal is normal from a data centre, and said as such."""

    def read(entity: str) -> Fetched:
        answer = _asked(session, entity)
        items = len(_items(body_of(answer, "an RSS feed")))
        return Fetched(entity, answer.url, answer.status, answer.body, items)

    yield from SERVICE.each(planned, read)


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """Rows of interconnects__posts, each post once (the first wins)."""
    seen: set[str] = set()
    rows: list[Row] = []
    aside: list[str] = []
    missing = 0
    for item in _items(body):
        identity = item.get("guid")
        if identity in seen:
            continue
        missing += any(not item.get(key) for key in REQUIRED_KEYS)
        try:
            rows.append(_typed(item, manifest))
            seen.add(rows[-1]["guid"])
        except MalformedRowError as problem:
            aside.append(str(problem))
    return Parsed({TABLES[0]: rows}, len(rows) + len(aside), missing, aside)


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """Posts in the feed, and those that were not in the one before."""
    posts = {row["guid"] for row in parsed.tables[TABLES[0]]}
    known = {row["guid"] for row in before.tables[TABLES[0]]} if before else None
    return {"posts": len(posts), "new": None if known is None else len(posts - known)}


def _asked(session: Session, entity: str) -> Answer:
    try:
        return SERVICE.get(session, entity)
    except FetchError as error:
        if error.status != 403:
            raise
        raise FetchError(
            f"{error}; the host of the feed refuses addresses of data centres, so this is normal "
            "there: collect it from another network, or name a copy in INTERCONNECTS_BASE_URL. "
            "Posts that were read before stay",
            error.status,
        ) from None


def _items(body: bytes) -> list[Item]:
    """The posts of a feed, each by the fields that are read; WrongAnswerError."""
    root = _tree(body)
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        raise WrongAnswerError(
            f"expected an RSS feed with a channel, found XML of {printable(root.tag, 40)!r}"
        )
    items = channel.findall("item")
    if not items:
        raise WrongAnswerError("expected an RSS feed with posts, found none")
    fields = ("title", "link", "guid", "pubDate")
    return [{name: (item.findtext(name) or "").strip() for name in fields} for item in items]


def _tree(body: bytes) -> Element:
    """The elements of an XML document without a document type, and so without own entities."""
    builder = TreeBuilder()
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MOST_DEPTH:
            raise WrongAnswerError(f"expected XML, found elements {_MOST_DEPTH} deep")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def refuse(*_: Any) -> None:
        raise WrongAnswerError("expected a feed without a document type, found one; not read")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise WrongAnswerError(
            f"expected an RSS feed, found {len(body):,} bytes that are not XML "
            f"({printable(str(error), 80)})"
        ) from None
    return builder.close()


def _typed(item: Item, manifest: Manifest) -> dict[str, Any]:
    return {
        "guid": required(text(item, "guid", _LONGEST_ADDRESS) or None, "guid"),
        "run": manifest.run,
        "observed_at": manifest.fetched_at,
        "title": _title(item),
        "url": _url(item),
        "published_at": _published_at(item["pubDate"]),
    }


def _title(item: Item) -> str:
    """The title without its HTML: what a reader would see of it."""
    words = _Words.of(item["title"][:_LONGEST_HTML])
    return required(printable(words, _LONGEST_TITLE) or None, "title")


def _url(item: Item) -> str:
    url = required(text(item, "link", _LONGEST_ADDRESS) or None, "link")
    if not _ADDRESS.fullmatch(url):
        raise MalformedRowError("link is not an https address")
    return url


def _published_at(said: str) -> datetime | None:
    """The instant of a date as mail writes it, e.g. Wed, 18 Nov 2026 14:02:11 GMT."""
    if not said:
        return None
    try:
        found = email.utils.parsedate_to_datetime(said)
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        raise MalformedRowError("pubDate is not a date") from None
    if not 2000 <= found.year <= 2100:
        raise MalformedRowError("pubDate is not in this century")
    return found


class _Words(HTMLParser):
    """Keeps the words of a piece of HTML, and nothing of scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.hidden = 0

    @classmethod
    def of(cls, html: str) -> str:
        """The words of a piece of HTML."""
        reader = cls()
        reader.feed(html)
        reader.close()
        return "".join(reader.words)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """A tag parts words only where the text does."""
        self.hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        """The end of what is hidden."""
        if tag in ("script", "style"):
            self.hidden = max(0, self.hidden - 1)

    def handle_data(self, data: str) -> None:
        """Text."""
        if not self.hidden:
            self.words.append(data)
