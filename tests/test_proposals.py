"""`collectors propose-seeds`: a patch for people, with reasons; nothing changes by itself."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import data
from collectors import cli
from collectors.errors import CollectError
from collectors.proposals import Proposal, newest_rows, propose
from collectors.tracked_models import page_of
from data import seeds
from data.history import History
from data.seed_edits import SeedFile
from tests.fakes.tracked_models import TrackedModels
from tests.source_lab import SourceLab, lab_of

REGIONS, DATES = "organization_regions", "release_date_corrections"
AT = datetime(2026, 11, 18, 6, tzinfo=UTC)
ELSEWHERE = "https://lab.example/about"


def said(file: str, subject: str, **facts: Any) -> dict[str, Any]:
    """One row of a list."""
    empty = dict.fromkeys(
        ("hf_org", "region", "hf_created_on", "released_on", "note", "total_params_b"), None
    )
    return {**empty, "file": file, "subject": subject, "observed_at": AT, **facts}


def dates(subject: str, created: str, released: str) -> dict[str, Any]:
    read = date.fromisoformat
    return said(DATES, subject, hf_created_on=read(created), released_on=read(released))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of which git knows a copy of the seeds."""
    root = tmp_path / "repository"
    shutil.copytree(data.SEEDS_DIR, root / "seeds")
    git(root, "init", "-q")
    git(root, "add", ".")
    return root


@pytest.fixture
def folder(repository: Path) -> Path:
    return repository / "seeds"


@pytest.fixture
def agreeing(folder: Path) -> list[dict[str, Any]]:
    """Lists that say what the seeds say."""
    found = seeds.load(folder)
    regions = [
        said(REGIONS, row["hf_org"], hf_org=row["hf_org"], region=row["region"])
        for row in found["organization_regions"].to_pylist()
    ]
    releases = [
        said(
            DATES,
            row["model_id"],
            hf_created_on=row["hf_created_on"],
            released_on=row["released_on"],
        )
        for row in found["release_dates"].to_pylist()
    ]
    return regions + releases


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


