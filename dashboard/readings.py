"""What is read of a build for charts and pages, kept by build; in a session and outside of one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

import data
from dashboard.chart import ARCHIVE, ARCHIVE_CITED, Cited, Context, Selection

# How caches tell selections apart: Streamlit would hash each of their thirty fields by itself.
BY_REPR: dict[str | type[Any], Callable[[Any], Any]] = {Selection: repr}

STATUS_SECONDS = 45


@st.cache_resource(max_entries=4, show_spinner=False)
def families(build: Path) -> pd.DataFrame:
    """The families of a build, one row each."""
    return data.families(build)


def metric(build: Path, name: str, **filters: Any) -> pd.DataFrame:
    """Rows of a metric, kept by build: a new build is a new key. Not to be changed in place."""
    return _selected(build, name, **filters) if filters else _whole(build, name)


@st.cache_resource(max_entries=64, show_spinner=False)
def _whole(build: Path, name: str) -> pd.DataFrame:
    """All rows of a metric; there are only so many metrics."""
    return data.metric(name, build=build)


# Apart and fewer: an address can ask for any period, and must not drive out what pages share.
@st.cache_resource(max_entries=32, show_spinner=False)
def _selected(build: Path, name: str, **filters: Any) -> pd.DataFrame:
    """Rows of a metric that filters leave; of what is drawn, which is kept itself."""
    return data.metric(name, build=build, **filters)


@st.cache_resource(max_entries=4, show_spinner=False)
def sources(build: Path) -> dict[str, Cited]:
    """The collectors by name. Days of the whole Hub may come from several archives: under ARCHIVE
    stand those that the build holds."""
    known = {
        row["source"]: Cited(row["title"], row["url"], row["citation"])
        for row in metric(build, "freshness").to_dict("records")
    }
    names = [name for name in metric(build, "hub_days")["source"].unique() if name in known]
    used = [known[name] for name in names] or [known[n] for n in (ARCHIVE,) if n in known]
    if not used:
        return {**known, ARCHIVE: ARCHIVE_CITED}
    together = Cited(
        " and ".join(one.title for one in used),
        used[0].url,
        "; ".join(one.citation.rstrip(".") for one in used),
    )
    return {**known, ARCHIVE: together}


@st.cache_resource(max_entries=4, show_spinner=False)
def newest_day(build: Path) -> date:
    """The newest month or day that the build has a value of: the last that can be chosen."""
    known = data.newest_day(build)
    if known is not None:
        return known
    # A build of an earlier version does not tell: what pages offered then.
    shown = [
        metric(build, name)[column].max()
        for name, column in (
            ("account_downloads", "month"),
            ("family_downloads", "date"),
            ("hub_days", "date"),
        )
    ]
    newest: date = max(day.date() for day in shown if pd.notna(day))
    return newest


@st.cache_resource(max_entries=64, show_spinner=False)
def leads(build: Path, focus: str, other: str | None) -> pd.DataFrame:
    """data.leads, kept by build. Not to be changed in place."""
    return data.leads(focus, other, build=build)


@st.cache_resource(max_entries=64, show_spinner=False)
def crossings(build: Path, focus: str, others: tuple[str, ...]) -> pd.DataFrame:
    """data.crossings, kept by build. Not to be changed in place."""
    return data.crossings(focus, others, build=build)


@st.cache_resource(max_entries=4, show_spinner=False)
def regions(build: Path) -> pd.DataFrame:
    """data.regions, kept by build. Not to be changed in place."""
    return data.regions(build=build)


@st.cache_resource(max_entries=64, show_spinner=False)
def family_card(build: Path, family: str, other: str | None) -> data.FamilyCard:
    """data.family_card, kept by build. Not to be changed in place."""
    return data.family_card(family, other, build=build)


@st.cache_resource(max_entries=4, show_spinner=False)
def claims(build: Path) -> pd.DataFrame:
    """Claims and their tests, with their sources as one text and the first link of them, kept by
    build. Not to be changed in place."""
    rows = data.claims(build=build)
    return rows.assign(
        sources=["; ".join(titles) for titles in rows["source_titles"]],
        link=[next((url for url in urls if url), None) for urls in rows["source_urls"]],
    )


@st.cache_resource(max_entries=4, show_spinner=False)
def known_launches(build: Path) -> pd.DataFrame:
    """Every launch of a build, kept by build. Not to be changed in place."""
    return data.known_launches(build)


@st.cache_resource(max_entries=64, show_spinner=False)
def launch_notes(build: Path, names: tuple[str, ...]) -> tuple[data.LaunchNotes, str]:
    """What is said of the chosen launches, and of their RAM; kept by build."""
    return data.launch_notes(names, build), data.ram_note(names, build)


@st.cache_resource(max_entries=4, ttl=STATUS_SECONDS, show_spinner=False)
def status(build: Path) -> dict[str, Any]:
    """data.status of a build, which reads the whole data directory: kept for a while. Not to be
    changed in place."""
    return data.status(build=build)


def context(build: Path, selection: Selection) -> Context:
    """What all charts of a build and a selection share."""
    return Context(selection=selection, **_shared(build))


@st.cache_resource(max_entries=4, show_spinner=False)
def _shared(build: Path) -> dict[str, Any]:
    """What all charts of a build share, kept by build."""
    published = data.series_sources(build)
    citations = dict(zip(published["title"], published["citation"], strict=True))
    collected = metric(build, "freshness")
    citations |= {
        f"{title} API": text
        for title, text in zip(collected["title"], collected["citation"], strict=True)
    }
    return {
        "families": families(build),
        "events": metric(build, "events"),
        "crossovers": metric(build, "crossovers"),
        "citations": citations,
        "sources": sources(build),
        "archives": tuple(metric(build, "hub_days")["source"].unique()),
        "newest_day": metric(build, "hub_days")["date"].max(),
        "incidents": metric(build, "incidents"),
    }
