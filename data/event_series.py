"""The series that can be looked at before and after an event, each in one shape.

A series holds the focus family, the compare families and the market they are part of, in absolute
numbers by month, week or day. Periods that are not over are in none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pandas as pd

from data import queries, warehouse

Grain = Literal["month", "week", "day"]
Basis = Literal["published", "collected"]

FOCUS, COMPARE, MARKET = "focus", "compare", "market"
POINT_COLUMNS = (
    "date", "subject", "family", "role", "value", "estimate_reason", "pooled_from", "pooled_to",
)  # fmt: skip
EXACT = "none"


@dataclass(frozen=True)
class EventSeries:
    """One series: `points` has a row a period and subject, with POINT_COLUMNS.

    `value` is in `unit`, a period; NULL is not known. `pooled_from` and `pooled_to` name the two
    periods between which the publisher split one number. `focus_subject` is how the focus is called
    here (an account is not a family). `missing` are asked families of which the series has nothing.
    `incident_sources` are the sources whose incidents touch it.
    """

    key: str
    title: str
    grain: Grain
    basis: Basis
    unit: str
    share_of: str
    points: pd.DataFrame
    focus: str
    focus_subject: str
    missing: tuple[str, ...] = ()
    is_least: bool = False
    source_title: str = ""
    source_url: str = ""
    citation: str = ""
    as_of: str = ""
    incident_sources: tuple[str, ...] = ()

    @property
    def market(self) -> str | None:
        """How the market is called; None when the series knows none."""
        found = self.points.loc[self.points["role"] == MARKET, "subject"]
        return str(found.iloc[0]) if len(found) else None


@dataclass(frozen=True)
class SeriesKind:
    """A series by name: what a reader chooses, its grain, and how it is read."""

    title: str
    grain: Grain
    read: Callable[[str, Sequence[str], str, Path | None], EventSeries]


def read(
    key: str, focus: str, rivals: Sequence[str], *, scope: str = "own", build: Path | None = None
) -> EventSeries:
    """A series of SERIES for a focus family and those beside it. Raises NoBuildError, KeyError."""
    others = [name for name in dict.fromkeys(rivals) if name != focus]
    kind = SERIES[key]
    found = kind.read(focus, others, scope, build)
    return replace(found, key=key, title=kind.title, grain=kind.grain)


def _published(focus: str, rivals: Sequence[str], scope: str, build: Path | None) -> EventSeries:
    """Accounts' own downloads by month, as published; one scope only."""
    rows = queries.metric("account_downloads", build=build)
    known = queries.families(build).set_index("family")[["account", "account_label"]]
    parts = []
    for family in (focus, *rivals):
        if family not in known.index:
            continue
        account, label = known.loc[family]
        own = rows[rows["account"] == account].rename(
            columns={"month": "date", "account_downloads": "value"}
        )
        parts.append(own.assign(subject=label, family=family, role=_role(family, focus)))
    market = rows.groupby("month", as_index=False).agg(
        value=("total", "first"), estimate_reason=("estimate_reason", "max"),
        pooled_from=("pooled_from", "first"), pooled_to=("pooled_to", "first"),
    ).rename(columns={"month": "date"})  # fmt: skip
    points = _points([*parts, market.assign(subject="all publishers", family=None, role=MARKET)])
    first = rows.iloc[0] if len(rows) else None
    sources = queries.series_sources(build).set_index("title")
    return EventSeries(
        key="", title="", grain="month", basis="published", unit="downloads",
        share_of="text and vision-language downloads on the Hub, own account",
        points=points, focus=focus,
        focus_subject=str(known.loc[focus, "account_label"]) if focus in known.index else focus,
        missing=_missing(points, (focus, *rivals)),
        source_title="" if first is None else str(first["source_title"]),
        source_url="" if first is None else str(first["source_url"]),
        citation="" if first is None else str(sources.loc[first["source_title"], "citation"]),
        as_of="" if first is None else rows["as_of"].max().date().isoformat(),
        incident_sources=_hub_sources(build),
    )  # fmt: skip


def _collected_months(
    focus: str, rivals: Sequence[str], scope: str, build: Path | None
) -> EventSeries:
    """Families' downloads by calendar month; the market is the whole Hub, where it was read."""
    rows = queries.metric("monthly_downloads", scope=scope, with_inferred=False, build=build)
    shares = queries.metric("monthly_share", scope=scope, share_of="hub", build=build)
    market = _sums(shares.rename(columns={"month": "date", "monthly_downloads": "value"}))
    rows = rows.rename(columns={"month": "date", "monthly_downloads": "value"})
    return _of_the_hub(rows, market, focus, rivals, build, sorted(set(rows["source"].dropna())))


def _collected_weeks(
    focus: str, rivals: Sequence[str], scope: str, build: Path | None
) -> EventSeries:
    """Families' downloads by week; the market is the whole Hub."""
    rows = queries.metric("weekly_downloads", scope=scope, with_inferred=False, build=build)
    market = warehouse.frame(
        build,
        "SELECT week AS date, sum(downloads) AS value FROM scope_weeks "
        "WHERE scope = ? AND NOT with_inferred GROUP BY week",
        [scope],
    )
    rows = rows.rename(columns={"week": "date", "weekly_downloads": "value"})
    days = queries.metric("hub_days", build=build)
    return _of_the_hub(rows, market, focus, rivals, build, sorted(set(days["source"])))


