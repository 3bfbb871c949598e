"""Ledgers as people keep them: rows that are no lines, money that is no won, books of both directions, other containers."""

# ruff: noqa: E501  (tables of words read better on one line)
from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from settle.pipeline import judge
from settle.reading import cells
from settle.reading.book import book_from_tables
from settle.reading.currency import currency
from settle.workbook import container, reader
from settle.workbook.delimited import by_arrow, by_rows, unclosed
from tests.kit.import_files import amounts, days, read, said, sheet_of, workbook

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow_all  # each file read in a process of its own

HEADINGS = ["번호", "집행일", "세세목", "적요", "거래처", "집행금액"]
LINES = [
    [1, "2025-09-03", "회의비", "다과", "가나분식", 15_500],
    [2, "2025-09-04", "회의비", "식대", "다라식당", 84_000],
]

WORDS = [
    "요약", "평균", "총 2건", "총액", "지출 총액", "총집행액", "합산", "SUM", "sum", "부분합", "당월계", "누적", "누적액", "이월", "차기이월", "전기이월",
    "이월금액", "집행잔액", "잔액", "예산", "예산액", "합계", "소계", "총계", "계", "월계", "■ 합계", "[소계]", "합계:", "평균 (원)", "Average", "총 사용금액",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_word_for_a_sum_mean_or_balance_makes_no_line(word: str, place: int, tmp_path: Path) -> None:
    """Wherever the word stands, whatever the amount is; the lines around it stay."""
    row: list[Any] = [None] * 5 + [99_500]
    row[place] = word
    rows = [HEADINGS, LINES[0], row, LINES[1], row]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert amounts(book) == [15_500, 84_000]
    assert sheet_of(book).totals == 2


KEPT = [
    {3: "평균 임금 조사비"}, {3: "평균"}, {4: "합계상사"}, {4: "총액마트"}, {4: "(주)예산"}, {3: "예산 설명회 다과"}, {3: "이월 상품 구입"}, {4: "소계푸드", 3: "잔액"},
    {3: "총 5건 인쇄"}, {4: "계"}, {3: "합산 신고 수수료"}, {2: "회의비", 3: "누적 데이터 구입"},
]  # fmt: skip


@pytest.mark.parametrize("change", KEPT)
def test_no_line_is_lost_to_a_word(change: dict[int, str], tmp_path: Path) -> None:
    line = [3, "2025-09-05", "회의비", "다과", "마바카페", 7_000]
    for place, text in change.items():
        line[place] = text
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": [HEADINGS, *LINES, line]}))
    assert amounts(book) == [15_500, 84_000, 7_000]


def test_a_line_without_a_day_whose_vendor_is_there_is_no_total(tmp_path: Path) -> None:
    book = read(
        workbook(tmp_path / "a.xlsx", {"집행내역": [HEADINGS, *LINES, [3, None, None, "평균", "마바카페", 7_000]]})
    )
    assert amounts(book) == [15_500, 84_000, 7_000]


def test_a_sum_without_a_word_day_and_vendor_is_said(tmp_path: Path) -> None:
    book = read(
        workbook(tmp_path / "a.xlsx", {"집행내역": [HEADINGS, *LINES, [None, None, None, "9월 사용분", None, 99_500]]})
    )
    assert amounts(book) == [15_500, 84_000]
    assert said(book, "4행", "합계로 보고")


def test_a_row_of_dashes_and_a_section_are_no_lines(tmp_path: Path) -> None:
    rows = [HEADINGS, ["■ 총무과"], LINES[0], ["---"] * 6, ["", "-", "-", "-", "-", "-"], ["■ 기획과"], LINES[1]]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert amounts(book) == [15_500, 84_000]
    assert book.errors == []
    assert sheet_of(book).blank == 4


# ---- money that is no won ------------------------------------------------------------------------------------------

FOREIGN = [
    "금액(USD)",
    "집행금액($)",
    "집행금액(US$)",
    "사용금액 (달러)",
    "금액(EUR)",
    "결제금액(엔)",
    "외화금액",
    "Amount (USD)",
    "집행금액(단위: USD)",
]


@pytest.mark.parametrize("heading", FOREIGN)
def test_an_amount_in_another_currency_is_never_won(heading: str) -> None:
    rows = [{"집행일": "2025-09-03", "세세목": "회의비", "적요": "구독료", heading: 100}]
    result = judge(book_from_tables({"집행내역": rows}))
    assert result.totals["claimed"] == 0
    assert result.exit_code == 2
    assert any(currency(heading) in e.message for e in result.input_errors)


@pytest.mark.parametrize("heading", FOREIGN)
@pytest.mark.parametrize("won", ["원화금액", "원화환산금액", "환산금액(원)", "집행금액(원)"])
def test_beside_it_the_won_are_taken(heading: str, won: str) -> None:
    rows = [{"집행일": "2025-09-03", "세세목": "회의비", "적요": "구독료", heading: 100, "환율": 1390.5, won: 139_050}]
    result = judge(book_from_tables({"집행내역": rows}))
    assert result.totals["claimed"] == 139_050
    assert not [e for e in result.input_errors if e.code in ("DAT-010", "DAT-030")]


@pytest.mark.parametrize(
    "heading",
    [
        "집행금액(원)",
        "금액",
        "유로카드 사용금액",
        "엔진오일 금액",
        "외부인원",
        "달성금액",
        "승인금액(원화)",
        "Amount (KRW)",
    ],
)
def test_no_won_is_taken_for_another_currency(heading: str) -> None:
    assert currency(heading) == ""


def test_millions_with_decimals() -> None:
    assert cells.won("0.084", 1_000_000).value == 84_000
    assert cells.won("1.5", 1_000_000).value == 1_500_000
    assert cells.won("0.0000001", 1_000_000).status == cells.BAD
    assert cells.won("0.084").status == cells.BAD  # of won it is no 84
    assert cells.won("'1,000").value == 1_000


# ---- heads, days ---------------------------------------------------------------------------------------------------

HEADS = {
    "직원 4명, 공무직 3명, 기간제 4명(총11명)": 11, "내부 2명 외부 3명": 5, "내부 2명, 외부 3명 (계 5명)": 5, "팀장외 직원12인": 13, "과장 외 직원 3명": 4,
    "과장 외 3명": 4, "팀장 외 직원 3명, 공무직 2명": 6, "외부위원 3명": 3, "총 8명": 8, "합계: 7명": 7, "총인원 9명": 9, "국장 외 12": 13, "해외 3명": 3,
    "외국인 2명, 내국인 3명": 5,
}  # fmt: skip


@pytest.mark.parametrize(("text", "heads"), HEADS.items())
def test_head_counts_in_parts(text: str, heads: int) -> None:
    assert cells.count(text).value == heads


@pytest.mark.parametrize("text", ["9/3", "9월 3일", "9.3.", "09.03", "9-3", "9/3(수)", "9월 3일 12:30"])
def test_a_day_without_a_year_is_that_of_the_agreement(text: str) -> None:
    rows = [{"집행일": text, "세세목": "회의비", "적요": "다과", "집행금액": 1000}]
    agreement = {"협약시작일": "2025-03-01", "협약종료일": "2026-02-28"}
    book = book_from_tables({"집행내역": rows, "협약": agreement})
    assert days(book) == ["2025-09-03"]
    assert said(book, "해가 없는 날짜")
    two = {"협약시작일": "2024-03-01", "협약종료일": "2026-02-28"}
    assert days(book_from_tables({"집행내역": rows, "협약": two})) == [""]
    assert days(book_from_tables({"집행내역": rows})) == [""]


def test_a_day_without_a_year_is_that_of_the_title(tmp_path: Path) -> None:
    rows = [["2025년 9월 집행내역"], HEADINGS, [1, "9/3", "회의비", "다과", "가나", 1000]]
    assert days(read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))) == ["2025-09-03"]


