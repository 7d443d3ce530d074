"""The row of tools below a chart: files of it, its link, how it is cited.

One small element a chart. What it does is written in assets/tools.js, which the browser loads once;
downloads need no run of the script.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response

from dashboard import citing, exports, recipes
from dashboard.chart import Chart
from dashboard.recipes import Recipe
from dashboard.style import ThemeName

ASSETS = Path(__file__).parent / "assets"
_YEAR = 365 * 24 * 3600


@cache
def script() -> str:
    """What makes the rows, with its style sheet, as one JavaScript module."""
    style = json.dumps((ASSETS / "tools.css").read_text(encoding="utf-8"))
    return f"const STYLE = {style};\n{(ASSETS / 'tools.js').read_text(encoding='utf-8')}"


def serve(_: Request) -> Response:
    """The script; its address holds its version, so the browser keeps it."""
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": f"public, max-age={_YEAR}, immutable",
    }
    return Response(script(), media_type="text/javascript", headers=headers)


_ADDRESS = f"export/tools.js?v={hashlib.sha256(script().encode()).hexdigest()[:12]}"
# Sent with every row, so it only fetches the script.
_component = st.components.v2.component(
    "chart_tools",
    html='<div class="row"></div>',
    js=f"""
export default async (row) => {{
  const {{ default: fill }} = await import(new URL("{_ADDRESS}", document.baseURI).href);
  return fill(row);
}}
""",
)


def show(
    drawn: Chart,
    recipe: Recipe,
    theme: ThemeName,
    *,
    add: Callable[[Recipe], None] | None = None,
) -> None:
    """The row of a chart that is shown; `add` takes its recipe into the reader's deck, and without
    it there is no such button."""
    told = told_of(drawn, recipe, theme)
    key = f"tools-{drawn.key}"
    if add is None:
        _component(key=key, data=told)
        return

    def added() -> None:
        add(recipe)

    _component(key=key, data={**told, "deck": True}, on_deck_change=added)


def told_of(drawn: Chart, recipe: Recipe, theme: ThemeName) -> dict[str, Any]:
    """What the script must know of a chart: addresses, names of files, citations."""
    build = recipes.build_of(recipe).stem
    query = [pair for pair in recipes.to_query(recipe) if pair[0] != recipes.KEY]
    return {
        "key": recipe.key,
        "title": drawn.title,
        "query": urlencode(query),
        "stem": _stem(drawn, recipe, "shown"),
        "whole": _stem(drawn, recipe, "whole"),
        "theme": theme,
        "build": build,
        "library": exports.PLOTLY_JS,
        "text": citing.text(drawn, build),
        "bibtex": citing.bibtex(drawn, build),
    }


def _stem(drawn: Chart, recipe: Recipe, rows: recipes.Rows) -> str:
    return recipes.file_name(drawn, recipe, "parquet", rows).removesuffix(".parquet")
