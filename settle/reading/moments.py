"""Texts of cells -> moments: a day and, where it is said, the time of day. Seconds since 1970 of the clock on the wall. No pandas."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from msgspec import Struct

from settle.reading import cells

DAY = 24 * 60 * 60
_NOON = r"(오전|오후|AM|PM|am|pm)?"
_CLOCK = re.compile(  # in a text of single spaces
    rf"{_NOON} ?(\d{{1,2}}) ?(?::|시) ?(?:(\d{{1,2}}) ?(?:분|:)?)? ?(?:(\d{{1,2}})(?:\.\d{{1,9}})? ?초?)? ?{_NOON}"
    r" ?(?:Z|[+-]\d{2}:?\d{2})?$"
)
_COMPACT = re.compile(r"\d{8}\s?(\d{2})(\d{2})(\d{2})?$")
_SERIAL = re.compile(r"\d{5}\.\d+")
_AFTERNOON, _MORNING = ("오후", "PM", "pm"), ("오전", "AM", "am")


class Moment(Struct, frozen=True):
    """status: as in settle.reading.cells; seconds since 1970; timed: is the time of day known? Where not, it is 00:00."""

    status: int
    seconds: int = 0
    timed: bool = False
    remark: str = ""


def moment(text: str, epoch: date = cells.EPOCH_1900, period: tuple[date, date] | None = None) -> Moment:
    """2026-04-29 18:00, 2026년 4월 29일 오후 6시, 20260429 180000, a day alone. Midnight to the second counts as no time: that is how
    spreadsheets write a day without one.
    """
    read = cells.day(text, epoch, period)
    if read.status != cells.OK:
        return Moment(read.status)
    start = (read.value - date(1970, 1, 1)).days * DAY
    plain = cells.flat(text)
    time = _serial(plain) if read.remark == "serial" else _clock(plain)
    if time is None:
        return Moment(cells.BAD)
    return Moment(cells.OK, start + time, time > 0, read.remark)


def _serial(text: str) -> int | None:
    """The fraction of a day that a spreadsheet keeps behind the day, in whole seconds."""
    if not _SERIAL.fullmatch(text):
        return 0
    return int((Decimal(text) % 1 * DAY).to_integral_value())


def _clock(text: str) -> int | None:
    """Seconds of the time of day at the end of a text; 0 where it says none, None where there is no such time."""
    compact = _COMPACT.search(text)
    found = _CLOCK.search(text)
    if compact:
        hour, minute, second = (int(part or 0) for part in compact.groups())
        noon = ""
    elif found:
        hour, minute, second = (int(part or 0) for part in found.groups()[1:4])
        noon = found[1] or found[5] or ""
    else:
        return 0
    if noon and not 1 <= hour <= 12:
        hour = hour if noon in _AFTERNOON and hour < 24 else -1  # 오후 18시 is said as well
    elif noon:
        hour = hour % 12 + (12 if noon in _AFTERNOON else 0)
    whole = hour * 3600 + minute * 60 + second
    if hour < 0 or minute > 59 or second > 59 or whole > DAY:
        return None
    return whole
