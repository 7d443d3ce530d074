"""Who leads on which layer of use, since when, and how fast it moves: tables and their sentences.

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
from data.intervals import Interval, interval_of, open_words
from data.wording import NO_VALUE, amount, is_known, month, score, times, whole
from data.wording import change as change_text

# Layers in the order in which they are shown, with titles of those that several measures share.
LAYERS = {
    "own_downloads": "Own downloads",
    "derivative_downloads": "Downloads of derivatives",
    "lineage_downloads": "Downloads of the whole lineage",
    "derivatives": "",
    "served_tokens": "",
    "new_local_pulls": "",
    "all_local_pulls": "",
    "runtimes": "",
    "quality": "",
}
# Measures in their order; {first} is the first month of the series.
MEASURES = {
    "monthly_downloads": "a month",
    "cumulative_downloads": "since {first}",
    "models_total": "in total",
    "models_new": "new in a month",
    "token_share": "share in a month",
    "pulls_new": "new",
    "pulls_total": "since the beginning",
    "lmstudio_downloads_30d": "30 days",
    "rating": "rating",
}
_COLLECTED_COUNTS = {
    "own_downloads": "All own repositories of the family",
    "derivative_downloads": "What others made of the family's models",
    "lineage_downloads": "Own repositories and what others made of them",
}
_BASES = ("published", "collected", "reported")
_SERIES = ["layer", "measure", "basis"]
_KINDS = ["account", "author", "family"]
# What is read of the metric standings.
_READ = [
    *_SERIES, "subject_kind", "period", "date", "subject", "family", "holds", "standings", "unit",
    "bound", "position", "subjects", "is_estimate", "as_of", "publisher", "source_url", "citation",
    "standings_low", "standings_high",
]  # fmt: skip
COLUMNS = (
    "layer", "measure", "basis", "title", "measure_title", "counts", "subject_kind", "focus",
    "rival", "focus_value", "rival_value", "focus_text", "rival_text", "focus_part_of",
    "rival_part_of", "unit", "bound", "ratio", "part", "focus_position", "rival_position",
    "subjects", "leader", "leader_value", "leader_text", "second", "second_value", "second_text",
    "ahead", "ahead_since", "since_text", "ahead_text", "verdict", "period", "date", "as_of",
    "source_title", "source_url", "citation", "is_estimate",
)  # fmt: skip
# Types that hold even where all values are NULL.
_TYPES = {
    **dict.fromkeys(
        ("focus_value", "rival_value", "ratio", "part", "leader_value", "second_value"), "float64"
    ),
    **dict.fromkeys(("focus_position", "rival_position", "subjects"), "Int64"),
    "ahead_since": "datetime64[us]",
}
CROSSING_COLUMNS = (
    "layer", "measure", "basis", "title", "measure_title", "ahead", "behind", "since", "since_text",
    "is_estimate", "touches", "estimated_touches", "first", "as_of", "source_title", "source_url",
    "citation",
)  # fmt: skip
# How statements of others name regions -> how the seeds do.
_REGION_CODES = {"China": "china", "USA": "us", "US": "us", "EU": "eu"}
_STATED = {
    "cumulative_downloads": "Downloads since the beginning",
    "monthly_downloads": "Downloads a month",
    "derivative_share": "Share of new derivatives",
}


# Why nobody knows who of two has more, where the words for it do not say so.
_WHY_OPEN = {
    "at_least": ": what is not seen may be either's",
    "about": "",
    "exactly": "",
}
# Crossovers by series, leader and passed.
_Found = Mapping[tuple[str, ...], Mapping[Any, Any]]


@dataclass(frozen=True)
class _Pair:
    """Two subjects of one series: what both have on its newest date, and how they are called."""

    focus: str
    rival: str
    our_interval: Interval | None
    their_interval: Interval | None
    unit: str
    bound: str

    @property
    def ours(self) -> float | None:
        return self.our_interval.value if self.our_interval else None

    @property
    def theirs(self) -> float | None:
        return self.their_interval.value if self.their_interval else None

    @property
    def is_open(self) -> bool:
        """Whether nobody knows who of the two has more."""
        ours, theirs = self.our_interval, self.their_interval
        return ours is not None and theirs is not None and ours.is_open_beside(theirs)

    @property
    def ratio(self) -> float | None:
        """Focus / rival; None for ratings, for values of which the least is known, of zero, and
        where nobody knows who has more."""
        if self.unit == "rating" or self.bound == "at_least" or self.is_open:
            return None
        return self.ours / self.theirs if self.ours is not None and self.theirs else None

    @property
    def part(self) -> float | None:
        """Focus / (focus + rival), 0..1, where the two have a ratio: what a bar shows."""
        if self.ratio is None or self.ours is None or self.theirs is None:
            return None
        return self.ours / (self.ours + self.theirs)

    @property
    def order(self) -> int | None:
        """1: the focus is ahead, -1: it is behind, 0: level or not told apart, None: one of the two
        is not known."""
        if self.ours is None or self.theirs is None:
            return None
        if self.is_open:
            return 0
        return (self.ours > self.theirs) - (self.ours < self.theirs)


@dataclass(frozen=True)
class _Series:
    """One layer, measure and basis: rows with a value, oldest first, and those of each family."""

    layer: str
    measure: str
    basis: str
    period: str
    rows: list[dict[str, Any]]
    by_family: Mapping[str, Mapping[pd.Timestamp, dict[str, Any]]]

    @property
    def last(self) -> pd.Timestamp:
        """The newest date on which anyone has a value."""
        return self.rows[-1]["date"]

    @property
    def newest(self) -> list[dict[str, Any]]:
        """All rows of that date."""
        return [row for row in self.rows if row["date"] == self.last]

    def holder_of(self, family: str | None) -> str | None:
        """The author of whose models on that date the family is a part that is not told apart."""
        for row in self.newest:
            if isinstance(row["holds"], str) and family in row["holds"].split(", "):
                return str(row["subject"])
        return None

    @property
    def citation(self) -> str:
        """The line that the publisher asks for, with the newest day on which it was read."""
        return str(max(self.newest, key=lambda row: row["as_of"])["citation"])

    def newest_of(self, family: str | None) -> dict[str, Any] | None:
        """The row of a family on that date."""
        return self.by_family.get(str(family), {}).get(self.last)

    def together(
        self, focus: str, rival: str
    ) -> list[tuple[pd.Timestamp, Mapping[str, Any], Mapping[str, Any]]]:
        """Dates on which both families have a value, with their rows, oldest first."""
        ours, theirs = self.by_family.get(focus, {}), self.by_family.get(rival, {})
        return [(at, row, theirs[at]) for at, row in ours.items() if at in theirs]

    def name(self, family: str) -> str:
        """How a family is called here: by the label of its account or author where those count."""
        rows = self.by_family.get(family)
        return str(next(iter(rows.values()))["subject"]) if rows else family

    def when(self, day: pd.Timestamp) -> str:
        """A date of the series in words: a month, or the day of a reading."""
        return month(day.date()) if self.period == "month" else str(day.date().isoformat())

    def key(self, leader: str, passed: str) -> tuple[str, ...]:
        """Where the crossover of two families is found."""
        return (self.layer, self.measure, self.basis, leader, passed)

    def late(self, *families: str | None) -> list[tuple[str, str]]:
        """Of families whose sums begin after the series does: short name and first month."""
        if self.measure != "cumulative_downloads":
            return []
        firsts = {of: min(self.by_family[of]) for of in families if of and of in self.by_family}
        return [
            (_short(self.name(family)), self.when(first))
            for family, first in firsts.items()
            if first > self.rows[0]["date"]
        ]

    def titles(self, named: pd.DataFrame, *families: str | None) -> dict[str, str]:
        """What the series is called: layer, measure, basis, title, measure_title, counts.

        The measure's title names those of the families whose sums begin later than the series.
        """
        known = str(named["title"].get(self.layer, self.layer.replace("_", " ").capitalize()))
        counts = str(named["counts"].get(self.layer, ""))
        if self.basis == "collected":
            counts = _COLLECTED_COUNTS.get(self.layer, counts)
        words = MEASURES.get(self.measure, self.measure.replace("_", " "))
        late = ", ".join(f"{name} since {first}" for name, first in self.late(*families))
        return {
            "layer": self.layer,
            "measure": self.measure,
            "basis": self.basis,
            "title": LAYERS.get(self.layer) or known,
            "measure_title": words.format(first=month(self.rows[0]["date"].date()))
            + (f" ({late})" if late else ""),
            "counts": counts,
        }


def leads(focus: str, rival: str | None, *, build: Path | None = None) -> pd.DataFrame:
    """Does the lead hold? One row a layer, measure and basis of a build, in the order of LAYERS.

    Columns as in COLUMNS: values in `unit`; `ratio` = focus / rival, NULL for ratings, for values
    of which only the least is known, for a rival of zero and where nobody knows who has more;
    `part` = focus / (focus + rival) where there is a ratio;
    `_text` columns are values as people write them; `_part_of` names the author
    of whose models a family is a part that is not told apart, so that it has no value of its own;
    positions among `subjects`, which are of one `subject_kind`; `citation` is the line that the
    publisher asks for; `ahead` is who of the two is ahead (NULL when level, unknown or not told
    apart: their intervals overlap), `ahead_text` that and since when in words, `ahead_since` the
    period from which on it stayed so (NULL when it was so from
    the first one on), `since_text` that in words; `verdict` one sentence. Statements of others
    stand for derivatives only while none were counted (basis reported). Raises NoBuildError.
    """
    standings = queries.metric("standings", subject_kind=_KINDS, build=build)
    is_counted = (standings["layer"] == "derivatives").any()
    return leads_of(
        focus,
        rival,
        standings,
        queries.metric("crossovers", build=build),
        # All layers are read for it, so only where it is shown.
        queries.metric("layers", layer=[] if is_counted else "derivatives", build=build),
        queries.metric("layer_titles", build=build),
    )


def leads_of(
    focus: str,
    rival: str | None,
    standings: pd.DataFrame,
    crossovers: pd.DataFrame,
    layers: pd.DataFrame,
    titles: pd.DataFrame,
) -> pd.DataFrame:
    """The same from rows of the metrics standings, crossovers, layers and layer_titles."""
    named = titles.set_index("layer")
    found = _by_pair(crossovers, (focus, rival))
    rows = [_lead(focus, rival, series, found, named) for series in _all_series(standings)]
    has_derivatives = (standings["layer"] == "derivatives").any()
    reported = layers[(layers["layer"] == "derivatives") & layers["value"].notna()]
    if len(reported) and not has_derivatives:
        rows.append(_statement(focus, rival, reported, named))
    rows.sort(key=lambda row: _place(row["layer"], row["measure"], row["basis"]))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(_TYPES)


def crossings(focus: str, rivals: Sequence[str], *, build: Path | None = None) -> pd.DataFrame:
    """Who of the focus family and each rival is ahead on each layer and measure, and since when.

    Columns as in CROSSING_COLUMNS: `since` is the first period from which on the one that is ahead
    stayed ahead, NULL when it was so from the first one that both have, `first`; `touches` the
    earlier ones, as text, and how many of them rest on estimates. Pairs that are level or not told
    apart have neither. `citation` is the line that the publisher asks for. Raises NoBuildError.
    """
    return crossings_of(
        focus,
        rivals,
        queries.metric("standings", subject_kind=_KINDS, build=build),
        queries.metric("crossovers", build=build),
        queries.metric("layer_titles", build=build),
    )


def crossings_of(
    focus: str,
    rivals: Sequence[str],
    standings: pd.DataFrame,
    crossovers: pd.DataFrame,
    titles: pd.DataFrame,
) -> pd.DataFrame:
    """The same from rows of the metrics standings, crossovers and layer_titles."""
    named = titles.set_index("layer")
    found = _by_pair(crossovers, (focus, *rivals))
    rows = [
        row
        for series in _all_series(standings)
        for rival in rivals
        if rival != focus
        if (row := _crossing(focus, rival, series, found, named)) is not None
    ]
    rows.sort(key=lambda row: _place(row["layer"], row["measure"], row["basis"]))
    return pd.DataFrame(rows, columns=list(CROSSING_COLUMNS)).astype(
        {"since": "datetime64[us]", "estimated_touches": "int64"}
    )


def published_crossings(families: Sequence[str], *, build: Path | None = None) -> pd.DataFrame:
    """Dates that others gave for one overtaking another, beside what the series here give.

    Of the families named, and of regions. Columns: leader, passed, what (in words), crossed_on,
    when (in words), here (first period ahead for good in the published series of accounts; NULL
    where none measures it), here_text, here_is_estimate, source_title, source_url, citation, note.
    """
    return published_crossings_of(
        families,
        queries.metric("crossovers", build=build),
        queries.metric("layer_titles", build=build),
    )


def published_crossings_of(
    families: Sequence[str], crossovers: pd.DataFrame, titles: pd.DataFrame
) -> pd.DataFrame:
    """The same from rows of the metrics crossovers and layer_titles."""
    named = titles.set_index("layer")["title"]
    reported = crossovers[crossovers["basis"] == "reported"]
    is_asked = reported["leader_family"].isin(list(families))
    is_asked |= reported["passed_family"].isin(list(families))
    is_asked |= reported["subject_kind"] == "region"
    rows = []
    for _, said in reported[is_asked].sort_values("crossed_on").iterrows():
        here = _beside(said, crossovers)
        rows.append(
            {
                "leader": said["leader"],
                "passed": said["passed"],
                "what": _STATED.get(said["measure"])
                or str(named.get(said["layer"], said["measure"])),
                "crossed_on": said["crossed_on"],
                "when": _when(said["crossed_on"].date(), said["date_precision"]),
                "here": here["crossed_on"] if here is not None else pd.NaT,
                "here_text": month(here["crossed_on"].date()) if here is not None else "–",
                "here_is_estimate": bool(here is not None and here["is_estimate"]),
                "source_title": said["source_title"],
                "source_url": said["source_url"],
                "citation": said["citation"],
                "note": said["note"],
            }
        )
    return pd.DataFrame(
        rows,
        columns=[
            "leader", "passed", "what", "crossed_on", "when", "here", "here_text",
            "here_is_estimate", "source_title", "source_url", "citation", "note",
        ],
    )  # fmt: skip


def momentum_words(reading: str | None, change: float | None, market_change: float | None) -> str:
    """What a row of the metric momentum says, in words: 'fell more than the market'."""
    if not is_known(change):
        return "no comparison"
    if not is_known(market_change):
        return "no market to compare with"
    if not isinstance(reading, str):
        return "no comparison"
    assert change is not None
    assert market_change is not None
    market, own = _direction(market_change), _direction(change)
    words = {
        "flat": "kept its share",
        "gained": "grew faster than the market" if market > 0 else _while("grew", market),
        "held_up": "fell less than the market" if own < 0 else _while("stood still", market),
        "diluted": "grew less than the market" if own > 0 else _while("stood still", market),
        "declined": "fell more than the market" if market < 0 else _while("fell", market),
    }
    return words[reading]


def series_title(title: str, measure_title: str) -> str:
    """A layer and its measure in a few words, each said once: 'Own downloads a month'."""
    if measure_title.lower() in title.lower():
        return title
    between = " " if measure_title.split(maxsplit=1)[0] in {"a", "in", "since"} else ", "
    return f"{title}{between}{measure_title}"


def _direction(change: float) -> int:
    """1, 0 or -1: less than half a percent is no change, as in the metric momentum."""
    return (change >= 0.005) - (change <= -0.005)


def _while(moved: str, market: int) -> str:
    if moved == "stood still" and market == 0:
        return moved
    return f"{moved} while the market {('fell', 'stood still', 'grew')[market + 1]}"


def _all_series(standings: pd.DataFrame) -> list[_Series]:
    """The rows of the metric standings, series by series."""
    known = standings[standings["standings"].notna()].sort_values("date", kind="stable")
    # A build of an earlier version lacks the ends of intervals.
    known = known.reindex(columns=_READ)
    grouped: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in known.to_dict("records"):
        grouped.setdefault(tuple(row[name] for name in _SERIES), []).append(row)
    series = []
    for (layer, measure, basis), rows in grouped.items():
        families: dict[str, dict[pd.Timestamp, dict[str, Any]]] = {}
        for row in rows:
            if isinstance(row["family"], str):
                families.setdefault(row["family"], {})[row["date"]] = row
        series.append(_Series(layer, measure, basis, str(rows[0]["period"]), rows, families))
    return series


def _place(layer: str, measure: str, basis: str) -> tuple[int, int, int]:
    return (
        list(LAYERS).index(layer) if layer in LAYERS else len(LAYERS),
        list(MEASURES).index(measure) if measure in MEASURES else len(MEASURES),
        _BASES.index(basis),
    )


def _lead(
    focus: str, rival: str | None, series: _Series, found: _Found, named: pd.DataFrame
) -> dict[str, Any]:
    ours, theirs = series.newest_of(focus), series.newest_of(rival)
    any_row = ours or series.newest[0]
    pair = _Pair(
        focus=series.name(focus),
        rival=series.name(rival) if rival else "",
        our_interval=_interval(ours) if ours else None,
        their_interval=_interval(theirs) if theirs else None,
        unit=str(any_row["unit"]),
        bound=str(any_row["bound"]),
    )
    ahead, since, since_text = _since(focus, rival, pair, series, found)
    ranked = [
        (row["subject"], _interval(row), row["bound"])
        for row in series.newest
        if pd.notna(row["position"])
    ]
    first_two = _first_two(ranked, pair.unit)
    part_of = {
        family: holder
        for family in (focus, rival)
        if family and (holder := series.holder_of(family)) is not None
    }
    return {
        **series.titles(named, focus, rival),
        "subject_kind": any_row["subject_kind"],
        "focus": pair.focus,
        "rival": pair.rival,
        **_values(pair),
        "focus_text": amount(pair.ours, pair.unit, pair.bound),
        "rival_text": amount(pair.theirs, pair.unit, pair.bound),
        "focus_part_of": part_of.get(focus),
        "rival_part_of": part_of.get(str(rival)),
        "focus_position": _position(ours),
        "rival_position": _position(theirs),
        "subjects": int(any_row["subjects"]),
        **first_two,
        "ahead": ahead,
        "ahead_since": since,
        "since_text": since_text,
        "ahead_text": _ahead_text(pair, ahead, since_text, first_two),
        "verdict": _not_told_apart(part_of)
        or _verdict(pair, since_text, series.late(focus, rival)),
        "period": series.period,
        "date": series.last,
        "as_of": max(row["as_of"] for row in series.newest),
        "source_title": any_row["publisher"],
        "source_url": any_row["source_url"],
        "citation": series.citation,
        "is_estimate": any(row["is_estimate"] for row in (ours, theirs) if row),
    }


def _statement(
    focus: str, rival: str | None, reported: pd.DataFrame, named: pd.DataFrame
) -> dict[str, Any]:
    """The row of what others say of derivatives: values of a statement, without a history."""
    ours, theirs = _row_of(reported, focus), _row_of(reported, rival)
    any_row = ours if ours is not None else reported.iloc[0]
    bounds = {row["bound"] for row in (ours, theirs) if row is not None}
    pair = _Pair(
        focus=focus,
        rival=rival or "",
        our_interval=_stated_interval(ours),
        their_interval=_stated_interval(theirs),
        unit=str(any_row["unit"]),
        bound=next((b for b in ("at_least", "about") if b in bounds), "exactly"),
    )
    ranks = reported["value"].rank(ascending=False, method="min")
    ahead = {1: focus, -1: rival}.get(pair.order) if pair.order is not None else None
    first_two = _first_two(
        [
            (str(row["family"]), _exact(float(row["value"])), str(row["bound"]))
            for row in reported.to_dict("records")
        ],
        pair.unit,
    )
    return {
        "layer": "derivatives",
        "measure": "models_total",
        "basis": "reported",
        "title": str(named["title"].get("derivatives", "derivatives")),
        "measure_title": MEASURES["models_total"],
        "counts": "As others state it, not measured here",
        "subject_kind": "family",
        "focus": pair.focus,
        "rival": pair.rival,
        **_values(pair),
        "focus_text": _stated(ours, pair.unit),
        "rival_text": _stated(theirs, pair.unit),
        "focus_part_of": None,
        "rival_part_of": None,
        "focus_position": int(ranks[ours.name]) if ours is not None else None,
        "rival_position": int(ranks[theirs.name]) if theirs is not None else None,
        "subjects": len(reported),
        **first_two,
        "ahead": ahead,
        "ahead_since": pd.NaT,
        "since_text": "",
        "ahead_text": _ahead_text(pair, ahead, "", first_two),
        "verdict": _verdict(pair, ""),
        "period": "reading",
        "date": any_row["ends_on"],
        "as_of": any_row["as_of"],
        "source_title": any_row["source_title"],
        "source_url": any_row["source_url"],
        "citation": f"Source: {str(any_row['source_title']).rstrip('.')}.",
        "is_estimate": pair.bound == "about",
    }


def _crossing(
    focus: str, rival: str, series: _Series, found: _Found, named: pd.DataFrame
) -> dict[str, Any] | None:
    """Who is ahead of the two on the last date that both have; None when they share none."""
    both = series.together(focus, rival)
    if not both:
        return None
    (first, *_), (last, ours, theirs) = both[0], both[-1]
    titles = series.titles(named, focus, rival)
    row = {
        **{name: titles[name] for name in (*_SERIES, "title", "measure_title")},
        "first": first,
        "as_of": last,
        "source_title": series.newest[0]["publisher"],
        "source_url": series.newest[0]["source_url"],
        "citation": series.citation,
        "since": pd.NaT,
        "touches": "",
        "estimated_touches": 0,
        "is_estimate": False,
    }
    if ours["standings"] == theirs["standings"]:
        return {**row, "ahead": "level", "behind": "level", "since_text": "level"}
    if _interval(ours).is_open_beside(_interval(theirs)):
        words = open_words(str(ours["bound"]))
        return {**row, "ahead": words, "behind": words, "since_text": words}
    order = (focus, rival) if ours["standings"] > theirs["standings"] else (rival, focus)
    row["ahead"], row["behind"] = (series.name(family) for family in order)
    crossed = found.get(series.key(*order))
    if crossed is None:
        row["since_text"] = f"from the first on, {series.when(first)}"
        return row
    return {
        **row,
        "since": crossed["crossed_on"],
        "since_text": series.when(crossed["crossed_on"]),
        "is_estimate": bool(crossed["is_estimate"]),
        "touches": crossed["touches"] if isinstance(crossed["touches"], str) else "",
        "estimated_touches": int(crossed["estimated_touches"]),
    }


def _since(
    focus: str, rival: str | None, pair: _Pair, series: _Series, found: _Found
) -> tuple[str | None, Any, str]:
    """Who of the two is ahead, since when, and that in words; nothing when it is not known."""
    if rival is None or not pair.order:
        return None, pd.NaT, ""
    order = (focus, rival) if pair.order > 0 else (rival, focus)
    ahead = pair.focus if pair.order > 0 else pair.rival
    crossed = found.get(series.key(*order))
    if crossed is not None:
        return ahead, crossed["crossed_on"], f"since {series.when(crossed['crossed_on'])}"
    both = series.together(focus, rival)
    if len(both) < 2:
        return ahead, pd.NaT, ""
    return ahead, pd.NaT, f"in every {series.period} since {series.when(both[0][0])}"


def _by_pair(crossovers: pd.DataFrame, families: Sequence[str | None]) -> _Found:
    """Crossovers between families by series, leader and passed."""
    among = crossovers[
        (crossovers["basis"] != "reported")
        & crossovers["leader_family"].isin(list(families))
        & crossovers["passed_family"].isin(list(families))
    ]
    return {
        tuple(str(row[name]) for name in (*_SERIES, "leader_family", "passed_family")): row
        for row in among.to_dict("records")
    }


def _beside(said: Any, crossovers: pd.DataFrame) -> Any | None:
    """What the published series of accounts give for the same overtaking, if they measure it."""
    ours = crossovers[
        (crossovers["basis"] == "published")
        & (crossovers["layer"] == said["layer"])
        & (crossovers["measure"] == said["measure"])
    ]
    if said["subject_kind"] == "region":
        names = [_REGION_CODES.get(said[side], "") for side in ("leader", "passed")]
        found = ours[(ours["leader"] == names[0]) & (ours["passed"] == names[1])]
        found = found[found["subject_kind"] == "region"]
    else:
        found = ours[
            (ours["leader_family"] == said["leader_family"])
            & (ours["passed_family"] == said["passed_family"])
        ]
    return found.iloc[0] if len(found) else None


def _row_of(rows: pd.DataFrame, family: str | None) -> Any | None:
    found = rows[rows["family"] == family]
    return found.iloc[0] if len(found) else None


def _short(label: str) -> str:
    """A label without what stands in brackets, for sentences."""
    return label.split(" (", maxsplit=1)[0]


def _value(row: Any, column: str) -> float | None:
    return float(row[column]) if row is not None and pd.notna(row[column]) else None


def _interval(row: Mapping[str, Any]) -> Interval:
    """Between what the value of a row of standings lies, which has one."""
    found = interval_of(row, "standings", "standings_low", "standings_high")
    assert found is not None
    return found


def _exact(value: float) -> Interval:
    return Interval(value, value, value)


def _stated_interval(row: Any | None) -> Interval | None:
    """A statement's value; how far it may be off nobody says."""
    value = _value(row, "value")
    return None if value is None else _exact(value)


