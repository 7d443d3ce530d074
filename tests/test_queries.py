"""Reading a build: metrics by name and filter, what is refused, and the published anchors."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

import data
from dashboard import readings
from data import FilterError, NoBuildError, UnknownMetricError, queries, warehouse
from data.history import History
from data.schema import arrow_schema
from data.snapshots import run_started_at

pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

QWEN3 = "Qwen/Qwen3-0.6B-Renamed"


def days(frame: pd.DataFrame, column: str = "date") -> list[date]:
    return sorted({day.date() for day in frame[column]})


# What was read


def test_what_was_read_is_kept_and_is_everybodys_own(
    seeds_build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask() -> pd.DataFrame:
        return data.metric("account_downloads", account=["Qwen"], build=seeds_build)

    first = ask()
    wanted = first.copy()
    monkeypatch.setattr(queries.warehouse, "frame", None)  # nothing is read again
    first["share"] = 0.0
    first.loc[:, "account_label"] = "changed"
    pd.testing.assert_frame_equal(ask(), wanted)
    monkeypatch.undo()
    queries.forget()
    pd.testing.assert_frame_equal(ask(), wanted)
    other = data.metric("account_downloads", account=["meta-llama"], build=seeds_build)
    assert set(other["account"]) == {"meta-llama"}


def test_lists_of_what_is_kept_cannot_be_changed(seeds_build: Path) -> None:
    accounts = data.families(seeds_build)["hf_orgs"].iloc[0]
    with pytest.raises(ValueError, match="read-only"):
        accounts[0] = "changed"


def test_large_answers_are_not_kept(seeds_build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(path: Path, sql: str, values: Any = ()) -> pd.DataFrame:
        asked.append(sql)
        return pd.DataFrame({"a": range(queries.KEPT_ROWS + 1)})

    monkeypatch.setattr(queries.warehouse, "frame", counted)
    queries.forget()
    for _ in range(2):
        data.families(seeds_build)
    queries.forget()
    assert len(asked) == 2


# Anchors: figures of the shipped seeds that everything else is measured by


@pytest.mark.parametrize(
    ("subject", "month", "value"),
    [
        ("Qwen", date(2025, 3, 1), 0.09011),
        ("Qwen", date(2026, 4, 1), 0.50132),
        ("Qwen", date(2026, 9, 1), 0.29873),
        ("meta-llama", date(2025, 3, 1), 0.09530),
        ("meta-llama", date(2026, 4, 1), 0.03989),
        ("meta-llama", date(2026, 9, 1), 0.02582),
    ],
)
def test_published_shares(seeds_build: Path, subject: str, month: date, value: float) -> None:
    rows = data.metric(
        "published_series",
        series="share_text_vlm_by_author",
        subject=subject,
        start=month,
        end=month,
        build=seeds_build,
    )
    assert rows["value"].tolist() == [value]


def test_qwen_passed_meta_llama(seeds_build: Path) -> None:
    rows = data.metric(
        "crossovers",
        basis="published",
        measure="monthly_downloads",
        leader="Qwen",
        passed="meta-llama",
        build=seeds_build,
    )
    assert days(rows, "crossed_on") == [date(2025, 4, 1)]
    assert rows["earlier_months_ahead"].tolist() == [2]
    assert rows["is_estimate"].tolist() == [False]


def test_the_pooled_peak(seeds_build: Path) -> None:
    rows = data.metric(
        "account_downloads", account="Qwen", start=date(2026, 3, 1), end=date(2026, 4, 30),
        build=seeds_build,
    )  # fmt: skip
    assert len(rows) == 2
    assert [f"{share:.3f}" for share in rows["pooled_share"]] == ["0.450", "0.450"]


# Filters


def test_all_rows_sorted_by_the_grain(collected_build: Path) -> None:
    info = data.metric_info("downloads_30d", build=collected_build)
    rows = data.metric("downloads_30d", build=collected_build)
    assert tuple(rows.columns) == info.column_names
    keys = list(rows[list(info.grain)].itertuples(index=False, name=None))
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_families(collected_build: Path) -> None:
    rows = data.metric("family_downloads", families=["Qwen", "Llama"], build=collected_build)
    assert set(rows["family"]) == {"Qwen", "Llama"}
    assert data.metric("family_downloads", families=[], build=collected_build).empty
    same = data.metric("family_downloads", family=("Llama", "Qwen"), build=collected_build)
    pd.testing.assert_frame_equal(rows, same)


def test_start_and_end_are_inclusive(collected_build: Path) -> None:
    everything = days(data.metric("family_downloads", build=collected_build))
    first, last = everything[1], everything[3]
    rows = data.metric("family_downloads", start=first, end=last, build=collected_build)
    assert days(rows) == everything[1:4]
    empty = data.metric("family_downloads", start=last, end=first, build=collected_build)
    assert empty.empty
    assert tuple(empty.columns) == tuple(rows.columns)


def test_equals_and_lists(collected_build: Path) -> None:
    one = data.metric("downloads_30d", model_id=QWEN3, build=collected_build)
    assert set(one["model_id"]) == {QWEN3}
    two = data.metric("downloads_30d", hf_org={"Qwen", "google"}, build=collected_build)
    assert set(two["hf_org"]) == {"Qwen", "google"}
    assert data.metric("downloads_30d", hf_org=[], build=collected_build).empty
    assert data.metric("downloads_30d", hf_org="qwen", build=collected_build).empty
    events = data.metric("events", is_highlight=True, build=collected_build)
    assert len(events) > 3
    assert events["is_highlight"].all()
    day = data.metric("family_downloads", date=date(2026, 5, 31), build=collected_build)
    assert days(day) == [date(2026, 5, 31)]


def test_null_stays_null(collected_build: Path) -> None:
    failed = date(2026, 6, 2)
    rows = data.metric("family_downloads", date=failed, build=collected_build)
    by_family = rows.set_index("family")["family_downloads"]
    assert pd.isna(by_family["Gemma"])
    assert by_family["Qwen"] > 0
    shares = data.metric("download_share", date=failed, build=collected_build)
    assert len(shares) == 3
    assert shares["download_share"].isna().all()


# 100 = the first value


def test_index(collected_build: Path) -> None:
    filters: dict[str, Any] = {"families": ["Qwen", "Gemma"], "build": collected_build}
    plain = data.metric("family_downloads", **filters)
    index = data.metric("family_downloads", index=True, **filters)
    assert list(index.columns) == list(plain.columns)
    for family in ("Qwen", "Gemma"):
        values = plain[plain["family"] == family]["family_downloads"].astype(float)
        found = index[index["family"] == family]["family_downloads"]
        wanted = 100 * values / values.dropna().iloc[0]
        pd.testing.assert_series_equal(found, wanted, check_names=False)
    assert index["family_downloads"].isna().sum() == plain["family_downloads"].isna().sum() == 1


def test_index_begins_with_the_period(collected_build: Path) -> None:
    rows = data.metric(
        "family_downloads", families=["Qwen"], start=date(2026, 7, 1), index=True,
        build=collected_build,
    )  # fmt: skip
    assert rows["family_downloads"].iloc[0] == 100


def test_index_is_of_the_first_value_that_is_neither_null_nor_zero(seeds_build: Path) -> None:
    info = data.metric_info("published_series", build=seeds_build)
    given = (
        "SELECT * FROM (VALUES ('s', 'a', 'hf_org', 'month', DATE '2026-01-01', 'x', NULL), "
        "('s', 'a', 'hf_org', 'month', DATE '2026-02-01', 'x', 0), "
        "('s', 'a', 'hf_org', 'month', DATE '2026-03-01', 'x', 50), "
        "('s', 'a', 'hf_org', 'month', DATE '2026-04-01', 'x', 75), "
        "('s', 'b', 'hf_org', 'month', DATE '2026-04-01', 'x', 0)) "
        "AS t (series, subject, subject_kind, period, date, source, value)"
    )
    sql = data.queries.indexed(info, given)
    rows = warehouse.cursor(seeds_build).execute(
        f"SELECT value FROM ({sql}) ORDER BY subject, date"
    )
    assert [value for (value,) in rows.fetchall()] == [None, 0, 100, 150, None]


@pytest.mark.parametrize("name", ["events", "reported_figures", "freshness", "crossovers"])
def test_index_of_what_is_no_series(seeds_build: Path, name: str) -> None:
    with pytest.raises(FilterError, match="no series in time"):
        data.metric(name, index=True, build=seeds_build)


# What is refused


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("download_shares", "download_share"),
        ("published_serie", "published_series"),
        ("Events", "events"),
    ],
)
def test_an_unknown_metric(seeds_build: Path, name: str, close: str) -> None:
    with pytest.raises(UnknownMetricError, match=f"did you mean {close}"):
        data.metric(name, build=seeds_build)


@pytest.mark.parametrize(
    "name",
    [
        "seed__events",
        "model_days",
        "build_info",
        "events; DROP VIEW events",
        "",
        'events"',
        "(SELECT 1)",
    ],
)
def test_only_metrics_can_be_asked_for(seeds_build: Path, name: str) -> None:
    with pytest.raises(UnknownMetricError, match="no metric is named"):
        data.metric(name, build=seeds_build)


@pytest.mark.parametrize(
    "filters",
    [
        {"color": "blue"},
        {"value": 1},
        {"Date": date(2026, 1, 1)},
        {'family" IS NULL OR "family': "x"},
        {"family = 'Qwen' --": "x"},
        {"1=1": 1},
    ],
)
def test_a_filter_on_a_column_that_is_not_there(seeds_build: Path, filters: dict[str, Any]) -> None:
    with pytest.raises(FilterError, match="family_downloads has no column"):
        data.metric("family_downloads", build=seeds_build, **filters)


def test_a_filter_by_family_of_a_metric_without_one(seeds_build: Path) -> None:
    with pytest.raises(FilterError, match="incidents has no column 'family'"):
        data.metric("incidents", families=["Qwen"], build=seeds_build)
    with pytest.raises(FilterError, match=r"use --where account=\.\.\.; "):
        data.metric("account_downloads", families=["Qwen"], build=seeds_build)


def test_dates_for_a_metric_without_one(seeds_build: Path) -> None:
    with pytest.raises(FilterError, match="freshness has no date"):
        data.metric("freshness", start=date(2026, 1, 1), build=seeds_build)


@pytest.mark.parametrize(
    "filters",
    [
        {"models": "many"},
        {"models": [1, "two"]},
        {"models": {"a": 1}},
        {"models": Path()},
        {"date": "yesterday"},
        {"date": 5},
        {"family": 5},
        {"start": "2026-01-01"},
        {"end": 5},
        {"families": "Qwen"},
        {"families": ["Quen"]},
    ],
    ids=str,
)
def test_a_value_of_the_wrong_type(seeds_build: Path, filters: dict[str, Any]) -> None:
    with pytest.raises(FilterError) as caught:
        data.metric("family_downloads", build=seeds_build, **filters)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["'; DROP VIEW events; --", "' OR 1=1 --", "\\", "%", "Robert'); --", "\x00"]
)
def test_values_are_values(seeds_build: Path, text: str) -> None:
    before = len(data.metric("events", build=seeds_build))
    assert data.metric("events", title=text, build=seeds_build).empty
    assert data.metric("events", title=[text, text], build=seeds_build).empty
    assert len(data.metric("events", build=seeds_build)) == before


# The rest of the face


def test_the_catalog_is_that_of_the_build(seeds_build: Path) -> None:
    found = {info.name: info for info in data.catalog(seeds_build)}
    assert list(found) == sorted(found)
    info = found["download_share"]
    assert info.grain == ("date", "scope", "share_of", "family")
    assert info.sums == 1
    assert info.value_column == "download_share"
    assert info.time_column == "date"
    assert all(column.comment and column.type for column in info.columns)
    assert found["events"].value_column is None
    assert found["events"].time_column == "starts_on"
    assert found["freshness"].time_column is None


def test_history_of_a_renamed_repository(collected_build: Path) -> None:
    (hub_id,) = set(data.metric("downloads_30d", model_id=QWEN3, build=collected_build)["hub_id"])
    rows = data.model_history(hub_id, build=collected_build)
    assert days(rows) == days(data.metric("family_downloads", build=collected_build))
    assert rows["downloads_all_time"].is_monotonic_increasing
    assert data.model_history("' OR 1=1 --", build=collected_build).empty


def test_a_repository_created_in_june_has_a_june(collected_build: Path) -> None:
    (hub_id,) = set(
        data.metric("downloads_30d", model_id="Qwen/Qwen9-1B", build=collected_build)["hub_id"]
    )
    months = warehouse.frame(
        collected_build, "SELECT month FROM model_months WHERE hub_id = ? ORDER BY month", [hub_id]
    )
    assert days(months, "month") == [date(2026, 6, 1), date(2026, 7, 1)]


def test_the_last_run(collected_build: Path) -> None:
    rows = data.observations(collected_build)
    assert rows["entity"].tolist() == ["Qwen", "google", "meta-llama"]
    assert rows["run"].nunique() == 1
    assert data.as_of(collected_build) == "2026-10-02"


def test_the_newest_day_of_any_series(seeds_build: Path, tmp_path: Path) -> None:
    """What the control To offers: not of downloads alone; of an older build what it told."""
    assert data.newest_day(seeds_build) == date(2026, 9, 16)
    changed = tmp_path / seeds_build.name
    for change, told, offered in (
        ("UPDATE build_metrics SET newest_on = '2026-11-20' WHERE name = 'token_share'",
         date(2026, 11, 20), date(2026, 11, 20)),
        ("ALTER TABLE build_metrics DROP COLUMN newest_on", None, date(2026, 9, 1)),
    ):  # fmt: skip
        shutil.copy(seeds_build, changed)
        with duckdb.connect(str(changed)) as connection:
            connection.execute(change)
        assert data.newest_day(changed) == told
        assert readings.newest_day.__wrapped__(changed) == offered  # type: ignore[attr-defined]
        changed = tmp_path / "older.duckdb"


def test_status(collected_build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(collected_build.parents[1]))
    now = datetime(2026, 8, 5, 15, tzinfo=UTC)
    found = data.status(now)
    assert found["build"] == collected_build.stem
    assert found["is_stale"] is False
    (source,) = found["sources"]
    assert source["name"] == "huggingface"
    assert source["age_days"] == 1
    assert (source["is_due"], source["is_late"]) == (True, False)
    assert data.status(datetime(2026, 8, 6, tzinfo=UTC))["sources"][0]["is_late"] is True
    assert source["newest_date"] == "2026-08-04"
    # Like the collectors, it counts UTC dates.
    assert source["next_due_at"] == "2026-08-05T00:00:00+00:00"
    assert data.status(datetime(2026, 8, 5, 0, 0, tzinfo=UTC))["sources"][0]["is_due"] is True
    assert data.status(datetime(2026, 8, 4, 23, 59, tzinfo=UTC))["sources"][0]["is_due"] is False


def test_an_archive_is_never_due_and_never_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(tmp_path))
    observe(tmp_path, "20260804T060000000000Z", {"a": "accepted"})
    facts = [
        data.SourceFacts("things", "T", "https://x", "none", "c", 1.0, is_archive=is_archive)
        for is_archive in (True, False)
    ]
    found = data.status(datetime(2026, 9, 1, tzinfo=UTC), facts)["sources"]
    assert [(one["is_due"], one["is_late"]) for one in found] == [(False, False), (True, True)]


def observe(home: Path, run: str, statuses: dict[str, str]) -> History:
    """A run in the history: what came of each entity."""
    blank = dict.fromkeys(arrow_schema("observations").names)
    rows = [
        {
            **blank,
            "source": "things",
            "entity": entity,
            "run": run,
            "observed_at": run_started_at(run),
            "status": status,
            "rows_read": 5 if status == "accepted" else None,
            "reason": None if status == "accepted" else "why",
        }
        for entity, status in statuses.items()
    ]
    history = History(home / "history")
    history.write("observations", run, "things", rows)
    return history


THINGS = data.SourceFacts("things", "Things", "https://x", "MIT", "cite", 1)
EIGHT, NINE, LATE = (f"20260505T{hour}0000000000Z" for hour in ("08", "09", "23"))
GOOD, BAD = {"a": "accepted", "b": "accepted"}, {"a": "accepted", "b": "failed"}


@pytest.mark.parametrize(
    ("runs", "days", "now", "is_due", "missing"),
    [
        ({}, 1, "2026-05-05T10", True, ()),
        ({EIGHT: GOOD}, 1, "2026-05-05T23", False, ()),
        ({LATE: GOOD}, 1, "2026-05-06T00", True, ()),
        ({EIGHT: GOOD}, 7, "2026-05-11T23", False, ()),
        ({EIGHT: GOOD}, 7, "2026-05-12T00", True, ()),
        ({EIGHT: GOOD}, 0.5, "2026-05-05T19", False, ()),
        ({EIGHT: GOOD}, 0.5, "2026-05-05T20", True, ()),
        ({EIGHT: BAD}, 7, "2026-05-05T09", True, ("b",)),
        ({EIGHT: {"a": "rejected", "b": "not_reached"}}, 1, "2026-05-05T09", True, ()),
        ({EIGHT: BAD, NINE: GOOD}, 1, "2026-05-05T10", False, ()),
        ({EIGHT: GOOD, NINE: BAD}, 1, "2026-05-05T10", False, ()),
        ({"20260504T080000000000Z": GOOD, NINE: BAD}, 7, "2026-05-05T10", True, ("b",)),
    ],
)
def test_what_is_due(
    tmp_path: Path,
    runs: dict[str, dict[str, str]],
    days: float,
    now: str,
    is_due: bool,
    missing: tuple[str, ...],
) -> None:
    history = History(tmp_path / "history")
    for run, statuses in runs.items():
        history = observe(tmp_path, run, statuses)
    at = datetime.fromisoformat(f"{now}:00:00+00:00")
    found = data.freshness.due(history, "things", days, at)
    assert (found.is_due, found.missing) == (is_due, missing)


def test_status_without_a_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(tmp_path))
    observe(tmp_path, EIGHT, BAD)
    other = data.SourceFacts("other", "Other", "https://x", "MIT", "cite", 1)
    found = data.status(datetime(2026, 5, 5, 20, tzinfo=UTC), [THINGS, other])
    assert found["build"] is None
    first, second = found["sources"]
    assert (first["rows_read"], first["entities"], first["entities_failed"]) == (5, 2, 1)
    assert (first["age_days"], first["is_due"], first["missing"]) == (0.5, True, ["b"])
    assert (second["rows_read"], second["age_days"], second["is_due"]) == (None, None, True)


def told(home: Path, now: str = "2026-05-05T10:00:00+00:00") -> dict[str, Any]:
    """What is said of the source without a build."""
    (source,) = data.status(datetime.fromisoformat(now), [THINGS])["sources"]
    return dict(source)


def record(home: Path, run: str, exit: str, error: str | None = None, **reasons: str) -> None:
    """The record of a run that ended a minute after it began."""
    began = run_started_at(run)
    entities = [
        {"entity": entity, "status": "failed", "reason": reason}
        for entity, reason in reasons.items()
    ]
    content = {
        "source": "things",
        "run": run,
        "started_at": began.isoformat(),
        "ended_at": began.replace(minute=1).isoformat(),
        "exit": exit,
        "error": error,
        "entities": entities,
    }
    (home / "runs").mkdir(exist_ok=True)
    (home / "runs" / f"{run}.things.json").write_text(json.dumps(content))


def test_records_that_are_odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(tmp_path))
    record(tmp_path, EIGHT, "done")
    # Neither a clock that runs ahead by years nor a name that is no date hides the true one.
    record(tmp_path, "20991120T000000000000Z", "failed")
    (tmp_path / "runs" / "20261399T000000000000Z.things.json").write_text("{}")
    assert told(tmp_path)["last_result"] == "done"
    record(tmp_path, NINE, "done")
    path = tmp_path / "runs" / f"{NINE}.things.json"
    good = json.loads(path.read_bytes())
    for ended in (None, "weird", ["done"]):
        path.write_text(json.dumps({**good, "exit": ended}))
        source = told(tmp_path)
        assert source["last_result"] == "crashed"
        assert source["last_error"] == f"it says that it ended as {ended!r}, which is unknown"
    path.write_text(json.dumps({**good, "exit": "failed", "error": ["no", 5]}))
    assert told(tmp_path)["last_error"] == "no, 5"
    path.write_text(json.dumps({**good, "error": {"a": 1}}))
    assert told(tmp_path)["last_error"] == "{'a': 1}"


def stored(home: Path, run: str, planned: list[str], answered: dict[str, bytes | None]) -> None:
    """A run that was stored as far as it came, and not parsed."""
    place = data.SnapshotStore(home).open_run("things", planned, run_started_at(run))
    for entity, body in answered.items():
        manifest = data.Manifest(
            source="things", run=run, entity=entity, url="https://x", licence="MIT",
            fetched_at=run_started_at(run), http_status=200, citation="cite", rows=7,
            error=None if body else "HTTP 503",
        )  # fmt: skip
        if body:
            place.store(manifest, body)
        else:
            place.fail(manifest)


@pytest.fixture
def things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(tmp_path))
    return tmp_path


def test_a_failure_after_a_full_reading_is_told_and_makes_nothing_due(things: Path) -> None:
    observe(things, EIGHT, GOOD)
    record(things, EIGHT, "done")
    assert (told(things)["last_result"], told(things)["last_error"]) == ("done", None)
    record(things, NINE, "failed", "cannot connect to things.example")
    source = told(things)
    assert source["last_result"] == "failed"
    assert source["last_error"] == "cannot connect to things.example"
    assert source["last_try_at"] == "2026-05-05T09:01:00+00:00"
    assert source["last_snapshot_at"] == "2026-05-05T08:00:00+00:00"
    assert (source["is_due"], source["missing"]) == (False, [])
    observe(things, NINE, {"a": "failed", "b": "failed"})
    assert (told(things)["is_due"], told(things)["entities_failed"]) == (False, 2)


@pytest.mark.parametrize(
    ("reasons", "why"),
    [
        ({"b": "HTTP 503"}, "b: HTTP 503"),
        ({"b": "HTTP 503", "c": "HTTP 500", "d": "HTTP 503"}, "3 of 3: HTTP 503"),
    ],
)
def test_why_a_run_was_partial(things: Path, reasons: dict[str, str], why: str) -> None:
    record(things, NINE, "partial", **reasons)
    assert (told(things)["last_result"], told(things)["last_error"]) == ("partial", why)


@pytest.mark.parametrize(
    ("statuses", "result", "why"),
    [
        (GOOD, "done", None),
        (BAD, "partial", "b: why"),
        ({"a": "failed", "b": "rejected"}, "failed", "2 of 2: why"),
        ({"a": "accepted", "b": "not_reached"}, "interrupted", None),
    ],
)
def test_without_a_record_the_observations_tell(
    things: Path, statuses: dict[str, str], result: str, why: str | None
) -> None:
    observe(things, NINE, statuses)
    assert (told(things)["last_result"], told(things)["last_error"]) == (result, why)


def test_a_record_that_cannot_be_read_is_told(things: Path) -> None:
    record(things, NINE, "done")
    (things / "runs" / f"{NINE}.things.json").write_text("{")
    source = told(things)
    assert source["last_result"] == "crashed"
    assert "expected the record of a run" in source["last_error"]


@pytest.mark.parametrize("is_recorded", [True, False])
def test_what_was_not_reached_did_not_fail(things: Path, is_recorded: bool) -> None:
    observe(things, "20260504T080000000000Z", {"a": "accepted", "b": "accepted", "c": "accepted"})
    stored(things, NINE, ["a", "b", "c", "d"], {"a": b"{}", "b": None})
    if is_recorded:
        record(things, NINE, "interrupted", "interrupted")
    source = told(things)
    assert source["last_result"] == ("interrupted" if is_recorded else "unfinished")
    counts = [source[name] for name in ("entities", "entities_failed", "entities_not_reached")]
    assert counts == [4, 1, 2]
    assert source["last_snapshot_at"] == "2026-05-04T08:00:00+00:00"
    # What is to be parsed counts, as it will for the next collection.
    assert (source["is_due"], source["missing"]) == (True, ["b", "c", "d"])
    observe(
        things, NINE, dict(zip("abcd", ("accepted", "failed", *["not_reached"] * 2), strict=True))
    )
    parsed = told(things)
    assert [
        parsed[name] for name in ("entities", "entities_failed", "entities_not_reached")
    ] == counts
    assert (parsed["is_due"], parsed["missing"]) == (True, ["b", "c", "d"])
    assert parsed["last_result"] == "interrupted"


def test_the_last_try_is_told_whether_it_was_built_or_not(
    collected_build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "copy"
    shutil.copytree(collected_build.parents[1], home)
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(home))
    now = datetime(2026, 8, 4, 20, tzinfo=UTC)
    (before,) = data.status(now)["sources"]
    assert before["last_result"] == "done"
    run = "20260804T190000000000Z"
    began = run_started_at(run).isoformat()
    record = {"started_at": began, "ended_at": None, "exit": "failed", "error": "no network"}
    (home / "runs" / f"{run}.huggingface.json").write_text(json.dumps(record))
    (after,) = data.status(now)["sources"]
    assert (after["last_result"], after["last_error"]) == ("failed", "no network")
    assert after["last_try_at"] == began
    same = ("last_snapshot_at", "rows_read", "entities_failed", "is_due", "next_due_at")
    assert [after[name] for name in same] == [before[name] for name in same]


def test_a_build_without_its_history_tells_what_it_knows(
    collected_build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "builds").mkdir()
    shutil.copy(collected_build, tmp_path / "builds")
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(tmp_path))
    (source,) = data.status(datetime(2026, 8, 5, 15, tzinfo=UTC))["sources"]
    assert (source["newest_date"], source["age_days"]) == ("2026-08-04", 1)
    assert (source["entities"], source["entities_not_reached"]) == (3, 0)


def test_without_a_build() -> None:
    found = data.status()
    assert found["build"] is None
    assert "collectors build" in found["stale_reason"]
    for read in (data.catalog, data.families, data.as_of, data.newest_build):
        with pytest.raises(NoBuildError, match="run `collectors build`"):
            read()
    with pytest.raises(NoBuildError):
        data.metric("events")
