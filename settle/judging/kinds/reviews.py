"""How a round of reviews was held: points that are missing or equal in any of its tables, and how many reviewers there were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from settle.judging import scores
from settle.judging.facts.declared import rows_of
from settle.judging.facts.subjects import application
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import by_cases
from settle.judging.kinds.scoring import table_named
from settle.programme.vocabulary import match_key

if TYPE_CHECKING:
    from collections.abc import Callable


def _outcome(ctx: Context, **said: list[list[str]]) -> Outcome:
    ctx.local |= {name: np.array([bool(texts) for texts in found], dtype=bool) for name, found in said.items()}
    return by_cases(ctx, **{name: _joined(found) for name, found in said.items()})


def _joined(found: list[list[str]]) -> Callable[[np.ndarray], list[str]]:
    return lambda at: ["; ".join(found[i]) for i in at.tolist()]


@kind("group")
def several_tables(ctx: Context) -> Outcome:
    """Several score tables of one round. parameters.tables: their ids.

    Local: tied (with a row that no rule before has struck, and nothing tells them apart), incomplete (somebody gave points, but not for
    all criteria). Values: tied (the table and with whom), incomplete (the table and its criteria without points).
    """
    tied: list[list[str]] = [[] for _ in range(ctx.n)]
    incomplete: list[list[str]] = [[] for _ in range(ctx.n)]
    for name in ctx.rule.parameters["tables"]:
        table = table_named(ctx, str(name))
        for i, one in enumerate(scores.scored(ctx.facts, table, ctx.left > 0)):
            if one.tied_with:
                tied[i].append(f"{table.title} 신청 {', '.join(one.tied_with)}")
            lacking = [p.criterion for p in one.points if p.points is None and not p.bonus]
            if lacking and any(p.points is not None for p in one.points if not p.bonus):
                incomplete[i].append(f"{table.title} {', '.join(lacking)}")
    return _outcome(ctx, tied=tied, incomplete=incomplete)


@kind("line")
def panel(ctx: Context) -> Outcome:
    """The reviewers of a group of applications are so many; said once, at the first application of the group.

    parameters: sheet, by (column of the application), name, stage (columns of the sheet: who reviews, in which round), least, most.
    Local: few, many, unnamed (a review without a name: how many there were is not known). Values: the group, the stage and how many.
    """
    plan, facts = ctx.rule.parameters, ctx.facts
    least, most = (int(facts.limit(str(plan[name]).partition(".")[2])[0]) if ctx.n else 0 for name in ("least", "most"))
    theirs = rows_of(facts, str(plan["sheet"]))
    groups, numbers = np.asarray(facts[str(plan["by"])], dtype=object).tolist(), application(facts).tolist()
    of = {number: i for i, number in reversed(list(enumerate(numbers)))}
    first: dict[str, int] = {}
    for i, group in enumerate(groups):
        first.setdefault(str(group), i)
    seen: dict[tuple[str, str], set[str]] = {}
    nameless: set[tuple[str, str]] = set()
    stages = theirs.ledger[str(plan["stage"])].tolist()
    for number, reviewer, stage in zip(
        application(theirs).tolist(), theirs.ledger[str(plan["name"])].tolist(), stages, strict=True
    ):
        if number not in of:
            continue
        key = (str(groups[of[number]]), stage or str(plan.get("unsaid", "")))
        seen.setdefault(key, set())
        if reviewer:
            seen[key].add(match_key(reviewer))
        else:
            nameless.add(key)
    few: list[list[str]] = [[] for _ in range(ctx.n)]
    many: list[list[str]] = [[] for _ in range(ctx.n)]
    unnamed: list[list[str]] = [[] for _ in range(ctx.n)]
    for key, names in seen.items():
        group, stage = key
        at, told = first[group], " ".join(filter(None, (group, stage, f"{len(names)}명")))
        if len(names) > most:
            many[at].append(told)
        elif key in nameless:
            unnamed[at].append(" ".join(filter(None, key)))
        elif len(names) < least:
            few[at].append(told)
    return _outcome(ctx, few=few, many=many, unnamed=unnamed)
