"""The yardstick of filling and asking: three ledgers as people have them, with the lists that belong to them.

One row of <name>.csv is one purchase with everything that is true of it; <name>.toml says of which institution and cards it is,
which lists there are and which of their rows belong to no line. The ledger and the lists are written from these, each with no
more than such a file shows; what a ledger leaves blank and a list holds is therefore known cell by cell (`held`). All names and
numbers are invented.

This is fixed: it was laid down before filling was built, and is not bent to what filling does.

표시 of a line: tie (two lines and two rows that fit both ways), pg (the list names a payment agency, not the vendor), far (the
invoice is older than the window of days), trunc (the bank cut the name), sum (one transfer for two lines), again (cancelled and
approved again on one day). Such a line's cells are not held by a strong key (`strong`), those of `again` are.
"""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl

from tests.kit.statement_lists import HEADINGS, SHEETS, WORDS, write_xls, write_xlsx

HERE = Path(__file__).parent
NAMES = ("plain", "narado", "botame")
COUNTS = ("공급가액", "부가세", "봉사료", "집행금액", "이체금액", "참석인원", "외부인원")
# further words of ours -> heading, of the lists that the yardstick uses
MORE = {
    "card-shinhan": {"holder": "이용자명", "class": "카드구분"},
    "card-kookmin": {"holder": "이용자명", "business": "업종명", "vat": "부가세"},
    "card-nonghyup": {
        "holder": "사용자명",
        "business": "가맹점업종",
        "supply": "공급가액(원)",
        "vat": "부가세(원)",
        "tip": "봉사료(원)",
    },
}
DAY_SHAPES = {
    "card-shinhan": "%Y.%m.%d",
    "card-kookmin": "%Y.%m.%d",
    "card-nonghyup": "%Y/%m/%d",
    "bank-kookmin": "%Y.%m.%d",
    "bank-hana": "%Y-%m-%d",
    "bank-nonghyup": "%Y/%m/%d",
    "hometax-invoice": "%Y-%m-%d",
}
FILES = {
    "card": "카드 이용내역",
    "own-card": "카드 이용내역 (2)",
    "other-month": "지난 내역",
    "bank": "통장 거래내역",
    "invoice": "매입전자세금계산서목록",
}


@dataclass(frozen=True)
class Held:
    """The true value of a cell that the ledger leaves blank and a list holds; strong: found by a strong key alone."""

    value: str | int
    strong: bool


