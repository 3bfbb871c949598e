"""Blank cells of the ledger, filled from the lists handed over with it (채움).

A line and a row of a list belong together by a strong key alone: 승인번호; business number, amount and date; or amount, date and
near-equal name, where nothing else fits as well. Nothing is filled over a value, nothing where two fit, and a card is the project's
only where the list itself (or an answer) says whose it is. Every filled cell keeps where it comes from.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rapidfuzz import fuzz

from settle.judging.arrays import days
from settle.judging.components import components
from settle.judging.facts.evidence import approval_keys
from settle.model import EVIDENCE, KNOWN, Filled, Sheet
from settle.reconciling import ours, theirs, values
from settle.reconciling.profiles import matching

if TYPE_CHECKING:
    from collections.abc import Mapping

    from settle.judging.facts.base import Facts
    from settle.model import Book
    from settle.reconciling.reading import Statement

CARD, TRANSFER, OWN_CARDS = "사업비카드", "계좌이체", ("개인카드", "참여기업카드")
MEANS = "결제수단"
FROM_LIST = "채움"  # kind of the sheets of evidence rows that a list made
INVOICE, TRANSFER_SLIP = "전자세금계산서", "계좌입출금내역"
KEYS = ("승인번호", "사업자번호·금액·날짜", "금액·날짜·이름")
_FIRM_CARD = re.compile(r"법인|기업(?!은행)|corporate", re.IGNORECASE)
_BY_CARD = re.compile("체크|카드|card", re.IGNORECASE)
# group -> the means that a line may have to be looked for in such a list, besides a blank and a word nobody knows
ELSEWHERE = {
    "card": (TRANSFER, "현금", "제로페이", "기타"),
    "bank": (CARD, *OWN_CARDS, "현금", "제로페이", "기타"),
    "invoice": ("현금",),
    "receipt": (CARD, *OWN_CARDS),
}
# group -> ledger column: field of the list
CELLS = {
    "card": {"사업자등록번호": "brn", "업종": "memo", "승인번호": "key", "사용시각": "time"},
    "receipt": {"사업자등록번호": "brn", "업종": "memo", "승인번호": "key", "사용시각": "time"},
    "invoice": {"사업자등록번호": "brn"},
    "bank": {},
}
AMOUNTS = {"공급가액": "supply", "부가세": "vat", "봉사료": "tip"}


@dataclass(frozen=True)
class UnknownCard:
    """A card of which no list says whose it is: number as shown, list, lines that it paid for."""

    number: str
    holder: str
    list: str
    lines: tuple[int, ...]


@dataclass
class Filling:
    """What was filled. filled: cells and evidence rows; cards: whose means of payment is asked; explained: rows of card lists
    (sha256, sheet, row) that a line explains though it is not known to be paid by the project's card.
    """

    filled: list[Filled] = field(default_factory=list)
    cards: list[UnknownCard] = field(default_factory=list)
    explained: set[tuple[str, str, int]] = field(default_factory=set)


def fill(facts: Facts, cards: Mapping[str, str] | None = None) -> tuple[Book, Filling]:
    """The book with its blank cells filled from its lists, and what was filled; the book given stays as it is.

    cards: card number as shown -> means of payment, from answers.
    """
    book = facts.book
    statements = sorted((s for s in book.lists if s.usable), key=lambda s: s.order)
    filler = _Filler(facts, statements, dict(cards or {}))
    if not statements or not facts.n:
        return book, filler.result
    found = {group: _matches(facts, statements, group) for group in ("invoice", "card", "receipt", "bank")}
    found |= _one_payment(facts, found["card"], found["bank"])
    for group, pairs in found.items():
        filler.group(group, pairs)
    return filler.book(), filler.result


# ---- which row belongs to which line ---------------------------------------------------------------------------------


def _matches(facts: Facts, statements: list[Statement], group: str) -> pd.DataFrame:
    """line, key (name of it) and the fields of the list's row, one row per line that a strong key joins to one row."""
    lists = theirs.gather(statements, group)
    if lists.items.empty:
        return pd.DataFrame()
    items = _with_fields(lists)
    mine = _lines(facts, group)
    keyed = _edges(mine, items)
    whole = (items["fell"] < items["won"]) & (items["fell"] == 0)
    found: list[pd.DataFrame] = []
    for part in (whole, ~whole):
        for name, edges in keyed:
            open_ = edges[part.to_numpy()[edges["item"]]]
            for done in found:
                open_ = open_[~open_["line"].isin(done["line"]) & ~open_["item"].isin(done["item"])]
            if len(sole := _sole(open_)):
                found.append(sole.assign(by=name))
    if not found:
        return pd.DataFrame()
    joined = pd.concat(found, ignore_index=True)
    return joined[["line", "item", "by"]].merge(items.add_prefix("their_"), left_on="item", right_on="their_item")


