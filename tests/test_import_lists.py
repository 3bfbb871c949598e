"""e나라도움 and 보탬e lists as ledgers, category tables, and profiles of an institution."""

from __future__ import annotations

import pytest

from settle.programme import profile
from tests.kit.import_files import HEADINGS, amounts, days, errors, line, read, said, sheet_of, workbook

NARA = [
    [
        "집행일자",
        "증빙구분",
        "집행목적",
        "보조비목명",
        "보조세목명",
        "거래처명",
        "공급가액",
        "부가세",
        "반납금액",
        "최종금액",
        "불인정금액",
    ],
    [
        "2025-06-02",
        "전자세금계산서",
        "현수막 제작",
        "운영비",
        "일반수용비",
        "가",
        100_000,
        10_000,
        0,
        110_000,
        0,
    ],
    [
        "2025-06-03",
        "카드",
        "간담회",
        "업무추진비",
        "사업추진비",
        "나",
        45_455,
        4_545,
        10_000,
        40_000,
        0,
    ],
    ["2025-06-04", "카드", "모르는 것", "자산취득비", "자산취득비", "다", 1, 0, 0, 1, 0],
]
BOTAEM = [
    ["2025년 집행내역"],
    [
        "집행실행일자",
        "집행방식",
        "집행목적(용도)",
        "보조세목(통계목)",
        "지방비 집행금액",
        "자부담 집행금액",
        "거래처명",
    ],
    ["2025-06-02", "법인카드", "식대", "사무관리비", 30_000, 0, "가"],
    ["2025-06-03", "계좌이체", "강사료", "행사운영비", 0, "5,000", "나"],
    ["2025-06-04", "계좌이체", "대관", "행사운영비", 70_000, 30_000, "다"],
    ["2025-06-05", "계좌이체", "대관", "행사운영비", "약간", 30_000, "다"],
    ["합계", None, None, None, 100_000, 35_000, None],
]


def places(book):
    frame = book.frames["집행내역"]
    return ["/".join(v for v in row if v) for row in frame[["비목", "세목", "세세목"]].itertuples(index=False)]


def test_an_enara_list_is_a_ledger(tmp_path):
    book = read(workbook(tmp_path / "a.xlsx", {"집행현황": NARA}))
    assert amounts(book) == [110_000, 40_000, 1]
    assert days(book) == ["2025-06-02", "2025-06-03", "2025-06-04"]
    assert list(book.frames["집행내역"]["적요"]) == ["현수막 제작", "간담회", "모르는 것"]
    assert places(book) == [
        "직접비/사업운영비/수용비및수수료",
        "직접비/사업운영비/회의비",
        "자산취득비/자산취득비",
    ]
    assert sheet_of(book).letters["집행금액"] == "J"
    assert said(book, "e나라도움")
    assert said(book, "운영비/일반수용비", "수용비및수수료")
    assert not book.errors


def test_the_final_amount_counts_where_an_executed_amount_stands_beside_it(tmp_path):
    rows = [[*row, extra] for row, extra in zip(NARA, ["집행금액", 110_000, 50_000, 1], strict=True)]
    assert amounts(read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}))) == [110_000, 40_000, 1]


def test_a_botaem_list_is_a_ledger_whose_two_amounts_are_its_funds(tmp_path):
    book = read(workbook(tmp_path / "a.xlsx", {"Sheet1": BOTAEM}))
    frame = book.frames["집행내역"]
    assert amounts(book) == [30_000, 5_000, 100_000]
    assert list(frame["재원"]) == ["국고", "민간", ""]
    assert list(frame["결제수단"]) == ["사업비카드", "계좌이체", "계좌이체"]
    assert places(book) == [
        "직접비/사업운영비/수용비및수수료",
        "직접비/사업운영비/회의비",
        "직접비/사업운영비/회의비",
    ]
    assert errors(book) == [("DAT-030", "E6", "left out")]
    sheet = sheet_of(book)
    assert (sheet.lines, sheet.totals, sheet.rejected) == (3, 1, 1)
    assert said(book, "보탬e")
    assert said(book, "재원을 비워")


def test_the_totals_of_two_funds_are_compared_as_one_sum(tmp_path):
    rows = [*BOTAEM[:5], ["합계", None, None, None, 100_000, 35_000, None]]
    book = read(workbook(tmp_path / "a.xlsx", {"Sheet1": rows}))
    assert not said(book, "다릅니다")
    rows[-1] = ["합계", None, None, None, 100_000, 36_000, None]
    assert said(read(workbook(tmp_path / "b.xlsx", {"Sheet1": rows})), "136,000", "135,000")


def test_an_institution_keeps_its_own_categories_and_headings(tmp_path):
    kept = tmp_path / "우리기관.toml"
    kept.write_text('[columns]\n"적요" = "사연"\n[categories]\n"간식비" = "회의비"\n', encoding="utf-8")
    rows = [
        ["집행번호", "집행일", "세세목", "사연", "거래처", "집행금액"],
        ["E-1", "2025-06-02", "간식비", "가", "나", 1000],
    ]
    path = workbook(tmp_path / "a.xlsx", {"집행내역": rows})
    assert read(path).errors[0].consequence == "cannot run"
    book = read(path, profile=profile.load(kept))
    assert places(book) == ["직접비/사업운영비/회의비"]
    assert not book.errors


def test_a_profile_is_saved_and_read_back(tmp_path):
    rows = [
        ["결의번호", "지출일자", "세세목", '적요\n"용도"', "거래처", "지출 금액(원)"],
        *[line(n) for n in (1, 2)],
    ]
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": rows}), columns={"적요": "열:D"})
    kept = profile.of(book, profile.Profile({"비고": "기타"}, {"가\\나": "회의비"}))
    profile.save(tmp_path / "p.toml", kept)
    back = profile.load(tmp_path / "p.toml")
    assert back == kept
    assert back.columns["집행일"] == "지출일자"
    assert back.columns["집행금액"] == "지출 금액(원)"
    again = read(workbook(tmp_path / "b.xlsx", {"집행내역": rows}), profile=back)
    assert not again.errors
    assert list(again.frames["집행내역"]["적요"]) == ["업무협의", "업무협의"]


@pytest.mark.parametrize("text", ["[columns]\n집행금액 = 3", "columns = 3", "= =", "\udcff"])
def test_a_broken_profile_is_a_sentence(tmp_path, text):
    path = tmp_path / "p.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(profile.ProfileError, match=r"열 이름 파일|적을 수"):
        profile.load(path)


def test_categories_that_the_tree_has_are_left_alone(tmp_path):
    book = read(workbook(tmp_path / "a.xlsx", {"집행내역": [HEADINGS, line(1)]}))
    assert places(book) == ["회의비"]
    assert not book.notices
