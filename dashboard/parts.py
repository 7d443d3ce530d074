"""Pieces that pages are put together from: charts with their sources, tables, empty states."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

import data
from dashboard import (
    citing,
    deck,
    plots,
    readings,
    recipes,
    scales,
    state,
    toolrow,
    vintage,
    window,
)
from dashboard.chart import (
    ARCHIVE,
    REST_COLOURS,
    Chart,
    Selection,
    cited_text,
    plain_caveats,
)
from dashboard.charts import CHARTS
from dashboard.recipes import Recipe
from dashboard.style import THEMES, Theme

LONG_CELL = 34  # letters
TABLE_HEIGHT = 260  # pixels, which show this many rows
ROWS_SHOWN = 6
FILL_ARCHIVE = (
    "Run `collectors backfill --from 2024-07 --every week` for the past, which takes a while and "
    "can be stopped at any time, and then `collectors build`."
)
IDLE = "idle_controls"  # of the session: keys of the shared controls that the page hides
PLOT_CONFIG = {"displayModeBar": False, "responsive": True}
# A date in the text of HTML, which a line would break at its hyphens; not one within a tag.
_DATE = re.compile(r"(?<![\w/.-])\d{4}-\d\d-\d\d(?![\w/-])(?![^<]*>)")


def theme() -> Theme:
    """The theme that the reader sees."""
    name = st.context.theme.type
    return THEMES["dark" if name == "dark" else "light"]


def width() -> plots.Width:
    """The width that charts are drawn for, as the reader's window is."""
    return "narrow" if window.is_narrow() else "wide"


def build() -> Path:
    """The build that this page is of: the one that its address names, else the newest."""
    return vintage.build()


@st.cache_resource(max_entries=64, ttl="1h", show_spinner=False)
def brief(
    build: Path, focus: str, rivals: tuple[str, ...], start: date | None, end: date | None
) -> data.Brief:
    """The sentences of the first page, kept by build; not for long, since they tell the age of
    sources."""
    return data.brief(focus, rivals, start=start, end=end, build=build)


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=readings.BY_REPR)
def figure(
    build: Path, key: str, selection: Selection, theme_name: str, width: plots.Width
) -> go.Figure:
    """The chart of that key as a Plotly figure."""
    drawn = recipes.chart(build, key, selection)
    assert drawn is not None
    return plots.figure(drawn, THEMES["dark" if theme_name == "dark" else "light"], width)


def show_chart(
    build: Path, key: str, selection: Selection, *, empty: str, is_table_open: bool = False
) -> Chart | None:
    """Title, picture, legend for narrow windows, source line, tools and table; or, when there is
    nothing to show, what to do about it (`empty`, Markdown)."""
    if state.SCOPE in st.session_state.get(IDLE, ()):
        selection = replace(selection, scope=CHARTS[key].scopes[0])
    drawn = recipes.chart(build, key, selection)
    if drawn is None:
        empty_state(empty)
        return None
    title = plain(drawn.title)
    if width() == "narrow":
        title = re.sub(r"(?<=\d)-(?=\d)", "\u2011", title)  # no break within a date
    st.subheader(title, anchor=False)
    picture(drawn, figure(build, key, selection, theme().name, width()), drawn.key)
    _below(drawn, Recipe(key, selection, build.stem), is_table_open)
    return drawn


def picture(drawn: Chart, shown: go.Figure, key: str) -> None:
    """The chart as `shown` draws it for width(), in narrow windows with its legend below; `key`
    names it on its page."""
    with st.container(key=f"chart-{key}", gap="small"):
        st.plotly_chart(
            shown, theme=None, config=PLOT_CONFIG, key=f"plot-{key}", alt=drawn.description
        )
        if width() == "narrow" and drawn.series:
            st.html(legend(drawn, theme()))


def source_line(drawn: Chart) -> str:
    """What is shown, of what, from where and from when, as Markdown."""
    cited = without_links(cited_text(drawn.citation, drawn.as_of))
    return " ".join(
        [
            without_links(f"{drawn.shown}. Unit: {drawn.unit}."),
            f"{cited} [Open the source]({drawn.source_url}).",
            *map(without_links, plain_caveats(drawn)),
        ]
    )


