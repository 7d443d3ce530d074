"""The real command, seen with a real browser: the system's Chromium, through Playwright.

Without Chromium these tests are skipped; with ADOPTION_REQUIRE_BROWSER=1 they fail instead.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

import data
from tests import app_builds

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--no-first-run",
)  # fmt: skip
SHOTS = data.ROOT / "test-results"
PATIENCE = 60_000  # ms; what comes is not waited for, and the machine may be busy
NARROW, WIDE = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
PHONE = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/150.0.0.0 Mobile Safari/537.36"
DARK = "rgb(15, 17, 22)"
SVG = "{http://www.w3.org/2000/svg}"
LINES = ".js-plotly-plot .scatterlayer path.js-line"
MARKS = f"{LINES}, .js-plotly-plot .barlayer .point path, .js-plotly-plot .scatterlayer path.point"
PAGES = (
    ("/downloads", "Downloads"), ("/derivatives", "Derivatives"), ("/models", "Models"),
    ("/usage", "Usage"), ("/runtimes", "Runtimes"), ("/quality", "Quality"),
    ("/reported", "Reported"), ("/sources", "Sources"), ("/", "Qwen"),
)  # fmt: skip
# Views of the whole Hub: address, chart. Each is seen in one theme, every third in the dark one;
# themes differ in colours only, which tests/test_charts.py says of every chart.
HUB_VIEWS = (
    ("/downloads", "monthly_share"),
    ("/downloads?step=Weeks&scope=lineage&measure=Downloads", "weekly_downloads"),
    ("/downloads?show=Mix", "download_mix"),
    ("/downloads?show=Mix&by=Licence&scope=lineage&measure=Downloads", "download_mix"),
    ("/downloads?show=Regions", "downloads_by_region"),
    ("/downloads?show=Growth&focus=Llama", "growth_split"),
    ("/downloads?show=Concentration", "concentration_hub"),
    ("/derivatives", "derivatives_by_relation"),
    ("/derivatives?filter=more+than+5+downloads&inferred=true", "derivatives_new"),
    ("/models?model=Qwen%2FQwen3-8B", "model_downloads_all_time"),
)
# Pages that other services than the Hub fill: address, charts.
SERVICE_VIEWS = (
    ("/usage?token_step=Months", ("token_share", "model_tokens", "token_prices")),
    ("/usage?tokens_by=Region", ("token_share",)),
    ("/runtimes?channel=npm", ("monthly_ollama_pulls", "ollama_libraries", "runtime_downloads")),
    ("/quality", ("quality_and_adoption",)),
)


@dataclass(frozen=True)
class Server:
    """A dashboard that runs, its address, and the data directory that it reads through a link."""

    url: str
    home: Path
    link: Path

    @contextmanager
    def showing(self, home: Path) -> Iterator[None]:
        """Another data directory for a while. A server of its own would import everything once
        more, and the browser would compile all scripts of its address anew. (The command itself
        would build first, without what was filled by hand, when any code has changed.)"""
        self._point_to(home)
        try:
            yield
        finally:
            self._point_to(self.home)

    def _point_to(self, home: Path) -> None:
        new = self.link.with_name("next")
        new.symlink_to(home)
        new.replace(self.link)

    def get(self, path: str, **headers: str) -> tuple[int, Any, bytes]:
        request = urllib.request.Request(f"{self.url}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()


@contextmanager
def serving(home: Path, elsewhere: Path) -> Iterator[Server]:
    """The command `dashboard` in a process of its own, started from another folder."""
    port = free_port()
    command = [sys.executable, "-m", "dashboard", "--port", str(port), "--no-browser"]
    link = elsewhere / "home"
    link.symlink_to(home)
    log = elsewhere / f"server-{port}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1"],
            cwd=elsewhere,
            env={**os.environ, "ADOPTION_DATA_DIR": str(link)},
            stdout=file,
            stderr=file,
        )
    server = Server(f"http://127.0.0.1:{port}", home, link)
    try:
        wait_until_up(server, process, log)
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_up(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise AssertionError(f"the server ended with {process.returncode}: {log.read_text()}")
        try:
            server.get("/api/ready")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the server did not answer within a minute: {log.read_text()}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("own") / "home"
    # A copy, for a test takes its builds away.
    shutil.copytree(app_builds.shared_home(tmp_path_factory, "collected"), home)
    with serving(home, tmp_path_factory.mktemp("elsewhere")) as running:
        yield running


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    """One window for all tests: what was loaded and compiled once is there for the next."""
    if CHROMIUM is None:
        reason = "no chromium on the PATH; `apt-get install chromium` brings it"
        if os.environ.get("ADOPTION_REQUIRE_BROWSER") == "1":
            pytest.fail(f"ADOPTION_REQUIRE_BROWSER=1, but {reason}")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield launched.new_context(accept_downloads=True).new_page()
        launched.close()


@dataclass
class Visitor:
    """A browser window on the dashboard that remembers every address that it asked for."""

    page: Page
    server: Server
    requests: list[str]

    def open(self, path: str = "/", *, title: str | None = None) -> Page:
        self.page.goto(self.server.url + path)
        expect(self.page.locator("h1")).to_contain_text(title or "", timeout=PATIENCE)
        return self.page

    def chart(self, key: str = "account_downloads", width: str = "wide") -> Any:
        """A chart that is painted for that width."""
        frame = self.page.locator(f".st-key-chart-{key}")
        # A line of one point has no extent, so the first mark may be invisible.
        expect(frame.locator(MARKS).filter(visible=True).first).to_be_visible(timeout=PATIENCE)
        # Letters of a narrow chart are the smaller ones.
        self.page.wait_for_function(
            "([selector, size]) => document.querySelector(selector)?.layout?.font.size === size",
            arg=[f".st-key-chart-{key} .js-plotly-plot", {"wide": 13, "narrow": 12}[width]],
            timeout=PATIENCE,
        )
        return frame

    def settled(self) -> None:
        """Wait until the page's script has run to its end."""
        expect(self.page.locator("[data-testid=stApp]")).to_have_attribute(
            "data-test-script-state", "notRunning", timeout=PATIENCE
        )

    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.page.url).query)

    def choose(self, label: str, value: str) -> None:
        """Pick a value of a selectbox as a person does: open it, type, press Enter."""
        box = self.page.get_by_role("combobox", name=re.compile(f"^(Selected .*)?{label}"))
        box.click()
        box.fill(value)
        self.page.get_by_role("option", name=value, exact=True).click()


