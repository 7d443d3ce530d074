"""Leads: who is ahead on which layer and measure, since when, and how fast it moves."""

from __future__ import annotations

import html
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

import data
from dashboard import lead_charts, parts, readings, state
from dashboard.lead_charts import points_words

RISERS_SHOWN, RISERS_LISTED = 5, 20  # before the reader asks for more, and then
NOT_RANKED = "None of the selected families has a value here in this period. Choose a longer one."
NO_MOMENTUM = (
    "No month of this family's downloads can be compared with the one before in this period. "
    "Choose a longer period, or a family whose account others follow: Qwen, Llama, DeepSeek, "
    "Mistral or Gemma."
)
NO_CHART = "A chart takes two months of the focus family that can be compared with those before."
NO_RISERS = (
    "No model is listed. That takes readings of the Hub's counters on at least 15 days in a row, "
    "of 57 for the longer window: run `collectors collect huggingface` every day, and then "
    "`collectors build`."
)
WINDOWS = {"7 days": 7, "28 days": 28}
DESCENT = ("derivative_downloads", "lineage_downloads")
READ_ROWS = 320  # pixels

# Narrow windows would break its columns within words.
_under = partial(parts.remark, min_width="4.2rem")
build = parts.build()
selection = state.selection(st.session_state)
rival = selection.rivals[0] if selection.rivals else None


def panel(rows: pd.DataFrame) -> None:
    """The same question on every layer and measure, in one row each."""
    head = ["Layer", selection.focus, rival or "", "Ratio", "Leader", "Second", "Who is ahead",
            "As of", "Source"]  # fmt: skip
    told = rows.astype(object).where(rows.notna(), None)
    cells = [_panel_row(row) for row in told.itertuples()]
    shown = [place for place, title in enumerate(head) if title and (rival or place not in (3, 6))]
    with st.container(key="panel"):
        parts.html_table(
            [head[n] for n in shown], [[row[n] for n in shown] for row in cells], is_compact=True
        )
    st.caption(
        "Layers are never added up. Published figures and collected ones stand in rows of their "
        "own. The bar is the focus family's part of what the two have together. An account or "
        "author holds all models of its owner, so it is not the family. Places are among all of "
        "one kind."
    )
    parts.csv_button(rows, f"leads_{selection.focus}_{rival}", key="csv-leads")
    unfilled(rows)


def _panel_row(row: Any) -> list[str]:
    title = html.escape(data.series_title(row.title, row.measure_title))
    ratio = f"{data.wording.times(row.ratio)} ×" if row.ratio is not None else "–"
    leader, second = (
        f"{parts.leading_family(name, build)}{_under(text)}" if name else "–"
        for name, text in ((row.leader, row.leader_text), (row.second, row.second_text))
    )
    ahead = row.ahead_text.replace("-", "\u2011")  # no break within a date
    return [
        f"{title}{_under(f'{row.basis}: {row.counts}')}",
        _value_cell(row, row.focus_text, row.focus_position, row.focus_part_of),
        _value_cell(row, row.rival_text, row.rival_position, row.rival_part_of),
        parts.bar(ratio, row.part, 1.0, selection.focus, build) if row.ratio is not None else "–",
        leader,
        second,
        html.escape(ahead),
        parts.unbroken(f"{row.date:%Y-%m}" if row.period == "month" else f"{row.date:%Y-%m-%d}"),
        parts.link(row.source_title, row.source_url),
    ]


def _value_cell(row: Any, text: str, position: int | None, part_of: str | None) -> str:
    if part_of is not None:
        return f"not told apart{_under(f'a part of {part_of}')}"
    if text == data.wording.NO_VALUE:
        return "not seen"
    seen = " as seen" if row.bound == "at_least" else ""
    place = _under(f"{data.wording.ordinal(position)} of {row.subjects}{seen}") if position else ""
    return f"<b>{html.escape(text)}</b>{place}"


def unfilled(rows: pd.DataFrame) -> None:
    """Which layers have no row yet, and what fills them."""
    titles = readings.metric(build, "layer_titles")
    known = titles[titles["source"].notna() & ~titles["layer"].isin(list(rows["layer"]))]
    known = known[known["layer"] != "collected_downloads"].sort_values("position")
    told = [f"{row.title} (`collectors collect {row.source}`)" for row in known.itertuples()]
    if not rows["layer"].isin(list(DESCENT)).any():
        told.append(
            "downloads of derivatives and of whole lineages (`collectors backfill --from 2024-07 "
            "--every week`)"
        )
    if told:
        parts.empty_state(f"Not collected yet: {', '.join(told)}. Then run `collectors build`.")


