"""Decks: as a file, as an address, in a session, as slides; and the page that shows them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pptx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

import data
from dashboard import deck, deck_file, recipes, state, toolrow
from dashboard.chart import Selection
from dashboard.deck import Deck, DeckError, DeckItem, TextItem
from dashboard.recipes import Recipe
from tests import app_builds

APP = data.ROOT / "dashboard" / "app.py"
OTHERS = ("Llama", "DeepSeek")
KEYS = ("account_downloads", "standings", "published_sizes")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Shipped figures alone."""
    home = app_builds.shared_home(tmp_path_factory, "seeds")
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(home))
    return home


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    held: dict[str, Any] = {}
    monkeypatch.setattr(deck.st, "session_state", held)
    return held


def recipe(key: str = KEYS[0], **fields: Any) -> Recipe:
    return Recipe(key, Selection("Qwen", OTHERS, **fields))


def three(**fields: Any) -> Deck:
    return Deck(items=tuple(DeckItem(recipe(key)) for key in KEYS), **fields)


# Files and addresses

WORDS = some.text(some.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40).map(
    lambda text: " ".join(text.split())
)
FAMILIES = some.sampled_from(("Qwen", "Llama", "Gemma", "gpt-oss"))
ITEMS = some.builds(
    lambda key, families, title, fields: DeckItem(
        Recipe(key, Selection(families[0], tuple(families[1:]), **fields)), title, title[:9].strip()
    ),
    some.sampled_from(("account_downloads", "token_share", "launch_curves")),
    some.lists(FAMILIES, min_size=1, unique=True),
    WORDS,
    some.fixed_dictionaries(
        {},
        optional={
            "start": some.dates(recipes.FIRST_DAY, recipes.LAST_DAY),
            "measure": some.sampled_from(("Share", "Downloads", "Index = 100")),
            "is_raw": some.booleans(),
            "window": some.integers(1, 99),
            "release": some.sampled_from(("2026-11-18", "yes", "007", "null")),
            "launches": some.just((("published", "Qwen/Qwen3-8B"), ("collected", "a/b"))),
        },
    ),
)


HEADINGS = WORDS.filter(bool)
TEXTS = some.builds(
    TextItem, HEADINGS, some.lists(HEADINGS, max_size=deck.MOST_LINES).map(tuple)
) | some.builds(TextItem, HEADINGS, is_section=some.just(True))


@settings(max_examples=40, deadline=None)
@given(some.builds(
    Deck, WORDS, WORDS, WORDS, some.none(), some.lists(ITEMS | TEXTS, max_size=4).map(tuple)
))  # fmt: skip
def test_a_deck_comes_back_from_its_file_and_its_address(made: Deck) -> None:
    assert Deck.from_yaml(made.to_yaml()) == made
    assert Deck.from_query(made.to_query()) == made


def test_a_file_as_people_write_it() -> None:
    text = """
title: Who leads
build: latest
charts:
  - chart: account_downloads
    families: [Llama, Qwen]
    from: 2025-01
    measure: Downloads
  - chart: standings
    title: "Ranks: all of them"
    families: Gemma
"""
    made = Deck.from_yaml(text)
    assert made.title == "Who leads"
    assert made.build is None
    first, second = made.items
    assert first.recipe.selection.families == ("Llama", "Qwen")
    assert str(first.recipe.selection.start) == "2025-01-01"
    assert second == DeckItem(Recipe("standings", Selection("Gemma", ())), "Ranks: all of them")
    assert "families: [Llama, Qwen]\n  from: 2025-01-01\n  measure: Downloads" in made.to_yaml()


