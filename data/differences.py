"""What differs between two builds: values that changed, that are new, and that are gone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data import queries
from data.errors import FilterError
from data.wording import percent

# Sums in another order differ by less; that is no other figure.
SAME_WITHIN = 1e-9
# Columns that say where a row comes from, when it was read and how to take it: of no result.
_BESIDE = re.compile(r"(^|_)(citations?|urls?|as_of|notes?)$")


@dataclass(frozen=True)
class Difference:
    """How the values of two builds differ. A value is one that is known: NULL and a row that is not
    there are none.

    `values` is how many the earlier build has, `changed` how many of them are others now, `gone`
    how many are not known any more, `added` how many are known for the first time. `largest` is
    the largest change of a number, relative to the one before: +0.1 for 10 to 11; None without one,
    as after 0. `at` is the row of that number by the columns of its grain, and `column` its column.
    `left_out` are columns that only one of the builds has.
    """

    values: int
    changed: int = 0
    added: int = 0
    gone: int = 0
    largest: float | None = None
    at: Mapping[str, Any] = field(default_factory=dict)
    column: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether all is the same."""
        return not (self.changed or self.added or self.gone)

    def told(self, of: str) -> str:
        """'In the newest build 12 of 400 values of this chart differ, by up to 1.3 % (Qwen,
        2026-09-01); 6 are new.' of the words 'this chart'."""
        if self.is_none:
            return f"In the newest build no value of {of} differs."
        told = []
        if self.changed:
            verb = "differs" if self.changed == 1 else "differ"
            told.append(f"{self.changed:,} of {self.values:,} values of {of} {verb}{self._most()}")
        else:
            told.append(f"no value of {of} differs")
        told += [
            f"{count:,} {'is' if count == 1 else 'are'} {word}"
            for count, word in ((self.added, "new"), (self.gone, "gone"))
            if count
        ]
        return f"In the newest build {'; '.join(told)}."

    def _most(self) -> str:
        if self.largest is None:
            return ""
        place = ", ".join(_text(value) for value in self.at.values() if not _is_nothing(value))
        up_to = "up to " if self.changed > 1 else ""
        return f", by {up_to}{percent(abs(self.largest))}{f' ({place})' if place else ''}"


def compare(
    name: str,
    before: Path,
    after: Path,
    *,
    families: Sequence[str] | None = None,
    start: date | None = None,
    end: date | None = None,
    where: Mapping[str, Any] | None = None,
    **equals: Any,
) -> Difference:
    """How a metric of the build `after` differs from that of the build `before`, row by row of its
    grain; filters are those of `data.metric`. Kept, since builds never change.

    Compared is every column that both builds have, numbers and words, but for the grain, citations,
    addresses, days of reading and notes; each is a value of its own. The largest change is that of
    the metric's value where this differs, else of any number. Raises UnknownMetricError when a
    build lacks the metric, and FilterError for a filter that does not fit, or when the two builds
    have another grain.
    """
    named = tuple(families) if families is not None else None
    others = tuple(
        (column, tuple(value) if isinstance(value, (list, set)) else value)
        for column, value in sorted({**(where or {}), **equals}.items())
    )
    return _compared(name, before, after, named, start, end, others)


def compare_rows(
    before: pd.DataFrame,
    after: pd.DataFrame,
    grain: Sequence[str],
    columns: Sequence[str],
    *,
    main: str | None = None,
) -> Difference:
    """The same of two frames whose rows are named by the columns `grain`, which no two rows share;
    `columns` are those that are compared, which both have, and `main` the one whose largest change
    goes before that of others. NULL in a grain is a name, too; names of two types are compared as
    text."""
    keys = list(grain)
    sides = [frame[[*keys, *columns]] for frame in (before, after)]
    if not keys:
        keys = ["row"]
        sides = [side.assign(row=range(len(side))) for side in sides]
    apart = [key for key in keys if not _is_one_type(sides[0][key], sides[1][key])]
    sides = [side.assign(**{key: _as_text(side[key]) for key in apart}) for side in sides]
    both = sides[0].merge(sides[1], on=keys, how="outer", suffixes=("\n0", "\n1"))
    found = [_of_column(both, column, keys) for column in columns]
    most = max(
        found,
        key=lambda one: (one.column == main, abs(one.largest or 0.0)),
        default=Difference(0),
    )
    return Difference(
        values=sum(one.values for one in found),
        changed=sum(one.changed for one in found),
        added=sum(one.added for one in found),
        gone=sum(one.gone for one in found),
        largest=most.largest,
        at=most.at,
        column=most.column,
    )


