"""Claims against measurements: the verdicts on the shipped figures, the sentences for each case of
their grammar, and the page."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import data
from data.claims import reason, verdict_counts, what

Row = dict[str, Any]
APP = data.ROOT / "dashboard" / "app.py"
CLOSED = {"holds", "agrees", "different_scope", "contradicts", "cannot_be_tested"}


@pytest.fixture(scope="module")
def shipped(seeds_build: Path) -> pd.DataFrame:
    return data.claims(build=seeds_build)


@pytest.fixture(scope="module")
def main(shipped: pd.DataFrame) -> pd.DataFrame:
    return shipped[shipped["is_main"]].set_index("claim_id")


# The shipped figures


def test_every_figure_has_a_verdict_and_a_reason(
    shipped: pd.DataFrame, main: pd.DataFrame, seeds_build: Path
) -> None:
    figures = data.metric("reported_figures", build=seeds_build, kind="statement")
    told = [figure for ids in main["figure_ids"] for figure in ids]
    assert sorted(told) == sorted(figures["figure_id"])
    assert main.index.is_unique
    assert set(shipped["verdict"]) <= CLOSED == set(data.CLAIM_VERDICTS)
    for text in shipped["reason"]:
        assert text.endswith(".")
        assert ".." not in text
        assert "  " not in text
        assert "{" not in text
        assert "nan" not in text.casefold().split()


def test_every_kind_of_statement_says_what_can_test_it(shipped: pd.DataFrame) -> None:
    assert not shipped["reason"].str.contains("Nobody has said").any()


def test_more_than_half_of_global_downloads(shipped: pd.DataFrame) -> None:
    tests = shipped[shipped["claim_id"] == "R212"].set_index("test")
    assert list(tests.index) == ["account_share", "account_hub_share"]
    assert list(tests["verdict"]) == ["contradicts", "contradicts"]
    assert list(tests["is_main"]) == [True, False]
    assert tests["test_value"].tolist() == [
        pytest.approx(0.374, abs=5e-4),
        pytest.approx(0.089, abs=5e-4),
    ]
    assert tests["reason"]["account_share"] == (
        "Own text and vision-language repositories of Qwen on the Hub, of all text and "
        "vision-language downloads there: 37.4 % in March 2026. The source has a gap at one end of "
        "the month; both months beside it: 45.0 %. That is 0.75 times the 50.0 % that it claims as "
        "the least."
    )


def test_china_below_two_percent_of_tokens(main: pd.DataFrame) -> None:
    row = main.loc["R166"]
    assert (row["verdict"], row["date_gap_days"]) == ("contradicts", 0)
    assert row["test_low"] == pytest.approx(0.16774)
    assert row["reason"].endswith("16.8 % on 2025-06-21. That is 8.4 times the claimed 2.0 %.")


@pytest.mark.parametrize(
    ("claim", "test", "verdict"),
    [
        # 151,448 in August 2026; totals of derivatives grow.
        ("R207", "reported_derivatives", "contradicts"),
        ("R210", "reported_derivatives", "contradicts"),
        ("qwen-170k-derivatives", "reported_derivatives", "contradicts"),
        # 660.4M by October 2025, 875.7M by December 2025, 1,015.4M by January 2026.
        ("qwen-600m-downloads", "account_downloads_sum", "holds"),
        ("qwen-700m-downloads", "account_downloads_sum", "holds"),
        ("R209", "account_downloads_sum", "agrees"),
        # A sum that begins in July 2024 never contradicts a higher claim.
        ("R228", "account_downloads_sum", "different_scope"),
        ("R229", "account_downloads_sum", "different_scope"),
        # Four Qwen2.5 models have 157.8M of the claimed 120M.
        ("R016", "listed_downloads_all_time", "holds"),
        # Google's account is not Gemma.
        ("R237", "account_downloads_sum", "different_scope"),
        # June and July 2026: 58.1 % against 46 %.
        ("R165", "token_share", "contradicts"),
        ("R242", "account_rank", "agrees"),
        # Read 42 days before.
        ("R177", "published_downloads_30d", "cannot_be_tested"),
        # A single day after the claimed month.
        ("R247", "token_share_open", "cannot_be_tested"),
        ("R221", "none", "cannot_be_tested"),
        # Nothing but two statements.
        ("R032", "another_statement", "cannot_be_tested"),
        ("R033", "another_statement", "cannot_be_tested"),
        # 332M by June 2025, of which 190M are estimated.
        ("R198", "account_downloads_sum", "different_scope"),
        # Every Chinese developer on one day is not the open models' best week.
        ("R246", "token_share_open", "different_scope"),
    ],
)
def test_shipped_verdicts(main: pd.DataFrame, claim: str, test: str, verdict: str) -> None:
    row = main.loc[claim]
    assert (row["test"], row["verdict"]) == (test, verdict)


def test_a_claim_told_several_times_is_one(main: pd.DataFrame) -> None:
    row = main.loc["qwen-600m-downloads"]
    assert row["outlets"] == 4
    assert row["bound"] == "at_least"
    assert row["said_when"] == "2025-11-24"
    assert len(row["source_titles"]) == len(row["source_urls"]) == 4


def test_claims_that_contradict_each_other_share_a_group(main: pd.DataFrame) -> None:
    january = main[main["contradiction"] == "qwen-downloads-january-2026"]
    assert sorted(january["value"]) == [7e8, 1e9]
    derivatives = main[main["contradiction"] == "qwen-derivatives-since-late-2025"]
    assert {"R207", "R130"} <= set(derivatives.index)
    assert main["reason"]["qwen-700m-downloads"].endswith(
        "the total was reached. Another statement says about 1.0B in January 2026; by their own "
        "words, not both can hold."
    )
    assert main["reason"]["R209"].endswith(
        "all months since July 2024: 1.0B by the end of January 2026. Of it 190M are estimated "
        "from 30-day windows. That is within 10 % of the claim (ratio 1.02). Another statement "
        "says about 700M by 2026-01-12; by their own words, not both can hold."
    )
    # Both tests of it are the same statement of Hugging Face.
    assert "Another statement" not in main["reason"]["R207"]


def test_two_statements_alone_never_contradict(shipped: pd.DataFrame) -> None:
    pairs = shipped[shipped["test"] == "another_statement"].set_index("claim_id")
    assert set(pairs["verdict"]) == {"cannot_be_tested", "different_scope"}
    assert not pairs["is_main"][pairs["verdict"] == "different_scope"].any()
    # A total may grow from 170,000 in 2025 to 200,000 in 2026; what is tested is August 2026.
    assert pairs["test_value"]["qwen-170k-derivatives"] == pairs["test_value"]["R210"] == 151448
    # Other years and another definition.
    assert pairs["verdict"][["R121", "R153"]].tolist() == ["different_scope"] * 2


def test_the_counts_of_the_focus(main: pd.DataFrame) -> None:
    text = verdict_counts(main[main["family"] == "Qwen"], ["Qwen"])
    assert text.startswith(f"{(main['family'] == 'Qwen').sum()} claims about Qwen: 4 do not hold, ")


# The grammar


def row_with(**given: Any) -> Row:
    """A row of claim_check in which 37.4 % were measured of at least 50 %."""
    row = {
        "test": "account_share", "test_scope": "own repositories", "test_note": None,
        "value": 0.5, "bound": "at_least", "unit": "fraction", "test_value": 0.374, "ratio": 0.748,
        "test_starts_on": date(2026, 3, 1), "test_ends_on": date(2026, 3, 31),
        "is_estimate": False,
        "test_kind": "flow", "test_place": "within", "test_bound": "exactly", "is_near": True,
        "estimated_part": None, "pooled_share": None, "scopes_compare": "same",
        "date_gap_days": 0, "verdict": "contradicts",
    }  # fmt: skip
    return {**row, **given}


TOTAL: Row = {
    "unit": "downloads", "test_kind": "total", "value": 700e6, "test_value": 876e6, "ratio": 1.251,
    "test_starts_on": date(2025, 12, 31), "test_ends_on": date(2025, 12, 31),
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "37.4 % in March 2026. That is 0.75 times the 50.0 % that it claims as the least."),
        (
            {"test_value": 0.0, "ratio": 0.0},
            "0.0 % in March 2026. That is 0 times the 50.0 % that it claims as the least.",
        ),
        (
            {"value": 0.0, "ratio": None, "bound": "about"},
            "37.4 % in March 2026. The claim says 0.0 %.",
        ),
        (
            {"verdict": "holds", "test_value": 0.5, "ratio": 1.0},
            "50.0 % in March 2026. That reaches the 50.0 % that it claims as the least.",
        ),
        (
            {**TOTAL, "verdict": "holds", "bound": "about", "estimated_part": 190e6},
            "876M by the end of December 2025. Of it 190M are estimated from 30-day windows. "
            "That is 1.3 times the claimed 700M: the total was reached.",
        ),
        (
            {"verdict": "agrees", "bound": "about", "value": 0.4, "ratio": 0.935},
            "37.4 % in March 2026. That is within 10 % of the claim (ratio 0.94).",
        ),
        (
            {"verdict": "different_scope", "scopes_compare": "wider", "test_note": "All of it"},
            "37.4 % in March 2026. It counts more than the claim, so 50.0 % is neither confirmed "
            "nor contradicted. All of it.",
        ),
        (
            {"verdict": "cannot_be_tested", "is_near": False, "date_gap_days": 42,
             "test_place": "before", "test_kind": "level",
             "test_starts_on": date(2026, 8, 22), "test_ends_on": date(2026, 8, 22)},
            "37.4 % on 2026-08-22. That is 42 days before what the claim speaks of: too far to "
            "compare.",
        ),
        (
            {"verdict": "cannot_be_tested", "is_near": False, "date_gap_days": 1,
             "test_place": "after",
             "test_starts_on": date(2025, 1, 1), "test_ends_on": date(2025, 1, 1)},
            "37.4 % on 2025-01-01. That is 1 day after what the claim speaks of, and a single day "
            "says too little of it.",
        ),
        (
            {"verdict": "cannot_be_tested", "test_bound": "at_least", "bound": "about"},
            "at least 37.4 % in March 2026. That leaves about 50.0 % possible, but does not "
            "confirm it.",
        ),
        (
            {"verdict": "cannot_be_tested", "test_value": None, "test_note": "Run `it`."},
            "no value so far. Run `it`.",
        ),
        (
            {**TOTAL, "verdict": "different_scope", "scopes_compare": "narrower", "value": 900e6,
             "estimated_part": 500e6},
            "876M by the end of December 2025. Of it 500M are estimated from 30-day windows, more "
            "than half: too much to confirm a claim. It counts only a part of what the claim "
            "counts, so 900M is neither confirmed nor contradicted.",
        ),
        (
            {**TOTAL, "verdict": "holds", "value": 100e6, "ratio": 8.76, "estimated_part": 500e6},
            "876M by the end of December 2025. Of it 500M are estimated from 30-day windows. "
            "That is 8.8 times the 100M that it claims as the least.",
        ),
        (
            {**TOTAL, "bound": "about", "value": 1e9, "ratio": 0.876, "test_place": "after",
             "date_gap_days": 200},
            "876M by the end of December 2025. That is 0.88 times the claimed 1.0B, and 200 days "
            "later; a total grows, so that it was smaller then, unless much was deleted since.",
        ),
    ],
)  # fmt: skip
def test_reasons(given: Row, expected: str) -> None:
    assert reason(row_with(**given)) == f"Own repositories: {expected}"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"verdict": "cannot_be_tested", "bound": "about", "is_estimate": True},
            "about 37.4 % in March 2026; not both that and about 50.0 % can hold.",
        ),
        (
            {"verdict": "different_scope"},
            "37.4 % in March 2026. That is of another period, so that at least 50.0 % can hold, "
            "too.",
        ),
        (
            {**TOTAL, "verdict": "different_scope", "bound": "exactly"},
            "876M by the end of December 2025. A total may grow in between, so that 700M can "
            "hold, too.",
        ),
        (
            {"verdict": "different_scope", "scopes_compare": "different"},
            "37.4 % in March 2026. It does not count the same, so that at least 50.0 % can hold, "
            "too.",
        ),
    ],
)
def test_reasons_of_two_statements(given: Row, expected: str) -> None:
    row = row_with(test="another_statement", **given)
    assert reason(row) == f"Another statement says {expected}"


def test_without_a_test_the_note_is_the_reason() -> None:
    row = row_with(test="none", test_scope=None, test_note="No source counts users.")
    assert reason(row) == "No source counts users."
    assert reason({**row, "test_note": None}).startswith("Nobody has said yet")


def test_counts() -> None:
    def counted(*verdicts: str) -> pd.DataFrame:
        return pd.DataFrame({"verdict": pd.Series(verdicts, dtype=object)})

    assert verdict_counts(counted()) == "No claims."
    assert verdict_counts(counted(), ["Qwen"]) == "No claims about Qwen."
    assert verdict_counts(counted("holds")) == "1 claim: 1 holds."
    many = counted("holds", "contradicts", "holds", "different_scope", "cannot_be_tested")
    assert verdict_counts(many, ["Qwen", "Llama", "Gemma"]) == (
        "5 claims about Qwen, Llama and Gemma: 1 does not hold, 2 hold, "
        "1 is met only by figures of another scope, 1 cannot be tested."
    )
    assert what("claimed_cumulative_downloads", "downloads so far") == "downloads so far"
    assert what("claimed_new_thing", None) == "new thing"


def test_what_is_counted_is_said_in_words(shipped: pd.DataFrame) -> None:
    assert not shipped["what"].str.contains("_").any()
    assert not shipped["what"].str.contains(r"\b(?:hf|dau|mau|total|subset|unclear)\b").any()
    titles = shipped.drop_duplicates("metric").set_index("metric")["what"]
    assert titles["ram_score_day7"] == "Relative Adoption Metric v1 on day 7"
    assert titles["monthly_downloads"] == "downloads a month"


def test_a_ratio_to_a_baseline_waits_for_launches(main: pd.DataFrame) -> None:
    row = main.loc["R041"]
    assert (row["test"], row["verdict"], row["said"]) == (
        "ram_v1_day7",
        "cannot_be_tested",
        "20.45",
    )
    assert row["reason"] == (
        "The same ratio, over the median of the ten most downloaded models of its size class here, "
        "which are other models and other classes than ATOM's: no value so far. Takes ten launches "
        "of that size class: run `collectors backfill --from 2024-07 --every week`, then "
        "`collectors build`."
    )


def test_an_article_speaks_of_no_day_after_its_own(main: pd.DataFrame, seeds_build: Path) -> None:
    """A report of 14 August cannot speak of the 31st, though its date is a month's."""
    row = main.loc["R130"]
    assert (str(row["ends_on"].date()), row["said_when"]) == ("2026-08-14", "August 2026")
    told = main["reason"]["R207"]
    assert "151,448 by 2026-08-14" in told
    layers = data.metric("layers", layer="derivatives", build=seeds_build)
    assert set(layers["as_of"].dt.strftime("%Y-%m-%d")) == {"2026-08-14"}


