"""Sentences made from metrics: is the focus family ahead, by how much, since when, and what to
read with care. Every sentence carries its number; without the number there is no sentence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from data import queries, vintages
from data.freshness import is_late
from data.intervals import NOT_APART, WITHIN_ROUNDING
from data.layers import Layer, layers_of, named
from data.leads import leads as leads_between
from data.leads import series_title
from data.questions import Question, launch_pair, questions_of
from data.token_place import TokenPlace, token_place
from data.wording import (
    amount,
    change,
    is_known,
    month,
    month_name,
    months,
    ordinal,
    percent,
    spelled,
    times,
    whole,
    whole_day,
)

BY_FAR = 2.0  # times the second
BELOW_PEAK = 0.9  # of the peak
SMALL_SHARE = 0.05  # of what is seen
SMALL_AT_MOST = 0.1  # with all that is not seen it is still small
FULL_BAR = 100.0  # times, or a hundredth
STALE_NAMED = 3  # sources; more are counted

_SEASONS = ("winter", "spring", "summer", "autumn")  # of the northern half, from December on
_UNSEEN = (
    "No source shows deployments, revenue, users' countries, or how many downloads are CI traffic."
)
_TABLE_HEAD = ("Leader", "As of", "Source")


@dataclass(frozen=True)
class Hold:
    """One row of "Does it hold?": the lead on one layer and measure.

    `lean` is what a bar shows: log10 of the ratio over that of FULL_BAR, within -1..1, 0 = level;
    None without a ratio. `standing` is how the page Leads calls the series; '' where it has none.
    """

    title: str
    text: str
    sentence: str
    lean: float | None
    standing: str


@dataclass(frozen=True)
class LayerSource:
    """A source of layers: how it is called and opened, the day on which it was read, and the titles
    of its layers."""

    title: str
    url: str
    read_on: str
    layers: tuple[str, ...]


@dataclass(frozen=True)
class Brief:
    """What the first page says: texts for people, layers as rows. In texts ** marks what is bold.

    `scope`: whose downloads the line counts, and how old its figures are. `since`: the title of the
    box with `changed`.
    """

    focus: str
    rival: str | None
    headline: str
    line: str
    scope: tuple[str, ...]
    layers: tuple[Layer, ...]
    since: str
    changed: tuple[str, ...]
    holds: tuple[Hold, ...]
    care: tuple[str, ...]
    questions: tuple[Question, ...]
    as_of: str | None

    @property
    def holds_title(self) -> str:
        """The title of the box with `holds`."""
        return f"Does it hold against {self.rival}?" if self.rival else "Does it hold?"

    def markdown(self) -> str:
        """All of it but the questions as a Markdown document, which ends with its sources."""
        boxes = (
            (self.since, self.changed),
            (self.holds_title, tuple(hold.sentence for hold in self.holds)),
            ("Read with care", self.care),
        )
        parts = [f"# {self.headline}", self.line, *self.scope, "## Layers", self._table()]
        for title, sentences in boxes:
            if sentences:
                parts += [f"## {title}", "\n".join(f"- {text}" for text in sentences)]
        parts += ["## Sources", self._sources()]
        return "\n\n".join(part for part in parts if part) + "\n"

    def _table(self) -> str:
        names = [self.focus, *([self.rival] if self.rival else [])]
        rows = [["Layer", *names, *_TABLE_HEAD], ["---"] * (len(names) + 4)]
        for layer in self.layers:
            values = [_noted(layer.focus_text, layer.focus_note)]
            values += [_noted(layer.rival_text, layer.rival_note)] if self.rival else []
            leader = f"Run `{layer.command}`" if layer.command else layer.leader
            source = layer.source_title or "–"
            rows.append([f"{layer.title} ({layer.scope})", *values, leader, layer.as_of, source])
        return "\n".join(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows)

    @property
    def sources(self) -> tuple[LayerSource, ...]:
        """The sources of the layers, each once, in the order of the layers."""
        found: dict[tuple[str, str], list[Layer]] = {}
        for layer in self.layers:
            if layer.source_title:
                found.setdefault((layer.source_title, layer.source_url), []).append(layer)
        return tuple(
            LayerSource(
                title, url, max(layer.read_on for layer in layers), tuple(la.title for la in layers)
            )
            for (title, url), layers in found.items()
        )

    def _sources(self) -> str:
        lines = [
            f"- [{source.title}]({source.url}), as of {source.read_on}: {'; '.join(source.layers)}"
            for source in self.sources
        ]
        return "\n".join([*lines, *([f"- Data until {self.as_of}"] if self.as_of else [])])


def _noted(text: str, note: str) -> str:
    return f"{text} ({note})" if note else text


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


@dataclass(frozen=True)
class _Account:
    """Months of one account, oldest first, how it is called, and of which family."""

    label: str
    family: str
    months: pd.DataFrame

    @property
    def name(self) -> str:
        """The label without what stands in brackets, for sentences."""
        return _short(self.label)

    @property
    def last(self) -> Any:
        return self.months.iloc[-1]

    def at(self, day: date) -> Any | None:
        found = self.months[self.months["month"] == pd.Timestamp(day)]
        return found.iloc[0] if len(found) else None


def brief(
    focus: str,
    rivals: Sequence[str],
    *,
    start: date | None = None,
    end: date | None = None,
    now: datetime | None = None,
    build: Path | None = None,
) -> Brief:
    """Headline, figures and layers for a focus family; the first of `rivals` is its rival.

    `start` and `end` (inclusive) are the period that charts show: estimates in it are told. `now`,
    a UTC instant, is what the age of sources counts to. Raises NoBuildError. A family without a
    published series still gets the layers that know it.
    """
    others = [name for name in rivals if name != focus]
    rival = others[0] if others else None
    accounts = queries.metric("account_downloads", build=build)
    families = queries.families(build).set_index("family")
    titles = queries.metric("layer_titles", build=build)
    freshness = queries.metric("freshness", build=build)
    layers = layers_of(titles, queries.metric("layers", build=build), focus, rival)
    ours = _account(accounts, families, focus)
    theirs = _account(accounts, families, rival) if rival else None
    moved = _momentum(ours, build)
    vintage = vintages.since_before(focus, layers, titles, build)
    return Brief(
        focus=focus,
        rival=rival,
        headline=_headline(
            focus,
            ours,
            accounts,
            layers,
            token_place(focus, build=build),
        ),
        line=_line(focus, ours, theirs),
        scope=_scope(ours, _collected_until(freshness, build)),
        layers=layers,
        since=_since(ours, moved),
        changed=(*_changed(ours, moved, accounts), *([vintage] if vintage else [])),
        holds=_holds(leads_between(focus, rival, build=build)) if rival else (),
        care=(
            *_care_of_series(ours, families, focus, start, end, build),
            *_care_of_sources(titles, layers, moved, freshness, now or datetime.now(UTC), build),
            _UNSEEN,
        ),
        questions=_questions(focus, others, ours, accounts, families, build),
        as_of=queries.as_of(build),
    )


def account_line(focus: str, rivals: Sequence[str], *, build: Path | None = None) -> str:
    """The line of the brief alone: the account's newest share, beside that of the rival."""
    others = [name for name in rivals if name != focus]
    accounts = queries.metric("account_downloads", build=build)
    families = queries.families(build).set_index("family")
    theirs = _account(accounts, families, others[0]) if others else None
    return _line(focus, _account(accounts, families, focus), theirs)


