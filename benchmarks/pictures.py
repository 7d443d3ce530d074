"""PNG and SVG as a reader gets them: the real server and a real Chromium, click to finished file.

Milliseconds are from the click until the download is complete. At the first click the browser has
never seen the dashboard, but has loaded meanwhile what the tools load by themselves: the drawing
library when the page is idle, and the chart's figure when the pointer comes near.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from benchmarks.process import ROOT

FORMATS = ("svg", "png")
# Charts with little and with much to draw: address, chart.
VIEWS = (
    ("/", "account_downloads"),
    ("/downloads?show=Mix", "download_mix"),
    ("/usage?tokens_by=Author&token_step=Days", "token_share"),
)
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--no-first-run",
)  # fmt: skip
WINDOW = {"width": 1440, "height": 900}
PATIENCE = 60  # seconds
CLICKS = 5  # at most, of one button: enough for a median
SERVE = (
    "import sys; from dashboard.server import application, settings; "
    "application().run(config=settings('127.0.0.1', int(sys.argv[1])))"
)
# Streamlit's own drawing library has the same name: only its script tells that of the tools.
REMEMBER = """
document.addEventListener("click", () => {
  window.clickedAt = performance.timeOrigin + performance.now();
}, { capture: true });
document.addEventListener("load", (event) => {
  if (String(event.target.src).includes("/export/plotly.js")) window.isLibraryLoaded = true;
}, { capture: true });
"""


def why_not() -> str:
    """Why no picture can be made here; '' where one can."""
    if find_spec("playwright") is None:
        return "playwright is not installed; `make test` brings it"
    if _chromium() is None:
        return "there is no chromium on the PATH; `apt-get install chromium` brings it"
    return ""


def take(repeats: int) -> dict[str, Any]:
    """Milliseconds by chart and format: at once, at the first click, and later; {'why_not': ...}
    where there is no browser."""
    reason = why_not()
    if reason:
        return {"why_not": reason, "pictures": []}
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (may not be installed)

    rows = []
    with _serving() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=list(ARGUMENTS))
        for path, key in VIEWS:
            for format in FORMATS:
                with _tab(browser) as page:
                    at_once = _click(_button(page, url + path, key, format), page)[0]
                with _tab(browser) as page:
                    button = _button(page, url + path, key, format)
                    page.wait_for_function("() => window.isLibraryLoaded")
                    with page.expect_response(
                        lambda answer: "figure.json" in answer.url
                    ) as waiting:
                        button.hover()
                    waiting.value.finished()
                    first, within = _click(button, page)
                    later = [_click(button, page)[0] for _ in range(min(repeats, CLICKS))]
                rows.append(
                    {
                        "chart": key, "format": format, "first_ms": first,
                        "first_until_handed_over_ms": within,
                        "later_ms": statistics.median(later), "later_max_ms": max(later),
                        "nothing_loaded_ms": at_once,
                    }
                )  # fmt: skip
        browser.close()
    return {"why_not": "", "pictures": rows}


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def _button(page: Any, address: str, key: str, format: str) -> Any:
    """The button of a picture on a page whose script has run and whose chart is painted."""
    page.goto(address)
    tools = page.locator(f'.row[data-chart="{key}"]')
    button = tools.get_by_role("button", name=f"{format.upper()} picture of")
    button.wait_for()
    page.locator(f".st-key-chart-{key} .js-plotly-plot .main-svg").first.wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for()
    return button


def _is_figure(answer: Any) -> bool:
    return "figure.json" in answer.url


def _click(button: Any, page: Any) -> tuple[float, float]:
    """Milliseconds from the click to the finished file, and to where the script hands it over."""
    with page.expect_download() as waiting:
        button.click()
    waiting.value.path()
    done = 1000 * time.time()
    within = page.evaluate(
        "() => performance.getEntriesByType('measure')"
        ".filter(one => one.name.startsWith('chart-')).at(-1)?.duration"
    )
    return done - page.evaluate("() => window.clickedAt"), within


@contextmanager
def _tab(browser: Any) -> Iterator[Any]:
    """A window of a browser that has seen nothing."""
    context = browser.new_context(accept_downloads=True, viewport=WINDOW)
    context.set_default_timeout(1000 * PATIENCE)
    context.add_init_script(REMEMBER)
    try:
        yield context.new_page()
    finally:
        context.close()


@contextmanager
def _serving() -> Iterator[str]:
    """The address of a server of the data directory that the environment names."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port)],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_until_up(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _wait_until_up(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(10 * PATIENCE):
        try:
            with urllib.request.urlopen(f"{url}/api/ready"):
                return
        except OSError:
            if server.poll() is not None:
                raise RuntimeError(f"the server ended with {server.returncode}") from None
            time.sleep(0.1)
    raise RuntimeError(f"the server did not answer within {PATIENCE} seconds")
