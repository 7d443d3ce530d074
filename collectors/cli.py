"""The command `collectors`: read the sources, build the database, ask it.

Data goes to standard output, talk to standard error. Exit codes: 0 all done; 1 something failed,
the rest is done; 2 wrong usage; 75 another run holds the lock; 130 interrupted.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn, ParamSpec, cast
from urllib.parse import urlsplit

import orjson
import typer
from typer.core import TyperCommand

import data
from collectors import query_hints, seed_commands
from collectors.backfill import Backfill, Every
from collectors.begin import EXIT_INTERRUPTED, has_begun
from collectors.collect import Collector, no_key
from collectors.errors import ConfigurationError, LockedError
from collectors.hosts import are_left_behind
from collectors.http import printable, shortened
from collectors.lock import is_locked
from collectors.query_files import NOT_FOR_TERMINALS, Format, format_named, format_of, write_rows
from collectors.query_values import UsageError, day_named, day_of, equals_of
from collectors.rebuilding import rebuild
from collectors.records import SKIPPED, SourceResult, utc_now
from collectors.repair import Repair
from collectors.screen import (
    RunScreen,
    counted,
    problems,
    result_table,
    summary,
    table,
    terminal_width,
)
from collectors.source import (
    AnySource,
    ArchiveSource,
    Source,
    Tracked,
    archives,
    build_facts,
    is_archive,
    load,
    load_all,
)
from data.errors import (
    ELSEWHERE,
    AdoptionError,
    FilterError,
    PublishError,
    UnknownBuildError,
    UnknownMetricError,
    disk_problem,
    final_name,
)

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_LOCKED = 75

# What accounts may lack, and what to do about it.
UNMAPPED = {
    "family": "a row in seeds/model_families.csv, if it develops models",
    "region": "a row in seeds/organization_regions.csv",
    "size": "the Hub knows no parameter count; nothing to add",
}
UNMAPPED_SHOWN = 25
LONGEST_WHY = 200

app = typer.Typer(
    name="collectors",
    help="Read how widely open models are used, build the database, and ask it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

P = ParamSpec("P")

# What an interrupt left; of other commands there is nothing to be said.
_AFTER_INTERRUPT = {
    "collect": "what was read is kept, and the next `collectors collect` uses it",
    "backfill": "the days that were read are kept; run the same command again to go on",
    "repair": "run the same command again to finish it",
    "add_figure": "nothing was written",
    "propose_seeds": "nothing was changed",
    "publish": "the folder is as it was",
}


class PlainCommand(TyperCommand):
    """A command whose usage line names its arguments without braces."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The words of the usage line after the command's name."""
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]


def main() -> NoReturn:
    """Run the command, whose libraries are loaded by now; collectors/begin.py calls it."""
    code: Any = 0
    try:
        app()
    except SystemExit as ended:
        code = ended.code
    if are_left_behind():
        # They may wait for a network for minutes, and the end of an interpreter does not mind them.
        sys.stdout.flush()
        os._exit(code or 0)
    sys.exit(code)


def command(body: Callable[P, int | None]) -> Callable[P, None]:
    """Register a command whose errors become one line on standard error and an exit code."""

    @functools.wraps(body)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        has_begun()
        try:
            code = body(*args, **kwargs)
            sys.stdout.flush()
        except (UsageError, ConfigurationError) as error:
            code = _complain(error, EXIT_USAGE)
        except LockedError as error:
            code = _complain(error, EXIT_LOCKED)
        except AdoptionError as error:
            code = _complain(error, EXIT_FAILED)
        except KeyboardInterrupt:
            code = _interrupted(body.__name__)
        except RuntimeError as error:
            # What DuckDB makes of Ctrl-C in the middle of a statement.
            if str(error) != "Query interrupted":
                raise
            code = _interrupted(body.__name__)
        except BrokenPipeError:
            code = _leave_quietly()
        except OSError as error:
            code = _complain(_os_problem(error, body.__name__), EXIT_FAILED)
        raise typer.Exit(code or 0)

    name = body.__name__.removesuffix("_history").replace("_", "-")
    app.command(name, cls=PlainCommand)(run)
    return run


