"""A workbook with a personal number in every place that an .xlsx has; and every byte of a result, unpacked and decoded."""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
import zlib
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import xlsxwriter
from pypdf import PdfReader

from tests.kit.usage_kit import AGREEMENT, BUDGET, HEADINGS, PAPERS, line, paper

if TYPE_CHECKING:
    from collections.abc import Iterator

FRONT, BACK = "850615", "2049382"
NUMBER = f"{FRONT}-{BACK}"
WHOLE = FRONT + BACK
ACCOUNT = "45670204123456"
SECRETS = (BACK, ACCOUNT[3:-2])
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OFFICE = "http://schemas.microsoft.com/office/2017/10/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture() -> bytes:
    """A PNG that carries a text."""
    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    text = chunk(b"tEXt", b"Comment\0" + NUMBER.encode())
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + text
        + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
        + chunk(b"IEND", b"")
    )


def _base(path: Path) -> None:
    """What xlsxwriter can say."""
    tab = f"메모 {NUMBER}"
    with xlsxwriter.Workbook(str(path), {"strings_to_urls": False}) as book:
        sheet = book.add_worksheet("집행내역")
        head = [*HEADINGS, "모르는 열", "환급 계좌번호", f"열 {NUMBER}"]
        rows = [
            [*line(적요=f"식대 {NUMBER}", 거래처=f"홍길동 {NUMBER}"), f"값 {NUMBER}", ACCOUNT, NUMBER],
            [
                *line(집행번호="E-002", 원인행위일="2025-01-02", 집행일="2025-01-02", 비목=NUMBER, 적요=NUMBER),
                WHOLE,
                int(ACCOUNT),
                1,
            ],
            [
                *line(집행번호="E-003", 집행금액=f"약 {NUMBER}", 재원=NUMBER, 결제수단=NUMBER, 지출유형=NUMBER),
                "",
                f"국민 {ACCOUNT}",
                2,
            ],
            [*line(집행번호="E-004", 집행일=f"{NUMBER}", 참석인원=NUMBER), "", "", 3],
        ]
        for row, values in enumerate([head, *rows]):
            for column, value in enumerate(values):
                sheet.write(row, column, value) if value is not None else None
        sheet.write_comment(1, 6, f"메모 {NUMBER}", {"author": f"홍길동 {NUMBER}"})
        sheet.set_header(f"&L머리 {NUMBER}&R&P")
        sheet.set_footer(f"&C꼬리 {NUMBER}")
        sheet.data_validation(
            1, 30, 9, 30,
            {"validate": "list", "source": [NUMBER, "나"], "input_title": "입력", "input_message": NUMBER, "error_message": NUMBER},
        )  # fmt: skip
        sheet.conditional_format(1, 0, 9, 0, {"type": "text", "criteria": "containing", "value": NUMBER})
        sheet.insert_textbox(20, 1, f"글상자 {NUMBER}", {"description": f"그림 {NUMBER}"})
        sheet.insert_image(25, 1, "seal.png", {"image_data": io.BytesIO(picture()), "description": f"도장 {NUMBER}"})
        other = book.add_worksheet(tab)
        bold = book.add_format({"bold": True})
        other.write_rich_string(0, 0, f"앞 {FRONT}-", bold, BACK, " 뒤")
        other.write_number(1, 0, int(WHOLE))
        other.write_formula(2, 0, f'="주민 "&"{NUMBER}"', None, f"주민 {NUMBER}")
        other.write_formula(3, 0, f'="{FRONT}-"&"{BACK}"', None, NUMBER)
        other.write_formula(4, 0, f"='{tab}'!A2", None, int(WHOLE))
        other.write_url(5, 0, f"https://example.org/?id={NUMBER}", string=NUMBER, tip=f"도움 {NUMBER}")
        other.write_url(6, 0, f"internal:'{tab}'!A1", string=NUMBER)
        other.write_row(8, 0, ["계좌번호", "이름"])
        other.write_row(9, 0, [int(ACCOUNT), "가"])
        other.write_row(10, 0, [ACCOUNT, "나"])
        other.add_table(12, 0, 14, 1, {"columns": [{"header": f"표 {NUMBER}"}, {"header": "값"}], "name": "표1"})
        other.set_column(8, 8, 9)
        other.autofilter(20, 0, 24, 1)
        other.filter_column(0, f"x == {NUMBER}")
        chart = book.add_chart({"type": "column"})
        chart.add_series(
            {"name": f"계열 {NUMBER}", "values": f"='{tab}'!$A$2:$A$3", "categories": f"='{tab}'!$A$6:$A$7"}
        )
        chart.set_title({"name": f"제목 {NUMBER}"})
        other.insert_chart(30, 1, chart, {"description": f"그래프 {NUMBER}"})
        evidence = book.add_worksheet("증빙목록")
        for row, values in enumerate([[*PAPERS, "파일명", "비고"], [*paper(발행자=NUMBER), f"{NUMBER}.pdf", NUMBER]]):
            evidence.write_row(row, 0, values)
        info = book.add_worksheet("협약")
        about = AGREEMENT | {
            "사업명": f"사업 {NUMBER}",
            "수행기관": f"기관 {NUMBER}",
            "주관기업": NUMBER,
            "총괄책임자": NUMBER,
        }
        for row, pair in enumerate({"항목": "값", **about}.items()):
            info.write_row(row, 0, pair)
        budget = book.add_worksheet("예산")
        for row, values in enumerate(BUDGET):
            budget.write_row(row, 0, values)
        book.define_name("이름", f'="{NUMBER}"')
        book.define_name("자리", f"='{tab}'!$A$1")
        book.set_properties(
            {
                "title": NUMBER,
                "author": NUMBER,
                "company": NUMBER,
                "manager": NUMBER,
                "comments": NUMBER,
                "keywords": NUMBER,
            }
        )
        book.set_custom_property("주민", NUMBER)


