"""Write a large settlement workbook for measuring: any number of lines and evidence rows, a share of them failing.

    python benchmarks/generate.py --lines 100000 --evidence 150000 --failing 0.02 --seed 1 -o ledger.xlsx

The same arguments give the same rows. Every line has its slip and every trip its 출장품의서; further evidence rows are
other papers of the first lines.
"""

from __future__ import annotations

import argparse
import random
import string
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from settle.programme import sheets

BEGIN, DAYS = date(2025, 3, 1), 305
AGREEMENT = {
    "사업명": "측정용 협약", "협약번호": "BENCH-0001", "수행기관": "측정기관", "기관유형": "비영리",
    "연구관리전담부서": "Y",
    "협약시작일": "2025-03-01", "협약종료일": "2025-12-31", "참여유형": "국고매칭", "자체여비기준": "N",
}  # fmt: skip
BUDGETED = ("회의비", "수용비및수수료", "인쇄비및유인비", "국내여비(내부)")
BREACHES = ("head", "card", "paper", "date", "period", "short")


def business_number(rnd: random.Random) -> str:
    """A random number with a valid check digit."""
    digits = [rnd.randint(1, 6), *(rnd.randint(0, 9) for _ in range(8))]
    total = sum(d * w for d, w in zip(digits, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=True)) + digits[8] * 5 // 10
    text = "".join(map(str, digits)) + str((10 - total % 10) % 10)
    return f"{text[:3]}-{text[3:5]}-{text[5:]}"


def line(rnd: random.Random, number: int, vendors: list[tuple[str, str]], failing: float) -> dict[str, Any]:
    """One ledger line; `failing` is the chance that it breaks a rule."""
    breach = rnd.choice(BREACHES) if rnd.random() < failing else ""
    vendor, brn = rnd.choice(vendors)
    paid = BEGIN + timedelta(days=rnd.randrange(DAYS))
    heads = rnd.randint(3, 9)
    kind = rnd.choice(("meal", "meal", "goods", "print", "trip"))
    amount = heads * rnd.randrange(15_000, 29_000, 10) if kind == "meal" else rnd.randrange(10_000, 290_000, 10)
    amount = min(amount, 250_000)
    row: dict[str, Any] = {
        "집행번호": f"E-{number:06d}", "원인행위일": paid, "집행일": paid, "비목": "직접비", "세목": "사업운영비",
        "거래처": vendor, "사업자등록번호": brn, "재원": "국고", "결제수단": "사업비카드",
        "적요": f"{vendor} {number}호 업무", "_slip": amount, "_breach": breach,
    }  # fmt: skip
    if kind == "meal":
        row |= {"세세목": "회의비", "지출유형": "회의식대", "적요": f"{number}차 협력사 업무협의 식대"}
        row |= {"참석인원": heads, "내부인원": 1, "외부인원": heads - 1, "식수": 1}
    elif kind == "goods":
        row |= {"세세목": "수용비및수수료", "지출유형": "소모품"}
    elif kind == "print":
        row |= {"세세목": "인쇄비및유인비", "지출유형": "인쇄비"}
    else:
        row |= {"세세목": "국내여비(내부)", "지출유형": "운임", "출장시작": paid, "출장종료": paid}
    if breach == "head" and kind == "meal":
        amount = row["_slip"] = heads * 30_000 + 5_000
    elif breach == "card":
        row["결제수단"] = "개인카드"
    elif breach == "date":
        row["집행일"] = "2025-02-30"
    elif breach == "period":
        row["원인행위일"] = date(2025, 2, 20)
    elif breach == "short":
        row["_slip"] = amount - 1_000
    if kind != "trip":
        row |= {"공급가액": round(amount / 1.1), "부가세": amount - round(amount / 1.1)}
    return row | {"집행금액": amount}


def papers(rnd: random.Random, row: dict[str, Any], second: bool) -> list[dict[str, Any]]:
    """The evidence of a line: its card slip, and a second paper where asked for."""
    base = {"집행번호": row["집행번호"], "발행일": row["원인행위일"], "발행자": row["거래처"]}
    found = []
    if row["_breach"] != "paper":
        number = "".join(rnd.choices(string.digits, k=8))
        slip = {"증빙종류": "카드매출전표", "사업자등록번호": row["사업자등록번호"], "승인번호": number}
        found.append(base | slip | {"합계금액": row["_slip"], "파일명": f"{row['집행번호']}.pdf"})
    if second:
        trip = "출장시작" in row
        items = "출장기간, 출장목적, 출장지, 출장인원, 금액산출내역" if trip else "회의목적, 일시, 장소, 회의내용"
        found.append(base | {"증빙종류": "출장품의서" if trip else "내부품의서", "기재항목": items})
    return found


def write(path: Path, lines: int, evidence: int, failing: float, seed: int) -> None:
    """Write the workbook row by row in constant memory."""
    rnd = random.Random(seed)
    vendors = [(f"거래처{n:05d}", business_number(rnd)) for n in range(max(10, lines // 50))]
    kinds = sheets.load()
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        ledger = [line(rnd, n, vendors, failing) for n in range(1, lines + 1)]
        rows: list[dict[str, Any]] = []
        left = evidence - sum((r["_breach"] != "paper") + ("출장시작" in r) for r in ledger)  # further papers to spread
        for row in ledger:
            further = "출장시작" not in row and left > 0
            left -= further
            rows += papers(rnd, row, further or "출장시작" in row)
        _sheet(book, kinds["집행내역"], ledger, day)
        _sheet(book, kinds["증빙목록"], [{"증빙번호": f"V-{n}", **p} for n, p in enumerate(rows, 1)], day)
        _sheet(book, kinds["협약"], [{"항목": k, "값": v} for k, v in AGREEMENT.items()], day)
        budget = [{"비목": "직접비", "세목": "사업운영비", "세세목": name, "정부": 9 * 10**11} for name in BUDGETED]
        _sheet(book, kinds["예산"], budget, day)


def _sheet(book: Any, kind: sheets.SheetKind, rows: list[dict[str, Any]], day: Any) -> None:
    sheet = book.add_worksheet(kind.name)
    names = [c.name for c in kind.columns]
    sheet.write_row(0, 0, names)
    for at, row in enumerate(rows, 1):
        for place, name in enumerate(names):
            value = row.get(name, "")
            if isinstance(value, date):
                sheet.write_datetime(at, place, value, day)
            elif isinstance(value, int):
                sheet.write_number(at, place, value)
            elif value:
                sheet.write_string(at, place, value)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--evidence", type=int, default=150_000)
    parser.add_argument("--failing", type=float, default=0.02, help="share of lines that break a rule")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, required=True)
    asked = parser.parse_args()
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    write(asked.output, asked.lines, asked.evidence, asked.failing, asked.seed)


if __name__ == "__main__":
    main()
