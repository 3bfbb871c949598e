"""Claims for people: a share of the heads of a company, what the company pays beside, what a month must pay at least."""

from __future__ import annotations

from typing import Any

import numpy as np

from settle.judging.arrays import NO_DAY, date_text, day, labels
from settle.judging.facts.base import known
from settle.judging.facts.beside import month_of, same_person
from settle.judging.facts.declared import figure, rows_of
from settle.judging.facts.subjects import application
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import by_cases, outright
from settle.judging.kinds.caps import settle_cases
from settle.judging.places import standing

LAST = np.iinfo(np.int64).max


@kind("group")
def headcount_share(ctx: Context) -> Outcome:
    """Of one application at most ⌊heads × share ÷ 100⌋ rows that no rule before has struck wholly; those beyond, in the order of `rank`.

    parameters: of (fact: heads), share (per cent), rank (facts or `score:<table>`, the first to stay first; `… desc`:
    the largest first; blank: last), count = "left" (rows still in) | "named" (all rows). Local: beyond, unknown (the heads are not known).
    Values: heads, most, place, rows.
    """
    plan = ctx.rule.parameters
    among = ctx.applies()
    counted = among if plan.get("count") == "named" else among & (ctx.left > 0)
    heads = figure(ctx.facts, str(plan["of"]))
    most = np.where(heads.known, heads.value, 0).astype(np.int64) * int(plan["share"]) // 100
    numbers = application(ctx.facts)
    group = (
        labels(numbers) if len({*numbers} - {""}) > 1 else np.zeros(ctx.n, dtype=np.int64)
    )  # a blank is of the only one
    place, rows = np.zeros(ctx.n, dtype=np.int64), np.zeros(ctx.n, dtype=np.int64)
    ranks = [_ranked(ctx, name) for name in reversed(plan["rank"])]
    for label in np.unique(group[counted]).tolist():
        at = np.flatnonzero(counted & (group == label))
        keys = [ranked[at] for ranked in ranks]
        place[at[np.lexsort([ctx["order"][at], *keys])]] = np.arange(1, len(at) + 1)
        rows[at] = len(at)
    ctx.local.update(unknown=~heads.known, beyond=heads.known & counted & (place > most))
    case = ctx.cases(among)
    values = {"heads": np.where(heads.known, heads.value, 0), "most": most, "place": place, "rows": rows}
    take = outright(ctx.effect(case, "disallow"))
    return Outcome(settle_cases(ctx, case, take), take, values=values)


def _ranked(ctx: Context, name: str) -> np.ndarray:
    found = standing(ctx.facts, [name], np.ones(ctx.n, dtype=bool))
    return np.where(found.known, found.place, LAST)


@kind("line")
def matching(ctx: Context) -> Outcome:
    """The company pays its part beside what is claimed.

    parameters: ratio = [claimed, own], own (column of won), total (won that both together must reach; else the claim by the ratio), paper
    (fact: is the receipt there). Local: short, unknown (own part blank), no_paper, above. A disallow case leaves what the own part is worth
    by the ratio. Values: need, own, matched (what the own part is worth).
    """
    plan = ctx.rule.parameters
    theirs, ours = (int(one) for one in plan["ratio"])
    own, there = np.asarray(ctx[plan["own"]], dtype=np.int64), np.asarray(ctx[known(plan["own"])], dtype=bool)
    total = int(plan.get("total", 0))
    need = np.full(ctx.n, -(-total * ours // (theirs + ours))) if total else -(-ctx["net"] * ours // theirs)
    matched = own * theirs // ours
    ctx.local.update(
        unknown=~there,
        short=there & (own < need),
        above=there & (own > need),
        no_paper=~np.asarray(ctx[plan["paper"]], dtype=bool),
    )
    case = ctx.cases(ctx.applies())
    moving = ctx.effect(case, "disallow")
    values = {"need": need, "own": own, "matched": matched}
    return Outcome(case, lambda left: np.where(moving, np.maximum(left - matched, 0), 0), values=values)


@kind("line")
def pay_floor(ctx: Context) -> Outcome:
    """What a person earns a month is no less than a dated floor, and neither is what whole months were paid.

    parameters: column (pay a month), won (name of the limit), sheet, month, paid (rows of months paid), on, soft (whose, as in `join`),
    since (day: months that begin before it do not count), apart (days in whose months nothing is said). Local: blank, below, month_below.
    Values: pay, floor, month, month_won, month_floor.
    """
    plan, facts = ctx.rule.parameters, ctx.facts
    pay = figure(facts, str(plan["column"]))
    floor = ctx.limit(str(plan["won"]), together=np.arange(ctx.n))
    found = _short_months(ctx, [figure(facts, name) for name in plan.get("apart", [])])
    low = {i: month for i, month in enumerate(found) if month is not None}
    flag = np.zeros(ctx.n, dtype=bool)
    flag[list(low)] = True
    ctx.local.update(blank=~pay.known, below=pay.known & (pay.value < floor), month_below=flag)
    values: dict[str, Any] = {"pay": np.where(pay.known, pay.value, 0).astype(np.int64), "floor": floor}
    for number, name in enumerate(("month", "month_won", "month_floor")):
        values[name] = lambda at, number=number: [str(low[i][number]) if i in low else "" for i in at.tolist()]
    return by_cases(ctx, **values)


def _short_months(ctx: Context, apart: list[Any]) -> list[tuple[str, str, str] | None]:
    """Per row the first whole month that was paid below its own floor: (month, won, floor)."""
    plan, facts = ctx.rule.parameters, ctx.facts
    if not facts.book.has(str(plan["sheet"])):
        return [None] * ctx.n
    theirs = rows_of(facts, str(plan["sheet"]))
    months = [month_of(text) for text in theirs.ledger[plan["month"]].tolist()]
    paid, sure = theirs.ledger[plan["paid"]].tolist(), theirs.ledger[known(plan["paid"])].tolist()
    since = figure(facts, str(plan["since"])).value
    steps = ctx.rule.limits[str(plan["won"])]
    result: list[tuple[str, str, str] | None] = []
    for i, rows in enumerate(same_person(facts, theirs, plan["on"], plan.get("soft"))):
        away = {_first(int(one.value[i])) for one in apart if one.known[i]}
        won: dict[int, int] = {}
        for row in rows:
            if months[row] != NO_DAY and sure[row] and months[row] >= since[i] and months[row] not in away:
                won[months[row]] = won.get(months[row], 0) + int(paid[row])
        short = None
        for month in sorted(won):
            floor = next((int(s.values[plan["won"]]) for s in reversed(steps) if day(s.since) <= month), 0)
            if won[month] < floor and short is None:
                short = (date_text(month)[:7], f"{won[month]:,}", f"{floor:,}")
        result.append(short)
    return result


def _first(day_: int) -> int:
    """The first day of the month of a day."""
    return int(np.datetime64(day_, "D").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64))
