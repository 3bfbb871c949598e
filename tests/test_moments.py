"""Moments: a day and its time of day, in the spellings of forms and exports; a day alone has no time."""

from __future__ import annotations

import calendar
import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from settle.programme import vocabulary
from settle.programme.sheets import Column
from settle.reading import cells, columns
from settle.reading.moments import moment


def at(*parts: int) -> int:
    return calendar.timegm(dt.datetime(*parts).timetuple())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "seconds", "timed"),
    [
        ("2026-04-29 18:00:00", at(2026, 4, 29, 18), True),
        ("2026-04-29 18:00:01", at(2026, 4, 29, 18, 0, 1), True),
        ("2026-04-29T17:59", at(2026, 4, 29, 17, 59), True),
        ("2026.4.29. 18:00", at(2026, 4, 29, 18), True),
        ("2026년 4월 29일 오후 6시", at(2026, 4, 29, 18), True),
        ("2026년 4월 29일 오후 6시 1분", at(2026, 4, 29, 18, 1), True),
        ("2026-04-29 오전 12:30", at(2026, 4, 29, 0, 30), True),
        ("2026-04-29 12:30 PM", at(2026, 4, 29, 12, 30), True),
        ("2026-04-29 오후 18:00", at(2026, 4, 29, 18), True),
        ("20260429 180001", at(2026, 4, 29, 18, 0, 1), True),
        ("202604291800", at(2026, 4, 29, 18), True),
        ("46141.75", at(2026, 4, 29, 18), True),  # a number of a spreadsheet: three quarters of the day
        ("2026-04-29 24:00", at(2026, 4, 30), True),
        ("2026-04-29", at(2026, 4, 29), False),
        ("2026-04-29 00:00:00", at(2026, 4, 29), False),  # how a spreadsheet writes a day
        ("46141", at(2026, 4, 29), False),
        ("2026-04-29(수)", at(2026, 4, 29), False),
    ],
)
def test_what_a_text_means(text: str, seconds: int, timed: bool) -> None:
    read = moment(text)
    assert (read.status, read.seconds, read.timed) == (cells.OK, seconds, timed)


@pytest.mark.parametrize("text", ["2026-02-30 10:00", "2026-04-29 25:00", "2026-04-29 18:61", "언젠가"])
def test_no_such_moment(text: str) -> None:
    assert moment(text).status == cells.BAD


@pytest.mark.parametrize(("text", "status"), [("", cells.BLANK), ("-", cells.BLANK), ("18:00", cells.TIME)])
def test_nothing_and_a_time_alone(text: str, status: int) -> None:
    assert moment(text).status == status


def test_a_column_of_them() -> None:
    column = Column("신청일시", "datetime")
    raw = columns.RawColumn.of(pa.array(["2026-04-29 18:00", "2026-04-29", "", "어제"]))
    parsed = columns.parse(column, raw, vocabulary.load())
    made = columns.frame_column(column, parsed, np.arange(4))
    assert made["신청일시"].tolist() == [at(2026, 4, 29, 18), at(2026, 4, 29), 0, 0]
    assert made["신청일시__known"].tolist() == [True, True, False, False]
    assert made["신청일시__time_known"].tolist() == [True, False, False, False]
    assert columns.empty(column, 2)["신청일시__time_known"].tolist() == [False, False]
