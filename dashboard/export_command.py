"""The command `dashboard export`: charts, decks and the briefing as files, without a server.

Data goes to standard output, talk to standard error. Exit codes: 0 done; 1 it could not be done,
there is nothing to show, or a deck was written without charts that have nothing to show; 2 wrong
usage; 130 interrupted. A file is written whole or not at all; of a deck file with a mistake nothing
is, and every mistake is told with its line.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

import data
from dashboard.begin import EXIT_INTERRUPTED, has_begun

# What draws is loaded when it is known what to draw.
if TYPE_CHECKING:
    from dashboard.recipes import Recipe

EXIT_FAILED = 1
EXIT_USAGE = 2
BRIEFING = "briefing"
LATEST = "latest"
DECK_SUFFIXES = (".yml", ".yaml")
TABLES = ("csv", "json", "parquet", "xlsx")
PICTURES = ("png", "svg")
FORMATS: Mapping[str, tuple[str, ...]] = {
    "chart": (*TABLES, "pptx", *PICTURES),
    BRIEFING: ("md", "html", "pptx"),
    "deck": ("pptx",),
}
TEXTS = {"csv", "json", "svg", "md", "html"}
MEASURES = {"share": "Share", "downloads": "Downloads", "index": "Index = 100"}
SCALES = {"linear": "Linear", "log": "Log"}
# Settings that single charts have besides the shared ones.
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "account_downloads": ("is_brief",),
    "monthly_share": ("share_of",),
    "monthly_downloads": ("is_raw",),
    "weekly_downloads": ("is_raw",),
    "download_mix": ("cut",),
    "derivatives_total": ("relation", "is_judged", "with_inferred"),
    "derivatives_new": ("relation", "is_judged", "with_inferred"),
    "derivative_download_share": ("with_inferred",),
    "derivatives_by_relation": ("with_inferred",),
    "repackagers": ("relation",),
    "token_share": ("token_cut", "step"),
    "runtime_downloads": ("channel",),
    "runtime_totals": ("channel",),
    "quality_and_adoption": ("benchmark", "release"),
    "launch_curves": ("launches",),
    "standings": ("basis", "layer", "counted"),
    "momentum": ("momentum_basis",),
    "regions_by_layer": ("basis", "layer", "counted", "layer_period"),
    "event_study": ("event", "at", "event_series", "window"),
    "model_downloads_30d": ("model",),
    "model_downloads_all_time": ("model",),
}
# What settings look like that may be any text.
EXAMPLES = {
    "release": "of the benchmark, e.g. 2026-11-18",
    "launches": "published:OWNER/MODEL or collected:OWNER/MODEL, repeatable",
    "layer": "e.g. own_downloads",
    "counted": "what is counted of the layer, e.g. monthly_downloads",
    "event": "the name of an event",
    "at": "a day, e.g. 2026-03-03",
    "window": "a number of months or days",
    "model": "OWNER/MODEL",
}
NOTHING_YET = "– nothing for the usual families in this build"
OF_ONE = "– of one repository: --set model=OWNER/MODEL"
NO_BUILD = "– needs a build"
NEWER = "– needs a newer build"


class UsageError(Exception):
    """Wrong usage: said in one line, exit code 2."""


class PlainCommand(TyperCommand):
    """A command whose usage line names its arguments without braces."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The words of the usage line after the command's name."""
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]


@dataclass(frozen=True)
class Order:
    """What is to be exported, as it was asked for; None is what was not said."""

    target: str
    families: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None
    measure: str | None = None
    scale: str | None = None
    scope: str | None = None
    settings: tuple[str, ...] = ()
    format: str | None = None
    out: str | None = None
    rows: str | None = None
    build: str | None = None
    theme: str | None = None
    template: Path | None = None
    force: bool = False

    @property
    def kind(self) -> str:
        """Chart, briefing or deck: what FORMATS are listed by."""
        if self.target == BRIEFING:
            return BRIEFING
        return "deck" if self.target.endswith(DECK_SUFFIXES) else "chart"

    @property
    def file(self) -> Path | None:
        """The file to write; None for standard output."""
        return None if self.out in (None, "-") else Path(str(self.out))


@dataclass(frozen=True)
class Made:
    """A file's content, and why charts of a deck are not in it."""

    content: bytes
    left_out: tuple[str, ...] = ()


