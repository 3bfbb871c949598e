"""Is there a row of another sheet that qualifies: one that other rules let pass, and that is as a condition wants it?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from settle.judging.facts.base import Facts
from settle.judging.facts.declared import figure, rows_beside
from settle.judging.facts.subjects import application
from settle.judging.facts.unread import CODES, unread
from settle.judging.kinds.base import KINDS, Context, Outcome, kind, with_effect
from settle.judging.kinds.breach import by_cases
from settle.model import KNOWN
from settle.programme import conditions
from settle.programme.rules import RulebookError
from settle.programme.vocabulary import Subject

YES, OPEN, NO = 2, 1, 0


@kind("line")
def one_qualifies(ctx: Context) -> Outcome:
    """At least one row of another sheet of the same application passes every step; what it is asked stands in other rules and conditions.

    parameters: sheet, key (column that names a row), names = {name = column of the sheet}, given = {name = text}, days = {name = day of
    this subject}: what the other rules ask under these names; rules = codes that must be silent (a hold leaves it open);
    steps = [{holds, open}], conditions over the rows: the last is what this rule asks, the earlier ones say which rows it looks at.
    Local: none (no row passes, none may), open (none passes for sure), earlier (no row passes the earlier steps: another rule says so).
    Values: rows (names of the rows that are looked at), lacking (codes that leave them open).
    """
    plan, facts = ctx.rule.parameters, ctx.facts
    if not facts.book.has(str(plan["sheet"])):
        nothing = np.zeros(ctx.n, dtype=bool)
        asked = bool(plan.get("steps"))
        ctx.local.update(none=nothing, open=~nothing & (len(plan.get("steps", [])) < 2), earlier=nothing | asked)
        return by_cases(ctx, **_said([""] * ctx.n, [""] * ctx.n))
    rows = _rows(ctx)
    beside = rows_beside(facts, rows)
    loose = set(np.flatnonzero((application(rows) == "").to_numpy()).tolist())
    names = rows.ledger[str(plan["key"])].tolist()
    before, now, lacking = _stages(ctx, rows)
    flags = {name: np.zeros(ctx.n, dtype=bool) for name in ("none", "open", "earlier")}
    told, codes = [], []
    for i, own in enumerate(beside):
        doubtful = loose - set(own)  # of several applications nobody knows whose these are
        ours = [*own, *sorted(doubtful)]
        looked = [row for row in ours if before[row] != NO]
        passes = [min(before[row], now[row], OPEN if row in doubtful else YES) for row in looked]
        flags["earlier"][i] = not looked
        flags["none"][i] = bool(looked) and max(passes) == NO
        opened = [row for row, one in zip(looked, passes, strict=True) if one == OPEN]
        here = [
            row for row in opened if now[row] == OPEN or row in doubtful
        ]  # else an earlier rule says what is not known, if no row passes it
        flags["open"][i] = (
            bool(opened) and max(passes) == OPEN and bool(here or any(before[row] == YES for row in looked))
        )
        if len(plan.get("steps", [])) < 2 and not looked:
            flags["none"][i] = True
        may = here or opened or looked or ours
        told.append(", ".join(names[row] for row in may))
        codes.append(", ".join(dict.fromkeys(code for row in may for code in lacking[row])))
    ctx.local.update(flags)
    return by_cases(ctx, **_said(told, codes))


def _said(rows: list[str], lacking: list[str]) -> dict[str, Any]:
    return {"rows": pd.Series(rows, dtype="str"), "lacking": pd.Series(lacking, dtype="str")}


def _rows(ctx: Context) -> Facts:
    """The rows of the sheet as facts of their own, with what the other rules ask under other names."""
    plan, facts = ctx.rule.parameters, ctx.facts
    sheet = str(plan["sheet"])
    frame = facts.book.frames[sheet]
    given: dict[str, Any] = {name: frame[column] for name, column in plan.get("names", {}).items()}
    given |= {name: pd.Series([text] * len(frame), dtype="str") for name, text in plan.get("given", {}).items()}
    for name, source in plan.get("days", {}).items():
        told = figure(facts, str(source))
        sure = bool(ctx.n) and bool(told.known[0])
        given[name] = np.full(len(frame), int(told.value[0]) if ctx.n else 0, dtype=np.int64)
        given[name + KNOWN] = np.full(len(frame), sure)
    subject = Subject(sheet, sheet, key=str(plan["key"]), of=facts.subject.of)
    return Facts(facts.book, facts.programme, given=given, about=subject, bench=facts.bench)


def _stages(ctx: Context, rows: Facts) -> tuple[np.ndarray, np.ndarray, list[list[str]]]:
    """(how each row stands by the earlier steps, by the last one, codes that leave it open)."""
    plan = ctx.rule.parameters
    steps = [_step(rows, step) for step in plan.get("steps", [])]
    judged, lacking = _by_rules(ctx, rows)
    whole = [judged, *steps]
    if len(steps) < 2:  # the rules and the only step are what is asked
        yes = np.full(rows.n, YES, dtype=np.int64)
        asked = np.min([judged, *steps], axis=0) if whole else yes
        return np.where(asked == NO, NO, YES), asked, lacking
    return np.min(whole[:-1], axis=0), whole[-1], lacking


def _step(rows: Facts, step: dict[str, Any]) -> np.ndarray:
    holds = conditions.holds(step["holds"], rows, rows.n)
    open_ = conditions.holds(step["open"], rows, rows.n) if "open" in step else np.zeros(rows.n, dtype=bool)
    return np.where(open_, OPEN, np.where(holds, YES, NO)).astype(np.int64)


def _by_rules(ctx: Context, rows: Facts) -> tuple[np.ndarray, list[list[str]]]:
    """How the rows stand by the rules named, which are judged on them as on a claim."""
    stands = np.full(rows.n, YES, dtype=np.int64)
    lacking: list[list[str]] = [[] for _ in range(rows.n)]
    for code in ctx.rule.parameters.get("rules", []):
        rule = rows.bench.rule(code) if rows.bench is not None else None
        if rule is None or rule.kind not in KINDS:
            raise RulebookError(f"규칙 {ctx.rule.code}: parameters의 rules에 있는 '{code}'은(는) 없는 규칙입니다.")
        case = KINDS[rule.kind][1](Context(rule, rows, rows["net"], None)).case
        struck, held = with_effect(rule, case, "disallow"), with_effect(rule, case, "hold")
        stands = np.minimum(stands, np.where(struck, NO, np.where(held, OPEN, YES)))
        for row in np.flatnonzero(held | struck).tolist():
            lacking[row].append(code)
    for code in CODES:  # a cell of the row, or of the same person elsewhere, that could not be read
        lost = unread(rows, rows.ledger.columns, code) | (rows[f"input_error:{code}"] > 0)
        stands = np.minimum(stands, np.where(lost, OPEN, YES))
        for row in np.flatnonzero(lost).tolist():
            lacking[row].append(code)
    return stands, lacking
