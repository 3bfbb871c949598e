"""What may come of a rule, in the words of the subjects that it judges: 불인정 and won where money is judged, 제외 and 건 where
applications are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle import korean as text
from settle.examples import PASS
from settle.model import EFFECTS, LEDGER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from settle.examples import Example
    from settle.programme.rules import Case, Rule
    from settle.programme.vocabulary import Programme, Subject

NOTE = "note"


def subjects(rule: Rule, programme: Programme) -> tuple[Subject, ...]:
    """What a rule judges: what it names, else the main subject; where nothing is spent, everything that is counted."""
    known = {one.name: one for one in (programme.main, *programme.others)}
    if rule.about:
        return tuple(known[name] for name in rule.about)
    return (programme.main,) if programme.spends else programme.others


def word(subject: Subject, effect: str) -> str:
    """What an effect (or pass) on a subject is called."""
    words = {PASS: subject.recognised, "hold": subject.held, "disallow": subject.disallowed}
    return words.get(effect) or EFFECTS[effect]


def words(found: Iterable[Subject], effect: str) -> str:
    """The same of several subjects, each word once: 제외·불인정."""
    return "·".join(dict.fromkeys(word(one, effect) for one in found))


def of_case(case: Case, rule: Rule, programme: Programme) -> str:
    """What a case of a rule comes to."""
    return words(_judged(case, rule, programme), case.effect)


def of_rule(rule: Rule, programme: Programme) -> str:
    """Everything that may come of a rule, the gravest first: 불인정·보완·확인."""
    found = []
    for effect in EFFECTS:
        hit = [one for case in rule.cases if case.effect == effect for one in _judged(case, rule, programme)]
        found += [words(hit, effect)] if hit else []
    return "·".join(found)


def of_example(example: Example, rule: Rule, programme: Programme) -> str:
    """불인정 1원, 보완 90,000원, 확인, 인정; of what is counted: 제외 1건, 적격."""
    cases = [case for case in rule.cases if case.effect == example.expect]
    asked = [one for case in cases for one in _judged(case, rule, programme)] or list(subjects(rule, programme))
    anything = [*asked, programme.main, *programme.others]  # a rule that names no subject judges rows of any sheet
    sheets = {programme.main.sheet if name == LEDGER else name for name in example.tables}
    one = next((one for one in anything if one.sheet in sheets), asked[0])
    said = word(one, example.expect)
    return f"{said} {text.number(example.won)}{one.unit}" if example.won else said


def _judged(case: Case, rule: Rule, programme: Programme) -> tuple[Subject, ...]:
    """The subjects that a case is told of."""
    all_of_it = subjects(rule, programme)
    return tuple(one for one in all_of_it if one.name == case.about) or all_of_it


def meanings(programme: Programme) -> list[tuple[str, str]]:
    """(what may come of a line, what it means), for everything that the programme judges."""
    counted = [one for one in programme.others if one.counted]
    all_of_it = [*([programme.main] if programme.spends else []), *programme.others]
    broken = "규칙을 어긴 것이 드러났습니다."
    if programme.spends:
        broken += " 그만큼 인정하지 않습니다."
    if counted:
        by_word = {one.disallowed: [two.name for two in counted if two.disallowed == one.disallowed] for one in counted}
        told = [f"{text.josa('·'.join(names), '은/는')} {said}" for said, names in by_word.items()]
        broken += f" 어긴 {', '.join(told)}입니다."
    kept = "금액" if programme.spends else "판정"
    return [
        (words(all_of_it, "disallow"), broken),
        (words(all_of_it, "hold"), "서류나 사실이 빠졌습니다. 낼 때까지 인정하지 않으며, 내면 인정합니다."),
        (EFFECTS[NOTE], f"사람이 보아야 합니다. {text.josa(kept, '은/는')} 바뀌지 않습니다."),
    ]
