"""The ledger and its evidence -> items to be matched, per group of lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from settle.judging.arrays import days
from settle.judging.facts.evidence import approval_keys
from settle.model import EVIDENCE
from settle.reconciling import values
from settle.reconciling.profiles import matching

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts

ELECTRONIC = ("전자세금계산서", "전자계산서")
NUMBER_LENGTH = 24  # letters and digits of an electronic invoice's 승인번호


@dataclass
class Ours:
    """items: what the matching sees (matching.py) and further

    `row` (evidence row, -1: none), `kind` (증빙종류), `must` (its absence is a breach), `amount_known`, `supply`,
    `supply_known`,
    `date2` (second-best date), `shown` (payee as written). lines: pairs (item, line), int64.
    """

    items: pd.DataFrame
    item: np.ndarray
    line: np.ndarray

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        """Lines sorted by item, and where each item begins."""
        by = np.argsort(self.item, kind="stable")
        return self.line[by], np.searchsorted(self.item[by], np.arange(len(self.items) + 1))

    def lines_of(self, item: int) -> np.ndarray:
        """The lines of one item."""
        lines, start = self._places
        return lines[start[item] : start[item + 1]]

    def without(self, drop: np.ndarray) -> Ours:
        """The same without some items."""
        place = np.cumsum(~drop) - 1
        kept = ~drop[self.item]
        return Ours(self.items[~drop].reset_index(drop=True), place[self.item[kept]], self.line[kept])

    def per_line(self, flag: np.ndarray, n: int) -> np.ndarray:
        """A flag of items as a flag of the lines they belong to."""
        result = np.zeros(n, dtype=bool)
        result[self.line[flag[self.item]]] = True
        return result


def papers(facts: Facts, kinds: tuple[str, ...], *, with_date: bool) -> Ours:
    """One item per paper of these kinds that names a judged line; rows with one 승인번호 (with_date: of one day) are
    one paper.

    Rows of one number with different amounts are its parts and added up; rows that all say the same amount are one
    face.
    """
    evidence = facts.book.frames[EVIDENCE]
    links, rows = facts["links"], facts["evidence"]
    use = evidence["증빙종류"].isin(kinds).to_numpy()[links.row] & facts["judged"][links.line]
    row, line = links.row[use], links.line[use]
    frame = evidence.iloc[np.unique(row)]
    frame = frame.assign(key=approval_keys(frame["승인번호"]))
    day = frame["발행일"] if with_date else pd.Series(pd.NaT, index=frame.index)
    own = pd.Series(np.where(frame["key"] == "", np.arange(len(frame)), -1), index=frame.index)
    group = frame.assign(day=day, own=own).groupby(["증빙종류", "key", "day", "own"], dropna=False, sort=False).ngroup()
    total, known = pd.Series(rows.total[frame.index]), pd.Series(rows.total_known[frame.index])
    supply, supply_known = pd.Series(rows.supply[frame.index]), pd.Series(rows.supply_known[frame.index])
    sums = pd.DataFrame(
        {"group": group.to_numpy(), "total": total, "known": known, "supply": supply, "supply_known": supply_known}
    ).groupby("group")
    once = sums["total"].nunique() == 1
    head = frame.assign(group=group).drop_duplicates("group").set_index("group").sort_index()
    items = pd.DataFrame(
        {
            "date": head["발행일"].to_numpy(),
            "key": head["key"].to_numpy(),
            "brn": values.brn(head["사업자등록번호"]).to_numpy(),
            "name": values.name_keys(head["발행자"]).to_numpy(),
            "shown": head["발행자"].to_numpy(),
            "kind": head["증빙종류"].to_numpy(),
            "won": sums["total"].first().where(once, sums["total"].sum()).to_numpy(dtype="int64"),
            "amount_known": sums["known"].all().to_numpy(),
            "supply": sums["supply"].first().where(once, sums["supply"].sum()).to_numpy(dtype="int64"),
            "supply_known": sums["supply_known"].all().to_numpy(),
            "row": head["_row"].to_numpy(),
        }
    )
    of_row = dict(zip(frame.index, group, strict=True))
    item = np.array([of_row[r] for r in row], dtype=np.int64)
    pairs = pd.DataFrame({"item": item, "line": line}).drop_duplicates()
    ours = Ours(items, pairs["item"].to_numpy(), pairs["line"].to_numpy())
    return _from_lines(facts, ours, with_date=with_date)


def _from_lines(facts: Facts, ours: Ours, *, with_date: bool) -> Ours:
    """Fill in from the lines what the paper does not say: amount, date, number and name of the payee."""
    items, ledger = ours.items, facts.ledger
    first = np.full(len(items), facts.n, dtype=np.int64)
    by = np.argsort(-facts["order"][ours.line], kind="stable")
    first[ours.item[by]] = ours.line[by]  # the earliest line of each item
    charged = np.zeros(len(items), dtype=np.int64)
    np.add.at(charged, ours.item, facts["transaction_total"][ours.line])
    lines = ledger.iloc[first]
    items["won"] = np.where(items["amount_known"], items["won"], charged)
    bought = lines["원인행위일"].where(lines["원인행위일"].notna(), lines["집행일"]).reset_index(drop=True)
    paid = lines["집행일"].reset_index(drop=True)
    items["date"] = items["date"].where(items["date"].notna(), bought)
    items["date2"] = paid.where(paid != items["date"], bought)
    for name, filler in (("brn", values.brn(lines["사업자등록번호"])), ("shown", lines["거래처"])):
        items[name] = items[name].where(items[name] != "", filler.reset_index(drop=True)).astype("str")
    items["name"] = items["name"].where(items["name"] != "", values.name_keys(items["shown"])).astype("str")
    _more(items, lines.reset_index(drop=True))
    items["key"] = (
        items["key"].where(items["key"] != "", _number_of_lines(facts, ours, electronic=not with_date)).astype("str")
    )
    other = values.name_keys(lines["거래처"]).reset_index(drop=True)
    items["name2"] = other.where(other != items["name"], "").astype("str")
    items["order"] = facts["order"][first] if len(items) else first
    items["order"] = items.sort_values(["order", "key", "kind", "won", "row"]).assign(n=range(len(items)))["n"]
    return ours


def join(*parts: Ours) -> Ours:
    """Several lists of items as one."""
    offsets = np.concatenate([[0], np.cumsum([len(p.items) for p in parts])[:-1]]).astype(np.int64)
    items = pd.concat([p.items for p in parts], ignore_index=True)
    items["order"] = (
        items.assign(part=np.repeat(np.arange(len(parts)), [len(p.items) for p in parts]))
        .sort_values(["order", "part"])
        .assign(n=range(len(items)))["n"]
    )
    return Ours(
        items,
        np.concatenate([p.item + o for p, o in zip(parts, offsets, strict=True)]),
        np.concatenate([p.line for p in parts]),
    )


def lines(facts: Facts, which: np.ndarray, names: tuple[str, str] = ("거래처", "예금주")) -> Ours:
    """One item per line of `which` (bool per line), as the ledger has it; dated 집행일, amount 거래금액."""
    at = np.flatnonzero(which)
    ledger = facts.ledger.iloc[at].reset_index(drop=True)
    first, second = values.name_keys(ledger[names[0]]), values.name_keys(ledger[names[1]])
    items = pd.DataFrame(
        {
            "date": ledger["집행일"],
            "key": "",
            "brn": values.brn(ledger["사업자등록번호"]),
            "name": first,
            "shown": ledger[names[0]].where(ledger[names[0]] != "", ledger[names[1]]),
            "kind": "",
            "won": facts["transaction_total"][at],
            "amount_known": False,
            "supply": ledger["공급가액"],
            "supply_known": ledger["공급가액__known"],
            "row": -1,
            "date2": ledger["원인행위일"].where(ledger["원인행위일"].notna(), ledger["집행일"]),
            "name2": second.where(second != first, "").astype("str"),
            "order": facts["order"][at],
        }
    )
    items["kind"] = items["kind"].astype("str")
    items["key"] = items["key"].astype("str")
    _more(items, ledger)
    return Ours(items, np.arange(len(at), dtype=np.int64), at.astype(np.int64))


def approvals(facts: Facts, which: np.ndarray) -> Ours:
    """`lines` with the 승인번호 that the ledger itself names; lines of one 승인번호 and day are one trade: one item with their sum.

    Of such a trade the amount is known as of a slip: the ledger says which approval it claims.
    """
    each = lines(facts, which)
    items = each.items
    items["key"] = _numbers(facts.ledger.iloc[each.line].reset_index(drop=True))
    items["amount_known"] = items["key"] != ""
    group = np.arange(len(items), dtype=np.int64)
    keyed = ((items["key"] != "") & items["date"].notna()).to_numpy()
    if keyed.any():
        group[keyed] = items[keyed].groupby(["key", "date"], sort=False)["order"].transform("idxmin")
    first, item = np.unique(group, return_inverse=True)
    summed = items.iloc[first].reset_index(drop=True)
    for name in ("won", "supply"):
        summed[name] = np.bincount(item, weights=items[name], minlength=len(first)).astype(np.int64)
    summed["supply_known"] = np.bincount(item, weights=~items["supply_known"], minlength=len(first)) == 0
    return Ours(summed, item.astype(np.int64), each.line)


def _numbers(ledger: pd.DataFrame) -> pd.Series:
    """승인번호 that the ledger itself names."""
    if "승인번호" not in ledger:
        return pd.Series("", index=ledger.index, dtype="str")
    return approval_keys(ledger["승인번호"]).astype("str")


def _number_of_lines(facts: Facts, ours: Ours, *, electronic: bool) -> pd.Series:
    """The one 승인번호 that all lines of an item name, "" for none; electronic: that of an invoice, else that of a card."""
    numbers = _numbers(facts.ledger.iloc[ours.line].reset_index(drop=True))
    fits = (numbers != "") & ((numbers.str.len() == NUMBER_LENGTH) == electronic)
    by = numbers.where(fits, "").groupby(ours.item)
    return by.first().where(by.nunique() == 1, "").reindex(range(len(ours.items)), fill_value="").astype("str")


def _more(items: pd.DataFrame, ledger: pd.DataFrame) -> None:
    """What tells equal trades apart: the last four digits of the card, the minute."""
    for name, column, read in (("tail", "카드번호", values.tails), ("minute", "사용시각", values.minutes)):
        items[name] = read(ledger[column]).to_numpy() if column in ledger else ""
        items[name] = items[name].astype("str")


def electronic(items: pd.DataFrame) -> np.ndarray:
    """Which papers must be in the tax office's list: 전자 … by kind, or any invoice with a 승인번호 of 24
    characters.
    """
    return (items["kind"].isin(ELECTRONIC) | (items["key"].str.len() == NUMBER_LENGTH)).to_numpy()


def maybe_person(facts: Facts) -> np.ndarray:
    """Lines whose payee may be a person, of whose pay tax is withheld: a person's name, no business number, no 지출유형 against it.

    Enough where amount, day and the person's own name agree; never for an amount alone.
    """
    ledger = facts.ledger
    unnamed = (values.brn(ledger["사업자등록번호"]) == "").to_numpy()
    name = re.compile(f"[{matching()['family_names']}][가-힣]{{1,2}}")
    person = facts.each("거래처", lambda text: bool(name.fullmatch(text.replace(" ", ""))), bool)
    return unnamed & person & (ledger["지출유형"] == "").to_numpy()


def withheld(amounts: np.ndarray, on: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Transfers that leave after withholding: (name, won per item), for the rates in force on each day (days since
    1970).

    Each rate is tried as a whole and as two parts each cut to ten won, as the tax office asks.
    """
    ways: list[tuple[str, np.ndarray]] = []
    for rate in matching()["withholding"]:
        since = np.datetime64(rate["from"], "D").astype(np.int64)
        in_force = on >= since
        whole = amounts * rate["per_mille"] // 1000
        parts = sum((amounts * part // 1000 // 10 * 10 for part in rate["parts"]), np.zeros_like(amounts))
        rounded = whole // 10 * 10
        for tax in (whole, parts, rounded):
            ways.append((rate["name"], np.where(in_force & (tax > 0), amounts - tax, 0)))
    return ways


def dates(items: pd.DataFrame) -> np.ndarray:
    """Days since 1970 of the items."""
    return days(items["date"])
