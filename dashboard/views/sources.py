"""Sources: how fresh each source is, what it may be used for, what went wrong, what each number
means."""

from __future__ import annotations

import html
from datetime import datetime
from typing import Any

import streamlit as st

import data
from dashboard import parts

INCIDENTS = 60
# What is missing -> its kind in the metric, and what to do.
UNMAPPED = {
    "No family": (
        "family",
        "To give an account a family, add it to `hf_orgs` of the family, or a row, in "
        "`seeds/model_families.csv`. Most accounts belong to none, and that is no fault.",
    ),
    "No region": ("region", "Add a row to `seeds/organization_regions.csv`."),
    "No size": (
        "size",
        "The Hub knows no parameter count of these repositories: it is read from their safetensors "
        "or GGUF files, so no seed file can add it.",
    ),
}


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


def incident_list() -> None:
    """What was wrong with the counters: known from reports, and found in them."""
    rows = parts.metric(build, "incidents")
    st.header("Incidents", anchor=False)
    if rows["is_detected"].any():
        which = st.segmented_control(
            "Which", ("All", "Detected", "Known"), default="All", required=True, key="found",
            bind="query-params", label_visibility="collapsed",
        )  # fmt: skip
        rows = rows if which == "All" else rows[rows["is_detected"] == (which == "Detected")]
        st.caption(
            "Detected ones were found in the counters of the whole Hub by rules, with what was "
            "found against what was expected; known ones stand in seeds/incidents.csv."
        )
    rows = rows.sort_values(["starts_on", "level"], ascending=False)
    shown = rows.head(INCIDENTS)
    parts.html_table(
        ["Days", "Kind", "Whose", "What", "Done about it", "Source"],
        [
            [
                parts.unbroken(data.wording.period(row.starts_on.date(), row.ends_on.date())),
                html.escape(row.kind.replace("_", " ")),
                html.escape(concerned(row)),
                html.escape(row.what),
                html.escape(row.action if isinstance(row.action, str) else "–"),
                parts.link(row.source, row.source_url),
            ]
            for row in shown.itertuples()
        ],
    )
    if len(rows) > len(shown):
        st.caption(f"The newest {len(shown)} of {len(rows)}; the file holds all.")
    parts.csv_button(rows, "incidents", key="csv-incidents")


def concerned(row: Any) -> str:
    """'Qwen, 48 repositories', 'whole Hub', or the source itself."""
    if row.level == "source":
        return "the source"
    # NULL is a missing number here: all repositories, or not known.
    count = data.wording.whole(row.models)
    if count == data.wording.NO_VALUE:
        return str(row.subject)
    return f"{row.subject}, {count} {'repository' if count == '1' else 'repositories'}"


def hub_days() -> None:
    """Days of the whole Hub that were seen."""
    rows = parts.metric(build, "hub_days").rename(columns={"hub_days": "repositories"})
    rows = rows.sort_values("date", ascending=False)
    st.header("Days of the whole Hub", anchor=False)
    if rows.empty:
        parts.no_archive("No day of the whole Hub was read.")
        return
    st.caption(
        f"{len(rows)} days, the newest first. One that is not used was partial, repeated or "
        "stalled: downloads are spread over it."
    )
    parts.table(rows, key="hub-days", columns=parts.columns(rows), height=parts.TABLE_HEIGHT)
    parts.csv_button(rows, "hub_days", key="csv-hub-days")


def unmapped() -> None:
    """Accounts that a row in a seed file would explain, worst first."""
    rows = parts.metric(build, "unmapped").sort_values("position")
    st.header("Unmapped accounts", anchor=False)
    st.caption(
        "Accounts with many downloads in the trailing 30 days and no family, region or size, worst "
        "first. `collectors status --unmapped` prints the same."
    )
    if rows.empty:
        parts.no_archive("Nothing to map is known.")
        return
    named = rows[["kind", "position", "subject", "unmapped", "models"]].rename(
        columns={"subject": "account", "unmapped": "downloads_30d"}
    )
    for tab, (kind, advice) in zip(st.tabs([*UNMAPPED]), UNMAPPED.values(), strict=True):
        with tab:
            st.caption(advice)
            of_kind = named[named["kind"] == kind].drop(columns="kind")
            parts.table(
                of_kind,
                key=f"unmapped-{kind}",
                columns=parts.columns(of_kind),
                height=parts.TABLE_HEIGHT,
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

incident_list()
hub_days()
unmapped()

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
