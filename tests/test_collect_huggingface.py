"""The Hub's collector, over real HTTP, against a fake Hub with real ids and every known fault."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors import huggingface
from collectors.acceptance import EMPTY, Listing, Verdict, judge
from collectors.collect import Collector
from collectors.errors import CollectError, ConfigurationError, LockedError
from collectors.http import Session
from collectors.lock import lock
from collectors.rebuilding import rebuild
from collectors.records import EntityResult, SourceResult
from collectors.source import Tracked
from data.errors import AdoptionError, SnapshotError
from data.freshness import due
from data.history import History
from data.schema import arrow_schema
from data.snapshots import Manifest, SnapshotStore
from tests.conftest import NOWHERE
from tests.fake_hub import FakeHub, recorded_rows
from tests.forked import Commands

ROOT = Path(__file__).resolve().parent.parent
TABLE = "huggingface__models"
QWEN, LLAMA, GOOGLE = 58, 13, 17
TRACKED = Tracked({"Qwen": ["Qwen"], "google": ["Gemma"], "meta-llama": ["Llama"]})
TOKEN = "hf_ThisIsNotARealTokenButAWordToLookFor"


@dataclass
class Lab:
    """A fake Hub, a data directory and a clock that tests move."""

    hub: FakeHub
    data_dir: Path
    tracked: Tracked = TRACKED
    today: datetime = datetime(2026, 5, 5, 6, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def history(self) -> History:
        return History(self.data_dir / "history")

    def next_day(self) -> None:
        self.hub.day += 1
        self.today += timedelta(days=1)

    def session(self) -> Session:
        return Session(
            sleep=self.slept.append,
            now=lambda: datetime.now(UTC),
            clock=lambda: time.monotonic() + sum(self.slept),
            # An answer that comes late on a busy machine is none of the faults that are planted.
            **{"read_timeout": 10.0, "max_bytes": 2**20, **self.settings},
        )

    def collect(self, names: list[str] | None = None) -> SourceResult:
        """One run of the Hub's collector."""
        worker = Collector(
            data_dir=self.data_dir,
            tracked=self.tracked,
            now=lambda: self.today,
            new_session=self.session,
            progress=Notes(self.notes),
        )
        (result,) = worker.collect(names or ["huggingface"])
        return result

    def rows(self) -> list[dict[str, Any]]:
        return [
            r for path in self.history.partitions(TABLE) for r in pq.read_table(path).to_pylist()
        ]

    def files(self) -> dict[str, bytes]:
        """Every file of the parsed history, by its path."""
        root = self.history.root
        return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*.parquet"))}

    def everything(self) -> bytes:
        """All bytes below the data directory, decompressed."""
        found = b""
        for path in sorted(self.data_dir.rglob("*")):
            if path.is_file():
                content = path.read_bytes()
                found += gzip.decompress(content) if path.suffix == ".gz" else content
                found += path.name.encode()
        return found


