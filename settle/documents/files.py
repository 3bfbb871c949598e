"""Documents as files: the ending of the name chooses PDF or HWPX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle.documents.hwpx import package
from settle.documents.pdf import fonts, paper
from settle.documents.pictures import paint
from settle.files import write_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from settle.documents.content import Document, Picture
    from settle.documents.pictures import Image

PDF, HWPX = ".pdf", ".hwpx"
ENDINGS = (PDF, HWPX)


def render(document: Document, ending: str, font: Path | None = None) -> bytes:
    """The document as bytes; the same document gives the same bytes. Raises FontError (HWPX: only for its pictures)."""
    if ending == HWPX:

        def draw(picture: Picture) -> Image:
            chosen = fonts.load(font)
            return paint(picture.draw(chosen), chosen.file)

        return package.render(document, draw)
    return paper.render(document, fonts.load(font))


def write(document: Document, path: Path, font: Path | None = None) -> Path:
    """Write the document to `path`, atomically, as its ending says. Raises FontError, WriteError."""
    return write_bytes(path, render(document, path.suffix.lower(), font))


def named(output: Path, name: str) -> list[Path]:
    """Where a document goes: the file named, or, where no ending says what it is, both files in that folder."""
    return [output] if output.suffix.lower() in ENDINGS else [output / f"{name}{ending}" for ending in ENDINGS]
