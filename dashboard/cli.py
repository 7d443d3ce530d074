"""The command `dashboard`: builds when something changed, then starts the app."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from typing import Annotated

import typer

import data
from dashboard.begin import EXIT_INTERRUPTED, has_begun
from dashboard.export_command import PlainCommand, export

DEFAULT_PORT = 8501
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port to serve on.", min=1, max=65535)] = DEFAULT_PORT,
    host: Annotated[
        str, typer.Option(help="Address to serve on; 0.0.0.0 opens it to the network.")
    ] = "127.0.0.1",
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
) -> None:
    """Show how widely open-weight model families are used. Builds first when seeds, SQL, code or
    collected history have changed since the newest build."""
    if context.invoked_subcommand:
        return
    has_begun()
    try:
        _require_free(host, port)
        ensure_build()
        url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"
        _say(f"Open Model Adoption: {url}  (Ctrl-C stops it)")
        if browser and sys.stdout.isatty():
            _open_when_up(url, host, port)
        from dashboard.server import application, settings  # noqa: PLC0415  (slow: after the checks)
    except KeyboardInterrupt:
        _say("interrupted")
        raise typer.Exit(EXIT_INTERRUPTED) from None

    application().run(config=settings(host, port))


app.command("export", cls=PlainCommand)(export)


def main() -> None:
    """The command, whose libraries are loaded by now; dashboard/begin.py calls it.

    Exit code 1 with `error: ...` for what this project raises on purpose.
    """
    try:
        app()
    except data.AdoptionError as error:
        _say(f"error: {error}")
        sys.exit(1)


def ensure_build() -> None:
    """Build in a process of its own, so that the collectors' code stays out of the server's."""
    try:
        reasons = data.stale_reasons()
    except data.NoBuildError:
        reasons = ["there is no build yet"]
    if not reasons:
        return
    _say(f"Building ({', '.join(reasons)}) ...")
    # The builder need not say what to run next.
    environment = {**os.environ, "ADOPTION_FROM_DASHBOARD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "collectors", "build"], check=False, env=environment
    )
    if done.returncode == 0:
        return
    try:
        build = data.newest_build()
    except data.NoBuildError:
        sys.exit(done.returncode)
    _say(f"The build failed, see above. The previous one goes on serving: {build.stem}")


def _require_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            _say(
                f"error: cannot serve on {host}:{port}: {error.strerror}. "
                f"Choose another port with --port, e.g. --port {port + 1 if port < 65535 else 8501}"
            )
            sys.exit(1)


def _open_when_up(url: str, host: str, port: int) -> None:
    def wait() -> None:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex((host, port)) == 0:
                    webbrowser.open(url)
                    return
            time.sleep(0.1)

    threading.Thread(target=wait, daemon=True).start()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
