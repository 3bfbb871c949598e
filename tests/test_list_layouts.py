"""Layouts of banks, cards and the tax office: each is read, and matched with a ledger; those that nobody named by what they hold."""

# ruff: noqa: E501  (layouts read better on one line)
from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from settle.pipeline import book_from_tables, judge
from settle.reconciling.reading import Statement, read
from settle.reconciling.tables import tables
from tests.kit.statement_lists import table

pytestmark = pytest.mark.slow_all  # lists by the hundred

# day, time, number, name, won, cancelled
USES = [
    ("2025-09-03", "18:15:08", "03560539", "가나분식 본점", 15_500, False),
    ("2025-09-04", "12:42:49", "42007476", "다라식당", 84_000, False),
    ("2025-09-10", "12:10:00", "00123456", "마바한정식", 120_000, True),
    ("2025-09-11", "15:20:30", "30012345", "사아카페", 22_300, False),
    ("2025-09-12", "09:00:00", "30019999", "모르는편의점", 4_700, False),
]
# day, time, in, out, name
MOVES = [
    ("2025-09-01", "10:00:00", 2_000_000, 0, "한빛재단"),
    ("2025-09-15", "14:07:00", 0, 330_000, "자차빌딩"),
    ("2025-09-16", "11:13:01", 0, 500_000, "카타컨설팅"),
    ("2025-09-18", "09:00:00", 0, 70_000, "모르는곳"),
]
LEDGER = [
    {
        "집행번호": f"E-{n}",
        "집행일": day,
        "세세목": "회의비",
        "적요": "회의",
        "거래처": name,
        "집행금액": won,
        "결제수단": means,
    }
    for n, (day, name, won, means) in enumerate(
        [
            ("2025-09-03", "가나분식 본점", 15_500, "사업비카드"),
            ("2025-09-04", "다라식당", 84_000, "사업비카드"),
            ("2025-09-10", "마바한정식", 120_000, "사업비카드"),
            ("2025-09-11", "사아카페", 22_300, "사업비카드"),
            ("2025-09-15", "자차빌딩", 330_000, "계좌이체"),
            ("2025-09-16", "카타컨설팅", 500_000, "계좌이체"),
        ],
        1,
    )
]


def _use(day: str, time: str, number: str, name: str, won: int, cancelled: bool) -> dict[str, Any]:
    dotted = day.replace("-", ".")
    word = "취소" if cancelled else ""
    return {
        "day": dotted, "compact": day.replace("-", ""), "iso": day, "moment": f"{dotted} {time}", "short": f"{dotted[2:]} {time[:5]}",
        "time": time, "key": number, "name": name, "won": f"{won:,}", "plain": str(won), "word": word, "yes": "Y" if cancelled else "N",
        "bought": "거래취소" if cancelled else "결제확정", "state": word or "정상", "vat": f"{won - round(won / 1.1):,}",
        "supply": str(round(won / 1.1)), "tax": str(won - round(won / 1.1)), "card": "1234-****-****-5678", "mine": "본인000*", "once": "일시불",
        "brn": "123-45-67891", "kind": "음식", "zero": "0", "blank": "",
    }  # fmt: skip


