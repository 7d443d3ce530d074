"""What the pages ask of a build: every metric with the filters of its charts, and single models.

The queries are those of the dashboard itself: the filters come from its charts, for each scope and
with the six families of a first visit. Each is asked once to warm up and then `repeats` times, of
the file each time: answers that the data layer keeps are let go.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import data
from dashboard import hub_charts
from dashboard.chart import Selection
from dashboard.state import DEFAULT_FOCUS, DEFAULT_RIVALS, SCOPES
from data import queries

FAMILIES = (DEFAULT_FOCUS, *DEFAULT_RIVALS)
COMPOSED = frozenset({"brief", "status"})  # of many queries
Query = Callable[[], Any]


def ask(home: str, repeats: int) -> dict[str, Any]:
    """Median and most milliseconds of each query of the newest build, slowest first."""
    build = data.newest_build(Path(home))
    times = {name: times_of(query, repeats) for name, query in _queries(build)}
    rows = [
        {
            "query": name,
            "median_ms": statistics.median(each),
            "max_ms": max(each),
            "is_composed": name in COMPOSED,
        }
        for name, each in times.items()
    ]
    return {
        "queries": sorted(rows, key=lambda row: -float(row["median_ms"])),
        "build_bytes": build.stat().st_size,
        "models_listed": len(data.search_models("/", 10**9, build)),
    }


def times_of(query: Query, repeats: int) -> list[float]:
    query()
    times = []
    for _ in range(repeats):
        queries.forget()
        began = time.perf_counter()
        query()
        times.append(1000 * (time.perf_counter() - began))
    return times


def _queries(build: Path) -> Iterator[tuple[str, Query]]:
    yield from _metrics(build)
    yield from _charts(build)
    yield from _models(build)
    yield "status", data.status
    yield "as_of", lambda: data.as_of(build)
    yield "families", lambda: data.families(build)
    yield "brief", lambda: data.brief(DEFAULT_FOCUS, DEFAULT_RIVALS, build=build)


def _metrics(build: Path) -> Iterator[tuple[str, Query]]:
    """Every metric of the catalog, whole and of six families and two years."""
    for info in data.catalog(build):
        yield f"metric {info.name}", _asked(info.name, build)
        filters: dict[str, Any] = {}
        if "family" in info.column_names:
            filters["families"] = FAMILIES
        if info.time_column in info.grain:
            filters |= {"start": date(2024, 7, 1), "end": date(2026, 12, 31)}
        if filters:
            told = "six families" if "families" in filters else "two years"
            yield f"metric {info.name}, {told}", _asked(info.name, build, **filters)


def _charts(build: Path) -> Iterator[tuple[str, Query]]:
    """Every chart of the whole Hub in each scope, with the rows it needs."""
    for scope in SCOPES:
        selection = Selection(
            focus=DEFAULT_FOCUS,
            rivals=DEFAULT_RIVALS,
            start=date(2024, 7, 1),
            end=date(2026, 12, 31),
            scope=scope,
        )
        for key, kind in hub_charts.CHARTS.items():
            if scope not in kind.scopes:
                continue
            filters = dict(kind.filters(selection))
            for name in (kind.metric, *kind.others):
                yield f"chart {key} ({name}), {scope}", _asked(name, build, **filters)
    yield "page Models, ranking", _asked("model_ranking", build, is_grouped=True)


def _models(build: Path) -> Iterator[tuple[str, Query]]:
    """A search that finds much and one that finds nothing, the first model, and a derivative."""
    found = data.search_models("qwen", 20, build)
    rare = data.search_models("no-such-model-anywhere", 20, build)
    assert rare.empty
    first = str(data.search_models("/", 1, build)["model_id"][0])
    derivative = found[found["relation"].notna()]["model_id"]
    yield "search_models qwen", lambda: data.search_models("qwen", build=build)
    yield "search_models, nothing found", lambda: data.search_models("no-such-model", build=build)
    for model_id in (first, *derivative[:1]):
        hub_id = data.model_card(model_id, build).facts["hub_id"]
        yield f"model_card {model_id}", lambda name=model_id: data.model_card(name, build)  # type: ignore[misc]
        yield f"model_history {model_id}", lambda one=hub_id: data.model_history(one, build)  # type: ignore[misc]


def _asked(name: str, build: Path, **filters: Any) -> Query:
    return lambda: data.metric(name, build=build, **filters)
