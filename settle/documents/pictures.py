"""Drawings (reportlab shapes) as PNG, for documents that hold pictures and no drawings."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont
from reportlab.graphics.shapes import Group, Line, Rect, String

if TYPE_CHECKING:
    from collections.abc import Callable

    from reportlab.graphics.shapes import Drawing

DOTS = 200  # per inch
POINT = DOTS / 72
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


class Image(Struct, frozen=True):
    """A picture and its size in mm."""

    png: bytes
    wide: float
    high: float


def paint(drawing: Drawing, file_of: Callable[[str], str]) -> Image:  # noqa: C901  a list of cases, each a line or two
    """A grey picture of a drawing made of rectangles, lines and texts. file_of: the font file of a font name."""
    size = (round(drawing.width * POINT) + 1, round(drawing.height * POINT) + 1)
    picture = Pillow.new("L", size, 255)
    pen = ImageDraw.Draw(picture)
    fonts: dict[tuple[str, float], Any] = {}

    def at(x: float, y: float) -> tuple[float, float]:
        return x * POINT, (drawing.height - y) * POINT

    def shape(one: Any) -> None:
        if isinstance(one, Group):
            for inner in one.contents:
                shape(inner)
        elif isinstance(one, Rect):
            (left, top), (right, bottom) = at(one.x, one.y + one.height), at(one.x + one.width, one.y)
            fill = None if one.fillColor is None else _grey(one.fillColor)
            if one.strokeDashArray:
                pen.rectangle((left, top, right, bottom), fill=fill)
                corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
                for start, end in pairwise(corners):
                    _dashed(pen, start, end, one)
            else:
                pen.rectangle((left, top, right, bottom), fill, _grey(one.strokeColor), _thick(one))
        elif isinstance(one, Line):
            start, end = at(one.x1, one.y1), at(one.x2, one.y2)
            if one.strokeDashArray:
                _dashed(pen, start, end, one)
            else:
                pen.line((start, end), _grey(one.strokeColor), _thick(one))
        elif isinstance(one, String):
            known = (one.fontName, one.fontSize)
            if known not in fonts:
                fonts[known] = ImageFont.truetype(file_of(one.fontName), one.fontSize * POINT)
            pen.text(at(one.x, one.y), one.text, 0, fonts[known], _ANCHORS[one.textAnchor])
        else:  # a new kind of shape must be taught here, not vanish from the page
            raise TypeError(f"cannot paint {type(one).__name__}")

    for one in drawing.contents:
        shape(one)
    stream = io.BytesIO()
    picture.quantize(16).save(stream, "PNG", optimize=True)
    return Image(stream.getvalue(), drawing.width * 25.4 / 72, drawing.height * 25.4 / 72)


def _grey(colour: Any) -> int:
    return round(255 * (0.299 * colour.red + 0.587 * colour.green + 0.114 * colour.blue)) if colour else 0


def _thick(one: Any) -> int:
    return max(1, round(one.strokeWidth * POINT))


def _dashed(pen: Any, start: tuple[float, float], end: tuple[float, float], one: Any) -> None:
    on, off = (part * POINT for part in one.strokeDashArray[:2])
    long = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
    done = 0.0
    while done < long:
        ends = [done / long, min(done + on, long) / long]
        points = [(start[0] + (end[0] - start[0]) * p, start[1] + (end[1] - start[1]) * p) for p in ends]
        pen.line(points, _grey(one.strokeColor), _thick(one))
        done += on + off
