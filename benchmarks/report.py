"""Figures with their targets, and the report that names the machine: report.json and report.md."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("duckdb", "pyarrow", "numpy", "pandas", "polars")
FULL_SIZE = 3_000_000  # models; the targets of the design are for so many
MET = "met"


@dataclass(frozen=True)
class Figure:
    """One measured number; `target` is the most it may be, or the least when `is_least`."""

    name: str
    value: float | None
    unit: str
    target: float | None = None
    is_least: bool = False
    is_for_full_size: bool = True

    def verdict(self, models: int) -> str:
        """`met`, by how much it falls short, or why it is not judged; '' without a target."""
        if self.target is None:
            return ""
        if self.value is None:
            return "not measured"
        over = self.target - self.value if self.is_least else self.value - self.target
        if self.is_for_full_size and models < FULL_SIZE:
            return f"not judged: the target is for {FULL_SIZE:,} models"
        if over <= 0:
            return MET
        return f"short by {_number(over)} {self.unit}".rstrip()


@dataclass
class Section:
    """One measurement: its figures, the tables beside them, and how to repeat it."""

    name: str
    title: str
    command: str
    models: int
    figures: list[Figure]
    notes: list[str] = field(default_factory=list)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        figures = [{**asdict(one), "verdict": one.verdict(self.models)} for one in self.figures]
        return {
            **asdict(self),
            "figures": figures,
            "made_at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z",
        }


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gb": _memory_gb(),
        "system": _system(),
        "python": platform.python_version(),
        "packages": {name: version for name in PACKAGES if (version := _version(name))},
    }


def write(folder: Path, sections: Sequence[Section], parameters: Mapping[str, Any]) -> list[Path]:
    """Write both files. Sections that were not measured now stay as they were, on this machine."""
    path = folder / "report.json"
    about = {"machine": machine(), "parameters": dict(parameters)}
    kept: dict[str, Any] = {}
    if path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))
        if {key: before.get(key) for key in about} == json.loads(json.dumps(about)):
            kept = {one["name"]: one for one in before["sections"]}
    kept |= {one.name: one.as_json() for one in sections}
    report = {**about, "sections": list(kept.values())}
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = folder / "report.md"
    text.write_text(as_markdown(report), encoding="utf-8")
    return [path, text]


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report as people read it."""
    about = report["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in about["packages"].items())
    given = ", ".join(f"{name} {value}" for name, value in report["parameters"].items())
    lines = [
        "# What it costs",
        "",
        "Written by `make bench`. Archives are generated (benchmarks/archive.py): realistic, with "
        "a known truth, and invented. Each measurement ran in a process of its own; seconds are "
        "wall time from its start to its end, imports included, with the files in the system's "
        "cache; memory is the peak of the process.",
        "",
        f"**Machine.** {about['processor']}, {about['cores']} cores, {about['memory_gb']} GB, "
        f"{about['system']}; Python {about['python']}, {packages}.",
        f"**Parameters.** {given}.",
        "",
        *_summary(report["sections"]),
    ]
    for section in report["sections"]:
        lines += _section_lines(section)
    return "\n".join(lines).rstrip() + "\n"


def _summary(sections: Sequence[Mapping[str, Any]]) -> list[str]:
    judged = [
        (one["name"], one["value"], one["unit"], one["target"], one["is_least"], one["verdict"])
        for section in sections
        for one in section["figures"]
        if one["target"] is not None
    ]
    rows = [
        {
            "figure": name,
            "measured": f"{_number(value)} {unit}".strip(),
            "target": f"{'>=' if is_least else '<='} {_number(target)} {unit}".strip(),
            "verdict": verdict,
        }
        for name, value, unit, target, is_least, verdict in judged
    ]
    return ["## Against the targets", "", *_table(rows), ""]


def _section_lines(section: Mapping[str, Any]) -> list[str]:
    lines = [f"## {section['title']}", "", f"`{section['command']}`, {section['made_at']}", ""]
    rows = [
        {"figure": one["name"], "measured": f"{_number(one['value'])} {one['unit']}".strip()}
        for one in section["figures"]
    ]
    lines += [*_table(rows), ""]
    for note in section["notes"]:
        lines += [note, ""]
    for title, table in section["tables"].items():
        lines += [f"**{title}**", "", *_table(table), ""]
    return lines


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    if not rows:
        return ["none"]
    names = list(rows[0])
    numeric = {name for name in names if all(_is_number(row[name]) for row in rows)}
    return [
        "| " + " | ".join(names) + " |",
        "|" + "|".join("---:" if name in numeric else "---" for name in names) + "|",
        *("| " + " | ".join(_cell(row[name]) for name in names) + " |" for row in rows),
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(value: Any) -> str:
    text = _number(value) if _is_number(value) or value is None else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    # Three digits that count.
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.3g}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> float:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        name = platform.system()
    return f"{name}, {platform.system()} {platform.release()}"


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