def export(
    target: Annotated[str | None, typer.Argument(metavar="TARGET", hidden=True)] = None,
    family: Annotated[
        list[str] | None,
        typer.Option(metavar="FAMILY", help="Repeatable; the first is the focus."),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="From YYYY-MM or YYYY-MM-DD.")
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", metavar="DATE", help="To the end of YYYY-MM, or YYYY-MM-DD."),
    ] = None,
    measure: Annotated[
        str | None, typer.Option(metavar="MEASURE", help="share, downloads or index.")
    ] = None,
    scale: Annotated[str | None, typer.Option(metavar="SCALE", help="linear or log.")] = None,
    scope: Annotated[
        str | None, typer.Option(metavar="SCOPE", help="own, derivatives or lineage.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting of this chart; repeatable."),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            help="A chart: csv, json, parquet, xlsx, pptx, png, svg. The briefing: md, html, pptx. "
            "A deck: pptx. Else by the name of --out.",
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write to this file; - is standard output. One that is there is replaced, a pptx "
            "only with --force.",
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace a pptx, in which somebody may have changed a slide."),
    ] = False,
    rows: Annotated[
        str | None,
        typer.Option(metavar="ROWS", help="Of tables: shown, or whole for all of the metric."),
    ] = None,
    build: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="latest, or the build adoption-<stamp>."),
    ] = None,
    theme: Annotated[
        str | None, typer.Option(metavar="THEME", help="Of PNG and SVG: light or dark.")
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Of pptx: a PowerPoint file with your master."),
    ] = None,
    lists: Annotated[
        bool, typer.Option("--list", help="List the charts and what they can be set to.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --list: as JSON.")] = False,
) -> None:
    """Write TARGET to a file: a chart by its name, `briefing`, or a deck file that ends in .yml.

    `dashboard export --list` names the charts. Nothing is built or collected: the newest build is
    read, or that of --build.
    """
    order = Order(
        target or "", tuple(family or ()), start, end, measure, scale, scope, tuple(settings or ()),
        format, out, rows, build, theme, template, force,
    )  # fmt: skip
    raise typer.Exit(_guarded(order, lists=lists, as_json=as_json))


def _guarded(order: Order, *, lists: bool, as_json: bool) -> int:
    """Do it; errors become one line on standard error, and an exit code."""
    code = 0
    try:
        if lists:
            _list(order, as_json=as_json)
        else:
            code = _export(order)
        sys.stdout.flush()
    except UsageError as error:
        return _complain(error, EXIT_USAGE)
    except data.AdoptionError as error:
        return _complain(error, EXIT_FAILED)
    except KeyboardInterrupt:
        return _interrupted()
    except RuntimeError as error:
        # What DuckDB makes of Ctrl-C in the middle of a statement.
        if str(error) != "Query interrupted":
            raise
        return _interrupted()
    except BrokenPipeError:
        # The reader of a pipe went away, as `| head` does: nothing is wrong, nothing more to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        place = error.filename or "standard output"
        problem = data.disk_problem(error, place, "name another file")
        return _complain(problem or f"{place}: {error.strerror}", EXIT_FAILED)
    return code


def _export(order: Order) -> int:
    if not order.target:
        raise UsageError(
            "say what to export: briefing, a deck file (.yml), or a chart, which "
            "`dashboard export --list` names"
        )
    _check_file(order.file)
    how = _format(order)
    check_options(order, how)
    _check_replaced(order, how)
    makers = {"chart": _chart, BRIEFING: _briefing, "deck": _deck}
    made = makers[order.kind](order, how)
    _write(order.file, made.content)
    for reason in made.left_out:
        _say(f"left out: {reason}")
    return EXIT_FAILED if made.left_out else 0


def _format(order: Order) -> str:
    """The format that is asked for, by name or by the file's. Raises UsageError."""
    known = FORMATS[order.kind]
    file = order.file
    if order.format is not None:
        if order.format.lower() not in known:
            raise UsageError(
                f"--format: expected one of {', '.join(known)} for {_called(order)}; "
                f"found {order.format!r}"
            )
        asked, named = order.format.lower(), file.suffix.lstrip(".").lower() if file else ""
        if named in known and named != asked:
            raise UsageError(f"--out {file} is named {named}, and --format says {asked}: drop one")
        return asked
    if file is not None:
        suffix = file.suffix.lstrip(".").lower()
        if suffix not in known:
            names = ", ".join(f".{name}" for name in known)
            raise UsageError(
                f"--out {file}: expected a name that ends in one of {names} for {_called(order)}; "
                f"or give --format"
            )
        return suffix
    return known[0]


