"""Every kind of file a user hands in: a right reading, or one plain Korean sentence and nothing left behind."""

from __future__ import annotations

import io
import os
import re
import struct
import subprocess
import sys
import time
import zipfile
from datetime import date, datetime
from pathlib import Path

import msoffcrypto.format.ooxml
import openpyxl
import pytest
import xlsxwriter
import xlwt

from settle.workbook import parts, reader
from tests.kit.import_files import (
    HEADINGS,
    amounts,
    days,
    edit_part,
    errors,
    ledger,
    line,
    ods,
    read,
    said,
    sheet_of,
    spreadsheetml,
    workbook,
    xlsb,
)
from tests.kit.import_fuzz import WRITERS

pytestmark = pytest.mark.slow_all  # many files, each read in a process of its own


def refused(path: Path) -> str:
    """The one sentence for a file that cannot be read; told in time, without a traceback."""
    started = time.monotonic()
    book = read(path)
    assert time.monotonic() - started < 20
    (error,) = book.errors
    assert (error.code, error.consequence) == ("DAT-010", "cannot run")
    assert path.name[:20] in error.message
    assert "Error" not in error.message
    assert not any(len(frame) for frame in book.frames.values())
    return error.message


def test_xls(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("집행내역")
    dates = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for row, values in enumerate([HEADINGS, line(1), line(2, 20_000, datetime(2025, 6, 27))]):
        for column, value in enumerate(values):
            style = dates if isinstance(value, datetime) else xlwt.Style.default_style
            sheet.write(row, column, value, style)
    book.save(str(tmp_path / "a.xls"))
    read_back = read(tmp_path / "a.xls")
    assert amounts(read_back) == [10_000, 20_000]
    assert days(read_back) == ["2025-06-02", "2025-06-27"]
    assert sheet_of(read_back).letters["집행금액"] == "F"


def test_merged_cells_of_an_xls(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("집행내역")
    for row, values in enumerate(ledger(3)):
        for column, value in enumerate(values):
            if column != 2 or row == 0:
                sheet.write(row, column, value)
    sheet.write_merge(1, 3, 2, 2, "회의비")
    book.save(str(tmp_path / "a.xls"))
    assert list(read(tmp_path / "a.xls").frames["집행내역"]["세세목"]) == ["회의비"] * 3


def test_ods(tmp_path):
    book = read(ods(tmp_path / "a.ods", [HEADINGS, line(1), line(2, 20_000, date(2025, 6, 27))]))
    assert amounts(book) == [10_000, 20_000]
    assert days(book) == ["2025-06-02", "2025-06-27"]


def test_merged_cells_of_an_ods(tmp_path):
    rows = ledger(4)
    rows[3][2] = rows[4][2] = None
    book = read(ods(tmp_path / "a.ods", rows, {(2, 2): 3}))
    assert list(book.frames["집행내역"]["세세목"]) == ["회의비"] * 4
    assert said(book, "합친 칸")


def test_xlsb(tmp_path):
    book = read(xlsb(tmp_path / "a.xlsb", "집행내역", [HEADINGS, line(1), line(2, 20_000, 45835)]))
    assert amounts(book) == [10_000, 20_000]
    assert days(book) == ["2025-06-02", "2025-06-27"]


def test_a_macro_workbook_is_read_and_its_macros_are_not_run(tmp_path):
    path = workbook(tmp_path / "a.xlsm", {"집행내역": ledger(2)})
    edit_part(path, "xl/vbaProject.bin", lambda text: text)
    assert amounts(read(path)) == [10_000, 10_000]


CSV = """집행번호,집행일,세세목,적요,거래처,집행금액
E-001,2025-06-02,회의비,"업무, 협의
둘째 줄",한식당,"10,000"

E-002,2025.6.3,회의비,나,다,20000
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_csv_in_every_encoding(tmp_path, encoding):
    path = tmp_path / "집행내역.csv"
    path.write_bytes(CSV.encode(encoding))
    book = read(path)
    assert amounts(book) == [10_000, 20_000]
    assert list(book.frames["집행내역"]["적요"]) == ["업무, 협의 둘째 줄", "나"]
    assert list(book.frames["집행내역"]["_row"]) == [2, 4]
    sheet = sheet_of(book)
    assert (sheet.rows, sheet.blank) == (3, 1)
    assert sheet.letters["집행금액"] == "F"


@pytest.mark.parametrize("mark", [";", "\t"])
def test_csv_with_another_separator(tmp_path, mark):
    rows = [HEADINGS, ["E-001", "2025-06-02", "회의비", "가", "나", "10000"]]
    path = tmp_path / "집행내역.csv"
    path.write_text("\n".join(mark.join(r) for r in rows), encoding="utf-8")
    assert amounts(read(path)) == [10_000]


def test_csv_with_texts_guarded_from_excel(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f'{",".join(HEADINGS)}\n="E-001",="2025-06-02",회의비,다과,"=""가게""",="3000"\n')
    book = read(path)
    assert amounts(book) == [3000]
    assert list(book.frames["집행내역"]["집행번호"]) == ["E-001"]
    assert list(book.frames["집행내역"]["거래처"]) == ["가게"]


def test_csv_whose_cells_have_moved_is_said(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"{','.join(HEADINGS)}\nE-001,2025-06-02,회의비,다과,가게,1,000\n")
    assert said(read(path), "G2", "칸이 밀리지 않았는지")


def test_csv_with_a_title_and_ragged_rows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("2025년 집행내역\n\n" + CSV + "합계,,,,,30000\n", encoding="cp949")
    book = read(path)
    assert amounts(book) == [10_000, 20_000]
    assert sheet_of(book).totals == 1


def test_csv_with_letters_that_cannot_be_read_is_read_and_it_is_said(tmp_path):
    path = tmp_path / "집행내역.csv"
    path.write_bytes(CSV.encode() + b"E-003,2025-06-04,\xed\x9a\x8c,\xff\xfe,\x81,5000\n")
    book = read(path)
    assert amounts(book)[-1] == 5000
    assert said(book, "읽을 수 없는 글자")


def test_a_csv_under_the_name_of_a_workbook_is_read_and_it_is_said(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(CSV.encode("cp949"))
    book = read(path)
    assert amounts(book) == [10_000, 20_000]
    assert said(book, "CSV")


def test_the_size_that_a_sheet_declares_does_not_matter(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"집행내역": ledger(2)})
    edit_part(
        path,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace('<dimension ref="A1:F3"', '<dimension ref="A1:XFD1048576"'),
    )
    assert amounts(read(path)) == [10_000, 10_000]


def test_a_stray_cell_at_the_far_end_is_named(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("집행내역")
        for row, values in enumerate(ledger(2)):
            sheet.write_row(row, 0, values)
        sheet.write(1_048_575, 16_383, " ")
    message = refused(path)
    assert "XFD1048576" in message
    assert "지우고" in message


def test_rows_below_a_long_gap_keep_their_row_numbers(tmp_path):
    def far(book):
        for column, value in enumerate(line(9), 1):
            book.active.cell(60_000, column, value)

    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": ledger(1)}, far))
    assert list(book.frames["집행내역"]["_row"]) == [2, 60_000]
    assert sheet_of(book).blank == 59_997


def test_strict_open_xml(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"집행내역": ledger(2)})
    swap = {
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "http://purl.oclc.org/ooxml/spreadsheetml/main",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
            "http://purl.oclc.org/ooxml/officeDocument/relationships"
        ),
    }

    def strict(text):
        for old, new in swap.items():
            text = text.replace(old, new)
        return text

    edit_part(path, r"(xl|_rels)/.*", strict)
    assert amounts(read(path)) == [10_000, 10_000]


def test_encrypted_workbooks(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"집행내역": ledger(1)})
    locked = tmp_path / "locked.xlsx"
    with path.open("rb") as plain, locked.open("wb") as out:
        msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("secret", out)
    assert "암호" in refused(locked)


