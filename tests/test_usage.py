"""The command line as its users meet it: exit codes, Korean words, file names, interruptions, outputs that agree."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import unicodedata
import warnings
from pathlib import Path
from typing import Any

import click
import pytest

from settle import cli
from settle.commands import common
from settle.korean import number, particles, width
from tests.kit import forked
from tests.kit.import_files import workbook
from tests.kit.usage_kit import (
    AGREEMENT,
    BUDGET,
    HEADINGS,
    PAPERS,
    all_texts,
    book,
    cells,
    clean,
    english,
    environ,
    line,
    paper,
    process,
    runner,
    wrong,
)

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

COMMANDS = [
    [],
    *([name] for name in cli.COMMANDS),
    *(["report", kind] for kind in ("disallowance", "interim", "final")),
]
OUTPUTS = {
    "정산결과.json",
    "정산결과.lines.json",
    "불인정내역서.xlsx",
    "불인정내역서.pdf",
    "불인정내역서.hwpx",
    "검토표.xlsx",
    "manifest.json",
}


@pytest.fixture
def settle(capsys: pytest.CaptureFixture[str]) -> Any:
    return runner(capsys)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `settle demo`, and what it said in said.txt."""
    folder = tmp_path_factory.mktemp("demo")
    ran = process("demo", folder)
    assert ran.code == 0, ran.said
    (folder / "said.txt").write_text(ran.out, encoding="utf-8")
    return folder


# ---- exit codes ------------------------------------------------------------------------------------------------------


def test_nothing_taken_ends_with_0(settle: Any, tmp_path: Path) -> None:
    ran = settle("check", clean(tmp_path / "정산.xlsx"))
    assert (ran.code, ran.err) == (0, "")
    assert "27,000" in ran.out


def test_something_taken_ends_with_1(settle: Any, tmp_path: Path) -> None:
    ran = settle("check", wrong(tmp_path / "정산.xlsx"))
    assert ran.code == 1
    assert "GEN-010" in ran.out


def test_something_held_ends_with_1(settle: Any, tmp_path: Path) -> None:
    ran = settle("check", book(tmp_path / "정산.xlsx", papers=[]))
    assert ran.code == 1
    assert "보완 요청" in ran.out


@pytest.mark.parametrize("amount", ["약 5만원", "1,234.5", "#REF!"])
def test_an_amount_that_cannot_be_read_ends_with_2(settle: Any, tmp_path: Path, amount: str) -> None:
    path = book(tmp_path / "정산.xlsx", line(), line(집행번호="E-002", 집행금액=amount))
    ran = settle("check", path)
    assert ran.code == 2
    assert "DAT-030 [집행내역 L3]" in ran.out
    assert settle("check", path, "--format", "json").code == 2


def test_a_file_that_is_not_there_ends_with_2_and_nothing_is_written(settle: Any, tmp_path: Path) -> None:
    ran = settle("check", tmp_path / "없음.xlsx", "-o", tmp_path / "결과", "--format", "json")
    assert ran.code == 2
    result = json.loads(ran.out)
    assert [(e["code"], e["consequence"]) for e in result["input_errors"]] == [("DAT-010", "cannot run")]
    assert not (tmp_path / "결과").exists()


def test_a_ledger_without_amounts_ends_with_2(settle: Any, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "정산.xlsx", {"집행내역": [["집행일", "세세목", "적요"], ["2025-06-02", "회의비", "다과"]]}
    )
    ran = settle("check", path)
    assert ran.code == 2
    assert "집행금액" in ran.out
    assert not english(ran.out)


def test_demo_ends_with_0_whatever_it_finds(demo: Path) -> None:
    assert {p.name for p in demo.iterdir()} >= OUTPUTS


# ---- wrong usage -----------------------------------------------------------------------------------------------------

