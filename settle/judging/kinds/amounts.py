"""Amounts against what the trade papers prove: differences, shared papers, refundable VAT, travel at cost."""

from __future__ import annotations

import numpy as np

from settle import korean as text
from settle.judging.arrays import group_any, group_sum, latest_first
from settle.judging.facts.ledger import known_less_refund, less_refund
from settle.judging.kinds.base import Context, Outcome, Take, kind
from settle.judging.kinds.caps import capped, parts, settle_cases


def paper_amount(ctx: Context) -> tuple[np.ndarray, np.ndarray]:
    """What the papers of each purchase prove, measured as the claim is: 공급가액 where the claim leaves VAT out, else 합계금액.

    Returns the won, and where every paper states the amount that counts.
    """
    proved, purchase = ctx["proved"], ctx["purchase"]
    leaves_vat_out = ctx["judged"] & ctx["공급가액__known"] & (ctx["부가세"] > 0) & (ctx["claimed"] == ctx["공급가액"])
    anything_else = group_any(purchase, ctx["judged"] & ~leaves_vat_out)
    refund = ctx["refunds"]["refund"].to_numpy()
    vat = ctx["부가세"] + np.where(refund >= 0, np.minimum(ctx["부가세"][refund], 0), 0)
    vat_left_out = group_sum(purchase, np.where(leaves_vat_out, vat, 0))
    by_total = proved.total - vat_left_out
    counts_total = anything_else | ~proved.supply_known
    return np.where(counts_total, by_total, proved.supply), proved.total_known | ~counts_total


def from_latest(ctx: Context, excess: np.ndarray, among: np.ndarray) -> Take:
    """Take each purchase's excess (won, the same at every line) from its latest lines."""

    def take(left: np.ndarray) -> np.ndarray:
        return latest_first(ctx["purchase"], np.where(among, excess, 0), np.where(among, left, 0), ctx["order"])

    return take


@kind("deduction")
def paper_difference(ctx: Context) -> Outcome:
    """The claim against its trade papers (GEN-040; parameters.shared = true: GEN-060, one paper for several lines).

    Local facts: short, over, amount_unknown, doubled. Values: paper_won, base, difference.
    """
    among = ctx.applies()
    proved, purchase = ctx["proved"], ctx["purchase"]
    base = ctx["purchase_net"]
    paper, stated = paper_amount(ctx)
    shared = (proved.members > 1) | (proved.doubled > 0)
    among = among & proved.present & (shared if ctx.rule.parameters.get("shared") else ~shared)
    looked_at = group_any(purchase, among)
    among = among & looked_at
    difference = base - paper
    unknown = ~stated & (difference > 0)
    doubled = ~unknown & (proved.doubled > 0) & (difference > 0)
    short = ~unknown & ~doubled & (difference > 0)
    over = stated & (difference < 0)
    take = from_latest(ctx, np.where(short, difference, 0), among)
    held = latest_first(
        purchase, np.where(doubled & among, difference, 0), np.where(among, ctx["net"], 0), ctx["order"]
    )
    # a difference that moves no won is said once, on the latest line
    ctx.local.update(short=short, over=over & is_last(ctx, among), amount_unknown=unknown, doubled=held > 0)
    case = ctx.cases(among)
    hold = np.where(doubled, held, ctx["net"])
    values = {"paper_won": paper, "base": base, "difference": np.abs(difference), "line_names": ctx.facts["line_name"]}
    return Outcome(settle_cases(ctx, case, take), take, hold=hold, values=values)


def is_last(ctx: Context, among: np.ndarray) -> np.ndarray:
    """The latest of the lines `among` in each purchase."""
    best = np.full(ctx.n, -1, dtype=np.int64)
    np.maximum.at(best, ctx["purchase"][among], ctx["order"][among])
    return among & (best[ctx["purchase"]] == ctx["order"])


