"""불인정내역서.pdf: its text, structure and sums, whatever the judgement."""

import datetime as dt
import io
import re
from functools import cache
from pathlib import Path

import pandas as pd
import pdfplumber
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pypdf import PdfReader

from settle.documents import disallowance, json_
from settle.documents.content import LANDSCAPE, Cell, Column, Document, Grid, Look, Row
from settle.documents.disallowance import render
from settle.documents.pdf import fonts, paper
from settle.documents.pdf.grid import lay
from settle.documents.view import View
from settle.documents.words import in_words
from settle.korean import number
from settle.model import InputFile
from tests.kit import judgements

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out


@cache
def report(lines: int = 120, findings: int = 20) -> bytes:
    return render(judgements.make(lines, findings))


@cache
def texts(lines: int = 120, findings: int = 20) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(report(lines, findings))).pages]


def squeezed(text: str) -> str:
    """Without white space: where lines break does not matter."""
    return re.sub(r"\s+", "", text)


def words_of(data: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


def test_the_first_page_tells_verdict_sums_and_refund() -> None:
    judgement, first = judgements.make(), texts()[0]
    totals = judgement.totals
    for name in ("claimed", "recognised", "held", "disallowed"):
        assert f"{number(totals[name])}원" in first, name
    assert "불인정 · 보완 필요" in first
    assert "2025-0012-003456" in first
    assert "한국혁신컨설팅(주)" in first
    assert "2025년 3월 1일 ~ 2025년 12월 31일" in first
    for refund in judgement.by_fund["refund"]:
        assert f"({number(int(refund))}원)" in first
    assert in_words(totals["disallowed"]) in first


def test_sums_of_the_lists_are_the_totals_of_the_json() -> None:
    judgement = judgements.make()
    totals = json_.result(judgement)["totals"]
    whole = " ".join(texts())
    counts = judgement.findings["effect"].value_counts()
    for effect, name in (("disallow", "disallowed"), ("hold", "held")):
        assert re.search(rf"합계 {counts[effect]}건\s+{number(totals[name])}\b", whole), name
    for row in judgement.by_category.itertuples():
        assert number(row.claimed) in texts()[1]


def test_every_finding_is_listed_with_its_arithmetic_and_source() -> None:
    judgement, whole = judgements.make(), squeezed("".join(texts()))
    for line in judgement.findings["line"]:
        assert line in whole
    assert squeezed("산식: 110,000 - 30,000 × 3명 × 1식 = 20,000") in whole.replace("−", "-")
    assert squeezed("과제신청서 참고자료2 · 사업운영비 불인정 – 회의비") in whole


def test_sections_stand_in_the_outline_and_rules_lead_to_their_lines() -> None:
    reader = PdfReader(io.BytesIO(report()))
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert titles == [
        "정산 결과 요약", "비목별 정산 내역", "불인정 내역", "보완 요청서", "확인 사항", "규칙별 집계", "미점검", "입력 오류",
        "판정 변경 내역", "판정 근거와 보존",
    ]  # fmt: skip
    nested = [entry.title for group in reader.outline if isinstance(group, list) for entry in group]
    assert "MTG-020  1인 1식 한도" in nested
    pages = texts()
    targets = [
        reader.get_page_number(
            (annotation.get_object().get("/Dest") or annotation.get_object()["/A"]["/D"])[0].get_object()
        )
        for page in reader.pages
        for annotation in page.get("/Annots", [])
    ]
    for code in ("MTG-020", "GEN-080", "GEN-070"):
        assert any(code in pages[target] and "조치" in pages[target] for target in targets), code


def test_metadata_language_and_embedded_fonts() -> None:
    reader = PdfReader(io.BytesIO(report()))
    assert reader.metadata.title == "사업비 불인정내역서 (잠정)"
    assert reader.metadata.author == "한국혁신컨설팅(주)"
    assert reader.trailer["/Root"]["/Lang"] == "ko"
    found = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    hangul = [font for font in found if "Nanum" in font["/BaseFont"]]
    assert hangul
    assert all("/FontFile2" in font["/FontDescriptor"] for font in hangul)
    assert all(re.match(r"/[A-Z0-9]{6}\+", font["/BaseFont"]) for font in hangul)  # a subset


def test_every_page_has_title_agreement_number_and_page_numbers() -> None:
    pages = texts()
    for at, page in enumerate(pages, start=1):
        assert "사업비 불인정내역서" in page
        assert "협약번호 2025-0012-003456" in page
        assert re.search(rf"{at} /\s*{len(pages)}\b", page)


def test_the_same_judgement_gives_the_same_bytes() -> None:
    assert render(judgements.make()) == report()


def test_a_text_said_again_stands_in_its_own_font_and_colour() -> None:
    look = Look(colour="#FF0000", bold=True)
    row = Row(["가 ☐ 나", Cell("가 ☐ 나", look), "가 ☐ 나"])
    document = Document("제목", [Grid([Column(1)] * 3, [row, Row(["", Cell("가 ☐ 나", look), "다"]), row])])
    with pdfplumber.open(io.BytesIO(paper.render(document, fonts.load()))) as written:
        letters = [c for c in written.pages[0].chars if c["text"] in "가나다"]
    found = [
        "".join(c["text"] for c in letters if c["non_stroking_color"][:3] == colour)
        for colour in ((0, 0, 0), (1, 0, 0))
    ]
    assert found == ["가나가나다가나가나", "가나" * 3]
    plain, bold = (
        {c["fontname"] for c in letters if c["non_stroking_color"][:3] == colour} for colour in ((0, 0, 0), (1, 0, 0))
    )
    assert not bold & plain


def test_nothing_is_cut_or_runs_over_with_long_texts() -> None:
    judgement, whole = judgements.make(), squeezed("".join(texts()))
    struck = judgement.lines.loc[judgement.findings["line_index"]]
    assert (struck["적요"] == judgements.LONG).any()
    assert squeezed(judgements.LONG) in whole
    assert judgements.VENDOR in whole
    with pdfplumber.open(io.BytesIO(report())) as document:
        for page in document.pages:
            for letter in page.chars:
                assert 0 < letter["x0"] < letter["x1"] < page.width
                assert 0 < letter["top"] < letter["bottom"] < page.height


def test_texts_stay_inside_their_columns() -> None:
    with pdfplumber.open(io.BytesIO(report())) as document:
        page = next(p for p in document.pages if "불인정 내역" in p.extract_text() and p.width > p.height)
        table = max(page.find_tables(), key=lambda t: len(t.rows))
        for row in table.rows:
            for cell in filter(None, row.cells):
                inside = [
                    c
                    for c in page.chars
                    if cell[0] <= (c["x0"] + c["x1"]) / 2 <= cell[2] and cell[1] < c["top"] < cell[3]
                ]
                assert all(c["x0"] >= cell[0] - 0.5 and c["x1"] <= cell[2] + 0.5 for c in inside)


def test_one_finding() -> None:
    pages = texts(1, 1)
    assert "불인정 1건" in squeezed(pages[0]).replace("불인정1건", "불인정 1건")
    assert any("합계 1건" in page for page in pages)
    assert any("보완을 요청할 집행이 없습니다." in page for page in pages)


def test_no_finding_at_all() -> None:
    judgement = judgements.make(5, 0, errors=0)
    first = PdfReader(io.BytesIO(render(replace(judgement, not_checked=[])))).pages[0].extract_text()
    assert "전액 인정" in first
    assert "잠정" not in first


def test_what_could_not_be_read_is_no_full_recognition() -> None:
    assert View(judgements.make(5, 0, errors=1)).verdict[0] == "일부 판정 못 함"
    empty = judgements.make(1, 0, errors=0)
    assert View(replace(empty, lines=empty.lines.iloc[:0])).verdict[0] == "판정할 집행 없음"


def test_five_thousand_findings_repeat_their_headings_on_every_page() -> None:
    judgement = judgements.make(6000, 5000)
    reader = PdfReader(io.BytesIO(render(judgement)))
    pages = [page.extract_text() for page in reader.pages]
    listed = [page for page in pages if "불인정금액" in page and "연번" in page and "조치" in page]
    assert len(listed) > 50
    assert "합계 2,500건" in " ".join(pages)
    assert len(pages) == int(re.search(r"1 /\s*([\d,]+)", pages[0])[1].replace(",", ""))


def test_a_list_that_is_too_long_says_where_the_rest_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disallowance, "MOST", 5)
    whole = words_of(render(judgements.make(120, 40)))
    assert (
        squeezed("전체 20건 가운데 앞의 5건을 실었습니다. 전체는 불인정내역서.xlsx의 〈불인정 내역〉 시트에 있습니다.")
        in whole
    )


