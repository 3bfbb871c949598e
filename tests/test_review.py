"""검토표.xlsx: what was there stays, what is added is right, and it is judged as the original was."""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from settle.documents import json_
from settle.documents.review import masking as review_masking
from settle.documents.review import review
from tests.kit import review_book
from tests.kit.review_book import FIRST, HEADINGS, NS, cell_texts, judged, part_of, parts, tree

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

ADDED = ["판정", "불인정금액", "보완금액", "규칙코드", "사유", "조치", "소명내용", "추가증빙", "담당자"]
COMPARED = ("id", "effect", "line", "at_issue", "applied", "message", "row", "cell")


def reviewed(path: Path, folder: Path, *more: Path) -> tuple[Path, list[str]]:
    """Judge and write; the (first) review workbook and what was said."""
    folder.mkdir(exist_ok=True)
    written = review.write(judged(path, *more), folder)
    return written[0].path, [notice for one in written for notice in one.notices]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The institution's workbook, its judgement, the review workbook, the parts of both."""
    folder = tmp_path_factory.mktemp("review")
    source = review_book.write(folder / "장부.xlsx")
    judgement = judged(source)
    path = review.write(judgement, folder)[0].path
    return {"source": source, "path": path, "judgement": judgement, "old": parts(source), "new": parts(path)}


def head_row(path: Path, sheet: str = "집행내역", row: int = 5) -> list[Any]:
    return [c.value for c in openpyxl.load_workbook(path)[sheet][row]]


def test_every_part_that_needs_no_change_stays_byte_for_byte(book: dict[str, Any]) -> None:
    old, new = book["old"], book["new"]
    changed = {name for name in old if new.get(name) != old[name]}
    ledger = part_of(old, "집행내역")
    assert changed == {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        ledger,
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
        "xl/sharedStrings.xml",  # for the resident number in it
    }
    assert new["xl/sharedStrings.xml"] == old["xl/sharedStrings.xml"].replace(b"900101-1234567", b"900101-1******")
    assert len(set(new) - set(old)) == 2  # the summary sheet and 지적 목록
    assert {"xl/media/image1.png", "docProps/app.xml", "docProps/core.xml"} <= set(old) - changed


def test_the_users_cells_formulas_and_stored_values_stay_as_they_were(book: dict[str, Any]) -> None:
    part = part_of(book["old"], "집행내역")
    old, new = cell_texts(book["old"][part]), cell_texts(book["new"][part])
    assert {cell: new.get(cell) for cell in old} == old
    assert b"<f>ROUND(G6/1.1,0)</f><v>54545</v>" in new["N6"]
    values = openpyxl.load_workbook(book["path"], data_only=True)
    assert values["집행내역"]["G11"].value == 293_000
    assert values["내부 계산"]["A1"].value == 120_000
    assert values["내부 계산"].sheet_state == "hidden"


def test_widths_hidden_columns_merges_lists_formats_and_picture_stay(book: dict[str, Any]) -> None:
    for name in ("mergeCells", "dataValidations", "drawing"):
        part = part_of(book["old"], "집행내역")
        one = [next(tree(book[side][part]).iterfind(f"m:{name}", NS)) for side in ("old", "new")]
        assert [e.items() for e in one[0].iter()] == [e.items() for e in one[1].iter()]
    sheet = openpyxl.load_workbook(book["path"])["집행내역"]
    assert sheet.column_dimensions["A"].width == pytest.approx(18.2, abs=0.1)
    assert sheet.column_dimensions["O"].hidden
    assert sheet.column_dimensions["T"].width == 60  # 사유: the user's narrow columns give way
    assert sheet.column_dimensions["Y"].width < 5  # and go on behind them
    assert sheet.row_dimensions[7].height >= 39.7
    rules = [rule for ranges in sheet.conditional_formatting for rule in ranges.rules]
    assert sum(rule.type == "cellIs" for rule in rules) == 1


