"""ModelScope's listings: pages and their window, the account's quota, two ways of spelling keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from collectors import modelscope
from collectors.errors import WrongAnswerError
from collectors.source import Parsed, Tracked
from tests.fakes.modelscope import ModelScope, names_of
from tests.source_lab import SourceLab, lab_of, rows_of
from tests.source_lab import parsed as parsed_by

OWNERS = ["Qwen", "deepseek-ai", "ZhipuAI"]


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SourceLab]:
    monkeypatch.delenv("MODELSCOPE_API_KEY", raising=False)
    with lab_of(ModelScope(), tmp_path, monkeypatch) as opened:
        opened.today = datetime(2026, 11, 22, 12, tzinfo=UTC)
        opened.tracked = Tracked(modelscope_owners=OWNERS)
        yield opened


def page(*models: Any, **changes: Any) -> dict[str, Any]:
    data = {"models": list(models), "total_count": len(models)}
    return {"success": True, "data": data, **changes}


def parsed(*pages: Any) -> Parsed:
    return parsed_by("modelscope", json.dumps(pages).encode(), "Qwen")


def test_a_recorded_listing() -> None:
    first, second = rows_of(parsed_by("modelscope"))
    assert first["model_id"] == "Qwen/Qwen3-8B"
    assert (first["downloads"], first["likes"]) == (12_345_678, 321)
    assert first["licence"] == "Apache License 2.0"
    assert first["created_at"] == datetime(2025, 4, 27, 3, 45, tzinfo=UTC)
    assert first["last_modified_at"] == datetime(2025, 7, 26, 3, tzinfo=UTC)
    assert second["owner"] == "Qwen"


def test_a_whole_day(lab: SourceLab) -> None:
    result = lab.collect()
    assert result.exit == "done"
    assert [entity.entity for entity in result.entities] == OWNERS
    assert len(lab.rows(result)) == sum(len(names_of(owner)) for owner in OWNERS)
    asked = [(one.asked("owner"), one.asked("page_number")) for one in lab.fake.requests]
    assert asked == [("Qwen", "1"), ("Qwen", "2"), ("deepseek-ai", "1"), ("ZhipuAI", "1")]
    assert {one.asked("page_size") for one in lab.fake.requests} == {"50"}
    assert {one.asked("sort") for one in lab.fake.requests} == {"downloads"}
    assert not any("authorization" in one.headers for one in lab.fake.requests)


def test_a_key_is_sent_when_there_is_one(lab: SourceLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELSCOPE_API_KEY", "ms-key")
    lab.collect()
    assert {one.headers["authorization"] for one in lab.fake.requests} == {"Bearer ms-key"}


def test_owners_come_from_the_seeds_once() -> None:
    tracked = Tracked(modelscope_owners=["Qwen", "ZhipuAI", "Qwen"])
    assert modelscope.plan(["Qwen"], tracked, date(2026, 11, 22)) == ["Qwen", "ZhipuAI"]


def test_the_window_ends_at_3000_models(lab: SourceLab) -> None:
    lab.tracked = Tracked(modelscope_owners=["Qwen"])
    lab.fake.fault("many")
    result = lab.collect()
    (entity,) = result.entities
    assert entity.status == "accepted"
    assert len(lab.fake.requests) == 60
    assert len(lab.rows(result)) == 3000
    assert entity.reason == "3,000 of 3,120 models were listed"


@pytest.mark.parametrize("fault", ["no-total", "moving", "pascal"])
def test_pages_are_read_to_the_end(lab: SourceLab, fault: str) -> None:
    lab.fake.fault(fault)
    result = lab.collect()
    assert result.exit == "done", result.entities
    names = [row["model_id"] for row in lab.rows(result)]
    assert len(names) == len(set(names))
    # The last model of a listing that moved on while it was read is not seen.
    lost = 1 if fault == "moving" else 0
    assert len(names) == sum(len(names_of(owner)) for owner in OWNERS) - lost


@pytest.mark.parametrize("fault", ["quota", "quota-retry", "quota-200"])
def test_a_used_up_quota_ends_the_run_without_another_call(lab: SourceLab, fault: str) -> None:
    lab.fake.fault(fault)
    result = lab.collect()
    assert result.exit == "failed"
    assert len(lab.fake.requests) == 1
    assert lab.slept == []
    first, *rest = [str(entity.reason) for entity in result.entities]
    assert "the quota of the account is used up" in first
    assert rest == ["not asked: the account's quota is used up (QuotaLimitExceed)"] * 2


def test_a_quota_that_ends_half_way_leaves_what_was_read(lab: SourceLab) -> None:
    lab.fake.fault("quota", path="owner=deepseek-ai")
    result = lab.collect()
    assert result.exit == "partial"
    assert [entity.status for entity in result.entities] == ["accepted", "failed", "failed"]
    assert {row["owner"] for row in lab.rows(result)} == {"Qwen"}


def test_another_refusal_concerns_one_owner(lab: SourceLab) -> None:
    lab.fake.fault("refused", path="owner=Qwen")
    first, *rest = lab.collect().entities
    assert first.reason == "the source refused: OperationNotAllowed: not now"
    assert [entity.status for entity in rest] == ["accepted", "accepted"]


def test_too_many_calls_are_tried_again(lab: SourceLab) -> None:
    lab.fake.fault("rate", times=2)
    assert lab.collect().exit == "done"
    assert len(lab.slept) >= 2


def test_the_pace_is_kept(lab: SourceLab) -> None:
    lab.collect()
    calls = len(lab.fake.requests)
    assert sum(lab.slept) == pytest.approx((calls - 1) * modelscope.PACE, abs=0.3)


def test_a_page_that_fails_fails_the_owner(lab: SourceLab) -> None:
    lab.fake.fault("500", path="page_number=2")
    result = lab.collect()
    first, *rest = result.entities
    assert first.status == "failed"
    assert "HTTP 500" in str(first.reason)
    assert {row["owner"] for row in lab.rows(result)} == set(OWNERS) - {"Qwen"}
    assert rest[-1].status == "accepted"


def test_older_spellings_are_read() -> None:
    model = {
        "Id": 1,
        "Path": "Qwen",
        "Name": "Qwen3-8B",
        "Downloads": 7,
        "Stars": 2,
        "License": "MIT",
        "CreatedTime": 1745725500,
    }
    (row,) = rows_of(parsed({"Success": True, "Data": {"Models": [model], "TotalCount": 1}}))
    assert row["model_id"] == "Qwen/Qwen3-8B"
    assert (row["downloads"], row["likes"], row["licence"]) == (7, 2, "MIT")
    assert row["created_at"] == datetime(2025, 4, 27, 3, 45, tzinfo=UTC)
    assert row["last_modified_at"] is None


def test_what_is_absent_is_none() -> None:
    (row,) = rows_of(parsed(page({"id": "Qwen/a"})))
    values = ("downloads", "likes", "licence", "created_at", "last_modified_at")
    assert [row[name] for name in values] == [None] * 5


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ({"id": "Qwen"}, "id is not owner/name"),
        ({"downloads": 1}, "id is missing"),
        ({"id": "other/a"}, "belongs to another owner"),
        ({"id": "Qwen/a", "downloads": "7"}, "downloads is not a whole number"),
        ({"id": "Qwen/a", "downloads": -7}, "downloads is negative"),
        ({"id": "Qwen/a", "created_at": True}, "created_at is not a whole number"),
        ("Qwen/a", "not an object"),
    ],
)
def test_a_malformed_model_is_set_aside(model: Any, reason: str) -> None:
    found = parsed(page(model, {"id": "Qwen/b", "downloads": 1}))
    assert found.set_aside == [reason]
    assert [row["model_id"] for row in rows_of(found)] == ["Qwen/b"]


@pytest.mark.parametrize(
    "answer",
    [
        {"success": False, "code": "ResourceNotFound", "message": "no"},
        {"success": True, "data": None},
        {"success": True, "data": {"models": {}}},
        {"success": True},
        [],
    ],
)
def test_what_is_no_page_is_refused(answer: Any) -> None:
    with pytest.raises(WrongAnswerError):
        parsed(answer)


def test_rows_without_downloads_are_counted() -> None:
    assert parsed(page({"id": "Qwen/a"}, {"id": "Qwen/b", "downloads": 1})).rows_missing_key == 1
