"""Facts of the evidence: which papers a line has, which lines are one purchase, what the trade papers prove."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from settle.judging.arrays import coded, days, group_any, group_sum, labels, matches, take_each, without
from settle.judging.facts.base import Facts, fact, family
from settle.korean import brn_valid
from settle.model import EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Container

RANGE = r"^(?P<head>.*?)(?P<first>\d+)\s*[{}]\s*(?P<again>.*?)(?P<last>\d+)$"
RANGES = [re.compile(RANGE.format(marks)) for marks in ("~∼～〜", r"\-–")]  # 2025-1~2025-4: the hyphens are no range
MOST_IN_A_RANGE = 10_000


@dataclass(frozen=True)
class Links:
    """Which evidence row names which ledger line: pairs (line, row), and rows with a name that no line has."""

    line: np.ndarray
    row: np.ndarray
    dangling: np.ndarray  # bool per evidence row: a name in it (or all of it) points to no line


def names_in(text: str, known: Container[str]) -> list[str]:
    """The line names that one cell of 집행번호 means: `E-001, E-002`, `E-001~E-004`. A name that a line has is never split."""
    if text in known:
        return [text]
    names: list[str] = []
    for part in re.split(r"[,;/\n、，]+|\s{2,}", text):
        part = part.strip()
        span = next(filter(None, (r.match(part) for r in RANGES)), None) if part not in known else None
        if span and span["again"] in ("", span["head"]):
            first, last, width = int(span["first"]), int(span["last"]), len(span["first"])
            if first <= last <= first + MOST_IN_A_RANGE:
                names.extend(f"{span['head']}{n:0{width}d}" for n in range(first, last + 1))
                continue
        pieces = part.split()  # a line break in the cell has become a space
        names.extend(pieces if part not in known and all(p in known for p in pieces) else filter(None, [part]))
    return names


@fact
def line_name(facts: Facts) -> pd.Series:
    """집행번호, or `행 15` where there is none."""
    numbers = facts["집행번호"]
    rows = "행 " + facts.ledger["_row"].astype("str")
    return numbers.where(numbers != "", rows).astype("str")


def matchable(names: pd.Series) -> pd.Series:
    """Line names as they are compared: full-width letters and outer spaces make no difference."""
    if names.str.isascii().all():
        return names
    return pd.Series(
        take_each(*coded(names), lambda name: unicodedata.normalize("NFKC", name).strip(), object), dtype="str"
    )


def approval_keys(numbers: pd.Series) -> pd.Series:
    """승인번호 as they are compared: letters and digits only, upper case (hyphens, spaces and `.0` do not count).

    "" where no digit but 0 is left: 없음, N/A and 0000 are no numbers, else strangers would be one purchase.
    """
    plain = without(without(matchable(numbers).str.upper(), r"\.0\s*$"), "[^0-9A-Z]")
    return plain.where(matches(plain, "[1-9]"), "").astype("str").set_axis(numbers.index)


@fact
def links(facts: Facts) -> Links:
    codes, unique = pd.factorize(matchable(facts["line_name"]))
    by_code = np.argsort(codes, kind="stable")
    counts = np.bincount(codes, minlength=len(unique)) if len(codes) else np.zeros(0, dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64) if len(counts) else counts
    rows = matchable(facts.book.frames[EVIDENCE]["집행번호"])
    code = pd.Index(unique).get_indexer(rows) if len(unique) else np.full(len(rows), -1)
    found = np.flatnonzero(code >= 0)
    pair_code, pair_row = code[found], found
    dangling = code < 0
    if dangling.any():
        known = {name: i for i, name in enumerate(unique)}
        meant = {t: names_in(t, known) for t in pd.unique(rows[dangling])}
        more_code, more_row = [], []
        for row in np.flatnonzero(dangling).tolist():
            names = meant[rows.iat[row]]
            hits = [known[n] for n in dict.fromkeys(names) if n in known]
            dangling[row] = len(hits) < len(set(names)) or not names
            more_code += hits
            more_row += [row] * len(hits)
        pair_code = np.concatenate([pair_code, np.array(more_code, dtype=np.int64)])
        pair_row = np.concatenate([pair_row, np.array(more_row, dtype=np.int64)])
    repeat = counts[pair_code] if len(counts) else np.zeros(0, dtype=np.int64)
    offset = np.arange(repeat.sum()) - np.repeat(np.cumsum(repeat) - repeat, repeat)
    line = by_code[np.repeat(starts[pair_code], repeat) + offset] if len(repeat) else np.zeros(0, dtype=np.int64)
    return Links(line.astype(np.int64), np.repeat(pair_row, repeat).astype(np.int64), dangling)


@dataclass(frozen=True)
class Rows:
    """The evidence rows as arrays: kind, trade class (position in programme papers.trade, -1: no trade paper), amounts, issuer."""

    kind: tuple[np.ndarray, np.ndarray]  # codes into distinct 증빙종류
    trade: np.ndarray
    total: np.ndarray
    total_known: np.ndarray
    supply: np.ndarray
    supply_known: np.ndarray
    vat: np.ndarray
    approval: np.ndarray  # label of one 승인번호 (cards: with the date) within its trade class, -1: none
    issued: np.ndarray
    issuer: pd.Series
    issuer_given: np.ndarray
    issuer_valid: np.ndarray

    def of(self, kinds: list[str]) -> np.ndarray:
        """Rows whose 증빙종류 is one of these."""
        codes, distinct = self.kind
        return np.isin(distinct, kinds)[codes] if len(distinct) else np.zeros(len(codes), dtype=bool)


@fact
def evidence(facts: Facts) -> Rows:
    frame = facts.book.frames[EVIDENCE]
    papers = facts.programme.data["papers"]
    kind = coded(frame["증빙종류"])
    position = {name: i for i, kinds in enumerate(papers["trade"]) for name in kinds}
    trade = take_each(*kind, lambda name: position.get(name, -1), np.int64)

    def amount(name: str) -> tuple[np.ndarray, np.ndarray]:
        return frame[name].to_numpy(dtype=np.int64), frame[name + "__known"].to_numpy(dtype=bool)

    total, has_total = amount("합계금액")
    supply, has_supply = amount("공급가액")
    vat, has_vat = amount("세액")
    parts = (supply != 0) | (vat != 0)
    has_supply, has_vat = (
        has & (parts | (total == 0)) for has in (has_supply, has_vat)
    )  # 0 beside a total says nothing
    has_total = has_total & ((total != 0) | ~parts)
    exempt = take_each(*kind, lambda name: name in papers["exempt_invoice"], bool)
    full = np.where(has_total, total, supply + vat)
    full_known = has_total | (has_supply & (has_vat | exempt))
    by_difference = ~has_supply & has_total & (has_vat | exempt)
    net = np.where(has_supply, supply, np.where(by_difference, full - vat, 0))
    net_known = has_supply | by_difference
    tax = np.where(has_vat, vat, np.where(net_known & full_known, full - net, 0))

    number = approval_keys(frame["승인번호"])
    issued = days(frame["발행일"])
    card = take_each(*kind, lambda name: name in papers["card_slip"], bool)
    approval = labels(number, trade, np.where(card, issued, 0)) if len(frame) else np.zeros(0, dtype=np.int64)
    approval = np.where((number != "").to_numpy() & (trade >= 0), approval, -1)

    sign = np.where(_unsigned_refund(facts, full), -1, 1)
    issuer = frame["사업자등록번호"]
    return Rows(
        kind, trade, full * sign, full_known, net * sign, net_known, tax * sign, approval, issued, issuer,
        (issuer != "").to_numpy(), take_each(*coded(issuer), brn_valid, bool),
    )  # fmt: skip


def _unsigned_refund(facts: Facts, total: np.ndarray) -> np.ndarray:
    """Rows that name refunds alone and say their amount without its sign."""
    links = facts["links"]
    refunded = np.zeros(len(total), dtype=np.int64)
    np.add.at(refunded, links.row, -facts["own_total"][links.line])
    alone = np.ones(len(total), dtype=bool)
    alone[links.row[facts["claimed"][links.line] >= 0]] = False
    return alone & (refunded > 0) & (total == refunded)


@fact
def purchase(facts: Facts) -> np.ndarray:
    """Label of the purchase of each line: lines that share a trade paper or one 승인번호, and a refund with its original."""
    links, rows = facts["links"], facts["evidence"]
    original = facts["refunds"]["original"].to_numpy()
    # lines that net to nothing, and refunds that belong to no line, stand for themselves
    counted = facts["judged"] | ((original >= 0) & facts["judged"][original])
    use = (rows.trade[links.row] >= 0) & ~facts["duplicate_number"][links.line] & counted[links.line]
    doubled = np.isin(links.row, links.row[facts["duplicate_number"][links.line]])
    use &= ~doubled
    line, row = links.line[use], links.row[use]
    approval = rows.approval[row]
    # a hub per evidence row, or per 승인번호 where there is one
    hub = np.where(approval >= 0, approval, len(rows.trade) + row)
    edges_a, edges_b = [line], [line]
    if len(hub):
        by = np.argsort(hub, kind="stable")
        same = hub[by][1:] == hub[by][:-1]
        edges_a.append(line[by][1:][same])
        edges_b.append(line[by][:-1][same])
    refund = facts["refunds"]["refund"].to_numpy()
    part = np.flatnonzero((refund >= 0) & facts["judged"])
    edges_a.append(part)
    edges_b.append(refund[part])
    return components(facts.n, np.concatenate(edges_a), np.concatenate(edges_b))


def components(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Labels (int64) of the connected components of n nodes under the edges a-b, in the order of their first nodes."""
    real = a != b
    edges = int(real.sum())
    if edges < FEW_EDGES:
        return _components_of_few(n, a[real].tolist(), b[real].tolist())
    return _components_of_many(n, a[real], b[real])


