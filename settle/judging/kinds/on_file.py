"""Papers that a person or an application must have handed in, and what a form on file says where a cell is blank."""

from __future__ import annotations

from typing import Any

import numpy as np

from settle.judging.facts.beside import unread_under
from settle.judging.facts.filed import Filed
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import by_cases
from settle.korean import and_more
from settle.programme.vocabulary import match_key

SHOWN = 3  # people named in one sentence


@kind("line")
def papers_on_file(ctx: Context) -> Outcome:
    """Papers that must have been handed in, by name; what a form on file is signed for, and the cells that it so fills.

    parameters: sheet, column (the list of papers), paper = [{name, any_of, part, on (the subject that is asked), of (own column: whose),
    of_any = {sheet, column, where}, when}], form = [{paper (its name above), part, on, columns, when}],
    forms_cover (the officer has confirmed what the forms say). A paper among the evidence of a line counts as well.
    Local: missing, read_as_none (a form is there and a cell is blank), forms_cover. Values: missing,
    lacking (the same, with who of `of_any` may be meant), blanks.
    """
    plan, facts = ctx.rule.parameters, ctx.facts
    filed = Filed(facts, str(plan["sheet"]), str(plan["column"]))
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
            blank = (np.asarray(ctx[column], dtype=object) == "") & ~unread_under(facts, str(column))
            for i in np.flatnonzero(here & blank).tolist():
                blanks[i].append(str(column).rpartition(".")[2])
    ctx.local.update(
        missing=np.logical_or.reduce([np.zeros(facts.n, dtype=bool), *(lack for _, lack in lacks)]),
        read_as_none=np.array([bool(one) for one in blanks], dtype=bool),
        forms_cover=np.full(facts.n, bool(plan.get("forms_cover"))),
    )

    who = {
        str(one["name"]): [sorted(filed.people_of(i, one["of_any"])) for i in range(facts.n)]
        for one in asked
        if "of_any" in one
    }

    def lacking(lines: np.ndarray) -> list[str]:
        return [
            ", ".join(
                dict.fromkeys(_of_whom(name, who[name][i] if name in who else []) for name, lack in lacks if lack[i])
            )
            for i in lines.tolist()
        ]

    def missing(lines: np.ndarray) -> list[str]:
        return [", ".join(dict.fromkeys(name for name, lack in lacks if lack[i])) for i in lines.tolist()]

    def filled(lines: np.ndarray) -> list[str]:
        return [", ".join(dict.fromkeys(blanks[i])) for i in lines.tolist()]

    return by_cases(ctx, among, missing=missing, lacking=lacking, blanks=filled)


def _of_whom(name: str, people: list[str]) -> str:
    """A paper of which one person's is enough, and who these are."""
    return f"{name}({and_more(people, SHOWN, '명')})" if people else name


def _there(ctx: Context, filed: Filed, one: dict[str, Any]) -> np.ndarray:
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
