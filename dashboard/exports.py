"""A chart as the bytes of a file, and the addresses at which the server hands such files out."""

from __future__ import annotations

import gzip
import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlencode

import pandas as pd
import plotly
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

import data
from dashboard import chrome, findings, pictures, recipes
from dashboard.chart import Chart, cited_text, plain_caveats
from dashboard.charts import CHARTS
from dashboard.hub_charts import ChartKind
from dashboard.recipes import Recipe, RecipeError, Rows
from dashboard.style import THEMES, ThemeName

TABLES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}
SLIDE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
FIGURE = "figure.json"  # for the browser, which makes PNG and SVG of it
MEDIA: Mapping[str, str] = {**TABLES, "pptx": SLIDE, FIGURE: "application/json"}
PLOTLY_JS = f"export/plotly.js?v={plotly.__version__}"  # relative to any page
ROWS, THEME = "rows", "theme"
WIDE = (
    "What the chart draws, dates down and series across, for software that charts such a grid. "
    "An empty cell is not known. The sheet Rows says which values are estimates."
)
VALUES: Mapping[str, str] = {
    "hub_text_vlm": "a share of all downloads of text and vision-language models on the Hub",
    "hub": "a share of all downloads on the Hub, of models of any kind",
    "tracked": "a share of the downloads of all families that this project follows",
    "openrouter": "a share of all tokens that OpenRouter served",
    "window_30d": "the month is the publisher's estimate from counts over 30 days",
    "interpolated_boundary": "the end of the month fell into a gap of the source: its split with "
    "the month beside it is a straight line",
}
_ADDRESS = re.compile(r"(?P<key>\w+)\.(?P<format>[a-z.]+)", re.ASCII)
_YEAR = 365 * 24 * 3600
_LOG = logging.getLogger(__name__)


def chart_bytes(
    recipe: Recipe,
    format: str,
    *,
    rows: Rows = "shown",
    theme: ThemeName = "light",
    template: Path | None = None,
) -> bytes:
    """A chart as the bytes of a file; `format` is one of MEDIA, or png or svg, for which a browser
    is started here.

    `rows`: tables hold what is shown, or the whole metric. `theme` is that of pictures, `template`
    the PowerPoint file whose master a slide takes. Raises as recipes.draw does, RecipeError for
    another format, and PictureError where no picture can be drawn. All rows of a metric need
    nothing that is selected to be among them.
    """
    recipe = _pinned(recipe)
    if format in TABLES:
        return _table(recipe, format, rows)
    chart, build = recipes.draw(recipe), recipes.build_of(recipe).stem
    if format == "pptx":
        from dashboard import slides  # noqa: PLC0415  (python-pptx is slow to load)

        item = slides.SlideItem(chart, findings.finding(recipe))
        return slides.slide_bytes(item, build=build, template=template)
    if format == FIGURE:
        return str(pictures.figure(chart, THEMES[theme], build=build).to_json()).encode()
    if format in chrome.FORMATS:
        return chrome.pictures([pictures.figure(chart, THEMES[theme], build=build)], format)[0]
    raise RecipeError(f"expected one of the formats {', '.join(MEDIA)}; found {format!r}")


def address(
    recipe: Recipe, format: str, *, rows: Rows = "shown", theme: ThemeName = "light"
) -> str:
    """Where the server hands a file out, relative to the address of any page."""
    query = [pair for pair in recipes.to_query(recipe) if pair[0] != recipes.KEY]
    query += [(ROWS, rows)] if rows != "shown" else []
    query += [(THEME, theme)] if theme != "light" else []
    return f"export/{recipe.key}.{format}?{urlencode(query)}"


def download(request: Request) -> Response:
    """The file that an address asks for; 404 for no chart or format and for no rows, 400 for a
    wrong parameter, 503 without a build, 500 for a mistake of ours, which is logged: each with a
    sentence. Runs in a thread."""
    found = _ADDRESS.fullmatch(request.path_params["name"])
    if not found or found["key"] not in CHARTS or found["format"] not in MEDIA:
        return _refused(404, f"expected export/<chart>.<format>, a format of {', '.join(MEDIA)}")
    format = found["format"]
    try:
        recipe, rows, theme = _asked(found["key"], request.query_params.multi_items())
        recipe = _pinned(recipe)
        content = chart_bytes(recipe, format, rows=rows, theme=theme)
        name = file_name(recipe, format, rows)
    except recipes.NothingToShowError as error:
        return _refused(404, str(error))
    except (data.NoBuildError, data.BuildError, data.UnknownMetricError) as error:
        return _refused(503, str(error))
    except data.AdoptionError as error:
        return _refused(400, str(error))
    except Exception:
        _LOG.exception("%s could not be made", request.url)
        return _refused(500, "a fault of this program, please report it; its log says more")
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
    if format != FIGURE:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(content, media_type=MEDIA[format], headers=headers)


def file_name(recipe: Recipe, format: str, rows: Rows) -> str:
    """How a file of a chart is called, also of all rows behind one that shows none of them. Raises
    as recipes.draw does."""
    chart = _drawn(recipe, rows)
    if chart is None:
        rows_read = recipes.whole(recipe)
        as_of = rows_read["as_of"].max() if "as_of" in rows_read else None
        return recipes.whole_file_name(recipe, "" if pd.isna(as_of) else str(as_of), format)
    return recipes.file_name(chart, recipe, format, rows)


