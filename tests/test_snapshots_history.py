"""What is kept of the sources: raw snapshots with their manifests, and the typed history."""

from __future__ import annotations

import gzip
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import HistoryError, SnapshotError
from data.history import History
from data.schema import arrow_schema, key_columns, table_names, table_sql
from data.snapshots import (
    Manifest,
    SnapshotRun,
    SnapshotStore,
    read_manifest,
    run_name,
    run_started_at,
    write_atomically,
)

AT = datetime(2026, 5, 5, 6, 0, 0, 1, tzinfo=UTC)
RUN = "20260505T060000000001Z"
MODELS = "huggingface__models"
Row = dict[str, Any]


def manifest(entity: str = "Qwen", **changed: Any) -> Manifest:
    facts: dict[str, Any] = {
        "source": "some_source",
        "run": RUN,
        "entity": entity,
        "url": "https://source.example/a",
        "fetched_at": AT,
        "http_status": 200,
        "licence": "MIT",
        "citation": "Source: a source",
        "rows": 2,
        "facts": {"pages": [1, 2], "name": "Größe"},
    }
    return Manifest(**{**facts, **changed})


@pytest.fixture
def run(tmp_path: Path) -> SnapshotRun:
    return SnapshotStore(tmp_path).open_run("some_source", ["Qwen", "a/b ö"], AT)


def model(**changed: Any) -> Row:
    row = dict.fromkeys(arrow_schema(MODELS).names)
    given = {"hub_id": "a" * 24, "model_id": "Qwen/A", "hf_org": "Qwen", "run": RUN}
    return {**row, **given, "observed_at": AT, **changed}


def observation(**changed: Any) -> Row:
    row = dict.fromkeys(arrow_schema("observations").names)
    given = {"source": "some_source", "entity": "Qwen", "run": RUN, "status": "accepted"}
    return {**row, **given, "observed_at": AT, **changed}


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history")


# Snapshots


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1)))
@settings(max_examples=50, derandomize=True, database=None)
def test_a_run_is_named_by_its_instant(at: datetime) -> None:
    instant = at.replace(tzinfo=UTC)
    assert run_started_at(run_name(instant)) == instant


def test_runs_are_ordered_by_name() -> None:
    instants = [AT, AT.replace(microsecond=0), AT.replace(year=2025), AT.replace(hour=18)]
    assert sorted(map(run_name, instants)) == [run_name(at) for at in sorted(instants)]


@pytest.mark.parametrize("body", [b"", b"[]", "[{'id': 'ö'}]".encode(), b"\x00\xff" * 5000])
def test_a_body_comes_back_as_it_was(run: SnapshotRun, body: bytes) -> None:
    stored = run.store(manifest("a/b ö"), body)
    assert stored.bytes == len(body)
    (found,) = run.manifests()
    assert found == stored
    assert found.facts == {"pages": [1, 2], "name": "Größe"}
    assert run.body(found) == body
    assert all(path.parent == run.folder for path in run.folder.rglob("*")), "entities are files"


def test_the_same_body_gives_the_same_file(run: SnapshotRun) -> None:
    run.store(manifest(), b"body")
    before = (run.folder / "Qwen.body.gz").read_bytes()
    run.store(manifest(), b"body")
    assert (run.folder / "Qwen.body.gz").read_bytes() == before


def test_a_failure_is_recorded_without_a_body(run: SnapshotRun) -> None:
    run.fail(manifest(error="HTTP 500", http_status=500))
    (found,) = run.manifests()
    assert (found.error, found.sha256, found.http_status) == ("HTTP 500", None, 500)
    assert [path.name for path in run.folder.iterdir() if "body" in path.name] == []
    with pytest.raises(SnapshotError, match="needs an error"):
        run.fail(manifest())


