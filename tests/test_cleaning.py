"""Cleaning against a known truth: what was planted is found; nothing is invented or lost."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks.archive import Archive, Fault, every_fault
from benchmarks.scoring import EXPECTED, Score, score
from data.cleaning import HOLD_DAYS, STALL_DAYS, Births, Cleaning, Incident, Reading
from data.periods import Edges, Reason
from tests.hub_days import Cleaned, clean, clean_archive, made_reading, truth_of

DAY = timedelta(days=1)
QWEN = ("Qwen/Qwen3-8B",)


def scores(archive: Archive, cleaned: Cleaned) -> dict[str, Score]:
    """Of all that the cleaning can see: who is called what is not for it to know."""
    faults = [fault for fault in archive.faults if fault.kind != "rename"]
    return score(cleaned.cleaning.found(), faults, archive.hub_ids.to_pylist())


def perfect(found: Mapping[str, Score]) -> bool:
    return all(one.precision == 1 and one.recall == 1 for one in found.values())


def wrong_unflagged(archive: Archive, cleaned: Cleaned) -> set[int]:
    """Rows whose value of some period is said to be exact, and is not."""
    rows: set[int] = set()
    for one in cleaned.periods.values():
        doubtless = one.known & (one.reason == Reason.EXACT)
        rows |= set(np.flatnonzero(doubtless & (one.downloads != truth_of(archive, one))).tolist())
    return rows


def lost_or_made_up(archive: Archive, cleaned: Cleaned) -> list[int]:
    """Rows whose weeks do not add up to what happened between the first edge and the last one."""
    weeks = cleaned.of("week")
    size = len(weeks[-1].downloads)
    total = sum(np.pad(one.downloads, (0, size - len(one.downloads))) for one in weeks)
    first = (weeks[0].first - archive.first_day).days - 1
    last = (weeks[-1].last - archive.first_day).days
    rows = np.arange(size)
    truth = archive.all_time(last, rows) - archive.all_time(first, rows)
    doubtless = np.ones(size, bool)
    for one in (weeks[0], weeks[-1]):
        doubtless &= np.pad(one.reason, (0, size - len(one.reason))) == Reason.EXACT
    began = np.pad(weeks[0].known, (0, size - len(weeks[0].known)), constant_values=True)
    found: list[int] = np.flatnonzero(doubtless & began & (total != truth)).tolist()
    return found


# All faults at once, and none.


@pytest.mark.parametrize(("models", "seed"), [(400, 0), (400, 3), (1000, 1)])
def test_every_planted_incident_is_found_and_no_other(models: int, seed: int) -> None:
    archive = Archive(models=models, days=90, seed=seed, faults=every_fault(90))
    cleaned = clean_archive(archive)
    found = scores(archive, cleaned)
    assert set(found) == set(EXPECTED.values()) - {"rename"}
    assert perfect(found), found
    assert wrong_unflagged(archive, cleaned) == set()
    assert lost_or_made_up(archive, cleaned) == []


@pytest.mark.parametrize(("models", "seed"), [(200, 0), (200, 1), (400, 2), (400, 3), (1500, 4)])
def test_nothing_is_invented_on_a_clean_archive(models: int, seed: int) -> None:
    archive = Archive(models=models, days=70, seed=seed)
    cleaned = clean_archive(archive)
    assert cleaned.cleaning.found() == []
    for one in cleaned.periods.values():
        # The first week began before the first day; new repositories begin at zero.
        assert one.known[archive.models :].all()
        assert not one.reason.any()
        assert (one.downloads == truth_of(archive, one))[one.known].all()
    assert lost_or_made_up(archive, cleaned) == []


# One fault at a random place.

# Of part of the Hub, what is quiet or new cannot be told from what was not hit.
PLACES = {
    "whole Hub stalls": lambda d, n: Fault("stall", d, n),
    "an account stalls": lambda d, n: Fault("stall", d, n, account="Qwen"),
    "half of the Hub stalls": lambda d, n: Fault("stall", d, n, share=0.5),
    "a few stall": lambda d, n: Fault("stall", d, n, share=0.04),
    "one stalls": lambda d, n: Fault("stall", d, n, models=QWEN),
    "all fall": lambda d, n: Fault("rollback", d, n, size=0.1),
    "an account falls": lambda d, n: Fault("rollback", d, n, account="google"),
    "one falls": lambda d, n: Fault("rollback", d, n, models=QWEN, size=0.3),
    "a third falls": lambda d, n: Fault("rollback", d, n, share=0.3),
    "rows are missing": lambda d, n: Fault("partial", d, min(n, 3)),
    "a few rows are missing": lambda d, n: Fault("partial", d, share=0.85),
    "days are repeated": lambda d, n: Fault("repeated", d, min(n, 3)),
    "days are missing": lambda d, n: Fault("missing", d, n),
    "the window is frozen": lambda d, n: Fault("frozen_window", d, n),
    "a spike": lambda d, n: Fault("spike", d, models=("meta-llama/Llama-3.1-8B-Instruct",)),
    "uniform growth": lambda d, n: Fault("uniform", d, n, account="unsloth", size=4321),
    "software tests": lambda d, n: Fault("ci_model", d),
    "gone for some days": lambda d, n: Fault("deleted", d, n, models=QWEN),
    "gone for ever": lambda d, n: Fault("deleted", d, models=QWEN),
    "no all-time counter": lambda d, n: Fault("null_all_time", d, n),
    "no column": lambda d, n: Fault("no_columns", d, n),
}


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_fault_at_any_place_is_found_and_loses_nothing(name: str, seed: int) -> None:
    draw = random.Random(f"{name} {seed}")
    fault = PLACES[name](draw.randint(5, 45), draw.randint(1, 7))
    archive = Archive(models=250, days=60, seed=seed, faults=[fault])
    cleaned = clean_archive(archive)
    found = scores(archive, cleaned)
    assert set(found) == ({EXPECTED[fault.kind]} if fault.kind in EXPECTED else set())
    assert perfect(found), (fault, cleaned.incidents())
    assert lost_or_made_up(archive, cleaned) == []
    window = archive.window(fault.day)
    hit = archive.faults[0].rows
    quiet_or_new = {
        row
        for row in wrong_unflagged(archive, cleaned)
        if fault.share is not None
        and hit is not None
        and row in hit
        and (window[row] < 20 * 30 or row >= archive.models)
    }
    assert wrong_unflagged(archive, cleaned) == quiet_or_new, fault


@pytest.mark.parametrize("days", [3, 8])
def test_a_stall_over_the_end_of_a_month_is_spread_and_said(days: int) -> None:
    first = date(2026, 5, 30)
    archive = Archive(models=250, days=65, first_day=first, faults=[Fault("stall", 30, days)])
    cleaned = clean_archive(archive)
    assert cleaned.incidents() == [("stall", date(2026, 6, 29), first + (29 + days) * DAY, "hub")]
    june, july = (cleaned.periods["month", date(2026, number, 1)] for number in (6, 7))
    rows = np.flatnonzero(archive.daily(30)[: len(june.downloads)] > 50)
    for one in (june, july):
        assert (one.reason[rows] == Reason.INTERPOLATED).all()
        assert one.is_final
    # June ended on the straight line through the stall, and July went on from there.
    before, after = archive.all_time(29), archive.all_time(30 + days)
    ended = before + (after - before) * 2 // (days + 1)
    assert (june.downloads[rows] == (ended - archive.all_time(1))[rows]).all()
    assert (july.downloads[rows] == (archive.all_time(62) - ended)[rows]).all()


def test_a_stall_of_one_account_over_a_boundary_is_flagged_as_stalled_until_it_moves() -> None:
    archive = Archive(models=250, days=40, faults=[Fault("stall", 27, 6, account="Qwen")])
    rows = archive.faults[0].rows
    assert rows is not None
    cleaned = clean_archive(archive, range(31))
    loud = [row for row in rows.tolist() if archive.window(20)[row] > 20_000]
    week = cleaned.periods["week", date(2026, 6, 22)]
    assert not week.is_final
    assert (week.reason[loud] == Reason.STALLED).all()
    before, after = archive.all_time(26)[loud], archive.all_time(33)[loud]
    assert (week.downloads[loud] == before - archive.all_time(20)[loud]).all()
    # Then it catches up, and each day gets its part.
    clean_archive(archive, range(31, 40), into=cleaned)
    week = cleaned.periods["week", date(2026, 6, 22)]
    assert (week.reason[loud] == Reason.STALLED).all()
    spread = before + (after - before) * 1 // 7
    assert (week.downloads[loud] == spread - archive.all_time(20)[loud]).all()


@pytest.mark.parametrize(("day", "days"), [(33, 4), (26, 9), (58, 20)])
def test_a_rollback_that_recovers_costs_no_month_anything(day: int, days: int) -> None:
    archive = Archive(models=250, days=95, faults=[Fault("rollback", day, days, size=0.2)])
    cleaned = clean_archive(archive)
    assert [one[:3] for one in cleaned.incidents()] == [
        ("rollback", archive.date_of(day), archive.date_of(day + days - 1))
    ]
    for one in cleaned.periods.values():
        assert (one.downloads[one.known] >= 0).all()
        over = [d for d in (one.first - DAY, one.last) if (d - archive.date_of(day)).days >= 0]
        held = any((d - archive.date_of(day)).days < days for d in over)
        fell = archive.all_time(day - 1)[: len(one.reason)] > 2_000
        assert ((one.reason[fell] == Reason.HELD).any()) == held, one.first
    assert lost_or_made_up(archive, cleaned) == []
    assert wrong_unflagged(archive, cleaned) == set()


def test_a_rollback_that_never_recovers_is_accepted_as_a_restatement() -> None:
    archive = Archive(models=250, days=92, faults=[Fault("rollback", 30, 500, size=0.5)])
    cleaned = clean_archive(archive)
    kinds = {one[0] for one in cleaned.incidents()}
    assert kinds == {"rollback", "restatement"}
    hub_wide = next(one for one in cleaned.cleaning.found() if one.kind == "restatement")
    assert hub_wide.starts_on == archive.date_of(30 + HOLD_DAYS + 1).toordinal()
    fell_by = archive.all_time(29) * 500 // 1000
    # From then on the counters count: no month after it has a hole, none before it was changed.
    august = cleaned.periods["week", date(2026, 8, 17)]
    # One that grew by more than it lost has recovered, for all that its counter says.
    grew = archive.all_time(30 + HOLD_DAYS + 1) - archive.all_time(30)
    lasting = (fell_by > 1_000_000) & (fell_by > grew)
    rows = np.flatnonzero(lasting[: len(august.downloads)])
    assert len(rows) > 20
    truth = truth_of(archive, august)
    assert (august.downloads[rows] == truth[rows]).all()
    assert (august.reason[rows] == Reason.EXACT).all()
    weeks = [one for one in cleaned.of("week") if one.last >= date(2026, 6, 14)]
    for one in weeks:
        assert (one.downloads[one.known] >= 0).all()
    # The fall itself counts in no month; what came after it does, up to the day of the fall.
    total = sum(np.pad(one.downloads, (0, 300))[rows] for one in weeks)
    last = (weeks[-1].last - archive.first_day).days
    happened = archive.all_time(last)[rows] - archive.all_time(6)[rows]
    assert ((happened - total) == archive.daily(30)[rows]).all()


# Days by hand: forty repositories with 100 downloads a day, two months.

USUAL = 100


def steady(days: int, first: date = date(2026, 1, 20), size: int = 40) -> dict[date, dict]:
    """Each repository gains 100 and its number a day."""
    return {
        first + n * DAY: {
            key: (30 * (USUAL + key) + n % 11, 10_000 + n * (USUAL + key)) for key in range(size)
        }
        for n in range(days)
    }


def month(cleaned: Cleaned, number: int = 2) -> list[int]:
    found = cleaned.periods["month", date(2026, number, 1)]
    assert found.known.all()
    downloads: list[int] = found.downloads.tolist()
    return downloads


EXACTLY = [28 * (USUAL + key) for key in range(40)]


def test_steady_days_are_exact() -> None:
    cleaned = clean(steady(60))
    assert month(cleaned) == EXACTLY
    assert cleaned.incidents() == []


@pytest.mark.parametrize("still_days", [1, STALL_DAYS - 1, STALL_DAYS + 4, 40])
def test_a_stall_of_the_whole_hub_is_spread_unless_it_never_ends(still_days: int) -> None:
    days = steady(90)
    order = sorted(days)
    start = order.index(date(2026, 1, 28))
    for n in range(start, start + still_days):
        days[order[n]] = dict(days[order[start - 1]])
    likes = {day: n for n, day in enumerate(order)}
    cleaned = clean(days, likes=likes)
    if still_days < 2 * STALL_DAYS:
        # Every day gets its part again: the truth was a straight line.
        assert month(cleaned) == EXACTLY
    else:
        # By then the downloads have really ended, as far as anyone can tell.
        assert sum(month(cleaned)) < sum(EXACTLY)
    weeks = [one for one in cleaned.of("week") if one.known.all()]
    assert sum(sum(one.downloads) for one in weeks) == sum(
        (weeks[-1].last - weeks[0].first).days * (USUAL + key) + USUAL + key for key in range(40)
    )


def test_days_that_should_have_been_refused_are_left_out() -> None:
    days = steady(60)
    days[date(2026, 1, 31)] = {key: days[date(2026, 1, 31)][key] for key in range(20)}
    days[date(2026, 2, 28)] = days[date(2026, 2, 27)]
    likes = {day: n for n, day in enumerate(days)}
    likes[date(2026, 2, 28)] = likes[date(2026, 2, 27)]
    cleaned = clean(days, likes=likes)
    assert cleaned.incidents() == [
        ("partial_day", date(2026, 1, 31), date(2026, 1, 31), "hub"),
        ("repeated_snapshot", date(2026, 2, 28), date(2026, 2, 28), "hub"),
    ]
    assert month(cleaned) == EXACTLY
    found = cleaned.periods["month", date(2026, 2, 1)]
    assert set(found.reason.tolist()) == {Reason.INTERPOLATED}


@pytest.mark.parametrize(("members", "level"), [(4, None), (6, "publisher"), (20, "hub")])
def test_a_stall_of_an_account_is_told_by_how_much_it_has(members: int, level: str | None) -> None:
    """Fewer than five are not enough to tell it from a lull; a third of the Hub is the Hub's."""
    days = steady(60, size=60)
    order = sorted(days)
    start = order.index(date(2026, 1, 30))
    for day in order[start : start + 4]:
        for key in range(members):
            days[day][key] = (days[day][key][0], days[order[start - 1]][key][1])
    owners = {key: 1 if key < members else 100 + key for key in range(60)}
    cleaned = clean(days, owners=owners)
    stall = ("stall", date(2026, 1, 30), date(2026, 2, 2), level)
    assert cleaned.incidents() == ([stall] if level else [])
    found = cleaned.periods["month", date(2026, 2, 1)]
    still = found.reason[:members].tolist()
    assert still == [Reason.STALLED if level else Reason.EXACT] * members
    assert not found.reason[members:].any()
    # Spread evenly, February has its own; believed, it has January's last days as well.
    extra = 0 if level else 2
    expected = [(28 + extra) * (USUAL + key) for key in range(members)]
    assert found.downloads[:members].tolist() == expected


