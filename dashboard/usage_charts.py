"""Charts of served tokens on OpenRouter: shares with what they may be at most, models, prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import pandas as pd

from dashboard import style
from dashboard.chart import (
    MAX_BARS,
    REST_COLOURS,
    Bar,
    Chart,
    Context,
    Line,
    Point,
    citation_of,
    cited,
    day,
    family_colours,
    line_of,
    markers_between,
    stacks_of,
    values_of,
    when,
)
from dashboard.hub_charts import REGION_NAMES, ChartKind
from data import MetricInfo, wording

SOURCE = "openrouter"
OTHER, NONE = "other", "none"
MAX_AUTHORS = 12
# What tokens are split by: the name on screen -> the cut of the metric.
TOKEN_CUTS = {
    "Family": "family", "Author": "author", "Region": "region", "Weights": "weights",
    "Variant": "variant",
}  # fmt: skip
STEPS: Mapping[str, Literal["day", "week", "month"]] = {
    "Days": "day", "Weeks": "week", "Months": "month",
}  # fmt: skip
WEIGHTS = {
    "open": ("open weights", ("#2f7d4f", "#6cc08b")),
    "closed": ("closed", ("#7d6aae", "#a391d1")),
    "unreleased": ("unreleased", ("#c98a00", "#e3b341")),
    "unknown": ("not known", style.UNKNOWN),
}
OUTSIDE = "outside the top 50"
SHARES_ONLY = "This chart shows shares, whatever the control Measure says."
CAVEATS = (
    "Tokens are counted by each provider's own tokenizer and are not comparable across providers.",
    "One router, not all use.",
)


def token_share(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Share of OpenRouter's tokens: lines of the selected families, or all classes as a stack."""
    cut = context.selection.token_cut
    chosen = rows[(rows["cut"] == cut) & (rows["period"] == context.selection.step)]
    if chosen.empty:
        return None
    newest = chosen[chosen["date"] == chosen["date"].max()].iloc[0]
    word = next(name for name, key in TOKEN_CUTS.items() if key == cut).lower()
    source = cited(context, SOURCE)
    chart = Chart(
        key="token_share",
        title=f"Share of OpenRouter's tokens by {word}, by {context.selection.step}",
        shown="All tokens that OpenRouter served; the 50 models with the most are named each day",
        unit="share of all tokens of the period",
        value_kind="share",
        source=source.title,
        source_url=source.url,
        citation=str(newest["citation"]),
        as_of=str(newest["as_of"]),
        frame=chosen,
        caveats=(
            *((SHARES_ONLY,) if context.selection.measure != "Share" else ()),
            *_outside(newest),
            *_open_periods(chosen),
            *CAVEATS,
        ),
    )
    return _family_lines(chart, chosen, context) if cut == "family" else _stacked(chart, chosen)


