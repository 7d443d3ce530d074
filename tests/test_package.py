"""The data package: what is in it, that others can read it, and that nothing is lost on the way."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

import data
from data import package
from tests.test_collectors_cli import run

METRICS = ("account_downloads", "reported_figures", "freshness", "concentration")
Files = dict[str, bytes]


# DuckDB asks pandas for what pandas is about to spell otherwise.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


@pytest.fixture
def home(seeds_build: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(seeds_build.parent.parent))
    return seeds_build


@pytest.fixture(scope="module")
def made(seeds_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of a few metrics. Not to be changed."""
    folder = tmp_path_factory.mktemp("package") / "made"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADOPTION_DATA_DIR", str(seeds_build.parent.parent))
        data.publish(folder, metrics=METRICS)
    return folder


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copied"))


def files_of(folder: Path) -> Files:
    return {
        package.name_of(path, folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def one(folder: Path, **options: object) -> data.Package:
    return data.publish(folder, metrics=["account_downloads"], **options)  # type: ignore[arg-type]


def test_both_formats_hold_the_metric(made: Path, seeds_build: Path) -> None:
    for name in METRICS:
        rows = data.metric(name, build=seeds_build)
        expected = data.tables.records(rows)
        typed = duckdb.sql(f"SELECT * FROM '{made}/parquet/{name}.parquet'").df()
        assert data.tables.records(typed) == expected
        assert (made / f"csv/{name}.csv").read_bytes() == data.tables.to_bytes(rows, "csv")
        columns = {c.name: c.type for c in data.metric_info(name, build=seeds_build).columns}
        read = duckdb.execute(
            "SELECT * FROM read_csv(?, header = true, types = ?)",
            [f"{made}/csv/{name}.csv", columns],
        ).df()
        assert len(read) == len(expected)
        if name == "account_downloads":
            assert data.tables.records(read) == expected


def test_the_descriptor_tells_all_of_each_file(made: Path, seeds_build: Path) -> None:
    told = json.loads((made / "datapackage.json").read_text(encoding="utf-8"))
    assert told["version"] == seeds_build.stem
    assert told["created"].endswith("Z")
    assert told["licenses"] == [
        {"path": "LICENSES.md", "title": "Each source has a licence of its own"}
    ]
    assert all(source["citation"] and source["asOf"] for source in told["sources"])
    assert [resource["name"] for resource in told["resources"]] == [
        part for name in METRICS for part in (name, f"{name}.parquet")
    ]
    for resource in told["resources"]:
        path = made / resource["path"]
        assert resource["bytes"] == path.stat().st_size
        assert resource["hash"] == f"sha256:{package._sha256(path)}"
    table = told["resources"][0]
    assert table["schema"]["primaryKey"] == ["month", "account"]
    assert table["rows"] > 100
    fields = {field["name"]: field for field in table["schema"]["fields"]}
    assert fields["month"]["type"] == "date"
    assert fields["share"] == {
        "name": "share",
        "type": "number",
        "description": "share as published, fraction 0..1",
        "unit": "fraction",
    }
    assert fields["account_downloads"]["unit"] == "downloads"
    assert [source["path"] for source in table["sources"]]


def test_every_type_of_a_column_is_known(home: Path) -> None:
    for info in data.catalog():
        schema = package._schema(info, has_key=True)
        assert {field["type"] for field in schema["fields"]} <= {*package.TYPES.values(), "array"}


def test_the_words(made: Path) -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in made.glob("*.md")}
    assert set(texts) == {"README.md", "codebook.md", "CITATIONS.md", "LICENSES.md"}
    assert "parquet/account_downloads.parquet" in texts["README.md"]
    assert (
        "| `share` | DOUBLE | fraction | share as published, fraction 0..1 |"
        in (texts["codebook.md"])
    )
    assert "as of 2026-10-02" in texts["CITATIONS.md"]
    assert "| Apache-2.0 | 2026-10-02 |" in texts["LICENSES.md"]
    assert not any("{as_of}" in text for text in texts.values())


def test_checksums_find_what_was_changed(copied: Path) -> None:
    def checked() -> subprocess.CompletedProcess[str]:
        command = ["sha256sum", "--check", "--strict", "--quiet", "CHECKSUMS"]
        return subprocess.run(command, cwd=copied, capture_output=True, text=True, check=False)

    assert checked().returncode == 0
    assert package.damage(copied) == []
    csv = copied / "csv" / "account_downloads.csv"
    csv.write_text(csv.read_text(encoding="utf-8").replace("2025-03", "2025-04", 1))
    (copied / "README.md").unlink()
    (copied / "mine.txt").write_text("mine")
    assert "account_downloads.csv: FAILED" in checked().stdout
    assert package.damage(copied) == [
        "README.md: is missing",
        "mine.txt: was not published",
        "csv/account_downloads.csv: was changed",
    ]
    with pytest.raises(data.PublishError, match="expected a package made by"):
        package.damage(copied.parent)


def test_the_same_build_gives_the_same_bytes(made: Path, home: Path, tmp_path: Path) -> None:
    again = data.publish(tmp_path / "again", metrics=METRICS, build=home.stem)
    assert files_of(again.folder) == files_of(made)
    assert again.build == home.stem
    assert again.bytes == sum(map(len, files_of(made).values()))
    assert not list(tmp_path.glob(".*"))


def test_progress_is_told(home: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    one(tmp_path / "new", told=lambda *news: told.append(news))
    assert told == [("account_downloads", 0, 1), ("", 1, 1)]


@pytest.mark.parametrize("is_there", ["file", "foreign", "package", "half", "changed", "added"])
def test_what_is_there_is_not_lost(home: Path, copied: Path, tmp_path: Path, is_there: str) -> None:
    place, force, message = copied, True, "other files"
    if is_there == "file":
        place, message = copied / "README.md", "expected a folder, found a file"
    elif is_there == "foreign":
        (copied / "datapackage.json").write_text('{"name": "another"}')
    elif is_there == "half":
        (copied / "CHECKSUMS").unlink()
    elif is_there == "package":
        force, message = False, "holds a package already; --force replaces it"
    elif is_there == "changed":
        (copied / "codebook.md").write_text("notes of mine")
        message = "codebook.md: was changed"
    else:
        (copied / "csv" / "mine.csv").write_text("mine")
        message = "csv/mine.csv: was not published"
    before = files_of(copied)
    with pytest.raises(data.PublishError, match=message):
        one(place, replace=force)
    assert files_of(copied) == before
    assert listed(tmp_path) == ["copied"]


def test_an_empty_folder_is_taken_and_a_missing_one_above_is_told(
    home: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    assert package.damage(one(tmp_path / "empty").folder) == []
    with pytest.raises(data.PublishError, match="nowhere does not exist; make it first"):
        one(tmp_path / "nowhere" / "new")
    with pytest.raises(data.UnknownMetricError):
        data.publish(tmp_path / "new", metrics=["downloadshare"])
    with pytest.raises(data.PublishError, match=f"found '../x'; the newest are .*{home.stem}"):
        one(tmp_path / "new", build="../x")


@pytest.mark.parametrize("step", ["csv", "CHECKSUMS", "swap"])
def test_a_full_disk_leaves_what_was_there(
    home: Path, copied: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = files_of(copied)
    write, rename = package.write_atomically, Path.rename

    def full(path: Path, content: bytes) -> None:
        if path.suffix == f".{step}" or path.name == step:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write(path, content)

    def no_rename(path: Path, target: Path) -> Path:
        if step == "swap" and target == copied and path.name.endswith(".new"):
            raise OSError(errno.EIO, "Input/output error", str(path))
        return rename(path, target)

    monkeypatch.setattr(package, "write_atomically", full)
    monkeypatch.setattr(Path, "rename", no_rename)
    ended = run("publish", str(copied), "--metric", "account_downloads", "--force")
    assert ended.code == 1
    assert f"{copied}: " in ended.err
    assert ("name another folder" in ended.err) is (step != "swap")
    assert files_of(copied) == before
    assert listed(copied.parent) == ["copied"]


def test_what_killed_publishers_left_is_cleared_up(home: Path, copied: Path) -> None:
    """One was killed while it wrote; another after it had set the old package aside; the third is
    still at work."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    half = copied.with_name(f".copied.{dead.pid}.new")
    half.mkdir()
    (half / "README.md").write_text("half")
    aside = copied.with_name(f".copied.{dead.pid}.old")
    before = files_of(copied)
    copied.rename(aside)
    with pytest.raises(data.PublishError, match="holds a package already"):
        one(copied)
    assert files_of(copied) == before
    assert listed(copied.parent) == ["copied"]
    at_work = copied.with_name(f".copied.{os.getppid()}.new")
    at_work.mkdir()
    one(copied, replace=True)
    assert listed(copied.parent) == [at_work.name, "copied"]


def test_the_command(home: Path, tmp_path: Path) -> None:
    place = tmp_path / "out"
    ended = run("publish", str(place), "--metric", "freshness", "--metric", "concentration")
    assert (ended.code, ended.out) == (0, f"{place}\n")
    assert ended.err.startswith(f"published 2 metrics of {home.stem}, ")
    for arguments in ([str(place)], [str(place), "--build", "x"], [str(place), "--metric", "x"]):
        assert run("publish", *arguments).code == 2
