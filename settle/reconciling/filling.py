"""Blank cells of the ledger, filled from the lists handed over with it (채움).

A line and a row of a list belong together by a strong key alone: 승인번호; business number, amount and date; or amount, date and
near-equal name, where nothing else fits as well. Nothing is filled over a value, nothing where two fit, and a card is the project's
only where the list itself (or an answer) says whose it is. Every filled cell keeps where it comes from.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from settle.judging.arrays import FAR, days
from settle.judging.components import components
from settle.judging.facts.evidence import approval_keys
from settle.model import EVIDENCE, KNOWN
from settle.reconciling import ours, theirs, values
from settle.reconciling.filler import OWN_CARDS, Filler, Filling
from settle.reconciling.hand import Hand
from settle.reconciling.matching import similar
from settle.reconciling.profiles import matching
from settle.reconciling.result import CARD, KEY_BRN, KEY_NAME, KEY_NUMBER, MEANS, TRANSFER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from settle.judging.facts.base import Facts
    from settle.model import Book

EDGE = ["line", "item", "cost"]
_BY_CARD = re.compile("체크|카드|card", re.IGNORECASE)
# group -> the means that a line may have to be looked for in such a list, besides a blank and a word nobody knows
ELSEWHERE = {
    "card": (TRANSFER, "현금", "제로페이", "기타"),
    "bank": (CARD, *OWN_CARDS, "현금", "제로페이", "기타"),
    "invoice": ("현금",),
    "receipt": (CARD, *OWN_CARDS),
}


def fill(facts: Facts, lists: theirs.Lists, cards: Mapping[str, str] | None = None) -> tuple[Book, Filling]:
    """The book with its blank cells filled from lists, and what was filled; the book given stays as it is.

    cards: card number as shown -> means of payment, from answers.
    """
    filler = Filler(facts, lists.statements, dict(cards or {}))
    if not facts.n:
        return facts.book, filler.result
    found = {group: _matches(facts, lists, group) for group in ("invoice", "card", "receipt", "bank")}
    found |= _one_payment(facts, found["card"], found["bank"])
    for group, pairs in found.items():
        filler.group(group, pairs)
    return filler.book(), filler.result


# ---- which row belongs to which line ---------------------------------------------------------------------------------


def _matches(facts: Facts, lists: theirs.Lists, group: str) -> pd.DataFrame:
    """line, key (name of it) and the fields of the list's row, one row per line that a strong key joins to one row."""
    listed = lists.of(group)
    if listed.items.empty:
        return pd.DataFrame()
    items = _with_fields(listed)
    mine = _lines(facts, group)
    apart = Hand.of(facts, lists.statements).apart(listed)
    free = items[~items["item"].isin(apart)]
    whole = ((items["fell"] < items["won"]) & (items["fell"] == 0)).to_numpy()
    keyed, found = {KEY_NUMBER: _by_number(mine, free)}, [pd.DataFrame({"line": [], "item": []}, dtype="int64")]
    for part in (whole, ~whole):
        for name in (KEY_NUMBER, KEY_BRN, KEY_NAME):
            done = pd.concat(found)
            if name not in keyed:  # what a number has joined is not looked for again
                rest = free[~free["item"].isin(done["item"])]
                keyed |= _by_day(mine[~mine["line"].isin(done["line"])], rest)
            edges = keyed[name]
            edges = edges[part[edges["item"]] & ~edges["line"].isin(done["line"]) & ~edges["item"].isin(done["item"])]
            found.append(_sole(edges).assign(by=name))
    joined = pd.concat(found, ignore_index=True)
    if joined.empty:
        return pd.DataFrame()
    told = items.iloc[joined["item"]].add_prefix("their_").reset_index(drop=True)
    return pd.concat([joined[["line", "item", "by"]], told], axis=1)


def _with_fields(lists: theirs.Theirs) -> pd.DataFrame:
    """The items of a list with every field of their first row."""
    items = lists.items.reset_index(drop=True).assign(item=lambda frame: frame.index)
    rows = lists.rows.drop_duplicates(["statement", "row"])
    wanted = ["vat", "vat__known", "tip", "tip__known", "holder", "owner", "memo", "name"]
    there = [name for name in wanted if name in rows.columns]
    more = rows[["statement", "row", *there]].rename(columns={"memo": "memo_text", "name": "name_text"})
    return items.merge(more, on=["statement", "row"], how="left").rename(
        columns={"memo_text": "memo", "supply_known": "supply" + KNOWN}
    )


