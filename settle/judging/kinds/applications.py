"""What applications must keep: a deadline, a list of answers, papers that are there and valid."""

from __future__ import annotations

from typing import Any

import numpy as np

from settle.judging import answers, boundaries
from settle.judging.facts.base import known
from settle.judging.facts.declared import figure, rows_beside, rows_of
from settle.judging.kinds.base import Context, Outcome, Second, kind
from settle.judging.kinds.breach import by_cases
from settle.model import TIME_KNOWN
from settle.programme.vocabulary import match_key


@kind("line")
def deadline(ctx: Context) -> Outcome:
    """A moment between opening and close, both of which count (boundaries.deadline).

    parameters: column (datetime), opens, closes (of the round; "" for none), ask_time (a day alone waits on the last day even where all of
    it is in time). Local: early, late, time_unknown (only a day is there, and on this day the time decides), blank.
    """
    plan, frame = ctx.rule.parameters, ctx.facts.ledger
    column = str(plan["column"])
    seconds, there = frame[column].to_numpy(dtype=np.int64), frame[known(column)].to_numpy(dtype=bool)
    timed = frame[column + TIME_KNOWN].to_numpy(dtype=bool)
    never = np.iinfo(np.int64).max // 4
    opens, closes = (
        ctx.facts.limit(str(plan.get(name, name)).partition(".")[2] or name)
        if plan.get(name, name)
        else np.full(ctx.n, edge)
        for name, edge in (("opens", -never), ("closes", never))
    )
    found = boundaries.deadline(seconds, timed, opens, closes, ctx.facts.programme.reading)
    for name, flag in zip(found._fields, found, strict=True):
        ctx.local[name] = flag & there
    if plan.get("ask_time"):
        ctx.local["time_unknown"] |= there & ~timed & (boundaries.day_of(seconds) == boundaries.day_of(closes))
    ctx.local["blank"] = ~there
    return by_cases(ctx)


@kind("line")
def checklist(ctx: Context) -> Outcome:
    """Answers of the row, or of the rows of a sheet, must be the wanted ones, or one of `or` must.

    parameters: items = [{name, want, against, or, when, says}] (says: what it is called in texts), want and against (of all that say
    nothing; against: the answers that are contrary, every other one is not understood; none: every other one is contrary).
    sheet: the items are rows of it, not columns; number, answer = its columns, reason = the column that excuses a contrary answer, where
    = which of its rows, same = columns that the row and its application have both and that must not differ.
    Local: wrong (a contrary answer), blank (none, or one that is not understood), excused (a contrary answer with its reason).
    Values: missing (what is blank), contrary, excused. The rule's case `second` is told beside the first.
    """
    plan = ctx.rule.parameters
    sheet = answers.of_sheet(ctx, plan) if plan.get("sheet") else None
    found: dict[str, list[tuple[str, np.ndarray]]] = {"wrong": [], "blank": [], "excused": []}
    for item in plan["items"]:
        asked = ctx.holds(item.get("when"))
        names = [str(name) for name in (item["name"], *item.get("or", []))]
        want, against = (
            _listed(item.get(key, plan.get(key, default))) for key, default in (("want", "Y"), ("against", []))
        )
        said = [
            answers.of_column(ctx, name, want, against) if sheet is None else sheet.said(name, want, against)
            for name in names
        ]
        right = np.logical_or.reduce([one.right for one in said])
        excused = said[0].excused | (said[0].wrong & np.logical_or.reduce([one.excused for one in said]))
        for name, flag in (("wrong", said[0].wrong & ~excused), ("excused", excused)):
            found[name].append((str(item.get("says", names[0])), asked & ~right & flag))
        contrary = said[0].wrong | said[0].excused
        found["blank"].append((str(item.get("says", names[0])), asked & ~right & ~contrary))
    ctx.local.update({name: np.logical_or.reduce([flag for _, flag in flags]) for name, flags in found.items()})
    result = by_cases(
        ctx, missing=_named(found["blank"]), contrary=_named(found["wrong"]), excused=_named(found["excused"])
    )
    second = ctx.seconds(ctx.applies())
    if second.any():
        result.second = Second(second, values=result.values)
    return result


def _listed(told: str | list[str]) -> list[str]:
    return [told] if isinstance(told, str) else told


def _named(found: list[tuple[str, np.ndarray]]) -> Any:
    return lambda lines: [", ".join(name for name, flag in found if flag[i]) for i in lines.tolist()]


@kind("line")
def paper_valid(ctx: Context) -> Outcome:
    """A paper of the same application must be there, and its days must fit.

    parameters: sheet, column (its name), paper, covers = [days that 대상시작–대상종료 must span], valid_on = day within 유효시작–유효종료,
    issued_from, issued_until (days). Local: absent, stale (no paper of that name fits), undated (one may, and a day of it is blank).
    """
    plan = ctx.rule.parameters
    sheet = str(plan.get("sheet", ""))
    if not ctx.facts.book.has(sheet):
        ctx.local.update(absent=np.ones(ctx.n, bool), stale=np.zeros(ctx.n, bool), undated=np.zeros(ctx.n, bool))
        return by_cases(ctx)
    theirs = rows_of(ctx.facts, sheet)
    wanted = {match_key(name) for name in ([plan["paper"]] if isinstance(plan["paper"], str) else plan["paper"])}
    named = np.array([match_key(text) in wanted for text in theirs.ledger[str(plan["column"])]], dtype=bool)
    there, fits, open_ = np.zeros((3, ctx.n), dtype=bool)
    limits = [(column, how, figure(ctx.facts, name).value) for column, how, name in _asked(plan)]
    for i, rows in enumerate(rows_beside(ctx.facts, theirs)):
        for row in (row for row in rows if named[row]):
            there[i] = True
            told = [_holds(theirs, row, column, how, int(limit[i])) for column, how, limit in limits]
            fits[i] |= all(one is True for one in told)
            open_[i] |= not any(one is False for one in told)
    ctx.local.update(absent=~there, stale=there & ~fits & ~open_, undated=there & ~fits & open_)
    return by_cases(ctx, paper=plan["paper"] if isinstance(plan["paper"], str) else ", ".join(plan["paper"]))


def _asked(plan: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(column of the paper, how it must stand to it, name of the day)."""
    found = [("대상시작", "max", str(name)) for name in plan.get("covers", [])]
    found += [("대상종료", "min", str(name)) for name in plan.get("covers", [])]
    if "valid_on" in plan:
        found += [("유효시작", "max", str(plan["valid_on"])), ("유효종료", "min", str(plan["valid_on"]))]
    if "issued_from" in plan:
        found.append(("발급일", "min", str(plan["issued_from"])))
    if "issued_until" in plan:
        found.append(("발급일", "max", str(plan["issued_until"])))
    return found


def _holds(theirs: Any, row: int, column: str, how: str, limit: int) -> bool | None:
    """Does the day of a paper stand as it must? None where it or the limit is not known."""
    value = int(theirs[column][row])
    if not bool(theirs.ledger[known(column)].iat[row]) or boundaries.unknown(np.array([limit]))[0]:
        return None
    return value >= limit if how == "min" else value <= limit
