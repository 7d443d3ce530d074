"""The sentences of the first page: on the shipped figures, and on frames of a few rows for each
case of their grammar."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import data
from dashboard import event_charts, state
from dashboard.plain_text import plain_text
from data import Brief, Layer, briefing, layers, questions, vintages
from data.briefing import peak_of

Row = dict[str, Any]
EVENT_COLUMNS = ["starts_on", "family", "title", "short_label", "is_highlight", "kind"]
UNSEEN = (
    "No source shows deployments, revenue, users' countries, or how many downloads are CI traffic."
)


@pytest.fixture(scope="module")
def shipped(seeds_build: Path) -> Brief:
    return data.brief("Qwen", state.DEFAULT_RIVALS, build=seeds_build)


# The shipped figures


def test_the_shipped_headline(shipped: Brief) -> None:
    assert shipped.headline == (
        "Qwen still leads Hugging Face by far, below its spring peak; in served tokens it is small."
    )


def test_the_shipped_line(shipped: Brief) -> None:
    assert shipped.line == (
        "September 2026: **29.9 %** of text and vision-language downloads, "
        "**11.6 times** Meta's 2.6 %; a year ago 26.7 and 10.0 %."
    )
    assert shipped.scope == (
        "Downloads on the Hugging Face Hub of the account Qwen itself; "
        "what others made of its models is not in it.",
    )


def test_the_shipped_layers(shipped: Brief) -> None:
    assert [layer.name for layer in shipped.layers] == [
        "own_downloads",
        "collected_downloads",
        "derivatives",
        "served_tokens",
        "new_local_pulls",
        "all_local_pulls",
        "runtimes",
        "quality",
    ]
    ratios = {layer.name: layer.ratio for layer in shipped.layers}
    assert ratios["derivatives"] == pytest.approx(4.7, abs=0.05)
    assert ratios["all_local_pulls"] == pytest.approx(0.64, abs=0.005)
    commands = {layer.name: layer.command for layer in shipped.layers if layer.command}
    assert commands == {"collected_downloads": "collectors collect huggingface"}


def test_the_shipped_ratios(shipped: Brief) -> None:
    assert shipped.holds_title == "Does it hold against Llama?"
    assert [hold.sentence for hold in shipped.holds] == [
        "Own downloads a month: **11.6 ×** Meta",
        "Own downloads since July 2024: **4.7 ×** Meta",
        "Derivatives on the Hub: **4.7 ×** Llama",
        "OpenRouter tokens: Qwen ≥ 0.69 %, Llama ≥ 0.0046 %: not told apart",
        "Ollama, new pulls: **2.4 ×** Llama",
        "Ollama, all pulls: **0.64 ×** Llama",
    ]
    leans = {hold.title: hold.lean or 0 for hold in shipped.holds}
    assert leans["OpenRouter tokens"] == 0
    assert 0 < leans["Ollama, new pulls"] < leans["Own downloads a month"] < 1
    assert -1 < leans["Ollama, all pulls"] < 0


def test_what_the_shipped_figures_say_of_the_month_before(shipped: Brief) -> None:
    assert shipped.since == "Since August"
    assert shipped.changed == (
        "Qwen **−14 %**, the market **−6 %**: it also lost share, 32.7 to 29.9 %.",
        "Second developer: Google, 4.3 %. Largest repackager: unsloth, 5.2 %.",
    )


def test_the_shipped_cares(shipped: Brief) -> None:
    assert shipped.care == (
        "Qwen's text and vision-language models have **8.7 %** of all Hub downloads; "
        "embedding models lead there.",
        "March to June 2026 are partly interpolated: **45.0 %** pooled over March and April, "
        "**36.2 %** over May and June. So are June and July 2025: **26.3 %** pooled.",
        "July 2024 to February 2025 are the publisher's estimates from 30-day windows.",
        "OpenRouter names the 50 models with the most tokens a day; all others had **6.5 %** of "
        "the tokens in July 2026. A share is what is seen, and at most that much more.",
        "15 August 2026: counts fell by about 30 percent; traced to a filter setting and fixed "
        "(within the months compared).",
        "Nothing was collected here yet: all figures are published ones, read until "
        "2 October 2026.",
        UNSEEN,
    )


def test_estimates_are_those_of_the_period_shown(seeds_build: Path) -> None:
    period = {"start": date(2026, 7, 1), "end": date(2026, 9, 30)}
    care = data.brief("Qwen", ["Llama"], build=seeds_build, **period).care
    assert not any("interpolated" in text or "estimate" in text for text in care)


def test_the_shipped_questions(shipped: Brief) -> None:
    assert [(question.text, question.page) for question in shipped.questions] == [
        ("Is Qwen still ahead, and by how much?", "leads"),
        ("How did gpt-oss-20b launch against Qwen3?", "launches"),
        ("Which claims about Qwen do not hold?", "claims"),
        ("What happened after the lead left?", "events"),
        ("How does China compare with the USA?", "regions"),
    ]
    _, launches, claims, events, _ = (question.parameters for question in shipped.questions)
    assert launches["launch"][0] == "openai/gpt-oss-20b"
    assert str(launches["launch"][1]).startswith("Qwen/Qwen3-")
    assert str(claims["verdict"]).lower() in data.CLAIM_VERDICTS.values()
    assert str(events["event"]).startswith("2026-03-03 Junyang Lin")


def test_questions_are_asked_as_their_pages_name_things(seeds_build: Path) -> None:
    found = data.brief("Llama", ["Qwen"], build=seeds_build)
    rows = data.metric("events", build=seeds_build)
    names = {event_charts.name_of(row) for _, row in rows.iterrows()}
    assert found.questions[3].parameters["event"] in names
    leads = data.leads("Llama", "Qwen", build=seeds_build)
    named = {
        f"{data.series_title(row.title, row.measure_title)}, {row.basis}"
        for row in leads.itertuples()
    }
    assert {hold.standing for hold in found.holds} - {""} <= named
    assert found.questions[0].text == "Where is Llama ahead, and where is it behind?"


def test_the_text_says_all_that_the_page_says(shipped: Brief) -> None:
    text = shipped.markdown()
    told = [shipped.headline, shipped.line, *shipped.scope, *shipped.changed, *shipped.care]
    told += [hold.sentence for hold in shipped.holds]
    told += [shipped.since, shipped.holds_title, "Read with care"]
    for layer in shipped.layers:
        told += [layer.title, layer.focus_text, layer.rival_text, layer.leader, layer.source_url]
    assert [sentence for sentence in told if sentence not in text] == []
    assert "Run `collectors collect huggingface`" in text
    assert "as of 2026-10-02: Own downloads a month" in text
    assert text.endswith("- Data until 2026-10-02\n")


def test_the_shipped_peak(seeds_build: Path) -> None:
    rows = data.metric("account_downloads", account="Qwen", build=seeds_build)
    peak = peak_of(rows)
    assert peak is not None
    assert f"{peak['value']:.1%}" == "45.0%"
    assert peak["when"] == "March and April 2026"
    assert peak["month"] == pd.Timestamp(2026, 4, 1)
    assert peak["is_pooled"] is True


def test_the_rival_is_the_first_that_is_not_the_focus(seeds_build: Path) -> None:
    one = data.brief("Qwen", ["Qwen", "Llama"], build=seeds_build)
    assert one == data.brief("Qwen", ["Llama"], build=seeds_build)
    alone = data.brief("Qwen", [], build=seeds_build)
    assert "times" not in alone.line
    assert all(layer.ratio is None for layer in alone.layers)


@pytest.mark.parametrize("focus", ["Llama", "gpt-oss", "Muse", "Gemma", "Falcon", "not a family"])
def test_any_family_gets_whole_sentences(seeds_build: Path, focus: str) -> None:
    found = data.brief(focus, ["Qwen"], build=seeds_build)
    texts = [found.headline, found.line, *found.scope, *found.changed, *found.care]
    texts += [hold.sentence for hold in found.holds]
    texts += [question.text for question in found.questions]
    assert not re.search(r"\b(nan|None|inf|NaT)\b", found.markdown())
    for text in texts:
        assert text.strip() == text != ""
        assert "nan" not in text.split()
        assert "None" not in text
        assert "–" not in text
    assert found.headline.endswith(".")


def test_a_collection_fills_its_layer(collected_build: Path) -> None:
    found = data.brief("Qwen", ["Llama"], build=collected_build)
    layer = next(layer for layer in found.layers if layer.name == "collected_downloads")
    rows = data.metric("family_downloads", family="Qwen", build=collected_build)
    assert layer.focus == rows["family_downloads"].iloc[-1]
    assert layer.command is None
    assert layer.as_of == "2026-08-04"


def test_each_layer_without_data_names_the_command_that_fills_it(tmp_path: Path) -> None:
    filled_by = {
        "collected_downloads": ("huggingface", "huggingface__models"),
        "served_tokens": ("openrouter", "openrouter__rankings"),
        "runtimes": ("lmstudio", "lmstudio__models"),
        "quality": ("lmarena", "lmarena__ratings"),
    }
    sources = [
        data.SourceFacts(name, name, "https://source.example", "theirs", "Source", 1, (table,))
        for name, table in filled_by.values()
    ]
    data.build(sources, folder=tmp_path)
    found = data.brief("Qwen", ["Llama"], build=data.newest_build(tmp_path))
    commands = {layer.name: layer.command for layer in found.layers}
    # Tokens and pulls of the seeds are shown until they are collected.
    assert {name: command for name, command in commands.items() if command} == {
        "collected_downloads": "collectors collect huggingface",
        "runtimes": "collectors collect lmstudio",
        "quality": "collectors collect lmarena",
    }
    titles = data.metric("layer_titles", build=data.newest_build(tmp_path))
    assert (
        dict(zip(titles["layer"], titles["source"], strict=True))["served_tokens"] == "openrouter"
    )


# Frames of a few rows


@dataclass
class Scene:
    """What the metrics answer; what is left out has no rows."""

    months: Sequence[Row] = ()
    tokens: float | None = None
    tokens_bound: str = "exactly"
    others_tokens: dict[str, float] = field(default_factory=dict)
    unseen: float = 0.0
    token_shares: Sequence[Row] = ()
    hub: Sequence[Row] = ()
    incidents: Sequence[Row] = ()
    days: Sequence[Row] = ()
    labels: dict[str, str] = field(default_factory=dict)
    leads: Sequence[Row] = ()
    sources: Sequence[Row] = ()
    vintage: str = ""

    def metric(self, name: str, **_: Any) -> pd.DataFrame:
        return {
            "account_downloads": self._accounts,
            "layers": self._layers,
            "standings": self._standings,
            "layer_titles": _titles,
            "incidents": lambda: pd.DataFrame(self.incidents),
            "published_series": lambda: pd.DataFrame(self.hub),
            "family_downloads": lambda: pd.DataFrame(self.days),
            "token_share_by_cut": lambda: pd.DataFrame(self.token_shares),
            "momentum": self._momentum,
            "freshness": self._freshness,
            "hub_days": lambda: pd.DataFrame({"date": pd.Series(dtype="datetime64[us]")}),
            "events": lambda: pd.DataFrame(columns=EVENT_COLUMNS),
            "launch_milestones": lambda: pd.DataFrame(columns=["family", "model_id"]),
        }[name]()

    def families(self, _: object = None) -> pd.DataFrame:
        names = ["Alpha", "Beta", "Gamma", "Unseen"]
        return pd.DataFrame(
            {
                "family": names,
                "account": [name.lower() for name in names],
                "account_label": [self.labels.get(name, name) for name in names],
                "name_pattern": [".", ".", "gamma", "."],
                "region": ["china", "us", "eu", "unknown"],
            }
        )

    def _freshness(self) -> pd.DataFrame:
        columns = ["title", "cadence_days", "is_archive", "last_snapshot_at"]
        rows = pd.DataFrame(self.sources, columns=columns)
        return rows.astype({"last_snapshot_at": "datetime64[us, UTC]", "cadence_days": float})

    def _momentum(self) -> pd.DataFrame:
        """Each account's newest month beside the one before, where both are there."""
        rows = self._accounts()
        rows = rows[rows["month"] == rows["month"].max()]
        before = self._accounts().assign(month=lambda old: old["month"] + pd.DateOffset(months=1))
        both = rows.merge(before, on=["account", "month"], how="left", suffixes=("", "_before"))
        was = both["account_downloads_before"].where(both["account_downloads_before"] != 0)
        return both.assign(
            momentum=both["account_downloads"] / was - 1,
            market_change=both["total"] / both["total_before"] - 1,
            share_points=both["share"] - both["share_before"],
            is_estimate=both["estimate_reason"] != "none",
        )

    def leads_between(self, focus: str, rival: str | None, **_: Any) -> pd.DataFrame:
        names = {"focus": focus, "rival": rival, "title": "Own", "measure_title": "a month",
                 "layer": "own_downloads", "basis": "published", "unit": "downloads a month",
                 "bound": "exactly", "ratio": None, "ahead_text": ""}  # fmt: skip
        columns = [*names, "focus_value", "rival_value"]
        frame = pd.DataFrame([{**names, **row} for row in self.leads], columns=columns)
        return frame.astype({"ratio": float, "focus_value": float, "rival_value": float})

    def _accounts(self) -> pd.DataFrame:
        rows = [
            {
                "month": pd.Timestamp(row["month"]),
                "account": row["family"].lower(),
                "account_label": self.labels.get(row["family"], row["family"]),
                "is_developer": row.get("is_developer", True),
                "account_downloads": row["share"] * row.get("total", 1000.0),
                "total": row.get("total", 1000.0),
                "share": row["share"],
                "estimate_reason": row.get("estimate_reason", "none"),
                "pooled_share": row.get("pooled_share"),
                "pooled_from": pd.Timestamp(row.get("pooled_from")),
                "pooled_to": pd.Timestamp(row.get("pooled_to")),
            }
            for row in self.months
        ]
        columns = ["month", "account", "account_label", "is_developer", "account_downloads",
                   "total", "share", "estimate_reason", "pooled_share", "pooled_from",
                   "pooled_to"]  # fmt: skip
        frame = pd.DataFrame(rows, columns=columns)
        return frame.astype({"pooled_share": float, "is_developer": bool}).sort_values("month")

    def _standings(self) -> pd.DataFrame:
        """Published shares of tokens: that of Alpha, and others' where there are some."""
        shares = {"Alpha": self.tokens, **self.others_tokens}
        low = list(shares.values())
        frame = pd.DataFrame(
            {
                "basis": "published", "date": pd.Timestamp(2026, 7, 1), "subject": list(shares),
                "account": [name.lower() for name in shares], "family": list(shares),
                "standings": low, "standings_low": low, "position": 1.0, "bound": "at_least",
            }
        )  # fmt: skip
        frame["standings_high"] = frame["standings"].astype(float) + self.unseen
        return frame

    def _layers(self) -> pd.DataFrame:
        row = {
            "layer": "served_tokens",
            "family": "Alpha",
            "subject": "alpha",
            "value": self.tokens,
            "unit": "fraction",
            "starts_on": pd.Timestamp(2026, 7, 1),
            "ends_on": pd.Timestamp(2026, 7, 31),
            "bound": self.tokens_bound,
            "as_of": pd.Timestamp(2026, 8, 1),
            "source_title": "A source",
            "source_url": "https://source.example",
        }
        return pd.DataFrame([row] if self.tokens is not None else [], columns=list(row))