def _with_fields(lists: theirs.Theirs) -> pd.DataFrame:
    """The items of a list with every field of their first row."""
    items = lists.items.reset_index(drop=True).assign(item=lambda frame: frame.index)
    rows = lists.rows.drop_duplicates(["statement", "row"])
    wanted = ["vat", "vat__known", "tip", "tip__known", "holder", "owner", "memo", "name"]
    there = [name for name in wanted if name in rows.columns]
    more = rows[["statement", "row", *there]].rename(columns={"memo": "memo_text", "name": "name_text"})
    return items.merge(more, on=["statement", "row"], how="left").rename(
        columns={"memo_text": "memo", "supply_known": "supply" + KNOWN}
    )


def _lines(facts: Facts, group: str) -> pd.DataFrame:
    """The lines that a group of lists may hold: line, won, day, and what the keys look at; a line may stand several times."""
    paid = facts.ledger[MEANS]
    use = facts["judged"] & (facts["claimed"] > 0) & ~paid.isin(ELSEWHERE[group]).to_numpy()
    at = np.flatnonzero(use)
    ledger = facts.ledger.iloc[at].reset_index(drop=True)
    base = pd.DataFrame(
        {
            "line": at,
            "brn": values.brn(ledger["사업자등록번호"]),
            "name": values.name_keys(ledger["거래처"]),
            "name2": values.name_keys(ledger["예금주"]),
            "key": _own_numbers(facts, at, group),
            "won": facts["claimed"][at],
        }
    )
    amounts = [base["won"], pd.Series(facts["transaction_total"][at])]
    if group == "bank":
        gross = np.where(ours.maybe_person(facts)[at], facts["claimed"][at], 0)
        amounts += [pd.Series(net) for _, net in ours.withheld(gross, days(ledger["집행일"]))]
    dates = [ledger["집행일"], ledger["원인행위일"]]
    several = [base.assign(won=won, day=day) for won in amounts for day in dates]
    result = pd.concat(several, ignore_index=True)
    return result[result["day"].notna() & (result["won"] > 0)].drop_duplicates(["line", "won", "day"])


def _own_numbers(facts: Facts, at: np.ndarray, group: str) -> pd.Series:
    """승인번호 of each line: of the ledger itself (cards), else of the one paper of that kind that names this line alone."""
    numbers = pd.Series("", index=range(facts.n), dtype="str")
    links, evidence = facts["links"], facts.book.frames[EVIDENCE]
    if len(links.row) and "승인번호" in evidence:
        kinds = ("카드매출전표", "현금영수증") if group in ("card", "receipt") else ("전자세금계산서", "세금계산서")
        pairs = pd.DataFrame({"row": links.row, "line": links.line})
        pairs = pairs[evidence["증빙종류"].iloc[pairs["row"]].isin(kinds).to_numpy()]
        alone = ~pairs["row"].duplicated(keep=False) & ~pairs["line"].duplicated(keep=False)
        pairs = pairs[alone]
        numbers.iloc[pairs["line"].to_numpy()] = approval_keys(evidence["승인번호"].iloc[pairs["row"]]).to_numpy()
    if group in ("card", "receipt") and "승인번호" in facts.ledger:
        own = approval_keys(facts.ledger["승인번호"]).reset_index(drop=True)
        numbers = own.where(own != "", numbers)
    return numbers.iloc[at].reset_index(drop=True)


