"""LM Studio: repositories that its makers publish on the Hub, for want of counts of its own.

LM Studio has no public catalogue with counts. The account lmstudio-community on the Hub holds the
quantised models that it offers first, so their downloads stand for its use, and are called a proxy
wherever they are shown. They are read like the listing of any organisation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from collectors import hub, huggingface
from collectors.http import Session
from collectors.source import Fetched, Measures, Parsed, Tracked
from data.snapshots import Manifest

NAME = "lmstudio"
TITLE = "LM Studio's account on the Hugging Face Hub"
URL = "https://huggingface.co/lmstudio-community"
LICENCE = huggingface.LICENCE
CITATION = (
    "Source: Hugging Face Hub API, downloads of lmstudio-community (a proxy for LM Studio), "
    "as of {as_of}"
)
ENTITY = "organisation"
TABLES = ("lmstudio__models",)
MIN_ROWS = 1
CADENCE = timedelta(days=1)
REQUIRED_KEYS = huggingface.REQUIRED_KEYS
KEY = None
MOST_BYTES = huggingface.MOST_BYTES
PACE = huggingface.PACE
check_settings = hub.check_settings
address = hub.endpoint

_LISTING = huggingface.TABLES[0]


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """The accounts on the Hub that stand for a serving stack, each run."""
    return list(dict.fromkeys(tracked.runtimes.get("hub_account", ())))


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """One listing an account; raises ConfigurationError for a bad HF_ENDPOINT or HF_TOKEN."""
    yield from huggingface.fetch(session, planned, tracked)


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """Rows of lmstudio__models, each repository once."""
    return _moved(huggingface.parse(body, manifest), _LISTING, TABLES[0])


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """As for any listing of the Hub."""
    listing = _moved(parsed, TABLES[0], _LISTING)
    known = None if before is None else _moved(before, TABLES[0], _LISTING)
    return huggingface.measure(listing, known)


def _moved(parsed: Parsed, source: str, target: str) -> Parsed:
    return replace(parsed, tables={target: parsed.tables[source]})
