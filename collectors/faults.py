"""What the code of a source raises and nobody foresaw: told as a fault of ours."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collectors.errors import FaultError
from collectors.http import printable
from data.errors import AdoptionError


@contextmanager
def foreseen() -> Iterator[None]:
    """Around the code of a source: what it raises and nobody foresaw becomes a FaultError."""
    try:
        yield
    except AdoptionError:
        raise
    except Exception as error:
        raise FaultError(fault_of(error)) from error


def fault_of(error: Exception) -> str:
    """What an error that nobody foresaw says, and the line of ours that it came from."""
    here = f"{Path(__file__).parent}{os.sep}"
    ours = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(here)]
    where = f" at collectors/{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    said = printable(str(error), 160)
    return f"{type(error).__name__}: {said}{where}; a fault of the collector, please report it"
