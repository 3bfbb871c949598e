"""Budgets: what a category, a fund or a share of the budget may reach; transfers inside a 세목."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from msgspec import Struct

from settle.judging.arrays import coded, group_sum, labels, latest_first, take_each
from settle.judging.facts.budget import Budget, fund_budgets
from settle.judging.kinds.base import Context, Outcome, Told, kind
from settle.judging.kinds.breach import outright
from settle.programme.rules import RulebookError
from settle.programme.vocabulary import HEADS

if TYPE_CHECKING:
    from collections.abc import Callable


def measured(ctx: Context) -> np.ndarray:
    """The balance that group caps measure: what is left of each line, and refunds that belong to no line."""
    return ctx.left + ctx["measured_extra"]


class Heads(Struct, frozen=True):
    """A category level of each line: label for grouping, name `비목/세목/세세목`, won agreed for it."""

    label: np.ndarray
    name: np.ndarray
    agreed: np.ndarray


def path(row: tuple[Any, ...], level: int) -> str:
    """The category down to a level; "" where the tree does not have it."""
    return "/".join(row[:level]) if row[3] else ""


def heads(ctx: Context, budget: Budget, naming: Callable[[tuple[Any, ...]], str]) -> Heads:
    """The lines by the category name that `naming` gives, with the budget agreed for that name."""
    agreed = budget.agreed
    category = ctx["category"]
    names = [naming(row) for row in category.rows]
    codes = labels(np.array(names, dtype=object))
    take = category.code
    return Heads(
        codes[take] if len(take) else take,
        np.array(names, dtype=object)[take] if len(take) else np.zeros(0, dtype=object),
        np.array([agreed.get(name, 0) for name in names], dtype=np.int64)[take] if len(take) else take,
    )


def _parted(ctx: Context, level: int) -> set[str]:
    """Categories down to `level` whose budget is agreed by the next level.

    The first budget tells. A change that names a finer category than was agreed parts nothing, else all that was
    not named would stand without a budget; it tells only of categories that the first budget has nothing for.
    """
    first = list(ctx["first_budget"].rows[list(HEADS)].itertuples(index=False, name=None))
    moved = list(ctx["budget"].rows[list(HEADS)].itertuples(index=False, name=None))
    covered = {row[:n] for row in first for n in range(1, level + 1) if n == level or not any(row[n:])}
    new = [row for row in moved if not any(row[:n] in covered for n in range(1, level + 1))]
    return {"/".join(row[:level]) for row in [*first, *new] if row[level]}


def by_item(ctx: Context) -> set[str]:
    """`비목/세목` that are budgeted by 세세목."""
    return _parted(ctx, 2)


def by_second(ctx: Context) -> set[str]:
    """비목 that are budgeted by 세목."""
    return _parted(ctx, 1)


def units(ctx: Context, budget: Budget) -> Heads:
    """The finest budgeted unit of each line: 세세목 where the 세목 is budgeted by 세세목, else 세목, else 비목."""
    detailed, split = by_item(ctx), by_second(ctx)

    def unit(row: tuple[Any, ...]) -> str:
        return path(row, 3 if path(row, 2) in detailed else 2 if row[0] in split else 1)

    return heads(ctx, budget, unit)


def item_blank(ctx: Context) -> np.ndarray:
    """Lines without 세세목 in a 세목 that is budgeted by 세세목."""
    detailed = by_item(ctx)
    return ctx["category"].each(lambda row: row[3] and row[1] != "" and row[2] == "" and path(row, 2) in detailed, bool)


def take_over_spent(ctx: Context, parent: np.ndarray, excess: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Take each parent's excess from the lines of its over-spent units, the latest first, no unit below its own budget.

    What is then missing (a change took money from the parent that no unit gave up) comes from the latest lines.
    """
    unit = units(ctx, ctx["budget"])
    over = np.maximum(group_sum(unit.label, np.where(among, measured(ctx), 0)) - unit.agreed, 0)
    over = np.where(item_blank(ctx), 0, over)  # nobody knows which 세세목 such a line over-spends
    order, left = ctx["order"], np.where(among, ctx.left, 0)
    most = latest_first(unit.label, over, left, order)
    taken = latest_first(parent, np.maximum(excess, 0), most, order)
    missing = np.where(excess > 0, excess - group_sum(parent, taken), 0)
    return taken + latest_first(parent, missing, left - taken, order)


