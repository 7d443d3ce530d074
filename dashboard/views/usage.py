"""Usage: which models OpenRouter serves, in tokens, and at which prices."""

from __future__ import annotations

import html
from dataclasses import replace

import streamlit as st

import data
from dashboard import parts, readings, state
from dashboard.chart import when
from dashboard.usage_charts import STEPS, TOKEN_CUTS

FILL = (
    "No tokens were collected. OpenRouter gives them with any of its keys: set "
    "`OPENROUTER_API_KEY`, run `collectors collect openrouter openrouter_models` and then "
    "`collectors build`. The first run reads every day since 2025-01-01."
)
NOT_HERE = "None of the selected families was among the 50 models with the most tokens here."
RESTATED_SHOWN = 10

build = parts.build()
selection = state.selection(st.session_state)


def restated() -> None:
    """Days whose values the source changed later, the largest changes first."""
    rows = readings.metric(build, "token_restatements", start=selection.start, end=selection.end)
    if rows.empty:
        return
    st.header("Restated days", anchor=False)
    st.caption(
        f"{len(rows):,} values were changed by OpenRouter after they were first read. Charts show "
        "the newest; both are kept."
    )
    order = rows["token_restatements"].abs().sort_values(ascending=False, na_position="first")
    shown = rows.loc[order.index].head(RESTATED_SHOWN).astype(object)
    shown = shown.where(shown.notna(), None)
    parts.html_table(
        ["Model", "Day", "First", "Newest", "Change"],
        [
            [
                html.escape(row.model_permaslug),
                parts.unbroken(row.date.date().isoformat()),
                data.wording.whole(row.first_tokens),
                data.wording.whole(row.newest_tokens),
                data.wording.count_change(row.token_restatements),
            ]
            for row in shown.itertuples()
        ],
    )
    st.caption(str(rows.loc[rows["as_of"].idxmax(), "citation"]))
    parts.csv_button(rows, "token_restatements", key="csv-restated")


def open_weights() -> None:
    """How much of the selected families' tokens is of open-weight models, by the newest whole
    period."""
    rows = readings.metric(
        build, "token_share_by_cut", cut="family", period=selection.step, start=selection.start,
        end=selection.end,
    )  # fmt: skip
    known = rows[rows["class"].isin(list(selection.families))]
    # Of what is over, if anything is.
    whole = known[known["is_complete"]]
    shown = whole if len(whole) else known
    if shown.empty:
        return
    newest = shown[shown["date"] == shown["date"].max()]
    newest = newest.sort_values("token_share_by_cut", ascending=False)
    newest = newest.rename(columns={"class": "family"})
    st.subheader("How much of it is of open-weight models", anchor=False)
    top = newest["token_share_by_cut"].max()
    percent = data.wording.percent
    parts.html_table(
        ["Family", "All its models", "Open-weight models", "Open part", "Weights not known"],
        [
            [
                parts.family_link(row.family, build),
                percent(row.token_share_by_cut),
                parts.bar(
                    percent(row.token_share_open), row.token_share_open, top, row.family, build
                ),
                percent(row.open_part),
                percent(row.unsure_part),
            ]
            for row in newest.itertuples()
        ],
    )
    first = newest.iloc[0]
    so_far = "" if first["is_complete"] else ", so far"
    st.caption(
        f"{when(first['date'], selection.step).capitalize()}{so_far}. The first two figures are "
        "shares of all tokens of the period, by what is seen in the top 50 of each day; the last "
        "two are parts of the family's own tokens. Open: OpenRouter names the model's "
        f"repository on the Hub, or its author publishes all weights. {first['citation']}"
    )
    parts.csv_button(newest, "open_weights", key="csv-open-weights")


st.title("Usage", anchor=False)
st.markdown(
    "How many tokens people and programs send through OpenRouter, by model. OpenRouter names the "
    "50 models with the most tokens of each day and sums up the others, so a share is known "
    "from what is seen up to what it may be at most."
)
if readings.metric(build, "model_tokens").empty:
    parts.empty_state(FILL)
    parts.show_chart(build, "published_tokens", selection, empty=NOT_HERE)
else:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.segmented_control(
            "By", list(TOKEN_CUTS), default="Family", required=True, key="tokens_by",
            bind="query-params",
        )  # fmt: skip
        step = st.segmented_control(
            "Step", list(STEPS), default="Weeks", required=True, key="token_step",
            bind="query-params",
        )  # fmt: skip
    selection = replace(
        selection, token_cut=TOKEN_CUTS[by or "Family"], step=STEPS[step or "Weeks"]
    )
    parts.show_chart(build, "token_share", selection, empty=NOT_HERE)
    open_weights()
    parts.show_chart(build, "model_tokens", selection, empty=FILL)
    parts.show_chart(
        build,
        "token_prices",
        selection,
        empty="No prices: run `collectors collect openrouter_models` and then `collectors build`.",
    )
    restated()
