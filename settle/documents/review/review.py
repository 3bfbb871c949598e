"""검토표: the institution's own workbook with the verdicts in it.

The package is edited, not written anew: columns, widths, formats, formulas with their stored values and hidden parts stay as they are.
Added are the verdict columns to the right of 집행내역, empty columns for the reply, colours (as conditional formats, so that no cell's
own format changes) and comments at the cells that findings point at, and a summary sheet in front. A 검토표 that comes back is
renewed: verdicts, colours and comments of the last time are replaced, replies stay.
"""

# Over 400 lines: the steps of one rewriting share the parts of the package they rewrite.

from __future__ import annotations

import contextlib
import itertools
import re
import unicodedata
from typing import TYPE_CHECKING
from xml.sax.saxutils import unescape

from msgspec import Struct, field
from msgspec.structs import replace

from settle.documents.review import beside, decisions, files, findings_list
from settle.documents.review import package as ooxml
from settle.documents.review.cleaning import Cleaning
from settle.documents.review.comments import Notes
from settle.documents.review.copied import copy
from settle.documents.review.findings_list import NAME
from settle.documents.review.package import Package, Unsupported, append, attribute, insertion, outline, splice
from settle.documents.review.summary import TITLE, summary_sheet
from settle.documents.review.verdicts import (
    FILLS,
    HEADS,
    RANK,
    REPLY,
    VERDICT,
    WIDTHS,
    Looks,
    Mark,
    called,
    line_verdicts,
    marks,
)
from settle.documents.review.worksheet import (
    WORKSHEET,
    Worksheet,
    absolute,
    lines,
    number_cell,
    place,
    plain,
    ranges,
    text_cell,
)
from settle.documents.view import View, safe
from settle.files import WriteError, write_bytes
from settle.korean import mask_key, mask_keys
from settle.programme.sheets import load
from settle.reading.book import FINDINGS_LIST
from settle.reconciling import opening
from settle.workbook.container import BROKEN_ZIP
from settle.workbook.raw import index, letter

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from settle.comparing.replies import Typed
    from settle.model import Judged, Judgement, Sheet

AUTHOR = "settle"
SUMMARY = "정산 검토"
EDITED = (".xlsx", ".xlsm")  # others are copied cell by cell
MARKER = 'N("settle")=0'  # the formula by which our conditional formats are known again
MOST_COMMENTS = 2000  # on one sheet; a drawing of more makes spreadsheets slow, and the column 사유 says the same
MOST_LISTED = 5000  # findings on the summary sheet
LAST_COLUMN = 16384
SELECTED = re.compile(
    rb'\stabSelected="(?:1|true)"'
)  # the summary is shown first, and two selected tabs are edited as one
DASHED = 41  # built-in number format: thousands, a dash for zero

BOOK = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups", "externalReferences",
    "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr", "smartTagTypes", "webPublishing",
    "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip
STYLES = (
    "numFmts",
    "fonts",
    "fills",
    "borders",
    "cellStyleXfs",
    "cellXfs",
    "cellStyles",
    "dxfs",
    "tableStyles",
    "colors",
    "extLst",
)


class Carried(Struct, frozen=True):
    """What was typed into an earlier 검토표. replies: (sheet, row) -> reply heading -> text; listed: beside findings."""

    replies: Mapping[tuple[int, int], Mapping[str, str]] = field(default_factory=dict)
    listed: Sequence[Typed] = ()


class Written(Struct):
    """A review workbook, and what its reader must be told."""

    path: Path
    notices: list[str] = field(default_factory=list)


