"""Facts as data: [facts.<name>] of programme.toml, made of columns, other facts, rows of other sheets and figures of the round.

Every declared fact has a value and `<name>__known`: where something it is made of is blank, it is not known, and comparisons with it
are false on both sides (`blank = true` asks for just that).
"""

# Over 400 lines by a few: each way of making a fact stands beside the others.

from __future__ import annotations

import datetime as dt
from functools import singledispatch
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from msgspec import Struct

from settle.judging import boundaries
from settle.judging.arrays import FAR, NO_DAY, day
from settle.judging.facts.base import Facts, declares, known
from settle.judging.facts.subjects import application
from settle.judging.facts.unread import ANSWER, may_be_blank, names_in, unread
from settle.labour.working_days import next_working_days
from settle.programme import conditions
from settle.programme import fact_shapes as shapes
from settle.programme.vocabulary import MOMENTS, PAIRS, Subject, match_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DAY = 24 * 60 * 60
AMBIGUOUS, NONE = -2, -1


class Value(NamedTuple):
    """Values, one per row, and where they are known. Days are int64 since 1970."""

    value: Any
    known: np.ndarray


@declares
def declared(facts: Facts, name: str) -> Value:
    """A fact of [facts]. Raises KeyError for a name that it uses and nobody knows."""
    return made(facts.programme.facts[name], facts)


@singledispatch
def made(spec: Any, facts: Facts) -> Value:
    """The value of one declaration."""
    raise TypeError(type(spec))