@dataclass
class Yardstick:
    """A ledger, its lists and what is true. lines: one dict per purchase, numbers as int, days as date, "" for nothing."""

    name: str
    meta: dict[str, Any]
    lines: list[dict[str, Any]] = field(default_factory=list)

    @property
    def claimed(self) -> int:
        """Won of all lines."""
        return sum(line["집행금액"] for line in self.lines)

    @cached_property
    def shown(self) -> list[set[str]]:
        """Per line: the canonical columns of which the ledger shows the value."""
        always = {"plain": {"집행일", "적요", "거래처", "집행금액"}}.get(
            self.name, {"집행일", "적요", "거래처", "집행금액"}
        )
        if self.name == "botame":
            always = always | {"결제수단", "재원"}
        return [always | (set(line["보임"].split()) - {"-"}) for line in self.lines]

    @cached_property
    def held(self) -> dict[tuple[int, str], Held]:
        """(number of the line, column) -> what a list holds of it."""
        found: dict[tuple[int, str], Held] = {}
        for line, shown in zip(self.lines, self.shown, strict=True):
            for column, value, strong in self._of_lists(line):
                if column not in shown and value != "":
                    found[line["번호"], column] = Held(value, strong)
        return found

    @cached_property
    def papers(self) -> list[tuple[int, str, str, bool]]:
        """Evidence rows that the lists hold: (line, 증빙종류, 승인번호, strong)."""
        found = []
        for line in self.lines:
            if line["송장일"]:
                found.append((line["번호"], "전자세금계산서", line["송장번호"], line["표시"] != "far"))
            if line["예금주"]:
                found.append((line["번호"], "계좌입출금내역", "", line["표시"] not in ("sum", "trunc")))
        return found

    def _of_lists(self, line: dict[str, Any]) -> list[tuple[str, str | int, bool]]:
        mark = line["표시"]
        cells: list[tuple[str, str | int, bool]] = []
        if line["카드"]:
            card = self.meta["cards"][line["카드"]]
            words = MORE[self.meta["lists"][card["list"]]].keys() | WORDS[self.meta["lists"][card["list"]]].keys()
            strong = mark not in ("tie", "pg")
            cells += [("승인번호", line["승인번호"], strong), ("사용시각", line["사용시각"], strong)]
            if card["shown"]:
                cells.append(("결제수단", card["means"], strong))
            for column, word in (("업종", "business"), ("사업자등록번호", "brn"), ("공급가액", "supply")):
                if word in words:
                    cells.append((column, line[column], strong))
            for column, word in (("부가세", "vat"), ("봉사료", "tip")):
                if word in words and line[column] != 0:
                    cells.append((column, line[column], strong))
        if line["송장일"]:
            cells += [(c, line[c], mark != "far") for c in ("사업자등록번호", "공급가액", "부가세")]
        if line["예금주"]:
            strong = mark not in ("sum", "trunc")
            cells += [("결제수단", "계좌이체", strong), ("예금주", line["예금주"], strong)]
        return cells

    def write(self, folder: Path) -> list[Path]:
        """The files as the officer has them, the ledger first."""
        ledger = {"plain": _plain, "narado": _narado, "botame": _botame}[self.name](self, folder)
        return [ledger, *(self._list(role, folder) for role in self.meta["lists"])]

    def _list(self, role: str, folder: Path) -> Path:
        profile = self.meta["lists"][role]
        if role == "invoice":
            entries = self._invoices()
        elif role in ("card", "own-card"):
            entries = self._card_rows(role)
        elif role == "bank":
            entries = self._transfers()
        else:
            entries = []
        entries += [self._extra(one, profile) for one in self.meta["extra"].get(role, [])]
        rows = self._rows(profile, sorted(entries, key=lambda e: (e["at"], e.get("key", ""))))
        name = FILES[role]
        if profile == "hometax-invoice":
            return write_xls(folder / f"{name}.xls", rows, SHEETS[profile])
        return write_xlsx(folder / f"{name}.xlsx", rows)

    def _extra(self, one: dict[str, Any], profile: str) -> dict[str, Any]:
        entry = dict(one)
        day, _, time = entry.pop("day").partition(" ")
        entry["at"] = (dt.date.fromisoformat(day), entry.pop("time", time))
        if "card" in entry:
            entry |= self._card(entry["card"], profile)
        if "cancelled_on" in entry:
            entry["cancelled_on"] = dt.date.fromisoformat(entry["cancelled_on"]).strftime(DAY_SHAPES[profile])
            entry["state"] = "취소"
        return entry

    def _card(self, which: str, profile: str) -> dict[str, str]:
        card = self.meta["cards"][which]
        words = MORE[profile]
        return {"card": card["number"], "holder": card["holder"]} | (
            {"class": card["class"]} if "class" in words else {}
        )

    def _card_rows(self, role: str) -> list[dict[str, Any]]:
        profile = self.meta["lists"][role]
        words = MORE[profile].keys() | WORDS[profile].keys()
        found = []
        for line in self.lines:
            if line["카드"] and self.meta["cards"][line["카드"]]["list"] == role:
                everything = {
                    "at": (line["집행일"], line["사용시각"]),
                    "key": line["승인번호"],
                    "name": line["명세이름"],
                    "won": line["집행금액"],
                    "business": line["업종"],
                    "brn": line["사업자등록번호"],
                    "supply": line["공급가액"],
                    "vat": line["부가세"],
                    "tip": line["봉사료"],
                } | self._card(line["카드"], profile)
                found.append({k: v for k, v in everything.items() if k == "at" or k in words})
        return found

    def _invoices(self) -> list[dict[str, Any]]:
        return [
            {
                "at": (line["송장일"], ""),
                "key": line["송장번호"],
                "brn": line["사업자등록번호"],
                "name": line["거래처"].replace("㈜", "(주)"),
                "won": line["집행금액"],
                "supply": line["공급가액"],
                "vat": line["부가세"],
                "item": line["적요"],
                "class": "세금계산서",
            }
            for line in self.lines
            if line["송장일"]
        ]

    def _transfers(self) -> list[dict[str, Any]]:
        return [
            {
                "at": (line["이체일"], f"14:{line['번호'] % 60:02d}:10"),
                "out": line["이체금액"],
                "name": line["예금주"].replace("㈜", "(주)"),
                "memo": "인터넷이체",
            }
            for line in self.lines
            if line["이체일"]
        ]

    def _rows(self, profile: str, entries: list[dict[str, Any]]) -> list[list[Any]]:
        above, headings = HEADINGS[profile]
        words = WORDS[profile] | MORE.get(profile, {})
        body, balance = [], 0
        for entry in entries:
            row = [""] * len(headings)
            filled = {k: v for k, v in entry.items() if k != "at"}
            day, time = entry["at"]
            day_word = "day" if "day" in words else "date"
            filled[day_word] = day.strftime(DAY_SHAPES[profile])
            if "time" in words:
                filled["time"] = time
            elif time and profile != "hometax-invoice":
                filled[day_word] += f" {time}"
            if profile.startswith("bank"):
                filled.setdefault("out", 0)
                filled.setdefault("in", 0)
                balance += filled["in"] - filled["out"]
                filled["balance"] = balance
            if profile == "hometax-invoice":
                filled.setdefault("supply", round(filled["won"] / 1.1))
                filled.setdefault("vat", filled["won"] - filled["supply"])
            for word, value in filled.items():
                row[headings.index(words[word])] = f"{value:,}" if isinstance(value, int) else str(value)
            if profile == "hometax-invoice":
                buyer = headings.index("공급받는자사업자등록번호")
                row[buyer], row[buyer + 2] = self.meta["institution"]
            body.append(row)
        return [*self._above(profile, above, entries), headings, *body]

    def _above(self, profile: str, count: int, entries: list[dict[str, Any]]) -> list[list[str]]:
        number, name = self.meta["institution"]
        if profile == "hometax-invoice":
            total = sum(e["won"] for e in entries)
            supply = sum(e.get("supply", round(e["won"] / 1.1)) for e in entries)
            figures = ["총 합계금액", f"{total:,}", "총 공급가액", f"{supply:,}", "총 세액", f"{total - supply:,}"]
            return [
                ["사업자등록번호", number],
                ["상호", name, "대표자", "한대표"],
                figures,
                [],
                ["매입 전자(수정) 세금계산서 목록조회"],
            ]
        return [["예금주명" if profile.startswith("bank") else "조회결과", name], *([[]] * count)][:count]


