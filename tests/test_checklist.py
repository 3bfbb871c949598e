"""Answers that stand in the rows of a sheet: numbers as people write them, alternatives, reasons, whose they are."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from settle.pipeline import book_from_tables, judge
from settle.programme.rules import Rulebook, parse

pytestmark = pytest.mark.usefixtures("own_programmes")

RULE = """
code = "APP-900"
name = "answers"
title = "문답"
kind = "checklist"
about = "신청"
source = {doc = "이음 공고", at = "9쪽"}
[parameters]
sheet = "문답"
number = "번호"
answer = "답"
reason = "까닭"
where = {"묶음" = ["", "요건"]}
same = ["맡은 이"]
want = ["예"]
items = [{name = "1"}, {name = "2", or = ["2-1"], says = "2(자리)"}]
[[case]]
when = {wrong = true}
effect = "disallow"
message = "아니오 {contrary}"
remedy = "고치십시오."
[[case]]
when = {blank = true}
effect = "hold"
message = "빔 {missing}"
remedy = "고치십시오."
[[case]]
when = {excused = true}
effect = "note"
message = "까닭 {excused}"
remedy = "고치십시오."
[[case]]
when = {wrong = true, blank = true}
effect = "note"
message = "또 빔 {missing}"
remedy = "고치십시오."
second = true
"""
YES = [{"번호": "1", "답": "예"}, {"번호": "2", "답": "예"}]


def said(
    grants: Rulebook, rows: list[dict[str, Any]], *more: dict[str, Any], rule: str = RULE
) -> list[tuple[str, str, str]]:
    rulebook = replace(grants, rules=(parse(rule, {}, "APP-900.toml"),))
    applied = [{"신청번호": str(n), "기업명": "가람", **one} for n, one in enumerate(more or ({},), start=1)]
    result = judge(book_from_tables({"신청서": applied, "문답": rows}, grants.programme), rulebook)
    found = result.others[0].findings
    return [(row.line, row.effect, row.message) for row in found.itertuples()]


@pytest.mark.parametrize(
    ("rows", "expect"),
    [
        (YES, []),
        ([YES[0], {"번호": "2", "답": "아니오"}], [("1", "disallow", "아니오 2(자리)")]),
        ([YES[0], {"번호": "2", "답": "아니오"}, {"번호": "2-1", "답": "예"}], []),
        ([YES[0], {"번호": "(2)-1", "답": "예"}], []),  # the other way of asking is answered
        ([YES[0], {"번호": "2", "답": "아니오", "까닭": "곧 마련"}], [("1", "note", "까닭 2(자리)")]),
        (
            [YES[0], {"번호": "2", "답": "아니오"}, {"번호": "2-1", "답": "아니오", "까닭": "곧"}],
            [("1", "note", "까닭 2(자리)")],
        ),
        ([YES[0]], [("1", "hold", "빔 2(자리)")]),
        ([{"번호": "①", "답": "예"}, {"번호": "2.", "답": "예"}], []),
        ([*YES, {"번호": "2", "답": "아니오"}], [("1", "disallow", "아니오 2(자리)")]),  # answered both ways
        ([*YES, {"묶음": "딴 것", "번호": "1", "답": "아니오"}], []),
        ([{"번호": "2", "답": "아니오"}], [("1", "disallow", "아니오 2(자리)"), ("1", "note", "또 빔 1")]),
    ],
)
def test_answers(grants: Rulebook, rows: list[dict[str, Any]], expect: list[tuple[str, str, str]]) -> None:
    assert said(grants, rows) == expect


def test_where_the_contrary_answers_are_named_any_other_is_not_understood(grants: Rulebook) -> None:
    rule = RULE.replace('want = ["예"]', 'want = ["예"]\nagainst = ["아니오"]')
    rows = [YES[0], {"번호": "2", "답": "조금"}]
    assert said(grants, rows) == [("1", "disallow", "아니오 2(자리)")]
    assert said(grants, rows, rule=rule) == [("1", "hold", "빔 2(자리)")]
    assert said(grants, [YES[0], {"번호": "2", "답": "아니오"}], rule=rule) == [("1", "disallow", "아니오 2(자리)")]


def test_answers_belong_to_their_application_and_without_a_number_to_the_only_one(grants: Rulebook) -> None:
    mine = [{"신청번호": "1", **one} for one in YES]
    assert said(grants, mine, {}, {}) == [("2", "hold", "빔 1, 2(자리)")]
    assert {effect for _, effect, _ in said(grants, YES, {}, {})} == {"hold"}  # nobody knows whose they are


def test_rows_that_say_of_another_stage_do_not_count(grants: Rulebook) -> None:
    rows = [{**YES[0], "맡은 이": "갑"}, {**YES[1], "맡은 이": "을"}]
    assert said(grants, rows, {"맡은 이": "갑"}) == [("1", "hold", "빔 2(자리)")]
    assert said(grants, rows, {}) == []  # it does not say which it is of
