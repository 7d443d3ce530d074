"""Deck: the charts that a reader put aside, in their order, as a PowerPoint file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

import streamlit as st

import data
from dashboard import deck, exports, parts, readings, recipes, state, vintage, vintage_notices
from dashboard.deck import Deck, DeckItem, Drawn, Template, TextItem
from dashboard.lettering import unbroken

LIVE, FROZEN = "Newest build", "This build"
OPENED_FILES = "deck_files"  # of the session: how many, which empties the box for them
FIELDS = {"title": "Title", "subtitle": "Subtitle", "made_by": "Made by"}
TEMPLATE_MB = 50
LOOPBACK = ("127.0.0.1", "localhost", "::1")
HOW_TO = (
    "The deck is empty. On any page, press **Add to deck** below a chart; here you then order the "
    "charts, name the slides and download one PowerPoint file with charts that can be edited. Or "
    "open the file of a deck that you saved."
)


def keep_text(name: str) -> None:
    """Take over what was typed."""
    deck.say(name, st.session_state[f"deck-{name}"])


def keep_build() -> None:
    """Take over whether the deck follows the newest build."""
    is_frozen = st.session_state["deck-build"] == FROZEN
    deck.change(replace(deck.held(), build=build.stem if is_frozen else None), "the build")


def keep_file(key: str) -> None:
    """Open the file that was chosen, or say what is wrong with it."""
    file = st.session_state[key]
    if file is None:
        return
    st.session_state[OPENED_FILES] = st.session_state.get(OPENED_FILES, 0) + 1
    try:
        read = Deck.read_yaml(file.getvalue(), file.name)
        deck.replace_with(read.deck)
        st.session_state[deck.MISSING] = read.problems
    except data.AdoptionError as error:
        st.session_state[deck.PROBLEM] = str(error)


def keep_template() -> None:
    """Keep the template, if it is one."""
    file = st.session_state["deck-template-file"]
    if file is None:
        return
    from dashboard import slide_layout  # noqa: PLC0415  (python-pptx is slow to load)

    content = file.getvalue()
    try:
        slide_layout.new_deck(content)
        deck.use_template(Template(file.name, content))
    except slide_layout.SlideError as error:
        st.session_state[deck.PROBLEM] = f"{file.name}: {error}"


def keep_note(place: int, key: str) -> None:
    """Take over what to take away from a chart."""
    deck.annotate(place, st.session_state[key])


def keep_words(place: int, mark: str) -> None:
    """Take over heading and lines of a slide of words."""
    lines = st.session_state.get(f"deck-lines-{mark}", "").splitlines()
    deck.write(place, st.session_state[f"deck-heading-{mark}"], lines)


def keep_selection(place: int, mark: str) -> None:
    """Take over families and period of one chart."""
    first, last = (st.session_state[f"deck-{end}-{mark}"] for end in ("from", "to"))
    deck.select(
        place,
        st.session_state[f"deck-families-{mark}"],
        state.first_day(first) if first else None,
        state.last_day(last) if last else None,
    )


def keep_name(place: int, key: str, finding: str) -> None:
    """Take over the title of a slide; one that is the chart's sentence goes on following it."""
    text = " ".join(st.session_state[key].split())
    deck.rename(place, "" if text == finding else text)


def cut_warning(title: str) -> None:
    """That a title is longer than what two lines of its slide take."""
    template = deck.template()
    cut = deck.cut_title(title, template.content if template else None)
    if cut != unbroken(title):
        st.warning(
            f"Too long for two lines. The slide will say: {parts.plain(cut)}",
            icon=":material/content_cut:",
        )


def problems() -> None:
    """What went wrong with an address or a file, once."""
    problem = st.session_state.pop(deck.PROBLEM, None)
    if problem:
        st.error(parts.plain(problem), icon=":material/error:")
    if missing := st.session_state.pop(deck.MISSING, ()):
        left = "1 chart was" if len(missing) == 1 else f"{len(missing)} charts were"
        reasons = "\n".join(f"- {parts.plain(reason)}" for reason in missing)
        st.warning(f"{left} left out:\n{reasons}", icon=":material/warning:")


