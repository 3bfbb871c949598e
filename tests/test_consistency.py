"""Sheets that contradict each other or themselves (DAT-110 … DAT-140): what is said, where, and what is left alone."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from settle.model import Judgement
from settle.pipeline import book_from_tables, judge
from settle.programme import rules as rulebooks
from settle.programme.rules import Rulebook
from settle.programme.shapes import SameFact, Side

pytestmark = pytest.mark.usefixtures("own_programmes")
BUSAN = rulebooks.load("busan-social-economy")
TWO = [{"신청번호": "1", "기업명": "가람"}, {"신청번호": "2", "기업명": "나래"}]


def run(book: Rulebook, **tables: Any) -> Judgement:
    return judge(book_from_tables(tables, book.programme), book)


def said(result: Judgement, code: str) -> list[tuple[str, str, str, str]]:
    """(sheet and cell, line, effect, message) of the findings of a rule, on every subject."""
    found = [result.findings, *(one.findings for one in result.others)]
    rows = [row for table in found for row in table[table["code"] == code].itertuples()]
    return [(f"{row.sheet} {row.cell}", row.line, row.effect, row.message) for row in rows]


def lines(book: Rulebook, **row: Any) -> list[dict[str, Any]]:
    return [{"집행번호": "E-1", "집행일": "2026-07-01", "적요": "일", "집행금액": 50_000} | row]


# ---- DAT-110


@pytest.mark.parametrize(("points", "out"), [("-0.5", True), ("0", False), ("30", False), ("30.1", True), ("", False)])
def test_points_are_from_nought_to_the_most(points: str, out: bool) -> None:
    review = [{"신청번호": "1", "항목": "사업계획의 적정성", "점수": points}]
    found = said(run(BUSAN, 신청기업=TWO, 심사=review), "DAT-110")
    told = f"심사 점수 {points}점이 '사업계획의 적정성'의 배점 0 ~ 30점을 벗어나 셈에서 뺐습니다."
    assert found == ([("심사 C2", "", "note", told)] if out else [])


def test_points_that_are_left_out_leave_the_total_open() -> None:
    review = [{"신청번호": "1", "항목": "사업계획의 적정성", "점수": points} for points in (20, 31)]
    row = run(BUSAN, 신청기업=TWO, 심사=review).scores[0].rows[0]
    assert next(one.points for one in row.points if one.criterion == "사업계획의 적정성") == 20


# ---- DAT-120


def test_a_row_of_an_application_that_is_not_there_is_noted_and_one_without_number_is_not() -> None:
    staff = [{"신청번호": number, "성명": "김하나", "취득일": "2026-01-02"} for number in ("1", "3", "")]
    found = said(run(BUSAN, 신청기업=TWO, 근로자명부=staff), "DAT-120")
    told = "신청번호 '3'이 신청기업 시트에 없어 이 행이 어느 신청의 것인지 알 수 없습니다."
    assert found == [("근로자명부 A3", "", "note", told)]


def test_the_problem_stands_among_those_of_the_input_with_its_sheet() -> None:
    result = run(BUSAN, 신청기업=TWO, 근로자명부=[{"신청번호": "3", "성명": "김하나", "취득일": "2026-01-02"}])
    assert [(e.kind, e.cell) for e in result.input_errors if e.code == "DAT-120"] == [("근로자명부", "A2")]


# ---- DAT-130


@pytest.mark.parametrize(("other", "held"), [("이한빛", False), ("박두리", True)])
def test_two_vendors_of_one_name_hold_and_one_written_twice_does_not(other: str, held: bool) -> None:
    vendors = [{"거래처": "한빛", "대표자": one} for one in ("이한빛", other)]
    ledger = lines(BUSAN, 거래처="한빛", 세부사업="A", 재원="자부담")
    found = said(run(BUSAN, 집행내역=ledger, 거래처=vendors), "DAT-130")
    told = "거래처 시트의 2행, 3행이 모두 맞아 누구를 말하는지 알 수 없습니다."
    assert [one[1:] for one in found] == ([("E-1", "hold", told)] if held else [])


def test_a_join_of_an_application_holds_it(grants: Rulebook) -> None:
    people = [{"이름": "김하나", "구실": one} for one in ("대표", "단원")]
    forms = [
        {"신청번호": "1", "기업명": "가람", "맡은 이": "김하나"},
        {"신청번호": "2", "기업명": "나래", "맡은 이": "박두리"},
    ]
    found = said(run(grants, 신청서=forms, 명부=people), "DAT-130")
    assert [one[1:3] for one in found] == [("1", "hold")]


# ---- DAT-140


def with_facts(book: Rulebook, *facts: SameFact) -> Rulebook:
    return replace(book, programme=replace(book.programme, same_facts=facts))


NUMBERS = ("220-81-62517", "123-45-67891")


@pytest.mark.parametrize(
    ("mine", "theirs", "held"),
    [(NUMBERS[0], NUMBERS[0], False), (NUMBERS[0], NUMBERS[1], True), ("", NUMBERS[1], False), (NUMBERS[0], "", False)],
)
def test_two_numbers_of_one_vendor_hold_the_line_and_name_both_cells(mine: str, theirs: str, held: bool) -> None:
    ledger = lines(BUSAN, 거래처="한빛", 사업자등록번호=mine, 세부사업="A", 재원="자부담")
    found = said(run(BUSAN, 집행내역=ledger, 거래처=[{"거래처": "한빛", "사업자등록번호": theirs}]), "DAT-140")
    told = "두 시트에 서로 다르게 적힌 것이 있습니다: 거래처의 사업자등록번호(집행내역 E2, 거래처 B2)."
    assert [one[1:] for one in found] == ([("E-1", "hold", told)] if held else [])


def test_a_figure_against_the_rows_it_counts(grants: Rulebook) -> None:
    book = with_facts(grants, SameFact("인원", (Side("신청서", "가진 몫"), Side("명부", fact="명부 인원"))))
    people = [{"신청번호": "1", "이름": name, "든 날": "2026-01-02"} for name in ("김하나", "박두리")]
    base = {"기업명": "가람", "신청일시": "2026-04-20 10:00"}
    for stated, held in ((2, False), (3, True)):
        result = run(book, 신청서=[base | {"신청번호": "1", "가진 몫": stated}], 명부=people)
        found = said(result, "DAT-140")
        told = f"인원(신청서 D2 {stated}, 명부 시트에서 센 것 2)"
        assert [one[1] for one in found if told in one[3]] == (["1"] if held else [])


def test_rows_of_other_applications_are_not_compared_and_a_day_of_birth_is_not_told(grants: Rulebook) -> None:
    book = with_facts(
        grants, SameFact("대표의 든 날", (Side("신청서", "설립일"), Side("명부", "든 날")), {"맡은 이": "이름"})
    )
    forms = [
        {"신청번호": "1", "기업명": "가람", "맡은 이": "김하나", "설립일": "2026-01-02"},
        {"신청번호": "2", "기업명": "나래", "맡은 이": "김하나", "설립일": "2026-02-03"},
    ]
    people = [
        {"신청번호": "1", "이름": "김하나", "든 날": "2026-01-02"},
        {"신청번호": "2", "이름": "김하나", "든 날": "2026-02-04"},
    ]
    ((cell, line, effect, message),) = said(run(book, 신청서=forms, 명부=people), "DAT-140")
    assert (line, effect) == ("2", "hold")
    assert "대표의 든 날(신청서 C3, 명부 C3)" in message
    assert "2026" not in message
    assert cell == "신청서 A3"


def test_two_sheets_that_are_no_subject_hold_the_application_they_belong_to() -> None:
    book = with_facts(
        BUSAN, SameFact("취득일", (Side("근로자명부", "취득일"), Side("급여대장", "지급일")), {"성명": "성명"})
    )
    staff = [{"신청번호": "2", "성명": "김하나", "취득일": "2026-01-02"}]
    pay = [{"신청번호": "2", "성명": "김하나", "귀속월": "2026-03", "지급액": 1, "지급일": "2026-01-03"}]
    found = said(run(book, 신청기업=TWO, 근로자명부=staff, 급여대장=pay), "DAT-140")
    assert [one[1:3] for one in found] == [("2", "hold")]
