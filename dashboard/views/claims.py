"""Claims: what was said beside what is measured, with a verdict and its reason; those that differ
about the same thing side by side."""

from __future__ import annotations

import html
import re

import pandas as pd
import streamlit as st

import data
from dashboard import parts, readings, state

# Options are what stands on the buttons, since that is what an address holds.
ALL = "All"
FOCUS, COMPARE = "Focus", "Focus and compare"
UNTESTED = "cannot_be_tested"
VERDICTS = {label.capitalize(): name for name, label in data.CLAIM_VERDICTS.items()}
# What a further test does to the claim.
ALSO = {
    "contradicts": "speaks against it",
    "holds": "supports it",
    "agrees": "agrees with it",
    "different_scope": "another scope",
}
BASIS = {"published": "published", "collected": "collected", "reported": "reported by another"}
# Verdict -> its colours on white and on dark, in which its label stands.
CHIPS = {
    "contradicts": ("#b3261e", "#ff8a80"),
    "holds": ("#1b7f4b", "#6fd39c"),
    "agrees": ("#1b7f4b", "#6fd39c"),
    "different_scope": ("#8a6100", "#e3b341"),
    UNTESTED: ("#5f6875", "#a1a9b5"),
}
SEARCHED = ["subject", "what", "claimant", "sources", "reason", "note"]
UNTESTED_COLUMNS = {
    "subject": st.column_config.TextColumn("about", width=170),
    "what": st.column_config.TextColumn("what", width=200),
    "said": st.column_config.TextColumn("said", width=90),
    "said_when": st.column_config.TextColumn("speaks of", width=150),
    "reason": st.column_config.TextColumn("why it cannot be tested", width=620),
    "sources": st.column_config.TextColumn("said by", width=260),
    "link": st.column_config.LinkColumn("link", display_text="open", width=60),
}


def text(value: object) -> str:
    """A cell as text; nothing for NULL."""
    return "" if pd.isna(value) else str(value)


def chip(verdict: str) -> str:
    """The verdict as a label in its colour, as HTML."""
    colour = CHIPS[verdict][parts.theme().index]
    return (
        f'<span style="white-space:nowrap;color:{colour};border:1px solid {colour};'
        f'border-radius:999px;padding:.05rem .5rem;font-size:.82rem;font-weight:600">'
        f"{data.CLAIM_VERDICTS[verdict]}</span>"
    )


