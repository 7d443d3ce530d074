"""Names and titles come from the internet: what each way out of the program makes of them.

Tables are in test_workbook.py, slides in test_slides.py, the package in test_package.py.
"""

from __future__ import annotations

import html
import io
import re
from datetime import datetime

import openpyxl
import pytest

from collectors.screen import harmless_here, tabbed, table
from dashboard import lettering, parts, plots, recipes, slide_sheet
from data import ROOT

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "![p](http://evil.example/p.png)",
    "[l](javascript:alert(1))",
    r"\[l\](http://evil.example)",
    ":red[x] **b** `c` $x$",
    "\x1b[31m\x1b]0;title\x07\x9b2J\r\u202eabc",
    "../../etc/passwd",
    "CON.txt:\x00|?*",
    "=1+1",
    "<r>a & b</r>",
)
# A link or a picture of Markdown: brackets that no backslash disarms, an even number of them.
LINK = re.compile(r"(?<!\\)(?:\\\\)*\[[^\]]*?(?<!\\)(?:\\\\)*\]\(")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_shown_letter_by_letter(text: str) -> None:
    for shown in (parts.without_links(text), parts.plain(text)):
        assert not LINK.search(shown)
        assert shown.replace("\\", "") == text.replace("\\", "")
    for shown in (plots.safe(text), parts.link(text, "javascript:alert(1)"), parts.unbroken(text)):
        assert "<img" not in shown
        assert "<script" not in shown
        assert html.unescape(shown).count(text) == 1
    assert "href" not in parts.link("x", text)
    assert re.fullmatch(r"[A-Za-z0-9.-]*", recipes.slug(text))
    assert not recipes.slug(text).startswith((".", "-"))


@pytest.mark.parametrize("text", [one for one in HOSTILE if one.isprintable()])
def test_the_sheet_in_a_slide_holds_text_letter_by_letter(text: str) -> None:
    sheet = slide_sheet.Sheet()
    sheet.add(text, (text,))
    written = slide_sheet.workbook(sheet, [(text, text)], datetime(2026, 11, 20))
    pages = openpyxl.load_workbook(io.BytesIO(written))
    assert {cell.value for page in pages for row in page.rows for cell in row} == {text}
    assert {cell.data_type for page in pages for row in page.rows for cell in row} == {"s"}


def test_a_browser_cleans_a_picture_of_the_same_signs() -> None:
    tools = (ROOT / "dashboard" / "assets" / "tools.js").read_text(encoding="utf-8")
    forbidden = re.search(r"const forbidden = /(\[.*\])/gu;", tools)
    assert forbidden is not None
    signs = [chr(number) for number in range(0x10000)]
    kept = [sign for sign in signs if not re.fullmatch(forbidden[1], sign)]
    assert "".join(lettering.clean(f"{sign}|") for sign in kept if not sign.isspace()) == "".join(
        f"{sign}|" for sign in kept if not sign.isspace()
    )
    assert {lettering.clean(sign) for sign in set(signs) - set(kept)} == {""}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_terminal_is_not_steered(text: str) -> None:
    for shown in (
        table(["name"], [[text]], 40),
        table(["name"], [[text]]),
        tabbed(["name"], [[text], [[text]]]),
        harmless_here(text),
    ):
        assert all(sign.isprintable() or sign in "\n\t" for sign in shown)