def ranks(rows: pd.DataFrame) -> None:
    """Ranks over time on the layer and measure that is chosen."""
    series = rows[rows["basis"] != "reported"]
    names = {
        f"{data.series_title(row.title, row.measure_title)}, {row.basis}": row
        for row in series.itertuples()
    }
    if not names:
        parts.empty_state(NOT_RANKED)
        return
    chosen = st.selectbox(
        "Layer and measure", list(names), key="standing", bind="query-params", width=420
    )
    row = names[chosen]
    title = data.series_title(row.title, row.measure_title)
    parts.show_chart(
        build,
        "standings",
        lead_charts.selected(selection, row.basis, row.layer, row.measure, title),
        empty=NOT_RANKED,
    )


def since_when(rows: pd.DataFrame) -> None:
    """Since when the one that is ahead has been so, for each pair and series."""
    st.header(f"Since when: {selection.focus} and each compared family", anchor=False)
    if rows.empty:
        parts.empty_state("No series holds the focus family and one that is compared.")
        return
    st.caption(
        "The first period after which one stays ahead to the end of the series; earlier ones that "
        "did not last are touches. Months are flows unless the measure says since when it adds up."
    )
    shown = rows.assign(
        series=[
            data.series_title(title, measure)
            for title, measure in zip(rows["title"], rows["measure_title"], strict=True)
        ],
        estimate=["yes" if flag else "" for flag in rows["is_estimate"]],
        estimated_touches=rows["estimated_touches"].where(rows["touches"] != ""),
    )
    labels = {
        "series": "Layer and measure", "ahead": "Ahead", "behind": "Behind", "since_text": "Since",
        "estimate": "On an estimate", "touches": "Earlier touches",
        "estimated_touches": "Of them estimates", "basis": "Basis", "source_title": "Source",
    }  # fmt: skip
    columns = {name: st.column_config.Column(label) for name, label in labels.items()}
    columns["as_of"] = st.column_config.DateColumn("Newest period", format="YYYY-MM-DD")
    parts.table(
        shown,
        key="table-crossings",
        columns=columns,
        height="auto" if len(shown) <= parts.ROWS_SHOWN else READ_ROWS,
    )
    parts.csv_button(rows, f"crossovers_{selection.focus}", key="csv-crossings")


def as_others_say() -> None:
    """Dates that others published, beside what the published series here give, in a closed box."""
    rows = data.published_crossings(selection.families, build=build)
    if len(rows):
        label = f"Dates that others gave for an overtaking ({len(rows)})"
        parts.folded(label, "reported-crossings", partial(statements, rows))


def statements(rows: pd.DataFrame) -> None:
    """Who passed whom as others say, a row each."""
    told = rows.astype(object).where(rows.notna(), None)
    parts.html_table(
        ["Who passed whom", "In what", "Date given", "Accounts followed here", "Source"],
        [
            [
                f"{parts.leading_family(row.leader, build)} over "
                f"{parts.leading_family(row.passed, build)}",
                html.escape(row.what),
                parts.unbroken(row.when),
                f"{html.escape(row.here_text)}"
                f"{_under('rests on an estimate' if row.here_is_estimate else '')}",
                f"{parts.link(row.source_title, row.source_url)}{_under(row.note or '')}",
            ]
            for row in told.itertuples()
        ],
    )
    st.caption(
        "Statements, not measured here. They count from the beginning of each repository; the "
        "accounts followed here count from July 2024 on, and for regions they are fourteen "
        "developers only. So the dates differ, and neither refutes the other."
    )
    parts.csv_button(rows, "reported_crossovers", key="csv-reported-crossings")


def momentum() -> None:
    """Month on month, beside the market."""
    st.header("Momentum", anchor=False)
    everything = readings.metric(build, "momentum")
    bases = [b for b in ("published", "collected") if (everything["basis"] == b).any()]
    basis = bases[0]
    if len(bases) > 1:
        basis = st.segmented_control(
            "Figures", bases, default=bases[0], required=True, key="figures", bind="query-params"
        )
        # An empty parameter in the address is none of the buttons.
        basis = basis or bases[0]
    chosen = lead_charts.of_momentum(selection, basis)
    rows = lead_charts.newest_momentum(everything, chosen)
    if rows.empty:
        parts.empty_state(NO_MOMENTUM)
        return
    month = data.wording.month(rows["month"].max())
    st.markdown(f"**{month}**, {lead_charts.market_words(rows)}")
    of_focus = rows["family"] == selection.focus
    # Without a row of its own, the others are all that there is to say.
    is_first = of_focus if of_focus.any() else ~of_focus
    changes(rows[is_first])
    rest = rows[~is_first]
    if not rest.empty:
        label = f"The compared families beside it ({len(rest)})"
        parts.folded(label, "momentum-rest", partial(changes, rest))
    st.caption(lead_charts.momentum_caption(rows))
    parts.csv_button(rows, f"momentum_{month.replace(' ', '-')}", key="csv-momentum-newest")
    parts.show_chart(build, "momentum", chosen, empty=NO_CHART)


