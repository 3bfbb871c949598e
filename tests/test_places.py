"""Rows against one another: one key in several rows, more rows than places, papers with more pages than allowed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from settle.pipeline import book_from_tables, judge
from settle.programme.rules import Rulebook, parse

pytestmark = pytest.mark.usefixtures("own_programmes")

HEAD = """
code = "APP-900"
name = "places"
title = "자리"
source = {doc = "이음 공고", at = "9쪽"}
"""


STRUCK = """kind = "breach"
applies_to = {"기업명" = "가람2"}
[[case]]
when = {}
effect = "disallow"
message = "이름"
remedy = "고침"
"""


def cases(**effects: str) -> str:
    """One case per local fact: `surplus = "disallow others"` says others in its message."""
    made = ""
    for fact, told in effects.items():
        effect, *names = told.split()
        shown = " ".join(f"{{{name}}}" for name in names)
        made += f'[[case]]\nwhen = {{{fact} = true}}\neffect = "{effect}"\nmessage = "{fact} {shown}"\nremedy = "고치십시오."\n'
    return made


def said(
    grants: Rulebook,
    rule: str,
    rows: list[dict[str, Any]],
    more: str = "",
    given: dict[str, Any] | None = None,
    **tables: Any,
) -> dict[str, tuple[str, str]]:
    """신청번호 -> (effect, message) of the rule; "미점검" where it was not checked."""
    rules = [parse(HEAD + rule, {}, "APP-900.toml")]
    if more:
        rules.insert(0, parse(HEAD.replace("900", "800") + more, {}, "APP-800.toml"))
    rules = [replace(one, about=("신청",)) for one in rules]
    rulebook = replace(grants, rules=tuple(rules))
    applied = [{"신청번호": str(n), "기업명": f"가람{n}", **row} for n, row in enumerate(rows, start=1)]
    result = judge(book_from_tables({"신청서": applied, **tables}, grants.programme), rulebook, given=given)
    found = result.others[0].findings
    told = {row.line: (row.effect, row.message.strip()) for row in found[found["code"] == "APP-900"].itertuples()}
    reasons = [one.reason for one in result.not_checked if one.code == "APP-900"]
    return told | ({"미점검": ("", reasons[0])} if reasons else {})


# ---- one key in several rows --------------------------------------------------------------------------------------------------------

KEEP = 'kind = "exclusive"\n[parameters]\nkey = "맡은 이"\nkeep = ["신청일시"]\n' + cases(
    surplus="disallow kept", undecided="hold others", blank="hold"
)
NONE_PREFERRED = 'kind = "exclusive"\n[parameters]\nkey = "맡은 이"\n' + cases(shared="hold others", blank="hold")


def test_of_one_key_the_first_stays(grants: Rulebook) -> None:
    rows = [
        {"맡은 이": "김하나", "신청일시": "2026-04-21 10:00"},
        {"맡은 이": "김하나", "신청일시": "2026-04-20 10:00"},
        {"맡은 이": "이두리", "신청일시": "2026-04-22 10:00"},
    ]
    assert said(grants, KEEP, rows) == {"1": ("disallow", "surplus 2")}


def test_a_row_that_another_rule_struck_does_not_count(grants: Rulebook) -> None:
    rows = [
        {"맡은 이": "김하나", "신청일시": "2026-04-21 10:00"},
        {"맡은 이": "김하나", "신청일시": "2026-04-20 10:00", "설립일": "2026-01-01"},
    ]
    assert said(grants, KEEP, rows, more=STRUCK) == {}
    assert said(grants, KEEP, rows, more=STRUCK.replace("disallow", "hold")) == {"1": ("disallow", "surplus 2")}


def test_equal_in_the_order_or_without_it_nobody_is_preferred(grants: Rulebook) -> None:
    same = [{"맡은 이": "김하나", "신청일시": "2026-04-20 10:00"}] * 2
    assert said(grants, KEEP, same) == {"1": ("hold", "undecided 2"), "2": ("hold", "undecided 1")}
    blank = [{"맡은 이": "김하나", "신청일시": "2026-04-20 10:00"}, {"맡은 이": "김하나"}]
    assert said(grants, KEEP, blank) == {"1": ("hold", "undecided 2"), "2": ("hold", "undecided 1")}


def test_a_day_without_a_time_tells_two_days_apart_but_not_one(grants: Rulebook) -> None:
    apart = [{"맡은 이": "김하나", "신청일시": "2026-04-20"}, {"맡은 이": "김하나", "신청일시": "2026-04-21 09:00"}]
    assert said(grants, KEEP, apart) == {"2": ("disallow", "surplus 1")}
    together = [{"맡은 이": "김하나", "신청일시": "2026-04-21"}, {"맡은 이": "김하나", "신청일시": "2026-04-21 09:00"}]
    assert {effect for effect, _ in said(grants, KEEP, together).values()} == {"hold"}


def test_without_an_order_all_of_the_key_wait_and_a_blank_key_too(grants: Rulebook) -> None:
    rows = [{"맡은 이": "김하나"}, {"맡은 이": "김 하나"}, {"맡은 이": "이두리"}, {}]
    assert said(grants, NONE_PREFERRED, rows) == {
        "1": ("hold", "shared 2"),
        "2": ("hold", "shared 1"),
        "4": ("hold", "blank"),
    }


def test_at_most_two_rows_of_a_key(grants: Rulebook) -> None:
    rule = KEEP.replace("[parameters]", "[parameters]\nmost = 2")
    rows = [{"맡은 이": "김하나", "신청일시": f"2026-04-2{n} 10:00"} for n in (3, 1, 2)]
    assert said(grants, rule, rows[:2]) == {}
    assert said(grants, rule, rows) == {"1": ("disallow", "surplus 2, 3")}


PERSON = (
    'kind = "exclusive"\n[parameters]\nkey = [["전환일"], ["맡은 이", "설립일"]]\nname = "맡은 이"\nkeep = ["신청번호"]\n'.replace(
        'name = "맡은 이"', 'name = ["맡은 이"]'
    )
    + cases(surplus="disallow", undecided="hold", same_name="note others", blank="hold")
)
BORN, OTHER = {"설립일": "1990-01-01"}, {"설립일": "1990-01-02"}


@pytest.mark.parametrize(
    ("first", "second", "expect"),
    [
        (BORN, BORN, {"2": "disallow"}),
        (BORN, OTHER, {}),
        ({}, BORN, {"1": "note", "2": "note"}),  # the name alone
        ({"전환일": "2020-01-01"} | BORN, {"전환일": "2020-01-02"} | BORN, {}),  # what tells them apart comes first
        ({"전환일": "2020-01-01"} | BORN, BORN, {"2": "disallow"}),
        ({"전환일": "2020-01-01"} | BORN, {"전환일": "2020-01-01"} | OTHER, {"2": "disallow"}),
    ],
)
def test_a_person_by_a_number_else_by_name_and_birth(
    grants: Rulebook, first: dict[str, Any], second: dict[str, Any], expect: dict[str, str]
) -> None:
    found = said(grants, PERSON, [{"맡은 이": "김하나", **first}, {"맡은 이": "김하나", **second}])
    assert {line: effect for line, (effect, _) in found.items()} == expect


def test_a_row_that_may_be_either_of_two_people_waits(grants: Rulebook) -> None:
    rows = [{"맡은 이": "김하나", "전환일": f"2020-01-0{n}", **BORN} for n in (1, 2)] + [{"맡은 이": "김하나", **BORN}]
    assert {line: effect for line, (effect, _) in said(grants, PERSON, rows).items()} == {"3": "hold"}


def test_keys_beyond_ten_and_letters_are_ordered_as_people_count(grants: Rulebook) -> None:
    rule = NONE_PREFERRED.replace('key = "맡은 이"', 'key = "맡은 이"\nkeep = ["기업명"]').replace("shared", "surplus")
    rows = [{"맡은 이": "김하나", "기업명": name} for name in ("가-10", "가-9")]
    assert list(said(grants, rule, rows)) == ["1"]


# ---- places -------------------------------------------------------------------------------------------------------------------------

PLACES = 'kind = "quota"\n[parameters]\nplaces = 2\norder = ["설립일", "신청번호"]\n' + cases(
    beyond="hold place places", undecided="hold others places", unranked="hold"
)
EARLY = [{"설립일": f"2026-01-0{n}"} for n in (3, 1, 2)]


def test_rows_beyond_the_places_wait(grants: Rulebook) -> None:
    assert said(grants, PLACES, EARLY[:2]) == {}
    assert said(grants, PLACES, EARLY) == {"1": ("hold", "beyond 3 2")}


def test_on_one_day_the_number_decides_and_without_it_nobody_is_preferred(grants: Rulebook) -> None:
    rows = [{"설립일": "2026-01-01"}] * 3
    assert said(grants, PLACES, rows) == {"3": ("hold", "beyond 3 2")}
    alone = PLACES.replace(', "신청번호"]', "]")
    assert said(grants, alone, rows) == {
        "1": ("hold", "undecided 2, 3 2"),
        "2": ("hold", "undecided 1, 3 2"),
        "3": ("hold", "undecided 1, 2 2"),
    }
    assert said(grants, alone, rows[:2]) == {}


def test_a_row_without_a_day_leaves_the_last_place_open(grants: Rulebook) -> None:
    rows = [{"설립일": "2026-01-01"}, {"설립일": "2026-01-02"}, {}]
    assert {line: told[1].split()[0] for line, told in said(grants, PLACES, rows).items()} == {
        "2": "undecided",
        "3": "undecided",
    }


def test_a_struck_row_takes_no_place(grants: Rulebook) -> None:
    assert said(grants, PLACES, EARLY, more=STRUCK) == {}


def test_one_application_alone_is_not_ranked(grants: Rulebook) -> None:
    assert said(grants, PLACES, EARLY[:1]) == {"미점검": ("", "순위는 한 회차의 신청을 함께 판정할 때만 매깁니다")}


def test_without_places_no_line_is_drawn(grants: Rulebook) -> None:
    assert said(grants, PLACES.replace("places = 2", 'places = ""'), EARLY) == {}


def test_a_figure_of_the_round_may_say_how_many(grants: Rulebook) -> None:
    rows = [{"신청일시": "2026-04-20 10:00", **row} for row in EARLY]
    assert list(said(grants, PLACES.replace("places = 2", 'places = "limit.staff"'), rows)) == ["1"]


BY = PLACES.replace("places = 2", 'places = {"가" = 1, "나" = 2}\nby = "맡은 이"')


def test_places_of_each_part(grants: Rulebook) -> None:
    rows = [{"맡은 이": part, **row} for part, row in zip("가가나", EARLY, strict=True)]
    assert said(grants, BY, rows) == {"1": ("hold", "beyond 2 1")}


def test_a_row_of_no_part_may_take_the_last_place_of_each(grants: Rulebook) -> None:
    rows = [{"맡은 이": part, **row} for part, row in zip(("가", "", "나"), EARLY, strict=True)]
    assert {line: told[1].split()[0] for line, told in said(grants, BY, rows).items()} == {
        "1": "undecided",
        "2": "unranked",
    }


@pytest.mark.parametrize(
    ("last", "expect"), [(200, {}), (201, {"3": "beyond"}), ("", dict.fromkeys("123", "undecided"))]
)
def test_rows_may_take_several_places(grants: Rulebook, last: int | str, expect: dict[str, str]) -> None:
    rule = PLACES.replace("places = 2", 'places = 500\nweight = "가진 몫"')
    rows = [{"설립일": "2026-01-01", "가진 몫": 100}, {"설립일": "2026-01-02", "가진 몫": 200}]
    rows.append({"설립일": "2026-01-03", "가진 몫": last})
    found = {line: told[1].split()[0] for line, told in said(grants, rule, rows).items()}
    assert found == expect  # a row of which nobody knows may take any number of places, and come first


# ---- pages --------------------------------------------------------------------------------------------------------------------------

PAGES = """kind = "page_limit"
[parameters]
sheet = "명부"
column = "구실"
pages_column = "급여"
sections = [{paper = ["개요", "사례 개요"], pages = 2}, {paper = "별첨", pages = "limit.months"}]
""" + cases(over="hold over", blank="note blank")


@pytest.mark.parametrize(
    ("papers", "expect"),
    [
        ([("개요", 2), ("별첨", 3)], {}),
        ([("개요", 3), ("별첨", 3)], {"1": ("hold", "over 개요 3쪽(2쪽까지)")}),
        ([("사례개요", 3), ("별첨", 4)], {"1": ("hold", "over 개요 3쪽(2쪽까지), 별첨 4쪽(3쪽까지)")}),
        ([("개요", 1), ("개요", 1)], {}),
        ([("개요", 1), ("개요", 2)], {"1": ("hold", "over 개요 3쪽(2쪽까지)")}),  # two files of one paper
        ([("개요", None)], {"1": ("note", "blank 개요")}),
        ([("개요", None), ("개요", 3)], {"1": ("hold", "over 개요 3쪽(2쪽까지)")}),
        ([("다른 글", 30)], {}),
        ([], {}),
    ],
)
def test_pages(grants: Rulebook, papers: list[tuple[str, int | None]], expect: dict[str, tuple[str, str]]) -> None:
    rows = [{"신청번호": "1", "이름": "쪽", "구실": name, "급여": pages} for name, pages in papers]
    rows.append({"신청번호": "2", "이름": "쪽", "구실": "개요", "급여": 9})
    found = said(grants, PAGES, [{}, {}], 명부=rows)
    assert {line: told for line, told in found.items() if line == "1"} == expect
    assert found["2"] == ("hold", "over 개요 9쪽(2쪽까지)")


PEOPLE = (
    'kind = "quota"\nneeds = ["given:agreements"]\n[parameters]\nplaces = 2\norder = ["집행일", "집행번호"]\nover = "agreements"\n'
    + cases(beyond="hold")
)


@pytest.mark.parametrize(
    ("given", "beyond", "unchecked"),
    [
        ({}, [], True),  # judged by itself
        ({"agreements": True}, ["A-10"], False),  # a month in which nobody comes before
        ({"agreements": True, "ahead:APP-900": np.array([0, 0, 0])}, ["A-10"], False),
        ({"agreements": True, "ahead:APP-900": np.array([1, 0, 1])}, ["A-9", "A-10"], False),
    ],
)
def test_rows_of_other_agreements_come_before(
    grants: Rulebook, given: dict[str, Any], beyond: list[str], unchecked: bool
) -> None:
    rulebook = replace(grants, rules=(parse(HEAD + PEOPLE, {}, "APP-900.toml"),))
    rows = [
        {"집행번호": number, "집행일": day, "세목": "수당", "적요": "수당", "집행금액": 1}
        for number, day in (("A-9", "2026-05-02"), ("A-1", "2026-05-01"), ("A-10", "2026-05-02"))
    ]
    result = judge(book_from_tables({"집행내역": rows}, grants.programme), rulebook, given=given)
    assert list(result.findings["line"]) == beyond
    assert bool(result.not_checked) == unchecked
