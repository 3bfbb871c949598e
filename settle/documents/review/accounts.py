"""Columns of account numbers in a workbook: told by their headings, hidden whatever their digits. Runs in the guarded child."""

from __future__ import annotations

import re
import unicodedata

from settle.documents.review import tokens
from settle.documents.review.harmless import FEW, cells, ordinary
from settle.personal import holds_accounts, mask_number

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_INDEX = re.compile(rb"[0-9]{1,9}")
_INDEXES = re.compile(rb"<[vt](?: [^<>]*+)?>([0-9]{1,9})<")
_LATIN = tuple(word.encode() for word in ("account", "Account", "ACCOUNT", "acct", "Acct", "ACCT"))
_KOREAN = tuple(
    word.encode()
    for said in ("계좌", "통장", "계 좌", "통 장", "계  좌", "통  장")
    for word in dict.fromkeys((said, unicodedata.normalize("NFD", said)))
)
_WORDS = re.compile(
    rb">([^<>]*(?:" + b"|".join((*_LATIN, *_KOREAN, b"&#")) + rb")[^<>]*+)"
)  # texts that may be a heading


def told(xml: bytes) -> bool:
    """May there be a heading of account numbers in it?"""
    return any(word in xml for word in (*_LATIN, b"&#")) or (not xml.isascii() and any(word in xml for word in _KOREAN))


def shared(xml: bytes) -> list[str]:
    """The shared strings of a workbook, in their order."""
    found: list[str] = []
    parts = tokens.split(tokens.flat(xml))
    for place in range(1, len(parts), 2):
        named = tokens.name(parts[place])
        if named == b"si" and not parts[place].startswith(b"</"):
            found.append("")
        elif named == b"t" and found and not parts[place].startswith(b"</"):
            found[-1] += tokens.text(parts[place + 1])
    return found


def columns(xml: bytes, strings: list[str], heads: set[int]) -> tuple[dict[str, int], set[int]]:
    """Columns of a worksheet that hold account numbers by their heading: letters -> row of the heading; the shared strings below.

    heads: places of the shared strings that are such headings.
    """
    rows = xml[xml.find(b"<row") : xml.rfind(b"</row>") + len(b"</row>")]
    return _of_rows(rows, strings, heads) if len(heads) <= FEW and ordinary(rows) else _of_any(xml, strings)


def _of_rows(rows: bytes, strings: list[str], heads: set[int]) -> tuple[dict[str, int], set[int]]:
    """`columns` of rows as programs write them: only cells that may be headings are looked at, then those of their columns."""
    found: dict[str, int] = {}
    begins: dict[str, int] = {}
    indexes = "|".join(map(str, sorted(heads))).encode()
    shared = re.finditer(rb"<[vt](?: [^<>]*+)?>(0{0,8}(?:" + indexes + rb"))<", rows) if heads else ()
    for place, said in sorted((m.start(), m[1]) for m in (*_WORDS.finditer(rows), *shared)):
        tag, kind = _cell(rows, place)
        if kind == "s":
            text = strings[int(said)] if _INDEX.fullmatch(said) and int(said) in heads else ""
        else:
            text = tokens.text(said) if kind in ("str", "inlineStr") else ""
        at = _REFERENCE.fullmatch(tokens.value(tag, "r"))
        if text and at and at[1] not in found and holds_accounts(text):
            found[at[1]], begins[at[1]] = int(at[2]), place
    below: set[int] = set()
    for one in cells(found).finditer(rows) if found else ():
        tag = one[0][: one[0].index(b">") + 1]
        at = _REFERENCE.fullmatch(tokens.value(tag, "r"))
        if at and one.start() > begins.get(at[1], len(rows)) and tokens.value(tag, "t") == "s":
            below |= {int(index) for index in _INDEXES.findall(one[0])}
    return found, below


def _cell(rows: bytes, place: int) -> tuple[bytes, str]:
    """The tag of the cell in which a text stands, and the kind of its value."""
    first = max(rows.rfind(start, 0, place) for start in (b"<c ", b"<c>", b"<c/"))
    tag = rows[first : rows.index(b">", first) + 1] if first >= 0 else b""
    return tag, tokens.value(tag, "t")


def _of_any(xml: bytes, strings: list[str]) -> tuple[dict[str, int], set[int]]:
    """`columns` however the sheet is written."""
    found: dict[str, int] = {}
    below: set[int] = set()
    parts = tokens.split(tokens.flat(xml))
    cell = b""
    for place in range(1, len(parts), 2):
        tag = parts[place]
        named = tokens.name(tag)
        if tag.startswith(b"</") or named not in (b"c", b"v", b"t"):
            continue
        if named == b"c":
            cell = tag
            continue
        kind, said = tokens.value(cell, "t"), tokens.text(parts[place + 1])
        index = int(said) if kind == "s" and re.fullmatch(r"\d{1,9}", said) else -1
        at = _REFERENCE.fullmatch(tokens.value(cell, "r"))
        if at and at[1] in found:
            below.add(index)
        elif at and kind in ("s", "str", "inlineStr"):
            said = strings[index] if 0 <= index < len(strings) else said
            if holds_accounts(said):
                found[at[1]] = int(at[2])
    return found, below - {-1}


def numbers(xml: bytes, places: set[int]) -> bytes:
    """Shared strings with those of these places hidden as account numbers whatever their digits."""
    parts = tokens.split(tokens.flat(xml))
    item = -1
    for place in range(1, len(parts), 2):
        tag = parts[place]
        if tag.startswith(b"</"):
            continue
        item += tokens.name(tag) == b"si"
        if item in places and tokens.name(tag) == b"t":
            parts[place + 1] = tokens.xml(mask_number(tokens.text(parts[place + 1])))
    return b"".join(parts)
