"""Points that reviewers gave for a criterion: figures of the criterion, and of its sub-items, which must add up to it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import Struct, field

from settle.judging.facts.base import known
from settle.judging.facts.declared import rows_of, texts_of
from settle.judging.facts.unread import unread
from settle.programme import conditions
from settle.programme.vocabulary import match_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from settle.judging.facts.base import Facts
    from settle.programme.scores import Criterion, ScoreTable

POINTS, ITEM, REVIEWER = "점수", "항목", "심사위원"  # columns of a sheet of reviews
WHOLE = -1  # the place of a criterion among its sub-items


class Outside(Struct, frozen=True):
    """A figure below 0 or above the most of the criterion. row: of the sheet of reviews."""

    row: int
    item: str
    points: Fraction


class Unequal(Struct, frozen=True):
    """What one reviewer gave for a criterion, and its sub-items that do not add up to it, or of which some have no points (lacking)."""

    row: int
    stated: Fraction
    added: Fraction
    lacking: tuple[str, ...] = ()


class Given(Struct):
    """Of one criterion. points: row of the sheet of reviews -> points that count."""

    points: dict[int, Fraction] = field(default_factory=dict)
    outside: list[Outside] = field(default_factory=list)
    unequal: list[Unequal] = field(default_factory=list)


def given(facts: Facts, table: ScoreTable, one: Criterion) -> Given:
    """What stands on the sheet of reviews for a criterion; the sheet must be there.

    Sub-items need not be given. Where all of them are and the criterion has no figure of its own, it has their sum.
    """
    rows = rows_of(facts, table.sheet)
    frame = rows.ledger
    places = _places(one)
    ours = conditions.holds(table.where, rows, rows.n).tolist()
    asked = [places.get(match_key(item)) if mine else None for item, mine in zip(frame[ITEM], ours, strict=True)]
    told, there = frame[POINTS].tolist(), frame[known(POINTS)].tolist()
    found = Given()
    for row, place in enumerate(asked):
        if place is not None and there[row]:
            points = Fraction(str(told[row]))
            if 0 <= points <= one.most:
                found.points[row] = points
            else:
                found.outside.append(Outside(row, str(frame[ITEM].iat[row]), points))
    if any(place not in (None, WHOLE) for place in asked):
        lost = unread(rows, {POINTS})
        for mine in _by_reviewer(facts, table, rows, asked):
            _add_up(one, [(row, asked[row]) for row in mine], lost, found)
    return found


def _places(one: Criterion) -> dict[str, int]:
    """What may be typed as 항목 -> the place of the sub-item: its name, or the criterion with its number."""
    found = {match_key(f"{one.name} {at + 1}"): at for at in range(len(one.items))}
    found |= {match_key(name): at for at, name in enumerate(one.items)}
    return found | {match_key(one.name): WHOLE}


def _by_reviewer(facts: Facts, table: ScoreTable, rows: Facts, asked: Sequence[int | None]) -> list[list[int]]:
    """The rows of each reviewer of each application (or person) in which a sub-item stands, with those of the criterion."""
    who = [c for c in (facts.subject.of, REVIEWER, *table.on.values(), *table.soft.values()) if c in rows.ledger]
    columns = [texts_of(rows.ledger, column) for column in who]
    found: dict[tuple[str, ...], list[int]] = {}
    for row, place in enumerate(asked):
        if place is not None:
            found.setdefault(tuple(column[row] for column in columns), []).append(row)
    return [mine for mine in found.values() if any(asked[row] != WHOLE for row in mine)]


def _add_up(one: Criterion, mine: Sequence[tuple[int, int | None]], lost: np.ndarray, found: Given) -> None:
    """Leave in `found` what counts of one reviewer's rows: the figures of the criterion, else the sum of its sub-items."""
    whole = [row for row, place in mine if place == WHOLE]
    parts: list[list[int]] = [[row for row, place in mine if place == at] for at in range(len(one.items))]
    points = {row: found.points.pop(row) for row, _ in mine if row in found.points}
    stated = [row for row in whole if row in points]
    if any(lost[row] for row in whole) or any(x.row in whole for x in found.outside):
        return  # what the criterion has is not known: that is told, and there is nothing to hold the sum against
    times = max(len(stated), *(len(part) for part in parts))  # more than one where no reviewer is named
    lacking = tuple(name for name, part in zip(one.items, parts, strict=True) if _there(part, points) < times)
    added = sum((points[row] for part in parts for row in part if row in points), Fraction(0))
    sum_stated = sum((points[row] for row in stated), Fraction(0))
    first = (stated or [row for row, _ in mine])[0]
    if lacking or (stated and added != sum_stated):
        found.unequal.append(Unequal(first, sum_stated, added, lacking))
    elif stated:
        found.points |= {row: points[row] for row in stated}
    elif added > one.most * times:
        found.outside.append(Outside(first, one.name, added / times))
    else:
        found.points |= dict.fromkeys(parts[0], added / times)


def _there(part: Sequence[int], points: dict[int, Fraction]) -> int:
    return sum(row in points for row in part)
