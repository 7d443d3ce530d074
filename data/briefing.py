"""Sentences made from metrics: is the focus family ahead, by how much, since when, and what to
read with care. Every sentence carries its number; without the number there is no sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from data import queries
from data.wording import change, count, month, months, percent, period, times, whole

BY_FAR = 2.0  # times the second
BELOW_PEAK = 0.9  # of the peak
SMALL_SHARE = 0.05

_APPROXIMATE = {"about": "≈ ", "at_least": "≥ ", "exactly": ""}


@dataclass(frozen=True)
class Layer:
    """One layer of use: the focus family, its rival, who leads, from when and from where.

    `ratio` is focus / rival. Values are None where the family was not seen; texts are then a dash.
    `is_least` says that values are the least that they can be. `command` names what would fill a
    layer that has no value at all.
    """

    name: str
    title: str
    scope: str
    focus: float | None
    rival: float | None
    focus_text: str
    rival_text: str
    leader: str
    ratio: float | None
    as_of: str
    source_title: str
    source_url: str
    command: str | None = None
    is_least: bool = False


@dataclass(frozen=True)
class Brief:
    """What the first page says: texts for people, layers as rows."""

    headline: str
    line: str
    layers: tuple[Layer, ...]
    changed: tuple[str, ...]
    holds: tuple[str, ...]
    care: tuple[str, ...]


@dataclass(frozen=True)
class _Account:
    """Months of one account, oldest first, and how it is called."""

    label: str
    months: pd.DataFrame

    @property
    def name(self) -> str:
        """The label without what stands in brackets, for sentences."""
        return self.label.split(" (")[0]

    @property
    def last(self) -> Any:
        return self.months.iloc[-1]

    def at(self, day: date) -> Any | None:
        found = self.months[self.months["month"] == pd.Timestamp(day)]
        return found.iloc[0] if len(found) else None


def brief(focus: str, rivals: Sequence[str], *, build: Path | None = None) -> Brief:
    """Headline, figures and layers for a focus family; the first of `rivals` is its rival.

    Raises NoBuildError. A family without a published series still gets the layers that know it.
    """
    rival = next((name for name in rivals if name != focus), None)
    accounts = queries.metric("account_downloads", build=build)
    families = queries.families(build).set_index("family")
    titles = queries.metric("layer_titles", build=build)
    layers = _layers(titles, queries.metric("layers", build=build), focus, rival)
    ours = _account(accounts, families, focus)
    theirs = _account(accounts, families, rival) if rival else None
    return Brief(
        headline=_headline(focus, ours, accounts, layers),
        line=_line(focus, ours, theirs),
        layers=layers,
        changed=_changed(ours, accounts),
        holds=_holds(layers, ours, theirs),
        care=_care(ours, families, focus, titles, layers, build),
    )


def _account(accounts: pd.DataFrame, families: pd.DataFrame, family: str) -> _Account | None:
    if family not in families.index:
        return None
    row = families.loc[family]
    months = accounts[accounts["account"] == row["account"]]
    return _Account(str(row["account_label"]), months) if len(months) else None


def _developers(accounts: pd.DataFrame, month_at: pd.Timestamp) -> pd.DataFrame:
    """Developers of a month by share, largest first; repackagers are no developers."""
    rows = accounts[(accounts["month"] == month_at) & accounts["is_developer"]]
    return rows.sort_values("share", ascending=False)


def _headline(
    focus: str, ours: _Account | None, accounts: pd.DataFrame, layers: Sequence[Layer]
) -> str:
    if ours is None:
        return f"No published series follows {focus}'s own downloads."
    text = f"{_standing(ours, accounts)}{_peak_clause(ours)}"
    tokens = next((layer for layer in layers if layer.name == "served_tokens"), None)
    if tokens is None or tokens.focus is None or tokens.focus >= SMALL_SHARE:
        return f"{text}."
    if tokens.is_least:
        return f"{text}; among {tokens.source_title}'s 50 most used models its share is small."
    return f"{text}; in served tokens it is small."


def _short(row: Any) -> str:
    return str(row["account_label"]).split(" (")[0]


def _standing(ours: _Account, accounts: pd.DataFrame) -> str:
    """Behind, level or ahead among the developers in the account's newest month."""
    share = ours.last["share"]
    ranked = _developers(accounts, ours.last["month"])
    others = ranked[ranked["account_label"] != ours.label]
    best = others.iloc[0] if len(others) else None
    if best is not None and best["share"] > share:
        return f"{ours.name} is behind {_short(best)} on Hugging Face"
    if best is not None and best["share"] == share:
        return f"{ours.name} is level with {_short(best)} on Hugging Face"
    by_far = " by far" if best is not None and share >= BY_FAR * best["share"] else ""
    before = _developers(accounts, ours.last["month"] - pd.DateOffset(years=1))
    led_before = len(before) > 0 and before.iloc[0]["account_label"] == ours.label
    return f"{ours.name} {'still leads' if led_before else 'leads'} Hugging Face{by_far}"