def test_an_encrypted_xls(tmp_path):
    """A BIFF8 stream whose second record is FILEPASS."""
    book = xlwt.Workbook()
    book.add_sheet("집행내역").write(0, 0, "집행일")
    book.save(str(tmp_path / "a.xls"))
    data = bytearray((tmp_path / "a.xls").read_bytes())
    start = data.find(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    kind, length = struct.unpack_from("<HH", data, start + 20)
    assert kind != 0x2F
    struct.pack_into("<HH", data, start + 20, 0x2F, length)
    (tmp_path / "b.xls").write_bytes(data)
    assert "암호" in refused(tmp_path / "b.xls")


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"SCDSA004", "DRM"),
        (b"\x9b DRMONE  This Document is encrypted and protected by Fasoo DRM", "DRM"),
        (b"<DOCUMENT SAFER V2>", "DRM"),
        (b"<## NASCA DRM FILE - VER1.00 ##>", "DRM"),
        (b"<html><body><p>\xec\xa7\x91</p>", "HTML"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>", "HTML"),
        (b"<meta charset='euc-kr'><table border=1>", "HTML"),
        (
            b'<?xml version="1.0"?><Book xmlns="urn:another">',
            "XML",
        ),
        (b"%PDF-1.7\n", "PDF"),
        (b"HWP Document File V3.00", "한글"),
        (b"", "빈 파일"),
        (b"\0" * 5000, "0으로"),
        (b"PK\x05\x06" + b"\0" * 18, "압축"),
        (b"PK\x03\x04 half a zip", "손상"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504, "손상"),
        (b"\x01\x02\x03\x00\x05", "손상"),
        (b"hello", "엑셀"),
    ],
)
@pytest.mark.parametrize("name", ["a.xls", "a.xlsx"])
def test_what_is_no_workbook_is_named(tmp_path, head, word, name):
    path = tmp_path / name
    path.write_bytes(head + (b" " * 600 if head[:1] == b"<" or head[:1] == b"S" else b""))
    assert word in refused(path)