def check_options(order: Order, how: str) -> None:
    """Refuse options that would say nothing. Raises UsageError."""
    no_picture, no_table = how not in PICTURES, order.kind != "chart" or how not in TABLES
    refused = {
        "--rows": (order.rows, no_table, f"tables ({', '.join(TABLES)})"),
        "--theme": (order.theme, no_picture, "pictures (png, svg)"),
        "--template": (order.template, how != "pptx", "pptx"),
        "--family": (order.families, order.kind == "deck", "charts and the briefing"),
        "--from": (order.start, order.kind == "deck", "charts and the briefing"),
        "--to": (order.end, order.kind == "deck", "charts and the briefing"),
        "--measure": (order.measure, order.kind != "chart", "charts"),
        "--scale": (order.scale, order.kind != "chart", "charts"),
        "--scope": (order.scope, order.kind != "chart", "charts"),
        "--set": (order.settings, order.kind != "chart", "charts"),
    }
    for option, (value, is_idle, what) in refused.items():
        if value and is_idle:
            raise UsageError(f"{option} is for {what} only, not for {_called(order)} as {how}")
    for option, value, allowed in (
        ("--rows", order.rows, ("shown", "whole")),
        ("--theme", order.theme, ("light", "dark")),
        ("--measure", order.measure, MEASURES),
        ("--scale", order.scale, SCALES),
    ):
        if value and value not in allowed:
            hint = data.wording.guess(value, allowed)
            raise UsageError(
                f"{option}: {hint}expected one of {', '.join(allowed)}; found {value!r}"
            )
    if order.template and not order.template.is_file():
        raise UsageError(f"--template {order.template}: expected a PowerPoint file, found none")
    if order.file is None and how not in TEXTS and sys.stdout.isatty():
        raise UsageError(f"{how} is not for a terminal; give --out FILE or a pipe")


def _called(order: Order) -> str:
    return {"chart": "a chart", BRIEFING: "the briefing", "deck": "a deck"}[order.kind]


def _chart(order: Order, how: str) -> Made:
    from dashboard import exports, recipes  # noqa: PLC0415

    has_begun()
    recipe = _recipe(order)
    try:
        content = exports.chart_bytes(
            recipe,
            how,
            rows="whole" if order.rows == "whole" else "shown",
            theme="dark" if order.theme == "dark" else "light",
            template=order.template,
        )
    except recipes.RecipeError as error:
        raise UsageError(_by_option(error)) from None
    return Made(content)


def _briefing(order: Order, how: str) -> Made:
    from dashboard import briefing_documents as documents  # noqa: PLC0415

    has_begun()
    recipe = _recipe(order, key=documents.CHART)
    return Made(documents.briefing_bytes(recipe, how, template=order.template))


def _deck(order: Order, how: str) -> Made:
    from dashboard import deck, recipes  # noqa: PLC0415

    has_begun()
    file = Path(order.target)
    if not file.is_file():
        found = "a folder" if file.is_dir() else "none"
        raise UsageError(f"{file}: expected a deck file, found {found}")
    asked = deck.Deck.from_yaml(file.read_bytes(), file.name)
    if order.build is not None:
        asked = replace(asked, build=None if order.build == LATEST else order.build)
    try:
        return Made(deck.deck_bytes(asked, order.template), tuple(deck.left_out(asked)))
    except recipes.RecipeError as error:
        raise UsageError(_by_option(error)) from None


def _recipe(order: Order, key: str | None = None) -> Recipe:
    """What the options ask for. Raises UsageError, NoBuildError."""
    from dashboard import recipes  # noqa: PLC0415
    from dashboard.charts import CHARTS  # noqa: PLC0415

    if key is None and order.target not in CHARTS:
        hint = data.wording.guess(order.target, [*CHARTS, BRIEFING], 3)
        raise UsageError(
            f"expected briefing, a deck file (.yml) or a chart; found {order.target!r}; "
            f"{hint}`dashboard export --list` names the charts"
        )
    pairs = [(recipes.KEY, key or order.target)]
    pairs += [("focus" if place == 0 else "family", f) for place, f in enumerate(order.families)]
    told = {
        "from": order.start,
        "to": order.end,
        "measure": MEASURES.get(order.measure or ""),
        "scale": SCALES.get(order.scale or ""),
        "scope": order.scope,
        recipes.BUILD: None if order.build == LATEST else order.build,
    }
    pairs += [(name, value) for name, value in told.items() if value is not None]
    pairs += [_setting(order.target, text) for text in order.settings]
    try:
        recipe = recipes.from_query(pairs)
    except recipes.RecipeError as error:
        raise UsageError(_by_option(error)) from None
    chosen = recipe.selection
    if chosen.start and chosen.end and chosen.start > chosen.end:
        raise UsageError(
            f"--from {order.start} is after --to {order.end}; no day lies between them"
        )
    return recipe