@command
def collect(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE", hidden=True),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Read every source but the archives.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show each entity of each source, too.")
    ] = False,
) -> int:
    """Read each SOURCE, by default those that are due: store what it answers, then parse it.

    Sources at different hosts are read at the same time. What goes wrong with one, a variable of
    its own included, is said at the end and does not stop the others; a variable of a source that
    is named alone is an error before anything begins. A source that needs a key is skipped while
    its variable is not set, which is a failure only where the source is named.

    An archive is only read when it is named, and then its newest day; `backfill` reads its past.
    """
    if sources and every:
        raise UsageError("name sources or give --all, not both")
    worker = Collector(data_dir=data.data_dir(), tracked=tracked_from_seeds(), progress=RunScreen())
    results = worker.collect(sources or None, every=every)
    was_read = any(result.exit != SKIPPED for result in results)
    if was_read:
        _print_results(results, with_entities=verbose or len(sources or []) == 1)
    for result in results:
        for problem in problems(result, load(result.source).ENTITY):
            _say(problem)
    if not was_read and not sources:
        _say("nothing is due; `collectors status` says when, `collectors collect --all` reads now")
    if any(result.accepted for result in results):
        _say("next: collectors build")
    good = ("done",) if sources else ("done", SKIPPED)
    return 0 if all(result.exit in good for result in results) else EXIT_FAILED


def _print_results(results: list[SourceResult], *, with_entities: bool) -> None:
    width = terminal_width(sys.stdout)
    for result in results:
        if with_entities and result.entities:
            print(f"{result_table(result, load(result.source).ENTITY, width)}\n")
    print(summary(results, width), flush=True)


@command
def backfill(
    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="From YYYY-MM or YYYY-MM-DD.")
    ] = None,
    every: Annotated[
        str, typer.Option(metavar="PERIOD", help="day, week or month: one day of each is read.")
    ] = Every.WEEK.value,
    until: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="To the end of YYYY-MM or YYYY-MM-DD; else to today."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="The archive; else the first one.")
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Ask again for days that were refused.")
    ] = False,
) -> int:
    """Read the past of an archive, oldest first; what is here already is not read again."""
    if start is None:
        raise UsageError("say from when, for example --from 2024-07")
    since = day_named(start, is_end=False)
    last = day_named(until, is_end=True, option="--until") or utc_now().date()
    assert since is not None
    if since > last:
        raise UsageError(f"--from {start} is after {last}, where it would end; no day lies between")
    archive = _archive(source or archives()[0].NAME)
    if every not in list(Every):
        raise UsageError(f"--every: expected one of {', '.join(Every)}; found {every!r}")
    result = Backfill(
        data_dir=data.data_dir(),
        source=archive,
        since=since,
        until=last,
        every=Every(every),
        retry=retry,
        progress=RunScreen(),
    ).run()
    for problem in problems(result, archive.ENTITY):
        _say(problem)
    good = sum(entity.status == "accepted" for entity in result.entities)
    _say(f"{result.source}: {result.exit}; {good:,} of {len(result.entities):,} days accepted")
    if good:
        _say("next: collectors build")
    return 0 if result.exit == "done" else EXIT_FAILED


@command
def repair(
    day: Annotated[
        str | None, typer.Option(metavar="DATE", help="The UTC date, YYYY-MM-DD.")
    ] = None,
    source: Annotated[str | None, typer.Option(metavar="SOURCE", help="The source.")] = None,
    drop: Annotated[
        bool, typer.Option("--drop", help="Take the day out instead of reading it again.")
    ] = False,
) -> int:
    """Read one day of one source again, or take it out."""
    if day is None or source is None:
        raise UsageError("say which day of which source: --day YYYY-MM-DD --source SOURCE")
    of = load(source)
    work = Repair(
        data_dir=data.data_dir(),
        source=of,
        day=day_of(day, "--day"),
        progress=RunScreen(),
    )
    is_good = True
    if drop:
        work.drop()
    else:
        is_good = work.read_again()
    # A day of an archive that could not be read again is as it was.
    if is_good or not is_archive(of):
        _say("roll-ups and metrics still have the day as it was; next: collectors build")
    return 0 if is_good else EXIT_FAILED


