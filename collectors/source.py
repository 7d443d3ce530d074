"""What a source declares, and how it is found by its name.

Adding a source takes one module beside this one, the SQL of its table, a recorded response and one
word in `collectors.SOURCES`; a contract test holds every module to the protocol below.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol, cast, runtime_checkable

import pyarrow as pa

import collectors
from collectors.errors import ConfigurationError
from collectors.http import Session
from data.snapshots import Manifest

# How the error of an entity begins that was left out because the ones before it failed.
NOT_ASKED = "not asked: "

Row = Mapping[str, Any]
Measures = Mapping[str, int | None]


@dataclass(frozen=True)
class Tracked:
    """What the seeds ask the sources to follow; a source reads the part that concerns it.

    `organisations`: Hub organisation -> the families that it develops.
    """

    organisations: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Fetched:
    """The answer for one entity: a body, or an error that says what happened to that entity.

    `rows` is the number of rows that the source saw in the body; `facts` is what `parse` needs to
    know besides the body, and may hold `warnings`, a list of sentences that people should see.
    """

    entity: str
    url: str
    http_status: int | None
    body: bytes | None = None
    rows: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


@dataclass
class Parsed:
    """What one body held.

    `tables`: table name -> rows, as dicts with every column of the table, or one Arrow table.
    `rows_read`: rows in the body, each counted once; `set_aside`: for each malformed row among
    them the reason why it was left out; `rows_missing_key`: rows without one of REQUIRED_KEYS.
    """

    tables: dict[str, list[Row] | pa.Table]
    rows_read: int
    rows_missing_key: int = 0
    set_aside: list[str] = field(default_factory=list)

    @property
    def rows_usable(self) -> int:
        """Rows that were not set aside."""
        return self.rows_read - len(self.set_aside)


@runtime_checkable
class Source(Protocol):
    """The face of a source module."""

    NAME: str  # the module's own name
    TITLE: str  # for people
    URL: str  # where a reader can check it
    LICENCE: str  # of the data
    CITATION: str  # the line under each chart; {as_of} stands for the date of the data
    ENTITY: str  # what is read in one piece, e.g. "organisation"
    TABLES: tuple[str, ...]  # the typed tables that it fills, each <name>__<things>
    MIN_ROWS: int  # a run that brings fewer in all has failed
    CADENCE: timedelta  # how often it is worth reading
    REQUIRED_KEYS: tuple[str, ...]  # keys of a row whose absence is counted and watched

    def plan(self, have: Collection[str], tracked: Tracked) -> list[str]:
        """The entities that a run reads, in order; `have` are those accepted in earlier runs."""

    def check_settings(self) -> None:
        """Raises ConfigurationError when a variable that the source reads cannot be used."""

    def fetch(self, session: Session, have: Collection[str], tracked: Tracked) -> Iterator[Fetched]:
        """One Fetched for each planned entity, in order; an entity's failure is not raised."""

    def parse(self, body: bytes, manifest: Manifest) -> Parsed:
        """Typed rows of one body, the same for the same arguments; no network, no clock.

        Raises WrongAnswerError when the body as a whole is not what the source promises.
        """

    def measure(self, parsed: Parsed, before: Parsed | None) -> Measures:
        """Figures for the table at the end of a run; `before` is the last accepted listing."""


def load(name: str) -> Source:
    """The source of that name; raises ConfigurationError with the known names."""
    if name not in collectors.SOURCES:
        close = difflib.get_close_matches(name, collectors.SOURCES, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        known = ", ".join(collectors.SOURCES)
        raise ConfigurationError(f"no source is named {name!r}; {hint}known sources: {known}")
    return cast(Source, importlib.import_module(f"collectors.{name}"))


def load_all() -> list[Source]:
    """Every source, in the order of `collectors.SOURCES`."""
    return [load(name) for name in collectors.SOURCES]
