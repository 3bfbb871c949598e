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

from settle.judging.arrays import labels
from settle.judging.facts.evidence import approval_keys
from settle.model import EVIDENCE, KNOWN, Filled, Sheet
from settle.reconciling import values
from settle.reconciling.result import CARD, MEANS, TRANSFER

if TYPE_CHECKING:
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
    """What was filled. parts: cells and evidence rows that lists filled, by column, those of Filled; answered: cells that answers
    filled; cards: whose means of payment is asked; explained: rows of card lists (sha256, sheet, row) that a line explains though it
    is not known to be paid by the project's card.
    """

    parts: list[pd.DataFrame] = field(default_factory=list)
    answered: list[Filled] = field(default_factory=list)
    cards: list[UnknownCard] = field(default_factory=list)
    explained: set[tuple[str, str, int]] = field(default_factory=set)

    @property
    def cells(self) -> pd.DataFrame:
        """What lists filled, in the order of the lines; there must be some."""
        return pd.concat(self.parts).sort_values("line_index", kind="stable")

    @property
    def filled(self) -> list[Filled]:
        """The same one by one."""
        return [Filled(*one) for one in self.cells.itertuples(index=False, name=None)] if self.parts else []


class Filler:
    """Collects the values for blank cells and writes them into a copy of the ledger."""

    def __init__(self, facts: Facts, statements: list[Statement], cards: dict[str, str]) -> None:
        self.facts, self.statements, self.cards = facts, statements, cards
        self.frame = facts.ledger.copy(deep=False)  # only columns that are filled are replaced
        self.result = Filling()
        self.values: dict[str, dict[int, Any]] = {}
        self.papers: list[pd.DataFrame] = []
        self.names = facts["line_name"]
        self.institution = _institution(facts.book, statements)
        self.unknown: dict[str, dict[str, Any]] = {}
        self._titles, self._sheets = (
            np.array(texts, dtype=object) for texts in ([s.title for s in statements], [s.sheet for s in statements])
        )

    def group(self, group: str, pairs: pd.DataFrame) -> None:
        """Fill from the rows of one group of lists; no line stands in two of them."""
        if pairs.empty:
            return
        rows = pairs.sort_values("line", ignore_index=True)
        for column, name in CELLS[group].items():
            self.put(rows, column, rows[f"their_{name}"])
        if group != "bank":
            self.amounts(rows)
        if group == "card":
            self.card(rows)
        elif group == "invoice":
            self.paper(rows, INVOICE)
        elif group == "bank":
            self.put(rows, MEANS, pd.Series(TRANSFER, index=rows.index))
            payee = rows["their_name_text"]
            self.put(rows, "예금주", payee.where(payee != "", rows["their_memo"]))
            self.paper(rows, TRANSFER_SLIP)

    def blank(self, column: str) -> np.ndarray:
        """Per line: is there nothing in the cell, neither in the file nor filled, and nothing that could not be read?"""
        if column not in self.frame:
            return np.zeros(self.facts.n, dtype=bool)
        if column + KNOWN in self.frame:
            blank = ~self.frame[column + KNOWN].to_numpy(dtype=bool) & ~self.unread(column)
        else:
            blank = (self.frame[column] == "").to_numpy(dtype=bool, copy=True)
        blank[list(self.values.get(column, ()))] = False
        return blank

    def unread(self, column: str) -> np.ndarray:
        """Per line: did a problem of reading leave the cell without a value?"""
        places = {(error.source, error.row) for error in self.facts.book.errors if error.column == column}
        if not places:
            return np.zeros(self.facts.n, dtype=bool)
        cells = zip(self.frame["_source"].tolist(), self.frame["_row"].tolist(), strict=True)
        return np.array([cell in places for cell in cells], dtype=bool)

    def put(self, rows: pd.DataFrame, column: str, told: pd.Series, where: np.ndarray | bool = True) -> None:
        """The cells of one column (told: one value per row), where they are blank and there is a value."""
        use = where & (told != "").to_numpy(dtype=bool) & self.blank(column)[rows["line"].to_numpy()]
        if use.any():
            some = told[use]
            self.keep(rows["line"].to_numpy()[use], column, some.tolist())
            self.say(rows[use], column, some)

    def keep(self, line: np.ndarray, column: str, told: list[Any]) -> None:
        """Values of one column of these lines."""
        self.values.setdefault(column, {}).update(zip(line.tolist(), told, strict=True))

    def say(self, rows: pd.DataFrame, column: str, told: pd.Series) -> None:
        """The records of something filled from these rows."""
        line, statement = rows["line"].to_numpy(), rows["their_statement"].to_numpy()
        told_by = {
            "line_index": line,
            "line": self.names.array[line],
            "column": column,
            "value": told.array,
            "source": self._titles[statement],
            "sheet": self._sheets[statement],
            "row": rows["their_row"].array,
            "key": rows["by"].array,
        }
        self.result.parts.append(pd.DataFrame(told_by))

    def amounts(self, rows: pd.DataFrame) -> None:
        """공급가액, 부가세, 봉사료, where those of the list add up and what the ledger has of them says the same."""
        line = rows["line"].to_numpy()
        there = {column: rows[f"their_{name}{KNOWN}"].to_numpy(dtype=bool) for column, name in AMOUNTS.items()}
        won = {column: np.where(there[column], rows[f"their_{name}"], 0) for column, name in AMOUNTS.items()}
        supplied = there["공급가액"]
        adds_up = (won["공급가액"] > 0) & (sum(won.values()) == rows["their_won"].to_numpy())
        good = ~supplied | adds_up
        for column in AMOUNTS:
            if column + KNOWN in self.frame:
                known = self.frame[column + KNOWN].to_numpy(dtype=bool)[line]
                good &= ~(there[column] & known) | (self.frame[column].to_numpy()[line] == won[column])
        for column in AMOUNTS:
            worth = (won[column] != 0) | (supplied & (column == "부가세"))
            self.put(rows, column, pd.Series(won[column]), good & there[column] & worth)

    def card(self, rows: pd.DataFrame) -> None:
        """결제수단 of the rows of cards; a card of which nobody says whose it is becomes a question."""
        line, numbers = rows["line"].to_numpy(), rows["their_card"].tolist()
        answers = values.each_once(rows["their_card"], lambda number: self.cards.get(number, ""))
        answered = (answers != "").to_numpy()
        at = np.flatnonzero(answered & self.blank(MEANS)[line]).tolist()
        if at:
            self.keep(line[at], MEANS, answers[at].tolist())
        self.result.answered += [
            Filled(int(line[i]), self.names.iat[line[i]], MEANS, answers.iat[i], f"답: 카드 {numbers[i]}", "", 0, "답")
            for i in at
        ]
        shown = rows[["their_card", "their_owner", "their_holder"]]
        codes = labels(*(column for _, column in shown.items()))
        cards = shown.iloc[np.unique(codes, return_index=True)[1]].itertuples(index=False, name=None)
        own = np.array([self.is_firms(*card) for card in cards], dtype=bool)[codes]
        self.put(rows, MEANS, pd.Series(CARD, index=rows.index), own & ~answered)
        by_card = (self.frame[MEANS] == CARD).to_numpy(dtype=bool, copy=True)
        by_card[[at for at, means in self.values.get(MEANS, {}).items() if means == CARD]] = True
        other, blank = ~by_card[line], self.blank(MEANS)[line]
        for number, row in zip(rows["their_statement"][other].tolist(), rows["their_row"][other].tolist(), strict=True):
            self.result.explained.add((self.statements[number].sha256, self.statements[number].sheet, row))
        for i in np.flatnonzero(other & blank).tolist():
            title = self._titles[rows["their_statement"].iat[i]]
            seen = {"holder": rows["their_holder"].iat[i], "list": title, "lines": []}
            self.unknown.setdefault(numbers[i], seen)["lines"].append(int(line[i]))

    def is_firms(self, card: str, owner: str, holder: str) -> bool:
        """Does the list itself show that the card is the institution's: 법인 or 기업 beside it, or the institution as its holder?"""
        key = values.name_key(holder)
        said = any(FIRM_CARD.search(unicodedata.normalize("NFKC", text)) for text in (card, owner, holder))
        return said or (bool(key) and key in self.institution)

    def paper(self, rows: pd.DataFrame, kind: str) -> None:
        """Evidence rows that the list proves, where a line has none of its kind and no row names the number."""
        invoice = kind == INVOICE
        there = self._proved(invoice=invoice)[rows["line"].to_numpy()]
        if (rows["their_key"] != "").any():
            there |= rows["their_key"].isin(self._numbers).to_numpy()
        told = rows[~there].reset_index(drop=True)
        if told.empty:
            return
        names = self.names.iloc[told["line"]].reset_index(drop=True)
        supplied = told["their_supply" + KNOWN] & invoice
        papers = {
            "집행번호": names.where((self.frame["집행번호"].iloc[told["line"]] != "").to_numpy(), ""),
            "증빙종류": kind,
            "발행일": told["their_date"],
            "발행자": told["their_name_text"],
            "사업자등록번호": told["their_brn"],
            "승인번호": told["their_key"],
            "합계금액": told["their_won"],
            "공급가액": told["their_supply"].where(supplied),  # blank where the list does not say it
            "세액": told["their_vat"].where(supplied & told["their_vat" + KNOWN]),
            "statement": told["their_statement"],
            "_row": told["their_row"],
        }
        self.papers.append(pd.DataFrame(papers))
        said = zip(told["their_key"].tolist(), told["their_won"].tolist(), strict=True)
        self.say(told, f"{EVIDENCE}.{kind}", pd.Series([number or f"{won:,}원" for number, won in said], dtype="str"))

    @cached_property
    def _numbers(self) -> set[str]:
        """Numbers of the evidence that is listed."""
        evidence = self.facts.book.frames[EVIDENCE]
        return set(approval_keys(evidence["승인번호"]).tolist()) - {""} if len(evidence) else set()

    def _proved(self, *, invoice: bool) -> np.ndarray:
        """Lines with a paper of an invoice, else of a transfer."""
        evidence, links = self.facts.book.frames[EVIDENCE], self.facts["links"]
        kinds = ("세금계산서", "계산서") if invoice else (TRANSFER_SLIP, "이체확인증")
        found = np.zeros(self.facts.n, dtype=bool)
        if len(evidence):
            such = evidence["증빙종류"].str.endswith(kinds).to_numpy(dtype=bool)
            found[links.line[such[links.row]]] = True
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
        if book.has(EVIDENCE) and self.papers:
            papers = pd.concat(self.papers, ignore_index=True)
            papers = papers[papers["집행번호"] != ""].reset_index(drop=True)
            if len(papers):
                frames[EVIDENCE] = self.evidence(papers, sheets)
        return replace(book, frames=frames, sheets=sheets)

    def evidence(self, papers: pd.DataFrame, sheets: list[Sheet]) -> pd.DataFrame:
        """The evidence list with the rows that the lists prove; each points at its row of the list."""
        old = self.facts.book.frames[EVIDENCE]
        codes, statements = pd.factorize(papers.pop("statement"))
        papers["_source"] = len(sheets) + codes
        sheets += [Sheet(-1, self.statements[number].title, FROM_LIST) for number in statements]
        new = {name: pd.Series([_nothing(old[name])] * len(papers)) for name in old.columns}
        for name in papers.columns.intersection(old.columns):
            blank = papers[name].isna() if papers[name].dtype.kind == "f" else pd.Series(False, index=papers.index)
            new[name] = papers[name].where(~blank, new[name])
            if name + KNOWN in new:
                new[name + KNOWN] = ~blank
        frame = pd.DataFrame(new, columns=old.columns)
        return pd.concat([old, frame.astype(old.dtypes.to_dict())], ignore_index=True)


def _nothing(column: pd.Series) -> Any:
    """What stands in a column where nothing stands."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return pd.NaT
    return False if column.dtype == bool else 0 if column.dtype.kind in "iuf" else ""


def _institution(book: Book, statements: list[Statement]) -> set[str]:
    """Names of the institution, as names are compared: of the agreement, and of the buyer in the tax office's own list."""
    names = {str(book.agreement.get(item) or "") for item in ("수행기관",)}
    for one in statements:
        if (
            one.usable
            and one.group == "invoice"
            and "buyer_name" in one.lines
            and one.lines["buyer_brn"].nunique() == 1
        ):
            names |= set(one.lines["buyer_name"])
    return {values.name_key(name) for name in names} - {""}
