"""(rows of a metric, its header) -> Chart: what is drawn, with words, marks and source.

Here are the charts of what others published and of what was collected family by family, and the
list of all charts; those over the whole Hub stand in hub_charts.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from dashboard import (
    event_charts,
    hub_charts,
    launch_charts,
    lead_charts,
    quality_charts,
    region_charts,
    runtime_charts,
    usage_charts,
)
from dashboard.chart import (
    ARCHIVE,
    MAX_BARS,
    SCOPE_TITLES,
    SCOPE_WORDS,
    Band,
    Bar,
    Chart,
    Cited,
    Context,
    Line,
    Note,
    ValueKind,
    citation_of,
    cited,
    day,
    end_of,
    family_colours,
    highlights_between,
    inexact_of,
    line_of,
    markers_between,
    markers_of,
    months_between,
    of_marks,
    when,
)
from dashboard.hub_charts import ChartKind, StudyKind
from data import MetricInfo, peak_of, wording

MAX_MARKS = 6  # notes and events of a brief chart


def account_downloads(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Share, downloads or index of the accounts of the selected families, by month."""
    accounts = _accounts_of(context)
    chosen = rows[rows["account"].isin(list(accounts))]
    chart = _account_chart("account_downloads", chosen, info, context, accounts)
    if chart is None or not chart.markers or not context.selection.is_brief:
        return chart
    told = telling_events(chosen, accounts, context).head(MAX_MARKS - len(chart.notes))
    return replace(chart, markers=markers_of(told))


def telling_events(
    rows: pd.DataFrame, accounts: Mapping[str, str], context: Context
) -> pd.DataFrame:
    """Highlighted events of the months shown, the most telling first.

    What happened to the people and licences of the focus family, the newest first; then its newest
    release; then one event of each rival, the one in whose month or the two after it its account
    had the largest share, rivals by that share; then all others of the focus, the newest first.
    """
    first, last = rows["month"].min(), end_of(rows["month"].max(), "month")
    events = highlights_between(first, last, context).sort_values("starts_on", ascending=False)
    own = events[events["family"] == context.selection.focus]
    is_people = own["kind"].isin(["people", "licence"])
    rivals = events[events["family"].isin(context.selection.rivals)]
    by_family = rows.assign(family=rows["account"].map(accounts))
    shares = [
        _share_after(by_family[by_family["family"] == family], at)
        for family, at in zip(rivals["family"], rivals["starts_on"], strict=True)
    ]
    ranked = rivals.assign(after=shares).sort_values(
        "after", ascending=False, kind="stable", na_position="last"
    )
    order = pd.concat(
        [own[is_people], own[~is_people].head(1), ranked.drop_duplicates("family"), own]
    )
    return order[~order.index.duplicated()]


def _share_after(months: pd.DataFrame, at: pd.Timestamp) -> float:
    """The largest share in the month of a day and the two months after it; NaN when unknown."""
    first = at.replace(day=1)
    near = (months["month"] >= first) & (months["month"] <= first + pd.DateOffset(months=2))
    return float(months.loc[near, "share"].max())