WRONG = {
    "unknown command": (["chek"], "'chek' 명령은 없습니다"),
    "unknown command of report": (["report", "finale", "{file}"], "'finale' 명령은 없습니다"),
    "unknown option": (["check", "{file}", "--formt", "json"], "'--formt' 옵션은 없습니다. 혹시"),
    "unknown short option": (["check", "{file}", "-x"], "'-x' 옵션은 없습니다"),
    "no file": (["check"], "파일을 적어야 합니다"),
    "no file for a report": (["report", "final", "-o", "a.pdf"], "파일을 적어야 합니다"),
    "no code": (["rule"], "코드를 적어야 합니다"),
    "no folder": (["batch"], "폴더를 적어야 합니다"),
    "no month": (["batch", "{folder}", "-o", "x"], "--month 옵션이 있어야 합니다: 연-월"),
    "no output": (["report", "disallowance", "{file}"], "-o 옵션이 있어야 합니다: 파일"),
    "no value": (["check", "{file}", "--format"], "'--format' 옵션에 값을 주어야 합니다"),
    "a value for a flag": (["template", "--force=3"], "'--force' 옵션에는 값을 주지 않습니다"),
    "bad choice": (["check", "{file}", "--format", "xml"], "고를 수 있는 값은 table, json, csv입니다"),
    "bad choice of one": (
        ["report", "disallowance", "{file}", "-o", "a.pdf", "--by", "x"],
        "고를 수 있는 값은 참여기업",
    ),
    "no number": (["batch", "{folder}", "--month", "2025-09", "-o", "x", "--jobs", "x"], "0 이상의 정수"),
    "number too small": (["batch", "{folder}", "--month", "2025-09", "-o", "x", "--jobs", "-1"], "0 이상의 정수"),
    "one argument too many": (["template", "x"], "쓸 수 없는 인자가 더 있습니다: x"),
    "two rule codes": (["rule", "MTG-020", "x"], "쓸 수 없는 인자가 더 있습니다: x"),
    "no such rule": (["rule", "NOPE"], "규칙 'NOPE'는 없습니다"),
    "no such rule to look at": (["check", "{file}", "--rules", "NOPE"], "규칙코드 'NOPE'에 맞는 규칙이 없습니다"),
    "no such rule to skip": (["check", "{file}", "--skip", "GEN,NOPE"], "규칙코드 'NOPE'에 맞는 규칙이 없습니다"),
    "no such programme": (["check", "{file}", "--programme", "nope"], "사업 'nope'"),
    "programme outside": (["check", "{file}", "--programme", "../../x"], "사업 '../../x'"),
    "assume without =": (["check", "{file}", "--assume", "x"], "--assume x: '열=값'으로 적습니다"),
    "column without =": (["check", "{file}", "--column", "x"], "--column x: '열=값'으로 적습니다"),
    "no profile": (["check", "{file}", "--profile", "missing"], "열 이름 파일 'missing'"),
    "a profile that is none": (["check", "{file}", "--profile", "{file}"], "UTF-8 글자 파일이 아닙니다"),
    "no font": (["check", "{file}", "-o", "{folder}/o", "--font", "missing"], "글꼴 파일 'missing'"),
    "a font that is none": (["check", "{file}", "-o", "{folder}/o", "--font", "{file}"], "한글이 있는 트루타입 글꼴"),
    "no earlier result": (["check", "{file}", "--previous", "missing"], "'missing' 파일이 없습니다"),
    "no earlier result but a workbook": (["check", "{file}", "--previous", "{file}"], "JSON이 아닙니다"),
    "template of another kind": (["template", "-o", "a.txt"], ".xlsx로 끝나야 합니다"),
    "template over a file": (["template", "-o", "{file}"], "이미 있습니다"),
    "report of another kind": (
        ["report", "interim", "{file}", "-o", "a.hwp"],
        "파일 이름은 .pdf나 .hwpx로 끝나야 합니다",
    ),
    "disallowance of another kind": (
        ["report", "disallowance", "{file}", "-o", "a.doc"],
        ".pdf나 .hwpx나 .xlsx로 끝나야",
    ),
    "a report onto a folder": (["report", "disallowance", "{file}", "-o", "{folder}/d.pdf"], "폴더여서"),
    "a file without --impact": (["rules", "{file}"], "--impact와 함께"),
    "--impact without a file": (["rules", "--impact", "x"], "--impact에는 판정할 파일을"),
    "--impact of no rulebook": (["rules", "--impact", "x", "{file}"], "programme.toml과 rules 폴더"),
    "no such indicator": (["kpi", "없는지표"], "성과지표는 KPI 가이드라인에 없습니다"),
    "no such section": (["kpi", "--section", "x"], "'x' 분야는 없습니다"),
    "no such operand": (["kpi", "재고정확도", "x=1"], "'x' 값이 없습니다"),
    "nothing to reconcile with": (["reconcile", "{file}"], "대사할 명세가 없습니다"),
    "no month at all": (["batch", "{folder}", "--month", "2025-13", "-o", "x"], "'2025-09'처럼 연-월로"),
    "a month of a file": (
        ["batch", "{file}", "--month", "2025-09", "-o", "x"],
        "파일입니다. 협약들이 든 폴더를 주세요",
    ),
    "a sample of no file": (["sample", "없음.xlsx", "-o", "x.xlsx"], "'없음.xlsx' 파일이 없습니다"),
    "no percentage": (["sample", "{file}", "--tolerable", "x"], "--tolerable에 준 값이 맞지 않습니다: 5%, 5, 0.05처럼"),
    "no day": (["report", "interim", "{file}", "--as-of", "5", "-o", "x.pdf"], "2025-07-31처럼 있는 날짜를 적습니다"),
    "no date": (["decide", "가", "E-1", "--due", "내일", "--by", "김"], "2025-12-15처럼 적습니다"),
    "no won": (["decide", "가", "E-1", "--won", "x", "--by", "김"], "정수를 쉼표 없이 적습니다"),
    "no time at all": (["open", "--idle", "0"], "0보다 큰 수를 적습니다"),
    "a year before": (["new", "가", "--year", "3"], "2000 이상의 정수를 적습니다"),
    "no such folder": (["batch", "없음", "--month", "2025-09", "-o", "x"], "폴더 '없음'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_usage_is_told_in_korean_and_ends_with_2(
    settle: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.pdf").mkdir()
    given, expected = WRONG[name]
    file = clean(tmp_path / "정산 서류.xlsx")
    ran = settle(*(a.format(file=file, folder=tmp_path) for a in given))
    assert ran.code == 2
    assert expected in ran.err
    assert ran.out == ""
    assert not english(ran.err), ran.err
    assert not re.search(r"[이을은과]\([가를는와]\)|\(으\)로", ran.err)


def test_a_wrong_option_value_is_told_with_what_there_is(settle: Any, tmp_path: Path) -> None:
    file = clean(tmp_path / "정산.xlsx")
    for option in (["--assume", "없는열=1"], ["--column", "없는열=적요"], ["--column", "집행금액=없는제목"]):
        ran = settle("check", file, *option)
        assert ran.code == 2
        assert f"DAT-010 {' '.join(option)}" in ran.out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["check", "{}"], "'{}'을 읽을 권한이 없습니다."),
        (["inspect", "{}"], "'{}'을 읽을 권한이 없습니다."),
        (["report", "disallowance", "{}", "-o", "x.pdf"], "'{}'을 읽을 권한이 없습니다."),
        (["check", "a.xlsx", "--answers", "{}"], "--answers: '{}'을 읽을 권한이 없습니다."),
    ],
)
def test_a_file_that_may_not_be_read_is_named(
    settle: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], said: str
) -> None:
    """Whoever runs the test may be allowed to read everything: it is the system that is asked."""
    monkeypatch.chdir(tmp_path)
    file = clean(tmp_path / "김's 정산")
    asked = os.access
    monkeypatch.setattr(os, "access", lambda path, *mode, **how: path != str(file) and asked(path, *mode, **how))
    ran = settle(*(one.format(file) for one in given))
    assert (ran.code, ran.out) == (2, "")
    assert said.format(file) in ran.err


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("File '가.toml' does not exist.", "'가.toml'이(가) 없습니다. 경로를 확인해 주세요."),
        ("File '가' is a directory.", "'가'은(는) 폴더입니다. 파일을 주세요."),
        ("Directory '가' is a file.", "'가'은(는) 파일입니다. 폴더를 주세요."),
        ("File '가' is not writable.", "'가'에 쓸 권한이 없습니다. 다른 곳을 주세요."),
    ],
)
def test_what_is_wrong_with_a_path_is_said_in_korean(message: str, said: str) -> None:
    given = click.Option(["--font"], type=click.Path())
    assert common.in_korean(click.BadParameter(message, param=given)) == particles(f"--font: {said}")