def sentences(told: str) -> str:
    """Sentences as HTML; commands stand in backticks."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(told))


def said(row: pd.Series) -> str:
    """What was said, about whom, when and by whom, as HTML; every outlet with its link."""
    outlets = [
        parts.link(title, url)
        for title, url in zip(row["source_titles"], row["source_urls"], strict=True)
    ]
    repeated = f"{row['outlets']} outlets: " if row["outlets"] > 1 else ""
    return (
        f"{html.escape(row['subject'])}, {html.escape(row['what'])}: "
        f"<b>{html.escape(row['said'])}</b><br>"
        f'<small style="padding:0">{html.escape(row["said_when"])}. '
        f"{repeated}{'; '.join(outlets)}</small>"
    )


def measured(row: pd.Series) -> str:
    """What the test says, and where it comes from, as HTML."""
    source = parts.link(text(row["test_source_title"]), text(row["test_source_url"]))
    how = BASIS.get(text(row["basis"]), "")
    return (
        f"<b>{html.escape(row['tested'])}</b> {html.escape(row['tested_when'])}<br>"
        f'<small style="padding:0">{html.escape(how)}: {source}</small>'
    )


def why(row: pd.Series, others: pd.DataFrame) -> str:
    """The reason, and below it what further tests say, as HTML."""
    also = [
        f'<br><small style="padding:0">{sentences(other["reason"])}</small>'
        if other["test"] == "another_statement"
        else f'<br><small style="padding:0">Also {html.escape(other["tested"])} '
        f"{html.escape(other['tested_when'])}: {html.escape(other['test_scope'])} "
        f"({ALSO[other['verdict']]}).</small>"
        for _, other in others.iterrows()
    ]
    return sentences(row["reason"]) + "".join(also)


def claim_table(rows: pd.DataFrame, tests: pd.DataFrame) -> None:
    """One claim a row, beside what tests it."""
    cells = []
    for _, row in rows.iterrows():
        others = tests[(tests["claim_id"] == row["claim_id"]) & ~tests["is_main"]]
        ratio = "–" if pd.isna(row["ratio"]) else data.wording.times(row["ratio"])
        cells.append(
            [
                said(row),
                measured(row),
                parts.unbroken(ratio),
                chip(row["verdict"]),
                why(row, others[others["verdict"] != UNTESTED]),
            ]
        )
    parts.html_table(["Claim", "Measured", "Ratio", "Verdict", "Why"], cells)


def nothing(everywhere: pd.DataFrame, about: pd.DataFrame) -> str:
    """Why no claim is shown and what to try, as Markdown. `everywhere` and `about` are the claims
    that the search finds among all, and among those of the chosen families."""
    whose = "these families" if len(families or ()) > 1 else f"{(families or ('',))[0]}"
    of = f" about {whose}" if families else ""
    found = f" contains “{parts.plain(search)}”" if search else ""
    if len(about):
        has = "has" if len(about) == 1 else "have"
        return (
            f"No claim{of} with this verdict{found or ' is known'}; {len(about)} {has} another. "
            "Choose **All** under Verdict."
        )
    if len(everywhere):
        one, many = ("does", "do") if search else ("is", "are")
        return (
            f"No claim{of}{found or ' is known'}; {len(everywhere)} about others "
            f"{one if len(everywhere) == 1 else many}. Choose **All** under About."
        )
    return (
        f"No claim{found}. Try one word of it, a number as it was said (700M, 50.0 %), a model or "
        "who said it; or clear the search."
    )


def side_by_side(groups: pd.DataFrame, tests: pd.DataFrame) -> None:
    """Claims that differ about the same thing, one card a group, in the order of time."""
    pairs = tests[
        (tests["test"] == "another_statement") & ~tests["is_main"] & (tests["verdict"] != UNTESTED)
    ]
    for _, group in groups.groupby("contradiction", sort=True):
        told = group.sort_values(["ends_on", "value"])
        about = ", ".join(dict.fromkeys(told["subject"]))
        counted = ", ".join(dict.fromkeys(told["what"]))
        with st.container(border=True):
            when = ", ".join(dict.fromkeys(told["said_when"]))
            st.markdown(f"**{parts.plain(about)}**, {parts.plain(counted)}: {parts.plain(when)}")
            parts.html_table(
                ["Claim", "Verdict", "Why"],
                [[said(row), chip(row["verdict"]), why(row, pairs[pairs["claim_id"] == claim])]
                 for claim, row in told.set_index("claim_id", drop=False).iterrows()],
                is_compact=True,
            )  # fmt: skip


def families_of(whose: str) -> tuple[str, ...] | None:
    """The families that claims are shown of; None for all claims, also those about none."""
    selection = state.selection(st.session_state)
    return {FOCUS: (selection.focus,), COMPARE: selection.families}.get(whose)


build = parts.build()
everything = readings.claims(build)
main = everything[everything["is_main"]]

st.title("Claims", anchor=False)
st.markdown(
    "What others stated, beside what is measured or published. Each claim is compared with the "
    "series that comes nearest to what it counts; the reason says what that series counts."
)
with st.container(horizontal=True, vertical_alignment="top"):
    about = st.segmented_control(
        "About",
        (FOCUS, COMPARE, ALL),
        default=FOCUS,
        required=True,
        key="claimed",
        bind="query-params",
    )
    verdict = st.segmented_control(
        "Verdict",
        (*VERDICTS, ALL),
        default=ALL,
        required=True,
        key="verdict",
        bind="query-params",
    )
    search = st.text_input(
        "Search", key="search", bind="query-params", width=260, placeholder="In any text"
    )

# An empty parameter in the address is none of the buttons.
about, verdict = about or FOCUS, verdict or ALL
families = families_of(about)
everywhere = parts.matching(main, SEARCHED, search)
mine = everywhere if families is None else everywhere[everywhere["family"].isin(list(families))]
rows = mine if verdict == ALL else mine[mine["verdict"] == VERDICTS[verdict]]
if not mine.empty:
    st.markdown(f"**{data.verdict_counts(mine, families or ())}**")

tested = rows[rows["verdict"] != UNTESTED]
untested = rows[rows["verdict"] == UNTESTED]
if rows.empty:
    parts.empty_state(nothing(everywhere, mine))
else:
    parts.csv_button(rows, "claim_check", key="csv-claims")
if not tested.empty:
    claim_table(tested, everything)
    st.caption(
        "Ratio: measured over claimed. Within 10 % agrees; “at least” holds from the value on. A "
        "verdict against a claim needs a measurement that leaves it no room: of a part of what is "
        "claimed, only more than claimed can contradict; of more than what is claimed, only less."
    )
grouped = main[main["contradiction"].isin(rows["contradiction"].dropna())]
if not grouped.empty:
    st.header("Claims that differ about the same thing", anchor=False)
    st.caption("Whether they can hold together, being of other days or bounds, stands under Why.")
    side_by_side(grouped, everything)
if not untested.empty:
    st.header("Claims that cannot be tested", anchor=False)
    parts.table(untested, key="untested", columns=UNTESTED_COLUMNS, height=430)
