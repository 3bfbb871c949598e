"""Caps: so much per unit, per purchase or per line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from settle import korean as text
from settle.judging.arrays import group_sum, latest_first
from settle.judging.kinds.base import Context, Outcome, Second, Take, kind

if TYPE_CHECKING:
    from collections.abc import Callable


def capped(ctx: Context, group: np.ndarray, cap: np.ndarray, among: np.ndarray) -> Take:
    """Cap the sum of the lines `among` in each group; the excess comes from the latest lines."""

    def take(left: np.ndarray) -> np.ndarray:
        have = np.where(among, left, 0)
        return latest_first(group, np.maximum(group_sum(group, have) - cap, 0), have, ctx["order"])

    return take


def settle_cases(ctx: Context, case: np.ndarray, take: Take) -> np.ndarray:
    """A disallow case stands only where won are at issue."""
    moving = ctx.effect(case, "disallow")
    won = take(ctx["net"]) + take(ctx.left)
    return np.where(moving & (won == 0), 0, case).astype(np.uint8)


def parts(won: np.ndarray, whole: np.ndarray) -> dict[str, Callable[[np.ndarray], list[str]]]:
    """Texts for lines that carry only a part of what is taken from their purchase: part (arithmetic), part_said (message)."""

    def said(template: str) -> Callable[[np.ndarray], list[str]]:
        return lambda lines: [
            "" if mine == all_of_it else template.format(text.number(mine))
            for mine, all_of_it in zip(won[lines].tolist(), whole[lines].tolist(), strict=True)
        ]

    return {"part": said(", 이 줄에서 {}"), "part_said": said(" 늦은 줄부터 빼어 이 줄에서는 {}원입니다.")}


@kind("line")
def cap_per_unit(ctx: Context) -> Outcome:
    """A purchase may cost at most limit `won` × the product of the facts `per`. Values: base, cap, excess, part, part_said."""
    among = ctx.applies()
    case = ctx.cases(among)
    units = np.ones(ctx.n, dtype=np.int64)
    for name in ctx.rule.parameters["per"]:
        units = units * ctx[name]
    cap = ctx.limit("won") * units
    counted = ctx.effect(case, "disallow")
    group = ctx["purchase"]
    take = capped(ctx, group, cap, counted)
    base = group_sum(group, np.where(counted, ctx["net"], 0))
    excess = np.maximum(base - cap, 0)
    values = {"base": base, "cap": cap, "excess": excess} | parts(take(ctx["net"]), excess)
    return Outcome(settle_cases(ctx, case, take), take, values=values)


def grade_ceiling(ctx: Context, grades: np.ndarray) -> np.ndarray:
    """Ceiling of 1 M/D by grade (won), 0 where the grade is unknown."""
    result = np.zeros(ctx.n, dtype=np.int64)
    for name in ctx.facts.programme.data["grades"]:
        result = np.where(grades == name, ctx.limit(name, together=np.arange(ctx.n)), result)
    return result


def ledger_supply(ctx: Context) -> tuple[np.ndarray, np.ndarray]:
    """공급가액 of each line in the ledger less that of its refund, and where the line says it."""
    return ctx["supply_and_vat_net"]["supply"].to_numpy(), ctx["공급가액__known"]


def supply_value(ctx: Context, among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """공급가액 of the lines `among` less their refunds, and where it is known.

    Of the line's own trade papers, else of the ledger, else the line's part of papers that it shares with others.
    """
    proved, refunded = ctx["proved"], ctx["refunds"]["refund"].to_numpy() >= 0
    supply, in_ledger = ledger_supply(ctx)
    on_paper = proved.present & proved.supply_known
    alone = on_paper & (proved.members == 1) & ~(refunded & in_ledger)
    supply = np.where(alone, proved.supply, supply)
    shared = on_paper & (proved.members > 1) & ~in_ledger
    for i in np.flatnonzero(shared & among).tolist():
        supply[i] = _part(int(proved.supply[i]), int(ctx["net"][i]), int(ctx["purchase_net"][i]))
    return supply, in_ledger | alone | shared


def vat_value(ctx: Context) -> np.ndarray:
    """VAT that goes with `supply_value`: of the line's own trade papers, else of the ledger."""
    proved, ledger = ctx["proved"], ctx["supply_and_vat_net"]
    alone = proved.present & proved.supply_known & (proved.members == 1)
    return np.where(alone, proved.vat, ledger["vat"].to_numpy())


