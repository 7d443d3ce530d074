"""Downloads: families, models and publishers over time, each with its table."""

from __future__ import annotations

import streamlit as st

import data
from dashboard import parts, state

COLLECT = "Run `collectors collect huggingface` and then `collectors build`"
NOT_COLLECTED = (
    f"No 30-day downloads of the selected families were collected in this period. {COLLECT}. "
    "Monthly figures that others published are below and under Publishers."
)

# What is shown -> charts by key, each with what to say when it is empty.
SHOWN = {
    "Families": {
        "download_share": NOT_COLLECTED,
        "family_downloads": NOT_COLLECTED,
        "monthly_downloads": "Calendar months need the all-time counters of two month boundaries: "
        "collect on both sides of a month's end. `collectors collect` on a schedule does that.",
        "account_downloads": "None of the selected families has a published series of its account.",
    },
    "Models": {
        "top_models": f"No repository of the selected families was collected yet. {COLLECT} to "
        "see them all; below is what others recorded.",
        "published_models": "Nobody recorded single models of the selected families.",
        "published_counters": "None of the 41 followed models belongs to the selected families.",
    },
    "Publishers": {"publishers": "No published month lies in this period."},
}

build = data.newest_build()
selection = state.selection(st.session_state)

st.title("Downloads", anchor=False)
what = st.segmented_control(
    "Show",
    list(SHOWN),
    default="Families",
    key="show",
    bind="query-params",
    label_visibility="collapsed",
)


def no_share(unread: tuple[str, ...]) -> str:
    """Why there is no share although something was collected."""
    return (
        f"No share on the newest day: {', '.join(unread)} could not be read, and without them the "
        "others would look larger. The page Sources says why. Measure = Downloads shows the others."
    )


other = "family_downloads" if selection.measure == "Share" else "download_share"
unread = data.unread_families(build)
for key, empty in SHOWN[what or "Families"].items():
    if key == other:
        continue
    reason = no_share(unread) if key == "download_share" and unread else empty
    parts.show_chart(build, key, selection, empty=reason, is_table_open=True)
