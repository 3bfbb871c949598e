"""What a ledger says in its own way: keys by content, columns per sheet, categories by leaf, its own words; every file has a fate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from settle.pipeline import Opened, judge, read_book
from settle.programme import sheets, vocabulary
from settle.programme.understanding import understood
from settle.reading import headings
from settle.reading.answered import answer
from settle.reading.book import book_from_tables
from settle.reading.book import read_book as read_sheets
from tests.kit.import_files import said, workbook
from tests.kit.statement_lists import write_xlsx

VENDORS = [
    "한솔식당",
    "우리인쇄",
    "코레일",
    "대한문구",
    "카페온",
    "세종호텔",
    "미래상사",
    "가람인쇄",
    "누리식당",
    "바른문구",
]


def ledger(counter: str | None = "No", count: int = 10, start: int = 1, **changed: Any) -> list[dict[str, Any]]:
    """Lines whose amounts, days and vendors all differ, under a running number."""
    rows = []
    for n in range(count):
        row: dict[str, Any] = {} if counter is None else {counter: n + start}
        row |= {
            "집행일": f"2025-05-{n + 1:02d}",
            "세세목": "회의비",
            "적요": "회의",
            "거래처": VENDORS[n],
            "집행금액": 11_000 * (n + 1),
        }
        rows.append(row | changed)
    return rows


def evidence(count: int = 10, start: int = 1, shift: int = 0, amount: bool = True) -> list[dict[str, Any]]:
    """One paper per line; shifted, it points at a line that it does not belong to."""
    rows = []
    for n in range(count):
        row = {
            "연번": n + 1,
            "집행No": (n + shift) % count + start,
            "증빙종류": "카드매출전표",
            "발행일": f"2025-05-{n + 1:02d}",
            "발행자": VENDORS[n],
        }
        rows.append(row | ({"합계금액": 11_000 * (n + 1)} if amount else {}))
    return rows


def keys(book: Any) -> list[str]:
    return list(book.frames["집행내역"]["집행번호"])


@pytest.mark.parametrize("heading", ["No", "no.", "번호", "순번", "연번", "NO"])
@pytest.mark.parametrize("start", [1, 101])
def test_a_counter_at_which_the_evidence_points_is_the_key(heading: str, start: int) -> None:
    book = book_from_tables({"집행내역": ledger(heading, start=start), "증빙목록": evidence(start=start)})
    assert keys(book) == [str(n + start) for n in range(10)]
    assert book.sheets[0].letters["집행번호"] == "F"  # behind the columns that are known
    assert said(book, "집행번호", "읽었습니다")
    codes = set(judge(book).findings["code"])
    assert not codes & {"DAT-060", "GEN-080"}


def test_two_counters_that_point_at_each_other_by_chance_are_no_key() -> None:
    book = book_from_tables({"집행내역": ledger(), "증빙목록": evidence(shift=3)})
    assert set(keys(book)) == {""}
    assert said(book, "No", "--column 집행내역:집행번호=No")
    assert [(d.kind, d.column, d.text) for d in book.doubts] == [("key", "집행번호", "No")]


def test_without_an_amount_to_agree_with_it_is_asked() -> None:
    book = book_from_tables({"집행내역": ledger(), "증빙목록": evidence(amount=False)})
    assert set(keys(book)) == {""}
    assert [d.kind for d in book.doubts] == ["key"]


@pytest.mark.parametrize("broken", ["repeats", "blank"])
def test_a_counter_that_repeats_or_has_gaps_is_no_key(broken: str) -> None:
    rows = ledger()
    rows[5]["No"] = 5 if broken == "repeats" else None
    assert set(keys(book_from_tables({"집행내역": rows, "증빙목록": evidence()}))) == {""}


def test_nine_of_ten_are_enough_and_eight_are_not() -> None:
    papers = evidence()
    papers[0]["집행No"] = 77
    assert keys(book_from_tables({"집행내역": ledger(), "증빙목록": papers}))[0] == "1"
    papers[1]["집행No"] = 78
    assert set(keys(book_from_tables({"집행내역": ledger(), "증빙목록": papers}))) == {""}


def test_a_real_key_is_left_alone() -> None:
    rows = [{"집행번호": f"E-{row['No']}", **row} for row in ledger()]
    assert keys(book_from_tables({"집행내역": rows, "증빙목록": evidence()}))[0] == "E-1"


def counted(heading: str = "연번", shift: int = 0) -> list[dict[str, Any]]:
    """An evidence list whose only number is a running one, as the ledger has."""
    return [
        {heading: row["집행No"]} | {k: v for k, v in row.items() if k not in ("연번", "집행No")}
        for row in evidence(shift=shift)
    ]


@pytest.mark.parametrize("heading", ["연번", "No", "순번", "집행번호"])
def test_a_counter_of_the_evidence_that_agrees_with_the_lines_is_the_key_of_both(heading: str) -> None:
    papers = [
        *counted(),
        {"연번": 6, "증빙종류": "회의록", "발행자": "자체"},
    ]  # a second paper of a line, with nothing to compare
    book = book_from_tables({"집행내역": ledger(heading), "증빙목록": papers})
    assert keys(book) == [str(n) for n in range(1, 11)]
    assert list(book.frames["증빙목록"]["집행번호"]) == [*keys(book), "6"]
    assert not book.errors
    assert not set(judge(book).findings["code"]) & {"DAT-060", "GEN-080"}


def test_a_list_named_otherwise_whose_key_is_a_counter_is_the_evidence(tmp_path: Path) -> None:
    rows = [list(counted()[0]), *(list(row.values()) for row in counted())]
    lines = [list(ledger("연번")[0]), *(list(row.values()) for row in ledger("연번"))]
    book = read_sheets([workbook(tmp_path / "a.xlsx", {"집행 대장": lines, "증빙대장": rows})])
    assert list(book.frames["증빙목록"]["집행번호"]) == keys(book) == [str(n) for n in range(1, 11)]


def test_a_counter_proves_no_row_that_agrees_in_nothing() -> None:
    papers = counted()
    papers[9] |= {"발행일": "2025-09-30", "발행자": "다른상점", "합계금액": 5}
    book = book_from_tables({"집행내역": ledger("연번"), "증빙목록": papers})
    assert list(book.frames["증빙목록"]["집행번호"])[8:] == ["9", ""]
    assert said(book, "11행", "어느 줄의 증빙인지 알 수 없는")
    judged = judge(book)
    held = judged.findings[judged.findings["code"] == "GEN-080"]
    assert list(held["line"]) == ["10"]
    assert set(judged.findings["effect"]) <= {"hold", "note"}  # what is not known disallows nothing


@pytest.mark.parametrize(
    ("mine", "theirs", "about"),
    [
        ("연번", "연번", "열.집행내역:집행번호, 증빙목록:집행번호"),
        ("순번", "연번", "열.집행내역:집행번호"),
        ("집행번호", "연번", "열.증빙목록:집행번호"),
    ],
)
def test_what_the_content_does_not_prove_is_one_question_for_all_its_papers(mine: str, theirs: str, about: str) -> None:
    tables = {"집행내역": ledger(mine), "증빙목록": counted(theirs, shift=3)}
    judged = judge(book_from_tables(tables))
    asked = next(q for q in judged.questions if q.about == about)
    assert (len(asked.lines), asked.won) == (10, 605_000)
    assert asked.choices == (mine if mine == "순번" else theirs, "없음")
    assert not [q for q in judged.questions if q.about.startswith("증빙.")]
    assert "disallow" not in set(judged.findings["effect"])
    given = understood(asked.about, asked.lines, asked.choices, asked.choices[0])
    assert given is not None
    book = book_from_tables(tables, columns=given.columns)
    assert all(keys(book))
    none = understood(asked.about, asked.lines, asked.choices, "없음")
    book = book_from_tables(tables)
    book.answers = none
    assert not [q for q in judge(book).questions if q.about.startswith("열.")]


# ---- a fund that nobody knows

BUDGET = [{"비목": "직접비", "세목": "사업운영비", "세세목": "회의비", "정부": 1_000_000, "민간": 0}]


@pytest.mark.parametrize("fund", ["대응자금", ""])
def test_a_fund_that_is_unknown_is_one_question_on_which_what_is_paid_back_hangs(fund: str) -> None:
    rows = [row | {"재원": fund if n < 3 else "국고"} for n, row in enumerate(ledger("집행번호"))]
    judged = judge(book_from_tables({"집행내역": rows, "예산": BUDGET}))
    asked = [q for q in judged.questions if "재원" in q.about]
    about = f"말.재원={fund}" if fund else "집행내역.재원"
    assert [(q.about, q.won, q.lines, q.choices) for q in asked] == [(about, 66_000, ("1", "2", "3"), ("국고", "민간"))]
    assert judged.by_fund["refund"].isna().all()
    given = understood(asked[0].about, asked[0].lines, asked[0].choices, "국고")
    assert given is not None
    programme = given.vocabulary(vocabulary.load())
    book = answer(book_from_tables({"집행내역": rows, "예산": BUDGET}, programme), given, programme)
    judged = judge(book)
    assert list(judged.by_fund["refund"]) == [1_000_000]
    assert not [q for q in judged.questions if "재원" in q.about]


# ---- --column ------------------------------------------------------------------------------------------------------

TWO_SHEETS = {
    "집행내역": [
        ["No", "관리", "집행일", "세세목", "적요", "금액1", "금액2"],
        [7, "가", "2025-05-02", "회의비", "회의", 1000, 2000],
    ],
    "증빙목록": [["No", "집행번호", "증빙종류", "합계금액"], [1, "7", "카드매출전표", 1000]],
}


def test_a_heading_is_resolved_per_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", TWO_SHEETS)
    book = read_sheets([path], columns={"집행내역:집행번호": "No", "집행금액": "금액2"})
    assert keys(book) == ["7"]
    assert list(book.frames["집행내역"]["집행금액"]) == [2000]
    assert list(book.frames["증빙목록"]["집행번호"]) == ["7"]
    assert not [e for e in book.errors if e.consequence == "cannot run"]


def test_a_name_without_a_sheet_leaves_another_sheets_own_column_alone(tmp_path: Path) -> None:
    book = read_sheets([workbook(tmp_path / "a.xlsx", TWO_SHEETS)], columns={"집행번호": "No", "집행금액": "금액1"})
    assert (keys(book), list(book.frames["증빙목록"]["집행번호"])) == (["7"], ["7"])


def test_a_letter_is_said_to_be_one(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", TWO_SHEETS)
    assert list(read_sheets([path], columns={"집행금액": "열:G"}).frames["집행내역"]["집행금액"]) == [2000]
    refused = read_sheets([path], columns={"집행금액": "G"})
    assert any("열:G" in e.message for e in refused.errors)


@pytest.mark.parametrize(("option", "word"), [("없는시트:집행번호", "시트"), ("증빙목록:적요", "열 이름")])
def test_a_sheet_or_column_that_is_none_is_said(option: str, word: str, tmp_path: Path) -> None:
    book = read_sheets([workbook(tmp_path / "a.xlsx", TWO_SHEETS)], columns={option: "No"})
    assert any(option in e.message and word in e.message for e in book.errors)


# ---- categories ----------------------------------------------------------------------------------------------------

PLACES = [
    (("사업운영비", "회의비", ""), ("직접비", "사업운영비", "회의비")),
    (("", "사업운영비/회의비", ""), ("직접비", "사업운영비", "회의비")),
    (("", "", "직접비 > 사업운영비 > 국외여비"), ("직접비", "사업운영비", "국외여비")),
    (("", "", "210 사업운영비 / 01 회의비"), ("직접비", "사업운영비", "회의비")),
    (("직접지원비", "", ""), ("직접비", "직접지원비", "")),
    (("", "회의비", ""), ("직접비", "사업운영비", "회의비")),
    (("회의비", "", ""), ("직접비", "사업운영비", "회의비")),
    (("사업운영비", "인쇄비", ""), ("직접비", "사업운영비", "인쇄비및유인비")),
    (("위탁사업비", "회의비", ""), ("위탁사업비", "", "회의비")),
    (("사업운영비", "", ""), ("직접비", "사업운영비", "")),
    (("자체분류", "내부인건비", ""), ("인건비", "내부인건비", "")),
    (("내부인건비", "인건비", ""), ("인건비", "내부인건비", "")),
]


@pytest.mark.parametrize(("written", "place"), PLACES)
def test_a_name_that_leads_to_one_leaf_is_that_leaf(written: tuple[str, str, str], place: tuple[str, str, str]) -> None:
    row = dict(zip(("비목", "세목", "세세목"), written, strict=True))
    book = book_from_tables({"집행내역": [{"집행일": "2025-05-01", "적요": "가", "집행금액": 1000, **row}]})
    frame = book.frames["집행내역"]
    got = tuple(frame[head].iat[0] for head in ("비목", "세목", "세세목"))
    assert vocabulary.load().resolve(*got) == place


@pytest.mark.parametrize(
    "written",
    [("자체분류", "회의비", ""), ("인건비", "회의비", ""), ("기관", "", ""), ("", "여러/회의비/국외여비", "")],
)
def test_names_that_leave_it_open_stay_and_are_one_doubt(written: tuple[str, str, str]) -> None:
    row = dict(zip(("비목", "세목", "세세목"), written, strict=True))
    rows = [{"집행일": f"2025-05-{n:02d}", "적요": "가", "집행금액": 1000, **row} for n in range(1, 6)]
    book = book_from_tables({"집행내역": rows})
    assert [(d.kind, len(d.rows)) for d in book.doubts] == [("word", 5)]
    assert (judge(book).findings["code"] == "DAT-040").sum() == 5


def test_a_list_with_categories_of_its_own_takes_the_one_given() -> None:
    rows = [{"집행일": "2025-05-01", "적요": "가", "집행금액": 1000, "비목": word} for word in ("기관", "시책", "")]
    book = book_from_tables({"집행내역": rows}, assume={"세세목": "회의비"})
    result = judge(book)
    assert "DAT-040" not in set(result.findings["code"])
    assert set(result.lines["세세목"]) == {"회의비"}
    assert said(book, "기관", "시책", "--assume")


def test_a_category_of_the_tree_does_not_give_way() -> None:
    rows = [{"집행일": "2025-05-01", "적요": "가", "집행금액": 1000, "비목": "인건비"}]
    result = judge(book_from_tables({"집행내역": rows}, assume={"세세목": "회의비"}))
    assert "DAT-040" in set(result.findings["code"])


@pytest.mark.parametrize("heading", ["세세목", "항목"])
def test_the_column_itself_gives_way_where_it_holds_no_category_at_all(heading: str) -> None:
    rows = [{"집행일": "2025-05-01", "적요": "가", "집행금액": 1000, heading: word} for word in ("기관", "시책")]
    book = book_from_tables({"집행내역": rows}, assume={"세세목": "회의비"})
    assert set(judge(book).lines["세세목"]) == {"회의비"}
    rows.append({"집행일": "2025-05-01", "적요": "가", "집행금액": 1000, heading: "국외여비"})
    kept = book_from_tables({"집행내역": rows}, assume={"세세목": "회의비"})
    assert said(kept, "열이 있어", "쓰지 않았습니다")


# ---- words ---------------------------------------------------------------------------------------------------------

WORDS = {
    "결제수단": {
        "사업비카드": [
            "신용카드",
            "체크카드",
            "법인(신용)카드",
            "보조금 전용카드",
            "보조금(전용)카드",
            "보조금카드",
            "클린카드",
        ],
        "계좌이체": ["계좌입금", "무통장", "자동이체"],
        "개인카드": ["개인(신용)카드"],
    },
    "재원": {"국고": ["국비", "도비", "시비"], "민간": ["자부담"]},
}


@pytest.mark.parametrize(
    ("column", "word", "meant"),
    [(c, word, meant) for c, known in WORDS.items() for meant, words in known.items() for word in words],
)
def test_words_of_means_and_funds(column: str, word: str, meant: str) -> None:
    assert vocabulary.load().canonical(column, word) == meant


def test_an_unknown_word_is_one_doubt_however_many_lines_have_it() -> None:
    book = book_from_tables({"집행내역": [{**row, "결제수단": "카드"} for row in ledger(None)]})
    assert [(d.kind, d.column, d.text, len(d.rows)) for d in book.doubts] == [("word", "결제수단", "카드", 10)]
    assert "사업비카드" in book.doubts[0].choices
    assert sum("'카드'" in notice for notice in book.notices) == 1


def test_two_columns_for_one_thing_are_a_doubt_and_never_taken_silently() -> None:
    rows = [["집행일", "세세목", "적요", "사용금액", "지출금액"], ["2025-05-01", "회의비", "가", 1000, 2000]]
    book = book_from_tables({"집행내역": [dict(zip(rows[0], rows[1], strict=True))]})
    assert [(d.kind, d.column, d.choices) for d in book.doubts] == [("twin", "집행금액", ("사용금액", "지출금액"))]
    assert any(e.consequence == "cannot run" for e in book.errors)


# ---- the fate of every file ----------------------------------------------------------------------------------------

LEDGER = [["집행일", "세세목", "적요", "집행금액"], ["2025-09-03", "회의비", "다과", 15_500]]
STRANGE = {
    "almost a card list": ([["가맹점명", "승인금액", "할부", "기준"], ["식당", 9000, "일시불", "가"]], "열이 없습니다"),
    "something else": ([["이름", "부서", "전화"], ["김", "총무", "1"]], "아는 제목이 거의 없습니다"),
    "nothing": ([[]], "빈 파일"),
}


def opened(*paths: Path) -> Any:
    return read_book(Opened(list(paths)))


@pytest.mark.parametrize("name", STRANGE)
def test_a_file_that_is_not_understood_is_named_and_ends_in_two(name: str, tmp_path: Path) -> None:
    rows, word = STRANGE[name]
    book = opened(write_xlsx(tmp_path / "정산.xlsx", LEDGER, "집행내역"), write_xlsx(tmp_path / "모르는것.xlsx", rows))
    assert book.unrecognised == ["모르는것.xlsx"]
    (error,) = [e for e in book.errors if e.code == "DAT-010"]
    assert "모르는것.xlsx" in error.message
    assert word in error.message
    assert all(heading in error.message for heading in rows[0])
    result = judge(book)
    assert result.exit_code == 2
    assert result.totals["claimed"] == 15_500
    reasons = {n.code: n.reason for n in result.not_checked}
    assert "모르는것.xlsx" in reasons["REC-040"]
    assert "명세가 없습니다" not in reasons["REC-040"]


def test_files_that_are_understood_have_no_such_error(tmp_path: Path) -> None:
    card = [
        ["이용일시", "승인번호", "이용카드", "가맹점명", "이용금액"],
        ["2025.09.03 10:00", "1", "1234", "가나", 15_500],
    ]
    papers = [["집행번호", "증빙종류", "합계금액"]]  # headings alone
    book = opened(
        write_xlsx(tmp_path / "정산.xlsx", LEDGER, "집행내역"),
        write_xlsx(tmp_path / "카드.xlsx", card),
        write_xlsx(tmp_path / "증빙.xlsx", papers, "증빙목록"),
    )
    assert (book.unrecognised, book.errors) == ([], [])


def test_a_list_in_dollars_is_said_and_not_reconciled(tmp_path: Path) -> None:
    abroad = [
        ["카드번호", "승인일자", "승인시각", "가맹점명", "승인금액(USD)", "승인번호"],
        ["1234", "2025.09.05", "10:00", "ABROAD", 12.5, "77"],
    ]
    home = [[text.replace("USD", "원") for text in abroad[0]], ["1234", "2025.09.03", "10:00", "가나", 15_500, "78"]]
    path = workbook(tmp_path / "카드.xlsx", {"국내": home, "해외": abroad})
    book = opened(write_xlsx(tmp_path / "정산.xlsx", LEDGER, "집행내역"), path)
    assert [s.sheet for s in book.lists] == ["국내"]
    assert said(book, "해외", "USD", "대사하지 않았습니다")
    assert book.errors == []


@pytest.mark.parametrize(
    ("heading", "column"), [("비목/세목/세세목", "세세목"), ("품의건명", "적요"), ("상대방", "거래처")]
)
def test_headings_of_own_ledgers(heading: str, column: str) -> None:
    """Without them a ledger of three institutions was not read, or filled from no list."""
    assert headings.recognise(sheets.load()["집행내역"], heading) == column
