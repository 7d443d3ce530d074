"""Reported: every published statement, as it was said; repetitions grouped, contradictions side by
side."""

from __future__ import annotations

import html

import pandas as pd
import streamlit as st

import data
from dashboard import parts, readings, state

COLUMNS = {
    "period": st.column_config.TextColumn("speaks of", width=170),
    "subject": st.column_config.TextColumn("about", width=150),
    "what": st.column_config.TextColumn("what", width=190),
    "said": st.column_config.TextColumn("said", width=90),
    "unit": st.column_config.TextColumn("unit", width=80),
    "status": st.column_config.TextColumn("how known", width=85),
    "source_url": st.column_config.LinkColumn("link", display_text="open", width=60),
    "source_title": st.column_config.TextColumn("source", width=300),
    "note": st.column_config.TextColumn("note", width="large"),
}
SEARCHED = [
    "subject", "what", "metric", "family", "unit", "claimant", "source_title", "source_url", "note",
]  # fmt: skip


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the period and the value as people write them."""
    periods = [
        data.wording.period(row.starts_on.date(), row.ends_on.date()) for row in rows.itertuples()
    ]
    return rows.assign(
        period=periods,
        said=[data.wording.statement(r.value, r.unit, r.bound) for r in rows.itertuples()],
        claimant=rows["claimant"].fillna(""),
        note=rows["note"].fillna(""),
    )


def groups(rows: pd.DataFrame, column: str) -> None:
    """Statements that share a claim or a contradiction, one box a group."""
    for _, group in shown(rows[rows[column].notna()]).groupby(column, sort=True):
        told = group.sort_values(["value", "starts_on"])
        values = " · ".join(dict.fromkeys(told["said"]))
        about = ", ".join(dict.fromkeys(told["subject"]))
        what = ", ".join(dict.fromkeys(told["what"]))
        label = f"**{parts.plain(about)}**, {parts.plain(what)}: {parts.plain(values)}"
        with st.expander(f"{label} ({len(told)} statements)"):
            parts.html_table(
                ["About", "Said", "Speaks of", "How known", "Source", "Note"],
                [
                    [
                        html.escape(f"{r.subject}, {r.what}"),
                        f"<b>{html.escape(r.said)}</b>",
                        html.escape(r.period),
                        html.escape(r.status),
                        parts.link(r.source_title or "open", r.source_url or ""),
                        html.escape(r.note or ""),
                    ]
                    for r in told.itertuples()
                ],
            )


build = parts.build()
selection = state.selection(st.session_state)
everything = readings.metric(build, "reported_figures")
everything = everything.astype(object).where(everything.notna(), None)
called = data.counted_words(build)
everything["what"] = everything["metric"].map(called)
asked = st.query_params.get_all("what")
if "what" not in st.session_state and called.keys() & set(asked):
    # Links of earlier versions hold the names of metrics.
    named = dict.fromkeys(called.get(name, name) for name in asked)
    st.session_state["what"] = [name for name in named if name in set(everything["what"])]

st.title("Reported figures", anchor=False)
st.markdown(
    "What people said, as they said it, each with its source. Statements contradict each other; "
    "they are shown side by side and never averaged."
)
with st.container(horizontal=True, vertical_alignment="top"):
    whose = st.segmented_control(
        "Families", ("Selected", "All"), default="All", key="whose", bind="query-params"
    )
    counted = sorted(set(everything["what"]), key=str.casefold)
    chosen = st.multiselect(
        "What", counted, key="what", bind="query-params", width=360, placeholder="Everything"
    )
    text = st.text_input(
        "Search", key="search", bind="query-params", width=260, placeholder="In any text"
    )
    counts = st.toggle("Editorial counts of a newsletter", key="counts", bind="query-params")

rows = everything if counts else everything[everything["kind"] == "statement"]
if whose == "Selected":
    rows = rows[rows["family"].isin(list(selection.families))]
if chosen:
    rows = rows[rows["what"].isin(chosen)]
rows = parts.matching(rows, SEARCHED, text)

if rows.empty:
    parts.empty_state("No statement matches. Clear the search or choose more families.")
else:
    st.caption(f"{len(rows)} of {len(everything)} statements")
    parts.table(shown(rows), key="statements", columns=COLUMNS, height=570)
    parts.csv_button(rows.drop(columns="what"), "reported_figures", key="csv-reported")
    if rows["contradiction"].notna().any():
        st.header("Statements that differ about the same thing", anchor=False)
        groups(rows, "contradiction")
    if rows["claim"].notna().any():
        st.header("One claim, told several times", anchor=False)
        st.caption("Repetition is no new evidence.")
        groups(rows, "claim")