def test_old_formats_keep_their_numbers_and_new_ones_come_behind(book: dict[str, Any]) -> None:
    old, new = (tree(book[side]["xl/styles.xml"]) for side in ("old", "new"))
    for name in ("fonts", "fills", "borders", "cellXfs", "dxfs"):
        before, after = (list(next(t.iterfind(f"m:{name}", NS))) for t in (old, new))
        assert len(after) > len(before)
        assert [[e.items() for e in x.iter()] for x in after[: len(before)]] == [
            [e.items() for e in x.iter()] for x in before
        ]
        assert int(next(new.iterfind(f"m:{name}", NS)).get("count", 0)) == len(after)


def test_verdict_columns_say_what_the_judgement_says_and_replies_are_empty(book: dict[str, Any]) -> None:
    sheet = openpyxl.load_workbook(book["path"])["집행내역"]
    judgement = book["judgement"]
    assert head_row(book["path"]) == [*HEADINGS, *ADDED]
    start = len(HEADINGS) + 1
    for row, line in enumerate(judgement.lines.itertuples(), start=FIRST):
        cells = [sheet.cell(row, start + at).value for at in range(len(ADDED))]
        assert cells[1:3] == [line.disallowed, line.held]
        assert cells[6:] == [None, None, None]
        codes = judgement.findings.loc[judgement.findings["line"] == line.line, "code"]
        assert (cells[3] or "") == ", ".join(dict.fromkeys(codes))
        assert (cells[0] == "인정") == (line.recognised == line.claimed)
    words = {sheet.cell(row, 1).value: sheet.cell(row, start).value for row in range(FIRST, FIRST + 5)}
    assert set(words.values()) <= {"인정", "불인정", "보완", "일부인정"}
    assert words["E-004"] == "불인정"
    for at, total in ((2, "disallowed"), (3, "held")):
        column = [sheet.cell(row, start + at - 1).value for row in range(FIRST, FIRST + 5)]
        assert sum(column) == json_.result(judgement)["totals"][total]


def test_an_amount_wider_than_its_column_is_printed_smaller_not_as_hashes(book: dict[str, Any]) -> None:
    sheets = openpyxl.load_workbook(book["path"])
    heads = head_row(book["path"])
    at = [heads.index(name) + 1 for name in ("불인정금액", "보완금액")]
    ledger = [sheets["집행내역"].cell(6, column) for column in at]
    summary = [
        c for row in sheets.worksheets[0].iter_rows(min_col=2, max_col=8) for c in row if isinstance(c.value, int)
    ]
    assert summary
    assert all(cell.alignment.shrink_to_fit for cell in ledger + summary)


def test_text_that_begins_like_a_formula_is_text_and_our_texts_are_masked(book: dict[str, Any]) -> None:
    part = part_of(book["new"], "집행내역")
    formulas = tree(book["new"][part]).findall(".//m:f", NS)
    assert len(formulas) == 6  # the user's own
    summary = book["new"][(set(book["new"]) - set(book["old"])).pop()]
    assert not tree(summary).findall(".//m:f", NS)
    for name in (set(book["new"]) - set(book["old"])) | {"xl/comments1.xml"}:
        assert b"900101-1234567" not in book["new"][name]


def test_offending_cells_are_coloured_and_have_a_comment_and_the_users_comments_stay(book: dict[str, Any]) -> None:
    sheet = openpyxl.load_workbook(book["path"])["집행내역"]
    coloured = {
        cell
        for ranges in sheet.conditional_formatting
        if any("settle" in str(rule.formula) for rule in ranges.rules)
        for each in str(ranges.sqref).split()
        for row in sheet[each if ":" in each else f"{each}:{each}"]
        for cell in [c.coordinate for c in row]
    }
    findings = book["judgement"].findings
    wanted = set(findings.loc[(findings["sheet"] == "집행내역") & (findings["cell"] != ""), "cell"])
    assert wanted
    assert coloured == wanted
    assert sheet["A1"].comment.text == "제목의 메모"
    assert sheet["G7"].comment.text == "담당자 확인함"  # its finding is told in 사유
    others = wanted - {"G7"}
    assert others
    for cell in others:
        codes = findings.loc[findings["cell"] == cell, "code"]
        assert all(code in sheet[cell].comment.text for code in codes)
    assert openpyxl.load_workbook(book["path"])["협약"]["B2"].comment.text == "협약서 참조"
    shapes = re.findall(rb"<x:Row>(\d+)</x:Row>", book["new"]["xl/drawings/vmlDrawing1.vml"])
    assert len(shapes) == len(tree(book["new"]["xl/comments1.xml"]).findall(".//m:comment", NS))
    ids = re.findall(rb'<v:shape [^>]*?\bid="([^"]+)"', book["new"]["xl/drawings/vmlDrawing1.vml"])
    assert len(ids) == len(set(ids))