def test_lock_files_folders_and_missing_files(tmp_path):
    lock = tmp_path / "~$집행내역.xlsx"
    lock.write_bytes(b"\x05user" + b" " * 160)
    assert "임시 파일" in refused(lock)
    (tmp_path / "폴더.xlsx").mkdir()
    assert "폴더" in refused(tmp_path / "폴더.xlsx")
    assert "없습니다" in refused(tmp_path / "없는.xlsx")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.xlsx")
    assert "보통 파일" in refused(tmp_path / "a.xlsx")


def test_a_file_too_large_is_not_opened(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb") as stream:
        stream.write(b"a,b\n")
        stream.truncate(2 << 30)
    assert "너무 큽니다" in refused(path)


def test_a_ledger_that_mentions_a_maker_of_drm_is_read(tmp_path):
    path = tmp_path / "집행내역.csv"
    path.write_text(CSV.replace("한식당", "MarkAny Fasoo") + " " * 10, encoding="utf-8")
    assert amounts(read(path)) == [10_000, 20_000]


def test_a_truncated_workbook(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"집행내역": ledger(200)})
    path.write_bytes(path.read_bytes()[:-2000])
    assert "손상" in refused(path)


def test_a_workbook_without_sheets(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"집행내역": ledger(1)})
    edit_part(path, "xl/workbook.xml", lambda xml: xml[: xml.index("<sheets>")] + "<sheets/></workbook>")
    assert "시트가 하나도 없습니다" in refused(path)


