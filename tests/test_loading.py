"""What is wrong with a file of a programme: one Korean sentence with file, line and key, for every kind of error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from settle.pipeline import book_from_tables, judge
from settle.programme import folders, loading, shapes, sheets, skeleton, vocabulary
from settle.programme import rules as rulebooks
from settle.programme.loading import LoadError
from settle.programme.rules import RulebookError

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
    (  # what nothing reads is not promised
        "programme.toml",
        "begins = 2024-01-01",
        'begins = 2024-01-01\n[reading]\nfirst_day = "counted"',
        "programme.toml 5행: 'first_day'는 모르는 항목입니다.",
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


HEAD = 'id = "x"\nname = "n"\nbegins = 2026-01-01\n'
KINDS = (
    "latest, earliest, months_after, days_after, next_working_day, count_rows, sum_rows, any_row, which_rows, join, row_of, first, "
    "pick, difference, month_start, month_end, same, rows_of_person, unbroken, last_day, of_papers, share, mean_share, overlap_days, band"
)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('[facts.a]\nkind = "lates"\nof = ["b"]', f"5행: 'kind'는 {KINDS} 가운데 하나여야 합니다. 혹시 'latest'?"),
        ('[facts.a]\nof = ["b"]', "4행: 'kind'가 있어야 합니다."),
        ('[facts.z]\nkind = "join"\nsheet = "s"\non = {}\n[facts.a]\nkind = "latest"', "8행: 'of'가 있어야 합니다."),
        ('[facts.a]\nkind = "latest"\nof = "b"', "6행: 'of'는 목록이어야 합니다."),
        ('[facts.a]\nkind = "latest"\nof = []\nskp = []', "7행: 'skp'는 모르는 항목입니다. 혹시 'skip'?"),
        ('[facts.a]\nkind = "band"\nfact = "f"\nbands = [{min = "3"}]', "7행: bands 1의 'min'은 정수여야 합니다."),
        ('[[round]]\nid = "a"', "4행: round 1의 'announced'가 있어야 합니다."),
        ('[[round]]\nid = "a"\nannounced = 2026-01-01\nopens = 2026-01-01\ncloses = 2026-01-02T00:00:00',
         "7행: round 1의 'opens'는 2026-04-29T18:00:00 같은 날짜와 시각이어야 합니다."),
        ('[[payment]]\nname = "a"\nrate = "칠십"', "6행: payment 1의 'rate'는 정수여야 합니다."),
        ('[reading]\nday_only = "maybe"', "5행: 'day_only'는 fail, hold, pass 가운데 하나여야 합니다."),
        ("[override.REC]\nsorce = {}", "5행: 'sorce'는 모르는 항목입니다. 혹시 'source'?"),
        ('uses = "ledger"', "4행: 'uses'는 목록이어야 합니다."),
        ('[[subject]]\nname = "a"', "4행: subject 1의 'sheet'가 있어야 합니다."),
        ('[[fund]]\nname = "a"\ncolumn = "b"\nrefund_bse = "c"',
         "7행: fund 1의 'refund_bse'는 모르는 항목입니다. 혹시 'refund_base'?"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_tables_of_a_programme(body: str, sentence: str) -> None:
    with pytest.raises(LoadError) as error:
        loading.parse(HEAD + body, "programme.toml", shapes.ProgrammeFile)
    assert str(error.value) == f"programme.toml {sentence}"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SETTLE_PROGRAMMES", str(tmp_path))
    skeleton.write(tmp_path, "eum", "이음", 2026)
    cached = (folders.programmes, sheets.load, vocabulary.load)
    for one in cached:
        one.cache_clear()
    yield tmp_path
    for one in cached:
        one.cache_clear()


def changed(place: Path, file: str, old: str, new: str) -> None:
    path = place / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def judge_one() -> None:
    book = rulebooks.load("eum")
    line = {"집행번호": "1", "집행일": "2026-03-02", "세목": "강사료", "적요": "강의", "집행금액": 1}
    judge(book_from_tables({"집행내역": [line]}, book.programme), book)


SHEET = '[[sheet]]\nname = "가"\n'
PAID = '[[payment]]\nname = "가"\n'


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("schemas/eum/programme.toml", '"evidence"', '"evidense"', "uses의 'evidense'가 ledgers/_common/sheets에 없습니다. 혹시 'evid"),
        ("ledgers/eum/sheets.toml", "# [[sheet]]", SHEET + 'base = "집행내력"\n#', "base '집행내력'이 ledgers"),
        ("ledgers/eum/sheets.toml", "# [[sheet]]", SHEET + "#", "시트 '가'에 columns나 base가 있어야 합니다."),
        ("schemas/eum/programme.toml", "[tree]", PAID + "[tree]", "payment '가'에는 rate와 unit 가운데 하나가"),
        ("schemas/eum/programme.toml", "[tree]", PAID + 'rate = 70\nof = {"없는것" = true}\n[tree]', "payment '가': '없는것'"),
        ("schemas/eum/rules/USE-010.toml", '{over = "limit.won"}', '{over = "limit.wom"}', "규칙 USE-010: 한도 'wom'이"),
        ("schemas/eum/rules/USE-010.toml", '"집행금액" = {over', '"집행금엑" = {over', "규칙 USE-010: '집행금엑'"),
    ],
)  # fmt: skip
def test_what_is_wrong_further_on_is_one_korean_sentence_too(
    place: Path, file: str, old: str, new: str, said: str
) -> None:
    changed(place, file, old, new)
    with pytest.raises((RulebookError, folders.ResourceError)) as error:
        judge_one()
    assert said in str(error.value)
    assert not re.search(r"Error|Traceback|object at", str(error.value))
