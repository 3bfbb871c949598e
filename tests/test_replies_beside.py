"""소명 typed beside rows of a subject other than the ledger (신청): kept in the next 검토표, and taken into the register."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from settle.binder import Binder
from settle.documents import sample
from tests.kit import usage_kit as kit

pytestmark = pytest.mark.slow_all  # many files, each read in a process of its own

GYEONGNAM = "gyeongnam-auto-parts"
FOUND = "2"  # an application that is struck


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample and the set of its reports."""
    folder = tmp_path_factory.mktemp("신청")
    kit.process("check", sample.write(folder, GYEONGNAM), "--programme", GYEONGNAM, "-o", folder / "결과")
    return folder


def sheet(path: Path) -> tuple[Any, Any, dict[str, int], dict[str, int]]:
    """Workbook, sheet 신청기업, column by heading, row by 신청번호."""
    book = openpyxl.load_workbook(path)
    found = book["신청기업"]
    top = next(r for r in range(1, 10) if any(c.value == "신청번호" for c in found[r]))
    columns = {str(c.value): c.column for c in found[top] if c.value}
    rows = {str(found.cell(r, columns["신청번호"]).value): r for r in range(top + 1, found.max_row + 1)}
    return book, found, columns, rows


def typed(path: Path, text: str) -> None:
    book, found, columns, rows = sheet(path)
    found.cell(rows[FOUND], columns["소명내용"], text)
    found.cell(rows[FOUND], columns["추가증빙"], "등기부등본")
    book.save(path)


def test_each_application_has_its_verdict_and_room_for_a_reply(judged: Path) -> None:
    _, found, columns, rows = sheet(judged / "결과" / "검토표.xlsx")
    told = {number: str(found.cell(row, columns["판정 내용"]).value) for number, row in rows.items()}
    assert told["1"] == "적격"
    assert told[FOUND].startswith("제외\n[GAC-")
    assert "→" in told[FOUND]
    assert [name for name in ("소명내용", "추가증빙", "담당자") if name not in columns] == []


def test_what_was_typed_stands_in_the_next_review_workbook(judged: Path) -> None:
    typed(judged / "결과" / "검토표.xlsx", "주소를 옮겼습니다")
    source = next(judged.glob("*.xlsx"))
    ran = kit.process("check", source, "--programme", GYEONGNAM, "-o", judged / "결과")
    assert "소명 1건을 새 검토표에 옮겼습니다" in ran.said
    _, found, columns, rows = sheet(judged / "결과" / "검토표.xlsx")
    assert found.cell(rows[FOUND], columns["소명내용"]).value == "주소를 옮겼습니다"
    assert found.cell(rows[FOUND], columns["추가증빙"]).value == "등기부등본"
    assert found.cell(rows["1"], columns["소명내용"]).value is None
    assert [str(c.value) for c in found[1]].count("판정 내용") <= 1


def test_a_review_workbook_that_comes_back_is_renewed_and_its_replies_enter_the_register(
    judged: Path, tmp_path: Path
) -> None:
    back = tmp_path / "돌아온 검토표.xlsx"
    back.write_bytes((judged / "결과" / "검토표.xlsx").read_bytes())
    typed(back, "돌려보냅니다")
    ran = kit.process(
        "check", back, "--programme", GYEONGNAM, "--binder", tmp_path / "우리.정산", "-o", tmp_path / "결과"
    )
    assert "소명" in ran.said
    with Binder.open(tmp_path / "우리.정산", write=False) as binder:
        replied = [one for one in binder.cases() if one.replies]
        assert {one.id.split(":")[2] for one in replied} == {f"신청/{FOUND}"}
        assert {one.replies[0].text for one in replied} == {"돌려보냅니다"}
    _, found, columns, rows = sheet(tmp_path / "결과" / "검토표.xlsx")
    assert found.cell(rows[FOUND], columns["소명내용"]).value == "돌려보냅니다"
    heads = [str(c.value) for row in found.iter_rows(max_row=9) for c in row]
    assert heads.count("판정 내용") == 1
    ledger = openpyxl.load_workbook(tmp_path / "결과" / "검토표.xlsx")["집행내역"]  # its columns are known again too
    assert [str(c.value) for row in ledger.iter_rows(max_row=9) for c in row].count("불인정금액") == 1
