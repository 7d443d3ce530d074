"""The command `dashboard export`: every kind of file, read by other software than what wrote it;
what it refuses; and pictures, drawn by a real browser where there is one."""

from __future__ import annotations

import dataclasses
import functools
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import openpyxl
import pytest
from pptx import Presentation
from typer.testing import CliRunner

import data
from dashboard import about, charts, chrome, cli, export_command, recipes, vectors
from dashboard import briefing_documents as documents
from dashboard.chart import Band, Bar, Chart, Selection
from dashboard.charts import CHARTS
from dashboard.export_command import EXAMPLES, FORMATS, PICTURES, SETTINGS
from dashboard.hub_charts import ChartKind
from tests import app_builds

SHARES = ("account_downloads", "--family", "Qwen", "--family", "Llama", "--from", "2025-01")
HOSTILE = '<script src="https://x.example/a.js"></script><img src=x onerror=alert(1)>"&\'=1+1'
NO_BROWSER = not any(map(shutil.which, ("chromium", "google-chrome", "chrome")))
IS_WITHOUT_PICTURES = NO_BROWSER or importlib.util.find_spec("kaleido") is None


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Builds of the shipped seeds: the newest is whole, an older one is of the same figures."""
    return app_builds.shared_home(tmp_path_factory, "seeds")


@pytest.fixture(autouse=True)
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(home))


@pytest.fixture(scope="module", autouse=True)
def brief_once() -> Iterator[None]:
    """The sentences of a briefing take a while, and its formats are what is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "brief", functools.cache(data.brief))
        yield


def export(*arguments: str) -> Any:
    return CliRunner().invoke(cli.app, ["export", *arguments], catch_exceptions=False)


