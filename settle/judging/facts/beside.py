"""Facts as data that look at rows beside a row: of the same person, of the same application, of its papers; and what is worked out of two.

A person is known by `on` (own column = its column, both filled) and told apart by `soft` where both sides fill it (a day of birth).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from settle.judging import boundaries
from settle.judging.arrays import NO_DAY, days
from settle.judging.facts.base import Facts, known
from settle.judging.facts.declared import AMBIGUOUS, NONE, Value, figure, made, rows_of, texts_of
from settle.judging.facts.ledger import company
from settle.judging.facts.subjects import application
from settle.judging.facts.unread import unread
from settle.model import EVIDENCE
from settle.programme import conditions
from settle.programme import fact_shapes as shapes
from settle.programme.vocabulary import match_key

if TYPE_CHECKING:
    from collections.abc import Mapping

MONTH = re.compile(r"(\d{4})\s?[-./년]?\s?(\d{1,2})월?")


def month_of(text: str) -> int:
    """The first day (since 1970) of a month as it is written; NO_DAY where it is none."""
    found = MONTH.fullmatch(text.strip()[:20])
    if found is None or not 1 <= int(found[2]) <= 12:
        return NO_DAY
    return int(np.datetime64(f"{found[1]}-{int(found[2]):02d}", "D").astype(np.int64))


def same_person(
    facts: Facts, theirs: Facts, on: Mapping[str, str], soft: Mapping[str, str] | None = None
) -> list[list[int]]:
    """Per row of the subject the rows of theirs that are of the same person and of no other application."""
    keys = list(zip(*(texts_of(theirs.ledger, column) for column in on.values()), strict=True))
    place: dict[tuple[str, ...], list[int]] = {}
    for row, key in enumerate(keys):
        if all(key):
            place.setdefault(key, []).append(row)
    mine = list(zip(*(_own_texts(facts, column) for column in on), strict=True))
    apart = [(application(facts).tolist(), application(theirs).tolist())]
    apart += [(_own_texts(facts, own), texts_of(theirs.ledger, its)) for own, its in (soft or {}).items()]
    return [
        [
            row
            for row in place.get(key, [])
            if all(own[i] == its[row] or not own[i] or not its[row] for own, its in apart)
        ]
        for i, key in enumerate(mine)
    ]


def _own_texts(facts: Facts, column: str) -> list[str]:
    """A column of the row itself, or what is given under its name (rows that are judged as if they stood on another sheet)."""
    if column in facts.given:
        return [match_key(str(text)) for text in facts.given[column].tolist()]
    return texts_of(facts.ledger, column)


@made.register
def _(spec: shapes.Join, facts: Facts) -> Value:
    """The row of the other sheet; NONE, AMBIGUOUS. Known where just one row fits."""
    if facts.subject.sheet == spec.sheet:
        return Value(np.arange(facts.n, dtype=np.int64), np.ones(facts.n, dtype=bool))
    found = _of(facts, rows_of(facts, spec.sheet), spec)
    return _one([rows[0] if len(rows) == 1 else AMBIGUOUS if rows else NONE for rows in found])


@made.register
def _(spec: shapes.RowOf, facts: Facts) -> Value:
    if facts.subject.sheet == spec.sheet:
        return Value(np.arange(facts.n, dtype=np.int64), np.ones(facts.n, dtype=bool))
    theirs = rows_of(facts, spec.sheet)
    place: dict[str, int] = {}
    for row, number in enumerate(application(theirs).tolist()):
        if number:
            place[number] = AMBIGUOUS if number in place else row
    only = 0 if theirs.n == 1 else NONE
    lone = theirs.n == 1 and not place  # the only application has no number: every row is of it
    return _one([place.get(number, 0 if lone else NONE) if number else only for number in application(facts).tolist()])


def _one(at: list[int]) -> Value:
    found = np.array(at, dtype=np.int64)
    return Value(found, found >= 0)


@made.register
def _(spec: shapes.RowsOf, facts: Facts) -> Value:
    if not facts.book.has(spec.sheet):
        return Value(facts.zeros(), np.zeros(facts.n, dtype=bool))
    theirs = rows_of(facts, spec.sheet)
    fits = conditions.holds(spec.where, theirs, theirs.n)
    counts = [sum(bool(fits[row]) for row in rows) for rows in _of(facts, theirs, spec)]
    return Value(np.array(counts, dtype=np.int64), np.ones(facts.n, dtype=bool))


@made.register
def _(spec: shapes.LastDay, facts: Facts) -> Value:
    theirs = rows_of(facts, spec.sheet)
    when = days(theirs.ledger[spec.column])
    told = figure(facts, spec.since) if spec.since else None
    found = np.full(facts.n, NO_DAY, dtype=np.int64)
    for i, rows in enumerate(_of(facts, theirs, spec)):
        since = int(told.value[i]) if told is not None and told.known[i] else NO_DAY
        ours = [int(when[row]) for row in rows if when[row] == NO_DAY or when[row] >= since]
        found[i] = NO_DAY if NO_DAY in ours else max(ours, default=NO_DAY)
    return _days(found)


@made.register
def _(spec: shapes.Unbroken, facts: Facts) -> Value:
    theirs = rows_of(facts, spec.sheet)
    begins, ends = days(theirs.ledger[spec.start]), days(theirs.ledger[spec.end])
    return _days(np.array([_stretch(rows, begins, ends) for rows in _of(facts, theirs, spec)], dtype=np.int64))


def _of(facts: Facts, theirs: Facts, spec: shapes.OfPerson) -> list[list[int]]:
    return same_person(facts, theirs, spec.on, spec.soft)


def _stretch(rows: list[int], begins: np.ndarray, ends: np.ndarray) -> int:
    """First day of the last stretch: a row that begins no later than the one before it ended goes on with it."""
    if not rows or any(begins[row] == NO_DAY for row in rows):
        return NO_DAY
    since, until = NO_DAY, NO_DAY
    for row in sorted(rows, key=lambda row: int(begins[row])):
        if since == NO_DAY or int(begins[row]) > until:
            since = int(begins[row])
        until = max(until, -NO_DAY if ends[row] == NO_DAY else int(ends[row]))
    return since


def _days(found: np.ndarray) -> Value:
    return Value(found, ~boundaries.unknown(found))


# ---- of two or several ------------------------------------------------------------------------------------------------------------


def _said(facts: Facts, name: str) -> Value:
    """A figure, or a text that is known where it is filled."""
    found = figure(facts, name)
    if isinstance(found.value, np.ndarray) and found.value.dtype.kind not in "OU":
        return found
    texts = np.asarray(found.value, dtype=object)
    return Value(texts, found.known & (texts != ""))


def _typed(values: np.ndarray, there: np.ndarray, like: list[Value]) -> Value:
    """Texts as a Series, figures as int64."""
    if any(one.value.dtype.kind in "OU" for one in like):
        return Value(pd.Series(np.where(there, values, ""), dtype="str"), there)
    return Value(np.where(there, values, 0).astype(np.int64), there)


@made.register
def _(spec: shapes.First, facts: Facts) -> Value:
    found = [_said(facts, name) for name in spec.of]
    value, there = found[-1].value, found[-1].known
    for name, one in zip(reversed(spec.of[:-1]), reversed(found[:-1]), strict=True):
        value, there = np.where(one.known, one.value, value), one.known | (there & ~unread_under(facts, name))
    return _typed(value, there, found)


def unread_under(facts: Facts, name: str) -> np.ndarray:
    """Where a cell stands under this name that could not be read, or a word of which a `pick` knows nothing: what comes after it does not
    speak for it.
    """
    chosen = facts.programme.facts.get(name)
    if isinstance(chosen, shapes.Pick):
        word = np.asarray(facts[chosen.by], dtype=object)
        return np.asarray((word != "") & ~np.isin(word, list(chosen.of)), dtype=bool)
    head, dot, column = name.partition(".")
    spec = facts.programme.facts.get(head) if dot else None
    if isinstance(spec, shapes.Join | shapes.RowOf) and facts.book.has(spec.sheet):
        lost = unread(rows_of(facts, spec.sheet), {column})
        at = facts[head]
        return (at >= 0) & lost[np.where(at >= 0, at, 0)] if len(lost) else facts.zeros(bool)
    return facts.zeros(bool) if dot else unread(facts, {name})


@made.register
def _(spec: shapes.Pick, facts: Facts) -> Value:
    named = np.asarray(facts[spec.by], dtype=object)
    found = {text: _said(facts, name) for text, name in spec.of.items()}
    value: Any = np.zeros(facts.n, dtype=object)
    there = np.zeros(facts.n, dtype=bool)
    for text, one in found.items():
        here = (named == text) & one.known
        value, there = np.where(here, one.value, value), there | here
    return _typed(value, there, list(found.values()))


@made.register
def _(spec: shapes.Difference, facts: Facts) -> Value:
    start, end = figure(facts, spec.start), figure(facts, spec.end)
    sure = start.known & end.known
    return Value(
        np.where(sure, np.where(sure, end.value, 0) - np.where(sure, start.value, 0), 0).astype(np.int64), sure
    )


@made.register
def _(spec: shapes.MonthStart, facts: Facts) -> Value:
    return _days(np.array([month_of(text) for text in facts[spec.of].tolist()], dtype=np.int64))


@made.register
def _(spec: shapes.MonthEnd, facts: Facts) -> Value:
    first = np.array([month_of(text) for text in facts[spec.of].tolist()], dtype=np.int64)
    return _days(boundaries.days_after(boundaries.months_after(first, 1), -1))


@made.register
def _(spec: shapes.Same, facts: Facts) -> Value:
    texts = [[company(str(text)) for text in _said(facts, name).value] for name in spec.of]
    there = np.array([all(pair) for pair in zip(*texts, strict=True)], dtype=bool)
    return Value(there & np.array([len(set(pair)) == 1 for pair in zip(*texts, strict=True)], dtype=bool), there)


@made.register
def _(spec: shapes.OfPapers, facts: Facts) -> Value:
    frame, links = facts.book.frames[EVIDENCE], facts["links"]
    column = frame[spec.column]
    dated = pd.api.types.is_datetime64_any_dtype(column)
    values = days(column) if dated else column.to_numpy()
    filled = (
        frame[known(spec.column)].to_numpy(dtype=bool) if known(spec.column) in frame else (column != "").to_numpy()
    )
    use = facts["evidence"].of(_kinds(facts, spec.papers))[links.row] & filled[links.row]
    line, row = links.line[use], links.row[use]
    there = facts.zeros(bool)
    there[line] = True
    if spec.sum:
        return Value(_shared_out(facts, line, row, values), there)
    first = np.full(facts.n, NO_DAY if dated else "", dtype=np.int64 if dated else object)
    first[line[::-1]] = values[row[::-1]]  # of several the one that stands first
    return _days(first) if dated else Value(pd.Series(first, dtype="str"), there)


def _shared_out(facts: Facts, line: np.ndarray, row: np.ndarray, won: np.ndarray) -> np.ndarray:
    """Won of papers per line: one that names several lines pays each what it claims, in their order, and the last what is left."""
    total, claimed, order = facts.zeros(), facts["claimed"], facts["order"]
    for one in np.unique(row).tolist():
        lines = sorted(line[row == one].tolist(), key=lambda i: int(order[i]))
        rest = int(won[one])
        for i in lines[:-1]:
            part = min(rest, max(int(claimed[i] - total[i]), 0))
            total[i] += part
            rest -= part
        total[lines[-1]] += rest
    return total


def _kinds(facts: Facts, name: str) -> list[str]:
    """The kinds of papers of a list of [papers]."""
    named = facts.programme.papers[name]
    return [kind for one in named for kind in ([one] if isinstance(one, str) else one)]
