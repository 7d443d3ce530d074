"""Runtimes: where models are run by people themselves, and with what they are served."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

import data
from dashboard import parts, readings, recipes, state
from dashboard.chart import cited_text
from dashboard.runtime_charts import CHANNELS

BUILD = "and then `collectors build`"
NO_PULLS = f"Nothing was collected from Ollama yet. Run `collectors collect ollama` {BUILD}."
PUBLISHED_PULLS = f"{NO_PULLS} Below are figures that others published."
NO_PUBLISHED_PULLS = "No published figure is of the selected families in this period."
NO_FAMILY = "No library of the selected families was read in this period. Choose more families."
NO_MONTHS = (
    "The pulls of a month are known once Ollama was read within three days of its beginning and of "
    "its end. `collectors collect` on a schedule does that."
)
NO_PROXY = f"Nothing was collected of it yet. Run `collectors collect lmstudio` {BUILD}."
NO_DOWNLOADS = (
    "No downloads of this channel were collected yet. Run `collectors collect {source}` "
    + BUILD
    + "."
)
ELSEWHERE = (
    "Nothing of it lies in this period: it was read from {first} to {last}. Choose From and To."
)
NO_WHOLE = (
    "Only whole months are shown, and this period holds none that is known: the newest reading in "
    "it is of {day}. Choose an earlier From."
)
NO_TWO_MONTHS = (
    "A month is the difference between two readings at ends of months: it is known from the second "
    "one on. Below: all since the beginning."
)
NO_STARS = f"No stars were collected yet. Run `collectors collect github` {BUILD}."
NO_MODELSCOPE = (
    f"Nothing was collected from ModelScope yet. Run `collectors collect modelscope` {BUILD}."
)

build = parts.build()
selection = state.selection(st.session_state)


def reason(name: str, nothing: str, **filters: Any) -> str:
    """Why a chart of a metric is empty: it was never read, or only at other times."""
    rows = readings.metric(build, name, **filters)
    column = next((c for c in ("month", "date") if c in rows.columns), None)
    if rows.empty or column is None:
        return nothing
    first, last = rows[column].min(), rows[column].max()
    inside = rows[rows[column].between(pd.Timestamp(selection.start), pd.Timestamp(selection.end))]
    if inside.empty:
        return ELSEWHERE.format(first=f"{first:%Y-%m}", last=f"{last:%Y-%m}")
    if "last_on" not in inside:
        return nothing
    return NO_WHOLE.format(day=f"{inside['last_on'].max():%Y-%m-%d}")


def beside_hub() -> None:
    """ModelScope's and the Hub's counters of the same developers, side by side."""
    rows = readings.metric(build, "modelscope_beside_hub")
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
    source, hub = (readings.sources(build)[name] for name in ("modelscope", "huggingface"))
    read = rows[["modelscope_date", "mirror_date"]].max().max()
    as_of = f"{read:%Y-%m-%d}"
    days = rows["hub_date"].dropna()
    hub_day = f"as of {days.max():%Y-%m-%d}" if len(days) else "not collected"
    st.caption(
        "The developer's own repositories on both. ModelScope does not say what it counts as a "
        "download, nor since when, so the ratio compares two counters, not users. "
        f"{cited_text(source.citation, as_of)} [Open the source]({source.url}). "
        f"{hub.title}: {hub_day}."
    )
    parts.csv_button(rows, "modelscope_beside_hub", key="csv-modelscope")


st.title("Runtimes", anchor=False)
st.markdown(
    "Models that people run on their own machines, and the software that serves models. These are "
    "downloads, not users: build servers and repeated pulls count, too."
)
st.header("Ollama", anchor=False)
if readings.metric(build, "ollama_family_pulls").empty:
    parts.empty_state(PUBLISHED_PULLS)
    parts.show_chart(build, "published_pulls", selection, empty=NO_PUBLISHED_PULLS)
else:
    parts.show_chart(build, "monthly_ollama_pulls", selection, empty=NO_MONTHS)
    for key in ("ollama_family_pulls", "ollama_libraries"):
        parts.show_chart(build, key, selection, empty=reason("ollama_family_pulls", NO_FAMILY))
st.header("LM Studio", anchor=False)
parts.show_chart(
    build, "lmstudio_downloads", selection, empty=reason("lmstudio_downloads", NO_PROXY)
)
st.header("Serving stacks", anchor=False)
channel = st.segmented_control(
    "Channel", list(CHANNELS), default="PyPI", required=True, key="channel", bind="query-params"
)
source = CHANNELS[channel or "PyPI"]
by_channel = replace(selection, channel=source)
has_totals = recipes.chart(build, "runtime_totals", by_channel) is not None
nothing = (
    NO_TWO_MONTHS
    if has_totals
    else reason("runtime_downloads", NO_DOWNLOADS.format(source=source), source=source)
)
if parts.show_chart(build, "runtime_downloads", by_channel, empty=nothing) is None and has_totals:
    parts.show_chart(build, "runtime_totals", by_channel, empty=nothing)
parts.show_chart(build, "runtime_stars", selection, empty=reason("runtime_stars", NO_STARS))
st.header("ModelScope beside the Hub", anchor=False)
beside_hub()
