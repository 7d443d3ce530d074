"""Single repositories: found by name, relatives, milestones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import data
from data.models import MAX_CHILDREN, MILESTONES, milestones_of
from data.queries import NOT_AS_READ
from tests import app_builds, hub_by_hand


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data.newest_build(app_builds.shared_home(tmp_path_factory, "hub"))


@pytest.fixture(scope="module")
def no_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data.newest_build(app_builds.shared_home(tmp_path_factory, "seeds"))


@pytest.mark.parametrize("text", ["qwen3-8b", "QWEN3-8B", " Qwen3-8B "])
def test_search_ignores_case_and_the_most_downloaded_come_first(hub: Path, text: str) -> None:
    found = data.search_models(text, build=hub)
    assert {hub_by_hand.PARENT, "Qwen/Qwen3-8B-AWQ"} <= set(found["model_id"])
    assert found["model_id"].str.lower().str.contains("qwen3-8b").all()
    assert list(found["position"]) == sorted(found["position"])
    assert len(data.search_models(text, limit=2, build=hub)) == 2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("0%_q", ["someone/100%_Qwen3-lora"]),
        ("0%q", []),
        ("%_", ["someone/100%_Qwen3-lora"]),
        ("\\", []),
        ("", []),
        ("  ", []),
        ("' OR 1=1 --", []),
    ],
)
def test_signs_of_patterns_are_letters(hub: Path, text: str, names: list[str]) -> None:
    assert list(data.search_models(text, build=hub)["model_id"]) == names


def test_a_card_holds_the_relatives(hub: Path) -> None:
    card = data.model_card(hub_by_hand.PARENT, hub)
    assert card.facts["family"] == "Qwen"
    assert card.facts["parents"] == []
    assert card.parents.empty
    wanted = hub_by_hand.DERIVATIVES
    assert dict(zip(card.children["model_id"], card.children["relation"], strict=True)) == wanted
    assert card.children_total == len(wanted) <= MAX_CHILDREN
    variants = {name for name, relation in wanted.items() if relation == "quantized"}
    assert set(card.variants["model_id"]) == {hub_by_hand.PARENT, *variants}
    assert list(card.history["date"]) == sorted(card.history["date"])


def test_a_card_of_a_derivative_names_its_parent(hub: Path) -> None:
    card = data.model_card("someone/100%_Qwen3-lora", hub)
    assert card.parents[["relation", "model_id"]].to_numpy().tolist() == [
        ["adapter", hub_by_hand.PARENT]
    ]
    assert card.parents["position"].notna().all()
    assert card.children.empty
    assert card.children_total == 0
    # These tables were filled without a history: nobody knows any more what was read.
    assert card.history["downloads_30d"].isna().all()
    assert set(card.history["note"]) == {NOT_AS_READ}
    assert card.lost.startswith(f"{len(card.history)} days from 20")
    assert card.milestones.empty


@pytest.mark.parametrize("name", ["qwen/qwen3-8b", "Qwen/Qwen3", "", "x'; --"])
def test_names_are_exact(hub: Path, name: str) -> None:
    with pytest.raises(data.UnknownModelError, match="no repository"):
        data.model_card(name, hub)


def test_without_an_archive_nothing_is_found(no_archive: Path) -> None:
    assert data.search_models("Qwen", build=no_archive).empty
    with pytest.raises(data.UnknownModelError):
        data.model_card(hub_by_hand.PARENT, no_archive)


def history(*values: float | None) -> pd.DataFrame:
    days = pd.date_range(date(2026, 1, 1), periods=len(values))
    return pd.DataFrame({"date": days, "downloads_all_time": pd.array(values, dtype="Float64")})


def test_milestones() -> None:
    found = milestones_of(history(None, 20_000, None, 99_999, 100_000, 90_000, 20_000_000))
    told = [
        (row.milestone, row.reached_on.day, row.before_on.day if pd.notna(row.before_on) else None)
        for row in found.itertuples()
    ]
    # What was passed before the first counter has no day before; a fall takes nothing back.
    assert told == [(10_000, 2, None), (100_000, 5, 4), (1_000_000, 7, 6), (10_000_000, 7, 6)]
    assert set(found["milestone"]) < set(MILESTONES)


@pytest.mark.parametrize("values", [(), (None, None), (0, 9_999)])
def test_no_milestone(values: tuple[float | None, ...]) -> None:
    assert milestones_of(history(*values)).empty
