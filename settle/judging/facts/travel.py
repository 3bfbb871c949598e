"""Facts of travel: the trip, and the day on which a thing was used."""

from __future__ import annotations

import numpy as np

from settle.judging.arrays import NO_DAY, days, group_any
from settle.judging.facts.base import Facts, fact
from settle.judging.facts.papers import of_group
from settle.model import EVIDENCE


@fact
def trip_known(facts: Facts) -> np.ndarray:
    """Both days of the trip are given, and it does not end before it begins."""
    return facts["출장시작__known"] & facts["출장종료__known"] & (facts["출장시작"] <= facts["출장종료"])


def _slips(facts: Facts) -> dict[str, np.ndarray]:
    """Of the dated trade papers of each purchase: any, inside the trip, an invoice after it, any not before it."""
    links, rows = facts["links"], facts["evidence"]
    start, end = days(facts.ledger["출장시작"])[links.line], days(facts.ledger["출장종료"])[links.line]
    dated = (rows.trade[links.row] >= 0) & facts.book.frames[EVIDENCE]["발행일__known"].to_numpy(dtype=bool)[links.row]
    day = rows.issued[links.row]
    billed = of_group(facts, "invoice") | of_group(facts, "exempt_invoice")

    def lines(flag: np.ndarray) -> np.ndarray:
        hit = facts.zeros(bool)
        hit[links.line[flag]] = True
        return group_any(facts["purchase"], hit)

    return {
        "any": lines(dated),
        "inside": lines(dated & (day >= start) & (day <= end)),
        "billed_after": lines(dated & billed[links.row] & (day > end)),
        "not_before": lines(dated & (day >= start)),
    }


@fact
def trip_slips(facts: Facts) -> dict[str, np.ndarray]:
    return _slips(facts)


@fact
def slip_dated(facts: Facts) -> np.ndarray:
    """A trade paper of the purchase has a 발행일: it is the day of use."""
    return facts["trip_slips"]["any"]


@fact
def billed_after_trip(facts: Facts) -> np.ndarray:
    """Used outside the trip by its papers, but a 세금계산서 or 계산서 kind is dated after the trip, as hotels bill."""
    return facts["trip_known"] & facts["trip_slips"]["billed_after"] & ~facts["trip_slips"]["inside"]


def _outside(facts: Facts, column: str) -> np.ndarray:
    """The day is given and lies outside the trip."""
    day = days(facts.ledger[column])
    start, end = days(facts.ledger["출장시작"]), days(facts.ledger["출장종료"])
    return (day != NO_DAY) & ((day < start) | (day > end))


@fact
def used_outside_trip(facts: Facts) -> np.ndarray:
    """By the dated slips, else by 원인행위일 and 집행일, which must both be outside."""
    by_ledger = _outside(facts, "원인행위일") & _outside(facts, "집행일")
    by_slip = facts["slip_dated"] & ~facts["trip_slips"]["inside"]
    return facts["trip_known"] & np.where(facts["slip_dated"], by_slip, by_ledger)


@fact
def use_unknown(facts: Facts) -> np.ndarray:
    """No slip is dated, and of 원인행위일 and 집행일 one is blank and the other not inside the trip."""
    cause, paid = facts["원인행위일__known"], facts["집행일__known"]
    inside = (cause & ~_outside(facts, "원인행위일")) | (paid & ~_outside(facts, "집행일"))
    return facts["trip_known"] & ~facts["slip_dated"] & ~(cause & paid) & ~inside


@fact
def used_before_trip(facts: Facts) -> np.ndarray:
    """All dated slips, else 원인행위일 (else 집행일), before the trip begins."""
    by_ledger = facts["basis_known"] & (facts["basis_date"] < days(facts.ledger["출장시작"]))
    by_slip = facts["slip_dated"] & ~facts["trip_slips"]["not_before"]
    return facts["trip_known"] & np.where(facts["slip_dated"], by_slip, by_ledger)