def _titles() -> pd.DataFrame:
    rows = [
        ("served_tokens", 2, "Tokens", "a share", None),
        ("own", 1, "Own", "all", "some_source"),
    ]
    return pd.DataFrame(rows, columns=["layer", "position", "title", "counts", "source"])


Briefed = Callable[..., Brief]


@pytest.fixture
def brief_of(monkeypatch: pytest.MonkeyPatch) -> Briefed:
    def briefed(scene: Scene, focus: str = "Alpha", rivals: Sequence[str] = ("Beta",)) -> Brief:
        fake = SimpleNamespace(
            metric=scene.metric, families=scene.families, as_of=lambda _: "2026-10-02"
        )
        monkeypatch.setattr("data.briefing.queries", fake)
        monkeypatch.setattr("data.token_place.queries", fake)
        monkeypatch.setattr("data.briefing.leads_between", scene.leads_between)
        told = SimpleNamespace(since_before=lambda *_: scene.vintage)
        monkeypatch.setattr("data.briefing.vintages", told)
        return data.brief(focus, rivals, now=datetime(2026, 11, 22, 12, tzinfo=UTC))

    return briefed


def month(at: str, **shares: float) -> list[Row]:
    return [
        {"month": f"{at}-01", "family": name.capitalize(), "share": share}
        for name, share in shares.items()
    ]


