"""(rows of a metric, its header) -> Chart: what is drawn, with words, marks and source.

A Chart names no drawing library: plots.py draws it on the screen, and any other pen can draw the
same. Values stay in the metric's own unit; `value_kind` says how people write them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

import pandas as pd

from data import MetricInfo, peak_of, wording

Role = Literal["focus", "compare", "rest"]
ValueKind = Literal["share", "count", "index"]
Measure = Literal["Share", "Downloads", "Index = 100"]

REST_COLOURS = ("#7b8491", "#9aa3af")
MAX_MARKERS = 9
MAX_BARS = 20


@dataclass(frozen=True)
class Selection:
    """What the shared controls ask for. `start` and `end` are inclusive."""

    focus: str
    rivals: tuple[str, ...]
    start: date | None = None
    end: date | None = None
    measure: Measure = "Share"
    scale: Literal["Linear", "Log"] = "Linear"
    scope: str = "own"

    @property
    def families(self) -> tuple[str, ...]:
        """The focus family first, then the others, each once."""
        return tuple(dict.fromkeys((self.focus, *self.rivals)))


@dataclass(frozen=True)
class Line:
    """One series over time; `estimated` marks the points that are estimates."""

    key: str
    label: str
    x: tuple[date, ...]
    y: tuple[float | None, ...]
    estimated: tuple[bool, ...]
    colours: tuple[str, str]
    role: Role = "compare"
    short_label: str = ""
    shade: int = 0  # several lines of one colour: 0 is the full colour, 1, 2 ... are paler

    @property
    def newest(self) -> float | None:
        """The newest value that is known; None when none is."""
        return next((value for value in reversed(self.y) if value is not None), None)


@dataclass(frozen=True)
class Bar:
    """One bar of a ranking."""

    key: str
    label: str
    value: float
    colours: tuple[str, str]
    note: str = ""


@dataclass(frozen=True)
class Band:
    """A stretch of time to be read with care: shaded (estimated) or hatched (interpolated)."""

    start: date
    end: date
    label: str
    kind: Literal["estimated", "interpolated"]


@dataclass(frozen=True)
class Marker:
    """An event at a date."""

    at: date
    label: str
    title: str


@dataclass(frozen=True)
class Note:
    """A remark at a point of a line."""

    at: date
    value: float
    text: str
    side: Literal["left", "right"] = "left"


@dataclass(frozen=True)
class Chart:
    """Everything that a pen needs, and everything that a reader must be told."""

    key: str
    title: str
    shown: str
    unit: str
    value_kind: ValueKind
    source: str
    source_url: str
    citation: str
    as_of: str
    frame: pd.DataFrame
    lines: tuple[Line, ...] = ()
    bars: tuple[Bar, ...] = ()
    bands: tuple[Band, ...] = ()
    markers: tuple[Marker, ...] = ()
    notes: tuple[Note, ...] = ()
    caveats: tuple[str, ...] = ()
    is_log: bool = False
    column_labels: Mapping[str, str] = field(default_factory=dict)

    def text(self, value: float | None) -> str:
        """A value of this chart as people write it."""
        return value_text(self.value_kind, value)

    @property
    def description(self) -> str:
        """The chart in words, for those who cannot see it."""
        ends = [f"{line.label} {self.text(line.newest)}" for line in self.lines]
        ends += [f"{bar.label} {self.text(bar.value)}" for bar in self.bars[:5]]
        return f"{self.title}. {self.shown}. Newest values: {', '.join(ends)}."


@dataclass(frozen=True)
class Context:
    """What charts share besides their own rows: the selection, families, events, crossovers, and
    the citation of each published source and collector by title."""

    selection: Selection
    families: pd.DataFrame
    events: pd.DataFrame
    crossovers: pd.DataFrame
    citations: Mapping[str, str]


def value_text(kind: ValueKind, value: float | None) -> str:
    """A value as people write it: 34.7 %, 1.2B, or 132 for an index."""
    if kind == "share":
        return wording.percent(value)
    if kind == "index":
        return f"{value:,.0f}" if value is not None and wording.is_known(value) else "–"
    return wording.count(value)


def account_downloads(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Share, downloads or index of the accounts of the selected families, by month."""
    accounts = _accounts_of(context)
    chosen = rows[rows["account"].isin(list(accounts))]
    return _account_chart("account_downloads", chosen, info, context, accounts)


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
        title="Own downloads in the trailing 30 days, by family",
    )  # fmt: skip


