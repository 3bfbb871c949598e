"""Every cell of 〈컨설턴트 등급 기준〉, both sides, written down here a second time from the annex."""

from __future__ import annotations

import pytest

from settle.labour import grades
from settle.programme import folders as resources

# credential -> years needed for 특급, 고급, 중급, 초급 (None: the annex has no such route)
BY_CREDENTIAL = {
    "기술사": (0, None, None, None),
    "기사": (10, 7, 4, 0),
    "산업기사": (13, 10, 7, 0),
    "경영지도사": (10, 7, 4, 0),
    "기술지도사": (10, 7, 4, 0),
}
BY_EDUCATION = {
    "박사": (3, 0, None, None),
    "석사": (9, 6, 3, 0),
    "학사": (12, 9, 6, 0),
    "전문대학": (15, 12, 9, 0),
    "고등학교": (None, 15, 12, 3),
}
GRADES = ("특급", "고급", "중급", "초급")
CELLS = [
    (by, name, grade, years)
    for by, rows in (("자격", BY_CREDENTIAL), ("학력", BY_EDUCATION))
    for name, row in rows.items()
    for grade, years in zip(GRADES, row, strict=True)
    if years is not None
]


def ask(by: str, name: str, years: float | None) -> grades.Supported:
    return grades.supported(name, "", years) if by == "학력" else grades.supported("", name, years)


@pytest.mark.parametrize(("by", "name", "grade", "years"), CELLS)
def test_years_at_the_boundary_count(by: str, name: str, grade: str, years: float) -> None:
    found = ask(by, name, years)
    assert found.grade == grade
    assert name in found.route
    assert (f"{years}년 이상" in found.route) == (years > 0)
    assert found.unknown == ()


@pytest.mark.parametrize(("by", "name", "grade", "years"), [c for c in CELLS if c[3] > 0])
def test_a_tenth_of_a_year_below_the_boundary_is_the_grade_below(by: str, name: str, grade: str, years: float) -> None:
    below = {"특급": "고급", "고급": "중급", "중급": "초급", "초급": None}[grade]
    found = ask(by, name, years - 0.1)
    assert found.grade == below
    assert found.next_grade == grade
    assert "0.1년이 모자랍니다" in found.missing
    assert f"{years}년 이상" in found.missing


@pytest.mark.parametrize(("by", "name", "grade", "years"), CELLS)
def test_more_years_never_lower_the_grade(by: str, name: str, grade: str, years: float) -> None:
    assert GRADES.index(str(ask(by, name, years + 40).grade)) <= GRADES.index(grade)


def test_the_table_has_no_route_beyond_the_annex() -> None:
    in_file = {(r.by, c, r.grade, r.years) for r in grades.table().routes for c in r.credential}
    assert in_file == set(CELLS)


def test_consulting_years_are_asked_of_advisers_only() -> None:
    asked = {c for r in grades.table().routes if r.of == grades.CONSULTING for c in r.credential}
    assert asked == {"경영지도사", "기술지도사"}
    assert grades.supported("", "경영지도사", 20, consulting_years=6.9).grade == "중급"
    assert grades.supported("", "기사", 10, consulting_years=0).grade == "특급"


@pytest.mark.parametrize(
    ("education", "credentials", "years", "grade"),
    [
        ("박사", "", None, "고급"),
        ("석사", "", None, "초급"),
        ("", "기술사", None, "특급"),
        ("", "기사", None, "초급"),
        ("학사", "기술사", None, "특급"),
        ("고등학교", "", None, None),
    ],
)
def test_blank_years_support_the_routes_that_need_none(
    education: str, credentials: str, years: None, grade: str | None
) -> None:
    assert grades.supported(education, credentials, years).grade == grade


@pytest.mark.parametrize(
    ("education", "credentials", "unknown"),
    [
        ("박사", "", ("경력연수",)),
        ("고등학교", "", ("경력연수",)),
        ("", "기사", ("경력연수",)),
        ("", "기술사", ()),
        ("학사", "기술사", ()),
    ],
)
def test_blank_years_are_unknown_only_where_more_hangs_on_them(
    education: str, credentials: str, unknown: tuple[str, ...]
) -> None:
    assert grades.supported(education, credentials, None).unknown == unknown


def test_blank_years_of_somebody_without_any_route_are_no_matter() -> None:
    found = grades.supported("중학교", "", None)
    assert (found.grade, found.unknown) == (None, ())
    assert "기준이 없습니다" in found.missing


def test_neither_education_nor_credential_is_unknown() -> None:
    found = grades.supported(" ", "", 30)
    assert (found.grade, found.route, found.unknown) == (None, "", ("학력", "자격"))


def test_the_best_of_several_routes_counts() -> None:
    # 학사 with 10 years alone is 고급, 기사 with 10 years 특급
    assert grades.supported("학사", "", 10).grade == "고급"
    found = grades.supported("학사", "산업기사, 기사", 10)
    assert found.grade == "특급"
    assert found.route.startswith("기사")


def test_the_shortest_way_to_the_next_grade_is_told() -> None:
    # 학사 8 years (중급 by 6) and 산업기사 8 years (중급 by 7): 고급 by 9 (1 more) or by 10 (2 more)
    found = grades.supported("학사", "산업기사", 8)
    assert (found.grade, found.next_grade) == ("중급", "고급")
    assert "학사" in found.missing
    assert "1년이 모자랍니다" in found.missing


def test_the_top_has_no_next_grade() -> None:
    found = grades.supported("", "기술사", 0)
    assert (found.next_grade, found.missing) == (None, "")


def test_no_way_upwards_is_said() -> None:
    found = grades.supported("고등학교", "", 30)
    assert (found.grade, found.next_grade) == ("고급", "특급")
    assert "기준이 없습니다" in found.missing


@pytest.mark.parametrize(
    ("credentials", "years", "grade"),
    [
        ("정보처리기사", 10, "특급"),
        ("전기산업기사", 10, "고급"),
        ("전기 산업 기사", 10, "고급"),
        ("산업기사", 10, "고급"),
        ("기사(품질경영)", 7, "고급"),
        ("건축기계설비기술사", 0, "특급"),
        ("PMP / 경영지도사", 4, "중급"),
        ("PMP", 30, None),
        ("전기기능사", 30, None),
    ],
)
def test_a_credential_is_known_by_the_end_of_its_name(credentials: str, years: float, grade: str | None) -> None:
    assert grades.supported("", credentials, years).grade == grade


def test_a_programme_without_a_table_is_said(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "schemas" / "bare").mkdir(parents=True)
    monkeypatch.setenv("SETTLE_PROGRAMMES", str(tmp_path))
    with pytest.raises(resources.ResourceError, match="등급 기준"):
        grades.table("bare")
