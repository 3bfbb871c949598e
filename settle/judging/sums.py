"""Won per category and fund, and the refund of each fund."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from settle.judging.arrays import labels, typed_frame
from settle.judging.facts.budget import fund_budgets, funds_unknown
from settle.model import WON
from settle.programme.vocabulary import HEADS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.judging.facts.base import Facts


def by_category(facts: Facts, lines: pd.DataFrame) -> pd.DataFrame:
    """By 비목, 세목, 세세목 in the order of the tree; budget as changed by approvals (null: none agreed there)."""
    sums = _won_by(lines, HEADS)
    budget = facts["budget"].items if facts["budget_sheet"] else {}
    tree: dict[tuple[str, ...], int] = {}
    for leaf in facts.programme.tree:
        for level in (1, 2, 3):
            tree.setdefault(leaf[:level] + ("",) * (3 - level), len(tree))
    rows = sorted(dict.fromkeys([*sums, *budget]), key=lambda k: (tree.get(k, len(tree)), k))
    columns: dict[str, list[Any]] = {head: [row[level] for row in rows] for level, head in enumerate(HEADS)}
    columns["budget"] = [budget.get(row, pd.NA) for row in rows]
    columns |= {name: [sums.get(row, [0] * 4)[i] for row in rows] for i, name in enumerate(WON)}
    return typed_frame(columns, {"budget": "Int64"} | dict.fromkeys(WON, np.int64))


def by_fund(facts: Facts, lines: pd.DataFrame) -> pd.DataFrame:
    """By 재원. refund = budget of the fund (or what was paid out) − recognised + interest; then what is held counted as recognised.

    A refund is unknown (null) where the budget of the fund is, or where a line says no fund that is known; it is 0 where the
    programme takes nothing of the fund back.
    """
    sums = {name: won for (name,), won in _won_by(lines, ["재원"]).items()}
    budgets = fund_budgets(facts) if facts["budget_sheet"] else {}
    unknown = funds_unknown(facts) if facts["budget_sheet"] else set()
    if facts["budget_sheet"]:  # a blank of a fund that is used at all may be money of it
        unknown |= {blank.fund for blank in facts["budget_blanks"] if blank.fund in sums or budgets.get(blank.fund)}
    # what stands under no fund may belong to any of them
    strays = any(won[0] for name, won in sums.items() if name not in budgets)
    agreement = facts.book.agreement
    rows = []
    interests = {fund.name: fund.interest for fund in facts.programme.funds}
    bases = {fund.name: fund.refund_base for fund in facts.programme.funds}
    kept = {fund.name for fund in facts.programme.funds if not fund.refunded}
    for fund in [*interests, *sorted(set(sums) - set(interests))]:
        if fund not in sums and not budgets.get(fund) and fund not in unknown:
            continue
        claimed, recognised, held, disallowed = sums.get(fund, [0] * 4)
        budget: Any = pd.NA if fund in unknown else budgets.get(fund, pd.NA)
        interest = int(agreement.get(interests.get(fund, "")) or 0)
        base = agreement.get(bases.get(fund, "")) or budget
        refund = base - recognised + interest if base is not pd.NA and not strays else pd.NA
        later = refund - held if refund is not pd.NA else pd.NA
        if fund in kept:
            refund = later = 0
        rows.append((fund, budget, claimed, recognised, held, disallowed, refund, later))
    columns = ["재원", "budget", *WON, "refund", "refund_if_held_recognised"]
    kinds = dict.fromkeys(("budget", "refund", "refund_if_held_recognised"), "Int64") | dict.fromkeys(WON, np.int64)
    return typed_frame({name: [row[i] for row in rows] for i, name in enumerate(columns)}, kinds)


def _won_by(lines: pd.DataFrame, columns: Sequence[str]) -> dict[tuple[str, ...], list[int]]:
    """Won (WON) by the texts of some columns, each once."""
    group = labels(*(lines[name] for name in columns))
    first = np.unique(group, return_index=True)[1]
    won = np.zeros((len(first), len(WON)), dtype=np.int64)
    np.add.at(won, group, np.column_stack([lines[name].to_numpy(dtype=np.int64) for name in WON]))
    names = zip(*(lines[name].iloc[first].tolist() for name in columns), strict=True)
    return dict(zip(names, won.tolist(), strict=True))
