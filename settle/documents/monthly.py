"""월간대사.xlsx and 월간대사.pdf."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pandas as pd
import xlsxwriter

from settle.documents import files, listed
from settle.documents.chart import fitting, stacked
from settle.documents.content import LANDSCAPE, Block, Picture
from settle.documents.listed import Part
from settle.documents.pdf import fonts as font_files
from settle.documents.reconciliation_lists import cells_of
from settle.documents.view import Category, form, safe
from settle.documents.xlsx.reconciliation import FIXED_DATE, Styles, one_across, styles_of, write_row, write_table

if TYPE_CHECKING:
    from pathlib import Path

    from settle.batch.summary import Summary, Table

WORKBOOK, PDF = "월간대사.xlsx", "월간대사.pdf"
MOST_BARS = 24
POINT = 72 / 25.4  # points of a millimetre
ABOVE, LINE = 22.0, 7.0  # mm of the first page that the title takes, and each line below it
SOME = "그림에는 집행금액이 큰 수행기관 {}개만 있습니다."
SHEET_NAMES = {"읽지 못했거나 일부만 판정한 협약": "읽지 못한 협약"}


def workbook(month: Summary) -> bytes:
    """월간대사.xlsx as bytes, with a chart of the institutions. Texts are never formulas."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": FIXED_DATE, "title": month.title})
    styles = styles_of(book)
    first = book.add_worksheet("요약")
    one_across(first)
    first.write_string(0, 0, month.title, styles.title)
    for row, line in enumerate([*month.sentence, *(t.note for t in month.tables if t.note)], start=1):
        first.write_string(row, 0, safe(line))
    for table in month.tables:
        sheet = book.add_worksheet(SHEET_NAMES.get(table.title, table.title)[:31])
        if len(table.rows.columns):
            write_table(sheet, styles, table.title, table.rows)
            _total(sheet, styles, table)
        else:
            sheet.write_string(0, 0, table.note)
    count = len(month.institutions)
    if count and bool(month.institutions["claimed"].any()):  # the first table is theirs
        chart = book.add_chart({"type": "bar", "subtype": "stacked"})
        source = month.tables[0].title
        for column, colour in ((3, "#2E6F9E"), (4, "#E0A030"), (5, "#B03A2E")):
            chart.add_series(
                {
                    "name": [source, 0, column],
                    "categories": [source, 1, 0, min(count, MOST_BARS), 0],
                    "values": [source, 1, column, min(count, MOST_BARS), column],
                    "fill": {"color": colour},
                }
            )
        chart.set_title({"name": "수행기관별 집행금액의 구성", "name_font": {"size": 11}})
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"num_format": "#,##0"})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 900, "height": 160 + 26 * min(count, MOST_BARS)})
        first.insert_chart(len(month.sentence) + sum(bool(t.note) for t in month.tables) + 2, 0, chart)
    book.close()
    return out.getvalue()


def _total(sheet: xlsxwriter.worksheet.Worksheet, styles: Styles, table: Table) -> None:
    if not table.last_is_sum or not len(table.rows):
        return
    write_row(sheet, len(table.rows), table.rows.iloc[-1].tolist(), styles.total_text, styles.total_won)


def pdf(month: Summary, programme: str, font: Path | None = None) -> bytes:
    """월간대사.pdf as bytes. Raises FontError."""
    words = form(programme).words["words"]
    about = [safe(line) for line in month.sentence]
    bars = [
        Category(0, safe(row.수행기관), None, int(row.claimed), int(row.recognised), int(row.held), int(row.disallowed))
        for row in month.institutions.head(MOST_BARS).itertuples(index=False)
    ]
    pictures: list[Block] = []
    if any(b.claimed > 0 for b in bars):
        wide = LANDSCAPE.room * POINT
        high = (LANDSCAPE.tall - ABOVE - LINE * (len(about) + 1)) * POINT
        shown = bars[: fitting(bars, wide, high, font_files.load(font))]
        said = "; ".join(f"{b.name} {b.claimed:,}원" for b in shown)
        pictures.append(
            Picture(lambda fonts: stacked(shown, wide, fonts, words, high), f"수행기관별 집행금액의 구성. {said}")
        )
        if len(month.institutions) > len(shown):
            about.append(SOME.format(len(shown)))
    parts = [_part(table) for table in month.tables]
    made = listed.document(month.title, about, parts, pictures, author="settle batch")
    return files.render(made, files.PDF, font)


def _part(table: Table) -> Part:
    columns = [
        (str(name), width, "right" if pd.api.types.is_integer_dtype(table.rows[name]) else "left")
        for name, width in zip(table.rows.columns, table.widths, strict=True)
    ]
    sums = frozenset([len(table.rows) - 1]) if table.last_is_sum and len(table.rows) else frozenset[int]()
    rows = cells_of(table.rows) if len(table.rows) else []
    return Part(table.title, columns, rows, sums, table.note, WORKBOOK)
