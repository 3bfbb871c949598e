"""The subjects of a book, each judged by its own rules, once, when first asked for (one may ask for the verdict on another)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from settle.judging.checkable import checkable, partly_unchecked
from settle.judging.decisions import ABOUT, DECISIONS, read_decisions, too_much, unfounded
from settle.judging.facts.base import Facts
from settle.judging.facts.subjects import DISALLOW, HOLD, OK, PART
from settle.judging.findings import table_of_findings
from settle.judging.settlement import settle
from settle.korean import josa
from settle.model import WON, Judged, NotChecked
from settle.programme.rules import BY_SUBJECT, RulebookError, both

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from settle.judging.settlement import Settled
    from settle.model import InputError
    from settle.programme.rules import Rule, Rulebook
    from settle.programme.vocabulary import Subject

SHARED = ("agreements", "benefits")  # given facts that are no column of the ledger
# kinds that look at the rows of every subject
EVERYWHERE = (
    "input_problem",
    "auditor",
    "points_outside",
    "stray_rows",
    "ambiguous_join",
    "contradiction",
    "across_benefit",
)


def is_about(rule: Rule, subject: Subject, main: Subject) -> bool:
    """Is a rule judged on this subject: by its `about`, else by the subject's prefixes, else on the main one?"""
    if rule.kind in EVERYWHERE:
        return True
    return subject.name in rule.about if rule.about else subject == main


def for_subject(rule: Rule, subject: Subject, others: Iterable[str]) -> Rule:
    """The rule with the cases that are for this subject, numbered anew, and what [parameters.about.<subject>] says of it alone."""
    rule = _as_asked_of(rule, subject.name)
    kept = [case for case in rule.cases if case.about not in others]
    if len(kept) == len(rule.cases) and not any(case.about == subject.name for case in kept):
        return rule
    own = [replace(case, about="") if case.about == subject.name else case for case in kept]
    return replace(rule, cases=tuple(replace(case, number=n) for n, case in enumerate(own, start=1)))


def _as_asked_of(rule: Rule, subject: str) -> Rule:
    """A rule with parameters of its own for a subject; `applies_to` among them narrows it there."""
    own = dict(rule.parameters.get(BY_SUBJECT, {}).get(subject, {}))
    if not own:
        return rule
    applies = both(rule.applies_to, own.pop("applies_to", None))
    return replace(
        rule, parameters={k: v for k, v in rule.parameters.items() if k != BY_SUBJECT} | own, applies_to=applies
    )


class Spoken(Struct):
    """One subject, judged. input_errors: what was wrong with the decisions on it."""

    facts: Facts
    settled: Settled
    findings: pd.DataFrame
    not_checked: list[NotChecked]
    problems: list[InputError]


