"""What the tracked-models lists say beside our seeds, as a patch for people to review.

    propose(newest_rows(history), seeds_folder).patch()

Nothing is changed here. A row that the lists have and we do not is added; one of ours that was
taken from a list follows it; one that rests on another source stays, and the difference is named.
What left a list stays too: it was true once.
"""

from __future__ import annotations

import difflib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from collectors.errors import CollectError
from collectors.http import shortened
from collectors.source import Row
from collectors.tracked_models import LISTS, NAME, TABLES, page_of
from data import seeds
from data.history import History
from data.seed_edits import SeedFile, TypedRow, violations_with

_SOURCE_URL = "source_url"
_REGIONS = "organization_regions"
_MODELS = ("models", "extra_models")


@dataclass(frozen=True)
class Followed:
    """A seed file that follows a list: its column of subjects, and those of the facts on them."""

    seed: str
    listed: str
    subject: str
    facts: tuple[str, ...]

    @property
    def source_url(self) -> str:
        """The page of the list, which the rows that were taken from it cite."""
        return page_of(self.listed)


FOLLOWED = (
    Followed(_REGIONS, "organization_regions", "hf_org", ("region",)),
    Followed(
        "release_dates", "release_date_corrections", "model_id", ("hf_created_on", "released_on")
    ),
)


