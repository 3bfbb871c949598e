"""Busan 사업개발비: the settlement, contract bans and eligibility, worked out by hand from the notice (공고 2026-04-09, 2.가 – 3.가)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from settle import examples
from settle.commands import common
from settle.documents import disallowance, json_, sample
from settle.documents.view import View
from settle.model import Judged, Judgement
from settle.pipeline import book_from_tables, judge
from settle.programme import rules as rulebooks
from settle.programme.rules import Rulebook

BUSAN = "busan-social-economy"
PLAN = [
    {"세부사업": "A 시제품", "사용용도": "시제품제작", "보조금": 9_000_000, "자부담": 1_000_000},
    {"세부사업": "B 홍보", "사용용도": "마케팅·홍보·광고", "보조금": 3_600_000, "자부담": 400_000},
    {"세부사업": "C 판로", "사용용도": "마케팅·홍보·광고", "보조금": 5_400_000, "자부담": 600_000},
]
AGREEMENT = {
    "협약시작일": "2026-06-01",
    "협약종료일": "2026-11-30",
    "참여회차": "1회차",
    "보조금교부액": 18_000_000,
}
A, B, C = (row["세부사업"] for row in PLAN)
OWN, GRANT = "자부담", "보조금"


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return rulebooks.load(BUSAN)


Line = tuple[str, str, str, int]  # day, part of the plan, fund, won


def line(number: str, one: Line, **more: Any) -> dict[str, Any]:
    day, part, fund, won = one
    row = {
        "집행번호": number,
        "원인행위일": f"2026-{day}",
        "집행일": f"2026-{day}",
        "세부사업": part,
        "재원": fund,
        "집행금액": won,
    }
    return (
        row
        | {"적요": f"일 {number}", "거래처": f"업체 {number}", "지출유형": "기타개발", "공급가액": won, "부가세": 0}
        | more
    )


def paper(row: dict[str, Any]) -> dict[str, Any]:
    supply, vat = row["공급가액"], row["부가세"]
    return {
        "집행번호": row["집행번호"],
        "증빙종류": "세금계산서",
        "공급가액": supply,
        "세액": vat,
        "합계금액": supply + vat,
    }


def settled(rulebook: Rulebook, lines: list[dict[str, Any]], **tables: Any) -> Judgement:
    """Judge the lines, each with an invoice of its own unless papers are given."""
    given = {"협약": AGREEMENT, "예산": PLAN, "집행내역": lines} | tables
    if "증빙목록" not in given:
        given["증빙목록"] = [paper(row) for row in lines]
    return judge(book_from_tables(given, rulebook.programme), rulebook)


def of(result: Judgement, code: str) -> dict[str, tuple[str, int]]:
    found = result.findings[result.findings["code"] == code]
    return {row.line: (row.effect, int(row.applied)) for row in found.itertuples()}


def taken(result: Judgement) -> dict[str, int]:
    """Won disallowed and held by rule, without rules that take nothing."""
    found = result.findings[result.findings["applied"] > 0]
    return {
        f"{code} {effect}": int(won)
        for (code, effect), won in found.groupby(["code", "effect"])["applied"].sum().items()
    }


def run(rulebook: Rulebook, *lines: Line, more: dict[str, Any] | None = None, **tables: Any) -> Judgement:
    return settled(rulebook, [line(f"E-{n}", one, **(more or {})) for n, one in enumerate(lines, start=1)], **tables)


@pytest.mark.slow_all
def test_its_examples_hold(rulebook: Rulebook) -> None:
    ours = [one for rule in rulebook.rules if rule.code[:3] in ("BSE", "BSR", "BSQ") for one in examples.of(rule)]
    assert {one.code for one in ours} == {
        rule.code for rule in rulebook.rules if rule.code[:3] in ("BSE", "BSR", "BSQ")
    }
    for example in ours:
        said = examples.verdict(example, rulebook)
        assert (said.effect, said.won, said.not_checked) == (example.expect, example.won, ""), (
            example.code,
            example.says,
        )


# ---- own share ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "grant", "short"),
    [
        (1_000_000, 9_000_000, 0),  # B01: just 10 %
        (999_999, 9_000_000, 0),  # B02: less than a won short
        (900_000, 9_000_000, 90_000),  # B03: T 9,900,000, 990,000 - 900,000
        (900_000, 8_100_000, 0),
        (900_000, 8_100_010, 1),  # T 9,000,010: 900,001 - 900,000
        (0, 1_000_000, 100_000),
    ],
)
def test_own_money_bears_a_tenth_of_each_part_in_the_first_round(
    rulebook: Rulebook, own: int, grant: int, short: int
) -> None:
    lines: list[Line] = [("07-01", A, GRANT, grant)]
    if own:
        lines.insert(0, ("06-05", A, OWN, own))
    result = run(rulebook, *lines)
    assert taken(result) == (
        {"BSE-140 disallow": short} if short else {}
    )  # what the enterprise bears now is not taken twice
    assert result.totals["recognised"] == own + grant - short


def test_a_fifth_in_the_second_round(rulebook: Rulebook) -> None:  # B04
    agreement = AGREEMENT | {"참여회차": "2회차"}
    result = run(rulebook, ("06-05", A, OWN, 1_000_000), ("07-01", A, GRANT, 9_000_000), 협약=agreement)
    assert taken(result) == {"BSE-140 disallow": 1_000_000}


def test_a_round_that_nobody_knows_takes_the_least_and_holds_the_rest(rulebook: Rulebook) -> None:
    # T 9,900,000: a tenth 990,000, a fifth 1,980,000; own 900,000
    agreement = {name: value for name, value in AGREEMENT.items() if name != "참여회차"}
    result = run(rulebook, ("06-05", A, OWN, 900_000), ("07-01", A, GRANT, 9_000_000), 협약=agreement)
    found = result.findings[result.findings["code"] == "BSE-140"]
    assert [(row.effect, int(row.applied)) for row in found.itertuples()] == [("disallow", 90_000), ("hold", 990_000)]


def test_the_shortfall_comes_from_the_latest_grant_lines(rulebook: Rulebook) -> None:
    result = run(rulebook, ("07-01", B, GRANT, 1_000_000), ("08-01", B, GRANT, 40_000), ("06-05", B, OWN, 10_000))
    # T 1,050,000: 105,000 - 10,000 = 95,000
    assert of(result, "BSE-140") == {"E-2": ("disallow", 40_000), "E-1": ("disallow", 55_000)}


# ---- VAT ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grant", "own", "expect"),
    [
        (900_000, 200_000, {"BSE-050 disallow": 100_000}),  # B05
        (950_000, 150_000, {"BSE-050 disallow": 100_000, "BSE-140 disallow": 50_000}),  # B06
    ],
)
def test_vat_goes_from_own_money_first(rulebook: Rulebook, grant: int, own: int, expect: dict[str, int]) -> None:
    first = line("E-1", ("06-05", B, GRANT, grant), 공급가액=None, 부가세=None)
    second = line("E-2", ("06-05", B, OWN, own), 공급가액=None, 부가세=None)
    invoice = {
        "집행번호": "E-1, E-2",
        "증빙종류": "세금계산서",
        "공급가액": 1_000_000,
        "세액": 100_000,
        "합계금액": 1_100_000,
    }
    result = settled(rulebook, [first, second], 증빙목록=[invoice])
    assert taken(result) == expect
    assert of(result, "BSE-050") == {"E-2": ("disallow", 100_000)}


def test_vat_that_nobody_knows_holds_an_eleventh_and_no_more(rulebook: Rulebook) -> None:
    row = line("E-1", ("06-05", B, OWN, 1_000_000), 공급가액=None, 부가세=None)
    result = settled(rulebook, [row], 증빙목록=[{"집행번호": "E-1", "증빙종류": "카드매출전표", "합계금액": 1_000_000}])
    assert of(result, "BSE-050") == {"E-1": ("hold", 90_910)}  # 90,909.09, rounded up


# ---- shares of a total ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("won", "over"), [(6_000_000, 0), (6_000_001, 1)])
def test_entry_costs_are_at_most_three_tenths_of_the_agreed_total(
    rulebook: Rulebook, won: int, over: int
) -> None:  # B07
    rows = [
        line("E-1", ("06-05", C, OWN, 600_000), 지출유형="입점수수료"),
        line("E-2", ("06-06", C, GRANT, 5_400_000), 지출유형="입점수수료"),
    ]
    if won > 6_000_000:
        rows.append(line("E-3", ("06-07", C, OWN, won - 6_000_000), 지출유형="기획전참가"))
    assert of(settled(rulebook, rows), "BSE-120") == ({"E-3": ("disallow", over)} if over else {})


@pytest.mark.parametrize(
    ("own", "part", "effect"),
    [(1_000_000, A, ("disallow", 500_000)), (400_000, B, ("hold", 2_500_000))],  # B08, B08b
)
def test_material_of_a_prototype(rulebook: Rulebook, own: int, part: str, effect: tuple[str, int]) -> None:
    rows = [
        line("E-1", ("06-05", part, OWN, own)),
        line("E-2", ("07-01", part, GRANT, 2_500_000), 지출유형="시제품재료비"),
    ]
    assert of(settled(rulebook, rows), "BSE-130") == {"E-2": effect}


# ---- leases ---------------------------------------------------------------------------------------------------------------------

LEASE = {"지출유형": "자본재리스", "이용시작": "2026-06-01", "이용종료": "2026-11-30", "소유권이전": "N"}


def lease(rulebook: Rulebook, own: int, grant: int, **more: Any) -> Judgement:
    rows = [
        line("E-1", ("06-05", A, OWN, own), **LEASE | more),
        line("E-2", ("06-06", A, GRANT, grant), **LEASE | more),
    ]
    papers = [paper(row) for row in rows] + [{"집행번호": "E-1, E-2", "증빙종류": "계약서"}]
    approved = [{"변경구분": "전문심사위원회", "승인일": "2026-06-01"}]
    return settled(rulebook, rows, 증빙목록=papers, 변경승인=approved)


@pytest.mark.parametrize(("own", "grant", "short"), [(500_000, 500_000, 0), (499_999, 500_001, 1)])  # B09
def test_half_of_a_lease_is_own_money(rulebook: Rulebook, own: int, grant: int, short: int) -> None:
    assert taken(lease(rulebook, own, grant)) == ({"BSE-090 disallow": short} if short else {})


def test_a_lease_counts_only_inside_the_period(rulebook: Rulebook) -> None:  # B10: 31 of 61 days are outside
    result = lease(rulebook, 610_000, 610_000, 이용시작="2026-11-01", 이용종료="2026-12-31")
    assert of(result, "BSE-110") == {"E-1": ("disallow", 310_000), "E-2": ("disallow", 310_000)}
    assert taken(result) == {"BSE-110 disallow": 620_000}


def test_a_lease_without_its_days_waits(rulebook: Rulebook) -> None:
    result = lease(rulebook, 500_000, 500_000, 이용종료=None)
    assert {effect for effect, _ in of(result, "BSE-110").values()} == {"hold"}


# ---- what is never eligible -----------------------------------------------------------------------------------------------------


def test_equipment_is_not_recognised_and_a_word_for_it_waits(rulebook: Rulebook) -> None:  # B11
    bought = run(rulebook, ("06-05", A, OWN, 1_500_000), more={"지출유형": "장비구입", "적요": "노트북 구입"})
    assert taken(bought) == {"BSE-060 disallow": 1_500_000}
    silent = run(rulebook, ("06-05", A, OWN, 1_500_000), more={"지출유형": None, "적요": "노트북 구입"})
    assert taken(silent) == {"BSE-070 hold": 1_500_000}


# ---- related parties ------------------------------------------------------------------------------------------------------------


def with_party(rulebook: Rulebook, vendor: str, number: str | None, **party: Any) -> dict[str, tuple[str, int]]:
    row = line("E-1", ("06-05", A, OWN, 3_000_000), 거래처=vendor, 사업자등록번호=number)
    result = settled(rulebook, [row], 특수관계자=[{"이름": "가나상사", "관계": "지분소유사업자"} | party])
    return {code: said["E-1"] for code in ("BSR-010", "BSR-020") if (said := of(result, code))}


@pytest.mark.parametrize(
    ("share", "effect"), [("50.00%", "disallow"), ("49.99%", None), (None, "hold"), ("100%", "disallow")]
)
def test_a_firm_that_related_persons_own_by_half(
    rulebook: Rulebook, share: str | None, effect: str | None
) -> None:  # B12
    found = with_party(
        rulebook, "다른이름", "123-45-67891", 사업자등록번호="123-45-67891", 지분율=share, 지분소유자="본인"
    )
    assert found == ({"BSR-020": (effect, 3_000_000)} if effect else {})


def test_shares_of_several_relatives_are_added_up(rulebook: Rulebook) -> None:
    row = line("E-1", ("06-05", A, OWN, 3_000_000), 사업자등록번호="123-45-67891")
    parties = [
        {
            "이름": "가나상사",
            "관계": "지분소유사업자",
            "사업자등록번호": "123-45-67891",
            "지분율": share,
            "지분소유자": who,
        }
        for share, who in (("25%", "배우자"), ("25%", "형제자매"))
    ]
    found = settled(rulebook, [row], 특수관계자=parties).findings
    ours = found[found["code"] == "BSR-020"]
    assert ours["effect"].tolist() == ["disallow"]
    assert "부정수급" not in ours["message"].iat[0]  # not the enterprise's own people


@pytest.mark.parametrize(
    ("born", "theirs", "effect"),
    [("1980-01-02", "1980-01-02", "disallow"), ("1980-01-02", "1981-01-02", None), (None, "1980-01-02", "hold")],
)
def test_a_vendor_whose_representative_is_a_relative(
    rulebook: Rulebook, born: str | None, theirs: str, effect: str | None
) -> None:
    row = line("E-1", ("06-05", A, OWN, 3_000_000), 거래처="나루상사", 사업자등록번호="214-81-12342")
    vendors = [{"거래처": "나루상사", "대표자": "김하나", "대표자생년월일": born}]
    relatives = [{"이름": "김하나", "관계": "배우자", "생년월일": theirs}]
    result = settled(rulebook, [row], 거래처=vendors, 특수관계자=relatives)
    assert {e for e, _ in of(result, "BSR-010").values()} == ({effect} if effect else set())
    for text in result.findings["message"]:
        assert "1980" not in text


# ---- own money first ------------------------------------------------------------------------------------------------------------


def test_grant_before_own_money_waits(rulebook: Rulebook) -> None:  # B13
    result = run(rulebook, ("06-10", A, GRANT, 1_500_000), ("06-12", A, OWN, 2_000_000), ("06-20", A, GRANT, 5_000_000))
    assert of(result, "BSE-160") == {"E-1": ("hold", 1_500_000)}


def test_only_as_much_as_own_money_was_unspent(rulebook: Rulebook) -> None:  # B14
    lines: list[Line] = [
        ("06-10", A, OWN, 1_200_000),
        ("06-11", A, GRANT, 500_000),
        ("06-12", A, GRANT, 700_000),
        ("06-20", A, OWN, 800_000),
    ]
    assert of(run(rulebook, *lines), "BSE-160") == {"E-2": ("hold", 500_000), "E-3": ("hold", 300_000)}


def test_on_one_day_own_money_counts_first(rulebook: Rulebook) -> None:
    assert of(run(rulebook, ("06-10", A, GRANT, 1_500_000), ("06-10", A, OWN, 2_000_000)), "BSE-160") == {}


def test_approved_beforehand_is_fine(rulebook: Rulebook) -> None:
    approved = [{"변경구분": "자부담후사용", "승인일": "2026-06-01"}]
    result = run(rulebook, ("06-10", A, GRANT, 1_500_000), ("06-12", A, OWN, 2_000_000), 변경승인=approved)
    assert of(result, "BSE-160") == {}


# ---- what was agreed ------------------------------------------------------------------------------------------------------------


def test_more_grant_than_agreed_for_a_part_waits(rulebook: Rulebook) -> None:  # B18
    short = run(rulebook, ("06-05", A, OWN, 900_000), ("07-01", A, GRANT, 9_100_000))
    assert taken(short) == {"BSE-140 disallow": 100_000}
    enough = run(rulebook, ("06-05", A, OWN, 1_011_112), ("07-01", A, GRANT, 9_100_000))
    assert taken(enough) == {"BSE-180 hold": 100_000}


@pytest.mark.parametrize(("paid_out", "over"), [(17_000_000, 1_000_000), (18_000_000, 0), (None, 0)])
def test_the_grant_is_capped_by_what_was_paid_out(rulebook: Rulebook, paid_out: int | None, over: int) -> None:
    lines: list[Line] = [("06-05", part, OWN, own) for part, own in ((A, 1_000_000), (B, 400_000), (C, 600_000))]
    lines += [("07-01", part, GRANT, won) for part, won in ((A, 9_000_000), (B, 3_600_000), (C, 5_400_000))]
    result = run(rulebook, *lines, 협약=AGREEMENT | {"보조금교부액": paid_out})
    assert taken(result) == ({"BSE-170 disallow": over} if over else {})


def test_a_line_of_no_part_of_the_plan_waits_and_of_no_fund(rulebook: Rulebook) -> None:
    result = settled(rulebook, [line("E-1", ("06-05", "D 딴일", OWN, 1_000)), line("E-2", ("06-05", A, "", 1_000))])
    assert of(result, "BSE-030") == {"E-1": ("hold", 1_000)}
    assert of(result, "BSE-190") == {"E-2": ("hold", 1_000)}


def test_a_whole_settlement(rulebook: Rulebook) -> None:
    rows = [
        line("E-1", ("06-05", A, OWN, 1_000_000), 지출유형="금형·설계"),
        line("E-2", ("06-05", B, OWN, 400_000), 지출유형="제품디자인"),
        line("E-3", ("06-05", C, OWN, 600_000), 지출유형="입점수수료"),
        line("E-4", ("06-20", A, GRANT, 6_500_000), 지출유형="시제품제작"),
        line("E-5", ("07-10", A, GRANT, 2_500_000), 지출유형="시제품재료비"),
        line("E-6", ("07-15", B, GRANT, 3_960_000), 지출유형="홈페이지구축", 공급가액=3_600_000, 부가세=360_000),
        line("E-7", ("08-01", C, GRANT, 5_400_000), 지출유형="입점수수료"),
    ]
    result = settled(rulebook, rows, 협약=AGREEMENT | {"보조금이자": 1_234})
    assert taken(result) == {"BSE-050 disallow": 360_000, "BSE-130 disallow": 500_000}
    assert result.totals == {"claimed": 20_360_000, "recognised": 19_500_000, "held": 0, "disallowed": 860_000}
    (grant,) = (row for row in result.by_fund.itertuples() if row.재원 == GRANT)
    assert (grant.recognised, grant.refund) == (17_500_000, 501_234)  # 18,000,000 - 17,500,000 + 1,234


def test_money_of_its_own_is_not_ordered_back(rulebook: Rulebook) -> None:
    """자부담 of which something is left, or that is held, is nobody's to take back (공고 2.가: 반납액은 보조금)."""
    result = run(rulebook, ("06-05", A, OWN, 200_000), ("06-20", A, GRANT, 1_800_000), 협약=AGREEMENT)
    view = View(result)
    own = next(row for row in result.by_fund.itertuples() if row.재원 == OWN)
    grant = next(row for row in result.by_fund.itertuples() if row.재원 == GRANT)
    assert (own.budget, own.refund, own.refund_if_held_recognised) == (2_000_000, 0, 0)
    assert [row[0] for row in view.refunds] == [GRANT]
    assert view.refund == grant.refund == 18_000_000 - grant.recognised
    words = " ".join(text for block in disallowance.document(result).blocks for text in [getattr(block, "text", "")])
    assert "반납액 (보조금)" in words
    assert "반납액 (자부담)" not in words
    assert {one.code for one in result.not_checked if one.provisional} <= {
        "BSR-010",
        "BSR-020",
        "BSR-030",
        "BSR-040",
        "BSE-220",
    }


