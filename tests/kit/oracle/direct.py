"""DIR, IND and SUB about single lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import words
from .common import approved
from .general import outside
from .sheets import text, won

if TYPE_CHECKING:
    from .engine import Case
    from .sheets import Line

DEVICE = 30_000_000


def direct_support(case: Case) -> None:
    lines = [line for line in case.judged if line.item == "직접지원비"]
    for line in lines:
        if case.sheets.has("증빙목록"):
            _papers(case, line)
        if line.expense in words.NOT_DIRECT:
            case.cap("DIR-030", [line])
        if line.cell("집행주체") == "수행기관":
            verdict = approved(case.sheets, line, "자체집행")
            if verdict is None:
                case.hold("DIR-050", line)
            elif not verdict:
                case.cap("DIR-050", [line])
        if line.cell("재원") == "국고" and case.sheets.has("예산"):
            rows = [r for r in case.sheets.rows("예산") if text(r.get("세목")) == "직접지원비"]
            if any((won(r.get("정부")) or 0) > 0 for r in rows):
                case.note("DIR-070", line)
            else:
                case.hold("DIR-070", line)
        _translation(case, line)
    _devices(case, lines)


def _papers(case: Case, line: Line) -> None:
    """DIR-010, 020, 060, 090."""
    papers = case.trade.of[line.place]
    if not (
        papers.has("비용신청서")
        and papers.has("이체확인증")
        and papers.has(*words.INVOICES, *words.CARD)
        and papers.has("계약서", "거래명세서")
    ):
        case.hold("DIR-010", line)
    asked = words.SUPPORT.get(line.cell("지원유형"))
    if asked is None or not all(papers.has(*any_of) for any_of in asked):
        case.hold("DIR-020", line)
    if not papers.has("비교견적서"):
        case.hold("DIR-060", line)
    dated = [p for p in papers.papers if p.kind == "계약서" or p.kind in words.TRADE_ALL]
    if case.sheets.has("협약") and any(outside(case, p.date) for p in dated):
        case.cap("DIR-090", [line])


def _devices(case: Case, lines: list[Line]) -> None:
    """DIR-040."""
    if not case.sheets.has("과제") or not case.sheets.has("증빙목록"):
        return
    kinds = {
        (text(r.get("참여기업")), text(r.get("과제명"))): text(r.get("과제유형")) for r in case.sheets.rows("과제")
    }
    groups: dict[tuple[str, str, str], list[Line]] = {}
    for line in lines:
        task = (line.cell("참여기업"), line.cell("과제명"))
        if "디지털 인프라 구축" in kinds.get(task, ""):
            groups.setdefault((line.vendor, *task), []).append(line)
    for same in groups.values():
        total = sum(line.supply if line.supply is not None else line.claimed for line in same)
        if total < DEVICE:
            continue
        for line in same:
            papers = case.trade.of[line.place]
            if not (papers.has("장비도입계획서") and papers.has("심의결과")):
                case.hold("DIR-040", line)


def _translation(case: Case, line: Line) -> None:
    """DIR-080."""
    count = line.row.get("수량")
    price = won(line.row.get("단가"))
    way = line.cell("번역방향")
    if line.cell("지원유형") != "번역" or not count or way not in ("외국어→한국어", "한국어→외국어"):
        return
    if not line.cell("언어") or price is None:
        return
    table = words.TRANSLATION.get(line.cell("언어"), words.OTHER_LANGUAGE)
    if price > table[way == "한국어→외국어"]:
        case.note("DIR-080", line)


def indirect(case: Case) -> None:
    """IND-020, 040, 050."""
    kind = case.sheets.term("기관유형")
    for line in case.judged:
        if line.heading != "간접비":
            continue
        papers = case.trade.of[line.place]
        if kind == "영리":
            if approved(case.sheets, line, "간접비승인") is False:
                case.cap("IND-020", [line])
            else:
                case.hold("IND-020", line)
        if case.sheets.has("증빙목록"):
            asked = words.TRADE_ALL if line.expense == "임치수수료" else {"이체확인증", "계좌입출금내역"}
            if not papers.has(*asked):
                case.hold("IND-040", line)
        if kind == "비영리":
            if case.sheets.term("연구관리전담부서") == "N":
                case.cap("IND-050", [line])
            elif case.sheets.term("연구관리전담부서") != "Y":
                case.hold("IND-050", line)


def subcontract(case: Case) -> None:
    """SUB-010."""
    for line in case.judged:
        whole = line.heading == "위탁사업비" and not line.detail
        if whole and case.sheets.has("증빙목록") and not case.trade.of[line.place].has("비교견적서"):
            case.hold("SUB-010", line)
