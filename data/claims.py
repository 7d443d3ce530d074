"""Claims against measurements, in words: what was said, what the test counted, and why that
confirms or contradicts it. The verdicts themselves are those of the metric claim_check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from data import queries
from data.wording import is_known, month, statement, times

METRIC = "claim_check"
VERDICTS = {
    "contradicts": "does not hold",
    "holds": "holds",
    "agrees": "agrees",
    "different_scope": "different scope",
    "cannot_be_tested": "cannot be tested",
}
"""Each verdict of the metric and how it is called on screen, in the order of the page."""

_SAID = {"about": "about ", "at_least": "at least ", "exactly": ""}
_LEFT_OPEN = {
    "narrower": "It counts only a part of what the claim counts",
    "wider": "It counts more than the claim",
    "different": "It counts something else than the claim",
}


def claims(*, build: Path | None = None) -> pd.DataFrame:
    """Every claim and each test of it, as claim_check has them, the verdicts against a claim first.

    Added columns, all texts: `what` (what is counted), `said` (the value with its bound),
    `said_when`, `tested` (the tested value; a dash without one), `tested_when` and `reason`, in
    sentences.
    Raises NoBuildError.
    """
    rows = queries.metric(METRIC, build=build)
    records = [_plain(row) for row in rows.to_dict("records")]
    worded = rows.assign(
        what=[what(row["metric"], row["metric_title"]) for row in records],
        said=[statement(row["value"], row["unit"], row["bound"]) for row in records],
        said_when=[_when_said(row) for row in records],
        tested=[_tested(row) for row in records],
        tested_when=[_when(row) if row["test_ends_on"] else "" for row in records],
        reason=[_sentences(reason(row), against) for row, against in _with_refuted(records)],
    )
    order = worded["verdict"].map({name: place for place, name in enumerate(VERDICTS)})
    return (
        worded.assign(order=order)
        .sort_values(
            ["order", "ends_on", "claim_id", "is_main"],
            ascending=[True, False, True, False],
            kind="stable",
            ignore_index=True,
        )
        .drop(columns="order")
    )


def verdict_counts(main: pd.DataFrame, about: Sequence[str] = ()) -> str:
    """'9 claims about Qwen: 4 do not hold, 1 holds, 4 cannot be tested.' of one row a claim.

    `about`: the families that the rows were chosen by; none: all claims.
    """
    plural = {"does not hold": "do not hold", "holds": "hold", "agrees": "agree"}
    told = []
    for verdict, label in VERDICTS.items():
        count = int((main["verdict"] == verdict).sum())
        if verdict == "different_scope":
            text = f"{count} {'is' if count == 1 else 'are'} met only by figures of another scope"
        else:
            text = f"{count} {label if count == 1 else plural.get(label, label)}"
        told += [text] if count else []
    whom = f" about {_listed(about)}" if about else ""
    if not told:
        return f"No claims{whom}."
    return f"{len(main)} claim{'' if len(main) == 1 else 's'}{whom}: {', '.join(told)}."


def _listed(names: Sequence[str]) -> str:
    """'Qwen', 'Qwen and Llama', 'Qwen, Llama and Gemma'."""
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last


def counted_words(build: Path | None = None) -> dict[str, str]:
    """What each metric of the reported figures counts, in the words of the page Claims: two metrics
    may have the same. Raises NoBuildError."""
    tested = queries.metric(METRIC, build=build).drop_duplicates("metric")
    titles = dict(zip(tested["metric"], tested["metric_title"], strict=True))
    names = sorted(set(queries.metric("reported_figures", build=build)["metric"]))
    return {
        name: what(name, None if pd.isna(title := titles.get(name)) else title) for name in names
    }


def what(metric: str, title: str | None) -> str:
    """What a metric of claims counts, in words; a metric without a title is read as it is spelled:
    'claimed_partners' -> 'partners'."""
    return title or metric.removeprefix("claimed_").replace("_", " ")


def _with_refuted(records: Sequence[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Each row, and what a claim's main reason has to add: a statement that it cannot hold with,
    unless the row is of that very statement."""
    refuting = {row["claim_id"]: row for row in records if _is_clash(row)}
    for row in records:
        other = refuting.get(row["claim_id"])
        if (
            other is None
            or not row["is_main"]
            or row["test"] == "another_statement"
            or row["test_source_title"] == other["test_source_title"]
        ):
            yield row, None
        else:
            yield row, f"{_other(other)}; by their own words, not both can hold"


def _is_clash(row: dict[str, Any]) -> bool:
    return bool(row["test"] == "another_statement" and row["verdict"] == "cannot_be_tested")


def _other(row: dict[str, Any]) -> str:
    about = "about " if row["is_estimate"] and row["test_bound"] != "at_least" else ""
    return f"Another statement says {about}{_tested(row)} {_when(row)}"


def reason(row: dict[str, Any]) -> str:
    """Why a claim has its verdict by one test: a row of claim_check, None for NULL."""
    if row["test"] == "none" or row["test_scope"] is None:
        return row["test_note"] or "Nobody has said yet what could test it (seeds/claim_tests.csv)."
    if row["test_value"] is None:
        return _sentences(f"{_capital(row['test_scope'])}: no value so far", row["test_note"])
    if row["test"] == "another_statement":
        return _paired(row)
    return _sentences(
        f"{_capital(row['test_scope'])}: {_tested(row)} {_when(row)}",
        _estimated(row),
        _judgement(row),
        row["test_note"] if row["verdict"] == "different_scope" else None,
    )


