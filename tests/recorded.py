"""Recorded answers of the sources: tests/fixtures/<source>/, each described by recorded.json.

    {"entity": "Qwen", "body": "listing.json", "facts": {}, "rows": 2}

`body` is a file beside it, as Fetched.body has it; `rows` is what a parser has to find in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parent / "fixtures"


@dataclass(frozen=True)
class Recorded:
    """What a source answered once: its body, and what its manifest would say."""

    entity: str
    body: bytes
    facts: dict[str, Any]
    rows: int


def is_recorded(source: str) -> bool:
    """Whether there is an answer of that source."""
    return (FIXTURES / source / "recorded.json").exists()


@cache
def recorded(source: str) -> Recorded:
    """The recorded answer of a source."""
    folder = FIXTURES / source
    told = json.loads((folder / "recorded.json").read_text())
    body = (folder / told["body"]).read_bytes()
    return Recorded(told["entity"], body, told["facts"], told["rows"])
