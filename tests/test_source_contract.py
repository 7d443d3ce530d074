"""What every source has to keep; a new source is tested here without a new test.

There are two kinds: those that are asked for what is true now, and archives that have the past.
"""

from __future__ import annotations

import gzip
import inspect
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

import collectors
from benchmarks.archive import Archive, Fault
from collectors import source as contract
from collectors.errors import ConfigurationError, UnavailableError, WrongAnswerError
from collectors.http import Session
from collectors.hub import Dataset
from collectors.source import (
    AnySource,
    ArchiveSource,
    Parsed,
    Source,
    Tracked,
    archives,
    is_archive,
    listings,
    load,
    load_all,
)
from data.daystore import DayStore
from data.errors import DamagedError
from data.history import History
from data.repositories import repository_table
from data.schema import arrow_schema, key_columns, table_names
from data.snapshots import Manifest
from tests.fake_archive import FakeArchive
from tests.fake_pulse import PULSE, pulse_files
from tests.recorded import is_recorded, recorded

RUN = "20260505T060000000000Z"

OTHERS = {PULSE: pulse_files()}


LISTINGS = [source.NAME for source in listings()]
ARCHIVES = [source.NAME for source in archives()]


@pytest.fixture(params=collectors.SOURCES)
def any_source(request: pytest.FixtureRequest) -> AnySource:
    return load(request.param)


@pytest.fixture(params=LISTINGS)
def source(request: pytest.FixtureRequest) -> Source:
    return load(request.param)


@pytest.fixture(params=ARCHIVES)
def archive(request: pytest.FixtureRequest) -> ArchiveSource:
    return load(request.param)


@pytest.fixture
def parsed(source: Source) -> Parsed:
    return source.parse(recorded(source.NAME).body, manifest_of(source))


def manifest_of(source: Source) -> Manifest:
    answer = recorded(source.NAME)
    return Manifest(
        source=source.NAME,
        run=RUN,
        entity=answer.entity,
        url=source.URL,
        fetched_at=datetime(2026, 5, 5, 6, tzinfo=UTC),
        http_status=200,
        licence=source.LICENCE,
        citation=source.CITATION,
        facts=answer.facts,
    )


def test_every_source_is_named_once() -> None:
    assert len(set(collectors.SOURCES)) == len(collectors.SOURCES)
    assert [source.NAME for source in load_all()] == list(collectors.SOURCES)
    assert [name for name in LISTINGS if not is_recorded(name)] == []


def test_it_is_of_one_kind(any_source: AnySource) -> None:
    assert isinstance(any_source, Source) != isinstance(any_source, ArchiveSource)
    assert is_archive(any_source) == (any_source.NAME in ARCHIVES)


def test_it_declares_what_it_must(any_source: AnySource) -> None:
    source = any_source
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


def test_a_listing_says_which_keys_it_needs(source: Source) -> None:
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
    assert parsed.rows_read == recorded(source.NAME).rows
    assert set(parsed.tables) <= set(source.TABLES)
    assert any(len(rows) for rows in parsed.tables.values())
    for table, rows in parsed.tables.items():
        written = rows
        if not isinstance(rows, pa.Table):
            assert all(set(row) == set(arrow_schema(table).names) for row in rows)
        assert History(tmp_path).write(table, RUN, source.NAME, written).exists()


def test_parsing_twice_gives_the_same(source: Source, parsed: Parsed) -> None:
    assert source.parse(recorded(source.NAME).body, manifest_of(source)) == parsed


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
    planned = source.plan([], Tracked(), date(2026, 5, 5))
    assert len(set(planned)) == len(planned)


# Archives.


@pytest.fixture(scope="module")
def hub() -> Iterator[FakeArchive]:
    shown = Archive(200, 12, seed=2, faults=[Fault("no_columns", day=0, days=2)])
    weeks = {"2026-06-03": 7, "2026-06-05": 9, "2026-06-10": 11}
    with FakeArchive(archive=shown, weeks=weeks, others=OTHERS) as running:
        yield running


@pytest.fixture
def dataset(
    archive: ArchiveSource, hub: FakeArchive, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Dataset]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    yield Dataset.from_environment(Session(), archive.DATASET)
    hub.heal()


@pytest.mark.parametrize("function", ["check_settings", "revisions", "opened", "observed_at"])
def test_functions_of_an_archive_have_the_agreed_parameters(
    archive: ArchiveSource, function: str
) -> None:
    agreed = list(inspect.signature(getattr(contract.ArchiveSource, function)).parameters)[1:]
    assert list(inspect.signature(getattr(archive, function)).parameters) == agreed


def test_an_archive_fills_one_day_table_that_a_source_owns(archive: ArchiveSource) -> None:
    (table,) = archive.TABLES
    owner, _, things = table.partition("__")
    assert owner in ARCHIVES
    assert things
    assert table not in table_names(), "days are kept in a store of days"


def test_revisions_come_newest_first_one_a_day_and_always_the_same(
    archive: ArchiveSource, dataset: Dataset
) -> None:
    found = list(archive.revisions(dataset))
    assert len(found) > 1
    assert found == list(archive.revisions(dataset))
    assert [r.at for r in found] == sorted((r.at for r in found), reverse=True)
    assert len({revision.day for revision in found}) == len(found)
    assert all(revision.at.tzinfo and revision.title for revision in found)


def test_every_revision_can_be_read(
    archive: ArchiveSource, dataset: Dataset, hub: FakeArchive, tmp_path: Path
) -> None:
    store = DayStore(tmp_path / "history", repository_table(archive.TABLES[0]))
    for revision in archive.revisions(dataset):
        file = dataset.file(revision.revision, revision.path)
        also = [dataset.file(revision.revision, path) for path in archive.ALSO]
        paths = {
            one.path: dataset.download(one, tmp_path / "download", lambda done, total: None)
            for one in (*also, file)
        }
        opened = archive.opened(revision, paths)
        observed_at = archive.observed_at(revision, opened)
        assert observed_at.tzinfo
        assert observed_at.date() == revision.day or not revision.is_dated
        kept = store.add(observed_at.date(), opened, {})
        assert kept.repositories >= archive.MIN_ROWS
        if archive.IS_COMPLETE:
            day = (observed_at.date() - hub.archive.first_day).days
            assert kept.repositories == hub.archive.rows(day)
            assert (kept.totals["downloads_all_time"]["sum"] is None) == (day < 2)


def test_a_file_that_is_something_else_is_refused(
    archive: ArchiveSource, dataset: Dataset, tmp_path: Path
) -> None:
    revision = next(archive.revisions(dataset))
    path = tmp_path / "models.parquet"
    path.write_bytes(b"<html></html>")
    files = dict.fromkeys((revision.path, *archive.ALSO), path)
    store = DayStore(tmp_path / "history", repository_table(archive.TABLES[0]))

    def read() -> None:
        file = archive.opened(revision, files)
        store.add(archive.observed_at(revision, file).date(), file, {})

    with pytest.raises(DamagedError):
        read()
    assert store.days() == []


def test_a_file_that_is_not_there_is_unavailable(archive: ArchiveSource, dataset: Dataset) -> None:
    revision = next(archive.revisions(dataset))
    with pytest.raises(UnavailableError, match="archive unavailable"):
        dataset.file(revision.revision, "no/such.parquet")


def test_an_unknown_source_is_named_with_a_close_match() -> None:
    with pytest.raises(ConfigurationError, match=r"did you mean huggingface\?"):
        load("hugingface")