def content(*arguments: str) -> bytes:
    done = export(*arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    found: bytes = done.stdout_bytes
    return found


def refused(*arguments: str) -> str:
    """What a wrong usage is told."""
    done = export(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    return str(done.stderr.removeprefix("error: ").rstrip("\n"))


# Files


@pytest.mark.parametrize("format", ["csv", "json", "parquet"])
def test_tables_as_a_database_reads_them(format: str, tmp_path: Path) -> None:
    file = tmp_path / f"shares.{format}"
    done = export(*SHARES, "--out", str(file))
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.startswith(f"wrote {file} (")
    found = duckdb.sql(f"SELECT account, month, share FROM '{file}' ORDER BY ALL").fetchall()
    rows = data.metric("account_downloads", account=["Qwen", "meta-llama"])
    rows = rows[rows["month"] >= "2025-01-01"].sort_values(["account", "month"])
    assert [row[2] for row in found] == list(rows["share"])
    assert {row[0] for row in found} == {"Qwen", "meta-llama"}


def test_a_workbook_says_what_it_holds() -> None:
    book = openpyxl.load_workbook(io.BytesIO(content(*SHARES, "--format", "xlsx")))
    rows, _, about = book.worksheets
    assert rows.max_row > 20
    assert data.newest_build().stem in {row[1] for row in about.iter_rows(values_only=True)}


@pytest.mark.parametrize("chart", ["account_downloads", "published_models", "published_sizes"])
def test_a_slide_of_lines_bars_and_layers(chart: str) -> None:
    deck = Presentation(io.BytesIO(content(chart, "--format", "pptx")))
    (slide,) = deck.slides
    assert sum(shape.has_chart for shape in slide.shapes) == 1
    assert slide.shapes.title.text_frame.text


def test_all_rows_of_a_metric() -> None:
    shown = content(*SHARES, "--format", "csv").count(b"\n")
    whole = content(*SHARES, "--format", "csv", "--rows", "whole").count(b"\n")
    assert whole == len(data.metric("account_downloads")) + 1 > shown


def test_what_is_selected_is_what_is_written() -> None:
    told = content(
        "account_downloads", "--family", "Gemma", "--to", "2025-06", "--measure", "index"
    ).decode()
    (head, *rows) = told.splitlines()
    assert head.startswith("month,account,")
    assert {row.split(",")[1] for row in rows} == {"google"}
    assert max(row[:7] for row in rows) == "2025-06"


@pytest.mark.parametrize("format", FORMATS["briefing"])
def test_a_briefing_says_the_same_in_every_format(format: str, tmp_path: Path) -> None:
    file = tmp_path / f"briefing.{format}"
    assert export("briefing", "--out", str(file)).exit_code == 0
    told = texts_of(file)
    made = data.build_info(data.newest_build())
    brief = data.brief(
        "Qwen", ("Llama", "DeepSeek", "Mistral", "Gemma", "gpt-oss"), now=made["built_at"]
    )
    for sentence in (brief.headline, brief.line, *brief.changed, *brief.care):
        assert plain(sentence) in told
    for layer in brief.layers:
        assert layer.title in told
    assert data.newest_build().stem in told
    assert all(source.title in told for source in brief.sources)


def texts_of(file: Path) -> str:
    """The words of a briefing."""
    if file.suffix == ".md":
        return plain(file.read_text())
    if file.suffix == ".html":
        return plain("".join(Reader.of(file.read_text()).texts))
    words = []
    for slide in Presentation(file).slides:
        for shape in slide.shapes:
            words += [shape.text_frame.text] if shape.has_text_frame else []
            words += [cell.text for cell in shape.table.iter_cells()] if shape.has_table else []
    return plain(" ".join(words))


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("**", "").replace("\u00a0", " "))


def test_a_deck_with_a_wrong_chart_is_not_written(tmp_path: Path) -> None:
    """A deck for the board that is shorter than its file says would be believed."""
    deck, out = tmp_path / "deck.yml", tmp_path / "deck.pptx"
    deck.write_text("charts:\n- chart: account_downloads\n- chart: token_shre\n")
    done = export(str(deck), "--out", str(out))
    assert done.exit_code == 1
    assert "deck.yml:3: charts[1].chart: did you mean token_share? found" in done.stderr
    assert not out.exists()


def test_a_deck_of_a_file(tmp_path: Path) -> None:
    deck, out = tmp_path / "deck.yml", tmp_path / "deck.pptx"
    deck.write_text(
        "title: For the board\ncharts:\n"
        "  - {chart: account_downloads, families: [Qwen, Llama], title: Who leads}\n"
        "  - {chart: token_share}\n"
    )
    out.write_bytes(b"changed by hand")
    refused = export(str(deck), "--out", str(out))
    assert refused.exit_code == 2
    assert "give --force to replace it, or another name" in refused.stderr
    assert out.read_bytes() == b"changed by hand"
    done = export(str(deck), "--out", str(out), "--force")
    assert f"replaced {out} (" in done.stderr
    titles = [slide.shapes.title.text_frame.text for slide in Presentation(out).slides]
    assert titles == ["For the board", "Agenda", "Who leads", "Sources and method"]
    # Nothing was collected: the rest is done, and the exit code says that something is missing.
    assert done.exit_code == 1
    assert "left out: token_share: nothing collected yet: run `collectors collect" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        *((*SHARES, "--format", name) for name in FORMATS["chart"] if name not in PICTURES),
        *(("briefing", "--format", name) for name in FORMATS["briefing"]),
    ],
    ids=lambda arguments: f"{arguments[0]}-{arguments[-1]}",
)
def test_the_same_build_gives_the_same_bytes(arguments: tuple[str, ...]) -> None:
    assert content(*arguments) == content(*arguments)


def test_of_a_build_by_its_name() -> None:
    name = data.newest_build().stem
    assert content(*SHARES, "--build", name) == content(*SHARES, "--build", "latest")


# The page in one file


class Reader(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    @classmethod
    def of(cls, page: str) -> Reader:
        reader = cls()
        reader.feed(page)
        return reader

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, text: str) -> None:
        self.texts.append(text)


def assert_is_alone(page: str) -> None:
    """No script, nothing to fetch, no handler of an event."""
    reader = Reader.of(page)
    assert {tag for tag, _ in reader.tags}.isdisjoint(
        {"script", "link", "img", "iframe", "object", "embed", "base", "use", "image", "form"}
    )
    for tag, attributes in reader.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "src"]
        if "href" in attributes:
            assert tag == "a"
            assert re.match(r"https?://", attributes["href"] or "")
    assert not re.search(r"@import|url\((?!#)", page)
    assert "default-src 'none'" in page


