"""The shared controls: what they offer, what they hold, and the link that says it all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode, urlsplit

from dashboard.chart import Selection

DEFAULT_FOCUS = "Qwen"
DEFAULT_RIVALS = ("Llama", "DeepSeek", "Mistral", "Gemma", "gpt-oss")
MEASURES = ("Share", "Downloads", "Index = 100")
SCALES = ("Linear", "Log")
SCOPES = ("own", "derivatives", "lineage")
SCOPE_HELP = """Whose downloads count for a family.

**own**: repositories of the developer's own organisations.

**derivatives**: what others made of the family's models and publish themselves: fine-tunes,
adapters, quantizations, merges.

**lineage**: both together.

Charts that exist for one scope only say so."""
FIRST_MONTH = date(2024, 7, 1)

# Keys of the widgets, which are also the parameters of the URL.
FOCUS, FAMILY, START, END, MEASURE, SCALE, SCOPE = (
    "focus", "family", "from", "to", "measure", "scale", "scope",
)  # fmt: skip

BUILD = "build"  # the name of the build that a page is of; without it the newest
SHARED_KEYS = (FOCUS, FAMILY, START, END, MEASURE, SCALE, SCOPE)
# Controls that single pages have besides, which a link holds as well.
PAGE_KEYS = (
    "show", "whose", "what", "search", "counts", "step", "counters", "share_of", "by", "relation",
    "filter", "inferred", "model", "grouped", "tests", "long", "found", "tokens_by", "token_step",
    "channel", "benchmark", "release_lmarena_text", "release_livebench",
    "release_artificial_analysis", "event", "at", "series", "window_months", "window_days",
    "event_kind", "event_text", "launch", "standing", "figures", "window",
    "verdict", "claimed", "layer", "region_series", "number",
)  # fmt: skip


def months_between(first: date, last: date) -> list[str]:
    """'2024-07' ... '2026-11', both ends included."""
    count = (last.year - first.year) * 12 + last.month - first.month
    months = [(first.month - 1 + n, first.year) for n in range(count + 1)]
    return [f"{year + month // 12}-{month % 12 + 1:02d}" for month, year in months]


def selection(state: Any) -> Selection:
    """The selection that `st.session_state` holds; a first month after the last is swapped."""
    start, end = sorted((str(state[START]), str(state[END])))
    rivals = state[FAMILY]
    return Selection(
        focus=str(state[FOCUS]),
        rivals=tuple(str(name) for name in rivals if name != state[FOCUS]),
        start=first_day(start),
        end=last_day(end),
        measure=state[MEASURE],
        scale=state[SCALE],
        scope=str(state[SCOPE]),
    )


def told(state: Any, keys: Collection[str], newest: date) -> str:
    """What the shared controls of `keys` are set to, in a line; `newest`: a day of the last month
    that can be chosen."""
    rivals = list(state[FAMILY])
    more = f" + {len(rivals) - 2}" if len(rivals) > 2 else ""
    start, end = sorted((str(state[START]), str(state[END])))
    parts = {
        FOCUS: state[FOCUS],
        FAMILY: ", ".join(rivals[:2]) + more,
        START: f"since {start}" if end == f"{newest:%Y-%m}" else f"{start} to {end}",
        MEASURE: state[MEASURE],
        # What goes without saying is not said.
        SCALE: "" if state[SCALE] == SCALES[0] else state[SCALE],
        SCOPE: state[SCOPE],
    }
    return " · ".join(str(text) for key, text in parts.items() if key in keys and text)


def swapped(rivals: Sequence[str], focus: str, focus_before: str) -> list[str]:
    """The compare set after the focus moved to one of it: the focus before takes its place, so
    that who turns from Qwen to Llama sees Qwen beside it."""
    return list(dict.fromkeys(focus_before if name == focus else name for name in rivals))


def link(address: str, chosen: Selection, page_state: Mapping[str, object] | None = None) -> str:
    """The page's address with the whole state in it, defaults included, so that it shows the same
    to someone else even after a default has changed."""
    return _address(address, {**_shared(chosen), **_of_page(page_state or {})})


def onward(address: str, chosen: Selection, page_state: Mapping[str, object], newest: date) -> str:
    """The address of the next page of a reader's own walk, without what is a default anyway.

    The browser takes each default out of the address again, and each would be one more press of
    its button for going back. `newest`: a day of the last month that can be chosen.
    """
    rivals = swapped(DEFAULT_RIVALS, chosen.focus, DEFAULT_FOCUS)
    usual = _shared(Selection(DEFAULT_FOCUS, tuple(rivals), FIRST_MONTH, newest))
    shared = {key: values for key, values in _shared(chosen).items() if values != usual[key]}
    held = {key: value for key, value in page_state.items() if value is not False}
    return _address(address, {**shared, **_of_page(held)})


def _shared(chosen: Selection) -> dict[str, list[str]]:
    assert chosen.start is not None
    assert chosen.end is not None
    return {
        FOCUS: [chosen.focus],
        # An empty value is an empty list; without the key it would be the default.
        FAMILY: list(chosen.rivals) or [""],
        START: [chosen.start.strftime("%Y-%m")],
        END: [chosen.end.strftime("%Y-%m")],
        MEASURE: [chosen.measure],
        SCALE: [chosen.scale],
        SCOPE: [chosen.scope],
    }


def _of_page(state: Mapping[str, object]) -> dict[str, list[str]]:
    found = {}
    for key, value in state.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        found[key] = [str(item) for item in values if item not in (None, "")]
    return found


def _address(address: str, parameters: Mapping[str, Sequence[str]]) -> str:
    path = "" if urlsplit(address).path or not address else "/"
    return f"{address}{path}?{urlencode(parameters, doseq=True)}"


def first_day(month: str) -> date:
    """The first day of a month '2026-09'."""
    return date.fromisoformat(f"{month}-01")


def last_day(month: str) -> date:
    """The last day of a month '2026-09'."""
    first = first_day(month)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)
