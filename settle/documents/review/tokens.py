"""XML as tags and texts in turn: proven well-formed first, then taken apart by patterns that run linear on such a text."""

from __future__ import annotations

import codecs
import re
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import TYPE_CHECKING
from xml.parsers import expat
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# what opens with < ends with > outside of quotes, in which no < can stand
TOKEN = re.compile(rb"(<(?>(?:[^\"'<>]++|\"[^\"<]*+\"|'[^'<]*+')*)>)")
_SPECIAL = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_LOOSE = re.compile(rb"(<[^<>]*+>)")  # where it is not well-formed, as old drawings are
_ATTRIBUTE = re.compile(rb"(?<=[\s\"'])([A-Za-z_][\w:.-]*+)(\s*+=\s*+)(\"[^\"]*+\"|'[^']*+')")
_NAME = re.compile(rb"</?\s*+(?:[\w.-]++:)?([\w.-]++)")
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?\bencoding\s{0,9}=\s{0,9}[\"']([\w.-]{1,40})[\"']")
_DECLARATION = re.compile(r"\s{0,9}<\?xml[^>]{0,400}\?>")
_WIDE = (
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)
FIGURE = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?")
_CONTROL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Malformed(Exception):
    """The text is no XML that may be looked into: not well-formed, or with a document type."""


def utf8(data: bytes) -> bytes:
    """The XML in UTF-8. Raises Malformed for an encoding nobody knows."""
    wide = next((name for mark, name in _WIDE if data.startswith(mark)), "")
    declared = _DECLARED.match(data.removeprefix(codecs.BOM_UTF8).lstrip()[:1000])
    name = wide or (declared[1].decode("ascii") if declared else "utf-8")
    if name.lower() in ("utf-8", "utf8", "us-ascii", "ascii"):
        return data
    try:
        text = data.decode(name)
    except (LookupError, UnicodeError) as error:
        raise Malformed(f"encoding {name}") from error
    return b'<?xml version="1.0" encoding="UTF-8"?>' + _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")


def prove(xml: bytes) -> None:
    """Raises Malformed where the text is not well-formed or declares a document type (entities that grow, files from outside)."""

    def refuse(*_: object) -> None:
        raise Malformed("document type")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Malformed(str(error)) from error


def split(xml: bytes, loose: bool = False) -> list[bytes]:
    """Text, tag, text, tag … text, of XML that is flat."""
    return (_LOOSE if loose else TOKEN).split(xml)


def _specials(document: bytes) -> Iterable[tuple[int, int, bytes]]:
    """Where comments, CDATA sections and instructions stand, and what opens them. Raises Malformed for one without an end."""
    at = 0
    places = {opening: document.find(opening) for opening in _SPECIAL}
    while any(place >= 0 for place in places.values()):
        opening = min((o for o in places if places[o] >= 0), key=places.__getitem__)
        first = places[opening]
        end = document.find(_SPECIAL[opening], first + len(opening))
        if end < 0:
            raise Malformed("no end")
        at = end + len(_SPECIAL[opening])
        yield first, at, opening
        places = {o: place if place < 0 or place >= at else document.find(o, at) for o, place in places.items()}


def flat(document: bytes) -> bytes:
    """The XML without comments and instructions, CDATA sections as plain texts, so that no text stands in pieces."""
    pieces, at = [], 0
    for first, end, opening in _specials(document):
        if opening == b"<?" and document.startswith(b"<?xml ", first):
            continue
        said = document[first + len(opening) : end - 3].decode("utf-8", "replace") if opening == b"<![CDATA[" else ""
        pieces += [document[at:first], escape(said).encode()]
        at = end
    return b"".join([*pieces, document[at:]]) if at else document


def remarks(document: bytes, mask: Callable[[str], str]) -> bool:
    """Does a comment or an instruction hold what `mask` hides?"""
    said = [text(document[first:end]) for first, end, opening in _specials(document) if opening != b"<![CDATA["]
    return any(mask(one) != one for one in said)


def name(tag: bytes) -> bytes:
    """The local name of a tag: b"row" of <x:row r="1">."""
    found = _NAME.match(tag)
    return found[1] if found else b""


def text(piece: bytes) -> str:
    """What a text says: entities resolved."""
    said = piece.decode("utf-8", "replace")
    return unescape(said) if "&" in said else said


def figure(said: str) -> str:
    """A number as a cell shows it when it is whole: 9.001011023948E12 is 9001011023948."""
    if not FIGURE.fullmatch(said.strip()):
        return said
    try:
        number = Decimal(said.strip())
    except InvalidOperation:
        return said
    return str(int(number)) if number == number.to_integral_value() and abs(number) < 10**20 else said


def shown(piece: bytes | str) -> str:
    """What a person sees of a text: a figure with its power of ten written out."""
    said = text(piece) if isinstance(piece, bytes) else piece
    return figure(said) if "E" in said or "e" in said else said


def xml(said: str) -> bytes:
    """A text as it stands between tags."""
    return escape(_CONTROL.sub("", said)).encode()


def attributes(tag: bytes) -> Iterable[tuple[re.Match[bytes], str]]:
    """The attributes of a tag, each with its value, entities resolved."""
    for found in _ATTRIBUTE.finditer(tag):
        yield found, text(found[3][1:-1])


def value(tag: bytes, wanted: str) -> str:
    """The value of an attribute by its local name; "" where it is not there."""
    key = wanted.encode()
    return next((said for found, said in attributes(tag) if found[1].rpartition(b":")[2] == key), "")


def quoted(said: str) -> bytes:
    """A value as an attribute writes it."""
    return (
        b'"'
        + escape(_CONTROL.sub("", said), {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}).encode()
        + b'"'
    )


def without(document: bytes, identifiers: set[str]) -> bytes:
    """The XML without the elements that ask for these relations, and without what holds nothing else.

    pageSetup loses its attribute only. The root stays.
    """
    tokens = split(flat(document))
    open_: list[list[int]] = []  # place of the tag, children that stay, children that go
    gone: list[tuple[int, int]] = []

    def close(first: int, last: int, goes: bool) -> None:
        if goes:
            gone.append((first, last))
        if open_:
            open_[-1][2 if goes else 1] += 1

    for place in range(1, len(tokens), 2):
        tag = tokens[place]
        if tag.startswith((b"<!", b"<?")):
            continue
        if tag.startswith(b"</"):
            first, stays, goes = open_.pop()
            whole = name(tag) == b"AlternateContent" and goes > 0
            close(first, place, bool(open_) and goes > 0 and (not stays or whole))
            continue
        asks = any(
            said in identifiers
            for found, said in attributes(tag)
            if b":" in found[1] and not found[1].startswith(b"xmlns")
        )
        if asks and name(tag) == b"pageSetup":
            tokens[place] = _ATTRIBUTE.sub(
                lambda found: b"" if b":" in found[1] and text(found[3][1:-1]) in identifiers else found[0], tag
            )
            asks = False
        if tag.endswith(b"/>"):
            close(place, place, asks)
        else:
            open_.append([place, 0, 0])
            if asks:
                open_[-1][2] = 1
    for first, last in gone:
        tokens[first : last + 1] = [b""] * (last + 1 - first)
    return b"".join(tokens)
