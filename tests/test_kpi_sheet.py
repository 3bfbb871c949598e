"""Sheet KPI산출 recomputed and compared with sheet 과제 (rule KPI-010)."""

from __future__ import annotations

from fractions import Fraction

import pytest

from settle.kpi import catalogue as kpi
from settle.programme.vocabulary import load
from settle.reading.book import book_from_tables

TASK = {"참여기업": "한빛정밀", "과제유형": "②", "과제명": "재고관리 체계 정비", "성과지표": "재고정확도", "단위": "%",
        "개선전": 80, "목표": 95, "실적": 93.3}  # fmt: skip
ROW = {"참여기업": "한빛정밀", "과제명": "재고관리 체계 정비", "성과지표": "재고정확도", "시점": "실적"}


def findings(rows, tasks=(TASK,)):
    tables = {"과제": list(tasks), "KPI산출": [{**ROW, **row} for row in rows]}
    return kpi.findings(book_from_tables(tables, load()), load())


def test_the_right_figure_says_nothing():
    assert findings([{"실사재고수량": 933, "전산상재고수량": 1000}]) == []


def test_a_figure_rounded_to_the_decimals_of_the_sheet_is_right():
    assert findings([{"실사재고수량": 1, "전산상재고수량": 3}], [TASK | {"실적": 33.3}]) == []
    assert len(findings([{"실사재고수량": 1, "전산상재고수량": 3}], [TASK | {"실적": 33.4}])) == 1


def test_a_figure_that_a_spreadsheet_divided_itself_is_right():
    third = {"실사재고수량": 1, "전산상재고수량": 3}
    assert findings([third], [TASK | {"실적": 1 / 3 * 100}]) == []
    assert findings([third], [TASK | {"실적": 33.333333333333336}]) == []
    assert len(findings([third], [TASK | {"실적": 33.33333334}])) == 1


def test_another_figure_is_told_with_its_arithmetic_and_both_rows():
    (found,) = findings([{"실사재고수량": 90, "전산상재고수량": 100}])
    assert found.problem == "differs"
    assert (found.row, found.task_row, found.column) == (2, 2, "실적")
    assert (found.computed, found.stated) == (Fraction(90), Fraction(933, 10))
    assert found.arithmetic == "90 ÷ 100 × 100 = 90%"
    assert (
        found.message
        == "한빛정밀 · 재고관리 체계 정비 · 재고정확도 · 실적: 산식으로는 90%인데 과제 시트의 실적 값은 93.3입니다."
    )


@pytest.mark.parametrize(
    ("when", "column"), [("개선전", "개선전"), ("개선 전", "개선전"), ("목표", "목표"), ("", "실적"), ("최종", "실적")]
)
def test_the_point_of_time_picks_the_column(when, column):
    (found,) = findings([{"시점": when, "실사재고수량": 1, "전산상재고수량": 100}])
    assert found.column == column


def test_a_missing_result_in_the_task_sheet_is_told():
    (found,) = findings([{"시점": "중간실적", "실사재고수량": 90, "전산상재고수량": 100}])
    assert found.problem == "differs"
    assert "과제 시트에는 중간실적 값이 없습니다" in found.message


def test_rows_of_one_figure_are_summed():
    task = TASK | {"성과지표": "신규업체개발건수", "실적": 9}
    rows = [{"성과지표": "신규업체개발건수", "개발건수": n} for n in (2, 3, 4)]
    assert findings(rows, [task]) == []
    (found,) = findings(rows[:2], [task])
    assert found.arithmetic == "(2 + 3) = 5건"


@pytest.mark.parametrize(
    ("row", "problem", "text"),
    [
        ({"성과지표": "모르는지표", "실사재고수량": 1}, "unknown", "KPI 가이드라인에 없는 성과지표"),
        ({"실사재고수량": 1}, "incomplete", "전산상재고수량 값이 없습니다."),
        ({"실사재고수량": 1, "전산상재고수량": 0}, "incomplete", "0이어서 나눌 수 없습니다."),
        ({"시점": "작년", "실사재고수량": 1, "전산상재고수량": 1}, "incomplete", "시점은 개선전, 목표, 중간실적, 실적"),
        (
            {"과제명": "다른 과제", "실사재고수량": 1, "전산상재고수량": 1},
            "no task",
            "과제 시트에 같은 성과지표가 없어",
        ),
    ],
)
def test_what_cannot_be_compared_is_told(row, problem, text):
    (found,) = findings([row])
    assert found.problem == problem
    assert text in found.message


def test_dates_are_operands_too():
    task = TASK | {"성과지표": "구매 LEAD TIME", "실적": 9}
    dates = {"성과지표": "구매 LEAD TIME", "구매오더발행일": "2025-06-20", "자재입고일": "2025. 6. 27."}
    (found,) = findings([dates], [task])
    assert found.arithmetic == "2025-06-27 − 2025-06-20 = 7일"
    assert findings([dates | {"자재입고일": "2025-06-29"}], [task]) == []


def test_a_column_of_words_is_no_operand_and_no_error():
    row = ROW | {"실사재고수량": 933, "전산상재고수량": 1000, "측정자": "김측정"}
    book = book_from_tables({"과제": [TASK], "KPI산출": [row]}, load())
    assert kpi.findings(book, load()) == []
    assert [error for error in book.errors if error.kind == "KPI산출"] == []


def test_a_figure_that_cannot_be_read_is_an_error_of_its_cell():
    row = ROW | {"실사재고수량": "약 900", "전산상재고수량": 1000}
    rows = [row, row | {"시점": "목표", "실사재고수량": 950}, row | {"시점": "개선전", "실사재고수량": 800}]
    book = book_from_tables({"과제": [TASK], "KPI산출": rows}, load())
    assert [(e.cell, e.code) for e in book.errors if e.kind == "KPI산출"] == [("E2", "DAT-030")]
    (found,) = kpi.findings(book, load())
    assert (found.problem, found.column) == ("incomplete", "실적")


def test_no_sheet_no_findings():
    assert kpi.findings(book_from_tables({"과제": [TASK]}, load()), load()) == []