# profile -> heading = what stands below, rows above, totals row (heading = text)
CARDS: dict[str, tuple[str, int, dict[str, str]]] = {
    "card-shinhan-web": (
        "거래일=short, 이용카드=mine, 가맹점명=name, 금액=plain, 이용구분=once, 승인번호=key, 매입구분=blank, 취소상태=word",
        0,
        {"가맹점명": "총 5건", "금액": "246500"},
    ),
    "card-shinhan-web/13": (
        "거래일=moment, 카드구분=kind, 이용카드=mine, 가맹점명=name, 업종=kind, 승인번호=key, 금액=plain, 매입구분=bought, 이용구분=once, "
        "거래통화=blank, 최초결제일자=blank, 해외이용금액=blank, 취소상태=word",
        0,
        {"가맹점명": "총 5건", "금액": "246500"},
    ),
    "card-hyundai": ("이용일=day, 카드번호=card, 가맹점명=name, 이용 금액=won, 부가세=vat, 관계=mine, 할부=once, 상태=state", 8, {}),
    "card-hyundai/place": ("이용일=day, 이용카드=mine, 이용처=name, 이용금액=won, 할부=once, 상태=state", 2, {}),
    "card-hyundai/bill": (
        "이용일=day, 이용카드=mine, 이용가맹점=name, 이용금액=won, 할부/회차=once, 결제원금=won, 결제후잔액=zero, 상태=state",
        2,
        {"이용일": "합계", "이용금액": "246,500"},
    ),
    "card-samsung-bill": (
        "이용일=compact, 이용구분=mine, 가맹점=name, 이용금액=won, 총할부금액=blank, 이용혜택=blank, 혜택금액=blank, 개월=blank, 회차=blank, 원금=plain",
        2,
        {"가맹점": "일시불합계", "원금": "246500"},
    ),
    "card-samsung": (
        "카드번호=card, 본인가족구분=mine, 승인일자=day, 승인시각=time, 가맹점명=name, 승인금액(원)=won, 일시불할부구분=once, 할부개월=blank, "
        "승인번호=key, 취소여부=yes",
        0,
        {},
    ),
    "card-lotte": (
        "이용일자=day, 이용시간=time, 이용카드=mine, 이용가맹점=name, 업종=kind, 이용금액=won, 승인번호=key, 취소여부=yes",
        0,
        {},
    ),
    "card-other/sold": (
        "매출일자=day, 매출시간=time, 카드번호=card, 승인번호=key, 가맹점명=name, 가맹점사업자번호=brn, 매출금액=plain, 할부=once, 취소여부=word",
        0,
        {},
    ),
    "card-other/paid": ("거래일시=moment, 카드번호=card, 승인번호=key, 이용하신곳=name, 결제금액=won, 할부개월=once, 승인상태=state", 3, {}),
    "hometax-card": (
        "승인일자=iso, 카드사=mine, 카드번호=card, 가맹점 사업자번호=brn, 가맹점명=name, 공급가액=supply, 세액=tax, 봉사료=zero, 합계=plain, "
        "가맹점 유형=kind, 업태=kind, 업종=kind, 공제여부결정=kind, 비고=blank",
        1,
        {},
    ),
}  # fmt: skip
WITHOUT_STATE = {"card-samsung-bill", "hometax-card"}  # lists that do not say what was cancelled


def _moves() -> list[dict[str, Any]]:
    balance, found = 0, []
    for day, time, into, out, name in MOVES:
        balance += into - out
        dotted = day.replace("-", ".")
        found.append({
            "moment": f"{dotted} {time}", "day": dotted, "time": time, "in": f"{into:,}", "out": f"{out:,}", "balance": f"{balance:,}",
            "signed": f"{into - out:,}", "size": f"{into or out:,}", "way": "입금" if into else "출금", "text": "일반이체", "name": name, "bank": "은행", "blank": "",
        })  # fmt: skip
    return found


BANKS: dict[str, tuple[str, int]] = {
    "bank-kakao": (
        "거래일시=moment, 구분=way, 거래금액=signed, 거래 후 잔액=balance, 거래구분=text, 내용=name, 메모=blank",
        10,
    ),
    "bank-kakao/unsigned": (
        "거래일시=moment, 구분=way, 거래금액=size, 거래 후 잔액=balance, 거래구분=text, 내용=name, 메모=blank",
        10,
    ),
    "bank-toss": (
        "거래 일시=moment, 적요=name, 거래 유형=text, 거래 기관=bank, 계좌번호=blank, 거래 금액=signed, 거래 후 잔액=balance, 메모=blank",
        8,
    ),
    "bank-mg": ("거래일자=day, 거래시간=time, 거래내용=name, 거래금액=signed, 거래후잔액=balance, 거래점=bank", 3),
    "bank-shinhan-days": ("일자=day, 시간=time, 적요=text, 출금=out, 입금=in, 내용=name, 잔액=balance, 거래점=bank", 0),
    "bank-kbank": (
        "거래일시=moment, 거래구분=text, 입금금액=in, 출금금액=out, 잔액=balance, 상대 예금주명=name, 상대 은행=bank",
        0,
    ),
    "bank-post": ("거래일자=day, 시간=time, 찾으신금액=out, 맡기신금액=in, 잔액=balance, 기록사항=name", 2),
    "bank-other": ("거래일시=moment, 출금=out, 입금=in, 통장잔액=balance, 상대방=name", 1),
    "bank-signed": ("거래일시=moment, 상대방=name, 입출금액=signed, 잔액=balance", 1),
}


