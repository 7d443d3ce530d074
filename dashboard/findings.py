"""Which rule tells a chart in one sentence, and with what; the rules are in data/findings.py."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st

import data
from dashboard import readings, recipes, scales
from dashboard.chart import Chart, Line, Selection
from dashboard.recipes import Recipe
from data import findings, wording
from data.findings import Item, Period, Series, Told

# What is a rest and no rival.
REST = {"other", "unknown", "none"}
# One series holds the next, so that none leads.
NESTED = {"concentration_hub"}
# Every value is the least that it can be.
AT_LEAST = {"model_tokens", "token_prices"}
# What is counted, where the unit does not say it in a word.
NOUNS = {
    "token_share": "of OpenRouter's tokens",
    "published_tokens": "of OpenRouter's tokens",
    "concentration_families": "of its downloads",
    "derivative_download_share": "of the lineage's downloads",
    "derivatives_total": "derivatives",
    "derivatives_new": "new derivatives",
    "derivatives_by_relation": "new derivatives",
    "monthly_ollama_pulls": "new pulls",
}
# Series that are a part of what their label names.
PARTS = {"concentration_families": "top ten", "derivative_download_share": "derivatives"}
THINGS = {"quality_and_adoption": "families", "token_prices": "models"}
RELEASE_DAY = re.compile(r"\d{4}-\d\d-\d\d")
LONG_NOUN = 40  # letters
HALF_STEP = "pulls_half_step"  # the column that says how far rounded counters may be off


def finding(recipe: Recipe) -> str:
    """A chart in one sentence without its full stop; '' when it holds no value.

    Raises as recipes.draw does.
    """
    recipes.draw(recipe)  # which says why there may be none
    return _told_of(recipes.build_of(recipe), recipe.key, recipe.selection)


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=readings.BY_REPR)
def _told_of(build: Path, key: str, selection: Selection) -> str:
    """The same, kept by build."""
    chart = recipes.chart(build, key, selection)
    assert chart is not None
    own = _own_labels(build, selection.focus)
    return _of_briefing(chart, build, key, selection) or by_rule(chart, selection, own)


def _of_briefing(chart: Chart, build: Path, key: str, selection: Selection) -> str:
    """The first page's own sentence, where the chart shows just what it speaks of."""
    own = next((line for line in chart.lines if line.role == "focus"), None)
    if key != "account_downloads" or chart.value_kind != "share" or own is None:
        return ""
    inexact = {at for at, flag in zip(own.x, own.inexact, strict=False) if flag}
    if own.x[-1] in inexact:  # which the first page's sentence does not say
        return ""
    line = data.account_line(selection.focus, selection.rivals, build=build)
    if not line.startswith(f"{wording.month(own.x[-1])}: "):
        return ""
    text = f"{own.short_label}, {line.replace('**', '').removesuffix('.')}"
    is_whole = own.x[-1].replace(year=own.x[-1].year - 1) not in inexact
    if is_whole and len(text) <= findings.MOST_LETTERS:
        return text
    return text.partition("; a year ago")[0]


def by_rule(chart: Chart, selection: Selection, own: set[str]) -> str:
    """The sentence that a chart's own values give, '' when they give none; `own` are names of the
    focus family in the chart."""
    told = _told(chart, own)
    event = _event_day(chart)
    if event and len(chart.levels) == 2:
        before, after = chart.levels
        return findings.of_levels(
            told.focus or selection.focus, before.value, after.value, told, event,
            (before.is_inexact, after.is_inexact),
        )  # fmt: skip
    if chart.bars:
        return _of_bars(chart, told)
    if chart.points:
        margins = _margins_of_scores(chart)
        points = [Item(p.label, p.y, margins.get(p.key, 0.0)) for p in chart.points]
        return findings.of_points(points, told, _day_of(chart), THINGS.get(chart.key, "things"))
    return _over_time(chart, selection, told)


def _over_time(chart: Chart, selection: Selection, told: Told) -> str:
    lines, stacks = _all(chart, chart.lines), _all(chart, chart.stacks)
    if chart.value_kind == "growth" and stacks:
        return findings.of_growth(stacks[0], lines, told)
    if chart.value_kind == "change" and lines:
        return findings.of_split(lines[0], stacks, told, selection.focus)
    if chart.key in NESTED:
        return findings.of_nested(lines, told)
    if stacks:
        whole = selection.focus if chart.title.startswith(f"{selection.focus}:") else ""
        return findings.of_parts(stacks, told, whole)
    return findings.of_lines(lines, told)


def _of_bars(chart: Chart, told: Told) -> str:
    at = _day_of(chart)
    if chart.key in NESTED:
        one_day = [Series(bar.label, (at,), (bar.value,)) for bar in chart.bars]
        return findings.of_nested(one_day, told)
    bars = [
        Item(
            # Of a repository the name, which its owner makes too long.
            bar.label if bar.key in REST else _named(chart, bar.label.rpartition("/")[2]),
            bar.value,
            bar.half_width or _half_steps(chart, bar.key).get(at, 0.0),
            bar.is_inexact or _is_rough_index(chart),
            is_rest=bar.key in REST,
        )
        for bar in chart.bars
    ]
    return findings.of_bars(bars, told, at)


def _told(chart: Chart, own: set[str]) -> Told:
    labels = [_name(chart, line) for line in chart.lines if line.role == "focus"]
    labels += [_named(chart, bar.label) for bar in chart.bars if {bar.key, bar.label} & own]
    labels += [point.label for point in chart.points if point.role == "focus"]
    return Told(
        kind=chart.value_kind,
        noun=_noun(chart),
        period=_period(chart),
        focus=labels[0] if labels else None,
        read_until=date.fromisoformat(chart.as_of[:10]),
        zero=chart.day_zero,
        at_least=chart.key in AT_LEAST
        or ("bound" in chart.frame and bool((chart.frame["bound"] == "at_least").any())),
        part=PARTS.get(chart.key, ""),
    )


