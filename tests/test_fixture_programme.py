"""A second programme is three folders: tests/programmes/{schemas,ledgers,reports}/tiny runs without a change in settle/.

It has another budget tree, other names of funds, fewer sheets and columns, its own headings, three rules, and a meal cap
of its own that rises on 2025-07-01.
"""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from settle import examples
from settle.cli import cli
from settle.model import Judgement
from settle.pipeline import judge
from settle.programme import sheets
from settle.programme import vocabulary as programmes
from settle.programme.rules import Rulebook, load
from settle.reading.book import book_from_tables

PLACE = Path(__file__).parent / "programmes"
TINY = "tiny"
SHEETS = {
    "쓴돈": [
        ["번호", "날짜", "세목", "세세목", "무엇에", "쓴 돈", "재원", "몇 명"],
        [1, "2025-06-30", "", "식사", "모임 점심", 50000, "보조금", 4],  # 12,000 × 4 = 48,000: 2,000 too much
        [2, "2025-07-01", "", "밥값", "모임 저녁", 61000, "지원금", 4],  # 15,000 × 4 = 60,000: 1,000 too much
        [3, "2025-07-02", "재료비", "", "물감", 80000, "자기돈", ""],  # no receipt
        [4, "2025-07-03", "재료비", "", "종이", 40000, "지원금", ""],  # the budget ends here
    ],
    "증빙목록": [["번호", "증빙종류"], [1, "영수증"], [2, "현금영수증"], [4, "영수증"]],
    "예산": [["비목", "지원금", "자기돈"], ["활동비", 150000, 50000], ["운영비", 30000, 0]],
    "협약": [
        ["항목", "값"],
        ["사업명", "우리 동네 그림 모임"],
        ["협약시작일", "2025-01-01"],
        ["협약종료일", "2025-12-31"],
    ],
}


@pytest.fixture(autouse=True)
def own_programmes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETTLE_PROGRAMMES", str(PLACE))


@pytest.fixture
def rulebook() -> Rulebook:
    return load(TINY)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in SHEETS.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = tmp_path / "모임.xlsx"
    book.save(path)
    return path


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, [*args, "--programme", TINY])


def judged(rulebook: Rulebook, **line: object) -> Judgement:
    row = {"집행번호": "1", "집행일": "2025-07-01", "세세목": "식사", "적요": "모임 점심", "집행금액": 60000} | line
    return judge(book_from_tables({"집행내역": [row]}, rulebook.programme), rulebook)


def test_it_is_another_programme(rulebook: Rulebook) -> None:
    ours = programmes.load()
    assert [rule.code for rule in rulebook.rules] == ["ACT-010", "ACT-020", "BUD-010"]  # as its groups stand
    assert not set(rulebook.programme.tree) & set(ours.tree)
    assert len(sheets.load(TINY)) < len(sheets.load())


def test_its_examples_hold(rulebook: Rulebook) -> None:
    found = [example for rule in rulebook.rules for example in examples.of(rule)]
    assert len(found) == 8
    for example in found:
        said = examples.verdict(example, rulebook)
        assert (said.effect, said.won, said.not_checked) == (example.expect, example.won, ""), example.says


@pytest.mark.parametrize(
    ("day", "claimed", "at_issue"),
    [
        ("2024-01-01", 48000, 0),  # the first day of the first limit
        ("2025-06-30", 48000, 0),
        ("2025-06-30", 48001, 1),
        ("2025-07-01", 60000, 0),  # the first day of the second
        ("2025-07-01", 60001, 1),
    ],
)
def test_the_limit_in_force_on_the_day_counts(rulebook: Rulebook, day: str, claimed: int, at_issue: int) -> None:
    found = judged(rulebook, 집행일=day, 집행금액=claimed, 참석인원=4).findings
    assert found.loc[found["code"] == "ACT-010", "at_issue"].sum() == at_issue


def test_a_day_before_the_first_limit_is_not_guessed(rulebook: Rulebook) -> None:
    result = judged(rulebook, 집행일="2023-12-31", 집행금액=999999, 참석인원=1)
    assert "ACT-010" not in set(result.findings["code"])
    reason = next(one.reason for one in result.not_checked if one.code == "ACT-010")
    assert "2023-12-31" in reason


def test_check_judges_its_workbook(workbook: Path) -> None:
    shown = CliRunner().invoke(cli, ["check", str(workbook), "--programme", TINY, "--format", "json"])
    result = json.loads(shown.output)
    assert result["programme"]["id"] == TINY
    assert result["input_errors"] == []
    assert result["not_checked"] == []
    # line caps: 2,000 + 1,000; what is left of 활동비: 48,000 + 60,000 + 80,000 + 40,000 = 228,000, budget 200,000:
    # 28,000 from line 4. Line 3 waits for its receipt.
    assert result["totals"] == {"claimed": 231000, "recognised": 120000, "held": 80000, "disallowed": 31000}
    taken = {(f["code"], f["line"]): (f["effect"], f["applied"]) for f in result["findings"]}
    assert taken == {
        ("BUD-010", "4"): ("disallow", 28000),
        ("ACT-010", "1"): ("disallow", 2000),
        ("ACT-010", "2"): ("disallow", 1000),
        ("ACT-020", "3"): ("hold", 80000),
    }
    rows = {(r["비목"], r["세목"], r["세세목"]): r["claimed"] for r in result["by_category"]}
    assert rows["활동비", "모임비", "식사"] == 111000
    assert rows["활동비", "재료비", ""] == 120000
    assert result["agreement"]["사업명"] == "우리 동네 그림 모임"


def test_check_shows_it_on_the_terminal(workbook: Path) -> None:
    shown = CliRunner().invoke(cli, ["check", str(workbook), "--programme", TINY])
    assert shown.exception is None
    assert "ACT-010" in shown.output
    assert "3,000원" in shown.output
    assert "활동비 / 모임비" in shown.output


def test_rules_and_rule_show_both_limits_with_their_dates() -> None:
    listed = run("rules")
    assert listed.exit_code == 0
    assert "마을 모임 지원사업 – 규칙 3개" in listed.output
    shown = run("rule", "ACT-010")
    assert "15,000원 (2025-07-01부터), 12,000원 (2024-01-01부터)" in shown.output
    assert "집행일" in shown.output
    assert run("rule", "MTG-021").exit_code == 2


def test_its_handbook_holds_its_own_rules_only() -> None:
    text = run("rules", "--format", "markdown").output
    assert "# 규칙집 – 마을 모임 지원사업" in text
    assert "### ACT-010 한 사람 밥값" in text
    assert "| 활동비 | 모임비 | 식사, 다과 |" in text
    assert "MTG-" not in text


def test_its_template_has_its_own_sheets(tmp_path: Path) -> None:
    target = tmp_path / "서식.xlsx"
    shown = run("template", "-o", str(target))
    assert shown.exit_code == 0, shown.output
    names = openpyxl.load_workbook(target).sheetnames
    assert {"집행내역", "증빙목록", "협약", "예산"} <= set(names)
    assert not {"투입인력", "수행일지"} & set(names)


def test_the_shipped_programme_is_still_there() -> None:
    assert CliRunner().invoke(cli, ["rule", "MTG-020"]).exit_code == 0
