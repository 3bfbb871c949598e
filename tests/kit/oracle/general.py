"""DAT and GEN: what is asked of every line."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from . import words
from .common import (
    approved,
    foreign_proved,
    labour,
    labour_without_invoice,
    maybe_person,
    ordered_and_received,
    person_proved,
    to_person,
)
from .engine import take
from .sheets import number_valid, text, unreadable_day, won
from .trade import (
    measured_claim,
    papers_amount,
    papers_total,
    repeated,
    same_everywhere,
    transaction_total,
    vat_left_out,
)

if TYPE_CHECKING:
    from .engine import Case, Taking, Won
    from .sheets import Line, Paper
    from .trade import Purchase

SMALL = 30_000
DATES = ("원인행위일", "집행일", "출장시작", "출장종료")
ANSWERS = ("매입세액공제", "현지제공")
YES_OR_NO = {"", "Y", "N", "예", "아니오", "O", "X"}


def data(case: Case) -> None:
    """DAT rules about lines."""
    known = {line.number for line in case.sheets.lines} | {text(r.get("집행번호")) for r in case.sheets.left_out}
    for paper in case.sheets.papers:
        if not set(paper.numbers) & known:
            case.note("DAT-060")
    for line in case.judged:
        if any(unreadable_day(line.row.get(name)) for name in DATES):
            case.hold("DAT-020", line)
        if line.strange_category:
            case.hold("DAT-040", line)
        if line.number in case.trade.doubled:
            case.hold("DAT-050", line)
        if line.supply is not None and line.vat is not None:
            if line.claimed > line.supply + line.vat + line.supply // 10:
                case.hold("DAT-070", line)
            if line.claimed < line.supply + line.vat and line.claimed < line.supply:
                case.note("DAT-070", line)
        if line.cause and line.paid and line.cause > line.paid:
            case.note("DAT-090", line)
        if any(text(line.row.get(name)) not in YES_OR_NO for name in ANSWERS):
            case.hold("DAT-150", line)


def outside(case: Case, when: object) -> bool:
    begins, ends = case.sheets.begins, case.sheets.ends
    return when is not None and ((begins is not None and when < begins) or (ends is not None and when > ends))


def period(case: Case) -> None:
    """GEN-010, GEN-020."""
    if not case.sheets.has("협약"):
        return
    for line in case.judged:
        when = line.cause or line.paid
        late = approved(case.sheets, line, "기간외집행")
        if when is None:
            case.hold("GEN-010", line)
        elif outside(case, when) and late is not True:
            before = approved(case.sheets, line, "사전진단소급") if labour(line) else False
            if late is None or before is None:
                case.hold("GEN-010", line)
            elif before:
                if not case.trade.of[line.place].has("수행확인서"):
                    case.hold("GEN-010", line)
            else:
                case.cap("GEN-010", [line])
        if line.paid and case.sheets.ends and line.paid > case.sheets.ends:
            if late is False:
                case.cap("GEN-020", [line])
            else:
                case.hold("GEN-020", line)


# ---- papers --------------------------------------------------------------------------------------------------------


def evidence(case: Case) -> None:
    """GEN-080 (and the silence that it lays on others), GEN-030."""
    for line in case.judged:
        if not case.trade.of[line.place].papers and (line.heading != "간접비" or not case.sheets.has("증빙목록")):
            case.hold("GEN-080", line)
    if not case.sheets.has("증빙목록"):
        return
    for purchase in case.trade.purchases:
        if purchase.papers:
            _qualified(case, purchase)


def is_qualified(case: Case, line: Line) -> bool:
    """A paper that 집행기준 4.가.3) accepts on a purchase of 30,000 or more."""
    purchase = case.trade.of[line.place]
    if any(p.kind in words.INVOICES and number_valid(p.brn) for p in purchase.papers):
        return True
    if purchase.has(*words.FEE_PAID):
        return True
    if not purchase.has(*words.CARD):
        return False
    return (
        line.means == "사업비카드"
        or (line.item == "직접지원비" and line.means == "참여기업카드")
        or (line.detail in words.TRAVEL and line.means == "개인카드")
    )


def _asked_for_qualified(case: Case, line: Line) -> bool:
    return not (labour_without_invoice(case, line) or line.heading == "간접비" or person_proved(case, line))


def _qualified(case: Case, purchase: Purchase) -> None:
    total = transaction_total(purchase)
    by_paper = total < SMALL <= papers_total(purchase)
    if total < SMALL and not by_paper:
        return
    for line in purchase.lines:
        if not _asked_for_qualified(case, line) or is_qualified(case, line):
            continue
        if any(p.kind in words.EXEMPT and number_valid(p.brn) for p in purchase.papers) or foreign_proved(case, line):
            case.note("GEN-030", line)
        elif not purchase.trade or _unclear(purchase, line) or by_paper:
            case.hold("GEN-030", line)
        else:
            case.cap("GEN-030", [line])


def _unclear(purchase: Purchase, line: Line) -> bool:
    """Whether a blank or a slip of the pen decides."""
    return bool(
        purchase.blank_kind
        or any(p.kind in words.INVOICES | words.EXEMPT for p in purchase.papers)  # its number is blank or wrong
        or (purchase.has(*words.CARD) and line.means == "")
        or (purchase.has(*words.RECEIPTS) and line.means in ("사업비카드", ""))
        or maybe_person(line)
    )


def amounts(case: Case) -> list[tuple[str, Taking]]:
    """GEN-040 and GEN-060: the deductions, in this order."""
    if not case.sheets.has("증빙목록"):
        return []
    steps = []
    for purchase in case.trade.purchases:
        if any(labour_without_invoice(case, line) for line in purchase.lines) or not purchase.first_kind:
            continue
        if any(ordered_and_received(case, line) for line in purchase.lines):
            continue
        steps += _measure(case, purchase, "GEN-060" if purchase.shared else "GEN-040")
    return sorted(steps, key=lambda step: step[0])


def _measure(case: Case, purchase: Purchase, code: str) -> list[tuple[str, Taking]]:
    proved = papers_amount(purchase)
    if proved is None:
        for line in purchase.lines:
            case.hold(code, line)
        return []
    claims = measured_claim(purchase, case.trade.net)
    over = int(sum(claims.values()) - proved // 1) if proved == proved // 1 else int(sum(claims.values()) - proved)
    if same_everywhere(purchase.first_kind):
        once = papers_amount(purchase, once=True)
        assert once is not None
        beyond = int(sum(claims.values()) - once)
        for place, part in take(beyond, purchase.lines, case.trade.net).items():
            case.hold(code, case.sheets.lines[_at(case, place)], part)
        if beyond < 0:
            case.note(code, purchase.lines[-1])
        return []
    if over < 0:
        for line in purchase.lines:
            case.note(code, line)
    if over <= 0:
        return []
    if purchase.blank_kind:
        for place, part in take(over, purchase.lines, case.trade.net).items():
            case.hold(code, case.sheets.lines[_at(case, place)], part)
        return []

    def taking(left: Won) -> Won:
        return take(over, purchase.lines, left)

    return [(code, taking)]


def _at(case: Case, place: int) -> int:
    return next(i for i, line in enumerate(case.sheets.lines) if line.place == place)


# ---- VAT -----------------------------------------------------------------------------------------------------------


def reclaims(case: Case, line: Line) -> bool | None:
    """Whether the VAT of this line comes back; None: not known, and not checked."""
    if line.item == "직접지원비":
        return True
    told = line.cell("매입세액공제")
    if line.expense in words.FARES:
        return told == "Y"
    if told in ("Y", "N"):
        return told == "Y"
    kind = case.sheets.term("기관유형")
    return {"영리": True, "비영리": False}.get(kind)


def _vat_asked(case: Case, line: Line) -> bool:
    """A line of no known category may be one of those that the rule leaves alone."""
    exempt = line.heading == "간접비" or line.strange_category
    return not (exempt or to_person(line) or labour_without_invoice(case, line))


def vat(case: Case) -> list[tuple[str, Taking]]:
    """GEN-050: measured on the purchase."""
    steps: list[tuple[str, Taking]] = []
    for purchase in case.trade.purchases:
        lines = [line for line in purchase.lines if _vat_asked(case, line)]
        verdicts = {reclaims(case, line) for line in lines}
        if {line.cell("매입세액공제") for line in lines if line.item != "직접지원비"} >= {"Y", "N"}:
            for line in lines:
                case.hold("GEN-050", line)
            continue
        if True not in verdicts:
            continue
        lines = [line for line in lines if reclaims(case, line)]
        parts = supply_and_vat(purchase)
        if parts is None:
            if purchase.blank_kind or any(p.kind in words.RECLAIMABLE for p in purchase.first_kind):
                for line in lines:
                    case.hold("GEN-050", line)
            continue
        steps.append(("GEN-050", _vat_taking(lines, *parts)))
    return steps


def _vat_taking(lines: list[Line], supply: int, tax: int) -> Taking:
    def taking(left: Won) -> Won:
        inside = min(tax, sum(left[line.place] for line in lines) - supply)
        return take(inside, lines, left)

    return taking


def supply_and_vat(purchase: Purchase) -> tuple[int, int] | None:
    """Both from the trade papers, else from the ledger; less those of the refund."""
    found = _of_papers(repeated(purchase.first_kind)) or _of_lines(purchase.lines)
    if found is None:
        return None
    supply, tax = found
    out = vat_left_out(purchase)
    for refund in purchase.refunds:
        back = _of_papers([p for p in refund.papers if p.kind in words.TRADE_ALL]) or _of_lines([refund])
        if back is None:
            whole = -refund.claimed
            back = (whole, 0) if out else (whole - whole // 11, whole // 11)
        supply, tax = supply - abs(back[0]), tax - abs(back[1])
    return supply, tax


def _of_papers(papers: list[Paper]) -> tuple[int, int] | None:
    supply = tax = 0
    for paper in papers:
        parts = (paper.supply, paper.vat, paper.total)
        if parts.count(None) > 1:
            return None
        of_supply = paper.supply if paper.supply is not None else (paper.total or 0) - (paper.vat or 0)
        of_paper = paper.vat if paper.vat is not None else (paper.total or 0) - of_supply
        supply, tax = supply + of_supply, tax + of_paper
    return (supply, tax) if papers else None


def _of_lines(lines: list[Line]) -> tuple[int, int] | None:
    if any(line.supply is None or line.vat is None for line in lines):
        return None
    return sum(line.supply or 0 for line in lines), sum(line.vat or 0 for line in lines)


# ---- numbers, kinds, words -----------------------------------------------------------------------------------------


def numbers(case: Case) -> None:
    """GEN-090, GEN-100, GEN-110, GEN-190."""
    own = case.sheets.term("수행기관사업자번호")
    for line in case.judged:
        trade = case.trade.of[line.place].trade
        told = [line.brn, *(p.brn for p in trade)]
        if any(number and not number_valid(number) for number in told):
            case.note("GEN-090", line)
        if line.brn and any(p.brn and p.brn != line.brn for p in trade):
            case.hold("GEN-100", line)
        if any(outside(case, p.date) for p in trade) and line.item != "직접지원비" and case.sheets.has("협약"):
            case.note("GEN-110", line)
        if own and any(p.brn == own for p in trade):
            case.hold("GEN-190", line)


def kinds(case: Case) -> None:
    """GEN-140, GEN-150, GEN-180."""
    for line in case.judged:
        if line.item != "사업운영비" and line.heading != "위탁사업비":
            continue
        if line.expense in words.NEVER_ELIGIBLE:
            case.cap("GEN-140", [line])
        told = " ".join(line.cell(name) for name in ("적요", "품목명", "거래처", "업종"))
        looked_for = words.LIQUOR if line.expense else words.SUSPICIOUS
        if any(word in told for word in looked_for):
            case.note("GEN-150", line)
        if line.expense == "관세" or "관세" in line.cell("적요") + line.cell("품목명"):
            case.hold("GEN-180", line)


def likenesses(case: Case) -> None:
    """GEN-070, GEN-130, GEN-160, GEN-170."""
    for line in case.trade.alone:
        case.note("GEN-130", line)
    for one, two in combinations(case.judged, 2):
        alike = all(one.cell(n) == two.cell(n) for n in ("거래처", "집행일", "집행금액", "적요"))
        numbers_of = [{p.approval for p in line.papers if p.approval} for line in (one, two)]
        if alike and not (all(numbers_of) and not numbers_of[0] & numbers_of[1]):
            case.note("GEN-070")
    if not case.sheets.has("증빙목록"):
        return
    _split(case)
    for a, b in combinations(case.sheets.papers, 2):
        same = (a.issuer, a.date, a.kind, a.total) == (b.issuer, b.date, b.kind, b.total)
        told = a.issuer and a.date and a.kind in words.TRADE_ALL and a.total
        if same and told and not a.approval and not b.approval and set(a.numbers) != set(b.numbers):
            case.note("GEN-170")


def _split(case: Case) -> None:
    groups: dict[tuple[str, object], list[Purchase]] = {}
    for purchase in case.trade.purchases:
        line = purchase.lines[0]
        if line.detail == "회의비" or labour(line) or line.heading == "간접비" or to_person(line):
            continue
        if (
            purchase.trade
            and transaction_total(purchase) < SMALL
            and line.vendor
            and line.paid
            and not is_qualified(case, line)
        ):
            groups.setdefault((line.vendor, line.paid), []).append(purchase)
    for members in groups.values():
        if len(members) > 1 and sum(map(transaction_total, members)) >= SMALL:
            case.note("GEN-160")


def matching(case: Case) -> None:
    """GEN-120: private money spent while subsidy was left."""
    if case.sheets.term("참여유형") != "국고매칭" or not case.sheets.has("예산"):
        return
    subsidy = sum(won(row.get("정부")) or 0 for row in case.sheets.rows("예산"))
    for line in case.judged:
        if line.cell("재원") != "민간" or line.item == "직접지원비" or line.paid is None:
            continue
        spent = sum(
            other.claimed
            for other in case.sheets.lines
            if other.cell("재원") == "국고" and other.paid and other.paid <= line.paid
        )
        if spent < subsidy:
            case.note("GEN-120")
