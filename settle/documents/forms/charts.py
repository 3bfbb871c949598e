"""Charts of the forms: outlined and dark grey bars with their figures beside them, readable in black and white."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import HexColor, black, white
from reportlab.pdfbase.pdfmetrics import stringWidth

from settle.documents.forms.figures import percent
from settle.documents.forms.paper import WIDTH, plain_font
from settle.korean import days, mask, printable
from settle.kpi.formula import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.documents.forms.data import Report

NAMES, FIGURES = 118.0, 150.0  # points for the names at the left and (at least) the figures at the right
BAR, SPACE, SIZE = 8.0, 8.0, 7.5
MOST = 18  # bars (or pairs) of one drawing: a longer chart goes on in the next
DARK = HexColor("#4A4A4A")

Bar = tuple[str, Fraction | None, Fraction | None, str]  # name, outlined value, filled value, figures


def shorten(text: str, room: float) -> str:
    """The text, cut with … to the room (points) that it has."""
    text = mask(printable(text))
    if stringWidth(text, plain_font(), SIZE) <= room:
        return text
    while text and stringWidth(text + "…", plain_font(), SIZE) > room:
        text = text[:-1]
    return text + "…"


def bars(rows: Sequence[Bar], legend: tuple[str, str], line: Fraction | None = None) -> list[Drawing]:
    """Horizontal bars from a common zero, outlined above filled; `line`: a value marked by a dashed line (100 %)."""
    values = [value for _, outlined, filled, _ in rows for value in (outlined, filled) if value is not None]
    high = max([*values, line or Fraction(0)], default=Fraction(0))
    if not values or high <= 0:
        return []
    paired = any(outlined is not None for _, outlined, _, _ in rows)
    low = min(*values, Fraction(0)) if values else Fraction(0)
    beside = max(FIGURES, *(stringWidth(figures, plain_font(), SIZE) + 6 for *_, figures in rows))
    chunks = [rows[at : at + MOST] for at in range(0, len(rows), MOST)]
    return [_drawing(chunk, legend, low, high, line, paired, beside) for chunk in chunks]


def _drawing(
    rows: Sequence[Bar],
    legend: tuple[str, str],
    low: Fraction,
    high: Fraction,
    line: Fraction | None,
    paired: bool,
    beside: float,
) -> Drawing:
    """beside: points for the figures at the right."""
    step = (2 * BAR if paired else BAR) + SPACE
    height = step * len(rows) + 18
    room = WIDTH - NAMES - beside
    zero = NAMES + room * float(-low / (high - low))
    drawing = Drawing(WIDTH, height)
    _legend(drawing, legend, height, paired)
    for place, (name, outlined, filled, figures) in enumerate(rows):
        bottom = height - 18 - step * (place + 1) + SPACE / 2
        middle = bottom + (BAR if paired else BAR / 2) - SIZE / 3
        label = shorten(name, NAMES - 6)
        drawing.add(String(NAMES - 4, middle, label, fontName=plain_font(), fontSize=SIZE, textAnchor="end"))
        levels = [(outlined, white, bottom + BAR), (filled, DARK, bottom)] if paired else [(filled, DARK, bottom)]
        for value, colour, level in levels:
            if value is not None:
                length = room * float(value / (high - low))
                left = zero + min(length, 0.0)
                drawing.add(Rect(left, level, abs(length), BAR, fillColor=colour, strokeColor=black, strokeWidth=0.5))
        drawing.add(String(NAMES + room + 5, middle, figures, fontName=plain_font(), fontSize=SIZE))
    drawing.add(Line(zero, 0, zero, height - 16, strokeColor=black, strokeWidth=0.6))
    if line is not None:
        at = zero + room * float(line / (high - low))
        drawing.add(Line(at, 0, at, height - 16, strokeColor=black, strokeWidth=0.5, strokeDashArray=[2, 2]))
    return drawing


def _legend(drawing: Drawing, legend: tuple[str, str], height: float, paired: bool) -> None:
    left = NAMES
    for text, colour in ((legend[0], white), (legend[1], DARK)):
        if not text or (colour == white and not paired):
            continue
        drawing.add(Rect(left, height - 10, 8, 7, fillColor=colour, strokeColor=black, strokeWidth=0.5))
        drawing.add(String(left + 12, height - 9.5, text, fontName=plain_font(), fontSize=SIZE))
        left += 24 + stringWidth(text, plain_font(), SIZE)


def money(report: Report) -> list[Drawing]:
    """Execution against budget by category, in 천원."""
    rows: list[Bar] = [
        (
            name,
            None if m.budget is None else Fraction(m.budget),
            Fraction(m.executed),
            f"{thousands(m.executed)} / {'-' if m.budget is None else thousands(m.budget)}천원 ({percent(m.rate)})",
        )
        for name, m in report.categories
    ]
    return bars(rows, ("예산", report.basis))


def thousands(won: int) -> str:
    """Won in 천원, with as many decimals as it takes."""
    return plain(Fraction(won, 1000), 3)


def working_days(report: Report) -> list[Drawing]:
    """M/D planned and worked by participant."""
    rows: list[Bar] = [
        (
            one.name,
            None if one.planned is None else Fraction(one.planned),
            Fraction(one.worked),
            f"{days(one.worked)} / {'-' if one.planned is None else days(one.planned)} M/D",
        )
        for one in report.participants
        if one.assignments
    ]
    return bars(rows, ("계획", "투입"))


def achievements(report: Report) -> list[Drawing]:
    """달성률 of every indicator, with a line at 100 %."""
    rows: list[Bar] = [
        (f"{one.name} {kpi.indicator}", None, kpi.achievement, percent(kpi.achievement))
        for one in report.participants
        for task in one.tasks
        for kpi in task.kpis
        if kpi.achievement is not None
    ]
    return bars(rows, ("", "달성률 (점선: 100%)"), Fraction(1))
