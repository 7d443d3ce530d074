"""The generator of archives keeps its promises, and huggingface_hub works against the fake Hub."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import requests
from huggingface_hub import HfApi, constants, hf_hub_download
from huggingface_hub.errors import (
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import disable_progress_bars

from benchmarks.archive import (
    CARD_MARK,
    CI_MODEL,
    COLUMNS,
    FIRST_DAY,
    KINDS,
    Archive,
    Fault,
    NoSnapshotError,
    every_fault,
)
from tests.fake_archive import ANSWERS, CONTENTS, DATASET, FILE, OTHERS, FakeArchive

disable_progress_bars()
DAYS = 40
GEMMA = "google/gemma-4-31B-it"
LLAMA = "meta-llama/Llama-3.1-8B-Instruct"
QWEN = "Qwen/Qwen3-0.6B"


@pytest.fixture(scope="module")
def clean() -> Archive:
    return Archive(200, DAYS, seed=3)


@pytest.fixture(scope="module")
def days(clean: Archive) -> list[dict[str, dict[str, Any]]]:
    return [by_id(clean.day(day)) for day in range(DAYS)]


def by_id(table: pa.Table) -> dict[str, dict[str, Any]]:
    return {row["_id"]: row for row in table.to_pylist()}


def named(archive: Archive, day: int) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in archive.day(day).to_pylist()}


def with_fault(*faults: Fault, days: int = DAYS) -> Archive:
    return Archive(200, days, seed=3, faults=faults)


def all_time(archive: Archive, day: int, name: str) -> int:
    return named(archive, day)[name]["downloadsAllTime"]


# The generator.


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    hashes = set()
    for place in range(2):
        archive = Archive(120, 5, seed=9, faults=[Fault("stall", day=2)])
        archive.write_day(4, tmp_path / f"{place}.parquet")
        archive.write_truth(tmp_path / f"{place}.truth")
        both = (
            (tmp_path / f"{place}.parquet").read_bytes(),
            (tmp_path / f"{place}.truth").read_bytes(),
        )
        hashes.add(tuple(hashlib.sha256(body).hexdigest() for body in both))
    assert len(hashes) == 1
    assert not Archive(120, 5, seed=10).day(4).equals(archive.day(4))


def test_any_order_of_days_gives_the_same(clean: Archive) -> None:
    later = clean.day(30)
    assert Archive(200, DAYS, seed=3).day(30).equals(later)


def test_a_file_holds_the_table_and_another_revision_the_same_facts(
    clean: Archive, tmp_path: Path
) -> None:
    clean.write_day(6, tmp_path / "a.parquet")
    clean.write_day(6, tmp_path / "b.parquet", revision=1)
    one, other = pq.read_table(tmp_path / "a.parquet"), pq.read_table(tmp_path / "b.parquet")
    assert one.equals(clean.day(6))
    facts = [name for name in COLUMNS if name != "cardData"]
    assert not one.equals(other)
    assert one.select(facts).sort_by("_id").equals(other.select(facts).sort_by("_id"))


def test_the_shape_is_that_of_hub_stats(clean: Archive) -> None:
    schema = clean.day(0).schema
    assert tuple(schema.names) == COLUMNS
    assert str(schema.field("baseModels").type) == (
        "struct<models: list<item: struct<_id: string, id: string>>, relation: string>"
    )
    assert schema.field("safetensors").type.field("total").type == pa.int64()


def test_ids_are_unique_object_ids_and_names_too(clean: Archive) -> None:
    ids, names = clean.hub_ids.to_pylist(), clean.names(DAYS - 1).to_pylist()
    assert len(set(ids)) == len(ids) == len(set(names))
    assert all(re.fullmatch(r"[0-9a-f]{24}", hub_id) for hub_id in ids)
    assert min(ids)[:8] >= "621ffdc0"
    assert all(re.fullmatch(r"[^/]+/[^/]+", name) for name in names)


def test_all_time_grows_by_the_truth(clean: Archive, days: list[dict[str, dict[str, Any]]]) -> None:
    truth = {(row["hub_id"], row["date"]): row["downloads"] for row in clean.truth().to_pylist()}
    assert min(truth.values()) > 0
    for day in range(1, DAYS):
        for hub_id, row in days[day].items():
            before = days[day - 1].get(hub_id, {"downloadsAllTime": 0})["downloadsAllTime"]
            grown = row["downloadsAllTime"] - before
            assert grown == truth.get((hub_id, clean.date_of(day)), 0), row["id"]


def test_downloads_are_sums_of_thirty_days(
    clean: Archive, days: list[dict[str, dict[str, Any]]]
) -> None:
    sums: list[Counter[str]] = [Counter() for _ in range(DAYS)]
    for row in clean.truth(first=-29).to_pylist():
        day = (row["date"] - FIRST_DAY).days
        for end in range(max(day, 0), min(day + 30, DAYS)):
            sums[end][row["hub_id"]] += row["downloads"]
    for day in (0, 1, 29, DAYS - 1):
        shown = {hub_id: row["downloads"] for hub_id, row in days[day].items()}
        assert shown == {hub_id: sums[day][hub_id] for hub_id in shown}


def test_the_number_of_models_grows(days: list[dict[str, dict[str, Any]]]) -> None:
    assert len(days[0]) == 200
    assert len(days[-1]) > 205
    assert days[-1].keys() > days[0].keys()


def test_cards_are_hostile_json(clean: Archive) -> None:
    cards = [json.loads(card) for card in clean.day(0)["cardData"].to_pylist()]
    assert all(card["mark"] == CARD_MARK for card in cards)
    assert any("Ignore all previous" in card["text"] for card in cards)


def test_lineage_has_chains_merges_cycles_and_missing_parents() -> None:
    rows = Archive(3000, 1, seed=2).day(0).to_pylist()
    ids = {row["id"] for row in rows}
    parents = {
        row["id"]: [tag.split(":", 2)[2] for tag in row["tags"] if tag.count(":") == 2]
        for row in rows
    }
    assert 0.35 < sum(map(bool, parents.values())) / len(rows) < 0.5
    assert any(name in found for name, found in parents.items()), "a model that is its own parent"
    assert any(len(found) == 2 for found in parents.values()), "a merge"
    assert any(found and found[0] not in ids for found in parents.values()), "a missing parent"
    first = {name: found[0] for name, found in parents.items() if found}
    assert any(first.get(first.get(name, "")) == name for name in first), "a cycle of two"
    assert any(first.get(first.get(first[name], "")) for name in first), "a chain"
    assert first["deepseek-ai/DeepSeek-R1-Distill-Qwen-32B"] == "Qwen/Qwen2.5-32B"
    relations = {row["baseModels"]["relation"] for row in rows if row["baseModels"]}
    assert relations == {"finetune", "adapter", "quantized", "merge"}
    assert len({row["tags"].index("region:us") for row in rows if "region:us" in row["tags"]}) > 3


def test_few_models_take_most_and_derivatives_their_part() -> None:
    archive = Archive(60_000, 3, seed=1)
    rows = archive.day(1).select(["downloads", "baseModels"])
    downloads = rows["downloads"].to_numpy()
    top = np.sort(downloads)[::-1][: len(downloads) * 15 // 1000]
    assert top.sum() / downloads.sum() > 0.985
    derived = rows["baseModels"].is_valid().to_numpy()
    assert 0.35 < downloads[derived].sum() / downloads.sum() < 0.48
    assert 0.08 < (archive.daily(1) > 0).mean() < 0.15


# Faults.


def test_stall_stands_still_and_catches_up(clean: Archive) -> None:
    archive = with_fault(Fault("stall", day=10, days=3, share=0.5))
    (planted,) = archive.faults
    assert (planted.starts_on, planted.ends_on) == (date(2026, 6, 11), date(2026, 6, 13))
    hit = set(planted.hub_ids or ())
    assert 60 < len(hit) < 150
    shown = [by_id(archive.day(day)) for day in (9, 10, 12, 13)]
    for hub_id in shown[0]:
        counters = [(rows[hub_id]["downloadsAllTime"], rows[hub_id]["downloads"]) for rows in shown]
        if hub_id in hit:
            assert counters[0] == counters[1] == counters[2]
    moved = [hub_id for hub_id in shown[0] if shown[0][hub_id] != shown[1][hub_id]]
    assert moved
    assert archive.day(13).equals(clean.day(13))
    assert archive.truth().equals(clean.truth())


def test_rollback_falls_and_recovers(clean: Archive) -> None:
    archive = with_fault(Fault("rollback", day=10, days=4, models=(QWEN,), size=0.2))
    before = all_time(archive, 9, QWEN)
    assert all_time(archive, 10, QWEN) < before * 0.85
    assert all_time(archive, 13, QWEN) < before
    assert archive.day(14).equals(clean.day(14))
    assert all_time(archive, 10, GEMMA) == all_time(clean, 10, GEMMA)


def test_partial_has_a_quarter_of_the_rows() -> None:
    archive = with_fault(Fault("partial", day=10))
    assert 0.15 < archive.rows(10) / archive.rows(9) < 0.37
    assert archive.faults[0].facts["rows"] == archive.day(10).num_rows == archive.rows(10)
    assert by_id(archive.day(10)).keys() < by_id(archive.day(9)).keys()


def test_repeated_is_the_day_before_byte_for_byte(tmp_path: Path) -> None:
    archive = with_fault(Fault("repeated", day=10, days=2))
    files = [tmp_path / f"{day}.parquet" for day in range(9, 13)]
    for day, path in enumerate(files, 9):
        archive.write_day(day, path)
    first, *repeats, after = [path.read_bytes() for path in files]
    assert repeats == [first, first]
    assert after != first


def test_missing_day_cannot_be_written(tmp_path: Path) -> None:
    archive = with_fault(Fault("missing", day=10, days=2))
    assert [archive.has_day(day) for day in (9, 10, 11, 12)] == [True, False, False, True]
    with pytest.raises(NoSnapshotError, match="2026-06-11"):
        archive.write_day(10, tmp_path / "none.parquet")
    assert not list(tmp_path.iterdir())


def test_rename_keeps_the_id_and_the_counters() -> None:
    archive = with_fault(Fault("rename", day=10, models=(QWEN,), to=("Qwen/New",)))
    old, new = named(archive, 9)[QWEN], named(archive, 10)["Qwen/New"]
    assert old["_id"] == new["_id"]
    assert new["downloadsAllTime"] > old["downloadsAllTime"]
    assert QWEN not in named(archive, 10)
    children = [row for row in archive.day(10).to_pylist() if f"base_model:{QWEN}" in row["tags"]]
    assert children, "the cards of derivatives still say the old name"
    linked = [row["baseModels"]["models"][0] for row in children if row["baseModels"]]
    assert {(parent["_id"], parent["id"]) for parent in linked} == {(new["_id"], "Qwen/New")}
    assert archive.faults[0].facts == {"from": [QWEN], "to": ["Qwen/New"]}


def test_frozen_window_while_the_all_time_counter_goes_on(clean: Archive) -> None:
    archive = with_fault(Fault("frozen_window", day=10, days=3))
    shown = [named(archive, day)[QWEN] for day in (9, 10, 12, 13)]
    assert len({row["downloads"] for row in shown[:3]}) == 1
    assert shown[2]["downloadsAllTime"] == all_time(clean, 12, QWEN)
    assert archive.day(13).equals(clean.day(13))


def test_spike_and_uniform_growth_are_in_the_truth(clean: Archive) -> None:
    archive = with_fault(
        Fault("spike", day=10, models=(LLAMA,), size=40),
        Fault("uniform", day=20, days=4, account="unsloth", size=777),
    )
    spiked = archive.names().index(LLAMA).as_py()
    usual = int(clean.daily(10)[spiked])
    assert archive.daily(10)[spiked] > 20 * usual
    assert archive.daily(11)[spiked] == clean.daily(11)[spiked]
    grown = all_time(archive, 10, LLAMA) - all_time(archive, 9, LLAMA)
    assert grown == archive.daily(10)[spiked]
    rows = archive.faults[1].rows
    assert rows is not None
    assert len(rows) > 1
    assert all((archive.daily(day)[rows] == 777).all() for day in range(20, 24))
    assert (archive.daily(24)[rows] == clean.daily(24)[rows]).all()


def test_a_ci_model_enters_the_top_ten(clean: Archive) -> None:
    archive = with_fault(Fault("ci_model", day=2))

    def top(one: Archive, day: int) -> list[str]:
        rows = sorted(one.day(day).to_pylist(), key=lambda row: -row["downloads"])
        return [row["id"] for row in rows[:10]]

    assert CI_MODEL in top(archive, DAYS - 1)
    assert CI_MODEL not in top(archive, 1)
    assert CI_MODEL not in top(clean, DAYS - 1)


def test_deleted_models_are_gone_and_have_no_downloads(clean: Archive) -> None:
    archive = with_fault(
        Fault("deleted", day=10, models=(GEMMA,)), Fault("deleted", day=10, days=5, models=(LLAMA,))
    )
    assert GEMMA in named(archive, 9)
    assert GEMMA not in named(archive, DAYS - 1)
    assert LLAMA not in named(archive, 14)
    assert all_time(archive, 15, LLAMA) == all_time(clean, 9, LLAMA) + (
        all_time(clean, 15, LLAMA) - all_time(clean, 14, LLAMA)
    )
    rows = [archive.names().index(name).as_py() for name in (GEMMA, LLAMA)]
    assert not archive.daily(12)[rows].any()


def test_columns_are_null_or_missing_at_first() -> None:
    archive = with_fault(Fault("no_columns", day=0, days=2), Fault("null_all_time", day=2))
    assert set(COLUMNS) - set(archive.day(1).column_names) == {"downloadsAllTime", "baseModels"}
    assert archive.day(2)["downloadsAllTime"].null_count == archive.rows(2)
    assert archive.day(2).schema.field("downloadsAllTime").type == pa.int64()
    assert archive.day(3)["downloadsAllTime"].null_count == 0


def test_one_of_each_fault_can_be_planted_together() -> None:
    archive = with_fault(*every_fault(90), days=90)
    assert {planted.kind for planted in archive.faults} == set(KINDS)
    assert archive.planted().num_rows == len(KINDS)
    assert all(archive.rows(day) for day in range(90) if archive.has_day(day))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"kind": "stal", "day": 1}, "no fault is named 'stal'; known: stall"),
        ({"kind": "stall", "day": 0}, "the first day has none before it"),
        ({"kind": "rename", "day": 3}, "say which models"),
        ({"kind": "spike", "day": -1}, "must not be negative"),
    ],
)
def test_a_wrong_fault_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Fault(**given)


# The fake Hub.


@pytest.fixture
def hub(clean: Archive, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FakeArchive(archive=clean) as running:
        yield running


def download(hub: FakeArchive, revision: str, folder: Path, token: str | bool = False) -> Path:
    return Path(
        hf_hub_download(
            DATASET,
            FILE,
            repo_type="dataset",
            revision=revision,
            endpoint=hub.endpoint,
            local_dir=folder,
            token=token,
        )
    )


def test_commits_are_listed_page_by_page_newest_first(hub: FakeArchive) -> None:
    commits = HfApi(endpoint=hub.endpoint, token=False).list_repo_commits(
        DATASET, repo_type="dataset"
    )
    assert [commit.commit_id for commit in commits] == [commit.sha for commit in hub.commits()]
    assert len(commits) > 50
    assert sum(seen.path.endswith("/commits/main") for seen in hub.requests) == 2
    times = [commit.created_at for commit in commits]
    assert times == sorted(times, reverse=True)
    titles = Counter(commit.title for commit in commits)
    assert titles[OTHERS] == 14
    assert len(hub.commits_of(5)) == 2


def test_files_of_revisions_download(hub: FakeArchive, clean: Archive, tmp_path: Path) -> None:
    morning, evening = hub.commits_of(5)
    assert pq.read_table(download(hub, morning.sha, tmp_path / "a")).equals(clean.day(5))
    assert pq.read_table(download(hub, evening.sha, tmp_path / "b")).equals(
        clean.day(5, revision=1)
    )
    assert pq.read_table(download(hub, "main", tmp_path / "c")).equals(clean.day(DAYS - 1))
    other = next(commit for commit in hub.commits() if commit.title == OTHERS and commit.day == 6)
    assert pq.read_table(download(hub, other.sha, tmp_path / "d")).equals(clean.day(6))


def test_until_hides_what_is_not_published_yet(hub: FakeArchive) -> None:
    hub.until = 7
    api = HfApi(endpoint=hub.endpoint, token=False)
    newest = api.list_repo_commits(DATASET, repo_type="dataset")[0]
    assert newest.created_at.date() == FIRST_DAY + timedelta(days=7)
    assert api.repo_info(DATASET, repo_type="dataset").sha == newest.commit_id
    (file,) = [
        entry for entry in api.list_repo_tree(DATASET, repo_type="dataset") if entry.path == FILE
    ]
    _, sha256 = hub.file(7, 0, "")
    assert file.lfs.sha256 == sha256


def test_the_token_does_not_reach_the_storage(hub: FakeArchive, tmp_path: Path) -> None:
    download(hub, "main", tmp_path, token="hf_secret")
    seen = {one.path.split("/")[1]: one.headers.get("authorization") for one in hub.requests}
    assert seen == {"datasets": "Bearer hf_secret", "storage": None}


def test_a_cut_download_goes_on_where_it_ended(
    hub: FakeArchive, clean: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The client goes on from whole pieces of this size, 10 MB unless set.
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1000)
    hub.break_files("cut", day=3, times=1, at=5000)
    path = download(hub, hub.commits_of(3)[0].sha, tmp_path)
    assert pq.read_table(path).equals(clean.day(3))
    ranges = [seen.headers.get("range") for seen in hub.requests if "/storage/" in seen.path]
    assert ranges == [None, "bytes=5000-"]


def test_ranges_are_served_and_may_be_ignored(hub: FakeArchive) -> None:
    path, sha256 = hub.file(3, 0, "")
    whole, address = path.read_bytes(), f"{hub.storage_endpoint}/storage/{sha256}"
    part = requests.get(address, headers={"Range": "bytes=100-"}, timeout=5)
    assert (part.status_code, part.content) == (206, whole[100:])
    assert part.headers["Content-Range"] == f"bytes 100-{len(whole) - 1}/{len(whole)}"
    assert requests.get(address, headers={"Range": "bytes=0-3"}, timeout=5).content == b"PAR1"
    beyond = requests.get(address, headers={"Range": f"bytes={len(whole)}-"}, timeout=5)
    assert beyond.status_code == 416
    hub.break_files("no-range", times=1)
    ignored = requests.get(address, headers={"Range": "bytes=100-"}, timeout=5)
    assert (ignored.status_code, ignored.content) == (200, whole)


def test_a_reset_is_an_error_of_the_network(hub: FakeArchive, tmp_path: Path) -> None:
    hub.break_files("reset", day=3, times=1)
    with pytest.raises(httpx2.ReadError):
        download(hub, hub.commits_of(3)[0].sha, tmp_path)
    assert download(hub, hub.commits_of(3)[0].sha, tmp_path).exists()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("401", RepositoryNotFoundError),
        ("404", RepositoryNotFoundError),
        ("403", LocalEntryNotFoundError),
        ("html", LocalEntryNotFoundError),
    ],
)
def test_refusals_reach_the_client(
    hub: FakeArchive, tmp_path: Path, name: str, error: type[Exception]
) -> None:
    hub.break_files(name)
    with pytest.raises(error):
        download(hub, "main", tmp_path)


@pytest.mark.parametrize(("name", "status"), [("429", 429), ("500", 500), ("503", 503)])
def test_passing_errors_pass(hub: FakeArchive, tmp_path: Path, name: str, status: int) -> None:
    hub.break_files(name, times=1)
    sha = hub.commits_of(3)[0].sha
    address = f"{hub.endpoint}/datasets/{DATASET}/resolve/{sha}/{FILE}"
    assert requests.head(address, timeout=5).status_code == status
    assert requests.head(address, timeout=5).headers["X-Repo-Commit"] == sha


@pytest.mark.parametrize("name", ["401", "403", "html"])
def test_the_list_of_commits_can_fail(hub: FakeArchive, name: str) -> None:
    assert name in ANSWERS
    hub.break_commits(name)
    api = HfApi(endpoint=hub.endpoint, token=False)
    with pytest.raises((HfHubHTTPError, json.JSONDecodeError)):
        list(api.list_repo_commits(DATASET, repo_type="dataset"))
    hub.heal()
    assert api.list_repo_commits(DATASET, repo_type="dataset")


def test_what_does_not_exist_is_said_so(hub: FakeArchive, tmp_path: Path) -> None:
    with pytest.raises(RevisionNotFoundError):
        download(hub, "0" * 40, tmp_path)
    first = hub.commits()[-1]
    assert first.day is None
    with pytest.raises(RemoteEntryNotFoundError):
        download(hub, first.sha, tmp_path)


def test_damaged_files_arrive_as_they_are(hub: FakeArchive, clean: Archive, tmp_path: Path) -> None:
    sound = hub.file(3, 0, "")[0].stat().st_size
    for name in CONTENTS:
        hub.heal()
        hub.break_files(name, day=3)
        body = download(hub, hub.commits_of(3)[0].sha, tmp_path / name).read_bytes()
        assert len(body) <= sound
        assert not (body[:4] == b"PAR1" and body[-4:] == b"PAR1"), name
        assert pq.read_table(download(hub, hub.commits_of(4)[0].sha, tmp_path / "4")).num_rows
    assert set(CONTENTS) == {"truncated", "wrong-magic", "html-file", "empty-file"}


def test_a_slow_file_arrives(hub: FakeArchive, tmp_path: Path) -> None:
    hub.pause_seconds, hub.piece_bytes = 0.02, 8000
    hub.break_files("slow", day=3)
    assert download(hub, hub.commits_of(3)[0].sha, tmp_path).exists()


def test_missing_days_have_no_commit_and_repeated_ones_the_same_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    archive = with_fault(Fault("missing", day=9, days=2), Fault("repeated", day=13))
    with FakeArchive(archive=archive) as hub:
        assert not hub.commits_of(9)
        assert not hub.commits_of(10)
        assert hub.file(12, 0, "")[1] == hub.file(13, 0, "")[1]
        assert hub.commits_of(12)[0].sha != hub.commits_of(13)[0].sha


def test_the_models_api_is_still_there(hub: FakeArchive) -> None:
    rows = requests.get(f"{hub.endpoint}/api/models?author=Qwen&limit=3", timeout=5).json()
    assert [row["id"].split("/")[0] for row in rows] == ["Qwen"] * 3
    assert requests.get(f"{hub.endpoint}/api/datasets/other/data", timeout=5).status_code == 401