def changes(rows: pd.DataFrame) -> None:
    """Downloads and shares against one and three months before, a row each, beside the market."""
    told = rows.astype(object).where(rows.notna(), None)
    parts.html_table(
        ["Name", "Downloads", "1 month", "3 months", "Share", "Points", "Points, 3 months",
         "Market", "Market, 3 months", "In words"],
        [
            [
                parts.leading_family(row.subject, build),
                data.wording.count(row.value),
                f"<b>{data.wording.change(row.momentum)}</b>",
                _estimated(data.wording.change(row.change_3m), row.is_estimate_3m),
                data.wording.percent(row.share),
                f"<b>{points_words(row.share_points)}</b>",
                _estimated(points_words(row.share_points_3m), row.is_estimate_3m),
                data.wording.change(row.market_change),
                _estimated(data.wording.change(row.market_change_3m), row.is_estimate_3m),
                html.escape(
                    data.momentum_words(row.reading, row.momentum, row.market_change)
                    + (" (estimate)" if row.is_estimate else "")
                ),
            ]
            for row in told.itertuples()
        ],
        is_compact=True,
    )  # fmt: skip


def _estimated(text: str, is_estimate: bool) -> str:
    """A value in words, as HTML, with a remark where it rests on an estimate."""
    return f"{text}{_under('(estimate)')}" if is_estimate and text != "–" else text


def risers() -> None:
    """Models whose downloads rise fastest, without one-day spikes."""
    st.header("Fastest risers", anchor=False)
    st.caption(
        "Downloads of the newest days over those of as many days before, of repositories of the "
        "tracked organisations that were listed here; archives of the whole Hub are not used. At "
        "least 1,000 downloads before, and at least three active days: days above the daily mean "
        "of the window before. So a spike of one day is not listed. All families, whatever is "
        "compared."
    )
    label = st.segmented_control(
        "Window", list(WINDOWS), default="7 days", required=True, key="window", bind="query-params"
    )
    rows = readings.metric(build, "risers", window_days=WINDOWS[label or "7 days"])
    if rows.empty:
        parts.empty_state(NO_RISERS)
        return
    listed = rows.sort_values("position").head(RISERS_LISTED)
    first, rest = listed[:RISERS_SHOWN], listed[RISERS_SHOWN:]
    rising(first, listed["risers"].max())
    if not rest.empty:
        show = partial(rising, rest, listed["risers"].max())
        parts.folded(f"The next {len(rest)}", "risers", show)
    st.caption(
        f"{len(rows):,} models, the {len(listed)} fastest listed. "
        f"Up to {rows['date'].max():%Y-%m-%d}."
    )
    parts.csv_button(rows, "risers", key="csv-risers")


def rising(rows: pd.DataFrame, top: float) -> None:
    """Models by how many times as often they are downloaded; bars are parts of `top`."""
    told = rows.astype(object).where(rows.notna(), None)
    parts.html_table(
        ["Model", "Family", "Times", "Downloads", "Before", "Active days"],
        [
            [
                parts.model_link(row.model_id, build),
                parts.family_link(row.family, build) if row.family else "–",
                parts.bar(data.wording.times(row.risers), row.risers, top, row.family, build),
                data.wording.count(row.downloads),
                data.wording.count(row.downloads_before),
                str(row.active_days),
            ]
            for row in told.itertuples()
        ],
        is_compact=True,
    )


st.title("Leads", anchor=False)
st.markdown(
    "Who is ahead depends on the layer and on the measure. Here is the same question on each of "
    "them, since when the answer holds, and how it moves."
)
found = readings.leads(build, selection.focus, rival)
st.header(f"Does it hold against {rival}?" if rival else "Does it hold?", anchor=False)
panel(found)
st.header("Rank over time", anchor=False)
ranks(found)
since_when(readings.crossings(build, selection.focus, selection.rivals))
as_others_say()
momentum()
risers()
