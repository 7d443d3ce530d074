"""Where things lie: the project's own files, and the data directory."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEEDS_DIR = ROOT / "seeds"


def sql_text(path: Path) -> str:
    """A path as it is quoted in SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def data_dir() -> Path:
    """The folder that holds snapshots/, history/, builds/ and runs/.

    ADOPTION_DATA_DIR names it; without that variable it is the folder data/ of the project.
    """
    named = os.environ.get("ADOPTION_DATA_DIR")
    return Path(named).expanduser().resolve() if named else ROOT / "data"
