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
    end_of,
    family_colours,
    line_of,
    markers_between,
    of_marks,
    stacks_of,
    values_of,
    when,
)
from dashboard.hub_charts import REGION_NAMES, ChartKind
from data import MetricInfo, largest_classes, with_rest, wording

SOURCE = "openrouter"
OTHER, NONE = "other", "none"
OPEN_FAMILY = "open_family"  # on screen only: the cut by family, open-weight models alone
MAX_AUTHORS = 12
# What tokens are split by: the name on screen -> the cut of the metric.
TOKEN_CUTS = {
    "Family": "family", "Family, open weights": OPEN_FAMILY, "Author": "author",
    "Region": "region", "Weights": "weights", "Variant": "variant",
}  # fmt: skip
# Of these cuts one line a selected family is drawn, of the others all classes on each other:
# the cut of the metric, its value and the most that this may be.
LINES = {
    "family": ("family", "token_share_by_cut", "token_share_high"),
    OPEN_FAMILY: ("family", "token_share_open", "token_share_open_high"),
}
SUMMED = ["tokens", "token_share_by_cut", "token_share_low"]
HIGHS = ["token_share_high"]
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
CAVEATS = (
    "Each provider counts tokens with its own tokenizer, so counts of two providers differ a "
    "little for the same text.",
    "OpenRouter is one router among many.",
)


def token_share(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Share of OpenRouter's tokens: lines of the selected families, or all classes as a stack."""
    cut, step = context.selection.token_cut, context.selection.step
    chosen = rows[(rows["cut"] == cut_of(cut)) & (rows["period"] == step)]
    if chosen.empty:
        return None
    running = _running(chosen)
    is_alone = chosen["date"].nunique() == 1
    # A few days look like a whole week or month, and the sentence speaks of whole ones.
    if running is not None and not is_alone:
        chosen = chosen[chosen["date"] != running["date"]]
    newest = chosen[chosen["date"] == chosen["date"].max()].iloc[0]
    word = next(name for name, key in TOKEN_CUTS.items() if key == cut).lower()
    so_far = ", so far" if running is not None and is_alone else ""
    source = cited(context, SOURCE)
    chart = Chart(
        key="token_share",
        title=f"Share of OpenRouter's tokens by {word}, by {step}{so_far}",
        shown="All tokens that OpenRouter served",
        unit=f"share of all tokens of the {step}",
        value_kind="share",
        source=source.title,
        source_url=source.url,
        citation=str(newest["citation"]),
        as_of=str(newest["as_of"]),
        frame=chosen,
        caveats=(
            *_outside(newest),
            *_of_running(running, is_left_out=not is_alone),
            *_gaps(chosen, running),
            *CAVEATS,
        ),
    )
    if cut not in LINES:
        return _stacked(chart, chosen)
    lines = _family_lines(chart, chosen, context)
    return of_marks(lines, "class") if lines else None


def cut_of(token_cut: str) -> str:
    """The cut of the metric that a cut on screen reads."""
    return LINES[token_cut][0] if token_cut in LINES else token_cut


def model_tokens(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """The models with the most tokens in the newest seven days."""
    named = rows[rows["author"] != OTHER].sort_values("model_tokens", ascending=False)
    if named.empty:
        return None
    first = named.iloc[0]
    source = cited(context, SOURCE)
    chart = Chart(
        key="model_tokens",
        title=f"Models with the most tokens on OpenRouter, {_days(first)}",
        shown="In colour: open-weight models of a family. Grey: closed ones and others",
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
            "Only days on which a model was among OpenRouter's top 50 are counted, so each bar is "
            "the least that it can be.",
            *CAVEATS,
        ),
    )
    return of_marks(chart, "model_permaslug")


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
        shown="One dot a model; each gridline is ten times the one before. In colour: open-weight "
        "models of a family. Grey: closed ones and others",
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
        caveats=("Free models have no place on this axis and are left out.", *CAVEATS),
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
        shown="Authors of the selected families, closed models of theirs included; at least, by "
        "what is seen in the top 50 of each day",
        unit="share of all tokens of the month",
        value_kind="share",
        source=str(first["source_title"]),
        source_url=str(first["source_url"]),
        citation=citation_of(context, str(first["source_title"])),
        as_of=day(chosen["as_of"].max()),
        frame=chosen[chosen["subject"].isin(authors)],
        lines=tuple(
            _author_line(chosen[chosen["subject"] == author], author, by_author[author], context)
            for author in authors
        ),
        markers=markers_between(chosen["date"].min(), chosen["date"].max(), context),
        is_log=context.selection.scale == "Log",
        caveats=(*_of_authors(chosen), *CAVEATS),
    )  # fmt: skip


