"""`collectors add-figure`: cell by cell or by options; a row that is right, or nothing."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import data
from collectors import cli
from collectors.add_figure import COLUMNS, option_of
from data import seeds
from data.seed_edits import SeedFile

FILE = "reported_figures.csv"
GIVEN = {
    "metric": "cumulative_downloads",
    "subject": "Qwen",
    "subject_kind": "family",
    "family": "Qwen",
    "starts_on": "2026-10-31",
    "value": "1200000000",
    "unit": "downloads",
    "exactness": "approx",
    "status": "read",
    "source_title": "A report, with a comma",
    "source_url": "https://report.example/2026",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the seeds, to which the command writes."""
    copied = tmp_path / "seeds"
    shutil.copytree(data.SEEDS_DIR, copied)
    monkeypatch.setattr(data, "SEEDS_DIR", copied)
    return copied


def run(*arguments: str, answers: str = "") -> tuple[int, str, str]:
    result = CliRunner().invoke(cli.app, ["add-figure", *arguments], input=answers)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def options(**changes: str) -> list[str]:
    cells = {name: cell for name, cell in {**GIVEN, **changes}.items() if cell}
    return [word for name, cell in cells.items() for word in (option_of(name), cell)]


def answers(**changes: str) -> str:
    cells = {**GIVEN, **changes}
    return "".join(f"{cells.get(column.name, '')}\n" for column in COLUMNS)


def next_id(folder: Path) -> str:
    files = [SeedFile.read(folder, name) for name in ("reported_figures", "artifacts_log")]
    return f"R{max(int(row.cells['figure_id'][1:]) for file in files for row in file.rows) + 1}"


def expected_line(folder: Path) -> str:
    return (
        f"{next_id(folder)},cumulative_downloads,Qwen,family,Qwen,2026-10-31,2026-10-31,day,"
        '1200000000,exactly,downloads,approx,read,,"A report, with a comma",'
        "https://report.example/2026,,,"
    )


def test_a_script_gives_all_cells(folder: Path) -> None:
    before, line = (folder / FILE).read_text(), expected_line(folder)
    code, out, err = run(*options())
    assert code == 0
    after = (folder / FILE).read_text()
    number = after.splitlines().index(line) + 1
    assert out == f"seeds/{FILE}:{number}: {line}\n"
    assert after.replace(line + "\n", "") == before, "every other row stays as it was"
    assert f"git checkout -- seeds/{FILE}" in err
    assert seeds.violations(folder) == []


def test_set_says_the_same(folder: Path) -> None:
    line = expected_line(folder)
    pairs = [word for name, cell in GIVEN.items() for word in ("--set", f"{name}={cell}")]
    code, out, _ = run(*pairs)
    assert code == 0
    assert out.endswith(f": {line}\n")


def test_cells_are_asked_for_one_after_the_other(folder: Path) -> None:
    line = expected_line(folder)
    code, out, err = run(answers=answers())
    assert code == 0
    assert out.endswith(f": {line}\n"), "questions are talk, the row is data"
    places = [err.index(f"\n{column.name}: {column.description}") for column in COLUMNS]
    assert places == sorted(places)
    assert "one of day, week, month, quarter, part_of_year, year, range" in err
    assert f"figure_id [{line.split(',')[0]}]: " in err
    assert "ends_on [2026-10-31]: " in err
    assert "(a family of model_families.csv) (may be empty)" in err


def test_a_wrong_answer_is_asked_for_again(folder: Path) -> None:
    right = answers().splitlines()
    at = {column.name: place for place, column in enumerate(COLUMNS)}
    wrong = dict(enumerate(right))
    wrong[at["metric"]] = f"Not A Name\n{GIVEN['metric']}"
    wrong[at["family"]] = f"Qwn\n{GIVEN['family']}"
    wrong[at["starts_on"]] = f"31.10.2026\n\n{GIVEN['starts_on']}"
    wrong[at["value"]] = f"1.2B\n{GIVEN['value']}"
    wrong[at["figure_id"]] = "R001\n"
    code, out, err = run(answers="\n".join(wrong.values()) + "\n")
    assert code == 0, err
    assert "expected metric like" in err
    assert "expected a family of model_families.csv, found 'Qwn'; did you mean Qwen?" in err
    assert "expected starts_on as a date YYYY-MM-DD, found '31.10.2026'" in err
    assert "expected a value for starts_on, found an empty cell" in err
    assert "expected value as a decimal number, found '1.2B'" in err
    assert "expected a figure_id of its own, found R001" in err
    assert ",2026-10-31,2026-10-31,day,1200000000," in out