def test_an_unreadable_cell_of_a_paper_is_coloured_on_its_own_sheet(tmp_path: Path) -> None:
    source = review_book.write(tmp_path / "a.xlsx")
    papers = tmp_path / "b.xlsx"
    rows = [["집행번호", "증빙종류", "발행일", "합계금액"], ["E-001", "카드매출전표", "2025-13-45", 60_000]]
    book = openpyxl.load_workbook(source)
    sheet = book.create_sheet("증빙목록")
    for row in rows:
        sheet.append(row)
    book.save(papers)
    judgement = judged(papers)
    found = judgement.findings[judgement.findings["code"] == "DAT-020"]
    assert ("증빙목록", 2, "C2") in set(zip(found["sheet"], found["row"], found["cell"], strict=True))
    path, _ = reviewed(papers, tmp_path / "out")
    workbook = openpyxl.load_workbook(path)
    assert "발행일" in workbook["증빙목록"]["C2"].comment.text
    assert workbook["집행내역"]["C2"].comment is None


def test_the_summary_is_in_front_and_its_links_lead_to_the_cells(book: dict[str, Any]) -> None:
    workbook = openpyxl.load_workbook(book["path"])
    assert workbook.sheetnames[1:] == ["지적 목록", "집행내역", "협약", "내부 계산"]
    assert workbook.active.title == workbook.sheetnames[0]
    assert sum(bool(sheet.sheet_view.tabSelected) for sheet in workbook) == 1
    summary = workbook.worksheets[0]
    findings = book["judgement"].findings
    links = [c.hyperlink.location for row in summary.iter_rows() for c in row if c.hyperlink]
    assert links == [f"'집행내역'!{cell}" for cell in findings["cell"]]
    texts = [str(c.value) for row in summary.iter_rows() for c in row if c.value is not None]
    totals = book["judgement"].totals
    assert str(totals["claimed"]) in texts
    assert str(totals["disallowed"]) in texts
    for fund in book["judgement"].by_fund["재원"]:
        assert (fund or "(재원 없음)") in texts
    assert workbook.defined_names["단가"].attr_text == "집행내역!$G$6"


def test_filter_and_frozen_headings_are_added_where_there_are_none(book: dict[str, Any]) -> None:
    sheet = openpyxl.load_workbook(book["path"])["집행내역"]
    assert sheet.auto_filter.ref == "A5:X10"
    assert sheet.freeze_panes == "A6"
    assert sheet.page_setup.orientation == "landscape"
    assert int(sheet.page_setup.paperSize) == 9
    assert (sheet.print_title_rows, sheet.print_title_cols) == ("$5:$5", "$A:$A")
    assert openpyxl.load_workbook(book["path"]).worksheets[0].print_title_rows


def test_filter_panes_and_page_that_are_there_are_kept(tmp_path: Path) -> None:
    source = review_book.write(tmp_path / "a.xlsx", filtered=True, frozen=True, page=True)
    path, _ = reviewed(source, tmp_path / "out")
    sheet = openpyxl.load_workbook(path)["집행내역"]
    assert sheet.freeze_panes == "C6"
    assert sheet.auto_filter.ref == "A5:X10"  # widened, so that 판정 can be filtered
    assert int(sheet.page_setup.paperSize) == 8
    assert sheet.print_area.endswith("$X$11")  # or the verdicts would not be printed
    hidden = re.findall(r"_FilterDatabase[^>]*>([^<]*)<", parts(path)["xl/workbook.xml"].decode())
    assert hidden == ["'집행내역'!$A$5:$X$10"]


