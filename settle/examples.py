"""Examples of rules: the [[example]] tables of a rule file, and what the rule says of them.

An example holds a few rows of sheets, one sentence (`says`), and what its rule says of the first 집행내역 line, or,
where it says nothing of a line, of the agreement (`expect`: pass, disallow, hold, note; `won`: at issue). What crosses
agreements is shown with `others`: the sheets of further agreements of the month, `[[example.others]]` each; `elsewhere = true` among them
makes it an agreement of another programme (`elsewhere`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from settle.model import EFFECTS
from settle.programme.rules import Rule, RulebookError

if TYPE_CHECKING:
    from collections.abc import Callable

    from settle.model import Book, Judgement
    from settle.programme.rules import Rulebook
    from settle.programme.vocabulary import Programme

    Together = Callable[[list[Book], Rulebook, list[str] | None, list[Rulebook | None]], list[Judgement]]

PASS = "pass"
OWN_KEYS = ("says", "expect", "won", "others")
ELSEWHERE = "elsewhere"


class Example(Struct, frozen=True):
    """One example of a rule.

    tables: sheet kind -> rows (협약: 항목 -> value); a table of any other name with the headings of a list is that list.
    others: the same of each further agreement.
    """

    code: str
    number: int
    says: str
    expect: str
    won: int
    tables: dict[str, Any]
    others: tuple[dict[str, Any], ...] = ()


class Verdict(Struct, frozen=True):
    """What the rule said: pass or an effect, won at issue, message ("" for pass), and why it was not checked, else ""."""

    effect: str
    won: int = 0
    message: str = ""
    not_checked: str = ""


def of(rule: Rule) -> tuple[Example, ...]:
    """The examples of a rule, in the order of its file. Raises RulebookError for one that is incomplete."""
    found = []
    for number, raw in enumerate(rule.examples, start=1):
        tables = {key: value for key, value in raw.items() if key not in OWN_KEYS}
        others = raw.get("others", [])
        whole = isinstance(others, list) and all(isinstance(one, dict) and one for one in others)
        if not raw.get("says") or raw.get("expect") not in (PASS, *EFFECTS) or not tables or not whole:
            needs = "says, expect(pass, disallow, hold, note), 하나 이상의 시트"
            raise RulebookError(f"규칙 {rule.code}: example {number}에 {needs} 가운데 빠진 것이 있습니다.")
        won = int(raw.get("won", 0))
        found.append(Example(rule.code, number, raw["says"], raw["expect"], won, tables, tuple(others)))
    return tuple(found)


def fits(example: Example, programme: Programme) -> bool:
    """Can a programme judge it? Not an example of spending where nothing is spent."""
    from settle.model import LEDGER

    return programme.spends or LEDGER not in example.tables


def elsewhere(rulebook: Rulebook) -> Rulebook:
    """The rulebook of another programme that pays out money: the default one, or for that the first of the others."""
    from settle.programme.folders import DEFAULT_PROGRAMME, programmes
    from settle.programme.rules import kept

    names = [name for name in (DEFAULT_PROGRAMME, *programmes()) if name != rulebook.programme.id]
    return next(book for name in names if (book := kept(name)).programme.spends)


def verdict(
    example: Example, rulebook: Rulebook, together: Together | None = None, rules: list[str] | None = None
) -> Verdict:
    """Judge the example with the whole rulebook; what its own rule says of the first line, else of the agreement.

    together: judges an example with others (settle.batch.together); without it such an example is judged by itself.
    rules: the codes of the rules that judge it, where not all need to.
    """
    from settle.model import LEDGER
    from settle.pipeline import book_from_tables, judge

    main = rulebook.programme.main.sheet  # an example of a common rule calls it as most programmes do
    tables = {main if name == LEDGER else name: rows for name, rows in example.tables.items()}
    book = book_from_tables(tables, rulebook.programme)
    if example.others and together is not None:
        books, of = [book], [None, *(elsewhere(rulebook) if one.get(ELSEWHERE) else None for one in example.others)]
        for tables, another in zip(example.others, of[1:], strict=True):
            sheets = {name: rows for name, rows in tables.items() if name != ELSEWHERE}
            books.append(book_from_tables(sheets, (another or rulebook).programme))
        result = together(books, rulebook, rules, of)[0]
    else:
        result = judge(book, rulebook, rules=rules)
    reason = next((one.reason for one in result.not_checked if one.code == example.code), "")
    told = [result.findings, *(one.findings for one in result.others)]
    said = []
    for table in told:
        ours = table[table["code"] == example.code]
        first = ours[ours["line_index"] == 0]
        said += [(first if len(first) else ours).iloc[0]] if len(ours) else []
    if not said:
        return Verdict(PASS, not_checked=reason)
    row = min(said, key=lambda one: list(EFFECTS).index(one["effect"]))  # of several subjects the gravest word
    return Verdict(str(row["effect"]), int(row["at_issue"]), str(row["message"]), reason)