def test_a_word_document_and_a_zip(tmp_path):
    for name, part, word in (
        ("a.xlsx", "word/document.xml", "워드"),
        ("b.xlsx", "사진.jpg", "압축"),
    ):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(part, "x")
        assert word in refused(tmp_path / name)


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"집행내역": ledger(1)})
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/x.bin", "w") as part,
    ):
        for _ in range(400):
            part.write(b"\0" * (1 << 20))
    assert "압축" in refused(path)


def test_an_xml_bomb(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"집행내역": ledger(1)})
    entities = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]>'
    edit_part(path, "xl/workbook.xml", lambda xml: bomb + xml.replace('name="집행내역"', 'name="&a9;"'))
    refused(path)


def test_a_chart_sheet_beside_the_ledger_is_passed_over(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("집행내역")
        for row, values in enumerate(ledger(2)):
            sheet.write_row(row, 0, values)
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=집행내역!$F$2:$F$3"})
        book.add_chartsheet("그림").set_chart(chart)
    assert amounts(read(path)) == [10_000, 10_000]


def _children() -> set[str]:
    me = str(os.getpid())
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        if text.rsplit(")", 1)[1].split()[1] == me:
            found.add(stat.parent.name)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_parser_that_hangs_is_stopped_and_leaves_nothing_behind(tmp_path, monkeypatch):
    path = workbook(tmp_path / "a.xlsx", {"집행내역": ledger(1)})
    monkeypatch.setattr(reader, "SECONDS", 0.0)
    monkeypatch.setattr(reader, "SECONDS_PER_MB", 0.0)
    monkeypatch.setattr(reader, "READ", "tests.kit.hanging:forever")
    before = _children()
    assert "시간" in refused(path)
    assert _children() == before


def test_a_parser_that_runs_out_of_memory_is_a_sentence(tmp_path, monkeypatch):
    path = workbook(tmp_path / "a.xlsx", {"집행내역": ledger(20_000)})
    monkeypatch.setattr(reader, "MEMORY_MB", 80)
    message = refused(path)
    assert "메모리" in message or "손상" in message


def test_no_temporary_files_are_written(tmp_path, monkeypatch):
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    path = workbook(tmp_path / "a.xlsx", {"집행내역": ledger(5)})
    read(path)
    assert not list(folder.iterdir())


def test_one_bad_file_does_not_hide_the_problems_of_the_others(tmp_path):
    bad = tmp_path / "b.xlsx"
    bad.write_bytes(b"")
    good = workbook(tmp_path / "a.xlsx", {"집행내역": [HEADINGS, line(1, day="2025-02-30")]})
    book = read(bad, good)
    assert {(e.code, e.consequence) for e in book.errors} == {
        ("DAT-010", "cannot run"),
        ("DAT-020", "held"),
    }


def test_the_reader_finds_the_package_from_any_folder(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"집행내역": ledger(1)})
    root = Path(reader.__file__).resolve().parents[2]
    code = f"""
import sys
sys.path.insert(0, {str(root)!r})
from pathlib import Path
from settle.reading.book import read_book
print(len(read_book([Path({str(path)!r})]).frames["집행내역"]))
"""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        check=False,
    )
    assert done.stdout.strip() == "1", done.stderr


def test_openpyxl_agrees_on_rows_and_sums(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"집행내역": [HEADINGS, *(line(n, 1000 + n) for n in range(300))]})
    sheet = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True).active
    values = [row[5] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert amounts(read(path)) == values


POINTS = [HEADINGS, line(1, 90.125), line(2, "90.000"), line(3, 1_000)]
CELLS = {
    "xlsx": lambda path, rows: workbook(path, {"집행내역": rows}),
    "xls": WRITERS[".xls"],
    "ods": ods,
    "xlsb": lambda path, rows: xlsb(path, "집행내역", rows),
    "xml": lambda path, rows: spreadsheetml(path, "집행내역", rows),
}


@pytest.mark.parametrize("kind", CELLS)
def test_a_number_with_three_decimals_is_no_thousands_in_any_format(tmp_path, kind):
    path = CELLS[kind](tmp_path / f"a.{'xls' if kind == 'xml' else kind}", POINTS)
    book = read(path)
    assert amounts(book) == [90_000, 1_000]  # 90.000 is a text
    assert errors(book) == [("DAT-030", "F2", "left out")]
    book = read(CELLS[kind](path, [["단위: 천원"], HEADINGS, line(1, 1.234), line(2, 55)]))
    assert (amounts(book), errors(book)) == ([1_234, 55_000], [])


def test_a_number_with_an_exponent_is_a_number(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"집행내역": POINTS})
    edit_part(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace("<v>90.125</v>", "<v>9.0125E1</v>"))
    assert errors(read(path)) == [("DAT-030", "F2", "left out")]


