"""Invoices that are paid later, in parts, or claimed without VAT: nobody is told that no line could be theirs (REC-120)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle.judging.arrays import days
from settle.judging.facts.evidence import approval_keys
from settle.reconciling import ours
from settle.reconciling.matching import EXPLAINED, OPEN
from settle.reconciling.profiles import matching as settings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from settle.judging.facts.base import Facts
    from settle.reconciling.result import Side


def explain_later_payment(facts: Facts, side: Side, which: np.ndarray) -> None:
    """Mark open invoices that lines of `which` name, or that lines of the same payee, some in a row by day, add up to.

    Each line explains one invoice; the earlier invoice goes first.
    """
    items, state = side.theirs.items, side.match.right_state
    open_ = items[(state == OPEN) & (items["won"] - items["fell"] > 0).to_numpy()].sort_values(["date", "order"])
    lines = ours.lines(facts, which)
    if open_.empty or lines.items.empty:
        return
    mine = lines.items.assign(claimed=facts["claimed"][lines.line], day=days(lines.items["date"]))
    if "승인번호" in facts.ledger:
        named = set(approval_keys(facts.ledger["승인번호"].iloc[lines.line])) - {""}
        state[open_.index[open_["key"].isin(named)]] = EXPLAINED
    by_payee = {(column, payee): rows for column in ("brn", "name") for payee, rows in mine.groupby(column) if payee}
    used: set[int] = set()
    for item, row in open_.iterrows():
        if state[item] != OPEN:
            continue
        rows = by_payee.get(("brn", row["brn"])) if row["brn"] else None
        rows = by_payee.get(("name", row["name"])) if rows is None else rows
        if rows is None:
            continue
        day = int(days(open_.loc[[item], "date"])[0])
        near = rows[
            ~rows.index.isin(used)
            & rows["day"].between(day - settings()["paid_before"], day + settings()["paid_after"])
        ]
        took = _some_in_a_row(near.sort_values(["day", "order"]), row)
        if took:
            used.update(took)
            state[item] = EXPLAINED


def _some_in_a_row(rows: pd.DataFrame, invoice: pd.Series) -> list[int]:
    """The fewest lines in a row whose claims or prices add up to what is left of the invoice, or to its supply; [] where none do."""
    left = int(invoice["won"] - invoice["fell"])
    wanted = {left} | ({int(invoice["supply"])} if invoice["supply_known"] and not invoice["fell"] else set())
    amounts = [rows[name].tolist() for name in ("claimed", "won")]
    for count in range(1, min(len(rows), settings()["sum_lines"]) + 1):
        for first in range(len(rows) - count + 1):
            if any(sum(one[first : first + count]) in wanted for one in amounts):
                return [int(i) for i in rows.index[first : first + count]]
    return []
