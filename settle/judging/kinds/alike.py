"""Lines that belong together by what they say: alike lines, split purchases, one person paid twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from settle.judging.arrays import days, group_max, group_sum, labels, without
from settle.judging.facts.ledger import company
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import outright
from settle.model import EVIDENCE


def first_name(ctx: Context, group: np.ndarray, among: np.ndarray) -> np.ndarray:
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

    parameters.at_limit = true: each below the limit, together at or above it (GEN-160). Values: total, first.
    """
    among = ctx.applies() & (ctx["vendor"] != "").to_numpy() & ctx["집행일__known"]
    group = labels(ctx["vendor"], days(ctx.facts.ledger["집행일"]))
    most = ctx.limit("won") - (1 if ctx.rule.parameters.get("at_limit") else 0)
    among = among & (ctx["purchase_total"] <= most)
    total = group_sum(group, np.where(among, ctx["transaction_total"], 0))
    pairs = np.unique(np.stack([group[among], ctx["purchase"][among]]), axis=1)
    purchases = np.bincount(pairs[0], minlength=int(group.max(initial=0)) + 1)[group]
    latest = group_max(group, np.where(among, ctx["order"] + 1, 0)) == ctx["order"] + 1
    struck = among & (purchases > 1) & (total > most) & latest
    case = np.where(struck, ctx.rule.case("note"), 0).astype(np.uint8)
    return Outcome(case, values={"total": total, "first": first_name(ctx, group, among)})


@kind("line")
def alike_papers(ctx: Context) -> Outcome:
    """Two trade papers alike in issuer, 발행일, kind and amount, both without 승인번호, on different lines (GEN-170): noted on the later.

    Values: other.
    """
    among, links, rows = ctx.applies(), ctx["links"], ctx["evidence"]
    frame = ctx.facts.book.frames[EVIDENCE]
    issuer = frame["사업자등록번호"].where(frame["사업자등록번호"] != "", frame["발행자"].map(company)).astype("str")
    use = (rows.trade >= 0) & (rows.approval < 0) & (issuer != "").to_numpy() & rows.total_known & (rows.total != 0)
    use &= frame["발행일__known"].to_numpy(dtype=bool) & ~ctx["refund_rows"]
    paper = labels(issuer, rows.issued, rows.kind[0], rows.total) if len(frame) else np.zeros(0, dtype=np.int64)
    pairs = pd.DataFrame({"paper": paper[links.row], "row": links.row, "line": links.line})
    pairs = pairs[use[links.row] & among[links.line]].assign(order=lambda p: ctx["order"][p["line"]])
    # the earliest line of every row, then the earliest of the rows alike
    first = pairs.sort_values("order").drop_duplicates("row")
    alike = first[first.groupby("paper")["line"].transform("nunique") > 1]
    earliest = alike.drop_duplicates("paper").set_index("paper")["line"]
    later = alike[alike["line"] != alike["paper"].map(earliest)].drop_duplicates("line")
    names = ctx["line_name"].to_numpy(dtype=object)
    case, other = np.zeros(ctx.n, dtype=np.uint8), np.full(ctx.n, "", dtype=object)
    case[later["line"]] = ctx.rule.case("note")
    other[later["line"]] = names[later["paper"].map(earliest).to_numpy(dtype=np.int64)]
    return Outcome(case, values={"other": other})


@kind("line")
def one_person_twice(ctx: Context) -> Outcome:
    """One person paid two or more fees for one 원인행위일 (OPS-020): all but the largest. A fee that two funds bear is noted.

    Lines that parameters.sure does not hold for (no 원인행위일: then 집행일 counts; no known 결제수단) make those beside them wait.
    Values: other, person.
    """
    among = ctx.applies() & (ctx["payee"] != "").to_numpy() & ctx["basis_known"]
    told = among & ctx.holds(ctx.rule.parameters.get("sure"))
    where, second, other = _beside_largest(ctx, told)
    beside, _, waits_for = _beside_largest(ctx, among)
    # the largest of a day may be the one that is not sure: then the others wait for it
    waits = beside & ~where & (~told | _with_blank(ctx, among, told))
    case = np.where(second & ~where & ~waits, ctx.rule.case("note"), 0)
    case = np.where(waits, ctx.rule.case("hold"), case)
    case = np.where(where, ctx.rule.case("disallow"), case).astype(np.uint8)
    return Outcome(case, outright(where), values={"other": np.where(waits, waits_for, other), "person": ctx["payee"]})


def _with_blank(ctx: Context, among: np.ndarray, told: np.ndarray) -> np.ndarray:
    """Lines whose person and day have a fee of which this is not sure."""
    group = labels(without(ctx["payee"], r"\s"), ctx["basis_date"])
    return group_sum(group, (among & ~told).astype(np.int64)) > 0


def _beside_largest(ctx: Context, among: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the fees of one person and day: those beside the largest, second halves borne by another fund, the name of the largest."""
    group = labels(without(ctx["payee"], r"\s"), ctx["basis_date"])
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
    other = np.where(keeper[group] >= 0, names[keeper[group]], "") if ctx.n else names
    return where, second, other


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
