"""보완요청 목록.xlsx: every letter, and everything that is asked."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.documents.requests import Letter

FIXED = dt.datetime(2000, 1, 1)  # the same input gives the same bytes
LETTERS = [("연번", 6), ("받는 곳", 12), ("이름", 28), ("경유", 24), ("건수", 8), ("걸린 금액", 16), ("회신 기한", 18),
           ("파일", 44), ("회신일", 14)]  # fmt: skip
ASKED = [("연번", 6), ("받는 곳", 12), ("이름", 28), ("집행번호", 14), ("집행일", 12), ("거래처", 20), ("적요", 28), ("집행금액", 14),
         ("걸린 금액", 14), ("규칙코드", 10), ("요청하는 것", 44), ("까닭", 50), ("근거", 20), ("회신 기한", 18), ("회신", 30)]  # fmt: skip


def render(letters: Sequence[Letter], words: dict[str, Any], due: str, through: dict[str, str]) -> bytes:
    """The workbook. Texts are never formulas."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": FIXED, "title": words["overview"]})
    rows = [
        [
            n,
            one.kind,
            one.recipient,
            through[one.file],
            len(one.rows),
            one.won if one.of_money else "",
            due,
            f"{one.file}.hwpx",
            "",
        ]
        for n, one in enumerate(letters, start=1)
    ]
    rows.append(
        ["", "합계", "", "", sum(len(one.rows) for one in letters), sum(one.won for one in letters), "", "", ""]
    )
    _sheet(book, "받는 곳", LETTERS, rows, sums=1)
    asked = [
        [0, one.kind, one.recipient, row.line, row.day, row.vendor, row.text,
         int(row.claimed) if one.of_money else "", int(row.applied) if one.of_money else "", row.code,
         "\n".join(dict.fromkeys(t for t in (row.papers, row.remedy) if t)), row.reason, row.source, due, ""]
        for one in letters
        for row in one.rows.itertuples()
    ]  # fmt: skip
    for n, cells in enumerate(asked, start=1):
        cells[0] = n
    total = ["", "합계", "", "", "", "", "", "", sum(one.won for one in letters), *[""] * 6]
    _sheet(book, "요청 내역", ASKED, [*asked, total], sums=1)
    book.close()
    return out.getvalue()


def _sheet(
    book: xlsxwriter.Workbook, name: str, columns: Sequence[tuple[str, int]], rows: list[list[Any]], sums: int
) -> None:
    common = {"font_name": "맑은 고딕", "font_size": 10, "valign": "top", "border": 1, "text_wrap": True}
    text, won = book.add_format(common), book.add_format({**common, "num_format": "#,##0", "text_wrap": False})
    head = book.add_format({**common, "bold": True, "align": "center", "valign": "vcenter", "bg_color": "#E3E7EB"})
    total = book.add_format({**common, "bold": True, "num_format": "#,##0", "bg_color": "#F1F3F5"})
    sheet = book.add_worksheet(name)
    for at, (title, chars) in enumerate(columns):
        sheet.set_column(at, at, chars)
        sheet.write_string(0, at, title, head)
    for y, cells in enumerate(rows, start=1):
        last = y > len(rows) - sums
        for x, value in enumerate(cells):
            if isinstance(value, str):
                sheet.write_string(y, x, value, total if last else text)
            else:
                sheet.write_number(y, x, value, total if last else won)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows) - sums, 1), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