def test_nothing_is_asked_about_a_file_that_is_not_there(settle: Any, tmp_path: Path) -> None:
    ran = settle("answer", tmp_path / "없음.xlsx", "-o", tmp_path / "답.toml")
    assert (ran.code, ran.out) == (2, "")
    assert "'없음.xlsx' 파일이 없습니다" in ran.err


# ---- help ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_is_korean_and_fits_the_terminal(settle: Any, command: list[str]) -> None:
    ran = settle(*command, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("사용법: settle")
    assert not english(ran.out), ran.out
    assert settle(*command, "-h").out == ran.out
    short = [one for one in ran.out.splitlines() if not one.startswith("  settle ")]
    assert max(map(width, short)) <= 80


def test_no_command_has_an_option_twice() -> None:
    def twice(command: click.Command, context: click.Context) -> list[str]:
        names = [name for one in command.get_params(context) if isinstance(one, click.Option) for name in one.opts]
        found = [f"{context.info_name} {name}" for name in set(names) if names.count(name) > 1]
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                found += twice(below, click.Context(below, parent=context, info_name=name))
        return found

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # click warns of it too, in English
        assert twice(cli.cli, click.Context(cli.cli, info_name="settle")) == []


def test_without_a_command_the_help_is_shown(settle: Any) -> None:
    assert settle("--help").out in settle().said
    assert settle().code == 2


def test_every_command_of_the_readme_is_there(settle: Any) -> None:
    text = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    used = set(re.findall(r"settle (\w+)", text.split("# For developers")[0])) - {"명령"}
    assert used >= {"check", "report", "template", "demo"}
    assert used <= set(cli.COMMANDS) | {"는", "은", "이"}


def test_version(settle: Any) -> None:
    from settle import __version__

    assert settle("--version").out == f"settle {__version__}\n"


# ---- mistakes of a workbook --------------------------------------------------------------------------------------------


def six_mistakes(path: Path) -> Path:
    """One workbook, six places."""
    return workbook(
        path,
        {
            "집행내역": [
                HEADINGS,
                line(),
                line(집행번호="E-002", 집행금액="약 5만원"),
                line(집행번호="E-003", 집행일="2025-02-30"),
                line(집행번호="E-004", 세세목="홍보물제작비"),
                line(집행번호="E-005", 적요="하나"),
                line(집행번호="E-005", 적요="둘"),
            ],
            "증빙목록": [PAPERS, paper(), paper(증빙번호="V-2", 집행번호="E-999")],
            "협약": [["항목", "값"], *([k, v] for k, v in (AGREEMENT | {"협약종료일": "내년 봄"}).items())],
            "예산": BUDGET,
        },
    )


def test_six_mistakes_are_told_at_once_with_sheet_and_cell(settle: Any, tmp_path: Path) -> None:
    ran = settle("check", six_mistakes(tmp_path / "정산.xlsx"))
    assert ran.code == 2
    for expected in (
        "DAT-030 [집행내역 L3]",
        "DAT-020 [집행내역 C4]",
        "DAT-040 [집행내역 F5]",
        "DAT-050 [집행내역 A6, A7]",
        "DAT-060 [증빙목록 B3]",
        "DAT-020 [협약 B6]",
    ):
        assert expected in ran.out
    for value in ("약 5만원", "2025-02-30", "홍보물제작비", "E-005", "E-999", "내년 봄"):
        assert f"'{value}'" in ran.out
    assert not english(ran.out)


def test_the_six_mistakes_stand_in_json_and_in_both_reports_too(settle: Any, tmp_path: Path) -> None:
    settle("check", six_mistakes(tmp_path / "정산.xlsx"), "-o", tmp_path / "o")
    result = json.loads((tmp_path / "o" / "정산결과.json").read_text(encoding="utf-8"))
    places = {(e["code"], e["sheet"], e["cell"]) for e in result["input_errors"]}
    assert len(places) >= 6
    for name in ("불인정내역서.xlsx", "불인정내역서.pdf"):
        text = re.sub(r"\s", "", all_texts(tmp_path / "o" / name))
        for value in ("약5만원", "2025-02-30", "홍보물제작비", "E-999", "내년봄"):
            assert f"'{value}'" in text, (name, value)


# ---- names of files and folders ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_with_spaces_and_hangul(settle: Any, tmp_path: Path, form: str) -> None:
    place = tmp_path / unicodedata.normalize(form, "정산 자료 (2025)")
    place.mkdir()
    path = clean(place / unicodedata.normalize(form, "○○연구원 집행내역 최종_수정(2).xlsx"))
    ran = settle("check", path, "-o", place / "결과 모음" / "유월")
    assert ran.code == 0
    assert {p.name for p in (place / "결과 모음" / "유월").iterdir()} == OUTPUTS
    assert f"쓴 파일 ({place / '결과 모음' / '유월'}): " in ran.out
    assert "불인정내역서.xlsx" in ran.out


def test_a_file_name_that_is_no_utf8(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode("집행내역.xlsx".encode("cp949"))
    try:
        clean(tmp_path / "a.xlsx").rename(path)
    except OSError:
        pytest.skip("the file system takes UTF-8 only")
    ran = process("check", path, "-o", tmp_path / "o", "--format", "json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["totals"]["claimed"] == 27_000
    assert {p.name for p in (tmp_path / "o").iterdir()} == OUTPUTS


def test_the_input_is_left_as_it_was_even_where_results_go_beside_it(settle: Any, tmp_path: Path) -> None:
    path = wrong(tmp_path / "검토표.xlsx")  # the name of an output
    before = path.read_bytes()
    ran = settle("check", path, "-o", tmp_path)
    assert ran.code == 1
    assert path.read_bytes() == before
    assert (tmp_path / "검토표-2.xlsx").exists() or "검토표" in ran.out


@pytest.mark.parametrize(
    "given",
    [
        ["check", "{file}", "-o", "{taken}"],
        ["check", "{file}", "-o", "{taken}/안"],
        ["report", "disallowance", "{file}", "-o", "{taken}/a.pdf"],
        ["report", "final", "{file}", "-o", "{taken}/a.pdf"],
        ["demo", "{taken}"],
        ["template", "-o", "{taken}/a.xlsx"],
        ["batch", "{folder}", "--month", "2025-06", "-o", "{taken}"],
        ["check", "{file}", "--save-profile", "{taken}/a.toml"],
    ],
    ids=lambda given: " ".join(given[:2]),
)
def test_a_file_where_a_folder_should_be_is_one_sentence(settle: Any, tmp_path: Path, given: list[str]) -> None:
    taken = tmp_path / "결과"
    taken.write_text("파일", encoding="utf-8")
    folder = tmp_path / "협약들"
    folder.mkdir()
    file = clean(folder / "정산.xlsx")
    ran = settle(*(a.format(file=file, taken=taken, folder=folder) for a in given))
    assert ran.code == 2
    assert len(ran.err.strip().splitlines()) == 1
    assert str(taken) in ran.err
    assert not english(ran.err)
    assert taken.read_text(encoding="utf-8") == "파일"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_one_sentence(settle: Any, tmp_path: Path) -> None:
    closed = tmp_path / "결과"
    closed.mkdir(mode=0o500)
    ran = settle("check", clean(tmp_path / "정산.xlsx"), "-o", closed)
    assert ran.code == 2
    assert len(ran.err.strip().splitlines()) == 1
    assert "쓰기 권한" in ran.err


# ---- processes ---------------------------------------------------------------------------------------------------------


def test_help_imports_neither_pandas_nor_pandera() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "settle", "check", "--help"],
        env=environ(), capture_output=True, text=True, encoding="utf-8", timeout=60, check=True,
    )  # fmt: skip
    imported = {one.rsplit("|", 1)[-1].strip().split(".")[0] for one in done.stderr.splitlines()}
    assert "click" in imported
    assert not imported & {"pandas", "pandera", "numpy", "pyarrow", "reportlab", "openpyxl", "rich"}


def test_no_escape_codes_where_the_output_is_no_terminal(tmp_path: Path) -> None:
    ran = process("check", wrong(tmp_path / "정산.xlsx"), "-o", tmp_path / "o")
    assert ran.code == 1
    assert "\x1b" not in ran.said
    assert ran.err == ""


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "cp949"},
    ],
    ids=["ascii", "C", "cp949"],
)
def test_korean_comes_out_whatever_the_locale(tmp_path: Path, environment: dict[str, str]) -> None:
    ran = process("check", clean(tmp_path / "정산.xlsx"), **environment)
    assert ran.code == 0
    assert "회의비" in ran.out
    assert process("check", "없음.xlsx", **environment).code == 2
    assert "명령은 없습니다" in process("chek", **environment).err


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    path = wrong(tmp_path / "정산.xlsx")
    for arguments in (["--help"], ["rules", "--format", "json"], ["check", str(path)]):
        command = [sys.executable, "-m", "settle", *arguments]
        with subprocess.Popen(command, env=environ(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            assert running.stdout
            assert running.stderr
            running.stdout.close()
            said = running.stderr.read().decode()
        assert said == ""
        assert running.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_sentence() -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "settle", "rules"], env=environ(), stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert done.stderr.decode().startswith("저장 공간이 모자라")
    assert len(done.stderr.decode().splitlines()) == 1


def big(path: Path, lines: int = 6_000) -> Path:
    """A workbook that takes some seconds."""
    rows = [line(집행번호=f"E-{n:05d}", 거래처=f"가게 {n}", 집행일="2025-01-02") for n in range(lines)]
    return book(path, *rows, papers=[paper(집행번호=f"E-{n:05d}") for n in range(lines)])


@pytest.mark.slow_all
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_stopping_leaves_nothing_half_written(tmp_path: Path) -> None:
    path = big(tmp_path / "정산.xlsx")
    for number_, delay in ((signal.SIGINT, 1.1), (signal.SIGINT, 2.0), (signal.SIGINT, 4.0), (signal.SIGTERM, 2.0)):
        out, temporary = tmp_path / f"결과{number_}{delay}", tmp_path / f"tmp{number_}{delay}"
        temporary.mkdir()
        running = subprocess.Popen(
            [sys.executable, "-m", "settle", "check", str(path), "-o", str(out)],
            env=environ(TMPDIR=str(temporary)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        time.sleep(delay)
        running.send_signal(number_)
        _, said = running.communicate(timeout=60)
        if running.returncode == 1 and (delay > 1 or b"init_import_site" in said):
            continue  # it had come to its end on a fast machine, or not yet begun on a slow one
        assert running.returncode in (130, -signal.SIGINT)  # a shell says 130 for both
        assert said.decode().strip() == "중단했습니다. 다 쓰지 못한 파일은 남기지 않았습니다."
        assert list(temporary.iterdir()) == []
        if out.exists():
            assert {p.name for p in out.iterdir()} <= OUTPUTS
            for name in ("불인정내역서.xlsx", "검토표.xlsx"):
                if (out / name).exists():
                    assert cells(out / name)
        assert forked.alive(running.pid) == []  # nobody is left in the session of the run


# ---- outputs that agree ------------------------------------------------------------------------------------------------


def test_totals_on_screen_in_json_xlsx_and_pdf_agree(demo: Path) -> None:
    totals = json.loads((demo / "정산결과.json").read_text(encoding="utf-8"))["totals"]
    assert totals["claimed"] == totals["recognised"] + totals["held"] + totals["disallowed"]
    shown = [number(totals[name]) for name in ("claimed", "recognised", "held", "disallowed")]
    (row,) = [r for r in (demo / "said.txt").read_text(encoding="utf-8").splitlines() if r.strip().startswith("합계 ")]
    assert row.split()[2:] == shown
    first = next(iter(cells(demo / "불인정내역서.xlsx").values()))
    sums = [[v for v in r if isinstance(v, int)] for r in first if r and "합계" in [str(v).strip() for v in r]]
    assert any(list(totals.values()) == r[-4:] or set(totals.values()) <= set(r) for r in sums)
    page = all_texts(demo / "불인정내역서.pdf").split("\f")[0]
    for amount in shown:
        assert amount in page
    review = all_texts(demo / "검토표.xlsx")
    assert all(str(totals[name]) in review for name in totals)


def test_findings_by_effect_add_up_in_every_output(demo: Path) -> None:
    result = json.loads((demo / "정산결과.json").read_text(encoding="utf-8"))
    sheets = cells(demo / "불인정내역서.xlsx")
    for effect, total, sheet in (("disallow", "disallowed", "불인정 내역"), ("hold", "held", "보완 요청")):
        part = [f for f in result["findings"] if f["effect"] == effect]
        assert sum(f["applied"] for f in part) == result["totals"][total]
        text = " ".join(str(v) for row in sheets[sheet] for v in row if v is not None)
        assert all(f["code"] in text for f in part)
        assert str(result["totals"][total]) in text


def test_the_same_input_gives_the_same_bytes(settle: Any, tmp_path: Path) -> None:
    path = wrong(tmp_path / "정산.xlsx")
    for name in ("하나", "둘"):
        assert settle("check", path, "-o", tmp_path / name).code == 1
        time.sleep(1.1)  # a time stamp of the clock would differ
    for name in OUTPUTS:
        first, second = ((tmp_path / folder / name).read_bytes() for folder in ("하나", "둘"))
        if name == "정산결과.json":
            first, second = (
                json.dumps({k: v for k, v in json.loads(one).items() if k != "run"}).encode() for one in (first, second)
            )
        if name == "manifest.json":  # it holds the hash of 정산결과.json, which holds the time of the run
            first, second = (re.sub(rb"[0-9a-f]{16,64}", b"", one) for one in (first, second))
        assert first == second, name


def test_csv_and_json_on_screen_are_only_that(settle: Any, tmp_path: Path) -> None:
    path = wrong(tmp_path / "정산.xlsx")
    rows = settle("check", path, "--format", "csv").out.splitlines()
    assert rows[0].startswith("규칙코드,결과,집행번호")
    assert rows[1].startswith("GEN-010,불인정,E-001")
    result = json.loads(settle("check", path, "--format", "json").out)
    assert list(result) == [
        "tool", "run", "programme", "inputs", "agreement", "totals", "by_category", "by_fund", "findings", "input_errors",
        "not_checked", "questions", "filled", "answers", "evidence", "leads",
    ]  # fmt: skip


# ---- public ledgers ----------------------------------------------------------------------------------------------------


def public_list(path: Path) -> Path:
    """What public offices publish: a title, a unit, a heading with a typing error, a wrong date, a sum."""
    return workbook(
        path,
        {
            "Sheet1": [
                ["2024년 2분기 업무추진비 사용내역"],
                ["(단위 : 원)"],
                ["연번", "사용일자", "사용목적", "사용처", "대상인원", "사음금액", "비고"],
                [1, "2024-04-02", "현안업무 간담회", "가나식당", "4명", "96,000", ""],
                [2, "2024-011-03", "직원 격려", "다라식당", "과장 외 3명", "80,000", ""],
                [3, "2024.5.7.", "업무협의", "마바찻집", "2명", "15,000", ""],
                ["합계", None, None, None, None, "191,000", None],
            ]
        },
    )


def test_a_public_list_is_judged_with_an_assumed_category(settle: Any, tmp_path: Path) -> None:
    path = public_list(tmp_path / "업무추진비 2분기.xlsx")
    ran = settle("check", path, "--assume", "세세목=회의비")
    assert ran.code == 1
    assert "Sheet1: 4행 = 집행 3 + 합계행 1" in ran.out
    assert "191,000" in ran.out
    assert "DAT-020 [Sheet1 B5]" in ran.out
    assert "사음금액" in ran.out
    result = json.loads(settle("check", path, "--assume", "세세목=회의비", "--format", "json").out)
    (sheet,) = [s for s in result["inputs"][0]["sheets"] if s["kind"] == "집행내역"]
    assert sheet["rows"] == sheet["lines"] + sheet["totals"] + sheet["blank"] + sheet["rejected"]
    assert (sheet["lines"], sheet["totals"]) == (3, 1)
    assert result["totals"]["claimed"] == 191_000


def test_without_the_assumed_category_it_says_which_column_is_missing_and_how_to_help(
    settle: Any, tmp_path: Path
) -> None:
    ran = settle("check", public_list(tmp_path / "업무추진비.xlsx"))
    assert ran.code == 2
    assert "--assume 세세목=" in ran.out
