"""Signs that the Hangul font lacks (☐ ☑ −) are set in DejaVu Sans, which the package of the font brings along."""

from __future__ import annotations

from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

if TYPE_CHECKING:
    from settle.documents.pdf.fonts import Face

PACKAGE, FILE, NAME = "matplotlib", "DejaVuSans.ttf", "Settle-Signs"


@cache
def _glyphs() -> frozenset[int]:
    """Code points of the sign font, registered as NAME; empty where it is not installed."""
    try:
        found = next((f for f in metadata.files(PACKAGE) or [] if f.name == FILE), None)
        if found is None:
            return frozenset()
        font = TTFont(NAME, str(found.locate()))
    except (metadata.PackageNotFoundError, TTFError, OSError):
        return frozenset()
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


def runs(face: Face, text: str) -> list[tuple[str, str]]:
    """The text in runs (font name, text). What neither font has becomes a sign of the same meaning."""
    found: list[tuple[str, str]] = []
    for sign in text:
        shown = face.drawable(sign)
        name = face.name
        if shown != sign and ord(sign) in _glyphs():
            name, shown = NAME, sign
        if found and found[-1][0] == name:
            found[-1] = (name, found[-1][1] + shown)
        else:
            found.append((name, shown))
    return found