@pytest.fixture
def visit(tab: Page, server: Server) -> Iterator[Callable[..., Visitor]]:
    yield from visitors(tab, server)


@pytest.fixture
def visit_hub(
    tab: Page, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Visitor]]:
    """On a build that holds the whole Hub."""
    with server.showing(app_builds.shared_home(tmp_path_factory, "hub")):
        yield from visitors(tab, server)


@pytest.fixture
def visit_services(
    tab: Page, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Visitor]]:
    """On a build for which every service was read."""
    with server.showing(app_builds.shared_home(tmp_path_factory, "filled")):
        yield from visitors(tab, server)


def visitors(tab: Page, server: Server) -> Iterator[Callable[..., Visitor]]:
    """Whoever begins anew has the window for themselves; nobody else is looking any more."""
    requests: list[str] = []

    def asked(request: Any) -> None:
        requests.append(request.url)

    def begin(viewport: Any = WIDE, theme: Any = "light") -> Visitor:
        requests.clear()
        tab.set_viewport_size(viewport)
        tab.emulate_media(color_scheme=theme)
        tab.mouse.move(0, 0)
        return Visitor(tab, server, requests)

    # With no page open, the one before asks for nothing more.
    tab.goto("about:blank")
    tab.on("request", asked)
    tab.on("websocket", asked)
    yield begin
    tab.remove_listener("request", asked)
    tab.remove_listener("websocket", asked)


