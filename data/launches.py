"""Launches: which models are known, which are shown at first, how they compare, what to collect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from data import queries
from data.wording import count, times, whole

RAM_AGES = (7, 14, 30, 60, 90, 180, 365)
CLASS_LEAST = 3  # launches of a size class from which on their median is shown
RAM_LEAST = 10  # launches of a size class, as in ram_v1.sql and ram_2026q2.sql
SHOWN_FROM = 100_000  # downloads from which on a launch stands for its family
# Archives of the Hub hold all-time counters since 2025-02-26; the first whole week began then:
COUNTERS_SINCE = date(2025, 3, 3)
GUARDS = "guard"  # in names of models that judge texts; ATOM leaves them out
FROM_THE_START = "2025-02"
BUILD = "then `collectors build`."

_RAM_FIGURE = r"ram_score_day(\d+)"


@dataclass(frozen=True)
class LaunchNotes:
    """What is said of some launches, Markdown: `compared` ('' when fewer than two are known at one
    age), and `needed`: what has to be collected, for which models and why."""

    compared: str
    needed: tuple[str, ...]


def known_launches(build: Path | None = None) -> pd.DataFrame:
    """Every model with a launch or a corrected release date, one row each, the newest first.

    Columns: model_id, basis (the one that read it at the youngest age; collected of two alike),
    family, size_class, size_from_name, released_on, downloads (counter at the last reading), as_of,
    has_history. Raises NoBuildError.
    """
    rows = queries.metric("launch_milestones", build=build, milestone=100_000)
    rows = rows.assign(has_history=~rows["state"].isin(["no_history", "no_release_date"]))
    rows = rows.sort_values(
        ["has_history", "first_read_on", "basis"],
        ascending=[False, True, True],
        na_position="last",
        kind="stable",
    ).drop_duplicates("model_id")
    ordered = rows.sort_values(
        ["released_on", "model_id"], ascending=[False, True], na_position="last"
    )
    columns = [
        "model_id", "basis", "family", "size_class", "size_from_name", "released_on", "downloads",
        "as_of", "has_history",
    ]  # fmt: skip
    return ordered[columns].reset_index(drop=True)


def usual_launches(families: Sequence[str], build: Path | None = None) -> list[str]:
    """One model of each of these families: the newest with SHOWN_FROM downloads, else the newest
    with a history, else the newest whose release date is known.

    Of several on one day the one with more downloads, then the shorter name. Guard models are left
    out. A family without any has none.
    """
    known = known_launches(build)
    is_guard = known["model_id"].str.contains(GUARDS, case=False)
    known = known[known["released_on"].notna() & ~is_guard]
    known = known.assign(
        rank=known["has_history"].astype(int) + (known["downloads"].fillna(0) >= SHOWN_FROM),
        letters=known["model_id"].str.len(),
    ).sort_values(
        ["rank", "released_on", "downloads", "letters", "model_id"],
        ascending=[False, False, False, True, True],
        na_position="last",
    )
    firsts = known.drop_duplicates("family").set_index("family")["model_id"]
    return [str(firsts[name]) for name in dict.fromkeys(families) if name in firsts.index]


def launch_notes(model_ids: Sequence[str], build: Path | None = None) -> LaunchNotes:
    """The comparison of some launches at one age, and what to collect for those without a history.

    Names are exact; unknown ones are said to be so. Raises NoBuildError.
    """
    known = known_launches(build).set_index("model_id")
    chosen = known.loc[[name for name in dict.fromkeys(model_ids) if name in known.index]]
    strange = [name for name in dict.fromkeys(model_ids) if name not in known.index]
    followed = chosen[chosen["has_history"]]
    return LaunchNotes(
        _compared(followed, build),
        (*_needed(chosen[~chosen["has_history"]]), *_unknown(strange)),
    )


def ram_note(model_ids: Sequence[str], build: Path | None = None) -> str:
    """What to collect for a RAM, '' when some of these models have one in either form; Markdown."""
    for form in ("ram_v1", "ram_2026q2"):
        rows = queries.metric(form, build=build, model_id=list(model_ids))
        if rows[form].notna().any():
            return ""
    return (
        f"No RAM can be given: it needs at least {RAM_LEAST} launches of a size class that were "
        "read week by week, or day by day, since their release. Run `collectors backfill --from "
        f"{FROM_THE_START} --every week` for the past and `collectors collect` each day, "
        f"{BUILD}"
    )


def published_ram(build: Path | None = None) -> pd.DataFrame:
    """RAM scores that others stated, one row each: model_id, age_days, form (v1 or 2026-Q2), ram,
    note, source_title, source_url, figure_id."""
    rows = queries.metric("reported_figures", build=build)
    rows = rows.assign(age_days=rows["metric"].str.extract(_RAM_FIGURE, expand=False))
    rows = rows[rows["age_days"].notna()]
    return rows.assign(
        model_id=rows["subject"],
        age_days=rows["age_days"].astype(int),
        form=[_form_of(note) for note in rows["note"]],
        ram=rows["value"],
    )[["model_id", "age_days", "form", "ram", "note", "source_title", "source_url", "figure_id"]]


def _form_of(note: Any) -> str:
    """The form that a statement speaks of, by its note; a RAM is never without one."""
    text = str(note)
    return "v1" if "v1" in text else "2026-Q2" if "2026-Q2" in text else "form not stated"


def _compared(chosen: pd.DataFrame, build: Path | None) -> str:
    """Downloads at the oldest age at which all are known, else at which two are."""
    if len(chosen) < 2:
        return ""
    rows = queries.metric(
        "launch_curves", build=build, model_id=list(chosen.index), age_days=list(RAM_AGES)
    )
    rows = rows[rows["launch_curves"].notna()]
    rows = rows[rows["basis"] == rows["model_id"].map(chosen["basis"])]
    models = rows.groupby("age_days")["model_id"].nunique()
    ages = models[models >= 2]
    if ages.empty:
        return ""
    everywhere = ages[ages == len(chosen)]
    age = int((everywhere if len(everywhere) else ages).index.max())
    at = rows[rows["age_days"] == age].sort_values("launch_curves", ascending=False)
    told = [
        f"**{row.model_id.rpartition('/')[2]}** {'≈ ' if row.is_estimate else ''}"
        f"{count(row.launch_curves)}{_over_median(row)}"
        for row in at.itertuples()
    ]
    return f"Downloads by day {age} after the release of each: {'; '.join(told)}."


def _over_median(row: Any) -> str:
    """' (9.1 times the median of 22 launches of its size)', where there are enough of them."""
    if row.class_models < CLASS_LEAST or not row.class_median:
        return ""
    ratio = times(row.launch_curves / row.class_median)
    return f" ({ratio} times the median of {whole(row.class_models)} launches of its size)"


def _needed(missing: pd.DataFrame) -> tuple[str, ...]:
    """Why these models have no history, and what would bring one."""
    undated = list(missing.index[missing["released_on"].isna()])
    dated = missing[missing["released_on"].notna()]
    is_early = dated["released_on"] < pd.Timestamp(COUNTERS_SINCE)
    found = []
    if len(names := list(dated.index[~is_early])):
        first = dated.loc[names, "released_on"].min()
        found.append(
            f"Nothing was read of {_listed(names)} in the year after release. Run `collectors "
            f"backfill --from {month_to_read(first.date())} --every week`, {BUILD}"
        )
    if len(names := list(dated.index[is_early])):
        found.append(
            f"The launch of {_listed(names)} cannot be read back: archives of the Hub hold "
            f"whole weeks of all-time counters since {COUNTERS_SINCE.isoformat()} only."
        )
    if undated:
        found.append(
            f"The release date of {_listed(undated)} is not known. Run `collectors collect`, "
            f"which reads when repositories were created, {BUILD}"
        )
    return tuple(found)


def month_to_read(released: date) -> str:
    """The month from which an archive must be read to have seen a model come: that of its release,
    or the one before when the first week of which both ends are read begins later.

    Of each week its last day is read, and repositories are created a day before a release or so.
    """
    created = released - timedelta(days=1)
    first = created.replace(day=1)
    first_sunday = first + timedelta(days=6 - first.weekday())
    since = first if created > first_sunday else first - timedelta(days=1)
    return f"{max(since, COUNTERS_SINCE - timedelta(days=28)):%Y-%m}"


def _unknown(names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        return ()
    return (
        f"No launch of {_listed(names)} is known. Names are exact: owner/name. With `collectors "
        f"backfill --from {FROM_THE_START} --every week` and `collectors build` each own "
        "repository of a family with 1,000 downloads or more becomes one.",
    )


def _listed(names: Sequence[str]) -> str:
    """'**a**, **b** and **c**'."""
    told = [f"**{_plain(name)}**" for name in names]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"


def _plain(name: str) -> str:
    """A name that anybody may have typed, without what Markdown would read as more than letters."""
    return "".join(letter for letter in name if letter.isalnum() or letter in "/-_. ")[:120]
