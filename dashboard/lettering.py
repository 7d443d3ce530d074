"""How wide text will be, so that it can be cut, wrapped and kept apart before anybody draws it."""

from __future__ import annotations

import re
import unicodedata

# Advance widths of Arial, which Helvetica and Liberation Sans share, in thousandths of the size.
_WIDTHS = {
    letter: width
    for width, letters in {
        191: "'", 222: "ijl", 260: "|", 278: " \u00a0!,./:;I[\\]ft", 333: "-()`r", 334: "{}",
        355: '"', 389: "*", 469: "^", 500: "Jcksvxyz", 556: "0123456789?abdeghnopquL#$_–",
        584: "+<=>~±−≈≥", 604: "■", 611: "FTZ", 667: "&ABEKPSVXY", 722: "CDHNRUw", 778: "GOQ",
        833: "Mm", 889: "%", 944: "W", 1000: "—…→", 1015: "@",
    }.items()
    for letter in letters
}  # fmt: skip
_OTHER, _WIDE, BOLD = 620, 1150, 1.08
# What XML forbids, and marks that turn the direction of all that follows.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)

# Between words a line may break; between a number and its sign it may not.
_SPACES = re.compile("[^\\S\u00a0]+")
_SIGNS = re.compile(r"(?<=\d) (?=%)|(?<=[≈≥<]) (?=\d)")


def clean(text: str) -> str:
    """Text of unknown origin as one line that XML can hold and that does not turn its neighbours'
    direction of reading."""
    return " ".join(_FORBIDDEN.sub("", text).split())


def unbroken(text: str) -> str:
    """Text whose numbers keep their signs on their line."""
    return _SIGNS.sub("\u00a0", text)


def width(text: str, size: float, *, is_bold: bool = False, factor: float = 1.0) -> float:
    """Points that a line of text takes; `factor` widens it for fonts wider than Arial."""
    thousandths = sum(_WIDTHS.get(letter) or _width(letter) for letter in text)
    return thousandths * size * (BOLD if is_bold else 1.0) * factor / 1000


def wrap(text: str, size: float, room: float, *, is_bold: bool = False, factor: float = 1.0
         ) -> list[str]:  # fmt: skip
    """Lines that are at most `room` points wide; a word that is wider is broken."""
    lines: list[str] = []
    line = ""
    for whole in filter(None, _SPACES.split(text)):
        word = whole
        while width(word, size, is_bold=is_bold, factor=factor) > room:
            head = _fitting(word, size, room, is_bold=is_bold, factor=factor)
            lines += [part for part in (line, head) if part]
            line, word = "", word[len(head) :]
        longer = f"{line} {word}".strip()
        if width(longer, size, is_bold=is_bold, factor=factor) > room:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line] if line else lines


def shortened(text: str, size: float, room: float, *, lines: int = 1, is_bold: bool = False,
              factor: float = 1.0) -> str:  # fmt: skip
    """Text cut with an ellipsis where it would need more than that many lines; several lines end at
    a word, while one has too little room for that."""
    wrapped = wrap(text, size, room, is_bold=is_bold, factor=factor)
    if len(wrapped) <= lines:
        return text
    full = wrapped[lines - 1]
    last = _fitting(full, size, room - size, is_bold=is_bold, factor=factor)
    if lines > 1 and len(last) < len(full) and full[len(last)] != " ":
        last = last.rpartition(" ")[0] or last
    return " ".join([*wrapped[: lines - 1], f"{last.rstrip(' ,;:(')}…"])


def _fitting(word: str, size: float, room: float, *, is_bold: bool, factor: float) -> str:
    """As many first letters as fit, at least one."""
    end = len(word)
    while end > 1 and width(word[:end], size, is_bold=is_bold, factor=factor) > room:
        end -= 1
    return word[:end]


def _width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return _WIDE if unicodedata.east_asian_width(letter) in "WF" else _OTHER