@command
def sources(
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Page for readers and licence, too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with everything.")] = False,
) -> None:
    """List the sources: what they are, how often they are worth reading, where, by which key."""
    known = load_all()
    if as_json:
        described = [_described(source) for source in known]
        print(orjson.dumps(described, option=orjson.OPT_INDENT_2).decode())
        return
    header = ["source", "title", "every", "key", "read from"]
    rows = [[s.NAME, s.TITLE, _every(s.CADENCE), _key_state(s), _read_from(s)] for s in known]
    if verbose:
        header += ["page", "licence"]
        rows = [[*row, s.URL, s.LICENCE] for row, s in zip(rows, known, strict=True)]
    _print_table(header, rows)
    for source in known:
        if problem := no_key(source) or _wrong_setting(source):
            _say(f"{source.NAME}: {problem}")


def _described(source: AnySource) -> dict[str, Any]:
    """What `sources --json` says of a source."""
    key = None if is_archive(source) else cast(Source, source).KEY
    return {
        "name": source.NAME,
        "title": source.TITLE,
        "url": source.URL,
        "licence": source.LICENCE,
        "citation": source.CITATION,
        "tables": list(source.TABLES),
        "is_archive": is_archive(source),
        "cadence_days": source.CADENCE / timedelta(days=1),
        "key": key,
        "is_key_set": None if key is None else no_key(source) is None,
        "read_from": _read_from(source),
    }


def _every(cadence: timedelta) -> str:
    days = cadence / timedelta(days=1)
    return "day" if days == 1 else f"{days:g} days"


def _key_state(source: AnySource) -> str | None:
    """Whether the key is set that a source needs; None when it needs none."""
    if is_archive(source) or cast(Source, source).KEY is None:
        return None
    return "not set" if no_key(source) else "set"


def _read_from(source: AnySource) -> str | None:
    """The host that a source is read from, by its variables; None when they cannot be used."""
    return None if _wrong_setting(source) else urlsplit(source.address()).netloc


def _wrong_setting(source: AnySource) -> str | None:
    try:
        source.check_settings()
    except ConfigurationError as error:
        return str(error)
    return None


@command
def status(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    unmapped: Annotated[
        bool,
        typer.Option("--unmapped", help="What has many downloads and no family, region or size."),
    ] = False,
) -> None:
    """Say what the newest build holds, and of each source how fresh it is and what came of the
    last try, built or not.

    A try that fails on a day of which all was accepted before does not make a source due again:
    the accepted reading serves, and what went wrong is said below the table. A source is late when
    it was due on an earlier UTC day.
    """
    if unmapped:
        _print_unmapped(as_json)
        return
    found = data.status(sources=source_facts())
    for source in found["sources"]:
        _mark_without_key(source)
    _tell_at_work(found["sources"])
    if as_json:
        print(orjson.dumps(found, option=orjson.OPT_INDENT_2, default=str).decode())
        return
    for problem in found["problems"]:
        _say(problem)
    if found["build"] is None:
        print("build     none; run `collectors build` to make one")
    else:
        print(f"build     {found['build']}")
        print(f"built at  {found['built_at']}")
        print(f"as of     {found['as_of'] or '-'}")
        if found["is_stale"]:
            print(f"stale     {found['stale_reason']}")
    if found["sources"]:
        header = ["source", "last read (UTC)", "rows", "failed", "age in days", "next due (UTC)",
                  "last try"]  # fmt: skip
        print()
        _print_table(header, [_freshness(source) for source in found["sources"]])
    for source in found["sources"]:
        for sentence in (_last_try(source), _missing(source)):
            if sentence:
                print(f"\n{source['name']}: {sentence}")


def _tell_at_work(sources: list[dict[str, Any]]) -> None:
    """Tell runs that are being made right now from those whose process was killed."""
    unfinished = [s for s in sources if s["last_result"] == "unfinished"]
    if unfinished:
        result = "at work" if is_locked(data.data_dir()) else "interrupted"
        for source in unfinished:
            source["last_result"] = result


def _last_try(source: dict[str, Any]) -> str | None:
    """What came of the last try, and what serves instead, unless all went well."""
    result, why = source["last_result"], source["last_error"]
    if result in (None, "done"):
        return None
    at = _minute(source["last_try_at"])
    if result == "at work":
        return f"a run is at work, begun at {at}"
    if result == "interrupted":
        how, why = "was interrupted", _how_many_not_reached(source)
    else:
        how = "was partial" if result == "partial" else result
    what = f"{how}: {printable(why, LONGEST_WHY)}" if why else how
    return f"the last try ({at}) {what}{_what_serves(source)}"


