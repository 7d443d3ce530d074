"""OpenRouter's rankings: whole days, exact totals, days that come late or are restated."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from collectors import openrouter
from collectors.errors import WrongAnswerError
from collectors.records import SourceResult
from collectors.source import Parsed, Tracked
from data.snapshots import SnapshotStore
from tests.fakes.openrouter import OpenRouter, tokens_of
from tests.recorded import FIXTURES
from tests.source_lab import SourceLab, lab_of, rows_of
from tests.source_lab import parsed as parsed_by

TODAY = date(2026, 11, 22)
ALL_SINCE = openrouter.FIRST_DAY
FEW_SINCE = date(2026, 9, 20)
WEEK = "2026-11-15..2026-11-21"
DAY = "2026-08-21..2026-08-21"
AS_OF = "2026-08-22T02:00:00.000Z"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SourceLab]:
    # Nine weeks stand for what the source has; `plan` is asked about all of it.
    monkeypatch.setattr(openrouter, "FIRST_DAY", FEW_SINCE)
    with lab_of(OpenRouter(), tmp_path, monkeypatch) as opened:
        opened.today = datetime(2026, 11, 22, 12, tzinfo=UTC)
        yield opened


def answer(rows: list[dict[str, Any]], **meta: Any) -> bytes:
    return json.dumps({"data": rows, "meta": {"as_of": AS_OF, **meta}}).encode()


def row(slug: str, tokens: Any = "5", day: str = "2026-08-21") -> dict[str, Any]:
    return {"date": day, "model_permaslug": slug, "total_tokens": tokens}


def parsed(body: bytes, entity: str = DAY) -> Parsed:
    return parsed_by("openrouter", body, entity)


# What is asked


def plan(have: list[str], today: date = TODAY) -> list[str]:
    return openrouter.plan(have, Tracked(), today)


def days(names: list[str]) -> Counter[date]:
    found: Counter[date] = Counter()
    for name in names:
        start, end = map(date.fromisoformat, name.split(".."))
        found.update(start + timedelta(days=n) for n in range((end - start).days + 1))
    return found


def test_the_first_run_asks_for_every_day_once() -> None:
    planned = plan([])
    assert planned[0] == "2025-01-01..2025-03-31"
    assert planned[-1] == WEEK
    asked = days(planned)
    assert set(asked.values()) == {1}
    assert (min(asked), max(asked)) == (date(2025, 1, 1), date(2026, 11, 21))
    assert len(asked) == (max(asked) - min(asked)).days + 1
    assert all(len(days([name])) <= 90 for name in planned)


def test_a_usual_day_is_one_call() -> None:
    first = plan([])
    assert plan(first) == [WEEK]
    assert plan(first, date(2026, 11, 23)) == ["2026-11-16..2026-11-22"]


def test_a_range_that_failed_is_asked_again() -> None:
    first = plan([])
    kept = [name for name in first if name != first[1]]
    # The day before the gap might have been the newest of its range, and not there yet.
    assert plan(kept) == ["2025-03-31..2025-06-28", "2025-06-29..2025-06-29", WEEK]
    assert plan([*kept, *plan(kept)]) == [WEEK]


def test_days_without_a_run_are_asked_before_the_week() -> None:
    first = plan([])
    later = date(2026, 12, 10)
    # 2026-11-21 was yesterday when it was read, and may not have been there.
    gap = ["2026-11-21..2026-12-02", "2026-12-03..2026-12-09"]
    assert plan(first, later) == gap
    assert plan([*first, *gap], later) == gap[-1:]


def test_a_long_pause_is_asked_in_ranges_of_90_days() -> None:
    first = plan([])
    planned = plan(first, date(2027, 6, 1))
    assert [len(days([name])) for name in planned] == [90, 90, 5, 7]


def test_the_call_that_is_made(lab: SourceLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openrouter, "FIRST_DAY", ALL_SINCE)
    result = lab.collect()
    assert result.exit == "done"
    assert lab.fake.requests[0].query == {
        "start_date": ["2025-01-01"],
        "end_date": ["2025-03-31"],
    }
    assert {one.path for one in lab.fake.requests} == {"/datasets/rankings-daily"}
    assert lab.fake.requests[0].headers["authorization"] == f"Bearer {lab.fake.key}"
    lab.fake.requests.clear()
    assert lab.collect().exit == "done"
    (request,) = lab.fake.requests
    assert request.query == {"start_date": ["2026-11-16"], "end_date": ["2026-11-22"]}


def test_no_more_than_30_calls_a_minute(lab: SourceLab, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(lab.fake, OpenRouter)
    lab.fake.clock = lambda: time.monotonic() + sum(lab.slept)
    monkeypatch.setattr(openrouter, "LONGEST", 1)
    monkeypatch.setattr(openrouter, "FIRST_DAY", FEW_SINCE - timedelta(days=7))
    lab.fake.fault("31-calls")
    result = lab.collect()
    assert result.exit == "done"
    assert len(lab.fake.requests) == len(result.entities) > 60
    monkeypatch.setattr(openrouter, "PACE", 0.0)
    lab.data_dir = lab.data_dir.with_name("other")
    lab.fake.requests.clear()
    assert lab.collect().exit in {"partial", "done"}
    assert len(lab.fake.requests) > len(result.entities), "without the pace it is refused"


# What an answer becomes


def test_a_recorded_answer() -> None:
    found = parsed_by("openrouter")
    rows = rows_of(found)
    assert not found.set_aside
    assert Counter(one["date"] for one in rows) == {date(2026, 7, 7): 51, date(2026, 7, 8): 51}
    first = rows[0]
    assert first["model_permaslug"] == "tencent/hy3-20260706:free", "a variant is a row of its own"
    assert first["total_tokens"] == 857_486_103_764
    assert first["as_of"] == "2026-08-04T02:00:00.000Z"
    assert [one["model_permaslug"] for one in rows if "/" not in one["model_permaslug"]] == [
        "other",
        "other",
    ]


def test_shares_are_exact_fractions_of_the_day(lab: SourceLab) -> None:
    result = lab.collect()
    day = date(2026, 10, 1)
    tokens = {
        one["model_permaslug"]: one["total_tokens"]
        for one in lab.rows(result)
        if one["date"] == day
    }
    assert tokens == tokens_of(day)
    assert len(tokens) == 51
    total = sum(tokens.values())
    assert sum(Fraction(count, total) for count in tokens.values()) == 1


def test_both_values_of_a_restated_day_are_kept(lab: SourceLab) -> None:
    first = lab.collect()
    lab.today += timedelta(days=4)
    second = lab.collect()

    def values(result: SourceResult) -> dict[tuple[date, str], int]:
        return {(r["date"], r["model_permaslug"]): r["total_tokens"] for r in lab.rows(result)}

    before, after = values(first), values(second)
    both = before.keys() & after.keys()
    restated = [key for key in both if before[key] != after[key]]
    assert restated
    assert {day for day, _ in restated} <= {date(2026, 11, n) for n in (19, 20, 21)}
    as_of = {one["as_of"] for one in lab.rows(second)}
    assert as_of == {"2026-11-27T02:00:00.000Z"}


def test_a_range_read_twice_says_what_was_restated(lab: SourceLab) -> None:
    lab.collect()
    lab.today -= timedelta(hours=18)
    result = lab.collect()
    assert result.entities[-1].measures == {
        "days": 7,
        "models": 50,
        "total_tokens": sum(one["total_tokens"] for one in lab.rows(result)),
        "restated": 0,
    }


def test_tokens_may_be_numbers_too_but_nothing_else() -> None:
    found = parsed(answer([row("a/b", 7), row("other", "3")]))
    assert [one["total_tokens"] for one in rows_of(found)] == [7, 3]
    for wrong in (None, "", "-1", "1e9", "7.0", 7.5, True, "9" * 18, ["7"], {}):
        with pytest.raises(WrongAnswerError, match="total_tokens is"):
            parsed(answer([row("a/b", wrong), row("other", "3")]))


def test_a_day_with_a_row_that_cannot_be_read_is_left_out_as_a_whole() -> None:
    span = "2026-08-02..2026-08-21"
    rows = [row(slug, "5", f"2026-08-{day:02}") for day in range(2, 22) for slug in ("a/b", "c/d")]
    rows[7]["total_tokens"] = "many"
    found = parsed(answer(rows), span)
    assert date(2026, 8, 5) not in {one["date"] for one in rows_of(found)}
    assert len(rows_of(found)) == 38
    assert Counter(found.set_aside) == {
        "total_tokens is not a whole number": 1,
        "another row of its day cannot be read": 1,
    }


CUT = date(2026, 8, 18)
FIVE_DAYS = "2026-08-17..2026-08-21"


def day_rows(day: date, models: int, other: str | None = "5000", tokens: int = 100) -> list[Any]:
    shown = [row(f"a/m{n}", str(tokens), str(day)) for n in range(models)]
    return shown + ([row("other", other, str(day))] if other else [])


def five_days(cut: list[Any], other: str | None = "5000") -> list[Any]:
    """Days of 50 models, and one as it is given."""
    every = [date(2026, 8, n) for n in range(17, 22)]
    whole = {day: day_rows(day, 50, other) for day in every}
    return [one for day in every for one in (cut if day == CUT else whole[day])]


@pytest.mark.parametrize(
    ("cut", "reason"),
    [
        (day_rows(CUT, 3, None), "its day has neither 'other' nor 50 models"),
        (day_rows(CUT, 49, None, 300), "its day has neither 'other' nor 50 models"),
        (day_rows(CUT, 50, "1", 60), "its day has under a third of the tokens of a usual day"),
        (day_rows(CUT, 50, None, 60), "its day has under a third of the tokens of a usual day"),
    ],
)
def test_a_day_that_was_cut_short_is_left_out(cut: list[Any], reason: str) -> None:
    found = parsed(answer(five_days(cut)), FIVE_DAYS)
    assert CUT not in {one["date"] for one in rows_of(found)}
    assert found.rows_read == 4 * 51 + len(cut)
    assert len(found.set_aside) == len(cut)
    assert all(said.startswith(reason) for said in found.set_aside)


@pytest.mark.parametrize(
    ("cut", "other"),
    [
        (day_rows(CUT, 3, None, 5000), None),
        (day_rows(CUT, 50, None, 150), "5000"),
        (day_rows(CUT, 50, "1", 67), "5000"),
        (day_rows(CUT, 7), "5000"),
    ],
)
def test_a_smaller_day_is_believed(cut: list[Any], other: str | None) -> None:
    """No day of the answer has a rest, all 50 are there, or it is not so much smaller."""
    found = parsed(answer(five_days(cut, other)), FIVE_DAYS)
    assert found.set_aside == []
    assert CUT in {one["date"] for one in rows_of(found)}


def test_two_days_are_too_few_to_compare() -> None:
    days_ = (date(2026, 8, 20), date(2026, 8, 21))
    rows = [one for n, day in enumerate(days_) for one in day_rows(day, 50, "1", 1 + 99 * n)]
    found = parsed(answer(rows), "2026-08-20..2026-08-21")
    assert found.set_aside == []


def test_a_cut_day_takes_the_place_of_no_good_one(
    lab: SourceLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(lab.fake, OpenRouter)
    first, whole, cut = lab.collect(), lab.fake.rows, date(2026, 11, 20)
    monkeypatch.setattr(lab.fake, "rows", lambda day: whole(day)[: 3 if day == cut else None])
    second = lab.collect()
    assert second.exit == "done"
    assert len([one for one in lab.rows(first) if one["date"] == cut]) == 51
    assert {one["date"] for one in lab.rows(second)} == {
        date(2026, 11, n) for n in range(16, 23) if n != cut.day
    }
    assert "no whole day: 2026-11-20; its day has neither" in str(second.entities[-1].reason)


def test_a_range_with_a_faulty_day_is_asked_for_until_it_is_whole(
    lab: SourceLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(lab.fake, OpenRouter)
    whole, bad = lab.fake.rows, date(2026, 10, 1)

    def spoiled(day: date) -> list[dict[str, Any]]:
        first, *rest = whole(day)
        return [first | {"total_tokens": None}, *rest] if day == bad else [first, *rest]

    with monkeypatch.context() as patched:
        patched.setattr(lab.fake, "rows", spoiled)
        for _ in range(2):
            result = lab.collect()
            (name,) = [one.entity for one in result.entities if "set aside" in str(one.reason)]
            assert bad in days([name])
            assert bad not in {one["date"] for one in lab.rows(result)}
    healed = lab.collect()
    assert bad in days([one.entity for one in healed.entities])
    assert bad in {one["date"] for one in lab.rows(healed)}
    assert len(lab.collect().entities) == 1


def test_a_row_that_comes_twice_is_counted_once() -> None:
    found = parsed(answer([row("a/b"), row("a/b"), row("other")]))
    assert found.rows_read == len(rows_of(found)) == 2


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([], "expected rows for 2026-08-21..2026-08-21, found none"),
        ([row("a/b"), row("a/b", "6")], "model_permaslug has two values on its day"),
        ([row(f"a/b{n}") for n in range(51)], "expected at most 50 models and 'other'"),
        ([row("a/b", day="2026-08-20")], "row 1: expected a day of"),
        ([row("a/b", day="2026-02-30")], "row 1: date is not a date"),
        ([{"model_permaslug": "a/b", "total_tokens": "5"}], "row 1: date is missing"),
        ([["a/b", "5"]], "row 1: expected an object, found a list"),
        ([row("without-author")], "model_permaslug is not author/model"),
        ([row("a/\u202eb")], "model_permaslug is not a short text"),
    ],
)
def test_what_cannot_be_a_day_is_refused(rows: list[Any], problem: str) -> None:
    with pytest.raises(WrongAnswerError, match=problem):
        parsed(answer(rows))


@pytest.mark.parametrize("as_of", [None, "", "yesterday", 5, "<b>2026</b>"])
def test_an_answer_without_an_as_of_cannot_be_cited(as_of: Any) -> None:
    with pytest.raises(WrongAnswerError, match="as_of"):
        parsed(json.dumps({"data": [row("a/b")], "meta": {"as_of": as_of}}).encode())


def test_the_citation_is_the_mandated_one() -> None:
    assert openrouter.CITATION == "Source: OpenRouter (openrouter.ai/rankings), as of {as_of}."


def test_a_manifest_cites_when_the_source_counted(lab: SourceLab) -> None:
    lab.collect()
    (run,) = SnapshotStore(lab.data_dir).runs("openrouter")
    cited = {manifest.citation for manifest in run.manifests()}
    said = {manifest.facts["as_of"] for manifest in run.manifests()}
    assert said == {"2026-11-22T02:00:00.000Z"}
    assert cited == {openrouter.CITATION.replace("{as_of}", *said)}


# Days that are not there


def test_yesterday_may_come_later(lab: SourceLab) -> None:
    lab.fake.fault("no-yesterday")
    result = lab.collect()
    assert result.exit == "done"
    assert result.entities[-1].reason is None
    assert max(one["date"] for one in lab.rows(result)) == date(2026, 11, 20)
    lab.fake.heal()
    lab.today += timedelta(days=7)
    result = lab.collect()
    assert {one.query["start_date"][0] for one in lab.fake.requests[-2:]} == {
        "2026-11-21",
        "2026-11-23",
    }
    assert date(2026, 11, 21) in {one["date"] for one in lab.rows(result)}


def test_one_day_that_is_absent_at_the_source_is_a_warning(lab: SourceLab) -> None:
    lab.fake.fault("missing-day")
    result = lab.collect()
    assert result.exit == "done"
    assert result.entities[-1].reason == "no whole day: 2026-11-20"


@pytest.mark.parametrize(
    ("length", "missing", "is_refused"),
    [(7, 1, False), (7, 2, True), (60, 3, False), (60, 4, True)],
)
def test_many_days_that_are_absent_are_refused(length: int, missing: int, is_refused: bool) -> None:
    start = date(2026, 3, 1)
    end = start + timedelta(days=length - 1)
    shown = [start + timedelta(days=n) for n in range(missing, length)]
    body = answer([row("a/b", day=one.isoformat()) for one in shown])
    if is_refused:
        with pytest.raises(WrongAnswerError, match=f"found {len(shown)} of {length} whole"):
            parsed(body, f"{start}..{end}")
    else:
        assert len(rows_of(parsed(body, f"{start}..{end}"))) == len(shown)


def test_a_range_that_begins_later_than_asked_says_so(
    lab: SourceLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openrouter, "FIRST_DAY", ALL_SINCE)
    lab.fake.fault("clamped")
    reasons = {one.entity: one.reason for one in lab.collect().entities}
    assert "found none" in str(reasons["2025-01-01..2025-03-31"])
    body = answer(
        [row("a/b", day=f"2026-01-{n:02}") for n in range(2, 32)], start_date="2026-01-02"
    )
    assert len(rows_of(parsed(body, "2026-01-01..2026-01-31"))) == 30


def test_a_clamped_start_is_a_warning(lab: SourceLab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.fake.fault("clamped")
    monkeypatch.setattr(openrouter, "FIRST_DAY", date(2025, 12, 30))
    first, *_ = lab.collect().entities
    assert first.status == "accepted"
    assert str(first.reason).startswith("asked from 2025-12-30, answered from 2026-01-01")


def test_days_out_of_shape_are_told(lab: SourceLab, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(lab.fake, OpenRouter)
    whole = lab.fake.rows

    def changed(day: date) -> list[dict[str, str]]:
        return whole(day)[:0:-1]

    monkeypatch.setattr(lab.fake, "rows", changed)
    reason = str(lab.collect().entities[-1].reason)
    assert "7 days have 'other' beside fewer than 50 models" in reason
    assert "7 days are not in the promised order" in reason


# Refusals


def test_no_rows_at_all(lab: SourceLab) -> None:
    first = lab.collect()
    before = lab.rows(first)
    lab.fake.fault("no-data")
    result = lab.collect()
    assert result.exit == "failed"
    (entity,) = result.entities
    assert entity.reason == "expected rows for 2026-11-16..2026-11-22, found none"
    assert lab.rows(result) == []
    assert lab.rows(first) == before


def test_without_its_key_it_is_refused_by_name(
    lab: SourceLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert openrouter.KEY == "OPENROUTER_API_KEY"
    monkeypatch.setenv("OPENROUTER_API_KEY", "another")
    (entity, *_) = lab.collect().entities
    assert entity.reason == "HTTP 401: Missing Authentication header"


def test_the_shortened_sample_is_read(lab: SourceLab) -> None:
    body = (FIXTURES / "openrouter" / "rankings_daily_shortened.json").read_bytes()
    rows = rows_of(parsed(body))
    assert len(rows) == 10
    assert rows[-1]["model_permaslug"] == "other"
    assert rows[-1]["total_tokens"] == 791_829_962_485