def test_manifests_come_in_the_order_of_the_plan(run: SnapshotRun) -> None:
    run.store(manifest("a/b ö"), b"2")
    assert [found.entity for found in run.manifests()] == ["a/b ö"]
    run.store(manifest("Qwen"), b"1")
    run.store(manifest("not planned"), b"3")
    assert [found.entity for found in run.manifests()] == ["Qwen", "a/b ö"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-9]),
        lambda path: path.write_bytes(b"not gzip"),
        lambda path: path.write_bytes(gzip.compress(b"another body")),
    ],
    ids=["gone", "empty", "short", "not gzip", "another"],
)
def test_a_damaged_body_is_not_read(run: SnapshotRun, damage: Any) -> None:
    stored = run.store(manifest(), b"body" * 100)
    damage(run.folder / "Qwen.body.gz")
    with pytest.raises(SnapshotError, match=r"Qwen\.body\.gz: expected .*, found"):
        run.body(stored)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"source": "x"}', '{"more": 1}', '{"fetched_at": "yesterday"}']
)
def test_a_damaged_manifest_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.manifest.json"
    path.write_text(text)
    with pytest.raises(SnapshotError, match=r"x\.manifest\.json: expected a manifest"):
        read_manifest(path)


def test_only_runs_with_a_plan_are_runs(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    assert store.runs("some_source") == []
    assert store.sources() == []
    second = store.open_run("some_source", ["a"], AT)
    first = store.open_run("some_source", ["a"], AT.replace(year=2025))
    killed = run_name(AT.replace(hour=7))
    (tmp_path / "snapshots/some_source" / killed).mkdir()
    (tmp_path / "snapshots/some_source/notes").mkdir()
    assert [run.name for run in store.runs("some_source")] == [first.name, second.name]
    assert store.runs("some_source")[1].started_at == AT
    assert store.sources() == ["some_source"]
    with pytest.raises(FileExistsError):
        store.open_run("some_source", ["a"], AT)


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")
    monkeypatch.setattr(os, "fsync", _no_space)
    with pytest.raises(OSError, match="no space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["file"]


def _no_space(_: int) -> None:
    raise OSError("no space")


# History


@pytest.mark.parametrize("table", table_names())
def test_every_table_is_typed_and_has_a_key(table: str) -> None:
    schema = arrow_schema(table)
    key = key_columns(table)
    assert key
    assert set(key) <= set(schema.names)
    for field in schema:
        if field.name.endswith("_at"):
            assert field.type == pa.timestamp("us", tz="UTC")
        if field.name.startswith("is_"):
            assert field.type == pa.bool_()
        if field.name.endswith(("_on", "_date")):
            assert field.type == pa.date32()


@pytest.mark.parametrize("table", table_names())
def test_every_column_of_a_table_has_a_comment(table: str) -> None:
    lines = table_sql(table).splitlines()
    for name in arrow_schema(table).names:
        (line,) = [line for line in lines if line.startswith(f"    {name} ")]
        assert "-- " in line, line


def test_a_partition_is_sorted_and_the_same_whatever_the_order(history: History) -> None:
    rows = [model(hub_id=letter * 24, downloads_30d=n) for n, letter in enumerate("cab")]
    path = history.write(MODELS, RUN, "some_source", rows)
    first = path.read_bytes()
    assert path == history.root / MODELS / "2026-05" / f"{RUN}.some_source.parquet"
    table = pq.read_table(path)
    assert table.schema.equals(arrow_schema(MODELS))
    assert [row["hub_id"][0] for row in table.to_pylist()] == ["a", "b", "c"]
    history.write(MODELS, RUN, "some_source", rows[::-1])
    assert path.read_bytes() == first
    history.write(MODELS, RUN, "some_source", table)
    assert path.read_bytes() == first


def test_null_is_not_zero(history: History) -> None:
    rows = [model(downloads_30d=None), model(hub_id="b" * 24, downloads_30d=0)]
    path = history.write(MODELS, RUN, "some_source", rows)
    assert pq.read_table(path)["downloads_30d"].to_pylist() == [None, 0]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"hub_id": "a" * 24}], "expected the columns"),
        ([{**model(), "more": 1}], "expected the columns"),
        ([model(downloads_30d="many")], "a value does not fit its column"),
        ([model(downloads_30d=1.5)], "a value does not fit its column"),
        ([model(downloads_30d=2**63)], "a value does not fit its column"),
        ([model(observed_at="yesterday")], "a value does not fit its column"),
        ([model(hub_id="A" * 24)], "CHECK constraint"),
        ([model(downloads_30d=-1)], "CHECK constraint"),
        ([model(model_id=None)], "NOT NULL constraint"),
        ([model(), model()], "duplicate key"),
    ],
)
def test_wrong_rows_are_not_written(history: History, rows: list[Row], expected: str) -> None:
    with pytest.raises(HistoryError, match=rf"(?is)^{MODELS}: .*{expected}"):
        history.write(MODELS, RUN, "some_source", rows)
    assert history.partitions(MODELS) == []
    assert [path for path in history.root.rglob("*") if path.is_file()] == []


