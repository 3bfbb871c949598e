"""The subjects beside the main one, and what is paid, in 불인정내역서.xlsx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from settle.documents import subjects

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from settle.documents.view import View

HEAD, AMOUNT = "#DDE3E9", "#,##0"


class Book(Protocol):
    """The workbook being filled (settle.documents.xlsx.disallowance)."""

    workbook: xlsxwriter.Workbook
    words: dict[str, Any]

    def new_sheet(self, name: str) -> Worksheet:
        """A sheet with margins, header and footer."""

    def title(self, sheet: Worksheet, text: str, lead: str = "") -> int:
        """Title and explanation; the next free row."""

    def look(self, **more: Any) -> Format:
        """A format, made once."""

    def put(self, sheet: Worksheet, row: int, column: int, value: Any, look: Format) -> None:
        """A value of any kind into a cell."""


def subject(book: Book, one: subjects.Shown) -> None:
    """What became of every row of a subject beside the main one."""
    sheet = book.new_sheet(subjects.sheet_name(one.title, [other.name for other in book.workbook.worksheets()]))
    top = book.title(sheet, one.title, one.sentence)
    head = book.look(bold=True, bg_color=HEAD, border=1, align="center", valign="vcenter", text_wrap=True)
    plain = book.look(border=1, valign="top", text_wrap=True)
    amount = book.look(border=1, valign="top", num_format=AMOUNT, align="right")
    wide = {"사유": 48, "조치": 34, "근거": 22, "규칙코드": 10, "판정": 12, "칸": 18}
    for at, name in enumerate(one.heads):
        sheet.write_string(top, at, name, head)
        sheet.set_column(at, at, wide.get(name, 16))
    for i, row in enumerate(one.rows, top + 1):
        for at, value in enumerate(row):
            if at in one.points and str(value).replace(".", "", 1).isdecimal():
                decimals = len(str(value).partition(".")[2])
                form = "0." + "0" * decimals if decimals else "0"
                sheet.write_number(i, at, float(value), book.look(border=1, valign="top", num_format=form))
                continue
            book.put(sheet, i, at, value, amount if at in one.figures else plain)
    end = top + len(one.rows)
    sheet.freeze_panes(top + 1, 0)
    sheet.repeat_rows(top)
    sheet.autofilter(top, 0, max(end, top + 1), len(one.heads) - 1)


def summary(book: Book, sheet: Worksheet, row: int, view: View) -> int:
    """Which rules say what of the rows of the subjects: the first sheet where nothing was spent; the next free row."""
    sheet.write_string(row, 0, "규칙별", book.look(bold=True, font_size=11))
    head, cell = book.look(bold=True, bg_color=HEAD, border=1, align="center"), book.look(border=1)
    for at, name in enumerate(("결과", "규칙코드", "건수")):
        sheet.write_string(row + 1, at, name, head)
    sheet.merge_range(row + 1, 3, row + 1, 4, "규칙", head)
    sheet.merge_range(row + 1, 5, row + 1, 7, subjects.called(view.judgement), head)
    row += 2
    for one in subjects.by_rule(view.judgement):
        sheet.write_string(row, 0, one.word, cell)
        sheet.write_string(row, 1, one.code, cell)
        sheet.write_number(row, 2, one.count, book.look(border=1, num_format=AMOUNT))
        sheet.merge_range(row, 3, row, 4, one.title, cell)
        sheet.merge_range(row, 5, row, 7, one.names, cell)
        row += 1
    return row + 1


def payments(book: Book, sheet: Worksheet, row: int, view: View) -> int:
    """지급액 산정, where the programme pays; the next free row."""
    if not view.judgement.payments:
        return row
    sheet.write_string(row, 0, f"지급액 산정 ({book.words['unit']})", book.look(bold=True, font_size=11))
    head = book.look(bold=True, bg_color=HEAD, border=1, align="center")
    cell = book.look(border=1, align="right", num_format=AMOUNT)
    for at, name in enumerate(subjects.PAYMENT):
        sheet.write_string(row + 1, at, name, head)
    for down, one in enumerate(subjects.payments(view.judgement), row + 2):
        for at, text in enumerate(one):
            figure = text.replace(",", "")
            if at and figure.isdigit():
                sheet.write_number(down, at, int(figure), cell)
            else:
                sheet.write_string(down, at, text, cell if at else book.look(border=1))
        row = down
    return row + 2
