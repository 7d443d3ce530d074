"""What the controls of a page must hold so that it shows a chart just as a recipe has it.

The shared controls are in state.py; here are those that single pages bring. A page adds to the
recipe what its controls hold, and this is the way back: it changes when a page's controls do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import data
from dashboard import recipes
from dashboard.hub_charts import CUTS
from dashboard.quality_charts import BENCHMARKS
from dashboard.recipes import Recipe
from dashboard.region_charts import LAYERS
from dashboard.runtime_charts import CHANNELS
from dashboard.usage_charts import STEPS, TOKEN_CUTS

Pairs = list[tuple[str, str]]
# Of the page Downloads: the chart -> under which button it stands; the others under Families.
SHOW = {
    "download_mix": "Mix", "downloads_by_region": "Regions", "growth_split": "Growth",
    "concentration_hub": "Concentration", "concentration_families": "Concentration",
    "top_models": "Models", "published_models": "Models", "published_counters": "Models",
    "publishers": "Publishers",
}  # fmt: skip


def of(page: str, recipe: Recipe) -> Pairs:
    """The parameters of a page's own controls with which it shows a recipe's chart; without those
    of what the build of the recipe does not hold. Raises NoBuildError, and RecipeError for a build
    that is gone."""
    return _OF_PAGE[page](recipe) if page in _OF_PAGE else []


def _downloads(recipe: Recipe) -> Pairs:
    chosen, shown = recipe.selection, SHOW.get(recipe.key, "Families")
    pairs = [("show", shown)]
    if shown == "Mix":
        pairs.append(("by", _name_of(CUTS, chosen.cut)))
    if shown == "Families":
        pairs += [
            ("step", "Weeks" if recipe.key == "weekly_downloads" else "Months"),
            ("counters", "as reported" if chosen.is_raw else "adjusted"),
            ("share_of", "whole Hub" if chosen.share_of == "hub" else "tracked families"),
        ]
    return pairs


def _derivatives(recipe: Recipe) -> Pairs:
    chosen = recipe.selection
    return [
        ("relation", chosen.relation),
        ("filter", "more than 5 downloads" if chosen.is_judged else "all"),
        ("inferred", "true" if chosen.with_inferred else "false"),
    ]


def _usage(recipe: Recipe) -> Pairs:
    chosen = recipe.selection
    return [
        ("tokens_by", _name_of(TOKEN_CUTS, chosen.token_cut)),
        ("token_step", _name_of(STEPS, chosen.step)),
    ]


def _runtimes(recipe: Recipe) -> Pairs:
    return [("channel", _name_of(CHANNELS, recipe.selection.channel))]


def _quality(recipe: Recipe) -> Pairs:
    chosen = recipe.selection
    pairs = [("benchmark", BENCHMARKS[chosen.benchmark][0])]
    return [*pairs, *_told(f"release_{chosen.benchmark}", chosen.release)]


def _launches(recipe: Recipe) -> Pairs:
    return [("launch", model) for _, model in recipe.selection.launches]


def _events(recipe: Recipe) -> Pairs:
    chosen = recipe.selection
    series = data.EVENT_SERIES[chosen.event_series]
    steps = "months" if series.grain == "month" else "days"
    day = chosen.at.isoformat() if chosen.at else ""
    return [
        *_told("event", "" if day else chosen.event),
        *_told("at", day),
        ("series", series.title),
        *_told(f"window_{steps}", str(chosen.window or "")),
    ]


def _models(recipe: Recipe) -> Pairs:
    return _told("model", recipe.selection.model)


def _leads(recipe: Recipe) -> Pairs:
    chosen = recipe.selection
    if recipe.key == "momentum":
        return [("figures", chosen.momentum_basis)]
    rival = chosen.rivals[0] if chosen.rivals else None
    rows = data.leads(chosen.focus, rival, build=recipes.build_of(recipe))
    for row in rows.itertuples():
        if (row.basis, row.layer, row.measure) == (chosen.basis, chosen.layer, chosen.counted):
            name = data.series_title(row.title, row.measure_title)
            return [("standing", f"{name}, {row.basis}")]
    return []


def _regions(recipe: Recipe) -> Pairs:
    chosen = recipe.selection
    if recipe.key != "regions_by_layer":
        return []
    rows = data.regions(build=recipes.build_of(recipe))
    asked = (chosen.basis, chosen.layer, chosen.counted, chosen.layer_period)
    pairs = [("layer", name) for name, layer in LAYERS.items() if layer == chosen.layer]
    for row in rows[rows["layer"] == chosen.layer].itertuples():
        if (row.basis, row.layer, row.measure, row.period) == asked:
            pairs.append(("region_series", f"{row.title}, {row.basis}"))
    return pairs


def _name_of(names: Mapping[str, str], value: str) -> str:
    """What a button is called, by what it stands for."""
    return next(name for name, found in names.items() if found == value)


def _told(name: str, value: str) -> Pairs:
    """A parameter, if it has a value: else the page knows what is usual."""
    return [(name, value)] if value else []


_OF_PAGE: Mapping[str, Callable[[Recipe], Pairs]] = {
    "downloads": _downloads, "derivatives": _derivatives, "usage": _usage, "runtimes": _runtimes,
    "quality": _quality, "launches": _launches, "events": _events, "models": _models,
    "leads": _leads, "regions": _regions,
}  # fmt: skip