def write(
    judgement: Judgement,
    folder: Path,
    name: str = "검토표",
    *,
    carried: Carried | None = None,
    taken: Collection[str] = (),
    begun: Cleaning | None = None,
) -> list[Written]:
    """Write a 검토표 for every file that holds rows that were judged (검토표.xlsx, 검토표-2.xlsx …): those with a ledger, then those
    with another subject alone. Raises WriteError.

    carried: what was typed into an earlier 검토표. taken: names that are not to be used. begun: what `begin` gave.

    A file that was judged is never written over: where it has that name already, the next number is taken.
    """
    book = judgement.book
    inputs = {file.path.resolve() for file in book.files}
    free = (p for p in _paths(folder, name) if p.resolve() not in inputs and p.name not in taken)
    cleaning = begun or Cleaning()
    result = []
    holding = _holding(judgement)
    for number, path in zip(holding, free, strict=False):
        source = book.files[number].path
        try:
            data = opening.content(book.files[number])
        except opening.Changed as error:
            raise WriteError(
                f"'{source}' 파일이 판정하는 동안 바뀌어 검토표를 쓰지 못했습니다. 다시 판정하세요."
            ) from error
        except BROKEN_ZIP as error:
            raise WriteError(f"'{source}' 파일을 다시 읽을 수 없어 검토표를 쓰지 못했습니다.") from error
        review = _Review(judgement, number, carried, cleaning, first=number == holding[0])
        try:
            if source.suffix.lower() not in EDITED:
                raise Unsupported(f"{source.suffix.lstrip('.').upper() or '이'} 파일에는 판정을 써 넣을 수 없습니다")
            content = review.edit(data)
        except Unsupported as reason:
            review = _Review(judgement, number, carried, cleaning, first=number == holding[0])
            review.notices.append(f"{source.name}: {reason}. 서식 없이 내용만 새 엑셀 파일에 옮기고 판정을 붙였습니다.")
            try:
                data, review.tabs = copy(book, judgement.programme, number, data, folder)
                content = review.edit(data)
            except Unsupported as error:
                raise WriteError(f"'{source}' 파일의 검토표를 쓰지 못했습니다: {error}.") from error
        result.append(Written(write_bytes(path, content), review.notices))
    return result


def begin(judgement: Judgement) -> Cleaning:
    """Start on the copies without personal numbers that `write` will edit. Whoever began ends it. Never raises for what a file holds."""
    book, cleaning = judgement.book, Cleaning()
    for number in _holding(judgement):
        if book.files[number].path.suffix.lower() in EDITED:
            with contextlib.suppress(*BROKEN_ZIP):  # `write` says what is wrong with it
                cleaning.begin(opening.content(book.files[number]), _keys(judgement))
    return cleaning


def _holding(judgement: Judgement) -> list[int]:
    """The files that hold a ledger, then those that hold another subject that was judged; rows that came in no file have none."""
    book = judgement.book
    kinds = ({book.main}, {one.subject.sheet for one in judgement.others})
    found = [n for wanted in kinds for n in sorted({s.file for s in book.sheets if s.kind in wanted and s.file >= 0})]
    return [n for n in dict.fromkeys(found) if book.files[n].sha256]


# ---- editing one package ----------------------------------------------------------------------------------------------------------------


