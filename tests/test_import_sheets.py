"""What real ledgers look like: every defect as a small file."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from settle.reading.book import book_from_tables
from tests.kit.import_files import (
    HEADINGS,
    amounts,
    days,
    edit_part,
    errors,
    ledger,
    line,
    read,
    said,
    sheet_of,
    workbook,
)

pytestmark = pytest.mark.slow_all  # many files, each read in a process of its own


def test_a_plain_ledger_is_read_with_its_cells(tmp_path):
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": ledger(3)}))
    sheet = sheet_of(book)
    assert (sheet.rows, sheet.lines, sheet.heading_row) == (3, 3, 1)
    assert sheet.letters["집행금액"] == "F"
    assert list(book.frames["집행내역"]["_row"]) == [2, 3, 4]
    assert amounts(book) == [10_000] * 3
    assert not book.errors
    assert not book.notices
    assert len(book.files[0].sha256) == 64


def test_titles_and_a_unit_of_thousands_above_the_headings(tmp_path):
    rows = [
        ["2025년 사업비 집행내역"],
        [],
        ["기간: 2025.3.1.~12.31.", None, None, None, None, "(단위: 천원)"],
        *ledger(2),
    ]
    rows[-1][-1] = "1,234.5"
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert sheet_of(book).heading_row == 4
    assert amounts(book) == [10_000_000, 1_234_500]
    assert said(book, "집행금액", "천원")
    assert not book.errors


def test_a_unit_in_the_heading_goes_before_the_unit_of_the_sheet(tmp_path):
    rows = [["단위: 천원"], [*HEADINGS[:5], "집행금액(원)"], line(1)]
    assert amounts(read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))) == [10_000]


@pytest.mark.parametrize(
    ("above", "won"),
    [
        (["(단위 : 건, 천원)"], 90_000),
        (["(천원)"], 90_000),
        (["단위:", "천원"], 90_000),
        (["(단위: 원, 천원 미만 절사)"], 90),
        (["단위과제: 원가절감(지원)"], 90),
    ],
)
def test_the_unit_among_other_words_above_the_headings(tmp_path, above, won):
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": [["집행내역"], above, HEADINGS, line(1, 90)]}))
    assert amounts(book) == [won]
    assert said(book, "단위가 천원") == (won == 90_000)


def test_the_unit_among_other_words_of_a_heading(tmp_path):
    for heading, won in (("집행금액\n(VAT포함, 천원)", 90_000), ("집행금액(지원)", 90)):
        book = read(workbook(tmp_path / "a.xlsx", {"집행내역": [[*HEADINGS[:5], heading], line(1, 90)]}))
        assert amounts(book) == [won]


def test_fractions_of_a_won_stay_an_error_under_a_unit(tmp_path):
    rows = [["단위: 천원"], HEADINGS, line(1, "1.2345")]
    assert errors(read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))) == [("DAT-030", "F3", "left out")]


def test_headings_in_two_rows_with_merged_cells(tmp_path):
    rows = [
        ["No", "사  용", None, None, "사 용  목 적(내역)", "승인금액", "세세목"],
        [None, "승인일", "승인시각", "가맹점명", None, None, None],
        [1, datetime(2022, 1, 14), time(12, 27), "어촌", "간담회", 39000, "회의비"],
    ]

    def merge(book):
        for ref in ("B1:D1", "A1:A2", "E1:E2", "F1:F2", "G1:G2"):
            book.active.merge_cells(ref)

    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}, merge))
    sheet = sheet_of(book)
    assert sheet.heading_row == 2
    assert sheet.letters == {
        "집행일": "B",
        "사용시각": "C",
        "거래처": "D",
        "적요": "E",
        "집행금액": "F",
        "세세목": "G",
    }
    assert days(book) == ["2022-01-14"]


def test_a_sum_among_the_parts_of_a_merged_heading_is_no_totals_row(tmp_path):
    rows = [
        ["일자", "세세목", "적요", "거래처", "집행금액"],
        [None, None, None, None, "국고", "민간", "계"],
        ["2025-06-02", "회의비", "다과", "가게", 10_000, 5_000, 15_000],
        ["합계", None, None, None, 10_000, 5_000, 15_000],
    ]
    book = read(workbook(tmp_path / "a.xlsx", {"6월": rows}, lambda b: b["6월"].merge_cells("E1:G1")))
    sheet = sheet_of(book)
    assert (sheet.heading_row, sheet.lines, sheet.totals) == (2, 1, 1)
    assert sheet.letters["집행금액"] == "G"
    assert amounts(book) == [15_000]
    assert not book.notices


def test_headings_in_three_rows(tmp_path):
    rows = [
        ["집행일", "세세목", "적요", "거래처", "집행내역"],
        [None, None, None, None, "집행금액", None, None, "결제수단"],
        [None, None, None, None, "공급가액", "부가세", "계"],
        ["2025-06-02", "회의비", "다과", "가게", 10_000, 1_000, 11_000, "법인카드"],
    ]
    sheet = sheet_of(book := read(workbook(tmp_path / "a.xlsx", {"집행": rows})))
    assert (sheet.heading_row, sheet.lines) == (3, 1)
    assert amounts(book) == [11_000]
    assert list(book.frames["집행내역"]["공급가액"]) == [10_000]
    assert list(book.frames["집행내역"]["결제수단"]) == ["사업비카드"]


def test_parts_of_an_amount_none_of_which_is_the_whole_are_not_guessed(tmp_path):
    rows = [
        ["집행일", "세세목", "적요", "거래처", "집행금액"],
        [None, None, None, None, "국고", "민간"],
        ["2025-06-02", "회의비", "다과", "가게", 10_000, 5_000],
    ]
    (error,) = read(workbook(tmp_path / "a.xlsx", {"6월": rows})).errors
    assert error.consequence == "cannot run"
    assert "집행일, 세세목, 적요, 거래처, 집행금액" in error.message


def test_a_merged_title_is_not_half_of_a_heading(tmp_path):
    rows = [["2022년 2월 업무추진비 집행내역"], *ledger(1)]
    book = read(workbook(tmp_path / "a.xlsx", {"표": rows}, lambda b: b.active.merge_cells("A1:F1")))
    assert sheet_of(book).headings["집행일"] == "집행일"


def test_blank_rows_and_columns_are_counted_and_passed_over(tmp_path):
    rows = [[None, None, *r] for r in ledger(2)]
    rows.insert(2, [])
    rows.insert(0, [])
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    sheet = sheet_of(book)
    assert (sheet.rows, sheet.lines, sheet.blank) == (3, 2, 1)
    assert sheet.letters["집행번호"] == "C"
    assert list(book.frames["집행내역"]["_row"]) == [3, 5]


def test_subtotals_and_totals_are_left_out_and_compared(tmp_path):
    rows = [
        *ledger(2),
        [None, None, "소계", None, None, 20_000],
        line(3),
        [None, None, "소 계", None, None, 10_000],
    ]
    rows += [
        ["합 계", None, None, None, None, "30,000원"],
        ["누계", None, None, None, None, 30_000],
    ]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    sheet = sheet_of(book)
    assert (sheet.lines, sheet.totals) == (3, 4)
    assert sum(amounts(book)) == 30_000
    assert not book.notices


@pytest.mark.parametrize(
    "word", ["회의비 계", "월    계", "[월계]", "6월 계", "1분기 계", "합계금액", "합계 2건", "누 계"]
)
def test_words_for_a_sum(tmp_path, word):
    rows = [*ledger(2), [word, None, None, None, None, 20_000]]
    sheet = sheet_of(book := read(workbook(tmp_path / "a.xlsx", {"집행내역": rows})))
    assert (sheet.lines, sheet.totals) == (2, 1)
    assert not book.errors
    assert not book.notices


def test_a_sum_beside_a_period_in_place_of_a_day(tmp_path):
    rows = [["연번", *HEADINGS[1:]], ["합계", "2025.6.1~6.30", None, None, None, 20_000]]
    rows += [[1, *line(1)[1:]], [2, *line(2)[1:]]]
    sheet = sheet_of(book := read(workbook(tmp_path / "a.xlsx", {"집행내역": rows})))
    assert (sheet.lines, sheet.totals) == (2, 1)
    assert not book.errors


def test_words_that_end_like_a_sum_are_none(tmp_path):
    rows = [*ledger(2), [None, None, "회의비", "기계", "공구상", 20_000]]
    sheet = sheet_of(read(workbook(tmp_path / "a.xlsx", {"집행내역": rows})))
    assert (sheet.lines, sheet.totals) == (3, 0)


def test_a_total_that_does_not_add_up_is_said_with_both_figures(tmp_path):
    rows = [*ledger(2), ["합계", None, None, None, None, 25_000]]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert said(book, "F4", "25,000", "20,000")


def test_a_total_above_the_lines_and_one_without_a_word(tmp_path):
    above = [HEADINGS, ["계", None, None, None, None, 20_000], line(1), line(2)]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": above}))
    assert (sheet_of(book).lines, sheet_of(book).totals, book.notices) == (2, 1, [])
    bare = [*ledger(2), [None, None, None, None, None, 20_000]]
    book = read(workbook(tmp_path / "b.xlsx", {"집행내역": bare}))
    assert (sheet_of(book).lines, sheet_of(book).totals) == (2, 1)


def test_a_line_whose_purpose_says_total_is_a_line(tmp_path):
    rows = [HEADINGS, line(1, text="6월분 합계")]
    assert sheet_of(read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))).lines == 1


def test_signatures_and_remarks_below_the_table_are_no_lines_and_are_said(tmp_path):
    rows = [
        *ledger(1),
        ["※ 위와 같이 집행하였음"],
        ["작성자", "홍길동", "(인)", "확인자", "김철수", "(인)"],
    ]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    sheet = sheet_of(book)
    assert (sheet.lines, sheet.blank, sheet.rejected) == (1, 2, 0)
    assert said(book, "3행", "위와 같이")
    assert said(book, "4행", "작성자")


def test_rows_that_hold_only_a_running_number_are_blank(tmp_path):
    rows = [["연번", *HEADINGS], [1, *line(1)], [2], [3]]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert (sheet_of(book).lines, sheet_of(book).blank) == (1, 2)
    assert not book.errors


def test_repeated_headings_are_no_lines(tmp_path):
    rows = [*ledger(2), HEADINGS, line(3)]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert (sheet_of(book).lines, sheet_of(book).blank) == (3, 1)


def test_merged_cells_down_a_column_are_filled_but_amounts_are_not(tmp_path):
    rows = [
        HEADINGS,
        line(1),
        ["E-002", "2025-06-03", None, "나", "다", None],
        ["E-003", None, None, "라", "마", 5000],
    ]

    def merge(book):
        for ref in ("C2:C4", "B3:B4", "F2:F3"):
            book.active.merge_cells(ref)

    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}, merge))
    frame = book.frames["집행내역"]
    assert list(frame["집행번호"]) == ["E-001", "E-003"]
    assert list(frame["세세목"]) == ["회의비", "회의비"]
    assert days(book) == ["2025-06-02", "2025-06-03"]
    assert errors(book) == [("DAT-030", "F3", "left out")]
    assert "합쳐져" in book.errors[0].message
    assert said(book, "C열", "세세목")


def test_hidden_parts_are_read_and_said(tmp_path):
    def hide(book):
        book["집행내역"].row_dimensions[3].hidden = True
        book["집행내역"].column_dimensions["E"].hidden = True
        book["증빙목록"].sheet_state = "hidden"

    evidence = [["집행번호", "증빙종류"], ["E-001", "카드전표"]]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": ledger(3), "증빙목록": evidence}, hide))
    assert sheet_of(book).lines == 3
    assert len(book.frames["증빙목록"]) == 1
    assert said(book, "집행내역", "숨긴 행", "3")
    assert said(book, "집행내역", "숨긴 열", "E")
    assert said(book, "숨긴 시트", "증빙목록")


def test_dates_of_every_spelling_in_one_column(tmp_path):
    spellings = [
        datetime(2025, 6, 27),
        45835,
        "2025-06-27",
        "2025.6.27.",
        "2025. 06. 27",
        "'25.06.27",
        "25/6/27",
    ]
    spellings += [
        20250627,
        "2025년 6월 27일",
        "2025-06-27(금)",
        "2025.06.27 14:30",
        datetime(2025, 6, 27, 14, 30),
        date(2025, 6, 27),
    ]
    rows = [HEADINGS, *(line(n, day=d) for n, d in enumerate(spellings))]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert days(book) == ["2025-06-27"] * len(spellings)
    assert said(book, "B3", "45835")
    assert not book.errors


def test_the_1904_date_system(tmp_path):
    def mac(book):
        book.epoch = CALENDAR_MAC_1904

    rows = [HEADINGS, line(1, day=datetime(2025, 6, 27)), line(2, day=45835 - 1462)]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}, mac))
    assert days(book) == ["2025-06-27", "2025-06-27"]


def test_dates_that_do_not_exist_are_named_and_the_lines_stay(tmp_path):
    rows = [
        HEADINGS,
        line(1, day="2025-02-30"),
        line(2, day="2022-011-03 12:14:07"),
        line(3, day=None),
        line(4, day="추후"),
    ]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert errors(book) == [("DAT-020", f"B{n}", "held") for n in (2, 3, 4, 5)]
    assert book.errors[0].value == "2025-02-30"
    assert sheet_of(book).lines == 4
    assert days(book) == ["", "", "", ""]


def test_a_date_column_of_times_takes_the_date_beside_it(tmp_path):
    rows = [
        ["사용일시", "기준", "세세목", "적요", "거래처", "집행금액"],
        [time(12, 30), datetime(2025, 6, 2), "회의비", "가", "나", 5000],
    ]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert days(book) == ["2025-06-02"]
    assert sheet_of(book).letters["집행일"] == "B"
    assert said(book, "A열", "시각", "B열")


def test_of_two_date_columns_the_one_with_times_only_does_not_count(tmp_path):
    rows = [
        ["사용일자", "사용일시", "세세목", "적요", "금액"],
        [datetime(2022, 1, 7), time(12, 31), "회의비", "가", 5000],
    ]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert sheet_of(book).letters["집행일"] == "A"
    assert not book.errors


AMOUNTS = [
    ("1,234,000", 1_234_000),
    ("1,234,000원", 1_234_000),
    ("₩1,234", 1234),
    ("(1,000)", -1000),
    ("-1,000", -1000),
    ("△1,000", -1000),
    ("▲1,000", -1000),
    ("１，０００", 1000),
    ("-", 0),
    (1234.0, 1234),
    (-500, -500),
    ("90.000", 90_000),
    ("54,000 법인카드", 54_000),
    (0.1 + 0.2 + 0.7, 1),
]


def test_amounts_of_every_spelling_in_one_column(tmp_path):
    rows = [HEADINGS, *(line(n, amount) for n, (amount, _) in enumerate(AMOUNTS))]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert amounts(book) == [won for _, won in AMOUNTS]
    assert said(book, "F13", "점을 천 단위")
    assert said(book, "F14", "결제수단")
    assert not book.errors


@pytest.mark.parametrize(
    "amount", ["약 5만원", "1.5천원", "1,234.5", 1234.5, "미정", "1,23,4", 10**15, "12만", 123.456]
)
def test_what_is_no_whole_number_of_won_is_left_out_and_said(tmp_path, amount):
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": [HEADINGS, line(1), line(2, amount)]}))
    assert errors(book) == [("DAT-030", "F3", "left out")]
    sheet = sheet_of(book)
    assert (sheet.lines, sheet.rejected) == (1, 1)
    assert amounts(book) == [10_000]


def test_a_number_with_three_decimals_is_no_text_with_a_thousands_point(tmp_path):
    rows = [HEADINGS, line(1, "123.456"), line(2, 123.456)]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert amounts(book) == [123_456]
    assert errors(book) == [("DAT-030", "F3", "left out")]


def test_a_blank_amount_beside_other_content_is_rejected(tmp_path):
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": [HEADINGS, line(1), line(2, None)]}))
    assert errors(book) == [("DAT-030", "F3", "left out")]


def test_means_of_payment_in_the_amount_cell_fill_a_blank_column_only(tmp_path):
    heads = [*HEADINGS, "결제수단"]
    rows = [heads, [*line(1, "54,000 법인카드"), None], [*line(2, "54,000 법인카드"), "계좌이체"]]
    frame = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows})).frames["집행내역"]
    assert list(frame["결제수단"]) == ["사업비카드", "계좌이체"]


def test_head_counts(tmp_path):
    counts = ["4", "4명", "과장 외 3명", "-", 4, "여러 명"]
    rows = [[*HEADINGS, "참석인원"], *([*line(n), c] for n, c in enumerate(counts))]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    frame = book.frames["집행내역"]
    assert list(frame["참석인원"]) == [4, 4, 4, 0, 4, 0]
    assert list(frame["참석인원__known"]) == [True, True, True, False, True, False]
    assert errors(book) == [("DAT-030", "G7", "held")]


def test_error_cells_are_named_and_not_taken_for_blanks(tmp_path):
    rows = [*ledger(2)]
    path = workbook(tmp_path / "a.xlsx", {"집행내역": rows})

    def break_cells(xml):
        xml = xml.replace('<c r="F2" t="n"><v>10000</v></c>', '<c r="F2" t="e"><v>#REF!</v></c>')
        return xml.replace('<c r="F3" t="n"><v>10000</v></c>', '<c r="F3" t="e"><f>1/0</f><v>#DIV/0!</v></c>')

    edit_part(path, "xl/worksheets/sheet1.xml", break_cells)
    book = read(path)
    assert errors(book) == [("DAT-030", "F2", "left out"), ("DAT-030", "F3", "left out")]
    assert "#REF!" in book.errors[0].message
    assert sheet_of(book).rejected == 2


def test_a_dash_or_an_error_says_nothing(tmp_path):
    head = [*HEADINGS, "결제수단", "지출유형", "사업자등록번호"]
    rows = [head, [*line(1), "-", "―", "#N/A"], [*line(2), "계좌이체", "식비", "해당없음"]]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    frame = book.frames["집행내역"]
    assert list(frame["결제수단"]) == ["", "계좌이체"]
    assert list(frame["지출유형"]) == ["", "식비"]
    assert list(frame["사업자등록번호"]) == ["", ""]
    assert said(book, "I2, I3", "'#N/A', '해당없음'", "빈칸으로 봅니다")
    assert len(book.notices) == 1


@pytest.mark.parametrize("number", ["-", "없음", "해당없음", "#N/A", "00000000"])
def test_what_stands_for_no_approval_number_joins_no_purchases(tmp_path, number):
    papers = [
        ["집행번호", "증빙종류", "승인번호", "합계금액"],
        ["E-001", "카드매출전표", number, 200_000],
        ["E-002", "카드매출전표", number, 200_000],
    ]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": ledger(2), "증빙목록": papers}))
    assert list(book.frames["증빙목록"]["승인번호"]) == ["", ""]
    assert said(book, "승인번호", "빈칸으로 봅니다") == (number != "-")


def test_formulas_without_a_stored_value_are_named(tmp_path):
    rows = [*ledger(2), ["=A2", "=B2", "회의비", "=D2", "한식당", "=F2"]]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert ("DAT-080", "F4", "left out") in errors(book)
    assert "엑셀에서 열어 저장" in book.errors[-1].message
    rows = [*ledger(2), ["E-003", "=B2", "회의비", "=D2", "한식당", 10]]
    book = read(workbook(tmp_path / "b.xlsx", {"집행내역": rows}))
    assert errors(book) == [("DAT-080", "B4", "held"), ("DAT-080", "D4", "held")]
    assert list(book.frames["집행내역"]["적요"])[-1] == ""


def stored_empty(value):
    """An edit: formulas like IF(…,"") keep an empty text as their value, as spreadsheet programs save it."""
    return lambda xml: re.sub(
        r'<c (r="\w+")[^>]*><f>(IF[^<]*)</f><v ?/?>(?:</v>)?</c>', rf'<c \1 t="str"><f>\2</f>{value}</c>', xml
    )


@pytest.mark.parametrize("value", ["<v></v>", "<v/>"])
def test_a_formula_whose_stored_value_is_an_empty_text_is_blank(tmp_path, value):
    blank = '=IF(A9="","","")'
    rows = [
        [*HEADINGS, "식수", "출장시작", "비고"],
        [*line(1), blank, blank, blank],
        line(2),
        *[[blank] * 6] * 5,
        line(3),
    ]
    path = workbook(tmp_path / "a.xlsx", {"집행내역": rows})
    edit_part(path, "xl/worksheets/sheet1.xml", stored_empty(value))
    book = read(path)
    assert (errors(book), amounts(book)) == ([], [10_000] * 3)
    assert (sheet_of(book).blank, sheet_of(book).rejected) == (5, 0)
    assert not any(book.frames["집행내역"][f"{name}__known"].any() for name in ("식수", "출장시작"))


def test_a_formula_of_text_without_any_value_has_none_stored(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"집행내역": [*ledger(1), [*line(2)[:5], '=IF(A9="","","")']]})
    edit_part(path, "xl/worksheets/sheet1.xml", stored_empty(""))
    assert errors(read(path)) == [("DAT-080", "F3", "left out")]


@pytest.mark.parametrize("number", ["=A2", "#N/A"])
def test_an_approval_whose_line_is_not_known_is_no_approval_of_all_lines(tmp_path, number):
    approval = [["변경구분", "집행번호", "승인일"], ["기간외집행", number, "2025-06-01"]]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": ledger(1), "변경승인": approval}))
    assert list(book.frames["변경승인"]["집행번호"]) not in ([""], ["E-001"])


def test_an_approval_number_kept_as_a_number_is_unknown(tmp_path):
    rows = [["집행번호", "증빙종류", "승인번호"], ["E-001", "세금계산서", 202506274100000012345678]]
    rows += [["E-002", "세금계산서", "202506274100000012345678"], ["E-003", "카드전표", 12345678]]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": ledger(3), "증빙목록": rows}))
    assert list(book.frames["증빙목록"]["승인번호"]) == ["", "202506274100000012345678", "12345678"]
    assert said(book, "C2", "승인번호", "뒷자리")


def test_business_numbers(tmp_path):
    numbers = ["120-81-47521", 1208147521, "1208147521", 108114752, 101000009, "12-34", None, "-", "0000000000"]
    rows = [[*HEADINGS, "사업자번호"], *([*line(n), v] for n, v in enumerate(numbers))]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    column = list(book.frames["집행내역"]["사업자등록번호"])
    assert column[:3] == ["1208147521"] * 3
    assert column[5:] == ["12-34", "", "", ""]
    from settle.korean import brn_valid

    for given, read_as in zip(numbers[3:5], column[3:5], strict=True):
        restored = str(given).zfill(10)
        assert read_as == (restored if brn_valid(restored) else str(given))


def test_misspelt_headings_are_understood_and_said(tmp_path):
    rows = [["집행번호", "집행일", "세세목", "적요", "거래처", "사음금액(원)"], line(1)]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert amounts(book) == [10_000]
    assert said(book, "F열", "사음금액", "집행금액")


def test_a_misspelt_heading_with_the_wrong_content_is_not_taken(tmp_path):
    rows = [
        ["집행번호", "집행일", "세세목", "적요", "거래처", "집행금액", "참석안원"],
        [*line(1), "김과장"],
    ]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert sheet_of(book).unknown == ("참석안원",)


def test_white_space_line_breaks_brackets_and_units_in_headings(tmp_path):
    rows = [["집행\n번호", "집 행 일", "세세목", "적  요", "거래처(상호)", "집행금액(원)"], line(1)]
    sheet = sheet_of(read(workbook(tmp_path / "a.xlsx", {"집행내역": rows})))
    assert set(sheet.letters) == {"집행번호", "집행일", "세세목", "적요", "거래처", "집행금액"}


def test_decomposed_hangul_is_composed(tmp_path):
    rows = [[unicodedata.normalize("NFD", h) for h in HEADINGS], *ledger(1)[1:]]
    rows[1][2] = unicodedata.normalize("NFD", "회의비")
    rows[1][3] = "전각　공백\u200b과 NBSP\u00a0 "
    path = workbook(
        tmp_path / unicodedata.normalize("NFD", "집행.xlsx"),
        {unicodedata.normalize("NFD", "집행내역"): rows},
    )
    book = read(path)
    frame = book.frames["집행내역"]
    assert list(frame["세세목"]) == ["회의비"]
    assert list(frame["적요"]) == ["전각 공백과 NBSP"]


def test_two_columns_that_fit_equally_well_are_asked_about(tmp_path):
    rows = [
        ["집행일", "세세목", "적요", "사용금액", "지출금액"],
        ["2025-06-02", "회의비", "가", 1000, 2000],
    ]
    path = workbook(tmp_path / "a.xlsx", {"집행내역": rows})
    book = read(path)
    assert [(e.code, e.consequence) for e in book.errors] == [("DAT-010", "cannot run")]
    assert all(word in book.errors[0].message for word in ("사용금액", "지출금액", "--column 집행금액=사용금액"))
    assert amounts(read(path, columns={"집행금액": "지출금액"})) == [2000]
    assert amounts(read(path, columns={"집행금액": "열:D"})) == [1000]
    assert amounts(read(path, profile={"집행금액": "사용금액"})) == [1000]


def test_the_canonical_heading_wins_over_an_alias(tmp_path):
    rows = [
        ["집행일", "세세목", "적요", "사용금액", "집행금액"],
        ["2025-06-02", "회의비", "가", 1000, 2000],
    ]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    assert amounts(book) == [2000]
    assert not book.errors


def test_a_named_column_that_is_not_there_is_said(tmp_path):
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": ledger(1)}), columns={"적요": "목적어"})
    assert [e.consequence for e in book.errors] == ["cannot run"]
    assert "목적어" in book.errors[0].message


def test_a_column_can_be_supplied(tmp_path):
    rows = [
        [h for h in HEADINGS if h != "세세목"],
        *([v for v in line(n) if v != "회의비"] for n in (1, 2)),
    ]
    path = workbook(tmp_path / "a.xlsx", {"집행내역": rows})
    assert [(e.code, e.consequence) for e in read(path).errors] == [("DAT-010", "cannot run")]
    book = read(path, assume={"세세목": "회의비 "})
    assert list(book.frames["집행내역"]["세세목"]) == ["회의비", "회의비"]
    assert not book.errors
    assert said(book, "--assume", "회의비")
    assert "--assume 세세목=없는것" in read(path, assume={"세세목": "없는것"}).errors[0].message
    assert read(path, assume={"아무열": "1"}).errors[0].consequence == "cannot run"


def test_a_missing_required_column_names_the_headings_that_were_found(tmp_path):
    rows = [
        ["집행번호", "집행일", "세세목", "적요", "업체 이름"],
        ["E-001", "2025-06-02", "회의비", "가", "나"],
    ]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))
    (error,) = book.errors
    assert (error.code, error.consequence) == ("DAT-010", "cannot run")
    assert "집행금액" in error.message
    assert "업체 이름" in error.message


def test_no_ledger_at_all_names_the_sheets(tmp_path):
    book = read(workbook(tmp_path / "a.xlsx", {"주소록": [["이름", "전화"], ["가", "나"]]}))
    (error,) = book.errors
    assert error.consequence == "cannot run"
    assert "주소록" in error.message


def test_sheets_are_recognised_by_their_headings_and_others_left_alone(tmp_path):
    sheets = {
        "Sheet1": ledger(2),
        "Sheet2": [
            ["집행번호", "증빙구분", "발행일", "합계금액"],
            ["E-001", "세금계산서", "2025-06-02", 10_000],
        ],
        "메모": [["아무 말"], ["대잔치"]],
        "Sheet3": [
            ["협약시작일", "2025-03-01"],
            ["협약종료일", "2025-12-31"],
            ["기관유형", "비영리"],
            ["수행기관", "가"],
        ],
    }
    book = read(workbook(tmp_path / "a.xlsx", sheets))
    assert [s.kind for s in book.sheets] == ["집행내역", "증빙목록", "", "협약"]
    assert book.agreement["협약종료일"] == date(2025, 12, 31)


def test_several_files_and_several_sheets_of_one_kind(tmp_path):
    one = workbook(tmp_path / "1.xlsx", {"집행내역": ledger(2)})
    two = workbook(tmp_path / "2.xlsx", {"1월": [HEADINGS, line(8)], "2월": [HEADINGS, line(9)]})
    book = read(one, two)
    frame = book.frames["집행내역"]
    assert list(frame["집행번호"]) == ["E-001", "E-002", "E-008", "E-009"]
    assert list(frame["_source"]) == [0, 0, 1, 2]
    assert [s.file for s in book.sheets] == [0, 1, 1]
    assert frame.index.is_unique


def test_several_sheets_of_one_kind_are_said(tmp_path):
    budget = [["비목", "세목", "정부", "민간"], ["직접비", "사업운영비", 1000, 0]]
    sheets = {"집행내역": ledger(1), "예산(당초)": budget, "예산(변경)": budget}
    assert said(read(workbook(tmp_path / "b.xlsx", sheets)), "예산으로 읽은 시트가 2개", "두 번 셉니다")
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": ledger(2), "집행내역(수정전)": ledger(3)}))
    assert said(book, "시트가 2개", "'집행내역' 2줄, '집행내역(수정전)' 3줄")


def test_the_heading_of_an_agreement_below_a_title_is_no_item(tmp_path):
    rows = [
        ["혁신 협약", None],
        ["왼쪽에 항목, 오른쪽에 값", None],
        [],
        ["항목", "값"],
        ["협약번호", "2025-1"],
        ["메모", "가"],
    ]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": ledger(1), "협약": rows}))
    assert book.agreement == {"협약번호": "2025-1", "메모": "가"}
    sheet = book.sheets[1]
    assert (sheet.heading_row, sheet.rows, sheet.lines, sheet.blank) == (4, 2, 2, 0)


def test_an_agreement_of_pairs_in_other_layouts(tmp_path):
    rows = [
        ["협약 개요"],
        ["사업명", "혁신", "협약번호", "2025-1"],
        ["협약기간", "2025.3.1. ~ 2025.12.31."],
        ["국고이자", "1,000원"],
    ]
    rows += [["연구관리 전담부서", "유"], ["기관 유형", "비영리법인"], ["보고일", "2025-13-01"]]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": ledger(1), "협약": rows}))
    assert book.agreement | {} == {
        "사업명": "혁신",
        "협약번호": "2025-1",
        "협약시작일": date(2025, 3, 1),
        "협약종료일": date(2025, 12, 31),
        "국고이자": 1000,
        "연구관리전담부서": "Y",
        "기관유형": "비영리",
    }
    assert errors(book) == [("DAT-020", "B7", "note")]


@pytest.mark.parametrize(
    "period",
    [
        ["2025-03-01", "2025-12-31"],
        ["2025-03-01", "~", "2025-12-31", "기관유형", "비영리"],
        ["2025-03-01 ~ 2025-12-31 (10개월)"],
        ["2025년 3월 1일부터 2025년 12월 31일까지"],
    ],
)
def test_the_period_of_the_agreement(tmp_path, period):
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": ledger(1), "협약": [["협약기간", *period]]}))
    assert book.agreement["협약시작일"] == date(2025, 3, 1)
    assert book.agreement["협약종료일"] == date(2025, 12, 31)
    assert not book.errors


def test_headings_without_lines_are_an_absent_sheet_apart_from_the_ledger(tmp_path):
    sheets = {
        "집행내역": [HEADINGS],
        "예산": [["비목", "세목", "세세목", "정부", "민간"]],
        "수행일지": [],
    }
    book = read(workbook(tmp_path / "a.xlsx", sheets))
    assert book.has("집행내역")
    assert not book.has("예산")
    assert said(book, "예산", "없는 시트")
    assert not book.errors


def test_six_mistakes_in_six_places_are_told_at_once(tmp_path):
    evidence = [
        ["집행번호", "증빙종류", "발행일", "합계금액"],
        ["E-001", "영수증", "2025-99-01", "만원"],
    ]
    budget = [["비목", "세목", "정부"], ["직접비", "사업운영비", "천만원"]]
    rows = [HEADINGS, line(1, day="2025-02-30"), line(2, "약 5만원"), line(3, None)]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows, "증빙목록": evidence, "예산": budget}))
    assert {(e.sheet, e.cell, e.code) for e in book.errors} == {
        ("집행내역", "B2", "DAT-020"),
        ("집행내역", "F3", "DAT-030"),
        ("집행내역", "F4", "DAT-030"),
        ("증빙목록", "C2", "DAT-020"),
        ("증빙목록", "D2", "DAT-030"),
        ("예산", "C2", "DAT-030"),
    }


def test_personal_numbers_and_control_characters_never_reach_a_message(tmp_path):
    rows = [HEADINGS, line(1, "900101-1234567 지급"), line(2, day="\x1b[31m2025")]
    path = workbook(
        tmp_path / "a.xlsx",
        {"집행내역": [HEADINGS, line(1, "900101-1234567 지급"), line(2, day="없음")]},
    )
    assert rows
    book = read(path)
    texts = " ".join([e.message + e.value for e in book.errors] + book.notices)
    assert "1234567" not in texts
    assert "900101-1******" in texts


def test_lists_of_values_are_brought_to_their_canonical_form(tmp_path):
    evidence = [
        ["집행번호", "증빙종류", "기재항목"],
        ["E-001", "카드 전표", "목적, 일시/장소"],
        ["E-001", "이상한종이", "회의목적·일시"],
    ]
    people = [
        ["성명", "구분", "등급", "자격"],
        ["김", "외부인력", "특급컨설턴트", "기사, 경영지도사"],
    ]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": ledger(1), "증빙목록": evidence, "투입인력": people}))
    frame = book.frames["증빙목록"]
    assert list(frame["증빙종류"]) == ["카드매출전표", "이상한종이"]
    assert list(frame["기재항목"]) == ["회의목적, 일시, 장소", "회의목적, 일시"]
    assert list(book.frames["투입인력"].loc[0, ["구분", "등급", "자격"]]) == [
        "외부",
        "특급",
        "기사, 경영지도사",
    ]
    assert said(book, "이상한종이")


BUDGET = ["비목", "세목", "세세목", "참여기업", "정부", "민간"]


def budget_of(tmp_path, *rows):
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": ledger(1), "예산": [BUDGET, *rows]}))
    frame = book.frames["예산"]
    sheet_of(book, "예산")
    return book, list(zip(frame["세목"], frame["세세목"], frame["참여기업"], frame["정부"], strict=True))


def test_a_budget_category_above_its_parts_is_counted_once(tmp_path):
    book, rows = budget_of(
        tmp_path,
        ["직접비", None, None, None, 3000, 500],
        ["직접비", "사업운영비", None, None, 3000, 500],
        [None, None, "회의비", None, 1000, 500],
        [None, None, "국내여비(내부)", None, 2000, 0],
        ["간접비", None, None, None, 100, 0],
    )
    assert [(r[1], r[3]) for r in rows] == [("회의비", 1000), ("국내여비(내부)", 2000), ("", 100)]
    assert sheet_of(book, "예산").totals == 2
    assert not book.notices


def test_a_budget_category_that_is_not_the_sum_of_its_parts_is_said(tmp_path):
    book, rows = budget_of(
        tmp_path,
        ["직접비", "사업운영비", None, None, 5000, 0],
        ["직접비", "사업운영비", "회의비", None, 1000, 0],
    )
    assert rows == [("사업운영비", "회의비", "", 1000)]
    assert said(book, "2행", "5,000원", "1,000원")


def test_shared_money_beside_that_of_participants_is_no_sum(tmp_path):
    whole = ["직접비", "직접지원비", None, None, 900, 0]
    parts = [["직접비", "직접지원비", None, "가", 300, 0], ["직접비", "직접지원비", None, "나", 300, 0]]
    assert [r[3] for r in budget_of(tmp_path, whole, *parts)[1]] == [900, 300, 300]
    whole[4] = 600
    assert [r[3] for r in budget_of(tmp_path, whole, *parts)[1]] == [300, 300]


def test_full_width_numbers_are_numbers():
    sheets = {
        "집행내역": [
            {"집행번호": "E-1", "집행일": "2025-05-02", "세세목": "회의비", "적요": "다과", "집행금액": 1000}
            | {"사업자등록번호": "２１４－８６－３１５７７"}
        ],
        "증빙목록": [{"집행번호": "E-1", "증빙종류": "카드매출전표", "승인번호": "１２３４５６７８", "합계금액": 1000}],
    }
    book = book_from_tables(sheets)
    assert book.frames["집행내역"]["사업자등록번호"].tolist() == ["2148631577"]
    assert book.frames["증빙목록"]["승인번호"].tolist() == ["１２３４５６７８"]
    assert not [notice for notice in book.notices if "빈칸" in notice]