def sheet(
    layout: str, above: int, rows: list[dict[str, Any]], total: dict[str, str], order: list[int] | None = None
) -> Statement:
    pairs = [pair.split("=") for pair in layout.split(", ")]
    pairs = [pairs[i] for i in order] if order else pairs
    headings = [heading for heading, _ in pairs]
    body = [[row[word] for _, word in pairs] for row in rows]
    body += [[total.get(heading, "") for heading in headings]] if total else []
    found = read(table([*[["이용내역"]] * above, headings, *body]), "명세.xlsx", "Sheet1", "0")
    assert found is not None, headings
    assert found.rows == len(found.lines) + found.totals + found.blank + found.rejected + found.repeated
    return found


def shuffled(layout: str) -> Callable[[int], list[int]]:
    def order(seed: int) -> list[int]:
        places = list(range(len(layout.split(", "))))
        random.Random(seed).shuffle(places)
        return places

    return order


def against_the_ledger(
    found: Statement, lines: list[dict[str, Any]] | None = None
) -> tuple[Any, dict[str, tuple[int, int]]]:
    """Judged with the REC rules; the list's rows and won by what became of them."""
    book = book_from_tables({"집행내역": lines or LEDGER})
    book.lists = [found]
    result = judge(book, rules=["REC"])
    totals = tables(result.reconciliation).totals
    theirs = totals[totals["쪽"] == "명세"]
    return result, {
        what: (int(n), int(won)) for what, n, won in theirs[["구분", "건수", "금액"]].itertuples(index=False)
    }


@pytest.mark.parametrize("name", CARDS)
def test_a_card_list_is_read_and_matched(name: str) -> None:
    layout, above, total = CARDS[name]
    rows = [_use(*use) for use in USES]
    found = sheet(layout, above, rows, total)
    assert found.profile.id == name.partition("/")[0]
    assert found.group == "card"
    assert (len(found.lines), found.totals) == (5, 1 if total else 0)
    assert found.lines["won"].tolist() == [use[4] for use in USES]
    result, became = against_the_ledger(found)
    assert became["맞음"] == (4, 241_800)
    assert became["남음"] == (1, 4_700)
    taken = [] if found.profile.id in WITHOUT_STATE else [("REC-050", "E-3", 120_000)]
    struck = result.findings[result.findings["effect"] == "disallow"]
    assert list(struck[["code", "line", "applied"]].itertuples(index=False, name=None)) == taken
    assert "모르는편의점" in result.findings.loc[result.findings["code"] == "REC-060", "message"].item()
    assert not set(result.findings["code"]) & {"REC-040"}


@pytest.mark.parametrize("name", BANKS)
def test_a_bank_list_is_read_and_matched(name: str) -> None:
    layout, above = BANKS[name]
    found = sheet(layout, above, _moves(), {})
    assert found.profile.id == name.partition("/")[0]
    assert found.lines["won"].tolist() == [0, 330_000, 500_000, 70_000]
    assert found.lines["in"].tolist() == [2_000_000, 0, 0, 0]
    assert all(check.holds for check in found.checks)
    result, became = against_the_ledger(found)
    assert became["맞음"] == (2, 830_000)
    assert became["남음"] == (1, 70_000)
    assert became["입금"][0] == 1
    assert not set(result.findings["code"]) & {"REC-070", "REC-100"}
    assert "모르는곳" in result.findings.loc[result.findings["code"] == "REC-080", "message"].item()


@pytest.mark.parametrize("name", [*CARDS, *BANKS])
def test_the_order_of_columns_does_not_matter(name: str) -> None:
    layout, above = (CARDS.get(name) or BANKS[name])[:2]
    rows = [_use(*use) for use in USES] if name in CARDS else _moves()
    plain = sheet(layout, above, rows, {})
    for seed in range(3):
        other = sheet(layout, above, rows, {}, shuffled(layout)(seed))
        assert other.profile.id == plain.profile.id
        assert other.lines.equals(plain.lines)


