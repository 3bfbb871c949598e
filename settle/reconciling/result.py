"""What the lists and the ledger say of each other: sides, notes, the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct, field

if TYPE_CHECKING:
    from settle.reconciling.matching import Match
    from settle.reconciling.ours import Ours
    from settle.reconciling.reading import Statement
    from settle.reconciling.theirs import Theirs


# names of lists in the `needs` of rules (given:카드 …), with the groups that serve
GIVEN = {
    "홈택스 세금계산서·계산서": ("invoice",),
    "카드": ("card",),
    "은행": ("bank",),
    "카드·현금영수증": ("card", "receipt"),
    "홈택스·카드": ("invoice", "receipt", "card"),
    "홈택스·카드·은행": ("invoice", "receipt", "card", "bank"),
}
CARD, TRANSFER = "사업비카드", "계좌이체"
Row = tuple[str, str, int]  # sha256 of the file, sheet, 1-based row
MEANS = "결제수단"
KEY_NUMBER, KEY_NUMBER_DAY = "승인번호", "승인번호·날짜"
KEY_BRN, KEY_NAME, KEY_AMOUNT = "사업자번호·금액·날짜", "금액·날짜·이름", "금액·날짜"
KEY_HAND = "손으로 이음"
KEY_SUMS = ("여러 줄의 합계", "여러 건의 합계")


class Side(Struct):
    """One group of lists against the ledger: both sides' items and how they were matched."""

    group: str
    ours: Ours
    theirs: Theirs
    match: Match


class Note(Struct):
    """Something about a list, not a line: code, where it stands, won, and what the message says."""

    code: str
    statement: int
    row: int
    won: int
    key: str
    text: str


class Reconciliation(Struct):
    """What the lists say. facts: values per ledger line for the rules (see `given`); notes: REC-060, 080, 090, 110, 120."""

    statements: list[Statement]
    sides: dict[str, Side] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    partly: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    cash: dict[str, int] = field(default_factory=dict)
    line_names: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=object))

    def place(self, note: Note) -> str:
        """Where a note stands: the list's title and row; "" for the agreement."""
        if note.statement < 0:
            return ""
        return self.statements[note.statement].title + (f" {note.row}행" if note.row else "")

    def given(self) -> dict[str, Any]:
        """What judge(given=…) needs: the facts, this object, and which lists there are (rules name them in `needs`)."""
        here = {s.group for s in self.statements if s.usable}
        lists = {name: True for name, groups in GIVEN.items() if here & set(groups)}
        return {**self.facts, **lists, "reconciliation": self}