def open_file() -> None:
    """A box for the file of a deck."""
    key = f"deck-file-{st.session_state.get(OPENED_FILES, 0)}"
    st.file_uploader(
        "Open a deck file (.yml)",
        type=["yml", "yaml"],
        key=key,
        on_change=keep_file,
        args=(key,),
        max_upload_size=1,
    )


def empty() -> None:
    """How to come to a deck."""
    st.info(HOW_TO, icon=":material/slideshow:")
    put_back()
    open_file()


def put_back() -> None:
    """A button that takes back the last step, and says which."""
    if what := deck.undoes():
        st.button(f"Undo: {what}", icon=":material/undo:", on_click=deck.undo, key="deck-undo")


def texts(shown: Deck) -> None:
    """What the title slide says, and of which build the charts are."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="deck-texts"):
        for name, label in FIELDS.items():
            st.session_state[f"deck-{name}"] = getattr(shown, name)
            st.text_input(
                label,
                key=f"deck-{name}",
                max_chars=deck.MOST_LETTERS,
                placeholder=deck.UNTITLED if name == "title" else "",
                width=360 if name != "made_by" else 220,
                on_change=keep_text,
                args=(name,),
            )
        st.session_state["deck-build"] = FROZEN if shown.build else LIVE
        st.segmented_control(
            "Figures of the",
            [LIVE, FROZEN],
            key="deck-build",
            required=True,
            on_change=keep_build,
            help="The newest build moves: the deck shows what is newest whenever it is opened or "
            "made. This build stays: link, file and slides show the same figures as long as the "
            "build is kept.",
        )
    if shown.build:
        said = vintage.newer(build, shown.families) or "It is the newest."
        st.caption(f":material/history: Frozen at `{shown.build}`. {parts.plain(said)}")


def actions(shown: Deck, charts: list[Drawn]) -> None:
    """The file, and the deck to keep and to share."""
    template = deck.template()
    address = (st.context.url or "").rsplit("/", maxsplit=1)[0]
    if urlsplit(address).hostname in LOOPBACK:
        address = ""  # whoever gets the slides could not open it
    with st.container(horizontal=True, key="deck-actions"):
        st.download_button(
            "Download PowerPoint",
            data=lambda: deck.deck_bytes(
                shown, template.content if template else None, address=address
            ),
            file_name=deck.file_name(shown, "pptx"),
            mime=exports.SLIDE,
            key="deck-pptx",
            type="primary",
            on_click="ignore",
            icon=":material/download:",
            disabled=not any(one.chart for one in charts),
            help="Title, agenda, a slide for each chart, sources and method",
        )
        st.download_button(
            "Save deck file",
            data=shown.to_yaml(),
            file_name=deck.file_name(shown, "yml"),
            mime="application/yaml",
            key="deck-yaml",
            on_click="ignore",
            icon=":material/save:",
            help="YAML, which this page opens and `dashboard export` makes into slides",
        )
        with st.popover("Open", icon=":material/folder_open:"):
            open_file()
            st.caption("Takes the place of the deck here; Undo brings it back.")
        own_template(template)
        st.button("Clear", icon=":material/delete_sweep:", on_click=deck.clear, key="deck-clear")
        put_back()


def own_template(template: Template | None) -> None:
    """A PowerPoint file whose master, fonts and size the slides take."""
    label = parts.plain(template.name[:28]) if template else "Own template"
    with st.popover(label, icon=":material/palette:"):
        st.file_uploader(
            "A PowerPoint file (.pptx, .potx)",
            type=["pptx", "potx"],
            key="deck-template-file",
            on_change=keep_template,
            max_upload_size=TEMPLATE_MB,
        )
        st.caption("Its master, layouts and fonts are kept, its own slides are left out.")
        if template:
            st.button(
                "Without it",
                key="deck-no-template",
                on_click=deck.use_template,
                args=(None,),
            )


def slide(place: int, one: Drawn, number: int, mark: str) -> None:
    """One slide of the deck: what its slide says, and what to do with it."""
    with st.container(border=True, key=f"deck-item-{mark}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="top", key=f"deck-head-{mark}"):
            with st.container(gap=None, key=f"deck-words-{mark}"):
                words(place, one)
            buttons(place, one, number, mark)
        if one.chart is not None:
            parts.folded("The chart", f"deck-{mark}", lambda: preview(one, mark))


def marks_of(charts: list[Drawn]) -> list[str]:
    """What names each slide wherever it stands and whatever is selected; of a chart that is in the
    deck several times the second has a number, and so on."""
    found: list[str] = []
    times: Counter[str] = Counter()
    for one in charts:
        mark = one.item.recipe.key if isinstance(one.item, DeckItem) else "words"
        times[mark] += 1
        found.append(mark if times[mark] == 1 else f"{mark}-{times[mark]}")
    return found


def words(place: int, one: Drawn) -> None:
    """The slide's title, and whose figures it shows, of when."""
    item = one.item
    if isinstance(item, TextItem):
        kind = "Divider" if item.is_section else "Text slide"
        st.markdown(f"**{place + 1}. {parts.plain(item.heading)}**")
        st.caption("\n".join([kind, *(f"- {parts.plain(line)}" for line in item.lines)]))
        return
    if one.chart is None:
        st.markdown(f"**{place + 1}. Left out of the slides**")
        st.warning(parts.plain(one.reason), icon=":material/hourglass_empty:")
        return
    chart = one.chart
    st.markdown(f"**{place + 1}. {parts.plain(unbroken(one.title))}**")
    if item.note:
        st.markdown(parts.plain(unbroken(item.note)))
    told = [f"{one.finding}."] if item.title and one.finding else []
    told += [f"{chart.title}.", f"{chart.shown}.", f"Unit: {chart.unit}."]
    told += [f"{chart.source}, as of {chart.as_of[:10]}."]
    told.append(vintage.difference(replace(item.recipe, build=build.stem)))
    st.caption(parts.without_links(" ".join(filter(None, told))))


