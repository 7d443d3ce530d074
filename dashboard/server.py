"""The web application: Streamlit's app, a readiness route, compressed answers."""

from __future__ import annotations

import gc
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

import data
from dashboard import exports, toolrow

APP = Path(__file__).parent / "app.py"
SETTINGS = data.ROOT / ".streamlit" / "config.toml"


def settings(host: str, port: int) -> dict[str, Any]:
    """Streamlit's settings by dotted name: those of .streamlit/config.toml, host and port.

    They are handed over, not left to be found: Streamlit reads that file from the working folder
    only, and without it sends usage statistics.
    """
    file = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
    return {**dict(_flat(file)), "server.address": host, "server.port": port}


def application() -> st.App:
    """The ASGI application."""
    return st.App(
        APP,
        lifespan=_lifespan,
        routes=routes(),
        middleware=[Middleware(GZipMiddleware, minimum_size=1024)],
    )


def routes() -> list[Route]:
    """What the server answers besides Streamlit."""
    return [
        Route("/api/ready", ready),
        Route("/briefing", first_page),
        Route("/export/plotly.js", exports.plotly_js),
        Route("/export/tools.js", toolrow.serve),
        Route("/export/{name}", exports.download),
    ]


async def ready(_: Request) -> JSONResponse:
    """200 with the build's name and as-of date; 503 when there is no build to read."""
    try:
        build = data.newest_build()
        return JSONResponse({"build": build.stem, "as_of": data.as_of(build)})
    except (data.NoBuildError, data.BuildError) as error:
        return JSONResponse({"build": None, "as_of": None, "error": str(error)}, status_code=503)


async def first_page(request: Request) -> RedirectResponse:
    """The Briefing, which is at the root, where its name is asked for."""
    # Relative, since the server may stand below a path of its own.
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")


@asynccontextmanager
async def _lifespan(_: st.App) -> AsyncIterator[None]:
    # Streamlit collects garbage after every run of the script: what the imports made need not be
    # walked each time. That is most of a rerun's cost.
    import dashboard.parts  # noqa: F401, PLC0415  (the heavy imports, before the freeze)

    gc.collect()
    gc.freeze()
    yield


def _flat(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
