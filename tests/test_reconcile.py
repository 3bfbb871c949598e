"""REC rules: what the lists say, with the won worked out by hand."""

from __future__ import annotations

import random

import pytest

from settle.judging.facts.base import Facts
from settle.programme.vocabulary import load
from settle.reading.book import book_from_tables
from settle.reconciling.reconcile import reconcile
from settle.reconciling.tables import IN_FULL, tables
from settle.reconciling.theirs import Lists
from tests.kit.reconciled import (
    AGREEMENT,
    BRN,
    CARD,
    CARD_LINE,
    SLIP,
    TAX,
    approved,
    bank,
    invoice,
    line,
    listed,
    month,
    paid,
    paper,
    run,
    said,
)
from tests.kit.statement_lists import invoice_number, statement

pytestmark = pytest.mark.slow_all  # whole reconciliations; the cases of REC are with those of all rules

# ---- tax invoices --------------------------------------------------------------------------------------------------


def test_an_invoice_in_the_list_is_no_finding() -> None:
    result, _ = run([line("E-1", 110_000, "")], [invoice("E-1", 110_000, 1)], statement(TAX, [listed(1, 110_000)]))
    assert said(result) == []


def test_hyphens_in_the_number_do_not_matter() -> None:
    evidence = invoice("E-1", 110_000, 1)
    evidence["승인번호"] = evidence["승인번호"].replace("-", "")
    result, _ = run([line("E-1", 110_000, "")], [evidence], statement(TAX, [listed(1, 110_000)]))
    assert said(result) == []


def test_an_invoice_that_is_not_in_the_list_is_held() -> None:
    lists = statement(TAX, [listed(2, 55_000, day="2025-09-09")])
    result, _ = run([line("E-1", 110_000, "")], [invoice("E-1", 110_000, 1)], lists)
    assert said(result) == [("REC-010", "E-1", 110_000), ("REC-120", "", 0)]
    assert result.totals["held"] == 110_000


def test_a_wrong_number_is_found_by_supplier_amount_and_day() -> None:
    result, found = run([line("E-1", 110_000, "")], [invoice("E-1", 110_000, 9)], statement(TAX, [listed(1, 110_000)]))
    assert said(result) == []
    assert found is not None
    assert found.sides["invoice"].match.keys == ["사업자번호·금액·날짜"]


def test_an_invoice_outside_the_period_of_the_list_is_said_to_be_unchecked() -> None:
    evidence = invoice("E-1", 110_000, 1, day="2025-07-01")
    result, _ = run([line("E-1", 110_000, "")], [evidence], statement(TAX, [listed(2, 55_000)]))
    assert said(result) == [("REC-120", "", 0)]
    assert [(n.code, "기간 밖" in n.reason) for n in result.not_checked if n.code == "REC-010"] == [("REC-010", True)]


def test_an_exempt_invoice_needs_the_exempt_list() -> None:
    evidence = [paper("E-1", "전자계산서", 50_000, invoice_number(1))]
    lines = [line("E-1", 50_000, "")]
    result, _ = run(lines, evidence, statement(TAX, [listed(2, 55_000)]))
    assert said(result) == [("REC-120", "", 0)]
    assert any(n.code == "REC-010" and "전자계산서" in n.reason for n in result.not_checked)
    both = statement(TAX, [listed(2, 55_000)]), statement("hometax-bill", [listed(3, 9_000)])
    assert said(run(lines, evidence, *both)[0])[0] == ("REC-010", "E-1", 50_000)
    both = statement(TAX, [listed(2, 55_000)]), statement("hometax-bill", [listed(1, 50_000)])
    assert said(run(lines, evidence, *both)[0]) == [("REC-120", "", 0)]


def test_a_paper_invoice_need_not_be_in_the_list() -> None:
    result, _ = run(
        [line("E-1", 110_000, "")], [paper("E-1", "세금계산서", 110_000)], statement(TAX, [listed(2, 55_000)])
    )
    assert said(result) == [("REC-120", "", 0)]


TWO = [invoice("E-1", 110_000, 1), invoice("E-2", 110_000, 4)]
REVERSED = {"won": -110_000, "class": "수정세금계산서", "day": "2025-09-20"}