def _account(accounts: pd.DataFrame, families: pd.DataFrame, family: str) -> _Account | None:
    if family not in families.index:
        return None
    row = families.loc[family]
    months = accounts[accounts["account"] == row["account"]]
    return _Account(str(row["account_label"]), family, months) if len(months) else None


def _developers(accounts: pd.DataFrame, month_at: pd.Timestamp) -> pd.DataFrame:
    """Developers of a month by share, largest first; repackagers are no developers."""
    rows = accounts[(accounts["month"] == month_at) & accounts["is_developer"]]
    return rows.sort_values("share", ascending=False)


# The headline and its line


def _headline(
    focus: str,
    ours: _Account | None,
    accounts: pd.DataFrame,
    layers: Sequence[Layer],
    tokens: TokenPlace | None,
) -> str:
    layer = named(layers, "served_tokens")
    source = layer.source_title if layer else ""
    if ours is None:
        clause = _tokens_clause(tokens, focus, source, leads=True)
        return f"No published series follows {focus}'s own downloads{clause}."
    best = _best_other(ours, accounts)
    leads = best is None or ours.last["share"] > best["share"]
    # An account is not the family whose tokens these are.
    subject = "it" if ours.name == focus else focus
    clause = _tokens_clause(tokens, subject, source, leads=leads)
    return f"{_standing(ours, accounts)}{_peak_clause(ours)}{clause}."


