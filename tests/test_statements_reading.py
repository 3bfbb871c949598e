"""Lists are recognised by their headings, in any order of columns, and read with their own control totals checked."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pytest

from settle.pipeline import read_paths
from settle.reconciling import files
from settle.reconciling.profiles import heading_key, profiles, recognise
from settle.reconciling.reading import read
from tests.kit.statement_lists import HEADINGS, invoice_number, rows_of, statement, table, write, write_xlsx

pytestmark = pytest.mark.slow_all  # whole documents, lists and ledgers

SOURCES = sorted(HEADINGS)
CARD = {"day": "2025-09-03", "key": "30012345", "card": "1234-5678-9012-3456", "name": "한식당", "won": 90_000}
BANK = [
    {"day": "2025-09-01 09:00:00", "in": 1_000_000, "name": "재단", "memo": "보조금"},
    {"day": "2025-09-03 10:30:00", "out": 330_000, "name": "(주)한국전자", "memo": "이체"},
]
TAX = [{"day": "2025-09-01", "key": invoice_number(1), "brn": "123-45-67891", "name": "㈜한국전자", "won": 110_000}]


def entries(profile: str) -> list[dict]:
    if profile.startswith("bank"):
        return [dict(e) for e in BANK]
    if profile.startswith("card"):
        return [dict(CARD)]
    return [dict(TAX[0])]


@pytest.mark.parametrize("profile", SOURCES)
def test_every_source_is_recognised_by_its_headings(profile: str) -> None:
    found = statement(profile, entries(profile))
    assert found.profile.id == profile
    assert found.heading_row == HEADINGS[profile][0] + 1
    assert len(found.lines) == len(entries(profile))
    assert found.rows == len(found.lines) + found.totals + found.blank + found.rejected


@pytest.mark.parametrize("profile", SOURCES)
def test_the_order_of_the_columns_does_not_matter(profile: str) -> None:
    rows = [dict(e) for e in entries(profile)]
    plain = statement(profile, rows)
    for seed in range(5):
        order = list(range(len(HEADINGS[profile][1])))
        random.Random(seed).shuffle(order)
        if profile in ("hometax-invoice", "hometax-bill"):  # the supplier's 상호 stands before the buyer's
            first, second = [i for i, h in enumerate(HEADINGS[profile][1]) if h == "상호"]
            if order.index(first) > order.index(second):
                a, b = order.index(first), order.index(second)
                order[a], order[b] = order[b], order[a]
        found = statement(profile, rows, order=order)
        assert found.profile.id == profile
        assert found.lines.drop(columns="row").equals(plain.lines.drop(columns="row"))


@pytest.mark.parametrize("profile", SOURCES)
def test_a_file_in_the_true_format_is_read(profile: str, tmp_path: Path) -> None:
    path = write(tmp_path, profile, entries(profile))
    rest, found = files.split(read_paths([path]))
    assert rest == []
    assert [s.profile.id for s in found] == [profile]
    assert found[0].lines["won"].sum() == sum(e.get("won", e.get("out", 0)) for e in entries(profile))
    assert not list(tmp_path.glob("settle-*"))


def test_supplier_and_buyer_are_told_apart_when_the_buyer_stands_first() -> None:
    headings = HEADINGS["hometax-invoice"][1]
    order = [*range(4), *range(9, 14), *range(4, 9), *range(14, len(headings))]
    found = statement("hometax-invoice", TAX, order=order)
    assert found.lines["name"].tolist() == ["㈜한국전자"]


def test_more_and_fewer_columns_are_no_matter() -> None:
    rows = rows_of("bank-hana", BANK)
    keep = [i for i, h in enumerate(rows[6]) if h not in ("추가메모", "거래특이사항", "구분")]
    fewer = [[row[i] for i in keep] if len(row) > 5 else row for row in rows]
    fewer[6].append("새로 생긴 열")
    found = read(table(fewer), "하나.xlsx", "Sheet1")
    assert found is not None
    assert found.profile.id == "bank-hana"
    assert found.unknown[-1] == "새로 생긴 열"


def test_headings_further_down_than_fifteen_rows_are_not_looked_for() -> None:
    rows = rows_of("card-shinhan", [CARD])
    assert recognise([[""]] * 14 + rows) is not None
    assert recognise([[""]] * 15 + rows) is None


def test_a_settlement_sheet_is_no_list() -> None:
    ledger = ["집행번호", "이용일자", "세세목", "승인번호", "가맹점명", "이용금액", "적요"]
    assert recognise([ledger, ["E-1", "2025-09-01", "회의비", "1", "식당", "1", "x"]]) is None


def test_the_control_figures_of_the_tax_list_are_checked() -> None:
    rows = rows_of("hometax-invoice", TAX)
    good = read(table(rows), "a.xls", "세금계산서")
    assert good is not None
    assert [(c.what, c.holds) for c in good.checks] == [("총 합계금액", True), ("총 공급가액", True), ("총 세액", True)]
    rows[2][1] = "120,000"
    bad = read(table(rows), "a.xls", "세금계산서")
    assert bad is not None
    assert [(c.stated, c.counted, c.row) for c in bad.checks if not c.holds] == [(120_000, 110_000, 3)]


def test_an_invoice_listed_once_per_item_counts_once() -> None:
    found = statement("hometax-invoice", [{**TAX[0], "item": "부품 가"}, {**TAX[0], "item": "부품 나"}])
    assert (len(found.lines), found.repeated) == (1, 1)
    assert all(c.holds for c in found.checks)


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_running_balance_of_a_bank_is_checked_in_either_direction(newest_first: bool) -> None:
    rows = rows_of("bank-kookmin", [*BANK, {"day": "2025-09-05 11:00:00", "out": 70_000, "name": "인쇄소"}])
    head, body = rows[:7], rows[7:]
    for broken in (False, True):
        lines = [list(r) for r in body]
        if broken:
            lines[2][6] = "600,001"  # 670,000 − 70,000 = 600,000
        found = read(table(head + (lines[::-1] if newest_first else lines)), "국민.xls", "Sheet1")
        assert found is not None
        assert all(c.holds for c in found.checks) is not broken
        if broken:
            assert {abs(c.stated - c.counted) for c in found.checks if not c.holds} == {1}


def test_totals_rows_are_left_out_and_compared() -> None:
    rows = rows_of("card-shinhan", [CARD, {**CARD, "key": "30012346", "won": 10_000}])
    total = [""] * 12
    total[4], total[5] = "합 계", "100,000"
    found = read(table([*rows, [], total]), "a.xlsx", "Sheet1")
    assert found is not None
    assert (len(found.lines), found.totals, found.blank) == (2, 1, 1)
    assert [c.holds for c in found.checks] == [True]
    total[5] = "100,001"
    found = read(table([*rows, [], total]), "a.xlsx", "Sheet1")
    assert found is not None
    assert [(c.stated, c.counted) for c in found.checks if not c.holds] == [(100_001, 100_000)]


def test_an_amount_that_cannot_be_read_is_said_and_not_counted() -> None:
    rows = rows_of("card-shinhan", [CARD, {**CARD, "key": "30012346"}])
    rows[2][5] = "약 5만원"
    found = read(table(rows), "a.xlsx", "Sheet1")
    assert found is not None
    assert (len(found.lines), found.rejected) == (1, 1)
    assert "3행" in found.notices[0]
    assert "약 5만원" in found.notices[0]


def test_the_period_is_what_the_list_states_or_whole_months() -> None:
    assert statement("card-shinhan", [CARD]).first == dt.date(2025, 9, 1)
    assert statement("card-shinhan", [CARD]).last == dt.date(2025, 9, 30)
    rows = rows_of("bank-hana", BANK)
    rows[2] = ["조회기간 : 2025.08.15 ~ 2025.09.10"]
    found = read(table(rows), "a.xlsx", "Sheet1")
    assert found is not None
    assert (found.first, found.last) == (dt.date(2025, 8, 15), dt.date(2025, 9, 10))


@pytest.mark.parametrize(
    ("text", "day", "time"),
    [
        ("20250903093015", "2025-09-03", "09:30:15"),
        ("2025-09-03 09:30", "2025-09-03", "09:30:00"),
        ("2025.09.03 09:30:15", "2025-09-03", "09:30:15"),
        ("2025.09.03", "2025-09-03", ""),
        ("2025-09-03 오후 2:30:15", "2025-09-03", ""),
    ],
)
def test_times_of_every_bank_are_understood(text: str, day: str, time: str) -> None:
    found = statement("bank-shinhan", [{**BANK[0], "day": text}])
    assert found.lines["date"].dt.strftime("%Y-%m-%d").tolist() == [day]
    assert found.lines["time"].tolist() == [time]


@pytest.mark.parametrize(
    ("profile", "entry"),
    [
        ("card-shinhan", {"cancelled_on": "2025.09.05"}),
        ("card-shinhan", {"state": "매입취소"}),
        ("card-kookmin", {"state": "취소"}),
        ("card-nonghyup", {"state": "Y"}),
        ("card-nonghyup", {"state": "취소", "cancel": 90_000}),
        ("card-bc", {"state": "승인취소"}),
        ("card-hana", {"state": "취소", "cancel": 90_000}),
        ("hometax-cash", {"state": "취소거래"}),
    ],
)
def test_a_cancellation_is_seen(profile: str, entry: dict) -> None:
    assert statement(profile, [{**entries(profile)[0], **entry}]).lines["cancelled"].tolist() == [True]


@pytest.mark.parametrize("state", ["정상", "미취소", "", "승인", "N"])
def test_what_is_not_cancelled_is_not_called_so(state: str) -> None:
    assert statement("card-nonghyup", [{**CARD, "state": state}]).lines["cancelled"].tolist() == [False]


def test_a_list_of_sales_is_not_used() -> None:
    rows = rows_of("hometax-invoice", TAX)
    rows[4] = ["매출 전자(수정)세금계산서 목록조회"]
    found = read(table(rows), "a.xls", "세금계산서")
    assert found is not None
    assert not found.usable
    assert "매출" in found.notices[-1]


def test_card_numbers_are_masked() -> None:
    assert statement("card-shinhan", [CARD]).lines["card"].tolist() == ["****-****-****-3456"]


def test_a_source_nobody_described_falls_back_to_its_kind(tmp_path: Path) -> None:
    rows = [["이용일자", "카드번호", "승인번호", "이용가맹점", "이용금액"], ["2025-09-03", "1234", "1", "식당", 9000]]
    path = write_xlsx(tmp_path / "모르는카드.xlsx", rows)
    _, found = files.split(read_paths([path]))
    assert [s.profile.id for s in found] == ["card-other"]
    assert found[0].lines["won"].tolist() == [9000]


def test_units_and_white_space_in_headings_do_not_matter() -> None:
    assert heading_key("출금 금액\n(원)") == heading_key("출금금액") == heading_key("출금금액（원）")


def test_every_profile_names_only_headings_of_its_own() -> None:
    for profile in profiles():
        keys = {heading_key(h) for h in profile.headings} | {
            heading_key(h.partition("#")[0]) for hs in profile.columns.values() for h in hs
        }
        for need in profile.needs:
            assert any(heading_key(h) in keys for h in need), (profile.id, need)
