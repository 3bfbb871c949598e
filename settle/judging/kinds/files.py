"""Rules on what the evidence files themselves say (EVD). Reading and comparing them is settle.evidence."""

from __future__ import annotations

import numpy as np

from settle.judging.arrays import group_any, group_sum, latest_first
from settle.judging.facts.base import Facts
from settle.judging.kinds.amounts import paper_amount
from settle.judging.kinds.base import Context, Outcome, Told, kind
from settle.judging.kinds.caps import settle_cases

FILE = "증빙파일"  # what a note is about that belongs to no line
GIVEN = "evidence_files"  # name under which judge() is given what settle.evidence.checking found


@kind("deduction")
def file_amount(ctx: Context) -> Outcome:
    """The claim against what the XML files prove, where they prove less than the list says.

    parameters: amended = true: less what amending invoices took off. doubt names a fact: lines with it are left to the
    holds. Local facts: short. Values: base, proven, difference. Taken is only what the claim still exceeds it by.
    """
    files, purchase = ctx.facts.given[GIVEN], ctx["purchase"]
    amended = bool(ctx.rule.parameters.get("amended"))
    touched = _purchases(ctx, files.fell if amended else files.written)
    doubt = (
        group_any(purchase, ctx[str(ctx.rule.parameters["doubt"])])
        if "doubt" in ctx.rule.parameters
        else ctx.facts.zeros(bool)
    )
    among = ctx.applies() & touched & ~doubt
    nothing = np.zeros(ctx.n, dtype=np.int64)
    proven, base = nothing, ctx["purchase_net"]
    if among.any():
        by_files = Facts(
            ctx.facts.book, ctx.facts.programme, ctx.facts.given | {"evidence": files.rows(ctx.facts, amended)}
        )
        proven, _ = paper_amount(Context(ctx.rule, by_files, ctx.left, ctx.state))

    def take(left: np.ndarray) -> np.ndarray:
        have = np.where(among, left, 0)
        excess = np.maximum(group_sum(purchase, have) - proven, 0)
        return latest_first(purchase, np.where(among, excess, 0), have, ctx["order"])

    # whether anything is short is a matter of the purchase: a line that carries none of it is not held for it
    ctx.local["short"] = among & (base > proven)
    case = ctx.cases(ctx.applies())
    values = {"base": base, "proven": proven, "difference": np.maximum(base - proven, 0)}
    return Outcome(settle_cases(ctx, case, take), take, values=values)


def _purchases(ctx: Context, rows: dict[int, tuple[int, int, int]]) -> np.ndarray:
    """Lines of purchases to which one of these evidence rows belongs."""
    links = ctx["links"]
    hit = ctx.facts.zeros(bool)
    hit[links.line[np.isin(links.row, list(rows))]] = True
    return group_any(ctx["purchase"], hit)


@kind("line")
def files(ctx: Context) -> Outcome:
    """What the files say of lines (the conditions decide), and notes that belong to no line. Values: text."""
    other = [note for note in ctx.facts.given[GIVEN].notes if note.code == ctx.rule.code]
    number = ctx.rule.told(FILE)
    told = []
    if other and number:
        case = np.full(len(other), number, dtype=np.uint8)
        values = {"text": [note.text for note in other]}
        told = [Told(FILE, case, np.full(len(other), -1), [note.key for note in other], values)]
    return Outcome(ctx.cases(ctx.applies()), told=told)