THIS, BEFORE, LAST_YEAR = "2026-09", "2026-08", "2025-09"

HEADLINES: dict[str, tuple[list[Row], str]] = {
    "leads without a year before": (
        month(THIS, alpha=0.3, beta=0.2),
        "Alpha leads Hugging Face.",
    ),
    "leads by far": (month(THIS, alpha=0.4, beta=0.2), "Alpha leads Hugging Face by far."),
    "still leads": (
        [*month(LAST_YEAR, alpha=0.25, beta=0.2), *month(THIS, alpha=0.3, beta=0.2)],
        "Alpha still leads Hugging Face.",
    ),
    "leads, and did not a year before": (
        [*month(LAST_YEAR, alpha=0.1, beta=0.2), *month(THIS, alpha=0.3, beta=0.2)],
        "Alpha leads Hugging Face.",
    ),
    "below its peak": (
        [*month(LAST_YEAR, alpha=0.5, beta=0.2), *month(THIS, alpha=0.3, beta=0.2)],
        "Alpha still leads Hugging Face, below its peak of September 2025.",
    ),
    "below a peak of this summer": (
        [*month("2026-06", alpha=0.5, beta=0.2), *month(THIS, alpha=0.3, beta=0.2)],
        "Alpha leads Hugging Face, below its summer peak.",
    ),
    "close to its peak": (
        [*month(BEFORE, alpha=0.33, beta=0.2), *month(THIS, alpha=0.3, beta=0.2)],
        "Alpha leads Hugging Face.",
    ),
    "not the leader": (
        month(THIS, alpha=0.1, beta=0.2, gamma=0.3),
        "Alpha is behind Gamma on Hugging Face.",
    ),
    "level": (
        month(THIS, alpha=0.2, beta=0.2, gamma=0.1),
        "Alpha is level with Beta on Hugging Face.",
    ),
    "alone": (month(THIS, alpha=0.2), "Alpha leads Hugging Face."),
}


@pytest.mark.parametrize("case", HEADLINES)
def test_headline(brief_of: Briefed, case: str) -> None:
    months, headline = HEADLINES[case]
    assert brief_of(Scene(months)).headline == headline


def test_a_tie_reads_the_same_from_both_sides(brief_of: Briefed) -> None:
    scene = Scene(month(THIS, alpha=0.2, beta=0.2))
    assert brief_of(scene, "Beta").headline == "Beta is level with Alpha on Hugging Face."