# ---- eligibility ----------------------------------------------------------------------------------------------------------------


def applied(rulebook: Rulebook, code: str, row: dict[str, Any], **tables: Any) -> str:
    """제외, 보완 or 적격 by one rule."""
    given = {"신청기업": [{"신청번호": "1", "기업명": "가람협동조합"} | row], **tables}
    result = judge(book_from_tables(given, rulebook.programme), rulebook, rules=[code])
    totals = result.others[0].totals
    return next(
        word for word, name in (("제외", "disallowed"), ("보완", "held"), ("적격", "recognised")) if totals[name]
    )


@pytest.mark.parametrize(
    ("moment", "state", "verdict"),
    [
        ("2026-04-29 18:00:00", "제출완료", "적격"),
        ("2026-04-29 18:00:01", "제출완료", "제외"),
        ("2026-04-29 17:00:00", "임시저장", "제외"),
        ("2026-04-29", "제출완료", "보완"),
        ("2026-04-28", "제출완료", "적격"),
        ("2026-04-30", "제출완료", "제외"),
        ("2026-04-15 23:59:59", "제출완료", "제외"),
        ("2026-04-16", "제출완료", "적격"),
        (None, "제출완료", "보완"),
        ("2026-04-20 10:00", None, "보완"),
    ],
)
def test_the_deadline(rulebook: Rulebook, moment: str | None, state: str | None, verdict: str) -> None:  # B15
    assert applied(rulebook, "BSQ-010", {"신청일시": moment, "제출상태": state}) == verdict


