"""Charts over the whole Hub: months and weeks by scope, mixes, regions, growth, derivatives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from dashboard import style
from dashboard.chart import (
    ARCHIVE,
    MAX_BARS,
    REASONS,
    SCOPE_TITLES,
    SCOPE_WORDS,
    Band,
    Bar,
    Chart,
    Context,
    Marker,
    Selection,
    ValueKind,
    cited,
    day,
    end_of,
    family_colours,
    layer_of,
    line_of,
    markers_between,
    of_marks,
    stacks_of,
    when,
)
from data import MetricInfo, ModelCard, largest_classes, model_card, wording

Draw = Callable[[pd.DataFrame, MetricInfo, Context], Chart | None]

SCOPES = ("own", "derivatives", "lineage")
HUB_SOURCES = (ARCHIVE, "huggingface")
MAX_CLASSES = 13

SIZES = {
    "[0,1)": "under 1B", "[1,5)": "1–5B", "[5,10)": "5–10B", "[10,50)": "10–50B",
    "[50,100)": "50–100B", "[100,250)": "100–250B", "[250,inf)": "250B and more",
}  # fmt: skip
REGION_NAMES = {"us": "US", "china": "China", "eu": "EU", "other": "other", "unknown": "unknown"}
RELATIONS = {
    "finetune": "fine-tunes", "adapter": "adapters", "quantized": "quantizations",
    "merge": "merges", "unknown": "relation unknown", "none": "not derived",
}  # fmt: skip
# What a mix is by: the name on screen -> the cut of the metric.
CUTS = {
    "Size": "size", "Generation": "generation", "Task": "task", "Licence": "licence",
    "Licence class": "licence_class", "Library": "library", "Precision": "precision",
    "Relation": "relation", "Region": "region",
}  # fmt: skip
# Incidents that change no counter.
SILENT = ("rename", "ci_test_models")


@dataclass(frozen=True)
class ChartKind:
    """A chart by name: its metric, how it is drawn, which rows it needs, of which further metrics
    it needs the same, and for which scopes it exists."""

    metric: str
    draw: Draw
    filters: Callable[[Selection], Mapping[str, Any]] = lambda _: {}
    others: tuple[str, ...] = ()
    scopes: tuple[str, ...] = SCOPES
    indexed: Callable[[Selection], str | None] = lambda _: None
    # Fills in what the selection leaves to the data of a build.
    complete: Callable[[Selection, Path], Selection] = lambda selection, _: selection


@dataclass(frozen=True)
class StudyKind:
    """A chart of what no metric holds, since it is worked out for what is asked: `read` takes a
    build and the selection's fields `asks`, `draw` and `whole` (all its rows) what that returns.
    Charts of one `study` share its reading."""

    study: str
    asks: tuple[str, ...]
    read: Callable[..., Any]
    draw: Callable[[Any, Context], Chart | None]
    whole: Callable[[Any], pd.DataFrame]
    scopes: tuple[str, ...] = SCOPES


def monthly_downloads(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Downloads of the selected families by calendar month, adjusted or as reported."""
    return _downloads(rows, info, context, time="month", words="by calendar month")