@dataclass
class Proposal:
    """A patch in the making. Each sentence names the row that it is about.

    `as_of`: the day on which the newest of the lists was read; `violations`: rules that the seeds
    would break with the patch.
    """

    as_of: date
    before: list[SeedFile] = field(default_factory=list)
    after: list[SeedFile] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def patch(self) -> str:
        """The reasons as comments, then a unified diff that `git apply` takes in the repository."""
        head = [
            f"Proposed by `collectors propose-seeds` from {NAME}, read on {self.as_of}.",
            "Review every row; nothing was changed.",
            *(f"add {sentence}" for sentence in self.added),
            *(f"change {sentence}" for sentence in self.changed),
            *(f"conflict, left as it is: {sentence}" for sentence in self.conflicts),
            *(f"note: {sentence}" for sentence in self.remarks),
            *(f"would break a rule: {sentence}" for sentence in self.violations),
        ]
        comments = "".join(f"# {line}\n" for line in head)
        return comments + "".join(self._diff())

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to apply."""
        return not (self.added or self.changed)

    def _diff(self) -> Iterator[str]:
        for before, after in zip(self.before, self.after, strict=True):
            path = f"seeds/{before.table.file}"
            # By line feeds alone, as git does; the rules of the seeds ask for one at the end.
            old, new = (list(io.StringIO(file.text, newline="\n")) for file in (before, after))
            yield from difflib.unified_diff(old, new, f"a/{path}", f"b/{path}")


def newest_rows(history: History) -> list[Row]:
    """The rows of each list by the newest run that has it. CollectError when none was read."""
    found: dict[str, list[Row]] = {}
    for path in reversed(history.partitions(TABLES[0])):
        rows: dict[str, list[Row]] = {}
        for row in history.read(path):
            rows.setdefault(row["file"], []).append(row)
        found = {**rows, **found}
        if len(found) == len(LISTS):
            break
    if not found:
        raise CollectError(
            f"{TABLES[0]}: expected lists that were read, found none; "
            f"run `collectors collect {NAME}` first"
        )
    return [row for rows in found.values() for row in rows]


def propose(rows: Sequence[Row], folder: Path) -> Proposal:
    """What the lists would change in the seeds of a folder. SeedError when those break rules."""
    known = seeds.load(folder)
    regions = _regions_of_families(known["model_families"].to_pylist())
    proposal = Proposal(max(row["observed_at"] for row in rows).date())
    for followed in FOLLOWED:
        said = [row for row in rows if row["file"] == followed.listed]
        if not said:
            proposal.remarks.append(f"{followed.listed} was never read, so nothing follows it")
            continue
        before = SeedFile.read(folder, followed.seed)
        proposal.before.append(before)
        proposal.after.append(_Comparison(before, followed, regions, proposal).with_all(said))
    _tell_unknown_organisations(rows, proposal)
    if not proposal.is_empty:
        proposal.violations = violations_with(folder, proposal.after)
    return proposal


@dataclass
class _Comparison:
    """One seed file beside the list that it follows; what comes of it is told to the proposal."""

    file: SeedFile
    followed: Followed
    regions: Mapping[str, tuple[str, str]]
    proposal: Proposal
    rewritten: list[tuple[TypedRow, dict[str, str]]] = field(default_factory=list)
    new: list[dict[str, str]] = field(default_factory=list)

    def with_all(self, said: Sequence[Row]) -> SeedFile:
        """The seed file as the list would have it, where nothing speaks against it."""
        ours = {row.cells[self.followed.subject].casefold(): row for row in self.file.rows}
        seen: set[str] = set()
        for row in sorted(said, key=lambda row: (row["subject"].casefold(), row["subject"])):
            subject = row["subject"].casefold()
            if subject in seen:
                self._conflict(row, "the list has it twice, in other capitals")
            else:
                seen.add(subject)
                self._compare(row, ours.get(subject))
        self._tell_gone(seen)
        file = self.file
        # From the last line up, so that the lines of the others stay true.
        for mine, cells in sorted(self.rewritten, key=lambda pair: -pair[0].line):
            file = file.with_rewritten(mine, cells)
        for cells in self.new:
            file, _ = file.with_row(cells)
        return file

    def _compare(self, row: Row, mine: TypedRow | None) -> None:
        values = {column: _cell(row[column]) for column in self.followed.facts}
        lacking = [column for column, value in values.items() if not value]
        if mine and mine.cells[self.followed.subject] != row["subject"]:
            spelled = mine.cells[self.followed.subject]
            self._conflict(row, f"line {mine.line} spells it {spelled}; names are exact")
        elif mine and all(mine.cells[column] == value for column, value in values.items()):
            return
        elif lacking:
            named = self._named(row)
            self.proposal.remarks.append(f"{named}: the list gives no {', '.join(lacking)}")
        elif mine and mine.cells[_SOURCE_URL] != self.followed.source_url:
            by = mine.cells[_SOURCE_URL]
            we_say = f"line {mine.line} says {self._said(mine.cells)} by {by}"
            self._conflict(row, f"{we_say}, the list says {self._said(values)}")
        elif problem := _contradiction(row, self.regions):
            self._conflict(row, problem)
        elif mine:
            self.rewritten.append((mine, {**mine.cells, **values}))
            self.proposal.changed.append(
                f"{self._named(row)}: line {mine.line} says {self._said(mine.cells)}, the list "
                f"that it was taken from now says {self._said(values)}{_noted(row)}"
            )
        else:
            self.new.append(self._new_row(row, values))
            self.proposal.added.append(
                f"{self._named(row)}: {self._said(values)}; it is new in the list{_noted(row)}"
            )

    def _new_row(self, row: Row, values: Mapping[str, str]) -> dict[str, str]:
        given = {
            self.followed.subject: row["subject"],
            **values,
            _SOURCE_URL: self.followed.source_url,
        }
        return {column: given.get(column, "") for column in self.file.table.names}

    def _tell_gone(self, seen: set[str]) -> None:
        """Name the rows that were taken from the list and stand in it no more."""
        gone = [
            row.cells[self.followed.subject]
            for row in self.file.rows
            if row.cells[_SOURCE_URL] == self.followed.source_url
            and row.cells[self.followed.subject].casefold() not in seen
        ]
        if gone:
            self.proposal.remarks.append(
                f"{self.file.table.file}: {len(gone):,} of our rows are not in the list any more "
                f"and stay: {shortened(gone)}"
            )

    def _conflict(self, row: Row, problem: str) -> None:
        self.proposal.conflicts.append(f"{self._named(row)}: {problem}")

    def _named(self, row: Row) -> str:
        return f"{self.file.table.file}: {row['subject']}"

    def _said(self, cells: Mapping[str, str]) -> str:
        return ", ".join(f"{column} {cells[column]}" for column in self.followed.facts)


def _contradiction(row: Row, regions: Mapping[str, tuple[str, str]]) -> str | None:
    """Why a region cannot be taken: the families of the organisation have another one."""
    if row["region"] is None or row["subject"] not in regions:
        return None
    family, region = regions[row["subject"]]
    if region == row["region"]:
        return None
    return f"model_families.csv says {region} for its family {family}, the list {row['region']}"


def _tell_unknown_organisations(rows: Sequence[Row], proposal: Proposal) -> None:
    """Name the organisations whose models are tracked and whose region nobody says."""
    files = [file for file in proposal.after if file.name == _REGIONS]
    known = {row.cells["hf_org"].casefold() for file in files for row in file.rows}
    listed = {row["hf_org"] for row in rows if row["file"] in _MODELS}
    unknown = sorted(name for name in listed if name.casefold() not in known)
    if files and unknown:
        proposal.remarks.append(
            f"{files[0].table.file}: no region is known of {len(unknown):,} organisations in the "
            f"lists of models: {shortened(unknown)}"
        )


def _regions_of_families(families: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
    return {
        organisation: (row["family"], row["region"])
        for row in families
        for organisation in row["hf_orgs"]
    }


def _noted(row: Row) -> str:
    return f" (it notes: {row['note']})" if row["note"] else ""


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
