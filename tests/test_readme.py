"""The commands of README's fenced blocks, run as they stand there, one after another, in one folder."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from settle.cli import cli
from tests.kit import yardstick

pytestmark = pytest.mark.slow_all  # every command of README

README = Path(__file__).parents[1] / "README.md"
ELSEWHERE = ("--dask", "settle open")  # need a scheduler, a browser: test_batch_dask, test_desk_process


def commands() -> list[str]:
    blocks = re.findall(r"^ *```\n(.*?)^ *```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    found = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in found if line.startswith("settle ")]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as an officer has it: her ledger, the lists of card, tax office and bank, and a folder of agreements."""
    here = tmp_path_factory.mktemp("내 정산")
    (here / "받은 것").mkdir()
    yard = yardstick.load("plain")
    ledger, *lists = yard.write(here / "받은 것")
    shutil.copy(ledger, here / "내장부.xlsx")
    names = {"card": "신한카드.xlsx", "invoice": "홈택스.xls", "bank": "은행.xlsx"}
    for role, path in zip(yard.meta["lists"], lists, strict=True):
        shutil.copy(path, here / names.get(role, path.name))
    shutil.copytree(here / "받은 것", here / "협약들" / "가나")
    return here


def test_there_are_commands_and_few_are_left_out() -> None:
    assert len(commands()) >= 4
    assert sum(any(word in line for word in ELSEWHERE) for line in commands()) <= 2


@pytest.mark.parametrize("line", [line for line in commands() if not any(word in line for word in ELSEWHERE)])
def test_a_command_of_the_readme_runs(line: str, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    before = {path for path in desk.rglob("*") if path.is_file()}
    # the first question answered, the others left open
    ran = CliRunner().invoke(cli, shlex.split(line)[1:], input="1\n" + "\n" * 60, standalone_mode=False)
    assert ran.exception is None, ran.output
    assert ran.return_value in (None, 0, 1), ran.output  # 1: something is not recognised
    assert "Traceback" not in ran.output
    if "-o" in line:
        assert {path for path in desk.rglob("*") if path.is_file()} - before, "nothing was written"


def test_the_table_of_programmes_says_what_is_there() -> None:
    """Every programme has its row, its column and its handbook; a command that is said to work for it has what it needs."""
    text = README.read_text(encoding="utf-8")
    shipped = sorted(path.parent.name for path in README.parent.glob("schemas/*/programme.toml"))
    rows = re.findall(r"^\| .*\(`([a-z-]+)`\) \|.*\((docs/[a-z.-]+)\) \|$", text, re.MULTILINE)
    assert sorted(name for name, _ in rows) == shipped
    assert [file for _, file in rows if not (README.parent / file).is_file()] == []
    places = {
        "`demo`": "ledgers/{}/sample",
        "`report interim`": "reports/{}/interim.toml",
        "`report scores`": "schemas/{}/scores",
        "`report plan`": "reports/{}/plan.toml",
        "`kpi`": "schemas/{}/kpi.toml",
    }
    for command, place in places.items():
        (line,) = (
            line for line in text.splitlines() if line.startswith(f"| {command}") and line.count("|") == len(rows) + 2
        )
        cells = [cell.strip() for cell in line.strip("|").split("|")[1:]]
        assert set(cells) <= {"○", "–", "아직"}
        there = [(README.parent / place.format(name)).exists() for name, _ in rows]
        assert [cell for cell, so in zip(cells, there, strict=True) if cell == "○" and not so] == []
        assert [cell for cell, so in zip(cells, there, strict=True) if cell == "–" and so] == []
