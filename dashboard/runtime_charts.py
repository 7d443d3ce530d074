"""Charts of local and serving use: Ollama's pulls, LM Studio's proxy, downloads of runtimes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pandas as pd

from dashboard import style
from dashboard.chart import (
    MAX_BARS,
    Bar,
    Chart,
    Cited,
    Context,
    Line,
    ValueKind,
    cited,
    day,
    end_of,
    family_colours,
    line_of,
    markers_between,
    of_marks,
    values_of,
    when,
)
from dashboard.hub_charts import ChartKind
from data import MetricInfo, wording

# Channel on screen -> source of the metric. With and without mirrors are two series of PyPI.
CHANNELS = {
    "PyPI": "pypistats", "PyPI with mirrors": "clickhouse", "Docker Hub": "dockerhub",
    "GitHub releases": "github", "npm": "npm",
}  # fmt: skip
STRAIGHT = "Between two readings the line is straight."
INCOMPLETE = dict.fromkeys(
    ("pypistats", "clickhouse", "npm", "dockerhub"), "Dotted: some days of the month were not read."
) | {"github": "Dotted: at least this many, since older releases were not read."}
RUNTIMES = (
    "vLLM", "SGLang", "llama.cpp", "Ollama", "transformers", "MLX", "TGI", "LM Studio",
)  # fmt: skip
COUNTED = {
    "pypistats": (
        "Downloads of Python packages, mirrors left out",
        "Build servers download, too. pypistats.org keeps 180 days.",
    ),
    "clickhouse": (
        "Downloads of Python packages, mirrors included",
        "Mirrors copy every release, and build servers download, too.",
    ),
    "dockerhub": ("Pulls of images on Docker Hub", "Version checks count as pulls."),
    "github": (
        "Downloads of release files on GitHub",
        "Who fetches the source code instead is not counted.",
    ),
    "npm": ("Downloads of npm packages", "Build servers download, too."),
}
PULLS = "Ollama counts pulls, not users, and rounds the numbers."


def monthly_ollama_pulls(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """New pulls of the selected families by calendar month."""
    chart = _families(
        rows, info, context, "ollama", value="monthly_ollama_pulls", time="month",
        title="New pulls on Ollama by calendar month, by family",
        shown="Models of the family on ollama.com/library. A month runs from the last reading of "
        "the month before to its own last reading",
        caveats=(PULLS,),
    )  # fmt: skip
    if chart is None:
        return None
    steps = chart.frame["pulls_half_step"].dropna()
    if steps.empty:
        return chart
    off = f"Rounding can be off by up to {wording.count(float(steps.max()))} pulls a month."
    return replace(chart, caveats=(*chart.caveats, off))


def ollama_family_pulls(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """All pulls of the selected families since the beginning."""
    return _families(
        rows, info, context, "ollama", value="ollama_family_pulls", time="date",
        title="All pulls on Ollama, by family",
        shown="Models of the family on ollama.com/library, all pulls since the beginning",
        caveats=(STRAIGHT, PULLS),
    )  # fmt: skip


def ollama_libraries(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """The libraries of the selected families with the most pulls on the newest day."""
    chosen = rows[rows["family"].isin(list(context.selection.families))]
    chosen = chosen[chosen["ollama_pulls"].notna() & (chosen["date"] == rows["date"].max())]
    if chosen.empty:
        return None
    ranked = chosen.sort_values("ollama_pulls", ascending=False)
    chart = _chart(
        "ollama_libraries", info, cited(context, "ollama"), ranked.head(MAX_BARS), "date"
    )
    return replace(
        chart,
        title=f"Libraries of the selected families on Ollama, {chart.as_of}",
        shown="All pulls since the beginning, with how far rounding can be off",
        bars=tuple(
            Bar(
                r.library, r.library, float(r.ollama_pulls), family_colours(context, r.family),
                half_width=float(r.pulls_half_step),
            )
            for r in ranked.head(MAX_BARS).itertuples()
        ),
        caveats=(PULLS,),
    )  # fmt: skip


def published_pulls(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Pulls of the selected families' libraries, as an archive recorded them."""
    if rows.empty:
        return None
    first = rows.iloc[0]
    title = str(first["source_title"])
    source = Cited(title, str(first["source_url"]), context.citations.get(title, title))
    named = replace(context, sources={**context.sources, "published_pulls": source})
    chart = _families(
        rows, info, named, "published_pulls", value="published_pulls", time="date",
        title="All pulls on Ollama, by family, as an archive recorded them",
        shown="Models of the family, all pulls since the beginning, last reading of each month",
        caveats=("Published, not collected here.", STRAIGHT, _unread(rows["date"]), PULLS),
    )  # fmt: skip
    return None if chart is None else replace(chart, key="published_pulls")


