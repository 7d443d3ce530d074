"""One family on one page: what it is, where it stands, its releases, launches, models, claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from data import queries, warehouse
from data.claims import claims, verdict_counts
from data.errors import FilterError
from data.leads import leads
from data.wording import month, ordinal

MAX_MODELS = 20
_LISTED = ["model_id", "downloads_30d", "date"]
_LAUNCH = ["basis", "model_id", "released_on", "is_corrected", "size_class", "downloads", "as_of"]
# Layers of the standings that are no layer of their own, inside a sentence.
_WORDS = {
    "derivative_downloads": "downloads of derivatives",
    "lineage_downloads": "downloads of whole lineages",
}
# Which series speaks for a layer first: elsewhere, and of own downloads.
_BASES = (("collected", "published", "reported"), ("published", "collected", "reported"))
_MILESTONES = {100_000: "days_to_100k", 1_000_000: "days_to_1m", 10_000_000: "days_to_10m"}


@dataclass(frozen=True)
class FamilyCard:
    """What a build knows of one family.

    `organisations` are accounts on the Hub. Frames: `generations` (generation, released_on, NULL
    where nobody looked it up, source_url; the newest first), `licences` (month, class, share 0..1
    of own downloads; empty without an archive), `standings` (rows of data.leads against the rival,
    see there), `events` (of the metric, the newest first), `launches` (a model a row, days from
    release to milestones, the newest first), `models` (model_id, downloads_30d, date, the largest
    first) and `incidents` (of its organisations). `models_basis` is collected or published, and
    models_source who read them. `summary` and `missing` say in sentences where the family stands
    and on which layers it is not seen; `claims` how claims about it hold.
    """

    family: str
    developer: str
    region: str
    account: str
    account_label: str
    organisations: tuple[str, ...]
    generations: pd.DataFrame
    licences: pd.DataFrame
    standings: pd.DataFrame
    summary: str
    missing: str
    events: pd.DataFrame
    launches: pd.DataFrame
    models: pd.DataFrame
    models_basis: str
    models_source: str
    claims: str
    incidents: pd.DataFrame


def family_card(family: str, rival: str | None, *, build: Path | None = None) -> FamilyCard:
    """All that a build knows of a family. Raises FilterError for an unknown one, NoBuildError."""
    build = build or warehouse.newest_build()
    known = queries.families(build).set_index("family")
    if family not in known.index:
        raise FilterError(f"no family is named {family!r}; seeds/model_families.csv has them all")
    seed = known.loc[family]
    organisations = tuple(seed["hf_orgs"])
    standings = leads(family, rival, build=build)
    models, basis, source = _models(family, build)
    words = _words_of_layers(build)
    said = claims(build=build)
    return FamilyCard(
        family=family,
        developer=str(seed["developer"]),
        region=str(seed["region"]),
        account=str(seed["account"]),
        account_label=str(seed["account_label"]),
        organisations=organisations,
        generations=_generations(family, build),
        licences=_licences(family, build),
        standings=standings,
        summary=standing_summary(family, standings, words),
        missing=not_seen(family, standings, words),
        events=_newest_first(queries.metric("events", family=family, build=build), "starts_on"),
        launches=launches_of(queries.metric("launch_milestones", family=family, build=build)),
        models=models,
        models_basis=basis,
        models_source=source,
        claims=verdict_counts(said[said["is_main"] & (said["family"] == family)], (family,)),
        incidents=incidents_of(organisations, queries.metric("incidents", build=build)),
    )


def standing_summary(
    family: str, standings: pd.DataFrame, words: Mapping[str, str] = _WORDS
) -> str:
    """Where a family stands, from rows of data.leads: one series a layer, best places first.
    `words`: layers inside a sentence.

    'Qwen is 1st of 14 in own downloads (September 2026: 264M), ...'; '' without any place.
    """
    ranked = standings[standings["focus_position"].notna()]
    # The first measure of a layer; of its series that of the own collection, except for own
    # downloads, where what was published is of text and vision-language models alone.
    ranked = ranked[ranked["measure"] == ranked.groupby("layer")["measure"].transform("first")]
    order = [
        _BASES[row["layer"] == "own_downloads"].index(row["basis"])
        for row in ranked.to_dict("records")
    ]
    ranked = ranked.assign(order=order).sort_values("order", kind="stable")
    ranked = ranked.drop_duplicates("layer").sort_values("focus_position", kind="stable")
    places = [_place(family, row, words) for row in ranked.to_dict("records")]
    return f"{family} is {_listed(places)}." if places else ""


def not_seen(family: str, standings: pd.DataFrame, words: Mapping[str, str] = _WORDS) -> str:
    """On which layers that hold somebody the family is not seen, and on which it is only a part of
    somebody, in sentences; '' for none. `words`: layers inside a sentence."""
    seen = set(standings[standings["focus_value"].notna()]["layer"])
    missing = standings[~standings["layer"].isin(list(seen))].drop_duplicates("layer")
    is_part = missing["focus_part_of"].notna()
    names = [_words(layer, words) for layer in missing[~is_part]["layer"]]
    told = [
        f"In {_words(row['layer'], words)} it is not told apart: "
        f"it is a part of {row['focus_part_of']}."
        for row in missing[is_part].to_dict("records")
    ]
    if names and not seen and not told:
        return f"No layer shows {family} yet; others are seen in {_listed(names)}."
    return " ".join([f"{family} is not seen in {_listed(names)}." if names else "", *told]).strip()


def launches_of(milestones: pd.DataFrame) -> pd.DataFrame:
    """Rows of the metric launch_milestones as one row a model whose release date is known.

    Columns: basis (published, collected, or `not read` of what nobody read), model_id,
    released_on, is_corrected, size_class, downloads and as_of of the last reading,
    first_year_downloads, and days_to_100k, days_to_1m and days_to_10m (NULL: not reached, or not
    observed). The newest release first.
    """
    known = milestones[milestones["released_on"].notna()]
    # What nobody read stands once, without a basis.
    is_read = known["downloads"].notna()
    unread = known[~is_read & ~known["model_id"].isin(known[is_read]["model_id"])]
    unread = unread.assign(basis="not read").drop_duplicates(["model_id", "milestone"])
    known = pd.concat([known[is_read], unread]) if len(unread) else known[is_read]
    columns = [*_LAUNCH, *_MILESTONES.values(), "first_year_downloads"]
    if known.empty:
        return pd.DataFrame(columns=columns)
    days = known.pivot(
        index=["basis", "model_id"], columns="milestone", values="launch_milestones"
    ).rename(columns=_MILESTONES)
    rows = known.drop_duplicates(["basis", "model_id"])[[*_LAUNCH, "first_year_downloads"]]
    rows = rows.merge(days.reset_index(), on=["basis", "model_id"]).reindex(columns=columns)
    return _newest_first(rows, "released_on")


def incidents_of(organisations: tuple[str, ...], incidents: pd.DataFrame) -> pd.DataFrame:
    """Incidents of these accounts and their repositories, the newest first."""
    owners = incidents["subject"].str.split("/").str[0]
    mine = incidents["level"].isin(["publisher", "model"]) & owners.isin(list(organisations))
    return _newest_first(incidents[mine], "starts_on")


def _generations(family: str, build: Path) -> pd.DataFrame:
    return warehouse.frame(
        build,
        "SELECT generation, released_on, source_url FROM seed__model_generations "
        "WHERE family = ? ORDER BY released_on DESC NULLS LAST, generation",
        [family],
    )


def _licences(family: str, build: Path) -> pd.DataFrame:
    """Licence classes of own downloads in the newest month that has any."""
    rows = queries.metric(
        "download_mix", family=family, scope="own", cut="licence_class", build=build
    )
    rows = rows[rows["mix_share"].notna()]
    newest = rows[rows["month"] == rows["month"].max()].sort_values("mix_share", ascending=False)
    return newest[["month", "class", "mix_share"]].rename(columns={"mix_share": "share"})


def _models(family: str, build: Path) -> tuple[pd.DataFrame, str, str]:
    """The most downloaded repositories of the newest listing, or as others recorded them."""
    listed = queries.metric("downloads_30d", family=family, build=build)
    if listed["downloads_30d"].notna().any():
        return (
            _largest(listed),
            "collected",
            queries.metric_info("downloads_30d", build=build).source,
        )
    recorded = queries.metric(
        "published_series", series="downloads_30d", family=family, build=build
    )
    named = recorded.rename(columns={"subject": "model_id", "value": "downloads_30d"})
    source = str(recorded.iloc[0]["source_title"]) if len(recorded) else ""
    return _largest(named), "published", source


def _largest(rows: pd.DataFrame) -> pd.DataFrame:
    known = rows[rows["downloads_30d"].notna()]
    newest = known[known["date"] == known["date"].max()]
    ordered = newest.sort_values(["downloads_30d", "model_id"], ascending=[False, True])
    return ordered[_LISTED].head(MAX_MODELS)


def _newest_first(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    return rows.sort_values(column, ascending=False, kind="stable", ignore_index=True)


def _place(family: str, row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    when = month(row["date"].date()) if row["period"] == "month" else str(row["date"].date())
    # An account or author holds all models of its owner: it is not the family.
    whose = f"{row['subject_kind']} {row['focus']}, " if row["focus"] != family else ""
    return (
        f"{ordinal(row['focus_position'])} of {int(row['subjects'])} in "
        f"{_words(row['layer'], words)} ({whose}{when}: {_value(row)})"
    )


def _words_of_layers(build: Path) -> dict[str, str]:
    """Layers inside a sentence; a build of an earlier version has no words for them."""
    titles = queries.metric("layer_titles", build=build)
    named = dict(zip(titles["layer"], titles["words"], strict=True)) if "words" in titles else {}
    return {**_WORDS, **named}


def _words(layer: str, words: Mapping[str, str]) -> str:
    return words.get(layer, layer.replace("_", " "))


def _value(row: Mapping[str, Any]) -> str:
    """The value with its own bound in words: that of a row is of both that it compares."""
    return str(row["focus_text"]).replace("≥ ", "at least ").replace("≈ ", "about ")


def _listed(items: list[str]) -> str:
    *before, last = items
    return f"{', '.join(before)} and {last}" if before else last