def test_repackagers_are_no_leaders(brief_of: Briefed) -> None:
    rows = month(THIS, alpha=0.2, beta=0.1, gamma=0.5)
    rows[2]["is_developer"] = False
    found = brief_of(Scene([*month(BEFORE, alpha=0.2, beta=0.1), *rows]))
    assert found.headline == "Alpha leads Hugging Face by far."
    assert "Second developer: Beta, 10.0 %. Largest repackager: Gamma, 50.0 %." in found.changed


@pytest.mark.parametrize(
    ("alpha", "tokens", "other", "unseen", "end"),
    [
        (0.3, None, 0.3, 0.0, "leads Hugging Face."),
        (0.3, 0.0, 0.3, 0.0, "leads Hugging Face; in served tokens it is small."),
        (0.3, 0.049, 0.3, 0.05, "leads Hugging Face; in served tokens it is small."),
        (0.3, 0.049, 0.3, 0.06,
         "leads Hugging Face; among A source's 50 most used models its share is small."),
        (0.3, 0.05, 0.3, 0.1, "leads Hugging Face; in served tokens it is behind Gamma."),
        (0.3, 0.25, 0.3, 0.1, "leads Hugging Face; in served tokens it is not told apart from "
         "Gamma."),
        (0.3, 0.35, 0.3, 0.1, "leads Hugging Face; in served tokens its share is the largest "
         "seen."),
        (0.3, 0.45, 0.3, 0.1, "leads Hugging Face; in served tokens it leads, too."),
        (0.1, 0.45, 0.3, 0.1, "is behind Beta on Hugging Face, but leads in served tokens."),
        (0.1, 0.35, 0.3, 0.1, "is behind Beta on Hugging Face, but has the largest share of "
         "served tokens seen."),
    ],
)  # fmt: skip
def test_served_tokens(
    brief_of: Briefed, alpha: float, tokens: float | None, other: float, unseen: float, end: str
) -> None:
    scene = Scene(
        month(THIS, alpha=alpha, beta=0.2), tokens=tokens, others_tokens={"Gamma": other},
        unseen=unseen,
    )  # fmt: skip
    assert brief_of(scene).headline == f"Alpha {end}"


def test_collected_tokens_are_the_least_that_they_can_be(brief_of: Briefed) -> None:
    shares = [{"date": pd.Timestamp(2026, 7, 1), "is_complete": True, "other_share": 0.1}]
    scene = Scene(
        month(THIS, alpha=0.3), tokens=0.01, tokens_bound="at_least", token_shares=shares,
        others_tokens={"Gamma": 0.3}, unseen=0.1,
    )  # fmt: skip
    found = brief_of(scene)
    assert found.headline == (
        "Alpha leads Hugging Face; among A source's 50 most used models its share is small."
    )
    tokens = found.layers[1]
    assert (tokens.focus_text, tokens.leader) == ("≥ 1.0 %", "Alpha ≥ 1.0 %")


def test_how_many_tokens_are_not_seen(brief_of: Briefed) -> None:
    shares = [
        {"date": pd.Timestamp(at), "is_complete": is_complete, "other_share": other}
        for at, is_complete, other in [
            ("2026-07-01", True, 0.2),
            ("2026-08-01", True, 0.0571),
            ("2026-09-01", False, 0.9),
        ]
    ]
    collected = Scene(tokens=0.3, tokens_bound="at_least", token_shares=shares)
    (told,) = [sentence for sentence in brief_of(collected).care if "50 models" in sentence]
    assert told.startswith("A source names the 50 models")
    assert "**5.7 %** of the tokens in August 2026" in told
    published = Scene(tokens=0.3, token_shares=shares)
    assert not any("50 models" in sentence for sentence in brief_of(published).care)


def test_ratings_are_whole_and_have_no_ratio() -> None:
    rating = {"value": 1412.6, "unit": "rating", "bound": "exactly"}
    assert layers.value_text(rating) == "1,413"
    assert layers.ratio_of(rating, rating) is None


def test_no_series(brief_of: Briefed) -> None:
    found = brief_of(Scene(month(THIS, alpha=0.3)), "Unseen")
    assert found.headline == "No published series follows Unseen's own downloads."
    assert found.line == "The layers below say what is known of Unseen."
    assert found.changed == found.scope == found.holds == ()


def test_no_series_at_all(brief_of: Briefed) -> None:
    found = brief_of(Scene())
    assert found.headline == "No published series follows Alpha's own downloads."
    assert found.care[-1] == UNSEEN
    assert len(found.care) == 2
    assert found.questions[0].text == "Where is Alpha ahead, and where is it behind?"


def test_only_one_month(brief_of: Briefed) -> None:
    found = brief_of(Scene(month(THIS, alpha=0.4, beta=0.1)))
    assert found.since == "What changed"
    assert found.changed == ("Second developer: Beta, 10.0 %.",)
    assert found.line == (
        "September 2026: **40.0 %** of text and vision-language downloads, "
        "**4.0 times** Beta's 10.0 %."
    )


def test_a_year_of_which_the_rival_lacks_the_beginning(brief_of: Briefed) -> None:
    rows = [*month(LAST_YEAR, alpha=0.3), *month(THIS, alpha=0.4, beta=0.1)]
    assert "a year ago" not in brief_of(Scene(rows)).line
    assert brief_of(Scene(rows), rivals=[]).line.endswith("downloads; a year ago 30.0 %.")


def test_the_rival_has_no_series(brief_of: Briefed) -> None:
    found = brief_of(Scene(month(THIS, alpha=0.4)), rivals=["Unseen"])
    assert found.line.endswith("of text and vision-language downloads.")


def test_a_rival_without_downloads(brief_of: Briefed) -> None:
    found = brief_of(Scene(month(THIS, alpha=0.4, beta=0.0)))
    assert found.line.endswith("downloads; Beta: 0.0 %.")


