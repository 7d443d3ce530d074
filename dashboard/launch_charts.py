"""Charts of launches: downloads since the release, model beside model, with their classes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from dashboard.chart import (
    ARCHIVE,
    REST_COLOURS,
    Chart,
    Cited,
    Context,
    Line,
    Role,
    Selection,
    citation_of,
    cited,
    cited_text,
    day,
    family_colours,
    values_of,
)
from dashboard.hub_charts import SIZES, ChartKind
from data import CLASS_LEAST, MetricInfo, known_launches, usual_launches

DAY_ZERO = date(2000, 1, 3)  # stands for the release; only distances from it are shown
# Why a milestone has no day.
STATES = {
    "not_reached": "not reached",
    "past_at_first_reading": "past it at the first reading",
    "in_a_gap": "in a gap between readings",
    "no_history": "no reading",
    "no_release_date": "release date unknown",
}
WEEKLY = 8  # days between readings from which on a line is dotted
# Of the medians of size classes, which are also dashed each in its own way.
MEDIAN_COLOURS = (("#4b5563", "#c3cad4"), REST_COLOURS, ("#7a6452", "#bfae9d"))


def days_to(row: Any) -> str:
    """When a milestone was passed, or why that is not known: '29 days', '≤ 29 days' where it was
    passed between two readings, 'not reached'. `row`: of the metric launch_milestones."""
    if row.state != "reached":
        return STATES[row.state]
    if row.launch_milestones < 0:
        return "before the release"
    # A reading says that the milestone was passed by then, not when.
    by_then = "" if row.before_on == row.reached_on else "≤ "
    return f"{by_then}{row.launch_milestones:.0f} days"


def launch_curves(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """Downloads of the chosen launches by days since the release, and medians of their classes."""
    chosen = [
        rows[(rows["basis"] == b) & (rows["model_id"] == m)] for b, m in context.selection.launches
    ]
    chosen = [one for one in chosen if (one["launch_curves"].notna() & (one["age_days"] > 0)).any()]
    if not chosen:
        return None
    lines: list[Line] = []
    for one in chosen:
        line = _curve(one, context)
        same = [other for other in lines if other.colours == line.colours]
        lines.append(replace(line, shade=len(same)))
    shown = pd.concat(chosen)
    sources = _sources(shown, context)
    return Chart(
        key="launch_curves",
        title="Downloads since the release, launch beside launch",
        shown="Day 0 is the release: its corrected date where one is known, otherwise the creation "
        "of the repository; all-time counter of the repository",
        unit=info.unit,
        value_kind="count",
        source="; ".join(one.title for one in sources),
        source_url=sources[0].url,
        citation=_citation(shown, sources),
        as_of=day(shown["known_on"].max()),
        frame=shown.drop(columns=["source_url"]),
        lines=(*lines, *_medians(chosen, context)),
        day_zero=DAY_ZERO,
        is_log=context.selection.scale == "Log",
        caveats=_caveats(shown),
    )


def _curve(rows: pd.DataFrame, context: Context) -> Line:
    first = rows.iloc[0]
    rows = rows[rows["age_days"] <= rows.loc[rows["launch_curves"].notna(), "age_days"].max()]
    name = str(first["model_id"]).rpartition("/")[2]
    family = first["family"] if pd.notna(first["family"]) else None
    role: Role = "focus" if family == context.selection.focus else "compare"
    return Line(
        key=f"{first['basis']} {first['model_id']}",
        label=name if first["basis"] == "collected" else f"{name}, published",
        short_label=name,
        x=_days(rows["age_days"]),
        y=_drawn(rows["launch_curves"], context),
        estimated=tuple(gap > WEEKLY for gap in rows["gap_days"]),
        colours=family_colours(context, family),
        role=role,
        remarks=tuple(f"between readings {gap} days apart" for gap in rows["gap_days"]),
    )


def _medians(chosen: list[pd.DataFrame], context: Context) -> tuple[Line, ...]:
    """One dashed line a size class with several launches, for the first few classes."""
    found: dict[str, Line] = {}
    for rows in chosen:
        # Of few launches a median says little.
        known = rows[rows["class_median"].notna() & (rows["class_models"] >= CLASS_LEAST)]
        if known.empty:
            continue
        first = known.iloc[0]
        size = SIZES[first["size_class"]]
        published = "" if first["basis"] == "collected" else ", published"
        line = Line(
            key=f"median {first['basis']} {first['size_class']}",
            label=f"median {size}{published}",
            short_label=f"median {size}",
            x=_days(known["age_days"]),
            y=_drawn(known["class_median"], context),
            estimated=(False,) * len(known),
            colours=REST_COLOURS,
            is_dashed=True,
        )
        before = found.get(line.key)
        # Of two launches of a class the older one has more of the median.
        if before is None or len(line.x) > len(before.x):
            found[line.key] = line
    return tuple(
        replace(line, colours=colours, shade=number)
        for number, (line, colours) in enumerate(zip(found.values(), MEDIAN_COLOURS, strict=False))
    )


def _drawn(column: pd.Series, context: Context) -> tuple[float | None, ...]:
    """Values; on a log axis without the zeros of the first days."""
    values = values_of(column)
    is_log = context.selection.scale == "Log"
    return tuple(None if is_log and value == 0 else value for value in values)


def _days(ages: pd.Series) -> tuple[date, ...]:
    return tuple(DAY_ZERO + timedelta(days=int(age)) for age in ages)


def _citation(rows: pd.DataFrame, sources: list[Cited]) -> str:
    """How the sources are cited; of several each with the day of its own newest reading."""
    if len(sources) == 1:
        return sources[0].citation
    newest_first = rows.sort_values("known_on", ascending=False).drop_duplicates("source")
    newest = newest_first.set_index("source")["known_on"]
    return "; ".join(
        cited_text(one.citation, day(newest[name])).rstrip(".")
        for name, one in zip(rows["source"].dropna().unique(), sources, strict=True)
    )


def _sources(rows: pd.DataFrame, context: Context) -> list[Cited]:
    """Whose readings the curves are of, each once."""
    names = dict.fromkeys(rows["source"].dropna())
    own = {"huggingface": "huggingface", "hub_archive": ARCHIVE}
    found = []
    for name in names:
        row = rows[rows["source"] == name].iloc[0]
        title, url = str(row["source_title"]), str(row["source_url"])
        found.append(
            cited(context, own[name]) if name in own
            else Cited(title, url, citation_of(context, title))
        )  # fmt: skip
    return found


def _caveats(rows: pd.DataFrame) -> tuple[str, ...]:
    known = rows[rows["launch_curves"].notna()]
    caveats = ["Between two readings the line is straight."]
    sizes = [size for size in SIZES if (known["size_class"] == size).any()]
    if len(sizes) > 1:
        named = ", ".join(SIZES[size] for size in sizes)
        caveats.append(f"The models are not of one size ({named}): compare each with its class.")
    if (known["gap_days"] > WEEKLY).any():
        caveats.append("Dotted: more than eight days between two readings.")
    if (rows["launch_curves"].isna()).any():
        caveats.append("Where readings lie more than 45 days apart there is no line.")
    if (known["class_models"] >= CLASS_LEAST).any():
        caveats.append(
            "Dashed: median of all launches of the size class that have a value at that age."
        )
    if (rows["basis"] == "published").any():
        caveats.append("Counters that others published are never joined with collected ones.")
    return tuple(caveats)


def with_usual(selection: Selection, build: Path) -> Selection:
    """The selection with the launches that the page shows for its families, where it names none."""
    if selection.launches:
        return selection
    known = known_launches(build).set_index("model_id")
    usual = known.loc[usual_launches(selection.families, build)]
    followed = usual[usual["has_history"]]
    return replace(selection, launches=tuple(zip(followed["basis"], followed.index, strict=True)))


CHARTS: dict[str, ChartKind] = {
    "launch_curves": ChartKind(
        "launch_curves", launch_curves,
        lambda s: {"model_id": [model for _, model in s.launches]} if s.launches
        else {"families": s.families},
        complete=with_usual,
    ),
}  # fmt: skip