@kind("deduction")
def refundable_vat(ctx: Context) -> Outcome:
    """VAT that is refunded or deducted later (GEN-050), measured on the purchase. Values: supply, vat, sum, part_said.

    Of a purchase that has other lines too (매입세액공제 = N) the paper does not tell the part: the lines' own figures count.
    """
    among = ctx.applies()
    proved, purchase = ctx["proved"], ctx["purchase"]
    net = ctx["net"]
    whole = ~group_any(purchase, ctx["judged"] & ~among)
    on_paper = proved.present & proved.supply_known & proved.total_known & whole
    stated = known_less_refund(ctx.facts, ctx["공급가액__known"] & ctx["부가세__known"])
    in_ledger = ~group_any(purchase, among & ~stated)
    ledger_supply = np.where(among, less_refund(ctx.facts, ctx["공급가액"]), 0)
    ledger_vat = np.where(among, less_refund(ctx.facts, ctx["부가세"]), 0)
    supply = np.where(on_paper, proved.supply, group_sum(purchase, ledger_supply))
    vat = np.maximum(np.where(on_paper, proved.vat, group_sum(purchase, ledger_vat)), 0)
    known = on_paper | in_ledger

    def take(left: np.ndarray) -> np.ndarray:
        have = np.where(among & known, left, 0)
        excess = np.clip(group_sum(purchase, have) - supply, 0, vat)
        return latest_first(purchase, np.where(among & known, excess, 0), have, ctx["order"])

    case = np.zeros(ctx.n, dtype=np.uint8)
    # without 공급가액 nothing can be said, unless the claim is no more than a supply value that is known
    unknown = among & ~known & ~((ctx["공급가액__known"]) & (net <= ctx["공급가액"]) & ~proved.present)
    for c in ctx.rule.cases:
        if c.effect == "disallow":
            case[among & known] = c.number
        elif c.effect == "hold":
            case[unknown & ctx.holds(c.when)] = c.number
    won = take(net)
    base = group_sum(purchase, np.where(among & known, net, 0))
    excess = np.clip(base - supply, 0, vat)
    share = parts(won, excess)

    def sums(lines: np.ndarray) -> list[str]:
        return [
            f"{text.number(b)} − {text.number(s)} = {text.number(e)}{p}"
            if b - s == e
            else f"{text.number(b)} − {text.number(s)} > 부가세 {text.number(e)}{p}"
            for b, s, e, p in zip(
                base[lines].tolist(), supply[lines].tolist(), excess[lines].tolist(), share["part"](lines), strict=True
            )
        ]

    values = {"supply": supply, "vat": vat, "excess": excess, "sum": sums} | share
    return Outcome(settle_cases(ctx, case, take), take, values=values, unknown=_institution_unknown(ctx))


def _institution_unknown(ctx: Context) -> str:
    """Neither 기관유형 nor 매입세액공제 is known: nothing can be said of these lines."""
    open_lines = (
        ctx["judged"] & ~ctx["institution_known"] & (ctx["매입세액공제"] == "").to_numpy() & ~ctx["direct_support"]
    )
    if not open_lines.any():
        return ""
    return (
        f"협약의 기관유형과 매입세액공제를 모두 알 수 없어 {int(open_lines.sum())}개 줄의 부가가치세를 보지 못했습니다"
    )


@kind("line")
def proven_amount(ctx: Context) -> Outcome:
    """Travel at cost (TRV-070): a purchase is recognised up to what its trade papers prove.

    Values: paper_won, base, excess, part, part_said.
    """
    among = ctx.applies()
    case = ctx.cases(among)
    moving = ctx.effect(case, "disallow")
    paper, _ = paper_amount(ctx)
    take = capped(ctx, ctx["purchase"], paper, moving)
    base = group_sum(ctx["purchase"], np.where(moving, ctx["net"], 0))
    excess = np.maximum(base - paper, 0)
    values = {"paper_won": paper, "base": base, "excess": excess} | parts(take(ctx["net"]), excess)
    return Outcome(settle_cases(ctx, case, take), take, values=values)
