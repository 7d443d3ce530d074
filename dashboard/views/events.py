"""Events: a series before and after any event or date, beside the market and other families."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

import data
from dashboard import event_charts, parts, readings, recipes, state

FILL = {
    "collected_months": "No months were collected. Run `collectors collect huggingface` at the end "
    "of each month and then `collectors build`, or fill the past at once. " + parts.FILL_ARCHIVE,
    "collected_weeks": "No weeks were collected. " + parts.FILL_ARCHIVE,
    "served_tokens": "No tokens were collected. OpenRouter gives them with any of its keys: set "
    "`OPENROUTER_API_KEY`, run `collectors collect openrouter` and then `collectors build`. The "
    "first run reads every day since 2025-01-01.",
}
NOT_HERE = "Nothing of it in the chosen period: choose another focus, series or period."
SERIES = {kind.title: key for key, kind in data.EVENT_SERIES.items()}
# What the control of the event holds while a date is chosen.
A_DATE = "A date"
# Of the session, not of the address.
FOCUS_SHOWN = "focus_of_event"
COLUMNS = {
    "period": st.column_config.TextColumn("when", width=170),
    "family": st.column_config.TextColumn("family", width=95),
    "kind": st.column_config.TextColumn("kind", width=95),
    "title": st.column_config.TextColumn("what happened", width=560),
    "source_url": st.column_config.LinkColumn("link", display_text="open", width=60),
    "source_title": st.column_config.TextColumn("source", width=220),
}

build = parts.build()
selection = state.selection(st.session_state)
events = event_charts.in_order(readings.metric(build, "events"), selection.focus)
SEARCHED = ["title", "family", "kind", "source_title", "source_url"]


def forget_date() -> None:
    """An event that was chosen goes before a date that was filled in earlier."""
    st.session_state["at"] = None


def chosen_event() -> pd.Series:
    """The control of the event, which follows the focus until another event is chosen; empty while
    a date is."""
    names = list(events["name"])
    first = event_charts.first_shown(events, selection.focus)
    before = st.session_state.get(FOCUS_SHOWN, selection.focus)
    if before != selection.focus and "event" in st.session_state:
        usual = event_charts.first_shown(event_charts.in_order(events, before), before)
        held = st.session_state["event"]
        st.session_state["event"] = first if held == usual else held
    st.session_state[FOCUS_SHOWN] = selection.focus
    # At the first run only the address knows of a date.
    is_date = bool(st.session_state.get("at", st.query_params.get("at")))
    if is_date:
        names = [A_DATE, *names]
        st.session_state["event"] = A_DATE
    elif st.session_state.get("event") == A_DATE:
        st.session_state["event"] = first
    name = st.selectbox(
        "Event", names, index=names.index(first), key="event", bind="query-params", width=520,
        on_change=forget_date,
        help="Those of the focus family and of platforms first, then all others; type to search",
    )  # fmt: skip
    return events[events["name"] == (first if name == A_DATE else name)].iloc[0]


def told(event: pd.Series) -> str:
    """When, what and where it can be read, as HTML."""
    moment = parts.unbroken(period(event))
    source = event["source_title"] if pd.notna(event["source_title"]) else "source"
    url = event["source_url"] if pd.notna(event["source_url"]) else ""
    link = parts.link(source, url)
    return f"{moment}: {html.escape(event['title'])} ({link})"


def period(event: pd.Series) -> str:
    """When an event was, as precisely as it is known."""
    return data.wording.period(
        event["starts_on"].date(), event["ends_on"].date(), precision=event["date_precision"]
    )


def before_and_after(study: data.EventStudy) -> None:
    """Levels and slopes of the focus, of the market and of each compare family."""
    grain = study.series.grain
    shown = study.table.drop(columns="note")
    # The windows stand above: in a narrow window their words would break within the heads.
    st.markdown(f"Before: {study.window_words('before')}. After: {study.window_words('after')}.")
    parts.html_table(
        ["What", "Before", "After", "Change", f"Slope before, a {grain}", f"Slope after, a {grain}",
         f"{grain.capitalize()}s known"],
        [[html.escape(str(cell)) for cell in row] for row in shown.to_numpy()],
    )  # fmt: skip
    st.caption(
        "Shares compete: what one family gains in share others lose. So the market and the other "
        "families stand here in absolute numbers. This page says what was before and after, and "
        "nothing about why."
    )
    rows = event_charts.with_source(study.rows, study.series)
    parts.csv_button(rows, f"event_study_{study.at.isoformat()}", key="csv-event-rows")


def also(study: data.EventStudy) -> None:
    """What else is known of these months."""
    rows = study.events.sort_values("starts_on")
    parts.html_table(
        ["When", "What", "Kind", "Source"],
        [
            [
                parts.unbroken(period(row)),
                html.escape(row["title"]),
                html.escape(row["kind"]),
                parts.link("open", row["source_url"])
                if pd.notna(row["source_url"])
                else html.escape(row["source_title"]),
            ]
            for _, row in rows.iterrows()
        ],
        is_compact=True,
    )


def all_events() -> None:
    """Every event of the seeds, filtered."""
    st.header("All events", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        whose = st.segmented_control(
            "Families", ("Selected", "All"), default="All", key="whose", bind="query-params"
        )
        kinds = st.multiselect(
            "Kind", sorted(set(events["kind"])), key="event_kind", bind="query-params", width=320,
            placeholder="Every kind",
        )  # fmt: skip
        text = st.text_input(
            "Search", key="event_text", bind="query-params", width=260, placeholder="In any text"
        )
    rows = events.sort_values("starts_on", ascending=False, kind="stable")
    if whose == "Selected":
        rows = rows[rows["family"].isin(list(selection.families))]
    if kinds:
        rows = rows[rows["kind"].isin(kinds)]
    rows = parts.matching(rows, SEARCHED, text)
    if rows.empty:
        parts.empty_state("No event matches. Clear the search or choose more kinds.")
        return
    st.caption(f"{len(rows)} of {len(events)} events")
    shown = rows.assign(period=[period(row) for _, row in rows.iterrows()])
    shown = shown.astype(object).where(shown.notna(), None)
    parts.table(shown, key="events", columns=COLUMNS, height=420)
    parts.csv_button(rows.drop(columns="name"), "events", key="csv-events")


st.title("Events", anchor=False)
with st.container(horizontal=True, vertical_alignment="bottom"):
    event = chosen_event()
    at = st.date_input(
        "Or any date", value=None, key="at", bind="query-params", width=150, format="YYYY-MM-DD",
        min_value=date(2019, 1, 1), max_value=date(2035, 12, 31),
        help="While a date stands here it goes before the event",
    )  # fmt: skip
    series = SERIES[
        st.selectbox("Series", list(SERIES), key="series", bind="query-params", width=200)
    ]
    grain = data.EVENT_SERIES[series].grain
    steps = "months" if grain == "month" else "days"
    usual = data.EVENT_WINDOWS[grain][-1]
    window = st.segmented_control(
        f"Window, {steps}", data.EVENT_WINDOWS[grain], default=usual, required=True,
        key=f"window_{steps}", bind="query-params",
    )  # fmt: skip
    # An empty parameter in the address is none of the buttons.
    window = window or usual

asked = replace(selection, event=event["name"], at=at, event_series=series, window=int(window))
study = recipes.study(build, "event_study", asked).study
if at:
    st.html(f'<p class="oma-line">{at.isoformat()}, a date of your choice</p>')
else:
    st.html(f'<p class="oma-line oma-link">{told(event)}</p>')
if study.series.points.empty:
    parts.empty_state(FILL.get(series, NOT_HERE))
else:
    st.html(f'<p class="oma-about">{html.escape(study.about)}</p>')
    st.header(parts.plain(study.sentence), anchor=False)
    lines = [text for text in (*study.pooled, study.line) if text]
    if lines:
        told_lines = "".join(f'<p class="oma-line">{html.escape(text)}</p>' for text in lines)
        st.html(told_lines.replace(" %", "\N{NO-BREAK SPACE}%"))
    parts.show_chart(build, "event_study", asked, empty=NOT_HERE)
    if study.is_known:
        st.header("Before and after", anchor=False)
        before_and_after(study)
    if study.remarks:
        st.header("Read with care", anchor=False)
        st.markdown("\n".join(f"- {parts.plain(remark)}" for remark in study.remarks))
if len(study.events):
    parts.folded(
        f"Also known of these months: {len(study.events)} events of {selection.focus} and of "
        "platforms",
        "also",
        lambda: also(study),
        icon=":material/event:",
    )
all_events()
