"""Facts of the evidence rows: which lines they name, what they say, which lines are one purchase."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from msgspec import Struct

from settle.judging.arrays import coded, days, labels, matches, places_in, take_each, without
from settle.judging.components import components
from settle.judging.facts.base import Facts, fact
from settle.korean import brn_valid, numbers_between
from settle.model import EVIDENCE, PURCHASE

if TYPE_CHECKING:
    from collections.abc import Container

RANGES = ("~∼～〜", "-–")  # 2025-1~2025-4: the hyphens are no range
MOST_IN_A_RANGE = 10_000


class Links(Struct, frozen=True):
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
        span = (
            next(filter(None, (numbers_between(part, marks) for marks in RANGES)), None) if part not in known else None
        )
        if span and span.again in ("", span.head):
            first, last, width = int(span.first), int(span.last), len(span.first)
            if first <= last <= first + MOST_IN_A_RANGE:
                names.extend(f"{span.head}{n:0{width}d}" for n in range(first, last + 1))
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
    plain = matchable(numbers).str.upper()
    if not ((plain.str.isalnum() & plain.str.isascii()) | (plain == "")).all():
        plain = without(without(plain, r"\.0\s*$"), "[^0-9A-Z]")
    return plain.where(matches(plain, "[1-9]"), "").astype("str").set_axis(numbers.index)


def _all_names(facts: Facts) -> tuple[pd.Series, np.ndarray]:
    """Names by which evidence may mean a line, and which line: its own, and that of the row whose two funds it shares."""
    names, lines = facts["line_name"], np.arange(facts.n, dtype=np.int64)
    if PURCHASE not in facts.ledger:
        return names, lines
    shared = facts.ledger[PURCHASE]
    split = np.flatnonzero((shared != "").to_numpy())
    return pd.concat([names, shared.iloc[split]], ignore_index=True).astype("str"), np.concatenate([lines, split])


@fact
def links(facts: Facts) -> Links:
    names, owner = _all_names(facts)
    codes, distinct = pd.factorize(matchable(names))
    unique = pd.Series(distinct, dtype="str")
    by_code = np.argsort(codes, kind="stable")
    counts = np.bincount(codes, minlength=len(unique)) if len(codes) else np.zeros(0, dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64) if len(counts) else counts
    rows = matchable(facts.book.frames[EVIDENCE]["집행번호"])
    code = places_in(rows, unique)
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
    place = by_code[np.repeat(starts[pair_code], repeat) + offset] if len(repeat) else np.zeros(0, dtype=np.int64)
    line = owner[place]
    return Links(line.astype(np.int64), np.repeat(pair_row, repeat).astype(np.int64), dangling)


class Rows(Struct, frozen=True):
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
        return take_each(*self.kind, set(kinds).__contains__, bool)


@fact
def evidence(facts: Facts) -> Rows:
    frame = facts.book.frames[EVIDENCE]
    papers = facts.programme.papers
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

    from_ = _same_paper(approval, full, full_known, net_known)
    net, tax, net_known = net[from_], tax[from_], net_known[from_]

    sign = np.where(_unsigned_refund(facts, full), -1, 1)
    issuer = frame["사업자등록번호"]
    return Rows(
        kind, trade, full * sign, full_known, net * sign, net_known, tax * sign, approval, issued, issuer,
        (issuer != "").to_numpy(), take_each(*coded(issuer), brn_valid, bool),
    )  # fmt: skip


def _same_paper(approval: np.ndarray, total: np.ndarray, total_known: np.ndarray, told: np.ndarray) -> np.ndarray:
    """From which row each takes its supply and VAT: itself, or where it says none, one of its number and total that does."""
    own = np.arange(len(total))
    if not len(own):
        return own
    paper = labels(approval, total)
    first = np.full(int(paper.max()) + 1, -1)
    known = np.flatnonzero(told & total_known)[::-1]
    first[paper[known]] = known
    take = (approval >= 0) & total_known & ~told & (first[paper] >= 0)
    return np.where(take, first[paper], own)


def _unsigned_refund(facts: Facts, total: np.ndarray) -> np.ndarray:
    """Rows that name refunds alone and say their amount without its sign."""
    links = facts["links"]
    refunded, claimed = np.zeros((2, len(total)), dtype=np.int64)
    np.add.at(refunded, links.row, -facts["own_total"][links.line])
    np.add.at(claimed, links.row, -facts["claimed"][links.line])
    alone = np.ones(len(total), dtype=bool)
    alone[links.row[facts["claimed"][links.line] >= 0]] = False
    return alone & (refunded > 0) & ((total == refunded) | (total == claimed) | (total * 10 == claimed * 11))


@fact
def refund_rows(facts: Facts) -> np.ndarray:
    """Evidence rows that name refunds alone and are no more than 0: they show what came back, not what was bought. bool per row."""
    links = facts["links"]
    original = facts["refunds"]["original"].to_numpy()
    result = np.zeros(len(facts["evidence"].trade), dtype=bool)
    result[links.row] = True
    result[links.row[original[links.line] < 0]] = False
    return result & (facts["evidence"].total <= 0)


@fact
def unknown_rows(facts: Facts) -> np.ndarray:
    """Evidence rows whose 증빙종류 is blank or a word that the programme does not know. bool per row."""
    return ~facts["evidence"].of(list(facts.programme.values["증빙종류"]))


@fact
def purchase(facts: Facts) -> np.ndarray:
    """Label of the purchase of each line: lines that share a trade paper or one 승인번호 (the ledger's own: of one day), and a
    refund with its original.
    """
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
    first, second = _pairs(hub)
    edges_a, edges_b = [line[first]], [line[second]]
    if PURCHASE in facts.ledger:  # the two lines of one row
        shared = facts.ledger[PURCHASE]
        split = np.flatnonzero((shared != "").to_numpy())
        first, second = _pairs(labels(shared.iloc[split]))
        edges_a.append(split[first])
        edges_b.append(split[second])
    if "승인번호" in facts.ledger:
        own = approval_keys(facts.ledger["승인번호"]).reset_index(drop=True)
        spent = np.flatnonzero(
            facts["judged"] & (facts["claimed"] > 0) & facts["집행일__known"] & (own != "").to_numpy()
        )
        first, second = _pairs(labels(own.iloc[spent], days(facts.ledger["집행일"].iloc[spent])))
        edges_a.append(spent[first])
        edges_b.append(spent[second])
    refund = facts["refunds"]["refund"].to_numpy()
    part = np.flatnonzero((refund >= 0) & facts["judged"])
    edges_a.append(part)
    edges_b.append(refund[part])
    return components(facts.n, np.concatenate(edges_a), np.concatenate(edges_b))


def _pairs(group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions that follow each other in one group, as two arrays."""
    by = np.argsort(group, kind="stable")
    same = group[by][1:] == group[by][:-1]
    return by[:-1][same], by[1:][same]
