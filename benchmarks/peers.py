"""Ours, pandas and polars on the same day, in one run; what they made must agree."""

from __future__ import annotations

import importlib.util
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks.days import Plan, linked_copy, warm
from benchmarks.process import Run, run

OURS, PANDAS, POLARS, BARE = "ours", "pandas", "polars", "DuckDB, bare"
PEERS = {PANDAS: "benchmarks.peer_pandas", POLARS: "benchmarks.peer_polars"}


@dataclass(frozen=True)
class Compared:
    """The runs of each way, fastest first, and the rows of the outputs in which all agree."""

    runs: dict[str, list[Run]]
    rows: dict[str, int]


def available() -> list[str]:
    """The ways that can be run here."""
    return [OURS, *(name for name in PEERS if importlib.util.find_spec(name) is not None)]


def write_rules(path: str) -> None:
    """The seeds that the outputs depend on, for ways that know nothing of us."""
    from data import seeds  # noqa: PLC0415 - in the process of the step alone
    from data.paths import SEEDS_DIR  # noqa: PLC0415

    tables = seeds.load(SEEDS_DIR)
    families = tables["model_families"].select(["family", "hf_orgs", "name_pattern"]).to_pylist()
    stated = tables["stated_parents"].select(["model_id", "parent_id"]).to_pylist()
    Path(path).write_text(json.dumps({"families": families, "stated_parents": stated}))


def compare(plan: Plan, repeats: int, names: list[str] | None = None) -> Compared:
    """Run every way `repeats` times, in turns; raises DisagreementError when outputs differ."""
    chosen = names or available()
    work = plan.work / "peers"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    rules = work / "rules.json"
    run("benchmarks.peers:write_rules", {"path": str(rules)})
    for name in chosen:
        if name != OURS:
            given = {"file": str(plan.file(1)), "out": str(work / f"{name}-before")}
            run(f"{PEERS[name]}:keep", given)
    runs: dict[str, list[Run]] = {name: [] for name in (*chosen, BARE)}
    for turn in range(repeats):
        for name in chosen:
            warm(plan.file())
            out = work / name
            runs[name].append(_once(plan, name, work, out, read_back=turn == repeats - 1))
        runs[BARE].append(run("benchmarks.ours:bare", {"file": str(plan.file())}))
    folders = {name: str(work / name) for name in chosen}
    rows = run("benchmarks.peers:check", {"folders": folders}).result
    shutil.rmtree(work)
    ordered = {name: sorted(each, key=lambda one: one.seconds) for name, each in runs.items()}
    return Compared(ordered, rows)


def check(folders: dict[str, str]) -> dict[str, int]:
    """Whether all ways agree, in a process of its own: rows by output."""
    from benchmarks import outputs  # noqa: PLC0415 - in the process of the step alone

    return outputs.agree({name: Path(folder) for name, folder in folders.items()})


def _once(plan: Plan, name: str, work: Path, out: Path, *, read_back: bool) -> Run:
    given = {"file": str(plan.file()), "out": str(out)}
    if name != OURS:
        before = work / f"{name}-before" / "typed.parquet"
        given |= {"before": str(before), "rules": str(work / "rules.json")}
        return run(f"{PEERS[name]}:run", given)
    with linked_copy(plan) as home:
        took = run("benchmarks.ours:run", {**given, "home": str(home)})
        if read_back:
            run("benchmarks.ours:read_back", {"home": str(home), "out": str(out)})
    return took
