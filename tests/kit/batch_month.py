"""A month of agreements as files: clean ones, and what is planted across them. Everything planted is named in PLANTED."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl

from settle.batch import pool, run
from settle.batch.month import Month, Options
from tests.kit.statement_lists import invoice_number, write

PROGRAMME = "innovation-partnership"
MONTH = "2025-09"
BRN = ("123-45-67891", "214-81-12342")
AGREEMENT = {
    "사업명": "혁신 파트너십 지원사업", "사업연도": "2025", "기관유형": "비영리", "연구관리전담부서": "Y", "협약시작일": "2025-03-01",
    "협약종료일": "2025-12-31", "참여유형": "국고매칭", "자체여비기준": "N",
}  # fmt: skip


def brn(n: int) -> str:
    """A business number with a right check digit."""
    head = f"{100 + n % 800:03d}{81:02d}{n % 10000:04d}"
    weights = (1, 3, 7, 1, 3, 7, 1, 3, 5)
    total = sum(int(d) * w for d, w in zip(head, weights)) + int(head[8]) * 5 // 10
    digits = head + str((10 - total % 10) % 10)
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"


@dataclass
class Agreement:
    """One agreement being made: its sheets and its lists."""

    number: int
    sheets: dict[str, Any] = field(default_factory=dict)
    tax: list[dict] = field(default_factory=list)
    card: list[dict] = field(default_factory=list)
    bank: list[dict] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"2025-혁신-{self.number:03d}"

    def line(self, **values: Any) -> str:
        rows = self.sheets.setdefault("집행내역", [])
        name = f"E-{len(rows) + 1:03d}"
        rows.append({"집행번호": name, "재원": "국고", "매입세액공제": "N", **values})
        return name

    def paper(self, line: str, kind: str, **values: Any) -> None:
        rows = self.sheets.setdefault("증빙목록", [])
        rows.append({"증빙번호": f"P-{len(rows) + 1:03d}", "집행번호": line, "증빙종류": kind, **values})

    def purchase(
        self,
        day: str,
        won: int,
        number: int,
        *,
        vendor: int = 1,
        listed: int | None = None,
        paid: Sequence[int] | None = None,
    ) -> str:
        """Bought on an electronic invoice and paid by transfer. listed: won in the tax list; paid: withdrawals."""
        name, who = f"(주)거래{vendor:02d}", brn(vendor)
        line = self.line(원인행위일=day, 집행일=day, 비목="직접비", 세목="사업운영비", 세세목="수용비및수수료", 적요=f"소모품 {number}",
                         거래처=name, 사업자등록번호=who, 집행금액=won, 결제수단="계좌이체", 지출유형="소모품")  # fmt: skip
        self.paper(
            line,
            "전자세금계산서",
            발행일=day,
            발행자=name,
            사업자등록번호=who,
            승인번호=invoice_number(number),
            합계금액=won,
        )
        self.paper(line, "이체확인증", 발행일=day)
        self.tax.append(
            {
                "day": day,
                "key": invoice_number(number),
                "brn": who,
                "name": name,
                "won": won if listed is None else listed,
            }
        )
        for part in paid if paid is not None else [won]:
            self.bank.append({"day": f"{day} 10:00:00", "out": part, "name": name, "memo": "이체"})
        return line

    def snacks(self, day: str, won: int, approval: str) -> str:
        """Bought with the project card."""
        line = self.line(원인행위일=day, 집행일=day, 비목="직접비", 세목="사업운영비", 세세목="회의비", 적요="회의 다과", 거래처="동네마트",
                         사업자등록번호=brn(77), 집행금액=won, 결제수단="사업비카드", 지출유형="다과비")  # fmt: skip
        self.paper(
            line, "카드매출전표", 발행일=day, 발행자="동네마트", 사업자등록번호=brn(77), 승인번호=approval, 합계금액=won
        )
        moment = day.replace("-", ".") + " 11:00"
        self.card.append({"day": moment, "key": approval, "card": "1234-5678-9012-3456", "name": "동네마트",
                          "won": won})  # fmt: skip
        return line

    def advice(self, day: str, won: int, person: str) -> str:
        """A fee to a person, paid less 8.8 % tax."""
        line = self.line(원인행위일=day, 집행일=day, 비목="직접비", 세목="사업운영비", 세세목="수용비및수수료", 적요="자문", 거래처=person,
                         예금주=person, 집행금액=won, 결제수단="계좌이체", 지출유형="자문료")  # fmt: skip
        self.paper(line, "기타소득원천징수영수증", 발행일=day)
        self.paper(line, "이체확인증", 발행일=day)
        self.paper(line, "내부지급기준")
        self.bank.append({"day": f"{day} 10:00:00", "out": won - won * 88 // 1000, "name": person, "memo": "자문료"})
        return line

    def labour(self, person: str, days: Sequence[str], firm: str, identity: str = "", md: float = 1.0) -> str:
        """Days of an external consultant, logged and paid less 3.3 % tax."""
        pay = int(500_000 * md * len(days))
        line = self.line(원인행위일="2025-09-28", 집행일="2025-09-29", 비목="인건비", 세목="외부인건비", 적요="컨설팅",
                         거래처=person, 예금주=person, 컨설턴트=person, 투입MD=md * len(days), 단가=500_000, 집행금액=pay,
                         결제수단="계좌이체")  # fmt: skip
        for kind in ("인건비지급내부결재", "이체확인증", "사업소득원천징수영수증"):
            self.paper(line, kind, 발행일="2025-09-29")
        self.sheets.setdefault("투입인력", []).append(
            {"성명": person, "구분": "외부", "소속": firm, "등급": "고급", "학력": "박사", "자격": "기술사", "경력연수": 15,
             "등급증빙": "Y", "참여시작": "2025-03-01", "참여종료": "2025-12-31", "식별값": identity}
        )  # fmt: skip
        for day in days:
            self.sheets.setdefault("수행일지", []).append(
                {
                    "일자": day,
                    "컨설턴트": person,
                    "참여기업": f"참여{self.number:02d}",
                    "MD": md,
                    "장소구분": "현장",
                    "업무구분": "컨설팅",
                }
            )
        self.bank.append(
            {"day": "2025-09-29 10:00:00", "out": pay - pay * 33 // 1000, "name": person, "memo": "인건비"}
        )
        return line

    def claimed(self) -> int:
        return sum(row["집행금액"] for row in self.sheets["집행내역"])

    def write(self, folder: Path) -> None:
        """The settlement workbook and its lists, in a folder of their own."""
        here = folder / f"협약{self.number:02d}"
        here.mkdir(parents=True)
        labour = sum(row["집행금액"] for row in self.sheets["집행내역"] if row["비목"] == "인건비")
        budget = self.claimed() + 1_000_000
        # the card bill and the taxes withheld are paid out of another account: that much less came into this one
        elsewhere = self.claimed() - sum(row["out"] for row in self.bank)
        opening = {"day": "2025-09-01 09:00:00", "in": budget - elsewhere, "name": "재단", "memo": "보조금"}
        self.sheets["협약"] = {**AGREEMENT, "협약번호": self.name, "주관기업": f"주관{self.number:02d}(주)",
                             "주관기업사업자번호": brn(200 + self.number), "수행기관": f"기관{self.number % 4}"}  # fmt: skip
        self.sheets["예산"] = [
            {"비목": "직접비", "세목": "사업운영비", "정부": budget - labour, "민간": 0},
            {"비목": "인건비", "세목": "외부인건비", "정부": labour, "민간": 0},
        ]
        self.sheets.setdefault(
            "참여기업", [{"참여기업": f"참여{self.number:02d}", "사업자등록번호": brn(300 + self.number)}]
        )
        self.sheets.setdefault(
            "과제", [{"참여기업": f"참여{self.number:02d}", "과제유형": "①일반 컨설팅", "과제명": "공정 개선"}]
        )
        book = openpyxl.Workbook()
        book.remove(book.active)
        for sheet, rows in self.sheets.items():
            page = book.create_sheet(sheet)
            if isinstance(rows, dict):
                page.append(["항목", "값"])
                for item in rows.items():
                    page.append(list(item))
                continue
            names = list(dict.fromkeys(k for row in rows for k in row))
            page.append(names)
            for row in rows:
                page.append([row.get(k) for k in names])
        book.save(here / "정산.xlsx")
        if self.tax:
            write(here, "hometax-invoice", self.tax, "세금계산서")
        if self.card:
            write(here, "card-shinhan", self.card, "카드")
        if self.bank:
            write(here, "bank-hana", [opening, *self.bank], "거래내역")


def clean(number: int) -> Agreement:
    """An agreement in which nothing is wrong: a purchase, one paid in two transfers, snacks, a fee less tax, labour."""
    one = Agreement(number)
    one.purchase("2025-09-03", 110_000, number * 100 + 1)
    one.purchase("2025-09-05", 330_000, number * 100 + 2, vendor=2, paid=(130_000, 200_000))
    one.snacks("2025-09-08", 24_000, f"{number:03d}00001")
    one.advice("2025-09-10", 400_000, f"자문{number:02d}")
    one.labour(f"컨설턴트{number:02d}", ["2025-09-15", "2025-09-16"], f"회사{number:02d}")
    return one


# (agreement, code, line, effect, won applied): all that may be found
PLANTED = [
    ("2025-혁신-002", "REC-020", "E-006", "disallow", 220_000),
    ("2025-혁신-004", "XIN-010", "E-006", "disallow", 550_000),
    ("2025-혁신-006", "XIN-020", "E-006", "disallow", 500_000),
    ("2025-혁신-007", "XIN-020", "", "note", 0),
    ("2025-혁신-008", "XIN-020", "", "note", 0),
    ("2025-혁신-009", "XIN-030", "", "note", 0),
    ("2025-혁신-010", "XIN-030", "", "note", 0),
    ("2025-혁신-009", "XIN-040", "E-001", "hold", 110_000),
    ("2025-혁신-010", "XIN-040", "E-001", "hold", 110_000),
]
UNREAD = "협약12"


def month() -> list[Agreement]:
    """Eleven agreements with what PLANTED names (the twelfth cannot be read)."""
    made = {n: clean(n) for n in range(1, 12)}
    # 002: an invoice cancelled later
    made[2].purchase("2025-09-12", 220_000, 299, vendor=3)
    made[2].tax.append({"day": "2025-09-20", "key": invoice_number(298), "brn": brn(3), "name": "(주)거래03", "won": -220_000,
                        "class": "수정세금계산서"})  # fmt: skip
    # 003 and 004 charge one invoice; the later line, in 004, is the excess
    made[3].purchase("2025-09-11", 550_000, 999, vendor=4)
    made[4].purchase("2025-09-12", 550_000, 999, vendor=4)
    for n in (3, 4):
        made[n].sheets["증빙목록"][-2]["발행일"] = made[n].tax[-1]["day"] = "2025-09-11"
    # 005 and 006 pay one consultant (name and 소속) for the same day
    made[5].labour("이중근", ["2025-09-22"], "한빛컨설팅")
    made[6].labour("이중근", ["2025-09-22"], "(주)한빛컨설팅")
    # 007 and 008: the same name in two firms
    made[7].labour("김동명", ["2025-09-23"], "동쪽컨설팅")
    made[8].labour("김동명", ["2025-09-23"], "서쪽컨설팅")
    # 009 and 010: one company under two lead companies; one scanned paper used twice
    for n in (9, 10):
        made[n].sheets["참여기업"] = [{"참여기업": f"참여{n:02d}", "사업자등록번호": brn(399)}]
        made[n].sheets["과제"] = [{"참여기업": f"참여{n:02d}", "과제유형": "⑥ESG경영", "과제명": "진단"}]
        made[n].sheets["증빙목록"][0]["증빙파일 SHA-256"] = "ab" * 32
    return list(made.values())


def write_month(folder: Path, order: Sequence[int] | None = None) -> Path:
    """The month as files, written in any order."""
    agreements = month()
    for i in order or range(len(agreements)):
        agreements[i].write(folder)
    broken = folder / UNREAD
    broken.mkdir()
    (broken / "정산.xlsx").write_bytes(b"PK\x03\x04" + b"\x00" * 40)
    return folder


def settled(folder: Path, out: Path, month: str = MONTH, **options: Any) -> Month:
    return run.run(folder, out, month, PROGRAMME, pool.Here(), Options(**options), finish=None)


def results(out: Path) -> dict[str, str]:
    """Every file of a results folder with its hash."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def said(made: Month) -> list[tuple[str, str, str, str, int]]:
    rows = made.tables["findings"].to_pylist()
    return sorted((r["agreement"], r["code"], r["line"], r["effect"], r["applied"]) for r in rows)
