"""Rules that no single agreement can decide (XIN, XPR): what settle.batch found over all agreements of a month arrives as
given facts.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from settle import korean as text
from settle.judging.kinds.base import Context, Outcome, Told, kind
from settle.judging.kinds.breach import outright
from settle.judging.kinds.caps import settle_cases
from settle.judging.kinds.rows import counted
from settle.labour.days import begin
from settle.labour.people import LOG
from settle.labour.shares import charge
from settle.model import EFFECTS

TOGETHER = "여러 협약"  # what its notes are about
NOTES = "across_notes"  # given: list of (code, key, text)
BENEFITS = "benefits"  # given: code -> sheet -> list of (row of the sheet, -1: none; effect; text)


@kind("deduction")
def across_amount(ctx: Context) -> Outcome:
    """Won of each line that another agreement charges too (parameters.won names the fact; the share of each line is
    settled).
    """
    wanted = ctx[str(ctx.rule.parameters["won"])]

    def take(left: np.ndarray) -> np.ndarray:
        return np.minimum(np.where(ctx["judged"], wanted, 0), left)

    case = settle_cases(ctx, ctx.cases(ctx.applies()), take)
    return Outcome(case, take, values={"lost": wanted})


@kind("group")
def across_days(ctx: Context) -> Outcome:
    """Days of the work log that a person worked beyond 1.0 M/D over all agreements (given `xin_020_days`, thousandths
    per row of 수행일지): struck, and taken from the person's latest labour lines. Notes of the rule are told besides.
    """
    labour, log = begin(ctx), ctx["log"]
    given = ctx["xin_020_days"]
    struck = np.minimum(given[log.row], labour.creditable) if len(log.row) else np.zeros(0, dtype=np.int64)
    per_person = pd.Series(struck, dtype="int64").groupby(pd.Series(log.name, dtype=object)).sum()
    wanted = {str(name) for name, days in per_person.items() if days > 0}
    taken, _ = charge(ctx, struck, unpaid_first=False)
    won = np.minimum(taken.won, ctx.left)
    case = np.where(won > 0, ctx.rule.case("disallow"), 0).astype(np.uint8)
    where = ctx["xin_020_text"]  # consultant -> which days, and in which agreements
    values = {
        "days": lambda lines: [text.days(d) for d in taken.days[lines].tolist()],
        "sum": taken.sums,
        "where": lambda lines: [where.get(name, "") for name in ctx["컨설턴트"].iloc[lines]],
    }
    nothing_taken = sorted(wanted - set(ctx["컨설턴트"][won > 0]))
    extra = [*_notes(ctx), *_unpaid(ctx, struck, {name: where.get(name, "") for name in nothing_taken})]
    return Outcome(case, lambda left: np.minimum(won, left), values=values, told=extra)


def _unpaid(ctx: Context, struck: np.ndarray, where: dict[str, str]) -> list[Told]:
    """Days struck that are not paid anyway (consultant -> which): the rule's case `unpaid`, on the work log."""
    number = ctx.rule.found("unpaid")
    if not number or not where:
        return []
    log = ctx["log"]
    first = [int(log.row[np.flatnonzero((log.name == name) & (struck > 0))[0]]) for name in where]
    case = np.full(len(where), number, dtype=np.uint8)
    return [Told(LOG, case, np.array(first), list(where), {"where": list(where.values())})]


@kind("line")
def across_lines(ctx: Context) -> Outcome:
    """Lines that another agreement has too: the conditions decide."""
    return Outcome(ctx.cases(ctx.applies()))


@kind("line")
def across_agreement(ctx: Context) -> Outcome:
    """What a person should look at in several agreements, told once in each. Values: text."""
    return Outcome(np.zeros(ctx.n, dtype=np.uint8), told=_notes(ctx))


@kind("line")
def across_benefit(ctx: Context) -> Outcome:
    """What other programmes, or sheets about them, say of the rows of a subject: found by settle.batch.double, which knows the effect.

    Local: disallow, hold, note (the gravest of several). Values: text. What is found of a sheet that is no subject, or of the agreement
    as a whole (sheet ""), is a note.
    """
    facts, found = ctx.facts, ctx.facts.given[BENEFITS].get(ctx.rule.code, {})
    subjects = (facts.programme.main, *facts.programme.others)
    said: dict[int, list[str]] = {}
    flags = {effect: np.zeros(ctx.n, dtype=bool) for effect in EFFECTS}
    for row, effect, told in found.get(facts.subject.sheet, ()):
        flags[effect][row] = True
        said.setdefault(row, []).append(told)
    for at, effect in enumerate(EFFECTS):
        for graver in list(EFFECTS)[:at]:
            flags[effect] &= ~flags[graver]
    ctx.local.update(flags)
    case = ctx.cases(ctx.applies())
    values = {"text": lambda at: ["; ".join(dict.fromkeys(said.get(i, ()))) for i in at.tolist()]}
    elsewhere = {sheet: rows for sheet, rows in found.items() if sheet not in {one.sheet for one in subjects}}
    first = next((one for one in subjects if facts.book.has(one.sheet)), subjects[0])  # of those that are judged
    extra = [_told_of(ctx, sheet, rows) for sheet, rows in elsewhere.items()] if facts.subject == first else []
    return Outcome(case, outright(ctx.effect(case, "disallow")), values=values, told=extra)


def _told_of(ctx: Context, sheet: str, rows: list[tuple[int, str, str]]) -> Told:
    number = ctx.rule.told(TOGETHER) or ctx.rule.case("note")
    texts = [told for _, _, told in rows]
    case, at = np.full(len(rows), number, dtype=np.uint8), np.array([row for row, _, _ in rows], dtype=np.int64)
    return Told(sheet or TOGETHER, case, at, counted([f"{row}" for row in at.tolist()]), {"text": texts})


def _notes(ctx: Context) -> list[Told]:
    found = [(key, said) for code, key, said in ctx.facts.given[NOTES] if code == ctx.rule.code]
    if not found:
        return []
    case = np.full(len(found), ctx.rule.case("note"), dtype=np.uint8)
    values = {"text": [said for _, said in found]}
    return [Told(TOGETHER, case, np.full(len(found), -1), [key for key, _ in found], values)]
