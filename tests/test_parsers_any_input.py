"""Every parser against what nobody would send: real answers, mutated.

A body gives valid rows, which a history takes, or one of our errors. Nothing else, whatever stands
in it. JSON is changed node by node, pages and tables of text line by line, Parquet column by
column, and all of them byte by byte.
"""

from __future__ import annotations

import copy
import io
import itertools
import json
import math
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from collectors.source import Parsed, Source, listings, load
from data.errors import AdoptionError, HistoryError
from data.history import History
from data.schema import key_columns
from tests.recorded import recorded
from tests.test_source_contract import RUN, manifest_of

NAMES = [source.NAME for source in listings()]
EXAMPLES = 40
LONGEST = 1000
MAGIC = b"PAR1"

ABSURD: list[Any] = [
    None, True, False, 0, -1, 1, 0.5, -0.0, 2**31, 10**15, 10**15 + 1, 2**63 - 1, 2**63, 2**64,
    -(2**63), 10**400, 1e308, 1.7e-300, float("nan"), float("inf"), float("-inf"),
    "", " ", "0", "-1", "1.5", "1e999", "NaN", "Infinity", "٣", "２０２６-01-01", "null", "None",
    "9" * 30, "1" * 5000, "x" * 5000, "a/b/c", "../../etc/passwd", "other", "a\nb", "a\tb", "\0",
    "\ud800", "\u202e", "é" * 300, "<b>x</b>", "=1+1", "'; DROP TABLE x; --", "55.7M", "9e9B",
    "2026-02-30", "0000-00-00", "99999-01-01", "1969-12-31", "2026-13-01T25:61:61Z",
    "2026-01-01T00:00:00+99:99", "0001-01-01T00:00:00+14:00", "Mon, 99 Foo 2026 00:00:00 GMT",
    "Wed, 21 Oct 99999 07:28:00 GMT", [], {}, [[]], [None], [1, "a", None], {"": None}, {"a": {}},
    [[[[[[]]]]]], {"a": {"b": {"c": [1]}}},
]  # fmt: skip
LINES = [
    "", ",", ",,,,,,,,,,,", '"', '"a,b', "a;b;c", "\x00", "\ufeff", "<", "</li>", "<li>", "<item>",
    "<!DOCTYPE html>", "<![CDATA[", "&undefined;", "<!ENTITY a 'b'>", "]]>", "#", "x" * 200_000,
    "-1,nan,inf,1e999", "é,\u202e,\ud7ff",
]  # fmt: skip
CELLS = ["", "-1", "nan", "inf", "1e999", "9" * 40, '"', "\r", "٣", "x" * 3000, "1,5", "\x00"]

CELL_SIGNS = r"([,<>\"\n])"
MOST_CHARACTERS = 500_000  # of text that is parsed in all, since pages differ in length

# (what is done, where, with what): indices are taken modulo what there is.
Edit = tuple[str, int, int]
NODE_EDITS = (
    "put", "put-everywhere", "drop", "drop-everywhere", "rename", "double", "double-all", "wrap",
    "empty", "swap", "text",
)  # fmt: skip
TEXT_EDITS = ("drop-line", "put-line", "swap-lines", "double-line", "put-cell", "cut", "drop-span")
COLUMN_EDITS = (
    "drop-column",
    "rename-column",
    "to-text",
    "to-number",
    "to-null",
    "to-list",
    "rows",
)
BYTE_EDITS = ("flip", "cut-bytes", "put-bytes", "drop-bytes")

index = st.integers(0, 10**6)


def edits(*kinds: str) -> st.SearchStrategy[list[Edit]]:
    return st.lists(st.tuples(st.sampled_from(kinds), index, index), min_size=1, max_size=4)


def fitting_edits(body: bytes) -> st.SearchStrategy[list[Edit]]:
    """Edits that change something in a body of this kind."""
    if body.startswith(MAGIC):
        kinds = COLUMN_EDITS
    elif not is_json(body):
        kinds = TEXT_EDITS
    else:
        # Files may be kept as text inside of JSON.
        kinds = NODE_EDITS + (TEXT_EDITS if rb"\n" in body else ())
    return edits(*kinds) | edits(*kinds) | edits(*BYTE_EDITS)


