"""Rules on what the lists of the tax office, card companies and banks say (REC). The matching itself is
settle.reconciling.
"""

from __future__ import annotations

import numpy as np

from settle.judging.kinds.amounts import from_latest
from settle.judging.kinds.base import Context, Outcome, Told, kind
from settle.judging.kinds.caps import settle_cases
from settle.judging.kinds.rows import counted

GIVEN = "reconciliation"  # name under which judge() is given the Reconciliation


@kind("deduction")
def listed_amount(ctx: Context) -> Outcome:
    """What the lists show to have fallen away or never to have been so much.

    parameters.won names the fact: won that the purchase loses, the same at each of its lines; taken from the latest
    lines.
    """
    among = ctx.applies()
    excess = ctx[str(ctx.rule.parameters["won"])]
    take = from_latest(ctx, excess, among)
    case = settle_cases(ctx, ctx.cases(among), take)
    return Outcome(case, take, values={"lost": excess}, unknown=_partly(ctx))


@kind("line")
def listed(ctx: Context) -> Outcome:
    """Lines that no list bears out, or whose payee is another: the conditions decide."""
    return Outcome(ctx.cases(ctx.applies()), unknown=_partly(ctx))


@kind("line")
def listed_rows(ctx: Context) -> Outcome:
    """Rows of the lists, or the lists as a whole: noted, one by one. Values: text, won, list."""
    nothing = np.zeros(ctx.n, dtype=np.uint8)
    result = ctx.facts.given[GIVEN]
    notes = [note for note in result.notes if note.code == ctx.rule.code]
    if not notes:
        return Outcome(nothing, unknown=_partly(ctx))
    keys = counted([note.key for note in notes])
    places = [result.place(note) for note in notes]
    values = {"text": [n.text for n in notes], "won": [n.won for n in notes], "list": places}
    case = np.full(len(notes), ctx.rule.case("note"), dtype=np.uint8)
    other = Told("명세", case, np.full(len(notes), -1), keys, values)
    return Outcome(nothing, told=[other], unknown=_partly(ctx))


def _partly(ctx: Context) -> str:
    return ctx.facts.given[GIVEN].partly.get(ctx.rule.code, "")
