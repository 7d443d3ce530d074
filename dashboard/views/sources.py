"""Sources: how fresh each source is, what it may be used for, what went wrong, what is still to be
read, what each number means."""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

import data
from dashboard import parts, readings, vintage
from dashboard.chart import cited_text

INCIDENTS = 40  # of one source
POSTS = 5
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


def ago(age_days: float) -> str:
    """'3 hours', '2 days'."""
    return f"{age_days * 24:.0f} hours" if age_days < 2 else f"{age_days:.0f} days"


def minute(instant: str | None) -> str:
    """'2026-11-18 06:00'; a dash for none."""
    return (instant or data.wording.NO_VALUE)[:16].replace("T", " ")


TROUBLE = {
    "interrupted": "last try interrupted",
    "unfinished": "last try not finished",
    "failed": "last try failed",
    "crashed": "last try failed",
}


def trouble(source: dict[str, Any]) -> str:
    """Why somebody should look at a source that was collected; empty when nobody needs to."""
    if source["entities_failed"]:
        return f"{source['entities_failed']} of {source['entities']} failed"
    if source["entities_not_reached"]:
        return f"{source['entities_not_reached']} of {source['entities']} not asked"
    if source["last_result"] in TROUBLE:
        return TROUBLE[source["last_result"]]
    return "late" if source["is_late"] else ""


def named(source: dict[str, Any]) -> str:
    """A source's title as a link, with the name that the commands know."""
    link = parts.link(source["title"], source["url"])
    return f"{link}<small>{html.escape(source['name'])}</small>"


def collected(sources: list[dict[str, Any]]) -> None:
    """One row a source that was collected, those in trouble first."""
    known = [(trouble(source), source) for source in sources]
    # Failed before late before the rest; sorting keeps the order of titles within each.
    known.sort(key=lambda pair: (not pair[0], pair[0] == "late"))
    in_trouble = len([why for why, _ in known if why])
    if in_trouble:
        st.caption(
            f"{in_trouble} of {len(known)} need a look: the last run failed in part, or none was "
            "made for long. `collectors collect` reads what is due."
        )
    parts.html_table(
        ["Source", "State", "Last snapshot (UTC)", "Rows"],
        [
            [
                named(source),
                (f"<b>{html.escape(why)}</b>" if why else "fresh")
                + f"<small>{wanted_key(source) or html.escape(due(source))}</small>",
                parts.unbroken(minute(source["last_snapshot_at"]))
                + f"<small>{html.escape(age(source))}</small>",
                data.wording.whole(source["rows_read"]),
            ]
            for why, source in known
        ],
        is_compact=True,
    )


def age(source: dict[str, Any]) -> str:
    """'3 hours ago'; nothing was believed yet of a source whose only runs failed."""
    days = source["age_days"]
    return "" if days is None else f"{ago(days)} ago"


def due(source: dict[str, Any]) -> str:
    """When a source is to be read again; archives are read when they are named."""
    if source["is_archive"]:
        return "when named"
    return "due now" if source["is_due"] else f"due {minute(source['next_due_at'])}"


def wanted_key(source: dict[str, Any]) -> str:
    """'needs X_API_KEY, get one at ...' as HTML, of a source of which nothing was ever read."""
    variable, url = source.get("key_variable"), source.get("key_url")
    if source["last_snapshot_at"] or not variable:
        return ""
    place = parts.link(str(url).removeprefix("https://"), str(url))
    return f"needs <code>{html.escape(variable)}</code>, get one at {place}"


def never_collected(sources: list[dict[str, Any]]) -> None:
    """The other sources, by name, with the command that fills them and the key that it needs."""
    listed = [source for source in sources if not source["is_archive"]]
    archives = [source for source in sources if source["is_archive"]]
    if listed:
        st.markdown(
            "**Never collected:** `collectors collect` fills them, then `collectors build`. Where "
            "a key is needed, set the variable first."
        )
        parts.link_list(
            f"{named(source)}<div><small>{wanted_key(source)}</small></div>" for source in listed
        )
    if archives:
        st.markdown(
            "**Archives of the whole Hub, never read:** `collectors collect NAME` reads the newest "
            "day, `collectors backfill` the past."
        )
        parts.link_list(named(source) for source in archives)


