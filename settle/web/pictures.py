"""Pages of PDFs and pictures as PNG, drawn in the guarded child: the browser never opens the bytes of a file."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO

from msgspec import Struct

from settle.guard import run as guard
from settle.guard.wire import send

if TYPE_CHECKING:
    from pathlib import Path

WIDE = 1100  # pixels of a page
MOST_PIXELS = 60_000_000  # of a picture before it is made small
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")


class Picture(Struct, frozen=True):
    """A page. png: b"" where it cannot be shown, with the problem. pages: how many there are."""

    png: bytes = b""
    pages: int = 0
    wide: int = 0
    high: int = 0
    problem: str = ""


def shown(path: Path) -> bool:
    """Can a page of such a file be drawn?"""
    return path.suffix.lower() in (".pdf", *PICTURES)


def draw(path: Path, page: int = 1) -> Picture:
    """A page (from 1) as PNG. Never raises for what the file holds."""
    try:
        return _drawn(str(path), path.stat().st_mtime_ns, page)
    except OSError:
        return Picture(problem="broken")


@lru_cache(maxsize=16)
def _drawn(path: str, _: int, page: int) -> Picture:
    """A page of a file as it was at a time: the screen asks for its size first, then for the picture."""
    task = {"path": path, "page": page, "wide": WIDE}
    answer = guard.guarded("settle.web.pictures:look", task, guard.Limits(cpu=20, memory=1400))
    for header, body in answer.messages:
        if "pages" in header:
            return Picture(bytes(body), header["pages"], header["wide"], header["high"], answer.problem)
    return Picture(problem=answer.problem or "broken")


def look(task: dict[str, Any], out: BinaryIO) -> None:
    """In the guarded child: draw one page."""
    if task["path"].lower().endswith(".pdf"):
        image, pages = _page(task)
    else:
        image, pages = _picture(task), 1
    stream = io.BytesIO()
    image.save(stream, "PNG")
    send(out, {"pages": pages, "wide": image.width, "high": image.height}, stream.getvalue())


def _page(task: dict[str, Any]) -> tuple[Any, int]:
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(task["path"])
    pages = len(document)
    page = document[max(0, min(task["page"] - 1, pages - 1))]
    wide, high = page.get_size()
    scale = min(task["wide"] / max(wide, 1), (MOST_PIXELS / max(wide * high, 1)) ** 0.5)
    return page.render(scale=scale).to_pil().convert("RGB"), pages


def _picture(task: dict[str, Any]) -> Any:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(task["path"]) as opened:
        opened.draft("RGB", (task["wide"], task["wide"] * 2))
        image = ImageOps.exif_transpose(opened).convert("RGB")
    image.thumbnail((task["wide"], task["wide"] * 3))
    return image
