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


THEMES: dict[ThemeName, Theme] = {
    "light": Theme(
        "light", 0, "#ffffff", "#16181d", "#5f6875", "#e9ebef", "rgba(95,104,117,0.09)",
        "rgba(95,104,117,0.35)", "#7b8491",
    ),
    "dark": Theme(
        "dark", 1, "#0f1116", "#eceef2", "#a1a9b5", "#242833", "rgba(161,169,181,0.10)",
        "rgba(161,169,181,0.38)", "#8a93a0",
    ),
}  # fmt: skip

# Charts are drawn for wide and for narrow windows; the browser shows the one that fits.
NARROW_BELOW_PX = 700

CSS = f"""
<style>
.stMainBlockContainer {{ padding-top: 4.6rem; padding-bottom: 4rem; max-width: 1500px; }}
.stMainBlockContainer h1 {{ font-size: 2.05rem; line-height: 1.18; padding: .25rem 0 .1rem;
  letter-spacing: -.01em; max-width: 60rem; text-wrap: balance; }}
.stMainBlockContainer h2 {{ font-size: 1.3rem; padding: 1.4rem 0 .2rem; }}
.stMainBlockContainer h3 {{ font-size: 1.02rem; padding: .6rem 0 0; }}
.oma-line {{ font-size: 1.08rem; opacity: .82; margin: 0 0 .6rem; }}
.oma-line b, .oma-line strong {{ opacity: 1; }}
.oma-legend {{ display: flex; flex-wrap: wrap; gap: .15rem .9rem; font-size: .86rem; }}
.oma-legend span {{ white-space: nowrap; font-weight: 600; }}
.oma-legend i {{ font-style: normal; font-weight: 400; }}
.oma-table {{ overflow-x: auto; }}
.oma-table table {{ width: 100%; border-collapse: collapse; font-size: .92rem; }}
.oma-table th {{ text-align: left; font-weight: 400; opacity: .7; }}
.oma-table th, .oma-table td {{ padding: .34rem .8rem .34rem 0; border: 0;
  border-bottom: 1px solid rgba(128,136,148,.25); vertical-align: top; }}
.oma-table td small {{ opacity: .65; font-size: .82rem; padding-left: .45rem; }}
.oma-table td b {{ white-space: nowrap; }}
.oma-table code {{ font-size: .86em; padding: .1em .3em; border-radius: 4px;
  background: rgba(128,136,148,.14); }}
.oma-table a {{ color: inherit; text-decoration: underline; text-underline-offset: 2px;
  text-decoration-color: rgba(128,136,148,.6); }}
[class*="st-key-narrow-"] {{ display: none; }}
.st-key-controls {{ row-gap: .4rem; }}
.st-key-controls [data-tag] {{ background: rgba(128,136,148,.2); color: inherit; }}
@media (max-width: {NARROW_BELOW_PX}px) {{
  [class*="st-key-wide-"] {{ display: none; }}
  [class*="st-key-narrow-"] {{ display: flex; }}
  /* A row to swipe; the fade says that it goes on. */
  .st-key-controls {{ flex-wrap: nowrap; overflow-x: auto; padding: 0 1.6rem .4rem 0;
    mask-image: linear-gradient(to right, black 84%, transparent); }}
  .st-key-controls > * {{ flex-shrink: 0; }}
  .stMainBlockContainer {{ padding-left: 1rem; padding-right: 1rem; }}
  .stMainBlockContainer h1 {{ font-size: 1.55rem; }}
  .oma-table thead {{ display: none; }}
  .oma-table tr {{ display: grid; padding: .4rem 0;
    grid-template-columns: repeat(3, minmax(0, 1fr));
    border-bottom: 1px solid rgba(128,136,148,.25); }}
  .oma-table td {{ border: 0; padding: .1rem .5rem .1rem 0; overflow-wrap: break-word;
    min-width: 0; }}
  .oma-table td.oma-long {{ grid-column: 1 / -1; }}
  .oma-table td small {{ display: block; padding: 0; font-weight: 400; }}
  .oma-table td:first-child {{ grid-column: 1 / -1; font-weight: 600; }}
  .oma-table td[data-label]::before {{ content: attr(data-label) " "; opacity: .65;
    font-size: .8rem; display: block; }}
}}
</style>
"""