def _edges(mine: pd.DataFrame, items: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Per key, strongest first: pairs (line, item, cost) that it joins; cost 0 is the very day."""
    found = []
    theirs_ = items[["item", "key", "brn", "name", "name2", "won", "date"]].rename(columns={"date": "day"})
    keyed = theirs_[theirs_["key"] != ""]
    by_key = mine[mine["key"] != ""].merge(keyed[["key", "won", "item", "day"]], on=["key", "won"], suffixes=("", "_t"))
    by_key["cost"] = (by_key["day"] - by_key["day_t"]).abs().dt.days
    found.append((KEYS[0], by_key[by_key["cost"] <= matching()["days"]]))
    near = _near_days(mine, theirs_)
    found.append((KEYS[1], near[(near["brn"] != "") & (near["brn"] == near["brn_t"])]))
    return [*found, (KEYS[2], near[_alike(near)])]


def _near_days(mine: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Pairs of one amount whose days lie within the window."""
    window = matching()["days"]
    mine = mine[mine["won"].isin(items["won"])]
    items = items[items["won"].isin(mine["won"])]
    moved = [
        items.assign(day=items["day"] + pd.Timedelta(days=shift), cost=abs(shift))
        for shift in range(-window, window + 1)
    ]
    return mine.merge(pd.concat(moved, ignore_index=True), on=["won", "day"], suffixes=("", "_t"))


def _alike(pairs: pd.DataFrame) -> np.ndarray:
    """Which pairs have near-equal names; a business number of both that differs speaks against it."""
    wanted = matching()["similarity"]
    names = pairs[["name", "name2", "name_t", "name2_t"]].itertuples(index=False, name=None)
    alike = [
        any(a and b and (a == b or fuzz.ratio(a, b) >= wanted) for a in (one, two) for b in (other, further))
        for one, two, other, further in names
    ]
    differ = (pairs["brn"] != "") & (pairs["brn_t"] != "") & (pairs["brn"] != pairs["brn_t"])
    return np.array(alike, dtype=bool) & ~differ.to_numpy()


def _sole(edges: pd.DataFrame) -> pd.DataFrame:
    """The pairs that nothing else fits as well as: alone on both sides, or each line of the knot with one row of its very day."""
    edges = edges[["line", "item", "cost"]].sort_values("cost").drop_duplicates(["line", "item"]).reset_index(drop=True)
    if edges.empty:
        return edges
    line, item = pd.factorize(edges["line"])[0], pd.factorize(edges["item"])[0]
    knots = components(int(line.max()) + int(item.max()) + 2, line, item + int(line.max()) + 1)
    edges["knot"] = knots[line]
    alone = ~edges["line"].duplicated(keep=False) & ~edges["item"].duplicated(keep=False)
    exact = edges[edges["cost"] == 0]
    clear = ~exact["line"].duplicated(keep=False) & ~exact["item"].duplicated(keep=False)
    lines = edges.groupby("knot")["line"].nunique()
    covered = lines == exact[clear].groupby("knot")["line"].nunique().reindex(lines.index, fill_value=0)
    good = edges["knot"].map(covered).astype(bool) & (edges["cost"] == 0)
    return edges[alone | good]


def _one_payment(facts: Facts, card: pd.DataFrame, bank: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """A line without 결제수단 that a card row and a withdrawal both fit: the card's, where the bank says that it was by card; else
    neither is taken. Returns what is left of both groups.
    """
    if card.empty or bank.empty:
        return {}
    blank = set(np.flatnonzero((facts.ledger[MEANS] == "").to_numpy()).tolist())
    both = set(card["line"]) & set(bank["line"]) & blank
    said = {
        line
        for line, *texts in bank[["line", "their_name_text", "their_memo"]].itertuples(index=False, name=None)
        if _BY_CARD.search(" ".join(map(str, texts)))
    }
    return {"bank": bank[~bank["line"].isin(both)], "card": card[~card["line"].isin(both - said)]}


# ---- filling ---------------------------------------------------------------------------------------------------------


class _Filler:
    """Collects the values for blank cells and writes them into a copy of the ledger."""

    def __init__(self, facts: Facts, statements: list[Statement], cards: dict[str, str]) -> None:
        self.facts, self.statements, self.cards = facts, statements, cards
        self.frame = facts.ledger.copy()
        self.result = Filling()
        self.values: dict[str, dict[int, Any]] = {}
        self.papers: list[tuple[dict[str, Any], int, int]] = []  # row, statement, line
        self.names = facts["line_name"].tolist()
        self.institution = _institution(facts.book, statements)
        self.unknown: dict[str, dict[str, Any]] = {}

    def group(self, group: str, pairs: pd.DataFrame) -> None:
        """Fill from the rows of one group of lists."""
        for row in pairs.sort_values("line").to_dict("records") if len(pairs) else ():
            for column, name in CELLS[group].items():
                self.put(row, column, row.get(f"their_{name}", ""))
            if group != "bank":
                self.amounts(row)
            if group == "card":
                self.card(row)
            elif group == "invoice":
                self.paper(row, INVOICE)
            elif group == "bank":
                self.put(row, MEANS, TRANSFER)
                self.put(row, "예금주", row["their_name_text"] or row["their_memo"])
                self.paper(row, TRANSFER_SLIP)

    def blank(self, line: int, column: str) -> bool:
        """Is there nothing in the cell, neither in the file nor filled, and nothing that could not be read?"""
        if column not in self.frame or line in self.values.get(column, {}):
            return False
        if column + KNOWN in self.frame:
            return not self.frame[column + KNOWN].iat[line] and not self.unread(line, column)
        return self.frame[column].iat[line] == ""

    def unread(self, line: int, column: str) -> bool:
        """Did a problem of reading leave the cell without a value?"""
        source, row = self.frame["_source"].iat[line], self.frame["_row"].iat[line]
        return any(e.source == source and e.row == row and e.column == column for e in self.facts.book.errors)

    def put(self, row: dict[str, Any], column: str, value: Any) -> None:
        """One cell, where it is blank and there is a value."""
        line = int(row["line"])
        if value in ("", None) or not self.blank(line, column):
            return
        self.values.setdefault(column, {})[line] = value
        self.result.filled.append(self.entry(row, column, value))

    def entry(self, row: dict[str, Any], column: str, value: Any) -> Filled:
        """The record of something filled."""
        statement = self.statements[int(row["their_statement"])]
        shown = int(value) if isinstance(value, int | np.integer) else str(value)
        line = int(row["line"])
        place = (statement.title, statement.sheet, int(row["their_row"]))
        return Filled(line, self.names[line], column, shown, *place, row["by"])

    def amounts(self, row: dict[str, Any]) -> None:
        """공급가액, 부가세, 봉사료, where those of the list add up and what the ledger has of them says the same."""
        line = int(row["line"])
        there = {c: int(row[f"their_{n}"]) for c, n in AMOUNTS.items() if row.get(f"their_{n}{KNOWN}") is True}
        supply, rest = there.get("공급가액"), there.get("부가세", 0) + there.get("봉사료", 0)
        if supply is not None and (supply <= 0 or supply + rest != int(row["their_won"])):
            return
        for column in there:
            known = column + KNOWN in self.frame and self.frame[column + KNOWN].iat[line]
            if known and int(self.frame[column].iat[line]) != there[column]:
                return
        for column, value in there.items():
            if value or (column == "부가세" and supply is not None):
                self.put(row, column, value)

    def card(self, row: dict[str, Any]) -> None:
        """결제수단 of a card row; a card of which nobody says whose it is becomes a question."""
        number, line = str(row["their_card"]), int(row["line"])
        statement = self.statements[int(row["their_statement"])]
        means = self.cards.get(number, "")
        if means:
            entry = self.entry(row, MEANS, means)
            if self.blank(line, MEANS):
                self.values.setdefault(MEANS, {})[line] = means
                self.result.filled.append(replace(entry, source=f"답: 카드 {number}", sheet="", row=0, key="답"))
        elif self.is_firms(row):
            self.put(row, MEANS, CARD)
        if self.frame[MEANS].iat[line] != CARD and self.values.get(MEANS, {}).get(line) != CARD:
            self.result.explained.add((statement.sha256, statement.sheet, int(row["their_row"])))
            if self.blank(line, MEANS):
                seen = self.unknown.setdefault(
                    number, {"holder": str(row.get("their_holder", "") or ""), "list": statement.title, "lines": []}
                )
                seen["lines"].append(line)

    def is_firms(self, row: dict[str, Any]) -> bool:
        """Does the list itself show that the card is the institution's: 법인 or 기업 beside it, or the institution as its holder?"""
        texts = [str(row.get(f"their_{name}", "") or "") for name in ("card", "owner", "holder")]
        if any(_FIRM_CARD.search(unicodedata.normalize("NFKC", text)) for text in texts):
            return True
        holder = values.name_key(texts[2])
        return bool(holder) and holder in self.institution

    def paper(self, row: dict[str, Any], kind: str) -> None:
        """An evidence row that the list proves, where the line has none of its kind and no row names the number."""
        line = int(row["line"])
        number = str(row["their_key"])
        if self.has_paper(line, kind, number):
            return
        invoice = kind == INVOICE
        paper = {
            "집행번호": self.names[line] if self.facts["집행번호"].iat[line] else "",
            "증빙종류": kind,
            "발행일": row["their_date"],
            "발행자": str(row["their_name_text"] or ""),
            "사업자등록번호": str(row["their_brn"]),
            "승인번호": number,
            "합계금액": int(row["their_won"]),
        }
        if invoice and row["their_supply" + KNOWN]:
            paper["공급가액"] = int(row["their_supply"])
            if row.get("their_vat" + KNOWN) is True:
                paper["세액"] = int(row["their_vat"])
        self.papers.append((paper, int(row["their_statement"]), int(row["their_row"])))
        self.result.filled.append(self.entry(row, f"{EVIDENCE}.{kind}", number or f"{paper['합계금액']:,}원"))

    def has_paper(self, line: int, kind: str, number: str) -> bool:
        """Is there such a paper of this line already, or one of this number?"""
        evidence, links = self.facts.book.frames[EVIDENCE], self.facts["links"]
        if not len(evidence):
            return False
        if number and (approval_keys(evidence["승인번호"]) == number).any():
            return True
        kinds = ("세금계산서", "계산서") if kind == INVOICE else (TRANSFER_SLIP, "이체확인증")
        own = evidence["증빙종류"].iloc[links.row[links.line == line]]
        return bool(own.map(lambda text: any(text.endswith(one) for one in kinds)).any())

    def book(self) -> Book:
        """The book with what was filled in it."""
        book = self.facts.book
        for column, cells in self.values.items():
            at = np.fromiter(cells, dtype=np.int64, count=len(cells))
            filled = self.frame[column].copy()
            filled.iloc[at] = list(cells.values())
            self.frame[column] = filled
            if column + KNOWN in self.frame:
                known = self.frame[column + KNOWN].copy()
                known.iloc[at] = True
                self.frame[column + KNOWN] = known
        self.result.cards = [
            UnknownCard(number, seen["holder"], seen["list"], tuple(seen["lines"]))
            for number, seen in self.unknown.items()
        ]
        frames = {**book.frames, book.main: self.frame}
        sheets = list(book.sheets)
        if book.has(EVIDENCE) and (papers := [one for one in self.papers if one[0]["집행번호"]]):
            frames[EVIDENCE] = self.evidence(papers, sheets)
        return replace(book, frames=frames, sheets=sheets)

    def evidence(self, papers: list[tuple[dict[str, Any], int, int]], sheets: list[Sheet]) -> pd.DataFrame:
        """The evidence list with the rows that the lists prove; each points at its row of the list."""
        old = self.facts.book.frames[EVIDENCE]
        at: dict[int, int] = {}
        for _, number, _ in papers:
            if number not in at:
                at[number] = len(sheets)
                sheets.append(Sheet(-1, self.statements[number].title, FROM_LIST))
        blank = {name: _nothing(old[name]) for name in old.columns}
        rows = []
        for paper, number, row in papers:
            known = {name + KNOWN: True for name in paper if name + KNOWN in old.columns}
            rows.append({**blank, **paper, **known, "_source": at[number], "_row": row})
        new = pd.DataFrame(rows, columns=old.columns)
        return pd.concat([old, new.astype(old.dtypes.to_dict())], ignore_index=True)


def _nothing(column: pd.Series) -> Any:
    """What stands in a column where nothing stands."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return pd.NaT
    return False if column.dtype == bool else 0 if column.dtype.kind in "iuf" else ""


def _institution(book: Book, statements: list[Statement]) -> set[str]:
    """Names of the institution, as names are compared: of the agreement, and of the buyer in the tax office's own list."""
    names = {str(book.agreement.get(item) or "") for item in ("수행기관",)}
    for one in statements:
        if one.group == "invoice" and "buyer_name" in one.lines and one.lines["buyer_brn"].nunique() == 1:
            names |= set(one.lines["buyer_name"])
    return {values.name_key(name) for name in names} - {""}