@pytest.mark.parametrize(
    ("joined", "left", "kind", "verdict"),
    [
        ("2026-03-31", None, None, "적격"),
        ("2026-04-01", None, None, "제외"),
        ("2026-01-02", "2026-03-31", None, "제외"),  # the last day of work was 30 March
        ("2026-01-02", "2026-04-01", None, "적격"),
        ("2026-01-02", None, "재정지원", "제외"),  # paid by a subsidy: not the enterprise's own
        ("2026-01-02", None, "계약직", "적격"),
    ],
)
def test_an_employee_on_the_day(
    rulebook: Rulebook, joined: str, left: str | None, kind: str | None, verdict: str
) -> None:  # B16
    staff = [{"신청번호": "1", "성명": "김하나", "취득일": joined, "상실일": left, "고용형태": kind}]
    pay = [{"신청번호": "1", "성명": "김하나", "귀속월": "2026-03", "지급액": 60_000}]
    assert applied(rulebook, "BSQ-070", {"신청일시": "2026-04-20 10:00"}, 근로자명부=staff, 급여대장=pay) == verdict


def test_an_employee_without_pay_waits(rulebook: Rulebook) -> None:
    staff = [{"신청번호": "1", "성명": "김하나", "취득일": "2026-01-02"}]
    assert applied(rulebook, "BSQ-070", {"신청일시": "2026-04-20 10:00"}, 근로자명부=staff) == "보완"


