"""LMArena: the leaderboard's own date, the category overall, Parquet that is what it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from collectors.errors import WrongAnswerError
from tests.fakes.lmarena import Arena, parquet, recorded_rows
from tests.source_lab import SourceLab, entity, lab_of, parsed, rows_of

NAME = "lmarena"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SourceLab]:
    with lab_of(Arena(), tmp_path, monkeypatch) as lab:
        yield lab


def body(**changes: Any) -> bytes:
    """The recorded leaderboard, its first row changed."""
    first, *rest = recorded_rows()
    return parquet([{**first, **changes}, *rest])


def test_ratings_are_those_of_the_leaderboard() -> None:
    first = rows_of(parsed(NAME))[0]
    assert first["model"] == "gemini-3-pro"
    assert first["board"] == "text"
    assert first["rating"] == 1486.6
    assert (first["rating_lower"], first["rating_upper"]) == (1480.4, 1492.8)
    assert (first["votes"], first["position"], first["licence"]) == (20000, 1, "Proprietary")
    assert first["published_on"] == date(2025, 12, 11)


def test_only_overall_is_kept() -> None:
    found = parsed(NAME)
    assert found.rows_read == 3
    assert {row["category"] for row in rows_of(found)} == {"overall"}
    assert "coding" in {row["category"] for row in recorded_rows()}


def test_a_gap_is_null_and_whole_numbers_may_be_written_as_decimals() -> None:
    rows = {row["model"]: row for row in rows_of(parsed(NAME))}
    gaps = rows["invented-new"]
    names = ("organization", "licence", "rating_lower", "votes", "position")
    assert [gaps[name] for name in names] == [None] * 5
    found = rows_of(parsed(NAME, body(vote_count=7.0, rating_lower=float("nan"))))[0]
    assert (found["votes"], found["rating_lower"]) == (7, None)


@pytest.mark.parametrize("when", ["2026-09-13", date(2026, 9, 13), datetime(2026, 9, 13)])
def test_the_date_may_be_a_text_or_a_date(when: object) -> None:
    rows = [{**row, "leaderboard_publish_date": when} for row in recorded_rows()]
    assert rows_of(parsed(NAME, parquet(rows)))[0]["published_on"] == date(2026, 9, 13)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rating": -5.0}, "rating is not between"),
        ({"rating": 1e9}, "rating is not between"),
        ({"rating": None}, "rating is missing"),
        ({"rating_lower": 1490.0}, "outside its own interval"),
        ({"vote_count": -1}, "vote_count is negative"),
        ({"rank": 0}, "rank is zero"),
        ({"model_name": ""}, "model_name is missing"),
        ({"leaderboard_publish_date": "soon"}, "is not a date"),
    ],
)
def test_an_absurd_row_is_set_aside(changes: dict[str, Any], said: str) -> None:
    found = parsed(NAME, body(**changes))
    (reason,) = found.set_aside
    assert said in reason
    assert len(rows_of(found)) == 2


def test_a_model_that_comes_twice_counts_once() -> None:
    assert parsed(NAME, parquet(recorded_rows() * 2)).rows_read == 3


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (b"<html>", "expected a whole Parquet file, found '<html>'"),
        (body()[:-20], "expected a whole Parquet file"),
        (b"PAR1" + b"\0" * 40 + b"PAR1", "expected a Parquet file that can be read"),
        (parquet([{"model": "x"}]), "expected the column model_name"),
        (parquet([r for r in recorded_rows() if r["category"] == "coding"]), "found coding"),
    ],
)
def test_what_is_no_leaderboard_is_refused(changed: bytes, said: str) -> None:
    with pytest.raises(WrongAnswerError, match=said):
        parsed(NAME, changed)


def test_both_boards_are_read(lab: SourceLab) -> None:
    result = lab.collect()
    assert result.exit == "done"
    assert [one.entity for one in result.entities] == ["text", "text_style_control"]
    assert {row["board"] for row in lab.rows(result)} == {"text", "text_style_control"}
    assert {row["published_on"] for row in lab.rows(result)} == {date(2026, 11, 16)}


def test_where_the_hub_leads_to_is_followed_and_not_kept(lab: SourceLab) -> None:
    lab.fake.fault("elsewhere")
    result = lab.collect()
    assert result.exit == "done"
    (run,) = [o["url"] for o in lab.history.observations(NAME) if o["entity"] == "text"]
    assert run.endswith("/resolve/main/text/latest-00000-of-00001.parquet")


def test_a_token_that_is_refused_is_left_out(
    lab: SourceLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_ThisIsNotARealTokenButAWordToLookFor")
    lab.fake.fault("401", times=1)
    assert lab.collect().exit == "done"
    assert "authorization" in lab.fake.requests[0].headers
    assert "authorization" not in lab.fake.requests[1].headers


def test_one_board_does_not_hold_up_the_other(lab: SourceLab) -> None:
    lab.fake.fault("404", path="/text/")
    result = lab.collect()
    assert result.exit == "partial"
    assert "HTTP 404" in str(entity(result, "text").reason)
    assert entity(result, "text_style_control").status == "accepted"


@pytest.mark.parametrize("fault", ["no-overall", "cut-parquet"])
def test_a_file_that_is_not_whole_leaves_no_row(lab: SourceLab, fault: str) -> None:
    lab.fake.fault(fault)
    result = lab.collect()
    assert result.exit == "failed"
    assert lab.rows(result) == []
