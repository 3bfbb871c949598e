"""Columns of account numbers in a workbook: told by their headings, hidden whatever their digits. Runs in the guarded child."""

from __future__ import annotations

import re

from settle.documents.review import tokens
from settle.personal import holds_accounts, mask_number

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


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


def columns(xml: bytes, strings: list[str]) -> tuple[dict[str, int], set[int]]:
    """Columns of a worksheet that hold account numbers by their heading: letters -> row of the heading; the shared strings below."""
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
