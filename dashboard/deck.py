"""A deck: charts in an order, with a title; as a file, as an address, as a PowerPoint file, and the
one that a reader puts together while looking around.

A deck follows the newest build, or names one and stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import streamlit as st

import data
from dashboard import deck_file, findings, page_controls, recipes, state
from dashboard.chart import SCOPE_WORDS, Chart, Selection
from dashboard.charts import CHARTS
from dashboard.deck_file import DeckError
from dashboard.recipes import Recipe, RecipeError

MOST_CHARTS = 60
MOST_LETTERS = 200  # of a title, a takeaway, a line
MOST_LINES = 6  # of a slide of words
LATEST = "latest"
UNTITLED = "Open model adoption"
# Parameters of an address. Not `build`: that of a page is of its charts.
ITEM, VINTAGE = "item", "vintage"
TEXTS = ("title", "subtitle", "made_by")
CHARTS_KEY, FAMILIES = "charts", "families"
TITLE, NOTE = "title", "note"
# A slide of words and a divider, in a file and in an address.
TEXT, SECTION, LINES, LINE = "text", "section", "lines", "line"
# What a chart of a deck's file may say besides its families.
SETTINGS = tuple(
    recipes.PARAMETERS.get(one.name, one.name)
    for one in fields(Selection)
    if one.name not in {"focus", "rivals", *recipes.LEFT_OUT}
)
# The page that shows a chart.
PAGES = {
    "briefing": ("account_downloads",),
    "downloads": (
        "publishers", "family_downloads", "download_share", "top_models", "monthly_share",
        "downloads_by_region", "monthly_downloads", "weekly_downloads", "growth_split",
        "published_counters", "concentration_hub", "concentration_families", "download_mix",
        "published_models",
    ),
    "derivatives": (
        "derivatives_total", "derivatives_new", "derivative_download_share",
        "derivatives_by_relation", "repackagers",
    ),
    "regions": ("regions_by_layer", "published_sizes"),
    "usage": ("token_share", "model_tokens", "token_prices", "published_tokens"),
    "runtimes": (
        "monthly_ollama_pulls", "ollama_family_pulls", "ollama_libraries", "published_pulls",
        "lmstudio_downloads", "runtime_downloads", "runtime_totals", "runtime_stars",
    ),
    "quality": ("quality_and_adoption",),
    "launches": ("launch_curves",),
    "leads": ("standings", "momentum"),
    "events": ("event_study",),
    "models": ("model_downloads_30d", "model_downloads_all_time"),
}  # fmt: skip
PAGE_OF = {key: page for page, keys in PAGES.items() for key in keys}
METHOD = (
    "Figures that others published and figures that were collected are never mixed or added up.",
    "What is not known is left out and is not zero; a value with ≈, and a dotted line, is an "
    "estimate.",
)
WINDOW = (
    "Downloads in the trailing 30 days are the Hub's own window: they are not added up over days."
)
# Of the session: the deck, the steps that can be undone, the template of its slides, the parameters
# that it was opened from, why an address or a file holds no deck, and why charts of one were left
# out.
HELD, STEPS, TEMPLATE, OPENED = "deck", "deck_steps", "deck_template", "deck_opened"
PROBLEM, MISSING = "deck_problem", "deck_missing"
MOST_STEPS = 50  # that can be undone
_ANY = Selection("", ())  # where only a build is asked for


@dataclass(frozen=True)
class DeckItem:
    """A chart of a deck, of the deck's build, and its slide's title; without one the chart's
    sentence is it. `note` is what to take away from it, below the title."""

    recipe: Recipe
    title: str = ""
    note: str = ""


@dataclass(frozen=True)
class TextItem:
    """A slide of words: a heading and up to MOST_LINES lines; a divider has the heading alone."""

    heading: str
    lines: tuple[str, ...] = ()
    is_section: bool = False


Item = DeckItem | TextItem


@dataclass(frozen=True)
class Deck:
    """Charts in their order. `build` None follows the newest one, else it is the name of one."""

    title: str = ""
    subtitle: str = ""
    made_by: str = ""
    build: str | None = None
    items: tuple[Item, ...] = ()

    @property
    def charts(self) -> tuple[DeckItem, ...]:
        """Its slides that are charts."""
        return tuple(item for item in self.items if isinstance(item, DeckItem))

    @property
    def families(self) -> tuple[str, ...]:
        """The families of its charts, each once, in their order."""
        shown = (family for item in self.charts for family in item.recipe.selection.families)
        return tuple(dict.fromkeys(shown))

    def recipe(self, item: DeckItem) -> Recipe:
        """How to draw a chart of the deck."""
        return replace(item.recipe, build=self.build)

    def to_yaml(self) -> str:
        """The deck as a file, which from_yaml() reads."""
        told = {name: text for name in TEXTS if (text := getattr(self, name))}
        charts = [_written(item) for item in self.items]
        return deck_file.write({**told, recipes.BUILD: self.build or LATEST, CHARTS_KEY: charts})

    @classmethod
    def from_yaml(cls, content: str | bytes, name: str = "deck.yml") -> Deck:
        """The deck of a file. Raises DeckError, which names each wrong place, and NoBuildError."""
        return cls.read_yaml(content, name).whole()

    @classmethod
    def read_yaml(cls, content: str | bytes, name: str) -> Read:
        """What can be read of the deck of a file, and what is wrong with its other charts. Raises
        DeckError for a file that is no deck or of which no chart can be read, and NoBuildError."""
        found = deck_file.read(content, name).fields([*TEXTS, recipes.BUILD, CHARTS_KEY])
        texts = {key: found[key].text(MOST_LETTERS) for key in TEXTS if key in found}
        build = None
        if recipes.BUILD in found:
            build = _build_named(found[recipes.BUILD])
        charts = found[CHARTS_KEY].entries(MOST_CHARTS) if CHARTS_KEY in found else []
        items, problems = _readable(partial(_item_of, entry, build) for entry in charts)
        return Read(cls(**texts, build=build, items=items), problems)

    def to_query(self) -> list[tuple[str, str]]:
        """The deck as parameters of an address."""
        pairs = [(name, text) for name in TEXTS if (text := getattr(self, name))]
        pairs += [(VINTAGE, self.build)] if self.build else []
        return [*pairs, *((ITEM, _packed(item)) for item in self.items)]

    @classmethod
    def from_query(cls, pairs: Iterable[tuple[str, str]]) -> Deck:
        """The deck of an address; parameters that are no deck's are left alone. Raises DeckError,
        which names each wrong item, and NoBuildError."""
        return cls.read_query(pairs).whole()

    @classmethod
    def read_query(cls, pairs: Iterable[tuple[str, str]]) -> Read:
        """What can be read of the deck of an address, and what is wrong with its other charts.
        Raises DeckError where no chart can be read, and NoBuildError."""
        asked: dict[str, list[str]] = {}
        for name, value in pairs:
            asked.setdefault(name, []).append(value)
        items = asked.get(ITEM, [])
        if len(items) > MOST_CHARTS:
            raise DeckError(f"item: expected at most {MOST_CHARTS} charts, found {len(items)}")
        texts = {name: asked[name][-1][:MOST_LETTERS] for name in TEXTS if name in asked}
        build = asked[VINTAGE][-1] if VINTAGE in asked else None
        if build:
            try:
                build_path(cls(build=build))
            except RecipeError as error:
                raise DeckError(f"{VINTAGE}: {_after(error, recipes.BUILD)}") from error
        found, problems = _readable(
            partial(_unpacked, text, build, place) for place, text in enumerate(items, 1)
        )
        return Read(cls(**texts, build=build, items=found), problems)


@dataclass(frozen=True)
class Read:
    """What could be read of a deck, and a sentence for each chart that could not."""

    deck: Deck
    problems: tuple[str, ...] = ()

    def whole(self) -> Deck:
        """The deck, if nothing of it is missing; else DeckError."""
        if self.problems:
            raise DeckError("\n".join(self.problems))
        return self.deck


@dataclass(frozen=True)
class Template:
    """A PowerPoint file whose master, fonts and size the slides take."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Step:
    """What undo() would take back, and what there was before it."""

    what: str
    deck: Deck
    template: Template | None