@lru_cache(maxsize=256)
def _compared(
    name: str,
    before: Path,
    after: Path,
    families: tuple[str, ...] | None,
    start: date | None,
    end: date | None,
    equals: tuple[tuple[str, Any], ...],
) -> Difference:
    infos = [queries.metric_info(name, build=build) for build in (before, after)]
    grains = [info.grain for info in infos]
    if set(grains[0]) != set(grains[1]):
        raise FilterError(
            f"metric {name}: a row is one of {', '.join(grains[0])} in {before.stem}, and one of "
            f"{', '.join(grains[1])} in {after.stem}; these cannot be compared"
        )
    rows = [
        queries.metric(
            name, build=build, families=families, start=start, end=end, where=dict(equals)
        )
        for build in (before, after)
    ]
    both = [column for column in rows[0].columns if column in rows[1].columns]
    columns = _compared_columns(grains[0], both)
    found = compare_rows(rows[0], rows[1], grains[0], columns, main=infos[1].value_column)
    left_out = sorted(set(rows[0].columns) ^ set(rows[1].columns))
    return Difference(**{**vars(found), "left_out": tuple(left_out)})


def _compared_columns(grain: Sequence[str], both: Sequence[str]) -> list[str]:
    """All but the grain and what stands beside the results, unless there is nothing else."""
    others = [column for column in both if column not in grain]
    return [column for column in others if not _BESIDE.search(column)] or others


def _is_one_type(old: pd.Series, new: pd.Series) -> bool:
    return old.dtype == new.dtype or (_is_number(old) and _is_number(new))


def _as_text(column: pd.Series) -> pd.Series:
    return column.astype(str).astype(object).where(column.notna(), None)


def _of_column(both: pd.DataFrame, column: str, keys: list[str]) -> Difference:
    old, new = both[f"{column}\n0"], both[f"{column}\n1"]
    was, now = old.notna().to_numpy(), new.notna().to_numpy()
    counts: dict[str, Any] = {"values": int(was.sum()), "added": int((now & ~was).sum()),
              "gone": int((was & ~now).sum())}  # fmt: skip
    if not (_is_number(old) and _is_number(new)):
        changed = was & now & (old.astype(str) != new.astype(str)).to_numpy()
        return Difference(**counts, changed=int(changed.sum()))
    first, second = (side.to_numpy(dtype=float, na_value=np.nan) for side in (old, new))
    changed = was & now & ~np.isclose(first, second, rtol=SAME_WITHIN, atol=0.0)
    measured = changed & (first != 0)
    if not measured.any():
        return Difference(**counts, changed=int(changed.sum()))
    shifts = np.zeros(len(both))
    shifts[measured] = (second[measured] - first[measured]) / np.abs(first[measured])
    place = int(np.abs(shifts).argmax())
    at = {key: both[key].iloc[place] for key in keys}
    return Difference(
        **counts, changed=int(changed.sum()), largest=float(shifts[place]), at=at, column=column
    )


def _is_number(column: pd.Series) -> bool:
    is_bool = pd.api.types.is_bool_dtype(column)
    return bool(pd.api.types.is_numeric_dtype(column) and not is_bool)


def _is_nothing(value: Any) -> bool:
    return value is None or value == "" or bool(np.isscalar(value) and pd.isna(value))


def _text(value: Any) -> str:
    is_date = isinstance(value, (pd.Timestamp, date))
    return pd.Timestamp(value).date().isoformat() if is_date else str(value)