def test_a_text_of_ten_thousand_letters_is_printed_whole() -> None:
    judgement = judgements.make(3, 3)
    judgement.lines["적요"] = ("아주 긴 적요입니다 " * 1000)[:10_000]
    assert words_of(render(judgement)).count("긴") == judgement.lines["적요"].str.count("긴").sum()


def test_texts_and_amounts_of_any_size_stay_on_the_page() -> None:
    judgement = judgements.make(6, 6)
    long = "가나다라 마바사아자차카타파하 " * 1000
    judgement.book.agreement.update(dict.fromkeys(("사업명", "주관기업", "수행기관", "총괄책임자", "협약번호"), long))
    judgement.lines["참여기업"] = judgement.lines["컨설턴트"] = judgement.lines["거래처"] = long
    judgement.book.files[:] = [InputFile(Path("아주긴파일이름" * 30 + ".xlsx"), "a" * 64)] * 60
    judgement.totals.update({name: won * 10**10 for name, won in judgement.totals.items()})
    for table in (judgement.by_category, judgement.by_fund):
        for name in ("budget", "claimed", "recognised", "held", "disallowed"):
            table[name] *= 10**7
    with pdfplumber.open(io.BytesIO(render(judgement, by_participant=True))) as document:
        for page in document.pages:
            assert all(
                c["x0"] > 0 and c["x1"] < page.width and c["top"] > 0 and c["bottom"] < page.height for c in page.chars
            )


