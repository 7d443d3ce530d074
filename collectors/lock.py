"""One process at a time at work in a data directory, by a lock in runs/."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collectors.errors import LockedError
from data.history import History


@contextmanager
def lock(data_dir: Path) -> Iterator[None]:
    """Hold the data directory; raises LockedError at once when another process does.

    A history that a killed rebuild had set aside is put back first.
    """
    path = data_dir / "runs" / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(
                f"{path}: another run of the collectors is at work; wait for it to end"
            ) from None
        History(data_dir / "history").recover()
        yield


def is_locked(data_dir: Path) -> bool:
    """Whether another process holds the data directory right now."""
    try:
        with (data_dir / "runs" / "lock").open() as file:
            # Shared and let go at once, so that two that only look do not see each other.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
