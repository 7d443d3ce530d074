"""What to run where a build holds nothing at all of what a chart is drawn from; the command
`collectors query` says the same."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

import data
from dashboard import readings

BACKFILL = "collectors backfill --from 2024-07 --every week"
_ARCHIVE = "Hugging Face Hub archive"


def what_to_run(build: Path, info: data.MetricInfo, filters: Mapping[str, Any]) -> str | None:
    """A sentence on what fills a metric, or the layer that `filters` names, of which the build has
    no row; None when it has some."""
    rows = readings.metric(build, info.name)
    if rows.empty:
        names = _sources_of(build, info.source)
        commands = [f"collectors collect {' '.join(names)}"] if names else []
        return _told([*commands, *([BACKFILL] if _ARCHIVE in info.source else [])])
    if not {"layer", "basis", "measure"} <= set(filters):
        return None
    return _of_layer(build, rows, filters)


def _of_layer(build: Path, rows: pd.DataFrame, filters: Mapping[str, Any]) -> str | None:
    """Why there is no such series of a layer: it was never collected, or others were asked for."""
    rows = rows[rows["layer"] == filters["layer"]]
    if ((rows["basis"] == filters["basis"]) & (rows["measure"] == filters["measure"])).any():
        return None
    pairs = rows[["basis", "measure"]].drop_duplicates().itertuples(index=False)
    there = [f"basis={basis} counted={measure}" for basis, measure in sorted(pairs)]
    titles = readings.metric(build, "layer_titles").set_index("layer")["source"].dropna()
    source = titles.get(filters["layer"])
    told = [f"{filters['layer']} has {' and '.join(there)}"] if there else []
    if source and not (rows["basis"] == "collected").any():
        told.append(_told([f"collectors collect {source}"]))
    return "; ".join(told) or None


def _told(commands: Sequence[str]) -> str:
    run = " or ".join(f"`{one}`" for one in commands or ["collectors collect"])
    return f"nothing collected yet: run {run}, then `collectors build`"


def _sources_of(build: Path, source: str) -> list[str]:
    """Names of the sources that a metric's header speaks of; archives have a command of their
    own."""
    parts = [part.strip().removesuffix(" API") for part in re.split(r"[;,]", source)]
    known = readings.metric(build, "freshness")
    return [
        str(row.source)
        for row in known[~known["is_archive"].astype(bool)].itertuples()
        if any(
            part and (str(row.title).startswith(part) or part.startswith(str(row.source)))
            for part in parts
        )
    ]
