"""MTG, TRV and OPS: meetings, travel and the other operating cost, also where they stand under 위탁사업비."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from . import words
from .common import (
    fee_or_travel,
    foreign_proved,
    is_meal,
    maybe_person,
    meal_word,
    operating,
    person_proved,
    to_business,
    to_person,
)
from .sheets import day, won
from .trade import papers_amount, papers_total, transaction_total

if TYPE_CHECKING:
    from datetime import date

    from .engine import Case
    from .sheets import Line, Paper
    from .trade import Purchase

LARGE = 300_000
PER_HEAD = 30_000


def heads(line: Line, name: str = "참석인원") -> int | None:
    return won(line.row.get(name))


# ---- meetings ------------------------------------------------------------------------------------------------------


def meetings(case: Case) -> None:
    for purchase in case.trade.purchases:
        lines = [line for line in purchase.lines if line.detail == "회의비"]
        if not lines:
            continue
        if case.sheets.has("증빙목록"):
            _minutes(case, purchase, lines)
        meals = [line for line in lines if is_meal(line)]
        if meals:
            _per_head(case, meals, lines)
        for line in lines:
            _company(case, line)
            if line.cell("업종") in words.ENTERTAINMENT:
                case.cap("MTG-040", [line])
            if line.expense == "초과근무식대" and case.sheets.has("증빙목록"):
                _overtime(case, line)
    _meeting_notes(case)


def _minutes(case: Case, purchase: Purchase, lines: list[Line]) -> None:
    """MTG-010."""
    lines = [line for line in lines if not to_person(line)]
    total = transaction_total(purchase)
    by_paper = total <= LARGE < papers_total(purchase)
    if not lines or (total <= LARGE and not by_paper):
        return
    verdict = _minutes_verdict(purchase)
    if verdict == "disallow" and not by_paper and not any(map(maybe_person, lines)):
        for line in lines:
            case.cap("MTG-010", [line])
    elif verdict in ("disallow", "hold"):
        for line in lines:
            case.hold("MTG-010", line)
    elif verdict == "note":
        for line in lines:
            case.note("MTG-010", line)


def _minutes_verdict(purchase: Purchase) -> str:
    minutes = [p for p in purchase.papers if p.kind in ("회의록", "내부품의서")]
    if not minutes:
        return "hold" if purchase.blank_kind else "disallow"
    signed = [p.signed for p in purchase.papers if p.kind in ("회의록", "내부품의서", "참석자명부")]
    known = [count for count in signed if count is not None]
    if known and not any(known) and len(known) == len(signed):
        return "hold" if purchase.blank_kind else "disallow"
    present = {heads(line) for line in purchase.lines} - {None}
    items = {item for paper in minutes for item in paper.items}
    if not set(words.MEETING_ITEMS) <= items or not known or not present:
        return "hold"
    attendees = max(count for count in present if count is not None)
    if max(known) < attendees:
        return "hold"
    return "note" if max(known) > attendees else ""


def _per_head(case: Case, meals: list[Line], lines: list[Line]) -> None:
    """MTG-020: the meals of a purchase against its largest 참석인원 × 식수."""
    counted = []
    for line in lines:
        present, inside, outside = heads(line), heads(line, "내부인원"), heads(line, "외부인원")
        if inside is not None and outside is not None and present and inside + outside != present:
            for each in meals:
                case.hold("MTG-020", each)
            return
        if present:
            counted.append(present * (heads(line, "식수") or 1))
    if counted:
        case.cap("MTG-020", meals, PER_HEAD * max(counted))
    else:
        for line in meals:
            case.hold("MTG-020", line)


def _company(case: Case, line: Line) -> None:
    """MTG-030."""
    present, inside, outside = heads(line), heads(line, "내부인원"), heads(line, "외부인원")
    own = outside == 0 or (outside is None and inside is not None and inside == present)
    if line.expense == "초과근무식대":
        return
    if is_meal(line):
        if own:
            case.cap("MTG-030", [line])
        elif outside is not None and present is not None and outside > present:
            case.hold("MTG-030", line)
    elif own:
        case.note("MTG-030", line)


def _overtime(case: Case, line: Line) -> None:
    papers = case.trade.of[line.place]
    if papers.has("초과근무내역"):
        return
    if papers.blank_kind:
        case.hold("MTG-050", line)
    else:
        case.cap("MTG-050", [line])


def _meeting_notes(case: Case) -> None:
    """MTG-060, 070, 080, 090."""
    meetings: dict[tuple[str, date], list[Purchase]] = {}
    meals: dict[tuple[str, date, int], list[Purchase]] = {}
    for purchase in case.trade.purchases:
        line = purchase.lines[0]
        if line.detail != "회의비" or not line.vendor or line.paid is None:
            continue
        if transaction_total(purchase) <= LARGE:
            meetings.setdefault((line.vendor, line.paid), []).append(purchase)
        present = heads(line)
        if is_meal(line) and present:
            total = sum(case.trade.net[one.place] for one in purchase.lines)
            if total <= PER_HEAD * present * (heads(line, "식수") or 1):
                meals.setdefault((line.vendor, line.paid, present), []).append(purchase)
    for same in meetings.values():
        if len(same) > 1 and sum(map(transaction_total, same)) > LARGE:
            case.note("MTG-060")
    for (_, _, present), same in meals.items():
        total = sum(case.trade.net[line.place] for purchase in same for line in purchase.lines)
        if len(same) > 1 and total > PER_HEAD * present:
            case.note("MTG-070")
    for line in case.judged:
        if line.item == "사업운영비" and line.detail not in words.TRAVEL:
            as_other = line.expense and line.expense not in words.MEAL_KINDS and meal_word(line)
            elsewhere = line.detail != "회의비" and (line.expense in words.MEAL_KINDS or meal_word(line))
            if as_other or elsewhere or (heads(line, "식수") or 0) > 3:
                case.note("MTG-080", line)
    _one_record(case)


def _one_record(case: Case) -> None:
    by_name: dict[str, set[date]] = {}
    for paper in case.sheets.papers:
        if paper.kind != "회의록":
            continue
        lines = [line for line in case.judged if line.number in paper.numbers and line.detail == "회의비"]
        dates = {line.cause or line.paid for line in lines} - {None}
        key = paper.file or f"row {paper.place}"
        by_name.setdefault(key, set()).update(d for d in dates if d is not None)
        if paper.date and any(d is not None and d.year != paper.date.year for d in dates):
            case.note("MTG-090")
    if any(len(dates) > 1 for dates in by_name.values()):
        case.note("MTG-090")


# ---- travel --------------------------------------------------------------------------------------------------------


def travel(case: Case) -> None:
    lines = [line for line in case.judged if line.detail in words.TRAVEL]
    rules = case.sheets.term("자체여비기준")
    papers = case.sheets.has("증빙목록")
    for line in lines:
        purchase = case.trade.of[line.place]
        if papers:
            _trip_papers(case, line, purchase)
        _when_used(case, line, purchase)
        if line.expense in ("숙박비", "식비") and line.cell("현지제공") == "Y":
            case.cap("TRV-040", [line])
        if line.expense in words.ABOVE_PUBLIC and rules != "Y" and case.sheets.has("협약"):
            case.hold("TRV-050", line)
        if papers and rules == "Y" and not any(p.kind == "여비지급규정" for p in case.sheets.papers):
            case.hold("TRV-060", line)
    if papers and rules == "N":
        for purchase in case.trade.purchases:
            of_travel = [line for line in purchase.lines if line.detail in words.TRAVEL]
            if of_travel:
                _proved(case, purchase, of_travel)
    for one, two in combinations(sorted(lines, key=lambda line: line.order), 2):
        if _same_per_diem(one, two):
            case.hold("TRV-080", two)


def _trip_papers(case: Case, line: Line, purchase: Purchase) -> None:
    """TRV-010, TRV-020."""
    plans = [p for p in purchase.papers if p.kind in ("출장결의서", "출장품의서")]
    items = {item for paper in plans for item in paper.items}
    if not plans:
        verdict = "disallow"
    elif not items and not any(p.strange_items for p in plans):
        verdict = "hold"
    elif not set(words.TRIP_ITEMS) <= items:
        verdict = "hold" if any(p.strange_items for p in plans) else "disallow"
    else:
        verdict = "" if "출장목적" in items else "hold"
    if verdict == "hold" or (verdict and purchase.blank_kind):
        case.hold("TRV-010", line)
    elif verdict:
        case.cap("TRV-010", [line])
    if line.detail == "국외여비" and not purchase.has("출장결과보고서"):
        if purchase.blank_kind:
            case.hold("TRV-020", line)
        else:
            case.cap("TRV-020", [line])


def _when_used(case: Case, line: Line, purchase: Purchase) -> None:
    """TRV-030."""
    starts, ends = day(line.row.get("출장시작")), day(line.row.get("출장종료"))
    if starts is None or ends is None:
        case.hold("TRV-030", line)
        return
    if to_person(line) and line.expense in ("일비", "식비"):
        return
    slips = [p.date for p in purchase.trade if p.date and p.kind not in words.INVOICES | words.EXEMPT]
    bills = [p.date for p in purchase.trade if p.date and p.kind in words.INVOICES | words.EXEMPT]
    used = [d for d in (*slips, *bills) if d is not None]
    if used:
        if any(starts <= d <= ends for d in used):
            return
        if bills and max(bills) > ends:
            case.hold("TRV-030", line)
            return
        first = min(used)
    else:
        days = (line.cause, line.paid)
        if any(d is not None and starts <= d <= ends for d in days):
            return
        if None in days:
            case.hold("TRV-030", line)
            return
        first = line.cause or starts
    if first < starts and line.expense in words.BOOKABLE and (not used or max(used) < starts):
        return
    unclear = maybe_person(line) and line.expense in ("일비", "식비", "")
    if (
        unclear
        or purchase.blank_kind
        or (to_person(line) and not (used and line.expense))
        or (first < starts and not line.expense)
    ):
        case.hold("TRV-030", line)
    else:
        case.cap("TRV-030", [line])


def _proved(case: Case, purchase: Purchase, lines: list[Line]) -> None:
    """TRV-070."""
    amount = papers_amount(purchase)
    if amount is None:
        for line in lines:
            case.hold("TRV-070", line)
    else:
        case.cap("TRV-070", lines, int(amount))


def _same_per_diem(one: Line, two: Line) -> bool:
    if one.expense != two.expense or one.expense not in ("일비", "식비") or not one.holder or one.holder != two.holder:
        return False
    spans = [(day(line.row.get("출장시작")), day(line.row.get("출장종료"))) for line in (one, two)]
    (a, b), (c, d) = spans
    return None not in (a, b, c, d) and a <= d and c <= b  # type: ignore[operator]


# ---- all operating cost --------------------------------------------------------------------------------------------


def other(case: Case) -> None:
    for line in case.judged:
        if operating(line):
            _means(case, line)
            if case.sheets.has("증빙목록"):
                _shown(case, line)
    _double_fees(case)
    asked = [line for line in case.judged if operating(line) and case.trade.of[line.place].papers]
    fees = [line for line in asked if line.expense in words.FEES and (to_person(line) or maybe_person(line))]
    if fees and case.sheets.has("증빙목록") and not any(p.kind == "내부지급기준" for p in case.sheets.papers):
        case.note("OPS-030")


def _means(case: Case, line: Line) -> None:
    """OPS-010."""
    if line.means == "개인카드" and line.detail in words.TRAVEL:
        case.note("OPS-010", line)
    elif line.means in ("개인카드", "현금"):
        case.cap("OPS-010", [line])
    elif line.means in ("제로페이", "기타", ""):
        case.hold("OPS-010", line)
    elif line.means == "계좌이체" and not to_person(line) and case.sheets.has("증빙목록"):
        papers = case.trade.of[line.place]
        billed = papers.has(*words.INVOICES, *words.EXEMPT, *words.FEE_PAID)
        if not billed and not foreign_proved(case, line):
            case.hold("OPS-010", line)


def _shown(case: Case, line: Line) -> None:
    """OPS-030."""
    papers: list[Paper] = case.trade.of[line.place].papers
    if not papers:
        return  # GEN-080
    fee = line.expense in words.FEES
    billed = any(p.kind in words.INVOICES | words.EXEMPT for p in papers)
    by_card = fee and line.means in words.CARDS
    for_business = fee_or_travel(line) and fee and line.means == "계좌이체" and to_business(line) and not billed
    if by_card or for_business:
        case.hold("OPS-030", line)
        return
    proved = any(p.kind in words.TRADE_ALL for p in papers) or foreign_proved(case, line) or person_proved(case, line)
    accepted = case.decisions.get((line.place, "GEN-030"), {}).get("판정") == "인정"
    if maybe_person(line) and any(p.kind in {"이체확인증", *words.WITHHOLDING} for p in papers):
        return  # held by OPS-010 for the same blank 결제수단
    silenced = not accepted and any(h.code == "GEN-030" and h.place == line.place for h in case.holds)
    if not proved and not silenced:
        case.hold("OPS-030", line)


def _double_fees(case: Case) -> None:
    """OPS-020: all but the largest; held where nobody says whether one of them was paid to a person."""
    groups: dict[tuple[str, date], list[Line]] = {}
    for line in case.judged:
        fee = operating(line) and line.expense in words.DOUBLE_FEES and line.cause
        if fee and (to_person(line) or maybe_person(line)):
            groups.setdefault((line.holder or line.vendor, line.cause), []).append(line)
    for lines in groups.values():
        ordered = sorted(lines, key=lambda line: line.order)
        sure = [line for line in ordered if to_person(line)]
        taken = [line for line in sure if line is not max(sure, key=lambda line: case.trade.net[line.place])]
        for line in taken:
            case.cap("OPS-020", [line])
        largest = max(ordered, key=lambda line: case.trade.net[line.place])
        for line in ordered:
            if line is not largest and line not in taken:
                case.hold("OPS-020", line)
