"""Classes that are drawn on each other: which are the largest, and all others as one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

REST = "none"


def largest_classes(rows: pd.DataFrame, value: str) -> list[str]:
    """The classes by the sum of a column over all dates, the largest first, equal ones by name."""
    sizes = rows.groupby("class")[value].sum()
    return sorted(sizes.index, key=lambda name: (-float(sizes[name]), name))


def with_rest(
    rows: pd.DataFrame, kept: Collection[str], *, summed: Sequence[str], unknown: Collection[str]
) -> pd.DataFrame:
    """The rows of the kept classes, and of each date one of all others together, called REST.

    Columns of `summed` are added up, NULL where no class has a value; those of `unknown` say
    nothing of several classes and are NULL. All others are the same in all rows of a date.
    """
    is_kept = rows["class"].isin([name for name in kept if name != REST])
    others = rows[~is_kept]
    if others["class"].isin([REST]).all():
        return rows
    by_date = others.groupby("date")
    sums = by_date[list(summed)].sum(min_count=1)
    same = by_date[[n for n in rows if n not in {"date", *summed, *unknown}]].first()
    rest = same.assign(**{"class": REST}).join(sums).reset_index()
    together = pd.concat([rows[is_kept], rest.reindex(columns=rows.columns)])
    return together.sort_values("date", kind="stable")