def test_the_same_counters_with_new_likes_are_a_stall_and_not_a_repeat() -> None:
    days = steady(60)
    days[date(2026, 2, 10)] = dict(days[date(2026, 2, 9)])
    cleaned = clean(days)
    assert cleaned.incidents() == [("stall", date(2026, 2, 10), date(2026, 2, 10), "hub")]


@pytest.mark.parametrize("every", [7, 10, 30])
def test_days_seen_now_and_then_have_interpolated_boundaries(every: int) -> None:
    days = {day: rows for n, (day, rows) in enumerate(steady(121).items()) if n % every == 0}
    cleaned = clean(days)
    assert cleaned.incidents() == []
    found = cleaned.periods["month", date(2026, 3, 1)]
    assert found.downloads.tolist() == [31 * (USUAL + key) for key in range(40)]
    assert set(found.reason.tolist()) == {Reason.INTERPOLATED}
    assert found.is_final


def test_a_gap_is_reported_against_what_is_usual() -> None:
    days = steady(60)
    for n in range(12, 30):
        del days[date(2026, 1, 20) + n * DAY]
    assert clean(days).incidents() == [("missing_days", date(2026, 2, 1), date(2026, 2, 18), "hub")]
    weekly = {day: rows for n, (day, rows) in enumerate(steady(120).items()) if n % 7 == 0}
    gone = sorted(weekly)[8]
    del weekly[gone]
    assert clean(weekly).incidents() == [("missing_days", gone - 6 * DAY, gone + 6 * DAY, "hub")]


