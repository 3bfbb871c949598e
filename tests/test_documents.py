"""The documents of a settlement: the interim report of a day, the request letters, what the ending of a file chooses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from click.testing import CliRunner
from reportlab.graphics.shapes import Rect, String

from settle.cli import cli
from settle.commands import common
from settle.documents import content, requests, sample
from settle.documents.chart import stacked
from settle.documents.forms import write
from settle.documents.forms.data import Choice
from settle.documents.pdf import fonts
from settle.documents.pictures import paint
from settle.documents.view import Category, View
from settle.korean import number
from settle.pipeline import book_from_tables, judge
from settle.programme.vocabulary import load
from tests.kit.forms_agreement import TABLES, book_of
from tests.kit.sample_documents import DUE, JULY
from tests.kit.usage_kit import runner

if TYPE_CHECKING:
    from pathlib import Path

    from settle.model import Judgement

pytestmark = pytest.mark.slow_all  # whole documents, lists and ledgers


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample.write(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def judgement(workbook: Path) -> Judgement:
    return common.judge_files((workbook,))


@pytest.fixture(scope="module")
def july(judgement: Judgement) -> content.Document:
    return write.document("interim", judgement.book, judgement.programme, judgement, Choice(as_of=JULY))[0]


# ---- the interim report as of a day -----------------------------------------------------------------------------------------


def test_a_report_as_of_july_has_nothing_of_august(judgement: Judgement, july: content.Document) -> None:
    said = "\n".join(content.texts(july))
    for month in range(8, 13):
        assert f"2025년 {month}월" not in said
        assert f"25.{month:02d}." not in said
        assert not re.search(rf"(?m)^{month}/\d", said)
    assert "2025년 7월 31일까지의 집행과 수행입니다" in said
    lines, log = judgement.lines, judgement.book.frames["수행일지"]
    until = lines["집행일"] < "2025-08-01"
    assert number(int(lines.loc[until, "claimed"].sum())) in said
    assert number(int(lines["claimed"].sum())) not in said
    assert len(re.findall(r"(?m)^[1-7]/\d+$", said)) == int((log["일자"] < "2025-08-01").sum())


def test_a_report_as_of_a_day_tells_no_end(judgement: Judgement) -> None:
    book, programme = judgement.book, judgement.programme
    document, blanks = write.document("interim", book, programme, judgement, Choice(as_of=JULY))
    said = "\n".join(content.texts(document))
    tasks = book.frames["과제"]
    for text in tasks["수행내용"]:
        assert text not in said
    assert any("수행내용" in blank for blank in blanks)
    whole = "\n".join(content.texts(write.document("interim", book, programme, judgement)[0]))
    assert any(text in whole for text in tasks["수행내용"])


def test_columns_of_the_middle_are_told_in_their_place() -> None:
    rows = [{**row, "중간수행내용": f"중간 이야기 {n}"} for n, row in enumerate(TABLES["과제"])]
    document, _ = write.document("interim", book_of({**TABLES, "과제": rows}), load(), choice=Choice(as_of=JULY))
    said = list(content.texts(document))
    assert "중간 이야기 0" in said


def test_a_line_whose_day_nobody_knows_is_left_out_and_said() -> None:
    lines = [dict(row) for row in TABLES["집행내역"]]
    lines[0]["집행일"] = ""
    document, _ = write.document("interim", book_of({**TABLES, "집행내역": lines}), load(), choice=Choice(as_of=JULY))
    assert any("집행일을 알 수 없는 집행 1줄은 뺐습니다" in text for text in content.texts(document))


def test_an_approval_after_the_day_is_none_yet() -> None:
    changes = [row | {"신청일": "2025-06-27", "승인일": "2025-08-02"} for row in TABLES["변경승인"]]
    document, blanks = write.document(
        "interim", book_of({**TABLES, "변경승인": changes}), load(), choice=Choice(as_of=JULY)
    )
    assert "25.08.02" not in "\n".join(content.texts(document))
    assert any("승인날짜" in blank for blank in blanks)


# ---- request letters ----------------------------------------------------------------------------------------------------------


def test_the_letters_cover_every_hold_once(judgement: Judgement) -> None:
    held = judgement.findings[judgement.findings["effect"] == "hold"]
    asked = [one for letter in requests.letters(View(judgement)) for one in letter.rows["id"]]
    assert len(asked) > 10
    assert sorted(asked) == sorted(held["id"])


def test_a_hold_of_a_line_that_is_wholly_disallowed_hangs_on_no_other_request() -> None:
    row = {"집행번호": "1", "집행일": "2025-05-01", "세세목": "회의비", "적요": "다과", "거래처": "가게"}
    rows = [row | {"집행금액": 10_000, "결제수단": "현금"}]
    result = judge(book_from_tables({"집행내역": rows}))
    assert (result.totals["held"], result.totals["disallowed"]) == (0, 10_000)
    view = View(result)
    (letter,) = requests.letters(view)
    for said in ("\n".join(content.texts(requests.document(letter, view, DUE))), requests.mail(letter, view, DUE)):
        assert "없음 (이미 불인정)" in said
        assert "다른 요청에 포함" not in said


def test_a_letter_goes_to_whom_the_rule_says_and_names_nobody_else(judgement: Judgement) -> None:
    letters = {letter.name: letter for letter in requests.letters(View(judgement))}
    assert letters["윤지아"].kind == "컨설턴트"
    assert letters["윤지아"].rows["code"].tolist() == ["LAB-120"]
    assert {"DIR-010", "DIR-020", "DIR-060"} >= set(letters["(주)라온전장"].rows["code"])
    assert letters["다솜인쇄사"].kind == "거래처"
    people = set(judgement.book.frames["투입인력"]["성명"])
    for letter in letters.values():
        if letter.kind != "수행기관":
            said = "\n".join(content.texts(requests.document(letter, View(judgement), DUE)))
            assert not [name for name in people - {letter.name} if name in said]
            mail = requests.mail(letter, View(judgement), DUE)
            assert not [name for name in people - {letter.name} if name in mail]


def test_another_name_is_shortened_and_a_word_is_not() -> None:
    said = requests._without(["김철수"], "예금주 '김철수'이(가) 아닙니다. 이김철수제작소, 김철수에게")
    assert said == "예금주 '김○○'이(가) 아닙니다. 이김철수제작소, 김○○에게"


def test_the_command_writes_letters_mails_and_the_list(workbook: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["report", "requests", str(workbook), "-o", str(tmp_path), "--due", "2026-01-15"])
    assert done.exception is None, done.output
    names = sorted(path.name for path in tmp_path.iterdir())
    assert {path.rsplit(".", 1)[1] for path in names} == {"hwpx", "pdf", "txt", "xlsx"}
    letters = [name for name in names if name.endswith(".txt")]
    assert letters[0].startswith("01 ")
    assert all("2026년 1월 15일까지" in (tmp_path / name).read_text(encoding="utf-8") for name in letters)
    book = openpyxl.load_workbook(tmp_path / "보완요청 목록.xlsx")
    rows = list(book["받는 곳"].iter_rows(min_row=2, values_only=True))
    assert [row[7] for row in rows[:-1]] == [name.replace(".txt", ".hwpx") for name in letters]
    asked = list(book["요청 내역"].iter_rows(min_row=2, values_only=True))
    assert rows[-1][5] == sum(row[8] for row in asked[:-1]) == asked[-1][8]


def test_without_a_hold_there_is_nothing_to_ask(tmp_path: Path) -> None:
    from msgspec.structs import replace

    from tests.kit import judgements

    judgement = judgements.make(5, 0, errors=0)
    assert requests.letters(View(replace(judgement, not_checked=[]))) == []


def test_a_date_that_is_none_is_said_in_korean(
    workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = runner(capsys)
    for day in ("2025-02-30", "내일", "20250131"):
        ran = run("report", "requests", workbook, "-o", tmp_path, "--due", day)
        assert ran.code == 2
        assert "--due에 준 값이 맞지 않습니다" in ran.err


# ---- endings -------------------------------------------------------------------------------------------------------------------


def kinds(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes()[:4] for path in folder.iterdir()}


def test_the_ending_chooses_and_a_folder_gets_both(workbook: Path, tmp_path: Path) -> None:
    report, name = "interim", "중간보고서"

    def run(output: Path) -> Any:
        return CliRunner().invoke(cli, ["report", report, str(workbook), "-o", str(output)])

    run(tmp_path / "하나" / f"{name}.hwpx")
    assert kinds(tmp_path / "하나") == {f"{name}.hwpx": b"PK\x03\x04"}
    run(tmp_path / "결과")
    assert kinds(tmp_path / "결과") == {f"{name}.hwpx": b"PK\x03\x04", f"{name}.pdf": b"%PDF"}
    wrong = run(tmp_path / f"{name}.docx")
    assert wrong.exit_code == 2
    assert "끝나야 합니다" in wrong.output


def test_charts_stand_behind_the_form_or_not_at_all(judgement: Judgement) -> None:
    book, programme = judgement.book, judgement.programme
    with_charts = write.document("final", book, programme, judgement)[0].blocks
    pictures = [n for n, one in enumerate(content.flat(with_charts)) if isinstance(one, content.Picture)]
    tables = [n for n, one in enumerate(content.flat(with_charts)) if isinstance(one, content.Grid)]
    assert pictures
    assert min(pictures) > max(tables)
    without = write.document("final", book, programme, judgement, Choice(charts=False))[0].blocks
    assert not [one for one in content.flat(without) if isinstance(one, content.Picture)]
    assert "참고 도표" not in list(content.texts(content.Document("", without)))


AMOUNTS = {  # budget, recognised, held, disallowed
    "a budget below zero": (-2_000_000, 10_000, 0, 0),
    "no budget": (0, 10_000, 5_000, 0),
    "above the budget": (1_000, 900_000, 0, 100_000),
    "a refund": (1_000, -5_000, 0, 0),
    "more held than claimed": (None, -90_000, 100_000, 0),
    "nothing": (0, 0, 0, 0),
}


@pytest.mark.parametrize("which", [[name] for name in AMOUNTS] + [list(AMOUNTS)])
def test_a_chart_of_any_amounts_stays_on_its_paper(which: list[str]) -> None:
    """Whatever is below zero has no bar; it is told by its figure."""
    rows = []
    for name in which:
        budget, recognised, held, disallowed = AMOUNTS[name]
        rows.append(Category(0, name, budget, recognised + held + disallowed, recognised, held, disallowed))
    chosen = fonts.load(None)
    words = {"recognised": "인정", "held": "보완", "disallowed": "불인정", "budget": "예산"}
    drawing = stacked(rows, 480.0, chosen, words)
    assert paint(drawing, chosen.file).png
    boxes = [one for one in drawing.contents if isinstance(one, Rect)]
    assert all(one.width >= 0 and one.x >= 0 and one.x + one.width <= 480.5 for one in boxes)
    told = [one.text for one in drawing.contents if isinstance(one, String)]
    assert ("10,000원 (예산 -2,000,000원)" in told) == ("a budget below zero" in which)
    ends = [
        one.x + chosen.regular.measure(one.text) * 7 / 1000
        for one in drawing.contents
        if isinstance(one, String) and "원" in one.text
    ]
    assert max(ends) <= 480.5
