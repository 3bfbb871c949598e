"""Texts of cells: every spelling of amounts, dates, counts; any text at all without a crash."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settle.korean import brn_valid, cut, josa, mask, pad, particles, printable, width
from settle.programme import sheets
from settle.programme.vocabulary import load, match_key
from settle.reading import cells, headings
from settle.reading.book import book_from_tables

PROGRAMME = load()
LEDGER = sheets.load()["집행내역"]


@pytest.mark.parametrize(
    ("text", "won"),
    [
        ("1,234,000", 1_234_000),
        ("1,234,000 원", 1_234_000),
        ("금 1,234,000원정", 1_234_000),
        ("￦ 1,234", 1234),
        ("\\1,234", 1234),
        ("(1,000)", -1000),
        ("(△1,000)", -1000),
        ("(-1,000)", -1000),
        ("1 234 000원", 1_234_000),
        ("− 1,000", -1000),
        ("▲1,000원", -1000),
        ("₩-1,000", -1000),
        ("１，２３４", 1234),
        ("1,234.00", 1234),
        ("—", 0),
        ("0", 0),
        ("1.234.567", 1_234_567),
        ("999,999,999,999", 999_999_999_999),
    ],
)
def test_amounts(text, won):
    assert cells.won(text).value == won


@pytest.mark.parametrize(
    "text",
    [
        "약 5만원",
        "1.5천원",
        "1,234.5",
        "#REF!",
        "5만",
        "1,23",
        "12,3456",
        "1e5",
        "USD 100",
        "1000/2",
        "30000\n24000",
        "54000 2",
        "1,000,000,000,000",
        "--1",
        "()",
    ],
)
def test_no_amounts(text):
    assert cells.won(text).status == cells.BAD


def test_blank_amounts_are_not_zero():
    assert cells.won(" \u200b").status == cells.BLANK


@pytest.mark.parametrize("text", ["54,000 법인카드", "법인카드 54,000원", "54,000원(법인카드)", "54,000/법인카드"])
def test_amount_and_means_in_one_cell(text):
    read = cells.won(text, means=lambda word: PROGRAMME.canonical("결제수단", word))
    assert (read.value, read.means) == (54_000, "사업비카드")


def test_units():
    assert cells.won("1.5", 1000).value == 1500
    assert cells.won("1,234", 1_000_000).value == 1_234_000_000
    assert cells.won("1.2345", 1000).status == cells.BAD
    assert cells.won("90.000", 1000).status == cells.BAD


@pytest.mark.parametrize(
    "text",
    [
        "2025-06-27",
        "2025-6-27",
        "2025.6.27.",
        "2025. 06. 27",
        "'25.06.27",
        "25/6/27",
        "20250627",
        "2025년 6월 27일",
        "2025년 6월 27일 (금)",
        "2025-06-27 금요일",
        "2025.06.27.(금) 오후 3:10",
        "2025-06-27T12:03:04.5",
        "2025-06-27 00:00:00",
        "20250627123000",
        "2025. 6. 27. 금",
        "45835",
        "45835.75",
        "250627",
        "２０２５．６．２７",
    ],
)
def test_dates(text):
    assert cells.day(text).value == date(2025, 6, 27)


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-30",
        "2022-011-03",
        "20222-01-25",
        "2025-13-01",
        "6.27",
        "2025",
        "20251301",
        "+10113-09-19 00:00:00",
        "추후",
        "251301",
        "1899-12-31",
        "2025-06-27~06-28",
        "123",
    ],
)
def test_no_dates(text):
    assert cells.day(text).status == cells.BAD


@pytest.mark.parametrize(
    "text",
    ["12:30", "1899-12-31 12:31:09.005", "오후 2시 30분", "1899-12-30 00:00:01", "1904-01-01 10:00:00"],
)
def test_times_alone(text):
    assert cells.day(text).status == cells.TIME


def test_serial_numbers_of_both_systems():
    assert cells.day("45835", cells.EPOCH_1900).value == date(2025, 6, 27)
    assert cells.day("44373", cells.EPOCH_1904).value == date(2025, 6, 27)


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("4", 4),
        ("4명", 4),
        ("4 명", 4),
        ("과장 외 3명", 4),
        ("5급 외 3명", 4),
        ("내부 2명, 외부 3명", 5),
        ("직원 5명", 5),
        ("4.0", 4),
    ],
)
def test_counts(text, heads):
    assert cells.count(text).value == heads


@pytest.mark.parametrize("text", ["약 4명", "3~4명", "여러 명", "-3", "4.5", "9999999"])
def test_no_counts(text):
    assert cells.count(text).status == cells.BAD


def test_days_rates_and_numbers():
    assert [cells.man_days(t).value for t in ("0.5", "1", "2.5 M/D", "1일", "-")] == [
        500,
        1000,
        2500,
        1000,
        0,
    ]
    assert [cells.rate(t).value for t in ("50%", "50", "0.5", "1", "12.34%")] == [
        5000,
        5000,
        5000,
        10_000,
        1234,
    ]
    assert [cells.number(t).value for t in ("1,234.5", "3개", "5.0%", "-2")] == [1234.5, 3.0, 5.0, -2.0]
    assert [f("abc").status for f in (cells.man_days, cells.rate, cells.number)] == [cells.BAD] * 3


@pytest.mark.parametrize(
    ("text", "answer"),
    [("예", "Y"), ("○", "Y"), ("O", "Y"), ("있음", "Y"), ("x", "N"), ("불공제", "N"), ("-", None)],
)
def test_yes_and_no(text, answer):
    assert cells.yes_no(text).value == answer


def test_business_numbers():
    assert brn_valid("120-81-47521")
    assert not brn_valid("120-81-47522")
    assert not brn_valid("0000000000")
    assert cells.business_number("120-81-47521").value == "1208147521"
    good = next(f"0{n:08d}{c}" for n in range(5) for c in range(10) if brn_valid(f"0{n:08d}{c}"))
    bad = f"{good[:-1]}{(int(good[-1]) + 1) % 10}"
    assert cells.business_number(good[1:]).value == good
    assert cells.business_number(bad[1:]).value == bad[1:]
    assert [cells.business_number(t).status for t in ("-", "없음", "000-00-00000")] == [cells.BLANK] * 3


def test_rounded_keys():
    assert cells.lossy(str(int(float("202506274100000012345678"))))
    assert not cells.lossy("202506274100000012345678")
    assert not cells.lossy("1234567890123456")


def test_names_are_matched_without_spaces_dots_and_brackets():
    assert PROGRAMME.canonical("세세목", "인쇄비 및 유인비") == "인쇄비및유인비"
    assert PROGRAMME.canonical("과제유형", "② 생산성ㆍ품질 향상") == "②생산성·품질 향상"
    assert PROGRAMME.canonical("결제수단", "제로페이") == "제로페이"
    assert PROGRAMME.canonical("결제수단", "없는것") is None
    assert PROGRAMME.resolve(세세목="회의비") == ("직접비", "사업운영비", "회의비")
    assert PROGRAMME.resolve("위탁", "", "회의비") == ("위탁사업비", "", "회의비")
    assert PROGRAMME.resolve("인건비", "", "회의비") is None
    assert PROGRAMME.resolve("직접비") == ("직접비", "", "")
    assert PROGRAMME.resolve() is None


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("홍길동 900101-1234567", "홍길동 900101-1******"),
        ("9001011234567", "900101-1******"),
        ("국민 110-123-456789 입금", "국민 110-***-****89 입금"),
        ("농협 계좌 3021234567891", "농협 계좌 302********91"),
        ("123-45-67890", "123-45-67890"),
        ("010-1234-5678", "010-1234-5678"),
        ("2025-06-27", "2025-06-27"),
        ("202506274100000012345678", "202506274100000012345678"),
        ("1,234,000원", "1,234,000원"),
    ],
)
def test_personal_numbers_are_masked(text, masked):
    assert mask(text) == masked


def test_widths_cuts_and_particles():
    assert (width("가a"), width("ｱ"), width("")) == (3, 1, 0)
    assert (cut("가나다라", 5), cut("가나", 4)) == ("가나…", "가나")
    assert (pad("가", 4), pad("가", 4, right=True)) == ("가  ", "  가")
    assert [josa(w, "이/가") for w in ("집행일", "인원", "적요", "'비고'")] == [
        "집행일이",
        "인원이",
        "적요가",
        "'비고'가",
    ]
    assert [josa(w, "으로/로") for w in ("집행일", "금액", "E-001", "5원")] == [
        "집행일로",
        "금액으로",
        "E-001로",
        "5원으로",
    ]
    assert particles("번호와(과) 통장와(과) 줄과(와) 결재을(를)") == "번호와 통장과 줄과 결재를"
    assert printable("\x1b[31m빨강\u202e") == "[31m빨강"


ANY_TEXT = st.text(max_size=40) | st.from_regex(r"[-(△₩0-9,.원명%년월일 /:]{0,20}", fullmatch=True)


@given(ANY_TEXT)
@settings(max_examples=400, deadline=None)
def test_no_text_breaks_a_parser(text):
    for parse in (cells.won, cells.day, cells.count, cells.man_days, cells.rate, cells.number, cells.yes_no):
        read = parse(text)
        assert (read.value is not None) == (read.status == cells.OK)
    assert isinstance(cells.business_number(text).value, str | None)
    assert match_key(f" {text} ") == match_key(text)
    assert cells.clean(cells.clean(text)) == cells.clean(text)
    assert mask(mask(text)) == mask(text)
    headings.recognise(LEDGER, text)


@given(st.integers(-cells.MAX_WON, cells.MAX_WON))
@settings(max_examples=200, deadline=None)
def test_every_whole_amount_is_read_back_in_every_spelling(won):
    sign, size = ("-" if won < 0 else ""), abs(won)
    spellings = [f"{won}", f"{won:,}", f"{sign}{size:,}원", f"₩{sign}{size:,}"]
    spellings += [f"({size:,})", f"△{size:,}"] if won < 0 else []
    assert {cells.won(s).value for s in spellings} == {won}


@given(st.dates(date(1990, 1, 1), date(2079, 12, 31)))
@settings(max_examples=200, deadline=None)
def test_every_day_is_read_back_in_every_spelling(day):
    spellings = [
        day.isoformat(),
        f"{day:%Y.%m.%d}.",
        f"{day.year}. {day.month}. {day.day}",
        f"{day:%Y%m%d}",
        f"{day.isoformat()} 13:05",
    ]
    spellings += [f"{day.year}년 {day.month}월 {day.day}일", str((day - cells.EPOCH_1900).days)]
    if day.year >= 2000:
        spellings += [f"'{day:%y.%m.%d}", f"{day:%y}/{day.month}/{day.day}"]
    assert {cells.day(s).value for s in spellings} == {day}


CELL = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.integers(-(10**16), 10**16),
    st.floats(allow_nan=False),
    st.dates(),
    st.booleans(),
    st.sampled_from(
        [
            "합계",
            "소계",
            "계",
            "-",
            "=1+1",
            "+82",
            "@x",
            "2025-06-02",
            "1,000",
            "약 5만원",
            "E-001",
            "회의비",
            "작성자",
            "x" * 10_000,
        ]
    ),
)
ROW = st.fixed_dictionaries({}, optional={c.name: CELL for c in LEDGER.columns})


@pytest.mark.slow_all
@given(st.lists(ROW, max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_ledger_is_read_and_every_row_accounted_for(rows):
    first = {"집행번호": "E-000", "집행일": "2025-06-02", "세세목": "회의비", "적요": "가", "집행금액": 1}
    book = book_from_tables({"집행내역": [first, *rows]}, PROGRAMME)
    sheets_found = [s for s in book.sheets if s.kind == "집행내역"]
    for sheet in sheets_found:
        assert sheet.rows == sheet.lines + sheet.totals + sheet.blank + sheet.rejected
    frame = book.frames["집행내역"]
    assert len(frame) == sum(s.lines for s in sheets_found)
    assert frame["_row"].is_unique
    assert frame["집행금액__known"].all()
    assert (frame["집행금액"].abs() <= cells.MAX_WON).all()
    assert not frame.drop(columns=[c.name for c in LEDGER.columns if c.type == "date"]).isna().any().any()
    held = {e.row for e in book.errors if e.column == "집행일"}
    assert held == set(frame.loc[~frame["집행일__known"], "_row"])
    left_out = {e.row for e in book.errors if e.consequence == "left out"}
    assert len(left_out) == sum(s.rejected for s in sheets_found)
