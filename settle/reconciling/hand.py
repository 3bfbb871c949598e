"""What a person said belongs together, or does not: before anything else is matched. Answers `[[link]]` say it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct, field

from settle.korean import number, particles
from settle.reconciling.matching import EXPLAINED, OPEN
from settle.reconciling.result import KEY_HAND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.judging.facts.base import Facts
    from settle.programme.answers import Link
    from settle.reconciling.matching import Match
    from settle.reconciling.ours import Ours
    from settle.reconciling.reading import Statement
    from settle.reconciling.theirs import Theirs

OTHER_WON = -2


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
        for link in self.links:
            right = self._row(link, lists)
            if right == OTHER_WON:
                self.notices.append(
                    f"답의 '{link.list}' {link.row}행: 금액이 {number(link.won)}원이 아니어서 쓰지 않았습니다."
                )
            if right < 0 or match.right_state[right] != OPEN:
                continue
            if link.apart:
                match.right_state[right] = EXPLAINED
                self._apart.append(right)
                continue
            lines = link.lines(self._known)
            found = [self._item(line, link.won, match, mine) for line in lines]
            left = list(dict.fromkeys(found))
            if min(found, default=-1) < 0:
                self.notices.append(
                    particles(
                        f"줄 {link.line}은(는) '{link.list}' {link.row}행과 손으로 이을 수 있는 줄이 아니어서 잇지 않았습니다."
                    )
                )
                continue
            if len(left) > 1 and (total := int(mine.items["won"].to_numpy()[left].sum())) != link.won:
                self.notices.append(
                    particles(
                        f"줄 {link.line}의 금액을 더하면 {number(total)}원으로 '{link.list}' {link.row}행의 {number(link.won)}원과 달라 "
                        "잇지 않았습니다."
                    )
                )
                continue
            match.join_sum(left, [right], KEY_HAND)

    def after(self, match: Match) -> None:
        """What was kept out is open: nobody has found its line."""
        match.right_state[self._apart] = OPEN
        self._apart = []

    def apart(self, lists: Theirs) -> list[int]:
        """Items of the lists that a person kept apart."""
        found = [self._row(link, lists) for link in self.links if link.apart]
        return [item for item in found if item >= 0]

    def _row(self, link: Link, lists: Theirs) -> int:
        """The item of a row of a list; -1 where it is not there, OTHER_WON where it says another amount."""
        rows = lists.rows
        if rows.empty:
            return -1
        here = [at for at, one in enumerate(self.statements) if one.file == link.list and one.sheet in (link.sheet, "")]
        found = rows[rows["statement"].isin(here) & (rows["row"] == link.row) & (rows["item"] >= 0)]
        item = int(found["item"].iat[0]) if len(found) else -1
        return item if item < 0 or int(lists.items["won"].iat[item]) == link.won else OTHER_WON

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
