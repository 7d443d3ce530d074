"""Artificial Analysis: a key, pages that end, one version of the index, and where it moved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collectors import artificial_analysis
from collectors.errors import WrongAnswerError
from tests.fakes.artificial_analysis import MODELS, ArtificialAnalysis
from tests.recorded import recorded
from tests.source_lab import SourceLab, lab_of, parsed, rows_of

NAME = "artificial_analysis"
VERSION = "intelligence_index_version"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SourceLab]:
    with lab_of(ArtificialAnalysis(), tmp_path, monkeypatch) as lab:
        yield lab


def pages() -> list[dict[str, Any]]:
    return json.loads(recorded(NAME).body)


def body(**changes: Any) -> bytes:
    """The recorded pages, their first model changed."""
    first, *rest = pages()
    first["data"][0] |= changes
    return json.dumps([first, *rest]).encode()


def test_a_model_of_every_page() -> None:
    rows = rows_of(parsed(NAME))
    assert [row["slug"] for row in rows] == [
        "deepseek-v4-flash",
        "invented-large",
        "invented-small",
    ]
    first, _, last = rows
    assert first["aa_id"] == "2dad8957-4c16-4e74-bf2d-8b21514e0ae9"
    assert (first["intelligence_index"], first["coding_index"]) == (51.2, 48.0)
    assert first["agentic_index"] is None
    assert (first["prompt_usd_per_mtok"], first["completion_usd_per_mtok"]) == (0.1, 0.4)
    assert (first["creator"], first["released_on"]) == ("DeepSeek", date(2026, 4, 24))
    assert {row["index_version"] for row in rows} == {"4.1"}
    assert (last["creator"], last["released_on"], last["prompt_usd_per_mtok"]) == (None,) * 3


def test_a_price_of_zero_is_a_price() -> None:
    assert rows_of(parsed(NAME))[1]["prompt_usd_per_mtok"] == 0.0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "1"}, "id is not a UUID"),
        ({"slug": None}, "slug is missing"),
        ({"evaluations": 5}, "evaluations is not an object"),
        (
            {"evaluations": {"artificial_analysis_intelligence_index": 5120}},
            "artificial_analysis_intelligence_index is not between 0 and 100",
        ),
        ({"pricing": {"price_1m_input_tokens": -1}}, "price_1m_input_tokens is not between"),
        ({"release_date": "soon"}, "release_date is not a date"),
    ],
)
def test_an_absurd_model_is_set_aside(changes: dict[str, Any], said: str) -> None:
    found = parsed(NAME, body(**changes))
    (reason,) = found.set_aside
    assert said in reason
    assert len(rows_of(found)) == 2


def test_two_versions_of_the_index_are_not_mixed() -> None:
    first, second = pages()
    second["intelligence_index_version"] = "4.2"
    with pytest.raises(WrongAnswerError, match=r"one intelligence_index_version .* 4\.1, 4\.2"):
        parsed(NAME, json.dumps([first, second]).encode())


def versioned(*versions: Any) -> bytes:
    """The recorded pages under these versions of the index."""
    found = [page | {VERSION: version} for page, version in zip(pages(), versions, strict=True)]
    return json.dumps(found).encode()


@pytest.mark.parametrize(
    ("versions", "text"),
    [
        ((4.1, 4.1), "4.1"),
        ((4.1, "4.1"), "4.1"),
        ((5, 5), "5"),
        (("4.1-beta",) * 2, "4.1-beta"),
    ],
)
def test_a_version_is_a_number_or_a_short_text(versions: tuple[Any, Any], text: str) -> None:
    rows = rows_of(parsed(NAME, versioned(*versions)))
    assert {row["index_version"] for row in rows} == {text}


@pytest.mark.parametrize(
    "version", [None, True, "", "4.1\n", "4" * 21, float("inf"), 10**400, [4.1], {}]
)
def test_what_is_no_version_is_refused(version: Any) -> None:
    with pytest.raises(WrongAnswerError):
        parsed(NAME, versioned(version, version))


def test_two_numbers_of_the_version_are_not_mixed() -> None:
    with pytest.raises(WrongAnswerError, match=r"one intelligence_index_version .* 4\.1, 4\.3"):
        parsed(NAME, versioned(4.1, 4.3))


def test_no_pages_are_no_answer() -> None:
    with pytest.raises(WrongAnswerError, match="found no page"):
        parsed(NAME, b"[]")


def test_every_page_is_asked_for_with_the_key(lab: SourceLab) -> None:
    result = lab.collect()
    assert result.exit == "done"
    assert len(lab.rows(result)) == MODELS
    assert [request.query["page"] for request in lab.fake.requests] == [["1"], ["2"], ["3"]]
    assert {request.headers["x-api-key"] for request in lab.fake.requests} == {lab.fake.key}
    assert not any("authorization" in request.headers for request in lab.fake.requests)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("never-ends", "expected at most 50 pages"),
        ("same-page", "expected page 2, found page 1"),
        ("new-version", "one intelligence_index_version"),
    ],
)
def test_pages_that_are_no_list_are_refused(lab: SourceLab, fault: str, said: str) -> None:
    lab.fake.fault(fault)
    result = lab.collect()
    assert result.exit == "failed"
    assert said in str(result.entities[0].reason)
    assert len(lab.fake.requests) <= artificial_analysis.MOST_PAGES


def test_410_says_that_the_address_was_moved(lab: SourceLab) -> None:
    lab.fake.fault("410")
    reason = str(lab.collect().entities[0].reason)
    assert "HTTP 410: Gone; it was moved, as /api/v2/data/llms/models was on 2026-11-04" in reason
    assert len(lab.fake.requests) == 1


def test_a_key_that_is_refused_names_its_variable(
    lab: SourceLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARTIFICIAL_ANALYSIS_API_KEY", "another")
    reason = str(lab.collect().entities[0].reason)
    assert "HTTP 401" in reason
    assert "check the key in ARTIFICIAL_ANALYSIS_API_KEY" in reason
    assert "another" not in reason


def test_the_citation_has_the_link_that_is_asked_for() -> None:
    assert "https://artificialanalysis.ai" in artificial_analysis.CITATION