def _how_many_not_reached(source: dict[str, Any]) -> str | None:
    count = source["entities_not_reached"]
    return f"{count:,} of {source['entities']:,} not reached" if count else None


def _what_serves(source: dict[str, Any]) -> str:
    """Which accepted reading is in force after a try that brought none."""
    if source["last_result"] == "partial":
        return ""
    read, tried = _minute(source["last_snapshot_at"]), _minute(source["last_try_at"])
    if read is None or tried is None:
        return "; nothing was accepted so far"
    day, _, time = read.partition(" ")
    return f"; the accepted reading of {time if tried.startswith(day) else read} serves"


def _missing(source: dict[str, Any]) -> str | None:
    if not source["missing"]:
        return None
    return f"the last run has no good answer for {shortened(source['missing'])}"


def _mark_without_key(source: dict[str, Any]) -> None:
    """Add to a source's freshness whether its key is missing; then it is not due."""
    known = {s.NAME: s for s in load_all()}.get(source["name"])
    source["is_without_key"] = known is not None and no_key(known) is not None
    if source["is_without_key"]:
        source["is_due"], source["next_due_at"] = False, None


def _freshness(source: dict[str, Any]) -> list[Any]:
    due: str | None
    if source["is_without_key"]:
        due = "no key"
    elif source["is_archive"]:
        due = "when named"
    else:
        now = "late" if source["is_late"] else "now"
        due = now if source["is_due"] else _minute(source["next_due_at"])
    age = source["age_days"]
    return [
        source["name"],
        _minute(source["last_snapshot_at"]),
        source["rows_read"],
        source["entities_failed"],
        None if age is None else round(age, 1),
        due,
        source["last_result"],
    ]


def _minute(instant: str | None) -> str | None:
    """An instant as ISO text, to the minute."""
    return f"{datetime.fromisoformat(instant):%Y-%m-%d %H:%M}" if instant else None


def _print_unmapped(as_json: bool) -> None:
    """The accounts that seeds do not know, those with the most downloads first."""
    frame = data.metric("unmapped").sort_values(["kind", "position"])
    if as_json:
        print(frame.to_json(orient="records", indent=2))
        return
    for kind, file in UNMAPPED.items():
        rows = frame[frame["kind"] == kind].head(UNMAPPED_SHOWN)
        print(f"no {kind}: {file}")
        if rows.empty:
            print("nothing, or no archive was read; `collectors collect hub_archive` reads one\n")
            continue
        listed = rows[["subject", "unmapped", "models"]].astype(object).to_numpy().tolist()
        _print_table(["account", "downloads in 30 days", "models"], listed)
        print()


@command
def check() -> int:
    """Check seeds, SQL headers and the newest build; list every violation."""
    violations = data.check(source_facts())
    for violation in violations:
        print(violation)
    is_built = bool(data.build_paths())
    if not is_built:
        _say("no build to check; `collectors build` makes one")
    if violations:
        _say(f"{len(violations):,} violation{'s' if len(violations) != 1 else ''}")
    else:
        _say("all well" if is_built else "seeds and SQL are well")
    return EXIT_FAILED if violations else 0


@command
def build() -> None:
    """Build the database from history and seeds, check it, and publish it."""
    report = data.build(source_facts())
    for warning in report.warnings:
        _say(f"warning: {warning}")
    _say(f"built {report.name} in {report.seconds:.1f} s, {sum(report.rows.values()):,} rows")
    print(report.path)
    # The dashboard builds by this command too, and starts by itself.
    if os.environ.get("ADOPTION_FROM_DASHBOARD") != "1":
        _say("next: dashboard")


