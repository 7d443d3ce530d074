"""What the command shows: progress while it works, a table at the end.

On a terminal there is a progress bar a source; in a log there is a line an entity. Everything here
goes to the stream that it is given. Names come from the internet, so nothing is shown as markup and
control characters are dropped. A table is as wide as its texts, or fits a terminal.
"""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TextIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from collectors.http import printable, shortened
from collectors.records import SKIPPED, SourceResult
from collectors.source import NOT_ASKED, AnySource, Fetched

_RESULTS = {"accepted": "ok", "not_reached": "not reached"}
_GAP = "  "
_NAME_WIDTH = 30  # up to which the first column is left whole: it is what commands are given
_LEAST_WIDTHS = (16, 10)  # of other texts: an instant to the minute, or at least a date


class _Seconds(float):
    """Seconds, which are shown with one decimal: 18.0 beside 4.3."""


def terminal_width(stream: TextIO) -> int | None:
    """Columns of the terminal that a stream writes to; None when it is none: a pipe or a file."""
    return shutil.get_terminal_size().columns if stream.isatty() else None


def table(header: Sequence[str], rows: Sequence[Sequence[Any]], width: int | None = None) -> str:
    """An aligned table as text: numbers to the right with thousands, None as a dash.

    With a `width` no row is longer: the widest texts are shortened, and the last columns, when
    there is no room even so, are named below instead. Without one nothing is cut.
    """
    cells = [[_shown(value) for value in row] for row in rows]
    right = [
        any(isinstance(row[i], (int, float)) for row in rows)
        and all(row[i] is None or isinstance(row[i], (int, float)) for row in rows)
        for i in range(len(header))
    ]
    widths = [max(map(cell_len, column)) for column in zip(header, *cells, strict=True)]
    if width is not None:
        widths = _fitted(widths, _numbers(cells, right), width)
    lines = [header, ["-" * one for one in widths], *cells]
    shown = [_line(line[: len(widths)], widths, right[: len(widths)]) for line in lines]
    if left_out := header[len(widths) :]:
        shown += textwrap.wrap(f"no room for: {', '.join(left_out)}", max(width or 0, 1))
    return "\n".join(shown)