def _blank(ctx: Context, names: np.ndarray) -> np.ndarray:
    """The blank cells of 예산 that may add to what was agreed for each line's category, in words; "" where there is none."""
    blanks = ctx["budget_blanks"]
    return take_each(*coded(names), lambda name: ", ".join(one.where for one in blanks if one.touches(name)), object)


def _outcome(ctx: Context, taken: np.ndarray, names: np.ndarray, **values: object) -> Outcome:
    """The excess is taken; where a blank of 예산 may hold the money that is missing it is held (the case `found = "blank"`).

    Won of a line that an earlier budget holds for a blank are not held again. Raises RulebookError without that case.
    """
    number = ctx.rule.found("blank")
    if not number:
        raise RulebookError(f'규칙 {ctx.rule.code}: 예산의 빈칸을 말할 경우(found = "blank")가 없습니다.')
    blank = _blank(ctx, names)
    waiting = ctx.facts.zeros() if ctx.state.unsure is None else ctx.state.unsure
    told = blank == ""
    waits = np.where(told, 0, np.maximum(taken - waiting, 0))
    sure = np.where(told, taken, 0)
    ctx.state.unsure = waiting + waits
    case = np.where(sure > 0, ctx.rule.case("disallow"), np.where(waits > 0, number, 0)).astype(np.uint8)
    return Outcome(case, lambda left: np.minimum(sure, left), hold=waits, values=dict(values) | {"blank": blank})


@kind("group")
def budget_cap(ctx: Context) -> Outcome:
    """A category at parameters.level (1 비목, 2 세목) above its budget as changed. Values: budget, spent, excess, head, blank."""
    level = int(ctx.rule.parameters["level"])
    budget = ctx["budget"]
    among = ctx["category_known"] & ctx.holds(ctx.rule.applies_to)
    if level == 2:
        split = by_second(ctx)
        among = among & ctx["category"].each(lambda row: row[0] in split and row[1] != "", bool)
    head = heads(ctx, budget, lambda row: path(row, level))
    spent = group_sum(head.label, np.where(among, measured(ctx), 0))
    excess = np.where(among, spent - head.agreed, 0)
    taken = take_over_spent(ctx, head.label, excess, among)
    return _outcome(ctx, taken, head.name, budget=head.agreed, spent=spent, excess=excess, head=head.name)


@kind("group")
def first_budget_cap(ctx: Context) -> Outcome:
    """The lines of applies_to above the first agreed budget of their 비목; none agreed: 0. Values: budget, spent, excess, head, blank."""
    among = ctx["category_known"] & ctx.holds(ctx.rule.applies_to)
    head = heads(ctx, ctx["first_budget"], lambda row: path(row, 1))
    spent = group_sum(head.label, np.where(among, measured(ctx), 0))
    excess = np.where(among, np.maximum(spent - head.agreed, 0), 0)
    taken = latest_first(head.label, excess, np.where(among, ctx.left, 0), ctx["order"])
    return _outcome(ctx, taken, head.name, budget=head.agreed, spent=spent, excess=excess, head=head.name)


