"""Colours, type and sizes of both themes, and the little CSS that Streamlit has no setting for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ThemeName = Literal["light", "dark"]
FONT = '"Source Sans", "Source Sans 3", "Source Sans Pro", "Noto Sans", "Segoe UI", sans-serif'


@dataclass(frozen=True)
class Theme:
    """Colours that charts need besides those of the families; `index` picks from a colour pair."""

    name: ThemeName
    index: int
    background: str
    text: str
    muted: str
    grid: str
    estimated: str
    interpolated: str
    marker: str
    incident: str
    tick: str


THEMES: dict[ThemeName, Theme] = {
    "light": Theme(
        "light", 0, "#ffffff", "#16181d", "#5f6875", "#e9ebef", "rgba(95,104,117,0.09)",
        "rgba(95,104,117,0.35)", "#7b8491", "rgba(201,138,0,0.10)",
        "#b47c00",
    ),
    "dark": Theme(
        "dark", 1, "#0f1116", "#eceef2", "#a1a9b5", "#242833", "rgba(161,169,181,0.10)",
        "rgba(161,169,181,0.38)", "#8a93a0", "rgba(227,179,65,0.10)",
        "#e3b341",
    ),
}  # fmt: skip

# Layers of stacked bars, (light, dark). Classes with an order, from the first to the last:
ORDERED = (
    ("#d3e4f1", "#22375a"), ("#aacde5", "#2b4f80"), ("#7cb0d6", "#366ea6"),
    ("#4f8fc2", "#4d90c6"), ("#3170a8", "#77aed8"), ("#24528a", "#a6cce8"),
    ("#1a3566", "#d6e9f6"),
)  # fmt: skip
# Classes without one, the largest first:
NOMINAL = (
    ("#4c6fb1", "#7d9bd6"), ("#d07c3f", "#e39a63"), ("#5a9a6b", "#7fbd90"),
    ("#b4515b", "#d67a82"), ("#7d6aae", "#a391d1"), ("#8c7256", "#b39a7d"),
    ("#c27ba0", "#dba0c0"), ("#4f9a9f", "#78bfc4"), ("#b0a03c", "#cfc165"),
    ("#6d7f94", "#94a5b8"), ("#9a5a8a", "#c082b1"), ("#7fae5b", "#a3cd80"),
)  # fmt: skip
OTHER = ("#a4abb6", "#5d6672")
UNKNOWN = ("#d6dae0", "#3a404a")
REGIONS = {
    "us": ("#1677e0", "#58a6ff"),
    "china": ("#c8443a", "#ef7b6f"),
    "eu": ("#c98a00", "#e3b341"),
    "other": ("#1f9254", "#3fb96f"),
    "unknown": UNKNOWN,
}
WORDS = ("#16181d", "#eceef2")


def ramp(steps: int) -> list[tuple[str, str]]:
    """That many colours from the first to the last of ORDERED."""
    places = [number * (len(ORDERED) - 1) / max(steps - 1, 1) for number in range(steps)]
    if steps == 1:
        places = [len(ORDERED) / 2]
    return [(_between(place, 0), _between(place, 1)) for place in places]


def _between(place: float, theme: int) -> str:
    first = min(int(place), len(ORDERED) - 2)
    ends = [ORDERED[first][theme], ORDERED[first + 1][theme]]
    low, high = ([int(end[n : n + 2], 16) for n in (1, 3, 5)] for end in ends)
    mixed = [round(a + (place - first) * (b - a)) for a, b in zip(low, high, strict=True)]
    return "#" + "".join(f"{part:02x}" for part in mixed)


# Up to this width a window is a narrow one, which has charts and controls of its own.
NARROW_BELOW_PX = 700

CSS = f"""
<style>
.stMainBlockContainer {{ padding-top: 4.6rem; padding-bottom: 4rem; max-width: 1500px; }}
.stMainBlockContainer h1 {{ font-size: 2.05rem; line-height: 1.18; padding: .25rem 0 .1rem;
  letter-spacing: -.01em; max-width: 60rem; text-wrap: balance; }}
