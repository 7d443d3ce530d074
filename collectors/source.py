"""What a source declares, and how it is found by its name.

There are two kinds. A Source is asked for what is true now, and its answers are kept. An
ArchiveSource has what was true on past days, in files too large to keep: what is typed of them is
kept, with the revision, size and hash of the file.

Adding a source takes one module beside this one, the SQL of its table, a recorded response and one
word in `collectors.SOURCES`; a contract test holds every module to the protocol below.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeGuard, cast, runtime_checkable

import pyarrow as pa

import collectors
from collectors.errors import ConfigurationError
from collectors.http import Session
from collectors.hub import Dataset
from data import wording
from data.archives import ArchiveFile
from data.snapshots import Manifest, run_name
from data.warehouse import SourceFacts

# How the error of an entity begins that was left out because the ones before it failed.
NOT_ASKED = "not asked: "

Row = Mapping[str, Any]
Measures = Mapping[str, int | None]


@dataclass(frozen=True)
class Tracked:
    """What the seeds ask the sources to follow; a source reads the part that concerns it.

    `organisations`: Hub organisation -> the families that it develops; `runtimes`: where use of
    the serving stacks is counted, channel -> names there (seeds/runtimes.csv); `modelscope_owners`:
    owners on ModelScope (seeds/modelscope_owners.csv).
    """

    organisations: Mapping[str, Sequence[str]] = field(default_factory=dict)
    runtimes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    modelscope_owners: Sequence[str] = ()


@dataclass(frozen=True)
class Fetched:
    """The answer for one entity: a body, or an error that says what happened to that entity.

    `rows` is the number of rows that the source saw in the body; `facts` is what `parse` needs to
    know besides the body, and may hold `warnings`, a list of sentences that people should see, and
    `as_of`, the date that the source wants to be cited with in the place of that of the answer.
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


@dataclass(frozen=True)
class Revision:
    """One file of an archive, as it was at one time.

    `at`: the UTC instant that stands for it and names its run, the same whenever it is listed;
    `revision`: the commit at which `path` is read; `title`: what its publisher calls it;
    `is_dated`: whether the UTC date of `at` is that of the observation, which else only the file
    tells; `refused`: why it must not be read, by what its publisher says of it.
    """

    at: datetime
    revision: str
    path: str
    title: str
    is_dated: bool = True
    refused: str | None = None

    @property
    def run(self) -> str:
        """Name of the run that reads it."""
        return run_name(self.at)

    @property
    def day(self) -> date:
        """The UTC date of `at`."""
        return self.at.date()


@runtime_checkable
class Declared(Protocol):
    """What a source module of either kind says of itself."""

    NAME: str  # the module's own name
    TITLE: str  # for people
    URL: str  # where a reader can check it
    LICENCE: str  # of the data
    CITATION: str  # the line under each chart; {as_of} stands for the date of the data
    ENTITY: str  # what is read in one piece, e.g. "organisation"
    TABLES: tuple[str, ...]  # the typed tables that it fills, each <source>__<things>
    MIN_ROWS: int  # a run that brings fewer in all has failed
    CADENCE: timedelta  # how often it is worth reading

    def check_settings(self) -> None:
        """Raises ConfigurationError when a variable that the source reads cannot be used."""

    def address(self) -> str:
        """The address that is read, by the variables: sources at one host are read in turn."""


@runtime_checkable
class Source(Declared, Protocol):
    """The face of a source that is asked for what is true now."""

    REQUIRED_KEYS: tuple[str, ...]  # keys of a row whose absence is counted and watched
    KEY: str | None  # the variable that holds a key without which nothing can be read; see Keyed
    MOST_BYTES: int  # no answer of the source is larger; one that is, is not read to its end
    PACE: float  # seconds between two calls that the source asks for, or that keep within its limit

    def plan(self, have: Collection[str], tracked: Tracked, today: date) -> list[str]:
        """The entities that a run reads, in order.

        `have` are those accepted in full in earlier runs: one of which a row was set aside is not
        among them, so that it is asked for again. `today` is the UTC date on which the run begins.
        """

    def fetch(
        self, session: Session, planned: Sequence[str], tracked: Tracked
    ) -> Iterator[Fetched]:
        """One Fetched for each planned entity, in order; an entity's failure is not raised."""

    def parse(self, body: bytes, manifest: Manifest) -> Parsed:
        """Typed rows of one body, the same for the same arguments; no network, no clock.

        Raises WrongAnswerError when the body as a whole is not what the source promises.
        """

    def measure(self, parsed: Parsed, before: Parsed | None) -> Measures:
        """Figures for the table at the end of a run; `before` is the last accepted listing."""


@runtime_checkable
class Keyed(Protocol):
    """What a Source declares besides when its KEY is not None."""

    KEY_URL: str  # where a reader gets a key


@runtime_checkable
class ArchiveSource(Declared, Protocol):
    """The face of an archive: a dataset of the Hub whose files hold past days.

    Its one table is a day table of data.repositories, which several archives may fill: a day that
    one of them brought is not asked of another.
    """

    DATASET: str  # owner/name
    IS_COMPLETE: bool  # every repository of the Hub is in it, not only those with some use
    IS_SHARED: bool  # one file holds several days, so it is kept until another one is needed
    ALSO: tuple[str, ...]  # further files at the same revision without which none can be read

    def revisions(self, dataset: Dataset) -> Iterator[Revision]:
        """Newest first, at most one a UTC date, listed as they are asked for. CollectError."""

    def opened(self, revision: Revision, files: Mapping[str, Path]) -> ArchiveFile:
        """How a revision is read, given where its file and those of ALSO are."""

    def observed_at(self, revision: Revision, file: ArchiveFile) -> datetime:
        """The UTC instant at which the counters of a file were read. Raises DamagedError."""


AnySource = Source | ArchiveSource


def is_archive(source: AnySource) -> TypeGuard[ArchiveSource]:
    """Whether a source has the past, in files too large to keep."""
    return hasattr(source, "revisions")  # what only that face has


def build_facts(source: AnySource) -> SourceFacts:
    """What a build is told of a source; of a key its variable's name, never the key."""
    key = None if is_archive(source) else cast(Source, source).KEY
    return SourceFacts(
        name=source.NAME,
        title=source.TITLE,
        url=source.URL,
        licence=source.LICENCE,
        citation=source.CITATION,
        cadence_days=source.CADENCE / timedelta(days=1),
        tables=source.TABLES,
        min_rows=source.MIN_ROWS,
        is_archive=is_archive(source),
        key_variable=key,
        key_url=None if key is None else cast(Keyed, source).KEY_URL,
    )


def load(name: str) -> AnySource:
    """The source of that name; raises ConfigurationError with the known names."""
    if name not in collectors.SOURCES:
        hint = wording.guess(name, collectors.SOURCES)
        known = ", ".join(collectors.SOURCES)
        raise ConfigurationError(f"no source is named {name!r}; {hint}known sources: {known}")
    return cast(AnySource, importlib.import_module(f"collectors.{name}"))


def load_all() -> list[AnySource]:
    """Every source, in the order of `collectors.SOURCES`."""
    return [load(name) for name in collectors.SOURCES]


def listings() -> list[Source]:
    """The sources that are asked for what is true now."""
    return [cast(Source, source) for source in load_all() if not is_archive(source)]


def archives() -> list[ArchiveSource]:
    """The sources that have the past."""
    return [source for source in load_all() if is_archive(source)]
