"""Facts of the agreement: period, kind of institution, sheets that are there, approvals."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from settle.judging.arrays import FAR, NO_DAY, day, days
from settle.judging.facts.base import Facts, fact, family
from settle.judging.facts.evidence import matchable, names_in
from settle.judging.facts.ledger import company
from settle.reading.columns import constant

AGREEMENT, APPROVALS = "협약", "변경승인"


def _date(facts: Facts, item: str) -> int | None:
    value = facts.book.agreement.get(item)
    return day(value) if isinstance(value, dt.date) else None


@fact
def period_start(facts: Facts) -> int:
    """First day of the agreement as days since 1970; -FAR where unknown."""
    found = _date(facts, "협약시작일")
    return NO_DAY if found is None else found


@fact
def period_end(facts: Facts) -> int:
    """Last day of the agreement; FAR where unknown."""
    found = _date(facts, "협약종료일")
    return FAR if found is None else found


@family
def sheet(facts: Facts, kind: str) -> np.ndarray:
    """Is there a sheet of this kind?"""
    return np.full(facts.n, facts.book.has(kind))


@family
def column(facts: Facts, name: str) -> np.ndarray:
    """Has the sheet the column? `column:수행일지/장소구분`."""
    kind, _, heading = name.partition("/")
    return np.full(facts.n, facts.book.has(kind, heading))


@family
def agreement(facts: Facts, item: str) -> pd.Series:
    """A text value of 협약, "" where blank, one value for every line."""
    return pd.Series(constant(str(facts.book.agreement.get(item, "") or ""), facts.n))


def approved_rows(facts: Facts, kind: str) -> pd.DataFrame:
    """The rows of 변경승인 of this 변경구분 that have a 승인일."""
    rows = facts.book.frames[APPROVALS]
    return rows[(rows["변경구분"] == kind) & rows["승인일__known"]]


@family
def approved(facts: Facts, kind: str) -> np.ndarray:
    """Is the line approved: by its 집행번호 (one or several, as in 증빙목록), else by its 참여기업, else (both blank) by the agreement?"""
    return covered(facts, approved_rows(facts, kind))


def unclear_rows(facts: Facts, kind: str) -> pd.DataFrame:
    """The rows of 변경승인 that may approve this 변경구분, which nobody can tell: its rows where the sheet has no 승인일 or the date
    cannot be read, and approved ones whose 변경구분 is blank or unknown.
    """
    rows = facts.book.frames[APPROVALS]
    unread = {(e.source, e.row) for e in facts.book.errors if e.kind == APPROVALS and e.column == "승인일"}
    undated = np.full(len(rows), not facts.book.has(APPROVALS, "승인일"))
    undated |= np.array([place in unread for place in zip(rows["_source"], rows["_row"], strict=True)], dtype=bool)
    open_kind = ~rows["변경구분"].isin(list(facts.programme.values["변경구분"]))
    return rows[((rows["변경구분"] == kind) & undated) | (open_kind & (rows["승인일__known"] | undated))]


@family
def approval_unclear(facts: Facts, kind: str) -> np.ndarray:
    """May the line be approved, which 변경승인 does not tell (`unclear_rows`)?"""
    return covered(facts, unclear_rows(facts, kind))


def covered(facts: Facts, rows: pd.DataFrame) -> np.ndarray:
    """Lines that rows of 변경승인 cover."""
    result = facts.zeros(bool)
    if not len(rows):
        return result
    by_line = rows["집행번호"] != ""
    by_company = ~by_line & (rows["참여기업"] != "")
    if (~by_line & ~by_company).any():
        result[:] = True
    if by_line.any():
        names = matchable(facts["line_name"])
        known = set(names)
        result |= names.isin([n for text in matchable(rows.loc[by_line, "집행번호"]) for n in names_in(text, known)])
    companies = {company(name) for name in rows.loc[by_company, "참여기업"]} - {""}
    result |= facts.each("참여기업", lambda name: company(name) in companies, bool)
    return result


@fact
def basis_date(facts: Facts) -> np.ndarray:
    """원인행위일, else 집행일; NO_DAY where both are blank."""
    cause = days(facts.ledger["원인행위일"])
    return np.where(cause != NO_DAY, cause, days(facts.ledger["집행일"]))


@fact
def basis_known(facts: Facts) -> np.ndarray:
    return facts["basis_date"] != NO_DAY


@fact
def basis_before_period(facts: Facts) -> np.ndarray:
    return facts["basis_known"] & (facts["basis_date"] < facts["period_start"])


@fact
def basis_after_period(facts: Facts) -> np.ndarray:
    return facts["basis_known"] & (facts["basis_date"] > facts["period_end"])


@fact
def paid_after_period(facts: Facts) -> np.ndarray:
    return facts["집행일__known"] & (days(facts.ledger["집행일"]) > facts["period_end"])


@fact
def paid_before_period(facts: Facts) -> np.ndarray:
    return facts["집행일__known"] & (days(facts.ledger["집행일"]) < facts["period_start"])


@fact
def basis_after_payment(facts: Facts) -> np.ndarray:
    cause, paid = days(facts.ledger["원인행위일"]), days(facts.ledger["집행일"])
    return (cause != NO_DAY) & (paid != NO_DAY) & (cause > paid)


@fact
def for_profit(facts: Facts) -> np.ndarray:
    return np.full(facts.n, facts.book.agreement.get("기관유형") == "영리")


@fact
def non_profit(facts: Facts) -> np.ndarray:
    return np.full(facts.n, facts.book.agreement.get("기관유형") == "비영리")


@fact
def institution_known(facts: Facts) -> np.ndarray:
    return facts["for_profit"] | facts["non_profit"]
