"""How often a lead is right: a generated year of 50 agreements with planted cases, innocent twins and noise, per pattern.

    python benchmarks/leads.py            prints the table that stands in docs/leads.md

A planted case is what the pattern is for; an innocent twin looks like it at first sight and is not. Precision: leads
that point at a planted case, of all leads; recall: planted cases that a lead points at. Real ledgers differ: the hit
rate of a binder's own decided leads is what counts there.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import Any

from settle import leads, pipeline

AGREEMENTS = 50
VENDORS = [
    f"{a}{b}" for a in ("한결", "가람", "두리", "새솔", "온누리", "푸른") for b in ("문구", "상사", "인쇄", "식당")
]
Rows = list[dict[str, Any]]


class Made:
    """One agreement in the making."""

    def __init__(self, number: int) -> None:
        self.chance = random.Random(number)
        self.lines: Rows = []
        self.papers: Rows = []
        self.log: Rows = []
        self.planted: dict[str, list[set[str]]] = {}

    def day(self) -> dt.date:
        while True:
            day = dt.date(2025, 3, 3) + dt.timedelta(days=self.chance.randrange(290))
            if day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS:
                return day

    def line(self, day: dt.date, won: int, vendor: str, **other: Any) -> str:
        name = f"E-{len(self.lines) + 1:03d}"
        base = {
            "집행번호": name, "원인행위일": str(day), "집행일": str(day), "비목": "직접비", "세목": "사업운영비",
            "세세목": "수용비및수수료", "적요": f"소모품 {name}", "거래처": vendor, "집행금액": won, "공급가액": won,
            "결제수단": "사업비카드", "재원": "국고",
        }  # fmt: skip
        self.lines.append(base | other)
        return name

    def plant(self, code: str, *names: str) -> None:
        self.planted.setdefault(code, []).append(set(names))


HOLIDAYS = {(3, 3), (5, 5), (5, 6), (6, 3), (6, 6), (8, 15), (10, 3), (10, 6), (10, 7), (10, 8), (10, 9), (12, 25)}


def noise(made: Made) -> None:
    """What every ledger has."""
    for _ in range(70):
        made.line(made.day(), made.chance.randrange(8_000, 280_000, 10) + 3, made.chance.choice(VENDORS))
    for n in range(4):
        made.line(dt.date(2025, 4 + n, 7), 330_000, "임대인", 적요=f"회의실 {4 + n}월")  # rent


def split(made: Made) -> None:
    day = made.day()
    made.plant("LEAD-010", *(made.line(day + dt.timedelta(n), 297_000 - 7 * n, "쪼갠상사") for n in range(2)))
    made.line(day, 297_000, "쌍둥이상사")  # the twin: as much, but three weeks apart
    made.line(day + dt.timedelta(21), 291_000, "쌍둥이상사")


def share(made: Made) -> None:
    made.plant("LEAD-020", made.line(made.day(), 9_000_007, "몰린업체"))


def share_twin(made: Made) -> None:
    made.line(made.day(), 2_500_003, "큰장비")


def party(made: Made) -> None:
    made.plant("LEAD-030", made.line(made.day(), 150_003, "별난상사", 예금주="김하나"))
    made.line(made.day(), 150_003, "하나상사", 예금주="하나상사")  # the twin: a name within another


def holiday(made: Made) -> None:
    made.plant("LEAD-040", made.line(
        dt.date(2025, 7, 10), 631_000, "김하나", 비목="인건비", 세목="외부인건비", 세세목="", 컨설턴트="김하나", 투입MD=1
    ))  # fmt: skip
    made.log.append({"일자": "2025-06-06", "컨설턴트": "김하나", "MD": 1, "장소구분": "현장"})
    made.log.append({"일자": "2025-06-07", "컨설턴트": "이두리", "MD": 1, "장소구분": "현장"})  # the twin: a Saturday


def same(made: Made) -> None:
    day = made.day()
    made.plant("LEAD-050", *(made.line(day + dt.timedelta(3 * n), 88_007, "되풀이상사") for n in range(2)))
    for week in range(4):  # the twin: a subscription
        made.line(dt.date(2025, 9, 1) + dt.timedelta(7 * week), 66_007, "구독상사")


def numbers(made: Made) -> None:
    days = [dt.date(2025, 5, 7), dt.date(2025, 5, 20), dt.date(2025, 6, 9)]
    names = []
    for n, day in enumerate(days):
        names.append(made.line(day, 41_003 + n, "한적한가게"))
        made.papers.append(receipt(names[-1], "한적한가게", f"A-{101 + n}", day))
        twin = made.line(day, 42_003 + n, "바쁜가게")
        made.papers.append(receipt(twin, "바쁜가게", f"B-{101 + 37 * n}", day))
    made.plant("LEAD-060", *names)


def receipt(line: str, issuer: str, number: str, day: dt.date) -> dict[str, Any]:
    return {"집행번호": line, "증빙종류": "영수증", "발행자": issuer, "승인번호": number, "발행일": str(day)}


def weekend(made: Made) -> None:
    made.plant("LEAD-070", made.line(dt.date(2025, 6, 7), 45_003, "한식당", 세세목="회의비"))
    made.line(dt.date(2025, 6, 9), 45_003, "한식당", 세세목="회의비")


def rounds(made: Made) -> None:
    made.plant("LEAD-080", *(made.line(made.day(), won, "어림상사") for won in (500_000, 800_000, 1_200_000)))
    for won in (500_000, 800_000, 1_234_560):
        made.line(made.day(), won, "가끔어림")


def quotes(made: Made) -> None:
    for vendor, dearer, wrong in (("닮은기계", 1_100_000, True), ("다른기계", 1_137_000, False)):
        name = made.line(made.day(), 1_000_003, vendor)
        for kind, issuer, won in (("견적서", vendor, 1_000_000), ("비교견적서", f"{vendor}상사옆", dearer)):
            made.papers.append(
                {"집행번호": name, "증빙종류": kind, "발행자": issuer, "발행일": "2025-05-20", "합계금액": won}
            )
        if wrong:
            made.plant("LEAD-090", name)


PLANTS = (split, share, share_twin, party, holiday, same, numbers, weekend, rounds, quotes)


def agreement(number: int) -> Made:
    """Noise, and about a third of the patterns, each with its innocent twin."""
    made = Made(number)
    noise(made)
    for plant in PLANTS:
        if made.chance.random() < 0.35:
            plant(made)
    return made


def main() -> None:
    planted, hit, said, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for number in range(AGREEMENTS):
        made = agreement(number)
        tables = {
            "협약": {"기관유형": "비영리", "협약시작일": "2025-03-01", "협약종료일": "2025-12-31"},
            "집행내역": made.lines, "증빙목록": made.papers or [{"집행번호": "E-001", "증빙종류": "영수증"}],
            "투입인력": [{"성명": "김하나", "구분": "외부", "등급": "고급"}],
        }  # fmt: skip
        if made.log:
            tables["수행일지"] = made.log
        found = leads.find(pipeline.judge(pipeline.book_from_tables(tables))).leads
        for code, cases in made.planted.items():
            planted[code] += len(cases)
            hit[code] += sum(any(x.code == code and case & set(x.lines) for x in found) for case in cases)
        for one in found:
            said[one.code] += 1
            right[one.code] += any(case & set(one.lines) for case in made.planted.get(one.code, []))
    print("| 신호 | 심은 것 | 찾은 것 | 재현율 | 신호 수 | 맞은 신호 | 정밀도 |\n|---|---|---|---|---|---|---|")
    for code in sorted(planted | said):
        recall = f"{hit[code] / planted[code]:.0%}" if planted[code] else "-"
        precision = f"{right[code] / said[code]:.0%}" if said[code] else "-"
        print(f"| {code} | {planted[code]} | {hit[code]} | {recall} | {said[code]} | {right[code]} | {precision} |")


if __name__ == "__main__":
    main()
