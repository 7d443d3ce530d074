"""Before and after an event: numbers of small tables by hand, sentences, the shipped seeds."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import data
from data import event_series, warehouse
from data.analyses import EventStudy, event_study, periods_text, study
from data.event_series import COMPARE, FOCUS, MARKET, POINT_COLUMNS, SERIES, EventSeries, Grain
from data.event_windows import WINDOWS, windows_around

# Words that say why.
CAUSAL = re.compile(
    r"\b(because|caus\w+|due to|led to|lead to|leads to|effects?|affect\w*|impact\w*|thanks to|"
    r"results? in|resulted|resulting|owing|drove|driven|drives|therefore|hence|consequen\w+|"
    r"triggered|attribut\w+|since then|so that|as a result|explain\w*|reason\w*|boost\w*)\b",
    re.IGNORECASE,
)
EVENT_COLUMNS = ["starts_on", "ends_on", "date_precision", "scope", "family", "title",
                 "short_label", "kind", "is_highlight", "source_url", "source_title"]  # fmt: skip
GENERATIONS = pd.DataFrame(
    [
        ("Ours", "Ours1", r"ours1($|[^.0-9])", pd.Timestamp(2026, 1, 20)),
        ("Ours", "Ours1.5", r"ours1\.5", pd.Timestamp(2026, 2, 16)),
        ("Ours", "Ours2", r"ours2", pd.NaT),
    ],
    columns=["family", "generation", "name_pattern", "released_on"],
)
INCIDENTS = pd.DataFrame(columns=["source", "level", "starts_on", "ends_on", "what"]).astype(
    {"starts_on": "datetime64[us]", "ends_on": "datetime64[us]"}
)
RIVALS = ("Llama", "DeepSeek", "Mistral", "Gemma", "gpt-oss")

# What a part of the series is: its values by date; a text in place of a value is its reason.
Values = dict[str, float | None]


def points_of(
    subject: str, role: str, values: Values, reasons: dict[str, str] | None = None,
    pairs: Sequence[tuple[str, str]] = (),
) -> pd.DataFrame:  # fmt: skip
    pair_of = {day: pair for pair in pairs for day in pair}
    rows = [
        (
            pd.Timestamp(day), subject, None if role == MARKET else subject, role, value,
            (reasons or {}).get(day, "none"), *pair_of.get(day, (None, None)),
        )
        for day, value in values.items()
    ]  # fmt: skip
    found = pd.DataFrame(rows, columns=list(POINT_COLUMNS))
    for name in ("pooled_from", "pooled_to"):
        found[name] = pd.to_datetime(found[name])
    return found.astype({"value": "float64"})


def series_of(*parts: pd.DataFrame, grain: Grain = "month", is_least: bool = False) -> EventSeries:
    return EventSeries(
        key="by_hand", title="By hand", grain=grain, basis="collected", unit="downloads",
        share_of="all", points=pd.concat(parts, ignore_index=True), focus="Ours",
        focus_subject="Ours (account)", is_least=is_least, incident_sources=("hub",),
    )  # fmt: skip


def events_of(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Events of the focus family: first day, last day, kind, title."""
    told = [
        (pd.Timestamp(first), pd.Timestamp(last), "day" if first == last else "month", "family",
         "Ours", title, None, kind, False, None, None)
        for first, last, kind, title in rows
    ]  # fmt: skip
    found = pd.DataFrame(told, columns=EVENT_COLUMNS)
    return found.astype({"starts_on": "datetime64[us]", "ends_on": "datetime64[us]"})


def studied(series: EventSeries, at: str, window: int = 3, **more: object) -> EventStudy:
    chosen = {"events": events_of(), "incidents": INCIDENTS, **more}
    return study(
        series, at=date.fromisoformat(at), window=window, generations=GENERATIONS, **chosen
    )


def row_of(found: EventStudy, subject: str, measure: str = "downloads") -> dict:
    rows = found.rows
    (row,) = rows[(rows["subject"] == subject) & (rows["measure"] == measure)].to_dict("records")
    return {name: None if pd.isna(value) else value for name, value in row.items()}


def months(*values: float | None, first: int = 1) -> Values:
    """Values from a month of 2026 on."""
    return {f"2026-{number:02d}-01": value for number, value in enumerate(values, first)}


