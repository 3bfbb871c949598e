"""[[payment]]: what is paid out for what was recognised, outside the identity. Won are floored; nothing is paid beyond `max`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from settle.model import KNOWN
from settle.programme import conditions
from settle.programme.rules import RulebookError
from settle.programme.vocabulary import PAIRS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from settle.judging.facts.base import Facts
    from settle.programme.shapes import Payment


class Paid(Struct, frozen=True):
    """One row: won recognised of these lines, what is paid, and what would be if all that is held were recognised.

    rate: per cent (None: paid by the line). most: the most that is paid (None: no such figure). asked: None where nobody says. cut: what
    was asked for and is not paid.
    """

    name: str
    recognised: int
    rate: int | None
    most: int | None
    payable: int
    payable_if_held_recognised: int
    asked: int | None

    @property
    def cut(self) -> int | None:
        """asked less payable, never below 0."""
        return None if self.asked is None else max(0, self.asked - self.payable)


def payments(facts: Facts, lines: pd.DataFrame) -> list[Paid]:
    """Every [[payment]] of the programme, over the judged lines of the main subject. Raises RulebookError."""
    return [_paid(one, facts, lines) for one in facts.programme.payments]


def _paid(one: Payment, facts: Facts, lines: pd.DataFrame) -> Paid:
    if (one.rate is None) == (one.unit is None):
        raise RulebookError(f"programme.toml: payment '{one.name}'에는 rate와 unit 가운데 하나가 있어야 합니다.")
    try:
        ours = conditions.holds(one.of, facts, facts.n)
        most = int(facts.limit(one.most.partition(".")[2])[0]) if isinstance(one.most, str) and facts.n else one.most
    except KeyError as error:
        problem = f"{error}은(는) 도구가 모르는 이름입니다."
        raise RulebookError(f"programme.toml: payment '{one.name}': {problem}") from error
    recognised, held = (lines[name].to_numpy()[ours] for name in ("recognised", "held"))
    limit = most if isinstance(most, int) else None

    def pay(won: np.ndarray) -> int:
        full = int(won.sum()) * one.rate // 100 if one.rate is not None else int((won > 0).sum()) * (one.unit or 0)
        return full if limit is None else min(full, limit)

    asked = _asked(one.asked, facts, ours) if one.asked else None
    return Paid(one.name, int(recognised.sum()), one.rate, limit, pay(recognised), pay(recognised + held), asked)


def _asked(name: str, facts: Facts, ours: np.ndarray) -> int | None:
    """What was asked for: an item of the agreement, or a column of these lines added up; None where it is not all known."""
    sheet, dot, item = name.partition(".")
    if dot and sheet == PAIRS:
        told = facts.book.agreement.get(item)
        return told if isinstance(told, int) else None
    known = facts.ledger[name + KNOWN].to_numpy(dtype=bool)[ours]
    return int(facts.ledger[name].to_numpy()[ours].sum()) if known.all() and known.size else None