def test_an_excel_table_keeps_its_columns_and_its_own_filter(tmp_path: Path) -> None:
    source = review_book.write(tmp_path / "a.xlsx", table=True)
    path, _ = reviewed(source, tmp_path / "out")
    assert parts(path)["xl/tables/table1.xml"] == parts(source)["xl/tables/table1.xml"]
    sheet = openpyxl.load_workbook(path)["집행내역"]
    assert sheet.auto_filter.ref == "P5:X10"
    assert head_row(path)[len(HEADINGS) :] == ADDED


@pytest.mark.parametrize("options", [{}, {"table": True}, {"filtered": True, "frozen": True}, {"page": True}])
def test_elements_stand_in_the_order_of_the_schema_and_relations_lead_to_parts(
    tmp_path: Path, options: dict[str, bool]
) -> None:
    path, _ = reviewed(review_book.write(tmp_path / "a.xlsx", **options), tmp_path / "out")
    review_book.prove(path)


def test_read_back_it_gives_the_same_verdicts_and_won(book: dict[str, Any]) -> None:
    again = judged(book["path"])
    before = book["judgement"]
    assert again.totals == before.totals
    assert again.by_category.equals(before.by_category)
    for name in COMPARED:
        assert again.findings[name].tolist() == before.findings[name].tolist()
    assert [s.kind for s in again.book.sheets] == ["", "", "집행내역", "협약", ""]
    assert again.input_errors == [e for e in again.input_errors if e.code != "DAT-010"]


def test_numbers_of_lines_and_papers_are_not_taken_for_accounts(tmp_path: Path) -> None:
    rows = [[f"12-3456-78{n}1", *row[1:]] for n, row in enumerate(review_book.ROWS)]
    rows[0][4] = "국민은행 123456-04-123456 송금"
    source = review_book.write(tmp_path / "a.xlsx", rows)
    path, said = reviewed(source, tmp_path / "out")
    first, again = judged(source), judged(path)
    assert again.lines["line"].tolist() == first.lines["line"].tolist() == [row[0] for row in rows]
    assert again.findings["id"].tolist() == first.findings["id"].tolist()
    assert any("가렸습니다" in one for one in said)
    assert not any(b"123456-04-123456" in data for data in parts(path).values())


def test_masking_in_pieces_is_masking(monkeypatch: pytest.MonkeyPatch) -> None:
    for mark in ("row", "si"):
        rows = "".join(f"<{mark}><t>{n} 900101-1234567</t></{mark}>" for n in range(500))
        xml = f"<a>{rows}<b><t>900101-1234567</t></b></a>".encode()
        monkeypatch.setattr(review_masking, "PIECE", 1 << 20)
        whole = review_masking.masked(xml, review_masking.Masks())
        monkeypatch.setattr(review_masking, "PIECE", 100)
        assert review_masking.masked(xml, review_masking.Masks()) == whole == xml.replace(b"1234567", b"1******")


def test_the_same_input_gives_the_same_bytes(book: dict[str, Any], tmp_path: Path) -> None:
    path, _ = reviewed(book["source"], tmp_path / "out")
    assert path.read_bytes() == book["path"].read_bytes()


