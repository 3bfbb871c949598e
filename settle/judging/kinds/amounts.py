"""Amounts against what the trade papers prove: differences, shared papers, refundable VAT, travel at cost."""

from __future__ import annotations

import numpy as np

from settle import korean as text
from settle.judging.arrays import group_any, group_sum, latest_first
from settle.judging.kinds.base import Context, Outcome, Take, kind
from settle.judging.kinds.breach import by_cases
from settle.judging.kinds.caps import capped, parts, settle_cases


def paper_amount(ctx: Context) -> tuple[np.ndarray, np.ndarray]:
    """What the papers of each purchase prove, measured as the claim is: 공급가액 where the claim leaves VAT out, else 합계금액.

    Returns the won, and where every paper states the amount that counts.
    """
    proved, purchase = ctx["proved"], ctx["purchase"]
    leaves_vat_out = ctx["judged"] & ctx["공급가액__known"] & (ctx["부가세"] > 0) & (ctx["claimed"] == ctx["공급가액"])
    mixed = group_any(purchase, ctx["judged"] & ~leaves_vat_out)
    own_vat = group_sum(purchase, np.where(leaves_vat_out, ctx["부가세"], 0))
    back_vat = group_sum(purchase, np.where(leaves_vat_out, ctx["supply_and_vat_net"]["vat"] - ctx["부가세"], 0))
    # claims with and without VAT on one paper: those without count with theirs
    by_total = proved.total - own_vat - back_vat
    by_supply = np.where(proved.supply_known, proved.supply, proved.bought - own_vat + proved.back_supply)
    counts_total = mixed | ~proved.supply_known
    return np.where(mixed, by_total, by_supply), proved.total_known | ~counts_total


def from_latest(ctx: Context, excess: np.ndarray, among: np.ndarray) -> Take:
    """Take each purchase's excess (won, the same at every line) from its latest lines."""

    def take(left: np.ndarray) -> np.ndarray:
        return latest_first(ctx["purchase"], np.where(among, excess, 0), np.where(among, left, 0), ctx["order"])

    return take


@kind("deduction")
def paper_difference(ctx: Context) -> Outcome:
    """The claim against its trade papers; parameters.shared = true: one paper for several lines, "any": either.

    Local facts: short, short_line (a line that carries a part of what is short: for a hold of that part), over, amount_unknown, doubled,
    open_kind (short, and a paper is of unknown kind).
    Values: paper_won, base, difference.
    """
    among = ctx.applies()
    proved, purchase = ctx["proved"], ctx["purchase"]
    base = ctx["purchase_net"]
    paper, stated = paper_amount(ctx)
    shared = (proved.members > 1) | (proved.doubled > 0)
    wanted = ctx.rule.parameters.get("shared")
    among = among & proved.present & (shared if wanted is True else ~shared | (wanted == "any"))
    looked_at = group_any(purchase, among)
    among = among & looked_at
    difference = base - paper
    unknown = ~stated & (difference > 0)
    doubled = ~unknown & (proved.doubled > 0) & (difference > 0)
    short = ~unknown & ~doubled & (difference > 0)
    # a row of unknown kind may be the paper that is missing
    open_kind = short & ctx["unknown_paper"]
    short &= ~open_kind
    over = stated & (difference < 0)
    take = from_latest(ctx, np.where(short, difference, 0), among)
    held = latest_first(
        purchase, np.where(doubled & among, difference, 0), np.where(among, ctx["net"], 0), ctx["order"]
    )
    # a difference that moves no won is said once, on the latest line
    waits = latest_first(
        purchase, np.where(open_kind & among, difference, 0), np.where(among, ctx["net"], 0), ctx["order"]
    )
    ctx.local.update(short=short, over=over & is_last(ctx, among), amount_unknown=unknown, doubled=held > 0)
    ctx.local["open_kind"] = waits > 0
    carried = latest_first(
        purchase, np.where(short & among, difference, 0), np.where(among, ctx["net"], 0), ctx["order"]
    )
    ctx.local["short_line"] = carried > 0
    case = ctx.cases(among)
    hold = np.where(doubled, held, np.where(open_kind, waits, np.where(short, carried, ctx["net"])))
    values = {"paper_won": paper, "base": base, "difference": np.abs(difference), "line_names": ctx.facts["line_name"]}
    return Outcome(settle_cases(ctx, case, take), take, hold=hold, values=values)