def load(name: str) -> Yardstick:
    """One of NAMES."""
    with open(HERE / f"{name}.toml", "rb") as file:
        meta = tomllib.load(file)
    with open(HERE / f"{name}.csv", encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = [dict(row) for row in csv.DictReader(file)]
    for row in rows:
        row["번호"] = int(row["번호"])
        for column in COUNTS:
            row[column] = int(row[column]) if row[column] else ""
        for column in ("집행일", "송장일", "이체일", "출장시작", "출장종료"):
            row[column] = dt.date.fromisoformat(row[column]) if row[column] else ""
    return Yardstick(name, meta, rows)


def _cell(yard: Yardstick, number: int, column: str) -> Any:
    value = yard.lines[number][column]
    return value if column in yard.shown[number] and value != "" else None


def _plain(yard: Yardstick, folder: Path) -> Path:
    """Ten columns, a title, the unit, a row of totals at the end."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "집행내역"
    page.append([yard.meta["title"]])
    page.append([None] * 9 + ["(단위: 원)"])
    page.append([])
    page.append(["No", "일자", "예산과목", "적요", "거래처", "공급가액", "부가세", "금액", "인원", "비고"])
    for i, line in enumerate(yard.lines):
        page.append(
            [
                line["번호"],
                line["집행일"],
                line["과목"],
                line["적요"],
                line["거래처"],
                _cell(yard, i, "공급가액"),
                _cell(yard, i, "부가세"),
                line["집행금액"],
                _cell(yard, i, "참석인원"),
            ]
        )
    page.append([None, None, None, "합계", None, None, None, yard.claimed])
    for row in page.iter_rows(min_row=5, min_col=2, max_col=2):
        row[0].number_format = "yyyy-mm-dd"
    path = folder / "사업비 집행내역.xlsx"
    book.save(path)
    return path


def _narado(yard: Yardstick, folder: Path) -> Path:
    """The export of e나라도움: all texts, the headings first."""
    headings = [
        "순번",
        "집행일자",
        "증빙구분",
        "집행목적",
        "보조비목명",
        "보조세목명",
        "거래처명",
        "공급가액",
        "부가세",
    ]
    rows: list[list[Any]] = [[*headings, "반납금액", "최종금액", "불인정금액"]]
    for i, line in enumerate(yard.lines):
        first, second = line["과목"].split("/")
        paper = "전자세금계산서" if line["송장일"] else "카드" if line["카드"] else "기타"
        amounts = [f"{v:,}" if (v := _cell(yard, i, c)) is not None else "" for c in ("공급가액", "부가세")]
        day = f"{line['집행일']:%Y-%m-%d}"
        rows.append(
            [
                line["번호"],
                day,
                paper,
                line["적요"],
                first,
                second,
                line["거래처"],
                *amounts,
                "0",
                f"{line['집행금액']:,}",
                "0",
            ]
        )
    return write_xlsx(folder / "e나라도움 집행내역.xlsx", rows)


def _botame(yard: Yardstick, folder: Path) -> Path:
    """The export of 보탬e: a title, the two sources of funds side by side."""
    headings = [
        "연번",
        "집행실행일자",
        "집행방식",
        "집행목적(용도)",
        "보조세목(통계목)",
        "지방비 집행금액",
        "자부담 집행금액",
        "거래처명",
    ]
    rows: list[list[Any]] = [[yard.meta["title"]], [], headings]
    for line in yard.lines:
        means = "카드" if line["카드"] else line["결제수단"]
        own = line["번호"] % 9 == 0
        won = f"{line['집행금액']:,}"
        day = f"{line['집행일']:%Y%m%d}"
        rows.append(
            [
                line["번호"],
                day,
                means,
                line["적요"],
                line["과목"],
                "0" if own else won,
                won if own else "0",
                line["거래처"],
            ]
        )
    return write_xlsx(folder / "보탬e 집행내역.xlsx", rows)