CHARTS: dict[str, ChartKind] = {
    "token_share": ChartKind(
        "token_share_by_cut", token_share,
        lambda s: {"cut": cut_of(s.token_cut), "period": s.step},
    ),
    "model_tokens": ChartKind("model_tokens", model_tokens),
    "token_prices": ChartKind("model_tokens", token_prices),
    "published_tokens": ChartKind(
        "published_series", published_tokens, lambda _: {"series": "openrouter_token_share"}
    ),
}  # fmt: skip


def _author_line(rows: pd.DataFrame, author: str, family: str, context: Context) -> Line:
    """An author's months up to the most that each may be."""
    line = line_of(
        rows, "date", "value", key=author, label=author, family=family, context=context
    )  # fmt: skip
    # A build of an earlier version does not tell it.
    return replace(line, highs=values_of(rows["value_high"])) if "value_high" in rows else line


def _of_authors(rows: pd.DataFrame) -> tuple[str, ...]:
    """What the second figures are, and how much is not seen in the newest month."""
    newest = rows[(rows["date"] == rows["date"].max()) & (rows["subject"] == OTHER)]
    if newest.empty:
        return ()
    return (
        "Second figure and pale area: the most that it may be, if every model outside the top 50 "
        f"were the author's; those had {wording.percent(newest.iloc[0]['value'])} of the newest "
        "month.",
    )


def _family_lines(chart: Chart, rows: pd.DataFrame, context: Context) -> Chart | None:
    cut = context.selection.token_cut
    families = [f for f in context.selection.families if f in set(rows["class"])]
    if not families:
        return None
    chart = replace(chart, caveats=(*_of_families(cut), *chart.caveats))
    value = LINES[cut][1]
    if rows["date"].nunique() == 1:
        newest = rows[rows["class"].isin(families)].sort_values(value)[::-1]
        period = when(newest["date"].max(), context.selection.step)
        head, _, tail = chart.title.rpartition(f", by {context.selection.step}")
        return replace(
            chart,
            title=f"{head}, {period}{tail}",
            bars=tuple(
                Bar(r["class"], r["class"], r[value], _colours(context, r["class"]))
                for _, r in newest.iterrows()
            ),
        )
    return replace(
        chart,
        lines=tuple(_family_line(rows, family, context) for family in families),
        markers=markers_between(rows["date"].min(), rows["date"].max(), context),
        is_log=context.selection.scale == "Log",
    )


def _of_families(cut: str) -> tuple[str, ...]:
    """What a line of a family is, and what its second figure and its pale area are."""
    weights = {
        "family": "The developer's models of that name, open and closed ones. What others made of "
        "them is not counted.",
        OPEN_FAMILY: "The developer's models of that name whose weights can be downloaded; closed "
        "ones of the same name, and what others made of them, are not counted.",
    }
    most = {
        "family": "if every model outside the top 50 were of the family",
        OPEN_FAMILY: "if every model outside the top 50, and every one whose weights are not "
        "known, were open and of the family",
    }
    return (weights[cut], f"Second figure and pale area: the most that it may be, {most[cut]}.")


