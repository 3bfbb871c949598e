"""[[payment]]: what is paid for what is recognised; won floored, never above the limit; what is asked and not paid is cut."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from settle.documents import json_, terminal
from settle.model import Judgement
from settle.pipeline import book_from_tables, judge
from settle.programme.rules import Rulebook

pytestmark = pytest.mark.usefixtures("own_programmes")


def run(grants: Rulebook, *lines: tuple[str, int, int | None, bool]) -> Judgement:
    """Lines as (세목, won, asked, with a paper?)."""
    rows = [
        {
            "집행번호": f"가-{n}",
            "집행일": "2026-05-06",
            "세목": kind,
            "적요": f"일 {n}",
            "거래처": f"가람{n}",
            "집행금액": won,
            "신청액": asked,
        }
        for n, (kind, won, asked, _) in enumerate(lines)
    ]
    papers = [
        {"집행번호": f"가-{n}", "증빙종류": "세금계산서", "합계금액": won}
        for n, (_, won, _, there) in enumerate(lines)
        if there
    ]
    tables: dict[str, Any] = {"집행내역": rows, "증빙목록": papers or [{"집행번호": "없음", "증빙종류": "영수증"}]}
    return judge(book_from_tables(tables, grants.programme), grants)


def test_a_rate_is_floored_and_what_waits_would_be_paid_later(grants: Rulebook) -> None:
    # 70 % of 100,001 is 70,000.7; with the 50,000 that have no paper 105,000.7
    result = run(grants, ("교육", 100_001, 80_000, True), ("교육", 50_000, 40_000, False))
    paid = result.payments[0]
    assert (paid.recognised, paid.payable, paid.payable_if_held_recognised) == (100_001, 70_000, 105_000)
    assert (paid.asked, paid.cut) == (120_000, 50_000)


@pytest.mark.parametrize(("won", "payable"), [(1_428_571, 999_999), (1_428_572, 1_000_000), (9_000_000, 1_000_000)])
def test_nothing_is_paid_beyond_the_limit(grants: Rulebook, won: int, payable: int) -> None:
    assert run(grants, ("교육", won, None, True)).payments[0].payable == payable


def test_what_nobody_asked_for_is_not_known(grants: Rulebook) -> None:
    paid = run(grants, ("교육", 10_000, 7_000, True), ("교육", 10_000, None, True)).payments[0]
    assert (paid.asked, paid.cut) == (None, None)


def test_a_sum_per_recognised_line(grants: Rulebook) -> None:
    result = run(grants, ("수당", 90_000, None, True), ("수당", 10, None, True), ("수당", 90_000, None, False))
    paid = result.payments[1]
    assert (paid.rate, paid.payable, paid.payable_if_held_recognised) == (None, 60_000, 90_000)


def test_it_stands_outside_the_identity_and_in_screen_and_json(grants: Rulebook) -> None:
    result = run(grants, ("교육", 100_001, 80_000, True))
    assert result.totals == {"claimed": 100_001, "recognised": 100_001, "held": 0, "disallowed": 0}
    told = json.loads(json_.dumps(result))["payments"]
    assert told == [
        {"name": "교육비", "recognised": 100_001, "rate": 70, "max": 1_000_000, "payable": 70_000,
         "payable_if_held_recognised": 70_000, "asked": 80_000, "cut": 10_000},
        {"name": "참여 수당", "recognised": 0, "rate": None, "max": None, "payable": 0,
         "payable_if_held_recognised": 0, "asked": None, "cut": None},
    ]  # fmt: skip
    out = io.StringIO()
    terminal.show(result, stream=out)
    (line,) = (text for text in out.getvalue().split("\n") if text.startswith("교육비"))
    assert line.split() == ["교육비", "100,001", "70%", "1,000,000", "70,000", "70,000", "80,000", "10,000"]
