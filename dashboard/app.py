"""The script that the server runs for each visitor: page config, navigation, shared controls."""

from __future__ import annotations

import html
from collections.abc import Collection
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import data
from dashboard import (
    address_notices,
    deck,
    parts,
    readings,
    state,
    vintage,
    vintage_notices,
    window,
)
from dashboard.style import CSS

VIEWS = Path(__file__).parent / "views"
ASSETS = Path(__file__).parent / "assets"
# Of the session, not of the address.
RIVALS_AT_FIRST = "rivals_at_first"
FOCUS_BEFORE = "focus_before"
NAMED = "named_family"
# Pages by what one comes for. The answers stand in the bar, the rest in menus.
SECTIONS = {
    "": ("Briefing", "Leads", "Launches", "Events", "Claims", "Regions", "Deck"),
    "Measures": ("Downloads", "Derivatives", "Usage", "Runtimes", "Quality"),
    "Look up": ("Family", "Models"),
    "Evidence": ("Reported", "Sources"),
}
# Which of the shared controls act on a page; of the pages that are not here `acting` says it.
FAMILIES, PERIOD = (state.FOCUS, state.FAMILY), (state.START, state.END)
ACTING = {
    "Briefing": (*FAMILIES, *PERIOD, state.MEASURE, state.SCALE),
    "Downloads": state.SHARED_KEYS,
    "Derivatives": (*FAMILIES, *PERIOD, state.MEASURE, state.SCALE),
    "Usage": (*FAMILIES, *PERIOD, state.SCALE),
    "Runtimes": (*FAMILIES, *PERIOD, state.MEASURE, state.SCALE),
    "Quality": FAMILIES,
    "Launches": (*FAMILIES, state.SCALE),
    "Family": (*FAMILIES, *PERIOD, state.MEASURE, state.SCALE),
    "Sources": (),
    "Deck": (),
}

st.set_page_config(
    page_title="Open Model Adoption",
    page_icon=str(ASSETS / "icon.svg"),
    layout="wide",
    initial_sidebar_state="collapsed",
)
st.html(CSS)
with st.container(key="script"):
    script = (ASSETS / "browser.js").read_text(encoding="utf-8")
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


def main() -> None:
    """Show the page asked for, or, without a build, what to run."""
    st.logo(str(ASSETS / f"logo-{parts.theme().name}.svg"), size="large")
    pages = {
        section: [
            st.Page(VIEWS / f"{title.lower()}.py", title=title, default=title == "Briefing")
            for title in titles
        ]
        for section, titles in SECTIONS.items()
    }
    page = st.navigation(pages, position="top")
    window.listen()
    vintage.hold()
    try:
        build = vintage.open_build()
    except data.NoBuildError as error:
        no_build(str(error))
        return
    except data.UnknownBuildError:
        vintage_notices.gone(vintage.chosen())
        return
    try:
        show(page, next(p for p in pages[""] if p.title == "Deck"), build)
    except data.BuildError as error:
        if vintage.chosen():
            vintage_notices.unreadable(build, str(error))
            return
        st.title("The newest build cannot be read")
        st.write(str(error))
    except Exception as error:
        # A mistake of ours is none of the build's: Streamlit shows and logs it.
        if not (vintage.is_of_another_version(build) and data.is_lack(error, build)):
            raise
        vintage_notices.lacking(error)


def show(page: st.Page, deck_page: st.Page, build: Path) -> None:
    """The shared controls, the page, and what holds their state."""
    is_named = page.title == "Family" and focus_on_named(build)
    if page.title == "Deck":
        deck.open_address()
    months = state.months_between(state.FIRST_MONTH, readings.newest_day(build))
    address_notices.hold(list(readings.families(build)["family"]), months, page.title)
    told, popover = controls(build, deck_page, page.title)
    if is_named:
        st.rerun()
    address_notices.show(page.title)
    # A deck says itself of which build its charts are.
    if vintage.chosen() and page.title != "Deck":
        vintage_notices.bar(build, state.selection(st.session_state).families)
    try:
        keys = acting(page.title, build)
        hide_idle(keys)
        with told:
            tell(build, keys)
        page.run()
    except data.UnknownMetricError as error:
        # A build that an older version made: it serves until a new one succeeds.
        if vintage.is_of_another_version(build):
            vintage_notices.lacking(error)
        else:
            lacking = str(error).split(";", maxsplit=1)[0]
            st.info(
                f"The newest build is older than this version: {lacking}. Run `collectors build`."
            )
    # Last, since the link also holds the controls that the page brought.
    address = page_address(page.title)
    with popover:
        link(address)
    hold_address(address, readings.newest_day(build))


