"""A ledger with its papers and lists, as tests of the reconciliation put them together."""

from __future__ import annotations

from typing import Any

from settle.model import Judgement
from settle.pipeline import judge
from settle.reading.book import book_from_tables
from settle.reconciling.reading import Statement
from settle.reconciling.result import Reconciliation
from tests.kit.statement_lists import invoice_number, statement

BRN = "123-45-67891"
AGREEMENT = {"기관유형": "비영리", "협약시작일": "2025-03-01", "협약종료일": "2025-12-31", "수행기관": "한빛혁신원"}
PAID_IN = {"day": "2025-09-01 09:00:00", "in": 10_000_000, "name": "재단", "memo": "보조금"}
TAX, CARD, BANK = "hometax-invoice", "card-shinhan", "bank-hana"


def line(
    name: str, won: int, pay: str, day: str = "2025-09-03", vendor: str = "한국전자", **more: Any
) -> dict[str, Any]:
    plain = {
        "집행번호": name,
        "원인행위일": day,
        "집행일": day,
        "세세목": "수용비및수수료",
        "적요": "구매",
        "거래처": vendor,
    }
    return {**plain, "집행금액": won, "결제수단": pay, **more}


def paper(name: str, kind: str, won: int, number: str = "", day: str = "2025-09-01", **more: Any) -> dict[str, Any]:
    return {
        "집행번호": name,
        "증빙종류": kind,
        "발행일": day,
        "승인번호": number,
        "합계금액": won,
        "사업자등록번호": BRN,
        **more,
    }


def invoice(name: str, won: int, n: int, **more: Any) -> dict[str, Any]:
    return paper(name, "전자세금계산서", won, invoice_number(n), **more)


def listed(n: int, won: int, day: str = "2025-09-01", **more: Any) -> dict[str, Any]:
    return {"day": day, "key": invoice_number(n), "brn": BRN, "name": "㈜한국전자", "won": won, **more}


def approved(number: str, won: int, day: str = "2025.09.03 12:10", name: str = "한식당", **more: Any) -> dict[str, Any]:
    return {"day": day, "key": number, "card": "1234-5678-9012-3456", "name": name, "won": won, **more}


def paid(won: int, name: str, day: str = "2025-09-03", **more: Any) -> dict[str, Any]:
    return {"day": f"{day} 10:00:00", "out": won, "name": name, "memo": "이체", **more}


def run(
    lines: list[dict], papers: list[dict], *lists: Statement, budget: int = 0, **agreement: Any
) -> tuple[Judgement, Reconciliation | None]:
    sheets: dict[str, Any] = {"협약": {**AGREEMENT, **agreement}, "집행내역": lines, "증빙목록": papers}
    if budget:
        sheets["예산"] = [{"비목": "직접비", "세목": "사업운영비", "정부": budget, "민간": 0}]
    book = book_from_tables(sheets)
    book.lists = list(lists)
    result = judge(book, rules=["REC"])
    return result, result.reconciliation


def said(result: Judgement) -> list[tuple[str, str, int]]:
    """(code, line, at issue) of every finding, in order."""
    return list(result.findings[["code", "line", "at_issue"]].itertuples(index=False, name=None))


CARD_LINE = line("E-1", 90_000, "사업비카드", vendor="한식당")
SLIP = paper("E-1", "카드매출전표", 90_000, "30012345", day="2025-09-03")


def bank(*entries: dict[str, Any]) -> Statement:
    return statement(BANK, [PAID_IN, *entries])


def month() -> tuple[list[dict], list[dict], list[Statement]]:
    """A month with something of everything; the lists overlap and come in several files."""
    lines = [
        line("E-01", 110_000, "계좌이체"), line("E-02", 220_000, "계좌이체", vendor="대한인쇄", day="2025-09-05"),
        line("E-03", 33_000, "사업비카드", vendor="문구나라", day="2025-09-08"), CARD_LINE | {"집행번호": "E-04"},
        line("E-05", 500_000, "계좌이체", vendor="김하나", 지출유형="자문료", day="2025-09-10"),
        line("E-06", 70_000, "계좌이체", vendor="어딘가", day="2025-09-12"),
    ]  # fmt: skip
    papers = [
        invoice("E-01", 110_000, 1), invoice("E-02", 220_000, 2, day="2025-09-04"), SLIP | {"집행번호": "E-04"},
        invoice("E-06", 70_000, 6, day="2025-09-11"),
    ]  # fmt: skip
    first = [listed(1, 110_000), listed(2, 220_000, day="2025-09-04", brn="214-81-12345", name="대한인쇄")]
    lists = [
        statement(TAX, first, "1"),
        statement(
            TAX, [first[1], {**listed(3, -220_000, day="2025-09-25"), "brn": "214-81-12345", "name": "대한인쇄"}], "2"
        ),
        statement(CARD, [approved("30012345", 90_000), approved("8", 4_000, name="편의점")], "3"),
        statement("card-hana", [approved("77", 33_000, day="2025-09-08", name="문구나라")], "4"),
        bank(paid(330_000, "이상한곳"), paid(456_000, "김하나", day="2025-09-10"), paid(110_000, "(주)한국전자")),
    ]
    return lines, papers, lists
