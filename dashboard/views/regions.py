"""Regions: China, the USA, Europe and others on each layer of use; sizes; open against closed."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

import data
from dashboard import parts, readings, region_charts, state

HEAD = ["Layer", "China", "USA", "China / USA", "EU", "Others", "Unknown", "Who is ahead",
        "Period", "Source"]  # fmt: skip
NOTHING = "No figure of this layer lies in this period. Choose a longer one under From and To."
NO_TOKENS = (
    "Nothing published splits tokens by open and closed weights. Set `OPENROUTER_API_KEY`, run "
    "`collectors collect openrouter openrouter_models` and then `collectors build`."
)
COLLECT = {
    "lineage_downloads": "whole lineages and derivatives (`collectors backfill --from 2024-07 "
    "--every week`)",
    "served_tokens": "tokens of whole months (`collectors collect openrouter`)",
    "new_local_pulls": "local pulls (`collectors collect ollama`, on a schedule)",
    "runtimes": "LM Studio (`collectors collect lmstudio`)",
}

build = parts.build()
selection = state.selection(st.session_state)
has_archive = not readings.metric(build, "hub_days").empty


def panel(rows: pd.DataFrame) -> None:
    """The newest period of each layer, China beside the USA."""
    told = rows.astype(object).where(rows.notna(), None)
    parts.html_table(HEAD, [_row(row) for row in told.itertuples()], is_compact=True)
    st.caption(
        "Regions are where developers have their base; no source says where users are. Unknown "
        "is what nobody's region is known of: publishers beside the followed accounts, "
        "repackagers, models outside OpenRouter's top 50. Where it is larger than the gap, the "
        "order is that of what is known. Own downloads as published count text and "
        "vision-language models; pulls, derivatives and LM Studio are shares of the tracked "
        "families. Layers are never added up."
    )
    parts.csv_button(rows, "regions", key="csv-regions")
    missing = [
        text
        for layer, text in COLLECT.items()
        if not ((rows["layer"] == layer) & (rows["basis"] == "collected")).any()
    ]
    if missing:
        parts.empty_state(f"Not collected yet: {'; '.join(missing)}. Then run `collectors build`.")


def _row(row: Any) -> list[str]:
    percent = data.wording.percent
    ratio = f"{data.wording.times(row.ratio)} ×" if row.ratio is not None else "–"
    of_what = f"{row.basis}: share of {region_charts.SHARE_OF.get(row.share_of, 'all')}"
    return [
        f"{html.escape(row.title)}{parts.remark(of_what)}",
        _of_region(row, "china", row.china, row.china_value),
        _of_region(row, "us", row.us, row.us_value),
        f"<b>{ratio}</b>",
        percent(row.eu),
        percent(row.other),
        percent(row.unknown),
        _ahead(row),
        parts.unbroken(f"{row.date:%Y-%m}" if row.period == "month" else f"{row.date:%Y-%m-%d}"),
        parts.link(row.source_title, row.source_url),
    ]


def _of_region(row: Any, region: str, share: float | None, value: float | None) -> str:
    """A share with a bar, and the value below it where it is another figure."""
    colour = region_charts.COLOURS[region][parts.theme().index]
    text = parts.coloured_bar(data.wording.percent(share), share, 1.0, colour)
    return (
        text
        if row.unit == "fraction"
        else text + parts.remark(data.wording.amount(value, row.unit))
    )


def _ahead(row: Any) -> str:
    if row.ahead is None:
        return "–"
    if row.ahead == "level":
        return f"level{parts.remark('within rounding') if row.is_within_rounding else ''}"
    since = f"since {row.ahead_since:%Y-%m}".replace("-", "\u2011") if row.ahead_since else ""
    basis = "" if row.is_certain else "by what is known"
    return f"<b>{data.REGIONS[row.ahead]}</b> {since}{parts.remark(basis) if basis else ''}"


def over_time(rows: pd.DataFrame) -> None:
    """The chosen layer, and where it has several, the chosen series of it."""
    offered = [
        name for name, layer in region_charts.LAYERS.items() if (rows["layer"] == layer).any()
    ]
    layer = st.segmented_control(
        "Layer", offered, default=offered[0], required=True, key="layer", bind="query-params"
    )
    of_layer = rows[rows["layer"] == region_charts.LAYERS[layer or offered[0]]]
    names = {f"{row['title']}, {row['basis']}": row for row in of_layer.to_dict("records")}
    chosen = next(iter(names))
    if len(names) > 1:
        chosen = st.selectbox(
            "Series", list(names), key="region_series", bind="query-params", width=420
        )
    parts.show_chart(
        build,
        "regions_by_layer",
        region_charts.selected(selection, names[chosen]),
        empty=NOTHING,
    )


def since_when() -> None:
    """Crossovers of China and the USA, here and as others state them."""
    rows = data.region_dates(build=build)
    if rows.empty:
        return
    st.header("Since when", anchor=False)
    parts.html_table(
        ["In what", "Ahead", "Behind", "Since", "Earlier touches", "Basis", "Source"],
        [
            [
                html.escape(row.what),
                f"<b>{html.escape(row.ahead)}</b>",
                html.escape(row.behind),
                parts.unbroken(row.since_text),
                html.escape(row.touches or "–"),
                row.basis
                + (parts.remark("rests on an estimate") if row.is_estimate else "")
                + (parts.remark(row.note) if row.note and row.basis != "reported" else ""),
                parts.link(row.source_title, row.source_url),
            ]
            for row in rows.itertuples()
        ],
        is_compact=True,
    )
    st.caption(
        "Published: the first month of the followed accounts' series after which China stays "
        "ahead to its end; that series begins in July 2024. Reported: dates that others gave, who "
        "count other repositories and from their creation on, so they differ."
    )
    parts.csv_button(rows, "region_crossovers", key="csv-region-crossovers")


st.title("Regions", anchor=False)
found = readings.regions(build)
told = data.region_brief(found)
st.header(told.headline, anchor=False)
st.html(f'<p class="oma-line">{html.escape(told.sentences)}</p>')
if found.empty:
    parts.empty_state("No layer has a region yet: run `collectors build`.")
else:
    panel(found)
    st.header("Over time", anchor=False)
    over_time(found)
since_when()
st.header("Sizes", anchor=False)
if has_archive:
    parts.show_chart(build, "download_mix", replace(selection, cut="size"), empty=NOTHING)
parts.show_chart(build, "published_sizes", selection, empty=NOTHING)
st.header("Open against closed weights", anchor=False)
if readings.metric(build, "model_tokens").empty:
    parts.empty_state(NO_TOKENS)
else:
    parts.show_chart(
        build, "token_share", replace(selection, token_cut="weights", step="month"), empty=NOTHING
    )
