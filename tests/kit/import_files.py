"""Small workbooks with one defect each, made by the tests themselves."""

from __future__ import annotations

import html
import re
import shutil
import struct
import zipfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import odf.opendocument
import odf.table
import odf.text
import openpyxl

from settle.model import Book, Sheet
from settle.reading.book import read_book

HEADINGS = ["집행번호", "집행일", "세세목", "적요", "거래처", "집행금액"]


def line(number: int, amount: Any = 10_000, day: Any = "2025-06-02", text: str = "업무협의") -> list[Any]:
    """One ordinary ledger row under HEADINGS."""
    return [f"E-{number:03d}", day, "회의비", text, "한식당", amount]


def ledger(lines: int = 3) -> list[list[Any]]:
    """Headings and some ordinary rows."""
    return [HEADINGS, *(line(n + 1) for n in range(lines))]


def workbook(
    path: Path,
    sheets: dict[str, list[list[Any]]],
    change: Callable[[openpyxl.Workbook], None] | None = None,
) -> Path:
    """An xlsx with these sheets, changed by `change` before it is saved."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row, values in enumerate(rows, 1):
            for column, value in enumerate(values, 1):
                if value is not None:
                    sheet.cell(row, column, value)
    if change:
        change(book)
    book.save(path)
    return path


def edit_part(path: Path, part: str, edit: Callable[[str], str]) -> None:
    """Change the XML of one part of a package."""
    whole = path.with_suffix(".new")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            data = old.read(entry)
            if re.fullmatch(part, entry):
                data = edit(data.decode()).encode()
            new.writestr(entry, data)
    shutil.move(whole, path)


def read(*paths: Path, **options: Any) -> Book:
    """The files as a Book."""
    return read_book(list(paths), **options)


def sheet_of(book: Book, kind: str = "집행내역") -> Sheet:
    """The one sheet of a kind; its account of rows must add up."""
    (found,) = [s for s in book.sheets if s.kind == kind]
    assert found.rows == found.lines + found.totals + found.blank + found.rejected
    return found


def amounts(book: Book) -> list[int]:
    """집행금액 of the lines."""
    return [int(v) for v in book.frames["집행내역"]["집행금액"]]


def days(book: Book, column: str = "집행일") -> list[str]:
    """A date column of the ledger as text, '' where unknown."""
    frame = book.frames["집행내역"]
    return [d.strftime("%Y-%m-%d") if k else "" for d, k in zip(frame[column], frame[column + "__known"], strict=True)]


def said(book: Book, *words: str) -> bool:
    """Does one notice hold all these words?"""
    return any(all(word in notice for word in words) for notice in book.notices)


def errors(book: Book) -> list[tuple[str, str, str]]:
    """(code, cell, consequence) of every input error."""
    return [(e.code, e.cell, e.consequence) for e in book.errors]


def _record(kind: int, body: bytes = b"") -> bytes:
    """One BIFF12 record: kind and length in groups of seven bits."""

    def groups(value: int) -> bytes:
        out = bytearray()
        while True:
            value, low = value >> 7, value & 0x7F
            out.append(low | (0x80 if value else 0))
            if not value:
                return bytes(out)

    kinds = bytes([kind & 0xFF, kind >> 8]) if kind > 0x7F else bytes([kind])
    return kinds + groups(len(body)) + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(path: Path, name: str, rows: list[list[Any]]) -> Path:
    """A binary workbook with one sheet of texts and numbers."""
    cells = b""
    for number, row in enumerate(rows):
        cells += _record(0x00, struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0))
        for column, value in enumerate(row):
            head = struct.pack("<II", column, 0)
            if isinstance(value, int | float):
                cells += _record(0x05, head + struct.pack("<d", value))
            elif value is not None:
                cells += _record(0x06, head + _wide(value))
    size = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    sheet = _record(0x0181) + _record(0x0194, size) + _record(0x0191) + cells + _record(0x0192) + _record(0x0182)
    bundle = _record(0x019C, struct.pack("<II", 0, 1) + _wide("rId1") + _wide(name))
    book = _record(0x0183) + _record(0x018F) + bundle + _record(0x0190) + _record(0x0184)
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    links = (
        f'<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{relations}/%s" Target="%s"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", links % ("officeDocument", "xl/workbook.bin"))
        archive.writestr("xl/_rels/workbook.bin.rels", links % ("worksheet", "worksheets/sheet1.bin"))
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


def ods(
    path: Path, rows: list[list[Any]], spans: Iterable[tuple[tuple[int, int], int]] | dict[tuple[int, int], int] = ()
) -> Path:
    """An OpenDocument sheet; spans: (row, column) -> rows that the cell reaches over."""
    spans = dict(spans)
    document = odf.opendocument.OpenDocumentSpreadsheet()
    table = odf.table.Table(name="집행내역")
    for number, values in enumerate(rows):
        row = odf.table.TableRow()
        for place, value in enumerate(values):
            asked = {"numberrowsspanned": str(spans[number, place])} if (number, place) in spans else {}
            if value is None:
                row.addElement(odf.table.CoveredTableCell())
                continue
            if isinstance(value, int | float):
                cell = odf.table.TableCell(valuetype="float", value=str(value), **asked)
            elif isinstance(value, date):
                cell = odf.table.TableCell(valuetype="date", datevalue=value.isoformat(), **asked)
            else:
                cell = odf.table.TableCell(valuetype="string", **asked)
            cell.addElement(odf.text.P(text=str(value)))
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(str(path))
    return path


def page(path: Path, name: str, rows: list[list[Any]], charset: str = "utf-8") -> Path:
    """A page with one table inside another, as card companies export it under the name .xls."""
    cells = "".join(
        "<tr>" + "".join(f"<td>{html.escape('' if value is None else str(value))}</td>" for value in row) + "</tr>\n"
        for row in rows
    )
    text = (
        f'<html><head><meta charset="{charset}"><title>{name}</title></head><body><table><tr><td><table border=1>{cells}</table></td></tr>'
        "</table></body></html>"
    )
    path.write_bytes(text.encode("cp949" if charset == "euc-kr" else charset))
    return path


def spreadsheetml(path: Path, name: str, rows: list[list[Any]]) -> Path:
    """SpreadsheetML 2003 with one worksheet; blank cells and rows are left out and counted on by ss:Index."""
    made = []
    for number, row in enumerate(rows, 1):
        cells = ""
        for place, value in enumerate(row, 1):
            if value is not None:
                kind = (
                    "Number" if isinstance(value, int | float) else "DateTime" if isinstance(value, date) else "String"
                )
                text = value.isoformat() + ".000" if isinstance(value, date) else html.escape(str(value))
                cells += f'<Cell ss:Index="{place}"><Data ss:Type="{kind}">{text}</Data></Cell>'
        if cells:
            made.append(f'<Row ss:Index="{number}">{cells}</Row>\n')
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    path.write_text(
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="{name}"><Table>{"".join(made)}'
        "</Table></Worksheet></Workbook>",
        encoding="utf-8",
    )
    return path
