"""Work at several hosts at the same time, at each of them in turn.

A work is a call without arguments that ends well, whatever its source answers: what it raises is
no fault of one source (a full disk, an interrupt), and ends all work.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from queue import SimpleQueue

MOST_HOSTS = 8  # hosts at the same time
GRACE_SECONDS = 1.0  # for works to end by themselves once they must
_NAME = "host"

Work = Callable[[], None]


def work_by_host(hosts: Sequence[Sequence[Work]], stop: threading.Event) -> None:
    """Do the works of each host in turn, at up to MOST_HOSTS hosts at the same time.

    The first exception of a work, or Ctrl-C, is raised here, at once: `stop` is set before, no
    other work begins, and those that see `stop` within GRACE_SECONDS end by themselves. One that
    waits for an answer is left behind, and must look at `stop` before it does anything more: each
    time before it writes, because what was held for these works is let go.
    """
    count = min(MOST_HOSTS, len(hosts))
    waiting: SimpleQueue[Sequence[Work] | None] = SimpleQueue()
    for works in (*hosts, *[None] * count):
        waiting.put(works)
    ended: SimpleQueue[BaseException | None] = SimpleQueue()

    def until_done() -> None:
        problem: BaseException | None = None
        try:
            for works in iter(waiting.get, None):
                _in_turn(works, stop)
        except BaseException as error:  # told to the thread that waits below
            problem = error
        ended.put(problem)

    # No thread may hold the process: one that waits for an answer can do so for minutes.
    threads = [
        threading.Thread(target=until_done, name=f"{_NAME} {number}", daemon=True)
        for number in range(count)
    ]
    try:
        for thread in threads:
            thread.start()
        _await(ended, count)
    except BaseException:
        stop.set()
        until = time.monotonic() + GRACE_SECONDS
        for thread in threads:
            if thread.ident is not None:
                thread.join(max(0.0, until - time.monotonic()))
        raise


def _await(ended: SimpleQueue[BaseException | None], count: int) -> None:
    for _ in range(count):
        if problem := ended.get():
            raise problem


def are_left_behind() -> bool:
    """Whether works still wait for answers that nobody needs any more."""
    return any(thread.name.startswith(f"{_NAME} ") for thread in threading.enumerate())


def _in_turn(works: Sequence[Work], stop: threading.Event) -> None:
    for work in works:
        if stop.is_set():
            return
        work()
