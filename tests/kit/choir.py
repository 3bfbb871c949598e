"""The foreign-shaped programme of tests/programmes: its workbook, and what becomes of it, worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

PLACE = Path(__file__).parent.parent / "programmes"
CHOIR = "choir"
HEADS = ("전표", "나간 날", "쓴 데", "받은 곳", "나간 돈", "주머니")


def line(*cells: Any, **more: Any) -> dict[str, Any]:
    """A row of 지출부."""
    return dict(zip(HEADS, cells, strict=True)) | more


# 군비 5,000,000 agreed. 가-1 2,400,000; 가-2 85,001, of which 8,000 x 10 = 80,000 stay; 가-3 is for a member from outside: 0;
# 가-4 for one of whom nobody knows: held; 가-6 30,000. Recognised 2,510,000; 5,000,000 - 2,510,000 + 1,230 = 2,491,230.
# 회비 500,000 agreed, 가-5 has no receipt.
TABLES: dict[str, Any] = {
    "협약": {"사업명": "가람 합창단", "협약번호": "합창-1", "협약시작일": "2026-01-01", "협약종료일": "2026-12-31", "보조 통장이자": 1230},
    "예산": [{"쓸 일": "연습", "군비": 3_000_000, "회비": 500_000}, {"쓸 일": "공연", "군비": 2_000_000, "회비": 0}],
    "지출부": [
        line("가-1", "2026-03-02", "연습실 빌림", "가람회관", 2_400_000, "군비보조"),
        line("가-2", "2026-03-09", "간식", "나루빵집", 85_001, "보조", **{"몇 사람": 10}),
        line("가-3", "2026-04-02", "교통비", "이순", 50_000, "군비보조", 단원번호="2"),
        line("가-4", "2026-04-02", "교통비", "박서", 40_000, "군비보조", 단원번호="3"),
        line("가-5", "2026-04-03", "악보", "다리책방", 300_000, "회비"),
        line("가-6", "2026-04-04", "교통비", "김한", 30_000, "군비보조", 단원번호="1"),
    ],
    "증빙목록": [{"전표": f"가-{n}", "증빙종류": "영수증"} for n in (1, 2, 3, 4, 6)],
    "단원명부": [
        {"단원번호": "1", "이름": "김한", "사는 곳": "관내"},
        {"단원번호": "2", "이름": "이순", "사는 곳": "군외"},
        {"단원번호": "3", "이름": "박서", "사는 곳": None},
    ],
}  # fmt: skip
SPENT = {"claimed": 2_905_001, "recognised": 2_510_000, "held": 340_000, "disallowed": 55_001}
MEMBERS = {"claimed": 3, "recognised": 1, "held": 1, "disallowed": 1}


def workbook(path: Path, tables: dict[str, Any] | None = None) -> Path:
    """The tables as a workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in (tables or TABLES).items():
        sheet = book.create_sheet(name)
        given = [{"항목": key, "값": value} for key, value in rows.items()] if isinstance(rows, dict) else rows
        heads = list(dict.fromkeys(key for row in given for key in row))
        for row in [heads, *([row.get(head) for head in heads] for row in given)]:
            sheet.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path