def buttons(place: int, one: Drawn, number: int, mark: str) -> None:
    """Up, down, edit, select, duplicate, take out."""
    with st.container(horizontal=True, gap="small", key=f"deck-tools-{mark}", width="content"):
        for icon, by, help_text in (
            ("arrow_upward", -1, "Earlier"),
            ("arrow_downward", 1, "Later"),
        ):
            tool(
                icon,
                f"deck-{by}-{mark}",
                help_text,
                partial(deck.move, place, by),
                is_idle=not 0 <= place + by < number,
            )
        with st.popover("", icon=":material/edit:", help="Words of the slide", type="tertiary"):
            if isinstance(one.item, TextItem):
                edit_words(place, one.item, mark)
            else:
                edit_chart(place, one, one.item, mark)
        if isinstance(one.item, DeckItem):
            with st.popover(
                "", icon=":material/tune:", help="Families and period of this slide alone",
                type="tertiary",
            ):  # fmt: skip
                edit_selection(place, one.item, mark)
        tool("content_copy", f"deck-copy-{mark}", "Duplicate", partial(deck.duplicate, place))
        tool("delete", f"deck-remove-{mark}", "Take out of the deck", partial(deck.remove, place))


def tool(
    icon: str, key: str, help_text: str, press: Callable[[], None], *, is_idle: bool = False
) -> None:
    """A button that is its icon."""
    st.button(
        "",
        icon=f":material/{icon}:",
        key=key,
        help=help_text,
        disabled=is_idle,
        on_click=press,
        type="tertiary",
    )