def licences(sources: list[dict[str, Any]]) -> None:
    """What each source may be used for, and how it wants to be cited."""
    parts.html_table(
        ["Source", "Licence", "Citation"],
        [
            [
                named(source),
                html.escape(source["licence"]),
                html.escape(_cited(source)),
            ]
            for source in sources
        ],
    )


def _cited(source: Mapping[str, Any]) -> str:
    """How a source is cited as of its newest answer; as of no day while it was never read."""
    if source["last_snapshot_at"]:
        return cited_text(source["citation"], source["last_snapshot_at"][:10])
    told: str = source["citation"].replace("{as_of}", data.wording.NO_VALUE)
    return told


def to_read() -> None:
    """New posts of the feed of reports, whose figures nobody has entered yet."""
    st.header("To read", anchor=False)
    rows = readings.metric(build, "reports_to_read")
    rows = rows.sort_values(["published_at", "guid"], ascending=False, na_position="last")
    if rows.empty:
        parts.empty_state(
            "No post is waiting. Run `collectors collect interconnects` and then `collectors "
            "build` to see new ones."
        )
        return
    st.caption(
        "Posts of Interconnects that no row of the seeds cites yet. `collectors add-figure` enters "
        "a figure of one: it asks for value, unit, date and address."
    )
    parts.html_table(
        ["Post", "Published", "First seen"],
        [
            [
                parts.link(row.title, row.url),
                f"{row.published_at:%Y-%m-%d}" if pd.notna(row.published_at) else "no date",
                f"{row.first_seen_at:%Y-%m-%d}",
            ]
            for row in rows.head(POSTS).itertuples()
        ],
        is_compact=True,
    )
    if len(rows) > POSTS:
        st.caption(f"The newest {POSTS} of {len(rows)}; the file holds all.")
    parts.csv_button(rows, "reports_to_read", key="csv-to-read")


def incident_list() -> None:
    """What was wrong with the counters, known from reports or found in them: one box a source."""
    rows = readings.metric(build, "incidents")
    st.header("Incidents", anchor=False)
    if rows["is_detected"].any():
        which = st.segmented_control(
            "Which", ("All", "Detected", "Known"), default="All", required=True, key="found",
            bind="query-params", label_visibility="collapsed",
        )  # fmt: skip
        rows = rows if which == "All" else rows[rows["is_detected"] == (which == "Detected")]
    st.caption(
        "Days on which a source was wrong or silent. Detected ones were found in the counters by "
        "rules; known ones stand in seeds/incidents.csv."
    )
    rows = rows.sort_values(["ends_on", "starts_on", "level"], ascending=False)
    known = titles()
    # First the source with the newest incident.
    for source, own in rows.groupby("source", sort=False):
        many = f"{len(own)} incidents" if len(own) > 1 else "1 incident"
        newest = f"{own['ends_on'].max():%Y-%m-%d}"
        label = f"{known.get(str(source), source)}: {many}, the newest until {newest}"
        parts.folded(label, f"incidents-{source}", partial(incidents_of, own))
    parts.csv_button(rows, "incidents", key="csv-incidents")


def titles() -> dict[str, str]:
    """Title of each source that incidents name: a collector, or a publisher of the seeds."""
    rows = data.series_sources(build)
    known = dict(zip(rows["source"], rows["publisher"], strict=True))
    return known | {source["name"]: source["title"] for source in status["sources"]}