def _peak_clause(ours: _Account) -> str:
    peak = peak_of(ours.months)
    if peak is None or ours.last["share"] >= BELOW_PEAK * peak["value"]:
        return ""
    return f", below its peak of {peak['when']}"


def unread_families(build: Path | None = None) -> tuple[str, ...]:
    """Families of which an organisation could not be read on the newest collected day."""
    rows = queries.metric("family_downloads", scope="own", build=build)
    if rows.empty:
        return ()
    newest = rows[rows["date"] == rows["date"].max()]
    missing = newest[newest["organisations_read"] < newest["organisations_planned"]]
    return tuple(missing["family"])


def peak_of(months_of_account: pd.DataFrame) -> dict[str, Any] | None:
    """The highest share of an account: a split pair of months counts as one pooled value, and
    months estimated from 30-day windows do not count. Keys: value, when, month, share."""
    exact = months_of_account[months_of_account["estimate_reason"] != "window_30d"]
    if exact.empty:
        return None
    worth = exact["pooled_share"].fillna(exact["share"])
    row = exact.loc[worth.idxmax()]
    # Of a pooled pair, the month that stands out on the chart.
    pair = exact[exact["pooled_from"] == row["pooled_from"]] if row_is_pooled(row) else None
    shown = pair.loc[pair["share"].idxmax()] if pair is not None else row
    when = (
        months(row["pooled_from"].date(), row["pooled_to"].date())
        if row_is_pooled(row)
        else month(row["month"].date())
    )
    return {
        "value": float(worth.max()),
        "when": when,
        "month": shown["month"],
        "share": float(shown["share"]),
        "is_pooled": row_is_pooled(row),
    }


def row_is_pooled(row: Any) -> bool:
    """Whether a month's boundary fell into a gap, so that it is worth its pair's pooled share."""
    return bool(pd.notna(row["pooled_share"]))


def _line(focus: str, ours: _Account | None, theirs: _Account | None) -> str:
    if ours is None:
        return f"The layers below say what is known of {focus}."
    now = ours.last
    at = now["month"].date()
    text = (
        f"{month(at)}: **{percent(now['share'])}** of text and vision-language downloads "
        "on the Hub, own account"
    )
    rival = theirs.at(at) if theirs else None
    if theirs is None or rival is None:
        return f"{text}."
    text += _beside(now, rival, theirs.name)
    year_ago = (now["month"] - pd.DateOffset(years=1)).date()
    before, rival_before = ours.at(year_ago), theirs.at(year_ago)
    if before is None or rival_before is None:
        return f"{text}."
    return f"{text}. A year ago: {percent(before['share'])} and {percent(rival_before['share'])}."


def _beside(ours: Any, rival: Any, name: str) -> str:
    """The rival's share, and how many times one is the other, told by the larger one."""
    share = percent(rival["share"])
    mine, other = ours["account_downloads"], rival["account_downloads"]
    if not mine or not other:
        return f"; {name}: {share}"
    if mine >= other:
        return f", **{times(mine / other)} times** {name}'s {share}"
    return f"; {name}'s {share} is **{times(other / mine)} times** that"


