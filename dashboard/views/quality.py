"""Quality: benchmarks, each release for itself, beside adoption."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

import data
from dashboard import parts, readings, state
from dashboard.chart import cited_text
from dashboard.quality_charts import BENCHMARKS

FILL = (
    "No benchmark was read. Run `collectors collect lmarena livebench` and then `collectors "
    "build`; `artificial_analysis` needs a key, `ARTIFICIAL_ANALYSIS_API_KEY`."
)
NO_ADOPTION = (
    "No family of this release has both a score and downloads. Run `collectors collect "
    "huggingface` and then `collectors build`."
)
# How adoption is measured, by layer.
MEASURES = {"collected_downloads": "30 days", "own_downloads": "a month, account"}
MODELS = {
    "model": st.column_config.TextColumn("model", width="medium"),
    "family": st.column_config.TextColumn("family"),
    "organization": st.column_config.TextColumn("developer"),
    "country": st.column_config.TextColumn("country"),
    "published_text": st.column_config.TextColumn("published"),
    "parameters": st.column_config.NumberColumn("parameters", format="compact"),
    "is_open_weights": st.column_config.CheckboxColumn("open weights"),
}

build = parts.build()
selection = state.selection(st.session_state)


def adoption(row: Any) -> str:
    """Downloads of a family, over which time, and its place by them, as HTML."""
    if row.adoption is None:
        return data.wording.NO_VALUE
    measured = html.escape(MEASURES.get(row.adoption_measure, ""))
    return (
        f"{data.wording.count(row.adoption)} "
        f"<small>{measured}, place {row.adoption_position}</small>"
    )


def ranks(rows: pd.DataFrame) -> None:
    """Families by quality, with their place by downloads beside it."""
    shown = rows.sort_values("quality_position").astype(object)
    shown = shown.where(shown.notna(), None)
    parts.html_table(
        ["Family", "Best model", "Score", "Downloads of own repositories"],
        [
            [
                f"{row.quality_position}. {parts.family_link(row.family, build)}",
                html.escape(row.model),
                f"<b>{data.wording.score(row.quality_and_adoption)}</b>",
                adoption(row),
            ]
            for row in shown.itertuples()
        ],
    )  # fmt: skip


def categories(release: str) -> None:
    """LiveBench's categories for the best models of the selected families."""
    rows = readings.metric(build, "livebench_categories")
    rows = rows[
        (rows["release"].astype(str).str.startswith(release))
        & rows["family"].isin(list(selection.families))
    ]
    if rows.empty:
        return
    st.subheader("By category, selected families", anchor=False)
    wide = rows.pivot_table(
        index=["family", "model"], columns="category", values="livebench_categories"
    )
    parts.table(wide.round(1).reset_index(), key="categories")


def listed_models() -> None:
    """What Epoch AI lists of the selected families."""
    rows = readings.metric(build, "epoch_models")
    rows = rows[rows["family"].isin(list(selection.families))]
    if rows.empty:
        parts.empty_state(
            "No list of models was read. Run `collectors collect epoch` and then "
            "`collectors build`."
        )
        return
    rows = rows.sort_values("published_text", ascending=False, na_position="last")
    parts.table(
        rows,
        key="epoch",
        columns=MODELS,
        height=parts.TABLE_HEIGHT if len(rows) > parts.ROWS_SHOWN else "auto",
    )
    epoch = readings.sources(build)["epoch"]
    as_of = f"{rows['as_of'].max():%Y-%m-%d}"
    st.caption(f"{cited_text(epoch.citation, as_of)} [Open the source]({epoch.url}).")


st.title("Quality", anchor=False)
st.markdown(
    "How good each family's best model is, by benchmarks that others publish, beside how much the "
    "family is downloaded. Scores of different releases of a benchmark are never mixed."
)
scores = readings.metric(build, "quality_scores")
if scores.empty:
    parts.empty_state(FILL)
else:
    known = {name: key for key, (name, *_) in BENCHMARKS.items() if key in set(scores["benchmark"])}
    with st.container(horizontal=True, vertical_alignment="top"):
        name = st.segmented_control(
            "Benchmark", list(known), default=next(iter(known)), required=True, key="benchmark",
            bind="query-params",
        )  # fmt: skip
        benchmark = known[name or next(iter(known))]
        own = scores[scores["benchmark"] == benchmark].sort_values("release_position")
        releases = list(own["release"].unique())[::-1]
        release = st.selectbox(
            "Release", releases, key=f"release_{benchmark}", bind="query-params", width=170
        )
    selection = replace(selection, benchmark=benchmark, release=release)
    parts.show_chart(build, "quality_and_adoption", selection, empty=NO_ADOPTION)
    beside = readings.metric(build, "quality_and_adoption", benchmark=benchmark, release=release)
    if not beside.empty:
        ranks(beside)
    if benchmark == "livebench":
        categories(release)
st.header("Release dates, sizes and countries", anchor=False)
listed_models()
