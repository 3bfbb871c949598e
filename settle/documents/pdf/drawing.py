"""Drawings on paper. reportlab's own renderer asks for a font that is not embedded, which archives refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reportlab.graphics.shapes import Group, Line, Rect, String
from reportlab.lib.colors import black
from reportlab.platypus import Flowable

from settle.documents.pdf.pen import Pen

if TYPE_CHECKING:
    from reportlab.graphics.shapes import Drawing

    from settle.documents.pdf.fonts import Face, Fonts


@dataclass
class DrawingFlow(Flowable):
    """A drawing made of rectangles, lines and texts."""

    drawing: Drawing
    fonts: Fonts

    def __post_init__(self) -> None:
        Flowable.__init__(self)

    def wrap(self, _available: float, _height: float) -> tuple[float, float]:
        return self.drawing.width, self.drawing.height

    def draw(self) -> None:
        for one in self.drawing.contents:
            self._shape(one)

    def _shape(self, one: Any) -> None:
        canvas = self.canv
        if isinstance(one, Group):
            for inner in one.contents:
                self._shape(inner)
        elif isinstance(one, Rect):
            self._stroke(one)
            if one.fillColor is not None:
                canvas.setFillColor(one.fillColor)
            canvas.rect(one.x, one.y, one.width, one.height, stroke=1, fill=int(one.fillColor is not None))
        elif isinstance(one, Line):
            self._stroke(one)
            canvas.line(one.x1, one.y1, one.x2, one.y2)
        elif isinstance(one, String):
            self._text(one)
        else:  # a new kind of shape must be taught here, not vanish from the page
            raise TypeError(f"cannot draw {type(one).__name__}")

    def _stroke(self, one: Any) -> None:
        self.canv.setStrokeColor(one.strokeColor or black)
        self.canv.setLineWidth(one.strokeWidth)
        self.canv.setDash(list(one.strokeDashArray or []))

    def _text(self, one: Any) -> None:
        face = self._face(one.fontName)
        text = face.drawable(one.text)
        wide = face.measure(text) * one.fontSize / 1000
        x = one.x - {"start": 0.0, "middle": wide / 2, "end": wide}[one.textAnchor]
        self.canv.setFillColor(one.fillColor or black)
        pen = Pen(self.canv)
        pen.write(face, one.fontSize, x, one.y, text)
        pen.put_down()

    def _face(self, name: str) -> Face:
        return self.fonts.bold if name == self.fonts.bold.name else self.fonts.regular
