"""Commands in processes of their own, whose libraries were loaded once.

To load the libraries of `collectors` takes longer than what most tests let a command do. A server
loads them, and forks a process for each command: with an environment, a working folder, streams,
signals and an exit code of its own, as `python -m collectors` has. How a command begins, while its
libraries are not there yet, is for tests with a process from scratch.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parent.parent
COLLECTORS = "from collectors import begin; begin.main()"
MESSAGE = 1 << 17  # bytes; arguments and an environment are a few thousand


class Forked:
    """A command that is running or has ended. `stderr` can be read while it runs."""

    def __init__(self, arguments: tuple[str, ...], told: IO[str], out: IO[str], err: IO[str]):
        self.arguments, self.stderr = arguments, err
        self._told, self._out = told, out
        self._code: int | None = None
        self.pid = int(told.readline())

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        if self._code is None and select.select([self._told], [], [], 0)[0]:
            self._code = int(self._told.readline())
        return self._code

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def ended(self, within: float = 60.0) -> subprocess.CompletedProcess[str]:
        """What came of it; asked once. It is killed when it has not ended within some seconds."""
        late = threading.Timer(within, self.send_signal, [signal.SIGKILL])
        late.start()
        with self._told, self._out, self.stderr:
            try:
                err = self.stderr.read()
                code = int(self._told.readline()) if self._code is None else self._code
            finally:
                late.cancel()
            self._out.seek(0)
            return subprocess.CompletedProcess(self.arguments, code, self._out.read(), err)


class Commands:
    """Begins commands. `server`: the end of a socket pair whose other end serves, see `serve`."""

    def __init__(self, server: socket.socket) -> None:
        self._server = server

    def __call__(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
        code: str = COLLECTORS,
    ) -> Forked:
        """Begin `collectors` with these arguments, or `python -c code` with them."""
        told, telling = os.pipe()
        read, written = os.pipe()
        out = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  (read at its end)
        order = {"argv": arguments, "env": dict(env or os.environ), "cwd": str(cwd), "code": code}
        given = [out.fileno(), written, telling]
        socket.send_fds(self._server, [json.dumps(order).encode()], given)
        os.close(written)
        os.close(telling)
        return Forked(arguments, os.fdopen(told), out, os.fdopen(read, encoding="utf-8"))


@contextmanager
def server() -> Iterator[Commands]:
    """A server of commands, until it is not needed any more."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, subprocess.Popen(
        [sys.executable, "-m", "tests.forked", str(theirs.fileno())],
        cwd=ROOT,
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # no terminal, so that what is forked writes in blocks too
    ):  # fmt: skip
        theirs.close()
        yield Commands(ours)
        ours.close()


def serve(orders: socket.socket) -> None:
    """Fork a process for each order, and one more that tells its number and its exit code."""
    from huggingface_hub import hf_hub_download  # noqa: F401, PLC0415  (loaded when first used)

    from collectors import cli, source  # noqa: F401, PLC0415

    source.load_all()
    while True:
        told, given, _, _ = socket.recv_fds(orders, MESSAGE, 3)
        if not told:
            return
        if not os.fork():
            orders.close()
            _watch(json.loads(told), *given)
        for number in given:
            os.close(number)
        while _has_ended_watchers():
            pass


def _has_ended_watchers() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def _watch(order: Mapping, out: int, err: int, telling: int) -> None:
    """Returns in the process of the command only, when that is over."""
    pid = os.fork()
    if pid:
        for number in (out, err):
            os.close(number)
        os.write(telling, b"%d\n" % pid)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.write(telling, b"%d\n" % code)
        os._exit(0)
    os.close(telling)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    _run(order["code"], order["argv"])


def _run(code: str, argv: list[str]) -> NoReturn:
    sys.argv = ["collectors", *argv]
    exec(code, {"__name__": "__main__"})
    sys.exit()


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as ends:
        serve(ends)
