"""Scans and photographs by Tesseract, where it is installed. Runs in the guarded child, Tesseract below its limits.

Before reading, the light is evened, the page turned level, the rules of the form taken out and the paper cut down to
its ink. It is read twice: as Korean text, and as figures and the letters of a 승인번호. What is read so may be *found*;
it never differs. docs/evidence.md says what was measured.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

from settle.evidence.labels import MOST_SEEN, values_in

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

DPI = 250
MAX_SCANNED = 3  # pages of one file
_SECONDS = 60
_WIDTH = 2200  # pixels of a page: letters of 10 points are about 35 high, as Tesseract likes them
_MAX_HEIGHT = 6000
_RULE = 1 / 22  # of the width: a dark run as long as that is a rule, no letter
_INK, _PAPER, _MARGIN = 120, 185, 40
# one reading a language: Korean text; figures with the letters that the last part of a 승인번호 has
_PASSES = {"kor": (), "eng": ("-c", "tessedit_char_whitelist=0123456789,.-/abcdef")}
_SPLIT = re.compile(r"(?<=\d)\s?[.,]\s?(?=\d{3}(?!\d))")  # 242. 022 and 242 ,022 are 242,022 read badly


def read_pictures(pictures: list[Image], record: dict[str, Any], tesseract: dict[str, Any]) -> None:
    """Put what is seen into the record. tesseract: {path, languages}."""
    found: dict[str, dict[Any, str]] = {"won": {}, "date": {}, "brn": {}, "approval": {}}
    for number, picture in enumerate(pictures[:MAX_SCANNED], 1):
        for line in texts(prepared(picture), tesseract):
            for spelling in dict.fromkeys((line, _SPLIT.sub(",", line))):
                for sort, value in values_in(spelling):
                    if len(found[sort]) < MOST_SEEN:
                        found[sort].setdefault(value, f"{number}쪽")
    record["tier"] = 4
    record["seen"] = {sort: [[v, p] for v, p in values.items()] for sort, values in found.items() if values}


def prepared(picture: Image) -> Image:
    """Upright, of a bearable size, black on white, without rules."""
    import numpy as np
    from PIL import Image as Pillow
    from PIL import ImageFilter

    grey = picture if picture.mode == "L" else picture.convert("L")
    height = max(1, round(grey.height * _WIDTH / grey.width))
    scale = min(1.0, _MAX_HEIGHT / height)
    grey = grey.resize((max(1, round(_WIDTH * scale)), max(1, round(height * scale))), Pillow.Resampling.LANCZOS)
    grey = grey.filter(ImageFilter.MedianFilter(3))
    light = np.asarray(grey, dtype=np.float32)
    ground = np.asarray(
        grey.resize((grey.width // 16 + 1, grey.height // 16 + 1), Pillow.Resampling.BOX)
        .filter(ImageFilter.MaxFilter(5))
        .filter(ImageFilter.GaussianBlur(2))
        .resize(grey.size, Pillow.Resampling.BILINEAR),
        dtype=np.float32,
    )
    even = np.clip(light / np.maximum(ground, 32) * 255, 0, 255)
    turned = Pillow.fromarray(even.astype(np.uint8)).rotate(
        _slant(even), resample=Pillow.Resampling.BICUBIC, fillcolor=255
    )
    level = np.asarray(turned).copy()
    level[_rules(level < 150)] = 255
    level[level > _PAPER] = 255
    return Pillow.fromarray(_cut(level))


def _cut(light: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The part with ink on it, some specks left aside: empty paper costs time and misleads."""
    import numpy as np

    rows, columns = np.nonzero(light < _INK)
    if len(rows) < 50:
        return light
    top, bottom = (int(v) for v in np.percentile(rows, [0.1, 99.9]))
    left, right = (int(v) for v in np.percentile(columns, [0.1, 99.9]))
    return np.array(light[max(0, top - _MARGIN) : bottom + _MARGIN, max(0, left - _MARGIN) : right + _MARGIN])


def _slant(light: np.ndarray[Any, Any]) -> float:
    """Degrees by which the page must be turned so that its lines lie level: where rows differ most in darkness."""
    import numpy as np
    from PIL import Image as Pillow

    small = Pillow.fromarray(light.astype(np.uint8)).reduce(3)
    best, angle = -1.0, 0.0
    for step in range(-12, 13):
        turned = np.asarray(small.rotate(step / 4, fillcolor=255), dtype=np.float32)
        rows = (255 - turned).sum(axis=1)
        score = float(((rows[1:] - rows[:-1]) ** 2).sum())
        if score > best:
            best, angle = score, step / 4
    return angle


def _rules(dark: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Pixels of long dark runs, along and across, and one pixel around them."""
    import numpy as np

    length = max(30, int(dark.shape[1] * _RULE))
    rules = _long_runs(dark, length) | _long_runs(dark.T, length).T
    grown = rules.copy()
    for axis in (0, 1):
        for step in (-1, 1, -2, 2):
            grown |= np.roll(rules, step, axis=axis)
    return grown


def _long_runs(dark: np.ndarray[Any, Any], length: int) -> np.ndarray[Any, Any]:
    """Pixels that belong to a dark run of at least `length` in their row; gaps of two pixels are bridged."""
    import numpy as np

    bridged = dark.copy()
    bridged[:, 1:-1] |= dark[:, :-2] & dark[:, 2:]
    bridged[1:, :] |= dark[:-1, :] & np.roll(dark[:-1, :], 1, axis=1)  # a slanting rule steps from row to row
    padded = np.zeros((bridged.shape[0], bridged.shape[1] + 2), dtype=np.int8)
    padded[:, 1:-1] = bridged
    turns = np.diff(padded, axis=1)
    rows, starts = np.nonzero(turns == 1)
    _, ends = np.nonzero(turns == -1)
    kept = np.zeros((dark.shape[0], dark.shape[1] + 1), dtype=np.int8)
    long = ends - starts >= length
    np.add.at(kept, (rows[long], starts[long]), 1)
    np.add.at(kept, (rows[long], ends[long]), -1)
    return np.asarray(np.cumsum(kept, axis=1, dtype=np.int8)[:, :-1] > 0)


def texts(picture: Image, tesseract: dict[str, Any]) -> list[str]:
    """The lines read in every pass."""
    data = io.BytesIO()
    picture.save(data, "PNG", dpi=(DPI, DPI), compress_level=1)
    lines: list[str] = []
    for language, options in _PASSES.items():
        if language in tesseract["languages"]:
            done = subprocess.run(
                [tesseract["path"], "stdin", "stdout", "-l", language, "--psm", "6", *options],
                input=data.getvalue(),
                capture_output=True,
                timeout=_SECONDS,
                env=os.environ | {"OMP_THREAD_LIMIT": "1"},
                check=False,
            )
            lines += done.stdout.decode("utf-8", "replace").splitlines()
    return lines
