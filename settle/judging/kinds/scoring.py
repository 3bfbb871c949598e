"""Score tables: who is below the minimum, whose points are not complete, who is equal to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from settle.judging import scores
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import by_cases
from settle.programme.rules import RulebookError

if TYPE_CHECKING:
    from settle.judging.scores import Point
    from settle.programme.scores import ScoreTable


@kind("line")
def score_table(ctx: Context) -> Outcome:
    """parameters.table: the id of a score table. Local: below (the minimum, unrounded), surely_below (whatever is yet proved of what
    applicants answer themselves), incomplete (a criterion without points), tied (with a row that no rule before has struck), unproved
    (points that count 0 for want of their proof), reviewed (somebody gave points), unscored (a rule of `without` strikes or holds the row).

    Values: total, missing (criteria without points), unproved (criteria), minimum, others (with whom it is equal), rank.
    """
    table = table_named(ctx, str(ctx.rule.parameters["table"]))
    barred = np.zeros(ctx.n, dtype=bool)
    for code in table.without:
        barred = barred | ctx.fact(f"struck:{code}") | ctx.fact(f"held:{code}")
    found = scores.scored(ctx.facts, table, ctx.left > 0, barred)
    ctx.local.update(
        below=np.array([one.below for one in found], dtype=bool),
        surely_below=np.array([one.surely_below for one in found], dtype=bool),
        incomplete=np.array([one.scored and one.total is None for one in found], dtype=bool),
        tied=np.array([bool(one.tied_with) for one in found], dtype=bool),
        unproved=np.array([any(p.unproved for p in one.points) for one in found], dtype=bool),
        reviewed=np.array([scores.reviewed(one) for one in found], dtype=bool),
        unscored=barred,
    )
    lacking = [
        ", ".join(p.criterion for p in one.points if p.points is None and (p.unread or not p.bonus)) for one in found
    ]
    values = {
        "total": lambda at: [scores.shown(found[i].total, table.decimals) for i in at.tolist()],
        "missing": lambda at: [lacking[i] for i in at.tolist()],
        "unproved": lambda at: [", ".join(p.criterion for p in found[i].points if p.unproved) for i in at.tolist()],
        "others": lambda at: [", ".join(found[i].tied_with) for i in at.tolist()],
        "rank": lambda at: [str(found[i].rank or "") for i in at.tolist()],
        "minimum": lambda at: [str(table.minimum)] * len(at),
    }
    return by_cases(ctx, **values)


@kind("line")
def self_scored(ctx: Context) -> Outcome:
    """What applicants say in tables that they answer themselves ([answers]), several at once.

    parameters.tables: ids of score tables. Local: differs (own points of a criterion are others than those computed), falls (below the
    minimum, and what is claimed without proof would reach it), rests (reaches it only by figures that are not certain), and of each table
    `<id>:asked` (it is for this row and its sheet is there), `<id>:surely_below`, `<id>:open` (falls or rests).
    Values of the same names: the criteria with both points, the titles with their totals.
    """
    said: dict[str, list[list[str]]] = {name: [[] for _ in range(ctx.n)] for name in ("differs", "falls", "rests")}
    for name in ctx.rule.parameters["tables"]:
        table = table_named(ctx, str(name))
        there = ctx.facts.book.has(scores.source(table))
        found = scores.scored(ctx.facts, table) if there else []
        flags = np.zeros((3, ctx.n), dtype=bool)
        for i, one in enumerate(found):
            told = f"{table.title} {scores.shown(one.total, table.decimals)}점"
            for key, strikes in (
                ("falls", one.below and not one.surely_below),
                ("rests", one.unsurely_above),
            ):
                said[key][i] += [told] if strikes else []
            said["differs"][i] += [_both(table, p) for p in one.points if p.stated is not None and p.stated != p.points]
            flags[:, i] = one.scored, one.surely_below, (one.below and not one.surely_below) or one.unsurely_above
        ctx.local |= {f"{name}:{what}": flags[at] for at, what in enumerate(("asked", "surely_below", "open"))}
    ctx.local |= {name: np.array([bool(one) for one in found], dtype=bool) for name, found in said.items()}
    values = {
        name: (lambda at, found=found: [", ".join(found[i]) for i in at.tolist()]) for name, found in said.items()
    }
    return by_cases(ctx, **values)


def _both(table: ScoreTable, point: Point) -> str:
    own, ours = (scores.shown(points, table.decimals) for points in (point.stated, point.points))
    return f"{table.title} {point.criterion}번 자가 {own}점, 셈한 것 {ours}점"


def table_named(ctx: Context, name: str) -> ScoreTable:
    """The score table of that id. Raises RulebookError."""
    table = scores.table_of(ctx.facts, name)
    if table is None:
        raise RulebookError(f"규칙 {ctx.rule.code}: 심사표 '{name}'이(가) scores/에 없습니다.")
    return table
