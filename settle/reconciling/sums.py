"""One item of one side against several of the other: sums with the same payee."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from settle.judging.arrays import coded, places_in
from settle.judging.arrays import days as day_numbers
from settle.reconciling.matching import TOO_MANY, UNCLEAR, Match, similar, split_by_pairs
from settle.reconciling.profiles import matching

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Sides = tuple[pd.DataFrame, pd.DataFrame]


def by_sum(match: Match, left: pd.DataFrame, right: pd.DataFrame, labels: tuple[str, str]) -> None:
    """One item of one side against two to six of the other with the same payee (business number or name).

    labels: for several on the left, for several on the right. Work per sum and per payee is bounded.
    """
    left, right = match.still_open(left, right)
    sides: dict[Callable[..., Sides], Sides] = {}
    for days in matching()["sum_days"]:
        for payee in (_payee_brn, _payee_name):
            for several_left in (True, False):
                if payee not in sides:
                    mine, theirs = match.still_open(left, right)
                    if mine.empty or theirs.empty or len(mine) + len(theirs) < 3:
                        return
                    mine, theirs = payee(mine, theirs)
                    sides[payee] = _payable(mine), _payable(theirs)
                mine, theirs = sides[payee]
                if mine.empty or theirs.empty:
                    continue
                many, one = (mine, theirs) if several_left else (theirs, mine)
                found, unclear_one, unclear_many, crowded = _sums(many, one, days)
                for target, items in found:
                    if several_left:
                        match.join_sum(items, [target], labels[0])
                    else:
                        match.join_sum([target], items, labels[1])
                one_state, many_state = (
                    (match.right_state, match.left_state) if several_left else (match.left_state, match.right_state)
                )
                one_state[unclear_one] = UNCLEAR
                many_state[unclear_many] = UNCLEAR
                one_state[crowded] = TOO_MANY
                if found or unclear_one or unclear_many or crowded:
                    sides.clear()  # fewer are open


def _payable(items: pd.DataFrame) -> pd.DataFrame:
    return items[(items["won"] > 0) & items["date"].notna()]


def _payee_brn(mine: pd.DataFrame, theirs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return (
        mine[mine["brn"] != ""].assign(payee=lambda f: f["brn"]),
        theirs[theirs["brn"] != ""].assign(payee=lambda f: f["brn"]),
    )


def _payee_name(mine: pd.DataFrame, theirs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Payee = the name of the left side that equals (or nearly equals) one of the right side's two names."""
    (one, two), (first, second) = ([side[name].tolist() for name in ("name", "name2")] for side in (mine, theirs))
    near = _nearest_names(frozenset([*one, *two]) - {""}, frozenset([*first, *second]) - {""})
    payee = [near.get(a) or near.get(b) or "" for a, b in zip(first, second, strict=True)]
    theirs = theirs.assign(payee=pd.Series(payee, index=theirs.index, dtype="str"))
    wanted = set(theirs["payee"])
    mine = mine.assign(payee=mine["name"].where(mine["name"].isin(wanted), mine["name2"]))
    return mine[mine["payee"] != ""], theirs[theirs["payee"] != ""]


@lru_cache(maxsize=32)
def _nearest_names(known: frozenset[str], asked: frozenset[str]) -> Mapping[str, str]:
    """asked name -> the known name equal to it, or the single nearest one.

    Near names are looked for among those that begin alike (two letters; four where these make too many pairs).
    """
    near = {name: name for name in asked & known}
    mine = pd.DataFrame({"known": sorted(known)}, dtype="str")
    theirs = pd.DataFrame({"asked": sorted(asked - known)}, dtype="str")
    found = []
    for letters in (2, 4):
        if mine.empty or theirs.empty:
            break
        mine, theirs = (
            mine.assign(start=mine["known"].str[:letters]),
            theirs.assign(start=theirs["asked"].str[:letters]),
        )
        light_l, light_r, mine, theirs = split_by_pairs(mine, theirs, ["start"], matching()["name_pairs"])
        pairs = light_l.merge(light_r, on="start")
        found.append(pairs[similar(pairs["known"], pairs["asked"])])
    if not found:
        return near
    both = pd.concat(found, ignore_index=True)
    both = both[~both.duplicated("asked", keep=False)]
    near.update(zip(both["asked"], both["known"], strict=True))
    return near


