"""The rules of the house: who may import whom, what may be named where, what must not be committed.

Each test reads the files as they are, so a broken rule is found before it is run.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import collectors
import data
from collectors.source import archives, load_all

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("collectors", "dashboard", "data")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

# A package may import these of the others.
MAY_IMPORT = {"data": set(), "collectors": {"data"}, "dashboard": {"data"}}
# A library may be imported by this package only.
HOME_OF = {
    "streamlit": "dashboard",
    "plotly": "dashboard",
    "pptx": "dashboard",
    "requests": "collectors",
    "huggingface_hub": "collectors",
    "duckdb": "data",
}
# Names of sources and the words of their titles, however they are spelled: lmstudio, LM Studio. The
# Hub's archives are a kind of source that the data layer knows of: of them the name alone.
SOURCE_NAMES = re.compile(
    "|".join(
        r"(?<![a-z])" + "[ _-]?".join(re.escape(sign) for sign in name if sign.isalnum())
        for source in load_all()
        for name in (source.NAME, re.split(r" \(|, |'s ", source.TITLE)[0])
        if source not in archives()
    )
    + "".join(rf"|\b{source.NAME}\b" for source in archives()),
    re.IGNORECASE,
)
# What names one all the same, and why.
NAMES_A_SOURCE = {
    "data/briefing.py": ("Hugging Face", "the headline says where the accounts are that it counts"),
    "data/described.py": ("Hugging Face", "what SQL calls all archives together in its rows"),
    "data/leads.py": ("lmstudio", "a measure of standing_points.sql"),
    "data/seed_rules.py": ("dockerhub|github", "channels of seeds/runtimes.csv"),
}
# The columns of a seed file are named as people curate them, like those of a SQL table.
DECLARES_COLUMNS = "data/seed_tables.py"
SQL_TEXT = re.compile(
    r"\bselect\b.+\bfrom\b|\binsert\s+into\b|\bcreate\s+(?:table|view)\b|\bgroup\s+by\b",
    re.IGNORECASE | re.DOTALL,
)
SUMMARIES = {
    "groupby", "sum", "mean", "median", "cumsum", "diff", "pct_change", "rolling", "quantile",
    "std", "agg",
}  # fmt: skip
# These add up heights, widths and costs of places on a slide or picture, and heights of stacks.
DRAWS = {
    "lettering", "pictures", "scales", "slide_axes", "slide_charts", "slide_layout", "slide_look",
    "slide_marks", "slide_tables",
}  # fmt: skip
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
PUBLIC = [
    "CLAIM_VERDICTS",
    "CLASS_LEAST",
    "EVENT_SERIES",
    "EVENT_WINDOWS",
    "RAM_AGES",
    "REGIONS",
    "ROOT",
    "SEEDS_DIR",
    "AdoptionError",
    "Brief",
    "BuildError",
    "BuildReport",
    "Column",
    "Credit",
    "Difference",
    "EventSeries",
    "EventStudy",
    "FamilyCard",
    "FilterError",
    "HeaderError",
    "History",
    "HistoryError",
    "Hold",
    "KeptBuild",
    "LaunchNotes",
    "Layer",
    "Manifest",
    "MetricInfo",
    "ModelCard",
    "NoBuildError",
    "Package",
    "PlainBook",
    "PublishError",
    "RegionBrief",
    "SeedError",
    "SnapshotError",
    "SnapshotRun",
    "SnapshotStore",
    "SourceFacts",
    "UnknownBuildError",
    "UnknownMetricError",
    "UnknownModelError",
    "about",
    "account_line",
    "as_of",
    "brief",
    "build",
    "build_info",
    "build_named",
    "build_paths",
    "catalog",
    "check",
    "claims",
    "compare",
    "compare_rows",
    "counted_words",
    "credits",
    "crossings",
    "data_dir",
    "disk_problem",
    "event_study",
    "families",
    "family_card",
    "findings",
    "fractions",
    "has_rows",
    "is_lack",
    "is_of_this_version",
    "kept_builds",
    "known_launches",
    "largest_classes",
    "launch_notes",
    "leads",
    "metric",
    "metric_info",
    "model_card",
    "model_history",
    "momentum_line",
    "momentum_words",
    "newest_build",
    "newest_day",
    "observations",
    "peak_of",
    "pin",
    "points_text",
    "publish",
    "published_crossings",
    "published_ram",
    "ram_note",
    "region_brief",
    "region_dates",
    "regions",
    "search_models",
    "seeds",
    "series_sources",
    "series_title",
    "stale_reasons",
    "status",
    "tables",
    "types",
    "unread_families",
    "usual_launches",
    "values_of",
    "verdict_counts",
    "vintages",
    "with_rest",
    "wording",
    "write_out",
]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file; absolute names only."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno}: imports are absolute"
            yield str(node.module)


def texts_of(path: Path) -> Iterator[tuple[int, str]]:
    """Every text in the code of a file, with its line; docstrings are not code."""
    tree = tree_of(path)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
            yield node.lineno, "…".join(map(str, parts))
        elif id(node) not in docstrings and isinstance(node, ast.Constant):
            yield node.lineno, str(node.value)


def committed_files() -> list[Path]:
    """Files that git has or would take: tracked ones, and new ones that are not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_towards_the_data_layer(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    for module in imports_of(path):
        top = module.partition(".")[0]
        assert top != "tests", f"{name_of(path)} imports {module}"
        if top in PACKAGES and top != package:
            assert top in MAY_IMPORT[package], f"{name_of(path)} imports {module}"
        assert HOME_OF.get(top, package) == package, f"{name_of(path)} imports {module}"


def test_the_face_of_the_data_layer() -> None:
    assert data.__all__ == PUBLIC
    assert all(hasattr(data, name) for name in PUBLIC)


def test_the_dashboard_uses_the_face_only() -> None:
    for path in sorted((ROOT / "dashboard").rglob("*.py")):
        inner = [module for module in imports_of(path) if module.startswith("data.")]
        allowed = {f"data.{name}" for name in PUBLIC}
        assert set(inner) <= allowed, name_of(path)


@pytest.mark.parametrize("path", sorted((ROOT / "dashboard").rglob("*.py")), ids=name_of)
def test_no_sql_in_the_dashboard(path: Path) -> None:
    found = [f"line {line}: {text!r}" for line, text in texts_of(path) if SQL_TEXT.search(text)]
    assert found == []


@pytest.mark.parametrize("path", sorted((ROOT / "dashboard/views").glob("*.py")), ids=name_of)
def test_no_number_is_computed_in_a_view(path: Path) -> None:
    arithmetic = (ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.Sub)
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.BinOp):
            assert not isinstance(node.op, arithmetic), f"{name_of(path)}:{node.lineno}"