@pytest.mark.parametrize("name", NAMES)
def test_a_mutated_answer_gives_valid_rows_or_one_of_our_errors(name: str) -> None:
    body = recorded(name).body
    mutate, found = mutation_of(body), Found(load(name), body)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(changes=fitting_edits(body))
    @example(changes=[])
    def check(changes: list[Edit]) -> None:
        changed = body
        for change in changes:
            changed = mutate(changed, change)
        found.parse(changed)

    check()
    found.assert_rows_fit()


@pytest.mark.parametrize("name", NAMES)
def test_whatever_stands_in_one_place_gives_valid_rows_or_one_of_our_errors(name: str) -> None:
    body = recorded(name).body
    found = Found(load(name), body)
    for changed in changed_in_one_place(body):
        found.parse(changed)
    found.assert_rows_fit()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"data":' * 5_000 + b"1" + b"}" * 5_000,
        b"[" + b"9" * 10_000 + b"]",
        b'{"a":"\\ud800"}',
        b"\xef\xbb\xbf",
        MAGIC * 4,
        b"\0" * 1000,
        b"model,a\n",
        b"<rss><channel>" + b"<item>" * 50_000,
    ],
)
def test_what_is_no_answer_at_all_is_refused(name: str, body: bytes) -> None:
    source = load(name)
    with pytest.raises(AdoptionError):
        source.parse(body, manifest_of(source))


class Found:
    """What a parser made of many bodies: the rows that are not in the recorded answer."""

    def __init__(self, source: Source, body: bytes) -> None:
        self.source = source
        self._recorded = {key for key, _ in self._rows(source.parse(body, manifest_of(source)))}
        self._new: dict[str, tuple[str, dict[str, Any]]] = {}

    def parse(self, body: bytes) -> None:
        """Parse a body; fails when it gives neither rows nor one of our errors."""
        problem, parsed = None, None
        try:
            parsed = self.source.parse(body, manifest_of(self.source))
        except AdoptionError as error:
            problem = str(error)
        if parsed is None:
            assert problem
            assert problem.isprintable()
            assert len(problem) < 1000
            return
        assert isinstance(parsed, Parsed)
        assert 0 <= parsed.rows_usable <= parsed.rows_read
        assert 0 <= parsed.rows_missing_key <= parsed.rows_read
        assert all(reason and len(reason) < 300 for reason in parsed.set_aside)
        assert set(parsed.tables) <= set(self.source.TABLES)
        self.source.measure(parsed, parsed)
        for table, rows in parsed.tables.items():
            keys = [tuple(row[name] for name in key_columns(table)) for row in as_dicts(rows)]
            assert len(set(keys)) == len(keys), f"{table}: a row is there twice"
        for key, row in self._rows(parsed):
            if key not in self._recorded:
                self._new[key] = row

    def assert_rows_fit(self) -> None:
        """Fails when a row that was found does not fit its table."""
        for table in self.source.TABLES:
            rows = [row for of, row in self._new.values() if of == table]
            for row in rows:
                assert all(is_plain(value) for value in row.values()), f"{table}: {row}"
            # What was found in one body must not collide with what was found in another.
            alone = [{**row, "run": f"{RUN}-{number}"} for number, row in enumerate(rows)]
            if not fits(table, alone):
                wrong = next(row for row in alone if not fits(table, [row]))
                pytest.fail(f"{table}: {wrong}")

    def _rows(self, parsed: Parsed) -> Iterator[tuple[str, tuple[str, dict[str, Any]]]]:
        for table, rows in parsed.tables.items():
            for row in as_dicts(rows):
                yield f"{table} {row}", (table, row)


def as_dicts(rows: Any) -> list[dict[str, Any]]:
    return rows.to_pylist() if isinstance(rows, pa.Table) else list(rows)


def is_plain(value: Any) -> bool:
    """Whether a value can be shown and counted: short printable texts, finite numbers."""
    if isinstance(value, str):
        return value.isprintable() and len(value) <= LONGEST
    if isinstance(value, float):
        return math.isfinite(value)
    return all(map(is_plain, value)) if isinstance(value, list) else True


