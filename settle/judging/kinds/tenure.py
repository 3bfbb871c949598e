"""How long somebody has been there: months from a day to a day."""

from __future__ import annotations

import numpy as np

from settle.judging import boundaries
from settle.judging.arrays import NO_DAY, date_text
from settle.judging.facts.declared import extreme
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import by_cases


@kind("line")
def tenure(ctx: Context) -> Outcome:
    """So many months from the latest of `starts` to the earliest of `ends`; the corresponding day itself is enough.

    parameters: starts, ends (days by name), may_be_blank (those of them that need not be known: still employed), months.
    Local: short, unknown (a day that must be known is not). Values: since, until, reached (the day from which it is enough).
    """
    plan = ctx.rule.parameters
    free = plan.get("may_be_blank", [])
    begun, ended = (
        extreme(ctx.facts, plan[name], free, latest) for name, latest in (("starts", True), ("ends", False))
    )
    sure = begun.known & ended.known
    since, until = (np.where(sure, one.value, NO_DAY) for one in (begun, ended))
    reached = boundaries.months_after(since, int(plan["months"]))
    ctx.local.update(unknown=~sure, short=sure & (reached > until))
    values = {
        name: (lambda lines, days=days: [date_text(day) for day in days[lines].tolist()])
        for name, days in (("since", since), ("until", until), ("reached", reached))
    }
    return by_cases(ctx, **values)
