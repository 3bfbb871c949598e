"""Places in one order over all agreements of a month (kind `quota`, over = "agreements"): Gyeongnam's 160 people, GAF-060."""

from __future__ import annotations

from typing import Any

import pytest

from settle.batch.together import judge_together
from settle.pipeline import book_from_tables
from settle.programme.rules import load

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

PLACES = 160


def held(*companies: list[tuple[str, str, str]]) -> list[dict[str, str]]:
    """Line -> what GAF-060 says of it, per company; its lines as (집행번호, 신청번호, 지급신청일)."""
    rulebook = load("gyeongnam-auto-parts")
    books = []
    for lines in companies:
        rows: list[dict[str, Any]] = [
            {"집행번호": number, "신청번호": applied, "비목": "일채움지원금", "집행금액": 1_000_000, "집행일": day}
            for number, applied, day in lines
        ]
        books.append(book_from_tables({"집행내역": rows}, rulebook.programme))
    results = judge_together(books, rulebook, ["GAF-060"])
    assert all((one.findings["effect"] == "hold").all() for one in results)
    return [dict(one.findings[["line", "message"]].itertuples(index=False, name=None)) for one in results]


def many(count: int, applied: str, day: str) -> list[tuple[str, str, str]]:
    return [(f"{applied}-{n}", applied, day) for n in range(1, count + 1)]


def test_the_last_place_is_taken_and_nobody_waits() -> None:
    # 100 on the first day, 59 on the second, the last of all: 160
    assert held(many(100, "1", "2025-07-01"), many(59, "2", "2025-07-02"), many(1, "3", "2025-07-03")) == [{}, {}, {}]


def test_the_one_beyond_the_places_waits() -> None:
    found = held(many(100, "1", "2025-07-01"), many(60, "2", "2025-07-02"), many(1, "3", "2025-07-03"))
    assert found[:2] == [{}, {}]
    assert found[2].keys() == {"3-1"}
    assert "161번째" in found[2]["3-1"]


def test_on_one_day_the_number_of_the_application_tells_9_before_10() -> None:
    found = held(many(PLACES - 1, "1", "2025-07-01"), many(1, "10", "2025-07-02"), many(1, "9", "2025-07-02"))
    assert [one.keys() for one in found] == [set(), {"10-1"}, set()]


@pytest.mark.parametrize(("applied", "day"), [("9", ""), ("", "2025-07-02"), ("10", "2025-07-02")])
def test_who_may_have_come_before_leaves_the_last_place_open(applied: str, day: str) -> None:
    """A blank day or number, or both as another's: 159 sure places, one left, two that ask for it."""
    found = held(many(PLACES - 1, "1", "2025-07-01"), many(1, "10", "2025-07-02"), [("X", applied, day)])
    assert [one.keys() for one in found] == [set(), {"10-1"}, {"X"}]
    assert all("정할 수 없습니다" in text for one in found for text in one.values())


def test_what_is_struck_takes_no_place() -> None:
    """The line of a person of another 비목 stands in no order."""
    rulebook = load("gyeongnam-auto-parts")
    rows = [
        {
            "집행번호": f"{n}",
            "신청번호": "1",
            "비목": "장기근속자인센티브",
            "집행금액": 1_000_000,
            "집행일": "2025-07-01",
        }
        for n in range(PLACES)
    ]
    own = {"집행번호": "E", "신청번호": "2", "비목": "일채움지원금", "집행금액": 1_000_000, "집행일": "2025-07-02"}
    books = [book_from_tables({"집행내역": lines}, rulebook.programme) for lines in (rows, [own])]
    assert all(not len(one.findings) for one in judge_together(books, rulebook, ["GAF-060"]))
