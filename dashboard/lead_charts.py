"""Charts of who leads: ranks over time on any layer, and change beside the market's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from dashboard.chart import (
    MAX_BARS,
    REST_COLOURS,
    Band,
    Bar,
    Chart,
    Context,
    Line,
    Role,
    Selection,
    ValueKind,
    cited_text,
    day,
    family_colours,
    layer_citation,
    layer_of,
    markers_between,
    of_marks,
    when,
)
from dashboard.hub_charts import ChartKind
from data import MetricInfo, leads, points_text, series_title, wording

MOST_DRAWN = 1.5  # a change of more would flatten all others: it is told in words
MAX_REST = 16  # ranks of others, thin and grey
KINDS = {"account": "accounts", "author": "authors", "family": "families"}
VALUE_KINDS: dict[str, ValueKind] = {"fraction": "share", "rating": "score"}
MARKETS = {
    "hub_text_vlm": "all text and vision-language downloads on the Hub",
    "hub": "all downloads on the Hub",
}


def standings(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Ranks of the selected families among all, period by period; bars where there is one period
    only."""
    ranked = rows[rows["position"].notna()].sort_values("date")
    chosen = ranked[ranked["family"].isin(list(context.selection.families))]
    if chosen.empty:
        return None
    first = chosen.iloc[-1]
    many = KINDS[str(first["subject_kind"])]
    number = int(ranked[ranked["date"] == ranked["date"].max()]["subjects"].iloc[0])
    as_of = day(ranked["as_of"].max())
    citation = str(ranked.loc[ranked["as_of"].idxmax(), "citation"])
    is_line = ranked["date"].nunique() > 1
    chart = Chart(
        key="standings",
        title=f"{context.selection.standing_title}: rank over time",
        shown=f"Rank among {number} {many}, the largest is 1st; the selected in colour",
        unit="rank",
        value_kind="rank",
        source=str(first["source_title"]),
        source_url=str(first["source_url"]),
        citation=citation,
        as_of=as_of,
        frame=ranked.drop(columns=["account", "accounts_without_value", "source_url"]),
        caveats=(
            *_rank_caveats(ranked, chosen, is_line=is_line),
            *_parts_of_authors(ranked, context.selection.families),
        ),
    )
    if not is_line:
        return of_marks(_ranking(chart, ranked, context), "subject")
    is_month = first["period"] == "month"
    chart = replace(
        chart,
        lines=_rank_lines(ranked, context),
        markers=markers_between(ranked["date"].min(), ranked["date"].max(), context)
        if is_month
        else (),
    )
    return of_marks(chart, "subject")