.stMainBlockContainer h2 {{ font-size: 1.3rem; padding: 1.4rem 0 .2rem; }}
.stMainBlockContainer h3 {{ font-size: 1.02rem; padding: .6rem 0 0; }}
/* Text belongs to its heading; a box, a table or a control stands apart from it. */
.stElementContainer:has(> .stHeading :is(h1, h2)):not(:has(+ .stElementContainer
  > :is(.stMarkdown, .stHeading, .stHtml))) {{ margin-bottom: .5rem; }}
/* Captions are pale already: a link of a pale colour could not be read. */
[data-testid="stCaptionContainer"] a {{ color: inherit; text-decoration: underline; }}
.oma-line {{ font-size: 1.08rem; opacity: .82; margin: 0 0 .6rem; }}
.oma-scope {{ font-size: .88rem; opacity: .68; margin: -.45rem 0 .5rem; }}
.oma-about {{ font-size: .95rem; opacity: .82; margin: .5rem 0 -1.4rem; }}
.oma-line b, .oma-line strong {{ opacity: 1; }}
.oma-legend {{ display: flex; flex-wrap: wrap; gap: .15rem .9rem; font-size: .86rem; }}
.oma-legend span {{ white-space: nowrap; font-weight: 600; }}
.oma-legend i {{ font-style: normal; font-weight: 400; }}
.oma-table {{ overflow-x: auto; }}
.oma-table table {{ width: 100%; border-collapse: collapse; font-size: .92rem; }}
.oma-table th {{ text-align: left; font-weight: 400; opacity: .7; }}
.oma-table th, .oma-table td {{ padding: .34rem .8rem .34rem 0; border: 0;
  border-bottom: 1px solid rgba(128,136,148,.25); vertical-align: top; }}
.oma-compact th, .oma-compact td {{ padding-top: .22rem; padding-bottom: .22rem; }}
.oma-compact .oma-bar {{ margin-top: 1px; }}
.oma-table td small {{ opacity: .65; font-size: .82rem; padding-left: .45rem; }}
.oma-table td b {{ white-space: nowrap; }}
.oma-table td small.oma-under {{ display: block; padding: 0; white-space: nowrap; }}
.oma-bar {{ height: 4px; margin-top: 3px; border-radius: 2px; min-width: 5rem;
  background: rgba(128,136,148,.16); }}
.oma-bar div {{ height: 4px; border-radius: 2px; }}
.oma-box {{ background: rgba(128,136,148,.09); border-radius: 8px; padding: .6rem .85rem .65rem;
  font-size: .85rem; line-height: 1.38; }}
.oma-box h4 {{ font-size: .95rem; padding: 0 0 .3rem; margin: 0; }}
.oma-box p {{ margin: 0 0 .36rem; font-size: inherit; }}
.oma-box .oma-fine {{ font-size: .78rem; opacity: .65; margin: .3rem 0 0; }}
.oma-box p:last-child {{ margin-bottom: 0; }}
.oma-holds {{ display: grid; grid-template-columns: minmax(0,1fr) 4.2rem 3.2rem; gap: .22rem .6rem;
  align-items: center; }}
.oma-holds > b {{ text-align: right; white-space: nowrap; }}
.oma-holds > em {{ grid-column: 2 / -1; font-style: normal; text-align: right; line-height: 1.2; }}
/* A bar to the right of the middle is ahead, one to the left behind. */
.oma-lean {{ position: relative; height: 6px; background: linear-gradient(to right,
  transparent calc(50% - .5px), currentColor 0 calc(50% + .5px), transparent 0),
  rgba(128,136,148,.16); border-radius: 2px; }}
.oma-lean div {{ position: absolute; top: 0; height: 6px; border-radius: 2px; }}
.oma-asks {{ display: grid; gap: .6rem; margin-top: .4rem;
  grid-template-columns: repeat(auto-fit, minmax(12.5rem, 1fr)); }}