def shot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def test_a_walk_through_the_briefing(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.open(title="Qwen still leads")
    painted = visitor.chart()
    assert sideways(page) <= 0
    strokes = (
        "selector => [...document.querySelectorAll(selector)]"
        ".map(line => line.getAttribute('style')).join()"
    )
    selector = f".st-key-chart-account_downloads {LINES}"
    before = page.evaluate(strokes, selector)
    assert "focus" not in visitor.query()
    shot(page, "briefing-light-1440")

    visitor.choose("Focus", "DeepSeek")
    expect(page.locator("h1")).to_contain_text("DeepSeek", timeout=PATIENCE)
    expect(page).to_have_url(re.compile("focus=DeepSeek"))
    expect(painted.locator(".annotation", has_text="DeepSeek 2.9 %")).to_be_visible()
    # Another line is the thick one now.
    page.wait_for_function(
        f"([selector, before]) => ({strokes})(selector) !== before", arg=[selector, before]
    )
    headline = page.locator("h1").inner_text()

    page.reload()
    expect(page.locator("h1")).to_have_text(headline, timeout=PATIENCE)
    assert visitor.query()["focus"] == ["DeepSeek"]
    visitor.settled()

    page.locator("[data-testid=stHeader]").get_by_text("Measures", exact=True).click()
    page.get_by_role("menuitem", name="Downloads").click()
    expect(page.locator("h1")).to_have_text("Downloads", timeout=PATIENCE)
    # Asked of the control and not of the address: the browser writes that on its own time.
    expect(page.get_by_role("combobox", name="Focus")).to_have_value("DeepSeek")
    visitor.settled()
    page.go_back()
    expect(page.locator("h1")).to_have_text(headline, timeout=PATIENCE)
    visitor.settled()
    # One more press undoes the choice of the focus and leaves no page.
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Qwen", timeout=PATIENCE)
    assert not strangers(visitor.requests)


def test_one_drawing_that_fits_the_window(visit: Callable[..., Visitor], tab: Page) -> None:
    visitor = visit()
    runs = asked_runs(tab)
    page = visitor.open("/downloads", title="Downloads")
    keys = ("monthly_downloads", "download_share", "account_downloads")
    require_one_each(visitor, keys, "wide")
    assert len(runs) == 1, "the first guess was right"
    steps = page.evaluate("history.length")
    page.set_viewport_size(NARROW)
    require_one_each(visitor, keys, "narrow")
    assert len(runs) == 2
    assert (page.evaluate("history.length"), visitor.query()) == (steps, {})

    # The controls are folded into what they are set to, and keep it whatever becomes of the window.
    told, form = page.locator(".oma-told"), page.locator(".st-key-form")
    expect(told).to_have_text("Qwen · Llama, DeepSeek + 3 · since 2024-07 · Share · own")
    expect(form).to_be_hidden()
    expect(page.get_by_role("button", name="Link", exact=True)).to_be_visible()
    page.get_by_text("Change", exact=True).click()
    visitor.choose("Focus", "DeepSeek")
    expect(told).to_contain_text("DeepSeek · Llama, Qwen + 3", timeout=PATIENCE)
    expect(page).to_have_url(re.compile("focus=DeepSeek"))
    expect(form).to_be_visible()
    visitor.settled()
    page.set_viewport_size(WIDE)
    require_one_each(visitor, keys, "wide")
    expect(told).to_be_hidden()
    expect(page.get_by_role("combobox", name="Focus")).to_have_value("DeepSeek")
    assert visitor.query()["focus"] == ["DeepSeek"]
    page.go_back()
    expect(page.get_by_role("combobox", name="Focus")).to_have_value("Qwen", timeout=PATIENCE)

    # A phone says what it is before it says how wide.
    assert tab.context.browser is not None
    with tab.context.browser.new_context(viewport=NARROW, user_agent=PHONE) as phone:
        visitor.page = phone.new_page()
        runs = asked_runs(visitor.page)
        visitor.open("/downloads", title="Downloads")
        require_one_each(visitor, keys, "narrow")
        assert len(runs) == 1


def asked_runs(page: Page) -> list[Any]:
    """What the browser will have sent to the server: one message a run of the script."""
    sent: list[Any] = []

    def keep(message: Any) -> None:
        sent.append(message)

    page.once("websocket", lambda socket: socket.on("framesent", keep))
    return sent


def require_one_each(visitor: Visitor, keys: tuple[str, ...], width: str) -> None:
    """Each chart is there once, for that width."""
    for key in keys:
        visitor.chart(key, width)
    visitor.settled()
    expect(visitor.page.locator(".js-plotly-plot")).to_have_count(len(keys))
    has_legends = visitor.page.locator(".oma-legend").count() == len(keys)
    assert has_legends == (width == "narrow")


def strangers(requests: list[str]) -> list[str]:
    """Addresses outside this machine."""
    assert requests
    local = re.compile(r"^(data:|blob:|about:|(http|ws)://127\.0\.0\.1:\d+(/|$))")
    return [address for address in requests if not local.match(address)]


def test_the_copied_link_shows_the_same(visit: Callable[..., Visitor]) -> None:
    first = visit()
    page = first.open("/?focus=Llama&family=Qwen&family=Gemma&measure=Downloads&from=2025-03")
    first.chart()
    page.get_by_role("button", name="Link", exact=True).click()
    link = page.locator("[data-testid=stPopoverBody] code").inner_text().strip()
    assert re.match(rf"^{re.escape(first.server.url)}/?\?", link)
    assert parse_qs(urlsplit(link).query)["scale"] == ["Linear"]

    labels = page.locator(".st-key-chart-account_downloads .annotation-text")
    page.keyboard.press("Escape")
    seen = (page.locator("h1").inner_text(), labels.all_inner_texts(), controls(page))

    second = visit()
    second.page.goto(link)
    second.chart()
    expect(page.locator("h1")).to_have_text(seen[0])
    second.settled()
    assert (page.locator("h1").inner_text(), labels.all_inner_texts(), controls(page)) == seen


def controls(page: Page) -> str:
    return re.sub(r"expand_\w+", "", page.locator(".st-key-controls").inner_text())


def test_a_narrow_window_and_no_page_asks_another_machine(visit: Callable[..., Visitor]) -> None:
    visitor = visit(NARROW)
    page = visitor.open(title="Qwen")
    visitor.chart(width="narrow")
    shot(page, "briefing-light-390")
    for path, title in PAGES:
        visitor.open(path, title=title)
        visitor.settled()
        assert sideways(page) <= 0, f"{path} scrolls sideways"
    assert not strangers(visitor.requests)
    assert any(address.startswith("ws://127.0.0.1") for address in visitor.requests)


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the window, once all has found its width."""
    width = 0
    for _ in range(20):
        width = page.evaluate(
            "() => Math.max(...[document.documentElement, "
            "document.querySelector('[data-testid=stMain]')]"
            ".map(box => box.scrollWidth - box.clientWidth))"
        )
        if width <= 0:
            break
        page.wait_for_timeout(250)  # charts are drawn anew some time after the window changed
    return width


def test_the_dark_theme(visit: Callable[..., Visitor]) -> None:
    visitor = visit(theme="dark")
    page = visitor.open(title="Qwen")
    require_dark(page, visitor.chart())
    shot(page, "briefing-dark-1440")
    page.set_viewport_size(NARROW)
    require_dark(page, visitor.chart(width="narrow"))
    shot(page, "briefing-dark-390")


def require_dark(page: Page, frame: Any) -> None:
    """The page is dark, and the chart is drawn for it as well: light words on it."""
    colour = "element => getComputedStyle(element).backgroundColor"
    assert page.locator("[data-testid=stApp]").evaluate(colour) == DARK
    words = frame.locator(".annotation-text, .xtick text").first
    fill = words.evaluate("element => getComputedStyle(element).fill")
    assert min(int(part) for part in re.findall(r"\d+", fill)[:3]) > 120


def test_words_of_a_chart_lie_within_it(visit: Callable[..., Visitor]) -> None:
    """No label is cut off, and labels at the lines' ends do not run into each other."""
    visitor = visit()
    visitor.open("/downloads?show=Publishers")
    require_room(visitor.chart("publishers"), 15)


def require_room(frame: Any, at_least: int) -> None:
    """The words of a chart lie within it, and none over another."""
    boxes = frame.locator(".annotation-text-g, .xtick, .ytick").evaluate_all(
        "all => all.map(one => { const b = one.getBoundingClientRect();"
        " return [b.left, b.top, b.right, b.bottom, one.textContent]; })"
    )
    outer = frame.locator("svg.main-svg").first.bounding_box()
    written = [box for box in boxes if box[-1].strip()]
    assert len(written) > at_least
    for left, top, right, bottom, words in written:
        assert outer["x"] - 1 <= left < right <= outer["x"] + outer["width"] + 1, words
        assert outer["y"] - 1 <= top < bottom <= outer["y"] + outer["height"] + 1, words
    for number, one in enumerate(written):
        for other in written[number + 1 :]:
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            assert across <= 2 or down <= 4, f"{one[4]!r} lies over {other[4]!r}"


@pytest.mark.parametrize(
    ("path", "key", "theme"),
    [(*view, "light" if number % 3 else "dark") for number, view in enumerate(HUB_VIEWS)],
)
def test_views_of_the_whole_hub(
    visit_hub: Callable[..., Visitor], path: str, key: str, theme: str
) -> None:
    visitor = visit_hub(theme=theme)
    page = visitor.open(path)
    frame = visitor.chart(key)
    visitor.settled()
    require_room(frame, 6)
    if theme == "dark":
        require_dark(page, frame)
    assert sideways(page) <= 0
    page.set_viewport_size(NARROW)
    visitor.chart(key, "narrow")
    assert sideways(page) <= 0
    assert not strangers(visitor.requests)
    shot(page, f"hub-{key}-{theme}-390")


def test_a_walk_along_the_relatives_of_a_model(visit_hub: Callable[..., Visitor]) -> None:
    visitor = visit_hub(NARROW)
    page = visitor.open("/models?focus=Llama", title="Models")
    expect(page.get_by_text("Most downloaded models of the whole Hub")).to_be_visible()
    visitor.settled()
    height = page.locator("[data-testid=stMain]").evaluate("box => box.scrollHeight")
    assert 1000 < height < 4000, "the ranking is short on a phone"
    page.set_viewport_size(WIDE)
    page.get_by_label("Any model of the Hub").fill("qwen3-8b")
    page.get_by_label("Any model of the Hub").press("Enter")
    page.get_by_role("link", name="unsloth/Qwen3-8B-GGUF", exact=True).first.click()
    expect(page.locator("h2").first).to_have_text("unsloth/Qwen3-8B-GGUF", timeout=PATIENCE)
    assert visitor.query()["model"] == ["unsloth/Qwen3-8B-GGUF"]
    visitor.settled()
    # The controls stay as they are, those too that this page hides.
    focus = page.get_by_role("combobox", name="Focus", include_hidden=True)
    expect(focus).to_have_value("Llama")
    expect(focus).to_be_hidden()
    page.get_by_role("link", name="Qwen/Qwen3-8B", exact=True).first.click()
    expect(page.locator("h2").first).to_have_text("Qwen/Qwen3-8B", timeout=PATIENCE)
    visitor.chart("model_downloads_all_time")
    visitor.settled()
    # One press: what the address does not need to say was not put into it, to be taken out again.
    page.go_back()
    expect(page.locator("h2").first).to_have_text("unsloth/Qwen3-8B-GGUF", timeout=PATIENCE)
    assert not strangers(visitor.requests)


def test_pages_of_the_services(visit_services: Callable[..., Visitor]) -> None:
    visitor = visit_services()
    page = visitor.page
    for path, keys in SERVICE_VIEWS:
        page.set_viewport_size(WIDE)
        visitor.open(path)
        for key in keys:
            require_room(visitor.chart(key), 4)
        visitor.settled()
        assert sideways(page) <= 0, path
        page.set_viewport_size(NARROW)
        for key in keys:
            visitor.chart(key, "narrow")
        assert sideways(page) <= 0, f"{path} scrolls sideways on a phone"
        shot(page, f"services-{keys[0]}-390")
    assert not strangers(visitor.requests)


def test_incidents_are_told_under_the_pointer(visit_hub: Callable[..., Visitor]) -> None:
    visitor = visit_hub()
    page = visitor.open("/downloads?measure=Downloads&from=2026-04&to=2026-09")
    frame = visitor.chart("monthly_downloads")
    visitor.settled()
    marker = frame.locator(".scatterlayer path.point[transform]").first
    expect(marker).to_be_visible()
    tick = frame.locator(".xtick", has_text="2026-06").first.bounding_box()
    plot = frame.locator(".nsewdrag").first.bounding_box()
    page.mouse.move(tick["x"] + tick["width"] / 2, plot["y"] + plot["height"] / 2)
    hover = frame.locator(".hoverlayer")
    expect(hover).to_contain_text("stall, 2026-06-02")
    expect(hover).to_contain_text("stood still")


def test_ticks_of_months_are_told_once(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.open("/downloads", title="Downloads")
    ticks = visitor.chart("monthly_downloads").locator(".xtick text").all_text_contents()
    assert ticks
    assert len(set(ticks)) == len(ticks), ticks


def test_csv_holds_the_numbers_of_the_metric(
    visit: Callable[..., Visitor], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = visit()
    page = visitor.open("/?focus=Qwen&family=Llama&from=2025-01&to=2026-09")
    visitor.chart()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV of").click()
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text("utf-8"))))
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(server.home))
    metric = data.metric("account_downloads", account=["Qwen", "meta-llama"])
    wanted = {
        (f"{row.month:%Y-%m-%d}", row.account): (row.share, row.account_downloads)
        for row in metric[metric["month"] >= "2025-01-01"].itertuples()
    }
    found = {
        (row["month"], row["account"]): (float(row["share"]), float(row["account_downloads"]))
        for row in rows
    }
    assert found == wanted
    assert len(found) == len(rows) == 2 * 21
    assert waiting.value.suggested_filename == (
        "account_downloads_Qwen-Llama_2025-01_2026-09_as-of-2026-10-02.csv"
    )
    expect(page.locator(".status")).to_have_text("CSV saved")