def _tokens_clause(tokens: TokenPlace | None, subject: str, source: str, *, leads: bool) -> str:
    """Where it stands in served tokens, beside whether it leads in downloads; '' without tokens."""
    if tokens is None:
        return ""
    owner = "its" if subject == "it" else f"{subject}'s"
    if tokens.is_most_seen:
        return _most_tokens(tokens, subject, owner, is_contrast=subject == "it" and not leads)
    if tokens.share.value >= SMALL_SHARE:
        where = "behind" if tokens.is_behind else "not told apart from"
        return f"; in served tokens {subject} is {where} {tokens.top}"
    if tokens.share.high < SMALL_AT_MOST:
        return f"; in served tokens {subject} is small"
    return f"; among {source}'s 50 most used models {owner} share is small"


def _most_tokens(tokens: TokenPlace, subject: str, owner: str, *, is_contrast: bool) -> str:
    """Of who has most of the served tokens, for certain or by what is seen."""
    if tokens.leads:
        if is_contrast:
            return ", but leads in served tokens"
        return f"; in served tokens {subject} leads{', too' if subject == 'it' else ''}"
    if is_contrast:
        return ", but has the largest share of served tokens seen"
    return f"; in served tokens {owner} share is the largest seen"


def _short(label: Any) -> str:
    return str(label).split(" (", maxsplit=1)[0]


def _standing(ours: _Account, accounts: pd.DataFrame) -> str:
    """Behind, level or ahead among the developers in the account's newest month."""
    share = ours.last["share"]
    best = _best_other(ours, accounts)
    if best is not None and best["share"] > share:
        return f"{ours.name} is behind {_short(best['account_label'])} on Hugging Face"
    if best is not None and best["share"] == share:
        return f"{ours.name} is level with {_short(best['account_label'])} on Hugging Face"
    by_far = " by far" if best is not None and share >= BY_FAR * best["share"] else ""
    before = _developers(accounts, ours.last["month"] - pd.DateOffset(years=1))
    led_before = len(before) > 0 and before.iloc[0]["account_label"] == ours.label
    return f"{ours.name} {'still leads' if led_before else 'leads'} Hugging Face{by_far}"


def _best_other(ours: _Account, accounts: pd.DataFrame) -> Any | None:
    """The largest developer of the account's newest month besides itself."""
    ranked = _developers(accounts, ours.last["month"])
    others = ranked[ranked["account_label"] != ours.label]
    return others.iloc[0] if len(others) else None


def _peak_clause(ours: _Account) -> str:
    peak = peak_of(ours.months)
    if peak is None or ours.last["share"] >= BELOW_PEAK * peak["value"]:
        return ""
    season = season_of(peak["first"], peak["last"], ours.last["month"].date())
    return f", below its {season} peak" if season else f", below its peak of {peak['when']}"


def season_of(first: date, last: date, now: date) -> str | None:
    """The season of the northern half in which both months lie, if that is the newest such season
    up to the month `now`; else None, since the word alone would not say which year is meant."""
    names = {_season(first), _season(last)}
    if len(names) > 1:
        return None
    ((name, year),) = names
    now_name, now_year = _season(now)
    newest = now_year if _SEASONS.index(name) <= _SEASONS.index(now_name) else now_year - 1
    return name if year == newest else None


