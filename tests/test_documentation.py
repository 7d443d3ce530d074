"""What the documents promise: generated parts are true, commands and files that they name exist."""

from __future__ import annotations

import re

import pytest

from data import ROOT, codebook

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_codebook_is_that_of_the_sql_headers():
    assert codebook.CODEBOOK.read_text(encoding="utf-8") == codebook.codebook(), "run `make docs`"
    assert codebook.readme_with(codebook.index(), README) == README, "run `make docs`"


def test_every_metric_stands_in_the_codebook_with_every_column():
    sections = dict(re.findall(r"^## `(\w+)`\n(.*?)(?=^## |\Z)", codebook.codebook(), re.M | re.S))
    assert set(sections) == {file.name for file in codebook.metrics()}
    for file in codebook.metrics():
        assert f"(data/sql/README.md#{file.name}) | {file.title} |" in codebook.index()
        for column, comment in file.column_comments().items():
            assert f"| `{column}` | {comment} |" in sections[file.name]


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_make_target_that_is_named_exists(text):
    named = set(re.findall(r"(?:^|`)make ([a-z]+)\b", text, re.M))
    defined = set(re.findall(r"^([a-z]+):", MAKEFILE, re.M))
    assert named
    assert named <= defined


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_file_that_is_linked_exists(text):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (ROOT / target).exists(), target


def test_every_collectors_command_of_the_readme_has_help(commands):
    named = set(re.findall(r"(?:^\$ |`)collectors ([a-z-]+)\b", README, re.M))
    done = commands("--help").ended()
    assert done.returncode == 0
    known = set(re.findall(r"^  ([a-z-]+)  ", done.stdout, re.M))
    assert named
    assert named <= known


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_hold_hashes_for_every_package_and_no_address(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        assert "--hash=sha256:" in block, block[:60]


def test_the_locks_agree():
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", text, re.M))

    run, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert run.items() <= dev.items()
