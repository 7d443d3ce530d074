"""Which colours words and charts have on a slide: those of the light or of the dark theme,
whichever can be read on the background of the template's layout."""

from __future__ import annotations

import colorsys
from dataclasses import replace
from typing import Any

from pptx.opc.constants import RELATIONSHIP_TYPE as RELATION
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.slide import SlideLayout

from dashboard.style import THEMES, Theme

READABLE = 4.5  # contrast of words, as WCAG asks
GRID = 0.12  # of the words' colour in that of grid lines
PLAIN_FILL = 1001  # the first of a theme's fills for backgrounds, one colour
WHITE = "#ffffff"


def look_of(layout: SlideLayout) -> Theme:
    """The theme for a layout's background. Its `background` is empty where that is a picture or a
    gradient, for which the theme's first background colour is taken."""
    colour, is_known = _background(layout)
    base = max(THEMES.values(), key=lambda theme: contrast(theme.text, colour))
    text = base.text
    if contrast(text, colour) < READABLE:
        text = max(("#000000", WHITE), key=lambda one: contrast(one, colour))
    return replace(
        base,
        background=colour if is_known else "",
        text=text,
        muted=base.muted if contrast(base.muted, colour) >= READABLE else text,
        grid=_mixed(colour, text, GRID),
    )


def contrast(one: str, other: str) -> float:
    """From 1, the same lightness, to 21, black on white; colours as #rrggbb."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in _parts(colour)
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def _background(layout: SlideLayout) -> tuple[str, bool]:
    """The colour behind a layout, and whether it is the only one there."""
    master = layout.slide_master
    scheme = _scheme(layout)
    for holder in (layout.element, master.element):
        ground = holder.find(f"{qn('p:cSld')}/{qn('p:bg')}")
        if ground is None:
            continue
        fill = ground.find(f"{qn('p:bgPr')}/{qn('a:solidFill')}")
        reference = ground.find(qn("p:bgRef"))
        chosen = fill if fill is not None else reference
        colour = _colour(chosen[0], scheme) if chosen is not None and len(chosen) else ""
        if not colour:
            break
        is_plain = reference is None or reference.get("idx") == str(PLAIN_FILL)
        return colour, is_plain
    else:
        return scheme.get("bg1", WHITE), True
    return scheme.get("bg1", WHITE), False


def _scheme(layout: SlideLayout) -> dict[str, str]:
    """The theme's colours by name, with the names that master and layout give them (bg1, tx1)."""
    master = layout.slide_master
    try:
        theme = parse_xml(master.part.part_related_by(RELATION.THEME).blob)
    except (KeyError, SyntaxError):
        return {}
    found = theme.find(f".//{qn('a:clrScheme')}")
    scheme = {}
    for slot in found if found is not None else ():
        if isinstance(slot.tag, str) and len(slot) and (colour := _colour(slot[0], {})):
            scheme[slot.tag.partition("}")[2]] = colour
    own = layout.element.find(f"{qn('p:clrMapOvr')}/{qn('a:overrideClrMapping')}")
    names = own if own is not None else master.element.find(qn("p:clrMap"))
    mapped = dict(names.items()) if names is not None else {}
    return scheme | {name: scheme[slot] for name, slot in mapped.items() if slot in scheme}


def _colour(element: Any, scheme: dict[str, str]) -> str:
    """A colour as #rrggbb; empty where it is told in a way that this does not read."""
    kind = element.tag.partition("}")[2] if isinstance(element.tag, str) else ""
    value = str(element.get("lastClr" if kind == "sysClr" else "val", ""))
    colour = scheme.get(value, "") if kind == "schemeClr" else f"#{value.lower()}"
    try:
        _parts(colour)
    except ValueError:
        return ""
    for change in element:
        if isinstance(change.tag, str):
            part = int(change.get("val", "100000")) / 100_000
            colour = _changed(colour, change.tag.partition("}")[2], part)
    return colour


def _changed(colour: str, how: str, part: float) -> str:
    """A colour lightened or darkened as DrawingML says; other changes leave it."""
    if how == "tint":
        return _mixed(WHITE, colour, part)
    if how == "shade":
        return _mixed("#000000", colour, part)
    if how not in {"lumMod", "lumOff"}:
        return colour
    hue, light, full = colorsys.rgb_to_hls(*_parts(colour))
    light = light * part if how == "lumMod" else light + part
    return _written(colorsys.hls_to_rgb(hue, min(max(light, 0.0), 1.0), full))


def _mixed(one: str, other: str, part: float) -> str:
    """A colour with that part of another."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return _written([a + part * (b - a) for a, b in pairs])


def _parts(colour: str) -> tuple[float, float, float]:
    """Red, green and blue of #rrggbb, each within 0..1."""
    if len(colour) != len(WHITE):
        raise ValueError(colour)
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _written(parts: Any) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)