def no_build(reason: str) -> None:
    """The page of a data directory without a build."""
    st.title("Nothing is built yet")
    st.write(
        "This dashboard reads builds and makes none. A build from the shipped figures alone takes "
        "a few seconds; then load this page again."
    )
    st.code("collectors build", language="bash")
    st.caption(reason)


def controls(build: Path, deck_page: st.Page, title: str) -> tuple[DeltaGenerator, DeltaGenerator]:
    """The controls that all pages share; their state is in the URL. Returns the places of what they
    are set to and of the link."""
    hold_state()
    # One place for wide and narrow windows, whose style folds it: a control that moves to another
    # place loses its tie to the address.
    with st.container(horizontal=True, key="controls", vertical_alignment="bottom", gap="small"):
        told = st.container(key="told", gap=None)
        with st.container(horizontal=True, key="form", vertical_alignment="bottom", gap="small"):
            choices(build)
        if title != deck_page.title:
            tray(deck_page)
        return told, st.popover("Link", help="An address with the whole state")


def choices(build: Path) -> None:
    """The shared controls themselves."""
    names = list(readings.families(build)["family"])
    months = state.months_between(state.FIRST_MONTH, readings.newest_day(build))
    st.selectbox(
        "Focus",
        names,
        index=names.index(state.DEFAULT_FOCUS),
        key=state.FOCUS,
        bind="query-params",
        width=118,
        on_change=follow_focus,
        help="The family that headline, colours and events are about",
    )
    focus = st.session_state[state.FOCUS]
    # Once a session: another default later would be another widget.
    st.session_state.setdefault(
        RIVALS_AT_FIRST, state.swapped(state.DEFAULT_RIVALS, focus, state.DEFAULT_FOCUS)
    )
    st.session_state[FOCUS_BEFORE] = focus
    st.multiselect(
        "Compare",
        names,
        default=st.session_state[RIVALS_AT_FIRST],
        key=state.FAMILY,
        bind="query-params",
        width=436,
        placeholder="Families",
        help="The first one is the rival of the headline and of the table",
    )
    st.selectbox(
        "From",
        months,
        key=state.START,
        bind="query-params",
        width=96,
        help="Period of the charts; headline and table speak of the newest figures",
    )
    st.selectbox("To", months, index=len(months) - 1, key=state.END, bind="query-params", width=96)
    st.selectbox(
        "Measure",
        state.MEASURES,
        key=state.MEASURE,
        bind="query-params",
        width=118,
        help="Index: each series' first value in the period is 100",
    )
    st.selectbox("Scale", state.SCALES, key=state.SCALE, bind="query-params", width=94)
    st.selectbox(
        "Scope",
        state.SCOPES,
        key=state.SCOPE,
        bind="query-params",
        width=108,
        help=state.SCOPE_HELP,
    )


def tell(build: Path, keys: Collection[str]) -> None:
    """What the shared controls of `keys` are set to, which narrow windows show instead of them."""
    text = state.told(st.session_state, keys, readings.newest_day(build))
    st.html(f'<div class="oma-told">{html.escape(text)}</div>')
    # By itself, since a text that changes would close it.
    st.html('<details class="oma-fold"><summary>Change</summary></details>')


def tray(deck_page: st.Page) -> None:
    """How many charts the reader's deck holds, which leads to them."""
    number = len(deck.held().items)
    st.page_link(
        deck_page,
        label=f"Deck · {number}" if number else "Deck",
        help="Charts that you put aside for slides",
    )


def acting(page: str, build: Path) -> tuple[str, ...]:
    """Keys of the shared controls that change anything on a page as it is now."""
    if page in {"Reported", "Claims"}:
        return of_statements(page)
    has_archive = not readings.metric(build, "hub_days").empty
    if page == "Models":
        of_model = (state.SCALE,) if of_page("model") else ()
        return of_model if has_archive else (*FAMILIES, *PERIOD)
    if page == "Leads":
        return (*FAMILIES, *PERIOD, *of_momentum(build))
    if page == "Events":
        return of_events(of_page("series") or "")
    if page == "Regions":
        of_mix = (state.FOCUS, state.SCOPE) if has_archive else ()
        return (*of_mix, *PERIOD, state.MEASURE, state.SCALE)
    idle = page == "Derivatives" and not has_archive
    return () if idle else ACTING.get(page, state.SHARED_KEYS)


