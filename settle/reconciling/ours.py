"""The ledger and its evidence -> items to be matched, per group of lists."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from msgspec import Struct

from settle.judging.arrays import days, in_order, labels
from settle.judging.facts.evidence import approval_keys
from settle.model import EVIDENCE
from settle.reconciling import values
from settle.reconciling.profiles import matching

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts

ELECTRONIC = ("전자세금계산서", "전자계산서")
NUMBER_LENGTH = 24  # letters and digits of an electronic invoice's 승인번호


class Ours(Struct, dict=True):
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
    """One item per paper of these kinds that names a judged line (see faces), and who was paid."""
    ours, row, line = faces(facts, kinds, with_date=with_date)
    items, ledger, evidence = ours.items, facts.ledger, facts.book.frames[EVIDENCE]
    paid, bought = items.pop("paid"), items.pop("bought")
    items["date2"] = paid.where(paid != items["date"], bought)
    number, issuer = (_taken(evidence[name], row) for name in ("사업자등록번호", "발행자"))
    vendor = _taken(ledger["거래처"], line)
    items["brn"] = _else(values.brn(number), values.brn(_taken(ledger["사업자등록번호"], line)))
    items["shown"] = _else(issuer, vendor)
    items["name"] = _else(values.name_keys(issuer), values.name_keys(items["shown"]))
    _more(items, ledger, line)
    other = values.name_keys(vendor)
    items["name2"] = other.where(other != items["name"], "").astype("str")
    items["row"] = _taken(evidence["_row"], row)
    items["order"] = facts["order"][line] if len(items) else line
    items["order"] = in_order(*(items[name] for name in ("order", "key", "kind", "won", "row"))).argsort()
    return ours


def faces(facts: Facts, kinds: tuple[str, ...], *, with_date: bool) -> tuple[Ours, np.ndarray, np.ndarray]:
    """One item per paper of these kinds that names a judged line; rows with one 승인번호 (with_date: of one day) are
    one paper. Of each item key, kind, amounts and day, and (as positions) its first row of the evidence and its earliest line.

    Rows of one number with different amounts are its parts and added up; rows that all say the same amount are one
    face. What the paper does not say is filled in from its lines.
    """
    evidence = facts.book.frames[EVIDENCE]
    links, rows = facts["links"], facts["evidence"]
    use = evidence["증빙종류"].isin(kinds).to_numpy()[links.row] & facts["judged"][links.line]
    row, of_row = np.unique(links.row[use], return_inverse=True)
    key = approval_keys(_taken(evidence["승인번호"], row))
    kind, date = _taken(evidence["증빙종류"], row), _taken(evidence["발행일"], row)
    own = np.where(key == "", np.arange(len(row)), -1)
    group = labels(kind, key, own, *([days(date)] if with_date else []))
    head = np.unique(group, return_index=True)[1]
    total, known = rows.total[row], rows.total_known[row]
    supply, supply_known = rows.supply[row], rows.supply_known[row]
    once = ~_any(group, total != total[head][group])  # every row says the same
    items = pd.DataFrame(
        {
            "date": date.iloc[head].to_numpy(),
            "key": key.iloc[head].to_numpy(),
            "kind": kind.iloc[head].to_numpy(),
            "won": np.where(once, total[head], _sum(group, total)),
            "amount_known": ~_any(group, ~known),
            "supply": np.where(once, supply[head], _sum(group, supply)),
            "supply_known": ~_any(group, ~supply_known),
        }
    )
    pairs = pd.DataFrame({"item": group[of_row], "line": links.line[use]}).drop_duplicates()
    ours = Ours(items, pairs["item"].to_numpy(), pairs["line"].to_numpy())
    line = _from_lines(facts, ours, with_date=with_date)
    return ours, row[head], line


def _from_lines(facts: Facts, ours: Ours, *, with_date: bool) -> np.ndarray:
    """Fill in from the lines what the paper does not say: amount, date, number; the earliest line of each item."""
    items, ledger = ours.items, facts.ledger
    first = np.full(len(items), facts.n, dtype=np.int64)
    by = np.argsort(-facts["order"][ours.line], kind="stable")
    first[ours.item[by]] = ours.line[by]
    charged = np.zeros(len(items), dtype=np.int64)
    np.add.at(charged, ours.item, facts["transaction_total"][ours.line])
    items["won"] = np.where(items["amount_known"], items["won"], charged)
    paid, bought = (_taken(ledger[name], first) for name in ("집행일", "원인행위일"))
    items["paid"], items["bought"] = paid, bought.where(bought.notna(), paid)
    items["date"] = items["date"].where(items["date"].notna(), items["bought"])
    items["key"] = _else(items["key"], _number_of_lines(facts, ours, electronic=not with_date))
    return first


def _taken(column: pd.Series, at: np.ndarray) -> pd.Series:
    """The cells of a column at these positions."""
    return column.iloc[at].reset_index(drop=True)


def _else(texts: pd.Series, other: pd.Series) -> pd.Series:
    """The texts, and the other where there is none."""
    return texts.where(texts != "", other).astype("str")


def _any(group: np.ndarray, flag: np.ndarray) -> np.ndarray:
    """Does any member of a group (0 … m) have the flag?"""
    return np.bincount(group[flag], minlength=group.max(initial=-1) + 1) > 0


def _sum(group: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """What the amounts of each group (0 … m) add up to."""
    sums = np.zeros(group.max(initial=-1) + 1, dtype=np.int64)
    np.add.at(sums, group, amounts)
    return sums


def join(*parts: Ours) -> Ours:
    """Several lists of items as one."""
    offsets = np.concatenate([[0], np.cumsum([len(p.items) for p in parts])[:-1]]).astype(np.int64)
    items = pd.concat([p.items for p in parts], ignore_index=True)
    items["order"] = items["order"].argsort(kind="stable").argsort()  # of equals the part that comes first
    return Ours(
        items,
        np.concatenate([p.item + o for p, o in zip(parts, offsets, strict=True)]),
        np.concatenate([p.line for p in parts]),
    )


def lines(facts: Facts, which: np.ndarray, names: tuple[str, str] = ("거래처", "예금주")) -> Ours:
    """One item per line of `which` (bool per line), as the ledger has it; dated 집행일, amount 거래금액."""
    at = np.flatnonzero(which)
    payee, other, number, paid, bought, supply, supply_known = (
        _taken(facts.ledger[name], at)
        for name in (*names, "사업자등록번호", "집행일", "원인행위일", "공급가액", "공급가액__known")
    )
    first, second = values.name_keys(payee), values.name_keys(other)
    items = pd.DataFrame(
        {
            "date": paid,
            "key": "",
            "brn": values.brn(number),
            "name": first,
            "shown": payee.where(payee != "", other),
            "kind": "",
            "won": facts["transaction_total"][at],
            "amount_known": False,
            "supply": supply,
            "supply_known": supply_known,
            "row": -1,
            "date2": bought.where(bought.notna(), paid),
            "name2": second.where(second != first, "").astype("str"),
            "order": facts["order"][at],
        }
    )
    items["kind"] = items["kind"].astype("str")
    items["key"] = items["key"].astype("str")
    _more(items, facts.ledger, at)
    return Ours(items, np.arange(len(at), dtype=np.int64), at.astype(np.int64))


def approvals(facts: Facts, which: np.ndarray) -> Ours:
    """`lines` with the 승인번호 that the ledger itself names; lines of one 승인번호 and day are one trade: one item with their sum.

    Of such a trade the amount is known as of a slip: the ledger says which approval it claims.
    """
    each = lines(facts, which)
    items = each.items
    items["key"] = _numbers(facts.ledger, each.line)
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


def _numbers(ledger: pd.DataFrame, line: np.ndarray) -> pd.Series:
    """승인번호 that the ledger itself names, of these lines."""
    if "승인번호" not in ledger:
        return pd.Series("", index=range(len(line)), dtype="str")
    return approval_keys(_taken(ledger["승인번호"], line)).astype("str")


def _number_of_lines(facts: Facts, ours: Ours, *, electronic: bool) -> pd.Series:
    """The one 승인번호 that all lines of an item name, "" for none; electronic: that of an invoice, else that of a card."""
    numbers = _numbers(facts.ledger, ours.line)
    fits = (numbers != "") & ((numbers.str.len() == NUMBER_LENGTH) == electronic)
    said = numbers.where(fits, "")
    head, number = np.unique(ours.item, return_index=True)[1], labels(said)
    differ = _any(ours.item, number != number[head][ours.item])
    return _taken(said, head).where(~differ, "").astype("str")


def _more(items: pd.DataFrame, ledger: pd.DataFrame, line: np.ndarray) -> None:
    """What tells equal trades apart: the last four digits of the card, the minute. line: of each item."""
    for name, column, read in (("tail", "카드번호", values.tails), ("minute", "사용시각", values.minutes)):
        items[name] = read(_taken(ledger[column], line)).to_numpy() if column in ledger else ""
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
