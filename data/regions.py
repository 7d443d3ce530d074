"""How China compares with the USA on each layer of use: rows, their sentences, and since when.

Functions that take frames are pure; those that take a build read the metrics and call them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from data import queries
from data.intervals import Interval, interval_of
from data.leads import LAYERS, MEASURES, published_crossings_of, series_title
from data.wording import is_known, month, percent, times

METRIC = "regions_by_layer"
REGIONS = {"china": "China", "us": "USA", "eu": "EU", "other": "others", "unknown": "unknown"}
"""Regions as the metric spells them and how they are called on screen, in the order shown."""
COLUMNS = (
    "layer", "measure", "basis", "period", "title", "date", "when", "china", "us", "eu", "other",
    "unknown", "china_value", "us_value", "unit", "share_of", "ratio", "ahead", "is_certain",
    "ahead_since", "is_within_rounding", "is_estimate",
    "accounts_without_value", "as_of", "source_title", "source_url",
    "citation",
)  # fmt: skip
DATE_COLUMNS = (
    "what", "ahead", "behind", "since", "since_text", "touches", "basis", "is_estimate",
    "note", "source_title", "source_url", "citation",
)  # fmt: skip
_TAKEN = ("basis", "is_estimate", "source_title", "source_url", "citation")
_SERIES = ["layer", "measure", "basis", "period"]
# What the sentence says of each layer: its measure and its words. Other measures and single days
# stand in the table only.
_TOLD = {
    "own_downloads": ("monthly_downloads", "own downloads"),
    "lineage_downloads": ("monthly_downloads", "downloads of whole lineages"),
    "derivatives": ("models_total", "derivatives"),
    "served_tokens": ("token_share", "served tokens"),
    "new_local_pulls": ("pulls_new", "new local pulls"),
    "all_local_pulls": ("pulls_total", "all local pulls"),
}
_PERIODS = ("month", "reading", "day")
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


@dataclass(frozen=True)
class RegionBrief:
    """How China compares with the USA: one line without details, and the figures in sentences."""

    headline: str
    sentences: str


def regions(*, build: Path | None = None) -> pd.DataFrame:
    """Shares of the regions in the newest period, one row a layer, measure, basis and period.

    Columns as in COLUMNS: china, us, eu, other and unknown are shares 0..1 of `share_of`, NULL
    where the region has no value; `ratio` = China / USA, NULL without both, of zero, and of tokens
    while some are nobody's; `ahead` is
    china, us, level or NULL: two whose ratio is written 1.0 are level, and `is_within_rounding` are
    those of which rounded counters leave the order open, which makes them estimates; `is_certain`
    says that the order holds whatever is unknown;
    `ahead_since` is the first period from which on it does, NULL where no crossover was found;
    `accounts_without_value` counts the accounts that the sums leave out, NULL where none are added
    up; `citation` is the line that the publisher asks for.
    Raises NoBuildError.
    """
    return regions_of(
        queries.metric(METRIC, build=build),
        queries.metric("crossovers", build=build, subject_kind="region"),
        queries.metric("layer_titles", build=build),
    )


def regions_of(rows: pd.DataFrame, crossovers: pd.DataFrame, titles: pd.DataFrame) -> pd.DataFrame:
    """The same from rows of the metrics regions_by_layer, crossovers and layer_titles."""
    named = titles.set_index("layer")["title"]
    known = rows[rows[METRIC].notna()]
    found = [
        _compared(dict(zip(_SERIES, key, strict=True)), series, crossovers, named)
        for key, series in known.groupby(_SERIES)
    ]
    found.sort(key=_place)
    return pd.DataFrame(found, columns=list(COLUMNS)).astype(
        {
            "ahead_since": "datetime64[us]",
            "accounts_without_value": "Int64",
            **dict.fromkeys((*REGIONS, "ratio"), "float64"),
        }
    )


def region_brief(rows: pd.DataFrame) -> RegionBrief:
    """What the rows of `regions` say of China and the USA: one series a layer, and no layer whose
    value of one of the two is missing."""
    told = [row for layer in _TOLD if (row := _main(rows, layer)) is not None]
    if not told:
        return RegionBrief("No layer compares China with the USA yet.", "")
    sides: dict[str, list[str]] = {"china": [], "us": [], "level": []}
    for row in told:
        sides[row["ahead"]].append(_item(row))
    sentences = [
        f"{words} {_listed(sides[side])}."
        for side, words in (
            ("china", "China leads the USA in"),
            ("us", "The USA leads China in"),
            ("level", "The two are level in"),
        )
        if sides[side]
    ]
    return RegionBrief(
        _headline({side: len(items) for side, items in sides.items()}), " ".join(sentences)
    )


def region_dates(*, build: Path | None = None) -> pd.DataFrame:
    """Since when China or the USA has been ahead of the other, here and as others state it.

    Columns as in DATE_COLUMNS: `what` in words, `since` the first period ahead for good, `touches`
    the earlier ones that did not last (text, '' without any), `basis` published, collected or
    reported, `note` what to know about it ('' for nothing), `citation` the line that the publisher
    asks for. Oldest first. Raises NoBuildError.
    """
    return region_dates_of(
        queries.metric("crossovers", build=build), queries.metric("layer_titles", build=build)
    )


def region_dates_of(crossovers: pd.DataFrame, titles: pd.DataFrame) -> pd.DataFrame:
    """The same from rows of the metrics crossovers and layer_titles."""
    named = titles.set_index("layer")["title"]
    pairs = crossovers[
        (crossovers["basis"] != "reported")
        & (crossovers["subject_kind"] == "region")
        & crossovers["leader"].isin(["china", "us"])
        & crossovers["passed"].isin(["china", "us"])
    ]
    found = [
        {
            "what": _title(row, named),
            "ahead": REGIONS[row["leader"]],
            "behind": REGIONS[row["passed"]],
            "since": row["crossed_on"],
            "since_text": month(row["crossed_on"].date()),
            "touches": row["touches"] if isinstance(row["touches"], str) else "",
            "note": row["note"] if isinstance(row["note"], str) else "",
            **{name: row[name] for name in _TAKEN},
        }
        for row in pairs.to_dict("records")
    ]
    # Only statements about regions are left when no family is asked for.
    found += [
        {
            "what": row["what"],
            "ahead": row["leader"],
            "behind": row["passed"],
            "since": row["crossed_on"],
            "since_text": row["when"],
            "touches": "",
            "basis": "reported",
            "is_estimate": True,
            "note": row["note"] if isinstance(row["note"], str) else "",
            "source_title": row["source_title"],
            "source_url": row["source_url"],
            "citation": row["citation"],
        }
        for row in published_crossings_of([], crossovers, titles).to_dict("records")
    ]
    found.sort(key=lambda row: (row["since"], row["what"], row["source_title"]))
    return pd.DataFrame(found, columns=list(DATE_COLUMNS))


def _compared(
    series: dict[str, Any], rows: pd.DataFrame, crossovers: pd.DataFrame, named: pd.Series
) -> dict[str, Any]:
    """One row of `regions`, of the newest date of one series."""
    newest = rows[rows["date"] == rows["date"].max()].set_index("region")
    shares = {region: _share(newest, region) for region in REGIONS}
    china, us = shares["china"], shares["us"]
    is_open = _is_within_rounding(newest)
    ahead = _ahead(china, us) if not is_open else "level"
    # Of tokens only the least of each is known, unless all are seen.
    is_least = newest["unit"].iloc[0] == "fraction" and bool(shares["unknown"])
    any_row = newest.iloc[0]
    return {
        **series,
        **shares,
        "title": _title({**series, "first": month(rows["date"].min().date())}, named),
        "date": any_row["date"],
        "when": _when(series, sorted(day.date() for day in rows["date"].unique())),
        "china_value": _value(newest, "china"),
        "us_value": _value(newest, "us"),
        "unit": any_row["unit"],
        "share_of": next((s for s in newest["share_of"] if isinstance(s, str)), None),
        "ratio": _ratio(china, us) if not is_open and not is_least else None,
        "ahead": ahead,
        "is_certain": _is_certain(china, us, shares["unknown"]) and not is_open,
        "ahead_since": _since(series, ahead, crossovers),
        "is_within_rounding": is_open,
        "is_estimate": bool(newest["is_estimate"].any()) or is_open,
        "accounts_without_value": newest["accounts_without_value"].sum(min_count=1),
        "as_of": newest["as_of"].max(),
        "source_title": any_row["publisher"],
        "source_url": any_row["source_url"],
        "citation": newest.sort_values("as_of", kind="stable").iloc[-1]["citation"],
    }


def _share(newest: pd.DataFrame, region: str) -> float | None:
    value = newest["share"].get(region)
    return float(value) if is_known(value) else None


def _value(newest: pd.DataFrame, region: str) -> float | None:
    value = newest[METRIC].get(region)
    return float(value) if is_known(value) else None


def _ahead(china: float | None, us: float | None) -> str | None:
    """Who has more; two shares that are written alike, or whose ratio is, are level."""
    if china is None or us is None:
        return None
    if percent(china) == percent(us) or (us and times(china / us) == times(1)):
        return "level"
    return "china" if china > us else "us"


def _ratio(china: float | None, us: float | None) -> float | None:
    return china / us if china is not None and us else None


def _is_within_rounding(newest: pd.DataFrame) -> bool:
    """Whether what the site may have rounded leaves it open who of China and the USA has more."""
    china, us = _interval(newest, "china"), _interval(newest, "us")
    return china is not None and us is not None and china.is_open_beside(us)


def _interval(newest: pd.DataFrame, region: str) -> Interval | None:
    if region not in newest.index:
        return None
    return interval_of(newest.loc[region].to_dict(), METRIC, "regions_low", "regions_high")


def _is_certain(china: float | None, us: float | None, unknown: float | None) -> bool:
    """Whether the order stays the same even if all that is unknown were of the one behind."""
    if china is None or us is None:
        return False
    return abs(china - us) > (unknown or 0.0)


def _since(series: Mapping[str, Any], ahead: str | None, crossovers: pd.DataFrame) -> Any:
    behind = {"china": "us", "us": "china"}.get(str(ahead))
    if behind is None or crossovers.empty or series["period"] == "day":
        return pd.NaT
    found = crossovers[(crossovers["leader"] == ahead) & (crossovers["passed"] == behind)]
    for name in ("layer", "measure", "basis"):
        found = found[found[name] == series[name]]
    return found.iloc[0]["crossed_on"] if len(found) else pd.NaT


def _title(row: Mapping[str, Any], named: pd.Series) -> str:
    """A series in a few words: 'Own downloads since July 2024'."""
    layer = LAYERS.get(row["layer"]) or str(named.get(row["layer"], row["layer"]))
    if row.get("period") == "day":
        return f"{layer}, share on a day"
    words = MEASURES.get(row["measure"], row["measure"].replace("_", " "))
    first = row.get("first", "the first month of the series")
    return series_title(layer, words.format(first=first))


def _when(series: Mapping[str, Any], dates: Sequence[date]) -> str:
    """The newest of some dates in words: 'September 2026', '2026-08-21', and of what is new
    between two readings '2026-06-30 to 2026-08-21'."""
    *before, last = dates
    if series["period"] == "month":
        return month(last)
    if series["measure"] != "pulls_new":
        return str(last)
    return f"{before[-1]} to {last}" if before else f"up to {last}"


def _place(row: Mapping[str, Any]) -> tuple[int, int, int, str]:
    return (
        list(LAYERS).index(row["layer"]),
        list(MEASURES).index(row["measure"]),
        _PERIODS.index(row["period"]),
        row["basis"],
    )


def _main(rows: pd.DataFrame, layer: str) -> dict[str, Any] | None:
    """The series that speaks for a layer: its own measure, not of single days; of own downloads the
    published one, which is of text and vision-language models alone, elsewhere the collected."""
    measure, _ = _TOLD[layer]
    found = rows[
        (rows["layer"] == layer)
        & (rows["measure"] == measure)
        & (rows["period"] != "day")
        & rows["ahead"].notna()
    ]
    first = "published" if layer == "own_downloads" else "collected"
    ordered = found.sort_values("basis", key=lambda basis: basis != first, kind="stable")
    return ordered.to_dict("records")[0] if len(ordered) else None


def _item(row: Mapping[str, Any]) -> str:
    """'own downloads (September 2026: 34.8 % against 13.8 %)', the larger share first."""
    _, words = _TOLD[row["layer"]]
    if row["ahead"] == "level":
        shares = [percent(row["china"]), percent(row["us"])]
        told = f"{shares[0]} each" if shares[0] == shares[1] else " and ".join(shares)
        note = ", within rounding" if row["is_within_rounding"] else ""
        return f"{words} ({row['when']}: {told}{note})"
    high, low = sorted((row["china"], row["us"]), reverse=True)
    return f"{words} ({row['when']}: {percent(high)} against {percent(low)})"


def _headline(counts: Mapping[str, int]) -> str:
    """'China leads the USA on three of four layers; on one the two are level.'"""
    layers = sum(counts.values())
    china, us = counts["china"], counts["us"]
    if not china and not us:
        return f"China and the USA are level on {_of(layers, layers)}."
    leader, other, most = ("China", "the USA", china) if china >= us else ("The USA", "China", us)
    level = counts["level"]
    rest = f"; on {_NUMBERS[level]} the two are level" if level else ""
    if china == us:
        return f"China and the USA each lead on {_of(china, layers)}{rest}."
    return f"{leader} leads {other} on {_of(most, layers)}{rest}."


def _of(part: int, whole: int) -> str:
    if whole == 1:
        return "the one layer that is known"
    return f"all {_NUMBERS[whole]} layers" if part == whole else (
        f"{_NUMBERS[part]} of {_NUMBERS[whole]} layers"
    )  # fmt: skip


def _listed(items: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    *before, last = items
    return f"{', '.join(before)} and {last}" if before else last