def test_the_page_is_whole_by_itself() -> None:
    page = content("briefing", "--format", "html").decode()
    assert_is_alone(page)
    assert len(page) < 200_000
    assert "prefers-color-scheme: dark" in page
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) == 2  # for wide and for narrow windows
    for drawing in drawings:
        ElementTree.fromstring(drawing)


def test_untrusted_text_stays_text() -> None:
    brief = data.brief("Qwen", ("Llama",))
    layer = dataclasses.replace(
        brief.layers[0], title=HOSTILE, scope=HOSTILE, leader=HOSTILE, focus_text=HOSTILE,
        focus_note=HOSTILE, source_title=HOSTILE, source_url="javascript:alert(1)",
    )  # fmt: skip
    hold = data.Hold(HOSTILE, HOSTILE, HOSTILE, 0.5, "")
    brief = dataclasses.replace(
        brief, focus=HOSTILE, rival=HOSTILE, headline=HOSTILE, line=HOSTILE, scope=(HOSTILE,),
        layers=(layer,), since=HOSTILE, changed=(HOSTILE,), holds=(hold,), care=(HOSTILE,),
        as_of=HOSTILE,
    )  # fmt: skip
    chart = dataclasses.replace(
        shares(), title=HOSTILE, shown=HOSTILE, citation=HOSTILE, source_url=HOSTILE,
        caveats=(HOSTILE,),
    )  # fmt: skip
    first = chart.lines[0]
    line = dataclasses.replace(first, label=HOSTILE, short_label=HOSTILE, colours=(HOSTILE,) * 2)
    marker = dataclasses.replace(chart.markers[0], label=HOSTILE, title=HOSTILE)
    note = dataclasses.replace(chart.notes[0], text=HOSTILE)
    band = Band(first.x[0], first.x[-1], HOSTILE, "estimated")
    chart = dataclasses.replace(
        chart, lines=(line,), markers=(marker,), notes=(note,), bands=(band,)
    )
    made = datetime(2026, 11, 22, tzinfo=UTC)
    page = documents.page(brief, chart, data.newest_build(), made)
    assert_is_alone(page)
    assert Reader.of(page).texts.count(HOSTILE) > 10


def shares() -> Chart:
    selection = Selection("Qwen", ("Llama",), is_brief=True)
    return recipes.draw(recipes.Recipe("account_downloads", selection))


def test_a_single_month_is_bars() -> None:
    page = content("briefing", "--format", "html", "--from", "2026-09", "--to", "2026-09").decode()
    (wide, _) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    told = [text.text for text in ElementTree.fromstring(wide).iter() if text.tag.endswith("text")]
    assert "29.9 %" in told


def test_a_family_without_a_series_has_a_briefing_without_a_chart() -> None:
    page = content("briefing", "--format", "html", "--family", "Zamba").decode()
    assert "No published series follows Zamba" in page
    assert "<svg" not in page
    Presentation(io.BytesIO(content("briefing", "--format", "pptx", "--family", "Zamba")))


def test_slides_of_a_briefing_name_whose_share_it_is_and_what_does_not_hold() -> None:
    made = Presentation(io.BytesIO(content("briefing", "--format", "pptx")))
    titles = [slide.shapes.title.text_frame.text for slide in made.slides if slide.shapes.title]
    assert any(title.startswith("Qwen, September 2026: ") for title in titles)
    tables = [shape.table for slide in made.slides for shape in slide.shapes if shape.has_table]
    words = [cell.text_frame.text for table in tables for row in table.rows for cell in row.cells]
    ratios = [
        (text, float(ratio[1]))
        for text in words
        if (ratio := re.match(r"([\d.]+) × (Llama|Meta)", text))
    ]
    told = {shape.text_frame.text for slide in made.slides for shape in slide.shapes
            if shape.name == "Card"}  # fmt: skip
    assert any(text.startswith("No source shows deployments") for text in told)
    assert ratios
    assert all(text.endswith(": behind") == (ratio < 1) for text, ratio in ratios)