OURS = points_of("Ours (account)", FOCUS, months(10, 20, 30, 99, 40, 50, 90))
WHOLE = points_of("all", MARKET, months(100, 100, 100, 999, 200, 200, 200))
BOTH = series_of(OURS, WHOLE)


# Numbers


def test_levels_changes_and_slopes_by_hand() -> None:
    found = studied(BOTH, "2026-04-17")
    share = row_of(found, "Ours (account)", "share")
    # 60 of 300; 180 of 600: sums over sums, not means of shares.
    assert (share["before"], share["after"]) == pytest.approx((0.2, 0.3))
    assert share["change"] == pytest.approx(0.1)
    assert share["slope_before"] == pytest.approx(0.1)
    assert share["slope_after"] == pytest.approx(0.125)  # 0.2, 0.25, 0.45
    ours = row_of(found, "Ours (account)")
    assert (ours["before"], ours["after"], ours["change"]) == (20, 60, 40)
    assert ours["change_relative"] == 2
    assert ours["slope_before"] == pytest.approx(10)
    assert ours["slope_after"] == pytest.approx(25)
    assert (ours["points_before"], ours["points_after"], ours["is_too_few"]) == (3, 3, False)
    assert ours["unit"] == "downloads a month"
    market, others = row_of(found, "all"), row_of(found, "all but Ours")
    assert (market["before"], market["after"]) == (100, 200)
    assert (others["before"], others["after"]) == (80, 140)
    assert found.sentence == "January–March 20.0 %, May–July 30.0 % (April left out)."
    assert found.line == (
        "Downloads a month: Ours 20 and then 60 (+200 %); all 100 and then 200 (+100 %); "
        "all but Ours 80 and then 140 (+75 %)."
    )
    assert found.remarks == ()
    # The index counts from the mean of the window before.
    index = found.points[found.points["role"] == FOCUS]["index"].tolist()
    assert index == pytest.approx([50, 100, 150, 495, 200, 250, 450])


def test_a_share_is_not_the_mean_of_shares() -> None:
    series = series_of(
        points_of("Ours (account)", FOCUS, months(10, 90, 0, 10, 0, 10)),
        points_of("all", MARKET, months(100, 100, 1, 50, 0, 30)),
    )
    share = row_of(studied(series, "2026-03-01", 2), "Ours (account)", "share")
    assert share["before"] == pytest.approx(0.5)
    # A month without any market has no share: one point is left of two.
    assert (share["after"], share["points_after"]) == (pytest.approx(0.2), 1)


def test_fewer_than_six_points_are_too_few() -> None:
    found = studied(BOTH, "2026-04-17", 2)
    row = row_of(found, "Ours (account)", "share")
    assert row["is_too_few"]
    assert (row["slope_before"], row["slope_after"]) == (None, None)
    assert found.sentence == (
        "February–March 25.0 %, May–June 22.5 % "
        "(April left out; too few points: 4, at least 6 are needed)."
    )
    assert found.table["points"].str.endswith(", too few").all()


def test_one_point_has_a_level_and_no_slope() -> None:
    row = row_of(studied(BOTH, "2026-04-17", 1), "Ours (account)")
    assert (row["before"], row["after"], row["points_before"], row["points_after"]) == (
        30,
        40,
        1,
        1,
    )
    assert (row["slope_before"], row["slope_after"], row["is_too_few"]) == (None, None, True)


def test_an_event_at_the_end_of_the_series() -> None:
    found = studied(BOTH, "2026-07-31")
    row = row_of(found, "Ours (account)", "share")
    assert (row["after"], row["change"], row["points_after"]) == (None, None, 0)
    # 99 + 40 + 50 of 999 + 200 + 200.
    assert found.sentence == (
        "April–June 13.5 %, nothing after it (July left out; the series runs from January 2026 to "
        "July 2026; too few points: 3, at least 6 are needed)."
    )
    assert found.line == ""
    assert found.is_known


def test_an_event_before_the_series_and_one_after_it() -> None:
    early = studied(BOTH, "2025-12-31")
    assert early.sentence.startswith("Nothing before it, January–March 20.0 % (December left out;")
    for day in ("2025-08-01", "2027-01-01"):
        found = studied(BOTH, day)
        assert found.sentence == (
            "No value of Ours before or after it: the series runs from January 2026 to July 2026."
        )
        assert not found.is_known
        assert found.rows[["before", "after", "change", "slope_after"]].isna().all(axis=None)


