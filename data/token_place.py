"""Where a family stands in served tokens among all developers, those of closed models included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from data import queries
from data.intervals import Interval, interval_of

_SHARES = ("token_share_by_cut", "token_share_low", "token_share_high")


@dataclass(frozen=True)
class TokenPlace:
    """A family's share of the newest whole month, and the developer with the largest of all others;
    None where there is no other."""

    share: Interval
    top: str | None
    top_share: Interval | None

    @property
    def leads(self) -> bool:
        """Whether it has most of all, whatever is not seen."""
        return self.top_share is None or self.share.is_above(self.top_share)

    @property
    def is_most_seen(self) -> bool:
        """Whether no other is seen with more."""
        return self.top_share is None or self.share.value > self.top_share.value

    @property
    def is_behind(self) -> bool:
        """Whether the other one has more, whatever is not seen."""
        return self.top_share is not None and self.top_share.is_above(self.share)


def token_place(family: str, *, build: Path | None = None) -> TokenPlace | None:
    """The place of a family among developers other than its own; None without a share of its own.

    Collected shares stand before published ones, as on the layers. Raises NoBuildError.
    """
    rows = queries.metric("standings", layer="served_tokens", measure="token_share", build=build)
    rows = rows[rows["standings"].notna()]
    if rows.empty:
        return None
    # What was published by author is also how collected authors are called.
    names = {row["account"]: _short(row["subject"]) for row in rows.to_dict("records")}
    is_collected = bool((rows["basis"] == "collected").any())
    rows = rows[rows["basis"] == ("collected" if is_collected else "published")]
    newest = rows[rows["date"] == rows["date"].max()].to_dict("records")
    own = next((row for row in newest if row["family"] == family), None)
    if own is None:
        return None
    share = interval_of(own, "standings", "standings_low", "standings_high")
    assert share is not None
    if is_collected:
        own_authors = queries.metric(
            "token_share", family=family, start=own["date"].date(), build=build
        )["author"]
        others = _collected(own["date"], build)
    else:
        own_authors, others = pd.Series([own["account"]]), _published(newest)
    rivals = {one: rival for one, rival in others.items() if one not in set(own_authors)}
    if not rivals:
        return TokenPlace(share, None, None)
    top = max(rivals, key=lambda author: rivals[author].low)
    return TokenPlace(share, names.get(top, top), rivals[top])


def _published(newest: Sequence[dict[str, Any]]) -> dict[str, Interval]:
    """Authors that are ranked, of the rows of one month."""
    return {
        str(row["account"]): interval
        for row in newest
        if pd.notna(row["position"])
        and (interval := interval_of(row, "standings", "standings_low", "standings_high"))
    }


def _collected(month: pd.Timestamp, build: Path | None) -> dict[str, Interval]:
    """Authors of one month as they were collected."""
    rows = queries.metric(
        "token_share_by_cut", period="month", cut="author", start=month.date(), build=build
    )
    rows = rows[(rows["date"] == month) & (rows["class"] != "other")]
    return {
        str(row["class"]): interval
        for row in rows.to_dict("records")
        if (interval := interval_of(row, *_SHARES))
    }


def _short(label: Any) -> str:
    return str(label).split(" (", maxsplit=1)[0]