.oma-asks a {{ display: block; border: 1px solid rgba(128,136,148,.35); border-radius: 8px;
  padding: .55rem .8rem; color: inherit; text-decoration: none; font-size: .92rem;
  line-height: 1.35; }}
.oma-asks a:hover, .oma-asks a:focus-visible {{ border-color: currentColor; }}
.oma-asks small {{ opacity: .65; font-size: .82rem; padding-left: .4rem; }}
.oma-asks a::after {{ content: "\\00a0→"; opacity: .6; }}
.oma-facts {{ display: grid; gap: .5rem 1.6rem; margin: .2rem 0 .4rem;
  grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); }}
.oma-facts div {{ overflow-wrap: anywhere; }}
.oma-facts small {{ display: block; opacity: .65; font-size: .82rem; }}
.oma-facts b {{ font-weight: 600; }}
.oma-list {{ display: grid; gap: .15rem 1.6rem; font-size: .92rem;
  grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); }}
.oma-list small {{ opacity: .65; font-size: .82rem; padding-left: .45rem; }}
.oma-list div div small {{ padding-left: 0; }}
.oma-table code {{ font-size: .86em; padding: .1em .3em; border-radius: 4px;
  background: rgba(128,136,148,.14); }}
.oma-table a, .oma-link a {{ color: inherit; text-decoration: underline; text-underline-offset: 2px;
  text-decoration-color: rgba(128,136,148,.6); }}
@media (max-width: 1100px) {{
  .st-key-beside [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]) {{
    flex-direction: column; }}
  .st-key-beside [data-testid="stColumn"] {{ width: 100%; flex: none; }}
}}
[data-testid="stLayoutWrapper"]:has(> .st-key-script, > .st-key-state, > .st-key-asked,
  > .st-key-listener) {{ display: none; }}
.st-key-vintage {{ background: rgba(128,136,148,.09); border-radius: 8px; row-gap: .1rem;
  padding: .4rem .85rem; }}
.st-key-vintage [data-testid="stMarkdownContainer"] {{ margin: 0; }}
.st-key-vintage [data-testid="stMarkdownContainer"] p {{ font-size: .88rem; line-height: 1.4;
  margin: 0; }}
.st-key-vintage button {{ min-height: 1.8rem; padding: 0; }}
.st-key-vintage button p {{ text-decoration: underline; text-underline-offset: 2px; }}
/* The link to the deck looks like the button beside it. */
.st-key-controls [data-testid="stPageLink"] a {{ border: 1px solid rgba(128,136,148,.35);
  border-radius: .5rem; min-height: 2.5rem; padding: 0 .75rem; margin: 0; background: none; }}
