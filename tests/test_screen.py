"""What the screen says: one page, what to do first, suggestions for words that were meant otherwise."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from rich.console import Console

from settle.cli import cli
from settle.commands import common
from settle.commands.report import command as reports
from settle.documents import terminal
from settle.documents.sample import write

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow_all  # many files, each read in a process of its own


def run(*arguments: Any) -> Any:
    return CliRunner().invoke(cli, [str(a) for a in arguments], standalone_mode=False)


def test_the_sample_is_one_screen_and_more_with_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At most 40 lines of 80 columns, with the files that were written and what changed since; --all says the rest."""
    monkeypatch.setattr(terminal, "console", lambda _=None: Console(file=sys.stdout, width=80, highlight=False))
    monkeypatch.setattr(common, "screen", lambda: 80)
    monkeypatch.chdir(tmp_path)  # a path of a test's folder is wider than a screen
    workbook = write(tmp_path).name
    run("check", workbook, "-o", "결과")
    ran = run("check", workbook, "-o", "결과")
    assert ran.exception is None
    lines = ran.output.splitlines()
    assert len(lines) <= 40
    assert [line for line in lines if cell_len(line) > 80] == []
    assert any(line.startswith("지난 결과와 견주어") for line in lines)
    assert any(line.startswith("먼저 할 일") for line in lines)
    everything = run("check", workbook, "--all").output.splitlines()
    assert len(everything) > 100
    assert [line for line in everything if cell_len(line) > 80] == []


def test_what_was_recognised_fits_the_terminal_and_is_all_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workbook = write(tmp_path)
    whole = run("inspect", workbook).output  # no terminal: a line for each thing
    monkeypatch.setattr(common, "screen", lambda: 80)
    shown = run("inspect", workbook).output
    assert max(map(cell_len, whole.splitlines())) > 80
    assert max(map(cell_len, shown.splitlines())) <= 80
    assert shown.split() == whole.split()


BUSAN = ("--programme", "busan-social-economy")


def ledger(place: Path, called: str) -> Path:
    """A line of a ledger, and what its agreement says is its programme."""
    made = openpyxl.Workbook()
    made.active.title = "집행내역"
    made.active.append(["집행번호", "집행일", "적요", "거래처", "집행금액"])
    made.active.append(["1", "2026-07-01", "전단", "한빛", 500_000])
    sheet = made.create_sheet("협약")
    for cells in (["항목", "값"], ["사업명", called], ["협약번호", "2026-1"]):
        sheet.append(cells)
    made.save(place)
    return place


@pytest.mark.parametrize(
    ("called", "hint"),
    [
        ("부산광역시 사회적경제기업 사업개발비", True),
        ("2025년 대·중소기업 혁신 파트너십", False),
        ("다른 도의 지원사업", False),
        ("", False),
    ],
)
def test_the_screen_says_by_which_programme_was_judged_and_that_the_file_names_another(
    tmp_path: Path, called: str, hint: bool
) -> None:
    file = ledger(tmp_path / "가.xlsx", called)
    first, *rest = run("check", file).output.splitlines()
    assert first == "사업  대·중소기업 혁신 파트너십 지원사업 (innovation-partnership)"
    said = " ".join(line.strip() for line in rest[:4])
    assert (f"협약의 사업명은 '{called}'인데" in said) == hint
    assert ("--programme busan-social-economy" in said) == hint
    assert ("--programme busan-social-economy" in run("inspect", file).output) == hint
    own = run("check", file, *BUSAN).output
    assert own.startswith("사업  부산광역시 사회적경제기업 사업개발비 지원사업 (busan-social-economy)\n")
    assert ("--programme innovation-partnership" in " ".join(own.split())) == (
        called == "2025년 대·중소기업 혁신 파트너십"
    )


def test_a_question_tells_its_lines_once_with_an_example(tmp_path: Path) -> None:
    """재원 열이 없습니다. (500,000원, 1줄), then the line; of a day, how it is written."""
    ran = CliRunner().invoke(
        cli,
        ["answer", str(ledger(tmp_path / "가.xlsx", "")), "-o", str(tmp_path / "답.toml"), *BUSAN],
        input="\n" * 50,
    )
    lines = ran.output.splitlines()
    at = lines.index("[1/3] 재원 열이 없습니다. (500,000원, 1줄)")
    assert lines[at + 1] == "  1 · 2026-07-01 · 한빛 · 전단 · 500,000원"
    at = lines.index("[2/3] 협약의 협약시작일이 비어 있습니다. (500,000원, 1줄)")
    assert lines[at + 1] == "  예: 2025-07-31"


@pytest.mark.parametrize(("typed", "meant"), [("chek", "check"), ("repot", "report"), ("anser", "answer")])
def test_a_misspelt_command_is_suggested(typed: str, meant: str) -> None:
    ran = run(typed)
    assert f"혹시 {meant}" in common.in_korean(ran.exception)


def test_reports_have_korean_names(tmp_path: Path) -> None:
    assert reports.get_command(None, "불인정내역서").name == "disallowance"
    assert "혹시 불인정내역서" in common.in_korean(run("report", "불인정내역소").exception)


def test_a_folder_offers_batch(tmp_path: Path) -> None:
    ran = run("check", tmp_path)
    assert "settle batch" in ran.exception.message
