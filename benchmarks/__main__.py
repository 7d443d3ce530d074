"""Measure everything and write the report: `make bench`, or `python -m benchmarks --help`."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import exports, peers, report
from benchmarks.days import DayCost, Plan, measure
from benchmarks.process import ROOT, Run, run
from benchmarks.report import Figure, Section

GB = 10**9
FOLDER = ROOT / "benchmarks"


@dataclass
class Bench:
    """What was asked for, and what several measurements share."""

    models: int
    days: int
    long_days: int
    repeats: int
    page_repeats: int
    truth_models: int
    truth_seeds: int
    work: Path
    truth_days: int = 90
    prepared: dict[int, dict[str, Any]] = field(default_factory=dict)
    costs: dict[int, list[DayCost]] = field(default_factory=dict)
    loads: tuple[float, float] = (0.0, 0.0)

    def plan(self, days: int) -> Plan:
        """A data directory with so many days, made if it is not there."""
        plan = Plan(self.models, days, self.work)
        if days not in self.prepared:
            say(f"{plan.home}: {days} days of {self.models:,} models")
            given = {"models": plan.models, "days": days, "work": str(self.work)}
            files = 2 if days == self.days else 1
            made = run("benchmarks.days:prepare", {**given, "files": files})
            self.prepared[days] = made.result
        return plan

    def cost(self, days: int) -> list[DayCost]:
        """One day more on so many days, measured once."""
        if days not in self.costs:
            self.costs[days] = measure(self.plan(days), self.repeats)
        return self.costs[days]

    def remarks(self, *days: int) -> list[str]:
        """What must be said of the directories of a measurement."""
        return [
            f"The {number} days before it were stored by other code than is here now; `--fresh` "
            "stores them anew."
            for number in dict.fromkeys(days)
            if self.prepared[number]["is_of_other_code"]
        ]

    def exported(self, step: str) -> Run:
        """A step over the data directory of what leaves the dashboard, made if it is not there."""
        home = run("benchmarks.exports:prepare", {"work": str(self.work)}).result["home"]
        before = os.getloadavg()[0]
        took = run(step, {"repeats": self.page_repeats}, data_dir=Path(home))
        self.loads = before, os.getloadavg()[0]
        return took

    def exported_note(self) -> str:
        """What must be said of that directory, and of the machine."""
        return (
            f"{exports.DAYS} days of {exports.MODELS:,} models, and every service as the tests' "
            f"fakes answer. The machine's load was {self.loads[0]:.1f} when it began and "
            f"{self.loads[1]:.1f} when it ended."
        )

    def section(self, name: str, title: str, figures: list[Figure]) -> Section:
        command = f"python -m benchmarks --only {name} --models {self.models}"
        if name in {"growth", "size", "pages"}:
            command += f" --long-days {self.long_days}"
        return Section(name, title, command, self.models, figures)


def day(bench: Bench) -> Section:
    """One day from its file to a published build."""
    costs = bench.cost(bench.days)
    best = costs[0]
    section = bench.section(
        "day",
        f"One day of {bench.models:,} models, from the downloaded file to a published build",
        [
            Figure("one day, file to published build", best.seconds, "s", 20),
            Figure("one day, peak memory", best.peak_bytes / GB, "GB", 2),
            Figure("one day, processor time of both processes", _cpu(best), "s"),
            Figure("putting the file into the history", best.added.seconds, "s"),
            Figure("putting the file into the history, peak memory", _gb(best.added), "GB"),
            Figure("building", best.built.seconds, "s"),
            Figure("building, peak memory", _gb(best.built), "GB"),
            Figure("the file", bench.prepared[bench.days]["file_bytes"] / GB, "GB"),
            Figure("the build", best.built.result["bytes"] / GB, "GB"),
        ],
    )
    section.notes = [
        f"The fastest of {len(costs)}, all: {_all(one.seconds for one in costs)} s. "
        f"{bench.days} days lie before it.",
        *bench.remarks(bench.days),
    ]
    section.tables = {
        "Where the time goes": [
            {"process": process, "phase": phase, "seconds": seconds}
            for process, took in (("add", best.added), ("build", best.built))
            for phase, seconds in _phases(took)
        ]
    }
    return section


def growth(bench: Bench) -> Section:
    """What one day more costs with few and with many days before it."""
    short, long = bench.cost(bench.days), bench.cost(bench.long_days)
    parts: dict[str, Callable[[DayCost], float]] = {
        "add and build": lambda one: one.seconds,
        "add": lambda one: one.added.seconds,
        "build": lambda one: one.built.seconds,
    }
    least = {name: (min(map(of, short)), min(map(of, long))) for name, of in parts.items()}
    words = f"{bench.days} days before", f"{bench.long_days} days before"
    rows = [
        {"part": name, words[0]: few, words[1]: many, "ratio": many / few}
        for name, (few, many) in least.items()
    ]
    figures = [
        Figure(
            f"one day more with {bench.long_days} days before it, over that with {bench.days}",
            least["add and build"][1] / least["add and build"][0], "times", 1.2,
        ),
        Figure(f"one day more with {bench.long_days} days before it", long[0].seconds, "s"),
        Figure(
            f"peak memory with {bench.long_days} days before it", long[0].peak_bytes / GB, "GB"
        ),
    ]  # fmt: skip
    section = bench.section("growth", "One day more, however many there are", figures)
    section.notes = [
        f"The fastest of {len(short)} and {len(long)}.",
        *bench.remarks(bench.days, bench.long_days),
    ]
    phases = [_phases_of(one[0]) for one in (short, long)]
    section.tables = {
        "Seconds": rows,
        "By phase": [
            {"phase": name, words[0]: phases[0].get(name, 0.0), words[1]: seconds}
            for name, seconds in phases[1].items()
        ],
    }
    return section


def lineage(bench: Bench) -> Section:
    """The graph of base models."""
    plan = bench.plan(bench.days)
    took = run(
        "benchmarks.graph:settle", {"home": str(plan.home), "repeats": max(bench.repeats, 3)}
    )
    seconds = took.result["seconds"]
    words = {
        "declared": "lineage of declared parents",
        "with inferred": "lineage with inferred parents",
        "both": "both at once, as a build does it",
        "infer": "inferring parents from names",
    }
    figures = [
        Figure(words[name], seconds[name], "s", 1 if name == "declared" else None) for name in words
    ]
    figures += [
        Figure("models", took.result["models"], ""),
        Figure("relations", took.result["relations"], ""),
        Figure("peak memory, with what it reads", _gb(took), "GB"),
    ]
    section = bench.section("lineage", "Lineage", figures)
    section.notes = ["The fastest of three or more, from names to one root family a repository."]
    return section


def size(bench: Bench) -> Section:
    """Bytes on disk."""
    plan = bench.plan(bench.long_days)
    found = run("benchmarks.days:sizes", {"home": str(plan.home)}).result
    rows = max(found["changed_rows"], 1)
    few = max(found["days"] - found["frames"], 1)
    figures = [
        Figure(
            "bytes a changed model-day, counters", found["changed_counters_bytes"] / rows,
            "bytes", 8, is_for_full_size=False,
        ),
        Figure(
            "bytes a changed model-day, attributes besides",
            found["changed_attributes_bytes"] / rows, "bytes",
        ),
        Figure("changed models a day", rows / few, ""),
        Figure("history a day, frames included", found["history"] / found["days"] / 1e6, "MB"),
        Figure("history", found["history"] / 1e6, "MB"),
        Figure("newest day in full, kept beside it", found["newest"] / 1e6, "MB"),
        Figure("derived state, months and weeks", found["derived"] / 1e6, "MB"),
        Figure("one build", found["builds"] / 1e6, "MB"),
    ]  # fmt: skip
    section = bench.section("size", f"Bytes on disk after {found['days']} days", figures)
    section.notes = [
        f"{found['days']} days, {found['frames']} of them frames of their months.",
        *bench.remarks(bench.long_days),
    ]
    return section


def pages(bench: Bench) -> Section:
    """What the pages ask."""
    plan = bench.plan(bench.long_days)
    given = {"home": str(plan.home), "repeats": bench.page_repeats}
    took = run("benchmarks.pages:ask", given, data_dir=plan.home).result
    asked = [row for row in took["queries"] if not row["is_composed"]]
    slow = [row for row in asked if row["median_ms"] > 50]
    figures = [
        Figure("slowest page query, median", asked[0]["median_ms"], "ms", 50),
        Figure("page queries with a median above 50 ms", len(slow), ""),
        Figure("page queries", len(asked), ""),
        Figure("median of the medians", statistics.median(r["median_ms"] for r in asked), "ms"),
        Figure("slowest single run of any", max(row["max_ms"] for row in asked), "ms"),
        Figure("models listed by name", took["models_listed"], ""),
    ]
    title = f"Queries of the pages on {bench.long_days} days of {bench.models:,} models"
    section = bench.section("pages", title, figures)
    section.notes = [
        f"{bench.page_repeats} runs each after one to warm up, with the dashboard's own filters. "
        "A model's card is six queries and its history from the day files; the briefing and the "
        "status are made of many queries and are not counted as one.",
        *bench.remarks(bench.long_days),
    ]
    section.tables = {
        "The slowest": asked[:25],
        "Made of many queries": [row for row in took["queries"] if row["is_composed"]],
    }
    for table in section.tables.values():
        for row in table:
            row.pop("is_composed")
    return section


def compare(bench: Bench) -> Section:
    """The same outputs with pandas and polars."""
    compared = peers.compare(bench.plan(bench.days), bench.repeats)
    best = {name: runs[0] for name, runs in compared.runs.items()}
    ours = best[peers.OURS]

    def ratio(name: str, of: Callable[[Run], float]) -> float | None:
        return of(ours) / of(best[name]) if name in best else None

    figures = [
        Figure("ours over pandas, time", ratio(peers.PANDAS, _seconds), "times", 1 / 3),
        Figure("ours over polars, time", ratio(peers.POLARS, _seconds), "times", 1.2),
        Figure("ours over polars, peak memory", ratio(peers.POLARS, _gb), "times", 0.5),
        Figure("ours over pandas, peak memory", ratio(peers.PANDAS, _gb), "times"),
    ]
    section = bench.section(
        "peers", f"The same outputs of one day of {bench.models:,} models, in one run", figures
    )
    agreed = ", ".join(f"{name} {rows:,}" for name, rows in compared.rows.items())
    section.notes = [
        "benchmarks/outputs.py says what the outputs are; before a figure is written, all ways "
        f"must agree in every row ({agreed}). The fastest of {len(compared.runs[peers.OURS])} "
        "turns each, one after the other. Ours does what a build does with a day besides: "
        "cleaning, incidents, inferred parents, regions, precisions.",
        *bench.remarks(bench.days),
    ]
    section.tables = {
        "Ways": [
            {
                "way": name, "seconds": one.seconds, "processor seconds": one.cpu_seconds,
                "peak GB": _gb(one),
                "all seconds": _all(each.seconds for each in compared.runs[name]),
            }
            for name, one in best.items()
        ],
        "Where the time goes": [
            {"way": name, "phase": phase, "seconds": seconds}
            for name, one in best.items()
            for phase, seconds in _phases(one)
        ],
    }  # fmt: skip
    return section


def slides(bench: Bench) -> Section:
    """Charts as slides, and decks."""
    took = bench.exported("benchmarks.exports:slides").result
    rows, decks = took["slides"], took["decks"]
    medians = [row["median_ms"] for row in rows]
    anew = [row["drawn_anew_ms"] for row in rows]

    def judged(name: str, value: float, unit: str, target: float | None = None) -> Figure:
        return Figure(name, value, unit, target, is_for_full_size=False)

    figures = [
        judged("a slide, median of all charts", statistics.median(medians), "ms", 150),
        judged("a slide, slowest chart", medians[0], "ms", 150),
        judged("a slide, slowest single run", max(row["max_ms"] for row in rows), "ms"),
        judged("chart and slide, median, nothing kept", statistics.median(anew), "ms"),
        judged("chart and slide, slowest, nothing kept", max(anew), "ms"),
    ]
    for name, one in decks.items():
        which = f"deck of {one['charts']} charts, {name}"
        figures += [
            judged(which, one["seconds"], "s", 2),
            judged(f"{which}, nothing kept", one["anew"], "s", 2),
        ]
    section = bench.section("slides", "Charts as slides, and decks", figures)
    section.notes = [
        bench.exported_note(),
        f"{len(rows)} charts, {bench.page_repeats} times each; {took['without_rows']} charts have "
        "no rows there. The chart is drawn, as on the page where somebody clicks; `nothing kept` "
        "is the first time after a start, imports left out, with charts and all that they read "
        "made anew.",
    ]
    section.tables = {"The slowest": rows[:15]}
    return section


def files(bench: Bench) -> Section:
    """Charts and metrics as tables."""
    took = bench.exported("benchmarks.exports:files").result
    figures = []
    for kind, times in took["shown"].items():
        figures += [
            Figure(f"{kind} of a chart, median", statistics.median(times), "ms"),
            Figure(f"{kind} of a chart, slowest", max(times), "ms"),
        ]
    figures += [
        Figure(f"{kind} of the whole metric with most rows", milliseconds, "ms")
        for kind, milliseconds in took["whole"].items()
    ]
    section = bench.section("files", "Charts and metrics as tables", figures)
    section.notes = [
        bench.exported_note(),
        f"The metric with most rows that a chart shows is {took['metric']}: {took['rows']:,}.",
    ]
    return section


def pictures(bench: Bench) -> Section:
    """PNG and SVG in a real browser."""
    took = bench.exported("benchmarks.pictures:take").result
    rows = took["pictures"]
    figures = []
    for kind, target in (("svg", 0.3), ("png", None)):
        of_kind = [row for row in rows if row["format"] == kind]
        for name, column, is_judged in (
            ("first click", "first_ms", True),
            ("later clicks", "later_ms", True),
            ("click with nothing loaded", "nothing_loaded_ms", False),
        ):
            slowest = max((row[column] / 1000 for row in of_kind), default=None)
            figures.append(
                Figure(
                    f"{kind} in the browser, {name}, slowest chart", slowest, "s",
                    target if is_judged else None, is_for_full_size=False,
                )
            )  # fmt: skip
    section = bench.section("pictures", "Pictures, from the click to the finished file", figures)
    section.notes = [bench.exported_note()]
    if took["why_not"]:
        section.notes.append(f"Not measured: {took['why_not']}.")
        say(f"  skipped: {took['why_not']}")
    section.tables = {"By chart": rows} if rows else {}
    return section


def visits(bench: Bench) -> Section:
    """Runs of pages on the server."""
    rows = bench.exported("benchmarks.exports:visits").result
    figures = [
        Figure(f"{which} of a page, {name}", of([row[column] for row in rows]), "ms")
        for which, column in (("first run", "first_ms"), ("second run", "second_ms"))
        for name, of in (("median", statistics.median), ("slowest", max))
    ]
    section = bench.section("visits", "Runs of pages on the server", figures)
    section.notes = [
        bench.exported_note(),
        "The first run is that of the first reader after a build, when nothing is kept; later ones "
        "are of the same reader. What the browser does is not in it.",
    ]
    section.tables = {"Pages": rows}
    return section


def truth(bench: Bench) -> Section:
    """Archives with a known truth."""
    found: dict[tuple[bool, bool], list[dict[str, Any]]] = {}
    for seed in range(bench.truth_seeds):
        for is_clean, is_judged in ((False, False), (False, True), (True, True)):
            given: dict[str, Any] = {
                "models": bench.truth_models, "days": bench.truth_days, "seed": seed,
            }  # fmt: skip
            say(f"truth: seed {seed}, {'clean' if is_clean else 'every fault'}")
            given |= {"work": str(bench.work), "is_clean": is_clean, "is_judged": is_judged}
            one = run("benchmarks.truth:check", given)
            found.setdefault((is_clean, is_judged), []).append(one.result)
    scores = _summed_scores([one["scores"] for one in found[False, False]])
    every = [one for results in found.values() for one in results]
    clean = [one for (is_clean, _), results in found.items() if is_clean for one in results]
    invented = sum(score["found"] for one in clean for score in one["scores"].values())
    judged = found[False, True]
    refused = {
        name: sum(len(set(one["refused"]) - set(one["expected_refusals"])) for one in judged)
        if name == "wrongly"
        else sum(len(set(one["expected_refusals"]) - set(one["refused"])) for one in judged)
        for name in ("wrongly", "missed")
    }
    wrong_totals = sum(len(one["totals"]["wrong"]) for one in every)

    def exact(
        name: str, value: float | None, target: float = 0, *, is_least: bool = False
    ) -> Figure:
        return Figure(name, value, "", target, is_least, is_for_full_size=False)

    precision = min((row["precision"] for row in scores if row["precision"] != "-"), default=None)
    recall = min((row["recall"] for row in scores if row["recall"] != "-"), default=None)
    figures = [
        exact("lowest precision of any kind of incident", precision, 1, is_least=True),
        exact("lowest recall of any kind of incident", recall, 1, is_least=True),
        exact("incidents invented on clean archives", invented),
        exact(
            "unflagged repository-months that are wrong", sum(o["months"]["wrong"] for o in every)
        ),
        exact("family totals that differ from the truth", wrong_totals),
        exact("bad days that the collector kept", refused["missed"]),
        exact("good days that the collector refused", refused["wrongly"]),
        Figure("repository-months told", sum(one["months"]["told"] for one in every), ""),
        Figure("of them told as exact", sum(one["months"]["exact"] for one in every), ""),
        Figure("totals compared", sum(one["totals"]["series"] for one in every), ""),
    ]
    section = bench.section("truth", "Archives with a known truth", figures)
    section.command += f" --truth-models {bench.truth_models} --truth-seeds {bench.truth_seeds}"
    section.notes = [
        f"{bench.truth_seeds} seeds of {bench.truth_models:,} models and {bench.truth_days} days, "
        "each with one fault of every kind, twice (with and without the collector's refusal of "
        "partial and repeated days), and once clean. Incidents are scored where none was refused.",
    ]
    wrong = [total for one in every for total in one["totals"]["wrong"]]
    section.tables = {"Incidents by kind": scores}
    if wrong:
        columns = ("scope", "family", "told", "truth")
        section.tables["Totals that differ"] = [
            dict(zip(columns, total, strict=True)) for total in wrong[:40]
        ]
    return section


MEASUREMENTS: dict[str, Callable[[Bench], Section]] = {
    "day": day,
    "growth": growth,
    "lineage": lineage,
    "size": size,
    "pages": pages,
    "peers": compare,
    "slides": slides,
    "files": files,
    "pictures": pictures,
    "visits": visits,
    "truth": truth,
}


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for; 1 when a measurement failed, the others are written all the same."""
    given = _parser().parse_args(arguments)
    if given.fresh:
        shutil.rmtree(given.work, ignore_errors=True)
    given.work.mkdir(parents=True, exist_ok=True)
    bench = Bench(
        models=given.models,
        days=given.days,
        long_days=given.long_days,
        repeats=given.repeats,
        page_repeats=given.page_repeats,
        truth_models=given.truth_models,
        truth_days=given.truth_days,
        truth_seeds=given.truth_seeds,
        work=given.work.resolve(),
    )
    parameters = {
        "models": bench.models, "days before": bench.days, "long": f"{bench.long_days} days",
    }  # fmt: skip
    failed = False
    for name in given.only or MEASUREMENTS:
        say(f"{name} ...")
        try:
            section = MEASUREMENTS[name](bench)
        except RuntimeError as error:
            print(f"error: {name}: {error}", file=sys.stderr)
            failed = True
            continue
        for one in section.figures:
            say(f"  {one.name}: {one.value} {one.unit} {one.verdict(bench.models)}".rstrip())
        # After each, so that a long run that is stopped leaves what it has.
        written = report.write(given.out, [section], parameters)
    if not failed:
        say(f"written: {', '.join(map(str, written))}")
    return 1 if failed else 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure costs and rightness, and write report.json and report.md.",
    )
    add = parser.add_argument
    add("--models", type=int, default=report.FULL_SIZE, help="models a day (%(default)s)")
    add("--days", type=int, default=3, help="days before the measured one (%(default)s)")
    add(
        "--long-days", type=int, default=90, help="days before it in the long history (%(default)s)"
    )
    add("--repeats", type=int, default=3, help="runs of each measurement; the fastest counts")
    add("--page-repeats", type=int, default=20, help="warm runs of each page query")
    add("--truth-models", type=int, default=2000, help="models of archives with planted faults")
    add("--truth-days", type=int, default=90, help="days of them; 90 at the least")
    add("--truth-seeds", type=int, default=3, help="how many of them")
    add("--work", type=Path, default=FOLDER / "work", help="folder for data, kept between runs")
    add("--out", type=Path, default=FOLDER, help="folder for the report")
    add("--fresh", action="store_true", help="make the data anew")
    add("--only", nargs="+", choices=MEASUREMENTS, metavar="NAME",
        help=f"of {', '.join(MEASUREMENTS)}; the other sections stay as they are")  # fmt: skip
    return parser