def test_a_review_workbook_that_comes_back_is_renewed_and_replies_stay(book: dict[str, Any], tmp_path: Path) -> None:
    part = part_of(book["new"], "집행내역")
    answered = tmp_path / "검토표 회신.xlsx"
    with zipfile.ZipFile(answered, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in book["new"].items():
            if name == part:
                assert b'<c r="V7"' in data
                reply = '" t="inlineStr"><is><t>-확인</t></is></c>'.encode()
                data = re.sub(rb'(<c r="V7" s="\d+)"/>', rb"\1" + reply, data)
                data = data.replace(b"<v>110000</v>", b"<v>90000</v>", 1)
            out.writestr(name, data)
    path, _ = reviewed(answered, tmp_path / "out")
    sheet = openpyxl.load_workbook(path)["집행내역"]
    assert head_row(path) == [*HEADINGS, *ADDED]
    assert sheet["V7"].value == "-확인"
    assert (openpyxl.load_workbook(book["path"])["집행내역"]["Q7"].value, sheet["Q7"].value) == (20_000, 0)
    assert len(openpyxl.load_workbook(path).sheetnames) == 5
    comments = tree(parts(path)["xl/comments1.xml"]).findall(".//m:comment", NS)
    refs = [c.get("ref") for c in comments]
    assert len(refs) == len(set(refs))
    ours = [rule for ranges in sheet.conditional_formatting for rule in ranges.rules if "settle" in str(rule.formula)]
    assert len(ours) <= 3


def test_several_files_give_a_review_workbook_for_each_ledger(tmp_path: Path) -> None:
    first = review_book.write(tmp_path / "a.xlsx")
    rows = [[f"F-00{n}", *row[1:]] for n, row in enumerate(review_book.ROWS)]
    second = review_book.write(tmp_path / "b.xlsx", rows)
    out = tmp_path / "out"
    out.mkdir()
    judgement = judged(first, second)
    written = review.write(judgement, out)
    assert len(written) == 2
    sums = 0
    for one in written:
        sheet = openpyxl.load_workbook(one.path)["집행내역"]
        sums += sum(sheet.cell(row, len(HEADINGS) + 2).value for row in range(FIRST, FIRST + 5))
    assert sums == judgement.totals["disallowed"]


def test_an_input_is_never_overwritten(tmp_path: Path) -> None:
    source = review_book.write(tmp_path / "검토표.xlsx")
    before = source.read_bytes()
    written = review.write(judged(source), tmp_path)
    assert written[0].path != source
    assert source.read_bytes() == before


def test_a_csv_is_copied_into_a_workbook_and_it_is_said(tmp_path: Path) -> None:
    source = tmp_path / "집행내역.csv"
    lines = [",".join(HEADINGS[:13])] + [
        ",".join("" if v is None else str(v).replace('"', "'") for v in r) for r in review_book.ROWS
    ]
    source.write_text("\n".join(lines), encoding="utf-8")
    path, said = reviewed(source, tmp_path / "out")
    assert "CSV" in said[0]
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["집행내역"]
    assert [c.value for c in sheet[1]][-9:] == ADDED
    assert not any(c.data_type == "f" for row in sheet.iter_rows() for c in row)
    first, again = judged(source), judged(path)
    assert again.totals == first.totals
    assert [s.kind for s in again.book.sheets] == ["", "", "집행내역"]
    assert again.findings["effect"].tolist() == first.findings["effect"].tolist()
    assert again.findings["id"].tolist() == first.findings["id"].tolist()


def test_macros_are_left_out_and_it_is_said(tmp_path: Path) -> None:
    binary = tmp_path / "vba.bin"
    binary.write_bytes(b"\xd0\xcf\x11\xe0 not a real project")
    source = review_book.write(tmp_path / "a.xlsm", macro=binary)
    path, said = reviewed(source, tmp_path / "out")
    assert path.suffix == ".xlsx"
    assert any("매크로" in one for one in said)
    found = parts(path)
    assert not [name for name in found if "vba" in name.lower()]
    assert b"macroEnabled" not in found["[Content_Types].xml"]
    assert b"vbaProject" not in found["xl/_rels/workbook.xml.rels"]


def test_two_ledger_sheets_of_one_file_both_get_columns_and_names(tmp_path: Path) -> None:
    source = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, letter in (("집행내역 상반기", "E"), ("집행내역 하반기", "F")):
        sheet = book.create_sheet(name)
        sheet.append(HEADINGS[:13])
        for row in review_book.ROWS:
            sheet.append([row[0].replace("E", letter), *row[1:4], "식대", *row[5:]])
    book.save(source)
    path, _ = reviewed(source, tmp_path / "out")
    workbook = openpyxl.load_workbook(path)
    for name in ("집행내역 상반기", "집행내역 하반기"):
        assert [c.value for c in workbook[name][1]][-9:] == ADDED
        assert workbook[name].auto_filter.ref == "A1:V6"
        assert workbook[name].print_title_rows == "$1:$1"


def test_a_note_beside_the_ledger_is_not_overwritten(tmp_path: Path) -> None:
    source = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "집행내역"
    sheet.append(HEADINGS[:13])
    for row in review_book.ROWS:
        sheet.append([*row[:4], "식대", *row[5:]])
    sheet["P3"] = "표 옆의 메모"
    book.save(source)
    path, _ = reviewed(source, tmp_path / "out")
    sheet = openpyxl.load_workbook(path)["집행내역"]
    assert sheet["P3"].value == "표 옆의 메모"
    assert [c.value for c in sheet[1] if c.value][-9:] == ADDED


def test_a_cell_far_out_does_not_send_the_columns_after_it(tmp_path: Path) -> None:
    source = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "집행내역"
    sheet.append(HEADINGS[:13])
    for row in review_book.ROWS:
        sheet.append([*row[:4], "식대", *row[5:]])
    sheet["XFD3"] = "."
    book.save(source)
    path, _ = reviewed(source, tmp_path / "out")
    sheet = openpyxl.load_workbook(path)["집행내역"]
    assert [c.value for c in sheet[1]][13:22] == ADDED
    assert sheet["XFD3"].value == "."


def test_replies_can_be_written_on_a_protected_sheet_and_a_chart_sheet_is_not_selected_too(tmp_path: Path) -> None:
    source = review_book.write(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(source)
    book["집행내역"].protection.enable()
    chart = openpyxl.chart.BarChart()
    chart.add_data(openpyxl.chart.Reference(book["집행내역"], min_col=7, min_row=6, max_row=10))
    sheet = book.create_chartsheet("그림")
    sheet.add_chart(chart)
    sheet.sheetViews.sheetView[0].tabSelected = True
    book.save(source)
    path, _ = reviewed(source, tmp_path / "out")
    ledger = openpyxl.load_workbook(path)["집행내역"]
    assert ledger.protection.sheet
    assert [ledger.cell(7, 16 + at).protection.locked for at in range(9)] == [True] * 6 + [False] * 3
    selected = [n for n, data in parts(path).items() if n.startswith("xl/") and b'tabSelected="1"' in data]
    assert selected == ["xl/worksheets/settleReview2.xml"]


def test_thousands_of_comments_have_ids_in_blocks_that_are_listed(tmp_path: Path) -> None:
    rows = [[f"E-{n:04d}", *review_book.ROWS[3][1:]] for n in range(1500)]
    path, _ = reviewed(review_book.write(tmp_path / "a.xlsx", rows), tmp_path / "out")
    drawing = parts(path)["xl/drawings/vmlDrawing1.vml"]
    ids = [int(n) for n in re.findall(rb'id="_x0000_s(\d+)"', drawing)]
    assert len(ids) == len(set(ids)) > 1500
    listed = re.search(rb'<o:idmap [^>]*data="([\d,]+)"', drawing)
    assert listed
    assert {n // 1024 for n in ids} <= {int(n) for n in listed[1].split(b",")}


def test_comments_have_a_limit_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "MOST_COMMENTS", 1)
    source = review_book.write(tmp_path / "a.xlsx")
    path, said = reviewed(source, tmp_path / "out")
    assert any("메모" in one for one in said)
    comments = tree(parts(path)["xl/comments1.xml"]).findall(".//m:comment", NS)
    assert len(comments) <= 3


@pytest.mark.slow_all
def test_it_opens_in_libreoffice_and_comes_back_the_same(book: dict[str, Any], tmp_path: Path) -> None:
    import shutil

    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not installed")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "saved")]
    subprocess.run([*command, str(book["path"])], check=True, capture_output=True, timeout=180)
    saved = tmp_path / "saved" / book["path"].name
    again = judged(saved)
    assert again.totals == book["judgement"].totals
    path, _ = reviewed(saved, tmp_path / "out")
    assert head_row(path)[: len(HEADINGS) + 9] == [*HEADINGS, *ADDED]
    workbook = openpyxl.load_workbook(path)
    assert len(workbook.sheetnames) == 5
    assert workbook.sheetnames[1:] == ["지적 목록", "집행내역", "협약", "내부 계산"]
    first = openpyxl.load_workbook(book["path"])["집행내역"]
    commented = [
        {c.coordinate for row in s.iter_rows() for c in row if c.comment} for s in (first, workbook["집행내역"])
    ]
    assert commented[0] == commented[1]


def old_workbook(path: Path) -> Path:
    """The ledger as .xls, with dates, a merged category and a column nobody knows."""
    import datetime as dt

    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("집행내역")
    sheet.write(0, 0, "우리 기관 집행내역")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for at, name in enumerate([*HEADINGS[:13], "우리만 쓰는 열"]):
        sheet.write(2, at, name)
    for row, values in enumerate(review_book.ROWS[:4], start=3):
        for at, value in enumerate(values):
            if at in (1, 2):
                sheet.write(row, at, dt.date.fromisoformat(value), day)
            elif at != 3 and value is not None:
                sheet.write(row, at, value)
        sheet.write(row, 13, f"비밀 {row}")
    sheet.write_merge(3, 6, 3, 3, "회의비")
    sheet.write(7, 0, "합계")
    sheet.write(7, 6, sum(r[6] for r in review_book.ROWS[:4]))
    book.save(str(path))
    return path


def strict_workbook(path: Path) -> Path:
    """The ledger as Strict Open XML."""
    plain = parts(review_book.write(path.with_name("plain.xlsx")))
    old, new = b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in plain.items():
            data = data.replace(old + b"spreadsheetml/2006/main", new + b"spreadsheetml/main")
            out.writestr(
                name, data.replace(old + b"officeDocument/2006/relationships", new + b"officeDocument/relationships")
            )
    return path


@pytest.mark.parametrize("make", [old_workbook, strict_workbook])
def test_what_cannot_be_edited_is_copied_cell_by_cell(tmp_path: Path, make: Any) -> None:
    source = make(tmp_path / ("장부.xls" if make is old_workbook else "장부.xlsx"))
    path, said = reviewed(source, tmp_path / "out")
    assert any("새 엑셀 파일" in one for one in said)
    first, again = judged(source), judged(path)
    assert len(first.lines) >= 4
    assert again.totals == first.totals
    for name in COMPARED:
        assert again.findings[name].tolist() == first.findings[name].tolist()
    row = 3 if make is old_workbook else 5
    heads = head_row(path, row=row)
    assert heads[-9:] == ADDED
    assert heads[13] in ("우리만 쓰는 열", "세전금액")
    sheet = openpyxl.load_workbook(path)["집행내역"]
    assert sheet.cell(row + 1, 7).value == 60_000
    assert sheet.cell(row + 1, 14).value in ("비밀 3", "54545", 54545)


def test_a_file_with_nothing_to_hold_the_columns_is_told(tmp_path: Path) -> None:
    source = tmp_path / "집행내역.csv"
    source.write_text("\n".join(",".join(HEADINGS[:7]) for _ in range(1)) + "\n", encoding="utf-8")
    judgement = judged(source)
    out = tmp_path / "out"
    out.mkdir()
    for one in review.write(judgement, out):
        assert openpyxl.load_workbook(one.path).sheetnames[1:] == ["지적 목록", "집행내역"]


def test_texts_of_any_length_and_letters_are_valid_xml(tmp_path: Path) -> None:
    from settle.documents.review.package import LONGEST, text

    assert tree(f"<t>{text('&' * 40_000)}</t>".encode()).text == "&" * LONGEST + "… (뒤를 줄임)"
    assert text("a\x00b\ufffec\ud800d<") == "abcd&lt;"
