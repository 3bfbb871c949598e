"""A worksheet's XML, edited without being parsed whole: rows by pattern, everything around them as a small skeleton."""

from __future__ import annotations

import re
from collections import defaultdict
from html import unescape
from typing import TYPE_CHECKING

from settle.documents.review import package as ooxml
from settle.documents.review.package import Unsupported, attribute, insertion, outline, splice
from settle.workbook.raw import index, letter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

WORKSHEET = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection", "protectedRanges",
    "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting",
    "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks",
    "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "picture",
    "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
)  # fmt: skip
PAGE_CHARACTERS = 140  # letters of the usual font that fit across A4 landscape
NAME_CHARACTERS = 14  # of the column that is repeated in print


class Worksheet:
    """A worksheet apart: the rows as they are, the rest as a small skeleton in which <sheetData/> stands empty."""

    def __init__(self, xml: bytes) -> None:
        opening = re.search(rb"<((?:\w{1,40}:)?)sheetData(?:\s[^<>]*?)?(/?)>", xml)
        if not opening:
            raise Unsupported("행이 없는 시트입니다")
        self.prefix = opening[1].decode()
        self.tag = b"<" + opening[1] + b"sheetData"
        close = b"</" + opening[1] + b"sheetData>"
        end = opening.end() if opening[2] else xml.rindex(close)
        self.data = b"" if opening[2] else xml[opening.end() : end]
        self.skeleton = xml[: opening.start()] + self.tag + b"/>" + xml[end if opening[2] else end + len(close) :]
        self.filter_range = ""
        p = re.escape(opening[1])
        self.row_pattern = re.compile(
            rb"<" + p + rb"row\b([^<>]*?)(?:/>|>((?>(?:[^<]++|<(?!/?" + p + rb"row\b))*))</" + p + rb"row>)"
        )
        self.cell_pattern = re.compile(
            rb"<" + p + rb"c\b([^<>]*?)(?:/>|>(?>(?:[^<]++|<(?!/?" + p + rb"c\b))*)</" + p + rb"c>)"
        )
        self.content = tuple(b"<" + opening[1] + name for name in (b"v>", b"v ", b"is>", b"is ", b"f>", b"f "))

    def join(self) -> bytes:
        return self.skeleton.replace(self.tag + b"/>", self.tag + b">" + self.data + b"</" + self.tag[1:] + b">", 1)

    def rows(self) -> Iterable[tuple[int, bytes]]:
        """Row number and cells of every row."""
        number = 0
        for found in self.row_pattern.finditer(self.data):
            number = _row_number(found[1], number)
            yield number, found[2] or b""

    def cells(self, body: bytes) -> list[tuple[int, bytes]]:
        """Column and text of the cells of a row. Raises Unsupported where cells do not say where they stand."""
        return [(_column(found[1]), found[0]) for found in self.cell_pattern.finditer(body)]

    def last_filled(self, body: bytes) -> int:
        """The last column of a row that holds something, -1: none."""
        opening = b"<" + self.prefix.encode() + b"c "
        end = len(body)
        while (at := body.rfind(opening, 0, end)) >= 0:
            cell = body[at:end]
            if any(mark in cell for mark in self.content):
                return _column(cell[: cell.find(b">")])
            end = at
        return -1

    def add_cells(
        self,
        wanted: Iterable[int],
        made: Callable[[int], list[str]],
        start: int,
        replaced: int,
        most: int,
        heights: dict[int, float],
    ) -> None:
        """Put the cells that `made` makes into the wanted rows, from column `start` on.

        The first `replaced` columns there are written anew, the others, up to `most`, only where absent.

        heights: points that a row needs; one that is lower grows, or the reasons would be cut.
        """
        pieces, at, number = [], 0, 0
        p = self.prefix.encode()
        missing = set(wanted)
        for found in self.row_pattern.finditer(self.data):
            number = _row_number(found[1], number)
            if number not in missing:
                continue
            missing.remove(number)
            cells = made(number)
            body = found[2] or b""
            attributes = _higher(re.sub(rb'\sspans="[^"]*"', b"", found[1]), heights.get(number, 0.0))
            before, own, after = body, cells, b""
            last = body.rfind(b"<" + p + b"c ")
            if last >= 0 and _column(body[last : body.find(b">", last)]) >= start:
                there = self.cells(body)
                before = b"".join(text for column, text in there if column < start)
                kept = {column: text for column, text in there if replaced <= column - start < most}
                after = b"".join(text for column, text in there if column >= start + most)
                own = [kept[start + i].decode() if start + i in kept else cell for i, cell in enumerate(cells)]
            opening = b"<" + p + b"row" + attributes.rstrip() + b">"
            row = b"".join((opening, before, "".join(own).encode(), after, b"</" + p + b"row>"))
            pieces += [self.data[at : found.start()], row]
            at = found.end()
        self.data = b"".join([*pieces, self.data[at:]])

    def widen(self, last: str) -> None:
        """Let the sheet's stated size reach the column `last`."""
        layout = outline(self.skeleton)
        size = layout.child("dimension")
        found = re.fullmatch(r"([A-Z]+\d+)(?::([A-Z]+)(\d+))?", size.attributes.get("ref", "")) if size else None
        if size and found and found[2] and index(found[2]) < index(last):
            tag = attribute(self.skeleton[size.start : size.inner], "ref", f"{found[1]}:{last}{found[3]}")
            self.skeleton = splice(self.skeleton, [(size.start, size.inner, tag)])

    def set_widths(self, start: int, widths: Sequence[int]) -> None:
        """Column widths for the added columns; columns defined there before are cut back."""
        p = self.prefix
        layout = outline(self.skeleton)
        first, last = start + 1, start + len(widths)
        made = [
            f'<{p}col min="{first + i}" max="{first + i}" width="{w}" customWidth="1"/>' for i, w in enumerate(widths)
        ]
        cols = layout.child("cols")
        if cols is None:
            at = insertion(layout, WORKSHEET, "cols")
            self.skeleton = splice(self.skeleton, [(at, at, f"<{p}cols>{''.join(made)}</{p}cols>".encode())])
            return
        kept: list[tuple[int, bytes]] = []
        for one in outline(self.skeleton, "cols").children:
            low, high = int(one.attributes["min"]), int(one.attributes["max"])
            tag = self.skeleton[one.start : one.end]
            if low < first:
                kept.append((low, attribute(tag, "max", str(min(high, first - 1)))))
            if high > last:
                kept.append((max(low, last + 1), attribute(tag, "min", str(max(low, last + 1)))))
        kept += [(first + i, tag.encode()) for i, tag in enumerate(made)]
        body = b"".join(tag for _, tag in sorted(kept, key=lambda k: k[0]))
        open_tag = self.skeleton[cols.start : cols.inner].replace(b"/>", b">")
        self.skeleton = splice(self.skeleton, [(cols.start, cols.end, open_tag + body + f"</{p}cols>".encode())])

    def freeze(self, row: int) -> None:
        """Freeze the headings, where nothing is frozen or split."""
        p = self.prefix
        pane = f'<{p}pane ySplit="{row}" topLeftCell="A{row + 1}" activePane="bottomLeft" state="frozen"/>'.encode()
        layout = outline(self.skeleton)
        views = layout.child("sheetViews")
        if views is None:
            at = insertion(layout, WORKSHEET, "sheetViews")
            made = (
                f'<{p}sheetViews><{p}sheetView workbookViewId="0">'.encode()
                + pane
                + f"</{p}sheetView></{p}sheetViews>".encode()
            )
            self.skeleton = splice(self.skeleton, [(at, at, made)])
            return
        view = outline(self.skeleton, "sheetViews").children[0]
        inside = self.skeleton[view.inner : view.close]
        if f"<{p}pane ".encode() in inside:
            return
        tag = re.sub(
            rb'\stopLeftCell="[^"]*"', b"", self.skeleton[view.start : view.inner]
        )  # or rows above stay out of sight
        if view.empty:
            made = tag[:-2].rstrip() + b">" + pane + f"</{p}sheetView>".encode()
            self.skeleton = splice(self.skeleton, [(view.start, view.end, made)])
        else:
            self.skeleton = splice(self.skeleton, [(view.start, view.inner, tag + pane)])

    def filter(self, row: int, last: int, start: int, column: int) -> None:
        """A filter over the headings; one that is there is widened, and a table keeps its own beside ours from `start` on."""
        layout = outline(self.skeleton)
        old = layout.child("autoFilter")
        if old is not None:
            found = re.fullmatch(r"\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)", old.attributes.get("ref", ""))
            if not found or int(found[2]) != row:
                return
            self.filter_range = f"{found[1]}{row}:{letter(max(column, index(found[3])))}{max(int(found[4]), last)}"
            tag = attribute(self.skeleton[old.start : old.inner], "ref", self.filter_range)
            self.skeleton = splice(self.skeleton, [(old.start, old.inner, tag)])
        else:
            begin = letter(start) if layout.child("tableParts") else "A"
            self.filter_range = f"{begin}{row}:{letter(column)}{last}"
            at = insertion(layout, WORKSHEET, "autoFilter")
            self.skeleton = splice(
                self.skeleton, [(at, at, f'<{self.prefix}autoFilter ref="{self.filter_range}"/>'.encode())]
            )

    def print_set_up(self, start: int, widths: Sequence[int]) -> None:
        """A4 landscape, the added columns together on a page of their own, where the sheet says nothing about its page."""
        layout = outline(self.skeleton)
        if layout.child("pageSetup") is not None:
            return
        p = self.prefix
        scale = max(40, int(100 * PAGE_CHARACTERS / (sum(widths) + NAME_CHARACTERS)))
        at = insertion(layout, WORKSHEET, "pageSetup")
        setup = f'<{p}pageSetup paperSize="9" scale="{scale}" orientation="landscape"/>'
        changes = [(at, at, setup.encode())]
        if layout.child("colBreaks") is None:
            at = insertion(layout, WORKSHEET, "colBreaks")
            one = f'<{p}brk id="{start}" max="1048575" man="1"/>'
            changes.append((at, at, f'<{p}colBreaks count="1" manualBreakCount="1">{one}</{p}colBreaks>'.encode()))
        self.skeleton = splice(self.skeleton, changes)