def _seconds(took: Run) -> float:
    return took.seconds


def _gb(took: Run) -> float:
    return took.peak_bytes / GB


def _cpu(cost: DayCost) -> float:
    return cost.added.cpu_seconds + cost.built.cpu_seconds


def _all(seconds: Any) -> str:
    return ", ".join(f"{one:.1f}" for one in seconds)


def _phases(took: Run) -> list[tuple[str, float]]:
    """Phases, most first, and what lies in none of them: the start, the imports, the rest."""
    phases: dict[str, float] = took.result["phases"]
    rest = took.seconds - sum(phases.values())
    return sorted([*phases.items(), ("start, imports, rest", rest)], key=lambda pair: -pair[1])


def _phases_of(cost: DayCost) -> dict[str, float]:
    pairs = (("add", cost.added), ("build", cost.built))
    return {f"{name}: {phase}": took for name, one in pairs for phase, took in _phases(one)}


def _summed_scores(all_scores: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Over all seeds, a row a kind; shares of sums."""
    sums: dict[str, dict[str, int]] = {}
    for scores in all_scores:
        for kind, one in scores.items():
            total = sums.setdefault(kind, dict.fromkeys(one, 0))
            for name, count in one.items():
                total[name] += count
    return [
        {
            "kind": kind,
            "planted": one["planted"],
            "found": one["found"],
            "precision": one["right"] / one["found"] if one["found"] else "-",
            "recall": one["recalled"] / one["planted"] if one["planted"] else "-",
        }
        for kind, one in sorted(sums.items())
    ]


if __name__ == "__main__":
    raise SystemExit(main())
