"""The few ways a rule can work. A kind is a function (Context) -> Outcome, pure but for `Context.shared`.

Each kind says at which stage of the settlement it takes won (rules.md 〈From findings to won〉): "deduction", "line"
(line caps, holds and notes) or "group". What it takes is a function of the balance that is left, so that one place gives
both *at issue* (over the whole line) and *applied* (over what the rules before it left).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from msgspec import Struct, field

from settle.judging.arrays import FAR, NO_DAY, day, days
from settle.programme import conditions
from settle.programme.rules import Rule, RulebookError

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts

Take = Callable[[np.ndarray], np.ndarray]
ACCEPT, REJECT, PARTLY = "인정", "불인정", "일부인정"  # an auditor's verdicts


class Told(Struct):
    """What a rule tells besides about something that has no won of its own: rows of another sheet, a file, the agreement ("")."""

    kind: str
    case: np.ndarray  # uint8 per subject
    position: np.ndarray  # row of the sheet's frame, -1: none
    key: list[str]  # tells the subjects of one rule apart, part of the finding's id
    values: dict[str, Any] = field(default_factory=dict)  # for the texts, one value per subject


class Second(Struct):
    """What a rule says of a line beside its first word: a hold of the part that may be wrong, a note. Never a disallowance."""

    case: np.ndarray  # uint8 per line
    hold: np.ndarray | None = None  # won that a hold asks for
    values: dict[str, Any] = field(default_factory=dict)


class Outcome(Struct):
    """What a rule says. case: uint8 per line, 0 = nothing, else the number of the rule's case."""

    case: np.ndarray
    take: Take | None = None  # left (int64 per line) -> won taken per line
    hold: np.ndarray | None = None  # won at issue where a hold asks for a part of the line only
    hold_in_left: bool = (
        False  # the part is a share of the line: what other rules disallow of the line takes its share of it
    )
    values: dict[str, Any] = field(default_factory=dict)  # for the texts: arrays, or callables over line positions
    told: list[Told] = field(default_factory=list)
    unknown: str = ""  # why the rule is (partly) not checked
    second: Second | None = None

    def speaks_of(self, line: int) -> bool:
        """Has the rule a finding on this line?"""
        return bool(self.case[line]) or (self.second is not None and bool(self.second.case[line]))


