"""Texts as operators of a page: font and colour are said where they change, and a line that was written before is not split again."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics

if TYPE_CHECKING:
    from settle.documents.pdf.fonts import Face


@cache
def _ink(colour: str) -> str:
    """The operator for a colour of letters (#RRGGBB)."""
    return "{:.6g} {:.6g} {:.6g} rg".format(*HexColor(colour).rgb())


class Pen:
    """Lines of text for one canvas, which must have `written` (what it drew before). Whoever writes puts the pen down."""

    def __init__(self, canvas: Any) -> None:
        self.canvas = canvas
        self.said: list[str] = []
        self.font = self.colour = ""  # as last said; reportlab's own may be another

    def ink(self, colour: str) -> None:
        """The colour of what follows (#RRGGBB); without it the canvas's own."""
        if colour != self.colour:
            self.colour = colour
            self.said.append(_ink(colour))

    def write(self, face: Face, size: float, x: float, y: float, text: str) -> None:
        """A drawable text from x on."""
        if not text:
            return
        key = (face.name, size, text)
        first, shown, last = self.canvas.written.get(key) or self._shown(key, face)
        self.said.append(f"1 0 0 1 {x:.5f} {y:.5f} Tm")
        if first != self.font:
            self.said.append(first)
        self.said.append(shown)
        self.font = last

    def put_down(self) -> None:
        """What was written stands on the page."""
        if self.said:
            self.canvas.addLiteral(f"BT {' '.join(self.said)} ET")

    def _shown(self, key: tuple[str, float, str], face: Face) -> tuple[str, str, str]:
        """The font in which a text begins, its operators behind that, the font in which it ends."""
        _, size, text = key
        document = self.canvas._doc
        said: list[str] = []
        first = last = ""
        for name, run in face.runs(text):
            font = pdfmetrics.getFont(name)
            for subset, letters in font.splitString(run, document):
                now = f"{font.getSubsetInternalName(subset, document)} {size:.6g} Tf"
                first = first or now
                said += ([now] if last not in ("", now) else []) + [f"<{letters.hex()}> Tj"]
                last = now
        made = self.canvas.written[key] = (first, " ".join(said), last)
        return made