def weekly_downloads(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Downloads of the selected families by week, adjusted or as reported."""
    return _downloads(rows, info, context, time="week", words="by week")


def monthly_share(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Share of the selected families in the downloads of the whole Hub, or of all families."""
    scope, share_of = context.selection.scope, context.selection.share_of
    what = {"own": "own repositories", "derivatives": "derivatives", "lineage": "whole lineages"}
    whole = {"hub": "all downloads on the Hub", "tracked": "the tracked families' downloads"}
    caveats = {
        "hub": "The whole Hub: every kind of model, embeddings and tests among them.",
        "tracked": "Of the families in seeds/model_families.csv only, so it is larger than a share "
        "of the whole Hub.",
    }
    return _families(
        rows, info, context, value="monthly_share", time="month", kind="share",
        unit=f"share of {whole[share_of]} in the month",
        title=f"Share of {whole[share_of]} by calendar month, {what[scope]}",
        caveats=(caveats[share_of], "Counters adjusted."),
    )  # fmt: skip


def download_mix(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """What the downloads of the focus family consist of, month by month, as stacked bars."""
    selection = context.selection
    chosen = rows[(rows["family"] == selection.focus) & (rows["cut"] == selection.cut)]
    chosen = chosen[chosen["scope"] == selection.scope]
    is_share = selection.measure == "Share"
    value = "mix_share" if is_share else "download_mix"
    if not chosen[value].notna().any():
        return None
    name = next(name for name, cut in CUTS.items() if cut == selection.cut).lower()
    classes = _classes(chosen, selection.cut)
    newest = chosen["month"].max()
    source = cited(context, ARCHIVE)
    chart = Chart(
        key="download_mix",
        title=f"{selection.focus}: {SCOPE_TITLES[selection.scope].lower()} by {name}",
        shown=SCOPE_WORDS[selection.scope],
        unit="share of the family's downloads in the month" if is_share else info.unit,
        value_kind="share" if is_share else "count",
        source=source.title,
        source_url=source.url,
        citation=source.citation,
        as_of=_as_of(newest, "month", context),
        frame=chosen,
        stacks=stacks_of(chosen, "month", value, "class", classes),
        bands=_incidents(chosen["month"], "month", context),
        caveats=(
            _coverage(context.others.get("mix_coverage"), name),
            "Index does not apply to a mix: downloads are shown."
            if selection.measure == "Index = 100"
            else "",
            "Counters adjusted.",
        ),
    )
    return of_marks(chart, "class")


def downloads_by_region(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Downloads of the whole Hub by region of the developers, as stacked bars."""
    selection = context.selection
    chosen = rows[rows["scope"] == selection.scope]
    is_share = selection.measure == "Share"
    value = "region_share" if is_share else "downloads_by_region"
    if not chosen[value].notna().any():
        return None
    whose = {
        "own": ("owner", "Every repository counts for the region of the account that publishes it"),
        "lineage": (
            "root developer",
            "A derivative counts for the region of the developer of its root model, everything "
            "else for the region of its owner",
        ),
    }[selection.scope]
    known = set(chosen["region"])
    classes = {r: (REGION_NAMES[r], style.REGIONS[r]) for r in REGION_NAMES if r in known}
    source = cited(context, ARCHIVE)
    chart = Chart(
        key="downloads_by_region",
        title=f"{'Share of all' if is_share else 'All'} downloads on the Hub by region of the "
        f"{whose[0]}, by month",
        shown=f"Scope {selection.scope}. {whose[1]}",
        unit="share of all downloads on the Hub in the month" if is_share else info.unit,
        value_kind="share" if is_share else "count",
        source=source.title,
        source_url=source.url,
        citation=source.citation,
        as_of=_as_of(chosen["month"].max(), "month", context),
        frame=chosen,
        stacks=stacks_of(chosen, "month", value, "region", classes),
        bands=_incidents(chosen["month"], "month", context),
        caveats=(
            "Region of an account: seeds/organization_regions.csv; most small accounts are in no "
            "list and stand under unknown.",
            "Counters adjusted.",
        ),
    )
    return of_marks(chart, "region")


def growth_split(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """How much of a family's change from month to month is the market's, and how much its own."""
    selection = context.selection
    chosen = rows[(rows["family"] == selection.focus) & (rows["scope"] == selection.scope)]
    chosen = chosen[chosen["growth_split"].notna()].sort_values("month")
    if chosen.empty:
        return None
    effects = {
        "market_effect": ("growth with the market", style.OTHER),
        "share_effect": (
            "change of its share", family_colours(context, selection.focus),
        ),
    }  # fmt: skip
    total = layer_of(chosen, "month", "growth_split", "growth_split", "change in all", style.WORDS)
    source = cited(context, ARCHIVE)
    return Chart(
        key="growth_split",
        title=f"{selection.focus}: change of monthly downloads against the month before",
        shown=f"{SCOPE_WORDS[selection.scope]}. Grey: what the family would have gained or lost "
        "with an unchanged share of the Hub. In colour: what the change of its share is worth. "
        "Line: both together",
        unit=info.unit,
        value_kind="change",
        source=source.title,
        source_url=source.url,
        citation=source.citation,
        as_of=_as_of(chosen["month"].max(), "month", context),
        frame=chosen,
        stacks=tuple(
            layer_of(chosen, "month", column, column, label, colours)
            for column, (label, colours) in effects.items()
        ),
        lines=(total,),
        bands=_incidents(chosen["month"], "month", context),
        caveats=("The market is the whole Hub.", "Counters adjusted."),
    )


def concentration_hub(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """How much of the Hub's downloads the most downloaded repositories get."""
    chosen = rows[rows["subset"] == "hub"].sort_values("month")
    if not chosen["top_10_share"].notna().any():
        return None
    groups = {
        "top_1000_share": ("1,000 most downloaded", style.ORDERED[3]),
        "top_100_share": ("100 most downloaded", style.ORDERED[4]),
        "top_10_share": ("10 most downloaded", style.ORDERED[6]),
    }
    chart = _concentration(
        chosen, context,
        key="concentration_hub",
        title="Share of the most downloaded repositories in all downloads on the Hub",
        shown="Every repository of the Hub, whatever the scope",
    )  # fmt: skip
    if chosen["month"].nunique() == 1:
        (only,) = chosen.to_dict("records")
        bars = tuple(Bar(c, label, float(only[c]), hue) for c, (label, hue) in groups.items())
        return replace(chart, bars=bars)
    lines = tuple(
        layer_of(chosen, "month", column, column, label, hue)
        for column, (label, hue) in groups.items()
    )
    return replace(chart, lines=lines, bands=_incidents(chosen["month"], "month", context))


def concentration_families(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """How much of each family's downloads its ten most downloaded repositories get."""
    chosen = rows[rows["subset"].isin(list(context.selection.families))]
    chart = _families(
        chosen.assign(family=chosen["subset"]), info, context,
        value="top_10_share", time="month", kind="share", unit="share of the family's downloads",
        title="Share of a family's ten most downloaded repositories in its downloads, by month",
        shown=SCOPE_WORDS["lineage"],
        caveats=("The table also has the Gini coefficient and the sum of squared shares.",),
    )  # fmt: skip
    if chart is None:
        return None
    return replace(chart, key="concentration_families", frame=chart.frame.drop(columns="family"))


def derivatives_total(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Derivatives of the selected families that are listed, at the end of each month."""
    selection = context.selection
    what = _relation_words(selection.relation)
    if not selection.is_judged:
        kind, unit = _kind_and_unit(info, selection)
        return _families(
            rows, info, context, value="derivatives_total", time="date", kind=kind, unit=unit,
            title=f"{what} on the Hub, by family",
            shown="Repositories that others publish and that descend from the family, listed at "
            "the end of each month",
            has_incidents=False,
            indexed=kind == "index",
            caveats=(_lineage_words(selection),),
        )  # fmt: skip
    newest = rows[rows["derivatives_over_5"].notna()]
    newest = newest[newest["date"] == newest["date"].max()]
    return _families(
        newest, info, context, value="derivatives_over_5", time="date", kind="count",
        unit=info.unit, title=f"{what} with more than 5 downloads, by family",
        shown="Repositories that others publish and that descend from the family, listed, with "
        "more than 5 downloads since they exist. Known for the newest day only",
        caveats=(_lineage_words(selection),),
    )  # fmt: skip


def derivatives_new(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Derivatives of the selected families by the month of their creation."""
    selection = context.selection
    what = _relation_words(selection.relation)
    value = "derivatives_new_over_5" if selection.is_judged else "derivatives_new"
    kind, unit = _kind_and_unit(info, selection)
    shown = "Repositories that others created in the month and that descend from the family"
    rows = _whole_months(rows, context)
    caveats = [_lineage_words(selection), "The month that is not over is left out."]
    if selection.is_judged:
        shown += ", with more than 5 downloads in their first 30 days"
        caveats.append(
            "Every repository is judged at the age of 30 days, so an old month has no advantage "
            "over a young one. A month is missing until all of it is old enough, and where no "
            "snapshot fell into the days on which its repositories were 30 to 37 days old."
        )
    else:
        caveats.append("Most new repositories are never downloaded: Filter leaves those out.")
    return _families(
        rows, info, context, value=value, time="month", kind=kind, unit=unit,
        indexed=kind == "index", has_incidents=False,
        title=f"New {what[0].lower()}{what[1:]} by month of creation", shown=shown,
        caveats=tuple(caveats),
    )  # fmt: skip


def derivative_download_share(
    rows: pd.DataFrame, info: MetricInfo, context: Context
) -> Chart | None:
    """How much of a lineage's downloads goes to what others made of it."""
    return _families(
        rows, info, context, value="derivative_download_share", time="month", kind="share",
        unit="share of the lineage's downloads in the month",
        title="Share of a family's downloads that goes to derivatives, by month",
        shown="Downloads of what others publish, of all downloads of the family's lineage",
        caveats=(_lineage_words(context.selection), "Counters adjusted.", *_dotted(rows)),
    )  # fmt: skip


def derivatives_by_relation(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """New derivatives of the focus family by what they are, as stacked bars."""
    selection = context.selection
    chosen = rows[(rows["family"] == selection.focus) & (rows["relation"] != "all")]
    chosen = _whole_months(chosen[chosen["derivatives_new"].notna()], context).sort_values("month")
    if chosen.empty:
        return None
    known = set(chosen["relation"])
    colours = dict(zip(RELATIONS, (*style.NOMINAL[:4], style.UNKNOWN, style.OTHER), strict=True))
    source = cited(context, ARCHIVE)
    chart = Chart(
        key="derivatives_by_relation",
        title=f"{selection.focus}: new derivatives by what they are, by month of creation",
        shown="Repositories that others created in the month and that descend from the family",
        unit=info.unit,
        value_kind="count",
        source=source.title,
        source_url=source.url,
        citation=source.citation,
        as_of=_as_of(chosen["month"].max(), "month", context),
        frame=chosen,
        stacks=stacks_of(
            chosen, "month", "derivatives_new", "relation",
            {r: (RELATIONS[r], colours[r]) for r in RELATIONS if r in known},
        ),
        caveats=(_lineage_words(selection), "The month that is not over is left out."),
    )  # fmt: skip
    return of_marks(chart, "relation")


def repackagers(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Who publishes the derivatives that are downloaded most, in the newest month."""
    relation = context.selection.relation
    chosen = rows if relation == "all" else rows[rows["relation"] == relation]
    chosen = chosen[chosen["repackagers"].notna()]
    if chosen.empty:
        return None
    newest = chosen[chosen["month"] == chosen["month"].max()]
    newest = newest.sort_values("repackagers", ascending=False)
    month = newest["month"].max()
    source = cited(context, ARCHIVE)
    return Chart(
        key="repackagers",
        title=f"Who publishes the most downloaded derivatives, {when(month, 'month')}",
        shown="Accounts by the downloads of their derivatives of any family"
        + ("" if relation == "all" else f", {RELATIONS.get(relation, relation)} only")
        + "; in the colour of the family that they are made of most",
        unit=info.unit,
        value_kind="count",
        source=source.title,
        source_url=source.url,
        citation=source.citation,
        as_of=_as_of(month, "month", context),
        frame=newest.head(MAX_BARS),
        bars=tuple(
            Bar(
                f"{r.hf_org} {r.relation}",
                f"{r.hf_org} · {RELATIONS.get(r.relation, r.relation)}"
                if relation == "all"
                else str(r.hf_org),
                float(r.repackagers),
                family_colours(context, r.top_family if pd.notna(r.top_family) else None),
            )
            for r in newest.head(MAX_BARS).itertuples()
        ),
        caveats=("Parents as declared.", "Counters adjusted."),
    )


def model_downloads(card: ModelCard, context: Context) -> Chart | None:
    """Downloads of one repository in the trailing 30 days, over time."""
    return _of_card(card, context, "downloads_30d", None)


def model_total(card: ModelCard, context: Context) -> Chart | None:
    """The all-time counter of one repository, with the milestones that it passed."""
    return _of_card(card, context, "downloads_all_time", card.milestones)


def _of_card(
    card: ModelCard, context: Context, column: str, milestones: pd.DataFrame | None
) -> Chart | None:
    return model_history(
        card.history, context, column=column, model_id=card.facts["model_id"],
        family=card.facts["family"] or card.facts["root_family"], milestones=milestones,
        lost=card.lost,
    )  # fmt: skip


def model_history(
    history: pd.DataFrame,
    context: Context,
    *,
    column: str,
    model_id: str,
    family: str | None,
    milestones: pd.DataFrame | None = None,
    lost: str = "",
) -> Chart | None:
    """One counter of one repository over time; `milestones` become markers. `lost` says of which
    days it is not known any more: these are rows without a value."""
    known = history[history[column].notna()]
    if known.empty:
        return None
    told = history[history[column].notna() | history["note"].notna()]
    what = {
        "downloads_30d": ("Downloads in the trailing 30 days", "downloads in the trailing 30 days"),
        "downloads_all_time": ("All-time downloads", "downloads since the repository's creation"),
    }[column]
    names = [n for n in HUB_SOURCES if "source" not in known or n in set(known["source"])]
    sources = [cited(context, name) for name in names]
    line = line_of(
        told, "date", column, key=model_id, label=model_id.rpartition("/")[2], family=family,
        context=context,
    )  # fmt: skip
    passed = milestones if milestones is not None else pd.DataFrame()
    return Chart(
        key=f"model_{column}",
        title=f"{what[0]} of {model_id}",
        shown="One repository, counters as reported",
        unit=what[1],
        value_kind="count",
        source=" and ".join(one.title for one in sources),
        source_url=f"https://huggingface.co/{model_id}",
        citation="; ".join(one.citation.rstrip(".") for one in sources),
        as_of=day(known["date"].max()),
        frame=told,
        lines=(replace(line, role="focus", label=""),),
        caveats=(lost[:1].upper() + lost[1:],) if lost else (),
        bands=_incidents(known["date"], "date", context),
        markers=tuple(
            Marker(
                r.reached_on.date(),
                wording.count(r.milestone).replace(".0", ""),
                f"{wording.whole(r.milestone)} downloads",
            )
            for r in passed.itertuples()
            if pd.notna(r.before_on)
        ),
        is_log=context.selection.scale == "Log",
    )


def _downloads(
    rows: pd.DataFrame, info: MetricInfo, context: Context, *, time: str, words: str
) -> Chart | None:
    selection = context.selection
    value = "raw_downloads" if selection.is_raw else info.name
    kind, unit = _kind_and_unit(info, selection)
    if selection.is_raw:
        caveats: tuple[str, ...] = (
            "Counters as reported: falls, standstills and gaps of the counters are in it.",
        )
        rows = rows.drop(columns="estimate_reason")
    else:
        caveats = (
            "Counters adjusted: a fall is held until it recovers, a standstill is spread over its "
            "days, nothing is lost.",
            *_dotted(rows[rows["family"].isin(list(selection.families))]),
        )
    chart = _families(
        rows, info, context, value=value, time=time, kind=kind, unit=unit,
        title=f"{SCOPE_TITLES[selection.scope]} {words}, by family", caveats=caveats,
        indexed=kind == "index",
    )  # fmt: skip
    if chart is None:
        return None
    frame = chart.frame.drop(columns=["with_inferred"], errors="ignore")
    return _with_sources(replace(chart, frame=frame), context)


def _kind_and_unit(info: MetricInfo, selection: Selection) -> tuple[ValueKind, str]:
    """Of a count: itself, or its index where the measure asks for that."""
    if selection.measure == "Index = 100":
        return "index", f"index of {info.unit}, first value shown = 100"
    return "count", info.unit


def _with_sources(chart: Chart, context: Context) -> Chart:
    """The chart with the sources that its rows name."""
    if "source" not in chart.frame.columns:
        return chart
    told = {ARCHIVE if name in context.archives else name for name in chart.frame["source"]}
    names = [name for name in HUB_SOURCES if name in told]
    found = [cited(context, name) for name in names]
    if not found:
        return chart
    return replace(
        chart,
        source=" and ".join(one.title for one in found),
        source_url=found[0].url,
        citation="; ".join(one.citation.rstrip(".") for one in found),
    )


def _families(
    rows: pd.DataFrame,
    info: MetricInfo,
    context: Context,
    *,
    value: str,
    time: str,
    kind: ValueKind,
    unit: str,
    title: str,
    shown: str | None = None,
    caveats: Sequence[str] = (),
    indexed: bool = False,
    has_incidents: bool = True,
) -> Chart | None:
    """One line a selected family, or one bar where there is one date only."""
    selection = context.selection
    chosen = rows[rows["family"].isin(list(selection.families))].sort_values(time)
    known = chosen[chosen[value].notna()]
    if known.empty:
        return None
    families = [family for family in selection.families if family in set(known["family"])]
    source = cited(context, ARCHIVE)
    drawn = "index" if indexed else value
    chart = Chart(
        key=info.name,
        title=title,
        shown=shown or SCOPE_WORDS[selection.scope],
        unit=unit,
        value_kind=kind,
        source=source.title,
        source_url=source.url,
        citation=source.citation,
        as_of=_as_of(known[time].max(), time, context),
        frame=chosen,
        caveats=tuple(caveats),
    )
    if known[time].nunique() == 1:
        ranked = known.sort_values(value, ascending=False)
        return replace(
            chart,
            frame=ranked,
            title=f"{re.sub(', by month$', '', title)}, {when(known[time].max(), time)}",
            bars=tuple(
                Bar(
                    r["family"], r["family"], float(r[drawn]),
                    family_colours(context, r["family"]), REASONS.get(r.get("estimate_reason"), ""),
                    is_inexact=r.get("estimate_reason") in REASONS,
                )
                for _, r in ranked.iterrows()
            ),
        )  # fmt: skip
    chart = replace(
        chart,
        lines=tuple(
            line_of(
                chosen[chosen["family"] == f], time, drawn, key=f, label=f, family=f,
                context=context, marks=tuple(REASONS),
            )
            for f in families
        ),
        bands=_incidents(chosen[time], time, context) if has_incidents else (),
        markers=markers_between(chosen[time].min(), end_of(chosen[time].max(), time), context),
        is_log=selection.scale == "Log",
    )  # fmt: skip
    return of_marks(chart, "family")


def _concentration(
    chosen: pd.DataFrame, context: Context, *, key: str, title: str, shown: str
) -> Chart:
    source = cited(context, ARCHIVE)
    newest = chosen["month"].max()
    is_one = chosen["month"].nunique() == 1
    return Chart(
        key=key,
        title=f"{title}, {when(newest, 'month')}" if is_one else f"{title}, by month",
        shown=shown,
        unit="share of all downloads in the month",
        value_kind="share",
        source=source.title,
        source_url=source.url,
        citation=source.citation,
        as_of=_as_of(newest, "month", context),
        frame=chosen,
        caveats=(
            "Repositories without a known value are left out, those with zero downloads count.",
            "Counters adjusted.",
        ),
    )


def _classes(rows: pd.DataFrame, cut: str) -> dict[str, tuple[str, tuple[str, str]]]:
    """The classes of a mix from the bottom to the top, each with its name and colours: those with
    an order in theirs, others the largest first, `other` and `unknown` last."""
    found = set(rows["class"])
    named = [key for key in found if key not in {"other", "unknown"}]
    if cut == "size":
        ordered = [key for key in SIZES if key in found]
        hues: Iterable[tuple[str, str]] = [style.ORDERED[list(SIZES).index(key)] for key in ordered]
    elif cut == "generation":
        ordered = sorted(named, key=_natural)
        hues = style.ramp(len(ordered))
    elif cut == "region":
        ordered = [key for key in REGION_NAMES if key in found]
        hues = [style.REGIONS[key] for key in ordered]
    else:
        sizes = largest_classes(rows, "download_mix")
        ordered = [key for key in sizes if key in named][:MAX_CLASSES]
        hues = style.NOMINAL * 2
    chosen = {key: (_class_label(cut, key), hue) for key, hue in zip(ordered, hues, strict=False)}
    for key, hue in (("other", style.OTHER), ("unknown", style.UNKNOWN)):
        if key in found and key not in chosen:
            chosen[key] = (_class_label(cut, key), hue)
    return chosen


def _class_label(cut: str, key: str) -> str:
    names = {"size": SIZES, "relation": RELATIONS, "region": REGION_NAMES}.get(cut, {})
    return names.get(key, key.replace("_", " "))


def _natural(text: str) -> list[tuple[int, float, str]]:
    """Qwen2 before Qwen2.5 before Qwen10."""
    parts = re.findall(r"\d+(?:\.\d+)?|\D+", text)
    return [(0, float(p), "") if p[0].isdigit() else (1, 0.0, p.casefold()) for p in parts]


def _coverage(rows: pd.DataFrame | None, name: str) -> str:
    """How much of the downloads the classes are known for: in the newest month, and at least."""
    if rows is None or not rows["mix_coverage"].notna().any():
        return ""
    known = rows[rows["mix_coverage"].notna()].sort_values("month")
    last, least = known.iloc[-1], known.loc[known["mix_coverage"].idxmin()]
    if least["mix_coverage"] == 1:
        return f"Coverage: the {name} is known for all downloads."
    text = (
        f"Coverage: the {name} is known for {wording.percent(last['mix_coverage'])} of the "
        f"downloads in {wording.month(last['month'])}"
    )
    if least["month"] != last["month"]:
        text += (
            f", and for {wording.percent(least['mix_coverage'])} in the month with the least, "
            f"{wording.month(least['month'])}"
        )
    return f"{text}."


def _incidents(times: pd.Series, time: str, context: Context) -> tuple[Band, ...]:
    """Incidents of the Hub's counters on the months, weeks or days of the chart: those of the whole
    Hub and those of the accounts of the selected families."""
    rows = context.incidents
    if rows.empty or times.empty:
        return ()
    first, last = times.min(), end_of(times.max(), time)
    rows = rows[
        rows["source"].isin([*HUB_SOURCES, *context.archives])
        & ~rows["kind"].isin(SILENT)
        & (rows["starts_on"] <= last)
        & (rows["ends_on"] >= first)
    ]
    if "level" in rows:
        accounts = _accounts(context)
        is_theirs = (rows["level"] == "publisher") & rows["subject"].isin(accounts)
        rows = rows[rows["level"].isin(["source", "hub"]) | is_theirs]
    bands = []
    for row in rows.sort_values(["starts_on", "ends_on"]).itertuples():
        ends = [max(min(moment, last), first) for moment in (row.starts_on, row.ends_on)]
        begin, end = (_floor(moment, time) for moment in ends)
        period = wording.period(row.starts_on.date(), row.ends_on.date())
        text = f"{str(row.kind).replace('_', ' ')}, {period}: {row.what}"
        bands.append(Band(begin, end, text, "incident"))
    return tuple(bands)


def _floor(moment: pd.Timestamp, time: str) -> Any:
    """The first day of the month or week, or the day itself."""
    if time == "month":
        return moment.replace(day=1).date()
    return (moment - pd.Timedelta(days=moment.weekday() if time == "week" else 0)).date()


def _accounts(context: Context) -> set[str]:
    """Accounts of the organisations of the selected families."""
    if "hf_orgs" not in context.families:
        return set()
    chosen = context.families[context.families["family"].isin(list(context.selection.families))]
    return {
        account
        for names in chosen["hf_orgs"]
        for account in (re.split(r"[;,\s]+", names) if isinstance(names, str) else names)
    }


def _as_of(moment: pd.Timestamp, time: str, context: Context) -> str:
    """The last day that a row can speak of: the end of its month or week, or the newest day."""
    end, newest = end_of(moment, time), context.newest_day
    return day(min(end, newest) if newest is not None and pd.notna(newest) else end)


def _whole_months(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Rows without those of the month that is not over."""
    newest = context.newest_day
    if newest is None or pd.isna(newest):
        return rows
    return rows[rows["month"] + pd.offsets.MonthEnd(0) <= newest]


def _dotted(rows: pd.DataFrame) -> tuple[str, ...]:
    """What the dotted points are, when there are some."""
    if "estimate_reason" not in rows or not (rows["estimate_reason"] != "none").any():
        return ()
    return ("Dotted: estimates.",)


def _relation_words(relation: str) -> str:
    words = {"all": "derivatives", "unknown": "derivatives of unknown relation"}
    text = words.get(relation, RELATIONS.get(relation, relation))
    return text[:1].upper() + text[1:]


def _lineage_words(selection: Selection) -> str:
    if selection.with_inferred:
        return "Parents as declared, and where none is declared as inferred from names."
    return "Parents as their publishers declared them."


def _of_families(selection: Selection) -> dict[str, Any]:
    return {"family": list(selection.families)}


def _of_scope(selection: Selection) -> dict[str, Any]:
    return {**_of_families(selection), "scope": selection.scope, "with_inferred": False}


def _of_mix(selection: Selection) -> dict[str, Any]:
    return {"family": selection.focus, "scope": selection.scope, "cut": selection.cut}


def _of_derivatives(selection: Selection) -> dict[str, Any]:
    return {
        **_of_families(selection),
        "with_inferred": selection.with_inferred,
        "relation": selection.relation,
    }


def _counter(selection: Selection) -> str | None:
    return "raw_downloads" if selection.is_raw else None


def _card(build: Path, model: str) -> ModelCard:
    return model_card(model, build=build)


CHARTS: dict[str, ChartKind] = {
    "monthly_share": ChartKind(
        "monthly_share", monthly_share,
        lambda s: {**_of_families(s), "scope": s.scope, "share_of": s.share_of},
    ),
    "monthly_downloads": ChartKind(
        "monthly_downloads", monthly_downloads, _of_scope, indexed=_counter
    ),
    "weekly_downloads": ChartKind(
        "weekly_downloads", weekly_downloads, _of_scope, indexed=_counter
    ),
    "download_mix": ChartKind("download_mix", download_mix, _of_mix, others=("mix_coverage",)),
    "downloads_by_region": ChartKind(
        "downloads_by_region", downloads_by_region, lambda s: {"scope": s.scope},
        scopes=("lineage", "own"),
    ),
    "growth_split": ChartKind(
        "growth_split", growth_split, lambda s: {"family": s.focus, "scope": s.scope}
    ),
    "concentration_hub": ChartKind(
        "concentration", concentration_hub, lambda _: {"subset": "hub"}
    ),
    "concentration_families": ChartKind(
        "concentration", concentration_families, lambda s: {"subset": list(s.families)},
        scopes=("lineage",),
    ),
    "derivatives_total": ChartKind("derivatives_total", derivatives_total, _of_derivatives),
    "derivatives_new": ChartKind(
        "derivatives_new", derivatives_new, _of_derivatives,
        indexed=lambda s: "derivatives_new_over_5" if s.is_judged else None,
    ),
    "derivative_download_share": ChartKind(
        "derivative_download_share", derivative_download_share,
        lambda s: {**_of_families(s), "with_inferred": s.with_inferred},
    ),
    "derivatives_by_relation": ChartKind(
        "derivatives_new", derivatives_by_relation,
        lambda s: {"family": s.focus, "with_inferred": s.with_inferred},
    ),
    "repackagers": ChartKind("repackagers", repackagers),
}  # fmt: skip

# Of the single repository that the selection names.
MODEL_CHARTS: dict[str, StudyKind] = {
    key: StudyKind("model", ("model",), _card, draw, lambda card: card.history)
    for key, draw in (
        ("model_downloads_30d", model_downloads),
        ("model_downloads_all_time", model_total),
    )
}
