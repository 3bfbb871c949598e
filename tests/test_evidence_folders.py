"""Folders as institutions hand them in: names with spaces, bundles, scans, mails, copies, odd files. What becomes of each was worked out
by hand.
"""

from __future__ import annotations

import io
import os
import re
import unicodedata
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from PIL import Image

from settle.cli import cli
from settle.documents import evidence
from settle.evidence import folder, image, ocr
from settle.evidence.folder import Asked, NotThere
from settle.evidence.papers import Paper
from settle.model import EVIDENCE, Judgement
from settle.pipeline import add_evidence, book_from_tables, judge
from settle.programme import vocabulary
from tests.kit import invoices, papers
from tests.test_evidence_judging import AGREEMENT, bought, line, put

pytestmark = pytest.mark.slow_all  # many files, each read in a process of its own

PAPERS = {number: bought(400 + number) for number in range(1, 30)}
HWP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "FileHeader".encode("utf-16-le") + bytes(3000)


def archive(*members: tuple[str, bytes], korean: bool = False) -> bytes:
    """A zip; korean: with names in CP949, as Windows in Korea writes them."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as out:
        for place, (name, content) in enumerate(members):
            out.writestr("~" * len(name.encode("cp949")) + str(place) if korean else name, content)
    raw = data.getvalue()
    for place, (name, _) in enumerate(members) if korean else ():
        mark = name.encode("cp949")
        raw = raw.replace(b"~" * len(mark) + str(place).encode(), mark + str(place).encode())
    return raw


def mail(number: int) -> bytes:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "공급자 <a@example.org>", "b@example.org", "세금계산서 송부"
    letter.set_content("첨부합니다.")
    xml, printed = invoices.signed(PAPERS[number]), papers.pdf([PAPERS[number]], "form")
    letter.add_attachment(xml, maintype="application", subtype="octet-stream", filename="계산서 원본.xml")
    letter.add_attachment(printed, maintype="application", subtype="pdf", filename="계산서 출력.pdf")
    return letter.as_bytes()


def workbook_bytes() -> bytes:
    data = io.BytesIO()
    openpyxl.Workbook().save(data)
    return data.getvalue()


# name in the folder -> (bytes, lines it belongs to, problem)
def files() -> dict[str, tuple[bytes, list[str], str]]:
    p = PAPERS
    copy = invoices.signed(p[12])
    amended = bought(
        990, supply=-p[25].supply, tax=-p[25].tax, original=p[25].approval, amendment="04", invoicer=p[25].invoicer,
        type_code="0201",
    )  # fmt: skip
    hwpx = archive(("mimetype", b"application/hwp+zip"), ("Contents/section0.xml", b"<x/>"))
    tax_office = archive(
        ("세금계산서 구.xml", invoices.signed(p[9])), ("세금계산서 십.xml", invoices.signed(p[10])), korean=True
    )
    team = archive(("E-019/영수증.pdf", papers.pdf([p[19]], "transfer")), ("빈/", b""))
    return {
        "9월 회의비 (E-001).XML": (invoices.signed(p[1]), ["E-001"], ""),
        "견적서 E-001.xlsx": (workbook_bytes(), ["E-001"], ""),
        "9월 세금계산서 모음.pdf": (papers.pdf([p[5], p[6], p[7]], "form"), [], ""),
        "9월 세금계산서 모음.pdf/1쪽": (b"", ["E-005"], ""),
        "9월 세금계산서 모음.pdf/2쪽": (b"", ["E-006"], ""),
        "9월 세금계산서 모음.pdf/3쪽": (b"", ["E-007"], ""),
        "E-008 회의록.hwp": (HWP, ["E-008"], ""),
        "E-008 회의록.hwpx": (hwpx, ["E-008"], ""),
        "전자세금계산서_20250930.zip": (tax_office, [], ""),
        "전자세금계산서_20250930.zip/세금계산서 구.xml0": (b"", ["E-009"], ""),
        "전자세금계산서_20250930.zip/세금계산서 십.xml1": (b"", ["E-010"], ""),
        "Re_ 세금계산서.eml": (mail(11), [], ""),
        "Re_ 세금계산서.eml/계산서 원본.xml": (b"", ["E-011"], ""),
        "Re_ 세금계산서.eml/계산서 출력.pdf": (b"", ["E-011"], ""),
        "a.xml": (copy, ["E-012"], ""),
        "사본/a - 복사본.xml": (copy, ["E-012"], ""),
        "E-013 영수증.pdf": (b"", ["E-013"], "empty"),
        "거래명세서 십사.pdf": (papers.pdf([p[14]], "statement"), ["E-014"], ""),
        "9월/영수증 (1).pdf": (papers.pdf([p[15]], "receipt"), ["E-015"], ""),
        "10월/영수증.pdf": (papers.pdf([p[16]], "receipt"), ["E-016"], ""),
        "11월/영수증.pdf": (papers.pdf([p[17]], "receipt"), ["E-017"], ""),
        "사업팀.zip": (team, [], ""),
        "사업팀.zip/E-019/영수증.pdf": (b"", ["E-019"], ""),
        "잘린.zip": (team[: len(team) * 2 // 3], [], "damaged"),
        "빈.zip": (archive(), [], "empty"),
        "가" * 80 + ".pdf": (papers.pdf([p[20]], "form"), ["E-020"], ""),
        "거래\u202e명세.pdf": (papers.pdf([p[22]], "form"), ["E-022"], ""),
        "계약서.pdf": (HWP + b"2", [], "unlike"),
        "25.xml": (invoices.signed(p[25]), ["E-025"], ""),
        "25 수정.xml": (invoices.signed(amended), [], ""),
        "E-027 편집기로 저장.xml": (invoices.signed(p[27]).replace(b"\n", b"\r\n"), ["E-027"], ""),
        "E-028 BOM.xml": (b"\xef\xbb\xbf" + invoices.signed(p[28]), ["E-028"], ""),
        "사진.heic": (b"\0\0\0\x18ftypheic" + bytes(500), [], ""),
        "설정.xml": (b'<?xml version="1.0"?><conf/>', [], ""),
        "홈택스 화면.html": ("<html><body>합계금액 110,000</body></html>".encode(), [], ""),
        "편지.msg": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000), [], ""),
        "청구서 23.pdf": (papers.pdf([p[23]], "estimate"), ["E-023"], ""),  # no label is certain: number, amount and day stand in it
    }  # fmt: skip


LEFT_OUT = ("Thumbs.db", "~$견적.docx", ".DS_Store", "__MACOSX/._a.pdf")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    place = tmp_path_factory.mktemp("folders") / "증빙 자료"
    for name, (data, _, _) in files().items():
        if "/" not in name or not name.split("/")[0].endswith((".zip", ".eml", ".pdf")):
            put(place, unicodedata.normalize("NFD", name) if "거래명세서" in name else name, data)
    for name in LEFT_OUT:
        put(place, name, b"x")
    (place / "바로가기.pdf").symlink_to(place / "a.xml")
    with open(os.path.join(os.fsencode(place), "영수증".encode("cp949") + b".pdf"), "wb") as out:  # an old archive
        out.write(papers.pdf([PAPERS[21]], "form"))
    rows = [line(f"E-{n:03d}", paper) for n, paper in PAPERS.items()]
    rows[22]["집행일"] = PAPERS[23].day
    listed = [
        {"집행번호": f"E-{n:03d}", "증빙종류": kind, "합계금액": PAPERS[n].total, "파일명": name}
        for n, kind, name in (
            (14, "거래명세서", "거래명세서 십사.pdf"),
            (15, "영수증", "9월\\영수증(1).pdf"),
            (16, "영수증", "영수증.pdf"),  # two files are called so: what the paper says decides
            (17, "영수증", "11월/영수증"),
        )
    ]
    book = book_from_tables({"협약": AGREEMENT, "집행내역": rows, "증빙목록": listed})
    add_evidence(book, vocabulary.load(), [place], Asked(scans=False))
    return judge(book)


def test_every_file_is_told_and_belongs_where_a_person_would_put_it(judged: Judgement) -> None:
    found = {one["file"]: (one["lines"], one["problem"] or "") for one in evidence.records(judged)}
    wanted = {name: (lines, problem) for name, (_, lines, problem) in files().items()}
    wanted |= {"바로가기.pdf": ([], "link"), "영수증.pdf": (["E-021"], "")}
    assert found == wanted


def test_no_line_is_held_for_a_name_that_can_only_mean_one_file(judged: Judgement) -> None:
    found = judged.findings
    codes = list(zip(found["code"], found["line"], found["effect"], strict=True))
    assert [one for one in codes if one[0] == "EVD-010"] == []
    assert ("EVD-090", "E-013", "hold") in codes
    assert ("EVD-060", "E-025", "disallow") in codes
    assert not [one for one in codes if one[0] in ("EVD-020", "EVD-030", "EVD-040", "EVD-070")]


def test_papers_in_one_pdf_are_rows_of_their_own(judged: Judgement) -> None:
    rows = judged.book.frames[EVIDENCE]
    made = {row["집행번호"]: (row["파일명"], row["합계금액"], row["승인번호"]) for _, row in rows.iterrows()}
    for number in (5, 6, 7):
        paper = PAPERS[number]
        name = f"9월 세금계산서 모음.pdf/{number - 4}쪽"
        assert made[f"E-{number:03d}"] == (name, paper.total, paper.approval)
    lines = judged.lines.set_index("line")
    assert [lines.loc[f"E-{n:03d}", "recognised"] for n in (5, 6, 7)] == [PAPERS[n].total for n in (5, 6, 7)]


def test_what_belongs_nowhere_is_named_and_an_amendment_is_not_among_it(judged: Judgement) -> None:
    told = next(text for text in judged.book.notices if "어느 줄의 증빙인지 알 수 없는" in text)
    assert "5개" in told  # 설정.xml, 홈택스 화면.html, 편지.msg, 사진.heic, 계약서.pdf
    assert "수정" not in told
    assert not [text for text in judged.book.notices if "모두 맞아" in text]
    assert any("'사진.heic'" in text and "열어 보지 않는 형식" in text for text in judged.book.notices)


def test_a_bundle_named_for_several_lines_asks_for_what_it_does_not_say(tmp_path: Path) -> None:
    p = PAPERS
    put(tmp_path, "E-001~E-003 세금계산서.pdf", papers.pdf([p[1], p[2], bought(777)], "form"))
    rows = [line(f"E-{n:03d}", p[n]) for n in (1, 2, 3)]
    book = book_from_tables({"협약": AGREEMENT, "집행내역": rows})
    add_evidence(book, vocabulary.load(), [tmp_path], Asked(scans=False))
    result = judge(book)
    found = {one["file"].rpartition("/")[2]: one["lines"] for one in evidence.records(result)}
    assert (found["1쪽"], found["2쪽"], found["3쪽"]) == (["E-001"], ["E-002"], [])
    asked = [one for one in result.questions if one.about.startswith("파일.")]
    assert [one.choices[:-1] for one in asked] == [("E-001", "E-002", "E-003")]


def test_a_folder_that_may_not_be_listed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "닫힌 폴더/a.pdf", b"x")
    put(tmp_path, "b.txt", b"x")
    real = os.scandir

    def scandir(path: Any) -> Any:
        if str(path).endswith("닫힌 폴더"):
            raise PermissionError(13, "no", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = {one.name: one.problem for one in folder.gather([tmp_path], Asked(scans=False)).papers}
    assert found == {"닫힌 폴더": "unreadable", "b.txt": ""}
    with pytest.raises(NotThere, match="읽기 권한"):
        folder.gather([tmp_path / "닫힌 폴더"])


def test_a_photograph_taken_upright_is_read_upright(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = papers.picture(PAPERS[3], "form", 60)
    lying = page.rotate(90, expand=True)
    orientation = Image.Exif()
    orientation[0x0112] = 6
    lying.save(tmp_path / "a.jpg", exif=orientation)
    seen: list[Image.Image] = []
    monkeypatch.setattr(ocr, "read_pictures", lambda pictures, *_: seen.extend(pictures))
    image.read_image(tmp_path / "a.jpg", {}, {"path": "", "languages": []})
    assert seen[0].size == page.size


def test_a_scan_that_shows_payee_amount_and_day_goes_to_the_one_line_they_fit() -> None:
    from settle.evidence.assign import assign
    from settle.judging.facts.base import Facts

    p = PAPERS[3]
    text = {"brn": [(p.invoicer[0], "1쪽")], "won": [(p.total, "1쪽"), (p.supply, "1쪽")], "date": [(p.day, "1쪽")]}
    scan = Paper("IMG_0001.jpg", "ab", kind="jpeg", tier=4, pages=1, seen=text)

    def lines_for(*rows: dict[str, Any], paper: Paper = scan) -> tuple[list[int], list[int]]:
        book = book_from_tables({"협약": AGREEMENT, "집행내역": list(rows)})
        one = assign(Facts(book, vocabulary.load()), [paper]).files[0]
        return one.lines, one.open

    mine = line("E-001", p, 집행일=p.day)
    assert lines_for(mine, line("E-002", PAPERS[4])) == ([0], [])
    assert lines_for(mine, {**mine, "집행번호": "E-002"}) == ([], [0, 1])
    assert lines_for({**mine, "집행금액": p.total + 1}) == ([], [])
    assert lines_for({**mine, "사업자등록번호": PAPERS[4].invoicer[0]}) == ([], [])
    assert lines_for({**mine, "집행일": "2024-01-05"}) == ([], [])
    without = Paper("IMG_0001.jpg", "ab", kind="jpeg", tier=4, pages=1, seen={**text, "brn": []})
    assert lines_for(mine, paper=without) == ([], [])


def test_papers_within_a_file_are_shown_and_not_counted_as_files(tmp_path: Path) -> None:
    put(tmp_path, "모음.pdf", papers.pdf([PAPERS[5], PAPERS[6]], "form"))
    told = CliRunner().invoke(cli, ["evidence", str(tmp_path)]).output
    assert "파일 1개: PDF 1" in told
    for page, number in ((1, 5), (2, 6)):
        assert re.search(rf"모음\.pdf/{page}쪽.*{PAPERS[number].total:,}원", told)
