"""Models: any repository of the Hub, its history, relatives and milestones; or the ranking."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

import data
from dashboard import hub_charts, parts, readings, recipes, state

RANKED, RANKED_AT_FIRST = 100, 20

build = parts.build()
selection = state.selection(st.session_state)


def text_of(value: Any) -> str:
    """A value that may be missing, ready for HTML."""
    return "–" if value is None or pd.isna(value) else html.escape(str(value))


def models_table(rows: pd.DataFrame) -> None:
    """Repositories with links that choose them."""
    top = rows["downloads_30d"].max()
    parts.html_table(
        [
            "Model", "Downloads, 30 days", "All time", "Rank", "Family", "Root", "Relation",
            "Precision",
        ],
        [
            [
                parts.model_link(row.model_id, build) if pd.notna(row.position)
                else f"{html.escape(row.model_id)}<small>not on the Hub now</small>",
                parts.bar(
                    data.wording.count(row.downloads_30d), row.downloads_30d, top,
                    row.family if pd.notna(row.family) else row.root_family, build,
                ),
                data.wording.count(row.downloads_all_time),
                data.wording.whole(row.position),
                text_of(row.family),
                text_of(row.root_family),
                text_of(row.relation),
                text_of(row.precision),
            ]
            for row in rows.itertuples()
        ],
    )  # fmt: skip


def facts(card: data.ModelCard) -> None:
    """What the Hub says of the repository."""
    model = card.facts
    size = f"{data.wording.count(model['total_params'])} parameters"
    told: Iterable[tuple[str, str]] = (
        ("Rank on the Hub", data.wording.whole(model["position"])),
        ("Downloads, 30 days", data.wording.count(model["downloads_30d"])),
        ("Downloads, all time", data.wording.count(model["downloads_all_time"])),
        ("Likes", data.wording.whole(model["likes"])),
        ("Family", model["family"] or "none"),
        ("Root family", model["root_family"] or "none declared"),
        ("Relation", model["relation"] or "no declared parent"),
        ("Size", size if model["total_params"] else "unknown"),
        ("Licence", model["licence"]),
        ("Task", model["task"]),
        ("Library", model["library"]),
        ("Precision", model["precision"]),
        ("Created", str(model["created_on"] or "unknown")[:10]),
        ("First seen", str(model["first_seen_on"])[:10]),
    )
    parts.facts(told)
    if model["is_test"]:
        st.caption("This repository exists for software tests: its downloads are those of tests.")


def history(card: data.ModelCard) -> None:
    """Both counters over time, and when milestones were passed."""
    model_id = card.facts["model_id"]
    for column in ("downloads_30d", "downloads_all_time"):
        parts.show_chart(
            build, f"model_{column}", replace(selection, model=model_id),
            empty=f"No {column.replace('_', ' ')} of {parts.plain(model_id)} are known. "
            f"{parts.plain(card.lost)}",
        )  # fmt: skip
    st.subheader("Milestones", anchor=False)
    if card.milestones.empty:
        st.caption(f"The all-time counter has not passed 10,000, or is not known. {card.lost}")
        return
    if card.lost:
        st.caption(f"Of the days that are known: {card.lost}")
    parts.html_table(
        ["All-time downloads", "Passed by", "Day seen before"],
        [
            [
                f"<b>{data.wording.whole(row.milestone)}</b>",
                f"{row.reached_on:%Y-%m-%d}",
                f"{row.before_on:%Y-%m-%d}"
                if pd.notna(row.before_on)
                else "passed before the first day that was seen",
            ]
            for row in card.milestones.itertuples()
        ],
    )


def chosen_model(card: data.ModelCard) -> None:
    """One repository: facts, history, relatives."""
    model_id = card.facts["model_id"]
    st.header(parts.plain(model_id), anchor=False)
    st.html(
        f"<p class='oma-link'>{parts.link('Open on the Hub', f'https://huggingface.co/{model_id}')}</p>"
    )
    facts(card)
    history(card)
    relatives = {
        "Parents": (card.parents, "It declares no parent."),
        "Precision variants": (card.variants, "None."),
        "Children": (card.children, "No repository declares it as its parent."),
    }
    for title, (rows, none) in relatives.items():
        st.subheader(title, anchor=False)
        others = rows[rows["model_id"] != model_id]
        if others.empty:
            st.caption(none)
            continue
        if title == "Children" and card.children_total > len(rows):
            st.caption(
                f"The {len(rows)} with the most downloads of "
                f"{data.wording.whole(card.children_total)}."
            )
        models_table(others)


def ranking() -> None:
    """The most downloaded repositories of the whole Hub."""
    with st.container(horizontal=True):
        is_grouped = st.toggle(
            "Group precision variants", key="grouped", bind="query-params",
            help="FP8, Int4, AWQ, GPTQ, GGUF and the like count for the model of which they are "
            "variants, whoever published them.",
        )  # fmt: skip
        with_tests = st.toggle(
            "With test repositories", key="tests", bind="query-params",
            help="Some repositories exist for software tests, which download them all the time.",
        )  # fmt: skip
        is_long = st.toggle(
            f"{RANKED} instead of {RANKED_AT_FIRST}", key="long", bind="query-params"
        )
    rows = readings.metric(build, "model_ranking", is_grouped=is_grouped)
    if not with_tests:
        rows = rows[~rows["is_test"]]
    rows = rows.sort_values("position").head(RANKED if is_long else RANKED_AT_FIRST)
    rows = rows.assign(
        **{
            name: rows[name].astype(object).where(rows[name].notna(), None)
            for name in ("family", "root_family")
        }
    )
    top = rows["model_ranking"].max()
    day = f"{rows['date'].max():%Y-%m-%d}"
    st.subheader(f"Most downloaded models of the whole Hub on {day}", anchor=False)
    parts.html_table(
        ["Model", "Downloads, 30 days", "Family", "Root", "Size", "Licence", "Task"],
        [
            [
                f"{row.position}. {parts.model_link(row.model_id, build)}"
                + (f"<small>{row.variants} variants</small>" if row.variants > 1 else ""),
                parts.bar(
                    data.wording.count(row.model_ranking), row.model_ranking, top,
                    row.family or row.root_family, build,
                ),
                text_of(row.family),
                text_of(row.root_family),
                html.escape(hub_charts.SIZES.get(row.size_class, row.size_class)),
                html.escape(row.licence),
                html.escape(row.task),
            ]
            for row in rows.itertuples()
        ],
        is_compact=True,
    )  # fmt: skip
    tests = "Test repositories are left out." if not with_tests else "Test repositories are in it."
    st.caption(
        "Every repository of the Hub, whatever the scope. Unit: downloads in the trailing 30 days, "
        f"as reported. {tests} {parts.archive_citation(build, day)}"
    )
    parts.csv_button(rows, "model_ranking", key="csv-ranking")


st.title("Models", anchor=False)
if readings.metric(build, "hub_days").empty:
    parts.no_archive("Search and ranking go over all repositories of the Hub.")
    parts.show_chart(
        build,
        "published_models",
        selection,
        empty="Nobody recorded single models of the selected families.",
        is_table_open=True,
    )
else:
    text = st.text_input(
        "Any model of the Hub", key="model", bind="query-params", icon=":material/search:",
        placeholder="A name or a part of it, e.g. Qwen3-8B", width=520,
    )  # fmt: skip
    found = data.search_models(text, build=build) if text else pd.DataFrame()
    try:
        asked = replace(selection, model=text.strip())
        card = recipes.study(build, "model_downloads_30d", asked) if text else None
    except data.UnknownModelError:
        card = None
    if card is not None:
        chosen_model(card)
    elif not text:
        ranking()
    elif found.empty:
        parts.empty_state(
            "No repository of the newest day has this in its name. Deleted and renamed ones are "
            "gone from it."
        )
    else:
        st.caption("The most downloaded repositories with this in their name; click one.")
        models_table(found)