def _layers(
    titles: pd.DataFrame, rows: pd.DataFrame, focus: str, rival: str | None
) -> tuple[Layer, ...]:
    return tuple(
        _layer(title, rows[rows["layer"] == title["layer"]], focus, rival)
        for _, title in titles.sort_values("position").iterrows()
    )


def _layer(about: Any, rows: pd.DataFrame, focus: str, rival: str | None) -> Layer:
    name, title, scope = about["layer"], about["title"], about["counts"]
    if rows.empty:
        command = f"collectors collect {about['source']}" if pd.notna(about["source"]) else None
        return Layer(name, title, scope, None, None, "–", "–", "–", None, "–", "", "", command)
    by_family = rows.set_index("family")
    ours = by_family.loc[focus] if focus in by_family.index else None
    theirs = by_family.loc[rival] if rival in by_family.index else None
    known = by_family[by_family["value"].notna()]
    shown = ours if ours is not None else by_family.iloc[0]
    return Layer(
        name=name,
        title=title,
        scope=scope,
        focus=_value(ours),
        rival=_value(theirs),
        focus_text=_value_text(ours),
        rival_text=_value_text(theirs),
        leader=_leader(name, known, len(by_family) - len(known)),
        ratio=_ratio(ours, theirs),
        as_of=_period_text(shown),
        source_title=str(shown["source_title"]),
        source_url=str(shown["source_url"]),
        is_least=bool(shown["bound"] == "at_least"),
    )


def _leader(layer: str, known: pd.DataFrame, unread: int) -> str:
    """Who leads a layer; nobody is said to lead while a family could not be read."""
    if unread:
        return f"unknown, {unread} not read"
    leader = known.loc[known["value"].idxmax()]
    # An account is called by its own name, since it is not a family.
    name = leader["subject"] if layer == "own_downloads" else leader.name
    return f"{name} {_value_text(leader)}"


def _value(row: Any) -> float | None:
    return None if row is None or pd.isna(row["value"]) else float(row["value"])


def _ratio(ours: Any, theirs: Any) -> float | None:
    mine, other = _value(ours), _value(theirs)
    # A rating has no zero, and of two values of which the least is known the ratio may be anything.
    if ours is not None and (ours["unit"] == "rating" or ours["bound"] == "at_least"):
        return None
    return mine / other if mine is not None and other else None


def _value_text(row: Any) -> str:
    if row is None:
        return "not seen"
    if pd.isna(row["value"]):
        return "not read"
    if row["unit"] == "fraction":
        return f"{_APPROXIMATE[row['bound']]}{percent(row['value'])}"
    text = whole(row["value"]) if row["unit"] in {"models", "rating"} else count(row["value"])
    # Pulls are rounded by the site, and say so by their own letters.
    prefix = _APPROXIMATE[row["bound"]] if row["unit"] == "models" else ""
    return f"{prefix}{text}"


def _period_text(row: Any) -> str:
    if row["unit"] == "downloads in 30 days":
        return str(row["ends_on"].date().isoformat())
    starts_on = row["starts_on"].date() if pd.notna(row["starts_on"]) else None
    return period(starts_on, row["ends_on"].date())


def _changed(ours: _Account | None, accounts: pd.DataFrame) -> tuple[str, ...]:
    if ours is None or len(ours.months) < 2:
        return ()
    now, before = ours.months.iloc[-1], ours.months.iloc[-2]
    if not before["account_downloads"]:
        return ()
    own = now["account_downloads"] / before["account_downloads"] - 1
    market = now["total"] / before["total"] - 1
    sentences = [
        f"Since {month(before['month'].date())}: {ours.name}'s own downloads **{change(own)}**, "
        f"all publishers **{change(market)}**. {_share_moved(before['share'], now['share'], own)}"
    ]
    others = _developers(accounts, now["month"])
    others = others[others["account_label"] != ours.label]
    if len(others):
        sentences.append(
            f"Largest other developer: {_short(others.iloc[0])}, "
            f"{percent(others.iloc[0]['share'])}."
        )
    repackagers = accounts[(accounts["month"] == now["month"]) & ~accounts["is_developer"]]
    if len(repackagers):
        top = repackagers.sort_values("share", ascending=False).iloc[0]
        sentences.append(
            f"{top['account_label']}, which repackages others' models: {percent(top['share'])}."
        )
    return tuple(sentences)


