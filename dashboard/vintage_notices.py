"""What readers are told of the build that their link names: its bar, or that it is gone."""

from __future__ import annotations

import html
import logging
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

import data
from dashboard import state, vintage
from dashboard.parts import plain
from data import vintages

_LOG = logging.getLogger(__name__)
MOST_LETTERS = 60  # of a name that is none
MOST_LISTED = 12


def bar(opened: Path, families: tuple[str, ...]) -> None:
    """What stands on top of each page of a chosen build: whose figures these are, what is newer of
    the families that are shown."""
    with st.container(key="vintage", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":material/history: You see **{_called(opened)}**{_state_of(opened, families)}"
        )
        st.button(
            "Show the newest",
            key="newest-build",
            icon=":material/update:",
            type="tertiary",
            on_click=vintage.show_newest,
            args=(opened,),
            help="This page with the same state, of the newest build now and whenever it is opened",
        )


def gone(name: str) -> None:
    """The page of a build that is not kept."""
    st.title("This build is not kept", anchor=False)
    st.info(f"The link asks for {not_kept(name)}", icon=":material/history:")
    _others("")


def not_kept(name: str) -> str:
    """'the build ..., which is not kept', and which are, as Markdown."""
    shown = name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"
    return (
        f"the build {_code(shown)}, which is not kept here. Kept are the newest builds, the last "
        "one of each month for a year, and those that somebody pinned: `collectors builds` lists "
        "them, `collectors builds --pin` keeps one for good."
    )


def unreadable(opened: Path, reason: str) -> None:
    """The page of a build whose file cannot be read."""
    st.title("This build cannot be read", anchor=False)
    st.info(
        f"{_called(opened)[:1].upper()}{_called(opened)[1:]}: {plain(reason)}",
        icon=":material/history:",
    )
    _others(opened.stem)


def lacking(error: Exception) -> None:
    """What stands in place of the rest of a page that asks a build for what it lacks."""
    _LOG.warning("a build of another version lacks what a page needs", exc_info=error)
    known = isinstance(error, data.AdoptionError)
    what = str(error).splitlines()[0].split(";", maxsplit=1)[0] if known else repr(error)
    st.info(
        "Another version of this program made this build, and the rest of this page asks it for "
        f"what it lacks ({plain(what)}). Charts of other pages may still show.",
        icon=":material/history:",
    )


def kept_names(but: str = "") -> list[tuple[str, str]]:
    """The builds that are kept, the newest first, at most MOST_LISTED of them: name, and how people
    call it."""
    paths = [path for path in reversed(data.build_paths()) if path.stem != but]
    return [
        (path.stem, f"{vintages.called(path)}, {vintages.built_at(path):%H:%M} UTC")
        for path in paths[:MOST_LISTED]
    ]


def _others(but: str) -> None:
    """Links to the newest build and to the others that are kept, with the same state."""
    held = [
        (key, value)
        for key in st.query_params
        for value in st.query_params.get_all(key)
        if key != state.BUILD
    ]
    links = [(urlencode(held), "<b>The newest, which moves on</b>")]
    links += [
        (urlencode([*held, (state.BUILD, name)]), html.escape(text[:1].upper() + text[1:]))
        for name, text in kept_names(but)
    ]
    items = "".join(
        f'<div><a href="?{html.escape(query)}" target="_self">{text}</a></div>'
        for query, text in links
    )
    st.html(f'<div class="oma-list oma-link">{items}</div>')


def _state_of(opened: Path, families: tuple[str, ...]) -> str:
    as_of = data.as_of(opened)
    told = f", figures as of {as_of}." if as_of else "."
    return f"{told} {plain(vintage.newer(opened, families)) or 'It is the newest one.'}"


def _called(opened: Path) -> str:
    return vintages.called(opened, data.newest_build())


def _code(text: str) -> str:
    return f"`{text.replace('`', '')}`"
