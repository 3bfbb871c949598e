"""The values for blank cells, and the ledger with them."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from msgspec import Struct, field
from msgspec.structs import replace

from settle.judging.facts.evidence import approval_keys
from settle.model import EVIDENCE, KNOWN, Filled, Sheet
from settle.reconciling import values
from settle.reconciling.result import CARD, MEANS, TRANSFER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settle.judging.facts.base import Facts
    from settle.model import Book
    from settle.reconciling.reading import Statement

OWN_CARDS = ("개인카드", "참여기업카드")
FROM_LIST = "채움"  # kind of the sheets of evidence rows that a list made
INVOICE, TRANSFER_SLIP = "전자세금계산서", "계좌입출금내역"
FIRM_CARD = re.compile(r"법인|기업(?!은행)|corporate", re.IGNORECASE)
# group -> ledger column: field of the list
CELLS = {
    "card": {"사업자등록번호": "brn", "업종": "memo", "승인번호": "key", "사용시각": "time"},
    "receipt": {"사업자등록번호": "brn", "업종": "memo", "승인번호": "key", "사용시각": "time"},
    "invoice": {"사업자등록번호": "brn"},
    "bank": {},
}
AMOUNTS = {"공급가액": "supply", "부가세": "vat", "봉사료": "tip"}


class UnknownCard(Struct, frozen=True):
    """A card of which no list says whose it is: number as shown, list, lines that it paid for."""

    number: str
    holder: str
    list: str
    lines: tuple[int, ...]


class Filling(Struct):
    """What was filled. filled: cells and evidence rows; cards: whose means of payment is asked; explained: rows of card lists
    (sha256, sheet, row) that a line explains though it is not known to be paid by the project's card.
    """

    filled: list[Filled] = field(default_factory=list)
    cards: list[UnknownCard] = field(default_factory=list)
    explained: set[tuple[str, str, int]] = field(default_factory=set)


class Filler:
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
        self._there = set(self.frame.columns)
        self._cells: dict[str, list[Any]] = {}
        self._firms: dict[tuple[str, ...], bool] = {}

    def cell(self, column: str, line: int) -> Any:
        """What the ledger as it was given has in a cell; every column is taken out once."""
        cells = self._cells.get(column)
        if cells is None:
            cells = self._cells[column] = self.frame[column].tolist()
        return cells[line]

    def group(self, group: str, pairs: pd.DataFrame) -> None:
        """Fill from the rows of one group of lists."""
        for row in _records(pairs.sort_values("line")) if len(pairs) else ():
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
        if column not in self._there or line in self.values.get(column, {}):
            return False
        if column + KNOWN in self._there:
            return not self.cell(column + KNOWN, line) and not self.unread(line, column)
        return bool(self.cell(column, line) == "")

    def unread(self, line: int, column: str) -> bool:
        """Did a problem of reading leave the cell without a value?"""
        return (self.cell("_source", line), self.cell("_row", line), column) in self._unread

    @cached_property
    def _unread(self) -> set[tuple[int, int, str]]:
        """Sheet, row and column of the cells with which there was a problem."""
        return {(error.source, error.row, error.column) for error in self.facts.book.errors}

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
            known = column + KNOWN in self._there and self.cell(column + KNOWN, line)
            if known and int(self.cell(column, line)) != there[column]:
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
        if self.cell(MEANS, line) != CARD and self.values.get(MEANS, {}).get(line) != CARD:
            self.result.explained.add((statement.sha256, statement.sheet, int(row["their_row"])))
            if self.blank(line, MEANS):
                seen = self.unknown.setdefault(
                    number, {"holder": str(row.get("their_holder", "") or ""), "list": statement.title, "lines": []}
                )
                seen["lines"].append(line)

    def is_firms(self, row: dict[str, Any]) -> bool:
        """Does the list itself show that the card is the institution's: 법인 or 기업 beside it, or the institution as its holder?"""
        texts = tuple(str(row.get(f"their_{name}", "") or "") for name in ("card", "owner", "holder"))
        known = self._firms.get(texts)
        if known is None:
            holder = values.name_key(texts[2])
            said = any(FIRM_CARD.search(unicodedata.normalize("NFKC", text)) for text in texts)
            known = self._firms[texts] = said or (bool(holder) and holder in self.institution)
        return known

    def paper(self, row: dict[str, Any], kind: str) -> None:
        """An evidence row that the list proves, where the line has none of its kind and no row names the number."""
        line = int(row["line"])
        number = str(row["their_key"])
        if self.has_paper(line, kind, number):
            return
        invoice = kind == INVOICE
        paper = {
            "집행번호": self.names[line] if self.cell("집행번호", line) else "",
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
        return bool(number and number in self._numbers) or line in self._proved[kind == INVOICE]

    @cached_property
    def _numbers(self) -> set[str]:
        """Numbers of the evidence that is listed."""
        evidence = self.facts.book.frames[EVIDENCE]
        return set(approval_keys(evidence["승인번호"]).tolist()) if len(evidence) else set()

    @cached_property
    def _proved(self) -> dict[bool, set[int]]:
        """Lines with a paper of an invoice (True), of a transfer (False)."""
        evidence, links = self.facts.book.frames[EVIDENCE], self.facts["links"]
        found: dict[bool, set[int]] = {}
        for invoice, kinds in ((True, ("세금계산서", "계산서")), (False, (TRANSFER_SLIP, "이체확인증"))):
            such = np.array([text.endswith(kinds) for text in evidence["증빙종류"].tolist()], dtype=bool)
            found[invoice] = set(links.line[such[links.row]].tolist()) if len(evidence) else set()
        return found

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


def _records(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The rows of a table; column by column, as pandas takes the texts of a row one by one."""
    columns = {str(name): table[name].tolist() for name in table.columns}
    return (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))


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
