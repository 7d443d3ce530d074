"""What leaves the dashboard, and how long its pages take: slides, decks, tables, runs of pages.

The data directory is made here once and kept: days of a generated Hub, and what the real collectors
read of the fakes that the tests use; so every chart but few draws. It is the same for any number of
models that the other measurements are of. Pictures, which a browser makes, are in pictures.py.
"""

from __future__ import annotations

import functools
import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

import collectors.cli
import data
from benchmarks import days
from collectors.collect import Collector
from collectors.http import Session
from collectors.source import build_facts, listings, load_all
from dashboard import deck, exports, recipes
from dashboard.charts import CHARTS
from dashboard.deck import Deck, DeckItem
from dashboard.hub_charts import ChartKind
from dashboard.recipes import NothingToShowError, Recipe

MODELS, DAYS = 20_000, 90
# Counters at the ends of months, so that there are whole months of them.
READ_ON = (date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 10))
FAKES_BEGIN = date(2026, 5, 5)
KEYS = tuple(CHARTS)
TOKEN_CUTS = tuple(recipes.ALLOWED["token_cut"])
TABLES = ("csv", "xlsx", "parquet")
TABLE_REPEATS = 3  # a large workbook takes seconds
DECK = 10
APP = data.ROOT / "dashboard" / "app.py"
PAGES = tuple(sorted(path.stem for path in (APP.parent / "views").glob("[a-z]*.py")))
PATIENCE = 120  # seconds for a run of a page
_Work = Callable[[], Any]


# Steps, each run in a process of its own.


def prepare(work: str) -> dict[str, Any]:
    """Make the data directory, and a new build when code or seeds have changed since."""
    plan = days.Plan(MODELS, DAYS, Path(work) / "exports")
    is_filled = plan.home / "is_filled"
    if not is_filled.exists():
        days.prepare(MODELS, DAYS, str(plan.work))
        _collect(plan.home)
        data.build(_facts(), folder=plan.home)
        is_filled.touch()
    elif data.stale_reasons(plan.home):
        data.build(_facts(), folder=plan.home)
    return {"home": str(plan.home)}


def slides(repeats: int) -> dict[str, Any]:
    """Every chart as a slide, and decks of them; milliseconds, slowest first."""
    rows, drawing = [], []
    with _as_served():
        for name, recipe in _charts():
            st.cache_resource.clear()
            try:
                first = _milliseconds(functools.partial(exports.chart_bytes, recipe, "pptx"))
            except NothingToShowError:
                continue
            times = _repeated(functools.partial(exports.chart_bytes, recipe, "pptx"), repeats)
            chart = recipes.draw(recipe)
            rows.append(
                {
                    "chart": name,
                    "marks": len(chart.bars)
                    + len(chart.points)
                    + sum(len(line.x) for line in chart.series),
                    "median_ms": statistics.median(times),
                    "max_ms": max(times),
                    "drawn_anew_ms": first,
                }
            )
            drawing.append((rows[-1]["median_ms"], recipe))
        slowest = [recipe for _, recipe in sorted(drawing, key=lambda pair: -pair[0])[:DECK]]
        decks = {
            "one a page": _deck_seconds(_one_a_page([recipe for _, recipe in drawing]), repeats),
            "the slowest": _deck_seconds(slowest, repeats),
        }
    return {
        "slides": sorted(rows, key=lambda row: -row["median_ms"]),
        "decks": decks,
        "without_rows": len(CHARTS) - len({recipe.key for _, recipe in drawing}),
    }


def files(repeats: int) -> dict[str, Any]:
    """Tables of what every chart shows, and of the metric with most rows; milliseconds."""
    shown: dict[str, list[float]] = {format: [] for format in TABLES}
    whole: dict[str, float] = {}
    most: tuple[int, Recipe] | None = None
    repeats = min(repeats, TABLE_REPEATS)
    with _as_served():
        for _, recipe in _charts():
            try:
                recipes.draw(recipe)
            except NothingToShowError:
                continue
            for format in TABLES:
                write = functools.partial(exports.chart_bytes, recipe, format)
                shown[format].append(statistics.median(_repeated(write, repeats)))
            if isinstance(CHARTS[recipe.key], ChartKind):
                rows = len(recipes.whole(recipe))
                most = (rows, recipe) if most is None or rows > most[0] else most
        assert most is not None
        for format in TABLES:
            write = functools.partial(exports.chart_bytes, most[1], format, rows="whole")
            whole[format] = statistics.median(_repeated(write, repeats))
    kind = CHARTS[most[1].key]
    assert isinstance(kind, ChartKind)
    return {"shown": shown, "whole": whole, "metric": kind.metric, "rows": most[0]}