class Context(Struct):
    """What a kind may look at."""

    rule: Rule
    facts: Facts
    left: np.ndarray
    state: Any = None  # settlement.State: answers struck:CODE and held:CODE, keeps what labour rules share
    local: dict[str, np.ndarray] = field(
        default_factory=dict
    )  # facts that the kind itself finds, for the cases' conditions

    def fact(self, name: str) -> Any:
        if name in self.local:
            return self.local[name]
        head, colon, code = name.partition(":")
        if colon and head in ("struck", "held"):
            return self.state.marked(head, code)
        return self.facts[name]

    def __getitem__(self, name: str) -> Any:
        return self.fact(name)

    @property
    def n(self) -> int:
        return self.facts.n

    def as_of(self) -> np.ndarray:
        """The date of each line that picks its limit (days); a line without a date takes the first day of the agreement."""
        dates = self.facts[self.rule.as_of]
        if self.rule.as_of != "basis_date" and self.rule.as_of not in self.facts.given:
            dates = days(self.facts.ledger[self.rule.as_of])
        start = self.facts["period_start"]
        fallback = start if start != NO_DAY else day(self.facts.programme.begins)
        return np.where(dates == NO_DAY, fallback, dates)

    def limit(self, name: str, together: np.ndarray | None = None) -> np.ndarray:
        """The limit `name` in force on each line's date; int64. Lines before the first limit are in `not_in_force`.

        Lines that are measured together (a purchase, or the labels given) have one limit: that of the earliest of them.
        """
        steps = self.rule.limits.get(name)
        if not steps and self.facts.round is not None:
            return self.facts.limit(name)
        if not steps:
            raise RulebookError(f"규칙 {self.rule.code}: 한도 '{name}'이(가) 규칙집에 없습니다.")
        since = np.array([day(s.since) for s in steps], dtype=np.int64)
        values = np.array([s.values[name] for s in steps], dtype=np.int64)
        dates = self.as_of()
        if len(steps) > 1:
            dates = self._earliest(dates, self.facts["purchase"] if together is None else together)
        return values[np.maximum(np.searchsorted(since, dates, side="right") - 1, 0)]

    def _earliest(self, dates: np.ndarray, group: np.ndarray) -> np.ndarray:
        """The earliest date among the judged lines of each group; a line that is not judged keeps its own."""
        judged = self.facts["judged"]
        first = np.full(int(group.max(initial=0)) + 1, FAR, dtype=np.int64)
        np.minimum.at(first, group[judged], dates[judged])
        return np.where(judged, first[group], dates)

    def not_in_force(self) -> np.ndarray:
        """Lines dated before the rule's first limit: nothing may be guessed for them."""
        result = np.zeros(self.n, dtype=bool)
        for steps in self.rule.limits.values():
            result |= self.as_of() < day(steps[0].since)
        return result

    def holds(self, condition: Any) -> np.ndarray:
        return conditions.holds(condition, self, self.n)

    def member(self, name: str, values: list[str]) -> np.ndarray:
        return self.facts.member(name, values)

    def known(self, name: str) -> np.ndarray | None:
        """Where a fact is known; None for one that does not say."""
        return None if name in self.local else self.facts.known(name)

    def applies(self) -> np.ndarray:
        """Lines the rule looks at: judged ones to which applies_to applies."""
        return self.facts["judged"] & self.holds(self.rule.applies_to) & ~self.not_in_force()

    def cases(self, among: np.ndarray) -> np.ndarray:
        """The first case whose `when` holds, for the lines given."""
        result = np.zeros(self.n, dtype=np.uint8)
        for case in reversed(self.rule.cases):
            if case.found or case.about or case.second:
                continue
            result[self.holds(case.when) & among] = case.number
        return result

    def seconds(self, among: np.ndarray) -> np.ndarray:
        """The first case told beside another whose `when` holds, for the lines given."""
        result = np.zeros(self.n, dtype=np.uint8)
        for case in reversed(self.rule.cases):
            if case.second and not case.found and not case.about:
                result[self.holds(case.when) & among] = case.number
        return result

    def effect(self, case: np.ndarray, effect: str) -> np.ndarray:
        """Where the case has this effect."""
        return with_effect(self.rule, case, effect)


class Some(Struct, frozen=True):
    """Some lines alone, at ascending positions: their facts, for what only few lines are asked."""

    ctx: Context
    at: np.ndarray

    def __getitem__(self, name: str) -> Any:
        value = self.ctx[name]
        return value.iloc[self.at] if isinstance(value, pd.Series) else value[self.at]

    def all(self, values: np.ndarray, nothing: Any) -> np.ndarray:
        """What was found of them, told of every line: `nothing` for the others."""
        result = np.full(self.ctx.n, nothing, dtype=values.dtype)
        result[self.at] = values
        return result


def with_effect(rule: Rule, case: np.ndarray, effect: str) -> np.ndarray:
    """Where the case number (uint8) is one of the rule's cases of this effect."""
    flags = np.zeros(256, dtype=bool)
    flags[[c.number for c in rule.cases if c.effect == effect]] = True
    return flags[case]


KINDS: dict[str, tuple[str, Callable[[Context], Outcome]]] = {}


def kind(stage: str) -> Callable[[Callable[[Context], Outcome]], Callable[[Context], Outcome]]:
    """Register a kind under its function's name, with the stage at which it takes won."""

    def register(function: Callable[[Context], Outcome]) -> Callable[[Context], Outcome]:
        KINDS[function.__name__] = (stage, function)
        return function

    return register
