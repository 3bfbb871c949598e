"""The HWPX writer, read by two foreign readers: python-hwpx (schema, package, text) and hwpforge."""

from __future__ import annotations

import io
import zipfile

import pytest
from lxml import etree
from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import black, white

from settle.documents.content import (
    CENTRE,
    LABEL,
    LANDSCAPE,
    PORTRAIT,
    RIGHT,
    TITLE,
    Break,
    Cell,
    Column,
    Document,
    Grid,
    Picture,
    Row,
    Space,
    Tail,
    Text,
    Together,
    heading,
    texts,
)
from settle.documents.hwpx.package import render
from settle.documents.pictures import Image, paint

HP = "{http://www.hancom.co.kr/hwpml/2011/paragraph}"
# places where documents that Hancom Office writes depart from the schema, and this writer with them
TOLERATED = {
    "core:fillBrush: element not expected",
    "core:pt0: element not expected",
    "core:transMatrix: element not expected",
    "head:autoSpacing: element not expected",
    "head:binDataList: element not expected",
    "head:bold: element not expected",
    "head:charPr@shadeColor: value not allowed",
    "head:docOption: element not expected",
    "head:paraPr@textDir: attribute not allowed",
    "paragraph:inMargin: element not expected",
    "paragraph:secPr@tabStop: attribute not allowed",
    "paragraph:switch: element not expected",
    "paragraph:tab@leader: value not allowed",
    "paragraph:tab@type: value not allowed",
}


def drawn(_picture: Picture) -> Image:
    """A picture without a font."""
    drawing = Drawing(400, 100)
    drawing.add(Rect(10, 10, 100, 20, fillColor=white, strokeColor=black))
    drawing.add(Line(0, 0, 400, 100, strokeColor=black, strokeDashArray=[2, 2]))
    return paint(drawing, lambda _name: pytest.fail("no text was drawn"))


def listing(count: int) -> Grid:
    """A list of so many rows under its headings, with a band and a sum."""
    head = Row(["연번", *(f"머리 {n}" for n in range(10)), "금액"], "head")
    rows = [Row([str(n), *(f"적요 {n} · {k}" for k in range(10)), f"{n * 1000:,}"]) for n in range(count)]
    rows.insert(0, Row(["규칙 MTG-020", *[None] * 11], "band"))
    rows.append(Row(["합계", *[""] * 10, f"{sum(range(count)) * 1000:,}"], "sum"))
    columns = [Column(8, CENTRE), *[Column(20)] * 10, Column(18, RIGHT)]
    return Grid(columns, [head, *rows], heads=1, size=7)


def document(count: int = 3) -> Document:
    """Every kind of block once."""
    form = [
        Row(["구분", "내용", "비고"], "head"),
        Row([Cell("합친 칸", LABEL, down=2), Cell("두 칸", across=2), None]),
        Row([None, "☑ 국고매칭   ☐ 자부담", ""]),
        Row(["묶음", "하나", "<hp:t>표지가 아닙니다</hp:t>"]),
        Row(["", "둘", 'A & B "따옴표" ]]>']),
        Row(["여러 줄", "첫 줄\n둘째 줄", "\x00\x0b금지된 글자\ufffe"]),
    ]
    return Document(
        "불인정내역서 <표본>",
        [
            Text("불인정내역서", TITLE),
            heading("1. 요약", 0),
            Text("본문 첫 줄\n둘째 줄"),
            Together([Grid([Column(30), Column(60), Column(60)], form, heads=1, groups=(0,)), Space(3)]),
            Picture(drawn, "집행 그림"),
            Break(),
            Text("새 쪽"),
            Break(LANDSCAPE),
            heading("목록", 0),
            listing(count),
            Break(PORTRAIT),
            Tail([Text("끝"), Grid([Column(30), Column(60)], [Row(["작성자", "(인)"])], rules="none")]),
        ],
        number="2025-0417-0012",
        author="표본원 & 협회",
        keywords=("정산", "불인정"),
    )


@pytest.fixture(scope="module")
def written() -> bytes:
    return render(document(), drawn)


def sections(data: bytes) -> list[etree._Element]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    names = sorted(n for n in archive.namelist() if n.startswith("Contents/section"))
    return [etree.fromstring(archive.read(name)) for name in names]


def test_the_package_is_in_the_order_that_hancom_wants(written: bytes) -> None:
    archive = zipfile.ZipFile(io.BytesIO(written))
    first, *rest = archive.infolist()
    assert (first.filename, first.compress_type, archive.read(first)) == ("mimetype", 0, b"application/hwp+zip")
    assert {"version.xml", "META-INF/container.xml", "Contents/content.hpf", "Contents/header.xml"} <= {
        one.filename for one in rest
    }
    for name in (n for n in archive.namelist() if n.endswith((".xml", ".hpf", ".rdf"))):
        assert archive.read(name).startswith(b'<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>'), name


def test_the_same_document_gives_the_same_bytes(written: bytes) -> None:
    assert render(document(), drawn) == written


