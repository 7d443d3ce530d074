"""Recipes: a chart, what is selected and of which build, as parameters and back; names of files."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl, urlencode

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import data
from dashboard import exports, readings, recipes, state
from dashboard.chart import Chart, Selection
from dashboard.charts import CHARTS
from dashboard.recipes import NothingToShowError, Recipe, RecipeError

FAMILIES = ("Qwen", "Llama", "DeepSeek", "Gemma")
PLAIN = Selection("Qwen", ("Llama",))
TYPES = get_type_hints(Selection)
# Any letters at all; a name of a repository or an event may hold every one of them.
WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
DAYS = st.dates(date(2019, 1, 1), date(2035, 12, 31))
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
DEVICES = {"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in range(10))}
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", autouse=True)
def home(seeds_build: Path) -> Iterator[Path]:
    """All of this module reads one build."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADOPTION_DATA_DIR", str(seeds_build.parent.parent))
        yield seeds_build


def values_of(name: str) -> st.SearchStrategy[Any]:
    """What a field of the selection may hold."""
    kind = TYPES[name]
    if get_origin(kind) is not tuple and get_args(kind) and isinstance(get_args(kind)[0], str):
        return st.sampled_from(get_args(kind))
    if name in recipes.ALLOWED:
        return st.sampled_from(sorted(recipes.ALLOWED[name]))
    return {
        bool: st.booleans(), str: WORDS, date | None: st.none() | DAYS,
        int | None: st.none() | st.integers(1, 90),
    }[kind]  # fmt: skip


PAIR = st.tuples(st.sampled_from(["published", "collected"]), WORDS)
SELECTIONS = st.builds(
    Selection,
    focus=st.just("Qwen"),
    rivals=st.lists(st.sampled_from(FAMILIES[1:]), unique=True).map(tuple),
    launches=st.lists(PAIR, unique=True, max_size=4).map(tuple),
    **{
        name: values_of(name)
        for name in TYPES
        if name not in {"focus", "rivals", "launches", *recipes.LEFT_OUT}
    },
)


@QUICK
@given(st.sampled_from(sorted(CHARTS)), SELECTIONS, st.booleans())
def test_a_recipe_comes_back_from_its_address(
    home: Path, key: str, selection: Selection, is_frozen: bool
) -> None:
    recipe = Recipe(key, selection, home.stem if is_frozen else None)
    address = urlencode(recipes.to_query(recipe))
    assert recipes.from_query(parse_qsl(address, keep_blank_values=True)) == recipe


@pytest.mark.parametrize("key", CHARTS)
def test_a_plain_recipe_is_short(key: str) -> None:
    pairs = recipes.to_query(Recipe(key, PLAIN))
    assert pairs == [("chart", key), ("focus", "Qwen"), ("family", "Llama")]
    assert recipes.from_query(pairs) == Recipe(key, PLAIN)
    alone = recipes.to_query(Recipe(key, Selection("Qwen", ())))
    assert alone[-1] == ("family", "")
    assert recipes.from_query(alone).selection.families == ("Qwen",)


def test_people_may_write_less() -> None:
    asked = [("chart", "download_share"), ("family", "Llama"), ("family", "Qwen"),
             ("from", "2025-01"), ("to", "2026-02")]  # fmt: skip
    selection = recipes.from_query(asked).selection
    assert selection.families == ("Llama", "Qwen")
    assert (selection.start, selection.end) == (date(2025, 1, 1), date(2026, 2, 28))
    usual = recipes.from_query([("chart", "download_share")]).selection
    assert usual.families == ("Qwen", "Llama", "DeepSeek", "Mistral", "Gemma", "gpt-oss")


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("chart", "none")], "chart: expected one of account_downloads, "),
        ([], "chart: expected one of "),
        ([("family", "Qwen3")], "family: did you mean Qwen? expected some of "),
        ([("family", "")], "family: expected one or more of "),
        ([("focus", "Qwen"), ("focus", "Llama")], "focus: expected one value, found 2"),
        ([("scale", "Cubic")], "scale: expected one of Linear, Log; found 'Cubic'"),
        ([("scope", "all")], "scope: expected one of own, derivatives, lineage"),
        ([("is_raw", "1")], "is_raw: expected one of true, false"),
        ([("from", "2026-13")], "from: expected a day as 2026-09-30, or a month; found '2026-13'"),
        ([("to", "2026-02-30")], "to: expected a day"),
        ([("at", "yesterday")], "at: expected a day"),
        ([("at", "9999-12-31")], "at: expected a day from 2000-01-01 to 2100-12-31, found"),
        ([("from", "0001-01")], "from: expected a day from 2000-01-01"),
        ([("to", "2101-01")], "to: expected a day from 2000-01-01"),
        ([("window", "-3")], "window: expected a number from 1 to 9999"),
        ([("launches", "Qwen/Qwen3-8B")], "launches: expected 'published:owner/model'"),
        ([("standing_title", "Qwen is best")], "unknown parameters standing_title"),
        ([("colour", "red")], "unknown parameters colour; expected some of focus, family, "),
        ([("model", "x" * 301)], "model: expected at most 300 letters"),
        ([("build", "../../../etc/passwd")], "build: expected the name of one that is kept"),
        ([("build", "adoption-20200101T000000000000Z")], "build: expected the name of one"),
    ],
)
def test_what_is_wrong_is_named(pairs: list[tuple[str, str]], said: str) -> None:
    chart = [] if not pairs or pairs[0][0] == "chart" else [("chart", "account_downloads")]
    with pytest.raises(RecipeError, match=re.escape(said)):
        recipes.from_query([*chart, *pairs])


