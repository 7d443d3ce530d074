"""The codebook of the metrics, from the headers of their SQL files, and where it stands.

python -m data.codebook        write data/sql/README.md, and the generated parts of README.md and
                               seeds/README.md
"""

from __future__ import annotations

from pathlib import Path

from data import seeds
from data.catalog import SqlFile, metrics
from data.paths import ROOT, SEEDS_DIR

BEGIN = "<!-- codebook: written by `make docs` from data/sql/metrics, do not edit -->"
END = "<!-- /codebook -->"
CODEBOOK = ROOT / "data" / "sql" / "README.md"
_INTRODUCTION = """# Codebook

Every metric with its columns, written by `make docs` from the headers of `metrics/*.sql`: do not
edit. Shares are fractions, NULL is not zero, `_on` and `date` are days in UTC.
`collectors query NAME` prints a metric, `collectors metrics` lists them.
"""


def index() -> str:
    """Markdown: a table of all metrics, each with a link to its columns."""
    lines = ["| metric | what | unit | one row for each |", "|---|---|---|---|"]
    for file in _files():
        name = f"[`{file.name}`](data/sql/README.md#{file.name})"
        lines.append(f"| {name} | {file.title} | {file.unit} | {', '.join(file.grain)} |")
    return "\n".join(lines) + "\n"


def codebook() -> str:
    """Markdown: each metric's title, unit, grain, notes, source and columns."""
    return "\n".join([_INTRODUCTION, *(_section(file) for file in _files())])


def readme_with(index_text: str, readme: str) -> str:
    """README's text with the table of metrics between its marks."""
    before, rest = readme.split(BEGIN)
    return f"{before}{BEGIN}\n\n{index_text}\n{END}{rest.split(END)[1]}"


def _files() -> list[SqlFile]:
    return sorted(metrics(), key=lambda file: file.name)


def _section(file: SqlFile) -> str:
    rows = "\n".join(f"| `{name}` | {text} |" for name, text in file.column_comments().items())
    return (
        f"## `{file.name}`\n\n"
        f"**{file.title}.** Unit: {file.unit}. One row for each {', '.join(file.grain)}.\n\n"
        f"{file.notes} Source: {file.source}.\n\n| column | meaning |\n|---|---|\n{rows}\n"
    )


def main() -> None:
    """Write data/sql/README.md, README.md and seeds/README.md."""
    _write(CODEBOOK, codebook())
    readme = ROOT / "README.md"
    _write(readme, readme_with(index(), readme.read_text(encoding="utf-8")))
    folder = SEEDS_DIR / "README.md"
    intro, _ = folder.read_text(encoding="utf-8").split("\n## ", maxsplit=1)
    _write(folder, f"{intro}\n{seeds.codebook()}")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
