"""Which lines wait for a cell that could not be read: their own, one of their papers, or one of a row beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from settle.judging.facts.base import Facts, fact, family
from settle.judging.facts.beside import same_person
from settle.judging.facts.declared import rows_of
from settle.judging.facts.unread import CODES, positions
from settle.model import EVIDENCE
from settle.programme import fact_shapes as shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settle.model import InputError


@family
def input_errors(facts: Facts, code: str) -> dict[int, list[int]]:
    """Line -> numbers (from 1) in `book.errors` of the problems of this code that hold it, in the order of the errors.

    A problem of an evidence row holds the lines which the row names; one of a row of the same person on another sheet his lines.
    """
    found: dict[int, list[int]] = {}
    errors = [(i, e) for i, e in enumerate(facts.book.errors, start=1) if e.code == code and e.row]
    if not errors:
        return found
    kinds = [e.kind for _, e in errors]
    told = pd.DataFrame({"number": [number for number, _ in errors], "kind": kinds})
    grave = np.array([e.consequence == "held" for _, e in errors], dtype=bool)
    at_line = told.assign(line=positions(facts.ledger, [e for _, e in errors]))
    pairs = [at_line[(at_line["kind"] == facts.subject.sheet) & (at_line["line"] >= 0) & grave]]
    if ((told["kind"] == EVIDENCE) & grave).any():
        at_row = told.assign(row=positions(facts.book.frames[EVIDENCE], [e for _, e in errors]))
        links = pd.DataFrame({"row": facts["links"].row, "line": facts["links"].line})
        pairs.append(at_row[(at_row["kind"] == EVIDENCE) & grave].merge(links, on="row"))
    for sheet, links in _beside(facts, set(kinds) - {facts.subject.sheet, EVIDENCE}):
        at_row = told.assign(row=positions(facts.book.frames[sheet], [e for _, e in errors]))
        pairs.append(at_row[(at_row["kind"] == sheet) & (at_row["row"] >= 0)].merge(links, on="row"))
    held = pd.concat(pairs).drop_duplicates(["number", "line"]).sort_values("number", kind="stable")
    for line, number in zip(held["line"].tolist(), held["number"].tolist(), strict=True):
        found.setdefault(line, []).append(number)
    return found


@fact
def lost_cells(facts: Facts) -> dict[int, list[InputError]]:
    """Line -> the cells of its row, of its papers and of the rows of the same person that could not be read."""
    found: dict[int, list[InputError]] = {}
    own = [e for e in facts.book.errors if e.code in CODES and e.row and e.kind == facts.subject.sheet and e.value]
    for line, error in zip(positions(facts.ledger, own).tolist() if own else [], own, strict=True):
        if line >= 0:
            found.setdefault(line, []).append(error)
    for code in CODES:
        for line, numbers in facts[f"input_errors:{code}"].items():
            beside = [facts.book.errors[number - 1] for number in numbers]
            found.setdefault(line, []).extend(e for e in beside if e.value and e.kind != facts.subject.sheet)
    return found


def _beside(facts: Facts, sheets: set[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """(sheet, its row and the line side by side) of the declared facts that look for a person or business on these sheets."""
    for spec in facts.programme.facts.values():
        if not isinstance(spec, shapes.OfPerson) or spec.sheet not in sheets or not facts.book.has(spec.sheet):
            continue
        if all(_asked(facts, column) for column in spec.on):
            soft = {column: its for column, its in spec.soft.items() if _asked(facts, column)}
            rows = same_person(facts, rows_of(facts, spec.sheet), spec.on, soft)
            pairs = [(row, line) for line, ours in enumerate(rows) for row in ours]
            yield spec.sheet, pd.DataFrame(pairs, columns=["row", "line"], dtype=np.int64)


def _asked(facts: Facts, column: str) -> bool:
    return column in facts.given or column in facts.ledger.columns


@family
def input_error(facts: Facts, code: str) -> np.ndarray:
    """Number (from 1) in `book.errors` of the first problem of this code that holds the line; 0: none."""
    result = facts.zeros(np.int64)
    for line, numbers in facts[f"input_errors:{code}"].items():
        result[line] = numbers[0]
    return result