def test_a_number_that_was_a_day_with_a_point_is_not_guessed() -> None:
    agreement = {"협약시작일": "2025-01-01", "협약종료일": "2025-12-31"}
    rows = [{"집행일": 9.1, "세세목": "회의비", "적요": "다과", "집행금액": 1000}]
    assert days(book_from_tables({"집행내역": rows, "협약": agreement})) == [""]


def test_a_zone_behind_a_time() -> None:
    assert str(cells.day("2025-09-03T10:00:00+09:00").value) == "2025-09-03"


# ---- books ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("into", "out"), [("수입", "지출"), ("수입금액", "지출금액"), ("대변", "차변"), ("입금", "지출액")]
)
def test_a_book_of_both_directions(into: str, out: str, tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["일자", "적요", "세세목", into, out, "잔액"],
        ["2025-09-01", "보조금 입금", None, 1_000_000, None, 1_000_000],
    ]
    rows += [[f"2025-09-{n:02d}", "다과", "회의비", None, 1_000 * n, 0] for n in range(2, 8)]
    book = read(workbook(tmp_path / "a.xlsx", {"Sheet1": rows}))
    assert amounts(book) == [1_000 * n for n in range(2, 8)]
    assert said(book, "1,000,000원", "들어온 돈")
    assert book.errors == []


def test_debit_and_credit_that_nobody_can_tell_apart_are_not_guessed(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["일자", "적요", "세세목", "차변", "대변"],
        ["2025-09-01", "가", "회의비", 1000, None],
        ["2025-09-02", "나", "회의비", None, 900],
    ]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert any(e.code == "DAT-010" and e.column == "집행금액" for e in book.errors)