@declares
def figure(facts: Facts, name: str) -> Value:
    """A number or day by its name; moments as days."""
    head, dot, rest = name.partition(".")
    if dot and head in ("limit", "round"):
        value = np.asarray(facts.limit(rest))
        moments = (*MOMENTS, *(facts.round.moments if facts.round is not None else ()))
        return Value(np.broadcast_to(value // DAY if rest in moments else value, facts.n), np.ones(facts.n, dtype=bool))
    if dot and head == PAIRS:
        return _agreed(facts, rest)
    if dot and isinstance(facts.programme.facts.get(head), shapes.Join | shapes.RowOf):
        return _joined(facts, head, rest)
    value, there = facts[name], facts.known(name)
    if _is_moment(facts.ledger, name):
        value = np.where(facts.ledger[known(name)], value // DAY, NO_DAY)
    value = np.asarray(value)
    lost = boundaries.unknown(value) if value.dtype.kind == "i" else np.zeros(facts.n, dtype=bool)
    return Value(value, ~lost if there is None else there & ~lost)


def _agreed(facts: Facts, item: str) -> Value:
    """An item of the agreement that is a day or a figure, one value for every row."""
    told = facts.book.agreement.get(item)
    value = day(told) if isinstance(told, dt.date) else int(told) if isinstance(told, int) else NO_DAY
    return Value(np.full(facts.n, value, dtype=np.int64), np.full(facts.n, value != NO_DAY))


def _is_moment(frame: pd.DataFrame, name: str) -> bool:
    return f"{name}__time_known" in frame


def _days_of(facts: Facts, name: str) -> np.ndarray:
    found = figure(facts, name)
    return np.where(found.known, found.value, NO_DAY).astype(np.int64)


def _as_days(days: np.ndarray) -> Value:
    return Value(days, ~boundaries.unknown(days))


def extreme(facts: Facts, of: Sequence[str], skip: Sequence[str], latest: bool) -> Value:
    """The latest or earliest of several days; not known where one is blank that is not in skip, or where all are."""
    found = []
    lost = np.zeros(facts.n, dtype=bool)
    for name in of:
        days = _days_of(facts, name)
        blank = boundaries.unknown(days)
        lost |= blank & (name not in skip)
        found.append(np.where(blank, -FAR if latest else FAR, days))
    best = np.max(found, axis=0) if latest else np.min(found, axis=0)
    return _as_days(np.where(lost | (np.abs(best) >= FAR), NO_DAY, best))


@made.register
def _(spec: shapes.Latest, facts: Facts) -> Value:
    return extreme(facts, spec.of, spec.skip, latest=True)


@made.register
def _(spec: shapes.Earliest, facts: Facts) -> Value:
    return extreme(facts, spec.of, spec.skip, latest=False)


def _shifted(
    facts: Facts, start: str, count: int | str, shift: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> Value:
    days = _days_of(facts, start)
    by = figure(facts, count) if isinstance(count, str) else Value(np.full(facts.n, count), np.ones(facts.n, bool))
    return _as_days(np.where(by.known, shift(days, np.where(by.known, by.value, 0).astype(np.int64)), NO_DAY))


@made.register
def _(spec: shapes.MonthsAfter, facts: Facts) -> Value:
    return _shifted(facts, spec.start, spec.months, boundaries.months_after)


@made.register
def _(spec: shapes.DaysAfter, facts: Facts) -> Value:
    return _shifted(facts, spec.start, spec.days, boundaries.days_after)


@made.register
def _(spec: shapes.NextWorkingDay, facts: Facts) -> Value:
    days = _days_of(facts, spec.of)
    sure = ~boundaries.unknown(days)
    found = days.copy()
    found[sure] = next_working_days(days[sure])
    return _as_days(found)


# ---- rows of other sheets -------------------------------------------------------------------------------------------------------


def rows_of(facts: Facts, sheet: str) -> Facts:
    """The rows of another sheet as facts of their own."""
    return Facts(facts.book, facts.programme, about=Subject(sheet, sheet, key="", of=facts.subject.of))


def belonging(facts: Facts, theirs: Facts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(row of this subject, row of theirs that belongs to it, side by side; where all rows of this subject are known).

    By the application number; rows without one belong to the only application there is. Where there are several, nobody knows whose they
    are. Where the number is the key of this subject, two rows with one number are told apart by nothing.
    """
    mine, numbers = application(facts).tolist(), application(theirs).tolist()
    named = set(mine)
    if len(named) == 1:
        only = mine[0]
        fits = [row for row, number in enumerate(numbers) if not only or number in ("", only)]
        rows: dict[str, list[int]] = {only: fits}
        sure = np.ones(facts.n, dtype=bool)
    else:
        rows = {}
        for row, number in enumerate(numbers):
            if number:
                rows.setdefault(number, []).append(row)
        sure = np.array([bool(number) for number in mine], dtype=bool) & ("" not in numbers)
    if facts.subject.key == facts.subject.of:
        sure &= ~pd.Series(mine).duplicated(keep=False).to_numpy() if mine else True
    pairs = [(own, row) for own, number in enumerate(mine) if number or len(named) == 1 for row in rows.get(number, [])]
    own, their = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return own, their, sure


def rows_beside(facts: Facts, theirs: Facts) -> list[list[int]]:
    """The rows of theirs that belong to each row of this subject (`belonging`), in their order."""
    found: list[list[int]] = [[] for _ in range(facts.n)]
    own, their, _ = belonging(facts, theirs)
    for i, row in zip(own.tolist(), their.tolist(), strict=True):
        found[i].append(row)
    return found


def _others(facts: Facts, theirs: Facts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As `belonging`, of rows that belong to another application; a row without number is known of neither."""
    mine, numbers = (np.asarray(application(one), dtype=object) for one in (facts, theirs))
    own, their = np.nonzero((mine[:, None] != numbers[None, :]) & (mine[:, None] != "") & (numbers[None, :] != ""))
    return own, their, mine != ""


class Beside(Struct, frozen=True):
    """Rows of another sheet, each beside the row of this subject to which it belongs: what a condition over both asks."""

    facts: Facts
    theirs: Facts
    own: np.ndarray
    their: np.ndarray

    def fact(self, name: str) -> Any:
        if name.startswith(conditions.OWN):
            return np.asarray(figure(self.facts, name.removeprefix(conditions.OWN)).value)[self.own]
        value = self.theirs.fact(name)
        return value.iloc[self.their] if isinstance(value, pd.Series) else np.asarray(value)[self.their]

    def limit(self, name: str) -> np.ndarray:
        return np.asarray(np.broadcast_to(self.theirs.limit(name), self.theirs.n)[self.their])

    def member(self, name: str, values: list[str]) -> np.ndarray:
        found: np.ndarray = self.theirs.member(name, values)[self.their]
        return found

    def known(self, name: str) -> np.ndarray | None:
        if name.startswith(conditions.OWN):
            return figure(self.facts, name.removeprefix(conditions.OWN)).known[self.own]
        found = self.theirs.known(name)
        return None if found is None else found[self.their]


def _own_figures(where: Any) -> set[str]:
    """The figures of this subject that a condition names."""
    if isinstance(where, list):
        return set().union(*map(_own_figures, where))
    if isinstance(where, dict):
        return set().union(*map(_own_figures, where.values()))
    return (
        {where.removeprefix(conditions.OWN)} if isinstance(where, str) and where.startswith(conditions.OWN) else set()
    )


NOTHING: Mapping[str, str] = MappingProxyType({})


class _Rows(NamedTuple):
    """Which rows of another sheet are meant: shapes.CountRows."""

    sheet: str
    where: Any = None
    on: Mapping[str, str] = NOTHING
    else_on: Mapping[str, str] = NOTHING
    elsewhere: bool = False
    counted: bool = False  # what could not be read is no blank


def _by_columns(facts: Facts, theirs: Facts, columns: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray, bool]:
    """Pairs of rows of theirs without an application number and rows of this subject equal in columns; do all say what they are?"""
    loose = np.flatnonzero((application(theirs) == "").to_numpy())
    said = [np.array(texts_of(theirs.ledger, name), dtype=object)[loose] for name in columns.values()]
    own, their = (found.ravel() for found in np.meshgrid(np.arange(facts.n), loose, indexing="ij"))
    same = _same(facts, theirs, own, their, columns)
    return own[same], their[same], all(bool((texts != "").all()) for texts in said)


def _fitting(facts: Facts, asked: _Rows) -> _Fitting:
    """The rows of another sheet that hold, each beside its own row, and where all of them are known."""
    theirs = rows_of(facts, asked.sheet)
    own, their, sure = (_others if asked.elsewhere else belonging)(facts, theirs)
    if asked.else_on and len(set(application(facts))) > 1:
        further = _by_columns(facts, theirs, asked.else_on)
        own, their = np.append(own, further[0]), np.append(their, further[1])
        sure = sure | (further[2] & (application(facts) != "").to_numpy())
    if asked.on:
        same = _same(facts, theirs, own, their, asked.on)
        own, their = own[same], their[same]
    for name in sorted(_own_figures(asked.where)):
        sure = sure & figure(facts, name).known
    if asked.counted:
        lost = unread(theirs, may_be_blank(asked.where)) | unread(theirs, names_in(asked.where), ANSWER)
        sure = sure & ~np.isin(np.arange(facts.n), own[lost[their]])
    fits = conditions.holds(asked.where, Beside(facts, theirs, own, their), len(own))
    return _Fitting(theirs, own[fits], their[fits], sure)


class _Fitting(NamedTuple):
    """Rows of another sheet, the rows to which they belong, and where all that belong to a row are known."""

    theirs: Facts
    own: np.ndarray
    their: np.ndarray
    sure: np.ndarray


def _gathered(facts: Facts, asked: _Rows, weight: Callable[[Facts], Value] | None = None) -> Value:
    """Per row the sum of weights over rows of another sheet that hold; not known where the sheet is absent, a weight is blank, or a figure
    of the row itself that the condition asks.
    """
    if not facts.book.has(asked.sheet):
        return Value(facts.zeros(), np.zeros(facts.n, dtype=bool))
    theirs, own, their, sure = _fitting(facts, asked)
    each = weight(theirs) if weight else Value(np.ones(theirs.n, np.int64), np.ones(theirs.n, bool))
    total = facts.zeros()
    np.add.at(total, own, np.where(each.known, each.value, 0)[their].astype(np.int64))
    blank = facts.zeros(bool)
    blank[own[~each.known[their]]] = True
    return Value(total, sure & ~blank)


def _same(facts: Facts, theirs: Facts, own: np.ndarray, their: np.ndarray, on: Mapping[str, str]) -> np.ndarray:
    """Which pairs mean the same in all columns named; a blank means nothing."""
    result = np.ones(len(own), dtype=bool)
    for mine, its in on.items():
        left, right = (
            np.array(texts_of(one.ledger, name), dtype=object) for one, name in ((facts, mine), (theirs, its))
        )
        if len(own):
            result &= (left[own] == right[their]) & (left[own] != "")
    return result


def _counted(spec: shapes.CountRows) -> _Rows:
    return _Rows(spec.sheet, spec.where, spec.on, spec.else_on, spec.elsewhere, counted=True)


def counted_rows(facts: Facts, spec: shapes.CountRows) -> list[tuple[int, int]]:
    """(row of this subject, row of the other sheet that it counts), as positions; the sheet was given."""
    found = _fitting(facts, _counted(spec))
    return list(zip(found.own.tolist(), found.their.tolist(), strict=True))


@made.register
def _(spec: shapes.CountRows, facts: Facts) -> Value:
    found = _gathered(facts, _counted(spec))
    if spec.distinct and facts.book.has(spec.sheet):
        texts = texts_of(facts.book.frames[spec.sheet], spec.distinct)
        kept: dict[int, set[str]] = {}
        for i, row in counted_rows(facts, spec):
            kept.setdefault(i, set()).add(texts[row])
        found = Value(np.array([len(kept.get(i, ())) for i in range(facts.n)], dtype=np.int64), found.known)
    if spec.none == "zero":
        return found
    rows = _gathered(facts, _Rows(spec.sheet))
    return Value(found.value, found.known & (rows.value > 0))


@made.register
def _(spec: shapes.SumRows, facts: Facts) -> Value:
    columns = [spec.column] if isinstance(spec.column, str) else spec.column
    found = _gathered(facts, _Rows(spec.sheet, spec.where), lambda theirs: _added(theirs, columns))
    if spec.none == "zero":
        return found
    rows = _gathered(facts, _Rows(spec.sheet, spec.where))
    return Value(found.value, found.known & (rows.value > 0))


def _added(theirs: Facts, columns: Sequence[str]) -> Value:
    """The sum of several columns of a row, known where all of them are."""
    found = [figure(theirs, column) for column in columns]
    value = np.sum([np.where(one.known, one.value, 0) for one in found], axis=0)
    return Value(value, np.logical_and.reduce([one.known for one in found]))


@made.register
def _(spec: shapes.AnyRow, facts: Facts) -> Value:
    found = _gathered(facts, _Rows(spec.sheet, spec.where, spec.on, spec.else_on))
    return Value((found.value > 0) & found.known, found.known)


@made.register
def _(spec: shapes.WhichRows, facts: Facts) -> Value:
    nothing = pd.Series([""] * facts.n, dtype="str")
    if not facts.book.has(spec.sheet):
        return Value(nothing, np.zeros(facts.n, dtype=bool))
    found = _fitting(facts, _Rows(spec.sheet, spec.where, spec.on, spec.else_on))
    told: list[list[str]] = [[] for _ in range(facts.n)]
    for own, row in zip(found.own.tolist(), found.theirs.ledger["_row"].iloc[found.their].tolist(), strict=True):
        told[own].append(f"{row}행")
    return Value(pd.Series([", ".join(rows) for rows in told], dtype="str"), found.sure)


def texts_of(frame: pd.DataFrame, column: str) -> list[str]:
    """A column as texts that are equal where it means the same; "" where blank."""
    values = frame[column]
    if known(column) in frame:
        there = frame[known(column)].tolist()
        return [str(value) if is_known else "" for value, is_known in zip(values.tolist(), there, strict=True)]
    return [match_key(text) for text in values.tolist()]


def _joined(facts: Facts, join: str, column: str) -> Value:
    """A column of the row that a join found; `found` and `ambiguous` of the join itself."""
    at = facts[join]
    if column in ("found", "ambiguous"):
        return Value(at >= 0 if column == "found" else at == AMBIGUOUS, np.ones(facts.n, dtype=bool))
    spec = facts.programme.facts[join]
    theirs = rows_of(facts, spec.sheet)
    value = theirs[column]
    there = theirs.known(column)
    if _is_moment(theirs.ledger, column):
        value = np.where(theirs.ledger[known(column)], value // DAY, NO_DAY)
    if not theirs.n:
        blank = pd.Series([""] * facts.n, dtype="str") if isinstance(value, pd.Series) else facts.zeros()
        return Value(blank, np.zeros(facts.n, dtype=bool))
    picked = np.where(at >= 0, at, 0)
    if isinstance(value, pd.Series):
        texts = value.to_numpy(dtype=object)[picked]
        shown = pd.Series(np.where(at >= 0, texts, ""), dtype="str")
        return Value(shown, (shown != "").to_numpy())
    is_known = np.ones(theirs.n, dtype=bool) if there is None else there
    return Value(np.where(at >= 0, value[picked], 0), (at >= 0) & is_known[picked])


# ---- figures --------------------------------------------------------------------------------------------------------------------


@made.register
def _(spec: shapes.OverlapDays, facts: Facts) -> Value:
    start, end, first, last = (_days_of(facts, name) for name in (spec.start, spec.end, *spec.window))
    lost = np.logical_or.reduce([boundaries.unknown(days) for days in (start, end, first, last)]) | (end < start)
    days = np.minimum(end, last) - np.maximum(start, first) + 1
    return Value(np.where(lost, 0, np.maximum(days, 0)), ~lost)


@made.register
def _(spec: shapes.Band, facts: Facts) -> Value:
    found = figure(facts, spec.fact)
    value, done = facts.zeros(), np.zeros(facts.n, dtype=bool)
    sure = np.zeros(facts.n, dtype=bool)
    for step in spec.bands:
        here = ~done & found.known & (found.value >= step.min if step.min is not None else True)
        value[here] = step.value or 0
        sure |= here & (step.value is not None)
        done |= here
    return Value(value, sure)
