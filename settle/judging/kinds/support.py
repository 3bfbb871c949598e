"""Direct support: large equipment and the standard price of translations."""

from __future__ import annotations

import numpy as np
import pandas as pd

from settle.judging.arrays import group_any, group_sum, labels
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.caps import ledger_supply, supply_value

INTO_KOREAN = "외국어→한국어"


@kind("line")
def large_equipment(ctx: Context) -> Outcome:
    """One solution or device (vendor, company and task; instalments added up) from limit `won` 공급가액 on without parameters.papers.

    공급가액: of the ledger, else of the trade papers, else 집행금액. Local fact: missing. Values: total, missing.
    """
    among = ctx.applies()
    own, in_ledger = ledger_supply(ctx)
    found, known = supply_value(ctx, among)
    supply = np.where(in_ledger, own, np.where(known, found, ctx["net"]))
    device = labels(ctx["vendor"], ctx["참여기업"], ctx["과제명"])
    total = group_sum(device, np.where(among, supply, 0))
    limit = ctx.limit("won", together=labels(device, among))
    large = among & (total >= limit)
    papers = ctx.rule.parameters["papers"]
    lacks = [large & ~group_any(device, among & ctx[f"paper:{p}"]) for p in papers]
    ctx.local["missing"] = np.logical_or.reduce(lacks)

    def missing(lines: np.ndarray) -> list[str]:
        return [", ".join(p for p, lack in zip(papers, lacks, strict=True) if lack[i]) for i in lines.tolist()]

    return Outcome(ctx.cases(among), values={"total": total, "won": limit, "missing": missing})


@kind("line")
def standard_price(ctx: Context) -> Outcome:
    """단가 of a translation above the programme's table (언어, 번역방향). Local fact: above_price. Values: price, excess, quantity."""
    table = ctx.facts.programme.data["translation"]
    into, out_of = (
        np.array([table["languages"].get(v, table["other"])[i] for v in pd.unique(ctx["언어"])]) for i in (0, 1)
    )
    code = pd.factorize(ctx["언어"])[0]
    price = np.where((ctx["번역방향"] == INTO_KOREAN).to_numpy(), into[code], out_of[code]) if ctx.n else ctx["단가"]
    given = (ctx["언어"] != "").to_numpy() & (ctx["번역방향"] != "").to_numpy() & ctx["단가__known"]
    ctx.local["above_price"] = given & (ctx["단가"] > price)
    quantity = np.where(ctx["수량__known"], ctx["수량"], 1.0)
    excess = np.floor(np.maximum(ctx["단가"] - price, 0) * quantity).astype(np.int64)

    def shown(lines: np.ndarray) -> list[str]:
        return [f"{q:g}" for q in quantity[lines].tolist()]

    values = {"price": price.astype(np.int64), "excess": excess, "quantity": shown}
    return Outcome(ctx.cases(ctx.applies()), values=values)