def momentum(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Month-on-month change of the focus family as bars, and of its market as a line."""
    own = rows[rows["family"] == context.selection.focus].sort_values("month")
    if own["momentum"].count() < 2:
        return None
    months = pd.date_range(own["month"].min(), own["month"].max(), freq="MS", name="month")
    shown = own.set_index("month").reindex(months).reset_index()
    last = own.iloc[-1]
    name = str(last["subject"])
    market = MARKETS.get(str(last["share_of"]))
    is_beyond = shown["momentum"] > MOST_DRAWN
    beyond = ", ".join(
        f"{row.month:%Y-%m} {wording.change(row.momentum)}" for row in shown[is_beyond].itertuples()
    )
    shown["momentum"] = shown["momentum"].mask(is_beyond)
    bars = layer_of(
        shown, "month", "momentum", name, name, family_colours(context, context.selection.focus)
    )
    line = replace(
        layer_of(shown, "month", "market_change", "market", "Market", REST_COLOURS), role="compare"
    )
    touched = shown[shown["has_incident"].eq(True)]["month"]
    estimated = own[own["is_estimate"] & own["momentum"].notna()]["month"]
    as_of = day(own["as_of"].max())
    citation = layer_citation(
        context, str(last["basis"]), "own_downloads", str(last["source_title"])
    )
    return Chart(
        key="momentum",
        title=f"{name}: change of downloads from the month before"
        + (", and the market's" if market else ""),
        shown=f"Bars: {name}. Line: {market}" if market else f"Bars: {name}",
        unit="change from the month before",
        value_kind="growth",
        source=str(last["source_title"]),
        source_url=str(last["source_url"]),
        citation=citation,
        as_of=as_of,
        frame=own[
            ["month", "subject", "value", "momentum", "change_3m", "share", "share_points",
             "share_points_3m", "market_change", "market_change_3m", "reading", "is_estimate",
             "is_estimate_3m", "has_incident", "as_of"]
        ].assign(source=last["source_title"], citation=cited_text(citation, as_of)),
        stacks=(bars,),
        lines=(line,) if market else (),
        bands=tuple(
            Band(at.date(), at.date(), "an incident in this month or the one before", "incident")
            for at in touched
        ),
        caveats=(
            "The month that is not over is left out.",
            f"Too large to be drawn: {beyond}." if beyond else "",
            f"Estimates: {months_text(estimated)}." if len(estimated) else "",
        ),
    )  # fmt: skip


def titled(selection: Selection, build: Path) -> Selection:
    """The selection with what its layer and measure are called, where it does not say."""
    if selection.standing_title:
        return selection
    rival = selection.rivals[0] if selection.rivals else None
    rows = leads(selection.focus, rival, build=build)
    of_series = (
        (rows["basis"] == selection.basis)
        & (rows["layer"] == selection.layer)
        & (rows["measure"] == selection.counted)
    )
    titles = [series_title(row.title, row.measure_title) for row in rows[of_series].itertuples()]
    return replace(selection, standing_title=titles[0]) if titles else selection


CHARTS: dict[str, ChartKind] = {
    "standings": ChartKind(
        "standings",
        standings,
        lambda s: {
            "basis": s.basis,
            "layer": s.layer,
            "measure": s.counted,
            "subject_kind": list(KINDS),
        },
        complete=titled,
    ),
    "momentum": ChartKind(
        "momentum",
        momentum,
        lambda s: {
            "basis": s.momentum_basis,
            "scope": s.scope if s.momentum_basis == "collected" else "own",
        },
    ),
}


def _rank_lines(ranked: pd.DataFrame, context: Context) -> tuple[Line, ...]:
    dates = pd.Index(sorted(ranked["date"].unique()), name="date")
    newest = ranked[ranked["date"] == dates[-1]].set_index("subject")["position"]
    families = dict(zip(ranked["subject"], ranked["family"], strict=True))
    chosen = [s for f in context.selection.families for s, of in families.items() if of == f]
    others = [s for s in newest.sort_values().index if s not in chosen][:MAX_REST]
    return tuple(
        _rank_line(ranked, subject, families[subject], dates, context)
        for subject in (*chosen, *others)
    )


def _rank_line(
    ranked: pd.DataFrame, subject: str, family: str, dates: pd.Index, context: Context
) -> Line:
    rows = ranked[ranked["subject"] == subject].set_index("date")
    rows = rows[["position", "is_estimate"]].reindex(dates).reset_index()
    selected = family in context.selection.families
    role: Role = (
        "rest" if not selected else "focus" if family == context.selection.focus else "compare"
    )
    line = layer_of(
        rows, "date", "position", subject, subject,
        family_colours(context, family) if selected else REST_COLOURS,
    )  # fmt: skip
    # Sums since the beginning rest on the first months for ever: dots would say nothing there.
    is_marked = context.selection.counted == "monthly_downloads" and selected
    return replace(
        line,
        role=role,
        short_label=subject.split(" (", maxsplit=1)[0],
        estimated=tuple(bool(flag) for flag in rows["is_estimate"].eq(True))
        if is_marked
        else line.estimated,
    )


def _ranking(chart: Chart, ranked: pd.DataFrame, context: Context) -> Chart:
    """Values of one period as bars."""
    rows = ranked.sort_values("position").head(MAX_BARS)
    at = when(rows["date"].max(), str(rows.iloc[0]["period"]))
    unit = str(rows.iloc[0]["unit"])
    chosen = context.selection.families
    return replace(
        chart,
        title=f"{context.selection.standing_title}: rank, {at}",
        unit=unit,
        value_kind=VALUE_KINDS.get(unit, "count"),
        bars=tuple(
            Bar(
                row.subject, row.subject, float(row.standings),
                family_colours(context, row.family if row.family in chosen else None),
                is_inexact=bool(row.is_estimate),
            )
            for row in rows.itertuples()
        ),
    )  # fmt: skip


def _rank_caveats(ranked: pd.DataFrame, chosen: pd.DataFrame, *, is_line: bool) -> tuple[str, ...]:
    period, bound = str(ranked.iloc[0]["period"]), str(ranked.iloc[0]["bound"])
    measure = str(ranked.iloc[0]["measure"])
    return (
        "Accounts that repackage others' models are not ranked."
        if ranked.iloc[0]["subject_kind"] == "account"
        else "",
        "Only families in seeds/model_families.csv are ranked."
        if ranked.iloc[0]["subject_kind"] == "family"
        else "",
        "Authors with all their models, open or not; those under false names are not ranked."
        if ranked.iloc[0]["subject_kind"] == "author"
        else "",
        "The last reading of each month." if period == "reading" else "",
        "Each release stands alone: ratings of two are not compared."
        if period == "release"
        else "",
        "By what is seen of each, which is the least that it can be."
        if bound == "at_least"
        else "",
        _estimates(chosen, measure, is_line=is_line),
    )


def _parts_of_authors(ranked: pd.DataFrame, families: Sequence[str]) -> list[str]:
    """Which selected families have no rank of their own, since an author's is of all models."""
    newest = ranked[(ranked["date"] == ranked["date"].max()) & ranked["holds"].notna()]
    holders = {
        family: row.subject for row in newest.itertuples() for family in row.holds.split(", ")
    }
    return [
        f"{family} has no rank of its own here: it is a part of {holders[family]}."
        for family in families
        if family in holders
    ]


def _estimates(chosen: pd.DataFrame, measure: str, *, is_line: bool) -> str:
    if not chosen["is_estimate"].any():
        return ""
    if measure == "cumulative_downloads":
        return "The sums hold estimated months."
    months = months_text(chosen[chosen["is_estimate"]]["date"])
    is_dotted = is_line and measure == "monthly_downloads"
    return f"Dotted: estimates ({months})." if is_dotted else f"Estimates: {months}."


def months_text(dates: pd.Series) -> str:
    """'2024-07 to 2025-02, 2025-06': stretches of months."""
    months = sorted({(at.year * 12 + at.month - 1) for at in dates})
    stretches: list[list[int]] = []
    for month in months:
        if stretches and month == stretches[-1][-1] + 1:
            stretches[-1].append(month)
        else:
            stretches.append([month])
    return ", ".join(
        _month(stretch[0])
        if len(stretch) == 1
        else f"{_month(stretch[0])} to {_month(stretch[-1])}"
        for stretch in stretches
    )


def _month(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02d}"


def points_words(points: float | None) -> str:
    """A change of a share in points, a dash for none."""
    return points_text(points) or wording.NO_VALUE


def selected(selection: Selection, basis: str, layer: str, counted: str, title: str) -> Selection:
    """The selection with one layer and measure chosen."""
    return replace(selection, basis=basis, layer=layer, counted=counted, standing_title=title)


def of_momentum(selection: Selection, basis: str) -> Selection:
    """The selection with the figures whose months are compared."""
    return replace(selection, momentum_basis=basis)


def newest_momentum(rows: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """The newest month of the period of the selected families, in their order."""
    scope = selection.scope if selection.momentum_basis == "collected" else "own"
    chosen = rows[
        (rows["basis"] == selection.momentum_basis)
        & (rows["scope"] == scope)
        & rows["family"].isin(list(selection.families))
        & (rows["month"] <= pd.Timestamp(selection.end or pd.Timestamp.max))
    ]
    newest = chosen[chosen["month"] == chosen["month"].max()]
    order = {family: place for place, family in enumerate(selection.families)}
    return newest.sort_values("family", key=lambda column: column.map(order))


def market_words(rows: pd.DataFrame) -> str:
    """Whose market the rows are compared with."""
    market = MARKETS.get(str(rows.iloc[0]["share_of"]))
    if market is None:
        return "without a market to compare with: no archive of the whole Hub covers this month"
    return f"beside {market}"


def momentum_caption(rows: pd.DataFrame) -> str:
    """What to know of the newest month's rows, and their source."""
    first = rows.iloc[0]
    parts = [
        "Points are percentage points of the share. A change of less than half a percent counts "
        "as none, and of less than 0.05 points and 5 % of the share as no change of share."
    ]
    if rows["has_incident"].any():
        parts.append(
            "An incident of the counters touches this month or the one before, see Sources."
        )
    if first["basis"] == "published":
        parts.append("Published figures of accounts, own repositories; scope own only.")
    parts.append(f"Source: {first['source_title']}, as of {day(rows['as_of'].max())}.")
    return " ".join(parts)
