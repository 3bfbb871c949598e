"""`settle report scores`: the ranking and the points as they were given, in every shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from settle.cli import cli, main
from settle.documents import score_sheets, template
from settle.model import Judgement
from settle.pipeline import book_from_tables, judge
from settle.programme import rules as rulebooks
from tests.test_busan import grown, reviews

BUSAN = "busan-social-economy"
FIRMS = [{"신청번호": str(n), "기업명": f"기업{n}"} for n in range(1, 5)]
# the most of everything is 80 + 20 for growth; the first is one short, as is the third; the fourth has no points for most criteria;
# the second falls below 60
REVIEWS = [
    *reviews("1", 사회목적_재투자=9),
    *reviews("2", 사업계획의_적정성=0, 사회목적_재투자=0, 주_사업활동의_사회적가치=14.5),
    *reviews("3", 사회목적_재투자=9),
    *reviews("4")[:3],
]
SALES = [row for n in "1234" for row in grown(n)]
TABLES: dict[str, Any] = {"신청기업": FIRMS, "심사": REVIEWS, "매출": SALES}
HEADS = ("순위", "신청번호", "기업명", "총점", "가점", "결과", "동점", "먼저 놓인 신청")
RANKED = [
    (1, "1", "기업1", 99.0, 0.0, "보완", "3", ""),
    (1, "3", "기업3", 99.0, 0.0, "보완", "1", ""),
    ("-", "2", "기업2", 59.5, 0.0, "제외", "", ""),  # 10 + 0 + 10 + 5 + 0 + 14.5 + 20
    ("-", "4", "기업4", "미완성", 0.0, "보완", "", ""),
]


def judged(rules: list[str] | None = None) -> Judgement:
    book = rulebooks.load(BUSAN)
    return judge(book_from_tables(TABLES, book.programme), book, rules=rules)


def test_the_ranking_and_who_gave_which_points() -> None:
    ranking, points = score_sheets.tables(judged(["BSS"]))
    assert ranking.title == "심사표 순위"
    assert ranking.heads == HEADS
    found = [row[:5] + row[6:] for row in ranking.rows]
    assert found == [row[:5] + row[6:] for row in RANKED]
    assert [row[5] for row in ranking.rows] == ["적격", "적격", "제외", "미완성"]
    assert "60점 이상이어야 하며, 반올림하지 않은 점수로 견줍니다." in ranking.said
    first = [row for row in points.rows if row[0] == "1"]
    assert ("1", "사회목적 재투자", 10, 9.0, "심사", "심사위원 1명", "") in first
    assert ("1", "기업의 성장 가능성", 20, 20.0, "매출 비율", "121.00%", "") in first
    assert ("4", "사회목적 재투자", 10, "없음", "심사", "점수 없음", "") in points.rows
    assert ("1", "사회적가치지표(우수)", 2, 0.0, "신청 내용", "해당 없음", "가점") in first


@pytest.fixture
def given(tmp_path: Path) -> Path:
    rows = {sheet: [{k: str(v) for k, v in row.items()} for row in rows] for sheet, rows in TABLES.items()}
    template.write(tmp_path / "심사.xlsx", BUSAN, rows)
    return tmp_path / "심사.xlsx"


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["report", *args], standalone_mode=False)


def test_the_command_writes_all_shapes(given: Path, tmp_path: Path) -> None:
    out = tmp_path / "점수"
    shown = run("scores", str(given), "--programme", BUSAN, "-o", str(out))
    assert shown.return_value == 1, shown.output
    assert {path.name for path in out.iterdir()} == {f"점수·순위표{end}" for end in (".xlsx", ".pdf", ".hwpx")}
    assert (out / "점수·순위표.pdf").read_bytes().startswith(b"%PDF")
    book = openpyxl.load_workbook(out / "점수·순위표.xlsx")
    assert book.sheetnames == ["심사표 순위", "심사표 점수"]
    rows = [
        tuple("" if cell is None else cell for cell in row) for row in book["심사표 순위"].iter_rows(values_only=True)
    ]
    assert rows[0] == HEADS
    assert [row[:5] for row in rows[1:]] == [row[:5] for row in RANKED]
    again = tmp_path / "다시.xlsx"
    assert run("순위표", str(given), "--programme", BUSAN, "-o", str(again)).return_value == 1
    assert again.read_bytes() == (out / "점수·순위표.xlsx").read_bytes()


def test_without_points_there_is_nothing_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = {"신청기업": [{k: str(v) for k, v in row.items()} for row in FIRMS]}
    template.write(tmp_path / "신청.xlsx", BUSAN, rows)
    args = ["report", "scores", str(tmp_path / "신청.xlsx"), "--programme", BUSAN, "-o", str(tmp_path / "점수.pdf")]
    with pytest.raises(SystemExit, match="2"):
        main(args)
    assert "점수를 매길 것이 없습니다." in capsys.readouterr().err
    assert not (tmp_path / "점수.pdf").exists()
