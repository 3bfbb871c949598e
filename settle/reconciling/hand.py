"""What a person said belongs together, or does not: before anything else is matched. Answers `[[link]]` say it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from settle.korean import number, particles
from settle.reading.answered import LIST
from settle.reconciling.matching import EXPLAINED, OPEN
from settle.reconciling.result import KEY_HAND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.judging.facts.base import Facts
    from settle.model import Book
    from settle.programme.answers import Link
    from settle.reconciling.matching import Match
    from settle.reconciling.ours import Ours
    from settle.reconciling.reading import Statement
    from settle.reconciling.theirs import Theirs

UNUSED = "답의 "  # how notices begin that say why an answer was not used


def taken_up(book: Book, matches: Sequence[Match]) -> Book:
    """The book, resting on those links alone that some match took up; why another one was not stands in its notices."""
    if book.answers is None or not book.answers.links:
        return book
    names = {one.line for one in book.answered}
    used: set[tuple[str, str]] = set()
    idle: list[tuple[Link, set[tuple[str, str]], str]] = []
    for at, link in enumerate(book.answers.links):
        pairs = {(line, link.place) for line in link.lines(names)}
        said = [one.linked[at] for one in matches if at in one.linked]
        if "" in said:
            used |= pairs
        else:
            idle.append(
                (link, pairs, said[0] if said else f"'{link.list}'의 '{link.sheet}' 시트를 대사하지 않았습니다.")
            )
    notices = [
        particles(
            f"{UNUSED}'{link.line}'와(과) {link.place}의 {'끊음' if link.apart else '이음'}을 쓰지 않았습니다: {why}"
        )
        for link, pairs, why in idle
        if not pairs <= used and not any(one.startswith(f"{UNUSED}'{link.list}' {link.row}행:") for one in book.notices)
    ]  # that there is no such row or line is said where the answers are read
    return replace(
        book,
        answered=[one for one in book.answered if one.column != LIST or (one.line, str(one.value)) in used],
        notices=[*book.notices, *(one for one in notices if one not in book.notices)],
    )


class Hand(Struct, dict=True):
    """The links of a book, for one group of lists. notices: links that could not be used."""

    links: Sequence[Link]
    names: np.ndarray
    statements: Sequence[Statement]
    notices: list[str] = field(default_factory=list)
    _apart: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, facts: Facts, statements: Sequence[Statement]) -> Hand:
        """What the answers of a book say."""
        answers = facts.book.answers
        return cls(answers.links if answers else (), facts["line_name"].to_numpy(dtype=object), statements)

    def before(self, match: Match, mine: Ours, lists: Theirs) -> None:
        """Join what belongs together; keep out of all matching what belongs to no line that it would find."""
        for at, link in enumerate(self.links):
            right = self._row(link, lists)
            if right < 0:
                if why := self._no_row(link, lists):
                    match.linked[at] = why
            elif match.right_state[right] != OPEN:
                match.linked[at] = f"'{link.list}' {link.row}행은 이미 다른 답으로 잇거나 끊었습니다."
            elif link.apart:
                match.right_state[right] = EXPLAINED
                self._apart.append(right)
                match.linked[at] = ""
            else:
                match.linked[at] = self._join(link, right, match, mine)

    def _join(self, link: Link, right: int, match: Match, mine: Ours) -> str:
        """Join a row to the lines of a link; why not, where they cannot be."""
        left = list(dict.fromkeys(self._item(line, link.won, match, mine) for line in link.lines(self._known)))
        if min(left, default=-1) < 0:
            why = (
                f"줄 {link.line}은(는) '{link.list}' {link.row}행과 손으로 이을 수 있는 줄이 아니어서 잇지 않았습니다."
            )
        elif len(left) > 1 and (total := int(mine.items["won"].to_numpy()[left].sum())) != link.won:
            why = (
                f"줄 {link.line}의 금액을 더하면 {number(total)}원으로 '{link.list}' {link.row}행의 {number(link.won)}원과 달라 "
                "잇지 않았습니다."
            )
        else:
            match.join_sum(left, [right], KEY_HAND)
            return ""
        self.notices.append(particles(why))
        return self.notices[-1]

    def _no_row(self, link: Link, lists: Theirs) -> str:
        """Why a link has no row in these lists; "" where its list is not one of them."""
        rows = lists.rows
        if rows.empty or not (mine := rows["statement"].isin(self._lists(link))).any():
            return ""
        found = rows[mine & (rows["row"] == link.row) & (rows["item"] >= 0)]
        if not len(found):
            return f"'{link.list}' {link.row}행에는 대사할 거래가 없습니다."
        won = int(lists.items["won"].iat[int(found["item"].iat[0])])
        return f"'{link.list}' {link.row}행의 금액은 {number(won)}원으로, 답의 {number(link.won)}원과 다릅니다."

    def _lists(self, link: Link) -> list[int]:
        return [at for at, one in enumerate(self.statements) if one.file == link.list and one.sheet in (link.sheet, "")]

    def after(self, match: Match) -> None:
        """What was kept out is open: nobody has found its line."""
        match.right_state[self._apart] = OPEN
        self._apart = []

    def apart(self, lists: Theirs) -> list[int]:
        """Items of the lists that a person kept apart."""
        found = [self._row(link, lists) for link in self.links if link.apart]
        return [item for item in found if item >= 0]

    def _row(self, link: Link, lists: Theirs) -> int:
        """The item of a row of a list; -1 where it is not there, or says another amount."""
        rows = lists.rows
        if rows.empty:
            return -1
        found = rows[rows["statement"].isin(self._lists(link)) & (rows["row"] == link.row) & (rows["item"] >= 0)]
        item = int(found["item"].iat[0]) if len(found) else -1
        return item if item >= 0 and int(lists.items["won"].iat[item]) == link.won else -1

    @cached_property
    def _known(self) -> set[str]:
        return set(self.names.tolist())

    def _item(self, line: str, won: int, match: Match, mine: Ours) -> int:
        """The open item of a line that has this amount, else its first open one; -1 where it has none."""
        lines = np.flatnonzero(self.names == line)
        if len(lines) != 1:
            return -1
        items = np.unique(mine.item[mine.line == lines[0]])
        items = items[match.left_state[items] == OPEN]
        if not len(items):
            return -1
        same = items[mine.items["won"].to_numpy()[items] == won]
        return int(same[0] if len(same) else items[0])
