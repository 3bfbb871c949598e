"""Answers: what they correct is told everywhere, what finds nothing is said, and what is asked can be answered."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from click.testing import CliRunner, Result

from settle import pipeline
from settle.cli import cli
from settle.documents import json_
from settle.documents.review import verdicts
from settle.model import Judgement
from settle.programme import rules
from settle.programme.answers import Answers, Cell, Link, OfFile, Value, dumps

HEADS = ["집행번호", "집행일", "세세목", "적요", "거래처", "집행금액", "결제수단"]
PAPERS = ["집행번호", "증빙종류", "발행일", "합계금액"]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Line 1 is a formula that nobody computed, line 2 a word, line 3 can be read."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "집행내역"
    sheet.append(HEADS)
    sheet.append(["1", "2025-05-01", "회의비", "다과", "가게", "=100000+10000", "사업비카드"])
    sheet.append(["2", "2025-05-02", "회의비", "다과", "가게2", "일만원", "사업비카드"])
    sheet.append(["3", "2025-05-03", "회의비", "다과", "가게3", 20000, "사업비카드"])
    papers = book.create_sheet("증빙목록")
    papers.append(PAPERS)
    papers.append(["3", "카드매출전표", "2025-05-03", 2000])
    path = tmp_path / "장부.xlsx"
    book.save(path)
    return path


def judged(path: Path, answers: Answers | None = None) -> Judgement:
    rulebook = rules.load()
    book = pipeline.read_book(pipeline.Opened([path]), rulebook.programme, answers=answers)
    return pipeline.judge(book, rulebook)


def at(cell: str, value: str | int, sheet: str = "집행내역") -> Cell:
    return Cell("", value, sheet=sheet, cell=cell)


def settle(*given: str | Path, typed: str = "") -> Result:
    return CliRunner().invoke(cli, [str(one) for one in given], input=typed, standalone_mode=False)


def test_an_answer_to_a_formula_without_a_value_is_used(ledger: Path) -> None:
    before = judged(ledger)
    assert before.totals["claimed"] == 20_000
    after = judged(ledger, Answers(cells=(at("F2", "110,000원"), at("F3", "10000"))))
    assert after.totals["claimed"] == 140_000
    assert not [one for one in after.input_errors if one.consequence == "left out"]
    assert not [one for one in after.questions if one.about.startswith("칸.")]


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        (at("F2", "110000"), 110_000, "답: 집행금액 정정 (집행내역 F2: 저장된 값이 없는 수식)"),
        (at("F3", "12,345"), 12_345, "답: 집행금액 정정 (집행내역 F3: 파일의 값 '일만원')"),
        (at("f4", 777), 777, "답: 집행금액 정정 (집행내역 F4: 파일의 값 '20000')"),
        (Cell("집행금액", "777", line="3"), 777, "답: 집행금액 정정 (집행내역 F4: 파일의 값 '20000')"),
    ],
)
def test_a_corrected_cell_is_told_as_such(ledger: Path, cell: Cell, value: int, said: str) -> None:
    """In JSON, in the 검토표 and in what the reports list."""
    result = judged(ledger, Answers(cells=(cell,)))
    (told,) = json.loads(b"".join(json_.pieces(result)))["answers"]
    assert told == {"question": said, "value": value, "lines": 1, "won": value}
    marks = verdicts.marks(result)[0]
    where = said.partition("집행내역 ")[2][:2]
    assert any(said in text for text in marks[where].texts)


def test_a_corrected_cell_of_another_sheet_is_told_too(ledger: Path) -> None:
    result = judged(ledger, Answers(cells=(at("D2", 20000, "증빙목록"), at("C2", "2025-05-03", "증빙목록"))))
    (told,) = json_._answers(result)  # the day stands there as it was answered: no correction
    assert told["question"] == "답: 합계금액 정정 (증빙목록 D2: 파일의 값 '2000')"
    assert told["value"] == "20000"
    assert any("파일의 값 '2000'" in text for text in verdicts.marks(result)[1]["D2"].texts)


def test_the_reports_list_what_was_corrected(ledger: Path, tmp_path: Path) -> None:
    answers = tmp_path / "답.toml"
    answers.write_text(dumps(Answers(cells=(at("F4", 777),))), encoding="utf-8")
    done = settle("check", ledger, "--answers", answers, "-o", tmp_path / "결과")
    assert "답 1칸을 썼습니다" in done.output
    settle("report", "review", ledger, "--answers", answers, "-o", tmp_path / "검토.pdf")
    for name in ("결과/불인정내역서.pdf", "검토.pdf"):
        pages = pypdfium2.PdfDocument(tmp_path / name)
        text = "".join(page.get_textpage().get_text_range() for page in pages)
        assert "정정 (집행내역 F4: 파일의 값 '20000')" in text
        assert "수행기관의 답으로 채운 값은 없습니다" not in text


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (Answers(agreement={"기관유헝": "비영리"}), "협약 '기관유헝'"),
        (Answers(columns={"참석인원": "비고란"}), "'비고란' 제목을 가진 열이 없어"),
        (Answers(words={"결제수단": {"카드임": "사업비카드"}}), "'카드임': 파일에 그런 말이 없어"),
        (Answers(words={"결제수단": {"가게": "모름"}}), "'모름' 값이 없어"),
        (Answers(categories={"일반수용비": "직접비/사업운영비/회의비"}), "'일반수용비': 파일에 그런 말이 없어"),
        (Answers(cards={"****-1180": "개인카드"}), "****-1180: 준 명세에 그 카드가 없어"),
        (Answers(values=(Value("지출유형", "식비", {"적요": ("오찬",)}),)), "지출유형 '식비' (적요에 오찬)"),
        (Answers(cells=(at("ZZ99", 1),)), "'집행내역' 시트에 ZZ99 칸이 없어"),
        (Answers(cells=(at("A1", 1, "없는 시트"),)), "'없는 시트' 시트가 없어"),
        (Answers(cells=(Cell("참석인원", 3, line="E-9"),)), "줄 'E-9'가 집행내역에 없어"),
        (Answers(links=(Link("3", "카드.xlsx", "", 3, 100),)), "'카드.xlsx' 3행: 그런 명세가 없어"),
        (Answers(files=(OfFile("계산서.xml", "3"),)), "파일 1개는 증빙 파일을 함께 주지 않아"),
    ],
)
def test_an_answer_that_finds_nothing_is_said(ledger: Path, answers: Answers, said: str) -> None:
    notices = [one for one in judged(ledger, answers).book.notices if "쓰지 않았습니다" in one]
    assert len(notices) == 1
    assert said in notices[0]


def test_answers_that_are_used_are_not_said_to_be_lost(ledger: Path) -> None:
    answers = Answers(
        columns={"거래처": "거래처"},
        words={"결제수단": {"가게": "사업비카드"}},
        values=(Value("지출유형", "다과비", {"적요": ("다과",)}),),
    )
    assert not [one for one in judged(ledger, answers).book.notices if "쓰지 않았습니다" in one]
