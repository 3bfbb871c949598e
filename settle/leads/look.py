"""What the patterns look at: lines, days, vendors as arrays, and the groups they find."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from settle.judging.arrays import NO_DAY, days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from settle.judging.facts.base import Facts
    from settle.model import Book

PATTERNS: dict[str, Callable[[Look], list[Group]]] = {}
NEEDS: dict[str, frozenset[str]] = {}  # pattern -> parameters that its file must give


@dataclass(frozen=True)
class Group:
    """Lines (positions) that one lead is about. values: for its message; key: tells two leads of the same lines apart."""

    lines: list[int]
    values: dict[str, Any]
    key: str = ""


@dataclass
class Look:
    """What a pattern may look at. among: bool per line, those it applies to. lacking: set where it could not be asked."""

    facts: Facts
    book: Book
    among: np.ndarray
    parameters: dict[str, Any]
    lacking: str = ""
    _shown: dict[str, Any] = field(default_factory=dict)

    def at(self) -> list[int]:
        """Positions it applies to, in the order of 집행일."""
        places = np.flatnonzero(self.among)
        return places[np.argsort(self.facts["order"][places], kind="stable")].tolist()

    @property
    def day(self) -> np.ndarray:
        """집행일 as days since 1970, NO_DAY where unknown."""
        return days(self.facts.ledger["집행일"])

    def name(self, i: int) -> str:
        """The vendor of a line as the ledger writes it."""
        return str(self.facts["거래처"].iat[i]) or str(self.facts["사업자등록번호"].iat[i])

    def by_vendor(self) -> dict[str, list[int]]:
        """Vendor -> positions in the order of 집행일; lines without vendor or day are left out."""
        vendor, day = self.facts["vendor"].tolist(), self.day
        found: dict[str, list[int]] = defaultdict(list)
        for i in self.at():
            if vendor[i] and day[i] != NO_DAY:
                found[vendor[i]].append(i)
        return found

    def frame(self, kind: str) -> pd.DataFrame | None:
        """A sheet with rows; else None, and that it lacks."""
        found = self.book.frames.get(kind)
        if found is None or not len(found):
            self.lacking = f"{kind} 시트가 없습니다"
            return None
        return found


def pattern(*needs: str) -> Callable[[Callable[[Look], list[Group]]], Callable[[Look], list[Group]]]:
    """Register a pattern under its function's name, with the parameters it needs."""

    def registered(function: Callable[[Look], list[Group]]) -> Callable[[Look], list[Group]]:
        PATTERNS[function.__name__], NEEDS[function.__name__] = function, frozenset(needs)
        return function

    return registered


def runs(places: list[int], day: np.ndarray, window: int) -> Iterable[list[int]]:
    """Positions cut where two neighbours lie more than `window` days apart."""
    run: list[int] = []
    for i in places:
        if run and day[i] - day[run[-1]] > window:
            yield run
            run = []
        run.append(i)
    if run:
        yield run
