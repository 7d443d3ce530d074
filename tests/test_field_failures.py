"""What went wrong in this field before: the usual way gives the wrong number, this one the right.

Each test has the usual way in a few lines (`naive`), shows that it fails on the case, and that what
is built here does not. The list is that of the project's examples ("Failures in this field").
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from collectors.day_acceptance import refusal
from data.daystore import DayStore
from data.errors import RefusedError
from data.hub import Hub
from data.paths import SEEDS_DIR
from data.periods import Reason
from data.repositories import repository_table
from tests.hub_days import Cleaned, Counters, clean
from tests.hub_recorded import MONTHS, MORE, recorded_home, rows
from tests.test_labels import ask, models

DAY = timedelta(days=1)
FIRST = date(2026, 1, 25)  # a Sunday
FEBRUARY = date(2026, 2, 1)
Days = dict[date, dict[int, Counters]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded_home(tmp_path_factory)


def steady(count: int = 60, length: int = 60, daily: int = 1_000) -> Days:
    """Every repository gains `daily` a day; half a month of traffic is in the counter before."""
    return {
        FIRST + n * DAY: dict.fromkeys(range(count), (30 * daily + n % 11, 90000 + n * daily))
        for n in range(length)
    }


def month(cleaned: Cleaned, first: date = FEBRUARY) -> int:
    found = cleaned.periods["month", first]
    assert found.known.all()
    return int(found.downloads.sum())


def naive_daily(days: Mapping[date, dict[int, Counters]]) -> dict[date, int]:
    """The usual way: differences of the sums of all-time counters; what is missing is 0."""
    sums = {day: sum(total or 0 for _, total in days[day].values()) for day in sorted(days)}
    return {day: sums[day] - sums[before] for before, day in pairwise(sums)}


RIGHT = 28 * 60 * 1_000


def test_steady_days_give_both_ways_the_same() -> None:
    days = steady()
    in_february = [n for day, n in naive_daily(days).items() if day.month == 2]
    assert sum(in_february) == month(clean(days)) == RIGHT


def test_a_missing_all_time_counter_is_not_zero() -> None:
    """It was summed as 0: a false day of 2.7 billion downloads."""
    days = steady()
    lost = date(2026, 2, 10)
    days[lost] = {key: (window, None) for key, (window, _) in days[lost].items()}
    naive = naive_daily(days)
    assert naive[lost] < -5_000_000
    assert naive[lost + DAY] > 5_000_000
    cleaned = clean(days)
    assert month(cleaned) == RIGHT
    assert all((one.downloads >= 0).all() for one in cleaned.periods.values())
    # Nor is the first day with a counter the day on which all of it was downloaded.
    late = steady()
    for day in sorted(late)[:20]:
        late[day] = {key: (window, None) for key, (window, _) in late[day].items()}
    assert max(naive_daily(late).values()) > 60 * 90_000
    cleaned = clean(late)
    assert not cleaned.periods["month", FEBRUARY].known.any()
    assert cleaned.periods["week", date(2026, 2, 16)].downloads.sum() == 7 * 60 * 1_000


def test_a_partial_snapshot_is_no_collapse() -> None:
    """26 percent of the rows were published as a collapse and a recovery."""
    days = steady()
    end = date(2026, 2, 28)
    days[end] = {key: days[end][key] for key in range(int(60 * 0.26))}
    naive = naive_daily(days)
    assert naive[end] < -3_000_000
    assert sum(n for day, n in naive.items() if day.month == 2) < 0 < RIGHT
    cleaned = clean(days)
    assert month(cleaned) == RIGHT
    assert cleaned.incidents() == [("partial_day", end, end, "hub")]
    assert (cleaned.periods["month", FEBRUARY].reason == Reason.INTERPOLATED).all()


def test_a_repeated_snapshot_is_no_day_without_downloads() -> None:
    """It was published as zero growth, and then as a spike."""
    days = steady()
    end = date(2026, 2, 28)
    days[end] = dict(days[end - DAY])
    naive = naive_daily(days)
    assert (naive[end], naive[end + DAY]) == (0, 2 * 60 * 1_000)
    assert sum(n for day, n in naive.items() if day.month == 2) == RIGHT - 60_000
    likes = {day: n for n, day in enumerate(days)}
    likes[end] = likes[end - DAY]
    cleaned = clean(days, likes=likes)
    assert month(cleaned) == RIGHT
    assert cleaned.incidents() == [("repeated_snapshot", end, end, "hub")]


def test_a_window_of_thirty_days_is_not_an_all_time_counter() -> None:
    """Both were mixed in one column called downloads."""
    days = steady()
    end = date(2026, 2, 28)
    for day in sorted(days):
        if day < date(2026, 2, 5) or day == end:
            days[day] = {key: (window, None) for key, (window, _) in days[day].items()}
    one_column = {
        day: {
            key: (None, window if total is None else total) for key, (window, total) in of.items()
        }
        for day, of in days.items()
    }
    naive = naive_daily(one_column)
    assert max(naive.values()) > 4_000_000
    assert min(naive.values()) < -4_000_000
    cleaned = clean(days)
    for one in cleaned.periods.values():
        per_day = one.downloads[one.known] / (one.last - one.first + DAY).days
        assert (per_day == 1_000).all()
    assert cleaned.periods["week", date(2026, 2, 23)].known.all()


def test_a_total_is_not_the_sum_of_what_fits_on_a_page(home: Path) -> None:
    """A tile summed only the 200 models on the page and showed 6 percent of the truth."""
    truth = sum(row["monthly"] for row in rows())
    as_listed = [row["monthly"] for row in rows()]
    naive = sum(as_listed[:200])
    assert naive < 0.5 * truth
    (found,) = ask(home, "SELECT sum(downloads_30d) AS total FROM hub__cohort_newest")
    assert int(found["total"]) == truth


def test_a_week_is_seven_days_whatever_was_read() -> None:
    """A "seven-day" growth spanned up to 15 days because snapshots were missing."""
    days = steady()
    for number in (*range(9, 15), *range(16, 18)):
        del days[FIRST + number * DAY]
    read = sorted(days)
    sums = {day: sum(total or 0 for _, total in days[day].values()) for day in read}
    naive = {day: sums[day] - sums[read[n - 7]] for n, day in enumerate(read) if n >= 7}
    assert max(naive.values()) == 15 * 60 * 1_000
    cleaned = clean(days)
    for one in cleaned.of("week"):
        if one.known.any():
            assert int(one.downloads.sum()) == 7 * 60 * 1_000, one.first
    week = cleaned.periods["week", date(2026, 2, 2)]
    assert (week.reason == Reason.INTERPOLATED).all()


def test_a_renamed_repository_downloads_nothing_by_that(tmp_path: Path) -> None:
    """Renames made an organisation jump by 145 million."""
    store = DayStore(tmp_path / "history", repository_table("hub_archive__models"))
    moved = {f"{number:024x}": f"old-lab/model-{number}" for number in range(40)}
    by_name: dict[date, dict[str, int]] = {}
    for number in range(9):
        day = FIRST + number * DAY
        if number == 4:
            moved = {hub_id: name.replace("old-lab", "new-lab") for hub_id, name in moved.items()}
        total = dict.fromkeys(moved, 3600000 + 1000 * number)
        by_name[day] = {moved[hub_id]: count for hub_id, count in total.items()}
        store.add(day, days_table(moved, total, number), {})
    naive = defaultdict(int)
    for before, day in pairwise(sorted(by_name)):
        for name, count in by_name[day].items():
            naive[name.partition("/")[0]] += count - by_name[before].get(name, 0)
    assert naive["new-lab"] > 144_000_000
    hub = Hub(tmp_path, store, "-testing/")
    hub.update()
    (week,) = hub.flows("week")
    assert (week.first, set(week.downloads.tolist())) == (date(2026, 1, 26), {7_000})
    assert {one.kind for one in hub.incidents()} == {"rename"}
    assert len(hub.incidents()) == 40


def days_table(names: Mapping[str, str], totals: Mapping[str, int], likes: int) -> pa.Table:
    blank = repository_table("x__y")
    columns: dict[str, list] = {name: [None] * len(names) for name in blank.types}
    columns["hub_id"] = list(names)
    columns["model_id"] = list(names.values())
    columns["downloads_30d"] = [30_000 + likes for _ in names]
    columns["downloads_all_time"] = [totals[hub_id] for hub_id in names]
    columns["likes"] = [likes for _ in names]
    return pa.table(columns)


def test_nested_families_are_counted_once(home: Path) -> None:
    """Each model added the downloads of all that descends from it, so nested ones came twice."""
    monthly = {row["id"]: row["monthly"] for row in rows()}
    children = defaultdict(list)
    for name, (declared, _) in MORE.items():
        for parent in declared.split():
            children[parent.partition(":")[2]].append(name)

    def family(name: str) -> int:
        return monthly[name] + sum(family(child) for child in children[name])

    found = models(home)
    llamas = [name for name in MORE if found[name]["root_family"] == "Llama"]
    naive = sum(family(name) for name in llamas if children[name])
    right = sum(monthly[name] for name in llamas)
    assert naive > 1.3 * right
    everything = sum(
        count for name, count in monthly.items() if found[name]["root_family"] == "Llama"
    )
    (row,) = ask(
        home,
        f"SELECT downloads FROM scope_months WHERE month = '{MONTHS[0]}' AND scope = 'lineage' "
        "AND family = 'Llama' AND NOT with_inferred",
    )
    assert row["downloads"] == everything


def test_models_of_a_ci_pipeline_are_marked_where_they_lead(home: Path) -> None:
    """Test models of a CI pipeline stood in the top ten as if people used them."""
    naive = [row["id"] for row in sorted(rows(), key=lambda row: -row["monthly"])][:10]
    ci = "trl-internal-testing/tiny-Qwen2ForCausalLM-2.5"
    assert ci in naive
    found = ask(home, "SELECT * FROM model_ranking WHERE NOT is_grouped ORDER BY position LIMIT 10")
    assert [row["model_id"] for row in found if row["is_test"]] == [ci]


def test_parameters_are_parameters(home: Path) -> None:
    """Parameter counts were labelled as gigabytes: 8 billion are not 8 GB, nor 16."""
    found = models(home)["Qwen/Qwen3-8B"]
    naive_gigabytes = found["total_params"] * 2 / 2**30
    assert not 7.9 < naive_gigabytes < 8.1
    assert found["total_params"] == 8_000_000_000
    assert found["size_class"] == "[5,10)"


def test_a_missing_size_is_not_small(home: Path) -> None:
    naive = Counter("small" if (row["params"] or 0) < 10**9 else "large" for row in rows())
    small = sum(row["params"] is not None and row["params"] < 10**9 for row in rows())
    assert naive["small"] > 3 * small
    (found,) = ask(
        home,
        "SELECT sum(models) AS models FROM hub__cohort_newest JOIN hub__cohorts USING (cohort) "
        "WHERE size_class = '[0,1)'",
    )
    assert int(found["models"]) == small


def test_an_empty_or_short_day_is_an_error_and_no_success(tmp_path: Path) -> None:
    """Valid but empty files were stored on 98 of 142 days, and each called a success."""
    store = DayStore(tmp_path / "history", repository_table("hub_archive__models"))
    names = {f"{number:024x}": f"lab/model-{number}" for number in range(50)}
    totals = dict.fromkeys(names, 1_000)
    store.add(FIRST, days_table(names, totals, 0), {}, refusal)
    for number, share in enumerate((0.0, 0.26, 0.89, 1.0), start=1):
        some = dict(list(names.items())[: int(50 * share)])
        table = days_table(some, totals, number)
        assert table.schema.names  # the naive check: a table with the right columns came
        if share == 1:
            store.add(FIRST + number * DAY, table, {}, refusal)
            continue
        with pytest.raises(RefusedError, match=r"^partial: "):
            store.add(FIRST + number * DAY, table, {}, refusal)
    assert store.days() == [FIRST, FIRST + 4 * DAY]


def test_a_fall_and_its_recovery_are_no_growth() -> None:
    """All-time counters fell twice, and recovered: as growth that is a loss and a record."""
    days = steady()
    for day in sorted(days):
        if date(2026, 2, 26) <= day < date(2026, 3, 4):
            days[day] = {
                key: (window, total - 50_000) for key, (window, total) in days[day].items()
            }
    naive = naive_daily(days)
    assert sum(n for day, n in naive.items() if day.month == 2) < 0
    cleaned = clean(days)
    assert month(cleaned) == RIGHT
    assert (cleaned.periods["month", FEBRUARY].reason == Reason.HELD).all()


# The 41 real series of all-time counters that are in the seeds.


def published() -> dict[date, dict[str, int]]:
    found: dict[date, dict[str, int]] = defaultdict(dict)
    with (SEEDS_DIR / "published_series.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if (row["source"], row["series"]) == ("open-model-evolution", "downloads_all_time"):
                found[date.fromisoformat(row["date"])][row["subject"]] = int(float(row["value"]))
    return dict(sorted(found.items()))


def real(days: Mapping[date, Mapping[str, int]]) -> tuple[Cleaned, list[str]]:
    """The series through the cleaning; the source has no 30-day counters and no likes."""
    names = sorted({name for of in days.values() for name in of})
    key = {name: number for number, name in enumerate(names)}
    counters = {day: {key[name]: (None, n) for name, n in of.items()} for day, of in days.items()}
    # A list of some models grows as it likes; who came later is not new, but nobody knows it.
    return clean(counters, likes=dict.fromkeys(counters, 0)), names


def sundays(cleaned: Cleaned) -> Iterable[tuple[date, np.ndarray]]:
    for one in cleaned.of("week"):
        yield one.last, one.downloads


def test_the_published_series_lose_nothing() -> None:
    days = published()
    assert len(days) == 20
    cleaned, names = real(days)
    assert len(names) == 41
    months = cleaned.of("month")
    assert len(months) >= 15
    assert all((one.downloads >= 0).all() for one in months)
    # Between the ends of two months on which the counters were read, the months add up.
    start, end = date(2025, 12, 31), date(2026, 7, 31)
    inside = [one for one in months if start < one.first <= end]
    assert len(inside) == 7
    total = sum(one.downloads for one in inside)
    for number, name in enumerate(names):
        assert total[number] == days[end][name] - days[start][name], name
    for one in inside:
        assert (one.reason == Reason.EXACT).all()
    # The others lie between days that were read weeks apart, and are said to.
    others = [one for one in months if one.first < start and one.known.any()]
    assert all((one.reason[one.downloads > 0] == Reason.INTERPOLATED).any() for one in others)


@pytest.mark.parametrize(
    ("frozen", "again"),
    [
        (date(2025, 5, 28), date(2025, 7, 2)),
        (date(2026, 5, 31), date(2026, 6, 10)),
    ],
)
def test_the_known_repeats_are_recognised_when_they_are_put_back_in(
    frozen: date, again: date
) -> None:
    """The values of one day once more under a later date: the source took them out itself."""
    days = published()
    clean_ones, names = real(days)
    cleaned, _ = real(dict(sorted({**days, again: days[frozen]}.items())))
    repeats = [one for one in cleaned.incidents() if one[0] == "repeated_snapshot"]
    assert repeats == [("repeated_snapshot", again, again, "hub")]
    for name, one in clean_ones.periods.items():
        assert (cleaned.periods[name].downloads == one.downloads).all(), name
    # The usual way: nothing was downloaded, and then it all came at once.
    later = min(day for day in days if day > again)
    naive = {name: days[later][name] - days[frozen][name] for name in names if name in days[frozen]}
    per_day = sum(naive.values()) / (later - again).days
    usual = sum(naive.values()) / (later - frozen).days
    assert per_day > 1.4 * usual