def folded(label: str, key: str, show: Callable[[], None], *, icon: str | None = None) -> None:
    """A box that is closed at first. What is in a closed one is neither made nor sent."""
    box = st.expander(label, key=f"open-{key}", icon=icon, on_change="rerun")
    if box.open:
        with box:
            show()


def empty_state(text: str) -> None:
    """A quiet box that says what is missing and what to run."""
    st.info(text, icon=":material/hourglass_empty:")


def no_archive(what: str) -> None:
    """The empty state of what needs an archive of the whole Hub."""
    empty_state(f"{what} {FILL_ARCHIVE}")


def archive_citation(build: Path, as_of: str) -> str:
    """How the archive of the whole Hub is cited, as Markdown."""
    archive = readings.sources(build)[ARCHIVE]
    return f"{cited_text(archive.citation, as_of)} [Open the source]({archive.url})."


def facts(told: Iterable[tuple[str, str]]) -> None:
    """Names and values side by side."""
    cells = "".join(
        f"<div><small>{html.escape(name)}</small><b>{html.escape(value)}</b></div>"
        for name, value in told
    )
    st.html(f'<div class="oma-facts">{cells}</div>')


def table(
    rows: pd.DataFrame,
    *,
    key: str,
    columns: dict[str, Any] | None = None,
    height: int | Literal["auto", "stretch"] = "auto",
) -> None:
    """A table that sorts, searches and downloads; `columns` says which are shown, and how."""
    shown = {name: config for name, config in (columns or {}).items() if name in rows.columns}
    st.dataframe(
        rows,
        hide_index=True,
        column_config=shown,
        column_order=[c for c in (list(columns) if columns else rows.columns) if c in rows.columns],
        key=key,
        height=height,
        width="stretch",
        placeholder="–",
    )


def matching(rows: pd.DataFrame, columns: Sequence[str], wanted: str | None) -> pd.DataFrame:
    """Rows in which a text is found in any of the columns, ignoring case; all rows without one."""
    if not wanted:
        return rows
    text = wanted.casefold()
    found = [
        any(text in str(cell).casefold() for cell in row) for row in rows[list(columns)].to_numpy()
    ]
    return rows[np.array(found, dtype=bool)]


def csv_button(rows: pd.DataFrame, name: str, *, key: str) -> None:
    """A button that hands out exactly these rows as CSV."""
    st.download_button(
        "CSV",
        data=lambda: csv_bytes(rows),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=key,
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
        help="Exactly what is shown, with unrounded values",
    )


def csv_bytes(rows: pd.DataFrame) -> bytes:
    """Rows as CSV in UTF-8, unrounded, NULL as an empty cell."""
    stream = io.BytesIO()
    data.tables.write(rows, stream, "csv")
    return stream.getvalue()


def model_link(model_id: str, build: Path) -> str:
    """A link to the page Models with that repository chosen, and all controls as they are; to the
    Hub where the build knows nothing of single repositories."""
    if readings.metric(build, "hub_days").empty:
        return link(model_id, f"https://huggingface.co/{model_id}")
    held = {key: st.session_state.get(key) for key in state.PAGE_KEYS}
    target = page_address("models", {**held, "model": model_id}, build)
    return f'<a href="{html.escape(target)}">{html.escape(model_id)}</a>'


def page_address(
    page: str,
    parameters: Mapping[str, object],
    build: Path,
    chosen: Selection | None = None,
) -> str:
    """The address of another page with these parameters of its own and the shared controls as they
    are, or as `chosen`."""
    here = urlsplit(st.context.url or "")
    folder = here.path.rsplit("/", maxsplit=1)[0]
    root = f"{here.scheme}://{here.netloc}{folder}" if here.netloc else folder
    chosen = chosen or state.selection(st.session_state)
    parameters = {**parameters, state.BUILD: vintage.chosen()}
    return state.onward(f"{root}/{page}", chosen, parameters, readings.newest_day(build))