@pytest.mark.parametrize("name", ["card-other/sold", "bank-other", "bank-signed"])
def test_a_list_that_nobody_named_shows_how_it_was_read(name: str) -> None:
    layout, above = (CARDS.get(name) or BANKS[name])[:2]
    found = sheet(layout, above, [_use(*use) for use in USES] if name in CARDS else _moves(), {})
    assert found.profile.title in ("기타 카드", "기타 은행")
    assert "날짜 = '" in found.notices[0]


def test_a_cash_receipt_with_the_total_of_the_trade() -> None:
    layout = (
        "거래일시=moment, 승인번호=key, 신분확인번호=card, 거래구분=kind, 총거래금액=plain, 공급가액=supply, 부가세=tax, 봉사료=zero, "
        "승인취소구분=state, 가맹점사업자번호=brn, 가맹점상호명=name, 가맹점업태=kind, 발급수단=mine"
    )
    found = sheet(layout, 0, [_use(*use) for use in USES], {})
    assert (found.profile.id, found.group) == ("hometax-cash", "receipt")
    assert found.lines["cancelled"].tolist() == [False, False, True, False, False]


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_balance_shows_the_direction_where_nothing_else_does(newest_first: bool) -> None:
    """The oldest row stays open: what was there before it nobody knows."""
    rows = _moves()[::-1] if newest_first else _moves()
    found = sheet(
        "거래일자=day, 거래시간=time, 거래내용=name, 거래금액=size, 거래후잔액=balance, 거래점=bank", 3, rows, {}
    )
    assert found.profile.id == "bank-mg"
    assert sorted(found.lines["won"]) == [70_000, 330_000, 500_000]
    assert found.rejected == 1
    assert any("입금인지 출금인지" in notice and "2,000,000" in notice for notice in found.notices)


def test_a_direction_that_nothing_shows_is_said_and_not_guessed() -> None:
    rows = [
        ["거래일시", "상대방", "입출금액", "잔액"],
        ["2025.09.15 10:00", "자차빌딩", "330,000", ""],
        ["2025.09.16 10:00", "카타", "5,000", ""],
    ]
    found = read(table(rows), "은행.xlsx", "Sheet1")
    assert found is not None
    assert len(found.lines) == 0
    assert sum("입금인지 출금인지" in notice for notice in found.notices) == 2


OWN_LEDGERS = [
    "승인일, 승인시각, 가맹점명, 승인금액, 승인번호, 카드번호, 사용목적",
    "사용일자, 사용처, 사용금액, 집행목적, 결제방법, 카드번호, 승인번호",
    "일자, 적요, 거래처, 금액, 잔액",
    "일자, 적요, 수입, 지출, 잔액",
    "집행일, 적요, 거래처, 집행금액, 잔액",
    "일자, 적요, 거래처, 입금, 출금, 잔액",
    "이용일, 이용자, 가맹점명, 이용금액, 참석인원, 이용목적, 할부, 카드번호",
]


@pytest.mark.parametrize("headings", OWN_LEDGERS)
def test_a_ledger_of_the_institutions_own_is_no_list(headings: str) -> None:
    names = headings.split(", ")
    assert read(table([names, ["2025-09-03", *["1"] * (len(names) - 1)]]), "장부.xlsx", "Sheet1") is None


# ---- nobody is accused of a row that some line may be --------------------------------------------------------------


def _card_list() -> Statement:
    layout, above, _ = CARDS["card-samsung"]
    return sheet(layout, above, [_use(*use) for use in USES if not use[5]], {})


@pytest.mark.parametrize("means", ["", "카드", "모르는말"])
def test_a_line_of_unknown_means_may_be_on_any_list(means: str) -> None:
    lines = [{**line, "결제수단": means} for line in LEDGER if line["집행번호"] in ("E-1", "E-2")]
    result, became = against_the_ledger(_card_list(), lines)
    assert became["맞음"] == (2, 99_500)
    assert became["남음"] == (2, 27_000)
    assert (result.findings["code"] == "REC-060").sum() == 2
    assert "REC-040" not in set(result.findings["code"])


