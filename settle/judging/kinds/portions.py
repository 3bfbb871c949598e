"""Parts of a whole: what some lines may be of a total, and what of a line lies outside a period."""

from __future__ import annotations

from typing import Any

import numpy as np

from settle import korean as text
from settle.judging.arrays import NO_DAY, group_sum, latest_first
from settle.judging.boundaries import unknown
from settle.judging.facts.declared import figure
from settle.judging.facts.plan import agreed, grouped, open_parts
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.caps import settle_cases


@kind("group")
def share_of_total(ctx: Context) -> Outcome:
    """What is left of the lines of applies_to may be at most `share` % of a base; the excess is taken from the latest of them.

    parameters: share (limit), by (a column; "" = all lines), base = "agreed" (예산, all funds; its rows of `where`) | "recognised" (what is
    left of all lines of the group, then ⌊((100 − p) × Σ − p × other) ÷ (100 − p)⌋). Lines of a group for which nothing of that kind was
    agreed, or whose group is blank, are held whole (local: not_agreed). Local base_open: a cell of the base is blank or cannot be read.
    Values: base, share, most, spent, excess, group.
    """
    plan = ctx.rule.parameters
    by = str(plan.get("by", ""))
    group, names = grouped(ctx.facts, by)
    among = ctx.applies()
    share = ctx.limit(str(plan.get("share", "share")))
    left = np.where(among, ctx.left, 0)
    spent = group_sum(group, left)
    nothing = np.zeros(ctx.n, dtype=np.uint8)
    lost = np.zeros(ctx.n, dtype=bool)
    blank = {}
    if plan.get("base", "agreed") == "agreed":
        found = agreed(ctx.facts, by, where=plan.get("where"))
        if found is None:
            return Outcome(nothing, unknown="협약 예산을 알 수 없어 보지 못했습니다")
        base = np.array([found.get(str(name), 0) for name in names], dtype=np.int64)
        blank = open_parts(ctx.facts, by, where=plan.get("where"))
        lost = among & (base == 0) & bool(by)
        excess = (spent * 100 - base * share) // 100  # less than a won is no breach
    else:
        base = group_sum(group, ctx.left)
        excess = ((100 - share) * spent - share * (base - spent)) // (100 - share)
    cells = np.array([blank.get(str(name), "") for name in names], dtype=object)
    lost &= cells == ""
    excess = np.where(lost, 0, np.maximum(excess, 0))
    taken = latest_first(group, excess, left, ctx["order"])
    ctx.local.update(not_agreed=lost, base_open=cells != "", over=taken > 0)
    case = ctx.cases(among)
    moving = ctx.effect(case, "disallow")

    def most(lines: np.ndarray) -> list[str]:
        return [_hundredths(won) for won in (base * share)[lines].tolist()]

    values: dict[str, Any] = {
        "base": base, "share": share, "most": most, "spent": spent, "excess": excess, "group": names, "blank": cells,
    }  # fmt: skip
    return Outcome(
        case,
        lambda now: np.where(moving, np.minimum(taken, now), 0),
        hold=np.where(lost, ctx["net"], taken),
        values=values,
    )


def _hundredths(won: int) -> str:
    """Hundredths of a won as won, with the part of one that there is: 3,000,000.3."""
    whole, part = divmod(won, 100)
    return text.number(whole) + (f".{part:02d}".rstrip("0") if part else "")


@kind("deduction")
def prorate(ctx: Context) -> Outcome:
    """The part of a line whose period of use lies outside a window: left × days outside ÷ days, floored; both ends count.

    parameters: from, to (columns or facts), window = [first, last] (facts: days). Local: no_period (the period of use is not known).
    Values: base (the amount before any rule), days, outside.
    """
    plan, facts = ctx.rule.parameters, ctx.facts
    start, end, first, last = (_days(facts, name) for name in (plan["from"], plan["to"], *plan["window"]))
    among = ctx.applies()
    blank = unknown(start) | unknown(end) | (end < start)
    days = np.where(blank, 1, end - start + 1)
    inside = np.maximum(np.minimum(end, last) - np.maximum(start, first) + 1, 0)
    outside = np.where(blank, 0, days - np.where(blank, 0, inside))
    ctx.local.update(no_period=blank, outside=outside > 0)
    case = ctx.cases(among)
    moving = ctx.effect(case, "disallow")

    def take(left: np.ndarray) -> np.ndarray:
        return np.where(moving, left * outside // days, 0)

    return Outcome(settle_cases(ctx, case, take), take, values={"base": ctx["net"], "days": days, "outside": outside})


def _days(facts: Any, name: str) -> np.ndarray:
    """A day by its name: of every line, or one of the agreement."""
    if name in ("period_start", "period_end"):
        return np.full(facts.n, facts[name], dtype=np.int64)
    found = figure(facts, name)
    return np.where(found.known, found.value, NO_DAY).astype(np.int64)
