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
from data import described, package, warehouse
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
        assert resource["hash"] == f"sha256:{package.sha256_of(path)}"
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
    assert all(source["path"] and source["licence"] for source in table["sources"])


def test_every_type_of_a_column_is_known(home: Path) -> None:
    for info in data.catalog():
        schema = package.schema_of(info, has_key=True)
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
    assert "## Read by collectors" not in texts["CITATIONS.md"], "nothing was read"
    assert (
        "| `concentration` | Hugging Face Hub archive |"
        in texts["README.md"].partition("without rows")[2]
    )
    resources = json.loads((made / "datapackage.json").read_text())["resources"]
    told = {one["name"]: one["description"] for one in resources}
    assert told["concentration"].endswith(
        "No rows: of its sources (Hugging Face Hub archive) nothing, or too little, was read."
    )
    assert "No rows" not in told["account_downloads"]
    assert "| Apache-2.0 | 2026-10-02 |" in texts["LICENSES.md"]
    assert not any("{as_of}" in text for text in texts.values())


def test_sources_are_those_that_the_rows_name(seeds_build: Path, collected_build: Path) -> None:
    """By title, publisher, address or citation, and no other that fills a table on the way."""

    def names(build: Path, metric: str) -> set[str]:
        return {credit.name for credit in data.credits(build, metric)}

    report = "model-pulse-report-2026-10"
    assert names(seeds_build, "family_shares") == {report}
    assert names(collected_build, "family_shares") == {report, "huggingface"}
    assert names(collected_build, "momentum") <= {report, "huggingface"}
    assert names(seeds_build, "launch_milestones") == {"open-model-evolution"}
    assert names(seeds_build, "layers") == {report, "ollama-library", "openrouter-rankings"}
    assert names(seeds_build, "quality_and_adoption") == set()


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (set(), []),
        ({"OpenRouter"}, ["published"]),
        ({"Source: Pulls (x), as of 2026-01-02. Source: Other, as of 1."}, ["collected"]),
        ({"Hugging Face Hub archive"}, ["one", "two"]),
        ({"https://two.example"}, ["one", "two"]),
        ({"(unsaid)"}, ["collected", "one", "two"]),
        ({"(unsaid)", "an article", "OpenRouter"}, ["collected", "one", "two", "published"]),
        ({"an article"}, ["collected", "one", "two", "published"]),
        (None, ["collected", "one", "two", "published"]),
    ],
)
def test_which_sources_texts_name(
    monkeypatch: pytest.MonkeyPatch, texts: set[str] | None, expected: list[str]
) -> None:
    def source(name: str, line: str, **more: object) -> described.CreditedSource:
        credit = data.Credit(
            name=name,
            title=f"Title of {name}",
            url=f"https://{name}.example",
            licence="none stated",
            citation=line + ", as of {as_of}",
            as_of="2026-01-02",
            is_collected=name != "published",
        )
        return described.CreditedSource(credit, frozenset({"read"}), **more)  # type: ignore[arg-type]

    known = (
        source("collected", "Source: Pulls (x)"),
        source("one", "Source: One", is_archive=True),
        source("two", "Source: Two", is_archive=True),
        source("published", "Source: Rankings", publisher="OpenRouter"),
    )
    monkeypatch.setattr(described, "_sources", lambda _: known)
    monkeypatch.setattr(described, "_tables_of", lambda _: frozenset({"read"}))
    monkeypatch.setattr(described, "_texts", lambda *_: texts)
    found = described.resting.__wrapped__(Path("a build"), "metric")
    assert [credit.name for credit in found] == expected


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


@pytest.mark.parametrize(
    "is_there", ["file", "foreign", "package", "half", "changed", "added", "folder", "link"]
)
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
    elif is_there == "folder":
        (copied / "csv" / "mine").mkdir()
        message = "csv/mine: was not published"
    elif is_there == "link":
        (copied / "README.md").rename(tmp_path.parent / "elsewhere.md")
        (copied / "README.md").symlink_to(tmp_path.parent / "elsewhere.md")
        message = "README.md: was changed"
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
    (half / package.UNFINISHED).touch()
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


