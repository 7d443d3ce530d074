"""Downloads: families, models and publishers over time, each with its table."""

from __future__ import annotations

import streamlit as st

import data
from dashboard import parts, state

COLLECT = "Run `collectors collect huggingface` and then `collectors build`"
WHAT = ("Families", "Models", "Publishers")

build = data.newest_build()
selection = state.selection(st.session_state)

st.title("Downloads", anchor=False)
what = st.segmented_control(
    "Show", WHAT, default=WHAT[0], key="show", bind="query-params", label_visibility="collapsed"
)

if what == "Models":
    parts.show_chart(
        build, "top_models", selection,
        empty=f"No repository of the selected families was collected yet. {COLLECT} to see them "
        "all; below is what others recorded.",
    )  # fmt: skip
    parts.show_chart(
        build, "published_models", selection,
        empty="Nobody recorded single models of the selected families in this period.",
    )  # fmt: skip
    parts.show_chart(
        build, "published_counters", selection,
        empty="None of the 41 followed models belongs to the selected families.",
    )  # fmt: skip
elif what == "Publishers":
    parts.show_chart(
        build, "publishers", selection, empty="No published month lies in this period."
    )
else:
    key = "download_share" if selection.measure == "Share" else "family_downloads"
    parts.show_chart(
        build, key, selection,
        empty="No 30-day downloads of the selected families were collected in this period. "
        f"{COLLECT}. Monthly figures that others published are below and under Publishers.",
    )  # fmt: skip
    parts.show_chart(
        build, "monthly_downloads", selection,
        empty="Calendar months need the all-time counters of two month boundaries: collect on "
        "both sides of a month's end. `collectors collect` on a schedule does that.",
    )  # fmt: skip
    parts.show_chart(
        build, "account_downloads", selection,
        empty="None of the selected families has a published series of its account.",
    )  # fmt: skip
