"""Downloads: families, what their downloads consist of, regions, growth, models and publishers."""

from __future__ import annotations

import html
from dataclasses import replace

import pandas as pd
import streamlit as st

import data
from dashboard import parts, readings, state
from dashboard.chart import Selection
from dashboard.hub_charts import CUTS

COLLECT = "Run `collectors collect huggingface` and then `collectors build`"
NOT_COLLECTED = (
    f"No 30-day downloads of the selected families were collected in this period. {COLLECT}. "
    "Monthly figures that others published are below and under Publishers."
)
NO_MONTHS = (
    "Calendar months need the all-time counters of two month boundaries: collect on both sides of "
    "a month's end. `collectors collect` on a schedule does that."
)
NOT_IN_PERIOD = "The archive of the whole Hub holds none of the selected families in this period."
# What is shown -> charts by key, each with what to say when it is empty.
SHOWN = {
    "Families": {
        "monthly_share": NOT_IN_PERIOD,
        "monthly_downloads": NO_MONTHS,
        "weekly_downloads": NOT_IN_PERIOD,
        "download_share": NOT_COLLECTED,
        "family_downloads": NOT_COLLECTED,
        "account_downloads": "No month that was published of the selected families' accounts "
        "lies in this period: choose a longer one.",
    },
    "Mix": {"download_mix": NOT_IN_PERIOD},
    "Regions": {"downloads_by_region": NOT_IN_PERIOD},
    "Growth": {"growth_split": "Growth needs two months in a row of the archive."},
    "Concentration": {
        "concentration_hub": NOT_IN_PERIOD,
        "concentration_families": NOT_IN_PERIOD,
    },
    "Models": {
        "top_models": f"No repository of the selected families was collected yet. {COLLECT} to "
        "see them all; below is what others recorded.",
        "published_models": "Nobody recorded single models of the selected families.",
        "published_counters": "None of the 41 followed models belongs to the selected families.",
    },
    "Publishers": {"publishers": "No published month lies in this period."},
}
OF_THE_HUB = ("Mix", "Regions", "Growth", "Concentration")

build = parts.build()
selection = state.selection(st.session_state)
has_archive = not readings.metric(build, "hub_days").empty

st.title("Downloads", anchor=False)
what = st.segmented_control(
    "Show",
    list(SHOWN),
    default="Families",
    key="show",
    bind="query-params",
    label_visibility="collapsed",
)
shown = what or "Families"


def no_share(unread: tuple[str, ...]) -> str:
    """Why there is no share although something was collected."""
    return (
        f"No share on the newest day: {', '.join(unread)} could not be read, and without them the "
        "others would look larger. The page Sources says why. Measure = Downloads shows the others."
    )