def test_what_one_of_the_same_number_left_is_cleared_up(
    home: Path, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In containers each process may have the same number."""
    half = copied.with_name(f".copied.{os.getpid()}.new")
    half.mkdir()
    (half / package.UNFINISHED).touch()
    with pytest.raises(FileExistsError):
        one(copied, replace=True)  # another thread of this process is at work
    monkeypatch.setattr(warehouse, "_BEGAN_AT", half.stat().st_ctime + 1)
    one(copied, replace=True)
    assert listed(copied.parent) == ["copied"]


def test_folders_of_others_are_not_touched(home: Path, copied: Path, tmp_path: Path) -> None:
    """Names like those that a publisher gives, of another place or without a publisher's files."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    package_aside = shutil.copytree(copied, tmp_path / f".copied.{dead.pid}.old")
    names = [f".{dead.pid}.old", f".{dead.pid}.new", f".other.{dead.pid}.new",
             f".copied.{dead.pid}.new", f".new.{dead.pid}.old"]  # fmt: skip
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.txt").write_text("mine")
    before = files_of(tmp_path)
    with pytest.raises(data.PublishError, match="holds a package already"):
        one(copied)
    with pytest.raises(data.PublishError, match="does not exist; make it first"):
        one(tmp_path / "nowhere" / "new")
    assert files_of(tmp_path) == before
    one(tmp_path / "new")
    assert files_of(tmp_path).items() >= before.items()
    (package_aside / "mine.txt").write_text("mine")
    one(copied, replace=True)
    assert (package_aside / "mine.txt").read_text() == "mine"
    (package_aside / "mine.txt").unlink()
    # What is left after a removal that was cut short.
    shutil.rmtree(package_aside / "csv")
    one(copied, replace=True)
    assert listed(tmp_path) == sorted([*names, "copied", "new"])


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("is_there", [False, True])
def test_what_appears_meanwhile_is_not_lost(
    home: Path, tmp_path: Path, copied: Path, replace: bool, is_there: bool
) -> None:
    place = copied if is_there and replace else tmp_path / "new"
    if is_there and not replace:
        place.mkdir()
    found: list[Files] = []

    def appears(name: str, done: int, count: int) -> None:
        if done == count:
            place.mkdir(exist_ok=True)
            (place / "mine.txt").write_text("mine")
            found.append(files_of(place))

    with pytest.raises(
        data.PublishError, match=r"meanwhile|mine\.txt: was not published|found other"
    ):
        one(place, replace=replace, told=appears)
    assert [files_of(place)] == found
    assert listed(tmp_path) == sorted({"copied", place.name})


def test_of_two_publishers_one_is_refused(home: Path, tmp_path: Path) -> None:
    place = tmp_path / "new"
    whole: list[Files] = []

    def another(name: str, done: int, count: int) -> None:
        if done == count:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(os, "getpid", os.getppid)
                data.publish(place, metrics=["freshness"])
            whole.append(files_of(place))

    with pytest.raises(data.PublishError, match="put there meanwhile; nothing was replaced"):
        one(place, told=another)
    assert [files_of(place)] == whole
    assert listed(tmp_path) == ["new"]


def test_what_cannot_be_put_back_is_kept(
    home: Path, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another's files take the place in the moment in which the old package is set aside."""
    before = files_of(copied)
    rename = Path.rename

    def taken(path: Path, target: Path) -> Path:
        done = rename(path, target)
        if path == copied:
            copied.mkdir()
            (copied / "mine.txt").write_text("mine")
        return done

    monkeypatch.setattr(Path, "rename", taken)
    with pytest.raises(data.PublishError, match="what was there before is kept in"):
        one(copied, replace=True)
    assert files_of(copied) == {"mine.txt": b"mine"}
    assert files_of(copied.with_name(f".copied.{os.getpid()}.old")) == before


def test_no_name_leads_out_of_a_package(copied: Path) -> None:
    with (copied / "CHECKSUMS").open("a") as file:
        file.write(f"{'0' * 64}  ../mine.txt\n")
    with pytest.raises(data.PublishError, match="expected a package made by"):
        package.damage(copied)


def test_the_command(home: Path, tmp_path: Path) -> None:
    place = tmp_path / "out"
    ended = run("publish", str(place), "--metric", "freshness", "--metric", "concentration")
    assert (ended.code, ended.out) == (0, f"{place}\n")
    assert ended.err.startswith(f"published 2 metrics of {home.stem}, ")
    for arguments in ([str(place)], [str(place), "--build", "x"], [str(place), "--metric", "x"]):
        assert run("publish", *arguments).code == 2


def test_an_empty_name_is_refused(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run("publish", "", "--metric", "freshness")
    assert (ended.code, listed(tmp_path)) == (2, [])
    assert "DIR: expected the name of a folder, found an empty one" in ended.err


def test_apostrophes_are_told(made: Path) -> None:
    told = " ".join((made / "README.md").read_text(encoding="utf-8").split())
    assert "at the start of a text, and within it after a semicolon, a tab or a line break" in told
    assert data.tables.harmless("=1;=2\t=3\n=4") == "'=1;'=2\t'=3\n'=4"