def visits(repeats: int) -> list[dict[str, Any]]:
    """What the server computes for a page: the first run of anyone, and later ones; slowest first.

    Without the way to the browser and what that draws.
    """
    rows = []
    with _as_served(), _components_are_looked_for_once():
        registered = _page().run()._registered_pages  # the first run imports much
        for name in PAGES:
            st.cache_resource.clear()
            at = _page()
            at._registered_pages = registered
            at.switch_page(f"views/{name}.py")
            first = _milliseconds(at.run)
            if at.exception:
                raise RuntimeError(f"page {name}: {at.exception[0].value}")
            times = _repeated(at.run, repeats)
            rows.append(
                {"page": name, "first_ms": first, "second_ms": times[0],
                 "later_ms": statistics.median(times)}
            )  # fmt: skip
    return sorted(rows, key=lambda row: -row["first_ms"])


# The data directory


def _collect(home: Path) -> None:
    """Let the real collectors read fakes of all services on some days of three months."""
    from tests.fake_services import AllServices  # noqa: PLC0415  (starts nothing, loads much)

    tracked = collectors.cli.tracked_from_seeds()
    names = [source.NAME for source in listings()]
    with AllServices() as services:
        os.environ.update(services.environment, NO_PROXY="127.0.0.1")
        for day in READ_ON:
            services.hub.day = (day - FAKES_BEGIN).days
            for fake in services.fakes.values():
                fake.today = day
            worker = Collector(
                data_dir=home,
                tracked=tracked,
                now=lambda day=day: datetime(day.year, day.month, day.day, 6, tzinfo=UTC),  # type: ignore[misc]
                new_session=lambda: Session(sleep=lambda _: None),
            )
            failed = [done.source for done in worker.collect(names) if done.exit != "done"]
            if failed:
                raise RuntimeError(f"collecting from the fakes failed: {', '.join(failed)}")


def _facts() -> list[data.SourceFacts]:
    return [build_facts(source) for source in load_all()]


# What is measured


def _charts() -> Iterator[tuple[str, Recipe]]:
    """Every chart as its page shows it at first, of the most downloaded model where it is of one;
    and the ways to split that have most to draw."""
    usual = recipes.from_query([(recipes.KEY, KEYS[0])]).selection
    found = data.search_models("/", 1, data.newest_build())
    usual = replace(usual, model=str(found["model_id"][0]) if len(found) else "")
    for key in KEYS:
        yield key, Recipe(key, usual)
    for cut in TOKEN_CUTS:
        chosen = replace(usual, token_cut=cut, step="day")
        yield f"token_share, {cut} by day", Recipe("token_share", chosen)


def _one_a_page(drawn: list[Recipe]) -> list[Recipe]:
    """Ten charts, as many pages as there are, each as its page shows it at first."""
    by_page = {deck.PAGE_OF.get(recipe.key, recipe.key): recipe for recipe in reversed(drawn)}
    rest = [recipe for recipe in drawn if recipe not in by_page.values()]
    return [*by_page.values(), *rest][:DECK]


def _deck_seconds(charts: list[Recipe], repeats: int) -> dict[str, float]:
    made = Deck(title="A deck", items=tuple(DeckItem(recipe) for recipe in charts))
    st.cache_resource.clear()
    anew = _milliseconds(lambda: deck.deck_bytes(made)) / 1000
    times = _repeated(lambda: deck.deck_bytes(made), repeats)
    return {"charts": len(charts), "seconds": statistics.median(times) / 1000, "anew": anew}


def _page() -> AppTest:
    return AppTest.from_file(APP, default_timeout=PATIENCE)


def _milliseconds(work: _Work) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def _repeated(work: _Work, repeats: int) -> list[float]:
    return [_milliseconds(work) for _ in range(repeats)]


@contextmanager
def _as_served() -> Iterator[None]:
    """Garbage of the imports is left alone, as the server does."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _components_are_looked_for_once() -> Iterator[None]:
    """A server does so once; AppTest looks through all installed packages at every run."""
    scan = manifest_scanner.scan_component_manifests
    manifest_scanner.scan_component_manifests = functools.cache(scan)
    try:
        yield
    finally:
        manifest_scanner.scan_component_manifests = scan
