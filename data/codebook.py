"""The codebook of the metrics, from the headers of their SQL files, and where it stands.

python -m data.codebook        write the generated parts of README.md and seeds/README.md
"""

from __future__ import annotations

from pathlib import Path

from data import seeds
from data.catalog import SqlFile, metrics
from data.paths import ROOT, SEEDS_DIR

BEGIN = "<!-- codebook: written by `make docs` from data/sql/metrics, do not edit -->"
END = "<!-- /codebook -->"


def codebook() -> str:
    """Markdown: a table of all metrics, then each one's columns folded away."""
    files = sorted(metrics(), key=lambda file: file.name)
    lines = ["| metric | what | unit | one row for each |", "|---|---|---|---|"]
    for file in files:
        lines.append(f"| `{file.name}` | {file.title} | {file.unit} | {', '.join(file.grain)} |")
    return "\n".join([*lines, "", *(_columns(file) for file in files)])


def readme_with(codebook_text: str, readme: str) -> str:
    """README's text with the codebook between its marks."""
    before, rest = readme.split(BEGIN)
    return f"{before}{BEGIN}\n\n{codebook_text}\n{END}{rest.split(END)[1]}"


def _columns(file: SqlFile) -> str:
    rows = "\n".join(f"| `{name}` | {text} |" for name, text in file.column_comments().items())
    return (
        f"<details><summary><code>{file.name}</code>: columns and notes</summary>\n\n"
        f"{file.notes} Source: {file.source}.\n\n| column | meaning |\n|---|---|\n{rows}\n\n"
        "</details>\n"
    )


def main() -> None:
    """Write README.md and seeds/README.md."""
    readme = ROOT / "README.md"
    _write(readme, readme_with(codebook(), readme.read_text(encoding="utf-8")))
    folder = SEEDS_DIR / "README.md"
    intro, _ = folder.read_text(encoding="utf-8").split("\n## ", maxsplit=1)
    _write(folder, f"{intro}\n{seeds.codebook()}")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