.st-key-controls [data-testid="stPageLink"] a:hover {{ border-color: currentColor; }}
.st-key-controls {{ gap: .4rem .5rem; }}
.st-key-form, :has(> .st-key-form) {{ display: contents; }}
:has(> .st-key-told) {{ display: none; }}
.st-key-controls > :has([data-testid="stPageLink"]) {{ margin-bottom: 0; align-self: flex-end; }}
.st-key-controls [data-tag] {{ background: rgba(128,136,148,.2); color: inherit; }}
@media (max-width: {NARROW_BELOW_PX}px) {{
  [data-testid="stMultiSelectTagsContainer"],
  div:has(> [data-testid="stMultiSelectTagsContainer"]) {{ max-height: none; }}
  .stButtonGroup [role="radiogroup"], .stButtonGroup [role="toolbar"] {{
    flex-wrap: wrap; row-gap: .3rem; }}
  /* The controls are folded into what they are set to, beside deck and link; open, a form below
     it, in pairs. */
  .st-key-controls {{ align-items: stretch; }}
  .st-key-controls > :has(> .st-key-told) {{ display: block; flex: 1 1 8rem; min-width: 0; }}
  .st-key-told {{ position: relative; flex-direction: row; align-items: center; height: 100%;
    min-height: 2.5rem; padding: .2rem .6rem; border: 1px solid rgba(128,136,148,.35);
    border-radius: .5rem; box-sizing: border-box; }}
  .st-key-told > * {{ width: auto; flex: 0 0 auto; }}
  .st-key-told > :has(.oma-told) {{ flex: 1 1 0; min-width: 0; }}
  .oma-told {{ font-size: .8rem; line-height: 1.3; }}
  .oma-fold summary {{ list-style: none; cursor: pointer; font-size: .8rem; opacity: .75;
    text-decoration: underline; text-underline-offset: 2px; padding-left: .5rem; }}
  .oma-fold summary::-webkit-details-marker {{ display: none; }}
  .oma-fold summary::after {{ content: ""; position: absolute; inset: 0; }}
  .st-key-controls > :has(> .st-key-form) {{ display: none; order: 1; flex: 1 1 100%; }}
  .st-key-controls:has(.oma-fold[open]) > :has(> .st-key-form) {{ display: block; }}
  .st-key-form {{ display: flex; gap: .4rem .5rem; }}
  .st-key-form > * {{ flex: 1 1 42%; }}
  .st-key-form > .st-key-family {{ flex-basis: 100%; }}
  .stMainBlockContainer {{ padding-left: 1rem; padding-right: 1rem; }}
  [class*="st-key-deck-head-"] {{ flex-wrap: wrap; }}
  div:has(> [class*="st-key-deck-words-"]) {{ flex: 1 1 100%; }}
  .stMainBlockContainer h1 {{ font-size: 1.55rem; }}
  .oma-table thead {{ display: none; }}
  .oma-table tr {{ display: grid; padding: .4rem 0;
    grid-template-columns: repeat(3, minmax(0, 1fr));
    border-bottom: 1px solid rgba(128,136,148,.25); }}
  /* Four values are two lines of two. */
  .oma-table tr:has(> td:nth-child(5):last-child) {{
    grid-template-columns: repeat(2, minmax(0, 1fr)); }}
  .oma-table td {{ border: 0; padding: .1rem .5rem .1rem 0; overflow-wrap: break-word;
    min-width: 0; }}
  .oma-table td.oma-long {{ grid-column: 1 / -1; }}
  .oma-list {{ grid-template-columns: 1fr; gap: .4rem; }}
  .oma-table td small {{ display: block; padding: 0; font-weight: 400; }}
  .oma-table td:first-child {{ grid-column: 1 / -1; font-weight: 600; }}
  /* A date and a link explain themselves: both on one line. */
  .oma-compact td:is([data-label="As of"], [data-label="Period"]) {{ grid-column: 1; }}
  .oma-compact td[data-label="Source"] {{ grid-column: 2 / -1; }}
  .oma-compact td[data-label="Basis"] + td[data-label="Source"] {{ grid-column: 1 / -1; }}
  .oma-table td[data-label]::before {{ content: attr(data-label) " "; opacity: .65;
    font-size: .8rem; display: block; }}
  .oma-compact td:is([data-label="As of"], [data-label="Period"],
    [data-label="Source"])::before {{ display: none; }}
  .oma-compact td[data-label="Who is ahead"] {{ grid-column: 1 / -1; }}
  .oma-compact td[data-label="Who is ahead"]::before {{ content: "Ahead: "; display: inline; }}
  /* Nothing collected: only what to run. */
  .oma-compact tr:has(td[data-label="Leader"] code) td:not(:first-child, [data-label="Leader"]),
  .oma-compact td[data-label="Leader"]:has(code)::before {{ display: none; }}
  .oma-compact td[data-label="Leader"]:has(code) {{ grid-column: 1 / -1; }}
  /* Many rows: what belongs to a value stands beside it. */
  .st-key-panel td:not(:first-child) small {{ display: inline-block !important;
    padding-left: .3rem !important; min-width: 0 !important; }}
}}
</style>
"""