@dataclass
class Notes:
    """A Progress that keeps the sentences."""

    said: list[str]

    def began(self, *_: object) -> None: ...
    def read(self, *_: object) -> None: ...
    def ended(self, *_: object) -> None: ...
    def note(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr("collectors.SOURCES", ("huggingface",))
    with FakeHub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        yield Lab(hub, tmp_path)


def of(result: SourceResult, organisation: str) -> EntityResult:
    return next(entity for entity in result.entities if entity.entity == organisation)


# What a good answer becomes


def test_a_whole_day(lab: Lab) -> None:
    lab.hub.page_cap = 20
    result = lab.collect()
    assert result.exit == "done"
    assert [(e.entity, e.status, e.rows) for e in result.entities] == [
        ("Qwen", "accepted", QWEN),
        ("google", "accepted", GOOGLE),
        ("meta-llama", "accepted", LLAMA),
    ]
    assert len(lab.hub.requests) == 3 + 1 + 1
    rows = {row["model_id"]: row for row in lab.rows()}
    assert len(rows) == QWEN + LLAMA + GOOGLE
    served = {model["id"]: model for model in lab.hub.models}
    for model_id, row in rows.items():
        assert row["downloads_30d"] == served[model_id]["downloads"]
        assert row["downloads_all_time"] == served[model_id]["downloadsAllTime"]
        assert row["hub_id"] == served[model_id]["_id"]
    assert set(rows["Qwen/Qwen3-8B"]) == set(arrow_schema(TABLE).names)


def test_the_call_that_is_made(lab: Lab) -> None:
    lab.hub.page_cap = 30
    lab.collect()
    first, second = lab.hub.requests[:2]
    assert first.path == "/api/models"
    assert first.query["author"] == ["Qwen"]
    assert first.query["sort"] == ["downloads"]
    assert first.query["limit"] == ["500"]
    assert first.query["expand[]"] == list(huggingface.EXPAND)
    assert "authorization" not in first.headers
    # The next page's address comes from the server, which spells expand in its own way.
    assert second.query["expand"] == list(huggingface.EXPAND)
    assert second.query["cursor"] == ["30"]


def test_the_snapshot_is_what_the_hub_said(lab: Lab) -> None:
    lab.hub.page_cap = 20
    lab.collect()
    (run,) = SnapshotStore(lab.data_dir).runs("huggingface")
    manifest = next(run.manifests())
    body = run.body(manifest)
    assert [len(page) for page in json.loads(body)] == [20, 20, 18]
    assert manifest.sha256 == hashlib.sha256(body).hexdigest()
    assert manifest.rows == QWEN
    assert manifest.http_status == 200
    assert manifest.citation == "Source: Hugging Face Hub API, as of 2026-05-05"
    assert [page["status"] for page in manifest.facts["pages"]] == [200, 200, 200]
    assert sum(page["bytes"] for page in manifest.facts["pages"]) == len(body) - len("[,,]")


def test_the_run_is_recorded(lab: Lab) -> None:
    lab.hub.fault("google", "html")
    result = lab.collect()
    record = json.loads((lab.data_dir / f"runs/{result.run}.huggingface.json").read_bytes())
    assert record["exit"] == "partial"
    assert record["started_at"] == "2026-05-05T06:00:00+00:00"
    assert [e["status"] for e in record["entities"]] == ["accepted", "failed", "accepted"]
    assert record["entities"][0]["models"] == QWEN
    assert "text/html" in record["entities"][1]["reason"]


def test_several_days(lab: Lab) -> None:
    lab.collect()
    lab.next_day()
    lab.hub.rename("Qwen/Qwen3-0.6B", "Qwen/Qwen3-0.6B-Renamed")
    lab.hub.add("Qwen/Qwen9-1B", downloads=10)
    lab.hub.models = [m for m in lab.hub.models if m["id"] != "Qwen/Qwen3-8B"]
    result = lab.collect()
    measures = of(result, "Qwen").measures
    assert {key: measures[key] for key in ("models", "new", "gone", "renamed")} == {
        "models": QWEN,
        "new": 1,
        "gone": 1,
        "renamed": 1,
    }
    renamed = hashlib.sha256(b"Qwen/Qwen3-0.6B").hexdigest()[:24]
    names = [row["model_id"] for row in lab.rows() if row["hub_id"] == renamed]
    assert names == ["Qwen/Qwen3-0.6B", "Qwen/Qwen3-0.6B-Renamed"]


def test_twice_on_one_day_adds_a_run(lab: Lab) -> None:
    runs = {lab.collect().run for _ in range(3)}
    assert len(runs) == 3
    assert len(lab.rows()) == 3 * (QWEN + LLAMA + GOOGLE)
    assert len(lab.history.partitions("observations")) == 3


def test_only_what_is_due_is_read(lab: Lab) -> None:
    worker = Collector(
        data_dir=lab.data_dir, tracked=TRACKED, now=lambda: lab.today, new_session=lab.session
    )
    assert [result.exit for result in worker.collect()] == ["done"]
    assert worker.collect() == []
    lab.today += timedelta(hours=18, minutes=1)
    assert [result.exit for result in worker.collect()] == ["done"]


# Faults of the Hub

HEALED = [
    "429-window",
    "429-seconds",
    "429-date",
    "500",
    "html-429",
    "reset",
    "cut",
    "truncated-gzip",
    "timeout",
]
FATAL = {
    "400": "HTTP 400: ✖ Invalid input",
    "429-window": "HTTP 429: We had to rate limit you, 4 times",
    "429-days": "would exceed the ceiling of 900 s",
    "401": "HTTP 401: Repository not found",
    "500": "HTTP 500: Internal Error - We're working hard to fix this, 4 times",
    "504-page-2": "page 2: HTTP 504, 4 times",
    "html": "expected JSON, found 'text/html'",
    "html-429": "HTTP 429, 4 times",
    "not-json": "expected JSON, found 7 bytes that are not",
    "object": "expected a JSON list of repositories, found an object",
    "error-list": 'HTTP 404: ["Not found"]',
    "truncated-gzip": "the compressed answer ended early, 4 times",
    "reset": "broke off, 4 times",
    "cut": "broke off, 4 times",
    "timeout": "no answer in time from 127.0.0.1",
    "too-large": "larger than 1,048,576 bytes",
    "gzip-bomb": "larger than 1,048,576 bytes",
    "foreign-link": "leads to http://example.invalid:80, expected http://127.0.0.1",
    "endless-link": "never end",
    "redirect-away": "cannot connect to localhost:9 (connection refused), 4 times",
    "no-downloads": "58 of 58 rows lack a required key, expected at most half of them",
}


def stalls(lab: Lab, fault: str) -> None:
    """Have no patience with a service that does not answer, when that is the fault."""
    if fault == "timeout":
        lab.settings["read_timeout"], lab.hub.stall_seconds = 0.5, 1.0


@pytest.mark.parametrize("fault", FATAL)
def test_one_organisation_fails_whole_and_alone(lab: Lab, fault: str) -> None:
    lab.hub.page_cap = 30
    stalls(lab, fault)
    lab.hub.fault("Qwen", fault)
    result = lab.collect()
    assert result.exit == "partial"
    failed = of(result, "Qwen")
    assert failed.status == ("rejected" if fault == "no-downloads" else "failed")
    assert failed.reason is not None
    assert FATAL[fault] in failed.reason
    assert of(result, "meta-llama").status == of(result, "google").status == "accepted"
    assert {row["hf_org"] for row in lab.rows()} == {"google", "meta-llama"}
    (run,) = SnapshotStore(lab.data_dir).runs("huggingface")
    assert bool(list(run.folder.glob("Qwen.body*"))) is (failed.status == "rejected")


@pytest.mark.parametrize("fault", HEALED)
def test_a_passing_fault_is_waited_out(lab: Lab, fault: str) -> None:
    stalls(lab, fault)
    lab.hub.fault("Qwen", fault, times=2)
    result = lab.collect()
    assert result.exit == "done"
    assert of(result, "Qwen").rows == QWEN
    assert len(lab.slept) == 2


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("repeated-row", {"rows": QWEN, "reason": None}),
        ("short-page", {"rows": QWEN, "reason": None}),
        ("half-score", {"rows": QWEN, "reason": None}),
        ("no-fields", {"rows": QWEN, "reason": None}),
        ("empty", {"rows": 0, "reason": EMPTY}),
        (
            "malformed-row",
            {"rows": QWEN + 1, "reason": "1 row set aside: _id is not 24 hex digits (1)"},
        ),
    ],
)
def test_oddities_are_lived_with(lab: Lab, fault: str, expected: dict[str, Any]) -> None:
    lab.hub.page_cap = 20
    lab.hub.fault("Qwen", fault)
    result = lab.collect()
    assert result.exit == "done"
    found = of(result, "Qwen")
    assert {"rows": found.rows, "reason": found.reason} == expected
    rows = [row for row in lab.rows() if row["hf_org"] == "Qwen"]
    assert len(rows) == min(QWEN, expected["rows"])
    if fault == "no-fields":
        assert {row["base_models"] for row in rows} == {None}
    if fault == "half-score":
        assert {row["trending_score"] for row in rows} == {0.5}


