"""Lists of the tax office, card companies and banks as they are exported: rows for tests, files in the true format."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import xlwt

from settle.reconciling.reading import Statement, read

OWN = ("220-81-62517", "한빛혁신원")


def _headings(text: str) -> list[str]:
    return text.split(", ")


def _words(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split(", "))


INVOICE_HEADINGS = _headings(
    "작성일자, 승인번호, 발급일자, 전송일자, 공급자사업자등록번호, 종사업장번호, 상호, 대표자명, 주소, "
    "공급받는자사업자등록번호, 종사업장번호, 상호, 대표자명, 주소, 합계금액, 공급가액, 세액, "
    "전자세금계산서분류, 전자세금계산서종류, 발급유형, 비고, 영수/청구 구분, 공급자 이메일, "
    "공급받는자 이메일1, 공급받는자 이메일2, 품목일자, 품목명, 품목규격, 품목수량, 품목단가, "
    "품목공급가액, 품목세액, 품목비고"
)
# profile -> rows above the headings, headings as exported
HEADINGS: dict[str, tuple[int, list[str]]] = {
    "hometax-invoice": (5, INVOICE_HEADINGS),
    "hometax-bill": (5, [h for h in INVOICE_HEADINGS if h not in ("세액", "품목세액")]),
    "hometax-cash": (
        0,
        _headings(
            "매입일시, 사용자명, 가맹점사업자번호, 가맹점명, 업종, 공급가액, 부가세, 봉사료, 매입금액, 승인번호, "
            "발급수단, 거래구분, 공제여부, 비고"
        ),
    ),
    "card-shinhan": (
        0,
        _headings(
            "이용일시, 승인번호, 이용카드, 이용자명, 가맹점명, 이용금액, 이용구분, 할부개월수, 카드구분, "
            "취소일자, 매입상태, 결제예정일"
        ),
    ),
    "card-kookmin": (
        0,
        _headings(
            "승인일, 승인시간, 카드번호, 이용자명, 가맹점명, 업종명, 승인금액, 부가세, 승인구분, 승인번호, 상태, "
            "과세유형, 가맹점사업자등록번호"
        ),
    ),
    "card-nonghyup": (
        9,
        _headings(
            "이용카드, 사용자명, 이용일시, 승인번호, 국내이용금액(원), 취소금액, 가맹점명, 취소여부, "
            "공급가액(원), 부가세(원), 봉사료(원), 가맹점사업자번호, 가맹점업종"
        ),
    ),
    "card-bc": (
        0,
        _headings("카드번호, 카드소지자, 사용구분, 매출종류, 승인일자, 승인시간, 승인번호, 가맹점명/국가명, 승인금액"),
    ),
    "card-hana": (
        5,
        _headings(
            "이용일, 이용시간, 카드번호, 승인번호, 승인금액, 승인취소금액, 가맹점명, 업종명, 가맹점사업자번호, "
            "상태, 부가세"
        ),
    ),
    "card-district": (
        1,
        _headings(
            "연번, 사업자명, 부서명, 카드번호, 승인일, 승인시각, 승인번호, 입금일(취소일), 승인금액, 가맹점명, "
            "가.사업자번호, 가.업종명"
        ),
    ),
    "bank-shinhan": (
        0,
        _headings("거래일시, 적요, 입금액, 출금액, 내용, 잔액, 거래점명"),
    ),
    "bank-kiup": (
        2,
        _headings(
            "거래일시, 출금, 입금, 거래후 잔액, 거래내용, 상대계좌번호, 상대은행, 메모, 거래구분, 수표어음금액, "
            "CMS코드, 상대계좌예금주명"
        ),
    ),
    "bank-woori": (
        3,
        _headings("거래일시, 적요, 기재내용, 지급(원), 입금(원), 거래후 잔액(원), 취급점, 메모"),
    ),
    "bank-hana": (
        6,
        _headings("거래일시, 적요, 의뢰인/수취인, 입금, 출금, 거래후잔액, 구분, 거래점, 거래특이사항, 추가메모"),
    ),
    "bank-kookmin": (
        6,
        _headings("거래일시, 적요, 보낸분/받는분, 송금메모, 출금액, 입금액, 잔액, 거래점, 구분"),
    ),
    "bank-nonghyup": (
        9,
        _headings(
            "구분, 거래일자, 출금금액(원), 입금금액(원), 거래 후 잔액(원), 거래내용, 거래기록사항, 거래점, "
            "거래시간, 이체메모"
        ),
    ),
}
# word of ours -> heading, for the columns that tests fill
WORDS: dict[str, dict[str, str]] = {
    "hometax-invoice": _words(
        "day=작성일자, key=승인번호, brn=공급자사업자등록번호, name=상호, won=합계금액, supply=공급가액, "
        "vat=세액, class=전자세금계산서분류, note=비고, item=품목명"
    ),
    "hometax-cash": _words(
        "day=매입일시, key=승인번호, brn=가맹점사업자번호, name=가맹점명, won=매입금액, state=거래구분"
    ),
    "card-shinhan": _words(
        "day=이용일시, key=승인번호, card=이용카드, name=가맹점명, won=이용금액, cancelled_on=취소일자, state=매입상태"
    ),
    "card-kookmin": _words(
        "day=승인일, time=승인시간, key=승인번호, card=카드번호, name=가맹점명, won=승인금액, "
        "brn=가맹점사업자등록번호, state=승인구분"
    ),
    "card-nonghyup": _words(
        "day=이용일시, key=승인번호, card=이용카드, name=가맹점명, won=국내이용금액(원), "
        "brn=가맹점사업자번호, state=취소여부, cancel=취소금액"
    ),
    "card-bc": _words(
        "day=승인일자, time=승인시간, key=승인번호, card=카드번호, name=가맹점명/국가명, won=승인금액, state=매출종류"
    ),
    "card-hana": _words(
        "day=이용일, time=이용시간, key=승인번호, card=카드번호, name=가맹점명, won=승인금액, "
        "brn=가맹점사업자번호, state=상태, cancel=승인취소금액"
    ),
    "card-district": _words(
        "day=승인일, time=승인시각, key=승인번호, card=카드번호, name=가맹점명, won=승인금액, brn=가.사업자번호"
    ),
    "bank-shinhan": _words("day=거래일시, out=출금액, in=입금액, balance=잔액, name=내용, memo=적요"),
    "bank-kiup": _words("day=거래일시, out=출금, in=입금, balance=거래후 잔액, name=상대계좌예금주명, memo=거래내용"),
    "bank-woori": _words("day=거래일시, out=지급(원), in=입금(원), balance=거래후 잔액(원), name=기재내용, memo=적요"),
    "bank-hana": _words("day=거래일시, out=출금, in=입금, balance=거래후잔액, name=의뢰인/수취인, memo=적요"),
    "bank-kookmin": _words("day=거래일시, out=출금액, in=입금액, balance=잔액, name=보낸분/받는분, memo=적요"),
    "bank-nonghyup": _words(
        "day=거래일자, time=거래시간, out=출금금액(원), in=입금금액(원), balance=거래 후 잔액(원), "
        "name=거래기록사항, memo=거래내용"
    ),
}
WORDS["hometax-bill"] = {k: v for k, v in WORDS["hometax-invoice"].items() if k != "vat"}
SHEETS = {"hometax-invoice": "세금계산서", "hometax-bill": "계산서"}


def invoice_number(n: int) -> str:
    """A number as the tax office writes it, 24 digits in three groups."""
    return f"20250901-41000000-{n:08d}"


def rows_of(profile: str, entries: Sequence[Mapping[str, Any]], order: Sequence[int] | None = None) -> list[list[str]]:
    """The sheet of a list: rows above the headings, headings, one row per entry (keys as in WORDS).

    order: another order of the columns. A bank's 잔액 is worked out (from 0) where the entries do not give it.
    """
    above, headings = HEADINGS[profile]
    words = WORDS[profile]
    body = []
    balance = 0
    for entry in entries:
        row = [""] * len(headings)
        filled = dict(entry)
        if profile.startswith("bank"):
            filled.setdefault("out", 0)
            filled.setdefault("in", 0)
            balance += filled["in"] - filled["out"]
            filled.setdefault("balance", balance)
        if profile.startswith("hometax-invoice"):
            filled.setdefault("supply", round(filled["won"] / 1.1))
            filled.setdefault("vat", filled["won"] - filled["supply"])
        if profile == "hometax-bill":
            filled.setdefault("supply", filled["won"])
        for word, value in filled.items():
            row[headings.index(words[word])] = f"{value:,}" if isinstance(value, int) else str(value)
        if profile in ("hometax-invoice", "hometax-bill"):
            buyer = headings.index("공급받는자사업자등록번호")
            row[buyer], row[buyer + 2] = OWN
        body.append(row)
    head = _above(profile, above, entries)
    if order is not None:
        headings, body = [headings[i] for i in order], [[row[i] for i in order] for row in body]
    return [*head, headings, *body]


def _above(profile: str, count: int, entries: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    if profile in ("hometax-invoice", "hometax-bill"):
        title = "전자(수정)세금계산서" if profile == "hometax-invoice" else "전자(수정)계산서"
        seen: dict[str, Mapping[str, Any]] = {e["key"]: e for e in entries}
        total = sum(e["won"] for e in seen.values())
        supply = sum(
            e.get("supply", round(e["won"] / 1.1) if profile == "hometax-invoice" else e["won"]) for e in seen.values()
        )
        figures = ["총 합계금액", f"{total:,}", "총 공급가액", f"{supply:,}"]
        if profile == "hometax-invoice":
            figures += ["총 세액", f"{total - supply:,}"]
        return [
            ["사업자등록번호", OWN[0]],
            ["상호", OWN[1], "대표자", "김대표"],
            figures,
            [],
            [f"매입 {title} 목록조회"],
        ]
    return [["계좌번호 : 110-123-456789"], ["예금주명", OWN[1]], *([[]] * count)][:count]


def table(rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Rows as the statement reader gets them."""
    width = max(map(len, rows))
    cells = [[str(c) for c in row] + [""] * (width - len(row)) for row in rows]
    return pd.DataFrame(cells, index=pd.RangeIndex(1, len(rows) + 1), dtype="str")