@pytest.mark.parametrize("means", ["계좌이체", "개인카드", "현금"])
def test_a_row_that_a_line_of_other_means_may_be_is_not_listed_as_missing(means: str) -> None:
    lines = [{**line, "결제수단": means} for line in LEDGER if line["집행번호"] in ("E-1", "E-2")]
    result, became = against_the_ledger(_card_list(), lines)
    assert became["장부의 다른 줄일 수 있음"] == (2, 99_500)
    assert (result.findings["code"] == "REC-060").sum() == 2


def test_a_transfer_that_the_bank_has_does_not_explain_the_card_as_well() -> None:
    line = {**LEDGER[1], "결제수단": "계좌이체"}
    bank = [
        ["거래일시", "출금", "입금", "통장잔액", "상대방"],
        ["2025.09.04 10:00:00", "84,000", "0", "16,000", "다라식당"],
    ]
    account = read(table(bank), "은행.xlsx", "Sheet1", "1")
    book = book_from_tables({"집행내역": [line]})
    assert account is not None
    book.lists = [_card_list(), account]
    result = judge(book, rules=["REC"])
    assert (result.findings["code"] == "REC-060").sum() == 4


# ---- money of card use ---------------------------------------------------------------------------------------------


def _withdrawals(*moves: tuple[str, str, int, str]) -> Statement:
    """A bank list: day, memo, won, name."""
    rows = [[day, memo, f"{won:,}", "0", "", name] for day, memo, won, name in moves]
    found = read(table([["거래일시", "적요", "출금액", "입금액", "잔액", "상대방"], *rows]), "은행.xlsx", "Sheet1", "1")
    assert found is not None
    return found


