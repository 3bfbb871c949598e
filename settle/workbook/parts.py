"""What only the XML of a worksheet tells: hidden rows and columns, merges, formulas without a value. Runs in the guarded child only."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def farthest(path: str, part: str) -> tuple[int, int]:
    """The last row and the last column (1-based) in which a sheet has a cell: asked where reading it failed."""
    last_row = last_column = 0
    tail = b""
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        while data := stream.read(_CHUNK):
            chunk = tail + data
            for letters, row in set(_PLACED.findall(chunk)):
                last_row, last_column = max(last_row, int(row)), max(last_column, _place(letters) + 1)
            tail = chunk[-200:]
    return last_row, last_column


_ROOT = re.compile(rb"<((?:\w{1,40}:)?)worksheet\b")


_IS = rb"\s{0,9}=\s{0,9}[\"']"  # between the name of an attribute and its value, in any spelling XML allows


_ROW = re.compile(rb"<(?:\w{1,40}:)?row\b(?=[^<>]*?\bhidden" + _IS + rb"(?:1|true)[\"'])[^<>]*+>")


_COL = re.compile(rb"<(?:\w{1,40}:)?col\b(?=[^<>]*?\bhidden" + _IS + rb"(?:1|true)[\"'])[^<>]*+>")


_NUMBER = re.compile(rb"\b(r|min|max)" + _IS + rb"(\d{1,9})[\"']")


_MERGE = re.compile(
    rb"<(?:\w{1,40}:)?mergeCell\b[^<>]*?\bref" + _IS + rb"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']"
)


_CELL = rb"<(?:\w{1,40}:)?c\b([^<>]*+)>\s*+"
_F = rb"<(?:\w{1,40}:)?f\b[^<>]*+>(?:(?<=/>)|[^<]*+</(?:\w{1,40}:)?f>)\s*+"


_F_OPEN = re.compile(rb"<f")  # in half the time of `in`, where every other byte could begin one
_HIDDEN, _MERGED = re.compile(rb"hidden\s{0,9}="), re.compile(rb"mergeCell\s")


_FORMULA = re.compile(
    _CELL + _F + rb"(<(?:\w{1,40}:)?v\s{0,9}/>|<(?:\w{1,40}:)?v>\s*+</(?:\w{1,40}:)?v>)?\s*+</(?:\w{1,40}:)?c>"
)
_STRING = re.compile(rb"\bt" + _IS + rb"str[\"']")  # with an empty <v>: the value is an empty text, as of IF(…,"")


_REF = re.compile(rb"\br" + _IS + rb"([A-Z]{1,3})(\d{1,7})[\"']")


_PLACED = re.compile(rb"<(?:\w{1,40}:)?c\b[^<>]*?\br" + _IS + rb"([A-Z]{1,3})(\d{1,7})[\"']")


_OVERLAP = 65_536


_CHUNK = 4 << 20


def scan_part(path: str, part: str) -> dict[str, Any]:
    """What the parser does not tell, from a streamed look into the sheet's XML.

    Hidden rows and columns, merged cells, formulas without a stored value.
    """
    found: dict[str, Any] = {"unstored": [], "merges": [], "hidden_rows": [], "hidden_columns": []}
    prefixed = None
    for chunk in _pieces(path, part):
        if prefixed is None:
            prefixed = b"<worksheet" not in chunk
        _scan(chunk, prefixed, found)
    return found


def _pieces(path: str, part: str) -> Iterator[bytes]:
    """The XML of a sheet in pieces that end between rows, or between merged cells."""
    tail, ends = b"", None
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        while True:
            data = stream.read(_CHUNK)
            chunk = tail + data
            if ends is None:
                root = _ROOT.search(chunk)
                prefix = root[1] if root else b""
                ends = (b"</" + prefix + b"row>", b"<" + prefix + b"mergeCell")
            cut = max(0, *map(chunk.rfind, ends)) if data else len(chunk)
            if data and cut == 0 and len(chunk) > 8 * _CHUNK:
                cut = len(chunk) - _OVERLAP
            yield chunk[:cut]
            tail = chunk[cut:]
            if not data:
                return


def _scan(chunk: bytes, prefixed: bool, found: dict[str, Any]) -> None:
    if _HIDDEN.search(chunk):
        for match in _ROW.finditer(chunk):
            found["hidden_rows"] += [int(v) - 1 for k, v in _NUMBER.findall(match[0]) if k == b"r"]
        for match in _COL.finditer(chunk):
            ends = {k: int(v) for k, v in _NUMBER.findall(match[0])}
            if b"min" in ends and b"max" in ends and ends[b"max"] - ends[b"min"] < 1000:
                found["hidden_columns"] += range(ends[b"min"] - 1, ends[b"max"])
    if _MERGED.search(chunk):
        for left, top, right, bottom in _MERGE.findall(chunk):
            found["merges"].append((int(top) - 1, _place(left), int(bottom) - 1, _place(right)))
    if _F_OPEN.search(chunk) or (prefixed and b":f" in chunk):
        for match in _FORMULA.finditer(chunk):
            if not (match[2] and _STRING.search(match[1])):
                found["unstored"] += _ref(match[1])


def _ref(attributes: bytes) -> list[tuple[int, int]]:
    """The (row, column) that a cell says of itself."""
    ref = _REF.search(attributes)
    return [(int(ref[2]) - 1, _place(ref[1]))] if ref else []


def _place(letters: bytes) -> int:
    value = 0
    for char in letters:
        value = value * 26 + char - 64
    return value - 1
