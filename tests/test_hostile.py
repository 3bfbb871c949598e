"""What once crashed, hung or said an English word is answered: judged, or refused in one Korean sentence that says why."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from settle.documents.sets import RESULT
from settle.files import toml
from settle.model import InputFile
from settle.reading import cells
from settle.reconciling.opening import Changed, Opened, content
from tests.kit import hostile
from tests.kit.hostile import SMALL
from tests.kit.usage_kit import english, process, runner

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow_all  # many files, each read in a process of its own

UNFORESEEN = "처리하지 못한 문제"


@pytest.mark.parametrize("name", SMALL)
def test_it_is_judged_or_refused_with_the_reason(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str) -> None:
    make, lines = SMALL[name]
    path, out = make(tmp_path / name), tmp_path / "o"
    ran = runner(capsys)("check", path, "-o", out)
    assert UNFORESEEN not in ran.said
    assert "Traceback" not in ran.said
    if lines:
        assert ran.code in (1, 2)
        made = {p.name for p in out.iterdir()}
        assert {"불인정내역서.xlsx", "불인정내역서.pdf", "정산결과.json", "검토표.xlsx"} <= made
        result = json.loads((out / RESULT).read_text(encoding="utf-8"))
        assert sum(sheet["lines"] for one in result["inputs"] for sheet in one["sheets"]) == lines
    else:
        assert ran.code == 2
        assert "손상" in ran.said or "압축" in ran.said
        assert not english(ran.said.replace(str(tmp_path), ""))


def test_the_bytes_that_are_hashed_are_the_bytes_that_are_judged(tmp_path: Path) -> None:
    path = hostile.ledger(tmp_path / "정산.xlsx")
    before = path.read_bytes()
    opened = Opened([path])
    path.write_bytes(b"something else")  # at once, while the child reads its copy
    (raw,) = opened.result()
    assert not raw.problem
    assert raw.path == path
    file = InputFile(path, raw.sha256)
    with pytest.raises(Changed):
        content(file)
    path.write_bytes(before)
    assert content(file) == before


def test_the_member_of_an_archive_is_found_again(tmp_path: Path) -> None:
    path = hostile.archive(tmp_path / "a.zip")
    (raw,) = Opened([path]).result()
    assert content(InputFile(raw.path, raw.sha256))[:2] == b"PK"


def test_a_folder_that_was_deleted_under_us_is_named(tmp_path: Path) -> None:
    path, gone = hostile.ledger(tmp_path / "정산.xlsx"), tmp_path / "gone"
    gone.mkdir()
    code = f"import os; os.chdir({str(gone)!r}); os.rmdir({str(gone)!r}); from settle.cli import main; main(['check', {str(path)!r}])"
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, env=os.environ)
    assert done.returncode == 2
    assert "폴더가 지워졌습니다" in done.stderr.decode()


def test_a_terminal_without_korean_is_no_reason_to_fail(tmp_path: Path) -> None:
    path = hostile.ledger(tmp_path / "정산.xlsx")
    ran = process("check", path, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert ran.code == 1, ran.said
    assert "판정" in ran.out


DEEP = {"nested": "a = " + "[" * 100_000, "a number without end": "a = " + "9" * 100_000}


@pytest.mark.parametrize("name", DEEP)
@pytest.mark.parametrize("option", ["--answers", "--profile"])
def test_a_text_file_that_no_parser_can_hold_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, option: str, name: str
) -> None:
    path, deep = hostile.ledger(tmp_path / "정산.xlsx"), tmp_path / "깊은.toml"
    deep.write_text(DEEP[name], encoding="utf-8")
    ran = runner(capsys)("check", path, option, deep)
    assert ran.code == 2
    assert "깊은.toml" in ran.said
    assert UNFORESEEN not in ran.said
    with pytest.raises(ValueError, match="nested"):
        toml(DEEP[name])


READERS: list[Callable[[str], Any]] = [
    cells.won, cells.day, cells.count, cells.man_days, cells.rate, cells.number, cells.yes_no, cells.business_number, cells.lossy
]  # fmt: skip


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "text", ["9" * 5_000, "1" * 400, "1," * 3_000, "2025-01-01" + " " * 3_000 + "x", "\u0663" * 5_000]
)
def test_no_length_of_a_cell_breaks_a_reader(read: Callable[[str], Any], text: str) -> None:
    read(text)
