"""What the patterns look at: lines, days, vendors as arrays, and the groups they find."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from settle.judging.arrays import NO_DAY, days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd

    from settle.judging.facts.base import Facts
    from settle.model import Book

PATTERNS: dict[str, Callable[[Look], list[Group]]] = {}
NEEDS: dict[str, frozenset[str]] = {}  # pattern -> parameters that its file must give


class Group(Struct, frozen=True):
    """Lines (positions) that one lead is about. values: for its message; key: tells two leads of the same lines apart."""

    lines: list[int]
    values: dict[str, Any]
    key: str = ""


class Ground:
    """Columns of the lines that every pattern looks at, taken out once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.day = days(facts.ledger["집행일"])  # since 1970, NO_DAY where unknown
        self.days: list[int] = self.day.tolist()
        self.order = np.asarray(facts["order"])
        self.by_day = np.argsort(self.order)  # positions in the order of 집행일

    @cached_property
    def names(self) -> list[str]:
        """The vendor of every line as the ledger writes it."""
        names = self.facts["거래처"]
        return names.where(names != "", self.facts["사업자등록번호"]).tolist()

    @cached_property
    def vendors(self) -> np.ndarray:
        """A number for the vendor of every line, -1 where there is none."""
        return np.where(self.facts["vendor"] == "", -1, self.facts.coded("vendor")[0])


class Look(Struct):
    """What a pattern may look at. among: bool per line, those it applies to. lacking: set where it could not be asked."""

    ground: Ground
    book: Book
    among: np.ndarray
    parameters: dict[str, Any]
    lacking: str = ""

    @property
    def facts(self) -> Facts:
        return self.ground.facts

    def at(self, which: np.ndarray | None = None) -> np.ndarray:
        """Positions it applies to, in the order of 집행일. which: bool per line, no others."""
        asked = self.among if which is None else self.among & which
        return self.ground.by_day[asked[self.ground.by_day]]

    @property
    def day(self) -> np.ndarray:
        """집행일 as days since 1970, NO_DAY where unknown."""
        return self.ground.day

    def name(self, i: int) -> str:
        """The vendor of a line as the ledger writes it."""
        return self.ground.names[i]

    def by_vendor(self, which: np.ndarray | None = None) -> list[np.ndarray]:
        """Positions of each vendor in the order of 집행일; lines without vendor or day are left out. which: bool per line, no others."""
        places = self.sold(which)
        return together(places, self.ground.vendors[places])

    def sold(self, which: np.ndarray | None = None) -> np.ndarray:
        """Positions with a vendor and a day, in the order of 집행일. which: bool per line, no others."""
        there = (self.ground.vendors >= 0) & (self.day != NO_DAY)
        return self.at(there if which is None else there & which)

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


def together(places: np.ndarray, keys: np.ndarray, least: int = 1) -> list[np.ndarray]:
    """Positions that have the same key, in the order in which they stand; at least so many."""
    if not len(places):
        return []
    sorting = np.argsort(keys, kind="stable")
    cuts = np.flatnonzero(np.diff(keys[sorting])) + 1
    sorted_ = places[sorting]
    bounds = zip([0, *cuts.tolist()], [*cuts.tolist(), len(places)], strict=True)
    return [sorted_[first:last] for first, last in bounds if last - first >= least]


def runs(places: list[int], day: Sequence[int], window: int) -> Iterable[list[int]]:
    """Positions cut where two neighbours lie more than `window` days apart."""
    run: list[int] = []
    for i in places:
        if run and day[i] - day[run[-1]] > window:
            yield run
            run = []
        run.append(i)
    if run:
        yield run