CHART = "charts:\n- chart: standings\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "deck.yml: expected a deck with title and charts, found nothing"),
        ("- a", "deck.yml:1: expected names: values, found a list"),
        ("title: [a]", "deck.yml:1: title: expected a text, found a list"),
        ("title: a\ntitle: b", "deck.yml:2: title: expected once, found twice"),
        ("colour: red", "deck.yml:1: expected some of title, subtitle, .*; found 'colour'"),
        ("? [a]\n: b", "found 'a list as a name'"),
        ("charts: 3", "deck.yml:1: charts: expected a list, found '3'"),
        ("charts:\n- standings", r"deck.yml:2: charts\[0\]: expected names: values, found 'st"),
        ("charts:\n- title: a", r"deck.yml:2: charts\[0\]: expected chart: and the name"),
        ("charts:\n- chart: nope", r"deck.yml:2: charts\[0\].chart: expected one of .*'nope'"),
        ("charts:\n- chart: standing", r"\[0\].chart: did you mean standings\? found 'standing'"),
        (f"{CHART}- chart: nope\n- chart: no", r":3: charts\[1\].*\ndeck.yml:4: charts\[2\]"),
        (f"{CHART}  mesure: Share", r":3: charts\[0\]: did you mean measure\? expected some"),
        (f"{CHART}  colour: red", r"deck.yml:3: charts\[0\]: expected some of chart, .*'colour'"),
        (f"{CHART}  families: [Qwen, Qwenn]", r":3: charts\[0\].families: .*; found Qwenn"),
        (f"{CHART}  families: []", r"deck.yml:3: charts\[0\].families: .*; found none"),
        ("charts:\n- text:", r":2: charts\[0\].text: expected a heading, found nothing"),
        ("charts:\n- section: a\n  lines: [b]", r":3: charts\[0\]: expected some of section; fo"),
        ("charts:\n- text: a\n  lines: [b,b,b,b,b,b,b]", r":3: .*expected at most 6, found 7"),
        (f"{CHART}  note: [a]", r":3: charts\[0\].note: expected a text, found a list"),
        (f"{CHART}  from: 2024-13", r":3: charts\[0\].from: expected a day .*'2024-13'"),
        (f"{CHART}  from: [2024-01, 2024-02]", r"\.from: expected one value, found 2"),
        (f"{CHART}  step: year", r"charts\[0\].step: expected one of day, week, month; found"),
        (f"{CHART}  model: {'x' * 301}", r"charts\[0\].model: expected at most 300 letters"),
        (f"title: {'x' * 201}", "title: expected at most 200 letters, found 201"),
        ("build: adoption-1", "deck.yml:1: build: expected latest, or the name of one that is"),
        ("build: ../../etc/passwd", "build: expected latest, .*found '../../etc/passwd'"),
        ("charts:\n" + "- chart: standings\n" * 61, "charts: expected at most 60, found 61"),
        ("title: !!python/object/apply:os.system [ls]", "expected a plain value, found .*python"),
        ("title: !!binary aGk=", "expected a plain value"),
        ("title: &a x\nsubtitle: *a", r"deck.yml:2: expected a value, found the alias \*a"),
        ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]", "found the alias"),
        ("[" * 3000, "found lists deep in lists"),
        ("title: [a", "deck.yml:1: expected YAML"),
        ("title: \x07", "deck.yml: expected YAML"),
        ("title: a\n---\ntitle: b", "deck.yml:2: expected YAML"),
        (b"\xff\xfe\x00", "deck.yml: expected a text in UTF-8"),
        (f"# {'x' * 256_000}", "deck.yml: expected at most 256 kB, found 256 kB"),
    ],
)
def test_what_is_no_deck(text: str | bytes, problem: str) -> None:
    with pytest.raises(DeckError, match=problem):
        Deck.from_yaml(text)


@pytest.mark.parametrize(
    ("pairs", "problem"),
    [
        ([("item", "chart=nope")], "item 1: chart: expected one of"),
        ([("item", "chart=standings"), ("item", "chart=standings&focus=No")], "item 2: family: "),
        ([("item", "")], "item 1: chart: expected"),
        ([("item", "&".join(["a=b"] * 201))], "item 1: expected at most 200 parameters"),
        ([("item", "chart=standings")] * 61, "item: expected at most 60 charts, found 61"),
        ([("vintage", "../x"), ("item", "chart=standings")], "vintage: the name of one that is"),
    ],
)
def test_what_is_no_address(pairs: list[tuple[str, str]], problem: str) -> None:
    with pytest.raises(DeckError, match=problem):
        Deck.from_query(pairs)


def test_an_address_keeps_to_the_build_of_the_deck() -> None:
    """What a single chart says of builds does not count, and other parameters are no deck's."""
    name = data.newest_build().stem
    pairs = [("vintage", name), ("focus", "Llama"), ("item", "chart=standings&build=adoption-1")]
    made = Deck.from_query(pairs)
    assert made.build == name
    assert made.items[0].recipe.build is None
    assert made.recipe(made.items[0]).build == name
    assert f"build: {name}" in made.to_yaml()


# The deck of a session