@pytest.mark.parametrize(
    ("row", "sentence", "lean"),
    [
        ({"focus_value": 5e6, "rival_value": 5e5, "ratio": 10.0}, "**10.0 ×** Beta", 0.5),
        ({"focus_value": 5.0, "rival_value": 5.0, "ratio": 1.0}, "**1.0 ×** Beta", 0.0),
        ({"focus_value": 5.0, "rival_value": 5e6, "ratio": 1e-6}, "**1e-06 ×** Beta", -1.0),
        ({"focus_value": 0.0, "rival_value": 5.0, "ratio": 0.0}, "**0 ×** Beta", -1.0),
        ({"focus_value": 5e6, "rival_value": 0.0}, "Alpha 5.0M, Beta 0", None),
        ({"focus_value": 5e6}, "Alpha 5.0M, Beta not seen", None),
        ({"rival_value": 32200.0, "unit": "models", "bound": "about"},
         "Alpha not seen, Beta ≈ 32,200", None),
        ({"focus_value": 0.01, "rival_value": 0.2, "unit": "fraction", "bound": "at_least"},
         "Alpha ≥ 1.0 %, Beta ≥ 20.0 %", None),
        ({"focus_value": 2.3e6, "rival_value": 2.2e6, "unit": "pulls", "bound": "about",
          "ahead_text": "level within rounding"},
         "Alpha 2.3M, Beta 2.2M: level within rounding", None),
        ({"focus_value": 1399.6, "rival_value": 1401.2, "unit": "rating"}, "−1 point", None),
        ({"focus_value": 1400.4, "rival_value": 1400.0, "unit": "rating"}, "±0 points", None),
    ],
)  # fmt: skip
def test_whether_it_holds(brief_of: Briefed, row: Row, sentence: str, lean: float | None) -> None:
    (hold,) = brief_of(Scene(leads=[row])).holds
    assert hold.sentence == f"Own a month: {sentence}"
    assert hold.lean == (None if lean is None else pytest.approx(lean))
    assert hold.standing == "Own a month, published"


def test_where_neither_is_seen_there_is_no_row(brief_of: Briefed) -> None:
    assert brief_of(Scene(leads=[{}])).holds == ()


def test_one_row_a_layer_but_all_measures_of_own_downloads(brief_of: Briefed) -> None:
    pulls = {"layer": "pulls", "title": "Pulls"}
    values = {"focus_value": 2.0, "rival_value": 1.0, "ratio": 2.0}
    scene = Scene(
        leads=[
            {**values, "basis": "published"},
            {**values, "basis": "collected", "ratio": 3.0},
            {**values, "basis": "published", "measure_title": "since July"},
            {**values, **pulls, "basis": "published"},
            {**values, **pulls, "basis": "collected", "ratio": 4.0, "measure_title": "new"},
            {**values, **pulls, "basis": "collected", "ratio": 5.0},
        ]
    )
    assert [hold.sentence for hold in brief_of(scene).holds] == [
        "Own a month: **2.0 ×** Beta",
        "Own since July: **2.0 ×** Beta",
        "Pulls: **4.0 ×** Beta",
    ]


@pytest.mark.parametrize(
    ("before", "now", "total", "sentence"),
    [
        (
            0.4,
            0.3,
            1000,
            "**−25 %**, the market **±0 %**: it also lost share, 40.0 to 30.0 %.",
        ),
        (
            0.2,
            0.3,
            1000,
            "**+50 %**, the market **±0 %**: it also gained share, 20.0 to 30.0 %.",
        ),
        (0.4, 0.3, 2000, "**+50 %**, the market **+100 %**: it lost share, 40.0 to 30.0 %."),
        (0.2, 0.3, 500, "**−25 %**, the market **−50 %**: it gained share, 20.0 to 30.0 %."),
        (0.3, 0.3, 1000, "**±0 %**, the market **±0 %**: its share stayed at 30.0 %."),
        (0.3, 0.3, 1200, "**+20 %**, the market **+20 %**: its share stayed at 30.0 %."),
        (0.4, 0.32, 1250, "**±0 %**, the market **+25 %**: it lost share, 40.0 to 32.0 %."),
        (0.3, 0.0, 1000, "**−100 %**, the market **±0 %**: it also lost share, 30.0 to 0.0 %."),
    ],
)
def test_what_changed(
    brief_of: Briefed, before: float, now: float, total: float, sentence: str
) -> None:
    rows = [*month(BEFORE, alpha=before), *month(THIS, alpha=now)]
    rows[1]["total"] = total
    found = brief_of(Scene(rows))
    assert found.since == "Since August"
    assert found.changed == (f"Alpha {sentence}",)


def test_nothing_is_compared_over_a_missing_month(brief_of: Briefed) -> None:
    rows = [*month("2026-07", alpha=0.2), *month(BEFORE, beta=0.1), *month(THIS, alpha=0.1)]
    found = brief_of(Scene(rows))
    assert (found.since, found.changed) == ("What changed", ())


def test_the_month_before_in_another_year(brief_of: Briefed) -> None:
    rows = [*month("2025-12", alpha=0.2), *month("2026-01", alpha=0.2)]
    rows[1]["estimate_reason"] = "window_30d"
    found = brief_of(Scene(rows))
    assert found.since == "Since December 2025"
    assert found.changed[0].endswith("20.0 %. One of the two months is an estimate.")


def test_who_is_first_where_it_is_another(brief_of: Briefed) -> None:
    found = brief_of(Scene(month(THIS, alpha=0.1, beta=0.2, gamma=0.3)))
    assert found.changed == ("First developer: Gamma, 30.0 %; Alpha is 3rd, 10.0 %.",)
    level = brief_of(Scene(month(THIS, alpha=0.2, beta=0.2)))
    assert level.changed == ("Level with it: Beta, 20.0 %.",)


def test_the_vintage_comes_last(brief_of: Briefed) -> None:
    scene = Scene(month(THIS, alpha=0.2, beta=0.1), vintage="Since the build of 1 May: +2.")
    assert brief_of(scene).changed[-1] == "Since the build of 1 May: +2."
    assert brief_of(scene, "Unseen").changed == ("Since the build of 1 May: +2.",)


def test_nothing_is_a_percentage_of_nothing(brief_of: Briefed) -> None:
    rows = [*month(BEFORE, alpha=0.0, beta=0.1), *month(THIS, alpha=0.1, beta=0.1)]
    assert not any("Alpha **" in text for text in brief_of(Scene(rows)).changed)


def test_names_without_what_stands_in_brackets(brief_of: Briefed) -> None:
    scene = Scene(month(THIS, alpha=0.2, beta=0.4), labels={"Beta": "Meta (meta-llama)"})
    found = brief_of(scene)
    assert found.headline == "Alpha is behind Meta on Hugging Face."
    assert "Meta's 40.0 %" in found.line