def _of_the_hub(
    rows: pd.DataFrame,
    market: pd.DataFrame,
    focus: str,
    rivals: Sequence[str],
    build: Path | None,
    sources: Sequence[str],
) -> EventSeries:
    chosen = [rows[rows["family"] == family] for family in (focus, *rivals)]
    parts = [
        part.assign(subject=family, role=_role(family, focus))
        for family, part in zip((focus, *rivals), chosen, strict=True)
    ]
    whole = market.assign(subject="the whole Hub", family=None, role=MARKET, estimate_reason=EXACT)
    points = _points([*parts, whole])
    series = EventSeries(
        key="", title="", grain="month", basis="collected", unit="downloads",
        share_of="all downloads on the Hub", points=points, focus=focus, focus_subject=focus,
        missing=_missing(points, (focus, *rivals)), incident_sources=_hub_sources(build),
    )  # fmt: skip
    return _cited(series, sources, build)


def _served_tokens(
    focus: str, rivals: Sequence[str], scope: str, build: Path | None
) -> EventSeries:
    """Tokens that a router served by day: those of models among the most used ones of the day, so
    a share is the least that it can be. A family that was not among them has no value that day."""
    rows = queries.metric("token_share_by_cut", cut="family", period="day", build=build)
    tokens = rows.rename(columns={"tokens": "value"}).assign(estimate_reason=EXACT)
    parts = [
        tokens[tokens["class"] == family].assign(
            subject=family, family=family, role=_role(family, focus)
        )
        for family in (focus, *rivals)
    ]
    market = _sums(tokens).assign(
        subject="all models", family=None, role=MARKET, estimate_reason=EXACT
    )
    points = _points([*parts, market])
    titles = queries.metric("layer_titles", build=build).set_index("layer")["source"]
    sources = titles.loc[["served_tokens"]].dropna().tolist()
    series = EventSeries(
        key="", title="", grain="day", basis="collected", unit="tokens",
        share_of="all tokens that the router served", points=points, focus=focus,
        focus_subject=focus, missing=_missing(points, (focus, *rivals)), is_least=True,
        incident_sources=tuple(sources),
    )  # fmt: skip
    series = _cited(series, sources, build)
    if rows.empty:
        return series
    newest = rows.loc[rows["date"].idxmax()]
    return replace(series, citation=str(newest["citation"]), as_of=str(newest["as_of"])[:10])


SERIES: Mapping[str, SeriesKind] = {
    "published_months": SeriesKind("Published, by month", "month", _published),
    "collected_months": SeriesKind("Collected, by month", "month", _collected_months),
    "collected_weeks": SeriesKind("Collected, by week", "week", _collected_weeks),
    "served_tokens": SeriesKind("Served tokens, by day", "day", _served_tokens),
}


def _role(family: str, focus: str) -> str:
    return FOCUS if family == focus else COMPARE


def _points(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """All subjects in one frame of POINT_COLUMNS, in the order of subjects and dates."""
    full = [part.reindex(columns=list(POINT_COLUMNS)) for part in parts if len(part)]
    if not full:
        return pd.DataFrame(columns=list(POINT_COLUMNS))
    for part in full:
        part["value"] = part["value"].astype("Float64").astype("float64")
        for name in ("date", "pooled_from", "pooled_to"):
            part[name] = pd.to_datetime(part[name]).astype("datetime64[us]")
        part["family"] = part["family"].astype(object)
    return pd.concat(full, ignore_index=True)


def _sums(rows: pd.DataFrame) -> pd.DataFrame:
    """The value of each date over all rows; NULL only where all are."""
    return rows.groupby("date", as_index=False)["value"].sum(min_count=1)


def _missing(points: pd.DataFrame, families: Sequence[str]) -> tuple[str, ...]:
    known = set(points.loc[points["value"].notna(), "family"])
    return tuple(family for family in families if family not in known)


def _hub_sources(build: Path | None) -> tuple[str, ...]:
    """Sources of the Hub's counters: of the listings and of the archives that were read."""
    titles = queries.metric("layer_titles", build=build).set_index("layer")["source"]
    listed = titles.loc[["collected_downloads"]].dropna().tolist()
    return (*listed, *sorted(set(queries.metric("hub_days", build=build)["source"])))


def _cited(series: EventSeries, sources: Sequence[str], build: Path | None) -> EventSeries:
    """The series with how its collectors are named, opened and cited."""
    known = queries.metric("freshness", build=build).set_index("source")
    used = [known.loc[name] for name in sources if name in known.index]
    newest = series.points["date"].max()
    if not used or pd.isna(newest):
        return series
    return replace(
        series,
        source_title=" and ".join(str(one["title"]) for one in used),
        source_url=str(used[0]["url"]),
        citation="; ".join(str(one["citation"]).rstrip(".") for one in used),
        as_of=_end(newest, series.grain),
    )


def _end(first: pd.Timestamp, grain: Grain) -> str:
    """The last day of a period."""
    last = {
        "month": first + pd.offsets.MonthEnd(0),
        "week": first + pd.Timedelta(days=6),
        "day": first,
    }[grain]
    return str(last.date().isoformat())