def _paired(row: dict[str, Any]) -> str:
    """Of two statements of one group: whether both can hold."""
    said = f"{_SAID[row['bound']]}{_number(row['value'], row['unit'])}"
    other = _other(row)
    if row["verdict"] == "cannot_be_tested":
        return f"{other}; not both that and {said} can hold."
    if row["scopes_compare"] == "different":
        return f"{other}. It does not count the same, so that {said} can hold, too."
    if row["test_kind"] == "total":
        return f"{other}. A total may grow in between, so that {said} can hold, too."
    return f"{other}. That is of another period, so that {said} can hold, too."


def _judgement(row: dict[str, Any]) -> str:
    decided = {"holds": _holding, "agrees": _agreement, "contradicts": _contradiction}
    if row["verdict"] in decided:
        return decided[row["verdict"]](row)
    if not row["is_near"]:
        return _far(row)
    claimed = _number(row["value"], row["unit"])
    if row["verdict"] == "different_scope":
        left_open = _LEFT_OPEN[row["scopes_compare"]]
        return f"{left_open}, so {claimed} is neither confirmed nor contradicted"
    return f"That leaves {_SAID[row['bound']]}{claimed} possible, but does not confirm it"


def _holding(row: dict[str, Any]) -> str:
    claimed = _number(row["value"], row["unit"])
    if row["bound"] != "at_least":
        return f"That is {times(row['ratio'])} times the claimed {claimed}: the total was reached"
    if row["ratio"] is None or round(row["ratio"], 1) <= 1:
        return f"That reaches the {claimed} that it claims as the least"
    return f"That is {times(row['ratio'])} times the {claimed} that it claims as the least"


def _agreement(row: dict[str, Any]) -> str:
    if row["unit"] == "rank" or row["ratio"] is None or row["ratio"] == 1:
        return "That is what the claim says"
    return f"That is within 10 % of the claim (ratio {row['ratio']:.2f})"


def _contradiction(row: dict[str, Any]) -> str:
    claimed = _number(row["value"], row["unit"])
    if row["unit"] == "rank" or row["ratio"] is None:
        return f"The claim says {claimed}"
    if row["bound"] == "at_least":
        text = f"That is {times(row['ratio'])} times the {claimed} that it claims as the least"
    else:
        text = f"That is {times(row['ratio'])} times the claimed {claimed}"
    if row["test_kind"] == "total" and row["test_place"] == "after":
        text += (
            f", and {_days(row['date_gap_days'])} later; a total grows, so that it was smaller "
            "then, unless much was deleted since"
        )
    return text


def _far(row: dict[str, Any]) -> str:
    side = "before" if row["test_place"] == "before" else "after"
    text = f"That is {_days(row['date_gap_days'])} {side} what the claim speaks of"
    if row["test_kind"] == "total":
        return f"{text}, and the total has grown in between"
    if row["test_kind"] == "flow" and row["test_starts_on"] == row["test_ends_on"]:
        return f"{text}, and a single day says too little of it"
    return f"{text}: too far to compare"


def _estimated(row: dict[str, Any]) -> str | None:
    if is_known(row["estimated_part"]):
        part = _number(row["estimated_part"], row["unit"])
        is_open = row["verdict"] in {"different_scope", "cannot_be_tested"}
        most = is_open and row["estimated_part"] > row["test_value"] / 2
        too_much = ", more than half: too much to confirm a claim" if most else ""
        return f"Of it {part} are estimated from 30-day windows{too_much}"
    if is_known(row["pooled_share"]):
        both = _number(row["pooled_share"], row["unit"])
        return f"The source has a gap at one end of the month; both months beside it: {both}"
    return None


def _tested(row: dict[str, Any]) -> str:
    if row["test_value"] is None:
        return "–"
    value = _number(row["test_value"], row["unit"])
    return f"at least {value}" if row["test_bound"] == "at_least" else value


def _number(value: float, unit: str) -> str:
    return statement(value, unit, "exactly")


def _when(row: dict[str, Any]) -> str:
    """'in March 2026', 'by the end of October 2025', 'on 2025-06-21', 'from June to July 2026'."""
    first, last = row["test_starts_on"], row["test_ends_on"]
    is_end = _is_month_end(last)
    if row["test_kind"] == "total" and not is_end and _is_one_month(first, last):
        return f"by {last}"
    if first == last and row["test_kind"] == "total":
        return f"by the end of {month(last)}" if is_end else f"by {last}"
    if first == last:
        return f"at the end of {month(last)}" if is_end and row["unit"] == "rank" else f"on {last}"
    if first.day == 1 and is_end:
        return _when_months(first, last)
    return f"from {first} to {last}"


def _when_months(first: date, last: date) -> str:
    if _is_one_month(first, last):
        return f"in {month(last)}"
    return f"from {month(first)} to {month(last)}"


def _when_said(row: dict[str, Any]) -> str:
    first, last = row["starts_on"], row["ends_on"]
    if first == last:
        return str(last)
    # An article of the middle of a month speaks of that month as far as it went.
    if row["date_precision"] == "month" and _is_one_month(first, last):
        return month(first)
    if first.day == 1 and _is_month_end(last):
        return _when_months(first, last).removeprefix("in ").removeprefix("from ")
    return f"{first} to {last}"


def _is_one_month(first: date, last: date) -> bool:
    return (first.year, first.month) == (last.year, last.month)


def _is_month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def _days(count: float) -> str:
    return "1 day" if count == 1 else f"{count:.0f} days"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentences(*parts: str | None) -> str:
    """Parts as sentences; what is missing is left out."""
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row with None for NULL and days as dates."""
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if not pd.api.types.is_scalar(value):
        return value
    if pd.isna(value):
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value