@pytest.mark.parametrize(
    ("key", "chosen", "said"),
    [
        ("event_study", {"event": "2026-01-01 Nothing"}, "event: expected its date and title"),
        ("event_study", {"window": 77}, "window"),
    ],
)
def test_what_only_the_data_know_is_wrong_too(key: str, chosen: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        recipes.draw(Recipe(key, replace(PLAIN, **chosen)))


def test_nothing_to_show_says_of_what() -> None:
    nothing = Recipe("account_downloads", replace(PLAIN, start=date(2034, 1, 1)))
    with pytest.raises(NothingToShowError, match="nothing to show for Qwen, Llama from 2034-01-01"):
        recipes.draw(nothing)
    with pytest.raises(NothingToShowError, match="nothing to show for no repository"):
        recipes.draw(Recipe("model_downloads_30d", PLAIN))


def _missing_column() -> object:
    return pd.DataFrame({"date": [1]})["scope"]


def _missing_value() -> object:
    return next(pd.DataFrame({"date": [1]}).itertuples()).scope


def _missing_table() -> object:
    return data.warehouse.frame(data.newest_build(), "SELECT * FROM nowhere")


def _own_dictionary() -> object:
    return {"own": 1}["lineage"]


def _own_division() -> object:
    return 1 / len([])


@pytest.mark.parametrize(
    ("fails", "raised"),
    [
        (_missing_column, NothingToShowError),
        (_missing_value, NothingToShowError),
        (_missing_table, NothingToShowError),
        (_own_dictionary, KeyError),
        (_own_division, ZeroDivisionError),
    ],
)
def test_only_what_a_build_lacks_is_put_on_its_version(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fails: Callable[[], object],
    raised: type[Exception],
) -> None:
    monkeypatch.setattr(data, "is_of_this_version", lambda build: False)
    monkeypatch.setattr(data.warehouse, "_lacked_columns", lambda build: {"scope"})
    monkeypatch.setattr(recipes, "chart", lambda *_: fails())
    with pytest.raises(raised):
        recipes.draw(Recipe("standings", PLAIN))
    is_told = raised is NothingToShowError
    assert (fails.__name__ in caplog.text) == is_told


@pytest.mark.parametrize("key", CHARTS)
def test_an_open_end_draws_what_the_newest_month_does(home: Path, key: str) -> None:
    """A deck follows the newest build, so it holds no end that is only the newest month."""

    def drawn(selection: Selection) -> Chart | str:
        try:
            return recipes.draw(Recipe(key, selection))
        except NothingToShowError:
            return "nothing"

    newest = readings.newest_day(home)
    ends = state.last_day(f"{newest:%Y-%m}")
    for more in ({}, {"at": date(2025, 2, 10), "window": 1}) if key == "event_study" else ({},):
        closed = replace(PLAIN, start=date(2024, 7, 1), end=ends, **more)
        opened = recipes.open_ended(closed, home)
        assert opened.end is None
        before, after = drawn(closed), drawn(opened)
        if isinstance(before, str) or isinstance(after, str):
            assert before == after
            continue
        pd.testing.assert_frame_equal(before.frame, after.frame)
        assert replace(before, frame=after.frame) == after


def test_without_a_build_there_is_no_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(tmp_path))
    with pytest.raises(data.NoBuildError):
        recipes.from_query([("chart", "account_downloads")])