def leading_family(text: str, build: Path) -> str:
    """A text as HTML; the name of a family that it begins with leads to the family's page."""
    known = readings.families(build)["family"]
    named = [name for name in known if text == name or text.startswith(f"{name} ")]
    if not named:
        return html.escape(text)
    family = max(named, key=len)
    rest = html.escape(text.removeprefix(family)).replace(" %", "\N{NO-BREAK SPACE}%")
    return f"{family_link(family, build)}{rest}"


def family_link(family: str, build: Path) -> str:
    """A link to the page of a family, which becomes the focus there; all else as it is."""
    now = state.selection(st.session_state)
    rivals = tuple(state.swapped(now.rivals, family, now.focus))
    chosen = replace(now, focus=family, rivals=rivals)
    # Without the focus an address that names one family would be about that one.
    target = page_address("family", {state.FOCUS: family}, build, chosen)
    return f'<a href="{html.escape(target)}">{html.escape(family)}</a>'


def bar(text: str, value: float | None, full: float, family: str | None, build: Path) -> str:
    """A value with a bar below it, as HTML; `full` fills it; it is in the family's colour."""
    return coloured_bar(text, value, full, family_colour(build, family))


def coloured_bar(text: str, value: float | None, full: float, colour: str) -> str:
    """The same in any colour."""
    part = value / full if data.wording.is_known(value) and value and full else 0.0
    width = f"{100 * min(max(part, 0.0), 1.0):.1f}"
    return (
        f"<b>{html.escape(text)}</b>"
        f'<div class="oma-bar"><div style="width:{width}%;background:{colour}"></div></div>'
    )


def family_colour(build: Path, family: str | None) -> str:
    """The colour of a family in the reader's theme; grey for none."""
    rows = readings.families(build)
    pairs = zip(rows["family"], rows["colour_light"], rows["colour_dark"], strict=True)
    known = {name: pair for name, *pair in pairs}
    return str(known.get(str(family), REST_COLOURS)[theme().index])


def link_list(items: Iterable[str]) -> None:
    """Ready-made HTML items side by side, in columns."""
    cells = "".join(f"<div>{item}</div>" for item in items)
    st.html(f'<div class="oma-list oma-link">{cells}</div>')


def html_table(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, is_compact: bool = False
) -> None:
    """A small table of ready-made HTML cells. On narrow windows each row becomes a card.

    `is_compact`: many short rows, with less air between them.
    """
    cells = "".join(f"<th>{html.escape(title)}</th>" for title in head)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-label="{html.escape(title)}"{_width_class(cell)}>{cell}</td>'
            if title != head[0] else f"<td>{cell}</td>"
            for title, cell in zip(head, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )  # fmt: skip
    kind = "oma-table oma-compact" if is_compact else "oma-table"
    if width() == "narrow":
        body = _DATE.sub(r'<span style="white-space:nowrap">\g<0></span>', body)
    st.html(
        f'<div class="{kind}"><table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody>'
        "</table></div>"
    )


def plain(text: str) -> str:
    """A text that Markdown shows letter by letter."""
    return re.sub(r"([\\`*_\[\]$~])", r"\\\1", text)


def without_links(text: str) -> str:
    """A text of which Markdown makes neither a link nor a picture, whoever's names are in it."""
    return re.sub(r"([\\\[\]])", r"\\\1", text)


def unbroken(text: str) -> str:
    """A text that stays on one line, as HTML."""
    return f'<span style="white-space:nowrap">{html.escape(text)}</span>'


def _width_class(cell: str) -> str:
    """Long texts take a whole line of the card on narrow windows."""
    return ' class="oma-long"' if len(re.sub(r"<[^>]*>", "", cell)) > LONG_CELL else ""


link = citing.link


def remark(text: str, *, min_width: str = "0") -> str:
    """A small text on a line of its own in a cell, as HTML; `min_width` keeps its column as wide
    on narrow windows."""
    style = f"display:block;padding:0;font-weight:400;min-width:{min_width}"
    return f'<small style="{style}">{html.escape(text)}</small>'


def _to_deck(recipe: Recipe) -> None:
    st.toast(deck.add(recipe, is_chosen=bool(vintage.chosen())), icon=":material/slideshow:")


