"""Charts of the forms: outlined and dark grey bars with their figures beside them, readable in black and white."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import Struct
from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import HexColor, black, white

from settle.documents.content import PORTRAIT, Picture
from settle.documents.forms.figures import percent
from settle.korean import days, mask, number, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.documents.forms.data import Money, Report
    from settle.documents.pdf.fonts import Face, Fonts

WIDTH = PORTRAIT.room * 72 / 25.4
LEAST, MOST_WIDE = 60.0, 0.38 * WIDTH  # points for the names at the left
BAR, SPACE, SIZE, LEADING = 8.0, 8.0, 7.5, 8.6
LINES = 3  # of a name
MOST = 16  # bars (or pairs) of one drawing: a longer chart goes on in the next
DARK = HexColor("#4A4A4A")


class Bar(Struct, frozen=True):
    """name, outlined and filled value, figures beside them."""

    name: str
    outlined: Fraction | None
    filled: Fraction | None
    figures: str


class _Scale(Struct, frozen=True):
    """From low to high; line: a value marked by a dashed line (100 %)."""

    low: Fraction
    high: Fraction
    line: Fraction | None


def bars(title: str, rows: Sequence[Bar], legend: tuple[str, str], line: Fraction | None = None) -> list[Picture]:
    """Horizontal bars from a common zero, outlined above filled; one picture for so many bars."""
    values = [value for row in rows for value in (row.outlined, row.filled) if value is not None]
    high = max([*values, line or Fraction(0)], default=Fraction(0))
    if not values or high <= 0:
        return []
    scale = _Scale(min(*values, Fraction(0)), high, line)

    def picture(chunk: Sequence[Bar]) -> Picture:
        said = "; ".join(f"{mask(printable(row.name))} {row.figures}" for row in chunk)
        return Picture(lambda fonts: _drawing(chunk, rows, legend, scale, fonts), f"{title}. {said}")

    return [picture(rows[at : at + MOST]) for at in range(0, len(rows), MOST)]


def _drawing(
    chunk: Sequence[Bar], rows: Sequence[Bar], legend: tuple[str, str], scale: _Scale, fonts: Fonts
) -> Drawing:
    """A part of the rows; names and figures have the room that those of all rows need, so that parts look alike."""
    face = fonts.regular
    paired = any(row.outlined is not None for row in rows)
    names = min(max([LEAST, *(_wide(face, mask(printable(row.name))) + 8 for row in rows)]), MOST_WIDE)
    beside = max(_wide(face, row.figures) for row in rows) + 8
    labels = [face.short(mask(printable(row.name)), SIZE, names - 8, LINES) for row in chunk]
    steps = [max(2 * BAR if paired else BAR, len(lines) * LEADING) + SPACE for lines in labels]
    height = sum(steps) + 18
    room = max(WIDTH - names - beside, 20.0)
    zero = names + room * float(-scale.low / (scale.high - scale.low))
    drawing = Drawing(WIDTH, height)
    _legend(drawing, legend, names, paired, face)
    top = height - 18
    for row, lines, step in zip(chunk, labels, steps, strict=True):
        middle = top - step / 2
        top -= step
        for place, text in enumerate(lines):
            y = middle + LEADING * (len(lines) / 2 - place) - LEADING + 2
            drawing.add(String(names - 5, y, text, fontName=face.name, fontSize=SIZE, textAnchor="end"))
        bottom = middle - (BAR if paired else BAR / 2)
        levels = (
            [(row.outlined, white, bottom + BAR), (row.filled, DARK, bottom)]
            if paired
            else [(row.filled, DARK, bottom)]
        )
        for value, colour, level in levels:
            if value is not None:
                length = room * float(value / (scale.high - scale.low))
                left = zero + min(length, 0.0)
                drawing.add(Rect(left, level, abs(length), BAR, fillColor=colour, strokeColor=black, strokeWidth=0.5))
        drawing.add(String(names + room + 5, middle - 2.5, row.figures, fontName=face.name, fontSize=SIZE))
    drawing.add(Line(zero, 0, zero, height - 16, strokeColor=black, strokeWidth=0.6))
    if scale.line is not None:
        at = zero + room * float(scale.line / (scale.high - scale.low))
        drawing.add(Line(at, 0, at, height - 16, strokeColor=black, strokeWidth=0.5, strokeDashArray=[2, 2]))
    return drawing


def _wide(face: Face, text: str) -> float:
    return face.measure(face.drawable(text)) * SIZE / 1000


def _legend(drawing: Drawing, legend: tuple[str, str], left: float, paired: bool, face: Face) -> None:
    height = drawing.height
    for text, colour in ((legend[0], white), (legend[1], DARK)):
        if not text or (colour == white and not paired):
            continue
        drawing.add(Rect(left, height - 10, 8, 7, fillColor=colour, strokeColor=black, strokeWidth=0.5))
        drawing.add(String(left + 12, height - 9.5, text, fontName=face.name, fontSize=SIZE))
        left += 24 + _wide(face, text)


def money(report: Report) -> list[Picture]:
    """Execution against budget by category."""
    rows = [
        Bar(name, None if m.budget is None else Fraction(m.budget), Fraction(m.executed), _spent(m))
        for name, m in report.categories
    ]
    return bars("비목별 예산과 집행", rows, ("예산", report.basis))


def _spent(one: Money) -> str:
    if one.budget is None:
        return f"{number(one.executed)}원 (예산 없음)"
    return f"{number(one.executed)} / {number(one.budget)}원 ({percent(one.rate)})"


def thousands(won: int) -> str:
    """Won in 천원 as the form asks, but in 원 where that would take decimals."""
    return f"{number(won)}원" if won % 1000 else f"{number(won // 1000)}천원"


def working_days(report: Report) -> list[Picture]:
    """M/D planned and worked by participant."""
    rows = [
        Bar(
            one.name,
            None if one.planned is None else Fraction(one.planned),
            Fraction(one.worked),
            f"{days(one.worked)} / {days(one.planned)} M/D"
            if one.planned is not None
            else f"{days(one.worked)} M/D (계획 없음)",
        )
        for one in report.participants
        if one.assignments
    ]
    return bars("참여기업별 계획 M/D와 투입 M/D", rows, ("계획", "투입"))


def achievements(report: Report) -> list[Picture]:
    """달성률 of every indicator, with a line at 100 %."""
    rows = [
        Bar(f"{one.name} {kpi.indicator}", None, kpi.achievement, percent(kpi.achievement))
        for one in report.participants
        for task in one.tasks
        for kpi in task.kpis
        if kpi.achievement is not None
    ]
    return bars("성과지표 달성률", rows, ("", "달성률 (점선: 100%)"), Fraction(1))
