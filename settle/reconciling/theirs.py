"""Rows of the lists -> items to be matched: rows listed twice left out, cancellations and revised invoices joined to
their original.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from msgspec import Struct

from settle.judging.arrays import in_order, labels
from settle.judging.facts.evidence import approval_keys
from settle.reconciling import values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.reconciling.reading import Statement

LINE, REPEATED = "명세", "다른 파일과 겹침"
_NUMBER = r"(\d{8}[-\s]?[0-9A-Za-z]{8}[-\s]?[0-9A-Za-z]{8})"


class Theirs(Struct):
    """One group's lists.

    rows: every row of the group's statements with `statement` (position), `item` (-1: none) and `repeated`.
    items: what the matching sees (matching.py), with gross won, `fell` (cancelled or reduced later, ≥ 0), supply and
    supply_known, `revised` (a 수정 invoice), `issued`, and the first row (`statement`, `row`) for the messages.
    notices: what could not be decided.
    """

    rows: pd.DataFrame
    items: pd.DataFrame
    notices: list[str]


class Lists:
    """The lists of a book in their order; what stands in a group of them is gathered once."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.statements = sorted(statements, key=lambda one: one.order)
        self._groups: dict[str, Theirs] = {}

    def of(self, group: str) -> Theirs:
        """The items of a group; whoever matches them may change them."""
        if group not in self._groups:
            self._groups[group] = gather(self.statements, group)
        return self._groups[group]


def gather(statements: list[Statement], group: str) -> Theirs:
    """Items of all usable statements of a group."""
    frames = [s.lines.assign(statement=i) for i, s in enumerate(statements) if s.group == group and s.usable]
    if not frames:
        return Theirs(pd.DataFrame(), pd.DataFrame(), [])
    rows = pd.concat(frames, ignore_index=True)
    content = ["date", "time", "key", "brn", "name", "memo", "note", "won", "supply", "vat", "cancel_won", "cancelled"]
    content += ["in", "balance", "card"]
    content = [name for name in content if (rows[name] != rows[name].iloc[0]).any()] if len(rows) else []
    rows["source"] = rows["statement"].map({i: s.profile.id for i, s in enumerate(statements)}).astype("str")
    by = [*content, "source", "statement", "row"]
    rows = rows.iloc[in_order(*(rows[name] for name in by))].reset_index(drop=True)
    same = labels(*(rows[name] for name in (*content, "source")))
    listed = labels(same, rows["statement"].to_numpy())
    _, first = np.unique(listed, return_index=True)
    times = np.arange(len(rows)) - first[listed]  # rows of one list that say the same stand together
    rows["repeated"] = pd.Series(labels(same, times)).duplicated()
    if group == "invoice":
        rows["repeated"] |= rows.duplicated(["key", "source"]) & (rows["key"] != "")
    rows["order"] = np.arange(len(rows))
    rows["list"] = rows["statement"].map({i: s.profile.title for i, s in enumerate(statements)})
    if group == "bank":
        return _bank(rows)
    return _invoices(rows) if group == "invoice" else _cards(rows)


def _items(rows: pd.DataFrame) -> pd.DataFrame:
    """Items from rows that stand for themselves, labelled as rows["item"] says."""
    first = rows[rows["item"] >= 0].sort_values("item").drop_duplicates("item").reset_index(drop=True)
    items = first[["date", "key", "brn", "won", "order", "statement", "row", "supply", "card", "time", "list"]].copy()
    items["supply_known"] = first["supply__known"]
    items["name"] = values.name_keys(first["name"])
    items["name2"] = values.name_keys(first["memo"])
    items["shown"] = first["name"].where(first["name"] != "", first["memo"])
    items["tail"], items["minute"] = values.tails(first["card"]), first["time"].str[:5]
    items["fell"] = np.int64(0)
    items["inflow"] = first["in"]
    return items


def _bank(rows: pd.DataFrame) -> Theirs:
    """Withdrawals. Deposits are kept as rows without an item."""
    out = ~rows["repeated"] & (rows["won"] > 0)
    rows["item"] = np.where(out, out.cumsum() - 1, -1)
    return Theirs(rows, _items(rows), [])


