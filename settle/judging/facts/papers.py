"""Facts of the papers: which kinds a purchase has, issuers, dates, what stands in meeting and travel papers."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from settle.judging.arrays import coded, group_any
from settle.judging.facts.base import Facts, fact, family
from settle.judging.facts.evidence import approval_keys
from settle.korean import brn_valid
from settle.model import EVIDENCE


def over_purchases(facts: Facts, flag: np.ndarray) -> np.ndarray:
    """A flag of (line, evidence row) pairs as a fact of lines: true where any line of the purchase has it.

    A trade paper of a refund proves the refund alone and serves nothing else.
    """
    links = facts["links"]
    back = facts["refund_rows"] & (facts["evidence"].trade >= 0)
    hit = facts.zeros(bool)
    hit[links.line[flag & ~back[links.row]]] = True
    return group_any(facts["purchase"], hit)


@family
def paper(facts: Facts, kind: str) -> np.ndarray:
    """Has the purchase a paper of this 증빙종류?"""
    return over_purchases(facts, facts["evidence"].of([kind])[facts["links"].row])


@family
def papers(facts: Facts, group: str) -> np.ndarray:
    """Has the purchase a paper of this list of the programme (papers.<group>)?"""
    return over_purchases(facts, of_group(facts, group)[facts["links"].row])


@family
def anywhere(facts: Facts, kind: str) -> np.ndarray:
    """Is a paper of this 증빙종류 anywhere in the evidence list?"""
    return np.full(facts.n, bool(facts["evidence"].of([kind]).any()))


@fact
def any_paper(facts: Facts) -> np.ndarray:
    """Has the purchase a paper that is not of a refund alone?"""
    return over_purchases(facts, ~facts["refund_rows"][facts["links"].row])


@fact
def unknown_paper(facts: Facts) -> np.ndarray:
    """May a paper that is missing be there? A row of the purchase has no known 증빙종류, or a row or the line itself no 집행번호."""
    return (facts["paper_doubt"] != "").to_numpy()


@fact
def paper_doubt(facts: Facts) -> pd.Series:
    """For messages: why a missing paper may be there, which row it is and what it calls itself; "" where nothing says so."""
    links, purchase = facts["links"], facts["purchase"]
    frame = facts.book.frames[EVIDENCE]

    def place(row: int) -> str:
        return f"{facts.book.sheets[int(frame['_source'].iat[row])].name} {int(frame['_row'].iat[row])}행"

    result = np.full(facts.n, "", dtype=object)
    if not len(frame):
        return pd.Series(result, dtype="str")
    loose = np.flatnonzero((frame["집행번호"] == "").to_numpy())
    if len(loose):
        result[:] = f"{place(int(loose[0]))}의 집행번호가 비어 있어 이 줄의 서류일 수 있습니다"
    own = facts.zeros(bool)
    own[links.line] = True
    nameless = (facts["집행번호"] == "").to_numpy() & ~group_any(purchase, own)
    result[nameless] = "이 줄의 집행번호가 비어 있어 그 서류를 찾을 수 없습니다"
    use = np.flatnonzero(facts["unknown_rows"][links.row])
    found: dict[int, str] = {}
    for i in use[np.argsort(links.row[use], kind="stable")].tolist():
        row, group = int(links.row[i]), int(purchase[links.line[i]])
        name = frame["증빙종류"].iat[row]
        said = f"'{name}'" if name else "빈칸"
        found.setdefault(group, f"{place(row)}의 증빙종류({said})를 알 수 없어 그 서류일 수 있습니다")
    for i in np.flatnonzero(np.isin(purchase, list(found))).tolist():
        result[i] = found[int(purchase[i])]
    return pd.Series(result, dtype="str")


@fact
def trade_paper(facts: Facts) -> np.ndarray:
    return facts["proved"].present


@fact
def paper_amount_known(facts: Facts) -> np.ndarray:
    return facts["proved"].total_known


@fact
def on_invoice(facts: Facts) -> np.ndarray:
    """A 세금계산서 or 계산서 kind is among the papers."""
    return facts["papers:invoice"] | facts["papers:exempt_invoice"]


def of_group(facts: Facts, group: str) -> np.ndarray:
    """Evidence rows of a list of the programme (papers.<group>)."""
    return facts["evidence"].of(facts.programme.papers[group])


@fact
def invoice_valid(facts: Facts) -> np.ndarray:
    """A 세금계산서 kind whose issuer number is a valid 사업자등록번호."""
    rows = facts["evidence"]
    return over_purchases(facts, (of_group(facts, "invoice") & rows.issuer_valid)[facts["links"].row])


@fact
def exempt_invoice_valid(facts: Facts) -> np.ndarray:
    rows = facts["evidence"]
    return over_purchases(facts, (of_group(facts, "exempt_invoice") & rows.issuer_valid)[facts["links"].row])


@fact
def invoice_number_blank(facts: Facts) -> np.ndarray:
    """A 세금계산서 or 계산서 kind without an issuer number."""
    rows = facts["evidence"]
    either = of_group(facts, "invoice") | of_group(facts, "exempt_invoice")
    return over_purchases(facts, (either & ~rows.issuer_given)[facts["links"].row])


@fact
def invoice_number_wrong(facts: Facts) -> np.ndarray:
    """A 세금계산서 or 계산서 kind whose issuer number has a wrong check digit."""
    return (facts["wrong_invoice_number"] != "").to_numpy()


@fact
def wrong_invoice_number(facts: Facts) -> pd.Series:
    """That number, "" where none; the same within a purchase."""
    rows, links, purchase = facts["evidence"], facts["links"], facts["purchase"]
    either = of_group(facts, "invoice") | of_group(facts, "exempt_invoice")
    use = (either & rows.issuer_given & ~rows.issuer_valid & ~facts["refund_rows"])[links.row]
    result = np.full(facts.n, "", dtype=object)
    result[purchase[links.line[use]]] = rows.issuer.to_numpy(dtype=object)[links.row[use]]
    return pd.Series(result[purchase] if facts.n else result, dtype="str")


@fact
def issued_by_institution(facts: Facts) -> np.ndarray:
    """A trade paper of the line is issued by the institution itself (수행기관사업자번호)."""
    rows, links = facts["evidence"], facts["links"]
    own = str(facts.book.agreement.get("수행기관사업자번호") or "")
    result = facts.zeros(bool)
    if own:
        result[links.line[((rows.trade >= 0) & (rows.issuer == own).to_numpy())[links.row]]] = True
    return result


@fact
def ledger_brn_invalid(facts: Facts) -> np.ndarray:
    return facts.each("사업자등록번호", lambda text: text != "" and not brn_valid(text), bool)


@fact
def paper_brn_invalid(facts: Facts) -> np.ndarray:
    """A trade paper that names the line has a 사업자등록번호 with a wrong check digit."""
    rows, links = facts["evidence"], facts["links"]
    wrong = (rows.trade >= 0) & rows.issuer_given & ~rows.issuer_valid
    result = facts.zeros(bool)
    result[links.line[wrong[links.row]]] = True
    return result


@fact
def brn_differs(facts: Facts) -> np.ndarray:
    """The ledger's 사업자등록번호 and every numbered trade paper of the line differ (a blank on either side is no difference)."""
    rows, links = facts["evidence"], facts["links"]
    own = facts["사업자등록번호"]
    codes, _ = pd.factorize(pd.concat([own, rows.issuer], ignore_index=True))
    mine, theirs = codes[: facts.n], codes[facts.n :]
    numbered = ((rows.trade >= 0) & rows.issuer_given)[links.row]
    equal = numbered & (mine[links.line] == theirs[links.row])
    has, same = facts.zeros(bool), facts.zeros(bool)
    has[links.line[numbered]] = True
    same[links.line[equal]] = True
    return (own != "").to_numpy() & has & ~same


