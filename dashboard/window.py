"""How wide the reader's window is, which the browser says and charts are drawn for.

A hidden element speaks when the guess of a first visit was wrong and when the window changes, and
only then: each word of it is a run of the script.
"""

from __future__ import annotations

import streamlit as st

from dashboard.style import NARROW_BELOW_PX

_KEY = "window_width"  # of the element, and so of what it said in the session
_NARROW = "is_narrow"
# As the page goes to paper its queries are asked anew, for the paper.
_component = st.components.v2.component(
    "window_width",
    html="",
    js=f"""
const query = matchMedia("(max-width: {NARROW_BELOW_PX}px)");
export default ({{ data, setStateValue }}) => {{
  const tell = () => {{
    if (matchMedia("print").matches || query.matches === data.{_NARROW}) return;
    setStateValue("{_NARROW}", query.matches);
  }};
  tell();
  query.addEventListener("change", tell);
  return () => query.removeEventListener("change", tell);
}};
""",
)


def listen() -> None:
    """Put the element on the page that says how wide the window is. On every page, since Streamlit
    forgets what it said where it is not made; after st.navigation, since a run that is asked for
    before the browser knows its page is one of the first page."""
    with st.container(key="listener"):
        # What this run draws for: the element speaks where its window is another.
        _component(key=_KEY, data={_NARROW: is_narrow()})


def is_narrow() -> bool:
    """Whether the window is one of a phone's width; until the browser has said it, a guess."""
    said = st.session_state.get(_KEY, {}).get(_NARROW)
    return _is_phone() if said is None else bool(said)


def _is_phone() -> bool:
    return "Mobi" in (st.context.headers.get("User-Agent") or "")
