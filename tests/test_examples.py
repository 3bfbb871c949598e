"""Every [[example]] of every rule file says what its rule says; every rule has one that passes and one that does not.

The figures of the examples are worked out by hand from the rule. `pytest -k MTG-020` runs those of one rule.
"""

from __future__ import annotations

import pytest

from settle import examples
from settle.batch.together import judge_together
from settle.pipeline import book_from_tables, judge
from settle.programme import folders as resources
from settle.programme.rules import Rulebook, RulebookError, load, parse
from tests.kit.casekit import by_itself

BOOKS = {programme: load(programme) for programme in resources.programmes()}
RULES = [(p, rule) for p, book in BOOKS.items() for rule in book.rules]
EXAMPLES = [
    (p, example) for p, rule in RULES for example in examples.of(rule) if examples.fits(example, BOOKS[p].programme)
]


def named(found: tuple) -> str:
    programme, one = found
    where = "" if programme == resources.DEFAULT_PROGRAMME else f"{programme}-"
    return f"{where}{one.code}" + (f"-{one.number}-{one.expect}" if isinstance(one, examples.Example) else "")


@pytest.mark.parametrize("found", EXAMPLES, ids=named)
def test_the_rule_says_what_the_example_says(found: tuple[str, examples.Example]) -> None:
    programme, example = found
    said = examples.verdict(example, BOOKS[programme], judge_together, by_itself(BOOKS[programme], example.code))
    assert not said.not_checked, f"{example.says}: 미점검 {said.not_checked}"
    assert (said.effect, said.won) == (example.expect, example.won), f"{example.says}: {said.message}"


@pytest.mark.parametrize("found", RULES, ids=named)
def test_a_rule_shows_what_passes_and_every_effect_it_can_have(found: tuple) -> None:
    _, rule = found
    shown = {example.expect for example in examples.of(rule)}
    assert examples.PASS in shown
    assert shown - {examples.PASS}, "no example of a breach"
    if any(case.effect == "disallow" for case in rule.cases):
        assert "disallow" in shown


RULE = """
code = "AAA-010"
name = "n"
title = "t"
kind = "breach"
source = {doc = "문서"}
[[case]]
effect = "note"
message = "m"
remedy = "r"
[[example]]
expect = "pass"
"집행내역" = [{"집행번호" = "E-001"}]
"""


@pytest.mark.parametrize(
    "slip",
    [
        "",  # no sentence
        'says = "s"\nothers = [{}]',  # another agreement without a sheet
        'says = "s"\nothers = {"집행내역" = []}',  # one table, where a list of them is asked for
    ],
)
def test_an_example_that_is_incomplete_is_an_error_of_the_rulebook(slip: str) -> None:
    with pytest.raises(RulebookError, match=r"AAA-010.*example 1"):
        examples.of(parse(RULE + slip, {}, "AAA-010.toml"))


def test_an_example_with_others_is_not_checked_where_it_is_judged_by_itself() -> None:
    book = BOOKS[resources.DEFAULT_PROGRAMME]
    said = examples.verdict(next(e for e in examples.of(book.by_code["XIN-010"]) if e.expect == "disallow"), book)
    assert said.effect == examples.PASS
    assert "여러 협약" in said.not_checked


def test_a_wrong_example_is_noticed() -> None:
    """The runner can fail: the same rows with a tighter expectation do not fit."""
    book: Rulebook = BOOKS[resources.DEFAULT_PROGRAMME]
    right = next(e for e in examples.of(book.by_code["MTG-020"]) if e.expect == "disallow")
    said = examples.verdict(right, book)
    assert said.won == 1
    assert "90,001" in said.message


def test_a_part_of_a_period_is_told_with_its_whole_sum() -> None:
    """900,000 won for 30 days, 15 of them in October."""
    book = BOOKS["gyeongnam-auto-parts"]
    example = examples.of(book.by_code["GAE-060"])[1]
    tables = {book.programme.main.sheet: example.tables["집행내역"]}
    found = judge(book_from_tables(tables, book.programme), book).findings
    said = found.loc[found["code"] == "GAE-060", "arithmetic"].tolist()
    assert said == ["⌊900,000 × 15일 ÷ 30일⌋ = 450,000"]
