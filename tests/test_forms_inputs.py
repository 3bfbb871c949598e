"""사업관리시스템 입력자료.xlsx and 직접지원내역서.xlsx."""

from __future__ import annotations

import openpyxl
import pytest

from settle.documents.forms import inputs
from settle.programme.vocabulary import load
from tests.kit.forms_agreement import TABLES, book_of

WRITERS = {"system": inputs.write_system, "supports": inputs.write_supports}


def workbook(tmp_path, which, tables=TABLES, **more):
    path = tmp_path / f"{which}.xlsx"
    WRITERS[which](book_of(tables), load(), path, **more)
    return openpyxl.load_workbook(path)


def values(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_tables_one_and_two_are_rows_to_paste(tmp_path):
    book = workbook(tmp_path, "system")
    first, second = (values(sheet) for sheet in book.worksheets)
    assert book.sheetnames == ["I. 과제추진", "II. 투입 현황"]
    assert first[0] == [
        "연번",
        "참여기업",
        "과제유형",
        "핵심활동명/과제명",
        "성과지표",
        "단위",
        "개선전",
        "목표",
        "실적",
        "개선율",
        "달성률",
    ]
    assert first[1] == [1, "가온정밀", "②생산성·품질 향상", "활동불량 / 불량저감", "불량률", "%", 10, 5, 6.5, 0.35, 0.7]
    assert first[2][6:] == [0, 4, 3, 0.75, 0.75]
    assert [row[1] for row in first[1:]] == ["가온정밀", "가온정밀", "나래테크"]  # every row stands for itself
    assert second[0][:5] == ["연 번", "참여기업", "참여기업 투입 MD", "참여기업 계획 MD", "참여인력"]
    assert second[1] == [1, "가온정밀", 6, 8, "이내부", "동행혁신원", "②생산성·품질 향상", "총괄관리", 8, 6, 0.75]
    assert second[2][4:6] == ["박외부", "외부"]
    assert book.worksheets[0]["J2"].number_format == "0.0%"
    assert not any(sheet.merged_cells.ranges for sheet in book.worksheets)


@pytest.mark.parametrize("which", list(WRITERS))
def test_a_number_wider_than_its_column_is_printed_smaller_not_as_hashes(tmp_path, which):
    book = workbook(tmp_path, which)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    numbers = [cell for cell in cells if isinstance(cell.value, (int, float))]
    assert numbers
    assert all(cell.alignment.shrink_to_fit and not cell.alignment.wrap_text for cell in numbers)


def test_the_annex_of_direct_support(tmp_path):
    sheet = workbook(tmp_path, "supports").active
    rows = values(sheet)
    assert [rows[0][0], rows[1][0]] == ["[붙임 1] 직접지원과제 지원 내역서", "직접지원 과제 지원내역서"]
    assert rows[2] == ["연번", "기업명", "과제유형", "지원내역 (품목명)", "거래처", "취득일자", "금액 (백만원)"]
    number, company, kind, item, vendor, acquired, amount = rows[3]
    assert (number, company, kind, item, vendor, amount) == (1, "가온정밀", "⑥ESG경영", "배출계측기", "계측상사", 1.25)
    assert acquired.date().isoformat() == "2025-07-11"  # the tax invoice, not the card slip
    assert rows[4][0] == "※ 취득일자는 세금계산서(카드매출) 대상일자로 기재"
    assert sheet.print_title_rows == "$3:$3"


@pytest.mark.parametrize(
    ("papers", "shown"),
    [
        ([("카드매출전표", "2025-07-01")], "2025-07-01"),
        ([("전자세금계산서", "2025-07-20"), ("세금계산서", "2025-07-11")], "2025-07-11"),
        ([("영수증", "2025-07-01")], None),
        ([], None),
    ],
)
def test_the_day_of_acquisition(tmp_path, papers, shown):
    evidence = [{"집행번호": "E-2", "증빙종류": kind, "발행일": day, "합계금액": 1} for kind, day in papers]
    acquired = values(workbook(tmp_path, "supports", {**TABLES, "증빙목록": evidence}).active)[3][5]
    assert (acquired.date().isoformat() if acquired else None) == shown


def test_texts_are_never_formulas_and_numbers_of_persons_are_masked(tmp_path):
    line = TABLES["집행내역"][1] | {"품목명": "=1+1", "거래처": "@계측 900101-1234567"}
    sheet = workbook(tmp_path, "supports", {**TABLES, "집행내역": [line]}).active
    assert sheet["D4"].value == "=1+1"
    assert sheet["D4"].data_type == "s"
    assert sheet["E4"].value == "@계측 900101-1******"


@pytest.mark.parametrize("which", list(WRITERS))
def test_the_same_input_gives_the_same_bytes_and_an_empty_one_only_headings(tmp_path, which):
    workbook(tmp_path, which)
    first = (tmp_path / f"{which}.xlsx").read_bytes()
    workbook(tmp_path, which)
    assert (tmp_path / f"{which}.xlsx").read_bytes() == first
    sheet = workbook(tmp_path, which, {}).worksheets[0]
    assert sheet.max_row == (1 if which == "system" else 4)
