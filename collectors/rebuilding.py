"""Parse every stored run anew into a fresh history, which then takes the place of the old one.

The files of archives are not kept, so what was typed of them is taken over.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from collectors.lock import lock
from collectors.parsing import observed, parse_run
from collectors.records import Progress, Silent
from collectors.source import listings
from data.errors import HistoryError
from data.history import History, is_of_run
from data.snapshots import SnapshotStore

_FRESH_HISTORY = ".history.rebuild"


def rebuild(data_dir: Path, progress: Progress | None = None) -> int:
    """Parse every stored run anew into a new history/; returns the number of runs.

    Partitions whose snapshots are not here (archives too large to keep) are taken over unchanged;
    those of them that are damaged are left out, and told.
    Raises LockedError, SnapshotError, HistoryError; then the old history stays as it was.
    """
    progress = progress or Silent()
    with lock(data_dir):
        store, old = SnapshotStore(data_dir), History(data_dir / "history")
        fresh = History(data_dir / _FRESH_HISTORY, is_lasting=False)
        shutil.rmtree(fresh.root, ignore_errors=True)
        fresh.root.mkdir(parents=True)
        try:
            runs = [(source, run) for source in listings() for run in store.runs(source.NAME)]
            parsed_anew = {f"{run.name}.{source.NAME}" for source, run in runs}
            _take_over(old, fresh, parsed_anew, progress)
            earlier = {source.NAME: observed(fresh, source.NAME) for source in listings()}
            for source, run in runs:
                parse_run(source, run, fresh, earlier[source.NAME])
            old.replace_with(fresh)
        finally:
            shutil.rmtree(fresh.root, ignore_errors=True)
        return len(runs)


def _take_over(old: History, fresh: History, parsed_anew: set[str], progress: Progress) -> None:
    for table in old.tables():
        for path in old.partitions(table):
            if path.stem in parsed_anew:
                continue
            # A day of an archive stays whatever it is: later ones are told by what it was.
            if is_of_run(path):
                try:
                    old.verify(path)
                except HistoryError as error:
                    progress.note(f"left out: {error}")
                    continue
            target = fresh.root / path.relative_to(old.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
