"""대사표.xlsx: the lists against the ledger, side by side, with totals that tie to the files."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter
from msgspec import Struct

from settle.documents.view import safe, safe_all
from settle.model import EFFECTS
from settle.reconciling import tables as laid_out
from settle.reconciling.tables import IN_FULL, Tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from settle.model import Judgement

FILE = "대사표.xlsx"
FIXED_DATE = dt.datetime(2020, 1, 1)  # the same input gives the same bytes
_WIDTHS = (
    "자료 16, 쪽 6, 이름 44, 구분 22, 건수 9, 금액 15, 묶음 7, 맞은 열쇠 26, 집행번호 14, 증빙 16, 명세 40, 행 7, "
    "승인번호 26, 취소·감액 13, 차이 13, 까닭 26, 상대 22, 날짜 11"
)
WIDTHS = {name: int(width) for name, _, width in (pair.rpartition(" ") for pair in _WIDTHS.split(", "))}
FINDING_COLUMNS = ["규칙", "판정", "집행번호", "금액", "내용", "조치"]
FINDING_WIDTHS = [10, 8, 14, 14, 80, 60]


class Styles(Struct, frozen=True):
    """Formats of one workbook."""

    title: Format
    head: Format
    text: Format
    won: Format
    day: Format
    total_text: Format
    total_won: Format
    wrapped: Format


def styles_of(book: xlsxwriter.Workbook) -> Styles:
    line = {"border": 1, "border_color": "#BFBFBF", "valign": "top", "font_name": "맑은 고딕", "font_size": 10}
    total = {**line, "bold": True, "bg_color": "#F2F2F2"}
    won = "#,##0;[Red]-#,##0"
    return Styles(
        title=book.add_format({"bold": True, "font_size": 14, "font_name": "맑은 고딕"}),
        head=book.add_format({**line, "bold": True, "bg_color": "#1F3864", "font_color": "white", "text_wrap": True}),
        text=book.add_format(line),
        won=book.add_format({**line, "num_format": won, "shrink": True}),
        day=book.add_format({**line, "num_format": "yyyy-mm-dd"}),
        total_text=book.add_format(total),
        total_won=book.add_format({**total, "num_format": won, "shrink": True}),
        wrapped=book.add_format({**line, "text_wrap": True}),
    )


def workbook(judgement: Judgement, shown: Tables) -> bytes:
    """대사표.xlsx as bytes: 요약, 지적, 맞음, 장부에만 있음, 명세에만 있음, 검산. Texts are never formulas."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": FIXED_DATE, "title": "대사표"})
    styles = styles_of(book)
    _summary(book.add_worksheet("요약"), styles, judgement, shown)
    _findings(book.add_worksheet("지적"), styles, judgement)
    for name, table in (("맞음", shown.matched), ("장부에만 있음", shown.ours), ("명세에만 있음", shown.theirs)):
        write_table(book.add_worksheet(name), styles, name, table)
    _checks(book.add_worksheet("검산"), styles, judgement)
    book.close()
    return out.getvalue()


def render(judgement: Judgement) -> bytes:
    """대사표.xlsx of a judgement that was made with lists. Raises ValueError where it was not."""
    return workbook(judgement, shown_of(judgement))


def shown_of(judgement: Judgement) -> Tables:
    """The tables of a judgement's reconciliation. Raises ValueError where it has none."""
    if judgement.reconciliation is None:
        raise ValueError("no lists")
    return laid_out.tables(judgement.reconciliation)


def write_head(page: Worksheet, styles: Styles, row: int, names: list[str], widths: list[int]) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(row)
    page.set_footer("&C&P / &N")
    for place, (name, width) in enumerate(zip(names, widths, strict=True)):
        page.write_string(row, place, name, styles.head)
        page.set_column(place, place, width)


def write_row(page: Worksheet, at: int, values: Iterable[Any], text: Format, won: Format) -> None:
    """One row from the first column on: texts as texts, numbers in won."""
    for place, value in enumerate(values):
        if isinstance(value, str):
            page.write_string(at, place, value, text)
        else:
            page.write_number(at, place, int(value), won)


def column_width(name: str) -> int:
    return next((w for known, w in WIDTHS.items() if name == known or name.endswith(known)), 14)


