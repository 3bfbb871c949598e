"""Who goes before whom whatever the points: rows of one sort before rows of another, in the order of a score table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from settle.judging import scores
from settle.judging.kinds.base import Context, Outcome, kind
from settle.programme.rules import RulebookError

if TYPE_CHECKING:
    from collections.abc import Sequence


@kind("group")
def before_others(ctx: Context) -> Outcome:
    """Rows by their points, but where the next is `behind` and one that goes `first` is still unplaced, the best of those comes first.

    parameters: table (id of a score table), first, behind (conditions). Rows that a rule has struck, that are below the minimum or whose
    points are not complete have no place. Local: passed (a row behind that one was placed before), overtaken (another row of more points
    that one was placed before), open (a row behind, and the points of one that goes first are not complete). Values: place, by (who was
    placed before it).
    """
    plan = ctx.rule.parameters
    table = scores.table_of(ctx.facts, str(plan["table"]))
    if table is None:
        raise RulebookError(f"규칙 {ctx.rule.code}: 심사표 '{plan['table']}'이(가) scores/에 없습니다.")
    alive = ctx.left > 0
    found = scores.scored(ctx.facts, table, alive)
    first, behind = ctx.holds(plan["first"]), ctx.holds(plan["behind"])
    totals = [one.total for one in found]
    ranked = [i for i, one in enumerate(found) if one.total is not None and alive[i] and not one.below]
    ranked.sort(key=lambda i: (-(totals[i] or 0), i))
    order, before = _order(ranked, first, behind)
    names = ctx["line_name"].tolist()
    waits = any(one.scored and one.total is None and alive[i] and first[i] for i, one in enumerate(found))
    passed = np.array([bool(before.get(i)) for i in range(ctx.n)], dtype=bool)
    placed = np.isin(np.arange(ctx.n), ranked)
    ctx.local.update(passed=passed & behind, overtaken=passed & ~behind, open=placed & behind & waits)
    values = {
        "place": [str(order.index(i) + 1) if i in order else "" for i in range(ctx.n)],
        "by": [", ".join(names[j] for j in before.get(i, [])) for i in range(ctx.n)],
    }
    texts = {name: (lambda at, told=told: [told[i] for i in at.tolist()]) for name, told in values.items()}
    return Outcome(ctx.cases(ctx.applies()), values=texts)


def _order(ranked: Sequence[int], first: np.ndarray, behind: np.ndarray) -> tuple[list[int], dict[int, list[int]]]:
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