def plotly_js(request: Request) -> Response:
    """The drawing library of the browser, which is kept there: its address holds its version."""
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": f"public, max-age={_YEAR}, immutable",
        "Vary": "Accept-Encoding",
    }
    is_packed = "gzip" in request.headers.get("accept-encoding", "")
    if is_packed:
        headers["Content-Encoding"] = "gzip"
    return Response(_library(is_packed), media_type="text/javascript", headers=headers)


def about(chart: Chart | None, recipe: Recipe, rows: Rows) -> list[tuple[str, str]]:
    """What a reader of a table must be told, line by line; `chart` None for all rows of a metric of
    which nothing is drawn, each of which says itself where it is from."""
    build, info = recipes.build_of(recipe), recipes.metric_info(recipe)
    lines = []
    if chart is not None:
        lines = [("Chart", chart.title), ("Shown", chart.shown), ("Unit", chart.unit)]
    if info:
        if rows == "whole":
            lines = [("Metric", info.title), ("Rows", "all of the metric"), ("Unit", info.unit)]
        lines += [("Metric", info.name), ("Notes", info.notes)]
    if chart is not None:
        lines += [
            ("Source", chart.source),
            ("Address", chart.source_url),
            ("Citation", cited_text(chart.citation, chart.as_of)),
            ("As of", chart.as_of[:10]),
            *(("Read with care", text) for text in plain_caveats(chart) if rows == "shown"),
        ]
    lines.append(("Build", build.stem))
    if info:
        lines += [(f"Column {column.name}", column.comment) for column in info.columns]
    return [(name, text) for name, text in lines if text]


def _pinned(recipe: Recipe) -> Recipe:
    """The recipe of one build by name: a newer one may come at any moment."""
    return replace(recipe, build=recipes.build_of(recipe).stem)


def _drawn(recipe: Recipe, rows: Rows) -> Chart | None:
    """The chart; None when it shows nothing while all rows of its metric are asked for."""
    try:
        return recipes.draw(recipe)
    except recipes.NothingToShowError:
        is_of_metric = isinstance(CHARTS[recipe.key], ChartKind)
        if rows == "whole" and is_of_metric and len(recipes.whole(recipe)):
            return None
        raise


def _table(recipe: Recipe, format: str, rows: Rows) -> bytes:
    chart = _drawn(recipe, rows)
    frame = recipes.whole(recipe) if rows == "whole" or chart is None else chart.frame
    info = recipes.metric_info(recipe)
    if format != "xlsx":
        if chart is not None and rows == "shown":
            frame = _sourced(frame, chart, recipe)
        return data.tables.to_bytes(frame, format, types=data.types(info) if info else {})
    fractions = data.fractions(info, frame.columns)
    built_at = data.build_info(recipes.build_of(recipe))["built_at"]
    told = about(chart, recipe, rows)
    told += _values_told(frame)
    wide = _wide(chart) if chart is not None and rows == "shown" else None
    if chart is not None and wide is not None:
        told.insert(0, ("Sheet Wide", WIDE))
        shares = wide.columns[1:] if chart.value_kind == "share" else ()
        fractions = frozenset([*fractions, *shares])
    return data.tables.to_bytes(
        frame, format, about=told, fractions=fractions, created=built_at, wide=wide
    )


def _wide(chart: Chart) -> pd.DataFrame | None:
    """The values that a chart over time draws: dates down, its series across; None of others."""
    if not chart.series or chart.day_zero:
        return None
    dates = sorted({day for line in chart.series for day in line.x})
    columns: dict[str, list[object]] = {"date": list(pd.to_datetime(dates))}
    for line in chart.series:
        by_day = dict(zip(line.x, line.y, strict=True))
        again = [name for name in columns if name.partition(" #")[0] == line.label]
        name = f"{line.label} #{len(again) + 1}" if again else line.label
        columns[name] = [by_day.get(day) for day in dates]
    return pd.DataFrame(columns)


def _values_told(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """What words mean that stand in the rows for something else."""
    found = {
        value
        for name in ("share_of", "estimate_reason") if name in frame
        for value in frame[name].dropna().unique()
    }  # fmt: skip
    return [(f"Value {name}", text) for name, text in VALUES.items() if name in found]


def _sourced(frame: pd.DataFrame, chart: Chart, recipe: Recipe) -> pd.DataFrame:
    """Rows that say themselves what they are of: such a table has no second sheet to say it."""
    told = {
        "unit": chart.unit,
        "citation": cited_text(chart.citation, chart.as_of),
        "source_url": chart.source_url,
        "build": recipes.build_of(recipe).stem,
    }
    return frame.assign(**{name: text for name, text in told.items() if name not in frame.columns})


def _asked(key: str, pairs: list[tuple[str, str]]) -> tuple[Recipe, Rows, ThemeName]:
    options: dict[str, str] = {ROWS: "shown", THEME: "light"}
    allowed = {ROWS: get_args(Rows), THEME: tuple(THEMES)}
    for name, value in pairs:
        if name in options:
            if value not in allowed[name]:
                raise RecipeError(
                    f"{name}: expected one of {', '.join(allowed[name])}; found {value[:40]!r}"
                )
            options[name] = value
    rest = [pair for pair in pairs if pair[0] not in options]
    recipe = recipes.from_query([(recipes.KEY, key), *rest])
    rows: Rows = "whole" if options[ROWS] == "whole" else "shown"
    theme: Literal["light", "dark"] = "dark" if options[THEME] == "dark" else "light"
    return recipe, rows, theme


def _refused(status: int, reason: str) -> Response:
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return PlainTextResponse(f"{reason}\n", status_code=status, headers=headers)


@cache
def _library(is_packed: bool) -> bytes:
    path = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    content = path.read_bytes()
    return gzip.compress(content, mtime=0) if is_packed else content
