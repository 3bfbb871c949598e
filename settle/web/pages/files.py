"""The evidence files of a line: what was read of each, how it compares with the list, and the pages to look at beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from settle.documents.evidence import VERDICTS, shown
from settle.evidence import sentences
from settle.korean import number
from settle.web import pictures

if TYPE_CHECKING:
    from settle.web.room import Room, State


@dataclass(frozen=True)
class Fact:
    """What a file says: name, value as people read it, and 일치, 다름, 못 찾음 or ""."""

    name: str
    value: str
    verdict: str


@dataclass(frozen=True)
class File:
    """An evidence file of the line. input: number in the binder of the file it is or lies in; image: its pages can be shown, from `first`
    on; problem: a sentence.
    """

    name: str
    kind: str
    how: str
    problem: str
    first: int
    pages: int
    facts: list[Fact]
    input: int
    image: bool


def of_line(room: Room, state: State, position: int) -> list[File]:
    """The files that belong to a line."""
    attached, checked = state.judgement.book.evidence, state.judgement.evidence
    inputs = {one.name: one for one in room.binder.inputs("evidence")}
    verdicts = checked.verdicts if checked is not None else []
    found = []
    for place, one in enumerate(attached.assignment.files if attached is not None else []):
        if position not in one.lines:
            continue
        paper, within = one.paper, one.paper.name
        while within and within not in inputs:
            within = within.rpartition("/")[0]
        taken = inputs.get(within)
        itself = within == paper.name.removesuffix(f"/{paper.page}쪽")
        path = room.binder.folder / taken.place if taken and itself else None
        said = verdicts[place] if place < len(verdicts) else {}
        facts = [
            Fact(name, _shown(name, fact.value), VERDICTS[said[name].verdict if name in said else ""])
            for name, fact in paper.facts.items()
        ]
        facts += [Fact(name, "", VERDICTS[each.verdict]) for name, each in said.items() if each.value is None]
        found.append(
            File(
                paper.name, paper.kind_name, one.how, sentences.problem(paper) or sentences.unlike(paper),
                paper.page or 1, paper.pages, facts, taken.id if taken else 0,
                path is not None and pictures.shown(path) and paper.readable,
            )
        )  # fmt: skip
    return found


def _shown(name: str, value: Any) -> str:
    """A value as people read it; the items of an invoice by name and amount."""
    if isinstance(value, list):
        return ", ".join(f"{item.get('품목명', '')} {number(item.get('공급가액', 0))}원".strip() for item in value[:5])
    return shown(name, value)