def _higher(attributes: bytes, points: float) -> bytes:
    """The attributes of a row with at least the height that its texts need, as a spreadsheet would fit it."""
    old = re.search(rb'\sht="([\d.]+)"', attributes)
    if not points or (old and float(old[1]) >= points):
        return attributes
    return re.sub(rb'\sht="[^"]*"', b"", attributes).rstrip() + f' ht="{points:g}"'.encode()


def lines(text: str, width: int) -> int:
    """Lines that a text takes in a column; Hangul letters (three bytes) take two columns."""
    return sum(-(-(len(part) + len(part.encode()) + 2) // (2 * width - 4)) for part in text.split("\n"))


def _row_number(attributes: bytes, before: int) -> int:
    found = re.search(rb'\sr="(\d+)"', attributes)
    return int(found[1]) if found else before + 1


def _column(tag: bytes) -> int:
    found = re.search(rb'\sr="([A-Z]+)\d+"', tag)
    if not found:
        raise Unsupported("셀에 주소가 없는 시트입니다")
    return _letters(found[1])


_known_letters: dict[bytes, int] = {}


def _letters(name: bytes) -> int:
    if name not in _known_letters:
        _known_letters[name] = index(name.decode())
    return _known_letters[name]


def place(cell: str) -> tuple[int, int]:
    """'N15' -> (column 13, row 15)."""
    found = re.fullmatch(r"([A-Z]+)(\d+)", cell)
    return (index(found[1]), int(found[2])) if found else (0, 0)


def ranges(cells: Iterable[str]) -> list[str]:
    """Cells as ranges, runs down a column put together."""
    by_column: dict[int, list[int]] = defaultdict(list)
    for cell in cells:
        column, row = place(cell)
        if row:
            by_column[column].append(row)
    result = []
    for column in sorted(by_column):
        name, rows = letter(column), sorted(set(by_column[column]))
        begin = before = rows[0]
        for row in [*rows[1:], -1]:
            if row != before + 1:
                result.append(f"{name}{begin}" if begin == before else f"{name}{begin}:{name}{before}")
                begin = row
            before = row
    return result


def plain(xml: bytes) -> str:
    """The text inside <t> elements."""
    parts = re.findall(rb"<(?:\w{1,40}:)?t(?:\s[^<>]*+)?>([^<]*+)</(?:\w{1,40}:)?t>", xml, re.S)
    text = b"".join(parts).decode("utf-8", "replace")
    return unescape(text).strip() if "&" in text else text.strip()


def text_cell(prefix: str, ref: str, value: str, look: int) -> str:
    if not value:
        return f'<{prefix}c r="{ref}" s="{look}"/>'
    opening = f'<{prefix}c r="{ref}" s="{look}" t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve">'
    return f"{opening}{ooxml.text(value)}</{prefix}t></{prefix}is></{prefix}c>"


def number_cell(prefix: str, ref: str, value: int, look: int) -> str:
    return f'<{prefix}c r="{ref}" s="{look}"><{prefix}v>{value}</{prefix}v></{prefix}c>'


def absolute(cell: str) -> str:
    column, row = place(cell)
    return f"${letter(column)}${row}"