def test_a_ledger_with_a_balance_on_an_unnamed_sheet(tmp_path: Path) -> None:
    rows = [["집행일", "적요", "거래처", "집행금액", "잔액"], ["2025-09-03", "다과", "가나", 15_500, 84_500]]
    assert amounts(read(workbook(tmp_path / "a.xlsx", {"Sheet1": rows}), assume={"세세목": "회의비"})) == [15_500]


def test_a_second_table_in_another_order(tmp_path: Path) -> None:
    other = [HEADINGS[i] for i in (0, 5, 4, 3, 2, 1)]
    rows = [
        HEADINGS,
        LINES[0],
        [],
        ["둘째 표"],
        other,
        [2, 84_000, "다라식당", "식대", "회의비", "2025-09-04"],
        HEADINGS,
        LINES[0],
    ]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert amounts(book) == [15_500, 84_000, 15_500]
    assert list(book.frames["집행내역"]["_row"]) == [2, 6, 8]
    for sheet in book.sheets:
        assert sheet.rows == sheet.lines + sheet.totals + sheet.blank + sheet.rejected
    assert said(book, "5행", "둘째 표")


def test_headings_repeated_on_every_page_are_one_table(tmp_path: Path) -> None:
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": [HEADINGS, LINES[0], HEADINGS, LINES[1]]}))
    assert amounts(book) == [15_500, 84_000]
    assert len(book.sheets) == 1


@pytest.mark.parametrize("merge", ["C2:C9", "C7:C9", "F7:F9"])
def test_merged_cells_below_the_last_row(merge: str, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", {"집행내역": [HEADINGS, *LINES]}, lambda book: book["집행내역"].merge_cells(merge)
    )
    assert amounts(read(path)) == [15_500, 84_000]


def test_merged_heads_are_not_filled_and_said(tmp_path: Path) -> None:
    rows = [[*HEADINGS, "참석인원"], [*LINES[0], 4], [*LINES[1], None]]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}, lambda made: made["집행내역"].merge_cells("G2:G3")))
    assert list(book.frames["집행내역"]["참석인원"]) == [4, 0]
    assert said(book, "G2~G3", "참석인원")


def test_nothing_read_is_no_success(tmp_path: Path) -> None:
    rows = [HEADINGS, ["합계", None, None, None, None, 99_500]]
    result = judge(read(workbook(tmp_path / "a.xlsx", {"집행내역": rows})))
    assert result.exit_code == 2
    empty = judge(
        read(workbook(tmp_path / "b.xlsx", {"집행내역": [HEADINGS, [1], [2], ["합계", None, None, None, None, 0]]}))
    )
    assert empty.exit_code == 0


# ---- containers ----------------------------------------------------------------------------------------------------

PAGE = (
    '<html><head><meta charset="{charset}"/><title>이용내역</title><script>var a = "<table><tr><td>1</td></tr></table>";</script></head><body>'
    "<table><tr><td><table>{rows}</table></td></tr></table></body></html>"
)


def _page(charset: str = "utf-8") -> bytes:
    rows = "".join(
        "<tr>" + "".join(f"<td>{'' if c is None else c}</td>" for c in row) + "</tr>" for row in [HEADINGS, *LINES]
    )
    return PAGE.format(charset=charset, rows=rows).encode("cp949" if charset == "euc-kr" else charset)


@pytest.mark.parametrize("charset", ["utf-8", "euc-kr", "utf-16"])
def test_a_table_of_a_page_is_read(charset: str, tmp_path: Path) -> None:
    path = tmp_path / "이용내역.xls"
    path.write_bytes(_page(charset))
    book = read(path)
    assert amounts(book) == [15_500, 84_000]
    assert said(book, "HTML")


def test_spans_of_a_page_keep_the_columns(tmp_path: Path) -> None:
    rows = (
        '<tr><td colspan="6">집행내역</td></tr><tr>' + "".join(f"<th>{h}</th>" for h in HEADINGS) + "</tr>"
        '<tr><td>1</td><td>2025-09-03</td><td rowspan="2">회의비</td><td>다과&nbsp;&amp;&nbsp;음료</td><td>가나</td><td>15,500</td></tr>'
        "<tr><td>2</td><td>2025-09-04<td>식대<td>다라<td>84,000</tr>"
    )
    path = tmp_path / "a.xls"
    path.write_text(f"<table>{rows}</table>", encoding="utf-8")
    book = read(path)
    assert amounts(book) == [15_500, 84_000]
    assert list(book.frames["집행내역"]["세세목"]) == ["회의비", "회의비"]
    assert book.frames["집행내역"]["적요"].iat[0] == "다과 & 음료"


@pytest.mark.parametrize("text", ["<html><body>로그인이 필요합니다</body></html>", "<html><table></table></html>"])
def test_a_page_without_a_table_stays_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(text, encoding="utf-8")
    (error,) = [e for e in read(path).errors if e.consequence == "cannot run"]
    assert "표가 없습니다" in error.message