CARD_MONEY: dict[str, tuple[list[tuple[str, str, int, str]], bool, int]] = {
    "a check card at once": ([("2025.09.03", "체크카드", 15_500, "가나분식"), ("2025.09.04", "체크", 84_000, "다라식당")], True, 0),
    "a check card under another name": ([("2025.09.04", "체크카드", 84_000, "PG사")], True, 0),
    "the bill of the month": ([("2025.10.14", "카드결제", 126_500, "신한카드")], True, 0),
    "the bill of some days": ([("2025.09.20", "신한카드", 99_500, "")], True, 0),
    "the bill, where no card list is": ([("2025.10.14", "카드결제", 99_500, "신한카드")], False, 0),
    "a bill of more": ([("2025.10.14", "카드결제", 126_501, "신한카드")], True, 1),
    "a bill before the use": ([("2025.09.02", "카드결제", 126_500, "신한카드")], True, 1),
    "a card line paid once more by transfer": ([("2025.09.05", "전자금융", 84_000, "다라식당")], True, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", CARD_MONEY)
def test_a_withdrawal_for_card_use_is_not_called_unexplained(name: str) -> None:
    moves, with_cards, open_ = CARD_MONEY[name]
    book = book_from_tables({"집행내역": [line for line in LEDGER if line["집행번호"] in ("E-1", "E-2")]})
    book.lists = [*([_card_list()] if with_cards else []), _withdrawals(*moves)]
    result = judge(book, rules=["REC"])
    assert (result.findings["code"] == "REC-080").sum() == open_
    totals = tables(result.reconciliation).totals
    became = totals[(totals["자료"] == "은행") & (totals["쪽"] == "명세")].set_index("구분")["건수"]
    assert int(became.get("카드로 쓴 돈", 0)) == len(moves) - open_


# ---- invoices that are paid later ------------------------------------------------------------------------------------

NUMBER = "20250905-41000001-aaaaaaaa"
PAID: dict[str, tuple[list[dict[str, Any]], int]] = {
    "two weeks later": ([{"집행일": "2025-09-20", "집행금액": 1_100_000}], 0),
    "two months later": ([{"집행일": "2025-11-04", "집행금액": 1_100_000}], 0),
    "before it was written": ([{"집행일": "2025-08-25", "집행금액": 1_100_000}], 0),
    "without VAT": ([{"집행일": "2025-09-20", "집행금액": 1_000_000, "공급가액": 1_000_000, "부가세": 100_000}], 0),
    "in parts": ([{"집행일": "2025-09-20", "집행금액": 600_000}, {"집행일": "2025-10-20", "집행금액": 500_000}], 0),
    "by its number alone": ([{"집행일": "2025-09-20", "집행금액": 900_000, "거래처": "", "사업자등록번호": "", "승인번호": NUMBER}], 0),
    "to somebody else": ([{"집행일": "2025-09-20", "집행금액": 1_100_000, "거래처": "다른곳", "사업자등록번호": ""}], 1),
    "less": ([{"집행일": "2025-09-20", "집행금액": 1_099_999}], 1),
    "a year later": ([{"집행일": "2026-09-20", "집행금액": 1_100_000}], 1),
    "nothing": ([{"집행일": "2025-09-20", "집행금액": 7_000, "거래처": "다른곳"}], 1),
}  # fmt: skip


def _invoices(count: int = 1) -> Statement:
    headings = [
        "작성일자",
        "승인번호",
        "발급일자",
        "공급자사업자등록번호",
        "상호",
        "공급받는자사업자등록번호",
        "상호",
        "합계금액",
        "공급가액",
        "세액",
        "전자세금계산서분류",
        "전자세금계산서종류",
        "비고",
    ]
    rows = [
        ["2025-09-05", f"{NUMBER[:-1]}{'ab'[n]}", "2025-09-05", "123-45-67891", "가나상사", "111-22-33333", "우리", "1,100,000", "1,000,000", "100,000", "세금계산서", "일반", ""]
        for n in range(count)
    ]  # fmt: skip
    found = read(table([["매입 전자세금계산서 목록"], headings, *rows]), "홈택스.xls", "세금계산서", "2")
    assert found is not None
    return found


@pytest.mark.parametrize("name", PAID)
def test_an_invoice_paid_later_or_in_parts_is_not_called_unclaimed(name: str) -> None:
    lines, open_ = PAID[name]
    base = {
        "세세목": "수용비및수수료",
        "적요": "용역",
        "거래처": "(주)가나상사",
        "사업자등록번호": "123-45-67891",
        "결제수단": "계좌이체",
    }
    result, _ = against_the_ledger(_invoices(), [{**base, **line, "집행번호": str(n)} for n, line in enumerate(lines)])
    assert (result.findings["code"] == "REC-120").sum() == open_


def test_one_payment_explains_one_of_two_equal_invoices() -> None:
    line = {
        "집행일": "2025-09-20",
        "세세목": "수용비및수수료",
        "적요": "용역",
        "거래처": "가나상사",
        "사업자등록번호": "1234567891",
        "집행금액": 1_100_000,
    }
    result, _ = against_the_ledger(_invoices(2), [line])
    assert (result.findings["code"] == "REC-120").sum() == 1


# ---- who was paid ----------------------------------------------------------------------------------------------------

PAY = {
    "집행번호": "P",
    "집행일": "2025-09-25",
    "세세목": "내부인건비",
    "적요": "9월 급여",
    "거래처": "홍길동",
    "예금주": "홍길동",
    "집행금액": 3_000_000,
    "결제수단": "계좌이체",
}
FEE = {
    "집행번호": "F",
    "집행일": "2025-09-25",
    "세세목": "수용비및수수료",
    "적요": "이체수수료",
    "거래처": "국민은행",
    "집행금액": 500,
    "결제수단": "계좌이체",
}


@pytest.mark.parametrize(
    ("line", "move", "found"),
    [
        (PAY, ("2025.09.25", "급여", 2_712_340, "홍길동"), ["REC-070"]),
        (PAY, ("2025.09.25", "급여", 1_700_000, "홍길동"), ["REC-070", "REC-080"]),
        (PAY, ("2025.09.25", "급여", 2_712_340, "김철수"), ["REC-070", "REC-080"]),
        (FEE, ("2025.09.25", "수수료", 500, "이체수수료"), []),
        (FEE, ("2025.09.25", "수수료", 500, "다른곳"), ["REC-100"]),
        ({**FEE, "적요": "홍길동 강사료", "거래처": "한빛교육"}, ("2025.09.25", "인터넷", 500, "홍길동"), ["REC-100"]),
    ],
)  # fmt: skip
def test_a_fee_has_no_payee_and_net_pay_is_not_unexplained(
    line: dict[str, Any], move: tuple[str, str, int, str], found: list[str]
) -> None:
    result, _ = against_the_ledger(_withdrawals(move), [line])
    assert sorted(result.findings["code"]) == found
