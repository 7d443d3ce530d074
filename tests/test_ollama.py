"""The Ollama library's page: counts and their rounding, and markup that changes without a word."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.errors import WrongAnswerError
from collectors.source import Parsed
from data.snapshots import SnapshotStore
from tests.fakes.ollama import Ollama, document, item, pulls_on
from tests.source_lab import SourceLab, lab_of, rows_of
from tests.source_lab import parsed as parsed_by

TODAY = date(2026, 11, 22)
OTHERS = "".join(item(f"model-{number}", "1K") for number in range(99))


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SourceLab]:
    with lab_of(Ollama(), tmp_path, monkeypatch) as opened:
        opened.today = datetime(2026, 11, 22, 12, tzinfo=UTC)
        yield opened


def parsed(items: str) -> Parsed:
    return parsed_by("ollama", document(items), "library")


def first(items: str) -> dict[str, Any]:
    """The first row of a page that has 99 other models."""
    return dict(rows_of(parsed(items + OTHERS))[0])


def test_a_recorded_page() -> None:
    rows = rows_of(parsed_by("ollama"))
    by_name = {row["library"]: row for row in rows}
    assert [row["position"] for row in rows] == list(range(1, 129))
    found = by_name["deepseek-r1"]
    assert (found["pulls"], found["pulls_half_step"]) == (55_700_000, 50_000)
    assert found["pulls_text"] == "55.7M"
    assert found["sizes"] == ["1.5b", "7b", "8b", "671b"]
    assert found["capabilities"] == ["tools", "thinking"]
    assert found["tags"] == 35
    assert found["updated_at"] == datetime(2025, 7, 2, 6, 9, tzinfo=UTC)
    assert by_name["alfred"]["pulls"] == 21_800
    assert by_name["alfred"]["capabilities"] == []
    assert by_name["llama3.1"]["pulls"] == 117_500_000
    assert by_name["gpt-oss"]["pulls_text"].endswith("M")


@pytest.mark.parametrize(
    ("text", "pulls", "half_step"),
    [
        ("55.7M", 55_700_000, 50_000),
        ("117.5M", 117_500_000, 50_000),
        # As a float it would be 128,199,999.
        ("128.2M", 128_200_000, 50_000),
        ("987", 987, 0),
        ("0", 0, 0),
        ("1.2K", 1_200, 50),
        ("21.8K", 21_800, 50),
        ("2M", 2_000_000, 500_000),
        ("3K", 3_000, 500),
        ("1.25M", 1_250_000, 5_000),
        ("1.1B", 1_100_000_000, 50_000_000),
    ],
)
def test_a_count_and_its_rounding(text: str, pulls: int, half_step: int) -> None:
    row = first(item("qwen3", text))
    assert (row["pulls"], row["pulls_half_step"], row["pulls_text"]) == (pulls, half_step, text)


@pytest.mark.parametrize("text", ["", "many", "1,2M", "-5", "1.M", "5T", "٣", "55.7 M pulls"])
def test_what_is_no_count_is_none(text: str) -> None:
    row = first(item("qwen3", text).replace("&nbsp;Pulls", ""))
    assert row["pulls"] is row["pulls_half_step"] is row["pulls_text"] is None


def test_an_absurd_count_is_set_aside() -> None:
    found = parsed(item("qwen3", "99999999B") + OTHERS)
    assert found.set_aside == ["pulls is over 1e+15"]
    assert len(rows_of(found)) == 99


def test_a_page_without_the_attributes_is_read_by_its_text(lab: SourceLab) -> None:
    first_run = lab.collect()
    with_them = {row["library"]: (row["pulls"], row["tags"]) for row in lab.rows(first_run)}
    lab.fake.fault("no-attributes")
    lab.today -= timedelta(hours=20)
    result = lab.collect()
    assert result.exit == "done"
    without = {row["library"]: (row["pulls"], row["tags"]) for row in lab.rows(result)}
    assert without == with_them


def test_links_elsewhere_on_the_page_are_no_models() -> None:
    nav = '<a href="/library/qwen3/tags">Tags</a> <a href="/library/featured">Featured</a>'
    names = [row["library"] for row in rows_of(parsed(nav + item("qwen3", "1K") + OTHERS))]
    assert names[0] == "qwen3"
    assert len(names) == 100


def test_models_of_users_are_not_taken(lab: SourceLab) -> None:
    lab.fake.fault("community")
    result = lab.collect()
    assert result.exit == "done"
    (run,) = SnapshotStore(lab.data_dir).runs("ollama")
    assert b"/someone/llama3.1-uncensored" in run.body(next(run.manifests()))
    assert {row["library"] for row in lab.rows(result)} == set(pulls_on(TODAY))


def test_a_model_that_comes_twice_is_counted_once() -> None:
    found = parsed(item("qwen3", "") + item("qwen3", "5K") + OTHERS)
    assert found.rows_read == 100
    assert rows_of(found)[0]["pulls"] == 5_000


def test_a_link_inside_the_item_to_the_same_model_changes_nothing() -> None:
    twice = item("qwen3", "5K").replace("<h2>", '<a href="/library/qwen3">more</a><h2>')
    assert first(twice)["pulls"] == 5_000


def test_a_name_with_marks_is_no_model() -> None:
    found = parsed(item("<script>alert(1)</script>", "5K") + OTHERS + item("b", "1K"))
    assert "script" not in repr(rows_of(found))


# Markup that changed


def test_pulls_grow_from_day_to_day(lab: SourceLab) -> None:
    first_run = lab.collect()
    lab.today += timedelta(days=29)
    result = lab.collect()
    before = {row["library"]: row["pulls"] for row in lab.rows(first_run)}
    after = {row["library"]: row["pulls"] for row in lab.rows(result)}
    assert len(after) >= 176
    assert all(after[name] >= before[name] for name in before)
    (entity,) = result.entities
    assert entity.measures == {
        "models": len(after),
        "new": 0,
        "gone": 0,
        "pulls": sum(after.values()),
    }


def test_one_call_a_day(lab: SourceLab) -> None:
    lab.collect()
    (request,) = lab.fake.requests
    assert (request.path, request.query) == ("/library", {})


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("few-models", "expected at least 100 models, found 99; the markup"),
        ("uncounted", "expected a number of pulls for at least 95% of the models, found none for"),
        ("missing-field", "found none for"),
        ("wrong-type", "found none for"),
        ("html", "found 0; the markup of the HTML may have changed"),
    ],
)
def test_a_changed_page_is_refused_and_not_stored(lab: SourceLab, fault: str, said: str) -> None:
    first_run = lab.collect()
    before = lab.rows(first_run)
    lab.fake.fault(fault)
    result = lab.collect()
    (entity,) = result.entities
    assert entity.status == "failed"
    assert said in str(entity.reason)
    assert "the markup" in str(entity.reason)
    assert lab.rows(result) == []
    assert lab.rows(first_run) == before
    assert not list((lab.data_dir / "snapshots" / "ollama" / result.run).glob("*.gz"))


def test_a_few_models_without_a_count_are_accepted(lab: SourceLab) -> None:
    lab.fake.fault("some-uncounted")
    for _ in range(4):
        result = lab.collect()
        assert result.exit == "done"
        lost = [row for row in lab.rows(result) if row["pulls"] is None]
        assert 0 < len(lost) <= 0.05 * len(lab.rows(result))


def test_the_blocked_page_is_refused() -> None:
    page = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
    with pytest.raises(WrongAnswerError, match="a notice stands in its place"):
        parsed_by("ollama", page, "library")


@pytest.mark.parametrize("broken", ["<![", "<!-", "<![if", "<!DOCTYPE [", "<li", "&#xfffffff;"])
def test_broken_declarations_are_no_crash(broken: str) -> None:
    body = document(item("qwen3", "5K") + OTHERS).replace(b"</h2>", broken.encode() + b"</h2>", 1)
    with contextlib.suppress(WrongAnswerError):
        parsed_by("ollama", body)


def test_a_page_of_tags_without_an_end_is_refused_at_once() -> None:
    with pytest.raises(WrongAnswerError, match="20,000 tags without an end"):
        parsed_by("ollama", b'<a b="' * 20_000)