def applied(proposal: Proposal, repository: Path) -> list[str]:
    """Apply the patch as a person would; the lines that git says were added and removed."""
    patch = repository.parent / "review.patch"
    patch.write_text(proposal.patch())
    git(repository, "apply", "--check", str(patch))
    git(repository, "apply", str(patch))
    changed = git(repository, "diff", "--unified=0").splitlines()
    return [line for line in changed if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def line_of(folder: Path, name: str, start: str) -> str:
    file = SeedFile.read(folder, name)
    return next(row.text for row in file.rows if row.text.startswith(start)).rstrip("\n")


def with_other_source(folder: Path, name: str, start: str) -> None:
    """Let a row of the seeds rest on another source than the list."""
    before = line_of(folder, name, start)
    cells = before.split(",")
    cells = [ELSEWHERE if cell.startswith("https://github.com") else cell for cell in cells]
    path = folder / f"{name}.csv"
    path.write_text(path.read_text().replace(before + "\n", ",".join(cells) + "\n"))


def test_lists_that_agree_propose_nothing(folder: Path, agreeing: list[dict[str, Any]]) -> None:
    proposal = propose(agreeing, folder)
    assert proposal.is_empty
    assert (proposal.conflicts, proposal.remarks, proposal.violations) == ([], [], [])
    assert "@@" not in proposal.patch()


def test_a_new_row_stands_at_its_sorted_place(
    repository: Path, folder: Path, agreeing: list[dict[str, Any]]
) -> None:
    new = [
        said(REGIONS, "new-lab", hf_org="new-lab", region="eu", note="in Paris"),
        said(REGIONS, "Aaa-first", hf_org="Aaa-first", region="other"),
        said(REGIONS, "zzz-last", hf_org="zzz-last", region="us"),
        dates("Qwen/Qwen9-8B", "2025-04-27", "2025-04-28"),
    ]
    proposal = propose([*agreeing, *new], folder)
    assert proposal.violations == []
    assert applied(proposal, repository) == [
        f"+Aaa-first,other,{page_of(REGIONS)},",
        f"+new-lab,eu,{page_of(REGIONS)},",
        f"+zzz-last,us,{page_of(REGIONS)},",
        f"+Qwen/Qwen9-8B,2025-04-27,2025-04-28,{page_of(DATES)}",
    ]
    assert seeds.violations(folder) == []
    assert (
        "# add organization_regions.csv: new-lab: region eu; it is new in the list "
        "(it notes: in Paris)\n" in proposal.patch()
    )


def test_a_row_that_was_taken_from_the_list_follows_it(
    repository: Path, folder: Path, agreeing: list[dict[str, Any]]
) -> None:
    lists = [row for row in agreeing if row["subject"] not in ("CohereForAI", "zai-org/GLM-5")]
    lists += [
        said(REGIONS, "laion", hf_org="laion", region="us"),
        dates("zai-org/GLM-5", "2026-02-11", "2026-02-13"),
    ]
    lists = [row for row in lists if (row["subject"], row["region"]) != ("laion", "eu")]
    proposal = propose(lists, folder)
    removed, added, old_date, new_date = applied(proposal, repository)
    assert removed.startswith("-laion,eu,")
    assert added == removed.replace("-laion,eu,", "+laion,us,")
    assert (old_date[:36], new_date[:36]) == (
        "-zai-org/GLM-5,2026-02-11,2026-02-12",
        "+zai-org/GLM-5,2026-02-11,2026-02-13",
    )
    line = next(r.line for r in proposal.before[0].rows if r.cells["hf_org"] == "laion")
    assert proposal.changed[0] == (
        f"organization_regions.csv: laion: line {line} says region eu, the list that it was "
        "taken from now says region us"
    )
    assert proposal.remarks == [
        "organization_regions.csv: 1 of our rows are not in the list any more and stay: CohereForAI"
    ]


def test_our_own_note_stays_when_the_list_changes(
    repository: Path, folder: Path, agreeing: list[dict[str, Any]]
) -> None:
    lists = [row for row in agreeing if row["subject"] != "Yi"]
    proposal = propose([*lists, said(REGIONS, "Yi", hf_org="Yi", region="eu")], folder)
    (_, added) = applied(proposal, repository)
    assert added.startswith("+Yi,eu,")
    assert added.endswith("the developer of the Yi models publishes as 01-ai.")


def test_a_row_of_another_source_is_a_conflict(
    folder: Path, agreeing: list[dict[str, Any]]
) -> None:
    with_other_source(folder, "organization_regions", "laion,")
    with_other_source(folder, "release_dates", "zai-org/GLM-5,")
    lists = [row for row in agreeing if row["subject"] not in ("laion", "zai-org/GLM-5")]
    lists += [
        said(REGIONS, "laion", hf_org="laion", region="us"),
        dates("zai-org/GLM-5", "2026-02-11", "2026-02-13"),
    ]
    proposal = propose(lists, folder)
    assert proposal.is_empty
    region, release = proposal.conflicts
    assert f"says region eu by {ELSEWHERE}, the list says region us" in region
    assert "released_on 2026-02-12" in release
    assert f"# conflict, left as it is: {region}\n" in proposal.patch()
    assert "@@" not in proposal.patch()


def test_a_region_that_contradicts_a_family_is_a_conflict(
    folder: Path, agreeing: list[dict[str, Any]]
) -> None:
    lists = [row for row in agreeing if row["subject"] != "Qwen"]
    proposal = propose([*lists, said(REGIONS, "Qwen", hf_org="Qwen", region="us")], folder)
    (conflict,) = proposal.conflicts
    assert "model_families.csv says china for its family Qwen, the list us" in conflict
    assert proposal.is_empty


def test_names_that_differ_in_capitals_are_conflicts(
    folder: Path, agreeing: list[dict[str, Any]]
) -> None:
    lists = [row for row in agreeing if row["subject"] != "laion"]
    lists += [said(REGIONS, name, hf_org=name, region="us") for name in ("LAION", "new", "NEW")]
    proposal = propose(lists, folder)
    assert ["spells it laion" in one for one in proposal.conflicts] == [True, False]
    assert "twice, in other capitals" in proposal.conflicts[1]
    assert len(proposal.added) == 1


def test_a_date_that_the_list_does_not_give_is_only_noted(
    folder: Path, agreeing: list[dict[str, Any]]
) -> None:
    lists = [*agreeing, said(DATES, "lab/model", released_on=date(2026, 1, 1))]
    proposal = propose(lists, folder)
    assert proposal.is_empty
    assert proposal.remarks == ["release_dates.csv: lab/model: the list gives no hf_created_on"]


def test_organisations_without_a_region_are_named(
    folder: Path, agreeing: list[dict[str, Any]]
) -> None:
    models = [said("models", f"{org}/m", hf_org=org) for org in ("nobody-knows", "Qwen")]
    (remark,) = propose([*agreeing, *models], folder).remarks
    assert remark.endswith(
        "no region is known of 1 organisations in the lists of models: nobody-knows"
    )


def test_a_patch_that_would_break_a_rule_says_which(
    folder: Path, agreeing: list[dict[str, Any]]
) -> None:
    file = SeedFile.read(folder, "model_families")
    qwen = next(row for row in file.rows if row.cells["family"] == "Qwen")
    # A second family takes a name that no seed has, until it comes with a list.
    other = {
        **qwen.cells,
        "family": "Another",
        "hf_orgs": f"{qwen.cells['hf_orgs']} AIDC-AI",
        "name_pattern": "only-here",
        "account": "AIDC-AI",
        "account_label": "Another",
        "colour_light": "#010203",
        "colour_dark": "#fdfefd",
    }
    file.with_row(other)[0].write(folder)
    lists = [*agreeing, dates("Qwen/Qwen-only-here", "2026-01-01", "2026-01-02")]
    (violation,) = propose(lists, folder).violations
    assert "expected one family a model" in violation


# The newest rows, and the command.


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SourceLab]:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(tmp_path / "home"))
    with lab_of(TrackedModels(), tmp_path / "home", monkeypatch) as lab:
        yield lab


