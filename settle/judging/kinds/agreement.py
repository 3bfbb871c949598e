"""Findings about the agreement as a whole."""

from __future__ import annotations

import numpy as np

from settle.judging.arrays import date_text, days
from settle.judging.facts.budget import fund_budgets
from settle.judging.kinds.base import Context, Outcome, Told, kind


@kind("line")
def fund_order(ctx: Context) -> Outcome:
    """Private money spent while subsidy was left (GEN-120): noted once, at the first such line.

    Values: date, won, subsidy_left, line. parameters: first and second, the names of two funds.
    """
    nothing = np.zeros(ctx.n, dtype=np.uint8)
    if not ctx.holds(ctx.rule.applies_to).any():
        return Outcome(nothing)
    first_fund, second_fund = ctx.rule.parameters["first"], ctx.rule.parameters["second"]
    by = np.argsort(ctx["order"])
    state = (ctx["재원"] == first_fund).to_numpy()
    # a line without a day has no place in the order
    private = ctx.applies() & (ctx["재원"] == second_fund).to_numpy() & ctx["집행일__known"]
    spent = np.where(state, np.where(ctx["judged"], ctx["net"], ctx["measured_extra"]), 0)
    left_before = np.empty(ctx.n, dtype=np.int64)
    left_before[by] = fund_budgets(ctx.facts)[first_fund] - (np.cumsum(spent[by]) - spent[by])
    early = private & (left_before > 0)
    if not early.any():
        return Outcome(nothing)
    first = int(by[early[by]][0])
    early_won = int(np.minimum(ctx["net"], left_before)[early].sum())
    values = {
        "date": [date_text(days(ctx.facts.ledger["집행일"])[first])], "won": [int(ctx["net"][first])],
        "subsidy_left": [int(left_before[first])], "name": [ctx["line_name"].iat[first]],
        "count": [int(early.sum())], "early_won": [early_won],
    }  # fmt: skip
    return Outcome(nothing, told=[Told("", np.array([ctx.rule.case("note")], np.uint8), np.array([-1]), [""], values)])
