"""LAB about single lines: grades, papers, who is paid for what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import words
from .common import covers, external, labour, on_invoice, person
from .general import supply_and_vat
from .sheets import day, days, known, text, won

if TYPE_CHECKING:
    from .engine import Case, Won
    from .sheets import Line, Row


def lines(case: Case) -> None:
    roster = case.sheets.has("투입인력")
    for line in case.judged:
        if not labour(line):
            continue
        row = person(case.sheets, line.cell("컨설턴트"))
        taken = _taken(case, line, row, roster)
        _replacement(case, line)
        if case.sheets.has("증빙목록"):
            _papers(case, line, row)
        contract = case.trade.of[line.place].has("용역계약서")
        if external(case, line) and not contract and (not line.holder or line.holder != line.cell("컨설턴트")):
            case.hold("LAB-120", line)
        if roster:
            if row is not None:
                _side(case, line, row)
            if not taken:
                _ceiling(case, line, row)
                _grade(case, line, row)
    if roster:
        _planned(case)


def _taken(case: Case, line: Line, row: Row | None, roster: bool) -> bool:
    """LAB-040, 100, 110."""
    codes = []
    if roster and row is None and line.cell("컨설턴트"):
        if any(not text(r.get("성명")) for r in case.sheets.rows("투입인력")):
            case.hold("LAB-040", line)
        else:
            case.cap("LAB-040", [line])
        codes.append("LAB-040")
    if external(case, line) and line.expense in ("4대보험", "퇴직금"):
        case.cap("LAB-100", [line])
        codes.append("LAB-100")
    if line.expense in ("판공비", "복리후생비"):
        case.cap("LAB-110", [line])
        codes.append("LAB-110")
    return any((line.place, code) not in case.decisions for code in codes)


def _ceiling(case: Case, line: Line, row: Row | None) -> None:
    """LAB-010."""
    grade = known((row or {}).get("등급"), frozenset(words.CEILINGS))
    worked = days(line.row.get("투입MD"))
    if not grade or not worked:
        case.hold("LAB-010", line)
    else:
        _capped(case, "LAB-010", line, words.CEILINGS[grade] * worked)
    price = won(line.row.get("단가"))
    if price is not None and worked:
        product = price * worked
        if product not in (line.claimed * 1000, (line.supply if line.supply is not None else line.claimed) * 1000):
            case.note("LAB-010", line)


def _capped(case: Case, code: str, line: Line, thousandths: int) -> None:
    """On an invoice the ceiling looks at 공급가액; while VAT is inside, that of the ceiling is recognised with it."""
    parts = supply_and_vat(case.trade.of[line.place]) if on_invoice(case, line) else None

    def most(left: Won) -> int:
        if parts and parts[0] > 0 and left[line.place] > parts[0]:
            return -(-thousandths * (parts[0] + parts[1]) // (parts[0] * 1000))
        return -(-thousandths // 1000)

    case.cap(code, [line], most)


def _grade(case: Case, line: Line, row: Row | None) -> None:
    """LAB-130."""
    if row is None:
        return
    claimed = known(row.get("등급"), frozenset(words.CEILINGS))
    worked = days(line.row.get("투입MD"))
    if not claimed:
        return
    if text(row.get("등급증빙")) != "Y":
        case.hold("LAB-130", line)
        return
    degree = text(row.get("학력"))
    licences = [part for part in re.split(r"\s*,\s*", text(row.get("자격"))) if part]
    credentials = [c for c in (degree, *licences) if c in words.ROUTES]
    strange = any(c and c not in words.ROUTES for c in (degree, *licences))
    years = row.get("경력연수")
    had = float(years) if re.fullmatch(r"\d+(\.\d+)?", text(years)) else None
    supported = _supported(credentials, had)
    if supported and words.GRADES.index(supported) >= words.GRADES.index(claimed):
        return
    if not credentials or strange or had is None or supported is None:
        case.hold("LAB-130", line)
    elif worked:
        _capped(case, "LAB-130", line, words.CEILINGS[supported] * worked)


def _supported(credentials: list[str], had: float | None) -> str | None:
    best = None
    for credential in credentials:
        for grade, needed in words.ROUTES[credential].items():
            reached = needed == 0 or (had is not None and had >= needed)
            if reached and (best is None or words.GRADES.index(grade) > words.GRADES.index(best)):
                best = grade
    return best


def _replacement(case: Case, line: Line) -> None:
    """LAB-050."""
    name = line.cell("컨설턴트")
    rows = [
        r
        for r in case.sheets.rows("변경승인")
        if text(r.get("변경구분")) == "컨설턴트변경" and name and text(r.get("변경후")) == name and covers(r, line)
    ]
    if not rows:
        return
    dated = [when for when in (day(r.get("승인일")) for r in rows) if when]
    if dated:
        logged = [day(r.get("일자")) for r in case.sheets.rows("수행일지") if text(r.get("컨설턴트")) == name]
        if any(when is not None and when < min(dated) for when in logged):
            case.note("LAB-050", line)
    elif case.sheets.has_column("변경승인", "승인일"):
        case.cap("LAB-050", [line])
    else:
        case.hold("LAB-050", line)


def _papers(case: Case, line: Line, row: Row | None) -> None:
    """LAB-060."""
    papers = case.trade.of[line.place]
    name = line.cell("컨설턴트")
    logged = any(text(r.get("컨설턴트")) == name != "" for r in case.sheets.rows("수행일지"))
    there = (
        (logged or papers.has("수행일지"))
        and papers.has("인건비지급내부결재")
        and papers.has("계좌입출금내역", "이체확인증")
    )
    if external(case, line):
        paid = papers.has(*words.WITHHOLDING)
        if papers.has("용역계약서"):
            paid = paid or papers.has(*words.INVOICES)
        there = there and papers.has("이체확인증") and paid
    elif line.item == "내부인건비" or (row is not None and text(row.get("구분")) == "내부"):
        there = there and papers.has("근로소득원천징수부") and papers.has("참여율현황표")
    if not there:
        case.hold("LAB-060", line)


def _side(case: Case, line: Line, row: Row) -> None:
    """LAB-160, and LAB-090 for somebody inside without 참여율."""
    side = known(row.get("구분"), words.SIDES)
    if not side or (line.item and line.item != f"{side}인건비"):
        case.hold("LAB-160", line)
    if side == "내부" and case.sheets.has("수행일지") and text(row.get("참여율")) == "":
        case.hold("LAB-090", line)


def _planned(case: Case) -> None:
    """LAB-150."""
    for row in case.sheets.rows("투입인력"):
        planned = days(row.get("계획MD"))
        name = text(row.get("성명"))
        paid = [days(line.row.get("투입MD")) or 0 for line in case.judged if line.cell("컨설턴트") == name]
        if planned is not None and sum(paid) > planned:
            case.note("LAB-150")