@pytest.mark.parametrize(("times", "verdict"), [(0, "적격"), (1, "적격"), (2, "제외"), (None, "보완")])
def test_two_supports_before_are_enough(rulebook: Rulebook, times: int | None, verdict: str) -> None:
    row = {"기지원횟수": times, "신청일시": "2026-04-20 10:00"}
    assert applied(rulebook, "BSQ-100", row) == verdict


@pytest.mark.parametrize(("answer", "verdict"), [("N", "적격"), ("Y", "제외"), (None, "보완")])
def test_what_is_looked_up(rulebook: Rulebook, answer: str | None, verdict: str) -> None:
    asked = ("지급제한중", "환수미완료", "동일사유지원", "임금체불", "자치단체제한")
    row = dict.fromkeys(asked, "N") | {"사회적물의": answer}
    assert applied(rulebook, "BSQ-110", row) == verdict


STATUS = {
    "신청일시": "2026-04-20 10:00",
    "지정시작일": "2024-01-01",
    "지정종료일": "2027-12-31",
    "기업유형": "마을기업",
}


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({"지정종료일": "2026-04-20"}, "적격"),  # the day itself
        ({"지정종료일": "2026-04-19"}, "제외"),
        ({"지정시작일": "2026-04-20"}, "적격"),
        ({"지정시작일": "2026-04-21"}, "제외"),
        ({"지정종료일": None}, "보완"),
        ({"지정종료일": None, "기업유형": "인증사회적기업"}, "적격"),  # the official looks it up: a note
        # a designation that ends during the days of application, 인증 asked for while it was still in force
        ({"지정종료일": "2026-04-19", "인증신청일": "2026-04-19", "기업유형": "지역형예비사회적기업"}, "적격"),
        ({"지정종료일": "2026-04-19", "인증신청일": "2026-04-20", "기업유형": "지역형예비사회적기업"}, "제외"),
        ({"지정종료일": "2026-04-15", "인증신청일": "2026-04-15", "기업유형": "지역형예비사회적기업"}, "제외"),
    ],
)
def test_a_status_in_force_on_the_day(rulebook: Rulebook, more: dict[str, Any], verdict: str) -> None:
    assert applied(rulebook, "BSQ-040", STATUS | more) == verdict


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({}, "적격"),
        ({"지급제한시작": "2026-04-20", "지급제한종료": "2026-05-01"}, "제외"),
        ({"지급제한시작": "2025-04-20", "지급제한종료": "2026-04-20"}, "제외"),
        ({"지급제한시작": "2025-04-20", "지급제한종료": "2026-04-19"}, "적격"),
        ({"수행배제시작": "2026-04-21", "수행배제종료": "2026-05-21"}, "적격"),
        ({"수행배제시작": "2026-04-20"}, "제외"),  # it has begun, and nobody says when it ends
        ({"수행배제시작": "2026-04-21"}, "적격"),
        ({"지급제한중": "Y"}, "보완"),
    ],
)
def test_a_ban_that_covers_the_day(rulebook: Rulebook, more: dict[str, Any], verdict: str) -> None:
    assert applied(rulebook, "BSQ-050", STATUS | more) == verdict


# ---- selection ------------------------------------------------------------------------------------------------------------------

CRITERIA = {
    "사업지원의 필요성": 10, "사업계획의 적정성": 30, "기업운영 및 제품의 혁신성": 10, "사회적 생태계 구축 노력": 5,
    "사회목적 재투자": 10, "주 사업활동의 사회적가치": 15,
}  # fmt: skip


def reviews(number: str, **given: float) -> list[dict[str, Any]]:
    """Points of one reviewer: the most of every criterion, but for those given."""
    points = {**CRITERIA, **{name.replace("_", " "): value for name, value in given.items()}}
    return [{"신청번호": number, "심사위원": "가", "항목": item, "점수": value} for item, value in points.items()]


def selected(rulebook: Rulebook, *numbers: str, **tables: Any) -> Judgement:
    rows = [{"신청번호": number, "기업명": f"기업{number}"} for number in numbers]
    return judge(book_from_tables({"신청기업": rows, **tables}, rulebook.programme), rulebook, rules=["BSS"])


@pytest.mark.parametrize(
    ("then", "points"),
    [
        (121_000_000, 20), (120_999_999, 16), (110_250_000, 16), (110_249_999, 12), (100_000_000, 12), (99_999_999, 8),
        (None, None),
    ],
)  # fmt: skip
def test_growth_over_two_years_compared_without_roots(
    rulebook: Rulebook, then: int | None, points: int | None
) -> None:  # B17
    sales = [{"신청번호": "1", "연도": "2023", "매출액": 100_000_000}]
    if then is not None:
        sales.append({"신청번호": "1", "연도": "2025", "매출액": then})
    result = selected(rulebook, "1", 심사=reviews("1"), 매출=sales)
    (found,) = result.scores[0].rows
    (growth,) = (one for one in found.points if one.criterion == "기업의 성장 가능성")
    assert growth.points == points  # a year that nobody says: the reviewers would have to say, and did not


def grown(number: str) -> list[dict[str, Any]]:
    return [{"신청번호": number, "연도": year, "매출액": won} for year, won in (("2023", 100), ("2025", 121))]


