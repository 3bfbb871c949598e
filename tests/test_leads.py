"""Leads: each pattern finds what was planted and leaves the innocent twin alone; none moves a won."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from settle import leads, pipeline
from settle.leads.finding import files
from settle.programme.rules import RulebookError

pytestmark = pytest.mark.slow_all  # whole documents, lists and ledgers

AGREEMENT = {
    "기관유형": "비영리", "협약시작일": "2025-03-01", "협약종료일": "2025-12-31", "주관기업사업자번호": "124-81-00998",
}  # fmt: skip


def line(number: str, day: str, won: int, vendor: str, **other: Any) -> dict[str, Any]:
    base = {
        "집행번호": number, "원인행위일": day, "집행일": day, "비목": "직접비", "세목": "사업운영비",
        "세세목": "수용비및수수료", "적요": f"소모품 {number}", "거래처": vendor, "집행금액": won, "공급가액": won,
        "결제수단": "사업비카드", "재원": "국고",
    }  # fmt: skip
    return base | other


def paper(number: str, kind: str, **other: Any) -> dict[str, Any]:
    return {"집행번호": number, "증빙종류": kind, **other}


def judged(lines: list[dict[str, Any]], papers: list[dict[str, Any]] | None = None, **sheets: Any) -> Any:
    tables = {
        "협약": AGREEMENT,
        "집행내역": lines,
        "증빙목록": papers or [paper(lines[0]["집행번호"], "영수증")],
        **sheets,
    }
    return pipeline.judge(pipeline.book_from_tables(tables))


def found(code: str, *arguments: Any, **sheets: Any) -> list[tuple[str, ...]]:
    """The lines of every lead of one pattern."""
    return [one.lines for one in leads.find(judged(*arguments, **sheets)).leads if one.code == code]


def test_every_lead_file_says_why_it_may_be_harmless_and_where_it_comes_from() -> None:
    every = files("innovation-partnership")
    assert [one.code for one in every] == [f"LEAD-0{n}0" for n in range(1, 10)]
    assert all(one.harmless and one.source.doc and one.asks for one in every)


# ---- LEAD-010 ----------------------------------------


@pytest.mark.parametrize(
    ("amounts", "days", "hit"),
    [
        ([295_000, 290_000], ["02", "04"], True),
        ([300_000, 255_000], ["02", "09"], True),  # the threshold itself, and 15 % below it, seven days apart
        ([300_000, 254_999], ["02", "09"], False),  # a won further below
        ([300_000, 255_000], ["02", "10"], False),  # a day further apart
        ([300_001, 290_000], ["02", "04"], False),  # one of them is above: nothing was split below
        ([150_000, 150_000], ["02", "04"], False),
    ],
)
def test_split_below_a_threshold(amounts: list[int], days: list[str], hit: bool) -> None:
    pairs = zip(amounts, days, strict=True)
    lines = [line(f"E-{n}", f"2025-06-{d}", won, "한결문구") for n, (won, d) in enumerate(pairs)]
    assert found("LEAD-010", lines) == ([("E-0", "E-1")] if hit else [])


def test_one_purchase_in_two_lines_and_two_vendors_are_not_split() -> None:
    two = [line("E-0", "2025-06-02", 295_000, "한결문구"), line("E-1", "2025-06-03", 290_000, "다른문구")]
    assert found("LEAD-010", two) == []
    one = [line("E-0", "2025-06-02", 295_000, "한결문구"), line("E-1", "2025-06-03", 290_000, "한결문구")]
    slip = {"승인번호": "30012345", "발행일": "2025-06-02", "합계금액": 585_000}
    assert found("LEAD-010", one, [paper("E-0, E-1", "카드매출전표", **slip)]) == []


# ---- LEAD-020 ----------------------------------------


def spread(first: int, late: int = 0) -> list[dict[str, Any]]:
    """A vendor with `first` won early and `late` won late, among seven others with 1,000,000 each, half of them late."""
    lines = [line(f"E-{n}", f"2025-{4 + n:02d}-02", 1_000_000, f"가게 {chr(0xAC00 + n)}") for n in range(7)]
    lines += [line("E-8", "2025-04-03", first, "큰업체")] if first else []
    return lines + ([line("E-9", "2025-10-20", late, "큰업체")] if late else [])


@pytest.mark.parametrize(
    ("first", "late", "hit"),
    [
        (4_666_667, 0, True),  # of 11,666,667: 40 %
        (4_666_666, 0, False),  # a won below 40 %
        (0, 4_000_000, True),  # 36 %, but all of it late
        (2_000_000, 2_000_000, False),  # as much early as late
    ],
)
def test_one_vendor_s_share_and_its_rise(first: int, late: int, hit: bool) -> None:
    assert bool(found("LEAD-020", spread(first, late))) is hit


# ---- LEAD-030 ----------------------------------------

STAFF = {"투입인력": [{"성명": "김하나", "구분": "외부", "등급": "고급"}]}
FIRMS = {"참여기업": [{"참여기업": "두리정밀", "사업자등록번호": "123-45-67891", "대표자": "박두리"}]}


def test_staff_participants_and_their_representatives_as_vendors() -> None:
    lines = [
        line("E-0", "2025-06-02", 100_000, "문구", 예금주="김하나"),
        line("E-1", "2025-06-03", 100_000, "두리정밀", 사업자등록번호="123-45-67891"),
        line("E-2", "2025-06-04", 100_000, "박두리"),
        line("E-3", "2025-06-05", 100_000, "㈜상관없는", 예금주="상관없는", 사업자등록번호="220-81-62517"),
    ]
    assert sorted(found("LEAD-030", lines, **STAFF, **FIRMS)) == [("E-0",), ("E-1",), ("E-2",)]


def test_one_holder_or_number_behind_vendors_of_other_names() -> None:
    lines = [
        line("E-0", "2025-06-02", 100_000, "가람상사", 예금주="최세돌"),
        line("E-1", "2025-06-03", 100_000, "나루기획", 예금주="최세돌"),
    ]
    assert found("LEAD-030", lines) == [("E-0", "E-1")]
    lines = [
        line(f"E-{n}", "2025-06-02", 100_000, v, 사업자등록번호="123-45-67891")
        for n, v in enumerate(["가람상사", "나루기획"])
    ]
    assert found("LEAD-030", lines) == [("E-0", "E-1")]
    told = [one.message for one in leads.find(judged(lines)).leads if one.code == "LEAD-030"]
    assert told[0].startswith("사업자등록번호 123-45-67891: ")


def test_one_firm_spelt_in_two_ways_is_one_firm() -> None:
    lines = [
        line(f"E-{n}", "2025-06-02", 100_000, v, 사업자등록번호="123-45-67891", 예금주="가람상사(최세돌)")
        for n, v in enumerate(["㈜가람상사", "가람상사 본점", "주식회사 가람 상사"])
    ]
    assert found("LEAD-030", lines) == []


# ---- LEAD-040, 050 ----------------------------------------


def log(*days: str) -> dict[str, Any]:
    return {"수행일지": [{"일자": d, "컨설턴트": "김하나", "MD": 1, "장소구분": "현장"} for d in days]}


def labour() -> dict[str, Any]:
    return line(
        "L-1", "2025-07-10", 631_000, "김하나", 비목="인건비", 세목="외부인건비", 세세목="", 컨설턴트="김하나", 투입MD=1
    )


def test_days_logged_on_public_holidays() -> None:
    assert found("LEAD-040", [labour()], **log("2025-06-05", "2025-06-06")) == [("L-1",)]  # 현충일
    assert found("LEAD-040", [labour()], **log("2025-06-05", "2025-06-07")) == []  # a Saturday is none


def test_a_pattern_whose_sheet_is_not_there_says_so() -> None:
    assert leads.find(judged([line("E-0", "2025-06-02", 1000, "가")])).unasked["LEAD-040"] == "수행일지 시트가 없습니다"


@pytest.mark.parametrize(
    ("days", "hit"),
    [
        (["2025-06-02", "2025-06-09"], True),
        (["2025-06-02", "2025-06-10"], False),
        (["2025-06-02", "2025-06-02"], False),  # on one day: GEN-070
        (["2025-06-02", "2025-06-09", "2025-06-16", "2025-06-23"], False),  # every week the same
        (["2025-06-02", "2025-06-04", "2025-06-20", "2025-06-23"], True),
    ],
)
def test_equal_amounts_within_days(days: list[str], hit: bool) -> None:
    lines = [line(f"E-{n}", d, 88_000, "한결문구") for n, d in enumerate(days)]
    assert bool(found("LEAD-050", lines)) is hit


# ---- LEAD-060 … 090 ----------------------------------------


@pytest.mark.parametrize(
    ("numbers", "days", "hit"),
    [
        (["A-101", "A-102", "A-103"], ["02", "05", "09"], True),
        (["A-101", "A-102", "A-103"], ["02", "03", "08"], False),  # six days between the first and the last
        (["A-101", "A-103", "A-104"], ["02", "05", "20"], False),  # somebody else was served between
        (["A-101", "B-102", "A-103"], ["02", "05", "20"], False),
    ],
)
def test_numbers_in_a_row_although_days_lie_between(numbers: list[str], days: list[str], hit: bool) -> None:
    lines = [line(f"E-{n}", f"2025-06-{d}", 10_000 + n, "작은가게") for n, d in enumerate(days)]
    papers = [
        paper(f"E-{n}", "영수증", 발행자="작은가게", 승인번호=number, 발행일=f"2025-06-{d}")
        for n, (number, d) in enumerate(zip(numbers, days, strict=True))
    ]
    assert found("LEAD-060", lines, papers) == ([("E-0", "E-1", "E-2")] if hit else [])


@pytest.mark.parametrize(("day", "hit"), [("2025-06-07", True), ("2025-06-06", True), ("2025-06-09", False)])
def test_paid_on_a_free_day(day: str, hit: bool) -> None:
    assert bool(found("LEAD-070", [line("E-0", day, 30_000, "한식당", 세세목="회의비")])) is hit


@pytest.mark.parametrize(("time", "hit"), [("23:10", True), ("05:59", True), ("06:00", False), ("22:59", False)])
def test_paid_late_at_night_by_the_card_list(time: str, hit: bool) -> None:
    lines = [line("E-0", "2025-06-09", 30_000, "한식당", 세세목="회의비")]
    slip = paper("E-0", "카드매출전표", 승인번호="30012345", 발행일="2025-06-09", 합계금액=30_000)
    card = [{
        "이용일자": "2025-06-09", "이용시간": time, "승인번호": "30012345", "이용카드": "1234", "가맹점명": "한식당",
        "이용금액": 30_000, "카드구분": "법인", "업종": "한식", "사업자번호": "123-45-67891",
    }]  # fmt: skip
    result = judged(lines, [slip], 카드=card)
    if not any(one.group == "card" and "time" in one.lines for one in result.book.lists):
        pytest.fail("the card list of this test is not recognised")
    assert bool([one for one in leads.find(result).leads if one.code == "LEAD-070"]) is hit


@pytest.mark.parametrize(
    ("time", "hit"),
    [
        ("02:30", True), ("14:30", False), ("오후 2:30", False), ("2:30 PM", False), ("오후 10:59", False), ("오후 11:00", True),
        ("오전 12:10", True), ("오후 12:10", False), ("오전 11:00", False), ("오후 23:10", True), ("점심때", False), ("", False),
    ],
)  # fmt: skip
def test_paid_late_at_night_by_the_ledgers_own_clock(time: str, hit: bool) -> None:
    lines = [line("E-0", "2025-06-09", 30_000, "한식당", 세세목="회의비", 사용시각=time)]
    assert bool(found("LEAD-070", lines)) is hit


@pytest.mark.parametrize(("last", "hit"), [(700_000, True), (700_100, False)])
def test_a_vendor_with_round_sums_only(last: int, hit: bool) -> None:
    lines = [
        line(f"E-{n}", f"2025-06-{2 + n * 10:02d}", won, "어림상사") for n, won in enumerate([500_000, 1_000_000, last])
    ]
    assert bool(found("LEAD-080", lines)) is hit


@pytest.mark.parametrize(
    ("other", "hit"),
    [
        ({"발행자": "다라기계", "합계금액": 1_100_000}, True),  # exactly 10 % dearer on the same day
        ({"발행자": "다라기계", "합계금액": 1_100_001}, False),
        ({"발행자": "다라기계", "합계금액": 1_100_000, "발행일": "2025-05-22"}, False),
        ({"발행자": "㈜가나기계", "합계금액": 1_234_000}, True),  # the same issuer
    ],
)
def test_a_comparison_quote_like_the_quote(other: dict[str, Any], hit: bool) -> None:
    papers = [
        paper("E-0", "견적서", 발행자="가나기계", 발행일="2025-05-20", 합계금액=1_000_000),
        paper("E-0", "비교견적서", **({"발행일": "2025-05-20"} | other)),
    ]
    assert bool(found("LEAD-090", [line("E-0", "2025-06-02", 1_000_000, "가나기계")], papers)) is hit


# ---- what holds for all ----------------------------------------


def test_leads_move_no_won_and_are_no_findings() -> None:
    result = judged([line(f"E-{n}", f"2025-06-0{2 + n}", 295_000, "한결문구") for n in range(2)])
    before = dict(result.totals), len(result.findings), result.exit_code
    assert leads.find(result).leads
    assert (dict(result.totals), len(result.findings), result.exit_code) == before
    assert not result.findings["code"].str.startswith("LEAD").any()


def test_the_id_of_a_lead_stays_when_other_lines_come() -> None:
    lines = [line(f"E-{n}", f"2025-06-0{2 + n}", 295_000, "한결문구") for n in range(2)]
    before = {one.id for one in leads.find(judged(lines)).leads}
    after = {one.id for one in leads.find(judged([line("E-X", "2025-05-02", 5_000, "딴집"), *lines])).leads}
    assert before
    assert before <= after


def test_an_account_number_in_a_vendor_s_name_is_masked() -> None:
    lines = [line(f"E-{n}", f"2025-06-0{2 + n}", 295_000, "계좌 110-123-456789") for n in range(2)]
    assert all("110-123-456789" not in one.message for one in leads.find(judged(lines)).leads)


def test_a_broken_lead_file_is_said_in_korean(tmp_path: Path) -> None:
    result = judged([line("E-0", "2025-06-02", 1000, "가")])
    (tmp_path / "leads").mkdir()
    good = Path("schemas/innovation-partnership/leads/LEAD-080.toml")
    text = (Path(__file__).parent.parent / good).read_text(encoding="utf-8")
    for broken in (
        text.replace("LEAD-080", "LEAD-081"),
        text.replace("round_sums", "unknown"),
        text.replace("unit = ", "unt = "),
    ):
        (tmp_path / "leads" / "LEAD-080.toml").write_text(broken, encoding="utf-8")
        with pytest.raises(RulebookError, match=r"LEAD-08"):
            leads.find(result, tmp_path)
