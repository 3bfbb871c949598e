"""What the trade papers of a purchase prove, refunds taken with them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from msgspec import Struct

from settle.judging.arrays import group_sum, labels
from settle.judging.facts.base import Facts, fact
from settle.judging.facts.ledger import vat_of


class Proved(Struct, frozen=True):
    """What the trade papers of each line's purchase prove; per line, the same within a purchase.

    Of its purchases by the first kind present, and of its refunds by the first kind among their own papers (≤ 0 as a rule).
    """

    present: np.ndarray  # a trade paper that is none of a refund
    trade: np.ndarray  # the kind counted, as position in papers.trade (large: none)
    total: np.ndarray  # sum of the face amounts, those of refunds with them
    total_known: np.ndarray  # no paper that counts without an amount
    supply: np.ndarray  # likewise; a refund's paper without 공급가액 by the VAT of the refund line, else ¹⁄₁₁ of it
    supply_known: np.ndarray  # of the papers of purchases; those of refunds can always be told
    vat: np.ndarray
    bought: np.ndarray  # total without the papers of refunds
    back_supply: np.ndarray  # of the papers of refunds alone
    doubled: np.ndarray  # evidence rows with one 승인번호 and one and the same amount: won counted once only
    members: np.ndarray  # judged lines in the purchase
    papers: np.ndarray  # evidence rows counted


class Counted(Struct, frozen=True):
    """Pairs (group, evidence row) of the first trade kind of each group; again: rows listed again with one 승인번호 and amount."""

    group: np.ndarray
    row: np.ndarray
    first: np.ndarray  # trade kind per group
    again: np.ndarray

    @property
    def once(self) -> np.ndarray:
        return ~self.again


def _first_kind(facts: Facts, group: np.ndarray, row: np.ndarray, none: int) -> Counted:
    """Of pairs (group, row) those of the group's first trade kind, each once."""
    rows, m = facts["evidence"], facts.n
    width = len(rows.trade) + 1
    pairs = np.unique(group * width + row)
    group, row = pairs // width, pairs % width
    first = np.full(m + 1, none, dtype=np.int64)
    np.minimum.at(first, group, rows.trade[row])
    counted = rows.trade[row] == first[group]
    group, row = group[counted], row[counted]
    # rows with one 승인번호: equal amounts are one paper listed again, different amounts are its parts
    again = np.zeros(len(row), dtype=bool)
    approval = rows.approval[row]
    if len(row) and (approval >= 0).any():
        key = labels(group, np.where(approval >= 0, approval, -1 - np.arange(len(row))))
        largest = np.full(int(key.max()) + 1, np.iinfo(np.int64).min)
        smallest = np.full(int(key.max()) + 1, np.iinfo(np.int64).max)
        np.maximum.at(largest, key, rows.total[row])
        np.minimum.at(smallest, key, rows.total[row])
        seen = pd.Series(key).duplicated().to_numpy()
        again = seen & (largest == smallest)[key] & rows.total_known[row]
    return Counted(group, row, first, again)


@fact
def proved(facts: Facts) -> Proved:
    links, rows, purchase = facts["links"], facts["evidence"], facts["purchase"]
    m = facts.n
    none = len(facts.programme.papers["trade"])
    trade = rows.trade[links.row] >= 0
    back = facts["refund_rows"][links.row]
    bought = _first_kind(facts, purchase[links.line[trade & ~back]], links.row[trade & ~back], none)
    # each refund by its own papers (one that names several counts at the first), then told of the purchase that it belongs to
    at = np.flatnonzero(trade & back)
    at = at[np.unique(links.row[at], return_index=True)[1]]
    returned = _first_kind(facts, links.line[at], links.row[at], none)

    def total(values: np.ndarray, found: Counted, keep: np.ndarray) -> np.ndarray:
        result = np.zeros(m + 1, dtype=np.int64)
        np.add.at(result, found.group[keep], values[found.row[keep]])
        return result[:m]

    def every(flag: np.ndarray, found: Counted) -> np.ndarray:
        result = np.ones(m + 1, dtype=bool)
        result[found.group[~flag[found.row]]] = False
        return result[:m]

    def of_refunds(values: np.ndarray) -> np.ndarray:
        return group_sum(purchase, values)

    amount = np.where(rows.total_known, rows.total, 0)
    supply = np.where(rows.supply_known, rows.supply, 0)
    back_total = total(amount, returned, returned.once)
    back_known = every(rows.supply_known, returned)
    stated = facts["부가세__known"] & (facts["부가세"] <= 0)
    back_vat = np.where(
        back_known, total(rows.vat, returned, returned.once), np.where(stated, facts["부가세"], vat_of(back_total))
    )
    back_vat = np.where(back_total == 0, 0, back_vat)
    present = (bought.first < none)[purchase]
    unknown_back = np.zeros(m, dtype=np.int64)
    unknown_back[~every(rows.total_known, returned)] = 1
    bought_total = total(amount, bought, bought.once)[purchase]
    back_supply = of_refunds(back_total - back_vat)
    return Proved(
        present=present,
        trade=bought.first[purchase],
        total=bought_total + of_refunds(back_total),
        total_known=every(rows.total_known, bought)[purchase] & (of_refunds(unknown_back) == 0),
        supply=total(supply, bought, bought.once)[purchase] + back_supply,
        supply_known=every(rows.supply_known, bought)[purchase],
        vat=total(rows.vat, bought, bought.once)[purchase] + of_refunds(back_vat),
        bought=bought_total,
        back_supply=back_supply,
        doubled=total(rows.total, bought, bought.again)[purchase]
        + of_refunds(total(rows.total, returned, returned.again)),
        members=group_sum(purchase, facts["judged"].astype(np.int64)),
        papers=total(np.ones(len(rows.trade), dtype=np.int64), bought, bought.once | bought.again)[purchase],
    )


@fact
def unproved_refund(facts: Facts) -> np.ndarray:
    """Lines whose refund has no trade paper of its own."""
    refund = facts["refunds"]["refund"].to_numpy()
    links = facts["links"]
    own_paper = facts.zeros(bool)
    own_paper[links.line[(facts["evidence"].trade >= 0)[links.row]]] = True
    return (refund >= 0) & ~own_paper[refund] if facts.n else own_paper


@fact
def paper_total(facts: Facts) -> np.ndarray:
    """합계금액 of the purchase's trade papers, as far as they say it, less refunds that have none; 0 where there is none."""
    found = facts["proved"]
    back = group_sum(facts["purchase"], np.where(facts["unproved_refund"], facts["refund_amount"], 0))
    return np.where(found.present, found.total + back, 0)
