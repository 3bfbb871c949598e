"""The yardstick's own files are what they say: whole, adding up, with ties, another month and a card of a person."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.kit import yardstick


@pytest.mark.parametrize("name", yardstick.NAMES)
def test_yardstick_is_whole(name: str, tmp_path: Path) -> None:
    yard = yardstick.load(name)
    assert len(yard.lines) >= 60
    files = yard.write(tmp_path)
    assert all(path.stat().st_size for path in files)
    marks = {line["표시"] for line in yard.lines}
    assert {"tie", "pg", "far", "sum", "again"} <= marks
    assert any(not card["shown"] for card in yard.meta["cards"].values())
    assert "other-month" in yard.meta["lists"]
    for line in yard.lines:
        if line["공급가액"] != "":
            assert line["공급가액"] + line["부가세"] + line["봉사료"] == line["집행금액"], line
    strong = [cell for cell in yard.held.values() if cell.strong]
    assert len(strong) > 150
    assert sum(1 for *_, firm in yard.papers if firm) > 25


def test_transfers_of_people_are_net_of_tax() -> None:
    """기타소득 8.8 %: 300,000 − 24,000 − 2,400 = 273,600."""
    yard = yardstick.load("plain")
    fee = next(line for line in yard.lines if line["적요"] == "품질관리 자문 회의수당")
    assert (fee["집행금액"], fee["이체금액"]) == (300_000, 273_600)


def test_plain_ledger_has_ten_columns_and_its_total(tmp_path: Path) -> None:
    yard = yardstick.load("plain")
    page = openpyxl.load_workbook(yard.write(tmp_path)[0]).active
    assert [cell.value for cell in page[4]][:10] == [
        "No",
        "일자",
        "예산과목",
        "적요",
        "거래처",
        "공급가액",
        "부가세",
        "금액",
        "인원",
        "비고",
    ]
    assert (
        page.cell(page.max_row, 8).value
        == yard.claimed
        == sum(page.cell(row, 8).value for row in range(5, page.max_row))
    )