def test_pictures_of_a_chart_are_for_slides(visit: Callable[..., Visitor]) -> None:
    """Made in the browser: as large as a slide, and with all that a reader of it alone needs."""
    visitor = visit()
    page = visitor.open("/?focus=Qwen&family=Llama&from=2025-01&to=2026-09")
    visitor.chart()
    files = {}
    for form in ("PNG", "SVG"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=f"{form} picture of").click()
        files[form] = Path(waiting.value.path())
        assert waiting.value.suggested_filename.endswith(f"_as-of-2026-10-02.{form.lower()}")
    with Image.open(files["PNG"]) as picture:
        assert picture.size == (1920, 1080)
        assert len(picture.convert("RGB").getcolors(1920 * 1080)) > 50
        assert picture.text["Title"].startswith("Share of text and vision-language downloads")
        assert "Unit: share" in picture.text["Description"]
        assert "as of 2026-10-02" in picture.text["Source"]
    root = ElementTree.parse(files["SVG"]).getroot()
    assert (root.get("width"), root.get("height")) == ("1920", "1080")
    said = " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    for text in (
        "Share of text and vision-language downloads", "Unit: share", "Qwen 29.9 %",
        "Meta (meta-llama) 2.6 %", "Source: Model Pulse", "as of 2026-10-02", "build of",
    ):  # fmt: skip
        assert text in said, said
    named = {part.tag.removeprefix(SVG): part.text or "" for part in list(root)[:2]}
    assert root.get("role") == "img"
    assert named["title"].startswith("Share of text and vision-language downloads")
    assert "Unit: share" in named["desc"]


