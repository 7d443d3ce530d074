"""Reading a day of the Hub archive: the generated file's facts come out, its cards never do."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from benchmarks.archive import CARD_MARK, Archive, Fault
from data.archives import ArchiveFile
from data.daystore import DayStore, DayTable
from data.errors import HistoryError

TABLE = DayTable(
    name="hub_archive__models",
    counters=("downloads_30d", "downloads_all_time", "likes"),
    attributes=("model_id", "created_at", "licence", "total_params", "base_models"),
    types={
        "downloads_30d": "BIGINT",
        "downloads_all_time": "BIGINT",
        "likes": "BIGINT",
        "model_id": "VARCHAR",
        "created_at": "TIMESTAMP",
        "licence": "VARCHAR",
        "total_params": "BIGINT",
        "base_models": "VARCHAR[]",
    },
)
OPTIONAL = {
    "downloadsAllTime": "BIGINT",
    "baseModels": "STRUCT(models STRUCT(_id VARCHAR, id VARCHAR)[], relation VARCHAR)",
    "safetensors": "STRUCT(total BIGINT)",
    "gguf": "STRUCT(total BIGINT)",
}
DAY = date(2026, 6, 1)


def archive_file(path: Path, size: int | None = None) -> ArchiveFile:
    required = ("_id", "id", "downloads", "likes", "tags")
    return ArchiveFile(path, "hub_archive", required, OPTIONAL, size)


def stored(store: DayStore, day: date) -> dict[str, tuple]:
    with duckdb.connect() as connection:
        store.state(connection, day, "seen")
        keys = [str(path) for path in sorted((store.root / "keys").glob("*.parquet"))]
        rows = connection.execute(
            "SELECT lower(hex(hub_id)), model_id, downloads_30d, downloads_all_time, likes, "
            "licence, total_params, base_models FROM seen_counters "
            "INNER JOIN seen_attributes USING (key) INNER JOIN read_parquet(?) USING (key)",
            [keys],
        ).fetchall()
    return {row[0]: row[1:] for row in rows}


def expected(row: dict) -> tuple:
    """One row of the archive in plain Python, written without the SQL."""
    licences = sorted(t.removeprefix("license:") for t in row["tags"] if t.startswith("license:"))
    sizes = [row[key]["total"] for key in ("safetensors", "gguf") if row.get(key)]
    sizes = [size for size in sizes if size is not None]
    declared = row.get("baseModels")
    if declared and declared["models"]:
        parents = [f"{declared['relation'] or 'unknown'}:{m['id']}" for m in declared["models"]]
    else:
        kinds = ("finetune", "quantized", "adapter", "merge")
        tagged = [t.removeprefix("base_model:") for t in row["tags"] if t.startswith("base_model:")]
        parents = [t for t in tagged if t.split(":")[0] in kinds and t.count(":") == 1]
    return (
        row["id"],
        row["downloads"],
        row.get("downloadsAllTime"),
        row["likes"],
        licences[0] if licences else None,
        sizes[0] if sizes else None,
        sorted(parents),
    )


@pytest.mark.parametrize("faults", [[], [Fault("no_columns", day=0, days=3)]], ids=["all", "older"])
def test_what_is_stored_is_what_the_archive_says(tmp_path: Path, faults: list[Fault]) -> None:
    archive = Archive(models=200, days=4, seed=3, faults=faults)
    store = DayStore(tmp_path / "history", TABLE)
    for number in range(3):
        path = tmp_path / "models.parquet"
        archive.write_day(number, path)
        store.add(DAY + timedelta(days=number), archive_file(path), {"day": number})
    for number in range(3):
        wanted = {row["_id"]: expected(row) for row in archive.day(number).to_pylist()}
        assert stored(store, DAY + timedelta(days=number)) == wanted


def test_cards_are_never_kept(tmp_path: Path) -> None:
    path = tmp_path / "models.parquet"
    Archive(models=200, days=2, seed=3).write_day(1, path)
    mark = CARD_MARK if isinstance(CARD_MARK, bytes) else CARD_MARK.encode()
    store = DayStore(tmp_path / "history", TABLE)
    store.add(DAY, archive_file(path), {})
    with duckdb.connect() as connection:
        files = [str(file) for file in (tmp_path / "history").rglob("*.parquet")]
        columns = connection.execute(
            "SELECT DISTINCT name FROM parquet_schema(?)", [files]
        ).fetchall()
    assert "cardData" not in {name for (name,) in columns}
    assert not any(mark in Path(file).read_bytes() for file in files)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def page(path: Path) -> None:
    path.write_bytes(b"<html>not found</html>")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def middle_lost(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:200] + content[-8:])


@pytest.mark.parametrize("damage", [cut, page, empty, middle_lost])
def test_a_damaged_file_leaves_the_history_as_it_was(tmp_path: Path, damage) -> None:
    path = tmp_path / "models.parquet"
    archive = Archive(models=200, days=3, seed=3)
    archive.write_day(0, path)
    store = DayStore(tmp_path / "history", TABLE)
    store.add(DAY, archive_file(path), {})
    archive.write_day(1, path)
    damage(path)
    with pytest.raises(HistoryError, match=r"models\.parquet|hub_archive"):
        store.add(DAY + timedelta(days=1), archive_file(path), {})
    assert store.days() == [DAY]


def test_a_promised_size_is_held(tmp_path: Path) -> None:
    path = tmp_path / "models.parquet"
    Archive(models=200, days=2, seed=3).write_day(0, path)
    size = path.stat().st_size
    store = DayStore(tmp_path / "history", TABLE)
    with pytest.raises(HistoryError, match=f"expected {size + 1:,} bytes, found {size:,}"):
        store.add(DAY, archive_file(path, size + 1), {})
    assert store.add(DAY, archive_file(path, size), {}).repositories > 0


def test_a_required_column_that_is_missing_is_named(tmp_path: Path) -> None:
    path = tmp_path / "models.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 'a' AS _id, 'b' AS id) TO '{path}' (FORMAT parquet)")
    store = DayStore(tmp_path / "history", TABLE)
    with pytest.raises(HistoryError, match="found none of the name downloads, likes, tags"):
        store.add(DAY, archive_file(path), {})