@kind("group")
def share_of_budget(ctx: Context) -> Outcome:
    """The lines of applies_to must stay under limit `share` % of the budget of parameters.of (비목): at most the largest won below it.

    Values: base (won of that budget), most, spent, excess, share, blank.
    """
    among = ctx["category_known"] & ctx.holds(ctx.rule.applies_to)
    base = ctx["budget"].agreed.get(ctx.rule.parameters["of"], 0)
    share = ctx.limit("share")
    most = np.maximum((base * share - 1) // 100, 0)
    one = np.zeros(ctx.n, dtype=np.int64)
    spent = group_sum(one, np.where(among, measured(ctx), 0))
    excess = np.where(among, np.maximum(spent - most, 0), 0)
    taken = latest_first(one, excess, np.where(among, ctx.left, 0), ctx["order"])
    named = np.full(ctx.n, ctx.rule.parameters["of"], dtype=object)
    return _outcome(ctx, taken, named, base=np.full(ctx.n, base), most=most, spent=spent, excess=excess, share=share)


@kind("group")
def transfer_cap(ctx: Context) -> Outcome:
    """Transfers inside a 세목 above limit `share` % (BUD-030). parameters.base: 세목 (default) or 세세목, the receiving one.

    A line without 세세목 stands outside the measure and is held. Values: over (what the 세세목 are over-spent by), base_won, most,
    excess, head, second, blank.
    """
    budget = ctx["budget"]
    detailed = by_item(ctx)
    blank = item_blank(ctx)
    among = ctx["category"].each(lambda row: row[3] and row[1] != "" and path(row, 2) in detailed, bool) & ~blank
    third, second = (heads(ctx, budget, lambda row, level=level: path(row, level)) for level in (3, 2))  # type: ignore[misc]
    over = np.maximum(group_sum(third.label, np.where(among, measured(ctx), 0)) - third.agreed, 0)
    share = ctx.limit("share")
    if ctx.rule.parameters.get("base") == "세세목":
        base, group, whole = third.agreed, third.label, over
    else:
        base, group = second.agreed, second.label
        first_of_unit = among & ~pd.Series(np.where(among, third.label, -1)).duplicated().to_numpy()
        whole = group_sum(group, np.where(first_of_unit, over, 0)) + _overdrawn(ctx, second.name, third.name[among])
    excess = np.where(among, np.maximum((whole * 100 - base * share) // 100, 0), 0)
    most = latest_first(third.label, over, np.where(among, ctx.left, 0), ctx["order"])
    taken = latest_first(group, excess, most, ctx["order"])
    values = {
        "over": whole, "base_won": base, "most": base * share // 100, "excess": excess, "head": third.name, "share": share,
        "second": second.name,
    }  # fmt: skip
    found = _outcome(ctx, taken, second.name, **values)
    outside = blank & ctx["judged"]
    found.case = np.where(outside, ctx.rule.case("hold"), found.case).astype(np.uint8)
    found.hold = np.where(outside, ctx.left, ctx.facts.zeros() if found.hold is None else found.hold)
    return found


def _overdrawn(ctx: Context, second: np.ndarray, spent: np.ndarray) -> np.ndarray:
    """Won by which changes moved 세세목 without any line below 0, per line, of its 세목."""
    below: dict[str, int] = {}
    for named, won in ctx["budget"].items.items():
        name = "/".join(named)
        if won < 0 and name not in set(spent):
            head = name.rpartition("/")[0]
            below[head] = below.get(head, 0) - won
    return take_each(*coded(second), lambda name: below.get(name, 0), np.int64)


@kind("group")
def fund_budget(ctx: Context) -> Outcome:
    """A fund above its budget (BUD-040): noted once per fund."""
    number = ctx.rule.case("note")
    names, values = [], {"fund": [], "budget": [], "spent": [], "excess": []}  # type: ignore[var-annotated]
    for fund, agreed in fund_budgets(ctx.facts).items():
        spent = int(measured(ctx)[(ctx["재원"] == fund).to_numpy()].sum())
        if spent > agreed:
            names.append(fund)
            for key, value in (("fund", fund), ("budget", agreed), ("spent", spent), ("excess", spent - agreed)):
                values[key].append(value)
    nothing = np.zeros(ctx.n, dtype=np.uint8)
    if not names:
        return Outcome(nothing)
    found = Told("", np.full(len(names), number, np.uint8), np.full(len(names), -1), names, values)
    return Outcome(nothing, outright(nothing > 0), told=[found])