def test_a_cancelled_invoice_takes_the_line() -> None:
    lists = statement(TAX, [listed(1, 110_000), {**listed(2, 0), **REVERSED}])
    result, _ = run([line("E-1", 110_000, "")], [invoice("E-1", 110_000, 1)], lists)
    assert said(result) == [("REC-020", "E-1", 110_000)]
    assert "2025-09-20" in result.findings["message"].iat[0]


def test_a_reduced_invoice_takes_what_fell_away() -> None:
    lists = statement(TAX, [listed(1, 110_000), {**listed(2, 0), **REVERSED, "won": -33_000}])
    result, _ = run([line("E-1", 110_000, "")], [invoice("E-1", 110_000, 1)], lists)
    assert said(result) == [("REC-020", "E-1", 33_000)]


def test_a_ledger_that_took_the_reduction_over_loses_nothing() -> None:
    lists = statement(TAX, [listed(1, 110_000), {**listed(2, 0), **REVERSED, "won": -33_000}])
    lines = [line("E-1", 110_000, ""), line("E-2", -33_000, "", day="2025-09-21")]
    assert said(run(lines, [invoice("E-1", 110_000, 1)], lists)[0]) == []


def test_a_ledger_that_took_half_of_it_over_loses_the_rest() -> None:
    lists = statement(TAX, [listed(1, 110_000), {**listed(2, 0), **REVERSED, "won": -33_000}])
    lines = [line("E-1", 110_000, ""), line("E-2", -13_000, "", day="2025-09-21")]
    assert said(run(lines, [invoice("E-1", 110_000, 1)], lists)[0]) == [("REC-020", "E-1", 20_000)]


def test_a_revised_invoice_in_place_of_the_cancelled_one_counts() -> None:
    # 110,000 cancelled and written anew over 99,000 on the same day: 11,000 fell away
    day = "2025-09-20"
    lists = statement(
        TAX,
        [listed(1, 110_000), {**listed(2, 0), **REVERSED}, listed(3, 99_000, day=day, **{"class": "수정세금계산서"})],
    )
    result, _ = run([line("E-1", 110_000, "")], [invoice("E-1", 110_000, 1)], lists)
    assert said(result) == [("REC-020", "E-1", 11_000)]


def test_the_number_in_the_remark_says_which_invoice_was_reversed() -> None:
    lists = statement(
        TAX,
        [
            listed(1, 110_000),
            listed(4, 110_000, day="2025-09-02"),
            {**listed(2, 0), **REVERSED, "note": f"당초 {invoice_number(4)}"},
        ],
    )
    lines, papers = (
        [line("E-1", 110_000, ""), line("E-2", 110_000, "")],
        [invoice("E-1", 110_000, 1), invoice("E-2", 110_000, 4)],
    )
    assert said(run(lines, papers, lists)[0]) == [("REC-020", "E-2", 110_000)]


def test_a_reversal_that_fits_two_invoices_stays_open_and_is_said() -> None:
    lists = statement(TAX, [listed(1, 110_000), listed(4, 110_000, day="2025-09-02"), {**listed(2, 0), **REVERSED}])
    lines, papers = (
        [line("E-1", 110_000, ""), line("E-2", 110_000, "")],
        [invoice("E-1", 110_000, 1), invoice("E-2", 110_000, 4)],
    )
    result, found = run(lines, papers, lists)
    assert said(result) == [("REC-120", "", 0)]
    assert found is not None
    assert "정하지 못했습니다" in found.notices[0]


def test_an_invoice_smaller_than_the_paper_takes_the_difference() -> None:
    result, _ = run([line("E-1", 110_000, "")], [invoice("E-1", 110_000, 1)], statement(TAX, [listed(1, 99_000)]))
    assert said(result) == [("REC-030", "E-1", 11_000)]


def test_an_invoice_larger_than_the_paper_is_noted() -> None:
    result, _ = run([line("E-1", 110_000, "")], [invoice("E-1", 110_000, 1)], statement(TAX, [listed(1, 121_000)]))
    assert said(result) == [("REC-030", "E-1", 0)]
    assert result.findings["effect"].tolist() == ["note"]


