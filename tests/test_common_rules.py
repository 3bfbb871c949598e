"""The rules that no programme owns: their examples in a programme that takes them, each boundary on both sides."""

from __future__ import annotations

from typing import Any

import pytest

from settle import examples
from settle.model import Judgement
from settle.pipeline import book_from_tables, judge
from settle.programme.rules import Rulebook

pytestmark = pytest.mark.usefixtures("own_programmes")
SKIPPED = ("DAT",)  # their examples speak of categories of the shipped programme


def test_the_examples_of_every_common_and_own_rule_hold(grants: Rulebook) -> None:
    found = [one for rule in grants.rules if not rule.code.startswith(SKIPPED) for one in examples.of(rule)]
    assert {one.code for one in found} >= {f"COM-0{n}0" for n in range(1, 7)}
    for example in found:
        said = examples.verdict(example, grants)
        assert (said.effect, said.won, said.not_checked) == (example.expect, example.won, ""), (
            example.code,
            example.says,
        )


def line(number: str, won: int, **more: Any) -> dict[str, Any]:
    return {
        "집행번호": number,
        "집행일": "2026-05-06",
        "적요": f"교재 {number}",
        "거래처": "가람문고",
        "집행금액": won,
    } | more


def run(grants: Rulebook, lines: list[dict[str, Any]], papers: list[dict[str, Any]], **tables: Any) -> Judgement:
    given = {"집행내역": lines, "증빙목록": papers, **tables}
    return judge(book_from_tables(given, grants.programme), grants)


def of(result: Judgement, code: str) -> list[tuple[str, str, int]]:
    found = result.findings[result.findings["code"] == code]
    return list(found[["line", "effect", "at_issue"]].itertuples(index=False, name=None))


def test_of_a_paper_for_two_lines_the_difference_waits_on_the_later(grants: Rulebook) -> None:
    paper = {"집행번호": "가, 나", "증빙종류": "세금계산서", "합계금액": 99_000}
    result = run(grants, [line("가", 50_000), line("나", 50_000)], [paper])
    assert of(result, "COM-050") == [("나", "hold", 1_000)]


def test_less_than_the_paper_is_a_note(grants: Rulebook) -> None:
    result = run(grants, [line("가", 50_000)], [{"집행번호": "가", "증빙종류": "세금계산서", "합계금액": 50_001}])
    assert of(result, "COM-050") == [("가", "note", 0)]


def test_two_lines_alike_are_noted_on_the_later(grants: Rulebook) -> None:
    result = run(grants, [line("가", 50_000, 적요="교재"), line("나", 50_000, 적요="교재")], [])
    assert of(result, "COM-020") == [("나", "note", 0)]


def test_a_moment_that_cannot_be_read_holds_its_row(grants: Rulebook) -> None:
    tables = {"신청서": [{"신청번호": "1", "기업명": "가람", "신청일시": "2026-04-29 25:99"}]}
    result = judge(book_from_tables(tables, grants.programme), grants)
    ours = result.others[0]
    assert ours.findings["code"].tolist() == ["DAT-100"]
    assert ours.totals == {"claimed": 1, "recognised": 0, "held": 1, "disallowed": 0}