def test_titles_come_from_the_data_and_not_from_the_address() -> None:
    ranks = recipes.draw(Recipe("standings", PLAIN))
    assert ranks.title == "Own downloads a month: rank over time"
    spoiled = replace(PLAIN, standing_title="Buy now")
    query = recipes.to_query(Recipe("standings", spoiled))
    assert recipes.draw(recipes.from_query(query)).title == ranks.title
    regions = recipes.draw(Recipe("regions_by_layer", PLAIN))
    assert regions.title.startswith("Own downloads a month, by region")


def test_an_event_is_chosen_by_its_name_or_by_any_date() -> None:
    usual = recipes.draw(Recipe("event_study", PLAIN))
    assert usual.key == "event_study"
    at = recipes.draw(Recipe("event_study", replace(PLAIN, at=date(2025, 4, 28))))
    assert any(marker.label == "2025-04-28" for marker in at.markers)
    whole = recipes.whole(Recipe("event_study", PLAIN))
    assert {"date", "subject", "value", "citation"} <= set(whole.columns)


def test_the_whole_metric_is_all_of_it(home: Path) -> None:
    recipe = Recipe("account_downloads", replace(PLAIN, start=date(2026, 1, 1)), home.stem)
    assert len(recipes.draw(recipe).frame) < len(recipes.whole(recipe))
    assert len(recipes.whole(recipe)) == len(data.metric("account_downloads"))


def test_all_rows_need_no_chart() -> None:
    """Nothing of the selection lies there, and all rows of the metric are asked for."""
    later = Recipe("account_downloads", replace(PLAIN, start=date(2034, 1, 1)))
    with pytest.raises(NothingToShowError):
        exports.chart_bytes(later, "csv")
    recipe = Recipe("account_downloads", PLAIN)
    usual = exports.chart_bytes(recipe, "csv", rows="whole")
    assert exports.chart_bytes(later, "csv", rows="whole") == usual
    assert exports.chart_bytes(later, "xlsx", rows="whole")[:2] == b"PK"
    names = [exports.file_name(one, "csv", "whole") for one in (later, recipe)]
    assert names == ["account_downloads_all-rows_as-of-2026-10-02.csv"] * 2
    # Of one repository there are no rows of others.
    with pytest.raises(NothingToShowError):
        exports.chart_bytes(Recipe("model_downloads_30d", PLAIN), "csv", rows="whole")


def test_a_file_is_of_one_build(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest build is looked up once."""
    asked: list[None] = []
    monkeypatch.setattr(data, "newest_build", lambda: asked.append(None) or home)
    exports.chart_bytes(Recipe("account_downloads", PLAIN), "xlsx", rows="whole")
    assert len(asked) == 1


def test_threads_share_one_chart() -> None:
    """Addresses are answered in threads, beside the pages."""
    recipe = Recipe("publishers", PLAIN)
    found: list[Chart] = []
    threads = [threading.Thread(target=lambda: found.append(recipes.draw(recipe)))
               for _ in range(4)]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len({id(chart) for chart in found}) == 1


@QUICK
@given(
    st.sampled_from(["account_downloads", "model_downloads_30d", "event_study"]),
    st.lists(WORDS, min_size=1, max_size=12),
    WORDS,
    st.text(max_size=30),
    st.sampled_from(["shown", "whole"]),
)
def test_names_of_files_are_plain(
    key: str, families: list[str], model: str, as_of: str, rows: Any
) -> None:
    chart = replace(recipes.draw(Recipe("account_downloads", PLAIN)), key=key, as_of=as_of)
    selection = Selection(families[0], tuple(families[1:]), model=model)
    name = recipes.file_name(chart, Recipe(key, selection), "figure.json", rows)
    assert NAME.fullmatch(name)
    assert len(name) <= recipes.NAME_LETTERS
    assert ".." not in name
    assert name.partition(".")[0].lower() not in DEVICES


def test_names_of_files_say_what_whose_when_and_as_of() -> None:
    recipe = Recipe("account_downloads", replace(PLAIN, end=date(2026, 9, 30)))
    name = recipes.file_name(recipes.draw(recipe), recipe, "png")
    assert name == "account_downloads_Qwen-Llama_2024-07_2026-09_as-of-2026-10-02.png"
    whole = recipes.file_name(recipes.draw(recipe), recipe, "csv", "whole")
    assert whole == "account_downloads_all-rows_as-of-2026-10-02.csv"