SPREADSHEET = (
    '<?xml version="1.0"?>{extra}<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
    '<Worksheet ss:Name="집행내역"><Table>{rows}</Table></Worksheet></Workbook>'
)


def _spreadsheet(extra: str = "") -> str:
    def cell(value: Any) -> str:
        kind = "Number" if isinstance(value, int) else "String"
        return f'<Cell><Data ss:Type="{kind}">{value}</Data></Cell>'

    rows = "".join(f"<Row>{''.join(map(cell, row))}</Row>" for row in [HEADINGS, *LINES])
    rows += '<Row ss:Index="7"><Cell ss:Index="2"><Data ss:Type="DateTime">2025-09-05T00:00:00.000</Data></Cell>'
    rows += "".join(map(cell, ["회의비", "다과", "마바", 7_000])) + "</Row>"
    return SPREADSHEET.format(extra=extra, rows=rows)


def test_spreadsheet_of_2003_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(_spreadsheet(), encoding="utf-8")
    book = read(path)
    assert amounts(book) == [15_500, 84_000, 7_000]
    assert list(book.frames["집행내역"]["_row"]) == [2, 3, 7]


def test_entities_of_the_file_are_not_expanded(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(_spreadsheet('<!DOCTYPE a [<!ENTITY b "c">]>'), encoding="utf-8")
    assert any(e.consequence == "cannot run" for e in read(path).errors)


@pytest.mark.parametrize("name", ["a.xls", "a.xlsb", "a.ods", "a.xlsm"])
def test_the_bytes_say_what_a_file_is(name: str, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"집행내역": [HEADINGS, *LINES]})
    assert amounts(read(path.rename(tmp_path / name))) == [15_500, 84_000]


UNCLOSED = {
    'a,"b,c\nd,"e",f\n': 1,
    'a,b\nc,"d,e\n': 2,
    'a,b\nc,"d\ne",f\ng,"h,i\nj,"k",l\n': 4,
}
FINE = ['a,"b ""c""",d\n', 'a,"b\nc",d\n', 'a,5"x,b\n', 'a,"b"c,d\ne,f,g\n', 'a,b\n"",c\n']


@pytest.mark.parametrize(("text", "row"), UNCLOSED.items())
def test_an_unclosed_quote_is_said_with_its_row(text: str, row: int, tmp_path: Path) -> None:
    assert unclosed(text, ",") == row
    path = tmp_path / "a.csv"
    path.write_text(",".join(HEADINGS) + "\n" + text, encoding="utf-8")
    (error,) = [e for e in read(path).errors if e.consequence == "cannot run"]
    assert f"{row + 1}행" in error.message
    assert "따옴표" in error.message


@pytest.mark.parametrize("text", FINE)
def test_quotes_that_are_only_untidy_are_read(text: str) -> None:
    assert unclosed(text, ",") == 0


def test_untidy_quotes_in_every_line_take_time_in_proportion() -> None:
    def seconds(lines: int) -> float:
        text = 'a,"업무 "협의" 등",b\n' * lines
        started = time.process_time()
        assert unclosed(text + 'a,"b\n', ",") == lines + 1
        return time.process_time() - started

    few = min(seconds(25_000) for _ in range(3))
    assert min(seconds(100_000) for _ in range(2)) < 8 * few  # 4 is linear, 16 a square


PLAIN = [
    "a,b\nc,d",
    "a,b\r\n가,\r\n",
    "a,b\n,\nNULL,nan\n",
    "a\n\nb\n",
    "a,b\n\nc,d\n",
    "\ufeffa,b\n\\n,'c'\n",
    " a ,\x0b\x00\n#,=1\n",
    "가,나\n" * 100_000,
]
RAGGED = ["", "제목\na,b\n", "a,b\nc\n", "a,b,c\nd,e\n"]


@pytest.mark.parametrize("text", [*PLAIN, *RAGGED, *FINE], ids=lambda text: repr(text[:20]))
def test_cells_of_a_text_are_the_same_however_they_are_told(text: str) -> None:
    found, (height, _, columns) = by_arrow(text, ","), by_rows(text, ",")
    assert (found is not None) == (text in PLAIN)
    assert found is None or (found[0], found[2]) == (height, columns)


def test_memory_grows_with_the_file_up_to_a_full_sheet() -> None:
    small = container.Container("xlsx", 10_000, sizes={"a": 50_000})
    large = container.Container("xlsx", 20 << 20, sizes={"a": 300 << 20})
    full = container.Container("xlsx", 900 << 20, sizes={"a": 2 << 30})
    assert reader.memory(small) == reader.MEMORY_MB
    assert reader.MEMORY_MB < reader.memory(large) < reader.memory(full) == reader.MEMORY_MOST
