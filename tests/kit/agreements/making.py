"""An agreement in the making: rows and papers, with slips of the pen."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

Row = dict[str, Any]
VALID = ("123-45-67891", "220-81-62517", "124-81-00998")
OWN = "108-82-01233"  # of the performing institution
WRONG = "123-45-67890"
FIRMS = ("가나정밀", "다라전자")
PEOPLE = ("김하나", "이두리", "박세나", "최네모")
COMPANIES = ("한빛상사", "다라인쇄", "마바식당", "사아기획", "자차솔루션")
MEETING_ITEMS = "회의목적, 일시, 장소, 회의내용"
TRIP_ITEMS = "출장기간, 출장목적, 출장지, 출장인원, 금액산출내역"
INVOICES = ("세금계산서", "전자세금계산서")
BUDGETED = ("국내여비(내부)", "국외여비", "회의비", "인쇄비및유인비", "수용비및수수료")


@dataclass
class Making:
    """An agreement being made."""

    random: random.Random
    slip: float
    lines: list[Row] = field(default_factory=list)
    papers: list[Row] = field(default_factory=list)
    roster: list[Row] = field(default_factory=list)
    log: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)

    def of(self, *values: Any) -> Any:
        return self.random.choice(values)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def slips(self, times: float = 1.0) -> bool:
        return self.chance(self.slip * times)

    def day(self) -> date:
        if self.slips(0.7):
            return self.of(date(2025, 2, 20), date(2026, 1, 5))
        return date(2025, 4, 1) + timedelta(self.random.randrange(0, 240))

    def line(self, won: int, when: date, **cells: Any) -> str:
        number = f"E-{len(self.lines) + 1:03d}"
        paid = when + timedelta(self.of(0, 0, 1, 3))
        self.lines.append(
            {
                "집행번호": number, "원인행위일": when.isoformat(), "집행일": paid.isoformat(), "집행금액": won,
                "재원": self.of("국고", "국고", "민간"), **cells,
            }
        )  # fmt: skip
        return number

    def paper(self, number: str, kind: str, when: date | None = None, **cells: Any) -> None:
        """An evidence row; now and then it is left away."""
        if self.slips(1.5):
            return
        row = {"집행번호": number, "증빙종류": kind, **cells}
        if when:
            row["발행일"] = when.isoformat()
        self.papers.append(row)

    def trade(self, number: str, kind: str, when: date, total: int, **cells: Any) -> None:
        """A trade paper, its amount now and then a little off."""
        shown = total + (self.of(-1, 1, -1000, 5000) if self.slips() else 0)
        row: Row = {"합계금액": shown, "발행자": self.lines[-1]["거래처"], **cells}
        if kind in (*INVOICES, "계산서", "카드매출전표") and self.chance(0.6) and "공급가액" not in row:
            supply = shown if kind == "계산서" else round(shown / 1.1)
            row |= {"공급가액": supply, "세액": shown - supply}
        if kind in (*INVOICES, "계산서") and "사업자등록번호" not in row:
            row["사업자등록번호"] = WRONG if self.slips() else self.lines[-1].get("사업자등록번호") or VALID[0]
        self.paper(number, kind, when, **row)


def price(m: Making, *bases: int) -> int:
    """A price that VAT divides well, at or about a threshold now and then."""
    if m.chance(0.25):
        return int(m.of(29_999, 30_000, 30_001, 300_000, 300_001))
    return int(m.of(*bases) * 11 // 10)


def with_vat(m: Making, won: int) -> Row:
    """공급가액 and 부가세 of the ledger, or neither."""
    if m.chance(0.4):
        return {}
    supply = round(won / 1.1)
    return {"공급가액": supply, "부가세": won - supply}


def shop(m: Making) -> Row:
    row: Row = {"거래처": m.of(*COMPANIES)}
    if m.chance(0.5):
        row["사업자등록번호"] = WRONG if m.slips() else VALID[COMPANIES.index(row["거래처"]) % 3]
    return row