def _season(day: date) -> tuple[str, int]:
    """The season of a month, and the year in which it ends: December belongs to the next winter."""
    return _SEASONS[day.month % 12 // 3], day.year + day.month // 12


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
    months estimated from 30-day windows do not count. Keys: value, when (in words), first and last
    (months, dates), month and share (of the month that stands out on a chart), is_pooled."""
    exact = months_of_account[months_of_account["estimate_reason"] != "window_30d"]
    worth = exact["pooled_share"].fillna(exact["share"])
    if not worth.notna().any():
        return None
    row = exact.loc[worth.idxmax()]
    is_pooled = row_is_pooled(row)
    # Of a pooled pair, the month that stands out on the chart.
    pair = exact[exact["pooled_from"] == row["pooled_from"]] if is_pooled else None
    shown = pair.loc[pair["share"].idxmax()] if pair is not None else row
    first, last = (
        row[name].date() for name in (("pooled_from", "pooled_to") if is_pooled else ("month",) * 2)
    )
    return {
        "value": float(worth.max()),
        "when": months(first, last) if is_pooled else month(first),
        "first": first,
        "last": last,
        "month": shown["month"],
        "share": float(shown["share"]),
        "is_pooled": is_pooled,
    }


def row_is_pooled(row: Any) -> bool:
    """Whether a month's boundary fell into a gap, so that it is worth its pair's pooled share."""
    return bool(pd.notna(row["pooled_share"]))


def _line(focus: str, ours: _Account | None, theirs: _Account | None) -> str:
    if ours is None:
        return f"The layers below say what is known of {focus}."
    now = ours.last
    at = now["month"].date()
    text = f"{month(at)}: **{percent(now['share'])}** of text and vision-language downloads"
    year_ago = (now["month"] - pd.DateOffset(years=1)).date()
    before = ours.at(year_ago)
    rival = theirs.at(at) if theirs else None
    if theirs is None or rival is None:
        return f"{text}; a year ago {percent(_share(before))}." if _has(before) else f"{text}."
    text += _beside(now, rival, theirs.name)
    rival_before = theirs.at(year_ago)
    if not _has(before) or not _has(rival_before):
        return f"{text}."
    shares = (_bare(_share(before)), percent(_share(rival_before)))
    return f"{text}; a year ago {' and '.join(shares)}."


def _has(row: Any | None) -> bool:
    return row is not None and is_known(row["share"])


def _share(row: Any) -> float:
    return float(row["share"])


def _bare(share: float) -> str:
    """'26.7', where the next number carries the sign."""
    return percent(share).removesuffix(" %")


def _beside(ours: Any, rival: Any, name: str) -> str:
    """The rival's share, and how many times one is the other, told by the larger one."""
    share = percent(rival["share"])
    mine, other = ours["account_downloads"], rival["account_downloads"]
    if not mine or not other:
        return f"; {name}: {share}"
    if mine >= other:
        return f", **{times(mine / other)} times** {name}'s {share}"
    return f"; {name}'s {share} is **{times(other / mine)} times** that"


def _scope(ours: _Account | None, collected_until: date | None) -> tuple[str, ...]:
    """Whose downloads the line counts, and how old they are beside what was collected."""
    if ours is None:
        return ()
    label = ours.name if ours.label == ours.name else ours.label
    told = [
        f"Downloads on the Hugging Face Hub of the account {label} itself; "
        "what others made of its models is not in it."
    ]
    last_day = (ours.last["month"] + pd.offsets.MonthEnd(0)).date()
    if collected_until is not None and collected_until > last_day:
        age = age_words((collected_until - last_day).days)
        told.append(
            f"These are published figures of {month_name(last_day)}, {age} old; "
            f"collected until {whole_day(collected_until)}."
        )
    return tuple(told)


def age_words(days: int) -> str:
    """An age in the largest unit of which there are at least two: 1 day, 12 days, seven weeks."""
    for unit, length in (("year", 365), ("month", 30), ("week", 7)):
        # Of weeks there are more than of months before one says months.
        if days >= 2 * length and (unit != "month" or days >= 70):
            number = days // length
            return f"{spelled(number)} {unit}s"
    return f"{spelled(days)} {'day' if days == 1 else 'days'}"


def _collected_until(freshness: pd.DataFrame, build: Path | None) -> date | None:
    """The newest day on which anything was collected, or of an archive, which it holds."""
    read = _of_services(freshness)["last_snapshot_at"]
    archived = queries.metric("hub_days", build=build)["date"]
    days = [moments.max().date() for moments in (read, archived) if moments.notna().any()]
    return max(days, default=None)


def _of_services(freshness: pd.DataFrame) -> pd.DataFrame:
    """Sources that are read on a schedule; archives are read when somebody asks for them."""
    return freshness[~freshness["is_archive"].astype(bool)]


# What changed


def _momentum(ours: _Account | None, build: Path | None) -> Any | None:
    """The newest month of the account beside the one before; None where that is missing."""
    if ours is None:
        return None
    rows = queries.metric(
        "momentum", basis="published", scope="own", start=ours.last["month"].date(), build=build
    )
    rows = rows[(rows["account"] == ours.last["account"]) & rows["momentum"].notna()]
    known = rows[rows["market_change"].notna() & rows["share_points"].notna()]
    return known.iloc[0] if len(known) else None


def _since(ours: _Account | None, moved: Any | None) -> str:
    """'Since August': the title of what changed; with the year where it is another one."""
    if ours is None or moved is None:
        return "What changed"
    before = (moved["month"] - pd.DateOffset(months=1)).date()
    is_same_year = before.year == moved["month"].year
    return f"Since {month_name(before) if is_same_year else month(before)}"


def _changed(ours: _Account | None, moved: Any | None, accounts: pd.DataFrame) -> Iterator[str]:
    if ours is None:
        return
    if moved is not None:
        own, market = change(moved["momentum"]), change(moved["market_change"])
        share = _share_moved(moved["share"] - moved["share_points"], moved["share"], own)
        note = " One of the two months is an estimate." if moved["is_estimate"] else ""
        yield f"{ours.name} **{own}**, the market **{market}**: {share}{note}"
    best = _best_other(ours, accounts)
    others = []
    if best is not None:
        others.append(_other_developer(ours, best, _developers(accounts, ours.last["month"])))
    at = ours.last["month"]
    repackagers = accounts[(accounts["month"] == at) & ~accounts["is_developer"]]
    if len(repackagers):
        top = repackagers.sort_values("share", ascending=False).iloc[0]
        others.append(f"Largest repackager: {top['account_label']}, {percent(top['share'])}.")
    if others:
        yield " ".join(others)


def _share_moved(before: float, now: float, own: str) -> str:
    """'it also lost share, 32.7 to 29.9 %.', or that it did not move by a tenth of a point."""
    if percent(before) == percent(now):
        return f"its share stayed at {percent(now)}."
    also = " also" if own.startswith("−" if now < before else "+") else ""
    moved = "lost" if now < before else "gained"
    return f"it{also} {moved} share, {_bare(before)} to {percent(now)}."


def _other_developer(ours: _Account, best: Any, ranked: pd.DataFrame) -> str:
    """The second developer, or the first where that is another one."""
    other = f"{_short(best['account_label'])}, {percent(best['share'])}"
    share = ours.last["share"]
    if best["share"] < share:
        return f"Second developer: {other}."
    if best["share"] == share:
        return f"Level with it: {other}."
    place = 1 + int((ranked["share"] > share).sum())
    return f"First developer: {other}; {ours.name} is {ordinal(place)}, {percent(share)}."


# Does it hold?


def _holds(leads: pd.DataFrame) -> tuple[Hold, ...]:
    """A row each layer of which either of the two is seen, and all measures of own downloads.

    Of several series the first measure, and of that the collected one; of own downloads the
    published ones, which the headline speaks of.
    """
    known = leads[leads["focus_value"].notna() | leads["rival_value"].notna()]
    found = []
    for layer, rows in known.groupby("layer", sort=False):
        order = ("published", "collected") if layer == "own_downloads" else ("collected",)
        basis = next((name for name in order if (rows["basis"] == name).any()), None)
        chosen = rows if basis is None else rows[rows["basis"] == basis]
        found += [
            _hold(row)
            for row in (chosen if layer == "own_downloads" else chosen.head(1)).itertuples()
        ]
    return tuple(found)


def _hold(row: Any) -> Hold:
    series = series_title(row.title, row.measure_title)
    title = series if row.layer == "own_downloads" else row.title
    text = _hold_text(row)
    bold = f"**{text}** {_short(row.rival)}" if is_known(row.ratio) else text
    return Hold(
        title=title,
        text=text,
        sentence=f"{title}: {bold}",
        lean=lean_of(row.ratio) if is_known(row.ratio) else None,
        standing="" if row.basis == "reported" else f"{series}, {row.basis}",
    )


def lean_of(ratio: float) -> float:
    """A ratio on a log scale around 1: 0 = level, 1 = FULL_BAR times or more, -1 = its inverse or
    less."""
    if ratio <= 0:
        return -1.0
    return min(max(math.log(ratio, FULL_BAR), -1.0), 1.0)


def _hold_text(row: Any) -> str:
    """'11.6 ×', '+12 points', or both values where there is no ratio."""
    if is_known(row.ratio):
        return f"{times(row.ratio)} ×"
    values = (row.focus_value, row.rival_value)
    if row.unit == "rating" and all(is_known(value) for value in values):
        points = round(row.focus_value) - round(row.rival_value)
        sign = "+" if points > 0 else "−" if points < 0 else "±"
        return f"{sign}{whole(abs(points))} {'point' if abs(points) == 1 else 'points'}"
    told = [
        f"{_short(name)} {amount(value, row.unit, row.bound) if is_known(value) else 'not seen'}"
        for name, value in zip((row.focus, row.rival), values, strict=True)
    ]
    text = ", ".join(told)
    is_open = row.ahead_text in {*NOT_APART.values(), WITHIN_ROUNDING}
    return f"{text}: {row.ahead_text}" if is_open else text


# Read with care


def _care_of_series(
    ours: _Account | None,
    families: pd.DataFrame,
    focus: str,
    start: date | None,
    end: date | None,
    build: Path | None,
) -> Iterator[str]:
    """What to know of the account and its months."""
    if ours is None:
        return
    at = ours.last["month"].date()
    hub = queries.metric("published_series", series="hub_downloads", start=at, build=build)
    if len(hub) and hub.iloc[0]["value"]:
        share = percent(ours.last["account_downloads"] / hub.iloc[0]["value"])
        yield (
            f"{ours.name}'s text and vision-language models have **{share}** of all Hub downloads; "
            "embedding models lead there."
        )
    if families.loc[focus]["name_pattern"] != ".":
        yield (
            f"{ours.name} is an account that holds more than {focus}: "
            "its figures are not the family's."
        )
    yield from _estimates(_between(ours.months, start, end))


def _between(rows: pd.DataFrame, start: date | None, end: date | None) -> pd.DataFrame:
    if start is not None:
        rows = rows[rows["month"] >= pd.Timestamp(start)]
    return rows if end is None else rows[rows["month"] <= pd.Timestamp(end)]


def _estimates(rows: pd.DataFrame) -> Iterator[str]:
    """Months that are worth something in pairs only, the newest ones first, and estimated ones."""
    pooled = rows[rows["pooled_share"].notna()].drop_duplicates("pooled_from")
    told: list[str] = []
    for run in reversed(_runs(pooled)):
        span = _span(run[0]["pooled_from"].date(), run[-1]["pooled_to"].date())
        which = f"So are {span}" if told else f"{span} are partly interpolated"
        told.append(f"{which}: {_pooled(run)}.")
    if told:
        yield " ".join(told)
    guessed = rows[rows["estimate_reason"] == "window_30d"]["month"]
    if len(guessed):
        first, last = guessed.min().date(), guessed.max().date()
        are = "is the publisher's estimate" if first == last else "are the publisher's estimates"
        yield f"{_span(first, last)} {are} from 30-day windows."


def _runs(pooled: pd.DataFrame) -> list[list[Any]]:
    """Pairs that follow each other without a month between, together."""
    runs: list[list[Any]] = []
    for _, row in pooled.sort_values("pooled_from").iterrows():
        follows = runs and row["pooled_from"] == runs[-1][-1]["pooled_to"] + pd.DateOffset(months=1)
        if follows:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _pooled(run: Sequence[Any]) -> str:
    """'**45.0 %** pooled over March and April, **36.2 %** over May and June'."""
    told: list[str] = []
    for row in run:
        share = f"**{percent(row['pooled_share'])}**{'' if told else ' pooled'}"
        pair = f"{month_name(row['pooled_from'])} and {month_name(row['pooled_to'])}"
        told.append(share if len(run) == 1 else f"{share} over {pair}")
    return ", ".join(told)


def _span(first: date, last: date) -> str:
    """'September 2026', 'March and April 2026', 'July 2024 to February 2025'."""
    apart = 12 * (last.year - first.year) + last.month - first.month
    if apart == 0:
        return month(first)
    if apart == 1:
        return months(first, last)
    return f"{month_name(first) if first.year == last.year else month(first)} to {month(last)}"


def _care_of_sources(
    titles: pd.DataFrame,
    layers: Sequence[Layer],
    moved: Any | None,
    freshness: pd.DataFrame,
    now: datetime,
    build: Path | None,
) -> Iterator[str]:
    yield from _unseen_tokens(layers, build)
    yield from _newest_incident(titles, moved, build)
    yield from _stale(freshness, now, build)
    if unread := unread_families(build):
        yield (
            f"**Not read on the newest day:** {', '.join(unread)}. They have no value that day; "
            "the page Sources says why."
        )


def _unseen_tokens(layers: Sequence[Layer], build: Path | None) -> Iterator[str]:
    """How much larger any share of tokens may be, in the month that the layer shows."""
    layer = named(layers, "served_tokens")
    if layer is None or not layer.is_least:
        return
    shares = queries.metric("token_share_by_cut", period="month", cut="family", build=build)
    whole = shares[shares["is_complete"]] if len(shares) else shares
    if len(whole):
        unseen, at = whole.iloc[-1]["other_share"], whole.iloc[-1]["date"]
    else:
        published = queries.metric("standings", layer="served_tokens", build=build)
        newest = published[published["date"] == published["date"].max()].iloc[0]
        unseen, at = newest["standings_high"] - newest["standings"], newest["date"]
    yield (
        f"{layer.source_title} names the 50 models with the most tokens a day; all others had "
        f"**{percent(unseen)}** of the tokens in {month(at.date())}. "
        "A share is what is seen, and at most that much more."
    )


def _newest_incident(titles: pd.DataFrame, moved: Any | None, build: Path | None) -> Iterator[str]:
    """The newest incident of the sources behind the layers, and whether it lies in the months that
    are compared."""
    sources = titles["source"].dropna().tolist()
    incidents = queries.metric("incidents", source=sources, build=build)
    if incidents.empty:
        return
    last = incidents.sort_values("starts_on").iloc[-1]
    text = f"{whole_day(last['starts_on'].date())}: {last['what']}."
    if moved is not None:
        first = moved["month"] - pd.DateOffset(months=1)
        if first <= last["starts_on"] <= moved["month"] + pd.offsets.MonthEnd(0):
            text = f"{text.removesuffix('.')} (within the months compared)."
    yield text


def _stale(freshness: pd.DataFrame, now: datetime, build: Path | None) -> Iterator[str]:
    """Sources that are late, the longest unread first; the age is in UTC dates."""
    read = _of_services(freshness)
    read = read[read["last_snapshot_at"].notna()]
    if read.empty:
        until = queries.as_of(build)
        if until:
            yield (
                "Nothing was collected here yet: all figures are published ones, read until "
                f"{whole_day(date.fromisoformat(until))}."
            )
        return
    times = list(zip(read["last_snapshot_at"], read["cadence_days"], strict=True))
    late = read.assign(age=[(now.date() - moment.date()).days for moment, _ in times])
    late = late[[is_late(moment, cadence, now) for moment, cadence in times]]
    late = late.sort_values(["age", "title"], ascending=[False, True])
    if late.empty:
        return
    oldest = [f"{row.title} ({age_words(row.age)})" for row in late.head(STALE_NAMED).itertuples()]
    more = len(late) - len(oldest)
    names = f"{', '.join(oldest)}{f' and {more} more' if more else ''}"
    yield f"Not read for longer than planned: {names}."


def _questions(
    focus: str,
    rivals: Sequence[str],
    ours: _Account | None,
    accounts: pd.DataFrame,
    families: pd.DataFrame,
    build: Path | None,
) -> tuple[Question, ...]:
    events = queries.metric("events", build=build)
    pair = launch_pair(focus, rivals, events)
    compared = [] if pair is None else [str(release["family"]) for release in pair]
    best = _best_other(ours, accounts) if ours else None
    return questions_of(
        focus,
        rivals,
        leads=ours is not None and (best is None or ours.last["share"] >= best["share"]),
        families=families,
        events=events,
        launches=queries.metric(
            "launch_milestones", family=compared, milestone=100_000, build=build
        ),
    )