def _below(drawn: Chart, recipe: Recipe, is_table_open: bool) -> None:
    st.caption(source_line(drawn))
    if differs := vintage.difference(recipe):
        st.caption(without_links(plain(differs)))
    toolrow.show(drawn, recipe, theme().name, add=_to_deck)
    folded = st.expander(
        "Table",
        expanded=is_table_open,
        key=f"open-{drawn.key}",
        icon=":material/table_rows:",
        on_change="rerun",
    )
    # A closed table is not sent: it would cost the browser more than the chart does.
    if folded.open:
        with folded:
            # How to cite the rows stands below the chart already.
            rows = drawn.frame.drop(columns="citation", errors="ignore")
            fractions = data.fractions(recipes.metric_info(recipe), rows.columns)
            rows = _newest_first(rows, fractions)
            height: int | Literal["auto"] = TABLE_HEIGHT if len(rows) > ROWS_SHOWN else "auto"
            table(rows, key=f"table-{drawn.key}", columns=columns(rows, fractions), height=height)


def _newest_first(frame: pd.DataFrame, fractions: Collection[str]) -> pd.DataFrame:
    """The newest rows first, of one date the largest first, without columns that hold nothing;
    `fractions` in percent."""
    times = [name for name in ("month", "week", "date") if name in frame.columns]
    values = [
        name
        for name in frame.columns
        if (name in fractions or "downloads" in name or name.startswith("derivatives"))
        and pd.api.types.is_numeric_dtype(frame[name])
    ]
    ordered = frame.sort_values([*times[:1], *values[:1]], ascending=False, kind="stable")
    ordered = ordered.dropna(axis="columns", how="all")
    # Shares are fractions in data and percent on screen.
    return ordered.assign(
        **{name: 100 * ordered[name] for name in ordered.columns if name in fractions}
    )


def columns(frame: pd.DataFrame, percents: Collection[str] = ()) -> dict[str, Any]:
    """How the columns of a metric are written on screen; `percents` are those in percent."""
    return {name: _column(name, frame[name], is_percent=name in percents) for name in frame.columns}


def _column(name: str, values: pd.Series, *, is_percent: bool) -> Any:
    label = name.replace("_", " ")
    if is_percent:
        return st.column_config.NumberColumn(label, format="%.1f %%")
    if pd.api.types.is_datetime64_any_dtype(values):
        pattern = "YYYY-MM" if name in {"month", "pooled_from", "pooled_to"} else "YYYY-MM-DD"
        return st.column_config.DateColumn(label, format=pattern)
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return st.column_config.NumberColumn(label, format="localized")
    if name.endswith("_url"):
        return st.column_config.LinkColumn(label, display_text="open")
    return st.column_config.Column(label)


def _sentence(text: str) -> str:
    """A remark of a chart as a sentence: one line that begins with a capital."""
    line = text.replace("\n", " ")
    return line[:1].upper() + line[1:]


def legend(drawn: Chart, look: Theme) -> str:
    """What names the lines of a chart below it in narrow windows, with its events, as HTML."""
    items = [
        f'<span style="color:{line.colours[look.index]}">{scales.sign(drawn, line)}'
        f"{html.escape(line.short_label)} <i>{drawn.newest_text(line)}</i></span>"
        for line in drawn.lines
        if line.role != "rest" and line.short_label
    ]
    items += [
        f'<span><b style="color:{layer.colours[look.index]}">■</b> '
        f"{html.escape(layer.short_label)} <i>{drawn.text(layer.y[-1])}</i></span>"
        for layer in reversed(drawn.stacks)
    ]
    events = " · ".join(
        f"{number} {html.escape(marker.label)}"
        for number, marker in enumerate(drawn.markers, start=1)
    )
    notes = " ".join(f"{html.escape(_sentence(note.text))}." for note in drawn.notes)
    small = "font-size:.8rem;opacity:.75;margin-top:.3rem"
    return (
        f'<div class="oma-legend">{"".join(items)}</div>'
        + (f'<div style="{small}">{events}</div>' if events else "")
        + (f'<div style="{small}">{notes}</div>' if notes else "")
    )
