"""Where the command `collectors` begins: before its libraries are loaded, which takes a while.

Until a command does something there is nothing to tidy up, so Ctrl-C ends the process at once.
Raised as an exception it would come out of the middle of some library, or be swallowed there.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

EXIT_INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command; the console script's entry point."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, leave)
    from collectors import cli  # noqa: PLC0415  (loads the libraries)

    cli.main()


def has_begun() -> None:
    """From now on Ctrl-C is a KeyboardInterrupt again; called when a command sets to work."""
    if signal.getsignal(signal.SIGINT) is leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def leave(_number: int, _frame: FrameType | None) -> NoReturn:
    """End the process at once, as a signal asks: nothing has begun that could be kept."""
    sys.stderr.write("interrupted\n")
    sys.stderr.flush()
    os._exit(EXIT_INTERRUPTED)