def test_one_month_is_no_months() -> None:
    assert [periods_text(count, "month") for count in (0, 1, 2)] == [
        "0 months",
        "1 month",
        "2 months",
    ]
    assert periods_text(1, "week") == "1 week"


def test_missing_months_and_null_are_not_zero() -> None:
    ours = points_of("Ours (account)", FOCUS, {
        "2026-01-01": 10, "2026-03-01": 30, "2026-05-01": None, "2026-06-01": 50, "2026-07-01": 70,
    })  # fmt: skip
    found = studied(series_of(ours, WHOLE), "2026-04-10")
    row = row_of(found, "Ours (account)")
    assert (row["before"], row["points_before"]) == (20, 2)
    assert (row["after"], row["points_after"]) == (60, 2)
    assert row["is_too_few"]
    assert row["note"] == "before: 2 of 3 months known; after: 2 of 3 months known"
    share = row_of(found, "Ours (account)", "share")
    assert share["before"] == pytest.approx(40 / 200)  # the market of the same months
    assert "Of the 3 months before it, 2 are known." in found.remarks
    # What is not known of the focus is not known of the others either.
    assert row_of(found, "all but Ours")["points_before"] == 2


def test_a_gap_keeps_its_place_under_a_slope() -> None:
    days = {f"2026-03-{day:02d}": float(day) for day in (1, 2, 10, 20)}
    found = studied(
        series_of(points_of("Ours (account)", FOCUS, days), grain="day"), "2026-03-25", 30
    )
    assert row_of(found, "Ours (account)")["slope_before"] == pytest.approx(1)


def test_a_zero_baseline_has_a_change_and_no_ratio() -> None:
    ours = points_of("Ours (account)", FOCUS, months(0, 0, 0, 5, 10, 20, 30))
    found = studied(series_of(ours, WHOLE), "2026-04-01")
    row = row_of(found, "Ours (account)")
    assert (row["before"], row["change"], row["change_relative"]) == (0, 20, None)
    assert found.sentence.startswith("January–March 0.0 %, May–July 10.0 %")
    assert found.table["change"].tolist()[:2] == ["+10.0 points", "+20"]
    assert found.points.loc[found.points["role"] == FOCUS, "index"].isna().all()


def test_a_large_change_is_told_in_times() -> None:
    ours = points_of("Ours (account)", FOCUS, months(1, 1, 1, 5, 20, 20, 20))
    assert studied(series_of(ours, WHOLE), "2026-04-01").table["change"][1] == "20.0 times"


def test_an_event_that_lasts_leaves_out_all_its_months() -> None:
    found = studied(BOTH, "2026-03-20", 2, ends_on=date(2026, 5, 2))
    assert found.sentence == (
        "January–February 15.0 %, June–July 35.0 % "
        "(March–May left out; too few points: 4, at least 6 are needed)."
    )


def test_a_split_that_a_window_cuts_is_told_pooled() -> None:
    # April and May are halves of one number; April is left out.
    reasons = {"2026-04-01": "interpolated_boundary", "2026-05-01": "interpolated_boundary"}
    pair = [("2026-04-01", "2026-05-01")]
    series = series_of(
        points_of("Ours (account)", FOCUS, months(10, 20, 30, 60, 40, 50, 90), reasons, pair),
        points_of("all", MARKET, months(100, 100, 100, 200, 200, 200, 200), reasons, pair),
    )
    found = studied(series, "2026-04-17")
    row = row_of(found, "Ours (account)", "share")
    assert row["after"] == pytest.approx(0.3)
    assert row["is_estimate"]
    # May is worth the mean of both: 50 of 200, then 50 and 90.
    assert row["slope_after"] == pytest.approx(0.1)
    assert row_of(found, "Ours (account)")["slope_after"] == pytest.approx(20)
    assert row_of(found, "all but Ours")["slope_after"] == pytest.approx(-20)
    assert found.pooled == (
        "April and May 2026 were split on a straight line over days that were not seen: 25.0 % "
        "over both together, 35.0 % in June–July alone.",
    )
    assert found.remarks == (
        "May 2026 is split on a straight line over days that were not seen; slopes take each at "
        "the mean of its pair.",
    )
    # With both halves in one window their sum is exact.
    whole = studied(series, "2026-07-01")
    assert not row_of(whole, "Ours (account)", "share")["is_estimate"]
    assert not whole.pooled
    assert len(whole.remarks) == 1


