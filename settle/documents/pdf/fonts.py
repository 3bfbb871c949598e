"""The Hangul font of the PDF reports: found, registered and measured.

`--font` or SETTLE_FONT name a TrueType file; else the font of the system is taken, else NanumGothic as the distribution
koreanize-matplotlib carries it. Signs that a Hangul font lacks (☐ ☑ −) are set in a font of signs where there is one.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

from msgspec import Struct, field
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

PACKAGE, REGULAR, BOLD = "koreanize-matplotlib", "NanumGothic.ttf", "NanumGothicBold.ttf"
VARIABLE = "SETTLE_FONT"
# TrueType fonts with Hangul that systems have, and their bold ones; the first that is there is taken
SYSTEM = (
    ("malgun.ttf", "malgunbd.ttf"),
    ("NanumGothic.ttf", "NanumGothicBold.ttf"),
    ("NanumBarunGothic.ttf", "NanumBarunGothicBold.ttf"),
    ("AppleGothic.ttf", "AppleGothic.ttf"),
    ("UnDotum.ttf", "UnDotumBold.ttf"),
    ("gulim.ttf", "gulim.ttf"),
)
SIGNS = ("DejaVuSans.ttf", "seguisym.ttf", "NotoSansSymbols2-Regular.ttf", "Apple Symbols.ttf")
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
_BREAK = re.compile(r"(?<=[·/,)→~_\]])|(?=[(\[])")  # where a word too long for its line may be broken


class FontError(Exception):
    """The font cannot be used. The message is one Korean sentence."""


class _Widths(dict[str, float]):
    """Width of a letter in thousandths of the font size."""

    def __init__(self, font: TTFont, foreign: set[str]) -> None:
        super().__init__()
        self.face, self.foreign = font.face, foreign

    def __missing__(self, letter: str) -> float:
        face = self.face
        if ord(letter) not in face.charToGlyph and (signs := _signs()) and ord(letter) in signs.face.charToGlyph:
            self.foreign.add(letter)
            face = signs.face
        self[letter] = face.charWidths.get(ord(letter), face.defaultWidth)
        return self[letter]


class _Drawable(dict[int, str]):
    """A table for str.translate: what no font has becomes a sign that the Hangul font has."""

    def __init__(self, font: TTFont) -> None:
        super().__init__({10: "\n", 9: " ", 13: ""})
        self.glyphs = font.face.charToGlyph

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        known = code in self.glyphs or bool((signs := _signs()) and code in signs.face.charToGlyph)
        substitute = SUBSTITUTES.get(letter, MISSING)
        self[code] = letter if known else substitute if ord(substitute) in self.glyphs else "?"
        return self[code]


class Face(Struct, frozen=True):
    """One registered font. foreign: letters met so far that are drawn in the font of signs."""

    name: str
    path: Path
    widths: _Widths
    letters: _Drawable
    foreign: set[str]
    words: dict[str, float] = field(default_factory=dict)

    def drawable(self, text: str) -> str:
        """The text with letters that no font has replaced, so that nothing vanishes from the page."""
        return text.translate(self.letters)

    def measure(self, word: str) -> float:
        """Width in thousandths of the font size."""
        width = self.words.get(word)
        if width is None:
            width = self.words[word] = sum(map(self.widths.__getitem__, word))
        return width

    def wrap(self, text: str, size: float, width: float) -> list[str]:
        """The text in lines of at most `width` points, broken at spaces; a word too long for a line is broken behind a
        sign inside it (· / , …), else anywhere.
        """
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
                if length > room and len(word) > 1:
                    *full, word = self._broken(word, room)
                    lines += full
                    length = self.measure(word)
                line, used = word, length
            lines.append(line)
        return lines

    def _broken(self, word: str, room: float) -> list[str]:
        """A word in pieces that fit, at least one letter each."""
        pieces = [""]
        for part in filter(None, _BREAK.split(word)):
            if self.measure(pieces[-1]) + self.measure(part) <= room:
                pieces[-1] += part
                continue
            if pieces[-1]:
                pieces.append("")
            for letter in part:
                if pieces[-1] and self.measure(pieces[-1]) + self.widths[letter] > room:
                    pieces.append("")
                pieces[-1] += letter
        return pieces

    def short(self, text: str, size: float, width: float, most: int = 1) -> list[str]:
        """`wrap`, but at most so many lines, the last ending in … where something is left out."""
        lines = self.wrap(text, size, width)
        if len(lines) <= most:
            return lines
        last = lines[most - 1]
        while last and self.measure(last + "…") > width * 1000 / size:
            last = last[:-1]
        return [*lines[: most - 1], last + "…"]

    def runs(self, text: str) -> list[tuple[str, str]]:
        """A drawable text in runs (font name, text)."""
        if not self.foreign or self.foreign.isdisjoint(text):
            return [(self.name, text)]
        found: list[tuple[str, str]] = []
        for letter in text:
            name = SIGN if letter in self.foreign else self.name
            if found and found[-1][0] == name:
                found[-1] = (name, found[-1][1] + letter)
            else:
                found.append((name, letter))
        return found


class Fonts(Struct, frozen=True):
    regular: Face
    bold: Face

    def face(self, bold: bool) -> Face:
        return self.bold if bold else self.regular

    def file(self, name: str) -> str:
        """The file of a registered font."""
        return str({self.regular.name: self.regular.path, self.bold.name: self.bold.path}[name])


SIGN = "Settle-Signs"


@cache
def _folders() -> tuple[Path, ...]:
    """Where systems keep fonts."""
    home = Path.home()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", str(home))
        return (Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts", Path(local) / "Microsoft/Windows/Fonts")
    if sys.platform == "darwin":
        return (home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts"))
    return (home / ".local/share/fonts", home / ".fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts"))


@cache
def _installed() -> dict[str, Path]:
    """Files of fonts that the system has, by name; the first folder wins."""
    wanted = {name.lower() for pair in SYSTEM for name in pair} | {name.lower() for name in SIGNS}
    found: dict[str, Path] = {}
    for folder in _folders():
        for place, _, files in os.walk(folder):
            for name in files:
                if name.lower() in wanted:
                    found.setdefault(name.lower(), Path(place) / name)
    return found


def _carried(package: str, name: str) -> Path | None:
    """A file of an installed distribution."""
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        return None
    found = next((file for file in files if file.name == name), None)
    path = Path(str(found.locate())) if found else None
    return path if path and path.is_file() else None


@cache
def _signs() -> TTFont | None:
    """The font of signs, registered, or None."""
    for name in SIGNS:
        path = _installed().get(name.lower()) or _carried("matplotlib", name)
        if path is None:
            continue
        try:
            font = TTFont(SIGN, str(path))
        except (TTFError, OSError, ValueError, KeyError, IndexError):
            continue
        pdfmetrics.registerFont(font)
        return font
    return None


def _bold_of(path: Path) -> Path:
    """The bold file beside a regular one, else the regular one itself."""
    for stem in (
        f"{path.stem}Bold",
        f"{path.stem}-Bold",
        f"{path.stem}bd",
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
    foreign: set[str] = set()
    return Face(name, path, _Widths(font, foreign), _Drawable(font), foreign)


def _system() -> Fonts | None:
    """The first font of the system that works."""
    for regular, bold in SYSTEM:
        path = _installed().get(regular.lower())
        if path is None:
            continue
        try:
            return Fonts(_face(path), _face(_installed().get(bold.lower(), path)))
        except FontError:
            continue
    return None


def load(font: Path | None = None) -> Fonts:
    """The fonts for a report: `font`, else SETTLE_FONT, else the system's, else koreanize-matplotlib's. Raises FontError."""
    chosen = font or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if chosen is not None:
        if not chosen.is_file():
            raise FontError(f"글꼴 파일 '{chosen}'이(가) 없습니다.")
        return Fonts(_face(chosen), _face(_bold_of(chosen)))
    found = _system()
    if found:
        return found
    regular, bold = _carried(PACKAGE, REGULAR), _carried(PACKAGE, BOLD)
    if regular is None:
        raise FontError(
            "한글 글꼴을 찾을 수 없습니다. 나눔고딕을 설치하거나(예: `apt install fonts-nanum`) "
            f"`pip install --no-deps {PACKAGE}`를 실행하거나 --font로 글꼴 파일(.ttf)을 정하세요."
        )
    return Fonts(_face(regular), _face(bold or regular))
