"""Rows of a sheet and shared strings in which nothing is to be masked, told without taking them apart.

Only what is written as programs write it is told: elements of cells without prefixes, attributes of fewer letters than a personal
number has digits, one text to a cell. Then every longer text stands between a > and the next <, and is looked at; a personal number
can be nowhere else. Of anything else nothing is said, and it is taken apart. Every pattern runs linear.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from settle.documents.review import tokens
from settle.personal import FEWEST, mask_all

if TYPE_CHECKING:
    from collections.abc import Collection

    from settle.documents.review.masking import Masks

# a tag that is none of: the end of an element of cells; the end of a text that ends its cell; a start with short attributes
_OTHER = re.compile(
    rb"<(?!/(?:row|c|v|f|is|si)>|/t></(?:is|si)>|(?:row|c|v|f|is|t|si)"
    rb'(?>(?: [A-Za-z0-9:]{1,40}="[^"<>&\x80-\xff]{0,%d}")*) ?/?>)' % (FEWEST - 1)
)
_TEXT = re.compile(rb">([^<]{%d,}+)" % FEWEST)
_FORMULA = re.compile(rb"<f(?: [^<>]*+)?>([^<]{%d,}+)" % FEWEST)

_MANY = 100_000  # texts kept
FEW = 50  # words of a pattern that every cell is asked


def harmless(piece: bytes, masks: Masks) -> bool:
    """Is this a piece of whole rows or shared strings that masking leaves as they are? False: it may be or not.

    What stands below a heading of account numbers is told apart from anything else (`cells`), and taken apart.
    """
    if not ordinary(piece) or (masks.tabs and b"<f" in piece):
        return False
    texts = [said for said in map(tokens.shown, set(_TEXT.findall(piece))) if said not in masks.stays]
    if mask_all(texts) != texts:
        return False
    if len(masks.stays) < _MANY:
        masks.stays.update(said for said in texts if said[:1].isdigit())  # what an entity stands for may be nothing
    formulas = map(tokens.text, set(_FORMULA.findall(piece))) if b"<f" in piece else ()
    return all(_few(said) or masks.formula(said) == said for said in formulas)


def ordinary(rows: bytes) -> bool:
    """Are these rows or shared strings written as programs write them?"""
    if not (rows.startswith(b"<") and rows.endswith(b">")) or rows.count(b"<") != rows.count(b">"):
        return False  # texts before, behind, or with a > of their own
    return not _OTHER.search(rows)


def cells(columns: Collection[str], shared: bool = True) -> re.Pattern[bytes]:
    """A pattern for the cells of these columns (letters) in ordinary rows, each with all that stands before the next cell.

    shared: those that only name a shared string too.
    """
    letters = "|".join(sorted(columns)).encode() if len(columns) <= FEW else rb"[A-Z]{1,3}"
    skipped = b"" if shared else rb'(?![^<>:]* t="s")'  # a prefix before it may hide another kind
    return re.compile(
        rb"(<c(?= )" + skipped + rb'[^<>]* (?:[A-Za-z0-9:]{0,40}:)?r="(?:' + letters + rb")[0-9][^<>]*>"
        rb"(?>(?:[^<]++|<(?!c[ >/]))*))"
    )


def _few(said: str) -> bool:
    """Are there too few digits in it for a personal number, wherever they stand?"""
    return said.isascii() and sum(map(said.count, "0123456789")) < FEWEST