def test_adding_charts(session: dict[str, Any]) -> None:
    newest = data.newest_build()
    assert deck.add(recipe()) == "Added: 1 chart in the deck."
    assert deck.add(Recipe(KEYS[0], recipe().selection, newest.stem)).startswith("This chart is in")
    assert deck.add(recipe(KEYS[1])) == "Added: 2 charts in the deck."
    # Another selection is another chart; an end that is the newest month is none.
    ends = recipe(end=deck.state.last_day("2026-12"))
    assert deck.add(ends).startswith("This chart is in the deck already")
    assert deck.add(recipe(end=deck.state.last_day("2025-12"))) == (
        "Added: 3 charts in the deck. The same chart with another selection is number 1 there."
    )
    assert deck.held().build is None
    deck.hold(Deck(items=(DeckItem(recipe()),) * deck.MOST_CHARTS))
    assert deck.add(recipe(KEYS[2])).startswith("A deck holds at most 60 slides")


def test_a_chart_of_an_older_build(session: dict[str, Any]) -> None:
    """Only a build that the reader chose makes the deck one of it, and that is said."""
    older = Recipe(KEYS[0], recipe().selection, "adoption-20200101T000000000000Z")
    told = deck.add(older, is_chosen=True)
    assert told.endswith("The deck stays at the build of this page, which is not the newest.")
    assert deck.held().build == older.build
    told = deck.add(Recipe(KEYS[1], recipe().selection, data.newest_build().stem))
    assert told.endswith("The deck is of another build: its figures may differ.")
    deck.clear()
    # A page was open while a newer build came: the reader asked for none.
    told = deck.add(older)
    assert told.endswith("The deck is of another build: its figures may differ.")
    assert deck.held().build is None


def test_order_names_and_undo(session: dict[str, Any]) -> None:
    def keys() -> list[str]:
        return [item.recipe.key for item in deck.held().items]

    deck.hold(three(title="A"))
    first, second, third = KEYS
    deck.move(0, 1)
    assert keys() == [second, first, third]
    deck.move(0, -1)
    deck.move(2, 1)
    assert keys() == [second, first, third]
    deck.rename(1, "  My \n title ")
    assert deck.held().items[1].title == "My title"
    assert deck.undoes() == "the title of a slide"
    deck.remove(0)
    assert keys() == [first, third]
    assert deck.undoes() == "removing a slide"
    deck.undo()
    assert keys() == [second, first, third]
    deck.clear()
    assert deck.held() == Deck()
    deck.say("made_by", "Me")
    deck.use_template(deck.Template("a.pptx", b""))
    deck.replace_with(three(title="B"))
    deck.say("title", "B")  # as it is: no step
    told = []
    while what := deck.undoes():
        told.append(what)
        deck.undo()
    assert told == [
        "opening a file", "the template", "who made it", "clearing the deck",
        "the title of a slide", "moving a slide",
    ]  # fmt: skip
    assert deck.held() == three(title="A")
    assert deck.template() is None


def test_slides_of_words_and_what_is_selected_for_one(session: dict[str, Any]) -> None:
    deck.hold(three())
    deck.annotate(0, " So \n what ")
    deck.duplicate(0)
    deck.select(1, ("Gemma", "Llama"), date(2026, 3, 1), date(2025, 1, 31))
    first, second = deck.held().charts[:2]
    assert (first.note, second.note) == ("So what", "So what")
    assert first.recipe == recipe()
    assert second.recipe.selection == Selection(
        "Gemma", ("Llama",), start=date(2025, 1, 1), end=date(2026, 3, 31)
    )
    deck.select(1, (), None, None)  # of no family there is no chart
    assert deck.held().charts[1] == second
    deck.add_text(is_section=False)
    deck.write(4, "Agreed", ["one", " ", *"abcdefg"])
    assert deck.held().items[4] == TextItem("Agreed", ("one", *"abcde"))
    deck.write(4, " ", [])
    assert deck.held().items[4] == TextItem("Agreed")


# Slides


def titles_of(content: bytes) -> list[str]:
    made = pptx.Presentation(io.BytesIO(content))
    return [s.shapes.title.text_frame.text.replace("\u00a0", " ") for s in made.slides]


def words_of(content: bytes) -> str:
    made = pptx.Presentation(io.BytesIO(content))
    return "\n".join(
        shape.text_frame.text for s in made.slides for shape in s.shapes if shape.has_text_frame
    ).replace("\u00a0", " ")