def test_what_was_not_said_is_not_nothing(lab: Lab) -> None:
    lab.hub.models = [dict(model) for model in lab.hub.models]
    silent = {model["id"] for model in lab.hub.models[::3] if model.pop("downloads") is not None}
    lab.collect()
    found = {row["model_id"] for row in lab.rows() if row["downloads_30d"] is None}
    assert found == silent & {row["model_id"] for row in lab.rows()}
    assert found


def test_a_counter_that_falls_is_recorded_as_it_is(lab: Lab) -> None:
    lab.collect()
    lab.next_day()
    lab.hub.fault("Qwen", "falling")
    lab.collect()
    values = [r["downloads_all_time"] for r in lab.rows() if r["model_id"] == "Qwen/Qwen3-8B"]
    assert values[1] < values[0]


def test_base_models_are_dropped_when_the_hub_refuses_them(lab: Lab) -> None:
    lab.hub.fault("*", "base-models-400")
    lab.hub.add(
        "Qwen/Derived", tags=["base_model:Qwen/Qwen3-8B", "base_model:quantized:Qwen/Qwen3-8B"]
    )
    assert lab.collect().exit == "done"
    # Asked once with them, then never again.
    asked = ["baseModels" in request.query["expand[]"] for request in lab.hub.requests]
    assert asked == [True, False, False, False]
    derived = next(row for row in lab.rows() if row["model_id"] == "Qwen/Derived")
    assert derived["base_models"] == ["quantized:Qwen/Qwen3-8B"]


def test_a_renamed_organisation_is_followed_and_said(lab: Lab) -> None:
    for model in lab.hub.models:
        if model["author"] == "Qwen":
            model.update(author="QwenLM", id=model["id"].replace("Qwen/", "QwenLM/"))
    lab.hub.renames["Qwen"] = "QwenLM"
    lab.hub.fault("Qwen", "renamed")
    result = lab.collect()
    assert result.exit == "done"
    assert of(result, "Qwen").reason == "the Hub answers for 'QwenLM'; renamed?"
    rows = [row for row in lab.rows() if row["hf_org"] == "Qwen"]
    assert len(rows) == QWEN
    assert all(row["model_id"].startswith("QwenLM/") for row in rows)


def test_two_names_of_one_organisation_are_not_counted_twice(lab: Lab) -> None:
    lab.hub.renames["Qwen-Old"] = "Qwen"
    lab.hub.fault("Qwen-Old", "renamed")
    lab.tracked = Tracked({"Qwen": ["Qwen"], "Qwen-Old": ["Qwen"]})
    result = lab.collect()
    assert result.exit == "done"
    assert "58 rows repeat those of another entity" in str(of(result, "Qwen-Old").reason)
    assert len(lab.rows()) == QWEN