def test_long_names_of_bars_are_cut() -> None:
    chart = dataclasses.replace(
        shares(), lines=(), bars=(Bar("a", "a" * 90, 0.5, ("#000000", "#ffffff")),)
    )
    assert "a" * 35 + "…" + "a" * 8 in vectors.drawing(chart)


# What is refused


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "say what to export: briefing, a deck file (.yml), or a chart"),
        (("acount_downloads",), "did you mean account_downloads"),
        (("nothing_like_it_at_all",), "`dashboard export --list` names the charts"),
        ((*SHARES, "--format", "docx"), "--format: expected one of csv, json, parquet, xlsx, pptx"),
        (("briefing", "--format", "csv"), "expected one of md, html, pptx for the briefing"),
        ((*SHARES, "--format", "csv", "--out", "shares.xlsx"), "named xlsx, and --format says csv"),
        ((*SHARES, "--out", "shares.doc"), "expected a name that ends in one of .csv"),
        ((*SHARES, "--out", "none/shares.csv"), "the folder none does not exist; make it first"),
        ((*SHARES, "--out", "."), "--out .: expected a file, found a folder"),
        ((*SHARES, "--to", "2024-12"), "--from 2025-01 is after --to 2024-12"),
        ((*SHARES, "--to", "soon"), "--to: expected a day as 2026-09-30, or a month; found 'soon'"),
        ((*SHARES, "--family", "Lama"), "--family: did you mean Llama? expected some of"),
        ((*SHARES, "--family", "QWEN"), "did you mean Qwen? expected some of"),
        ((*SHARES, "--family", "Zzz"), "--family: expected some of"),
        ((*SHARES, "--measure", "much"), "--measure: expected one of share, downloads, index"),
        ((*SHARES, "--measure", "shares"), "--measure: did you mean share? expected one of"),
        ((*SHARES, "--scope", "lineages"), "--scope: did you mean lineage? expected one of"),
        ((*SHARES, "--set", "is_breif=1"), "no setting 'is_breif'; did you mean is_brief? it has"),
        (("download_mix", "--set", "cut=sise"), "--set cut: did you mean size? expected one of"),
        ((*SHARES, "--scale", "big"), "--scale: expected one of linear, log; found 'big'"),
        ((*SHARES, "--scope", "all"), "--scope: expected one of own, derivatives, lineage"),
        ((*SHARES, "--build", "../etc"), "--build: expected the name of one that is kept"),
        ((*SHARES, "--set", "cut"), "--set: expected NAME=VALUE, found 'cut'"),
        ((*SHARES, "--set", "cut=size"), "account_downloads has no setting 'cut'; it has is_brief"),
        (("download_mix", "--set", "cut=1"), "--set cut: expected one of size, generation"),
        (("published_models", "--set", "cut=1"), "published_models has no setting 'cut'; it has"),
        ((*SHARES, "--theme", "dark"), "--theme is for pictures (png, svg) only"),
        ((*SHARES, "--template", "a.pptx"), "--template is for pptx only"),
        ((*SHARES, "--format", "pptx", "--template", "none.pptx"), "expected a PowerPoint file"),
        ((*SHARES, "--format", "pptx", "--rows", "whole"), "--rows is for tables"),
        (("briefing", "--scope", "own"), "--scope is for charts only, not for the briefing"),
        (("deck.yml",), "deck.yml: expected a deck file, found none"),
        (("deck.yml", "--family", "Qwen"), "--family is for charts and the briefing only"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_wrong_usage_is_one_line(
    arguments: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert told in refused(*arguments)
    assert not list(tmp_path.iterdir())


def test_binary_formats_are_not_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    order = export_command.Order("account_downloads", format="xlsx")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(export_command.UsageError, match="give --out FILE or a pipe"):
        export_command.check_options(order, "xlsx")
    export_command.check_options(order, "csv")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("token_share", "nothing collected yet: run `collectors collect openrouter openrouter_mod"),
        ("download_mix --set cut=licence", "nothing collected yet: run `collectors backfill --fr"),
        ("standings --set layer=served_tokens", "served_tokens has basis=published "
         "counted=token_share; nothing collected yet: run `collectors collect openrouter`"),
        ("standings --set layer=runtimes", "nothing collected yet: run `collectors collect lmst"),
        ("account_downloads --from 2034-01", "nothing to show for Qwen"),
    ],
)  # fmt: skip
def test_nothing_to_show_writes_nothing_and_says_what_to_do(
    arguments: str, said: str, tmp_path: Path
) -> None:
    chart, *rest = arguments.split()
    file = tmp_path / "tokens.csv"
    done = export(chart, *rest, "--out", str(file))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: {chart}: {said}")
    assert not file.exists()