# ---- cards and cash receipts ---------------------------------------------------------------------------------------


def _cards(rows: pd.DataFrame) -> Theirs:
    """One item per approval: a row that cancels it (negative, or called cancelled) is joined to it."""
    rows["item"] = -1
    use = rows[~rows["repeated"]].copy()
    notices = []
    if use["partly"].any():
        unknown = use[use["partly"] & ~use["cancel_won__known"] & (use["won"] > 0)]
        notices += [
            f"부분취소인데 취소금액이 없습니다: {n} {w:,}원"
            for n, w in zip(unknown["name"], unknown["won"], strict=True)
        ]
    use["gross"] = use["won"].clip(lower=0).where(~use["cancelled"], 0)
    called = use["won"].clip(lower=0).where(use["cancelled"], 0)  # amount of a row called cancelled
    use["called"] = called
    use["fell"] = (-use["won"]).clip(lower=0) + use["cancel_won"].abs().where(use["cancel_won"] != 0, 0)
    use["lone"] = np.where(use["key"] == "", use["order"], -1)
    label = ["source", "key", "card", "lone"]
    use["item"] = use.groupby(label, sort=False).ngroup()
    use["day"] = _days_of_one_number(use)
    use["item"] = use.groupby(["item", "day"], sort=False).ngroup()
    sums = use.groupby("item").agg(
        gross=("gross", "sum"),
        called=("called", "sum"),
        most=("called", "max"),
        fell=("fell", "sum"),
        given=("cancel_won", "max"),
    )
    live = sums["gross"] > 0
    # a live row and rows called cancelled: these cancel it. None live: the row itself was called cancelled
    gross = sums["gross"].where(live, sums["most"])
    by_word = sums["called"].where(live, sums["most"].where(sums["given"] <= 0, 0))
    fell = sums["fell"] + by_word
    lead = use.assign(first=use["gross"] + use["called"]).sort_values(
        ["item", "first", "order"], ascending=[True, False, True]
    )
    rows.loc[lead.index, "item"] = lead["item"]
    items = _items(rows.loc[lead.index])
    items["won"], items["fell"] = gross.to_numpy(), fell.clip(upper=gross.where(gross > 0, fell)).to_numpy()
    items.loc[items["won"] == 0, "won"] = -items["fell"]  # a cancellation whose original is not in the list
    items["revised"], items["issued"] = False, items["date"]
    merged, more = _attach(items)
    return _renumber(rows, items, merged, notices + more)


def _days_of_one_number(use: pd.DataFrame) -> pd.Series:
    """A number comes again: live rows of one number on several days are several approvals, numbered 0 … by day.

    What takes back goes to the last of them before it, of the same amount if there is one.
    """
    number = pd.Series(0, index=use.index)
    live = use[use["gross"] > 0]
    days = live.groupby("item")["date"].nunique()
    for item in days.index[days > 1]:
        approvals = live[live["item"] == item].sort_values(["date", "order"])
        rank = approvals["date"].rank(method="dense").astype("int64") - 1
        number[rank.index] = rank
        taken_back = use[(use["item"] == item) & (use["gross"] == 0)]
        for at, day, won in zip(taken_back.index, taken_back["date"], taken_back["won"].abs(), strict=True):
            earlier = approvals[approvals["date"] <= day]
            same = earlier[earlier["gross"] == won]
            fits = same if len(same) else earlier if len(earlier) else approvals.head(1)
            number[at] = rank[fits.index[-1]]
    return number


# ---- tax invoices --------------------------------------------------------------------------------------------------


def _invoices(rows: pd.DataFrame) -> Theirs:
    """One item per invoice; a negative one is joined to the invoice that it cancels or reduces."""
    use = ~rows["repeated"]
    rows["item"] = np.where(use, use.cumsum() - 1, -1)
    items = _items(rows)
    first = rows[use]
    items["revised"] = (first["class"].str.contains("수정") | first["kind"].str.contains("수정")).to_numpy()
    items["issued"] = first["date"].to_numpy()
    items["original"] = approval_keys(first["note"].str.extract(_NUMBER)[0].fillna("").astype("str")).to_numpy()
    merged, notices = _attach(items)
    return _renumber(rows, items, merged, notices)


