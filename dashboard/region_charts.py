"""Charts of regions and sizes: China, the USA, Europe and others on any layer; size bands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from dashboard import style
from dashboard.chart import (
    MAX_MARKERS,
    REST_COLOURS,
    Bar,
    Chart,
    Context,
    Line,
    Marker,
    Note,
    Role,
    Selection,
    ValueKind,
    citation_of,
    cited_text,
    day,
    layer_of,
    of_marks,
    stacks_of,
    when,
)
from dashboard.hub_charts import ChartKind
from dashboard.lead_charts import months_text
from data import REGIONS, MetricInfo, regions

COLOURS = {**style.REGIONS, "unknown": REST_COLOURS}
ROLES: dict[str, Role] = {"china": "focus"}
# What shares are of.
SHARE_OF = {
    "hub_text_vlm": "all text and vision-language downloads on the Hub",
    "hub": "all downloads on the Hub",
    "openrouter": "all tokens on OpenRouter",
    "tracked": "the sum of the tracked families",
}
# Layers on the buttons; only those that the build has are offered.
LAYERS = {
    "Own downloads": "own_downloads",
    "Lineages": "lineage_downloads",
    "Derivatives": "derivatives",
    "Served tokens": "served_tokens",
    "New local pulls": "new_local_pulls",
    "All local pulls": "all_local_pulls",
    "LM Studio": "runtimes",
}
# Bands as the publisher names them, from the smallest to the largest.
SIZE_BANDS = {
    "under 2B": style.ORDERED[0], "2B to 10B": style.ORDERED[2], "10B to 40B": style.ORDERED[4],
    "40B and up": style.ORDERED[6],
}  # fmt: skip
UNKNOWN = {
    "hub_text_vlm": "Unknown: all publishers but the followed accounts, and repackagers.",
    "hub": "Unknown: accounts that are in no list of regions.",
    "openrouter": "Unknown: models outside the top 50 of a day, and authors without a known "
    "region. Closed models are in it.",
    "tracked": "Only families in seeds/model_families.csv count, by their developer.",
}


def regions_by_layer(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """One layer's regions over time: shares, values or index; bars where there is one date."""
    rows = rows.sort_values("date")
    value, kind, unit = _value(rows, context.selection)
    if rows.empty or not rows[value].notna().any():
        return None
    newest = rows[rows["date"] == rows["date"].max()]
    first = newest.iloc[0]
    as_of = day(newest["as_of"].max())
    citation = str(rows.loc[rows["as_of"].idxmax(), "citation"])
    is_line = rows["date"].nunique() > 1
    chart = Chart(
        key="regions_by_layer",
        title=f"{context.selection.standing_title}, by region of the developers",
        shown=_shown(rows),
        unit=unit,
        value_kind=kind,
        source=str(first["source_title"]),
        source_url=str(first["source_url"]),
        citation=citation,
        as_of=as_of,
        frame=rows.drop(columns=["source_url"]),
        caveats=_caveats(rows, str(newest["share_of"].dropna().max()), is_line=is_line),
    )
    if not is_line:
        ranked = newest[newest[value].notna()].sort_values(value, ascending=False)
        bars = tuple(
            Bar(
                r["region"], REGIONS[r["region"]], float(r[value]), COLOURS[r["region"]],
                is_inexact=bool(r["is_estimate"]),
            )
            for _, r in ranked.iterrows()
        )  # fmt: skip
        at = when(first["date"], str(first["period"]))
        return of_marks(replace(chart, title=f"{chart.title}, {at}", bars=bars), "region")
    lines = tuple(_line(rows, region, value) for region in REGIONS if region in set(rows["region"]))
    return replace(
        chart,
        lines=lines,
        markers=_reported(rows, context),
        notes=_crossing(rows, value, context),
        is_log=context.selection.scale == "Log",
    )


