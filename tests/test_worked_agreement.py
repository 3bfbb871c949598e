"""A worked agreement: 8 consultants, 62 labour lines, about 250 work-log days, every won worked out by hand.

The expectation is written down twice and never asks settle: EXPECTED by hand from the story below, and by
labour_by_hand.py, which walks the rows day by day with nothing but fractions. The two must agree with each other
before they are held against the tool.

The story (agreement 2025-03-01 to 2025-11-30; ceilings 특급 879,000, 고급 631,000, 중급 502,000, 초급 387,000):

A 김하나  external 특급 (기술사), Mar-Oct, four days a month as everybody. September is paid at 900,000 a day.
          September and October are worked off site.
B 박세나  external 고급 (석사, 6 years), Mar-Oct. One day of August is not in the log. In June one day is booked 1.0
          and 0.5, and the half is paid too. September and October are worked off site.
C 최다온  external 중급 (학사, 6 years), until 2025-09-30. October is worked, one date booked twice, two dates off
          site, and paid: 5 days.
D 정가람  external, paid as 고급; 학사 with 8 years supports 중급. September and October are worked off site.
E 이두리  own staff 고급 (박사), Apr-Oct at 20 %: 4 days a month, 5 in September and October.
F 한별    own staff 중급 (석사, 3 years), Mar-Oct: 3 days of administration a month and one of consulting.
G 오름    external 초급 (학사), Jul-Oct, a replacement that was never approved.
H 윤슬    own staff 특급 (박사, 3 years), Mar-Oct at 10 %, 30 % from 2025-07-01 on: 4 days a month, 5.5 in October.
X         somebody who is not on the roster, severance of A, welfare of E.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest

from settle.model import Judgement
from settle.pipeline import judge
from settle.reading.book import book_from_tables
from tests.kit.labour_by_hand import MONTHS, Person, reckon, working_days

A, B, C, D, E, F, G, H, X = "김하나", "박세나", "최다온", "정가람", "이두리", "한별", "오름", "윤슬", "최외인"
ROSTER: dict[str, dict[str, Any]] = {
    A: {
        "구분": "외부",
        "등급": "특급",
        "학력": "학사",
        "자격": "기술사",
        "참여시작": "2025-03-01",
        "참여종료": "2025-11-30",
    },
    B: {
        "구분": "외부",
        "등급": "고급",
        "학력": "석사",
        "경력연수": 6,
        "참여시작": "2025-03-01",
        "참여종료": "2025-11-30",
    },
    C: {
        "구분": "외부",
        "등급": "중급",
        "학력": "학사",
        "경력연수": 6,
        "참여시작": "2025-03-01",
        "참여종료": "2025-09-30",
    },
    D: {
        "구분": "외부",
        "등급": "고급",
        "학력": "학사",
        "경력연수": 8,
        "참여시작": "2025-03-01",
        "참여종료": "2025-11-30",
    },
    E: {
        "구분": "내부",
        "등급": "고급",
        "학력": "박사",
        "참여시작": "2025-04-01",
        "참여종료": "2025-10-31",
        "참여율": "20%",
    },
    F: {
        "구분": "내부",
        "등급": "중급",
        "학력": "석사",
        "경력연수": 3,
        "참여시작": "2025-03-01",
        "참여종료": "2025-10-31",
        "참여율": "100%",
    },
    G: {"구분": "외부", "등급": "초급", "학력": "학사", "참여시작": "2025-07-01", "참여종료": "2025-11-30"},
    H: {
        "구분": "내부",
        "등급": "특급",
        "학력": "박사",
        "경력연수": 3,
        "참여시작": "2025-03-01",
        "참여종료": "2025-10-31",
        "참여율": "10%",
    },
}
SUPPORTED = {A: "특급", B: "고급", C: "중급", D: "중급", E: "고급", F: "중급", G: "초급", H: "특급"}
RATES = {
    E: ((dt.date(2025, 4, 1), 20),),
    F: ((dt.date(2025, 3, 1), 100),),
    H: ((dt.date(2025, 3, 1), 10), (dt.date(2025, 7, 1), 30)),
}


# ---- the log: who works on which working days of a month (places in the list of working days), and what was special
#   ----------------

PLACES = {
    A: (0, 3, 6, 9),
    B: (1, 4, 7, 10),
    C: (0, 2, 4, 6),
    D: (2, 5, 8, 11),
    E: (3, 4, 5, 6),
    F: (7, 8, 9, 10),
    G: (12, 13, 14, 15),
}
PLACES[H] = (1, 3, 5, 7)
FIRST_MONTH = {E: 4, G: 7}


def work_log() -> list[dict[str, Any]]:
    rows = []

    def add(
        name: str, day: dt.date, md: float = 1, place: str = "현장", work: str = "컨설팅", firm: str = "가나정밀"
    ) -> None:
        rows.append(
            {"일자": day.isoformat(), "컨설턴트": name, "참여기업": firm, "MD": md, "장소구분": place, "업무구분": work}
        )

    for name, places in PLACES.items():
        for month in MONTHS:
            if month < FIRST_MONTH.get(name, 3):
                continue
            days = working_days(month)
            for number, place in enumerate(places):
                if (name, month, number) == (B, 8, 3):
                    continue  # paid but not logged
                off_site = name in (A, B, D) and month >= 9
                off_site = off_site or (name == C and month == 10 and number >= 2)
                work = "직접지원행정" if name == F and number < 3 else "컨설팅"
                if (name, month) == (A, 3) or (name, month) == (A, 4) or (name, month) == (D, 3):
                    add(name, days[place], 0.5, firm="가나정밀")
                    add(name, days[place], 0.5, firm="다라전자")
                else:
                    add(name, days[place], 1, "현장외" if off_site else "현장", work)
            if (name, month) == (B, 6):
                add(name, days[places[0]], 0.5, firm="다라전자")  # over-booked
            if (name, month) == (C, 10):
                add(name, days[places[3]], 1, "현장외", firm="다라전자")  # over-booked, outside the period and off site
            if (name, month) in ((E, 9), (E, 10)):
                add(name, days[7])
            if (name, month) == (H, 10):
                add(name, days[9])
                add(name, days[10], 0.5)
    return rows


# ---- the ledger: a line for each consultant and month ----------------------------------------

PAID_DAYS = {(B, 6): 4.5, (C, 10): 5, (E, 9): 5, (E, 10): 5, (H, 10): 5.5}
UNIT = {A: 879_000, B: 631_000, C: 502_000, D: 631_000, E: 631_000, F: 502_000, G: 387_000, H: 879_000}


def ledger() -> list[dict[str, Any]]:
    rows = []

    def add(number: str, month: int, name: str, won: int, md: float | None, kind: str = "", side: str = "") -> None:
        rows.append(
            {
                "집행번호": number,
                "원인행위일": f"2025-{month:02d}-28",
                "집행일": f"2025-{month + 1:02d}-10",
                "세목": f"{side or ROSTER[name]['구분']}인건비",
                "적요": f"{month}월 {name} 인건비",
                "거래처": name,
                "예금주": name,
                "집행금액": won,
                "재원": "국고",
                "결제수단": "계좌이체",
                "컨설턴트": name,
                "투입MD": md,
                "단가": UNIT.get(name),
                "지출유형": kind,
            }
        )

    for letter, name in zip("ABCDEFGH", (A, B, C, D, E, F, G, H), strict=True):
        for month in MONTHS:
            if month >= FIRST_MONTH.get(name, 3):
                days = PAID_DAYS.get((name, month), 4)
                unit = 900_000 if (name, month) == (A, 9) else UNIT[name]
                add(f"{letter}-{month:02d}", month, name, int(days * unit), days)
    add("X-01", 6, X, 774_000, 2, side="외부")
    add("X-02", 10, A, 300_000, None, "퇴직금")
    add("X-03", 10, E, 200_000, None, "복리후생비")
    return rows


PAPERS = {
    "외부": ("이체확인증", "기타소득원천징수영수증", "인건비지급내부결재", "수행일지"),
    "내부": ("계좌입출금내역", "인건비지급내부결재", "근로소득원천징수부", "참여율현황표"),
}


def tables() -> dict[str, Any]:
    lines = ledger()
    return {
        "협약": {"기관유형": "비영리", "협약시작일": "2025-03-01", "협약종료일": "2025-11-30"},
        "집행내역": lines,
        "증빙목록": [
            {"집행번호": line["집행번호"], "증빙종류": paper}
            for line in lines
            for paper in PAPERS[line["세목"].removesuffix("인건비")]
        ],
        "투입인력": [{"성명": name, "등급증빙": "Y", "계획MD": 40, **person} for name, person in ROSTER.items()],
        "수행일지": work_log(),
        "변경승인": [
            {"변경구분": "컨설턴트변경", "변경전": "은하", "변경후": G, "신청일": "2025-06-20", "승인일": ""},
            {"변경구분": "참여율조정", "변경전": H, "변경후": "30%", "승인일": "2025-07-01"},
        ],
    }


# ---- by hand ----------------------------------------
# B: paid 8 × 4 + 0.5 = 32.5, logged 31 + 0.5 = 31.5, creditable 31; 1.5 to take from October: LAB-020 1.0, LAB-070 0.5
# C: paid 28 + 5 = 33, logged 33; the date booked twice strikes 1, outside the period 4; creditable 28; 5 to take:
#   LAB-070 1, LAB-080 4
# E: working days Apr-Oct 22 + 20 + 19 + 23 + 20 + 22 + 18 = 144; × 20 % = 28.8; logged and paid 30: 1.2 × 631,000 =
#   757,200
# F: 24 days of administration, 4 above 20: 4 × 502,000
# H: Mar-Jun 20 + 22 + 20 + 19 = 81 × 10 % = 8.1, Jul-Oct 23 + 20 + 22 + 18 = 83 × 30 % = 24.9, together 33; logged
#   and paid 33.5
# creditable consulting days: A 32, B 31, C 28, D 32, E 28.8, F 8, G 16, H 33 = 208.8; a tenth is 20.88; off site A,
#   B, D 8 each = 24;
#   3.12 above, from the latest: October's places 11 D, 10 B, 9 A and 0.12 of 8 D
# D: LAB-130 first: 4 × (631,000 − 502,000) = 516,000 of every line, so that a day of October is 502,000: 1.12 ×
#   502,000 = 562,240
EXPECTED = {
    ("A-09", "LAB-010"): 4 * (900_000 - 879_000),
    ("B-10", "LAB-020"): 631_000,
    ("A-10", "LAB-030"): 879_000,
    ("B-10", "LAB-030"): 631_000,
    ("D-10", "LAB-030"): 562_240,
    ("X-01", "LAB-040"): 774_000,
    ("G-07", "LAB-050"): 1_548_000,
    ("G-08", "LAB-050"): 1_548_000,
    ("G-09", "LAB-050"): 1_548_000,
    ("G-10", "LAB-050"): 1_548_000,
    ("B-10", "LAB-070"): 315_500,
    ("C-10", "LAB-070"): 502_000,
    ("C-10", "LAB-080"): 2_008_000,
    ("E-10", "LAB-090"): 757_200,
    ("H-10", "LAB-090"): 439_500,
    ("X-02", "LAB-100"): 300_000,
    ("X-03", "LAB-110"): 200_000,
    **{(f"D-{month:02d}", "LAB-130"): 516_000 for month in MONTHS},
    ("F-10", "LAB-140"): 2_008_000,
}


# ---- by arithmetic ----------------------------------------


PEOPLE = {
    name: Person(
        external=person["구분"] == "외부",
        grade=person["등급"],
        supported=SUPPORTED[name],
        start=dt.date.fromisoformat(person["참여시작"]),
        end=dt.date.fromisoformat(person["참여종료"]),
        rates=RATES.get(name, ()),
        replacement_refused=name == G,
    )
    for name, person in ROSTER.items()
}


def by_arithmetic() -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """(line, rule) -> won taken, and line -> won recognised."""
    result = reckon(ledger(), work_log(), PEOPLE)
    fractions = [*result.taken.values(), *result.left.values()]
    assert all(won.denominator == 1 for won in fractions), "the story is chosen so that no fraction of a won arises"
    return {key: int(won) for key, won in result.taken.items()}, {line: int(won) for line, won in result.left.items()}


# ---- the tests ----------------------------------------


def verdict(result: Judgement) -> tuple[dict[tuple[str, str], int], dict[str, tuple[int, int, int, int]]]:
    found = result.findings
    moved = found[(found["effect"] != "note") & (found["applied"] > 0)]
    assert set(moved["effect"]) == {"disallow"}
    assert not moved.duplicated(["line", "code"]).any()
    won = {(row.line, row.code): int(row.applied) for row in moved.itertuples()}
    lines = {
        row.line: (row.claimed, row.recognised, row.held, row.disallowed)
        for row in result.lines.itertuples(index=False)
    }
    return won, lines


@pytest.fixture(scope="module")
def judged() -> Judgement:
    return judge(book_from_tables(tables()), rules=["LAB"])


def test_the_story_has_the_promised_size() -> None:
    assert len(ledger()) == 62
    assert 245 <= len(work_log()) <= 260
    assert len(ROSTER) == 8


def test_the_hand_and_the_arithmetic_agree() -> None:
    assert by_arithmetic()[0] == EXPECTED


def test_the_counted_working_days_are_those_of_the_comment() -> None:
    assert [len(working_days(month)) for month in MONTHS] == [20, 22, 20, 19, 23, 20, 22, 18]


def test_every_line_and_rule_to_the_won(judged: Judgement) -> None:
    won, _ = verdict(judged)
    assert won == EXPECTED


def test_every_line_balances_to_the_won(judged: Judgement) -> None:
    _, lines = verdict(judged)
    recognised = by_arithmetic()[1]
    for line in ledger():
        number, claimed = line["집행번호"], line["집행금액"]
        assert lines[number] == (claimed, recognised[number], 0, claimed - recognised[number]), number


def test_the_totals(judged: Judgement) -> None:
    # claimed: A 7 × 3,516,000 + 3,600,000 = 28,212,000; B 32.5 × 631,000 = 20,507,500; C 33 × 502,000 = 16,566,000;
    # D 32 × 631,000 = 20,192,000; E 30 × 631,000 = 18,930,000; F 32 × 502,000 = 16,064,000; G 16 × 387,000 = 6,192,000;
    # H 33.5 × 879,000 = 29,446,500; X 1,274,000: together 157,384,000
    # disallowed: 84,000 + 631,000 + 2,072,240 + 774,000 + 6,192,000 + 817,500 + 2,008,000 + 1,196,700 + 300,000 +
    #   200,000
    # + 8 × 516,000 = 4,128,000 + 2,008,000 = 20,411,440
    expected = {"claimed": 157_384_000, "recognised": 136_972_560, "held": 0, "disallowed": 20_411_440}
    assert judged.totals == expected
    assert judged.exit_code == 1


def test_what_is_only_noted_is_a_busy_month(judged: Judgement) -> None:
    # 20 % of E's months: Apr 4.4, May 4.0, Jun 3.8, Jul 4.6, Aug 4.0, Sep 4.4, Oct 3.6; worked 4, 4, 4, 4, 4, 5, 5:
    #   Jun, Sep, Oct
    # H at 10 %: Mar 2.0, Apr 2.2, May 2.0, Jun 1.9 against 4; at 30 %: Jul 6.9, Aug 6.0, Sep 6.6, Oct 5.4 against
    #   5.5: Mar-Jun, Oct
    # one line says 단가 879,000 × 4 M/D = 3,516,000 beside 3,600,000
    notes = judged.findings[judged.findings["effect"] == "note"]
    assert notes["code"].value_counts().to_dict() == {"LAB-090": 3 + 5, "LAB-010": 1}
    assert (notes["applied"] == 0).all()
    told = " ".join(notes["message"])
    assert E in told
    assert H in told
    assert F not in told


def test_nothing_else_speaks_when_all_rules_are_asked(judged: Judgement) -> None:
    whole = judge(book_from_tables(tables()))
    assert verdict(whole) == verdict(judged)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shuffled_rows_give_the_same_findings_and_won(judged: Judgement, seed: int) -> None:
    shuffled = tables()
    for kind, rows in shuffled.items():
        if isinstance(rows, list):
            random.Random(seed).shuffle(shuffled[kind])
    again = judge(book_from_tables(shuffled), rules=["LAB"])
    assert verdict(again) == verdict(judged)
    key = ["id", "code", "effect", "line", "at_issue", "applied", "arithmetic"]  # a message may name a row of the log
    told = [sorted(map(tuple, r.findings[key].to_numpy().tolist())) for r in (judged, again)]
    assert told[0] == told[1]