def of_statements(page: str) -> tuple[str, ...]:
    """Whose statements are shown, as the buttons of the pages are called."""
    if page == "Reported":
        return FAMILIES if of_page("whose") == "Selected" else ()
    # The default is the focus alone.
    whose = {"All": (), "Focus and compare": FAMILIES}
    return whose.get(of_page("claimed") or "", (state.FOCUS,))


def of_momentum(build: Path) -> tuple[str, ...]:
    """Only collected figures have scopes; they are chosen where there are published ones too."""
    bases = set(readings.metric(build, "momentum")["basis"])
    is_collected = "collected" in bases and (len(bases) == 1 or of_page("figures") == "collected")
    return (state.SCOPE,) if is_collected else ()


def of_events(series: str) -> tuple[str, ...]:
    """Months fill the chosen period, days and weeks the windows; only what is collected of the Hub
    has scopes."""
    grains = {kind.title: kind.grain for kind in data.EVENT_SERIES.values()}
    period = PERIOD if grains.get(series, "month") == "month" else ()
    scope = (state.SCOPE,) if series.startswith("Collected") else ()
    return (*FAMILIES, *period, state.MEASURE, state.SCALE, *scope)


def of_page(key: str) -> str | None:
    """What a control of the page holds, which at its first run only the address knows."""
    if key in st.session_state:
        return str(st.session_state[key] or "")
    return st.query_params.get(key)


def hide_idle(keys: Collection[str]) -> None:
    """Hide the shared controls that do nothing here.

    They are made on every page: Streamlit forgets, in session and address, what it does not make.
    """
    st.session_state[parts.IDLE] = [key for key in state.SHARED_KEYS if key not in keys]
    idle = [f".st-key-controls .st-key-{key}" for key in st.session_state[parts.IDLE]]
    if not keys:
        idle.append(".st-key-told")
    # Always sent, so that the rule of the page before is replaced at once.
    st.html(f"<style>{', '.join(['.oma-idle', *idle])} {{ display: none; }}</style>")


def hold_state() -> None:
    """Set each control to what it is, which makes Streamlit put it back into the address.

    After a reload and a change of page the browser sometimes leaves out what the controls hold. An
    empty list it never leaves out (`family=`), while Streamlit would put it back as no parameter at
    all, which is the default.
    """
    for key in state.SHARED_KEYS:
        if key in st.session_state and st.session_state[key] != []:
            st.session_state[key] = st.session_state[key]


def focus_on_named(build: Path) -> bool:
    """Let an address that names one family, and no focus, be about that family; True when all is
    to be run again, since at first the address decides what is compared, whatever is set.

    Several families are a compare set: its reader left the focus at what it usually is, and the
    browser takes what is usual out of the address.
    """
    if NAMED in st.session_state:
        name = st.session_state.pop(NAMED)
        st.session_state[state.FAMILY] = state.swapped(
            state.DEFAULT_RIVALS, name, state.DEFAULT_FOCUS
        )
        return False
    named = st.query_params.get_all(state.FAMILY)
    if state.FOCUS in st.session_state or state.FOCUS in st.query_params or len(named) != 1:
        return False
    if named[0] not in set(readings.families(build)["family"]):
        return False
    st.session_state[state.FOCUS] = st.session_state[NAMED] = named[0]
    return True


def follow_focus() -> None:
    """The family that was in focus takes the place of the one that is now, if that was compared."""
    before = st.session_state.get(FOCUS_BEFORE, state.DEFAULT_FOCUS)
    rivals = st.session_state.get(state.FAMILY, state.DEFAULT_RIVALS)
    # An empty list stays as it is in the address, see hold_state.
    if rivals:
        focus = st.session_state[state.FOCUS]
        st.session_state[state.FAMILY] = state.swapped(rivals, focus, before)


def page_address(page: str) -> str:
    """The address of what is shown, with the whole state."""
    held = {key: st.session_state.get(key) for key in state.PAGE_KEYS}
    if page == "Deck":
        return deck.link(st.context.url or "")
    held[state.BUILD] = vintage.chosen()
    return state.link(st.context.url or "", state.selection(st.session_state), held)


def link(address: str) -> None:
    """The address of what is shown, ready to be copied."""
    st.caption("Shows the same to whoever opens it")
    st.code(address, language=None, wrap_lines=True)


def hold_address(address: str, newest: date) -> None:
    """Leave the state where the tools below each chart find it, see assets/tools.js; `newest`: a
    day of the last month that can be chosen, which a link to newest figures leaves out."""
    query = html.escape(urlsplit(address).query)
    told = f'data-page-state="{query}" data-newest-month="{newest:%Y-%m}"'
    with st.container(key="state"):
        st.html(f"<div {told}>&nbsp;</div>")


main()
