"""What a review of the rule machine found: the arithmetic shown is true, days are taken at one rate, a decision on a part."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest

from settle.model import Judgement
from settle.pipeline import judge
from settle.reading.book import book_from_tables

Row = dict[str, Any]


def judged(lines: list[Row], rules: list[str], kind: str = "비영리", **sheets: Any) -> Judgement:
    agreement = {"기관유형": kind, "협약시작일": "2025-03-01", "협약종료일": "2025-12-31", "자체여비기준": "N"}
    return judge(book_from_tables({"협약": agreement, "집행내역": lines, **sheets}), rules=rules)


def line(number: int, won: int, **more: Any) -> Row:
    day = {"원인행위일": "2025-06-02", "집행일": "2025-06-02"}
    return {"집행번호": f"E-{number:03d}", **day, "적요": "집행", "거래처": "한빛상회", "집행금액": won, **more}


def figure(expression: str) -> Fraction:
    """The value of a − b × c ÷ d with thousands separators and counting words."""
    plain = re.sub(r"[,일명식원 ]", "", expression)
    total = Fraction(0)
    for sign, term in re.findall(r"(^|−)([^−]+)", plain):
        value = Fraction(1)
        for how, number in re.findall(r"(^|[×÷])([0-9.]+)", term):
            value = value / Fraction(number) if how == "÷" else value * Fraction(number)
        total += -value if sign == "−" else value
    return total


def sums(result: Judgement, code: str) -> list[tuple[str, int]]:
    found = result.findings[result.findings["code"] == code]
    return [(row["arithmetic"], int(row["at_issue"])) for row in found.to_dict("records")]


def true(arithmetic: str) -> bool:
    """Is the left side, its fraction dropped, the right side?"""
    left, right = re.fullmatch(r"(.+) = ([0-9,]+)(?:, 이 줄에서 [0-9,]+)?", arithmetic).groups()  # type: ignore[union-attr]
    return figure(left) // 1 == figure(right)


MEAL = {"세세목": "회의비", "지출유형": "식비", "참석인원": 3, "외부인원": 1, "결제수단": "사업비카드"}


def test_the_arithmetic_of_a_shared_meal_names_the_whole_and_the_part() -> None:
    paper = {"집행번호": "E-001, E-002", "증빙종류": "카드매출전표", "합계금액": 160000}
    result = judged([line(1, 150000, **MEAL), line(2, 10000, **MEAL)], ["MTG-020"], 증빙목록=[paper])
    whole = "160,000 − 30,000 × 3명 × 1식 = 70,000"
    assert sums(result, "MTG-020") == [(f"{whole}, 이 줄에서 60,000", 60000), (f"{whole}, 이 줄에서 10,000", 10000)]
    assert true(whole)


def test_the_arithmetic_of_a_shared_travel_paper_names_the_whole_and_the_part() -> None:
    trip = {"세세목": "국내여비(내부)", "지출유형": "식비"}
    paper = {"집행번호": "E-001, E-002", "증빙종류": "카드매출전표", "합계금액": 50000}
    result = judged([line(1, 80000, **trip), line(2, 8000, **trip)], ["TRV-070"], 증빙목록=[paper])
    whole = "88,000 − 50,000 = 38,000"
    assert sums(result, "TRV-070") == [(f"{whole}, 이 줄에서 30,000", 30000), (f"{whole}, 이 줄에서 8,000", 8000)]


def test_the_arithmetic_of_vat_says_where_the_vat_is_the_limit() -> None:
    """120,000 with a service charge of 10,000: 20,000 above the supply value, 10,000 of it is VAT."""
    paper = {"집행번호": "E-001", "증빙종류": "카드매출전표", "공급가액": 100000, "세액": 10000, "합계금액": 120000}
    result = judged([line(1, 120000, 세세목="수용비및수수료")], ["GEN-050"], kind="영리", 증빙목록=[paper])
    assert sums(result, "GEN-050") == [("120,000 − 100,000 > 부가세 10,000", 10000)]


def labour(number: int, won: int, days: float, **more: Any) -> Row:
    return line(number, won, 세목="외부인건비", 컨설턴트="김하나", 투입MD=days, **more)


def logged(day: str, days: float, **more: Any) -> Row:
    return {"일자": day, "컨설턴트": "김하나", "MD": days, "장소구분": "현장", **more}


STAFF = [{"성명": "김하나", "구분": "외부", "등급": "고급", "참여시작": "2025-06-02"}]
LOG = [  # 2 days on the second of June (one too many), one before 참여시작, one off-site
    logged("2025-06-02", 1),
    logged("2025-06-02", 1),
    logged("2025-05-30", 1),
    logged("2025-06-03", 1, 장소구분="현장외"),
]


@pytest.mark.parametrize("won", [5_000_000, 2_000_000, 1_000_001, 7])
def test_the_arithmetic_of_days_that_several_rules_take_is_true(won: int) -> None:
    """5 days paid, 4 logged, 2 creditable: one day each for LAB-020, 070 and 080, then 0.8 off-site for LAB-030."""
    codes = ["LAB-020", "LAB-070", "LAB-080", "LAB-030"]
    result = judged([labour(1, won, 5)], codes, 투입인력=STAFF, 수행일지=LOG)
    for code in codes:
        ((arithmetic, at_issue),) = sums(result, code) or [("", 0)]
        assert true(arithmetic), arithmetic
        assert figure(arithmetic.split(" = ")[1]) == at_issue
    assert result.totals["disallowed"] == int(Fraction(won) * Fraction("3.8") / 5)


def test_a_day_that_a_decision_leaves_does_not_raise_the_rate_of_another() -> None:
    """LAB-020 is waived by hand: of 5,000,000 two days are struck; what is left still costs 1,000,000 a day."""
    decision = {
        "집행번호": "E-001",
        "규칙코드": "LAB-020",
        "판정": "인정",
        "사유": "수행일지 추가 확인",
        "판정자": "박심사",
    }
    lines, codes = [labour(1, 5_000_000, 5)], ["LAB-020", "LAB-070", "LAB-080", "LAB-030"]
    result = judged(lines, codes, 투입인력=STAFF, 수행일지=LOG, 판정=[decision])
    assert sums(result, "LAB-030") == [("3,000,000 × 0.8 ÷ 3일 = 800,000", 800_000)]
    assert result.totals["disallowed"] == 2_800_000


def test_the_ceiling_shows_the_days_that_a_refund_leaves() -> None:
    """2,100,000 for 3 days less 700,000 for one: 1,400,000 against 2 × 631,000."""
    back = labour(2, -700_000, 1) | {"집행일": "2025-07-09"}
    result = judged([labour(1, 2_100_000, 3), back], ["LAB-010"], 투입인력=STAFF)
    assert sums(result, "LAB-010") == [("1,400,000 − 631,000 × 2일 = 138,000", 138_000)]


def test_a_hold_of_a_part_that_an_auditor_rejects_takes_that_part() -> None:
    """One slip of 60,000 listed twice: 70,000 of E-002 wait; the auditor refuses them, not the other 30,000."""
    slip = {"증빙종류": "카드매출전표", "승인번호": "30011223", "발행일": "2025-06-02", "합계금액": 60000}
    decision = {"집행번호": "E-002", "규칙코드": "GEN-060", "판정": "불인정", "사유": "같은 전표", "판정자": "박심사"}
    lines = [line(1, 30000, 세세목="수용비및수수료"), line(2, 100000, 세세목="수용비및수수료")]
    papers = [{"집행번호": "E-001", **slip}, {"집행번호": "E-002", **slip}]
    assert judged(lines, ["GEN-060"], 증빙목록=papers).totals["held"] == 70000
    result = judged(lines, ["GEN-060"], 증빙목록=papers, 판정=[decision])
    assert result.totals == {"claimed": 130000, "recognised": 60000, "held": 0, "disallowed": 70000}