def test_slides_in_their_order() -> None:
    named = DeckItem(recipe(KEYS[1]), "Ranks", "They keep it")
    nothing = DeckItem(recipe("model_downloads_30d"))
    made = Deck("Board", "Winter", "Strategy", items=(
        DeckItem(recipe()), TextItem("Next", is_section=True), named, nothing,
        TextItem("Agreed", ("First line", "Second line")),
    ))  # fmt: skip
    content = deck.deck_bytes(made, address="http://127.0.0.1:1/")
    assert titles_of(content) == [
        "Board",
        "Agenda",
        "Qwen, September 2026: 29.9 % of text and vision-language downloads, 11.6 times Meta's "
        "2.6 %",
        "Next",
        "Ranks",
        "Agreed",
        "Sources and method",
    ]
    said = words_of(content)
    assert "Winter · Strategy" in said
    assert "They keep it" in said
    assert "First line\nSecond line" in said
    # The agenda has the numbers of the slides.
    assert "\n4  Next\n5  Ranks\n6  Agreed" in said
    ranks = pptx.Presentation(io.BytesIO(content)).slides[4]
    assert ranks.notes_slide.notes_text_frame.text.startswith("Ranks\nThey keep it.\n")
    assert "Left out: model_downloads_30d: nothing to show for no repository" in said
    assert "Licence: Apache-2.0." in said
    assert "Figures that others published and figures that were collected are never mixed" in said
    assert deck.left_out(made) == [text for one in deck.drawn(made) if (text := one.reason)]
    assert deck.deck_bytes(made, address="http://127.0.0.1:1/") == content
    links = [
        link.address
        for slide in pptx.Presentation(io.BytesIO(content)).slides
        for shape in slide.shapes if shape.has_text_frame
        for paragraph in shape.text_frame.paragraphs
        for run in paragraph.runs if (link := run.hyperlink).address
    ]  # fmt: skip
    assert any(
        link.startswith("http://127.0.0.1:1/leads?focus=Qwen&family=Llama") for link in links
    )


def test_a_deck_of_which_nothing_can_be_shown() -> None:
    with pytest.raises(DeckError, match=r"charts: expected one with something to show; it has non"):
        deck.deck_bytes(Deck())
    with pytest.raises(DeckError, match="nothing to show for no repository"):
        deck.deck_bytes(Deck(items=(DeckItem(recipe("model_downloads_30d")),)))
    with pytest.raises(recipes.RecipeError, match="expected the name of one that is kept"):
        deck.deck_bytes(three(build="adoption-1"))


def test_a_chart_that_cannot_be_drawn_spoils_no_other() -> None:
    wrong = DeckItem(recipe("event_study", event="2026-01-01 Nothing"))
    made = Deck(items=(DeckItem(recipe()), wrong, DeckItem(recipe("event_study", window=9999))))
    first, second, third = deck.drawn(made)
    assert first.chart is not None
    assert second.chart is third.chart is None
    assert "found '2026-01-01 Nothing'" in second.reason
    assert "window: expected one of 1, 2, 3" in third.reason
    assert deck.left_out(made) == [second.reason, third.reason]
    content = deck.deck_bytes(made)
    assert len(titles_of(content)) == 4
    assert "Left out: event_study: event: expected its date and title" in words_of(content)


def test_a_template_that_is_none() -> None:
    with pytest.raises(data.AdoptionError, match="PowerPoint"):
        deck.deck_bytes(three(), b"no zip")


def test_names_of_files() -> None:
    as_of = data.as_of()
    assert deck.file_name(
        Deck("../Größe: a/b"), "pptx"
    ) == f"Grosse-a-b_as-of-{as_of}.pptx".replace("Grosse", "Groe")
    assert deck.file_name(Deck(), "yml") == f"open-model-adoption_as-of-{as_of}.yml"


def test_every_chart_has_its_page() -> None:
    assert set(deck.PAGE_OF) == set(deck.CHARTS)
    views = {path.stem for path in (data.ROOT / "dashboard" / "views").glob("*.py")}
    assert set(deck.PAGES) <= views
    for page, keys in deck.PAGES.items():
        source = (data.ROOT / "dashboard" / "views" / f"{page}.py").read_text(encoding="utf-8")
        missing = [key for key in keys if f'"{key}"' not in source]
        # Two are named after what is counted.
        assert [key for key in missing if not key.startswith("model_downloads_")] == [], page


# The page