def _rels(kind: str, target: str, more: str = "") -> str:
    base = "http://schemas.openxmlformats.org/package/2006/relationships"
    one = f'<Relationship Id="rId1" Type="{RELATION}/{kind}" Target="{target}" {more}/>'
    return f'<Relationships xmlns="{base}">{one}</Relationships>'


_CACHED = f'<row r="1"><cell r="A1" t="str"><v>{NUMBER}</v></cell></row>'
_FIELD = f'<cacheField name="{NUMBER}"><sharedItems><s v="{NUMBER}"/><n v="{WHOLE}"/></sharedItems></cacheField>'
EXTRA: dict[str, str | bytes] = {
    "customXml/item1.xml": f"<a>{NUMBER}</a>",
    "customXml/itemProps1.xml": f'<a b="{NUMBER}"/>',
    "xl/persons/person.xml": f'<personList><person displayName="{NUMBER}" id="{{1}}"/></personList>',
    "xl/threadedComments/threadedComment1.xml": f"<ThreadedComments><text>{NUMBER}</text></ThreadedComments>",
    "xl/connections.xml": f'<connections xmlns="{MAIN}"><connection id="1" name="{NUMBER}" description="{NUMBER}">'
    f'<dbPr connection="uid={NUMBER}"/></connection></connections>',
    "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{MAIN}"><externalBook><sheetNames><sheetName val="{NUMBER}"/></sheetNames>'
    f'<sheetDataSet><sheetData sheetId="0">{_CACHED}</sheetData></sheetDataSet></externalBook></externalLink>',
    "xl/externalLinks/_rels/externalLink1.xml.rels": _rels(
        "externalLinkPath", f"file:///C:/{NUMBER}.xlsx", 'TargetMode="External"'
    ),
    "xl/pivotCache/pivotCacheDefinition1.xml": f'<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{RELATION}" r:id="rId1" recordCount="1">'
    f'<cacheSource type="worksheet"><worksheetSource ref="A1:B2" sheet="메모 {NUMBER}"/></cacheSource>'
    f'<cacheFields count="1">{_FIELD}</cacheFields></pivotCacheDefinition>',
    "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": _rels("pivotCacheRecords", "pivotCacheRecords1.xml"),
    "xl/pivotCache/pivotCacheRecords1.xml": f'<pivotCacheRecords xmlns="{MAIN}"><r><s v="{NUMBER}"/></r></pivotCacheRecords>',
    f"xl/queryTables/{NUMBER}.xml": f'<queryTable xmlns="{MAIN}" name="{NUMBER}"/>',
    "xl/printerSettings/printerSettings1.bin": NUMBER.encode("utf-16-le"),
    "xl/embeddings/oleObject1.bin": NUMBER.encode(),
    "xl/media/image9.emf": b"\1\0\0\0" + NUMBER.encode("utf-16-le"),
    "xl/media/image9.svg": f"<svg><text>{NUMBER}</text></svg>",
    "xl/customProperty1.bin": NUMBER.encode("utf-16-le"),
    "xl/webextensions/webextension1.xml": f'<a b="{NUMBER}"><![CDATA[{FRONT}-]]>{BACK}<!-- {NUMBER} --><?x {NUMBER}?></a>',
    "xl/comments9.xml": f'<?xml version="1.0" encoding="UTF-16"?><comments xmlns="{MAIN}">'
    f"<authors><author>{NUMBER}</author></authors></comments>",
}
_OF_BOOK = {
    "customXml": "../customXml/item1.xml", "connections": "connections.xml", "externalLink": "externalLinks/externalLink1.xml",
    "pivotCacheDefinition": "pivotCache/pivotCacheDefinition1.xml", "webextension": "webextensions/webextension1.xml",
}  # fmt: skip
_OF_SHEET = {
    "printerSettings": "../printerSettings/printerSettings1.bin", "oleObject": "../embeddings/oleObject1.bin",
    "queryTable": f"../queryTables/{NUMBER}.xml", "customProperty": "../customProperty1.bin",
}  # fmt: skip


