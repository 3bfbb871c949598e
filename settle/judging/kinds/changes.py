"""Rows of 변경승인 that change the budget: not approved, approved too late, or moving what is not there (BUD-050)."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct, field

from settle.judging.arrays import date_text, days
from settle.judging.facts.agreement import APPROVALS
from settle.judging.facts.budget import CHANGE, resolve_path
from settle.judging.kinds.base import Context, Outcome, Told, kind
from settle.judging.kinds.rows import counted
from settle.programme import conditions


class RowFacts(Struct):
    """Facts of the rows at hand, for the conditions of the rule's cases."""

    found: dict[str, np.ndarray] = field(default_factory=dict)

    def fact(self, name: str) -> Any:
        return self.found[name]

    def limit(self, name: str) -> np.ndarray:
        """Rows have no limits. Raises KeyError."""
        raise KeyError(name)

    def known(self, name: str) -> np.ndarray | None:
        """Every fact of the rows is known."""
        return None

    def member(self, name: str, values: list[str]) -> np.ndarray:
        return np.isin(self.found[name], values)


@kind("line")
def budget_changes(ctx: Context) -> Outcome:
    """Rows of 예산비목변경 (parameters.change): unapproved, late, negative, beyond (more moved out than there is), one note a row.

    Values: before, after, won, day, left.
    """
    nothing = np.zeros(ctx.n, dtype=np.uint8)
    frame = ctx.facts.book.frames[APPROVALS]
    at = np.flatnonzero((frame["변경구분"] == CHANGE).to_numpy())
    if not len(at):
        return Outcome(nothing)
    rows = frame.iloc[at]
    approved = rows["승인일__known"].to_numpy(dtype=bool)
    day = days(rows["승인일"])
    left = _left(ctx, rows, approved)
    facts = RowFacts({
        "unapproved": ~approved,
        "late": approved & (day > ctx["period_end"]),
        "negative": approved & (rows["금액"] < 0).to_numpy(),
        "beyond": approved & rows["금액__known"].to_numpy(dtype=bool) & (rows["금액"].to_numpy() > left),
    })  # fmt: skip
    case = np.zeros(len(at), dtype=np.uint8)
    for one in reversed(ctx.rule.cases):
        case[conditions.holds(one.when, facts, len(at))] = one.number
    values = {"before": rows["변경전"].tolist(), "after": rows["변경후"].tolist(), "won": rows["금액"].tolist()}
    keys = counted(["/".join(str(part) for part in one) for one in zip(*values.values(), strict=True)])
    values |= {"day": [date_text(one) for one in day.tolist()], "left": left.tolist()}
    return Outcome(nothing, told=[Told(APPROVALS, case, at, keys, values)])


def _left(ctx: Context, rows: Any, approved: np.ndarray) -> np.ndarray:
    """Won that the category of 변경전 still has when the row moves its money, in the order of approval; very much where unknown."""
    have = [
        (key[:3], int(won))
        for *key, won in ctx["first_budget"].rows[["비목", "세목", "세세목", "amount"]].itertuples(index=False)
    ]
    result = np.full(len(rows), np.iinfo(np.int64).max)
    for i in np.argsort(days(rows["승인일"]), kind="stable").tolist():
        source, target = (resolve_path(ctx.facts.programme, rows[column].iat[i]) for column in ("변경전", "변경후"))
        if not approved[i] or source is None or target is None:
            continue
        level = max(n for n in range(3) if source[n]) + 1
        while level > 1 and not any(tuple(key[:level]) == source[:level] for key, _ in have):
            level -= 1  # budgeted above that: the 세목 counts as one
        result[i] = sum(won for key, won in have if tuple(key[:level]) == source[:level])
        have += [(list(source), -int(rows["금액"].iat[i])), (list(target), int(rows["금액"].iat[i]))]
    return result