def test_days_without_all_time_counters_are_no_incident_and_no_zero() -> None:
    days = steady(60)
    first = date(2026, 1, 20)
    for day, rows in days.items():
        if day < date(2026, 1, 25) or day == date(2026, 2, 28):
            days[day] = {key: (window, None) for key, (window, _) in rows.items()}
    cleaned = clean(days)
    assert cleaned.incidents() == []
    assert month(cleaned) == EXACTLY
    # Nobody knows what was downloaded before.
    assert ("week", first) not in cleaned.periods
    week = cleaned.periods["week", date(2026, 1, 26)]
    assert week.known.all()
    assert not any(one.known.any() for one in cleaned.of("week") if one.first < date(2026, 1, 26))


def test_what_came_before_the_first_counters_did_not_begin_at_zero() -> None:
    """An old repository is listed again while no day has all-time counters: no one knows it."""
    days = steady(60)
    for day in sorted(days):
        if day >= date(2026, 1, 27):
            days[day][50] = (3_000, 10**6 + 100 * (day - date(2026, 1, 27)).days)
        if day < date(2026, 1, 29):
            days[day] = {key: (window, None) for key, (window, _) in days[day].items()}
    cleaned = clean(days)
    assert not cleaned.periods["week", date(2026, 1, 26)].known.any()
    assert cleaned.periods["week", date(2026, 2, 2)].downloads[50] == 700


