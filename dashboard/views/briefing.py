"""Briefing: is the focus family ahead? Headline, layers, share chart, and what to mind."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

import data
from dashboard import parts, state
from dashboard.briefing_documents import bold, unbroken
from dashboard.plain_text import plain_text

WIDTHS = (0.72, 0.28)  # of the chart and of the boxes beside it


def value_cell(text: str, part: float | None, note: str, family: str | None) -> str:
    """A value with a bar of the leader's value below it, as HTML."""
    shown = f"<b>{html.escape(text)}</b>"
    if part is not None:
        shown = parts.bar(text, part, 1.0, family, build)
    return shown + (f'<small class="oma-under">{html.escape(note)}</small>' if note else "")


def layers_table() -> None:
    """One row a layer: focus, rival if there is one, leader, as-of, source."""
    head = [
        "Layer (bars: part of the leader's value)",
        brief.focus,
        brief.rival or "",
        "Leader",
        "As of",
        "Source",
    ]
    rows = []
    for layer in brief.layers:
        name = f"{html.escape(layer.title)}<small>{html.escape(layer.scope)}</small>"
        if layer.command:
            run = f"Run <code>{html.escape(layer.command)}</code>"
            rows.append([name, "–", "–", run, "", ""])
            continue
        ours = (layer.focus_text, layer.focus_part, layer.focus_note, brief.focus)
        theirs = (layer.rival_text, layer.rival_part, layer.rival_note, brief.rival)
        rows.append(
            [
                name,
                value_cell(*ours),
                value_cell(*theirs),
                parts.leading_family(layer.leader, build),
                " ".join(map(parts.unbroken, layer.as_of.split(" "))),  # no break within a date
                # The day of a report stands before it.
                parts.link(
                    re.sub(r" \(\d{4}-\d\d-\d\d\)$", "", layer.source_title), layer.source_url
                ),
            ]
        )
    shown = [place for place, title in enumerate(head) if title]
    parts.html_table(
        [head[n] for n in shown], [[row[n] for n in shown] for row in rows], is_compact=True
    )


def box(title: str, inside: str) -> None:
    """A quiet box with ready-made HTML."""
    st.html(f'<section class="oma-box oma-link"><h4>{html.escape(title)}</h4>{inside}</section>')


def sentences(told: Sequence[str]) -> str:
    """One paragraph a sentence, as HTML."""
    return "".join(f"<p>{bold(unbroken(text))}</p>" for text in told)


def holds() -> str:
    """One row a series: a bar that leans to who is ahead, and the ratio, as HTML."""
    rows = "".join(f"{series_name(hold)}{lead(hold)}" for hold in brief.holds)
    note = "Bars: log scale, the middle is level."
    return f'<div class="oma-holds">{rows}</div><p class="oma-fine">{note}</p>'


def series_name(hold: data.Hold) -> str:
    """The name of a series, which leads to its ranks on the page Leads, as HTML."""
    parameters = {"standing": hold.standing} if hold.standing else {}
    target = parts.page_address("leads", parameters, build)
    return f'<a href="{html.escape(target)}" target="_self">{html.escape(hold.title)}</a>'


def lead(hold: data.Hold) -> str:
    """Bar and ratio of a series, or what is known instead, as HTML."""
    if hold.lean is None:
        return f"<em>{html.escape(unbroken(hold.text))}</em>"
    ahead = brief.focus if hold.lean >= 0 else brief.rival
    left, width = (50 + 50 * min(hold.lean, 0), 50 * abs(hold.lean))
    style = f"left:{left:.1f}%;width:{width:.1f}%;background:{parts.family_colour(build, ahead)}"
    return f'<div class="oma-lean"><div style="{style}"></div></div><b>{html.escape(hold.text)}</b>'


def questions() -> None:
    """Where the next questions are answered."""
    links = []
    for question in brief.questions:
        target = html.escape(parts.page_address(question.page, question.parameters, build))
        note = f"<small>{html.escape(question.note)}</small>" if question.note else ""
        links.append(f'<a href="{target}" target="_self">{html.escape(question.text)}{note}</a>')
    st.html(f'<nav class="oma-asks">{"".join(links)}</nav>')


def as_text() -> None:
    """The whole page in words, to copy or to keep."""
    text = brief.markdown()
    name = f"briefing_{re.sub(r'[^A-Za-z0-9]+', '-', brief.focus)}_{brief.as_of}"
    with st.popover("Copy as text", icon=":material/content_copy:"):
        for_mail, for_documents = st.tabs(["For a mail", "Markdown"])
        with for_mail:
            st.code(plain_text(text), language=None, wrap_lines=True, height=360)
        with for_documents:
            st.download_button(
                "Markdown",
                data=text,
                file_name=f"{name}.md",
                mime="text/markdown",
                key="briefing-markdown",
                on_click="ignore",
                icon=":material/download:",
            )
            st.code(text, language="markdown", wrap_lines=True, height=360)


build = parts.build()
selection = state.selection(st.session_state)
brief = parts.brief(build, selection.focus, selection.rivals, selection.start, selection.end)

st.title(brief.headline, anchor=False)
with st.container(horizontal=True, vertical_alignment="bottom", key="line"):
    st.html(
        f'<p class="oma-line">{bold(brief.line)}</p>'
        + (f'<p class="oma-scope">{bold(" ".join(brief.scope))}</p>' if brief.scope else "")
    )
    as_text()
layers_table()
with st.container(key="beside"):
    chart, boxes = st.columns(WIDTHS, gap="medium")
    with chart:
        parts.show_chart(
            build,
            "account_downloads",
            replace(selection, is_brief=True),
            empty="None of the selected families has a published series of its account in this "
            "period. Choose Qwen, Llama, DeepSeek, Mistral or Gemma, or a longer period.",
        )
    with boxes:
        if brief.changed:
            box(brief.since, sentences(brief.changed))
        if brief.holds:
            box(brief.holds_title, holds())
        box("Read with care", sentences(brief.care))
questions()
