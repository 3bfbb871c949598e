"""Who goes before whom whatever the points: rows of one sort before rows of another, in the order of a score table."""

from __future__ import annotations

import numpy as np

from settle.judging import scores
from settle.judging.kinds.base import Context, Outcome, kind
from settle.programme.rules import RulebookError


@kind("group")
def before_others(ctx: Context) -> Outcome:
    """Rows by their points, but where the next is `behind` and one that goes `first` (both of the score table) is still unplaced, the best
    of those comes first.

    parameters: table (id of a score table). Rows that a rule has struck, that are below the minimum or whose points are not complete have
    no place. Local: passed (a row behind that one was placed before), overtaken (another row of more points that one was placed before),
    open (a row behind, and the points of one that goes first are not complete). Values: place, by (who was placed before it).
    """
    plan = ctx.rule.parameters
    table = scores.table_of(ctx.facts, str(plan["table"]))
    if table is None or table.first is None:
        raise RulebookError(f"규칙 {ctx.rule.code}: first가 있는 심사표 '{plan['table']}'이(가) scores/에 없습니다.")
    alive = ctx.left > 0
    found = scores.scored(ctx.facts, table, alive)
    first, behind = ctx.holds(table.first), ctx.holds(table.behind)
    placed = np.array([one.rank is not None and not one.below for one in found], dtype=bool)
    waits = any(one.scored and one.total is None and alive[i] and first[i] for i, one in enumerate(found))
    passed = np.array([bool(one.after) for one in found], dtype=bool)
    ctx.local.update(passed=passed & behind, overtaken=passed & ~behind, open=placed & behind & waits)
    values = {
        "place": [str(one.rank) if here else "" for one, here in zip(found, placed.tolist(), strict=True)],
        "by": [", ".join(one.after) for one in found],
    }
    texts = {name: (lambda at, told=told: [told[i] for i in at.tolist()]) for name, told in values.items()}
    return Outcome(ctx.cases(ctx.applies()), values=texts)
