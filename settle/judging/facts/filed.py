"""The list of papers that were handed in: which are there, for what part and whose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from settle.judging.facts.base import family
from settle.judging.facts.declared import rows_beside, rows_of, texts_of
from settle.judging.facts.subjects import application
from settle.model import EVIDENCE
from settle.programme import conditions
from settle.programme.vocabulary import match_key

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts

# in front of a name or behind it: [서식 3-1], [제1호의2 서식], [제2호의1~4 서식]
FORM_NUMBER = re.compile(
    r"\[?\s?(?:서식\s?\d{1,2}(?:-\d{1,2})?|제\d{1,2}호(?:의\s?\d{1,2})?(?:~\d{1,2})?\s?서식)\s?\]?"
)
SHEET, COLUMN = "제출서류", "서류명"
PART, PERSON = "세부사업", "근로자"  # columns of the list of papers that say for what and whose


class Filed:
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
        self.beside = [set(rows) for rows in rows_beside(facts, self.rows)]
        kinds = facts.book.frames[EVIDENCE]["증빙종류"].tolist()
        self.among_evidence = set(kinds) if facts.subject.counted else set()

    def _texts(self, column: str) -> list[str]:
        frame = self.rows.ledger
        return frame[column].tolist() if column in frame else [""] * len(frame)

    def there(self, i: int, names: set[str], part: str, people: set[str]) -> bool:
        """Is one of these papers there for row i: of this part or of none in particular, of one of these people ({""}: of nobody)?"""
        return any(
            name in names
            and (self._of_his(i, row) if self.people[row] else row in self.beside[i])
            and self.parts[row] in ("", part)
            and self.people[row] in people
            for row, name in enumerate(self.names)
        )

    def _of_his(self, i: int, row: int) -> bool:
        """May a paper of a person be one of the application of row i? His name says whose it is where the number does not."""
        return not self.mine[i] or self.numbers[row] in ("", self.mine[i])

    def people_of(self, i: int, plan: dict[str, Any]) -> set[str]:
        """Those of another sheet of whom one's paper is enough."""
        theirs = rows_of(self.facts, str(plan["sheet"]))
        fits = conditions.holds(plan.get("where"), theirs, theirs.n)
        names, numbers = texts_of(theirs.ledger, str(plan["column"])), application(theirs).tolist()
        return {
            name for name, fit, number in zip(names, fits, numbers, strict=True) if fit and number in ("", self.mine[i])
        }


@family
def paper_of(facts: Facts, name: str) -> np.ndarray:
    """Is this paper there for the person of the line: on the list of papers under the name, or among the evidence of the line?"""
    filed = Filed(facts, SHEET, COLUMN)
    people = [match_key(text) for text in facts[PERSON].tolist()]
    found = np.array([filed.there(i, {name}, "", {who} - {""}) for i, who in enumerate(people)], dtype=bool)
    return found | (facts[f"paper:{name}"] if facts.spending else False)
