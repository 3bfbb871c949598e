"""Working days: weekdays that are no public holiday of Korea."""

from __future__ import annotations

from functools import cache

import numpy as np
import tomli

from settle.programme.folders import common_file

HOLIDAYS = "holidays.toml"


def working_days(first: int, last: int) -> np.ndarray:
    """Every Korean working day from `first` to `last` (days since 1970, both included), as int64."""
    if last < first:
        return np.zeros(0, dtype=np.int64)
    span = np.arange(first, last + 1).astype("datetime64[D]")
    years = span[[0, -1]].astype("datetime64[Y]").astype(int) + 1970
    return span[np.is_busday(span, holidays=korean_holidays(int(years[0]), int(years[1])))].astype(np.int64)


@cache
def korean_holidays(first_year: int, last_year: int) -> np.ndarray:
    """Public holidays of Korea, substitute holidays included, as datetime64[D], ascending.

    Of the table in schemas/_common; of a year that is not in it those that are on the same day every year. Raises ResourceError.
    """
    by_year: dict[int, set[str]] = {}
    for day in _stored():
        by_year.setdefault(int(day[:4]), set()).add(day[5:])
    always = set.intersection(*by_year.values())
    found = [f"{year}-{day}" for year in range(first_year, last_year + 1) for day in by_year.get(year, always)]
    return np.array(sorted(found), dtype="datetime64[D]")


@cache
def _stored() -> tuple[str, ...]:
    """The days of the table, 2025-01-01."""
    text = common_file("schemas", HOLIDAYS).read_text(encoding="utf-8")
    return tuple(tomli.loads(text))


def next_working_days(days: np.ndarray) -> np.ndarray:
    """Each day (since 1970), or the next one that is a working day."""
    if not len(days):
        return days
    dates = days.astype("datetime64[D]")
    years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    holidays = korean_holidays(int(years.min()), int(years.max()) + 1)
    return np.busday_offset(dates, 0, roll="forward", holidays=holidays).astype(np.int64)
