"""Epoch AI: columns by name, old names, partial dates, numbers as text, line breaks in cells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from collectors.errors import WrongAnswerError
from tests.fakes.epoch import MODELS, Epoch
from tests.recorded import recorded
from tests.source_lab import SourceLab, lab_of, parsed, rows_of

NAME = "epoch"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SourceLab]:
    with lab_of(Epoch(), tmp_path, monkeypatch) as lab:
        yield lab


def changed(old: str, new: str) -> bytes:
    """The recorded list with something else in it."""
    body = recorded(NAME).body.decode()
    assert old in body
    return body.replace(old, new).encode()


def test_a_row_with_a_line_break_and_text_numbers() -> None:
    first = rows_of(parsed(NAME))[0]
    assert first["model"] == "DeepSeek-V4-Pro"
    assert (first["organization"], first["country"]) == ("DeepSeek", "China")
    assert first["parameters"] == 1.6e12
    assert first["published_on"] == date(2026, 4, 24)
    assert first["is_open_weights"] is True
    assert first["accessibility"] == "Open weights (unrestricted)"
    assert (first["training_compute_flop"], first["base_model"]) == (None, None)


def test_partial_dates_stay_text() -> None:
    rows = {row["model"]: row for row in rows_of(parsed(NAME))}
    month, year = rows["Invented-7B"], rows["Invented-1950"]
    assert (month["published_text"], month["published_on"]) == ("2024-03", None)
    assert (year["published_text"], year["published_on"]) == ("1950", None)


def test_what_is_empty_is_null_and_not_false() -> None:
    closed = {row["model"]: row for row in rows_of(parsed(NAME))}["Invented-Closed"]
    names = ("is_open_weights", "parameters", "country", "base_model")
    assert [closed[name] for name in names] == [None] * 4
    assert closed["training_compute_flop"] == 3e26


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",1.6e12,", ",a trillion,", "Parameters is not a number"),
        (",1.6e12,", ",-5,", "Parameters is not between"),
        (",1.6e12,", ",1e30,", "Parameters is not between"),
        ("2026-04-24", "2026-13-24", "Publication date is not a date"),
        ("2026-04-24", "", "Publication date is missing"),
        (",Speculative,China", ",Speculative", "not as many cells"),
    ],
)
def test_an_absurd_row_is_set_aside(old: str, new: str, said: str) -> None:
    found = parsed(NAME, recorded(NAME).body.decode().replace(old, new, 1).encode())
    (reason,) = found.set_aside
    assert said in reason
    assert len(rows_of(found)) == 3


@pytest.mark.parametrize(
    ("cell", "is_open"),
    [
        ("Yes", True),
        ("yes", True),
        ("True", True),
        ("No", False),
        ("FALSE", False),
        ("unknown", None),
        ("Partially", None),
        ("", None),
    ],
)
def test_whether_weights_are_open_costs_no_row(cell: str, is_open: bool | None) -> None:
    found = parsed(NAME, changed(",Yes,", f",{cell},"))
    assert found.set_aside == []
    assert rows_of(found)[0]["is_open_weights"] is is_open


def test_columns_are_found_by_name_in_any_order() -> None:
    lines = [
        "Model,Country (from Organization),Parameters,Publication date,Open model weights?,"
        "Organization",
        "Some-1B,China,1e9,2025-05,Yes,Some Lab",
    ]
    (row,) = rows_of(parsed(NAME, "\r\n".join(lines).encode()))
    assert (row["country"], row["parameters"], row["is_open_weights"]) == ("China", 1e9, True)
    assert (row["confidence"], row["base_model"]) == (None, None)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Publication date", "Published", "the column Publication date once"),
        ("Country (of organization)", "Country", "'Country .of organization.', found Country"),
        ("Model,Domain", "Model,Model", "the column Model once"),
        ('"note with a\nnewline"', '"note', "expected CSV, found"),
    ],
)
def test_what_is_no_such_list_is_refused(old: str, new: str, said: str) -> None:
    with pytest.raises(WrongAnswerError, match=said):
        parsed(NAME, changed(old, new))


def test_a_model_that_comes_twice_counts_once() -> None:
    body = recorded(NAME).body
    found = parsed(NAME, body + body.splitlines()[-1] + b"\n")
    assert (found.rows_read, found.set_aside) == (4, [])


def test_the_whole_list_is_read(lab: SourceLab) -> None:
    result = lab.collect()
    assert result.exit == "done"
    assert len(lab.rows(result)) == MODELS + 4
    assert {row["is_open_weights"] for row in lab.rows(result)} == {True, False, None}
    assert result.entities[0].reason is None


def test_the_older_name_of_the_countries_is_known(lab: SourceLab) -> None:
    lab.fake.fault("old-names")
    result = lab.collect()
    assert "China" in {row["country"] for row in lab.rows(result)}


def test_a_column_that_went_is_said(lab: SourceLab) -> None:
    lab.fake.fault("fewer-columns")
    result = lab.collect()
    assert result.exit == "done"
    assert "no column Confidence any more" in str(result.entities[0].reason)
