"""Working days are counted from a table of holidays kept as data: it is complete, and what the package `holidays` knows."""

from __future__ import annotations

import datetime as dt
import tomllib

import holidays
import numpy as np
import pytest

from settle.labour import working_days
from settle.programme.folders import common_file

TABLE = tomllib.loads(common_file("schemas", working_days.HOLIDAYS).read_text(encoding="utf-8"))
DAYS = [dt.date.fromisoformat(day) for day in TABLE]
YEARS = range(min(DAYS).year, max(DAYS).year + 1)


def counted(first: str, last: str) -> int:
    start, end = (int(np.datetime64(day).astype(np.int64)) for day in (first, last))
    return len(working_days.working_days(start, end))


@pytest.mark.parametrize("year", YEARS)
def test_the_table_is_what_the_package_knows(year: int) -> None:
    known = holidays.country_holidays("KR", years=year)
    assert [day for day in DAYS if day.year == year] == sorted(known)


def test_the_table_is_in_order_and_every_day_has_its_name() -> None:
    assert sorted(DAYS) == DAYS
    assert all(name.strip() for name in TABLE.values())


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2025-01-01", "2025-01-31", 18),  # 23 weekdays less 신정, 임시공휴일 on the 27th, 설날 28th to 30th
        ("2025-05-01", "2025-05-31", 20),  # 22 weekdays less the 5th and its substitute on the 6th
        ("2025-06-03", "2025-06-03", 0),  # the election of a president
        ("2025-10-03", "2025-10-09", 0),  # 개천절, 추석 and its substitute, 한글날
        ("2025-10-10", "2025-10-10", 1),
        ("2025-10-10", "2025-10-09", 0),
    ],
)
def test_days_counted_on_the_calendar(first: str, last: str, days: int) -> None:
    assert counted(first, last) == days


@pytest.mark.parametrize("year", [YEARS[0] - 1, YEARS[-1] + 1])
def test_of_a_year_that_is_not_in_the_table_the_days_are_known_that_never_move(year: int) -> None:
    never = ["01-01", "03-01", "05-05", "06-06", "08-15", "10-03", "10-09", "12-25"]
    assert np.datetime_as_string(working_days.korean_holidays(year, year)).tolist() == [f"{year}-{d}" for d in never]
    both = working_days.korean_holidays(min(year, YEARS[0]), max(year, YEARS[-1]))
    assert len(both) == len(never) + len(DAYS)
    assert (np.diff(both) > np.timedelta64(0)).all()