def _sums(
    many: pd.DataFrame, one: pd.DataFrame, days: int
) -> tuple[list[tuple[int, list[int]]], list[int], list[int], list[int]]:
    """Sums found (target, items), targets and items that fit in several ways, targets with too many candidates."""
    settings = matching()
    proposals: list[tuple[int, list[int]]] = []
    unclear_one: set[int] = set()
    unclear_many: set[int] = set()
    crowded: list[int] = []
    codes, names = coded(many["payee"])
    place = places_in(one["payee"], pd.Series(names, dtype="str"))
    rich = np.append(np.bincount(codes, minlength=len(names)) >= 2, False)[place]
    if not rich.any():
        return [], [], [], []
    one, place = one[rich], place[rich]
    wanted = np.isin(codes, place)
    many, codes = many[wanted], codes[wanted]
    day, at = day_numbers(many["date"]), day_numbers(one["date"])
    first = min(day.min(), at.min()) - days
    span = max(day.max(), at.max()) + days + 1 - first
    by = np.lexsort((many["order"], day, codes))
    items, amounts, orders = (column.to_numpy()[by] for column in (many.index, many["won"], many["order"]))
    keys, asked = (codes * span + day - first)[by], place * span + at - first
    low, high = np.searchsorted(keys, asked - days, side="left"), np.searchsorted(keys, asked + days, side="right")
    targets, totals = one.index.to_numpy(), one["won"].to_numpy()
    for i in np.flatnonzero(high - low >= 2).tolist():
        target, won = targets[i], totals[i]
        window = np.arange(low[i], high[i])[amounts[low[i] : high[i]] < won]
        if len(window) < 2 or amounts[window].sum() < won:
            continue
        if len(window) > settings["sum_candidates"]:
            crowded.append(int(target))
            continue
        chosen = sorted(window, key=lambda i: (-amounts[i], orders[i]))
        ways = subsets([int(amounts[i]) for i in chosen], int(won), settings["sum_items"], settings["sum_steps"])
        if ways is None:
            crowded.append(int(target))
        elif len(ways) == 1:
            proposals.append((int(target), [int(items[chosen[i]]) for i in ways[0]]))
        elif ways:
            unclear_one.add(int(target))
            unclear_many |= {int(items[chosen[i]]) for way in ways for i in way}
    used = pd.Series([i for _, parts in proposals for i in parts]).value_counts()
    shared = set(used.index[used > 1]) | unclear_many
    found = []
    for target, parts in proposals:
        if shared.isdisjoint(parts):
            found.append((target, parts))
        else:
            unclear_one.add(target)
            unclear_many |= set(parts)
    # an item that a refused sum wanted is not free for another
    clean = [(t, p) for t, p in found if unclear_many.isdisjoint(p)]
    unclear_one |= {t for t, p in found if not unclear_many.isdisjoint(p)}
    return clean, sorted(unclear_one), sorted(unclear_many), crowded


def subsets(amounts: list[int], total: int, most: int, steps: int) -> list[list[int]] | None:  # noqa: C901  a list of cases, each a line or two
    """Positions of the smallest sets (2 … most items) that add up to total: at most two of them, [] for none.

    amounts are positive and sorted downwards. None: not settled within `steps`.
    """
    count = len(amounts)
    prefix = np.concatenate([[0], np.cumsum(amounts)])
    left = steps

    def search(start: int, size: int, rest: int, chosen: list[int], found: list[list[int]]) -> bool:
        nonlocal left
        for i in range(start, count - size + 1):
            left -= 1
            if left < 0:
                return False
            if size == 1:
                if amounts[i] == rest:
                    found.append([*chosen, i])
                    if len(found) > 1:
                        return True
                elif amounts[i] < rest:
                    return True
                continue
            if prefix[i + size] - prefix[i] < rest:
                return True  # even the largest that are left do not reach it
            if amounts[i] < rest and not search(i + 1, size - 1, rest - amounts[i], [*chosen, i], found):
                return False
            if len(found) > 1:
                return True
        return True

    for size in range(2, most + 1):
        found: list[list[int]] = []
        if not search(0, size, total, [], found):
            return None
        if found:
            return found
    return []
