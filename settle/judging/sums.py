"""Won per category and fund, and the refund of each fund."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from settle.judging.facts.budget import fund_budgets, funds_unknown
from settle.programme.vocabulary import HEADS

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts

WON = ["claimed", "recognised", "held", "disallowed"]


def by_category(facts: Facts, lines: pd.DataFrame) -> pd.DataFrame:
    """By 비목, 세목, 세세목 in the order of the tree; budget as changed by approvals (null: none agreed there)."""
    sums = lines.groupby(list(HEADS), sort=False)[WON].sum()
    budget = facts["budget"].of(3) if facts["budget_sheet"] else pd.Series([], dtype=np.int64)
    tree = list(
        dict.fromkeys([leaf[:level] + ("",) * (3 - level) for leaf in facts.programme.tree for level in (1, 2, 3)])
    )
    keys = dict.fromkeys([*sums.index, *budget.index])
    rows = sorted(keys, key=lambda k: (tree.index(k) if k in tree else len(tree), k))
    table = pd.DataFrame([(*k, *(sums.loc[k] if k in sums.index else [0] * 4)) for k in rows], columns=[*HEADS, *WON])
    table.insert(3, "budget", pd.array([int(budget[k]) if k in budget.index else pd.NA for k in rows], dtype="Int64"))
    return table.astype(dict.fromkeys(HEADS, "str") | dict.fromkeys(WON, np.int64))


def by_fund(facts: Facts, lines: pd.DataFrame) -> pd.DataFrame:
    """By 재원. refund = budget of the fund − recognised + interest; then what is held counted as recognised.

    A refund is unknown (null) where the budget of the fund is, or where a line says no fund that is known.
    """
    sums = lines.groupby("재원", sort=False)[WON].sum()
    budgets = fund_budgets(facts) if facts["budget_sheet"] else {}
    unknown = funds_unknown(facts) if facts["budget_sheet"] else set()
    # what stands under no fund may belong to any of them
    strays = bool((sums.loc[~sums.index.isin(list(budgets)), "claimed"] != 0).any()) if len(sums) else False
    agreement = facts.book.agreement
    rows = []
    interests = {fund.name: fund.interest for fund in facts.programme.funds}
    for fund in [*interests, *sorted(set(sums.index) - set(interests))]:
        if fund not in sums.index and not budgets.get(fund) and fund not in unknown:
            continue
        claimed, recognised, held, disallowed = (int(v) for v in sums.loc[fund]) if fund in sums.index else (0, 0, 0, 0)
        budget: Any = pd.NA if fund in unknown else budgets.get(fund, pd.NA)
        interest = int(agreement.get(interests.get(fund, "")) or 0)
        refund = budget - recognised + interest if budget is not pd.NA and not strays else pd.NA
        later = refund - held if refund is not pd.NA else pd.NA
        rows.append((fund, budget, claimed, recognised, held, disallowed, refund, later))
    columns = ["재원", "budget", *WON, "refund", "refund_if_held_recognised"]
    table = pd.DataFrame(rows, columns=columns)
    kinds: dict[str, Any] = {"재원": "str"} | dict.fromkeys(("budget", "refund", "refund_if_held_recognised"), "Int64")
    return table.astype(kinds | dict.fromkeys(WON, np.int64))
