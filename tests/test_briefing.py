"""The sentences of the first page: on the shipped figures, and on frames of a few rows for each
case of their grammar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import data
from data import Brief, briefing
from data.briefing import peak_of

Row = dict[str, Any]
WHAT = "Downloads count CI runs, too."


@pytest.fixture(scope="module")
def shipped(seeds_build: Path) -> Brief:
    return data.brief("Qwen", ["Llama", "DeepSeek"], build=seeds_build)


# The shipped figures


def test_the_shipped_headline(shipped: Brief) -> None:
    assert shipped.headline == (
        "Qwen still leads Hugging Face by far, below its peak of March and April 2026; "
        "in served tokens it is small."
    )


def test_the_shipped_line(shipped: Brief) -> None:
    assert shipped.line == (
        "September 2026: **29.9 %** of text and vision-language downloads on the Hub, own account, "
        "**11.6 times** Meta's 2.6 %. A year ago: 26.7 % and 10.0 %."
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
    assert "Own downloads, September 2026: **11.6 ×** Meta" in shipped.holds
    assert "Derivatives on the Hub: **4.7 ×**" in shipped.holds
    assert "Ollama, all pulls: **0.64 ×**" in shipped.holds


def test_the_shipped_cares(shipped: Brief) -> None:
    assert "are **8.7 %** of all downloads on the Hub (September 2026)" in shipped.care[0]
    assert shipped.care[-1].endswith(WHAT)
    assert any(text.startswith("2026-08-15: ") for text in shipped.care)


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
    texts = [found.headline, found.line, *found.changed, *found.holds, *found.care]
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
    token_shares: Sequence[Row] = ()
    hub: Sequence[Row] = ()
    incidents: Sequence[Row] = ()
    days: Sequence[Row] = ()
    labels: dict[str, str] = field(default_factory=dict)

    def metric(self, name: str, **_: Any) -> pd.DataFrame:
        return {
            "account_downloads": self._accounts,
            "layers": self._layers,
            "layer_titles": _titles,
            "incidents": lambda: pd.DataFrame(self.incidents),
            "published_series": lambda: pd.DataFrame(self.hub),
            "family_downloads": lambda: pd.DataFrame(self.days),
            "token_share_by_cut": lambda: pd.DataFrame(self.token_shares),
        }[name]()

    def families(self, _: object = None) -> pd.DataFrame:
        names = ["Alpha", "Beta", "Gamma", "Unseen"]
        return pd.DataFrame(
            {
                "family": names,
                "account": [name.lower() for name in names],
                "account_label": [self.labels.get(name, name) for name in names],
                "name_pattern": [".", ".", "gamma", "."],
            }
        )

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
        fake = SimpleNamespace(metric=scene.metric, families=scene.families)
        monkeypatch.setattr("data.briefing.queries", fake)
        return data.brief(focus, rivals)

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
    assert "Gamma, which repackages others' models: 50.0 %." in found.changed


@pytest.mark.parametrize(
    ("tokens", "end"),
    [
        (None, "Alpha leads Hugging Face."),
        (0.0, "Alpha leads Hugging Face; in served tokens it is small."),
        (0.049, "Alpha leads Hugging Face; in served tokens it is small."),
        (0.05, "Alpha leads Hugging Face."),
    ],
)
def test_served_tokens(brief_of: Briefed, tokens: float | None, end: str) -> None:
    scene = Scene(month(THIS, alpha=0.3, beta=0.2), tokens=tokens)
    assert brief_of(scene).headline == end


def test_collected_tokens_are_the_least_that_they_can_be(brief_of: Briefed) -> None:
    shares = [{"date": pd.Timestamp(2026, 7, 1), "is_complete": True, "other_share": 0.1}]
    scene = Scene(month(THIS, alpha=0.3), tokens=0.01, tokens_bound="at_least", token_shares=shares)
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
    assert briefing._value_text(rating) == "1,413"
    assert briefing._ratio(rating, rating) is None


def test_no_series(brief_of: Briefed) -> None:
    found = brief_of(Scene(month(THIS, alpha=0.3)), "Unseen")
    assert found.headline == "No published series follows Unseen's own downloads."
    assert found.line == "The layers below say what is known of Unseen."
    assert found.changed == ()
    assert found.holds == ()


def test_no_series_at_all(brief_of: Briefed) -> None:
    found = brief_of(Scene())
    assert found.headline == "No published series follows Alpha's own downloads."
    assert len(found.care) == 1


def test_only_one_month(brief_of: Briefed) -> None:
    found = brief_of(Scene(month(THIS, alpha=0.4, beta=0.1)))
    assert found.changed == ()
    assert found.line == (
        "September 2026: **40.0 %** of text and vision-language downloads on the Hub, own account, "
        "**4.0 times** Beta's 10.0 %."
    )
    assert found.holds == (
        "Own downloads, September 2026: **4.0 ×** Beta",
        "Own downloads since September 2026: **4.0 ×**",
    )


def test_a_year_of_which_the_rival_lacks_the_beginning(brief_of: Briefed) -> None:
    rows = [*month(LAST_YEAR, alpha=0.3), *month(THIS, alpha=0.4, beta=0.1)]
    assert "A year ago" not in brief_of(Scene(rows)).line


def test_the_rival_has_no_series(brief_of: Briefed) -> None:
    found = brief_of(Scene(month(THIS, alpha=0.4)), rivals=["Unseen"])
    assert found.line.endswith("on the Hub, own account.")
    assert found.holds == ()


def test_a_rival_without_downloads(brief_of: Briefed) -> None:
    found = brief_of(Scene(month(THIS, alpha=0.4, beta=0.0)))
    assert found.line.endswith("own account; Beta: 0.0 %.")
    assert found.holds == ()


def test_a_rival_without_a_common_month(brief_of: Briefed) -> None:
    found = brief_of(Scene([*month(BEFORE, beta=0.2), *month(THIS, alpha=0.4)]))
    assert found.holds == ()


@pytest.mark.parametrize(
    ("before", "now", "total", "sentence"),
    [
        (
            0.4,
            0.3,
            1000,
            "**−25 %**, all publishers **±0 %**. It also lost share: 40.0 % to 30.0 %.",
        ),
        (
            0.2,
            0.3,
            1000,
            "**+50 %**, all publishers **±0 %**. It also gained share: 20.0 % to 30.0 %.",
        ),
        (0.4, 0.3, 2000, "**+50 %**, all publishers **+100 %**. It lost share: 40.0 % to 30.0 %."),
        (0.2, 0.3, 500, "**−25 %**, all publishers **−50 %**. It gained share: 20.0 % to 30.0 %."),
    ],
)
def test_what_changed(
    brief_of: Briefed, before: float, now: float, total: float, sentence: str
) -> None:
    rows = [*month(BEFORE, alpha=before), *month(THIS, alpha=now)]
    rows[1]["total"] = total
    found = brief_of(Scene(rows))
    assert found.changed[0] == f"Since August 2026: Alpha's own downloads {sentence}"


def test_nothing_is_a_percentage_of_nothing(brief_of: Briefed) -> None:
    rows = [*month(BEFORE, alpha=0.0, beta=0.1), *month(THIS, alpha=0.1, beta=0.1)]
    assert brief_of(Scene(rows)).changed == ()


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
    assert "2026-08-15: counts fell." in found.care
    assert not any("went back" in text for text in found.care)


def test_a_layer_without_values_says_what_to_run(brief_of: Briefed) -> None:
    own, tokens = brief_of(Scene()).layers
    assert (own.name, own.command) == ("own", "collectors collect some_source")
    assert (tokens.name, tokens.command) == ("served_tokens", None)
    assert own.focus_text == tokens.focus_text == "–"


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
    assert briefing._leader("collected_downloads", rows, 0) == "DeepSeek 17"
    assert briefing._leader("collected_downloads", rows, 3) == "unknown, 3 not read"
    assert briefing._value_text({"value": float("nan"), "unit": "pulls"}) == "not read"
