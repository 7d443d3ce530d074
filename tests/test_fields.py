"""Single values out of answers that somebody on the internet wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from collectors import fields
from collectors.errors import WrongAnswerError
from collectors.fields import LARGEST_COUNT, MalformedRowError
from collectors.http import Answer

Reader = Callable[[fields.Fields, str], Any]
READERS: list[Reader] = [
    fields.whole,
    fields.whole_text,
    fields.number,
    fields.decimal,
    fields.instant,
    fields.day,
    fields.text,
    fields.flag,
]
ODD: list[Any] = [[], {}, {"a": 1}, [1], b"1", object()]


@pytest.mark.parametrize("reader", READERS)
def test_what_is_absent_or_null_has_no_value(reader: Reader) -> None:
    assert reader({}, "a") is None
    assert reader({"a": None}, "a") is None


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("value", ODD)
def test_what_is_no_single_value_is_malformed(reader: Reader, value: Any) -> None:
    with pytest.raises(MalformedRowError, match=r"^a is n"):
        reader({"a": value}, "a")


@pytest.mark.parametrize(
    ("reader", "value", "found"),
    [
        (fields.whole, 0, 0),
        (fields.whole, LARGEST_COUNT, LARGEST_COUNT),
        (fields.whole_text, 12, 12),
        (fields.whole_text, "251204", 251204),
        (fields.whole_text, "0", 0),
        (fields.number, 1, 1.0),
        (fields.number, -0.5, -0.5),
        (fields.decimal, "", None),
        (fields.decimal, "55.7", Decimal("55.7")),
        (fields.decimal, "1.6e12", Decimal("1.6e12")),
        (fields.decimal, "0", Decimal(0)),
        (fields.decimal, "-1e27", Decimal("-1e27")),
        (fields.instant, "2026-11-20T23:41:08Z", datetime(2026, 11, 20, 23, 41, 8, tzinfo=UTC)),
        (
            fields.instant,
            "2026-11-20T23:41:08.123456Z",
            datetime(2026, 11, 20, 23, 41, 8, 123456, tzinfo=UTC),
        ),
        (
            fields.instant,
            "2026-11-20T23:41:08.5+02:00",
            datetime(2026, 11, 20, 21, 41, 8, 500000, tzinfo=UTC),
        ),
        (fields.day, "2024-02-29", date(2024, 2, 29)),
        (fields.text, "", ""),
        (fields.text, "Qwen3 – 中文", "Qwen3 – 中文"),
        (fields.text, "x" * 200, "x" * 200),
        (fields.flag, False, False),
        (fields.flag, True, True),
    ],
)
def test_good_values(reader: Reader, value: Any, found: Any) -> None:
    assert reader({"a": value}, "a") == found
    assert type(reader({"a": value}, "a")) is type(found)


@pytest.mark.parametrize(
    ("reader", "value", "fault"),
    [
        (fields.whole, True, "is not a whole number"),
        (fields.whole, "12", "is not a whole number"),
        (fields.whole, 12.0, "is not a whole number"),
        (fields.whole, -1, "is negative"),
        (fields.whole, LARGEST_COUNT + 1, r"is over 1e\+15"),
        (fields.whole, 2**64, r"is over 1e\+15"),
        (fields.whole_text, "", "is not a whole number"),
        (fields.whole_text, "-1", "is not a whole number"),
        (fields.whole_text, "1.0", "is not a whole number"),
        (fields.whole_text, "1e3", "is not a whole number"),
        (fields.whole_text, "1_000", "is not a whole number"),
        (fields.whole_text, " 1", "is not a whole number"),
        (fields.whole_text, "9" * 19, r"is over 1e\+15"),
        (fields.whole_text, "9" * 20, "is not a whole number"),
        (fields.whole_text, -1, "is negative"),
        (fields.number, True, "is not a number"),
        (fields.number, "1", "is not a number"),
        (fields.number, float("nan"), r"is over 1e\+15"),
        (fields.number, float("-inf"), r"is over 1e\+15"),
        (fields.number, 10**400, r"is over 1e\+15"),
        (fields.decimal, 1.5, "is not a number"),
        (fields.decimal, "NaN", "is not a number"),
        (fields.decimal, "Infinity", "is not a number"),
        (fields.decimal, "1_000", "is not a number"),
        (fields.decimal, "1,5", "is not a number"),
        (fields.decimal, "1e999999999", "is not a number"),
        (fields.decimal, "1e-999999999", "is not a number"),
        (fields.decimal, "1" * 41, "is not a number"),
        (fields.instant, "2026-11-20", "is not a UTC instant"),
        (fields.instant, "2026-11-20T23:41:08", "is not a UTC instant"),
        (fields.instant, "2026-11-20T25:41:08Z", "is not a UTC instant"),
        (fields.instant, "2026-11-20T23:41:08+99:99", "is not a UTC instant"),
        (fields.instant, "0001-01-01T00:00:00+14:00", "is not a UTC instant"),
        (fields.instant, "1999-12-31T23:59:59Z", "is not in this century"),
        (fields.instant, 1795300000, "is not a UTC instant"),
        (fields.day, "2026-11-31", "is not a date"),
        (fields.day, "2026-W01-1", "is not a date"),
        (fields.day, "20261120", "is not a date"),
        (fields.day, "2026-11-20\n", "is not a date"),
        (fields.day, "２０２６-11-20", "is not a date"),
        (fields.day, "0001-01-01", "is not in this century"),
        (fields.text, "x" * 201, "is not a short text"),
        (fields.text, "a\x1b[31m", "is not a short text"),
        (fields.text, "a\nb", "is not a short text"),
        (fields.text, "\ud800", "is not a short text"),
        (fields.text, 5, "is not a short text"),
        (fields.flag, 0, "is neither true nor false"),
        (fields.flag, "true", "is neither true nor false"),
    ],
)
def test_malformed_values(reader: Reader, value: Any, fault: str) -> None:
    with pytest.raises(MalformedRowError, match=f"^a {fault}$"):
        reader({"a": value}, "a")


def test_a_longer_text_where_it_is_wanted() -> None:
    assert fields.text({"a": "x" * 300}, "a", longest=300) == "x" * 300


def test_what_a_row_cannot_do_without() -> None:
    assert fields.required(0, "a") == 0
    assert fields.required("", "a") == ""
    with pytest.raises(MalformedRowError, match=r"^a is missing$"):
        fields.required(None, "a")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"null", None),
        (b"[1]", [1]),
        (b'{"a":"\\ud83d\\ude00"}', {"a": "😀"}),
        (b'{"a":"\\ud800"}', {"a": "\ud800"}),
    ],
)
def test_json(body: bytes, found: Any) -> None:
    assert fields.json_of(body) == found


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{", b"NaN", b"[Infinity]", b"\xff\xfe", b"[" * 100_000]
)
def test_what_is_not_json(body: bytes) -> None:
    with pytest.raises(WrongAnswerError, match=f"expected JSON, found {len(body):,} bytes"):
        fields.json_of(body)


def answer(body: bytes, kind: str | None) -> Answer:
    return Answer("https://a.example", 200, {"Content-Type": kind} if kind else {}, body)


@pytest.mark.parametrize(
    "kind", [None, "application/json", "application/JSON; charset=utf-8", "application/x+json"]
)
def test_an_answer_that_calls_itself_json(kind: str | None) -> None:
    assert fields.json_answer(answer(b"[]", kind)) == []


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "text/plain", "text/csv"])
def test_an_answer_that_does_not_call_itself_json(kind: str) -> None:
    with pytest.raises(WrongAnswerError, match="expected JSON, found 'text/") as caught:
        fields.json_answer(answer(b"[]", kind))
    assert caught.value.status == 200


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({}, "an object"),
        ("a", "a string"),
        (None, "null"),
        (1, "a number"),
        (1.5, "a number"),
        (True, "true or false"),
    ],
)
def test_what_stands_in_the_place_of_a_list(value: Any, kind: str) -> None:
    with pytest.raises(WrongAnswerError, match=f"expected a JSON list of things, found {kind}$"):
        fields.listed(value, "things")


def test_members() -> None:
    assert fields.listed([1], "things") == [1]
    assert fields.member({"a": None}, "a", "a thing") is None
    with pytest.raises(WrongAnswerError, match="expected a thing with 'a', found none"):
        fields.member({"b": 1}, "a", "a thing")
    with pytest.raises(WrongAnswerError, match="expected a thing, found a list"):
        fields.member([1], "a", "a thing")
