"""Withdrawals that are the money of card use: of a check card at once, of a credit card by the bill. Nobody is accused of them twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from settle.judging.arrays import days
from settle.reconciling import matching, ours
from settle.reconciling.matching import BY_CARD, MATCHED, OPEN, Match
from settle.reconciling.profiles import matching as settings
from settle.reconciling.result import CARD, KEY_AMOUNT, KEY_NAME, MEANS

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts
    from settle.reconciling.result import Reconciliation
    from settle.reconciling.theirs import Theirs


def explain_card_money(facts: Facts, result: Reconciliation, lists: Theirs, match: Match) -> None:
    """Mark open withdrawals that say 카드 and are one use of a card, or the bill of several days' use."""
    items = lists.items
    said = pd.Series(False, index=items.index)
    for word in settings()["by_card_words"]:
        said |= items["name"].str.contains(word, regex=False) | items["name2"].str.contains(word, regex=False)
    open_ = items[(match.right_state == OPEN) & said.to_numpy()]
    uses = _uses(facts, result)
    if open_.empty or uses.empty:
        return
    trial = Match.empty(len(uses), len(items))
    matching.by_name(trial, uses, open_, KEY_NAME)
    matching.by_amount(trial, uses, open_, KEY_AMOUNT)
    found = trial.right_state == MATCHED
    rest = open_[~found[open_.index]]
    left = uses[trial.left_state != MATCHED]
    by_list = [left, *(part for _, part in left.groupby("list", sort=True))]
    for item, day, won in zip(rest.index, days(rest["date"]), rest["won"].tolist(), strict=True):
        found[item] = any(_is_bill(part, int(day), won) for part in by_list)
    match.right_state[found & (match.right_state == OPEN)] = BY_CARD


def _uses(facts: Facts, result: Reconciliation) -> pd.DataFrame:
    """What was paid by card: as the card lists say, else as the ledger does. Columns of the matching, and list."""
    side = result.sides.get("card")
    if side is not None and len(side.theirs.items):
        items = side.theirs.items
        uses = items.assign(won=items["won"] - items["fell"])
    else:
        uses = ours.lines(facts, facts["judged"] & (facts[MEANS] == CARD).to_numpy()).items.assign(list="")
    return uses[(uses["won"] > 0) & uses["date"].notna()].reset_index(drop=True)


def _is_bill(uses: pd.DataFrame, day: int, won: int) -> bool:
    """Is the amount the sum of all use of some days in a row, none of them after the day or too long before it?"""
    used = days(uses["date"])
    near = (used <= day) & (used >= day - settings()["bill_days"])
    sums = pd.Series(uses["won"].to_numpy()[near]).groupby(used[near]).sum().sort_index().to_numpy()
    until = np.cumsum(sums)
    return bool(np.isin(until - won, np.concatenate(([0], until))).any())
