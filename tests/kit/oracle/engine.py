"""From what rules say to won: deductions, line caps, group caps, the auditor's own findings, holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .sheets import Line, Sheets
from .trade import Trade

Won = dict[int, int]
Taking = Callable[[Won], Won]

ORDER = ("DAT", "GEN", "LAB", "DIR", "MTG", "TRV", "OPS", "IND", "SUB", "BUD", "AUD")


def code_order(code: str) -> tuple[int, str]:
    return (ORDER.index(code[:3]), code)


@dataclass(frozen=True)
class Finding:
    """What one rule says of one line (None: of the agreement)."""

    code: str
    effect: str
    line: int | None
    at_issue: int = 0
    applied: int = 0


@dataclass
class Hold:
    code: str
    place: int
    part: int | None = None  # None: all that is left


@dataclass
class Case:
    """An agreement on its way through the rules."""

    sheets: Sheets
    trade: Trade
    decisions: dict[tuple[int, str], dict[str, Any]] = field(default_factory=dict)
    caps: list[tuple[str, Taking]] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    notes: set[tuple[str, int | None]] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    left: Won = field(default_factory=dict)
    lost: Won = field(default_factory=dict)

    @property
    def judged(self) -> list[Line]:
        return [line for line in self.sheets.lines if line.place in self.trade.net]

    # ---- what rules say ----------------------------------------------------------------------------------------

    def cap(self, code: str, lines: list[Line], most: int | Callable[[Won], int] = 0) -> None:
        """These lines together may be recognised at this much at most; taken from the latest."""

        def taking(left: Won) -> Won:
            limit = most(left) if callable(most) else most
            return take(sum(left[line.place] for line in lines) - limit, lines, left)

        self.caps.append((code, taking))

    def hold(self, code: str, line: Line, part: int | None = None) -> None:
        if not any(h.code == code and h.place == line.place for h in self.holds):
            self.holds.append(Hold(code, line.place, part))

    def note(self, code: str, line: Line | None = None) -> None:
        self.notes.add((code, line.place if line else None))

    # ---- won ---------------------------------------------------------------------------------------------------

    def step(self, code: str, taking: Taking, group: bool = False) -> None:
        """Take what a rule takes, as decisions leave it."""
        alone = taking(self.trade.net) if not group else {}
        taken = taking(self.left)
        for place in sorted({p for p, won in (*alone.items(), *taken.items()) if won > 0}):
            won = taken.get(place, 0)
            issue = won if group else alone.get(place, 0)
            decision = self.decisions.get((place, code))
            if decision:
                won = self.decided(decision, place, won)
            if issue or won:
                self._lose(code, place, issue, won)

    def decided(self, decision: dict[str, Any], place: int, won: int) -> int:
        if decision["판정"] == "인정":
            return 0
        if decision["판정"] == "일부인정":
            return max(0, self.left[place] - int(decision["인정금액"]))
        return won

    def _lose(self, code: str, place: int, issue: int, won: int) -> None:
        self.left[place] -= won
        self.lost[place] += won
        self.findings.append(Finding(code, "disallow", place, issue, won))


def take(excess: int, lines: list[Line], left: Won, most: Won | None = None) -> Won:
    """An excess from the latest lines first, no more than is left (or than `most` says) of each."""
    taken: Won = {}
    for line in sorted(lines, key=lambda one: one.order, reverse=True):
        if excess <= 0:
            break
        part = min(excess, left[line.place], most[line.place] if most is not None else excess)
        if part > 0:
            taken[line.place] = part
            excess -= part
    return taken