def test_a_wrong_partition_leaves_the_earlier_one(history: History) -> None:
    path = history.write(MODELS, RUN, "some_source", [model()])
    before = path.read_bytes()
    with pytest.raises(HistoryError):
        history.write(MODELS, RUN, "some_source", [model(likes=-1)])
    assert path.read_bytes() == before
    assert [found.name for found in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("status", ["failed", "rejected", "not_reached"])
def test_what_was_not_accepted_has_a_reason(history: History, status: str) -> None:
    with pytest.raises(HistoryError, match="CHECK constraint"):
        history.write("observations", RUN, "some_source", [observation(status=status)])
    history.write("observations", RUN, "some_source", [observation(status=status, reason="so")])


def test_a_run_is_parsed_when_its_observations_are_there(history: History) -> None:
    history.write(MODELS, RUN, "some_source", [model()])
    assert not history.is_parsed(RUN, "some_source")
    history.write("observations", RUN, "some_source", [observation()])
    assert history.is_parsed(RUN, "some_source")
    assert not history.is_parsed(RUN, "other_source")
    assert history.tables() == [MODELS, "observations"]


def test_partitions_are_in_the_order_of_the_runs(history: History) -> None:
    runs = [run_name(AT.replace(month=month, day=1)) for month in (12, 2, 7)]
    for source in ("some_source", "other_source"):
        for name in runs:
            row = observation(source=source, run=name)
            history.write("observations", name, source, [row])
    # A file of a killed process is no partition.
    (history.root / "observations/2026-02/.x.parquet.17.tmp").write_bytes(b"")
    assert [path.name[:6] for path in history.partitions("observations")] == [
        "202602", "202602", "202607", "202607", "202612", "202612",
    ]  # fmt: skip
    found = history.observations("some_source")
    assert [row["run"] for row in found] == sorted(runs)
    assert {row["source"] for row in found} == {"some_source"}


def test_an_empty_history(history: History) -> None:
    assert history.tables() == []
    assert history.partitions(MODELS) == []
    assert history.observations("some_source") == []


def test_replacing_a_history_leaves_nothing_of_the_old(tmp_path: Path, history: History) -> None:
    history.write(MODELS, RUN, "some_source", [model()])
    fresh = History(tmp_path / ".history.rebuild")
    fresh.write("observations", RUN, "some_source", [observation()])
    history.replace_with(fresh)
    assert history.tables() == ["observations"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["history"]


def test_a_partition_is_on_the_disk_before_it_has_its_name(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[Path]] = []
    monkeypatch.setattr(os, "fsync", lambda file: asked.append(history.partitions(MODELS)))
    history.write(MODELS, RUN, "some_source", [model()])
    assert asked == [[]]


@pytest.mark.parametrize("left", [0, 3, 100, -1])
def test_a_cut_off_partition_is_none_and_is_named(history: History, left: int) -> None:
    path = history.write("observations", RUN, "some_source", [observation()])
    assert history.is_parsed(RUN, "some_source")
    path.write_bytes(path.read_bytes()[:left])
    assert not history.is_parsed(RUN, "some_source")
    (problem,) = history.problems()
    for told in (str(path), "`collectors rebuild`"):
        assert told in problem
    with pytest.raises(HistoryError, match="expected a whole Parquet file, found"):
        history.observations("some_source")


def test_damage_within_a_partition_is_named(history: History) -> None:
    path = history.write(MODELS, RUN, "some_source", [model()])
    body = path.read_bytes()
    path.write_bytes(body[:4] + bytes(len(body) - 12) + body[-8:])
    for read in (history.read, history.verify):
        with pytest.raises(HistoryError, match=rf"^{path}: expected a whole Parquet file"):
            read(path)


def test_an_interrupt_between_two_names_leaves_the_old_history(
    tmp_path: Path, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.write(MODELS, RUN, "some_source", [model()])
    fresh = History(tmp_path / ".history.rebuild")
    fresh.root.mkdir()
    rename = Path.rename

    def interrupted(path: Path, target: Path) -> Path:
        done = rename(path, target)
        if path == history.root:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        history.replace_with(fresh)
    assert history.tables() == [MODELS]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".history.rebuild", "history"]


def test_what_a_killed_process_had_set_aside_is_put_back(tmp_path: Path, history: History) -> None:
    history.write(MODELS, RUN, "some_source", [model()])
    history.root.rename(tmp_path / ".history.17.old")
    (problem,) = history.problems()
    assert "set aside as .history.17.old" in problem
    assert history.recover()
    assert (history.tables(), history.problems()) == ([MODELS], [])
    # What its removal left over is of no use.
    (tmp_path / ".history.18.old").mkdir()
    (tmp_path / ".history.19.old").symlink_to(history.root)
    (tmp_path / ".history.mine.old").mkdir()
    assert not history.recover()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".history.mine.old", "history"]
    assert history.tables() == [MODELS]


def test_of_what_was_set_aside_the_last_one_is_put_back(tmp_path: Path, history: History) -> None:
    (tmp_path / ".history.17.old").mkdir()
    (tmp_path / ".history.18.old").symlink_to(tmp_path / "gone")
    history.write(MODELS, RUN, "some_source", [model()])
    aside = history.root.rename(tmp_path / ".history.9.old")
    while aside.stat().st_ctime_ns <= (tmp_path / ".history.17.old").stat().st_ctime_ns:
        aside.touch()  # the clock of a disk may stand for some milliseconds
    (tmp_path / ".history.19.old").symlink_to(tmp_path / "gone")
    assert history.recover()
    assert history.tables() == [MODELS]
    # Nothing is removed until a run finds it in its place.
    assert len(list(tmp_path.glob(".history.*.old"))) == 3


def test_a_linked_history_that_was_replaced_leaves_no_link(
    tmp_path: Path, history: History
) -> None:
    (tmp_path / "elsewhere").mkdir()
    history.root.symlink_to(tmp_path / "elsewhere")
    fresh = History(tmp_path / ".history.rebuild")
    fresh.write(MODELS, RUN, "some_source", [model()])
    history.replace_with(fresh)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "history"]


def test_instants_are_utc_whatever_the_zone_of_the_machine(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    late = datetime(2026, 5, 31, 23, 59, tzinfo=UTC)
    path = history.write(MODELS, RUN, "some_source", [model(observed_at=late)])
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        sql = f"SELECT CAST(observed_at AS DATE) FROM '{path}'"
        assert connection.execute(sql).fetchall() == [(date(2026, 5, 31),)]


def test_manifests_are_plain_json(run: SnapshotRun) -> None:
    run.store(manifest(), b"body")
    stored = json.loads((run.folder / "Qwen.manifest.json").read_bytes())
    assert stored["fetched_at"] == AT.isoformat()
    assert stored["sha256"]
    assert list(stored) == sorted(stored)
