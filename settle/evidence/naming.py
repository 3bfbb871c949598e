"""Names of files → evidence rows (파일명) and ledger lines (집행번호 in the file's or a folder's name)."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from settle.korean import numbers_between

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_SEPARATORS = re.compile(r"[,;\n、，]+")
_PARTS = re.compile(r"[\s_()\[\]{}.,、，+&]+")
_MARKED = re.compile(
    r"(?:^|(?<=[\s_(\[]))(?:no\.?\s?|#|제\s?)?(\d{1,6})번(?!지)"  # 14번, 제14번; 14번지 is an address
    r"|(?:^|[\s_(\[])(?:no\.?\s?|#)(\d{1,6})(?=$|[\s_)\].-])",  # No.14, #14
    re.IGNORECASE,
)
_RANGE = "~∼～〜"
_MOST_IN_A_RANGE = 200


def plain(text: str) -> str:
    """A name as it is compared: NFC, one kind of slash, no letter case."""
    return unicodedata.normalize("NFC", text).replace("\\", "/").strip().strip("/").casefold()


def _closed(text: str) -> str:
    return re.sub(r"\s", "", text)


class Names:
    """The files of a folder by path, base name and base name without its ending."""

    def __init__(self, names: Sequence[str]) -> None:
        self._by: dict[str, list[int]] = {}
        self._closed: dict[str, list[int]] = {}  # without spaces
        for place, name in enumerate(names):
            whole = plain(name)
            parts = whole.split("/")
            keys = {"/".join(parts[start:]) for start in range(len(parts))}
            for key in keys | {key.rpartition(".")[0] for key in keys if "." in key.rpartition("/")[2]}:
                self._by.setdefault(key, []).append(place)
        for key, places in self._by.items():
            self._closed.setdefault(_closed(key), []).extend(places)

    def find(self, listed: str) -> list[int]:
        """The files that a 파일명 means: the whole path first, else its last part; spaces count only where they tell two apart."""
        key = plain(listed)
        for known, text in ((self._by, key), (self._closed, _closed(key))):
            if found := known.get(text) or known.get(text.rpartition("/")[2]):
                return found
        return []


def listed_names(cell: str, names: Names) -> list[str]:
    """The names in one cell of 파일명; a name with a comma that a file has is never split."""
    if not cell.strip():
        return []
    if names.find(cell):
        return [cell.strip()]
    return [part.strip() for part in _SEPARATORS.split(cell) if part.strip()]


class Keys:
    """집행번호 as they are found in names of files."""

    def __init__(self, numbers: Iterable[str]) -> None:
        self._by: dict[str, str] = {}
        self._counters: dict[int, str] = {}
        twice: set[str] = set()
        for number in numbers:
            key = plain(number)
            if not key:
                continue
            if key in self._by:
                twice.add(key)
            self._by[key] = number
            if key.isdigit() and len(key) <= 6:
                self._counters[int(key)] = number
        for key in twice:  # two lines of one number: a name cannot tell them apart
            self._counters = {count: number for count, number in self._counters.items() if plain(number) != key}
            del self._by[key]

    def find(self, path: str) -> list[str]:
        """The lines that the deepest part of a path names; [] where none does."""
        for part in reversed(PurePosixPath(path).parts):
            found = self._in(plain(part))
            if found:
                return found
        return []

    def _in(self, part: str) -> list[str]:
        stem = re.sub(r"\.[a-z0-9]{1,5}$", "", part)
        found = [self._by[stem]] if stem in self._by else []
        for token in _PARTS.split(stem):
            found += self._token(token)
        for match in _MARKED.finditer(stem):
            number = self._counters.get(int(match[1] or match[2]))
            found += [number] if number else []
        return list(dict.fromkeys(found))

    def _token(self, token: str) -> list[str]:
        span = numbers_between(token, _RANGE)
        if span and span.again in ("", span.head):
            first, last = int(span.first), int(span.last)
            if first <= last <= first + _MOST_IN_A_RANGE:
                names = (f"{span.head}{n:0{len(span.first)}d}" for n in range(first, last + 1))
                return [self._by[name] for name in names if name in self._by]
        shorter = re.sub(r"(?<=\d)번?[가-힣].*$|번$", "", token)  # E-014회의록 names E-014
        for name in (token, shorter, re.sub(r"-\d{1,2}$", "", shorter)):  # E-014-2 is the second paper of E-014
            # a bare small number is a counter of anything: only `14번` and `No.14` name a line
            if name in self._by and not (name.isdigit() and len(name) <= 4):
                return [self._by[name]]
        return []


def kind_in(texts: Iterable[str], kinds: Mapping[str, str]) -> str:
    """The 증빙종류 that texts name: the longest of the first text that names any. kinds: spelling → 증빙종류."""
    spellings = sorted(kinds, key=len, reverse=True)
    for text in texts:
        bare = re.sub(r"\s", "", text)
        for spelling in spellings:
            if spelling in bare:
                return kinds[spelling]
    return ""