def published_sizes(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Shares of size bands in text-generation downloads, as others published them."""
    chosen = rows[rows["subject"].isin(list(SIZE_BANDS))].sort_values("date")
    if not chosen["value"].notna().any():
        return None
    first = chosen.iloc[-1]
    estimated = chosen[chosen["estimate_reason"] != "none"]["date"]
    as_of = day(chosen["as_of"].max())
    citation = citation_of(context, str(first["source_title"]))
    return Chart(
        key="published_sizes",
        title="Share of text-generation downloads on the Hub by size of the model, by month",
        shown="All publishers; parameters in billions. The larger, the darker or brighter",
        unit="share of text-generation downloads in the month",
        value_kind="share",
        source=str(first["source_title"]),
        source_url=str(first["source_url"]),
        citation=citation,
        as_of=as_of,
        frame=chosen[["date", "subject", "value", "estimate_reason", "as_of", "source"]].rename(
            columns={"date": "month", "subject": "size_band", "value": "share"}
        ).assign(citation=cited_text(citation, as_of)),
        stacks=stacks_of(
            chosen, "date", "value", "subject",
            {name: (name, hue) for name, hue in SIZE_BANDS.items()},
        ),
        caveats=(f"Estimates: {months_text(estimated)}." if len(estimated) else "",),
    )  # fmt: skip


def titled(selection: Selection, build: Path) -> Selection:
    """The selection with what its series is called, where it does not say."""
    if selection.standing_title:
        return selection
    asked = (selection.basis, selection.layer, selection.counted, selection.layer_period)
    for row in regions(build=build).to_dict("records"):
        if (row["basis"], row["layer"], row["measure"], row["period"]) == asked:
            return selected(selection, row)
    return selection


CHARTS: dict[str, ChartKind] = {
    "regions_by_layer": ChartKind(
        "regions_by_layer",
        regions_by_layer,
        lambda s: {
            "basis": s.basis,
            "layer": s.layer,
            "measure": s.counted,
            "period": s.layer_period,
        },
        complete=titled,
    ),
    "published_sizes": ChartKind(
        "published_series",
        published_sizes,
        lambda _: {"series": "share_textgen_by_size_band"},
    ),
}


def selected(selection: Selection, row: Mapping[str, Any]) -> Selection:
    """The selection with one series of `data.regions` chosen."""
    return replace(
        selection,
        basis=row["basis"],
        layer=row["layer"],
        counted=row["measure"],
        layer_period=row["period"],
        standing_title=row["title"],
    )


def _value(rows: pd.DataFrame, selection: Selection) -> tuple[str, ValueKind, str]:
    """Column, kind and unit that the measure asks for; tokens exist as shares only."""
    unit = str(rows["unit"].iloc[0]) if len(rows) else ""
    whole = next((s for s in rows.get("share_of", ()) if isinstance(s, str)), "")
    if selection.measure == "Share" or unit == "fraction":
        return "share", "share", f"share of {SHARE_OF.get(whole, 'all')}"
    if selection.measure == "Index = 100":
        return "index", "index", f"index of {unit}, first value shown = 100"
    return "regions_by_layer", "count", unit


def _shown(rows: pd.DataFrame) -> str:
    basis = "As published" if rows.iloc[0]["basis"] == "published" else "As collected"
    return f"{basis}. Where developers have their base, not where users are"


def _caveats(rows: pd.DataFrame, share_of: str, *, is_line: bool) -> tuple[str, ...]:
    estimated = rows[rows["is_estimate"]]["date"]
    left_out = rows[rows["accounts_without_value"].gt(0).fillna(False)]["date"]
    is_cumulative = rows.iloc[0]["measure"] == "cumulative_downloads"
    return (
        UNKNOWN.get(share_of, ""),
        "Single days; nothing was published between them, so the lines there say nothing."
        if is_line and rows.iloc[0]["period"] == "day"
        else "",
        (
            "The sums hold estimated months."
            if is_cumulative
            else f"Dotted: estimates ({months_text(estimated)})."
            if is_line
            else f"Estimates: {months_text(estimated)}."
        )
        if len(estimated)
        else "",
        (
            "The sums leave out accounts in months without a figure of theirs."
            if is_cumulative
            else f"Sums that leave out accounts without a figure: {months_text(left_out)}."
        )
        if len(left_out)
        else "",
    )


def _line(rows: pd.DataFrame, region: str, value: str) -> Line:
    dates = pd.Index(sorted(rows["date"].unique()), name="date")
    own = rows[rows["region"] == region].set_index("date")
    series = own[[value, "is_estimate"]].reindex(dates).reset_index()
    line = layer_of(series, "date", value, region, REGIONS[region], COLOURS[region])
    is_flow = rows.iloc[0]["measure"] != "cumulative_downloads"
    return replace(
        line,
        role=ROLES.get(region, "compare"),
        # Sums since the beginning rest on the first months for ever: dots would say nothing there.
        estimated=tuple(bool(flag) and is_flow for flag in series["is_estimate"].eq(True)),
        remarks=tuple("estimate" if flag else "" for flag in series["is_estimate"].eq(True)),
        is_dashed=bool(rows.iloc[0]["period"] == "day"),
    )


def _crossing(rows: pd.DataFrame, value: str, context: Context) -> tuple[Note, ...]:
    """Since when China has been ahead of the USA for good, at its line."""
    first = rows.iloc[0]
    found = context.crossovers
    for name, wanted in (
        ("basis", first["basis"]), ("layer", first["layer"]), ("measure", first["measure"]),
        ("subject_kind", "region"), ("leader", "china"), ("passed", "us"),
    ):  # fmt: skip
        found = found[found[name] == wanted]
    at = rows[(rows["region"] == "china") & rows["date"].isin(found["crossed_on"])]
    if at.empty or first["period"] == "day" or value == "index":
        return ()
    row = at.iloc[0]
    return (Note(row["date"].date(), float(row[value]), "ahead of the USA\nfor good"),)


def _reported(rows: pd.DataFrame, context: Context) -> tuple[Marker, ...]:
    """Dates that others gave for the same overtaking, on the series of the same measure."""
    first = rows.iloc[0]
    said = context.crossovers
    said = said[
        (said["basis"] == "reported")
        & (said["subject_kind"] == "region")
        & (said["layer"] == first["layer"])
        & (said["measure"] == first["measure"])
        & (said["crossed_on"] >= rows["date"].min())
        & (said["crossed_on"] <= rows["date"].max())
    ].sort_values(["crossed_on", "source_title"])
    return tuple(
        Marker(
            row["crossed_on"].date(),
            f"reported: {row['leader']} over {row['passed']}",
            f"{row['leader']} over {row['passed']}, as {row['source_title']} says",
        )
        for row in said.head(MAX_MARKERS).to_dict("records")
    )
