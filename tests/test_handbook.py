"""docs/rules.md, docs/rules-<programme>.md are the rulebooks as they stand, and say of every rule what an officer needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from settle.documents import handbook, outcomes
from settle.programme.rules import Rulebook, load

ROOT = Path(__file__).resolve().parent.parent
BOOKS = {place.parent.name: load(place.parent.name) for place in sorted(ROOT.glob("schemas/*/programme.toml"))}
TEXTS = {name: handbook.markdown(book) for name, book in BOOKS.items()}
BOOK = load()
each_book = pytest.mark.parametrize("book", BOOKS.values(), ids=list(BOOKS))


def section(code: str, book: Rulebook = BOOK) -> str:
    """The part of the handbook about one rule."""
    text = TEXTS[book.programme.id]
    return re.split(r"^##+ ", text.split(f"\n### {code} ")[1], maxsplit=1, flags=re.MULTILINE)[0]


@each_book
def test_the_handbook_is_fresh(book: Rulebook) -> None:
    """Written anew by the command that its first lines name."""
    file, text = handbook.file_name(book.programme.id), TEXTS[book.programme.id]
    named = "" if file == "rules.md" else f"--programme {book.programme.id} "
    command = f"settle rules {named}--format markdown > docs/{file}"
    assert command in text
    path = ROOT / "docs" / file
    assert path.is_file(), f"not written yet: {command}"
    assert path.read_text(encoding="utf-8") == text, f"not fresh: {command}"


def test_no_handbook_is_of_a_programme_that_is_gone() -> None:
    assert {path.name for path in ROOT.glob("docs/rules*.md")} == {handbook.file_name(name) for name in BOOKS}


@each_book
def test_every_rule_has_its_part_with_source_remedy_and_examples(book: Rulebook) -> None:
    for rule in book.rules:
        part = section(rule.code, book)
        assert rule.title in part.splitlines()[0]
        assert rule.asks in part
        assert "- 근거: " in part
        for case in rule.cases:
            assert f"| {outcomes.of_case(case, rule, book.programme)} | " in part
            assert handbook.plain(case.remedy, rule) in part
        for example, outcome in handbook.shown_examples(rule, book.programme):
            assert f"| {example.says} | {outcome} |" in part


@each_book
def test_what_a_rule_needs_is_told_in_words_of_people(book: Rulebook) -> None:
    told = {need for rule in book.rules for need in handbook.needs(rule)}
    assert not [need for need in told if re.search(r"[a-z]_[a-z]", need)]


@each_book
def test_what_is_counted_is_told_in_heads_and_in_its_own_words(book: Rulebook) -> None:
    """No won of an application, and none where nothing is spent."""
    counted = {one.name for one in book.programme.others if one.counted}
    for rule in book.rules:
        if rule.about and set(rule.about) <= counted:
            assert not re.search(r"\| (인정|불인정) ?\||\| \S+ [\d,]+원 \|", section(rule.code, book)), rule.code
    if not book.programme.spends:
        assert not re.search(r"\| 불인정|\| \S+ [\d,]+원 \||\| 인정 \|", TEXTS[book.programme.id])


def test_an_example_is_told_as_its_subject_is_measured() -> None:
    win, seoul, busan = (BOOKS[name] for name in ("win-win-honors", "seoul-future-youth", "busan-social-economy"))
    assert "| 마감 1초 뒤에 접수되었으므로 제외 | 제외 1건 |" in section("WHQ-010", win)
    assert "| 제외 | ○에 접수되어 신청기간이 끝난 뒤입니다. | " in section("WHQ-010", win)
    assert "| [WHQ-010](#whq-010-신청기간) | 신청기간 | 제외·보완 | " in TEXTS["win-win-honors"]
    assert "| 6개월의 첫날까지 다녔으므로 부적정 | 부적정 1건 |" in section("SYQ-090", seoul)
    assert "| 마감 1초 뒤에 제출했으므로 제외 | 제외 1건 |" in section("BSQ-010", busan)
    assert "집행내역" not in section("AUD-010", win)
    assert "| 3명 식사 90,001원: 한도 90,000원을 1원 넘으므로 1원 불인정 | 불인정 1원 |" in section("MTG-020")


def test_the_meaning_of_a_word_names_what_is_counted() -> None:
    assert "| 불인정 | 규칙을 어긴 것이 드러났습니다. 그만큼 인정하지 않습니다. |" in TEXTS[BOOK.programme.id]
    assert (
        "| 제외·부적정 | 규칙을 어긴 것이 드러났습니다. 어긴 신청은 제외, 배치는 부적정입니다. |"
        in TEXTS["seoul-future-youth"]
    )
    assert "어긴 신청·추천은 제외입니다. |" in TEXTS["win-win-honors"]
    assert "사람이 보아야 합니다. 판정은 바뀌지 않습니다." in TEXTS["win-win-honors"]


def test_limits_stand_with_their_dates() -> None:
    assert "- 한도: 30,000원 (2020-01-01부터)" in section("MTG-020")
    assert "- 한도: 특급 879,000원 (2020-01-01부터)" in section("LAB-010")
    assert "- 한도: 5 % (2020-01-01부터)" in section("IND-010")
    assert "- 한도: 20일 (2020-01-01부터)" in section("LAB-140")


def test_the_figures_of_the_annex_are_at_a_glance() -> None:
    glance = TEXTS[BOOK.programme.id].split("## 한도 한눈에 보기")[1].split("\n## ")[0]
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


@each_book
def test_every_link_of_the_contents_leads_to_a_heading(book: Rulebook) -> None:
    text = TEXTS[book.programme.id]
    links = re.findall(r"\]\(#([^)]+)\)", text)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert len(links) >= len(book.rules)
    assert set(links) <= anchors


@each_book
def test_no_placeholder_is_left_and_every_table_is_even(book: Rulebook) -> None:
    text = TEXTS[book.programme.id]
    assert not re.search(r"\{[^}]*\}", text)
    columns = 0
    for line in text.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not (columns and cells) or cells == columns, line
        columns = cells


@each_book
def test_every_group_has_a_title(book: Rulebook) -> None:
    assert all(handbook.group_title(book.programme, name) != name for name in handbook.groups(book))


def test_a_group_without_a_title_shows_its_letters() -> None:
    assert handbook.group_title(BOOK.programme, "MTG") == "회의비"
    assert handbook.group_title(BOOK.programme, "ZZZ") == "ZZZ"


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


@each_book
def test_no_arithmetic_begins_in_the_middle(book: Rulebook) -> None:
    for rule in book.rules:
        assert not any(case.arithmetic[:1] in "×÷−+=" for case in rule.cases if case.arithmetic), rule.code
