"""Points of applications: by reviewers, by bands of facts, by flags; exact fractions, compared unrounded."""

# Over 400 lines by a few: one total is made of all of it.

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from settle.judging.claimed import claim
from settle.judging.facts.beside import same_person
from settle.judging.facts.declared import figure, rows_beside, rows_of
from settle.judging.facts.unread import names_in, unread
from settle.judging.figure_texts import writer
from settle.judging.kinds.base import ACCEPT
from settle.judging.sub_items import given as given_points
from settle.programme import conditions
from settle.programme import scores as tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from settle.judging.facts.base import Facts
    from settle.model import Judged
    from settle.programme.scores import Answers, Criterion, ScoreTable

YES = ("Y", "true", "True")
NOTE = "note"
REVIEW = "심사"  # who gave points: the reviewers
FAR = 1 << 40  # beyond every figure by which equal totals are told apart


class Point(Struct, frozen=True):
    """Points of one application for one criterion; None: nobody gave any. by: who or what did. why: in a few words.

    unproved: points were given, and what proves them is not there. sure, most: what is certain of them and what they may be at most, where
    that differs; stated: what the applicant itself counted.
    """

    criterion: str
    points: Fraction | None
    by: str
    why: str
    bonus: bool
    unproved: bool = False
    sure: Fraction | None = None
    most: Fraction | None = None
    stated: Fraction | None = None
    unread: bool = False  # the cell that says it could not be read: nobody knows the points, of a bonus either


class Scored(Struct, frozen=True):
    """One application: its points, their sum with bonus (None: not complete) and the bonus, its rank (None: none), with whom it is equal.

    scored: is it one that this table is for? surely_below: whatever is yet proved; unsurely_above: only by figures that are not certain.
    """

    number: str
    points: tuple[Point, ...]
    total: Fraction | None
    bonus: Fraction
    below: bool
    rank: int | None = None
    tied_with: tuple[str, ...] = ()
    scored: bool = True
    surely_below: bool = False
    unsurely_above: bool = False
    part: str = ""  # among whom it is ranked
    order: tuple[Fraction, ...] = ()  # the total and what tells equal totals apart, the larger first
    after: tuple[str, ...] = ()  # rows of fewer points that go before it whatever the points (`first` of the table)


class Scores(Struct, frozen=True):
    """A score table with the rows of its subject, and what became of each by all rules: in, out, held, open (not complete)."""

    table: ScoreTable
    judged: Judged
    rows: tuple[Scored, ...]
    standing: tuple[str, ...]

    def in_order(self) -> list[tuple[Scored, str]]:
        """The rows and what became of them, as they are ranked in each part; those without a rank behind."""
        pairs = zip(self.rows, self.standing, strict=True)
        return sorted(pairs, key=lambda pair: (pair[0].part, pair[0].rank is None, pair[0].rank or 0))


def of_subject(judged: Judged) -> list[Scores]:
    """The score tables of a judged subject whose reviews were given."""
    facts = judged.facts
    found = []
    for table in tables.load(facts.programme.id, facts.programme.place):
        if table.subject != judged.subject.name or not facts.book.has(source(table)):
            continue
        held = judged.lines["held"].to_numpy() > 0
        out = (judged.lines["disallowed"].to_numpy() > 0) & (
            judged.lines["disallowed"] >= judged.lines["claimed"]
        ).to_numpy()
        rows = scored(facts, table, ~out, _struck(judged, table.without))
        if not any(one.scored for one in rows) or (table.where and not any(map(reviewed, rows))):
            continue
        told = [
            (one, "out" if gone else "open" if one.total is None else "held" if waits else "in")
            for one, waits, gone in zip(rows, held.tolist(), out.tolist(), strict=True)
            if one.scored
        ]
        found.append(Scores(table, judged, tuple(one for one, _ in told), tuple(standing for _, standing in told)))
    return found


def _struck(judged: Judged, codes: Sequence[str]) -> np.ndarray:
    """Rows that one of these rules disallows or holds, and no decision lifts."""
    table, result = judged.findings, np.zeros(len(judged.lines), dtype=bool)
    for at, code, effect, decision in zip(
        *(table[c] for c in ("line_index", "code", "effect", "decision")), strict=True
    ):
        if code in codes and effect != NOTE and (decision or {}).get("판정") != ACCEPT:
            result[at] = True
    return result


