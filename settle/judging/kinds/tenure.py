"""How long somebody has been there: months from a day to a day."""

from __future__ import annotations

import numpy as np

from settle.judging import boundaries
from settle.judging.arrays import FAR, NO_DAY, date_text
from settle.judging.facts.declared import figure
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import outright


@kind("line")
def tenure(ctx: Context) -> Outcome:
    """So many months from the latest of `starts` to the earliest of `ends`; the corresponding day itself is enough.

    parameters: starts, ends (days by name), may_be_blank (those of them that need not be known: still employed), months.
    Local: short, unknown (a day that must be known is not). Values: since, until, reached (the day from which it is enough).
    """
    plan = ctx.rule.parameters
    free = set(plan.get("may_be_blank", []))
    lost = np.zeros(ctx.n, dtype=bool)

    def best(names: list[str], latest: bool) -> np.ndarray:
        nonlocal lost
        found = []
        for name in names:
            told = figure(ctx.facts, name)
            if name not in free:
                lost |= ~told.known
            found.append(np.where(told.known, told.value, -FAR if latest else FAR).astype(np.int64))
        return np.asarray(np.max(found, axis=0) if latest else np.min(found, axis=0), dtype=np.int64)

    since, until = best(list(plan["starts"]), latest=True), best(list(plan["ends"]), latest=False)
    lost |= (since <= -FAR) | (until >= FAR)
    since = np.where(lost, NO_DAY, since)
    reached = boundaries.months_after(since, int(plan["months"]))
    ctx.local.update(unknown=lost, short=~lost & (reached > until))
    case = ctx.cases(ctx.applies())
    values = {
        name: (lambda lines, days=days: [date_text(day) for day in days[lines].tolist()])
        for name, days in (("since", since), ("until", np.where(lost, NO_DAY, until)), ("reached", reached))
    }
    return Outcome(case, outright(ctx.effect(case, "disallow")), values=values)