def is_last(ctx: Context, among: np.ndarray) -> np.ndarray:
    """The latest of the lines `among` in each purchase."""
    best = np.full(ctx.n, -1, dtype=np.int64)
    np.maximum.at(best, ctx["purchase"][among], ctx["order"][among])
    return among & (best[ctx["purchase"]] == ctx["order"])


def unproved_refunds(ctx: Context) -> tuple[np.ndarray, np.ndarray]:
    """공급가액 and VAT (≤ 0) of the refunds of each purchase that have no trade paper of their own."""
    ledger, bare = ctx["supply_and_vat_net"], ctx["unproved_refund"]
    supply = np.where(bare, ledger["supply"].to_numpy() - ctx["공급가액"], 0)
    vat = np.where(bare, ledger["vat"].to_numpy() - ctx["부가세"], 0)
    return group_sum(ctx["purchase"], supply), group_sum(ctx["purchase"], vat)


def stated_vat(ctx: Context, among: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """공급가액 and VAT of each purchase, by its papers where the lines `among` are all of it, else by the ledger; and where it is known."""
    proved, purchase = ctx["proved"], ctx["purchase"]
    whole = ~group_any(purchase, ctx["judged"] & ~among)
    on_paper = proved.present & proved.supply_known & proved.total_known & whole
    ledger_supply, ledger_vat, in_ledger = vat_in_ledger(ctx, among)
    back_supply, back_vat = unproved_refunds(ctx)
    supply = np.where(on_paper, proved.supply + back_supply, ledger_supply)
    vat = np.maximum(np.where(on_paper, proved.vat + back_vat, ledger_vat), 0)
    return supply, vat, on_paper | in_ledger


def vat_in_ledger(ctx: Context, among: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """공급가액 and VAT of each purchase as its lines say them, and where all of them do."""
    purchase, ledger = ctx["purchase"], ctx["supply_and_vat_net"]
    supply, vat = (group_sum(purchase, np.where(among, ledger[name].to_numpy(), 0)) for name in ("supply", "vat"))
    return supply, vat, ~group_any(purchase, among & ~ledger["stated"].to_numpy())


@kind("deduction")
def contained_vat(ctx: Context) -> Outcome:
    """VAT inside a purchase, whatever is deducted later: what is left of it above 공급가액, at most the VAT.

    parameters: fund_first: from whose lines it is taken first; then from the latest. hold_of = "left": a hold is of the VAT in what all
    disallowances leave of a line, ⌈left × VAT ÷ won⌉. Where it is not known, ⌈won ÷ 11⌉ of the purchase
    is held (local: vat_unknown), no more. Local: vat_known (a case of it that holds, holds the VAT), vat_differs (the lines say more VAT
    than the papers: theirs is meant, and only a case that holds has it). Values: supply, vat, excess, paper_vat.
    """
    among = ctx.applies()
    purchase, net = ctx["purchase"], ctx["net"]
    supply, paper_vat, known = stated_vat(ctx, among)
    by_lines = vat_in_ledger(ctx, among)
    differs = known & by_lines[2] & (by_lines[1] > paper_vat)
    supply, vat = np.where(differs, by_lines[0], supply), np.where(differs, by_lines[1], paper_vat)
    first = ctx.member("재원", [str(ctx.rule.parameters.get("fund_first", ""))])
    order = ctx["order"] + np.where(first, ctx.n, 0)

    def part(left: np.ndarray) -> np.ndarray:
        have = np.where(among, left, 0)
        whole = group_sum(purchase, have)
        excess = np.where(known, np.clip(whole - supply, 0, vat), -(-whole // 11))
        return latest_first(purchase, np.where(among, excess, 0), have, order)

    share = part(net)
    ctx.local.update(vat_known=known, vat_unknown=~known & (share > 0), vat_differs=differs & (share > 0))
    case = ctx.cases(among)
    moving = ctx.effect(case, "disallow")
    case = np.where(ctx.effect(case, "hold") & (share == 0), 0, case).astype(np.uint8)

    def take(left: np.ndarray) -> np.ndarray:
        return np.where(moving & known, part(left), 0)

    case = settle_cases(ctx, case, take)
    values = {"supply": supply, "vat": vat, "excess": share, "paper_vat": paper_vat}
    return Outcome(case, take, hold=share, hold_in_left=ctx.rule.parameters.get("hold_of") == "left", values=values)


@kind("deduction")
def refundable_vat(ctx: Context) -> Outcome:
    """VAT that is refunded or deducted later (GEN-050), measured on the purchase. Values: supply, vat, sum, part_said.

    Local facts: vat_known, vat_unknown, yes_and_no (lines of one purchase that say 매입세액공제 Y and N).

    Of a purchase that has other lines too (매입세액공제 = N) the paper does not tell the part: the lines' own figures count.
    """
    among = ctx.applies()
    proved, purchase = ctx["proved"], ctx["purchase"]
    net = ctx["net"]
    supply, vat, known = stated_vat(ctx, among)

    def take(left: np.ndarray) -> np.ndarray:
        have = np.where(among & known, left, 0)
        excess = np.clip(group_sum(purchase, have) - supply, 0, vat)
        return latest_first(purchase, np.where(among & known, excess, 0), have, ctx["order"])

    # without 공급가액 nothing can be said, unless the claim is no more than a supply value that is known
    unknown = among & ~known & ~((ctx["공급가액__known"]) & (net <= ctx["공급가액"]) & ~proved.present)
    said = group_any(purchase, among & (ctx["매입세액공제"] == "Y").to_numpy())
    denied = group_any(purchase, ctx["judged"] & (ctx["매입세액공제"] == "N").to_numpy())
    ctx.local.update(vat_unknown=unknown, vat_known=known, yes_and_no=said & denied & ~ctx["direct_support"])
    case = ctx.cases(among)
    hold = np.where(known, take(net), net)
    case = np.where(ctx.effect(case, "hold") & (hold == 0), 0, case).astype(np.uint8)
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
    moving = ctx.effect(case, "disallow")
    return Outcome(
        settle_cases(ctx, case, take), lambda left: np.where(moving, take(left), 0), hold=hold, values=values,
        unknown=_institution_unknown(ctx),
    )  # fmt: skip


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

    Local fact: above_papers. Values: paper_won, base, excess, part, part_said.
    """
    among = ctx.applies()
    paper, _ = paper_amount(ctx)
    ctx.local["above_papers"] = ctx["purchase_net"] > paper
    case = ctx.cases(among)
    moving = ctx.effect(case, "disallow")
    take = capped(ctx, ctx["purchase"], paper, moving)
    base = group_sum(ctx["purchase"], np.where(moving, ctx["net"], 0))
    excess = np.maximum(base - paper, 0)
    values = {"paper_won": paper, "base": base, "excess": excess} | parts(take(ctx["net"]), excess)
    return Outcome(settle_cases(ctx, case, take), take, values=values)


@kind("line")
def multiple_of(ctx: Context) -> Outcome:
    """Amounts are written in whole multiples of `unit` won; the effect is the rule's.

    parameters: columns (won), unit. Values: uneven (those that are not, with their won).
    """
    unit = int(ctx.rule.parameters["unit"])
    columns = [str(name) for name in ctx.rule.parameters["columns"]]
    odd = {name: ctx[name] % unit != 0 for name in columns}
    ctx.local["uneven"] = np.logical_or.reduce([np.zeros(ctx.n, dtype=bool), *odd.values()])

    def texts(at: np.ndarray) -> list[str]:
        return [", ".join(f"{n} {int(ctx[n][i]):,}원" for n in columns if odd[n][i]) for i in at.tolist()]

    return by_cases(ctx, uneven=texts)