def _all(chart: Chart, lines: tuple[Line, ...]) -> list[Series]:
    # Single days are dashed, too: then all lines are.
    has_medians = not all(line.is_dashed for line in lines)
    alone = ""
    if _is_rough_index(chart) and lines:  # how far it is off is not known, so nor is an order
        alone = next((line.key for line in lines if line.role == "focus"), lines[0].key)
    return [
        Series(
            _name(chart, line), line.x, line.y, _estimates(chart, line), line.highs,
            is_ranked=not (line.is_dashed and has_medians) and alone in {"", line.key},
            margins=_margins(chart, line),
            is_rest=line.key in REST,
        )
        for line in lines
    ]  # fmt: skip


def _estimates(chart: Chart, line: Line) -> tuple[bool, ...]:
    """What is drawn as an estimate, and what words call one."""
    others = line.inexact or line.estimated
    is_rough = _is_rough_index(chart)
    return tuple(
        is_rough or one or other for one, other in zip(line.estimated, others, strict=True)
    )


def _is_rough_index(chart: Chart) -> bool:
    """Whether it is an index of rounded counters; what is known is how far those are off."""
    return chart.value_kind == "index" and HALF_STEP in chart.frame


def _margins(chart: Chart, line: Line) -> tuple[float, ...]:
    """How far rounded counters may be off at each point."""
    steps = _half_steps(chart, line.key)
    return tuple(steps.get(at, 0.0) for at in line.x) if steps else ()


def _half_steps(chart: Chart, family: str) -> dict[date, float]:
    """How far the rounded counters of a family may be off, by their dates."""
    if chart.value_kind != "count" or not {HALF_STEP, "family"} <= set(chart.frame):
        return {}
    time = "month" if "month" in chart.frame else "date"
    rows = chart.frame[(chart.frame["family"] == family) & chart.frame[HALF_STEP].notna()]
    return {at.date(): float(step) for at, step in zip(rows[time], rows[HALF_STEP], strict=True)}


def _margins_of_scores(chart: Chart) -> dict[str, float]:
    """How far scores may be off, by their family: half of the interval that the benchmark gives."""
    if not {"family", "quality_low", "quality_high"} <= set(chart.frame):
        return {}
    rows = chart.frame[chart.frame["quality_low"].notna() & chart.frame["quality_high"].notna()]
    ends = zip(rows["family"], rows["quality_low"], rows["quality_high"], strict=True)
    return {family: float(high - low) / 2 for family, low, high in ends}


def _name(chart: Chart, line: Line) -> str:
    if line.key in REST:
        return line.short_label or line.label
    if chart.value_kind == "growth":
        return "the market" if line.key == "market" else line.label.partition(" (")[0]
    return _named(chart, line.short_label or line.label)


def _named(chart: Chart, label: str) -> str:
    part = PARTS.get(chart.key)
    return f"{label}'s {part}" if part else label


def _noun(chart: Chart) -> str:
    """What is counted: 'downloads' of 'downloads in the trailing 30 days', 'of all downloads' of
    'share of all downloads in the month'."""
    if chart.value_kind == "growth":
        return "downloads"
    if chart.value_kind not in {"count", "change", "share"}:
        return ""
    is_whole_word = chart.value_kind == "share" or chart.key.startswith(("derivatives", "monthly_"))
    if chart.key in NOUNS and is_whole_word:
        return NOUNS[chart.key]
    unit = chart.unit.removeprefix("share ")
    if chart.value_kind == "share":
        unit = re.split(r" (?:in|of) the (?:month|week|day)|,", unit)[0]
        return unit.removesuffix(" on the Hub") if len(unit) > LONG_NOUN else unit
    return re.split(r" (?:in|since|a|of) |,", unit)[0]


def _period(chart: Chart) -> Period:
    if chart.day_zero:
        return "age"
    if chart.series and scales.is_monthly(chart):
        return "month"
    grains = [name for name in ("month", "week") if name in chart.frame]
    if "period" in chart.frame and not grains:
        grains = [name for name in ("month", "week") if (chart.frame["period"] == name).any()]
    if grains:
        return "month" if grains[0] == "month" else "week"
    words: dict[str, Period] = {
        "newest seven days": "7 days", "trailing 30 days": "30 days", " since ": "total"
    }  # fmt: skip
    told = f"{chart.unit} {chart.shown}"
    return next((period for word, period in words.items() if word in told), "day")


def _day_of(chart: Chart) -> date:
    """The newest time of a ranking's rows, or the day of a release; else that of the reading."""
    for name in ("month", "week", "date", "ends_on"):
        if name in chart.frame and chart.frame[name].notna().any():
            newest: date = pd.Timestamp(chart.frame[name].max()).date()
            return newest
    if "release" in chart.frame and RELEASE_DAY.fullmatch(str(chart.frame["release"].max())):
        return date.fromisoformat(str(chart.frame["release"].max()))
    return date.fromisoformat(chart.as_of[:10])


def _event_day(chart: Chart) -> date | None:
    days = [marker.day for marker in chart.markers if marker.day]
    return date.fromisoformat(days[0]) if days else None


def _own_labels(build: Path, focus: str) -> set[str]:
    """How the focus family and its account are called in rankings."""
    rows = readings.families(build)
    own = rows[rows["family"] == focus]
    return {str(text) for name in ("family", "account", "account_label") for text in own[name]}