def download_share(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Share of the selected families in the downloads of all tracked families, as collected."""
    return _collected(
        rows, info, context, value="download_share", time="date", value_kind="share",
        title="Share of the tracked families' 30-day downloads",
    )  # fmt: skip


def monthly_downloads(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Downloads of the selected families by calendar month, as collected."""
    return _collected(
        rows, info, context, value="monthly_downloads", time="month", value_kind="count",
        title="Own downloads by calendar month, by family",
    )  # fmt: skip


def top_models(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """The most downloaded repositories of the selected families on the newest collected day."""
    chosen = rows[rows["family"].isin(list(context.selection.families))]
    chosen = chosen[chosen["downloads_30d"].notna()]
    if chosen.empty:
        return None
    # Families may have been read on different days; each repository's newest day of its family.
    newest = chosen.groupby("family")["date"].transform("max")
    latest = chosen[chosen["date"] == newest].sort_values("downloads_30d", ascending=False)
    return Chart(
        key="top_models",
        title="Most downloaded repositories of the selected families on "
        f"{_day(latest['date'].max())}",
        shown="Repositories of the developers' own organisations",
        unit=info.unit,
        value_kind="count",
        source=info.source,
        source_url="https://huggingface.co/models",
        citation=_citation(context, info.source),
        as_of=_day(latest["date"].max()),
        frame=latest[["date", "model_id", "family", "generation", "downloads_30d", "hub_id"]],
        bars=tuple(
            Bar(r.model_id, r.model_id, float(r.downloads_30d), _family_colours(context, r.family))
            for r in latest.head(MAX_BARS).itertuples()
        ),
        caveats=(info.notes,),
    )


def published_models(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """30-day downloads of single models on the one day on which others recorded them."""
    chosen = rows[rows["series"] == "downloads_30d"]
    chosen = chosen[chosen["family"].isin(list(context.selection.families))]
    if chosen.empty:
        return None
    latest = chosen.sort_values("value", ascending=False)
    return Chart(
        key="published_models",
        title="Most downloaded models of the selected families, as recorded by others on "
        f"{_day(latest['date'].max())}",
        shown="Models among the Hub's 300 most downloaded or most liked on one day",
        unit="downloads in the trailing 30 days",
        value_kind="count",
        source=str(latest.iloc[0]["source_title"]),
        source_url=str(latest.iloc[0]["source_url"]),
        citation=_citation(context, str(latest.iloc[0]["source_title"])),
        as_of=_day(latest["as_of"].max()),
        frame=latest[["date", "subject", "family", "value", "as_of", "source"]].rename(
            columns={"subject": "model_id", "value": "downloads_30d"}
        ),
        bars=tuple(
            Bar(r.subject, r.subject, float(r.value), _family_colours(context, r.family))
            for r in latest.head(MAX_BARS).itertuples()
        ),
        caveats=("A selected list: models outside it are missing, so it must not be summed.",),
    )


def published_counters(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """All-time download counters of single models over time, as recorded by others."""
    chosen = rows[rows["series"] == "downloads_all_time"]
    chosen = chosen[chosen["family"].isin(list(context.selection.families))]
    if chosen.empty:
        return None
    newest = chosen.sort_values("date").groupby("subject").tail(1)
    shown = list(newest.sort_values("value", ascending=False)["subject"].head(8))
    lines: list[Line] = []
    for name in shown:
        series = chosen[chosen["subject"] == name].sort_values("date")
        family = series.iloc[0]["family"]
        line = _line(series, "date", "value", name, name.split("/")[-1], family, context)
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
        citation=_citation(context, str(chosen.iloc[0]["source_title"])),
        as_of=_day(chosen["as_of"].max()),
        frame=chosen[chosen["subject"].isin(shown)][
            ["date", "subject", "family", "value", "estimate_reason", "as_of", "source"]
        ].rename(columns={"subject": "model_id", "value": "downloads_all_time"}),
        lines=tuple(lines),
        is_log=context.selection.scale == "Log",
        caveats=("Dates up to 2026-01-07 look about three days early.",),
    )


Draw = Callable[[pd.DataFrame, MetricInfo, Context], Chart | None]
CHARTS: dict[str, tuple[str, Draw]] = {
    "account_downloads": ("account_downloads", account_downloads),
    "publishers": ("account_downloads", publishers),
    "family_downloads": ("family_downloads", family_downloads),
    "download_share": ("download_share", download_share),
    "monthly_downloads": ("monthly_downloads", monthly_downloads),
    "top_models": ("downloads_30d", top_models),
    "published_models": ("published_series", published_models),
    "published_counters": ("published_series", published_counters),
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
    return Chart(
        key=key,
        title=title if lines else _in_month(title, rows["month"].max()),
        shown="Accounts, not families: a Qwen model quantized by someone else is not in it",
        unit=unit,
        value_kind=kind,  # type: ignore[arg-type]
        source=str(first["source_title"]),
        source_url=str(first["source_url"]),
        citation=_citation(context, str(first["source_title"])),
        as_of=_day(rows["as_of"].max()),
        frame=rows[
            ["month", "account", "account_label", "share", "account_downloads", "estimate_reason",
             "pooled_share", "pooled_from", "pooled_to", "as_of"]
        ],
        lines=lines,
        bars=bars,
        bands=_bands(rows) if lines else (),
        markers=_markers(rows["month"].min(), _end_of(rows["month"].max(), "month"), context)
        if lines
        else (),
        notes=_account_notes(rows, accounts, context) if lines and measure == "Share" else (),
        is_log=context.selection.scale == "Log" and bool(lines),
        caveats=(
            *(_bases(lines, rows) if kind == "index" else ()),
            *_estimate_caveats(rows, is_drawn=bool(lines)),
        ),
    )  # fmt: skip


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
        Bar(r[key], r[label], float(r[value]), _family_colours(context, family_of.get(r[key])))
        for _, r in rows.iterrows()
    )


def _account_line(
    rows: pd.DataFrame, account: str, value: str, accounts: Mapping[str, str], context: Context
) -> Line:
    series = rows[rows["account"] == account].sort_values("month")
    label = str(series.iloc[0]["account_label"])
    return _line(series, "month", value, account, label, accounts.get(account), context)


def _line(
    series: pd.DataFrame,
    time: str,
    value: str,
    key: str,
    label: str,
    family: str | None,
    context: Context,
) -> Line:
    role: Role = (
        "rest" if family is None
        else "focus" if family == context.selection.focus
        else "compare"
    )  # fmt: skip
    reasons = series["estimate_reason"] if "estimate_reason" in series else ["none"] * len(series)
    return Line(
        key=key,
        label=label,
        short_label=label.split(" (", maxsplit=1)[0],
        x=tuple(day.date() for day in series[time]),
        y=tuple(float(v) if pd.notna(v) else None for v in series[value]),
        estimated=tuple(reason == "window_30d" for reason in reasons),
        colours=_family_colours(context, family),
        role=role,
    )


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
    text = wording.percent(peak["share"])
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
    column = value
    if context.selection.measure == "Index = 100" and value_kind == "count":
        column, kind, unit = "index", "index", f"index of {info.unit}, first value shown = 100"
    lines: tuple[Line, ...] = ()
    bars: tuple[Bar, ...] = ()
    if known[time].nunique() > 1:
        lines = tuple(
            _line(chosen[chosen["family"] == f], time, column, f, f, f, context)
            for f in families
            if f in set(known["family"])
        )
    else:
        own = {family: family for family in families}
        ranked = known.sort_values(value, ascending=False)
        bars = _ranking(ranked, column, "family", "family", own, context)
    return Chart(
        key=info.name,
        title=title if lines else f"{title}, {_when(known[time].max(), time)}",
        shown=f"Families by owner, scope {context.selection.scope}: "
        "repositories of the developers' own organisations",
        unit=unit,
        value_kind=kind,
        source=info.source,
        source_url="https://huggingface.co/models",
        citation=_citation(context, info.source),
        as_of=_day(_end_of(known[time].max(), time)),
        frame=chosen,
        lines=lines,
        bars=bars,
        bands=_bands(chosen.rename(columns={time: "month"})) if time == "month" else (),
        markers=_markers(
            chosen[time].min(),
            _end_of(chosen[time].max(), time),
            context,
        )
        if lines
        else (),
        is_log=context.selection.scale == "Log" and bool(lines),
        caveats=(info.notes,),
    )


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
    reasons = marked.groupby("month")["estimate_reason"].max().sort_index()
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
        if last and last.label == label and _months_between(last.end, month.date()) == 1:
            bands[-1] = replace(last, end=month.date())
        else:
            bands.append(Band(month.date(), month.date(), label, kind))  # type: ignore[arg-type]
    return tuple(bands)


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _markers(first: pd.Timestamp, last: pd.Timestamp, context: Context) -> tuple[Marker, ...]:
    """Highlighted events of the period: all of the focus family, the first of each other."""
    events = context.events
    events = events[
        events["is_highlight"]
        & (events["starts_on"] >= first)
        & (events["starts_on"] <= last)
        & (events["family"].isin(list(context.selection.families)) | events["family"].isna())
    ]
    of_focus = events["family"] == context.selection.focus
    first_of_others = events[~of_focus].drop_duplicates("family")
    chosen = pd.concat([events[of_focus], first_of_others]).head(MAX_MARKERS)
    return tuple(
        Marker(
            row["starts_on"].date(),
            str(row["short_label"] if pd.notna(row["short_label"]) else row["title"]),
            str(row["title"]),
        )
        for _, row in chosen.sort_values("starts_on").iterrows()
    )


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
        caveats.append(
            f"{mark}: a month's boundary fell into a gap of the source; the split with its "
            "neighbour is a straight line, so read the two months together."
        )
    return tuple(caveats)


def _family_colours(context: Context, family: str | None) -> tuple[str, str]:
    if family is None or family not in set(context.families["family"]):
        return REST_COLOURS
    row = context.families.set_index("family").loc[family]
    return str(row["colour_light"]), str(row["colour_dark"])


def _citation(context: Context, source: str) -> str:
    return context.citations.get(source, f"Source: {source}")


def _when(day: Any, time: str) -> str:
    return wording.month(day.date()) if time == "month" else _day(day)


def _end_of(day: pd.Timestamp, time: str) -> pd.Timestamp:
    """The last day of what a row speaks of: of its month, or the day itself."""
    return day + pd.offsets.MonthEnd(0) if time == "month" else day


def _day(day: Any) -> str:
    return str(pd.Timestamp(day).date().isoformat())
