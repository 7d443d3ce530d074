"""A text in Markdown as plain text that reads well where Markdown is not drawn, as in a mail."""

from __future__ import annotations

import re

_LINK = re.compile(r"\[([^\]]*)\]\((https?://[^)\s]+)\)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_RULE = re.compile(r"\|(?:\s*:?-+:?\s*\|)+")
_CELLS = re.compile(r"(?<!\\)\|")


def plain_text(markdown: str) -> str:
    """The same words without marks: headings stand alone, each row of a table is a line that names
    its columns, a link is followed by its address."""
    lines: list[str] = []
    head: list[str] = []
    for line in markdown.splitlines():
        if _RULE.fullmatch(line.strip()):
            continue
        if not line.startswith("|"):
            head = []
            lines.append(_bare(re.sub(r"^#+ ", "", line)))
        elif not head:
            head = _cells(line)
        else:
            lines.append(_row(head, _cells(line)))
    return "\n".join(lines).strip() + "\n"


def _row(head: list[str], cells: list[str]) -> str:
    """'- Own downloads: Qwen 264M; Llama 22.8M; leader Qwen 264M'; cells without a value are left
    out."""
    first, *rest = cells
    named = [
        f"{name} {cell}"
        for name, cell in zip(head[1:], rest, strict=False)
        if cell not in ("", "–")
    ]
    return f"- {first}: {'; '.join(named)}" if named else f"- {first}"


def _cells(line: str) -> list[str]:
    return [_bare(cell.strip()) for cell in _CELLS.split(line.strip())[1:-1]]


def _bare(text: str) -> str:
    text = _BOLD.sub(r"\1", _LINK.sub(r"\1, \2", text)).replace("`", "")
    return re.sub(r"\\([\\`*_\[\]$~|#<>])", r"\1", text)
