"""불인정내역서.xlsx: the same rows and sums as the PDF and the JSON, fit for print, no formulas from texts."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest

from settle.documents import json_
from settle.documents.view import View
from settle.documents.xlsx import disallowance as disallowance_xlsx
from settle.files import WriteError, prepare, write_bytes
from tests.kit import judgements

SHEETS = ["요약", "불인정 내역", "보완 요청", "확인 사항", "규칙별", "미점검", "입력 오류", "판정", "파일"]


@cache
def written(lines: int = 120, findings: int = 20) -> bytes:
    with TemporaryDirectory() as folder:
        return disallowance_xlsx.write(
            judgements.make(lines, findings), Path(folder) / "불인정내역서.xlsx"
        ).read_bytes()


@pytest.fixture
def book(tmp_path: Path) -> openpyxl.Workbook:
    path = tmp_path / "불인정내역서.xlsx"
    path.write_bytes(written())
    return openpyxl.load_workbook(path)


def column(sheet: openpyxl.worksheet.worksheet.Worksheet, head: str) -> list:
    """The values below a heading; the row of headings is the fourth."""
    at = [cell.value for cell in sheet[4]].index(head)
    return [row[at].value for row in sheet.iter_rows(min_row=5)]


def test_sheets_and_sums(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == SHEETS
    totals = json_.result(judgements.make())["totals"]
    *amounts, total = column(book["불인정 내역"], "불인정금액")
    assert sum(amounts) == total == totals["disallowed"]
    *amounts, total = column(book["보완 요청"], "보완금액")
    assert sum(amounts) == total == totals["held"]
    *by_rule, total = column(book["규칙별"], "불인정금액")
    assert sum(by_rule) == total == totals["disallowed"]
    row = next(row for row in book["요약"].iter_rows(values_only=True) if row[0] == "합계")
    assert row[2:6] == tuple(totals[name] for name in ("claimed", "recognised", "held", "disallowed"))


def test_an_amount_wider_than_its_column_is_printed_smaller_not_as_hashes(book: openpyxl.Workbook) -> None:
    numbers = [
        cell
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, (int, float)) and cell.value >= 1000
    ]
    assert len(numbers) > 50
    assert all(cell.alignment.shrink_to_fit and not cell.alignment.wrap_text for cell in numbers)


def test_every_finding_is_there_once(book: openpyxl.Workbook) -> None:
    view = View(judgements.make())
    for name, sheet in (("disallowed", "불인정 내역"), ("held", "보완 요청"), ("notes", "확인 사항")):
        listed = [v for v in column(book[sheet], "집행번호") if v]
        assert listed == view.listed(name)["line"].tolist()


def test_texts_never_become_formulas_and_personal_numbers_are_masked(tmp_path: Path) -> None:
    path = disallowance_xlsx.write(judgements.make(3, 8), tmp_path / "a.xlsx")
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    texts = [str(cell.value) for cell in cells]
    assert '=HYPERLINK("http://example.com")' in texts
    assert any("900101-1******" in text for text in texts)
    assert not any("1234567" in text or "123456-04-123456" in text for text in texts)


def test_prints_on_a4_with_repeated_headings_and_filters(book: openpyxl.Workbook) -> None:
    for name in SHEETS[1:-1]:
        sheet = book[name]
        assert sheet.page_setup.paperSize == "9" or sheet.page_setup.paperSize == 9
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$4:$4"
        assert sheet.freeze_panes == "A5"
        assert sheet.auto_filter.ref.startswith("A4:")
        assert "사업비 불인정내역서" in sheet.oddHeader.left.text


def test_amounts_are_numbers_with_thousands(book: openpyxl.Workbook) -> None:
    cell = book["불인정 내역"]["G5"]
    assert isinstance(cell.value, int)
    assert cell.number_format == "#,##0"


def test_properties_and_same_bytes(book: openpyxl.Workbook, tmp_path: Path) -> None:
    assert book.properties.title == "사업비 불인정내역서 (잠정)"
    assert book.properties.creator == "한국혁신컨설팅(주)"
    assert disallowance_xlsx.write(judgements.make(), tmp_path / "b.xlsx").read_bytes() == written()


def test_large_lists_are_written_through_with_the_same_sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disallowance_xlsx, "LARGE", 10)
    path = disallowance_xlsx.write(judgements.make(), tmp_path / "c.xlsx")
    small, large = openpyxl.load_workbook(path), judgements.make()
    assert column(small["불인정 내역"], "불인정금액")[-1] == large.totals["disallowed"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["c.xlsx"]


def test_a_text_too_long_for_a_cell_says_so(tmp_path: Path) -> None:
    judgement = judgements.make(3, 1)
    judgement.lines["적요"] = "가" * 40_000
    sheet = openpyxl.load_workbook(disallowance_xlsx.write(judgement, tmp_path / "d.xlsx"))["불인정 내역"]
    assert column(sheet, "적요")[0].endswith("… (뒤를 줄임)")


def test_nothing_to_say_is_said(tmp_path: Path) -> None:
    path = disallowance_xlsx.write(judgements.make(5, 0, errors=0), tmp_path / "e.xlsx")
    book = openpyxl.load_workbook(path)
    assert book["불인정 내역"]["A2"].value == "불인정한 집행이 없습니다."
    assert book["입력 오류"]["A2"].value == "입력 오류가 없습니다."


def test_only_and_by_participant(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(disallowance_xlsx.write(judgements.make(), tmp_path / "f.xlsx", "보완", True))
    assert book.sheetnames == ["요약", "보완 요청", "규칙별", "참여기업별", "파일"]
    claimed = [row[1] for row in book["참여기업별"].iter_rows(min_row=5, values_only=True) if row[0]]
    assert sum(claimed) == judgements.make().totals["claimed"]


def test_a_link_in_the_place_of_a_result_is_replaced_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "밖.txt"
    outside.write_text("그대로", encoding="utf-8")
    folder = prepare(tmp_path / "결과")
    (folder / "정산결과.json").symlink_to(outside)
    write_bytes(folder / "정산결과.json", b"{}")
    assert outside.read_text(encoding="utf-8") == "그대로"
    assert not (folder / "정산결과.json").is_symlink()
    assert [p.name for p in folder.iterdir()] == ["정산결과.json"]


def test_a_folder_that_is_a_file_is_one_korean_sentence(tmp_path: Path) -> None:
    (tmp_path / "결과").write_text("", encoding="utf-8")
    with pytest.raises(WriteError, match="폴더"):
        prepare(tmp_path / "결과")
