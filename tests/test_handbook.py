"""docs/rules.md is the handbook of the rulebook as it stands, and says of every rule what an officer needs."""

from __future__ import annotations

import re
from pathlib import Path

from settle import examples
from settle.documents import handbook
from settle.programme.rules import load

PATH = Path(__file__).resolve().parent.parent / "docs" / "rules.md"
BOOK = load()
TEXT = handbook.markdown(BOOK)


def section(code: str) -> str:
    """The part of the handbook about one rule."""
    return re.split(r"^##+ ", TEXT.split(f"\n### {code} ")[1], maxsplit=1, flags=re.MULTILINE)[0]


def test_the_handbook_is_fresh() -> None:
    """Written anew by `settle rules --format markdown > docs/rules.md`."""
    assert PATH.read_text(encoding="utf-8") == TEXT


def test_every_rule_has_its_part_with_source_remedy_and_examples() -> None:
    for rule in BOOK.rules:
        part = section(rule.code)
        assert rule.title in part.splitlines()[0]
        assert rule.asks in part
        assert "- 근거: " in part
        for case in rule.cases:
            assert f"| {handbook.OUTCOMES[case.effect]} | " in part
            assert handbook.plain(case.remedy, rule) in part
        for example in examples.of(rule):
            assert f"| {example.says} | {handbook.outcome(example)} |" in part


def test_limits_stand_with_their_dates() -> None:
    assert "- 한도: 30,000원 (2020-01-01부터)" in section("MTG-020")
    assert "- 한도: 특급 879,000원 (2020-01-01부터)" in section("LAB-010")
    assert "- 한도: 5 % (2020-01-01부터)" in section("IND-010")
    assert "- 한도: 20일 (2020-01-01부터)" in section("LAB-140")


def test_the_figures_of_the_annex_are_at_a_glance() -> None:
    glance = TEXT.split("## 한도 한눈에 보기")[1].split("\n## ")[0]
    for figure in (
        "30,000원",
        "300,000원",
        "30,000,000원",
        "879,000원",
        "631,000원",
        "502,000원",
        "387,000원",
        "5 %",
        "20 %",
    ):
        assert figure in glance


def test_every_link_of_the_contents_leads_to_a_heading() -> None:
    links = re.findall(r"\]\(#([^)]+)\)", TEXT)
    headings = re.findall(r"^#+ (.+)$", TEXT, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert len(links) >= len(BOOK.rules)
    assert set(links) <= anchors


def test_no_placeholder_is_left_and_every_table_is_even() -> None:
    assert not re.search(r"\{[^}]*\}", TEXT)
    columns = 0
    for line in TEXT.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not (columns and cells) or cells == columns, line
        columns = cells


def test_a_group_without_a_title_shows_its_letters() -> None:
    assert handbook.group_title(BOOK.programme, "MTG") == "회의비"
    assert handbook.group_title(BOOK.programme, "ZZZ") == "ZZZ"
    assert all(handbook.group_title(BOOK.programme, name) != name for name in handbook.groups(BOOK))


def test_two_documents_stand_each_with_its_own_paragraph() -> None:
    said = handbook.source(BOOK.by_code["MTG-010"])
    assert said == "집행기준 · 4.나.2); 과제신청서 참고자료2 · 사업운영비 불인정 – 회의비"
    assert handbook.source(BOOK.by_code["MTG-020"]) == "과제신청서 참고자료2 · 사업운영비 불인정 – 회의비"


def test_what_must_be_there_is_told_in_korean() -> None:
    assert handbook.needs(BOOK.by_code["GEN-110"]) == [
        "증빙목록 시트",
        "협약 시트의 협약시작일",
        "협약 시트의 협약종료일",
    ]
    assert handbook.needs(BOOK.by_code["REC-040"]) == ["카드 명세"]
    for rule in BOOK.rules:
        assert not re.search(r"given|statements|agreements", "".join(handbook.needs(rule)))
