"""Interconnects' lists: five of them, comments before a header, regions that are known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from collectors.errors import WrongAnswerError
from collectors.tracked_models import LISTS, page_of
from tests.fakes.tracked_models import MODELS, TrackedModels
from tests.recorded import FIXTURES, recorded
from tests.source_lab import SourceLab, entity, lab_of, parsed, rows_of

NAME = "tracked_models"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SourceLab]:
    with lab_of(TrackedModels(), tmp_path, monkeypatch) as lab:
        yield lab


def listed(name: str, more: str = "") -> dict[str, dict]:
    """The rows of a recorded list, with more lines, by subject."""
    body = (FIXTURES / NAME / f"{name}.csv").read_text() + more
    return {row["subject"]: row for row in rows_of(parsed(NAME, body.encode(), of=name))}


def test_dates_stand_below_comments() -> None:
    assert recorded(NAME).body.startswith(b"#")
    row = listed("release_date_corrections")["moonshotai/Kimi-K2.5"]
    assert (row["hf_created_on"], row["released_on"]) == (date(2026, 1, 1), date(2026, 1, 27))
    assert row["note"] == "26 days early"


def test_sizes() -> None:
    row = listed("model_parameters")["deepseek-ai/DeepSeek-R1"]
    assert (row["total_params_b"], row["active_params_b"], row["is_moe"]) == (671, 37, None)
    assert "14B MTP module" in row["note"]


def test_models_and_regions() -> None:
    model = listed("models")["ai21labs/AI21-Jamba-Large-1.5"]
    assert (model["hf_org"], model["region"]) == ("ai21labs", None)
    assert listed("organization_regions")["01-ai"]["region"] == "china"


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("organization_regions", "some-lab,atlantis,", "region is not one of us, china, eu"),
        ("organization_regions", "some-lab,,", "region is missing"),
        ("organization_regions", "some lab,us,", "hf_org is not a name on the Hub"),
        ("models", "lab,model,model", "modelId is not a name on the Hub"),
        ("model_parameters", "a/b,-3,,,", "total_params_b is not between"),
        ("model_parameters", "a/b,7e9,,,", "total_params_b is not between"),
        ("model_parameters", "a/b,7,,perhaps,", "is_moe is neither true nor false"),
        ("release_date_corrections", "a/b,2026-01-01,soon,", "actual_release_date is not a date"),
        ("release_date_corrections", "a/b,2026-01-01", "not as many cells"),
    ],
)
def test_an_absurd_row_is_set_aside(name: str, line: str, said: str) -> None:
    body = (FIXTURES / NAME / f"{name}.csv").read_bytes()
    before = parsed(NAME, body, of=name)
    found = parsed(NAME, body + line.encode() + b"\n", of=name)
    (reason,) = found.set_aside
    assert said in reason
    assert rows_of(found) == rows_of(before)


def test_a_subject_that_comes_twice_counts_once() -> None:
    rows = listed("organization_regions", "01-ai,us,\n")
    assert rows["01-ai"]["region"] == "china"


@pytest.mark.parametrize("name", LISTS)
def test_another_list_is_refused(name: str) -> None:
    with pytest.raises(WrongAnswerError, match="expected CSV with the column"):
        parsed(NAME, b"name,region_of\nx,y\n", of=name)


def test_every_list_is_an_entity_of_one_table(lab: SourceLab) -> None:
    result = lab.collect()
    assert result.exit == "done"
    assert [one.entity for one in result.entities] == list(LISTS)
    rows = lab.rows(result)
    assert {row["file"] for row in rows} == set(LISTS)
    assert sum(row["file"] == "models" for row in rows) == MODELS + 2


def test_an_unknown_region_is_said(lab: SourceLab) -> None:
    lab.fake.fault("unknown-region")
    result = lab.collect()
    assert result.exit == "done"
    reason = str(entity(result, "organization_regions").reason)
    assert reason.startswith("1 row set aside: region is not one of us, china, eu, other, unknown")
    assert "atlantis" not in {row["region"] for row in lab.rows(result)}


def test_one_list_does_not_hold_up_the_others(lab: SourceLab) -> None:
    lab.fake.fault("404", path="extra_models")
    result = lab.collect()
    assert result.exit == "partial"
    assert {row["file"] for row in lab.rows(result)} == set(LISTS) - {"extra_models"}


def test_where_a_reader_finds_a_list() -> None:
    assert page_of("organization_regions") == (
        "https://github.com/Interconnects-AI/tracked-models/blob/main/metadata/"
        "organization_regions.csv"
    )
