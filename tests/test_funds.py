"""What a fund pays back: by the won, and not known where its budget or a line's fund is not."""

from __future__ import annotations

from typing import Any

import pytest

from settle.documents.funds import fund_notes
from settle.model import Judgement
from settle.pipeline import book_from_tables, judge

BUDGET = [
    {"비목": "직접비", "세목": "사업운영비", "정부": "1,000,000", "민간": "300,000"},
    {"비목": "간접비", "정부": "40,000", "민간": "0"},
]


def line(number: str, won: int, fund: str, **more: Any) -> dict[str, Any]:
    return {
        "집행번호": number, "집행일": "2025-06-02", "세세목": "수용비및수수료", "적요": f"소모품 {number}", "거래처": "한빛문구",
        "집행금액": won, "재원": fund, "결제수단": "사업비카드", **more,
    }  # fmt: skip


def run(lines: list[dict[str, Any]], budget: list[dict[str, Any]], **agreement: Any) -> Judgement:
    papers = [
        {"집행번호": one["집행번호"], "증빙종류": "카드매출전표", "합계금액": one["집행금액"]}
        for one in lines
        if "held" not in one
    ]
    rows = [{key: value for key, value in one.items() if key != "held"} for one in lines]
    tables = {"협약": {"기관유형": "비영리", **agreement}, "집행내역": rows, "증빙목록": papers, "예산": budget}
    return judge(book_from_tables(tables), rules=["GEN"])


def refunds(result: Judgement) -> dict[str, tuple[int | None, int | None]]:
    table = result.by_fund.astype(object).where(result.by_fund.notna(), None)
    return {row.재원: (row.refund, row.refund_if_held_recognised) for row in table.itertuples()}


def test_what_is_not_recognised_goes_back_with_the_interest() -> None:
    # 국고 1,040,000 − 400,000 + 500; 민간 300,000 − 100,000
    result = run([line("E-1", 400_000, "국고"), line("E-2", 100_000, "민간")], BUDGET, 국고이자="500")
    assert refunds(result) == {"국고": (640_500, 640_500), "민간": (200_000, 200_000)}
    assert fund_notes(result) == []


def test_other_names_of_the_funds_are_the_funds() -> None:
    result = run([line("E-1", 400_000, "국비"), line("E-2", 100_000, "자부담")], BUDGET)
    assert refunds(result) == {"국고": (640_000, 640_000), "민간": (200_000, 200_000)}


@pytest.mark.parametrize("cell", ["얼마", "#REF!"])
def test_a_budget_cell_that_cannot_be_read_leaves_the_refund_of_its_fund_open(cell: str) -> None:
    result = run([line("E-1", 400_000, "국고"), line("E-2", 100_000, "민간")], [BUDGET[0] | {"민간": cell}, BUDGET[1]])
    assert refunds(result) == {"국고": (640_000, 640_000), "민간": (None, None)}
    assert fund_notes(result) == ["재원 민간: 예산을 알 수 없어 반납액을 알 수 없습니다. 예산 시트를 바로잡으십시오."]


def test_a_fund_whose_budget_is_open_is_told_even_without_a_line() -> None:
    result = run([line("E-1", 400_000, "국고")], [BUDGET[0] | {"민간": "얼마"}, BUDGET[1]])
    assert refunds(result) == {"국고": (640_000, 640_000), "민간": (None, None)}


def test_a_budget_row_of_no_category_leaves_open_the_funds_that_it_names() -> None:
    result = run([line("E-1", 400_000, "국고")], [*BUDGET, {"비목": "기타", "정부": "7", "민간": "0"}])
    assert refunds(result) == {"국고": (None, None), "민간": (300_000, 300_000)}


def test_a_budget_row_without_any_amount_leaves_every_refund_open() -> None:
    result = run([line("E-1", 400_000, "국고")], [*BUDGET, {"비목": "위탁사업비", "정부": "", "민간": ""}])
    assert refunds(result) == {"국고": (None, None), "민간": (None, None)}


def test_a_blank_beside_the_other_fund_leaves_the_refund_of_its_fund_open_and_is_named() -> None:
    result = run([line("E-1", 400_000, "국고"), line("E-2", 100_000, "민간")], [BUDGET[0] | {"정부": ""}, BUDGET[1]])
    assert refunds(result) == {"국고": (None, None), "민간": (200_000, 200_000)}
    assert fund_notes(result) == [
        "재원 국고: 예산 2행 정부가 비어 있어 반납액을 알 수 없습니다. 없는 금액이면 0을 적으십시오."
    ]


def test_a_fund_that_the_sheet_has_no_column_of_was_not_agreed() -> None:
    budget = [{name: won for name, won in row.items() if name != "민간"} for row in BUDGET]
    assert refunds(run([line("E-1", 400_000, "국고")], budget)) == {"국고": (640_000, 640_000)}


def test_a_blank_column_of_a_fund_that_nobody_uses_says_nothing() -> None:
    result = run([line("E-1", 400_000, "국고")], [row | {"민간": ""} for row in BUDGET])
    assert refunds(result) == {"국고": (640_000, 640_000)}


@pytest.mark.parametrize("fund", ["", "기금"])
def test_a_line_of_no_known_fund_leaves_every_refund_open(fund: str) -> None:
    result = run([line("E-1", 400_000, "국고"), line("E-2", 1, fund)], BUDGET)
    found = refunds(result)
    assert (found["국고"], found["민간"]) == ((None, None), (None, None))
    assert "1원" in fund_notes(result)[0]


def test_a_refund_below_zero_is_said_in_a_sentence() -> None:
    # 민간 300,000 − 300,001
    result = run([line("E-1", 300_001, "민간")], BUDGET)
    assert refunds(result)["민간"] == (-1, -1)
    assert fund_notes(result) == ["재원 민간: 인정금액이 예산과 이자의 합보다 1원 많아 반납할 금액이 없습니다."]


def test_one_that_only_what_is_held_would_bring_below_zero_too() -> None:
    # 민간: 250,000 recognised, 50,001 held (no evidence): 50,000 now, −1 then
    result = run([line("E-1", 250_000, "민간"), line("E-2", 50_001, "민간", held=True)], BUDGET)
    assert refunds(result)["민간"] == (50_000, -1)
    assert fund_notes(result) == [
        "재원 민간: 보완금액이 모두 인정되면 예산과 이자의 합보다 1원 많아 반납할 금액이 없습니다."
    ]
