"""의심신호.xlsx: leads on a sheet of their own, never red, with a place to say 맞음 or 아님."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import xlsxwriter

from settle.files import write_bytes
from settle.korean import width

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from settle.leads.finding import Found

FILE = "의심신호.xlsx"
COLUMNS = {
    "번호": 7, "신호": 10, "무엇": 22, "줄": 26, "집행금액": 13, "내용": 56, "해가 없을 수 있는 까닭": 44,
    "맞음/아님": 11, "판단한 사람": 12, "메모": 24, "식별": 16,
}  # fmt: skip
TITLE = "의심 신호: 사람이 더 볼 곳입니다. 판정이 아니며 금액을 움직이지 않습니다."


def write(found: Found, path: Path, rates: Mapping[str, tuple[int, int]] | None = None) -> Path:
    """Write the sheet. rates: code -> (맞음, decided) of earlier leads. Raises settle.files.WriteError."""
    return write_bytes(path, render(found, rates or {}))


def render(found: Found, rates: Mapping[str, tuple[int, int]]) -> bytes:
    """The workbook."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet("의심 신호")
        head = book.add_format(
            {"bold": True, "bg_color": "#DCE6F2", "border": 1, "valign": "vcenter", "text_wrap": True}
        )
        text = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#C5CDD8"})
        won = book.add_format({"num_format": "#,##0", "valign": "top", "border": 1, "border_color": "#C5CDD8"})
        sheet.write_string(0, 0, TITLE, book.add_format({"bold": True, "font_color": "#1F4E79"}))
        for place, (name, wide) in enumerate(COLUMNS.items()):
            sheet.set_column(place, place, wide)
            sheet.write_string(2, place, name, head)
        for row, one in enumerate(found.leads, start=3):
            title = one.title
            if one.code in rates:
                right, decided = rates[one.code]
                title += f" (지난 판단 {decided}건 가운데 {right}건 맞음)"
            sheet.write_number(row, 0, row - 2, text)
            texts = {
                "무엇": title,
                "줄": ", ".join(one.lines),
                "내용": one.message,
                "해가 없을 수 있는 까닭": one.harmless_because,
            }
            # the height by hand: not every program makes room for wrapped text when it opens a file
            sheet.set_row(row, 15 * max(-(-width(said) // (COLUMNS[name] - 2)) for name, said in texts.items()))
            said = found.decided.get(one.id, ("", "", ""))  # what a binder has of it: verdict, who, note
            cells = (one.code, title, ", ".join(one.lines), None, one.message, one.harmless_because, *said, one.id)
            for place, value in enumerate(cells, start=1):
                if value is None:
                    sheet.write_number(row, place, one.won, won)
                else:
                    sheet.write_string(row, place, value[:32_767], text)
        last = 3 + len(found.leads)
        for row, (code, why) in enumerate(sorted(found.unasked.items()), start=last + 1):
            sheet.write_string(row, 1, code)
            sheet.write_string(row, 2, f"보지 못함: {why}")
        if found.leads:
            sheet.data_validation(3, 7, last - 1, 7, {"validate": "list", "source": ["맞음", "아님"]})
            sheet.autofilter(2, 0, last - 1, len(COLUMNS) - 1)
        sheet.freeze_panes(3, 2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
    return stream.getvalue()