@dataclass(frozen=True)
class Drawn:
    """A slide of a deck as it is now: the chart and its sentence, or why there is none; a slide of
    words has neither."""

    item: Item
    chart: Chart | None
    finding: str = ""
    reason: str = ""

    @property
    def title(self) -> str:
        """What its slide is called."""
        if isinstance(self.item, TextItem):
            return self.item.heading
        return self.item.title or self.finding or (self.chart.title if self.chart else "")


def drawn(deck: Deck) -> list[Drawn]:
    """Every chart of a deck; one that cannot be drawn says why and spoils no other.

    Raises NoBuildError, RecipeError for a build that is gone, and BuildError for a damaged one.
    """
    build = build_path(deck)
    return [_drawn(item, build.stem) for item in deck.items]


def _drawn(item: Item, build: str) -> Drawn:
    if isinstance(item, TextItem):
        return Drawn(item, None)
    recipe = replace(item.recipe, build=build)
    try:
        return Drawn(item, recipes.draw(recipe), findings.finding(recipe))
    except data.BuildError:
        raise  # of all charts, and no matter of this one
    except data.AdoptionError as error:
        return Drawn(item, None, reason=str(error))


def left_out(deck: Deck) -> list[str]:
    """Why charts cannot be drawn or have nothing to show, so that the deck goes without them.
    Raises as drawn() does."""
    return [one.reason for one in drawn(deck) if one.reason]