def test_a_hub_that_ignores_the_filter_is_not_believed(lab: Lab) -> None:
    lab.settings["max_bytes"] = 2**24
    lab.tracked = Tracked({"Qwen": ["Qwen"], "no-such-organisation": ["x"]})
    lab.hub.fault("*", "foreign")
    result = lab.collect()
    assert of(result, "Qwen").rows == 1000
    assert of(result, "no-such-organisation").status == "rejected"
    assert "none of the 1,000 rows could be read" in str(of(result, "no-such-organisation").reason)
    assert {row["hf_org"] for row in lab.rows()} == {"Qwen"}
    assert len(lab.rows()) == QWEN


def test_nothing_at_all_is_a_failed_run(lab: Lab) -> None:
    lab.hub.fault("*", "empty")
    result = lab.collect()
    assert result.exit == "failed"
    assert {e.status for e in result.entities} == {"rejected"}
    assert "brought 0 rows, expected at least 1" in str(result.entities[0].reason)
    assert lab.rows() == []


# Tokens


def test_a_token_is_sent_and_never_kept(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    lab.hub.page_cap = 20
    lab.hub.fault("google", "echo-token")
    lab.hub.fault("meta-llama", "500")
    result = lab.collect()
    assert {r.headers.get("authorization") for r in lab.hub.requests} == {f"Bearer {TOKEN}"}
    assert "repeats the access token" in str(of(result, "google").reason)
    assert TOKEN.encode() not in lab.everything()
    assert TOKEN not in repr(result)


@pytest.mark.parametrize("fault", ["401-token", "403-token"])
def test_a_refused_token_is_left_out(lab: Lab, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    lab.hub.fault("*", fault)
    result = lab.collect()
    assert result.exit == "done"
    status = fault[:3]
    assert of(result, "Qwen").reason == f"HF_TOKEN was refused (HTTP {status}); read without it"
    sent = ["authorization" in request.headers for request in lab.hub.requests]
    assert sent == [True, False, False, False]


def test_a_token_does_not_follow_a_link(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with FakeHub(models=[]) as thief:
        lab.hub.before_answer = None
        monkeypatch.setattr(
            "tests.fake_hub._Handler._link",
            lambda self, query, offset: f'<{thief.endpoint}/api/models?cursor=1>; rel="next"',
        )
        lab.hub.page_cap = 20
        result = lab.collect()
        assert thief.requests == []
    assert of(result, "Qwen").status == "failed"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("HF_ENDPOINT", "huggingface.co", "expected an http or https address"),
        ("HF_ENDPOINT", "https://me:secret@huggingface.co", "without credentials"),
        ("HF_ENDPOINT", "https://huggingface.co/?x=1", "without \\? and #"),
        ("HF_TOKEN", "hf_a secret", "cannot carry"),
    ],
)
def test_unusable_settings(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=f"{name}: .*{message}") as caught:
        list(huggingface.fetch(lab.session(), list(TRACKED.organisations), TRACKED))
    assert "secret" not in str(caught.value)
    # It is said before anything begins.
    with pytest.raises(ConfigurationError, match=name):
        lab.collect()
    assert list(lab.data_dir.iterdir()) == []
    assert lab.hub.requests == []


# Short answers


def days(lab: Lab, count: int) -> list[EntityResult]:
    """Qwen on so many following days."""
    found = []
    for _ in range(count):
        found.append(of(lab.collect(), "Qwen"))
        lab.next_day()
    return found


def test_a_short_answer_is_refused_from_the_third_listing_on(lab: Lab) -> None:
    days(lab, 2)
    lab.hub.fault("Qwen", "half")
    result = lab.collect()
    assert result.exit == "partial"
    assert of(result, "Qwen").reason == (
        "short answer: 29 rows, expected at least 90% of 58, the median of the last 2 listings"
    )
    newest = max(row["run"] for row in lab.rows())
    assert {r["hf_org"] for r in lab.rows() if r["run"] == newest} == {"google", "meta-llama"}


def test_an_empty_list_is_refused_from_the_third_listing_on(lab: Lab) -> None:
    days(lab, 2)
    lab.hub.fault("Qwen", "empty")
    assert of(lab.collect(), "Qwen").status == "rejected"


def test_a_second_short_listing_is_believed_with_a_warning(lab: Lab) -> None:
    days(lab, 1)
    lab.hub.fault("Qwen", "half")
    found = of(lab.collect(), "Qwen")
    assert found.status == "accepted"
    assert found.reason == (
        "29 rows, under 90% of the 58 of the only listing before; accepted, because one listing "
        "is too little to judge by"
    )


def test_missing_counters_are_refused_from_the_third_listing_on(lab: Lab) -> None:
    days(lab, 2)
    lab.hub.fault("Qwen", "no-downloads")
    found = of(lab.collect(), "Qwen")
    assert found.status == "rejected"
    assert found.reason == "58 of 58 rows lack a required key, expected at most 1.0%"


def test_what_an_organisation_deletes_stays_deleted(lab: Lab) -> None:
    days(lab, 3)
    lab.hub.remove("Qwen", keep=30)
    lab.collect()
    found = days(lab, 4)
    assert [entity.status for entity in found] == ["rejected", "rejected", "accepted", "accepted"]
    assert "accepted as the new normal after 3 days" in str(found[2].reason)
    assert found[3].reason is None
    # The size that is usual now is defended like the one before.
    lab.hub.remove("Qwen", keep=10)
    assert of(lab.collect(), "Qwen").status == "rejected"


def test_a_good_answer_between_ends_the_row_of_short_ones(lab: Lab) -> None:
    days(lab, 2)
    statuses = []
    for is_half in (True, True, False, True, True, True):
        lab.hub.heal()
        if is_half:
            lab.hub.fault("Qwen", "half")
        statuses += [entity.status for entity in days(lab, 1)]
    assert statuses == ["rejected", "rejected", "accepted", "rejected", "rejected", "accepted"]


@pytest.mark.parametrize(
    ("sizes", "is_accepted"),
    [
        ([], True),
        ([100], True),
        ([100, 100], False),
        ([100, 89, 89, 89], True),
        ([0, 0, 0], True),
    ],
)
def test_how_many_rows_are_enough(sizes: list[int], is_accepted: bool) -> None:
    day = datetime(2026, 5, 1, tzinfo=UTC).date()
    earlier = [Listing(day, size, size, 0) for size in sizes]
    assert judge(Listing(day, 85, 85, 0), earlier).is_accepted is is_accepted


@pytest.mark.parametrize(
    ("rows", "missing", "is_accepted"),
    [(1, 1, True), (2, 1, True), (2, 2, False), (10, 5, True), (10, 6, False), (0, 0, True)],
)
def test_rows_without_their_counters_are_no_answer(
    rows: int, missing: int, is_accepted: bool
) -> None:
    day = datetime(2026, 5, 1, tzinfo=UTC).date()
    listing = Listing(day, rows, rows, missing)
    assert judge(listing, []).is_accepted is is_accepted
    if not is_accepted:
        # Not on the third day either.
        earlier = [Listing(day.replace(day=n), rows, rows, missing, False) for n in (2, 3)]
        assert judge(listing, earlier).is_accepted is False


@pytest.mark.parametrize(("shares", "is_accepted"), [((0, 0, 30), False), ((0, 30, 30), True)])
def test_missing_keys_are_measured_by_the_median(
    shares: tuple[int, ...], is_accepted: bool
) -> None:
    day = datetime(2026, 5, 1, tzinfo=UTC).date()
    earlier = [Listing(day, 100, 100, missing) for missing in shares]
    assert judge(Listing(day, 100, 100, 30), earlier).is_accepted is is_accepted


def test_one_listing_before_is_too_little_to_judge_by() -> None:
    day = datetime(2026, 5, 1, tzinfo=UTC).date()
    before = [Listing(day, 58, 58, 0)]
    assert judge(Listing(day, 53, 53, 0), before) == Verdict(True, None)
    verdict = judge(Listing(day, 52, 52, 0), before)
    assert verdict.is_accepted
    assert "52 rows, under 90% of the 58 of the only listing" in str(verdict.reason)


# Due again


def bare(lab: Lab) -> list[SourceResult]:
    """What `collectors collect` without a name does."""
    worker = Collector(
        data_dir=lab.data_dir,
        tracked=lab.tracked,
        now=lambda: lab.today,
        new_session=lab.session,
        progress=Notes(lab.notes),
    )
    return worker.collect()


@pytest.mark.parametrize("fault", ["html", "no-downloads"])
def test_what_failed_is_due_again(lab: Lab, fault: str) -> None:
    lab.hub.fault("google", fault)
    assert [result.exit for result in bare(lab)] == ["partial"]
    lab.hub.heal()
    lab.today += timedelta(minutes=5)
    again = due(lab.history, "huggingface", 1, lab.today)
    assert (again.is_due, again.missing) == (True, ("google",))
    assert [result.exit for result in bare(lab)] == ["done"]
    assert lab.notes == ["huggingface: due, the last run has no good answer for google"]
    assert bare(lab) == []
    again = due(lab.history, "huggingface", 1, lab.today)
    assert (again.is_due, again.missing) == (False, ())


def test_an_interrupted_run_is_due_again(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    real = huggingface.HubListings.listing

    def listing(self: Any, organisation: str) -> Any:
        if organisation == "meta-llama":
            raise KeyboardInterrupt
        return real(self, organisation)

    with monkeypatch.context() as patched:
        patched.setattr(huggingface.HubListings, "listing", listing)
        with pytest.raises(KeyboardInterrupt):
            bare(lab)
    assert [result.exit for result in bare(lab)] == ["done"]
    assert "no good answer for meta-llama" in lab.notes[-1]


def test_a_day_that_was_read_whole_stays_whole(lab: Lab) -> None:
    lab.collect()
    lab.hub.fault("google", "html")
    lab.collect()
    assert bare(lab) == []
    lab.next_day()
    assert [result.exit for result in bare(lab)] == ["partial"]


# Out of reach


def test_a_hub_out_of_reach_is_asked_three_times_only(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    lab.tracked = Tracked({name: ["x"] for name in ("a", "b", "c", "d", "e")})
    result = lab.collect()
    assert result.exit == "failed"
    assert {entity.status for entity in result.entities} == {"failed"}
    reasons = [str(entity.reason) for entity in result.entities]
    for reason in reasons[:3]:
        assert reason.startswith("cannot connect to 127.0.0.1:9 (connection refused), 4 times")
        assert "HF_ENDPOINT and the proxy settings" in reason
    assert set(reasons[3:]) == {
        "not asked: the Hub could not be reached (connection refused: 127.0.0.1:9)"
    }
    assert len(lab.slept) == 3 * 3


def test_an_error_of_the_hub_is_no_dead_network(lab: Lab) -> None:
    lab.tracked = Tracked({name: ["x"] for name in ("a", "b", "Qwen", "c", "google")})
    for name in ("a", "b", "c"):
        lab.hub.fault(name, "redirect-away")
    lab.hub.fault("Qwen", "500")
    result = lab.collect()
    assert [entity.status for entity in result.entities] == ["failed"] * 4 + ["accepted"]


# Killed, locked, full, rebuilt

_KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from collectors.collect import Collector
from collectors.source import Tracked
tracked = Tracked({"Qwen": ["Qwen"], "google": ["Gemma"], "meta-llama": ["Llama"]})
Collector(data_dir=Path(sys.argv[1]), tracked=tracked,
          now=lambda: datetime(2026, 5, 5, 6, tzinfo=UTC)).collect(["huggingface"])
"""


def test_a_killed_process_is_repaired(lab: Lab, commands: Commands) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def pause() -> None:
        if lab.hub.requests[-1].query["author"] == ["google"]:
            reached.set()
            go_on.wait(10)

    lab.hub.before_answer = pause
    process = commands(str(lab.data_dir), code=_KILLED)
    assert reached.wait(20)
    with pytest.raises(LockedError, match="another run"), lock(lab.data_dir):
        pass
    process.send_signal(signal.SIGKILL)
    assert process.ended().returncode == -signal.SIGKILL
    go_on.set()
    lab.hub.before_answer = None
    assert lab.rows() == []

    lab.today += timedelta(hours=1)
    assert lab.collect().exit == "done"
    assert "which had reached 1 of 3" in lab.notes[0]
    observed = lab.history.observations("huggingface")
    assert [(o["entity"], o["status"]) for o in observed[:3]] == [
        ("Qwen", "accepted"),
        ("google", "not_reached"),
        ("meta-llama", "not_reached"),
    ]
    assert len([row for row in lab.rows() if row["hf_org"] == "Qwen"]) == 2 * QWEN
    assert_rebuild_is_identical(lab)


def test_ctrl_c_leaves_a_record(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    real = huggingface.HubListings.listing

    def listing(self: Any, organisation: str) -> Any:
        if organisation == "google":
            raise KeyboardInterrupt
        return real(self, organisation)

    with monkeypatch.context() as patched:
        patched.setattr(huggingface.HubListings, "listing", listing)
        with pytest.raises(KeyboardInterrupt):
            lab.collect()
    (path,) = (lab.data_dir / "runs").glob("*.json")
    assert json.loads(path.read_bytes())["exit"] == "interrupted"
    lab.collect()
    assert len(lab.history.partitions("observations")) == 2


def test_a_full_disk_leaves_what_is_there(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.collect()
    before = lab.files()
    lab.next_day()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "body.gz")

    with monkeypatch.context() as patched:
        patched.setattr("data.snapshots.write_atomically", full)
        patched.setattr("collectors.records.write_atomically", full)
        with pytest.raises(OSError, match="No space left"):
            lab.collect()
    assert lab.files() == before
    assert lab.notes == [], "one error is said once"


def test_a_record_that_cannot_be_written_is_an_error(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "run.json")

    monkeypatch.setattr("collectors.records.write_atomically", full)
    with pytest.raises(OSError, match="No space left"):
        lab.collect()


def test_a_run_that_cannot_be_parsed_does_not_stop_the_fetching(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.collect()
    lab.next_day()
    with monkeypatch.context() as patched:

        def broken(*_: object) -> None:
            raise SnapshotError("a body is damaged")

        patched.setattr(huggingface, "parse", broken)
        assert lab.collect().exit == "failed"
        lab.next_day()
        assert "a body is damaged" in str(lab.collect().error)
    assert len(lab.history.partitions("observations")) == 1
    lab.next_day()
    lab.collect()
    assert len(lab.history.partitions("observations")) == 4
    assert_rebuild_is_identical(lab)


def test_a_clock_that_runs_behind_is_noticed(lab: Lab) -> None:
    lab.collect()
    lab.today -= timedelta(days=2)
    with pytest.raises(ConfigurationError, match="the clock says 2026-05-03 06:00"):
        lab.collect()


def assert_rebuild_is_identical(lab: Lab) -> None:
    before = lab.files()
    rebuild(lab.data_dir)
    assert lab.files() == before
    assert not list(lab.data_dir.glob(".history*"))


def test_a_rebuild_gives_the_same_bytes(lab: Lab) -> None:
    lab.hub.page_cap = 20
    for fault in (None, "malformed-row", "html", "half", "half", "half", "no-downloads", None):
        lab.hub.heal()
        if fault:
            lab.hub.fault("Qwen", fault)
        lab.collect()
        lab.next_day()
    assert len(lab.files()) == 16
    assert_rebuild_is_identical(lab)


def test_a_rebuild_keeps_what_has_no_snapshot(lab: Lab) -> None:
    lab.collect()
    lab.next_day()
    lab.collect()
    before = lab.files()
    oldest = SnapshotStore(lab.data_dir).runs("huggingface")[0]
    for path in oldest.folder.iterdir():
        path.unlink()
    oldest.folder.rmdir()
    # An earlier one was killed between two names.
    (lab.data_dir / "history").rename(lab.data_dir / ".history.17.old")
    rebuild(lab.data_dir)
    assert lab.files() == before


def test_a_failed_rebuild_changes_nothing(lab: Lab) -> None:
    lab.collect()
    before = lab.files()
    (body,) = lab.data_dir.glob("snapshots/*/*/Qwen.body.gz")
    body.write_bytes(gzip.compress(b"[[]]"))
    with pytest.raises(SnapshotError, match="expected sha256"):
        rebuild(lab.data_dir)
    assert lab.files() == before
    assert not list(lab.data_dir.glob(".history*"))


# Rows

MANIFEST = Manifest(
    source="huggingface",
    run="20260505T060000000000Z",
    entity="acme",
    url="http://127.0.0.1/api/models",
    fetched_at=datetime(2026, 5, 5, 6, tzinfo=UTC),
    http_status=200,
    licence="",
    citation="",
)
JUNE = datetime(2026, 6, 19, 9, 40, 33, tzinfo=UTC)
GOOD = {"_id": "a" * 24, "id": "acme/one"}


def parsed_row(**fields: Any) -> dict[str, Any]:
    parsed = huggingface.parse(orjson.dumps([[{**GOOD, **fields}]]), MANIFEST)
    assert parsed.set_aside == []
    return dict(parsed.tables[TABLE][0])


def recorded(name: str) -> list[dict[str, Any]]:
    """A recorded listing parsed as if its owners had been asked one after the other."""
    rows = []
    for row in recorded_rows(name):
        owner = row["id"].split("/")[0]
        manifest = Manifest(**{**MANIFEST.__dict__, "entity": owner})
        parsed = huggingface.parse(orjson.dumps([[row]]), manifest)
        assert parsed.set_aside == []
        rows += parsed.tables[TABLE]
    return rows


def test_recorded_answers() -> None:
    minilm, bert, marco = recorded("listing_expand.json")
    assert minilm["downloads_all_time"] == 3_400_446_695
    assert minilm["downloads_30d"] == 255_316_543
    assert minilm["base_models"] == ["quantized:nreimers/MiniLM-L6-H384-uncased"]
    assert minilm["licence"] == "apache-2.0"
    assert minilm["total_params"] == 22_713_728
    assert minilm["created_at"] == datetime(2022, 3, 2, 23, 29, 5, tzinfo=UTC)
    assert bert["base_models"] == []
    assert bert["gated"] == "false"
    assert marco["trending_score"] == 0.5
    for row in recorded("listing_default.json"):
        assert row["downloads_all_time"] is None
        assert row["last_modified_at"] is None
    assert recorded("listing_filter_base_model.json")[0]["base_models"] == [
        "finetune:google-bert/bert-base-uncased"
    ]


@pytest.mark.parametrize(
    ("fields", "column", "value"),
    [
        ({}, "downloads_30d", None),
        ({"downloads": None}, "downloads_30d", None),
        ({"downloads": 0}, "downloads_30d", 0),
        ({"createdAt": "2026-06-19T09:40:33Z"}, "created_at", JUNE),
        ({"createdAt": "2026-06-19T09:40:33.000Z"}, "created_at", JUNE),
        ({"createdAt": "2026-06-19T11:40:33+02:00"}, "created_at", JUNE),
        ({"gated": "manual"}, "gated", "manual"),
        ({"gguf": {"total": 2**40}}, "total_params", 2**40),
        ({"safetensors": {}, "gguf": {"total": 5}}, "total_params", 5),
        ({"tags": ["license:mit", "license:apache-2.0"]}, "licence", "apache-2.0"),
        ({"tags": ["base_model:x/y"]}, "base_models", ["unknown:x/y"]),
        ({"tags": ["base_model:merge:x/y", "base_model:merge:a/b", "base_model:a/b"]},
         "base_models", ["merge:a/b", "merge:x/y"]),
        ({"tags": ["base_model:finetune:bert"]}, "base_models", ["finetune:bert"]),
        ({"tags": ["base_model:finetune:../../etc", "base_model:finetune:"]}, "base_models", []),
        ({"baseModels": {"relation": "adapter", "models": [{"id": "x/y"}]}},
         "base_models", ["adapter:x/y"]),
        ({"baseModels": {"relation": None, "models": [{"id": "x/y"}]}},
         "base_models", ["unknown:x/y"]),
        ({"baseModels": ["x/y"], "tags": ["base_model:adapter:x/y"]},
         "base_models", ["adapter:x/y"]),
        ({}, "base_models", None),
        ({"id": "ACME/one"}, "model_id", "ACME/one"),
        ({"id": "one", "author": "acme"}, "model_id", "one"),
    ],
)  # fmt: skip
def test_how_a_field_is_read(fields: dict[str, Any], column: str, value: Any) -> None:
    assert parsed_row(**fields)[column] == value


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"_id": None}, "_id is not 24 hex digits"),
        ({"_id": "A" * 24}, "_id is not 24 hex digits"),
        ({"_id": "a" * 23 + "\n"}, "_id is not 24 hex digits"),
        ({"id": 17}, "id is not a repository name"),
        ({"id": "acme/../etc"}, "id is not a repository name"),
        ({"id": "acme/<script>"}, "id is not a repository name"),
        ({"id": "other/one"}, "belongs to another owner"),
        ({"id": "one"}, "belongs to another owner"),
        ({"downloads": -1}, "downloads is negative"),
        ({"downloads": "12"}, "downloads is not a whole number"),
        ({"downloads": 1.5}, "downloads is not a whole number"),
        ({"downloads": True}, "downloads is not a whole number"),
        ({"downloadsAllTime": 2**60}, "downloadsAllTime is over 1e+15"),
        ({"likes": []}, "likes is not a whole number"),
        ({"trendingScore": "hot"}, "trendingScore is not a number"),
        ({"createdAt": "yesterday"}, "createdAt is not a UTC instant"),
        ({"createdAt": "2026-02-30T00:00:00Z"}, "createdAt is not a UTC instant"),
        ({"createdAt": "2026-06-19T09:40:33"}, "createdAt is not a UTC instant"),
        ({"createdAt": "0001-01-01T00:00:00+14:00"}, "createdAt is not a UTC instant"),
        ({"lastModified": "1970-01-01T00:00:00Z"}, "lastModified is not in this century"),
        ({"pipeline_tag": ["x"]}, "pipeline_tag is not a short text"),
        ({"library_name": "x\u202e\x00y"}, "library_name is not a short text"),
        ({"tags": "mit"}, "tags is not a list of texts"),
        ({"tags": [1]}, "tags is not a list of texts"),
        ({"safetensors": 7}, "safetensors is not an object"),
        ({"safetensors": {"total": -5}}, "total is negative"),
        ({"private": "no"}, "private is neither true nor false"),
    ],
)
def test_a_malformed_row_is_set_aside_alone(fields: dict[str, Any], reason: str) -> None:
    body = orjson.dumps([[{**GOOD, **fields}, {"_id": "b" * 24, "id": "acme/two"}]])
    parsed = huggingface.parse(body, MANIFEST)
    assert parsed.set_aside == [reason]
    assert [row["model_id"] for row in parsed.tables[TABLE]] == ["acme/two"]
    assert parsed.rows_read == 2


def test_half_a_surrogate_costs_one_row() -> None:
    body = b'[[{"_id":"%s","id":"acme/two"},{"_id":"%s","id":"acme/one","pipeline_tag":"\\ud800"}]]'
    parsed = huggingface.parse(body % (b"b" * 24, b"a" * 24), MANIFEST)
    assert parsed.set_aside == ["pipeline_tag is not a short text"]
    assert len(parsed.tables[TABLE]) == 1


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["acme/one", "a" * 24, "2026-06-19T09:40:33.000Z", "license:", "auto"]),
    lambda children: (
        st.lists(children, max_size=4)
        | st.dictionaries(
            st.sampled_from(["total", "models", "relation", "id"]), children, max_size=3
        )
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from(["_id", "id", *huggingface.EXPAND])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_row_is_typed_or_set_aside(data: st.DataObject) -> None:
    rows = [dict(row) for row in recorded_rows("listing_expand.json")]
    for row in rows:
        row["id"] = f"acme/{row['id'].split('/')[1]}"
        for name, value in data.draw(st.dictionaries(FIELDS, JSON_VALUES, max_size=4)).items():
            row[name] = value
    body = json.dumps([rows, data.draw(st.lists(JSON_VALUES, max_size=2))]).encode()
    try:
        parsed = huggingface.parse(body, MANIFEST)
    except AdoptionError:
        return
    assert len(parsed.tables[TABLE]) + len(parsed.set_aside) == parsed.rows_read
    # The history takes every row that the parser lets through.
    assert_fits_the_table(parsed.tables[TABLE])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 4000), st.binary(max_size=6), st.booleans())
def test_any_damaged_body_is_our_error(position: int, noise: bytes, is_cut: bool) -> None:
    body = b"[" + orjson.dumps(recorded_rows("listing_expand.json")) + b"]"
    position %= len(body)
    damaged = body[:position] + noise + (b"" if is_cut else body[position + len(noise) :])
    try:
        parsed = huggingface.parse(damaged, MANIFEST)
    except CollectError:
        return
    assert_fits_the_table(parsed.tables[TABLE])


def assert_fits_the_table(rows: list[Any]) -> None:
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=arrow_schema(TABLE))
    assert table.num_rows == len(rows)


def test_the_environment_is_left_alone() -> None:
    assert os.environ["HF_ENDPOINT"] == NOWHERE