def test_an_account_that_holds_more_than_the_family(brief_of: Briefed) -> None:
    found = brief_of(Scene(month(THIS, gamma=0.2)), "Gamma")
    assert any("an account that holds more than Gamma" in text for text in found.care)


def test_the_newest_incident(brief_of: Briefed) -> None:
    incidents = [
        {"starts_on": pd.Timestamp(2026, 8, 15), "what": "counts fell"},
        {"starts_on": pd.Timestamp(2025, 5, 1), "what": "counters went back"},
    ]
    found = brief_of(Scene(month(THIS, alpha=0.2), incidents=incidents))
    assert "15 August 2026: counts fell." in found.care
    assert not any("went back" in text for text in found.care)


def test_a_layer_without_values_says_what_to_run(brief_of: Briefed) -> None:
    own, tokens = brief_of(Scene()).layers
    assert (own.name, own.command) == ("own", "collectors collect some_source")
    assert (tokens.name, tokens.command) == ("served_tokens", None)
    assert own.focus_text == tokens.focus_text == "–"
    assert "| Own (all) | – | – | Run `collectors collect some_source` | – | – |" in (
        brief_of(Scene()).markdown()
    )


def test_a_family_that_a_layer_has_not_seen(brief_of: Briefed) -> None:
    scene = Scene(month(THIS, beta=0.2), tokens=0.3)
    tokens = brief_of(scene, "Beta", ["Alpha"]).layers[1]
    assert (tokens.focus, tokens.focus_text) == (None, "not seen")
    assert (tokens.rival_text, tokens.leader, tokens.as_of) == ("30.0 %", "Alpha 30.0 %", "2026-07")
    assert tokens.ratio is None


# The peak


def test_the_peak_is_pooled_over_a_split_pair(brief_of: Briefed) -> None:
    pair = {"pooled_share": 0.45, "pooled_from": "2026-03-01", "pooled_to": "2026-04-01",
            "estimate_reason": "interpolated_boundary"}  # fmt: skip
    march, april = month("2026-03", alpha=0.3), month("2026-04", alpha=0.6)
    rows = [{**march[0], **pair}, {**april[0], **pair}, *month(THIS, alpha=0.44)]
    assert peak_of(Scene(rows)._accounts()) == {
        "value": 0.45,
        "when": "March and April 2026",
        "first": date(2026, 3, 1),
        "last": date(2026, 4, 1),
        "month": pd.Timestamp(2026, 4, 1),
        "share": 0.6,
        "is_pooled": True,
    }
    # 0.44 is close to 0.45; to the 0.6 of the split month it would not be.
    assert "peak" not in brief_of(Scene(rows)).headline


def test_estimated_months_are_no_peak() -> None:
    rows = [*month("2024-08", alpha=0.9), *month(THIS, alpha=0.2)]
    rows[0]["estimate_reason"] = "window_30d"
    peak = peak_of(Scene(rows)._accounts())
    assert peak is not None
    assert (peak["value"], peak["when"]) == (0.2, "September 2026")
    assert peak_of(Scene(rows[:1])._accounts()) is None


def read(family: str, day: str, organisations: int, planned: int = 1) -> Row:
    return {
        "family": family,
        "date": pd.Timestamp(day),
        "organisations_read": organisations,
        "organisations_planned": planned,
    }


def test_families_that_were_not_read_on_the_newest_day_are_named(brief_of: Briefed) -> None:
    days = [read("Alpha", "2026-05-01", 0), read("Alpha", "2026-05-02", 1),
            read("Beta", "2026-05-02", 1, 2), read("Gamma", "2026-05-02", 0)]  # fmt: skip
    care = brief_of(Scene(month(THIS, alpha=0.2), days=days)).care
    (told,) = [sentence for sentence in care if "Not read" in sentence]
    assert "Beta, Gamma." in told
    assert "Alpha" not in told


def test_nobody_leads_a_layer_while_a_family_was_not_read() -> None:
    rows = pd.DataFrame(
        {"value": [17.0], "unit": ["pulls"], "subject": ["x"], "bound": ["exactly"]},
        index=["DeepSeek"],
    )
    assert layers.leader_named("collected_downloads", rows, 0) == "DeepSeek 17"
    assert layers.leader_named("collected_downloads", rows, 3) == "unknown, 3 not read"
    assert layers.leader_named("collected_downloads", rows.head(0), 3) == "unknown, 3 not read"
    assert layers.value_text({"value": float("nan"), "unit": "pulls"}) == "not read"


@pytest.mark.parametrize(
    ("first", "last", "now", "season"),
    [
        ("2026-03-01", "2026-04-01", "2026-09-01", "spring"),
        ("2026-03-01", "2026-05-01", "2027-02-01", "spring"),
        ("2026-04-01", "2026-04-01", "2026-05-01", "spring"),
        # The same season has come again, or the months lie in two of them.
        ("2026-05-01", "2026-05-01", "2027-03-01", None),
        ("2026-05-01", "2026-06-01", "2026-09-01", None),
        ("2025-09-01", "2025-09-01", "2026-09-01", None),
        ("2025-06-01", "2025-06-01", "2026-09-01", None),
        # Winter ends in the next year.
        ("2025-12-01", "2026-01-01", "2026-09-01", "winter"),
        ("2026-01-01", "2026-01-01", "2026-12-01", None),
        ("2026-10-01", "2026-11-01", "2027-01-01", "autumn"),
    ],
)
def test_the_season_of_a_peak(first: str, last: str, now: str, season: str | None) -> None:
    days = (date.fromisoformat(day) for day in (first, last, now))
    assert briefing.season_of(*days) == season


@pytest.mark.parametrize(
    ("days", "age"),
    [(0, "no days"), (1, "one day"), (2, "two days"), (13, "13 days"), (14, "two weeks"),
     (52, "seven weeks"), (69, "nine weeks"), (70, "two months"), (400, "13 months"),
     (730, "two years")],
)  # fmt: skip
def test_an_age_in_words(days: int, age: str) -> None:
    assert briefing.age_words(days) == age


# How old


def read_at(title: str, day: str, cadence: float = 1, *, is_archive: bool = False) -> Row:
    moment = pd.Timestamp(f"{day} 06:00", tz="UTC")
    return {"title": title, "cadence_days": cadence, "is_archive": is_archive,
            "last_snapshot_at": moment}  # fmt: skip