def deck_bytes(deck: Deck, template: bytes | Path | None = None, *, address: str = "") -> bytes:
    """The deck as a PowerPoint file: title, agenda, a slide a chart, sources and method.

    A chart that cannot be drawn is left out, and the last slide says so. `address` is that of the
    dashboard, to which slides then link. Raises DeckError when no chart has anything to show,
    slides.SlideError for a template that does not serve, RecipeError and NoBuildError.
    """
    from dashboard import slides  # noqa: PLC0415  (python-pptx is slow to load)

    build = build_path(deck)  # a newer one may come at any moment
    charts = drawn(replace(deck, build=build.stem))
    if not any(one.chart for one in charts):
        reasons = "; ".join(one.reason for one in charts if one.reason) or "it has none; add one"
        raise DeckError(f"charts: expected one with something to show; {reasons}")
    items: list[slides.SlideItem | slides.TextPage] = []
    for one in charts:
        item = one.item
        if isinstance(item, TextItem):
            items.append(slides.TextPage(item.heading, item.lines, is_section=item.is_section))
        elif one.chart is not None:
            items.append(
                slides.SlideItem(
                    one.chart,
                    finding=one.title,
                    remarks=(one.finding,) if item.title and one.finding else (),
                    link=page_link(address, deck.recipe(item)) if address else "",
                    note=item.note,
                )
            )
    method = [*_method(charts), *(f"Left out: {one.reason}" for one in charts if one.reason)]
    return slides.deck_bytes(
        deck.title or UNTITLED,
        " · ".join(text for text in (deck.subtitle, deck.made_by) if text),
        items,
        build=build.stem,
        as_of=data.as_of(build) or "",
        template=template,
        method=method,
        licences={credit.title: credit.licence for credit in data.credits(build)},
    )


def build_path(deck: Deck) -> Path:
    """The build of a deck. Raises NoBuildError, and RecipeError for one that is gone."""
    return recipes.build_of(Recipe("", _ANY, deck.build))


def file_name(deck: Deck, extension: str) -> str:
    """How a file of the deck is called: its title, and as of when. Raises NoBuildError, and
    RecipeError for a build that is gone."""
    as_of = data.as_of(build_path(deck)) or "unknown"
    title = recipes.slug(deck.title)[:60].strip("-.") or "open-model-adoption"
    return f"{title}_as-of-{as_of}.{extension}"