def _family_line(rows: pd.DataFrame, family: str, context: Context) -> Line:
    """A family over all dates: NULL, not zero, where none of its models was among the 50."""
    _, value, most = LINES[context.selection.token_cut]
    times = rows[["date", "is_complete"]].drop_duplicates("date").sort_values("date")
    own = rows[rows["class"] == family].drop(columns="is_complete")
    series = times.merge(own, on="date", how="left")
    line = line_of(series, "date", value, key=family, label=family, family=family, context=context)
    is_whole = [bool(flag) for flag in series["is_complete"]]
    return replace(
        line,
        highs=values_of(series[most]),
        estimated=tuple(not flag for flag in is_whole),
        remarks=tuple("" if flag else "not all days of it were read" for flag in is_whole),
    )


def _stacked(chart: Chart, rows: pd.DataFrame) -> Chart:
    cut = str(rows.iloc[0]["cut"])
    classes = _classes(rows, cut)
    shown = with_rest(rows, classes, summed=SUMMED, unknown=HIGHS)
    stacks = stacks_of(shown, "date", "token_share_by_cut", "class", classes)
    return replace(chart, stacks=stacks, frame=shown)


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
    ordered = largest_classes(rows, "tokens")
    most = [key for key in ordered if key not in (OTHER, NONE)][:MAX_AUTHORS]
    chosen = {key: (key, hue) for key, hue in zip(most, style.NOMINAL, strict=False)}
    rest = {NONE: ("all the rest of the 50", style.UNKNOWN)} if len(ordered) > len(most) else {}
    return {**chosen, **rest, **outside}


def _outside(newest: pd.Series) -> tuple[str, ...]:
    share = newest["other_share"]
    if pd.isna(share):
        return ()
    return (
        "OpenRouter names the 50 models with the most tokens of each day. The others had "
        f"{wording.percent(share)} of the newest {newest['period']} shown, and may be anybody's.",
    )


def _running(rows: pd.DataFrame) -> pd.Series | None:
    """The newest period, if it is not over by the day on which its newest day was read."""
    newest = rows.loc[rows["date"].idxmax()]
    read_on = pd.Timestamp(str(newest["as_of"])[:10])
    is_over = end_of(newest["date"], newest["period"]) < read_on
    return None if newest["is_complete"] or is_over else newest


def _of_running(running: pd.Series | None, *, is_left_out: bool) -> tuple[str, ...]:
    if running is None:
        return ()
    done = (
        f"{running['days']} of {running['days_in_period']} days of "
        f"{when(running['date'], running['period'])} were read"
    )
    how = "left out" if is_left_out else "shown so far"
    return (f"The running {running['period']} is {how}: {done}.",)


def _gaps(rows: pd.DataFrame, running: pd.Series | None) -> tuple[str, ...]:
    """How many periods that are over lack days."""
    lacking = rows[~rows["is_complete"]]["date"].drop_duplicates()
    if running is not None:
        lacking = lacking[lacking != running["date"]]
    if lacking.empty:
        return ()
    period = rows.iloc[0]["period"]
    newest = day(lacking.max())
    # Whether a day was lost or lies before the first there is, nobody can tell from here.
    if len(lacking) == 1:
        return (f"Some days of the {period} that begins {newest} are missing.",)
    return (f"Some days of {len(lacking)} {period}s are missing; the newest begins {newest}.",)


def _days(row: pd.Series) -> str:
    return f"{day(row['starts_on'])} to {day(row['ends_on'])}"


def _weights_word(weights: str) -> str:
    return "" if weights == "open" else f" ({WEIGHTS[weights][0]})"


def _colours(context: Context, family: str) -> tuple[str, str]:
    return family_colours(context, None if family in (NONE, OTHER) else family)


def _open_colours(context: Context, family: str, weights: str) -> tuple[str, str]:
    """The family's colour, unless the model's weights are not open: it is no open model then."""
    return _colours(context, family) if weights == "open" else REST_COLOURS
