"""The ledger against the execution list of another system that was given beside it."""

from __future__ import annotations

import numpy as np

from settle.judging.arrays import NO_DAY, days
from settle.judging.facts.ledger import company
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import by_cases
from settle.model import PURCHASE


@kind("line")
def on_the_list(ctx: Context) -> Outcome:
    """Lines of a fund must stand in the list with the same won.

    parameters: fund, number (the ledger's column with the list's number; blank: 집행번호). Lines with one number are one row of the list
    and are compared with it together. A line whose number the list does not have is looked for by 집행일 and won (and 거래처 where both
    say it), each row once; a number of the list that is not there is looked for no further. Local: absent, differs. Values: listed, own.
    """
    plan, facts = ctx.rule.parameters, ctx.facts
    fund, listed = str(plan["fund"]), facts.book.beside
    listed = listed[listed["재원"] == fund].reset_index(drop=True)
    among = ctx.applies() & ctx.member("재원", [fund])
    shared = listed[PURCHASE] if PURCHASE in listed else listed["집행번호"]
    keys = [str(a or b).strip() for a, b in zip(shared.fillna(""), listed["집행번호"].fillna(""), strict=True)]
    won_of: dict[str, int] = {}
    for key, won in zip(keys, listed["집행금액"].tolist(), strict=True):
        if key:
            won_of[key] = won_of.get(key, 0) + int(won)
    column = str(plan["number"])
    said = [str(text).strip() for text in facts[column]] if column in facts.ledger else [""] * ctx.n
    numbers = [one or str(name).strip() for one, name in zip(said, facts["집행번호"], strict=True)]
    claimed = facts["claimed"].tolist()
    ours: dict[str, int] = {}
    for i in np.flatnonzero(ctx.member("재원", [fund])).tolist():
        ours[numbers[i]] = ours.get(numbers[i], 0) + int(claimed[i])
    absent, differs = np.zeros(ctx.n, dtype=bool), np.zeros(ctx.n, dtype=bool)
    theirs, own = np.zeros(ctx.n, dtype=np.int64), np.zeros(ctx.n, dtype=np.int64)
    free = [row for row, key in enumerate(keys) if key not in ours]
    when, their_days = days(facts.ledger["집행일"]).tolist(), days(listed["집행일"]).tolist()
    vendors = [company(str(text)) for text in listed["거래처"]]
    for i in sorted(np.flatnonzero(among).tolist(), key=lambda i: int(ctx["order"][i])):
        number = numbers[i]
        if number and number in won_of:
            theirs[i], own[i] = won_of[number], ours[number]
            differs[i] = theirs[i] != own[i]
            continue
        vendor = company(facts["거래처"].iat[i])
        found = None
        if not said[i] and when[i] != NO_DAY:
            found = next(
                (
                    row
                    for row in free
                    if their_days[row] == when[i]
                    and int(listed["집행금액"].iat[row]) == int(claimed[i])
                    and (not vendor or not vendors[row] or vendor == vendors[row])
                ),
                None,
            )
        if found is None:
            absent[i] = True
        else:
            free.remove(found)
    ctx.local.update(absent=absent, differs=differs)
    return by_cases(ctx, among, listed=theirs, own=own)
