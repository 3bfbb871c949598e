"""Answers: what they correct is told everywhere, what finds nothing is said, and what is asked can be answered."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
from click import ClickException
from click.testing import CliRunner, Result

from settle import pipeline
from settle.cli import cli
from settle.documents import json_
from settle.documents.review import verdicts
from settle.model import Judgement
from settle.programme import rules
from settle.programme.answers import NONE, Answers, Cell, Link, OfFile, Value, dumps, load
from settle.programme.understanding import understood

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


# ---- on the terminal ---------------------------------------------------------------------------------------------------------------------


def test_one_unreadable_day_is_asked_for_once() -> None:
    """A rule that waits for the day of the line waits for the same answer."""
    book = pipeline.book_from_tables(
        {"집행내역": [{"집행번호": "1", "집행일": "7월 35일", "집행금액": 2_000_000, "재원": "보조금"}]}
    )
    result = pipeline.judge(book)
    assert [one.about for one in result.questions if "집행일" in one.about or one.kind == "cell"] == ["칸.집행내역!B2"]


def plain_ledger(path: Path, heads: list[str], *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "집행내역"
    for row in (heads, *rows):
        book.active.append(row)
    book.save(path)
    return path


def test_all_choices_are_offered_nearest_first_and_a_number_names_each(tmp_path: Path) -> None:
    """Of 64 values the terminal showed 30, and 장비구입 was none of them."""
    source = plain_ledger(
        tmp_path / "부산.xlsx",
        ["집행번호", "집행일", "적요", "거래처", "집행금액", "재원", "결제수단"],
        ["1", "2026-07-01", "시제품 재료비", "부산소재", 500_000, "자부담", "계좌이체"],
        ["2", "2026-08-01", "장비 구입", "전자랜드", 1_500_000, "자부담", "계좌이체"],
    )
    out, busan = tmp_path / "답.toml", ("--programme", "busan-social-economy")
    shown = settle("answer", source, "-o", out, *busan, typed="\n" * 20).output
    block = shown[shown.index("지출유형") :]
    offered = re.findall(r"(?m)(?:^|  )\s*\d+ (\S+)", block.partition("모두 같으면")[2].partition("답:")[0])
    assert len(offered) == len(set(offered)) == 64
    assert set(offered[:2]) == {"시제품재료비", "장비구입"}
    first = offered.index("시제품재료비") + 1
    before = shown[: shown.index("지출유형")].count("답:")
    settle("answer", source, "-o", out, *busan, typed="\n" * before + f"1={first}, 2={3 - first}\n" + "\n" * 20)
    given = {(one.line, one.value) for one in load(out).cells}
    assert given == {("1", "시제품재료비"), ("2", "장비구입")}


@pytest.mark.parametrize("typed", ["예", "네", "맞습니다.", "세세목", "1", "분류"])
def test_whether_a_heading_is_a_column_takes_a_plain_yes(tmp_path: Path, typed: str) -> None:
    kinds = ["회의비", "수용비및수수료"] * 3
    rows = [[str(n), f"2025-06-0{n}", kind, "다과", "별다방", 33_000 + n] for n, kind in enumerate(kinds, start=1)]
    source = plain_ledger(tmp_path / "장부.xlsx", ["집행번호", "집행일", "분류", "적요", "거래처", "집행금액"], *rows)
    out = tmp_path / "답.toml"
    ran = settle("answer", source, "-o", out, typed=f"{typed}\n" + "\n" * 20)
    assert "열 '분류'는 세세목입니까? (회의비, 수용비및수수료)" in ran.output
    assert "1 예, '분류' 열이 세세목입니다" in ran.output
    assert load(out).columns == {"집행내역:세세목": "분류"}


def test_plain_yes_and_no() -> None:
    heading = ("열.집행내역:세세목", (), ("분류", NONE))
    assert understood(*heading, "아니요") == Answers(columns={"집행내역:세세목": ""})
    assert understood(*heading, "아마") is None
    several = ("열.집행내역:세세목", (), ("분류", "구분", NONE))
    assert understood(*several, "예") is None  # which of them?
    assert understood("협약.자체여비기준", (), ("Y", "N"), "예") == Answers(agreement={"자체여비기준": "Y"})
    assert understood("카드.****-1180", (), ("사업비카드", "개인카드"), "네") == Answers(
        cards={"****-1180": "사업비카드"}
    )


def test_where_answers_cannot_be_kept_nothing_is_asked(ledger: Path, tmp_path: Path) -> None:
    for output in (tmp_path / "없는 폴더" / "답.toml", tmp_path):
        ran = settle("answer", ledger, "-o", output, typed="1\n" * 30)
        assert isinstance(ran.exception, ClickException)
        assert "쓸 수 없습니다" in ran.exception.message
        assert "답:" not in ran.output
    kept, other = tmp_path / "답.toml", tmp_path / "다른답.toml"
    for path in (kept, other):
        path.write_text(dumps(Answers(agreement={"기관유형": "비영리"})), encoding="utf-8")
    ran = settle("answer", ledger, "-o", kept, "--answers", other, typed="\n" * 30)
    assert isinstance(ran.exception, ClickException)
    assert "이미 답이 있어" in ran.exception.message


# ---- the other commands ------------------------------------------------------------------------------------------------------------------


def test_a_sample_is_drawn_with_the_answers_and_headings_of_check(ledger: Path, tmp_path: Path) -> None:
    heads = ["순", "언제", "세세목", "무엇", "누구", "얼마", "결제수단"]
    source = plain_ledger(
        tmp_path / "내장부.xlsx", heads, ["1", "2025-05-01", "회의비", "다과", "가게", 20_000, "사업비카드"]
    )
    named = {"집행번호": "순", "집행일": "언제", "적요": "무엇", "거래처": "누구", "집행금액": "얼마"}
    options = [part for column, heading in named.items() for part in ("--column", f"{column}={heading}")]
    drawn = settle(
        "sample",
        source,
        *options,
        "--answers",
        answers_in(tmp_path, at("F2", 777)),
        "-o",
        tmp_path / "표본.xlsx",
        "--rules",
        "MTG-020",
    )
    assert "인정금액 777원에서 1줄을 봅니다" in drawn.output
    help_ = settle("sample", "--help").output + settle("reconcile", "--help").output
    for option in ("--answers", "--column", "--profile", "--no-fill"):
        assert help_.count(option) >= 2


def answers_in(folder: Path, *cells: Cell) -> Path:
    path = folder / "답.toml"
    path.write_text(dumps(Answers(cells=cells)), encoding="utf-8")
    return path