@cache
def all_pages() -> Any:
    """What a first run of the app registers, so that a test can begin at any page."""
    return AppTest.from_file(APP, default_timeout=30).run()._registered_pages


def opened(made: Deck | None = None) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=30)
    at._registered_pages = all_pages()
    at.switch_page("views/deck.py")
    if made is not None:
        at.session_state[deck.HELD] = made
    return run(at)


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception, [error.value for error in at.exception]
    return at


def heads(at: AppTest) -> list[str]:
    told = [one.value.replace("\u00a0", " ") for one in at.markdown]
    return [text for text in told if text.startswith("**")]


def press(at: AppTest, *names: str) -> AppTest:
    """Press the first button whose key begins with a name."""
    for name in names:
        next(one for one in at.button if (one.key or "").startswith(name)).click()
        run(at)
    return at


def test_the_page_of_a_deck() -> None:
    at = opened(three(title="Board"))
    before = heads(at)
    assert [head[:4] for head in before] == ["**1.", "**2.", "**3."]
    assert "29.9 %" in before[0]
    assert at.text_input(key="deck-title").value == "Board"
    press(at, "deck-1-")
    assert [item.recipe.key for item in at.session_state[deck.HELD].items] == [
        KEYS[1], KEYS[0], KEYS[2],
    ]  # fmt: skip
    name = next(one for one in at.text_area if (one.key or "").startswith("deck-name-"))
    assert name.value.startswith("Qwen is first in September 2026")
    assert not at.warning
    name.set_value("My ranks " * 21)
    run(at)
    assert at.warning[0].value.endswith(" My…")
    name = next(one for one in at.text_area if (one.key or "").startswith("deck-name-"))
    name.set_value("My ranks")
    assert heads(run(at))[0] == "**1. My ranks**"
    assert any("Qwen is first in September 2026" in caption.value for caption in at.caption)
    press(at, "deck-remove-")
    assert len(heads(at)) == 2
    press(at, "deck-undo")
    assert heads(at)[0] == "**1. My ranks**"
    at.segmented_control(key="deck-build").set_value("This build")
    run(at)
    made = at.session_state[deck.HELD]
    assert made.build == data.newest_build().stem
    assert titles_of(deck.deck_bytes(made))[2] == "My ranks"
    press(at, "deck-clear")
    assert heads(at) == []
    assert "Add to deck" in at.info[0].value


def test_words_and_selection_on_the_page() -> None:
    at = opened(Deck(items=(DeckItem(recipe()),)))
    press(at, "deck-add-notes", "deck-copy-account")
    assert [head[:6] for head in heads(at)] == ["**1. Q", "**2. Q", "**3. N"]
    families = at.multiselect(key="deck-families-account_downloads-2")
    families.set_value(["Gemma", "Llama"])
    run(at)
    at.selectbox(key="deck-from-account_downloads-2").set_value("2026-01")
    run(at)
    first, second = at.session_state[deck.HELD].charts
    assert first.recipe == recipe()
    assert second.recipe.selection == Selection("Gemma", ("Llama",), start=date(2026, 1, 1))
    at.text_area(key="deck-note-account_downloads").set_value("Watch it")
    run(at)
    at.text_area(key="deck-lines-words").set_value("a\n\nb")
    run(at)
    assert at.session_state[deck.HELD].items[2] == TextItem("New slide", ("a", "b"))
    assert "Watch it" in [one.value for one in at.markdown]
    assert at.query_params["item"][2] == "text=New+slide&line=a&line=b"


