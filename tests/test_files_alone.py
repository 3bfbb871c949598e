"""A programme is files alone: tests/programmes/{schemas,ledgers,reports}/haenyeo has no word of the others and no Python.

It is judged by minimum_share, tenure, checklist and score_table; the figures are worked out by hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from settle import examples
from settle.cli import cli
from settle.judging.scores import shown
from settle.model import Judgement
from settle.pipeline import book_from_tables, judge
from settle.programme import rules as rulebooks
from settle.programme.rules import Rulebook

from .kit.choir import workbook

pytestmark = pytest.mark.usefixtures("own_programmes")

HAENYEO = "haenyeo"


def bought(number: str, won: int, fund: str, kind: str) -> dict[str, Any]:
    return {
        "쪽지": number,
        "쓴 날": f"2026-05-{int(number):02}",
        "무엇": kind,
        "돈": won,
        "어느 돈": fund,
        "갈래": kind,
    }


def answered(who: str, *answers: tuple[str, str, str]) -> list[dict[str, Any]]:
    return [{"이름표": who, "물음": n, "대답": said, "까닭": why} for n, said, why in answers]


def points(who: str, *given: tuple[str, float]) -> list[dict[str, Any]]:
    return [{"이름표": who, "겨룬 것": what, "얻은 점": much} for what, much in given]


TABLES: dict[str, Any] = {
    "협약": {"사업명": "해녀 물질 이어가기"},
    # 옷 1,000: 30 % are 300, own 299 of it: 1 short. 그물 500: 150 of own money are there.
    "살림책": [
        bought("1", 299, "제돈", "옷"),
        bought("2", 701, "도움돈", "옷"),
        bought("3", 150, "제돈", "그물"),
        bought("4", 350, "도움돈", "그물"),
    ],
    "배움이": [
        {"이름표": "가", "부르는 이름": "순이", "물에 든 날": "2025-09-30"},  # six months on 2026-03-30
        {"이름표": "나", "부르는 이름": "영이", "물에 든 날": "2025-10-01"},  # on 2026-04-01, a day too late
        {
            "이름표": "다",
            "부르는 이름": "복이",
            "물에 든 날": "2024-01-02",
            "뭍에 오른 날": "2024-07-01",
        },  # a day too early
        {"이름표": "라", "부르는 이름": "달이", "물에 든 날": None},
        {"이름표": "마", "부르는 이름": "봄이", "물에 든 날": "2020-01-02"},
        {"이름표": "바", "부르는 이름": "솔이", "물에 든 날": "2020-01-02"},
    ],
    "물음장": [
        *answered("가", ("1", "그렇다", ""), ("2", "아니다", ""), ("2-1", "그럼", "")),
        *answered("나", ("1", "그렇다", ""), ("2", "그렇다", "")),
        *answered("다", ("1", "그렇다", ""), ("2", "그렇다", "")),
        *answered("라", ("1", "그렇다", ""), ("2", "아니다", "곧 나음")),
        *answered("마", ("1", "아니다", ""), ("2", "그렇다", "")),
        *answered("바", ("1", "그렇다", ""), ("2", "글쎄", "")),
    ],
    "물질 채점": [
        *points("가", ("숨", 11), ("숨", 12), ("나눔", 6.5)),  # 11.5 + 6.5 = 18
        *points("나", ("숨", 20), ("나눔", 10)),
        *points("다", ("숨", 20), ("나눔", 10)),
        *points("라", ("숨", 20), ("나눔", 9)),
        *points("마", ("숨", 20), ("나눔", 8)),
        *points("바", ("숨", 21), ("나눔", 8)),  # 21 of 20 is left out
    ],
}


@pytest.fixture(scope="module")
def rulebook(own_programmes: None) -> Rulebook:
    return rulebooks.load(HAENYEO)


@pytest.fixture(scope="module")
def judged(rulebook: Rulebook) -> Judgement:
    return judge(book_from_tables(TABLES, rulebook.programme), rulebook)


def test_it_has_no_word_of_the_other_programmes(rulebook: Rulebook) -> None:
    place = Path(__file__).parent / "programmes"
    files = [path for part in ("schemas", "ledgers", "reports") for path in (place / part / HAENYEO).rglob("*")]
    assert {path.suffix for path in files if path.is_file()} == {".toml"}
    text = "".join(path.read_text(encoding="utf-8") for path in files if path.is_file())
    assert [
        word for word in ("국고", "민간", "보조금", "자부담", "신청번호", "체크리스트", "심사위원") if word in text
    ] == []


def test_its_examples_hold(rulebook: Rulebook) -> None:
    found = [one for rule in rulebook.rules if rule.code[:3] in ("BUY", "LRN") for one in examples.of(rule)]
    assert len(found) == 4
    for example in found:
        said = examples.verdict(example, rulebook)
        assert (said.effect, said.not_checked) == (example.expect, ""), example.says


def test_what_it_judges(judged: Judgement) -> None:
    tables = [judged.findings, *(one.findings for one in judged.others)]
    said = {
        (row.code, row.line, row.effect, int(row.applied))
        for table in tables
        for row in table.itertuples()
        if row.code[:3] in ("BUY", "LRN")
    }
    assert said == {
        ("BUY-010", "2", "disallow", 1),
        ("LRN-020", "나", "disallow", 1),
        ("LRN-020", "다", "disallow", 1),
        ("LRN-020", "라", "hold", 1),
        ("LRN-010", "라", "note", 0),
        ("LRN-010", "마", "disallow", 1),
        ("LRN-010", "바", "hold", 1),
        ("LRN-030", "바", "hold", 0),
    }
    assert judged.totals == {"claimed": 1500, "recognised": 1499, "held": 0, "disallowed": 1}
    assert judged.others[0].totals == {"claimed": 6, "recognised": 1, "held": 2, "disallowed": 3}


def test_its_ranking(judged: Judgement) -> None:
    (found,) = judged.scores
    pairs = zip(found.rows, found.standing, strict=True)
    assert [(row.number, shown(row.total, 1), row.rank, standing) for row, standing in pairs] == [
        ("가", "18.0", 2, "in"),
        ("나", "30.0", None, "out"),
        ("다", "30.0", None, "out"),
        ("라", "29.0", 1, "held"),
        ("마", "28.0", None, "out"),
        ("바", "", None, "open"),
    ]


def test_its_files_are_written(tmp_path: Path) -> None:
    path = workbook(tmp_path / "물질.xlsx", TABLES)
    said = CliRunner().invoke(
        cli, ["check", str(path), "--programme", HAENYEO, "-o", str(tmp_path / "결과"), "--no-leads"]
    )
    assert said.exception is None, said.output
    assert "배움이를 판정했습니다 (6건): 함께함 1건 · 다시 봄 2건 · 함께 못함 3건." in said.output
    result = json.loads((tmp_path / "결과" / "정산결과.json").read_text(encoding="utf-8"))
    assert result["totals"]["disallowed"] == 1
    assert [one["rank"] for one in result["scores"][0]["ranking"]] == [2, None, None, 1, None, None]