def test_published_figures_say_their_age_beside_what_was_collected(brief_of: Briefed) -> None:
    scene = Scene(month(THIS, alpha=0.2), sources=[read_at("Hub", "2026-11-21")])
    assert brief_of(scene).scope[-1] == (
        "These are published figures of September, seven weeks old; "
        "collected until 21 November 2026."
    )
    early = replace(scene, sources=[read_at("Hub", "2026-09-30")])
    assert len(brief_of(early).scope) == 1


def test_sources_that_were_not_read_in_time_are_named(brief_of: Briefed) -> None:
    sources = [
        read_at("Yesterday", "2026-11-21"),
        read_at("Hub", "2026-11-20"),
        read_at("Weekly", "2026-11-15", 7),
        read_at("Late", "2026-11-01", 7),
        read_at("Archive", "2026-01-01", is_archive=True),
        {**read_at("Never", "2026-01-01"), "last_snapshot_at": pd.NaT},
    ]
    care = brief_of(Scene(sources=sources)).care
    assert "Not read for longer than planned: Late (three weeks), Hub (two days)." in care
    assert len(brief_of(Scene(sources=sources[:1])).care) == 1
    many = [read_at(name, "2026-11-19") for name in "ABCDE"]
    (told, _) = brief_of(Scene(sources=many)).care
    assert told.endswith("A (three days), B (three days), C (three days) and 2 more.")


# Since the build before


OWN = Layer("own_downloads", "Own", "all", 5e6, focus_text="5.0M", as_of="2026-09",
            source_title="P", unit="downloads a month")  # fmt: skip
PULLS = Layer("all_local_pulls", "Ollama, all pulls", "all", 1.2e8, focus_text="120M",
              as_of="2026-11-20", source_title="O", unit="pulls")  # fmt: skip
TOKENS = Layer("served_tokens", "Tokens", "a share", 0.02, focus_text="2.0 %", as_of="2026-09",
               source_title="R", unit="fraction")  # fmt: skip


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ([OWN, PULLS], [OWN, PULLS], "own downloads of September unchanged"),
        ([PULLS], [PULLS], "nothing moved on 1 layers"),
        (
            [OWN, PULLS],
            [OWN, replace(PULLS, focus=1.204e8)],
            "own downloads of September unchanged; Ollama, all pulls +400K",
        ),
        ([OWN], [replace(OWN, focus=4e6)], "own downloads of September −1.0M"),
        (
            [OWN],
            [replace(OWN, focus=4e6, focus_text="4.0M", as_of="2026-10")],
            "own downloads of October 4.0M after 5.0M",
        ),
        ([TOKENS], [replace(TOKENS, focus=0.015)], "Tokens −0.5 points"),
        ([TOKENS], [replace(TOKENS, source_title="S")], "Tokens 2.0 %, now from S"),
        ([], [TOKENS], "1 layer filled for the first time"),
        ([TOKENS], [replace(TOKENS, focus=None)], "nothing moved on 0 layers"),
        (
            [replace(PULLS, name=name) for name in "abcde"],
            [replace(PULLS, name=name, focus=1e8) for name in "abcde"],
            "; ".join(["Ollama, all pulls −20.0M"] * 3 + ["2 more layers moved"]),
        ),
    ],
)
def test_what_moved_since_the_build_before(
    before: list[Layer], now: list[Layer], told: str
) -> None:
    assert vintages.told_since(before, now) == told


def test_the_build_before_is_the_newest_that_reaches_to_another_day(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reaches = {"1": "2026-05-01", "2": "2026-05-02", "3": None, "4": "2026-05-03",
               "5": "2026-05-03", "6": "2026-05-04"}  # fmt: skip
    builds = tmp_path / "builds"
    builds.mkdir()
    for name in reaches:
        (builds / f"adoption-2026050{name}T000000000000Z.duckdb").touch()

    def as_of(path: Path) -> str | None:
        day = reaches[path.stem[len("adoption-2026050")]]
        if day is None:
            raise data.BuildError("made by another version")
        return day

    monkeypatch.setattr("data.vintages.queries", SimpleNamespace(as_of=as_of))
    older = vintages.older_build(builds / "adoption-20260505T000000000000Z.duckdb")
    assert older == builds / "adoption-20260502T000000000000Z.duckdb"
    assert vintages.older_build(builds / "adoption-20260501T000000000000Z.duckdb") is None
    # Builds are removed while the process goes on, and failures pass.
    older.unlink()
    reaches["3"] = "2026-05-03"
    now = builds / "adoption-20260506T000000000000Z.duckdb"
    now.with_stem("adoption-20260505T000000000000Z").unlink()
    now.with_stem("adoption-20260504T000000000000Z").unlink()
    assert vintages.older_build(now) == builds / "adoption-20260503T000000000000Z.duckdb"


def test_an_older_build_that_was_removed_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seeds_build: Path, shipped: Brief
) -> None:
    gone = tmp_path / "adoption-20260101T000000000000Z.duckdb"
    titles = data.metric("layer_titles", build=seeds_build)
    monkeypatch.setattr(vintages, "older_build", lambda build: gone)
    assert vintages.since_before("Qwen", shipped.layers, titles, seeds_build) == ""
    # It was a file that could not be read for a moment.
    shutil.copy(seeds_build, gone)
    told = vintages.since_before("Qwen", shipped.layers, titles, seeds_build)
    assert told.startswith("Since the build of 1 January")


def test_nothing_is_said_without_an_older_build(seeds_build: Path, shipped: Brief) -> None:
    titles = data.metric("layer_titles", build=seeds_build)
    assert vintages.since_before("Qwen", shipped.layers, titles, seeds_build) == ""


# Questions


def event(at: str, family: str, label: str | None, kind: str = "release", **more: Any) -> Row:
    return {"starts_on": pd.Timestamp(at), "family": family, "title": f"{label} did",
            "short_label": label, "is_highlight": True, "kind": kind, **more}  # fmt: skip