@fact
def paper_brn(facts: Facts) -> pd.Series:
    """The issuer number on the first trade paper of the line, "" where none."""
    rows, links = facts["evidence"], facts["links"]
    numbered = ((rows.trade >= 0) & rows.issuer_given)[links.row]
    result = np.full(facts.n, "", dtype=object)
    result[links.line[numbered][::-1]] = rows.issuer.to_numpy(dtype=object)[links.row[numbered]][::-1]
    return pd.Series(result, dtype="str")


def _dated_outside(facts: Facts, kinds: np.ndarray) -> np.ndarray:
    rows, links = facts["evidence"], facts["links"]
    dated = facts.book.frames[EVIDENCE]["발행일__known"].to_numpy(dtype=bool)
    outside = kinds & dated & ((rows.issued < facts["period_start"]) | (rows.issued > facts["period_end"]))
    result = facts.zeros(bool)
    result[links.line[outside[links.row]]] = True
    return result


@fact
def trade_paper_outside_period(facts: Facts) -> np.ndarray:
    """A trade paper of the line is dated outside the agreement."""
    return _dated_outside(facts, facts["evidence"].trade >= 0)


@fact
def contract_outside_period(facts: Facts) -> np.ndarray:
    """A trade paper of the line, or a 계약서 of its purchase, is dated outside the agreement."""
    contract = _dated_outside(facts, facts["evidence"].of(["계약서"]))
    return facts["trade_paper_outside_period"] | group_any(facts["purchase"], contract)


