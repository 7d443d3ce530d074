"""What a picture tells of itself, for those who cannot see it and for programs: title, description
and source inside a PNG or SVG file. assets/tools.js does the same in a browser."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping
from xml.sax.saxutils import escape

from dashboard.lettering import clean

_PNG = b"\x89PNG\r\n\x1a\n"
_HEADER_END = 33  # of the first chunk, which has width and height
_ROOT = re.compile(r"<svg\b[^>]*>")


def told(picture: bytes, words: Mapping[str, str]) -> bytes:
    """A PNG with each text under its name, an SVG with Title as <title> and the others as <desc>;
    without words, and of another kind, the picture itself."""
    if not words:
        return picture
    if picture.startswith(_PNG):
        chunks = b"".join(_chunk(name, text) for name, text in words.items() if text)
        return picture[:_HEADER_END] + chunks + picture[_HEADER_END:]
    svg = picture.decode()
    root = _ROOT.search(svg)
    if root is None:
        return picture
    rest = " ".join(text for name, text in words.items() if name != "Title")
    look = ' role="img" aria-labelledby="about-title" aria-describedby="about-text"'
    inside = (
        f'<title id="about-title">{escape(clean(words.get("Title", "")))}</title>'
        f'<desc id="about-text">{escape(clean(rest))}</desc>'
    )
    return f"{svg[: root.end() - 1]}{look}>{inside}{svg[root.end() :]}".encode()


def _chunk(name: str, text: str) -> bytes:
    """Text of a PNG: tEXt where Latin-1 has its letters, else iTXt in UTF-8."""
    try:
        kind, body = b"tEXt", name.encode("latin-1") + b"\0" + text.encode("latin-1")
    except UnicodeEncodeError:
        kind, body = b"iTXt", name.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