def test_without_a_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(tmp_path))
    done = export("briefing")
    assert done.exit_code == 1
    assert "collectors build" in done.stderr
    listed = export("--list")
    assert listed.exit_code == 0
    assert all(re.search(rf"^{key} +– needs a build$", listed.stdout, re.M) for key in CHARTS)
    assert "collectors build" in listed.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is missing")
def test_a_full_disk_is_said_in_words() -> None:
    done = export(*SHARES, "--format", "csv", "--out", "/dev/full")
    assert done.exit_code == 1
    assert done.stderr.startswith("error: /dev/full: no space is left on the disk")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_an_interrupt_is_one_line(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: object) -> None:
        raise error

    monkeypatch.setattr(recipes, "draw", stop)
    file = tmp_path / "shares.csv"
    done = export(*SHARES, "--out", str(file))
    assert (done.exit_code, done.stderr) == (130, "interrupted\n")
    assert not list(tmp_path.iterdir())


# The list


def test_the_list_names_every_chart_and_setting() -> None:
    told = content("--list").decode()
    assert all(re.search(rf"^{key}  ", told, re.MULTILINE) for key in CHARTS)
    assert re.search(r"^token_share +– nothing .* in this build: Share of ", told, re.MULTILINE)
    assert re.search(r"^model_downloads_30d +– of one repository: --set mod", told, re.MULTILINE)
    assert re.search(r"^cut +size, generation.*download_mix$", told, re.MULTILINE)


def test_the_list_for_programs() -> None:
    told = json.loads(content("--list", "--json"))
    settings = {chart["chart"]: chart["settings"] for chart in told["charts"]}
    assert set(settings) == set(CHARTS)
    assert settings["standings"] == ["basis", "layer", "counted"]
    assert told["settings"]["basis"] == ["published", "collected"]