def reviewed(one: Scored) -> bool:
    """Has a reviewer given it points?"""
    return any(point.points is not None and point.by == REVIEW for point in one.points)


def scored(
    facts: Facts, table: ScoreTable, among: np.ndarray | None = None, without: np.ndarray | None = None
) -> list[Scored]:
    """Every row of the subject, in its order, with a rank among those that are complete and, where given, among these.

    without: rows that get no points. Raises KeyError for a fact that nobody knows.
    """
    columns = [_criterion(facts, table, one) for one in table.criterion]
    firsts = _facts_of_ties(facts, table)
    numbers = facts["line_name"].tolist()
    mine = conditions.holds(table.of, facts, facts.n) & (True if without is None else ~without)
    found = [
        _sum(table, numbers[i], tuple(column[i] for column in columns), {name: of[i] for name, of in firsts.items()})
        if mine[i]
        else _not_scored(numbers[i])
        for i in range(facts.n)
    ]
    if table.by:
        found = [replace(one, part=str(part)) for one, part in zip(found, facts[table.by].tolist(), strict=True)]
    if len(found) < 2 or table.answers is not None:  # a rank is one among others
        return found
    placed = [one.total is not None and (among is None or bool(among[i])) for i, one in enumerate(found)]
    if table.first is not None:
        return _ranked_by_sort(facts, table, found, placed)
    parts: dict[str, list[Scored]] = {}
    for one, is_placed in zip(found, placed, strict=True):
        if is_placed:
            parts.setdefault(one.part, []).append(one)
    ranks = {part: _ranks(several) for part, several in parts.items()}
    return [
        replace(one, rank=ranks[one.part][one.order][0], tied_with=_but(ranks[one.part][one.order][1], one))
        if is_placed
        else one
        for one, is_placed in zip(found, placed, strict=True)
    ]


def _ranks(several: Sequence[Scored]) -> dict[tuple[Fraction, ...], tuple[int, list[Scored]]]:
    """What rows are ordered by -> (their rank, those that have it)."""
    found: dict[tuple[Fraction, ...], tuple[int, list[Scored]]] = {}
    for place, one in enumerate(sorted(several, key=lambda row: row.order, reverse=True), start=1):
        found.setdefault(one.order, (place, []))[1].append(one)
    return found


def _ranked_by_sort(facts: Facts, table: ScoreTable, found: list[Scored], placed: Sequence[bool]) -> list[Scored]:
    """Ranks where rows of one sort go before rows of another; who is below the minimum comes behind them all. Equal totals that follow each
    other have one rank; who else is equal is told.
    """
    first, behind = (conditions.holds(asked, facts, facts.n) for asked in (table.first, table.behind))
    there = [i for i, is_placed in enumerate(placed) if is_placed]
    # of equal totals the one that may be passed comes before the one that passes it, and who is neither before both
    there.sort(
        key=lambda i: (found[i].below, [-part for part in found[i].order], bool(behind[i]) + 2 * bool(first[i]), i)
    )
    above = [i for i in there if not found[i].below]
    order, before = precedence(above, first, behind)
    order += [i for i in there if found[i].below]
    result, rank = list(found), 0
    for place, i in enumerate(order, start=1):
        one, last = found[i], order[place - 2] if place > 1 else -1
        alike = last >= 0 and found[last].order == one.order and not (first[last] and behind[i])
        rank = rank if alike else place
        equal = [
            found[j]
            for j in there
            if found[j].order == one.order and not (first[i] and behind[j]) and not (first[j] and behind[i])
        ]
        names = tuple(found[j].number for j in before.get(i, []))
        result[i] = replace(one, rank=rank, tied_with=_but(equal, one), after=names)
    return result


def precedence(ranked: Sequence[int], first: np.ndarray, behind: np.ndarray) -> tuple[list[int], dict[int, list[int]]]:
    """(the rows as they are placed, row -> those that were placed before it with fewer points)."""
    left, order = list(ranked), []
    before: dict[int, list[int]] = {}
    while left:
        chosen = left[0]
        if behind[chosen]:
            chosen = next((i for i in left if first[i]), chosen)
        for i in left[: left.index(chosen)]:
            if not first[i]:
                before.setdefault(i, []).append(chosen)
        left.remove(chosen)
        order.append(chosen)
    return order, before