def link(address: str) -> str:
    """The address of the page that shows the reader's deck."""
    return f"{address}?{urlencode(held().to_query())}"


def page_link(address: str, recipe: Recipe) -> str:
    """The page of a chart with its controls as the chart has it, its period by months. Raises
    NoBuildError, and RecipeError for a build that is gone."""
    chosen, page = recipe.selection, _page_of(recipe)
    pairs = [(state.FOCUS, chosen.focus)]
    pairs += [(state.FAMILY, name) for name in chosen.rivals or ("",)]
    pairs += [
        (name, day.strftime("%Y-%m"))
        for name, day in ((state.START, chosen.start), (state.END, chosen.end))
        if day
    ]
    pairs += [
        (state.MEASURE, chosen.measure), (state.SCALE, chosen.scale), (state.SCOPE, chosen.scope)
    ]  # fmt: skip
    pairs += page_controls.of(page, recipe)
    pairs += [(recipes.BUILD, recipe.build)] if recipe.build else []
    return f"{address.rstrip('/')}/{page}?{urlencode(pairs)}"


def _page_of(recipe: Recipe) -> str:
    """The page that shows a chart; the briefing has its one with the most telling marks only."""
    page = PAGE_OF[recipe.key]
    return "downloads" if page == "briefing" and not recipe.selection.is_brief else page


# The deck of a session


def held() -> Deck:
    """The deck that the reader is putting together."""
    found = st.session_state.get(HELD)
    return found if isinstance(found, Deck) else Deck()


def hold(deck: Deck) -> None:
    """Make this the reader's deck, which is no step that can be undone."""
    st.session_state[HELD] = deck


def change(deck: Deck, what: str) -> None:
    """Make this the reader's deck; undo() takes it back, and `what` says what that would undo."""
    before = held()
    if deck != before:
        _remember(Step(what, before, template()))
        hold(deck)


def template() -> Template | None:
    """The reader's own template of the slides."""
    found = st.session_state.get(TEMPLATE)
    return found if isinstance(found, Template) else None


def use_template(chosen: Template | None) -> None:
    """Take a template for the slides, or none; undo() takes it back."""
    _remember(Step("the template", held(), template()))
    st.session_state[TEMPLATE] = chosen


def _remember(step: Step) -> None:
    steps: list[Step] = st.session_state.setdefault(STEPS, [])
    steps.append(step)
    del steps[:-MOST_STEPS]


def open_address() -> None:
    """Take the deck of the page's address, if that holds another one than it was made of: a link
    was opened, the page loaded again, or the reader stepped back."""
    pairs = [(name, value) for name in (*TEXTS, VINTAGE, ITEM)
             for value in st.query_params.get_all(name)]  # fmt: skip
    if not any(name == ITEM for name, _ in pairs) or pairs == st.session_state.get(OPENED):
        return
    st.session_state[OPENED] = pairs
    named = next((value for name, value in pairs if name == VINTAGE), "")
    is_gone = bool(named) and named not in {path.stem for path in data.build_paths()}
    try:
        # A build that is gone is no reason to lose the deck: the page offers the newest one.
        read = Deck.read_query([pair for pair in pairs if not is_gone or pair[0] != VINTAGE])
        found = read.deck
        found = replace(found, build=named[:MOST_LETTERS]) if is_gone else found
        if held().items:
            change(found, "opening a link")
        hold(found)
        st.session_state[MISSING] = read.problems
    except DeckError as error:
        st.session_state[PROBLEM] = f"This link holds no deck: {error}"


def show_address() -> None:
    """Let the page's address hold the deck."""
    deck = held()
    pairs = deck.to_query() if deck.items else []
    for name in (*TEXTS, VINTAGE, ITEM):
        values = [value for key, value in pairs if key == name]
        if values != st.query_params.get_all(name):
            if values:
                st.query_params[name] = values
            else:
                del st.query_params[name]
    st.session_state[OPENED] = pairs