@pytest.mark.parametrize(("last", "verdict"), [(0, "in"), (-0.01, "out")])
def test_sixty_points_stay_and_less_goes(rulebook: Rulebook, last: float, verdict: str) -> None:
    # 20 of growth + 10 + 10 + 5 + 5 + 5 + 5
    given = {
        "사업계획의_적정성": 10,
        "기업운영_및_제품의_혁신성": 5,
        "사회목적_재투자": 5,
        "주_사업활동의_사회적가치": 5 + last,
    }
    result = selected(rulebook, "1", 심사=reviews("1", **given), 매출=grown("1"))
    assert result.scores[0].standing == (verdict,)
    assert result.others[0].totals["disallowed"] == (verdict == "out")


def test_the_mean_of_reviewers_is_compared_unrounded(rulebook: Rulebook) -> None:
    one = reviews("1", 사업계획의_적정성=10, 기업운영_및_제품의_혁신성=5, 사회목적_재투자=5, 주_사업활동의_사회적가치=5)
    # the second and third give 4.99 and 5 for the last: 59.99666… prints as 60.00 and is below 60
    two = [row | {"심사위원": "나", "점수": 4.99 if row["항목"].startswith("주 ") else row["점수"]} for row in one]
    three = [row | {"심사위원": "다"} for row in one]
    result = selected(rulebook, "1", 심사=[*one, *two, *three], 매출=grown("1"))
    assert result.scores[0].standing == ("out",)
    message = result.others[0].findings["message"].iat[0]
    assert "60.00점이 60점 미만" in message


def test_ranks_and_equal_totals(rulebook: Rulebook) -> None:
    papers = [*reviews("1", 사회목적_재투자=9), *reviews("2"), *reviews("3", 사회목적_재투자=9), *reviews("4")[:3]]
    result = selected(rulebook, "1", "2", "3", "4", 심사=papers, 매출=[row for n in "1234" for row in grown(n)])
    told = json.loads(json_.dumps(result))["scores"][0]
    assert [(one["신청번호"], one["total"], one["rank"], one["tied_with"], one["in"]) for one in told["ranking"]] == [
        ("1", 99, 2, ["3"], "in"),
        ("2", 100, 1, [], "in"),
        ("3", 99, 2, ["1"], "in"),
        ("4", None, None, [], "open"),
    ]
    notes = result.others[0].findings
    assert notes[notes["effect"] == "note"]["line"].tolist() == ["1", "3"]


@pytest.mark.parametrize(
    ("times", "points"), [((4,), 5), ((3, 2), 5), ((3,), 4), ((2,), 3), ((1,), 2), ((), 1), ((4, None), None)]
)
def test_working_together_is_counted(rulebook: Rulebook, times: tuple[int | None, ...], points: int | None) -> None:
    shared = {"신청번호": "1", "협력기관": "해운대구", "협력활동": "협의회", "증빙": "회의록"}
    rows = [shared | {"일자": "2025-12-31", "횟수": n} for n in times]
    rows += [shared | {"일자": "2026-01-01", "횟수": 9}, shared | {"일자": "2025-06-01", "횟수": 9, "증빙": ""}]
    own = [row for row in reviews("1") if row["항목"] != "사회적 생태계 구축 노력"]
    (found,) = selected(rulebook, "1", 심사=own, 매출=grown("1"), 협력활동=rows).scores[0].rows
    (one,) = (point for point in found.points if point.criterion == "사회적 생태계 구축 노력")
    assert one.points == points


@pytest.mark.parametrize(
    ("grade", "day", "bonus"),
    [
        ("탁월", "2024-04-29", 3), ("탁월", "2024-04-28", 0), ("우수", "2026-04-29", 2), ("우수", "2026-04-30", 0),
        ("양호", "2025-01-01", 0), ("탁월", None, 0), (None, "2025-01-01", 0),
    ],
)  # fmt: skip
def test_the_bonus_of_a_measured_value(rulebook: Rulebook, grade: str | None, day: str | None, bonus: int) -> None:
    row = {"신청번호": "1", "기업명": "기업1", "SVI등급": grade, "SVI측정일": day}
    tables = {"신청기업": [row], "심사": reviews("1"), "매출": grown("1")}
    result = judge(book_from_tables(tables, rulebook.programme), rulebook, rules=["BSS"])
    assert result.scores[0].rows[0].bonus == bonus
    notes = result.others[0].findings["message"].tolist()
    assert bool(notes) == (grade == "탁월" and day is None)


def test_points_above_the_most_are_left_out(rulebook: Rulebook) -> None:
    result = selected(rulebook, "1", 심사=reviews("1", 사회목적_재투자=11), 매출=grown("1"))
    assert result.scores[0].rows[0].total is None
    assert result.scores[0].standing == ("open",)


# ---- a plain export ---------------------------------------------------------------------------------------------------------------


def test_a_plain_export_with_its_invoices_does_not_drown_in_holds(rulebook: Rulebook) -> None:
    """보탬e: two amounts a row, no 세부사업, no 지출유형; the plan has one 세부사업, the agreement does not say which round."""
    rows, papers = [], []
    for n in range(1, 25):
        won = 55_000 * n
        own = won if n <= 3 else won // 10
        rows.append({
            "집행실행일자": f"2026-07-{n:02d}", "집행방식": "계좌이체", "집행목적(용도)": f"홍보물 {n}", "거래처명": f"업체{n}",
            "지방비 집행금액": won - own, "자부담 집행금액": own, "보조세목(통계목)": "민간경상보조", "집행번호": f"B-{n:03d}",
        })  # fmt: skip
        papers.append(
            {
                "집행번호": f"B-{n:03d}",
                "증빙종류": "세금계산서",
                "공급가액": 50_000 * n,
                "세액": 5_000 * n,
                "합계금액": won,
            }
        )
    plan = [{"세부사업": "홍보", "사용용도": "마케팅", "보조금": 18_000_000, "자부담": 2_000_000}]
    agreement = {"협약시작일": "2026-06-01", "협약종료일": "2026-11-30"}
    tables = {"보탬e": rows, "증빙목록": papers, "예산": plan, "협약": agreement}
    result = judge(book_from_tables(tables, rulebook.programme), rulebook)
    assert result.input_errors == []
    assert result.totals["claimed"] == 16_500_000
    # VAT of every row: 5,000 x (1 + ... + 24) = 1,500,000, from own money first; own 330,000 + 1,617,000 - 30,000 - 1,470,000 = 447,000
    # (the own part of a row from the fourth on, 5,500 n, bears its VAT of 5,000 n); a tenth of 15,000,000 is 1,500,000
    # by 4 July 300,000 + 2,000 of the 447,000 are spent: 145,000 of the grant of that day came too early
    assert taken(result) == {
        "BSE-050 disallow": 1_500_000,
        "BSE-140 disallow": 1_053_000,
        "BSE-140 hold": 1_500_000,
        "BSE-160 hold": 145_000,
    }
    asked = [one for one in result.questions if one.lines or one.kind == "sheet"]
    assert len([one for one in asked if not one.about.startswith("명세.")]) <= 5
    assert "협약.참여회차" in [one.about for one in asked]


