"""Lines that belong together by what they say: alike lines, split purchases, one person paid twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from settle.judging.arrays import coded, group_any, group_max, group_sum, labels, take_each, without
from settle.judging.facts.ledger import company
from settle.judging.kinds.base import Context, Outcome, Some, kind
from settle.judging.kinds.breach import outright
from settle.model import EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Callable


def first_name(some: Some, group: np.ndarray) -> Callable[[np.ndarray], list[str]]:
    """For texts: the name of the earliest line of each line's group."""
    order = some["order"]
    first = np.zeros(int(group.max(initial=0)) + 1, dtype=np.int64)
    by = np.argsort(-order, kind="stable")
    first[group[by]] = some.at[by]
    of = some.all(first[group], -1)
    return lambda lines: some.ctx["line_name"].iloc[of[lines]].tolist()


def again(group: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Positions of the lines `among` that have another of them in their group."""
    counts = np.bincount(group[among], minlength=int(group.max(initial=0)) + 1)
    return np.flatnonzero(among & (counts[group] > 1))


@kind("line")
def alike(ctx: Context) -> Outcome:
    """Two lines alike in vendor, 집행일, 집행금액 and 적요 without different 승인번호 (GEN-070): noted on the later. Values: other."""
    among = ctx.applies() & (ctx["vendor"] != "").to_numpy() & ctx["집행일__known"]
    some = Some(ctx, again(labels(ctx.facts.labels("vendor", "집행일"), ctx["claimed"]), among))
    group = labels(some["vendor"], some["집행일"], some["claimed"], some["적요"])
    order, number = some["order"], some["approval_numbers"]
    # two numbers that differ are two trades; a line without one may be the same trade as any other
    blank = number < 0
    same = labels(group, number)
    earlier = np.where(
        blank, _earliest(order, group), np.minimum(_earliest(order, group, blank), _earliest(order, same))
    )
    found = earlier < order
    by_order = np.argsort(ctx["order"])
    other = some.all(by_order[np.where(found, earlier, order)], 0)
    case = some.all(np.where(found, ctx.rule.case("note"), 0).astype(np.uint8), 0)
    return Outcome(case, values={"other": lambda lines: ctx["line_name"].iloc[other[lines]].tolist()})


def _earliest(order: np.ndarray, group: np.ndarray, among: np.ndarray | None = None) -> np.ndarray:
    """The smallest order among the (chosen) lines of each group, per line; very large where there is none."""
    first = np.full(int(group.max(initial=0)) + 1, np.iinfo(np.int64).max)
    chosen = slice(None) if among is None else among
    np.minimum.at(first, group[chosen], order[chosen])
    return first[group]


@kind("line")
def split_purchase(ctx: Context) -> Outcome:
    """Several purchases of one vendor and date, each within limit `won`, together above it (MTG-060): noted on the latest line.

    parameters.at_limit = true: each below the limit, together at or above it (GEN-160). Values: total, first.
    """
    most = ctx.limit("won") - (1 if ctx.rule.parameters.get("at_limit") else 0)
    among = ctx.applies() & (ctx["vendor"] != "").to_numpy() & ctx["집행일__known"] & (ctx["purchase_total"] <= most)
    some = Some(ctx, again(ctx.facts.labels("vendor", "집행일"), among))
    group = labels(some["vendor"], some["집행일"])
    total = group_sum(group, some["transaction_total"])
    struck = last_of_several(some, group) & (total > most[some.at])
    case = some.all(np.where(struck, ctx.rule.case("note"), 0).astype(np.uint8), 0)
    return Outcome(case, values={"total": some.all(total, 0), "first": first_name(some, group)})


def last_of_several(some: Some, group: np.ndarray) -> np.ndarray:
    """The latest line of each group of several purchases."""
    several = labels(group, some["purchase"])
    first = np.unique(several, return_index=True)[1]
    purchases = np.bincount(group[first], minlength=int(group.max(initial=0)) + 1)[group]
    return (purchases > 1) & (group_max(group, some["order"]) == some["order"])


@kind("line")
def alike_papers(ctx: Context) -> Outcome:
    """Two trade papers alike in issuer, 발행일, kind and amount, both without 승인번호, on different lines (GEN-170): noted on the later.

    Values: other.
    """
    among, links, rows = ctx.applies(), ctx["links"], ctx["evidence"]
    frame = ctx.facts.book.frames[EVIDENCE]
    use = (rows.trade >= 0) & (rows.approval < 0) & rows.total_known & (rows.total != 0)
    use &= frame["발행일__known"].to_numpy(dtype=bool) & ~ctx["refund_rows"]
    pair = np.flatnonzero(use[links.row] & among[links.line])
    row, line = links.row[pair], links.line[pair]
    name = take_each(*coded(frame["발행자"].iloc[row]), company, object)
    number = frame["사업자등록번호"].to_numpy(dtype=object)[row]
    issuer = np.where(number != "", number, name)
    paper = labels(issuer, rows.issued[row], rows.kind[0][row], rows.total[row])
    # the earliest line of every row, then the earliest of the rows alike
    by = np.argsort(ctx["order"][line], kind="stable")
    by = by[issuer[by] != ""]
    by = by[np.sort(np.unique(row[by], return_index=True)[1])]
    line, first = line[by], line[by][first_of(paper[by])]
    later = np.flatnonzero(line != first)[::-1]  # of a line with several such papers the earliest stays
    case, other = np.zeros(ctx.n, dtype=np.uint8), np.zeros(ctx.n, dtype=np.int64)
    case[line[later]], other[line[later]] = ctx.rule.case("note"), first[later]
    return Outcome(case, values={"other": lambda lines: ctx["line_name"].iloc[other[lines]].tolist()})


def first_of(group: np.ndarray) -> np.ndarray:
    """For every member: the position of the first of its group."""
    _, begin, number = np.unique(group, return_index=True, return_inverse=True)
    return begin[number]


@kind("line")
def one_person_twice(ctx: Context) -> Outcome:
    """One person paid two or more fees for one 원인행위일 (OPS-020): all but the largest. A fee that two funds bear is noted.

    Lines that parameters.sure does not hold for (no 원인행위일: then 집행일 counts; no known 결제수단) make those beside them wait.
    Values: other, person.
    """
    some = Some(ctx, np.flatnonzero(ctx.applies() & (ctx["payee"] != "").to_numpy() & ctx["basis_known"]))
    group = labels(without(some["payee"], r"\s"), some["basis_date"])
    among = np.ones(len(some.at), dtype=bool)
    told = ctx.holds(ctx.rule.parameters.get("sure"))[some.at]
    where, second, keeper = _beside_largest(some, group, told)
    beside, _, waits_for = _beside_largest(some, group, among)
    # the largest of a day may be the one that is not sure: then the others wait for it
    waits = beside & ~where & (~told | group_any(group, ~told))
    case = np.where(second & ~where & ~waits, ctx.rule.case("note"), 0)
    case = np.where(waits, ctx.rule.case("hold"), case)
    case = some.all(np.where(where, ctx.rule.case("disallow"), case).astype(np.uint8), 0)
    other = some.all(some.at[np.where(waits, waits_for, keeper)], 0)
    values = {"other": lambda lines: ctx["line_name"].iloc[other[lines]].tolist(), "person": ctx["payee"]}
    return Outcome(case, outright(some.all(where, nothing=False)), values=values)


def _beside_largest(some: Some, group: np.ndarray, among: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the fees of one person and day: those beside the largest, second halves borne by another fund, where the largest is."""
    order = some["order"]
    fee, halves = _fees(some, labels(group, some["지출유형"]), among)
    total = group_sum(fee, np.where(among, some["net"], 0))
    # the largest stays; among equals the earliest
    rank = np.full(len(order), -1, dtype=np.int64)
    by = np.lexsort((-order, -_earliest(order, fee, among), total))
    rank[by] = np.arange(len(order))
    largest = among & (group_max(group, np.where(among, rank + 1, 0)) == rank + 1)
    keeper = np.zeros(int(group.max(initial=0)) + 1, dtype=np.int64)
    keeper[group[largest]] = np.flatnonzero(largest)
    where = among & (fee != fee[keeper[group]])
    second = among & halves & ~where & (_earliest(order, fee, among) < order)
    return where, second, keeper[group]


def _fees(some: Some, kinds: np.ndarray, among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels of fees within person, day and kind: the lines of one purchase, or the parts that the two funds bear.

    Also which lines are such parts.
    """
    alike = labels(kinds, some["적요"])
    of_fund = {
        fund.name: group_sum(alike, (among & (some["재원"] == fund.name)).astype(np.int64))
        for fund in some.ctx.facts.programme.funds
    }
    one_each = sum((found == 1).astype(np.int64) for found in of_fund.values()) == 2
    halves = (group_sum(alike, among.astype(np.int64)) == 2) & one_each
    return labels(halves, np.where(halves, alike, labels(kinds, some["purchase"]))), halves
