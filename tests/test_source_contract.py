"""What every source has to keep; a new source is tested here without a new test."""

from __future__ import annotations

import gzip
import inspect
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import collectors
from collectors import source as contract
from collectors.errors import ConfigurationError, WrongAnswerError
from collectors.source import Parsed, Source, Tracked, load, load_all
from data.history import History
from data.schema import arrow_schema, key_columns, table_names
from data.snapshots import Manifest

FIXTURES = Path(__file__).parent / "fixtures"
RUN = "20260505T060000000000Z"


@dataclass(frozen=True)
class Recorded:
    """A recorded response of a source: its body, and what its manifest would say."""

    entity: str
    body: bytes
    facts: dict[str, Any]
    rows: int


# One line a source: what it answered once.
RECORDED = {
    "huggingface": Recorded(
        entity="samriti16",
        body=b"[" + (FIXTURES / "huggingface/listing_filter_base_model.json").read_bytes() + b"]",
        facts={},
        rows=2,
    ),
}


@pytest.fixture(params=collectors.SOURCES)
def source(request: pytest.FixtureRequest) -> Source:
    return load(request.param)


@pytest.fixture
def parsed(source: Source) -> Parsed:
    return source.parse(RECORDED[source.NAME].body, manifest_of(source))


def manifest_of(source: Source) -> Manifest:
    recorded = RECORDED[source.NAME]
    return Manifest(
        source=source.NAME,
        run=RUN,
        entity=recorded.entity,
        url=source.URL,
        fetched_at=datetime(2026, 5, 5, 6, tzinfo=UTC),
        http_status=200,
        licence=source.LICENCE,
        citation=source.CITATION,
        facts=recorded.facts,
    )


def test_every_source_is_named_once() -> None:
    assert len(set(collectors.SOURCES)) == len(collectors.SOURCES)
    assert [source.NAME for source in load_all()] == list(collectors.SOURCES)
    assert set(RECORDED) == set(collectors.SOURCES)


def test_it_declares_what_it_must(source: Source) -> None:
    assert isinstance(source, Source)
    for name in ("NAME", "TITLE", "URL", "LICENCE", "CITATION", "ENTITY"):
        value = getattr(source, name)
        assert isinstance(value, str)
        assert value.strip() == value != ""
    assert re.fullmatch(r"[a-z][a-z0-9_]*", source.NAME)
    assert source.URL.startswith("https://")
    assert re.findall(r"\{.*?\}", source.CITATION) in ([], ["{as_of}"])
    assert isinstance(source.MIN_ROWS, int)
    assert source.MIN_ROWS >= 1, "an empty run must never pass for a good one"
    assert isinstance(source.CADENCE, timedelta)
    assert source.CADENCE.total_seconds() >= 3600
    assert all(isinstance(key, str) for key in source.REQUIRED_KEYS)


@pytest.mark.parametrize("function", ["check_settings", "plan", "fetch", "parse", "measure"])
def test_its_functions_have_the_agreed_parameters(source: Source, function: str) -> None:
    agreed = list(inspect.signature(getattr(contract.Source, function)).parameters)[1:]
    assert list(inspect.signature(getattr(source, function)).parameters) == agreed


def test_its_tables_are_its_own_and_exist(source: Source) -> None:
    assert source.TABLES
    for table in source.TABLES:
        assert table.startswith(f"{source.NAME}__")
        assert table in table_names()
        assert "run" in key_columns(table), "a second run would collide with the first"
        assert "observed_at" in arrow_schema(table).names


def test_a_recorded_response_gives_rows_that_fit(
    source: Source, parsed: Parsed, tmp_path: Path
) -> None:
    assert parsed.rows_read == RECORDED[source.NAME].rows
    assert set(parsed.tables) <= set(source.TABLES)
    assert any(len(rows) for rows in parsed.tables.values())
    for table, rows in parsed.tables.items():
        written = rows
        if not isinstance(rows, pa.Table):
            assert all(set(row) == set(arrow_schema(table).names) for row in rows)
        assert History(tmp_path).write(table, RUN, source.NAME, written).exists()


def test_parsing_twice_gives_the_same(source: Source, parsed: Parsed) -> None:
    assert source.parse(RECORDED[source.NAME].body, manifest_of(source)) == parsed


def test_it_measures_a_listing_alone_and_against_another(source: Source, parsed: Parsed) -> None:
    alone, compared = source.measure(parsed, None), source.measure(parsed, parsed)
    assert list(alone) == list(compared)
    assert all(value is None or isinstance(value, int) for value in compared.values())


@pytest.mark.parametrize(
    "body", [b"", b"<html></html>", b"null", b"{", b"\xff\xfe", gzip.compress(b"[]", mtime=0)]
)
def test_a_body_that_is_something_else_is_refused(source: Source, body: bytes) -> None:
    with pytest.raises(WrongAnswerError):
        source.parse(body, manifest_of(source))


def test_it_plans_nothing_when_nothing_is_tracked(source: Source) -> None:
    planned = source.plan([], Tracked())
    assert len(set(planned)) == len(planned)


def test_an_unknown_source_is_named_with_a_close_match() -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'huggingface'"):
        load("hugingface")