def test_personal_numbers_are_masked_and_formulas_are_plain_text() -> None:
    judgement = judgements.make(3, 8)
    whole = words_of(render(judgement))
    assert "900101-1******" in whole
    assert "1234567" not in whole
    assert "123456-04-123456" not in whole
    assert '=HYPERLINK("http://example.com")' in whole


def test_only_one_list() -> None:
    judgement = judgements.make()
    held = words_of(render(judgement, only="보완"))
    assert squeezed("제출할 서류") in held
    assert squeezed("입력 오류") not in held
    taken = words_of(render(judgement, only="불인정"))
    assert squeezed("제출할 서류") not in taken


def test_a_part_for_every_participant_adds_up() -> None:
    judgement = judgements.make()
    parts = View(judgement).by_participant()
    assert [p.part for p in parts] == ["가람정밀(주)", "나래테크(주)", "공통 (참여기업 없음)"]
    for name in ("claimed", "recognised", "held", "disallowed"):
        assert sum(p.judgement.totals[name] for p in parts) == judgement.totals[name]
    assert sum(len(p.judgement.findings) for p in parts) == len(judgement.findings)
    for part in parts:
        listed = part.listed("disallowed")
        assert listed["applied"].sum() == part.judgement.totals["disallowed"]
        assert set(listed["participant"]) <= {part.part, ""}
    titles = PdfReader(io.BytesIO(render(judgement, by_participant=True))).outline
    assert "가람정밀(주) – 불인정 내역" in [t.title for t in titles if not isinstance(t, list)]


def test_what_is_held_is_grouped_by_who_must_supply_it() -> None:
    held = View(judgements.make(121, 60)).listed("held")
    kinds = held["supplier_kind"].tolist()
    order = ["컨설턴트", "참여기업", "거래처", "수행기관"]
    assert [order.index(k) for k in kinds] == sorted(order.index(k) for k in kinds)
    assert "컨설턴트 김하나" in set(held["supplier"])
    assert held["no"].tolist() == list(range(1, len(held) + 1))


def test_an_amount_of_a_list_is_never_broken() -> None:
    columns = [Column(7, "centre"), Column(70), Column(18, "right"), Column(85)]
    rows = [Row(["MTG-020", None, None, None], "band"), Row(["1", "가" * 60, "987,654,321,012", "나" * 99])]
    rows.append(Row(["", "", "19,753,086,420,240", ""], "sum"))
    table = lay(Grid(columns, rows, size=6.9), LANDSCAPE, fonts.load(None)).table
    assert [cell.lines for row in table.rows for cell in row.cells if cell.column == 2 and row.kind != "band"] == [
        ["987,654,321,012"],
        ["19,753,086,420,240"],
    ]
    assert table.edges[-1] == pytest.approx(LANDSCAPE.room * 72 / 25.4)


def test_a_provisional_verdict_has_the_particle_of_its_last_word() -> None:
    judgement = judgements.make(errors=0)
    assert "점검하지 못한 규칙 1개가 있어 잠정 결과입니다." in View(judgement).verdict[1]


def test_a_decision_shows_both_verdicts() -> None:
    judgement = judgements.make()
    decision = {
        "판정": "일부인정", "인정금액": 5000, "사유": "증빙을 확인함", "판정자": "오승현", "검토자": "진가영", "판정일": "2026-01-20",
        "machine": {"effect": "hold", "applied": 10_000},
    }  # fmt: skip
    judgement.findings["decision"] = pd.Series([decision] + [None] * (len(judgement.findings) - 1), dtype=object)
    row = View(judgement).decisions.iloc[0]
    assert (row["machine"], row["machine_won"], row["verdict"]) == ("보완", 10_000, "일부인정 (5,000원 인정)")
    whole = words_of(render(judgement))
    assert squeezed("일부인정 (5,000원 인정)") in whole
    assert "오승현" in whole