def _lines(facts: Facts, group: str) -> pd.DataFrame:
    """The lines that a group of lists may hold: line, won, day, and what the keys look at; a line may stand several times."""
    paid = facts.ledger[MEANS]
    use = facts["judged"] & (facts["claimed"] > 0) & ~paid.isin(ELSEWHERE[group]).to_numpy()
    at = np.flatnonzero(use)
    wanted = ["사업자등록번호", "거래처", "예금주", "집행일", "원인행위일", *({"카드번호"} & set(facts.ledger.columns))]
    ledger = facts.ledger[wanted].iloc[at].reset_index(drop=True)
    base = pd.DataFrame(
        {
            "line": at,
            "brn": values.brn(ledger["사업자등록번호"]),
            "name": values.name_keys(ledger["거래처"]),
            "name2": values.name_keys(ledger["예금주"]),
            "key": _own_numbers(facts, at, group),
            "won": facts["claimed"][at],
            "tail": values.tails(ledger["카드번호"]) if group == "card" and "카드번호" in ledger else "",
        }
    )
    amounts = [base["won"], pd.Series(facts["transaction_total"][at])]
    if group == "bank":
        gross = np.where(ours.maybe_person(facts)[at], facts["claimed"][at], 0)
        amounts += [pd.Series(net) for _, net in ours.withheld(gross, days(ledger["집행일"]))]
    dates = [ledger["집행일"], ledger["원인행위일"]]
    ways: list[tuple[pd.Series, pd.Series]] = []
    several = []
    for won in amounts:
        for day in dates:
            use = day.notna() & (won > 0)
            if not use.any():
                continue
            for amount, on in ways:  # said before
                use &= (won != amount) | (day != on)
            if use.any():
                ways.append((won, day))
                several.append(base[use].assign(won=won[use], day=day[use]))
    return pd.concat(several or [base[:0].assign(day=dates[0][:0])], ignore_index=True)


def _own_numbers(facts: Facts, at: np.ndarray, group: str) -> pd.Series:
    """승인번호 of each line: of the ledger itself (cards), else of the one paper of that kind that names this line alone."""
    numbers = pd.Series("", index=range(facts.n), dtype="str")
    links, evidence = facts["links"], facts.book.frames[EVIDENCE]
    if len(links.row) and "승인번호" in evidence:
        kinds = ("카드매출전표", "현금영수증") if group in ("card", "receipt") else ("전자세금계산서", "세금계산서")
        pairs = pd.DataFrame({"row": links.row, "line": links.line})
        pairs = pairs[evidence["증빙종류"].iloc[pairs["row"]].isin(kinds).to_numpy()]
        alone = ~pairs["row"].duplicated(keep=False) & ~pairs["line"].duplicated(keep=False)
        pairs = pairs[alone]
        numbers.iloc[pairs["line"].to_numpy()] = approval_keys(evidence["승인번호"].iloc[pairs["row"]]).to_numpy()
    if group in ("card", "receipt") and "승인번호" in facts.ledger:
        own = approval_keys(facts.ledger["승인번호"]).reset_index(drop=True)
        numbers = own.where(own != "", numbers)
    return numbers.iloc[at].reset_index(drop=True)


