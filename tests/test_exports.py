"""Files of charts: at their addresses, read back with other software than what wrote them; and
pictures, in which untrusted texts stay texts."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import plotly
import pytest
from pptx import Presentation
from starlette.applications import Starlette
from starlette.testclient import TestClient

import data
from dashboard import citing, exports, pictures, plots, recipes, toolrow
from dashboard.chart import Band, Bar, Chart, Line, Marker, Note, Point, Selection
from dashboard.charts import CHARTS
from dashboard.recipes import Recipe
from dashboard.server import routes
from dashboard.style import THEMES

SHARES = "/export/account_downloads.{}?focus=Qwen&family=Llama&from=2025-01&to=2026-09"
HOSTILE = '<script>alert(1)</script><a href="javascript:x">a</a><br>&amp;'
CLEAN = "&lt;script&gt;alert(1)&lt;/script&gt;"
COLOURS = ("#6b4ee6", "#9a86ff")
DAYS = tuple(date(2026, month, 1) for month in (1, 2, 3, 4))


@pytest.fixture(scope="module")
def client(seeds_build: Path) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADOPTION_DATA_DIR", str(seeds_build.parent.parent))
        yield TestClient(Starlette(routes=routes()))


def shown() -> pd.DataFrame:
    rows = data.metric("account_downloads", account=["Qwen", "meta-llama"])
    return rows[rows["month"].between("2025-01-01", "2026-09-30")]


def test_csv_as_a_database_reads_it(client: TestClient, tmp_path: Path) -> None:
    answer = client.get(SHARES.format("csv"))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="account_downloads_Qwen-Llama_2025-01_2026-09_as-of-2026-10-02.csv"'
    )
    file = tmp_path / "shares.csv"
    file.write_bytes(answer.content)
    found = duckdb.sql(
        f"SELECT month, account, share FROM '{file}' WHERE account IN ('Qwen', 'meta-llama') "
        "ORDER BY account, month"
    ).df()
    wanted = shown().sort_values(["account", "month"])
    assert list(found["share"]) == list(wanted["share"])
    assert list(found["month"]) == list(wanted["month"])


def test_a_workbook_says_what_it_holds(client: TestClient) -> None:
    answer = client.get(SHARES.format("xlsx"))
    rows, wide, about = openpyxl.load_workbook(
        io.BytesIO(answer.content), read_only=True
    ).worksheets
    head, *values = rows.iter_rows(values_only=True)
    column = head.index("share")
    own = [row[column] for row in values if row[head.index("account")] == "Qwen"]
    qwen = shown()[shown()["account"] == "Qwen"]
    assert own == pytest.approx(list(qwen["share"]), rel=1e-12)
    told = dict(about.iter_rows(values_only=True, max_col=2))
    assert told["Unit"] == "share of text and vision-language downloads on the Hub"
    assert "as of 2026-10-02" in told["Citation"]
    assert told["Build"].startswith("adoption-")
    assert told["Value window_30d"] == (
        "the month is the publisher's estimate from counts over 30 days"
    )
    # Dates down, series across.
    (date_, *names), *grid = wide.iter_rows(values_only=True)
    assert (date_, names[0]) == ("date", "Qwen")
    assert [row[1] for row in grid if row[1] is not None] == pytest.approx(own, rel=1e-12)
    assert len({row[0] for row in grid}) == len(grid)
    assert told["Column share"]


@pytest.mark.parametrize("format", ["parquet", "json"])
def test_other_tables_are_the_rows_shown(client: TestClient, format: str, tmp_path: Path) -> None:
    file = tmp_path / f"shares.{format}"
    file.write_bytes(client.get(SHARES.format(format)).content)
    (count,) = duckdb.sql(f"SELECT count(*) FROM '{file}' WHERE account = 'Qwen'").fetchall()[0]
    assert count == 21
    columns = duckdb.sql(f"SELECT * FROM '{file}'")
    kinds = dict(zip(columns.columns, map(str, columns.types), strict=True))
    assert kinds["month"] == "DATE"
    if format == "parquet":
        types = data.types(data.metric_info("account_downloads"))
        assert {name: types[name] for name in kinds if name in types}.items() <= kinds.items()


def test_the_whole_metric_holds_every_family_and_month(client: TestClient) -> None:
    answer = client.get(f"{SHARES.format('csv')}&rows=whole")
    assert "account_downloads_all-rows_" in answer.headers["content-disposition"]
    assert len(answer.text.splitlines()) == 1 + len(data.metric("account_downloads"))


def test_a_slide_holds_a_chart(client: TestClient) -> None:
    answer = client.get(SHARES.format("pptx"))
    assert answer.headers["content-type"] == exports.SLIDE
    (slide,) = Presentation(io.BytesIO(answer.content)).slides
    assert any(shape.has_chart for shape in slide.shapes)


def test_a_figure_says_all_that_a_reader_needs(client: TestClient) -> None:
    answer = client.get(f"{SHARES.format('figure.json')}&theme=dark")
    assert "content-disposition" not in answer.headers
    layout = answer.json()["layout"]
    assert (layout["width"], layout["height"]) == (1920, 1080)
    assert layout["paper_bgcolor"] == THEMES["dark"].background
    said = words(layout)
    for text in (
        "Share of text and vision-language downloads", "Unit: share", "Qwen</b> 29.9 %",
        "Meta (meta-llama)</b> 2.6 %", "as of 2026-10-02", "Dotted", "build of",
        "the Hugging Face Hub, own", "Shaded: estimated from 30-day windows.",
    ):  # fmt: skip
        assert text in said, text
    assert "adoption-2" not in said
    assert "adoption-2" in layout["meta"]["Software"], "the file knows its build"
    assert said.count("Hugging Face Hub") == 1, "names in full once"


def words(layout: dict[str, Any]) -> str:
    """All texts of a picture, lines that were wrapped as one."""
    return " ".join(note["text"].removesuffix("</b>") for note in layout["annotations"])


def test_a_mistake_of_ours_is_logged(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(exports.recipes, "chart", lambda *_: 1 / 0)
    answer = client.get("/export/account_downloads.csv?focus=Qwen")
    assert (answer.status_code, answer.text) == (
        500, "a fault of this program, please report it; its log says more\n"
    )  # fmt: skip
    assert "ZeroDivisionError" in caplog.text


def test_the_library_is_kept_by_the_browser(client: TestClient) -> None:
    answer = client.get(f"/{exports.PLOTLY_JS}")
    assert "immutable" in answer.headers["cache-control"]
    assert plotly.__version__ in exports.PLOTLY_JS
    assert b"Plotly" in answer.content
    plain = client.get(f"/{exports.PLOTLY_JS}", headers={"Accept-Encoding": "identity"})
    assert plain.content == answer.content
    assert len(gzip.compress(plain.content)) < len(plain.content) / 2


def test_the_script_of_the_rows_is_served_with_its_style(client: TestClient) -> None:
    answer = client.get("/export/tools.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.text.startswith("const STYLE = ")
    assert "export default function" in answer.text


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/export/account_downloads.exe", 404, "expected export/<chart>.<format>"),
        ("/export/nothing.csv", 404, "expected export/<chart>.<format>"),
        ("/export/..%2f..%2fetc%2fpasswd", 404, ""),
        ("/export/account_downloads.csv?family=..%2F..%2Fetc", 400, "family: expected some of"),
        ("/export/account_downloads.csv?family=%3Cscript%3E", 400, "found <script>"),
        ("/export/account_downloads.csv?family=%3DHYPERLINK(1)", 400, "family: expected some of"),
        ("/export/account_downloads.csv?build=..%2F..%2Fetc", 400, "build: expected the name"),
        ("/export/account_downloads.csv?rows=all", 400, "rows: expected one of shown, whole"),
        ("/export/account_downloads.csv?theme=red", 400, "theme: expected one of light, dark"),
        ("/export/account_downloads.csv?callback=x", 400, "unknown parameters callback"),
        ("/export/account_downloads.csv?from=2034-01", 404, "nothing to show for Qwen"),
        ("/export/model_downloads_30d.csv?model=..%2F..%2Fetc&rows=whole", 404, "nothing to show"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said(client: TestClient, path: str, status: int, said: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert said in answer.text
    # A refused text is shown as a text, whatever is in it.
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_without_a_build_there_is_nothing_to_hand_out(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(tmp_path))
    answer = client.get(SHARES.format("csv"))
    assert answer.status_code == 503
    assert "collectors build" in answer.text


def test_an_address_makes_the_chart_of_its_recipe(client: TestClient) -> None:
    recipe = Recipe("account_downloads", Selection("Gemma", ("Phi",), date(2026, 1, 1)))
    address = exports.address(recipe, "json", rows="whole", theme="dark")
    assert client.get(f"/{address}").status_code == 200
    assert address.startswith("export/account_downloads.json?focus=Gemma&family=Phi&from=2026-01")


def line(label: str, colours: tuple[str, str] = COLOURS) -> Line:
    return Line(label, label, DAYS, (1.0, 2.0, 3.0, 4.0), (True, False, False, False), colours,
                "focus", label, remarks=(label,) * 4)  # fmt: skip


def hostile(**marks: Any) -> Chart:
    """A chart in which every text from outside tries to be something else."""
    return Chart(
        key="account_downloads", title=f"Title {HOSTILE}", shown=f"Shown {HOSTILE}",
        unit=f"unit {HOSTILE}", value_kind="count", source=HOSTILE, source_url="https://x.test/",
        citation=f"Cite {HOSTILE}", as_of="2026-04-01", frame=pd.DataFrame(),
        caveats=(f"Caveat {HOSTILE}",), **marks,
    )  # fmt: skip


FORMS = {
    "lines": {
        "lines": (line(HOSTILE),),
        "markers": (Marker(DAYS[1], HOSTILE, HOSTILE),),
        "notes": (Note(DAYS[2], 3.0, HOSTILE),),
        "bands": (Band(DAYS[0], DAYS[3], HOSTILE, "estimated"),
                  Band(DAYS[0], DAYS[3], HOSTILE, "incident")),
    },
    "stacks": {"stacks": (line(HOSTILE), line("other"))},
    "bars": {"bars": (Bar(HOSTILE, HOSTILE, 3.0, COLOURS), Bar("1", "1", 1.0, COLOURS))},
    "points": {
        "points": (Point(HOSTILE, HOSTILE, 3.0, 4.0, COLOURS, "focus"),
                   Point("b", "b", 30.0, 5.0, COLOURS)),
        "x_unit": "downloads",
    },
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("width", ["wide", "narrow", "picture"])
def test_texts_from_outside_stay_texts(form: str, width: Any) -> None:
    """Plotly takes some HTML in every text for its own; ids as keys of an axis are never drawn."""
    chart = hostile(**FORMS[form])
    light = THEMES["light"]
    figure = pictures.figure(chart, light) if width == "picture" else plots.figure(
        chart, light, width
    )  # fmt: skip
    drawn = json.loads(figure.to_json())
    drawn["layout"].pop("meta", None)  # is taken out before drawing
    for axis in ("y", "tickvals"):
        for part in (*drawn["data"], drawn["layout"]["yaxis"]):
            part.pop(axis, None)
    written = json.dumps(drawn)
    assert CLEAN in written.replace("\\", "")
    assert not re.findall(r"<(?!/?b>|br>|/?span|/?extra>)[^>]*>", written)
    assert "<span" not in written or form == "stacks"


@pytest.mark.parametrize("form", FORMS)
def test_no_letter_of_a_picture_is_small(form: str) -> None:
    figure = pictures.figure(hostile(**FORMS[form]), THEMES["light"], build="adoption-1")
    written = figure.to_json()
    sizes = re.findall(r'"(?:text|tick)?font":\{[^{}]*"size":([\d.]+)', written)
    assert sizes
    assert min(map(float, sizes)) >= pictures.LEAST_FONT
    assert "customdata" not in written


def test_a_long_story_leaves_room_for_the_chart() -> None:
    long = "A sentence of a caveat that goes on for rather a long time, and then some more. "
    chart = replace(hostile(**FORMS["lines"]), caveats=(long * 30,), title=long[:78])
    layout = pictures.figure(chart, THEMES["light"]).to_dict()["layout"]
    margin = layout["margin"]
    assert 1080 - margin["t"] - margin["b"] >= 400
    assert layout["annotations"][-1]["text"].endswith(" …")
    assert max(len(note["text"]) for note in layout["annotations"]) < 260


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["On the Hub", "the Hub's"], ["On the Hugging Face Hub", "the Hub's"]),
        (["Hugging Face Hub", "the Hub"], ["Hugging Face Hub", "the Hub"]),
        (["no word", "the Hub, the Hugging Face Hub"],
         ["no word", "the Hugging Face Hub, the Hugging Face Hub"]),
        (["Hubs of the Hubble"], ["Hubs of the Hubble"]),
    ],
)  # fmt: skip
def test_the_first_mention_of_the_hub_says_whose(texts: list[str], told: list[str]) -> None:
    assert citing.spelled_out(texts) == told


def test_instants_are_written_for_people() -> None:
    assert citing.called("adoption-20261122T160911446269Z") == "build of 22 Nov 2026, 16:09 UTC"
    assert citing.called("made by hand") == "build made by hand"
    assert (
        citing.plain_instants("as of 2026-11-10T02:00:00.000Z.") == "as of 2026-11-10, 02:00 UTC."
    )


def test_a_chart_is_cited_as_text_and_for_tex() -> None:
    chart = hostile(**FORMS["lines"])
    assert citing.text(chart, "adoption-1").endswith("Chart: Open Model Adoption, adoption-1.")
    entry = citing.bibtex(replace(chart, title="50 % of {a_b} & $c #d\\"), "adoption-1")
    assert r"50 \% of \{a\_b\} \& \$c \#d\textbackslash{}" in entry
    assert entry.count("{") - entry.count("\\{") == entry.count("}") - entry.count("\\}")
    assert "as of 2026-04-01" in entry
    assert "author = {{OpenRouter} and {GitHub REST API} and {pypistats.org}}" in citing.bibtex(
        replace(chart, citation="Source: OpenRouter (openrouter.ai); Source: GitHub REST API, as "
                "of {as_of}. Source: OpenRouter. Source: pypistats.org, without mirrors"), "a"
    )  # fmt: skip


def test_the_row_of_tools_knows_its_files(client: TestClient) -> None:
    recipe = Recipe("account_downloads", Selection("Qwen", ("Llama",)))
    told = toolrow.told_of(recipes.draw(recipe), recipe, "dark")
    assert told["build"].startswith("adoption-")
    assert told["stem"].startswith("account_downloads_Qwen-Llama_")
    assert client.get(f"/export/{told['key']}.csv?{told['query']}").status_code == 200
    assert json.dumps(told)


@pytest.mark.parametrize("key", CHARTS)
def test_every_chart_has_an_address(client: TestClient, key: str) -> None:
    """With what seeds alone show, and a sentence for all others."""
    answer = client.get(f"/export/{key}.figure.json")
    if answer.status_code == 200:
        assert answer.json()["layout"]["width"] == 1920
    else:
        assert (answer.status_code, answer.text[: len(key)]) == (404, key)