@command
def builds(
    pin: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Keep this build for good; repeatable.")
    ] = None,
    unpin: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Take that back; repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the builds that are kept, the newest first, and why.

    Every build removes what there is no reason to keep: older than the 10 newest, not the last of
    one of the newest 12 months, and not pinned. Links, decks and reports that name a build need it:
    pin it.
    """
    if both := sorted({*map(_stem, pin or ())} & {*map(_stem, unpin or ())}):
        raise UsageError(f"--pin and --unpin: {', '.join(both)} is named in both; choose one")
    # All names are looked up before anything is done.
    wanted = [*_builds_named(pin, "--pin"), *_builds_named(unpin, "--unpin")]
    for path in wanted:
        is_on = path.stem in map(_stem, pin or ())
        data.pin(path, is_on=is_on)
        _say(f"{'pinned' if is_on else 'unpinned'} {path.stem}")
    found = data.kept_builds()
    if as_json:
        print(orjson.dumps([_about_build(kept) for kept in found],
                           option=orjson.OPT_INDENT_2).decode())  # fmt: skip
        return
    if not found:
        _say("no build; run `collectors build` to make one")
        return
    rows = [
        [
            kept.name,
            f"{kept.built_at:%Y-%m-%d %H:%M}",
            kept.as_of,
            f"{kept.size / 1e6:,.1f} MB",
            ", ".join(kept.why_kept) or "goes with the next build",
        ]
        for kept in found
    ]
    _print_table(["build", "built at (UTC)", "as of", "size", "kept because"], rows)


def _builds_named(names: list[str] | None, option: str) -> list[Path]:
    try:
        return [data.build_named(_stem(name)) for name in names or ()]
    except UnknownBuildError as error:
        raise UsageError(f"{option}: {error}") from None


def _stem(name: str) -> str:
    """The name of a build, also of one that was given with the ending of its file."""
    return name.removesuffix(".duckdb")


def _about_build(kept: data.KeptBuild) -> dict[str, Any]:
    """What `builds --json` says of a build; without a reason the next build removes it."""
    return {
        "name": kept.name,
        "built_at": kept.built_at.isoformat(),
        "as_of": kept.as_of,
        "bytes": kept.size,
        "is_pinned": kept.is_pinned,
        "why_kept": list(kept.why_kept),
    }


@command
def rebuild_history() -> None:
    """Parse every stored snapshot anew; for when a parser or a rule changed."""
    runs = rebuild(data.data_dir(), RunScreen())
    _say(f"parsed {runs:,} stored runs anew")
    _say("next: collectors build")


@command
def metrics(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with all columns.")] = False,
) -> None:
    """List the metrics."""
    found = data.catalog()
    if as_json:
        print(orjson.dumps(found, option=orjson.OPT_INDENT_2, default=str).decode())
        return
    rows = [[m.name, m.title, m.unit, m.grain] for m in found]
    _print_table(["metric", "title", "unit", "grain"], rows)


@command
def query(
    metric: Annotated[str, typer.Argument(metavar="METRIC", hidden=True)],
    family: Annotated[
        list[str] | None, typer.Option(metavar="FAMILY", help="Keep this family; repeatable.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="From YYYY, YYYY-MM or YYYY-MM-DD.")
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", metavar="DATE", help="To the end of YYYY, YYYY-MM or YYYY-MM-DD."),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=VALUE", help="Keep rows with this value; repeatable."),
    ] = None,
    index: Annotated[bool, typer.Option("--index", help="100 = each series' first value.")] = False,
    format: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            help="One of table, csv, json, parquet, xlsx; else by the name of --out, else table.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write to this file; one that is there is replaced."),
    ] = None,
) -> None:
    """Print the rows of METRIC; `collectors metrics` lists them.

    At a terminal a table is aligned and as wide as the window: long texts are shortened, and
    columns without room are named below it. In a pipe or a file it has one row a line, all columns
    in full, with tabs between them. When no row is left, what can be asked for is said.
    """
    how = format_named(format) if format is not None else format_of(out)
    if how in NOT_FOR_TERMINALS and out is None and sys.stdout.isatty():
        raise UsageError(f"{how} is not for a terminal; give --out FILE or a pipe")
    info = _metric_info(metric)
    equals: dict[str, Any] = equals_of(where or [], info)
    first, last = day_named(start, is_end=False), day_named(end, is_end=True)
    if first and last and first > last:
        raise UsageError(f"--from {start} is after --to {end}; no day lies between them")
    try:
        frame = data.metric(
            metric, families=family or None, start=first, end=last, index=index, where=equals
        )
    except FilterError as error:
        raise UsageError(str(error)) from None
    was_there = out is not None and out.is_file()
    write_rows(frame, how, out, info, index=index)
    if out is not None:
        _say(f"wrote {len(frame):,} rows to {out}{', replacing it' if was_there else ''}")
    if how is Format.TABLE and out is None:
        _say(f"{len(frame):,} rows; unit: {'100 = first value' if index else info.unit}")
        _say(f"source: {info.source}")
    if frame.empty:
        _say_why_empty(info, equals | ({"family": family} if family else {}))


@command
def publish(
    folder: Annotated[str, typer.Argument(metavar="DIR", hidden=True)],
    metric: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this metric; repeatable.")
    ] = None,
    build: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A build by its name, adoption-...; else the newest."),
    ] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace a package that is as this command made it."),
    ] = False,
) -> None:
    """Write all metrics into DIR as files that others read without this project: a data package.

    Each metric as CSV and Parquet; datapackage.json with every column, type, unit, key and source
    (Frictionless Data Package); a codebook; how each source is cited and under which licence; and
    CHECKSUMS, which `sha256sum --check` reads. The same build gives the same bytes.

    DIR must be new or empty. With --force a package in it is replaced, unless one of its files was
    changed or another was added: nothing is removed that this command did not write. A publish that
    is killed or that finds the disk full leaves the package that was there.
    """
    # An empty name would be the current folder, which a lost shell variable does not mean.
    if not folder.strip():
        raise UsageError("DIR: expected the name of a folder, found an empty one; name one, or '.'")
    place = Path(folder)
    try:
        with counted("metrics") as told:
            package = data.publish(place, metrics=metric, build=build, replace=force, told=told)
    except (PublishError, UnknownMetricError) as error:
        raise UsageError(str(error)) from None
    _say(
        f"published {package.metrics:,} {'metric' if package.metrics == 1 else 'metrics'} of "
        f"{package.build}, {package.rows:,} rows, "
        f"{package.bytes / 1e6:,.1f} MB"
    )
    if package.empty:
        _say(
            f"{len(package.empty)} of them have no rows: what they are made of was never read; "
            "`collectors status` names the sources"
        )
    print(package.folder)


command(seed_commands.propose_seeds)
command(seed_commands.add_figure)


def tracked_from_seeds() -> Tracked:
    """What the seeds ask the collectors to follow. Raises SeedError."""
    tables = data.seeds.load(data.SEEDS_DIR)
    return Tracked(
        organisations=data.seeds.tracked_organisations(tables["model_families"]),
        runtimes=data.seeds.tracked_runtimes(tables),
        modelscope_owners=data.seeds.tracked_owners(tables["modelscope_owners"]),
    )


def source_facts() -> list[data.SourceFacts]:
    """What a build is told of all sources."""
    return [build_facts(source) for source in load_all()]


def _archive(name: str) -> ArchiveSource:
    found = load(name)
    if not is_archive(found):
        names = ", ".join(archive.NAME for archive in archives())
        raise UsageError(f"--source {name}: it has no past to read; the archives are {names}")
    return found


def _metric_info(name: str) -> data.MetricInfo:
    try:
        return data.metric_info(name)
    except UnknownMetricError as error:
        raise UsageError(str(error)) from None


def _say_why_empty(info: data.MetricInfo, wanted: dict[str, Any]) -> None:
    """Say what to run when a metric has no rows at all, else which values a filter could have."""
    if hint := query_hints.what_to_run(info) or query_hints.unknown_values(info, wanted):
        _say(hint)


def _interrupted(command: str) -> int:
    left = _AFTER_INTERRUPT.get(command)
    _say(f"interrupted; {left}" if left else "interrupted")
    return EXIT_INTERRUPTED


def _complain(error: object, code: int) -> int:
    _say(f"error: {error}")
    return code


def _print_table(header: list[str], rows: list[list[Any]]) -> None:
    print(table(header, rows, terminal_width(sys.stdout)), flush=True)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _os_problem(error: OSError, command: str) -> str:
    """What failed, in one line; errors of libraries may name no file."""
    writes_data = command in ("collect", "backfill", "repair", "build", "builds", "rebuild_history")
    place = error.filename or (data.data_dir() if writes_data else "standard output")
    another = "name another folder" if command == "publish" else "name another file"
    problem = disk_problem(error, place, ELSEWHERE if writes_data else another)
    return problem or f"{final_name(str(place))}: {error.strerror or error}"


def _leave_quietly() -> int:
    """The reader of a pipe went away, as `| head` does: nothing is wrong, nothing more to say."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
