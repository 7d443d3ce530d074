"""Launches: models aligned to their release, their milestones, and both forms of the RAM."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

import data
from dashboard import parts, readings, state
from dashboard.hub_charts import SIZES
from dashboard.launch_charts import days_to

EMPTY = "None of these launches has a history here. Choose others, or collect what is named above."
MILESTONES = {100_000: "100K", 1_000_000: "1M", 10_000_000: "10M"}
REASONS = {
    "not_observed": "no reading",
    "unknown_size": "size unknown",
    "zero_baseline": "baseline is 0",
}
FORMS = {
    "ram_v1": (
        "RAM v1",
        "v1: downloads at that age over the median of the ten most downloaded models of the size "
        "class, at the same age. The ten are taken from this database and move with it.",
    ),
    "ram_2026q2": (
        "RAM 2026-Q2",
        "2026-Q2: downloads at that age over those of the tenth most downloaded model of the size "
        "class. The baseline never falls with age and is frozen at 2026-06-30, in this database; "
        "ATOM's own table is not published.",
    ),
}

# Of the session, not of the address.
USUAL = "usual_launches"

build = parts.build()
selection = state.selection(st.session_state)


def choose() -> tuple[str, ...]:
    """The control with all launches, the newest first; any other name may be typed."""
    names = list(readings.known_launches(build)["model_id"])
    usual = data.usual_launches(selection.families, build)
    # What a reader has not changed follows the families.
    before = st.session_state.get(USUAL, usual)
    if before != usual and "launch" in st.session_state:
        held = st.session_state["launch"]
        st.session_state["launch"] = usual if list(held) == before else held
    st.session_state[USUAL] = usual
    asked = [name for name in st.query_params.get_all("launch") if name]
    chosen = st.multiselect(
        "Launches", list(dict.fromkeys([*names, *asked])), default=usual, key="launch",
        bind="query-params", accept_new_options=True, placeholder="owner/name",
        help="The newest launch of each selected family at first. Any name of a repository may be "
        "typed: what is not known is said to need a collection.",
    )  # fmt: skip
    return tuple(dict.fromkeys(chosen))


def size_of(row: Any) -> str:
    """The size class in words, as HTML."""
    size = parts.unbroken(SIZES.get(row.size_class, "size unknown"))
    return f"{size}<small>{parts.unbroken('by its name')}</small>" if row.size_from_name else size


def model_of(row: Any) -> str:
    """Name of the model, and whether others published its counter, as HTML."""
    note = "<small>published counter</small>" if row.basis == "published" else ""
    return f"<b>{html.escape(row.model_id)}</b>{note}"


def reached(row: Any) -> str:
    """One milestone in words, as HTML."""
    days = html.escape(days_to(row))
    if row.state != "reached":
        return f"–<small>{days}</small>"
    before, by = (parts.unbroken(f"{at:%Y-%m-%d}") for at in (row.before_on, row.reached_on))
    when = f"on {by}" if before == by else f"{before} to {by}"
    return f"<b>{days}</b><small>passed {when}</small>"


def milestones(chosen: pd.DataFrame) -> None:
    """Days to 100K, 1M and 10M, and first-year downloads."""
    st.subheader("Days to 100K, 1M and 10M downloads", anchor=False)
    every = readings.metric(build, "launch_milestones", model_id=list(chosen["model_id"]))
    rows = every.merge(chosen[["basis", "model_id"]], on=["basis", "model_id"])
    cells = []
    for name, basis in zip(chosen["model_id"], chosen["basis"], strict=True):
        own = rows[(rows["model_id"] == name) & (rows["basis"] == basis)]
        first = next(own.itertuples())
        year = data.wording.count(first.first_year_downloads)
        about = "<small>estimate</small>" if first.first_year_is_estimate is True else ""
        cells.append(
            [
                model_of(first),
                released(first),
                size_of(first),
                *(reached(row) for row in own.sort_values("milestone").itertuples()),
                year + (about if year != data.wording.NO_VALUE else ""),
                last_reading(first),
            ]
        )
    parts.html_table(
        ["Model", "Released", "Size", *MILESTONES.values(), "First year", "Last reading"], cells
    )
    st.caption(
        "Days from the release to the first reading at which the all-time counter had passed the "
        "milestone; it was passed between the two dates. First year: downloads by day 365."
    )
    parts.csv_button(rows, "launch_milestones", key="csv-launch_milestones")


def released(row: Any) -> str:
    """Day 0, and where it is from, as HTML."""
    if pd.isna(row.released_on):
        return "–<small>not known</small>"
    note = "corrected date" if row.is_corrected else "repository created"
    return f"{parts.unbroken(f'{row.released_on:%Y-%m-%d}')}<small>{parts.unbroken(note)}</small>"


def last_reading(row: Any) -> str:
    """The counter when it was last read, as HTML."""
    if pd.isna(row.downloads):
        return "–"
    day = parts.unbroken(f"{row.as_of:%Y-%m-%d}")
    return f"{data.wording.count(row.downloads)}<small>{day}</small>"


def ratio(row: Any, form: str) -> str:
    """One RAM, or why there is none, as HTML."""
    value = getattr(row, form)
    if pd.notna(value):
        over = f"{data.wording.count(row.downloads)} / {data.wording.count(row.baseline)}"
        return f"<b>{data.wording.times(value)}</b><small>{parts.unbroken(over)}</small>"
    if row.reason == "too_few_models":
        return f"–<small>{row.baseline_models} of 10 models</small>"
    return f"–<small>{REASONS[row.reason]}</small>"


def ram(form: str, chosen: pd.DataFrame) -> None:
    """One form of the RAM as a table: a row a model, a column an age at which one has a value."""
    title, definition = FORMS[form]
    st.subheader(title, anchor=False)
    rows = readings.metric(build, form, model_id=list(chosen["model_id"]))
    rows = rows.merge(chosen[["basis", "model_id"]], on=["basis", "model_id"])
    known = set(rows[rows[form].notna()]["age_days"])
    ages = [age for age in data.RAM_AGES if age in known]
    if rows.empty:
        parts.empty_state("None of the chosen launches has a history of seven days.")
    elif ages:
        head = [f"Day {age}" for age in ages]
        cells = []
        for name in chosen["model_id"]:
            own = rows[rows["model_id"] == name]
            if own.empty:
                continue
            by_age = {row.age_days: ratio(row, form) for row in own.itertuples()}
            first = next(own.itertuples())
            told = [by_age.get(age, "–<small>not yet</small>") for age in ages]
            cells.append([model_of(first), size_of(first), *told])
        parts.html_table([title, "Size", *head], cells)
    st.caption(
        f"{without(ages) if len(rows) else ''}{definition} Own repositories of the families here; "
        "fewer than ten of a class at an age give no ratio. Small figures: downloads over the "
        "baseline."
    )
    parts.csv_button(rows, form, key=f"csv-{form}")


def without(ages: list[int]) -> str:
    """A sentence on the ages that are not in a table of those; '' when all are."""
    missing = [str(age) for age in data.RAM_AGES if age not in ages]
    if not missing:
        return ""
    days = " or ".join([", ".join(missing[:-1]), missing[-1]] if missing[1:] else missing)
    return (
        f"No model has a value{f' at day {days}' if ages else ''}: it was not read at that age, "
        "too few others of its size were, or it is not that old; the CSV says which. "
    )


def stated() -> None:
    """RAM scores that others published, beside ours and never among them."""
    for row in data.published_ram(build).itertuples():
        st.html(
            "<p class='oma-link'>Published, not measured here: RAM "
            f"{html.escape(row.form)} of {html.escape(row.model_id)} at day {row.age_days} is "
            f"<b>{row.ram:g}</b>, {parts.link(row.source_title, row.source_url)}. ATOM takes all "
            "models that it tracks and size classes of its own.</p>"
        )


st.title("Launches", anchor=False)
st.markdown("Models aligned to the day of their release: who was downloaded how fast.")
names = choose()
said, about_ram = readings.launch_notes(build, names)
if said.compared:
    st.markdown(said.compared)
for text in said.needed:
    parts.empty_state(text)
launched = readings.known_launches(build).set_index("model_id", drop=False).rename_axis(None)
chosen = launched.loc[[name for name in names if name in launched.index]]
followed = chosen[chosen["has_history"]]
selection = replace(
    selection, launches=tuple(zip(followed["basis"], followed["model_id"], strict=True))
)
if names:
    parts.show_chart(build, "launch_curves", selection, empty=EMPTY)
else:
    parts.empty_state("Choose a launch.")
if len(chosen):
    milestones(chosen)
st.header("Relative Adoption Metric", anchor=False)
st.markdown(
    "How many times as often a model was downloaded as a baseline of its size class, at the same "
    "age. There are two forms, with different baselines: their values cannot be compared."
)
if about_ram and len(followed):
    parts.empty_state(about_ram)
for form in FORMS:
    ram(form, followed)
    if form == "ram_v1":
        stated()
