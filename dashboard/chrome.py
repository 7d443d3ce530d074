"""Plotly figures as PNG and SVG without a page: drawn by the system's Chrome or Chromium.

Kaleido, which drives the browser, is the optional extra `images`. One browser is started for all
the figures of a call; it sees no network, and none is left running whatever happens.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import plotly.graph_objects as go

from dashboard import about
from dashboard.pictures import HEIGHT, WIDTH
from data import AdoptionError

FORMATS = ("png", "svg")
OPEN_SECONDS = 30.0
PICTURE_SECONDS = 30.0
CLOSE_SECONDS = 5.0
NO_KALEIDO = (
    "PNG and SVG are drawn with Kaleido, which is not installed; in this software's folder run "
    "`.venv/bin/pip install -e '.[images]'`, or export pptx or xlsx, which need no browser"
)
NO_CHROME = (
    "PNG and SVG are drawn by Chrome or Chromium, and none was found; install one "
    "(`apt install chromium`), or set BROWSER_PATH to its program"
)
ANOTHER = (
    "try again, set BROWSER_PATH to another Chrome or Chromium, or export pptx or xlsx, which need "
    "no browser"
)
LONGEST_WHY = 200
# Figures are whole: nothing is to be fetched, and nothing is to be told to anyone.
_ALONE = ("--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND")
# Plotly names the parts of a drawing by six random letters, the same for all parts of a figure.
_RANDOM = re.compile(r'id="defs-([0-9a-f]{6})"')
_NAMED = re.compile(r'(?:\b(?:id|class)="|#)[^"\')]+')


class PictureError(AdoptionError):
    """No picture could be drawn; the message says what is missing or what went wrong."""


def pictures(figures: Sequence[go.Figure], format: str) -> list[bytes]:
    """Each figure as the bytes of a PNG or SVG file of 1920x1080, in the same order.

    The same figure gives the same bytes with the same browser. Raises PictureError without Kaleido
    or a browser, and when the browser fails or takes too long.
    """
    try:
        import kaleido  # noqa: F401, PLC0415  (an optional extra, and slow to load)
    except ImportError:
        raise PictureError(NO_KALEIDO) from None
    drawn = asyncio.run(_drawn(figures, format))
    told = [dict(figure.layout.meta or {}) for figure in figures]
    if format == "svg":
        drawn = [without_chance(picture) for picture in drawn]
    return [about.told(picture, words) for picture, words in zip(drawn, told, strict=True)]


async def _drawn(figures: Sequence[go.Figure], format: str) -> list[bytes]:
    from kaleido import Kaleido, errors  # noqa: PLC0415

    for name in ("kaleido", "choreographer", "browser_proc"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # what matters is raised
    path = os.environ.get("BROWSER_PATH")
    try:
        browser = Kaleido(mathjax=False, timeout=PICTURE_SECONDS, browser_cls=_alone())
    except errors.ChromeNotFoundError:
        told = f"BROWSER_PATH is {path!r}, which is no program; {NO_CHROME}" if path else NO_CHROME
        raise PictureError(told) from None
    is_well = False
    try:
        async with asyncio.timeout(OPEN_SECONDS):
            await browser.open()
        drawn = [await _picture(browser, figure, format) for figure in figures]
        is_well = True
    except TimeoutError:
        raise PictureError(
            f"the browser took longer than {PICTURE_SECONDS:.0f} s for a picture; {ANOTHER}"
        ) from None
    except (errors.BrowserClosedError, errors.BrowserFailedError, OSError):
        if _is_interrupted():  # which looks to Kaleido like a browser that failed
            raise asyncio.CancelledError from None
        raise PictureError(
            f"the browser {path or ''} did not start, or ended before it had drawn; {ANOTHER}"
        ) from None
    except (errors.JavascriptError, errors.KaleidoError) as error:
        told = " ".join(str(error).split())[:LONGEST_WHY]
        raise PictureError(f"the browser could not draw this: {told}") from None
    finally:
        await _end(browser, is_well=is_well)
    return drawn


async def _picture(browser: Any, figure: go.Figure, format: str) -> bytes:
    size = {"format": format, "width": WIDTH, "height": HEIGHT, "scale": 1}
    # Traces without a name get one by chance.
    traces = [
        {**trace.to_plotly_json(), "uid": f"t{number}"} for number, trace in enumerate(figure.data)
    ]
    layout = figure.layout.to_plotly_json()
    layout.pop("meta", None)  # which texts of a chart could ask for
    named = {"data": traces, "layout": layout}
    async with asyncio.timeout(PICTURE_SECONDS):
        picture: bytes = await browser.calc_fig(named, size)
    return picture


def _is_interrupted() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _end(browser: Any, *, is_well: bool) -> None:
    """Close the browser; by force where it failed or does not answer."""
    process = getattr(browser, "subprocess", None)
    if process is not None and not is_well:
        _kill(process)
    with suppress(Exception):
        async with asyncio.timeout(CLOSE_SECONDS):
            await browser.close()
    if process is not None:
        _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a browser and the processes that it started, which are a group of their own."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _alone() -> type:
    """The browser as Kaleido starts it, cut off from every network."""
    from choreographer.browsers import Chromium  # noqa: PLC0415

    class Alone(Chromium):
        def get_cli(self) -> Sequence[str]:
            return [*super().get_cli(), *_ALONE]

    return Alone


def without_chance(svg: bytes) -> bytes:
    """A picture with the same identifiers each time it is drawn."""
    text = svg.decode()
    found = _RANDOM.search(text)
    if not found:
        return svg
    # Only in names: the same six digits may stand in a path.
    return _NAMED.sub(lambda name: name[0].replace(found[1], "figure"), text).encode()