# ---- the sample -----------------------------------------------------------------------------------------------------------------

PLANTED = {
    ("BSE-130", "E-05"): ("disallow", 500_000),  # 2,500,000 of material, a fifth of 10,000,000 is 2,000,000
    ("BSE-050", "E-06"): ("disallow", 280_000),  # its VAT
    ("BSE-060", "E-07"): ("disallow", 500_000),  # a notebook
    ("BSR-010", "E-09"): ("disallow", 900_000),  # a firm of the husband
    ("COM-010", "E-10"): ("hold", 400_000),  # no paper
}


def test_everything_planted_in_the_sample_is_found_and_nothing_else(tmp_path: Path) -> None:
    workbook = sample.write(tmp_path, BUSAN)
    result = common.judge_files((workbook,), BUSAN)
    assert result.input_errors == []
    found = {(row.code, row.line): (row.effect, int(row.applied)) for row in result.findings.itertuples()}
    assert found == PLANTED
    # grant: 6,500,000 + 2,000,000 + 2,800,000 + 3,000,000 recognised; 18,000,000 - 14,300,000 + 1,234
    (grant,) = (row for row in result.by_fund.itertuples() if row.재원 == GRANT)
    assert (grant.recognised, grant.refund, grant.refund_if_held_recognised) == (14_300_000, 3_701_234, 3_301_234)
    (applications,) = result.others
    assert applications.totals == {"claimed": 4, "recognised": 1, "held": 1, "disallowed": 2}


# ---- the plan -------------------------------------------------------------------------------------------------------------------

WRITTEN = {"산출내역": "견적", "견적서": "Y", "비교견적서": "Y", "부가세포함": "N", "계약금일": "2026-06-10"}


def planned(rulebook: Rulebook, rows: list[dict[str, Any]], **tables: Any) -> Judged:
    """The plan, judged before anything is spent."""
    given = {"협약": AGREEMENT, "예산": [WRITTEN | row for row in rows]} | tables
    result = judge(book_from_tables(given, rulebook.programme), rulebook)
    assert result.totals["claimed"] == 0
    assert not len(result.by_fund)
    return next(one for one in result.others if one.subject.name == "예산계획")


def test_a_plan_as_agreed_stands(rulebook: Rulebook) -> None:
    found = planned(rulebook, PLAN)
    assert found.totals == {"claimed": 20_000_000, "recognised": 20_000_000, "held": 0, "disallowed": 0}
    assert not len(found.findings)


def test_a_plan_that_is_to_be_cut(rulebook: Rulebook) -> None:
    # A: 시제품재료비 2,500,000 of the 12,500,000 is a fifth: fine. B 4,400,000: own 400,000 of 440,000, 40,000 short.
    # C: a desk, never eligible. A + B: own 1,650,000 + 40,000 of 16,900,000 = 1,690,000: just a tenth. Grant 15,250,000 - 40,000.
    rows = [
        {"세부사업": "A", "사용용도": "시제품제작", "보조금": 8_750_000, "자부담": 1_250_000},
        {"세부사업": "A", "사용용도": "시제품제작", "지출유형": "시제품재료비", "보조금": 2_500_000, "자부담": 0},
        {"세부사업": "B", "사용용도": "기타", "보조금": 4_000_000, "자부담": 400_000},
        {"세부사업": "C", "사용용도": "기타", "지출유형": "사무용품", "보조금": 900_000, "자부담": 100_000},
    ]
    found = planned(rulebook, rows)
    struck = {(row.code, row.line): int(row.applied) for row in found.findings.itertuples() if row.applied}
    assert struck == {("BSP-020", "B"): 40_000, ("BSP-090", "C"): 1_000_000}
    assert found.totals == {"claimed": 17_900_000, "recognised": 16_860_000, "held": 0, "disallowed": 1_040_000}


def test_an_amount_of_the_plan_that_cannot_be_read_waits(rulebook: Rulebook) -> None:
    found = planned(rulebook, [{"세부사업": "A", "보조금": 9_000_000, "자부담": "백만원쯤"}])
    assert found.totals == {"claimed": 9_000_000, "recognised": 0, "held": 9_000_000, "disallowed": 0}
    assert {row.effect for row in found.findings.itertuples()} == {"hold"}


def test_what_is_spent_takes_the_place_of_the_plan(rulebook: Rulebook) -> None:
    result = run(rulebook, ("06-05", A, OWN, 1_000_000))
    assert [one.subject.name for one in result.others] == []
    said = {one.code: one for one in result.not_checked if one.code.startswith("BSP")}
    assert len(said) == 13
    assert not any(one.provisional for one in said.values())
    assert {one.reason for one in said.values()} == {"집행내역 시트가 있어 예산계획은 따로 보지 않았습니다"}


def test_a_cell_of_the_plan_that_cannot_be_read_holds_no_plan_once_there_is_a_ledger(rulebook: Rulebook) -> None:
    plan = [PLAN[0] | {"잔금일": "2026-13-45"}]
    assert [e.consequence for e in run(rulebook, ("06-05", A, OWN, 1_000), 예산=plan).input_errors] == ["note"]
    found = planned(rulebook, plan)
    assert found.totals["held"] == 10_000_000


@pytest.mark.parametrize(("own", "effect"), [(0, "disallow"), (None, "hold")])
def test_what_exceeds_a_share_of_a_plan_with_a_blank_waits(rulebook: Rulebook, own: int | None, effect: str) -> None:
    # 9,000,000 known: 30 % 2,700,000, 20 % 1,800,000; own money that nobody wrote may make it more
    plan = [{"세부사업": A, "사용용도": "시제품제작", "보조금": 9_000_000, "자부담": own}]
    entry = run(rulebook, ("06-05", A, OWN, 2_700_001), more={"지출유형": "입점수수료"}, 예산=plan)
    assert of(entry, "BSE-120") == {"E-1": (effect, 1)}
    material = run(rulebook, ("06-05", A, OWN, 1_800_001), more={"지출유형": "시제품재료비"}, 예산=plan)
    assert of(material, "BSE-130") == {"E-1": (effect, 1)}


# ---- approved changes, blanks of the plan, what a line without a type is ------------------------------------------------------------


def change(**row: Any) -> list[dict[str, Any]]:
    moved = {
        "변경구분": "세부사업변경",
        "변경전": C,
        "변경후": A,
        "재원": GRANT,
        "금액": 100_000,
        "승인일": "2026-06-20",
    }
    return [moved | row]


