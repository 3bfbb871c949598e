"""The sheet 지적 목록 of a 검토표: what it lists, that it is no ledger, and that what is typed into it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from settle.commands import common
from settle.comparing.replies import read_replies
from settle.documents import json_, sample
from settle.documents.review import findings_list, review
from settle.documents.view import View

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

REPLY, VERDICT = findings_list.REPLY + 1, findings_list.VERDICT + 1  # as openpyxl counts columns


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first")
    return review.write(common.judge_files((sample.write(folder),)), folder)[0].path


def rows(path: Path) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(path)[findings_list.NAME]
    return [list(row) for row in sheet.iter_rows(min_row=findings_list.HEADING_ROW + 1, values_only=True)]


def test_it_lists_every_finding_of_a_line_and_nothing_else(first: Path) -> None:
    judgement = common.judge_files((first,))
    details = View(judgement).details
    mine = details[details["line_index"] >= 0]
    listed = rows(first)
    assert [(row[0], row[7]) for row in listed] == list(zip(mine["line"], mine["code"], strict=True))
    assert sum(row[6] for row in listed if row[5] == "불인정") == judgement.totals["disallowed"]
    assert sum(row[6] for row in listed if row[5] == "보완") == judgement.totals["held"]
    assert len(findings_list.HEADS) <= 12
    assert abs(findings_list.HEADS.index("소명") - findings_list.HEADS.index("사유")) == 1


def test_it_is_one_page_across_with_frozen_headings_and_a_drop_down(first: Path) -> None:
    book = openpyxl.load_workbook(first)
    assert book.sheetnames[:2] == ["정산 검토", findings_list.NAME]
    sheet = book[findings_list.NAME]
    assert sheet.freeze_panes == f"A{findings_list.HEADING_ROW + 1}"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    (choice,) = sheet.data_validations.dataValidation
    assert choice.formula1 == '"인정,불인정,일부인정"'
    assert sheet.print_title_rows == f"${findings_list.HEADING_ROW}:${findings_list.HEADING_ROW}"


def test_a_review_that_comes_back_gives_the_same_verdicts(first: Path, tmp_path: Path) -> None:
    again = common.judge_files((first,))
    before = common.judge_files((sample.write(tmp_path),))
    assert again.totals == before.totals
    assert [f["id"] for f in json_.findings(again)] == [f["id"] for f in json_.findings(before)]


def test_replies_are_read_like_the_columns_and_kept_where_the_review_is_renewed(first: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(first)
    sheet = book[findings_list.NAME]
    top = findings_list.HEADING_ROW + 1
    sheet.cell(top, REPLY, "회의록을 다시 냅니다")
    sheet.cell(top, VERDICT, "인정")
    sheet.cell(top + 5, REPLY, "=1+1")  # typed by a person, never a formula of ours
    sheet.append(["E-9999", "", "", "", 0, "", 0, "GEN-080", "", "", "없어진 지적에 적은 글", ""])
    book.save(tmp_path / "돌아온 검토표.xlsx")
    judgement = common.judge_files((tmp_path / "돌아온 검토표.xlsx",))
    replies = {one.line: one.texts["소명내용"] for one in read_replies(judgement)}
    line = sheet.cell(top, 1).value
    assert replies[line] == "회의록을 다시 냅니다"
    (tmp_path / "새 결과").mkdir()
    renewed = review.write(judgement, tmp_path / "새 결과")[0].path
    listed = rows(renewed)
    assert listed[0][0] == line
    assert listed[0][10:12] == ["회의록을 다시 냅니다", "인정"]
    assert [row[10] for row in listed if row[0] == "E-9999"] == ["없어진 지적에 적은 글"]
    assert openpyxl.load_workbook(renewed).sheetnames.count(findings_list.NAME) == 1


def test_a_line_answered_in_both_places_has_one_reply(first: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(first)
    sheet, ledger = book[findings_list.NAME], book["집행내역"]
    top = findings_list.HEADING_ROW + 1
    line = sheet.cell(top, 1).value
    sheet.cell(top, REPLY, "목록에 적은 글")
    heads = next(row for row in ledger.iter_rows() if any(cell.value == "소명내용" for cell in row))
    column = next(cell.column for cell in heads if cell.value == "소명내용")
    own = next(row for row in ledger.iter_rows() if row[0].value == line)
    ledger.cell(own[0].row, column, "줄에 적은 글")
    book.save(tmp_path / "둘.xlsx")
    replies = [one for one in read_replies(common.judge_files((tmp_path / "둘.xlsx",))) if one.line == line]
    assert [one.texts["소명내용"] for one in replies] == ["줄에 적은 글\n목록에 적은 글"]
