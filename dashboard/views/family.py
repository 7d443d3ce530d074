"""Family: one family on one page, the one in focus: facts, standings, charts, releases, models."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd
import streamlit as st

import data
from dashboard import parts, readings, state
from dashboard.hub_charts import REGION_NAMES, SIZES
from dashboard.launch_charts import STATES, days_to

TABLE_ROWS = 320  # pixels
NOT_FOLLOWED = (
    "No published month of these families' accounts lies in this period. The published series "
    "follows eighteen accounts; choose a longer period, or compare with a family whose account "
    "is one of them: Qwen, Llama, DeepSeek, Mistral or Gemma."
)
NO_MONTHS = "No month of these families' downloads was collected in this period."
TO_MILESTONE = (
    "From the release to the first reading at which the all-time counter had passed it; ≤: it was "
    "passed at some day between that reading and the one before"
)
EVENT_COLUMNS = {
    "starts_on": st.column_config.DateColumn("from", format="YYYY-MM-DD", width=100),
    "ends_on": st.column_config.DateColumn("to", format="YYYY-MM-DD", width=100),
    "kind": st.column_config.TextColumn("kind", width=110),
    "title": st.column_config.TextColumn("what happened", width=560),
    "source_title": st.column_config.TextColumn("source", width=260),
    "source_url": st.column_config.LinkColumn("link", display_text="open", width=60),
}
GENERATION_COLUMNS = {
    "generation": st.column_config.TextColumn("generation", width=220),
    "released_on": st.column_config.DateColumn("released", format="YYYY-MM-DD", width=110),
    "source_url": st.column_config.LinkColumn("source", width=420),
}
LAUNCH_COLUMNS = {
    "model_id": st.column_config.TextColumn("model", width=270),
    "released_on": st.column_config.DateColumn("released", format="YYYY-MM-DD"),
    "size": st.column_config.TextColumn("size"),
    "to_100k": st.column_config.TextColumn("to 100K", width=165, help=TO_MILESTONE),
    "to_1m": st.column_config.TextColumn("to 1M", width=165, help=TO_MILESTONE),
    "to_10m": st.column_config.TextColumn("to 10M", width=165, help=TO_MILESTONE),
    "first_year_downloads": st.column_config.NumberColumn(
        "first year", format="localized", width=115
    ),
    "downloads": st.column_config.NumberColumn("all time", format="localized", width=115),
    "as_of": st.column_config.DateColumn("last reading", format="YYYY-MM-DD"),
    "basis": st.column_config.TextColumn("basis"),
}
MILESTONES = {"to_100k": 100_000, "to_1m": 1_000_000, "to_10m": 10_000_000}
INCIDENT_COLUMNS = {
    "starts_on": st.column_config.DateColumn("from", format="YYYY-MM-DD", width=100),
    "ends_on": st.column_config.DateColumn("to", format="YYYY-MM-DD", width=100),
    "kind": st.column_config.TextColumn("kind", width=150),
    "subject": st.column_config.TextColumn("whose", width=220),
    "what": st.column_config.TextColumn("what was found", width=560),
    "source_url": st.column_config.LinkColumn("link", display_text="open", width=60),
}

build = parts.build()
selection = state.selection(st.session_state)
rival = selection.rivals[0] if selection.rivals else None


def facts(card: data.FamilyCard) -> None:
    """Who makes it, since when, under which names and licences."""
    dated = card.generations[card.generations["released_on"].notna()]
    newest = dated.iloc[0] if len(dated) else None
    parts.facts(
        (
            ("Developer", card.developer),
            ("Region", REGION_NAMES.get(card.region, card.region)),
            ("Account followed", card.account),
            (
                "Newest generation with a date",
                f"{newest['generation']}, {newest['released_on']:%Y-%m-%d}"
                if newest is not None
                else "none known",
            ),
            ("Generations known", str(len(card.generations))),
            ("Licences", _licences(card.licences)),
        )
    )
    parts.link_list(
        parts.link(f"{name} on the Hub", f"https://huggingface.co/{name}")
        for name in card.organisations
    )


def _licences(rows: pd.DataFrame) -> str:
    if rows.empty:
        return "not known"
    return ", ".join(
        f"{row['class'].replace('_', ' ')} {data.wording.percent(row['share'])}"
        for _, row in rows.head(3).iterrows()
    )


def standings(card: data.FamilyCard) -> None:
    """Its place on each layer and measure, and who is ahead of the two."""
    st.header("Where it stands", anchor=False)
    known = card.standings[card.standings["focus_value"].notna()]
    told = known.astype(object).where(known.notna(), None)
    shown = list(told.itertuples())
    if not shown:
        parts.empty_state(card.missing)
        return
    head = ["Layer", "Value", "Place", "Leader", f"Against {rival}", "As of", "Source"]
    cells = [_standing(row) for row in shown]
    keep = [n for n, _ in enumerate(head) if rival or n != 4]
    parts.html_table(
        [head[n] for n in keep], [[row[n] for n in keep] for row in cells], is_compact=True
    )
    st.caption(
        " ".join(text for text in (card.missing, "Layers are never added up. An account holds "
        "all models of its owner, so it is not the family.") if text)
    )  # fmt: skip
    parts.csv_button(known, f"standings_{card.family}", key="csv-family-standings")


def _standing(row: Any) -> list[str]:
    title = html.escape(data.series_title(row.title, row.measure_title))
    place = f"{data.wording.ordinal(row.focus_position)} of {row.subjects}"
    leader = f"{row.leader} {row.leader_text}"
    verdict = str(row.verdict).removesuffix(".")
    return [
        f"{title}{parts.remark(f'{row.basis}: {row.counts}')}",
        f"<b>{html.escape(row.focus_text)}</b>"
        f"{parts.remark(row.focus) if row.focus != selection.focus else ''}",
        parts.unbroken(place) if row.focus_position is not None else "not ranked",
        parts.leading_family(leader, build) if row.leader else "–",
        html.escape(verdict),
        parts.unbroken(f"{row.date:%Y-%m}" if row.period == "month" else f"{row.date:%Y-%m-%d}"),
        parts.link(row.source_title, row.source_url),
    ]


def downloads(card: data.FamilyCard) -> None:
    """Months of its downloads, beside the compared families."""
    st.header("Downloads over time", anchor=False)
    published = readings.metric(build, "account_downloads")
    if not (published["account"] == card.account).any():
        st.caption(
            f"The published series follows eighteen accounts; {card.account} is none of them, so "
            "only the compared families are shown."
        )
    parts.show_chart(build, "account_downloads", selection, empty=NOT_FOLLOWED)
    collected = readings.metric(build, "monthly_downloads", family=card.family)
    if collected["monthly_downloads"].notna().any():
        parts.show_chart(build, "monthly_downloads", selection, empty=NO_MONTHS)


def shown_table(
    title: str, rows: pd.DataFrame, name: str, columns: dict[str, Any], none: str
) -> None:
    """A table under its title, with its CSV; or why there is none."""
    st.header(title, anchor=False)
    if rows.empty:
        # What a command would fill stands out; what is simply not there does not.
        (parts.empty_state if "`" in none else st.caption)(none)
        return
    height: Any = TABLE_ROWS if len(rows) > parts.ROWS_SHOWN + 2 else "auto"
    parts.table(rows, key=f"family-{name}", columns=columns, height=height)
    parts.csv_button(rows, f"{name}_{selection.focus}", key=f"csv-family-{name}")


def launches(card: data.FamilyCard) -> pd.DataFrame:
    """Its launches with sizes and milestones in words: to_100k '≤ 29 days', 'not reached'."""
    rows = readings.metric(build, "launch_milestones", family=card.family)
    told = {(row.basis, row.model_id, row.milestone): days_to(row) for row in rows.itertuples()}
    of = list(zip(card.launches["basis"], card.launches["model_id"], strict=True))
    # What nobody read stands without a basis.
    words = {
        name: [told.get((*one, milestone), STATES["no_history"]) for one in of]
        for name, milestone in MILESTONES.items()
    }
    return card.launches.assign(
        size=[SIZES.get(size, size) for size in card.launches["size_class"]], **words
    )


def claims(card: data.FamilyCard) -> None:
    """How many claims about it hold, and where they stand."""
    st.header("Claims", anchor=False)
    target = html.escape(parts.page_address("claims", {}, build))
    st.html(
        f"<p class='oma-link'>{html.escape(card.claims)} "
        f'<a href="{target}">Open the page Claims</a></p>'
    )


def models(card: data.FamilyCard) -> None:
    """Its most downloaded repositories."""
    st.header("Most downloaded models", anchor=False)
    if card.models.empty:
        parts.empty_state(
            "No repository of this family was recorded. Run `collectors collect huggingface` and "
            "then `collectors build`."
        )
        return
    top = card.models["downloads_30d"].max()
    parts.html_table(
        ["Model", "Downloads, 30 days"],
        [
            [
                parts.model_link(row.model_id, build),
                parts.bar(
                    data.wording.count(row.downloads_30d), row.downloads_30d, top, card.family,
                    build,
                ),
            ]
            for row in card.models.itertuples()
        ],
        is_compact=True,
    )  # fmt: skip
    partly = (
        "A selected list: models outside it are missing, so it must not be summed."
        if card.models_basis == "published"
        else "Repositories of the developer's own organisations."
    )
    day = f"{card.models['date'].max():%Y-%m-%d}"
    st.caption(
        f"Unit: downloads in the trailing 30 days. {card.models_basis.capitalize()}: "
        f"{card.models_source}, as of {day}. {partly}"
    )
    parts.csv_button(card.models, f"models_{card.family}", key="csv-family-models")


card = readings.family_card(build, selection.focus, rival)
st.title(card.family, anchor=False)
st.html(f'<p class="oma-line">{html.escape(card.summary or card.missing)}</p>')
facts(card)
standings(card)
downloads(card)
shown_table(
    "Generations", card.generations, "generations", GENERATION_COLUMNS,
    "No generation of this family is listed in seeds/model_generations.csv.",
)  # fmt: skip
shown_table(
    "Releases and other events", card.events, "events", EVENT_COLUMNS,
    "No event of this family is listed in seeds/events.csv.",
)  # fmt: skip
shown_table(
    "Launches",
    launches(card),
    "launches",
    LAUNCH_COLUMNS,
    "Nothing was read around the release of any of its models. Run `collectors collect "
    "huggingface` every day, or `collectors backfill --from 2024-07 --every week`, and then "
    "`collectors build`.",
)
claims(card)
models(card)
shown_table(
    "Incidents of its counters", card.incidents, "incidents", INCIDENT_COLUMNS,
    "None of this family's accounts or repositories. Those of whole sources stand on the page "
    "Sources.",
)  # fmt: skip
