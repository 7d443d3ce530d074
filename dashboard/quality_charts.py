"""Charts of quality: one release of one benchmark, beside adoption."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from dashboard.chart import Chart, Context, Point, Selection, cited, day, family_colours
from dashboard.hub_charts import ChartKind
from data import MetricInfo, metric

# Benchmark of the metric -> its name on screen, its source, what its score is.
BENCHMARKS = {
    "lmarena_text": ("LMArena text", "lmarena", "rating"),
    "livebench": ("LiveBench", "livebench", "points, 0 to 100"),
    "artificial_analysis": (
        "Artificial Analysis", "artificial_analysis", "Intelligence Index",
    ),
}  # fmt: skip
WITHOUT_DEVELOPERS = (
    "LiveBench names neither developers nor licences, so a closed model may be a family's best.",
)


def quality_and_adoption(rows: pd.DataFrame, info: MetricInfo, context: Context) -> Chart | None:
    """The score of each family's best open model beside how much the family is downloaded."""
    name, source_name, unit = BENCHMARKS[context.selection.benchmark]
    both = rows[rows["quality_and_adoption"].notna() & (rows["adoption"] > 0)]
    if both.empty:
        return None
    source = cited(context, source_name)
    families = set(context.selection.families)
    return Chart(
        key="quality_and_adoption",
        title=f"Quality beside adoption: {name}, release {context.selection.release}",
        shown="One dot for each family: the score of its best model, leaving out those known to be "
        "closed, and the downloads of the developer's own repositories",
        unit=unit,
        value_kind="score",
        source=source.title,
        source_url=source.url,
        citation=str(both.iloc[0]["citation"]),
        as_of=day(both["as_of"].max()),
        frame=both.sort_values("quality_position"),
        points=tuple(
            Point(
                r.family,
                r.family,
                float(r.adoption),
                float(r.quality_and_adoption),
                family_colours(context, r.family),
                "focus" if r.family == context.selection.focus
                else "compare" if r.family in families
                else "rest",
            )
            for r in both.itertuples()
        ),
        x_unit="downloads of own repositories, newest known (factors of ten)",
        caveats=(
            *(WITHOUT_DEVELOPERS if context.selection.benchmark == "livebench" else ()),
            "Downloads are the newest known, beside older releases, too. The chart says nothing "
            "about causes, sizes or prices.",
            "Scores of two releases are never compared: tasks and ratings change between them.",
        ),
    )  # fmt: skip


def with_release(selection: Selection, build: Path) -> Selection:
    """The selection with the newest release of its benchmark where it names none."""
    if selection.release:
        return selection
    scores = metric("quality_scores", benchmark=selection.benchmark, build=build)
    newest = scores.sort_values("release_position")["release"].tail(1)
    return replace(selection, release=str(newest.iloc[0])) if len(newest) else selection


CHARTS: dict[str, ChartKind] = {
    "quality_and_adoption": ChartKind(
        "quality_and_adoption", quality_and_adoption,
        lambda s: {"benchmark": s.benchmark, "release": s.release},
        complete=with_release,
    ),
}  # fmt: skip
