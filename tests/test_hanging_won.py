"""The won that hang on a missing thing are of those that are held: what is disallowed hangs on nothing."""

from __future__ import annotations

from settle.pipeline import book_from_tables, judge
from settle.programme.rules import load

LINE = {
    "집행일": "2025-06-02",
    "비목": "직접비",
    "세목": "사업운영비",
    "세세목": "수용비및수수료",
    "적요": "소모품",
    "거래처": "한빛",
}


def test_a_missing_list_of_evidence_holds_no_won_that_is_disallowed() -> None:
    # a personal card is disallowed whole (OPS-010); the other line waits for its evidence
    rulebook = load()
    lines = [
        LINE | {"집행번호": "1", "집행금액": 20_000, "결제수단": "개인카드"},
        LINE | {"집행번호": "2", "집행금액": 10_000, "결제수단": "사업비카드"},
    ]
    result = judge(book_from_tables({"집행내역": lines}, rulebook.programme), rulebook)
    assert (result.totals["disallowed"], result.totals["held"]) == (20_000, 10_000)
    asked = {question.about: question.won for question in result.questions}
    assert asked["증빙.증빙목록"] == 10_000
    assert max(asked.values()) == 10_000
