"""Amounts of what was matched: what the ledger claims beyond its invoice, slip or withdrawal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from settle.judging.arrays import latest_first
from settle.reconciling.matching import MATCHED, Match

if TYPE_CHECKING:
    from collections.abc import Iterable

    from settle.judging.facts.base import Facts
    from settle.reconciling.ours import Ours
    from settle.reconciling.result import Side
    from settle.reconciling.theirs import Theirs


def amounts(
    facts: Facts, side: Side, short: dict[str, np.ndarray], faces: list[np.ndarray], texts: dict[str, Any]
) -> None:
    """What each purchase loses by this group's lists, added to `short` (won of the purchase at each of its lines).

    E what our papers say, O what the list says, R what fell away later; all in the measure of the claim (without VAT
    where the
    claim leaves it out). The purchase may keep what is proved: Σ O − R, and E where nothing was found (other rules
    hold that).
    """
    mine, lists, match = side.ours, side.theirs, side.match
    if mine.items.empty:
        return
    items = _measured(facts, mine, lists, match)
    purchase = facts["purchase"]
    of_item = np.zeros(len(items), dtype=np.int64)
    of_item[mine.item[::-1]] = purchase[mine.line[::-1]]

    def total(amounts: np.ndarray) -> np.ndarray:
        sums = np.zeros(facts.n, dtype=np.int64)
        np.add.at(sums, of_item, amounts)
        return sums[purchase]

    matched = items["matched"].to_numpy()
    ours_say, list_says, fell = items["E"].to_numpy(), items["O"].to_numpy(), items["R"].to_numpy()
    face = total(ours_say)
    proved = total(np.where(matched, list_says - fell, ours_say))
    differ = total(np.where(matched & items["amount_known"].to_numpy(), np.maximum(ours_say - list_says, 0), 0))
    reduced = total(np.where(matched, fell, 0))
    base = np.minimum(facts["purchase_net"], face)
    lose = np.clip(base - proved, 0, reduced + differ)
    by_fall = np.minimum(lose, reduced)
    code = "rec_020" if side.group == "invoice" else "rec_050"
    # the same trade may be proved by an invoice and by a slip: then it is not taken twice
    apart = sum(faces, facts.zeros()) + face <= facts["purchase_net"]
    before_fall, before_differ = short["rec_020"] + short["rec_050"], short["rec_030"]
    short[code] = short[code] + np.where(apart, by_fall, np.maximum(by_fall - before_fall, 0))
    by_differ = lose - by_fall
    short["rec_030"] = before_differ + np.where(apart, by_differ, np.maximum(by_differ - before_differ, 0))
    faces.append(face)

    over = matched & items["amount_known"].to_numpy() & (list_says > ours_say) & (ours_say > 0)
    texts["rec_030_over"] |= mine.per_line(over, facts.n)
    differs = (list_says != ours_say) & items["amount_known"].to_numpy()
    for i in np.flatnonzero(matched & ((fell > 0) | differs)).tolist():
        said = f"{items['their_list'].iat[i]} {int(items['their_row'].iat[i])}행: 증빙 {ours_say[i]:,}원, 명세 {list_says[i]:,}원"
        if fell[i] > 0:
            said += f", 취소·감액 {fell[i]:,}원"
            said += f" ({items['reduced_on'].iat[i]:%Y-%m-%d})" if items["reduced_on"].iat[i] is not pd.NaT else ""
        for name, wanted in ((code, fell[i] > 0), ("rec_030", ours_say[i] > list_says[i]), ("rec_030_over", over[i])):
            if wanted:
                say(texts[name + "_text"], mine.lines_of(i), said)


def say(texts: np.ndarray, lines: Iterable[int], said: str) -> None:
    for line in lines:
        texts[line] = f"{texts[line]}; {said}" if texts[line] else said


def _measured(facts: Facts, mine: Ours, lists: Theirs, match: Match) -> pd.DataFrame:
    """Per item of ours: matched, E, O, R in the measure of the claim, and where the list has it (their_list, their_row)."""
    items = mine.items.assign(matched=match.left_state == MATCHED, match=match.left_match)
    their = lists.items.assign(match=match.right_match)
    their = their[match.right_state == MATCHED]
    if "reduced_on" not in their:
        their = their.assign(reduced_on=pd.NaT)
    folded = (
        their["revised"] & their.duplicated("match", keep=False)
        if "revised" in their
        else pd.Series(False, index=their.index)
    )
    sums = (
        their[~folded | ~their.duplicated("match")]
        .groupby("match")
        .agg(O=("won", "sum"), R=("fell", "sum"), row=("row", "first"), list=("list", "first"),
             supply=("supply", "sum"), supply_known=("supply_known", "all"), reduced_on=("reduced_on", "max"))
    )  # fmt: skip
    items = items.join(sums.add_prefix("their_"), on="match")
    several = items["matched"] & items.duplicated("match", keep=False)
    whole = items["matched"] & ~several
    items["E"] = items["won"].astype("int64")
    items["O"] = np.where(whole, items["their_O"].fillna(0), np.where(several, items["E"], 0)).astype("int64")
    fell = items["their_R"].fillna(0).to_numpy(dtype=np.int64)
    groups = np.where(items["matched"], items["match"], items["match"].max() + 1 + np.arange(len(items))).astype(
        np.int64
    )
    items["R"] = latest_first(groups, fell, items["O"].to_numpy(), items["order"].to_numpy())
    items["reduced_on"] = items["their_reduced_on"]
    _without_vat(facts, mine, items)
    return items


def _without_vat(facts: Facts, mine: Ours, items: pd.DataFrame) -> None:
    """Where the claim leaves VAT out (집행금액 = 공급가액, 부가세 > 0), E, O and R count without it."""
    leaves_out = facts["공급가액__known"] & (facts["부가세"] > 0) & (facts["claimed"] == facts["공급가액"])
    every = np.ones(len(items), dtype=bool)
    every[mine.item[~leaves_out[mine.line]]] = False
    at = np.flatnonzero(every)
    if not len(at):
        return
    vat = np.zeros(len(items), dtype=np.int64)
    np.add.at(vat, mine.item, facts["부가세"][mine.line])
    before, listed = items["E"].to_numpy().copy(), items["O"].to_numpy().copy()
    net = np.where(items["supply_known"], items["supply"], np.maximum(before - vat, 0))
    scaled = np.where(before > 0, listed * net // np.maximum(before, 1), listed)
    exact = (
        items["their_supply_known"].fillna(False).to_numpy(dtype=bool)
        & ~items.duplicated("match", keep=False).to_numpy()
    )
    now = np.where(exact, items["their_supply"].fillna(0), scaled).astype(np.int64)
    fell = np.where(listed > 0, items["R"].to_numpy() * now // np.maximum(listed, 1), 0)
    for name, amounts in (("E", net), ("O", now), ("R", fell)):
        items.loc[items.index[at], name] = amounts[at]