class Bench(Struct, dict=True):
    """Judges the subjects of a book. main: Facts of the main subject, with what is given from outside.

    rulebook: the rules chosen, whose findings are told. asked: those that a verdict on another subject rests on, which a
    choice of a few does not narrow (what is skipped is skipped there too).
    """

    main: Facts
    rulebook: Rulebook
    asked: Rulebook
    whole: Rulebook
    _done: dict[tuple[str, bool], Spoken] = field(default_factory=dict)
    _now: list[str] = field(default_factory=list)
    _facts: dict[str, Facts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.main.bench = self

    @property
    def _all(self) -> tuple[Subject, ...]:
        programme = self.main.programme
        return (programme.main, *programme.others)

    def rules(self, subject: Subject, rulebook: Rulebook) -> tuple[Rule, ...]:
        """The rules of a rulebook that are judged on a subject."""
        main = self.main.programme.main
        others = {one.name for one in self._all if one != subject}
        return tuple(for_subject(r, subject, others) for r in rulebook.rules if is_about(r, subject, main))

    def there(self, subject: Subject) -> bool:
        """Was its sheet given, and is it not over? The main one is always judged, if only on no lines."""
        if subject == self.main.programme.main:
            return True
        return self.main.book.has(subject.sheet) and self.followed(subject) is None

    def followed(self, subject: Subject) -> Subject | None:
        """The subject that comes in the place of this one (its `until`), where a sheet of it was given."""
        later = next((one for one in self._all if one.name == subject.until), None)
        return later if later is not None and self.main.book.has(later.sheet) else None

    @cached_property
    def spent(self) -> bool:
        """Was a ledger given, or nothing else that could be judged? An application alone is asked nothing of spending."""
        book, programme = self.main.book, self.main.programme
        return book.has(programme.main.sheet) or not any(book.has(one.sheet) for one in programme.others)

    def read_errors(self) -> list[InputError]:
        """What the reader found wrong. Cells of a sheet that is not judged any more hold nothing."""
        over = {one.sheet for one in self._all if self.followed(one) is not None}
        return [
            replace(error, consequence="note") if error.kind in over and error.consequence == "held" else error
            for error in self.main.book.errors
        ]

    def facts(self, subject: Subject) -> Facts:
        """The facts of a subject."""
        if subject == self.main.programme.main:
            return self.main
        if subject.name not in self._facts:
            given = {name: self.main.given[name] for name in SHARED if name in self.main.given}
            self._facts[subject.name] = Facts(self.main.book, self.main.programme, given, subject, self)
        return self._facts[subject.name]

    def spoken(self, subject: Subject, asked: bool = False) -> Spoken:
        """What is said of a subject by the rules chosen; asked: by those that a verdict rests on.

        Raises RulebookError where two subjects wait for each other's verdict.
        """
        name = subject.name
        key = name, asked and self.asked is not self.rulebook
        if name in self._now:
            told = ", ".join(f"'{one}'" for one in self._now[self._now.index(name) :])
            raise RulebookError(f"판정 대상 {told}의 규칙이 서로의 판정(verdict:)을 묻고 있어 판정할 수 없습니다.")
        if key not in self._done:
            self._now.append(name)
            try:
                self._done[key] = self._judge(subject, self.asked if asked else self.rulebook)
            finally:
                self._now.remove(name)
        return self._done[key]

    def _judge(self, subject: Subject, rulebook: Rulebook) -> Spoken:
        facts = self.facts(subject)
        chosen, all_of_it = (replace(book, rules=self.rules(subject, book)) for book in (rulebook, self.whole))
        rules = chosen.rules if subject != self.main.programme.main or self.spent else ()
        runnable, not_checked = checkable(facts, rules)
        decided, own, problems = read_decisions(
            facts, chosen, all_of_it, [p for p, one in self._decided.items() if one == subject.name]
        )
        settled = settle(facts, runnable, decided, own)
        findings = table_of_findings(facts, settled, decided)
        problems += [*unfounded(facts, runnable, decided, settled), *too_much(facts, settled)]
        not_checked += partly_unchecked(facts, settled)
        settled.forget_rules()
        return Spoken(facts, settled, findings, not_checked, problems)

    @cached_property
    def _decided(self) -> dict[int, str]:
        """Row of 판정 -> the subject it is about: the one it names, else the first that has such a row and such a rule; what is wrong
        is told by the first that has such a rule, else by the first.
        """
        frame, main = self.main.book.frames[DECISIONS], self.main.programme.main
        if not len(frame):
            return {}
        given = [one for one in self._all if self.there(one) and (one != main or self.spent)] or [main]
        rows = {one.name: set(self.facts(one)["line_name"]) for one in given}
        codes = {one.name: {rule.code for rule in self.rules(one, self.whole)} for one in given}
        found = {}
        told = frame[ABOUT] if ABOUT in frame else [""] * len(frame)
        for position, (name, code, about) in enumerate(zip(frame["집행번호"], frame["규칙코드"], told, strict=True)):
            named = (about,) if about in rows else rows
            fits = (one for one in named if name in rows[one] and code in codes[one])
            known = (one for one in named if code in codes[one])
            found[position] = next(fits, next(known, given[0].name))
        return found

    def verdicts(self, name: str) -> tuple[Facts, np.ndarray] | None:
        """Facts of a subject and the verdict on each row of it. Raises RulebookError for a name that no subject has."""
        subject = next((one for one in self._all if one.name == name), None)
        if subject is None:
            known = ", ".join(one.name for one in self._all)
            raise RulebookError(f"verdict:{name}: 그런 판정 대상이 없습니다. 있는 대상: {known}")
        if not self.there(subject):
            return None
        spoken = self.spoken(subject, asked=True)
        said = np.full(spoken.facts.n, OK, dtype=object)
        settled = spoken.settled
        said[settled.disallowed > 0] = PART
        said[settled.held > 0] = HOLD
        said[(settled.disallowed > 0) & (settled.disallowed >= settled.claimed)] = DISALLOW
        return spoken.facts, said

    def rule(self, code: str) -> Rule | None:
        """A rule of the whole rulebook by its code, whatever was chosen."""
        return self.whole.by_code.get(code)

    def reasons(self, name: str) -> dict[str, tuple[str, str]]:
        """Key of each row of a subject -> (the rules that hold or disallow it: title and code, what is asked for where it is held).

        Raises RulebookError as `verdicts`.
        """
        if self.verdicts(name) is None:
            return {}
        subject = next(one for one in self._all if one.name == name)
        found = self.spoken(subject, asked=True).findings
        rules: dict[str, list[str]] = {}
        wanted: dict[str, list[str]] = {}
        for line, code, title, effect, papers in zip(
            *(found[column] for column in ("line", "code", "title", "effect", "papers")), strict=True
        ):
            if effect != "note":
                rules.setdefault(line, []).append(f"{title} {code}")
            if effect == HOLD:
                wanted.setdefault(line, []).extend(filter(None, (papers or title).split(", ")))
        return {
            line: (", ".join(dict.fromkeys(told)), ", ".join(dict.fromkeys(wanted.get(line, []))))
            for line, told in rules.items()
        }

    def all_spoken(self) -> list[Spoken]:
        """What is said of every subject that was given, the main one first."""
        return [self.spoken(one) for one in self._all if self.there(one)]

    def others(self) -> list[Judged]:
        """The subjects beside the main one whose sheets were given, judged."""
        return [_judged(self.spoken(one), one) for one in self.main.programme.others if self.there(one)]

    def not_there(self) -> list[NotChecked]:
        """The rules of subjects whose sheets were not given: nobody asked for them. Not of those judged on another subject."""
        programme = self.main.programme
        absent = [one for one in programme.others if not self.there(one)]
        if not self.spent and programme.spends:
            absent.append(programme.main)
        asked = {
            rule.code
            for one in self._all
            if one not in absent and self.there(one)
            for rule in self.rules(one, self.rulebook)
        }
        return [
            NotChecked(rule.code, self._why(one), provisional=False, lacking=() if self.followed(one) else (one.sheet,))
            for one in absent
            for rule in self.rules(one, self.rulebook)
            if rule.kind not in EVERYWHERE and rule.code not in asked
        ]

    def _why(self, absent: Subject) -> str:
        later = self.followed(absent)
        if later is not None and self.main.book.has(absent.sheet):
            return f"{later.sheet} 시트가 있어 {josa(absent.name, '은/는')} 따로 보지 않았습니다"
        return f"{absent.sheet} 시트가 없습니다"


def _judged(spoken: Spoken, subject: Subject) -> Judged:
    settled = spoken.settled
    won = {name: getattr(settled, name) for name in WON}
    lines = spoken.facts.ledger.assign(line=spoken.facts["line_name"], **won)
    return Judged(subject, spoken.facts, lines, spoken.findings, {name: int(won[name].sum()) for name in WON})