def edit_chart(place: int, one: Drawn, item: DeckItem, mark: str) -> None:
    """Title and takeaway of a chart's slide."""
    key = f"deck-name-{mark}"
    st.session_state[key] = one.title
    st.text_area(
        "Title of the slide",
        key=key,
        height="content",
        width=560,
        max_chars=max(deck.MOST_LETTERS, len(one.title)),
        placeholder=one.finding,
        help="Empty: the sentence of the chart, which follows the figures",
        on_change=keep_name,
        args=(place, key, one.finding),
    )
    if one.chart is not None:
        cut_warning(one.title)
    key = f"deck-note-{mark}"
    st.session_state[key] = item.note
    st.text_area(
        "Takeaway, below the title and in the notes",
        key=key,
        height="content",
        width=560,
        max_chars=deck.MOST_LETTERS,
        placeholder="What it means for us",
        on_change=keep_note,
        args=(place, key),
    )


def edit_words(place: int, item: TextItem, mark: str) -> None:
    """Heading and lines of a slide of words."""
    key = f"deck-heading-{mark}"
    st.session_state[key] = item.heading
    st.text_area(
        "Heading",
        key=key,
        height="content",
        width=560,
        max_chars=deck.MOST_LETTERS,
        on_change=keep_words,
        args=(place, mark),
    )
    cut_warning(item.heading)
    if item.is_section:
        return
    key = f"deck-lines-{mark}"
    st.session_state[key] = "\n".join(item.lines)
    st.text_area(
        f"Up to {deck.MOST_LINES} lines",
        key=key,
        height=190,
        width=560,
        on_change=keep_words,
        args=(place, mark),
    )


def edit_selection(place: int, item: DeckItem, mark: str) -> None:
    """Families and period of one chart, whatever the other slides show."""
    chosen = item.recipe.selection
    st.session_state[f"deck-families-{mark}"] = list(chosen.families)
    st.multiselect(
        "Families, the first is the focus",
        list(readings.families(build)["family"]),
        key=f"deck-families-{mark}",
        width=420,
        on_change=keep_selection,
        args=(place, mark),
    )
    months = state.months_between(state.FIRST_MONTH, readings.newest_day(build))
    with st.container(horizontal=True, key=f"deck-period-{mark}"):
        for end, label, day, placeholder in (
            ("from", "From", chosen.start, "first"),
            ("to", "To", chosen.end, "newest"),
        ):
            month = f"{day:%Y-%m}" if day else None
            st.session_state[f"deck-{end}-{mark}"] = month
            st.selectbox(
                label,
                sorted({*months, month} if month else months),
                key=f"deck-{end}-{mark}",
                index=None,
                placeholder=placeholder,
                width=150,
                on_change=keep_selection,
                args=(place, mark),
            )


def more_slides() -> None:
    """Buttons for slides that are no charts."""
    with st.container(horizontal=True, key="deck-more"):
        for label, icon, is_section in (
            ("Add text slide", "notes", False),
            ("Add divider", "horizontal_rule", True),
        ):
            st.button(
                label,
                icon=f":material/{icon}:",
                key=f"deck-add-{icon}",
                on_click=deck.add_text,
                kwargs={"is_section": is_section},
            )


def preview(one: Drawn, mark: str) -> None:
    """The chart as it is drawn on pages."""
    assert one.chart is not None
    assert isinstance(one.item, DeckItem)
    recipe = one.item.recipe
    shown = parts.figure(build, recipe.key, recipe.selection, parts.theme().name, parts.width())
    parts.picture(one.chart, shown, f"deck-{mark}")


st.title("Deck", anchor=False)
problems()
held = deck.held()
try:
    build = deck.build_path(held)
except recipes.RecipeError:
    text = f"This deck is frozen at {vintage_notices.not_kept(held.build or '')}"
    st.info(text, icon=":material/history:")
    st.caption("\n".join(f"- {called}: `{name}`" for name, called in vintage_notices.kept_names()))
    st.button(
        "Use the newest build", on_click=deck.change, args=(replace(held, build=None), "the build")
    )
    st.stop()
if held.items:
    listed = deck.drawn(held)
    texts(held)
    actions(held, listed)
    for position, (drawn_item, mark) in enumerate(zip(listed, marks_of(listed), strict=True)):
        slide(position, drawn_item, len(listed), mark)
    more_slides()
else:
    empty()
deck.show_address()