def incidents_of(rows: pd.DataFrame) -> None:
    """The incidents of one source, the newest first."""
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
                parts.link("open", row.source_url),
            ]
            for row in shown.itertuples()
        ],
    )
    if len(rows) > len(shown):
        st.caption(f"The newest {len(shown)} of {len(rows)}; the file holds all.")


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
    rows = readings.metric(build, "hub_days").rename(columns={"hub_days": "repositories"})
    rows = rows.sort_values("date", ascending=False)
    st.header("Days of the whole Hub", anchor=False)
    if rows.empty:
        parts.no_archive("No day of the whole Hub was read.")
        return
    st.caption(
        f"{len(rows)} days, the newest first. A day that was partial, repeated or stood still is "
        "not used: downloads are spread evenly over it."
    )
    parts.table(rows, key="hub-days", columns=parts.columns(rows), height=parts.TABLE_HEIGHT)
    parts.csv_button(rows, "hub_days", key="csv-hub-days")


def unmapped() -> None:
    """Accounts that a row in a seed file would explain, worst first."""
    rows = readings.metric(build, "unmapped").sort_values("position")
    st.header("Unmapped accounts", anchor=False)
    st.caption(
        "Accounts with many 30-day downloads whose family, region or size is not known, the "
        "largest first. `collectors status --unmapped` prints the same."
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


def last_runs(runs: pd.DataFrame) -> None:
    """What came of each piece of the last runs; what did not succeed comes first."""
    ordered = runs.loc[(runs["status"] == "accepted").sort_values(kind="stable").index]
    parts.table(
        ordered[["source", "entity", "status", "rows_read", "rows_set_aside", "reason"]],
        key="runs",
    )


def published() -> None:
    """The series that others published: licence, citation, caveats."""
    rows = data.series_sources(build)
    st.header("Published by others", anchor=False)
    st.caption(
        f"{len(rows)} series come with this project (seeds/published_series.csv). They are never "
        "mixed with what was collected here."
    )
    parts.folded("Publishers, licences, caveats", "published", partial(publishers, rows))


def publishers(rows: pd.DataFrame) -> None:
    """One row a published series."""
    parts.html_table(
        ["Publisher", "Series", "Licence", "Citation", "Caveats"],
        [
            [
                html.escape(row.publisher),
                parts.link(row.title, row.url),
                html.escape(row.licence),
                html.escape(cited_text(row.citation, f"{row.as_of:%Y-%m-%d}")),
                html.escape(row.note or ""),
            ]
            for row in rows.itertuples()
        ],
    )


def numbers() -> None:
    """What the number means that a reader chooses."""
    known = {f"{info.title} · {info.name}": info for info in data.catalog(build)}
    st.header("What each number means", anchor=False)
    chosen = st.selectbox(
        f"One of {len(known)} metrics", list(known), index=None, key="number", width=640,
        bind="query-params", placeholder="Choose one, or type a part of its name",
    )  # fmt: skip
    if chosen is None:
        st.caption("`collectors metrics` lists them all, and so does README.md.")
        return
    info = known[chosen]
    st.markdown(
        f"**{info.title}** `{info.name}`\n\n{info.notes}\n\nUnit: {info.unit}. One row for each "
        f"{', '.join(info.grain)}. Source: {info.source}."
    )
    parts.html_table(
        ["Column", "Type", "Meaning"],
        [[html.escape(c.name), html.escape(c.type), html.escape(c.comment)] for c in info.columns],
    )


build = parts.build()
status = readings.status(build)

st.title("Sources", anchor=False)
built_at = datetime.fromisoformat(status["built_at"])
st.markdown(
    f"Build **{status['build']}** of {built_at:%Y-%m-%d %H:%M} UTC, newest value {status['as_of']}."
)
if status["is_stale"] and not vintage.chosen():
    st.warning(
        f"This build is not the newest word: {status['stale_reason']}. Run `collectors build`."
    )

for problem in status["problems"]:
    st.warning(parts.plain(problem))

st.header("Collected", anchor=False)
tried = [source for source in status["sources"] if source["last_try_at"]]
if tried:
    collected(tried)
never_collected([source for source in status["sources"] if not source["last_try_at"]])
parts.folded("Licences and citations", "licences", partial(licences, status["sources"]))
runs = data.observations(build)
if len(runs):
    parts.folded("The last run of each source, piece by piece", "runs", partial(last_runs, runs))

to_read()

published()
incident_list()
hub_days()
unmapped()
numbers()
