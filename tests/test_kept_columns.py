"""Columns that ledgers have beside what is judged (카드번호, 사용시각, 승인번호, 환율 …): kept, and used where they tell something."""

from __future__ import annotations

from typing import Any

import openpyxl
import pytest

from settle.documents import template
from settle.pipeline import book_from_tables, judge
from settle.reconciling.reading import Statement, read
from settle.reconciling.tables import tables
from tests.kit.import_files import amounts, said
from tests.kit.statement_lists import table

LINE = {
    "집행일": "2025-09-03",
    "세세목": "회의비",
    "적요": "다과",
    "거래처": "가나분식",
    "집행금액": 15_500,
    "결제수단": "사업비카드",
}
HEADINGS = ["이용일자", "이용시간", "카드번호", "승인번호", "가맹점명", "이용금액", "할부개월"]


def uses(*rows: tuple[str, str, str, int]) -> Statement:
    """A card list: time, card, number, won; all of one shop and day."""
    body = [["2025.09.03", time, card, number, "가나분식", f"{won:,}", "일시불"] for time, card, number, won in rows]
    found = read(table([HEADINGS, *body]), "명세.xlsx", "Sheet1", "0")
    assert found is not None
    return found


def judged(lines: list[dict[str, Any]], *lists: Statement, rules: list[str] | None = None) -> Any:
    book = book_from_tables({"집행내역": lines})
    book.lists = list(lists)
    return judge(book, rules=rules or ["REC"])


def became(result: Any) -> dict[str, int]:
    totals = tables(result.reconciliation).totals
    return {
        what: int(n)
        for what, n in totals[(totals["쪽"] == "명세") & (totals["구분"] != "전체")][["구분", "건수"]].itertuples(
            index=False
        )
    }


def codes(result: Any) -> list[tuple[str, str, int]]:
    return [
        (code, effect, int(won))
        for code, effect, won in result.findings[["code", "effect", "applied"]].itertuples(index=False)
    ]


def test_card_numbers_keep_their_last_four_digits_alone() -> None:
    numbers = ["5588-1234-5678-9012", "5588123456789012", "끝 9012", "9012"]
    book = book_from_tables(
        {"집행내역": [{**LINE, "집행번호": str(n), "카드번호": text} for n, text in enumerate(numbers)]}
    )
    assert book.frames["집행내역"]["카드번호"].tolist() == [
        "****-****-****-9012",
        "************9012",
        "끝 9012",
        "9012",
    ]
    assert not any("5588" in notice for notice in book.notices)


@pytest.mark.parametrize(
    ("column", "mine"), [("카드번호", "****-9012"), ("사용시각", "18:15"), ("승인번호", "30000002")]
)
def test_what_the_ledger_says_more_tells_equal_trades_apart(column: str, mine: str) -> None:
    """Three equal trades of a day, one line: without the column nobody knows which it is."""
    rows = uses(
        ("09:00:01", "1111", "30000001", 15_500),
        ("18:15:40", "5588-****-****-9012", "30000002", 15_500),
        ("20:00:00", "2222", "30000003", 15_500),
    )
    assert became(judged([LINE], rows)) == {"똑같이 맞는 곳이 둘 이상": 3}
    told = judged([{**LINE, column: mine}], rows)
    assert became(told) == {"맞음": 1, "남음": 2}
    assert "REC-040" not in {code for code, _, _ in codes(told)}
    named = told.findings.loc[told.findings["code"] == "REC-060", "message"].tolist()
    assert len(named) == 2


def test_the_number_of_the_ledger_is_the_strongest_key() -> None:
    """Another name and amount: by its number it is that trade, and what the card was not charged falls away."""
    line = {**LINE, "거래처": "본점", "승인번호": "3000-0001", "집행금액": 20_000}
    result = judged([line], uses(("09:00:00", "1111", "30000001", 15_500)))
    assert became(result) == {"맞음": 1}
    assert codes(result) == [("REC-030", "disallow", 4_500)]
    less = judged([{**line, "집행금액": 15_000}], uses(("09:00:00", "1111", "30000001", 15_500)))
    assert codes(less) == [("REC-030", "note", 0)]


