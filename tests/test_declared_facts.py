"""Facts as data, rounds, moments: each boundary on both sides, and what is blank is not known."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from settle.judging import boundaries
from settle.judging import registry as _registry  # noqa: F401
from settle.judging.arrays import NO_DAY, day
from settle.judging.facts.base import Facts
from settle.judging.rounds import chosen
from settle.pipeline import book_from_tables, judge
from settle.programme import conditions
from settle.programme.rules import Rulebook

pytestmark = pytest.mark.usefixtures("own_programmes")


def facts(grants: Rulebook, people: list[dict[str, Any]] | None = None, *rows: dict[str, Any]) -> Facts:
    """Facts of the applications."""
    applied = [{"신청번호": str(n), "기업명": f"가람{n}", **row} for n, row in enumerate(rows or ({},), start=1)]
    tables: dict[str, Any] = {"신청서": applied}
    if people is not None:
        tables["명부"] = [{"이름": f"사람{n}", **one} for n, one in enumerate(people)]
    book = book_from_tables(tables, grants.programme)
    return Facts(book, grants.programme, about=grants.programme.others[0])


def said(found: Facts, name: str) -> list[Any]:
    """Values, None where not known."""
    return [value if there else None for value, there in zip(list(found[name]), found[f"{name}__known"], strict=True)]


def days(*texts: str) -> list[int]:
    return [day(dt.date.fromisoformat(text)) for text in texts]


# ---- boundaries -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2024-11-30", 3, "2025-02-28"),  # no 30 February: its last day
        ("2023-11-30", 3, "2024-02-29"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-01-15", 1, "2026-02-15"),
        ("2026-04-29", -12, "2025-04-29"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-12-01", 1, "2027-01-01"),
    ],
)
def test_the_corresponding_day(start: str, months: int, end: str) -> None:
    assert boundaries.months_after(np.array(days(start)), months).tolist() == days(end)


def test_a_day_that_nobody_knows_stays_one() -> None:
    assert boundaries.months_after(np.array([NO_DAY]), 3).tolist() == [NO_DAY]
    assert boundaries.days_after(np.array([NO_DAY]), 3).tolist() == [NO_DAY]


def stand(text: str, closes: str = "2026-04-29T18:00:00", **reading: str) -> str:
    moment = np.array([text if "T" in text else f"{text}T00:00:00"], dtype="datetime64[s]").astype(np.int64)
    opens, end = (np.array([t], dtype="datetime64[s]").astype(np.int64) for t in ("2026-04-16T00:00:00", closes))
    found = boundaries.deadline(moment, np.array(["T" in text]), opens, end, reading)
    return next((name for name in found._fields if getattr(found, name)[0]), "inside")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("2026-04-15T23:59:59", "early"),
        ("2026-04-16T00:00:00", "inside"),
        ("2026-04-29T18:00:00", "inside"),
        ("2026-04-29T18:00:01", "late"),
        ("2026-04-15", "early"),
        ("2026-04-16", "inside"),  # the notice opens with the day
        ("2026-04-28", "inside"),
        ("2026-04-29", "time_unknown"),
        ("2026-04-30", "late"),
    ],
)
def test_a_deadline_of_six_in_the_evening(text: str, where: str) -> None:
    assert stand(text) == where


def test_a_deadline_of_the_whole_day_needs_no_time() -> None:
    assert stand("2026-04-29", closes="2026-04-29T23:59:59") == "inside"
    assert stand("2026-04-30T00:00:00", closes="2026-04-29T23:59:59") == "late"


@pytest.mark.parametrize(("how", "where"), [("hold", "time_unknown"), ("pass", "inside"), ("fail", "late")])
def test_a_programme_may_read_a_day_alone_otherwise(how: str, where: str) -> None:
    assert stand("2026-04-29", day_only=how) == where


# ---- facts ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("joined", "left", "count"),
    [
        ("2026-03-31", "", 1),  # 이하: the day itself
        ("2026-04-01", "", 0),
        ("2026-01-02", "2026-03-31", 0),  # its last day of work is the day before
        ("2026-01-02", "2026-04-01", 1),
        ("", "", 0),  # blank: false on both sides
    ],
)
def test_rows_of_another_sheet_are_counted_as_of_the_day_of_the_round(
    grants: Rulebook, joined: str, left: str, count: int
) -> None:
    found = facts(grants, [{"신청번호": "1", "든 날": joined, "난 날": left}], {"신청일시": "2026-04-20 09:00"})
    assert said(found, "명부 인원") == [count]


def test_rows_belong_to_their_application(grants: Rulebook) -> None:
    people = [
        {"신청번호": n, "든 날": "2026-01-02", "급여": won} for n, won in (("1", 10), ("2", 20), ("2", 30), ("9", 40))
    ]
    found = facts(grants, people, {}, {})
    assert said(found, "명부 인원") == [1, 2]
    assert said(found, "받은 돈") == [10, 50]


def test_rows_without_a_number_belong_to_the_only_application_else_nobody_knows(grants: Rulebook) -> None:
    people = [{"든 날": "2026-01-02", "급여": 10}]
    assert said(facts(grants, people, {}), "명부 인원") == [1]
    assert said(facts(grants, people, {}, {}), "명부 인원") == [None, None]


def test_without_the_sheet_or_with_a_blank_summand_nothing_is_known(grants: Rulebook) -> None:
    assert said(facts(grants, None, {}), "명부 인원") == [None]
    people = [{"신청번호": "1", "급여": 10}, {"신청번호": "1"}]
    assert said(facts(grants, people, {}), "받은 돈") == [None]


def test_any_row(grants: Rulebook) -> None:
    assert said(facts(grants, [{"신청번호": "1", "구실": "대표"}], {}, {}), "대표 있음") == [True, False]


def test_the_latest_and_the_earliest_day_leave_out_what_may_be_blank(grants: Rulebook) -> None:
    rows = ({"설립일": "2026-05-01"}, {"설립일": "2020-01-01"}, {"설립일": "2020-01-01", "전환일": "2026-06-01"}, {})
    found = facts(grants, None, *(row | {"신청일시": "2026-04-20 09:00"} for row in rows))
    assert said(found, "기준일") == [*days("2026-05-01", "2026-04-09", "2026-06-01"), None]
    assert said(found, "이른 날") == [*days("2026-05-01", "2020-01-01", "2020-01-01"), None]


def test_months_and_days_after_a_day(grants: Rulebook) -> None:
    found = facts(grants, None, {"설립일": "2024-11-30"}, {})
    assert said(found, "석 달 뒤") == [*days("2025-02-28"), None]
    assert said(found, "전날") == [*days("2024-11-29"), None]


def test_a_join_gives_the_columns_of_the_one_row_that_fits(grants: Rulebook) -> None:
    people = [{"이름": "갑", "급여": 7, "든 날": "2026-01-02", "구실": "대표"}, {"이름": "을"}, {"이름": "을"}]
    found = facts(grants, people, {"맡은 이": "갑"}, {"맡은 이": "을"}, {"맡은 이": "병"}, {})
    assert found["사람.found"].tolist() == [True, False, False, False]
    assert found["사람.ambiguous"].tolist() == [False, True, False, False]
    assert said(found, "사람.급여") == [7, None, None, None]
    assert said(found, "사람.든 날") == [*days("2026-01-02"), None, None, None]
    assert said(found, "사람.구실") == ["대표", None, None, None]


def test_a_share_is_floored_and_a_band_takes_the_first_step_that_fits(grants: Rulebook) -> None:
    parts = ((1, 3), (1, 2), (4999, 10000), (999, 10000), (1, 0), (-1, 2))
    found = facts(grants, None, *({"가진 몫": part, "모든 몫": whole} for part, whole in parts), {})
    assert said(found, "몫") == [3333, 5000, 4999, 999, None, -5000, None]
    assert said(found, "점수") == [12, 20, 12, None, None, 0, None]  # a band without a value: a person says


def test_days_in_common_with_a_window(grants: Rulebook) -> None:
    spans = (
        ("2026-04-01", "2026-04-09"),
        ("2026-04-10", "2026-04-20"),
        ("2026-04-29", "2026-05-09"),
        ("2026-05-01", "2026-05-09"),
    )
    rows = [{"설립일": a, "전환일": b, "신청일시": "2026-04-20 09:00"} for a, b in spans]
    found = facts(grants, None, *rows, {"설립일": "2026-04-01"})
    assert said(found, "겹친 날") == [1, 11, 1, 0, None]


def test_a_comparison_with_a_blank_is_false_on_both_sides_unless_asked(grants: Rulebook) -> None:
    found = facts(grants, None, {})
    for how in ({"min": 0}, {"max": 0}, {"over": -1}, {"under": 1}):
        assert not conditions.holds({"몫": how}, found, 1).any()
        assert conditions.holds({"몫": how | {"blank": True}}, found, 1).all()


# ---- rounds ---------------------------------------------------------------------------------------------------------------------


def test_the_round_is_named_or_holds_the_moment_or_is_the_last_which_is_said(grants: Rulebook) -> None:
    def of(moment: str | None, **agreement: str) -> tuple[str, bool]:
        tables: dict[str, Any] = {"신청서": [{"신청번호": "1", "기업명": "가람", "신청일시": moment}]}
        found = chosen(
            book_from_tables(tables | ({"협약": agreement} if agreement else {}), grants.programme),
            grants.programme,
        )
        assert found is not None
        return found[0].id, bool(found[1])

    assert of("2026-04-29 18:00:00") == ("2026-1", False)
    assert of("2026-04-29 18:00:01") == ("2026-2", True)
    assert of("2026-08-10 09:00") == ("2026-2", False)
    assert of("2026-08-10 09:00", 사업연도="2026-1") == ("2026-1", False)
    assert of(None) == ("2026-2", True)


def test_what_a_round_does_not_say_is_an_error_of_the_rulebook(grants: Rulebook) -> None:
    with pytest.raises(KeyError):
        facts(grants, None, {}).limit("places")


@pytest.mark.parametrize(
    ("people", "effect"), [([], "hold"), (["2026-01-02"], "disallow"), (["2026-01-02", "2026-03-31"], None)]
)
def test_a_rule_asks_them(grants: Rulebook, people: list[str], effect: str | None) -> None:
    tables: dict[str, Any] = {"신청서": [{"신청번호": "1", "기업명": "가람", "신청일시": "2026-04-20 10:00"}]}
    rows = [{"신청번호": "1", "이름": f"사람{n}", "든 날": text} for n, text in enumerate(people)]
    tables["명부"] = rows or [{"이름": "누구", "신청번호": "1"}, {"이름": "누구", "신청번호": None}]
    result = judge(book_from_tables(tables, grants.programme), grants)
    ours = result.others[0].findings
    want = "disallow" if effect == "hold" else effect  # a row of nobody's: the only application's
    assert ours[ours["code"] == "APP-010"]["effect"].tolist() == ([want] if want else [])


# ---- rows of another sheet beside the row itself, parts of a comma list ---------------------------------------------------------------


def test_rows_that_name_the_same_as_the_row(grants: Rulebook) -> None:
    people = [
        {"신청번호": "1", "이름": "김 하나"},
        {"신청번호": "2", "이름": "김하나"},
        {"신청번호": "1", "이름": "이둘"},
    ]
    asked: list[dict[str, Any]] = [{"맡은 이": "김하나"}, {"맡은 이": "이둘"}, {}]
    assert said(facts(grants, people, *asked), "맡은 이의 줄") == [1, 0, 0]


def test_rows_against_a_day_of_the_row(grants: Rulebook) -> None:
    people = [{"신청번호": "1", "든 날": "2025-03-03"}, {"신청번호": "1", "든 날": "2025-03-04"}, {"신청번호": "1"}]
    founded: list[dict[str, Any]] = [{"설립일": "2025-03-04"}, {}]
    assert said(facts(grants, people, *founded), "세우기 전부터") == [
        1,
        None,
    ]  # nobody knows what came before an unknown day


def test_several_rows_of_one_application_see_the_same_people(grants: Rulebook) -> None:
    people = [{"신청번호": "1", "급여": 3}, {"급여": 4}]
    found = facts(grants, people, {"신청번호": "1"})
    rows = Facts(found.book, grants.programme, about=replace(grants.programme.others[0], key="기업명"))
    assert said(rows, "받은 돈") == [7]
    two = facts(grants, people[:1], {"신청번호": "1"}, {"신청번호": "1"})
    assert said(two, "받은 돈") == [None, None]  # two applications of one number: whose are they
    rows = Facts(two.book, grants.programme, about=replace(grants.programme.others[0], key="기업명"))
    assert said(rows, "받은 돈") == [3, 3]


@pytest.mark.parametrize(
    ("text", "one", "each"),
    [
        ("서울 중구", True, True),
        ("성남, 서울 중구", True, False),
        ("성남,", False, False),
        ("", False, False),
        (" , ", False, False),
        ("서울 중구,서울 강남구", True, True),
    ],
)
def test_parts_of_a_comma_list(grants: Rulebook, text: str, one: bool, each: bool) -> None:
    found = facts(grants, None, {"맡은 이": text})
    for how, expected in (("any_starts", one), ("all_starts", each)):
        assert conditions.holds({"맡은 이": {how: ["서울"]}}, found, 1).tolist() == [expected], how