def _stated(row: Any | None, unit: str) -> str:
    """A statement's value with its own bound, which may not be the other one's."""
    return NO_VALUE if row is None else amount(_value(row, "value"), unit, str(row["bound"]))


def _position(row: Mapping[str, Any] | None) -> int | None:
    return int(row["position"]) if row and pd.notna(row["position"]) else None


def _values(pair: _Pair) -> dict[str, Any]:
    return {
        "focus_value": pair.ours,
        "rival_value": pair.theirs,
        "unit": pair.unit,
        "bound": pair.bound,
        "ratio": pair.ratio,
        "part": pair.part,
    }


def _first_two(ranked: Sequence[tuple[str, Interval, str]], unit: str) -> dict[str, Any]:
    """Leader and second of names with values and bounds; those that are level share the name, with
    `and`. A leader whom another one may exceed has only most of what is seen."""
    by_value: dict[float, list[tuple[str, Interval, str]]] = {}
    for name, interval, bound in ranked:
        by_value.setdefault(interval.value, []).append((name, interval, bound))
    first_two: list[float | None] = [*sorted(by_value, reverse=True)[:2], None, None]
    places: dict[str, Any] = {}
    for place, held in zip(("leader", "second"), first_two, strict=False):
        level = sorted(by_value[held], key=lambda one: one[0]) if held is not None else []
        places[place] = " and ".join(name for name, _, _ in level) or None
        places[f"{place}_value"] = held
        places[f"{place}_text"] = amount(held, unit, level[0][2] if level else "exactly")
    top = by_value[first_two[0]] if first_two[0] is not None else []
    others = [one for held in sorted(by_value)[:-1] for one in by_value[held]]
    if top and any(top[0][1].is_open_beside(interval) for _, interval, _ in others):
        places["leader_text"] += f", {_uncertain(top[0][2])}"
    return places


