"""Every document of the sample: accepted by foreign readers, the same in every format, without thin pages."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pdfplumber
import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from settle.cli import cli
from settle.commands import common
from settle.documents import content, disallowance, files, json_, requests, sample
from settle.documents.forms import write
from settle.documents.forms.data import Choice
from settle.documents.view import View
from settle.korean import number
from settle.programme.vocabulary import load
from tests.kit.forms_agreement import TABLES, book_of, squeeze
from tests.kit.usage_kit import runner
from tests.test_hwpx import TOLERATED

if TYPE_CHECKING:
    from pathlib import Path

    from settle.model import Judgement

DUE = dt.date(2026, 1, 15)
JULY = dt.date(2025, 7, 31)
NAMES = [
    "불인정내역서",
    "참여기업별",
    "중간보고서",
    "중간보고서-기준일",
    "최종보고서",
    "보완요청서-수행기관",
    "보완요청서-컨설턴트",
]


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample.write(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def judgement(workbook: Path) -> Judgement:
    return common.judge_files((workbook,))


@pytest.fixture(scope="module")
def documents(judgement: Judgement) -> dict[str, content.Document]:
    view, book, programme = View(judgement), judgement.book, judgement.programme
    letters = {letter.kind: requests.document(letter, view, DUE) for letter in requests.letters(view)}
    return {
        "불인정내역서": disallowance.document(judgement),
        "참여기업별": disallowance.document(judgement, by_participant=True),
        "중간보고서": write.document("interim", book, programme, judgement)[0],
        "중간보고서-기준일": write.document("interim", book, programme, judgement, Choice(as_of=JULY))[0],
        "최종보고서": write.document("final", book, programme, judgement)[0],
        "보완요청서-수행기관": letters["수행기관"],
        "보완요청서-컨설턴트": letters["컨설턴트"],
    }


@pytest.fixture(scope="module")
def made(documents: dict[str, content.Document]) -> dict[tuple[str, str], bytes]:
    return {(name, ending): files.render(one, ending) for name, one in documents.items() for ending in files.ENDINGS}


def hwpx_lines(data: bytes, document: content.Document) -> list[str]:
    """What python-hwpx reads, without heads and feet."""
    extractor = pytest.importorskip("hwpx.tools.text_extractor")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = extractor.TextExtractor(archive).extract_text(object_behavior="nested").split("\n")
    foot = f"{document.author}    / " if document.author else " / "
    return [line for line in found if line.strip() and not line.startswith(f"{document.title}\t") and line != foot]


def pdf_text(data: bytes) -> str:
    return squeeze("".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


@pytest.mark.parametrize("name", NAMES)
def test_hwpx_is_accepted_by_both_readers(name: str, made: dict[tuple[str, str], bytes]) -> None:
    package = pytest.importorskip("hwpx.tools.package_validator")
    hwpforge = pytest.importorskip("hwpforge")
    data = made[name, ".hwpx"]
    report = package.validate_editor_open_safety(data).to_dict()
    assert report["ok"], report["summary"]
    assert not report["validateDocument"]["warnings"]
    verdict = hwpforge.Document.from_bytes(data).validate()
    assert verdict["ok"]
    assert not verdict["warnings"]


@pytest.mark.parametrize("name", NAMES)
def test_hwpx_departs_from_the_schema_where_hancom_does(name: str, made: dict[tuple[str, str], bytes]) -> None:
    validator = pytest.importorskip("hwpx.tools.validator")
    archive = zipfile.ZipFile(io.BytesIO(made[name, ".hwpx"]))
    for part in archive.namelist():
        kind = "header" if part.endswith("header.xml") else "section" if "/section" in part else ""
        if kind:
            found = {signature for signature, _ in validator._owpml_violations(archive.read(part), kind)}
            assert found <= TOLERATED, found - TOLERATED


@pytest.mark.parametrize("name", NAMES)
def test_both_formats_say_what_was_meant(
    name: str, documents: dict[str, content.Document], made: dict[tuple[str, str], bytes]
) -> None:
    document = documents[name]
    meant = list(content.texts(document))
    assert hwpx_lines(made[name, ".hwpx"], document) == meant
    printed = pdf_text(made[name, ".pdf"])
    lost = [line for line in set(meant) if len(squeeze(line)) < 30 and squeeze(line) not in printed]
    assert lost == []


@pytest.mark.parametrize("name", NAMES)
def test_pdf_passes_the_checker_of_pikepdf_for_pdf_a_2b(
    name: str, made: dict[tuple[str, str], bytes], tmp_path: Path
) -> None:
    pytest.importorskip("pikepdf")
    pdfa = pytest.importorskip("pikepdf.pdfa")
    path = tmp_path / "one.pdf"
    path.write_bytes(made[name, ".pdf"])
    assert pdfa.validate_written(path, "2b").findings == []


def test_the_checker_finds_what_is_missing(made: dict[tuple[str, str], bytes], tmp_path: Path) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    pdfa = pytest.importorskip("pikepdf.pdfa")
    with pikepdf.open(io.BytesIO(made["최종보고서", ".pdf"])) as pdf:
        del pdf.Root.OutputIntents
        pdf.save(tmp_path / "without.pdf")
    assert pdfa.validate_written(tmp_path / "without.pdf", "2b").findings


@pytest.mark.parametrize("name", NAMES)
def test_no_page_but_the_last_is_nearly_empty_and_no_heading_stands_alone(
    name: str, documents: dict[str, content.Document], made: dict[tuple[str, str], bytes]
) -> None:
    headings = {
        squeeze(one.text)
        for one in content.flat(documents[name].blocks)
        if isinstance(one, content.Text) and one.style.keep
    }
    with pdfplumber.open(io.BytesIO(made[name, ".pdf"])) as pdf:
        for page in pdf.pages[:-1]:
            lines = [
                line for line in page.extract_text_lines() if line["top"] > 40 and line["bottom"] < page.height - 35
            ]
            assert max(line["bottom"] for line in lines) > page.height * 0.2 + 30, page.page_number
            assert squeeze(lines[-1]["text"]) not in headings, page.page_number


def test_sums_are_the_same_on_screen_and_in_every_file(workbook: Path, judgement: Judgement, tmp_path: Path) -> None:
    totals = {name: judgement.totals[name] for name in ("claimed", "recognised", "held", "disallowed")}
    assert json.loads(json_.dumps(judgement))["totals"] == totals
    amounts = {number(won) for won in totals.values()}
    screen = CliRunner().invoke(cli, ["check", str(workbook), "-o", str(tmp_path)]).output
    assert all(won in screen for won in amounts)
    sheet = openpyxl.load_workbook(tmp_path / "불인정내역서.xlsx", data_only=True)
    numbers = {cell.value for row in sheet.worksheets[0].iter_rows() for cell in row if isinstance(cell.value, int)}
    assert set(totals.values()) <= numbers
    first = PdfReader(tmp_path / "불인정내역서.pdf").pages[0].extract_text()
    assert all(f"{won}원" in first for won in amounts)
    document = disallowance.document(judgement)
    lines = hwpx_lines(files.render(document, ".hwpx"), document)
    assert all(f"{won}원" in lines for won in amounts)
    held = requests.letters(View(judgement))
    assert sum(letter.won for letter in held) == totals["held"]
    view = View(judgement)
    assert int(view.listed("disallowed")["applied"].sum()) == totals["disallowed"]


# ---- the interim report as of a day -----------------------------------------------------------------------------------------


def test_a_report_as_of_july_has_nothing_of_august(
    judgement: Judgement, documents: dict[str, content.Document]
) -> None:
    said = "\n".join(content.texts(documents["중간보고서-기준일"]))
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
    from dataclasses import replace

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


@pytest.mark.parametrize(("report", "name"), [("disallowance", "불인정내역서"), ("interim", "중간보고서")])
def test_the_ending_chooses_and_a_folder_gets_both(report: str, name: str, workbook: Path, tmp_path: Path) -> None:
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