@pytest.mark.parametrize(
    ("row", "part", "won", "held"),
    [
        ({}, A, 9_100_000, 0),  # 9,000,000 + 100,000
        ({}, A, 9_100_001, 1),
        ({}, C, 5_300_000, 0),  # 5,400,000 - 100,000
        ({}, C, 5_300_001, 1),
        ({"승인일": None}, A, 9_000_001, 1),  # asked for, not approved
        ({"승인일": None}, C, 5_400_000, 0),
        ({"재원": OWN}, A, 9_000_001, 1),  # own money moves, the grant stays
        ({"재원": OWN}, C, 5_400_000, 0),
        ({"재원": None}, A, 9_000_001, 1),  # which fund? neither more for the one nor all for the other
        ({"재원": None}, C, 5_300_001, 1),
        ({"금액": None}, C, 1, 1),
        ({"변경전": "없는 사업"}, A, 9_000_001, 1),
        ({"변경후": "D 새 사업"}, C, 5_300_001, 1),
        ({"변경후": "D 새 사업"}, "D 새 사업", 100_001, 1),
    ],
)
def test_an_approved_change_moves_what_was_agreed(
    rulebook: Rulebook, row: dict[str, Any], part: str, won: int, held: int
) -> None:
    lines: list[Line] = [("06-05", part, OWN, won), ("07-01", part, GRANT, won)]
    result = run(rulebook, *lines, 변경승인=change(**row))
    assert of(result, "BSE-180") == ({"E-2": ("hold", held)} if held else {})
    assert of(result, "BSE-030") == {}
    if row.get("재원", "") is None:
        assert "변경승인 2행의 재원" in " ".join(result.findings["message"])


def test_a_change_of_one_part_approves_no_other(rulebook: Rulebook) -> None:
    result = run(rulebook, ("06-05", "E 모르는 사업", OWN, 1_000), 변경승인=change(변경후="D 새 사업"))
    assert of(result, "BSE-030") == {"E-1": ("hold", 1_000)}
    by_line = change(집행번호="E-1", 변경전=None, 변경후=None, 변경구분="미계획항목승인")
    assert of(run(rulebook, ("06-05", "E 모르는 사업", OWN, 1_000), 변경승인=by_line), "BSE-030") == {}


def test_material_follows_a_change_of_the_plan(rulebook: Rulebook) -> None:
    # A: 10,000,000 - 1,000,000 moved away: a fifth of 9,000,000 is 1,800,000
    moved = change(변경전=A, 변경후=B, 금액=1_000_000)
    rows = [
        line("E-1", ("06-05", A, OWN, 1_000_000)),
        line("E-2", ("07-01", A, GRANT, 2_000_000), 지출유형="시제품재료비"),
    ]
    assert of(settled(rulebook, rows, 변경승인=moved), "BSE-130") == {"E-2": ("disallow", 200_000)}
    unsaid = change(변경전=A, 변경후=B, 금액=1_000_000, 재원=None)
    over = [rows[0], rows[1] | {"집행금액": 2_000_001, "공급가액": 2_000_001}]
    assert of(settled(rulebook, over, 변경승인=unsaid), "BSE-130") == {"E-2": ("hold", 1)}


@pytest.mark.parametrize(("own", "held"), [(None, 1_500_000), (0, 1_500_000), (-1, None)])
def test_agreed_own_money_that_nobody_wrote_may_come_first(
    rulebook: Rulebook, own: int | None, held: int | None
) -> None:
    """A: blank, B 400,000, C 600,000: of 2,000,000 spent on 12 June 1,000,000 are agreed for sure, all may be."""
    plan = [PLAN[0] | {"자부담": own}, *PLAN[1:]]
    if held is None:
        plan = [one | {"자부담": None} for one in PLAN]
        held = 1_500_000
    elif own == 0:
        held = 1_000_000
    lines: list[Line] = [("06-10", A, GRANT, 1_500_000), ("06-12", A, OWN, 2_000_000)]
    result = run(rulebook, *lines, 예산=plan)
    assert of(result, "BSE-160") == {"E-1": ("hold", held)}
    (message,) = result.findings[result.findings["code"] == "BSE-160"]["message"]
    assert ("예산 2행의 자부담" in message) == (own is None or own < 0)


def test_a_line_without_a_part_counts_for_the_only_one(rulebook: Rulebook) -> None:
    # 10,000,000 x 20 % = 2,000,000 of material; grant 9,000,000
    rows = [
        line("E-1", ("06-05", "", OWN, 1_100_000)),
        line("E-2", ("07-01", "", GRANT, 2_000_001), 지출유형="시제품재료비"),
        line("E-3", ("07-02", "", GRANT, 7_000_001)),
    ]
    result = settled(rulebook, rows, 예산=PLAN[:1])
    assert of(result, "BSE-130") == {"E-2": ("disallow", 1)}
    assert of(result, "BSE-180") == {"E-3": ("hold", 1)}
    assert of(result, "BSE-030") == {"": ("note", 0)}


def test_a_line_without_a_type_has_that_of_the_only_row_of_its_part(rulebook: Rulebook) -> None:
    plan = [PLAN[0], PLAN[1], PLAN[2] | {"지출유형": "입점수수료"}]
    row = line("E-1", ("06-05", C, OWN, 6_000_001), 지출유형=None, 적요="백화점 입점 수수료")
    result = settled(rulebook, [row], 예산=plan)
    assert of(result, "BSE-120") == {"E-1": ("disallow", 1)}
    assert of(result, "BSE-070") == {"": ("note", 0)}  # its own words are silent; what was read is said
    two = [*plan, plan[2] | {"지출유형": "광고비", "보조금": 0, "자부담": 0}]
    again = settled(rulebook, [row], 예산=two)
    assert (of(again, "BSE-120"), of(again, "BSE-070")) == ({}, {"E-1": ("hold", 6_000_001)})
    never = settled(rulebook, [row], 예산=[*PLAN[:2], PLAN[2] | {"지출유형": "보험료"}])
    assert of(never, "BSE-060") == {"E-1": ("disallow", 6_000_001)}


@pytest.mark.parametrize(
    ("text", "kind", "effect", "asks"),
    [
        ("4월 급여", None, "hold", "BSE-060"), ("노트북 구입", None, "hold", "BSE-060"), ("사무실 월세", None, "hold", "BSE-060"),
        ("세무 기장", None, "hold", "BSE-060"), ("기장군 축제 현수막", None, None, ""), ("부자재", None, "hold", "BSE-060"),
        ("시제품 재료", None, "hold", "BSE-130"), ("대형마트 기획전", None, "hold", "BSE-120"), ("복합기 렌탈", None, "hold", "BSE-090"),
        ("거래처 리스트 디자인", None, None, ""), ("이자카야 메뉴판 디자인", None, None, ""), ("변호사 자문", None, "hold", "BSE-060"),
        ("화재보험", None, "hold", "BSE-060"), ("전기부품 시험", None, None, ""), ("노트북", "광고비", "note", ""),
        ("노트북 구입", "모르는 유형", "hold", "BSE-060"),
        ("백화점 입점", "입점수수료", None, ""), ("백화점 입점", "광고비", "note", ""), ("복합기 렌탈", "재화렌탈", None, ""),
        ("부자재", "시제품재료비", None, ""), ("노트북 구입", "장비구입", None, ""),
    ],
)  # fmt: skip
def test_words_beside_a_blank_type_and_beside_another(
    rulebook: Rulebook, text: str, kind: str | None, effect: str | None, asks: str
) -> None:
    result = run(rulebook, ("06-05", A, OWN, 1_000), more={"적요": text, "지출유형": kind, **LEASE_DAYS})
    found = result.findings[result.findings["code"] == "BSE-070"]
    assert found["effect"].tolist() == ([effect] if effect else [])
    assert asks in " ".join(found["remedy"])


