"""Score tables: who is below the minimum, whose points are not complete, who is equal to another."""

from __future__ import annotations

import numpy as np

from settle.judging import scores
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import outright
from settle.programme.rules import RulebookError


@kind("line")
def score_table(ctx: Context) -> Outcome:
    """parameters.table: the id of a score table. Local: below (the minimum, unrounded), incomplete (a criterion without points), tied (with
    a row that no rule before has struck), unproved (points that count 0 for want of their proof), reviewed (somebody gave points),
    unscored (a rule of `without` strikes or holds the row).

    Values: total, missing (criteria without points), unproved (criteria), minimum, others (with whom it is equal), rank.
    """
    table = scores.table_of(ctx.facts, str(ctx.rule.parameters["table"]))
    if table is None:
        raise RulebookError(f"규칙 {ctx.rule.code}: 심사표 '{ctx.rule.parameters['table']}'이(가) scores/에 없습니다.")
    barred = np.zeros(ctx.n, dtype=bool)
    for code in table.without:
        barred = barred | ctx.fact(f"struck:{code}") | ctx.fact(f"held:{code}")
    found = scores.scored(ctx.facts, table, ctx.left > 0, barred)
    ctx.local.update(
        below=np.array([one.below for one in found], dtype=bool),
        incomplete=np.array([one.scored and one.total is None for one in found], dtype=bool),
        tied=np.array([bool(one.tied_with) for one in found], dtype=bool),
        unproved=np.array([any(p.unproved for p in one.points) for one in found], dtype=bool),
        reviewed=np.array([scores.reviewed(one) for one in found], dtype=bool),
        unscored=barred,
    )
    case = ctx.cases(ctx.applies())
    lacking = [", ".join(p.criterion for p in one.points if p.points is None and not p.bonus) for one in found]
    values = {
        "total": lambda at: [scores.shown(found[i].total, table.decimals) for i in at.tolist()],
        "missing": lambda at: [lacking[i] for i in at.tolist()],
        "unproved": lambda at: [", ".join(p.criterion for p in found[i].points if p.unproved) for i in at.tolist()],
        "others": lambda at: [", ".join(found[i].tied_with) for i in at.tolist()],
        "rank": lambda at: [str(found[i].rank or "") for i in at.tolist()],
        "minimum": lambda at: [str(table.minimum)] * len(at),
    }
    return Outcome(case, outright(ctx.effect(case, "disallow")), values=values)
