"""People placed with a company: how many at once, and their hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from settle.judging.arrays import NO_DAY, date_text
from settle.judging.facts.base import known
from settle.judging.facts.declared import figure, rows_of
from settle.judging.facts.subjects import application
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import by_cases
from settle.korean import and_more
from settle.labour.working_days import working_days
from settle.programme.vocabulary import PAIRS, match_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from settle.judging.facts.base import Facts

SHOWN = 5  # days in one sentence
WEEK = 7
MONDAY = 3  # 1970-01-01 was a Thursday: day + 3 divides into weeks that begin on Monday


@kind("line")
def at_once(ctx: Context) -> Outcome:
    """So many rows of one application at most, and at least, on any day; the rows that begin later are beyond.

    parameters: from, to (days; a blank end lasts until `until`, a day), most = names of which the first that is known counts
    (`협약.<item>`, a fact, a joined column, `round.<figure>`), least = a figure. Rows that begin on one day come in the order of the sheet.
    Local: beyond, undecided (a row whose beginning is not known, and they are more than `most` in all), few (on a day of its own fewer
    than `least` are there). Values: most, first (the first day on which few are there).
    """
    plan = ctx.rule.parameters
    start, end = (figure(ctx.facts, str(plan[name])) for name in ("from", "to"))
    first = np.where(start.known, start.value, NO_DAY).astype(np.int64)
    last = np.where(end.known, end.value, figure(ctx.facts, str(plan["until"])).value).astype(np.int64)
    most = _first_known(ctx, plan["most"])
    least = int(figure(ctx.facts, str(plan["least"])).value[0]) if ctx.n else 0
    among, numbers = ctx.applies(), application(ctx.facts).tolist()
    beyond, undecided, few = np.zeros((3, ctx.n), dtype=bool)
    since = np.full(ctx.n, NO_DAY, dtype=np.int64)
    by_company: dict[str, list[int]] = {}
    for i in np.flatnonzero(among).tolist():
        by_company.setdefault(numbers[i], []).append(i)
    for rows in by_company.values():
        dated = sorted((i for i in rows if first[i] != NO_DAY), key=lambda i: (first[i], i))
        kept: list[int] = []
        for i in dated:
            there = sum(first[j] <= first[i] <= last[j] for j in kept)
            beyond[i] = there >= most[i]
            if not beyond[i]:
                kept.append(i)
        lost = [i for i in rows if first[i] == NO_DAY]
        undecided[lost] = [len(rows) > most[i] for i in lost]
        for i in dated:
            since[i] = _first_of_few(i, dated, first, last, least)
            few[i] = since[i] != NO_DAY and not lost
    ctx.local.update(beyond=beyond, undecided=undecided, few=few)
    return by_cases(
        ctx,
        most=lambda at: [str(int(most[i])) for i in at.tolist()],
        first=lambda at: [date_text(since[i]) for i in at.tolist()],
    )


def _first_of_few(i: int, rows: Iterable[int], first: np.ndarray, last: np.ndarray, least: int) -> int:
    """The first day of a row on which fewer than `least` rows are there: its own first day, or one after another has ended."""
    rows = list(rows)
    for one in sorted({int(first[i]), *(int(last[j]) + 1 for j in rows if first[i] <= last[j] + 1 <= last[i])}):
        if sum(first[j] <= one <= last[j] for j in rows) < least:
            return one
    return NO_DAY


def _first_known(ctx: Context, names: Iterable[str]) -> np.ndarray:
    """The first of several figures that is known, per row."""
    result, done = np.zeros(ctx.n, dtype=np.int64), np.zeros(ctx.n, dtype=bool)
    for name in names:
        sheet, _, item = name.partition(".")
        if sheet == PAIRS:
            told = str(ctx.facts.book.agreement.get(item) or "")
            value = np.full(ctx.n, int(told) if told.isdecimal() else 0)
            there = np.full(ctx.n, told.isdecimal())
        else:
            found = figure(ctx.facts, name)
            value, there = np.asarray(found.value), found.known
        take = there & ~done
        result[take] = value[take]
        done |= take
    return result


@kind("line")
def hours(ctx: Context) -> Outcome:
    """Hours of a person by the rows of a time sheet: not more than so many a day and a week (Monday to Sunday), not fewer on a working day.

    parameters: sheet, name (column of both sheets), day, hours, reason (its columns: a row with a reason is not too short), day_most,
    week_most (figures of the round). Local: long_day, long_week, short_day, open (a row without day or hours). Values: of the same names.
    """
    plan, facts = ctx.rule.parameters, ctx.facts
    theirs = rows_of(facts, str(plan["sheet"]))
    frame = theirs.ledger
    of_person = _rows_of_people(facts, theirs, str(plan["name"]))
    days, worked = theirs[str(plan["day"])], frame[str(plan["hours"])].to_numpy(dtype=np.float64)
    there = (frame[known(str(plan["day"]))] & frame[known(str(plan["hours"]))]).to_numpy(dtype=bool)
    excused = (frame[str(plan["reason"])] != "").to_numpy()
    day_most, week_most = (figure(facts, str(plan[name])).value for name in ("day_most", "week_most"))
    said: dict[str, list[list[str]]] = {
        name: [[] for _ in range(ctx.n)] for name in ("long_day", "long_week", "short_day", "open")
    }
    for i, rows in enumerate(of_person):
        said["open"][i] = ["근로시간"] if not all(there[rows]) else []
        by_day: dict[int, float] = {}
        for row in rows:
            if there[row]:
                by_day[int(days[row])] = by_day.get(int(days[row]), 0.0) + worked[row]
        fine = {int(days[row]) for row in rows if there[row] and excused[row]}
        by_week: dict[int, float] = {}
        for one, total in sorted(by_day.items()):
            by_week[(one + MONDAY) // WEEK] = by_week.get((one + MONDAY) // WEEK, 0.0) + total
            if total > day_most[i]:
                said["long_day"][i].append(f"{date_text(one)} {total:g}시간({total - day_most[i]:g}시간 초과)")
            elif total < day_most[i] and one not in fine and len(working_days(one, one)):
                said["short_day"][i].append(f"{date_text(one)} {total:g}시간")
        for week, total in sorted(by_week.items()):
            if total > week_most[i]:
                monday = date_text(week * WEEK - MONDAY)
                said["long_week"][i].append(f"{monday}부터 한 주 {total:g}시간({total - week_most[i]:g}시간 초과)")
    for name, found in said.items():
        ctx.local[name] = np.array([bool(texts) for texts in found], dtype=bool)
    return by_cases(ctx, **{name: _shown(found) for name, found in said.items()})


def _shown(found: list[list[str]]) -> Callable[[np.ndarray], list[str]]:
    def texts(at: np.ndarray) -> list[str]:
        return [and_more(found[i], SHOWN, "일") for i in at.tolist()]

    return texts


def _rows_of_people(facts: Facts, theirs: Facts, name: str) -> list[list[int]]:
    """The rows of a time sheet of each person: by application number and name; without a number where the name is alone."""
    numbers, names = application(theirs).tolist(), [match_key(text) for text in theirs.ledger[name]]
    mine = [match_key(text) for text in facts.ledger[name]]
    of: dict[tuple[str, str], list[int]] = {}
    for row, key in enumerate(zip(numbers, names, strict=True)):
        of.setdefault(key, []).append(row)
    found: list[list[int]] = []
    for number, person in zip(application(facts).tolist(), mine, strict=True):
        rows = list(of.get((number, person), []))
        if number and mine.count(person) == 1:
            rows += of.get(("", person), [])
        found.append(rows if person else [])
    return found
