"""Cells that could not be read: they are neither blank nor known, whatever the frame holds in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from settle.programme import sheets

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from settle.judging.facts.base import Facts
    from settle.model import InputError

ANSWER = "DAT-150"  # of a cell that is neither yes nor no
CODES = ("DAT-020", "DAT-030", "DAT-080", "DAT-100", ANSWER)  # what the reader says of a cell


def positions(frame: pd.DataFrame, errors: list[InputError]) -> np.ndarray:
    """Where in the frame each error's sheet and row is; -1: not there."""
    if not len(frame):
        return np.full(len(errors), -1, dtype=np.int64)
    rows = (frame["_source"].to_numpy(dtype=np.int64) << 32) + frame["_row"].to_numpy()
    wanted = np.array([(e.source << 32) + e.row for e in errors], dtype=np.int64)
    by = np.argsort(rows, kind="stable")
    last = by[np.searchsorted(rows[by], wanted, side="right") - 1]  # of rows that stand twice the last
    return np.where(rows[last] == wanted, last, -1)


def unread(theirs: Facts, columns: Collection[str], *codes: str) -> np.ndarray:
    """Rows of a subject in which a cell of one of these columns could not be read; codes: the problems that count (none given: all)."""
    result = np.zeros(theirs.n, dtype=bool)
    sheet = theirs.subject.sheet
    columns = {*columns, *_standing_for(theirs, columns)}
    meant = [e for e in theirs.book.errors if e.kind == sheet and e.column in columns and e.value]
    errors = [e for e in meant if e.code in (codes or CODES)]
    if errors:
        at = positions(theirs.ledger, errors)
        result[at[at >= 0]] = True
    return result


def _standing_for(theirs: Facts, columns: Collection[str]) -> set[str]:
    """Columns whose day stands for that of one of these (Column.day_before)."""
    kind = sheets.load(theirs.programme.id).get(theirs.subject.sheet)
    return {one.name for one in kind.columns if one.day_before in columns} if kind else set()


def may_be_blank(where: Any) -> set[str]:
    """The columns of a condition of which a blank says something."""
    if isinstance(where, list):
        return set().union(*map(may_be_blank, where))
    if not isinstance(where, dict):
        return set()
    return {name for name, asked in where.items() if isinstance(asked, dict) and asked.get("blank")}


def names_in(where: Any) -> set[str]:
    """The names that a condition asks."""
    if isinstance(where, list):
        return set().union(*map(names_in, where))
    return set(where) if isinstance(where, dict) else set()
