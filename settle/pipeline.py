"""Judge a settlement workbook together with the lists handed over with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle.judging.facts.base import Facts
from settle.judging.judge import judge
from settle.programme.rules import Rulebook, load
from settle.reconciling.reconcile import reconcile

if TYPE_CHECKING:
    from typing import Any

    from settle.model import Book, Judgement


def judge_with_lists(
    book: Book,
    rulebook: Rulebook | None = None,
    rules: list[str] | None = None,
    skip: list[str] | None = None,
    given: dict[str, Any] | None = None,
) -> Judgement:
    """The judgement with the REC rules for which Book.lists has lists; its `reconciliation` is None where it has none.

    given: further facts from outside the workbook (judge).
    """
    rulebook = rulebook or load()
    given = dict(given or {})
    result = None
    if any(s.usable for s in book.lists):
        result = reconcile(Facts(book, rulebook.programme), book.lists)
        given |= result.given()
    judgement = judge(book, rulebook, rules, skip, given)
    judgement.reconciliation = result
    return judgement
