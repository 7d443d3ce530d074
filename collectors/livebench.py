"""LiveBench: scores of models by task, a release of the benchmark at a time.

Task sets change from release to release, so scores are never joined over releases. One entity is
one release: its table and its categories, joined as a JSON object of file name -> text. Releases
are final but the newest, to which models are added: it is read every run, under one entity with
the releases that the repository shows after it, which are found by listing, not by guessing.

LIVEBENCH_BASE_URL names another address of the files, GITHUB_BASE_URL of the API that lists them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from collectors.csv_answer import CsvTable, amount, csv_of
from collectors.errors import CollectError, WrongAnswerError
from collectors.fields import (
    MalformedRowError,
    body_of,
    json_answer,
    json_of,
    kind_of,
    listed,
    required,
    text,
)
from collectors.github import SERVICE as GITHUB
from collectors.http import Session, printable
from collectors.service import Service
from collectors.source import Fetched, Measures, Parsed, Row, Tracked
from data.snapshots import Manifest

NAME = "livebench"
TITLE = "LiveBench"
URL = "https://livebench.ai"
LICENCE = "none stated with the tables"
CITATION = "Source: LiveBench (livebench.ai), as of {as_of}"
ENTITY = "release"
TABLES = ("livebench__scores",)
MIN_ROWS = 20  # models; the newest release had 127
CADENCE = timedelta(days=1)
REQUIRED_KEYS = ("model",)
KEY = None
MOST_BYTES = 8 * 2**20
PACE = 0.0

SERVICE = Service(
    "LIVEBENCH",
    "https://raw.githubusercontent.com/LiveBench/livebench.github.io/main/public",
)
LISTING_PATH = "repos/LiveBench/livebench.github.io/contents/public"
address = SERVICE.address

RELEASES = (
    "2024_06_24", "2024_07_26", "2024_08_31", "2024_11_25", "2025_04_02", "2025_04_25",
    "2025_05_30", "2025_11_25", "2025_12_23", "2026_01_08",
)  # fmt: skip
"""Releases that are known to exist, oldest first. Add one when a newer one is known."""
NEWEST = f"{RELEASES[-1]} and later"

_FILE = re.compile(r"table_(\d{4}_\d\d_\d\d)\.csv")
_MODEL = "model"
_MOST_SCORE = 100.0

Files = Mapping[str, str]


def check_settings() -> None:
    """Raises ConfigurationError for LIVEBENCH_BASE_URL, GITHUB_BASE_URL or GITHUB_API_KEY."""
    SERVICE.check_settings()
    GITHUB.check_settings()


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """The releases that were not accepted in full yet, and always the newest."""
    return [release for release in RELEASES[:-1] if release not in have] + [NEWEST]


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """One release an entity, and those that are newer than the module in the last."""

    def read(entity: str) -> Fetched:
        warnings: list[str] = []
        files = _release(session, RELEASES[-1] if entity == NEWEST else entity)
        if entity == NEWEST:
            for release in _later(session, warnings):
                try:
                    files |= _release(session, release)
                except CollectError as error:
                    warnings.append(f"{release} is not read: {error}")
        rows = sum(len(table.rows) for _, table, _ in _releases(files))
        body = json.dumps(files, ensure_ascii=False).encode()
        facts = {"warnings": warnings} if warnings else {}
        return Fetched(entity, f"{address()}/{next(iter(files))}", 200, body, rows, facts)

    yield from SERVICE.each(planned, read)


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """Rows of livebench__scores, each model of a release once (the first row wins).

    What is counted, and set aside for a single wrong cell, is the row of a model: a mean over
    some of its tasks would be another score.
    """
    files = json_of(body)
    if not isinstance(files, dict) or not all(isinstance(part, str) for part in files.values()):
        raise WrongAnswerError(f"expected an object of files and texts, found {kind_of(files)}")
    rows: list[Row] = []
    aside: list[str] = []
    models = missing = 0
    for release, table, categories in _releases(files):
        seen: set[str] = set()
        for line in table.rows:
            try:
                cells = table.cells(line)
                missing += cells[_MODEL] is None
                model = required(text(cells, _MODEL), _MODEL)
                if model in seen:
                    continue
                scores = {task: amount(cells, task, _MOST_SCORE) for task in categories}
            except MalformedRowError as problem:
                aside.append(str(problem))
                continue
            seen.add(model)
            rows += [
                {
                    "release": release,
                    "model": model,
                    "task": task,
                    "run": manifest.run,
                    "observed_at": manifest.fetched_at,
                    "category": categories[task],
                    "score": score,
                }
                for task, score in scores.items()
            ]
        models += len(seen)
    return Parsed({TABLES[0]: rows}, models + len(aside), missing, aside)


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """Models scored, those new since the reading before, and tasks."""
    rows = parsed.tables[TABLES[0]]
    models = _models(parsed)
    return {
        "models": len(models),
        "new": None if before is None else len(models - _models(before)),
        "tasks": len({(row["release"], row["task"]) for row in rows}),
    }


def _models(parsed: Parsed) -> set[tuple[date, str]]:
    return {(row["release"], row["model"]) for row in parsed.tables[TABLES[0]]}


def _release(session: Session, release: str) -> dict[str, str]:
    """The two files of a release, by name; WrongAnswerError when they are not a release."""
    files = {}
    for name in (f"table_{release}.csv", f"categories_{release}.json"):
        answer = SERVICE.get(session, name)
        try:
            files[name] = body_of(answer, f"{name}, a file of a release").decode("utf-8-sig")
        except UnicodeDecodeError:
            raise WrongAnswerError(f"{name}: expected text, found other bytes") from None
    for _ in _releases(files):
        pass
    return files


def _later(session: Session, warnings: list[str]) -> list[str]:
    """The releases that the repository shows after the newest known one, oldest first.

    Without the listing the known ones are worth reading: why it is lacking becomes a warning.
    """
    accept = [("Accept", "application/vnd.github+json")]
    try:
        answer = GITHUB.get(session, LISTING_PATH, headers=accept)
        entries = listed(json_answer(answer), "files")
    except CollectError as error:
        warnings.append(f"releases after {RELEASES[-1]} could not be looked for: {error}")
        return []
    names = [str(entry.get("name")) for entry in entries if isinstance(entry, dict)]
    found = {match[1] for name in names if (match := _FILE.fullmatch(name))}
    if RELEASES[-1] not in found:
        warnings.append(
            f"releases after {RELEASES[-1]} could not be looked for: expected a list of files "
            f"with that release, found {len(names):,} files without it"
        )
    return sorted(release for release in found if release > RELEASES[-1] and _is_date(release))


def _releases(files: Files) -> Iterator[tuple[date, CsvTable, dict[str, str]]]:
    """Each release of a body: its date, its table, and the category of each of its tasks."""
    if not files:
        raise WrongAnswerError("expected the files of a release, found none")
    for name in files:
        match = _FILE.fullmatch(name)
        if match is None:
            if _FILE.fullmatch(name.replace("categories_", "table_").replace(".json", ".csv")):
                continue
            raise WrongAnswerError(f"expected files of releases, found {printable(name, 60)!r}")
        release = match[1]
        if not _is_date(release):
            raise WrongAnswerError(f"expected a release by date, found {release!r}")
        table = _table(name, files[name])
        yield _date(release), table, _categories(release, table, files)


def _table(name: str, content: str) -> CsvTable:
    table = csv_of(content)
    if table.header[0] != _MODEL:
        # The site answers unknown paths with the page of its app, and 200.
        found = printable(table.header[0], 60)
        raise WrongAnswerError(
            f"{name}: expected a table whose first column is {_MODEL!r}, found {found!r}"
        )
    if len(table.header) < 2 or not table.rows:
        raise WrongAnswerError(f"{name}: expected tasks and models, found none")
    table.require(table.header)
    _require_names(name, table.header)
    return table


def _categories(release: str, table: CsvTable, files: Files) -> dict[str, str]:
    """The category of each task of a table, in its order."""
    name = f"categories_{release}.json"
    if name not in files:
        raise WrongAnswerError(f"expected {name} beside the table, found none")
    categories = json_of(files[name].encode("utf-8", "replace"))
    if not isinstance(categories, dict):
        raise WrongAnswerError(f"{name}: expected an object, found {kind_of(categories)}")
    of_task: dict[str, str] = {}
    _require_names(name, categories)
    for category, tasks in categories.items():
        for task in listed(tasks, f"tasks of a category in {name}"):
            if of_task.setdefault(str(task), category) != category:
                raise WrongAnswerError(
                    f"{name}: expected one category a task, found two for "
                    f"{printable(str(task), 60)!r}"
                )
    lacking = [task for task in table.header[1:] if task not in of_task]
    if lacking:
        raise WrongAnswerError(
            f"{name}: expected a category for each task of the table, "
            f"found none for {printable(', '.join(lacking), 120)}"
        )
    return {task: of_task[task] for task in table.header[1:]}


def _require_names(file: str, names: Iterable[str]) -> None:
    """Tasks and categories stand in every row, so one that is no name spoils the release."""
    for name in names:
        try:
            text({"name": name}, "name")
        except MalformedRowError:
            raise WrongAnswerError(
                f"{file}: expected names, found {printable(name, 60)!r}"
            ) from None


def _date(release: str) -> date:
    return date.fromisoformat(release.replace("_", "-"))


def _is_date(release: str) -> bool:
    try:
        return bool(_date(release))
    except ValueError:
        return False