def harmless_here(text: str) -> str:
    """A text for a terminal: without the control characters that could steer it."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


def tabbed(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """The same rows with tabs between the cells, one row a line, nothing cut or rounded; None is
    an empty cell. For pipes, where an aligned table of long texts is too wide to read."""
    lines = [header, *([_plain(value) for value in row] for row in rows)]
    return "\n".join("\t".join(line) for line in lines)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(part) for part in value)
    return "" if value is None else printable(text := str(value), len(text))


def _numbers(cells: Sequence[Sequence[str]], right: Sequence[bool]) -> list[int | None]:
    """How wide the numbers of each column are, which are never cut; None for texts."""
    return [
        max(cell_len(row[place]) for row in cells) if is_right else None
        for place, is_right in enumerate(right)
    ]


def _fitted(widths: Sequence[int], numbers: Sequence[int | None], total: int) -> list[int]:
    """Widths of as many of the first columns as fit into `total`."""
    for count in range(len(widths), 1, -1):
        room = total - len(_GAP) * (count - 1)
        for of_texts in _LEAST_WIDTHS:
            least = [of_texts if number is None else number for number in numbers]
            least[0] = max(least[0], min(widths[0], _NAME_WIDTH))
            if fitted := _narrowed(widths[:count], least[:count], room):
                return fitted
    return [min(widths[0], total)]


def _narrowed(widths: Sequence[int], least: Sequence[int], room: int) -> list[int] | None:
    """Widths that sum to `room` at most, taken from the widest; None when that is not possible."""
    found = list(widths)
    while sum(found) > room:
        widest = max(
            (place for place, width in enumerate(found) if width > least[place]),
            key=lambda place: found[place],
            default=None,
        )
        if widest is None:
            return None
        found[widest] -= 1
    return found


def _cut(text: str, width: int) -> str:
    """A text cut to `width`; an instant loses its time, and never a digit of its date."""
    instant = re.match(r"\d{4}-\d\d-\d\d(?= )", text)
    if instant and len(instant[0]) <= width:
        return instant[0]
    return f"{set_cell_size(text, width - 1)}…"


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for cell, width, is_right in zip(cells, widths, right, strict=True):
        text = cell if cell_len(cell) <= width else _cut(cell, width)
        space = " " * (width - cell_len(text))
        padded.append(space + text if is_right else text + space)
    return _GAP.join(padded).rstrip()


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, _Seconds):
        return f"{value:,.1f}"
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, (list, tuple)):
        value = ", ".join(map(str, value))
    text = str(value)
    return printable(text, len(text))


@dataclass
class _Run:
    """How far the run of one source is. `bar` is None in a log."""

    planned: int
    bar: TaskID | None = None
    read: int = 0
    rows: int = 0


class RunScreen:
    """Shows how runs are getting on, on standard error: several at the same time, from threads."""

    def __init__(self) -> None:
        self.console = Console(file=sys.stderr, highlight=False, markup=False, emoji=False)
        self._lock = threading.RLock()
        self._bars: Progress | None = None
        self._runs: dict[str, _Run] = {}

    def began(self, source: AnySource, planned: int) -> None:
        """A run begins: open its bar, or print a line."""
        with self._lock:
            run = self._runs[source.NAME] = _Run(planned)
            if not self.console.is_terminal:
                self._say(f"{source.NAME}: asking for {planned:,}")
                return
            if self._bars is None:
                self._bars = self._new_bars()
                self._bars.start()
            run.bar = self._bars.add_task(source.NAME, total=planned, rows=0, what="")

    def read(self, source: str, fetched: Fetched, seconds: float) -> None:
        """One entity came in: move the bar, or print a line."""
        with self._lock:
            run = self._runs[source]
            run.read += 1
            run.rows += fetched.rows or 0
            entity = printable(fetched.entity, 40)
            if self._bars is not None and run.bar is not None:
                self._bars.update(run.bar, completed=run.read, rows=run.rows, what=entity)
                return
            if (fetched.error or "").startswith(NOT_ASKED):
                return  # the summary says so once for all of them
            what = fetched.error or f"{fetched.rows or 0:,} rows"
            self._say(f"{source}: [{run.read}/{run.planned}] {entity}: {what}, {seconds:.1f} s")

    def received(self, source: str, what: str, done: int, total: int) -> None:
        """Bytes of a large file came in: move the bar by a part of an entity."""
        with self._lock:
            run = self._runs[source]
            if self._bars is not None and run.bar is not None:
                text = f"{printable(what, 40)} {done / 1e6:,.0f}/{total / 1e6:,.0f} MB"
                share = done / total if total else 0.0
                self._bars.update(run.bar, completed=run.read + share, what=text)

    def ended(self, result: SourceResult) -> None:
        """The run is over: close the bars with the last one."""
        with self._lock:
            run = self._runs.pop(result.source, None)
            if self._bars is None or run is None or run.bar is None:
                return
            self._bars.update(run.bar, what=result.exit)
            self._bars.stop_task(run.bar)
            if not self._runs:
                self._bars.stop()
                self._bars = None

    def note(self, text: str) -> None:
        """A sentence of its own."""
        self._say(text)

    def _new_bars(self) -> Progress:
        return Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rows]:,} rows", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.fields[what]}", markup=False),
            console=self.console,
            transient=True,
        )

    def _say(self, text: str) -> None:
        self.console.print(text, soft_wrap=True)


@contextmanager
def counted(what: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal while one thing after the other is made, and nothing in a log: hears the
    name of each, how many are done and how many there are."""
    console = Console(file=sys.stderr, highlight=False, markup=False, emoji=False)
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[name]}", markup=False),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bars:
        bar = bars.add_task(what, total=None, name="")
        yield lambda name, done, total: bars.update(bar, completed=done, total=total, name=name)


def summary(results: Sequence[SourceResult], width: int | None = None) -> str:
    """One line a source: what came of it, rows accepted, the newest date among them, seconds."""
    rows = [
        [
            result.source,
            _outcome(result),
            result.rows,
            result.newest_date,
            None if result.took is None else _Seconds(result.took),
        ]
        for result in results
    ]
    return table(["source", "result", "rows", "newest", "seconds"], rows, width)


def _outcome(result: SourceResult) -> str:
    if result.exit == SKIPPED:
        return "no key"
    if result.exit == "partial":
        return f"partial, {result.accepted:,} of {len(result.entities):,}"
    return result.exit


def result_table(result: SourceResult, entity_word: str, width: int | None = None) -> str:
    """One line an entity that was asked: what the source measures of it, seconds, result."""
    asked = [e for e in result.entities if not (e.reason or "").startswith(NOT_ASKED)]
    measured = next((list(e.measures) for e in result.entities if e.measures), [])
    rows = [
        [
            entity.entity,
            *(entity.measures.get(name) for name in measured),
            None if entity.seconds is None else _Seconds(entity.seconds),
            _RESULTS.get(entity.status, entity.status),
        ]
        for entity in asked
    ]
    return table([entity_word, *measured, "seconds", "result"], rows, width)


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
            who = f"{len(names):,} {plural(entity_word)} ({who})"
        found.append(f"{result.source}: {who}: {sentence}")
    return found


def plural(noun: str) -> str:
    """Several of what a source reads in one piece: repositories, ranges of days."""
    head, of, rest = noun.partition(" of ")
    head = f"{head[:-1]}ies" if head.endswith("y") else f"{head}s"
    return f"{head}{of}{rest}"
