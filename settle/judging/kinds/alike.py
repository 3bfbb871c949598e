"""Lines that belong together by what they say: alike lines, split purchases, one person paid twice."""

from __future__ import annotations

import numpy as np

from settle.judging.arrays import days, group_max, group_sum, labels, without
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import outright


def _first_name(ctx: Context, group: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Name of the earliest line of each group."""
    order, names = ctx["order"], ctx["line_name"].to_numpy(dtype=object)
    first = np.full(int(group.max(initial=0)) + 1, -1, dtype=np.int64)
    by = np.flatnonzero(among)[np.argsort(-order[among], kind="stable")]
    first[group[by]] = by
    return np.where(first[group] >= 0, names[first[group]], "")


@kind("line")
def alike(ctx: Context) -> Outcome:
    """Two lines alike in vendor, 집행일, 집행금액 and 적요 without different 승인번호 (GEN-070): noted on the later. Values: other."""
    among = ctx.applies() & (ctx["vendor"] != "").to_numpy() & ctx["집행일__known"]
    group = labels(ctx["vendor"], days(ctx.facts.ledger["집행일"]), ctx["claimed"], ctx["적요"])
    number = ctx["approval_numbers"]
    # two numbers that differ are two trades; a line without one may be the same trade as any other
    blank = among & (number < 0)
    same = labels(group, number)
    earlier = np.where(
        number < 0, _earliest(ctx, group, among), np.minimum(_earliest(ctx, group, blank), _earliest(ctx, same, among))
    )
    found = among & (earlier < ctx["order"])
    names = ctx["line_name"].to_numpy(dtype=object)
    by_order = np.argsort(ctx["order"])
    other = np.full(ctx.n, "", dtype=object)
    other[found] = names[by_order[earlier[found]]]
    return Outcome(np.where(found, ctx.rule.case("note"), 0).astype(np.uint8), values={"other": other})


def _earliest(ctx: Context, group: np.ndarray, among: np.ndarray) -> np.ndarray:
    """The smallest order among the chosen lines of each group, per line; very large where there is none."""
    first = np.full(int(group.max(initial=0)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, group[among], ctx["order"][among])
    return first[group]


@kind("line")
def split_purchase(ctx: Context) -> Outcome:
    """Several purchases of one vendor and date, each within limit `won`, together above it (MTG-060): noted on the latest line.

    Values: total, first.
    """
    among = ctx.applies() & (ctx["vendor"] != "").to_numpy() & ctx["집행일__known"]
    group = labels(ctx["vendor"], days(ctx.facts.ledger["집행일"]))
    among = among & (ctx["purchase_total"] <= ctx.limit("won"))
    total = group_sum(group, np.where(among, ctx["transaction_total"], 0))
    pairs = np.unique(np.stack([group[among], ctx["purchase"][among]]), axis=1)
    purchases = np.bincount(pairs[0], minlength=int(group.max(initial=0)) + 1)[group]
    latest = group_max(group, np.where(among, ctx["order"] + 1, 0)) == ctx["order"] + 1
    struck = among & (purchases > 1) & (total > ctx.limit("won")) & latest
    case = np.where(struck, ctx.rule.case("note"), 0).astype(np.uint8)
    return Outcome(case, values={"total": total, "first": _first_name(ctx, group, among)})


@kind("line")
def one_person_twice(ctx: Context) -> Outcome:
    """One person paid two or more fees for one 원인행위일 (OPS-020): all but the largest. A fee that two funds bear is noted.

    Values: other, person.
    """
    among = ctx.applies() & (ctx["payee"] != "").to_numpy() & ctx["basis_known"]
    person = without(ctx["payee"], r"\s")
    group = labels(person, ctx["basis_date"])
    fee, halves = _fees(ctx, labels(group, ctx["지출유형"]), among)
    total = group_sum(fee, np.where(among, ctx["net"], 0))
    # the largest stays; among equals the earliest
    rank = np.full(ctx.n, -1, dtype=np.int64)
    by = np.lexsort((-ctx["order"], -_earliest(ctx, fee, among), total))
    rank[by] = np.arange(ctx.n)
    largest = group_max(group, np.where(among, rank + 1, 0)) == rank + 1
    keeper = np.full(int(group.max(initial=0)) + 1, -1, dtype=np.int64)
    keeper[group[among & largest]] = np.flatnonzero(among & largest)
    where = among & (fee != fee[keeper[group]])
    names = ctx["line_name"].to_numpy(dtype=object)
    second = among & halves & ~where & (_earliest(ctx, fee, among) < ctx["order"])
    case = np.where(where, ctx.rule.case("disallow"), np.where(second, ctx.rule.case("note"), 0)).astype(np.uint8)
    other = np.where(keeper[group] >= 0, names[keeper[group]], "") if ctx.n else names
    return Outcome(case, outright(where), values={"other": other, "person": ctx["payee"]})


def _fees(ctx: Context, kinds: np.ndarray, among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels of fees within person, day and kind: the lines of one purchase, or the parts that the two funds bear.

    Also which lines are such parts.
    """
    alike = labels(kinds, ctx["적요"])
    of_fund = {
        fund.name: group_sum(alike, (among & ctx.member("재원", [fund.name])).astype(np.int64))
        for fund in ctx.facts.programme.funds
    }
    one_each = sum((found == 1).astype(np.int64) for found in of_fund.values()) == 2
    halves = (group_sum(alike, among.astype(np.int64)) == 2) & one_each
    return labels(halves, np.where(halves, alike, labels(kinds, ctx["purchase"]))), halves
