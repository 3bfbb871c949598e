"""A deadline of an application that has several parts, each with a moment of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from settle.judging import boundaries
from settle.judging.facts.base import known
from settle.judging.facts.declared import rows_of
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import by_cases
from settle.model import TIME_KNOWN

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts


class _Stood(Struct, frozen=True):
    """How the moment of one part of every application stands: inside, late or early, its time not known, or no moment at all."""

    inside: np.ndarray
    outside: np.ndarray
    waits: np.ndarray
    blank: np.ndarray


def _stood(rows: Facts, columns: list[str], opens: np.ndarray, closes: np.ndarray) -> _Stood:
    """By the first of the columns that is filled."""
    seconds, timed, there = rows.zeros(), rows.zeros(bool), rows.zeros(bool)
    for column in reversed([one for one in columns if one]):
        filled = rows.ledger[known(column)].to_numpy(dtype=bool)
        seconds = np.where(filled, rows.ledger[column].to_numpy(dtype=np.int64), seconds)
        timed = np.where(filled, rows.ledger[column + TIME_KNOWN].to_numpy(dtype=bool), timed)
        there |= filled
    found = boundaries.deadline(seconds, timed, opens, closes, rows.programme.reading)
    outside, waits = (found.early | found.late) & there, found.time_unknown & there
    return _Stood(there & ~outside & ~waits, outside, waits, ~there)


@kind("line")
def deadline_of_parts(ctx: Context) -> Outcome:
    """The moment of each part of an application between opening and close, both of which count.

    parameters: sheet (that holds the moments), parts = {part = column}, column (of a part without a moment of its own), row (fact: the row
    of the sheet), by (fact: the part that a row is of), opens, closes (of the round).
    Local, of a row: late (outside), time_unknown, blank. On the sheet itself all parts that are filled are looked at: late where none is in
    time, time_unknown where one may be, some_late where another is in time. Values: parts (those outside).
    """
    plan, facts = ctx.rule.parameters, ctx.facts
    rows = rows_of(facts, str(plan["sheet"]))
    opens, closes = (
        np.full(rows.n, facts.limit(name)[0] if facts.n else 0, dtype=np.int64) for name in ("opens", "closes")
    )
    shared = str(plan.get("column", ""))
    parts: dict[str, str] = plan["parts"]
    if facts.subject.sheet == rows.subject.sheet:
        return _whole(ctx, rows, opens, closes)
    at = np.asarray(ctx[str(plan["row"])])
    found, part = facts.zeros(bool), np.asarray(ctx[str(plan["by"])], dtype=object)
    flags = {name: found.copy() for name in ("late", "time_unknown", "blank")}
    for name, column in parts.items():
        here = np.flatnonzero((part == name) & (at >= 0))
        stood = _stood(rows, [column, shared], opens, closes)
        for flag, of_rows in zip(flags, (stood.outside, stood.waits, stood.blank), strict=True):
            flags[flag][here] = of_rows[at[here]]
        flags["blank"] |= (part == name) & (at < 0)
    ctx.local.update(flags, some_late=facts.zeros(bool))
    return by_cases(ctx, parts=part)


def _whole(ctx: Context, rows: Facts, opens: np.ndarray, closes: np.ndarray) -> Outcome:
    """Of the application itself."""
    plan = ctx.rule.parameters
    each: dict[str, _Stood] = {name: _stood(rows, [column], opens, closes) for name, column in plan["parts"].items()}
    shared = _stood(rows, [str(plan.get("column", ""))], opens, closes)
    none = np.logical_and.reduce([one.blank for one in each.values()])  # then the moment of the application serves
    inside = np.logical_or.reduce([none & shared.inside, *(one.inside for one in each.values())])
    waits = np.logical_or.reduce([none & shared.waits, *(one.waits for one in each.values())])
    outside = np.logical_or.reduce([none & shared.outside, *(one.outside for one in each.values())])
    ctx.local.update(
        late=outside & ~inside & ~waits,
        time_unknown=waits & ~inside,
        some_late=outside & (inside | waits),
        blank=none & shared.blank,
    )

    def named(lines: np.ndarray) -> list[Any]:
        return [", ".join(name for name, one in each.items() if one.outside[i]) for i in lines.tolist()]

    return by_cases(ctx, parts=named)
