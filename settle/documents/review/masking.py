"""Personal numbers in a copy of the user's workbook: hidden as in every output, the original stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from typing import TYPE_CHECKING

from settle.korean import mask, mask_all, mask_key
from settle.programme.sheets import load
from settle.reading.cells import clean

if TYPE_CHECKING:
    from settle.documents.review.package import Package
    from settle.model import Book
    from settle.programme.vocabulary import Programme

PIECE = 4 << 20
Keys = Callable[[], set[str]]

PARTS = re.compile(r"xl/(?:sharedStrings|(?:worksheets|comments|threadedComments|drawings)[^_]*)\.xml")
_TEXT = re.compile(rb"(<(?:\w+:)?t(?:\s[^>]*)?>)([^<]+)")
_RESULT = re.compile(rb'(\st="str"[^>]*>(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)?<v>)([^<]*)')
_NUMBER = re.compile(rb"<c\b([^>]*)>(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)?<v>(\d{13})</v></c>")


def hide(package: Package, book: Book, programme: Programme) -> bool:
    """Mask resident and account numbers in every text of the sheets and their comments; True where there were some.

    Numbers of lines and papers (집행번호, 승인번호 …) are no accounts, however like one they look: lines that were told
    apart by them must stay apart when the workbook comes back.
    """
    found = False

    @cache
    def keys() -> set[str]:
        return _keys(book, programme)

    for name in sorted(package.names):
        if PARTS.fullmatch(name):
            before = package.read(name)
            after = hidden(before, keys)
            if after != before:
                package.put(name, after)
                found = True
    return found


def _keys(book: Book, programme: Programme) -> set[str]:
    """All numbers of lines, papers and documents in the book."""
    columns = {(kind.name, c.name) for kind in load(programme.id).values() for c in kind.columns if c.type == "key"}
    return {text for kind, name in columns for text in book.frames[kind][name].unique()}


def hidden(xml: bytes, keys: Keys = set) -> bytes:
    """A part with its texts masked: <t> elements, results of formulas, and numbers that are resident numbers."""
    return b"".join(_hidden(piece, keys) for piece in _pieces(xml))


def _pieces(xml: bytes) -> Iterator[bytes]:
    """The XML in pieces that end behind a row or a shared string, so that memory stays flat."""
    at = 0
    while at < len(xml):
        first = at + PIECE
        ends = [xml.find(mark, first, first + PIECE) + len(mark) for mark in (b"</row>", b"</si>")]
        end = min((e for e in ends if e > first), default=len(xml))
        yield xml[at:end]
        at = end


def _hidden(xml: bytes, keys: Keys) -> bytes:
    pieces = _TEXT.split(xml)
    texts = [piece.decode() for piece in pieces[2::3]]
    pieces[2::3] = [_known(text, new, keys).encode() for text, new in zip(texts, mask_all(texts), strict=True)]
    return _NUMBER.sub(_number, _RESULT.sub(lambda found: _result(found, keys), b"".join(pieces)))


def _known(text: str, masked: str, keys: Keys) -> str:
    """The masked text, of a key only as far as resident numbers go."""
    return mask_key(text) if masked != text and clean(unescape(text)) in keys() else masked


def _result(found: re.Match[bytes], keys: Keys) -> bytes:
    text = found[2].decode()
    return found[1] + _known(text, mask(text), keys).encode()


def _number(found: re.Match[bytes]) -> bytes:
    """A cell with a resident number kept as a number becomes a text cell."""
    text = found[2].decode()
    masked = mask_key(text)
    if masked == text:
        return found[0]
    attributes = re.sub(rb'\s(?:t|cm|vm)="[^"]*"', b"", found[1])
    return b"<c" + attributes + b' t="inlineStr"><is><t>' + masked.encode() + b"</t></is></c>"
