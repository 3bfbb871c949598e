"""What is wrong with a file of a programme: one Korean sentence with file, line and key, for every kind of error."""

from __future__ import annotations

import pytest

from settle.programme import loading, shapes
from settle.programme.loading import LoadError

PROGRAMME = """id = "x"
name = "사업"
begins = 2024-01-01

[tree]
"활동비" = {"모임비" = ["식사"]}

[limits]
meal = [{from = 2020-01-01, value = 30000}]
"""
SHEETS = """[[sheet]]
name = "집행내역"
columns = [
  {name = "집행일", type = "date"},
  {name = "집행금액", type = "won"},
]

[[sheet]]
name = "증빙목록"
columns = [
  {name = "증빙종류", type = "choice"},
]
"""
LISTS = """[[list]]
name = "보탬e"
needs = ["집행실행일자"]

[categories]
"인쇄비" = "인쇄"
"""
RULE = """code = "A-010"
name = "a"
title = "제목"
kind = "breach"
source = {doc = "지침"}

[[case]]
effect = "note"
message = "말"
remedy = "할 일"

[[case]]
effect = "hold"
message = "말"
remedy = "할 일"
"""
FILES = {
    "programme.toml": (PROGRAMME, shapes.ProgrammeFile),
    "sheets.toml": (SHEETS, shapes.SheetsFile),
    "lists.toml": (LISTS, shapes.ListsFile),
    "A-010.toml": (RULE, shapes.RuleFile),
}

# file, what is written in place of what, the whole sentence
WRONG = [
    ("programme.toml", 'name = "사업"', 'nme = "사업"', "programme.toml 2행: 'nme'는 모르는 항목입니다. 혹시 'name'?"),
    ("programme.toml", 'name = "사업"\n', "", "programme.toml: 'name'가 있어야 합니다."),
    ("programme.toml", "2024-01-01", '"2024년"', "programme.toml 3행: 'begins'는 2025-01-01 같은 날짜여야 합니다."),
    ("programme.toml", '["식사"]', '"식사"', "programme.toml 6행: '모임비'는 목록이어야 합니다."),
    ("programme.toml", "value = 30000", "won = 30000", "programme.toml 9행: meal 1의 'won'은 모르는 항목입니다."),
    ("programme.toml", "value = 30000", 'value = "삼만"', "programme.toml 9행: meal 1의 'value'는 정수여야 합니다."),
    (
        "programme.toml",
        "begins = 2024-01-01",
        "begins 2024-01-01",
        "programme.toml 3행: 여기서 글자 파일(TOML)의 모양이 어긋납니다. 따옴표, 괄호, 등호를 확인해 주세요.",
    ),
    (
        "sheets.toml",
        '"집행금액", type = "won"',
        '"집행금액", typ = "won"',
        "sheets.toml 5행: columns 2의 'typ'는 모르는 항목입니다. 혹시 'type'?",
    ),
    (
        "sheets.toml",
        'type = "choice"',
        'type = "choise"',
        "sheets.toml 11행: columns 1의 'type'는 brn, choice, choices, count, date, datetime, key, md, number, rate, text, won, yesno "
        "가운데 하나여야 합니다.",
    ),
    ("sheets.toml", 'name = "증빙목록"\n', "", "sheets.toml 8행: sheet 2의 'name'가 있어야 합니다."),
    ("lists.toml", '["집행실행일자"]', '"집행실행일자"', "lists.toml 3행: list 1의 'needs'는 목록이어야 합니다."),
    ("lists.toml", '"인쇄비" = "인쇄"', '"인쇄비" = 3', "lists.toml 6행: '인쇄비'는 글자여야 합니다."),
    ("A-010.toml", 'effect = "hold"', 'effect = "wait"',
     "A-010.toml 13행: case 2의 'effect'는 disallow, hold, note 가운데 하나여야 합니다."),
    ("A-010.toml", 'source = {doc = "지침"}', 'source = {at = "1쪽"}', "A-010.toml 5행: 'doc'가 있어야 합니다."),
    ("A-010.toml", 'kind = "breach"', "kind = 3", "A-010.toml 4행: 'kind'는 글자여야 합니다."),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "sentence"), WRONG, ids=[f"{w[0]}-{w[2][:20]}" for w in WRONG])
def test_a_wrong_file_is_one_sentence_with_file_line_and_key(file: str, old: str, new: str, sentence: str) -> None:
    text, shape = FILES[file]
    assert text.count(old) >= 1
    head, _, tail = text.rpartition(old)
    with pytest.raises(LoadError) as error:
        loading.parse(head + new + tail, file, shape)
    assert str(error.value) == sentence


@pytest.mark.parametrize("file", FILES)
def test_the_files_are_right_as_they_stand(file: str) -> None:
    text, shape = FILES[file]
    loading.parse(text, file, shape)
