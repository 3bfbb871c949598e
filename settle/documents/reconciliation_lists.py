"""대사표 as lists: a document of its own, and a section of the disallowance report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from settle.documents import files, listed
from settle.documents.listed import Part
from settle.documents.view import key, safe, safe_all
from settle.documents.xlsx.reconciliation import FILE as WORKBOOK
from settle.documents.xlsx.reconciliation import shown_of
from settle.korean import number
from settle.model import EFFECTS
from settle.reconciling.tables import IN_FULL

if TYPE_CHECKING:
    from pathlib import Path

    from settle.documents.content import Document
    from settle.model import Judgement

FILE = "대사표.pdf"
TITLE = "대사표"
TOTALS = [("자료", 30, "left"), ("쪽", 12, "centre"), ("이름", 92, "left"), ("구분", 44, "left"), ("건수", 20, "right"),
          ("금액", 32, "right")]  # fmt: skip
FINDINGS = [("규칙", 16, "centre"), ("판정", 12, "centre"), ("집행번호", 22, "left"), ("금액", 22, "right"), ("내용", 120, "left"),
            ("조치", 80, "left")]  # fmt: skip
MATCHED = [
    ("자료", 22, "left"), ("열쇠", 26, "left"), ("집행번호", 18, "left"), ("장부 상대", 30, "left"), ("날짜", 17,
    "centre"),
    ("금액", 20, "right"), ("명세 행", 40, "left"), ("명세 상대", 30, "left"), ("날짜", 17, "centre"), ("금액", 20,
    "right"),
    ("취소·감액", 18, "right"), ("차이", 18, "right"),
]  # fmt: skip
OURS = [("자료", 26, "left"), ("집행번호", 26, "left"), ("증빙", 28, "left"), ("승인번호", 44, "left"), ("상대", 44, "left"),
        ("날짜", 22, "centre"), ("금액", 26, "right"), ("까닭", 46, "left")]  # fmt: skip
THEIRS = [("자료", 26, "left"), ("명세", 70, "left"), ("행", 12, "right"), ("승인번호", 44, "left"), ("상대", 44, "left"),
          ("날짜", 22, "centre"), ("금액", 26, "right"), ("까닭", 32, "left")]  # fmt: skip
CHECKS = [("명세", 90, "left"), ("검산", 70, "left"), ("적힌 값", 30, "right"), ("계산한 값", 30, "right"), ("차이", 24, "right"),
          ("행", 12, "right"), ("결과", 18, "centre")]  # fmt: skip


def render(judgement: Judgement, font: Path | None = None) -> bytes:
    """대사표.pdf as bytes. Raises ValueError where there were no lists, FontError for the font."""
    return files.render(document(judgement), files.PDF, font)


def document(judgement: Judgement) -> Document:
    """대사표 as a document of its own. Raises ValueError where there were no lists."""
    book = judgement.book.agreement
    names = [safe(book.get(k) or "") for k in ("주관기업", "수행기관")]
    about = [" · ".join(n for n in names if n)] if any(names) else []
    about.append("장부와 명세의 건수·금액을 맞은 것과 남은 것으로 나눕니다. 나눈 것을 더하면 파일의 합계와 같습니다.")
    author = safe(book.get("수행기관") or judgement.programme.name)
    number_of = key(book.get("협약번호") or "")
    return listed.document(TITLE, about, parts(judgement), number=number_of, author=author)


def parts(judgement: Judgement) -> list[Part]:
    """Totals, findings, matched, open on each side, control totals."""
    shown = shown_of(judgement)
    result = judgement.reconciliation
    totals = [
        [*map(str, row[:4]), number(row[4]), number(row[5])] for row in shown.totals.itertuples(index=False, name=None)
    ]
    whole = frozenset(i for i, row in enumerate(totals) if row[3] == IN_FULL)
    found = judgement.findings[judgement.findings["code"].str.startswith("REC-")]
    findings = [
        [f.code, EFFECTS[f.effect], f.line, number(f.applied) if f.applied else "", safe(f.message), safe(f.remedy)]
        for f in found.itertuples(index=False)
    ]
    checks = [
        [safe(s.title), safe(c.what), number(c.stated), number(c.counted), number(c.stated - c.counted), str(c.row or ""),
         "맞음" if c.holds else "맞지 않음"]
        for s in result.statements for c in s.checks
    ]  # fmt: skip
    said = [*result.notices, *(f"{code}: {reason}" for code, reason in sorted(result.partly.items()))]
    return [
        Part("자료별 합계", TOTALS, [[safe(c) for c in row] for row in totals], whole, " / ".join(safe_all(said))),
        Part("지적", FINDINGS, findings),
        Part("맞은 것", MATCHED, _matched(shown.matched), rest=WORKBOOK),
        Part("장부에만 있는 것", OURS, cells_of(shown.ours), rest=WORKBOOK),
        Part("명세에만 있는 것", THEIRS, cells_of(shown.theirs), rest=WORKBOOK),
        Part("명세의 검산", CHECKS, checks),
    ]


def cells_of(table: pd.DataFrame) -> list[list[str]]:
    """A table as texts: amounts with separators, days, masked texts."""
    columns = []
    for name in table.columns:
        values = table[name]
        if pd.api.types.is_datetime64_any_dtype(values):
            columns.append(values.dt.strftime("%Y-%m-%d").fillna("").tolist())
        elif pd.api.types.is_integer_dtype(values):
            columns.append([number(v) for v in values.tolist()])
        else:
            columns.append(safe_all(values.tolist()))
    return [list(row) for row in zip(*columns, strict=True)]


def _matched(table: pd.DataFrame) -> list[list[str]]:
    """One row per pair; the cells of a side that has nothing beside it stay empty."""
    rows = []
    for cells in cells_of(table):
        one = dict(zip(table.columns, cells, strict=True))
        ours, theirs = bool(one["집행번호"]), bool(one["명세"])
        rows.append([
            one["자료"], one["맞은 열쇠"], one["집행번호"], one["장부 상대"], one["장부 날짜"], one["장부 금액"] if
            ours else "",
            f"{one['명세']} {one['행']}행" if theirs else "", one["명세 상대"], one["명세 날짜"], one["명세 금액"] if theirs else "",
            one["취소·감액"] if one["취소·감액"] != "0" else "", one["차이"] if one["차이"] != "0" else "",
        ])  # fmt: skip
    return rows
