"""A ledger as an institution keeps it, with all that a rewritten workbook loses; and ways to look into a package."""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import xlsxwriter

from settle.documents.review.worksheet import WORKSHEET
from settle.model import Judgement
from settle.pipeline import judge
from settle.reading.book import read_book

HEADINGS = [
    *("집행번호", "원인행위일", "집행일", "세세목", "적요", "거래처", "집행금액", "결제수단", "지출유형"),
    *("참석인원", "내부인원", "외부인원", "식수", "세전금액", "내부메모"),
]
FIRST = 6  # first line of the ledger; headings in row 5
LINK = '=HYPERLINK("http://example.com")'
CARD = "사업비카드"
ROWS: list[list[Any]] = [
    ["E-001", "2025-06-02", "2025-06-02", "회의비", "업무협의 식대", "한식당", 60_000, CARD, "회의식대", 3, 1, 2, 1],
    ["E-002", "2025-06-03", "2025-06-03", "회의비", LINK, "분식집", 110_000, CARD, "회의식대", 3, 1, 2, 1],
    [
        "E-003",
        "2025-06-04",
        "2025-06-04",
        "회의비",
        "식대 900101-1234567",
        "중식당",
        40_000,
        "개인카드",
        "회의식대",
        2,
        1,
        1,
        1,
    ],
    ["E-004", "2024-06-05", "2025-06-05", "회의비", "지난해 행사 식대", "양식당", 50_000, CARD, "회의식대", 2, 1, 1, 1],
    [
        "E-005",
        "2025-06-06",
        "2025-06-31",
        "수용비및수수료",
        "소모품 구입",
        "문구점",
        33_000,
        CARD,
        "소모품",
        *[None] * 4,
    ],
]
AGREEMENT = {
    "협약번호": "2025-0001",
    "수행기관": "가나다연구원",
    "기관유형": "비영리",
    "협약시작일": "2025-03-01",
    "협약종료일": "2025-12-31",
}
NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def picture() -> io.BytesIO:
    """A red PNG of 8 × 8."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xff\0\0" * 8 for _ in range(8))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def write(path: Path, rows: list[list[Any]] | None = None, **options: Any) -> Path:
    """The workbook. options: table (the ledger is an Excel table), filtered, frozen, page (its own page set-up), macro."""
    rows = ROWS if rows is None else rows
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_calc_mode("manual")
        bold = book.add_format({"bold": True, "bg_color": "#C6E0B4", "border": 2})
        won = book.add_format({"num_format": "#,##0", "font_color": "#0070C0"})
        sheet = book.add_worksheet("집행내역")
        sheet.merge_range(0, 0, 1, 6, "사업비 집행내역 (우리 기관)", bold)
        sheet.write_string(3, 0, "단위: 원")
        sheet.set_column(0, 0, 17.5)
        sheet.set_column(6, 6, 13.25, won)
        sheet.set_column(14, 14, 9, None, {"hidden": True})
        sheet.set_column(15, 40, 3)  # what stands to the right is narrow
        sheet.set_row(6, 40)
        for at, name in enumerate(HEADINGS):
            sheet.write_string(4, at, name, bold)
        for row, values in enumerate(rows, start=FIRST - 1):
            for at, value in enumerate(values):
                if value is None:
                    continue
                if isinstance(value, int):
                    sheet.write_number(row, at, value, won if at == 6 else None)
                else:
                    sheet.write_string(row, at, value)
            amount = values[6] if isinstance(values[6], int) else 0
            sheet.write_formula(row, 13, f"=ROUND(G{row + 1}/1.1,0)", won, round(amount / 1.1))
            sheet.write_string(row, 14, f"메모 {row}")
        last = FIRST - 1 + len(rows)
        sheet.write_string(last, 0, "합계", bold)
        total = sum(r[6] for r in rows if isinstance(r[6], int))
        sheet.write_formula(last, 6, f"=SUM(G{FIRST}:G{last})", bold, total)
        sheet.write_comment(FIRST, 6, "담당자 확인함", {"author": "박경리"})
        sheet.write_comment(0, 0, "제목의 메모", {"author": "박경리"})
        sheet.data_validation(5, 7, 200, 7, {"validate": "list", "source": ["사업비카드", "계좌이체", "개인카드"]})
        sheet.conditional_format(5, 6, 200, 6, {"type": "cell", "criteria": ">", "value": 100_000, "format": bold})
        sheet.insert_image(1, 8, "seal.png", {"image_data": picture()})
        if options.get("table"):
            columns = [{"header": name} for name in HEADINGS]
            sheet.add_table(4, 0, last - 1, len(HEADINGS) - 1, {"columns": columns, "name": "장부"})
        if options.get("filtered"):
            sheet.autofilter(4, 0, last - 1, len(HEADINGS) - 1)
        if options.get("frozen"):
            sheet.freeze_panes(5, 2)
        if options.get("page"):
            sheet.set_portrait()
            sheet.set_paper(8)
            sheet.print_area(0, 0, last, len(HEADINGS) - 1)
        info = book.add_worksheet("협약")
        for row, (name, value) in enumerate({"항목": "값", **AGREEMENT}.items()):
            info.write_row(row, 0, [name, value])
        info.write_comment(1, 1, "협약서 참조", {"author": "박경리"})
        hidden = book.add_worksheet("내부 계산")
        hidden.write_formula(0, 0, "=집행내역!G6*2", None, 120_000)
        hidden.hide()
        sheet.activate()
        book.define_name("단가", "=집행내역!$G$6")
        if options.get("macro"):
            book.add_vba_project(str(options["macro"]))
    return path


def judged(path: Path, *more: Path) -> Judgement:
    """The verdict on files."""
    return judge(read_book([path, *more]))


def parts(path: Path) -> dict[str, bytes]:
    """Part name -> bytes."""
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def tree(data: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(data)


def part_of(found: dict[str, bytes], sheet: str) -> str:
    """The part that holds a sheet."""
    relations = {r.get("Id"): r.get("Target", "") for r in tree(found["xl/_rels/workbook.xml.rels"])}
    for one in tree(found["xl/workbook.xml"]).iterfind("m:sheets/m:sheet", NS):
        if one.get("name") == sheet:
            identifier = next(v for k, v in one.attrib.items() if k.endswith("}id"))
            return "xl/" + (relations[identifier] or "").removeprefix("/xl/")
    raise KeyError(sheet)


def cell_texts(data: bytes) -> dict[str, bytes]:
    """Cell address -> its XML as it stands."""
    return {m[1].decode(): m[0] for m in re.finditer(rb'<c r="([A-Z]+\d+)"[^>]*?(?:/>|>.*?</c>)', data, re.S)}


def elements(data: bytes) -> list[str]:
    """The names of the elements below the root."""
    return [e.tag.rsplit("}", 1)[-1] for e in tree(data)]


def prove(path: Path) -> None:
    """Elements stand in the order of the schema, cells in the order of their columns, every part is declared, relations lead to parts."""
    found = parts(path)
    for name, data in found.items():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            places = [WORKSHEET.index(one) for one in elements(data)]
            assert places == sorted(places)
            assert len(set(places)) == len(places) or places.count(WORKSHEET.index("conditionalFormatting")) > 1
            for row in tree(data).iterfind("m:sheetData/m:row", NS):
                columns = [openpyxl.utils.cell.coordinate_from_string(c.get("r", ""))[0] for c in row]
                numbers = [openpyxl.utils.column_index_from_string(c) for c in columns]
                assert numbers == sorted(set(numbers))
    defaults = {e.get("Extension") for e in tree(found["[Content_Types].xml"]) if e.get("Extension")}
    overrides = {e.get("PartName") for e in tree(found["[Content_Types].xml"]) if e.get("PartName")}
    assert all(f"/{n}" in overrides or n.rsplit(".", 1)[-1] in defaults for n in found if n != "[Content_Types].xml")
    assert all(name.lstrip("/") in found for name in overrides if name)
    for name, data in found.items():
        if name.endswith(".rels"):
            base = posixpath.dirname(posixpath.dirname(name))
            for one in tree(data):
                target = one.get("Target", "")
                where = posixpath.normpath(target[1:] if target.startswith("/") else posixpath.join(base, target))
                assert one.get("TargetMode") == "External" or where in found
