"""LiveBench: releases apart, every task in a category, newer releases found by listing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from collectors import livebench
from collectors.errors import WrongAnswerError
from collectors.livebench import NEWEST, RELEASES
from collectors.source import Tracked
from tests.fake_services import Reply, Request
from tests.fakes.livebench import NEXT, LiveBench, files
from tests.source_lab import SourceLab, entity, lab_of, parsed, rows_of

NAME = "livebench"
TABLE = "table_2026_01_08.csv"
CATEGORIES = "categories_2026_01_08.json"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SourceLab]:
    with lab_of(LiveBench(), tmp_path, monkeypatch) as lab:
        yield lab


def body(table: str | None = None, categories: str | None = None) -> bytes:
    """The recorded release with another table or other categories."""
    said = files()
    given = {TABLE: table or said[TABLE], CATEGORIES: categories or said[CATEGORIES]}
    return json.dumps(given).encode()


def test_scores_are_those_of_the_release() -> None:
    rows = rows_of(parsed(NAME))
    real = {row["task"]: row for row in rows if row["model"] == "arcee-trinity-large-preview"}
    assert len(real) == 23
    assert real["code_generation"]["score"] == 70.423
    assert real["code_generation"]["category"] == "Coding"
    assert real["javascript"]["score"] == 0.0, "zero points are a score"
    assert {row["release"] for row in rows} == {date(2026, 1, 8)}
    assert len({row["category"] for row in rows}) == 7


def test_an_empty_cell_is_null() -> None:
    scores = {
        row["task"]: row["score"] for row in rows_of(parsed(NAME)) if row["model"] == "invented-b"
    }
    assert [task for task, score in scores.items() if score is None] == ["olympiad", "python"]
    assert len(scores) == 23


@pytest.mark.parametrize("cell", ["-0.1", "100.1", "n/a", "NaN", "1e999"])
def test_a_row_with_an_absurd_cell_is_set_aside_whole(cell: str) -> None:
    found = parsed(NAME, body(files()[TABLE].replace("70.423", cell)))
    assert found.rows_read == 3
    (reason,) = found.set_aside
    assert "code_generation" in reason
    assert not [row for row in rows_of(found) if row["model"].startswith("arcee")]


def test_a_model_that_comes_twice_counts_once() -> None:
    table = files()[TABLE]
    found = parsed(NAME, body(table + table.splitlines()[1] + "\n"))
    assert (found.rows_read, found.set_aside) == (3, [])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (body("<!doctype html><title>LiveBench</title>\n"), "first column is 'model', found"),
        (body("Model,a\nx,1\n"), "first column is 'model', found 'Model'"),
        (body("model\nx\n"), "expected tasks and models"),
        (body(categories='{"Coding": ["code_generation"]}'), "a category for each task"),
        (body(categories='{"A": ["typos"], "B": ["typos"]}'), "found two for 'typos'"),
        (body(categories="[]"), "expected an object"),
        (json.dumps({TABLE: files()[TABLE]}).encode(), f"expected {CATEGORIES} beside the table"),
        (json.dumps({"index.html": ""}).encode(), "expected files of releases"),
        (b"{}", "expected the files of a release"),
    ],
)
def test_what_is_no_release_is_refused(changed: bytes, said: str) -> None:
    with pytest.raises(WrongAnswerError, match=said):
        parsed(NAME, changed)


def test_old_releases_are_read_once_and_the_newest_every_run(lab: SourceLab) -> None:
    first = lab.collect()
    assert first.exit == "done"
    assert [one.entity for one in first.entities] == [*RELEASES[:-1], NEWEST]
    assert {row["release"] for row in lab.rows(first)} == {
        date.fromisoformat(release.replace("_", "-")) for release in RELEASES
    }
    second = lab.collect()
    assert [one.entity for one in second.entities] == [NEWEST]
    assert {row["release"] for row in lab.rows(second)} == {date(2026, 1, 8)}


def test_a_release_that_failed_is_asked_for_again(lab: SourceLab) -> None:
    lab.fake.fault("404", path="table_2025_04_02")
    assert lab.collect().exit == "partial"
    lab.fake.heal()
    assert [one.entity for one in lab.collect().entities] == ["2025_04_02", NEWEST]


def test_a_release_with_a_row_that_cannot_be_read_is_asked_for_again(
    lab: SourceLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = lab.fake.reply

    def reply(request: Request) -> Reply:
        found = good(request)
        if "table_2025_04_02" in request.path:
            found.body += b"one-cell-only\n"
        return found

    with monkeypatch.context() as patched:
        patched.setattr(lab.fake, "reply", reply)
        first = entity(lab.collect(), "2025_04_02")
        assert (first.status, "1 row set aside" in str(first.reason)) == ("accepted", True)
    assert [one.entity for one in lab.collect().entities] == ["2025_04_02", NEWEST]
    assert [one.entity for one in lab.collect().entities] == [NEWEST]


def test_a_release_that_the_module_does_not_know_is_found(lab: SourceLab) -> None:
    lab.fake.fault("new-release")
    result = lab.collect()
    assert entity(result, NEWEST).reason is None
    newest = {row["release"] for row in lab.rows(result)} - {date(2026, 1, 8)}
    assert max(newest) == date.fromisoformat(NEXT.replace("_", "-"))


def test_a_newer_release_that_cannot_be_read_spoils_nothing(lab: SourceLab) -> None:
    lab.fake.fault("new-release")
    lab.fake.fault("404", path=f"categories_{NEXT}")
    result = lab.collect()
    assert result.exit == "done"
    assert f"{NEXT} is not read: HTTP 404" in str(entity(result, NEWEST).reason)
    assert date(2026, 5, 1) not in {row["release"] for row in lab.rows(result)}


def test_without_the_listing_the_known_releases_are_read(lab: SourceLab) -> None:
    lab.fake.fault("no-listing")
    result = lab.collect()
    assert result.exit == "done"
    reason = str(entity(result, NEWEST).reason)
    assert "releases after 2026_01_08 could not be looked for: HTTP 403" in reason


def test_a_listing_of_something_else_is_said(lab: SourceLab) -> None:
    lab.fake.fault("empty-list", path=livebench.LISTING_PATH)
    reason = str(entity(lab.collect(), NEWEST).reason)
    assert "could not be looked for: expected a list of files with that release" in reason


def test_the_page_of_the_app_is_not_stored_as_a_table(lab: SourceLab) -> None:
    lab.fake.fault("app-page")
    result = lab.collect()
    assert result.exit == "failed"
    assert all("text/html" in str(one.reason) for one in result.entities)


def test_a_task_without_a_category_fails_that_release(lab: SourceLab) -> None:
    lab.fake.fault("lost-category")
    result = lab.collect()
    assert entity(result, NEWEST).status == "failed"
    assert "found none for typos" in str(entity(result, NEWEST).reason)
    assert entity(result, RELEASES[0]).status == "accepted", "it has no such task"


def test_the_plan_depends_on_what_was_accepted() -> None:
    assert livebench.plan(RELEASES, Tracked(), date(2026, 11, 18)) == [NEWEST]
