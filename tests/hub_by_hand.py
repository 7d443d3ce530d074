"""A build whose tables of the whole Hub are filled by hand: a small Hub of known numbers.

No archive is read. Downloads grow by simple rules, so that pages look like pages: every family has
own repositories of all sizes and some generations, and derivatives of each relation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

import data
from data import schema, seeds, warehouse
from data.history import History

FIRST_MONTH = date(2024, 7, 1)
LAST_MONTH = date(2026, 10, 1)
NEWEST_DAY = date(2026, 11, 15)
SIZES = ("[0,1)", "[1,5)", "[5,10)", "[10,50)", "[50,100)", "[100,250)", "[250,inf)", "unknown")
# Share of each size class in a family's downloads in the first month, and in the last.
SIZE_SHARES = {
    "Qwen": (
        (0.30, 0.25, 0.25, 0.10, 0.04, 0.0, 0.0, 0.06),
        (0.18, 0.24, 0.20, 0.22, 0.06, 0.04, 0.03, 0.03),
    ),
}
PLAIN_SHARES = (0.05, 0.2, 0.4, 0.15, 0.1, 0.03, 0.02, 0.05)
# Relation -> downloads as a part of the family's own, and repositories at the beginning.
RELATIONS = {
    "finetune": (0.3, 900), "adapter": (0.1, 500), "quantized": (0.9, 700), "merge": (0.05, 80),
}  # fmt: skip
QUANTIZERS = ("unsloth", "bartowski", "lmstudio-community", "mradermacher", "TheBloke")
REST = 400e6  # downloads a month of repositories of no family


@dataclass(frozen=True)
class Family:
    """Own downloads in the first month, their growth a month, and from which month on (0 = the
    first) each generation exists."""

    name: str
    region: str
    start: float
    growth: float
    generations: Mapping[str, int]


FAMILIES = (
    Family("Qwen", "china", 20e6, 1.10, {"Qwen2": 0, "Qwen2.5": 2, "Qwen3": 9, "Qwen3.5": 19}),
    Family("Llama", "us", 45e6, 0.985, {"Llama-2": 0, "Llama-3": 0, "Llama-4": 9}),
    Family("DeepSeek", "china", 3e6, 1.06, {"DeepSeek-V2": 0, "DeepSeek-V3": 6}),
    Family("Mistral", "eu", 16e6, 0.99, {"Mistral-7B": 0, "Mistral-Small-3": 7}),
    Family("Gemma", "us", 9e6, 1.03, {"Gemma-2": 0, "Gemma-3": 8}),
    Family("gpt-oss", "us", 4e6, 1.05, {"gpt-oss": 13}),
    Family("Phi", "us", 6e6, 0.97, {"Phi-3": 0, "Phi-4": 6}),
)


@dataclass(frozen=True)
class Cohort:
    """Repositories with the same labels, and their downloads by month."""

    number: int
    labels: Mapping[str, Any]
    downloads: Mapping[date, float]


def shifted(month: date, by: int) -> date:
    place = month.year * 12 + month.month - 1 + by
    return date(place // 12, place % 12 + 1, 1)


def place_of(month: date) -> int:
    """How many months after the first one."""
    return (month.year - FIRST_MONTH.year) * 12 + month.month - FIRST_MONTH.month


def months(first: date = FIRST_MONTH) -> list[date]:
    return [shifted(first, n) for n in range(place_of(LAST_MONTH) - place_of(first) + 1)]


def build(home: Path, sources: Sequence[data.SourceFacts], *, first: date = FIRST_MONTH) -> Path:
    """A build of the seeds, of what `home` holds of other sources, and of the tables below."""
    builds = home / "builds"
    builds.mkdir(parents=True, exist_ok=True)
    built_at = datetime.now(UTC)
    name = f"adoption-{built_at.strftime(warehouse.STAMP_FORMAT)}"
    info = {"name": name, "built_at": built_at, "fingerprint": warehouse.fingerprint(home)}
    temporary = builds / f".{name}.tmp"
    with duckdb.connect(str(temporary)) as connection:
        warehouse.prepare(connection, sources, info)
        fill_others(connection, History(home / "history"))
        for table, rows in tables(connection, first).items():
            insert(connection, table, rows)
        warehouse.derive(connection)
        connection.execute("CHECKPOINT")
    path = builds / f"{name}.duckdb"
    temporary.replace(path)
    return path


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    connection.register("incoming", rows)
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")
    connection.unregister("incoming")


def fill_others(connection: duckdb.DuckDBPyConnection, history: History) -> None:
    """Seeds and collected history, as a build does."""
    seed_tables = seeds.load(data.SEEDS_DIR)
    for table in schema.table_names():
        if table.startswith("seed__"):
            insert(connection, table, seed_tables[table.removeprefix("seed__")])
        elif paths := [str(path) for path in history.partitions(table)]:
            connection.execute(
                f"INSERT INTO {table} BY NAME SELECT * FROM read_parquet(?, union_by_name = true)",
                [paths],
            )


def tables(connection: duckdb.DuckDBPyConnection, first: date) -> dict[str, pa.Table]:
    shown = months(first)
    cohorts = list(all_cohorts(shown))
    rows: dict[str, list[dict[str, Any]]] = {
        "hub__days": list(days(shown)),
        "hub__cohorts": [{"cohort": one.number, **one.labels} for one in cohorts],
        "hub__cohort_months": [row for one in cohorts for row in monthly(one)],
        "hub__cohort_weeks": [row for one in cohorts for row in weekly(one)],
        "hub__cohort_newest": [newest(one) for one in cohorts],
        "hub__cohort_births": [row for one in cohorts for row in births(one)],
        "hub__concentration": list(concentration(shown)),
        "hub__publisher_months": list(publisher_months(shown)),
        "hub__publishers": list(publishers()),
        "hub__models": list(models(connection)),
        "hub__incidents": list(incidents()),
        "hub__launch_models": list(launch_models()),
        "hub__launch_weeks": list(launch_weeks()),
    }
    return {
        name: pa.Table.from_pylist(found, schema=schema.arrow_schema(name))
        for name, found in rows.items()
    }


# Launches: name -> family, creation, parameters, downloads a day. Twelve of one size class.

LAUNCHES: Mapping[str, tuple[str, date, float, int]] = {
    "openai/gpt-oss-20b": ("gpt-oss", date(2025, 8, 4), 21e9, 300_000),
    "openai/gpt-oss-120b": ("gpt-oss", date(2025, 8, 4), 120e9, 150_000),
    "Qwen/Qwen3-14B": ("Qwen", date(2025, 4, 27), 14e9, 30_000),
    "Qwen/Qwen3-32B": ("Qwen", date(2025, 4, 27), 32e9, 50_000),
    "google/gemma-4-31B-it": ("Gemma", date(2026, 3, 11), 31e9, 70_000),
    **{
        f"Qwen/Qwen3.5-{20 + number}B": ("Qwen", date(2026, 2, 24), (20 + number) * 1e9, 9_000)
        for number in range(9)
    },
}


def launch_id(number: int) -> str:
    return f"{number:023x}c"


def launch_models() -> Iterator[dict[str, Any]]:
    for number, (name, (family, created, size, _)) in enumerate(LAUNCHES.items()):
        yield {
            "hub_id": launch_id(number), "model_id": name, "family": family,
            "created_on": created, "total_params": int(size),
        }  # fmt: skip


def launch_weeks() -> Iterator[dict[str, Any]]:
    """The same number each day, read on Sundays; gemma-4 was private until its release."""
    for number, (name, (_, created, _, daily)) in enumerate(LAUNCHES.items()):
        began = date(2026, 4, 2) if name.startswith("google/") else created
        end = began + timedelta(days=6 - began.weekday())
        while end <= NEWEST_DAY:
            yield {
                "hub_id": launch_id(number), "week_end": end,
                "downloads_all_time": daily * ((end - began).days + 1), "is_estimate": False,
            }  # fmt: skip
            end += timedelta(days=7)


# Cohorts


def all_cohorts(shown: Sequence[date]) -> Iterator[Cohort]:
    made = [*own(shown), *derived(shown), *rest(shown)]
    for number, (labels, downloads) in enumerate(made, start=1):
        licences = ("apache-2.0", "llama3.1", "gemma", "mit", "other", "unknown")
        cut = {
            "task": ("text-generation", "image-text-to-text", "feature-extraction")[number % 3],
            "licence": licences[number % 6],
            "library": ("transformers", "gguf", "mlx")[number % 3],
            "precision": ("full", "GGUF", "AWQ", "FP8")[number % 4],
        }
        yield Cohort(number, {**cut, **labels}, downloads)


Made = tuple[dict[str, Any], dict[date, float]]


def own(shown: Sequence[date]) -> Iterator[Made]:
    for family in FAMILIES:
        for position, size in enumerate(SIZES):
            for generation, since in family.generations.items():
                downloads = {
                    month: total(family, month) * size_share(family, position, month)
                    / alive(family, month) if place_of(month) >= since else 0.0
                    for month in shown
                }  # fmt: skip
                yield labelled(family, generation, size_class=size), downloads


def derived(shown: Sequence[date]) -> Iterator[Made]:
    """What is made of the families grows faster than the families do."""
    for family in FAMILIES:
        for position, (relation, (weight, _)) in enumerate(RELATIONS.items()):
            labels = labelled(
                family, next(iter(family.generations)), family=None, generation=None,
                relation=relation, region="unknown", size_class=SIZES[position + 1],
            )  # fmt: skip
            yield (
                labels,
                {month: total(family, month) * weight * 1.02 ** place_of(month) for month in shown},
            )


def rest(shown: Sequence[date]) -> Iterator[Made]:
    """One cohort that its name alone leads to Llama, and those of no family."""
    nothing = {"family": None, "generation": None, "root_family": None, "root_region": "unknown"}
    named = labelled(FAMILIES[1], "Llama-2", **nothing, region="unknown")
    yield named, dict.fromkeys(shown, 8e6)
    for region, weight in (("us", 0.5), ("china", 0.05), ("eu", 0.1), ("unknown", 0.35)):
        strange = labelled(
            FAMILIES[1], "Llama-2", **{**nothing, "root_region": region}, region=region,
            inferred_family=None, root_generation=None, size_class="[0,1)",
        )  # fmt: skip
        yield strange, {month: REST * weight * 1.01 ** place_of(month) for month in shown}


def labelled(family_: Family, generation_: str, **other: Any) -> dict[str, Any]:
    return {
        "family": family_.name, "generation": generation_, "root_family": family_.name,
        "inferred_family": family_.name, "root_generation": generation_, "relation": None,
        "region": family_.region, "root_region": family_.region, "size_class": "[5,10)",
        "is_test": False, **other,
    }  # fmt: skip


def total(family: Family, month: date) -> float:
    return family.start * family.growth ** place_of(month)


def size_share(family: Family, position: int, month: date) -> float:
    before, after = SIZE_SHARES.get(family.name, (PLAIN_SHARES, PLAIN_SHARES))
    done = place_of(month) / place_of(LAST_MONTH)
    return before[position] * (1 - done) + after[position] * done


def alive(family: Family, month: date) -> int:
    return max(sum(since <= place_of(month) for since in family.generations.values()), 1)


def monthly(one: Cohort) -> Iterator[dict[str, Any]]:
    """May 2025: counters fell. June 2025: days were not seen. June 2026: counters stood still."""
    models = 10 + one.number % 7
    for month, value in one.downloads.items():
        fell, gap = month == date(2025, 5, 1), month == date(2025, 6, 1)
        yield {
            "month": month, "cohort": one.number, "downloads": round(value),
            "raw_downloads": round(value * (-0.4 if fell else 2.1 if gap else 1)),
            "models": models, "models_without_value": one.number % 2,
            "models_interpolated": models if gap else 0,
            "models_stalled": 2 if month == date(2026, 6, 1) else 0,
            "models_held": 3 if fell else 0, "models_listed": listed(one, month),
            "downloads_30d": round(value), "downloads_all_time": round(value * 6),
        }  # fmt: skip


def listed(one: Cohort, month: date) -> int:
    """Repositories that exist at a month's end; more of the families that come first."""
    _, weight = RELATIONS.get(str(one.labels["relation"]), (0, 5))
    names = [family.name for family in FAMILIES]
    rank = names.index(one.labels["root_family"]) if one.labels["root_family"] else 6
    return weight * (place_of(month) + 3) * (8 - rank) // 4


