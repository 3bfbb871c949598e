"""예산운용계획서: the sheet 예산 as the form of the notice, with its sums, in every shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from settle.cli import cli
from settle.documents import plan_form, template
from settle.pipeline import book_from_tables, judge
from settle.programme import rules as rulebooks

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
