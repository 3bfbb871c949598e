"""The sheets of an agreement as plain objects: dates, won, days; a word that is not known counts as blank."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from . import words

Row = dict[str, Any]


def text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def day(value: Any) -> date | None:
    """A day; None where the cell is blank or names no day that exists."""
    try:
        return date.fromisoformat(text(value))
    except ValueError:
        return None


def unreadable_day(value: Any) -> bool:
    return text(value) != "" and day(value) is None


def won(value: Any) -> int | None:
    return int(value) if re.fullmatch(r"-?\d+", text(value)) else None


def days(value: Any) -> int | None:
    """M/D in thousandths."""
    return round(float(value) * 1000) if re.fullmatch(r"\d+(\.\d+)?", text(value)) else None


def rate(value: Any) -> Fraction | None:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text(value))
    return Fraction(found[1]) / 100 if found else None


def known(value: Any, allowed: frozenset[str]) -> str:
    """The word where the programme has it, else blank."""
    return text(value) if text(value) in allowed else ""


def number_valid(number: str) -> bool:
    """The check digit of a 사업자등록번호."""
    figures = [int(c) for c in number if c.isdigit()]
    if len(figures) != 10:
        return False
    total = sum(a * b for a, b in zip(figures, (1, 3, 7, 1, 3, 7, 1, 3, 5))) + figures[8] * 5 // 10
    return (10 - total % 10) % 10 == figures[9]


@dataclass
class Paper:
    """A row of 증빙목록. total, supply, vat: won or None."""

    place: int
    numbers: list[str]
    kind: str  # blank where blank or unknown
    date: date | None
    issuer: str
    brn: str
    approval: str
    supply: int | None
    vat: int | None
    total: int | None
    items: list[str]
    strange_items: bool
    signed: int | None
    file: str


@dataclass
class Line:
    """A row of 집행내역 whose amount can be read."""

    place: int
    row: Row
    number: str
    cause: date | None
    paid: date | None
    heading: str  # 비목
    item: str  # 세목
    detail: str  # 세세목
    strange_category: bool
    claimed: int
    supply: int | None
    vat: int | None
    means: str
    expense: str
    brn: str
    vendor: str
    holder: str
    refund_of: int | None = None
    refund: int | None = None
    papers: list[Paper] = field(default_factory=list)

    def cell(self, name: str) -> str:
        return text(self.row.get(name))

    @property
    def order(self) -> tuple[str, str, int]:
        return (self.paid.isoformat() if self.paid else "", self.number, self.place)

    @property
    def latest(self) -> str:
        return self.number


@dataclass
class Sheets:
    """All of an agreement."""

    raw: dict[str, Any]
    agreement: Row
    lines: list[Line]
    papers: list[Paper]
    left_out: list[Row]

    def rows(self, kind: str) -> list[Row]:
        return list(self.raw.get(kind) or [])

    def has(self, kind: str) -> bool:
        return bool(self.raw.get(kind))

    def has_column(self, kind: str, column: str) -> bool:
        return any(column in row for row in self.rows(kind))

    @property
    def begins(self) -> date | None:
        return day(self.agreement.get("협약시작일"))

    @property
    def ends(self) -> date | None:
        return day(self.agreement.get("협약종료일"))

    def term(self, name: str) -> str:
        return text(self.agreement.get(name))


def numbers_of(value: Any) -> list[str]:
    """The 집행번호 that an evidence row names: one, a comma list, a range."""
    found: list[str] = []
    for part in re.split(r"\s*,\s*", text(value)):
        span = re.fullmatch(r"(.*?)(\d+)~(.*?)(\d+)", part)
        if span:
            head, first, _, last = span.groups()
            found += [f"{head}{n:0{len(first)}d}" for n in range(int(first), int(last) + 1)]
        elif part:
            found.append(part)
    return found


def _amounts(row: Row) -> tuple[int | None, int | None, int | None]:
    """공급가액, 세액, 합계금액 of a paper; where two of them are told, so is the third."""
    supply, vat, total = (won(row.get(name)) for name in ("공급가액", "세액", "합계금액"))
    if total is None and supply is not None and vat is not None:
        total = supply + vat
    elif supply is None and total is not None and vat is not None:
        supply = total - vat
    elif vat is None and total is not None and supply is not None:
        vat = total - supply
    return supply, vat, total


def _paper(place: int, row: Row) -> Paper:
    supply, vat, total = _amounts(row)
    items = [part for part in re.split(r"\s*,\s*", text(row.get("기재항목"))) if part]
    return Paper(
        place=place,
        numbers=numbers_of(row.get("집행번호")),
        kind=known(row.get("증빙종류"), words.PAPERS),
        date=day(row.get("발행일")),
        issuer=text(row.get("발행자")),
        brn=text(row.get("사업자등록번호")),
        approval=text(row.get("승인번호")),
        supply=supply,
        vat=vat,
        total=total,
        items=[words.ITEM_NAMES.get(i, i) for i in items if i in words.ITEMS or i in words.ITEM_NAMES],
        strange_items=any(i not in words.ITEMS and i not in words.ITEM_NAMES for i in items),
        signed=won(row.get("서명인원")),
        file=text(row.get("파일명")),
    )


def _category(row: Row) -> tuple[str, str, str, bool]:
    """비목, 세목, 세세목 by the tree, and whether a word of them is not the programme's."""
    heading, item, detail = (text(row.get(name)) for name in ("비목", "세목", "세세목"))
    strange = (
        (heading != "" and heading not in words.HEADINGS)
        or (item != "" and item not in words.ITEM_HEADING)
        or (detail != "" and detail not in words.DETAILS)
    )
    if strange:
        return heading, item, detail, True
    if detail and not heading:
        heading, item = "직접비", "사업운영비"
    if item and not heading:
        heading = words.ITEM_HEADING[item]
    if heading == "직접비" and detail and not item:
        item = "사업운영비"
    return heading, item, detail, False


def read(tables: dict[str, Any]) -> Sheets:
    lines, left_out = [], []
    for place, row in enumerate(tables["집행내역"]):
        claimed = won(row.get("집행금액"))
        if claimed is None:
            left_out.append(row)
            continue
        heading, item, detail, strange = _category(row)
        lines.append(
            Line(
                place=place,
                row=row,
                number=text(row.get("집행번호")),
                cause=day(row.get("원인행위일")),
                paid=day(row.get("집행일")),
                heading=heading,
                item=item,
                detail=detail,
                strange_category=strange,
                claimed=claimed,
                supply=won(row.get("공급가액")),
                vat=won(row.get("부가세")),
                means=known(row.get("결제수단"), words.MEANS),
                expense=known(row.get("지출유형"), words.EXPENSES),
                brn=text(row.get("사업자등록번호")),
                vendor=text(row.get("거래처")),
                holder=text(row.get("예금주")),
            )
        )
    papers = [_paper(place, row) for place, row in enumerate(tables.get("증빙목록") or [])]
    for line in lines:
        line.papers = [paper for paper in papers if line.number and line.number in paper.numbers]
    return Sheets(tables, dict(tables.get("협약") or {}), lines, papers, left_out)