def test_a_chart_twice_and_one_that_cannot_be_drawn() -> None:
    wrong = DeckItem(recipe("event_study", event="2026-01-01 Nothing"))
    at = opened(Deck(items=(DeckItem(recipe()), DeckItem(recipe(), "Again"), wrong)))
    assert [head[:6] for head in heads(at)] == ["**1. Q", "**2. A", "**3. L"]
    assert "found '2026-01-01 Nothing'" in at.warning[0].value
    next(one for one in reversed(at.button) if (one.key or "").startswith("deck-remove-")).click()
    assert len(heads(run(at))) == 2
    assert not at.warning


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        ("event_study", {"at": date(2025, 9, 15), "window": 2, "measure": "Downloads"}),
        ("standings", {"basis": "published", "counted": "monthly_downloads"}),
        ("publishers", {"start": date(2025, 1, 1), "end": date(2026, 8, 31)}),
    ],
)
def test_the_link_of_a_slide_leads_to_its_chart(
    key: str, fields: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page that opens shows the same recipe."""
    fields = {"start": date(2024, 7, 1), "end": date(2026, 9, 30), "scale": "Log", **fields}
    asked = recipe(key, **fields)
    shown: list[Recipe] = []
    monkeypatch.setattr(toolrow, "show", lambda _, recipe, *rest, **options: shown.append(recipe))
    link = urlsplit(deck.page_link("http://127.0.0.1:1", asked))
    at = AppTest.from_file(APP, default_timeout=30)
    at._registered_pages = all_pages()
    at.switch_page(f"views{link.path}.py")
    for name, values in parse_qs(link.query, keep_blank_values=True).items():
        at.query_params[name] = values
    run(at)
    # A date goes before the event, which the page names all the same.
    found = [replace(one.selection, event="") for one in shown if one.key == key]
    assert asked.selection in found


def test_links_hold_the_controls_of_their_pages() -> None:
    def controls(key: str, **fields: Any) -> dict[str, str]:
        link = deck.page_link("http://127.0.0.1:1/", recipe(key, **fields))
        assert link.startswith("http://127.0.0.1:1/")
        page = urlsplit(link).path.removeprefix("/")
        own = [pair for pair in parse_qsl(urlsplit(link).query) if pair[0] in state.PAGE_KEYS]
        return {"page": page, **dict(own)}

    assert controls("token_share", token_cut="author", step="day") == {
        "page": "usage", "tokens_by": "Author", "token_step": "Days",
    }  # fmt: skip
    assert controls("weekly_downloads", is_raw=True, share_of="tracked") == {
        "page": "downloads", "show": "Families", "step": "Weeks", "counters": "as reported",
        "share_of": "tracked families",
    }  # fmt: skip
    assert controls("download_mix", cut="licence") == {
        "page": "downloads", "show": "Mix", "by": "Licence",
    }  # fmt: skip
    assert controls("repackagers", relation="merge", is_judged=True, with_inferred=True) == {
        "page": "derivatives", "relation": "merge", "filter": "more than 5 downloads",
        "inferred": "true",
    }  # fmt: skip
    assert controls("runtime_stars", channel="npm") == {"page": "runtimes", "channel": "npm"}
    assert controls("quality_and_adoption", benchmark="livebench", release="2026-01") == {
        "page": "quality", "benchmark": "LiveBench", "release_livebench": "2026-01",
    }  # fmt: skip
    assert controls("launch_curves", launches=(("published", "a/b"),)) == {
        "page": "launches", "launch": "a/b",
    }  # fmt: skip
    assert controls("momentum", momentum_basis="collected")["figures"] == "collected"
    assert controls("regions_by_layer")["region_series"].endswith(", published")
    assert controls("regions_by_layer", layer="runtimes") == {
        "page": "regions", "layer": "LM Studio",
    }  # fmt: skip
    assert controls("account_downloads", is_brief=True) == {"page": "briefing"}
    assert controls("account_downloads")["page"] == "downloads"


def of_address(*items: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=30)
    at._registered_pages = all_pages()
    at.switch_page("views/deck.py")
    at.query_params["item"] = list(items)
    return run(at)


def test_an_address_that_holds_no_deck_says_so() -> None:
    at = of_address("chart=nope")
    assert "This link holds no deck: item 1: chart: expected one of" in at.error[0].value
    assert "Add to deck" in at.info[0].value


def test_an_address_with_a_wrong_chart_opens_the_others() -> None:
    at = of_address("chart=account_downloads", "chart=standngs", "chart=standings&focus=Quen")
    assert len(heads(at)) == 1
    told = at.warning[0].value
    assert "2 charts were left out:\n- item 2: chart: did you mean standings? found" in told
    assert "- item 3: family: did you mean Qwen?" in told
    assert not run(at).warning


def test_a_build_that_is_gone() -> None:
    at = opened(three(build="adoption-1"))
    assert "This deck is frozen at the build `adoption-1`, which is not kept" in at.info[0].value
    at.button[0].click()
    assert len(heads(run(at))) == 3


def test_the_limits_of_a_file_hold_what_a_deck_can_hold() -> None:
    longest = DeckItem(recipe(), "x" * deck.MOST_LETTERS)
    text = Deck(items=(longest,) * deck.MOST_CHARTS).to_yaml()
    assert len(text) < deck_file.MOST_BYTES / 4
