"""예산운용계획서: the sheet 예산 as the form of the notice, with its sums, in every shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from settle.cli import cli
from settle.documents import plan_form, template
from settle.pipeline import book_from_tables, judge, read_book
from settle.programme import rules as rulebooks
from settle.reconciling.opening import Opened

BUSAN = "busan-social-economy"
ROWS: list[dict[str, Any]] = [
    {"세부사업": "A 시제품", "사용용도": "시제품제작", "세부항목": "금형", "보조금": 9_000_000, "자부담": 1_000_000,
     "산출내역": "1식 × 10,000,000", "계약금일": "2026-06-10", "잔금일": "2026-09-30"},
    {"세부사업": "B 홍보", "사용용도": "마케팅", "보조금": 3_600_000, "자부담": 400_000},
]  # fmt: skip


def tables(rows: list[dict[str, Any]]) -> tuple[list[Any], list[list[Any]]]:
    book = rulebooks.load(BUSAN)
    form = plan_form.form_of(BUSAN)
    assert form is not None
    return plan_form.tables(judge(book_from_tables({"예산": rows}, book.programme), book), form)


def test_the_form_has_the_sums_of_its_rows() -> None:
    sums, rows = tables(ROWS)
    assert sums == ["합 계", 14_000_000, 12_600_000, 1_400_000]
    assert rows[0] == [
        "시제품제작", "A 시제품\n금형", 10_000_000, 9_000_000, 1_000_000, "1식 × 10,000,000", "계약금 6월 10일\n잔금 9월 30일",
    ]  # fmt: skip
    assert rows[1][:2] == ["마케팅·홍보·광고", "B 홍보"]


def test_the_words_of_the_notice_are_the_column_and_a_column_that_is_not_there_is_said(tmp_path: Path) -> None:
    """심사기준: 산출근거가 명확한지; 서식: 산출식 및 근거를 제시."""
    for heading in ("산출근거", "산출식", "세부산출내역"):
        rows = [{heading if k == "산출내역" else k: v for k, v in ROWS[0].items()}]
        assert tables(rows)[1][0][5] == ROWS[0]["산출내역"]
    book, form = rulebooks.load(BUSAN), plan_form.form_of(BUSAN)
    assert form is not None
    judged = judge(book_from_tables({"예산": [ROWS[1]]}, book.programme), book)
    assert plan_form.lacking(judged, form) == ["예산 시트에 산출내역 열이 없어 '세부산출내역'을 비웠습니다."]
    assert plan_form.lacking(judge(book_from_tables({"예산": ROWS}, book.programme), book), form) == []


def test_a_blank_is_no_zero() -> None:
    sums, rows = tables([ROWS[0], ROWS[1] | {"자부담": None}])
    assert sums == ["합 계", plan_form.OPEN, 12_600_000, plan_form.OPEN]
    assert rows[1][2:5] == ["", 3_600_000, ""]


@pytest.mark.parametrize("name", ["예산운용계획서", "plan"])
def test_the_command_writes_all_shapes(tmp_path: Path, name: str) -> None:
    template.write(tmp_path / "신청.xlsx", BUSAN, {"예산": [{k: str(v) for k, v in row.items()} for row in ROWS]})
    out = tmp_path / "out"
    args = ["report", name, str(tmp_path / "신청.xlsx"), "--programme", BUSAN, "-o", str(out)]
    shown = CliRunner().invoke(cli, args, standalone_mode=False)
    assert shown.exception is None, shown.output
    assert {path.name for path in out.iterdir()} == {f"예산운용계획서{end}" for end in (".xlsx", ".pdf", ".hwpx")}
    page = openpyxl.load_workbook(out / "예산운용계획서.xlsx").active
    texts = list(page.iter_rows(values_only=True))
    assert texts[0][0] == "사회적경제기업 사업개발비 지원사업 예산운용계획서"
    assert ("합 계", 14_000_000, 12_600_000, 1_400_000) in [row[:4] for row in texts]
    lines = [cell for row in page.iter_rows() for cell in row if "\n" in str(cell.value)]
    assert lines
    assert all(cell.alignment.wrap_text for cell in lines)  # else a spreadsheet shows one line, cut


def test_a_programme_without_the_form_says_so(tmp_path: Path) -> None:
    template.write(tmp_path / "신청.xlsx", BUSAN, {"예산": [{k: str(v) for k, v in row.items()} for row in ROWS]})
    args = ["report", "plan", str(tmp_path / "신청.xlsx"), "-o", str(tmp_path / "a.pdf")]
    assert CliRunner().invoke(cli, args).exit_code == 2


HEADS = ("세부사업", "사용용도", "총소요예산", "보조금", "자부담", "산출내역")


def plan(own: int) -> list[list[Any]]:
    """The table of one enterprise: 9,000,000 of the grant beside its own money."""
    total = 9_000_000 + own
    return [list(HEADS), ["가", "시제품제작", total, 9_000_000, own, "1식"], ["합계", "", total, 9_000_000, own, ""]]


@pytest.mark.parametrize("beside", [True, False], ids=["two sheets", "one below the other"])
def test_plans_of_several_enterprises_in_one_file_are_no_one_plan(tmp_path: Path, beside: bool) -> None:
    """1,000,000 of 10,000,000 is a tenth and 500,000 of 9,500,000 is not: together they would lack 450,000 that nobody lacks."""
    workbook = openpyxl.Workbook()
    first = workbook.active
    first.title = "예산운용계획서 가람"
    second = workbook.create_sheet("예산운용계획서 나래") if beside else first
    for sheet, own in ((first, 1_000_000), (second, 500_000)):
        for row in plan(own):
            sheet.append(row)
    workbook.create_sheet("협약").append(["항목", "값"])
    workbook["협약"].append(["참여회차", "1회차"])
    workbook.save(tmp_path / "계획.xlsx")
    book = rulebooks.load(BUSAN)
    result = judge(
        read_book(Opened([tmp_path / "계획.xlsx"]), book.programme),
        book,
        rules=["BSP-010", "BSP-020", "BSP-030", "BSP-040"],
    )
    found = [(row.code, row.effect, row.at_issue) for row in result.others[0].findings.itertuples()]
    assert found == [("BSP-040", "hold", 10_000_000), ("BSP-040", "hold", 9_500_000)]
    told = "'예산운용계획서 가람' 1행, " + ("'예산운용계획서 나래' 1행" if beside else "'예산운용계획서 가람' 4행")
    assert told in result.others[0].findings["message"].iloc[0]


def test_headings_that_stand_again_below_the_rows_are_no_second_plan(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "예산운용계획서"
    for row in [*plan(1_000_000), list(HEADS)]:
        sheet.append(row)
    workbook.save(tmp_path / "계획.xlsx")
    book = rulebooks.load(BUSAN)
    result = judge(read_book(Opened([tmp_path / "계획.xlsx"]), book.programme), book, rules=["BSP-040"])
    assert result.others[0].findings.empty