def test_without_vat_in_the_claim_the_supply_is_compared() -> None:
    lines = [line("E-1", 100_000, "", 공급가액=100_000, 부가세=10_000)]
    papers = [invoice("E-1", 110_000, 1, 공급가액=100_000, 세액=10_000)]
    assert said(run(lines, papers, statement(TAX, [listed(1, 110_000)]))[0]) == []
    assert said(run(lines, papers, statement(TAX, [listed(1, 88_000)]))[0]) == [("REC-030", "E-1", 20_000)]
    lists = statement(TAX, [listed(1, 110_000), {**listed(2, 0), **REVERSED}])
    assert said(run(lines, papers, lists)[0]) == [("REC-020", "E-1", 100_000)]


def test_what_falls_away_of_a_shared_invoice_comes_from_the_latest_line() -> None:
    lines = [line("E-1", 60_000, ""), line("E-2", 50_000, "", day="2025-09-05")]
    lists = statement(TAX, [listed(1, 110_000), {**listed(2, 0), **REVERSED, "won": -55_000}])
    result, _ = run(lines, [invoice("E-1, E-2", 110_000, 1)], lists)
    assert said(result) == [("REC-020", "E-1", 5_000), ("REC-020", "E-2", 50_000)]


def test_reduction_and_difference_are_not_taken_twice() -> None:
    # paper 120,000, list 110,000 less 10,000: 10,000 by each rule, 100,000 stay
    lists = statement(TAX, [listed(1, 110_000), {**listed(2, 0), **REVERSED, "won": -10_000}])
    result, _ = run([line("E-1", 120_000, "")], [invoice("E-1", 120_000, 1)], lists)
    assert said(result) == [("REC-020", "E-1", 10_000), ("REC-030", "E-1", 10_000)]
    assert result.totals["recognised"] == 100_000


# ---- cards ---------------------------------------------------------------------------------------------------------


def test_a_card_line_on_the_statement_is_no_finding() -> None:
    assert said(run([CARD_LINE], [SLIP], statement(CARD, [approved("30012345", 90_000)]))[0]) == []


def test_a_card_line_without_a_slip_is_found_by_amount_day_and_name() -> None:
    assert said(run([CARD_LINE], [], statement(CARD, [approved("30012345", 90_000)]))[0]) == []


def test_a_card_line_that_is_not_on_the_statement_is_held() -> None:
    lists = statement(CARD, [approved("30012399", 5_000, name="카페")])
    result, _ = run([CARD_LINE], [SLIP], lists)
    assert said(result) == [("REC-040", "E-1", 90_000), ("REC-060", "", 0)]


def test_a_line_paid_by_another_card_is_not_looked_for() -> None:
    own = line("E-1", 90_000, "참여기업카드", vendor="한식당")
    assert said(run([own], [SLIP], statement(CARD, [approved("30012399", 5_000)]))[0]) == [("REC-060", "", 0)]


@pytest.mark.parametrize(
    ("profile", "entries"),
    [
        (CARD, [approved("30012345", 90_000, cancelled_on="2025.09.05")]),
        (CARD, [approved("30012345", 90_000), approved("30012345", -90_000, day="2025.09.05 09:00")]),
        ("card-kookmin", [approved("30012345", 90_000, day="2025-09-03", state="승인"),
                          approved("30012345", 90_000, day="2025-09-05", state="취소")]),
        ("card-nonghyup", [approved("30012345", 90_000, cancel=90_000, state="취소")]),
        ("card-hana", [approved("30012345", 90_000, day="2025-09-03", cancel=90_000, state="취소")]),
        ("card-bc", [approved("30012345", 90_000, day="2025-09-03"),
                     approved("30012345", -90_000, day="2025-09-05", state="취소")]),
    ],
)  # fmt: skip
def test_a_cancelled_approval_still_in_the_ledger_is_taken(profile: str, entries: list[dict]) -> None:
    result, _ = run([CARD_LINE], [SLIP], statement(profile, entries))
    assert said(result) == [("REC-050", "E-1", 90_000)]


