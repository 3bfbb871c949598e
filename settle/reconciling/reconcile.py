"""Ledger and evidence against the lists: what REC-010 … REC-110 ask, per ledger line and for the agreement as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from settle.reconciling.amounts import amounts
from settle.reconciling.bank import bank
from settle.reconciling.missing import missing_card, missing_invoices
from settle.reconciling.papers import cards, invoices, receipts
from settle.reconciling.result import Note, Reconciliation, Row

if TYPE_CHECKING:
    from collections.abc import Collection

    from settle.judging.facts.base import Facts
    from settle.reconciling.theirs import Lists


def reconcile(facts: Facts, lists: Lists, explained: Collection[Row] = ()) -> Reconciliation:
    """Match the ledger with every list given. explained: rows of card lists that a line explains though it is not known to be paid
    by the project's card; REC-060 is not said of them.

    Reconciliation.facts holds, per ledger line: bool rec_010, rec_040, rec_070, rec_100, rec_030_over; int64 won
    rec_020_won, rec_030_won, rec_050_won (what the purchase is to lose, the same value at each of its lines); and a str
    Series <name>_text for each, "" where nothing is said. Rules without their list are in not_checked; a list that
    does not reach all lines is said in `partly`.
    """
    statements = lists.statements
    result = Reconciliation(statements, line_names=facts["line_name"].to_numpy(dtype=object))
    here = {s.group for s in statements if s.usable}
    for name in ("rec_010", "rec_040", "rec_070", "rec_100", "rec_030_over"):
        result.facts[name] = facts.zeros(bool)
    for name in ("rec_020_won", "rec_030_won", "rec_050_won"):
        result.facts[name] = facts.zeros()
    for name in list(result.facts):
        result.facts[name.removesuffix("_won") + "_text"] = np.full(facts.n, "", dtype=object)
    short = {name: facts.zeros() for name in ("rec_020", "rec_030", "rec_050")}
    faces: list[np.ndarray] = []
    for group, build in (("invoice", invoices), ("receipt", receipts), ("card", cards)):
        if group in here:
            side = build(facts, lists)
            result.sides[group] = side
            result.notices += side.theirs.notices
            amounts(facts, side, short, faces, result.facts)
    result.facts["rec_020_won"], result.facts["rec_030_won"], result.facts["rec_050_won"] = short.values()
    if "invoice" in here:
        missing_invoices(facts, result)
    if "bank" in here:
        bank(facts, lists.of("bank"), result)
    if "card" in here:
        missing_card(facts, result, frozenset(explained))
    _checks(result)
    for name in [n for n in result.facts if n.endswith("_text")]:
        result.facts[name] = pd.Series(result.facts[name], dtype="str")
    return result


# ---- matching per group --------------------------------------------------------------------------------------------


# ---- amounts: REC-020, 030, 050 ------------------------------------------------------------------------------------


# ---- what is not there: REC-010, 040, 060 --------------------------------------------------------------------------


# ---- bank: REC-070, 080, 100, 110 ----------------------------------------------------------------------------------


# ---- the lists themselves: REC-090 ---------------------------------------------------------------------------------


def _checks(result: Reconciliation) -> None:
    for i, statement in enumerate(result.statements):
        for check in statement.checks:
            if not check.holds:
                text = f"{check.what}: 적힌 값 {check.stated:,}원, 계산한 값 {check.counted:,}원"
                result.notes.append(
                    Note(
                        "REC-090",
                        i,
                        check.row,
                        check.stated - check.counted,
                        f"{statement.profile.id}|{check.what}|{check.row}",
                        text,
                    )
                )