FEW_EDGES = 20_000  # below, joining node by node is quicker


def _components_of_few(n: int, a: list[int], b: list[int]) -> np.ndarray:
    root: dict[int, int] = {}  # a node that is joined -> a lower one of its component; the lowest is in no key

    def lowest(node: int) -> int:
        path = []
        while node in root:
            path.append(node)
            node = root[node]
        root.update(dict.fromkeys(path, node))
        return node

    for one, other in zip(a, b, strict=True):
        one, other = lowest(one), lowest(other)
        if one != other:
            root[max(one, other)] = min(one, other)
    first = np.arange(n, dtype=np.int64)
    for node in list(root):
        first[node] = lowest(node)
    return np.unique(first, return_inverse=True)[1].astype(np.int64)


def _components_of_many(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    root = np.arange(n, dtype=np.int64)
    while (root[a] != root[b]).any():
        low, high = np.minimum(root[a], root[b]), np.maximum(root[a], root[b])
        np.minimum.at(root, high, low)  # each root joins the lowest one that an edge of its component leads to
        while (root[root] != root).any():
            root = root[root]
    return np.unique(root, return_inverse=True)[1].astype(np.int64)


@dataclass(frozen=True)
class Proved:
    """What the trade papers of each line's purchase prove, by the first kind present; per line, the same within a purchase."""

    present: np.ndarray
    trade: np.ndarray  # the kind counted, as position in papers.trade (large: none)
    total: np.ndarray  # sum of the face amounts
    total_known: np.ndarray  # no paper of that kind without an amount
    supply: np.ndarray
    supply_known: np.ndarray
    vat: np.ndarray
    doubled: np.ndarray  # evidence rows with one 승인번호 and one and the same amount: won counted once only
    members: np.ndarray  # judged lines in the purchase
    papers: np.ndarray  # evidence rows counted


@fact
def proved(facts: Facts) -> Proved:
    links, rows, purchase = facts["links"], facts["evidence"], facts["purchase"]
    m = facts.n
    none = len(facts.programme.data["papers"]["trade"])
    use = rows.trade[links.row] >= 0
    pairs = np.unique(purchase[links.line[use]] * (len(rows.trade) + 1) + links.row[use])
    group, row = pairs // (len(rows.trade) + 1), pairs % (len(rows.trade) + 1)
    first = np.full(m + 1, none, dtype=np.int64)
    np.minimum.at(first, group, rows.trade[row])
    counted = rows.trade[row] == first[group]
    group, row = group[counted], row[counted]

    # rows with one 승인번호: equal amounts are one paper listed again, different amounts are its parts
    again = np.zeros(len(row), dtype=bool)
    approval = rows.approval[row]
    if len(row) and (approval >= 0).any():
        key = labels(group, np.where(approval >= 0, approval, -1 - np.arange(len(row))))
        largest = np.full(int(key.max()) + 1, np.iinfo(np.int64).min)
        smallest = np.full(int(key.max()) + 1, np.iinfo(np.int64).max)
        np.maximum.at(largest, key, rows.total[row])
        np.minimum.at(smallest, key, rows.total[row])
        seen = pd.Series(key).duplicated().to_numpy()
        again = seen & (largest == smallest)[key] & rows.total_known[row]

    def total(values: np.ndarray, keep: np.ndarray) -> np.ndarray:
        result = np.zeros(m + 1, dtype=np.int64)
        np.add.at(result, group[keep], values[keep])
        return result[purchase]

    def every(flag: np.ndarray) -> np.ndarray:
        result = np.ones(m + 1, dtype=bool)
        result[group[~flag]] = False
        return result[purchase]

    once = ~again
    return Proved(
        present=(first < none)[purchase],
        trade=first[purchase],
        total=total(np.where(rows.total_known, rows.total, 0)[row], once),
        total_known=every(rows.total_known[row]),
        supply=total(np.where(rows.supply_known, rows.supply, 0)[row], once),
        supply_known=every(rows.supply_known[row]),
        vat=total(rows.vat[row], once),
        doubled=total(rows.total[row], again),
        members=group_sum(purchase, facts["judged"].astype(np.int64)),
        papers=total(np.ones(len(row), dtype=np.int64), once | again),
    )


def over_purchases(facts: Facts, flag: np.ndarray) -> np.ndarray:
    """A flag of (line, evidence row) pairs as a fact of lines: true where any line of the purchase has it."""
    hit = facts.zeros(bool)
    hit[facts["links"].line[flag]] = True
    return group_any(facts["purchase"], hit)


@family
def paper(facts: Facts, kind: str) -> np.ndarray:
    """Has the purchase a paper of this 증빙종류?"""
    return over_purchases(facts, facts["evidence"].of([kind])[facts["links"].row])


@family
def papers(facts: Facts, group: str) -> np.ndarray:
    """Has the purchase a paper of this list of the programme (papers.<group>)?"""
    return over_purchases(facts, _issued(facts, group)[facts["links"].row])


@family
def anywhere(facts: Facts, kind: str) -> np.ndarray:
    """Is a paper of this 증빙종류 anywhere in the evidence list?"""
    return np.full(facts.n, bool(facts["evidence"].of([kind]).any()))


@fact
def any_paper(facts: Facts) -> np.ndarray:
    return over_purchases(facts, np.ones(len(facts["links"].row), dtype=bool))


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


def _issued(facts: Facts, group: str) -> np.ndarray:
    return facts["evidence"].of(facts.programme.data["papers"][group])


@fact
def invoice_valid(facts: Facts) -> np.ndarray:
    """A 세금계산서 kind whose issuer number is a valid 사업자등록번호."""
    rows = facts["evidence"]
    return over_purchases(facts, (_issued(facts, "invoice") & rows.issuer_valid)[facts["links"].row])


@fact
def exempt_invoice_valid(facts: Facts) -> np.ndarray:
    rows = facts["evidence"]
    return over_purchases(facts, (_issued(facts, "exempt_invoice") & rows.issuer_valid)[facts["links"].row])


@fact
def invoice_number_blank(facts: Facts) -> np.ndarray:
    """A 세금계산서 or 계산서 kind without an issuer number."""
    rows = facts["evidence"]
    either = _issued(facts, "invoice") | _issued(facts, "exempt_invoice")
    return over_purchases(facts, (either & ~rows.issuer_given)[facts["links"].row])


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
    """기재항목 of the papers of a list, gathered over each purchase: item -> bool per line; "": any item at all."""
    frame = facts.book.frames[EVIDENCE]
    at = facts["links"]
    use = _issued(facts, group)[at.row]
    line, row = at.line[use], at.row[use]
    codes, distinct = coded(frame["기재항목"].iloc[row])
    parts = [{p.strip() for p in re.split(r"[,，、/·]", text)} - {""} for text in distinct]
    lists = [found for key, found in facts.programme.data["papers"].items() if key.startswith("items_")]
    wanted = {name for found in lists for item in found for name in _names(item)}

    def gathered(flags: list[bool]) -> np.ndarray:
        hit = facts.zeros(bool)
        hit[line[np.array(flags, dtype=bool)[codes]]] = True
        return group_any(facts["purchase"], hit)

    return {"": gathered([bool(p) for p in parts])} | {
        item: gathered([item in p for p in parts]) for item in sorted(wanted)
    }


def _names(item: str | list[str]) -> list[str]:
    """An item, or a list of items of which any one will do."""
    return [item] if isinstance(item, str) else item


def _all_of(facts: Facts, found: dict[str, np.ndarray], names: str) -> np.ndarray:
    wanted = facts.programme.data["papers"][names]
    return np.logical_and.reduce([np.logical_or.reduce([found[i] for i in _names(item)]) for item in wanted])


def _any_of(facts: Facts, found: dict[str, np.ndarray], names: str) -> np.ndarray:
    return np.logical_or.reduce([found[i] for i in facts.programme.data["papers"][names]])


@fact
def meeting_items(facts: Facts) -> np.ndarray:
    """회의록 and 내부품의서 together hold purpose, time, place and content."""
    return _all_of(facts, facts["items:meeting"], "items_meeting")


@fact
def trip_items_blank(facts: Facts) -> np.ndarray:
    return ~facts["items:trip"][""]


@fact
def trip_items(facts: Facts) -> np.ndarray:
    """The travel order holds period, place, people and computation."""
    return _all_of(facts, facts["items:trip"], "items_trip")


@fact
def trip_purpose(facts: Facts) -> np.ndarray:
    return _any_of(facts, facts["items:trip"], "items_purpose")


@fact
def signatures(facts: Facts) -> np.ndarray:
    """The most 서명인원 on one meeting paper of the purchase; blank counts 0."""
    links = facts["links"]
    frame = facts.book.frames[EVIDENCE]
    count = np.where(_issued(facts, "signed"), frame["서명인원"].to_numpy(dtype=np.int64), 0)
    best = facts.zeros()
    if facts.n:
        np.maximum.at(best, facts["purchase"][links.line], count[links.row])
        best = best[facts["purchase"]]
    return best


@fact
def approval_numbers(facts: Facts) -> np.ndarray:
    """Label of the first 승인번호 of the line's own evidence, -1 where none."""
    links, rows = facts["links"], facts["evidence"]
    result = np.full(facts.n, -1, dtype=np.int64)
    with_number = rows.approval[links.row] >= 0
    result[links.line[with_number][::-1]] = rows.approval[links.row[with_number]][::-1]
    return result