def add(recipe: Recipe, *, is_chosen: bool = False) -> str:
    """Put a chart at the end of the reader's deck. Returns what to tell the reader.

    The deck decides of which build its charts are. With `is_chosen` the reader asked for the
    recipe's build by name: where that is not the newest, the first chart makes it a deck of that
    build. Otherwise the build is only what a page showed when it was opened. Raises NoBuildError.
    """
    deck = held()
    newest = data.newest_build()
    selection = recipes.open_ended(recipe.selection, _build_shown(recipe, newest))
    item = DeckItem(replace(recipe, selection=selection, build=None))
    if any(item.recipe == other.recipe for other in deck.charts):
        return "This chart is in the deck already, with just this selection."
    if len(deck.items) >= MOST_CHARTS:
        return f"A deck holds at most {MOST_CHARTS} slides: take one out first."
    is_other = recipe.build is not None and recipe.build != newest.stem
    freezes = is_other and is_chosen and not deck.charts
    if freezes:
        deck = replace(deck, build=recipe.build)
    change(replace(deck, items=(*deck.items, item)), "adding a chart")
    number = len(deck.charts) + 1
    told = f"Added: {number} {'chart' if number == 1 else 'charts'} in the deck."
    again = [str(at) for at, other in enumerate(deck.items, 1) if _is_like(item, other)]
    if again:
        told += f" The same chart with another selection is number {' and '.join(again)} there."
    if freezes:
        told += " The deck stays at the build of this page, which is not the newest."
    elif recipe.build is not None and (deck.build or newest.stem) != recipe.build:
        told += " The deck is of another build: its figures may differ."
    return told


def _is_like(item: DeckItem, other: Item) -> bool:
    return isinstance(other, DeckItem) and other.recipe.key == item.recipe.key


def _build_shown(recipe: Recipe, newest: Path) -> Path:
    """The build that a page showed, while it is kept."""
    try:
        return recipes.build_of(recipe)
    except RecipeError:
        return newest


def remove(place: int) -> None:
    """Take out the slide at a place, counted from 0."""
    deck = held()
    change(replace(deck, items=(*deck.items[:place], *deck.items[place + 1 :])), "removing a slide")


def clear() -> None:
    """Take out everything."""
    change(Deck(), "clearing the deck")


def undo() -> None:
    """Take back the last step: deck and template are as they were before it."""
    if steps := st.session_state.get(STEPS):
        step: Step = steps.pop()
        hold(step.deck)
        st.session_state[TEMPLATE] = step.template


def undoes() -> str:
    """What undo() would take back; '' when there is nothing."""
    steps = st.session_state.get(STEPS)
    return str(steps[-1].what) if steps else ""


def say(name: str, text: str) -> None:
    """Give the reader's deck a title, a subtitle, or who made it."""
    deck = held()
    texts = {one: str(getattr(deck, one)) for one in TEXTS}
    texts[name] = " ".join(text.split())[:MOST_LETTERS]
    change(
        Deck(**texts, build=deck.build, items=deck.items),
        "who made it" if name == "made_by" else f"the {name}",
    )


def move(place: int, by: int) -> None:
    """Move the slide at a place up (-1) or down (1)."""
    deck = held()
    items = list(deck.items)
    if 0 <= place < len(items) and 0 <= place + by < len(items):
        items.insert(place + by, items.pop(place))
        change(replace(deck, items=tuple(items)), "moving a slide")


def rename(place: int, title: str) -> None:
    """Give the chart at a place a title; '' for its own sentence."""
    _put(place, lambda item: replace(item, title=_line(title)), "the title of a slide")


def annotate(place: int, note: str) -> None:
    """Say what to take away from the chart at a place; '' for nothing."""
    _put(place, lambda item: replace(item, note=_line(note)), "the takeaway of a slide")


