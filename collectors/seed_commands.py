"""The commands `propose-seeds` and `add-figure`: seeds are changed by people, with help."""

from __future__ import annotations

import inspect
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

import data
from collectors.add_figure import COLUMNS, TABLE, Figure, option_of
from collectors.errors import ConfigurationError
from collectors.proposals import newest_rows, propose
from data.errors import SeedError
from data.seed_tables import TABLES, Column

_FILE = f"seeds/{TABLES[TABLE].file}"


def propose_seeds(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write the patch to this file, for git apply."),
    ] = None,
) -> int:
    """Print what the tracked-models lists would change in seeds/, as a patch to review."""
    proposal = propose(newest_rows(data.History(data.data_dir() / "history")), data.SEEDS_DIR)
    patch = proposal.patch()
    if out is None:
        sys.stdout.write(patch)
    elif not proposal.is_empty:
        _write(out, patch)
    _say(
        f"{len(proposal.added):,} rows to add, {len(proposal.changed):,} to change, "
        f"{len(proposal.conflicts):,} conflicts; nothing was changed"
    )
    if out is not None:
        for conflict in proposal.conflicts:
            _say(f"conflict, left as it is: {conflict}")
        if proposal.is_empty:
            _say(f"nothing to apply; {out} was not written")
        else:
            _say(f"wrote {out}; review it, then: git apply {out}")
    for violation in proposal.violations:
        _say(f"would break a rule: {violation}")
    return 1 if proposal.violations else 0


def add_figure(**given: str | list[str] | None) -> int:
    """Add a published figure to seeds/reported_figures.csv: asked for cell by cell, or by options.

    With any option nothing is asked: cells that are not given are usual or empty.
    """
    cells, typed = _cells(given)
    figure = Figure(data.SEEDS_DIR)
    if cells:
        figure.fill(cells, lambda name: typed.get(name, option_of(name)))
    else:
        figure.ask(_answer, _say)
    try:
        added = figure.add()
    except SeedError:
        _say(f"nothing was written; for the same row: collectors add-figure {figure.as_options()}")
        raise
    print(f"{_FILE}:{added.line}: {added.text}")
    _say(f"to undo, with every other change of the file: git checkout -- {_FILE}")
    _say("next: collectors build")
    return 0


def _options() -> list[inspect.Parameter]:
    """An option for each column of the file, so that there is no second list of them."""
    options = [
        (
            column.name,
            str,
            typer.Option(option_of(column.name), metavar=column.type.upper(), help=_help(column)),
        )
        for column in COLUMNS
    ]
    more = typer.Option(
        "--set", metavar="COLUMN=VALUE", help="The same by the column's name; repeatable."
    )
    return [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, o]
        )
        for name, kind, o in [*options, ("more", list[str], more)]
    ]


def _help(column: Column) -> str:
    allowed = f" ({', '.join(column.allowed)})" if column.allowed else ""
    return f"{column.description}{allowed}"


# Options are made of a function's parameters, and these come from the declaration of the file.
add_figure.__signature__ = inspect.Signature(_options())  # type: ignore[attr-defined]


def _cells(given: dict[str, str | list[str] | None]) -> tuple[dict[str, str], dict[str, str]]:
    """Cells by column, of options and of --set, and how each was typed. ConfigurationError."""
    more = given.pop("more", None) or []
    cells = {name: str(value) for name, value in given.items() if value is not None}
    typed = {name: shlex.join([option_of(name), cell]) for name, cell in cells.items()}
    for pair in more:
        name, sign, value = pair.partition("=")
        option = shlex.join(["--set", pair])
        if not sign or not name:
            raise ConfigurationError(f"{option}: expected --set COLUMN=VALUE; {_columns()}")
        if name in cells:
            raise ConfigurationError(f"{option}: {name} is given twice")
        cells[name], typed[name] = value, option
    return cells, typed


def _columns() -> str:
    return f"the columns are {', '.join(column.name for column in COLUMNS)}"


def _answer(prompt: str) -> str:
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise ConfigurationError(
            "the input ended before every column was answered; nothing was written"
        )
    return line.rstrip("\r\n")


def _write(out: Path, content: str) -> None:
    if out.is_dir() or not out.parent.is_dir():
        raise ConfigurationError(f"--out {out}: expected a file in a folder that exists")
    data.write_out(out, content.encode())


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
