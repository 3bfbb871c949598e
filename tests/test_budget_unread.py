"""A budget of which a row cannot be read: nothing is disallowed for being above it, and it is said."""

from __future__ import annotations

import pytest

from settle.pipeline import judge
from settle.reading.book import book_from_tables

LEDGER = [{"집행번호": "E-1", "집행일": "2025-05-02", "세세목": "회의비", "적요": "다과", "집행금액": 100_000}]
BUDGET = {"비목": "직접비", "세목": "사업운영비", "세세목": "회의비", "정부": 50_000, "민간": 0}
ASK = {"BUD-010", "BUD-020", "BUD-030", "IND-010", "IND-030"}


@pytest.mark.parametrize(
    ("change", "code", "exit_code"),
    [({"정부": "약 5만원"}, "DAT-030", 2), ({"민간": "#REF!"}, "DAT-030", 2), ({"세세목": "회의비용등"}, "DAT-040", 1)],
)
def test_rules_on_the_budget_are_not_checked(change: dict[str, str], code: str, exit_code: int) -> None:
    result = judge(book_from_tables({"집행내역": LEDGER, "예산": [BUDGET | change]}))
    assert [error.code for error in result.input_errors] == [code]
    assert not {c for c in result.findings["code"] if c.startswith("BUD")}
    reasons = {one.code: one.reason for one in result.not_checked}
    assert {reasons[c] for c in ASK} == {"예산 시트에 읽을 수 없는 행이 있어 협약 예산을 알 수 없습니다"}
    assert result.provisional
    assert result.exit_code == exit_code


def test_a_budget_that_can_be_read_takes_what_is_above_it() -> None:
    result = judge(book_from_tables({"집행내역": LEDGER, "예산": [BUDGET]}))
    taken = result.findings.set_index("code")["applied"]
    assert taken["BUD-010"] == 50_000


SUMS = "예산 시트의 합계가 그에 딸린 줄과 맞지 않아 협약 예산을 알 수 없습니다"


@pytest.mark.parametrize(
    "row", [{"비목": "직접비", "정부": 7_000_000}, {"정부": 7_000_000}], ids=["a whole", "no name"]
)
def test_a_sum_that_is_none_leaves_the_budget_unknown(row: dict[str, object]) -> None:
    """7,000,000 above the one part of 50,000: what is missing may be budget of the 회의비."""
    result = judge(book_from_tables({"집행내역": LEDGER, "예산": [row, BUDGET]}))
    assert result.totals["disallowed"] == 0
    reasons = {one.code: one.reason for one in result.not_checked}
    assert {reasons[c] for c in ASK} == {SUMS}
    assert result.provisional
    assert result.by_fund["refund"].isna().all()
    told = [one for one in result.book.notices if "7,000,000원이" in one]
    assert len(told) == 1
    assert "50,000원과 다릅니다" in told[0]


@pytest.mark.parametrize(
    "row",
    [{"비목": "직접비", "정부": 50_000}, {"정부": 50_000}, {"비목": "직접비"}],
    ids=["a sum", "no name", "a heading"],
)
def test_a_sum_or_a_heading_of_the_parts_is_no_budget_of_its_own(row: dict[str, object]) -> None:
    """One won less or more is a contradiction (above); the sum itself, or no amount, is none."""
    result = judge(book_from_tables({"집행내역": LEDGER, "예산": [row, BUDGET]}))
    assert result.totals["disallowed"] == 50_000
    assert not [one for one in result.book.notices if "다릅니다" in one]


def test_one_won_beside_the_sum_is_a_contradiction() -> None:
    for won in (49_999, 50_001):
        result = judge(book_from_tables({"집행내역": LEDGER, "예산": [{"비목": "직접비", "정부": won}, BUDGET]}))
        assert result.totals["disallowed"] == 0