def test_python_hwpx_validates_schema_and_package(written: bytes) -> None:
    package = pytest.importorskip("hwpx.tools.package_validator")
    report = package.validate_editor_open_safety(written).to_dict()
    assert report["ok"], report["summary"]
    assert not report["validateDocument"]["warnings"]
    assert not [w for w in report["validatePackage"]["warnings"] if "does not reference a version part" not in w]


def test_only_named_departures_from_the_schema(written: bytes) -> None:
    validator = pytest.importorskip("hwpx.tools.validator")
    archive = zipfile.ZipFile(io.BytesIO(written))
    found = set()
    for name in archive.namelist():
        kind = "header" if name.endswith("header.xml") else "section" if "/section" in name else ""
        if kind:
            found |= {signature for signature, _ in validator._owpml_violations(archive.read(name), kind)}
    assert found <= TOLERATED, found - TOLERATED


def test_text_reads_back_as_it_was_meant(written: bytes) -> None:
    extractor = pytest.importorskip("hwpx.tools.text_extractor")
    one = document()
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        found = extractor.TextExtractor(archive).extract_text(object_behavior="nested").split("\n")
    read = [line for line in found if line.strip() and not line.startswith((f"{one.title}\t", one.author))]
    assert read == [line.replace("\x00", "").replace("\x0b", "").replace("\ufffe", "") for line in texts(one)]


def test_a_second_reader_opens_it(written: bytes) -> None:
    hwpforge = pytest.importorskip("hwpforge")
    read = hwpforge.Document.from_bytes(written)
    verdict = read.validate()
    assert verdict["ok"]
    assert not verdict["errors"]
    assert not verdict["warnings"]
    outline = read.outline()["outline"]
    assert [(one["text"], one["level"]) for one in outline["headings"]] == [("1. 요약", 1), ("목록", 1)]
    assert [(t["rows"], t["cols"]) for t in outline["tables"]] == [(6, 3), (6, 12), (1, 2)]


def test_cells_join_and_headings_repeat(written: bytes) -> None:
    table = sections(written)[0].find(f".//{HP}tbl")
    assert table is not None
    assert table.get("repeatHeader") == "1"
    spans = {
        "".join(cell.itertext()): (cell.find(f"{HP}cellSpan").get("colSpan"), cell.find(f"{HP}cellSpan").get("rowSpan"))
        for cell in table.iter(f"{HP}tc")
    }
    assert spans["합친 칸"] == ("1", "2")
    assert spans["두 칸"] == ("2", "1")
    assert spans["묶음"] == ("1", "2")
    assert spans["여러 줄"] == ("1", "1")
    assert {cell.get("header") for cell in table.iter(f"{HP}tc") if "구분" in "".join(cell.itertext())} == {"1"}


def test_every_place_of_a_table_is_covered_once(written: bytes) -> None:
    for section in sections(written):
        for table in section.iter(f"{HP}tbl"):
            rows, columns = int(table.get("rowCnt", 0)), int(table.get("colCnt", 0))
            taken: list[tuple[int, int]] = []
            for cell in table.iter(f"{HP}tc"):
                at, span = cell.find(f"{HP}cellAddr"), cell.find(f"{HP}cellSpan")
                for down in range(int(span.get("rowSpan"))):
                    for across in range(int(span.get("colSpan"))):
                        taken.append((int(at.get("rowAddr")) + down, int(at.get("colAddr")) + across))
            assert sorted(taken) == [(y, x) for y in range(rows) for x in range(columns)]


def test_landscape_pages_are_sections_of_their_own(written: bytes) -> None:
    pages = [section.find(f".//{HP}pagePr") for section in sections(written)]
    assert [page.get("landscape") for page in pages] == ["WIDELY", "NARROWLY", "WIDELY"]
    assert {(page.get("width"), page.get("height")) for page in pages} == {("59528", "84189")}


def test_pages_are_numbered_n_of_m(written: bytes) -> None:
    for section in sections(written):
        kinds = [one.get("numType") for one in section.iter(f"{HP}autoNum")]
        assert kinds == ["PAGE", "TOTAL_PAGE"]


def test_a_very_long_list_becomes_tables_that_say_its_headings_again() -> None:
    one = Document("목록", [listing(1000)], first=LANDSCAPE)
    tables = list(sections(render(one, drawn))[0].iter(f"{HP}tbl"))
    assert len(tables) == 3
    assert all("머리 9" in "".join(table[4].itertext()) for table in tables)
    numbers = ["".join(row[0].itertext()) for table in tables for row in list(table.iter(f"{HP}tr"))[1:]]
    assert numbers == ["규칙 MTG-020", *(str(n) for n in range(1000)), "합계"]


def test_a_shape_that_cannot_be_painted_is_said() -> None:
    from reportlab.graphics.shapes import Circle

    drawing = Drawing(10, 10)
    drawing.add(Circle(5, 5, 2))
    with pytest.raises(TypeError, match="Circle"):
        paint(drawing, str)


def test_a_string_asks_for_its_font_file() -> None:
    drawing = Drawing(40, 10)
    drawing.add(String(5, 5, "글", fontName="없는 글꼴", fontSize=8))
    asked: list[str] = []
    with pytest.raises(OSError):
        paint(drawing, lambda name: asked.append(name) or "/nowhere.ttf")
    assert asked == ["없는 글꼴"]