def _relation(number: int, kind: str, target: str, base: str = RELATION) -> str:
    return f'<Relationship Id="rIdX{number}" Type="{base}/{kind}" Target="{target}"/>'


def _changed(name: str, data: bytes) -> bytes:
    """What xlsxwriter cannot say, put into its parts."""
    xml = data.decode() if name.endswith((".xml", ".rels", ".vml")) else ""
    if name == "xl/_rels/workbook.xml.rels":
        more = [_relation(i, kind, target) for i, (kind, target) in enumerate(_OF_BOOK.items())]
        more.append(_relation(90, "person", "persons/person.xml", OFFICE))
        xml = xml.replace("</Relationships>", "".join(more) + "</Relationships>")
    elif name == "xl/worksheets/_rels/sheet1.xml.rels":
        more = [_relation(i, kind, target) for i, (kind, target) in enumerate(_OF_SHEET.items())]
        more.append(_relation(90, "threadedComment", "../threadedComments/threadedComment1.xml", OFFICE))
        xml = xml.replace("</Relationships>", "".join(more) + "</Relationships>")
    elif name == "xl/worksheets/sheet1.xml":
        asked = f'xmlns:r="{RELATION}"'
        xml = xml.replace(
            "<pageMargins",
            f'<protectedRanges><protectedRange name="{NUMBER}" sqref="A1"/></protectedRanges><pageMargins',
        )
        xml = xml.replace("<headerFooter", f'<pageSetup paperSize="9" {asked} r:id="rIdX0"/><headerFooter')
        xml = xml.replace(
            "<drawing", f'<customProperties><customPr name="{NUMBER}" {asked} r:id="rIdX3"/></customProperties><drawing'
        )
        tail = f'<oleObjects><oleObject progId="Package" shapeId="1" {asked} r:id="rIdX1"/></oleObjects>'
        xml = xml.replace("</worksheet>", f"{tail}<!-- {NUMBER} --></worksheet>")
    elif name == "xl/worksheets/sheet2.xml":
        texts = (f"<![CDATA[{FRONT}-]]>{BACK}", "".join(f"&#{ord(c)};" for c in NUMBER), "９０１２３１－2049382")
        rows = "".join(
            f'<row r="{60 + i}"><c r="A{60 + i}" t="inlineStr"><is><t>{text}</t></is></c></row>'
            for i, text in enumerate(texts)
        )
        xml = xml.replace("</sheetData>", rows + "</sheetData>")
    elif name == "xl/workbook.xml":
        xml = xml.replace("<definedName ", f'<definedName comment="{NUMBER}" description="{NUMBER}" ', 1)
        xml = xml.replace(
            "</workbook>",
            f'<pivotCaches><pivotCache cacheId="1" xmlns:r="{RELATION}" r:id="rIdX3"/></pivotCaches></workbook>',
        )
    elif name.startswith("xl/charts/chart"):
        figures = f'<c:numCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{WHOLE}</c:v></c:pt></c:numCache>'
        xml = re.sub(r"<c:numCache>.*?</c:numCache>", figures, xml, flags=re.S)
    elif name == "[Content_Types].xml":
        defaults = {"bin": "application/x", "emf": "image/x-emf", "svg": "image/svg+xml"}
        more_types = "".join(f'<Default Extension="{e}" ContentType="{t}"/>' for e, t in defaults.items())
        more_types += f'<Override PartName="/xl/queryTables/{NUMBER}.xml" ContentType="application/x"/>'
        xml = xml.replace("</Types>", more_types + "</Types>")
    return xml.encode() if xml else data


