"""Workbooks beside the final report: 사업관리시스템 입력자료.xlsx (tables I and II) and 직접지원내역서.xlsx (붙임 1).

Every row stands for itself (no merged cells, no totals), so that a range can be copied into the management system.
Figures are numbers with a format, dates are dates, texts are never formulas.
"""

from __future__ import annotations

import io
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import xlsxwriter

from settle.documents.forms import final
from settle.documents.forms.data import Choice, Report
from settle.documents.forms.gather import gather
from settle.documents.forms.parts import form
from settle.files import write_bytes
from settle.korean import mask, printable, width

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from settle.model import Book, Judgement
    from settle.programme.vocabulary import Programme

SYSTEM = "사업관리시스템 입력자료.xlsx"
SUPPORTS = "직접지원내역서.xlsx"
PERCENT, NUMBER, DAY, TEXT = "0.0%", "#,##0.######", "yyyy-mm-dd", "@"
SHRUNK = {"text_wrap": False, "shrink": True}  # a long number smaller, never ####
MILLIMETRE = 0.6  # characters of a column's width
HEIGHT, MOST_LINES = 15.0, 27  # points of a line; Excel knows no rows above 409 points


class _Sheet:
    """One worksheet being filled row by row."""

    def __init__(self, workbook: xlsxwriter.Workbook, name: str) -> None:
        self.workbook = workbook
        self.sheet: Worksheet = workbook.add_worksheet(name)
        self.row = 0
        self.widths: list[float] = []
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)

    def look(self, **more: Any) -> Format:
        common = {"font_name": "맑은 고딕", "font_size": 10, "valign": "vcenter", "border": 1, "text_wrap": True}
        return self.workbook.add_format({**common, **more})

    def line(self, text: str, **look: Any) -> None:
        """A line of text without a frame, such as a title or a footnote."""
        self.sheet.write_string(self.row, 0, text, self.look(border=0, text_wrap=False, **look))
        self.row += 1

    def heads(self, columns: Sequence[Sequence[Any]]) -> None:
        """The headings; they repeat on every printed page and stay in sight."""
        bold = self.look(bold=True, align="center", bg_color="#ECECEC")
        self.widths = [max(8.0, millimetres * MILLIMETRE) for _, millimetres, *_ in columns]
        self.fit([str(column[0]) for column in columns])
        for place, (column, characters) in enumerate(zip(columns, self.widths, strict=True)):
            self.sheet.write_string(self.row, place, str(column[0]), bold)
            self.sheet.set_column(place, place, characters)
        self.sheet.repeat_rows(self.row)
        self.row += 1
        self.sheet.freeze_panes(self.row, 0)

    def fit(self, values: Sequence[Any]) -> None:
        """Make the row as high as its longest text needs."""
        texts = [(width(str(v)), room - 1) for v, room in zip(values, self.widths, strict=True) if isinstance(v, str)]
        lines = max((-(-taken // int(room)) for taken, room in texts), default=1)
        self.sheet.set_row(self.row, HEIGHT * min(max(lines, 1), MOST_LINES))

    def body(self, rows: Sequence[Sequence[Any]], formats: Sequence[str]) -> None:
        """Records: str as text, Fraction and int as numbers, date as a date, None as an empty cell."""
        looks = {code: self.look(num_format=code, **({} if code == TEXT else SHRUNK)) for code in set(formats)}
        for values in rows:
            self.fit(values)
            for place, (value, code) in enumerate(zip(values, formats, strict=True)):
                if value is None or value == "":
                    self.sheet.write_blank(self.row, place, None, looks[code])
                elif isinstance(value, Fraction | int):
                    self.sheet.write_number(self.row, place, float(value), looks[code])
                elif isinstance(value, date):
                    self.sheet.write_datetime(
                        self.row, place, datetime.combine(value, datetime.min.time()), looks[code]
                    )
                else:
                    self.sheet.write_string(self.row, place, mask(printable(str(value))), looks[code])
            self.row += 1


def _workbook() -> tuple[io.BytesIO, xlsxwriter.Workbook]:
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"created": datetime(2020, 1, 1)})  # a fixed day: the same input gives the same bytes
    return stream, workbook


def write_system(
    book: Book, programme: Programme, path: Path, judgement: Judgement | None = None, recognised: bool = False
) -> None:
    """Write tables I and II of the final report as sheets to paste into the programme's management system."""
    words = form(programme, "final")
    report = gather(book, programme, judgement, Choice(recognised))
    stream, workbook = _workbook()
    first = _Sheet(workbook, "I. 과제추진")
    columns = list(words["summary"]["columns"])
    columns.insert(5, [words["inputs"]["unit"], 13])
    first.heads(columns)
    first.body(final.summary_rows(report), [NUMBER, *[TEXT] * 5, *[NUMBER] * 3, PERCENT, PERCENT])
    second = _Sheet(workbook, "II. 투입 현황")
    second.heads(_people_columns(words))
    second.body(_people(report), [NUMBER, TEXT, NUMBER, NUMBER, TEXT, TEXT, TEXT, TEXT, NUMBER, NUMBER, PERCENT])
    workbook.close()
    write_bytes(path, stream.getvalue())


def _people_columns(words: dict[str, Any]) -> list[list[Any]]:
    """The columns of table II, with what the form puts into one cell given a column each."""
    number, _, _, *rest = words["people"]["columns"]
    return [number, *words["inputs"]["people"], *rest]


def _people(report: Report) -> list[list[Any]]:
    rows = []
    for place, one in enumerate(final.companies(report), start=1):
        planned = None if one.planned is None else Fraction(one.planned, 1000)
        for line in one.assignments:
            own = None if line.planned is None else Fraction(line.planned, 1000)
            rows.append(
                [
                    place,
                    one.name or final.UNNAMED,
                    Fraction(one.worked, 1000),
                    planned,
                    line.person,
                    line.affiliation,
                    line.kind,
                    line.work,
                    own,
                    Fraction(line.worked, 1000),
                    final.share(line.worked, line.planned),
                ]
            )
    return rows


def write_supports(
    book: Book, programme: Programme, path: Path, judgement: Judgement | None = None, recognised: bool = False
) -> None:
    """Write 붙임 1 as a workbook, with its title and footnote."""
    words = form(programme, "final")
    at = words["supports"]
    report = gather(book, programme, judgement, Choice(recognised))
    stream, workbook = _workbook()
    sheet = _Sheet(workbook, at["title"][:31])
    sheet.line(at["mark"])
    sheet.line(at["title"], bold=True, font_size=14)
    sheet.heads(at["columns"])
    rows = [
        [place, one.participant, one.kind, one.item, one.vendor, one.acquired, Fraction(one.amount, 1_000_000)]
        for place, one in enumerate(report.supports, start=1)
    ]
    sheet.body(rows, [NUMBER, TEXT, TEXT, TEXT, TEXT, DAY, NUMBER])
    for note in at["notes"]:
        sheet.line(note)
    workbook.close()
    write_bytes(path, stream.getvalue())
