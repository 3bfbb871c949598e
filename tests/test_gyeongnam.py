"""Gyeongnam 자동차부품업: the worked cases of the three supports, a whole claim, worked out by hand from the notice (공고 2025-03-14)."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from settle.cli import cli
from settle.commands import check, common
from settle.documents import sample, score_sheets
from settle.documents.view import View
from settle.model import Judgement
from settle.pipeline import book_from_tables, judge
from settle.programme import rules as rulebooks
from settle.programme.rules import Rulebook

GYEONGNAM = "gyeongnam-auto-parts"
NEW, LONG, PLACE = "일채움지원금", "장기근속자인센티브", "근무환경개선지원금"
BUS, FACILITY = "통근버스임차료", "공동이용시설개선"
Row = dict[str, Any]
COMPANY: Row = {
    "신청번호": "1", "기업명": "가람정공", "대표자": "윤가람", "사업자등록번호": "601-81-10372", "소재지": "경상남도 김해시 주촌면",
    "업종코드": "C30", "우선지원대상기업": "Y", "피보험자수": 20, "신청일시": "2025-06-02 10:00", "간접고용사업장": "N",
    "체불명단공개": "N", "산재명단공표": "N", "고용보험체납": "N", "지급제한중": "N", "중복지원": "N", "부정수급": "N",
    "부적정판단": "N", "사업장소유": "Y", "근무환경선정": "Y",
}  # fmt: skip
WORKER: Row = {
    "성명": "김하나", "생년월일": "1995-05-05", "고용형태": "정규직", "취득일": "2025-04-01", "주소정근로시간": 40,
    "월임금": 2_500_000, "근무지": "경남", "타사업장가입": "N", "프리랜서재직중": "N", "사업자등록": "N", "사업주관계": "없음",
    "국적": "대한민국", "중복지원": "N", "부정수급": "N", "부적정판단": "N", "예금주": "김하나", "명단제출일": "2025-04-05",
    "선정": "Y",
}  # fmt: skip
OF_COMPANY = (
    "협약서", "참여신청서", "동의서(사업주)", "사업주확인서", "추천명단", "개선계획서", "지급신청서", "채용자명단", "추진결과보고서",
    "시공전후사진",
)  # fmt: skip
OF_WORKER = ("동의서(근로자)", "근로자확인서", "수령확인서")


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return rulebooks.load(GYEONGNAM)


def named(name: str, **more: Any) -> Row:
    """A worker with an account of his own."""
    return WORKER | {"성명": name, "예금주": name} | more


def claim(number: str, part: str, name: str = "김하나", **more: Any) -> Row:
    """A claim for a worker."""
    row = {"집행번호": number, "비목": part, "근로자": name, "집행금액": 1_000_000, "집행일": "2025-09-01"}
    return row | ({"사업주부담금": 500_000} if part == LONG else {}) | more


def cost(number: str, kind: str, won: int, **more: Any) -> Row:
    """A cost without VAT."""
    row = {
        "집행번호": number, "비목": PLACE, "세목": kind, "거래처": f"업체 {number}", "적요": f"일 {number}", "집행금액": won,
        "공급가액": won, "부가세": 0, "집행일": "2025-09-10",
    }  # fmt: skip
    of_kind: Row = (
        {"계약자": "가람정공", "용도": "통근", "대상월": "2025-09"}
        if kind == BUS
        else {"시설구분": "휴게실", "완료일": "2025-09-20"}
    )
    return row | of_kind | more


def papers(rows: list[Row]) -> list[Row]:
    """An invoice and a transfer for every cost."""
    found = []
    for row in rows:
        if row["비목"] != PLACE:
            continue
        supply, vat, number = row["공급가액"], row["부가세"], row["집행번호"]
        found.append(
            {"집행번호": number, "증빙종류": "세금계산서", "공급가액": supply, "세액": vat, "합계금액": supply + vat}
        )
        found.append({"집행번호": number, "증빙종류": "이체확인증", "합계금액": supply + vat})
    return found


def handed_in(people: list[Row]) -> list[Row]:
    """All papers of the company and of every worker."""
    ours = [{"신청번호": "1", "서류명": name} for name in OF_COMPANY]
    return ours + [{"신청번호": "1", "서류명": name, "근로자": one["성명"]} for one in people for name in OF_WORKER]


def paid(people: list[Row]) -> list[Row]:
    """What every worker was paid in the months from April to August."""
    return [
        {"신청번호": "1", "성명": one["성명"], "귀속월": f"2025-{month:02d}", "지급액": 2_500_000}
        for one in people
        for month in range(4, 9)
    ]


def insured(people: list[Row]) -> list[Row]:
    return [{"신청번호": "1", **{key: one[key] for key in ("성명", "생년월일", "취득일")}} for one in people]


def settled(rulebook: Rulebook, rows: list[Row], people: list[Row] | None = None, **tables: Any) -> Judgement:
    """Judge the claims of a company of which all is fine but what is given."""
    people = [WORKER] if people is None else people
    given = {
        "협약": {"지급신청일": "2025-10-20"}, "신청기업": [COMPANY], "집행내역": rows, "증빙목록": papers(rows),
        "제출서류": handed_in(people), "근로자명단": people, "근로자명부": insured(people), "급여대장": paid(people),
    }  # fmt: skip
    return judge(book_from_tables(given | tables, rulebook.programme), rulebook)


def taken(result: Judgement) -> dict[str, int]:
    """Won disallowed and held by rule."""
    found = result.findings[result.findings["applied"] > 0]
    sums = found.groupby(["code", "effect"])["applied"].sum()
    return {f"{code} {effect}": int(won) for (code, effect), won in sums.items()}


def payable(result: Judgement, part: str) -> tuple[int, int]:
    """(지급액, 보완 인정 시 지급액) of one support."""
    (one,) = (one for one in result.payments if one.name == part)
    return one.payable, one.payable_if_held_recognised


# ---- 근무환경개선지원금 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("won", "pays"),
    [(11_111_111, 9_999_999), (11_111_112, 10_000_000), (20_000_000, 10_000_000), (1_000_001, 900_000)],
)
def test_nine_tenths_up_to_ten_million(rulebook: Rulebook, won: int, pays: int) -> None:  # G01
    result = settled(rulebook, [cost("E-1", FACILITY, won)])
    assert taken(result) == {}
    assert payable(result, PLACE) == (pays, pays)


def test_the_bus_counts_from_january_to_september(rulebook: Rulebook) -> None:  # G02
    rows = [cost(f"E-{month}", BUS, 1_000_000, 대상월=f"2025-{month:02d}") for month in range(1, 11)]
    result = settled(rulebook, rows)
    assert taken(result) == {"GAE-060 disallow": 1_000_000}
    assert payable(result, PLACE) == (8_100_000, 8_100_000)


def test_days_outside_are_taken_by_their_part(rulebook: Rulebook) -> None:  # G03
    result = settled(rulebook, [cost("E-1", BUS, 900_000, 이용시작="2025-09-16", 이용종료="2025-10-15")])
    assert taken(result) == {"GAE-060 disallow": 450_000}  # 15 of 30 days
    assert payable(result, PLACE) == (405_000, 405_000)


@pytest.mark.parametrize(
    ("deducted", "took", "pays"),
    [
        ("", {"GAE-100 hold": 500_000}, (4_500_000, 4_950_000)),
        ("Y", {"GAE-100 disallow": 500_000}, (4_500_000, 4_500_000)),
        ("N", {}, (4_950_000, 4_950_000)),
    ],
)
def test_vat_that_is_deducted_is_no_investment(
    rulebook: Rulebook, deducted: str, took: dict[str, int], pays: tuple[int, int]
) -> None:  # G04
    row = cost("E-1", FACILITY, 5_500_000, 공급가액=5_000_000, 부가세=500_000, 매입세액공제=deducted)
    result = settled(rulebook, [row])
    assert taken(result) == took
    assert payable(result, PLACE) == pays


@pytest.mark.parametrize(
    ("hired", "took", "pays"),
    [("2025-03-14", {}, 7_200_000), ("2025-03-13", {"GAE-020 disallow": 8_000_000}, 0)],
)
def test_the_only_hire_is_of_the_day_of_the_notice_or_later(
    rulebook: Rulebook, hired: str, took: dict[str, int], pays: int
) -> None:  # G05
    people = [named("김하나", 취득일=hired, 명단제출일=hired)]
    result = settled(rulebook, [cost("E-1", FACILITY, 8_000_000)], people)
    assert taken(result) == took
    assert payable(result, PLACE)[0] == pays


@pytest.mark.parametrize(
    ("handed", "took", "pays"),
    [("2025-06-12", {}, (7_200_000, 7_200_000)), ("2025-06-13", {"GAE-040 hold": 8_000_000}, (0, 7_200_000))],
)
def test_the_list_of_the_hired_within_ten_days(
    rulebook: Rulebook, handed: str, took: dict[str, int], pays: tuple[int, int]
) -> None:  # G06
    people = [named("김하나", 취득일="2025-06-02", 명단제출일=handed)]
    result = settled(rulebook, [cost("E-1", FACILITY, 8_000_000)], people, 급여대장=[])
    assert taken(result) == took
    assert payable(result, PLACE) == pays


@pytest.mark.parametrize("replaced", [True, False])
def test_who_leaves_before_payment_is_replaced(rulebook: Rulebook, replaced: bool) -> None:  # G07
    people = [named("김하나", 취득일="2025-06-02", 명단제출일="2025-06-05", 상실일="2025-10-01")]
    people += [named("이두리", 취득일="2025-10-13", 명단제출일="2025-10-15")] if replaced else []
    result = settled(rulebook, [cost("E-1", FACILITY, 8_000_000)], people, 급여대장=[])
    assert taken(result) == ({} if replaced else {"GAE-030 disallow": 8_000_000})


# ---- 일채움지원금 ---------------------------------------------------------------------------------------------------------------

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("hired", "claimed", "took"),
    [
        ("2024-05-02", "2025-06-13", {"GAF-030 disallow": MILLION}),  # G08: from the day of the notice
        ("2024-05-02", "2025-06-14", {}),
        ("2025-04-01", "2025-06-30", {"GAF-030 disallow": MILLION}),  # G09
        ("2025-04-01", "2025-07-01", {}),
        ("2024-04-24", "2025-09-01", {"GAF-020 disallow": MILLION}),  # G10
        ("2024-04-25", "2025-09-01", {}),
    ],
)
def test_three_months_from_the_later_of_notice_and_hiring(
    rulebook: Rulebook, hired: str, claimed: str, took: dict[str, int]
) -> None:
    result = settled(rulebook, [claim("E-1", NEW, 집행일=claimed)], [named("김하나", 취득일=hired)])
    assert taken(result) == took
    assert payable(result, NEW)[0] == MILLION - sum(took.values())


@pytest.mark.parametrize(("converted", "took"), [("2025-04-10", {}), ("2025-04-11", {"GAW-050 disallow": MILLION})])
def test_a_fixed_term_is_converted_within_three_months(
    rulebook: Rulebook, converted: str, took: dict[str, int]
) -> None:  # G11
    people = [named("김하나", 고용형태="계약직", 취득일="2025-01-10", 정규직전환일=converted)]
    assert taken(settled(rulebook, [claim("E-1", NEW, 집행일="2025-07-10")], people)) == took


@pytest.mark.parametrize(
    ("pay", "month", "took"),
    [
        (2_096_270, 2_500_000, {}),
        (2_096_269, 2_500_000, {"GAW-140 disallow": MILLION}),
        (2_500_000, 2_000_000, {"GAW-140 hold": MILLION}),
    ],
)
def test_the_minimum_wage(rulebook: Rulebook, pay: int, month: int, took: dict[str, int]) -> None:  # G12
    months = [{"신청번호": "1", "성명": "김하나", "귀속월": "2025-05", "지급액": month}]
    result = settled(rulebook, [claim("E-1", NEW)], [named("김하나", 월임금=pay)], 급여대장=months)
    assert taken(result) == took


@pytest.mark.parametrize(
    ("heads", "rows", "verdict"),
    [
        (5, 1, "recognised"),
        (4, 1, "disallowed"),
        (500, 1, "recognised"),
        (501, 1, "disallowed"),
        (None, 12, "recognised"),
        (500, 501, "held"),  # the insurance list says one more
    ],
)
def test_the_heads_of_a_workplace(rulebook: Rulebook, heads: int | None, rows: int, verdict: str) -> None:  # G13
    people = [named(f"사람{n}") for n in range(rows)]
    tables = {
        "신청기업": [COMPANY | {"피보험자수": heads}],
        "근로자명부": insured(people),
        "제출서류": handed_in(people),
    }
    result = judge(book_from_tables(tables, rulebook.programme), rulebook)
    (applications,) = result.others
    assert applications.totals == {"claimed": 1, "recognised": 0, "held": 0, "disallowed": 0} | {verdict: 1}


def test_a_number_of_heads_that_cannot_be_read_is_not_counted_from_a_list_of_one(rulebook: Rulebook) -> None:
    result = settled(rulebook, [claim("1", NEW)], 신청기업=[COMPANY | {"피보험자수": "스무명"}])
    assert taken(result) == {"GAF-010 hold": 1_000_000}
    assert result.others[0].totals == {"claimed": 1, "recognised": 0, "held": 1, "disallowed": 0}


@pytest.mark.parametrize(("again", "took"), [("2025-06-10", {"GAW-030 disallow": MILLION}), ("2025-06-11", {})])
def test_who_comes_back_within_six_months(rulebook: Rulebook, again: str, took: dict[str, int]) -> None:  # G17
    people = [named("김하나", 취득일=again, 직전퇴사일="2024-12-10")]
    result = settled(rulebook, [claim("E-1", NEW, 집행일="2025-09-11")], people, 급여대장=[])
    assert taken(result) == took


# ---- 장기근속자인센티브 ---------------------------------------------------------------------------------------------------------


def veterans(*ranks: int, hired: str = "2020-01-01") -> list[Row]:
    return [named(f"근속{rank}", 취득일=hired, 추천순위=rank) for rank in ranks]


@pytest.mark.parametrize(
    ("heads", "took", "pays"), [(9, {"GAL-030 disallow": MILLION}, 2_000_000), (10, {}, 3_000_000)]
)
def test_thirty_per_cent_of_the_heads(rulebook: Rulebook, heads: int, took: dict[str, int], pays: int) -> None:  # G14
    people = veterans(1, 2, 3)
    rows = [claim(f"E-{n}", LONG, one["성명"]) for n, one in enumerate(people, 1)]
    result = settled(rulebook, rows, people, 신청기업=[COMPANY | {"피보험자수": heads}])
    assert taken(result) == took
    assert payable(result, LONG)[0] == pays
    struck = result.findings[result.findings["applied"] > 0]["line"].tolist()
    assert struck == (["E-3"] if took else [])


@pytest.mark.parametrize(("hired", "took"), [("2022-06-30", {}), ("2022-07-01", {"GAL-020 disallow": MILLION})])
def test_three_years_on_the_day_of_application(rulebook: Rulebook, hired: str, took: dict[str, int]) -> None:  # G15
    company = COMPANY | {"장기근속신청일시": "2025-06-30 10:00"}
    people = veterans(1, hired=hired)
    assert taken(settled(rulebook, [claim("E-1", LONG, "근속1")], people, 신청기업=[company])) == took


@pytest.mark.parametrize(
    ("own", "took", "pays"),
    [
        (500_000, {"GAL-050 disallow": 500_000}, (1_000_000, 1_000_000)),
        (499_999, {"GAL-040 hold": 1_000_000, "GAL-050 disallow": 500_000}, (0, 1_000_000)),
    ],
)
def test_the_employer_pays_a_third(
    rulebook: Rulebook, own: int, took: dict[str, int], pays: tuple[int, int]
) -> None:  # G16
    row = claim("E-1", LONG, "근속1", 집행금액=1_500_000, 사업주부담금=own)
    result = settled(rulebook, [row], veterans(1))
    assert taken(result) == took
    assert payable(result, LONG) == pays


# ---- a whole claim --------------------------------------------------------------------------------------------------------------


def test_a_whole_claim(rulebook: Rulebook) -> None:
    new = [named("김하나"), named("이두리", 취득일="2025-06-14", 명단제출일="2025-06-20")]
    old = [named(f"근속{n}", 취득일="2023-06-02" if n == 2 else "2020-01-01", 추천순위=n) for n in range(1, 8)]
    rows = [
        claim("F-1", NEW),
        claim("F-2", NEW, "이두리"),
    ]  # from 14 June to 1 September: 13 days short of 14 September
    rows += [claim(f"L-{n}", LONG, one["성명"]) for n, one in enumerate(old, 1)]
    rows += [cost("E-0", FACILITY, 8_000_000)]
    rows += [cost(f"E-{month}", BUS, 300_000, 대상월=f"2025-{month:02d}") for month in range(1, 10)]
    people = [*new, *old]
    given = [
        row for row in handed_in(people) if not (row["서류명"] == "수령확인서" and row.get("근로자") in ("근속7",))
    ]
    result = settled(rulebook, rows, people, 제출서류=given, 급여대장=paid([new[0], *old]))
    assert taken(result) == {
        "GAC-110 hold": MILLION,  # the receipt of the seventh
        "GAF-030 disallow": MILLION,
        "GAL-020 disallow": MILLION,
    }
    assert payable(result, NEW) == (1_000_000, 1_000_000)
    assert payable(result, LONG) == (5_000_000, 6_000_000)
    assert payable(result, PLACE) == (9_630_000, 9_630_000)
    assert sum(one.payable for one in result.payments) == 15_630_000
    assert sum(one.payable_if_held_recognised for one in result.payments) == 16_630_000
    assert result.totals == {
        "claimed": 19_700_000,
        "recognised": 16_700_000,
        "held": 1_000_000,
        "disallowed": 2_000_000,
    }
    kept = result.lines[(result.lines["비목"] == LONG) & (result.lines["disallowed"] == 0)]
    assert int(kept["사업주부담금"].sum()) == 3_000_000


# ---- selection ------------------------------------------------------------------------------------------------------------------

ASKED = COMPANY | {"협력사차수": "2차", "원청": "현대차", "24년참여": "N", "투자계획금액": 11_111_112}


def ranked(rulebook: Rulebook, *companies: Row, size: tuple[int, ...] = (), hires: int = 99) -> list[tuple[Any, ...]]:
    """(points of every criterion, total, rank) of each company, in its order. size: points of 기업규모; hires: how many have a hire."""
    rows = [ASKED | {"신청번호": str(n), "기업명": f"기업{n}"} | one for n, one in enumerate(companies, 1)]
    tables = {
        "신청기업": rows,
        "심사": [
            {"신청번호": str(n), "심사위원": "가", "항목": "기업규모", "점수": points}
            for n, points in enumerate(size, 1)
        ],
        "근로자명단": [named(f"사람{n}", 신청번호=str(n)) for n in range(1, min(hires, len(rows)) + 1)],
    }
    result = judge(book_from_tables(tables, rulebook.programme), rulebook)
    (found,) = result.scores
    return [
        (*(None if p.points is None else int(p.points) for p in one.points), one.total, one.rank) for one in found.rows
    ]


@pytest.mark.parametrize(("planned", "points"), [(11_111_112, 10), (11_111_111, 8), (8_888_889, 8), (8_888_888, 5)])
def test_nine_tenths_of_the_planned_investment_is_banded(rulebook: Rulebook, planned: int, points: int) -> None:
    # 9 tenths of 11,111,111 is 9,999,999.9 and of 8,888,888 7,999,999.2: floored they reach neither band
    ((*_, last, _, _),) = ranked(rulebook, {"투자계획금액": planned}, size=(10,))
    assert last == points


def test_points_and_ties_of_the_workplace_table(rulebook: Rulebook) -> None:
    found = ranked(rulebook, {}, {"소재지": "경상남도 거창군"}, {}, {}, size=(7, 12, 12, 0), hires=3)
    assert found[0] == (20, 15, 20, 7, 20, 10, 92, 2)  # the same total as the second, and of a city of the consortium
    assert found[1] == (20, 15, 15, 12, 20, 10, 92, 3)
    assert found[2] == (20, 15, 20, 12, 20, 10, 97, 1)
    assert found[3] == (20, 15, 20, 0, 15, 10, 80, 4)  # nobody hired until 30 June


def test_what_the_notice_does_not_band_is_the_reviewers(rulebook: Rulebook) -> None:
    found = ranked(rulebook, {"협력사차수": "1차"}, {"24년참여": "Y"}, {}, size=(10, 10, 10))
    assert [(one[0], one[1], one[-2], one[-1]) for one in found] == [
        (None, 15, None, None),
        (20, None, None, None),
        (20, 15, 95, 1),
    ]


# ---- a plain list -----------------------------------------------------------------------------------------------------------------


def test_a_plain_list_of_workers_asks_little(rulebook: Rulebook) -> None:
    """Two lists as a company keeps them: names, days and pay; no form, no insurance list. What waits is asked in few questions."""
    people = [
        {
            "성명": f"사람{n}",
            "입사일": "2025-04-01",
            "고용형태": "정규직",
            "월급": 2_500_000,
            "주 근로시간": 40,
            "예금주": f"사람{n}",
        }
        for n in range(1, 13)
    ]
    claims = [
        {"세부사업": "일채움", "성명": one["성명"], "지원금 신청액": 1_000_000, "지급신청일": "2025-09-01"}
        for one in people
    ]
    result = judge(book_from_tables({"청구내역": claims, "채용자 명단": people}, rulebook.programme), rulebook)
    assert result.input_errors == []
    assert result.totals == {"claimed": 12_000_000, "recognised": 0, "held": 12_000_000, "disallowed": 0}
    asked = [one for one in result.questions if one.lines]
    assert len(asked) <= 5, [(one.about, one.text) for one in asked]
    by_code = result.findings[result.findings["effect"] == "disallow"]
    assert not len(by_code)


# ---- the sample -----------------------------------------------------------------------------------------------------------------

PLANTED = {
    ("GAF-030", "F-2"): ("disallow", 1_000_000),  # 13 days short of three months
    ("GAW-130", "F-3"): ("disallow", 1_000_000),  # 35 hours
    ("GAL-020", "L-2"): ("disallow", 1_000_000),  # two years
    ("GAL-050", "L-3"): ("disallow", 500_000),  # the employer's part claimed with it
    ("GAC-110", "L-4"): ("hold", 1_000_000),  # no receipt of the employer's part
    ("GAL-040", "L-4"): ("hold", 0),
    ("GAE-100", "E-02"): ("disallow", 300_000),  # VAT that is deducted
    ("GAE-130", "E-03"): ("hold", 1_000_000),  # no transfer
    ("GAE-060", "B-10"): ("disallow", 300_000),  # October
}


def test_everything_planted_in_the_sample_is_found_and_nothing_else(tmp_path: Path) -> None:
    workbook = sample.write(tmp_path, GYEONGNAM)
    result = common.judge_files((workbook,), GYEONGNAM)
    assert result.input_errors == []
    found = {(row.code, row.line): (row.effect, int(row.applied)) for row in result.findings.itertuples()}
    assert found == PLANTED
    # 90 % of 5,000,000 + 3,000,000 + 9 x 300,000; with the 1,000,000 without a transfer the limit is reached
    assert payable(result, PLACE) == (9_630_000, 10_000_000)
    (applications,) = result.others
    assert applications.totals == {"claimed": 4, "recognised": 1, "held": 1, "disallowed": 2}
    people, table = result.scores
    # 35 + 3 + 14 + 2; two years; 50 + 5 + 5 + 16 + 2; 25 + 14 + 2, the qualification without proof
    assert [(one.number, one.total, one.rank) for one in people.rows] == [
        ("L-1", 54, 2), ("L-2", None, None), ("L-3", 78, 1), ("L-4", 41, 3),
    ]  # fmt: skip
    assert people.standing == ("in", "out", "in", "held")
    assert [one.criterion for one in people.rows[3].points if one.unproved] == ["기술력"]
    assert [(one.number, one.rank) for one in table.rows] == [("1", 1), ("2", None), ("3", None), ("4", None)]
    assert table.standing == ("in", "out", "out", "open")


def test_what_is_found_of_money_and_of_applications_is_told_apart(tmp_path: Path) -> None:
    """Two applications struck and one held are no 불인정 and no 보완 요청 of the six and three lines."""
    result = common.judge_files((sample.write(tmp_path, GYEONGNAM),), GYEONGNAM)
    said = View(result).verdict[1]
    assert "지적: 불인정 6건, 보완 요청 3건. 신청의 지적: 제외 2건, 보완 1건, 확인 사항 1건." in said


def test_what_is_held_of_an_application_is_a_letter_to_who_applied(tmp_path: Path) -> None:
    workbook = sample.write(tmp_path, GYEONGNAM)
    out = ["-o", str(tmp_path / "요청"), "--due", "2026-01-15"]
    done = CliRunner().invoke(cli, ["report", "requests", str(workbook), "--programme", GYEONGNAM, *out])
    assert done.exception is None, done.output
    names = sorted(path.name for path in (tmp_path / "요청").iterdir() if path.suffix == ".txt")
    assert names == ["01 수행기관.txt", "02 신청자 노을기공.txt"]  # nobody is asked who is struck
    said = (tmp_path / "요청" / "02 신청자 노을기공.txt").read_text(encoding="utf-8")
    assert "우선지원대상기업" in said
    assert "노을기공 담당자께" in said
    assert "0원" not in said
    listed = openpyxl.load_workbook(tmp_path / "요청" / "보완요청 목록.xlsx")
    letter = [row[:6] for row in listed["받는 곳"].iter_rows(min_row=2, values_only=True)][1]
    assert letter[1:3] == ("신청자", "노을기공")
    assert letter[5] in (None, "")  # no won hangs on an application, not 0 won
    (asked,) = [row for row in listed["요청 내역"].iter_rows(min_row=2, values_only=True) if row[1] == "신청자"]
    assert not asked[7]
    assert not asked[8]
    assert 0 not in asked
    assert "사업비" not in said


def test_the_sample_is_written_with_titles_of_the_programme(tmp_path: Path) -> None:
    result = common.judge_files((sample.write(tmp_path, GYEONGNAM),), GYEONGNAM)
    written = {path.name for path in check.write_all(result, tmp_path)}
    assert {"불인정내역서.pdf", "불인정내역서.xlsx"} <= written
    titles = openpyxl.load_workbook(tmp_path / "불인정내역서.xlsx", read_only=True)
    said = {str(cell.value) for sheet in titles for row in sheet.iter_rows(max_row=3) for cell in row if cell.value}
    assert "지원금 지급 명세" in said
    assert "근무환경개선지원금 점수·순위표" in {name for sheet in titles for name in (sheet.title, *said)}
    points = score_sheets.tables(result)[-1].rows
    assert ("2", "기업구분", 20, 20.0, "신청 내용", "해당", "") in points  # conditions have no name that people know
    assert ("2", "소재지", 20, 15.0, "신청 내용", "해당 없음", "") in points
    assert ("1", "투자금액", 10, 10.0, "투자계획금액", "13,000,000원", "") in points
    ranking = score_sheets.tables(result)
    assert any(
        "근속 일수가 높은 쪽이 앞섭니다." in table.said for table in ranking
    )  # one figure tells them apart: no turn
    assert any("사업 중복 참여 점수가 차례로 높은 쪽이 앞섭니다." in table.said for table in ranking)


def test_only_rows_that_fit_are_named_where_a_worker_is_listed_twice(rulebook: Rulebook) -> None:
    """A namesake with another day of birth is no row of his, and two rows that read the same say nothing different."""
    line = claim("E-1", NEW) | {"생년월일": "1995-05-05"}
    one, namesake = named("김하나"), named("김하나", 생년월일="1980-01-01", 월임금=9_000_000)
    for again, told in ((one | {"월임금": 3_000_000}, ["근로자명단 시트의 2행, 3행"]), (one, [])):
        tables = {"집행내역": [line], "근로자명단": [one, again, namesake]}
        result = judge(book_from_tables(tables, rulebook.programme), rulebook, rules=["DAT-130"])
        assert [part for text in result.findings["message"] for part in told if part in text] == told
        assert len(result.findings) == len(told)


# ---- the points of the long-serving (II.2.라) --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "points"),
    [
        ({"기술자격": "대한민국명장"}, [20, 0, 2]),
        ({"기술자격": "숙련기술전수자, 기능사"}, [20, 0, 2]),
        ({"기술자격": "우수숙련기술자"}, [15, 0, 2]),
        ({"기술자격": "금형기술사"}, [10, 0, 2]),
        ({"기술자격": "용접기능장, 전기기사"}, [10, 0, 2]),
        ({"기술자격": "전기기사"}, [7, 0, 2]),
        ({"기술자격": "자동차정비산업기사"}, [5, 0, 2]),
        ({"기술자격": "용접기능사"}, [3, 0, 2]),
        ({"기술자격": "기사", "자격증빙": "N"}, [0, 0, 2]),
        ({"기술자격": "운전면허"}, [None, 0, 2]),
        ({"수상": "산업포장"}, [0, 10, 2]),
        ({"수상": "국무총리 표창, 창원시장 표창"}, [0, 8, 2]),
        ({"수상": "중소벤처기업부 장관상"}, [0, 5, 2]),
        ({"수상": "부산광역시장 표창"}, [0, 5, 2]),
        ({"수상": "김해시장 표창"}, [0, 3, 2]),
        ({"수상": "김해시장 표창", "수상증빙": ""}, [0, 0, 2]),
        ({"수상": "사장 표창"}, [0, None, 2]),
        ({"근로형태증빙": ""}, [0, 0, 0]),
    ],
)
def test_points_that_the_notice_gives_to_the_long_serving(
    rulebook: Rulebook, more: Row, points: list[int | None]
) -> None:
    proved = {"자격증빙": "Y", "수상증빙": "Y", "근로형태증빙": "Y"}
    people = [named("근속1", 취득일="2020-01-01", **(proved | more))]
    reviews = [
        {"신청번호": "1", "근로자": "근속1", "심사위원": who, "항목": item, "점수": given}
        for who, given in (("가", 30), ("나", 33))
        for item in ("근속연수",)
    ]
    result = settled(rulebook, [claim("L-1", LONG, "근속1")], people, 심사=reviews)
    (table,) = result.scores
    (row,) = table.rows
    assert [p.points for p in row.points] == [Fraction(63, 2), points[0], points[1], None, points[2]]
    assert row.total is None  # nobody said what the duties are worth
    assert "2020-01-01" in row.points[0].why


def test_longer_service_comes_first_where_points_are_equal(rulebook: Rulebook) -> None:
    people = [
        named("근속1", 취득일="2020-01-02", 근로형태증빙="Y"),
        named("근속2", 취득일="2020-01-01", 근로형태증빙="Y"),
    ]
    reviews = [
        {"근로자": one["성명"], "항목": item, "점수": given}
        for one in people
        for item, given in (("근속연수", 30), ("직무", 10))
    ]
    rows = [claim("L-1", LONG, "근속1"), claim("L-2", LONG, "근속2")]
    (table,) = settled(rulebook, rows, people, 심사=reviews).scores
    assert [(one.number, one.total, one.rank, one.tied_with) for one in table.rows] == [
        ("L-1", 42, 2, ()), ("L-2", 42, 1, ()),
    ]  # fmt: skip


def test_the_hundred_and_first_waits(rulebook: Rulebook) -> None:
    """100 places by points; who is chosen already does not wait."""
    people = [named(f"근속{n:03d}", 취득일="2020-01-01", 선정="" if n else "Y") for n in range(101)]
    reviews = [
        {"근로자": one["성명"], "항목": item, "점수": given}
        for n, one in enumerate(people)
        for item, given in (("근속연수", 1 if n in (0, 50) else 30), ("직무", n % 2 if n == 50 else 10))
    ]
    rows = [claim(f"L-{n:03d}", LONG, one["성명"]) for n, one in enumerate(people)]
    company = COMPANY | {"피보험자수": 500}
    result = settled(rulebook, rows, people, 심사=reviews, 신청기업=[company], 급여대장=[])
    told = result.findings[result.findings["code"] == "GAS-030"]
    assert told["line"].tolist() == ["L-050"]
    assert "101위" in told["message"].iat[0]