def _but(equal: Sequence[Scored], one: Scored) -> tuple[str, ...]:
    """The numbers of those that are equal to a row, in the order of the rows."""
    return tuple(other.number for other in equal if other is not one)


def _not_scored(number: str) -> Scored:
    return Scored(number, (), None, Fraction(0), below=False, scored=False)


def _facts_of_ties(facts: Facts, table: ScoreTable) -> dict[str, list[Fraction]]:
    """The figures by which equal totals are told apart beside points; what is not known comes last."""
    named = {name for one in table.criterion for name in (one.name, one.group)}
    found = {name: figure(facts, name) for name in table.ties if name not in named}
    return {
        name: [Fraction(int(v)) if there else Fraction(-FAR) for v, there in zip(one.value, one.known, strict=True)]
        for name, one in found.items()
    }


def _sum(table: ScoreTable, number: str, points: tuple[Point, ...], firsts: Mapping[str, Fraction]) -> Scored:
    bonus = sum((p.points or Fraction(0) for p in points if p.bonus), Fraction(0))
    own = [p.points for p in points if not p.bonus]
    open_ = any(p is None for p in own) or any(p.unread for p in points)
    total = None if open_ else sum((p for p in own if p is not None), Fraction(0)) + bonus
    measured = None if total is None else total if table.minimum_includes_bonus else total - bonus
    below = measured is not None and table.minimum is not None and measured < table.minimum
    order = () if total is None else (total, *(firsts.get(n, _part(table, points, n)) for n in table.ties))
    found = Scored(number, points, total, bonus, below, surely_below=below, order=order)
    if table.answers is None or total is None or table.minimum is None:
        return found
    sure, most = (
        sum((p.points if q is None else q for p, q in pairs if p.points is not None), Fraction(0))
        for pairs in _bounds(points)
    )
    return replace(found, surely_below=most < table.minimum, unsurely_above=not below and sure < table.minimum)


def _part(table: ScoreTable, points: tuple[Point, ...], name: str) -> Fraction:
    """The points for a criterion, or for all of a group."""
    pairs = zip(table.criterion, points, strict=True)
    return sum((p.points or Fraction(0) for one, p in pairs if name in (one.name, one.group)), Fraction(0))


def _bounds(
    points: tuple[Point, ...],
) -> tuple[list[tuple[Point, Fraction | None]], list[tuple[Point, Fraction | None]]]:
    return [(p, p.sure) for p in points], [(p, p.most) for p in points]


def source(table: ScoreTable) -> str:
    """The sheet without which a table says nothing."""
    return table.sheet if table.answers is None else table.answers.sheet


def _claimed(facts: Facts, answers: Answers, one: Criterion) -> list[Point]:
    found = claim(facts, answers, one)
    made = []
    for i in range(facts.n):
        proved, sure, most = (Fraction(int(level[i])) for level in (found.proved, found.sure, found.most))
        why = "증빙 없음" if found.unproved[i] else "자가진단"
        made.append(
            Point(one.name, proved, answers.sheet, why, one.bonus, bool(found.unproved[i]), sure, most, found.stated[i])
        )
    return made


def _criterion(facts: Facts, table: ScoreTable, one: Criterion) -> list[Point]:
    if table.answers is not None and one.claimed:
        return _claimed(facts, table.answers, one)
    given = _reviewed(facts, table, one)
    if one.routes:
        return _by_routes(facts, one, given)
    if one.by == "reviewer":
        return given
    if one.by == "flag":
        said = [str(value) in YES for value in np.asarray(facts[one.fact], dtype=object).tolist()]
        lost = _unread_flag(facts, one.fact).tolist()
        return [
            Point(one.name, None, one.fact, "읽지 못함", one.bonus, unread=True)
            if gone
            else Point(
                one.name, Fraction(one.points if yes else 0), one.fact, "해당" if yes else "해당 없음", one.bonus
            )
            for yes, gone in zip(said, lost, strict=True)
        ]
    found, written = figure(facts, one.fact), writer(facts, one.fact)
    made = []
    for i, (value, there) in enumerate(zip(np.asarray(found.value).tolist(), found.known.tolist(), strict=True)):
        points = None
        if there and one.by == "band":
            points = next((band.points for band in one.bands if band.min is None or value >= band.min), None)
        elif there:
            points = 0 if value < 1 else min(one.most, one.first + one.further * (int(value) - 1))
        if points is not None:
            made.append(Point(one.name, Fraction(points), one.fact, written(value), one.bonus))
        elif one.unknown == "zero":
            made.append(Point(one.name, Fraction(0), one.fact, "알 수 없음", one.bonus))
        else:
            made.append(given[i])
    return made