def select(place: int, families: Sequence[str], start: date | None, end: date | None) -> None:
    """Choose families, of which the first is the focus, and period of the chart at a place alone;
    without a family it stays as it is. A first day after the last is swapped. Raises
    NoBuildError."""
    if not families:
        return
    if start and end and start > end:
        start, end = state.first_day(f"{end:%Y-%m}"), state.last_day(f"{start:%Y-%m}")

    def chosen(item: DeckItem) -> DeckItem:
        selection = replace(
            item.recipe.selection, focus=families[0], rivals=tuple(families[1:]), start=start,
            end=end,
        )  # fmt: skip
        selection = recipes.open_ended(selection, data.newest_build())
        return replace(item, recipe=replace(item.recipe, selection=selection))

    _put(place, chosen, "families and period")


def write(place: int, heading: str, lines: Sequence[str]) -> None:
    """Give the slide of words at a place its heading and lines; without a heading it keeps its
    own."""
    deck = held()
    items = list(deck.items)
    item = items[place] if 0 <= place < len(items) else None
    if isinstance(item, TextItem):
        told = tuple(filter(None, map(_line, lines)))[:MOST_LINES]
        items[place] = replace(item, heading=_line(heading) or item.heading, lines=told)
        change(replace(deck, items=tuple(items)), "the words of a slide")


def duplicate(place: int) -> None:
    """Put a slide once more after itself."""
    items = held().items
    if 0 <= place < len(items):
        _insert(place, items[place], "duplicating a slide")


def add_text(*, is_section: bool) -> None:
    """Put a slide of words, or a divider, at the end."""
    item = TextItem("New section" if is_section else "New slide", is_section=is_section)
    _insert(len(held().items), item, "adding a slide")


def _insert(place: int, item: Item, what: str) -> None:
    deck = held()
    if len(deck.items) < MOST_CHARTS:
        items = (*deck.items[:place], item, *deck.items[place:])
        change(replace(deck, items=items), what)


def _line(text: str) -> str:
    return " ".join(text.split())[:MOST_LETTERS]


def _put(place: int, changed: Callable[[DeckItem], DeckItem], what: str) -> None:
    """Change the chart at a place."""
    deck = held()
    items = list(deck.items)
    item = items[place] if 0 <= place < len(items) else None
    if isinstance(item, DeckItem):
        items[place] = changed(item)
        change(replace(deck, items=tuple(items)), what)


def replace_with(deck: Deck) -> None:
    """Make the deck of a file the reader's."""
    change(deck, "opening a file")


# Files and addresses


def _written(item: Item) -> dict[str, object]:
    """A slide as it stands in a file."""
    if isinstance(item, TextItem):
        if item.is_section:
            return {SECTION: item.heading}
        return {TEXT: item.heading, **({LINES: list(item.lines)} if item.lines else {})}
    pairs = recipes.to_query(replace(item.recipe, build=None))
    told: dict[str, object] = {recipes.KEY: item.recipe.key}
    told |= {name: text for name in (TITLE, NOTE) if (text := getattr(item, name))}
    told[FAMILIES] = list(item.recipe.selection.families)
    named: dict[str, list[str]] = {}
    for name, text in pairs:
        if name in SETTINGS:
            named.setdefault(name, []).append(text)
    return {**told, **{name: t[0] if len(t) == 1 else t for name, t in named.items()}}


def _item_of(entry: deck_file.Entry, build: str | None) -> Item:
    for kind in (TEXT, SECTION):
        if entry.has(kind):
            return _words_of(entry, kind)
    found = entry.fields([recipes.KEY, TITLE, NOTE, FAMILIES, *SETTINGS])
    if recipes.KEY not in found:
        raise entry.wrong(
            f"expected {recipes.KEY}: and the name of a chart, or {TEXT}: or {SECTION}: and a "
            "heading; found none"
        )
    pairs = [(recipes.KEY, found[recipes.KEY].text(recipes.MOST_LETTERS))]
    for name, value in found.items():
        if name in (recipes.KEY, TITLE, NOTE):
            continue
        parameter = state.FAMILY if name == FAMILIES else name
        texts = value.texts(recipes.MOST_VALUES, recipes.MOST_LETTERS)
        pairs += [(parameter, text) for text in texts or [""]]
    try:
        recipe = recipes.from_query([*pairs, *([(recipes.BUILD, build)] if build else [])])
    except RecipeError as error:
        name, colon, rest = str(error).partition(": ")
        name = FAMILIES if name == state.FAMILY else name
        raise (
            found[name].wrong(rest) if colon and name in found else entry.wrong(str(error))
        ) from error
    told = {name: found[name].text(MOST_LETTERS) for name in (TITLE, NOTE) if name in found}
    return DeckItem(replace(recipe, build=None), **told)