def test_a_partly_cancelled_approval_takes_that_part() -> None:
    lists = statement("card-nonghyup", [approved("30012345", 90_000, cancel=30_000, state="부분취소")])
    assert said(run([CARD_LINE], [SLIP], lists)[0]) == [("REC-050", "E-1", 30_000)]


def test_a_cancellation_that_the_ledger_has_too_is_no_finding() -> None:
    refund = line("E-2", -90_000, "사업비카드", day="2025-09-05", vendor="한식당")
    lists = statement(CARD, [approved("30012345", 90_000, cancelled_on="2025.09.05")])
    assert said(run([CARD_LINE, refund], [SLIP], lists)[0]) == []


def test_paid_anew_after_a_cancellation_the_live_approval_is_matched() -> None:
    lists = statement(
        CARD, [approved("1", 90_000, cancelled_on="2025.09.03"), approved("2", 90_000, day="2025.09.03 12:30")]
    )
    assert said(run([CARD_LINE], [], lists)[0]) == []


def test_a_card_number_that_comes_again_on_another_day_is_another_approval() -> None:
    lines = [CARD_LINE, line("E-2", 30_000, "사업비카드", day="2025-09-20", vendor="다과점")]
    papers = [SLIP, paper("E-2", "카드매출전표", 30_000, "30012345", day="2025-09-20")]
    both = [approved("30012345", 90_000), approved("30012345", 30_000, day="2025.09.20 12:00", name="다과점")]
    assert said(run(lines, papers, statement(CARD, both))[0]) == []
    back = approved("30012345", -30_000, day="2025.09.21 12:00", name="다과점")
    assert said(run(lines, papers, statement(CARD, [*both, back]))[0]) == [("REC-050", "E-2", 30_000)]


def test_card_use_that_the_ledger_does_not_have_is_listed_with_its_place() -> None:
    lists = statement(CARD, [approved("30012345", 90_000), approved("30012346", 7_000, name="편의점")], "신한.xlsx")
    result, _ = run([CARD_LINE], [SLIP], lists)
    assert said(result) == [("REC-060", "", 0)]
    message = result.findings["message"].iat[0]
    assert "신한.xlsx" in message
    assert "3행" in message
    assert "편의점 7,000원" in message


def test_two_equal_approvals_for_one_line_stay_open_and_are_said() -> None:
    lists = statement(CARD, [approved("1", 90_000), approved("2", 90_000)])
    result, _ = run([CARD_LINE], [], lists)
    assert said(result) == [("REC-040", "E-1", 90_000), ("REC-060", "", 0), ("REC-060", "", 0)]
    assert "똑같이 맞는" in result.findings["message"].iat[0]


def test_one_slip_for_several_lines_is_one_item() -> None:
    lines = [line("E-1", 60_000, "사업비카드", vendor="한식당"), line("E-2", 30_000, "사업비카드", vendor="한식당")]
    slip = {**SLIP, "집행번호": "E-1~E-2"}
    assert said(run(lines, [slip], statement(CARD, [approved("30012345", 90_000)]))[0]) == []


def test_a_cash_receipt_that_was_cancelled_is_taken() -> None:
    lines = [line("E-1", 20_000, "현금", vendor="문구점")]
    evidence = [paper("E-1", "현금영수증", 20_000, "777", day="2025-09-03")]
    entry = {
        "day": "2025-09-03 11:00:00",
        "key": "777",
        "brn": BRN,
        "name": "문구점",
        "won": 20_000,
        "state": "취소거래",
    }
    assert said(run(lines, evidence, statement("hometax-cash", [entry]))[0]) == [("REC-050", "E-1", 20_000)]


# ---- bank ----------------------------------------------------------------------------------------------------------


def test_a_transfer_with_its_withdrawal_is_no_finding() -> None:
    assert said(run([line("E-1", 110_000, "계좌이체")], [], bank(paid(110_000, "한국전자(주)")))[0]) == []


def test_a_transfer_without_a_withdrawal_is_held() -> None:
    result, _ = run([line("E-1", 110_000, "계좌이체")], [], bank(paid(50_000, "문구점")))
    assert said(result) == [("REC-070", "E-1", 110_000), ("REC-080", "", 0)]


