"""What the command shows: progress while it works, a table at the end.

On a terminal there is a progress bar; in a log there is a line an entity. Everything here goes to
the stream that it is given. Names come from the internet, so nothing is shown as markup and control
characters are dropped.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from collectors.collect import SourceResult
from collectors.http import printable, shortened
from collectors.source import NOT_ASKED, AnySource, Fetched

_RESULTS = {"accepted": "ok", "not_reached": "not reached"}
_LONGEST_CELL = 60


def table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """An aligned table as text: numbers to the right with thousands, None as a dash."""
    cells = [[_shown(value) for value in row] for row in rows]
    right = [
        any(isinstance(row[i], (int, float)) for row in rows)
        and all(row[i] is None or isinstance(row[i], (int, float)) for row in rows)
        for i in range(len(header))
    ]
    widths = [max(map(cell_len, column)) for column in zip(header, *cells, strict=True)]
    lines = [header, ["-" * width for width in widths], *cells]
    return "\n".join(_line(line, widths, right) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for cell, width, is_right in zip(cells, widths, right, strict=True):
        space = " " * (width - cell_len(cell))
        padded.append(space + cell if is_right else cell + space)
    return "  ".join(padded).rstrip()


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, (list, tuple)):
        value = ", ".join(map(str, value))
    return printable(str(value), _LONGEST_CELL)


class RunScreen:
    """Shows how a run is getting on, on standard error."""

    def __init__(self) -> None:
        self.console = Console(file=sys.stderr, highlight=False, markup=False, emoji=False)
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._planned = self._read = self._rows = 0

    def began(self, source: AnySource, planned: int) -> None:
        """A run begins: open the bar, or print a line."""
        self._planned, self._read, self._rows = planned, 0, 0
        if not self.console.is_terminal:
            self._say(f"{source.NAME}: asking for {planned}")
            return
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rows]:,} rows", markup=False),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
        )
        self._task = self._bar.add_task(source.NAME, total=planned, rows=0)
        self._bar.start()

    def read(self, fetched: Fetched, seconds: float) -> None:
        """One entity came in: move the bar, or print a line."""
        self._read += 1
        self._rows += fetched.rows or 0
        entity = printable(fetched.entity, 40)
        if self._bar is not None:
            self._bar.update(self._task, completed=self._read, description=entity, rows=self._rows)
            return
        if (fetched.error or "").startswith(NOT_ASKED):
            return  # the summary says so once for all of them
        what = fetched.error or f"{fetched.rows or 0:,} rows"
        self._say(f"[{self._read}/{self._planned}] {entity}: {what}, {seconds:.1f} s")

    def received(self, what: str, done: int, total: int) -> None:
        """Bytes of a large file came in: move the bar by a part of an entity."""
        if self._bar is not None:
            text = f"{printable(what, 40)} {done / 1e6:,.0f}/{total / 1e6:,.0f} MB"
            share = done / total if total else 0.0
            self._bar.update(self._task, completed=self._read + share, description=text)

    def ended(self, result: SourceResult) -> None:
        """The run is over: close the bar."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def note(self, text: str) -> None:
        """A sentence of its own."""
        self._say(text)

    def _say(self, text: str) -> None:
        self.console.print(text, soft_wrap=True)


def result_table(result: SourceResult, entity_word: str) -> str:
    """One line an entity that was asked: what the source measures of it, seconds, result."""
    asked = [e for e in result.entities if not (e.reason or "").startswith(NOT_ASKED)]
    measured = next((list(e.measures) for e in result.entities if e.measures), [])
    rows = [
        [
            entity.entity,
            *(entity.measures.get(name) for name in measured),
            None if entity.seconds is None else round(entity.seconds, 1),
            _RESULTS.get(entity.status, entity.status),
        ]
        for entity in asked
    ]
    return table([entity_word, *measured, "seconds", "result"], rows)


def problems(result: SourceResult, entity_word: str) -> list[str]:
    """What failed and what deserves a warning, failures first: a sentence for each reason."""
    found = [f"{result.source}: {result.error}"] if result.error else []
    grouped: dict[tuple[bool, str], list[str]] = {}
    for entity in result.entities:
        if entity.reason is None or (result.error and entity.status == "not_reached"):
            continue
        is_warning = entity.status == "accepted"
        kind = "warning" if is_warning else entity.status.replace("_", " ")
        same = grouped.setdefault((is_warning, f"{kind}: {entity.reason}"), [])
        same.append(entity.entity)
    for (_, sentence), names in sorted(grouped.items(), key=lambda item: item[0][0]):
        who = shortened(names)
        if len(names) > 1:
            who = f"{len(names):,} {entity_word}s ({who})"
        found.append(f"{result.source}: {who}: {sentence}")
    return found
