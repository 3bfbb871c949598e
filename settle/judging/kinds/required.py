"""Papers that must be there, with alternatives; what is missing is named."""

from __future__ import annotations

from typing import Any

import numpy as np

from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import by_cases


def satisfied(ctx: Context, one: dict[str, Any]) -> np.ndarray:
    """Is one requirement met: any of the papers, of the paper lists, or of the facts it names?"""
    result = np.zeros(ctx.n, dtype=bool)
    for paper in one.get("any_of", []):
        result |= ctx[f"paper:{paper}"]
    for group in one.get("any_of_list", []):
        result |= ctx[f"papers:{group}"]
    for name in one.get("or_fact", []):
        result |= np.asarray(ctx[name], dtype=bool)
    return result


@kind("line")
def required(ctx: Context) -> Outcome:
    """parameters.papers: requirements {name, any_of | any_of_list | or_fact, when}. Local fact: missing (bool). Value: missing (names)."""
    among = ctx.applies()
    wanted = ctx.rule.parameters["papers"]
    lacks = [among & ctx.holds(one.get("when")) & ~satisfied(ctx, one) for one in wanted]
    ctx.local["missing"] = np.logical_or.reduce(lacks)

    def missing(lines: np.ndarray) -> list[str]:
        return [
            ", ".join(one["name"] for one, lack in zip(wanted, lacks, strict=True) if lack[i]) for i in lines.tolist()
        ]

    return by_cases(ctx, among, missing=missing)
