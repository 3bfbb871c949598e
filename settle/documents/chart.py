"""Where the money went: a bar per category, told apart by grey levels and hatching so that it prints in black and white.

A name stands beside its bar: on one line where it fits into a third of the width, else on up to three (then: …).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportlab.graphics.shapes import Drawing, Group, Line, Rect, String
from reportlab.lib.colors import Color, HexColor, black, white

from settle.korean import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.documents.pdf.fonts import Fonts
    from settle.documents.view import Category

RECOGNISED, DISALLOWED = HexColor("#B9C6D3"), HexColor("#26323D")
BAR, GAP, LEAST_GAP, LABEL = 11.0, 8.0, 3.0, 62.0
NAME, LEADING, MOST_LINES, KEYS = 7.5, 8.8, 3, 16.0
SHARE = 0.34  # of the width, at most, for the names


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


def _label(categories: Sequence[Category], wide: float, fonts: Fonts) -> float:
    """Room for the names: as wide as the widest, within bounds."""
    widest = max([fonts.regular.measure(fonts.regular.drawable(c.name)) for c in categories] or [0]) * NAME / 1000
    return min(max(LABEL, widest + 7), wide * SHARE)


def _names(categories: Sequence[Category], label: float, fonts: Fonts) -> list[list[str]]:
    return [fonts.regular.short(c.name, NAME, label - 6, MOST_LINES) for c in categories]


def _row(lines: Sequence[str]) -> float:
    """How high a bar and its name are together."""
    return max(BAR, len(lines) * LEADING)


def fitting(categories: Sequence[Category], wide: float, high: float, fonts: Fonts) -> int:
    """How many of the first categories `stacked` can show in this height, names and all."""
    names = _names(categories, _label(categories, wide, fonts), fonts)
    used, count = KEYS, 0
    for lines in names:
        used += _row(lines) + LEAST_GAP
        if used > high:
            break
        count += 1
    return count


def _parts(category: Category) -> list[tuple[str, int]]:
    """What has a bar: amounts above zero. A refund alone, or what it took back elsewhere, is told by its figure."""
    parts = [("recognised", category.recognised), ("held", category.held), ("disallowed", category.disallowed)]
    return [(part, won) for part, won in parts if won > 0]


def _figures(category: Category, words: dict[str, str]) -> str:
    """What stands behind a bar: the amount claimed, and a budget below zero, around which no frame can be drawn."""
    below = category.budget is not None and category.budget < 0
    return f"{number(category.claimed)}원" + (f" ({words['budget']} {number(category.budget or 0)}원)" if below else "")


def stacked(
    categories: Sequence[Category], wide: float, fonts: Fonts, words: dict[str, str], most_high: float | None = None
) -> Drawing:
    """Recognised, held and disallowed stacked, the budget as a frame around, a bar per category.

    most_high: points; the bars stand closer together where they would need more (see `fitting`).
    """
    label = _label(categories, wide, fonts)
    names = _names(categories, label, fonts)
    rows = [_row(lines) for lines in names]
    gap = GAP
    if most_high is not None and categories:
        gap = min(GAP, max(LEAST_GAP, (most_high - KEYS - sum(rows)) / len(rows)))
    high = KEYS + sum(rows) + gap * len(rows)
    drawing = Drawing(wide, high)
    most = max([1, *(max(sum(wons for _, wons in _parts(c)), c.budget or 0) for c in categories)])
    tail = max([fonts.regular.measure(_figures(c, words)) for c in categories] or [0]) * 7 / 1000 + 6
    scale = (wide - label - tail) / most
    y = high - 14.0
    x = label
    keys = [(words["recognised"], RECOGNISED), (words["held"], None), (words["disallowed"], DISALLOWED)]
    if any(c.budget and c.budget > 0 for c in categories):
        keys.append((words["budget"], white))
    for place, (word, colour) in enumerate(keys):
        swatch = _hatched(x, y, 14, 7) if colour is None else _box(x, y, 14, 7, colour)
        if place == 3:
            swatch = Rect(x, y, 14, 7, fillColor=None, strokeColor=black, strokeWidth=0.8, strokeDashArray=[2, 1.5])
        drawing.add(swatch)
        drawing.add(String(x + 18, y + 0.5, word, fontName=fonts.regular.name, fontSize=7))
        x += 26 + fonts.regular.measure(word) * 7 / 1000
    y = high - KEYS
    for category, lines, row in zip(categories, names, rows, strict=True):
        y -= gap + (row + BAR) / 2  # the bar in the middle of its name
        middle = y + BAR / 2
        for place, line in enumerate(lines):
            base = middle + LEADING * (len(lines) / 2 - place) - LEADING + 1.4
            drawing.add(String(label - 5, base, line, fontName=fonts.regular.name, fontSize=NAME, textAnchor="end"))
        x = label
        for part, won in _parts(category):
            length = won * scale
            if part == "held":
                drawing.add(_hatched(x, y, length, BAR))
            else:
                drawing.add(_box(x, y, length, BAR, RECOGNISED if part == "recognised" else DISALLOWED))
            x += length
        end = x
        if category.budget and category.budget > 0:
            frame = category.budget * scale
            drawing.add(
                Rect(
                    label,
                    y - 2,
                    frame,
                    BAR + 4,
                    fillColor=None,
                    strokeColor=black,
                    strokeWidth=0.8,
                    strokeDashArray=[2, 1.5],
                )
            )
            end = max(end, label + frame)
        figures = _figures(category, words)
        drawing.add(String(end + 4, y + 2.5, figures, fontName=fonts.regular.name, fontSize=7))
        y -= (row - BAR) / 2
    drawing.add(Line(label, 0, label, high - 18, strokeColor=black, strokeWidth=0.6))
    return drawing