def write(path: Path) -> Path:
    """The workbook."""
    made = path.with_suffix(".base")
    _base(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        for name in names:
            new.writestr(name, _changed(name, old.read(name)))
        for name, data in EXTRA.items():
            wide = isinstance(data, str) and "UTF-16" in data
            new.writestr(name, data.encode("utf-16" if wide else "utf-8") if isinstance(data, str) else data)
        new.comment = NUMBER.encode()
    made.unlink()
    assert all(
        any(n.startswith(part) for n in names)
        for part in ("xl/tables/", "xl/charts/", "xl/drawings/vml", "docProps/custom")
    )
    return path


def readings(name: str, data: bytes) -> Iterator[tuple[str, str]]:
    """Every way to read a file: as it stands, unpacked, its entities resolved, its texts without the marks between them."""
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield f"{name}: comment", archive.comment.decode("latin-1")
            for one in archive.infolist():
                yield f"{name}!{one.filename}: name", one.filename + one.comment.decode("latin-1")
                yield from readings(f"{name}!{one.filename}", archive.read(one))
        return
    if data[:4] == b"%PDF":
        reader = PdfReader(io.BytesIO(data))
        yield (
            name,
            "\n".join([*(page.extract_text() for page in reader.pages), str(reader.metadata), str(reader.outline)]),
        )
        for number in range(1, len(reader.xref_objStm) + sum(map(len, reader.xref.values())) + 2):
            stream: Any = reader.get_object(number) if number else None
            if hasattr(stream, "get_data") and stream.get("/Subtype") not in ("/Image",) and "/Length1" not in stream:
                yield f"{name} {number} 0 R", stream.get_data().decode("latin-1")
        return
    if data[:4] == b"PAR1":
        table = pq.read_table(io.BytesIO(data))
        yield name, json.dumps(table.to_pylist(), ensure_ascii=False, default=str) + str(table.schema.metadata)
        return
    yield name, data.decode("latin-1")
    yield name, data.decode("utf-16-le", "replace")
    text = data.decode("utf-8", "replace")
    yield name, text
    if "<" in text:
        whole = re.sub(r"<!\[CDATA\[(.*?)\]\]>", r"\1", text, flags=re.S)
        yield name, unescape(re.sub(r"<[^>]*>", "", whole))
        yield name, unescape(text)
    if "\\u" in text:
        yield name, text.encode("latin-1", "replace").decode("unicode_escape", "replace")


def leaks(name: str, data: bytes) -> set[str]:
    """Where in a file one of the secrets can be read."""
    return {
        where for where, text in readings(name, data) if any(secret in text.translate(_DIGITS) for secret in SECRETS)
    }


_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
