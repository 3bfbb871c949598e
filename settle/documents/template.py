"""The settlement workbook as an empty form, or filled with given rows (the sample).

Everything in it comes from sheets.toml (sheets, columns, types, notes, aliases) and programme.toml (drop-down lists).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from settle.files import write_bytes
from settle.programme import sheets
from settle.programme import vocabulary as programmes
from settle.programme.folders import DEFAULT_PROGRAMME
from settle.programme.sheets import Column
from settle.programme.vocabulary import HEADS, Programme

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from settle.programme.sheets import SheetKind

Row = dict[str, str]  # canonical heading -> text

HEADING_ROW = 3  # 0-based; title and unit stand above
READY_ROWS = 2000  # rows below the headings that have drop-down lists in an empty form
GUIDE, LISTS = "작성안내", "선택목록"
GUIDE_TITLE = "정산 서식 작성 안내"  # the reader knows the sheet by it (settle.reading.book.GUIDE)
CREATED = datetime(2025, 1, 1)  # fixed, so that the same rows give the same bytes

FORMATS = {
    "date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm:ss",
    "won": "#,##0;[Red]-#,##0", "count": "0", "md": "0.0##", "rate": "0%", "number": "#,##0.##",
    "key": "@", "brn": "@",
}  # fmt: skip
WIDTHS = {
    "date": 12,
    "datetime": 20,
    "won": 14,
    "count": 9,
    "md": 9,
    "rate": 9,
    "yesno": 11,
    "brn": 15,
    "key": 11,
    "choice": 13,
}
TYPE_NAMES = {
    "text": "글자", "key": "글자(번호)", "choice": "목록에서 고름", "choices": "쉼표로 나열", "yesno": "Y / N",
    "brn": "사업자등록번호 10자리", "won": "금액(원)", "count": "수", "md": "일수(0.5 단위)", "rate": "비율(%)",
    "number": "수", "date": "날짜 (2025-06-27)", "datetime": "날짜와 시각",
}  # fmt: skip
HINTS = {
    "date": "2025-06-27처럼 날짜로 적습니다.",
    "datetime": "2026-04-29 18:00:00처럼 날짜와 시각을 적습니다.",
    "won": "원 단위 숫자로 적습니다.",
    "md": "하루는 1, 반나절은 0.5입니다.",
    "yesno": "Y 또는 N",
    "choice": "목록에서 고릅니다.",
    "choices": "여러 개면 쉼표로 나눕니다.",
}
WIDE = {
    "적요": 34, "거래처": 22, "과제명": 30, "참여기업": 16, "발행자": 22, "파일명": 30, "수행내용": 48, "증빙종류": 24,
    "승인번호": 31, "기재항목": 46, "사유": 36, "지원내용": 24, "변경전": 32, "변경후": 32, "세목": 13, "세세목": 18,
    "소속": 22, "과제유형": 28, "품목명": 22, "주요현안": 42, "추진경과": 42, "달성사유": 42, "향후계획": 36,
    "문제점": 36, "핵심요소": 32, "핵심활동명": 28, "성과지표": 20, "정량평가": 36, "정성평가": 36, "선정배경": 36,
    "추진개요": 36,
}  # fmt: skip
WRAPPED = 36  # texts of columns from this width on are wrapped


def choices(column: Column, programme: Programme) -> tuple[str, ...]:
    """The drop-down list of a column: canonical values in the order of the programme; () where it has none."""
    if column.type == "yesno":
        return ("Y", "N")
    if column.values in HEADS:
        return programme.heads(column.values)
    return tuple(programme.values.get(column.values, ()))


def write(path: Path, programme_id: str = DEFAULT_PROGRAMME, rows: Mapping[str, Sequence[Row]] | None = None) -> None:
    """Write the workbook of a programme to `path`: empty, or with `rows` (sheet kind -> rows of texts).

    Texts are written as the type of their column; what cannot be read as that type stays a text. Raises WriteError where
    the file cannot be written and ResourceError where the programme is not there.
    """
    programme = programmes.load(programme_id)
    kinds = {kind.name: kind for kind in sheets.as_filled_in(programme)}
    content = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": f"{programme.name} 정산 서식", "created": CREATED})
        book.set_size(2400, 1400)
        form = _Form(book, programme, kinds)
        for kind in kinds.values():
            form.sheet(kind, (rows or {}).get(kind.name))
        form.guide()
        form.lists()
    write_bytes(path, content.getvalue())


class _Form:
    """One workbook being written; keeps its formats and the places of the drop-down lists."""

    def __init__(self, book: Any, programme: Programme, kinds: dict[str, SheetKind]) -> None:
        self.book, self.programme, self.kinds = book, programme, kinds
        base = {"font_name": "맑은 고딕", "font_size": 10, "valign": "vcenter"}
        edge = base | {"border": 1, "border_color": "#BFBFBF"}
        self.title = book.add_format(base | {"bold": True, "font_size": 14})
        self.small = book.add_format(base | {"font_color": "#595959"})
        self.plain = book.add_format(edge)
        self.wrapped = book.add_format(edge | {"text_wrap": True, "valign": "top"})
        self.bold = book.add_format(edge | {"bold": True, "valign": "top"})
        heading = edge | {"bold": True, "align": "center", "text_wrap": True}
        self.heading = book.add_format(heading | {"bg_color": "#DDE6F0"})
        self.required = book.add_format(heading | {"bg_color": "#1F4E79", "font_color": "#FFFFFF"})
        self.total = book.add_format(edge | {"bold": True, "bg_color": "#F2F2F2", "num_format": FORMATS["won"]})
        middle = {t: {"align": "center"} for t in ("date", "key", "brn", "count", "md", "rate")}
        self.cells = {t: book.add_format(edge | middle.get(t, {}) | {"num_format": f}) for t, f in FORMATS.items()}
        self.left = {t: book.add_format(edge | {"align": "left", "num_format": f}) for t, f in FORMATS.items()}
        self.empty = {t: book.add_format(base | {"num_format": f}) for t, f in FORMATS.items()}
        self.places: dict[str, str] = {}  # drop-down list -> range
        for letter, (name, values) in zip(map(xl_col_to_name, range(200)), self._all_lists().items()):
            self.places[name] = f"={LISTS}!${letter}$4:${letter}${3 + len(values)}"

    def _all_lists(self) -> dict[str, tuple[str, ...]]:
        columns = (c for kind in self.kinds.values() for c in kind.columns + kind.items)
        lists = {c.values: choices(c, self.programme) for c in columns if c.type in ("choice", "choices") and c.values}
        return {name: values for name, values in lists.items() if values}

    def sheet(self, kind: SheetKind, rows: Sequence[Row] | None) -> None:
        """One sheet with its title, headings, notes, lists and rows."""
        sheet = self.book.add_worksheet(kind.name)
        columns = _columns(kind, rows)
        sheet.write_string(0, 0, f"{self.programme.name} {kind.name}", self.title)
        won = any(c.type == "won" for c in columns)
        sheet.write_string(1, 0, " ".join(filter(None, [kind.note, "(단위: 원)" if won else ""])), self.small)
        sheet.hide_gridlines(2)
        self._print(sheet, HEADING_ROW, pages_wide=1 + int(sum(map(_width, columns)) // 260))
        for place, column in enumerate(columns):
            if kind.layout != "pairs":
                sheet.set_column(place, place, _width(column), self.empty.get(column.type))
            sheet.write_string(HEADING_ROW, place, column.name, self.required if column.required else self.heading)
            self._comment(sheet, HEADING_ROW, place, column)
        sheet.set_row(HEADING_ROW, 24)
        if kind.layout == "pairs":
            self._pairs(sheet, kind, rows)
            return
        sheet.freeze_panes(HEADING_ROW + 1, 1)
        for place, column in enumerate(columns):
            self._list(sheet, column, HEADING_ROW + 1, HEADING_ROW + max(READY_ROWS, len(rows or ())), place)
        if rows:
            self._rows(sheet, kind, columns, rows)

    def _rows(self, sheet: Any, kind: SheetKind, columns: Sequence[Column], rows: Sequence[Row]) -> None:
        first, last = HEADING_ROW + 1, HEADING_ROW + len(rows)
        for place, column in enumerate(columns):
            for at, row in enumerate(rows, first):
                self._cell(sheet, at, place, column, row.get(column.name, ""))
        for at, row in enumerate(rows, first):
            lines = max(_lines(row.get(c.name, ""), _width(c)) for c in columns)
            if lines > 1:
                sheet.set_row(at, 14.5 * lines)
        sheet.autofilter(HEADING_ROW, 0, last, len(columns) - 1)
        if not kind.main:
            return
        for place, column in enumerate(columns):
            sheet.write_blank(last + 1, place, None, self.total)
            if column.summed:
                letter = xl_col_to_name(place)
                amount = sum(int(row[column.name]) for row in rows if row.get(column.name))
                sheet.write_formula(
                    last + 1, place, f"=SUM({letter}{first + 1}:{letter}{last + 1})", self.total, amount
                )
        sheet.write_string(last + 1, 0, "합계", self.total)

    def _pairs(self, sheet: Any, kind: SheetKind, rows: Sequence[Row] | None) -> None:
        """Known items below each other, their values beside them."""
        label, value = (c.name for c in kind.columns[:2])
        given = {row[label]: row[value] for row in rows or ()}
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 44)
        sheet.freeze_panes(HEADING_ROW + 1, 0)
        for at, item in enumerate(kind.items, HEADING_ROW + 1):
            sheet.write_string(at, 0, item.name, self.heading)
            self._comment(sheet, at, 0, item)
            self._cell(sheet, at, 1, item, given.get(item.name, ""), self.left)
            self._list(sheet, item, at, at, 1)

    def _cell(
        self, sheet: Any, row: int, place: int, column: Column, text: str, formats: dict[str, Any] | None = None
    ) -> None:
        style = (formats or self.cells).get(
            column.type, self.wrapped if WIDE.get(column.name, 0) >= WRAPPED else self.plain
        )
        value = _typed(text, column.type)
        if value == "":
            sheet.write_blank(row, place, None, style)
        elif isinstance(value, date):
            sheet.write_datetime(row, place, value, style)
        elif isinstance(value, str):
            sheet.write_string(row, place, value, style)
        else:
            sheet.write_number(row, place, value, style)

    def _list(self, sheet: Any, column: Column, first: int, last: int, place: int) -> None:
        values = choices(column, self.programme)
        if not values or column.type == "choices":
            return
        source = list(values) if column.type == "yesno" else self.places[column.values]
        sheet.data_validation(first, place, last, place, {
            "validate": "list", "source": source, "error_type": "warning",
            "error_title": column.name, "error_message": "목록에 없는 값입니다. 그래도 적으시겠습니까?",
        })  # fmt: skip

    def _comment(self, sheet: Any, row: int, place: int, column: Column) -> None:
        text = _explain(column, self.programme)
        lines = sum(1 + len(line) // 24 for line in text.splitlines())
        sheet.write_comment(row, place, text, {"x_scale": 2.2, "y_scale": max(0.6, lines * 0.24), "font_size": 9})

    @staticmethod
    def _print(sheet: Any, heading_row: int, pages_wide: int = 1) -> None:
        """A4 landscape, headings on every page."""
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(pages_wide, 0)
        sheet.repeat_rows(heading_row)
        if pages_wide > 1:
            sheet.repeat_columns(0)
        sheet.set_footer("&C&P / &N")

    def _judged(self) -> str:
        """The sheets of which one must be there."""
        asked = [self.programme.main.sheet, *(one.sheet for one in self.programme.others)]
        return "이나 ".join(name for name in dict.fromkeys(asked) if name in self.kinds)

    def guide(self) -> None:
        """A sheet that says what belongs into every column."""
        sheet = self.book.add_worksheet(GUIDE)
        sheet.hide_gridlines(2)
        for place, width in enumerate((14, 20, 8, 22, 60, 60)):
            sheet.set_column(place, place, width)
        sheet.write_string(0, 0, f"{self.programme.name} {GUIDE_TITLE}", self.title)
        facts = (
            f"{self._judged()} 시트만 꼭 있어야 합니다. 나머지 시트가 없으면 그 시트가 필요한 규칙은 미점검으로 남습니다.",
            "짙은 제목은 꼭 채우는 열입니다. 쓰지 않는 열은 비워 두거나 지워도 되고, 열의 순서는 바꿔도 됩니다.",
            "쓰는 시트를 파일 하나에 모아도 되고 파일 여러 개로 나누어도 됩니다.",
            "승인번호와 사업자등록번호는 글자로 적습니다. 숫자로 적으면 뒷자리나 앞의 0이 사라집니다.",
        )
        for at, fact in enumerate(facts, 2):
            sheet.write_string(at, 0, f"· {fact}", self.small)
        top = len(facts) + 3
        for place, name in enumerate(
            ("시트 이름", "열 이름", "꼭 채움", "적는 모양", "뜻과 고르는 값", "알아보는 다른 제목")
        ):
            sheet.write_string(top, place, name, self.required)
        sheet.freeze_panes(top + 1, 2)
        at = top
        for kind in self.kinds.values():
            for column in kind.items or _columns(kind, None):
                at += 1
                values = choices(column, self.programme)
                meaning = " ".join(filter(None, [column.note, f"[{' · '.join(values)}]" if values else ""]))
                texts = (kind.name, column.name, "○" if column.required else "", TYPE_NAMES[column.type], meaning,
                         ", ".join(column.aliases[:8]))  # fmt: skip
                for place, text in enumerate(texts):
                    sheet.write_string(at, place, text, self.bold if place < 2 else self.wrapped)
                sheet.set_row(at, 14.5 * max(_lines(text, 60) for text in texts))
        self._print(sheet, top)

    def lists(self) -> None:
        """The values behind the drop-down lists, one list in each column."""
        sheet = self.book.add_worksheet(LISTS)
        sheet.write_string(0, 0, "고르는 값입니다. 값은 사업 자료에서 온 것이니 여기서 고치지 않습니다.", self.small)
        for place, (name, values) in enumerate(self._all_lists().items()):
            sheet.set_column(place, place, 2 + max(_wide(v) for v in (name + " 목록", *values)))
            sheet.write_string(2, place, f"{name} 목록", self.heading)
            for at, value in enumerate(values, 3):
                sheet.write_string(at, place, value, self.plain)


def _columns(kind: SheetKind, rows: Sequence[Row] | None) -> tuple[Column, ...]:
    """The columns of a sheet; an open one has a column of figures for every further name in its rows."""
    known = {c.name for c in kind.columns}
    further = dict.fromkeys(name for row in rows or () for name in row if name not in known) if kind.open else {}
    offered = tuple(c for c in kind.columns if c.offered or any(row.get(c.name) for row in rows or ()))
    return offered + tuple(Column(name, "number", note="산식에 넣는 값") for name in further)


def _explain(column: Column, programme: Programme) -> str:
    """The note on a heading."""
    values = choices(column, programme) if column.type != "yesno" else ()
    shown = ", ".join(values[:12]) + (" …" if len(values) > 12 else "")
    parts: Iterable[str] = (
        "꼭 채웁니다." if column.required else "",
        column.note,
        HINTS.get(column.type, "") if not column.note else "",
        f"고르는 값: {shown}" if shown else "",
        f"같은 뜻의 제목: {', '.join(column.aliases[:5])}" if column.aliases else "",
    )
    return "\n".join(p for p in parts if p) or column.name


def _width(column: Column) -> float:
    return WIDE.get(column.name, max(WIDTHS.get(column.type, 12), _wide(column.name) + 2))


def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a column whose cells wrap; narrow columns do not."""
    return 1 if width < WRAPPED else -(-_wide(text) * 11 // int(width * 10)) or 1


def _wide(text: str) -> int:
    """Width in half-width characters."""
    return sum(1 if ord(char) < 0x1100 else 2 for char in text)


def _typed(text: str, kind: str) -> str | int | float | date:
    """A text as the value of its column type; unreadable texts stay as they are."""
    text = text.strip()
    if kind == "date" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    if kind in ("won", "count") and re.fullmatch(r"-?\d{1,15}", text):
        return int(text)
    if kind in ("md", "number") and re.fullmatch(r"-?\d{1,12}(\.\d+)?", text):
        return float(text)
    if kind == "rate" and re.fullmatch(r"\d{1,4}(\.\d+)?%", text):
        return float(text[:-1]) / 100
    return text
