"""Which consultant grade a person's education, credentials and years support: 〈컨설턴트 등급 기준〉 as data (LAB-130).

The table lies in schemas/<programme>/grades.toml. A person is looked at once, so this is plain Python, not vectorised.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import tomli
from msgspec import Struct

from settle.programme import folders as resources

if TYPE_CHECKING:
    from pathlib import Path

EDUCATION = "학력"
CREDENTIAL = "자격"
YEARS = "경력연수"
CONSULTING = "컨설팅 경력"


class Route(Struct, frozen=True):
    """One cell of the table: with one of `credential` and at least `years` of the kind `of`, a person has `grade`."""

    grade: str
    by: str
    credential: tuple[str, ...]
    years: float
    of: str = ""

    def text(self, held: str) -> str:
        """The route as an officer reads it, for somebody who holds `held`."""
        return f"{held}, {self.of} {self.years:g}년 이상" if self.years else f"{held} (경력 요건 없음)"


class GradeTable(Struct, frozen=True):
    """order: grades, highest first. routes: every route of the programme, in the order of the file."""

    order: tuple[str, ...]
    routes: tuple[Route, ...]
    source: str

    def rank(self, grade: str | None) -> int:
        """0 for the highest grade; a grade that is none stands below all others."""
        return self.order.index(grade) if grade in self.order else len(self.order)


class Supported(Struct, frozen=True):
    """What credentials support.

    grade: the highest supported grade, None where no route is met. route: the route it stands on, "" for None.
    unknown: blank columns whose value might support more than `grade`: (학력, 자격) where both are blank, (경력연수,).
    next_grade: the grade above (None at the top). missing: what is missing for it, one Korean sentence ("" at the top).
    """

    grade: str | None
    route: str
    unknown: tuple[str, ...]
    next_grade: str | None
    missing: str


@cache
def table(programme: str = resources.DEFAULT_PROGRAMME, place: Path | None = None) -> GradeTable:
    """The grade table of another rulebook's folder where it has one, else the programme's.

    Raises resources.ResourceError where there is none.
    """
    path = resources.data_file(programme, "grades.toml", place)
    if not path.is_file():
        raise resources.ResourceError(f"사업 '{programme}'에 컨설턴트 등급 기준(grades.toml)이 없습니다.")
    data = tomli.loads(path.read_text(encoding="utf-8"))
    routes = tuple(
        Route(r["grade"], r["by"], tuple(r["credential"]), float(r["years"]), r.get("of", "")) for r in data["route"]
    )
    return GradeTable(tuple(data["order"]), routes, f"{data['source']['doc']} {data['source']['at']}")


def supported(
    education: str,
    credentials: str,
    years: float | None,
    consulting_years: float | None = None,
    grades: GradeTable | None = None,
) -> Supported:
    """The highest grade that 학력, 자격 (comma list) and years support, and what is missing for the next one.

    years: 경력연수, None where blank. consulting_years: where they are told apart from `years`; None takes `years`.
    A blank number of years supports the routes that need none; `unknown` names it where a higher grade hangs on it.
    """
    grades = grades or table()
    consulting = years if consulting_years is None else consulting_years
    if not education.strip() and not credentials.strip():
        return Supported(None, "", (EDUCATION, CREDENTIAL), None, "학력 또는 자격을 적어야 등급을 확인할 수 있습니다.")
    open_to = [(route, name) for route in grades.routes for name in _held(route, education, credentials)]
    met = [(route, name) for route, name in open_to if _is_met(route, years, consulting)]
    best = min(met, key=lambda pair: grades.rank(pair[0].grade), default=None)
    grade = best[0].grade if best else None
    above = [pair for pair in open_to if grades.rank(pair[0].grade) < grades.rank(grade)]
    unknown = (YEARS,) if any(_years_for(route, years, consulting) is None for route, _ in above) else ()
    next_grade, missing = _next(grades, grade, above, years, consulting)
    return Supported(grade, best[0].text(best[1]) if best else "", unknown, next_grade, missing)


def _held(route: Route, education: str, credentials: str) -> list[str]:
    """What the person holds of that which the route asks for: the degree, or the credentials by the end of their names.

    정보처리기사 is a 기사 and 전기산업기사 a 산업기사 (and no 기사).
    """
    if route.by == EDUCATION:
        return [education.strip()] if education.strip() in route.credential else []
    names = [re.sub(r"\([^()]*+\)", "", name).strip() for name in re.split(r"[,、;/·\n]", credentials)]
    return [name for name in names if any(_is_kind(name, kind) for kind in route.credential)]


def _is_kind(name: str, kind: str) -> bool:
    name = "".join(name.split())
    return name.endswith(kind) and not (kind == "기사" and name.endswith("산업기사"))


def _years_for(route: Route, years: float | None, consulting: float | None) -> float | None:
    return consulting if route.of == CONSULTING else years


def _is_met(route: Route, years: float | None, consulting: float | None) -> bool:
    had = _years_for(route, years, consulting)
    return route.years == 0 or (had is not None and had >= route.years)


def _next(
    grades: GradeTable, grade: str | None, above: list[tuple[Route, str]], years: float | None, consulting: float | None
) -> tuple[str | None, str]:
    """The grade above and the shortest way to it with what the person holds."""
    rank = grades.rank(grade)
    if rank == 0:
        return None, ""
    next_grade = grades.order[rank - 1]
    ways = [(route, name) for route, name in above if route.grade == next_grade]
    if not ways:
        return next_grade, f"지금의 학력·자격으로는 {next_grade}에 이르는 기준이 없습니다."
    route, name = min(ways, key=lambda pair: pair[0].years - (_years_for(pair[0], years, consulting) or 0.0))
    had = _years_for(route, years, consulting)
    if had is None:
        return next_grade, f"{next_grade}: {route.text(name)}이어야 하나 {YEARS}가 비어 있습니다."
    return next_grade, f"{next_grade}: {route.text(name)}이어야 하며 {round(route.years - had, 2):g}년이 모자랍니다."