def test_the_last_page_has_hashes_retention_and_places_to_sign() -> None:
    last, judgement = texts()[-1], judgements.make()
    assert judgement.rulebook.sha256 in squeezed(last)
    assert "0" * 63 + "1" in squeezed(last)
    assert "2030년 12월 31일까지" in last
    assert "작성자" in last
    assert "검토자" in last


def test_retention_of_an_agreement_that_ends_on_a_leap_day() -> None:
    judgement = judgements.make()
    judgement.book.agreement["협약종료일"] = dt.date(2024, 2, 29)
    assert View(judgement).retention.startswith("2029년 2월 28일까지")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "금 영원정"),
        (10, "금 일십원정"),
        (12_000_000, "금 일천이백만원정"),
        (113_560, "금 일십일만삼천오백육십원정"),
        (100_010_000, "금 일억일만원정"),
        (1_111_111_111, "금 일십일억일천일백일십일만일천일백일십일원정"),
        (1_000_000_000_000, "금 일조원정"),
    ],
)
def test_amounts_in_words(amount: int, words: str) -> None:
    assert in_words(amount) == words


DIGITS = {c: i for i, c in enumerate("영일이삼사오육칠팔구")}
UNITS = {"십": 10, "백": 100, "천": 1000}
MYRIADS = {"만": 10**4, "억": 10**8, "조": 10**12}


@given(st.integers(0, 10**15))
def test_amounts_in_words_read_back_to_the_amount(amount: int) -> None:
    text = in_words(amount).removeprefix("금 ").removesuffix("원정")
    total = part = digit = 0
    for letter in text:
        if letter in DIGITS:
            digit = DIGITS[letter]
        elif letter in UNITS:
            assert digit, f"a bare {letter} in {text}"
            part, digit = part + digit * UNITS[letter], 0
        else:
            total, part, digit = total + (part + digit) * MYRIADS[letter], 0, 0
    assert total + part + digit == amount


@given(st.text(alphabet="가나다라ABC 12/,-\n", max_size=120), st.integers(20, 200))
def test_wrapped_lines_fit_and_keep_every_letter(text: str, width: int) -> None:
    face = fonts.load().regular
    lines = face.wrap(text, 7, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(face.measure(line) * 7 / 1000 <= width or len(line) == 1 for line in lines)


def test_signs_that_the_font_lacks_are_shown_by_others() -> None:
    face = fonts.load().regular
    assert face.drawable("\U000f0000가") == "□가"
    lines = face.wrap("110,000 − 1 ☑", 9, 500)
    assert lines in (["110,000 − 1 ☑"], ["110,000 - 1 ■"])  # in the font of signs, or by signs that the Hangul font has
    assert "".join(text for _, text in face.runs(lines[0])) == lines[0]


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SETTLE_FONT", raising=False)
    monkeypatch.setattr(fonts, "_installed", dict)


def carried() -> Path:
    """A Hangul font to play with, wherever it is from."""
    return fonts.load(None).regular.path


@pytest.mark.usefixtures("nothing_installed")
def test_where_no_font_is_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_carried", lambda _package, _name: None)
    with pytest.raises(fonts.FontError, match=r"나눔고딕을 설치하거나.*koreanize-matplotlib.*--font") as found:
        fonts.load()
    assert str(found.value).count(".") >= 1
    assert "\n" not in str(found.value)


def test_the_font_of_the_system_comes_first_then_the_one_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SETTLE_FONT", raising=False)
    system, package = tmp_path / "malgun.ttf", tmp_path / "NanumGothic.ttf"
    for path in (system, package):
        path.write_bytes(carried().read_bytes())
    monkeypatch.setattr(fonts, "_carried", lambda _package, name: package if name == fonts.REGULAR else None)
    monkeypatch.setattr(fonts, "_installed", lambda: {"malgun.ttf": system})
    assert fonts.load().regular.path == system
    assert fonts.load().bold.path == system  # no bold one is there
    monkeypatch.setattr(fonts, "_installed", dict)
    assert fonts.load().regular.path == package


def test_a_broken_font_of_the_system_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, good = tmp_path / "malgun.ttf", carried()
    broken.write_bytes(b"no font")
    monkeypatch.setattr(fonts, "_installed", lambda: {"malgun.ttf": broken, "nanumgothic.ttf": good})
    monkeypatch.delenv("SETTLE_FONT", raising=False)
    assert fonts.load().regular.path == good


def test_a_font_that_cannot_be_used_is_said_in_korean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "깨진글꼴.ttf"
    broken.write_bytes(b"no font")
    with pytest.raises(fonts.FontError, match="쓸 수 없습니다"):
        fonts.load(broken)
    monkeypatch.setenv("SETTLE_FONT", str(tmp_path / "없는글꼴.ttf"))
    with pytest.raises(fonts.FontError, match="없습니다"):
        fonts.load()
