"""The script that the server runs for each visitor: page config, navigation, shared controls."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import data
from dashboard import parts, state
from dashboard.style import CSS

VIEWS = Path(__file__).parent / "views"
ASSETS = Path(__file__).parent / "assets"
# Of the session, not of the address.
RIVALS_AT_FIRST = "rivals_at_first"
FOCUS_BEFORE = "focus_before"

st.set_page_config(
    page_title="Open Model Adoption",
    page_icon=str(ASSETS / "icon.svg"),
    layout="wide",
    initial_sidebar_state="collapsed",
)
st.html(CSS)


def main() -> None:
    """Show the page asked for, or, without a build, what to run."""
    st.logo(str(ASSETS / f"logo-{parts.theme().name}.svg"), size="large")
    page = st.navigation(
        [
            st.Page(VIEWS / "briefing.py", title="Briefing", default=True),
            st.Page(VIEWS / "downloads.py", title="Downloads"),
            st.Page(VIEWS / "derivatives.py", title="Derivatives"),
            st.Page(VIEWS / "models.py", title="Models"),
            st.Page(VIEWS / "usage.py", title="Usage"),
            st.Page(VIEWS / "runtimes.py", title="Runtimes"),
            st.Page(VIEWS / "quality.py", title="Quality"),
            st.Page(VIEWS / "reported.py", title="Reported"),
            st.Page(VIEWS / "sources.py", title="Sources"),
        ],
        position="top",
    )
    try:
        build = data.newest_build()
        popover = controls(build)
    except data.NoBuildError as error:
        no_build(str(error))
        return
    except data.BuildError as error:
        st.title("The newest build cannot be read")
        st.write(str(error))
        return
    try:
        page.run()
    except data.UnknownMetricError as error:
        # A build that an older version made: it serves until a new one succeeds.
        st.info(f"The newest build is older than this version: {error}. Run `collectors build`.")
    # Last, since the link also holds the controls that the page brought.
    with popover:
        link()


def no_build(reason: str) -> None:
    """The page of a data directory without a build."""
    st.title("Nothing is built yet")
    st.write(
        "This dashboard reads builds and makes none. A build from the shipped figures alone takes "
        "a few seconds; then load this page again."
    )
    st.code("collectors build", language="bash")
    st.caption(reason)


def controls(build: Path) -> DeltaGenerator:
    """The controls that all pages share; their state is in the URL. Returns where the link goes."""
    hold_state()
    names = list(parts.families(build)["family"])
    months = state.months_between(state.FIRST_MONTH, parts.newest_day(build))
    with st.container(horizontal=True, key="controls", vertical_alignment="bottom", gap="small"):
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
            width=100,
            help="Period of the charts; headline and table speak of the newest figures",
        )
        st.selectbox(
            "To", months, index=len(months) - 1, key=state.END, bind="query-params", width=100
        )
        st.selectbox(
            "Measure",
            state.MEASURES,
            key=state.MEASURE,
            bind="query-params",
            width=124,
            help="Index: each series' first value in the period is 100",
        )
        st.selectbox("Scale", state.SCALES, key=state.SCALE, bind="query-params", width=94)
        st.selectbox(
            "Scope",
            state.SCOPES,
            key=state.SCOPE,
            bind="query-params",
            width=116,
            help=state.SCOPE_HELP,
        )
        return st.popover("Link", icon=":material/link:", help="An address with the whole state")


def hold_state() -> None:
    """Set each control to what it is, which makes Streamlit put it back into the address.

    After a reload and a change of page the browser sometimes leaves out what the controls hold.
    """
    for key in state.SHARED_KEYS:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


def follow_focus() -> None:
    """The family that was in focus takes the place of the one that is now, if that was compared."""
    before = st.session_state.get(FOCUS_BEFORE, state.DEFAULT_FOCUS)
    rivals = st.session_state.get(state.FAMILY, state.DEFAULT_RIVALS)
    st.session_state[state.FAMILY] = state.swapped(rivals, st.session_state[state.FOCUS], before)


def link() -> None:
    """The address of what is shown, ready to be copied."""
    held = {key: st.session_state.get(key) for key in state.PAGE_KEYS}
    chosen = state.selection(st.session_state)
    st.caption("Shows the same to whoever opens it")
    st.code(state.link(st.context.url or "", chosen, held), language=None, wrap_lines=True)


main()
