"""Archives with a known truth through the real path: store of days, cleaning, build.

Scored are the incidents by kind (benchmarks/scoring.py), each repository and month that is told as
exact, and the totals of every family in every scope over all weeks that are told. Families, roots
and downloads of the truth come from the generator's own arrays, not from what was published.

With the collector's judge partial and repeated days are refused before they reach the cleaning;
without it they reach it. Incidents are scored without it, totals both ways.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

import data
from benchmarks import outputs
from benchmarks.archive import FIRST_DAY, Archive, every_fault
from benchmarks.days import facts_of, opened, sources, store_of
from benchmarks.scoring import score
from collectors.day_acceptance import refusal
from data import labels, seeds
from data.errors import RefusedError
from data.hub import Hub
from data.paths import SEEDS_DIR

NONE, MIXED = "none", "mixed"
DAYS_APART = 11  # first days of two seeds, so that faults fall on other days of month and week


def check(
    work: str, models: int, days: int, seed: int, *, is_clean: bool, is_judged: bool
) -> dict[str, Any]:
    """One archive: what was planted, found, told wrongly, and refused."""
    archive = Archive(
        models=models,
        days=days,
        seed=seed,
        first_day=FIRST_DAY - timedelta(days=DAYS_APART * seed),
        faults=() if is_clean else every_fault(days),
    )
    Path(work).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=work, prefix="truth-") as folder:
        home = Path(folder)
        refused = _fill(archive, home, is_judged)
        build = data.build(sources(), folder=home).path
        hub = Hub(home, store_of(home), labels.test_pattern(seeds.load(SEEDS_DIR)))
        hub.update()
        hub_ids = _hub_ids(hub)
        places = {hub_id: row for row, hub_id in enumerate(archive.hub_ids.to_pylist())}
        row_of = np.array([places[hub_id] for hub_id in hub_ids])
        scores = score(hub.incidents(), archive.faults, hub_ids)
        return {
            "scores": {kind: asdict(one) for kind, one in scores.items()},
            "months": _months(archive, hub, row_of),
            "totals": _totals(archive, build),
            "refused": [str(day) for day in refused],
            "expected_refusals": [
                str(fault.starts_on)
                for fault in archive.faults
                if fault.kind in ("partial", "repeated")
            ],
        }


def _fill(archive: Archive, home: Path, is_judged: bool) -> list[date]:
    store, refused = store_of(home), []
    path = home / "models.parquet"
    for number in filter(archive.has_day, range(archive.days)):
        day = archive.date_of(number)
        archive.write_day(number, path)
        try:
            store.add(day, opened(path), facts_of(day), refusal if is_judged else None)
        except RefusedError:
            refused.append(day)
    path.unlink()
    return refused


def _hub_ids(hub: Hub) -> list[str]:
    """By key."""
    keys = [str(path) for path in sorted((hub.store.root / "keys").glob("*.parquet"))]
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT lower(hex(hub_id)) FROM read_parquet(?) ORDER BY key", [keys]
        ).fetchall()
    return [row[0] for row in rows]


def _months(archive: Archive, hub: Hub, row_of: npt.NDArray[Any]) -> dict[str, int]:
    """Repositories and months: told, told as exact, and of these wrong."""
    told = exact = wrong = 0
    ends = {one.first: one for one in hub.ends()}
    for flows in hub.flows("month"):
        known = ends[flows.first].keys[ends[flows.first].has_value]
        downloads = np.zeros(len(row_of), dtype=np.int64)
        reason = np.zeros(len(row_of), dtype=np.uint8)
        downloads[flows.keys], reason[flows.keys] = flows.downloads, flows.reason
        first = (flows.first - archive.first_day).days
        following = (flows.first + timedelta(days=32)).replace(day=1)
        last = (following - archive.first_day).days - 1
        truth = (archive.all_time(last) - archive.all_time(first - 1))[row_of]
        is_exact = reason[known] == 0
        told += len(known)
        exact += int(is_exact.sum())
        wrong += int((is_exact & (downloads[known] != truth[known])).sum())
    return {"told": told, "exact": exact, "wrong": wrong}


def _totals(archive: Archive, build: Path) -> dict[str, Any]:
    """Adjusted downloads over all weeks that are told, by scope and family, against the truth.

    Told weeks are those whose beginning was read: before the counter existed there is no total.
    """
    blind = [one.ends_on for one in archive.faults if one.kind in ("no_columns", "null_all_time")]
    known_from = max((day + timedelta(days=1) for day in blind), default=archive.first_day)
    with duckdb.connect(str(build), read_only=True) as connection:
        # A week is told once the counter at the end of the week before it was read.
        connection.execute(
            "CREATE TEMP VIEW weeks AS SELECT * FROM scope_weeks "
            f"WHERE NOT with_inferred AND week > DATE '{known_from}'"
        )
        rows = connection.execute(
            "SELECT scope, family, sum(downloads) FROM weeks GROUP BY ALL"
        ).fetchall()
        ((first, last),) = connection.execute("SELECT min(week), max(week) FROM weeks").fetchall()
    start = (first - archive.first_day).days
    end = (last - archive.first_day).days + 6
    gained = archive.all_time(end) - archive.all_time(start - 1)
    told = {(scope, family): int(total) for scope, family, total in rows}
    wrong = []
    truths = {
        (scope, family): int(gained[members].sum()) for scope, family, members in _members(archive)
    }
    for key in sorted({*told, *truths}):
        if told.get(key, 0) != truths.get(key, 0):
            wrong.append([*key, told.get(key, 0), truths.get(key, 0)])
    return {
        "series": len(truths),
        "wrong": wrong,
        "from": str(first),
        "weeks": (end - start + 1) // 7,
    }


def _members(archive: Archive) -> Iterator[tuple[str, str, npt.NDArray[np.bool_]]]:
    """Scope, family and who belongs there, in truth."""
    tables = seeds.load(SEEDS_DIR)
    families = [rule["family"] for rule in tables["model_families"].to_pylist()]
    names = archive.names(archive.days - 1).to_pylist()
    own = np.full(len(names), -1)
    for code, rule in enumerate(tables["model_families"].to_pylist()):
        pattern = re.compile(rule["name_pattern"], re.IGNORECASE)
        for row, name in enumerate(names):
            owner, _, repository = name.partition("/")
            if owner in rule["hf_orgs"] and pattern.search(repository):
                own[row] = code
    child, parent = _relations(archive, names, tables["stated_parents"].to_pylist())
    mixed = len(families)
    root = outputs.root_families(child, parent, own, mixed)
    derived = np.where((root == mixed) | (root == own), -1, root)
    words = [*families, MIXED, NONE]
    for scope, codes in (("own", own), ("lineage", root), ("derivatives", derived)):
        for code in np.unique(codes).tolist():
            yield scope, words[code], codes == code


def _relations(archive: Archive, names: list[str], stated: list[dict[str, Any]]) -> tuple[Any, Any]:
    catalogue = archive.catalogue
    pairs = [
        (row, above)
        for parents in (catalogue.parent, catalogue.parent2)
        for row, above in enumerate(parents.tolist())
        if above >= 0
    ]
    place = {name: row for row, name in enumerate(names)}
    pairs += [
        (place[one["model_id"]], place[one["parent_id"]])
        for one in stated
        if one["model_id"] in place and one["parent_id"] in place
    ]
    array = np.array(pairs)
    return array[:, 0], array[:, 1]