def summaries_in(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Where values of rows are made into others, with what. Groups that a loop goes through, to
    show one after the other, are none."""
    looped = {
        id(node.iter) for node in ast.walk(tree) if isinstance(node, (ast.For, ast.comprehension))
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and id(node) not in looped:
            called = node.func
            if isinstance(called, ast.Attribute) and called.attr in SUMMARIES:
                yield node.lineno, called.attr
            if isinstance(called, ast.Name) and called.id in SUMMARIES:
                yield node.lineno, called.id


@pytest.mark.parametrize("path", sorted((ROOT / "dashboard").rglob("*.py")), ids=name_of)
def test_no_values_are_summed_in_the_dashboard(path: Path) -> None:
    found = list(summaries_in(tree_of(path)))
    if path.stem in DRAWS:
        found = [(line, name) for line, name in found if name != "sum"]
    assert found == [], f"{name_of(path)} computes {found}: move it to data/"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("x = rows.groupby('a')['b'].sum()", ["sum", "groupby"]),
        ("x = sum(rows['b'])", ["sum"]),
        ("for key, own in rows.groupby('a'): show(own)", []),
        ("x = rows['b'].pct_change()", ["pct_change"]),
    ],
)
def test_what_counts_as_computing(code: str, found: list[str]) -> None:
    assert [name for _, name in summaries_in(ast.parse(code))] == found


@pytest.mark.parametrize("path", sorted((ROOT / "data").glob("*.py")), ids=name_of)
def test_the_data_layer_names_no_source(path: Path) -> None:
    if name_of(path) == DECLARES_COLUMNS:
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    allowed, _ = NAMES_A_SOURCE.get(name_of(path), ("(?!)", ""))
    found = [
        f"{path.name}:{number}: {match[0]}"
        for number, line in enumerate(lines, 1)
        for match in SOURCE_NAMES.finditer(line)
        if not re.fullmatch(allowed, match[0], re.IGNORECASE)
    ]
    assert found == []


def test_every_source_is_named_once() -> None:
    assert len(set(collectors.SOURCES)) == len(collectors.SOURCES)
    assert [source.NAME for source in load_all()] == list(collectors.SOURCES)
    for path in sorted((ROOT / "collectors").glob("*.py")):
        texts = [text for _, text in texts_of(path)]
        for name in collectors.SOURCES:
            if path.stem == name:
                continue
            times = texts.count(name)
            assert times == (path.name == "__init__.py"), f"{name_of(path)} names {name}"


def test_importing_the_data_layer_loads_no_other_package() -> None:
    unwanted = {"collectors", "dashboard", *(set(HOME_OF) - {"duckdb"})}
    code = "import sys, data; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert unwanted & set(done.stdout.split()) == set()


@pytest.mark.parametrize("path", sorted((ROOT / "dashboard" / "views").glob("*.py")), ids=name_of)
def test_a_view_reads_the_build_of_the_page(path: Path) -> None:
    """Not the newest one by itself: the address may name another."""
    asked = {node.attr for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)}
    assert asked.isdisjoint({"newest_build", "build_paths"})


@pytest.mark.parametrize("path", sorted((ROOT / "dashboard/views").glob("*.py")), ids=name_of)
def test_what_is_kept_is_read_beside_the_views(path: Path) -> None:
    """A view's own build is a variable of its module, which a cache there would not see."""
    kept = [node.lineno for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Attribute) and node.attr.startswith("cache_")]  # fmt: skip
    assert kept == []