def publishers(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """The same for every account of the series, repackagers among them; the selected in colour."""
    accounts = _accounts_of(context)
    chart = _account_chart("publishers", rows, info, context, accounts)
    if chart is None:
        return None
    lines = sorted(chart.lines, key=lambda line: -(line.newest or 0))
    return replace(
        chart,
        title=chart.title.replace("own accounts", "all accounts of the series"),
        lines=tuple(lines),
        notes=(),
    )


def family_downloads(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """30-day downloads of the selected families as collected: lines, or bars for one day."""
    return _collected(
        rows, info, context, value="family_downloads", time="date", value_kind="count",
        title=f"{SCOPE_TITLES[context.selection.scope]} in the trailing 30 days, by family",
    )  # fmt: skip


def download_share(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Share of the selected families in the downloads of all tracked families, as collected."""
    titles = {
        "own": "Share of the tracked families' 30-day downloads",
        "derivatives": "Share of all 30-day downloads on the Hub, derivatives",
        "lineage": "Share of all 30-day downloads on the Hub, whole lineages",
    }
    title = titles[context.selection.scope]
    chart = _collected(
        rows, info, context, value="download_share", time="date", value_kind="share", title=title
    )
    # The metric's unit leaves to its rows of what the share is.
    whole = title.partition(",")[0].removeprefix("Share")
    return replace(chart, unit=f"share{whole}") if chart else None


def top_models(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """The most downloaded repositories of the selected families on the newest collected day."""
    chosen = rows[rows["family"].isin(list(context.selection.families))]
    chosen = chosen[chosen["downloads_30d"].notna()]
    if chosen.empty:
        return None
    # Families may have been read on different days; each repository's newest day of its family.
    by_date = chosen.sort_values("date").drop_duplicates("family", keep="last")
    newest = chosen["family"].map(by_date.set_index("family")["date"])
    latest = chosen[chosen["date"] == newest].sort_values("downloads_30d", ascending=False)
    chart = Chart(
        key="top_models",
        title="Most downloaded repositories of the selected families on "
        f"{day(latest['date'].max())}",
        shown="Repositories of the developers' own organisations",
        unit=info.unit,
        value_kind="count",
        source=info.source,
        source_url="https://huggingface.co/models",
        citation=citation_of(context, info.source),
        as_of=day(latest["date"].max()),
        frame=latest[["date", "model_id", "family", "generation", "downloads_30d", "hub_id"]],
        bars=tuple(
            Bar(r.model_id, r.model_id, float(r.downloads_30d), family_colours(context, r.family))
            for r in latest.head(MAX_BARS).itertuples()
        ),
        caveats=(info.notes,),
    )
    return of_marks(chart, "model_id")


def published_models(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """30-day downloads of single models on the one day on which others recorded them."""
    chosen = rows[rows["series"] == "downloads_30d"]
    chosen = chosen[chosen["family"].isin(list(context.selection.families))]
    if chosen.empty:
        return None
    latest = chosen.sort_values("value", ascending=False)
    chart = Chart(
        key="published_models",
        title="Most downloaded models of the selected families, as recorded by others on "
        f"{day(latest['date'].max())}",
        shown="Models among the Hub's 300 most downloaded or most liked on one day",
        unit="downloads in the trailing 30 days",
        value_kind="count",
        source=str(latest.iloc[0]["source_title"]),
        source_url=str(latest.iloc[0]["source_url"]),
        citation=citation_of(context, str(latest.iloc[0]["source_title"])),
        as_of=day(latest["as_of"].max()),
        frame=latest[["date", "subject", "family", "value", "as_of", "source"]].rename(
            columns={"subject": "model_id", "value": "downloads_30d"}
        ),
        bars=tuple(
            Bar(r.subject, r.subject, float(r.value), family_colours(context, r.family))
            for r in latest.head(MAX_BARS).itertuples()
        ),
        caveats=("A selected list: models outside it are missing, so it must not be summed.",),
    )
    return of_marks(chart, "model_id")


def published_counters(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """All-time download counters of single models over time, as recorded by others."""
    chosen = rows[rows["series"] == "downloads_all_time"]
    chosen = chosen[chosen["family"].isin(list(context.selection.families))]
    if chosen.empty:
        return None
    newest = chosen.sort_values("date").drop_duplicates("subject", keep="last")
    shown = list(newest.sort_values("value", ascending=False)["subject"].head(8))
    lines: list[Line] = []
    for name in shown:
        series = chosen[chosen["subject"] == name].sort_values("date")
        family = series.iloc[0]["family"]
        line = line_of(
            series, "date", "value", key=name, label=name.split("/")[-1], family=family,
            context=context,
        )  # fmt: skip
        owner = name.split("/")[0]
        shade = len([line for line in lines if line.key.split("/")[0] == owner])
        lines.append(replace(line, role="compare", shade=shade))
    return Chart(
        key="published_counters",
        title="All-time downloads of the largest followed models",
        shown=f"The {len(shown)} largest of the selected families among 41 followed models",
        unit="downloads since the repository's creation",
        value_kind="count",
        source=str(chosen.iloc[0]["source_title"]),
        source_url=str(chosen.iloc[0]["source_url"]),
        citation=citation_of(context, str(chosen.iloc[0]["source_title"])),
        as_of=day(chosen["as_of"].max()),
        frame=chosen[chosen["subject"].isin(shown)][
            ["date", "subject", "family", "value", "estimate_reason", "as_of", "source"]
        ].rename(columns={"subject": "model_id", "value": "downloads_all_time"}),
        lines=tuple(lines),
        is_log=context.selection.scale == "Log",
        caveats=("Dates up to 2026-01-07 look about three days early.",),
    )


CHARTS: dict[str, ChartKind | StudyKind] = {
    "account_downloads": ChartKind("account_downloads", account_downloads, scopes=("own",)),
    "publishers": ChartKind("account_downloads", publishers, scopes=("own",)),
    "family_downloads": ChartKind("family_downloads", family_downloads),
    "download_share": ChartKind(
        "download_share",
        download_share,
        # Of the tracked families as listed; of other scopes the archive knows the whole Hub's.
        lambda s: {"share_of": "tracked" if s.scope == "own" else "hub"},
    ),
    "top_models": ChartKind("downloads_30d", top_models, scopes=("own",)),
    "published_models": ChartKind("published_series", published_models, scopes=("own",)),
    "published_counters": ChartKind("published_series", published_counters, scopes=("own",)),
    **hub_charts.CHARTS,
    **usage_charts.CHARTS,
    **runtime_charts.CHARTS,
    **quality_charts.CHARTS,
    **launch_charts.CHARTS,
    **lead_charts.CHARTS,
    **region_charts.CHARTS,
    **event_charts.CHARTS,
    **hub_charts.MODEL_CHARTS,
}


def _account_chart(
    key: str,
    rows: pd.DataFrame,
    info: MetricInfo,
    context: Context,
    accounts: Mapping[str, str],
) -> Chart | None:
    if rows.empty:
        return None
    measure = context.selection.measure
    value, kind, unit = {
        "Share": ("share", "share", "share of text and vision-language downloads on the Hub"),
        "Downloads": ("account_downloads", "count", info.unit + " a month"),
        "Index = 100": ("index", "index", "index of monthly downloads, first month shown = 100"),
    }[measure]
    order = [a for a in accounts if a in set(rows["account"])]
    order += sorted(set(rows["account"]) - set(order))
    lines: tuple[Line, ...] = ()
    bars: tuple[Bar, ...] = ()
    if rows["month"].nunique() > 1:
        lines = tuple(_account_line(rows, a, value, accounts, context) for a in order)
    else:
        ranked = rows[rows[value].notna()].sort_values(value, ascending=False)
        bars = _ranking(ranked, value, "account", "account_label", accounts, context)
    title = {
        "Share": "Share of text and vision-language downloads on the Hub, own accounts, by month",
        "Downloads": "Text and vision-language downloads on the Hub, own accounts, by month",
        "Index = 100": "Growth of text and vision-language downloads on the Hub, own accounts",
    }[measure]
    first = rows.iloc[0]
    chart = Chart(
        key=key,
        title=title if lines else _in_month(title, rows["month"].max()),
        shown="Accounts, not families: a Qwen model quantized by someone else is not in it",
        unit=unit,
        value_kind=kind,  # type: ignore[arg-type]
        source=str(first["source_title"]),
        source_url=str(first["source_url"]),
        citation=citation_of(context, str(first["source_title"])),
        as_of=day(rows["as_of"].max()),
        frame=rows[
            ["month", "account", "account_label", "share", "account_downloads", "estimate_reason",
             "pooled_share", "pooled_from", "pooled_to", "as_of"]
        ],
        lines=lines,
        bars=bars,
        bands=_bands(rows) if lines else (),
        markers=markers_between(rows["month"].min(), end_of(rows["month"].max(), "month"), context)
        if lines
        else (),
        notes=_account_notes(rows, accounts, context) if lines and measure == "Share" else (),
        is_log=context.selection.scale == "Log" and bool(lines),
        caveats=(
            *(_bases(lines, rows) if kind == "index" else ()),
            *_estimate_caveats(rows, is_drawn=bool(lines)),
        ),
    )  # fmt: skip
    return of_marks(chart, "account")


def _ranking(
    rows: pd.DataFrame,
    value: str,
    key: str,
    label: str,
    family_of: Mapping[str, str],
    context: Context,
) -> tuple[Bar, ...]:
    """One bar a row, in their order, in the colours of the family that a key stands for."""
    return tuple(
        Bar(
            r[key], r[label], float(r[value]), family_colours(context, family_of.get(r[key])),
            is_inexact=is_inexact,
        )
        for (_, r), is_inexact in zip(rows.iterrows(), inexact_of(rows), strict=True)
    )  # fmt: skip


def _account_line(
    rows: pd.DataFrame, account: str, value: str, accounts: Mapping[str, str], context: Context
) -> Line:
    series = rows[rows["account"] == account].sort_values("month")
    label = str(series.iloc[0]["account_label"])
    return line_of(
        series, "month", value, key=account, label=label, family=accounts.get(account),
        context=context,
    )  # fmt: skip


def _account_notes(
    rows: pd.DataFrame, accounts: Mapping[str, str], context: Context
) -> tuple[Note, ...]:
    focus = next((a for a, family in accounts.items() if family == context.selection.focus), None)
    months = rows[rows["account"] == focus].sort_values("month")
    if focus is None or months.empty:
        return ()
    notes = (_peak_note(months), _crossing_note(months, focus, accounts, context))
    return tuple(note for note in notes if note)


def _peak_note(months: pd.DataFrame) -> Note | None:
    peak = peak_of(months)
    if peak is None:
        return None
    text = f"peak {wording.percent(peak['share'])}"
    if peak["is_pooled"]:
        text += f"; {wording.percent(peak['value'])} pooled\nover {peak['when'].rsplit(' ', 1)[0]}"
    return Note(peak["month"].date(), peak["share"], text)


def _crossing_note(
    months: pd.DataFrame, focus: str, accounts: Mapping[str, str], context: Context
) -> Note | None:
    """Since when the focus account has been ahead of its rival for good."""
    rival = next((a for a, family in accounts.items() if family in context.selection.rivals), None)
    found = context.crossovers
    found = found[
        (found["basis"] == "published")
        & (found["measure"] == "monthly_downloads")
        & (found["leader"] == focus)
        & (found["passed"] == rival)
    ]
    at = months[months["month"].isin(found["crossed_on"])]
    if at.empty or rival is None:
        return None
    label = str(context.families.set_index("account").loc[rival, "account_label"])
    row = at.iloc[0]
    return Note(
        row["month"].date(),
        float(row["share"]),
        f"ahead of {label.split(' (', maxsplit=1)[0]}\nfor good",
    )


def _collected(
    rows: pd.DataFrame,
    info: MetricInfo,
    context: Context,
    *,
    value: str,
    time: str,
    value_kind: ValueKind,
    title: str,
) -> Chart | None:
    families = context.selection.families
    chosen = rows[rows["family"].isin(list(families)) & (rows["scope"] == context.selection.scope)]
    known = chosen[chosen[value].notna()]
    if known.empty:
        return None
    kind, unit = value_kind, info.unit
    source = (
        Cited(info.source, "https://huggingface.co/models", citation_of(context, info.source))
        if context.selection.scope == "own"
        else cited(context, ARCHIVE)
    )
    column = value
    if context.selection.measure == "Index = 100" and value_kind == "count":
        column, kind, unit = "index", "index", f"index of {info.unit}, first value shown = 100"
    lines: tuple[Line, ...] = ()
    bars: tuple[Bar, ...] = ()
    if known[time].nunique() > 1:
        lines = tuple(
            line_of(
                chosen[chosen["family"] == f],
                time,
                column,
                key=f,
                label=f,
                family=f,
                context=context,
            )
            for f in families
            if f in set(known["family"])
        )
    else:
        own = {family: family for family in families}
        ranked = known.sort_values(value, ascending=False)
        bars = _ranking(ranked, column, "family", "family", own, context)
    chart = Chart(
        key=info.name,
        title=title if lines else f"{title}, {when(known[time].max(), time)}",
        shown=SCOPE_WORDS[context.selection.scope],
        unit=unit,
        value_kind=kind,
        source=source.title,
        source_url=source.url,
        citation=source.citation,
        as_of=day(end_of(known[time].max(), time)),
        frame=chosen,
        lines=lines,
        bars=bars,
        markers=markers_between(
            chosen[time].min(),
            end_of(chosen[time].max(), time),
            context,
        )
        if lines
        else (),
        is_log=context.selection.scale == "Log" and bool(lines),
        caveats=(info.notes,),
    )
    return of_marks(chart, "family")


def _accounts_of(context: Context) -> dict[str, str]:
    """Account -> family of the selected families, in their order; an account is shown once."""
    by_family = context.families.set_index("family")["account"]
    found: dict[str, str] = {}
    for family in context.selection.families:
        if family in by_family.index:
            found.setdefault(str(by_family[family]), family)
    return found


def _bands(rows: pd.DataFrame) -> tuple[Band, ...]:
    """Stretches of months that share a reason to be read with care."""
    marked = rows[rows["estimate_reason"] != "none"]
    ordered = marked.sort_values(["month", "estimate_reason"])
    reasons = ordered.drop_duplicates("month", keep="last").set_index("month")["estimate_reason"]
    kinds = {
        "window_30d": ("estimated", "estimated from 30-day windows"),
        "interpolated_boundary": ("interpolated", "month split interpolated"),
        "counter_fell": ("interpolated", "counter fell and was held"),
    }
    bands: list[Band] = []
    for month, reason in reasons.items():
        if reason not in kinds:
            continue
        kind, label = kinds[reason]
        last = bands[-1] if bands else None
        if last and last.label == label and months_between(last.end, month.date()) == 1:
            bands[-1] = replace(last, end=month.date())
        else:
            bands.append(Band(month.date(), month.date(), label, kind))  # type: ignore[arg-type]
    return tuple(bands)


def _bases(lines: tuple[Line, ...], rows: pd.DataFrame) -> tuple[str, ...]:
    """From which month each index counts, where that is not the first month shown, and whether
    the first one is an estimate."""
    first = {line.label: next(d for d, v in zip(line.x, line.y, strict=True) if v is not None)
             for line in lines if any(v is not None for v in line.y)}  # fmt: skip
    if not first:
        return ()
    earliest = min(first.values())
    later = [f"{label} from {day:%Y-%m}" for label, day in first.items() if day > earliest]
    caveats = [f"100 is the first month of each line: {', '.join(later)}."] if later else []
    months = rows[rows["month"] == pd.Timestamp(earliest)]
    if (months["estimate_reason"] != "none").any():
        caveats.append("The first month is an estimate, and so is what all later ones are of it.")
    return tuple(caveats)


def _in_month(title: str, month: pd.Timestamp) -> str:
    return f"{title.removesuffix(', by month')}, {wording.month(month.date())}"


def _estimate_caveats(rows: pd.DataFrame, *, is_drawn: bool) -> tuple[str, ...]:
    """What to know of estimated months; `is_drawn` when lines mark them, bars cannot."""
    reasons = set(rows["estimate_reason"])
    caveats = []
    if "window_30d" in reasons:
        mark = "Dotted" if is_drawn else "Estimated"
        caveats.append(f"{mark}: the publisher's estimate from 30-day windows.")
    if "interpolated_boundary" in reasons:
        mark = "Hatched" if is_drawn else "Interpolated"
        dotted = " Their lines are dotted." if is_drawn else ""
        caveats.append(
            f"{mark}: a month's boundary fell into a gap of the source; the split with its "
            f"neighbour is a straight line, so read the two months together.{dotted}"
        )
    return tuple(caveats)