def model_tokens(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """The models with the most tokens in the newest seven days."""
    named = rows[rows["author"] != OTHER].sort_values("model_tokens", ascending=False)
    if named.empty:
        return None
    first = named.iloc[0]
    source = cited(context, SOURCE)
    return Chart(
        key="model_tokens",
        title=f"Models with the most tokens on OpenRouter, {_days(first)}",
        shown="Models among the 50 with the most tokens on a day; in the colour of their family, "
        "closed and unmapped ones grey",
        unit=info.unit,
        value_kind="count",
        source=source.title,
        source_url=source.url,
        citation=str(first["citation"]),
        as_of=str(first["as_of"]),
        frame=named,
        bars=tuple(
            Bar(
                r.model_permaslug,
                f"{r.model_permaslug}{_weights_word(r.weights)}",
                float(r.model_tokens),
                _open_colours(context, r.family, r.weights),
            )
            for r in named.head(MAX_BARS).itertuples()
        ),
        caveats=(
            "Days on which a model was not among the 50 are not counted, so it is the least that "
            "it can be.",
            *CAVEATS,
        ),
    )


def token_prices(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Tokens of each model beside its price."""
    price = "completion_usd_per_mtok"
    priced = rows[(rows["author"] != OTHER) & (rows[price] > 0) & (rows["model_tokens"] > 0)]
    if priced.empty:
        return None
    first = priced.iloc[0]
    source = cited(context, SOURCE)
    families = set(context.selection.families)
    return Chart(
        key="token_prices",
        title=f"Tokens beside price, models on OpenRouter, {_days(first)}",
        shown="One dot a model that has a price; both axes grow by factors of ten",
        unit=info.unit,
        value_kind="count",
        source=source.title,
        source_url=source.url,
        citation=str(first["citation"]),
        as_of=str(first["as_of"]),
        frame=priced.sort_values("model_tokens", ascending=False),
        points=tuple(
            Point(
                r.model_permaslug,
                r.model_permaslug.partition("/")[2],
                float(r.completion_usd_per_mtok),
                float(r.model_tokens),
                _open_colours(context, r.family if r.family in families else NONE, r.weights),
                "focus" if r.family == context.selection.focus
                else "compare" if r.family in families
                else "rest",
            )
            for r in priced.itertuples()
        ),
        x_unit="US dollars for a million completion tokens",
        is_log=True,
        caveats=("Free variants have no place on this axis and are left out.", *CAVEATS),
    )  # fmt: skip


def published_tokens(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Monthly shares of the selected families' authors, as OpenRouter's data was published."""
    chosen = rows[(rows["series"] == "openrouter_token_share") & (rows["period"] == "month")]
    chosen = chosen.sort_values("date")
    if chosen.empty:
        return None
    first = chosen.iloc[0]
    selected = context.families[context.families["family"].isin(context.selection.families)]
    known = selected[selected["openrouter_authors"].notna()]
    by_author = {
        author: family
        for family, names in zip(known["family"], known["openrouter_authors"], strict=True)
        for author in names
    }
    authors = [author for author in by_author if author in set(chosen["subject"])]
    if not authors:
        return None
    return Chart(
        key="published_tokens",
        title="Share of OpenRouter's tokens by author, by month, as published",
        shown="Authors of the selected families, closed models of theirs included",
        unit="share of all tokens of the month",
        value_kind="share",
        source=str(first["source_title"]),
        source_url=str(first["source_url"]),
        citation=citation_of(context, str(first["source_title"])),
        as_of=day(chosen["as_of"].max()),
        frame=chosen[chosen["subject"].isin(authors)],
        lines=tuple(
            line_of(
                chosen[chosen["subject"] == author], "date", "value", key=author, label=author,
                family=by_author[author], context=context,
            )
            for author in authors
        ),
        markers=markers_between(chosen["date"].min(), chosen["date"].max(), context),
        is_log=context.selection.scale == "Log",
        caveats=CAVEATS,
    )  # fmt: skip


CHARTS: dict[str, ChartKind] = {
    "token_share": ChartKind(
        "token_share_by_cut", token_share,
        lambda s: {"cut": s.token_cut, "period": s.step}, scopes=("own",),
    ),
    "model_tokens": ChartKind("model_tokens", model_tokens, scopes=("own",)),
    "token_prices": ChartKind("model_tokens", token_prices, scopes=("own",)),
    "published_tokens": ChartKind(
        "published_series", published_tokens, lambda _: {"series": "openrouter_token_share"},
        scopes=("own",),
    ),
}  # fmt: skip


def _family_lines(chart: Chart, rows: pd.DataFrame, context: Context) -> Chart | None:
    families = [f for f in context.selection.families if f in set(rows["class"])]
    if not families:
        return None
    chart = replace(
        chart,
        caveats=(
            "Pale, and the second figure: the most that the share may be, if all models outside "
            "the 50 belonged to the family.",
            "Families by author and name; models of others that descend from a family are not "
            "in it, and neither are closed models of another name.",
            *chart.caveats,
        ),
    )
    if rows["date"].nunique() == 1:
        newest = rows[rows["class"].isin(families)].sort_values("token_share_by_cut")[::-1]
        return replace(
            chart,
            title=f"{chart.title.rpartition(', by')[0]}, "
            f"{when(newest['date'].max(), context.selection.step)}",
            bars=tuple(
                Bar(r["class"], r["class"], r["token_share_by_cut"], _colours(context, r["class"]))
                for _, r in newest.iterrows()
            ),
        )
    return replace(
        chart,
        lines=tuple(_family_line(rows, family, context) for family in families),
        markers=markers_between(rows["date"].min(), rows["date"].max(), context),
        is_log=context.selection.scale == "Log",
    )


def _family_line(rows: pd.DataFrame, family: str, context: Context) -> Line:
    """A family over all dates: NULL, not zero, where none of its models was among the 50."""
    times = rows[["date", "is_complete"]].drop_duplicates("date").sort_values("date")
    own = rows[rows["class"] == family].drop(columns="is_complete")
    series = times.merge(own, on="date", how="left")
    line = line_of(
        series, "date", "token_share_by_cut", key=family, label=family, family=family,
        context=context,
    )  # fmt: skip
    is_whole = [bool(flag) for flag in series["is_complete"]]
    return replace(
        line,
        highs=values_of(series["token_share_high"]),
        estimated=tuple(not flag for flag in is_whole),
        remarks=tuple("" if flag else "not all days of it were read" for flag in is_whole),
    )


def _stacked(chart: Chart, rows: pd.DataFrame) -> Chart:
    cut = str(rows.iloc[0]["cut"])
    classes = _classes(rows, cut)
    shown = rows.assign(shown=rows["class"].where(rows["class"].isin(list(classes)), NONE))
    sums = shown.groupby(["date", "shown"], as_index=False)["token_share_by_cut"].sum()
    return replace(chart, stacks=stacks_of(sums, "date", "token_share_by_cut", "shown", classes))


def _classes(rows: pd.DataFrame, cut: str) -> Mapping[str, tuple[str, tuple[str, str]]]:
    """Classes from the bottom to the top with names and colours; what is outside the 50 on top."""
    found = set(rows["class"])
    outside = {OTHER: (OUTSIDE, style.OTHER)} if OTHER in found else {}
    if cut == "weights":
        named = {key: WEIGHTS[key] for key in WEIGHTS if key in found}
        return {**named, **outside}
    if cut == "region":
        names = {"other_region": ("other regions", style.REGIONS["other"])}
        names |= {
            key: (REGION_NAMES[key], style.REGIONS[key]) for key in REGION_NAMES if key != OTHER
        }
        return {**{key: name for key, name in names.items() if key in found}, **outside}
    sizes = rows.groupby("class")["tokens"].sum().sort_values(ascending=False)
    most = [key for key in sizes.index if key not in (OTHER, NONE)][:MAX_AUTHORS]
    chosen = {key: (key, hue) for key, hue in zip(most, style.NOMINAL, strict=False)}
    rest = {NONE: ("all the rest of the 50", style.UNKNOWN)} if len(sizes) > len(most) else {}
    return {**chosen, **rest, **outside}


def _outside(newest: pd.Series) -> tuple[str, ...]:
    share = newest["other_share"]
    if pd.isna(share):
        return ()
    return (
        f"Outside the top 50 of a day: {wording.percent(share)} of the newest period's tokens; "
        "they may be anybody's.",
    )


def _open_periods(rows: pd.DataFrame) -> tuple[str, ...]:
    """The newest period of which days are missing, and how many there are."""
    open_ones = rows[~rows["is_complete"]]
    if open_ones.empty:
        return ()
    newest = open_ones.loc[open_ones["date"].idxmax()]
    others = open_ones["date"].nunique() - 1
    more = f"; {others} before it lack{'' if others > 1 else 's'} some, too" if others else ""
    return (
        f"Not all days are known: {newest['days']} of {newest['days_in_period']} of the "
        f"{newest['period']} from {day(newest['date'])}{more}.",
    )


def _days(row: pd.Series) -> str:
    return f"{day(row['starts_on'])} to {day(row['ends_on'])}"


def _weights_word(weights: str) -> str:
    return "" if weights == "open" else f" ({WEIGHTS[weights][0]})"


def _colours(context: Context, family: str) -> tuple[str, str]:
    return family_colours(context, None if family in (NONE, OTHER) else family)


def _open_colours(context: Context, family: str, weights: str) -> tuple[str, str]:
    """The family's colour, unless the model's weights are not open: it is no open model then."""
    return _colours(context, family) if weights == "open" else REST_COLOURS