def _part(supply: int, mine: int, whole: int) -> int:
    """What of a paper's 공급가액 falls on a line that charges `mine` of `whole`: rounded up; a claim without VAT is supply."""
    return -(-supply * mine // whole) if whole > supply else mine


@kind("line")
def ceiling(ctx: Context) -> Outcome:
    """A labour line may be paid at most ceiling(grade) × 투입MD; on an invoice the ceiling looks at 공급가액 alone.

    parameters.ceiling_by names the fact that holds the grade. VAT inside the claim goes with its supply. Values: ceiling, cap, days,
    looked_at, vat_note.
    """
    among = ctx.applies()
    case = ctx.cases(among)
    grades = np.asarray(ctx[ctx.rule.parameters["ceiling_by"]], dtype=object)
    per_day = grade_ceiling(ctx, grades)
    thousandths = ctx["md_paid"]
    # floored where a fraction arises in what is taken, so the cap is rounded up
    plain = -(-per_day * thousandths // 1000)
    supply, on_supply = supply_value(ctx, among)
    on_supply &= ctx["on_invoice"]
    vat = np.where(on_supply & (supply > 0), np.maximum(vat_value(ctx), 0), 0)
    with_vat = plain.copy()
    for i in np.flatnonzero((vat > 0) & (plain > 0)).tolist():  # Python integers: the product may pass 64 bits
        with_vat[i] = -(-int(per_day[i]) * int(thousandths[i]) * int(supply[i] + vat[i]) // (1000 * int(supply[i])))
    moving = ctx.effect(case, "disallow")

    def cap_at(left: np.ndarray) -> np.ndarray:
        """VAT goes with its supply: the cap has it while it is inside what is left."""
        return np.where(on_supply & (left > supply), with_vat, plain)

    def take(left: np.ndarray) -> np.ndarray:
        looked_at = np.where(on_supply & (vat == 0), np.minimum(left, supply), left)
        return np.where(moving, np.clip(looked_at - cap_at(left), 0, left), 0)

    inside = on_supply & (ctx["net"] > supply) & (vat > 0)

    def vat_note(lines: np.ndarray) -> list[str]:
        return [
            f" × (1 + {text.number(v)} ÷ {text.number(s)})" if here else ""
            for here, v, s in zip(inside[lines].tolist(), vat[lines].tolist(), supply[lines].tolist(), strict=True)
        ]

    values = {
        "ceiling": per_day,
        "cap": cap_at(ctx["net"]),
        "grade_name": grades,
        "looked_at": np.where(on_supply & (vat == 0), np.minimum(ctx["net"], supply), ctx["net"]),
        "days": lambda lines: [text.days(d) for d in thousandths[lines].tolist()],
        "vat_note": vat_note,
    }
    return Outcome(settle_cases(ctx, case, take), take, values=values, second=_price_differs(ctx, among, supply))


def _price_differs(ctx: Context, among: np.ndarray, supply: np.ndarray) -> Second | None:
    """단가 × 투입MD is neither 집행금액 nor 공급가액: the rule's second case, beside what else it says."""
    number = ctx.rule.case("note", second=True)
    if not number:
        return None
    given = among & ctx["단가__known"] & (ctx["단가"] > 0) & (ctx["md_paid"] > 0)
    given &= ctx["refunds"]["refund"].to_numpy() < 0
    product = ctx["단가"] * ctx["md_paid"]
    differs = (
        given & (product != ctx["claimed"] * 1000) & ~(ctx["공급가액__known"] & (product == ctx["공급가액"] * 1000))
    )
    differs &= ~(ctx["on_invoice"] & (product == supply * 1000))
    return Second(np.where(differs, number, 0).astype(np.uint8), values={"product": product // 1000})
