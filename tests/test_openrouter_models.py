"""OpenRouter's list of models: prices, names on the Hub, pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collectors import openrouter_models
from collectors.source import Parsed
from tests.fake_services import Reply, Request
from tests.fakes.openrouter import usual_tokens
from tests.fakes.openrouter_models import OpenRouterModels, listed_models
from tests.source_lab import SourceLab, lab_of, rows_of
from tests.source_lab import parsed as parsed_by

MODELS = len(listed_models())


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SourceLab]:
    with lab_of(OpenRouterModels(), tmp_path, monkeypatch) as opened:
        opened.today = datetime(2026, 11, 22, 12, tzinfo=UTC)
        yield opened


def model(**changes: Any) -> dict[str, Any]:
    pricing = {"prompt": "0.0000001", "completion": "0.0000004"}
    usual = {"id": "a/b", "canonical_slug": "a/b-1", "name": "A: B", "pricing": pricing}
    return {**usual, **changes}


def parsed(*models: Any) -> Parsed:
    page = {"data": list(models), "total_count": len(models), "links": {"next": None}}
    return parsed_by("openrouter_models", json.dumps([page]).encode(), "models")


def test_a_recorded_list() -> None:
    flash, auto = rows_of(parsed_by("openrouter_models"))
    assert flash["model_id"] == "deepseek/deepseek-v4-flash"
    assert flash["canonical_slug"] == "deepseek/deepseek-v4-flash-20260423"
    assert flash["hugging_face_id"] == "deepseek-ai/DeepSeek-V4-Flash"
    assert (flash["prompt_usd_per_mtok"], flash["completion_usd_per_mtok"]) == (0.1, 0.4)
    assert flash["created_at"] == datetime(2026, 4, 23, 6, tzinfo=UTC)
    assert flash["context_length"] == 1_048_576
    # The router's price varies and it has no weights: neither is zero.
    assert auto["prompt_usd_per_mtok"] is None
    assert auto["completion_usd_per_mtok"] is None
    assert auto["hugging_face_id"] is None
    assert auto["context_length"] is None


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("0.0000001", 0.1),
        ("0.00000055", 0.55),
        ("1.1e-7", 0.11),
        ("0", 0.0),
        ("-1", None),
        ("", None),
        (None, None),
    ],
)
def test_a_price_is_that_of_a_million_tokens_exactly(text: str | None, price: float | None) -> None:
    (row,) = rows_of(parsed(model(pricing={"prompt": text})))
    assert row["prompt_usd_per_mtok"] == price
    assert row["completion_usd_per_mtok"] is None


@pytest.mark.parametrize("text", ["-2", "1", "1e400", "NaN", "free", 0.1, ["0"]])
def test_an_absurd_price_is_set_aside(text: Any) -> None:
    found = parsed(model(pricing={"prompt": text}), model(id="c/d"))
    assert len(rows_of(found)) == len(found.set_aside) == 1
    assert "prompt" in found.set_aside[0]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"canonical_slug": None}, "canonical_slug is missing"),
        ({"id": "b"}, "id is not author/model"),
        ({"hugging_face_id": "a/b/c"}, "hugging_face_id is not a repository name"),
        ({"pricing": []}, "pricing is not an object"),
        ({"created": 10**15}, "created is not"),
        ({"created": 5}, "created is not in this century"),
        ({"context_length": -1}, "context_length is negative"),
        ({"name": "a\nb"}, "name is not a short text"),
    ],
)
def test_a_malformed_model_is_set_aside(changes: dict[str, Any], reason: str) -> None:
    found = parsed(model(**changes), model(id="c/d"))
    assert [row["model_id"] for row in rows_of(found)] == ["c/d"]
    assert found.set_aside[0].startswith(reason)


def test_an_empty_name_on_the_hub_is_none() -> None:
    (row,) = rows_of(parsed(model(hugging_face_id="")))
    assert row["hugging_face_id"] is None


def test_a_model_that_comes_twice_is_counted_once() -> None:
    found = parsed(model(), model(name="again"))
    assert found.rows_read == len(rows_of(found)) == 1


def test_the_whole_list_joins_the_rankings(lab: SourceLab) -> None:
    result = lab.collect()
    assert result.exit == "done"
    assert len(lab.rows(result)) == len(listed_models())
    slugs = {row["canonical_slug"] for row in lab.rows(result)}
    unlisted = {slug for slug in usual_tokens() if slug.split(":")[0] not in slugs}
    assert unlisted == {"other", "stealth/ox-alpha"}
    (entity,) = result.entities
    assert entity.measures["on_the_hub"] == sum(
        row["hugging_face_id"] is not None for row in lab.rows(result)
    )


@pytest.mark.parametrize("fault", ["paged", "paged-by-offset"])
def test_pages_are_followed_to_the_end(lab: SourceLab, fault: str) -> None:
    lab.fake.fault(fault)
    result = lab.collect()
    assert result.exit == "done"
    assert {row["model_id"] for row in lab.rows(result)} == {one["id"] for one in listed_models()}
    assert [one.asked("offset") for one in lab.fake.requests] == ["", "20", "40"]


def test_a_link_to_another_host_is_not_followed(
    lab: SourceLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = {"data": [model()], "links": {"next": "http://localhost:9/models?offset=1"}}
    monkeypatch.setattr(lab.fake, "reply", lambda request: Reply.of_json(elsewhere))
    (entity,) = lab.collect().entities
    assert "the link to the next page leads to http://localhost:9/models" in str(entity.reason)
    assert len(lab.fake.requests) == 1


def test_a_list_that_never_ends_is_left(lab: SourceLab, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = {"data": [model()], "links": {"next": "/api/v1/models?offset=1"}}
    monkeypatch.setattr(lab.fake, "reply", lambda request: Reply.of_json(endless))
    (entity,) = lab.collect().entities
    assert entity.reason == "the links to the next page never end"
    assert len(lab.fake.requests) == openrouter_models.MAX_PAGES


def test_a_list_that_ends_early_is_refused(lab: SourceLab, monkeypatch: pytest.MonkeyPatch) -> None:
    page = {"data": [], "total_count": 421, "links": {"next": None}}
    monkeypatch.setattr(lab.fake, "reply", lambda request: Reply.of_json(page))
    (entity,) = lab.collect().entities
    assert entity.reason == "expected 421 models, found 0"


@pytest.mark.parametrize(
    ("told", "is_refused"), [(MODELS + 1, False), (MODELS * 10 // 9, False), (MODELS * 2, True)]
)
def test_a_list_that_counts_more_than_it_shows(
    lab: SourceLab, monkeypatch: pytest.MonkeyPatch, told: int, is_refused: bool
) -> None:
    good = lab.fake.reply

    def reply(request: Request) -> Reply:
        page = json.loads(good(request).body)
        assert page["links"] == {"next": None}
        return Reply.of_json({**page, "total_count": told})

    monkeypatch.setattr(lab.fake, "reply", reply)
    result = lab.collect()
    (entity,) = result.entities
    if is_refused:
        assert entity.reason == f"expected {told} models, found {MODELS}"
    else:
        assert entity.reason == f"{MODELS} of {told} models were listed"
        assert len(lab.rows(result)) == MODELS


def test_the_key_is_sent_only_when_there_is_one(
    lab: SourceLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", "a-key")
    lab.collect()
    assert lab.fake.requests[-1].headers["authorization"] == "Bearer a-key"
    monkeypatch.delenv("OPENROUTER_API_KEY")
    assert lab.collect().exit == "done"
    assert "authorization" not in lab.fake.requests[-1].headers
