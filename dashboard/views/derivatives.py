"""Derivatives: what others make of a family's models, and how much that is downloaded."""

from __future__ import annotations

import html
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

import data
from dashboard import parts, readings, state

SAID_WITHOUT_CHARTS = 5
RELATIONS = ("all", "finetune", "adapter", "quantized", "merge")
JUDGED = "more than 5 downloads"
NONE_IN_PERIOD = "The archive of the whole Hub holds no derivative of these families here."
CHARTS = {
    "derivatives_total": NONE_IN_PERIOD,
    "derivatives_new": "No month of this period can be judged: its repositories must have been "
    "seen at an age of 30 to 37 days. Filter = all counts them unjudged.",
    "derivative_download_share": NONE_IN_PERIOD,
    "derivatives_by_relation": NONE_IN_PERIOD,
    "repackagers": NONE_IN_PERIOD,
}
REPORTED = (
    "derivative_models_total", "claimed_derivatives", "derivative_ratio",
    "derivative_share_new_monthly", "derivative_share_peak",
)  # fmt: skip

build = parts.build()
selection = state.selection(st.session_state)


def reported(at_first: int) -> None:
    """What people said about numbers of derivatives, the newest first; beyond those, folded."""
    rows = readings.metric(build, "reported_figures")
    rows = rows[rows["metric"].isin(list(REPORTED))].sort_values("ends_on", ascending=False)
    rows = rows.astype(object).where(rows.notna(), None)
    st.header("What others say", anchor=False)
    st.caption("Published statements, not measured here; the page Reported has them all.")
    if at_first:
        statements(rows.head(at_first))
    older = rows.iloc[at_first:]
    if len(older):
        label = f"{len(older)} {'older ' if at_first else ''}statements"
        parts.folded(label, "said", partial(statements, older))


def statements(rows: pd.DataFrame) -> None:
    """One row a statement."""
    words = data.counted_words(build)
    parts.html_table(
        ["About", "Said", "What", "Speaks of", "How known", "Source"],
        [
            [
                html.escape(row.subject),
                f"<b>{html.escape(data.wording.statement(row.value, row.unit, row.bound))}</b>",
                html.escape(words[row.metric]),
                html.escape(data.wording.period(row.starts_on.date(), row.ends_on.date())),
                html.escape(row.status),
                parts.link(row.source_title or "open", row.source_url or ""),
            ]
            for row in rows.itertuples()
        ],
        is_compact=True,
    )


st.title("Derivatives", anchor=False)
st.markdown(
    "What others make of a family's models and publish themselves: fine-tunes, adapters, "
    "quantizations, merges, and what is made of those in turn. Each counts once, for the family "
    "at its root; what descends from two families counts for neither."
)
has_archive = not readings.metric(build, "hub_days").empty
if not has_archive:
    parts.no_archive("Derivatives are counted over all repositories of the Hub.")
else:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        relation = st.segmented_control(
            "Relation", RELATIONS, default="all", required=True, key="relation",
            bind="query-params",
        )  # fmt: skip
        counted = st.segmented_control(
            "Filter",
            ("all", JUDGED),
            default="all",
            required=True,
            key="filter",
            bind="query-params",
            help="The filter of the ATOM project: most derivatives are never used. New ones are "
            "judged at the age of 30 days each, so that young months are not at a disadvantage.",
        )
        with_inferred = st.toggle("Inferred parents", key="inferred", bind="query-params")
    if with_inferred:
        st.caption(
            "With inferred parents: a repository that declares no parent counts for the family "
            "that its name points to. That finds more, and is wrong at times."
        )
    else:
        st.caption(
            "Only parents that publishers declare. Many declare none: the switch also counts what "
            "a name alone points to."
        )
    selection = replace(
        selection,
        relation=relation or "all",
        is_judged=counted == JUDGED,
        with_inferred=with_inferred,
    )
    for key, empty in CHARTS.items():
        is_open = key == "repackagers"
        parts.show_chart(build, key, selection, empty=empty, is_table_open=is_open)
reported(0 if has_archive else SAID_WITHOUT_CHARTS)