OUTSIDE = sorted(p for folder in ("tests", "benchmarks") for p in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", OUTSIDE, ids=name_of)
def test_private_names_stay_in_their_module(path: Path) -> None:
    """What a test or a benchmark uses of our modules has a public name."""
    tree = tree_of(path)
    ours = {"tests", "benchmarks", *PACKAGES}
    imports = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] in ours
    ]
    names = {*ours, *(alias.asname or alias.name for node in imports for alias in node.names)}
    imported = [alias.name for node in imports for alias in node.names if is_private(alias.name)]
    used = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and is_private(node.attr)
        and ast.unparse(node.value).split(".")[0] in names
    ]
    assert (imported, used) == ([], [])


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def test_names_of_files() -> None:
    for path in committed_files():
        assert path.stem not in VAGUE_NAMES, name_of(path)
    for path in (ROOT / "dashboard").rglob("*"):
        assert path.stem not in {"data", "collectors", "tests"}, (
            f"{name_of(path)} shadows a package"
        )


def test_nothing_of_this_machine_is_committed() -> None:
    # Spelled in pieces, so that this file does not find itself.
    forbidden = re.compile(
        "|".join(
            [
                r"(?<![\w.])/" + r"(?:work|root|home/\w+)/",
                r"pypi\.org" + r"/simple",
                r"files\.python" + r"hosted\.org",
                r"\bhf_[A-Za-z0-9]{30,}" + r"\b(?!\w)",
            ]
        )
    )
    found = []
    for path in committed_files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [
            f"{name_of(path)}:{number}: {match[0]}"
            for number, line in enumerate(lines, start=1)
            if (match := forbidden.search(line)) and "NotARealToken" not in line
        ]
    assert found == []


def test_no_lock_file_that_records_addresses() -> None:
    names = {path.name for path in committed_files()}
    assert names.isdisjoint({"uv.lock", "pylock.toml", "poetry.lock", "secrets.toml"})
    for path in ROOT.glob("requirements*.lock"):
        lines = path.read_text(encoding="utf-8").splitlines()
        pinned = [line for line in lines if re.match(r"[A-Za-z0-9]", line)]
        assert pinned, path.name
        assert all("==" in line for line in pinned), path.name
        assert not [line for line in lines if "://" in line], path.name
        assert sum("--hash=sha256:" in line for line in lines) >= len(pinned), path.name