def family_controls(asked: Selection) -> tuple[Selection, str]:
    """Months or weeks, which counters, and what shares are of; the selection that they make."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        step = st.segmented_control(
            "Step", ("Months", "Weeks"), default="Months", required=True, key="step",
            bind="query-params",
        )  # fmt: skip
        counters = st.segmented_control(
            "Counters",
            ("adjusted", "as reported"),
            default="adjusted",
            required=True,
            key="counters",
            bind="query-params",
            help="The Hub's counters stall, fall and repeat. Adjusted: a fall is held until it "
            "recovers, a standstill is spread over its days. As reported: what the Hub said.",
        )
        whole = st.segmented_control(
            "Share of", ("whole Hub", "tracked families"), default="whole Hub", required=True,
            key="share_of", bind="query-params",
        )  # fmt: skip
    asked = replace(asked, is_raw=counters == "as reported")
    if whole == "tracked families":
        asked = replace(asked, share_of="tracked")
    return asked, step or "Months"


def family_charts(asked: Selection, step: str) -> list[str]:
    """Which charts of families the measure and the step ask for."""
    left_out = {"family_downloads" if asked.measure == "Share" else "download_share"}
    left_out.add("monthly_downloads" if step == "Weeks" else "weekly_downloads")
    if asked.measure != "Share":
        left_out.add("monthly_share")
    if not has_archive:
        left_out |= {"monthly_share", "weekly_downloads"}
        if asked.scope != "own":
            left_out |= {"monthly_downloads", "download_share", "family_downloads"}
    return [key for key in SHOWN["Families"] if key not in left_out]


def reason_of(key: str, text: str, asked: Selection) -> str:
    """Why a chart is empty."""
    unread = data.unread_families(build)
    if key == "download_share" and unread and asked.scope == "own":
        return no_share(unread)
    if key == "monthly_downloads" and asked.is_raw:
        return "As reported there is nothing: months of the listings exist adjusted only."
    return text


def leaders(asked: Selection) -> None:
    """Who is first, second ... in the newest month of the period."""
    rows = readings.metric(
        build, "leaders", scope=asked.scope, share_of=asked.share_of, start=asked.start,
        end=asked.end,
    )  # fmt: skip
    if rows.empty:
        return
    newest = rows[rows["month"] == rows["month"].max()].sort_values("position")
    st.subheader(f"Who leads in {data.wording.month(newest['month'].max())}", anchor=False)
    top = newest["leaders"].max()
    parts.html_table(
        ["Family", "Downloads", "Share", "Times the next"],
        [
            [
                f"{row.position}. {parts.family_link(row.family, build)}",
                parts.bar(data.wording.count(row.leaders), row.leaders, top, row.family, build),
                data.wording.percent(row.share),
                data.wording.times(row.lead),
            ]
            for row in newest.itertuples()
        ],
    )
    whole = "the whole Hub" if asked.share_of == "hub" else "the tracked families"
    st.caption(f"Scope {asked.scope}, share of {whole}, counters adjusted. All families compete.")


def shares() -> None:
    """Each share of the focus family and its rival, with what it is a share of."""
    rows = readings.metric(build, "family_shares")
    names = selection.families[:2]
    rows = rows[rows["family"].isin(names)]
    if rows.empty:
        return
    st.header("How the shares relate", anchor=False)
    st.caption(
        "The shares on these pages count different things, each of a whole of its own, so they "
        "differ and none follows from another. The newest value of each:"
    )
    parts.html_table(
        ["What is counted", "Share of", *names, "Period", "Source"],
        [share_row(own, names) for _, own in rows.groupby("position")],
    )
    citations = dict.fromkeys(f"{line.rstrip('.')}." for line in rows["citation"].dropna())
    least = (
        "≥: at least, by what is seen in OpenRouter's top 50. " if rows["is_least"].any() else ""
    )
    st.caption(
        f"{least}{' '.join(citations)} ModelScope's figure on the page Runtimes is no share: it "
        "sets ModelScope's counter against the Hub's."
    )
    parts.csv_button(rows, "family_shares", key="csv-shares")


def share_row(own: pd.DataFrame, names: tuple[str, ...]) -> list[str]:
    """One share of the families, as cells."""
    first = own.iloc[0]
    values = dict(zip(own["family"], own["family_shares"], strict=True))
    least = "≥ " if first["is_least"] else ""
    told = [
        f"<b>{least}{data.wording.percent(values[n])}</b>" if n in values else "–" for n in names
    ]
    period = data.wording.period(first["starts_on"].date(), first["ends_on"].date())
    return [
        html.escape(first["counts"]),
        html.escape(first["share_of"]),
        *told,
        html.escape(period),
        parts.link(first["source_title"], first["source_url"])
        + (f"<small>as of {first['as_of']:%Y-%m-%d}</small>" if pd.notna(first["as_of"]) else ""),
    ]


keys = list(SHOWN[shown])
if shown == "Families":
    step = "Months"
    if has_archive:
        selection, step = family_controls(selection)
    keys = family_charts(selection, step)
elif shown == "Mix":
    by = st.segmented_control(
        "By", list(CUTS), default="Size", required=True, key="by", bind="query-params"
    )
    selection = replace(selection, cut=CUTS[by or "Size"])

if shown == "Families" and not has_archive and selection.scope != "own":
    parts.no_archive(f"Scope {selection.scope} needs the archive of the whole Hub.")
if shown in OF_THE_HUB and not has_archive:
    parts.no_archive(f"{shown} is counted over all repositories of the Hub.")
else:
    for key in keys:
        empty = reason_of(key, SHOWN[shown][key], selection)
        parts.show_chart(build, key, selection, empty=empty, is_table_open=True)
        if key == "monthly_share":
            leaders(selection)
if shown == "Families" and not has_archive and selection.scope == "own":
    parts.no_archive("Shares of the whole Hub, weeks, derivatives and lineages are missing.")
if shown == "Families":
    shares()
