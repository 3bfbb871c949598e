"""Columns that several sheets have are called alike in all of them; what is nearly a sheet is read, and what it lacks is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from settle.cli import cli
from settle.model import Judgement
from settle.pipeline import book_from_tables, judge
from settle.programme import rules as rulebooks
from settle.programme import sheets
from settle.reading import headings
from settle.reading.book import read_book
from tests.kit.import_files import said, workbook

PROGRAMMES = (
    "innovation-partnership",
    "busan-social-economy",
    "gyeongnam-auto-parts",
    "seoul-future-youth",
    "win-win-honors",
)
HONORS, BUSAN = "win-win-honors", "busan-social-economy"
SHARED = {  # column -> its headings, in every sheet that has it (spec: common, section 3)
    "신청번호": ("접수번호", "신청 No", "관리번호"),
    "신청일시": ("접수일시", "제출일시", "신청일"),
    "지원기관": ("부처", "기관명", "시행기관"),
    "관계": ("특수관계", "신청기업과의 관계"),
    "지분율": ("지분", "보유지분", "출자비율"),
    "서류명": ("구비서류명", "제출서류명", "문서명"),
    "쪽수": ("페이지", "매수", "page"),
}


@pytest.mark.parametrize("programme", PROGRAMMES)
@pytest.mark.parametrize("column", SHARED)
def test_a_shared_column_is_known_by_its_headings_in_every_sheet(programme: str, column: str) -> None:
    for kind in sheets.load(programme).values():
        if column not in {one.name for one in kind.columns}:
            continue
        for heading in SHARED[column]:
            # the ledger has a weak 관리번호 of its own
            means = "집행번호" if (kind.main, heading) == (True, "관리번호") else column
            assert headings.recognise(kind, heading) == means, (kind.name, heading)


def test_a_heading_that_is_another_columns_stays_that_ones() -> None:
    for programme in PROGRAMMES:
        for kind in sheets.load(programme).values():
            for column in kind.columns:
                assert headings.recognise(kind, column.name) == column.name, (programme, kind.name)


CASES = [
    ["접수번호", "우수사례명", "신청기업", "기업규모", "협력기업", "접수일시", "활동시작", "활동종료", "진행중 여부"],
    ["A-1", "공장", "가나전자", "대기업", "다라정밀", "2026-04-20 10:00", "2024-05-01", "2025-02-28", "N"],
    ["A-2", "교육", "마바전자", "중소기업", "거너산업", "2026-04-20 11:00", "2022-01-01", "2023-12-31", "N"],
]


def said_of_cases(judged: Judgement, code: str) -> list[tuple[str, str]]:
    """(effect, 신청번호) of what a rule says of the applications."""
    found = judged.others[0].findings
    told = found[found["code"] == code]
    return list(zip(told["effect"], told["line"], strict=True))


def test_points_under_the_number_of_receipt_are_ranked(tmp_path: Path) -> None:
    points = [["접수번호", "심사위원", "항목", "점수", "단계"]]
    points += [
        [n, "가", item, won, "1차"] for n in ("A-1", "A-2") for item, won in (("사례의 우수성", 60), ("기타", 20))
    ]
    path = workbook(tmp_path / "a.xlsx", {"신청사례": CASES, "심사": points})
    out = tmp_path / "점수.xlsx"
    shown = CliRunner().invoke(
        cli, ["report", "scores", str(path), "--programme", HONORS, "-o", str(out)], standalone_mode=False
    )
    assert shown.exception is None, shown.output
    assert out.is_file()


def test_the_days_of_an_activity_are_read_without_their_last_letter(tmp_path: Path) -> None:
    book = rulebooks.load(HONORS)
    path = workbook(tmp_path / "a.xlsx", {"접수대장": CASES})
    read = read_book([path], book.programme)
    assert list(read.frames["신청사례"]["진행중"]) == ["N", "N"]
    assert read.frames["신청사례"]["활동종료일__known"].all()
    assert not [sheet.unknown for sheet in read.sheets if sheet.unknown]
    assert said_of_cases(judge(read, book), "WHQ-110") == [("disallow", "A-2")]


@pytest.mark.parametrize(("heading", "means"), [("정산 여부", ""), ("활동 종료", "활동종료일"), ("직인 여부", "직인")])
def test_a_heading_less_its_ending_is_a_column_of_that_type_alone(heading: str, means: str) -> None:
    assert headings.recognise(sheets.load(HONORS)["신청사례"], heading) == means


@pytest.mark.parametrize("name", ["신청사례", "Sheet1"])
def test_a_sheet_that_lacks_one_required_column_is_judged_and_the_column_named(tmp_path: Path, name: str) -> None:
    rows = [[text if text != "기업규모" else "크기" for text in row] for row in CASES]
    book = rulebooks.load(HONORS)
    judged = judge(read_book([workbook(tmp_path / "a.xlsx", {name: rows})], book.programme), book)
    assert [e.message.partition(" 찾은")[0] for e in judged.input_errors] == [
        f"'{name}' 시트에 기업구분 열이 없습니다."
    ]
    assert said_of_cases(judged, "WHQ-030") == [("hold", "A-1"), ("hold", "A-2")]
    assert said_of_cases(judged, "WHQ-110") == [("disallow", "A-2")]


def test_a_sheet_that_lacks_more_is_none(tmp_path: Path) -> None:
    rows = [[text for n, text in enumerate(row) if n not in (1, 3, 4)] for row in CASES]
    book = read_book([workbook(tmp_path / "a.xlsx", {"Sheet1": rows})], rulebooks.load(HONORS).programme)
    assert book.frames["신청사례"].empty


# ---- 협약

LINE: dict[str, Any] = {
    "집행번호": "1",
    "집행일": "2027-01-05",
    "원인행위일": "2026-06-01",
    "적요": "잔금",
    "거래처": "가",
    "집행금액": 1_000_000,
    "재원": "보조금",
}


@pytest.mark.parametrize("name", ["약정기간", "협약기간", "사업기간", "수행기간", "사업 수행기간"])
def test_the_days_of_the_agreement_in_the_words_of_the_rules(name: str) -> None:
    book = rulebooks.load(BUSAN)
    read = book_from_tables({"집행내역": [LINE], "협약": {name: "2026.5.20. ~ 2026.11.30."}}, book.programme)
    assert (read.agreement["협약시작일"], read.agreement["협약종료일"]) == (date(2026, 5, 20), date(2026, 11, 30))
    found = judge(read, book).findings
    assert list(found[found["code"] == "BSE-010"]["effect"]) == ["disallow"]  # paid in the next year


def test_an_item_that_nobody_knows_is_named(tmp_path: Path) -> None:
    rows = [
        ["약정서", None],
        ["약정기간", "2026.5.20. ~ 2026.11.30."],
        ["참여회차", "1회차"],
        ["우리만 아는 항목", "abc"],
    ]
    path = workbook(tmp_path / "a.xlsx", {"약정": rows})
    book = read_book([path], rulebooks.load(BUSAN).programme)
    assert said(book, "A4 '우리만 아는 항목'", "알지 못하는 항목")
    assert not said(book, "약정서", "알지 못하는")  # a title
    shown = CliRunner().invoke(cli, ["inspect", str(path), "--programme", BUSAN], standalone_mode=False)
    assert "우리만 아는 항목" in shown.output
