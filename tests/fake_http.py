"""What every fake service shares: a server on this machine, and the ways in which delivery fails.

Each fault is made with real bytes on a real connection, so that a client meets what it would meet
on the internet: a reset is a reset, and a compressed answer that ends early ends early.
"""

from __future__ import annotations

import contextlib
import email.utils
import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PAGE = b"<!DOCTYPE html><html><body>Just a moment...</body></html>"


class Answering(BaseHTTPRequestHandler):
    """Sends answers, good and bad ones."""

    protocol_version = "HTTP/1.1"
    wbufsize = 2**16  # head and body in one packet; otherwise each answer waits 40 ms for an ACK

    def log_message(self, *_: object) -> None:
        pass

    def usual_headers(self) -> Mapping[str, str]:
        """What this service puts on every answer, unless the answer says it otherwise."""
        return {}

    def send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Send an answer as it is."""
        length = {"Content-Length": str(len(body))}
        self.send_response(status)
        for name, value in {**length, **self.usual_headers(), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def send_fitting(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Send an answer, compressed when it is a good one and the client knows how."""
        if status == 200 and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 1)
            headers = {**headers, "Content-Encoding": "gzip"}
        self.send(status, body, headers)

    def send_json(self, status: int, value: Any, headers: Mapping[str, str] | None = None) -> None:
        """Send a JSON value."""
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        kind = {"Content-Type": "application/json; charset=utf-8"}
        self.send_fitting(status, body, {**kind, **(headers or {})})

    def send_page(self, status: int = 200) -> None:
        """Send a page of HTML, as whatever stands before a service does."""
        self.send(status, PAGE, {"Content-Type": "text/html; charset=utf-8"})

    def send_truncated_gzip(self) -> None:
        """Send a compressed body that ends early, in an orderly way."""
        body = gzip.compress(b'[{"_id":"' + b"a" * 9000 + b'"}]')[:-20]
        kind = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        self.send(200, body, kind)

    def send_cut(self) -> None:
        """Send fewer bytes than were announced."""
        self.send(200, b"[", {"Content-Type": "application/json", "Content-Length": "9999"})
        self.close_connection = True

    def send_reset(self) -> None:
        """Reset the connection half way."""
        self.send_cut()
        # Closing with unsent data and no lingering sends a reset instead of an orderly end.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def stall(self, seconds: float) -> None:
        """Send nothing for a while, then nothing at all."""
        time.sleep(seconds)
        self.close_connection = True

    def send_large(self, size: int, *, compress: bool) -> None:
        """Send a body of that size; compressed it is next to nothing on the way."""
        body = b"[" + b" " * size + b"]"
        headers = {"Content-Type": "application/json"}
        if compress:
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        try:
            self.send(200, body, headers)
        except OSError:
            self.close_connection = True


class Local:
    """A server on 127.0.0.1 that listens while it is open."""

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int = 0) -> None:
        self.http = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.http.daemon_threads = True
        self._thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        return int(self.http.server_address[1])

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self.http.shutdown()
        self.http.server_close()


def http_date(seconds: float) -> str:
    """An HTTP date so many seconds from now."""
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


def serve_until_stopped() -> None:
    """Wait for an interrupt, as by Ctrl+C."""
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()
