"""Points for what an applicant says of itself on a sheet of its own (번호, 해당, 증빙 …): counted once proved.

Of every criterion three sums are kept: what is proved and whose figure is sure, what is proved, and what may be had at most (claimed
without proof, or with something blank). A total is passed by the second, rests on an unsure figure where the first falls short, and is
surely too low only where the third is.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from settle.judging.facts.base import known
from settle.judging.facts.declared import Beside, belonging, rows_of
from settle.programme import conditions

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts
    from settle.programme.scores import Answers, Criterion, Route


class Claim(Struct, frozen=True):
    """Points of every row of the subject for one criterion. sure <= proved <= most; stated: what the applicant itself counted."""

    sure: np.ndarray
    proved: np.ndarray
    most: np.ndarray
    unproved: np.ndarray  # claimed, and points are lost for want of a proof
    stated: list[Fraction | None]


class _Rows(Struct, frozen=True):
    """The rows that answer one criterion, each beside the row of the subject."""

    beside: Beside
    claimed: np.ndarray
    maybe: np.ndarray
    proved: np.ndarray


def claim(facts: Facts, answers: Answers, one: Criterion) -> Claim:
    """What is claimed for one criterion, whose name is its number on the sheet."""
    rows, adrift = _rows(facts, answers, one)
    at, n = rows.beside.own, facts.n
    fits = [(route, _fits(facts, rows, route)) for route in one.routes]
    if one.by == "count":
        sure, proved, most = _counted(rows, one, fits, n)
    else:
        sure, proved, most = (np.zeros(n, dtype=np.int64) for _ in range(3))
        gather = np.maximum.at if one.by == "best_one" else np.add.at
        for route, fit in fits:
            if route.alone:
                here = conditions.holds(route.own, facts, n)
                levels = [
                    (most, here),
                    (proved, here & (not route.open)),
                    (sure, here & (not (route.open or route.unsure))),
                ]
                for level, where in levels:
                    gather(level, np.flatnonzero(where), route.points)
                continue
            good = rows.claimed & rows.proved & fit & (not route.open)
            for level, where in ((most, rows.maybe & fit), (proved, good), (sure, good & (not route.unsure))):
                gather(level, at[where], route.points)
    any_fit = np.logical_or.reduce([np.zeros(len(at), dtype=bool), *(fit for route, fit in fits if not route.alone)])
    unproved = np.zeros(n, dtype=bool)
    unproved[at[rows.claimed & ~rows.proved & any_fit]] = True
    most = np.where(adrift, one.most, np.minimum(most, one.most))
    proved, sure = (np.where(adrift, 0, np.minimum(level, one.most)) for level in (proved, sure))
    return Claim(sure, proved, np.maximum(most, proved), unproved & (most > proved), _stated(rows, answers, n))


def _rows(facts: Facts, answers: Answers, one: Criterion) -> tuple[_Rows, np.ndarray]:
    """(the rows of the criterion; where nobody knows which rows are the applicant's)."""
    theirs = rows_of(facts, answers.sheet)
    own, their, sure = belonging(facts, theirs)
    number = theirs.ledger[answers.number].to_numpy()
    there = theirs.ledger[known(answers.number)].to_numpy(dtype=bool)
    mine = (there & (number == int(one.name)))[their] if len(their) else np.zeros(0, dtype=bool)
    beside = Beside(facts, theirs, own[mine], their[mine])
    count = len(beside.own)
    spared = conditions.holds(one.spared, facts, facts.n) if one.spared is not None else np.zeros(facts.n, dtype=bool)
    found = _Rows(
        beside,
        conditions.holds(answers.claimed, beside, count),
        conditions.holds(answers.maybe, beside, count),
        conditions.holds(answers.proved, beside, count) | spared[beside.own],
    )
    return found, ~sure


def _fits(facts: Facts, rows: _Rows, route: Route) -> np.ndarray:
    own = conditions.holds(route.own, facts, facts.n)[rows.beside.own]
    return own & conditions.holds(route.when, rows.beside, len(rows.beside.own))


def _counted(
    rows: _Rows, one: Criterion, fits: list[tuple[Route, np.ndarray]], n: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First + further × (so many − 1). A number that is blank proves nothing and may be any."""
    frame = rows.beside.theirs.ledger
    count = frame[one.counted].to_numpy()[rows.beside.their]
    there = frame[known(one.counted)].to_numpy(dtype=bool)[rows.beside.their]
    fit = np.logical_or.reduce([np.zeros(len(count), dtype=bool), *(where for _, where in fits)])

    def points(where: np.ndarray) -> np.ndarray:
        total = np.zeros(n, dtype=np.int64)
        np.add.at(total, rows.beside.own[where], count[where])
        return np.where(total < 1, 0, np.minimum(one.most, one.first + one.further * np.maximum(total - 1, 0)))

    proved = points(rows.claimed & rows.proved & fit & there)
    most = points(rows.maybe & fit & there)
    most[rows.beside.own[rows.maybe & fit & ~there]] = one.most
    sure = np.where(proved > 0, np.minimum(one.first, proved), 0) if one.further_unsure else proved
    return sure, proved, most


def _stated(rows: _Rows, answers: Answers, n: int) -> list[Fraction | None]:
    """The applicant's own points, None where it says none."""
    found: list[Fraction | None] = [None] * n
    frame = rows.beside.theirs.ledger
    for own, row in zip(rows.beside.own.tolist(), rows.beside.their.tolist(), strict=True):
        if frame[known(answers.stated)].iat[row]:
            found[own] = (found[own] or Fraction(0)) + Fraction(str(frame[answers.stated].iat[row]))
    return found
