"""The Hangul font of the PDF reports: found, registered, measured.

The font is NanumGothic as the distribution koreanize-matplotlib carries it; `--font` or SETTLE_FONT choose another TrueType file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

PACKAGE, REGULAR, BOLD = "koreanize-matplotlib", "NanumGothic.ttf", "NanumGothicBold.ttf"
VARIABLE = "SETTLE_FONT"
# signs that Hangul fonts often lack -> signs of the same meaning that they have
SUBSTITUTES = {
    "−": "-",
    "‑": "-",
    "☐": "□",
    "☑": "■",
    "☒": "■",
    "✓": "○",
    "•": "·",
    "‧": "·",
    "∼": "~",
    "～": "~",
    "₩": "￦",
}
MISSING = "□"


class FontError(Exception):
    """The font cannot be used. The message is one Korean sentence."""


class _Widths(dict[str, float]):
    """Width of a letter in thousandths of the font size."""

    def __init__(self, face: TTFont) -> None:
        super().__init__()
        self.face = face.face

    def __missing__(self, letter: str) -> float:
        self[letter] = self.face.charWidths.get(ord(letter), self.face.defaultWidth)
        return self[letter]


class _Drawable(dict[int, str]):
    """A table for str.translate: what the font lacks becomes a sign that it has."""

    def __init__(self, face: TTFont) -> None:
        super().__init__({10: "\n", 9: " ", 13: ""})
        self.glyphs = face.face.charToGlyph

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        substitute = SUBSTITUTES.get(letter, MISSING)
        known = code in self.glyphs
        self[code] = letter if known else substitute if ord(substitute) in self.glyphs else "?"
        return self[code]


@dataclass(frozen=True)
class Face:
    """One registered font."""

    name: str
    widths: _Widths
    letters: _Drawable
    words: dict[str, float] = field(default_factory=dict)

    def drawable(self, text: str) -> str:
        """The text with letters that the font lacks replaced, so that nothing vanishes from the page."""
        return text.translate(self.letters)

    def measure(self, word: str) -> float:
        """Width in thousandths of the font size."""
        width = self.words.get(word)
        if width is None:
            width = self.words[word] = sum(map(self.widths.__getitem__, word))
        return width

    def wrap(self, text: str, size: float, width: float) -> list[str]:
        """The text in lines of at most `width` points, broken at spaces; a word too long for a line is broken inside."""
        room = width * 1000 / size
        space = self.widths[" "]
        lines: list[str] = []
        for paragraph in self.drawable(text).split("\n"):
            line, used = "", 0.0
            for word in paragraph.split(" "):
                length = self.measure(word)
                if line and used + space + length <= room:
                    line += " " + word
                    used += space + length
                    continue
                if line:
                    lines.append(line)
                while length > room and len(word) > 1:
                    fits, taken = 0, 0.0
                    while fits < len(word) and taken + self.widths[word[fits]] <= room:
                        taken += self.widths[word[fits]]
                        fits += 1
                    fits = max(fits, 1)
                    fits = max(word.rfind("/", 1, fits) + 1, 0) or fits  # a path breaks behind its slash
                    lines.append(word[:fits])
                    word, length = word[fits:], sum(map(self.widths.__getitem__, word[fits:]))
                line, used = word, length
            lines.append(line)
        return lines

    def short(self, text: str, size: float, width: float, most: int = 1) -> list[str]:
        """`wrap`, but at most so many lines, the last ending in … where something is left out."""
        lines = self.wrap(text, size, width)
        if len(lines) <= most:
            return lines
        last = lines[most - 1]
        while last and self.measure(last + "…") > width * 1000 / size:
            last = last[:-1]
        return [*lines[: most - 1], last + "…"]


@dataclass(frozen=True)
class Fonts:
    regular: Face
    bold: Face


def _shipped(name: str) -> Path:
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == name:
            return Path(str(file.locate()))
    raise FontError(
        f"한글 글꼴을 찾을 수 없습니다. `pip install {PACKAGE}`로 설치하거나 --font로 글꼴 파일(.ttf)을 정하세요."
    )


def _bold_of(path: Path) -> Path:
    """The bold file beside a regular one, else the regular one itself."""
    for stem in (
        f"{path.stem}Bold",
        f"{path.stem}-Bold",
        path.stem.removesuffix("-Regular") + "-Bold",
        path.stem.removesuffix("R") + "B",
    ):
        candidate = path.with_name(stem + path.suffix)
        if candidate != path and candidate.is_file():
            return candidate
    return path


@cache
def _face(path: Path) -> Face:
    name = "Settle-" + "".join(c for c in path.stem if c.isascii() and c.isalnum())
    if name in pdfmetrics.getRegisteredFontNames():  # another file of the same name
        name += f"-{len(pdfmetrics.getRegisteredFontNames())}"
    try:
        font = TTFont(name, str(path))
    except (TTFError, OSError, ValueError, KeyError, IndexError) as error:
        raise FontError(
            f"글꼴 파일 '{path}'을(를) 쓸 수 없습니다. 한글이 있는 트루타입 글꼴(.ttf)이어야 합니다."
        ) from error
    if ord("가") not in font.face.charToGlyph:
        raise FontError(f"글꼴 '{path.name}'에는 한글이 없습니다. 한글 글꼴 파일(.ttf)을 정하세요.")
    pdfmetrics.registerFont(font)
    return Face(name, _Widths(font), _Drawable(font))


def load(font: Path | None = None) -> Fonts:
    """The fonts for a report: `font`, else SETTLE_FONT, else NanumGothic. Raises FontError."""
    chosen = font or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if chosen is None:
        return Fonts(_face(_shipped(REGULAR)), _face(_shipped(BOLD)))
    if not chosen.is_file():
        raise FontError(f"글꼴 파일 '{chosen}'이(가) 없습니다.")
    return Fonts(_face(chosen), _face(_bold_of(chosen)))
