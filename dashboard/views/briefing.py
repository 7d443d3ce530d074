"""Briefing: is the focus family ahead? Headline, layers, share chart."""

from __future__ import annotations

import html
import re

import streamlit as st

import data
from dashboard import parts, state


def bold(text: str) -> str:
    """Markdown's ** as HTML, everything else escaped."""
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(text, quote=False))


def layers_table(brief: data.Brief, focus: str, rival: str | None) -> None:
    """One row a layer: focus, rival if there is one, leader, as-of, source."""
    head = ["Layer", focus, rival or "", "Leader", "As of", "Source"]
    rows = []
    for layer in brief.layers:
        name = f"{html.escape(layer.title)}<small>{html.escape(layer.scope)}</small>"
        if layer.command:
            rows.append(
                [name, "–", "–", f"Run <code>{html.escape(layer.command)}</code>", "–", "–"]
            )
            continue
        rows.append(
            [
                name,
                f"<b>{html.escape(layer.focus_text)}</b>",
                f"<b>{html.escape(layer.rival_text)}</b>",
                html.escape(layer.leader),
                html.escape(layer.as_of),
                parts.link(layer.source_title, layer.source_url),
            ]
        )
    shown = [place for place, title in enumerate(head) if title]
    parts.html_table(
        [head[n] for n in shown], [[row[n] for n in shown] for row in rows], is_compact=True
    )


def boxes(brief: data.Brief, rival: str | None) -> None:
    """What changed, whether the lead holds elsewhere, and what to be careful with."""
    columns = st.columns(3)
    texts = (
        ("What changed", brief.changed or ("No monthly figures for this family.",)),
        (
            f"Does it hold against {rival}?" if rival else "Does it hold?",
            brief.holds if rival else ("Choose a family to compare with.",),
        ),
        ("Read with care", brief.care),
    )
    for column, (title, sentences) in zip(columns, texts, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{title}**")
            for sentence in sentences or ("No figures for both.",):
                st.markdown(sentence)


build = data.newest_build()
selection = state.selection(st.session_state)
brief = parts.brief(build, selection.focus, selection.rivals)
rival = selection.rivals[0] if selection.rivals else None

st.title(brief.headline, anchor=False)
st.html(f'<p class="oma-line">{bold(brief.line)}</p>')
layers_table(brief, selection.focus, rival)
parts.show_chart(
    build,
    "account_downloads",
    selection,
    empty="None of the selected families has a published series of its account in this period. "
    "Choose Qwen, Llama, DeepSeek, Mistral or Gemma, or a longer period.",
)
boxes(brief, rival)
