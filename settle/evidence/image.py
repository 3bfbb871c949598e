"""Pictures by Pillow: does it open whole, how many pages, within bounds of pixels. Runs in the guarded child."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

MAX_PIXELS = 60_000_000  # A4 at 600 dpi has 35 million
MAX_FRAMES = 50
_FORMATS = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP")


def read_image(path: Path, record: dict[str, Any], tesseract: dict[str, Any] | None) -> None:
    """Fill the record of a picture. Problems: damaged, bomb."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(path, formats=_FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                record["problem"] = "bomb"
                return
            record["pages"] = min(getattr(picture, "n_frames", 1), MAX_FRAMES)
            picture.load()
            grey = ImageOps.exif_transpose(picture).convert("L")  # a camera held upright says so, and stores it lying
    except Image.DecompressionBombError:
        record["problem"] = "bomb"
        return
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        record["problem"] = "damaged"
        return
    if tesseract:
        from settle.evidence.ocr import read_pictures

        read_pictures([grey], record, tesseract)
