"""Shares of days: off-site consulting of external people (LAB-030), administration (LAB-140); days charged to who worked them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from msgspec import Struct

from settle import korean as text
from settle.judging.arrays import group_sum, labels, latest_first
from settle.judging.kinds.base import ACCEPT, Context, Outcome, Second, kind
from settle.labour.days import Taken, begin, labour_lines, rows_by_name

if TYPE_CHECKING:
    from settle.labour.people import Log, Unread


def open_days(ctx: Context) -> np.ndarray:
    """Days of each line that what is left of it still pays for: those taken are gone, unless the auditor waived the taking."""
    labour = begin(ctx)
    days = labour.paid.copy()
    for rule in ctx.state.rules:
        if rule.kind == "labour_days":
            taken = labour.taken[rule.parameters["role"]].days
            for decision in ctx.state.decisions.get(rule.code, []):
                if decision.verdict == ACCEPT:
                    days[decision.line] += taken[decision.line]
    return days


def charge(
    ctx: Context, struck: np.ndarray, waiting: np.ndarray | None = None, *, unpaid_first: bool = True
) -> tuple[Taken, Taken]:
    """Days of the log that no longer count (per log row), taken from the latest lines of who worked them; then what waits likewise.

    Days that nobody pays for cost nothing: days still paid − (creditable − struck); unpaid_first = False takes them all the same.
    """
    labour, log = begin(ctx), ctx["log"]
    codes, names = pd.factorize(pd.concat([ctx["컨설턴트"], pd.Series(log.names, dtype="str")], ignore_index=True))
    person, log_person = codes[: ctx.n].astype(np.int64), codes[ctx.n :].astype(np.int64)[log.person]

    def per_line(log_values: np.ndarray) -> np.ndarray:
        total = np.zeros(len(names), dtype=np.int64)
        np.add.at(total, log_person, log_values)
        return total[person]

    alive = np.where(ctx.left > 0, labour.paid - (labour.waiting.days if labour.waiting else 0), 0)
    creditable = per_line(labour.creditable)

    def cost(gone: np.ndarray) -> np.ndarray:
        return np.clip(group_sum(person, alive) - (creditable - gone), 0, gone) if unpaid_first else gone

    gone = per_line(struck)
    taken_days = latest_first(person, cost(gone), alive, ctx["order"])
    opened = open_days(ctx)
    taken = Taken.at(np.where(opened > 0, ctx.left, 0), opened, taken_days)
    both = gone if waiting is None else gone + per_line(waiting)
    more = latest_first(person, np.maximum(cost(both) - cost(gone), 0), alive - taken.days, ctx["order"])
    waits = Taken.at(np.where(opened > 0, ctx.left - taken.won, 0), opened - taken.days, more)
    labour.paid = labour.paid - taken.days
    labour.creditable = labour.creditable - struck
    return taken, waits


class Days(Struct, frozen=True):
    """Days of the log under one reading of its words: counted (off site) and the whole, with the rows that are counted."""

    counted: np.ndarray
    whole: np.ndarray


def _state(ctx: Context, condition: dict[str, Any], rows: Log | Unread) -> tuple[np.ndarray, np.ndarray]:
    """Where the condition is met for sure, and where it may be: a word of parameters.uncertain that the programme does not know
    may mean it.
    """
    uncertain = ctx.rule.parameters.get("uncertain", {})
    sure = np.ones(len(rows.md), dtype=bool)
    may = sure.copy()
    for name, wanted in condition.items():
        values = getattr(rows, name)
        met = (values == wanted) if isinstance(wanted, bool) else np.isin(values, wanted)
        sure &= met
        if name in uncertain:
            met = met | ~np.isin(values, [*ctx.facts.programme.values[uncertain[name]]])
        may &= met
    return sure, may


def _conditions(ctx: Context) -> tuple[dict[str, Any], dict[str, Any]]:
    """The condition of the whole, and what counted days ask beyond it."""
    counted = ctx.rule.parameters["counted"]
    of = ctx.rule.parameters.get("of", counted)
    return of, {name: wanted for name, wanted in counted.items() if name not in of}


def _readings(ctx: Context) -> tuple[Days, Days]:
    """The reading of the unknown words that gives the smallest excess, and the one that gives the largest."""
    md, (of, rest) = begin(ctx).creditable, _conditions(ctx)
    kind_sure, kind_may = _state(ctx, of, ctx["log"])
    place_sure, place_may = _state(ctx, rest, ctx["log"])
    least = Days(np.where(kind_sure & place_sure, md, 0), np.where(kind_sure | (kind_may & ~place_sure), md, 0))
    most = Days(np.where(kind_may & place_may, md, 0), np.where(kind_sure | (kind_may & place_may), md, 0))
    return least, most


def _open_words(ctx: Context) -> str:
    """The words of the log on which the readings differ."""
    log, how = ctx["log"], ctx.rule.parameters
    uncertain, condition = how.get("uncertain", {}), how["counted"] | how.get("of", {})
    found = []
    for name, column in uncertain.items():
        others = {key: wanted for key, wanted in condition.items() if key != name}
        _, may = _state(ctx, others, log)
        values, wanted = getattr(log, name), condition[name]
        strange = may & ~np.isin(values, [*ctx.facts.programme.values[column], *wanted])
        found += [f"{column} '{value}'" if value else f"{column} 빈칸" for value in dict.fromkeys(values[strange])]
    return ", ".join(found[:6])


def _excess(ctx: Context, base: np.ndarray, days: Days, unread: int) -> np.ndarray:
    """Days above the share (or limit), the same at every row of a base; floored."""
    how = ctx.rule.parameters
    counted = group_sum(base, days.counted)
    if "share" in how:
        whole = group_sum(base, days.whole) + unread
        return (counted * 100 - whole * int(how["share"])) // 100
    return counted - _limit(ctx)


def _limit(ctx: Context) -> int:
    lines = labour_lines(ctx)
    return int(ctx.limit("days", together=labels(lines))[lines].max(initial=0)) * 1000


def _unread(ctx: Context) -> tuple[int, set[str]]:
    """Of rows without a readable date or M/D: the days by which they may widen the base, and whose days may be counted ones."""
    if "uncertain" not in ctx.rule.parameters:
        return 0, set()
    rows: Unread = ctx["log_unread_rows"]
    of, rest = _conditions(ctx)
    may = _state(ctx, of, rows)[1]
    return int(rows.md[may].sum()), set(rows.name[may & _state(ctx, rest, rows)[1]])


@kind("group")
def day_share(ctx: Context) -> Outcome:
    """Log days of a kind above a share of all days (LAB-030, parameters share, base) or above limit `days` (LAB-140).

    parameters.counted / parameters.of: conditions over log rows: task, place, external; uncertain: those whose unknown words may
    mean it (the smallest excess of any reading is disallowed, what the largest adds is held); column: the column without which
    nothing is struck. Values: days, all_days, counted_days, allowed, excess_days, rows, sum; of the hold also words.
    """
    log, how = ctx["log"], ctx.rule.parameters
    least, most = _readings(ctx)
    wider, unread = _unread(ctx)
    ctx.local["unread_counted"] = ctx["컨설턴트"].isin(unread).to_numpy()
    base = log.person if how.get("base") == "consultant" else np.zeros(len(log.md), dtype=np.int64)
    low = np.maximum(_excess(ctx, base, least, wider), 0)
    high = np.maximum(_excess(ctx, base, most, 0), low)
    if "column" in how and not ctx.facts.book.has(*how["column"].split("/")):
        low, high = np.zeros_like(low), np.zeros_like(high)  # not known where anybody worked: the rule holds
    if "uncertain" in how and ctx["log_nameless"].any():
        low = np.zeros_like(low)  # a day of nobody may be anybody's
    struck = latest_first(base, low, least.counted, log.order)
    waiting = latest_first(base, high - low, most.counted - np.minimum(struck, most.counted), log.order)
    case = ctx.cases(ctx["judged"] & ctx["labour"])
    here, there = rows_by_name(ctx, struck), rows_by_name(ctx, waiting)
    taken, waits = charge(ctx, struck, waiting)
    held_whole = ctx.effect(case, "hold")
    won = np.where(held_whole, 0, np.minimum(taken.won, ctx.left))
    hold = np.where(held_whole, 0, waits.won)
    case[won > 0] = ctx.rule.case("disallow")
    words = _open_words(ctx)

    def values(found: Taken, rows: dict[str, tuple[str, int]], days: Days, gone: np.ndarray) -> dict[str, Any]:
        all_days = int((days.whole if "share" in how else days.counted).sum()) + (wider if days is least else 0)
        allowed = f"{text.days(all_days)}일 × {how['share']}%" if "share" in how else f"{text.days(_limit(ctx))}일"
        return {
            "days": lambda lines: [text.days(d) for d in found.days[lines].tolist()],
            "rows": lambda lines: [rows.get(n, ("", 0))[0] for n in ctx["컨설턴트"].iloc[lines]],
            "sum": found.sums,
            "allowed": lambda lines: [allowed] * len(lines),
            "all_days": lambda lines: [text.days(all_days)] * len(lines),
            "counted_days": lambda lines: [text.days(int(days.counted.sum()))] * len(lines),
            "excess_days": lambda lines: [text.days(int(gone.sum()))] * len(lines),
            "words": lambda lines: [words] * len(lines),
        }

    number = ctx.rule.case("hold", second=True)
    second = None
    if number and (hold > 0).any():
        marked = np.where(hold > 0, number, 0).astype(np.uint8)
        second = Second(marked, hold, values(waits, there, most, waiting))
    shown = values(taken, here, least, struck)
    return Outcome(case, take=lambda left: np.minimum(won, left), values=shown, second=second)