def weekly(one: Cohort) -> Iterator[dict[str, Any]]:
    for row in monthly(one):
        month: date = row.pop("month")
        monday = month + timedelta(days=-month.weekday() % 7)
        while monday.month == month.month:
            wave = 1 + 0.04 * (monday.day % 5 - 2)
            yield {
                **row, "week": monday, "downloads": round(row["downloads"] / 4.35 * wave),
                "raw_downloads": round(row["raw_downloads"] / 4.35 * wave),
            }  # fmt: skip
            monday += timedelta(days=7)


def newest(one: Cohort) -> dict[str, Any]:
    last = max(one.downloads)
    count, value = listed(one, last) + 20, round(one.downloads[last])
    return {
        "date": NEWEST_DAY, "cohort": one.number, "models": count, "models_without_value": 0,
        "downloads_30d": value, "downloads_all_time": value * 6, "models_over_5": count // 3,
    }  # fmt: skip


def births(one: Cohort) -> Iterator[dict[str, Any]]:
    """Of October half is too young to be judged, and all of November, which is not over."""
    if one.labels["relation"] is None:
        return
    for month in [*one.downloads, date(2026, 11, 1)]:
        count = max(listed(one, month) // 12, 1)
        young = {date(2026, 10, 1): count // 2 + 1, date(2026, 11, 1): count}.get(month, 0)
        yield {
            "month": month, "cohort": one.number, "models": count, "models_judged": count - young,
            "models_over_5": (count - young) // 3, "models_young": young,
        }  # fmt: skip


# The whole Hub


def days(shown: Sequence[date]) -> Iterator[dict[str, Any]]:
    for week in range((NEWEST_DAY - shown[0]).days // 7 + 1):
        day = NEWEST_DAY - timedelta(days=7 * week)
        yield {
            "date": day, "source": "hub_archive", "is_complete": True,
            "repositories": 3_000_000 - 18_000 * week,
            "downloads_30d": 3 * 10**9 - 10**7 * week,
            "downloads_all_time": None if day < date(2025, 2, 27) else 10**11 - 10**8 * week,
            "likes": 10**7 - 10**4 * week, "is_used": week != 9,
        }  # fmt: skip


def concentration(shown: Sequence[date]) -> Iterator[dict[str, Any]]:
    for position, subset in enumerate(("hub", *(family.name for family in FAMILIES))):
        for month in shown:
            downloads = round((6e7 if position else 1.5e9) * 1.02 ** place_of(month))
            yield {
                "month": month, "subset": subset, "models": 9_000 if position else 2_000_000,
                "downloads": downloads,
                "top_10": downloads * (20 + 6 * position + place_of(month) % 5) // 100,
                "top_100": downloads * (45 + 5 * position + place_of(month) % 7) // 100,
                "top_1000": downloads * (70 + 3 * position + place_of(month) % 4) // 100,
                "hhi": 0.012 + position / 100, "gini": 0.97,
            }  # fmt: skip


def publisher_months(shown: Sequence[date]) -> Iterator[dict[str, Any]]:
    for month in shown:
        for position, name in enumerate(QUANTIZERS):
            for family, weight in (("Qwen", 3), ("Llama", 2), ("mixed", 1)):
                yield {
                    "month": month, "hf_org": name, "root_family": family, "relation": "quantized",
                    "models": 40, "downloads": (20 - 3 * position) * weight * 10**6,
                }  # fmt: skip
        yield {
            "month": month, "hf_org": "nvidia", "root_family": "Llama", "relation": "finetune",
            "models": 12, "downloads": 8 * 10**6,
        }  # fmt: skip


def publishers() -> Iterator[dict[str, Any]]:
    names = ("sentence-transformers", "openai-community", "google-bert", "BAAI", *QUANTIZERS)
    for position, name in enumerate(names):
        yield {
            "hf_org": name, "models": 120, "models_with_family": 0,
            "models_with_root": 100 - position, "models_with_size": 90,
            "downloads_30d": 10**8 // (position + 1),
            "downloads_30d_without_root": 9 * 10**7 // (position + 1),
            "downloads_30d_without_size": 10**6 * (position + 1),
            "region": "unknown" if position % 2 else "us",
        }  # fmt: skip


def incidents() -> Iterator[dict[str, Any]]:
    found = (
        ("stall", date(2026, 6, 2), date(2026, 6, 9), "hub", "whole Hub", None,
         "spread over the days", "99.8 % of the counters did not move in 7 days"),
        ("rollback", date(2025, 5, 12), date(2025, 5, 20), "publisher", "Qwen", 48,
         "held until it recovered", "all-time counters of 48 repositories fell by 31 %"),
        ("spike", date(2026, 2, 3), date(2026, 2, 4), "model", "someone/100%_Qwen3-lora", 1,
         "marked", "<b>24 times</b> the usual downloads on one day"),
        ("repeated_snapshot", date(2024, 9, 30), date(2024, 9, 30), "hub", "whole Hub", None,
         "not used", "every counter as seven days before"),
    )  # fmt: skip
    for kind, start, end, level, subject, count, action, evidence in found:
        yield {
            "source": "hub_archive", "kind": kind, "starts_on": start, "ends_on": end,
            "level": level, "subject": subject,
            "models": count, "downloads": None, "action": action, "evidence": evidence,
        }  # fmt: skip


# Repositories

PARENT = "Qwen/Qwen3-8B"
DERIVATIVES = {
    "Qwen/Qwen3-8B-AWQ": "quantized", "unsloth/Qwen3-8B-GGUF": "quantized",
    "bartowski/Qwen_Qwen3-8B-GGUF": "quantized",
    "deepseek-ai/DeepSeek-R1-0528-Qwen3-8B": "finetune", "someone/100%_Qwen3-lora": "adapter",
}  # fmt: skip
TEST_MODEL = "trl-internal-testing/tiny-Qwen"
OWNERS = {
    "Qwen": "Qwen", "meta-llama": "Llama", "deepseek-ai": "DeepSeek", "mistralai": "Mistral",
}  # fmt: skip


def models(connection: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    """What was collected of the tracked organisations, and what others made of one of them."""
    found = connection.execute(
        "SELECT hub_id, model_id, downloads_30d, downloads_all_time, likes, created_at::DATE "
        "FROM huggingface__models QUALIFY row_number() OVER "
        "(PARTITION BY hub_id ORDER BY run DESC) = 1 "
        "ORDER BY downloads_30d DESC NULLS LAST, model_id LIMIT 150"
    ).fetchall()
    names = {row[1] for row in found}
    born = date(2025, 5, 1)
    listing = [model(*row) for row in found if row[1] not in DERIVATIVES]
    if PARENT not in names:
        listing.append(model("0" * 24, PARENT, 9_000_000, 90_000_000, 900, born))
    for place, (name, relation) in enumerate(DERIVATIVES.items(), start=1):
        is_variant = relation == "quantized"
        listing.append({
            **model(f"{place:023x}d", name, 800_000 // place, 7_000_000 // place, 30, born),
            "root_family": "Qwen", "inferred_family": "Qwen", "root_id": PARENT,
            "relation": relation, "parents": [f"{relation}:{PARENT}"],
            "precision": name.rpartition("-")[2] if is_variant else "full",
            "variant_of": PARENT if is_variant else name,
        })  # fmt: skip
    tested = model("f" * 24, TEST_MODEL, 5_000_000, 6 * 10**7, 1, born)
    listing.append({**tested, "is_test": True})
    listing.sort(key=lambda row: (-(row["downloads_30d"] or 0), row["model_id"]))
    for position, row in enumerate(listing, start=1):
        yield {**row, "position": position}


def model(
    hub_id: str, name: str, recent: int | None, ever: int | None, likes: int | None, born: Any
) -> dict[str, Any]:
    family = OWNERS.get(name.partition("/")[0])
    return {
        "hub_id": hub_id, "model_id": name, "family": family, "generation": None,
        "root_family": family, "inferred_family": family, "root_id": name, "relation": None,
        "parents": [], "region": "unknown",
        "total_params": 8_190_735_360 if "8B" in name else None,
        "size_class": "[5,10)" if "8B" in name else "unknown", "task": "text-generation",
        "licence": "apache-2.0", "library": "transformers", "precision": "full",
        "variant_of": name, "is_test": False, "created_on": born, "first_seen_on": FIRST_MONTH,
        "downloads_30d": recent, "downloads_all_time": ever, "likes": likes,
    }  # fmt: skip
