"""A missing fact never disallows: every fact that a rule's case has is taken away, one at a time.

For every rule that disallows, the smallest case of its own in which it does is judged again with each cell blank, each
column gone, and a word that nobody knows in each column of words. Nothing more may be disallowed, by any rule. Where the
rulebook declares what a blank means, the sentence stands in `DECLARED`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from settle.pipeline import book_from_tables, judge
from tests.kit.blanks import PROGRAMME, Change, bases_of, changes, disallowing
from tests.kit.casekit import rulebook

pytestmark = pytest.mark.slow_all  # every missing fact of every rule

CODES = disallowing()
SAMPLE = 2  # changes of every rule that are looked at always
# (sheet, column) -> the ways of taking away that the rulebook speaks of, and its sentence.
DECLARED: dict[tuple[str, str], tuple[tuple[str, ...], str]] = {
    ("집행내역", "식수"): (("blank", "column"), "Defaults are declared, never guessed: 식수 1"),
    ("집행내역", "매입세액공제"): (("blank", "column", "word"), "매입세액공제 blank is Y for a for-profit institution"),
    ("변경승인", "승인일"): (("blank",), "승인일 blank = not approved"),
    ("집행내역", "원인행위일"): (("blank", "column"), "GEN-010: Blank: use 집행일"),
    ("수행일지", "업무구분"): (("blank", "column"), "LAB-030: consulting days (업무구분 컨설팅 or blank)"),
    ("투입인력", "참여종료"): (("blank", "column"), "LAB-090: judged at 참여종료 (blank: the last logged day)"),
    # not in the rulebook but a reading of ours (README of the programme)
    ("예산", "정부"): (("column",), "a sheet without the column of a fund agreed nothing of it"),
    ("예산", "민간"): (("column",), "a sheet without the column of a fund agreed nothing of it"),
}


def taken(tables: dict[str, Any], asked: Sequence[str] = CODES) -> dict[str, int]:
    """What every rule disallows, won; only rules that can disallow are asked."""
    rules = rulebook(PROGRAMME)
    result = judge(book_from_tables(tables, rules.programme), rules, rules=list(asked))
    rows = result.findings[result.findings["effect"] == "disallow"]
    return {code: int(won) for code, won in rows.groupby("code")["applied"].sum().items() if won}


@cache
def base_of(code: str) -> dict[str, Any]:
    """The smallest case in which the rule itself takes something: in some another took it before."""
    return next(tables for tables in bases_of(code) if taken(tables, asked(code)).get(code))


@cache
def asked(code: str) -> Sequence[str]:
    """All rules; the rule alone where in every case of it another takes the won before it."""
    return CODES if any(taken(tables).get(code) for tables in bases_of(code)) else [code]


@cache
def of_base(code: str) -> dict[str, int]:
    return taken(base_of(code), asked(code))


def declared(change: Change) -> bool:
    ways, _ = DECLARED.get((change.sheet, change.column), ((), ""))
    return change.way in ways


def undeclared(code: str) -> list[tuple[Change, dict[str, Any]]]:
    return [(change, left) for change, left in changes(base_of(code)) if not declared(change)]


def more(code: str, looked_at: list[tuple[Change, dict[str, Any]]]) -> list[str]:
    """The changes after which more is disallowed."""
    before = of_base(code)
    told = []
    for change, tables in looked_at:
        after = taken(tables, asked(code))
        if sum(after.values()) > sum(before.values()):
            told.append(f"{change}: {before} -> {after}")
    return told


def test_every_base_disallows() -> None:
    assert [code for code in CODES if not of_base(code).get(code)] == []


@pytest.mark.slow_all
@pytest.mark.parametrize("code", CODES)
def test_no_fact_taken_away_disallows_more(code: str) -> None:
    assert more(code, undeclared(code)) == []


@pytest.mark.parametrize("code", CODES)
def test_some_facts_taken_away_disallow_no_more(code: str) -> None:
    found = undeclared(code)
    start = 7 * CODES.index(code)  # another kind of change for every rule
    assert more(code, [found[(start + 11 * n) % len(found)] for n in range(SAMPLE)]) == []
