"""The sources of the serving stacks, each with its own traps, over real HTTP and by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from collectors import clickhouse, dockerhub, github, lmstudio, npm, pypistats
from collectors.collect import Collector
from collectors.errors import ConfigurationError, WrongAnswerError
from collectors.http import Session
from collectors.packages import python_package
from collectors.records import SourceResult
from collectors.source import Fetched, Parsed, Source, Tracked
from data.history import History
from data.snapshots import Manifest, SnapshotStore
from tests.fake_services import FakeService
from tests.fakes.clickhouse import ClickHouse
from tests.fakes.dockerhub import DockerHub
from tests.fakes.github import OTHER_NAME, GitHub
from tests.fakes.lmstudio import ACCOUNT, LMStudio
from tests.fakes.npm import LATE, Npm
from tests.fakes.package_days import downloads
from tests.fakes.pypistats import DAYS, PyPIStats
from tests.recorded import recorded

TODAY = datetime(2026, 11, 21, 6, tzinfo=UTC)
YESTERDAY = date(2026, 11, 20)
SCOPED = "@huggingface/transformers"
IMAGE = "vllm/vllm-openai"
REPOSITORY = "vllm-project/vllm"
TRACKED = Tracked(
    runtimes={
        "pypi": ["vllm", "llama_cpp.python", "vLLM"],
        "dockerhub": [IMAGE, "nginx"],
        "github": [REPOSITORY],
        "npm": [SCOPED, "ollama"],
        "hub_account": [ACCOUNT],
    }
)
TOKEN = "ghp_ThisIsNotARealTokenButAWordToLookFor"


@dataclass
class Lab:
    """The fakes, a data directory and a clock; nothing really waits."""

    data_dir: Path
    fakes: dict[str, FakeService]
    tracked: Tracked = TRACKED
    today: datetime = TODAY
    slept: list[float] = field(default_factory=list)

    def collect(self, name: str) -> SourceResult:
        worker = Collector(
            data_dir=self.data_dir,
            tracked=self.tracked,
            now=lambda: self.today,
            new_session=partial(self._session, name),
        )
        (result,) = worker.collect([name])
        return result

    def _session(self, name: str) -> Session:
        return Session(
            sleep=self.slept.append,
            clock=lambda: float(sum(self.slept)),
            # npm is asked for days by this clock; the fakes of others name real instants.
            now=lambda: self.today if name == "npm" else datetime.now(UTC),
            jitter=lambda: 0.5,
        )

    def rows(self, table: str) -> list[dict[str, Any]]:
        history = History(self.data_dir / "history")
        return [row for path in history.partitions(table) for row in history.read(path)]

    def body(self, source: str, entity: str) -> bytes:
        (run,) = SnapshotStore(self.data_dir).runs(source)
        return run.body(next(one for one in run.manifests() if one.entity == entity))


KINDS: list[type[FakeService]] = [PyPIStats, ClickHouse, DockerHub, GitHub, Npm, LMStudio]


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    for name in ("HF_TOKEN", "GITHUB_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with ExitStack() as stack:
        fakes = {kind.name: stack.enter_context(kind(TODAY.date())) for kind in KINDS}
        for fake in fakes.values():
            monkeypatch.setenv(fake.variable, fake.endpoint)
        yield Lab(tmp_path, fakes)


def manifest(source: Source, entity: str, read_at: datetime = TODAY) -> Manifest:
    return Manifest(
        source=source.NAME,
        run="20261121T060000000000Z",
        entity=entity,
        url=source.URL,
        fetched_at=read_at,
        http_status=200,
        licence=source.LICENCE,
        citation=source.CITATION,
    )


def parsed(source: Source, value: Any, entity: str, read_at: datetime = TODAY) -> Parsed:
    return source.parse(json.dumps(value).encode(), manifest(source, entity, read_at))


def days(parsed: Parsed) -> dict[str, int]:
    (rows,) = parsed.tables.values()
    return {row["date"].isoformat(): row["downloads"] for row in rows}


def reasons(result: SourceResult) -> dict[str, str | None]:
    return {entity.entity: entity.reason for entity in result.entities}


# What all of them do


@pytest.mark.parametrize(
    ("source", "planned"),
    [
        (pypistats, ["vllm", "llama-cpp-python"]),
        (clickhouse, ["vllm", "llama-cpp-python"]),
        (dockerhub, [IMAGE, "nginx"]),
        (github, [REPOSITORY]),
        (npm, [SCOPED, "ollama"]),
        (lmstudio, [ACCOUNT]),
    ],
)
def test_what_is_tracked_is_read_each_time(lab: Lab, source: Source, planned: list[str]) -> None:
    assert source.plan([], TRACKED, TODAY.date()) == planned
    assert source.plan(planned, TRACKED, TODAY.date()) == planned
    result = lab.collect(source.NAME)
    assert result.exit == "done", result
    assert [(entity.entity, entity.reason) for entity in result.entities] == [
        (name, None) for name in planned
    ]
    assert all(lab.rows(table) for table in source.TABLES)


@pytest.mark.parametrize(
    ("source", "channel", "no_such", "said"),
    [
        (pypistats, "pypi", "no-such-package", "PyPI Stats has no package 'no-such-package'"),
        (clickhouse, "pypi", "no-such-package", "the table has no package 'no-such-package'"),
        (dockerhub, "dockerhub", "a/no-such", "Docker Hub has no repository a/no-such"),
        (github, "github", "a/no-such", "GitHub has no repository a/no-such"),
        (npm, "npm", "no-such-package", "npm has no package 'no-such-package'"),
    ],
)
def test_what_does_not_exist_is_said_and_the_rest_is_read(
    lab: Lab, source: Source, channel: str, no_such: str, said: str
) -> None:
    good = TRACKED.runtimes[channel][0]
    lab.tracked = Tracked(runtimes={channel: [no_such, good]})
    result = lab.collect(source.NAME)
    assert result.exit == "partial"
    assert [entity.status for entity in result.entities] == ["failed", "accepted"]
    reason = reasons(result)[no_such]
    assert reason is not None
    assert reason.startswith(said)
    assert "seeds/runtimes.csv" in reason


@pytest.mark.parametrize(
    ("source", "channel", "name"),
    [
        (pypistats, "pypi", "x'; SELECT 1"),
        (clickhouse, "pypi", "x' OR '1'='1"),
        (clickhouse, "pypi", "x\\"),
        (dockerhub, "dockerhub", "a/b/c"),
        (dockerhub, "dockerhub", "../v1"),
        (github, "github", "vllm"),
        (github, "github", "a/b?per_page=1"),
        (npm, "npm", "../point/x"),
        (npm, "npm", "a,b"),
    ],
)
def test_a_name_that_cannot_be_one_is_not_asked_for(
    lab: Lab, source: Source, channel: str, name: str
) -> None:
    lab.tracked = Tracked(runtimes={channel: [name]})
    result = lab.collect(source.NAME)
    assert result.exit == "failed"
    assert "cannot be" in (result.entities[0].reason or "")
    assert lab.fakes[source.NAME].requests == []


@pytest.mark.parametrize("name", ["vllm", "a", "llama-cpp-python", "x1"])
def test_names_of_python_packages(name: str) -> None:
    assert python_package(name) == name


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a_b", "a'b", "a b", "ü", "a\n", "x" * 101])
def test_what_is_no_name_of_a_python_package(name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the name"):
        python_package(name)


@pytest.mark.parametrize(("source", "pause"), [(pypistats, 2.0), (npm, 2.0), (clickhouse, 1.0)])
def test_the_pace_that_a_service_asks_for_is_kept(lab: Lab, source: Source, pause: float) -> None:
    lab.collect(source.NAME)
    assert lab.slept == [pause]


@pytest.mark.parametrize("source", [pypistats, clickhouse, npm])
def test_a_day_counts_when_it_is_over(source: Source) -> None:
    # The recorded answers reach to 2026-05-04, npm's with zeros to 2026-05-02; here they were read
    # on 2026-05-02 in UTC.
    read_at = datetime.fromisoformat("2026-05-03T01:30:00+02:00")
    answer = recorded(source.NAME)
    found = source.parse(answer.body, manifest(source, answer.entity, read_at))
    assert max(days(found)) == "2026-05-01"
    assert {reason.split(" ", 1)[1] for reason in found.set_aside} == {"is in the future"}


@pytest.mark.parametrize("source", [pypistats, clickhouse, npm])
def test_what_changed_since_the_answer_before_is_measured(source: Source) -> None:
    entity = recorded(source.NAME).entity
    now = source.parse(recorded(source.NAME).body, manifest(source, entity))
    (table,) = source.TABLES
    rows = [dict(row) for row in now.tables[table]]
    rows[1]["downloads"] += 1
    before = Parsed({table: rows[1:]}, len(rows) - 1)
    assert source.measure(now, before) == {"days": len(rows), "new": 1, "restated": 1}
    assert source.measure(now, None) == {"days": len(rows), "new": None, "restated": None}


# PyPI Stats


def test_downloads_without_mirrors_of_180_days(lab: Lab) -> None:
    lab.collect("pypistats")
    rows = [row for row in lab.rows("pypistats__downloads") if row["package"] == "vllm"]
    assert len(rows) == DAYS
    assert max(row["date"] for row in rows) == YESTERDAY
    assert all(row["downloads"] == downloads("vllm", row["date"]) for row in rows)
    assert lab.fakes["pypistats"].requests[1].path == "/api/packages/llama-cpp-python/overall"
    assert lab.fakes["pypistats"].requests[1].query == {"mirrors": ["false"]}


@pytest.mark.parametrize("fault", ["mirrors-too", "today-too", "day-twice"])
def test_what_is_not_a_day_without_mirrors_is_left_out(lab: Lab, fault: str) -> None:
    lab.fakes["pypistats"].fault(fault)
    result = lab.collect("pypistats")
    assert result.exit == "done"
    rows = lab.rows("pypistats__downloads")
    assert len(rows) == 2 * DAYS
    assert all(row["downloads"] == downloads(row["package"], row["date"]) for row in rows)


def test_missing_days_are_a_warning(lab: Lab) -> None:
    lab.fakes["pypistats"].fault("gap", path="vllm")
    result = lab.collect("pypistats")
    assert result.exit == "done"
    assert reasons(result) == {
        "vllm": "3 days are missing between the first and the last: "
        "2026-08-23, 2026-08-24, 2026-08-25",
        "llama-cpp-python": None,
    }


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("429-etiquette", "HTTP 429, 4 times; try again later"),
        ("503-disabled", "HTTP 503: 503 TEMPORARILY DISABLED, 4 times; try again later"),
        ("empty-data", "PyPI Stats has no package 'vllm' (an empty list)"),
        ("mirrors-only", "expected rows without mirrors, found only rows with mirrors"),
        ("another-package", "expected downloads of 'vllm', found 'another'"),
    ],
)
def test_answers_of_pypistats_that_are_none(lab: Lab, fault: str, said: str) -> None:
    lab.fakes["pypistats"].fault(fault, path="vllm")
    result = lab.collect("pypistats")
    assert [entity.status for entity in result.entities] == ["failed", "accepted"]
    assert (reasons(result)["vllm"] or "").startswith(said)


def test_a_category_that_nobody_knows_is_set_aside() -> None:
    rows = [
        {"category": "without_mirrors", "date": "2026-11-19", "downloads": 5},
        {"category": "total", "date": "2026-11-18", "downloads": 9},
        {"date": "2026-11-17", "downloads": 9},
        {"category": "without_mirrors", "date": "2026-11-16"},
        "2026-11-15",
    ]
    found = parsed(pypistats, {"data": rows, "package": "vllm"}, "vllm")
    assert days(found) == {"2026-11-19": 5}
    assert sorted(found.set_aside) == [
        "category is neither with_mirrors nor without_mirrors",
        "category is neither with_mirrors nor without_mirrors",
        "downloads is missing",
        "not an object",
    ]
    assert (found.rows_read, found.rows_missing_key) == (5, 1)


# ClickHouse


def test_the_whole_series_without_its_newest_day(lab: Lab) -> None:
    lab.collect("clickhouse")
    rows = [row for row in lab.rows("clickhouse__downloads") if row["package"] == "vllm"]
    assert min(row["date"] for row in rows) == date(2024, 1, 1)
    assert max(row["date"] for row in rows) == YESTERDAY
    assert all(row["downloads"] == downloads("vllm", row["date"]) + 2_000 for row in rows)
    assert lab.fakes["clickhouse"].requests[0].body.decode() == (
        "SELECT date, sum(count) AS downloads FROM pypi.pypi_downloads_per_day "
        "WHERE project='vllm' GROUP BY date ORDER BY date"
    )


def test_counts_come_as_texts_or_as_numbers(lab: Lab) -> None:
    lab.collect("clickhouse")
    texts = [row["downloads"] for row in lab.rows("clickhouse__downloads")]
    lab.fakes["clickhouse"].fault("numbers")
    lab.today += timedelta(minutes=1)
    lab.collect("clickhouse")
    both = [row["downloads"] for row in lab.rows("clickhouse__downloads")]
    assert both == texts * 2


def test_the_newest_day_is_left_out_even_when_it_is_over() -> None:
    rows = [{"date": f"2026-11-1{number}", "downloads": "5"} for number in range(3)]
    found = parsed(clickhouse, {"data": rows, "rows": 3}, "vllm")
    assert list(days(found)) == ["2026-11-10", "2026-11-11"]
    assert found.rows_read == 2


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("quota", "HTTP 500: Code: 201. DB::Exception: Quota for user `demo` for 3600s has been"),
        ("exception-200", "Code: 241. DB::Exception: Memory limit (total) exceeded."),
        ("exception-json", "Code: 241. DB::Exception: Memory limit (total) exceeded."),
        ("exception-header", "exception 241, with HTTP 200"),
        ("short", "expected 1056 rows, found 1051"),
    ],
)
def test_exceptions_of_clickhouse_are_shown(lab: Lab, fault: str, said: str) -> None:
    lab.fakes["clickhouse"].fault(fault, times=4 if fault == "quota" else 1)
    result = lab.collect("clickhouse")
    assert [entity.status for entity in result.entities] == ["failed", "accepted"]
    assert (reasons(result)["vllm"] or "").startswith(said)


def test_a_stored_exception_is_no_answer() -> None:
    body = recorded("clickhouse").body + b"\nCode: 241. DB::Exception: Memory limit exceeded"
    with pytest.raises(WrongAnswerError, match=r"Code: 241\. DB::Exception"):
        clickhouse.parse(body, manifest(clickhouse, "vllm"))


# npm


def test_the_longest_range_of_a_scoped_package(lab: Lab) -> None:
    lab.collect("npm")
    rows = [row for row in lab.rows("npm__downloads") if row["package"] == SCOPED]
    assert len(rows) == 540
    assert max(row["date"] for row in rows) == YESTERDAY
    assert all(row["downloads"] == downloads(SCOPED, row["date"]) for row in rows)
    path = lab.fakes["npm"].requests[0].path
    assert path == f"/downloads/range/2025-05-30:2026-11-20/{SCOPED}"


def test_zeros_at_the_end_are_no_counts(lab: Lab) -> None:
    lab.fakes["npm"].fault("late")
    result = lab.collect("npm")
    assert result.exit == "done"
    newest = max(row["date"] for row in lab.rows("npm__downloads"))
    assert newest == YESTERDAY - timedelta(days=LATE)


def test_a_zero_between_others_is_kept_with_a_warning(lab: Lab) -> None:
    lab.fakes["npm"].fault("zero-day", path="ollama")
    result = lab.collect("npm")
    assert reasons(result)["ollama"] == "1 day of 0 downloads between others: 2026-02-24"
    (row,) = [row for row in lab.rows("npm__downloads") if row["downloads"] == 0]
    assert (row["package"], row["date"]) == ("ollama", date(2026, 2, 24))


@pytest.mark.parametrize("counts", [[0, 0, 3, 0, 7], [0, 0, 0, 0, 500, 400]])
def test_few_downloads_and_the_days_before_the_first_are_no_warning(counts: list[int]) -> None:
    rows = [
        {"day": (YESTERDAY - timedelta(days=back)).isoformat(), "downloads": count}
        for back, count in enumerate(reversed(counts))
    ]
    assert npm.hardly_true(npm.counted(npm.days_of(rows))) == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("1015", "HTTP 429: error code: 1015, 4 times"),
        ("another-package", f"expected downloads of '{SCOPED}', found 'another'"),
    ],
)
def test_answers_of_npm_that_are_none(lab: Lab, fault: str, said: str) -> None:
    lab.fakes["npm"].fault(fault, path=SCOPED)
    result = lab.collect("npm")
    assert [entity.status for entity in result.entities] == ["failed", "accepted"]
    assert (reasons(result)[SCOPED] or "").startswith(said)


# Docker Hub


def test_pulls_of_images(lab: Lab) -> None:
    lab.collect("dockerhub")
    rows = {row["repository"]: row for row in lab.rows("dockerhub__repositories")}
    assert set(rows) == {IMAGE, "library/nginx"}
    assert rows[IMAGE]["last_updated_at"] == datetime(2026, 11, 21, 1, 41, 8, 123456, tzinfo=UTC)
    assert [request.path for request in lab.fakes["dockerhub"].requests] == [
        f"/v2/repositories/{IMAGE}/",
        "/v2/repositories/library/nginx/",
    ]


def test_both_addresses_of_an_image_are_known(lab: Lab) -> None:
    lab.fakes["dockerhub"].fault("older-gone")
    assert lab.collect("dockerhub").exit == "done"
    assert lab.fakes["dockerhub"].requests[1].path == "/v2/namespaces/vllm/repositories/vllm-openai"


def test_what_docker_hub_leaves_open_stays_open(lab: Lab) -> None:
    lab.fakes["dockerhub"].fault("nulls")
    assert lab.collect("dockerhub").exit == "done"
    for row in lab.rows("dockerhub__repositories"):
        assert row["pulls"] > 0
        assert (row["stars"], row["last_updated_at"]) == (None, None)


def test_docker_hub_says_when_to_come_back(lab: Lab) -> None:
    lab.fakes["dockerhub"].fault("429-x-retry-after", times=1)
    assert lab.collect("dockerhub").exit == "done"
    assert 1 <= lab.slept[0] <= 4


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("429-text", "HTTP 429: Too Many Requests, 4 times"),
        ("another-image", "expected the name 'vllm-openai', found 'another'"),
    ],
)
def test_answers_of_docker_hub_that_are_none(lab: Lab, fault: str, said: str) -> None:
    lab.fakes["dockerhub"].fault(fault, path=IMAGE)
    result = lab.collect("dockerhub")
    assert [entity.status for entity in result.entities] == ["failed", "accepted"]
    assert (reasons(result)[IMAGE] or "").startswith(said)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"pull_count": None}, "pull_count is missing"),
        ({"pull_count": "12"}, "pull_count is not a whole number"),
        ({"pull_count": -1}, "pull_count is negative"),
        ({"star_count": 1.5}, "star_count is not a whole number"),
        ({"last_updated": "yesterday"}, "last_updated is not a UTC instant"),
    ],
)
def test_an_image_with_a_value_that_cannot_be(change: dict[str, Any], reason: str) -> None:
    value = {**json.loads(recorded("dockerhub").body), **change}
    found = parsed(dockerhub, value, IMAGE)
    assert found.set_aside == [reason]
    assert found.tables == {"dockerhub__repositories": []}
    assert found.rows_usable == 0
    assert found.rows_missing_key == (change.get("pull_count", 0) is None)


def test_pulls_are_compared() -> None:
    value = json.loads(recorded("dockerhub").body)
    before = parsed(dockerhub, value, IMAGE)
    now = parsed(dockerhub, {**value, "pull_count": value["pull_count"] + 7}, IMAGE)
    assert dockerhub.measure(now, before) == {"pulls": 21_000_007, "new_pulls": 7}
    assert dockerhub.measure(now, None) == {"pulls": 21_000_007, "new_pulls": None}


# GitHub


def test_stars_and_all_pages_of_releases(lab: Lab) -> None:
    assert lab.collect("github").exit == "done"
    (repository,) = lab.rows("github__repositories")
    assert repository["full_name"] == repository["repository"] == REPOSITORY
    assert repository["watchers"] != repository["stars"] > 10_000
    releases = lab.rows("github__releases")
    assert len(releases) == len({row["tag"] for row in releases}) == 120
    requests = lab.fakes["github"].requests
    assert [(one.path, one.query) for one in requests] == [
        (f"/repos/{REPOSITORY}", {}),
        (f"/repos/{REPOSITORY}/releases", {"per_page": ["100"]}),
        (f"/repos/{REPOSITORY}/releases", {"per_page": ["100"], "page": ["2"]}),
    ]
    for request in requests:
        assert request.headers["accept"] == "application/vnd.github+json"
        assert request.headers["x-github-api-version"] == "2022-11-28"
        assert request.headers["user-agent"].startswith("open-model-adoption/")
        assert "authorization" not in request.headers


def test_downloads_of_a_release_are_those_of_its_files(lab: Lab) -> None:
    lab.collect("github")
    stored = json.loads(lab.body("github", REPOSITORY))
    newest = stored["releases"][0][0]
    # What nobody reads is not kept.
    assert set(newest) == {"tag_name", "draft", "prerelease", "published_at", "assets"}
    assert [set(file) for file in newest["assets"]] == [{"name", "download_count"}] * 2
    (row,) = [row for row in lab.rows("github__releases") if row["tag"] == newest["tag_name"]]
    assert row["assets"] == 2
    assert row["downloads"] == sum(file["download_count"] for file in newest["assets"])
    assert row["is_prerelease"] is True
    assert row["published_at"] == datetime(2024, 12, 26, 1, tzinfo=UTC)


def test_the_manifest_has_the_hash_of_each_page(lab: Lab) -> None:
    lab.collect("github")
    (run,) = SnapshotStore(lab.data_dir).runs("github")
    pages = next(run.manifests()).facts["pages"]
    assert len(pages) == 2
    assert all(len(page["sha256"]) == 64 and page["bytes"] > 10_000 for page in pages)


@pytest.mark.parametrize(("fault", "releases"), [("drafts", 119), ("moved-release", 120)])
def test_a_release_counts_once_and_a_draft_does_not(lab: Lab, fault: str, releases: int) -> None:
    lab.fakes["github"].fault(fault)
    assert lab.collect("github").exit == "done"
    assert len(lab.rows("github__releases")) == releases


def test_a_release_without_counts_is_set_aside(lab: Lab) -> None:
    lab.fakes["github"].fault("malformed-release")
    result = lab.collect("github")
    assert result.exit == "done"
    assert reasons(result)[REPOSITORY] == "1 row set aside: download_count is missing (1)"
    assert len(lab.rows("github__releases")) == 119


def test_a_repository_without_releases(lab: Lab) -> None:
    github_ = lab.fakes["github"]
    assert isinstance(github_, GitHub)
    github_.releases = 0
    assert lab.collect("github").exit == "done"
    assert len(lab.rows("github__repositories")) == 1
    assert lab.rows("github__releases") == []


def read_releases(lab: Lab, count: int) -> tuple[SourceResult, bool, set[str]]:
    """A run at a repository of so many releases: what came of it, whether they are all, tags."""
    github_ = lab.fakes["github"]
    assert isinstance(github_, GitHub)
    github_.releases = count
    result = lab.collect("github")
    assert result.exit == "done"
    (repository,) = lab.rows("github__repositories")
    tags = {row["tag"] for row in lab.rows("github__releases")}
    return result, repository["has_all_releases"], tags


def test_without_a_token_very_many_releases_are_not_all_read(lab: Lab) -> None:
    result, has_all, tags = read_releases(lab, 1_100)
    said = "only the newest 1,000 releases were read; set GITHUB_API_KEY to read more"
    assert reasons(result)[REPOSITORY] == said
    assert (has_all, len(tags), "b1100" in tags) == (False, 1_000, True)


def test_a_thousand_releases_are_all_of_them(lab: Lab) -> None:
    result, has_all, tags = read_releases(lab, 1_000)
    assert (reasons(result)[REPOSITORY], has_all, len(tags)) == (None, True, 1_000)


def test_with_a_token_all_releases_are_read(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_API_KEY", TOKEN)
    result, has_all, tags = read_releases(lab, 1_234)
    assert (reasons(result)[REPOSITORY], has_all, len(tags)) == (None, True, 1_234)


@pytest.mark.parametrize("releases", [300, 301])
def test_the_window_of_github_is_not_all(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, releases: int
) -> None:
    """Its last page may name a next one or not: there may be more behind it."""
    monkeypatch.setenv("GITHUB_API_KEY", TOKEN)
    monkeypatch.setattr(github, "MAX_PAGES", 3)
    result, has_all, tags = read_releases(lab, releases)
    assert reasons(result)[REPOSITORY] == "only the newest 300 releases were read"
    assert (has_all, len(tags)) == (False, 300)


def test_a_page_beyond_the_window_costs_no_release(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_API_KEY", TOKEN)
    lab.fakes["github"].fault("window-of-200")
    result, has_all, tags = read_releases(lab, 250)
    assert reasons(result)[REPOSITORY] == "only the newest 200 releases were read"
    assert (has_all, len(tags)) == (False, 200)


def test_a_release_that_was_set_aside_was_not_read() -> None:
    answer = recorded("github")
    value = json.loads(answer.body)

    def has_all() -> bool:
        told = replace(manifest(github, REPOSITORY), facts=answer.facts)
        found = github.parse(json.dumps(value).encode(), told)
        return bool(found.tables["github__repositories"][0]["has_all_releases"])

    assert has_all() is True
    del value["releases"][0][0]["tag_name"]
    assert has_all() is False


def test_without_the_word_of_fetch_releases_are_not_all() -> None:
    found = parsed(github, json.loads(recorded("github").body), REPOSITORY)
    assert found.tables["github__repositories"][0]["has_all_releases"] is False


def test_a_renamed_repository_is_read_with_a_warning(lab: Lab) -> None:
    lab.fakes["github"].fault("renamed")
    result = lab.collect("github")
    assert result.exit == "done"
    assert reasons(result)[REPOSITORY] == (
        f"GitHub answers for '{OTHER_NAME}'; renamed? mend it in seeds/runtimes.csv"
    )
    (row,) = lab.rows("github__repositories")
    assert (row["repository"], row["full_name"]) == (REPOSITORY, OTHER_NAME)
    assert lab.fakes["github"].requests[2].path == f"/repos/{OTHER_NAME}/releases"


def test_a_token_of_github_is_optional(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_API_KEY", TOKEN)
    assert lab.collect("github").exit == "done"
    sent = [request.headers["authorization"] for request in lab.fakes["github"].requests]
    assert sent == [f"Bearer {TOKEN}"] * 3


@pytest.mark.parametrize("fault", ["used-up", "secondary"])
def test_github_says_how_long_to_wait(lab: Lab, fault: str) -> None:
    lab.fakes["github"].fault(fault, times=1)
    assert lab.collect("github").exit == "done"
    assert 1 <= sum(lab.slept) <= 5


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("used-up-for-an-hour", "HTTP 403: API rate limit exceeded for 203.0.113.7."),
        ("used-up-429", "HTTP 429: API rate limit exceeded for 203.0.113.7."),
        ("last-call", "the rate limit 'X-RateLimit-Remaining' is used up; waiting 3"),
    ],
)
def test_when_no_calls_are_left_the_message_names_the_key(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, fault: str, said: str
) -> None:
    lab.fakes["github"].fault(fault)
    (entity,) = lab.collect("github").entities
    assert entity.status == "failed"
    assert (entity.reason or "").startswith(said)
    assert "would exceed the ceiling of 900 s" in (entity.reason or "")
    hint = "without a token GitHub answers 60 calls an hour, set GITHUB_API_KEY for 5,000"
    assert (entity.reason or "").endswith(hint)
    assert len(lab.fakes["github"].requests) == 1
    # Who has set it is not told to.
    monkeypatch.setenv("GITHUB_API_KEY", TOKEN)
    lab.today += timedelta(minutes=1)
    assert hint not in (lab.collect("github").entities[0].reason or "")


def test_a_token_that_github_refuses_is_named(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_API_KEY", TOKEN)
    lab.fakes["github"].fault("bad-token")
    (entity,) = lab.collect("github").entities
    assert entity.reason == "HTTP 401: Bad credentials; check GITHUB_API_KEY"


def test_a_link_of_github_leads_to_github(lab: Lab) -> None:
    lab.fakes["github"].fault("foreign-link")
    (entity,) = lab.collect("github").entities
    assert entity.status == "failed"
    assert "leads to http://example.invalid:80" in (entity.reason or "")


def test_links_that_never_end_are_given_up(lab: Lab) -> None:
    lab.fakes["github"].fault("endless-link")
    assert lab.collect("github").exit == "done"
    assert len(lab.fakes["github"].requests) == 1 + github.MAX_PAGES_WITHOUT_KEY


@pytest.mark.parametrize(
    "change",
    [
        {"stargazers_count": None},
        {"stargazers_count": "70000"},
        {"full_name": None},
        {"full_name": "../../etc"},
        {"created_at": 17},
    ],
)
def test_an_answer_without_a_repository_is_refused_as_a_whole(change: dict[str, Any]) -> None:
    value = json.loads(recorded("github").body)
    value["repository"] |= change
    with pytest.raises(WrongAnswerError):
        parsed(github, value, REPOSITORY)


def test_counts_that_add_up_to_what_no_table_holds_are_set_aside() -> None:
    value = json.loads(recorded("github").body)
    value["releases"][0][0]["assets"] = [{"name": "a", "download_count": 10**15}] * 9_999
    found = parsed(github, value, REPOSITORY)
    assert found.set_aside == ["downloads is over 1e+15"]


def test_stars_and_releases_are_compared() -> None:
    value = json.loads(recorded("github").body)
    now = parsed(github, value, REPOSITORY)
    value["repository"]["stargazers_count"] -= 5
    value["releases"][1] = []
    before = parsed(github, value, REPOSITORY)
    assert github.measure(now, before) == {
        "stars": 70_000,
        "new_stars": 5,
        "releases": 5,
        "new_releases": 2,
    }


# LM Studio


def test_the_account_of_lm_studio_is_read_like_any_organisation(lab: Lab) -> None:
    result = lab.collect("lmstudio")
    assert result.exit == "done"
    rows = {row["model_id"]: row for row in lab.rows("lmstudio__models")}
    assert len(rows) == 7
    assert {row["hf_org"] for row in rows.values()} == {ACCOUNT}
    gemma = rows[f"{ACCOUNT}/gemma-4-26B-A4B-it-GGUF"]
    assert gemma["downloads_30d"] == 964_722
    assert gemma["base_models"] == ["quantized:google/gemma-4-26B-A4B-it"]
    assert result.entities[0].measures["models"] == 7
    assert History(lab.data_dir / "history").partitions("huggingface__models") == []


def test_a_listing_of_lm_studio_is_compared_with_the_one_before(lab: Lab) -> None:
    lab.collect("lmstudio")
    lab.today += timedelta(days=1)
    measures = lab.collect("lmstudio").entities[0].measures
    assert (measures["new"], measures["gone"], measures["renamed"]) == (0, 0, 0)


# Fetch alone


@pytest.mark.parametrize("source", [pypistats, clickhouse, npm, dockerhub, github])
def test_a_service_that_nobody_runs_is_asked_three_times(
    monkeypatch: pytest.MonkeyPatch, source: Source
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv(f"{source.NAME.upper()}_BASE_URL", "http://127.0.0.1:9")
    entities = ["a/b", "c/d", "e/f", "g/h"] if source is github else ["a", "b", "c", "d"]
    fetched: list[Fetched] = list(
        source.fetch(Session(sleep=lambda seconds: None), entities, TRACKED)
    )
    said = [one.error or "" for one in fetched]
    assert all("cannot connect to 127.0.0.1:9 (connection refused)" in one for one in said[:3])
    assert f"{source.NAME.upper()}_BASE_URL" in said[0]
    assert said[3].startswith("not asked: ")


def test_the_range_that_npm_is_asked_for() -> None:
    assert npm.period(datetime(2026, 11, 21, 0, 0, tzinfo=UTC)) == "2025-05-30:2026-11-20"
    first, last = (date.fromisoformat(part) for part in npm.period(TODAY).split(":"))
    assert (last - first).days + 1 == npm.LONGEST.days == 540