def _share_moved(before: float, now: float, own_change: float) -> str:
    """'It also lost share: 32.7 % to 29.9 %.', or that it did not move by a tenth of a point."""
    if percent(before) == percent(now):
        return f"Its share stayed at {percent(now)}."
    also = " also" if (own_change < 0) == (now < before) else ""
    moved = "lost" if now < before else "gained"
    return f"It{also} {moved} share: {percent(before)} to {percent(now)}."


def _holds(
    layers: Sequence[Layer], ours: _Account | None, theirs: _Account | None
) -> tuple[str, ...]:
    sentences: list[str] = []
    if ours is not None and theirs is not None:
        sentences += _ratios(ours, theirs)
    for layer in layers:
        if layer.name != "own_downloads" and layer.ratio is not None:
            sentences.append(f"{layer.title}: **{times(layer.ratio)} ×**")
        elif layer.is_least and layer.focus is not None and layer.rival is not None:
            sentences.append(f"{layer.title}: {layer.focus_text} and {layer.rival_text}, no ratio")
    return tuple(sentences)


def _ratios(ours: _Account, theirs: _Account) -> Iterator[str]:
    """How many times the rival's downloads, in the newest common month and over all of them."""
    both = ours.months.merge(theirs.months, on="month", suffixes=("", "_rival"))
    if both.empty or not both["account_downloads_rival"].sum():
        return
    now = both.iloc[-1]
    if now["account_downloads_rival"]:
        ratio = now["account_downloads"] / now["account_downloads_rival"]
        yield f"Own downloads, {month(now['month'].date())}: **{times(ratio)} ×** {theirs.name}"
    total = both["account_downloads"].sum() / both["account_downloads_rival"].sum()
    yield f"Own downloads since {month(both['month'].min().date())}: **{times(total)} ×**"


def _unseen_tokens(layers: Sequence[Layer], build: Path | None) -> Iterator[str]:
    """How much larger any collected share of tokens may be, in the month that the layer shows."""
    layer = next((layer for layer in layers if layer.name == "served_tokens"), None)
    if layer is None or not layer.is_least:
        return
    shares = queries.metric("token_share_by_cut", period="month", cut="family", build=build)
    newest = shares[shares["is_complete"]].iloc[-1]
    yield (
        f"{layer.source_title} names the 50 models with the most tokens a day; all others had "
        f"**{percent(newest['other_share'])}** of the tokens in {month(newest['date'].date())}. "
        "A family's share is what is seen, and at most that much more."
    )


def _care(
    ours: _Account | None,
    families: pd.DataFrame,
    focus: str,
    titles: pd.DataFrame,
    layers: Sequence[Layer],
    build: Path | None,
) -> tuple[str, ...]:
    sentences = []
    if ours is not None:
        hub = queries.metric(
            "published_series", series="hub_downloads", start=ours.last["month"].date(), build=build
        )
        if len(hub):
            share = ours.last["account_downloads"] / hub.iloc[0]["value"]
            sentences.append(
                f"{ours.name}'s text and vision-language downloads are **{percent(share)}** of all "
                f"downloads on the Hub ({month(ours.last['month'].date())}); "
                "embedding models lead there."
            )
        if focus in families.index and families.loc[focus]["name_pattern"] != ".":
            sentences.append(
                f"{ours.name} is an account that holds more than {focus}: "
                "its figures are not the family's."
            )
    sentences += _unseen_tokens(layers, build)
    behind_layers = titles["source"].dropna().tolist()
    incidents = queries.metric("incidents", source=behind_layers, build=build)
    if len(incidents):
        last = incidents.sort_values("starts_on").iloc[-1]
        sentences.append(f"{last['starts_on'].date().isoformat()}: {last['what']}.")
    if unread := unread_families(build):
        sentences.append(
            f"**Not read on the newest day:** {', '.join(unread)}. They have no value that day; "
            "the page Sources says why."
        )
    sentences.append(
        "No source shows deployments, revenue or users' countries. Downloads count CI runs, too."
    )
    return tuple(sentences)
