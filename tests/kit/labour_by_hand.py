"""The labour rules once more, in plain arithmetic over rows: what tests hold settle against. Nothing of settle is used.

Days are fractions, one person and one line at a time, in the order of rules.md 〈Labour days〉.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

CEILING = {"특급": 879_000, "고급": 631_000, "중급": 502_000, "초급": 387_000}
# public holidays of 2025 on weekdays, March to October, copied from the calendar: 삼일절 대체, 어린이날·부처님오신날,
# 대체공휴일, 대통령선거일, 현충일, 광복절, 개천절, 추석 연휴 6-7, 대체공휴일, 한글날
HOLIDAYS = {(3, 3), (5, 5), (5, 6), (6, 3), (6, 6), (8, 15), (10, 3), (10, 6), (10, 7), (10, 8), (10, 9)}
MONTHS = range(3, 11)
ZERO = Fraction(0)

Row = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """grade as claimed, supported by credentials; rates: (since, per cent) of own staff, none for external people."""

    external: bool
    grade: str
    supported: str
    start: dt.date
    end: dt.date
    rates: tuple[tuple[dt.date, int], ...] = ()
    replacement_refused: bool = False


def working_days(month: int) -> list[dt.date]:
    """Weekdays of a month of 2025 less public holidays."""
    days = (dt.date(2025, month, 1) + dt.timedelta(days=n) for n in range(31))
    return [d for d in days if d.month == month and d.weekday() < 5 and (d.month, d.day) not in HOLIDAYS]


@dataclass
class Reckoning:
    """Won by (line, rule), won left by line, days still paid by line."""

    lines: list[Row]
    people: dict[str, Person]
    taken: dict[tuple[str, str], Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    left: dict[str, Fraction] = field(default_factory=dict)
    paid: dict[str, Fraction] = field(default_factory=dict)
    rate: dict[str, Fraction] = field(default_factory=dict)

    def take(self, line: str, code: str, won: Fraction) -> None:
        if won > 0:
            self.taken[line, code] += won
            self.left[line] -= won

    def take_days(self, name: str, days: Fraction, code: str) -> None:
        """From the latest lines of a person that still pay days."""
        for line in sorted(self.lines, key=lambda row: (row["집행일"], row["집행번호"]), reverse=True):
            number = line["집행번호"]
            if line["컨설턴트"] == name and number in self.paid:
                part = min(days, self.paid[number])
                self.paid[number] -= part
                days -= part
                self.take(number, code, part * self.rate[number])


def reckon(lines: list[Row], log: list[Row], people: dict[str, Person]) -> Reckoning:
    """What LAB-010 to LAB-140 take of every line. Only one person may have days of administration above 20."""
    r = Reckoning(lines, people)
    for line in lines:
        _line_caps(r, line)
    logged, struck, creditable = _creditable(log, people)
    for name in people:
        mine = [line["집행번호"] for line in lines if line["컨설턴트"] == name and line["집행번호"] in r.paid]
        all_paid = sum((r.paid[number] for number in mine), ZERO)
        counted = sum((md for _, who, md, _ in creditable if who == name), ZERO) - struck[name]["LAB-090"]
        to_take = max(ZERO, all_paid - counted)
        struck[name]["LAB-020"] = max(ZERO, all_paid - logged[name])
        for code in ("LAB-020", "LAB-070", "LAB-080", "LAB-090"):
            part = min(to_take, struck[name][code])
            r.take_days(name, part, code)
            to_take -= part

    administration = [(who, md) for _, who, md, row in creditable if row["업무구분"] == "직접지원행정"]
    if administration:
        r.take_days(administration[0][0], max(ZERO, sum((md for _, md in administration), ZERO) - 20), "LAB-140")

    consulting = [entry for entry in creditable if entry[3]["업무구분"] in ("컨설팅", "")]
    base = sum((md for _, _, md, _ in consulting), ZERO) - sum(s["LAB-090"] for s in struck.values())
    off_site = [e for e in consulting if e[3]["장소구분"] == "현장외" and people[e[1]].external]
    excess = sum((e[2] for e in off_site), ZERO) - base / 10
    for _, name, md, _ in sorted(off_site, key=lambda e: e[0], reverse=True):
        part = min(md, max(ZERO, excess))
        r.take_days(name, part, "LAB-030")
        excess -= part
    return r


def _line_caps(r: Reckoning, line: Row) -> None:
    number, name, days = line["집행번호"], line["컨설턴트"], line["투입MD"]
    r.left[number] = Fraction(line["집행금액"])
    whole = (
        "LAB-040" if name not in r.people
        else "LAB-050" if r.people[name].replacement_refused
        else "LAB-100" if line["지출유형"] == "퇴직금"
        else "LAB-110" if line["지출유형"] == "복리후생비"
        else ""
    )  # fmt: skip
    if whole:
        r.take(number, whole, r.left[number])
        return
    r.take(number, "LAB-010", r.left[number] - Fraction(days) * CEILING[r.people[name].grade])
    r.take(number, "LAB-130", r.left[number] - Fraction(days) * CEILING[r.people[name].supported])
    r.paid[number] = Fraction(days)
    r.rate[number] = r.left[number] / Fraction(days)


Entry = tuple[dt.date, str, Fraction, Row]


def _creditable(
    log: list[Row], people: dict[str, Person]
) -> tuple[dict[str, Fraction], dict[str, dict[str, Fraction]], list[Entry]]:
    """Days logged, days struck by rule, and the entries that stand (LAB-090 is not yet taken from them)."""
    logged: dict[str, Fraction] = defaultdict(Fraction)
    struck: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    on_date: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    stands: list[Entry] = []
    for row in log:
        name, day, md = row["컨설턴트"], dt.date.fromisoformat(row["일자"]), Fraction(row["MD"])
        logged[name] += md
        fits = min(md, max(ZERO, 1 - on_date[name, row["일자"]]))
        on_date[name, row["일자"]] += md
        struck[name]["LAB-070"] += md - fits
        if people[name].start <= day <= people[name].end:
            stands.append((day, name, fits, row))
        else:
            struck[name]["LAB-080"] += fits
    for name, person in people.items():
        if person.rates:
            days = [d for month in MONTHS for d in working_days(month) if person.start <= d <= person.end]
            allowed = sum((Fraction([p for since, p in person.rates if since <= d][-1], 100) for d in days), ZERO)
            worked = sum((md for _, who, md, _ in stands if who == name), ZERO)
            struck[name]["LAB-090"] = max(ZERO, worked - allowed)
    return logged, struck, stands