def _uncertain(bound: str) -> str:
    """What is said of the largest value where another one may really be larger."""
    return "the most seen" if bound == "at_least" else "within rounding of others"


def _ahead_text(pair: _Pair, ahead: str | None, since: str, first_two: Mapping[str, Any]) -> str:
    """Who of the two is ahead and since when, and who leads where it is neither."""
    leader = first_two["leader"]
    is_certain = not first_two["leader_text"].endswith(_uncertain(pair.bound))
    if ahead is None:
        return open_words(pair.bound) if pair.is_open else NO_VALUE
    names = {_short(name) for name in (pair.focus, pair.rival)}
    told = f"{_short(ahead)} {since}".strip()
    if leader is None or {_short(name) for name in leader.split(" and ")} & names:
        return told
    told = f"{_short(ahead)} of the two {since}".strip()
    return f"{told}; {_short(leader)} leads" if is_certain else told


def _not_told_apart(part_of: Mapping[str, str]) -> str:
    """What is said of families that are a part of an author's models; '' when none is."""
    return " ".join(
        f"{family} is not told apart here: it is a part of {holder}."
        for family, holder in part_of.items()
    )


def _verdict(pair: _Pair, since: str, late: Sequence[tuple[str, str]] = ()) -> str:
    """Who of the two is ahead, by how much and since when, as one sentence.

    `late`: who is counted from a later month on than the series begins with.
    """
    ours, theirs = _short(pair.focus), _short(pair.rival)
    if not pair.rival:
        return f"{ours} is not seen here." if pair.ours is None else ""
    if pair.ours is None and pair.theirs is None:
        return f"Neither {ours} nor {theirs} is seen here."
    if pair.ours is None or pair.theirs is None:
        seen, missing = (ours, theirs) if pair.theirs is None else (theirs, ours)
        return f"{seen} is seen here, {missing} is not."
    note = "".join(f"; {name} is counted since {first}" for name, first in late)
    if pair.is_open:
        return f"{ours} and {theirs} are {open_words(pair.bound)}{_WHY_OPEN[pair.bound]}{note}."
    if pair.order == 0:
        return f"{ours} and {theirs} are level{note}."
    side = "ahead" if pair.order == 1 else "behind"
    told = ", ".join(part for part in (f"{ours} is {side}{_by_how_much(pair)}", since) if part)
    return f"{told}{note}."