@family
def items(facts: Facts, group: str) -> dict[str, np.ndarray]:
    """기재항목 of the papers of a list, gathered over each purchase: item -> bool per line.

    Also "": any item at all, "blank": a paper that has none, "unknown": one with a word that is no item.
    """
    frame = facts.book.frames[EVIDENCE]
    at = facts["links"]
    use = of_group(facts, group)[at.row]
    line, row = at.line[use], at.row[use]
    codes, distinct = coded(frame["기재항목"].iloc[row])
    parts = [{p.strip() for p in re.split(r"[,，、/·]", text)} - {""} for text in distinct]
    lists = [found for key, found in facts.programme.papers.items() if key.startswith("items_")]
    wanted = {name for found in lists for item in found for name in _names(item)}

    def gathered(flags: list[bool]) -> np.ndarray:
        hit = facts.zeros(bool)
        hit[line[np.array(flags, dtype=bool)[codes]]] = True
        return group_any(facts["purchase"], hit)

    known = set(facts.programme.values["기재항목"])
    return {
        "": gathered([bool(p) for p in parts]),
        "blank": gathered([not p for p in parts]),
        "unknown": gathered([bool(p - known) for p in parts]),
    } | {item: gathered([item in p for p in parts]) for item in sorted(wanted)}


def _names(item: str | list[str]) -> list[str]:
    """An item, or a list of items of which any one will do."""
    return [item] if isinstance(item, str) else item


def _all_of(facts: Facts, found: dict[str, np.ndarray], names: str) -> np.ndarray:
    wanted = facts.programme.papers[names]
    return np.logical_and.reduce([np.logical_or.reduce([found[i] for i in _names(item)]) for item in wanted])


def _any_of(facts: Facts, found: dict[str, np.ndarray], names: str) -> np.ndarray:
    return np.logical_or.reduce([found[i] for i in facts.programme.papers[names]])


@fact
def meeting_items(facts: Facts) -> np.ndarray:
    """회의록 and 내부품의서 together hold purpose, time, place and content."""
    return _all_of(facts, facts["items:meeting"], "items_meeting")


@fact
def trip_items_blank(facts: Facts) -> np.ndarray:
    """A travel order says nothing of what it holds."""
    return ~facts["items:trip"][""] | facts["items:trip"]["blank"]


@fact
def trip_items_unknown(facts: Facts) -> np.ndarray:
    """A travel order names an item that the programme does not know."""
    return facts["items:trip"]["unknown"]


@fact
def trip_items(facts: Facts) -> np.ndarray:
    """The travel order holds period, place, people and computation."""
    return _all_of(facts, facts["items:trip"], "items_trip")


@fact
def trip_purpose(facts: Facts) -> np.ndarray:
    return _any_of(facts, facts["items:trip"], "items_purpose")


def _signed(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (line, row) of papers that carry signatures, as positions in `links`, and where 서명인원 is given."""
    links = facts["links"]
    at = np.flatnonzero(of_group(facts, "signed")[links.row])
    known = facts.book.frames[EVIDENCE]["서명인원__known"].to_numpy(dtype=bool)
    return at, known[links.row[at]]


@fact
def signatures(facts: Facts) -> np.ndarray:
    """The most 서명인원 on one meeting paper of the purchase; 0 where none is given."""
    links, (at, known) = facts["links"], _signed(facts)
    count = np.where(known, facts.book.frames[EVIDENCE]["서명인원"].to_numpy(dtype=np.int64)[links.row[at]], 0)
    best = facts.zeros()
    if facts.n:
        np.maximum.at(best, facts["purchase"][links.line[at]], count)
        best = best[facts["purchase"]]
    return best


@fact
def signatures_known(facts: Facts) -> np.ndarray:
    """A meeting paper says how many signed; where it says nobody, no other of them is silent."""
    links, (at, known) = facts["links"], _signed(facts)
    told, blank = facts.zeros(bool), facts.zeros(bool)
    told[links.line[at[known]]] = True
    blank[links.line[at[~known]]] = True
    told, blank = group_any(facts["purchase"], told), group_any(facts["purchase"], blank)
    return told & ((facts["signatures"] > 0) | ~blank)


@fact
def approval_numbers(facts: Facts) -> np.ndarray:
    """Label of the first 승인번호 of the line's own evidence, else of the one that the ledger names; -1 where none."""
    links, rows = facts["links"], facts["evidence"]
    result = np.full(facts.n, -1, dtype=np.int64)
    with_number = rows.approval[links.row] >= 0
    result[links.line[with_number][::-1]] = rows.approval[links.row[with_number]][::-1]
    if "승인번호" not in facts.ledger:
        return result
    own = approval_keys(facts.ledger["승인번호"]).reset_index(drop=True)
    at = np.flatnonzero((result < 0) & (own != "").to_numpy())
    if len(at):  # a number that a paper has keeps its label
        known = rows.approval >= 0
        numbers = approval_keys(facts.book.frames[EVIDENCE]["승인번호"])[known] if known.any() else own[:0]
        labels_of = dict(zip(numbers, rows.approval[known], strict=True))
        first = int(rows.approval.max(initial=-1)) + 1
        for number in dict.fromkeys(own.iloc[at]):
            labels_of.setdefault(number, first + len(labels_of))
        result[at] = own.iloc[at].map(labels_of).to_numpy(dtype=np.int64)
    return result
