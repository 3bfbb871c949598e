"""How the words of a notice are read (이상, 이내, 까지, 응당일): days, months and deadlines. What no notice says otherwise is fixed here.

N 이상, N 이하, N까지, 이내 take N in, 초과 and 미만 leave it out (conditions: min, max, over, under). The day itself counts on both
sides of 이후 and 이전. A period from an act does not count its first day (초일불산입): `days_after(act, N)` is still inside. Months end
on the corresponding day (응당일), in a month without it on its last (민법 160조 3항). 18:00까지 takes 18:00:00 in.

`[reading]` of programme.toml may say `day_only = "hold" | "pass" | "fail"` (what a day without a time is on the last day of a
deadline; hold is the default).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from settle.judging.arrays import FAR, NO_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY = 24 * 60 * 60
HOLD, PASS, FAIL = "hold", "pass", "fail"


def unknown(days: np.ndarray) -> np.ndarray:
    """Days that nobody knows, or that are beyond all days."""
    return (days == NO_DAY) | (days >= FAR)


def months_after(days: np.ndarray, months: np.ndarray | int) -> np.ndarray:
    """The corresponding day so many months later (earlier where negative); the last of a month that has no such day."""
    lost = unknown(days)
    known = np.where(lost, 0, days)
    start = known.astype("datetime64[D]")
    month = start.astype("datetime64[M]")
    day = known - month.astype("datetime64[D]").astype(np.int64)  # 0 is the first
    target = month + np.asarray(months).astype("timedelta64[M]")
    first = target.astype("datetime64[D]").astype(np.int64)
    last = (target + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int64) - 1
    return np.where(lost, days, np.minimum(first + day, last))


def days_after(days: np.ndarray, count: np.ndarray | int) -> np.ndarray:
    """So many days later; a day that nobody knows stays one."""
    return np.where(unknown(days), days, np.where(unknown(days), 0, days) + count)


class Deadline(NamedTuple):
    """Where a moment stands: before the opening, after the close, or on a day of which the time decides and is not known."""

    early: np.ndarray
    late: np.ndarray
    time_unknown: np.ndarray


def day_of(seconds: np.ndarray) -> np.ndarray:
    """The day of a moment."""
    return seconds // DAY


def deadline(
    seconds: np.ndarray, timed: np.ndarray, opens: np.ndarray, closes: np.ndarray, reading: Mapping[str, str]
) -> Deadline:
    """Moments (seconds since 1970) against an opening and a close, both of which count. A day alone is judged by the day: on the day of
    the opening or the close nobody knows, unless the opening is its first second or the close its last.
    """
    day, first, last = seconds // DAY, opens // DAY, closes // DAY
    alone = ~timed
    early = np.where(alone, day < first, seconds < opens)
    late = np.where(alone, day > last, seconds > closes)
    open_start = alone & (day == first) & (opens % DAY > 0)
    open_end = alone & (day == last) & (closes % DAY < DAY - 1)
    waits = open_start | open_end
    how = reading.get("day_only", HOLD)
    if how == PASS:
        waits = np.zeros_like(waits)
    elif how == FAIL:
        early, late, waits = early | open_start, late | open_end, np.zeros_like(waits)
    return Deadline(early, late, waits)
