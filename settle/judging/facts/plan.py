"""Facts of a plan whose rows have names of their own (세부사업): groups of lines, and what was agreed for each of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from settle.judging.arrays import labels
from settle.judging.facts.base import Facts, fact, family, known
from settle.model import BUDGET
from settle.programme import conditions
from settle.programme.vocabulary import Subject, match_key


def grouped(facts: Facts, by: str) -> tuple[np.ndarray, np.ndarray]:
    """(label of each line's group, its key): by a column or text fact, spelling aside; all in one group where none is named."""
    if not by:
        return np.zeros(facts.n, dtype=np.int64), np.full(facts.n, "", dtype=object)
    names = facts.each(by, match_key, object) if facts.n else np.zeros(0, dtype=object)
    return labels(pd.Series(names, dtype="str")), names


def plan_rows(facts: Facts) -> Facts:
    """The rows of 예산 as facts of their own."""
    return Facts(facts.book, facts.programme, about=Subject(BUDGET, BUDGET, key=""))


def agreed(facts: Facts, by: str = "", fund: str = "", where: Any = None) -> dict[str, int] | None:
    """Won agreed per key of a column of 예산 (`match_key`), of one fund or of all; None where the sheet is absent or cannot be read.

    where: a condition over its rows. A row with an amount that cannot be read makes all unknown: nobody knows what was agreed.
    """
    if not facts.book.has(BUDGET):
        return None
    rows = plan_rows(facts)
    columns = [one.column for one in facts.programme.funds if not fund or one.name == fund]
    if any(e.kind == BUDGET and e.column in columns for e in facts.book.errors):
        return None
    fits = conditions.holds(where, rows, rows.n)
    frame = rows.ledger
    if not any(frame[known(column)].any() for column in columns):
        return None
    won = sum((frame[column].to_numpy(dtype=np.int64) for column in columns), np.zeros(rows.n, dtype=np.int64))
    names = [match_key(text) for text in frame[by]] if by else [""] * rows.n
    found: dict[str, int] = {}
    for name, amount, here in zip(names, won.tolist(), fits.tolist(), strict=True):
        if here:
            found[name] = found.get(name, 0) + amount
    return found


def blank_agreed(facts: Facts, by: str = "", where: Any = None) -> set[str]:
    """Keys of `agreed` for which a fund of one of the rows is blank: what was agreed may be more."""
    rows = plan_rows(facts)
    columns = [known(fund.column) for fund in facts.programme.funds]
    blank = ~rows.ledger[columns].to_numpy(dtype=bool).all(axis=1) & conditions.holds(where, rows, rows.n)
    names = [match_key(text) for text in rows.ledger[by]] if by else [""] * rows.n
    return {name for name, here in zip(names, blank.tolist(), strict=True) if here}


def _written(facts: Facts) -> dict[str, str]:
    """Names of the parts of the plan (세부사업 of 예산) by their keys."""
    frame = facts.book.frames[BUDGET]
    names = frame["세부사업"].tolist() if "세부사업" in frame else []
    return {match_key(text): text for text in reversed(names) if text}


@fact
def plan_item(facts: Facts) -> pd.Series:
    """세부사업 of the line; where it is blank, the only one that the plan has."""
    own = facts["세부사업"]
    only = list(_written(facts).values())
    return own.where(own != "", only[0]).astype("str") if len(only) == 1 else own


@fact
def plan_item_agreed(facts: Facts) -> np.ndarray:
    """Is the 세부사업 of the line in the plan?"""
    known_ones = _written(facts)
    return facts.each("plan_item", lambda text: match_key(text) in known_ones, bool)


@family
def plan_column(facts: Facts, column: str) -> pd.Series:
    """A text column of the plan for the 세부사업 of the line, where all its rows say the same; else ""."""
    frame = facts.book.frames[BUDGET]
    if column not in frame or "세부사업" not in frame:
        return pd.Series([""] * facts.n, dtype="str")
    said: dict[str, set[str]] = {}
    for item, text in zip(frame["세부사업"], frame[column], strict=True):
        said.setdefault(match_key(item), set()).add(text)
    told = {item: next(iter(found)) for item, found in said.items() if len(found) == 1}
    return pd.Series(facts.each("plan_item", lambda text: told.get(match_key(text), ""), object), dtype="str")
