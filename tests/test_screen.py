"""What the screen says: one page, what to do first, suggestions for words that were meant otherwise."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

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
    assert len(run("check", workbook, "--all").output.splitlines()) > 100


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