def test_the_list_of_a_build_that_lacks_a_metric(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kind = CHARTS["token_share"]
    assert isinstance(kind, ChartKind)
    older = tmp_path / "builds" / data.newest_build().name
    older.parent.mkdir()
    shutil.copy(data.newest_build(), older)
    with duckdb.connect(str(older)) as build:
        build.execute("DELETE FROM build_metrics WHERE name = ?", [kind.metric])
        build.execute("UPDATE build_info SET fingerprint = '{}'")
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(charts, "CHARTS", {"token_share": kind})
    assert content("--list").startswith("token_share  – needs a newer build\n".encode())
    assert "Traceback" not in caplog.text


def test_settings_are_what_charts_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A field that a chart reads and --set does not offer would be stuck with its default."""
    fields = {field.name for field in dataclasses.fields(Selection)}
    assert {name for names in SETTINGS.values() for name in names} <= fields
    assert set(SETTINGS) <= set(CHARTS)
    assert all(recipes.allowed(name) or name in EXAMPLES for n in SETTINGS.values() for name in n)
    shared = {"focus", "rivals", "start", "end", "measure", "scale", "scope", "standing_title"}
    for key in ("account_downloads", "published_sizes", "momentum", "launch_curves", "standings"):
        assert read_by(key, monkeypatch) - shared == set(SETTINGS.get(key, ()))


def read_by(key: str, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The fields of the selection that drawing a chart looks at."""
    kind, seen = CHARTS[key], set[str]()
    plain_read = Selection.__getattribute__

    def watch(selection: Selection, name: str) -> Any:
        seen.add(name)
        return plain_read(selection, name)

    build, selection = data.newest_build(), Selection("Qwen", ("Llama",))
    with monkeypatch.context() as patch:
        patch.setattr(Selection, "__getattribute__", watch)
        patch.setattr(recipes, "replace", dataclasses.replace)
        recipes.of_metric(build, kind, selection)  # type: ignore[arg-type]
    return seen & {field.name for field in dataclasses.fields(Selection)}


# Pictures


def test_without_kaleido(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "kaleido", None)
    done = export(*SHARES, "--out", str(tmp_path / "shares.png"))
    assert done.exit_code == 1
    assert "pip install -e '.[images]'" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(importlib.util.find_spec("kaleido") is None, reason="kaleido is not installed")
def test_without_a_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    done = export(*SHARES, "--out", str(tmp_path / "shares.svg"))
    assert done.exit_code == 1
    assert re.search(r"BROWSER_PATH is .*none was found; install one", done.stderr)


@pytest.mark.skipif(importlib.util.find_spec("kaleido") is None, reason="kaleido is not installed")
def test_a_browser_that_does_not_answer_is_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    browser, pid = tmp_path / "browser", tmp_path / "pid"
    browser.write_text(f"#!/bin/sh\necho $$ > {pid}\nexec sleep 60\n")
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER_PATH", str(browser))
    monkeypatch.setattr(chrome, "OPEN_SECONDS", 1.0)
    done = export(*SHARES, "--out", str(tmp_path / "shares.png"))
    assert done.exit_code == 1
    assert "did not start, or ended before it had drawn; try again" in done.stderr
    assert not Path(f"/proc/{pid.read_text().strip()}").exists()


@pytest.mark.skipif(IS_WITHOUT_PICTURES, reason="needs kaleido and Chrome or Chromium")
def test_a_picture_of_a_browser(tmp_path: Path) -> None:
    file = tmp_path / "shares.svg"
    done = export(*SHARES, "--out", str(file))
    assert done.exit_code == 0
    root = ElementTree.parse(file).getroot()
    assert (root.get("width"), root.get("height")) == ("1920", "1080")
    told = " ".join("".join(text.itertext()) for text in root.iterfind(".//{*}text"))
    assert "Meta (meta-llama)" in told
    assert "as of 2026-10-02" in told
    assert "build of" in told
    assert root.get("role") == "img"
    assert data.newest_build().stem in (root.findtext("{*}desc") or "")
    assert (root.findtext("{*}title") or "").startswith("Share of text")


def test_a_picture_tells_what_it_is() -> None:
    chunk = b"\0\0\0\rIHDR" + bytes(17)
    words = {"Title": "Share, 5 %", "Description": "≈ 3 <b>", "Source": ""}
    png = about.told(b"\x89PNG\r\n\x1a\n" + chunk + b"rest", words)
    assert png.startswith(b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\x10tEXtTitle\0Share, 5 %")
    assert "iTXtDescription\0\0\0\0\0≈ 3 <b>".encode() in png
    assert png.endswith(b"rest")
    assert b"Source" not in png
    words["Title"] += "\x00\x1b"
    svg = about.told(b'<svg width="9"><g/></svg>', words).decode()
    root = ElementTree.fromstring(svg)
    assert (root.get("width"), root.get("role")) == ("9", "img")
    assert [part.text for part in root] == ["Share, 5 %", "≈ 3 <b>", None]


def test_names_by_chance_are_taken_out() -> None:
    drawn = '<defs id="defs-12ab56"/><g clip-path="url(#clip12ab56xy)"/><path d="M12ab56,0"/>'
    assert chrome.without_chance(drawn.encode()).decode() == (
        '<defs id="defs-figure"/><g clip-path="url(#clipfigurexy)"/><path d="M12ab56,0"/>'
    )


# As people run it


def test_standard_output_holds_nothing_but_data(tmp_path: Path) -> None:
    """In a process of its own, from any folder, where Streamlit might warn."""
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", "export", *SHARES], capture_output=True, cwd=tmp_path,
        check=False, env={**os.environ, "PYTHONPATH": str(data.ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == content(*SHARES)
