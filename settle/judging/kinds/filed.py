"""Papers that a person or an application must have handed in, and what a form on file says where a cell is blank."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from settle.judging.facts.declared import rows_of, texts_of
from settle.judging.facts.subjects import application
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import outright
from settle.model import EVIDENCE
from settle.programme import conditions
from settle.programme.vocabulary import match_key

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts

FORM_NUMBER = re.compile(r"\[?\s?서식\s?\d{1,2}(?:-\d{1,2})?\s?\]?")  # in front of a name or behind it
PART, PERSON = "세부사업", "근로자"  # columns of the list of papers that say for what and whose


class _Filed:
    """The papers of the list, read once: name as the programme writes it, application, part, person."""

    def __init__(self, facts: Facts, sheet: str, column: str) -> None:
        self.facts = facts
        self.rows = rows_of(facts, sheet)
        programme, frame = facts.programme, self.rows.ledger
        plain = [FORM_NUMBER.sub(" ", text[:200]) for text in frame[column].tolist()]
        self.names = [programme.canonical(column, text) or match_key(text) for text in plain]
        self.numbers = application(self.rows).tolist()
        self.parts = [programme.canonical("비목", text) or text for text in self._texts(PART)]
        self.people = [match_key(text) for text in self._texts(PERSON)]
        self.mine = application(facts).tolist()
        kinds = facts.book.frames[EVIDENCE]["증빙종류"].tolist()
        self.among_evidence = set(kinds) if facts.subject.counted else set()

    def _texts(self, column: str) -> list[str]:
        frame = self.rows.ledger
        return frame[column].tolist() if column in frame else [""] * len(frame)

    def there(self, i: int, names: set[str], part: str, people: set[str]) -> bool:
        """Is one of these papers there for row i: of this part or of none in particular, of one of these people ({""}: of nobody)?"""
        return any(
            name in names
            and (not self.mine[i] or self.numbers[row] in ("", self.mine[i]))
            and self.parts[row] in ("", part)
            and self.people[row] in people
            for row, name in enumerate(self.names)
        )

    def people_of(self, i: int, plan: dict[str, Any]) -> set[str]:
        """Those of another sheet of whom one's paper is enough."""
        theirs = rows_of(self.facts, str(plan["sheet"]))
        fits = conditions.holds(plan.get("where"), theirs, theirs.n)
        names, numbers = texts_of(theirs.ledger, str(plan["column"])), application(theirs).tolist()
        return {
            name for name, fit, number in zip(names, fits, numbers, strict=True) if fit and number in ("", self.mine[i])
        }


@kind("line")
def papers_on_file(ctx: Context) -> Outcome:
    """Papers that must have been handed in, by name; what a form on file is signed for, and the cells that it so fills.

    parameters: sheet, column (the list of papers), paper = [{name, any_of, part, on (the subject that is asked), of (own column: whose),
    of_any = {sheet, column, where}, when}], form = [{paper (its name above), part, on, columns, when}],
    forms_cover (the officer has confirmed what the forms say). A paper among the evidence of a line counts as well. Local: missing, read_as_none (a form is there and a cell is blank), forms_cover. Values: missing,
    blanks.
    """
    plan, facts = ctx.rule.parameters, ctx.facts
    filed = _Filed(facts, str(plan["sheet"]), str(plan["column"]))
    among = ctx.applies()
    asked, forms = (
        [one for one in plan.get(name, []) if one.get("on", facts.subject.name) == facts.subject.name]
        for name in ("paper", "form")
    )
    there = {one["name"] + one.get("part", ""): _there(ctx, filed, one) for one in asked}
    lacks = [
        (str(one["name"]), among & ctx.holds(one.get("when")) & ~there[one["name"] + one.get("part", "")])
        for one in asked
    ]
    blanks: list[list[str]] = [[] for _ in range(facts.n)]
    for form in forms:
        here = among & ctx.holds(form.get("when")) & there[form["paper"] + form.get("part", "")]
        for column in form["columns"]:
            for i in np.flatnonzero(here & (np.asarray(ctx[column], dtype=object) == "")).tolist():
                blanks[i].append(str(column).rpartition(".")[2])
    ctx.local.update(
        missing=np.logical_or.reduce([np.zeros(facts.n, dtype=bool), *(lack for _, lack in lacks)]),
        read_as_none=np.array([bool(one) for one in blanks], dtype=bool),
        forms_cover=np.full(facts.n, bool(plan.get("forms_cover"))),
    )
    case = ctx.cases(among)

    def missing(lines: np.ndarray) -> list[str]:
        return [", ".join(dict.fromkeys(name for name, lack in lacks if lack[i])) for i in lines.tolist()]

    values = {"missing": missing, "blanks": lambda lines: [", ".join(dict.fromkeys(blanks[i])) for i in lines.tolist()]}
    return Outcome(case, take=outright(ctx.effect(case, "disallow")), values=values)


def _there(ctx: Context, filed: _Filed, one: dict[str, Any]) -> np.ndarray:
    names = set(one.get("any_of", [one["name"]]))
    of = [match_key(text) for text in ctx[one["of"]].tolist()] if "of" in one else None
    found = np.zeros(ctx.n, dtype=bool)
    for i in range(ctx.n):
        people = {of[i]} - {""} if of is not None else filed.people_of(i, one["of_any"]) if "of_any" in one else {""}
        found[i] = filed.there(i, names, str(one.get("part", "")), people) or bool(names & filed.among_evidence)
    if ctx.facts.spending:
        for name in names & set(ctx.facts.programme.values.get("증빙종류", {})):
            found |= np.asarray(ctx[f"paper:{name}"], dtype=bool)
    return found