def test_a_single_unknown_counter_waits_and_is_spread() -> None:
    days = steady(60)
    for day in (date(2026, 1, 31), date(2026, 2, 1)):
        days[day][3] = (days[day][3][0], None)
    cleaned = clean(days)
    assert month(cleaned) == EXACTLY
    found = cleaned.periods["month", date(2026, 2, 1)]
    assert found.reason.tolist() == [Reason.STALLED if key == 3 else 0 for key in range(40)]


def test_a_repository_that_is_gone_keeps_what_it_had_and_goes_on_when_it_returns() -> None:
    days = steady(60)
    for day in sorted(days):
        if date(2026, 2, 5) <= day:
            del days[day][5]
        if date(2026, 2, 5) <= day < date(2026, 2, 20):
            del days[day][6]
    cleaned = clean(days)
    assert cleaned.incidents() == []
    assert month(cleaned)[4:8] == [28 * 104, 4 * 105, 28 * 106, 28 * 107]


def test_a_new_repository_begins_at_zero_when_it_was_created() -> None:
    days = steady(60)
    for gap in (29, 30, 31):
        del days[date(2026, 1, gap)]
    del days[date(2026, 2, 1)]
    created = {40: date(2026, 1, 30), 41: date(2026, 2, 10), 42: date(2020, 1, 1)}
    for day in sorted(days):
        for key, seen_on, on_day in (
            (40, date(2026, 2, 2), lambda n: 700 * (n + 1)),
            (41, date(2026, 2, 10), lambda n: 50 * (n + 1)),
            (42, date(2026, 2, 10), lambda n: 90_000 + 10 * (n + 1)),
        ):
            if day >= seen_on:
                days[day][key] = (0, on_day((day - max(created[key], seen_on - 6 * DAY)).days))
    cleaned = clean(days, created)
    found = cleaned.periods["month", date(2026, 2, 1)]
    # Of 42 nobody knows why it came late: it was not there, so all its downloads are of that day.
    january = 700 * 4 * 2 // 4
    february = [700 * 30 - january, 50 * 19, 90_000 + 10 * 25]
    assert found.downloads[40:].tolist() == february
    assert found.reason[40:].tolist() == [Reason.INTERPOLATED, 0, 0]


