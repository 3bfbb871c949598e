"""What several rules ask of a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import words
from .sheets import day, known, text

if TYPE_CHECKING:
    from .engine import Case
    from .sheets import Line, Row, Sheets


def covers(row: Row, line: Line) -> bool:
    """A row of 변경승인 with 집행번호 covers that line, without it the lines of its 참여기업, with neither all."""
    number, firm = text(row.get("집행번호")), text(row.get("참여기업"))
    if number:
        return number == line.number
    return not firm or firm == line.cell("참여기업")


def approved(sheets: Sheets, line: Line, change: str) -> bool | None:
    """Whether an approval covers the line; None: the sheet does not say (no column 승인일, or a row of no known kind)."""
    column = sheets.has_column("변경승인", "승인일")
    verdict: bool | None = False
    for row in sheets.rows("변경승인"):
        kind = known(row.get("변경구분"), words.CHANGES)
        if not covers(row, line) or kind not in ("", change):
            continue
        dated = day(row.get("승인일")) is not None
        if kind == change and dated:
            return True
        if (kind == change and not column) or (kind == "" and (dated or not column)):
            verdict = None
    return verdict


def operating(line: Line) -> bool:
    """사업운영비, or 위탁사업비 of an operating 세세목."""
    return line.item == "사업운영비" or (line.heading == "위탁사업비" and line.detail in words.DETAILS)


def to_business(line: Line) -> bool:
    name = line.holder or line.vendor
    return line.brn != "" or any(form in name for form in words.COMPANY_FORMS)


def fee_or_travel(line: Line) -> bool:
    return line.expense in words.FEES or line.detail in words.TRAVEL


def to_person(line: Line) -> bool:
    """A payment to a person: a fee, or travel paid to the traveller, by transfer to no business."""
    return fee_or_travel(line) and line.means == "계좌이체" and not to_business(line)


def on_invoice(case: Case, line: Line) -> bool:
    return case.trade.of[line.place].has(*words.INVOICES)


def maybe_person(line: Line) -> bool:
    """What would be a payment to a person if it was paid by transfer, and nobody says how it was paid."""
    return fee_or_travel(line) and line.means == "" and not to_business(line)


def labour(line: Line) -> bool:
    return line.heading == "인건비"


def labour_without_invoice(case: Case, line: Line) -> bool:
    return labour(line) and not on_invoice(case, line)


def external(case: Case, line: Line) -> bool:
    """By 세목 of the line; where it has none, by the roster."""
    if line.item:
        return line.item == "외부인건비"
    row = person(case.sheets, line.cell("컨설턴트"))
    return row is not None and text(row.get("구분")) == "외부"


def person(sheets: Sheets, name: str) -> Row | None:
    return next((row for row in sheets.rows("투입인력") if name and text(row.get("성명")) == name), None)


def meal_word(line: Line) -> bool:
    return any(word in line.cell("적요") for word in words.MEAL_WORDS)


def is_meal(line: Line) -> bool:
    """By 지출유형, or, where it is blank, a 회의비 line whose 적요 has a meal word."""
    if line.expense:
        return line.expense in words.MEAL_KINDS
    return line.detail == "회의비" and meal_word(line)


def foreign_proved(case: Case, line: Line) -> bool:
    papers = case.trade.of[line.place]
    return papers.has("Invoice") and papers.has("외화송금증")


def person_proved(case: Case, line: Line) -> bool:
    papers = case.trade.of[line.place]
    return to_person(line) and (papers.has("이체확인증") or papers.has(*words.WITHHOLDING))


def ordered_and_received(case: Case, line: Line) -> bool:
    papers = case.trade.of[line.place]
    return papers.has("발주서") and papers.has(*words.RECEIVED)