def test_an_input_that_ends_writes_nothing(folder: Path) -> None:
    before = (folder / FILE).read_bytes()
    code, out, err = run(answers="\nsome_metric\n")
    assert (code, out) == (2, "")
    assert "the input ended before every column was answered; nothing was written" in err
    assert (folder / FILE).read_bytes() == before


@pytest.mark.parametrize("is_set", [False, True])
@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        (
            "exactness",
            "sure",
            "expected exactness in {exact, approx, read-from-chart, derived}, found",
        ),
        ("family", "Qwn", "did you mean Qwen? there are "),
        ("figure_id", "R001", "expected a figure_id of its own"),
        ("starts_on", "2026-02-30", "expected starts_on as a date"),
        ("source_url", "no address", "expected source_url like"),
    ],
)
def test_a_wrong_cell_is_wrong_usage_and_names_its_option(
    folder: Path, column: str, cell: str, said: str, is_set: bool
) -> None:
    before = (folder / FILE).read_bytes()
    given = ["--set", f"{column}={cell}"] if is_set else [option_of(column), cell]
    code, out, err = run(*options(**{column: ""}), *given)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {shlex.join(given)}: ")
    assert err.count("\n") == 1
    assert said in err
    assert (folder / FILE).read_bytes() == before


def test_everything_that_is_wrong_is_said_at_once(folder: Path) -> None:
    before = (folder / FILE).read_bytes()
    changed = options(status="", value="")
    code, out, err = run(*changed, "--set", "status=rea", "--set", "famly=x")
    assert (code, out) == (2, "")
    column, value, status = err.removeprefix("error: ").splitlines()
    assert column.startswith("--set famly=x: reported_figures.csv has no column 'famly'; did you")
    assert value.startswith("--value: expected a value for value, found an empty cell")
    assert status.startswith("--set status=rea: expected status in {read, secondary, press}, found")
    assert (folder / FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ends_on": "2026-10-01"}, "expected ends_on on or after starts_on 2026-10-31"),
        ({"unit": "fraction"}, "expected a fraction between 0 and 1"),
        ({"source_url": ""}, "expected a source_url, found none with status 'read'"),
        ({"claim": "only-here"}, "expected claim 'only-here' in at least two rows"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named_by_its_line(
    folder: Path, changes: dict[str, str], said: str
) -> None:
    before = (folder / FILE).read_bytes()
    code, out, err = run(*options(**changes))
    assert (code, out) == (1, "")
    line = len(before.decode().splitlines()) + 1
    assert f"seeds/{FILE}:{line}: {said}" in err
    assert "nothing was written; for the same row: collectors add-figure --figure-id" in err
    assert (folder / FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "famly=Qwen"], "has no column 'famly'; did you mean family? its columns are"),
        (["--set", "family"], "--set family: expected --set COLUMN=VALUE; the columns are fig"),
        (["--set", "=Qwen"], "--set =Qwen: expected --set COLUMN=VALUE; the columns are fig"),
        (["--metric", "x", "--set", "metric=y"], "--set metric=y: metric is given twice"),
        (["--no-such", "x"], "No such option"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_every_column_is_an_option() -> None:
    _, out, _ = run("--help")
    assert [column.name for column in COLUMNS if f"{option_of(column.name)} " not in out] == []


def test_seeds_that_are_wrong_already_are_said_first(folder: Path) -> None:
    path = folder / "release_dates.csv"
    path.write_text(path.read_text() + "x\n")
    code, _, err = run(*options())
    assert code == 1
    assert "seeds/release_dates.csv:" in err


def test_the_next_row_goes_to_its_place(folder: Path) -> None:
    code, out, _ = run(*options(figure_id="R0035"))
    assert code == 0
    rows = [row.cells["figure_id"] for row in SeedFile.read(folder, "reported_figures").rows]
    assert rows == sorted(rows)
    assert out.startswith(f"seeds/{FILE}:{rows.index('R0035') + 2}: R0035,")
