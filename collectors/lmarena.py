"""LMArena: ratings of models by people's votes, from its leaderboard dataset on the Hub.

One entity is one board; its body is the Parquet file of the newest leaderboard. Read are `text`,
the votes as they were cast, and `text_style_control`, the same with the effect of length and layout
taken out, which is what the leaderboard's own page shows first. Of each the category `overall` is
kept: the stored files hold all categories, so another one is a word in CATEGORIES and
`collectors rebuild`. Ratings are fitted anew each time, so older values are not differenced; the
date is that of the leaderboard, never that of the file.

HF_ENDPOINT names another Hub, HF_TOKEN a token (optional).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from collectors import hub
from collectors.errors import CollectError, FetchError, UnreachableError, WrongAnswerError
from collectors.fields import MalformedRowError, body_of, day, number, required, text, whole
from collectors.http import Answer, Credentials, Session, printable, shortened
from collectors.source import Fetched, Measures, Parsed, Row, Tracked
from data.snapshots import Manifest

NAME = "lmarena"
TITLE = "LMArena leaderboards"
URL = "https://huggingface.co/datasets/lmarena-ai/leaderboard-dataset"
LICENCE = "CC BY 4.0"
CITATION = "Source: LMArena, leaderboard-dataset (lmarena-ai, CC BY 4.0), as of {as_of}"
ENTITY = "board"
TABLES = ("lmarena__ratings",)
MIN_ROWS = 50  # some hundreds of models are on a board
CADENCE = timedelta(days=1)
REQUIRED_KEYS = ("model_name", "rating", "leaderboard_publish_date")
KEY = None
MOST_BYTES = 64 * 2**20
PACE = 0.0
check_settings = hub.check_settings
address = hub.endpoint

DATASET = "lmarena-ai/leaderboard-dataset"
FILE = "latest-00000-of-00001.parquet"
BOARDS = ("text", "text_style_control")
CATEGORIES = ("overall",)
COLUMNS = (
    "model_name",
    "organization",
    "license",
    "rating",
    "rating_lower",
    "rating_upper",
    "vote_count",
    "rank",
    "category",
    "leaderboard_publish_date",
)

_MAGIC = b"PAR1"
_MOST_ROWS = 200_000  # the newest leaderboard has some thousands, over all categories
_MOST_RATING = 10_000.0


def plan(have: Collection[str], tracked: Tracked, today: date) -> list[str]:
    """Every board, each run: ratings are fitted anew."""
    return list(BOARDS)


def fetch(session: Session, planned: Sequence[str], tracked: Tracked) -> Iterator[Fetched]:
    """The newest leaderboard of each board; raises ConfigurationError for HF_ENDPOINT, HF_TOKEN."""
    endpoint = hub.endpoint()
    credentials = hub.credentials(endpoint)
    for board in planned:
        yield _board(session, endpoint, credentials, board)


def parse(body: bytes, manifest: Manifest) -> Parsed:
    """Rows of lmarena__ratings in CATEGORIES, each model once a category and leaderboard."""
    seen: set[tuple[Any, ...]] = set()
    rows: list[Row] = []
    aside: list[str] = []
    missing = 0
    for entry in _entries(body):
        missing += any(entry[key] is None for key in REQUIRED_KEYS)
        try:
            row = _typed(entry, manifest)
        except MalformedRowError as problem:
            aside.append(str(problem))
            continue
        identity = (row["model"], row["category"], row["published_on"])
        if identity not in seen:
            seen.add(identity)
            rows.append(row)
    return Parsed({TABLES[0]: rows}, len(rows) + len(aside), missing, aside)


def measure(parsed: Parsed, before: Parsed | None) -> Measures:
    """Models rated, and those that were not on the leaderboard before."""
    models = {row["model"] for row in parsed.tables[TABLES[0]]}
    known = {row["model"] for row in before.tables[TABLES[0]]} if before else None
    return {"models": len(models), "new": None if known is None else len(models - known)}


def _board(session: Session, endpoint: str, credentials: Credentials | None, board: str) -> Fetched:
    url = f"{endpoint}/datasets/{DATASET}/resolve/main/{board}/{FILE}"
    try:
        answer = _asked(session, url, credentials)
        rows = len(_entries(body_of(answer, "a Parquet file")))
    except UnreachableError as error:
        return Fetched(board, url, None, error=f"{error}; {hub.IF_UNREACHED}")
    except CollectError as error:
        return Fetched(board, url, getattr(error, "status", None), error=str(error))
    # Where the Hub leads to carries a signature, so the address that was asked for is kept.
    return Fetched(board, url, answer.status, answer.body, rows)


def _asked(session: Session, url: str, credentials: Credentials | None) -> Answer:
    try:
        return session.get(url, credentials=credentials)
    except FetchError as error:
        if credentials is None or error.status not in (401, 403):
            raise
    # A token of the wrong kind is refused on routes that work without one.
    return session.get(url)


def _entries(body: bytes) -> list[dict[str, Any]]:
    """The entries of CATEGORIES, as they stand in the file; WrongAnswerError."""
    if not (body.startswith(_MAGIC) and body.endswith(_MAGIC)):
        found = printable(body[:40].decode("utf-8", "replace"), 40)
        raise WrongAnswerError(f"expected a whole Parquet file, found {found!r}")
    try:
        file = pq.ParquetFile(pa.BufferReader(body))
        _require_columns(file.schema_arrow.names)
        if file.metadata.num_rows > _MOST_ROWS:
            raise WrongAnswerError(
                f"expected at most {_MOST_ROWS:,} rows, found {file.metadata.num_rows:,}"
            )
        entries: list[dict[str, Any]] = file.read(columns=list(COLUMNS)).to_pylist()
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise WrongAnswerError(
            "expected a Parquet file that can be read, "
            f"found one that cannot ({printable(str(error), 80)})"
        ) from None
    kept = [entry for entry in entries if entry["category"] in CATEGORIES]
    if not kept:
        categories = shortened(sorted({str(entry["category"]) for entry in entries}))
        raise WrongAnswerError(
            f"expected rows of the category {', '.join(CATEGORIES)}, "
            f"found {categories or 'no row at all'}"
        )
    return kept


def _require_columns(names: Sequence[str]) -> None:
    missing = [name for name in COLUMNS if names.count(name) != 1]
    if missing:
        raise WrongAnswerError(
            f"expected the column {shortened(missing)} once, found {shortened(names) or 'none'}"
        )


def _typed(entry: Mapping[str, Any], manifest: Manifest) -> dict[str, Any]:
    rating = required(_rating(entry, "rating"), "rating")
    lower, upper = _rating(entry, "rating_lower"), _rating(entry, "rating_upper")
    if (lower is not None and lower > rating) or (upper is not None and upper < rating):
        raise MalformedRowError("rating is outside its own interval")
    return {
        "board": manifest.entity,
        "model": required(text(entry, "model_name") or None, "model_name"),
        "category": required(text(entry, "category"), "category"),
        "published_on": _published_on(entry),
        "run": manifest.run,
        "observed_at": manifest.fetched_at,
        "organization": text(entry, "organization") or None,
        "licence": text(entry, "license") or None,
        "rating": rating,
        "rating_lower": lower,
        "rating_upper": upper,
        "votes": _count(entry, "vote_count"),
        "position": _position(entry),
    }


def _rating(entry: Mapping[str, Any], key: str) -> float | None:
    found = number({key: _known(entry[key])}, key)
    if found is not None and not 0 < found <= _MOST_RATING:
        raise MalformedRowError(f"{key} is not between 0 and {_MOST_RATING:g}")
    return found


def _count(entry: Mapping[str, Any], key: str) -> int | None:
    """A count; a column with gaps holds its whole numbers as decimal ones."""
    value = _known(entry[key])
    is_whole = isinstance(value, float) and value.is_integer()
    return whole({key: int(value) if is_whole else value}, key)


def _position(entry: Mapping[str, Any]) -> int | None:
    position = _count(entry, "rank")
    if position == 0:
        raise MalformedRowError("rank is zero")
    return position


def _published_on(entry: Mapping[str, Any]) -> date:
    key = "leaderboard_publish_date"
    value = entry[key]
    said = value.isoformat()[:10] if isinstance(value, date) else value
    return required(day({key: said}, key), key)


def _known(value: Any) -> Any:
    """A value; what is not a number, as a gap is written in a column of numbers, is none."""
    return None if isinstance(value, float) and math.isnan(value) else value
