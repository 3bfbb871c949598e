"""Refunds, purchases and what papers prove (rulebook: Words, Netting, GEN-040 and GEN-060)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from . import words

if TYPE_CHECKING:
    from .sheets import Line, Paper, Sheets


@dataclass
class Purchase:
    """Lines that share a trade paper, with their refunds."""

    lines: list[Line]  # in the order in which they were paid; no refunds
    refunds: list[Line]
    papers: list[Paper]  # each once; none that only a refund has
    refund_papers: list[Paper]
    shared: bool = False  # a paper names several of the lines, or one approval number is on several of them

    @property
    def first_kind(self) -> list[Paper]:
        return first_kind(self.papers)

    @property
    def trade(self) -> list[Paper]:
        return [p for p in self.papers if p.kind in words.TRADE_ALL]

    def has(self, *kinds: str) -> bool:
        return any(p.kind in kinds for p in self.papers)

    @property
    def blank_kind(self) -> bool:
        return any(p.kind == "" for p in self.papers)


@dataclass
class Trade:
    """Every line that rules judge, by purchase."""

    net: dict[int, int]  # place of a judged line -> claimed less its refund
    purchases: list[Purchase]
    of: dict[int, Purchase] = field(default_factory=dict)
    alone: list[Line] = field(default_factory=list)  # negative and zero lines without a counterpart
    doubled: set[str] = field(default_factory=set)


def first_kind(papers: list[Paper]) -> list[Paper]:
    """The papers of the first kind present, in the order in which kinds prove a trade."""
    for kinds in words.TRADE:
        found = [p for p in papers if p.kind in kinds]
        if found:
            return found
    return []


def _match_refunds(lines: list[Line]) -> None:
    ordered = sorted(lines, key=lambda line: line.order)
    for place, refund in enumerate(ordered):
        if refund.claimed >= 0:
            continue
        for earlier in reversed(ordered[:place]):
            if earlier.vendor == refund.vendor != "" and earlier.claimed >= -refund.claimed and earlier.refund is None:
                earlier.refund, refund.refund_of = refund.place, earlier.place
                break


def _approval_key(paper: Paper) -> tuple[str, ...] | None:
    if paper.kind not in words.TRADE_ALL or not paper.approval:
        return None
    if paper.kind in words.CARD:
        return (paper.approval, paper.date.isoformat() if paper.date else "")
    return (paper.approval,)


def gather(sheets: Sheets) -> Trade:
    lines = sheets.lines
    by_place = {line.place: line for line in lines}
    counts = Counter(line.number for line in lines if line.number)
    doubled = {number for number, times in counts.items() if times > 1}
    _match_refunds(lines)
    net = {}
    for line in lines:
        if line.claimed > 0:
            net[line.place] = line.claimed + (by_place[line.refund].claimed if line.refund is not None else 0)
    judged = [line for line in lines if net.get(line.place, 0) > 0]
    group = {line.place: line.place for line in judged}
    shared = set()

    def join(places: list[int]) -> None:
        first = group[places[0]]
        for other in {group[p] for p in places}:
            for place, at in group.items():
                if at == other:
                    group[place] = first

    meeting: dict[tuple[str, ...], list[int]] = {}
    for paper in sheets.papers:
        if paper.kind not in words.TRADE_ALL or set(paper.numbers) & doubled:
            continue
        places = [line.place for line in judged if line.number in paper.numbers]
        if len(places) > 1:
            join(places)
            shared |= set(places)
        key = _approval_key(paper)
        if key and places:
            meeting.setdefault(key, []).extend(places)
    for places in meeting.values():
        if len(set(places)) > 1:
            join(places)
            shared |= set(places)
    purchases = []
    for key in sorted(set(group.values())):
        members = sorted((line for line in judged if group[line.place] == key), key=lambda line: line.order)
        refunds = [by_place[line.refund] for line in members if line.refund is not None]
        papers = {p.place: p for line in members for p in line.papers}
        of_refunds = {p.place: p for line in refunds for p in line.papers if p.place not in papers}
        purchases.append(
            Purchase(
                members,
                refunds,
                [papers[p] for p in sorted(papers)],
                [of_refunds[p] for p in sorted(of_refunds)],
                any(line.place in shared for line in members),
            )
        )
    trade = Trade({line.place: net[line.place] for line in judged}, purchases, doubled=doubled)
    for purchase in purchases:
        for line in purchase.lines:
            trade.of[line.place] = purchase
    trade.alone = [line for line in lines if line.claimed <= 0 and line.refund_of is None]
    return trade


def same_everywhere(papers: list[Paper]) -> bool:
    """One approval number on several rows, all of one and the same amount."""
    return repeated(papers) != papers


def repeated(papers: list[Paper]) -> list[Paper]:
    """The papers with every approval number whose rows are all alike in amount left standing once."""
    by_key: dict[tuple[str, ...], list[Paper]] = {}
    for paper in papers:
        key = _approval_key(paper)
        if key:
            by_key.setdefault(key, []).append(paper)
    dropped = set()
    for rows in by_key.values():
        if len(rows) > 1 and len({row.total for row in rows}) == 1:
            dropped |= {row.place for row in rows[1:]}
    return [paper for paper in papers if paper.place not in dropped]


def _leaves_vat_out(line: Line) -> bool:
    return line.supply is not None and line.claimed == line.supply and (line.vat or 0) > 0


def vat_left_out(purchase: Purchase) -> bool:
    """All lines claim their 공급가액 alone."""
    return all(_leaves_vat_out(line) for line in purchase.lines)


def measured_claim(purchase: Purchase, net: dict[int, int]) -> dict[int, int]:
    """What each line claims in the measure of its paper: beside lines with VAT, one without counts with its VAT."""
    claims = {line.place: net[line.place] for line in purchase.lines}
    if purchase.shared and not vat_left_out(purchase):
        for line in purchase.lines:
            if _leaves_vat_out(line):
                claims[line.place] += line.vat or 0
    return claims


def _shown_vat(paper: Paper) -> int:
    return (paper.total or 0) - (paper.supply or 0)


def papers_amount(purchase: Purchase, once: bool = False) -> Fraction | None:
    """What the trade papers prove, in the measure of the claim; None: no trade paper, or one without an amount.

    once: one of several rows with the same approval number and amount counts.
    """
    papers = purchase.first_kind
    if once:
        papers = repeated(papers)
    if not papers:
        return None
    out = vat_left_out(purchase)
    amount = Fraction(0)
    unshown = out and any(p.supply is None for p in papers)
    for paper in papers:
        counted = paper.supply if out and paper.supply is not None else paper.total
        if counted is None:
            return None
        amount += counted
    if unshown:
        shown = sum(_shown_vat(p) for p in papers if p.supply is not None and p.total is not None)
        amount -= max(0, sum(line.vat or 0 for line in purchase.lines) - shown)
    back = _refunded(purchase, out)
    return None if back is None else amount - back


def _refunded(purchase: Purchase, out: bool) -> Fraction | None:
    amount = Fraction(0)
    for refund in purchase.refunds:
        papers = first_kind([p for p in refund.papers if p in purchase.refund_papers])
        unshown = False
        for paper in papers:
            counted = paper.supply if out and paper.supply is not None else paper.total
            if counted is None:
                return None
            if out and paper.supply is None and refund.vat is None:
                amount += Fraction(abs(counted) * 10, 11)
            else:
                amount += abs(counted)
                unshown = unshown or (out and paper.supply is None)
        if unshown:
            amount -= abs(refund.vat or 0)
    return amount


def papers_total(purchase: Purchase) -> int:
    """The 합계금액 of the first kind present, less what refunds give back by their papers, else by the ledger."""
    total = sum(p.total or 0 for p in repeated(purchase.first_kind))
    for refund in purchase.refunds:
        shown = sum(abs(p.total or 0) for p in first_kind(refund.papers))
        total -= shown or given_back(refund)
    return total


def given_back(refund: Line) -> int:
    return max(-refund.claimed, -((refund.supply or 0) + (refund.vat or 0)))


def transaction_total(purchase: Purchase) -> int:
    """거래금액: the larger of claim and supply with VAT, of every line; refunds taken off."""
    total = sum(max(line.claimed, (line.supply or 0) + (line.vat or 0)) for line in purchase.lines)
    return total - sum(map(given_back, purchase.refunds))