def _words_of(entry: deck_file.Entry, kind: str) -> TextItem:
    found = entry.fields([TEXT, LINES] if kind == TEXT else [SECTION])
    heading = found[kind].text(MOST_LETTERS)
    if not heading:
        raise found[kind].wrong("expected a heading, found nothing")
    lines = found[LINES].texts(MOST_LINES, MOST_LETTERS) if LINES in found else []
    return TextItem(heading, tuple(filter(None, lines)), is_section=kind == SECTION)


def _readable(
    readers: Iterable[Callable[[], Item]],
) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """The charts that can be read, and what is wrong with the others. Raises DeckError when there
    are only others."""
    items, problems = [], []
    for read in readers:
        try:
            items.append(read())
        except DeckError as error:
            problems.append(str(error))
    if problems and not items:
        raise DeckError("\n".join(problems))
    return tuple(items), tuple(problems)


def _build_named(entry: deck_file.Entry) -> str | None:
    name = entry.text(MOST_LETTERS)
    if name in ("", LATEST):
        return None
    try:
        build_path(Deck(build=name))
    except RecipeError as error:
        raise entry.wrong(f"expected {LATEST}, or {_after(error, recipes.BUILD)}") from error
    return name


def _packed(item: Item) -> str:
    if isinstance(item, TextItem):
        kind = SECTION if item.is_section else TEXT
        return urlencode([(kind, item.heading), *((LINE, line) for line in item.lines)])
    told = [(name, text) for name in (TITLE, NOTE) if (text := getattr(item, name))]
    return urlencode([*recipes.to_query(replace(item.recipe, build=None)), *told])


def _unpacked(text: str, build: str | None, place: int) -> Item:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=200)
    except ValueError as error:
        raise DeckError(f"item {place}: expected at most 200 parameters") from error
    for kind in (TEXT, SECTION):
        if heading := dict(pairs).get(kind):
            lines = [value[:MOST_LETTERS] for name, value in pairs if name == LINE and value]
            is_section = kind == SECTION
            kept = () if is_section else tuple(lines[:MOST_LINES])
            return TextItem(heading[:MOST_LETTERS], kept, is_section=is_section)
    told = {name: value[:MOST_LETTERS] for name, value in pairs if name in (TITLE, NOTE)}
    rest = [pair for pair in pairs if pair[0] not in (TITLE, NOTE, recipes.BUILD)]
    try:
        recipe = recipes.from_query([*rest, *([(recipes.BUILD, build)] if build else [])])
    except RecipeError as error:
        raise DeckError(f"item {place}: {error}") from error
    return DeckItem(replace(recipe, build=None), **told)


def _after(error: Exception, name: str) -> str:
    return str(error).removeprefix(f"{name}: ").removeprefix("expected ")


def _method(charts: Sequence[Drawn]) -> list[str]:
    """How the figures of these charts are made."""
    shown = [one.item.recipe for one in charts if one.chart and isinstance(one.item, DeckItem)]
    scopes = [recipe.selection.scope for recipe in shown if len(CHARTS[recipe.key].scopes) > 1]
    units = " ".join(one.chart.unit for one in charts if one.chart is not None)
    return [
        *(SCOPE_WORDS[scope] for scope in dict.fromkeys(scopes)),
        *METHOD,
        *([WINDOW] if "trailing 30" in units else []),
    ]


@st.cache_resource(max_entries=256, show_spinner=False)
def cut_title(title: str, content: bytes | None) -> str:
    """A title as the slide has room for it, with the reader's template or without."""
    from dashboard import slide_layout  # noqa: PLC0415  (python-pptx is slow to load)

    return slide_layout.cut_title(slide_layout.new_deck(content), title)