def test_estimates_without_a_pair_are_flagged() -> None:
    ours = points_of(
        "Ours (account)", FOCUS, months(10, 20, 30, 99, 40, 50, 90), {"2026-06-01": "counter_fell"}
    )
    found = studied(series_of(ours, WHOLE), "2026-04-17")
    assert row_of(found, "Ours (account)")["is_estimate"]
    assert found.remarks == (
        "June 2026 is estimated: a counter fell and is held until it recovers.",
    )


def test_compared_families_stand_beside_it_in_downloads_only() -> None:
    theirs = points_of("Theirs", COMPARE, months(7, 7, 7, 0, 14, 14, 14))
    found = studied(series_of(OURS, theirs, WHOLE), "2026-04-17")
    assert found.rows["measure"].tolist() == ["share", *["downloads"] * 4]
    assert found.rows["subject"].tolist() == [
        "Ours (account)", "Ours (account)", "all", "all but Ours", "Theirs",
    ]  # fmt: skip
    assert row_of(found, "Theirs")["change_relative"] == 1


def test_without_a_market_there_are_downloads_and_no_share() -> None:
    found = studied(series_of(OURS), "2026-04-17")
    assert found.rows["measure"].tolist() == ["downloads"]
    assert found.sentence == (
        "January–March 20 downloads a month, May–July 60 downloads a month (April left out)."
    )


def test_a_focus_that_the_series_does_not_have() -> None:
    theirs = points_of("Theirs", COMPARE, months(7, 7, 7, 0, 14, 14, 14))
    assert studied(series_of(theirs, WHOLE), "2026-04-17").sentence == "Ours is not in this series."
    nothing = series_of(OURS.iloc[:0])
    found = studied(nothing, "2026-04-17")
    assert (found.sentence, found.remarks) == ("Nothing is known of this series yet.", ())
    assert found.rows.empty
    assert found.table.empty


def test_weeks_are_whole_and_days_stop_at_the_event() -> None:
    weeks = windows_around(date(2026, 3, 4), None, "week", 30)
    assert (weeks.before_from, weeks.before_to) == (date(2026, 2, 2), date(2026, 3, 1))
    assert (weeks.left_from, weeks.left_to) == (date(2026, 3, 2), date(2026, 3, 8))
    assert (weeks.after_from, weeks.after_to) == (date(2026, 3, 9), date(2026, 4, 5))
    days = windows_around(date(2026, 3, 4), date(2026, 3, 6), "day", 30)
    assert (days.before_from, days.before_to) == (date(2026, 2, 2), date(2026, 3, 3))
    assert (days.after_from, days.after_to) == (date(2026, 3, 7), date(2026, 4, 5))


def test_days_of_a_source_that_names_the_largest_only() -> None:
    first = date(2026, 2, 20)
    values = {(first + timedelta(days=n)).isoformat(): 1.0 + n % 2 for n in range(30)}
    whole = dict.fromkeys(values, 10.0)
    found = studied(
        series_of(
            points_of("Ours (account)", FOCUS, values), points_of("all", MARKET, whole),
            grain="day", is_least=True,
        ),
        "2026-03-03", 30,
    )  # fmt: skip
    assert found.sentence == (
        "20 February – 2 March at least 14.5 %, 4–21 March at least 15.0 % (3 March left out)."
    )
    assert any("the least that they can be" in remark for remark in found.remarks)
    assert "Of the 30 days before it, 11 are known." in found.remarks


GRAINS = st.sampled_from(["month", "week", "day"])
DATES = st.dates(date(2019, 1, 1), date(2030, 12, 31))