# The page


def test_the_page_answers_which_claims_do_not_hold(
    seeds_build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(seeds_build.parents[1]))
    at = AppTest.from_file(APP, default_timeout=30)
    at.query_params["verdict"] = "Does not hold"
    at.run()
    at.switch_page("views/claims.py").run()
    assert not at.exception, [error.value for error in at.exception]
    assert "**50 claims about Qwen: 4 do not hold" in "\n".join(box.value for box in at.markdown)
    shown = [element.proto.body for element in at.get("html") if "<table>" in element.proto.body]
    assert shown[0].count("<tr>") == 1 + 4
    assert "37.4 %" in shown[0]
    assert not at.dataframe


def test_two_statements_that_refute_each_other_stand_together(
    seeds_build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(seeds_build.parents[1]))
    at = AppTest.from_file(APP, default_timeout=30)
    at.query_params["claimed"] = "All"
    at.query_params["verdict"] = "Cannot be tested"
    at.run()
    at.switch_page("views/claims.py").run()
    assert not at.exception, [error.value for error in at.exception]
    cards = [element.proto.body for element in at.get("html") if "<table>" in element.proto.body]
    [peak] = [card for card in cards if "share of new derivatives at its peak" in card]
    assert "not both that and about 50.0 % can hold" in peak
    assert "not both that and about 44.0 % can hold" in peak
    [tokens] = [card for card in cards if "61.0 %" in card]
    assert "That is of another period, so that about 61.0 % can hold, too." in tokens


def test_empty_parameters_are_the_defaults(
    seeds_build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADOPTION_DATA_DIR", str(seeds_build.parents[1]))
    at = AppTest.from_file(APP, default_timeout=30)
    at.query_params["verdict"] = at.query_params["claimed"] = ""
    at.run()
    at.switch_page("views/claims.py").run()
    assert not at.exception, [error.value for error in at.exception]
    assert "claims about Qwen" in "\n".join(box.value for box in at.markdown)
    # A search that finds nothing says what to try: what is said of others, or another word.
    for search, told in (
        ("TNW: Gemma", "Choose **All** under About"),
        ("no such [thing]", "Try one word of it"),
    ):
        next(box for box in at.text_input if box.key == "search").set_value(search).run()
        assert told in at.info[0].value
        assert not any(box.value.startswith("**") for box in at.markdown)
