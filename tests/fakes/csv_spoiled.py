"""A CSV answer without one of its columns, or with text where numbers belong."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from tests.fake_services import Reply


def spoiled_csv(reply: Reply, column: str, how: str) -> Reply:
    """The answer without that column, or with other things than are promised in its cells."""
    body = reply.body
    head = b""
    while body.startswith(b"#"):
        line, _, body = body.partition(b"\n")
        head += line + b"\n"
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    at = rows[0].index(column)
    if how == "missing-field":
        rows = [row[:at] + row[at + 1 :] for row in rows]
    else:
        for row in rows[1:]:
            row[at] = "{'unexpected': 'type'}"
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return replace(reply, body=head + written.getvalue().encode())