def _by_routes(facts: Facts, one: Criterion, given: list[Point]) -> list[Point]:
    """Points for what is so of the row itself: of several routes the best one, or their sum up to the most."""
    holding = [(route, conditions.holds(route.own, facts, facts.n).tolist()) for route in one.routes]
    proved = _proof(facts, one)
    made = []
    for i in range(facts.n):
        mine = [route for route, holds in holding if holds[i]]
        gained = [route.points for route in mine if not route.open]
        if any(route.open for route in mine):
            made.append(given[i])
            continue
        points = min(one.most, sum(gained) if one.by == "sum" else max(gained, default=0))
        unproved = bool(points) and not proved[i]
        why = "증빙 없음" if unproved else "해당" if gained else "해당 없음"
        made.append(Point(one.name, Fraction(0 if unproved else points), "신청 내용", why, one.bonus, unproved))
    return made


def _shown_beside(facts: Facts, one: Criterion) -> list[str]:
    """What reviewers look at when they give points: the fact of a criterion that the notice does not band (a day, a figure)."""
    if one.by != "reviewer" or not one.fact:
        return [""] * facts.n
    found, written = figure(facts, one.fact), writer(facts, one.fact)
    values = np.asarray(found.value).tolist()
    return [f" ({one.fact} {written(v)})" if told else "" for v, told in zip(values, found.known, strict=True)]


def _proof(facts: Facts, one: Criterion) -> list[bool]:
    """Is there what proves the points of a criterion? True where nothing need."""
    return np.asarray(facts[one.proof], dtype=bool).tolist() if one.proof else [True] * facts.n


def _unread_flag(facts: Facts, name: str) -> np.ndarray:
    """Rows in which a cell that a flag asks could not be read: its column, or those of the conditions that it is made of."""
    columns, todo = set(), [name]
    while todo:
        one = todo.pop()
        columns.add(one)
        todo += sorted(names_in(facts.named.get(one)) - columns)
    return unread(facts, columns)


def _reviewed(facts: Facts, table: ScoreTable, one: Criterion) -> list[Point]:
    """What the reviewers gave: points outside 0 … most, or others than those of the sub-items together, are left out."""
    nothing = Point(one.name, None, REVIEW, "점수 없음", one.bonus)
    if not facts.book.has(table.sheet):
        return [nothing] * facts.n
    rows = rows_of(facts, table.sheet)
    points = given_points(facts, table, one).points
    made = []
    beside = _shown_beside(facts, one)
    whose = same_person(facts, rows, table.on, table.soft) if table.on else rows_beside(facts, rows)
    for mine, proof, also in zip(whose, _proof(facts, one), beside, strict=True):
        given = [points[row] for row in mine if row in points]
        if not given:
            made.append(replace(nothing, why=nothing.why + also))
        elif not proof and any(given):
            made.append(Point(one.name, Fraction(0), REVIEW, "증빙 없음", one.bonus, unproved=True))
        else:
            together = _together(given, table.reviewers)
            made.append(Point(one.name, together, REVIEW, f"심사위원 {len(given)}명{also}", one.bonus))
    return made


def _together(points: list[Fraction], how: str) -> Fraction:
    if how == "trimmed" and len(points) > 2:
        points = sorted(points)[1:-1]
    whole = sum(points, Fraction(0))
    return whole if how == "sum" else whole / len(points)


def shown(points: Fraction | None, decimals: int) -> str:
    """Points as they are printed, rounded half up; "" for none."""
    if points is None:
        return ""
    scale = 10**decimals
    whole, rest = divmod(int(points * scale + Fraction(1, 2)), scale)
    return f"{whole}.{rest:0{decimals}d}" if decimals else str(whole)


def table_of(facts: Facts, name: str) -> ScoreTable | None:
    """The score table of that id; None where the programme has none."""
    return next((one for one in tables.load(facts.programme.id, facts.programme.place) if one.id == name), None)
