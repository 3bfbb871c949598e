"""From findings to won: the rules in their order over the balance that is left (rules.md 〈From findings to won〉).

Every line obeys claimed = recognised + held + disallowed, in integers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from settle.judging import registry  # noqa: F401  every kind and fact is known from here on
from settle.judging.kinds.base import KINDS, Context, Outcome, with_effect
from settle.programme.rules import Rule, RulebookError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from settle.judging.facts.base import Facts

ACCEPT, REJECT, PARTLY = "인정", "불인정", "일부인정"


@dataclass(frozen=True)
class Decision:
    """An auditor's verdict on one finding; won: 인정금액 of 일부인정. row: its row in sheet 판정."""

    line: int
    code: str
    verdict: str
    won: int
    row: int


@dataclass
class Applied:
    """What one rule did. at_issue: what it alone would take; machine: what it takes by itself; applied: after decisions."""

    rule: Rule
    outcome: Outcome
    at_issue: np.ndarray
    machine: np.ndarray
    applied: np.ndarray


@dataclass
class State:
    """What the rules share during one settlement."""

    facts: Facts
    rules: tuple[Rule, ...]
    decisions: Mapping[str, list[Decision]]
    left: np.ndarray  # replaced after every rule, never changed in place
    labour: Any = None
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def outcome(self, rule: Rule) -> Outcome:
        """Run a rule's kind, once."""
        if rule.code not in self.outcomes:
            if rule.kind not in KINDS:
                raise RulebookError(f"규칙 {rule.code}: 알 수 없는 kind '{rule.kind}'")
            context = Context(rule, self.facts, self.left, self)
            try:
                self.outcomes[rule.code] = KINDS[rule.kind][1](context)
            except KeyError as error:  # a fact, list or parameter that the rule file names and nobody knows
                problem = f"{error}은(는) 규칙 파일에 없거나 도구가 모르는 이름입니다."
                raise RulebookError(f"규칙 {rule.code}: {problem}") from error
        return self.outcomes[rule.code]

    def marked(self, head: str, code: str) -> np.ndarray:
        """Lines that another rule strikes (`struck:`) or holds (`held:`) and that no decision lifts."""
        rule = next((r for r in self.rules if r.code == code), None)
        if rule is None:
            return np.zeros(self.facts.n, dtype=bool)
        effect = "disallow" if head == "struck" else "hold"
        result = with_effect(rule, self.outcome(rule).case, effect)
        for decision in self.decisions.get(code, []):
            if decision.verdict != REJECT or head == "held":
                result[decision.line] = False
        return result


@dataclass
class Settled:
    """Won per line, and what every rule did, in code order."""

    claimed: np.ndarray
    held: np.ndarray
    disallowed: np.ndarray
    applied: list[Applied]

    @property
    def recognised(self) -> np.ndarray:
        return self.claimed - self.held - self.disallowed


def sequence(rules: tuple[Rule, ...], programme_order: Mapping[str, list[str]]) -> list[Rule]:
    """The rules (in code order) in the order in which they take won: deductions, line caps, group caps."""
    stages: dict[str, list[Rule]] = {"deduction": [], "line": [], "group": []}
    for rule in rules:
        stages[KINDS[rule.kind][0] if rule.kind in KINDS else "line"].append(rule)

    def by(named: list[str]) -> Callable[[Rule], int]:
        return lambda rule: named.index(rule.code) if rule.code in named else len(named)

    return [
        *sorted(stages["deduction"], key=by(programme_order.get("deductions", []))),
        *stages["line"],
        *sorted(stages["group"], key=by(programme_order.get("group_caps", []))),
    ]


def settle(facts: Facts, rules: tuple[Rule, ...], decisions: Mapping[str, list[Decision]] | None = None) -> Settled:
    """Run the rules. Raises RulebookError where the rulebook is wrong."""
    net = facts["net"]
    nothing = np.zeros(facts.n, dtype=np.int64)
    nothing.flags.writeable = False
    state = State(facts, rules, decisions or {}, net)
    done: dict[str, Applied] = {}
    for rule in sequence(rules, facts.programme.data.get("order", {})):
        outcome = state.outcome(rule)
        if not outcome.case.any():
            done[rule.code] = Applied(rule, outcome, nothing, nothing, nothing)
            continue
        moving = with_effect(rule, outcome.case, "disallow")
        take = outcome.take or (lambda left: nothing)
        machine = np.where(moving, np.minimum(take(state.left), state.left), 0)
        group = KINDS[rule.kind][0] == "group"
        at_issue = machine if group else np.where(moving, np.minimum(take(net), net), 0)
        applied = machine.copy()
        for decision in state.decisions.get(rule.code, []):
            i = decision.line
            if outcome.case[i] == 0:
                continue
            if decision.verdict == ACCEPT:
                applied[i] = 0
            elif decision.verdict == PARTLY:
                applied[i] = max(0, int(state.left[i]) - decision.won)
            elif not moving[i]:
                asked = state.left[i] if outcome.hold is None else outcome.hold[i]
                applied[i] = min(asked, state.left[i])
        state.left = state.left - applied
        done[rule.code] = Applied(rule, outcome, at_issue, machine, applied)
    disallowed = net - state.left
    held = np.zeros(facts.n, dtype=np.int64)
    for rule in rules:
        one = done[rule.code]
        if not one.outcome.case.any():
            continue
        waits = with_effect(rule, one.outcome.case, "hold")
        asked = np.where(waits, np.minimum(net if one.outcome.hold is None else one.outcome.hold, net), 0)
        one.at_issue = np.where(waits, asked, one.at_issue)
        one.machine = np.where(waits, np.minimum(asked, state.left + one.applied), one.machine)
        for decision in state.decisions.get(rule.code, []):
            asked[decision.line] = 0
        now = np.minimum(asked, state.left)
        one.applied = one.applied + now
        state.left = state.left - now
        held += now
    return Settled(facts["claimed"], held, disallowed, [done[r.code] for r in rules])
