"""Facts + rulebook -> Judgement. Commands come here through settle.pipeline."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from settle.judging.payments import payments
from settle.judging.problems import lost_budget, row_problems
from settle.judging.rounds import chosen
from settle.judging.scores import of_subject
from settle.judging.subjects import Bench
from settle.judging.sums import by_category, by_fund
from settle.korean import mask
from settle.model import WON, Judged, Judgement
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
    said = chosen(book, facts.programme)
    if said is not None and said[1] and said[1] not in book.notices:
        book.notices.append(said[1])
    bench = Bench(facts, rulebook, whole.select(None, skip) if rules else rulebook, whole)
    main = bench.spoken(facts.programme.main)
    others = bench.others()
    settled = main.settled
    lines = facts.ledger.assign(
        line=facts["line_name"],
        **{head: facts["category"].column(level) for level, head in enumerate(HEADS)},
        claimed=settled.claimed,
        recognised=settled.recognised,
        held=settled.held,
        disallowed=settled.disallowed,
    )
    categories, funds = by_category(facts, lines), by_fund(facts, lines)
    spoken = bench.all_spoken()
    codes = [rule.code for rule in rulebook.rules]
    unchecked = [n for one in spoken for n in one.not_checked] + bench.not_there()
    # a reason may name what stands in a cell, or a file
    not_checked = {(n.code, n.reason): replace(n, reason=mask(n.reason)) for n in unchecked}
    totals = {name: int(lines[name].sum()) for name in WON}
    spends = [Judged(rulebook.programme.main, facts, lines, main.findings, totals)] if bench.spent else []
    return Judgement(
        book=book,
        facts=facts,
        programme=rulebook.programme,
        rulebook=rulebook,
        lines=lines,
        findings=main.findings,
        totals=totals,
        by_category=categories if bench.spent else categories.head(0),
        by_fund=funds if bench.spent else funds.head(0),  # nothing was spent yet: nothing to pay back
        input_errors=[
            *bench.read_errors(),
            *(problem for one in spoken for problem in row_problems(one.facts, one.findings)),
            *lost_budget(facts),
            *(problem for one in spoken for problem in one.problems),
        ],
        not_checked=sorted(not_checked.values(), key=lambda n: codes.index(n.code)),
        seconds=time.perf_counter() - started,
        others=others,
        payments=payments(facts, lines),
        scores=[found for one in (*spends, *others) for found in of_subject(one)],
    )
