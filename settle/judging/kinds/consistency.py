"""Do the sheets of a workbook agree with each other: points, application numbers, joins, one fact on two sheets (DAT-110 … DAT-140)?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from settle.judging import sub_items
from settle.judging.facts.base import known
from settle.judging.facts.beside import same_person
from settle.judging.facts.declared import AMBIGUOUS, figure, rows_of, texts_of
from settle.judging.kinds.base import Context, Outcome, Told, kind
from settle.judging.kinds.rows import counted
from settle.korean import number
from settle.programme import fact_shapes, scores

if TYPE_CHECKING:
    from fractions import Fraction

    import pandas as pd

    from settle.judging.facts.base import Facts
    from settle.programme.scores import ScoreTable
    from settle.programme.shapes import SameFact, Side

    _LeftOut = tuple[int, str, Fraction, dict[str, Any]]  # row of the sheet of reviews, item, points, other values


@kind("line")
def points_outside(ctx: Context) -> Outcome:
    """Points of a reviewer which the score leaves out: below 0 or above what the criterion has at most, or (cases with `found`) others than
    its sub-items have together (unequal), or sub-items of which some have no points (lacking).

    Values: item, points, most; of sub-items also added (their sum), lacking.
    """
    facts, told = ctx.facts, []
    for table in scores.load(facts.programme.id, facts.programme.place):
        if table.subject != facts.subject.name or table.answers is not None or not facts.book.has(table.sheet):
            continue
        outside: list[_LeftOut] = []
        unequal: list[_LeftOut] = []
        lacking: list[_LeftOut] = []
        for one in table.criterion:
            found = sub_items.given(facts, table, one)
            outside += [(x.row, x.item, x.points, {"most": one.most}) for x in found.outside]
            for x in found.unequal:
                also = {"most": one.most, "added": _points(x.added), "lacking": ", ".join(x.lacking)}
                (lacking if x.lacking else unequal).append((x.row, one.name, x.stated, also))
        told += _left_out(table, ctx.rule.case("note"), "", outside)
        told += _left_out(table, ctx.rule.found("unequal"), "/합", unequal)
        told += _left_out(table, ctx.rule.found("lacking"), "/세부", lacking)
    return Outcome(np.zeros(ctx.n, dtype=np.uint8), told=told)


def _left_out(table: ScoreTable, case: int, sort: str, found: list[_LeftOut]) -> list[Told]:
    """What is told of points that do not count."""
    if not found or not case:
        return []
    rows, items, points, also = zip(*sorted(found, key=lambda one: one[0]), strict=True)
    values = {"item": list(items), "points": [_points(one) for one in points]}
    values |= {name: [one[name] for one in also] for name in also[0]}
    keys = counted([f"{table.id}/{item}{sort}" for item in items])
    case_of = np.full(len(rows), case, dtype=np.uint8)
    return [Told(table.sheet, case_of, np.array(rows, dtype=np.int64), keys, values)]


def _points(points: Fraction) -> str:
    return f"{float(points):g}"


@kind("line")
def stray_rows(ctx: Context) -> Outcome:
    """Rows of other sheets with an application number that no application has. Values: number, where (the sheet of applications)."""
    nothing, facts = np.zeros(ctx.n, dtype=np.uint8), ctx.facts
    column, sheet = facts.subject.of, facts.subject.sheet
    if facts.subject.key != column:  # of these rows none is an application
        return Outcome(nothing)
    ours, told = set(facts.ledger[column].astype("str")), []
    for name, frame in facts.book.frames.items():
        if name == sheet or column not in frame or not facts.book.has(name):
            continue
        numbers = frame[column].astype("str")
        at = np.flatnonzero((~numbers.isin([*ours, ""])).to_numpy())
        found = numbers.iloc[at].tolist()
        case = np.full(len(at), ctx.rule.case("note"), dtype=np.uint8)
        told.append(Told(name, case, at, counted(found), {"number": found, "where": [sheet] * len(at)}))
    return Outcome(nothing, told=told)


@kind("line")
def ambiguous_join(ctx: Context) -> Outcome:
    """A row to which several different rows of another sheet fit, by a `join` of [facts]. Values: joined (which, and where they stand)."""
    facts = ctx.facts
    said: dict[int, list[str]] = {}
    for name, spec in facts.programme.facts.items():
        if not isinstance(spec, fact_shapes.Join) or any(column not in facts.ledger for column in spec.on):
            continue
        frame = facts.book.frames[spec.sheet]
        at = np.flatnonzero(np.asarray(facts[name]) == AMBIGUOUS).tolist()
        fits = same_person(facts, rows_of(facts, spec.sheet), spec.on, spec.soft) if at else []
        for i in at:
            if len({_content(frame, r) for r in fits[i]}) > 1:
                places = ", ".join(f"{int(frame['_row'].iat[r])}행" for r in fits[i])
                said.setdefault(i, []).append(f"{spec.sheet} 시트의 {places}")
    return _held(ctx, "joined", said)


def _content(frame: pd.DataFrame, row: int) -> tuple[str, ...]:
    """A row as it reads, wherever it stands."""
    return tuple(str(frame[c].iat[row]) for c in frame if not str(c).startswith("_"))


@kind("line")
def contradiction(ctx: Context) -> Outcome:
    """A fact of [[same_fact]] that two sheets say differently, where both say it. Values: contrary (which, with both cells)."""
    said: dict[int, list[str]] = {}
    for fact in ctx.facts.programme.same_facts:
        for i, text in _contradicted(ctx.facts, fact).items():
            said.setdefault(i, []).append(f"{fact.name}({text})")
    return _held(ctx, "contrary", said)


def _held(ctx: Context, value: str, said: dict[int, list[str]]) -> Outcome:
    case = np.zeros(ctx.n, dtype=np.uint8)
    case[list(said)] = ctx.rule.case("hold")
    return Outcome(
        np.where(ctx["judged"], case, 0), values={value: lambda at: ["; ".join(said[i]) for i in at.tolist()]}
    )


def _contradicted(facts: Facts, fact: SameFact) -> dict[int, str]:
    """Row of this subject -> where the fact stands twice, each with another value."""
    book, (one, other) = facts.book, fact.sides
    if not (book.has(one.sheet) and book.has(other.sheet)):
        return {}
    if one.fact or other.fact:
        stated, made = (other, one) if one.fact else (one, other)
        return _against_made(facts, stated, made) if facts.subject.sheet == stated.sheet else {}
    mine, theirs, on = one, other, list(fact.on.items())
    if facts.subject.sheet == other.sheet:
        mine, theirs, on = other, one, [(right, left) for left, right in on]
    if facts.subject.sheet == mine.sheet:
        return {i: text for i, _, text in _pairs(facts, mine, theirs, on)}
    joins = [name for name, spec in facts.programme.facts.items() if _joins(spec, mine, theirs)]
    if joins:  # it stands on the rows that are joined to one of the sheets, and on nothing else
        swapped = [(right, left) for left, right in on]
        return _through_join(
            facts,
            joins[0],
            *((theirs, mine, swapped) if _sheet(facts, joins[0]) == theirs.sheet else (mine, theirs, on)),
        )
    subjects = {subject.sheet for subject in (facts.programme.main, *facts.programme.others)}
    if facts.subject.key != facts.subject.of or subjects & {mine.sheet, theirs.sheet}:
        return {}
    numbers = facts.ledger[facts.subject.key].astype("str").tolist()
    place = {name: at for at, name in enumerate(numbers) if name}
    found: dict[int, str] = {}
    for _, application, text in _pairs(facts, mine, theirs, on):
        at = place.get(application, 0 if not application and facts.n == 1 else -1)
        if at >= 0:
            found[at] = f"{found[at]}, {text}" if at in found else text
    return found


def _joins(spec: Any, *sides: Side) -> bool:
    return isinstance(spec, fact_shapes.Join) and spec.sheet in {side.sheet for side in sides}


def _sheet(facts: Facts, join: str) -> str:
    return str(getattr(facts.programme.facts[join], "sheet", ""))


def _through_join(facts: Facts, join: str, mine: Side, theirs: Side, on: list[tuple[str, str]]) -> dict[int, str]:
    """Rows of the subject whose joined row says something else than the other sheet."""
    spec: Any = facts.programme.facts[join]
    if any(column not in facts.ledger for column in spec.on):
        return {}
    said = {row: text for row, _, text in _pairs(facts, mine, theirs, on)}
    return {i: said[row] for i, row in enumerate(np.asarray(facts[join]).tolist()) if row in said}


def _against_made(facts: Facts, stated: Side, made: Side) -> dict[int, str]:
    """Rows of the subject whose column says another figure than the fact made of the other sheet."""
    theirs, frame = figure(facts, made.fact), facts.ledger
    there = frame[known(stated.column)].to_numpy(dtype=bool) & theirs.known
    differs = there & (frame[stated.column].to_numpy() != np.asarray(theirs.value))
    return {
        i: f"{_cell(facts, frame, stated, i)} {number(int(frame[stated.column].iat[i]))}, "
        f"{made.sheet} 시트에서 센 것 {number(int(theirs.value[i]))}"
        for i in np.flatnonzero(differs).tolist()
    }


def _pairs(facts: Facts, mine: Side, theirs: Side, on: list[tuple[str, str]]) -> list[tuple[int, str, str]]:
    """(my row, its application, where) of rows that mean the same and say something else than every row of the other sheet that does."""
    of, frames = facts.subject.of, facts.book.frames
    left, right = frames[mine.sheet], frames[theirs.sheet]
    first = on[0] if on else (of, of)
    if first[0] not in left or first[1] not in right:
        return []
    keys, values, numbers = (_texts(left, column) for column in (first[0], mine.column, of))
    their_keys, their_values, their_numbers = (_texts(right, column) for column in (first[1], theirs.column, of))
    apart = [(_texts(left, ours), _texts(right, its)) for ours, its in on[1:]] + [(numbers, their_numbers)]
    by_key: dict[str, list[int]] = {}
    for row, key in enumerate(their_keys):
        by_key.setdefault(key, []).append(row)
    found = []
    for i, (key, value) in enumerate(zip(keys, values, strict=True)):
        if not key or not value:
            continue
        # nothing says that the rows mean different things: one of the two is blank, or they are equal
        fits = [
            row
            for row in by_key.get(key, [])
            if their_values[row] and all(not ours[i] or not its[row] or ours[i] == its[row] for ours, its in apart)
        ]
        if fits and all(their_values[row] != value for row in fits):
            application = numbers[i] or their_numbers[fits[0]]
            where = f"{_cell(facts, left, mine, i)}, {_cell(facts, right, theirs, fits[0])}"
            found.append((i, application, where))
    return found


def _texts(frame: pd.DataFrame, column: str) -> list[str]:
    """A column as texts that are equal where it means the same; blank where the sheet has none."""
    return texts_of(frame, column) if column in frame else [""] * len(frame)


def _cell(facts: Facts, frame: pd.DataFrame, side: Side, row: int) -> str:
    """`명부 C3`: the cell, never what stands in it."""
    sheet: Any = facts.book.sheets[int(frame["_source"].iat[row])]
    return f"{sheet.name} {sheet.letters.get(side.column, '')}{int(frame['_row'].iat[row])}"