def _parts(path: Path) -> Path:
    """A workbook with what only the XML of its sheet tells: merged cells, hidden row and column, a formula without a value."""
    rows = ledger(4)
    rows[2][2], rows[4][5] = None, "=F2"

    def change(book):
        sheet = book["집행내역"]
        sheet.merge_cells("C2:C3")
        sheet.row_dimensions[3].hidden = sheet.column_dimensions["D"].hidden = True

    return workbook(path, {"집행내역": rows}, change)


def _all_told(path: Path) -> None:
    book = read(path)
    assert list(book.frames["집행내역"]["세세목"]) == ["회의비"] * 3
    assert errors(book) == [("DAT-080", "F5", "left out")]
    assert said(book, "숨긴 행", ": 3.")
    assert said(book, "숨긴 열", ": D.")
    assert said(book, "합친 칸")


@pytest.mark.parametrize(
    ("part", "target"),
    [
        ("xl/sheet1.xml", "/xl/sheet1.xml"),
        ("xl/Worksheets/Sheet1.xml", "Worksheets/Sheet1.xml"),
        ("xl/worksheets/sheet1.xml", "Worksheets/Sheet1.xml"),
        ("other/one.xml", "/other/one.xml"),
    ],
)
def test_sheets_are_found_by_the_relations_of_the_workbook(tmp_path, part, target):
    path = _parts(tmp_path / "a.xlsx")
    whole = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(whole, "w") as new:
        for name in old.namelist():
            said_of = target if name.endswith(".rels") else f"/{part}"
            data = old.read(name).replace(b"/xl/worksheets/sheet1.xml", said_of.encode())
            new.writestr(part if name == "xl/worksheets/sheet1.xml" else name, data)
    _all_told(whole)


@pytest.mark.parametrize(
    ("pattern", "spelt"),
    [(r'(\w)="([^"<>]*)"', r"\1='\2'"), (r'(\w)="([^"<>]*)"', r'\1 = "\2"'), ("<mergeCell ", "<mergeCell\n")],
)
def test_attributes_are_read_in_any_spelling_of_xml(tmp_path, pattern, spelt):
    path = _parts(tmp_path / "a.xlsx")
    edit_part(path, "xl/worksheets/sheet1.xml", lambda xml: re.sub(pattern, spelt, xml))
    _all_told(path)


def test_a_sheet_with_a_prefix_is_read_in_pieces_between_rows(tmp_path, monkeypatch):
    path = _parts(tmp_path / "a.xlsx")

    def prefixed(xml):
        return re.sub(r"<(/?)(\w)", r"<\1x:\2", xml).replace("xmlns=", "xmlns:x=")

    edit_part(path, "xl/worksheets/sheet1.xml", prefixed)
    monkeypatch.setattr(parts, "_CHUNK", 400)
    monkeypatch.setattr(parts, "_OVERLAP", 50)
    found = parts.scan_part(str(path), "xl/worksheets/sheet1.xml")
    assert found == {"unstored": [(4, 5)], "merges": [(1, 2, 2, 2)], "hidden_rows": [2], "hidden_columns": [3]}