LEASE_DAYS = {"이용시작": "2026-06-01", "이용종료": "2026-06-30", "소유권이전": "N"}


@pytest.mark.parametrize(
    ("payee", "vendor", "staff", "effect"),
    [
        ("김하나", "행사팀", [("김하나", "2026-03-02", None)], "disallow"),
        ("", "김하나", [("김하나", "2026-03-02", None)], "disallow"),
        ("박두리", "김하나", [("김하나", "2026-03-02", None)], "hold"),  # the account is another person's
        ("김하나", "", [("김하나", "2026-03-02", "2026-06-05")], "hold"),  # had left the day before
        ("김하나", "", [("김하나", "2026-03-02", "2026-06-06")], "disallow"),
        ("김하나", "", [("김하나", "2026-06-06", None)], "hold"),  # came a day later
        ("김하나", "", None, "hold"),
        ("", "", [("김하나", "2026-03-02", None)], "hold"),
        ("이대표", "", None, "disallow"),  # the representative
    ],
)
def test_pay_to_people_of_the_enterprise_is_never_eligible(
    rulebook: Rulebook, payee: str, vendor: str, staff: list[tuple[str, str, str | None]] | None, effect: str
) -> None:
    row = line("E-1", ("06-05", A, OWN, 1_000), 지출유형="인건비", 예금주=payee, 거래처=vendor)
    tables: dict[str, Any] = {"신청기업": [{"신청번호": "1", "기업명": "가람", "대표자": "이대표"}]}
    if staff is not None:
        tables["근로자명부"] = [{"성명": name, "취득일": begin, "상실일": end} for name, begin, end in staff]
    assert of(settled(rulebook, [row], **tables), "BSE-060") == {"E-1": (effect, 1_000)}


# ---- earlier support, the round, and the order of places ------------------------------------------------------------------------


def supported(*years: str) -> list[dict[str, Any]]:
    row = {"신청번호": "1", "사업명": "사회적경제기업 사업개발비", "지원기관": "부산광역시", "기관구분": "지방자치단체"}
    return [row | {"지원연도": year, "사용용도": "기타"} for year in years]


@pytest.mark.parametrize(
    ("times", "years", "expect"),
    [
        (None, ("2023", "2024"), {"BSQ-100": "disallow"}),
        (None, ("2024", "2024"), {"BSQ-100": "hold"}),  # two rows of one year are one support
        (None, ("2024", "2026"), {"BSQ-100": "hold"}),  # this year's is no earlier one
        (1, ("2024",), {}),
        (0, ("2024",), {"DAT-140": "hold"}),
        (1, ("2023", "2024"), {"BSQ-100": "hold", "DAT-140": "hold"}),
        (2, ("2024",), {"BSQ-100": "disallow", "DAT-140": "hold"}),
        (0, (), {}),
    ],
)
def test_earlier_years_of_this_programme(
    rulebook: Rulebook, times: int | None, years: tuple[str, ...], expect: dict[str, str]
) -> None:
    tables: dict[str, Any] = {"신청기업": [{"신청번호": "1", "기업명": "가람", "기지원횟수": times}]}
    if years:
        tables["지원이력"] = supported(*years)
    result = judge(book_from_tables(tables, rulebook.programme), rulebook, rules=["BSQ-100", "DAT-140"])
    found = result.others[0].findings
    assert dict(zip(found["code"], found["effect"], strict=True)) == expect


@pytest.mark.parametrize(
    ("told", "times", "taken_now"),
    [
        (None, 0, {"BSE-140 disallow": 90_000}),
        (None, 1, {"BSE-140 disallow": 1_080_000}),  # a fifth of 9,900,000 is 1,980,000
        ("1회차", 1, {"BSE-140 disallow": 90_000}),  # the agreement says it
        (None, None, {"BSE-140 disallow": 90_000, "BSE-140 hold": 990_000}),
    ],
)
def test_the_round_is_known_by_earlier_supports(
    rulebook: Rulebook, told: str | None, times: int | None, taken_now: dict[str, int]
) -> None:
    tables = {
        "협약": AGREEMENT | {"참여회차": told},
        "신청기업": [{"신청번호": "1", "기업명": "가람", "기지원횟수": times}],
    }
    result = run(rulebook, ("06-05", A, OWN, 900_000), ("07-01", A, GRANT, 9_000_000), **tables)
    assert taken(result) == taken_now


def test_places_have_the_certified_before_those_on_trial(rulebook: Rulebook) -> None:
    """100 on trial, 99 a village enterprise, 98 certified, 98 on trial: the certified one is first, the village enterprise waits."""
    kinds = {"1": "지역형예비사회적기업", "2": "마을기업", "3": "인증사회적기업", "4": "부처형예비사회적기업"}
    rows = [{"신청번호": n, "기업명": f"기업{n}", "기업유형": kind} for n, kind in kinds.items()]
    papers = [
        *reviews("1"), *reviews("2", 사회목적_재투자=9), *reviews("3", 사회목적_재투자=8), *reviews("4", 사회목적_재투자=8),
    ]  # fmt: skip
    tables = {"신청기업": rows, "심사": papers, "매출": [row for n in "1234" for row in grown(n)]}
    result = judge(book_from_tables(tables, rulebook.programme), rulebook, rules=["BSS"])
    (found,) = result.scores
    assert [(one.number, one.rank, one.after, standing) for one, standing in found.in_order()] == [
        ("3", 1, (), "in"),
        ("1", 2, ("3",), "in"),
        ("2", 3, ("3",), "held"),
        ("4", 4, ("3",), "in"),
    ]
    told = json.loads(json_.dumps(result))["scores"][0]["ranking"]
    assert [(one["신청번호"], one["rank"]) for one in told] == [("1", 2), ("2", 3), ("3", 1), ("4", 4)]
    said = result.others[0].findings
    assert dict(zip(said["line"], said["code"] + " " + said["effect"], strict=True)) == {
        "1": "BSS-020 note", "2": "BSS-020 hold", "4": "BSS-020 note",
    }  # fmt: skip


def test_a_list_of_the_system_beside_the_ledger_is_no_second_ledger(rulebook: Rulebook) -> None:
    listed = [
        {"집행번호": "B-1", "집행실행일자": "2026-06-05", "집행방식": "계좌이체", "집행목적(용도)": "일", "거래처명": "업체 E-1",
         "지방비 집행금액": 900, "자부담 집행금액": 100},
    ]  # fmt: skip
    result = run(rulebook, ("06-05", A, GRANT, 900), ("06-05", A, OWN, 100), ("06-06", A, GRANT, 90), 보탬e=listed)
    assert result.totals["claimed"] == 1_090
    assert of(result, "BSE-200") == {"E-3": ("hold", 81)}  # 9 of it went: a tenth of 1,090 is 109
    alone = judge(book_from_tables({"보탬e": listed, "예산": PLAN, "협약": AGREEMENT}, rulebook.programme), rulebook)
    assert alone.totals["claimed"] == 1_000
    assert "BSE-200" in {one.code for one in alone.not_checked}