@pytest.mark.parametrize(
    ("events", "pair"),
    [
        ([], None),
        ([event("2025-01-01", "Alpha", "A1")], None),
        ([event("2025-01-01", "Beta", "B1"), event("2025-02-01", "Gamma", "C1")], None),
        ([event("2025-01-01", "Alpha", "A1"), event("2025-02-01", "Beta", "B1")], ("B1", "A1")),
        # The focus is the newcomer.
        ([event("2025-03-01", "Alpha", "A1"), event("2025-02-01", "Beta", "B1")], ("A1", "B1")),
        # What came after the newcomer's release is not compared with it.
        (
            [event("2025-01-01", "Alpha", "A1"), event("2025-03-01", "Alpha", "A2"),
             event("2025-02-01", "Beta", "B1"), event("2025-01-05", "Gamma", "C1")],
            ("B1", "A1"),
        ),
        ([event("2025-01-01", "Alpha", None), event("2025-02-01", "Beta", "B1")], None),
    ],
)  # fmt: skip
def test_which_releases_are_compared(events: list[Row], pair: tuple[str, str] | None) -> None:
    rows = pd.DataFrame(events, columns=EVENT_COLUMNS)
    found = questions.launch_pair("Alpha", ["Beta", "Gamma"], rows)
    assert (found and tuple(release["short_label"] for release in found)) == pair


@pytest.mark.parametrize(
    ("events", "text"),
    [
        ([], "What happened, and when?"),
        ([event("2025-01-01", "Alpha", "Alpha 4")], "What happened after Alpha 4 was released?"),
        (
            [event("2025-01-01", "Alpha", "Alpha lead leaves", "people"),
             event("2026-01-01", "Alpha", "Alpha 4")],
            "What happened after the lead left?",
        ),
        ([event("2025-01-01", "Alpha", "New terms", "licence")],
         "What happened after “New terms”?"),
    ],
)  # fmt: skip
def test_which_event_is_asked_about(events: list[Row], text: str) -> None:
    rows = pd.DataFrame(events, columns=EVENT_COLUMNS)
    assert questions.event_question("Alpha", rows).text == text


def launch(model: str, released: str, size: str, downloads: float | None = None) -> Row:
    return {"family": "Alpha" if model.startswith("a/") else "Beta", "model_id": model,
            "released_on": pd.Timestamp(released), "size_class": size,
            "downloads": downloads}  # fmt: skip


@pytest.mark.parametrize(
    ("launches", "text", "models"),
    [
        ([], "How do the launches compare?", None),
        ([launch("b/B1-20b", "2025-02-01", "M")], "How did B1-20b launch?", ("b/B1-20b",)),
        # Another release, or long after this one.
        (
            [launch("b/B1-20b", "2025-02-01", "M"), launch("a/A11-20b", "2025-01-01", "M"),
             launch("a/A1-20b", "2025-07-01", "M")],
            "How did B1-20b launch?",
            ("b/B1-20b",),
        ),
        # The most downloaded of the same day, and of the other the nearest in size that was read.
        (
            [launch("b/B1-120b", "2025-02-01", "[100,250)", 5),
             launch("b/B1-20b", "2025-02-01", "[10,50)", 7),
             launch("a/A1-1b", "2025-01-01", "[1,5)", 9),
             launch("a/A1-x", "2025-01-01", "unknown", 9),
             launch("a/A1-20b", "2025-01-01", "[10,50)"),
             launch("a/A1-8b", "2025-01-02", "[5,10)", 4)],
            "How did B1-20b launch against A1?",
            ("b/B1-20b", "a/A1-8b"),
        ),
    ],
)  # fmt: skip
def test_which_models_are_compared(
    launches: list[Row], text: str, models: tuple[str, ...] | None
) -> None:
    happened = [event("2025-01-01", "Alpha", "A1"), event("2025-02-01", "Beta", "B1")]
    pair = questions.launch_pair("Alpha", ["Beta"], pd.DataFrame(happened))
    columns = ["family", "model_id", "released_on", "size_class", "downloads"]
    rows = pd.DataFrame(launches, columns=columns).astype({"released_on": "datetime64[us]"})
    rows = rows.astype({"model_id": "str", "downloads": float})
    found = questions.launch_question(pair, rows)
    assert (found.text, found.parameters.get("launch")) == (text, models)


# Anything


SHARES = st.one_of(st.sampled_from([0.0, 1e-6, 0.0004, 0.3]), st.floats(0, 1))
MONTHS = st.dictionaries(
    st.tuples(st.sampled_from(["Alpha", "Beta", "Gamma"]), st.integers(0, 16)),
    st.tuples(
        SHARES,
        st.sampled_from(["none", "window_30d", "counter_fell"]),
        st.sampled_from([0.0, 1.0, 1e9]),
        st.booleans(),
    ),
    max_size=20,
)


@given(months=MONTHS, tokens=st.none() | SHARES, focus=st.sampled_from(["Alpha", "Gamma"]))
@settings(max_examples=15, deadline=None)
def test_any_months_give_whole_sentences(
    months: dict[tuple[str, int], Any], tokens: float | None, focus: str
) -> None:
    rows = [
        {"month": pd.Timestamp(2025, 6, 1) + pd.DateOffset(months=at), "family": family,
         "share": share, "estimate_reason": reason, "total": total, "is_developer": developer}
        for (family, at), (share, reason, total, developer) in months.items()
    ]  # fmt: skip
    scene = Scene(rows, tokens=tokens, hub=[{"value": 0.0}])
    with pytest.MonkeyPatch.context() as patch:
        fake = SimpleNamespace(
            metric=scene.metric, families=scene.families, as_of=lambda _: "2026-10-02"
        )
        patch.setattr("data.briefing.queries", fake)
        patch.setattr("data.token_place.queries", fake)
        patch.setattr("data.briefing.leads_between", scene.leads_between)
        patch.setattr("data.briefing.vintages", SimpleNamespace(since_before=lambda *_: ""))
        found = data.brief(focus, ["Beta"], now=datetime(2026, 11, 22, tzinfo=UTC))
    said = [found.headline, found.line, *found.scope, *found.changed, *found.care]
    assert all(sentence.endswith(".") for sentence in said)
    assert all(re.search(r"\d", sentence) for sentence in found.changed)
    assert not re.search(r"\b(nan|None|inf|NaT)\b|[–−±]\W*(points|%)", found.markdown())


def test_the_page_as_plain_text() -> None:
    text = (
        "# Qwen \\*leads\n\n**29.9 %** of `all`\n\n| Layer | Qwen | Llama |\n| --- | --- | --- |\n"
        "| Own \\| all | **264M** | – |\n| Pulls | – | – |\n\n"
        "- [Pulse](https://a.b/c), as of 2026\n"
    )
    assert plain_text(text) == (
        "Qwen *leads\n\n29.9 % of all\n\n- Own | all: Qwen 264M\n- Pulls\n\n"
        "- Pulse, https://a.b/c, as of 2026\n"
    )