def _setting(chart: str, text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise UsageError(f"--set: expected NAME=VALUE, found {text!r}")
    known = SETTINGS.get(chart, ())
    if name not in known:
        has = f"it has {', '.join(known)}" if known else "it has none of its own"
        has = f"{data.wording.guess(name, known)}{has}"
        raise UsageError(f"--set: {chart} has no setting {name!r}; {has}")
    return name, value


def _by_option(error: Exception) -> str:
    """A complaint about a parameter as one about the option that it came from."""
    name, colon, rest = str(error).partition(": ")
    if name in ("family", "from", "to", "measure", "scale", "scope", "build"):
        return f"--{name}: {rest}"
    is_setting = any(name in names for names in SETTINGS.values())
    return f"--set {name}: {rest}" if is_setting else f"{name}{colon}{rest}"


def _check_file(file: Path | None) -> None:
    """Before anything is drawn. Raises UsageError."""
    if file is None:
        return
    if file.is_dir():
        raise UsageError(f"--out {file}: expected a file, found a folder")
    if not file.parent.is_dir():
        raise UsageError(f"--out {file}: the folder {file.parent} does not exist; make it first")


def _check_replaced(order: Order, how: str) -> None:
    """A schedule writes the same tables and pictures every day, while slides are what people go on
    working in. Raises UsageError."""
    if how == "pptx" and order.file and order.file.is_file() and not order.force:
        raise UsageError(
            f"--out {order.file}: there is such a file, in which somebody may have changed slides; "
            "give --force to replace it, or another name"
        )


def _write(file: Path | None, content: bytes) -> None:
    if file is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    done = "replaced" if file.is_file() else "wrote"
    data.write_out(file, content)
    _say(f"{done} {file} ({max(1, round(len(content) / 1000)):,} kB)")


def _list(order: Order, *, as_json: bool) -> None:
    from dashboard import recipes  # noqa: PLC0415
    from dashboard.charts import CHARTS  # noqa: PLC0415

    has_begun()
    titles: dict[str, str | None] = {}
    words: dict[str, str] = {}
    try:
        for key in CHARTS:
            titles[key], words[key] = _listed(key, order.build)
    except (data.NoBuildError, data.BuildError) as error:
        # Charts are code: which there are is known without a build.
        titles, words = dict.fromkeys(CHARTS), dict.fromkeys(CHARTS, NO_BUILD)
        _say(f"what the charts would show is not known: {error}")
    settings = {
        name: recipes.allowed(name) or EXAMPLES[name]
        for names in SETTINGS.values()
        for name in names
    }
    if as_json:
        charts = [
            {
                "chart": key,
                "title": titles[key],
                "scopes": list(kind.scopes),
                "settings": list(SETTINGS.get(key, ())),
            }
            for key, kind in CHARTS.items()
        ]
        told = {"charts": charts, "settings": settings, "formats": FORMATS}
        print(json.dumps(told, indent=2, ensure_ascii=False))
        return
    print(_columns(list(words.items())))
    print("\n--set NAME=VALUE, and the charts that it is for:")
    print(_columns([
        (name, allowed if isinstance(allowed, str) else ", ".join(allowed),
         ", ".join(key for key, names in SETTINGS.items() if name in names))
        for name, allowed in settings.items()
    ]))  # fmt: skip


def _listed(key: str, build: str | None) -> tuple[str | None, str]:
    """A chart's title in a build, None where it shows nothing; and the words of its line. Raises
    UsageError, NoBuildError, BuildError."""
    from dashboard import recipes  # noqa: PLC0415
    from dashboard.charts import CHARTS  # noqa: PLC0415
    from dashboard.hub_charts import ChartKind  # noqa: PLC0415

    recipe, kind = _recipe(Order(key, build=build)), CHARTS[key]
    try:
        title = recipes.draw(recipe).title
    except recipes.OlderBuildError:
        return None, NEWER
    except recipes.NothingToShowError:
        if not isinstance(kind, ChartKind):
            return None, OF_ONE if "model" in kind.asks else NOTHING_YET
        info = data.metric_info(kind.metric, build=recipes.build_of(recipe))
        return None, f"{NOTHING_YET}: {info.title}"
    return title, title


def _columns(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _interrupted() -> int:
    _say("interrupted")
    return EXIT_INTERRUPTED


def _complain(error: object, code: int) -> int:
    _say(f"error: {error}")
    return code


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