def test_a_withdrawal_of_the_whole_price_explains_a_claim_without_vat() -> None:
    lines = [line("E-1", 100_000, "계좌이체", 공급가액=100_000, 부가세=10_000)]
    assert said(run(lines, [], bank(paid(110_000, "한국전자")))[0]) == []


def test_one_transfer_for_three_lines() -> None:
    lines = [line(f"E-{n}", won, "계좌이체") for n, won in ((1, 100_000), (2, 50_000), (3, 25_000))]
    assert said(run(lines, [], bank(paid(175_000, "한국전자")))[0]) == []


def test_two_transfers_for_one_line() -> None:
    lists = bank(paid(60_000, "한국전자"), paid(50_000, "한국전자", day="2025-09-20"))
    assert said(run([line("E-1", 110_000, "계좌이체")], [], lists)[0]) == []


@pytest.mark.parametrize(
    ("kind", "gross", "transfer", "fits"),
    [
        ("자문료", 500_000, 456_000, True),  # 8.8 %
        ("자문료", 500_000, 483_500, True),  # 3.3 %
        ("강사료", 333_333, 304_013, True),  # 26,660 + 2,660 withheld, each cut to ten won
        ("강사료", 333_333, 304_000, True),  # 29,333 withheld in one sum
        ("자문료", 100_000, 100_000, True),  # nothing withheld
        ("강사료", 333_333, 304_050, False),
    ],
)
def test_a_persons_pay_arrives_less_the_tax(kind: str, gross: int, transfer: int, fits: bool) -> None:
    lines = [line("E-1", gross, "계좌이체", vendor="김하나", 지출유형=kind, 예금주="김하나")]
    result = {code for code, _, _ in said(run(lines, [], bank(paid(transfer, "김하나")))[0])}
    assert result == (set() if fits else {"REC-070", "REC-080"})


def test_tax_is_not_withheld_from_a_company() -> None:
    result, _ = run([line("E-1", 500_000, "계좌이체")], [], bank(paid(456_000, "한국전자")))
    assert [code for code, _, _ in said(result)] == ["REC-070", "REC-080"]


def test_the_account_holder_will_do_as_payee() -> None:
    lines = [line("E-1", 110_000, "계좌이체", 예금주="박대표")]
    assert said(run(lines, [], bank(paid(110_000, "박대표")))[0]) == []


def test_another_payee_is_held() -> None:
    result, _ = run([line("E-1", 110_000, "계좌이체")], [], bank(paid(110_000, "엉뚱상사")))
    assert said(result) == [("REC-100", "E-1", 110_000)]
    assert "엉뚱상사" in result.findings["message"].iat[0]


def test_a_withdrawal_without_a_name_is_no_other_payee() -> None:
    assert said(run([line("E-1", 110_000, "계좌이체")], [], bank(paid(110_000, "", memo="")))[0]) == []


def test_a_card_purchase_paid_once_more_by_transfer_is_listed() -> None:
    lists = bank(paid(90_000, "한식당")), statement(CARD, [approved("30012345", 90_000)])
    assert said(run([CARD_LINE], [SLIP], *lists)[0]) == [("REC-080", "", 0)]


def test_a_statement_that_does_not_add_up_is_noted() -> None:
    result, _ = run([line("E-1", 110_000, "계좌이체")], [], bank(paid(110_000, "한국전자", balance=9_890_001)))
    assert said(result) == [("REC-090", "", 0)]
    assert "9,890,001" in result.findings["message"].iat[0]


def test_money_left_is_compared_with_what_should_be_left() -> None:
    lines = [line("E-1", 110_000, "계좌이체")]
    assert said(run(lines, [], bank(paid(110_000, "한국전자")), budget=10_000_000)[0]) == []
    interest = {"day": "2025-09-30 23:00:00", "in": 1_234, "name": "", "memo": "결산이자"}
    assert said(run(lines, [], bank(paid(110_000, "한국전자"), interest), budget=10_000_000)[0]) == []
    result, _ = run(lines, [], bank(paid(110_000, "한국전자")), budget=12_000_000)
    assert said(result) == [("REC-110", "", 0)]
    assert "-2,000,000원" in result.findings["message"].iat[0]


