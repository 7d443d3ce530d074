"""Sources: how fresh each source is, what it may be used for, what went wrong, what each number
means."""

from __future__ import annotations

import html
from datetime import datetime

import streamlit as st

import data
from dashboard import parts


def ago(age_days: float | None) -> str:
    """'3 hours', '2 days'; a source never collected has no age."""
    if age_days is None:
        return "never collected"
    return f"{age_days * 24:.0f} hours" if age_days < 2 else f"{age_days:.0f} days"


def cited(citation: str, as_of: str) -> str:
    """A citation with its as-of date in place."""
    return citation.replace("{as_of}", as_of)


def collected(status: dict) -> None:
    """One row a source that the collectors know."""
    rows = []
    for source in status["sources"]:
        due = source["next_due_at"]
        rows.append(
            [
                parts.link(source["title"], source["url"])
                + f"<small>{html.escape(source['name'])}</small>",
                html.escape(ago(source["age_days"])),
                html.escape((source["last_snapshot_at"] or "–")[:16].replace("T", " ")),
                data.wording.whole(source["rows_read"]),
                "now" if source["is_due"] else html.escape(str(due)[:16].replace("T", " ")),
                html.escape(source["licence"]),
                html.escape(cited(source["citation"], (source["last_snapshot_at"] or "–")[:10])),
            ]
        )
    parts.html_table(
        ["Source", "Age", "Last snapshot (UTC)", "Rows", "Next due", "Licence", "Citation"], rows
    )


build = data.newest_build()
status = data.status()

st.title("Sources", anchor=False)
built_at = datetime.fromisoformat(status["built_at"])
st.markdown(
    f"Build **{status['build']}** of {built_at:%Y-%m-%d %H:%M} UTC, newest value {status['as_of']}."
)
if status["is_stale"]:
    st.warning(
        f"This build is not the newest word: {status['stale_reason']}. Run `collectors build`."
    )

st.header("Collected", anchor=False)
collected(status)
if any(source["age_days"] is None for source in status["sources"]):
    st.caption("A source that was never collected is filled by `collectors collect`.")
runs = data.observations(build)
if len(runs):
    failed = runs[runs["status"] != "accepted"]
    if len(failed):
        st.warning(f"{len(failed)} of {len(runs)} readings of the last run did not succeed.")
    with st.expander("The last run, organisation by organisation"):
        parts.table(
            runs[["source", "entity", "status", "rows_read", "rows_set_aside", "reason"]],
            key="runs",
        )

st.header("Published by others", anchor=False)
parts.html_table(
    ["Publisher", "Series", "Licence", "Citation", "Caveats"],
    [
        [
            html.escape(row.publisher),
            parts.link(row.title, row.url),
            html.escape(row.licence),
            html.escape(cited(row.citation, f"{row.as_of:%Y-%m-%d}")),
            html.escape(row.note or ""),
        ]
        for row in data.series_sources(build).itertuples()
    ],
)

st.header("Known incidents", anchor=False)
incidents = parts.metric(build, "incidents").sort_values("starts_on", ascending=False)
parts.html_table(
    ["Source", "Days", "Kind", "What", "Evidence"],
    [
        [
            html.escape(row.source),
            html.escape(data.wording.period(row.starts_on.date(), row.ends_on.date())),
            html.escape(row.kind.replace("_", " ")),
            html.escape(row.what),
            parts.link("open", row.source_url),
        ]
        for row in incidents.itertuples()
    ],
)

st.header("What each number means", anchor=False)
for info in data.catalog(build):
    with st.expander(f"{info.title} · `{info.name}`"):
        st.markdown(f"{info.notes}\n\nUnit: {info.unit}. One row for each {', '.join(info.grain)}.")
        parts.html_table(
            ["Column", "Type", "Meaning"],
            [
                [html.escape(c.name), html.escape(c.type), html.escape(c.comment)]
                for c in info.columns
            ],
        )
