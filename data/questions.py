"""The questions below the first page: each a text that follows focus and rival, and the page with
the parameters that answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from data.labels import SIZE_CLASSES

_REGIONS = {"china": "China", "us": "the USA", "eu": "Europe"}
_USUAL_REGIONS = ("China", "the USA")
_NEAR = pd.Timedelta(days=120)  # a model of a series that is released later than its first ones


@dataclass(frozen=True)
class Question:
    """A question in words, the page that answers it, and the parameters of its address; `note` says
    what is missing for a full answer."""

    text: str
    page: str
    parameters: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    note: str = ""


def questions_of(
    focus: str,
    rivals: Sequence[str],
    *,
    leads: bool,
    families: pd.DataFrame,
    events: pd.DataFrame,
    launches: pd.DataFrame,
) -> tuple[Question, ...]:
    """Five questions about a focus family.

    `leads`: whether it is first among developers; `families` indexed by family, with region;
    `events` and `launches` as the metrics events and launch_milestones, the latter of the families
    that `launch_pair` names.
    """
    return (
        Question(
            f"Is {focus} still ahead, and by how much?"
            if leads
            else f"Where is {focus} ahead, and where is it behind?",
            "leads",
        ),
        launch_question(launch_pair(focus, rivals, events), launches),
        Question(
            f"Which claims about {focus} do not hold?", "claims", {"verdict": "Does not hold"}
        ),
        event_question(focus, events),
        _region_question(focus, rivals, families),
    )


def launch_pair(
    focus: str, rivals: Sequence[str], events: pd.DataFrame
) -> tuple[pd.Series, pd.Series] | None:
    """Two releases to compare: of the newcomer, and of who was there before it.

    The newcomer is the family of the selected ones whose first release is the newest; its newest
    highlighted release (else its newest) stands against the newest one of the focus before it, or
    of the first rival where the focus is the newcomer. None where there are no two such releases.
    """
    releases = events[(events["kind"] == "release") & events["short_label"].notna()]
    firsts = releases[releases["family"].isin([focus, *rivals])].groupby("family")["starts_on"]
    newcomers = firsts.min().sort_values()
    if len(newcomers) < 2 or focus not in newcomers.index:
        return None
    newcomer = newcomers.index[-1]
    other = focus if newcomer != focus else next(n for n in rivals if n in newcomers.index)
    launch = _main_release(releases[releases["family"] == newcomer])
    before = releases[
        (releases["family"] == other) & (releases["starts_on"] <= launch["starts_on"])
    ]
    return (launch, _main_release(before)) if len(before) else None


def _main_release(releases: pd.DataFrame) -> pd.Series:
    """The newest highlighted release, else the newest."""
    lit = releases[releases["is_highlight"].astype(bool)]
    return (lit if len(lit) else releases).sort_values("starts_on").iloc[-1]


def launch_question(pair: tuple[pd.Series, pd.Series] | None, launches: pd.DataFrame) -> Question:
    """Which launches are worth comparing: those of the pair, or none in particular."""
    usual = Question("How do the launches compare?", "launches")
    if pair is None:
        return usual
    newcomer = _model_of(pair[0], launches)
    if newcomer is None:
        return usual
    name = newcomer["model_id"].split("/")[-1]
    note = "needs a collection" if pd.isna(newcomer["downloads"]) else ""
    other = _model_of(pair[1], launches, newcomer["size_class"])
    if other is None:
        launch = {"launch": (newcomer["model_id"],)}
        return Question(f"How did {name} launch?", "launches", launch, note)
    return Question(
        f"How did {name} launch against {pair[1]['short_label']}?",
        "launches",
        {"launch": (newcomer["model_id"], other["model_id"])},
        note,
    )


def _model_of(release: Any, launches: pd.DataFrame, size_class: str | None = None) -> Any | None:
    """The model that stands for a release, of those that carry its name and came with it or soon
    after: one that was read, so that there is something to compare, of these the nearest in size to
    the class asked for, then the first, the most downloaded, the shortest name."""
    own = launches[launches["family"] == release["family"]]
    names = own["model_id"].str.split("/").str[-1].str.lower()
    label = str(release["short_label"]).lower().replace(" ", "-")
    after = own["released_on"] - release["starts_on"]
    is_of_it = (after >= pd.Timedelta(days=-3)) & (after <= _NEAR)
    found = own[is_of_it & (names.str.startswith(f"{label}-") | (names == label))]
    if found.empty:
        return None
    ordered = found.assign(
        is_unread=found["downloads"].isna(),
        sizes_apart=[_sizes_apart(size, size_class) for size in found["size_class"]],
        letters=found["model_id"].str.len(),
    ).sort_values(
        ["is_unread", "sizes_apart", "released_on", "downloads", "letters", "model_id"],
        ascending=[True, True, True, False, True, True],
        na_position="last",
    )
    return ordered.iloc[0]


def _sizes_apart(size: str, other: str | None) -> int:
    """How many classes lie between two; those of unknown size are the farthest."""
    if size not in SIZE_CLASSES or other not in SIZE_CLASSES:
        return len(SIZE_CLASSES)
    return abs(SIZE_CLASSES.index(size) - SIZE_CLASSES.index(other))


def event_question(focus: str, events: pd.DataFrame) -> Question:
    """About the newest highlighted event of people, else the newest highlighted, else any."""
    own = events[events["family"] == focus].sort_values("starts_on", kind="stable")
    lit = own[own["is_highlight"].astype(bool)]
    for rows in (lit[lit["kind"] == "people"], lit, own):
        if len(rows):
            return _after(focus, rows.iloc[-1])
    return Question("What happened, and when?", "events")


def _after(focus: str, event: Any) -> Question:
    label = str(event["short_label"] if pd.notna(event["short_label"]) else event["title"])
    if label.removeprefix(f"{focus} ") == "lead leaves":
        what = "the lead left"
    elif event["kind"] == "release":
        what = f"{label.removesuffix(' released')} was released"
    else:
        what = f"“{label}”"
    # As the page Events names its choices.
    name = f"{event['starts_on'].date().isoformat()} {event['title']}"
    return Question(f"What happened after {what}?", "events", {"event": name})


def _region_question(focus: str, rivals: Sequence[str], families: pd.DataFrame) -> Question:
    regions = [families["region"].get(name) for name in (focus, *rivals[:1])]
    names = [_REGIONS[region] for region in regions if region in _REGIONS]
    one, other = names if len(set(names)) == 2 else _USUAL_REGIONS
    return Question(f"How does {one} compare with {other}?", "regions")