def test_an_account_number_in_the_memo_is_masked() -> None:
    result, _ = run([], [], bank(paid(7_000, "국민 123-45-678901")))
    assert "678901" not in result.findings["message"].iat[0]


# ---- as a whole ----------------------------------------------------------------------------------------------------


def test_without_lists_every_rule_is_not_checked() -> None:
    result, found = run([line("E-1", 110_000, "계좌이체")], [invoice("E-1", 110_000, 1)])
    assert found is None
    assert [n.code for n in result.not_checked] == [f"REC-{n:03d}" for n in range(10, 130, 10)]


def test_only_the_rules_of_the_lists_at_hand_are_checked() -> None:
    result, _ = run([line("E-1", 110_000, "")], [], bank())
    assert [n.code for n in result.not_checked] == [f"REC-{n:03d}" for n in (10, 20, 30, 40, 50, 60, 110, 120)]


def test_a_month_with_something_of_everything() -> None:
    lines, papers, lists = month()
    result, _ = run(lines, papers, *lists)
    assert said(result) == [
        ("REC-010", "E-06", 70_000), ("REC-020", "E-02", 220_000), ("REC-060", "", 0), ("REC-070", "E-02", 220_000),
        ("REC-070", "E-06", 70_000), ("REC-080", "", 0),
    ]  # fmt: skip


def test_the_order_of_lines_and_of_files_changes_nothing() -> None:
    lines, papers, lists = month()
    plain, found = run(lines, papers, *lists)
    assert found is not None
    for seed in range(4):
        shuffled = list(lists)
        random.Random(seed).shuffle(shuffled)
        again, other = run(lines, papers, *shuffled)
        assert other is not None
        assert again.findings.drop(columns="decision").equals(plain.findings.drop(columns="decision"))
        mixed_lines, mixed_papers = list(lines), list(papers)
        random.Random(seed).shuffle(mixed_lines)
        random.Random(seed).shuffle(mixed_papers)
        again, _ = run(mixed_lines, mixed_papers, *shuffled)
        assert sorted(again.findings[["id", "at_issue", "applied"]].itertuples(index=False)) == sorted(
            plain.findings[["id", "at_issue", "applied"]].itertuples(index=False)
        )


def test_both_sides_add_up_to_the_totals_of_the_files() -> None:
    lines, papers, lists = month()
    book = book_from_tables({"협약": AGREEMENT, "집행내역": lines, "증빙목록": papers})
    facts = Facts(book, load())
    result = reconcile(facts, Lists(lists))
    shown = tables(result)
    for (_, _, name), part in shown.totals.groupby(["자료", "쪽", "이름"]):
        whole, parts = part[part["구분"] == IN_FULL], part[part["구분"] != IN_FULL]
        assert parts[["건수", "금액"]].sum().tolist() == whole[["건수", "금액"]].iloc[0].tolist()
        of_file = [s for s in result.statements if s.title == name]
        if of_file:
            assert whole["건수"].iat[0] == len(of_file[0].lines)
            assert whole["금액"].iat[0] == of_file[0].lines["won"].sum()
    # an item stands once: matched or open
    once = [n for table in (shown.matched, shown.ours) for n in table.loc[table["자료"] == "은행", "집행번호"]]
    assert sorted(once) == ["E-01", "E-02", "E-05", "E-06"]
    assert shown.theirs["상대"].tolist() == ["편의점", "이상한곳"]


def test_what_a_participant_paid_first_is_paid_back_to_it() -> None:
    own = {"세세목": "", "세목": "직접지원비", "참여기업": "가나정밀", "지원유형": "시험"}
    lines = [line("E-1", 110_000, "참여기업카드", vendor="한빛시험원", **own)]
    assert said(run(lines, [], bank(paid(110_000, "(주)가나정밀")))[0]) == []


def test_a_line_paid_otherwise_does_not_explain_a_withdrawal_to_somebody_else() -> None:
    lines = [line("E-1", 110_000, "현금")]
    assert said(run(lines, [], bank(paid(110_000, "엉뚱상사")))[0]) == [("REC-080", "", 0)]
