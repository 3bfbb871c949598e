"""Answers to a list of questions: columns of a row, or rows of a sheet (구분, 번호, 답)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from msgspec import Struct

from settle.judging.facts.declared import rows_beside, rows_of
from settle.programme import conditions
from settle.programme.vocabulary import match_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.judging.kinds.base import Context

_AROUND = ". "  # what stands behind a number: 3.


class Said(NamedTuple):
    """What is answered to one question, per row: as wanted, contrary, contrary with a reason. None of them: nothing that is understood."""

    right: np.ndarray
    wrong: np.ndarray
    excused: np.ndarray


def of_column(ctx: Context, name: str, want: Sequence[str], against: Sequence[str]) -> Said:
    """The answers in a column."""
    texts = np.asarray(ctx[name], dtype=object).tolist()
    right = np.array([text in want for text in texts], dtype=bool)
    wrong = np.array([_contrary(text, want, against) for text in texts], dtype=bool)
    return Said(right, wrong, np.zeros(ctx.n, dtype=bool))


def _contrary(text: str, want: Sequence[str], against: Sequence[str]) -> bool:
    return text in against if against else bool(text) and text not in want


class Sheet(Struct, frozen=True):
    """The rows of a sheet of answers: for each row of the subject and question (number, answer, is there a reason)."""

    rows: dict[str, list[tuple[int, str, bool]]]
    n: int

    def said(self, number: str, want: Sequence[str], against: Sequence[str]) -> Said:
        """The answers to one question. Several of one application must all be as wanted; a contrary one without reason counts most."""
        right, wrong, excused = np.zeros((3, self.n), dtype=bool)
        by_row: dict[int, list[tuple[str, bool]]] = {}
        for at, text, reason in self.rows.get(_number(number), []):
            by_row.setdefault(at, []).append((text, reason))
        for at, given in by_row.items():
            against_it = [reason for text, reason in given if _contrary(text, want, against)]
            right[at] = all(text in want for text, _ in given)
            wrong[at] = not all(against_it)
            excused[at] = bool(against_it) and all(against_it)
        return Said(right, wrong, excused)


def _number(text: str) -> str:
    """(3)-1, 3-1. and ③-1 are one number."""
    return match_key(text).strip(_AROUND)


def of_sheet(ctx: Context, plan: dict[str, Any]) -> Sheet:
    """The answers that stand in a sheet, of each row those that belong to it."""
    theirs = rows_of(ctx.facts, str(plan["sheet"]))
    frame = theirs.ledger
    chosen = conditions.holds(plan.get("where"), theirs, theirs.n)
    reasons = frame[str(plan["reason"])].tolist() if plan.get("reason") else [""] * len(frame)
    same = [(np.asarray(ctx[name], dtype=object), frame[name].tolist()) for name in plan.get("same", [])]
    rows: dict[str, list[tuple[int, str, bool]]] = {}
    for at, own_rows in enumerate(rows_beside(ctx.facts, theirs)):
        for row in (row for row in own_rows if chosen[row]):
            if any(own[at] and its[row] and own[at] != its[row] for own, its in same):
                continue
            given = (at, str(frame[str(plan["answer"])].iat[row]), bool(str(reasons[row]).strip()))
            rows.setdefault(_number(str(frame[str(plan["number"])].iat[row])), []).append(given)
    return Sheet(rows, ctx.n)