def test_lines_of_one_number_are_one_trade() -> None:
    lines = [
        {**LINE, "집행번호": str(n), "승인번호": "30000001", "집행금액": won} for n, won in enumerate((10_000, 5_500))
    ]
    result = judged(lines, uses(("09:00:00", "1111", "30000001", 15_500)))
    assert became(result) == {"맞음": 1}
    assert codes(result) == []
    twice = judged([{**line, "집행금액": 15_500} for line in lines], uses(("09:00:00", "1111", "30000001", 15_500)))
    assert codes(twice) == [("REC-030", "disallow", 15_500)]


def test_a_card_whose_list_is_not_there_is_not_missing_from_another() -> None:
    lines = [{**LINE, "카드번호": "9012"}, {**LINE, "카드번호": "7777", "집행금액": 22_000}]
    result = judged(lines, uses(("09:00:00", "5588-****-****-9012", "30000001", 15_500)))
    assert codes(result) == []
    assert any(one.code == "REC-040" and "7777" in one.reason for one in result.not_checked)
    same = judged(
        [lines[0], {**lines[1], "카드번호": "9012"}], uses(("09:00:00", "5588-****-****-9012", "30000001", 15_500))
    )
    assert codes(same) == [("REC-040", "hold", 22_000)]


@pytest.mark.parametrize(("numbers", "found"), [(("", ""), 1), (("1", "2"), 0), (("1", ""), 1), (("1", "1"), 1)])
def test_lines_alike_with_numbers_of_their_own_are_two_trades(numbers: tuple[str, str], found: int) -> None:
    lines = [
        {**LINE, "집행번호": f"E-{n}", "승인번호": number and f"3000000{number}"} for n, number in enumerate(numbers)
    ]
    result = judged(lines, rules=["GEN-070"])
    assert (result.findings["code"] == "GEN-070").sum() == found


@pytest.mark.parametrize(
    ("abroad", "rate", "won", "told"),
    [(100, 1390.5, 139_050, False), (100, 1390.5, 141_000, False), (10_000, 905.2, 90_520, False), (100, 1390.5, 193_050, True),
     (100, None, 5, False), ("USD 100.00", "1,390.50원", 139_050, False), ("$100", "1,390.5", 193_050, True)],
)  # fmt: skip
def test_the_rate_is_held_against_the_won(abroad: int | str, rate: float | str | None, won: int, told: bool) -> None:
    line = {k: v for k, v in LINE.items() if k != "집행금액"}
    book = book_from_tables({"집행내역": [{**line, "금액(USD)": abroad, "환율": rate, "원화금액": won}]})
    assert amounts(book) == [won]
    assert said(book, "외화금액 × 환율") == told


USED = [
    ({"국내이용금액": 15_500, "국내청구금액": 12_000}, 12_000), ({"이용금액": 15_500, "청구금액": 12_000}, 12_000),
    ({"사용금액": 17_500, "경비신청금액": 15_500, "개인사용금액": 2_000}, 15_500), ({"결제금액": 17_500, "신청금액": 15_500}, 15_500),
    ({"경비신청금액": 15_500, "개인사용금액": 2_000}, 15_500), ({"집행금액": 9_000, "청구금액": 12_000}, 9_000),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "won"), USED)
def test_of_what_was_used_and_what_is_claimed_the_claim_counts(columns: dict[str, int], won: int) -> None:
    line = {k: v for k, v in LINE.items() if k != "집행금액"}
    book = book_from_tables({"집행내역": [{**line, **columns}]})
    assert amounts(book) == [won]
    assert book.errors == []


def test_what_the_vendor_asked_and_what_was_paid_is_not_guessed() -> None:
    line = {k: v for k, v in LINE.items() if k != "집행금액"}
    book = book_from_tables({"집행내역": [{**line, "청구금액": 12_000, "지급금액": 10_000}]})
    assert any(e.code == "DAT-010" and e.column == "집행금액" for e in book.errors)


def test_the_form_does_not_ask_for_them(tmp_path: Any) -> None:
    template.write(tmp_path / "서식.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "서식.xlsx")["집행내역"]
    headings = {cell.value for cell in sheet[template.HEADING_ROW + 1]}
    assert {"승인번호", "사용시각"} <= headings
    assert not headings & {"카드번호", "할부", "환율", "외화금액", "부서", "직위"}