def test_each_list_is_that_of_the_newest_run_that_has_it(lab: SourceLab) -> None:
    first = lab.collect()
    lab.fake.fault("404", path="organization_regions")
    second = lab.collect()
    runs = {row["file"]: row["run"] for row in newest_rows(lab.history)}
    assert runs["organization_regions"] == first.run
    assert set(runs.values()) == {first.run, second.run}
    assert len(runs) == 5


def test_without_lists_the_command_to_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(CollectError, match="run `collectors collect tracked_models` first"):
        newest_rows(History(tmp_path))


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli.app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_the_command_writes_a_patch_and_changes_nothing(
    lab: SourceLab, repository: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.collect()
    monkeypatch.setattr(data, "SEEDS_DIR", folder)
    kept = line_of(folder, "organization_regions", "laion,")
    path = folder / "organization_regions.csv"
    path.write_text(path.read_text().replace(kept + "\n", ""))
    git(repository, "add", ".")
    code, out, err = run("propose-seeds")
    assert code == 0
    assert f"+{kept}\n" in out
    assert "1 rows to add, 0 to change" in err
    patch = repository.parent / "seeds.patch"
    code, out, err = run("propose-seeds", "--out", str(patch))
    assert (code, out) == (0, "")
    assert f"then: git apply {patch}" in err
    assert git(repository, "diff") == "", "nothing was changed"
    git(repository, "apply", str(patch))
    assert seeds.violations(folder) == []
    assert line_of(folder, "organization_regions", "laion,") == kept


def test_the_command_writes_no_patch_of_nothing(lab: SourceLab, tmp_path: Path) -> None:
    lab.collect()
    code, _, err = run("propose-seeds", "--out", str(tmp_path / "x.patch"))
    assert code == 0
    assert "nothing to apply" in err
    assert not (tmp_path / "x.patch").exists()


def test_the_command_says_what_to_run_first(tmp_path: Path) -> None:
    code, out, err = run("propose-seeds")
    assert (code, out) == (1, "")
    assert "run `collectors collect tracked_models` first" in err


def test_rows_are_read_by_their_day(folder: Path, agreeing: list[dict[str, Any]]) -> None:
    later = {**agreeing[0], "observed_at": AT + timedelta(days=3)}
    assert propose([*agreeing[1:], later], folder).as_of == date(2026, 11, 21)