@pytest.mark.parametrize("epoch", [False, True])
def test_the_epoch_of_an_xls(tmp_path, epoch):
    book = xlwt.Workbook()
    book.dates_1904 = epoch
    sheet = book.add_sheet("집행내역")
    days_of = [datetime(2025, 6, 2), 44348, 44349]  # numbers without a date format are days all the same
    for row, values in enumerate([HEADINGS, *(line(n, 1_000, day) for n, day in enumerate(days_of, 1))]):
        for column, value in enumerate(values):
            style = (
                xlwt.easyxf(num_format_str="YYYY-MM-DD") if isinstance(value, datetime) else xlwt.Style.default_style
            )
            sheet.write(row, column, value, style)
    book.save(str(tmp_path / "a.xls"))
    read_as = ["2025-06-02", "2025-06-03"] if epoch else ["2021-06-01", "2021-06-02"]
    assert days(read(tmp_path / "a.xls")) == ["2025-06-02", *read_as]


def _hidden_xls(path: Path) -> None:
    book = xlwt.Workbook()
    book.add_sheet("표지").visibility = 1
    sheet = book.add_sheet("집행내역")
    for row, values in enumerate(ledger(1_500)):  # records in more than one block
        for column, value in enumerate(values):
            sheet.write(row, column, value)
    for row in (2, 3, 4, 1_400, 3_000):
        sheet.row(row).hidden = True
    sheet.col(3).hidden = sheet.col(40).hidden = True
    book.save(str(path))


def _hidden_ods(path: Path) -> None:
    ods(path, ledger(4))
    rows, last = '<table:table-row table:visibility="', "</table:table-row>"

    def edit(xml):
        first = (
            '<table:table-column table:number-columns-repeated="3"/><table:table-column table:visibility="collapse"/>'
        )
        before, *made = xml.split("<table:table-row>")
        made[2] = rows + 'collapse">' + made[2]
        made[3] = rows + 'filter">' + made[3]
        made[0], made[1], made[4] = (f"<table:table-row>{made[n]}" for n in (0, 1, 4))
        more = rows + f'collapse" table:number-rows-repeated="1000000"><table:table-cell/>{last}'
        return before + first + "".join(made).replace("</table:table>", more + "</table:table>")

    edit_part(path, "content.xml", edit)


def _hidden_xml(path: Path) -> None:
    text = spreadsheetml(path, "집행내역", ledger(4)).read_text("utf-8")
    text = text.replace(
        "<Table>",
        '<Table><Column ss:Span="2"/><Column ss:Hidden="1"/><Column ss:Index="20" ss:Hidden="1" ss:Span="9"/>',
    )
    for row in (3, 4):
        text = text.replace(f'<Row ss:Index="{row}"', f'<Row ss:Index="{row}" ss:Hidden="1"')
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("write", "name", "rows"),
    [(_hidden_xls, "a.xls", "3-5, 1401"), (_hidden_ods, "a.ods", "3-4"), (_hidden_xml, "a.xls", "3-4")],
)
def test_hidden_rows_and_columns_are_read_and_said(tmp_path, write, name, rows):
    write(tmp_path / name)
    book = read(tmp_path / name)
    assert said(book, "'집행내역' 시트의 숨긴 행도 읽었습니다", f": {rows}.")
    assert said(book, "'집행내역' 시트의 숨긴 열도 읽었습니다: D.")
    assert sheet_of(book).lines in (4, 1_500)


def test_an_xls_that_hides_nothing_says_nothing_of_it(tmp_path):
    WRITERS[".xls"](tmp_path / "a.xls", ledger(3))
    assert not said(read(tmp_path / "a.xls"), "숨긴")


def test_a_fraction_of_a_won_is_quoted_as_the_cell_holds_it(tmp_path):
    (problem,) = read(workbook(tmp_path / "a.xlsx", {"집행내역": [HEADINGS, line(1, 90.125), line(2, 5)]})).errors
    assert problem.message.startswith("집행금액 '90.125'를 금액으로 읽을 수 없습니다.")
    assert problem.value == "90.125"
