"""Rows of the tables that hold the whole Hub (hub__*), at random but the same each time."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from data.schema import arrow_schema

Row = dict[str, Any]

FAMILIES = ("DeepSeek", "Llama", "Qwen")
RELATIONS = ("finetune", "adapter", "quantized", "merge", "unknown")
SIZES = ("[0,1)", "[1,5)", "[5,10)", "[10,50)", "unknown")
MONTHS = tuple(date(2026, month, 1) for month in range(1, 6))
WEEKS = tuple(date(2026, 1, 5) + timedelta(weeks=week) for week in range(12))
NEWEST = date(2026, 6, 10)


def tables(seed: int = 0, cohorts: int = 60) -> dict[str, list[Row]]:
    """Rows by table: own repositories, derivatives of any kind, mixed ones and strangers."""
    draw = random.Random(seed)
    labels = [_cohort(draw, number) for number in range(1, cohorts + 1)]
    return {
        "hub__cohorts": labels,
        "hub__cohort_months": [_month(draw, m, row) for m in MONTHS for row in labels],
        "hub__cohort_weeks": [_week(draw, w, row) for w in WEEKS for row in labels],
        "hub__cohort_newest": [_newest(draw, row) for row in labels],
        "hub__cohort_births": [_births(draw, m, row) for m in MONTHS for row in labels],
        "hub__concentration": [_concentration(m, s) for m in MONTHS for s in ("hub", *FAMILIES)],
        "hub__publisher_months": [_publisher(draw, m, r) for m in MONTHS for r in RELATIONS],
        "hub__publishers": [_account(draw, number) for number in range(5)],
        "hub__models": [_model(draw, number) for number in range(20)],
        "hub__launch_models": [_launch(draw, number) for number in range(30)],
        "hub__launch_weeks": [_launch_week(draw, number, w) for number in range(30) for w in WEEKS],
        "hub__days": [_day(draw, NEWEST - timedelta(days=back)) for back in range(5)],
        "hub__incidents": [_incident()],
    }


def fill(connection: duckdb.DuckDBPyConnection, rows: dict[str, list[Row]]) -> None:
    """Insert rows into tables that are there."""
    for table, of_table in rows.items():
        given = pa.Table.from_pylist(of_table, schema=arrow_schema(table))
        connection.register("incoming", given)
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming").fetchall()
        connection.unregister("incoming")


def _cohort(draw: random.Random, number: int) -> Row:
    root = draw.choice((*FAMILIES, *FAMILIES, "mixed", None))
    is_root = root in FAMILIES and draw.random() < 0.3
    family = root if is_root else draw.choice((None, None, None, *FAMILIES))
    if root is None and family is not None:
        root = family
    relation = None if root in (family, None) else draw.choice(RELATIONS)
    return {
        "cohort": number,
        "family": family,
        "generation": draw.choice((None, f"{family} 1", f"{family} 2")) if family else None,
        "root_family": root,
        "inferred_family": root or draw.choice((None, *FAMILIES)),
        "root_generation": draw.choice((None, f"{root} 1")) if root in FAMILIES else None,
        "relation": relation,
        "region": draw.choice(("us", "china", "unknown")),
        "root_region": draw.choice(("us", "china", "unknown")),
        "size_class": draw.choice(SIZES),
        "task": f"task-{draw.randrange(20)}",
        "licence": draw.choice(("apache-2.0", "other", "unknown", "strange")),
        "library": draw.choice(("transformers", "unknown")),
        "precision": draw.choice(("full", "GGUF", "FP8")),
        "is_test": False,
    }


def _value(draw: random.Random) -> int | None:
    return None if draw.random() < 0.1 else draw.choice((0, draw.randrange(10_000)))


def _month(draw: random.Random, month: date, cohort: Row) -> Row:
    value = _value(draw)
    return {
        "month": month,
        "cohort": cohort["cohort"],
        "downloads": value,
        "raw_downloads": value,
        "models": 0 if value is None else draw.randrange(1, 9),
        "models_without_value": draw.randrange(1, 3) if value is None else draw.randrange(3),
        "models_interpolated": 0,
        "models_stalled": int(draw.random() < 0.05),
        "models_held": int(draw.random() < 0.05),
        "models_listed": draw.randrange(9),
    }


def _week(draw: random.Random, week: date, cohort: Row) -> Row:
    value = draw.randrange(1, 1000)
    return {
        "week": week,
        "cohort": cohort["cohort"],
        "downloads": value,
        "raw_downloads": value,
        "models": 3,
        "models_interpolated": int(draw.random() < 0.05),
        "models_stalled": 0,
        "models_held": 0,
    }


def _newest(draw: random.Random, cohort: Row) -> Row:
    models = draw.randrange(1, 9)
    return {
        "date": NEWEST,
        "cohort": cohort["cohort"],
        "models": models,
        "models_without_value": 0,
        "downloads_30d": draw.randrange(1000),
        "downloads_all_time": draw.randrange(1000, 9000),
        "models_over_5": draw.randrange(models + 1),
    }


def _births(draw: random.Random, month: date, cohort: Row) -> Row:
    judged = draw.randrange(5)
    return {
        "month": month,
        "cohort": cohort["cohort"],
        "models": judged + 2,
        "models_judged": judged,
        "models_over_5": draw.randrange(judged + 1),
        "models_young": 2 if month == MONTHS[-1] else 0,
    }


def _concentration(month: date, subset: str) -> Row:
    sums = {"models": 100, "downloads": 1000, "top_10": 500, "top_100": 1000, "top_1000": 1000}
    return {"month": month, "subset": subset, **sums, "hhi": 0.05, "gini": 0.9}


def _publisher(draw: random.Random, month: date, relation: str) -> Row:
    return {
        "month": month,
        "hf_org": draw.choice(("unsloth", "bartowski")),
        "root_family": draw.choice(("mixed", *FAMILIES)),
        "relation": relation,
        "downloads": draw.randrange(100),
        "models": 2,
    }


def _account(draw: random.Random, number: int) -> Row:
    return {
        "hf_org": f"account-{number}",
        "models": 9,
        "models_with_family": 0,
        "models_with_root": 3,
        "models_with_size": 4,
        "downloads_30d": draw.randrange(500, 900),
        "downloads_30d_without_root": draw.randrange(1, 500),
        "downloads_30d_without_size": draw.randrange(1, 500),
        "region": draw.choice(("us", "unknown")),
    }


def _model(draw: random.Random, number: int) -> Row:
    name = f"account-{number % 5}/model-{number}"
    return {
        "hub_id": f"{number:024x}",
        "model_id": name,
        "position": number + 1,
        "region": "unknown",
        "size_class": draw.choice(SIZES),
        "task": "unknown",
        "licence": "unknown",
        "library": "unknown",
        "precision": draw.choice(("full", "GGUF")),
        "variant_of": draw.choice((name, "account-0/model-0")),
        "is_test": False,
        "first_seen_on": MONTHS[0],
        "downloads_30d": _value(draw),
    }


def _launch(draw: random.Random, number: int) -> Row:
    return {
        "hub_id": f"{number:024x}",
        "model_id": f"account-{number % 5}/model-{number}",
        "family": draw.choice(FAMILIES),
        "created_on": WEEKS[0] - timedelta(days=draw.randrange(7)),
        "total_params": draw.choice((None, 8_000_000_000, 8_000_000_000, 30_000_000_000)),
    }


def _launch_week(draw: random.Random, number: int, week: date) -> Row:
    weeks = (week - WEEKS[0]).days // 7 + 1
    return {
        "hub_id": f"{number:024x}",
        "week_end": week + timedelta(days=6),
        "downloads_all_time": weeks * (number + 1) * 5_000,
        "is_estimate": draw.random() < 0.1,
    }


def _day(draw: random.Random, day: date) -> Row:
    return {
        "date": day,
        "source": "hub_archive",
        "is_complete": True,
        "repositories": 100,
        "downloads_30d": draw.randrange(1000),
        "downloads_all_time": 10_000,
        "likes": 5,
        "is_used": True,
    }


def _incident() -> Row:
    return {
        "source": "hub_archive",
        "kind": "rollback",
        "starts_on": MONTHS[1],
        "ends_on": MONTHS[1],
        "level": "hub",
        "subject": "whole Hub",
        "action": "held",
        "evidence": "the sum of all counters fell by 3 %",
    }
