"""Runtimes: where models are run by people themselves, and with what they are served."""

from __future__ import annotations

import html
from dataclasses import replace

import streamlit as st

import data
from dashboard import parts, state
from dashboard.runtime_charts import CHANNELS

BUILD = "and then `collectors build`"
NO_PULLS = f"Nothing was read of Ollama. Run `collectors collect ollama` {BUILD}."
NO_MONTHS = (
    "Pulls of a month need readings on both sides of its boundaries, at most three days off: "
    "`collectors collect` on a schedule reads them."
)
NO_PROXY = f"Nothing was read. Run `collectors collect lmstudio` {BUILD}."
NO_DOWNLOADS = "Nothing was read of it. Run `collectors collect {source}` " + BUILD + "."
NO_TWO_MONTHS = (
    "A month is the difference of two readings at the ends of months: it is known from the second "
    "one on. Below is what was counted since the beginning."
)
NO_STARS = f"Nothing was read. Run `collectors collect github` {BUILD}."
NO_MODELSCOPE = f"Nothing was read. Run `collectors collect modelscope` {BUILD}."

build = data.newest_build()
selection = state.selection(st.session_state)


def beside_hub() -> None:
    """ModelScope's and the Hub's counters of the same developers, side by side."""
    rows = parts.metric(build, "modelscope_beside_hub")
    if rows.empty:
        parts.empty_state(NO_MODELSCOPE)
        return
    rows = rows.sort_values(["modelscope_downloads", "mirror_downloads"], ascending=False)
    top = rows["modelscope_downloads"].max()
    shown = rows.astype(object).where(rows.notna(), None)
    parts.html_table(
        ["Family", "ModelScope", "Copies by others there", "Hub, all time", "ModelScope per Hub"],
        [
            [
                html.escape(row.family),
                parts.bar(
                    data.wording.count(row.modelscope_downloads), row.modelscope_downloads, top,
                    row.family, build,
                ),
                data.wording.count(row.mirror_downloads),
                data.wording.count(row.downloads_all_time),
                data.wording.times(row.modelscope_beside_hub),
            ]
            for row in shown.itertuples()
        ],
    )  # fmt: skip
    source, hub = (parts.sources(build)[name] for name in ("modelscope", "huggingface"))
    read = rows[["modelscope_date", "mirror_date"]].max().max()
    as_of = f"{read:%Y-%m-%d}"
    days = rows["hub_date"].dropna()
    hub_day = f"as of {days.max():%Y-%m-%d}" if len(days) else "not collected"
    st.caption(
        "Own repositories on both. ModelScope does not say what it counts as a download, nor since "
        f"when: a ratio of two counters, not of users. {parts.cited_text(source.citation, as_of)} "
        f"[Open the source]({source.url}). {hub.title}: {hub_day}."
    )
    parts.csv_button(rows, "modelscope_beside_hub", key="csv-modelscope")


st.title("Runtimes", anchor=False)
st.markdown(
    "Models that people run themselves, and the software that serves them. None of these counters "
    "counts users; build servers and repeated pulls are in all of them."
)
st.header("Ollama", anchor=False)
if parts.metric(build, "ollama_family_pulls").empty:
    parts.empty_state(NO_PULLS)
    parts.show_chart(build, "published_pulls", selection, empty=NO_PULLS)
else:
    parts.show_chart(build, "monthly_ollama_pulls", selection, empty=NO_MONTHS)
    parts.show_chart(build, "ollama_family_pulls", selection, empty=NO_PULLS)
    parts.show_chart(build, "ollama_libraries", selection, empty=NO_PULLS)
st.header("LM Studio", anchor=False)
parts.show_chart(build, "lmstudio_downloads", selection, empty=NO_PROXY)
st.header("Serving stacks", anchor=False)
channel = st.segmented_control(
    "Channel", list(CHANNELS), default="PyPI", required=True, key="channel", bind="query-params"
)
source = CHANNELS[channel or "PyPI"]
by_channel = replace(selection, channel=source)
has_totals = parts.chart(build, "runtime_totals", by_channel) is not None
nothing = NO_TWO_MONTHS if has_totals else NO_DOWNLOADS.format(source=source)
if parts.show_chart(build, "runtime_downloads", by_channel, empty=nothing) is None and has_totals:
    parts.show_chart(build, "runtime_totals", by_channel, empty=nothing)
parts.show_chart(build, "runtime_stars", selection, empty=NO_STARS)
st.header("ModelScope beside the Hub", anchor=False)
beside_hub()