def _by_number(mine: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Pairs (line, item, cost) of one number and amount; cost 0 is the very day."""
    keyed = items[items["key"] != ""].rename(columns={"date": "day"})
    pairs = mine[mine["key"] != ""].merge(keyed[["key", "won", "item", "day"]], on=["key", "won"], suffixes=("", "_t"))
    pairs["cost"] = (pairs["day"] - pairs["day_t"]).abs().dt.days
    return pairs.loc[pairs["cost"] <= matching()["days"], EDGE]


def _by_day(mine: pd.DataFrame, items: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Per key: pairs (line, item, cost) of one amount and near days that it joins."""
    near = _near_days(mine, items.rename(columns={"date": "day"}))
    near = near[
        (near["tail"] == "") | (near["tail_t"] == "") | (near["tail"] == near["tail_t"])
    ]  # another card is another trade
    by_brn = (near["brn"] != "") & (near["brn"] == near["brn_t"])
    return {KEY_BRN: near.loc[by_brn, EDGE], KEY_NAME: near.loc[_alike(near), EDGE]}


def _near_days(mine: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Pairs of one amount whose days lie within the window; what stands in an item is marked _t."""
    window = matching()["days"]
    day, other = days(mine["day"]), days(items["day"])
    first = min(day.min(initial=FAR), other.min(initial=FAR)) - window
    span = max(day.max(initial=-FAR), other.max(initial=-FAR)) + window + 1 - first
    asked, there = (side["won"].to_numpy() * span + at - first for side, at in ((mine, day), (items, other)))
    by = np.argsort(there, kind="stable")
    low = np.searchsorted(there[by], asked - window, side="left")
    many = np.searchsorted(there[by], asked + window, side="right") - low
    left = np.repeat(np.arange(len(mine)), many)
    right = by[np.arange(len(left)) - np.repeat(np.cumsum(many) - many - low, many)]
    near = mine.iloc[left].reset_index(drop=True)
    told = items[["brn", "name", "name2", "tail"]].iloc[right].reset_index(drop=True).add_suffix("_t")
    near["item"], near["cost"] = items["item"].to_numpy()[right], np.abs(day[left] - other[right])
    return pd.concat([near, told], axis=1)


def _alike(pairs: pd.DataFrame) -> np.ndarray:
    """Which pairs have near-equal names; a business number of both that differs speaks against it."""
    differ = ((pairs["brn"] != "") & (pairs["brn_t"] != "") & (pairs["brn"] != pairs["brn_t"])).to_numpy()
    alike = np.zeros(len(pairs), dtype=bool)
    for mine in ("name", "name2"):
        for other in ("name_t", "name2_t"):
            alike |= ((pairs[mine] == pairs[other]) & (pairs[mine] != "")).to_numpy()
            rest = np.flatnonzero(~alike & ~differ)
            alike[rest] = similar(pairs[mine].iloc[rest], pairs[other].iloc[rest])
    return alike & ~differ


def _sole(edges: pd.DataFrame) -> pd.DataFrame:
    """The pairs that nothing else fits as well as: alone on both sides, or each line of the knot with one row of its very day."""
    edges = edges.sort_values("cost").drop_duplicates(["line", "item"]).reset_index(drop=True)
    if edges.empty:
        return edges
    line, item = pd.factorize(edges["line"])[0], pd.factorize(edges["item"])[0]
    knots = components(int(line.max()) + int(item.max()) + 2, line, item + int(line.max()) + 1)
    edges["knot"] = knots[line]
    alone = ~edges["line"].duplicated(keep=False) & ~edges["item"].duplicated(keep=False)
    exact = edges[edges["cost"] == 0]
    clear = ~exact["line"].duplicated(keep=False) & ~exact["item"].duplicated(keep=False)
    lines = edges.groupby("knot")["line"].nunique()
    covered = lines == exact[clear].groupby("knot")["line"].nunique().reindex(lines.index, fill_value=0)
    good = edges["knot"].map(covered).astype(bool) & (edges["cost"] == 0)
    return edges[alone | good]


def _one_payment(facts: Facts, card: pd.DataFrame, bank: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """A line without 결제수단 that a card row and a withdrawal both fit: the card's, where the bank says that it was by card; else
    neither is taken. Returns what is left of both groups.
    """
    if card.empty or bank.empty:
        return {}
    both = bank["line"].isin(card["line"]) & (facts.ledger[MEANS] == "").to_numpy()[bank["line"]]
    texts = bank.loc[both, "their_name_text"].astype("str") + " " + bank.loc[both, "their_memo"].astype("str")
    said = bank["line"][both][texts.map(lambda text: bool(_BY_CARD.search(text))).astype(bool)]
    neither = card["line"].isin(bank["line"][both]) & ~card["line"].isin(said)
    return {"bank": bank[~both], "card": card[~neither]}


# ---- filling ---------------------------------------------------------------------------------------------------------