class _Review:
    """One file being edited."""

    def __init__(
        self, judgement: Judgement, number: int, carried: Carried | None, cleaning: Cleaning, *, first: bool
    ) -> None:
        self.carried, self.cleaning = carried or Carried(), cleaning
        self.judgement, self.view = judgement, View(judgement)
        self.main = judgement.book.main
        # sheets whose rows were judged, with the columns that may name a row
        self.judged = {one.subject.sheet: (one.subject.key,) for one in judgement.others} | {
            self.main: ("집행번호", "집행일")
        }
        self.first = first  # what belongs to no row any more goes into the first file
        self.sheets = {n: s for n, s in enumerate(judgement.book.sheets) if s.file == number}
        self.tabs = {n: s.name for n, s in self.sheets.items()}  # which tab holds which sheet
        self.notices: list[str] = []

    def edit(self, data: bytes) -> bytes:
        clean = self.cleaning.result(data, _keys(self.judgement))
        self.package = Package(clean.data)
        self.tabs = {n: clean.tabs.get(tab, tab) for n, tab in self.tabs.items()}
        if clean.hidden:
            self.notices.append("검토표에서는 주민등록번호와 계좌번호를 가렸습니다. 원본 파일은 그대로입니다.")
        if clean.dropped:
            self.notices.append(f"검토표에 옮기지 않은 것: {', '.join(clean.dropped)}. 원본 파일은 그대로입니다.")
        self.parts = self._sheet_parts()
        self.marked: list[tuple[int, str, str]] = []  # sheets with verdicts: index, filter, last column
        self.looks = self._add_looks()
        found = marks(self.judgement)
        summary, listed, filed = (
            next((n for n, p in self.parts.items() if n.startswith(tab) and self._begins(p, title)), "")
            for tab, title in ((SUMMARY, TITLE), (NAME, FINDINGS_LIST), (files.TAB, files.TITLE))
        )
        for name, part in self.parts.items():
            if name in (summary, listed, filed):
                continue
            source = next((n for n, tab in self.tabs.items() if _same(tab, name)), -1)
            self._edit_sheet(part, source, found.get(source, {}))
        for kind, part in self.package.relations("xl/workbook.xml").values():
            if kind == "chartsheet":
                self.package.put(part, SELECTED.sub(b"", self.package.read(part), count=1))
        if not self.marked:
            raise Unsupported(f"{'·'.join(self._kinds())} 시트의 자리를 알 수 없는 통합 문서입니다")
        self.decided = self._add_decisions()
        self.listed = self._add_list(listed)
        self._add_summary(summary)
        if filed or self.judgement.evidence is not None:
            self._add_files(filed)
        self._drop_macros()
        if any(name.startswith("_xmlsignatures/") for name in self.package.names):
            self.notices.append("전자서명은 원본의 것이어서, 판정을 덧붙인 검토표에서는 유효하지 않습니다.")
        return self.package.packed()

    def _sheet_parts(self) -> dict[str, str]:
        """Sheet name -> part, in the order of the tabs; worksheets only."""
        package = self.package
        relations = package.relations("xl/workbook.xml")
        parts = {}
        for sheet in outline(package.read("xl/workbook.xml"), "sheets").children:
            identifier = next((v for k, v in sheet.attributes.items() if k.rsplit(":", 1)[-1] == "id"), "")
            kind, part = relations.get(identifier, ("", ""))
            if kind == "worksheet" and package.has(part):
                parts[sheet.attributes.get("name", "")] = part
        return parts

    # ---- styles -------------------------------------------------------------------------------------------------------------------

    def _add_looks(self) -> Looks:
        package = self.package
        part = next((p for k, p in package.relations("xl/workbook.xml").values() if k == "styles"), "")
        if not part or not package.has(part):
            raise Unsupported("서식 부분(styles.xml)이 없는 통합 문서입니다")
        xml = package.read(part)
        p = outline(xml).prefix

        def add(name: str, new: list[str]) -> int:
            nonlocal xml
            xml, first = append(xml, outline(xml), name, STYLES, new)
            return first

        face = f'<{p}name val="맑은 고딕"/>'
        fonts = add(
            "fonts",
            [
                f'<{p}font><{p}b/><{p}sz val="10"/>{face}</{p}font>',
                f'<{p}font><{p}b/><{p}sz val="15"/>{face}</{p}font>',
                f'<{p}font><{p}u/><{p}sz val="10"/><{p}color rgb="FF123E7C"/>{face}</{p}font>',
                f'<{p}font><{p}sz val="10"/>{face}</{p}font>',
            ],
        )
        solid = (
            f'<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="{{}}"/><{p}bgColor indexed="64"/></{p}patternFill>'
            f"</{p}fill>"
        )
        fills = add("fills", [solid.format(colour) for colour in ("FFDDE3E9", "FFE2EFDA", "FFF6FAF3")])
        sides = "".join(
            f'<{p}{s} style="thin"><{p}color rgb="FF8A949E"/></{p}{s}>' for s in ("left", "right", "top", "bottom")
        )
        borders = add("borders", [f"<{p}border>{sides}<{p}diagonal/></{p}border>"])

        def look(font: int, fill: int | None, number: int, align: str, border: bool = True, more: str = "") -> str:
            filled = f'fillId="{fill}" applyFill="1"' if fill is not None else 'fillId="0"'
            edge = f'borderId="{borders}" applyBorder="1"' if border else 'borderId="0"'
            edge += ' applyProtection="1"' if more else ""
            return (
                f'<{p}xf numFmtId="{number}" fontId="{font}" {filled} {edge} xfId="0" applyNumberFormat="1" applyFont="1" '
                f'applyAlignment="1"><{p}alignment {align}/>{more}</{p}xf>'
            )

        plain, top = fonts + 3, 'vertical="center"'
        xfs = add(
            "cellXfs",
            [
                look(fonts, fills, 0, f'horizontal="center" {top} wrapText="1"'),
                look(fonts, fills + 1, 0, f'horizontal="center" {top} wrapText="1"'),
                look(plain, None, 0, top),
                look(plain, None, DASHED, f'horizontal="right" {top} shrinkToFit="1"'),
                look(plain, fills + 2, 49, f'{top} wrapText="1"', more=f'<{p}protection locked="0"/>'),
                look(fonts + 1, None, 0, top, border=False),
                look(fonts, fills, 0, top),
                look(fonts + 2, None, 0, top),
                look(fonts, fills, 3, f'horizontal="right" {top} shrinkToFit="1"'),
                look(plain, None, 0, top, border=False),
                look(plain, None, 0, 'vertical="top" wrapText="1"'),
            ],
        )
        dxf = (
            f'<{p}dxf><{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="{{0}}"/><{p}bgColor rgb="{{0}}"/></{p}patternFill>'
            f"</{p}fill></{p}dxf>"
        )
        formats = add("dxfs", [dxf.format(colour) for colour in FILLS.values()])
        package.put(part, xml)
        names = [name for name in Looks.__struct_fields__ if name != "formats"]
        by_effect = {effect: formats + i for i, effect in enumerate(FILLS)}
        return Looks(formats=by_effect, **{name: xfs + i for i, name in enumerate(names)})

    # ---- a worksheet ----------------------------------------------------------------------------------------------------------------

    def _edit_sheet(self, part: str, source: int, found: dict[str, Mark]) -> None:
        package = self.package
        xml = package.read(part)
        before = xml
        ledger = source >= 0 and self.sheets[source].kind == self.main
        sheet = Worksheet(xml)
        sheet.skeleton = SELECTED.sub(b"", sheet.skeleton, count=1)
        if ledger:
            self._verdicts(sheet, source, part)
        elif source >= 0 and (judged := beside.of_sheet(self.judgement, self.sheets[source].kind)):
            self._beside(sheet, source, judged)
        self._colours(sheet, found)
        self._comments(sheet, part, source, found)
        xml = sheet.join()
        if xml != before:
            package.put(part, xml)

    def _verdicts(self, sheet: Worksheet, source: int, part: str) -> None:
        """The verdict and reply columns, their widths, the filter and the frozen headings."""
        info = self.sheets[source]
        rows = line_verdicts(self.judgement, source)
        start, renewed = self._start(sheet, info, rows)
        if start + len(HEADS) > LAST_COLUMN:
            raise Unsupported(f"'{info.name}' 시트의 오른쪽 끝까지 자료가 있어 열을 더할 수 없습니다")
        looks, p = self.looks, sheet.prefix
        letters = [letter(start + i) for i in range(len(HEADS))]
        columns = [looks.text, looks.amount, looks.amount, looks.wrapped, looks.wrapped, looks.wrapped]
        heads = [looks.head] * len(VERDICT) + [looks.reply_head] * len(REPLY)

        def head(row: int) -> list[str]:
            return [text_cell(p, f"{c}{row}", text, look) for c, text, look in zip(letters, HEADS, heads, strict=True)]

        def cells(row: int) -> list[str]:
            if row == info.heading_row:
                return head(row)
            made = [
                number_cell(p, f"{c}{row}", value, look)
                if isinstance(value, int)
                else text_cell(p, f"{c}{row}", str(value), look)
                for c, value, look in zip(letters, rows[row], columns, strict=False)
            ]
            reply = self.carried.replies.get((source, row), {})
            return made + [
                text_cell(p, f"{c}{row}", reply[name], looks.reply)
                if reply.get(name)
                else f'<{p}c r="{c}{row}" s="{looks.reply}"/>'
                for c, name in zip(letters[len(VERDICT) :], REPLY, strict=True)
            ]

        struck = {row: said for row, said in rows.items() if any(said[3:6])}
        tall = {row: max(lines(str(said[i]), WIDTHS[i]) for i in (3, 4, 5)) for row, said in struck.items()}
        heights = {row: min(14.0 * high + 4, 400) for row, high in tall.items() if high > 1}
        sheet.add_cells(
            {*rows, info.heading_row}, cells, start, len(VERDICT) if renewed else len(HEADS), len(HEADS), heights
        )
        last = max([info.heading_row, *rows])
        sheet.widen(letters[-1])
        sheet.set_widths(start, WIDTHS)
        sheet.freeze(info.heading_row)
        sheet.filter(info.heading_row, last, start, start + len(HEADS) - 1)
        sheet.print_set_up(start, WIDTHS)
        self.marked.append((source, sheet.filter_range, letters[-1]))

    def _beside(self, sheet: Worksheet, source: int, judged: Judged) -> None:
        """What was judged of the rows of another subject, and the reply columns."""
        info, said = self.sheets[source], beside.said(judged, source)
        heads = beside.heads(self.judgement, info.kind)
        if info.heading_row < 1:
            return
        start, renewed = self._start(sheet, info, said, heads)
        if start + len(heads) > LAST_COLUMN:
            self.notices.append(f"'{info.name}' 시트의 오른쪽 끝까지 자료가 있어 판정 내용을 더하지 못했습니다.")
            return
        looks, p = self.looks, sheet.prefix
        letters = [letter(start + i) for i in range(len(heads))]

        def cells(row: int) -> list[str]:
            if row == info.heading_row:
                own = [looks.head] + [looks.reply_head] * (len(heads) - 1)
                return [text_cell(p, f"{c}{row}", t, look) for c, t, look in zip(letters, heads, own, strict=True)]
            reply = self.carried.replies.get((source, row), {})
            texts = [said[row], *(reply.get(name, "") for name in heads[1:])]
            own = [looks.wrapped] + [looks.reply] * (len(heads) - 1)
            return [
                text_cell(p, f"{c}{row}", text, look) if text else f'<{p}c r="{c}{row}" s="{look}"/>'
                for c, text, look in zip(letters, texts, own, strict=True)
            ]

        widths = [beside.WIDTHS[name] for name in heads]
        tall = {row: lines(text, widths[0]) for row, text in said.items()}
        heights = {row: min(14.0 * high + 4, 400) for row, high in tall.items() if high > 1}
        sheet.add_cells({*said, info.heading_row}, cells, start, 1 if renewed else len(heads), len(heads), heights)
        sheet.widen(letters[-1])
        sheet.set_widths(start, widths)
        sheet.freeze(info.heading_row)
        sheet.filter(info.heading_row, max([info.heading_row, *said]), start, start + len(heads) - 1)
        sheet.print_set_up(start, widths)
        self.marked.append((source, sheet.filter_range, letters[-1]))

    def _start(
        self, sheet: Worksheet, info: Sheet, rows: Iterable[int], heads: Sequence[str] = HEADS
    ) -> tuple[int, bool]:
        """0-based column where the verdicts go, and whether those of an earlier 검토표 stand there."""
        wanted = set(rows) | {info.heading_row}
        ends: dict[int, bytes] = {}  # last column -> some row that ends there
        headings: dict[int, str] = {}
        for number, body in sheet.rows():
            if number not in wanted:
                continue
            ends.setdefault(sheet.last_filled(body), body)
            if number == info.heading_row:
                headings = self._texts(sheet.cells(body))
        for column, text in headings.items():
            if text == heads[0] and all(headings.get(column + i) == name for i, name in enumerate(heads)):
                return column, True
        last = max(ends, default=-1)
        if last + len(heads) >= LAST_COLUMN:  # a stray cell at the far right: the columns go where the headings end
            last = max((column for column in ends if column + len(heads) < LAST_COLUMN), default=-1)
        return last + 1, False

    def _texts(self, cells: list[tuple[int, bytes]]) -> dict[int, str]:
        """The texts of a row's cells, shared strings looked up."""
        result, shared = {}, {}
        for column, cell in cells:
            kind = re.search(rb'\st="(\w+)"', cell[: cell.find(b">")])
            value = re.search(rb"<(?:\w{1,40}:)?v>([^<]*+)</(?:\w{1,40}:)?v>", cell, re.S)
            if kind and kind[1] == b"s" and value:
                shared[int(value[1])] = column
            else:
                result[column] = plain(cell)
        if shared:
            part = next((p for k, p in self.package.relations("xl/workbook.xml").values() if k == "sharedStrings"), "")
            strings = (
                re.finditer(
                    rb"<(?:\w{1,40}:)?si(?:\s[^<>]*?)?(?:/>|>((?>(?:[^<]++|<(?!/?(?:\w{1,40}:)?si\b))*))</(?:\w{1,40}:)?si>)",
                    self.package.read(part),
                    re.S,
                )
                if part
                else ()
            )
            for number, one in enumerate(strings):
                if number in shared:
                    result[shared[number]] = plain(one[1] or b"")
                if number >= max(shared):
                    break
        return result

    # ---- colours and comments -----------------------------------------------------------------------------------------------------

    def _colours(self, sheet: Worksheet, found: dict[str, Mark]) -> None:
        """Conditional formats at the cells; those of the last time go."""
        layout = outline(sheet.skeleton)
        escaped = ooxml.escape(MARKER).encode()
        gone = [
            (c.start, c.end, b"")
            for c in layout.all("conditionalFormatting")
            if any(
                form in sheet.skeleton[c.start : c.end]
                for form in (escaped, MARKER.encode(), MARKER.replace('"', "&quot;").encode())
            )
        ]
        p = sheet.prefix
        first = max([0, *(int(n) for n in re.findall(rb'\spriority="(\d+)"', sheet.skeleton))]) + 1
        made = []
        for step, (effect, look) in enumerate(self.looks.formats.items()):
            areas = ranges(cell for cell, mark in found.items() if mark.effect == effect)
            for at in range(0, len(areas), 200):
                made.append(
                    f'<{p}conditionalFormatting sqref="{" ".join(areas[at : at + 200])}"><{p}cfRule type="expression" dxfId="{look}" '
                    f'priority="{first + step}"><{p}formula>{ooxml.escape(MARKER)}</{p}formula></{p}cfRule></{p}conditionalFormatting>'
                )
        at = insertion(layout, WORKSHEET, "conditionalFormatting")
        sheet.skeleton = splice(sheet.skeleton, [*gone, (at, at, "".join(made).encode())])

    def _told(self, source: int) -> str:
        """The column in which stands what is said at a cell of a sheet."""
        kind = self.sheets[source].kind
        of_line = kind == self.main or (kind not in self.judged and self.main in self._kinds())
        return VERDICT[4] if of_line else beside.SAID

    def _comments(self, sheet: Worksheet, part: str, source: int, found: dict[str, Mark]) -> None:
        notes = Notes(self.package, part, sheet)
        if not notes.usable:
            if found:
                self.notices.append(
                    f"'{self.sheets[source].name}' 시트의 메모는 더하지 못했습니다. 내용은 {self._told(source)} 열에 있습니다."
                )
            return
        order = sorted(found, key=lambda cell: (RANK[found[cell].effect], *reversed(place(cell))))
        if len(order) > MOST_COMMENTS:
            self.notices.append(
                f"'{self.sheets[source].name}' 시트는 지적한 셀이 {len(order):,}개여서 메모는 앞의 {MOST_COMMENTS:,}개에만 달았습니다. "
                f"모든 지적은 {self._told(source)} 열에 있습니다."
            )
        texts = {cell: safe("\n".join(found[cell].texts)) for cell in order[:MOST_COMMENTS]}
        notes.renew(texts, AUTHOR, called(self.judgement))

    # ---- the summary sheet and the workbook -----------------------------------------------------------------------------------------

    def _begins(self, part: str, title: str) -> bool:
        """Is this a sheet of an earlier 검토표, by how its first cell ends?"""
        sheet = Worksheet(self.package.read(part))
        first = next((body for _, body in sheet.rows()), b"")
        return self._texts(sheet.cells(first)[:1]).get(0, "").endswith(title)

    def _kinds(self) -> list[str]:
        """The sheets of this file whose rows were judged, by kind."""
        return list(dict.fromkeys(s.kind for s in self.sheets.values() if s.kind in self.judged))

    def _add_list(self, old: str) -> bool:
        """The list of findings of the ledger, in place of that of the earlier 검토표 (`old` is its tab, "" for none): is there one?

        A file without a ledger has none, but where something was typed into one.
        """
        package = self.package
        before = findings_list.typed(package, self.parts[old]) if old else []
        here = set(before)
        before += [one for one in self._listed_here() if one not in here]
        if not (old or before or self.main in self._kinds()):
            return False
        content = findings_list.findings_list(self.view, self.looks, self.sheets, before)
        xml = package.read("xl/workbook.xml")
        if old:
            package.put(self.parts[old], content.encode())
        else:
            xml = self._new_tab(xml, NAME, content)
        tab = _tabs(xml).index(old) if old else 0
        quoted, row = _quoted(_tabs(xml)[tab]), findings_list.HEADING_ROW
        xml = _name(xml, tab, "_xlnm.Print_Titles", f"{quoted}!${row}:${row}")
        package.put("xl/workbook.xml", xml)
        return True

    def _listed_here(self) -> list[Typed]:
        """What was typed beside findings of this file's lines; what is of no line any more goes to the first file."""
        lines = self.judgement.lines
        mine = set(mask_keys(lines["line"][lines["_source"].isin(list(self.sheets))].tolist()))
        others = set(mask_keys(lines["line"].tolist())) - mine
        listed = [replace(one, line=mask_key(one.line), key="", sheet="", row=0) for one in self.carried.listed]
        return [one for one in listed if one.line in mine or (self.first and one.line not in others)]

    def _add_decisions(self) -> bool:
        """What was typed into sheet 판정 of an earlier 검토표, in the first file; one to type into where there is neither that nor a
        list of findings: is there a sheet 판정?
        """
        book = self.judgement.book
        rows = decisions.carried(book) if self.first else None
        there = any(_same(name, decisions.TAB) for name in self.parts)
        there = there or any(s.kind == decisions.TAB for s in self.sheets.values())
        if rows is None and not there and self.main not in self._kinds():
            rows = book.frames[decisions.TAB][:0] if decisions.TAB in load(book.programme) else None
        if rows is not None:
            xml = self.package.read("xl/workbook.xml")
            content = decisions.decisions_sheet(rows, self.judgement.programme.id, self.looks)
            self.package.put("xl/workbook.xml", self._new_tab(xml, decisions.TAB, content))
        return there or rows is not None

    def _new_tab(self, xml: bytes, name: str, content: str) -> bytes:
        """A new sheet as the first tab."""
        part = self.package.free("xl/worksheets/settleReview{}.xml")
        self.package.put(part, content.encode())
        self.package.declare(part, "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml")
        return self._insert_tab(xml, name, self.package.relate("xl/workbook.xml", "worksheet", part))

    def _add_summary(self, old: str) -> None:
        """The summary sheet, in place of that of the earlier 검토표 (`old` is its tab, "" for none)."""
        package = self.package
        names = {s.name: _tab(self.parts, self.tabs[n]) for n, s in self.sheets.items() if n in self.tabs}
        content, heading = summary_sheet(
            self.view, self.looks, names, MOST_LISTED, self._kinds(), self.listed, self.decided
        )
        xml = package.read("xl/workbook.xml")
        if old:
            package.put(self.parts[old], content.encode())
        else:
            xml = self._new_tab(xml, SUMMARY, content)
        tab = _tabs(xml).index(old) if old else 0
        xml = _name(_show(xml, tab), tab, "_xlnm.Print_Titles", f"{_quoted(_tabs(xml)[tab])}!${heading}:${heading}")
        for source, filtered, end in self.marked:
            xml = self._name_ranges(xml, source, filtered, end)
        package.put("xl/workbook.xml", xml)

    def _add_files(self, old: str) -> None:
        """The sheet of the evidence files behind all others, in place of that of the earlier 검토표."""
        package = self.package
        content, heading = files.files_sheet(self.view, self.looks)
        if old:
            package.put(self.parts[old], content.encode())
            return
        part = package.free("xl/worksheets/settleFiles{}.xml")
        package.put(part, content.encode())
        package.declare(part, "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml")
        xml, identifier = package.read("xl/workbook.xml"), package.relate("xl/workbook.xml", "worksheet", part)
        found = outline(xml)
        sheets = found.child("sheets")
        assert sheets is not None  # the summary stands there
        children = outline(xml, "sheets").children
        taken = {c.attributes.get("name", "") for c in children}
        name = next(n for n in (files.TAB, *(f"{files.TAB} ({i})" for i in range(2, 999))) if n not in taken)
        number = max(int(c.attributes.get("sheetId", "0")) for c in children) + 1
        new = f'<{found.prefix}sheet xmlns:r="{ooxml.RELATIONS}" name="{name}" sheetId="{number}" r:id="{identifier}"/>'
        xml = splice(xml, [(children[-1].end, children[-1].end, new.encode())])
        tab = len(children)
        titles = f"{_quoted(name)}!${heading}:${heading}"
        package.put("xl/workbook.xml", _name(xml, tab, "_xlnm.Print_Titles", titles))

    def _insert_tab(self, xml: bytes, wanted: str, identifier: str) -> bytes:
        """A sheet as the first tab; names that belong to a tab move with it."""
        found = outline(xml)
        sheets = found.child("sheets")
        if sheets is None:
            raise Unsupported("시트 목록이 없는 통합 문서입니다")
        children = outline(xml, "sheets").children
        taken = {c.attributes.get("name", "") for c in children}
        name = next(n for n in (wanted, *(f"{wanted} ({i})" for i in range(2, 999))) if n not in taken)
        number = max(int(c.attributes.get("sheetId", "0")) for c in children) + 1
        new = f'<{found.prefix}sheet xmlns:r="{ooxml.RELATIONS}" name="{name}" sheetId="{number}" r:id="{identifier}"/>'
        changes = [(sheets.inner, sheets.inner, new.encode())]
        if found.child("definedNames"):
            for one in outline(xml, "definedNames").children:
                if "localSheetId" in one.attributes:
                    moved = attribute(
                        xml[one.start : one.inner], "localSheetId", str(int(one.attributes["localSheetId"]) + 1)
                    )
                    changes.append((one.start, one.inner, moved))
        return splice(xml, changes)

    def _name_ranges(self, xml: bytes, source: int, filtered: str, end: str) -> bytes:
        """The hidden name that goes with a filter, headings repeated in print where nothing is, a print area that
        reaches the verdicts (column `end`).
        """
        info, tabs = self.sheets[source], _tabs(xml)
        tab = next(i for i, name in enumerate(tabs) if _same(name, self.tabs[source]))
        quoted, known = _quoted(tabs[tab]), _names_of(xml, tab)
        if filtered:
            first, _, last = filtered.partition(":")
            xml = _name(xml, tab, "_xlnm._FilterDatabase", f"{quoted}!{absolute(first)}:{absolute(last)}", hidden=True)
        area = re.fullmatch(
            r"(.+!\$?[A-Z]{1,3}\$?\d{1,7}:\$?)([A-Z]{1,3})(\$?\d{1,7})", known.get("_xlnm.Print_Area", "")
        )
        if area and index(area[2]) < index(end):
            xml = _name(xml, tab, "_xlnm.Print_Area", f"{area[1]}{end}{area[3]}")
        if "_xlnm.Print_Titles" not in known:
            column = next((info.letters[n] for n in self.judged[info.kind] if n in info.letters), "A")
            row = info.heading_row
            titles = f"{quoted}!${column}:${column},{quoted}!${row}:${row}"
            xml = _name(xml, tab, "_xlnm.Print_Titles", titles)
        return xml

    def _drop_macros(self) -> None:
        """A workbook with macros is written as .xlsx without them."""
        package = self.package
        types = package.read("[Content_Types].xml")
        macro = next(
            (c for c in outline(types).children if "macroEnabled" in c.attributes.get("ContentType", "")), None
        )
        if macro is None:
            return
        package.put(
            "[Content_Types].xml",
            splice(
                types,
                [
                    (
                        macro.start,
                        macro.inner,
                        attribute(types[macro.start : macro.inner], "ContentType", ooxml.WORKBOOK),
                    )
                ],
            ),
        )
        gone = {i: p for i, (kind, p) in package.relations("xl/workbook.xml").items() if kind == "vbaProject"}
        package.unrelate("xl/workbook.xml", set(gone))
        for part in gone.values():
            signatures = [p for _, p in package.relations(part).values()]
            for one in (part, *signatures, package.relations_of(part)):
                package.remove(one)
        self.notices.append("매크로는 검토표에 옮기지 않았습니다.")


