"""Headings that nobody knows: proposed by what stands below them, asked once, never taken unasked."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import openpyxl
import pytest
from click.testing import CliRunner

from settle import pipeline
from settle.cli import cli
from settle.programme import rules
from settle.programme.answers import load
from settle.programme.profile import load as load_profile
from settle.programme.understanding import understood

if TYPE_CHECKING:
    from pathlib import Path

    from settle.model import Judgement
    from settle.programme.answers import Answers

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

KINDS, MEANS = ("식비", "다과비", "식비", "임차료"), ("법인카드", "계좌이체")
ROWS = [
    [dt.date(2025, 6, 2 + i), "회의비", "업무협의 오찬", f"한식당{i % 5}", 50_000 + i, KINDS[i % 4], MEANS[i % 2]]
    for i in range(12)
]
KNOWN = ["사용일", "예산과목", "내용", "업체", "금액", "구분2", "지불"]


def ledger(path: Path, heads: list[str], *, without: str = "") -> Path:
    """The ledger under these headings; `without` is the one of KNOWN that is left out."""
    keep = [at for at, head in enumerate(KNOWN) if head != without]
    book = openpyxl.Workbook()
    page = book.active
    page.title = "장부"
    page.append([heads[at] for at in keep])
    for row in ROWS:
        page.append([row[at] for at in keep])
    book.save(path)
    return path


def named(**changed: str) -> list[str]:
    return [changed.get(head, head) for head in KNOWN]


def judged(path: Path, answers: Answers | None = None) -> Judgement:
    rulebook = rules.load()
    return pipeline.judge(pipeline.read_book(pipeline.Opened([path]), rulebook.programme, answers=answers), rulebook)


def test_a_heading_is_proposed_by_its_words_and_taken_when_somebody_says_so(tmp_path: Path) -> None:
    path = ledger(tmp_path / "장부.xlsx", KNOWN)
    result = judged(path)
    assert (result.lines["결제수단"] == "").all()  # not taken unasked
    first = next(one for one in result.questions if one.about == "열.집행내역:결제수단")
    assert first.text == "열 '지불'은 결제수단입니까? (법인카드, 계좌이체)"
    assert (first.kind, first.choices, len(first.lines), first.won) == ("choose", ("지불", "없음"), 12, 600_066)
    assert not any(one.about == "집행내역.결제수단" for one in result.questions)  # one thing, one question
    result = judged(path, understood(first.about, first.lines, first.choices, "지불"))
    assert set(result.lines["결제수단"]) == {"사업비카드", "계좌이체"}
    assert not any("결제수단" in one.about for one in result.questions)


def test_none_of_them_is_asked_once(tmp_path: Path) -> None:
    """The column itself is asked for then, as where no heading had its words."""
    path = ledger(tmp_path / "장부.xlsx", KNOWN)
    about = "열.집행내역:결제수단"
    result = judged(path, understood(about, (), ("지불", "없음"), "없음"))
    asked = [one.about for one in result.questions]
    assert "집행내역.결제수단" in asked
    assert about not in asked


def test_a_ledger_whose_amounts_have_a_strange_heading_is_asked_on_the_terminal(tmp_path: Path) -> None:
    """Nothing can be judged before; the answer to the first question leads to the others."""
    path, told = ledger(tmp_path / "장부.xlsx", named(금액="돈", 사용일="언제")), tmp_path / "답.toml"
    ran = CliRunner().invoke(cli, ["answer", str(path), "-o", str(told)], input="1\n1\n1\n", standalone_mode=False)
    assert ran.return_value == 0
    assert "열 '돈'은 집행금액입니까? (50000, 50001, 50002 …)" in ran.output
    assert "열 '언제'는 집행일입니까? (2025-06-02, 2025-06-03, 2025-06-04 …)" in ran.output
    assert (
        "  행 2 · 2025-06-02 · 한식당0 · 업무협의 오찬 · 50,000원\n" in ran.output
    )  # how many ate there can only be told of a line
    assert load(told).columns == {"집행내역:집행일": "언제", "집행내역:집행금액": "돈", "집행내역:결제수단": "지불"}
    assert judged(path, load(told)).totals["claimed"] == sum(row[4] for row in ROWS)


def test_a_category_may_stand_under_any_heading(tmp_path: Path) -> None:
    path = ledger(tmp_path / "장부.xlsx", named(예산과목="분류표"))
    asked = next(one for one in judged(path).questions if one.about == "열.집행내역:세세목")
    assert asked.choices == ("분류표", "없음")
    result = judged(path, understood(asked.about, asked.lines, asked.choices, "분류표"))
    assert set(result.lines["세세목"]) == {"회의비"}
    assert result.complete


def test_a_ledger_without_any_category_is_told_one(tmp_path: Path) -> None:
    """A place of the tree for all lines: its path fills 비목, 세목 and 세세목, and nothing is left that could not be judged."""
    path = ledger(tmp_path / "장부.xlsx", KNOWN, without="예산과목")
    asked = next(one for one in judged(path).questions if one.about == "집행내역.세세목")
    assert len(asked.lines) == len(ROWS)
    result = judged(path, understood(asked.about, asked.lines, asked.choices, "직접비/사업운영비/회의비"))
    assert set(result.lines["비목"]) == {"직접비"}
    assert set(result.lines["세세목"]) == {"회의비"}
    assert result.complete


def test_names_and_running_numbers_are_no_column(tmp_path: Path) -> None:
    """What holds no word of a drop-down, or under half of them, is left alone."""
    path = ledger(tmp_path / "장부.xlsx", named(지불="담당 주무관"))
    book = openpyxl.load_workbook(path)
    for row in range(2, 14):
        book.active.cell(row, 7, f"김{row}" if row > 4 else "계좌이체")
    book.save(path)
    assert not [one for one in judged(path).questions if one.about == "열.집행내역:결제수단"]


def test_what_was_answered_once_is_kept_for_the_next_month(tmp_path: Path) -> None:
    """Columns, words, categories and cards are the institution's own; facts of the agreement and cells are not."""
    path = ledger(tmp_path / "장부.xlsx", named(금액="돈", 지불="결제방법"))
    told, kept = tmp_path / "답.toml", tmp_path / "우리 기관.toml"
    told.write_text(
        '["협약"]\n"기관유형" = "비영리"\n[columns]\n"집행내역:집행금액" = "돈"\n[words."결제수단"]\n"법인카드" = "사업비카드"\n'
        '"기관 카드" = "사업비카드"\n[categories]\n"모임" = "직접비/사업운영비/회의비"\n[cards]\n"****-1180" = "개인카드"\n',
        encoding="utf-8",
    )
    book = openpyxl.load_workbook(path)
    book.active["B3"], book.active["G3"] = "모임", "기관 카드"
    book.save(path)
    run = CliRunner()
    run.invoke(cli, ["check", str(path), "--answers", str(told), "--save-profile", str(kept)], standalone_mode=False)
    whole = kept.read_bytes()
    run.invoke(cli, ["check", str(path), "--save-profile", str(kept)], standalone_mode=False)
    assert kept.read_bytes() == whole  # nothing was judged
    told.write_text('[columns]\n"집행내역:집행금액" = "돈"\n', encoding="utf-8")
    run.invoke(cli, ["check", str(path), "--answers", str(told), "--save-profile", str(kept)], standalone_mode=False)
    profile = load_profile(kept)  # what the file held of an earlier month stays
    assert profile.columns["집행금액"] == "돈"
    assert profile.words == {"결제수단": {"법인카드": "사업비카드", "기관 카드": "사업비카드"}}
    assert (profile.categories, profile.cards) == ({"모임": "직접비/사업운영비/회의비"}, {"****-1180": "개인카드"})
    assert "비영리" not in kept.read_text(encoding="utf-8")
    rulebook = rules.load()
    again = pipeline.read_book(pipeline.Opened([path]), rulebook.programme, profile=profile)
    assert set(again.ledger["결제수단"]) == {"사업비카드", "계좌이체"}
    assert set(again.ledger["세세목"]) == {"회의비"}
    assert again.answers.cards == {"****-1180": "개인카드"}


def test_two_columns_of_one_name_are_told_apart_by_their_letter(tmp_path: Path) -> None:
    """Nothing is judged before somebody says which; the letter is an answer."""
    path = tmp_path / "장부.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["집행일", "세세목", "적요", "거래처", "집행금액", "집행금액"])
    for row in ROWS:
        book.active.append([*row[:5], row[4] + 10])
    book.save(path)
    asked = next(one for one in judged(path).questions if one.about == "열.집행내역:집행금액")
    assert (asked.text, asked.choices) == ("집행금액으로 볼 수 있는 열이 2개입니다: 어느 것입니까?", ("열:E", "열:F"))
    result = judged(path, understood(asked.about, asked.lines, asked.choices, "열:F"))
    assert result.totals["claimed"] == sum(row[4] + 10 for row in ROWS)
