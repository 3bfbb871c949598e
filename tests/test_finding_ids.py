"""Ids of findings: one name for one finding, however many problems a line has."""

from __future__ import annotations

from typing import Any

from settle.pipeline import judge
from settle.programme.rules import load
from settle.reading.book import book_from_tables


def paper(number: str, day: str) -> dict[str, Any]:
    return {"증빙번호": number, "집행번호": "E-1", "증빙종류": "세금계산서", "발행일": day, "합계금액": 25_000}


def test_bad_dates_of_several_papers_of_one_line_have_names_of_their_own() -> None:
    line = {"집행번호": "E-1", "집행일": "2025-06-02", "세세목": "수용비및수수료", "적요": "소모품", "집행금액": 75_000}
    papers = [paper("V-1", "2025-13-02"), paper("V-2", "2025-13-05"), paper("V-3", "2025-14-05")]
    found = judge(book_from_tables({"집행내역": [line], "증빙목록": papers}), load("innovation-partnership")).findings
    told = found[found["code"] == "DAT-020"]
    ids = [one.removeprefix("innovation-partnership:DAT-020:") for one in told["id"]]
    assert ids == ["E-1", "E-1/발행일", "E-1/발행일~2"]
    assert told["cell"].to_list() == ["D2", "D3", "D4"]
    assert told["applied"].to_list() == [75_000, 0, 0]
    assert found["id"].is_unique