def test_days_come_in_order() -> None:
    cleaned = clean(steady(3))
    with pytest.raises(ValueError, match="expected a day after"):
        cleaned.see(*made_reading({}, date(2026, 1, 20), set(), {}))


def test_a_stall_that_is_followed_by_a_fall_is_spread_from_its_beginning() -> None:
    """One repository stands still over the end of the month, falls, and recovers."""
    days = steady(60)
    order = sorted(days)
    for n, day in enumerate(order):
        shown = {10: 9, 11: 9, 12: 9, 13: 4, 14: 4}.get(n, n)
        days[day] = {**days[day], 50: (30 * 5_000, 5_000 * shown + 10**6)}
    cleaned = clean(days)
    found = cleaned.periods["month", date(2026, 2, 1)]
    assert found.downloads[50] == 28 * 5_000
    assert found.reason[50] == Reason.HELD


# The state.


def test_a_restored_state_goes_on_as_if_nothing_had_been() -> None:
    archive = Archive(models=200, days=70, seed=3, faults=[
        Fault("stall", 12, 3, account="Qwen"), Fault("rollback", 25, 45, share=0.2, size=0.2),
        Fault("rollback", 31, 3), Fault("uniform", 50, 4, account="unsloth", size=900),
        Fault("spike", 40, models=("meta-llama/Llama-3.1-8B-Instruct",)),
    ])  # fmt: skip
    straight = clean_archive(archive)
    broken = Cleaned()
    for day in range(archive.days):
        clean_archive(archive, [day], into=broken)
        old = broken.cleaning
        arrays = {name: array.copy() for name, array in old.arrays().items()}
        edges = Edges.restored(old.edges.notes(), [edge.arrays() for edge in old.edges.open])
        broken.cleaning = Cleaning.restored(edges, arrays, old.notes())
    assert broken.cleaning.found() == straight.cleaning.found()
    assert set(broken.periods) == set(straight.periods)
    for name, one in straight.periods.items():
        for part in ("downloads", "known", "reason"):
            assert np.array_equal(getattr(broken.periods[name], part), getattr(one, part))


