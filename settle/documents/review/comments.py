"""Comments (notes) of a worksheet: the comments part and the old drawing that shows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from settle.documents.review import package as ooxml
from settle.documents.review.package import Package, insertion, outline, splice
from settle.documents.review.worksheet import WORKSHEET, Worksheet, place, plain

if TYPE_CHECKING:
    from collections.abc import Collection

COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
DRAWING = "application/vnd.openxmlformats-officedocument.vmlDrawing"
EMPTY_COMMENTS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<comments xmlns="{ooxml.MAIN}"><authors></authors><commentList></commentList></comments>'
)
SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
EMPTY_DRAWING = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
)
BLOCK = 1024  # shape ids come in blocks of so many, and idmap lists the blocks
SHAPE = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;margin-left:80pt;margin-top:2pt;width:260pt;height:{high}pt;'
    'z-index:{z};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto">'
    '<div style="text-align:left"></div></v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 15, {top}, 2, {right}, 30, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row>"
    "<x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_ID_MAP = re.compile(rb'(<o:idmap\b[^<>]{0,500}?\bdata=")([\d,]++)(")')


class Notes:
    """The comments of one worksheet. usable: they can be edited."""

    def __init__(self, package: Package, part: str, sheet: Worksheet) -> None:
        self.package, self.part, self.sheet = package, part, sheet
        relations = package.relations(part)
        self.comments = next((p for kind, p in relations.values() if kind == "comments"), "")
        layout = outline(sheet.skeleton)
        self.has_drawing = layout.child("legacyDrawing") is not None
        identifier = ""
        if drawing := layout.child("legacyDrawing"):
            identifier = next((v for k, v in drawing.attributes.items() if k.rsplit(":", 1)[-1] == "id"), "")
        self.drawing = relations.get(identifier, ("", ""))[1]
        self.usable = bool(self.comments) == bool(self.drawing) or not self.comments
        if self.drawing and b'xmlns:v="urn:schemas-microsoft-com:vml"' not in package.read(self.drawing):
            self.usable = False

    def renew(self, texts: dict[str, str], author: str, words: Collection[str]) -> None:
        """Put these texts at their cells, in place of what `author` said before; cells with a comment of somebody else keep that.

        words: what effects are called, by which `author`'s own are known where a program saved comments without their authors.
        """
        if not texts and not self.comments:
            return
        taken = self._forget(author, re.compile(rf"\[[A-Z]{{3}}-[0-9]{{3}}\] (?:{'|'.join(map(re.escape, words))}): "))
        texts = {cell: text for cell, text in texts.items() if cell not in taken}
        if texts:
            self._make()
            self._say(texts, author)
            self._draw(texts)

    def _forget(self, author: str, beginning: re.Pattern[str]) -> set[str]:
        """Take this author's comments away; the cells of the others."""
        if not self.comments:
            return set()
        xml = self.package.read(self.comments)
        authors = outline(xml, "authors").children
        mine = {
            str(i) for i, a in enumerate(authors) if xml[a.inner : a.close].decode("utf-8", "replace").strip() == author
        }
        listed = outline(xml, "commentList").children
        gone = [
            c for c in listed if c.attributes.get("authorId") in mine or beginning.match(plain(xml[c.inner : c.close]))
        ]
        if gone:
            self.package.put(self.comments, splice(xml, [(c.start, c.end, b"") for c in gone]))
            cells = {_place(c.attributes.get("ref", "")) for c in gone}
            drawing = self.package.read(self.drawing)
            self.package.put(self.drawing, _without_shapes(drawing, cells))
        return {c.attributes.get("ref", "") for c in listed if c not in gone}

    def _make(self) -> None:
        """The two parts, where there are none."""
        package = self.package
        if not self.comments:
            self.comments = package.free("xl/settleComments{}.xml")
            package.put(self.comments, EMPTY_COMMENTS.encode())
            package.declare(self.comments, COMMENTS)
            package.relate(self.part, "comments", self.comments)
        if not self.drawing:
            self.drawing = package.free("xl/drawings/settleDrawing{}.vml")
            package.put(self.drawing, EMPTY_DRAWING.encode())
            package.declare_extension("vml", DRAWING)
            identifier = package.relate(self.part, "vmlDrawing", self.drawing)
            layout = outline(self.sheet.skeleton)
            at = insertion(layout, WORKSHEET, "legacyDrawing")
            new = f'<{self.sheet.prefix}legacyDrawing xmlns:r="{ooxml.RELATIONS}" r:id="{identifier}"/>'
            self.sheet.skeleton = splice(self.sheet.skeleton, [(at, at, new.encode())])

    def _say(self, texts: dict[str, str], author: str) -> None:
        xml = self.package.read(self.comments)
        found = outline(xml)
        p = found.prefix
        authors = outline(xml, "authors").children
        known = [xml[a.inner : a.close].decode("utf-8", "replace").strip() for a in authors]
        who = known.index(author) if author in known else len(known)
        made = "".join(
            f'<{p}comment ref="{cell}" authorId="{who}"><{p}text><{p}r><{p}rPr><{p}sz val="9"/><{p}rFont val="맑은 고딕"/></{p}rPr>'
            f'<{p}t xml:space="preserve">{ooxml.text(text)}</{p}t></{p}r></{p}text></{p}comment>'
            for cell, text in texts.items()
        )
        changes = []
        if author not in known:
            changes.append(_end(xml, found.child("authors"), f"<{p}author>{author}</{p}author>", f"{p}authors"))
        changes.append(_end(xml, found.child("commentList"), made, f"{p}commentList"))
        self.package.put(self.comments, splice(xml, changes))

    def _draw(self, texts: dict[str, str]) -> None:
        xml = self.package.read(self.drawing)
        first = max([1024, *(int(n) for n in re.findall(rb'id="_x0000_s(\d+)"', xml))]) + 1
        shapes = []
        for number, (cell, text) in enumerate(texts.items()):
            column, row = _place(cell)
            lines = sum(1 + len(part) // 22 for part in text.split("\n")) + 1
            shapes.append(
                SHAPE.format(
                    id=first + number,
                    z=number + 1,
                    high=min(15 * lines, 400),
                    left=column + 1,
                    right=column + 4,
                    top=max(row - 1, 0),
                    bottom=row + min(lines, 25),
                    row=row,
                    column=column,
                )
            )
        if b'id="_x0000_t202"' not in xml:
            shapes.insert(0, SHAPE_TYPE)
        end = xml.rindex(b"</")
        xml = xml[:end] + "".join(shapes).encode() + xml[end:]
        blocks = range(first // BLOCK, (first + len(texts) - 1) // BLOCK + 1)
        self.package.put(self.drawing, _ID_MAP.sub(lambda found: _with_blocks(found, blocks), xml, count=1))


def _end(xml: bytes, element: ooxml.Element | None, new: str, name: str) -> tuple[int, int, bytes]:
    """The change that puts `new` at the end of an element."""
    if element is None:
        raise ooxml.Unsupported("메모 부분의 구조를 알 수 없습니다")
    if not element.empty:
        return element.close, element.close, new.encode()
    tag = xml[element.start : element.end]
    return element.start, element.end, tag[:-2].rstrip() + b">" + new.encode() + f"</{name}>".encode()


def _with_blocks(found: re.Match[bytes], blocks: range) -> bytes:
    """An idmap that lists these blocks too."""
    listed = found[2].decode().split(",")
    more = [str(block) for block in blocks if str(block) not in listed]
    return found[1] + ",".join([*listed, *more]).encode() + found[3]


def _place(cell: str) -> tuple[int, int]:
    """'N15' -> 0-based (column 13, row 14)."""
    column, row = place(cell)
    return column, row - 1


def _without_shapes(drawing: bytes, cells: set[tuple[int, int]]) -> bytes:
    """The drawing without the shapes of the comments at these cells."""
    pieces, at = [], 0
    while (first := drawing.find(b"<v:shape ", at)) >= 0 and (last := drawing.find(b"</v:shape>", first)) >= 0:
        last += len(b"</v:shape>")
        pieces.append(drawing[at:first])
        if _shape_place(drawing[first:last]) not in cells:
            pieces.append(drawing[first:last])
        at = last
    return b"".join([*pieces, drawing[at:]])


def _shape_place(shape: bytes) -> tuple[int, int]:
    row, column = re.search(rb"<x:Row>(\d+)<", shape), re.search(rb"<x:Column>(\d+)<", shape)
    return (int(column[1]), int(row[1])) if row and column else (-1, -1)
