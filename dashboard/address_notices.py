"""What readers are told of a page's address that was not understood, so that a typo in a link does
not show something else in silence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

import data
from dashboard import deck, state
from dashboard.parts import plain

MOST_LETTERS = 40  # of what is named
MOST_NAMED = 6
# Of the session: the notice, what was chosen when it was shown, what was misread last.
NOTICE, SHOWN_WITH, READ = "address_notice", "address_notice_with", "address_misread"
# Those of Streamlit, and those that mails and chats add to links.
FOREIGN = ("embed", "embed_options", "utm_", "fbclid", "gclid")
KNOWN = (
    *state.SHARED_KEYS, *state.PAGE_KEYS, state.BUILD, *deck.TEXTS, deck.VINTAGE, deck.ITEM,
)  # fmt: skip


def misread(pairs: Iterable[tuple[str, str]], allowed: Mapping[str, Sequence[str]]) -> list[str]:
    """A phrase for each parameter that says nothing: of another name, or a shared control's that
    has no such value; `allowed` has the values of those controls."""
    told = []
    for name, value in pairs:
        if name in allowed:
            # An empty value of a list is an empty list.
            if value and value not in allowed[name]:
                known = allowed[name]
                is_month = name in (state.START, state.END)
                hint = f"there are {known[0]} to {known[-1]}" if is_month else ""
                told.append(_phrase(f"{name}={value}", hint or data.wording.guess(value, known)))
        elif name not in KNOWN and not name.startswith(FOREIGN):
            told.append(_phrase(name, data.wording.guess(name, KNOWN)))
    return list(dict.fromkeys(told))


def hold(families: Sequence[str], months: Sequence[str], page: str) -> None:
    """Read the address before the controls do, which leave out what they do not know."""
    allowed = {
        state.FOCUS: families,
        state.FAMILY: families,
        state.START: months,
        state.END: months,
        state.MEASURE: state.MEASURES,
        state.SCALE: state.SCALES,
        state.SCOPE: state.SCOPES,
    }
    pairs = [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]
    told = misread(pairs, allowed)
    # Names that nobody knows stay in the address while the reader goes on.
    is_new = told != st.session_state.get(READ)
    st.session_state[READ] = told
    if told and is_new:
        st.session_state[NOTICE] = told
        st.session_state.pop(SHOWN_WITH, None)
    elif st.session_state.get(SHOWN_WITH, ("", page))[1] != page:
        st.session_state.pop(NOTICE, None)


def show(page: str) -> None:
    """The notice, until something else is chosen or another page is opened."""
    told = st.session_state.get(NOTICE)
    if not told:
        return
    now = (repr(state.selection(st.session_state)), page)
    if st.session_state.setdefault(SHOWN_WITH, now) != now:
        del st.session_state[NOTICE]
        return
    more = f" and {len(told) - MOST_NAMED} more" if len(told) > MOST_NAMED else ""
    st.info(
        f"Not understood in the address, and left out: {'; '.join(told[:MOST_NAMED])}{more}.",
        icon=":material/link_off:",
    )


def _phrase(found: str, hint: str) -> str:
    shown = found if len(found) <= MOST_LETTERS else f"{found[: MOST_LETTERS - 1]}…"
    asked = f" ({plain(hint.strip())})" if hint else ""
    return f"**{plain(shown)}**{asked}"
