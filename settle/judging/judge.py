"""Facts + rulebook -> Judgement. Commands come here through settle.pipeline."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from settle.judging.checkable import checkable, partly_unchecked
from settle.judging.decisions import read_decisions, too_much, unfounded
from settle.judging.facts.base import Facts
from settle.judging.findings import table_of_findings
from settle.judging.problems import lost_budget, row_problems
from settle.judging.settlement import settle
from settle.judging.sums import by_category, by_fund
from settle.model import Judgement
from settle.programme.vocabulary import HEADS

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts
    from settle.programme.rules import Rulebook


def judge(facts: Facts, whole: Rulebook, rules: list[str] | None = None, skip: list[str] | None = None) -> Judgement:
    """Judge every line of a book, of which facts answer.

    rules, skip: codes or prefixes. Raises RulebookError for an unknown code or a broken rulebook.
    """
    started = time.perf_counter()
    book = facts.book
    rulebook = whole.select(rules, skip)
    runnable, not_checked = checkable(facts, rulebook.rules)
    decided, own, problems = read_decisions(facts, rulebook, whole)
    settled = settle(facts, runnable, decided, own)
    findings = table_of_findings(facts, settled, decided)
    problems += [*unfounded(facts, runnable, decided, settled), *too_much(facts, settled)]
    not_checked += partly_unchecked(facts, settled)
    lines = facts.ledger.assign(
        line=facts["line_name"],
        **{head: facts["category"].column(level) for level, head in enumerate(HEADS)},
        claimed=settled.claimed,
        recognised=settled.recognised,
        held=settled.held,
        disallowed=settled.disallowed,
    )
    totals = {name: int(lines[name].sum()) for name in ("claimed", "recognised", "held", "disallowed")}
    return Judgement(
        book=book,
        facts=facts,
        programme=rulebook.programme,
        rulebook=rulebook,
        lines=lines,
        findings=findings,
        totals=totals,
        by_category=by_category(facts, lines),
        by_fund=by_fund(facts, lines),
        input_errors=[*book.errors, *row_problems(book, findings), *lost_budget(facts), *problems],
        not_checked=sorted(not_checked, key=lambda n: [r.code for r in rulebook.rules].index(n.code)),
        seconds=time.perf_counter() - started,
    )