def statement(profile: str, entries: Sequence[Mapping[str, Any]], file: str = "", **more: Any) -> Statement:
    """A list as a Statement."""
    found = read(
        table(rows_of(profile, entries, **more)), file or f"{profile}.xlsx", SHEETS.get(profile, "Sheet1"), file
    )
    assert found is not None
    return found


def write_xls(path: Path, rows: Sequence[Sequence[Any]], sheet: str) -> Path:
    """A true BIFF8 workbook."""
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet(sheet)
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if value != "":
                page.write(r, c, value)
    book.save(str(path))
    return path


def write_xlsx(path: Path, rows: Sequence[Sequence[Any]], sheet: str = "Sheet1") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append([None if v == "" else v for v in row])
    book.save(path)
    return path


def write_zip(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """An archive that holds one workbook, as BC카드 sends it."""
    inner = write_xlsx(path.with_name("승인내역.xlsx"), rows)
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "법인카드/승인내역.xlsx")
    inner.unlink()
    return path


def write(folder: Path, profile: str, entries: Sequence[Mapping[str, Any]], name: str = "") -> Path:
    """The list as a file in the format in which its source hands it out."""
    rows = rows_of(profile, entries)
    if profile.startswith("hometax-") and profile != "hometax-cash":
        return write_xls(folder / f"{name or profile}.xls", rows, SHEETS[profile])
    if profile == "card-bc":
        return write_zip(folder / f"{name or profile}.zip", rows)
    return write_xlsx(folder / f"{name or profile}.xlsx", rows)