@settings(max_examples=60, deadline=None)
@given(grain=GRAINS, at=DATES, lasts=st.integers(0, 200), place=st.integers(0, 2))
def test_windows_never_hold_the_event_and_never_overlap(
    grain: Grain, at: date, lasts: int, place: int
) -> None:
    ends_on = at + timedelta(days=lasts)
    found = windows_around(at, ends_on, grain, WINDOWS[grain][place])
    assert found.before_from < found.left_from <= at <= ends_on <= found.left_to < found.after_to
    assert found.before_to + timedelta(days=1) == found.left_from
    assert found.left_to + timedelta(days=1) == found.after_from
    if grain == "month":
        assert {found.before_from.day, found.left_from.day, found.after_from.day} == {1}
    elif grain == "week":
        assert {found.before_from.weekday(), found.after_from.weekday()} == {0}
    else:
        assert found.before_to - found.before_from == found.after_to - found.after_from


def test_wrong_arguments_say_what_was_expected(seeds_build: Path) -> None:
    with pytest.raises(
        data.FilterError, match=r"window: expected one of 1, 2, 3 \(months\), found 4"
    ):
        event_study(date(2026, 3, 3), "Qwen", [], window=4, build=seeds_build)
    with pytest.raises(data.FilterError, match="series: expected one of published_months"):
        event_study(date(2026, 3, 3), "Qwen", [], series="x", build=seeds_build)
    with pytest.raises(data.FilterError, match="ends_on: expected a day from 2026-03-03 on"):
        windows_around(date(2026, 3, 3), date(2026, 3, 2), "day", 30)


# Releases


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            [("2026-03-02", "2026-03-02", "Ours1.5 small released")],
            "more of Ours1.5 was released on 2 March",
        ),
        (
            [
                ("2026-02-16", "2026-02-16", "Ours1.5 released"),
                ("2026-02-24", "2026-02-24", "Ours1.5 9B released"),
            ],
            "Ours1.5 was released between 16 and 24 February",
        ),
        (
            [
                ("2026-02-16", "2026-02-16", "Ours1.5 released"),
                ("2026-03-02", "2026-03-02", "Ours1.5 small released"),
                ("2026-03-09", "2026-03-09", "Ours2 released"),
            ],
            "Ours1.5 was released between 16 February and 2 March; Ours2 was released on 9 March",
        ),
        ([("2026-03-01", "2026-03-31", "Ours2 released")], "Ours2 was released in March"),
        # Neither a preview, nor another generation, nor a month too early or too late.
        ([("2026-02-01", "2026-02-01", "Ours1.5 previewed")], ""),
        ([("2026-02-20", "2026-02-20", "Something else released")], ""),
        ([("2026-01-31", "2026-01-31", "Ours1 released")], ""),
        ([("2026-04-01", "2026-04-01", "Ours2 released")], ""),
    ],
)  # fmt: skip
def test_releases_about_then_are_named(rows: list[tuple[str, str, str]], words: str) -> None:
    events = events_of(*((first, last, "release", title) for first, last, title in rows))
    found = studied(BOTH, "2026-03-15", 1, events=events)
    few = "March left out; too few points: 2, at least 6 are needed"
    told = f"{few}; {words}" if words else few
    assert found.sentence.endswith(f"({told}).")


def test_what_else_happened_is_listed() -> None:
    events = events_of(
        ("2026-01-20", "2026-01-20", "release", "Ours1 released"),
        ("2026-06-30", "2026-06-30", "people", "Somebody leaves"),
        ("2026-08-01", "2026-08-01", "people", "Too late"),
    )
    incidents = pd.DataFrame(
        [
            (source, level, pd.Timestamp(day), pd.Timestamp(day), what)
            for source, level, day, what in (
                ("hub", "hub", "2026-05-20", "counts fell"),
                ("hub", "model", "2026-05-20", "one model only"),
                ("other", "hub", "2026-05-20", "another source"),
                ("hub", "source", "2026-08-02", "too late"),
            )
        ],
        columns=["source", "level", "starts_on", "ends_on", "what"],
    )
    found = studied(BOTH, "2026-04-17", events=events, incidents=incidents)
    assert found.events["title"].tolist() == ["Ours1 released", "Somebody leaves"]
    assert found.remarks == (
        "In the window before: Ours1 was released on 20 January.",
        "Incident of the source, 2026-05-20: counts fell.",
    )


# The shipped seeds

LEAD_LEAVES = date(2026, 3, 3)
SENTENCE = (
    "December–February 37.7 %, April–June 40.9 % "
    "(March left out; Qwen3.5 was released between 16 February and 2 March)."
)