# ---- helpers ----------------------------------------------------------------------------------------------------------------------------


def _keys(judgement: Judgement) -> set[str]:
    """All numbers of lines, papers and documents in the book."""
    kinds = load(judgement.programme.id).values()
    columns = {(kind.name, column.name) for kind in kinds for column in kind.columns if column.type == "key"}
    return {text for kind, name in columns for text in judgement.book.frames[kind][name].unique()}


def _same(one: str, other: str) -> bool:
    return unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)


def _tab(parts: dict[str, str], name: str) -> str:
    """The sheet's name as the file writes it."""
    return next((tab for tab in parts if _same(tab, name)), name)


def _paths(folder: Path, name: str) -> Iterator[Path]:
    """검토표.xlsx, 검토표-2.xlsx …"""
    return (folder / (f"{name}.xlsx" if n == 1 else f"{name}-{n}.xlsx") for n in itertools.count(1))


def _tabs(xml: bytes) -> list[str]:
    """The names of the tabs, in their order."""
    return [c.attributes.get("name", "") for c in outline(xml, "sheets").children]


def _quoted(tab: str) -> str:
    """A tab's name as formulas write it."""
    return "'" + tab.replace("'", "''") + "'"


def _names_of(xml: bytes, tab: int) -> dict[str, str]:
    """The defined names that belong to a tab, with what they stand for."""
    if outline(xml).child("definedNames") is None:
        return {}
    mine = [c for c in outline(xml, "definedNames").children if c.attributes.get("localSheetId") == str(tab)]
    return {c.attributes.get("name", ""): unescape(xml[c.inner : c.close].decode()) for c in mine}