def test_a_link_and_a_citation_are_copied(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.open("/?focus=Llama&family=Qwen&from=2025-01&to=2026-09")
    visitor.chart()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for menu, button, wanted in (
        ("Copy link", "Copy newest figures", "scale=Linear"),
        ("Copy link", "Copy this build", "build=adoption-"),
        ("Cite", "Copy BibTeX", "@misc{account_downloads-2026-10-02,"),
    ):
        page.get_by_role("button", name=f"{menu}: Share of text").click()
        page.get_by_role("button", name=button).hover()
        page.mouse.wheel(0, 40)  # within the menu
        page.get_by_role("button", name=button).click()
        expect(page.locator(".row .status")).to_have_text("Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert wanted in copied
        # What ends with the newest month goes on later, but not in a build that is named.
        if menu == "Copy link":
            assert ("&to=2026-09" in copied) == ("build=" in copied), copied
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name=button)).to_be_hidden()


# What needs the server only


# What a strategy team asks first: the question on the first page, and what answers it.
ANSWERS = (
    ("Is Qwen still ahead, and by how much?", "leads", "Does it hold against Llama?", "11.6 ×"),
    (
        "How did gpt-oss-20b launch against Qwen3?",
        "launches",
        "openai/gpt-oss-20b",
        "Downloads by day 365 after the release of each: gpt-oss-20b ≈ 49.1M ",
    ),
    ("Which claims about Qwen do not hold?", "claims", "≥ 50.0 %", "37.4 % in March 2026"),
    (
        "What happened after the lead left?",
        "events",
        "Junyang Lin",
        "December–February 37.7 %, April–June 40.9 % "
        "(March left out; Qwen3.5 was released between 16 February and 2 March).",
    ),
    (
        "How does China compare with the USA?",
        "regions",
        "China leads the USA",
        "34.8 % against 13.8 %",
    ),
)


