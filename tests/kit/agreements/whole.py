"""A whole agreement: scenes, budget, approvals, then blanks and words that nobody knows."""

from __future__ import annotations

import random
from typing import Any

from . import other, running
from .making import OWN, Making, Row

SCENES = (
    running.meal, running.meal, running.large_meeting, running.large_meeting, running.two_meals, running.overtime,
    running.purchase, running.purchase,
    running.refunded, running.shared, running.small_receipts, running.fee, running.trip, running.trip, other.labour,
    other.labour, other.labour, other.support, other.support, other.indirect, other.indirect, other.subcontract, other.loose_end,
)  # fmt: skip
MOST_LINES = 12
# What may be blank in a row, and what may hold a word that nobody knows. The keys, vendor, 적요, amount and 집행일 of a line
# stay: without them a row is no line.
BLANKS = {
    "집행내역": ("원인행위일", "결제수단", "지출유형", "참석인원", "내부인원", "외부인원", "예금주", "투입MD", "출장시작", "매입세액공제",
              "재원", "사업자등록번호", "지원유형", "공급가액", "부가세"),
    "증빙목록": ("증빙종류", "합계금액", "사업자등록번호", "기재항목", "서명인원", "발행일", "공급가액"),
    "투입인력": ("구분", "등급", "학력", "자격", "경력연수", "등급증빙"),
}  # fmt: skip
STRANGE = {
    "집행내역": ("결제수단", "지출유형", "지원유형", "매입세액공제"),
    "증빙목록": ("증빙종류",),
    "투입인력": ("구분", "등급", "학력"),
}
DROPPED = (
    ("집행내역", "결제수단"), ("집행내역", "지출유형"), ("집행내역", "참석인원"), ("집행내역", "원인행위일"), ("집행내역", "매입세액공제"),
    ("증빙목록", "서명인원"), ("증빙목록", "기재항목"), ("증빙목록", "사업자등록번호"), ("증빙목록", "발행일"), ("수행일지", "장소구분"),
    ("수행일지", "업무구분"), ("변경승인", "승인일"),
)  # fmt: skip
ABSENT = ("예산", "투입인력", "수행일지", "과제", "증빙목록")


def agreement(seed: int) -> dict[str, Any]:
    """The tables of one agreement; the same seed gives the same."""
    chooser = random.Random(seed)
    m = Making(chooser, slip=chooser.choice((0.0, 0.08, 0.2)))
    scenes = chooser.randrange(1, 8)
    while scenes and len(m.lines) < MOST_LINES - 2:
        chooser.choice(SCENES)(m)
        scenes -= 1
    if not m.lines:
        running.purchase(m)
    if m.chance(0.4):
        late = [line for line in m.lines if not "2025-03-01" <= line["집행일"] <= "2025-12-31"] or m.lines
        m.changes.append(
            {"변경구분": "기간외집행", "집행번호": late[0]["집행번호"], "승인일": m.of("", "2025-05-01", "2025-05-01")}
        )
    tables: dict[str, Any] = {"협약": _terms(m), "집행내역": m.lines}
    if m.papers:
        tables["증빙목록"] = m.papers
    if m.chance(0.8):
        tables["예산"] = _budget(m)
        if m.chance(0.4):
            m.changes.append(_change(m, tables["예산"]))
    for kind, rows in (("투입인력", m.roster), ("수행일지", m.log), ("과제", m.tasks), ("변경승인", m.changes)):
        if rows:
            tables[kind] = rows
    _slips(m, tables)
    return tables


def _terms(m: Making) -> Row:
    return {
        "기관유형": m.of("영리", "비영리", "비영리"),
        "연구관리전담부서": m.of("Y", "Y", "N", ""),
        "협약시작일": "2025-03-01",
        "협약종료일": "2025-12-31",
        "참여유형": m.of("국고매칭", "자부담"),
        "자체여비기준": m.of("Y", "Y", "N", ""),
        "수행기관사업자번호": OWN,
    }


def _budget(m: Making) -> list[Row]:
    """Enough for all, or tight; 사업운영비 by 세세목 or as one."""
    tight = m.chance(0.4)

    def row(won: int, **path: str) -> Row:
        share = m.of(won, won, won // 2) if not tight else won
        return {**path, "정부": share, "민간": won - share}

    big = m.of(600_000, 1_000_000, 2_000_000) if tight else 100_000_000
    rows = [
        row(5 * big, 비목="인건비", 세목="내부인건비"),
        row(5 * big, 비목="인건비", 세목="외부인건비"),
        {"비목": "직접비", "세목": "직접지원비", "정부": m.of(0, big), "민간": 2 * big},
        row(m.of(100_000, 100_000, 500_000, 5_000_000), 비목="간접비"),
        row(2 * big, 비목="위탁사업비"),
    ]
    if m.chance(0.6):
        for detail in ("국내여비(내부)", "국내여비(외부)", "국외여비", "회의비", "인쇄비및유인비", "수용비및수수료"):
            rows.append(row(m.of(100_000, 300_000) if tight else big, 비목="직접비", 세목="사업운영비", 세세목=detail))
    else:
        rows.append(row(big, 비목="직접비", 세목="사업운영비"))
    return rows


def _change(m: Making, rows: list[Row]) -> Row:
    paths = ["/".join(str(row[k]) for k in ("비목", "세목", "세세목") if k in row) for row in rows]
    source, target = m.random.sample(paths, 2)
    return {
        "변경구분": "예산비목변경", "변경전": source, "변경후": target, "금액": m.of(50_000, 100_000, 200_000),
        "승인일": m.of("2025-06-01", "2025-06-01", "", "2026-02-01"),
    }  # fmt: skip


def _slips(m: Making, tables: dict[str, Any]) -> None:
    for kind, columns in BLANKS.items():
        for row in tables.get(kind, []):
            for column in columns:
                if column in row and m.slips(0.12):
                    row[column] = ""
    for kind, columns in STRANGE.items():
        for row in tables.get(kind, []):
            for column in columns:
                if column in row and m.slips(0.1):
                    row[column] = "모름표시"
    for row in tables["집행내역"]:
        if m.slips(0.1):
            row["원인행위일"] = "2025-02-30"
        if m.slips(0.1) and row["집행금액"] > 0:
            row["집행번호"] = tables["집행내역"][0]["집행번호"]
    if m.slips(2):
        kind, column = m.of(*DROPPED)
        for row in tables.get(kind, []):
            row.pop(column, None)
    if m.slips():
        tables.pop(m.of(*ABSENT), None)
