"""A plain breach: the conditions decide; a disallowed line is capped at 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from settle.judging.facts.agreement import AGREEMENT
from settle.judging.kinds.base import Context, Outcome, Take, Told, kind


@kind("line")
def breach(ctx: Context) -> Outcome:
    """Cases by their conditions alone. disallow: cap 0. A case about 협약 is said once for the agreement."""
    among = ctx.applies()
    case = ctx.cases(among)
    once = []
    for c in ctx.rule.cases:
        if c.about == AGREEMENT and (found := np.flatnonzero(among & ctx.holds(c.when))).size:
            values = {"count": [len(found)], "first": [ctx["line_name"].iat[found[0]]]}
            once.append(Told("", np.array([c.number], np.uint8), np.array([-1]), [""], values))
    return Outcome(case, take=outright(ctx.effect(case, "disallow")), told=once)


@kind("line")
def loose(ctx: Context) -> Outcome:
    """As `breach`, for every line, also negative and zero ones (notes only)."""
    return Outcome(ctx.cases(np.ones(ctx.n, dtype=bool)))


@kind("line")
def auditor(ctx: Context) -> Outcome:
    """Findings of the auditor's own (AUD, sheet 판정): the settlement brings them, the rule has their text.

    Placeholders of the text: 사유, ground, 판정자, checked, won, left.
    """
    return Outcome(np.zeros(ctx.n, dtype=np.uint8))


def by_cases(ctx: Context, among: np.ndarray | None = None, /, **values: Any) -> Outcome:
    """The first case of the rule that holds for the lines it looks at (or for some of them); what disallows takes the whole line."""
    case = ctx.cases(ctx.applies() if among is None else among)
    return Outcome(case, outright(ctx.effect(case, "disallow")), values=values)


def outright(where: np.ndarray) -> Take:
    """Take all that is left of these lines."""
    return lambda left: np.where(where, left, 0)
