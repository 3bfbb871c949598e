"""From findings to won: the rules in their order over the balance that is left (rules.md 〈From findings to won〉).

Every line obeys claimed = recognised + held + disallowed, in integers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct, field

from settle.judging import registry  # noqa: F401  every kind and fact is known from here on
from settle.judging.kinds.base import ACCEPT, KINDS, PARTLY, REJECT, Context, Outcome, with_effect
from settle.programme.rules import Rule, RulebookError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from settle.judging.facts.base import Facts

OWN_EFFECTS = {"AUD-010": "disallow", "AUD-020": "hold", "AUD-030": "note"}  # the auditor's own findings


class Decision(Struct, frozen=True):
    """An auditor's verdict on one finding; won: 인정금액 of 일부인정. row: its row in sheet 판정."""

    line: int
    code: str
    verdict: str
    won: int
    row: int


class Own(Struct, frozen=True):
    """A finding of the auditor's own (AUD): won None takes all that is left. row: its row in sheet 판정."""

    line: int
    code: str
    won: int | None
    row: int


class OwnApplied(Struct, frozen=True):
    """What became of an own finding. left: what of the line was left for it; applied -1: more was asked for, so it was not used."""

    own: Own
    left: int
    applied: int


class Applied(Struct):
    """What one rule did. at_issue: what it alone would take; machine: what it takes by itself; applied: after decisions."""

    rule: Rule
    outcome: Outcome
    at_issue: np.ndarray
    machine: np.ndarray
    applied: np.ndarray
    second: bool = False  # its second word about lines


class State(Struct):
    """What the rules share during one settlement."""

    facts: Facts
    rules: tuple[Rule, ...]
    decisions: Mapping[str, list[Decision]]
    left: np.ndarray  # replaced after every rule, never changed in place
    labour: Any = None
    borne: np.ndarray | None = None  # won that a minimum share took of each line: the enterprise bears them now
    borne_most: np.ndarray | None = None  # the same with what it only holds: no later one holds it again
    unsure: np.ndarray | None = (
        None  # won that a budget holds because a cell of 예산 is blank: no later one holds them again
    )
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


class Settled(Struct):
    """Won per line, and what every rule did, in code order."""

    claimed: np.ndarray
    held: np.ndarray
    disallowed: np.ndarray
    applied: list[Applied]
    own: list[OwnApplied] = field(default_factory=list)

    @property
    def recognised(self) -> np.ndarray:
        return self.claimed - self.held - self.disallowed

    def forget_rules(self) -> None:
        """Let go of the arrays of every rule, for when its findings are told; won per line stay."""
        for one in self.applied:  # what takes won and what fills texts hold the settlement itself
            one.outcome.take = None
            one.outcome.values.clear()
        self.applied.clear()


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


def settle(
    facts: Facts,
    rules: tuple[Rule, ...],
    decisions: Mapping[str, list[Decision]] | None = None,
    own: Sequence[Own] = (),
) -> Settled:
    """Run the rules, then the auditor's own findings, then the holds. Raises RulebookError where the rulebook is wrong."""
    net = facts["net"]
    nothing = np.zeros(facts.n, dtype=np.int64)
    nothing.flags.writeable = False
    state = State(facts, rules, decisions or {}, net)
    done: dict[str, Applied] = {}
    for rule in sequence(rules, facts.programme.data.get("order", {})):
        outcome = state.outcome(rule)
        if not outcome.case.any() and outcome.second is None:
            outcome.take, outcome.values = None, {}  # nothing is taken or told of a line: their arrays are not kept
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
            if not outcome.speaks_of(i):
                continue
            if decision.verdict == ACCEPT:
                applied[i] = 0
            elif decision.verdict == PARTLY:
                applied[i] = max(0, int(state.left[i]) - decision.won)
            else:
                applied[i] = min(_rejected(outcome, i, int(machine[i]), int(state.left[i])), state.left[i])
        state.left = state.left - applied
        done[rule.code] = Applied(rule, outcome, at_issue, machine, applied)
    state.left, used = _own(state.left, own, "disallow")
    disallowed = net - state.left
    state.left, waiting = _own(state.left, own, "hold")
    used += waiting
    held = net - disallowed - state.left
    allowed = net - disallowed
    result = []
    for rule in rules:
        one = done[rule.code]
        result.append(one)
        if one.outcome.case.any():
            held = held + _hold(state, one, net, allowed)
        if one.outcome.second is not None and one.outcome.second.case.any():
            beside = one.outcome.second
            told = Outcome(beside.case, hold=beside.hold, values=beside.values)
            alone = one.outcome.case == 0  # what a decision took of these lines stands with the only word about them
            other = Applied(rule, told, nothing, nothing, np.where(alone, one.applied, 0), second=True)
            one.applied = np.where(alone, 0, one.applied)
            held = held + _hold(state, other, net, allowed)
            result.append(other)
    return Settled(facts["claimed"], held, disallowed, result, used)


def _rejected(outcome: Outcome, i: int, machine: int, left: int) -> int:
    """What a finding takes of a line when the auditor says 불인정: what it disallows by itself, and what it only holds or notes."""
    won = machine
    if outcome.case[i] and not machine:
        won += left if outcome.hold is None else int(outcome.hold[i])
    if (
        outcome.second is not None
        and outcome.second.case[i]
        and (outcome.second.hold is not None or not outcome.case[i])
    ):
        won += left if outcome.second.hold is None else int(outcome.second.hold[i])
    return won


def _hold(state: State, one: Applied, net: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """What a rule's holds take of what is left; a hold of its second word yields to a decision like the first.

    allowed: what all disallowances left of each line.
    """
    waits = with_effect(one.rule, one.outcome.case, "hold")
    asked = np.where(waits, np.minimum(net if one.outcome.hold is None else one.outcome.hold, net), 0)
    one.at_issue = np.where(waits, asked, one.at_issue)
    if one.outcome.hold_in_left:
        asked = asked.copy()
        for line in np.flatnonzero((asked > 0) & (allowed < net)).tolist():  # one by one: won × won may pass int64
            asked[line] = -(-int(asked[line]) * int(allowed[line]) // int(net[line]))
    one.machine = np.where(waits, np.minimum(asked, state.left + one.applied), one.machine)
    for decision in state.decisions.get(one.rule.code, []):
        asked[decision.line] = 0
    now = np.minimum(asked, state.left)
    one.applied = one.applied + now
    state.left = state.left - now
    return now


def _own(left: np.ndarray, own: Sequence[Own], effect: str) -> tuple[np.ndarray, list[OwnApplied]]:
    """The auditor's own findings of one effect, one after the other (notes go with the holds: they move nothing)."""
    left, used = left.copy(), []
    for one in own:
        if OWN_EFFECTS[one.code] != effect and not (effect == "hold" and OWN_EFFECTS[one.code] == "note"):
            continue
        here = int(left[one.line])
        wanted = 0 if OWN_EFFECTS[one.code] == "note" else here if one.won is None else one.won
        if wanted > here:
            used.append(OwnApplied(one, here, -1))
            continue
        left[one.line] -= wanted
        used.append(OwnApplied(one, here, wanted))
    return left, used