def fits(table: str, rows: list[dict[str, Any]]) -> bool:
    """Whether a history takes the rows."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            History(Path(folder)).write(table, RUN, "any", rows)
        except HistoryError:
            return False
    return True


# Mutations. Each takes a body and gives another one; what does not apply changes nothing.


def mutation_of(body: bytes) -> Callable[[bytes, Edit], bytes]:
    """How a body of this kind is changed, however much it was changed before."""
    kind = change_parquet if body.startswith(MAGIC) else change_text
    if is_json(body):
        kind = change_json

    def mutate(changed: bytes, edit: Edit) -> bytes:
        return change_bytes(changed, edit) if edit[0] in BYTE_EDITS else kind(changed, edit)

    return mutate


def is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def change_bytes(body: bytes, edit: Edit) -> bytes:
    kind, where, what = edit
    at = where % (len(body) + 1)
    if kind == "flip" and at < len(body):
        return body[:at] + bytes([body[at] ^ (1 << what % 8)]) + body[at + 1 :]
    if kind == "cut-bytes":
        return body[:at]
    if kind == "put-bytes":
        odd = (b"\xff", b"\0", b'"', b"\xc3\x28", b"}", b"<", b"\xed\xa0\x80", b"\n", b"1e999")
        return body[:at] + odd[what % len(odd)] + body[at:]
    return body[:at] + body[at + 1 + what % 50 :]


def change_json(body: bytes, edit: Edit) -> bytes:
    value = json.loads(body)
    kind, where, what = edit
    places = list(nodes(value))
    if not places:
        return body
    holder, key = places[where % len(places)]
    odd = ABSURD[what % len(ABSURD)]
    if kind in TEXT_EDITS:
        texts = [place for place in places if isinstance(place[0][place[1]], str)]
        holder, key = max(texts, key=lambda place: len(place[0][place[1]]), default=(holder, key))
        if isinstance(holder[key], str):
            holder[key] = changed_text(holder[key], edit)
    else:
        change_node(holder, key, kind, odd, (value, places, what))
    return json.dumps(value).encode()


def nodes(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value: what holds it, and its key there."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from nodes(value[key])


def change_node(holder: Any, key: Any, kind: str, odd: Any, around: tuple[Any, Any, int]) -> None:
    _, places, what = around
    if kind == "put":
        holder[key] = odd
    elif kind == "wrap":
        holder[key] = [holder[key]] if what % 2 else {"value": holder[key]}
    elif kind == "empty":
        holder[key] = type(holder[key])()
    elif kind == "swap":
        other, there = places[what % len(places)]
        holder[key] = copy.deepcopy(other[there])
    elif kind == "text":
        holder[key] = str(holder[key])
    elif isinstance(holder, list):
        change_list(holder, key, kind, odd)
    elif kind == "drop":
        del holder[key]
    elif kind == "rename":
        holder[f"{key}_new"] = holder.pop(key)
    elif kind == "put-everywhere":
        for other, there in [place for place in places if place[1] == key]:
            other[there] = odd
    elif kind == "drop-everywhere":
        for other, there in [place for place in places if place[1] == key]:
            other.pop(there, None)


def change_list(items: list[Any], at: int, kind: str, odd: Any) -> None:
    if kind == "drop":
        del items[at]
    elif kind == "double":
        items.insert(at, copy.deepcopy(items[at]))
    elif kind == "double-all":
        items += copy.deepcopy(items)
    elif kind == "put-everywhere":
        items[:] = [odd for _ in items]
    elif kind == "drop-everywhere":
        items.clear()


def changed_in_one_place(body: bytes) -> Iterator[bytes]:
    """A body with one value changed, for every kind of place in it and everything absurd."""
    if body.startswith(MAGIC):
        for at in range(len(pq.read_schema(io.BytesIO(body)).names)):
            for kind, what in itertools.product((*COLUMN_EDITS, "put"), range(5)):
                yield change_parquet(body, (kind, at, what))
    elif is_json(body):
        yield from _changed_nodes(body)
    else:
        yield from (text.encode("utf-8", "surrogatepass") for text in _changed_cells(body.decode()))


def _changed_nodes(body: bytes) -> Iterator[bytes]:
    value = json.loads(body)
    # The last place of each kind: in the first rows a fault may be the first that is met.
    kinds = {re.sub(r"\d+", "*", path): (holder, key) for path, holder, key in _paths(value)}
    for holder, key in kinds.values():
        before = holder[key]
        texts = _changed_cells(before) if isinstance(before, str) and "\n" in before else ()
        for odd in itertools.chain(ABSURD, texts):
            holder[key] = odd
            yield json.dumps(value).encode()
        if isinstance(holder, dict):
            del holder[key]
            yield json.dumps(value).encode()
        holder[key] = before


def _paths(value: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield f"{path}/{key}", value, key
        if isinstance(value[key], (dict, list)):
            yield from _paths(value[key], f"{path}/{key}")


def _changed_cells(text: str) -> Iterator[str]:
    """The text with another thing in each place of it, in the middle when it is long."""
    parts = re.split(CELL_SIGNS, text)
    places = [at for at, part in enumerate(parts) if part.strip()]
    most = max(40, MOST_CHARACTERS // max(1, len(text)))
    start = max(0, (len(places) - most) // 2)
    chosen = places[start : start + most]
    for number, at in enumerate(chosen):
        for step in range(4):
            changed = list(parts)
            changed[at] = CELLS[(number + 3 * step) % len(CELLS)]
            yield "".join(changed)


def change_text(body: bytes, edit: Edit) -> bytes:
    return changed_text(body.decode("utf-8", "replace"), edit).encode("utf-8", "surrogatepass")


def changed_text(text: str, edit: Edit) -> str:
    kind, where, what = edit
    lines = text.split("\n")
    at = where % len(lines)
    if kind == "drop-line":
        del lines[at]
    elif kind == "put-line":
        lines.insert(at, LINES[what % len(LINES)])
    elif kind == "swap-lines":
        other = what % len(lines)
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == "double-line":
        lines.insert(at, lines[at])
    elif kind == "put-cell":
        # A cell of a table, an attribute or a text of a page: what stands between two signs.
        parts = re.split(CELL_SIGNS, text)
        parts[where % len(parts)] = CELLS[what % len(CELLS)]
        return "".join(parts)
    elif kind == "cut":
        return text[: where % (len(text) + 1)]
    elif kind == "drop-span":
        start = where % (len(text) + 1)
        return text[:start] + text[start + 1 + what % 200 :]
    return "\n".join(lines)


def change_parquet(body: bytes, edit: Edit) -> bytes:
    kind, where, what = edit
    try:
        table = pq.read_table(io.BytesIO(body))
    except (pa.ArrowException, OSError):
        return body
    if not table.num_columns:
        return body
    at = where % table.num_columns
    name, column = table.column_names[at], table.column(at)
    if kind == "drop-column":
        table = table.remove_column(at)
    elif kind == "rename-column":
        names = list(table.column_names)
        names[at] = "" if what % 2 else f"{name}_new"
        table = table.rename_columns(names)
    elif kind == "rows":
        table = pa.concat_tables([table, table]) if what % 2 else table.slice(0, 0)
    elif kind in COLUMN_EDITS or kind in NODE_EDITS:
        table = table.set_column(at, name, changed_column(column.to_pylist(), kind, where, what))
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def changed_column(values: list[Any], kind: str, where: int, what: int) -> pa.Array:
    if kind == "to-null":
        return pa.nulls(len(values))
    if kind == "to-number":
        odd = (float("nan"), float("inf"), -1.0, 1e308, 0.5)
        return pa.array([odd[what % len(odd)]] * len(values), pa.float64())
    if kind == "to-list":
        return pa.array([[str(value)] for value in values], pa.list_(pa.string()))
    texts = [None if value is None else str(value) for value in values]
    if kind != "to-text" and texts:
        texts[where % len(texts)] = (
            str(ABSURD[what % len(ABSURD)]).encode("utf-8", "replace").decode()
        )
    return pa.array(texts, pa.string())