def _by_how_much(pair: _Pair) -> str:
    """': 11.6 times Meta's' and its like for two values of which one is larger."""
    assert pair.ours is not None
    assert pair.theirs is not None
    rival = _short(pair.rival)
    if pair.unit == "rating":
        points = abs(round(pair.ours) - round(pair.theirs))
        side = "above" if pair.order == 1 else "below"
        return f": {whole(points)} {'point' if points == 1 else 'points'} {side} {rival}"
    if pair.bound == "at_least":
        return f"{' of' if pair.order == 1 else ''} {rival}, whatever is not seen"
    if not pair.theirs:
        return f": {rival} has none"
    if not pair.ours:
        return ": it has none"
    if times(pair.ratio) == times(1):  # which would say that it is level
        values = (amount(value, pair.unit, pair.bound) for value in (pair.ours, pair.theirs))
        return f" by a little: {' against '.join(values)}"
    about = "about " if pair.bound == "about" else ""
    return f": {about}{times(pair.ratio)} times {rival}'s"


def _when(day: date, precision: str) -> str:
    return month(day) if precision == "month" else f"from {day.isoformat()}"


def momentum_line(rows: pd.DataFrame) -> str:
    """The newest month of one subject of the metric momentum as a sentence; '' without one."""
    known = rows[rows["momentum"].notna()]
    if known.empty:
        return ""
    now: Mapping[str, Any] = known.sort_values("month").iloc[-1].to_dict()
    name = _short(str(now["subject"]))
    text = f"{month(now['month'].date())}: {name} {change_text(now['momentum'])}"
    if is_known(now["market_change"]):
        text += f", the market {change_text(now['market_change'])}"
    words = momentum_words(now["reading"], now["momentum"], now["market_change"])
    points = points_text(now["share_points"])
    return f"{text}; share {points} points: it {words}." if points else f"{text}."


def points_text(points: float | None) -> str:
    """0.0123 -> '+1.2', -0.0287 -> '−2.9', with a true minus sign; '' when not known."""
    if points is None or not is_known(points):
        return ""
    text = score(abs(100 * points))
    sign = "" if text == "0.0" else "+" if points > 0 else "−"
    return f"{sign}{text}"