def _unread(days: pd.Series) -> str:
    """Between which readings a month was left out; '' where none was."""
    read = sorted(set(days))
    gaps = [
        f"{day(before)} and {day(after)}"
        for before, after in pairwise(read)
        if (after.year - before.year) * 12 + after.month - before.month > 1
    ]
    return f"No reading between {', and between '.join(gaps)}." if gaps else ""


def lmstudio_downloads(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """30-day downloads of lmstudio-community by base family, all families of the newest day."""
    newest = rows[(rows["date"] == rows["date"].max()) & rows["lmstudio_downloads"].notna()]
    if newest.empty:
        return None
    ranked = newest.sort_values("lmstudio_downloads", ascending=False)
    chart = _chart(
        "lmstudio_downloads", info, cited(context, "lmstudio"), ranked.head(MAX_BARS), "date"
    )
    words = {"none": "no family of the seeds", "mixed": "parents of two families"}
    return replace(
        chart,
        title=f"Proxy for LM Studio: downloads of lmstudio-community by base family, {chart.as_of}",
        shown="LM Studio publishes no counts. Its app offers repositories of lmstudio-community on "
        "the Hub, which others download, too",
        bars=tuple(
            Bar(
                r.family, words.get(r.family, r.family), float(r.lmstudio_downloads),
                family_colours(context, r.family),
            )
            for r in ranked.head(MAX_BARS).itertuples()
        ),
        caveats=("A repository counts for the family that it was made from.",),
    )  # fmt: skip


def runtime_downloads(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Downloads or pulls of every runtime by one source, by month; not of the running month."""
    channel = context.selection.channel
    read = rows[rows["source"] == channel]
    known = read[read["runtime_downloads"].notna()]
    if known.empty:
        return None
    # One that is over stays, even if days or old releases of it are missing.
    newest = known["month"].max()
    is_running = known["month"] == newest
    is_running &= end_of(newest, "month") > read["last_on"].max()
    chosen = known[~is_running]
    if chosen.empty:
        return None
    title, caveat = COUNTED[channel]
    chart = _chart("runtime_downloads", info, cited(context, channel), chosen, "month")
    chart = replace(
        chart,
        title=f"{title}, by calendar month",
        shown="One line for each package, image or repository. Channels count different things and "
        "are never added up",
        unit=str(chosen.iloc[0]["unit"]),
        caveats=(
            caveat,
            "The running month is left out." if is_running.any() else "",
            "" if chosen["is_complete"].all() else INCOMPLETE[channel],
        ),
    )
    return _by_name(chart, chosen, context, value="runtime_downloads", time="month")


def runtime_totals(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Pulls or downloads of every runtime since the beginning, by the newest reading."""
    channel = context.selection.channel
    chosen = rows[(rows["channel"] == channel) & rows["runtime_totals"].notna()]
    if chosen.empty:
        return None
    newest = chosen[chosen["date"] == chosen["date"].max()]
    title, caveat = COUNTED[channel]
    chart = _chart("runtime_totals", info, cited(context, channel), newest, "date")
    chart = replace(
        chart,
        title=f"{title} since the beginning",
        shown="One bar for each image or repository, all since the beginning",
        unit=str(newest.iloc[0]["unit"]),
        caveats=(caveat,),
    )
    return _by_name(chart, newest, context, value="runtime_totals", time="date")


def runtime_stars(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Stars of the repositories of the runtimes."""
    if rows.empty:
        return None
    chart = _chart("runtime_stars", info, cited(context, "github"), rows, "date")
    chart = replace(
        chart,
        title="Stars of the runtimes' repositories on GitHub",
        shown="A star is a mark that somebody with an account gave, not a user",
    )
    return _by_name(chart, rows, context, value="runtime_stars", time="date")


CHARTS: dict[str, ChartKind] = {
    "monthly_ollama_pulls": ChartKind(
        "monthly_ollama_pulls", monthly_ollama_pulls, lambda s: {"family": list(s.families)}
    ),
    "ollama_family_pulls": ChartKind(
        "ollama_family_pulls", ollama_family_pulls, lambda s: {"family": list(s.families)}
    ),
    "ollama_libraries": ChartKind(
        "ollama_pulls", ollama_libraries, lambda s: {"family": list(s.families)}
    ),
    "published_pulls": ChartKind(
        "published_pulls", published_pulls, lambda s: {"family": list(s.families)}
    ),
    "lmstudio_downloads": ChartKind("lmstudio_downloads", lmstudio_downloads),
    "runtime_downloads": ChartKind(
        "runtime_downloads", runtime_downloads, lambda s: {"source": s.channel}
    ),
    "runtime_totals": ChartKind(
        "runtime_totals", runtime_totals, lambda s: {"channel": s.channel}
    ),
    "runtime_stars": ChartKind("runtime_stars", runtime_stars),
}  # fmt: skip


def _chart(key: str, info: MetricInfo, source: Cited, rows: pd.DataFrame, time: str) -> Chart:
    """What a chart says of its rows, before anything is drawn."""
    return Chart(
        key=key,
        title=info.title,
        shown="",
        unit=info.unit,
        value_kind="count",
        source=source.title,
        source_url=source.url,
        citation=source.citation,
        as_of=day(end_of(rows[time].max(), time)),
        frame=rows,
    )


def _families(
    rows: pd.DataFrame,
    info: MetricInfo,
    context: Context,
    source: str,
    *,
    value: str,
    time: str,
    title: str,
    shown: str,
    caveats: tuple[str, ...],
) -> Chart | None:
    """One line a selected family, or one bar where there is one date only."""
    chosen = rows[rows["family"].isin(list(context.selection.families))].sort_values(time)
    known = chosen[chosen[value].notna()]
    if known.empty:
        return None
    # Months at either end of which nothing is known say nothing.
    chosen = chosen[chosen[time].between(known[time].min(), known[time].max())]
    chart = _chart(info.name, info, cited(context, source), known, time)
    is_index = context.selection.measure == "Index = 100" and "index" in chosen
    kind: ValueKind = "index" if is_index else "count"
    unit = f"index of {info.unit}, first value shown = 100" if is_index else info.unit
    chart = replace(
        chart, title=title, shown=shown, caveats=caveats, frame=chosen, value_kind=kind, unit=unit
    )
    drawn = "index" if is_index else value
    if known[time].nunique() == 1:
        ranked = known.sort_values(value, ascending=False)
        bars = tuple(
            Bar(r["family"], r["family"], float(r[drawn]), family_colours(context, r["family"]))
            for _, r in ranked.iterrows()
        )
        name = title.replace(" by calendar month", "")
        title = f"{name}, {when(known[time].max(), time)}"
        return replace(chart, title=title, bars=bars, frame=ranked)
    families = [family for family in context.selection.families if family in set(known["family"])]
    chart = replace(
        chart,
        lines=tuple(
            line_of(
                chosen[chosen["family"] == family], time, drawn, key=family, label=family,
                family=family, context=context,
            )
            for family in families
        ),
        markers=markers_between(chosen[time].min(), end_of(chosen[time].max(), time), context),
        is_log=context.selection.scale == "Log",
    )  # fmt: skip
    return of_marks(chart, "family")


def _by_name(chart: Chart, rows: pd.DataFrame, context: Context, *, value: str, time: str) -> Chart:
    """One line a package, image or repository, the largest first, or bars of one date."""
    newest = rows.sort_values(time).drop_duplicates("name", keep="last")
    ranked = newest.sort_values(value, ascending=False)
    hues = {name: _colours(runtime) for name, runtime in ranked[["name", "runtime"]].to_numpy()}
    labels = _labels(rows)
    if rows[time].nunique() == 1:
        return replace(
            chart,
            frame=ranked.head(MAX_BARS),
            title=f"{chart.title.replace(', by calendar month', '')}, "
            f"{when(rows[time].max(), time)}",
            bars=tuple(
                Bar(r["name"], labels[r["name"]], float(r[value]), hues[r["name"]])
                for _, r in ranked.head(MAX_BARS).iterrows()
            ),
        )
    return replace(
        chart,
        lines=tuple(
            replace(
                _line(rows[rows["name"] == name].sort_values(time), time, value, labels[name], hue),
                shade=list(hues.values())[:place].count(hue),
            )
            for place, (name, hue) in enumerate(hues.items())
        ),
        is_log=context.selection.scale == "Log",
    )


def _colours(runtime: str) -> tuple[str, str]:
    """A runtime has one colour in all charts; those that are not among the known share the last."""
    place = RUNTIMES.index(runtime) if runtime in RUNTIMES else len(RUNTIMES)
    return style.NOMINAL[place]


def _line(
    series: pd.DataFrame, time: str, value: str, label: str, colours: tuple[str, str]
) -> Line:
    is_whole = [True] * len(series) if "is_complete" not in series else series["is_complete"]
    return Line(
        key=str(series.iloc[0]["name"]),
        label=label,
        short_label=label,
        x=tuple(moment.date() for moment in series[time]),
        y=values_of(series[value]),
        estimated=tuple(not flag for flag in is_whole),
        colours=colours,
        remarks=tuple("" if flag else "not whole" for flag in is_whole),
    )


def _labels(rows: pd.DataFrame) -> Mapping[str, str]:
    """The runtime's name, and what is counted where the runtime has several."""
    pairs = rows[["name", "runtime"]].drop_duplicates("name")
    several = set(pairs["runtime"][pairs["runtime"].duplicated()])
    return {
        name: f"{runtime} ({name})" if runtime in several else runtime
        for name, runtime in zip(pairs["name"], pairs["runtime"], strict=True)
    }
