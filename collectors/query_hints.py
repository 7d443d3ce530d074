"""What `collectors query` says when no row is left: which values there are, or what to run."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import data
from collectors.source import is_archive, load_all

MOST_NAMED = 10
BACKFILL = "collectors backfill --from 2024-07 --every week"
_ARCHIVE = "Hugging Face Hub archive"
# Columns whose values have words on the pages.
_WORDS = {("claim_check", "verdict"): data.CLAIM_VERDICTS}


def as_spelled(metric: str, column: str, value: str) -> str:
    """A value as the metric spells it, where the pages call it otherwise: 'does not hold' ->
    'contradicts'."""
    words = _WORDS.get((metric, column), {})
    said = value.casefold().replace("_", " ")
    return next((name for name, word in words.items() if word.casefold() == said), value)


def unknown_values(info: data.MetricInfo, wanted: Mapping[str, Sequence[Any]]) -> str | None:
    """Which of the wanted values no row of a metric has, and which there are; None when each is
    in some row, or the metric has none at all."""
    told = []
    for column, values in wanted.items():
        known = data.values_of(info.name, column)
        missing = [value for value in values if value not in known]
        if known and missing:
            named = " or ".join(f"{column}={_text(value)}" for value in missing)
            told.append(f"no row has {named}; {_there_are(info.name, column, known, missing)}")
    return "\n".join(told) or None


def what_to_run(info: data.MetricInfo) -> str | None:
    """What fills a metric that has no rows at all; None when it has some."""
    if data.has_rows(info.name):
        return None
    if "history" in data.stale_reasons():
        return "what was collected is not in this build yet: run `collectors build`"
    names = _collectors_of(info.source)
    commands = [f"`collectors collect {' '.join(names)}`"] if names else []
    # An archive alone can fill it, or fills it beside what is listed.
    commands += [f"`{BACKFILL}`"] if _ARCHIVE in info.source else []
    run = " or ".join(commands) or "`collectors collect`"
    return f"nothing collected yet: run {run}, then `collectors build`"


def _there_are(metric: str, column: str, known: Sequence[Any], missing: Sequence[Any]) -> str:
    """'there are a, b (in words)': the close ones first, at most MOST_NAMED."""
    words = _WORDS.get((metric, column), {})
    texts = {_text(value): words.get(value) for value in known}
    close = [
        text
        for value in missing
        for text in difflib.get_close_matches(_text(value), texts, n=MOST_NAMED, cutoff=0.5)
    ]
    first = list(dict.fromkeys([*close, *texts]))[:MOST_NAMED]
    shown = [f"{text} ({texts[text]})" if texts[text] else text for text in first]
    more = f" and {len(texts) - len(first):,} more" if len(texts) > len(first) else ""
    return f"there are {', '.join(shown)}{more}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _collectors_of(source: str) -> list[str]:
    """Names of the collectors that a metric's header speaks of."""
    parts = [part.strip().removesuffix(" API") for part in re.split(r"[;,]", source)]
    return [
        one.NAME
        for one in load_all()
        if not is_archive(one)
        and any(
            part and (one.TITLE.startswith(part) or part.startswith(one.NAME)) for part in parts
        )
    ]
