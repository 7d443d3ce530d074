"""The shared controls: months, selection, and the link that says it all."""

from __future__ import annotations

import ast
from datetime import date
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from dashboard import state
from dashboard.chart import Selection
from data import ROOT

CONTROLS: dict[str, Any] = {
    "focus": "Qwen",
    "family": ["Llama", "gpt-oss"],
    "from": "2025-01",
    "to": "2026-02",
    "measure": "Share",
    "scale": "Linear",
    "scope": "own",
}


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), ["2026-03"]),
        (date(2025, 11, 30), date(2026, 2, 1), ["2025-11", "2025-12", "2026-01", "2026-02"]),
        (date(2026, 3, 1), date(2026, 2, 28), []),
    ],
)
def test_months_between(first: date, last: date, months: list[str]) -> None:
    assert state.months_between(first, last) == months


def test_months_between_counts_every_month_once() -> None:
    months = state.months_between(date(2019, 12, 5), date(2026, 1, 5))
    assert len(months) == len(set(months)) == 6 * 12 + 2
    assert months == sorted(months)
    assert (months[0], months[-1]) == ("2019-12", "2026-01")


def test_selection() -> None:
    chosen = state.selection(CONTROLS)
    assert chosen == Selection(
        focus="Qwen",
        rivals=("Llama", "gpt-oss"),
        start=date(2025, 1, 1),
        end=date(2026, 2, 28),
    )
    assert chosen.families == ("Qwen", "Llama", "gpt-oss")


def test_a_first_month_after_the_last_is_swapped() -> None:
    chosen = state.selection({**CONTROLS, "from": "2026-02", "to": "2025-01"})
    assert (chosen.start, chosen.end) == (date(2025, 1, 1), date(2026, 2, 28))


@pytest.mark.parametrize(
    ("month", "last_day"),
    [("2024-02", 29), ("2026-02", 28), ("2026-04", 30), ("2026-12", 31)],
)
def test_the_period_ends_with_its_last_month(month: str, last_day: int) -> None:
    chosen = state.selection({**CONTROLS, "from": "2024-01", "to": month})
    assert chosen.end == date(int(month[:4]), int(month[5:]), last_day)


def test_the_focus_family_is_no_rival() -> None:
    chosen = state.selection({**CONTROLS, "family": ["Llama", "Qwen"]})
    assert chosen.rivals == ("Llama",)
    assert chosen.families == ("Qwen", "Llama")


@pytest.mark.parametrize(
    "controls",
    [
        {},
        {"focus": "gpt-oss", "family": ["Qwen", "DeepSeek", "Llama"]},
        {"measure": "Index = 100", "scale": "Log", "from": "2024-07", "to": "2024-07"},
        {"family": ["A & B", "C/D?e=f#g", "Ü+ %"]},
    ],
)
def test_the_link_says_it_all(controls: dict[str, Any]) -> None:
    """Opening the link sets the controls to what they were: the parameters are their keys."""
    before = {**CONTROLS, **controls}
    link = state.link("http://127.0.0.1:8501/downloads", state.selection(before))
    assert urlsplit(link).path == "/downloads"
    read = parse_qs(urlsplit(link).query, strict_parsing=True)
    assert set(read) == set(CONTROLS)
    assert read.pop("family") == before.pop("family")
    assert read == {k: [v] for k, v in before.items()}


def test_the_link_repeats_a_key_for_a_list() -> None:
    link = state.link(
        "", state.selection(CONTROLS), {"what": ["a", "b"], "search": "x y", "show": None}
    )
    pairs = parse_qsl(urlsplit(link).query, keep_blank_values=True)
    assert [value for key, value in pairs if key == "family"] == ["Llama", "gpt-oss"]
    assert [value for key, value in pairs if key == "what"] == ["a", "b"]
    assert ("search", "x y") in pairs
    assert "show" not in dict(pairs)


