"""Labour days of agreements made at random, against plain arithmetic: nothing is taken twice, nothing is missed."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest

from settle.pipeline import judge
from settle.reading.book import book_from_tables
from tests.kit.labour_by_hand import CEILING, MONTHS, Person, reckon, working_days

RULES = ["LAB-010", "LAB-020", "LAB-030", "LAB-070", "LAB-080", "LAB-090", "LAB-130", "LAB-140"]
CREDENTIAL = {"특급": "기술사", "고급": "박사", "중급": "석사 3", "초급": "학사"}
NAMES = ("김하나", "박세나", "최다온", "이두리", "한별")
OFF_SITE = {
    "김하나": 0,
    "박세나": 1,
    "최다온": 2,
}  # external; off site on days of this remainder by 3, so no two on one date
ADMINISTRATOR = "한별"


def make(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Person]]:
    """Lines, work log and people. Rates are whole and days halves, so that no fraction of a won arises.

    Everybody is paid at least the logged days; rows of one date are alike: then every won is determined by the rules.
    """
    dice = random.Random(seed)
    people, lines, log = {}, [], []
    for name in NAMES:
        grade = dice.choice(list(CEILING))
        supported = dice.choice([g for g in CEILING if CEILING[g] <= CEILING[grade]])
        start = dt.date(2025, dice.choice((3, 3, 4)), dice.randint(1, 28))
        end = dt.date(2025, dice.choice((9, 10, 10)), dice.randint(1, 28))
        external = name in OFF_SITE
        change = dt.date(2025, 6, dice.randint(1, 30))
        rates = ((dt.date.min, dice.randint(2, 25)), (change, dice.randint(2, 25)))
        rates = ((dt.date.min, 100),) if name == ADMINISTRATOR else rates
        people[name] = Person(external, grade, supported, start, end, () if external else rates)
        for month in MONTHS:
            logged = 0.0
            for day in sorted(dice.sample(working_days(month), dice.randint(0, 6))):
                away = external and day.day % 3 == OFF_SITE[name] and dice.random() < 0.7
                work = "직접지원행정" if name == ADMINISTRATOR and dice.random() < 0.9 else dice.choice(("컨설팅", ""))
                for md in dice.choice(((1,), (1,), (0.5,), (0.5, 0.5), (1, 0.5), (0.5, 1, 0.5))):
                    logged += md
                    log.append(
                        {
                            "일자": day.isoformat(),
                            "컨설턴트": name,
                            "MD": md,
                            "장소구분": "현장외" if away else "현장",
                            "업무구분": work,
                        }
                    )
            days = logged + dice.choice((0, 0, 0, 0.5, 1))
            if days:
                unit = CEILING[grade] + dice.choice((0, 0, -10_000, 20_000))
                lines.append(
                    {
                        "집행번호": f"{name}-{month:02d}",
                        "집행일": dt.date(2025, month + 1, dice.randint(1, 28)).isoformat(),
                        "세목": "외부인건비" if external else "내부인건비",
                        "적요": f"{month}월",
                        "집행금액": int(days * unit),
                        "컨설턴트": name,
                        "투입MD": days,
                        "지출유형": "",
                    }
                )
    return lines, log, people


def tables(lines: list[dict[str, Any]], log: list[dict[str, Any]], people: dict[str, Person]) -> dict[str, Any]:
    roster, approvals = [], []
    for name, person in people.items():
        credential, _, years = CREDENTIAL[person.supported].partition(" ")
        roster.append(
            {
                "성명": name,
                "구분": "외부" if person.external else "내부",
                "등급": person.grade,
                "자격" if credential == "기술사" else "학력": credential,
                "경력연수": years or "0",
                "등급증빙": "Y",
                "참여시작": person.start.isoformat(),
                "참여종료": person.end.isoformat(),
                "참여율": f"{person.rates[0][1]}%" if person.rates else "",
            }
        )
        approvals += [
            {"변경구분": "참여율조정", "변경전": name, "변경후": f"{rate}%", "승인일": since.isoformat()}
            for since, rate in person.rates[1:]
        ]
    agreement = {"기관유형": "비영리", "협약시작일": "2025-03-01", "협약종료일": "2025-12-31"}
    return {"협약": agreement, "집행내역": lines, "투입인력": roster, "수행일지": log, "변경승인": approvals}


@pytest.mark.parametrize("seed", range(12))
def test_every_won_of_a_random_agreement(seed: int) -> None:
    lines, log, people = make(seed)
    expected = reckon(lines, log, people)
    shuffled = [*lines]
    random.Random(seed).shuffle(shuffled)
    result = judge(book_from_tables(tables(shuffled, log, people)), rules=RULES)
    moved = result.findings[result.findings["effect"] != "note"]
    taken = {(row.line, row.code): row.applied for row in moved.itertuples() if row.applied}
    assert taken == {key: int(won) for key, won in expected.taken.items()}
    left = result.lines.set_index("line")["recognised"].to_dict()
    assert left == {line: int(won) for line, won in expected.left.items()}


def test_the_random_agreements_break_every_rule() -> None:
    broken = {code for seed in range(12) for _, code in reckon(*make(seed)).taken}
    assert broken == set(RULES)
