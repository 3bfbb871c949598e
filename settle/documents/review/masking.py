"""Personal numbers in the parts of a workbook: each part parsed, then masked, the places that only hold copies emptied.

Runs in the guarded child (cleaning.py). A part in which nothing was hidden stays byte for byte.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from settle.documents.review import tokens
from settle.documents.review.harmless import cells, harmless
from settle.documents.review.package import splice
from settle.personal import FEWEST, mask, mask_all, mask_figure, mask_key, mask_name, mask_number

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 4 << 20
ROWS = 1 << 16  # of rows and shared strings: what of them holds nothing to mask is not taken apart
FARTHEST = 400  # tags and texts between a cell and its value
LONGEST_TAB = 31  # letters
_RUNS = frozenset(
    (b"si", b"is", b"text", b"p", b"textbox", b"rich")
)  # what a person reads as one text, in several runs
_CACHES = frozenset((b"numCache", b"numLit"))  # figures only
_FORMULAS = frozenset(
    (b"f", b"formula", b"formula1", b"formula2", b"definedName", b"calculatedColumnFormula", b"oldFormula")
)
_RUN = re.compile(  # a text in several runs, or in several elements
    rb"<(?:\w{1,40}:)?(?:r|p|rich|textbox)[\s/>]|</(?:\w{1,40}:)?t>(?!\s*+</)"
)
_FORMULA = re.compile(rb"<(?:\w{1,40}:)?(?:f|formula\d?|oldFormula|definedName|calculatedColumnFormula)[ />]")
_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


class Masks(Struct):
    """What all parts of one workbook share.

    keys: numbers of lines and papers that look like accounts and are none. tabs: names of tabs that change -> the masked ones.
    columns: worksheet part -> letters of its columns of account numbers, with the row of the heading. formulas: some were dropped.
    stays: figures in which nothing is to be masked (business numbers come again in many rows).
    """

    keys: frozenset[str] = frozenset()
    tabs: dict[str, str] = field(default_factory=dict)
    columns: dict[str, dict[str, int]] = field(default_factory=dict)
    formulas: bool = False
    stays: set[str] = field(default_factory=set)

    def text(self, said: str, masked: str | None = None) -> str:
        """A text masked; that of a key only as far as resident numbers go."""
        masked = mask(said) if masked is None else masked
        if masked != said and " ".join(unicodedata.normalize("NFC", said).split()) in self.keys:
            return mask_key(said)
        return masked

    def figure(self, said: str) -> str:
        """A number of a cell masked; that of a key only as far as it stands there whole."""
        return mask_key(said) if said in self.keys else mask_figure(said)

    def formula(self, said: str) -> str | None:
        """A formula with its texts and sheet names masked; None where a personal number is made of anything else in it."""
        pieces, literals, masked, rest = [], [], [], []
        for kind, piece in _quoted_parts(said):
            if kind == "'":
                pieces.append("'" + self.tabs.get(piece.replace("''", "'"), mask_name(piece)) + "'")
            elif kind == '"':
                literals.append(piece)
                masked.append(self.text(piece))
                pieces.append('"' + masked[-1] + '"')
            else:
                rest.append(piece)
                pieces.append(piece)
        outside, whole = "".join(rest), "".join(literals)
        if mask_key(outside) != outside or (masked == literals and mask(whole) != whole):
            return None
        return "".join(pieces)


def _quoted_parts(said: str) -> Iterator[tuple[str, str]]:
    """The parts of a formula: ('"', a text), ("'", the name of a sheet), ("", anything else). Doubled quotes stay within."""
    at = 0
    while at < len(said):
        first = min((p for p in (said.find('"', at), said.find("'", at)) if p >= 0), default=-1)
        if first < 0:
            yield "", said[at:]
            return
        if first > at:
            yield "", said[at:first]
        mark, end = said[first], first
        while True:
            end = said.find(mark, end + 1)
            if end < 0 or said[end + 1 : end + 2] != mark:
                break
            end += 1
        yield mark, said[first + 1 : end if end >= 0 else len(said)]
        at = end + 1 if end >= 0 else len(said)


def masked(xml: bytes, masks: Masks, part: str = "", proven: bool = False) -> bytes:
    """A part with its texts and attributes masked. Raises tokens.Malformed; only an old drawing may be ill-formed.

    proven: it is known to be well-formed and in UTF-8.
    """
    loose = False
    if not proven:
        xml = tokens.utf8(xml)
        try:
            tokens.prove(xml)
        except tokens.Malformed as error:
            if not part.endswith(".vml") or "document type" in str(error):
                raise
            loose = True
    flat = xml if loose else tokens.flat(xml)
    worksheet = part.startswith(("xl/worksheets/", "xl/macrosheets/", "xl/dialogsheets/")) and not part.endswith(
        ".rels"
    )
    sheet = _Sheet(masks.columns.get(part, {})) if worksheet else None
    spliced = sheet is not None or part == "xl/sharedStrings.xml"  # what is put into them later looks for plain texts
    cut = (ROWS, (b"</row>" if sheet else b"</si>",)) if spliced else (PIECE, (b"</row>", b"</si>"))
    made = b"".join(
        _rows(piece, masks, part, sheet) if spliced else _Piece(piece, masks, part, loose, sheet).done()
        for piece in _pieces(flat, *cut)
    )
    if sheet:
        made = _without_children(made, sheet)
    return xml if made == flat and not spliced and not tokens.remarks(xml, mask) else made


def _pieces(xml: bytes, size: int, marks: tuple[bytes, ...]) -> Iterator[bytes]:
    """The XML in pieces that end behind a row or a shared string (marks), so that memory stays flat."""
    at = 0
    while at < len(xml):
        first = at + size
        ends = [xml.find(mark, first, first + PIECE) + len(mark) for mark in marks]
        end = min((e for e in ends if e > first), default=len(xml))
        yield xml[at:end]
        at = end


def _rows(piece: bytes, masks: Masks, part: str, sheet: _Sheet | None) -> bytes:
    """Rows or shared strings masked; of rows in which nothing is to be masked only the cells of account numbers are taken apart."""
    cut = sheet.cells.split(piece) if sheet and sheet.cells else [piece]
    if not harmless(b"".join(cut[::2]), masks):
        return _Piece(piece, masks, part, False, sheet).done()
    cut[1::2] = [_Piece(cell, masks, part, False, sheet).done() for cell in cut[1::2]]
    return b"".join(cut)


class _Sheet:
    """A worksheet: which columns hold account numbers, and the shared formulas that were dropped."""

    def __init__(self, columns: dict[str, int]) -> None:
        self.columns = columns
        self.cells = cells(columns, shared=False) if columns else None
        self.shared: set[str] = set()

    def account(self, cell: bytes) -> bool:
        """Does the cell stand below the heading of a column of account numbers?"""
        found = _REFERENCE.fullmatch(tokens.value(cell, "r"))
        return bool(found and int(found[2]) > self.columns.get(found[1], 1 << 30))


class _Piece:
    """A piece of a part taken apart and masked."""

    def __init__(self, xml: bytes, masks: Masks, part: str, loose: bool, sheet: _Sheet | None) -> None:
        self.xml, self.masks, self.part, self.sheet = xml, masks, part, sheet
        self.tokens = tokens.split(xml, loose)

    def done(self) -> bytes:
        self._texts()
        self._tags()
        return b"".join(self.tokens)

    # ---- texts ----------------------------------------------------------------------------------------------------------------

    def _texts(self) -> None:
        said = {
            place: tokens.text(piece)
            for place, piece in enumerate(self.tokens)
            if len(piece) > 1 and not place % 2 and not piece.isspace()
        }
        whole = bool(self.sheet and self.sheet.columns)
        seen = [tokens.shown(text) for text in said.values()]
        for (place, text), shown, new in zip(said.items(), seen, mask_all(seen), strict=True):
            if new != shown or (whole and self._account_cell(place)):
                self._put(place, text, new)
        if _RUN.search(self.xml):
            self._runs(said)
        if _FORMULA.search(self.xml):
            self._formulas(said)

    def _around(self, place: int) -> bytes:
        """The local name of the element in which a text stands; b"" behind an end tag."""
        tag = self.tokens[place - 1] if place else b""
        return b"" if tag.startswith(b"</") else tokens.name(tag)

    def _cell(self, place: int) -> int:
        """Where the tag of the cell stands in which a value stands; -1: none."""
        for back in range(place - 1, max(0, place - FARTHEST), -2):
            tag = self.tokens[back]
            if tokens.name(tag) == b"c" and not tag.startswith(b"</"):
                return back
        return -1

    def _account_cell(self, place: int) -> bool:
        if not (self.sheet and self.sheet.columns and self._around(place) in (b"v", b"t")):
            return False
        cell = self._cell(place)
        return cell >= 0 and self.sheet.account(self.tokens[cell]) and tokens.value(self.tokens[cell], "t") != "s"

    def _put(self, place: int, said: str, new: str) -> None:
        """Put the masked text where it belongs: numbers of cells become texts, those of charts 0, formulas are seen to apart."""
        inside = self._around(place)
        if inside in _FORMULAS:
            return
        if self.sheet and inside == b"v":
            self._value(place, said, new)
        elif self.sheet and self._account_cell(place):
            self.tokens[place] = tokens.xml(mask_number(said))
        elif inside == b"v" and place in self._figures:
            self.tokens[place] = b"0"
        else:
            self.tokens[place] = tokens.xml(self.masks.text(said, new))

    @cached_property
    def _figures(self) -> set[int]:
        """Places of the texts in the stored figures of a chart, which must stay figures."""
        found, inside = set[int](), False
        for place in range(1, len(self.tokens), 2):
            if tokens.name(self.tokens[place]) in _CACHES:
                inside = not self.tokens[place].startswith(b"</")
            if inside:
                found.add(place + 1)
        return found

    def _value(self, place: int, said: str, new: str) -> None:
        """The value of a cell: of a text in place, of a number as a text; the index of a shared string is no value."""
        at = self._cell(place)
        if at < 0:
            return
        kind = tokens.value(self.tokens[at], "t")
        if kind == "s":
            return
        if kind in ("", "n"):
            whole = tokens.figure(said)
            hidden = mask_number(whole) if self._account_cell(place) else self.masks.figure(whole)
            if hidden != whole:
                self._as_text(at, place, hidden)
            return
        hidden = mask_number(said) if self._account_cell(place) else self.masks.text(said, new)
        self.tokens[place] = tokens.xml(hidden)

    def _as_text(self, cell: int, place: int, hidden: str) -> None:
        """A cell with a number becomes a cell with a text; its formula goes, or it would show the number again."""
        tag = self.tokens[cell]
        prefix = tag[1:].partition(b"c")[0] if b":" in tag.split()[0] else b""
        self.tokens[cell] = re.sub(rb"\s(?:t|cm|vm)=(?:\"[^\"]*\"|'[^']*')", b"", tag)[:-1] + b' t="inlineStr">'
        self._drop_formula(cell, place)
        self.tokens[place - 1] = b"<" + prefix + b"is><" + prefix + b"t>"
        self.tokens[place] = tokens.xml(hidden)
        self.tokens[place + 1] = b"</" + prefix + b"t></" + prefix + b"is>"

    def _drop_formula(self, cell: int, before: int) -> None:
        inside = False
        for place in range(cell + 1, before):
            tag = self.tokens[place]
            if place % 2 and tokens.name(tag) == b"f":
                if (
                    not tag.startswith(b"</")
                    and (index := tokens.value(tag, "si"))
                    and tokens.value(tag, "ref")
                    and self.sheet
                ):
                    self.sheet.shared.add(index)
                inside = not tag.startswith(b"</") and not tag.endswith(b"/>")
                self.tokens[place] = b""
                self.masks.formulas = True
            elif inside:
                self.tokens[place] = b""

    def _runs(self, said: dict[int, str]) -> None:
        """A number that only the runs of one text together make up: the whole stands in the first run, the others are emptied."""
        group: list[int] = []
        depth = 0
        for place in range(1, len(self.tokens), 2):
            tag = self.tokens[place]
            if tokens.name(tag) in _RUNS and not tag.endswith(b"/>"):
                depth = max(0, depth + (-1 if tag.startswith(b"</") else 1))
                if not depth:
                    self._join(group)
                    group = []
            if depth and place + 1 in said:
                group.append(place + 1)

    def _join(self, group: list[int]) -> None:
        if len(group) < 2:
            return
        whole = tokens.shown("".join(tokens.text(self.tokens[place]) for place in group))
        hidden = self.masks.text(whole)
        if hidden != whole:
            for place in group:
                self.tokens[place] = b""
            self.tokens[group[0]] = tokens.xml(hidden)

    def _formulas(self, said: dict[int, str]) -> None:
        for place, text in said.items():
            kind = self._around(place)
            if kind not in _FORMULAS:
                continue
            hidden = self.masks.formula(text)
            if hidden == text:
                continue
            if hidden is not None:
                self.tokens[place] = tokens.xml(hidden)
            elif kind == b"f" and self.sheet and (at := self._cell(place)) >= 0:
                self._drop_formula(at, place + 2)
            else:
                self.tokens[place] = b"#REF!" if kind in (b"definedName", b"f") else b"0"

    # ---- attributes -----------------------------------------------------------------------------------------------------------

    def _tags(self) -> None:
        for place in range(1, len(self.tokens), 2):
            tag = self.tokens[place]
            if b"=" in tag and (b"&" in tag or _digits(tag)):
                self.tokens[place] = self._tag(tag)

    def _tag(self, tag: bytes) -> bytes:
        changes = [
            (found.start(3), found.end(3), tokens.quoted(new))
            for found, said in tokens.attributes(tag)
            if (new := self._attribute(tokens.name(tag), found[1], said)) != said
        ]
        return splice(tag, changes)

    def _attribute(self, element: bytes, attribute: bytes, said: str) -> str:
        local = attribute.rpartition(b":")[2]
        if attribute.startswith(b"xmlns") or _GUID.fullmatch(said):
            return said
        if element in (b"sheet", b"worksheetSource", b"sheetName") and local in (b"name", b"sheet", b"val"):
            return self.masks.tabs.get(said, mask_name(said))
        if local == b"location":
            return self.masks.formula(said) or "A1"
        new = self.masks.text(said)
        if new == said:
            return said
        if tokens.FIGURE.fullmatch(said):
            return "0" if element == b"n" or local in (b"minValue", b"maxValue") else new
        if element in (b"definedName", b"table") and local in (b"name", b"displayName"):
            return re.sub(r"[^\w.]", "_", new.replace("*", "x"))
        return new


def _digits(tag: bytes) -> bool:
    """Could ten digits stand in an attribute of the tag?"""
    return (len(tag) > FEWEST and sum(map(tag.count, b"0123456789")) >= FEWEST) or not tag.isascii()


def _without_children(xml: bytes, sheet: _Sheet) -> bytes:
    """The sheet without the formulas that only pointed at one that was dropped."""
    for index in sorted(sheet.shared):
        xml = re.sub(rb"<(?:\w{1,40}:)?f\b[^<>]{0,200}\bsi=[\"']" + index.encode() + rb"[\"'][^<>]{0,200}/>", b"", xml)
    return xml