def _attach(items: pd.DataFrame) -> tuple[dict[int, int], list[str]]:
    """Negative item -> the item it takes back, where exactly one fits; `fell` of that one grows.

    By the number named in its 비고; else of the same supplier (or name) and no later: the one of the same amount (of
    several,
    that of the same day), else the only one large enough.
    """
    negative = items[items["won"] < 0].sort_values(["date", "order"])
    if negative.empty:
        return {}, []
    who = items["brn"].where(items["brn"] != "", items["name"]).tolist()
    amounts, fell = items["won"].tolist(), items["fell"].tolist()
    days, shown = items["date"], items["shown"].tolist()
    named = items["original"].tolist() if "original" in items else [""] * len(items)
    by_number = dict(zip(items["key"], range(len(items)), strict=True))
    wanted = {who[i] for i in negative.index} - {""}
    by_who: dict[str, list[int]] = {}
    for i in range(len(items)):
        if amounts[i] > 0 and who[i] in wanted:
            by_who.setdefault(who[i], []).append(i)
    merged: dict[int, int] = {}
    notices = []
    for i in negative.index.tolist():
        won = -amounts[i]
        target = by_number.get(named[i]) if named[i] else None
        if target is None:
            large = [k for k in by_who.get(who[i], []) if days[k] <= days[i] and amounts[k] - fell[k] >= won]
            same = [k for k in large if amounts[k] == won]
            same_day = [k for k in same if days[k] == days[i]]
            fits = same_day if len(same) > 1 and len(same_day) == 1 else same or large
            if len(fits) == 1:
                target = fits[0]
            elif fits:
                notices.append(
                    f"{days[i]:%Y-%m-%d} {shown[i]} {-won:,}원은 어느 건을 줄인 것인지 둘 이상에 똑같이 맞아 "
                    "정하지 못했습니다."
                )
        if target is not None:
            merged[i] = target
            fell[target] = min(amounts[target], fell[target] + won)
    items["fell"] = np.array(fell, dtype=np.int64)
    return merged, notices


def _renumber(rows: pd.DataFrame, items: pd.DataFrame, merged: dict[int, int], notices: list[str]) -> Theirs:
    """Leave joined items out and number the rest 0 … n-1."""
    items["reduced_on"] = pd.Series(pd.NaT, index=items.index, dtype="datetime64[s]")
    if not merged:
        return Theirs(rows, items, notices)
    items.loc[list(merged.values()), "reduced_on"] = items["date"].loc[list(merged)].to_numpy()
    kept = items[~items.index.isin(merged)]
    number = {old: new for new, old in enumerate(kept.index)}
    number.update({old: number[target] for old, target in merged.items()})
    rows["item"] = rows["item"].map(number).fillna(-1).astype("int64")
    return Theirs(rows, kept.reset_index(drop=True), notices)


def fold_revised(theirs: Theirs, state: np.ndarray, free: int) -> dict[int, int]:
    """A revised invoice that replaces a cancelled one counts against what fell away. Returns replacement -> original.

    Only where both are the single ones of that supplier and day. state: of every item; only items that are `free`
    replace.
    """
    items = theirs.items
    replacements = items[items["revised"] & (items["won"] > 0) & (state == free)]
    originals = items[(items["fell"] > 0) & items["reduced_on"].notna()]
    if replacements.empty or originals.empty:
        return {}
    pairs = replacements.reset_index().merge(
        originals.reset_index(), left_on=["brn", "date"], right_on=["brn", "reduced_on"], suffixes=("", "_o")
    )
    pairs = pairs[~pairs.duplicated("index", keep=False) & ~pairs.duplicated("index_o", keep=False)]
    replaced = pairs["index_o"].to_numpy()
    items.loc[replaced, "fell"] = np.maximum(items["fell"].loc[replaced].to_numpy() - pairs["won"].to_numpy(), 0)
    return dict(zip(pairs["index"].tolist(), pairs["index_o"].tolist(), strict=True))
