"""Where the money went: a bar per category, told apart by grey levels and hatching so that it prints in black and white."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.graphics.shapes import Drawing, Group, Line, Rect, String
from reportlab.lib.colors import Color, HexColor, black, white

from settle.render.fonts import Fonts
from settle.render.tables import Category
from settle.text import number

RECOGNISED, DISALLOWED = HexColor("#B9C6D3"), HexColor("#26323D")
BAR, GAP, LABEL = 11.0, 8.0, 62.0


def _hatched(x: float, y: float, wide: float, high: float, step: float = 3.0) -> Group:
    """A white box with diagonal lines, cut at its edges."""
    group = Group(Rect(x, y, wide, high, fillColor=white, strokeColor=black, strokeWidth=0.4))
    at = -high
    while at < wide:
        left, right = max(at, 0.0), min(at + high, wide)
        group.add(Line(x + left, y + left - at, x + right, y + right - at, strokeColor=black, strokeWidth=0.35))
        at += step
    return group


def _box(x: float, y: float, wide: float, high: float, colour: Color) -> Rect:
    return Rect(x, y, wide, high, fillColor=colour, strokeColor=black, strokeWidth=0.4)


def stacked(categories: Sequence[Category], wide: float, fonts: Fonts, words: dict[str, str]) -> Drawing:
    """Recognised, held and disallowed stacked, the budget as a frame around, a bar per category."""
    high = 16 + len(categories) * (BAR + GAP)
    drawing = Drawing(wide, high)
    most = max([1, *(max(c.claimed, c.budget or 0) for c in categories)])
    tail = max([fonts.regular.measure(f"{number(c.claimed)}원") for c in categories] or [0]) * 7 / 1000 + 6
    scale = (wide - LABEL - tail) / most
    y = high - 14.0
    x = LABEL
    keys = (
        (words["recognised"], RECOGNISED),
        (words["held"], None),
        (words["disallowed"], DISALLOWED),
        (words["budget"], white),
    )
    for place, (word, colour) in enumerate(keys):
        swatch = _hatched(x, y, 14, 7) if colour is None else _box(x, y, 14, 7, colour)
        if place == 3:
            swatch = Rect(x, y, 14, 7, fillColor=None, strokeColor=black, strokeWidth=0.8, strokeDashArray=[2, 1.5])
        drawing.add(swatch)
        drawing.add(String(x + 18, y + 0.5, word, fontName=fonts.regular.name, fontSize=7))
        x += 26 + fonts.regular.measure(word) * 7 / 1000
    for category in categories:
        y -= BAR + GAP
        name = fonts.regular.wrap(category.name, 7.5, LABEL - 6)[0]
        drawing.add(String(LABEL - 5, y + 2.5, name, fontName=fonts.regular.name, fontSize=7.5, textAnchor="end"))
        x = LABEL
        for part, won in (
            ("recognised", category.recognised),
            ("held", category.held),
            ("disallowed", category.disallowed),
        ):
            length = max(won, 0) * scale
            if length > 0:
                if part == "held":
                    drawing.add(_hatched(x, y, length, BAR))
                else:
                    drawing.add(_box(x, y, length, BAR, RECOGNISED if part == "recognised" else DISALLOWED))
                x += length
        end = x
        if category.budget:
            frame = category.budget * scale
            drawing.add(
                Rect(
                    LABEL,
                    y - 2,
                    frame,
                    BAR + 4,
                    fillColor=None,
                    strokeColor=black,
                    strokeWidth=0.8,
                    strokeDashArray=[2, 1.5],
                )
            )
            end = max(end, LABEL + frame)
        drawing.add(String(end + 4, y + 2.5, f"{number(category.claimed)}원", fontName=fonts.regular.name, fontSize=7))
    drawing.add(Line(LABEL, 0, LABEL, high - 18, strokeColor=black, strokeWidth=0.6))
    return drawing