def _summary(page: Worksheet, styles: Styles, judgement: Judgement, shown: Tables) -> None:
    book = judgement.book.agreement
    page.write_string(0, 0, "대사표", styles.title)
    about = " · ".join(safe(str(book[k])) for k in ("협약번호", "주관기업", "수행기관") if book.get(k))
    page.write_string(1, 0, about)
    page.write_string(
        2,
        0,
        "장부와 명세의 건수·금액을 맞은 것과 남은 것으로 나눕니다. 나눈 것을 더하면 전체(파일의 합계)와 같습니다.",
    )
    write_head(page, styles, 4, laid_out.TOTALS, [column_width(n) for n in laid_out.TOTALS])
    row = 5
    for values in shown.totals.itertuples(index=False, name=None):
        whole = values[3] == IN_FULL
        text, won = (styles.total_text, styles.total_won) if whole else (styles.text, styles.won)
        write_row(page, row, [safe(v) if isinstance(v, str) else v for v in values], text, won)
        row += 1
    result = judgement.reconciliation
    row += 1
    if result.cash:
        page.merge_range(row, 3, row, 5, "사업비 계좌", styles.head)
        for name, value in result.cash.items():
            row += 1
            page.merge_range(row, 3, row, 4, name, styles.text)
            page.write_number(row, 5, value, styles.won)
        row += 2
    said = [*result.notices, *(f"{code}: {reason}" for code, reason in sorted(result.partly.items()))]
    said += [f"{s.title}: {notice}" for s in result.statements for notice in s.notices]
    for line in safe_all(said):
        page.write_string(row, 0, line)
        row += 1
    page.freeze_panes(5, 0)


def _findings(page: Worksheet, styles: Styles, judgement: Judgement) -> None:
    write_head(page, styles, 0, FINDING_COLUMNS, FINDING_WIDTHS)
    found = judgement.findings[judgement.findings["code"].str.startswith("REC-")]
    for row, finding in enumerate(found.itertuples(index=False), start=1):
        page.write_string(row, 0, finding.code, styles.text)
        page.write_string(row, 1, EFFECTS[finding.effect], styles.text)
        page.write_string(row, 2, finding.line, styles.text)
        page.write_number(row, 3, int(finding.applied), styles.won)
        page.write_string(row, 4, safe(finding.message), styles.wrapped)
        page.write_string(row, 5, safe(finding.remedy), styles.wrapped)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, len(found), len(FINDING_COLUMNS) - 1)


def one_across(page: Worksheet) -> None:
    """On paper: A4 across, as wide as one page, headings on every page."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def write_table(page: Worksheet, styles: Styles, name: str, table: pd.DataFrame) -> None:
    """A table under its headings. Amounts and dates are numbers of Excel; a blank date stays blank."""
    write_head(page, styles, 0, list(table.columns), [column_width(c) for c in table.columns])
    for place, column in enumerate(table.columns):
        values = table[column]
        if pd.api.types.is_datetime64_any_dtype(values):
            for row, value in enumerate(values.dt.to_pydatetime() if len(values) else [], start=1):
                if value is pd.NaT:
                    page.write_blank(row, place, None, styles.day)
                else:
                    page.write_datetime(row, place, value, styles.day)
        elif pd.api.types.is_integer_dtype(values):
            for row, number in enumerate(values.tolist(), start=1):
                page.write_number(row, place, number, styles.won)
        else:
            for row, text in enumerate(safe_all(values.tolist()), start=1):
                page.write_string(row, place, text, styles.text)
    one_across(page)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(len(table), 1), max(len(table.columns) - 1, 0))


def _checks(page: Worksheet, styles: Styles, judgement: Judgement) -> None:
    names = ["명세", "검산", "적힌 값", "계산한 값", "차이", "행", "결과"]
    write_head(page, styles, 0, names, [44, 34, 16, 16, 14, 8, 10])
    row = 1
    for statement in judgement.reconciliation.statements:
        for check in statement.checks:
            values: list[Any] = [safe(statement.title), safe(check.what), check.stated, check.counted]
            values += [check.stated - check.counted, check.row or "", "맞음" if check.holds else "맞지 않음"]
            write_row(page, row, values, styles.text, styles.won)
            row += 1
    page.freeze_panes(1, 0)