def test_the_sentence_of_march_2026(seeds_build: Path) -> None:
    found = event_study(LEAD_LEAVES, "Qwen", RIVALS, build=seeds_build)
    assert found.sentence == SENTENCE
    (pooled,) = found.pooled
    assert pooled.startswith("March and April 2026 were split")
    assert "45.0 % over both together" in pooled
    assert found.about == (
        "Qwen: share of text and vision-language downloads on the Hub, own account, December 2025 "
        "to June 2026"
    )
    assert row_of(found, "Qwen", "share")["is_estimate"]
    # Focus share, focus, market, all but the focus, and each compare family.
    assert len(found.rows) == 4 + len(RIVALS)
    assert not found.rows["is_too_few"].any()


def test_the_sentence_from_the_seed_file_alone() -> None:
    """The same numbers without any of the project's code."""
    values: dict[tuple[str, str], float] = {}
    with (data.SEEDS_DIR / "published_series.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["series"] in ("downloads_text_vlm_by_author", "downloads_text_vlm_total"):
                values[row["subject"], row["date"][:7]] = float(row["value"])

    def share(*names: str) -> str:
        ours = sum(values["Qwen", month] for month in names)
        return f"{100 * ours / sum(values['all publishers', month] for month in names):.1f} %"

    assert f"December–February {share('2025-12', '2026-01', '2026-02')}" in SENTENCE
    assert f"April–June {share('2026-04', '2026-05', '2026-06')}" in SENTENCE
    assert share("2026-03", "2026-04") == "45.0 %"
    assert share("2026-05", "2026-06") == "36.2 %"


def test_the_licence_change_of_august_2026(seeds_build: Path) -> None:
    found = event_study(date(2026, 8, 12), "Qwen", RIVALS, build=seeds_build)
    assert found.sentence == (
        "May–July 35.7 %, September 29.9 % (August left out; too few points: 4, at least 6 are "
        "needed; Qwen3.8 was released between 12 and 14 August)."
    )


def test_no_text_says_why(seeds_build: Path) -> None:
    events = data.metric("events", build=seeds_build)
    generations = warehouse.frame(seeds_build, "SELECT * FROM seed__model_generations")
    incidents = data.metric("incidents", build=seeds_build)
    for focus in ("Qwen", "Inkling"):
        series = event_series.read("published_months", focus, RIVALS, build=seeds_build)
        # The highlighted ones, and the first, which the series does not reach.
        own = events[events["family"] == focus]
        own = own[own["is_highlight"] | (own["starts_on"] == own["starts_on"].min())]
        for number, event in enumerate(own.to_dict("records")):
            found = study(
                series, at=event["starts_on"].date(), ends_on=event["ends_on"].date(),
                window=1 + number % 3, events=events, generations=generations, incidents=incidents,
            )  # fmt: skip
            texts = [found.sentence, found.line, *found.pooled, *found.remarks, *found.rows["note"]]
            assert not [text for text in texts if CAUSAL.search(text)]
            assert found.sentence.endswith(".")
            assert "nan" not in " ".join([*texts, *found.table.to_numpy().ravel()]).lower()


@pytest.mark.parametrize("key", SERIES)
def test_every_series_of_seeds_alone(seeds_build: Path, key: str) -> None:
    grain = SERIES[key].grain
    found = event_study(
        LEAD_LEAVES, "Qwen", RIVALS, series=key, window=WINDOWS[grain][0], build=seeds_build
    )
    assert found.series.grain == grain
    if key != "published_months":
        assert found.sentence == "Nothing is known of this series yet."


def test_months_that_were_collected(collected_build: Path) -> None:
    rows = data.metric("monthly_downloads", scope="own", families=["Qwen"], build=collected_build)
    found = event_study(
        date(2026, 5, 10), "Qwen", ["Llama"], series="collected_months", window=1,
        build=collected_build,
    )  # fmt: skip
    june = rows[rows["month"] == pd.Timestamp(2026, 6, 1)]["monthly_downloads"].iloc[0]
    assert row_of(found, "Qwen")["after"] == june
    assert found.series.market is None
    assert found.sentence.startswith(
        f"Nothing before it, June {data.wording.count(june)} downloads"
    )
    assert found.series.citation