def test_a_frame_and_changes_say_the_same() -> None:
    archive = Archive(models=120, days=40, seed=5, faults=[Fault("deleted", 9, 4, models=QWEN)])
    frames = clean_archive(archive)
    changes = Cleaned()
    before: dict[int, tuple] = {}
    for day in range(archive.days):
        source = Cleaned(cleaning=_Recorder())  # type: ignore[arg-type]
        source.seen = changes.seen
        clean_archive(archive, [day], into=source)
        reading, births = source.cleaning.last  # type: ignore[attr-defined]
        now = dict(
            zip(
                reading.keys.tolist(),
                zip(reading.downloads_30d, reading.downloads_all_time, strict=True),
                strict=True,
            )
        )
        keys = sorted(k for k in now.keys() | before.keys() if now.get(k) != before.get(k))
        gone = np.array([key not in now for key in keys], bool)
        counters = np.array([now.get(key, (-1, -1)) for key in keys], np.int64).reshape(-1, 2)
        changes.see(
            Reading(reading.day, np.array(keys, np.int32), gone, counters[:, 0], counters[:, 1],
                    is_frame=False, likes=reading.likes),
            births,
        )  # fmt: skip
        before = now
    assert changes.cleaning.found() == frames.cleaning.found()
    for name, one in frames.periods.items():
        assert np.array_equal(changes.periods[name].downloads, one.downloads)
        assert np.array_equal(changes.periods[name].reason, one.reason)


class _Recorder:
    """Keeps what a cleaning would have been shown."""

    def see(self, reading: Reading, births: Births) -> None:
        self.last = reading, births
        self.edges = Edges()


# The score itself.


def test_scores_tell_missed_and_invented_apart() -> None:
    archive = Archive(models=60, days=40, faults=[
        Fault("stall", 5, 2, models=(3,)), Fault("stall", 9, 2), Fault("deleted", 12, models=(7,)),
    ])  # fmt: skip
    ids = archive.hub_ids.to_pylist()

    def told(kind: str, day: int, days: int, key: int | None) -> Incident:
        start = archive.date_of(day).toordinal()
        level = "hub" if key is None else "model"
        return Incident(kind, start, start + days - 1, level, key, 1, None, "", "")

    right = [told("stall", 5, 2, 3), told("stall", 9, 2, None)]
    assert score(right, archive.faults, ids) == {"stall": Score(2, 2, 2, 2)}
    for wrong in (told("stall", 5, 2, 4), told("stall", 5, 3, 3), told("stall", 9, 2, 3)):
        assert score([*right, wrong], archive.faults, ids) == {"stall": Score(2, 2, 3, 2)}
        assert score([wrong], archive.faults, ids)["stall"].recall == 0
    gone = score([told("spike", 12, 1, 7)], archive.faults, ids)
    assert (gone["spike"].precision, gone["spike"].recall) == (0, None)
    assert (gone["stall"].precision, gone["stall"].recall) == (None, 0)