def test_five_questions_are_answered_with_one_click(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    for question, path, subject, answer in ANSWERS:
        page = visitor.open(title="Qwen")
        page.get_by_role("link", name=re.compile(f"^{re.escape(question)}")).click()
        page.wait_for_url(f"**/{path}*")
        for text in (subject, answer):
            expect(page.locator("[data-testid=stMain]")).to_contain_text(text, timeout=PATIENCE)
        visitor.settled()
        assert page.locator("[data-testid=stException]").count() == 0, question


def test_every_page_is_two_clicks_away(visit: Callable[..., Visitor]) -> None:
    page = visit().open(title="Qwen")
    bar = page.locator("[data-testid=stHeader]")
    bar.get_by_text("Leads", exact=True).click()
    expect(page.locator("h1")).to_have_text("Leads", timeout=PATIENCE)
    bar.get_by_text("Measures", exact=True).click()
    page.get_by_role("menuitem", name="Usage").click()
    expect(page.locator("h1")).to_have_text("Usage", timeout=PATIENCE)


def test_ready(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    status, headers, body = server.get("/api/ready")
    assert status == 200
    assert headers.get_content_type() == "application/json"
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(server.home))
    assert json.loads(body) == {"build": data.newest_build().stem, "as_of": data.as_of()}


def test_the_briefing_is_found_by_its_name(server: Server) -> None:
    with urllib.request.urlopen(f"{server.url}/briefing?focus=Llama", timeout=10) as answer:
        assert answer.url == f"{server.url}/?focus=Llama"


def test_large_files_are_compressed(server: Server) -> None:
    _, _, index = server.get("/")
    scripts = set(re.findall(rb'(?:src|href)="\.?/?(static/js/[^"]+\.js)"', index))
    assert scripts
    for script in scripts:
        _, headers, body = server.get(f"/{script.decode()}", **{"Accept-Encoding": "gzip"})
        if len(body) > 2000:
            assert headers["Content-Encoding"] == "gzip", script
    _, headers, _ = server.get(f"/{max(scripts).decode()}")
    assert headers.get("Content-Encoding") is None  # not for those who cannot read it


def test_without_a_build(visit: Callable[..., Visitor], server: Server) -> None:
    """The command builds when there is none; here the builds vanish while it serves."""
    builds, away = server.home / "builds", server.home / "away"
    assert server.get("/api/ready")[0] == 200
    builds.rename(away)
    try:
        status, _, body = server.get("/api/ready")
        assert status == 503
        told = json.loads(body)
        assert (told["build"], told["as_of"]) == (None, None)
        assert "collectors build" in told["error"]
        page = visit().open(title="Nothing is built yet")
        expect(page.locator("h1")).to_have_text("Nothing is built yet", timeout=PATIENCE)
        expect(page.locator("[data-testid=stCode]")).to_have_text("collectors build")
    finally:
        away.rename(builds)
    assert server.get("/api/ready")[0] == 200
