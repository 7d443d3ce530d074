"""The page of the Ollama library, as it would be on each day.

Names and pulls of most models are the newest published ones of seeds/published_series.csv, from
which they grow as they did before; the pulls of the other models are invented.
"""

from __future__ import annotations

import csv
import html
import re
import zlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from tests.fake_services import FakeService, Reply, Request

SERIES = Path(__file__).resolve().parents[2] / "seeds" / "published_series.csv"
FURTHER = """
    alfred all-minilm bakllava bge-m3 codebooga codegeex4 codeup duckdb-nsql everythinglm goliath
    llava magicoder mathstral meditron medllama2 megadolphin mxbai-embed-large neural-chat
    nexusraven nomic-embed-text notus notux nous-hermes nous-hermes2 nous-hermes2-mixtral
    open-orca-platypus2 openchat openhermes orca-mini orca2 samantha-mistral solar sqlcoder
    stable-beluga stable-code stablelm-zephyr stablelm2 starcoder starcoder2 starling-lm
    tinydolphin vicuna wizard-math wizard-vicuna-uncensored wizardcoder wizardlm2 zephyr
"""
FURTHER_FROM = date(2026, 8, 21)
CAPABILITIES = {"deepseek-r1": ["tools", "thinking"], "llama3.1": ["tools"], "qwen3": ["tools"]}
SIZES = {"deepseek-r1": ["1.5b", "7b", "8b", "671b"], "llama3.1": ["8b", "70b", "405b"]}
COUNT = re.compile(r"<span x-test-pull-count>[^<]*</span>")


class Ollama(FakeService):
    name = "ollama"
    variable = "OLLAMA_BASE_URL"
    required_field = "x-test-pull-count"
    own_faults: Mapping[str, str] = {
        "no-attributes": "the page without the attributes that tests of the site go by",
        "community": "the page with models of users too",
        "few-models": "a page of 99 models",
        "uncounted": "a page on which one model in ten has no number of pulls",
        "some-uncounted": "a page on which one model in fifty has no number of pulls",
        "uniform-growth": "all models have 30 % more pulls than they should",
    }

    def reply(self, request: Request) -> Reply:
        if request.path != "/library":
            return Reply(b"<html><body>404</body></html>", 404, "text/html; charset=utf-8")
        faults = self.fault_names()
        counts = pulls_on(self.today)
        if "uniform-growth" in faults:
            counts = {name: pulls * 13 // 10 for name, pulls in counts.items()}
        ranked = sorted(counts, key=lambda name: (-counts[name], name))
        if "few-models" in faults:
            ranked = ranked[:99]
        items = [item(name, shown(counts[name])) for name in ranked]
        for fault, every in (("uncounted", 10), ("some-uncounted", 50)):
            if fault in faults:
                items[::every] = [_uncounted(one) for one in items[::every]]
        if "community" in faults:
            items.insert(1, item("someone/llama3.1-uncensored", "1.2M").replace("/library/", "/"))
        page = "".join(items)
        if "no-attributes" in faults:
            page = re.sub(r" x-test-[a-z-]+", "", page)
        return Reply(document(page), content_type="text/html; charset=utf-8")

    def spoiled(self, reply: Reply, how: str) -> Reply:
        page = reply.body.decode()
        if how == "wrong-type":
            page = COUNT.sub("<span x-test-pull-count>many</span>", page)
        else:
            page = _uncounted(page)
        return replace(reply, body=page.encode())


def _uncounted(page: str) -> str:
    return COUNT.sub("", page).replace("&nbsp;Pulls", "")


def document(items: str) -> bytes:
    """The page around the list."""
    head = "<!doctype html><html><head><title>library</title></head><body>"
    nav = '<nav><a href="/">Ollama</a><a href="/library">Models</a></nav>'
    return f'{head}{nav}<ul role="list">{items}</ul></body></html>'.encode()


def item(name: str, pulls: str) -> str:
    """One model of the list, in the page's markup."""
    seen = zlib.crc32(name.encode())
    updated = date(2026, 8, 1) - timedelta(days=seen % 900)
    capabilities = CAPABILITIES.get(name, [])
    sizes = SIZES.get(name, ["7b"])
    marks = "".join(f"<span x-test-capability>{one}</span>" for one in capabilities)
    marks += "".join(f"<span x-test-size>{one}</span>" for one in sizes)
    label = html.escape(name, quote=True)
    return f"""
<li x-test-model class="flex items-baseline border-b border-neutral-200 py-6">
  <a href="/library/{label}" class="group w-full">
    <div x-test-model-title title="{label}"><h2><span>{label}</span></h2><p>A model.</p></div>
    <div><div>{marks}</div>
    <p><span><span x-test-pull-count>{pulls}</span><span class="hidden">&nbsp;Pulls</span></span>
       <span><span x-test-tag-count>{5 + seen % 90}</span><span>&nbsp;Tags</span></span>
       <span title="{updated:%b} {updated.day}, {updated.year} 6:09 AM UTC"><span
       class="hidden">Updated&nbsp;</span><span x-test-updated>some time ago</span></span></p></div>
  </a>
</li>"""


def shown(pulls: int) -> str:
    """A count as the page rounds it: 987, 21.8K, 117.5M."""
    for unit, letter in ((10**9, "B"), (10**6, "M"), (10**3, "K")):
        if pulls >= unit:
            tenths = pulls * 10 // unit
            return f"{tenths // 10}.{tenths % 10}{letter}".replace(".0", "")
    return str(pulls)


def pulls_on(day: date) -> dict[str, int]:
    """Exact pulls of each model on a day."""
    return {
        name: max(0, pulls + rate * (day - known).days)
        for name, (known, pulls, rate) in _known().items()
    }


@cache
def _known() -> dict[str, tuple[date, int, int]]:
    """Model -> a day, the pulls on it, and what comes to them a day."""
    points: dict[str, list[tuple[date, int]]] = defaultdict(list)
    with SERIES.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["series"] == "ollama_pulls":
                points[row["subject"]].append((date.fromisoformat(row["date"]), int(row["value"])))
    found = {name: _newest(sorted(known)) for name, known in points.items()}
    for name in FURTHER.split():
        pulls = 500 + zlib.crc32(name.encode()) % 3_000_000
        found.setdefault(name, (FURTHER_FROM, pulls, pulls // 2000))
    return found


def _newest(points: list[tuple[date, int]]) -> tuple[date, int, int]:
    (before, fewer), (day, pulls) = [points[0], points[-1]]
    days = max(1, (day - before).days)
    return day, pulls, max(1, (pulls - fewer) // days)