def test_the_link_of_an_empty_compare_set_does_not_ask_for_the_default() -> None:
    """Without the key Streamlit takes the default; an empty value is an empty list."""
    link = state.link("", state.selection({**CONTROLS, "family": []}))
    assert parse_qs(urlsplit(link).query, keep_blank_values=True)["family"] == [""]


@pytest.mark.parametrize(
    ("rivals", "focus", "before", "expected"),
    [
        (["Llama", "Gemma"], "Llama", "Qwen", ["Qwen", "Gemma"]),
        (["Llama", "Gemma"], "Phi", "Qwen", ["Llama", "Gemma"]),
        (["Qwen", "Gemma"], "Gemma", "Qwen", ["Qwen"]),
        (["Llama", "Gemma"], "Qwen", "Qwen", ["Llama", "Gemma"]),
        ([], "Llama", "Qwen", []),
    ],
)
def test_the_focus_before_takes_the_place_of_the_one_now(
    rivals: list[str], focus: str, before: str, expected: list[str]
) -> None:
    assert state.swapped(rivals, focus, before) == expected


NEWEST = date(2026, 11, 15)
USUAL = {
    **CONTROLS, "family": list(state.DEFAULT_RIVALS), "from": "2024-07", "to": "2026-11",
}  # fmt: skip


@pytest.mark.parametrize(
    ("controls", "told"),
    [
        ({}, {}),
        ({"scale": "Log"}, {"scale": ["Log"]}),
        ({"to": "2026-10"}, {"to": ["2026-10"]}),
        ({"family": ["Llama"]}, {"family": ["Llama"]}),
        ({"family": []}, {"family": [""]}),
        # The compare set follows the focus, so it is the default of a session that begins so.
        (
            {"focus": "Llama", "family": ["Qwen", *state.DEFAULT_RIVALS[1:]]},
            {"focus": ["Llama"]},
        ),
        (
            {"focus": "Llama", "family": list(state.DEFAULT_RIVALS[1:])},
            {"focus": ["Llama"], "family": list(state.DEFAULT_RIVALS[1:])},
        ),
    ],
)
def test_a_step_onward_says_only_what_is_no_default(
    controls: dict[str, Any], told: dict[str, list[str]]
) -> None:
    chosen = state.selection({**USUAL, **controls})
    held = {"model": "Qwen/Q & A", "grouped": True, "tests": False, "search": ""}
    address = state.onward("http://h/models", chosen, held, NEWEST)
    assert urlsplit(address).path == "/models"
    read = parse_qs(urlsplit(address).query, keep_blank_values=True)
    assert read == {**told, "model": ["Qwen/Q & A"], "grouped": ["True"]}


def of_one_kind(key: ast.JoinedStr) -> set[str]:
    """The parameters of a control of which there is one a benchmark, and the like."""
    first = key.values[0]
    assert isinstance(first, ast.Constant)
    found = {known for known in state.PAGE_KEYS if known.startswith(str(first.value))}
    assert found, f"no parameter begins with {first.value}"
    return found


def test_the_link_holds_every_control_of_every_page() -> None:
    """A widget that is bound to the address and that the link forgets would not be shared."""
    bound = set()
    for path in (ROOT / "dashboard").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                given = {word.arg: word.value for word in node.keywords}
                if "bind" in given:
                    key = given["key"]
                    kinds = (ast.Constant, ast.Attribute, ast.JoinedStr)
                    assert isinstance(key, kinds), ast.dump(key)
                    if isinstance(key, ast.Constant):
                        bound.add(key.value)
                    if isinstance(key, ast.JoinedStr):
                        bound |= of_one_kind(key)
    assert bound == set(state.PAGE_KEYS)


@pytest.mark.parametrize("scope", state.SCOPES)
def test_every_scope_is_explained(scope: str) -> None:
    assert f"**{scope}**" in state.SCOPE_HELP
    assert state.selection({**CONTROLS, "scope": scope}).scope == scope
