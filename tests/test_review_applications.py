"""검토표 of files without a ledger: applications alone, and in a file beside that of the ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from settle.commands import common
from settle.documents import json_, sample
from settle.documents.review import decisions, findings_list, review
from settle.documents.view import View
from settle.model import Judgement
from tests.kit import review_book, usage_kit
from tests.kit.import_files import spreadsheetml

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

GYEONGNAM, HONORS = "gyeongnam-auto-parts", "win-win-honors"
SHEET = "신청기업"
SPENDING = ["집행내역", "증빙목록"]
APPLYING = [SHEET, "심사", "제출서류", "협약", "근로자명단"]
STRUCK, RULE = "2", "GAC-010"  # an application that is struck, and by what
REPLY = "주소를 옮겼습니다"
NUMBER = "900101-1234567"


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[Any]]]:
    """What stands in the sheets of the sample."""
    book = openpyxl.load_workbook(sample.write(tmp_path_factory.mktemp("표본"), GYEONGNAM))
    return {one.title: [[cell.value for cell in row] for row in one.iter_rows()] for one in book}


def filled(path: Path, rows: dict[str, list[list[Any]]], names: list[str]) -> Path:
    """A workbook with these sheets, as an office keeps it: a note of its own, a name, a width."""
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd", "remove_timezone": True}) as book:
        for name in names:
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows[name]):
                sheet.write_row(at, 0, row)
        if SHEET in names:
            sheet = book.get_worksheet_by_name(SHEET)
            sheet.set_column(1, 1, 33)
            sheet.write_comment(4, 1, "[GAC-010] 담당자: 전화로 확인", {"author": "박주임"})
            book.define_name("기업", f"={SHEET}!$B$5")
    return path


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, rows: dict[str, list[list[Any]]]) -> dict[str, Any]:
    """Applications alone: the file, its judgement, its 검토표."""
    folder = tmp_path_factory.mktemp("신청")
    source = filled(folder / "신청.xlsx", rows, APPLYING)
    judgement = judged(source)
    (folder / "결과").mkdir()
    written = review.write(judgement, folder / "결과")
    return {"source": source, "judgement": judgement, "written": written, "path": written[0].path}


def judged(*paths: Path, programme: str = GYEONGNAM) -> Judgement:
    return common.judge_files(paths, programme)


def sheet(path: Path, name: str = SHEET, key: str = "신청번호") -> tuple[Any, Any, dict[str, int], dict[str, int]]:
    """Workbook, sheet, column by heading, row by number."""
    book = openpyxl.load_workbook(path)
    found = book[name]
    top = next(r for r in range(1, 10) if any(c.value == key for c in found[r]))
    columns = {str(c.value): c.column for c in found[top] if c.value}
    rows = {str(found.cell(r, columns[key]).value): r for r in range(top + 1, found.max_row + 1)}
    return book, found, columns, rows


def texts(found: Any) -> list[str]:
    return [str(c.value) for row in found.iter_rows() for c in row if c.value not in (None, "")]


def test_the_workbook_comes_back_with_every_verdict_and_its_own_cells_as_they_were(alone: dict[str, Any]) -> None:
    book, found, columns, rows = sheet(alone["path"])
    assert book.sheetnames == ["정산 검토", decisions.TAB, *APPLYING]
    told = {number: str(found.cell(row, columns["판정 내용"]).value) for number, row in rows.items()}
    assert {number: text.split("\n")[0] for number, text in told.items()} == {
        "1": "적격", STRUCK: "제외", "3": "제외", "4": "보완",
    }  # fmt: skip
    assert f"[{RULE}]" in told[STRUCK]
    before = openpyxl.load_workbook(alone["source"])[SHEET]
    assert [[c.value for c in row[: before.max_column]] for row in found.iter_rows()] == [
        [c.value for c in row] for row in before.iter_rows()
    ]
    assert found.column_dimensions["B"].width == pytest.approx(33, abs=1)
    assert (found.freeze_panes, found.print_title_rows) == ("A5", "$4:$4")
    review_book.prove(alone["path"])


def test_every_finding_is_noted_at_its_cell_and_the_note_of_the_office_stays(alone: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(alone["path"])
    (applied,) = alone["judgement"].others
    assert len(applied.findings) == 4
    for code, place, cell in zip(*(applied.findings[c] for c in ("code", "sheet", "cell")), strict=True):
        assert f"[{code}]" in book[place][cell].comment.text
        coloured = [k.sqref for k in book[place].conditional_formatting]
        assert any(book[place][cell].coordinate in areas for areas in coloured)
    assert "제외:" in book[SHEET]["F6"].comment.text
    assert (book[SHEET]["B5"].comment.text, book[SHEET]["B5"].comment.author) == (
        "[GAC-010] 담당자: 전화로 확인",
        "박주임",
    )


def test_where_not_every_finding_has_a_note_the_column_that_tells_them_is_named(
    alone: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "MOST_COMMENTS", 1)
    (written,) = review.write(alone["judgement"], tmp_path)
    assert any("메모는 앞의 1개에만 달았습니다. 모든 지적은 판정 내용 열에 있습니다." in one for one in written.notices)


def test_the_summary_counts_applications_in_their_own_words_and_leads_to_the_cells(alone: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(alone["path"])
    found = book.worksheets[0]
    cells = {c.value: c for row in found.iter_rows() for c in row if c.value is not None}
    top = cells["판정한 것"].row
    assert [c.value for c in found[top][2:6]] == ["판정한 것", "적격", "보완", "제외"]
    assert [c.value for c in found[top + 1][2:6]] == [4, 1, 1, 2]
    assert "신청 지적 4건" in cells
    assert not [text for text in cells if str(text).startswith(("비목별", "재원별", "지적 "))]
    listed = {found.cell(r, 2).value: r for r in range(cells["신청번호"].row + 1, found.max_row + 1)}
    row = listed[RULE]
    assert [found.cell(row, at).value for at in (3, 5, 6)] == ["제외", STRUCK, "동백부품"]
    assert found.cell(row, 4).hyperlink.location == f"'{SHEET}'!F6"
    how = next(text for text in texts(found) if text.startswith("색칠한 셀"))
    assert "소명은 신청기업 오른쪽의" in how
    assert "〈판정〉 시트에 적습니다(집행번호 칸에 신청번호)" in how
    assert findings_list.NAME not in how


def test_read_back_it_gives_the_same_verdicts_and_is_renewed_not_doubled(alone: dict[str, Any], tmp_path: Path) -> None:
    again = judged(alone["path"])
    before = alone["judgement"]
    assert json_.findings(again) == json_.findings(before)
    assert [one.totals for one in again.others] == [one.totals for one in before.others]
    (written,) = review.write(again, tmp_path)
    book, found, _, _ = sheet(written.path)
    assert book.sheetnames == ["정산 검토", decisions.TAB, *APPLYING]
    assert texts(found).count("판정 내용") == 1
    notes = [c.comment.text for row in found.iter_rows() for c in row if c.comment]
    assert len(notes) == 5
    review_book.prove(written.path)


def test_replies_and_decisions_are_in_the_next_one_and_decide(
    rows: dict[str, list[list[Any]]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = usage_kit.runner(capsys)
    source, out = filled(tmp_path / "신청.xlsx", rows, APPLYING), tmp_path / "결과"
    run("check", source, "--programme", GYEONGNAM, "-o", out)
    book, found, columns, at = sheet(out / "검토표.xlsx")
    found.cell(at[STRUCK], columns["소명내용"], REPLY)
    decided = book[decisions.TAB]
    heads = {str(c.value): c.column for c in decided[1]}
    (choice,) = decided.data_validations.dataValidation
    assert "C2" in choice.sqref
    said = {
        "집행번호": STRUCK,
        "규칙코드": RULE,
        "판정": "인정",
        "사유": "공장이 도내",
        "판정자": "김판정",
        "검토자": "이검토",
    }
    for name, text in said.items():
        decided.cell(2, heads[name], text)
    book.save(out / "검토표.xlsx")
    ran = run("check", source, "--programme", GYEONGNAM, "-o", out)
    assert "소명 1건, 판정 1건을 새 검토표에 옮겼습니다" in ran.said
    book, found, columns, at = sheet(out / "검토표.xlsx")
    assert found.cell(at[STRUCK], columns["소명내용"]).value == REPLY
    told = str(found.cell(at[STRUCK], columns["판정 내용"]).value)
    assert told.split("\n")[0] == "적격"
    assert "감사자 판정 적격: 공장이 도내" in told
    assert set(said.values()) <= set(texts(book[decisions.TAB]))
    result = json.loads((out / "정산결과.json").read_text(encoding="utf-8"))
    applied = next(one for one in result["subjects"] if one["name"] == "신청")
    assert (applied["totals"]["recognised"], applied["totals"]["disallowed"]) == (2, 1)
    run("check", source, "--programme", GYEONGNAM, "-o", out)  # a third time: nothing is lost, nothing stands twice
    book, found, columns, at = sheet(out / "검토표.xlsx")
    assert found.cell(at[STRUCK], columns["소명내용"]).value == REPLY
    assert texts(book[decisions.TAB]).count("공장이 도내") == 1


def test_in_two_files_each_comes_back_the_ledger_first(rows: dict[str, list[list[Any]]], tmp_path: Path) -> None:
    applying = filled(tmp_path / "가 신청.xlsx", rows, [SHEET, "심사", "제출서류"])
    spending = filled(tmp_path / "나 장부.xlsx", rows, [*SPENDING, "협약", "근로자명단"])
    judgement = judged(applying, spending)
    begun = review.begin(judgement)
    try:
        first, second = review.write(judgement, tmp_path, begun=begun)
    finally:
        begun.end()
    assert (first.path.name, second.path.name) == ("검토표.xlsx", "검토표-2.xlsx")
    ledger, applications = openpyxl.load_workbook(first.path), openpyxl.load_workbook(second.path)
    assert ledger.sheetnames == ["정산 검토", findings_list.NAME, *SPENDING, "협약", "근로자명단"]
    assert applications.sheetnames == ["정산 검토", decisions.TAB, SHEET, "심사", "제출서류"]
    assert "판정 내용" in texts(applications[SHEET])
    for book in (ledger, applications):  # a link leads to a sheet of the file it stands in
        links = [c.hyperlink.location for row in book.worksheets[0].iter_rows() for c in row if c.hyperlink]
        assert links
        assert {one.rpartition("!")[0].strip("'") for one in links} <= set(book.sheetnames)
        told = texts(book.worksheets[0])
        assert f"지적 {len(View(judgement).details):,}건" in told
        assert "신청 지적 4건" in told
    for path in (first.path, second.path):
        review_book.prove(path)


def test_what_was_typed_into_the_second_file_is_carried_into_it(
    rows: dict[str, list[list[Any]]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = usage_kit.runner(capsys)
    applying = filled(tmp_path / "가 신청.xlsx", rows, [SHEET, "심사", "제출서류"])
    spending = filled(tmp_path / "나 장부.xlsx", rows, [*SPENDING, "협약", "근로자명단"])
    out = tmp_path / "결과"
    run("check", applying, spending, "--programme", GYEONGNAM, "-o", out)
    book, found, columns, at = sheet(out / "검토표-2.xlsx")
    found.cell(at[STRUCK], columns["소명내용"], REPLY)
    book.save(out / "검토표-2.xlsx")
    book, found, columns, at = sheet(out / "검토표.xlsx", "집행내역", "집행번호")
    found.cell(at["L-1"], columns["소명내용"], "계좌를 확인했습니다")
    book.save(out / "검토표.xlsx")
    run("check", applying, spending, "--programme", GYEONGNAM, "-o", out)
    for name, key, number, told in (
        ("검토표-2.xlsx", (SHEET, "신청번호"), STRUCK, REPLY),
        ("검토표.xlsx", ("집행내역", "집행번호"), "L-1", "계좌를 확인했습니다"),
    ):
        _, found, columns, at = sheet(out / name, *key)
        assert found.cell(at[number], columns["소명내용"]).value == told
    names = {one["name"] for one in json.loads((out / "manifest.json").read_text(encoding="utf-8"))["outputs"]}
    assert {"검토표.xlsx", "검토표-2.xlsx"} <= names
    # without the ledger the applications are the first file, and what was typed beside them is still there
    run("check", applying, "--programme", GYEONGNAM, "-o", out)
    _, found, columns, at = sheet(out / "검토표.xlsx")
    assert found.cell(at[STRUCK], columns["소명내용"]).value == REPLY
    assert not (out / "검토표-2.xlsx").exists()


def test_a_resident_number_is_hidden_in_the_copy_and_not_in_the_file(
    rows: dict[str, list[list[Any]]], tmp_path: Path
) -> None:
    changed = {name: [list(row) for row in found] for name, found in rows.items()}
    changed[SHEET][4][4] = f"윤가람 {NUMBER}"
    source = filled(tmp_path / "신청.xlsx", changed, APPLYING)
    (written,) = review.write(judged(source), tmp_path)
    assert any("가렸습니다" in one for one in written.notices)
    for data in review_book.parts(written.path).values():
        assert NUMBER.encode() not in data
        assert NUMBER.replace("-", "").encode() not in data
    assert openpyxl.load_workbook(written.path)[SHEET]["E5"].value == "윤가람 900101-1******"
    assert NUMBER in openpyxl.load_workbook(source)[SHEET]["E5"].value


@pytest.mark.parametrize("ending", [".csv", ".xls"])
def test_a_file_that_cannot_be_edited_is_copied_cell_by_cell(
    rows: dict[str, list[list[Any]]], tmp_path: Path, ending: str
) -> None:
    table = [["" if value is None else str(value) for value in row] for row in rows[SHEET][3:]]
    table[1][4] = f"윤가람 {NUMBER}"
    source = tmp_path / f"{SHEET}{ending}"
    if ending == ".csv":
        source.write_text("\n".join(",".join(row) for row in table), encoding="utf-8")
    else:
        spreadsheetml(source, SHEET, table)
    (written,) = review.write(judged(source), tmp_path)
    assert any("서식 없이 내용만 새 엑셀 파일에 옮기고" in one for one in written.notices)
    _, found, columns, at = sheet(written.path)
    assert str(found.cell(at[STRUCK], columns["판정 내용"]).value).startswith("제외\n[GAC-")
    assert found.cell(at[STRUCK], columns["기업명"]).value == "동백부품"
    assert NUMBER not in "".join(texts(found))
    review_book.prove(written.path)


def test_every_subject_of_a_programme_without_a_ledger_has_its_verdicts_and_notes(tmp_path: Path) -> None:
    judgement = judged(sample.write(tmp_path, HONORS), programme=HONORS)
    (written,) = review.write(judgement, tmp_path)
    book = openpyxl.load_workbook(written.path)
    assert [one.subject.sheet for one in judgement.others] == ["신청사례", "추천"]
    for one in judgement.others:
        found = book[one.subject.sheet]
        assert "판정 내용" in texts(found)
        assert f"{one.subject.name} 지적 {len(one.findings)}건" in texts(book.worksheets[0])
    assert book.sheetnames.count(decisions.TAB) == 1  # the workbook has one of its own
    assert f"{decisions.TAB} (2)" not in book.sheetnames
    review_book.prove(written.path)


def test_beside_a_ledger_in_one_file_the_summary_lists_both(tmp_path: Path) -> None:
    judgement = judged(sample.write(tmp_path, GYEONGNAM))
    (written,) = review.write(judgement, tmp_path)
    told = texts(openpyxl.load_workbook(written.path).worksheets[0])
    assert f"지적 {len(View(judgement).details):,}건" in told
    assert "신청 지적 4건" in told
    assert next(text for text in told if text.startswith("색칠한 셀")).endswith(
        "소명은 〈지적 목록〉의 소명 칸이나 집행내역·신청기업 오른쪽의 소명내용·추가증빙·담당자 칸에 적습니다."
    )