def _name(xml: bytes, tab: int, name: str, target: str, hidden: bool = False) -> bytes:
    """Give a tab a defined name, in place of one that is there."""
    found = outline(xml)
    p, names = found.prefix, found.child("definedNames")
    how = ' hidden="1"' if hidden else ""
    new = f'<{p}definedName name="{name}" localSheetId="{tab}"{how}>{ooxml.escape(target)}</{p}definedName>'
    if names is None:
        at = insertion(found, BOOK, "definedNames")
        return splice(xml, [(at, at, f"<{p}definedNames>{new}</{p}definedNames>".encode())])
    if names.empty:
        return splice(xml, [(names.start, names.end, f"<{p}definedNames>{new}</{p}definedNames>".encode())])
    for one in outline(xml, "definedNames").children:
        if one.attributes.get("name") == name and one.attributes.get("localSheetId") == str(tab):
            return splice(xml, [(one.start, one.end, new.encode())])
    return splice(xml, [(names.close, names.close, new.encode())])


def _show(xml: bytes, tab: int) -> bytes:
    """Open the workbook on a tab."""
    found = outline(xml)
    if found.child("bookViews") is None:
        return xml
    changes = []
    for view in outline(xml, "bookViews").children:
        tag = attribute(xml[view.start : view.inner], "activeTab", str(tab))
        changes.append((view.start, view.inner, re.sub(rb'\sfirstSheet="[^"]*"', b"", tag)))
    return splice(xml, changes)
