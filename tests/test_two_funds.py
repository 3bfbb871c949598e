"""A row with the money of two funds is two lines of one purchase; its papers serve both."""

from __future__ import annotations

from typing import Any

import pytest

from settle.documents.review.verdicts import line_verdicts
from settle.judging.facts.base import Facts
from settle.model import Judgement
from settle.pipeline import book_from_tables, judge
from settle.programme.rules import Rulebook

pytestmark = pytest.mark.usefixtures("own_programmes")
HEADS = (
    "집행번호",
    "집행실행일자",
    "집행목적(용도)",
    "거래처명",
    "지방비 집행금액",
    "자부담 집행금액",
    "공급가액",
    "부가세",
)


def run(grants: Rulebook, *rows: tuple[Any, ...], papers: list[dict[str, Any]] | None = None) -> Judgement:
    tables: dict[str, Any] = {"보탬e": [dict(zip(HEADS, row, strict=True)) for row in rows]}
    if papers is not None:
        tables["증빙목록"] = papers
    return judge(book_from_tables(tables, grants.programme), grants)


ROW = ("가-1", "2026-05-06", "홈페이지", "가람", 900_000, 200_000, 1_000_000, 100_000)


def test_each_fund_has_its_own_line_with_its_part_of_the_vat(grants: Rulebook) -> None:
    lines = run(grants, ROW, ("가-2", "2026-05-07", "전단", "나루", 0, 50_000, None, None)).lines
    shown = lines[["line", "재원", "claimed", "공급가액", "부가세"]].values.tolist()
    # 100,000 x 900,000 / 1,100,000 = 81,818.18: 81,818 of the VAT, the supply is what is left of 900,000
    assert shown == [
        ["가-1-지원금", "지원금", 900_000, 818_182, 81_818],
        ["가-1-제몫", "제몫", 200_000, 181_818, 18_182],
        ["가-2", "제몫", 50_000, 0, 0],
    ]


def test_nothing_is_lost_or_added(grants: Rulebook) -> None:
    result = run(grants, ("가-1", "2026-05-06", "일", "가람", 333_333, 1, 303_031, 30_303))
    assert result.totals["claimed"] == 333_334
    assert result.lines[["공급가액", "부가세"]].sum().tolist() == [303_031, 30_303]
    assert [row.재원 for row in result.by_fund.itertuples()] == ["지원금", "제몫"]


def test_the_papers_of_the_row_serve_both_lines(grants: Rulebook) -> None:
    paper = {"집행번호": "가-1", "증빙종류": "세금계산서", "합계금액": 1_100_000}
    found = run(grants, ROW, papers=[paper]).findings
    assert not found["code"].isin(["COM-010", "COM-050", "DAT-060"]).any()
    short = run(grants, ROW, papers=[paper | {"합계금액": 1_050_000}]).findings
    short = short[short["code"] == "COM-050"]
    assert short[["line", "at_issue"]].values.tolist() == [["가-1-제몫", 50_000]]


def test_they_are_one_purchase_without_any_paper_too(grants: Rulebook) -> None:
    facts: Facts = run(grants, ROW, ("가-2", *ROW[1:])).facts
    assert facts["purchase"].tolist() == [0, 0, 1, 1]
    assert facts["purchase_net"].tolist() == [1_100_000] * 4


def test_a_row_without_a_number_is_named_after_its_row(grants: Rulebook) -> None:
    result = run(grants, ("", *ROW[1:]))
    assert result.lines["line"].tolist() == ["행 2-지원금", "행 2-제몫"]


def test_it_is_said_and_the_rows_of_the_sheet_still_add_up(grants: Rulebook) -> None:
    result = run(grants, ROW)
    assert any("두 재원이 함께 든 1행은 재원마다 한 줄씩" in said for said in result.book.notices)
    (sheet,) = (one for one in result.book.sheets if one.kind == "집행내역")
    assert (sheet.rows, sheet.lines) == (1, 1)


def test_the_verdict_beside_the_row_is_that_of_both_lines(grants: Rulebook) -> None:
    result = run(grants, ROW, papers=[{"집행번호": "가-9", "증빙종류": "영수증", "합계금액": 1}])
    verdict = line_verdicts(result, 0)
    assert verdict[2][:3] == ("보완", 0, 1_100_000)


def test_the_shipped_programme_still_adds_them() -> None:
    row = {"집행실행일자": "2025-06-02", "집행목적(용도)": "다과", "거래처명": "가람", "지방비 집행금액": 900, "자부담 집행금액": 200,
           "보조세목(통계목)": "회의비", "집행방식": "카드"}  # fmt: skip
    result = judge(book_from_tables({"목록": [row]}))
    assert result.lines[["claimed", "재원"]].values.tolist() == [[1_100, ""]]
